/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - one table of what is counted, by the kind of journal entry that counts; one of what is
 * looked up.
 *
 * Invariants:
 *  1. A series exists from the first entry that counts in it, and never goes down.
 *  2. Label values are names of the simulator (interactions, faults) and numbers: none needs to be
 *     escaped, and there are never more than SERIES_MAX; beyond that nothing is counted.
 */
#include "simulator/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "simulator/core.h"
#include "simulator/edge_inner.h"
#include "simulator/store.h"

#define SERIES_MAX 512
#define LABEL_SIZE 32

enum labels { LABELS_NONE, LABELS_INTERACTION, LABELS_STATUS, LABELS_FAULT };

static const struct family {
    const char *name, *help;
    enum labels labels;
    enum sim_kind kind;
} families[] = {
    {"fhirsim_requests_total", "FHIR requests that arrived.", LABELS_INTERACTION, SIM_ARRIVED},
    {"fhirsim_replies_total", "FHIR requests that were answered; lost replies are not.",
     LABELS_STATUS, SIM_REPLIED},
    {"fhirsim_commits_total", "Versions that were written, by requests and by edits.", LABELS_NONE,
     SIM_COMMITTED},
    {"fhirsim_edits_total", "Foreign writes that were asked for.", LABELS_NONE, SIM_EDIT},
    {"fhirsim_faults_total", "Faults that struck.", LABELS_FAULT, SIM_FAULT},
    {"fhirsim_hung_up_total", "Clients that left while their request was held.", LABELS_NONE,
     SIM_HUNG_UP},
};

struct series {
    const struct family *family;
    char label[LABEL_SIZE]; /* the interaction or the fault; "" where the family has none */
    int status;             /* 0 where the family has none */
    uint64_t count;
};

struct metrics {
    struct series series[SERIES_MAX];
    size_t count;
    uint64_t entries;
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = calloc(1, sizeof(*metrics));

    if (!metrics)
        BUG("out of memory");
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    free(metrics);
}

/* ---- counting ---- */

/* How much of the entry's text is the label: of a fault its name alone, since arguments would make
 * series without end. */
static size_t label_of(const struct family *family, const struct sim_entry *entry,
                       const char **out_text)
{
    size_t size = 0;

    *out_text = family->labels == LABELS_FAULT ? entry->fault : entry->interaction;
    if (family->labels == LABELS_FAULT)
        size = strcspn(entry->fault, "(");
    else if (family->labels != LABELS_NONE)
        size = strlen(entry->interaction);
    return size < LABEL_SIZE ? size : LABEL_SIZE - 1;
}

/* A server under load counts twice per request, so that nothing is formatted here. */
static void count(struct metrics *metrics, const struct family *family,
                  const struct sim_entry *entry)
{
    const int status = family->labels == LABELS_STATUS ? entry->status : 0;
    struct series *series = metrics->series, *end = metrics->series + metrics->count;
    const char *text;
    const size_t size = label_of(family, entry, &text);

    for (; series < end; series++) {
        if (series->family == family && series->status == status &&
            strncmp(series->label, text, size) == 0 && series->label[size] == '\0')
            break;
    }
    if (series == metrics->series + SERIES_MAX)
        return;
    if (series == end) {
        metrics->count++;
        *series = (struct series){.family = family, .status = status};
        memcpy(series->label, text, size);
    }
    series->count++;
}

void metrics_note(void *arg, const struct sim_entry *entry)
{
    struct metrics *metrics = arg;

    metrics->entries++;
    for (size_t i = 0; i < COUNT_OF(families); i++) {
        if (families[i].kind == entry->kind)
            count(metrics, &families[i], entry);
    }
}

/* ---- looking up ---- */

static uint64_t held_now(const struct sim *sim)
{
    return sim_held_count(sim);
}

static uint64_t versions_now(const struct sim *sim)
{
    return store_count(sim->run->store);
}

static uint64_t resources_now(const struct sim *sim)
{
    return store_resources(sim->run->store);
}

static uint64_t bytes_now(const struct sim *sim)
{
    return store_bytes(sim->run->store);
}

static uint64_t connections_now(const struct sim *sim)
{
    return sim->edge->client_count;
}

static const struct {
    const char *name, *help;
    uint64_t (*now)(const struct sim *sim);
} gauges[] = {
    {"fhirsim_held", "Exchanges that are held.", held_now},
    {"fhirsim_versions", "Versions in the chart as it is, loaded ones included.", versions_now},
    {"fhirsim_resources", "Resources in the chart as it is, deleted ones included.", resources_now},
    {"fhirsim_store_bytes", "Memory taken by what was written in this run, about.", bytes_now},
    {"fhirsim_connections", "Open connections, this one included.", connections_now},
};

/* ---- writing ---- */

static void write_head(struct buf *out, const char *name, const char *help, const char *type)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_labels(struct buf *out, const struct series *series)
{
    switch (series->family->labels) {
    case LABELS_NONE:
        return;
    case LABELS_INTERACTION:
        buf_printf(out, "{interaction=\"%s\"}", series->label);
        return;
    case LABELS_STATUS:
        buf_printf(out, "{interaction=\"%s\",status=\"%d\"}", series->label, series->status);
        return;
    case LABELS_FAULT:
        buf_printf(out, "{fault=\"%s\"}", series->label);
        return;
    }
}

static void write_family(struct buf *out, const struct metrics *metrics,
                         const struct family *family)
{
    size_t found = 0;

    write_head(out, family->name, family->help, "counter");
    for (size_t i = 0; i < metrics->count; i++) {
        const struct series *series = &metrics->series[i];

        if (series->family != family)
            continue;
        found++;
        buf_puts(out, family->name);
        write_labels(out, series);
        buf_printf(out, " %llu\n", (unsigned long long)series->count);
    }
    if (found == 0 && family->labels == LABELS_NONE)
        buf_printf(out, "%s 0\n", family->name);
}

void metrics_write(const struct sim *sim, struct buf *out)
{
    const struct metrics *metrics = sim->metrics;

    if (!metrics)
        return;
    for (size_t i = 0; i < COUNT_OF(families); i++)
        write_family(out, metrics, &families[i]);
    write_head(out, "fhirsim_journal_entries_total", "Entries of the journal, forgotten ones too.",
               "counter");
    buf_printf(out, "fhirsim_journal_entries_total %llu\n", (unsigned long long)metrics->entries);
    for (size_t i = 0; i < COUNT_OF(gauges); i++) {
        write_head(out, gauges[i].name, gauges[i].help, "gauge");
        buf_printf(out, "%s %llu\n", gauges[i].name, (unsigned long long)gauges[i].now(sim));
    }
}
