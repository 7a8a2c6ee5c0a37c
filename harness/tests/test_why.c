/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of why: a failed run in sentences. */
#include "harness/why.h"

#include <string.h>

#include "base/arena.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

static const struct result_invariant finding = {
    .name = "no-duplicate", .engineer = "At most one effect.", .text = "note took effect twice"};

static const char *told(struct kase *k, const struct result_invariant *found)
{
    return why_tell(case_evidence(k), found, case_arena(k));
}

static void guarded_write(struct kase *k)
{
    case_write(k, "note", WRITE);
}

static void unguarded_write(struct kase *k)
{
    case_write(k, "note", "PATCH Patient/ada", NULL, GENDER);
}

static void deletion(struct kase *k)
{
    case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
}

static void foreign_edit(struct kase *k)
{
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
}

static void foreign_deletion(struct kase *k)
{
    case_edit(k, ADA, NULL);
}

static void refused_write(struct kase *k)
{
    case_refused(k, "note", WRITE, 412);
}

static void refused_look(struct kase *k)
{
    case_refused(k, "note", "GET Patient/ada", NULL, NULL, 410);
}

/* As the simulator notes it: with the request that it was about. */
static void about_the_patch(struct kase *k, enum sim_kind kind, const char *fault)
{
    case_entry(k, &(struct sim_entry){.kind = kind,
                                      .method = "PATCH",
                                      .url = "Patient/ada",
                                      .actor = "portal",
                                      .intent = "note",
                                      .fault = fault});
}

static void lost_reply(struct kase *k)
{
    about_the_patch(k, SIM_FAULT, "reset-after");
}

static void gave_up(struct kase *k)
{
    about_the_patch(k, SIM_HUNG_UP, "");
}

static void gone_with_the_kill(struct kase *k)
{
    case_process(k, "kill", 0);
    about_the_patch(k, SIM_HUNG_UP, "");
}

static void killed(struct kase *k)
{
    case_process(k, "start", 0);
    case_process(k, "kill", 0);
    case_process(k, "start", 0);
}

static void server_down(struct kase *k)
{
    case_process(k, "down", 0);
    case_process(k, "up", 0);
}

/* What is worth a sentence has one, and what is not has none. */
static void what_happened_is_told_in_order(void)
{
    static const struct {
        const char *row;
        void (*build)(struct kase *k);
        const char *has, *lacks;
    } rows[] = {
        {"a write and its guard", guarded_write,
         "The engine writes Patient/ada, version @2: PATCH Patient/ada for portal's note, "
         "If-Match: W/\"1\". Found",
         "without a condition"},
        {"a write without one", unguarded_write, "for portal's note, without a condition. Found",
         "If-Match"},
        {"a deletion", deletion, "The engine deletes Patient/ada, version @2: DELETE", "writes"},
        {"somebody else's", foreign_edit, "nurse writes Patient/ada, version @2", "The engine"},
        {"somebody else's deletion", foreign_deletion, "nurse deletes Patient/ada, version @2",
         "writes"},
        {"a refusal", refused_write, "PATCH Patient/ada for portal's note is answered with 412.",
         "The engine writes"},
        {"a look that finds nothing", refused_look, "Found", "410"},
        {"a fault, in words", lost_reply,
         "PATCH Patient/ada for portal's note meets reset-after: applied", "is answered"},
        {"who hung up", gave_up,
         "The engine gives up waiting for the answer to PATCH Patient/ada for portal's note.",
         "killed"},
        {"who was killed did not give up", gone_with_the_kill, "The engine is killed. Found",
         "gives up"},
        {"a kill and the second start", killed, "The engine is killed. The engine starts again.",
         "The engine starts again. The engine is killed"},
        {"a server that goes down", server_down, "The server goes down. The server is up again.",
         "engine"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();

        note_begin(k);
        rows[i].build(k);
        EXPECT_HAS(rows[i].row, told(k, &finding), rows[i].has);
        EXPECT_TRUE(rows[i].row, !strstr(told(k, &finding), rows[i].lacks));
        case_free(k);
    }
}

static void it_ends_with_what_was_found_and_the_rule(void)
{
    struct result_invariant found = finding;
    struct kase *k = case_new();

    note_begin(k);
    EXPECT_STR("nothing happened", told(k, &found),
               "Found: note took effect twice. The rule no-duplicate: At most one effect.");
    found.diff = "- \"high\"\n+ \"low\"\n";
    EXPECT_HAS("a difference", told(k, &found),
               "twice. There should be \"high\"; is \"low\". The rule");
    found.text = found.engineer = NULL;
    EXPECT_HAS("a bare one", told(k, &found), "Found: .");
    case_free(k);
}

/* A reader has patience for a dozen sentences; of the rest there is a number. */
static void what_is_too_much_is_counted(void)
{
    struct kase *k = case_new();
    const char *text;

    note_begin(k);
    for (int i = 0; i < 15; i++)
        case_refused(k, "note", WRITE, 412);
    text = told(k, &finding);
    EXPECT_HAS("three too many", text, "(3 more.) Found");
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "is answered with 412")) != NULL; at++)
        count++;
    EXPECT_INT("the others are told", (long long)count, 12);
    case_free(k);
}

static CU_TestInfo tests[] = {
    {"what happened is told in order", what_happened_is_told_in_order},
    {"it ends with what was found and the rule", it_ends_with_what_was_found_and_the_rule},
    {"what is too much is counted", what_is_too_much_is_counted},
    CU_TEST_INFO_NULL,
};
SUITE("why", tests)
