/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of truthful-state: statements held against the chart at the moment they were made. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA    "Patient/ada"
#define ACTIVE "{'resourceType':'Patient','active':true}"
#define FEMALE "{'resourceType':'Patient','active':true,'gender':'female'}"
#define GENDER "[{'op':'add','path':'/gender','value':'female'}]"
#define OBSERVED                                                                                   \
    "{'resourceType':'Observation','status':'final','identifier':[{'system':'urn:case:write',"     \
    "'value':'x'}]}"

static void begin(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"
                "'patch':" GENDER "}");
    case_intent(k, "obs",
                "{'operation':'create','target':{'type':'Observation'},'resource':"
                "{'resourceType':'Observation','status':'final'}}");
    case_intent(k, "gone",
                "{'operation':'delete','target':{'reference':'Patient/ada'},'baseVersion':'1'}");
    case_intent(
        k, "two",
        "{'operation':'bundle','bundle':{'resourceType':'Bundle','type':'transaction','entry':["
        "{'resource':{'resourceType':'Basic','id':'b'},'request':{'method':'PUT','url':'Basic/b'}},"
        "{'resource':{'resourceType':'Observation','status':'final'},"
        "'request':{'method':'POST','url':'Observation'}}]}}");
}

static void said_after_its_commit(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_view(k, "note", "writing", NULL, NULL);
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_view(k, "note", "committed", ADA, "2");
}

static void said_before_its_commit(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_view(k, "note", "committed", ADA, "2");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_view(k, "note", "committed", ADA, "2");
}

/* Two intents on one resource, and whole resources are written under no correlation id: whose is whose nothing tells. */
static void written_for_nobody(struct kase *k, const char *body)
{
    begin(k);
    case_intent(k, "birth",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"
                "'patch':[{'op':'add','path':'/birthDate','value':'1999-09-09'}]}");
    case_submit(k, "note");
    case_submit(k, "birth");
    case_write(k, NULL, "PUT Patient/ada", "If-Match: W/'1'", body);
    case_view(k, "note", "committed", ADA, "2");
}

static void nobodys_and_it_holds(struct kase *k)
{
    written_for_nobody(k, FEMALE);
}

static void nobodys_without_its_content(struct kase *k)
{
    written_for_nobody(k, "{'resourceType':'Patient','active':true,'birthDate':'1999-09-09'}");
}

static void said_without_a_commit(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_refused(k, "note", "PATCH Patient/ada", "If-Match: W/'9'", GENDER, 412);
    case_view(k, "note", "committed", ADA, "1");
}

static void another_version(struct kase *k)
{
    said_after_its_commit(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false,'gender':'male'}");
    case_view(k, "note", "committed", ADA, "3");
}

static void another_resource(struct kase *k)
{
    begin(k);
    case_chart(k, "Patient/eve", FEMALE);
    case_submit(k, "note");
    case_read(k, "note", "Patient/eve");
    case_view(k, "note", "committed", "Patient/eve", "1");
}

static void a_field_was_dropped(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    uint64_t e = case_arrived(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_committed(k, e, ADA, "{'resourceType':'Patient','active':false}");
    case_reply(k, e);
    case_view(k, "note", "committed", ADA, "2");
}

static void no_version_named(struct kase *k)
{
    said_after_its_commit(k);
    case_view(k, "note", "committed", ADA, NULL);
}

static void nothing_to_do(struct kase *k)
{
    case_chart(k, ADA, FEMALE);
    case_intent(k, "note",
                "{'operation':'patch','target':{'reference':'Patient/ada'},"
                "'patch':[{'op':'replace','path':'/gender','value':'female'}]}");
    case_submit(k, "note");
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "1");
}

static void nothing_to_do_long_ago(struct kase *k)
{
    case_chart(k, ADA, FEMALE);
    case_edit(k, ADA, "{'resourceType':'Patient','active':true,'gender':'male'}");
    case_intent(k, "note",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'2',"
                "'patch':[{'op':'replace','path':'/gender','value':'female'}]}");
    case_submit(k, "note");
    uint64_t e = case_arrived(k, "note", "GET Patient/ada/_history/1", NULL, NULL);
    case_replied(k, e, 200, "{'ETag':'W/\\'1\\''}",
                 "{'resourceType':'Patient','id':'ada','meta':{'versionId':'1'},'active':true,"
                 "'gender':'female'}");
    case_view(k, "note", "committed", ADA, "1");
}

#define MARRIED "{'op':'add','path':'/maritalStatus','value':{'text':'M'}}"

/* The engine sends what two intents want as one patch. */
static void two_in_one_write(struct kase *k)
{
    begin(k);
    case_intent(k, "also",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"
                "'patch':[" MARRIED "]}");
    case_submit(k, "note");
    case_submit(k, "also");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'",
               "[{'op':'add','path':'/gender','value':'female'}," MARRIED "]");
    case_view(k, "note", "committed", ADA, "2");
    case_view(k, "also", "committed", ADA, "2");
}

static void the_engines_but_without_it(struct kase *k)
{
    begin(k);
    case_intent(k, "also",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"
                "'patch':[" MARRIED "]}");
    case_submit(k, "note");
    case_submit(k, "also");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_view(k, "also", "committed", ADA, "2");
}

/* Two measurements that happen to be equal are two. */
static void the_create_of_another(struct kase *k)
{
    begin(k);
    case_intent(k, "again",
                "{'operation':'create','target':{'type':'Observation'},'resource':"
                "{'resourceType':'Observation','status':'final'}}");
    case_submit(k, "obs");
    case_submit(k, "again");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_view(k, "again", "committed", "Observation/c-1", "1");
}

static void decided_in_part(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "both",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"
                "'patch':[{'op':'add','path':'/gender','value':'female'}," MARRIED "]}");
    case_submit(k, "both");
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_view(k, "both", "needs-review", NULL, NULL);
    case_decide(k, "both", "{'decision':'apply','fields':['/gender'],'seenVersion':'2'}");
    case_write(k, "both", "PATCH Patient/ada", "If-Match: W/'2'", GENDER);
    case_view(k, "both", "committed", ADA, "3");
}

static void converged(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_edit(k, ADA, FEMALE);
    case_read(k, "note", ADA);
    case_view_text(
        k, "note", 200,
        "{'id':'i-note','state':'committed','result':{'reference':'Patient/ada','versionId':'2'},"
        "'converged':true}");
}

/* Its write, guarded by a nurse's version with the same value, is answered with that version. */
static void changed_nothing(struct kase *k, int status, const char *etag)
{
    begin(k);
    case_submit(k, "note");
    case_edit(k, ADA, FEMALE);
    case_read(k, "note", ADA);
    uint64_t exchange = case_arrived(k, "note", "PATCH " ADA, "If-Match: W/\"2\"", GENDER);
    case_replied(k, exchange, status, case_text(k, "{'ETag':'W/\\\"%s\\\"'}", etag), NULL);
    case_view(k, "note", "committed", ADA, "2");
}

static void a_write_changed_nothing(struct kase *k)
{
    changed_nothing(k, 200, "2");
}

static void a_refusal_named_the_version(struct kase *k)
{
    changed_nothing(k, 412, "2");
}

static void a_write_was_answered_with_another(struct kase *k)
{
    changed_nothing(k, 200, "1");
}

static void a_foreign_version_as_its_own(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_edit(k, ADA, FEMALE);
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
}

static void an_absolute_versioned_reference(struct kase *k)
{
    said_after_its_commit(k);
    case_view_text(k, "note", 200,
                   "{'id':'i-note','state':'committed','result':{'reference':"
                   "'http://127.0.0.1:1/fhir/Patient/ada/_history/2','versionId':2}}");
}

static void put_where_others_patch(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_read(k, "note", ADA);
    case_write(k, "note", "PUT Patient/ada", "If-Match: W/'1'", FEMALE);
    case_view(k, "note", "committed", ADA, "2");
}

static void deleted(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_view(k, "gone", "committed", ADA, NULL);
    case_view(k, "gone", "committed", ADA, "2");
}

static void deleted_with_a_guess(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_view(k, "gone", "committed", ADA, "3");
}

static void deleted_with_a_guess_alone(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_view_text(
        k, "gone", 200,
        "{'id':'i-gone','state':'committed','result':{'reference':null,'versionId':'3'}}");
}

static void the_version_as_an_etag(struct kase *k)
{
    said_after_its_commit(k);
    case_view_text(k, "note", 200,
                   "{'id':'i-note','state':'committed','result':{'reference':'Patient/ada',"
                   "'versionId':'W/\\'2\\''}}");
}

static void deleted_with_a_lucky_guess(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    uint64_t e = case_arrived(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_view(k, "gone", "committed", ADA, "2");
}

/* It was told; then the server was restored, and the number is somebody else's deletion's. */
static void deleted_and_its_number_given_anew(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    uint64_t e = case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_undo(k, e, ADA);
    case_edit(k, ADA, NULL);
    case_view(k, "gone", "committed", ADA, "2");
}

static void deleted_and_found_gone(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    uint64_t e = case_arrived(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_read(k, "gone", ADA);
    case_view(k, "gone", "committed", ADA, "2");
}

static void gone_already(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    case_edit(k, ADA, NULL);
    case_read(k, "gone", ADA);
    case_view(k, "gone", "committed", NULL, NULL);
}

/* The server did not look at the guard, made no version, and named the deletion that was there. */
static void gone_already_and_its_version_told(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    uint64_t e = case_arrived(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_edit(k, ADA, NULL);
    case_replied(k, e, 204, "{'ETag':'W/\\'2\\''}", NULL);
    case_view(k, "gone", "committed", ADA, "2");
}

static void gone_already_and_nothing_told(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    uint64_t e = case_arrived(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_edit(k, ADA, NULL);
    case_replied(k, e, 204, NULL, NULL);
    case_view(k, "gone", "committed", ADA, "2");
}

static void not_deleted_at_all(struct kase *k)
{
    begin(k);
    case_submit(k, "gone");
    case_view(k, "gone", "committed", ADA, NULL);
}

static void created_and_edited_since(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_edit(k, "Observation/c-1", "{'resourceType':'Observation','status':'amended'}");
    case_view(k, "obs", "committed", "Observation/c-1", "1");
}

static void created_elsewhere(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Observation", NULL, OBSERVED);
    case_view(k, "obs", "committed", "Observation/c-9", "1");
}

static void rejected_and_a_zombie_commits(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    uint64_t e = case_arrived(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_lost(k, e, "");
    case_view(k, "note", "rejected", NULL, NULL);
    case_commit(k, e);
}

static void rejected_although_it_stands(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    uint64_t e = case_arrived(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_view(k, "note", "rejected", NULL, NULL);
}

static void cancelled_although_it_stands(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    uint64_t e = case_arrived(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_cancel(k, "note");
    case_commit(k, e);
    case_reply(k, e);
}

static void rejected_and_refused(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_refused(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER, 422);
    case_view(k, "note", "rejected", NULL, NULL);
}

static void in_review_while_it_stands(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    uint64_t e = case_arrived(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_view(k, "note", "needs-review", NULL, NULL);
}

static void the_other_key_committed(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_submit_as(k, "note", "k-other", NULL, 202, "{'id':'i-9','state':'accepted'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_view(k, "note", "committed", ADA, "2");
    case_refused(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER, 412);
    case_view_text(k, "note", 200,
                   "{'id':'i-9','state':'rejected','problem':{'title':'conflict'}}");
}

static void decided_after_being_rejected(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_refused(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER, 422);
    case_view(k, "note", "rejected", NULL, NULL);
    case_decide(k, "note", "{'decision':'apply','seenVersion':'1'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_view(k, "note", "committed", ADA, "2");
}

#define TWO_SENT                                                                                   \
    "{'resourceType':'Bundle','type':'transaction','entry':["                                      \
    "{'resource':{'resourceType':'Basic','id':'b'},'request':{'method':'PUT','url':'Basic/b'}},"   \
    "{'resource':{'resourceType':'Observation','status':'final'},"                                 \
    "'request':{'method':'POST','url':'Observation'}}]}"

static void bundle_committed(struct kase *k)
{
    begin(k);
    case_submit(k, "two");
    case_write(k, "two", "POST ", NULL, TWO_SENT);
    case_view_text(k, "two", 200,
                   "{'id':'i-two','state':'committed','result':null,'results':["
                   "{'reference':'Basic/b','versionId':'1'},{'reference':'Observation/"
                   "c-1','versionId':'1'}]}");
}

static void bundle_with_swapped_results(struct kase *k)
{
    begin(k);
    case_submit(k, "two");
    case_write(k, "two", "POST ", NULL, TWO_SENT);
    case_view_text(k, "two", 200,
                   "{'id':'i-two','state':'committed','result':null,'results':["
                   "{'reference':'Observation/c-1','versionId':'1'},{'reference':'Basic/"
                   "b','versionId':'1'}]}");
}

/* The first entry of two stands; what is said of the other. */
static void half_of_a_batch(struct kase *k, const char *other)
{
    begin(k);
    case_submit(k, "two");
    uint64_t e = case_arrived(k, "two", "POST ", NULL, TWO_SENT);
    case_committed(k, e, "Basic/b", "{'resourceType':'Basic','id':'b'}");
    case_replied(k, e, 200, NULL,
                 "{'resourceType':'Bundle','type':'batch-response','entry':[{'response':{'status':"
                 "'201'}},{'response':{'status':'422'}}]}");
    case_view_text(k, "two", 200,
                   case_text(k,
                             "{'id':'i-two','state':'incomplete','result':null,'results':["
                             "{'reference':'Basic/b','versionId':'1','state':'committed'},"
                             "{'state':'%s'}]}",
                             other));
}

static void half_is_said_to_stand(struct kase *k)
{
    half_of_a_batch(k, "refused");
}

static void all_of_it_is_said_to_stand(struct kase *k)
{
    half_of_a_batch(k, "committed");
}

static void bundle_half_done(struct kase *k)
{
    begin(k);
    case_submit(k, "two");
    uint64_t e = case_arrived(k, "two", "POST ", NULL, TWO_SENT);
    case_committed(k, e, "Basic/b", "{'resourceType':'Basic'}");
    case_reply(k, e);
    case_view_text(k, "two", 200, "{'id':'i-two','state':'committed','result':null}");
}

static void a_view_without_state(struct kase *k)
{
    said_after_its_commit(k);
    case_view_text(k, "note", 200, "{'id':'i-note'}");
}

static void a_view_that_is_no_json(struct kase *k)
{
    said_after_its_commit(k);
    case_view_text(k, "note", 200, "<html>busy</html>");
}

static void wrong_types_everywhere(struct kase *k)
{
    begin(k);
    case_submit(k, "note");
    case_view_text(k, "note", 200,
                   "{'id':7,'state':'committed','result':[1],'results':{'a':3},'problem':4}");
}

static void never_answered(struct kase *k)
{
    begin(k);
    case_submit_as(k, "note", NULL, NULL, 202, "{}");
}

static void statements_are_held_against_the_chart(void)
{
    static const struct case_row rows[] = {
        {"after its commit", said_after_its_commit, VERDICT_PASS},
        {"nothing to do", nothing_to_do, VERDICT_PASS},
        {"convergence named as such", converged, VERDICT_PASS},
        {"a write that changed nothing", a_write_changed_nothing, VERDICT_PASS},
        {"an absolute, versioned reference and a number", an_absolute_versioned_reference,
         VERDICT_PASS},
        {"the version as an ETag", the_version_as_an_etag, VERDICT_PASS},
        {"an update where others patch", put_where_others_patch, VERDICT_PASS},
        {"two intents in one write", two_in_one_write, VERDICT_PASS},
        {"in a version of which nothing tells whose it is", nobodys_and_it_holds, VERDICT_PASS},
        {"a part that a human chose", decided_in_part, VERDICT_PASS},
        {"a delete, with null and with its version", deleted, VERDICT_PASS},
        {"a delete, and its number was given anew", deleted_and_its_number_given_anew,
         VERDICT_PASS},
        {"a delete whose version a read told", deleted_and_found_gone, VERDICT_PASS},
        {"a delete of what is gone", gone_already, VERDICT_PASS},
        {"a delete of what is gone, and the reply named that", gone_already_and_its_version_told,
         VERDICT_PASS},
        {"a create that was edited since", created_and_edited_since, VERDICT_PASS},
        {"rejected after a refusal", rejected_and_refused, VERDICT_PASS},
        {"open with a human while it stands", in_review_while_it_stands, VERDICT_PASS},
        {"a human decided after it was rejected", decided_after_being_rejected, VERDICT_PASS},
        {"one key committed, the other rejected", the_other_key_committed, VERDICT_PASS},
        {"a Bundle", bundle_committed, VERDICT_PASS},
        {"a refused entry said to be refused", half_is_said_to_stand, VERDICT_PASS},
        {"before its commit", said_before_its_commit, VERDICT_FAIL},
        {"in such a version, which does not hold it", nobodys_without_its_content, VERDICT_FAIL},
        {"without a commit", said_without_a_commit, VERDICT_FAIL},
        {"another version", another_version, VERDICT_FAIL},
        {"a refusal that named a nurse's version", a_refusal_named_the_version, VERDICT_FAIL},
        {"a nurse's version, and another was answered", a_write_was_answered_with_another,
         VERDICT_FAIL},
        {"another resource", another_resource, VERDICT_FAIL},
        {"the server dropped the field", a_field_was_dropped, VERDICT_FAIL},
        {"no version", no_version_named, VERDICT_FAIL},
        {"somebody else's version", a_foreign_version_as_its_own, VERDICT_FAIL},
        {"nothing to do, in a version of the past", nothing_to_do_long_ago, VERDICT_FAIL},
        {"the engine's version, but without it", the_engines_but_without_it, VERDICT_FAIL},
        {"the create of another intent", the_create_of_another, VERDICT_FAIL},
        {"a guess at a deletion's version", deleted_with_a_guess, VERDICT_FAIL},
        {"a guess at a deletion's version that is right", deleted_with_a_lucky_guess, VERDICT_FAIL},
        {"a guess at a deletion's version, without the reference", deleted_with_a_guess_alone,
         VERDICT_FAIL},
        {"a delete of what is gone, and no reply named that", gone_already_and_nothing_told,
         VERDICT_FAIL},
        {"a delete that never was", not_deleted_at_all, VERDICT_FAIL},
        {"a create at another id", created_elsewhere, VERDICT_FAIL},
        {"rejected, then a zombie commits", rejected_and_a_zombie_commits, VERDICT_FAIL},
        {"rejected although it stands", rejected_although_it_stands, VERDICT_FAIL},
        {"cancelled although it takes effect", cancelled_although_it_stands, VERDICT_FAIL},
        {"a Bundle with its results swapped", bundle_with_swapped_results, VERDICT_FAIL},
        {"a Bundle half done", bundle_half_done, VERDICT_FAIL},
        {"a refused entry said to be committed", all_of_it_is_said_to_stand, VERDICT_FAIL},
        {"wrong types everywhere", wrong_types_everywhere, VERDICT_FAIL},
        {"a view without state", a_view_without_state, VERDICT_UNKNOWN},
        {"a view that is no JSON", a_view_that_is_no_json, VERDICT_UNKNOWN},
        {"nothing was said", never_answered, VERDICT_UNKNOWN},
    };

    case_rows("truthful-state", rows);
}

static CU_TestInfo tests[] = {
    {"statements are held against the chart", statements_are_held_against_the_chart},
    CU_TEST_INFO_NULL,
};
SUITE("judge_truth", tests)
