/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of same-key-same-answer, and of the judges of compound intents: all-or-nothing, failed-part-only. */
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA    "Patient/ada"
#define ACTIVE "{'resourceType':'Patient','active':true}"
#define FEMALE "[{'op':'add','path':'/gender','value':'female'}]"
#define MALE   "[{'op':'add','path':'/gender','value':'male'}]"
#define NOTE                                                                                       \
    "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1','patch':" FEMALE  \
    ",'source':{'system':'urn:portal','eventId':'e-1'}}"
#define REORDERED                                                                                  \
    "{'source':{'eventId':'e-1','system':'urn:portal'},'target':{'reference':'Patient/ada'},"      \
    "'patch':" FEMALE ",'baseVersion':'1','operation':'patch'}"
#define OTHER                                                                                      \
    "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1','patch':" MALE    \
    ",'source':{'system':'urn:portal','eventId':'e-1'}}"
#define OTHER_SOURCE                                                                               \
    "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1','patch':" MALE    \
    ",'source':{'system':'urn:other','eventId':'e-1'}}"
#define ACCEPTED "{'id':'i-note','key':'k-1-note','state':'accepted','result':null}"
#define COMMITTED                                                                                  \
    "{'id':'i-note','key':'k-1-note','state':'committed','result':{'reference':'Patient/"          \
    "ada','versionId':'2'}}"

static void begin(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note", NOTE);
}

static void commit(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", FEMALE);
    case_view_text(k, "note", 200, COMMITTED);
}

static void sent_twice(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_submit_as(k, "note", NULL, REORDERED, 202, ACCEPTED);
}

static void sent_again_after_the_end(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, NULL, 200, COMMITTED);
}

static void answered_with_the_id_alone(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, NULL, 202,
                   "{'id':'i-note','key':'k-1-note','state':'accepted','bare':true}");
}

static void open_again_after_the_end(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, NULL, 202, ACCEPTED);
}

static void no_answer_the_first_time(struct kase *k)
{
    begin(k);
    case_submit_as(k, "note", NULL, NULL, 0, NULL);
    case_submit_as(k, "note", NULL, NULL, 202, ACCEPTED);
}

static void another_payload_refused(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, OTHER, 422, "{'title':'another payload'}");
}

static void another_source_has_its_own_keys(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, OTHER_SOURCE, 202, "{'id':'i-7','state':'accepted'}");
}

static void another_id(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_submit_as(k, "note", NULL, NULL, 202, "{'id':'i-8','key':'k-1-note','state':'accepted'}");
}

static void another_result(struct kase *k)
{
    commit(k);
    case_submit_as(
        k, "note", NULL, NULL, 200,
        "{'id':'i-note','state':'committed','result':{'reference':'Patient/ada','versionId':'3'}}");
}

static void begun_anew(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, NULL, 202, ACCEPTED);
}

static void refused_the_second_time(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, NULL, 422, "{'title':'duplicate'}");
}

static void another_payload_accepted(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, OTHER, 200, COMMITTED);
}

static void another_payload_took_effect(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_submit_as(k, "note", NULL, OTHER, 422, "{'title':'another payload'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", MALE);
}

static void another_payload_was_stored(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, OTHER, 422, "{'title':'another payload'}");
    case_said(k, "review", "note", 200, "{'id':'r','intent':'i-note','request':" OTHER "}");
}

static void the_refusal_was_noted(struct kase *k)
{
    char hash[HASH_HEX_SIZE];

    commit(k);
    case_submit_as(k, "note", NULL, OTHER, 422, "{'title':'another payload'}");
    const struct evidence *evidence = case_evidence(k);
    const struct sim_entry *other = evidence->entries[evidence->entry_count - 2];
    struct err err = ERR_INIT;
    hash_canonical(json_parse(case_arena(k), other->body, other->body_size, &err), hash);
    case_said(k, "event", "note", 0,
              case_text(k, "{'kind':'rejected','key':'k-1-note','payloadHash':'%s'}", hash));
}

static void answered_without_empty_results(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", FEMALE);
    case_view(k, "note", "committed", ADA, "2"); /* says results: [] */
    case_submit_as(k, "note", NULL, NULL, 200, COMMITTED);
}

static void in_flight_the_first_time(struct kase *k)
{
    begin(k);
    case_said(k, "submit", "note", 0, NOTE);
    case_submit_as(k, "note", NULL, NULL, 409, "{'title':'the first one is not answered yet'}");
    case_submit_as(k, "note", NULL, NULL, 202, ACCEPTED);
}

static void too_busy_the_second_time(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, NULL, 503, "");
}

static void still_in_conflict_the_second_time(struct kase *k)
{
    commit(k);
    case_submit_as(k, "note", NULL, NULL, 409, "{'title':'duplicate'}");
}

static void another_target_took_effect(struct kase *k)
{
    case_chart(k, "Patient/eve", ACTIVE);
    commit(k);
    case_submit_as(k, "note", NULL,
                   "{'operation':'patch','target':{'reference':'Patient/"
                   "eve'},'baseVersion':'1','patch':" FEMALE
                   ",'source':{'system':'urn:portal','eventId':'e-1'}}",
                   422, "{'title':'another payload'}");
    case_write(k, "note", "PATCH Patient/eve", "If-Match: W/'1'", FEMALE);
}

static void more_of_it_took_effect(struct kase *k)
{
    static const char more[] = "[{'op':'add','path':'/gender','value':'female'},"
                               "{'op':'add','path':'/birthDate','value':'1962'}]";

    begin(k);
    case_submit(k, "note");
    case_submit_as(k, "note", NULL,
                   case_text(k,
                             "{'operation':'patch','target':{'reference':'Patient/ada'},"
                             "'baseVersion':'1','patch':%s,'source':{'system':'urn:portal',"
                             "'eventId':'e-1'}}",
                             more),
                   422, "{'title':'another payload'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", more);
}

static void which_came_first(struct kase *k)
{
    begin(k);
    case_submit_as(k, "note", NULL, OTHER, 0, NULL);
    case_submit(k, "note");
}

static void one_key_one_answer(void)
{
    static const struct case_row rows[] = {
        {"sent twice, members in another order", sent_twice, VERDICT_PASS},
        {"sent again after the end", sent_again_after_the_end, VERDICT_PASS},
        {"sent again after the end, and answered with the id alone", answered_with_the_id_alone,
         VERDICT_PASS},
        {"sent again after the end, and open again", open_again_after_the_end, VERDICT_FAIL},
        {"no answer the first time", no_answer_the_first_time, VERDICT_PASS},
        {"another payload is refused", another_payload_refused, VERDICT_PASS},
        {"another source has its own keys", another_source_has_its_own_keys, VERDICT_PASS},
        {"another payload's refusal is noted", the_refusal_was_noted, VERDICT_PASS},
        {"empty results are no results", answered_without_empty_results, VERDICT_PASS},
        {"409 while the first is in flight", in_flight_the_first_time, VERDICT_PASS},
        {"too busy the second time", too_busy_the_second_time, VERDICT_PASS},
        {"another id", another_id, VERDICT_FAIL},
        {"409 once the first was answered", still_in_conflict_the_second_time, VERDICT_FAIL},
        {"another payload takes effect elsewhere", another_target_took_effect, VERDICT_FAIL},
        {"what the other payload has more takes effect", more_of_it_took_effect, VERDICT_FAIL},
        {"another result", another_result, VERDICT_FAIL},
        {"begun anew", begun_anew, VERDICT_FAIL},
        {"refused the second time", refused_the_second_time, VERDICT_FAIL},
        {"another payload is accepted", another_payload_accepted, VERDICT_FAIL},
        {"another payload takes effect", another_payload_took_effect, VERDICT_FAIL},
        {"another payload is stored", another_payload_was_stored, VERDICT_FAIL},
        {"it is not known which payload came first", which_came_first, VERDICT_UNKNOWN},
    };

    case_rows("same-key-same-answer", rows);
}

/* ---- compound intents ---- */

#define ENTRY_A                                                                                    \
    "{'fullUrl':'urn:uuid:a','resource':{'resourceType':'Basic','code':{'text':'a'}},"             \
    "'request':{'method':'POST','url':'Basic'}}"
#define ENTRY_B                                                                                    \
    "{'resource':{'resourceType':'Observation','status':'final','focus':[{'reference':'urn:uuid:"  \
    "a'}]},"                                                                                       \
    "'request':{'method':'POST','url':'Observation'}}"
#define BOTH(type) "{'resourceType':'Bundle','type':'" type "','entry':[" ENTRY_A "," ENTRY_B "]}"

static void compound(struct kase *k)
{
    case_intent(k, "two", "{'operation':'bundle','bundle':" BOTH("batch") "}");
    case_submit(k, "two");
}

static uint64_t both_arrive(struct kase *k)
{
    return case_arrived(k, "two", "POST ", NULL, BOTH("batch"));
}

static void commit_a(struct kase *k, uint64_t e)
{
    case_committed(k, e, "Basic/c-1", "{'resourceType':'Basic','code':{'text':'a'}}");
}

static void commit_b(struct kase *k, uint64_t e, const char *focus)
{
    case_committed(
        k, e, "Observation/c-2",
        case_text(k, "{'resourceType':'Observation','status':'final','focus':[{'reference':'%s'}]}",
                  focus));
}

static const char both_said[] =
    "{'id':'i-two','state':'committed','results':[{'reference':'Basic/c-1','versionId':'1'},"
    "{'reference':'Observation/c-2','versionId':'1'}]}";
static const char half_said[] = "{'id':'i-two','state':'incomplete','review':'r-two','results':[{'"
                                "reference':'Basic/c-1','versionId':'1'},"
                                "{'reference':null,'versionId':null}]}";

static void both_in_effect(struct kase *k)
{
    compound(k);
    uint64_t e = both_arrive(k);
    commit_a(k, e);
    commit_b(k, e, "http://127.0.0.1:1/fhir/Basic/c-1");
    case_reply(k, e);
    case_view_text(k, "two", 200, both_said);
    case_recover(k);
}

static void neither_in_effect(struct kase *k)
{
    compound(k);
    case_refused(k, "two", "POST ", NULL, BOTH("batch"), 422);
    case_view(k, "two", "rejected", NULL, NULL);
    case_recover(k);
}

static void half(struct kase *k, const char *view)
{
    compound(k);
    uint64_t e = both_arrive(k);
    commit_a(k, e);
    case_replied(
        k, e, 200, NULL,
        "{'resourceType':'Bundle','type':'batch-response','entry':["
        "{'response':{'status':'201','location':'Basic/c-1/_history/1','etag':'W/\\\"1\\\"'}},"
        "{'response':{'status':'422 No'}}]}");
    case_view_text(k, "two", 200, view);
}

static void half_and_open(struct kase *k)
{
    half(k, half_said);
    case_recover(k);
}

static void half_and_left_so_by_a_human(struct kase *k)
{
    half(k, half_said);
    case_decide(k, "two", "{'decision':'discard'}");
    case_view(k, "two", "cancelled", NULL, NULL);
    case_recover(k);
}

static void sent_one_by_one(struct kase *k)
{
    compound(k);
    case_write(k, "two", "POST Basic", NULL, "{'resourceType':'Basic','code':{'text':'a'}}");
    case_write(
        k, "two", "POST Observation", NULL,
        "{'resourceType':'Observation','status':'final','focus':[{'reference':'Basic/c-1'}]}");
    case_view_text(k, "two", 200, both_said);
    case_recover(k);
}

static void half_and_rejected(struct kase *k)
{
    half(k, "{'id':'i-two','state':'rejected','problem':{'title':'422'}}");
    case_recover(k);
}

static void half_and_open_without_saying_which(struct kase *k)
{
    half(k, "{'id':'i-two','state':'incomplete','review':'r-two','results':[]}");
    case_recover(k);
}

static void half_and_saying_the_wrong_one(struct kase *k)
{
    half(k, "{'id':'i-two','state':'incomplete','review':'r-two','results':[{'reference':null},"
            "{'reference':'Observation/c-2','versionId':'1'}]}");
    case_recover(k);
}

static void a_part_twice(struct kase *k)
{
    both_in_effect(k);
    case_write(k, "two", "POST Basic", NULL, "{'resourceType':'Basic','code':{'text':'a'}}");
}

static void pointing_elsewhere(struct kase *k)
{
    compound(k);
    uint64_t e = both_arrive(k);
    commit_a(k, e);
    commit_b(k, e, "urn:uuid:a");
    case_reply(k, e);
    case_view_text(k, "two", 200, both_said);
    case_recover(k);
}

/* The part that the other points at was refused, and the other was sent as it was. */
static void pointing_at_what_was_refused(struct kase *k)
{
    compound(k);
    case_refused(k, "two", "POST Basic", NULL, "{'resourceType':'Basic','code':{'text':'a'}}", 422);
    case_write(
        k, "two", "POST Observation", NULL,
        "{'resourceType':'Observation','status':'final','focus':[{'reference':'urn:uuid:a'}]}");
    case_view_text(k, "two", 200,
                   "{'id':'i-two','state':'incomplete','review':'r-two','results':["
                   "{'reference':null,'versionId':null},"
                   "{'reference':'Observation/c-1','versionId':'1'}]}");
    case_recover(k);
}

static void adopted(struct kase *k, const char *focus)
{
    case_chart(k, "Basic/old", "{'resourceType':'Basic','code':{'text':'a'}}");
    compound(k);
    uint64_t e = both_arrive(k);
    commit_b(k, e, focus);
    case_replied(
        k, e, 200, NULL,
        "{'resourceType':'Bundle','type':'batch-response','entry':["
        "{'response':{'status':'200','location':'Basic/old/_history/1','etag':'W/\\\"1\\\"'}},"
        "{'response':{'status':'201','location':'Observation/c-2/_history/1','etag':"
        "'W/\\\"1\\\"'}}]}");
    case_view_text(k, "two", 200,
                   "{'id':'i-two','state':'committed','results':[{'reference':'Basic/old',"
                   "'versionId':'1'},{'reference':'Observation/c-2','versionId':'1'}]}");
    case_recover(k);
}

static void pointing_at_what_was_adopted(struct kase *k)
{
    adopted(k, "Basic/old");
}

static void not_pointing_at_what_was_adopted(struct kase *k)
{
    adopted(k, "Basic/other");
}

static void twice_by_a_decision_and_wrong(struct kase *k)
{
    both_in_effect(k);
    case_decide(k, "two", "{'decision':'apply'}");
    case_write(
        k, "two", "POST Observation", NULL,
        "{'resourceType':'Observation','status':'final','focus':[{'reference':'Basic/c-9'}]}");
}

static void half_and_unfinished(struct kase *k)
{
    half(k, half_said);
}

/* Half of it came through unanswered; the search for it lags behind, or shows it. */
static void half_and_searched_for(struct kase *k, const char *found)
{
    compound(k);
    uint64_t e = both_arrive(k);
    commit_a(k, e);
    case_lost(k, e, "reset-after");
    e = case_arrived(k, "two", "GET Basic?identifier=x", NULL, NULL);
    case_replied(k, e, 200, NULL,
                 case_text(k, "{'resourceType':'Bundle','type':'searchset','entry':[%s]}", found));
}

#define FOUND_A "{'resource':{'resourceType':'Basic','id':'c-1','meta':{'versionId':'1'}}}"

static void half_and_open_after(struct kase *k, const char *found)
{
    half_and_searched_for(k, found);
    case_view_text(k, "two", 200,
                   "{'id':'i-two','state':'incomplete','review':'r-two','results':["
                   "{'reference':null},{'reference':null}]}");
    case_recover(k);
}

static void half_and_hidden(struct kase *k)
{
    half_and_open_after(k, "");
}

static void half_and_seen(struct kase *k)
{
    half_and_open_after(k, FOUND_A);
}

static void all_of_it_again_after_a_search_in_vain(struct kase *k)
{
    half_and_searched_for(k, "");
    both_arrive(k);
}

static void all_of_it_again_after_a_search(struct kase *k)
{
    half_and_searched_for(k, FOUND_A);
    both_arrive(k);
}

static void all_of_it_or_nothing(void)
{
    static const struct case_row rows[] = {
        {"both parts", both_in_effect, VERDICT_PASS},
        {"neither part", neither_in_effect, VERDICT_PASS},
        {"one part, and an open item says which", half_and_open, VERDICT_PASS},
        {"one part, and a human left it so", half_and_left_so_by_a_human, VERDICT_PASS},
        {"sent one by one", sent_one_by_one, VERDICT_PASS},
        {"pointing at what was adopted", pointing_at_what_was_adopted, VERDICT_PASS},
        {"not pointing at what was adopted", not_pointing_at_what_was_adopted, VERDICT_FAIL},
        {"pointing at a part that was refused", pointing_at_what_was_refused, VERDICT_FAIL},
        {"decided anew, and then pointing elsewhere", twice_by_a_decision_and_wrong, VERDICT_FAIL},
        {"one part, which the server does not show", half_and_hidden, VERDICT_PASS},
        {"one part, which the server shows", half_and_seen, VERDICT_FAIL},
        {"one part, and rejected", half_and_rejected, VERDICT_FAIL},
        {"one part, and the open item does not say which", half_and_open_without_saying_which,
         VERDICT_FAIL},
        {"one part, and the open item says the other", half_and_saying_the_wrong_one, VERDICT_FAIL},
        {"a part takes effect twice", a_part_twice, VERDICT_FAIL},
        {"a reference inside points nowhere", pointing_elsewhere, VERDICT_FAIL},
        {"an unfinished run", half_and_unfinished, VERDICT_UNKNOWN},
    };

    case_rows("all-or-nothing", rows);
}

static void only_the_missing_part(struct kase *k)
{
    half(k, half_said);
    case_decide(k, "two", "{'decision':'apply'}");
    case_write(
        k, "two", "POST Observation", NULL,
        "{'resourceType':'Observation','status':'final','focus':[{'reference':'Basic/c-1'}]}");
}

static void a_single_part_again_after_silence(struct kase *k)
{
    compound(k);
    uint64_t lost =
        case_arrived(k, "two", "POST Basic", NULL, "{'resourceType':'Basic','code':{'text':'a'}}");
    case_commit(k, lost);
    case_lost(k, lost, "reset-after");
    case_refused(k, "two", "POST Basic", NULL, "{'resourceType':'Basic','code':{'text':'a'}}", 412);
}

static void all_of_it_again_after_all_took_effect(struct kase *k)
{
    compound(k);
    uint64_t lost = both_arrive(k);
    commit_a(k, lost);
    commit_b(k, lost, "Basic/c-1");
    case_lost(k, lost, "reset-after");
    case_refused(k, "two", "POST ", NULL, BOTH("batch"), 412);
}

static void all_of_it_again(struct kase *k)
{
    half(k, half_said);
    case_decide(k, "two", "{'decision':'apply'}");
    both_arrive(k);
}

static void all_of_it_again_blindly(struct kase *k)
{
    compound(k);
    uint64_t lost = both_arrive(k);
    commit_a(k, lost);
    case_lost(k, lost, "reset-after");
    both_arrive(k);
}

static void what_was_adopted_again(struct kase *k)
{
    case_chart(k, "Basic/old", "{'resourceType':'Basic','code':{'text':'a'}}");
    compound(k);
    uint64_t e = both_arrive(k);
    case_replied(
        k, e, 200, NULL,
        "{'resourceType':'Bundle','type':'batch-response','entry':["
        "{'response':{'status':'200','location':'Basic/old/_history/1','etag':'W/\\\"1\\\"'}},"
        "{'response':{'status':'422 No'}}]}");
    case_view_text(k, "two", 200,
                   "{'id':'i-two','state':'incomplete','review':'r-two','results':["
                   "{'reference':'Basic/old','versionId':'1'},{'reference':null}]}");
    case_decide(k, "two", "{'decision':'apply'}");
    both_arrive(k);
}

/* The second part of the Bundle goes in an exchange that another intent began. */
static void again_in_an_exchange_of_another(struct kase *k)
{
    half(k, half_said);
    case_intent(k, "one",
                "{'operation':'create','resource':{'resourceType':'Task','status':'draft'}}");
    case_submit(k, "one");
    case_arrived(k, "one", "POST ", NULL,
                 "{'resourceType':'Bundle','type':'batch','entry':[{'resource':{'resourceType':"
                 "'Task','status':'draft'},'request':{'method':'POST','url':'Task'}}," ENTRY_A
                 "]}");
}

static void only_what_failed_is_sent_again(void)
{
    static const struct case_row rows[] = {
        {"only the missing part", only_the_missing_part, VERDICT_PASS},
        {"one act again after silence", a_single_part_again_after_silence, VERDICT_PASS},
        {"the same attempt after all took effect", all_of_it_again_after_all_took_effect,
         VERDICT_PASS},
        {"all of it again, after a search that showed nothing",
         all_of_it_again_after_a_search_in_vain, VERDICT_PASS},
        {"all of it again, after a search that showed a part", all_of_it_again_after_a_search,
         VERDICT_FAIL},
        {"all of it again", all_of_it_again, VERDICT_FAIL},
        {"what was adopted, again", what_was_adopted_again, VERDICT_FAIL},
        {"again in an exchange of another intent", again_in_an_exchange_of_another, VERDICT_FAIL},
        {"all of it again, without looking", all_of_it_again_blindly, VERDICT_FAIL},
    };

    case_rows("failed-part-only", rows);
}

static CU_TestInfo tests[] = {
    {"one key, one answer", one_key_one_answer},
    {"all of it or nothing", all_of_it_or_nothing},
    {"only what failed is sent again", only_what_failed_is_sent_again},
    CU_TEST_INFO_NULL,
};
SUITE("judge_keys", tests)
