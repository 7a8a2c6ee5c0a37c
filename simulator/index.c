/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index - sorted lists of resource numbers in one hash table (uthash).
 *
 * Keys are 64-bit hashes: two that fall together make a proposal more, never an answer wrong,
 * since the reader compares. Numbers are 32 bits, and the first of a list is in the entry itself,
 * because most identifiers have one bearer. New resources have the highest number, so that adding
 * is appending but for resources that change; memory of outgrown lists stays in the arena.
 */
#include "simulator/index.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/json.h"
#include "simulator/parameter.h"
#include "simulator/store.h"

struct list {
    uint64_t key;
    uint32_t count, room; /* room 1: `one`; else `many` */
    union {
        uint32_t one;
        uint32_t *many;
    } serials;
    UT_hash_handle hh;
};

struct index {
    struct arena *arena;
    struct list *lists;
    struct list *free; /* by hh.next */
    uint64_t *kept;    /* while dropping: keys that stay, sorted */
    size_t kept_count, kept_room;
};

struct index *index_new(void)
{
    struct arena *arena = arena_new();
    struct index *index = arena_alloc(arena, sizeof(*index));

    index->arena = arena;
    return index;
}

void index_free(struct index *index)
{
    if (!index)
        return;
    HASH_CLEAR(hh, index->lists);
    arena_free(index->arena);
}

size_t index_bytes(const struct index *index)
{
    return index ? arena_bytes(index->arena) : 0;
}

/* ---- keys ---- */

/* FNV-1a; `mark` keeps the kinds of keys apart. */
static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t key_of(const char *type, char mark, const char *value, size_t size)
{
    uint64_t hash = hash_bytes(UINT64_C(0xcbf29ce484222325), type, strlen(type));

    return hash_bytes(hash_bytes(hash, &mark, 1), value, size);
}

uint64_t index_key_type(const char *type)
{
    return key_of(type, ' ', "", 0);
}

uint64_t index_key_identifier(const char *type, const char *value)
{
    return key_of(type, '|', value, strlen(value));
}

uint64_t index_key_reference(const char *type, const char *reference)
{
    size_t size = 0;
    const char *tail = reference_tail(reference, &size);

    return key_of(type, '>', tail, size);
}

uint64_t index_key_canonical(const char *type, const char *url)
{
    return key_of(type, '=', url, strcspn(url, "|"));
}

/* ---- lists ---- */

static struct list *list_find(const struct index *index, uint64_t key)
{
    struct list *list = NULL;

    HASH_FIND(hh, index->lists, &key, sizeof(key), list);
    return list;
}

static uint32_t *list_serials(struct list *list)
{
    return list->room == 1 ? &list->serials.one : list->serials.many;
}

/* Where `serial` is, or would be. */
static uint32_t list_place(struct list *list, uint32_t serial)
{
    const uint32_t *serials = list_serials(list);
    uint32_t low = 0, high = list->count;

    if (high == 0 || serials[high - 1] < serial)
        return high;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (serials[middle] < serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct list *list_new(struct index *index, uint64_t key)
{
    struct list *list = index->free;

    if (list)
        index->free = list->hh.next;
    else
        list = arena_alloc(index->arena, sizeof(*list));
    if (list->room == 0)
        list->room = 1;
    list->key = key;
    list->count = 0;
    HASH_ADD(hh, index->lists, key, sizeof(list->key), list);
    return list;
}

static void list_grow(struct index *index, struct list *list)
{
    const uint32_t room = list->room == 1 ? 4 : list->room * 2;

    list->serials.many = arena_grow(index->arena, list_serials(list),
                                    list->count * sizeof(uint32_t), room * sizeof(uint32_t));
    list->room = room;
}

static void add_key(struct index *index, uint64_t key, uint32_t serial)
{
    struct list *list = list_find(index, key);

    if (!list)
        list = list_new(index, key);
    const uint32_t place = list_place(list, serial);
    if (place < list->count && list_serials(list)[place] == serial)
        return;
    if (list->count == list->room)
        list_grow(index, list);
    uint32_t *serials = list_serials(list);
    memmove(serials + place + 1, serials + place, (list->count - place) * sizeof(*serials));
    serials[place] = serial;
    list->count++;
}

static void drop_key(struct index *index, uint64_t key, uint32_t serial)
{
    struct list *list = list_find(index, key);

    if (!list)
        return;
    uint32_t *serials = list_serials(list);
    const uint32_t place = list_place(list, serial);
    if (place == list->count || serials[place] != serial)
        return;
    list->count--;
    memmove(serials + place, serials + place + 1, (list->count - place) * sizeof(*serials));
    if (list->count > 0)
        return;
    HASH_DEL(index->lists, list);
    list->hh.next = index->free;
    index->free = list;
}

/* ---- keys of a version ---- */

struct keys {
    void (*each)(struct index *index, uint64_t key, uint32_t serial);
    struct index *index;
    const struct version *version;
};

static void keys_add(const struct keys *keys, uint64_t key)
{
    keys->each(keys->index, key, (uint32_t)keys->version->serial);
}

static bool key_of_identifier(void *arg, const struct cJSON *element)
{
    const struct keys *keys = arg;
    const char *value = json_string(element, "value");

    if (value)
        keys_add(keys, index_key_identifier(keys->version->type, value));
    return false;
}

/* A Reference, or a canonical or uri. */
static bool key_of_reference(void *arg, const struct cJSON *element)
{
    const struct keys *keys = arg;
    const char *text = json_text(element);
    const char *reference = json_string(element, "reference");

    if (text)
        keys_add(keys, index_key_canonical(keys->version->type, text));
    else if (reference)
        keys_add(keys, index_key_reference(keys->version->type, reference));
    return false;
}

static void each_key(struct keys keys)
{
    const struct version *version = keys.version;
    const struct parameter_set *set = parameter_set_of(version->type);

    if (!version->tree)
        return;
    keys_add(&keys, index_key_type(version->type));
    if (!set)
        return;
    parameter_visit(set->identifiers, version->tree, key_of_identifier, &keys);
    parameter_visit(set->references, version->tree, key_of_reference, &keys);
}

void index_put(struct index *index, const struct version *version)
{
    each_key((struct keys){add_key, index, version});
}

static void keep_key(struct index *index, uint64_t key, uint32_t serial)
{
    (void)serial;
    if (index->kept_count == index->kept_room) {
        const size_t room = index->kept_room ? index->kept_room * 2 : 16;

        index->kept = arena_grow(index->arena, index->kept, index->kept_count * sizeof(uint64_t),
                                 room * sizeof(uint64_t));
        index->kept_room = room;
    }
    index->kept[index->kept_count++] = key;
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static void drop_unless_kept(struct index *index, uint64_t key, uint32_t serial)
{
    if (index->kept_count == 0 ||
        !bsearch(&key, index->kept, index->kept_count, sizeof(key), compare_keys))
        drop_key(index, key, serial);
}

void index_drop(struct index *index, const struct version *gone, const struct version *kept)
{
    if (!index || !gone)
        return;
    index->kept_count = 0;
    if (kept)
        each_key((struct keys){keep_key, index, kept});
    if (index->kept_count > 1)
        qsort(index->kept, index->kept_count, sizeof(uint64_t), compare_keys);
    each_key((struct keys){drop_unless_kept, index, gone});
}

size_t index_find(const struct index *index, uint64_t key, const uint32_t **out_serials)
{
    struct list *list = index ? list_find(index, key) : NULL;

    *out_serials = list ? list_serials(list) : NULL;
    return list ? list->count : 0;
}
