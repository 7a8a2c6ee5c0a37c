/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_LABEL_H
#define SIMULATOR_LABEL_H
/* label - how a server numbers versions and shows them: versionId and ETag by the knobs. */

#include <stdbool.h>

struct arena;
struct knobs;
struct version;

/* versionId; `global` counts the server's commits (a transaction is one). In the arena. */
const char *label_make(struct arena *arena, const struct knobs *knobs,
                       const struct version *version, unsigned long global);
/* Are versions labelled alike by the two? */
bool label_is_alike(const struct knobs *one, const struct knobs *other);
/* The ETag of a version that has its label; NULL where the server shows none. */
const char *label_etag(struct arena *arena, const struct knobs *knobs,
                       const struct version *version);
/* What an If-Match must name: the opaque part of the ETag, or the label where there is none. */
const char *label_tag(struct arena *arena, const struct version *version);
#endif
