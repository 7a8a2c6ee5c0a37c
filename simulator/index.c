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
#include "base/err.h"
#include "base/json.h"
#include "simulator/parameter.h"

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

/* ---- keys of a resource ---- */

#define KEYS_USUAL 32

struct keys {
    const char *type;
    uint64_t usual[KEYS_USUAL], *keys;
    size_t count, room;
};

static void keys_add(struct keys *keys, uint64_t key)
{
    if (keys->count == keys->room) {
        const bool is_first = keys->keys == keys->usual;
        uint64_t *grown =
            realloc(is_first ? NULL : keys->keys, 2 * keys->room * sizeof(keys->keys[0]));

        if (!grown)
            BUG("out of memory");
        if (is_first)
            memcpy(grown, keys->usual, sizeof(keys->usual));
        keys->keys = grown;
        keys->room *= 2;
    }
    keys->keys[keys->count++] = key;
}

static bool key_of_identifier(void *arg, const struct cJSON *element)
{
    struct keys *keys = arg;
    const char *value = json_string(element, "value");

    if (value)
        keys_add(keys, index_key_identifier(keys->type, value));
    return false;
}

/* A Reference, or a canonical or uri. */
static bool key_of_reference(void *arg, const struct cJSON *element)
{
    struct keys *keys = arg;
    const char *text = json_text(element);
    const char *reference = json_string(element, "reference");

    if (text)
        keys_add(keys, index_key_canonical(keys->type, text));
    else if (reference)
        keys_add(keys, index_key_reference(keys->type, reference));
    return false;
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

/* Sorted, without doubles, in memory of its own. */
static struct index_keys *keys_take(struct keys *keys)
{
    struct index_keys *taken = malloc(sizeof(*taken) + keys->count * sizeof(taken->keys[0]));

    if (!taken)
        BUG("out of memory");
    taken->count = 0;
    if (keys->count > 1)
        qsort(keys->keys, keys->count, sizeof(keys->keys[0]), compare_keys);
    for (size_t i = 0; i < keys->count; i++) {
        if (i == 0 || keys->keys[i] != keys->keys[i - 1])
            taken->keys[taken->count++] = keys->keys[i];
    }
    if (keys->keys != keys->usual)
        free(keys->keys);
    return taken;
}

struct index_keys *index_keys_of(const char *type, const struct cJSON *tree)
{
    const struct parameter_set *set = parameter_set_of(type);
    struct keys keys;

    keys.type = type;
    keys.keys = keys.usual;
    keys.room = KEYS_USUAL;
    keys.count = 0;
    keys_add(&keys, index_key_type(type));
    if (set) {
        parameter_visit(set->identifiers, tree, key_of_identifier, &keys);
        parameter_visit(set->references, tree, key_of_reference, &keys);
    }
    return keys_take(&keys);
}

size_t index_keys_bytes(const struct index_keys *keys)
{
    return keys ? sizeof(*keys) + keys->count * sizeof(keys->keys[0]) + 2 * sizeof(void *) : 0;
}

void index_put(struct index *index, size_t serial, const struct index_keys *keys)
{
    for (size_t i = 0; keys && i < keys->count; i++)
        add_key(index, keys->keys[i], (uint32_t)serial);
}

void index_drop(struct index *index, size_t serial, const struct index_keys *gone,
                const struct index_keys *kept)
{
    size_t k = 0;

    for (size_t i = 0; index && gone && i < gone->count; i++) {
        const uint64_t key = gone->keys[i];

        while (kept && k < kept->count && kept->keys[k] < key)
            k++;
        if (!kept || k == kept->count || kept->keys[k] != key)
            drop_key(index, key, (uint32_t)serial);
    }
}

size_t index_find(const struct index *index, uint64_t key, const uint32_t **out_serials)
{
    struct list *list = index ? list_find(index, key) : NULL;

    *out_serials = list ? list_serials(list) : NULL;
    return list ? list->count : 0;
}
