/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart - what a run starts from: read once, then shared by every store on it.
 *
 * States: open (sim_chart_add), then finished (sim_chart_finish), after which nothing changes but
 * that trees are made when somebody looks. An add that fails leaves the chart as it was.
 *
 * While it is open, a resource is a draft: its bytes in the file's text, and its keys. Finishing
 * rewrites its links and stamps it as version 1. Conditional references are looked up in the chart
 * itself, by the search of the interactions, over a store on the chart: so those drafts are stamped
 * twice, and a chart and a transaction cannot resolve differently. What only drafts need (the files'
 * texts above all) goes with `drafting` when the chart is finished.
 */
#include "simulator/chart.h"

#include <stdlib.h>
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

struct draft {
    struct place place;
    const char *full_url;     /* or NULL */
    struct document document; /* its tree is there only while it is added */
    struct index_keys *keys;
    bool is_conditional;       /* it has conditional references */
    struct index_keys *former; /* then: what the index has of it meanwhile */
};

struct member {
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
    /* Until it is finished: */
    struct arena *drafting;
    struct arena *reading; /* trees of what is being added or finished */
    struct draft **drafts; /* by serial */
};

struct sim_chart *sim_chart_new(void)
{
    struct arena *arena = arena_new();
    struct sim_chart *chart = arena_alloc(arena, sizeof(*chart));

    chart->arena = arena;
    chart->drafting = arena_new();
    chart->reading = arena_new();
    knobs_init(&chart->knobs);
    return chart;
}

static void forget_drafts(struct sim_chart *chart)
{
    for (size_t i = 0; chart->drafts && i < chart->count; i++) {
        free(chart->drafts[i]->keys);
        free(chart->drafts[i]->former);
    }
    free(chart->drafts);
    chart->drafts = NULL;
    arena_free(chart->drafting);
    arena_free(chart->reading);
    chart->drafting = chart->reading = NULL;
}

void sim_chart_free(struct sim_chart *chart)
{
    if (!chart)
        return;
    forget_drafts(chart);
    for (size_t i = 0; i < chart->count; i++)
        version_forget_tree(&chart->members[i]->version);
    HASH_CLEAR(hh, chart->by_reference);
    index_free(chart->index);
    free(chart->members);
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
    return arena_printf(chart->drafting, "%s: line %zu, column %zu%s%s", place->source->name, line,
                        column, *place->pointer ? ", at " : "", place->pointer);
}

static int check_draft(const struct draft *draft, const char *id, struct err *err)
{
    if (!fhir_type_is_known(draft->document.type))
        return err_set(err, ERR_INPUT, "/resourceType: %s is no resource type of FHIR R4",
                       draft->document.type);
    if (!id)
        return err_set(err, ERR_INPUT, "the %s has neither an id nor a fullUrl urn:uuid:...",
                       draft->document.type);
    return 0;
}

static int check_member(struct sim_chart *chart, const struct member *member, struct err *err)
{
    const struct version *same = chart_find(chart, member->version.reference);

    return same ? err_set(err, ERR_INPUT, "%s is in the chart already (%s)",
                          member->version.reference,
                          where(chart, &chart->drafts[same->serial]->place))
                : 0;
}

static void *must(void *memory)
{
    if (!memory)
        BUG("out of memory");
    return memory;
}

static void keep_member(struct sim_chart *chart, struct member *member, struct draft *draft)
{
    const char *reference = member->version.reference;

    HASH_ADD_KEYPTR(hh, chart->by_reference, reference, strlen(reference), member);
    if (chart->count == chart->room) {
        chart->room = chart->room ? chart->room * 2 : 64;
        chart->members = must(realloc(chart->members, chart->room * sizeof(void *)));
        chart->drafts = must(realloc(chart->drafts, chart->room * sizeof(void *)));
    }
    draft->keys = index_keys_of(member->version.type, draft->document.tree);
    draft->document.tree = NULL;
    chart->drafts[chart->count] = draft;
    chart->members[chart->count++] = member;
}

static int add_resource(struct sim_chart *chart, const struct place *place, size_t size,
                        const char *full_url, const struct cJSON *tree, struct err *err)
{
    struct draft *draft = arena_alloc(chart->drafting, sizeof(*draft));
    struct member *member = arena_alloc(chart->arena, sizeof(*member));

    if (document_of(&draft->document, tree, place->start, size, err))
        return err_context(err, "%s", where(chart, place));
    draft->place = *place;
    draft->full_url = full_url;
    const char *id = draft->document.id ? draft->document.id : uuid_of(full_url);
    if (check_draft(draft, id, err))
        return err_context(err, "%s", where(chart, place));
    member->version = (struct version){
        .type = fhir_type_find(draft->document.type),
        .ordinal = 1,
        .updated_ms = STORE_EPOCH_MS,
        .method = "PUT",
        .serial = chart->count,
        .reference = arena_join(chart->arena, draft->document.type, "/", id, (char *)NULL),
        .keeps_tree = true,
    };
    member->version.id = strchr(member->version.reference, '/') + 1;
    draft->document.type = member->version.type; /* what it says may go with the tree */
    draft->document.id = NULL;
    if (check_member(chart, member, err))
        return err_context(err, "%s", where(chart, place));
    keep_member(chart, member, draft);
    tell_progress(chart, 0);
    return 0;
}

static int add_bundle(struct sim_chart *chart, const struct place *bundle, const struct cJSON *tree,
                      struct err *err)
{
    struct arena *arena = chart->drafting;
    const struct cJSON *item = json_at(json_get(tree, "entry"), 0);
    struct span entries, entry, resource;

    if (!span_member(arena, bundle->start, "entry", &entries) || *entries.start != '[')
        return 0;
    const char *at = entries.start;
    for (size_t i = 0; span_element(&at, &entry); i++, item = item->next) {
        struct place place = {bundle->source, entry.start, arena_printf(arena, "/entry/%zu", i)};

        if (*entry.start != '{' || !span_member(arena, entry.start, "resource", &resource))
            return err_set(err, ERR_INPUT, "%s: a resource was expected", where(chart, &place));
        place.start = resource.start;
        place.pointer = arena_printf(arena, "/entry/%zu/resource", i);
        if (add_resource(chart, &place, resource.size,
                         arena_strdup(arena, json_string(item, "fullUrl")),
                         json_get(item, "resource"), err))
            return -1;
    }
    return 0;
}

static int add_array(struct sim_chart *chart, const struct place *array, const struct cJSON *tree,
                     struct err *err)
{
    const struct cJSON *item = json_at(tree, 0);
    struct span element;
    const char *at = array->start;

    for (size_t i = 0; span_element(&at, &element); i++, item = item->next) {
        const struct place place = {array->source, element.start,
                                    arena_printf(chart->drafting, "/%zu", i)};

        if (add_resource(chart, &place, element.size, NULL, item, err))
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
        return add_array(chart, &place, tree, err);
    if (type && strcmp(type, "Bundle") == 0)
        return add_bundle(chart, &place, tree, err);
    return add_resource(chart, &place, (size_t)(text.start + text.size - place.start), NULL, tree,
                        err);
}

static int add_whole(struct sim_chart *chart, const struct source *source, size_t size,
                     struct err *err)
{
    const struct cJSON *tree = json_parse(chart->reading, source->text, size, err);

    if (!tree)
        return err_context(err, "%s", source->name);
    return add_text(chart, source, (struct span){source->text, size}, tree, err);
}

static int add_line(struct sim_chart *chart, const struct source *source, struct span line,
                    size_t number, struct err *err)
{
    static const char first[] = "line 1, "; /* what the reader of one line says of it */
    struct err inner = ERR_INIT;
    const struct cJSON *tree = json_parse(chart->reading, line.start, line.size, &inner);
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
        arena_reset(chart->reading);
        at = newline ? newline + 1 : end;
    }
    return 0;
}

static int add(struct sim_chart *chart, const char *name, const char *text, size_t size,
               int (*read)(struct sim_chart *, const struct source *, size_t, struct err *),
               struct err *err)
{
    size_t before = chart->count;

    ASSERT(!chart->is_finished);
    struct source *source = arena_alloc(chart->drafting, sizeof(*source));
    source->name = arena_strdup(chart->drafting, name);
    source->text = arena_copy(chart->drafting, text, size);
    const int rc = read(chart, source, size, err);
    arena_reset(chart->reading);
    while (rc && chart->count > before) {
        HASH_DEL(chart->by_reference, chart->members[--chart->count]);
        free(chart->drafts[chart->count]->keys);
    }
    return rc;
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

static void fill(struct sim_chart *chart, struct arena *arena, size_t serial)
{
    struct version *version = &chart->members[serial]->version;

    version_forget_tree(version);
    version->label = NULL; /* what was filled before may be a draft's */
    version_fill(version, arena, &chart->drafts[serial]->document, &chart->knobs, serial + 1);
}

/* Meant as links_resolve_fn, for the first pass: only notes that there are any. */
static const char *note_conditional(void *arg, struct arena *arena, const char *conditional,
                                    struct err *err)
{
    struct draft **draft = arg;

    (void)arena, (void)err;
    (*draft)->is_conditional = true;
    return conditional;
}

/* Rewrites a draft's links; its bytes are in `reading`, and its keys new, if there were any. */
static int rewrite(struct sim_chart *chart, struct links *links, struct draft *draft,
                   bool *out_changed, struct err *err)
{
    struct document *document = &draft->document;
    size_t size = 0;
    const char *bytes =
        links_rewrite(links, chart->reading, document->bytes, document->size, &size, err);

    *out_changed = bytes && bytes != document->bytes;
    if (!bytes)
        return err_context(err, "%s", where(chart, &draft->place));
    if (!*out_changed)
        return 0;
    const struct cJSON *tree = json_parse(chart->reading, bytes, size, err);
    if (!tree)
        return err_context(err, "%s", where(chart, &draft->place));
    document->bytes = bytes;
    document->size = size;
    free(draft->keys);
    draft->keys = index_keys_of(document->type, tree);
    return 0;
}

/* What the entries of Bundles call each other. Drafts with conditional references are stamped for
 * now: where they are to be found by those of others. */
static int finish_links(struct sim_chart *chart, struct err *err)
{
    struct draft *draft = NULL;
    struct links *links = links_new(chart->drafting, note_conditional, &draft);
    bool is_changed = false;

    for (size_t i = 0; i < chart->count; i++) {
        if (chart->drafts[i]->full_url)
            links_add(links, chart->drafts[i]->full_url, chart->members[i]->version.reference);
    }
    for (size_t i = 0; i < chart->count; i++) {
        draft = chart->drafts[i];
        if (rewrite(chart, links, draft, &is_changed, err))
            return -1;
        if (is_changed && draft->is_conditional)
            draft->document.bytes =
                arena_copy(chart->drafting, draft->document.bytes, draft->document.size);
        fill(chart, draft->is_conditional ? chart->drafting : chart->arena, i);
        arena_reset(chart->reading);
        tell_progress(chart, i + 1);
    }
    return 0;
}

static void build_index(struct sim_chart *chart)
{
    chart->index = index_new();
    for (size_t i = 0; i < chart->count; i++)
        index_put(chart->index, i, chart->drafts[i]->keys);
}

static int finish_conditional(struct sim_chart *chart, struct resolver *resolver, struct err *err)
{
    struct links *links = links_new(chart->drafting, resolve_conditional, resolver);
    bool is_changed = false;

    for (size_t i = 0; i < chart->count; i++) {
        struct draft *draft = chart->drafts[i];

        if (!draft->is_conditional)
            continue;
        draft->former = draft->keys;
        draft->keys = NULL;
        if (rewrite(chart, links, draft, &is_changed, err))
            return -1;
        fill(chart, chart->arena, i);
        arena_reset(chart->reading);
    }
    for (size_t i = 0; i < chart->count; i++) {
        const struct draft *draft = chart->drafts[i];

        if (!draft->keys) /* nothing changed after all */
            continue;
        index_drop(chart->index, i, draft->former, draft->keys);
        if (draft->former)
            index_put(chart->index, i, draft->keys);
    }
    return 0;
}

static int finish_all(struct sim_chart *chart, struct err *err)
{
    const struct store_options options = {.chart = chart, .logical_clock = true};
    bool is_any = false;

    if (finish_links(chart, err))
        return -1;
    build_index(chart);
    for (size_t i = 0; i < chart->count && !is_any; i++)
        is_any = chart->drafts[i]->is_conditional;
    if (!is_any)
        return 0;
    struct store *store = store_new(&options);
    const int rc = finish_conditional(chart, &(struct resolver){.store = store}, err);
    store_free(store);
    return rc;
}

int sim_chart_finish(struct sim_chart *chart, struct err *err)
{
    ASSERT(!chart->is_finished);
    chart->is_finished = true;
    const int rc = finish_all(chart, err);
    forget_drafts(chart);
    return rc;
}
