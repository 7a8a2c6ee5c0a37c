/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smaller - what was tried is known by the text of the scenario it makes: the same one is not run twice.
 *
 * A candidate counts as failing when the same invariant fails and the run has no more steps than the one that was
 * found. One that is no scenario (a decision without its look) passes without a run.
 */
#include "harness/explore/smaller.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/interrupt.h"
#include "harness/explore/candidate.h"
#include "harness/explore/shrink.h"
#include "harness/explore/waiting.h"
#include "harness/outdir.h"
#include "harness/scenario/scenario.h"
#include "harness/why.h"

struct tried {
    const char *text;
    bool failed;
    struct tried *next;
};

struct making {
    struct conductor *conductor;
    const struct smaller_failure *failure;
    const struct candidate *candidate;
    struct arena *arena;
    struct tried *tried;
    unsigned runs;
    size_t steps_before;
};

static const struct result_invariant *find_failed(const struct trial *trial, const char *invariant)
{
    for (size_t i = 0; i < trial->invariant_count; i++) {
        const struct result_invariant *found = &trial->invariants[i];

        if (found->is_judged && found->verdict == VERDICT_FAIL &&
            strcmp(found->name, invariant) == 0)
            return found;
    }
    return NULL;
}

static size_t count_steps(const char *line)
{
    struct arena *arena = arena_new();
    size_t steps = 0;

    waiting_drop(arena, line, &steps);
    arena_free(arena);
    return steps;
}

/* Once; an invalid run once more. */
static bool run_fails(struct making *making, const struct scenario *scenario, struct trial *trial)
{
    for (unsigned tries = 0; tries < 2; tries++) {
        making->runs++;
        trial_run(making->conductor, scenario, NULL, true, trial);
        if (!trial->conducted.is_invalid || trial->is_interrupted || tries == 1)
            break;
        trial_release(trial);
    }
    return find_failed(trial, making->failure->invariant) &&
           count_steps(trial->conducted.replay) <= making->steps_before;
}

static struct tried *find_tried(const struct making *making, const char *text)
{
    struct tried *tried = making->tried;

    while (tried && strcmp(tried->text, text) != 0)
        tried = tried->next;
    return tried;
}

static enum shrink_answer try_candidate(void *arg, const bool *kept)
{
    struct making *making = arg;
    const struct scenario *whole = making->failure->scenario;
    struct arena *arena = arena_new();
    struct err ignored = ERR_INIT;
    const struct cJSON *tree = candidate_tree(making->candidate, kept, arena);
    const char *text = json_print(arena, tree);
    struct tried *tried = find_tried(making, text);
    enum shrink_answer answer = SHRINK_STOP;

    if (tried) {
        answer = tried->failed ? SHRINK_FAILS : SHRINK_PASSES;
    } else if (making->runs < SMALLER_RUNS_MAX && !interrupt_came()) {
        const struct scenario *scenario =
            scenario_from(arena, tree, whole->path, whole->personality, &ignored);
        struct trial trial = {.arena = NULL};
        bool failed = scenario && run_fails(making, scenario, &trial);

        answer = failed ? SHRINK_FAILS : SHRINK_PASSES;
        tried = arena_alloc(making->arena, sizeof(*tried));
        *tried = (struct tried){arena_strdup(making->arena, text), failed, making->tried};
        making->tried = tried;
        trial_release(&trial);
    }
    arena_free(arena);
    return answer;
}

/* Some rules look at the clock, so the whole may fail at a second try; what passed is not to be known then. */
static bool whole_fails(struct making *making, const bool *kept)
{
    for (unsigned tries = 0; tries < TRIAL_TRIES && !interrupt_came(); tries++) {
        making->tried = NULL;
        if (try_candidate(making, kept) == SHRINK_FAILS)
            return true;
    }
    return false;
}

/* The scenario as its own file will have it. */
static const struct scenario *settle(const struct making *making, const bool *kept,
                                     const char *path, struct err *err)
{
    struct arena *arena = making->arena;
    const struct scenario *whole = making->failure->scenario;
    struct cJSON *tree = candidate_tree(making->candidate, kept, arena);

    json_put(tree, "chart", json_copy(outdir_chart(whole, arena)));
    return scenario_from(arena, tree, path, whole->personality, err);
}

/* The exact line as found ones are: what waits is not said. */
static void settle_line(struct smaller *out)
{
    struct conducted *conducted = &out->trial.conducted;
    struct arena *arena = out->trial.arena;

    conducted->replay = waiting_drop(arena, conducted->replay, &out->steps_after);
    conducted->evidence.replay = arena_printf(arena, "%s@%s: %s", out->scenario->name,
                                              out->scenario->hash, conducted->replay);
}

static void run_again(struct making *making, struct smaller *out)
{
    for (unsigned i = 0; i < SMALLER_TRIES && !out->is_interrupted; i++) {
        struct trial trial = {.arena = NULL};
        bool failed = run_fails(making, out->scenario, &trial);

        out->is_interrupted |= trial.is_interrupted;
        if (failed && out->reproduced++ == 0)
            out->trial = trial;
        else
            trial_release(&trial);
    }
}

static const char *tell_how(const struct smaller *smaller, struct arena *arena)
{
    return arena_printf(arena, "%zu steps became %zu in %u runs; %s", smaller->steps_before,
                        smaller->steps_after, smaller->runs,
                        smaller->is_minimal ? "nothing more can be left out"
                        : smaller->is_interrupted
                            ? "interrupted, so it may be made smaller still"
                            : "no more were tried, so it may be made smaller still");
}

static void make(struct making *making, const char *path, struct smaller *out)
{
    const unsigned *ranks = NULL;
    size_t count = candidate_ranks(making->candidate, &ranks);
    bool *kept = arena_alloc(making->arena, (count + 1) * sizeof(*kept));
    struct err err = ERR_INIT;

    for (size_t i = 0; i < count; i++)
        kept[i] = true;
    if (!whole_fails(making, kept)) {
        out->problem = "its milestones do not fail as its exact line does";
        return;
    }
    out->is_minimal = shrink(ranks, count, try_candidate, making, kept);
    out->runs = making->runs;
    out->is_interrupted = interrupt_came();
    out->scenario = settle(making, kept, path, &err);
    if (!out->scenario) {
        out->problem = arena_strdup(making->arena, err.text);
        return;
    }
    run_again(making, out);
    if (out->reproduced == 0) {
        out->problem = "what was left failed once and never again";
        return;
    }
    out->finding = find_failed(&out->trial, making->failure->invariant);
    out->steps_before = making->steps_before;
    settle_line(out);
    out->why = why_tell(&out->trial.conducted.evidence, out->finding, making->arena);
    out->how = tell_how(out, making->arena);
}

void smaller_make(struct conductor *conductor, const struct smaller_failure *failure,
                  const char *path, struct arena *arena, struct smaller *out)
{
    const struct schedule *line = waiting_say(arena, failure->exact, failure->evidence);
    struct making making = {.conductor = conductor,
                            .failure = failure,
                            .candidate = candidate_new(arena, failure->scenario, line),
                            .arena = arena};
    struct buf found = BUF_INIT;
    bool was_shared = conductor_share(conductor, false);

    schedule_format(failure->exact, &found);
    making.steps_before = count_steps(buf_text(&found));
    buf_release(&found);
    *out = (struct smaller){.is_minimal = false};
    make(&making, path, out);
    out->is_interrupted |= interrupt_came();
    conductor_share(conductor, was_shared);
}

void smaller_release(struct smaller *smaller)
{
    trial_release(&smaller->trial);
}

void smaller_result(const struct smaller *smaller, const struct smaller_failure *failure,
                    const char *file, struct arena *arena, struct result_failure *out)
{
    size_t count = 0;
    const struct result_failure *failures =
        trial_failures(&smaller->trial, smaller->scenario, file, arena, &count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(failures[i].invariant, failure->invariant) == 0)
            *out = failures[i];
    }
    out->scenario = failure->scenario->name;
    out->why = failure->scenario->why;
    out->reproduced = smaller->reproduced;
    out->tried = SMALLER_TRIES;
    out->account = smaller->why;
    out->shrunk = smaller->how;
}

int smaller_keep(const struct smaller *smaller, const struct smaller_failure *failure,
                 const char *folder, size_t number, const char *engine, struct arena *arena,
                 struct err *err)
{
    const struct scenario *whole = failure->scenario;
    struct buf found = BUF_INIT;

    schedule_format(failure->exact, &found);
    const char *line = arena_printf(arena, "%s@%s: %s", whole->name, whole->hash, buf_text(&found));
    buf_release(&found);
    return outdir_evidence(folder, number, &smaller->trial.conducted.evidence, arena, err) ||
                   outdir_shrunk(folder, number,
                                 &(struct outdir_shrunk){.scenario = smaller->scenario,
                                                         .trial = &smaller->trial,
                                                         .engine = engine,
                                                         .why = smaller->why,
                                                         .how = smaller->how,
                                                         .invariant = failure->invariant,
                                                         .found = line},
                                 arena, err)
               ? -1
               : 0;
}
