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

/* ---- what a human was shown ---- */

#define TASK(priority, status)                                                                     \
    "{'resourceType':'Task','id':'call','priority':'" priority "','status':'" status "'}"

/* The patch meets a nurse's change of the same; `current` is what the review shows as version 2. */
static void shown(struct kase *k, const char *current, const char *decision)
{
    case_chart(k, "Task/call", TASK("routine", "requested"));
    case_intent(k, "raise",
                "{'operation':'patch','target':{'reference':'Task/call'},'baseVersion':'1','patch':"
                "[{'op':'replace','path':'/priority','value':'urgent'}],"
                "'source':{'system':'urn:p','eventId':'e-2'}}");
    case_submit(k, "raise");
    case_edit(k, "Task/call", TASK("asap", "accepted"));
    case_view(k, "raise", "needs-review", NULL, NULL);
    case_said(
        k, "review", "raise", 200,
        case_text(k, "{'id':'r-1','intent':'i-raise','seenVersion':'2','current':%s}", current));
    case_decide(k, "raise", decision);
    case_write(k, "raise", "PUT Task/call", "If-Match: W/'2'", TASK("urgent", "accepted"));
}

#define APPLY "{'decision':'apply','seenVersion':'2'}"

static void the_chart_is_shown(struct kase *k)
{
    shown(k, TASK("asap", "accepted"), APPLY);
}

static void the_base_is_shown(struct kase *k)
{
    shown(k, TASK("routine", "requested"), APPLY);
}

static void what_is_intended_is_shown(struct kase *k)
{
    shown(k, TASK("urgent", "accepted"), APPLY);
}

static void a_part_is_shown(struct kase *k)
{
    shown(k, "{'resourceType':'Task','id':'call','priority':'asap'}", APPLY);
}

static void nothing_is_shown(struct kase *k)
{
    shown(k, "null", APPLY);
}

/* `intended` as the review shows it. */
static void proposed(struct kase *k, const char *intended)
{
    shown(k, case_text(k, "%s,'intended':%s", TASK("asap", "accepted"), intended), APPLY);
}

static void the_intent_is_shown(struct kase *k)
{
    proposed(k, TASK("urgent", "requested"));
}

static void the_chart_is_shown_as_intended(struct kase *k)
{
    proposed(k, TASK("asap", "accepted"));
}

static void what_is_touched_is_shown_as_intended(struct kase *k)
{
    proposed(k, "{'resourceType':'Task','id':'call','priority':'urgent'}");
}

static void the_patch_is_shown_as_intended(struct kase *k)
{
    proposed(k, "[{'op':'replace','path':'/priority','value':'urgent'}]");
}

static void what_is_decided_on_is_what_is_shown(void)
{
    static const struct case_row rows[] = {
        {"the chart is shown", the_chart_is_shown, VERDICT_PASS},
        {"the base is shown as the chart", the_base_is_shown, VERDICT_FAIL},
        {"what is intended is shown as the chart", what_is_intended_is_shown, VERDICT_FAIL},
        {"a part of it is shown", a_part_is_shown, VERDICT_PASS},
        {"nothing is shown", nothing_is_shown, VERDICT_PASS},
        {"the intent is shown as intended", the_intent_is_shown, VERDICT_PASS},
        {"the chart is shown as intended", the_chart_is_shown_as_intended, VERDICT_FAIL},
        {"what is touched is shown", what_is_touched_is_shown_as_intended, VERDICT_PASS},
        {"the patch is shown", the_patch_is_shown_as_intended, VERDICT_PASS},
    };

    case_rows("human-review", rows);
}

static CU_TestInfo tests[] = {
    {"what is created is what was decided", what_is_created_is_what_was_decided},
    {"what is decided on is what is shown", what_is_decided_on_is_what_is_shown},
    CU_TEST_INFO_NULL,
};
SUITE("judge_decided", tests)
