/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - an overlay of written versions over a chart that is shared and never changes.
 *
 * A resource is known by its number: below the chart's count it is the chart's, above it came to be
 * here. The overlay has an entry for every resource written here, found by reference; `current` is
 * NULL where all that was written has been rolled back and the chart knows nothing of it.
 *
 * Invariants:
 *  1. versions[] is the order of commits; within a transaction those at `mark` and above do not
 * stand yet.
 *  2. A version's `previous` is what was current when it was put, in the overlay or the chart.
 *  3. A version written here has its keys in the index, and may have a tree, while it is current or
 *     may be so again by rolling back (keeps_tree). What its tree takes is counted (look_bytes) whether
 *     it is made or not, so that reading alone never goes over bytes_max.
 *  4. Rolling back restores every `current`, the commit count and so the clock; ids are not used
 * again.
 *  5. What a restore takes away (store_undo) leaves versions[], `previous` and `current`, never the
 *     memory; commit numbers and ids are not used again. `floor` is the highest ordinal that may
 *     not be given again.
 *  6. A version whose content was replaced (store_replace) is another struct in the same place: of
 *     versions[], or for one of the chart at the end of the overlay's chain (store_at looks there).
 */
#include "simulator/store.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/chart.h"
#include "simulator/index.h"
#include "simulator/knobs.h"
#include "simulator/label.h"
#include "simulator/sim.h"

#define REFERENCE_SIZE 160 /* a type name and an id have 64 letters at most */

struct resource {
    const char *type, *id, *reference;
    size_t serial;
    const struct version *current;
    const struct version
        *replaced;  /* ours, in the place of the chart's; NULL: none. See store_replace */
    unsigned floor; /* see 5 */
    UT_hash_handle hh;
};

struct store {
    struct arena *arena;
    struct store_options options;
    struct knobs knobs;
    size_t chart_count;
    struct resource *overlay;    /* hash by reference */
    struct resource **resources; /* those that are not in the chart, by serial - chart_count */
    size_t resource_count, resource_room;
    const struct version **versions;
    size_t version_count, version_room;
    struct index *index;
    unsigned commits;
    unsigned long globals; /* commits, a transaction counted as one */
    uint64_t newest_ms;
    unsigned long ids;
    bool in_transaction;
    size_t mark;       /* version_count at store_begin */
    size_t look_bytes; /* of the trees that may be made, and of keys */
    struct store_clock clock;
    bool has_replaced; /* a version of the chart; see 6 */
};

struct store *store_new(const struct store_options *options)
{
    struct arena *arena = arena_new();
    struct store *store = arena_alloc(arena, sizeof(*store));

    store->arena = arena;
    store->options = *options;
    if (options->knobs)
        store->knobs = *options->knobs;
    else
        knobs_init(&store->knobs);
    store->chart_count = options->chart ? sim_chart_count(options->chart) : 0;
    return store;
}

/* ---- what is kept for looking ---- */

const struct cJSON *version_tree(const struct version *version)
{
    struct version *own = (struct version *)version; /* a store's or a chart's: never read-only */
    struct err err = ERR_INIT;

    if (version->own_tree || !version->keeps_tree)
        return version->own_tree;
    own->own_tree = json_parse_own(version->content, version->size, &err);
    if (!own->own_tree)
        BUG("a stored resource cannot be read: %s", err.text);
    return own->own_tree;
}

void version_forget_tree(struct version *version)
{
    json_free(version->own_tree);
    version->own_tree = NULL;
}

/* From now on a tree and keys are kept: those of `tree`. */
static void look(struct store *store, struct version *version, const struct cJSON *tree)
{
    const size_t bytes = json_bytes(tree);

    version->keeps_tree = true;
    version->tree_bytes = bytes < UINT_MAX ? (unsigned)bytes : UINT_MAX;
    version->index = index_keys_of(version->type, tree);
    store->look_bytes += version->tree_bytes + index_keys_bytes(version->index);
}

/* Trees take far more than the bytes they are of, and only current versions are looked into. What a
 * chart has is not ours. */
static void overlook(struct store *store, const struct version *version)
{
    struct version *own = (struct version *)version; /* every version that has keys is */

    if (!version || !version->index)
        return;
    store->look_bytes -= version->tree_bytes + index_keys_bytes(version->index);
    version_forget_tree(own);
    free(own->index);
    own->index = NULL;
    own->keeps_tree = false;
}

/* A former version is current again. */
static void look_again(struct store *store, const struct version *version)
{
    struct version *own = (struct version *)version;

    if (!version || version->is_deletion || version->keeps_tree)
        return;
    own->keeps_tree = true;
    look(store, own, version_tree(version));
}

void store_free(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->version_count; i++)
        overlook(store, store->versions[i]);
    /* `current` may be the chart's, which may be gone before us */
    for (struct resource *resource = store->overlay; resource; resource = resource->hh.next)
        overlook(store, resource->replaced);
    HASH_CLEAR(hh, store->overlay);
    index_free(store->index);
    free(store->versions);
    arena_free(store->arena);
}

/* ---- looking ---- */

static struct resource *overlay_find(const struct store *store, const char *reference)
{
    struct resource *resource = NULL;

    HASH_FIND_STR(store->overlay, reference, resource);
    return resource;
}

static const struct version *loaded_of(const struct store *store, const char *reference)
{
    return store->options.chart ? chart_find(store->options.chart, reference) : NULL;
}

static const struct version *current_of(const struct store *store, const char *reference)
{
    const struct resource *resource = overlay_find(store, reference);

    return resource ? resource->current : loaded_of(store, reference);
}

/* False when the two are longer than any type and id are. */
static bool reference_join(char out[REFERENCE_SIZE], const char *type, const char *id)
{
    size_t type_size = strnlen(type, REFERENCE_SIZE), id_size = strnlen(id, REFERENCE_SIZE);

    if (type_size + 1 + id_size + 1 > REFERENCE_SIZE)
        return false;
    memcpy(out, type, type_size);
    out[type_size] = '/';
    memcpy(out + type_size + 1, id, id_size + 1);
    return true;
}

const struct version *store_current(const struct store *store, const char *type, const char *id)
{
    char reference[REFERENCE_SIZE];

    return reference_join(reference, type, id) ? current_of(store, reference) : NULL;
}

const struct version *store_version(const struct store *store, const char *type, const char *id,
                                    const char *label)
{
    const struct version *version = store_current(store, type, id);

    while (version && strcmp(version->label, label) != 0)
        version = version->previous;
    return version;
}

/* What the store has in the place of a version of the chart. */
static const struct version *loaded_now(const struct store *store, const struct version *loaded)
{
    const struct resource *resource = overlay_find(store, loaded->reference);
    const struct version *version = resource ? resource->current : loaded;

    while (version && version->commit > 0)
        version = version->previous;
    return version ? version : loaded;
}

size_t store_count(const struct store *store)
{
    return store->chart_count + store->version_count;
}

const struct version *store_at(const struct store *store, size_t index)
{
    ASSERT(index < store_count(store));
    if (index >= store->chart_count)
        return store->versions[index - store->chart_count];
    const struct version *loaded = chart_at(store->options.chart, index);
    return store->has_replaced ? loaded_now(store, loaded) : loaded;
}

size_t store_resources(const struct store *store)
{
    return store->chart_count + store->resource_count;
}

const struct version *store_by_serial(const struct store *store, size_t serial)
{
    ASSERT(serial < store_resources(store));
    if (serial >= store->chart_count)
        return store->resources[serial - store->chart_count]->current;
    const struct version *loaded = chart_at(store->options.chart, serial);
    const struct resource *resource = overlay_find(store, loaded->reference);
    return resource ? resource->current : loaded;
}

size_t store_lookup(const struct store *store, struct arena *arena, uint64_t key,
                    size_t **out_serials)
{
    const uint32_t *loaded = NULL, *written = NULL;
    const struct index *chart = store->options.chart ? chart_index(store->options.chart) : NULL;
    const size_t loaded_count = index_find(chart, key, &loaded);
    const size_t written_count = index_find(store->index, key, &written);
    size_t *serials = arena_alloc(arena, (loaded_count + written_count + 1) * sizeof(*serials));
    size_t count = 0, l = 0, w = 0;

    while (l < loaded_count || w < written_count) {
        const bool is_loaded = w == written_count || (l < loaded_count && loaded[l] <= written[w]);
        const size_t serial = is_loaded ? loaded[l++] : written[w++];

        if (count == 0 || serials[count - 1] != serial)
            serials[count++] = serial;
    }
    *out_serials = serials;
    return count;
}

struct notify *store_notify(const struct store *store)
{
    return store->options.notify;
}

/* ---- writing ---- */

const char *store_new_id(struct store *store, struct arena *arena, const char *type)
{
    const char *id = NULL;

    do
        id = arena_number(arena, "c-", ++store->ids);
    while (store_current(store, type, id));
    return id;
}

void version_fill(struct version *version, struct arena *arena, const struct document *document,
                  const struct knobs *knobs, unsigned long global)
{
    char date[CLOCK_INSTANT_SIZE], instant[CLOCK_INSTANT_SIZE];

    clock_http_date(version->updated_ms, date);
    clock_instant(version->updated_ms, instant);
    if (!version->reference)
        version->reference = arena_join(arena, version->type, "/", version->id, (char *)NULL);
    if (!version->label) /* one that is filled anew keeps its own */
        version->label = label_make(arena, knobs, version, global);
    version->etag = label_etag(arena, knobs, version);
    version->modified = arena_strdup(arena, date);
    version->is_deletion = !document;
    if (!document)
        return;
    const struct document_stamp stamp = {
        .id = version->id, .version_id = version->label, .last_updated = instant};
    version->content = document_stamp(document, &stamp, arena, &version->size);
}

size_t store_bytes(const struct store *store)
{
    return arena_bytes(store->arena) + store->version_room * sizeof(store->versions[0]) +
           store->look_bytes + index_bytes(store->index);
}

bool store_is_full(const struct store *store)
{
    const size_t max = store->options.bytes_max;

    return max && store_bytes(store) >= max;
}

/* The overlay's entry for a resource, made if need be; what the chart has of it is current then. */
static struct resource *overlay_open(struct store *store, const char *type, const char *id)
{
    char reference[REFERENCE_SIZE];

    if (!reference_join(reference, type, id))
        BUG("an id of %zu bytes came to be stored", strlen(id));
    struct resource *resource = overlay_find(store, reference);
    if (resource)
        return resource;
    const struct version *loaded = loaded_of(store, reference);
    resource = arena_alloc(store->arena, sizeof(*resource));
    resource->reference = arena_strdup(store->arena, reference);
    resource->id = resource->reference + strlen(type) + 1;
    resource->type = fhir_type_find(type);
    if (!resource->type)
        resource->type = arena_strdup(store->arena, type);
    resource->current = loaded;
    resource->serial = loaded ? loaded->serial : store_resources(store);
    HASH_ADD_KEYPTR(hh, store->overlay, resource->reference, strlen(resource->reference), resource);
    if (loaded)
        return resource;
    if (store->resource_count == store->resource_room) {
        size_t room = store->resource_room ? store->resource_room * 2 : 8;

        store->resources =
            arena_grow(store->arena, store->resources, store->resource_count * sizeof(void *),
                       room * sizeof(void *));
        store->resource_room = room;
    }
    store->resources[store->resource_count++] = resource;
    return resource;
}

/* Wall time never runs backwards here, so that lastUpdated keeps the order of commits. */
static uint64_t true_time(struct store *store)
{
    const bool is_coarse = store->knobs.last_updated_resolution_s;
    uint64_t now = clock_wall_ms();

    if (store->options.logical_clock) /* a coarse clock shows some neighbours at one instant */
        now = STORE_EPOCH_MS + store->commits * UINT64_C(1000) / (is_coarse ? 3 : 1);
    if (is_coarse)
        now -= now % 1000;
    if (store->options.logical_clock)
        return now;
    if (now > store->newest_ms)
        store->newest_ms = now;
    return store->newest_ms;
}

static uint64_t commit_time(struct store *store, const struct version *before)
{
    const uint64_t now = true_time(store);

    if (store->clock.stands_still && before)
        return before->updated_ms;
    return (uint64_t)((int64_t)now + store->clock.skew_ms);
}

static void versions_add(struct store *store, const struct version *version)
{
    if (store->version_count == store->version_room) {
        size_t room = store->version_room ? store->version_room * 2 : 16;

        store->versions = realloc(store->versions, room * sizeof(store->versions[0]));
        if (!store->versions)
            BUG("out of memory");
        store->version_room = room;
    }
    store->versions[store->version_count++] = version;
}

static const struct index_keys *keys_of(const struct version *version)
{
    return version ? version->index : NULL;
}

/* The version stands: it cannot be rolled back any more. */
static void stand(struct store *store, const struct version *version)
{
    index_drop(store->index, version->serial, keys_of(version->previous),
               keys_of(store_by_serial(store, version->serial)));
    overlook(store, version->previous);
    if (store->options.committed)
        store->options.committed(store->options.committed_arg, version);
}

static bool has_same_keys(const struct version *version, const struct version *other)
{
    const struct index_keys *one = keys_of(version), *two = keys_of(other);

    return one && two && one->count == two->count &&
           memcmp(one->keys, two->keys, one->count * sizeof(one->keys[0])) == 0;
}

/* The index has the version from now on; what its predecessor has there is there already. */
static void show(struct store *store, const struct version *version, const struct version *before)
{
    if (!store->index)
        store->index = index_new();
    if (!has_same_keys(version, before))
        index_put(store->index, version->serial, keys_of(version));
}

uint64_t store_now(struct store *store)
{
    return true_time(store);
}

static unsigned next_ordinal(const struct resource *resource)
{
    const unsigned newest = resource->current ? resource->current->ordinal : 0;

    return (newest > resource->floor ? newest : resource->floor) + 1;
}

const struct version *store_put(struct store *store, const char *method, const char *type,
                                const char *id, const struct document *document)
{
    struct resource *resource = overlay_open(store, type, id);
    struct version *version = arena_alloc(store->arena, sizeof(*version));

    store->commits++;
    if (!store->in_transaction)
        store->globals++;
    *version = (struct version){
        .type = resource->type,
        .id = resource->id,
        .reference = resource->reference,
        .ordinal = next_ordinal(resource),
        .commit = store->commits,
        .updated_ms = commit_time(store, resource->current),
        .method = method,
        .serial = resource->serial,
        .previous = resource->current,
    };
    version_fill(version, store->arena, document, &store->knobs,
                 store->chart_count + store->globals);
    if (document)
        look(store, version, document->tree);
    resource->current = version;
    versions_add(store, version);
    show(store, version, version->previous);
    if (!store->in_transaction)
        stand(store, version);
    return version;
}

const struct knobs *store_knobs(const struct store *store)
{
    return &store->knobs;
}

void store_set_knobs(struct store *store, const struct knobs *knobs)
{
    store->knobs = *knobs;
}

unsigned store_commits(const struct store *store)
{
    return store->commits;
}

bool store_in_transaction(const struct store *store)
{
    return store->in_transaction;
}

void store_begin(struct store *store)
{
    ASSERT(!store->in_transaction);
    store->globals++;
    store->in_transaction = true;
    store->mark = store->version_count;
}

void store_commit(struct store *store)
{
    ASSERT(store->in_transaction);
    store->in_transaction = false;
    for (size_t i = store->mark; i < store->version_count; i++)
        stand(store, store->versions[i]);
}

void store_rollback(struct store *store)
{
    ASSERT(store->in_transaction);
    store->in_transaction = false;
    while (store->version_count > store->mark) {
        const struct version *version = store->versions[--store->version_count];

        overlay_find(store, version->reference)->current = version->previous;
        index_drop(store->index, version->serial, keys_of(version), keys_of(version->previous));
        index_put(store->index, version->serial, keys_of(version->previous));
        overlook(store, version);
        store->commits--;
    }
}

/* ---- what servers do to a chart that no interaction does ---- */

void store_set_clock(struct store *store, const struct store_clock *clock)
{
    store->clock = *clock;
}

static bool is_undone(const struct store_undo *undo, const struct version *version)
{
    return version->commit >= undo->first &&
           (!undo->type ||
            (strcmp(version->type, undo->type) == 0 && strcmp(version->id, undo->id) == 0));
}

void store_undo(struct store *store, const struct store_undo *undo)
{
    size_t kept = store->version_count;

    ASSERT(!store->in_transaction && undo->first > 0);
    while (kept > 0 && store->versions[kept - 1]->commit >= undo->first)
        kept--;
    for (size_t i = store->version_count; i-- > kept;) {
        const struct version *version = store->versions[i];
        struct resource *resource = overlay_find(store, version->reference);

        if (!is_undone(undo, version))
            continue;
        if (undo->numbers_go_on && version->ordinal > resource->floor)
            resource->floor = version->ordinal;
        resource->current = version->previous;
        look_again(store, resource->current);
        index_drop(store->index, version->serial, keys_of(version), keys_of(resource->current));
        index_put(store->index, version->serial, keys_of(resource->current));
        overlook(store, version);
        undo->gone(undo->gone_arg, version);
    }
    for (size_t i = kept; i < store->version_count; i++) {
        if (!is_undone(undo, store->versions[i]))
            store->versions[kept++] = store->versions[i];
    }
    store->version_count = kept;
}

const struct version *store_replace(struct store *store, const struct version *version,
                                    const struct document *document)
{
    struct resource *resource = overlay_open(store, version->type, version->id);
    struct version *other = arena_alloc(store->arena, sizeof(*other));

    ASSERT(!store->in_transaction && resource->current == version && !version->is_deletion);
    *other = *version;
    other->own_tree = NULL;
    version_fill(other, store->arena, document, &store->knobs, 0);
    look(store, other, document->tree);
    for (size_t i = store->version_count; i-- > 0 && version->commit > 0;) {
        if (store->versions[i] == version)
            store->versions[i] = other;
    }
    store->has_replaced |= version->commit == 0;
    if (version->commit == 0)
        resource->replaced = other;
    resource->current = other;
    show(store, other, version);
    index_drop(store->index, other->serial, keys_of(version), keys_of(other));
    overlook(store, version);
    return other;
}
