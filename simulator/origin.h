/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_ORIGIN_H
#define SIMULATOR_ORIGIN_H
/*
 * origin - what the runs of a stand-alone simulator start from: charts, and fault rules of the
 * command line.
 *
 * Lifecycle:  origin_new, origin_add_..., origin_begin, then resets and posts; origin_free after
 *             sim_close, since runs use the charts.
 * Errors:     ERR_INPUT names the file and the place in it.
 * Threads:    one.
 */
#include <stddef.h>

#include "base/attr.h"

struct err;
struct load_file;
struct origin;
struct sim;

struct origin *origin_new(void);
void origin_free(struct origin *origin); /* NULL is fine */

/* A file, or a folder: see load.h. */
int origin_add_chart(struct origin *origin, const char *path, struct err *err) ATTR_MUST_USE;
/* A file of fault rules (an array); they are in force after the start and after every reset. */
int origin_add_faults(struct origin *origin, const char *path, struct err *err) ATTR_MUST_USE;

/* Builds the chart and begins a run on it. */
int origin_begin(struct origin *origin, struct sim *sim, struct err *err) ATTR_MUST_USE;
/* Begins a run on the chart there is. */
int origin_reset(struct origin *origin, struct sim *sim, struct err *err) ATTR_MUST_USE;
/* Adds a chart and begins a run on all; on failure everything goes on as it was. */
int origin_post(struct origin *origin, struct sim *sim, const struct load_file *file,
                struct err *err) ATTR_MUST_USE;   /* its path is not asked for */
size_t origin_count(const struct origin *origin); /* resources in the chart */
#endif
