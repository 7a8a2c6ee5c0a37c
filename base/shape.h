/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SHAPE_H
#define BASE_SHAPE_H
/*
 * shape - which members an object of a user's file may have, as tables; one checker for all of
 * them.
 *
 * A table here and the definition of the same name in docs/schema/ say the same; a test compares
 * them. Members whose names begin with // are comments and always allowed. Errors:  ERR_INPUT,
 * "POINTER: ..." with what was found, the nearest known name and what was expected; the caller puts
 * the file in front.
 */
#include <stdbool.h>

#include "base/attr.h"

struct arena;
struct cJSON;
struct err;
struct shape;

enum shape_kind {
    SHAPE_ANY,
    SHAPE_STRING,          /* one of `choices`, where there are any */
    SHAPE_TEXT,            /* any string, also an empty one */
    SHAPE_STRINGS,         /* array of those */
    SHAPE_STRING_OR_LIST,  /* one of those, or an array of them */
    SHAPE_INTEGER,         /* not negative */
    SHAPE_INTEGER_OR_LIST, /* one of those, or an array of them */
    SHAPE_FLAG,
    SHAPE_OBJECT,     /* any object */
    SHAPE_ARRAY,      /* any array */
    SHAPE_STRING_MAP, /* object whose values are strings */
    SHAPE_OF,         /* object of the shape `of` */
    SHAPE_STRING_OR,  /* a string, or an object of the shape `of` */
    SHAPE_LIST_OF,    /* array of objects of the shape `of` */
    SHAPE_MAP_OF,     /* object whose values are objects of the shape `of` */
};

struct shape_member {
    const char *name;
    enum shape_kind kind;
    bool is_required;
    const char *const *choices; /* NULL-terminated, or NULL */
    const struct shape *of;
};

struct shape {
    const char *name; /* of its definition in the schema's $defs; "" for the root */
    const struct shape_member *members; /* ends with a NULL name */
    bool has_pointers;                  /* members may also be JSON Pointers, of any value */
};

int shape_check(struct arena *arena, const struct shape *shape, const struct cJSON *object,
                const char *pointer, struct err *err) ATTR_MUST_USE;

/* Is `key` a comment, that is: does it begin with two slashes? */
bool shape_is_comment(const char *key);

/* `pointer` + "/" + `key`, escaped as RFC 6901 wants. */
const char *shape_pointer(struct arena *arena, const char *pointer, const char *key);
const char *shape_pointer_at(struct arena *arena, const char *pointer, size_t index);
#endif
