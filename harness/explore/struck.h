/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_STRUCK_H
#define HARNESS_EXPLORE_STRUCK_H
/*
 * struck - in how many schedules of a search each fault struck, and each thing that was done to a process.
 *
 * Pure. Ownership: names are copied to the arena given, where the counts live too.
 */
#include <stddef.h>

struct arena;
struct result_struck;
struct trace;

struct struck {
    struct result_struck *counts; /* in the order in which they were first seen */
    size_t count, room;
};

/* A schedule counts once for each name, however often it strikes there. */
void struck_add(struct struck *struck, struct arena *arena, const struct trace *trace);
#endif
