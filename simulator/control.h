/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CONTROL_H
#define SIMULATOR_CONTROL_H
/*
 * control - the control API of a stand-alone simulator, under /_control: charts, faults, holds,
 * edits, journal, schedule, metrics. docs/openapi.json describes it, and a test holds both together.
 *
 * Errors are problem+json (RFC 9457). With a token every call needs `Authorization: Bearer TOKEN`.
 *
 * Lifecycle:  control_new, sim_open with control_handle and the control as its argument and
 *             control_pilot, control_begin; sim_close, control_free. Origin and token are borrowed.
 * Threads:    one.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "simulator/sim.h"

struct answer;
struct call;
struct control;
struct err;
struct exchange_request;
struct origin;

/* `token` NULL: none is asked for. */
struct control *control_new(struct origin *origin, const char *token);
void control_free(struct control *control); /* NULL is fine */
/* A schedule that every run begins with; its file, see follow.h. */
int control_set_schedule(struct control *control, const char *path, struct err *err) ATTR_MUST_USE;
struct sim_pilot control_pilot(struct control *control); /* for the options of sim_open */
/* Begins the first run, on the origin's charts. */
int control_begin(struct control *control, struct sim *sim, struct err *err) ATTR_MUST_USE;

/* sim_control_fn; `arg` is the control. */
bool control_handle(void *arg, const struct exchange_request *request, unsigned waited_ms,
                    struct answer *answer, unsigned *out_wait_ms);

struct control_call {
    const char *method, *path; /* "faults/{id}" */
    const char *query;         /* names of its parameters, all of them numbers: "after waitMs" */
    const char *summary;
    bool (*run)(const struct call *call);
};
size_t control_calls(const struct control_call **out);
#endif
