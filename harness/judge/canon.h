/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_CANON_H
#define HARNESS_JUDGE_CANON_H
/*
 * canon - a resource as judges compare it; docs/invariants.md "Canon" is the definition.
 *
 * What is no content is left out: the resource's own id, meta.versionId, lastUpdated and source, a narrative that is
 * `generated`, and what is empty. What is the same is spelled the same: members in order of name, decimals by
 * value and significant digits, `+00:00` as `Z`, references relative to the base, urns and conditional references
 * resolved. A primitive and its `_name` sibling are one node, whose value is the member CANON_SELF.
 *
 * Ownership:  nodes live in the arena given; they never change.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;

enum canon_kind { CANON_VALUE, CANON_OBJECT, CANON_LIST };

#define CANON_SELF "$value" /* the value of a primitive that has an id or extensions too */

struct canon {
    enum canon_kind kind;
    const char *name; /* of a member; NULL: the root, or an entry of a list */
    size_t index;     /* of a list's entry: where it stood in the JSON array */
    const char *text; /* canonical JSON: two nodes are equal when their texts are */
    const struct canon *const *children; /* members by name; entries in order */
    size_t count;
    bool is_set; /* meta.tag, security, profile: no order, no doubles, leaving out is no removal */
};

struct canon_options {
    const char *base; /* the FHIR base URL; may be NULL */
    /* "Type/id" that a urn or a conditional reference stands for, or NULL. May be NULL. */
    const char *(*resolve)(void *arg, const char *reference);
    void *arg;
};

/* The canon of a resource (NULL of NULL). Ids of contained resources are renamed to those that `like` (may be NULL)
 * uses for the same content, so that two canons compare up to renaming. */
const struct canon *canon_make(struct arena *arena, const struct cJSON *resource,
                               const struct canon_options *options, const struct cJSON *like);

/* NULL is nothing there, equal to nothing there. */
bool canon_equal(const struct canon *a, const struct canon *b);

/* The member of an object; a plain value is its own CANON_SELF. NULL: not there. */
const struct canon *canon_member(const struct canon *node, const char *name);
/* Where in `list` the entry is that had this index in the JSON array; list->count: nowhere. */
size_t canon_position(const struct canon *list, size_t index);
/* An object with sets among its members (meta): leaving it out is no removal of those. */
bool canon_holds_sets(const struct canon *node);
#endif
