/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CONTROL_H
#define SIMULATOR_CONTROL_H
/*
 * control - the control API of a stand-alone simulator, under /_control: charts, faults, holds,
 * edits, journal.
 *
 * Errors are problem+json (RFC 9457). With a token every call needs `Authorization: Bearer TOKEN`.
 *
 * Lifecycle:  control_new, sim_open with control_handle and the control as its argument,
 *             control_bind; sim_close, control_free. Origin and token are borrowed.
 * Threads:    one.
 */
#include <stdbool.h>

struct answer;
struct control;
struct exchange_request;
struct origin;
struct sim;

/* `token` NULL: none is asked for. */
struct control *control_new(struct origin *origin, const char *token);
void control_free(struct control *control); /* NULL is fine */
void control_bind(struct control *control, struct sim *sim);

/* sim_control_fn; `arg` is the control. */
bool control_handle(void *arg, const struct exchange_request *request, unsigned waited_ms,
                    struct answer *answer, unsigned *out_wait_ms);
#endif
