/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_TRIAGE_H
#define ENGINE_TRIAGE_H
/*
 * triage - a conflict: may it be merged without a human, and into what?
 *
 * Only where what the intent touches and what others changed are apart, and the type is not one
 * that harms when a machine guesses. A doubt is a conflict: asking is always right.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;

bool triage_is_sensitive(const char *type);

enum triage_mode {
    TRIAGE_FOREIGN, /* others changed the chart: a common path or place in a list is a conflict */
    TRIAGE_OURS,    /* earlier intents of the source did, or a human decided: the intended wins */
};
/* `current` with what leads from `base` to `intended`; NULL where that is a conflict. In the
 * arena. */
struct cJSON *triage_merge(struct arena *arena, const struct cJSON *base,
                           const struct cJSON *intended, const struct cJSON *current,
                           enum triage_mode mode);
/* `current` with only the values that `intended` has at `paths` (JSON Pointers; gone there means
 * removed). NULL when a path leads nowhere. */
struct cJSON *triage_take(struct arena *arena, const struct cJSON *intended,
                          const struct cJSON *current, const char *const *paths, size_t count);
/* Where base, current and intended are not all the same: [{path, base, current, intended}] into
 * `out`, meta left out. */
void triage_delta(struct arena *arena, const struct cJSON *base, const struct cJSON *current,
                  const struct cJSON *intended, struct cJSON *out);
#endif
