/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_TRIAL_H
#define HARNESS_TRIAL_H
/*
 * trial - one schedule of one scenario, conducted and judged: what the commands run and replay do.
 *
 * An invalid run is run again once, a diverging replay up to five times, a FAIL five times to say how often it comes.
 * Ownership:  the result lives in the arena given; the evidence in an arena of the trial, until trial_release.
 */
#include <stdbool.h>
#include <stddef.h>

#include "harness/conduct/conduct.h"
#include "reports/result.h"

struct arena;

#define TRIAL_TRIES 5

struct trial {
    struct arena *arena; /* of the evidence */
    struct conducted conducted;
    enum verdict verdict;
    const char *problem; /* why it is UNKNOWN without a judgement, or NULL */
    struct result_invariant *invariants;
    size_t invariant_count;
    unsigned schedules;   /* runs made */
    unsigned tried;       /* runs made to see how often a FAIL comes */
    unsigned *reproduced; /* by invariant: how many of them fail it */
    bool is_interrupted;
    bool is_not_run; /* its steps need what the adapter does not offer */
    bool is_own;     /* the exact line is what the scenario's own schedule gives */
};

/*
 * `exact` NULL: the scenario's milestones. What the scenario expects is judged then, and for a line that its milestones
 * give too (one more run finds that out). `is_once`: nothing is run a second time.
 */
void trial_run(struct conductor *conductor, const struct scenario *scenario,
               const struct schedule *exact, bool is_once, struct trial *out);
void trial_release(struct trial *trial);

/* "chartproof replay --engine SPEC --personality r4 'area/name@hash: steps'", in the trial's arena. */
const char *trial_replay(const struct trial *trial, const struct scenario *scenario);

/* The trial as a line of the result, and each of its FAILs as a failure; all in `arena`. `file` as reports name it. */
void trial_result(const struct trial *trial, const struct scenario *scenario, struct arena *arena,
                  struct result_scenario *out);
struct result_failure *trial_failures(const struct trial *trial, const struct scenario *scenario,
                                      const char *file, struct arena *arena, size_t *out_count);
#endif
