/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INDEX_H
#define SIMULATOR_INDEX_H
/*
 * index - which resources may bear an identifier or point at something: key -> numbers of
 * resources, rising and without doubles.
 *
 * It proposes and decides nothing: keys are hashes, and within a transaction a resource is found
 * under its keys of before and after. Whoever asks looks at the current version. Keys of versions
 * that are no longer current are dropped (index_drop), so that the index grows with the resources
 * and not with the writes. A version's keys are kept beside it until then, so that dropping them
 * needs no look at its content.
 *
 * Keys:       every resource of a type that is not deleted; identifiers by type and value; what the
 *             type's reference parameters point at, by type and reference_tail.
 * Memory:     about 80 bytes a key, and 4 to 12 bytes a number under it.
 * Lifecycle:  index_new, index_free. Threads: one.
 */
#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct index;

struct index *index_new(void);
void index_free(struct index *index); /* NULL is fine */

size_t index_bytes(const struct index *index); /* of memory, about; NULL: 0 */

/* All keys of a resource: rising, without doubles. */
struct index_keys {
    size_t count;
    uint64_t keys[];
};
/* For free(). `tree` is the resource's. */
struct index_keys *index_keys_of(const char *type, const struct cJSON *tree);
size_t index_keys_bytes(const struct index_keys *keys); /* of memory, about; NULL: 0 */

/* NULL keys: of a deletion, none. */
void index_put(struct index *index, size_t serial, const struct index_keys *keys);
/* Drops the keys that `gone` has and `kept` has not. NULL index: nothing. */
void index_drop(struct index *index, size_t serial, const struct index_keys *gone,
                const struct index_keys *kept);
/* The numbers under `key`; says how many. Valid until the index changes. NULL index: none. */
size_t index_find(const struct index *index, uint64_t key, const uint32_t **out_serials);

/* Keys for asking. */
uint64_t index_key_type(const char *type);
uint64_t index_key_identifier(const char *type, const char *value);
uint64_t index_key_reference(const char *type, const char *reference); /* as held, or "Type/id" */
uint64_t index_key_canonical(const char *type,
                             const char *url); /* a version behind it is left out */
#endif
