/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_MERGE_H
#define TESTS_STRAWMAN_MERGE_H
/* merge - comparing resources, and putting an intent's change onto another version than it was made
 * for. */
#include <stdbool.h>

struct arena;
struct cJSON;

/*
 * Does `stored` hold what `sent` asked for? Apart from id, meta.versionId, lastUpdated and source.
 * A reference by urn or by search in `sent` equals any reference to a resource, for the server
 * resolves it.
 */
bool merge_same(const struct cJSON *sent, const struct cJSON *stored);

struct merge_choice {
    const struct cJSON *fields; /* array of paths to take from the intent; NULL or empty: all */
    bool keep_theirs;           /* where both changed a value, the chart's stays */
};

/* `theirs` with the change that leads from `was` to `wanted`. A new tree in the arena. */
struct cJSON *merge_onto(struct arena *arena, const struct cJSON *was, const struct cJSON *wanted,
                         const struct cJSON *theirs, const struct merge_choice *choice);

/* Adds {path, base, current, intended} to `delta` for every value in which `wanted` is not `was`.
 */
void merge_delta(struct arena *arena, struct cJSON *delta, const char *path,
                 const struct cJSON *was, const struct cJSON *theirs, const struct cJSON *wanted);
#endif
