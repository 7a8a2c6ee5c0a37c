/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_DRIFT_H
#define ENGINE_DRIFT_H
/*
 * drift - whether what was committed is still what the chart holds under its version.
 *
 * Looks up each version that a committed intent is known by and compares the whole of it with what was vouched for. Only
 * that version counts: what anyone made of it later is the chart at work, and no drift. A drift is told once.
 */
struct arena;
struct cJSON;
struct engine;

/* Every intent of which something stands; `examined` gets the ids of those that could be compared, `found` {reference, versionId, kind},
 * kind `differs` or `disappeared`. Returns when done; several at once each do all of it. */
void drift_sweep(struct engine *engine, struct arena *arena, struct cJSON *examined,
                 struct cJSON *found);
#endif
