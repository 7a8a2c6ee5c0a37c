/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CONCEAL_H
#define SIMULATOR_CONCEAL_H
/*
 * conceal - keeps the tokens of Subscription.channel.header out of the journal.
 *
 * Any bytes are taken: what arrived may be no JSON.
 */
#include <stddef.h>

struct arena;

/* `bytes` with every JSON string "Authorization: ..." made "Authorization: (hidden)", in the arena;
 * NULL when there is none. */
const char *conceal_tokens(struct arena *arena, const char *bytes, size_t size, size_t *out_size);
#endif
