/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape - checks an object of a user's file against a table of members, down through everything the
 * table names.
 *
 * Pure but for the arena that pointers and texts are made in. What a table cannot say (a reference
 * to another part of the file, say) is checked by the file's own reader.
 */
#include "base/shape.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"

#define MEMBERS_MAX 32

bool shape_is_comment(const char *key)
{
    return strncmp(key, "//", 2) == 0;
}

const char *shape_pointer(struct arena *arena, const char *pointer, const char *key)
{
    struct buf text = BUF_INIT;

    buf_printf(&text, "%s/", pointer);
    for (const char *c = key; *c; c++) {
        if (*c == '~')
            buf_puts(&text, "~0");
        else if (*c == '/')
            buf_puts(&text, "~1");
        else
            buf_putc(&text, *c);
    }
    const char *out = buf_copy(&text, arena);
    buf_release(&text);
    return out;
}

const char *shape_pointer_at(struct arena *arena, const char *pointer, size_t index)
{
    return arena_printf(arena, "%s/%zu", pointer, index);
}

/* The root's pointer is the empty string, which nobody sees in a message. */
static const char *seen(const char *pointer)
{
    return *pointer ? pointer : "/";
}

static int wrong_type(const struct cJSON *item, const char *pointer, const char *expected,
                      struct err *err)
{
    return err_set(err, ERR_INPUT, "%s: found %s; expected %s", seen(pointer), json_type_name(item),
                   expected);
}

static int check_string(struct arena *arena, const struct shape_member *member,
                        const struct cJSON *item, const char *pointer, struct err *err)
{
    const char *text = json_text(item);

    if (!text)
        return wrong_type(item, pointer, "a string", err);
    if (!*text)
        return err_set(err, ERR_INPUT, "%s: found an empty string; expected some text", pointer);
    if (!member->choices || near_is_known(text, member->choices))
        return 0;
    return err_set(err, ERR_INPUT, "%s: unknown value %s", pointer,
                   near_explain(arena, text, member->choices));
}

static int check_integer(struct arena *arena, const struct shape_member *member,
                         const struct cJSON *item, const char *pointer, struct err *err)
{
    const char *text = json_number_text(item);

    (void)arena, (void)member;
    if (!text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
        return wrong_type(item, pointer, "a whole number, 0 or more", err);
    return 0;
}

static int check_object_of(struct arena *arena, const struct shape_member *member,
                           const struct cJSON *item, const char *pointer, struct err *err)
{
    return shape_check(arena, member->of, item, pointer, err);
}

typedef int check_fn(struct arena *arena, const struct shape_member *member,
                     const struct cJSON *item, const char *pointer, struct err *err);

/* Every element of an array, or every value of an object. */
static int check_each(check_fn *check, struct arena *arena, const struct shape_member *member,
                      const struct cJSON *items, const char *pointer, struct err *err)
{
    const struct cJSON *item;
    size_t index = 0;

    cJSON_ArrayForEach(item, items)
    {
        const char *at = item->string ? shape_pointer(arena, pointer, item->string)
                                      : shape_pointer_at(arena, pointer, index);

        index++;
        if (item->string && shape_is_comment(item->string))
            continue;
        if (check(arena, member, item, at, err))
            return -1;
    }
    return 0;
}

/* One value, or a list that is not empty: any of its values will do. */
static int check_or_list(check_fn *check, struct arena *arena, const struct shape_member *member,
                         const struct cJSON *item, const char *pointer, struct err *err)
{
    if (!cJSON_IsArray(item))
        return check(arena, member, item, pointer, err);
    if (json_count(item) == 0)
        return err_set(err, ERR_INPUT, "%s: found an empty list; expected the values allowed",
                       pointer);
    return check_each(check, arena, member, item, pointer, err);
}

static int check_member(struct arena *arena, const struct shape_member *member,
                        const struct cJSON *item, const char *pointer, struct err *err)
{
    switch (member->kind) {
    case SHAPE_ANY:
        return 0;
    case SHAPE_STRING:
        return check_string(arena, member, item, pointer, err);
    case SHAPE_TEXT:
        return cJSON_IsString(item) ? 0 : wrong_type(item, pointer, "a string", err);
    case SHAPE_STRINGS:
        if (!cJSON_IsArray(item))
            return wrong_type(item, pointer, "an array of strings", err);
        return check_each(check_string, arena, member, item, pointer, err);
    case SHAPE_STRING_OR_LIST:
        return check_or_list(check_string, arena, member, item, pointer, err);
    case SHAPE_INTEGER:
        return check_integer(arena, member, item, pointer, err);
    case SHAPE_INTEGER_OR_LIST:
        return check_or_list(check_integer, arena, member, item, pointer, err);
    case SHAPE_FLAG:
        return cJSON_IsBool(item) ? 0 : wrong_type(item, pointer, "true or false", err);
    case SHAPE_OBJECT:
        return cJSON_IsObject(item) ? 0 : wrong_type(item, pointer, "an object", err);
    case SHAPE_ARRAY:
        return cJSON_IsArray(item) ? 0 : wrong_type(item, pointer, "an array", err);
    case SHAPE_STRING_MAP:
        if (!cJSON_IsObject(item))
            return wrong_type(item, pointer, "an object of strings", err);
        return check_each(check_string, arena, member, item, pointer, err);
    case SHAPE_OF:
        return check_object_of(arena, member, item, pointer, err);
    case SHAPE_STRING_OR:
        return cJSON_IsString(item) ? check_string(arena, member, item, pointer, err)
                                    : check_object_of(arena, member, item, pointer, err);
    case SHAPE_LIST_OF:
        if (!cJSON_IsArray(item))
            return wrong_type(item, pointer, "an array of objects", err);
        return check_each(check_object_of, arena, member, item, pointer, err);
    case SHAPE_MAP_OF:
        if (!cJSON_IsObject(item))
            return wrong_type(item, pointer, "an object of objects", err);
        return check_each(check_object_of, arena, member, item, pointer, err);
    }
    BUG("shape kind %d", (int)member->kind);
}

static const struct shape_member *find_member(const struct shape *shape, const char *name)
{
    for (const struct shape_member *member = shape->members; member->name; member++) {
        if (strcmp(member->name, name) == 0)
            return member;
    }
    return NULL;
}

static int unknown_member(struct arena *arena, const struct shape *shape, const char *name,
                          const char *pointer, struct err *err)
{
    const char *known[MEMBERS_MAX + 2] = {NULL};
    size_t count = 0;

    for (const struct shape_member *member = shape->members; member->name; member++) {
        ASSERT(count < MEMBERS_MAX);
        known[count++] = member->name;
    }
    if (shape->has_pointers)
        known[count++] = "a JSON Pointer";
    return err_set(err, ERR_INPUT, "%s: unknown member %s", seen(pointer),
                   near_explain(arena, name, known));
}

int shape_check(struct arena *arena, const struct shape *shape, const struct cJSON *object,
                const char *pointer, struct err *err)
{
    const struct cJSON *item;

    if (!cJSON_IsObject(object))
        return wrong_type(object, pointer, "an object", err);
    cJSON_ArrayForEach(item, object)
    {
        const struct shape_member *member = find_member(shape, item->string);

        if (shape_is_comment(item->string) || (shape->has_pointers && item->string[0] == '/'))
            continue;
        if (!member)
            return unknown_member(arena, shape, item->string, pointer, err);
        if (check_member(arena, member, item, shape_pointer(arena, pointer, item->string), err))
            return -1;
    }
    for (const struct shape_member *member = shape->members; member->name; member++) {
        if (member->is_required && !json_get(object, member->name))
            return err_set(err, ERR_INPUT, "%s: \"%s\" is missing; expected it here", seen(pointer),
                           member->name);
    }
    return 0;
}
