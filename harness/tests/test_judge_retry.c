/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of bounded-retry and same-attempt. */
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

/* ---- bounded-retry ---- */

static void retried(struct kase *k, const char *between, uint64_t wait_us)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_replied(k, e, 503, NULL, NULL);
    if (between)
        case_said(k, between, NULL, 0, "{'dueInMs':2}");
    case_pause(k, wait_us);
    case_write(k, "note", WRITE);
}

static void after_a_pause(struct kase *k)
{
    retried(k, NULL, 2000);
}

static void after_a_timer(struct kase *k)
{
    retried(k, "settled", 0);
}

static void after_it_was_due(struct kase *k)
{
    retried(k, "due", 0);
}

static void by_a_sweep(struct kase *k)
{
    retried(k, "sweep", 0);
}

static void by_news(struct kase *k)
{
    retried(k, "notify", 0);
}

static void at_once(struct kase *k)
{
    retried(k, NULL, 0);
}

static void at_once_after_a_reset(struct kase *k)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "reset-before");
    case_write(k, "note", WRITE);
}

static void after_its_own_time_out(struct kase *k)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "");
    case_write(k, "note", WRITE);
}

/* It looks before it sends again, and the look takes its time. */
static void looked_between(struct kase *k, uint64_t before_us, uint64_t after_us)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_replied(k, e, 503, NULL, NULL);
    case_pause(k, before_us);
    e = case_arrived(k, "note", "GET Patient/ada/_history", NULL, NULL);
    case_pause(k, 50000);
    case_replied(k, e, 200, NULL, "{'resourceType':'Bundle'}");
    case_pause(k, after_us);
    case_write(k, "note", WRITE);
}

static void at_once_after_a_long_look(struct kase *k)
{
    looked_between(k, 100, 100);
}

static void after_a_look_and_a_pause(struct kase *k)
{
    looked_between(k, 100, 2000);
}

static void after_a_pause_and_a_look(struct kase *k)
{
    looked_between(k, 2000, 100);
}

static void after_a_timer_of_nothing(struct kase *k)
{
    note_begin(k);
    case_replied(k, case_arrived(k, "note", WRITE), 503, NULL, NULL);
    case_said(k, "settled", NULL, 0, "{'dueInMs':0}");
    case_pause(k, 5000);
    case_said(k, "due", NULL, 0, "{}");
    case_write(k, "note", WRITE);
}

static void after_a_timer_that_had_run_out(struct kase *k)
{
    note_begin(k);
    case_replied(k, case_arrived(k, "note", WRITE), 503, NULL, NULL);
    case_pause(k, 2000);
    case_said(k, "settled", NULL, 0, "{'dueInMs':0}");
    case_said(k, "due", NULL, 0, "{}");
    case_write(k, "note", WRITE);
}

static void throttled(struct kase *k, const char *between, uint64_t wait_us)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_replied(k, e, 429, "{'retry-after':'2'}", NULL);
    if (between)
        case_said(k, between, NULL, 0, "{}");
    case_pause(k, wait_us);
    case_write(k, "note", WRITE);
}

static void waited_as_asked(struct kase *k)
{
    throttled(k, NULL, 2000000);
}

static void made_due(struct kase *k)
{
    throttled(k, "due", 10);
}

static void due_after(struct kase *k, const char *settled, bool with_look)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_replied(k, e, 429, "{'retry-after':'2'}", NULL);
    case_said(k, "settled", NULL, 0, settled);
    case_said(k, "due", NULL, 0, "{}");
    if (with_look)
        case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
}

static void made_due_by_its_timer(struct kase *k)
{
    due_after(k, "{'dueInMs':1999}", false);
}

static void made_due_with_a_look(struct kase *k)
{
    due_after(k, "{'dueInMs':4}", true); /* two timers: the nearest is the look's, it may be */
}

static void named_a_short_timer(struct kase *k)
{
    due_after(k, "{'dueInMs':4}", false);
}

static void came_too_early(struct kase *k)
{
    throttled(k, NULL, 500000);
}

static void cut_by_news(struct kase *k)
{
    throttled(k, "notify", 500000);
}

static void cut_by_a_sweep(struct kase *k)
{
    throttled(k, "sweep", 500000);
}

static void refused_and_again(struct kase *k)
{
    note_begin(k);
    case_refused(k, "note", WRITE, 422);
    case_pause(k, 5000);
    case_arrived(k, "note", WRITE);
}

#define ADA_WITH(more)                                                                             \
    "PUT Patient/ada", "If-Match: W/'1'",                                                          \
        "{'resourceType':'Patient','id':'ada'," more "'active':true}"

static void refused_and_the_same_spelled_otherwise(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "put",
                "{'operation':'update','target':{'reference':'Patient/ada'},'resource':"
                "{'resourceType':'Patient','id':'ada','active':true}}");
    case_submit(k, "put");
    case_refused(k, "put", ADA_WITH(""), 422);
    case_pause(k, 5000);
    case_arrived(k, "put",
                 ADA_WITH("'text':{'status':'generated','div':'x'},'meta':{'source':'#2'},"));
}

static void looked_at(struct kase *k, int status, uint64_t wait_us)
{
    note_begin(k);
    case_refused(k, "note", "GET Patient/ada", NULL, NULL, status);
    case_pause(k, wait_us);
    case_read(k, "note", ADA);
}

static void looked_again_at_once(struct kase *k)
{
    looked_at(k, 503, 0);
}

static void looked_again_after_a_pause(struct kase *k)
{
    looked_at(k, 503, 2000);
}

static void looked_again_for_what_is_not_there(struct kase *k)
{
    looked_at(k, 404, 0);
}

static void refused_looked_and_again(struct kase *k)
{
    note_begin(k);
    case_refused(k, "note", WRITE, 404);
    case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
}

static void refused_and_otherwise(struct kase *k)
{
    note_begin(k);
    case_refused(k, "note", WRITE, 405);
    case_write(k, "note", "PUT Patient/ada", "If-Match: W/'1'",
               "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}");
}

static uint64_t asks(struct kase *k)
{
    return case_said(k, "decide", "note", 0, "{'decision':'apply'}");
}

static void is_told(struct kase *k, uint64_t asked)
{
    case_entry(k, &(struct sim_entry){.kind = SIM_SAID,
                                      .what = "decided",
                                      .intent = "note",
                                      .status = 503,
                                      .body = "{'title':'later'}",
                                      .of = asked});
}

/* A human decides, and the look that this takes is put off; the next one comes at once. */
static void look_put_off(struct kase *k, bool decides_twice, bool is_first_told)
{
    note_begin(k);
    uint64_t asked = asks(k);
    if (is_first_told)
        is_told(k, asked);
    uint64_t look = case_arrived(k, "note", "GET Patient/ada", NULL, NULL);
    if (decides_twice)
        asks(k);
    case_replied(k, look, 429, "{'retry-after':'2'}", NULL);
    case_read(k, "note", ADA);
}

static void the_other_decision_may_look(struct kase *k)
{
    look_put_off(k, true, false);
}

static void the_decision_looks_again(struct kase *k)
{
    look_put_off(k, false, false);
}

static void the_only_one_that_waits_looks_again(struct kase *k)
{
    look_put_off(k, true, true);
}

static void refused_decided_and_again(struct kase *k)
{
    note_begin(k);
    case_refused(k, "note", WRITE, 422);
    case_decide(k, "note", "{'decision':'apply'}");
    case_write(k, "note", WRITE);
}

static void two_keys_at_once(struct kase *k)
{
    note_begin(k);
    case_submit_as(k, "note", "k-other", NULL, 202, "{'id':'i-9','state':'accepted'}");
    case_refused(k, "note", WRITE, 422);
    case_refused(k, "note", WRITE, 422);
}

#define SENT(id)                                                                                   \
    "{'resource':{'resourceType':'Basic','id':'" id                                                \
    "'},'request':{'method':'PUT','url':'Basic/" id "'}}"
#define BATCH(entries) "{'resourceType':'Bundle','type':'transaction','entry':[" entries "]}"

static void refused_bundle(struct kase *k, const char *again)
{
    case_intent(k, "two", "{'operation':'bundle','bundle':" BATCH(SENT("a") "," SENT("b")) "}");
    case_submit(k, "two");
    case_refused(k, "two", "POST ", NULL, BATCH(SENT("a") "," SENT("b")), 422);
    case_pause(k, 5000);
    case_arrived(k, "two", "POST ", NULL, again);
}

static void a_bundle_refused_and_again(struct kase *k)
{
    refused_bundle(k, BATCH(SENT("a") "," SENT("b")));
}

static void a_bundle_refused_and_a_part_of_it(struct kase *k)
{
    refused_bundle(k, BATCH(SENT("a")));
}

static void nine_attempts(struct kase *k)
{
    note_begin(k);
    for (int i = 0; i < 9; i++) {
        case_refused(k, "note", WRITE, 500);
        case_pause(k, 5000);
    }
}

static void forty_one_requests(struct kase *k)
{
    note_begin(k);
    for (int i = 0; i < 41; i++)
        case_read(k, "note", ADA);
}

static void nothing(struct kase *k)
{
    (void)k;
}

static void retries_are_bounded(void)
{
    static const struct case_row rows[] = {
        {"after a pause", after_a_pause, VERDICT_PASS},
        {"a timer was said", after_a_timer, VERDICT_PASS},
        {"timed work was made due", after_it_was_due, VERDICT_PASS},
        {"a sweep cuts a back-off", by_a_sweep, VERDICT_PASS},
        {"a notification is news", by_news, VERDICT_PASS},
        {"after its own time-out", after_its_own_time_out, VERDICT_PASS},
        {"Retry-After was kept", waited_as_asked, VERDICT_PASS},
        {"Retry-After was made due", made_due, VERDICT_PASS},
        {"a timer as long as Retry-After was made due", made_due_by_its_timer, VERDICT_PASS},
        {"a timer was made due, and a look came too", made_due_with_a_look, VERDICT_PASS},
        {"refused, looked at, sent again", refused_looked_and_again, VERDICT_PASS},
        {"refused, and sent otherwise", refused_and_otherwise, VERDICT_PASS},
        {"refused, decided, sent again", refused_decided_and_again, VERDICT_PASS},
        {"put off while two decisions wait", the_other_decision_may_look, VERDICT_PASS},
        {"two keys, each refused once", two_keys_at_once, VERDICT_PASS},
        {"a Bundle refused, then a part of it", a_bundle_refused_and_a_part_of_it, VERDICT_PASS},
        {"looked again after a pause", looked_again_after_a_pause, VERDICT_PASS},
        {"looked twice for what is not there", looked_again_for_what_is_not_there, VERDICT_PASS},
        {"looked again at once", looked_again_at_once, VERDICT_FAIL},
        {"refused for good and sent again, spelled otherwise",
         refused_and_the_same_spelled_otherwise, VERDICT_FAIL},
        {"a Bundle refused and sent again", a_bundle_refused_and_again, VERDICT_FAIL},
        {"after a look and a pause", after_a_look_and_a_pause, VERDICT_PASS},
        {"after a pause and a look", after_a_pause_and_a_look, VERDICT_PASS},
        {"after a timer that had run out", after_a_timer_that_had_run_out, VERDICT_PASS},
        {"after a timer of nothing", after_a_timer_of_nothing, VERDICT_FAIL},
        {"at once after a long look", at_once_after_a_long_look, VERDICT_FAIL},
        {"at once", at_once, VERDICT_FAIL},
        {"at once after a reset", at_once_after_a_reset, VERDICT_FAIL},
        {"before Retry-After", came_too_early, VERDICT_FAIL},
        {"put off, and the decision looks again", the_decision_looks_again, VERDICT_FAIL},
        {"put off, and the only decision that waits looks again",
         the_only_one_that_waits_looks_again, VERDICT_FAIL},
        {"a timer shorter than Retry-After was made due", named_a_short_timer, VERDICT_FAIL},
        {"a sweep may not cut Retry-After", cut_by_a_sweep, VERDICT_FAIL},
        {"nor may news", cut_by_news, VERDICT_FAIL},
        {"refused for good and sent again", refused_and_again, VERDICT_FAIL},
        {"more attempts than promised", nine_attempts, VERDICT_FAIL},
        {"more requests than promised", forty_one_requests, VERDICT_FAIL},
        {"an empty journal", nothing, VERDICT_UNKNOWN},
    };

    case_rows("bounded-retry", rows);
}

/* ---- same-attempt ---- */

#define NUMBERED(n)                                                                                \
    "{'resourceType':'Basic','identifier':[{'system':'urn:case:write','value':'" n "'}]}"

static void create(struct kase *k)
{
    case_intent(k, "make",
                "{'operation':'create','target':{'type':'Basic'},'resource':{'resourceType':"
                "'Basic'}}");
    case_submit(k, "make");
}

static void lose(struct kase *k, const char *act, const char *guard, const char *body)
{
    case_lost(k, case_arrived(k, "make", act, guard, body), "reset-before");
}

static void two_keys_with_a_number_each(struct kase *k)
{
    create(k);
    case_submit_as(k, "make", "k-other", NULL, 202, "{'id':'i-9','state':'accepted'}");
    case_write(k, "make", "POST Basic", NULL, NUMBERED("1"));
    case_write(k, "make", "POST Basic", NULL, NUMBERED("2"));
}

static void two_keys_of_one_id(struct kase *k)
{
    create(k);
    case_submit_as(k, "make", "k-other", NULL, 202, "{'id':'i-make','state':'accepted'}");
    lose(k, "POST Basic", NULL, NUMBERED("1"));
    case_write(k, "make", "POST Basic", NULL, NUMBERED("2"));
}

static void first_alone_and_then_in_a_bundle(struct kase *k)
{
    create(k);
    lose(k, "POST Basic", "If-None-Exist: identifier=urn:case:write|1", NUMBERED("1"));
    case_arrived(k, "make", "POST ", NULL,
                 "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':" NUMBERED(
                     "1") ",'request':{'method':'POST','url':'Basic','ifNoneExist':"
                          "'identifier=urn:case:write|1'}}]}");
}

static void another_number_after_a_kill(struct kase *k)
{
    create(k);
    lose(k, "POST Basic", NULL, NUMBERED("1"));
    case_process(k, "kill", 0);
    case_process(k, "start", 0);
    case_write(k, "make", "POST Basic", NULL, NUMBERED("2"));
}

static void another_client_id(struct kase *k)
{
    create(k);
    lose(k, "PUT Basic/x", "If-None-Match: *", NUMBERED("1"));
    case_write(k, "make", "PUT Basic/y", "If-None-Match: *", NUMBERED("1"));
}

static void without_its_condition(struct kase *k)
{
    create(k);
    lose(k, "POST Basic", "If-None-Exist: identifier=urn:case:write|1", NUMBERED("1"));
    case_write(k, "make", "POST Basic", NULL, NUMBERED("1"));
}

static void a_retry_is_the_same_again(void)
{
    static const struct case_row rows[] = {
        {"two keys are two intents, with a number each", two_keys_with_a_number_each, VERDICT_PASS},
        {"first alone, then in a Bundle", first_alone_and_then_in_a_bundle, VERDICT_PASS},
        {"two keys of one id, with a number each", two_keys_of_one_id, VERDICT_FAIL},
        {"another number after a kill", another_number_after_a_kill, VERDICT_FAIL},
        {"another client id", another_client_id, VERDICT_FAIL},
        {"without its condition", without_its_condition, VERDICT_FAIL},
        {"an empty journal", nothing, VERDICT_UNKNOWN},
    };

    case_rows("same-attempt", rows);
}

static CU_TestInfo tests[] = {
    {"retries are bounded", retries_are_bounded},
    {"a retry is the same again", a_retry_is_the_same_again},
    CU_TEST_INFO_NULL,
};
SUITE("judge_retry", tests)
