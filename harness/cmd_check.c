/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_check - reads scenarios and says what they are: who acts, on what, in which order, and what is expected.
 */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/commands.h"
#include "harness/options.h"
#include "harness/scenario/scenario.h"
#include "simulator/sim.h"

static void explain_actor(const struct scenario_actor *actor)
{
    printf("  %s, %s:", actor->name,
           actor->is_engine ? "through the engine" : "straight to the chart");
    for (size_t i = 0; i < actor->step_count; i++) {
        const struct scenario_step *step = &actor->steps[i];
        const char *operation = json_string(step->payload, "operation");

        printf("%s %s", i > 0 ? "," : "", step->label);
        if (step->intent)
            printf(" %s", step->intent);
        if (operation)
            printf(" (%s)", operation);
        if (step->method)
            printf(" (%s %s)", step->method, step->target);
    }
    printf("\n");
}

static void explain(const struct scenario *scenario)
{
    struct buf steps = BUF_INIT;
    const struct cJSON *item;

    printf("%s@%s  %s\n  why: %s\n  chart: %zu resources\n", scenario->name, scenario->hash,
           scenario->title, scenario->why, sim_chart_count(scenario->chart));
    for (size_t i = 0; i < scenario->actor_count; i++)
        explain_actor(&scenario->actors[i]);
    schedule_format(&scenario->schedule, &steps);
    printf("  schedule: %s\n", scenario->has_schedule ? buf_text(&steps) : "the canonical order");
    if (scenario->has_replay) {
        buf_clear(&steps);
        schedule_format(&scenario->replay, &steps);
        printf("  replay: %s\n", buf_text(&steps));
    }
    if (scenario->expect) {
        printf("  expects:");
        cJSON_ArrayForEach(item, scenario->expect)
        {
            printf(" %s", item->string);
        }
        printf("\n");
    }
    buf_release(&steps);
}

int cmd_check(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct arena *arena = arena_new();
    const char *const *files = NULL;
    struct options options;
    size_t count = 0;
    int rc = -1;

    if (options_read(arena, argc, argv, "personality", &options, err) ||
        scenario_find(arena, options.paths, options.path_count, &files, &count, err))
        goto out;
    for (size_t i = 0; i < count; i++) {
        const struct scenario *scenario = scenario_read(arena, files[i], options.personality, err);

        if (!scenario)
            goto out;
        explain(scenario);
    }
    printf("%zu scenarios, all in order\n", count);
    *out_verdict = VERDICT_PASS;
    rc = 0;
out:
    arena_free(arena);
    return rc;
}
