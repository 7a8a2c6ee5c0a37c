/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of audit-complete and audit-true. */
#include <string.h>

#include "base/hash.h"
#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

/* Serves a record of `note`, chained to `previous` ("" for the first); gives the line. */
static const char *record_read(struct kase *k, const char *previous, int sequence, const char *read,
                               const char *written, const char *more)
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
        "\"target\":{\"reference\":\"Patient/ada\"},\"versionRead\":\"%s\",\"versionWritten\":%s,"
        "\"payloadHash\":\"%s\",%s}",
        sequence, hash, read, written, payload, more);
    case_said(k, "audit", "note", 0, line);
    return line;
}

static const char *record(struct kase *k, const char *previous, int sequence, const char *written,
                          const char *more)
{
    return record_read(k, previous, sequence, "1", written, more);
}

#define COMMITTED "\"outcome\":\"committed\""

static void written(struct kase *k)
{
    note_begin(k);
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
    note_begin(k);
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
    note_begin(k);
    case_write(k, "note", WRITE);
}

/* No reply, no retry: a human is asked, and nobody ever told the engine of the version. */
static void asks_instead_of_trying_again(struct kase *k)
{
    note_begin(k);
    case_read(k, "note", ADA);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    case_view(k, "note", "needs-review", NULL, NULL);
    record(k, "", 1, "null", "\"outcome\":\"incomplete\"");
}

/* The same, and the human is shown the chart: a plain look does not tell whose the version is. */
static void shows_the_chart_and_asks(struct kase *k)
{
    note_begin(k);
    case_read(k, "note", ADA);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    case_read(k, "note", ADA);
    case_view(k, "note", "needs-review", NULL, NULL);
    record(k, "", 1, "null", "\"outcome\":\"incomplete\"");
}

/* It finds its own content there, and whose it is the history would tell: that has nothing of it (NULL: is refused). */
static void finds_it_and_asks(struct kase *k, const char *history)
{
    note_begin(k);
    case_read(k, "note", ADA);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_replied(k, e, 202, NULL, NULL);
    case_read(k, "note", ADA);
    e = case_arrived(k, "note", "GET " ADA "/_history", NULL, NULL);
    case_replied(k, e, history ? 200 : 400, NULL, history);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    record(k, "", 1, "null", "\"outcome\":\"incomplete\"");
}

#define HISTORY(version)                                                                           \
    "{'resourceType':'Bundle','type':'history','entry':[{'resource':{'resourceType':'Patient',"    \
    "'id':'ada','meta':{'versionId':'" version "'}}}]}"

static void asks_where_there_is_no_history(struct kase *k)
{
    finds_it_and_asks(k, NULL);
}

static void asks_where_the_history_lags(struct kase *k)
{
    finds_it_and_asks(k, HISTORY("1"));
}

static void asks_though_the_history_has_it(struct kase *k)
{
    finds_it_and_asks(k, HISTORY("2"));
}

static void asks_though_it_knows(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    record(k, "", 1, "null", "\"outcome\":\"incomplete\"");
}

/* The server wrote over a nurse's version in spite of the guard, and nobody was told; a look cannot tell whose it is. */
static void written_over_at(struct kase *k, enum sim_guard lost_update)
{
    note_begin(k);
    case_evidence(k)->guards.lost_update = lost_update;
    case_edit(k, ADA, "{'resourceType':'Patient','gender':'male'}");
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_read(k, "note", ADA);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    record(k, "", 1, "null", "\"outcome\":\"incomplete\"");
}

static void written_over_where_that_is_seen_too_late(struct kase *k)
{
    written_over_at(k, SIM_DETECT);
}

/* As by one bad replica. */
static void written_over_where_guards_hold(struct kase *k)
{
    written_over_at(k, SIM_PREVENT);
}

static void written_over_and_nobody_is_asked(struct kase *k)
{
    written_over_where_guards_hold(k);
    case_view(k, "note", "rejected", NULL, NULL);
}

/* One request, made twice by something on the way; the server did not look at the guard of the second. */
static void make_twice(struct kase *k, enum sim_guard lost_update)
{
    note_begin(k);
    case_evidence(k)->guards.lost_update = lost_update;
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_commit(k, e);
    case_reply(k, e);
    case_view(k, "note", "committed", ADA, "3");
    case_recover(k);
}

static void made_twice_at(struct kase *k, enum sim_guard lost_update)
{
    make_twice(k, lost_update);
    record(k, "", 1, "\"3\"", COMMITTED);
}

static void made_twice_where_guards_are_ignored(struct kase *k)
{
    made_twice_at(k, SIM_DETECT);
}

static void made_twice_where_guards_hold(struct kase *k)
{
    made_twice_at(k, SIM_PREVENT);
}

static void made_twice_and_no_record(struct kase *k)
{
    make_twice(k, SIM_DETECT);
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
        {"a human is asked where there is no history", asks_where_there_is_no_history,
         VERDICT_PASS},
        {"no answer, and a human is shown the chart", shows_the_chart_and_asks, VERDICT_PASS},
        {"a human is asked where the history lags", asks_where_the_history_lags, VERDICT_PASS},
        {"a human is asked, though the history has it", asks_though_the_history_has_it,
         VERDICT_FAIL},
        {"made twice, and one record, where guards are ignored",
         made_twice_where_guards_are_ignored, VERDICT_PASS},
        {"made twice, and one record, where guards hold", made_twice_where_guards_hold,
         VERDICT_FAIL},
        {"made twice, and no record", made_twice_and_no_record, VERDICT_FAIL},
        {"asked for twice", asked_for_twice, VERDICT_PASS},
        {"a record for each entry of a Bundle", a_record_for_each_entry, VERDICT_PASS},
        {"a record for the whole Bundle", a_record_for_the_whole_bundle, VERDICT_FAIL},
        {"written over, and a human is asked", written_over_where_that_is_seen_too_late,
         VERDICT_PASS},
        {"written over where guards hold, and a human is asked", written_over_where_guards_hold,
         VERDICT_PASS},
        {"written over, and nobody is asked", written_over_and_nobody_is_asked, VERDICT_FAIL},
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
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_read(k, "note", ADA);
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

/* The answer to a write comes where its 202 said. */
static void polled_for(struct kase *k, const char *place)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_replied(k, e, 202, "{'Content-Location':'http://127.0.0.1:1/fhir/_async/1'}", NULL);
    e = case_arrived(k, "note", case_text(k, "GET %s", place), NULL, NULL);
    case_replied(k, e, 200, "{\"ETag\":\"W/\\\"2\\\"\"}", NULL);
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void told_at_the_poll(struct kase *k)
{
    polled_for(k, "_async/1");
}

static void told_at_another_poll(struct kase *k)
{
    polled_for(k, "_async/2");
}

static void guessed(struct kase *k)
{
    note_begin(k);
    case_read(k, "note", ADA);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void somebody_elses(struct kase *k)
{
    note_begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_read(k, "note", ADA);
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

/* A write is lost on its way there, and a nurse edits what it was to change. */
static void edited_beside_a_lost_write(struct kase *k, const char *content)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_edit(k, ADA, content);
    case_lost(k, e, "reset-before");
    case_read(k, "note", ADA);
    case_recover(k);
    record(k, "", 1, "\"2\"", COMMITTED);
}

static void somebody_elses_just_like_it(struct kase *k)
{
    edited_beside_a_lost_write(k, "{'resourceType':'Patient','active':true,'gender':'female'}");
}

static void somebody_elses_with_more(struct kase *k)
{
    edited_beside_a_lost_write(
        k, "{'resourceType':'Patient','active':true,'gender':'female','birthDate':'1980-01-01'}");
}

static void never_made(struct kase *k)
{
    written(k);
    record(k, "", 1, "\"7\"", COMMITTED);
}

static void never_read(struct kase *k)
{
    note_begin(k);
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

static void read_what_it_wrote(struct kase *k)
{
    written(k);
    case_read(k, "note", ADA);
    record_read(k, "", 1, "2", "\"2\"", COMMITTED);
}

static void no_record_claims_more(void)
{
    static const struct case_row rows[] = {
        {"the reply vouched", one_record, VERDICT_PASS},
        {"a read vouched", read_back, VERDICT_PASS},
        {"a poll vouched", told_at_the_poll, VERDICT_PASS},
        {"the poll of another write", told_at_another_poll, VERDICT_FAIL},
        {"no record claims nothing", no_record, VERDICT_PASS},
        {"a deletion with null", deleted_and_recorded_with_null, VERDICT_PASS},
        {"served twice, and grown", served_twice, VERDICT_PASS},
        {"served from where it was left, then whole", served_from_where_it_was_left, VERDICT_PASS},
        {"an old record has changed, since it was served in parts", changed_after_two_servings,
         VERDICT_FAIL},
        {"guessed rightly", guessed, VERDICT_FAIL},
        {"somebody else's, just like what a lost write asked for", somebody_elses_just_like_it,
         VERDICT_PASS},
        {"somebody else's, with more than a lost write asked for", somebody_elses_with_more,
         VERDICT_FAIL},
        {"somebody else's version", somebody_elses, VERDICT_FAIL},
        {"a version that was never made", never_made, VERDICT_FAIL},
        {"a version that was never read", never_read, VERDICT_FAIL},
        {"as read the version that was written", read_what_it_wrote, VERDICT_FAIL},
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
    char hash[HASH_HEX_SIZE];
    size_t count = invariant_table(&table);

    asks_instead_of_trying_again(k);
    hash_canonical(case_evidence(k)->intents[0].payload, hash);
    case_said(k, "event", "note", 0,
              case_text(k,
                        "{'sequence':1,'kind':'accepted','intent':'i-note','correlationId':'c-1-"
                        "note','payloadHash':'%s'}",
                        hash));
    case_said(k, "reviews", NULL, 200, "{'reviews':[{'id':'r-note','intent':'i-note'}]}");
    case_said(k, "review", "note", 200,
              "{'id':'r-note','intent':'i-note','correlationId':'c-1-note','current':"
              "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}}");
    uint64_t sweep = case_said(k, "sweep", NULL, 0, "{'kind':'drift'}");
    case_entry(k, &(struct sim_entry){.kind = SIM_SAID,
                                      .what = "swept",
                                      .status = 200,
                                      .of = sweep,
                                      .body = "{'kind':'drift','examined':['i-note'],'found':[]}"});
    case_said(k, "metrics", NULL, 0, "writeback_accepted_total 1\n");
    case_said(k, "mappings", NULL, 0, "");
    case_said(k, "probe", NULL, 401, "{}");
    for (size_t i = 0; i < count; i++)
        case_expect(k, "no answer, and a human is asked", table[i].name, VERDICT_PASS);
    case_free(k);
}

static CU_TestInfo tests[] = {
    {"every end has its record", every_end_has_its_record},
    {"no record claims more", no_record_claims_more},
    {"who asks instead of trying again is right", who_asks_instead_of_trying_again_is_right},
    CU_TEST_INFO_NULL,
};
SUITE("judge_audit", tests)
