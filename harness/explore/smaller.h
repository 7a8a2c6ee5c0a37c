/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_SMALLER_H
#define HARNESS_EXPLORE_SMALLER_H
/*
 * smaller - a failure made as small as it goes: candidates are conducted and judged until none fails the same
 * invariant with less; what is left is run twenty times.
 *
 * Every run is by milestones, as `chartproof run` will make it of the failure file; so what is kept is known to hold.
 * Ownership: the result lives in the arena, its evidence until smaller_release.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "harness/trial.h"

struct arena;
struct conductor;
struct err;
struct evidence;
struct result_failure;
struct scenario;

#define SMALLER_RUNS_MAX 200 /* a failure */
#define SMALLER_TRIES    20

struct smaller_failure {
    const struct scenario *scenario;
    const struct schedule *exact;
    const struct evidence *evidence; /* of a run of that line */
    const char *invariant;
};

struct smaller {
    const char *problem;             /* why it could not be made smaller; or NULL, and then: */
    const struct scenario *scenario; /* as the failure file has it */
    struct trial trial;              /* the first of the twenty that failed */
    const struct result_invariant *finding; /* of that trial */
    const char *why, *how;                  /* what happened; "14 steps became 6 in 43 runs; ..." */
    size_t steps_before, steps_after;       /* of the exact lines */
    unsigned runs, reproduced;              /* of SMALLER_TRIES */
    bool is_minimal, is_interrupted;
};

/* `path`: of the failure file to be. */
void smaller_make(struct conductor *conductor, const struct smaller_failure *failure,
                  const char *path, struct arena *arena, struct smaller *out);
void smaller_release(struct smaller *smaller);

/* As reports tell it; `file` as they name it. */
void smaller_result(const struct smaller *smaller, const struct smaller_failure *failure,
                    const char *file, struct arena *arena, struct result_failure *out);
/* evidence/N.json and failures/N.json in the report folder. `engine`: what --engine was. */
int smaller_keep(const struct smaller *smaller, const struct smaller_failure *failure,
                 const char *folder, size_t number, const char *engine, struct arena *arena,
                 struct err *err) ATTR_MUST_USE;
#endif
