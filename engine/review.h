/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_REVIEW_H
#define ENGINE_REVIEW_H
/*
 * review - what a human is shown when the engine must not decide alone, and what becomes of the
 * decision.
 *
 * A review shows the chart as it was when the review was made or refreshed (`seenVersion`). A
 * decision holds for that version only: the chart is read again before anything is done, and the
 * write is guarded by the version seen.
 */
#include "engine/job.h"

/* Makes the review of the slots that are neither in effect nor pending: job->review. GO_LATER when
 * the chart can't be read now. */
enum go review_open(struct job *job);

struct decision {
    const char *review;
    const struct cJSON *body; /* {decision, fields, seenVersion, reason, by} */
    int status;               /* out: 202, or an error */
    struct cJSON *answer;     /* out: the intent's view, the new review, or a problem */
    struct engine *engine;
    struct arena *arena;
};
void review_decide(struct decision *decision); /* waits; one decision on a review at a time */
/* Reads the charts of all open reviews again. The references looked at go to `examined`. */
void review_refresh_all(struct engine *engine, struct arena *arena, struct cJSON *examined);
/* The same of those that show this resource ("Type/id"), by the worker when it comes to it. */
void review_refresh_later(struct engine *engine, const char *reference);
#endif
