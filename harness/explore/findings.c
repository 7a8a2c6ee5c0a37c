/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings - one hash table by scenario, invariant and proof.
 *
 * After FINDINGS_MAX told findings the rest are only counted: whoever has so many has enough to read.
 */
#include "harness/explore/findings.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/err.h"
#include "harness/conduct/conduct.h"
#include "harness/conduct/interrupt.h"
#include "harness/explore/attempt.h"
#include "harness/explore/smaller.h"
#include "harness/outdir.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "harness/trial.h"
#include "reports/result.h"

#define FINDINGS_MAX 25

struct finding_seen {
    const char *key;
    unsigned long schedules;
    bool stands;  /* else: only in an engine that had served others */
    size_t index; /* in failures; SIZE_MAX: only counted */
    UT_hash_handle hh;
};

/* What a told finding was found in; `line` NULL: it did not come again. */
struct source {
    const struct scenario *scenario;
    const char *line;
};

struct findings {
    struct findings_options options;
    struct conductor *conductor; /* opened at the first finding */
    struct finding_seen *seen;
    struct result_failure failures[FINDINGS_MAX];
    struct source sources[FINDINGS_MAX];
    size_t count;
};

struct findings *findings_new(const struct findings_options *options)
{
    struct findings *findings = calloc(1, sizeof(*findings));

    if (!findings)
        BUG("out of memory");
    findings->options = *options;
    return findings;
}

void findings_free(struct findings *findings)
{
    if (!findings)
        return;
    HASH_CLEAR(hh, findings->seen);
    conductor_close(findings->conductor);
    free(findings);
}

static struct finding_seen *find(struct findings *findings, const char *key)
{
    struct finding_seen *seen = NULL;

    HASH_FIND_STR(findings->seen, key, seen);
    return seen;
}

static const char *key_of(struct arena *arena, const struct scenario *scenario,
                          const struct attempt_fail *fail)
{
    return arena_printf(arena, "%s\t%s\t%s", scenario->name, fail->invariant, fail->proof);
}

static struct finding_seen *add(struct findings *findings, const char *key)
{
    struct finding_seen *seen = arena_alloc(findings->options.arena, sizeof(*seen));

    *seen = (struct finding_seen){.key = key, .stands = true, .index = SIZE_MAX};
    HASH_ADD_KEYPTR(hh, findings->seen, seen->key, strlen(seen->key), seen);
    return seen;
}

/* What the runs that came after did not show is told without a story. */
static struct result_failure bare_failure(const struct findings *findings,
                                          const struct scenario *scenario,
                                          const struct attempt *attempt, const char *invariant,
                                          unsigned tried)
{
    struct arena *arena = findings->options.arena;

    return (struct result_failure){
        .scenario = scenario->name,
        .invariant = arena_strdup(arena, invariant),
        .verdict = VERDICT_FAIL,
        .why = scenario->why,
        .text = "it failed once; the same steps, made again, did not",
        .replay = arena_printf(arena, "chartproof replay --engine %s --personality %s '%s@%s: %s'",
                               findings->options.adapter->spelled, scenario->personality,
                               scenario->name, scenario->hash, attempt->replay),
        .file = "",
        .tried = tried};
}

static const struct result_failure *failure_of(const struct result_failure *failures, size_t count,
                                               const char *invariant)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(failures[i].invariant, invariant) == 0)
            return &failures[i];
    }
    return NULL;
}

/* Files are numbered as findings are. */
static const char *file_of(const struct findings *findings, size_t index)
{
    return arena_printf(findings->options.arena, "failures/%zu.json", index + 1);
}

static int keep_files(const struct findings *findings, size_t index,
                      const struct scenario *scenario, const struct trial *trial, struct err *err)
{
    const struct findings_options *options = &findings->options;

    return outdir_evidence(options->out, index + 1, &trial->conducted.evidence, options->arena,
                           err) ||
                   outdir_failure(options->out, index + 1, scenario, trial,
                                  options->adapter->spelled, findings->failures[index].replay, err)
               ? -1
               : 0;
}

/* Tells the new findings of an attempt by one trial. */
static int tell(struct findings *findings, const struct scenario *scenario,
                const struct attempt *attempt, const struct trial *trial, struct err *err)
{
    struct arena *arena = findings->options.arena;
    size_t count = 0;
    const struct result_failure *failures = trial_failures(trial, scenario, "", arena, &count);

    for (size_t i = 0; i < attempt->fail_count; i++) {
        const struct attempt_fail *fail = &attempt->fails[i];
        const char *key = key_of(arena, scenario, fail);

        if (find(findings, key))
            continue;
        struct finding_seen *seen = add(findings, key);
        const struct result_failure *failure = failure_of(failures, count, fail->invariant);
        seen->stands = failure || !attempt->is_shared || trial->is_interrupted;
        if (!seen->stands || findings->count == FINDINGS_MAX)
            continue;
        seen->index = findings->count++;
        struct result_failure *told = &findings->failures[seen->index];
        *told = failure
                    ? *failure
                    : bare_failure(findings, scenario, attempt, fail->invariant, trial->schedules);
        told->verdict = VERDICT_FAIL;
        told->proof = arena_strdup(arena, fail->proof);
        told->found_run = attempt->run;
        told->found_us = attempt->over_us;
        if (!failure)
            continue;
        told->file = file_of(findings, seen->index);
        findings->sources[seen->index] =
            (struct source){scenario, arena_strdup(arena, attempt->replay)};
        if (keep_files(findings, seen->index, scenario, trial, err))
            return -1;
    }
    return 0;
}

static int investigate(struct findings *findings, const struct scenario *scenario,
                       const struct attempt *attempt, struct err *err)
{
    struct arena *arena = arena_new();
    struct trial trial = {.arena = NULL};
    struct schedule line;
    int rc = -1;

    if (!findings->conductor)
        findings->conductor =
            conductor_open(&(struct conductor_options){.adapter = findings->options.adapter,
                                                       .keeps_spare = true,
                                                       .seed = findings->options.seed},
                           err);
    if (!findings->conductor || schedule_parse(arena, attempt->replay, &line, err))
        goto out;
    trial_run(findings->conductor, scenario, &line, false, &trial);
    rc = tell(findings, scenario, attempt, &trial, err);
out:
    trial_release(&trial);
    arena_free(arena);
    return rc;
}

int findings_take(struct findings *findings, const struct scenario *scenario,
                  const struct attempt *attempt, bool *out_stands, struct err *err)
{
    struct arena *arena = arena_new();
    bool is_new = false;

    for (size_t i = 0; i < attempt->fail_count; i++)
        is_new |= !find(findings, key_of(arena, scenario, &attempt->fails[i]));
    arena_free(arena);
    *out_stands = true;
    if (is_new && findings->count < FINDINGS_MAX && investigate(findings, scenario, attempt, err))
        return -1;
    *out_stands = attempt->fail_count == 0;
    for (size_t i = 0; i < attempt->fail_count; i++) {
        const char *key = key_of(findings->options.arena, scenario, &attempt->fails[i]);
        struct finding_seen *seen = find(findings, key);

        seen = seen ? seen : add(findings, key);
        seen->schedules++;
        *out_stands |= seen->stands;
        if (seen->index != SIZE_MAX)
            findings->failures[seen->index].schedules = seen->schedules;
    }
    return 0;
}

/* From one more run of its line, for what arrived in it. */
static int shrink_one(struct findings *findings, size_t index, struct arena *scratch,
                      struct err *err)
{
    const struct findings_options *options = &findings->options;
    const struct source *source = &findings->sources[index];
    struct result_failure *told = &findings->failures[index];
    struct trial trial = {.arena = NULL};
    struct smaller smaller;
    struct schedule line;
    int rc = 0;

    if (schedule_parse(scratch, source->line, &line, err))
        return -1;
    trial_run(findings->conductor, source->scenario, &line, true, &trial);
    const struct smaller_failure which = {source->scenario, &line, &trial.conducted.evidence,
                                          told->invariant};
    smaller_make(findings->conductor, &which,
                 arena_printf(options->arena, "%s/%s", options->out, told->file), options->arena,
                 &smaller);
    if (smaller.problem) {
        told->shrunk = arena_printf(options->arena, "no: %s", smaller.problem);
    } else {
        const struct result_failure found = *told;

        smaller_result(&smaller, &which, found.file, options->arena, told);
        told->verdict = found.verdict;
        told->proof = found.proof;
        told->schedules = found.schedules;
        told->found_run = found.found_run;
        told->found_us = found.found_us;
        rc = smaller_keep(&smaller, &which, options->out, index + 1, options->adapter->spelled,
                          options->arena, err);
    }
    smaller_release(&smaller);
    trial_release(&trial);
    return rc;
}

int findings_shrink(struct findings *findings, struct err *err)
{
    for (size_t i = 0; i < findings->count && !interrupt_came(); i++) {
        struct arena *scratch = arena_new();
        int rc = findings->sources[i].line ? shrink_one(findings, i, scratch, err) : 0;

        arena_free(scratch);
        if (rc)
            return -1;
    }
    return 0;
}

size_t findings_count(const struct findings *findings)
{
    return findings->count;
}

void findings_result(const struct findings *findings, struct result *out)
{
    struct arena *arena = findings->options.arena;

    out->failures = arena_alloc(arena, (findings->count + 1) * sizeof(*out->failures));
    out->failure_count = findings->count;
    for (size_t i = 0; i < findings->count; i++)
        out->failures[i] = findings->failures[i];
}
