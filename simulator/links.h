/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_LINKS_H
#define SIMULATOR_LINKS_H
/*
 * links - what the entries of a Bundle call each other, and what they are called in the store.
 *
 * A resource's bytes are rewritten by splicing: string values that are some entry's fullUrl become
 * "Type/id" (in references, uris and the narrative's href and src), and conditional references
 * ("Type?query" as a `reference`) what the resolver says. Identifier.value is no link and stays,
 * whatever it looks like.
 *
 * Lifecycle:  links_new, links_add, links_rewrite; everything lives in the arena.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct err;
struct links;

/* "Type?query" -> "Type/id", or NULL with err filled. */
typedef const char *links_resolve_fn(void *arg, struct arena *arena, const char *conditional,
                                     struct err *err);

struct links *links_new(struct arena *arena, links_resolve_fn *resolve, void *resolve_arg);
/* `reference` NULL: known as a name, but not resolved (links_find finds it). */
void links_add(struct links *links, const char *full_url, const char *reference);
bool links_knows(const struct links *links, const char *full_url);

/* The bytes with all links resolved, in `arena`; the same bytes when there are none. NULL with
 * err filled when a conditional reference cannot be resolved. `bytes` is a valid JSON object. */
const char *links_rewrite(struct links *links, struct arena *arena, const char *bytes, size_t size,
                          size_t *out_size, struct err *err);
/* The first `reference` in the bytes that names an entry; NULL when there is none. */
const char *links_find(struct links *links, struct arena *arena, const char *bytes, size_t size);
#endif
