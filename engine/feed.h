/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_FEED_H
#define ENGINE_FEED_H
/*
 * feed - notifications of the EHR's subscriptions.
 *
 * A notification is a hint that a resource has changed, never a source of content, and may come late, twice, or not at
 * all: open reviews that show the resource are read again, as a sweep would. Of this engine's own commits there is nothing
 * to learn, so those end here; and nothing here writes to the EHR.
 */
struct arena;
struct cJSON;
struct engine;

/* `bundle`: as delivered; entries that name no resource of the EHR are left out. What follows is done by the worker. */
void feed_take(struct engine *engine, struct arena *arena, const struct cJSON *bundle);
#endif
