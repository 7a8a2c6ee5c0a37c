/* SPDX-License-Identifier: Apache-2.0 */
/* judged - what is not judged does not change the verdict; FAIL beats UNKNOWN beats PASS. */
#include "harness/judged.h"

#include <string.h>

#include "base/arena.h"
#include "harness/evidence.h"
#include "harness/expect.h"
#include "harness/judge/judge.h"

void judged_make(const struct evidence *evidence, struct arena *arena, struct judged *out)
{
    struct result_invariant expected;
    const struct result_invariant *found = judge_all(evidence, arena, &out->count);

    out->results = arena_alloc(arena, (out->count + 1) * sizeof(*out->results));
    memcpy(out->results, found, out->count * sizeof(*found));
    if (expect_judge(evidence->expect, evidence, arena, &expected))
        out->results[out->count++] = expected;
    out->verdict = VERDICT_PASS;
    for (size_t i = 0; i < out->count; i++) {
        if (out->results[i].is_judged)
            out->verdict = verdict_merge(out->verdict, out->results[i].verdict);
    }
}
