/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_RIG_H
#define SIMULATOR_TESTS_RIG_H
/*
 * rig - a simulator that holds everything, and clients in the same thread; the journal as one line
 * of text.
 *
 * Lifecycle:  rig_open (or rig_open_with), ..., rig_close. What it hands out lives until rig_close.
 * Waiting:    each rig_until_... turns simulator and clients until it is so, or fails after ten
 *             seconds.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/http.h"
#include "simulator/sim.h"

struct rig {
    struct sim *sim;
    struct sim_chart *chart;
    struct http *http;
    struct arena *arena;
};

/* The chart: Patient/ada and Observation/pulse (60 a minute, one note). */
void rig_open(struct rig *rig);
void rig_open_with(struct rig *rig, const struct sim_options *options);
void rig_close(struct rig *rig);
void rig_begin(struct rig *rig); /* a new run on the same chart */

/* `headers` are lines "Name: value\n"; a body is FHIR JSON, in a PATCH JSON Patch. */
struct http_pending *rig_start(struct rig *rig, const char *method, const char *url,
                               const char *headers, const char *body);
/* The same and held: gives its number. */
struct http_pending *rig_start_held(struct rig *rig, const char *method, const char *url,
                                    const char *headers, const char *body, uint64_t *out_number);
void rig_turn(struct rig *rig);
void rig_turns(struct rig *rig, int count);
void rig_until_held(struct rig *rig, size_t count);
void rig_until_entries(struct rig *rig, size_t count); /* in the journal */
void rig_until_idle(struct rig *rig);                  /* the simulator is not busy */
const struct http_reply *rig_until_done(struct rig *rig, const struct http_pending *pending);

/* What the client saw: "200", or "reset", "empty", "time-out". */
const char *rig_seen(struct rig *rig, const struct http_reply *reply);
/* Entries as "arrived committed@2 fault:reset-after replied:200"; those of `exchange` alone
 * unless it is 0. */
const char *rig_story(struct rig *rig, uint64_t exchange);
/* The string or number at `pointer` of the current version of `reference`; "(none)". */
const char *rig_chart(struct rig *rig, const char *reference, const char *pointer);
const char *rig_body(struct rig *rig, const struct http_reply *reply, const char *pointer);
/* A fault by its text, which must be one. */
struct sim_fault rig_fault(const char *text);
/* A raw connection to the simulator, for what no client library sends. */
int rig_connect(struct rig *rig);

#endif
