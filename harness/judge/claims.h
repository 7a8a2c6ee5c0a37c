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
#include <stddef.h>
#include <stdint.h>

struct canon;
struct cJSON;
struct fact_intent;
struct fact_slot;
struct fact_version;
struct fact_view;
struct facts;

/* `out_diff` (may be NULL): what is missing, for people; or NULL. */
bool slot_stands(const struct facts *facts, const struct fact_slot *slot,
                 const struct fact_version *version, const char **out_diff);
/* At n: it made a version, or what is there now leaves nothing to do. */
bool slot_in_effect(const struct facts *facts, const struct fact_slot *slot, uint64_t n);

/* The first own effect at n, or NULL. */
const struct fact_version *slot_effect(const struct fact_slot *slot, uint64_t n);

/* Was the engine told that the undo which made it had made nothing (412)? Others may undo the same: nothing shows it whose
 * version that is. */
bool version_was_denied(const struct fact_version *version);

/* The other of two versions that the server made of one write or its repetition, though the later had excluded the
 * earlier: it does not look at guards. NULL: none. */
const struct fact_version *version_other(const struct facts *facts,
                                         const struct fact_version *version);
/* Did a reply to its write tell of the version, or a history (of what a create made: a search) show it? A plain look shows
 * what is there and not who made it. */
bool version_is_shown(const struct fact_version *version);
/* No reply to its write told of the version, and the engine asked for the history (or searched for what a create made) in
 * vain: the server has none, or one that lags behind. What a plain look shows may be anybody's. */
bool version_is_hidden(const struct facts *facts, const struct fact_version *version);
/* No reply told of the version, and its write had excluded the one it went over: a server that heeds guards would not have
 * made it. What a look shows may be anybody's. */
bool version_is_astray(const struct facts *facts, const struct fact_version *version);
/* A foreign version that is just what a write of the intent asked for, on the version that this had named: where the write
 * was not answered, or its answer named a deletion that was there, nothing tells an engine that the version is not its own. */
bool version_looks_own(const struct facts *facts, const struct fact_intent *intent,
                       const struct fact_version *version);
/* Did a server that was restored make again what an intent had created, under another id? */
bool version_is_copy(const struct facts *facts, const struct fact_version *version);
/* Did the reply to the write that made the version tell of it? */
bool version_is_told(const struct fact_version *version);
/* Is that version one of several that a create made? */
bool version_is_twin(const struct fact_version *version);
/* The first effect too many: beyond one for each key it was delivered under and each act of a human. NULL: none. */
const struct fact_version *slot_repeated(const struct facts *facts, const struct fact_slot *slot);
/* How many effects a slot may have at n. */
size_t effects_allowed(const struct facts *facts, const struct fact_intent *intent, uint64_t n);
/* How many intents its deliveries before n are to the engine: one for each key, but for keys that were refused, that
 * got the id of an earlier one, or that are one event to an engine that knows events. At least one. */
size_t intents_behind(const struct facts *facts, const struct fact_intent *intent, uint64_t n);
/* Human decisions to write that the engine took, or may have taken, asked before n. */
size_t acts_before(const struct fact_intent *intent, uint64_t n);

/* One claim `committed`: result or an entry of results. */
struct claim {
    const char *reference, *label; /* NULL: not said */
    bool is_said;                  /* false: there is no such result */
    bool is_committed;             /* an entry's own state is said, and is that */
};
/* What a view says of a slot: `result` for a simple intent, `results` (by entry, or by writing entry) else. */
struct claim view_claim(const struct facts *facts, const struct fact_view *view,
                        const struct fact_slot *slot);

/* Does a view name its commit as a no-op or as convergence with what was there already? */
bool view_names_convergence(const struct fact_view *view);

/* Is what this view says of the intent's end true? (judge_truth.c: what truthful-state FAILs is not.) */
bool view_is_true(const struct facts *facts, const struct fact_intent *intent,
                  const struct fact_view *view);
/* The last statement of the intent under its id number `id`, or one without any id. */
const struct fact_view *intent_last_of(const struct fact_intent *intent, size_t id);

/* The canon of a tree, references resolved as inside the intent's Bundle; `intent` may be NULL. */
const struct canon *claims_canon(const struct facts *facts, const struct fact_intent *intent,
                                 const struct cJSON *tree, const struct cJSON *like);

/* Is `hash` (it may say sha256: first) the one of that JSON, in canonical form? */
bool claims_hash_is(const char *hash, const struct cJSON *tree);

/* The version that a record of this intent names: one of its own before anybody's, as a server that was restored may
 * give a number anew. NULL: there is none. */
const struct fact_version *record_version(const struct facts *facts,
                                          const struct fact_intent *intent, const char *reference,
                                          const char *label, uint64_t n);
#endif
