/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of no-duplicate: what must pass, fail or stay open. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA "Patient/ada"
#define NOTE                                                                                       \
    "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"                 \
    "'patch':[{'op':'add','path':'/gender','value':'female'}],'source':{'system':'urn:portal',"    \
    "'eventId':'e-1','sequence':1},'requester':{'reference':'Patient/ada'}}"
#define OBS                                                                                        \
    "{'operation':'create','target':{'type':'Observation'},'resource':{'resourceType':"            \
    "'Observation','status':'final','code':{'text':'weight'}},'source':{'system':'urn:portal',"    \
    "'eventId':'e-2'}}"
#define OBSERVED                                                                                   \
    "{'resourceType':'Observation','status':'final','code':{'text':'weight'},"                     \
    "'identifier':[{'system':'urn:case:write','value':'x'}]}"
#define GENDER "[{'op':'add','path':'/gender','value':'female'}]"

static void begin(struct kase *k)
{
    case_chart(k, ADA, "{'resourceType':'Patient','active':true}");
    case_intent(k, "note", NOTE);
    case_intent(k, "obs", OBS);
}

static void written_once(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void retried_and_refused(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    uint64_t lost = case_arrived(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_commit(k, lost);
    case_lost(k, lost, "reset-after");
    case_refused(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER, 412);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void posted_twice(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    uint64_t lost = case_arrived(k, "obs", "POST Observation", NULL, OBSERVED);
    case_commit(k, lost);
    case_lost(k, lost, "reset-after");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_recover(k);
}

static void posted_twice_without_correlation(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_write(k, NULL, "POST Observation", NULL, OBSERVED);
    case_recover(k);
}

static void patched_twice(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_write(k, "note", "PATCH Patient/ada", NULL, GENDER);
    case_write(k, "note", "PUT Patient/ada", NULL,
               "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}");
    case_recover(k);
}

static void processed_twice_by_a_proxy(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    uint64_t twice = case_arrived(k, "obs", "POST Observation", NULL, OBSERVED);
    case_commit(k, twice);
    case_commit(k, twice);
    case_reply(k, twice);
    case_recover(k);
}

static void written_again_after_a_decision(struct kase *k)
{
    written_once(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':true}");
    case_view(k, "note", "needs-review", NULL, NULL);
    case_decide(k, "note", "{'decision':'apply','seenVersion':'3'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'3'", GENDER);
}

static void the_same_edit_by_a_nurse(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_edit(k, ADA, "{'resourceType':'Patient','active':true,'gender':'female'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'2'", GENDER);
    case_recover(k);
}

static void two_keys_of_one_event(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_submit_as(k, "obs", "k-other", NULL, 202, "{'id':'i-9','state':'accepted'}");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_recover(k);
}

static void two_keys_where_events_are_known(struct kase *k)
{
    two_keys_of_one_event(k);
    case_evidence(k)->dedupes_by_source = true;
}

static void companions_once_each(struct kase *k)
{
    written_once(k);
    case_write(k, "note", "POST Provenance", NULL, "{'resourceType':'Provenance','reason':[]}");
}

static void companions_twice(struct kase *k)
{
    companions_once_each(k);
    case_write(k, "note", "POST Provenance", NULL, "{'resourceType':'Provenance','reason':[]}");
}

static void bundle_of_equal_entries(struct kase *k)
{
    case_intent(
        k, "two",
        "{'operation':'bundle','bundle':{'resourceType':'Bundle','type':'batch','entry':["
        "{'resource':{'resourceType':'Basic'},'request':{'method':'POST','url':'Basic'}},"
        "{'resource':{'resourceType':'Basic'},'request':{'method':'POST','url':'Basic'}}]}}");
    case_submit(k, "two");
    case_write(k, "two", "POST ", NULL,
               "{'resourceType':'Bundle','type':'batch','entry':["
               "{'resource':{'resourceType':'Basic'},'request':{'method':'POST','url':'Basic'}},"
               "{'resource':{'resourceType':'Basic'},'request':{'method':'POST','url':'Basic'}}]}");
    case_recover(k);
}

static void bundle_entry_again(struct kase *k)
{
    bundle_of_equal_entries(k);
    case_write(k, "two", "POST Basic", NULL, "{'resourceType':'Basic'}");
}

static void put_under_two_client_ids(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    uint64_t lost = case_arrived(k, "obs", "PUT Observation/mine-1", NULL, OBSERVED);
    case_commit(k, lost);
    case_lost(k, lost, "reset-after");
    case_write(k, "obs", "PUT Observation/mine-2", NULL, OBSERVED);
    case_recover(k);
}

static void posted_and_again_in_a_bundle(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_write(k, "obs", "POST ", NULL,
               "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':" OBSERVED
               ",'request':{'method':'POST','url':'Observation'}}]}");
    case_recover(k);
}

static void a_zombie_commits_late(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    uint64_t zombie = case_arrived(k, "obs", "POST Observation", NULL, OBSERVED);
    case_lost(k, zombie, "");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_view(k, "obs", "committed", "Observation/c-1", "1");
    case_commit(k, zombie);
    case_recover(k);
}

static void posted_twice_after_one_decision(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_view(k, "obs", "needs-review", NULL, NULL);
    case_decide(k, "obs", "{'decision':'apply'}");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_recover(k);
}

static void discarded_and_written_again(struct kase *k)
{
    written_once(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':true}");
    case_decide(k, "note", "{'decision':'discard'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'3'", GENDER);
}

static void two_keys_of_one_intent(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_submit_as(k, "obs", "k-other", NULL, 202, "{'id':'i-obs','state':'accepted'}");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_recover(k);
}

static void the_other_key_was_refused(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_submit_as(k, "obs", "k-other", NULL, 422, "{'title':'that event is known'}");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_recover(k);
}

static void whose_they_are_cannot_be_told(struct kase *k)
{
    begin(k);
    case_intent(k, "same", OBS);
    case_submit(k, "obs");
    case_submit(k, "same");
    for (int i = 0; i < 3; i++)
        case_write(k, NULL, "POST Observation", NULL, OBSERVED);
    case_recover(k);
}

static void something_of_the_engines_own(struct kase *k)
{
    written_once(k);
    case_write(k, NULL, "POST Subscription", NULL, "{'resourceType':'Subscription'}");
}

static void nothing_happened(struct kase *k)
{
    (void)k;
}

static void no_effect_happens_twice(void)
{
    static const struct case_row rows[] = {
        {"written once", written_once, VERDICT_PASS},
        {"a retry that the guard refused", retried_and_refused, VERDICT_PASS},
        {"a nurse wrote the same before", the_same_edit_by_a_nurse, VERDICT_PASS},
        {"again after a human's decision", written_again_after_a_decision, VERDICT_PASS},
        {"two keys are two intents", two_keys_of_one_event, VERDICT_PASS},
        {"one companion", companions_once_each, VERDICT_PASS},
        {"a Bundle with equal entries", bundle_of_equal_entries, VERDICT_PASS},
        {"a write for no intent", something_of_the_engines_own, VERDICT_PASS},
        {"a create under another client id", put_under_two_client_ids, VERDICT_FAIL},
        {"a create, and again in a Bundle", posted_and_again_in_a_bundle, VERDICT_FAIL},
        {"a zombie commits after the retry", a_zombie_commits_late, VERDICT_FAIL},
        {"twice after one decision", posted_twice_after_one_decision, VERDICT_FAIL},
        {"again although a human discarded it", discarded_and_written_again, VERDICT_FAIL},
        {"two keys that are one intent to the engine", two_keys_of_one_intent, VERDICT_FAIL},
        {"two keys, one of them refused", the_other_key_was_refused, VERDICT_FAIL},
        {"a create sent again", posted_twice, VERDICT_FAIL},
        {"a create sent again without the correlation id", posted_twice_without_correlation,
         VERDICT_FAIL},
        {"a patch, then an update", patched_twice, VERDICT_FAIL},
        {"one request processed twice", processed_twice_by_a_proxy, VERDICT_FAIL},
        {"two keys of one event, and the engine knows events", two_keys_where_events_are_known,
         VERDICT_FAIL},
        {"two companions", companions_twice, VERDICT_FAIL},
        {"an entry of a Bundle again", bundle_entry_again, VERDICT_FAIL},
        {"whose they are can't be told", whose_they_are_cannot_be_told, VERDICT_UNKNOWN},
        {"an empty journal", nothing_happened, VERDICT_UNKNOWN},
    };

    case_rows("no-duplicate", rows);
}

static CU_TestInfo tests[] = {
    {"no effect happens twice", no_effect_happens_twice},
    CU_TEST_INFO_NULL,
};
SUITE("judge_effects", tests)
