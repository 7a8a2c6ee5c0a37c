/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge - the table of invariants. A new one is a row here, a declaration in judges.h and a function in a file of its
 * family; tests hold the table against the list of names.
 */
#include "harness/judge/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "harness/judge/facts.h"
#include "harness/judge/judges.h"

#define NEEDS_J    PART_JOURNAL
#define NEEDS_JS   (PART_JOURNAL | PART_SAID)
#define NEEDS_JA   (PART_JOURNAL | PART_AUDIT)
#define NEEDS_JE   (PART_JOURNAL | PART_EVENTS)
#define NEEDS_JSEA (PART_JOURNAL | PART_SAID | PART_EVENTS | PART_AUDIT)

/* The controls are the checklist of docs/product.md. */
static const struct invariant table[] = {
    {
        .name = "no-duplicate",
        .control = "idempotency",
        .clinician = "Nothing is entered twice, however often it was sent.",
        .engineer =
            "Each slot of an intent has at most one effect, and one more for each human decision.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_no_duplicate,
    },
    {
        .name = "truthful-state",
        .control = "asynchronous-acceptance",
        .clinician =
            "What is shown as written is in the chart, and what is shown as not written is not.",
        .engineer = "Each statement `committed` names a version that holds the intent's content "
                    "and was caused "
                    "or received by the engine; no other terminal state stands beside a commit.",
        .needs = NEEDS_JS,
        .unlocks = "status",
        .judge = judge_truthful_state,
    },
};

size_t invariant_table(const struct invariant **out_table)
{
    *out_table = table;
    return COUNT_OF(table);
}

const struct invariant *invariant_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* ---- findings ---- */

/* Adds what proves it, in order and without doubles. */
static void add_entries(struct result_invariant *result, const uint64_t *entries)
{
    for (; entries && *entries; entries++) {
        size_t at = 0;

        while (at < result->entry_count && result->entries[at] < *entries)
            at++;
        if (at < result->entry_count && result->entries[at] == *entries)
            continue;
        if (result->entry_count == COUNT_OF(result->entries))
            return;
        memmove(&result->entries[at + 1], &result->entries[at],
                (result->entry_count - at) * sizeof(result->entries[0]));
        result->entries[at] = *entries;
        result->entry_count++;
    }
}

void finding_fail(struct finding *finding, const uint64_t *entries, const char *fmt, ...)
{
    struct result_invariant *result = finding->result;
    va_list args;

    if (result->verdict != VERDICT_FAIL) { /* what made it UNKNOWN proves nothing */
        result->entry_count = 0;
        va_start(args, fmt);
        result->text = arena_vprintf(finding->arena, fmt, args);
        va_end(args);
    }
    result->verdict = VERDICT_FAIL;
    result->is_judged = true;
    add_entries(result, entries);
}

void finding_unknown(struct finding *finding, const uint64_t *entries, const char *fmt, ...)
{
    struct result_invariant *result = finding->result;
    va_list args;

    if (result->verdict == VERDICT_FAIL)
        return;
    if (result->verdict == VERDICT_PASS) {
        va_start(args, fmt);
        result->text = arena_vprintf(finding->arena, fmt, args);
        va_end(args);
    }
    result->verdict = VERDICT_UNKNOWN;
    result->is_judged = true;
    add_entries(result, entries);
}

void finding_diff(struct finding *finding, const char *diff)
{
    if (!finding->result->diff)
        finding->result->diff = arena_strdup(finding->arena, diff);
}

/* ---- all ---- */

/* In words, the parts that an adapter does not offer. */
static const char *missing_parts(struct arena *arena, const struct invariant *invariant,
                                 unsigned parts)
{
    if ((invariant->needs & ~parts) == 0)
        return NULL;
    return arena_printf(arena, "%s", invariant->unlocks);
}

static void judge_one(const struct invariant *invariant, const struct facts *facts,
                      struct finding *finding)
{
    const struct evidence *evidence = facts->evidence;
    struct result_invariant *result = finding->result;

    result->needs = missing_parts(finding->arena, invariant, evidence->parts);
    if (result->needs) {
        result->is_judged = false;
        return;
    }
    if (evidence->entry_count == 0) {
        finding_unknown(finding, NULL, "the journal is empty");
        return;
    }
    invariant->judge(facts, finding);
}

struct result_invariant *judge_all(const struct evidence *evidence, struct arena *arena,
                                   size_t *out_count)
{
    struct result_invariant *results = arena_alloc(arena, COUNT_OF(table) * sizeof(*results));
    const struct facts *facts = facts_build(evidence, arena);

    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct finding finding = {.arena = arena, .result = &results[i]};

        results[i] = (struct result_invariant){
            .name = table[i].name,
            .control = table[i].control,
            .clinician = table[i].clinician,
            .engineer = table[i].engineer,
            .verdict = VERDICT_PASS,
            .is_judged = true,
        };
        judge_one(&table[i], facts, &finding);
    }
    *out_count = COUNT_OF(table);
    return results;
}
