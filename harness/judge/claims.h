/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_CLAIMS_H
#define HARNESS_JUDGE_CLAIMS_H
/*
 * claims - what several judges ask about a slot: does it stand in this version, is it in effect, what was said of it?
 *
 * A slot stands in a version when everything its intent touches has the intended value there; for a delete, when
 * the version is a deletion. It is in effect when it made a version, or when nothing was left to be done.
 */
#include <stdbool.h>
#include <stdint.h>

struct canon;
struct cJSON;
struct fact_intent;
struct fact_slot;
struct fact_version;
struct fact_view;
struct facts;

/* `out_diff` (may be NULL): what is missing, for people; or NULL. */
bool slot_stands(const struct facts *facts, const struct fact_slot *slot, const struct fact_version *version,
                 const char **out_diff);
/* At n: it made a version, or what is there now leaves nothing to do. */
bool slot_in_effect(const struct facts *facts, const struct fact_slot *slot, uint64_t n);

/* The first own effect at n, or NULL. */
const struct fact_version *slot_effect(const struct fact_slot *slot, uint64_t n);

/* One claim `committed`: result or an entry of results. */
struct claim {
    const char *reference, *label; /* NULL: not said */
    bool is_said;                  /* false: there is no such result */
};
/* What a view says of a slot: `result` for a simple intent, `results` (by entry, or by writing entry) else. */
struct claim view_claim(const struct facts *facts, const struct fact_view *view, const struct fact_slot *slot);

/* Does a view name its commit as a no-op or as convergence with what was there already? */
bool view_names_convergence(const struct fact_view *view);

/* The canon of a tree, references resolved as inside the intent's Bundle; `intent` may be NULL. */
const struct canon *claims_canon(const struct facts *facts, const struct fact_intent *intent,
                                 const struct cJSON *tree, const struct cJSON *like);
#endif
