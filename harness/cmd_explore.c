/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explore - a search over the schedules of every scenario named: workers make the attempts, the search says which,
 * findings tell what failed.
 *
 * As in `run`, all input is read and the report folder proved writable before anything runs, and whatever ends the
 * search early, the report is written with what there is. A search that did not come to its end leaves what --resume
 * needs.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "harness/commands.h"
#include "harness/conduct/interrupt.h"
#include "harness/evidence.h"
#include "harness/explore/aim.h"
#include "harness/explore/attempt.h"
#include "harness/explore/crew.h"
#include "harness/explore/findings.h"
#include "harness/explore/kinds.h"
#include "harness/explore/progress.h"
#include "harness/explore/resume.h"
#include "harness/explore/search.h"
#include "harness/explore/struck.h"
#include "harness/judge/judge.h"
#include "harness/options.h"
#include "harness/outdir.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/offer.h"
#include "harness/scenario/scenario.h"
#include "harness/shell.h"
#include "reports/reports.h"

#define WAIT_MS 200 /* for an attempt, before progress is shown again */

struct explored { /* what came out for one scenario */
    enum verdict verdict;
    const char *problem;
    char *judged; /* by invariant: '-' before anything was judged, then P, U or F, the worst */
    unsigned exchanges, commits;
    uint64_t took_us;
    struct struck struck;
};

struct work {
    struct arena *arena;
    struct options options;
    struct aim aim;
    struct adapter *adapter;
    struct crew_scenario *scenarios;
    struct explored *explored;
    size_t count;
    const struct scenario **others; /* the engine does not offer what they need */
    size_t other_count;
    struct search *search;
    struct crew *crew;
    struct findings *findings;
    struct resume *resume;
    struct progress progress;
    unsigned long given, taken;
    uint64_t started_us;
    const char *stopped; /* why it ended before its end, or NULL */
    bool is_cut;         /* by the budget or the number of schedules */
    bool has_lost;       /* attempts, with their workers */
};

/* A job that is out, with its memory. */
struct errand {
    struct arena *arena;
    struct job job;
    const char *key;
};

/* ---- input ---- */

static enum reach reach_of(const struct crew_scenario *scenario)
{
    if (scenario_instances(scenario->scenario) > 1)
        return REACH_NONE;
    return kinds_are_local(scenario->kinds) ? REACH_LOCAL : REACH_WIDE;
}

static int read_scenarios(struct work *work, const char *const *files, size_t file_count,
                          struct err *err)
{
    const struct invariant *table = NULL;
    size_t invariants = invariant_table(&table);

    work->scenarios = arena_alloc(work->arena, (file_count + 1) * sizeof(*work->scenarios));
    work->explored = arena_alloc(work->arena, (file_count + 1) * sizeof(*work->explored));
    work->others = arena_alloc(work->arena, (file_count + 1) * sizeof(*work->others));
    for (size_t i = 0; i < file_count; i++) {
        struct crew_scenario *scenario = &work->scenarios[work->count];

        scenario->scenario = scenario_read(work->arena, files[i], work->options.personality, err);
        if (!scenario->scenario ||
            aim_scenario(work->arena, &work->options, work->adapter, scenario->scenario,
                         &scenario->bound, &scenario->kinds, err))
            return -1;
        if (offer_lacking(work->adapter, scenario->scenario)) {
            work->others[work->other_count++] = scenario->scenario;
            continue;
        }
        work->explored[work->count].judged = arena_alloc(work->arena, invariants + 1);
        memset(work->explored[work->count++].judged, '-', invariants);
        search_add(work->search, scenario->bound, reach_of(scenario));
    }
    return 0;
}

static int read_input(struct work *work, int argc, char **argv, struct err *err)
{
    const char *const *files = NULL;
    size_t file_count = 0;

    if (options_read(
            work->arena, argc, argv,
            "budget delays engine faults jobs kills kinds listen no-reduction out personality "
            "random reset resume schedules seed shard until-fail",
            &work->options, err) ||
        aim_read(&work->options, &work->aim, err) ||
        scenario_find(work->arena, work->options.paths, work->options.path_count, &files,
                      &file_count, err))
        return -1;
    work->adapter = adapter_read(work->arena, work->options.engine, err);
    if (!work->adapter || adapter_listen(work->adapter, work->options.listen, work->aim.jobs, err))
        return -1;
    work->search = search_new(&(struct search_options){.is_unreduced = work->aim.is_unreduced,
                                                       .is_random = work->aim.is_random,
                                                       .seed = work->aim.seed,
                                                       .shard = work->aim.shard,
                                                       .of = work->aim.of});
    if (read_scenarios(work, files, file_count, err) ||
        outdir_prepare(work->options.out, work->arena, err))
        return -1;
    work->resume = resume_open(work->options.resume, work->options.out, err);
    return work->resume ? 0 : -1;
}

/* ---- what came back ---- */

/* The worst that was judged of each invariant. A FAIL that does not stand is UNKNOWN. */
static void merge_judged(char *into, const char *from, bool stands)
{
    static const char worse[] = "-PUF";

    for (; *into && *from; into++, from++) {
        char letter = *from == 'F' && !stands ? 'U' : *from;

        if (strchr(worse, letter) > strchr(worse, *into))
            *into = letter;
    }
}

static void merge_problem(struct work *work, struct explored *explored, const char *problem)
{
    explored->verdict = verdict_merge(explored->verdict, VERDICT_UNKNOWN);
    if (!explored->problem)
        explored->problem = arena_printf(work->arena, "a schedule is UNKNOWN: %s", problem);
}

static int take_attempt(struct work *work, const struct errand *errand, const char *text,
                        struct err *err)
{
    const struct scenario *scenario = work->scenarios[errand->job.scenario].scenario;
    struct explored *explored = &work->explored[errand->job.scenario];
    struct attempt attempt;
    bool stands = true;

    if (attempt_read(errand->arena, text, &attempt, err))
        return err_context(err, "%s", scenario->name);
    attempt.run = ++work->taken;
    attempt.over_us = clock_monotonic_us() - work->started_us;
    search_take(work->search, &errand->job, attempt.is_complete ? &attempt.trace : NULL);
    explored->exchanges += attempt.exchanges;
    explored->commits += attempt.commits;
    explored->took_us += attempt.took_us;
    struck_add(&explored->struck, work->arena, &attempt.trace);
    if (attempt.is_unstartable)
        work->stopped = arena_printf(work->arena, "not run: %s", attempt.problem);
    if (!attempt.is_complete)
        merge_problem(work, explored, attempt.problem);
    if (attempt.verdict == VERDICT_FAIL &&
        findings_take(work->findings, scenario, &attempt, &stands, err))
        return -1;
    if (!stands)
        merge_problem(work, explored,
                      "it failed in an engine that had served other runs, and never in a fresh "
                      "one: it depends on earlier runs");
    else
        explored->verdict = verdict_merge(explored->verdict, attempt.verdict);
    merge_judged(explored->judged, attempt.judged, stands);
    return 0;
}

static void forget(struct errand *errand)
{
    arena_free(errand->arena);
}

static void show(struct work *work, const struct errand *errand)
{
    progress_show(
        &work->progress,
        &(struct progress_now){
            .done = work->given - crew_busy(work->crew),
            .max = work->aim.schedules_max,
            .budget_ms = work->aim.budget_ms,
            .waiting = search_waiting(work->search),
            .failures = findings_count(work->findings),
            .scenario = errand ? work->scenarios[errand->job.scenario].scenario->name : ""});
}

/* ---- the search ---- */

static uint64_t elapsed_ms(const struct work *work)
{
    return (clock_monotonic_us() - work->started_us) / 1000;
}

static bool may_give(struct work *work)
{
    if (work->stopped || interrupt_came())
        return false;
    work->is_cut |= work->options.until_fail && findings_count(work->findings) > 0;
    work->is_cut |= (work->aim.budget_ms && elapsed_ms(work) >= work->aim.budget_ms) ||
                    (work->aim.schedules_max && work->given >= work->aim.schedules_max);
    return !work->is_cut;
}

/* Everything but its prefix that an attempt depends on. */
static const char *key_of(struct work *work, const struct errand *errand)
{
    const struct crew_scenario *scenario = &work->scenarios[errand->job.scenario];
    const char *about = arena_printf(
        errand->arena, "%s %s@%s %s %llx %d %u %u", work->adapter->spelled,
        scenario->scenario->name, scenario->scenario->hash, scenario->scenario->personality,
        scenario->bound.faults ? (unsigned long long)scenario->kinds : 0, scenario->bound.kills > 0,
        errand->job.is_random ? scenario->bound.faults : 0,
        errand->job.is_random ? scenario->bound.kills : 0);

    return resume_key(errand->arena, about, &errand->job);
}

/* Hands out one job, or takes its attempt from the search that goes on. *out_gave false: there is none. */
static int give(struct work *work, bool *out_gave, struct err *err)
{
    struct arena *arena = arena_new();
    struct errand *errand = arena_alloc(arena, sizeof(*errand));
    int rc = 0;

    errand->arena = arena;
    *out_gave = search_next(work->search, arena, &errand->job);
    if (!*out_gave) {
        arena_free(arena);
        return 0;
    }
    work->given++;
    errand->key = key_of(work, errand);
    const char *known = resume_find(work->resume, errand->key);
    if (!known) {
        crew_give(work->crew, &errand->job, errand);
        return 0;
    }
    resume_add(work->resume, errand->key, known);
    rc = take_attempt(work, errand, known, err);
    show(work, errand);
    forget(errand);
    return rc;
}

static int give_all(struct work *work, struct err *err)
{
    bool gave = true;

    while (gave && may_give(work) && crew_is_free(work->crew)) {
        if (give(work, &gave, err))
            return -1;
    }
    return 0;
}

static int take_one(struct work *work, struct err *err)
{
    struct crew_result result;
    int rc = crew_wait(work->crew, WAIT_MS, &result, err);
    struct errand *errand = result.tag;

    if (!errand)
        return rc;
    if (result.text && rc == 0) {
        rc = take_attempt(work, errand, result.text, err);
        if (rc == 0)
            resume_add(work->resume, errand->key, result.text);
    } else if (!interrupt_came()) {
        work->has_lost = true;
        search_take(work->search, &errand->job, NULL);
        merge_problem(work, &work->explored[errand->job.scenario], result.problem);
    }
    show(work, errand);
    forget(errand);
    return rc;
}

static int search_all(struct work *work, struct err *err)
{
    int rc = 0;

    work->findings = findings_new(&(struct findings_options){.adapter = work->adapter,
                                                             .out = work->options.out,
                                                             .seed = work->options.seed,
                                                             .arena = work->arena});
    work->crew = crew_open(&(struct crew_options){.adapter = work->adapter,
                                                  .use_reset = work->options.reset,
                                                  .seed = work->options.seed,
                                                  .workers = work->aim.jobs,
                                                  .scenarios = work->scenarios},
                           err);
    if (!work->crew)
        return -1;
    progress_begin(&work->progress);
    rc = give_all(work, err);
    while (rc == 0 && !interrupt_came() && crew_busy(work->crew) > 0) {
        rc = take_one(work, err);
        if (rc == 0)
            rc = give_all(work, err);
    }
    progress_end(&work->progress);
    crew_close(work->crew);
    work->crew = NULL;
    if (rc == 0)
        rc = findings_shrink(work->findings, err);
    if (interrupt_came())
        work->stopped = "interrupted";
    return rc;
}

/* ---- the report ---- */

static enum verdict verdict_of(char letter)
{
    return letter == 'F' ? VERDICT_FAIL : letter == 'U' ? VERDICT_UNKNOWN : VERDICT_PASS;
}

static void fill_invariants(struct work *work, const struct explored *explored,
                            struct result_scenario *out)
{
    const struct invariant *table = NULL;

    out->invariant_count = invariant_table(&table);
    out->invariants = arena_alloc(work->arena, out->invariant_count * sizeof(*out->invariants));
    for (size_t i = 0; i < out->invariant_count; i++) {
        struct result_invariant *invariant = &out->invariants[i];

        *invariant = invariant_blank(&table[i]);
        invariant->verdict = verdict_of(explored->judged[i]);
        invariant->is_judged = explored->judged[i] != '-';
        invariant->needs = invariant->is_judged ? NULL : table[i].unlocks;
        invariant->text = "";
    }
}

static void fill_scenario(struct work *work, size_t index, struct result_scenario *out)
{
    const struct crew_scenario *scenario = &work->scenarios[index];
    const struct explored *explored = &work->explored[index];
    struct result_coverage *coverage = arena_alloc(work->arena, sizeof(*coverage));
    const bool has_hook = (work->adapter->parts & PART_SETTLED) != 0;
    struct search_count count;

    search_count(work->search, index, &count);
    count.is_exhausted &= has_hook; /* without it nobody knows what was not tried */
    *coverage = (struct result_coverage){
        .is_complete = count.is_exhausted && !work->aim.of,
        .delays = scenario->bound.delays,
        .faults = scenario->bound.faults,
        .kills = scenario->bound.kills,
        .distinct = count.distinct,
        .skipped = count.skipped,
        .statement = aim_covered(work->arena, &work->aim, scenario->bound, &count),
        .struck = explored->struck.counts,
        .struck_count = explored->struck.count};
    *out = (struct result_scenario){.name = scenario->scenario->name,
                                    .hash = scenario->scenario->hash,
                                    .title = scenario->scenario->title,
                                    .verdict = explored->verdict,
                                    .problem = explored->problem,
                                    .schedules = (unsigned)count.run,
                                    .exchanges = explored->exchanges,
                                    .commits = explored->commits,
                                    .took_us = explored->took_us,
                                    .settled_by = adapter_settled_by(work->adapter),
                                    .coverage = coverage};
    if (count.run == 0) { /* nothing was tried, so nothing is known */
        out->verdict = VERDICT_UNKNOWN;
        out->problem = work->stopped ? work->stopped : "not run: the budget was spent before";
    }
    fill_invariants(work, explored, out);
}

static void fill_other(struct work *work, size_t index, struct result_scenario *out)
{
    const struct scenario *scenario = work->others[index];

    *out = (struct result_scenario){
        .name = scenario->name,
        .hash = scenario->hash,
        .title = scenario->title,
        .verdict = VERDICT_PASS,
        .problem = offer_problem(work->arena, offer_lacking(work->adapter, scenario))};
}

static int report(struct work *work, struct err *err)
{
    const struct scenario *first = work->count ? work->scenarios[0].scenario : work->others[0];
    const size_t all = work->count + work->other_count;
    struct result result = {.tool_version = CHARTPROOF_VERSION,
                            .program = shell_program(work->arena),
                            .engine = work->adapter->name,
                            .personality = first->personality,
                            .seed = work->options.seed,
                            .scenarios = arena_alloc(work->arena, all * sizeof(*result.scenarios)),
                            .scenario_count = all,
                            .verdict = work->count ? VERDICT_PASS : VERDICT_UNKNOWN};

    for (size_t i = 0; i < work->count; i++) {
        fill_scenario(work, i, &result.scenarios[i]);
        result.verdict = verdict_merge(result.verdict, result.scenarios[i].verdict);
    }
    for (size_t i = 0; i < work->other_count; i++)
        fill_other(work, i, &result.scenarios[work->count + i]);
    if (work->stopped)
        result.verdict = verdict_merge(result.verdict, VERDICT_UNKNOWN);
    if (work->findings)
        findings_result(work->findings, &result);
    result.took_us = clock_monotonic_us() - work->started_us;
    int rc = outdir_report(work->options.out, &result, work->stopped, work->arena, err);
    return rc ? -1 : (int)result.verdict;
}

/* What a search leaves that did not come to its end; one that did leaves nothing old either. */
static void keep_resume(struct work *work)
{
    const char *file = arena_printf(work->arena, "%s/explore.resume", work->options.out);

    if (!work->stopped && !work->is_cut && !work->has_lost)
        unlink(file);
    else if (resume_keep(work->resume))
        log_line("--resume %s goes on from here", work->options.out);
}

int cmd_explore(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct work work = {.arena = arena_new(), .started_us = clock_monotonic_us()};
    struct err ignored = ERR_INIT;
    int rc = -1;

    if (read_input(&work, argc, argv, err))
        goto out;
    rc = search_all(&work, err);
    if (rc)
        work.stopped = "not run: the harness could not go on";
    crew_close(work.crew);
    resume_make_room(work.resume);
    keep_resume(&work);
    /* the first error is the one to tell; the report is written all the same */
    int verdict = report(&work, rc ? &ignored : err);
    rc = rc || verdict < 0 ? -1 : 0;
    *out_verdict = verdict < 0 ? VERDICT_UNKNOWN : (enum verdict)verdict;
out:
    findings_free(work.findings);
    resume_close(work.resume);
    search_free(work.search);
    arena_free(work.arena);
    return rc;
}
