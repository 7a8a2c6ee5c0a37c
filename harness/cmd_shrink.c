/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_shrink - a failure file made as small as it goes, into a report folder of its own.
 *
 * The file is read whole before the folder is prepared, which may not be the one that it lies in: that would be emptied.
 * The invariant is the one that the file names, else the first that fails. What only a scenario expects is none: it
 * holds for the scenario's own schedule, and what is smaller has another one.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/commands.h"
#include "harness/conduct/conduct.h"
#include "harness/explore/smaller.h"
#include "harness/judge/judge.h"
#include "harness/options.h"
#include "harness/outdir.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "harness/shell.h"
#include "reports/reports.h"

#define OUT "chartproof-shrunk" /* unless --out says */

struct shrinking {
    struct arena *arena;
    struct options options;
    const char *file, *out;
    struct adapter *adapter;
    const struct scenario *scenario;
    struct trial trial; /* the exact line once more */
    struct smaller_failure failure;
    struct smaller smaller;
    uint64_t started_us;
};

static int check_out(const struct shrinking *shrinking, struct err *err)
{
    char file[PATH_MAX], out[PATH_MAX];

    if (!realpath(shrinking->file, file) || !realpath(shrinking->out, out))
        return 0; /* not there yet */
    size_t length = strlen(out);
    if (strncmp(file, out, length) != 0 || file[length] != '/')
        return 0;
    return err_set(err, ERR_INPUT, "--out %s: %s lies there; expected another folder",
                   shrinking->out, shrinking->file);
}

static int read_input(struct shrinking *shrinking, int argc, char **argv, struct err *err)
{
    struct options *options = &shrinking->options;

    if (options_read(shrinking->arena, argc, argv, "engine listen out", options, err))
        return -1;
    if (options->path_count != 1)
        return err_set(err, ERR_INPUT, "expected one failure file");
    shrinking->file = options->paths[0];
    shrinking->out = options->has_out ? options->out : OUT;
    shrinking->scenario = scenario_read(shrinking->arena, shrinking->file, NULL, err);
    if (!shrinking->scenario)
        return -1;
    if (!shrinking->scenario->has_replay)
        return err_set(err, ERR_INPUT, "%s: found no \"replay\"; expected a failure file",
                       shrinking->file);
    const char *engine = json_string(shrinking->scenario->tree, "//engine");
    shrinking->adapter = adapter_read(
        shrinking->arena, engine && !options->has_engine ? engine : options->engine, err);
    if (!shrinking->adapter || adapter_listen(shrinking->adapter, options->listen, 1, err) ||
        check_out(shrinking, err))
        return -1;
    return outdir_prepare(shrinking->out, shrinking->arena, err);
}

static bool is_invariant(const char *name)
{
    const struct invariant *table = NULL;
    size_t count = invariant_table(&table), i = 0;

    while (i < count && strcmp(table[i].name, name) != 0)
        i++;
    return i < count;
}

/* NULL: none fails that can be shrunk. */
static const char *pick_invariant(const struct shrinking *shrinking)
{
    const char *named = json_string(shrinking->scenario->tree, "//invariant");

    for (size_t i = 0; i < shrinking->trial.invariant_count; i++) {
        const struct result_invariant *found = &shrinking->trial.invariants[i];

        if (found->is_judged && found->verdict == VERDICT_FAIL && is_invariant(found->name) &&
            (!named || strcmp(named, found->name) == 0))
            return found->name;
    }
    return NULL;
}

static const char *shrink_it(struct shrinking *shrinking, struct conductor *conductor)
{
    trial_run(conductor, shrinking->scenario, &shrinking->scenario->replay, true,
              &shrinking->trial);
    if (shrinking->trial.problem)
        return shrinking->trial.problem;
    const char *invariant = pick_invariant(shrinking);
    if (!invariant)
        return "it fails no invariant by its exact line, so there is nothing to make smaller";
    shrinking->failure =
        (struct smaller_failure){.scenario = shrinking->scenario,
                                 .exact = &shrinking->scenario->replay,
                                 .evidence = &shrinking->trial.conducted.evidence,
                                 .invariant = arena_strdup(shrinking->arena, invariant)};
    smaller_make(conductor, &shrinking->failure,
                 arena_printf(shrinking->arena, "%s/failures/1.json", shrinking->out),
                 shrinking->arena, &shrinking->smaller);
    return shrinking->smaller.problem;
}

static int report(struct shrinking *shrinking, const char *problem, enum verdict *out_verdict,
                  struct err *err)
{
    const struct smaller *smaller = &shrinking->smaller;
    struct result_scenario scenario;
    struct result_failure failure = {.scenario = NULL};
    struct result result = {.tool_version = CHARTPROOF_VERSION,
                            .program = shell_program(shrinking->arena),
                            .engine = shrinking->adapter->name,
                            .personality = shrinking->scenario->personality,
                            .seed = shrinking->options.seed,
                            .scenarios = &scenario,
                            .scenario_count = 1,
                            .failures = &failure,
                            .failure_count = problem ? 0 : 1};

    trial_result(problem ? &shrinking->trial : &smaller->trial, shrinking->scenario,
                 shrinking->arena, &scenario);
    scenario.schedules = smaller->runs + (problem ? 1 : 1 + SMALLER_TRIES);
    if (problem) {
        scenario.verdict = VERDICT_UNKNOWN;
        scenario.problem = problem;
    } else {
        smaller_result(smaller, &shrinking->failure, "failures/1.json", shrinking->arena, &failure);
        if (smaller_keep(smaller, &shrinking->failure, shrinking->out, 1,
                         shrinking->adapter->spelled, shrinking->arena, err))
            return -1;
    }
    result.verdict = smaller->is_interrupted ? VERDICT_UNKNOWN : scenario.verdict;
    result.took_us = clock_monotonic_us() - shrinking->started_us;
    *out_verdict = result.verdict;
    return outdir_report(shrinking->out, &result, problem, shrinking->arena, err);
}

int cmd_shrink(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct shrinking shrinking = {.arena = arena_new(), .started_us = clock_monotonic_us()};
    struct conductor *conductor = NULL;
    int rc = -1;

    if (read_input(&shrinking, argc, argv, err))
        goto out;
    conductor = conductor_open(&(struct conductor_options){.adapter = shrinking.adapter,
                                                           .keeps_spare = true,
                                                           .seed = shrinking.options.seed},
                               err);
    if (!conductor)
        goto out;
    rc = report(&shrinking, shrink_it(&shrinking, conductor), out_verdict, err);
out:
    conductor_close(conductor);
    smaller_release(&shrinking.smaller);
    trial_release(&shrinking.trial);
    arena_free(shrinking.arena);
    return rc;
}
