/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_FINDINGS_H
#define HARNESS_EXPLORE_FINDINGS_H
/*
 * findings - what failed in a search: each finding is told once, with its story, however many schedules lead to it.
 *
 * A finding is an invariant of a scenario and the steps that prove it. The first schedule that has it is run again by
 * its exact line, with a fresh engine each time, then made smaller (smaller.h), after the search, which gives the story, the files and
 * "reproduced k of 20". What cannot be made smaller is told as it was found, with "k of 5".
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct adapter;
struct arena;
struct attempt;
struct err;
struct findings;
struct result;
struct scenario;

struct findings_options {
    const struct adapter *adapter;
    const char *out; /* the report folder */
    unsigned long long seed;
    struct arena *arena; /* of the result */
};

struct findings *findings_new(const struct findings_options *options);
void findings_free(struct findings *findings); /* NULL is fine */

/*
 * Takes what an attempt failed. *out_stands false: it failed only in an engine that had served other runs, and never
 * in a fresh one. ERR_IO: a file cannot be written.
 */
int findings_take(struct findings *findings, const struct scenario *scenario,
                  const struct attempt *attempt, bool *out_stands, struct err *err) ATTR_MUST_USE;
/*
 * Makes each that is told smaller. After the search: workers that waited meanwhile would find their connections closed.
 * An interrupt leaves the rest as they were found. ERR_IO: a file cannot be written.
 */
int findings_shrink(struct findings *findings, struct err *err) ATTR_MUST_USE;
size_t findings_count(const struct findings *findings); /* that are told */
void findings_result(const struct findings *findings, struct result *out);
#endif
