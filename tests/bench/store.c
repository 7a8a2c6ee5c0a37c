/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - what versions, charts and fresh stores cost, without HTTP. CPU time, since a shared
 * machine's clock says more about its other guests.
 *
 * usage: store versions|load|begin. Prints a line for each figure, its aim behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fhir/document.h"
#include "simulator/sim.h"
#include "simulator/store.h"
#include "tests/bench/timing.h"

#define RESOURCES 1000
#define ROUNDS    1000 /* each writes every resource once */
#define BEGINS    2000
#define PATIENTS  100
#define ENTRIES   500 /* of a patient's Bundle */

static void must_be_good(int rc, const struct err *err)
{
    if (rc == 0)
        return;
    fprintf(stderr, "store: %s\n", err->text);
    exit(3);
}

/* ---- versions ---- */

/* Bytes of memory that the process has. */
static size_t taken(void)
{
    unsigned long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (!file || fscanf(file, "%lu %lu", &pages, &resident) != 2) {
        fprintf(stderr, "store: /proc/self/statm cannot be read\n");
        exit(3);
    }
    fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* Writes every resource once; the bytes of JSON that are stored. */
static size_t write_all(struct store *store, const struct document *document)
{
    size_t size = 0;
    char id[16];

    for (unsigned i = 0; i < RESOURCES; i++) {
        snprintf(id, sizeof(id), "p%u", i);
        size += store_put(store, "PUT", "Patient", id, document)->size;
    }
    return size;
}

static size_t read_all(const struct store *store)
{
    size_t size = 0;
    char id[16];

    for (unsigned i = 0; i < RESOURCES; i++) {
        snprintf(id, sizeof(id), "p%u", i);
        size += store_current(store, "Patient", id)->size;
    }
    return size;
}

static void measure_versions(void)
{
    static const char text[] =
        "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"1\"}],"
        "\"active\":true,\"name\":[{\"family\":\"Invented\",\"given\":[\"Ada\"]}],"
        "\"birthDate\":\"1970-01-01\"}";
    struct arena *arena = arena_new();
    struct store *store = store_new(&(struct store_options){.logical_clock = true});
    struct err err = ERR_INIT;
    struct document document;
    double writes[ROUNDS], reads[ROUNDS];
    size_t json = 0;

    must_be_good(document_read(&document, arena, text, sizeof(text) - 1, &err), &err);
    write_all(store, &document);
    const size_t before = taken(), before_said = store_bytes(store);
    for (unsigned i = 0; i < ROUNDS; i++) {
        const double from = timing_us();

        json += write_all(store, &document);
        writes[i] = timing_us() - from;
        read_all(store); /* so that both times find it in the processor's cache, or neither */
        const double again = timing_us();
        if (read_all(store) == 0)
            exit(3);
        reads[i] = timing_us() - again;
    }
    const double versions = (double)RESOURCES * ROUNDS;
    printf("a stored version: its JSON (%.0f bytes) and %.0f bytes (want 256 at most); the store "
           "counts %.0f\n",
           (double)json / versions, ((double)(taken() - before) - (double)json) / versions,
           ((double)(store_bytes(store) - before_said) - (double)json) / versions);
    const size_t part = ROUNDS / 10;
    const double write_early = timing_usual(writes, part),
                 write_late = timing_usual(writes + ROUNDS - part, part);
    const double read_early = timing_usual(reads, part),
                 read_late = timing_usual(reads + ROUNDS - part, part);
    printf("update of one of 1,000 resources with 1,000 versions each: %.2f us, with the first "
           "few: %.2f us, "
           "ratio %.2f (want 1.10 at most)\n",
           write_late / RESOURCES, write_early / RESOURCES, write_late / write_early);
    printf("read of the newest: %.3f us, with the first few: %.3f us, ratio %.2f (want 1.10 at "
           "most)\n",
           read_late / RESOURCES, read_early / RESOURCES, read_late / read_early);
    store_free(store);
    arena_free(arena);
}

/* ---- charts ---- */

static void add_entry(struct buf *out, unsigned patient, unsigned entry)
{
    buf_printf(out,
               ",{\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-%06u%06u\",\"resource\":{"
               "\"resourceType\":"
               "\"Observation\",\"id\":\"o%u-%u\",\"status\":\"final\",\"category\":[{\"coding\":[{"
               "\"system\":"
               "\"http://terminology.hl7.org/CodeSystem/"
               "observation-category\",\"code\":\"vital-signs\",\"display\":"
               "\"vital-signs\"}]}],\"code\":{\"coding\":[{\"system\":\"http://"
               "loinc.org\",\"code\":\"8302-2\","
               "\"display\":\"Body Height\"}],\"text\":\"Body Height\"},\"subject\":{\"reference\":"
               "\"urn:uuid:00000000-0000-4000-8000-%06u000000\"},\"performer\":[{\"reference\":"
               "\"Practitioner?identifier=urn:npi|%u\"}],\"effectiveDateTime\":\"2015-04-06T02:32:"
               "50+02:00\","
               "\"issued\":\"2015-04-06T02:32:50.519+02:00\",\"valueQuantity\":{\"value\":%u.%u,"
               "\"unit\":\"cm\","
               "\"system\":\"http://unitsofmeasure.org\",\"code\":\"cm\"},\"note\":[{\"text\":\"",
               patient, entry, patient, entry, patient, entry % 50, entry % 200, entry % 10);
    for (unsigned i = 0; i < 10; i++)
        buf_puts(out, "Measured standing, without shoes, after a rest of five minutes. ");
    buf_puts(out, "\"}]},\"request\":{\"method\":\"POST\",\"url\":\"Observation\"}}");
}

static void add_patient(struct buf *out, unsigned patient)
{
    buf_clear(out);
    buf_printf(
        out,
        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"fullUrl\":\"urn:uuid:"
        "00000000-0000-4000-8000-%06u000000\",\"resource\":{\"resourceType\":\"Patient\",\"id\":"
        "\"p%u\"}}",
        patient, patient);
    for (unsigned i = 1; i < ENTRIES; i++)
        add_entry(out, patient, i);
    buf_puts(out, "]}");
}

static void measure_load(void)
{
    struct sim_chart *chart = sim_chart_new();
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    struct rusage usage;
    double us = 0;
    size_t size = 0;

    buf_puts(&text, "[");
    for (unsigned i = 0; i < 50; i++)
        buf_printf(
            &text,
            "%s{\"resourceType\":\"Practitioner\",\"id\":\"d%u\",\"identifier\":[{\"system\":"
            "\"urn:npi\",\"value\":\"%u\"}]}",
            i ? "," : "", i, i);
    buf_puts(&text, "]");
    must_be_good(sim_chart_add(chart, "practitioners", buf_text(&text), text.size, &err), &err);
    for (unsigned i = 0; i < PATIENTS; i++) {
        add_patient(&text, i);
        size += text.size;
        const double from = timing_us();
        must_be_good(sim_chart_add(chart, "patient", buf_text(&text), text.size, &err), &err);
        us += timing_us() - from;
    }
    const double from = timing_us();
    must_be_good(sim_chart_finish(chart, &err), &err);
    us += timing_us() - from;
    getrusage(RUSAGE_SELF, &usage);
    printf(
        "loading %d patients, %zu resources, %.0f MB: %.2f s (want 5), at most %ld MB in memory\n",
        PATIENTS, sim_chart_count(chart), (double)size / 1e6, us / 1e6, usage.ru_maxrss / 1024);
    buf_release(&text);
    sim_chart_free(chart);
}

/* ---- fresh stores ---- */

static double begin_us(struct sim *sim, unsigned count)
{
    struct sim_chart *chart = sim_chart_new();
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    double times[BEGINS];

    for (unsigned i = 0; i < count; i++)
        buf_printf(&text, "%c{\"resourceType\":\"Patient\",\"id\":\"p%u\"}", i ? ',' : '[', i);
    buf_puts(&text, "]");
    must_be_good(sim_chart_add(chart, "patients", buf_text(&text), text.size, &err), &err);
    must_be_good(sim_chart_finish(chart, &err), &err);
    for (size_t i = 0; i < BEGINS; i++) {
        const double from = timing_us();

        must_be_good(sim_begin(sim, chart, &err), &err);
        times[i] = timing_us() - from;
    }
    must_be_good(sim_begin(sim, NULL, &err), &err);
    buf_release(&text);
    sim_chart_free(chart);
    return timing_usual(times, BEGINS);
}

static void measure_begin(void)
{
    struct err err = ERR_INIT;
    struct sim *sim =
        sim_open(&(struct sim_options){.logical_clock = true, .hold_all = true}, &err);

    must_be_good(sim ? 0 : -1, &err);
    printf("a fresh store on a chart of 100 resources: %.1f us (want 50), of 10,000: %.1f us\n",
           begin_us(sim, 100), begin_us(sim, 10000));
    sim_close(sim);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*measure)(void);
    } parts[] = {{"versions", measure_versions}, {"load", measure_load}, {"begin", measure_begin}};

    for (size_t i = 0; argc == 2 && i < COUNT_OF(parts); i++) {
        if (strcmp(argv[1], parts[i].name) != 0)
            continue;
        parts[i].measure();
        return 0;
    }
    fprintf(stderr, "usage: store versions|load|begin\n");
    return 2;
}
