/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index - growing lists of resource numbers in one hash table (uthash).
 *
 * A resource that is written often is not added to the end of a list twice in a row; doubles
 * further apart are rare and left to the reader, who sorts anyway.
 */
#include "simulator/index.h"

#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "simulator/parameter.h"
#include "simulator/store.h"

struct index_list {
    const char *key;
    size_t *serials;
    size_t count, room;
    UT_hash_handle hh;
};

struct index {
    struct arena *arena;
    struct index_list *lists;
    struct buf key; /* for building keys without a copy */
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
    buf_release(&index->key);
    arena_free(index->arena);
}

size_t index_bytes(const struct index *index)
{
    return index ? arena_bytes(index->arena) : 0;
}

static void list_add(struct index *index, size_t serial)
{
    struct index_list *list = NULL;
    const char *key = buf_text(&index->key);

    HASH_FIND(hh, index->lists, key, index->key.size, list);
    if (!list) {
        list = arena_alloc(index->arena, sizeof(*list));
        list->key = arena_copy(index->arena, key, index->key.size);
        HASH_ADD_KEYPTR(hh, index->lists, list->key, index->key.size, list);
    }
    if (list->count > 0 && list->serials[list->count - 1] == serial)
        return;
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 2;

        list->serials = arena_grow(index->arena, list->serials, list->count * sizeof(size_t),
                                   room * sizeof(size_t));
        list->room = room;
    }
    list->serials[list->count++] = serial;
}

static void put_key(struct index *index, const struct version *version, const char *mark,
                    const char *value)
{
    buf_clear(&index->key);
    buf_puts(&index->key, version->type);
    buf_puts(&index->key, mark);
    buf_puts(&index->key, value);
    list_add(index, version->serial);
}

struct putting {
    struct index *index;
    const struct version *version;
};

static bool put_identifier(void *arg, const struct cJSON *identifier)
{
    const struct putting *putting = arg;
    const char *value = json_string(identifier, "value");

    if (value)
        put_key(putting->index, putting->version, "|", value);
    return false;
}

/* Adds the last two steps of the path alone, without a version: what an absolute reference may
 * mean here. */
static bool put_reference(void *arg, const struct cJSON *element)
{
    const struct putting *putting = arg;
    struct buf *key = &putting->index->key;
    const char *reference = json_string(element, "reference");

    if (!reference)
        return false;
    const char *history = strstr(reference, "/_history/");
    const char *end = history ? history : reference + strlen(reference);
    const char *start = end;
    for (unsigned slashes = 0; start > reference; start--) {
        slashes += start[-1] == '/';
        if (slashes == 2)
            break;
    }
    buf_clear(key);
    buf_puts(key, putting->version->type);
    buf_putc(key, '>');
    buf_add(key, start, (size_t)(end - start));
    list_add(putting->index, putting->version->serial);
    return false;
}

void index_put(struct index *index, const struct version *version)
{
    struct putting putting = {index, version};

    put_key(index, version, "", "");
    if (!version->tree)
        return;
    parameter_visit("identifier", version->type, version->tree, put_identifier, &putting);
    parameter_visit("patient", version->type, version->tree, put_reference, &putting);
    parameter_visit("subject", version->type, version->tree, put_reference, &putting);
}

size_t index_find(const struct index *index, const char *key, const size_t **out_serials)
{
    struct index_list *list = NULL;

    *out_serials = NULL;
    if (!index)
        return 0;
    HASH_FIND(hh, index->lists, key, strlen(key), list);
    if (!list)
        return 0;
    *out_serials = list->serials;
    return list->count;
}

const char *index_key_identifier(struct arena *arena, const char *type, const char *value)
{
    return arena_printf(arena, "%s|%s", type, value);
}

const char *index_key_reference(struct arena *arena, const char *type, const char *reference)
{
    return arena_printf(arena, "%s>%s", type, reference);
}
