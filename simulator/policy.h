/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_POLICY_H
#define SIMULATOR_POLICY_H
/*
 * policy - what a server does around an interaction by its knobs: who may ask (auth), requests that
 * were answered before (idempotency_header), answers that come later (async_writes), and how an
 * error looks (error_body).
 *
 * Lifecycle:  one for a run; policy_new, policy_free.
 * Threads:    one.
 */
#include <stdbool.h>

struct answer;
struct exchange;
struct policy;

struct policy *policy_new(void);
void policy_free(struct policy *policy); /* NULL is fine */

/* True: the exchange has its answer without the chart being asked. */
bool policy_answers(struct exchange *exchange);
/* Once the interaction has answered: what must be remembered is, and an asynchronous answer becomes
 * 202 with the place to ask for it. */
void policy_settle(struct exchange *exchange);
/* The answer becomes 202; who asks for its result is told `told` instead, from the first poll on, or
 * (NULL) that nothing is known of it. */
void policy_lose(struct exchange *exchange, const struct answer *told);
/* An error as this server shows errors. */
void policy_dress(struct exchange *exchange);
/* From now on the exchange's bearer token is refused. */
void policy_expire_token(struct exchange *exchange);
#endif
