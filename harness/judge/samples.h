/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_SAMPLES_H
#define HARNESS_JUDGE_SAMPLES_H
/* samples - metrics as Prometheus text: one sample a line. What is no sample is left out. All in the arena given. */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct sim_entry;

struct sample {
    const char *name, *labels; /* labels: between the braces, or "" */
    double value;
};
struct samples {
    struct sample *at;
    size_t count;
};

void samples_read(struct samples *out, struct arena *arena, const struct sim_entry *entry);
/* The sum over all labels; false: no such sample. */
bool samples_total(const struct samples *samples, const char *name, double *out);
/* The value of a label, or NULL. */
const char *sample_label(struct arena *arena, const struct sample *sample, const char *label);
#endif
