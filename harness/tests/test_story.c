/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of stories: the right column, the fault, the proof, and no line that says nothing new. */
#include "harness/story.h"

#include <string.h>

#include "base/arena.h"
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA "Patient/ada"
#define NOTE                                                                                       \
    "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"                 \
    "'patch':[{'op':'add','path':'/gender','value':'female'}]}"
#define GENDER "[{'op':'add','path':'/gender','value':'female'}]"

static const struct story_line *find(const struct story_line *lines, size_t count, const char *part)
{
    for (size_t i = 0; i < count; i++) {
        if (strstr(lines[i].text, part))
            return &lines[i];
    }
    return NULL;
}

static void a_story_has_columns_faults_and_proofs(void)
{
    struct kase *k = case_new();
    struct result_invariant finding = {.name = "x"};
    size_t count = 0;

    case_chart(k, ADA, "{'resourceType':'Patient','active':true}");
    case_intent(k, "note", NOTE);
    case_submit(k, "note");
    uint64_t lost = case_arrived(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", GENDER);
    uint64_t commit = case_commit(k, lost);
    case_lost(k, lost, "reset-after");
    case_process(k, "kill", 0);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    uint64_t view = case_view(k, "note", "committed", ADA, "9");
    case_view(k, "note", "committed", ADA, "9");
    case_said(k, "audit", "note", 0, "{'outcome':'committed'}");
    finding.entries[0] = commit;
    finding.entries[1] = view;
    finding.entry_count = 2;
    const struct story_line *lines = story_tell(case_evidence(k), &finding, case_arena(k), &count);
    static const struct {
        const char *part;
        enum story_column column;
        unsigned proof;
    } rows[] = {
        {"note: submit", STORY_ENGINE, 0},
        {"PATCH Patient/ada", STORY_WIRE, 0},
        {"Patient/ada @2", STORY_CHART, 1},
        {"SIGKILL", STORY_ENGINE, 0},
        {"nurse", STORY_FOREIGN, 0},
        {"says committed, Patient/ada version 9", STORY_ENGINE, 2},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct story_line *line = find(lines, count, rows[i].part);

        EXPECT_TRUE(rows[i].part, line != NULL);
        if (!line)
            continue;
        EXPECT_INT(rows[i].part, line->column, rows[i].column);
        EXPECT_INT(rows[i].part, line->proof, rows[i].proof);
    }
    size_t views = 0, faults = 0;
    for (size_t i = 0; i < count; i++) {
        views += strstr(lines[i].text, "says committed") != NULL;
        faults += lines[i].fault && strcmp(lines[i].fault, "reset-after") == 0;
        EXPECT_TRUE("in the journal's order", i == 0 || lines[i].n > lines[i - 1].n);
    }
    EXPECT_INT("the second view is no news", (long long)views, 1);
    EXPECT_TRUE("the fault is marked", faults > 0);
    EXPECT_TRUE("and says whose it is", find(lines, count, "note: fault") != NULL);
    EXPECT_TRUE("the audit is left out", find(lines, count, "audit") == NULL);
    case_free(k);
}

static void what_proves_is_told_in_words(void)
{
    static const struct {
        const char *what, *body, *told;
    } rows[] = {
        {"audit",
         "{'sequence':7,'intent':'i-1','outcome':'committed','target':{'reference':'Patient/ada'},"
         "'versionWritten':'3'}",
         "note: audit 7: committed, Patient/ada version 3"},
        {"audit",
         "{'sequence':8,'outcome':'conflict','target':{'reference':'Patient/"
         "ada'},'versionWritten':null}",
         "note: audit 8: conflict, Patient/ada"},
        {"audit", "{'sequence':9,'outcome':'refused','target':{'reference':'Patient/ada'}}",
         "note: audit 9: refused, Patient/ada"},
        {"event", "{'sequence':2,'kind':'accepted'}", "note: event 2: accepted"},
        {"event", "{'nonsense':2}", "note: event: {\"nonsense\":2}"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();
        struct result_invariant finding = {.name = "x", .entry_count = 1};
        size_t count = 0;

        case_chart(k, ADA, "{'resourceType':'Patient','active':true}");
        case_intent(k, "note", NOTE);
        finding.entries[0] = case_said(k, rows[i].what, "note", 0, rows[i].body);
        const struct story_line *lines =
            story_tell(case_evidence(k), &finding, case_arena(k), &count);
        const struct story_line *line = find(lines, count, rows[i].what);
        EXPECT_STR(rows[i].told, line ? line->text : "", rows[i].told);
        case_free(k);
    }
}

static CU_TestInfo story_tests[] = {
    {"a story has columns, faults and proofs", a_story_has_columns_faults_and_proofs},
    {"what proves is told in words", what_proves_is_told_in_words},
    CU_TEST_INFO_NULL,
};

SUITE("story", story_tests)
