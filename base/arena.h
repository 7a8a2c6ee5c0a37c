/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
/*
 * arena - memory with one lifetime: a configuration, a request, a scenario, a run.
 *
 * Lifecycle:  arena_new, allocations in any order, arena_free (or arena_reset and on).
 * Ownership:  whatever it hands out is freed by arena_free alone; arena_defer ties foreign objects.
 * Threads:    one at a time.
 * Errors:     none; out of memory is fatal. Sizes from outside are checked against base/limits.h
 * first.
 */
#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct arena_pool;

struct arena *arena_new(void);

/*
 * Huge pages that several arenas share, for those that are many, small and go about in the order in
 * which they came: a page is used again once all that lay in it has gone. The pool outlives them.
 */
struct arena_pool *arena_pool_new(void);
void arena_pool_free(struct arena_pool *pool); /* NULL is fine */
struct arena *arena_new_in(struct arena_pool *pool);

void arena_free(struct arena *arena); /* NULL is fine; runs deferred calls, newest first */
void arena_reset(
    struct arena *arena); /* as after arena_new, but keeps a first block; in a pool none */

size_t arena_bytes(const struct arena *arena);       /* taken from the system so far, about */
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for any type */
/* A larger copy of `old`; the old block stays until the arena goes. For arrays grown by doubling.
 */
void *arena_grow(struct arena *arena, const void *old, size_t old_size, size_t new_size);
char *arena_copy(struct arena *arena, const char *bytes, size_t size); /* and a NUL behind it */
char *arena_strdup(struct arena *arena, const char *text);             /* NULL gives NULL */
/* The texts one behind the other, up to a NULL. */
char *arena_join(struct arena *arena, const char *first, ...) ATTR_SENTINEL;
/* `prefix` and the number behind it. */
char *arena_number(struct arena *arena, const char *prefix, unsigned long long number);
char *arena_printf(struct arena *arena, const char *fmt, ...) ATTR_PRINTF(2, 3);
char *arena_vprintf(struct arena *arena, const char *fmt, va_list args) ATTR_PRINTF(2, 0);

/* Calls release(object) when the arena is freed or reset. */
void arena_defer(struct arena *arena, void (*release)(void *), void *object);
#endif
