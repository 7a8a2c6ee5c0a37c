/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of no-echo. */
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

#define TASK "Task/call"

static void committed(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
}

static void told_and_quiet(struct kase *k)
{
    committed(k);
    case_notify(k, ADA);
    case_notify(k, ADA);
    case_recover(k);
}

static void told_and_reads(struct kase *k)
{
    committed(k);
    case_notify(k, ADA);
    case_read(k, "note", ADA);
    case_recover(k);
}

static void told_and_writes_again(struct kase *k)
{
    committed(k);
    case_notify(k, ADA);
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'2'", GENDER);
    case_recover(k);
}

static void told_and_writes_for_nobody(struct kase *k)
{
    committed(k);
    case_notify(k, ADA);
    case_write(k, "sync-7", "PUT Patient/ada", "If-Match: W/'2'",
               "{'resourceType':'Patient','active':true,'gender':'female'}");
    case_recover(k);
}

/* The write that was under way goes on: nothing says that the notification is why. */
static void told_while_it_retries(struct kase *k)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_notify(k, ADA);
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void told_and_another_intent_comes(struct kase *k)
{
    committed(k);
    case_notify(k, ADA);
    case_submit(k, "gone");
    case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'2'", NULL);
    case_recover(k);
}

static void told_and_then_decided(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "rejected", NULL, NULL);
    case_notify(k, ADA);
    case_decide(k, "note", "{'decision':'apply','seenVersion':'2'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'2'", GENDER);
    case_recover(k);
}

static void told_with_a_provenance_behind(struct kase *k)
{
    committed(k);
    case_notify(k, ADA);
    case_write(k, "note", "POST Provenance", NULL,
               "{'resourceType':'Provenance','target':[{'reference':'Patient/ada'}]}");
    case_recover(k);
}

/* A foreign version may be a reason to write: that is for other judges. */
static void told_of_a_foreign_one_and_writes(struct kase *k)
{
    committed(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_notify(k, ADA);
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'3'", GENDER);
    case_recover(k);
}

static void takes_a_foreign_one_for_its_own(struct kase *k)
{
    note_begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_notify(k, ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void finds_that_a_foreign_one_is_what_was_meant(struct kase *k)
{
    note_begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':true,'gender':'female'}");
    case_notify(k, ADA);
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void said_it_before_it_was_told(struct kase *k)
{
    note_begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_view(k, "note", "committed", ADA, "2");
    case_notify(k, ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void told_of_what_is_not_there(struct kase *k)
{
    committed(k);
    case_entry(
        k, &(struct sim_entry){.kind = SIM_SAID, .what = "notify", .reference = TASK, .commit = 7});
    case_recover(k);
}

static void no_echo_says_what_it_should(void)
{
    static const struct case_row rows[] = {
        {"told of its own commit, and quiet", told_and_quiet, VERDICT_PASS},
        {"told, and looks", told_and_reads, VERDICT_PASS},
        {"told, and writes again", told_and_writes_again, VERDICT_FAIL},
        {"told, and writes for nobody", told_and_writes_for_nobody, VERDICT_FAIL},
        {"told while it retries", told_while_it_retries, VERDICT_PASS},
        {"told, and another intent comes", told_and_another_intent_comes, VERDICT_PASS},
        {"told, and a human decides", told_and_then_decided, VERDICT_PASS},
        {"told, and a companion follows", told_with_a_provenance_behind, VERDICT_PASS},
        {"told of a foreign one, and writes", told_of_a_foreign_one_and_writes, VERDICT_PASS},
        {"takes a foreign one for its own", takes_a_foreign_one_for_its_own, VERDICT_FAIL},
        {"a foreign one is what was meant", finds_that_a_foreign_one_is_what_was_meant,
         VERDICT_PASS},
        {"said it before it was told", said_it_before_it_was_told, VERDICT_PASS},
        {"told of what is not there", told_of_what_is_not_there, VERDICT_UNKNOWN},
    };

    case_rows("no-echo", rows);
}

static CU_TestInfo tests[] = {
    {"no-echo says what it should", no_echo_says_what_it_should},
    CU_TEST_INFO_NULL,
};
SUITE("judge_feed", tests)
