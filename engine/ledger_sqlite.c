/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_sqlite - the ledger in one SQLite file (WAL, synchronous=FULL): a step is a transaction.
 *
 * Tables: intents (one row each, with progress), names (every idempotency key under which an
 * intent was delivered), events and audit (lines as they are served), reviews, commits (versions
 * made here, and what they replaced).
 *
 * Writes that come together share one transaction (each in a savepoint of its own) and so one
 * flush to the disk.
 *
 * Invariants: (1) events and audit are only ever inserted; (2) a write is said to have succeeded
 * only after the COMMIT that holds it; (3) one connection, one mutex, nothing but SQLite is called
 * under it; (4) acceptances are made known in the order of their numbers; (5) the file is locked
 * while it is open, so that no second engine works on the same intents. After a failed COMMIT
 * nothing is assumed: the memory is read anew from the file.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/audit.h"
#include "engine/crash.h"
#include "engine/ledger.h"

#define STATEMENTS_MAX 64 /* more than this file has */

struct log_end { /* where events and audit continue */
    int64_t event_last, audit_last;
    char chain[HASH_HEX_SIZE];
};

struct write { /* what one thread wants written, until it is durable or has failed */
    int (*make)(struct ledger *ledger, struct arena *arena, void *arg, struct err *err);
    void *arg;
    void (*after)(
        void *arg); /* called once it is durable, in the order of the writes; may be NULL */
    void *after_arg;
    struct arena *arena;
    struct err *err;
    int rc;
    bool is_done;
    struct write *next;
};

struct statement {   /* kept for the next time: most of a short step was reading its SQL */
    const char *sql; /* the literal itself tells which */
    sqlite3_stmt *stmt;
};

struct ledger {
    pthread_mutex_t queue_mutex;
    pthread_cond_t written;
    struct write *first, **last; /* guarded by queue_mutex, as the next one */
    bool is_writing;             /* one of the waiting threads writes for all that wait */
    pthread_mutex_t mutex;
    sqlite3 *db; /* guarded by mutex, as all below */
    struct statement statements[STATEMENTS_MAX];
    size_t statement_count;
    struct log_end end;
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS intents(number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, "
    "tenant TEXT NOT NULL,"
    " system TEXT NOT NULL, key TEXT NOT NULL, event TEXT, hash TEXT NOT NULL, correlation TEXT "
    "NOT NULL,"
    " accepted INTEGER NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL, work TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS intents_state ON intents(state, number);"
    "CREATE INDEX IF NOT EXISTS intents_event ON intents(tenant, system, event, hash);"
    "CREATE TABLE IF NOT EXISTS names(tenant TEXT, system TEXT, key TEXT, number INTEGER NOT NULL,"
    " PRIMARY KEY(tenant, system, key)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS names_key ON names(key);"
    "CREATE TABLE IF NOT EXISTS events(sequence INTEGER PRIMARY KEY, line TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS audit(sequence INTEGER PRIMARY KEY, line TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS reviews(id TEXT PRIMARY KEY, number INTEGER NOT NULL, open INTEGER "
    "NOT NULL,"
    " recorded INTEGER NOT NULL, body TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS commits(reference TEXT, version TEXT, tenant TEXT, "
    "system TEXT,"
    " requester TEXT, number INTEGER NOT NULL, PRIMARY KEY(reference, version));"
    "PRAGMA user_version=1;";
#define SCHEMA_VERSION 1

#define OWNER_GONE_MS 1000 /* how long the process that had the ledger before may take to end */

#define INTENT_COLUMNS                                                                             \
    "i.number,i.id,i.tenant,i.system,i.key,i.event,i.hash,i.correlation,i.accepted,i.request,"     \
    "i.state,i.work"
#define NOT_ENDED "('accepted','writing','unknown')"

static void lock(struct ledger *ledger)
{
    MUST_ZERO(pthread_mutex_lock(&ledger->mutex));
}

static void unlock(struct ledger *ledger)
{
    MUST_ZERO(pthread_mutex_unlock(&ledger->mutex));
}

/* ---- statements: values by a format, t text (NULL is NULL), i integer ---- */

static sqlite3_stmt *statement_locked(struct ledger *ledger, const char *sql)
{
    struct statement *statement = ledger->statements;
    const struct statement *end = statement + ledger->statement_count;

    while (statement < end && statement->sql != sql)
        statement++;
    if (statement < end)
        return statement->stmt;
    ASSERT(ledger->statement_count < STATEMENTS_MAX);
    *statement = (struct statement){.sql = sql};
    if (sqlite3_prepare_v3(ledger->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt,
                           NULL) != SQLITE_OK)
        return NULL;
    ledger->statement_count++;
    return statement->stmt;
}

/* What was read or written with it is over: until the next time it holds nothing. */
static void give_back(sqlite3_stmt *stmt)
{
    if (!stmt)
        return;
    sqlite3_reset(stmt); /* what went wrong was told by its step */
    sqlite3_clear_bindings(stmt);
}

static int prepare_locked(struct ledger *ledger, sqlite3_stmt **out, const char *sql,
                          const char *types, va_list values, struct err *err)
{
    *out = statement_locked(ledger, sql);
    if (!*out)
        return err_set(err, ERR_IO, "ledger: %s", sqlite3_errmsg(ledger->db));
    for (int i = 0; types[i]; i++) {
        if (types[i] == 'i')
            sqlite3_bind_int64(*out, i + 1, va_arg(values, int64_t));
        else
            sqlite3_bind_text(*out, i + 1, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
    }
    return 0;
}

static sqlite3_stmt *query_locked(struct ledger *ledger, const char *sql, const char *types, ...)
{
    struct err err = ERR_INIT;
    sqlite3_stmt *stmt = NULL;
    va_list values;

    va_start(values, types);
    if (prepare_locked(ledger, &stmt, sql, types, values, &err))
        log_line("%s", err.text);
    va_end(values);
    return stmt;
}

static int run_locked(struct ledger *ledger, struct err *err, const char *sql, const char *types,
                      ...)
{
    sqlite3_stmt *stmt = NULL;
    va_list values;

    va_start(values, types);
    int rc = prepare_locked(ledger, &stmt, sql, types, values, err);
    va_end(values);
    if (rc == 0 && sqlite3_step(stmt) != SQLITE_DONE)
        rc = err_set(err, ERR_IO, "ledger: %s", sqlite3_errmsg(ledger->db));
    give_back(stmt);
    return rc;
}

static bool has_row(sqlite3_stmt *stmt)
{
    return stmt && sqlite3_step(stmt) == SQLITE_ROW;
}

static char *column(sqlite3_stmt *stmt, int i, struct arena *arena)
{
    return arena_strdup(arena, (const char *)sqlite3_column_text(stmt, i));
}

static void read_intent(sqlite3_stmt *stmt, struct arena *arena, struct ledger_intent *out)
{
    *out = (struct ledger_intent){.number = sqlite3_column_int64(stmt, 0),
                                  .id = column(stmt, 1, arena),
                                  .tenant = column(stmt, 2, arena),
                                  .system = column(stmt, 3, arena),
                                  .key = column(stmt, 4, arena),
                                  .event_id = column(stmt, 5, arena),
                                  .payload_hash = column(stmt, 6, arena),
                                  .correlation = column(stmt, 7, arena),
                                  .accepted_ms = sqlite3_column_int64(stmt, 8),
                                  .request = column(stmt, 9, arena),
                                  .state = column(stmt, 10, arena),
                                  .work = column(stmt, 11, arena)};
}

/* ---- opening ---- */

static int64_t number_locked(struct ledger *ledger, const char *sql)
{
    sqlite3_stmt *stmt = query_locked(ledger, sql, "");
    int64_t number = has_row(stmt) ? sqlite3_column_int64(stmt, 0) : 0;

    give_back(stmt);
    return number;
}

static void remember_locked(struct ledger *ledger)
{
    sqlite3_stmt *stmt =
        query_locked(ledger, "SELECT line FROM audit ORDER BY sequence DESC LIMIT 1", "");

    ledger->end.chain[0] = '\0';
    if (has_row(stmt))
        audit_chain((const char *)sqlite3_column_text(stmt, 0), ledger->end.chain);
    give_back(stmt);
    ledger->end.event_last = number_locked(ledger, "SELECT max(sequence) FROM events");
    ledger->end.audit_last = number_locked(ledger, "SELECT max(sequence) FROM audit");
}

static int execute_locked(struct ledger *ledger, const char *sql, struct err *err)
{
    if (sqlite3_exec(ledger->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return err_set(err, ERR_IO, "ledger: %s", sqlite3_errmsg(ledger->db));
    return 0;
}

/* Ends the transaction: with rc 0 for good, else as if it had never been. */
static int end_locked(struct ledger *ledger, int rc, struct err *err)
{
    crash_point();
    if (rc == 0)
        rc = run_locked(ledger, err, "COMMIT", "");
    if (rc) {
        sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
        remember_locked(ledger);
    }
    crash_point();
    return rc;
}

/* One write within the transaction: whole, or undone without touching the others. */
static void make_locked(struct ledger *ledger, struct write *write)
{
    struct log_end before = ledger->end;
    struct err ignored = ERR_INIT; /* a transaction that is gone is seen by write_all */

    write->rc = run_locked(ledger, write->err, "SAVEPOINT one", "");
    if (write->rc)
        return;
    write->rc = write->make(ledger, write->arena, write->arg, write->err);
    if (write->rc) {
        sqlite3_exec(ledger->db, "ROLLBACK TO one", NULL, NULL, NULL);
        ledger->end = before;
    }
    (void)run_locked(ledger, &ignored, "RELEASE one", "");
}

static void write_all(struct ledger *ledger, struct write *first)
{
    struct err err = ERR_INIT;

    lock(ledger);
    int rc = run_locked(ledger, &err, "BEGIN IMMEDIATE", "");
    bool has_begun = rc == 0;
    for (struct write *write = first; write && rc == 0; write = write->next) {
        make_locked(ledger, write);
        if (sqlite3_get_autocommit(ledger->db)) /* a full disk undoes the whole transaction */
            rc = err_set(&err, ERR_IO, "%s", write->err->text);
    }
    if (has_begun)
        rc = end_locked(ledger, rc, &err);
    unlock(ledger);
    for (struct write *write = first; write; write = write->next) {
        if (rc && write->rc == 0) {
            write->rc = rc;
            *write->err = err;
        }
        if (write->rc == 0 && write->after)
            write->after(write->after_arg);
    }
}

/* Whoever finds nobody writing writes for all that wait: one COMMIT, which is what takes long, for
 * many. */
static int write_durably(struct ledger *ledger, struct write *write)
{
    MUST_ZERO(pthread_mutex_lock(&ledger->queue_mutex));
    *ledger->last = write;
    ledger->last = &write->next;
    while (!write->is_done && ledger->is_writing)
        MUST_ZERO(pthread_cond_wait(&ledger->written, &ledger->queue_mutex));
    if (!write->is_done) {
        struct write *all = ledger->first;

        ledger->first = NULL;
        ledger->last = &ledger->first;
        ledger->is_writing = true;
        MUST_ZERO(pthread_mutex_unlock(&ledger->queue_mutex));
        write_all(ledger, all);
        MUST_ZERO(pthread_mutex_lock(&ledger->queue_mutex));
        ledger->is_writing = false;
        for (struct write *next; all; all = next) {
            next = all->next; /* once done it is its owner's again */
            all->is_done = true;
        }
        MUST_ZERO(pthread_cond_broadcast(&ledger->written));
    }
    MUST_ZERO(pthread_mutex_unlock(&ledger->queue_mutex));
    return write->rc;
}

/* A ledger of another version is left as it is. */
static int make_schema_locked(struct ledger *ledger, struct err *err)
{
    int64_t version = number_locked(ledger, "PRAGMA user_version");

    bool is_new = version == 0 && number_locked(ledger, "SELECT count(*) FROM sqlite_master") == 0;

    if (!is_new && version != SCHEMA_VERSION)
        return err_set(err, ERR_IO, "ledger: its format is %lld, this program's is %d",
                       (long long)version, SCHEMA_VERSION);
    return execute_locked(ledger, schema, err);
}

struct ledger *ledger_open(const char *folder, struct err *err)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));
    struct buf path = BUF_INIT;
    int rc = -1;

    if (!ledger)
        BUG("out of memory");
    MUST_ZERO(pthread_mutex_init(&ledger->mutex, NULL));
    MUST_ZERO(pthread_mutex_init(&ledger->queue_mutex, NULL));
    MUST_ZERO(pthread_cond_init(&ledger->written, NULL));
    ledger->last = &ledger->first;
    buf_printf(&path, "%s/ledger.sqlite", folder);
    if (sqlite3_open(buf_text(&path), &ledger->db) != SQLITE_OK) {
        err_set(err, ERR_IO, "%s", sqlite3_errmsg(ledger->db));
        goto out;
    }
    sqlite3_busy_timeout(ledger->db, OWNER_GONE_MS);
    if (execute_locked(ledger,
                       "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
                       "PRAGMA synchronous=FULL;",
                       err) ||
        execute_locked(ledger, "BEGIN IMMEDIATE", err))
        goto out;
    rc = end_locked(ledger, make_schema_locked(ledger, err), err);
    remember_locked(ledger);
out:
    if (rc) {
        err_context(err, "%s", buf_text(&path));
        ledger_close(ledger);
        ledger = NULL;
    }
    buf_release(&path);
    return ledger;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    for (size_t i = 0; i < ledger->statement_count; i++)
        sqlite3_finalize(ledger->statements[i].stmt);
    sqlite3_close(ledger->db);
    pthread_mutex_destroy(&ledger->mutex);
    pthread_mutex_destroy(&ledger->queue_mutex);
    pthread_cond_destroy(&ledger->written);
    free(ledger);
}

/* ---- writing ---- */

static int append_events_locked(struct ledger *ledger, struct arena *arena,
                                struct cJSON *const *events, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        json_put_integer(events[i], "sequence", ++ledger->end.event_last);
        if (run_locked(ledger, err, "INSERT INTO events VALUES(?,?)", "it", ledger->end.event_last,
                       json_print(arena, events[i])))
            return -1;
    }
    return 0;
}

static int append_audits_locked(struct ledger *ledger, struct arena *arena,
                                struct cJSON *const *audits, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        char *line = audit_line(arena, audits[i], ++ledger->end.audit_last, ledger->end.chain);

        if (run_locked(ledger, err, "INSERT INTO audit VALUES(?,?)", "it", ledger->end.audit_last,
                       line))
            return -1;
    }
    return 0;
}

static int make_step(struct ledger *ledger, struct arena *arena, void *arg, struct err *err)
{
    const struct ledger_step *step = arg;
    const struct ledger_review *review = step->review;

    if (run_locked(ledger, err,
                   "UPDATE intents SET state=?,work=? WHERE number=? AND "
                   "CASE WHEN ? IS NULL THEN state<>'cancelled' ELSE state=? END",
                   "ttitt", step->intent->state, step->intent->work, step->intent->number,
                   step->only_from, step->only_from))
        return -1;
    if (sqlite3_changes(ledger->db) == 0)
        return err_set(err, ERR_INPUT, "ledger: intent %s is in another state by now",
                       step->intent->id);
    for (size_t i = 0; i < step->commit_count; i++) {
        const struct ledger_commit *commit = &step->commits[i];

        if (run_locked(ledger, err,
                       "INSERT OR IGNORE INTO commits(reference,version,tenant,system,requester,"
                       "number) VALUES(?,?,?,?,?,?)",
                       "ttttti", commit->reference, commit->version, commit->tenant, commit->system,
                       commit->requester, step->intent->number))
            return -1;
    }
    if (review && run_locked(ledger, err, "INSERT OR REPLACE INTO reviews VALUES(?,?,?,?,?)",
                             "tiiit", review->id, review->intent, (int64_t)review->is_open,
                             review->recorded_ms, review->body))
        return -1;
    if (append_events_locked(ledger, arena, step->events, step->event_count, err))
        return -1;
    return append_audits_locked(ledger, arena, step->audits, step->audit_count, err);
}

int ledger_write(struct ledger *ledger, const struct ledger_step *step, struct err *err)
{
    struct ledger_step copy = *step;
    struct write write = {.make = make_step, .arg = &copy, .arena = arena_new(), .err = err};
    int rc = write_durably(ledger, &write);

    arena_free(write.arena);
    return rc;
}

static bool find_locked(struct ledger *ledger, struct arena *arena, sqlite3_stmt *stmt,
                        struct ledger_intent *out)
{
    bool is_found = has_row(stmt);

    (void)ledger;
    if (is_found)
        read_intent(stmt, arena, out);
    give_back(stmt);
    return is_found;
}

static int insert_intent_locked(struct ledger *ledger, struct arena *arena,
                                struct ledger_intent *intent, struct cJSON *event, struct err *err)
{
    if (run_locked(ledger, err,
                   "INSERT INTO intents(id,tenant,system,key,event,hash,correlation,accepted,"
                   "request,state,work) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                   "tttttttittt", intent->id, intent->tenant, intent->system, intent->key,
                   intent->event_id, intent->payload_hash, intent->correlation, intent->accepted_ms,
                   intent->request, intent->state, intent->work))
        return -1;
    intent->number = sqlite3_last_insert_rowid(ledger->db);
    return append_events_locked(ledger, arena, &event, 1, err);
}

static bool find_key_locked(struct ledger *ledger, struct arena *arena,
                            const struct ledger_intent *intent, struct ledger_intent *out)
{
    return find_locked(ledger, arena,
                       query_locked(ledger,
                                    "SELECT " INTENT_COLUMNS
                                    " FROM names n JOIN intents i ON i.number=n.number "
                                    "WHERE n.tenant=? AND n.system=? AND n.key=?",
                                    "ttt", intent->tenant, intent->system, intent->key),
                       out);
}

/* The same event of the source, delivered under another key. */
static bool find_event_locked(struct ledger *ledger, struct arena *arena,
                              const struct ledger_intent *intent, struct ledger_intent *out)
{
    return find_locked(ledger, arena,
                       query_locked(ledger,
                                    "SELECT " INTENT_COLUMNS " FROM intents i "
                                    "WHERE i.tenant=? AND i.system=? AND i.event=? AND i.hash=?",
                                    "tttt", intent->tenant, intent->system, intent->event_id,
                                    intent->payload_hash),
                       out);
}

static int make_acceptance(struct ledger *ledger, struct arena *arena, void *arg, struct err *err)
{
    struct ledger_acceptance *acceptance = arg;
    struct ledger_intent *intent = acceptance->intent;
    struct ledger_intent *known = &acceptance->known;

    acceptance->is_known = find_key_locked(ledger, arena, intent, known);
    if (acceptance->is_known)
        return 0;
    acceptance->is_known = find_event_locked(ledger, arena, intent, known);
    if (!acceptance->is_known &&
        insert_intent_locked(ledger, arena, intent, acceptance->event, err))
        return -1;
    return run_locked(ledger, err, "INSERT INTO names VALUES(?,?,?,?)", "ttti", intent->tenant,
                      intent->system, intent->key,
                      acceptance->is_known ? known->number : intent->number);
}

static void accepted(void *arg)
{
    struct ledger_acceptance *acceptance = arg;

    if (!acceptance->is_known && acceptance->after)
        acceptance->after(acceptance->after_arg);
}

int ledger_accept(struct ledger *ledger, struct arena *arena, struct ledger_acceptance *acceptance,
                  struct err *err)
{
    struct write write = {.make = make_acceptance,
                          .arg = acceptance,
                          .after = accepted,
                          .after_arg = acceptance,
                          .arena = arena,
                          .err = err};

    return write_durably(ledger, &write);
}

static int make_reset(struct ledger *ledger, struct arena *arena, void *arg, struct err *err)
{
    (void)arena, (void)arg;
    ledger->end = (struct log_end){.event_last = 0};
    return execute_locked(ledger,
                          "DELETE FROM intents; DELETE FROM names; DELETE FROM events;"
                          "DELETE FROM audit; DELETE FROM reviews; DELETE FROM commits;",
                          err);
}

int ledger_reset(struct ledger *ledger, struct err *err)
{
    struct write write = {.make = make_reset, .err = err};

    return write_durably(ledger, &write);
}

/* ---- looking ---- */

bool ledger_find(struct ledger *ledger, struct arena *arena, const char *id,
                 struct ledger_intent *out)
{
    lock(ledger);
    bool is_found = find_locked(
        ledger, arena,
        query_locked(ledger, "SELECT " INTENT_COLUMNS " FROM intents i WHERE i.id=?", "t", id),
        out);
    unlock(ledger);
    return is_found;
}

bool ledger_find_number(struct ledger *ledger, struct arena *arena, int64_t number,
                        struct ledger_intent *out)
{
    lock(ledger);
    bool is_found = find_locked(
        ledger, arena,
        query_locked(ledger, "SELECT " INTENT_COLUMNS " FROM intents i WHERE i.number=?", "i",
                     number),
        out);
    unlock(ledger);
    return is_found;
}

static void each_locked(sqlite3_stmt *stmt, struct arena *arena, ledger_each_fn *each, void *arg)
{
    struct ledger_intent intent;

    while (has_row(stmt)) {
        read_intent(stmt, arena, &intent);
        each(arg, &intent);
    }
    give_back(stmt);
}

void ledger_each_key(struct ledger *ledger, struct arena *arena, const char *key,
                     ledger_each_fn *each, void *arg)
{
    lock(ledger);
    each_locked(query_locked(ledger,
                             "SELECT " INTENT_COLUMNS
                             " FROM names n JOIN intents i ON i.number=n.number "
                             "WHERE n.key=? ORDER BY i.number",
                             "t", key),
                arena, each, arg);
    unlock(ledger);
}

void ledger_each(struct ledger *ledger, struct arena *arena, const char *state, int64_t after,
                 size_t max, ledger_each_fn *each, void *arg)
{
    lock(ledger);
    sqlite3_stmt *stmt =
        state ? query_locked(ledger,
                             "SELECT " INTENT_COLUMNS " FROM intents i WHERE number>? AND state=? "
                             "ORDER BY number LIMIT ?",
                             "iti", after, state, (int64_t)max)
              : query_locked(ledger,
                             "SELECT " INTENT_COLUMNS " FROM intents i WHERE number>? AND "
                             "state IN " NOT_ENDED " ORDER BY number LIMIT ?",
                             "ii", after, (int64_t)max);
    each_locked(stmt, arena, each, arg);
    unlock(ledger);
}

static void lines(struct ledger *ledger, const char *sql, int64_t after, struct buf *out)
{
    lock(ledger);
    sqlite3_stmt *stmt = query_locked(ledger, sql, "i", after);
    while (has_row(stmt)) {
        buf_puts(out, (const char *)sqlite3_column_text(stmt, 0));
        buf_putc(out, '\n');
    }
    give_back(stmt);
    unlock(ledger);
}

void ledger_events(struct ledger *ledger, int64_t after, struct buf *out)
{
    lines(ledger, "SELECT line FROM events WHERE sequence>? ORDER BY sequence", after, out);
}

void ledger_audit(struct ledger *ledger, int64_t after, struct buf *out)
{
    lines(ledger, "SELECT line FROM audit WHERE sequence>? ORDER BY sequence", after, out);
}

static void read_review(sqlite3_stmt *stmt, struct arena *arena, struct ledger_review *out)
{
    *out = (struct ledger_review){.id = column(stmt, 0, arena),
                                  .intent = sqlite3_column_int64(stmt, 1),
                                  .is_open = sqlite3_column_int64(stmt, 2) != 0,
                                  .recorded_ms = sqlite3_column_int64(stmt, 3),
                                  .body = column(stmt, 4, arena)};
}

#define REVIEW_COLUMNS "id,number,open,recorded,body"

bool ledger_find_review(struct ledger *ledger, struct arena *arena, const char *id,
                        struct ledger_review *out)
{
    lock(ledger);
    sqlite3_stmt *stmt =
        query_locked(ledger, "SELECT " REVIEW_COLUMNS " FROM reviews WHERE id=?", "t", id);
    bool is_found = has_row(stmt);
    if (is_found)
        read_review(stmt, arena, out);
    give_back(stmt);
    unlock(ledger);
    return is_found;
}

void ledger_open_reviews(struct ledger *ledger, struct arena *arena, ledger_review_fn *each,
                         void *arg)
{
    struct ledger_review review;

    lock(ledger);
    sqlite3_stmt *stmt = query_locked(
        ledger, "SELECT " REVIEW_COLUMNS " FROM reviews WHERE open=1 ORDER BY number", "");
    while (has_row(stmt)) {
        read_review(stmt, arena, &review);
        each(arg, &review);
    }
    give_back(stmt);
    unlock(ledger);
}

bool ledger_is_own(struct ledger *ledger, const struct ledger_commit *commit, int64_t last)
{
    lock(ledger);
    sqlite3_stmt *stmt =
        query_locked(ledger,
                     "SELECT 1 FROM commits WHERE reference=? AND version=? AND tenant=? AND "
                     "system=? AND requester=? AND number<=?",
                     "ttttti", commit->reference, commit->version, commit->tenant, commit->system,
                     commit->requester, last);
    bool is_own = has_row(stmt);
    give_back(stmt);
    unlock(ledger);
    return is_own;
}

bool ledger_is_overtaken(struct ledger *ledger, const struct ledger_intent *intent,
                         const char *reference, int64_t sequence)
{
    lock(ledger);
    sqlite3_stmt *stmt = query_locked(
        ledger,
        "SELECT 1 FROM commits JOIN intents USING(number) WHERE commits.reference=? AND "
        "commits.tenant=? AND commits.system=? AND commits.number<>? AND "
        "json_extract(intents.request,'$.source.sequence')>?",
        "tttii", reference, intent->tenant, intent->system, intent->number, sequence);
    bool is_overtaken = has_row(stmt);
    give_back(stmt);
    unlock(ledger);
    return is_overtaken;
}

bool ledger_has_commit(struct ledger *ledger, const char *reference, const char *version)
{
    lock(ledger);
    sqlite3_stmt *stmt = query_locked(
        ledger, "SELECT 1 FROM commits WHERE reference=? AND version=?", "tt", reference, version);
    bool is_there = has_row(stmt);
    give_back(stmt);
    unlock(ledger);
    return is_there;
}

void ledger_gauges(struct ledger *ledger, struct ledger_gauges *out)
{
    memset(out, 0, sizeof(*out));
    lock(ledger);
    out->backlog = number_locked(ledger, "SELECT count(*) FROM intents WHERE state IN " NOT_ENDED);
    out->unknown = number_locked(ledger, "SELECT count(*) FROM intents WHERE state='unknown'");
    out->reviews_open = number_locked(ledger, "SELECT count(*) FROM reviews WHERE open=1");
    out->commits = number_locked(ledger, "SELECT count(*) FROM commits");
    /* a restored server may give a number twice: one commit by then, and two records */
    out->commits_audited = number_locked(
        ledger, "SELECT count(DISTINCT json_extract(line,'$.target.reference','$.versionWritten')) "
                "FROM audit WHERE line LIKE '%\"outcome\":\"committed\"%' AND "
                "line NOT LIKE '%\"versionWritten\":null%'");
    out->oldest_ms =
        number_locked(ledger, "SELECT min(accepted) FROM intents WHERE state IN " NOT_ENDED);
    unlock(ledger);
}
