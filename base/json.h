/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_H
#define BASE_JSON_H
/*
 * json - the one door to cJSON: strict reading, trees owned by arenas, numbers that keep their
 * text.
 *
 * Reading is by RFC 8259 to the letter: bad UTF-8, lone surrogates, \u0000, duplicate members,
 * trailing bytes, depth over LIMIT_JSON_DEPTH and sizes over LIMIT_JSON_BYTES are refused with
 * line, column and JSON Pointer. A number is held as cJSON_Raw with its text, so that printing
 * gives `1.50` for `1.50` and large integers survive; ask with json_is_number and json_double,
 * never through valuedouble.
 *
 * Ownership:  roots belong to an arena (json_parse, json_object, json_array, json_copy_root).
 * Children belong to their parent. json_put and json_add take the child, always. Errors:     only
 * the parsers fail, with ERR_INPUT or ERR_LIMIT; out of memory is fatal. Types:      every function
 * accepts NULL items and items of another type ("not there").
 */
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct buf;
struct err;

/* Parses `text` strictly into a tree that the arena owns. The tree may be changed by the caller. */
struct cJSON *json_parse(struct arena *arena, const char *text, size_t size, struct err *err);
/* The same into a tree that the caller frees. */
struct cJSON *json_parse_own(const char *text, size_t size, struct err *err);
void json_free(const struct cJSON *tree); /* NULL is fine */
/* The same from a file; the error text starts with the path. */
struct cJSON *json_parse_file(struct arena *arena, const char *path, struct err *err);

/* Looking. */
const struct cJSON *json_get(const struct cJSON *object, const char *key); /* member, or NULL */
struct cJSON *json_get_mutable(struct cJSON *object, const char *key);
const struct cJSON *json_at(const struct cJSON *array, size_t index); /* element, or NULL */
size_t json_bytes(const struct cJSON *item);      /* what a tree takes in memory, about */
size_t json_count(const struct cJSON *container); /* members or elements */
const char *json_string(const struct cJSON *object, const char *key); /* NULL unless a string */
const char *json_text(const struct cJSON *item);                      /* NULL unless a string */
const char *json_number_text(const struct cJSON *item); /* NULL unless a number with text */
bool json_is_number(const struct cJSON *item);
double json_double(const struct cJSON *item, double otherwise);
long long json_integer(const struct cJSON *object, const char *key, long long otherwise);
bool json_flag(const struct cJSON *object, const char *key, bool otherwise);
const char *
json_type_name(const struct cJSON *item); /* "object", "array", "string", ... "nothing" */
/* RFC 6901: the item at `pointer`, or NULL. "" is the root. */
const struct cJSON *json_pointer(const struct cJSON *root, const char *pointer);

/* Building. */
struct cJSON *json_object(struct arena *arena);
struct cJSON *json_array(struct arena *arena);
struct cJSON *json_copy(const struct cJSON *item); /* for json_put or json_add at once */
struct cJSON *json_copy_root(struct arena *arena, const struct cJSON *item);
void json_put(struct cJSON *object, const char *key, struct cJSON *child); /* replaces a member */
void json_add(struct cJSON *array, struct cJSON *child);
/* Before the element at `index`; at the end where there is none. */
void json_insert(struct cJSON *array, size_t index, struct cJSON *child);
/* What stands there is freed. */
void json_replace(struct cJSON *container, struct cJSON *old, struct cJSON *child);
void json_put_string(struct cJSON *object, const char *key, const char *text); /* NULL text: null */
void json_put_integer(struct cJSON *object, const char *key, long long value);
void json_put_flag(struct cJSON *object, const char *key, bool value);
struct cJSON *json_put_object(struct cJSON *object,
                              const char *key); /* a new empty member, to fill */
struct cJSON *json_put_array(struct cJSON *object, const char *key);
struct cJSON *json_add_object(struct cJSON *array);
void json_remove(struct cJSON *object, const char *key);
struct cJSON *json_number(const char *text); /* a number by its text, for json_put at once */

/* Printing. */
char *json_print(struct arena *arena, const struct cJSON *item); /* one line, as it is */
char *json_print_pretty(struct arena *arena,
                        const struct cJSON *item); /* indented, newline at the end */
/* RFC 8785: members by UTF-16 code units, shortest escapes; numbers as their text was. */
void json_canonical(struct buf *buf, const struct cJSON *item);
void json_quote(struct buf *buf, const char *text); /* a JSON string with its quotes */
#endif
