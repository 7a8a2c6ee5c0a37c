/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_HELD_H
#define SIMULATOR_HELD_H
/*
 * held - the exchanges at a stop, in the order in which they arrived, and what those wait for that a
 * fault put there. No act on one grows with how many there are, but for a search by halves.
 *
 * Lifecycle:  held_new, ..., held_free. Exchanges are the gate's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exchange;
struct held;

struct held *held_new(void);
void held_free(struct held *held); /* NULL is fine */

/* Its number must be higher than those of all that are held. */
void held_add(struct held *held, struct exchange *exchange);
void held_remove(struct held *held, struct exchange *exchange);
size_t held_count(const struct held *held);
struct exchange *held_find(const struct held *held, uint64_t number); /* or NULL */
/* The first and the last cost nothing, another moves what is behind gaps once. NULL: behind the
 * last. */
struct exchange *held_at(struct held *held, size_t index);

/* It waits for its due_us, or (0, with PLAN_OVERTAKEN) for another to go; once, while it is held. */
void held_wait(struct held *held, struct exchange *exchange);
void held_wait_no_more(struct held *held, struct exchange *exchange);
struct exchange *held_first_due(const struct held *held); /* whose time comes first, or NULL */
struct exchange *held_overtaken(const struct held *held); /* the oldest of them, or NULL */
#endif
