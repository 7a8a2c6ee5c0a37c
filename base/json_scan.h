/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H
/*
 * json_scan - is this text JSON, by RFC 8259 to the letter? Used by base/json alone.
 *
 * Also finds the text of every number, in the order of the document. Does not look for duplicate
 * members: that needs decoded names, which base/json has.
 */
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct err;

struct json_span {
    size_t start, size;
};

struct json_numbers {
    struct json_span *spans; /* in the arena */
    size_t count, room;
};

/* ERR_INPUT or ERR_LIMIT: "line 3, column 7, in /actors/0: expected ..." */
int json_scan(struct arena *arena, const char *text, size_t size, struct json_numbers *out,
              struct err *err) ATTR_MUST_USE;
#endif
