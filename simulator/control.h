/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CONTROL_H
#define SIMULATOR_CONTROL_H
/*
 * control - the control API of a stand-alone simulator, under /_control: charts, faults, holds,
 * edits, journal.
 *
 * Errors are problem+json (RFC 9457). With a token every call needs `Authorization: Bearer TOKEN`.
 *
 * Lifecycle:  control_new, control_add_* for what the command line gives, sim_open with
 *             control_handle and the control as its argument, control_start; sim_close, then
 *             control_free: runs use the control's charts.
 * Threads:    one.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct answer;
struct control;
struct err;
struct exchange_request;
struct sim;

struct control *control_new(const char *token); /* NULL: none is asked for */
void control_free(struct control *control);     /* NULL is fine */

/* A file, or a directory: all *.json in it by name. */
int control_add_chart(struct control *control, const char *path, struct err *err) ATTR_MUST_USE;
/* A file of fault rules (an array); they are in force after the start and after every reset. */
int control_add_faults(struct control *control, const char *path, struct err *err) ATTR_MUST_USE;
/* Begins the first run. */
int control_start(struct control *control, struct sim *sim, struct err *err) ATTR_MUST_USE;

/* sim_control_fn; `arg` is the control. */
bool control_handle(void *arg, const struct exchange_request *request, unsigned waited_ms,
                    struct answer *answer, unsigned *out_wait_ms);
#endif
