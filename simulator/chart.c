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

struct member {
    const char *name, *place; /* the file and the JSON Pointer, for error texts */
    const char *full_url;     /* or NULL */
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

static int add_resource(struct sim_chart *chart, const char *name, const char *place,
                        struct span span, const char *full_url, struct err *err)
{
    struct member *member = arena_alloc(chart->arena, sizeof(*member));
    struct member *same = NULL;

    if (document_read(&member->document, chart->arena, span.start, span.size, err))
        return err_context(err, "%s: %s", name, *place ? place : "/");
    member->name = name;
    member->place = place;
    member->full_url = full_url;
    member->id = member->document.id ? member->document.id : uuid_of(full_url);
    if (!fhir_type_is_known(member->document.type))
        return err_set(err, ERR_INPUT, "%s: %s/resourceType: %s is no resource type of FHIR R4",
                       name, place, member->document.type);
    if (!member->id)
        return err_set(err, ERR_INPUT,
                       "%s: %s: the %s has neither an id nor a fullUrl urn:uuid:...", name,
                       *place ? place : "/", member->document.type);
    member->version = (struct version){
        .type = member->document.type,
        .id = member->id,
        .ordinal = 1,
        .updated_ms = STORE_EPOCH_MS,
        .method = "PUT",
        .serial = chart->count,
        .reference = arena_printf(chart->arena, "%s/%s", member->document.type, member->id),
    };
    const char *reference = member->version.reference;
    HASH_FIND_STR(chart->by_reference, reference, same);
    if (same)
        return err_set(err, ERR_INPUT, "%s: %s: %s is in the chart already (%s %s)", name,
                       *place ? place : "/", reference, same->name, same->place);
    HASH_ADD_KEYPTR(hh, chart->by_reference, reference, strlen(reference), member);
    if (chart->count == chart->room) {
        size_t room = chart->room ? chart->room * 2 : 64;

        chart->members = arena_grow(chart->arena, chart->members, chart->count * sizeof(void *),
                                    room * sizeof(void *));
        chart->room = room;
    }
    chart->members[chart->count++] = member;
    return 0;
}

static int add_bundle(struct sim_chart *chart, const char *name, const char *text, struct err *err)
{
    struct span entries, entry, resource, full_url;

    if (!span_member(chart->arena, text, "entry", &entries) || *entries.start != '[')
        return 0;
    const char *at = entries.start;
    for (size_t i = 0; span_element(&at, &entry); i++) {
        const char *url = NULL;

        if (*entry.start != '{' || !span_member(chart->arena, entry.start, "resource", &resource))
            return err_set(err, ERR_INPUT, "%s: /entry/%zu: a resource was expected", name, i);
        if (span_member(chart->arena, entry.start, "fullUrl", &full_url) && *full_url.start == '"')
            url = span_string(chart->arena, full_url);
        if (add_resource(chart, name, arena_printf(chart->arena, "/entry/%zu/resource", i),
                         resource, url, err))
            return -1;
    }
    return 0;
}

static int add_array(struct sim_chart *chart, const char *name, const char *text, struct err *err)
{
    struct span element;
    const char *at = text;

    for (size_t i = 0; span_element(&at, &element); i++) {
        if (add_resource(chart, name, arena_printf(chart->arena, "/%zu", i), element, NULL, err))
            return -1;
    }
    return 0;
}

static int add_any(struct sim_chart *chart, const char *name, const char *text, size_t size,
                   struct err *err)
{
    const char *copy = arena_copy(chart->arena, text, size);
    const struct cJSON *tree = json_parse(chart->arena, copy, size, err);
    const char *type = json_string(tree, "resourceType");
    const struct span whole = {copy, size};

    if (!tree)
        return err_context(err, "%s", name);
    if (cJSON_IsArray(tree))
        return add_array(chart, name, span_root(copy), err);
    if (type && strcmp(type, "Bundle") == 0)
        return add_bundle(chart, name, span_root(copy), err);
    return add_resource(chart, name, "", whole, NULL, err);
}

int sim_chart_add(struct sim_chart *chart, const char *name, const char *text, size_t size,
                  struct err *err)
{
    size_t before = chart->count;

    ASSERT(!chart->is_finished);
    if (add_any(chart, arena_strdup(chart->arena, name), text, size, err) == 0)
        return 0;
    while (chart->count > before)
        HASH_DEL(chart->by_reference, chart->members[--chart->count]);
    return -1;
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
        return err_context(err, "%s: %s", member->name, *member->place ? member->place : "/");
    if (bytes == document->bytes)
        return 0;
    if (document_read(&resolved, chart->arena, bytes, size, err))
        return err_context(err, "%s: %s", member->name, *member->place ? member->place : "/");
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
    for (size_t i = 0; i < chart->count; i++)
        fill(chart, chart->members[i]);
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
