/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial - conduct, judge, and look again where the first look does not settle it.
 *
 * A FAIL is a FAIL: the journal proves it, and the runs made after it only say how often it comes. One exception:
 * where the engine was shared between runs, and a fresh one never fails, the run depended on earlier ones: UNKNOWN.
 */
#include "harness/trial.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "harness/judged.h"
#include "harness/scenario/offer.h"
#include "harness/scenario/scenario.h"
#include "harness/shell.h"
#include "harness/story.h"
#include "simulator/notation.h"

static void judge(struct trial *trial)
{
    struct judged judged;

    judged_make(&trial->conducted.evidence, trial->arena, &judged);
    trial->invariants = judged.results;
    trial->invariant_count = judged.count;
    trial->verdict = judged.verdict;
}

static void conduct_once(struct conductor *conductor, const struct scenario *scenario,
                         const struct schedule *exact, struct trial *trial)
{
    arena_free(trial->arena);
    trial->arena = arena_new();
    trial->invariants = NULL;
    trial->invariant_count = 0;
    trial->schedules++;
    trial->verdict = VERDICT_UNKNOWN;
    conduct(conductor, scenario, exact, trial->arena, &trial->conducted);
    trial->conducted.evidence.expect = !exact || trial->is_own ? scenario->expect : NULL;
    trial->problem = trial->conducted.problem;
    trial->is_interrupted |= trial->conducted.is_interrupted;
    if (trial->conducted.is_complete)
        judge(trial);
}

/* An invalid run once more; a divergence up to five times. */
static void conduct_until_valid(struct conductor *conductor, const struct scenario *scenario,
                                const struct schedule *exact, bool is_once, struct trial *trial)
{
    unsigned diverged = 0, invalid = 0;

    for (;;) {
        conduct_once(conductor, scenario, exact, trial);
        diverged += trial->conducted.is_divergence;
        invalid += trial->conducted.is_invalid;
        bool again = (trial->conducted.is_divergence && diverged < TRIAL_TRIES) ||
                     (trial->conducted.is_invalid && invalid < 2);
        if (!again || is_once || trial->is_interrupted)
            break;
    }
    if (trial->conducted.is_divergence)
        trial->problem = arena_printf(trial->arena, "%s (%u of %u tries)", trial->problem, diverged,
                                      trial->schedules);
    else if (trial->conducted.is_invalid)
        trial->problem = arena_printf(trial->arena, "%s%s", invalid > 1 ? "invalid twice: " : "",
                                      trial->problem);
}

static bool fails(const struct trial *trial, const char *invariant)
{
    for (size_t i = 0; i < trial->invariant_count; i++) {
        const struct result_invariant *other = &trial->invariants[i];

        if (strcmp(other->name, invariant) == 0)
            return other->is_judged && other->verdict == VERDICT_FAIL;
    }
    return false;
}

static void reproduce(struct conductor *conductor, const struct scenario *scenario,
                      const struct schedule *exact, struct trial *trial)
{
    struct trial again = {.is_own = trial->is_own};
    bool was_shared = conductor_share(conductor, false), comes_again = false;
    bool is_fresh =
        !conductor_shares(conductor); /* of one that runs already there is no fresh one */

    for (; trial->tried < TRIAL_TRIES && !trial->is_interrupted; trial->tried++) {
        conduct_once(conductor, scenario, exact, &again);
        trial->schedules++;
        trial->is_interrupted |= again.is_interrupted;
        for (size_t j = 0; j < trial->invariant_count; j++) {
            bool comes =
                fails(trial, trial->invariants[j].name) && fails(&again, trial->invariants[j].name);

            trial->reproduced[j] += comes;
            comes_again |= comes;
        }
    }
    conductor_share(conductor, was_shared);
    arena_free(again.arena);
    if (was_shared && is_fresh && !comes_again && !trial->is_interrupted) {
        trial->verdict = VERDICT_UNKNOWN;
        trial->problem = "it failed in an engine that had served other runs, and never in a fresh "
                         "one: it depends on earlier runs";
    }
}

/*
 * What a scenario expects holds for its own schedule, so a line is judged by it only where the milestones, conducted now,
 * give that very line.
 */
static bool is_own_schedule(struct conductor *conductor, const struct scenario *scenario,
                            const struct schedule *exact)
{
    struct arena *arena = arena_new();
    struct buf line = BUF_INIT;
    struct conducted own;

    schedule_format(exact, &line);
    conduct(conductor, scenario, NULL, arena, &own);
    bool is_own = own.is_complete && strcmp(own.replay, buf_text(&line)) == 0;
    buf_release(&line);
    arena_free(arena);
    return is_own;
}

void trial_run(struct conductor *conductor, const struct scenario *scenario,
               const struct schedule *exact, bool is_once, struct trial *out)
{
    const char *lacks = offer_lacking(conductor_adapter(conductor), scenario);

    if (!lacks && exact)
        lacks = offer_lacking_for(conductor_adapter(conductor), exact);
    bool is_own = !lacks && exact && !is_once && scenario->expect &&
                  is_own_schedule(conductor, scenario, exact);

    *out = (struct trial){.verdict = VERDICT_UNKNOWN, .is_own = is_own};
    if (lacks) {
        out->arena = arena_new();
        out->verdict = VERDICT_PASS;
        out->is_not_run = true;
        out->problem = offer_problem(out->arena, lacks);
        return;
    }
    conduct_until_valid(conductor, scenario, exact, is_once, out);
    out->reproduced =
        arena_alloc(out->arena, (out->invariant_count + 1) * sizeof(*out->reproduced));
    if (out->verdict == VERDICT_FAIL && !is_once)
        reproduce(conductor, scenario, exact, out);
}

void trial_release(struct trial *trial)
{
    arena_free(trial->arena);
    trial->arena = NULL;
}

const char *trial_replay(const struct trial *trial, const struct scenario *scenario)
{
    size_t path = strlen(scenario->path), tail = strlen(scenario->name) + strlen("/.json");
    const char *folder = path > tail ? arena_copy(trial->arena, scenario->path, path - tail) : ".";

    return shell_replay(trial->arena, &trial->conducted.evidence,
                        strcmp(folder, "scenarios") == 0 ? NULL : folder);
}

void trial_result(const struct trial *trial, const struct scenario *scenario, struct arena *arena,
                  struct result_scenario *out)
{
    *out = (struct result_scenario){.name = scenario->name,
                                    .personality = scenario->personality,
                                    .hash = scenario->hash,
                                    .title = scenario->title,
                                    .verdict = trial->verdict,
                                    .problem = arena_strdup(arena, trial->problem),
                                    .schedules = trial->schedules,
                                    .exchanges = trial->conducted.exchanges,
                                    .commits = trial->conducted.commits,
                                    .took_us = trial->conducted.took_us,
                                    .settled_by = trial->conducted.evidence.settled_by,
                                    .invariant_count = trial->invariant_count};
    out->invariants = arena_alloc(arena, (trial->invariant_count + 1) * sizeof(*out->invariants));
    for (size_t i = 0; i < trial->invariant_count; i++) {
        out->invariants[i] = trial->invariants[i];
        out->invariants[i].text = arena_strdup(arena, trial->invariants[i].text);
        out->invariants[i].diff = arena_strdup(arena, trial->invariants[i].diff);
        out->invariants[i].needs = arena_strdup(arena, trial->invariants[i].needs);
    }
}

struct result_failure *trial_failures(const struct trial *trial, const struct scenario *scenario,
                                      const char *file, struct arena *arena, size_t *out_count)
{
    struct result_failure *failures =
        arena_alloc(arena, (trial->invariant_count + 1) * sizeof(*failures));
    const char *replay = arena_strdup(arena, trial_replay(trial, scenario));
    size_t count = 0;

    for (size_t i = 0; i < trial->invariant_count; i++) {
        const struct result_invariant *found = &trial->invariants[i];
        struct result_failure *failure = &failures[count];

        if (!found->is_judged || found->verdict != VERDICT_FAIL)
            continue;
        *failure = (struct result_failure){.scenario = scenario->name,
                                           .personality = scenario->personality,
                                           .invariant = found->name,
                                           .verdict = trial->verdict,
                                           .why = scenario->why,
                                           .text = arena_strdup(arena, found->text),
                                           .diff = arena_strdup(arena, found->diff),
                                           .replay = replay,
                                           .file = file,
                                           .reproduced = trial->reproduced[i],
                                           .tried = trial->tried};
        failure->story =
            story_tell(&trial->conducted.evidence, found, arena, &failure->story_count);
        count++;
    }
    *out_count = count;
    return failures;
}
