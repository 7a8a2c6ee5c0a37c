/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_WIRE_H
#define SIMULATOR_TESTS_WIRE_H
/*
 * wire - a simulator and an HTTP client in one thread: a call is made and the simulator turned
 * until the answer is there.
 *
 * Lifecycle:  wire_open, wire_call, ..., wire_close. Replies live until wire_close.
 */
#include <stddef.h>

#include "base/http.h"
#include "base/json.h"
#include "simulator/sim.h"

struct wire {
    struct sim *sim;
    struct sim_chart *chart;
    struct http *http;
    struct arena *arena;
};

/* `chart` is a chart's text, or NULL for an empty one. */
void wire_open(struct wire *wire, const char *chart);
void wire_close(struct wire *wire);

/*
 * One call below the base, e.g. "Patient/ada?x=y"; "" is the base. `headers` are lines "Name:
 * value\n...", or NULL. A body is sent as application/fhir+json unless the headers say otherwise.
 */
const struct http_reply *wire_call(struct wire *wire, const char *method, const char *url,
                                   const char *headers, const char *body);
/* The same to a whole URL. */
const struct http_reply *wire_call_url(struct wire *wire, const char *method, const char *url,
                                       const char *headers, const char *body, size_t body_size);
/* The string at a JSON Pointer of the reply's body; "(none)" where there is none; numbers as
 * their text. */
const char *wire_at(struct wire *wire, const struct http_reply *reply, const char *pointer);
/* A reply header, or "(none)". */
const char *wire_header(const struct http_reply *reply, const char *name);
#endif
