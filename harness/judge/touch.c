/* SPDX-License-Identifier: Apache-2.0 */
/*
 * touch - built from two canons (an update is what differs), widened by what a human decided, and asked what somebody
 * else's change meets and what stands. Touches of patches are made in touch_patch.c.
 */
#include "harness/judge/touch.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/diff.h"
#include "harness/judge/touch_build.h"

struct touch *touch_new(struct arena *arena, const char *name, const struct canon *base,
                        const struct canon *intended)
{
    struct touch *touch = arena_alloc(arena, sizeof(*touch));

    touch->name = name;
    touch->base = base;
    touch->intended = intended;
    return touch;
}

struct touch *touch_new_whole(struct arena *arena, const char *name, const struct canon *base,
                              const struct canon *intended)
{
    struct touch *touch = touch_new(arena, name, base, intended);

    touch->is_whole = true;
    return touch;
}

/* An array of pointers with room for one more: it doubles whenever its count is a power of two. */
static void *with_room(struct arena *arena, void *items, size_t count)
{
    bool is_full = (count & (count - 1)) == 0; /* of none, too */
    size_t room = count ? 2 * count : 1;

    return is_full ? arena_grow(arena, items, count * sizeof(void *), room * sizeof(void *))
                   : items;
}

void touch_add_below(struct arena *arena, struct touch *touch, struct touch *below)
{
    if (!below)
        return;
    touch->below = with_room(arena, touch->below, touch->below_count);
    touch->below[touch->below_count++] = below;
}

void touch_add_entry(struct arena *arena, struct touch *touch, const struct canon *entry)
{
    touch->added = with_room(arena, touch->added, touch->added_count);
    touch->added[touch->added_count++] = entry;
}

struct touch *touch_member_below(struct arena *arena, struct touch *touch, const char *name)
{
    for (size_t i = 0; i < touch->below_count; i++) {
        if (touch->below[i]->name && strcmp(touch->below[i]->name, name) == 0)
            return touch->below[i];
    }
    touch_add_below(arena, touch, touch_new(arena, arena_strdup(arena, name), NULL, NULL));
    return touch->below[touch->below_count - 1];
}

const char *pointer_token(struct arena *arena, const char **pointer)
{
    size_t size = strcspn(*pointer + 1, "/");
    char *token = arena_copy(arena, *pointer + 1, size), *to = token;

    for (const char *from = token; *from != '\0'; from++, to++) {
        *to = *from;
        if (*from == '~')
            *to = *++from == '0' ? '~' : '/';
    }
    *to = '\0';
    *pointer += size + 1;
    return token;
}

const struct canon *list_entry_at(const struct canon *list, size_t index)
{
    size_t at = list && list->kind == CANON_LIST ? canon_position(list, index) : 0;

    return list && list->kind == CANON_LIST && at < list->count ? list->children[at] : NULL;
}

const struct touch *touch_all(struct arena *arena, const struct canon *base,
                              const struct canon *intended)
{
    return touch_new_whole(arena, NULL, base, intended);
}

/* ---- update: what differs ---- */

static struct touch *from_change(struct arena *arena, const char *name, const struct canon *base,
                                 const struct canon *intended);

static bool is_list(const struct canon *node)
{
    return node && node->kind == CANON_LIST;
}

static bool is_value(const struct canon *node)
{
    return node && node->kind == CANON_VALUE;
}

static struct touch *from_members(struct arena *arena, const char *name, const struct canon *base,
                                  const struct canon *intended)
{
    struct touch *touch = touch_new(arena, name, base, intended);

    if (is_value(base) || is_value(intended))
        touch_add_below(arena, touch,
                        from_change(arena, CANON_SELF, canon_member(base, CANON_SELF),
                                    canon_member(intended, CANON_SELF)));
    for (size_t i = 0; base && !is_value(base) && i < base->count; i++) {
        const char *member = base->children[i]->name;

        if (!is_value(intended) || strcmp(member, CANON_SELF) != 0)
            touch_add_below(
                arena, touch,
                from_change(arena, member, base->children[i], canon_member(intended, member)));
    }
    for (size_t i = 0; intended && !is_value(intended) && i < intended->count; i++) {
        const char *member = intended->children[i]->name;

        if (!canon_member(base, member))
            touch_add_below(arena, touch, from_change(arena, member, NULL, intended->children[i]));
    }
    return touch;
}

static struct touch *from_lists(struct arena *arena, const char *name, const struct canon *base,
                                const struct canon *intended)
{
    struct touch *touch = touch_new(arena, name, base, intended);
    bool is_set = (base && base->is_set) || (intended && intended->is_set);
    struct list_pairs pairs;
    size_t least = 0;

    list_match(&pairs, arena, base, intended);
    for (size_t i = 0; base && i < base->count; i++) {
        size_t to = pairs.of_before[i];

        if (to != LIST_NONE) {
            touch_add_below(arena, touch,
                            from_change(arena, NULL, base->children[i], intended->children[to]));
            touch->is_reordered |= to < least && !is_set;
            least = to;
        } else if (!is_set) {
            touch_add_below(arena, touch, touch_new_whole(arena, NULL, base->children[i], NULL));
        }
    }
    for (size_t j = 0; intended && j < intended->count; j++) {
        if (pairs.of_after[j] == LIST_NONE)
            touch_add_entry(arena, touch, intended->children[j]);
    }
    bool is_empty = touch->below_count + touch->added_count == 0 && !touch->is_reordered;
    return is_empty ? NULL : touch;
}

static struct touch *from_change(struct arena *arena, const char *name, const struct canon *base,
                                 const struct canon *intended)
{
    if (canon_equal(base, intended))
        return NULL;
    bool is_set = (base && base->is_set) || (intended && intended->is_set);
    bool are_lists = (!base || is_list(base)) && (!intended || is_list(intended));
    if (is_set || are_lists)
        return from_lists(arena, name, base, intended); /* no list is an empty one */
    if (canon_holds_sets(base ? base : intended))
        return from_members(arena, name, base, intended);
    if (!base || !intended || is_list(base) || is_list(intended))
        return touch_new_whole(arena, name, base, intended);
    bool is_plain = is_value(base) && is_value(intended);
    if (is_plain && (!name || strcmp(name, CANON_SELF) == 0))
        return touch_new_whole(arena, name, base, intended);
    return from_members(arena, name, base, intended);
}

const struct touch *touch_update(struct arena *arena, const struct canon *base,
                                 const struct canon *intended)
{
    return from_change(arena, NULL, base, intended);
}

/* ---- fields that a human decided ---- */

static struct touch *copy_touch(struct arena *arena, const struct touch *touch)
{
    struct touch *copy = arena_alloc(arena, sizeof(*copy));

    *copy = *touch;
    copy->below = NULL;
    copy->below_count = 0;
    for (size_t i = 0; i < touch->below_count; i++)
        touch_add_below(arena, copy, copy_touch(arena, touch->below[i]));
    return copy;
}

/* The touch of an entry of `list`; NULL where it can't be told which one of the base's it is. */
static struct touch *field_entry(struct arena *arena, struct touch *touch, const struct canon *list,
                                 const struct canon *entry)
{
    if (!touch->base)
        touch->base = list;
    const struct canon *same = entry ? list_find(arena, list, entry, touch->base) : NULL;
    for (size_t i = 0; same && i < touch->below_count; i++) {
        if (touch->below[i]->base == same)
            return touch->below[i];
    }
    if (!same)
        return NULL;
    touch_add_below(arena, touch, touch_new(arena, NULL, same, NULL));
    return touch->below[touch->below_count - 1];
}

static void add_field(struct arena *arena, struct touch *root, const struct canon *base,
                      const char *pointer)
{
    struct touch *touch = root, *above = root;
    const struct canon *node = base;

    while (touch && *pointer == '/' && !touch->is_whole) {
        const char *token = pointer_token(arena, &pointer);

        above = touch;
        if (is_list(node)) {
            const struct canon *entry = list_entry_at(node, strtoul(token, NULL, 10));

            touch = field_entry(arena, touch, node, entry);
            node = entry;
        } else {
            token += token[0] == '_';
            touch = touch_member_below(arena, touch, token);
            node = canon_member(node, token);
        }
    }
    touch = touch ? touch : above;
    touch->is_whole = true;
    if (!touch->name && !touch->intended)
        touch->intended = touch->base; /* an entry may become another one, too */
}

const struct touch *touch_with_fields(struct arena *arena, const struct touch *touch,
                                      const struct cJSON *base, const struct cJSON *fields,
                                      const struct canon_options *options)
{
    const struct canon *node = canon_make(arena, base, options, NULL);
    struct touch *wider = touch ? copy_touch(arena, touch) : touch_new(arena, NULL, node, NULL);
    const struct cJSON *field;

    cJSON_ArrayForEach(field, fields)
    {
        if (json_text(field))
            add_field(arena, wider, node, json_text(field));
    }
    return wider;
}

/* ---- what others changed ---- */

static bool entry_is_met(struct arena *arena, const struct touch *touch, const struct canon *entry,
                         const struct canon *after, const struct list_pairs *pairs)
{
    if (touch->is_whole && !touch->intended)
        return false; /* it shall be gone, and it is; or it is another one now, which is ambiguous */
    for (size_t j = 0; is_list(after) && j < after->count; j++) {
        if (pairs->of_after[j] != LIST_NONE)
            continue;
        if (!touch_meets(arena, touch, entry, after->children[j]))
            return false; /* it may have become this one: ambiguous */
    }
    return true;
}

/* A new entry that claims to be the same one as an added entry, with other content. */
static bool addition_is_met(struct arena *arena, const struct touch *touch,
                            const struct canon *before, const struct canon *after)
{
    struct list_pairs added, known;

    list_match(&added, arena, touch->intended, after);
    list_match(&known, arena, before, after);
    for (size_t i = 0; is_list(touch->intended) && i < touch->intended->count; i++) {
        const struct canon *entry = touch->intended->children[i];
        size_t j = added.of_before[i];

        if (j == LIST_NONE || known.of_after[j] != LIST_NONE)
            continue;
        for (size_t a = 0; a < touch->added_count; a++) {
            if (touch->added[a] == entry && !canon_equal(entry, after->children[j]))
                return true;
        }
    }
    return false;
}

static bool list_is_met(struct arena *arena, const struct touch *touch, const struct canon *before,
                        const struct canon *after)
{
    struct list_pairs here, pairs;

    list_match(&here, arena, touch->base, before);
    list_match(&pairs, arena, before, after);
    for (size_t t = 0; t < touch->below_count; t++) {
        const struct touch *one = touch->below[t];
        size_t at = is_list(touch->base) && one->base
                        ? here.of_before[canon_position(touch->base, one->base->index)]
                        : LIST_NONE;

        if (at == LIST_NONE)
            continue;
        const struct canon *entry = before->children[at];
        size_t to = pairs.of_before[at];
        if (to == LIST_NONE ? entry_is_met(arena, one, entry, after, &pairs)
                            : touch_meets(arena, one, entry, after->children[to]))
            return true;
    }
    return addition_is_met(arena, touch, before, after);
}

bool touch_meets(struct arena *arena, const struct touch *touch, const struct canon *before,
                 const struct canon *after)
{
    if (!touch || canon_equal(before, after))
        return false;
    if (touch->is_whole)
        return !canon_equal(after, touch->intended);
    if (is_list(touch->base) || is_list(touch->intended))
        return list_is_met(arena, touch, is_list(before) ? before : NULL,
                           is_list(after) ? after : NULL);
    for (size_t i = 0; i < touch->below_count; i++) {
        const struct touch *below = touch->below[i];

        if (touch_meets(arena, below, canon_member(before, below->name),
                        canon_member(after, below->name)))
            return true;
    }
    return false;
}

/* ---- what stands ---- */

/* A list that is asked whether a touch of it stands. */
struct standing {
    struct arena *arena;
    const struct touch *touch;
    const struct canon *list;
    struct list_pairs here,
        intended; /* from the base's entries to those of the list, and those intended */
    struct list_texts list_texts, intended_texts;
};

/* An entry that shall be gone: no more of its content than shall be, and it is not there with other content. */
static bool entry_is_gone(const struct standing *standing, const struct canon *entry, size_t at)
{
    size_t to = standing->here.of_before[at];

    if (list_texts_count(&standing->list_texts, entry) >
        list_texts_count(&standing->intended_texts, entry))
        return false;
    return to == LIST_NONE || canon_equal(standing->list->children[to], entry) ||
           standing->intended.of_before[at] != LIST_NONE;
}

static bool entry_stands(const struct standing *standing, const struct touch *touch)
{
    const struct canon *list = standing->list;
    size_t at = canon_position(standing->touch->base, touch->base->index);

    if (touch->is_whole && !touch->intended)
        return entry_is_gone(standing, touch->base, at);
    if (touch->is_whole)
        return list_texts_count(&standing->list_texts, touch->intended) > 0 &&
               list_texts_count(&standing->list_texts, touch->base) <=
                   list_texts_count(&standing->intended_texts, touch->base);
    if (standing->here.of_before[at] != LIST_NONE)
        return touch_stands(standing->arena, touch, list->children[standing->here.of_before[at]]);
    for (size_t i = 0; list && i < list->count; i++) {
        if (touch_stands(standing->arena, touch, list->children[i]))
            return true;
    }
    return false;
}

static bool list_stands(struct arena *arena, const struct touch *touch, const struct canon *list)
{
    struct standing standing = {.arena = arena, .touch = touch, .list = list};
    struct list_texts added;

    list_match(&standing.here, arena, touch->base, list);
    list_match(&standing.intended, arena, touch->base, touch->intended);
    list_texts_of(&standing.list_texts, arena, list ? list->children : NULL,
                  list ? list->count : 0);
    list_texts_of(&standing.intended_texts, arena,
                  is_list(touch->intended) ? touch->intended->children : NULL,
                  is_list(touch->intended) ? touch->intended->count : 0);
    list_texts_of(&added, arena, touch->added, touch->added_count);
    for (size_t i = 0; i < touch->below_count; i++) {
        if (!is_list(touch->base) || !entry_stands(&standing, touch->below[i]))
            return false;
    }
    for (size_t i = 0; i < touch->added_count; i++) {
        if (list_texts_count(&standing.list_texts, touch->added[i]) <
            list_texts_count(&added, touch->added[i]))
            return false;
    }
    return true;
}

bool touch_stands(struct arena *arena, const struct touch *touch, const struct canon *node)
{
    if (!touch)
        return true;
    if (touch->is_whole)
        return canon_equal(node, touch->intended);
    if (is_list(touch->base) || is_list(touch->intended))
        return list_stands(arena, touch, is_list(node) ? node : NULL);
    for (size_t i = 0; i < touch->below_count; i++) {
        const struct touch *below = touch->below[i];

        if (!touch_stands(arena, below, canon_member(node, below->name)))
            return false;
    }
    return true;
}
