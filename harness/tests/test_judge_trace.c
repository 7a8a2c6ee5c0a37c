/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of bounded-retry, same-attempt, intent-first, correlated, audit-complete and audit-true. */
#include <string.h>

#include "base/hash.h"
#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA    "Patient/ada"
#define ACTIVE "{'resourceType':'Patient','active':true}"
#define GENDER "[{'op':'add','path':'/gender','value':'female'}]"
#define WRITE  "PATCH Patient/ada", "If-Match: W/'1'", GENDER

static void begin(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" GENDER
                ",'source':{'system':'urn:portal','eventId':'e-1','sequence':1},"
                "'requester':{'reference':'Patient/ada'}}");
    case_intent(k, "gone", "{'operation':'delete','target':{'reference':'Patient/ada'}}");
    case_submit(k, "note");
}

/* ---- bounded-retry ---- */

static void retried(struct kase *k, const char *between, uint64_t wait_us)
{
    begin(k);
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

static void at_once(struct kase *k)
{
    retried(k, NULL, 0);
}

static void at_once_after_a_reset(struct kase *k)
{
    begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "reset-before");
    case_write(k, "note", WRITE);
}

static void after_its_own_time_out(struct kase *k)
{
    begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "");
    case_write(k, "note", WRITE);
}

static void throttled(struct kase *k, const char *between, uint64_t wait_us)
{
    begin(k);
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
    begin(k);
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

static void cut_by_a_sweep(struct kase *k)
{
    throttled(k, "sweep", 500000);
}

static void refused_and_again(struct kase *k)
{
    begin(k);
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
    begin(k);
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
    begin(k);
    case_refused(k, "note", WRITE, 404);
    case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
}

static void refused_and_otherwise(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 405);
    case_write(k, "note", "PUT Patient/ada", "If-Match: W/'1'",
               "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}");
}

static void refused_decided_and_again(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 422);
    case_decide(k, "note", "{'decision':'apply'}");
    case_write(k, "note", WRITE);
}

static void two_keys_at_once(struct kase *k)
{
    begin(k);
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
    begin(k);
    for (int i = 0; i < 9; i++) {
        case_refused(k, "note", WRITE, 500);
        case_pause(k, 5000);
    }
}

static void forty_one_requests(struct kase *k)
{
    begin(k);
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
        {"after its own time-out", after_its_own_time_out, VERDICT_PASS},
        {"Retry-After was kept", waited_as_asked, VERDICT_PASS},
        {"Retry-After was made due", made_due, VERDICT_PASS},
        {"a timer as long as Retry-After was made due", made_due_by_its_timer, VERDICT_PASS},
        {"a timer was made due, and a look came too", made_due_with_a_look, VERDICT_PASS},
        {"refused, looked at, sent again", refused_looked_and_again, VERDICT_PASS},
        {"refused, and sent otherwise", refused_and_otherwise, VERDICT_PASS},
        {"refused, decided, sent again", refused_decided_and_again, VERDICT_PASS},
        {"two keys, each refused once", two_keys_at_once, VERDICT_PASS},
        {"a Bundle refused, then a part of it", a_bundle_refused_and_a_part_of_it, VERDICT_PASS},
        {"looked again after a pause", looked_again_after_a_pause, VERDICT_PASS},
        {"looked twice for what is not there", looked_again_for_what_is_not_there, VERDICT_PASS},
        {"looked again at once", looked_again_at_once, VERDICT_FAIL},
        {"refused for good and sent again, spelled otherwise",
         refused_and_the_same_spelled_otherwise, VERDICT_FAIL},
        {"a Bundle refused and sent again", a_bundle_refused_and_again, VERDICT_FAIL},
        {"at once", at_once, VERDICT_FAIL},
        {"at once after a reset", at_once_after_a_reset, VERDICT_FAIL},
        {"before Retry-After", came_too_early, VERDICT_FAIL},
        {"a timer shorter than Retry-After was made due", named_a_short_timer, VERDICT_FAIL},
        {"a sweep may not cut Retry-After", cut_by_a_sweep, VERDICT_FAIL},
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

/* ---- intent-first ---- */

#define EVENT                                                                                      \
    "{'sequence':1,'kind':'accepted','intent':'i-note','key':'k-1-note','correlationId':'c-1-"     \
    "note',"                                                                                       \
    "'payloadHash':'ab','source':{'system':'urn:portal'},'target':{'reference':'Patient/ada'}}"

static void killed_before(struct kase *k, bool is_up_again)
{
    begin(k);
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
    after_a_pause(k);
    EXPECT_INT("no kill: not judged", case_judge(k, "intent-first")->is_judged, false);
    case_free(k);
}

/* ---- correlated ---- */

static void with_its_id(struct kase *k)
{
    begin(k);
    case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
    case_said(k, "event", "note", 0, EVENT);
    case_said(k, "review", "note", 200, "{'id':'r','intent':'i-note','correlationId':'c-1-note'}");
}

static void a_sweep_of_its_own_looks(struct kase *k)
{
    begin(k);
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
    begin(k);
    case_write(k, NULL, WRITE);
}

static void a_write_with_another(struct kase *k)
{
    begin(k);
    case_write(k, "c-1-somebody", WRITE);
}

static void a_write_with_the_id_of_another_intent(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    case_write(k, "gone", WRITE);
}

static void the_read_without(struct kase *k)
{
    begin(k);
    case_read(k, NULL, ADA);
    case_write(k, "note", WRITE);
}

/* A cache that two intents on one resource share. */
static void the_read_for_another_of_that_resource(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    case_read(k, "gone", ADA);
    case_write(k, "note", WRITE);
}

static void the_read_with_the_id_of_a_stranger(struct kase *k)
{
    begin(k);
    case_intent(k, "stranger",
                "{'operation':'create','resource':{'resourceType':'Task','status':'draft'}}");
    case_submit(k, "stranger");
    case_read(k, "stranger", ADA);
    case_write(k, "note", WRITE);
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
    begin(k);
    case_write(k, "note", WRITE);
    case_recover(k);
}

static void an_event_without(struct kase *k)
{
    begin(k);
    case_write(k, "note", WRITE);
    case_said(k, "event", "note", 0, "{'kind':'committed','intent':'i-note','key':'k-1-note'}");
}

static void a_review_with_another(struct kase *k)
{
    begin(k);
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

    case_rows("correlated", rows);
}

/* ---- audit ---- */

/* Serves a record of `note`, chained to `previous` ("" for the first); gives the line. */
static const char *record(struct kase *k, const char *previous, int sequence, const char *written,
                          const char *more)
{
    char hash[HASH_HEX_SIZE] = "", payload[HASH_HEX_SIZE];

    if (*previous)
        hash_hex(previous, strlen(previous), hash);
    hash_canonical(case_evidence(k)->intents[0].payload, payload);
    const char *line = case_text(
        k,
        "{\"sequence\":%d,\"previousHash\":\"%s\",\"intent\":\"i-note\",\"key\":\"k-1-note\","
        "\"correlationId\":\"c-1-note\",\"requester\":{\"reference\":\"Patient/ada\"},"
        "\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e-1\",\"sequence\":1},"
        "\"target\":{\"reference\":\"Patient/ada\"},\"versionRead\":\"1\",\"versionWritten\":%s,"
        "\"payloadHash\":\"%s\",%s}",
        sequence, hash, written, payload, more);
    case_said(k, "audit", "note", 0, line);
    return line;
}

#define COMMITTED "\"outcome\":\"committed\""

static void written(struct kase *k)
{
    begin(k);
    case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void one_record(struct kase *k)
{
    written(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void no_record(struct kase *k)
{
    written(k);
}

static void two_records(struct kase *k)
{
    written(k);
    record(k, record(k, "", 1, "\"2\"", COMMITTED), 2, "\"2\"", COMMITTED);
}

static void a_record_without_version(struct kase *k)
{
    written(k);
    record(k, "", 1, "null", COMMITTED);
}

static void another_requester(struct kase *k)
{
    written(k);
    record(k, "", 1, "\"2\"", COMMITTED ",\"x\":1");
    case_said(
        k, "audit", "note", 0,
        "{'sequence':2,'intent':'i-note','key':'k-1-note','requester':{'reference':'Patient/eve'},"
        "'outcome':'conflict'}");
}

static void another_hash(struct kase *k)
{
    written(k);
    record(k, "", 1, "\"2\"", COMMITTED);
    case_said(
        k, "audit", "note", 0,
        "{'sequence':2,'intent':'i-note','key':'k-1-note','requester':{'reference':'Patient/ada'},"
        "'source':{'system':'urn:portal','eventId':'e-1','sequence':1},'payloadHash':'00','outcome'"
        ":'conflict'}");
}

static void refused(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 422);
    case_view(k, "note", "rejected", NULL, NULL);
    case_recover(k);
}

static void refused_and_recorded(struct kase *k)
{
    refused(k);
    record(k, "", 1, "null", "\"outcome\":\"refused\"");
}

static void refused_and_not_recorded(struct kase *k)
{
    refused(k);
}

static void deleted_and_recorded_with_null(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note", "{'operation':'delete','target':{'reference':'Patient/ada'}}");
    case_submit(k, "note");
    uint64_t e = case_arrived(k, "note", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_recover(k);
    record(k, "", 1, "null", COMMITTED);
}

static void unfinished(struct kase *k)
{
    begin(k);
    case_write(k, "note", WRITE);
}

/* No reply, no retry: a human is asked, and nobody ever told the engine of the version. */
static void asks_instead_of_trying_again(struct kase *k)
{
    begin(k);
    case_read(k, "note", ADA);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    case_view(k, "note", "needs-review", NULL, NULL);
    record(k, "", 1, "null", "\"outcome\":\"incomplete\"");
}

static void asks_though_it_knows(struct kase *k)
{
    begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    record(k, "", 1, "null", "\"outcome\":\"incomplete\"");
}

static void asked_for_twice(struct kase *k)
{
    written(k);
    const char *line = record(k, "", 1, "\"2\"", COMMITTED);
    case_said(k, "metrics", NULL, 0, "x");
    case_said(k, "audit", "note", 0, line);
}

#define TWO                                                                                        \
    "{'resourceType':'Bundle','type':'transaction','entry':["                                      \
    "{'resource':{'resourceType':'Basic','id':'a'},'request':{'method':'PUT','url':'Basic/a'}},"   \
    "{'resource':{'resourceType':'Basic','id':'b'},'request':{'method':'PUT','url':'Basic/b'}}]}"

static void record_of_two(struct kase *k, const char *target)
{
    char payload[HASH_HEX_SIZE];

    hash_canonical(case_evidence(k)->intents[0].payload, payload);
    case_said(k, "audit", "two", 0,
              case_text(k,
                        "{'sequence':1,'previousHash':'','intent':'i-two','key':'k-1-two',"
                        "'target':{'reference':'%s'},'versionWritten':'1','payloadHash':'%s',"
                        "'outcome':'committed'}",
                        target, payload));
}

static void two_were_written(struct kase *k)
{
    case_intent(k, "two", "{'operation':'bundle','bundle':" TWO "}");
    case_submit(k, "two");
    case_write(k, "two", "POST ", NULL, TWO);
    case_recover(k);
}

static void a_record_for_each_entry(struct kase *k)
{
    two_were_written(k);
    record_of_two(k, "Basic/a");
    record_of_two(k, "Basic/b");
}

static void a_record_for_the_whole_bundle(struct kase *k)
{
    two_were_written(k);
    record_of_two(k, "Basic/a");
}

static void every_end_has_its_record(void)
{
    static const struct case_row rows[] = {
        {"one record", one_record, VERDICT_PASS},
        {"a refusal and its record", refused_and_recorded, VERDICT_PASS},
        {"a deletion whose version nobody told", deleted_and_recorded_with_null, VERDICT_PASS},
        {"no answer, and a human is asked", asks_instead_of_trying_again, VERDICT_PASS},
        {"asked for twice", asked_for_twice, VERDICT_PASS},
        {"a record for each entry of a Bundle", a_record_for_each_entry, VERDICT_PASS},
        {"a record for the whole Bundle", a_record_for_the_whole_bundle, VERDICT_FAIL},
        {"a human is asked, though the version was told", asks_though_it_knows, VERDICT_FAIL},
        {"no record", no_record, VERDICT_FAIL},
        {"two records", two_records, VERDICT_FAIL},
        {"a record without the version", a_record_without_version, VERDICT_FAIL},
        {"another requester", another_requester, VERDICT_FAIL},
        {"another hash", another_hash, VERDICT_FAIL},
        {"a refusal without record", refused_and_not_recorded, VERDICT_FAIL},
        {"an unfinished run", unfinished, VERDICT_UNKNOWN},
    };

    case_rows("audit-complete", rows);
}

static void read_back(struct kase *k)
{
    begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_read(k, "note", ADA);
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void guessed(struct kase *k)
{
    begin(k);
    case_read(k, "note", ADA);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void somebody_elses(struct kase *k)
{
    begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_read(k, "note", ADA);
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void never_made(struct kase *k)
{
    written(k);
    record(k, "", 1, "\"7\"", COMMITTED);
}

static void never_read(struct kase *k)
{
    begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_edit(k, ADA, "{'resourceType':'Patient','active':true}");
    case_read(k, "note", ADA);
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'3'", GENDER);
    case_recover(k);
    record(k, "", 1, "\"4\"", COMMITTED);
}

static void a_broken_chain(struct kase *k)
{
    one_record(k);
    case_said(k, "audit", "note", 0, "{'sequence':2,'previousHash':'00','outcome':'conflict'}");
}

static void a_line_that_is_no_json(struct kase *k)
{
    one_record(k);
    case_said(k, "audit", "note", 0, "oops");
}

static void served_twice(struct kase *k)
{
    written(k);
    record(k, "", 1, "\"2\"", COMMITTED);
    case_said(k, "metrics", NULL, 0, "x");
    record(k, record(k, "", 1, "\"2\"", COMMITTED), 2, "null", "\"outcome\":\"conflict\"");
}

static void served_from_where_it_was_left(struct kase *k)
{
    written(k);
    const char *first = record(k, "", 1, "\"2\"", COMMITTED);
    case_said(k, "metrics", NULL, 0, "x");
    const char *second = record(k, first, 2, "null", "\"outcome\":\"conflict\"");
    case_said(k, "metrics", NULL, 0, "x");
    case_said(k, "audit", "note", 0, first);
    case_said(k, "audit", "note", 0, second);
}

static void changed_after_two_servings(struct kase *k)
{
    written(k);
    const char *first = record(k, "", 1, "\"2\"", COMMITTED);
    case_said(k, "metrics", NULL, 0, "x");
    (void)record(k, first, 2, "null", "\"outcome\":\"conflict\"");
    case_said(k, "metrics", NULL, 0, "x");
    const char *changed = record(k, "", 1, "\"2\"", COMMITTED ",\"reason\":\"changed\"");
    (void)record(k, changed, 2, "null", "\"outcome\":\"conflict\"");
}

static void changed_since(struct kase *k)
{
    written(k);
    record(k, "", 1, "\"2\"", COMMITTED);
    case_said(k, "metrics", NULL, 0, "x");
    record(k, "", 1, "\"2\"", COMMITTED ",\"reason\":\"changed\"");
}

static void gone_since(struct kase *k)
{
    written(k);
    record(k, record(k, "", 1, "\"2\"", COMMITTED), 2, "null", "\"outcome\":\"conflict\"");
    case_said(k, "metrics", NULL, 0, "x");
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void no_record_claims_more(void)
{
    static const struct case_row rows[] = {
        {"the reply vouched", one_record, VERDICT_PASS},
        {"a read vouched", read_back, VERDICT_PASS},
        {"no record claims nothing", no_record, VERDICT_PASS},
        {"a deletion with null", deleted_and_recorded_with_null, VERDICT_PASS},
        {"served twice, and grown", served_twice, VERDICT_PASS},
        {"served from where it was left, then whole", served_from_where_it_was_left, VERDICT_PASS},
        {"an old record has changed, since it was served in parts", changed_after_two_servings,
         VERDICT_FAIL},
        {"guessed rightly", guessed, VERDICT_FAIL},
        {"somebody else's version", somebody_elses, VERDICT_FAIL},
        {"a version that was never made", never_made, VERDICT_FAIL},
        {"a version that was never read", never_read, VERDICT_FAIL},
        {"a broken chain", a_broken_chain, VERDICT_FAIL},
        {"a line that is no JSON", a_line_that_is_no_json, VERDICT_FAIL},
        {"an earlier record has changed", changed_since, VERDICT_FAIL},
        {"an earlier record is gone", gone_since, VERDICT_FAIL},
        {"an unfinished run", unfinished, VERDICT_UNKNOWN},
    };

    case_rows("audit-true", rows);
}

/* No retries, if the intent then stays open with a human, is a way to be right. */
static void who_asks_instead_of_trying_again_is_right(void)
{
    struct kase *k = case_new();
    const struct invariant *table = NULL;
    size_t count = invariant_table(&table);

    asks_instead_of_trying_again(k);
    case_said(k, "event", "note", 0, EVENT);
    case_said(k, "reviews", NULL, 200, "{'reviews':[{'id':'r-note','intent':'i-note'}]}");
    case_said(k, "review", "note", 200,
              "{'id':'r-note','intent':'i-note','correlationId':'c-1-note','current':"
              "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}}");
    for (size_t i = 0; i < count; i++)
        case_expect(k, "no answer, and a human is asked", table[i].name, VERDICT_PASS);
    case_free(k);
}

static CU_TestInfo tests[] = {
    {"retries are bounded", retries_are_bounded},
    {"a retry is the same again", a_retry_is_the_same_again},
    {"what is written was noted before", what_is_written_was_noted_before},
    {"all of it can be traced", all_of_it_can_be_traced},
    {"every end has its record", every_end_has_its_record},
    {"no record claims more", no_record_claims_more},
    {"who asks instead of trying again is right", who_asks_instead_of_trying_again_is_right},
    CU_TEST_INFO_NULL,
};
SUITE("judge_trace", tests)
