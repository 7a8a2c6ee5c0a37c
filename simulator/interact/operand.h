/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_OPERAND_H
#define SIMULATOR_INTERACT_OPERAND_H
/*
 * operand - one value of a search parameter, read once, and compared with elements of resources.
 *
 * Comparing allocates nothing: a search without an index compares every resource of its type.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "simulator/interact/interval.h"
#include "simulator/parameter.h"

struct arena;
struct cJSON;
struct err;

enum modifier {
    MODIFIER_NONE,
    MODIFIER_MISSING,
    MODIFIER_NOT,
    MODIFIER_EXACT,
    MODIFIER_CONTAINS,
    MODIFIER_IDENTIFIER,
    MODIFIER_TYPE, /* :Patient */
};

struct operand {
    const struct parameter *parameter;
    enum modifier modifier;
    const char *base; /* the server's URL */
    const char *text; /* without escapes */
    enum prefix prefix;
    struct interval interval;
    bool has_system; /* token, quantity: there was a '|'; `system` "" means none */
    const char *system, *code;
    const char *type, *id; /* reference to a resource of this server; `type` NULL: any; or NULL */
};

/*
 * Reads `text`, with its escapes. `type`: what the modifier :[type] says, or NULL. ERR_INPUT says
 * what was expected.
 */
int operand_read(struct operand *out, struct arena *arena, const char *text, const char *type,
                 struct err *err) ATTR_MUST_USE;
/* Does the element meet it? As an element_fn: `operand` is a const struct operand *. */
bool operand_meets(void *operand, const struct cJSON *element);

/* The piece up to an unescaped `mark`, escapes kept; `*at` goes behind the mark, to NULL at the
 * end. */
const char *operand_split(struct arena *arena, const char **at, char mark);

/* A date, Period or Timing as an interval, open ends infinite; false: it is none. */
bool element_interval(const struct cJSON *element, struct interval *out);
/* Is the held reference one to type/id of this server (a version at its end is left out)? */
bool reference_is(const char *held, const char *base, const char *type, const char *id);
/* The "Type/id" of a reference to this server: where it starts, or NULL. */
const char *reference_local(const char *held, const char *base);
#endif
