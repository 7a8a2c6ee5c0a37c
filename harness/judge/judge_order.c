/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_order - source-order: what one source says about the same thing takes effect in the order it was said.
 *
 * The order is the source's own (`sequence`), not that of delivery. Two intents overlap when the commit of either changes
 * what the other touches to another value; what does not overlap, or what a human decided, may come in any order.
 */
#include <string.h>

#include "harness/judge/canon.h"
#include "harness/judge/derive.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/touch.h"

static bool is_of_one_source(const struct fact_intent *a, const struct fact_intent *b)
{
    return *a->system && strcmp(a->system, b->system) == 0 && strcmp(a->tenant, b->tenant) == 0;
}

/* Does `made`, a commit of another intent, change what the slot touches to something else? */
static bool meets(const struct facts *facts, const struct fact_slot *slot,
                  const struct touch *touch, const struct fact_version *made)
{
    return touch_meets(facts->arena, touch, version_canon(facts, slot, made->pred),
                       version_canon(facts, slot, made));
}

static bool is_decided(const struct fact_version *version)
{
    return version->write && write_decision(version->write) != NULL;
}

static bool may_be_decided(const struct fact_version *version)
{
    return write_may_be_decided(version->write);
}

/* `later` was said after `earlier`, and stood in the chart first. */
static void judge_pair(const struct facts *facts, const struct fact_version *later,
                       const struct fact_version *earlier, struct finding *finding)
{
    const struct touch *touch_later, *touch_earlier;
    const char *first = earlier->intent->given->name, *second = later->intent->given->name;
    const char *reference = later->resource->reference;

    if (!slot_touch(facts, later->slot, &touch_later) ||
        !slot_touch(facts, earlier->slot, &touch_earlier) || version_is_unreadable(later) ||
        version_is_unreadable(earlier)) {
        finding_unknown(finding, ENTRIES(later->n, earlier->n),
                        "%s was said before %s and took effect after it; whether they overlap in "
                        "%s can't be told",
                        first, second, reference);
        return;
    }
    if (!meets(facts, later->slot, touch_later, earlier) &&
        !meets(facts, earlier->slot, touch_earlier, later))
        return;
    if (may_be_decided(later) || may_be_decided(earlier))
        finding_unknown(finding, ENTRIES(later->n, earlier->n),
                        "%s was said before %s and took effect after it, maybe by a decision whose "
                        "answer was lost",
                        first, second);
    else
        finding_fail(
            finding, ENTRIES(later->n, earlier->n),
            "%s (sequence %lld) was said before %s (sequence %lld), and both changed %s in "
            "the other order",
            first, earlier->intent->sequence, second, later->intent->sequence, reference);
}

/* A slot's first effect is the one that has its place in the order: another one is a repetition. */
static bool has_place(const struct fact_version *version)
{
    return version->slot && !version->is_companion && version->intent->sequence >= 0 &&
           version->slot->effects[0] == version;
}

static void judge_resource(const struct facts *facts, const struct fact_resource *resource,
                           struct finding *finding)
{
    long long highest =
        -1; /* sequence so far: most resources are written in order, and need no pairs */

    for (size_t i = 0; i < resource->version_count; i++) {
        const struct fact_version *version = resource->versions[i];

        if (!has_place(version))
            continue;
        for (size_t k = 0; version->intent->sequence < highest && k < i; k++) {
            const struct fact_version *before = resource->versions[k];

            /* what the server had lost by then stood no longer for the other to come after */
            if (has_place(before) && !version_was_lost(before, version->n) &&
                before->intent->sequence > version->intent->sequence &&
                is_of_one_source(before->intent, version->intent) && !is_decided(before) &&
                !is_decided(version))
                judge_pair(facts, before, version, finding);
        }
        if (version->intent->sequence > highest)
            highest = version->intent->sequence;
    }
}

void judge_source_order(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->resource_count; i++)
        judge_resource(facts, facts->resources[i], finding);
}
