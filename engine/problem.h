/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_PROBLEM_H
#define ENGINE_PROBLEM_H
/*
 * problem - problem+json (RFC 9457): what went wrong and what to do, in words of our own. Nothing
 * that the EHR or the source wrote is repeated in it, since it may be about a patient.
 */
#include <stdbool.h>

struct arena;
struct cJSON;
struct slot;

struct cJSON *problem_new(struct arena *arena, int status, const char *title, const char *detail);
struct cJSON *problem_of_slot(struct arena *arena, const struct slot *slot);
bool problem_is_conflict(
    const struct slot *slot); /* the chart is not what the intent was made on */
/* What kind of failure (`failureType` of a review), and why in a sentence. */
const char *problem_kind(const struct slot *slot);
const char *problem_sentence(const struct slot *slot);
#endif
