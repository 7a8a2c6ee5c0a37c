/* SPDX-License-Identifier: Apache-2.0 */
/* test_judge_patient - no-wrong-patient and tenant-apart: whose it is, and whose it is not. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA "Patient/ada"
#define EVE "Patient/eve"
#define WEIGHT(subject, rest)                                                                      \
    "{'resourceType':'Observation','status':'final','subject':{'reference':'" subject "'}" rest "}"
#define FINAL "[{'op':'replace','path':'/status','value':'amended'}]"
#define AMEND(more)                                                                                \
    "{'operation':'patch','target':{'reference':'Observation/w'},'baseVersion':'1','patch':" FINAL \
    ",'source':{'system':'urn:p','eventId':'e'}" more "}"
#define FOR(patient) ",'patient':'" patient "'"
#define CREATE(subject, more)                                                                      \
    "{'operation':'create','target':{'type':'Observation'},'resource':" WEIGHT(                    \
        subject, more) ",'source':{'system':'urn:p','eventId':'e'}" FOR(ADA) "}"
#define AT(n) "If-Match: W/'" n "'"

static void begin(struct kase *k, const char *subject, const char *payload)
{
    case_chart(k, ADA, "{'resourceType':'Patient','gender':'female'}");
    case_chart(k, EVE, "{'resourceType':'Patient','gender':'female'}");
    case_chart(k, "Observation/w", subject);
    case_intent(k, "i", payload);
    case_submit(k, "i");
}

static void amend(struct kase *k)
{
    case_write(k, "i", "PATCH Observation/w", AT("1"), FINAL);
}

static void its_own(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), AMEND(FOR(ADA)));
    amend(k);
}

static void anothers(struct kase *k)
{
    begin(k, WEIGHT(EVE, ""), AMEND(FOR(ADA)));
    amend(k);
}

/* The server did not look at the guard. */
static void moved_under_a_guard(struct kase *k, const char *state)
{
    begin(k, WEIGHT(ADA, ""), AMEND(FOR(ADA)));
    case_evidence(k)->guards.lost_update = SIM_DETECT;
    case_edit(k, "Observation/w", WEIGHT(EVE, ""));
    amend(k);
    case_view(k, "i", state, "Observation/w", "3");
    case_recover(k);
}

static void moved_and_told(struct kase *k)
{
    moved_under_a_guard(k, "incomplete");
}

static void moved_and_not_told(struct kase *k)
{
    moved_under_a_guard(k, "committed");
}

static void nobody_says_whose(struct kase *k)
{
    begin(k, WEIGHT(EVE, ""), AMEND(""));
    amend(k);
}

static void about_no_patient(struct kase *k)
{
    begin(k, WEIGHT("Group/g", ""), AMEND(FOR(ADA)));
    amend(k);
}

static void of_the_survivor(struct kase *k)
{
    begin(k, WEIGHT(EVE, ""), AMEND(FOR(ADA)));
    case_edit(k, ADA,
              "{'resourceType':'Patient','link':[{'other':{'reference':'Patient/eve'},'type':"
              "'replaced-by'}]}");
    amend(k);
}

static void of_the_survivor_who_says_so(struct kase *k)
{
    begin(k, WEIGHT(EVE, ""), AMEND(FOR(ADA)));
    case_edit(k, EVE,
              "{'resourceType':'Patient','link':[{'other':{'reference':'Patient/ada'},'type':"
              "'replaces'}]}");
    amend(k);
}

static void linked_otherwise(struct kase *k)
{
    begin(k, WEIGHT(EVE, ""), AMEND(FOR(ADA)));
    case_edit(k, ADA,
              "{'resourceType':'Patient','link':[{'other':{'reference':'Patient/eve'},'type':"
              "'seealso'}]}");
    amend(k);
}

static void taken_back_before(struct kase *k)
{
    of_the_survivor(k);
    case_edit(k, ADA, "{'resourceType':'Patient'}");
    case_intent(k, "j", AMEND(FOR(ADA)));
    case_submit(k, "j");
    case_write(k, "j", "PATCH Observation/w", AT("2"), FINAL);
}

static void made_for_another(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), CREATE(ADA, ""));
    case_write(k, "i", "POST Observation", NULL, WEIGHT(EVE, ""));
}

static void a_performer_brought_in(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), AMEND(FOR(ADA)));
    case_write(k, "i", "PUT Observation/w", AT("1"),
               "{'resourceType':'Observation','status':'amended','subject':{'reference':'Patient/"
               "ada'},'performer':[{'reference':'Patient/eve'}]}");
}

static void a_performer_of_its_own_word(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), CREATE(ADA, ",'performer':[{'reference':'Patient/eve'}]"));
    case_write(k, "i", "POST Observation", NULL,
               WEIGHT(ADA, ",'performer':[{'reference':'Patient/eve'}]"));
}

static void adopted_from_another(struct kase *k)
{
    begin(k, WEIGHT(EVE, ""), CREATE(ADA, ""));
    case_view(k, "i", "committed", "Observation/w", "1");
}

static void adopted_of_its_own(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), CREATE(ADA, ""));
    case_view(k, "i", "committed", "Observation/w", "1");
}

#define VISIT(encounter) ",'encounter':{'reference':'" encounter "'}"

static void of_another_encounter(struct kase *k)
{
    begin(k, WEIGHT(ADA, VISIT("Encounter/2")), AMEND(",'encounter':'Encounter/1'"));
    amend(k);
}

static void of_its_encounter(struct kase *k)
{
    begin(k, WEIGHT(ADA, VISIT("Encounter/1")), AMEND(",'encounter':'Encounter/1'"));
    amend(k);
}

static void unreadable(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), AMEND(FOR(ADA)));
    case_evidence(k)->chart[2].content = "[";
    case_evidence(k)->chart[2].size = 1;
    amend(k);
}

/* Meanwhile it has become another's: a guard by the version before that should have kept the write out. */
#define AMENDED                                                                                    \
    "{'resourceType':'Observation','status':'amended','subject':{'reference':'Patient/ada'}}"

static void a_guard_that_was_not_heeded(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), AMEND(FOR(ADA)));
    case_edit(k, "Observation/w", WEIGHT(EVE, ""));
    case_write(k, "i", "PUT Observation/w", AT("1"), AMENDED);
}

static void no_guard_to_heed(struct kase *k)
{
    begin(k, WEIGHT(ADA, ""), AMEND(FOR(ADA)));
    case_edit(k, "Observation/w", WEIGHT(EVE, ""));
    case_write(k, "i", "PUT Observation/w", NULL, AMENDED);
}

static void what_is_written_is_the_patients(void)
{
    static const struct case_row rows[] = {
        {"its own", its_own, VERDICT_PASS},
        {"another's", anothers, VERDICT_FAIL},
        {"moved under a guard that is known to be ignored, and told", moved_and_told, VERDICT_PASS},
        {"moved under a guard that is known to be ignored, and not told", moved_and_not_told,
         VERDICT_FAIL},
        {"the intent names no patient", nobody_says_whose, VERDICT_PASS},
        {"about no patient", about_no_patient, VERDICT_PASS},
        {"the survivor's after a merge", of_the_survivor, VERDICT_PASS},
        {"the survivor's, by its own link", of_the_survivor_who_says_so, VERDICT_PASS},
        {"see also is no merge", linked_otherwise, VERDICT_FAIL},
        {"a merge taken back", taken_back_before, VERDICT_FAIL},
        {"made for another", made_for_another, VERDICT_FAIL},
        {"another brought in", a_performer_brought_in, VERDICT_FAIL},
        {"another by the intent's own word", a_performer_of_its_own_word, VERDICT_PASS},
        {"another's adopted as result", adopted_from_another, VERDICT_FAIL},
        {"its own adopted as result", adopted_of_its_own, VERDICT_PASS},
        {"another encounter's", of_another_encounter, VERDICT_FAIL},
        {"its encounter's", of_its_encounter, VERDICT_PASS},
        {"it can't be read", unreadable, VERDICT_UNKNOWN},
        {"a guard that the server says it heeds was not", a_guard_that_was_not_heeded,
         VERDICT_PASS},
        {"there was no guard", no_guard_to_heed, VERDICT_FAIL},
    };

    case_rows("no-wrong-patient", rows);
}

/* ---- tenants ---- */

#define OBSERVED(mark)                                                                             \
    "{'resourceType':'Observation','status':'final','identifier':[{'system':'urn:case:write',"     \
    "'value':'" mark "'}]}"
#define TENANT(name)                                                                               \
    "{'operation':'create','target':{'type':'Observation'},'resource':{'resourceType':'"           \
    "Observation','status':'final'},'source':{'system':'urn:p','eventId':'e'},'tenant':'" name     \
    "'}"

static void begin_two(struct kase *k, const char *other)
{
    case_intent(k, "a", TENANT("north"));
    case_intent(k, "b", other);
    case_submit(k, "a");
}

static void make(struct kase *k, const char *intent, const char *mark)
{
    case_write(k, intent, "POST Observation", NULL, mark);
}

static void two_of_each(struct kase *k)
{
    begin_two(k, TENANT("south"));
    case_submit(k, "b");
    make(k, "a", OBSERVED("m-a"));
    make(k, "b", OBSERVED("m-b"));
    case_view(k, "a", "committed", "Observation/c-1", "1");
    case_view(k, "b", "committed", "Observation/c-2", "1");
}

static void one_answer_for_both(struct kase *k)
{
    begin_two(k, TENANT("south"));
    case_submit_as(k, "b", "k-1-a", NULL, 200, "{'id':'i-a','state':'accepted'}");
}

static void one_answer_within_a_tenant(struct kase *k)
{
    begin_two(k, TENANT("north"));
    case_submit_as(k, "b", "k-1-a", NULL, 200, "{'id':'i-a','state':'accepted'}");
}

static void one_identifier(struct kase *k)
{
    begin_two(k, TENANT("south"));
    case_submit(k, "b");
    make(k, "a", OBSERVED("m"));
    case_refused(k, "b", "POST Observation", "If-None-Exist: identifier=urn:case:write|m",
                 OBSERVED("m"), 412);
}

static void one_resource(struct kase *k)
{
    begin_two(k, TENANT("south"));
    case_submit(k, "b");
    make(k, "a", OBSERVED("m-a"));
    case_view(k, "b", "committed", "Observation/c-1", "1");
}

/* South sends under its own key, as `spare`, and under north's. */
static void under_norths_key(struct kase *k, int spare, int status)
{
    begin_two(k, TENANT("south"));
    case_submit(k, "b");
    case_submit_as(k, "b", "k-1-spare", NULL, spare, "{'id':'i-b','state':'accepted'}");
    case_submit_as(k, "b", "k-1-a", NULL, status, "{'id':'i-b','state':'accepted'}");
}

static void norths_key_is_taken(struct kase *k)
{
    under_norths_key(k, 202, 202);
}

static void norths_key_is_refused(struct kase *k)
{
    under_norths_key(k, 202, 422);
}

static void another_key_is_refused_too(struct kase *k)
{
    under_norths_key(k, 422, 422);
}

static void norths_key_is_put_off(struct kase *k)
{
    under_norths_key(k, 202, 503);
}

/* South had used the key itself, for something else. */
static void souths_own_key_is_refused(struct kase *k)
{
    case_intent(k, "c", TENANT("south"));
    begin_two(k, TENANT("south"));
    case_submit_as(k, "c", "k-1-a",
                   "{'operation':'delete','source':{'system':'urn:p'},'tenant':'south'}", 202,
                   "{'id':'i-c','state':'accepted'}");
    case_submit(k, "b");
    case_submit_as(k, "b", "k-1-spare", NULL, 202, "{'id':'i-b','state':'accepted'}");
    case_submit_as(k, "b", "k-1-a", NULL, 422, "{}");
}

static void one_that_was_there(struct kase *k)
{
    case_chart(k, "Observation/w", OBSERVED("old"));
    begin_two(k, TENANT("south"));
    case_submit(k, "b");
    case_view(k, "a", "committed", "Observation/w", "1");
    case_view(k, "b", "committed", "Observation/w", "1");
}

static void named_by_its_reference(struct kase *k)
{
    begin_two(k, "{'operation':'patch','target':{'reference':'Observation/c-1'},'baseVersion':'1',"
                 "'patch':" FINAL ",'source':{'system':'urn:p','eventId':'f'},'tenant':'south'}");
    make(k, "a", OBSERVED("m-a"));
    case_submit(k, "b");
    case_write(k, "b", "PATCH Observation/c-1", AT("1"), FINAL);
    case_view(k, "b", "committed", "Observation/c-1", "2");
}

static void whose_it_was_is_not_known(struct kase *k)
{
    begin_two(k, TENANT("south"));
    case_submit(k, "b");
    case_write(k, NULL, "POST Observation", NULL, "{'resourceType':'Observation','status':'odd'}");
    case_view(k, "b", "committed", "Observation/c-1", "1");
}

static void tenants_do_not_meet(void)
{
    static const struct case_row rows[] = {
        {"two of each", two_of_each, VERDICT_PASS},
        {"one answer for both", one_answer_for_both, VERDICT_FAIL},
        {"one answer within a tenant", one_answer_within_a_tenant, VERDICT_PASS},
        {"one identifier", one_identifier, VERDICT_FAIL},
        {"one resource", one_resource, VERDICT_FAIL},
        {"another tenant's key is taken", norths_key_is_taken, VERDICT_PASS},
        {"another tenant's key is refused", norths_key_is_refused, VERDICT_FAIL},
        {"any other key is refused", another_key_is_refused_too, VERDICT_PASS},
        {"another tenant's key is put off", norths_key_is_put_off, VERDICT_PASS},
        {"its own key is refused", souths_own_key_is_refused, VERDICT_PASS},
        {"one that was there before", one_that_was_there, VERDICT_PASS},
        {"named by its reference", named_by_its_reference, VERDICT_PASS},
        {"whose it was can't be told", whose_it_was_is_not_known, VERDICT_UNKNOWN},
    };

    case_rows("tenant-apart", rows);
}

static CU_TestInfo tests[] = {
    {"what is written is the patient's", what_is_written_is_the_patients},
    {"tenants do not meet", tenants_do_not_meet},
    CU_TEST_INFO_NULL,
};
SUITE("judge_patient", tests)
