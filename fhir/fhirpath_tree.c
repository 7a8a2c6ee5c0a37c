/* SPDX-License-Identifier: Apache-2.0 */
/* fhirpath_tree - an element and its shadow ("_given" beside "given") change together. */
#include "fhir/fhirpath_tree.h"

#include <string.h>

#include "base/attr.h"

#define NAME_BYTES 128

static const char *shadow_of(char name[NAME_BYTES], const char *member)
{
    ASSERT(strlen(member) + 2 <= NAME_BYTES); /* R4's names, and a type's behind a choice's */
    name[0] = '_';
    strcpy(name + 1, member);
    return name;
}

static void put_or_remove(struct cJSON *owner, const char *member, const struct cJSON *item)
{
    if (item)
        json_put(owner, member, json_copy(item));
    else
        json_remove(owner, member);
}

void tree_put(struct cJSON *owner, const char *member, const struct tree_value *value)
{
    char name[NAME_BYTES];

    put_or_remove(owner, member, value->value);
    put_or_remove(owner, shadow_of(name, member), value->extra);
}

void tree_remove(struct cJSON *owner, const char *member)
{
    const struct tree_value nothing = {.type = NULL};

    tree_put(owner, member, &nothing);
}

/* ---- lists ---- */

bool tree_is_list(const struct cJSON *owner, const char *member)
{
    char name[NAME_BYTES];
    const struct cJSON *values = json_get(owner, member);
    const struct cJSON *extras = json_get(owner, shadow_of(name, member));

    return (!values || cJSON_IsArray(values)) && (!extras || cJSON_IsArray(extras));
}

size_t tree_list_count(const struct cJSON *owner, const char *member)
{
    char name[NAME_BYTES];
    size_t values = json_count(json_get(owner, member));
    size_t extras = json_count(json_get(owner, shadow_of(name, member)));

    return values > extras ? values : extras;
}

static struct cJSON *element_at(const struct cJSON *array, size_t index)
{
    struct cJSON *item = array->child;

    while (item && index--)
        item = item->next;
    return item;
}

static void pad(struct cJSON *array, size_t count)
{
    for (size_t i = json_count(array); i < count; i++)
        json_add(array, cJSON_CreateNull());
}

/* One of the two arrays, which may be missing as long as it would hold nothing but null. */
static void insert_half(struct cJSON *owner, const char *member, size_t count, size_t index,
                        const struct cJSON *item)
{
    struct cJSON *array = json_get_mutable(owner, member);

    if (!array && !item)
        return;
    if (!array)
        array = json_put_array(owner, member);
    pad(array, count);
    json_insert(array, index, item ? json_copy(item) : cJSON_CreateNull());
}

void tree_list_insert(struct cJSON *owner, const char *member, size_t index,
                      const struct tree_value *value)
{
    char name[NAME_BYTES];
    size_t count = tree_list_count(owner, member);

    insert_half(owner, member, count, index, value->value);
    insert_half(owner, shadow_of(name, member), count, index, value->extra);
}

void tree_list_append(struct cJSON *owner, const char *member, const struct tree_value *value)
{
    char name[NAME_BYTES];
    struct cJSON *values = json_get_mutable(owner, member);

    if (values && value->value && !value->extra && !json_get(owner, shadow_of(name, member)))
        json_add(values, json_copy(value->value));
    else
        tree_list_insert(owner, member, tree_list_count(owner, member), value);
}

static bool is_void(const struct cJSON *array)
{
    const struct cJSON *item = NULL;

    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsNull(item))
            return false;
    }
    return true;
}

static void remove_half(struct cJSON *owner, const char *member, size_t index)
{
    struct cJSON *array = json_get_mutable(owner, member);

    if (!array)
        return;
    struct cJSON *item = element_at(array, index);
    if (item)
        json_free(cJSON_DetachItemViaPointer(array, item));
    if (is_void(array))
        json_remove(owner, member);
}

void tree_list_remove(struct cJSON *owner, const char *member, size_t index)
{
    char name[NAME_BYTES];

    remove_half(owner, member, index);
    remove_half(owner, shadow_of(name, member), index);
}

static void move_half(struct cJSON *owner, const char *member, size_t count, size_t from, size_t to)
{
    struct cJSON *array = json_get_mutable(owner, member);

    if (!array)
        return;
    pad(array, count);
    json_insert(array, to, cJSON_DetachItemViaPointer(array, element_at(array, from)));
}

void tree_list_move(struct cJSON *owner, const char *member, size_t from, size_t to)
{
    char name[NAME_BYTES];
    size_t count = tree_list_count(owner, member);

    move_half(owner, member, count, from, to);
    move_half(owner, shadow_of(name, member), count, from, to);
}

/* ---- the whole ---- */

static bool is_empty(const struct cJSON *item)
{
    return (cJSON_IsObject(item) && !item->child) || (cJSON_IsArray(item) && is_void(item));
}

/* An empty element goes; that of a shadow's list leaves its place to null. */
static void prune_child(struct cJSON *item, struct cJSON *child)
{
    bool is_shadow = cJSON_IsArray(item) && item->string && item->string[0] == '_';

    if (!is_empty(child))
        return;
    if (is_shadow)
        json_replace(item, child, cJSON_CreateNull());
    else
        json_free(cJSON_DetachItemViaPointer(item, child));
}

void tree_prune(struct cJSON *item)
{
    struct cJSON *child = item->child;

    while (child) {
        struct cJSON *next = child->next;

        tree_prune(child);
        prune_child(item, child);
        child = next;
    }
}

size_t tree_depth(const struct cJSON *item)
{
    size_t deepest = 0;

    for (const struct cJSON *child = item->child; child; child = child->next) {
        size_t depth = tree_depth(child);

        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (cJSON_IsObject(item) || cJSON_IsArray(item));
}
