/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CHART_H
#define SIMULATOR_CHART_H
/*
 * chart - what a store sees of a finished sim_chart (sim.h): its versions, by number and by
 * reference, and its index. Nothing of it ever changes, so that any number of stores may share it.
 */
#include <stddef.h>

struct index;
struct knobs;
struct sim_chart;
struct version;

/* A resource's number in the chart is its serial. */
const struct version *chart_at(const struct sim_chart *chart, size_t serial);
const struct version *chart_find(const struct sim_chart *chart, const char *reference);
const struct index *chart_index(const struct sim_chart *chart);
/* Before the chart is finished: how its versions are labelled; as FHIR R4 says unless told. */
void chart_set_knobs(struct sim_chart *chart, const struct knobs *knobs);
#endif
