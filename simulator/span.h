/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_SPAN_H
#define SIMULATOR_SPAN_H
/*
 * span - where in a JSON text a value's bytes are.
 *
 * A Bundle's entries are stored as the bytes received, so their places are needed beside the tree.
 * The text has been read by json_parse before and is known to be valid: nothing is checked here.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct span {
    const char *start;
    size_t size;
};

/* Behind white space. */
const char *span_space(const char *at);
/* Where the text's value starts: behind a byte order mark and white space. */
const char *span_root(const char *text);
/* Behind the value that starts at `at`. */
const char *span_skip(const char *at);
/* Does the string token (with its quotes, maybe with escapes) say `text` (ASCII)? */
bool span_says(struct arena *arena, struct span token, const char *text);
/* The string that a token means, in the arena. */
const char *span_string(struct arena *arena, struct span token);
/* The member `name` of the object at `object`; false where there is none. */
bool span_member(struct arena *arena, const char *object, const char *name, struct span *out);
/* Steps through an array: `*at` is its '[' first. False at the end. */
bool span_element(const char **at, struct span *out);
#endif
