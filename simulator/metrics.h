/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_METRICS_H
#define SIMULATOR_METRICS_H
/*
 * metrics - what a stand-alone simulator counts, as Prometheus text (version 0.0.4).
 *
 * Counters are made from the journal's entries as they are appended, so that both tell the same;
 * they go on over resets. Gauges are looked up when somebody asks.
 *
 * Lifecycle:  metrics_new, journal_watch with metrics_note, metrics_free.
 * Threads:    one.
 */
struct buf;
struct metrics;
struct sim;
struct sim_entry;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics); /* NULL is fine */
/* For journal_watch; `arg` is the metrics. */
void metrics_note(void *arg, const struct sim_entry *entry);
/* Appends all of them; a simulator that holds everything has none. */
void metrics_write(const struct sim *sim, struct buf *out);
#endif
