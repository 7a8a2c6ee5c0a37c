/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_PATCH_LINKS_H
#define SIMULATOR_INTERACT_PATCH_LINKS_H
/*
 * patch_links - links in a patch that links.h cannot see: texts that become a Reference.reference by
 * the operation's path, or by the name of what it adds. JSON Patch and FHIRPath Patch.
 *
 * What is no patch has none; whoever applies it says so.
 */
#include "base/attr.h"

struct arena;
struct cJSON;
struct err;
struct links;

/* Resolves them in `patch`. -1 with err filled when a conditional reference cannot be. */
int patch_links_resolve(struct links *links, struct arena *arena, struct cJSON *patch,
                        struct err *err) ATTR_MUST_USE;
/* The first that names an entry, or NULL. */
const char *patch_links_find(struct links *links, struct cJSON *patch);
#endif
