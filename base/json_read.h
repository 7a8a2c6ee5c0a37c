/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H
/*
 * json_read - a tree from a text that is JSON by RFC 8259 to the letter, in one pass. Used by
 * base/json alone.
 *
 * A number becomes a cJSON_Raw with its text. A member that stands twice in its object is refused,
 * however the two are spelled.
 */
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct cJSON;
struct err;

/*
 * A node that an arena owns, beside cJSON's own flags: it is never freed by itself. Its texts are
 * the arena's too, which cJSON_StringIsConst (the name) and cJSON_IsReference (the value) say.
 */
#define JSON_IN_ARENA (1 << 16)

/* NULL with ERR_INPUT or ERR_LIMIT: "line 3, column 7, at /actors/0: expected ...". `arena` NULL:
 * every node is malloc's. */
struct cJSON *json_read(struct arena *arena, const char *text, size_t size,
                        struct err *err) ATTR_MUST_USE;
/* Frees a tree, or what of it is no arena's. NULL is fine. */
void json_delete(struct cJSON *tree);
#endif
