/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_TOUCH_H
#define HARNESS_JUDGE_TOUCH_H
/*
 * touch - what an intent means to change in its base, as a tree beside the canon of the base.
 *
 * patch: targets of add, remove, replace, move, copy, and the source of a move; update: what differs between base and
 * resource; create: all; delete: the resource. Index paths mean the entries they had in the base.
 *
 * A node is whole (everything at and below it is the intent's), or has touched members, or is a list with touched and
 * added entries. Where matching entries is ambiguous, touch_meets says no and diff_beyond nothing: merging passes.
 *
 * Ownership:  all in the arena given.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;
struct canon;
struct canon_options;

struct touch {
    const char *name;                    /* in its object; NULL: the root or an entry */
    const struct canon *base, *intended; /* what was here, what shall be; NULL: nothing */
    bool is_whole;
    bool is_reordered;    /* a list whose survivors the intent itself puts in another order */
    struct touch **below; /* touched members; of a list: touched entries, `base` tells which */
    size_t below_count;
    const struct canon **added; /* of a list: new entries */
    size_t added_count;
};

/* All of it: a create (intended), a delete (intended NULL). */
const struct touch *touch_all(struct arena *arena, const struct canon *base,
                              const struct canon *intended);
/* NULL: nothing differs. */
const struct touch *touch_update(struct arena *arena, const struct canon *base,
                                 const struct canon *intended);
/* NULL: the patch can't be applied to this base. `before`: the base's canon, where it is known; else NULL. */
const struct touch *touch_patch(struct arena *arena, const struct cJSON *base,
                                const struct canon *before, const struct cJSON *patch,
                                const struct canon_options *options);
/* `touch` (may be NULL) and, whole, what the JSON Pointers (an array of strings) name in `base`. */
const struct touch *touch_with_fields(struct arena *arena, const struct touch *touch,
                                      const struct cJSON *base, const struct cJSON *fields,
                                      const struct canon_options *options);

/* Does the change from `before` to `after`, by somebody else, change what is touched to another value than intended? */
bool touch_meets(struct arena *arena, const struct touch *touch, const struct canon *before,
                 const struct canon *after);
/* Does everything touched have its intended value in `node`? */
bool touch_stands(struct arena *arena, const struct touch *touch, const struct canon *node);
#endif
