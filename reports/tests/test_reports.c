/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every writer of reports on one sample result: what a person reads, what programs parse.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "reports/reports.h"
#include "reports/result.h"
#include "tests/expect.h"

static struct result_invariant invariants[] = {
    {.name = "no-lost-update",
     .control = "optimistic-concurrency",
     .verdict = VERDICT_FAIL,
     .is_judged = true,
     .entries = {4, 9},
     .entry_count = 2,
     .text = "the nurse's \"high\" <was> & is gone",
     .diff = "- /criticality: \"high\"\n+ /criticality: \"low\"\n"},
    {.name = "no-duplicate", .control = "idempotency", .verdict = VERDICT_PASS, .is_judged = true},
    {.name = "audit-true", .control = "audit-trail", .needs = "audit"},
    {.name = "no-loss",
     .control = "reconciliation",
     .verdict = VERDICT_UNKNOWN,
     .is_judged = true,
     .entries = {7, 12},
     .entry_count = 2,
     .text = "not recovered"},
};
static struct story_line story[] = {
    {.n = 1, .column = STORY_ENGINE, .text = "submit note"},
    {.n = 4, .column = STORY_FOREIGN, .text = "nurse raise", .proof = 1},
    {.n = 8,
     .column = STORY_WIRE,
     .text = "PUT AllergyIntolerance/penicillin",
     .fault = "reset-after"},
    {.n = 9, .column = STORY_CHART, .text = "AllergyIntolerance/penicillin @3", .proof = 2},
};
static struct result_scenario scenarios[] = {
    {.name = "three/lost",
     .hash = "12345678",
     .verdict = VERDICT_FAIL,
     .schedules = 1,
     .exchanges = 3,
     .commits = 2,
     .took_us = 12345,
     .settled_by = "hook",
     .invariants = invariants,
     .invariant_count = COUNT_OF(invariants)},
    {.name = "three/broken",
     .hash = "87654321",
     .verdict = VERDICT_UNKNOWN,
     .problem = "milestone not reached: a.write",
     .settled_by = "hook"},
};
static struct result_failure failures[] = {
    {.scenario = "three/lost",
     .invariant = "no-lost-update",
     .verdict = VERDICT_FAIL,
     .why = "A nurse's word stands.",
     .text = "lost",
     .diff = "- /criticality: \"high\"\n+ /criticality: \"low\"\n",
     .replay = "chartproof replay 'three/lost@12345678: a/b.submit'",
     .file = "failures/1.json",
     .reproduced = 5,
     .tried = 5,
     .story = story,
     .story_count = COUNT_OF(story)},
};
static const struct result sample = {.tool_version = "0.1",
                                     .engine = "acme",
                                     .personality = "r4",
                                     .seed = 7,
                                     .verdict = VERDICT_FAIL,
                                     .scenarios = scenarios,
                                     .scenario_count = COUNT_OF(scenarios),
                                     .failures = failures,
                                     .failure_count = COUNT_OF(failures),
                                     .took_us = 2500000};

static void fail_beats_unknown_beats_pass(void)
{
    static const struct {
        const char *row;
        enum verdict a, b, want;
    } rows[] = {
        {"both pass", VERDICT_PASS, VERDICT_PASS, VERDICT_PASS},
        {"one unknown", VERDICT_PASS, VERDICT_UNKNOWN, VERDICT_UNKNOWN},
        {"unknown first", VERDICT_UNKNOWN, VERDICT_PASS, VERDICT_UNKNOWN},
        {"one fails", VERDICT_UNKNOWN, VERDICT_FAIL, VERDICT_FAIL},
        {"fails first", VERDICT_FAIL, VERDICT_UNKNOWN, VERDICT_FAIL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_STR(rows[i].row, verdict_name(verdict_merge(rows[i].a, rows[i].b)),
                   verdict_name(rows[i].want));
}

static void the_terminal_tells_the_story_and_ends_in_the_replay(void)
{
    static const char *const parts[] = {
        "FAIL     three/lost           3         2       3      12.3\n",
        "         no-loss is UNKNOWN: not recovered (entries 7 12)\n",
        "         milestone not reached: a.write\n",
        "-        audit-true                     -  not judged: needs audit\n",
        "FAIL 1  three/lost: no-lost-update  (reproduced 5 of 5)\n",
        "    - /criticality: \"high\"\n",
        "       1     submit note\n",
        "[1]                                                               nurse raise\n",
        "PUT AllergyIntolerance/penicillin  !reset-after\n",
        "\n  chartproof replay 'three/lost@12345678: a/b.submit'\n",
        "FAIL  acme: 2 scenarios, 1 schedules, 3 judgements, 2.5 s\n",
    };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    report_terminal(out, &sample, false);
    fclose(out);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        EXPECT_HAS("plain", text, parts[i]);
    EXPECT_TRUE("no colours", !strchr(text, '\033'));
    free(text);
    out = open_memstream(&text, &size);
    report_terminal(out, &sample, true);
    fclose(out);
    EXPECT_HAS("colours", text, "\033[31;1mFAIL");
    free(text);
}

static void json_has_what_the_schema_says(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct buf out = BUF_INIT;

    report_json(&out, &sample);
    const struct cJSON *root = json_parse(arena, buf_text(&out), out.size, &err);
    const struct cJSON *schema = json_parse_file(arena, "docs/schema/result.schema.json", &err);
    EXPECT_TRUE(err.text, root && schema);
    const struct cJSON *properties = json_get(schema, "properties");
    EXPECT_INT("as many members", (long long)json_count(root), (long long)json_count(properties));
    for (const struct cJSON *member = root ? root->child : NULL; member; member = member->next)
        EXPECT_TRUE(member->string, json_get(properties, member->string));
    EXPECT_STR("entries",
               json_print(arena, json_pointer(root, "/scenarios/0/invariants/0/entries")), "[4,9]");
    EXPECT_STR("not judged", json_print(arena, json_get(root, "notJudged")),
               "[{\"invariant\":\"audit-true\",\"needs\":\"audit\"}]");
    EXPECT_STR("problem", json_text(json_pointer(root, "/scenarios/1/problem")),
               "milestone not reached: a.write");
    buf_release(&out);
    arena_free(arena);
}

static void junit_tells_failures_errors_and_skipped_apart(void)
{
    static const char *const parts[] = {
        "<testsuites name=\"acme\" tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"1\" "
        "time=\"2.500\">",
        "<testcase classname=\"three/lost\" name=\"no-duplicate\"/>",
        "<failure message=\"the nurse's &quot;high&quot; &lt;was&gt; &amp; is gone\">",
        "chartproof replay 'three/lost@12345678: a/b.submit'</failure>",
        "<error message=\"not recovered\">",
        "<skipped message=\"audit\"/>",
        "<error message=\"milestone not reached: a.write\"/>",
    };
    struct buf out = BUF_INIT;

    report_junit(&out, &sample);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        EXPECT_HAS("junit", buf_text(&out), parts[i]);
    buf_release(&out);
}

static CU_TestInfo tests[] = {
    {"FAIL beats UNKNOWN beats PASS", fail_beats_unknown_beats_pass},
    {"the terminal tells the story and ends in the replay",
     the_terminal_tells_the_story_and_ends_in_the_replay},
    {"JSON has what the schema says", json_has_what_the_schema_says},
    {"JUnit tells failures, errors and skipped apart",
     junit_tells_failures_errors_and_skipped_apart},
    CU_TEST_INFO_NULL,
};
SUITE("reports", tests)
