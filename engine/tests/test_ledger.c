/* SPDX-License-Identifier: Apache-2.0 */
/* What the ledger keeps, and what it never lets happen. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "engine/ledger.h"
#include "engine/worker.h"
#include "tests/expect.h"

struct rig {
    struct ledger *ledger;
    struct arena *arena;
    const char *folder;
};

static void rig_open(struct rig *rig)
{
    struct err err = ERR_INIT;

    rig->folder = test_folder();
    rig->arena = arena_new();
    rig->ledger = ledger_open(rig->folder, &err);
    EXPECT_STR("open", err.text, "");
}

static void rig_reopen(struct rig *rig)
{
    struct err err = ERR_INIT;

    ledger_close(rig->ledger);
    rig->ledger = ledger_open(rig->folder, &err);
    EXPECT_STR("open again", err.text, "");
}

static void rig_close(struct rig *rig)
{
    ledger_close(rig->ledger);
    arena_free(rig->arena);
}

static struct cJSON *line(struct rig *rig, const char *kind)
{
    struct cJSON *record = json_object(rig->arena);

    json_put_string(record, "kind", kind);
    return record;
}

static struct ledger_intent row_of(const char *id, const char *system, const char *key,
                                   const char *event, const char *hash)
{
    return (struct ledger_intent){.id = id,
                                  .tenant = "",
                                  .system = system,
                                  .key = key,
                                  .event_id = event,
                                  .payload_hash = hash,
                                  .correlation = "c",
                                  .request = "{}",
                                  .state = "accepted",
                                  .work = "{}",
                                  .accepted_ms = 1};
}

static const char *accept_one(struct rig *rig, struct ledger_intent row, struct ledger_intent *out)
{
    struct ledger_acceptance acceptance = {.intent = &row, .event = line(rig, "accepted")};
    struct err err = ERR_INIT;

    if (ledger_accept(rig->ledger, rig->arena, &acceptance, &err))
        return arena_strdup(rig->arena, err.text);
    if (out)
        *out = acceptance.is_known ? acceptance.known : row;
    return acceptance.is_known ? acceptance.known.id : row.id;
}

static void one_key_of_one_source_is_one_intent(void)
{
    static const struct {
        const char *row, *id, *system, *key, *event, *hash, *want;
    } rows[] = {
        {"the first", "i1", "portal", "k1", "e1", "h1", "i1"},
        {"the same again", "i2", "portal", "k1", "e1", "h1", "i1"},
        {"another payload under the key finds it too", "i3", "portal", "k1", "e1", "h2", "i1"},
        {"another source", "i4", "ward", "k1", "e1", "h1", "i4"},
        {"another key", "i5", "portal", "k2", "e2", "h1", "i5"},
        {"the same event and payload under another key", "i6", "portal", "k3", "e1", "h1", "i1"},
        {"that key again", "i7", "portal", "k3", "e1", "h1", "i1"},
        {"the same event, another payload", "i8", "portal", "k4", "e1", "h9", "i8"},
        {"no event, same payload", "i9", "portal", "k5", NULL, "h1", "i9"},
    };
    struct rig rig;

    rig_open(&rig);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_STR(
            rows[i].row,
            accept_one(&rig,
                       row_of(rows[i].id, rows[i].system, rows[i].key, rows[i].event, rows[i].hash),
                       NULL),
            rows[i].want);
    rig_reopen(&rig);
    EXPECT_STR("after a restart", accept_one(&rig, row_of("ix", "portal", "k1", "e1", "h1"), NULL),
               "i1");
    rig_close(&rig);
}

static int write_one(struct rig *rig, struct ledger_intent *row, const char *state,
                     const char *only_from, struct err *err)
{
    struct cJSON *events[] = {line(rig, state)};
    struct cJSON *audits[] = {line(rig, state), line(rig, "second")};

    row->state = state;
    return ledger_write(rig->ledger,
                        &(struct ledger_step){.intent = row,
                                              .only_from = only_from,
                                              .events = events,
                                              .event_count = 1,
                                              .audits = audits,
                                              .audit_count = 2},
                        err);
}

static void a_step_is_whole_or_nothing(void)
{
    struct rig rig;
    struct ledger_intent row, found;
    struct err err = ERR_INIT;
    struct buf events = BUF_INIT, audit = BUF_INIT;

    rig_open(&rig);
    accept_one(&rig, row_of("i1", "s", "k", "e", "h"), &row);
    EXPECT_INT("only from another state", write_one(&rig, &row, "cancelled", "writing", &err), -1);
    EXPECT_INT("an answer, not a failure", err.code, ERR_INPUT);
    ledger_audit(rig.ledger, 0, &audit);
    EXPECT_STR("nothing written", buf_text(&audit), "");
    err = ERR_INIT;
    EXPECT_INT("cancelled", write_one(&rig, &row, "cancelled", "accepted", &err), 0);
    EXPECT_INT("nothing follows", write_one(&rig, &row, "committed", NULL, &err), -1);
    EXPECT_TRUE("found", ledger_find(rig.ledger, rig.arena, "i1", &found));
    EXPECT_STR("state", found.state, "cancelled");
    ledger_events(rig.ledger, 1, &events);
    EXPECT_STR("events are numbered without gaps", buf_text(&events),
               "{\"kind\":\"cancelled\",\"sequence\":2}\n");
    buf_release(&events);
    buf_release(&audit);
    rig_close(&rig);
}

/* Every line carries the hash of the line before it, as it is served, over restarts too. */
static void the_audit_is_one_chain(void)
{
    struct rig rig;
    struct ledger_intent row;
    struct err err = ERR_INIT;
    struct buf audit = BUF_INIT;
    char want[HASH_HEX_SIZE] = "";
    int count = 0;

    rig_open(&rig);
    accept_one(&rig, row_of("i1", "s", "k", "e", "h"), &row);
    EXPECT_INT("write", write_one(&rig, &row, "writing", NULL, &err), 0);
    EXPECT_INT("refused", write_one(&rig, &row, "writing", "nowhere", &err), -1);
    rig_reopen(&rig);
    EXPECT_INT("write", write_one(&rig, &row, "committed", NULL, &err), 0);
    ledger_audit(rig.ledger, 0, &audit);
    char *save = NULL;
    for (char *at = strtok_r(audit.bytes, "\n", &save); at; at = strtok_r(NULL, "\n", &save)) {
        struct cJSON *record = json_parse(rig.arena, at, strlen(at), &err);

        EXPECT_STR("previousHash", json_string(record, "previousHash"), want);
        EXPECT_INT("sequence", json_integer(record, "sequence", 0), ++count);
        hash_hex(at, strlen(at), want);
    }
    EXPECT_INT("lines", count, 4);
    buf_release(&audit);
    rig_close(&rig);
}

static void own_versions_are_known(void)
{
    static const struct ledger_commit made = {"Task/1", "2", "", "portal", "r"};
    struct rig rig;
    struct ledger_intent row;
    struct err err = ERR_INIT;
    struct ledger_commit other = made;

    rig_open(&rig);
    row = row_of("i1", "portal", "k", "e", "h");
    row.request = "{\"source\":{\"sequence\":7}}";
    accept_one(&rig, row, &row);
    EXPECT_INT(
        "write",
        ledger_write(rig.ledger,
                     &(struct ledger_step){.intent = &row, .commits = &made, .commit_count = 1},
                     &err),
        0);
    EXPECT_TRUE("ours", ledger_is_own(rig.ledger, &made, row.number));
    EXPECT_TRUE("later", !ledger_is_own(rig.ledger, &made, row.number - 1));
    other.requester = "another";
    EXPECT_TRUE("of another requester", !ledger_is_own(rig.ledger, &other, row.number));
    struct ledger_intent late = row;
    late.number = row.number + 1;
    EXPECT_TRUE("said before", ledger_is_overtaken(rig.ledger, &late, "Task/1", 6));
    EXPECT_TRUE("said after", !ledger_is_overtaken(rig.ledger, &late, "Task/1", 7));
    EXPECT_TRUE("elsewhere", !ledger_is_overtaken(rig.ledger, &late, "Task/2", 6));
    EXPECT_TRUE("by itself", !ledger_is_overtaken(rig.ledger, &row, "Task/1", 6));
    late.tenant = "another";
    EXPECT_TRUE("another tenant", !ledger_is_overtaken(rig.ledger, &late, "Task/1", 6));
    EXPECT_INT("reset", ledger_reset(rig.ledger, &err), 0);
    EXPECT_TRUE("forgotten", !ledger_is_own(rig.ledger, &made, row.number));
    rig_close(&rig);
}

static void a_folder_that_is_none_is_one_line(void)
{
    struct err err = ERR_INIT;

    EXPECT_TRUE("open", ledger_open("/nowhere/at/all", &err) == NULL);
    EXPECT_HAS("text", err.text, "/nowhere/at/all/ledger.sqlite");
}

static void what_is_no_ledger_is_refused(void)
{
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    char path[4096];
    const char *folder = test_folder();

    snprintf(path, sizeof(path), "%s/ledger.sqlite", folder);
    for (int i = 0; i < 500; i++)
        buf_puts(&text, "this is no database ");
    EXPECT_INT("write", buf_write_file(&text, path, &err), 0);
    EXPECT_TRUE("open", ledger_open(folder, &err) == NULL);
    EXPECT_HAS("text", err.text, "not a database");
    buf_release(&text);
}

static void a_ledger_has_one_owner_and_one_format(void)
{
    struct rig rig;
    struct err err = ERR_INIT;
    sqlite3 *db;
    char path[4096];

    rig_open(&rig);
    EXPECT_TRUE("a second owner", ledger_open(rig.folder, &err) == NULL);
    EXPECT_HAS("a second owner", err.text, "locked");
    ledger_close(rig.ledger);
    snprintf(path, sizeof(path), "%s/ledger.sqlite", rig.folder);
    EXPECT_INT("open", sqlite3_open(path, &db), SQLITE_OK);
    EXPECT_INT("tomorrow's", sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL),
               SQLITE_OK);
    sqlite3_close(db);
    err = ERR_INIT;
    rig.ledger = ledger_open(rig.folder, &err);
    EXPECT_TRUE("of another format", rig.ledger == NULL);
    EXPECT_HAS("of another format", err.text, "format is 99");
    rig_close(&rig);
}

#define ROUNDS       12
#define ROUND_WRITES 8

static struct attempt {
    struct ledger *ledger;
    const char *id, *request;
    bool is_accepted;
} attempts[ROUNDS][ROUND_WRITES];

static struct task_end try_to_accept(void *arg, struct worker_lane *lane)
{
    struct attempt *attempt = arg;
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct ledger_intent row = row_of(attempt->id, "s", attempt->id, NULL, "h");
    struct ledger_acceptance acceptance = {.intent = &row, .event = json_object(arena)};

    (void)lane;
    row.request = attempt->request;
    attempt->is_accepted = ledger_accept(attempt->ledger, arena, &acceptance, &err) == 0;
    arena_free(arena);
    return (struct task_end){.is_timed = false};
}

/* One write in eight is too large for the disk. What is written with it is there or not, as was
 * said. */
static void a_full_disk_makes_no_liar(void)
{
    struct rlimit before, small;
    struct worker *worker = worker_new(&(struct worker_options){.threads_max = ROUND_WRITES});
    struct worker_counts counts;
    struct ledger_intent found;
    struct rig rig;
    size_t accepted = 0;

    rig_open(&rig);
    char *large = arena_alloc(rig.arena, 12 << 20);
    memset(large, 'x', (12 << 20) - 1);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 8 << 20, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < ROUNDS * ROUND_WRITES; i++) {
        struct attempt *attempt = &attempts[i / ROUND_WRITES][i % ROUND_WRITES];

        *attempt = (struct attempt){.ledger = rig.ledger,
                                    .id = arena_printf(rig.arena, "i%d", i),
                                    .request = i % ROUND_WRITES == 2 ? large : "{}"};
        worker_add(worker, &(struct task){.fn = try_to_accept, .arg = attempt, .sequence = -1});
        if (i % ROUND_WRITES == ROUND_WRITES - 1)
            worker_settle(worker, 0, 60000, &counts);
    }
    setrlimit(RLIMIT_FSIZE, &before);
    rig_reopen(&rig);
    for (int i = 0; i < ROUNDS * ROUND_WRITES; i++) {
        struct attempt *attempt = &attempts[i / ROUND_WRITES][i % ROUND_WRITES];

        EXPECT_INT(attempt->id, ledger_find(rig.ledger, rig.arena, attempt->id, &found),
                   attempt->is_accepted);
        accepted += attempt->is_accepted;
    }
    EXPECT_TRUE("some", accepted > 0 && accepted < ROUNDS * ROUND_WRITES);
    EXPECT_TRUE("stop", worker_stop(worker));
    worker_free(worker);
    rig_close(&rig);
}

static CU_TestInfo tests[] = {
    {"one key of one source is one intent", one_key_of_one_source_is_one_intent},
    {"a step is whole or nothing", a_step_is_whole_or_nothing},
    {"the audit is one chain", the_audit_is_one_chain},
    {"own versions are known", own_versions_are_known},
    {"a folder that is none is one line", a_folder_that_is_none_is_one_line},
    {"what is no ledger is refused", what_is_no_ledger_is_refused},
    {"a full disk makes no liar", a_full_disk_makes_no_liar},
    {"a ledger has one owner and one format", a_ledger_has_one_owner_and_one_format},
    CU_TEST_INFO_NULL,
};
SUITE("ledger", tests)
