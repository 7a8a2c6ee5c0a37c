/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_run - every scenario named, conducted, judged and reported.
 *
 * All scenarios are read, and the report folder is proved writable, before anything runs: bad input leaves nothing
 * half done. Whatever ends the work early (an interrupt, an engine that does not start), the reports are written with
 * what there is; the scenarios that did not run are UNKNOWN.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/commands.h"
#include "harness/conduct/conduct.h"
#include "harness/conduct/interrupt.h"
#include "harness/options.h"
#include "harness/outdir.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "harness/shell.h"
#include "harness/trial.h"
#include "reports/reports.h"

struct work {
    struct arena *arena;
    struct options options;
    struct adapter *adapter;
    const struct scenario **scenarios;
    size_t count;
    struct result result;
    size_t failure_room, failing; /* failing: scenarios, which number the failure files */
    uint64_t started_us;
    const char *stopped; /* why the rest does not run, or NULL */
};

/* One run for each server that the scenario is made for, or at the one that was asked for. */
static int read_scenario(struct work *work, const char *file, size_t *room, struct err *err)
{
    const char *asked = work->options.personality;
    const struct scenario *scenario = scenario_read(work->arena, file, asked, err);

    for (size_t i = 1; scenario; i++) {
        if (work->count == *room) {
            size_t size = *room * sizeof(*work->scenarios);

            *room = 2 * *room + 16;
            work->scenarios =
                arena_grow(work->arena, work->scenarios, size, *room * sizeof(*work->scenarios));
        }
        work->scenarios[work->count++] = scenario;
        if (asked || !scenario->personalities[i])
            return 0;
        scenario = scenario_read(work->arena, file, scenario->personalities[i], err);
    }
    return -1;
}

static int read_input(struct work *work, int argc, char **argv, struct err *err)
{
    const char *const *files = NULL;
    size_t count = 0, room = 0;

    if (options_read(work->arena, argc, argv, "engine listen out personality reset seed",
                     &work->options, err) ||
        scenario_find(work->arena, work->options.paths, work->options.path_count, &files, &count,
                      err))
        return -1;
    work->adapter = adapter_read(work->arena, work->options.engine, err);
    if (!work->adapter || adapter_listen(work->adapter, work->options.listen, 1, err))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (read_scenario(work, files[i], &room, err))
            return -1;
    return outdir_prepare(work->options.out, work->arena, err);
}

/* On a terminal one line that is written over; else one line for each scenario. */
static void show_progress(const struct work *work, size_t index, const struct trial *trial)
{
    const struct scenario *scenario = work->scenarios[index];
    double seconds = (double)(clock_monotonic_us() - work->started_us) / 1e6;
    double rate = seconds > 0 ? (double)(index + 1) / seconds : 0;

    if (!isatty(STDERR_FILENO)) {
        fprintf(stderr, "%s %s (%llu ms)%s%s\n", verdict_name(trial->verdict),
                result_label(scenario->name, scenario->personality).text,
                (unsigned long long)(trial->conducted.took_us / 1000), trial->problem ? ": " : "",
                trial->problem ? trial->problem : "");
        return;
    }
    char line[80]; /* a line that wraps cannot be written over */
    snprintf(line, sizeof(line), "%zu/%zu scenarios, %.0f/s, %.0f s left, %zu failing  %s",
             index + 1, work->count, rate,
             rate > 0 ? (double)(work->count - index - 1) / rate : 0.0, work->failing,
             scenario->name);
    fprintf(stderr, "\r\033[K%s", line);
    if (index + 1 == work->count || work->stopped)
        fprintf(stderr, "\r\033[K");
}

static void add_failures(struct work *work, const struct result_failure *failures, size_t count)
{
    struct result *result = &work->result;

    if (result->failure_count + count > work->failure_room) {
        size_t size = result->failure_count * sizeof(*failures);

        work->failure_room = 2 * (result->failure_count + count);
        result->failures =
            arena_grow(work->arena, result->failures, size, work->failure_room * sizeof(*failures));
    }
    for (size_t i = 0; i < count; i++)
        result->failures[result->failure_count++] = failures[i];
}

static int keep_failure(struct work *work, const struct scenario *scenario,
                        const struct trial *trial, struct err *err)
{
    size_t count = 0, number = work->failing + 1;
    const char *file = arena_printf(work->arena, "failures/%zu.json", number);
    struct result_failure *failures = trial_failures(trial, scenario, file, work->arena, &count);

    if (count == 0)
        return 0;
    work->failing = number;
    add_failures(work, failures, count);
    return outdir_failure(work->options.out, number, scenario, trial, work->adapter->spelled,
                          failures[0].replay, err);
}

static int run_one(struct work *work, struct conductor *conductor, size_t index, struct err *err)
{
    const struct scenario *scenario = work->scenarios[index];
    struct trial trial;
    int rc = -1;

    trial_run(conductor, scenario, NULL, false, &trial);
    trial_result(&trial, scenario, work->arena, &work->result.scenarios[index]);
    if (trial.is_interrupted)
        work->stopped = "not run: interrupted";
    else if (trial.conducted.is_unstartable)
        work->stopped = arena_printf(work->arena, "not run: %s", trial.problem);
    if (trial.is_not_run) {
        show_progress(work, index, &trial);
        trial_release(&trial);
        return 0;
    }
    if (outdir_evidence(work->options.out, index + 1, &trial.conducted.evidence, work->arena,
                        err) ||
        keep_failure(work, scenario, &trial, err))
        goto out;
    show_progress(work, index, &trial);
    rc = 0;
out:
    trial_release(&trial);
    return rc;
}

static int run_all(struct work *work, struct err *err)
{
    struct result *result = &work->result;
    struct conductor *conductor =
        conductor_open(&(struct conductor_options){.adapter = work->adapter,
                                                   .use_reset = work->options.reset,
                                                   .keeps_spare = work->count > 1,
                                                   .seed = work->options.seed},
                       err);
    int rc = conductor ? 0 : -1;

    for (size_t i = 0; i < work->count && rc == 0 && !work->stopped; i++) {
        rc = run_one(work, conductor, i, err);
        result->scenario_count = i + 1;
    }
    conductor_close(conductor);
    return rc;
}

static void fill_rest(struct work *work)
{
    struct result *result = &work->result;

    while (work->stopped && result->scenario_count < work->count) {
        const struct scenario *scenario = work->scenarios[result->scenario_count];

        result->scenarios[result->scenario_count++] =
            (struct result_scenario){.name = scenario->name,
                                     .personality = scenario->personality,
                                     .hash = scenario->hash,
                                     .title = scenario->title,
                                     .verdict = VERDICT_UNKNOWN,
                                     .problem = work->stopped};
    }
    bool was_any_run = false;
    result->verdict = VERDICT_PASS;
    for (size_t i = 0; i < result->scenario_count; i++) {
        was_any_run |= result_was_run(&result->scenarios[i]);
        result->verdict = verdict_merge(result->verdict, result->scenarios[i].verdict);
    }
    if (!was_any_run) /* nothing was tried, so nothing is known */
        result->verdict = VERDICT_UNKNOWN;
    result->took_us = clock_monotonic_us() - work->started_us;
}

static int report(struct work *work, struct err *err)
{
    fill_rest(work);
    return outdir_report(work->options.out, &work->result, work->stopped, work->arena, err);
}

int cmd_run(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct work work = {.arena = arena_new(), .started_us = clock_monotonic_us()};
    struct err ignored = ERR_INIT;
    int rc = -1;

    if (read_input(&work, argc, argv, err))
        goto out;
    work.result = (struct result){
        .tool_version = CHARTPROOF_VERSION,
        .program = shell_program(work.arena),
        .engine = work.adapter->name,
        .personality = work.scenarios[0]->personality,
        .seed = work.options.seed,
        .scenarios = arena_alloc(work.arena, work.count * sizeof(*work.result.scenarios))};
    rc = run_all(&work, err);
    if (rc)
        work.stopped = "not run: the harness could not go on";
    /* the first error is the one to tell; the reports are written all the same */
    if (report(&work, rc ? &ignored : err))
        rc = -1;
    *out_verdict = interrupt_came() ? VERDICT_UNKNOWN : work.result.verdict;
out:
    arena_free(work.arena);
    return rc;
}
