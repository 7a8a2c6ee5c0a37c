/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_HISTORY_H
#define HARNESS_EXPLORE_HISTORY_H
/*
 * history - the steps of a run so far, and the class they belong to: two runs whose steps differ only in the order of
 * such as commute have one class.
 *
 * Pure. Ownership: everything lives in the arena given; steps and options it is shown must outlive it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/explore/footprint.h"
#include "harness/explore/trace.h"

struct arena;

struct event {
    const char *label; /* up to its part and fault: an exchange is two steps of one label */
    size_t label_size;
    const char *actor; /* of an own step, else NULL */
    struct footprint footprint;
    uint64_t hash;
};

struct history {
    struct arena *arena;
    struct event *events;
    size_t count, room;
    uint64_t class;
    uint64_t engine; /* the hash of the last event that reached the engine: all that it knows of */
};

/* Every bit of the result depends on every bit (splitmix64's last steps). */
uint64_t history_mix(uint64_t x);
uint64_t history_text(const char *text, size_t size);

void history_init(struct history *history, struct arena *arena);
void history_add(struct history *history, const struct point *point, const char *step);
/* The hash that the event has if this step is the next. */
uint64_t history_event_with(const struct history *history, const struct point *point,
                            const char *step, struct arena *scratch);
/* The class were this step the next. */
uint64_t history_class_with(const struct history *history, const struct point *point,
                            const char *step, struct arena *scratch);
#endif
