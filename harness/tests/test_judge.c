/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the table of invariants, of findings, and of judging as a whole. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "tests/expect.h"

/* The judges of this version, in the order of docs/invariants.md. */
static const char *const names[] = {
    "no-lost-update",
    "guarded-write",
    "no-duplicate",
    "no-loss",
    "truthful-state",
    "same-key-same-answer",
    "nothing-after-terminal",
    "intended-content",
    "human-review",
    "all-or-nothing",
    "failed-part-only",
    "bounded-retry",
    "same-attempt",
    "conflict-is-conflict",
    "own-write-known",
    "audit-complete",
    "audit-true",
    "intent-first",
    "log-replays",
    "correlated",
    "recovery-path",
    "sound-base",
    "no-wrong-patient",
    "tenant-apart",
    "no-resurrection",
    "source-order",
    "clean-chart",
    "compensation-safe",
    "drift-reported",
    "metrics-true",
    "mapping-true",
    "no-echo",
    "no-leak",
    "reviews-guarded",
    "settles",
};

static void every_judge_is_in_the_table_once(void)
{
    const struct invariant *table = NULL;
    size_t count = invariant_table(&table);

    EXPECT_INT("rows", (long long)count, (long long)COUNT_OF(names));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        size_t found = 0;

        for (size_t k = 0; k < count; k++)
            found += strcmp(table[k].name, names[i]) == 0;
        EXPECT_INT(names[i], (long long)found, 1);
        EXPECT_TRUE(names[i], invariant_find(names[i]) != NULL);
    }
    EXPECT_TRUE("unknown", invariant_find("no-such-thing") == NULL);
}

static void every_row_says_what_it_is(void)
{
    static const char *const controls[] = {"optimistic-concurrency",
                                           "idempotency",
                                           "event-log",
                                           "reconciliation",
                                           "audit-trail",
                                           "asynchronous-acceptance",
                                           "loop-suppression",
                                           "drift-detection",
                                           "identity-mapping",
                                           "privacy",
                                           "triage-and-compensation"};
    const struct invariant *table = NULL;
    size_t count = invariant_table(&table);

    for (size_t i = 0; i < count; i++) {
        bool is_known = false;

        for (size_t k = 0; k < COUNT_OF(controls); k++)
            is_known = is_known || strcmp(table[i].control, controls[k]) == 0;
        EXPECT_TRUE(table[i].name, is_known);
        EXPECT_TRUE(table[i].name,
                    strlen(table[i].clinician) > 20 && strlen(table[i].engineer) > 20);
        EXPECT_TRUE(table[i].name, table[i].needs & PART_JOURNAL);
        EXPECT_TRUE(table[i].name, table[i].judge != NULL && *table[i].unlocks);
        for (size_t k = 0; k < i; k++)
            EXPECT_TRUE(table[i].name, table[i].judge != table[k].judge);
    }
}

static void fail_beats_unknown_and_keeps_the_first_text(void)
{
    struct arena *arena = arena_new();
    struct result_invariant result = {.verdict = VERDICT_PASS, .is_judged = true};
    struct finding finding = {.arena = arena, .result = &result};

    finding_unknown(&finding, ENTRIES(9), "not sure");
    EXPECT_INT("unknown", result.verdict, VERDICT_UNKNOWN);
    finding_fail(&finding, ENTRIES(5, 3), "first");
    finding_fail(&finding, ENTRIES(4, 5), "second");
    finding_unknown(&finding, ENTRIES(1), "too late");
    finding_diff(&finding, "- a");
    finding_diff(&finding, "- b");
    EXPECT_INT("fail", result.verdict, VERDICT_FAIL);
    EXPECT_STR("text", result.text, "first");
    EXPECT_STR("diff", result.diff, "- a");
    EXPECT_INT("entries, in order and once each", (long long)result.entry_count, 3);
    for (size_t i = 0; i < result.entry_count; i++)
        EXPECT_INT("entry", (long long)result.entries[i], (long long)i + 3);
    for (uint64_t n = 100; n < 140; n++)
        finding_fail(&finding, ENTRIES(n), "more");
    EXPECT_INT("no more than there is room for", (long long)result.entry_count,
               COUNT_OF(result.entries));
    arena_free(arena);
}

static void what_is_not_offered_is_not_judged(void)
{
    struct kase *k = case_new();
    const struct result_invariant *result;

    case_process(k, "start", 0);
    case_evidence(k)->parts = PART_JOURNAL | PART_SAID;
    result = case_judge(k, "audit-true");
    EXPECT_INT("not judged", result->is_judged, false);
    EXPECT_STR("what would unlock it", result->needs, "audit");
    EXPECT_INT("and changes no status", result->verdict, VERDICT_PASS);
    EXPECT_INT("judged", case_judge(k, "no-duplicate")->is_judged, true);
    case_free(k);
}

/* ---- odd evidence ---- */

#define ADA "Patient/ada"

static void odd_bodies(struct kase *k)
{
    static const char *const bodies[] = {
        "",         "null",
        "[]",       "{}",
        "7",        "{'state':[]}",
        "nonsense", "{'entry':[1,{},{'request':7},{'request':{'method':'PUT','url':3}}]}"};
    static const char *const what[] = {"view",     "event",   "audit",      "review", "reviews",
                                       "decide",   "decided", "cancel",     "answer", "settled",
                                       "submit",   "swept",   "unheard-of", "sweep",  "notify",
                                       "mappings", "metrics", "log",        "probe"};

    for (size_t i = 0; i < COUNT_OF(bodies); i++)
        for (size_t w = 0; w < COUNT_OF(what); w++)
            case_said(k, what[w], w % 3 ? "note" : "nobody", 200, bodies[i]);
}

static void odd_wire(struct kase *k)
{
    uint64_t e = case_arrived(k, "note", "PUT Patient/ada/x/y", "If-Match: nonsense", "[]");

    case_replied(k, e, 200, "{'ETag':7,'Location':''}", "[1]");
    case_replied(k, e, 200, NULL, NULL);
    e = case_arrived(k, "note", "POST ", NULL, "{'resourceType':'Bundle','entry':{'a':1}}");
    case_replied(k, e, 200, NULL,
                 "{'resourceType':'Bundle','entry':[7,{'response':{'status':7}}]}");
    e = case_arrived(k, NULL, "PATCH Patient?identifier=%zz|", "If-None-Exist: x", "{}");
    case_committed(k, e, ADA, "{'resourceType':'Patient'}");
    e = case_arrived(k, NULL, "DELETE ", NULL, NULL);
    case_committed(k, e, "Basic/unasked", NULL);
    case_committed(k, 4711, "Basic/odd", "{'resourceType':'Basic'}");
}

static void no_evidence_is_too_odd(void)
{
    static const char *const payloads[] = {
        "{}",
        "[]",
        "{'operation':7,'target':[],'source':'x'}",
        "{'operation':'update','target':{'reference':'Patient/ada'},'resource':[1,2]}",
        "{'operation':'patch','target':{'reference':'nonsense'},'patch':{'a':1}}",
        "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':[7]}",
        "{'operation':'bundle','bundle':{'entry':[1,{'request':{'method':'PATCH','url':'Patient/"
        "ada'}}]}}",
        "{'operation':'delete','target':{'type':'Patient','identifier':{'system':'s','value':'v'}}"
        "}",
    };

    for (size_t i = 0; i < COUNT_OF(payloads); i++) {
        struct kase *k = case_new();
        size_t count = 0;

        case_chart(k, ADA, "{'resourceType':'Patient','identifier':7}");
        case_intent(k, "note", payloads[i]);
        case_submit(k, "note");
        odd_wire(k);
        odd_bodies(k);
        case_recover(k);
        EXPECT_TRUE(payloads[i], judge_all(case_evidence(k), case_arena(k), &count) != NULL);
        EXPECT_INT(payloads[i], (long long)count, (long long)COUNT_OF(names));
        case_free(k);
    }
}

static CU_TestInfo tests[] = {
    {"every judge is in the table once", every_judge_is_in_the_table_once},
    {"every row says what it is", every_row_says_what_it_is},
    {"FAIL beats UNKNOWN and keeps the first text", fail_beats_unknown_and_keeps_the_first_text},
    {"what is not offered is not judged", what_is_not_offered_is_not_judged},
    {"no evidence is too odd", no_evidence_is_too_odd},
    CU_TEST_INFO_NULL,
};
SUITE("judge", tests)
