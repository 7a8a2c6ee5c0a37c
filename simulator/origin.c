/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin - texts of charts, from which a chart is built anew whenever one is added.
 *
 * A finished chart cannot be added to, so the texts are kept. Charts of former runs are kept to the
 * end, since answers under way may still send their bytes.
 */
#include "simulator/origin.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/rules.h"
#include "simulator/sim.h"

struct source { /* a chart's text */
    const char *name, *text;
    size_t size;
};

struct origin {
    struct arena *arena;
    struct source *sources;
    size_t source_count, source_room;
    const struct cJSON *faults; /* an array of rules, or NULL */
    const char *faults_name;
    struct sim_chart *chart; /* of the current run */
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

static void add_source(struct origin *origin, const char *name, const char *text, size_t size)
{
    if (origin->source_count == origin->source_room) {
        size_t room = origin->source_room ? origin->source_room * 2 : 8;

        origin->sources = arena_grow(origin->arena, origin->sources,
                                     origin->source_count * sizeof(origin->sources[0]),
                                     room * sizeof(origin->sources[0]));
        origin->source_room = room;
    }
    origin->sources[origin->source_count++] = (struct source){
        arena_strdup(origin->arena, name), arena_copy(origin->arena, text, size), size};
}

static int add_file(struct origin *origin, const char *path, struct err *err)
{
    struct buf buf = BUF_INIT;
    int rc = buf_read_file(&buf, path, LIMIT_JSON_BYTES, err);

    if (rc == 0)
        add_source(origin, path, buf_text(&buf), buf.size);
    else
        err->code = ERR_INPUT; /* a file that the user named and that cannot be read */
    buf_release(&buf);
    return rc;
}

static int is_json_file(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);

    return entry->d_name[0] != '.' && size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0;
}

static int add_folder(struct origin *origin, const char *path, struct err *err)
{
    struct dirent **names = NULL;
    int count = scandir(path, &names, is_json_file, alphasort), rc = 0;

    if (count < 0)
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    if (count == 0)
        rc = err_set(err, ERR_INPUT, "%s: no *.json in this directory", path);
    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc =
                add_file(origin, arena_printf(origin->arena, "%s/%s", path, names[i]->d_name), err);
        free(names[i]);
    }
    free(names);
    return rc;
}

int origin_add_chart(struct origin *origin, const char *path, struct err *err)
{
    struct stat stat_of;

    if (stat(path, &stat_of))
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    return S_ISDIR(stat_of.st_mode) ? add_folder(origin, path, err) : add_file(origin, path, err);
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

static struct sim_chart *build_chart(const struct origin *origin, struct err *err)
{
    struct sim_chart *chart = sim_chart_new();

    for (size_t i = 0; i < origin->source_count; i++) {
        const struct source *source = &origin->sources[i];

        if (sim_chart_add(chart, source->name, source->text, source->size, err))
            goto fail;
    }
    if (sim_chart_finish(chart, err) == 0)
        return chart;
fail:
    sim_chart_free(chart);
    return NULL;
}

int origin_reset(struct origin *origin, struct sim *sim, struct err *err)
{
    const struct cJSON *rule = NULL;
    unsigned id = 0, index = 0;

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
    struct sim_chart *chart = build_chart(origin, err);

    if (!chart)
        return -1;
    arena_defer(origin->arena, free_chart, chart);
    origin->chart = chart;
    return origin_reset(origin, sim, err);
}

int origin_post(struct origin *origin, struct sim *sim, const char *text, size_t size,
                struct err *err)
{
    add_source(origin, arena_printf(origin->arena, "chart posted as number %u", ++origin->posted),
               text, size);
    if (origin_begin(origin, sim, err) == 0)
        return 0;
    origin->source_count--;
    return -1;
}
