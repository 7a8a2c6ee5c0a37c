/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_DIFF_H
#define HARNESS_JUDGE_DIFF_H
/*
 * diff - how two canons differ, and which entries of two lists are the same ones.
 *
 * Lists are multisets. Entries are matched by content; what is left by element id, then by a key that is unique on both
 * sides (system and value, system and code, codings, url). Survivors keep their order.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct canon;
struct touch;

struct list_pairs {
    size_t *of_before; /* for each entry before: its index after, or LIST_NONE */
    size_t *of_after;  /* the other way round */
};
#define LIST_NONE ((size_t)-1)

/* `before` and `after` are lists, or NULL for empty ones. */
void list_match(struct list_pairs *out, struct arena *arena, const struct canon *before,
                const struct canon *after);
/* The entry of `list` that is `entry`, as list_match finds it in `home`, the list that `entry` is of. NULL: none. */
const struct canon *list_find(struct arena *arena, const struct canon *home,
                              const struct canon *entry, const struct canon *list);

/* How often each content is in a list: sorted once, asked often. */
struct list_texts {
    const char **texts;
    size_t count;
};
void list_texts_of(struct list_texts *out, struct arena *arena, const struct canon *const *entries,
                   size_t count);
size_t list_texts_count(const struct list_texts *texts, const struct canon *entry);

/* What differs, for people: lines "- path: value" and "+ path: value", a JSON Pointer each. NULL: nothing. */
const char *diff_text(struct arena *arena, const struct canon *before, const struct canon *after);
/* Only what `touch` (may be NULL) does not cover. NULL: the change is within the touch. */
const char *diff_beyond(struct arena *arena, const struct touch *touch, const struct canon *before,
                        const struct canon *after);
/* The same, where leaving out of a set (meta.tag, security, profile) is a removal: by a patch, or in a create. */
const char *diff_beyond_sets(struct arena *arena, const struct touch *touch,
                             const struct canon *before, const struct canon *after);
/* Is the change, whoever made it, nothing but a part of what the touch intends? */
bool diff_is_intended(struct arena *arena, const struct touch *touch, const struct canon *before,
                      const struct canon *after);
#endif
