/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that change the chart behind a client's back, and refusals that come of the server's state. */
#include "base/arena.h"
#include "base/err.h"
#include "simulator/rules.h"
#include "simulator/tests/struck.h"
#include "tests/expect.h"

#define VALUE   PULSE " /valueQuantity/value = "
#define NOTE    PULSE " /note/0/text = "
#define VERSION PULSE " /meta/versionId = "
#define HISTORY                                                                                    \
    {                                                                                              \
        "GET", PULSE "/_history", NULL, NULL                                                       \
    }
#define GUARDED                                                                                    \
    {                                                                                              \
        "PATCH", PULSE, IF_1, RAISE                                                                \
    }

static const struct struck_row refusals[] = {
    {"reject(duplicate)",
     {{0}},
     UPDATE,
     "409",
     "/issue/0/code = duplicate",
     VALUE "60",
     "arrived fault:reject(duplicate):409 replied:409",
     {0},
     NULL,
     NULL},
    {"phantom-conflict(409)",
     {{0}},
     GUARDED,
     "409",
     "/issue/0/code = conflict",
     VALUE "60",
     "arrived fault:phantom-conflict(409):409 replied:409",
     {0},
     NULL,
     NULL},
    {"lock",
     {{0}},
     UPDATE,
     "423",
     "/issue/0/code = lock-error",
     VALUE "60",
     "arrived fault:lock:423 replied:423",
     UPDATE,
     "200",
     ""},
    {"lock(424)",
     {{0}},
     UPDATE,
     "424",
     "/issue/0/code = lock-error",
     VALUE "60",
     "arrived fault:lock(424):424 replied:424",
     {0},
     NULL,
     NULL},
    {"bricked",
     {{0}},
     UPDATE,
     "409",
     "/issue/0/code = conflict",
     VALUE "60",
     "arrived fault:bricked:409 replied:409",
     GUARDED,
     "409",
     "/issue/0/code = conflict"},
    {"bricked",
     {{0}},
     GUARDED,
     "409",
     "",
     VALUE "60",
     "arrived fault:bricked:409 replied:409",
     {"DELETE", "Patient/ada", NULL, NULL},
     "204",
     ""},
    {"flap-precondition",
     {UPDATE},
     GUARDED,
     "200",
     "ETag: W/\"3\"",
     VERSION "3",
     "arrived fault:flap-precondition committed@3 replied:200",
     GUARDED,
     "412",
     ""},
};
/* Its token is refused for good, another one is taken. */
static const struct struck_row tokens[] = {
    {.fault = "token-expiry",
     .call = {"PUT", PULSE, "Authorization: Bearer t-1", PUT_72},
     .seen = "401",
     .shows = "WWW-Authenticate: Bearer\n/issue/0/code = login",
     .chart = "Observation/pulse /meta/versionId = 1",
     .story = "arrived fault:token-expiry:401 replied:401",
     .behind = {"PUT", PULSE, "Authorization: Bearer t-1", PUT_72},
     .behind_seen = "401",
     .behind_shows = "/issue/0/code = expired"},
    {.fault = "token-expiry",
     .call = {"GET", PULSE, "Authorization: Bearer t-1", NULL},
     .seen = "401",
     .shows = "",
     .chart = "",
     .story = "arrived fault:token-expiry:401 replied:401",
     .behind = {"GET", PULSE, "Authorization: Bearer t-2", NULL},
     .behind_seen = "200",
     .behind_shows = "/id = pulse"},
};
STRUCK(tokens)

STRUCK(refusals)

static const struct struck_row edits[] = {
    {"foreign-edit(same-field)",
     {{0}},
     GUARDED,
     "412",
     "/resourceType = OperationOutcome",
     VALUE "61",
     "arrived fault:foreign-edit(same-field) edit committed@2 replied:412",
     {0},
     NULL,
     NULL},
    {"foreign-edit(other-field)",
     {{0}},
     GUARDED,
     "412",
     "",
     VALUE "60\n" PULSE " /status = final\n" PULSE " /code/text = Pulse (edited)\n" VERSION "2",
     "arrived fault:foreign-edit(other-field) edit committed@2 replied:412",
     {0},
     NULL,
     NULL},
    {"foreign-edit(same-field)",
     {{0}},
     UPDATE,
     "200",
     "ETag: W/\"3\"",
     VALUE "72",
     "arrived fault:foreign-edit(same-field) edit committed@2 committed@3 replied:200",
     {0},
     NULL,
     NULL},
    {"foreign-edit(same-field)",
     {{0}},
     READ,
     "200",
     "ETag: W/\"1\"\n/valueQuantity/value = 60",
     VALUE "61",
     "arrived fault:foreign-edit(same-field) edit committed@2 replied:200",
     GUARDED,
     "412",
     ""},
    {"foreign-edit(delete)",
     {{0}},
     GUARDED,
     "412",
     "",
     PULSE " /id = (none)",
     "arrived fault:foreign-edit(delete) edit committed@2 replied:412",
     READ,
     "410",
     ""},
    {"foreign-edit(recreate)",
     {{0}},
     GUARDED,
     "412",
     "",
     VALUE "60\n" VERSION "3",
     "arrived fault:foreign-edit(recreate) edit committed@2 edit committed@3 replied:412",
     {0},
     NULL,
     NULL},
    {"foreign-edit(undo)",
     {UPDATE},
     READ,
     "200",
     "ETag: W/\"2\"\n/valueQuantity/value = 72",
     VALUE "60\n" VERSION "3",
     "arrived fault:foreign-edit(undo) edit committed@3 replied:200",
     {0},
     NULL,
     NULL},
    {"foreign-edit(merge-patient)",
     {{0}},
     GUARDED,
     "412",
     "",
     "Patient/ada /active = false\nPatient/ada /link/0/type = replaced-by\n"
     "Patient/ada /link/0/other/reference = Patient/c-1\n"
     "Patient/c-1 /name/0/family = Lovelace\n" PULSE " /subject/reference = Patient/c-1",
     "arrived fault:foreign-edit(merge-patient) edit committed@1 edit committed@2 edit "
     "committed@2 replied:412",
     {0},
     NULL,
     NULL},
};
STRUCK(edits)

static const struct struck_row restores[] = {
    {"undo-commit(server,reuse)",
     {{0}},
     UPDATE,
     "200",
     "ETag: W/\"2\"",
     VALUE "60\n" VERSION "1",
     "arrived committed@2 replied:200 fault:undo-commit(server,reuse)",
     UPDATE,
     "200",
     "ETag: W/\"2\""},
    {"undo-commit(resource,skip)",
     {{0}},
     UPDATE,
     "200",
     "ETag: W/\"2\"",
     VALUE "60\n" VERSION "1",
     "arrived committed@2 replied:200 fault:undo-commit(resource,skip)",
     UPDATE,
     "200",
     "ETag: W/\"3\""},
    {"undo-commit(server,reuse)",
     {{0}},
     {"POST", "Observation", NULL, NEW},
     "201",
     "ETag: W/\"1\"",
     "Observation/c-1 /id = (none)",
     "arrived committed@1 replied:201 fault:undo-commit(server,reuse)",
     {"GET", "Observation/c-1", NULL, NULL},
     "404",
     ""},
    {"undo-commit",
     {{0}},
     {"DELETE", PULSE, NULL, NULL},
     "204",
     "",
     VALUE "60",
     "arrived committed@2 replied:204 fault:undo-commit",
     HISTORY,
     "200",
     "/total = 1"},
    {"undo-commit(resource)",
     {{0}},
     BUNDLE("transaction"),
     "200",
     "/entry/1/response/status = 201 Created",
     "Patient/bo /id = (none)\nPatient/cy /id = (none)",
     "arrived committed@1 committed@1 replied:200 fault:undo-commit(resource) "
     "fault:undo-commit(resource)",
     {0},
     NULL,
     NULL},
    {"undo-commit",
     {{0}},
     {"PATCH", PULSE, "If-Match: W/\"7\"\n", RAISE},
     "412",
     "",
     VERSION "1",
     "arrived replied:412 fault:undo-commit",
     {0},
     NULL,
     NULL},
    {"id-reassign",
     {{0}},
     READ,
     "200",
     "/id = pulse",
     PULSE " /id = (none)\nObservation/c-1 /valueQuantity/value = 60",
     "arrived replied:200 fault:id-reassign edit committed@1 edit committed@2",
     READ,
     "410",
     ""},
    {"mutate-later(/code/text)",
     {{0}},
     READ,
     "200",
     "/code/text = Pulse",
     PULSE " /code/text = Pulse (edited)\n" VERSION "1",
     "arrived replied:200 fault:mutate-later(/code/text)",
     READ,
     "200",
     "ETag: W/\"1\"\n/code/text = Pulse (edited)\n/meta/lastUpdated = 2026-01-01T00:00:00.000Z"},
    {"mutate-later(/valueQuantity/value)",
     {{0}},
     UPDATE,
     "200",
     "/valueQuantity/value = 72",
     VALUE "73\n" VERSION "2",
     "arrived committed@2 replied:200 fault:mutate-later(/valueQuantity/value)",
     HISTORY,
     "200",
     "/total = 2\n/entry/0/resource/valueQuantity/value = "
     "73\n/entry/1/resource/valueQuantity/value "
     "= 60"},
    {"mutate-later(/code/text)",
     {{0}},
     READ,
     "200",
     "",
     VERSION "1",
     "arrived replied:200 fault:mutate-later(/code/text)",
     {"GET", "Observation/_history", NULL, NULL},
     "200",
     "/total = 1\n/entry/0/resource/code/text = Pulse (edited)"},
};
STRUCK(restores)

static void a_write_is_refused_by_the_state_of_the_server(void)
{
    struck_run(refusals, COUNT_OF(refusals));
}

static void someone_else_edits_in_between(void)
{
    struck_run(edits, COUNT_OF(edits));
}

static void what_was_answered_does_not_stay(void)
{
    struck_run(restores, COUNT_OF(restores));
}

static void a_merge_of_patients_is_taken_back(void)
{
    static const struct struck_call read = READ;
    struct rig rig;

    struck_open(&rig);
    struck_rule(&rig, "{\"fault\":\"unmerge-patient\"}"); /* fits nothing that is not merged */
    struck_rule(&rig, "{\"fault\":\"foreign-edit(merge-patient)\",\"times\":1}");
    struck_call(&rig, &read);
    EXPECT_STR("merged", rig_chart(&rig, PULSE, "/subject/reference"), "Patient/c-1");
    struck_call(&rig, &read);
    EXPECT_STR("subject", rig_chart(&rig, PULSE, "/subject/reference"), "Patient/ada");
    EXPECT_STR("link", rig_chart(&rig, "Patient/ada", "/link"), "(none)");
    EXPECT_STR("active", rig_chart(&rig, "Patient/ada", "/active"), "(none)");
    EXPECT_STR("story", rig_story(&rig, 2), "arrived replied:200 fault:unmerge-patient");
    rig_close(&rig);
}

/* In a conducted run the answer, and with it the restore, may come long after the commit. */
static void a_restore_takes_every_later_commit(void)
{
    static const struct {
        const char *fault, *pulse, *ada;
    } rows[] = {
        {"undo-commit(server,reuse)", "60", "(none)"},
        {"undo-commit(resource,reuse)", "60", "true"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct sim_fault fault = rig_fault(rows[i].fault);
        static const char patch[] =
            "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":72}]";
        struct err err = ERR_INIT;
        uint64_t number, later;
        struct rig rig;

        rig_open(&rig);
        rig_start_held(&rig, "PATCH", PULSE, NULL, patch, &number);
        EXPECT_INT(rows[i].fault, sim_commit(rig.sim, number, NULL, &err), 0);
        rig_start_held(&rig, "PATCH", "Patient/ada", NULL,
                       "[{\"op\":\"add\",\"path\":\"/active\",\"value\":true}]", &later);
        EXPECT_INT(rows[i].fault, sim_pass(rig.sim, later, NULL, &err), 0);
        EXPECT_INT(rows[i].fault, (long long)sim_version_count(rig.sim), 4);
        EXPECT_TRUE(rows[i].fault, sim_version_at(rig.sim, 3) != NULL);
        EXPECT_INT(rows[i].fault, sim_reply(rig.sim, number, &fault, &err), 0);
        EXPECT_STR(rows[i].fault, rig_chart(&rig, PULSE, "/valueQuantity/value"), rows[i].pulse);
        EXPECT_STR(rows[i].fault, rig_chart(&rig, "Patient/ada", "/active"), rows[i].ada);
        rig_start_held(&rig, "PATCH", PULSE, NULL, patch, &later);
        EXPECT_INT(rows[i].fault, sim_pass(rig.sim, later, NULL, &err), 0);
        /* What is listed is what stands, not what stood in that place. */
        EXPECT_INT(rows[i].fault, sim_version_at(rig.sim, sim_version_count(rig.sim) - 1)->commit,
                   3);
        rig_close(&rig);
    }
}

/* A deletion has no content to be told by. */
static void a_version_in_the_place_of_an_undone_one_is_listed(void)
{
    const struct sim_fault undo = rig_fault("undo-commit(server,reuse)");
    struct err err = ERR_INIT;
    uint64_t number;
    struct rig rig;

    rig_open(&rig);
    rig_start_held(&rig, "DELETE", PULSE, NULL, NULL, &number);
    EXPECT_INT("commit", sim_commit(rig.sim, number, NULL, &err), 0);
    EXPECT_STR("undone", sim_version_at(rig.sim, 2)->reference, PULSE);
    EXPECT_INT("reply", sim_reply(rig.sim, number, &undo, &err), 0);
    EXPECT_TRUE("nothing", sim_version_at(rig.sim, 2) == NULL);
    rig_start_held(&rig, "DELETE", "Patient/ada", NULL, NULL, &number);
    EXPECT_INT("pass", sim_pass(rig.sim, number, NULL, &err), 0);
    EXPECT_STR("stands", sim_version_at(rig.sim, 2)->reference, "Patient/ada");
    rig_close(&rig);
}

static void what_is_bricked_stays_so_until_the_run_ends(void)
{
    static const struct struck_call calls[] = {{"DELETE", "Patient/ada", NULL, NULL},
                                               {"DELETE", PULSE, NULL, NULL}};
    struct rig rig;

    struck_open(&rig);
    struck_rule(&rig, "{\"fault\":\"bricked\",\"times\":2}");
    for (int i = 0; i < 3; i++) {
        EXPECT_STR("ada", rig_seen(&rig, struck_call(&rig, &calls[0])), "409");
        EXPECT_STR("pulse", rig_seen(&rig, struck_call(&rig, &calls[1])), "409");
    }
    rig_begin(&rig);
    EXPECT_STR("anew", rig_seen(&rig, struck_call(&rig, &calls[1])), "204");
    rig_close(&rig);
}

static void the_journal_names_what_is_gone(void)
{
    static const struct struck_call update = UPDATE;
    const struct sim_entry *entry;
    struct rig rig;

    struck_open(&rig);
    struck_rule(&rig, "{\"fault\":\"undo-commit(server,reuse)\"}");
    struck_call(&rig, &update);
    entry = sim_journal_at(rig.sim, sim_journal_count(rig.sim) - 1);
    EXPECT_STR("kind", sim_kind_name(entry->kind), "fault");
    EXPECT_STR("reference", entry->reference, PULSE);
    EXPECT_STR("version", entry->version, "2");
    EXPECT_INT("ordinal", entry->ordinal, 2);
    EXPECT_INT("commit", entry->commit, 1);
    rig_close(&rig);
}

static void a_fault_that_has_nothing_to_show_is_refused(void)
{
    static const struct {
        const char *fault, *why;
        struct struck_call call;
    } rows[] = {
        {"stale-echo",
         "nothing at Patient/new before",
         {"PUT", "Patient/new", NULL, "{\"resourceType\":\"Patient\",\"id\":\"new\"}"}},
        {"backwards-read", "nothing is older", READ},
        {"torn-read", "no version before this one", READ},
        {"cached-get", "nobody has got Observation/pulse yet", READ},
        {"page-shift", "is not a later page", HISTORY},
        {"keepalive-close", "had no request before this one", READ},
        {"flap-precondition", "has no If-Match to ignore", {"DELETE", PULSE, NULL, NULL}},
        {"foreign-edit(undo)", "no version before this one", READ},
        {"foreign-edit",
         "nothing at Observation/nobody",
         {"GET", "Observation/nobody", NULL, NULL}},
        {"unmerge-patient", "was not merged", READ},
        {"mutate-later(/nothing)", "no text or number at /nothing", READ},
        {"bricked", "is for a write to one resource", {"GET", PULSE, NULL, NULL}},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct sim_fault fault = rig_fault(rows[i].fault);
        const struct struck_call *call = &rows[i].call;
        struct err err = ERR_INIT;
        uint64_t number;
        struct rig rig;

        rig_open(&rig);
        rig_start_held(&rig, call->method, call->url, call->headers, call->body, &number);
        EXPECT_INT(rows[i].fault, sim_pass(rig.sim, number, &fault, &err), -1);
        EXPECT_HAS(rows[i].fault, err.text, rows[i].why);
        EXPECT_STR(rows[i].fault, rig_story(&rig, 0), "arrived");
        rig_close(&rig);
    }
}

static void arguments_are_told_what_was_expected(void)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"truncate-body(x)", "argument 1 is 'x'; expected a number from 0 to 99999999"},
        {"drip(0)", "expected a number from 1 to 60000"},
        {"redirect(301)", "expected one of: 307 308"},
        {"lock(409)", "expected one of: 423 424"},
        {"normalise", "normalise: argument 1 is missing (normalise(/code/text,stored))"},
        {"normalise(code)", "expected a JSON Pointer"},
        {"clock-skew(1,back)", "expected one of: ahead behind"},
        {"omit-entry(0)", "expected a number from 1 to 9999"},
        {"search-ghost(old)", "expected one of: double deleted"},
        {"search-lag(0)", "expected a number from 1 to 9999"},
        {"foreign-edit(steal)", "expected one of: same-field other-field delete"},
        {"undo-commit(all)", "expected one of: resource server"},
        {"undo-commit(server,never)", "expected one of: reuse skip"},
        {"mutate-later(note)", "expected a JSON Pointer"},
        {"quota", "quota: argument 1 is missing (quota(100,60))"},
        {"outage(3)", "outage: argument 2 is missing (outage(3,5))"},
        {"outage(3,2)", "outage: it ends (2) before it begins (3)"},
        {"brown-out(all)", "expected one of: writes looks"},
        {"html-body(1)", "html-body takes 0 arguments, '1' is too many"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_fault fault;
        struct err err = ERR_INIT;

        EXPECT_INT(rows[i].text, sim_fault_parse(rows[i].text, &fault, &err), -1);
        EXPECT_HAS(rows[i].text, err.text, rows[i].why);
    }
}

static void a_token_expires(void)
{
    struck_run(tokens, COUNT_OF(tokens));
}

static CU_TestInfo tests[] = {
    {"a token expires", a_token_expires},
    {"a write is refused by the state of the server",
     a_write_is_refused_by_the_state_of_the_server},
    {"someone else edits in between", someone_else_edits_in_between},
    {"what was answered does not stay", what_was_answered_does_not_stay},
    {"a merge of patients is taken back", a_merge_of_patients_is_taken_back},
    {"a restore takes every later commit", a_restore_takes_every_later_commit},
    {"a version in the place of an undone one is listed",
     a_version_in_the_place_of_an_undone_one_is_listed},
    {"what is bricked stays so until the run ends", what_is_bricked_stays_so_until_the_run_ends},
    {"the journal names what is gone", the_journal_names_what_is_gone},
    {"arguments are told what was expected", arguments_are_told_what_was_expected},
    {"a fault that has nothing to show is refused", a_fault_that_has_nothing_to_show_is_refused},
    CU_TEST_INFO_NULL,
};
SUITE("faults_state", tests)
