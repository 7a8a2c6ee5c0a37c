/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_SEARCH_H
#define HARNESS_EXPLORE_SEARCH_H
/*
 * search - which schedules to run, in which order, and which not: it hands out prefixes and takes traces.
 *
 * Lifecycle:  search_new, search_add for every scenario, then search_next and search_take in any interleaving (several
 *             jobs may be out at once), search_free.
 * Ownership:  what search_next gives lives in the arena given; a trace is copied.
 * Pure: it conducts nothing, and knows no clock. The same traces taken in the same order give the same jobs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/explore/foresight.h"
#include "harness/explore/order.h"
#include "harness/explore/trace.h"

struct arena;
struct search;

struct search_options {
    bool is_unreduced;  /* nothing is skipped */
    bool is_random;     /* no prefixes: every job is a seed */
    uint64_t seed;      /* of random jobs */
    unsigned shard, of; /* this one (from 1) of so many; of 0: all */
};

struct search *search_new(const struct search_options *options);
void search_free(struct search *search); /* NULL is fine */
/* Returns the number by which the scenario is called, 0, 1, 2 ... */
size_t search_add(struct search *search, struct cost bound, enum reach reach);

struct job {
    size_t scenario;
    const char *const *steps; /* the prefix */
    const uint64_t *hashes;   /* of the points where they were possible */
    size_t count;
    bool is_random;
    uint64_t seed;           /* of a random job */
    const struct item *item; /* the search's own */
};
/* False: there is none, or none before a job that is out has been taken. */
bool search_next(struct search *search, struct arena *arena, struct job *out);
/* `trace` NULL: it could not be run; nothing is tried behind it, and the search is not complete. */
void search_take(struct search *search, const struct job *job, const struct trace *trace);

struct search_count {
    unsigned long run, skipped, distinct, unknown;
    double unreduced;  /* schedules there would be without reduction */
    bool is_counted;   /* that is exact */
    bool is_exhausted; /* everything within the bound was run or skipped */
};
void search_count(struct search *search, size_t scenario, struct search_count *out);
/* Prefixes that wait, about: others follow from them. */
size_t search_waiting(const struct search *search);
#endif
