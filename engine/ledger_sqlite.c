/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_sqlite - the ledger in one SQLite file (WAL, synchronous=FULL): a step is a transaction.
 *
 * Tables: intents (one row each, with progress), names (every idempotency key under which an intent was delivered),
 * events and audit (lines as they are served), reviews, commits (versions made here, and what they replaced).
 *
 * Invariants: (1) events and audit are only ever inserted; (2) the numbers and the end of the audit chain that are held
 * in memory move only after COMMIT said so; (3) one connection, one mutex, nothing but SQLite is called under it.
 * After a failed COMMIT nothing is assumed: the memory is read anew from the file.
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

struct ledger {
    pthread_mutex_t mutex;
    sqlite3 *db; /* guarded by mutex, as all below */
    int64_t event_last, audit_last;
    char chain[HASH_HEX_SIZE];
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
    "CREATE TABLE IF NOT EXISTS commits(reference TEXT, version TEXT, guard TEXT, tenant TEXT, "
    "system TEXT,"
    " requester TEXT, PRIMARY KEY(reference, version));"
    "CREATE INDEX IF NOT EXISTS commits_guard ON commits(reference, guard);";

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

static int prepare_locked(struct ledger *ledger, sqlite3_stmt **out, const char *sql,
                          const char *types, va_list values, struct err *err)
{
    if (sqlite3_prepare_v2(ledger->db, sql, -1, out, NULL) != SQLITE_OK)
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
    sqlite3_finalize(stmt); /* NULL is fine */
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

    sqlite3_finalize(stmt);
    return number;
}

static void remember_locked(struct ledger *ledger)
{
    sqlite3_stmt *stmt =
        query_locked(ledger, "SELECT line FROM audit ORDER BY sequence DESC LIMIT 1", "");

    ledger->chain[0] = '\0';
    if (has_row(stmt))
        audit_chain((const char *)sqlite3_column_text(stmt, 0), ledger->chain);
    sqlite3_finalize(stmt);
    ledger->event_last = number_locked(ledger, "SELECT max(sequence) FROM events");
    ledger->audit_last = number_locked(ledger, "SELECT max(sequence) FROM audit");
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
        rc = execute_locked(ledger, "COMMIT", err);
    if (rc) {
        sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
        remember_locked(ledger);
    }
    crash_point();
    return rc;
}

struct ledger *ledger_open(const char *folder, struct err *err)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));
    struct buf path = BUF_INIT;
    int rc = -1;

    if (!ledger)
        BUG("out of memory");
    MUST_ZERO(pthread_mutex_init(&ledger->mutex, NULL));
    buf_printf(&path, "%s/ledger.sqlite", folder);
    if (sqlite3_open(buf_text(&path), &ledger->db) != SQLITE_OK) {
        err_set(err, ERR_IO, "%s", sqlite3_errmsg(ledger->db));
        goto out;
    }
    sqlite3_busy_timeout(ledger->db, 5000);
    if (execute_locked(ledger, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", err) ||
        execute_locked(ledger, "BEGIN IMMEDIATE", err))
        goto out;
    rc = end_locked(ledger, execute_locked(ledger, schema, err), err);
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
    sqlite3_close(ledger->db);
    pthread_mutex_destroy(&ledger->mutex);
    free(ledger);
}

/* ---- writing ---- */

static int append_events_locked(struct ledger *ledger, struct arena *arena,
                                struct cJSON *const *events, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        json_put_integer(events[i], "sequence", ++ledger->event_last);
        if (run_locked(ledger, err, "INSERT INTO events VALUES(?,?)", "it", ledger->event_last,
                       json_print(arena, events[i])))
            return -1;
    }
    return 0;
}

static int append_audits_locked(struct ledger *ledger, struct arena *arena,
                                struct cJSON *const *audits, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        char *line = audit_line(arena, audits[i], ++ledger->audit_last, ledger->chain);

        if (run_locked(ledger, err, "INSERT INTO audit VALUES(?,?)", "it", ledger->audit_last,
                       line))
            return -1;
    }
    return 0;
}

static int write_step_locked(struct ledger *ledger, struct arena *arena,
                             const struct ledger_step *step, struct err *err)
{
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

        if (run_locked(ledger, err, "INSERT OR IGNORE INTO commits VALUES(?,?,?,?,?,?)", "tttttt",
                       commit->reference, commit->version, commit->guard, commit->tenant,
                       commit->system, commit->requester))
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
    struct arena *arena = arena_new();

    lock(ledger);
    int rc = execute_locked(ledger, "BEGIN IMMEDIATE", err);
    if (rc == 0)
        rc = end_locked(ledger, write_step_locked(ledger, arena, step, err), err);
    unlock(ledger);
    arena_free(arena);
    return rc;
}

static bool find_locked(struct ledger *ledger, struct arena *arena, sqlite3_stmt *stmt,
                        struct ledger_intent *out)
{
    bool is_found = has_row(stmt);

    (void)ledger;
    if (is_found)
        read_intent(stmt, arena, out);
    sqlite3_finalize(stmt);
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

int ledger_accept(struct ledger *ledger, struct arena *arena, struct ledger_intent *intent,
                  struct cJSON *event, struct ledger_intent *out_known, bool *out_is_known,
                  struct err *err)
{
    int rc = -1;

    *out_is_known = false;
    lock(ledger);
    if (execute_locked(ledger, "BEGIN IMMEDIATE", err))
        goto out;
    *out_is_known = find_locked(ledger, arena,
                                query_locked(ledger,
                                             "SELECT " INTENT_COLUMNS
                                             " FROM names n JOIN intents i ON i.number=n.number "
                                             "WHERE n.tenant=? AND n.system=? AND n.key=?",
                                             "ttt", intent->tenant, intent->system, intent->key),
                                out_known);
    if (*out_is_known) {
        rc = end_locked(ledger, 0, err);
        goto out;
    }
    *out_is_known =
        find_locked(/* the same event of the source under another key */
                    ledger, arena,
                    query_locked(ledger,
                                 "SELECT " INTENT_COLUMNS " FROM intents i "
                                 "WHERE i.tenant=? AND i.system=? AND i.event=? AND i.hash=?",
                                 "tttt", intent->tenant, intent->system, intent->event_id,
                                 intent->payload_hash),
                    out_known);
    rc = *out_is_known ? 0 : insert_intent_locked(ledger, arena, intent, event, err);
    if (rc == 0)
        rc = run_locked(ledger, err, "INSERT INTO names VALUES(?,?,?,?)", "ttti", intent->tenant,
                        intent->system, intent->key,
                        *out_is_known ? out_known->number : intent->number);
    rc = end_locked(ledger, rc, err);
out:
    unlock(ledger);
    return rc;
}

int ledger_reset(struct ledger *ledger, struct err *err)
{
    lock(ledger);
    int rc = execute_locked(ledger, "BEGIN IMMEDIATE", err);
    if (rc == 0)
        rc = end_locked(
            ledger,
            execute_locked(ledger,
                           "DELETE FROM intents; DELETE FROM names; DELETE FROM events;"
                           "DELETE FROM audit; DELETE FROM reviews; DELETE FROM commits;",
                           err),
            err);
    if (rc == 0)
        remember_locked(ledger);
    unlock(ledger);
    return rc;
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

bool ledger_find_key(struct ledger *ledger, struct arena *arena, const char *key,
                     struct ledger_intent *out)
{
    lock(ledger);
    bool is_found = find_locked(ledger, arena,
                                query_locked(ledger,
                                             "SELECT " INTENT_COLUMNS
                                             " FROM names n JOIN intents i ON i.number=n.number "
                                             "WHERE n.key=? ORDER BY i.number LIMIT 1",
                                             "t", key),
                                out);
    unlock(ledger);
    return is_found;
}

void ledger_each(struct ledger *ledger, struct arena *arena, const char *state, int64_t after,
                 size_t max, ledger_each_fn *each, void *arg)
{
    struct ledger_intent intent;

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
    while (has_row(stmt)) {
        read_intent(stmt, arena, &intent);
        each(arg, &intent);
    }
    sqlite3_finalize(stmt);
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
    sqlite3_finalize(stmt);
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
    sqlite3_finalize(stmt);
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
    sqlite3_finalize(stmt);
    unlock(ledger);
}

bool ledger_is_own(struct ledger *ledger, const struct ledger_commit *commit)
{
    lock(ledger);
    sqlite3_stmt *stmt =
        query_locked(ledger,
                     "SELECT 1 FROM commits WHERE reference=? AND version=? AND tenant=? AND "
                     "system=? AND requester=?",
                     "ttttt", commit->reference, commit->version, commit->tenant, commit->system,
                     commit->requester);
    bool is_own = has_row(stmt);
    sqlite3_finalize(stmt);
    unlock(ledger);
    return is_own;
}

bool ledger_is_replaced(struct ledger *ledger, const char *reference, const char *version)
{
    lock(ledger);
    sqlite3_stmt *stmt = query_locked(ledger, "SELECT 1 FROM commits WHERE reference=? AND guard=?",
                                      "tt", reference, version);
    bool is_replaced = has_row(stmt);
    sqlite3_finalize(stmt);
    unlock(ledger);
    return is_replaced;
}

void ledger_gauges(struct ledger *ledger, struct ledger_gauges *out)
{
    memset(out, 0, sizeof(*out));
    lock(ledger);
    out->backlog = number_locked(ledger, "SELECT count(*) FROM intents WHERE state IN " NOT_ENDED);
    out->unknown = number_locked(ledger, "SELECT count(*) FROM intents WHERE state='unknown'");
    out->reviews_open = number_locked(ledger, "SELECT count(*) FROM reviews WHERE open=1");
    out->commits = number_locked(ledger, "SELECT count(*) FROM commits");
    out->commits_audited = number_locked(
        ledger, "SELECT count(*) FROM audit WHERE line LIKE '%\"outcome\":\"committed\"%' AND "
                "line NOT LIKE '%\"versionWritten\":null%'");
    out->oldest_ms =
        number_locked(ledger, "SELECT min(accepted) FROM intents WHERE state IN " NOT_ENDED);
    unlock(ledger);
}
