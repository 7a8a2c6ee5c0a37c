/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of mapping-true. */
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

#define RESULT "Observation/pulse"
#define BO     "Patient/bo"

static void chart(struct kase *k)
{
    note_begin(k);
    case_chart(k, BO, "{'resourceType':'Patient'}");
    case_chart(k, RESULT, "{'resourceType':'Observation','subject':{'reference':'Patient/bo'}}");
}

static void merge(struct kase *k)
{
    case_edit(k, BO,
              "{'resourceType':'Patient','link':[{'other':{'reference':'Patient/ada'},'type':'"
              "replaced-by'}]}");
    case_edit(k, RESULT, "{'resourceType':'Observation','subject':{'reference':'Patient/ada'}}");
}

static void split(struct kase *k)
{
    case_edit(k, BO, "{'resourceType':'Patient'}");
    case_edit(k, RESULT, "{'resourceType':'Observation','subject':{'reference':'Patient/bo'}}");
}

static const char *line(struct kase *k, const char *value, const char *patient,
                        const char *reference, const char *state)
{
    return case_text(k,
                     "{'tenant':'','system':'urn:lab','value':'%s','patient':'%s','type':"
                     "'Observation','reference':'%s','state':'%s'}\n",
                     value, patient, reference, state);
}

static void told(struct kase *k, const char *lines)
{
    case_recover(k);
    case_said(k, "mappings", NULL, 0, lines);
}

static void one_and_right(struct kase *k)
{
    chart(k);
    told(k, line(k, "P-1", BO, RESULT, "active"));
}

static void none(struct kase *k)
{
    chart(k);
    told(k, "");
}

static void two_resources(struct kase *k)
{
    chart(k);
    told(k, case_text(k, "%s%s", line(k, "P-1", BO, RESULT, "active"),
                      line(k, "P-1", BO, "Observation/other", "active")));
}

static void two_resources_and_open(struct kase *k)
{
    chart(k);
    told(k, case_text(k, "%s%s", line(k, "P-1", BO, RESULT, "active"),
                      line(k, "P-1", BO, "Observation/other", "open")));
}

static void told_twice(struct kase *k)
{
    chart(k);
    told(k, case_text(k, "%s%s", line(k, "P-1", BO, RESULT, "active"),
                      line(k, "P-1", BO, RESULT, "active")));
}

static void two_patients_by_one_number(struct kase *k)
{
    chart(k);
    told(k, case_text(k, "%s%s", line(k, "P-1", BO, RESULT, "active"),
                      line(k, "P-1", ADA, "Observation/other", "active")));
}

static void two_patients_by_one_number_merged(struct kase *k)
{
    chart(k);
    case_chart(k, "Observation/other",
               "{'resourceType':'Observation','subject':{'reference':'Patient/ada'}}");
    merge(k);
    told(k, case_text(k, "%s%s", line(k, "P-1", BO, RESULT, "active"),
                      line(k, "P-1", ADA, "Observation/other", "active")));
}

static void merged_and_of_the_survivor(struct kase *k)
{
    chart(k);
    merge(k);
    told(k, line(k, "P-1", ADA, RESULT, "active"));
}

static void merged_and_of_who_was_merged(struct kase *k)
{
    chart(k);
    merge(k);
    told(k, line(k, "P-1", BO, RESULT, "active"));
}

static void split_and_stale(struct kase *k)
{
    chart(k);
    merge(k);
    split(k);
    told(k, line(k, "P-1", ADA, RESULT, "active"));
}

static void split_and_open(struct kase *k)
{
    chart(k);
    merge(k);
    split(k);
    told(k, line(k, "P-1", ADA, RESULT, "open"));
}

static void split_and_right(struct kase *k)
{
    chart(k);
    merge(k);
    split(k);
    told(k, line(k, "P-1", BO, RESULT, "active"));
}

static void split_and_not_recovered(struct kase *k)
{
    chart(k);
    merge(k);
    split(k);
    case_said(k, "mappings", NULL, 0, line(k, "P-1", ADA, RESULT, "active"));
}

static void merged_and_gone(struct kase *k)
{
    chart(k);
    merge(k);
    case_edit(k, RESULT, NULL);
    told(k, line(k, "P-1", BO, RESULT, "active"));
}

static void gone_without_a_merge(struct kase *k)
{
    chart(k);
    case_edit(k, RESULT, NULL);
    told(k, line(k, "P-1", BO, RESULT, "active"));
}

static void a_link_in_a_ring(struct kase *k)
{
    chart(k);
    merge(k);
    case_edit(k, ADA,
              "{'resourceType':'Patient','link':[{'other':{'reference':'Patient/bo'},'type':'"
              "replaced-by'}]}");
    told(k, line(k, "P-1", ADA, RESULT, "open"));
}

static void not_told(struct kase *k)
{
    chart(k);
    case_recover(k);
}

static void nonsense(struct kase *k)
{
    chart(k);
    told(k, "what?\n");
}

static void mapping_true_says_what_it_should(void)
{
    static const struct case_row rows[] = {
        {"one, and right", one_and_right, VERDICT_PASS},
        {"none", none, VERDICT_PASS},
        {"one number, two resources", two_resources, VERDICT_FAIL},
        {"one number, two resources, and open", two_resources_and_open, VERDICT_PASS},
        {"the same told twice", told_twice, VERDICT_PASS},
        {"one number of two patients", two_patients_by_one_number, VERDICT_PASS},
        {"one number of two patients, merged", two_patients_by_one_number_merged, VERDICT_FAIL},
        {"merged, the survivor's", merged_and_of_the_survivor, VERDICT_PASS},
        {"merged, by the old name", merged_and_of_who_was_merged, VERDICT_PASS},
        {"split, and stale", split_and_stale, VERDICT_FAIL},
        {"split, and open", split_and_open, VERDICT_PASS},
        {"split, and right", split_and_right, VERDICT_PASS},
        {"split, and not recovered", split_and_not_recovered, VERDICT_PASS},
        {"merged, and gone", merged_and_gone, VERDICT_FAIL},
        {"gone without a merge", gone_without_a_merge, VERDICT_PASS},
        {"links in a ring", a_link_in_a_ring, VERDICT_PASS},
        {"not told", not_told, VERDICT_UNKNOWN},
        {"nonsense", nonsense, VERDICT_UNKNOWN},
    };

    case_rows("mapping-true", rows);
}

static CU_TestInfo tests[] = {
    {"mapping-true says what it should", mapping_true_says_what_it_should},
    CU_TEST_INFO_NULL,
};
SUITE("judge_mapping", tests)
