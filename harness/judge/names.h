/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_NAMES_H
#define HARNESS_JUDGE_NAMES_H
/*
 * names - which of many things has a name, found without asking each. A name may be of several.
 *
 * Ownership:  the table is the arena's; names are borrowed.
 */
#include <stddef.h>

struct arena;
struct names;

struct name {
    const char *text;
    size_t value;      /* an index of the caller's */
    struct name *next; /* the next one of the same name, in the order they were added; or NULL */
    struct name *last; /* of the first one: the last of that name */
};

/* With room for `count` names. */
struct names *names_new(struct arena *arena, size_t count);
/* No name (NULL) is found by none. */
void names_add(struct names *names, const char *text, size_t value);

/* The first one of that name; NULL: there is none, or `text` is NULL. */
const struct name *names_find(const struct names *names, const char *text);
#endif
