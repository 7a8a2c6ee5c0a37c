/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_load - plain concurrent load with random faults, judged: what tests are worth that cannot say what happens when.
 *
 * Runs take turns over the scenarios, each with an engine of its own, as nothing could tell afterwards what an earlier run
 * left in it; run N has the seed --seed + N - 1. A run cannot be made again, so the evidence of one
 * that FAILs is written by the worker that made it, and judged once more here: that gives the story. What was told
 * before (the same invariant with the same proving steps) is counted, and its evidence removed.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/commands.h"
#include "harness/conduct/interrupt.h"
#include "harness/evidence.h"
#include "harness/explore/aim.h"
#include "harness/explore/attempt.h"
#include "harness/explore/crew.h"
#include "harness/explore/progress.h"
#include "harness/judge/judge.h"
#include "harness/judged.h"
#include "harness/options.h"
#include "harness/outdir.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/offer.h"
#include "harness/scenario/scenario.h"
#include "harness/shell.h"
#include "harness/story.h"
#include "reports/reports.h"

#define WAIT_MS      200 /* for a run, before progress is shown again */
#define BUDGET_MS    10000
#define FINDINGS_MAX 25
#define RUNS_PER_JOB 2 /* a run waits for its moments a third of the time: two keep a core busy */

struct work {
    struct arena *arena;
    struct options options;
    struct aim aim;
    struct adapter *adapter;
    struct crew_scenario *scenarios;
    size_t count;         /* of scenarios that run; the first of the result's */
    struct result result; /* behind them: those that the engine lacks something for */
    struct crew *crew;
    struct progress progress;
    unsigned long given, taken;
    uint64_t started_us;
    const char *stopped; /* why it ended before its end, or NULL */
};

/* A run that is out. */
struct errand {
    struct job job;
};

/* ---- input ---- */

static void begin_result(struct work *work, size_t index, struct result_scenario *out)
{
    const struct scenario *scenario = work->scenarios[index].scenario;
    const struct invariant *table = NULL;

    *out = (struct result_scenario){.name = scenario->name,
                                    .hash = scenario->hash,
                                    .title = scenario->title,
                                    .personality = scenario->personality,
                                    .verdict = VERDICT_PASS,
                                    .settled_by = adapter_settled_by(work->adapter),
                                    .invariant_count = invariant_table(&table)};
    out->invariants =
        arena_alloc(work->arena, (out->invariant_count + 1) * sizeof(*out->invariants));
    for (size_t i = 0; i < out->invariant_count; i++) {
        out->invariants[i] = invariant_blank(&table[i]);
        out->invariants[i].needs = table[i].unlocks;
        out->invariants[i].text = "";
    }
}

static struct result_scenario not_judged(const struct work *work, const struct scenario *scenario)
{
    return (struct result_scenario){
        .name = scenario->name,
        .hash = scenario->hash,
        .title = scenario->title,
        .personality = scenario->personality,
        .verdict = VERDICT_PASS,
        .problem = offer_problem(work->arena, offer_lacking(work->adapter, scenario))};
}

static int read_scenarios(struct work *work, const char *const *files, size_t count,
                          struct err *err)
{
    struct result *result = &work->result;

    work->scenarios = arena_alloc(work->arena, (count + 1) * sizeof(*work->scenarios));
    result->scenarios = arena_alloc(work->arena, (count + 1) * sizeof(*result->scenarios));
    result->failures = arena_alloc(work->arena, FINDINGS_MAX * sizeof(*result->failures));
    const struct scenario **others = arena_alloc(work->arena, (count + 1) * sizeof(*others));
    size_t other_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct crew_scenario *scenario = &work->scenarios[work->count];

        scenario->scenario = scenario_read(work->arena, files[i], work->options.personality, err);
        if (!scenario->scenario ||
            aim_scenario(work->arena, &work->options, work->adapter, scenario->scenario,
                         &scenario->bound, &scenario->kinds, err))
            return -1;
        if (i == 0)
            result->personality = scenario->scenario->personality;
        if (offer_lacking(work->adapter, scenario->scenario))
            others[other_count++] = scenario->scenario;
        else
            begin_result(work, work->count++, &result->scenarios[result->scenario_count++]);
    }
    for (size_t i = 0; i < other_count; i++)
        result->scenarios[result->scenario_count++] = not_judged(work, others[i]);
    return 0;
}

static int read_input(struct work *work, int argc, char **argv, struct err *err)
{
    const char *const *files = NULL;
    size_t count = 0;

    if (options_read(work->arena, argc, argv,
                     "budget engine jobs kinds listen out personality runs seed until-fail",
                     &work->options, err) ||
        aim_read(&work->options, &work->aim, err) ||
        scenario_find(work->arena, work->options.paths, work->options.path_count, &files, &count,
                      err))
        return -1;
    if (!work->aim.budget_ms && !work->aim.schedules_max)
        work->aim.budget_ms = BUDGET_MS;
    work->adapter = adapter_read(work->arena, work->options.engine, err);
    if (!work->adapter ||
        adapter_listen(work->adapter, work->options.listen, work->aim.jobs, err) ||
        read_scenarios(work, files, count, err))
        return -1;
    return outdir_prepare(work->options.out, work->arena, err);
}

/* ---- what came back ---- */

static void merge_judged(struct result_scenario *into, const char *judged)
{
    for (size_t i = 0; i < into->invariant_count && judged[i]; i++) {
        struct result_invariant *invariant = &into->invariants[i];

        if (judged[i] == '-')
            continue;
        invariant->is_judged = true;
        invariant->needs = NULL;
        invariant->verdict = verdict_merge(invariant->verdict, judged[i] == 'F'   ? VERDICT_FAIL
                                                               : judged[i] == 'U' ? VERDICT_UNKNOWN
                                                                                  : VERDICT_PASS);
    }
}

static void merge_problem(struct work *work, struct result_scenario *into, const char *problem)
{
    into->verdict = verdict_merge(into->verdict, VERDICT_UNKNOWN);
    if (!into->problem)
        into->problem = arena_printf(work->arena, "a run is UNKNOWN: %s", problem);
}

static struct result_failure *find_told(struct work *work, const char *scenario,
                                        const struct attempt_fail *fail)
{
    for (size_t i = 0; i < work->result.failure_count; i++) {
        struct result_failure *told = &work->result.failures[i];

        if (strcmp(told->scenario, scenario) == 0 &&
            strcmp(told->invariant, fail->invariant) == 0 && strcmp(told->proof, fail->proof) == 0)
            return told;
    }
    return NULL;
}

static const struct result_invariant *find_judged(const struct judged *judged, const char *name)
{
    for (size_t i = 0; i < judged->count; i++) {
        if (strcmp(judged->results[i].name, name) == 0)
            return &judged->results[i];
    }
    return NULL;
}

/* What the evidence of a run says of one invariant, as a failure. */
static int tell(struct work *work, const struct errand *errand, const struct attempt *attempt,
                const struct attempt_fail *fail, const char *file, struct err *err)
{
    const struct scenario *scenario = work->scenarios[errand->job.scenario].scenario;
    struct evidence evidence;
    struct judged judged;

    if (evidence_read(&evidence, work->arena, file, err))
        return -1;
    judged_make(&evidence, work->arena, &judged);
    const struct result_invariant *found = find_judged(&judged, fail->invariant);
    if (!found)
        return err_set(err, ERR_IO, "%s: does not show %s any more", file, fail->invariant);
    struct result_failure *failure = &work->result.failures[work->result.failure_count++];
    *failure = (struct result_failure){
        .scenario = scenario->name,
        .personality = scenario->personality,
        .invariant = found->name,
        .verdict = VERDICT_FAIL,
        .why = scenario->why,
        .text = arena_printf(work->arena, "%s (seed %llu)", found->text,
                             (unsigned long long)errand->job.seed),
        .diff = found->diff,
        .replay = arena_printf(work->arena, "chartproof recheck '%s'", file),
        .file = file,
        .schedules = 0,
        .found_run = attempt->run,
        .found_us = attempt->over_us,
        .proof = arena_strdup(work->arena, fail->proof)};
    failure->story = story_tell(&evidence, found, work->arena, &failure->story_count);
    return 0;
}

static int take_failures(struct work *work, const struct errand *errand,
                         const struct attempt *attempt, struct err *err)
{
    const char *scenario = work->scenarios[errand->job.scenario].scenario->name;
    const char *file = crew_kept(work->arena, work->options.out, errand->job.seed);
    bool is_told = false;

    for (size_t i = 0; i < attempt->fail_count; i++) {
        const struct attempt_fail *fail = &attempt->fails[i];
        struct result_failure *told = find_told(work, scenario, fail);

        if (!told && work->result.failure_count < FINDINGS_MAX) {
            if (tell(work, errand, attempt, fail, file, err))
                return -1;
            told = &work->result.failures[work->result.failure_count - 1];
            is_told = true;
        }
        if (told)
            told->schedules++;
    }
    if (!is_told)
        unlink(file);
    return 0;
}

static int take_attempt(struct work *work, const struct errand *errand, const char *text,
                        struct err *err)
{
    struct result_scenario *into = &work->result.scenarios[errand->job.scenario];
    struct arena *arena = arena_new();
    struct attempt attempt;
    int rc = attempt_read(arena, text, &attempt, err);

    if (rc == 0) {
        attempt.run = ++work->taken;
        attempt.over_us = clock_monotonic_us() - work->started_us;
        into->schedules++;
        into->exchanges += attempt.exchanges;
        into->commits += attempt.commits;
        into->took_us += attempt.took_us;
        if (attempt.is_unstartable)
            work->stopped = arena_printf(work->arena, "not run: %s", attempt.problem);
        if (!attempt.is_complete)
            merge_problem(work, into, attempt.problem);
        into->verdict = verdict_merge(into->verdict, attempt.verdict);
        merge_judged(into, attempt.judged);
        if (attempt.verdict == VERDICT_FAIL)
            rc = take_failures(work, errand, &attempt, err);
    }
    arena_free(arena);
    return rc;
}

/* ---- the load ---- */

static bool may_give(const struct work *work)
{
    return !work->stopped && !interrupt_came() &&
           !(work->options.until_fail && work->result.failure_count > 0) &&
           !(work->aim.budget_ms &&
             (clock_monotonic_us() - work->started_us) / 1000 >= work->aim.budget_ms) &&
           !(work->aim.schedules_max && work->given >= work->aim.schedules_max);
}

static void give_all(struct work *work)
{
    while (work->count > 0 && may_give(work) && crew_is_free(work->crew)) {
        struct errand *errand = arena_alloc(work->arena, sizeof(*errand));

        errand->job = (struct job){.scenario = work->given % work->count,
                                   .is_random = true,
                                   .seed = work->options.seed + work->given};
        work->given++;
        crew_give(work->crew, &errand->job, errand);
    }
}

static int take_one(struct work *work, struct err *err)
{
    struct crew_result result;
    int rc = crew_wait(work->crew, WAIT_MS, &result, err);
    const struct errand *errand = result.tag;

    if (errand && result.text && rc == 0)
        rc = take_attempt(work, errand, result.text, err);
    else if (errand && !interrupt_came())
        merge_problem(work, &work->result.scenarios[errand->job.scenario], result.problem);
    progress_show(&work->progress,
                  &(struct progress_now){
                      .done = work->taken,
                      .max = work->aim.schedules_max,
                      .budget_ms = work->aim.budget_ms,
                      .failures = work->result.failure_count,
                      .scenario = errand ? work->result.scenarios[errand->job.scenario].name : ""});
    return rc;
}

static int load_all(struct work *work, struct err *err)
{
    /* at one address there is one of us */
    const bool is_alone = work->adapter->listen.host[0] != '\0';
    const size_t workers = is_alone ? 1 : RUNS_PER_JOB * work->aim.jobs;
    int rc = 0;

    work->crew = crew_open(&(struct crew_options){.adapter = work->adapter,
                                                  .seed = work->options.seed,
                                                  .workers = workers,
                                                  .load = work->options.out,
                                                  .scenarios = work->scenarios},
                           err);
    if (!work->crew)
        return -1;
    progress_begin(&work->progress);
    give_all(work);
    while (rc == 0 && !interrupt_came() && crew_busy(work->crew) > 0) {
        rc = take_one(work, err);
        give_all(work);
    }
    progress_end(&work->progress);
    if (interrupt_came())
        work->stopped = "interrupted";
    return rc;
}

/* ---- the report ---- */

static int report(struct work *work, struct err *err)
{
    struct result *result = &work->result;

    result->tool_version = CHARTPROOF_VERSION;
    result->program = shell_program(work->arena);
    result->engine = work->adapter->name;
    result->seed = work->options.seed;
    /* nothing was tried where none of them has what it needs, so nothing is known */
    result->verdict = work->stopped || work->count == 0 ? VERDICT_UNKNOWN : VERDICT_PASS;
    for (size_t i = 0; i < work->count; i++) {
        struct result_scenario *scenario = &result->scenarios[i];
        struct result_coverage *coverage = arena_alloc(work->arena, sizeof(*coverage));

        if (scenario->schedules == 0) {
            scenario->verdict = verdict_merge(scenario->verdict, VERDICT_UNKNOWN);
            if (!scenario->problem)
                scenario->problem =
                    work->stopped ? work->stopped : "not run: the budget was spent before";
        }
        *coverage = (struct result_coverage){
            .distinct = scenario->schedules,
            .statement =
                arena_printf(work->arena, "%u runs under load; what they covered is not known",
                             scenario->schedules)};
        scenario->coverage = coverage;
        result->verdict = verdict_merge(result->verdict, scenario->verdict);
    }
    result->took_us = clock_monotonic_us() - work->started_us;
    return outdir_report(work->options.out, result, work->stopped, work->arena, err);
}

int cmd_load(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct work work = {.arena = arena_new(), .started_us = clock_monotonic_us()};
    struct err ignored = ERR_INIT;
    int rc = -1;

    if (read_input(&work, argc, argv, err))
        goto out;
    rc = load_all(&work, err);
    if (rc)
        work.stopped = "not run: the harness could not go on";
    crew_close(work.crew);
    /* the first error is the one to tell; the report is written all the same */
    rc = report(&work, rc ? &ignored : err) || rc ? -1 : 0;
    *out_verdict = work.result.verdict;
out:
    arena_free(work.arena);
    return rc;
}
