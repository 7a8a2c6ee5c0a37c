/* SPDX-License-Identifier: Apache-2.0 */
/* test_judge_decided - human-review of creations: what a human lets go is the intent, and the engine's own identifier. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define MARK  "{'system':'urn:case:write','value':'m-1'}"
#define OTHER "{'system':'urn:other','value':'o-1'}"
#define PULSE(identifiers, value)                                                                  \
    "{'resourceType':'Observation','identifier':[" identifiers "],'valueInteger':" value "}"
#define GIVEN "{'system':'urn:t','value':'P-1'}"

static void decided(struct kase *k, const char *sent)
{
    case_intent(k, "pulse",
                "{'operation':'create','target':{'type':'Observation'},'resource':" PULSE(
                    GIVEN, "70") ",'source':{'system':'urn:p','eventId':'e-1'}}");
    case_submit(k, "pulse");
    case_refused(k, "pulse", "POST Observation", NULL, PULSE(GIVEN "," MARK, "70"), 422);
    case_view(k, "pulse", "incomplete", NULL, NULL);
    case_decide(k, "pulse", "{'decision':'apply'}");
    case_write(k, "pulse", "POST Observation", NULL, sent);
}

static void as_intended(struct kase *k)
{
    decided(k, PULSE(GIVEN, "70"));
}

static void with_its_mark(struct kase *k)
{
    decided(k, PULSE(GIVEN "," MARK, "70"));
}

static void with_another_mark(struct kase *k)
{
    decided(k, PULSE(GIVEN "," OTHER, "70"));
}

static void with_another_value(struct kase *k)
{
    decided(k, PULSE(GIVEN "," MARK, "71"));
}

static void what_is_created_is_what_was_decided(void)
{
    static const struct case_row rows[] = {
        {"as intended", as_intended, VERDICT_PASS},
        {"and the identifier that the engine may add", with_its_mark, VERDICT_PASS},
        {"and one that it may not", with_another_mark, VERDICT_FAIL},
        {"another value", with_another_value, VERDICT_FAIL},
    };

    case_rows("human-review", rows);
}

static CU_TestInfo tests[] = {
    {"what is created is what was decided", what_is_created_is_what_was_decided},
    CU_TEST_INFO_NULL,
};
SUITE("judge_decided", tests)
