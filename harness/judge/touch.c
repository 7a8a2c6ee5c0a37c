/* SPDX-License-Identifier: Apache-2.0 */
/*
 * touch - built from two canons (update), or from a patch and its base.
 *
 * A patch is followed on a copy of the base in which every entry of every list bears the index it had in the base
 * (a mark). An operation's pointer, read along this copy, gives the path in the base that it means, and what the
 * marked copy became says where an entry went. Entries without a mark are new.
 */
#include "harness/judge/touch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/patch.h"
#include "harness/judge/canon.h"
#include "harness/judge/diff.h"

static struct touch *new_touch(struct arena *arena, const char *name, const struct canon *base,
                               const struct canon *intended)
{
    struct touch *touch = arena_alloc(arena, sizeof(*touch));

    touch->name = name;
    touch->base = base;
    touch->intended = intended;
    return touch;
}

static struct touch *new_whole(struct arena *arena, const char *name, const struct canon *base,
                               const struct canon *intended)
{
    struct touch *touch = new_touch(arena, name, base, intended);

    touch->is_whole = true;
    return touch;
}

static void add_below(struct arena *arena, struct touch *touch, struct touch *below)
{
    size_t size = touch->below_count * sizeof(touch->below[0]);

    if (!below)
        return;
    touch->below = arena_grow(arena, touch->below, size, size + sizeof(touch->below[0]));
    touch->below[touch->below_count++] = below;
}

static void add_entry(struct arena *arena, struct touch *touch, const struct canon *entry)
{
    size_t size = touch->added_count * sizeof(touch->added[0]);

    touch->added = arena_grow(arena, touch->added, size, size + sizeof(touch->added[0]));
    touch->added[touch->added_count++] = entry;
}

const struct touch *touch_all(struct arena *arena, const struct canon *base,
                              const struct canon *intended)
{
    return new_whole(arena, NULL, base, intended);
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
    struct touch *touch = new_touch(arena, name, base, intended);

    if (is_value(base) || is_value(intended))
        add_below(arena, touch,
                  from_change(arena, CANON_SELF, canon_member(base, CANON_SELF),
                              canon_member(intended, CANON_SELF)));
    for (size_t i = 0; base && !is_value(base) && i < base->count; i++) {
        const char *member = base->children[i]->name;

        if (!is_value(intended) || strcmp(member, CANON_SELF) != 0)
            add_below(
                arena, touch,
                from_change(arena, member, base->children[i], canon_member(intended, member)));
    }
    for (size_t i = 0; intended && !is_value(intended) && i < intended->count; i++) {
        const char *member = intended->children[i]->name;

        if (!canon_member(base, member))
            add_below(arena, touch, from_change(arena, member, NULL, intended->children[i]));
    }
    return touch;
}

static struct touch *from_lists(struct arena *arena, const char *name, const struct canon *base,
                                const struct canon *intended)
{
    struct touch *touch = new_touch(arena, name, base, intended);
    bool is_set = (base && base->is_set) || (intended && intended->is_set);
    struct list_pairs pairs;
    size_t least = 0;

    list_match(&pairs, arena, base, intended);
    for (size_t i = 0; base && i < base->count; i++) {
        size_t to = pairs.of_before[i];

        if (to != LIST_NONE) {
            add_below(arena, touch,
                      from_change(arena, NULL, base->children[i], intended->children[to]));
            touch->is_reordered |= to < least && !is_set;
            least = to;
        } else if (!is_set) {
            add_below(arena, touch, new_whole(arena, NULL, base->children[i], NULL));
        }
    }
    for (size_t j = 0; intended && j < intended->count; j++) {
        if (pairs.of_after[j] == LIST_NONE)
            add_entry(arena, touch, intended->children[j]);
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
    if (is_set || (is_list(base) && is_list(intended)))
        return from_lists(arena, name, base, intended);
    if (canon_holds_sets(base ? base : intended))
        return from_members(arena, name, base, intended);
    if (!base || !intended || is_list(base) || is_list(intended))
        return new_whole(arena, name, base, intended);
    bool is_plain = is_value(base) && is_value(intended);
    if (is_plain && (!name || strcmp(name, CANON_SELF) == 0))
        return new_whole(arena, name, base, intended);
    return from_members(arena, name, base, intended);
}

const struct touch *touch_update(struct arena *arena, const struct canon *base,
                                 const struct canon *intended)
{
    return from_change(arena, NULL, base, intended);
}

/* ---- patch: marks ---- */

#define MARK "\x02"

/* Gives `entry` the mark of an index in the base. The tree is ours. */
static void mark_entry(struct cJSON *list, size_t at, const char *mark)
{
    struct cJSON *entry = list->child;

    while (entry && at--)
        entry = entry->next;
    if (cJSON_IsObject(entry))
        json_put_string(entry, MARK, mark);
    else if (entry)
        cJSON_ReplaceItemViaPointer(list, entry, cJSON_CreateString(mark));
}

static void mark_all(struct cJSON *item)
{
    size_t index = 0;

    for (struct cJSON *child = item->child; child; child = child->next)
        mark_all(child);
    for (; cJSON_IsArray(item) && index < json_count(item); index++) {
        char mark[32];

        snprintf(mark, sizeof(mark), MARK "%zu", index);
        mark_entry(item, index, mark);
    }
}

static const char *mark_of(const struct cJSON *entry)
{
    const char *mark = cJSON_IsObject(entry) ? json_string(entry, MARK) : json_text(entry);

    return mark && mark[0] == MARK[0] ? mark : NULL;
}

static void unmark(struct cJSON *item)
{
    json_remove(item, MARK);
    for (struct cJSON *child = item->child; child; child = child->next)
        unmark(child);
}

/* ---- patch: which paths of the base are touched ---- */

struct following {
    struct arena *arena;
    struct cJSON *marked, *plain; /* as far as followed: with marks, and as it is */
    struct touch *root;
};

static struct touch *member_below(struct arena *arena, struct touch *touch, const char *name)
{
    for (size_t i = 0; i < touch->below_count; i++) {
        if (touch->below[i]->name && strcmp(touch->below[i]->name, name) == 0)
            return touch->below[i];
    }
    add_below(arena, touch, new_touch(arena, arena_strdup(arena, name), NULL, NULL));
    return touch->below[touch->below_count - 1];
}

/* The touch of the entry that had the index of `mark` in the base; NULL for a new one. */
static struct touch *entry_below(struct arena *arena, struct touch *touch, const char *mark)
{
    return mark ? member_below(arena, touch, mark) : NULL;
}

static const char *token_of(struct arena *arena, const char **pointer)
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

/*
 * The touch of what `pointer` names in the marked tree, made where it is not there yet; NULL: inside something that
 * the patch itself added. A pointer to an entry ends at its list when the entry is to be new.
 */
static struct touch *follow(struct following *following, const char *pointer, bool is_new)
{
    const struct cJSON *item = following->marked;
    struct touch *touch = following->root;

    while (touch && *pointer != '\0') {
        const char *token = token_of(following->arena, &pointer);

        if (cJSON_IsArray(item)) {
            if (*pointer == '\0' && is_new)
                return touch;
            item = json_at(item, strtoul(token, NULL, 10));
            touch = entry_below(following->arena, touch, mark_of(item));
        } else {
            /* What stands beside a primitive, "_name", is below it. */
            bool is_extra = token[0] == '_' && token[1] != '\0';

            item = json_get(item, token);
            touch = member_below(following->arena, touch, token + is_extra);
            if (is_extra && *pointer == '\0' && !cJSON_IsArray(item)) {
                member_below(following->arena, touch, "id")->is_whole = true;
                touch = member_below(following->arena, touch, "extension");
            }
        }
    }
    return touch;
}

static const struct cJSON *pointed(const struct cJSON *root, const char *pointer, bool *out_is_list)
{
    size_t size = *pointer != '\0' ? (size_t)(strrchr(pointer, '/') - pointer) : 0;
    char above[1024];

    *out_is_list = false;
    if (size < sizeof(above) && *pointer != '\0') {
        memcpy(above, pointer, size);
        above[size] = '\0';
        *out_is_list = cJSON_IsArray(json_pointer(root, above));
    }
    return json_pointer(root, pointer);
}

static struct cJSON *apply_one(struct following *following, struct cJSON *tree,
                               const struct cJSON *op)
{
    struct cJSON *patch = json_array(following->arena);
    enum patch_result result;
    struct err err = ERR_INIT;

    json_add(patch, json_copy(op));
    return patch_apply(following->arena, tree, patch, &result, &err);
}

static struct cJSON *one_op(struct following *following, const char *op, const char *path,
                            struct cJSON *value)
{
    struct cJSON *made = json_object(following->arena);

    json_put_string(made, "op", op);
    json_put_string(made, "path", path);
    if (value)
        json_put(made, "value", value);
    return made;
}

static bool step(struct following *following, const struct cJSON *op)
{
    following->marked = apply_one(following, following->marked, op);
    return following->marked != NULL;
}

static void touch_whole(struct touch *touch)
{
    if (touch)
        touch->is_whole = true;
}

/* add, and the second half of move and copy: a new entry of a list, or a member as a whole. */
static bool follow_add(struct following *following, const char *path, const struct cJSON *value)
{
    bool is_list = false;

    if (!value)
        return false; /* a copy of nothing */
    if (*path == '\0') {
        touch_whole(following->root);
        return true;
    }
    pointed(following->marked, path, &is_list);
    struct touch *touch = follow(following, path, true);
    if (!is_list)
        touch_whole(touch);
    struct cJSON *copy = json_copy_root(following->arena, value);
    unmark(copy);
    return step(following, one_op(following, "add", path, json_copy(copy)));
}

static bool follow_remove(struct following *following, const char *path)
{
    touch_whole(follow(following, path, false));
    return step(following, one_op(following, "remove", path, NULL));
}

static bool follow_replace(struct following *following, const char *path, const struct cJSON *value)
{
    bool is_list = false;
    const char *mark = mark_of(pointed(following->marked, path, &is_list));

    if (*path == '\0') {
        touch_whole(following->root);
        return true;
    }
    touch_whole(follow(following, path, false));
    if (!mark || !is_list)
        return step(following, one_op(following, "replace", path, json_copy(value)));
    struct cJSON *copy = cJSON_IsObject(value) ? json_copy_root(following->arena, value) : NULL;
    if (!copy)
        return true; /* the mark stands for the value */
    json_put_string(copy, MARK, mark);
    return step(following, one_op(following, "replace", path, json_copy(copy)));
}

static bool follow_op(struct following *following, const struct cJSON *op)
{
    const char *name = json_string(op, "op"), *path = json_string(op, "path");
    const char *from = json_string(op, "from");
    const struct cJSON *value = json_get(op, "value");

    if (following->root->is_whole)
        return true; /* the whole resource was replaced: nothing below counts any more */
    if (strcmp(name, "add") == 0)
        return follow_add(following, path, value);
    if (strcmp(name, "remove") == 0)
        return follow_remove(following, path);
    if (strcmp(name, "replace") == 0)
        return follow_replace(following, path, value);
    if (strcmp(name, "copy") == 0)
        return follow_add(following, path, json_pointer(following->plain, from));
    if (strcmp(name, "move") == 0)
        return follow_remove(following, from) &&
               follow_add(following, path, json_pointer(following->plain, from));
    return true; /* a test is read */
}

/* ---- patch: what shall be there ---- */

static const struct canon *entry_at(const struct canon *list, size_t index)
{
    for (size_t i = 0; is_list(list) && i < list->count; i++) {
        if (list->children[i]->index == index)
            return list->children[i];
    }
    return NULL;
}

/* Where the entry of that mark is now, or LIST_NONE. */
static size_t index_of_mark(const struct cJSON *marked, const char *mark)
{
    const struct cJSON *entry;
    size_t index = 0;

    cJSON_ArrayForEach(entry, marked)
    {
        const char *one = mark_of(entry);

        if (one && strcmp(one, mark) == 0)
            return index;
        index++;
    }
    return LIST_NONE;
}

static void fill(struct arena *arena, struct touch *touch, const struct canon *base,
                 const struct canon *intended, const struct cJSON *marked);

static void fill_list(struct arena *arena, struct touch *touch, const struct cJSON *marked)
{
    const struct cJSON *entry;
    size_t index = 0, kept = 0;

    for (size_t i = 0; i < touch->below_count; i++)
        touch->is_whole |= touch->below[i]->name[0] != MARK[0]; /* what stands beside all entries */
    if (touch->is_whole) {
        touch->below_count = 0;
        return;
    }
    for (size_t i = 0; i < touch->below_count; i++) {
        struct touch *below = touch->below[i];
        size_t was = strtoul(below->name + 1, NULL, 10);
        size_t is = index_of_mark(marked, below->name);

        below->name = NULL;
        fill(arena, below, entry_at(touch->base, was),
             is == LIST_NONE ? NULL : entry_at(touch->intended, is), json_at(marked, is));
        if (below->base)
            touch->below[kept++] = below;
    }
    touch->below_count = kept;
    cJSON_ArrayForEach(entry, marked)
    {
        const struct canon *added = mark_of(entry) ? NULL : entry_at(touch->intended, index);

        if (added)
            add_entry(arena, touch, added);
        index++;
    }
}

/* A plain value is touched as the value of its element: extensions beside it are somebody else's. */
static void narrow_to_value(struct arena *arena, struct touch *touch)
{
    bool is_plain =
        (!touch->base || is_value(touch->base)) && (!touch->intended || is_value(touch->intended));

    if (!touch->name || !is_plain || strcmp(touch->name, CANON_SELF) == 0)
        return;
    touch->is_whole = false;
    add_below(arena, touch, new_whole(arena, CANON_SELF, touch->base, touch->intended));
}

static void fill(struct arena *arena, struct touch *touch, const struct canon *base,
                 const struct canon *intended, const struct cJSON *marked)
{
    touch->base = base;
    touch->intended = intended;
    if (touch->is_whole) {
        touch->below_count = 0;
        narrow_to_value(arena, touch);
        return;
    }
    if (cJSON_IsArray(marked) || is_list(base)) {
        fill_list(arena, touch, marked);
        return;
    }
    for (size_t i = 0; i < touch->below_count; i++) {
        struct touch *below = touch->below[i];

        fill(arena, below, canon_member(base, below->name), canon_member(intended, below->name),
             json_get(marked, below->name));
    }
}

const struct touch *touch_patch(struct arena *arena, const struct cJSON *base,
                                const struct cJSON *patch, const struct canon_options *options)
{
    struct following following = {.arena = arena};
    struct err err = ERR_INIT;
    const struct cJSON *op;

    if (patch_check(patch, &err) || !cJSON_IsObject(base))
        return NULL;
    following.root = new_touch(arena, NULL, NULL, NULL);
    following.marked = json_copy_root(arena, base);
    following.plain = json_copy_root(arena, base);
    mark_all(following.marked);
    cJSON_ArrayForEach(op, patch)
    {
        const char *name = json_string(op, "op");

        if (!follow_op(&following, op))
            return NULL;
        if (strcmp(name, "test") != 0)
            following.plain = apply_one(&following, following.plain, op);
        if (!following.plain)
            return NULL;
    }
    const struct canon *before = canon_make(arena, base, options, NULL);
    fill(arena, following.root, before, canon_make(arena, following.plain, options, base),
         following.marked);
    return following.root;
}

/* ---- fields that a human decided ---- */

static struct touch *copy_touch(struct arena *arena, const struct touch *touch)
{
    struct touch *copy = arena_alloc(arena, sizeof(*copy));

    *copy = *touch;
    copy->below = NULL;
    copy->below_count = 0;
    for (size_t i = 0; i < touch->below_count; i++)
        add_below(arena, copy, copy_touch(arena, touch->below[i]));
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
    add_below(arena, touch, new_touch(arena, NULL, same, NULL));
    return touch->below[touch->below_count - 1];
}

static void add_field(struct arena *arena, struct touch *root, const struct canon *base,
                      const char *pointer)
{
    struct touch *touch = root, *above = root;
    const struct canon *node = base;

    while (touch && *pointer == '/' && !touch->is_whole) {
        const char *token = token_of(arena, &pointer);

        above = touch;
        if (is_list(node)) {
            const struct canon *entry = entry_at(node, strtoul(token, NULL, 10));

            touch = field_entry(arena, touch, node, entry);
            node = entry;
        } else {
            token += token[0] == '_';
            touch = member_below(arena, touch, token);
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
    struct touch *wider = touch ? copy_touch(arena, touch) : new_touch(arena, NULL, node, NULL);
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

        for (size_t i = 0; is_list(touch->base) && i < touch->base->count; i++) {
            size_t at = touch->base->children[i] == one->base ? here.of_before[i] : LIST_NONE;

            if (at == LIST_NONE)
                continue;
            const struct canon *entry = before->children[at];
            size_t to = pairs.of_before[at];
            if (to == LIST_NONE ? entry_is_met(arena, one, entry, after, &pairs)
                                : touch_meets(arena, one, entry, after->children[to]))
                return true;
        }
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

/* An entry that shall be gone: no more of its content than shall be, and it is not there with other content. */
static bool entry_is_gone(struct arena *arena, const struct touch *lists, const struct canon *entry,
                          const struct canon *list)
{
    const struct canon *same = list_find(arena, lists->base, entry, list);

    if (list_count_equal(list, entry) > list_count_equal(lists->intended, entry))
        return false;
    return !same || canon_equal(same, entry) ||
           list_find(arena, lists->base, entry, lists->intended) != NULL;
}

static bool entry_stands(struct arena *arena, const struct touch *lists, const struct touch *touch,
                         const struct canon *list)
{
    if (touch->is_whole && !touch->intended)
        return entry_is_gone(arena, lists, touch->base, list);
    if (touch->is_whole)
        return list_count_equal(list, touch->intended) > 0 &&
               list_count_equal(list, touch->base) <=
                   list_count_equal(lists->intended, touch->base);
    const struct canon *same = list_find(arena, lists->base, touch->base, list);
    if (same)
        return touch_stands(arena, touch, same);
    for (size_t i = 0; is_list(list) && i < list->count; i++) {
        if (touch_stands(arena, touch, list->children[i]))
            return true;
    }
    return false;
}

static bool list_stands(struct arena *arena, const struct touch *touch, const struct canon *list)
{
    for (size_t i = 0; i < touch->below_count; i++) {
        if (!entry_stands(arena, touch, touch->below[i], list))
            return false;
    }
    for (size_t i = 0; i < touch->added_count; i++) {
        size_t wanted = 0;

        for (size_t k = 0; k < touch->added_count; k++)
            wanted += canon_equal(touch->added[k], touch->added[i]);
        if (list_count_equal(list, touch->added[i]) < wanted)
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
