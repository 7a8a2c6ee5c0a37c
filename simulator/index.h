/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INDEX_H
#define SIMULATOR_INDEX_H
/*
 * index - which resources may bear an identifier or point at something: key -> numbers of
 * resources.
 *
 * It only grows. A resource that lost an identifier, or whose write was rolled back, is still
 * found, so whoever asks must look at the current version. That makes rollback free and sharing a
 * chart's index safe.
 *
 * Keys:       "Type" every resource of the type; "Type|value" identifiers by value;
 *             "Type>Patient/ada" references that `patient` and `subject` look at.
 * Lifecycle:  index_new, index_free. Threads: one.
 */
#include <stddef.h>

struct arena;
struct cJSON;
struct index;
struct version;

struct index *index_new(void);
void index_free(struct index *index); /* NULL is fine */

size_t index_bytes(const struct index *index); /* of memory, about; NULL: 0 */
/* Adds all keys of a version. */
void index_put(struct index *index, const struct version *version);
/* The numbers under `key` in the order they were added, maybe with doubles; says how many. */
size_t index_find(const struct index *index, const char *key, const size_t **out_serials);

/* Keys for asking, in the arena. */
const char *index_key_identifier(struct arena *arena, const char *type, const char *value);
const char *index_key_reference(struct arena *arena, const char *type, const char *reference);
#endif
