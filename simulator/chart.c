/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart - what a run starts from: read once, then shared by every store on it.
 *
 * States: open (sim_chart_add), then finished (sim_chart_finish), after which nothing changes. An
 * add that fails leaves the chart as it was. Finishing reads every resource a second time,
 * stamped as version 1, and those with links a third time, because conditional references
 * are looked up in the chart itself: by the search of the interactions, over a store on the
 * unresolved chart, so that a chart and a transaction cannot resolve differently.
 */
#include "simulator/chart.h"

#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "fhir/document.h"
#include "simulator/index.h"
#include "simulator/knobs.h"
#include "simulator/links.h"
#include "simulator/personality.h"
#include "simulator/resolve.h"
#include "simulator/sim.h"
#include "simulator/span.h"
#include "simulator/store.h"

struct source {
    const char *name, *text; /* the file */
};

struct place { /* of a resource, for error texts */
    const struct source *source;
    const char *start;   /* in the source's text */
    const char *pointer; /* below the text's, or the line's, root */
};

struct member {
    struct place place;
    const char *full_url; /* or NULL */
    const char *id;
    struct document document;
    struct version version;
    UT_hash_handle hh; /* by version.reference */
};

struct sim_chart {
    struct arena *arena;
    struct member **members; /* a member's index is its serial */
    size_t count, room;
    struct member *by_reference;
    struct index *index;
    struct knobs knobs;
    bool is_finished;
    void (*progress)(void *arg, size_t read, size_t finished); /* or NULL */
    void *progress_arg;
};

struct sim_chart *sim_chart_new(void)
{
    struct arena *arena = arena_new();
    struct sim_chart *chart = arena_alloc(arena, sizeof(*chart));

    chart->arena = arena;
    knobs_init(&chart->knobs);
    return chart;
}

void sim_chart_free(struct sim_chart *chart)
{
    if (!chart)
        return;
    HASH_CLEAR(hh, chart->by_reference);
    index_free(chart->index);
    arena_free(chart->arena);
}

void sim_chart_watch(struct sim_chart *chart,
                     void (*progress)(void *arg, size_t read, size_t finished), void *arg)
{
    chart->progress = progress;
    chart->progress_arg = arg;
}

static void tell_progress(const struct sim_chart *chart, size_t finished)
{
    if (chart->progress)
        chart->progress(chart->progress_arg, chart->count, finished);
}

size_t sim_chart_count(const struct sim_chart *chart)
{
    return chart->count;
}

const struct version *chart_at(const struct sim_chart *chart, size_t serial)
{
    ASSERT(serial < chart->count);
    return &chart->members[serial]->version;
}

const struct version *chart_find(const struct sim_chart *chart, const char *reference)
{
    struct member *member = NULL;

    HASH_FIND_STR(chart->by_reference, reference, member);
    return member ? &member->version : NULL;
}

const struct index *chart_index(const struct sim_chart *chart)
{
    return chart->index;
}

int sim_chart_be(struct sim_chart *chart, const char *personality, struct err *err)
{
    const struct personality *found = personality_find(personality, err);

    if (!found)
        return -1;
    chart_set_knobs(chart, &found->knobs);
    return 0;
}

void chart_set_knobs(struct sim_chart *chart, const struct knobs *knobs)
{
    ASSERT(!chart->is_finished);
    chart->knobs = *knobs;
}

/* ---- adding ---- */

/* The uuid of "urn:uuid:..." if it can be an id. */
static const char *uuid_of(const char *full_url)
{
    static const char urn[] = "urn:uuid:";
    const char *uuid = full_url && strncmp(full_url, urn, sizeof(urn) - 1) == 0
                           ? full_url + sizeof(urn) - 1
                           : NULL;

    return fhir_id_is_valid(uuid) ? uuid : NULL;
}

/* "f.json: line 3, column 7, at /entry/0/resource" */
static const char *where(struct sim_chart *chart, const struct place *place)
{
    size_t line = 1, column = 1;

    for (const char *c = place->source->text; c < place->start; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    return arena_printf(chart->arena, "%s: line %zu, column %zu%s%s", place->source->name, line,
                        column, *place->pointer ? ", at " : "", place->pointer);
}

static int check_member(struct sim_chart *chart, const struct member *member, struct err *err)
{
    const struct member *same = NULL;

    if (!fhir_type_is_known(member->document.type))
        return err_set(err, ERR_INPUT, "/resourceType: %s is no resource type of FHIR R4",
                       member->document.type);
    if (!member->id)
        return err_set(err, ERR_INPUT, "the %s has neither an id nor a fullUrl urn:uuid:...",
                       member->document.type);
    HASH_FIND_STR(chart->by_reference, member->version.reference, same);
    if (same)
        return err_set(err, ERR_INPUT, "%s is in the chart already (%s)", member->version.reference,
                       where(chart, &same->place));
    return 0;
}

static void keep_member(struct sim_chart *chart, struct member *member)
{
    const char *reference = member->version.reference;

    HASH_ADD_KEYPTR(hh, chart->by_reference, reference, strlen(reference), member);
    if (chart->count == chart->room) {
        size_t room = chart->room ? chart->room * 2 : 64;

        chart->members = arena_grow(chart->arena, chart->members, chart->count * sizeof(void *),
                                    room * sizeof(void *));
        chart->room = room;
    }
    chart->members[chart->count++] = member;
}

static int add_resource(struct sim_chart *chart, const struct place *place, size_t size,
                        const char *full_url, struct err *err)
{
    struct member *member = arena_alloc(chart->arena, sizeof(*member));

    if (document_read(&member->document, chart->arena, place->start, size, err))
        return err_context(err, "%s", where(chart, place));
    member->place = *place;
    member->full_url = full_url;
    member->id = member->document.id ? member->document.id : uuid_of(full_url);
    member->version = (struct version){
        .type = member->document.type,
        .id = member->id,
        .ordinal = 1,
        .updated_ms = STORE_EPOCH_MS,
        .method = "PUT",
        .serial = chart->count,
        .reference = arena_printf(chart->arena, "%s/%s", member->document.type,
                                  member->id ? member->id : ""),
    };
    if (check_member(chart, member, err))
        return err_context(err, "%s", where(chart, place));
    keep_member(chart, member);
    tell_progress(chart, 0);
    return 0;
}

static int add_bundle(struct sim_chart *chart, const struct place *bundle, struct err *err)
{
    struct span entries, entry, resource, full_url;

    if (!span_member(chart->arena, bundle->start, "entry", &entries) || *entries.start != '[')
        return 0;
    const char *at = entries.start;
    for (size_t i = 0; span_element(&at, &entry); i++) {
        struct place place = {bundle->source, entry.start,
                              arena_printf(chart->arena, "/entry/%zu", i)};
        const char *url = NULL;

        if (*entry.start != '{' || !span_member(chart->arena, entry.start, "resource", &resource))
            return err_set(err, ERR_INPUT, "%s: a resource was expected", where(chart, &place));
        if (span_member(chart->arena, entry.start, "fullUrl", &full_url) && *full_url.start == '"')
            url = span_string(chart->arena, full_url);
        place.start = resource.start;
        place.pointer = arena_printf(chart->arena, "/entry/%zu/resource", i);
        if (add_resource(chart, &place, resource.size, url, err))
            return -1;
    }
    return 0;
}

static int add_array(struct sim_chart *chart, const struct place *array, struct err *err)
{
    struct span element;
    const char *at = array->start;

    for (size_t i = 0; span_element(&at, &element); i++) {
        const struct place place = {array->source, element.start,
                                    arena_printf(chart->arena, "/%zu", i)};

        if (add_resource(chart, &place, element.size, NULL, err))
            return -1;
    }
    return 0;
}

/* One JSON text: the whole source, or one of its lines. */
static int add_text(struct sim_chart *chart, const struct source *source, struct span text,
                    const struct cJSON *tree, struct err *err)
{
    const char *type = json_string(tree, "resourceType");
    const struct place place = {source, span_root(text.start), ""};

    if (cJSON_IsArray(tree))
        return add_array(chart, &place, err);
    if (type && strcmp(type, "Bundle") == 0)
        return add_bundle(chart, &place, err);
    return add_resource(chart, &place, (size_t)(text.start + text.size - place.start), NULL, err);
}

static int add_whole(struct sim_chart *chart, const struct source *source, size_t size,
                     struct err *err)
{
    const struct cJSON *tree = json_parse(chart->arena, source->text, size, err);

    if (!tree)
        return err_context(err, "%s", source->name);
    return add_text(chart, source, (struct span){source->text, size}, tree, err);
}

static int add_line(struct sim_chart *chart, const struct source *source, struct span line,
                    size_t number, struct err *err)
{
    static const char first[] = "line 1, "; /* what the reader of one line says of it */
    struct err inner = ERR_INIT;
    const struct cJSON *tree = json_parse(chart->arena, line.start, line.size, &inner);
    const size_t skip = strncmp(inner.text, first, sizeof(first) - 1) == 0 ? sizeof(first) - 1 : 0;

    if (!tree)
        return err_set(err, inner.code, "%s: line %zu, %s", source->name, number,
                       inner.text + skip);
    return add_text(chart, source, line, tree, err);
}

static int add_lines(struct sim_chart *chart, const struct source *source, size_t size,
                     struct err *err)
{
    const char *at = source->text, *end = source->text + size;

    for (size_t number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const struct span line = {at, (size_t)((newline ? newline : end) - at)};

        if (span_space(at) < at + line.size && add_line(chart, source, line, number, err))
            return -1;
        at = newline ? newline + 1 : end;
    }
    return 0;
}

static int add(struct sim_chart *chart, const char *name, const char *text, size_t size,
               int (*read)(struct sim_chart *, const struct source *, size_t, struct err *),
               struct err *err)
{
    struct source *source = arena_alloc(chart->arena, sizeof(*source));
    size_t before = chart->count;

    ASSERT(!chart->is_finished);
    source->name = arena_strdup(chart->arena, name);
    source->text = arena_copy(chart->arena, text, size);
    if (read(chart, source, size, err) == 0)
        return 0;
    while (chart->count > before)
        HASH_DEL(chart->by_reference, chart->members[--chart->count]);
    return -1;
}

int sim_chart_add(struct sim_chart *chart, const char *name, const char *text, size_t size,
                  struct err *err)
{
    return add(chart, name, text, size, add_whole, err);
}

int sim_chart_add_lines(struct sim_chart *chart, const char *name, const char *text, size_t size,
                        struct err *err)
{
    return add(chart, name, text, size, add_lines, err);
}

/* ---- finishing ---- */

static void fill(struct sim_chart *chart, struct member *member)
{
    version_fill(&member->version, chart->arena, &member->document, &chart->knobs,
                 member->version.serial + 1);
}

static void build_index(struct sim_chart *chart)
{
    index_free(chart->index);
    chart->index = index_new();
    for (size_t i = 0; i < chart->count; i++)
        index_put(chart->index, &chart->members[i]->version);
}

static int resolve_member(struct sim_chart *chart, struct links *links, struct member *member,
                          bool *out_changed, struct err *err)
{
    const struct document *document = &member->document;
    struct document resolved;
    size_t size = 0;

    *out_changed = false;
    const char *bytes =
        links_rewrite(links, chart->arena, document->bytes, document->size, &size, err);
    if (!bytes)
        return err_context(err, "%s", where(chart, &member->place));
    if (bytes == document->bytes)
        return 0;
    if (document_read(&resolved, chart->arena, bytes, size, err))
        return err_context(err, "%s", where(chart, &member->place));
    member->document = resolved;
    *out_changed = true;
    return 0;
}

int sim_chart_finish(struct sim_chart *chart, struct err *err)
{
    const struct store_options options = {.chart = chart, .logical_clock = true};
    bool is_changed = false;
    int rc = -1;

    ASSERT(!chart->is_finished);
    chart->is_finished = true;
    for (size_t i = 0; i < chart->count; i++) {
        fill(chart, chart->members[i]);
        tell_progress(chart, i + 1);
    }
    build_index(chart);
    struct arena *arena = arena_new();
    struct store *store = store_new(&options);
    struct resolver resolver = {.store = store};
    struct links *links = links_new(arena, resolve_conditional, &resolver);
    for (size_t i = 0; i < chart->count; i++) {
        if (chart->members[i]->full_url)
            links_add(links, chart->members[i]->full_url, chart->members[i]->version.reference);
    }
    for (size_t i = 0; i < chart->count; i++) {
        struct member *member = chart->members[i];

        if (resolve_member(chart, links, member, &is_changed, err))
            goto out;
        if (is_changed)
            fill(chart, member);
    }
    build_index(chart);
    rc = 0;
out:
    store_free(store);
    arena_free(arena);
    return rc;
}
