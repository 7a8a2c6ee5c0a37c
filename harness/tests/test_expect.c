/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of expect: what a scenario expects of one and the same run, as it came true and as it did not. */
#include "harness/expect.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA "Patient/ada"
#define NOTE                                                                                       \
    "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"                 \
    "'patch':[{'op':'add','path':'/gender','value':'female'}],'source':{'system':'urn:portal',"    \
    "'eventId':'e-1','sequence':1},'requester':{'reference':'Patient/ada'}}"
#define GENDER "[{'op':'add','path':'/gender','value':'female'}]"

/* `note` is committed as version 2 and delivered twice; `late` meets a conflict and has a review; `gone` is deleted. */
static struct kase *the_run(void)
{
    struct kase *k = case_new();

    case_chart(k, ADA, "{'resourceType':'Patient','active':true,'multipleBirthInteger':1}");
    case_chart(k, "Basic/gone",
               "{'resourceType':'Basic','code':{},'identifier':[{'system':'urn:x','value':'7'}]}");
    case_chart(k, "Bundle/doc",
               "{'resourceType':'Bundle','identifier':{'system':'urn:x','value':'9'}}");
    case_chart(k, "Basic/list", "{'resourceType':'Basic','code':{'coding':[1,2]},'author':[1,2]}");
    case_intent(k, "note", NOTE);
    case_intent(k, "late", NOTE);
    case_intent(k, "noop", NOTE);
    case_intent(k, "poor", NOTE);
    case_intent(k, "slow", NOTE);
    case_intent(k, "late-word", NOTE);
    case_submit(k, "note");
    case_said(k, "settled", "", 200, "{'runnable':0,'waiting':0,'dueInMs':2}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    case_view(k, "note", "committed", ADA, "2");
    case_submit_as(k, "note", NULL, NULL, 200,
                   "{'id':'i-note','state':'committed','result':{'reference':'Patient/ada',"
                   "'versionId':'2'}}");
    case_submit(k, "late");
    case_edit(k, "Basic/gone", NULL);
    case_recover(k);
    case_view(k, "note", "committed", ADA, "2");
    case_view_text(k, "late", 200,
                   "{'id':'i-late','state':'needs-review','review':'r-1','problem':null}");
    case_view_text(k, "noop", 200,
                   "{'id':'i-noop','state':'committed','review':null,"
                   "'problem':{'detail':'nothing to do'}}");
    case_view_text(k, "poor", 200,
                   "{'id':'i-poor','state':'rejected','review':null,'problem':{'detail':'no'}}");
    case_said(k, "submit", "late-word", 0, "{}");
    case_said(k, "settled", "", 200, "{'runnable':0,'waiting':0,'dueInMs':2}");
    case_view_text(k, "late-word", 200, "{'id':'i-word','state':'committed'}");
    case_view_text(k, "slow", 200, "{'id':'i-slow','state':'unknown'}");
    case_said(k, "sweep", "", 0, "{'kind':'reconcile'}");
    case_view_text(k, "slow", 200, "{'id':'i-slow','state':'committed'}");
    case_said(k, "audit", "note", 0, "{'sequence':1,'outcome':'committed'}");
    case_said(k, "audit", "late", 0, "{'sequence':2,'outcome':'conflict'}");
    case_said(k, "review", "late", 200,
              "{'id':'r-1','intent':'i-late','seenVersion':'2','failureType':'version-conflict'}");
    return k;
}

static void expectations_come_true_or_not(void)
{
    static const struct {
        const char *row, *expect;
        enum verdict want;
        const char *text; /* in the text of a FAIL */
    } rows[] = {
        {"state", "{'intents':{'note':{'state':'committed'}}}", VERDICT_PASS, NULL},
        {"one of the states", "{'intents':{'late':{'state':['rejected','needs-review']}}}",
         VERDICT_PASS, NULL},
        {"another state", "{'intents':{'late':{'state':['rejected','committed']}}}", VERDICT_FAIL,
         "late: state: expected [\"rejected\",\"committed\"], found needs-review"},
        {"no such intent was accepted", "{'intents':{'other':{'state':'committed'}}}", VERDICT_FAIL,
         "never accepted"},
        {"review is next", "{'intents':{'late':{'next':'review'}}}", VERDICT_PASS, NULL},
        {"none is next", "{'intents':{'note':{'next':'none'}}}", VERDICT_PASS, NULL},
        {"a retry was queued", "{'intents':{'note':{'next':['retry']}}}", VERDICT_PASS, NULL},
        {"no problem is next", "{'intents':{'late':{'next':['problem']}}}", VERDICT_FAIL,
         "late: next"},
        {"a retry comes with the sweep", "{'intents':{'slow':{'next':'retry'}}}", VERDICT_PASS,
         NULL},
        {"a retry before the submit is answered", "{'intents':{'late-word':{'next':'retry'}}}",
         VERDICT_PASS, NULL},
        {"no retry", "{'intents':{'noop':{'next':'retry'}}}", VERDICT_FAIL, "noop: next"},
        {"a remark beside a commit is no next step", "{'intents':{'noop':{'next':'none'}}}",
         VERDICT_PASS, NULL},
        {"nor a problem", "{'intents':{'noop':{'next':'problem'}}}", VERDICT_FAIL, "noop: next"},
        {"a problem is", "{'intents':{'poor':{'next':'none'}}}", VERDICT_FAIL, "found problem"},
        {"version", "{'chart':{'Patient/ada':{'version':'@2'}}}", VERDICT_PASS, NULL},
        {"another version", "{'chart':{'Patient/ada':{'version':['@1','@3']}}}", VERDICT_FAIL,
         "found @2"},
        {"value", "{'chart':{'Patient/ada':{'/gender':'female','/active':true}}}", VERDICT_PASS,
         NULL},
        {"one of the values",
         "{'chart':{'Patient/ada':{'/gender':['male','female'],'/birthDate':[null,'1962']}}}",
         VERDICT_PASS, NULL},
        {"an array as the value",
         "{'chart':{'Basic/list':{'/code':[{'coding':[1,2]}],'/author':[[1,2]]}}}", VERDICT_PASS,
         NULL},
        {"none of the values", "{'chart':{'Patient/ada':{'/gender':[null,'male']}}}", VERDICT_FAIL,
         "found \"female\""},
        {"number by its text", "{'chart':{'Patient/ada':{'/multipleBirthInteger':1.0}}}",
         VERDICT_FAIL, "expected 1.0, found 1"},
        {"nothing is there", "{'chart':{'Patient/ada':{'/birthDate':null}}}", VERDICT_PASS, NULL},
        {"something is there", "{'chart':{'Patient/ada':{'/gender':null}}}", VERDICT_FAIL,
         "expected nothing"},
        {"deleted", "{'chart':{'Basic/gone':{'deleted':true,'version':'@2'}}}", VERDICT_PASS, NULL},
        {"not deleted", "{'chart':{'Basic/gone':{'deleted':false}}}", VERDICT_FAIL,
         "Basic/gone: deleted"},
        {"no such resource", "{'chart':{'Patient/eve':{}}}", VERDICT_FAIL, "count: expected 1"},
        {"none by identifier", "{'chart':{'Basic?identifier=urn:x|7':{'count':0}}}", VERDICT_PASS,
         NULL},
        {"one by identifier", "{'chart':{'Basic?identifier=urn:x|7':{'count':[1,2]}}}",
         VERDICT_FAIL, "found 0"},
        {"audit", "{'audit':{'note':{'committed':1,'conflict':0},'late':{'conflict':[1,2]}}}",
         VERDICT_PASS, NULL},
        {"another audit", "{'audit':{'late':{'committed':1}}}", VERDICT_FAIL,
         "late: audit records committed: expected 1, found 0"},
        {"idempotency", "{'idempotency':{'note':{'intents':1,'sameResult':true}}}", VERDICT_PASS,
         NULL},
        {"two intents", "{'idempotency':{'note':{'intents':2}}}", VERDICT_FAIL, "found 1"},
        {"review", "{'reviews':{'late':{'/failureType':'version-conflict','/base':null}}}",
         VERDICT_PASS, NULL},
        {"version in a review", "{'reviews':{'late':{'/seenVersion':'@2'}}}", VERDICT_PASS, NULL},
        {"another version in it", "{'reviews':{'late':{'/seenVersion':'@1'}}}", VERDICT_FAIL,
         "late: review /seenVersion"},
        {"no review", "{'reviews':{'note':{}}}", VERDICT_FAIL, "expected a review"},
        {"by an identifier that is no list",
         "{'chart':{'Bundle?identifier=urn:x|9':{'count':1,'version':'@1'}}}", VERDICT_PASS, NULL},
        {"comments", "{'//':'x','chart':{'//':'y','Patient/ada':{'//z':1}}}", VERDICT_PASS, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = the_run();
        struct err err = ERR_INIT;
        char *text = arena_strdup(case_arena(k), rows[i].expect);
        struct result_invariant found;

        for (char *at = text; *at; at++)
            *at = *at == '\'' ? '"' : *at;
        const struct cJSON *expect = json_parse(case_arena(k), text, strlen(text), &err);
        EXPECT_STR(rows[i].row, err.text, "");
        EXPECT_TRUE(rows[i].row, expect_judge(expect, case_evidence(k), case_arena(k), &found));
        EXPECT_STR(rows[i].row, verdict_name(found.verdict), verdict_name(rows[i].want));
        if (rows[i].text)
            EXPECT_HAS(rows[i].row, found.text, rows[i].text);
        case_free(k);
    }
}

static void a_second_delivery_must_be_answered_alike(void)
{
    static const struct {
        const char *row, *answer;
        enum verdict want;
    } rows[] = {
        {"the same", "{'id':'i-note','state':'accepted'}", VERDICT_PASS},
        {"another id", "{'id':'i-9','state':'accepted'}", VERDICT_FAIL},
        {"another result",
         "{'id':'i-note','state':'committed','result':{'reference':'Patient/ada','versionId':'9'}}",
         VERDICT_FAIL},
    };
    struct err err = ERR_INIT;
    static const char text[] = "{\"idempotency\":{\"note\":{\"sameResult\":true}}}";

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = the_run();
        struct result_invariant found;

        case_submit_as(k, "note", NULL, NULL, 202, rows[i].answer);
        const struct cJSON *expect = json_parse(case_arena(k), text, sizeof(text) - 1, &err);
        EXPECT_TRUE(rows[i].row, expect_judge(expect, case_evidence(k), case_arena(k), &found));
        EXPECT_STR(rows[i].row, verdict_name(found.verdict), verdict_name(rows[i].want));
        case_free(k);
    }
}

static void holds(struct kase *k, const char *row, const char *text, enum verdict want)
{
    struct err err = ERR_INIT;
    struct result_invariant found;
    const struct cJSON *expect = json_parse(case_arena(k), text, strlen(text), &err);

    EXPECT_TRUE(row, expect_judge(expect, case_evidence(k), case_arena(k), &found));
    EXPECT_STR(row, verdict_name(found.verdict), verdict_name(want));
}

static void what_was_said_last_counts(void)
{
    struct kase *k = the_run();

    case_view_text(k, "note", 404, "{'title':'no such intent'}");
    holds(k, "an intent that is not known any more",
          "{\"intents\":{\"note\":{\"state\":\"committed\"}}}", VERDICT_FAIL);
    case_free(k);
}

static void a_line_served_twice_is_one_record(void)
{
    struct kase *k = the_run();

    case_said(k, "audit", "note", 0, "{'sequence':1,'outcome':'committed'}");
    holds(k, "the audit was asked for twice", "{\"audit\":{\"note\":{\"committed\":1}}}",
          VERDICT_PASS);
    case_said(k, "audit", "note", 0, "{'sequence':3,'outcome':'committed'}");
    holds(k, "another record", "{\"audit\":{\"note\":{\"committed\":1}}}", VERDICT_FAIL);
    case_free(k);
}

static void who_is_too_busy_gives_no_answer(void)
{
    struct kase *k = the_run();

    case_submit_as(k, "note", NULL, NULL, 503, "{'title':'starting'}");
    holds(k, "sent again to an engine that is busy",
          "{\"idempotency\":{\"note\":{\"intents\":1,\"sameResult\":true}}}", VERDICT_PASS);
    case_submit_as(k, "note", NULL, NULL, 400, "{'title':'no'}");
    holds(k, "and refused", "{\"idempotency\":{\"note\":{\"sameResult\":true}}}", VERDICT_FAIL);
    case_free(k);
}

static void results_of_a_bundle_are_compared(void)
{
    struct kase *k = case_new();
    static const char text[] = "{\"idempotency\":{\"two\":{\"sameResult\":true}}}";
    static const char end[] = "{'id':'i-two','state':'committed','result':null,'results':"
                              "[{'reference':'Basic/a','versionId':'1'}]}";

    case_intent(k, "two", "{'operation':'bundle','bundle':{'type':'batch','entry':[]}}");
    case_submit(k, "two");
    case_submit_as(k, "two", NULL, NULL, 200, end);
    case_view_text(k, "two", 200, end);
    holds(k, "the same results", text, VERDICT_PASS);
    case_submit_as(k, "two", NULL, NULL, 200,
                   "{'id':'i-two','state':'committed','result':null,'results':[{'reference':'Basic/"
                   "b','versionId':'1'}]}");
    holds(k, "other results", text, VERDICT_FAIL);
    case_free(k);
}

static void what_the_adapter_lacks_is_not_judged(void)
{
    static const char text[] = "{\"audit\":{\"note\":{\"committed\":5}}}";
    struct kase *k = the_run();
    struct err err = ERR_INIT;
    struct result_invariant found;
    const struct cJSON *expect = json_parse(case_arena(k), text, sizeof(text) - 1, &err);

    case_evidence(k)->parts &= ~(unsigned)PART_AUDIT;
    EXPECT_TRUE("there is an expectation",
                expect_judge(expect, case_evidence(k), case_arena(k), &found));
    EXPECT_TRUE("not judged", !found.is_judged);
    EXPECT_TRUE("says what it needs", found.needs != NULL);
    EXPECT_TRUE("none, nothing", !expect_judge(NULL, case_evidence(k), case_arena(k), &found));
    case_free(k);
}

static CU_TestInfo expect_tests[] = {
    {"expectations come true or not", expectations_come_true_or_not},
    {"a second delivery must be answered alike", a_second_delivery_must_be_answered_alike},
    {"what was said last counts", what_was_said_last_counts},
    {"a line served twice is one record", a_line_served_twice_is_one_record},
    {"who is too busy gives no answer", who_is_too_busy_gives_no_answer},
    {"results of a Bundle are compared", results_of_a_bundle_are_compared},
    {"what the adapter lacks is not judged", what_the_adapter_lacks_is_not_judged},
    CU_TEST_INFO_NULL,
};

SUITE("expect", expect_tests)
