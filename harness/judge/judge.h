/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_JUDGE_H
#define HARNESS_JUDGE_JUDGE_H
/*
 * judge - the table of invariants, and judging one piece of evidence by all of them.
 *
 * Pure: evidence in, findings out; no I/O, no clock, no state. Each invariant is one function in one of the files
 * of this folder; the table in judge.c is all that knows them.
 */
#include <stddef.h>

#include "harness/evidence.h"
#include "reports/result.h"

struct arena;
struct facts; /* facts.h: evidence, indexed once for all judges */

/* Starts as PASS and judged. See finding_fail and finding_unknown. */
struct finding {
    struct arena *arena;
    struct result_invariant *result;
};

/* Records FAIL (the first text and diff stay, proving entries add up; 0 ends the list). */
void finding_fail(struct finding *finding, const uint64_t *entries, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
/* Records UNKNOWN unless it is FAIL already. */
void finding_unknown(struct finding *finding, const uint64_t *entries, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
void finding_diff(struct finding *finding, const char *diff);
#define ENTRIES(...) ((const uint64_t[]){__VA_ARGS__, 0})

struct invariant {
    const char *name, *control;
    const char *clinician, *engineer; /* one sentence each */
    unsigned needs;                   /* enum evidence_part */
    const char *unlocks;              /* adapter parts that unlock it, in words */
    void (*judge)(const struct facts *facts, struct finding *finding);
    /* What an engine can do about the harm at the server; NULL: always all. */
    enum sim_guard (*guard)(const struct sim_guards *guards);
};

size_t invariant_table(const struct invariant **out_table);
const struct invariant *invariant_find(const char *name); /* or NULL */
/* What a report says of it before anything was judged: PASS, not judged. */
struct result_invariant invariant_blank(const struct invariant *invariant);

/* Judges by every invariant; `out_count` results in the arena, in the table's order. */
struct result_invariant *judge_all(const struct evidence *evidence, struct arena *arena,
                                   size_t *out_count);
#endif
