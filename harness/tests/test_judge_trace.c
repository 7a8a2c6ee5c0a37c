/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of intent-first and correlated. */
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

/* ---- intent-first ---- */

static void killed_before(struct kase *k, bool is_up_again)
{
    note_begin(k);
    case_arrived(k, "note", WRITE);
    case_process(k, "kill", 0);
    if (!is_up_again)
        return;
    case_process(k, "start", 0);
    case_process(k, "ready", 0);
    case_recover(k);
}

static void logged(struct kase *k)
{
    killed_before(k, true);
    case_said(k, "event", "note", 0, EVENT);
}

static void not_logged(struct kase *k)
{
    killed_before(k, true);
}

static void logged_without_its_hash(struct kase *k)
{
    killed_before(k, true);
    case_said(k, "event", "note", 0,
              "{'sequence':1,'kind':'accepted','intent':'i-note','payloadHash':null,"
              "'source':{'system':'urn:portal'},'target':{'reference':'Patient/ada'}}");
}

static void logged_as_an_attempt_only(struct kase *k)
{
    killed_before(k, true);
    case_said(k, "event", "note", 0,
              "{'sequence':1,'kind':'attempt','key':'k-1-note','payloadHash':'ab'}");
}

static void logged_once_it_was_sent_again(struct kase *k)
{
    killed_before(k, true);
    case_submit(k, "note");
    case_said(k, "event", "note", 0, EVENT);
}

static void logged_and_sent_again(struct kase *k)
{
    logged(k);
    case_submit(k, "note");
}

static void not_up_again(struct kase *k)
{
    killed_before(k, false);
}

static void what_is_written_was_noted_before(void)
{
    static const struct case_row rows[] = {
        {"it is in the log", logged, VERDICT_PASS},
        {"it is in the log, and is sent again", logged_and_sent_again, VERDICT_PASS},
        {"it is in the log once it was sent again", logged_once_it_was_sent_again, VERDICT_FAIL},
        {"the log is empty", not_logged, VERDICT_FAIL},
        {"no payloadHash", logged_without_its_hash, VERDICT_FAIL},
        {"the attempt only", logged_as_an_attempt_only, VERDICT_FAIL},
        {"it did not come up again", not_up_again, VERDICT_UNKNOWN},
    };
    struct kase *k = case_new();

    case_rows("intent-first", rows);
    note_begin(k);
    case_write(k, "note", WRITE);
    EXPECT_INT("no kill: not judged", case_judge(k, "intent-first")->is_judged, false);
    case_free(k);
}

/* ---- correlated ---- */

static void nothing(struct kase *k)
{
    (void)k;
}

static void with_its_id(struct kase *k)
{
    note_begin(k);
    case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
    case_said(k, "event", "note", 0, EVENT);
    case_said(k, "review", "note", 200, "{'id':'r','intent':'i-note','correlationId':'c-1-note'}");
}

static void a_sweep_of_its_own_looks(struct kase *k)
{
    note_begin(k);
    case_read(k, NULL, ADA);
    case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
}

static void the_review_is_gone(struct kase *k)
{
    with_its_id(k);
    case_said(k, "review", "note", 404, "{'title':'not found'}");
}

static void a_write_without(struct kase *k)
{
    note_begin(k);
    case_write(k, NULL, WRITE);
}

static void a_write_with_another(struct kase *k)
{
    note_begin(k);
    case_write(k, "c-1-somebody", WRITE);
}

static void a_write_with_the_id_of_another_intent(struct kase *k)
{
    note_begin(k);
    case_submit(k, "gone");
    case_write(k, "gone", WRITE);
}

static void the_read_without(struct kase *k)
{
    note_begin(k);
    case_read(k, NULL, ADA);
    case_write(k, "note", WRITE);
}

/* A cache that two intents on one resource share. */
static void the_read_for_another_of_that_resource(struct kase *k)
{
    note_begin(k);
    case_submit(k, "gone");
    case_read(k, "gone", ADA);
    case_write(k, "note", WRITE);
}

static void the_read_with_the_id_of_a_stranger(struct kase *k)
{
    note_begin(k);
    case_intent(k, "stranger",
                "{'operation':'create','resource':{'resourceType':'Task','status':'draft'}}");
    case_submit(k, "stranger");
    case_read(k, "stranger", ADA);
    case_write(k, "note", WRITE);
}

#define CALL(priority, status)                                                                     \
    "{'resourceType':'Task','id':'call','priority':'" priority "','status':'" status "'}"

/* An update made on version 1 meets version 2; who read its base is `reader`'s, NULL is nobody. */
static void meets_another(struct kase *k, const char *reader, const char *sent)
{
    case_chart(k, "Task/call", CALL("routine", "requested"));
    case_intent(
        k, "raise",
        "{'operation':'update','target':{'reference':'Task/call'},'baseVersion':'1',"
        "'resource':" CALL("urgent", "requested") ",'source':{'system':'urn:p','eventId':'e-7'}}");
    case_submit(k, "raise");
    case_read(k, reader, "Task/call");
    case_edit(k, "Task/call", CALL("routine", "accepted"));
    case_read(k, "raise", "Task/call");
    case_write(k, "raise", "PUT Task/call", "If-Match: W/'2'", sent);
}

static void merged_from_a_base_that_it_read(struct kase *k)
{
    meets_another(k, "raise", CALL("urgent", "accepted"));
}

static void merged_from_a_base_that_nobody_read(struct kase *k)
{
    meets_another(k, NULL, CALL("urgent", "accepted"));
}

static void sent_as_it_is(struct kase *k)
{
    meets_another(k, NULL, CALL("urgent", "requested"));
}

static void an_event_of_nobody(struct kase *k)
{
    with_its_id(k);
    case_said(k, "event", NULL, 0, "{'sequence':2,'kind':'committed','target':'Patient/ada'}");
}

static void a_record_of_nobody(struct kase *k)
{
    with_its_id(k);
    case_said(k, "audit", NULL, 0, "{'sequence':2,'outcome':'committed'}");
}

static void an_event_of_a_sweep(struct kase *k)
{
    with_its_id(k);
    case_said(k, "event", NULL, 0, "{'sequence':2,'kind':'drift','target':'Patient/ada'}");
}

static void no_log_at_all(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_recover(k);
}

static void an_event_without(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_said(k, "event", "note", 0, "{'kind':'committed','intent':'i-note','key':'k-1-note'}");
}

static void a_review_with_another(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_said(k, "review", "note", 200, "{'id':'r','intent':'i-note','correlationId':'c-2-note'}");
}

static void all_of_it_can_be_traced(void)
{
    static const struct case_row rows[] = {
        {"everywhere", with_its_id, VERDICT_PASS},
        {"looks of nobody beside", a_sweep_of_its_own_looks, VERDICT_PASS},
        {"a review that is gone", the_review_is_gone, VERDICT_PASS},
        {"the read of another intent on it", the_read_for_another_of_that_resource, VERDICT_PASS},
        {"an event of a sweep", an_event_of_a_sweep, VERDICT_PASS},
        {"a write without", a_write_without, VERDICT_FAIL},
        {"the read with a stranger's", the_read_with_the_id_of_a_stranger, VERDICT_FAIL},
        {"an event of nobody", an_event_of_nobody, VERDICT_FAIL},
        {"a record of nobody", a_record_of_nobody, VERDICT_FAIL},
        {"a write with an id of nobody", a_write_with_another, VERDICT_FAIL},
        {"a write with another intent's", a_write_with_the_id_of_another_intent, VERDICT_FAIL},
        {"the read without", the_read_without, VERDICT_FAIL},
        {"an event without", an_event_without, VERDICT_FAIL},
        {"a review with another", a_review_with_another, VERDICT_FAIL},
        {"an event log that gave nothing", no_log_at_all, VERDICT_UNKNOWN},
        {"an empty journal", nothing, VERDICT_UNKNOWN},
    };

    static const struct case_row bases[] = {
        {"merged from a base that it read", merged_from_a_base_that_it_read, VERDICT_PASS},
        {"merged from a base that nobody read", merged_from_a_base_that_nobody_read, VERDICT_FAIL},
        {"nothing was merged", sent_as_it_is, VERDICT_PASS},
    };

    case_rows("correlated", rows);
    case_rows("correlated", bases);
}

static CU_TestInfo tests[] = {
    {"what is written was noted before", what_is_written_was_noted_before},
    {"all of it can be traced", all_of_it_can_be_traced},
    CU_TEST_INFO_NULL,
};
SUITE("judge_trace", tests)
