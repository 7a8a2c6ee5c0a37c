/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin - texts of charts, from which a chart is built anew whenever one is added.
 *
 * A finished chart cannot be added to, so the texts are kept. Charts of former runs are kept to the
 * end, since answers under way may still send their bytes.
 */
#include "simulator/origin.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "simulator/chart.h"
#include "simulator/label.h"
#include "simulator/load.h"
#include "simulator/personality.h"
#include "simulator/rules.h"
#include "simulator/sim.h"

#define TELL_MS 1000

struct origin {
    struct arena *arena;
    struct load_file *sources; /* texts of charts */
    size_t source_count, source_room;
    const struct cJSON *faults; /* an array of rules, or NULL */
    const char *faults_name;
    struct sim_chart *chart; /* of the current run */
    struct knobs knobs;      /* by which its versions are labelled */
    unsigned posted;
};

struct origin *origin_new(void)
{
    struct arena *arena = arena_new();
    struct origin *origin = arena_alloc(arena, sizeof(*origin));

    origin->arena = arena;
    return origin;
}

void origin_free(struct origin *origin)
{
    if (origin)
        arena_free(origin->arena);
}

size_t origin_count(const struct origin *origin)
{
    return origin->chart ? sim_chart_count(origin->chart) : 0;
}

static void free_chart(void *chart)
{
    sim_chart_free(chart);
}

/* ---- what to start from ---- */

static int take_file(void *arg, const struct load_file *file, struct err *err)
{
    struct origin *origin = arg;

    (void)err;
    if (origin->source_count == origin->source_room) {
        size_t room = origin->source_room ? origin->source_room * 2 : 8;

        origin->sources = arena_grow(origin->arena, origin->sources,
                                     origin->source_count * sizeof(origin->sources[0]),
                                     room * sizeof(origin->sources[0]));
        origin->source_room = room;
    }
    origin->sources[origin->source_count++] = (struct load_file){
        arena_strdup(origin->arena, file->path), arena_copy(origin->arena, file->text, file->size),
        file->size, file->is_ndjson};
    return 0;
}

int origin_add_chart(struct origin *origin, const char *path, struct err *err)
{
    return load_path(path, take_file, origin, err);
}

int origin_add_faults(struct origin *origin, const char *path, struct err *err)
{
    origin->faults = json_parse_file(origin->arena, path, err);
    origin->faults_name = arena_strdup(origin->arena, path);
    if (!origin->faults) {
        err->code = ERR_INPUT;
        return -1;
    }
    if (!cJSON_IsArray(origin->faults))
        return err_set(err, ERR_INPUT, "%s: an array of rules was expected, this is %s", path,
                       json_type_name(origin->faults));
    return 0;
}

/* ---- runs ---- */

struct progress {
    const struct origin *origin;
    size_t file;
    uint64_t told_ms;
};

/* Says how far it is, once a second; nothing while it is quick. */
static void tell(void *arg, size_t read, size_t finished)
{
    struct progress *progress = arg;
    const uint64_t now_ms = clock_monotonic_ms();

    if (now_ms - progress->told_ms < TELL_MS)
        return;
    progress->told_ms = now_ms;
    if (finished)
        log_line("loading: %zu of %zu resources indexed", finished, read);
    else
        log_line("loading: file %zu of %zu, %zu resources read", progress->file,
                 progress->origin->source_count, read);
}

static int add_source(struct sim_chart *chart, const struct load_file *source, struct err *err)
{
    return (source->is_ndjson ? sim_chart_add_lines : sim_chart_add)(
        chart, source->path, source->text, source->size, err);
}

static struct sim_chart *build_chart(const struct origin *origin, const struct knobs *knobs,
                                     struct err *err)
{
    struct sim_chart *chart = sim_chart_new();
    struct progress progress = {.origin = origin, .told_ms = clock_monotonic_ms()};

    chart_set_knobs(chart, knobs);
    sim_chart_watch(chart, tell, &progress);
    for (size_t i = 0; i < origin->source_count; i++) {
        progress.file = i + 1;
        if (add_source(chart, &origin->sources[i], err))
            goto fail;
    }
    if (sim_chart_finish(chart, err) == 0)
        return chart;
fail:
    sim_chart_free(chart);
    return NULL;
}

static int rebuild(struct origin *origin, struct sim *sim, struct err *err)
{
    const struct knobs *knobs = &sim_personality(sim)->knobs;
    struct sim_chart *chart = build_chart(origin, knobs, err);

    if (!chart)
        return -1;
    arena_defer(origin->arena, free_chart, chart);
    origin->chart = chart;
    origin->knobs = *knobs;
    return 0;
}

int origin_reset(struct origin *origin, struct sim *sim, struct err *err)
{
    const struct cJSON *rule = NULL;
    unsigned id = 0, index = 0;

    if (!label_is_alike(&origin->knobs, &sim_personality(sim)->knobs) && rebuild(origin, sim, err))
        return -1;
    if (sim_begin(sim, origin->chart, err))
        return -1;
    cJSON_ArrayForEach(rule, origin->faults)
    {
        if (rules_add(sim_rules(sim), rule, &id, err))
            return err_context(err, "%s: /%u", origin->faults_name, index);
        index++;
    }
    return 0;
}

int origin_begin(struct origin *origin, struct sim *sim, struct err *err)
{
    return rebuild(origin, sim, err) ? -1 : origin_reset(origin, sim, err);
}

int origin_post(struct origin *origin, struct sim *sim, const struct load_file *file,
                struct err *err)
{
    struct load_file named = *file;

    named.path = arena_printf(origin->arena, "chart posted as number %u", ++origin->posted);
    if (take_file(origin, &named, err))
        return -1;
    if (origin_begin(origin, sim, err) == 0)
        return 0;
    origin->source_count--;
    return -1;
}
