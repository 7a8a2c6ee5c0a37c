/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/waiting.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "harness/evidence.h"
#include "simulator/notation.h"

static bool is_about(const struct sim_entry *arrival, const struct sim_entry *other)
{
    return other->kind == SIM_ARRIVED && strcmp(other->intent, arrival->intent) == 0 &&
           strcmp(other->interaction, arrival->interaction) == 0;
}

/* #n of a request: how many of its intent and interaction have come, with it. */
static unsigned number_of(const struct evidence *evidence, const struct sim_entry *arrival)
{
    unsigned number = 0;

    for (uint64_t n = 1; n <= arrival->n; n++)
        number += is_about(arrival, evidence->entries[n - 1]);
    return number;
}

static bool is_named(const struct schedule *exact, const struct sim_entry *arrival, unsigned number)
{
    for (size_t i = 0; i < exact->count; i++) {
        const struct step *step = &exact->steps[i];

        if (step->intent && strcmp(step->intent, arrival->intent) == 0 &&
            strcmp(step->what, arrival->interaction) == 0 &&
            (step->ordinal ? step->ordinal : 1) == number)
            return true;
    }
    return false;
}

const struct schedule *waiting_say(struct arena *arena, const struct schedule *exact,
                                   const struct evidence *evidence)
{
    struct schedule *out = arena_alloc(arena, sizeof(*out));
    size_t done = 0;

    *out =
        (struct schedule){.steps = arena_alloc(arena, (exact->count + evidence->entry_count + 1) *
                                                          sizeof(*out->steps))};
    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind == SIM_PROCESS && strcmp(entry->what, "recovery") == 0)
            break;
        if (entry->kind == SIM_PROCESS && strcmp(entry->what, "step") == 0 && done < exact->count)
            out->steps[out->count++] = exact->steps[done++];
        if (entry->kind != SIM_ARRIVED || !entry->intent[0] ||
            !what_is_interaction(entry->interaction))
            continue;
        unsigned number = number_of(evidence, entry);
        if (is_named(exact, entry, number))
            continue;
        out->steps[out->count++] = (struct step){.actor = arena_strdup(arena, entry->actor),
                                                 .intent = arena_strdup(arena, entry->intent),
                                                 .what = arena_strdup(arena, entry->interaction),
                                                 .ordinal = number > 1 ? number : 0,
                                                 .part = PART_BEFORE};
    }
    while (done < exact->count)
        out->steps[out->count++] = exact->steps[done++];
    return out;
}

const char *waiting_drop(struct arena *arena, const char *line, size_t *out_steps)
{
    static const char before[] = ":before";
    char *copy = arena_strdup(arena, line), *state = NULL;
    const char *out = "";

    *out_steps = 0;
    for (char *step = strtok_r(copy, " ", &state); step; step = strtok_r(NULL, " ", &state)) {
        size_t length = strlen(step), tail = strlen(before);

        if (length > tail && strcmp(step + length - tail, before) == 0)
            continue;
        out = arena_printf(arena, "%s%s%s", out, *out_steps ? " " : "", step);
        ++*out_steps;
    }
    return out;
}
