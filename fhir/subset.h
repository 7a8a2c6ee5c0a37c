/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_SUBSET_H
#define FHIR_SUBSET_H
/*
 * subset - a resource in part, as `_summary` and `_elements` ask for it, tagged SUBSETTED.
 *
 * Whatever is asked for, what R4 makes mandatory stays, and so do id, meta and what changes the
 * meaning of the rest (implicitRules, modifierExtension). Whoever writes the part back loses what
 * is not in it: the tag says so.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;

enum subset_kind {
    SUBSET_WHOLE,   /* not in part: no tag */
    SUBSET_SUMMARY, /* what the definitions mark as summary, at every depth */
    SUBSET_TEXT,    /* the narrative */
    SUBSET_DATA,    /* all but the narrative */
    SUBSET_LISTED,  /* `elements` */
};
struct subset {
    enum subset_kind kind;
    const char *elements; /* names between commas, "value" or "value[x]" for valueQuantity */
};

/* The kind that a value of _summary asks for; false: it is none of true, text, data, false. */
bool subset_kind_read(enum subset_kind *out, const char *word);
/* The first of the names between commas that is no element of the resource type; NULL: all are.
 * In the arena. */
const char *subset_stranger(struct arena *arena, const char *type, const char *elements);
/* The part of a resource as bytes in the arena. */
const char *subset_print(struct arena *arena, const struct cJSON *resource,
                         const struct subset *subset, size_t *out_size);
/* Adds the tag to the resource's meta, which is made where there is none. */
void subset_tag(struct cJSON *resource);
bool subset_is_tagged(const struct cJSON *resource);
#endif
