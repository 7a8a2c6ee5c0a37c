/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - result.json, for programs. Its members are fixed by docs/schema/result.schema.json.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "reports/reports.h"
#include "reports/result.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void put_invariant(struct cJSON *array, const struct result_invariant *invariant)
{
    struct cJSON *object = json_add_object(array);

    json_put_string(object, "name", invariant->name);
    json_put_string(object, "control", or_empty(invariant->control));
    json_put_string(object, "verdict", verdict_name(invariant->verdict));
    json_put_flag(object, "judged", invariant->is_judged);
    struct cJSON *entries = json_put_array(object, "entries");
    for (size_t i = 0; i < invariant->entry_count; i++) {
        char number[24];

        snprintf(number, sizeof(number), "%llu", (unsigned long long)invariant->entries[i]);
        json_add(entries, json_number(number));
    }
    json_put_string(object, "text", or_empty(invariant->text));
}

static void put_coverage(struct cJSON *object, const struct result_scenario *scenario)
{
    const struct result_coverage one = {.distinct = scenario->schedules};
    const struct result_coverage *covered = scenario->coverage ? scenario->coverage : &one;
    struct cJSON *coverage = json_put_object(object, "coverage");

    json_put_flag(coverage, "complete", covered->is_complete);
    json_put_integer(coverage, "delays", covered->delays);
    json_put_integer(coverage, "faults", covered->faults);
    json_put_integer(coverage, "kills", covered->kills);
    json_put_integer(coverage, "distinct", (long long)covered->distinct);
    json_put_integer(coverage, "skipped", (long long)covered->skipped);
    if (covered->statement)
        json_put_string(coverage, "statement", covered->statement);
    if (!covered->struck_count)
        return;
    struct cJSON *struck = json_put_object(coverage, "struck");
    for (size_t i = 0; i < covered->struck_count; i++)
        json_put_integer(struck, covered->struck[i].name, (long long)covered->struck[i].schedules);
}

static void put_scenario(struct cJSON *array, const struct result_scenario *scenario)
{
    struct cJSON *object = json_add_object(array);

    json_put_string(object, "scenario", scenario->name);
    json_put_string(object, "personality", scenario->personality ? scenario->personality : "r4");
    json_put_string(object, "hash", or_empty(scenario->hash));
    json_put_string(object, "verdict", verdict_name(scenario->verdict));
    json_put_string(object, "problem", scenario->problem);
    json_put_integer(object, "schedules", scenario->schedules);
    put_coverage(object, scenario);
    struct cJSON *invariants = json_put_array(object, "invariants");
    for (size_t i = 0; i < scenario->invariant_count; i++)
        put_invariant(invariants, &scenario->invariants[i]);
}

static void put_failure(struct cJSON *array, const struct result_failure *failure)
{
    struct cJSON *object = json_add_object(array);

    json_put_string(object, "scenario", failure->scenario);
    json_put_string(object, "personality", failure->personality ? failure->personality : "r4");
    json_put_string(object, "invariant", failure->invariant);
    json_put_string(object, "verdict", verdict_name(failure->verdict));
    json_put_string(object, "text", or_empty(failure->text));
    json_put_string(object, "replay", failure->replay);
    json_put_string(object, "file", failure->file);
    json_put_integer(object, "reproduced", failure->reproduced);
    json_put_integer(object, "tried", failure->tried);
    if (failure->account)
        json_put_string(object, "account", failure->account);
    if (failure->shrunk)
        json_put_string(object, "shrunk", failure->shrunk);
    if (failure->proof)
        json_put_string(object, "proof", failure->proof);
    if (failure->found_run) {
        json_put_integer(object, "foundRun", (long long)failure->found_run);
        json_put_integer(object, "foundMs", (long long)(failure->found_us / 1000));
    }
    if (failure->schedules)
        json_put_integer(object, "schedules", (long long)failure->schedules);
}

/* An invariant is listed once, however many scenarios did not judge it. */
static void put_not_judged(struct cJSON *array, const struct result *result)
{
    for (size_t s = 0; s < result->scenario_count; s++) {
        for (size_t i = 0; i < result->scenarios[s].invariant_count; i++) {
            const struct result_invariant *invariant = &result->scenarios[s].invariants[i];
            bool is_listed = false;

            for (const struct cJSON *seen = array->child; seen; seen = seen->next)
                is_listed |= strcmp(json_string(seen, "invariant"), invariant->name) == 0;
            if (invariant->is_judged || is_listed || !invariant->needs)
                continue;
            struct cJSON *object = json_add_object(array);
            json_put_string(object, "invariant", invariant->name);
            json_put_string(object, "needs", invariant->needs);
        }
    }
}

void report_json(struct buf *out, const struct result *result)
{
    struct arena *arena = arena_new();
    struct cJSON *root = json_object(arena);

    json_put_integer(root, "format", 1);
    json_put_string(root, "tool", result->tool_version);
    json_put_string(root, "engine", result->engine);
    json_put_string(root, "personality", result->personality);
    json_put_integer(root, "seed", (long long)result->seed);
    json_put_string(root, "verdict", verdict_name(result->verdict));
    struct cJSON *scenarios = json_put_array(root, "scenarios");
    for (size_t i = 0; i < result->scenario_count; i++)
        put_scenario(scenarios, &result->scenarios[i]);
    struct cJSON *failures = json_put_array(root, "failures");
    for (size_t i = 0; i < result->failure_count; i++)
        put_failure(failures, &result->failures[i]);
    put_not_judged(json_put_array(root, "notJudged"), result);
    json_put_string(root, "settledBy",
                    result->scenario_count ? or_empty(result->scenarios[0].settled_by) : "");
    struct cJSON *timing = json_put_object(root, "timing");
    json_put_integer(timing, "totalMs", (long long)(result->took_us / 1000));
    buf_puts(out, json_print_pretty(arena, root));
    arena_free(arena);
}
