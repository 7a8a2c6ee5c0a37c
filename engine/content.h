/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_CONTENT_H
#define ENGINE_CONTENT_H
/*
 * content - when two resources say the same, for this engine's own use (the harness has its own
 * and shares none).
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;

/* Equal values: members in any order, arrays in order, numbers with the same value and significant
 * digits. */
bool content_equal(struct arena *arena, const struct cJSON *a, const struct cJSON *b);

struct content_links { /* fullUrls: strings that a server replaces by references */
    const char *const *urls;
    size_t count;
};
/*
 * Does `stored` hold what was sent? The server's own members (id where none was sent,
 * meta.versionId, lastUpdated and source) do not count, further tags, security labels and profiles
 * may have been carried forward, and a generated narrative may have been regenerated or dropped.
 */
bool content_holds(struct arena *arena, const struct cJSON *stored, const struct cJSON *sent,
                   const struct content_links *links);
/* JSON Pointer of the first difference that makes content_holds false, or NULL. For saying where,
 * never what. */
const char *content_difference(struct arena *arena, const struct cJSON *stored,
                               const struct cJSON *sent, const struct content_links *links);
#endif
