/* SPDX-License-Identifier: Apache-2.0 */
/*
 * touch_patch - the touch of a patch. It is followed on a copy of the base in which every entry of every list bears the
 * index it had in the base (a mark). An operation's pointer, read along this copy, gives the path in the base that it
 * means, and what the marked copy became says where an entry went. Entries without a mark are new.
 */
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
#include "harness/judge/touch.h"
#include "harness/judge/touch_build.h"

static bool is_list(const struct canon *node)
{
    return node && node->kind == CANON_LIST;
}

static bool is_value(const struct canon *node)
{
    return node && node->kind == CANON_VALUE;
}

/* ---- patch: marks ---- */

#define MARK "\x02"

/* Gives the entries of every list the mark of their index in the base. The tree is ours. */
static void mark_all(struct cJSON *item)
{
    size_t index = 0;

    for (struct cJSON *child = item->child, *next; child; child = next) {
        char mark[32];

        next = child->next;
        mark_all(child);
        if (!cJSON_IsArray(item))
            continue;
        snprintf(mark, sizeof(mark), MARK "%zu", index++);
        if (cJSON_IsObject(child))
            json_put_string(child, MARK, mark);
        else
            json_replace(item, child, cJSON_CreateString(mark));
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
    const struct cJSON *marked, *plain; /* as far as followed: with marks, and as it is */
    struct touch *root;
};

/* The touch of the entry that had the index of `mark` in the base; NULL for a new one. */
static struct touch *entry_below(struct arena *arena, struct touch *touch, const char *mark)
{
    return mark ? touch_member_below(arena, touch, mark) : NULL;
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
        const char *token = pointer_token(following->arena, &pointer);

        if (cJSON_IsArray(item)) {
            if (*pointer == '\0' && is_new)
                return touch;
            item = json_at(item, strtoul(token, NULL, 10));
            touch = entry_below(following->arena, touch, mark_of(item));
        } else {
            /* What stands beside a primitive, "_name", is below it. */
            bool is_extra = token[0] == '_' && token[1] != '\0';

            item = json_get(item, token);
            touch = touch_member_below(following->arena, touch, token + is_extra);
            if (is_extra && *pointer == '\0' && !cJSON_IsArray(item)) {
                touch_member_below(following->arena, touch, "id")->is_whole = true;
                touch = touch_member_below(following->arena, touch, "extension");
            }
        }
    }
    return touch;
}

static const struct cJSON *pointed(struct arena *arena, const struct cJSON *root,
                                   const char *pointer, bool *out_is_list)
{
    size_t size = *pointer != '\0' ? (size_t)(strrchr(pointer, '/') - pointer) : 0;

    *out_is_list =
        *pointer != '\0' && cJSON_IsArray(json_pointer(root, arena_copy(arena, pointer, size)));
    return json_pointer(root, pointer);
}

static void touch_whole(struct touch *touch)
{
    if (touch)
        touch->is_whole = true;
}

static struct cJSON *apply_one(struct following *following, const struct cJSON *tree,
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
    pointed(following->arena, following->marked, path, &is_list);
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
    const char *mark = mark_of(pointed(following->arena, following->marked, path, &is_list));

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
        fill(arena, below, list_entry_at(touch->base, was),
             is == LIST_NONE ? NULL : list_entry_at(touch->intended, is), json_at(marked, is));
        if (below->base)
            touch->below[kept++] = below;
    }
    touch->below_count = kept;
    cJSON_ArrayForEach(entry, marked)
    {
        const struct canon *added = mark_of(entry) ? NULL : list_entry_at(touch->intended, index);

        if (added)
            touch_add_entry(arena, touch, added);
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
    touch_add_below(arena, touch, touch_new_whole(arena, CANON_SELF, touch->base, touch->intended));
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

/* A narrative is one thing: its status says whether its text is content. */
static void widen_narrative(struct touch *root)
{
    for (size_t i = 0; i < root->below_count; i++) {
        if (strcmp(root->below[i]->name, "text") == 0)
            root->below[i]->is_whole = true;
    }
}

/* Do both name the same element? What stands beside a primitive, "_name", is of it. */
static bool same_element(const char *a, const char *b)
{
    return strcmp(a + (*a == '_'), b + (*b == '_')) == 0;
}

static bool is_named(struct arena *arena, const struct cJSON *patch, const char *name)
{
    static const char *const pointers[] = {"path", "from"};
    const struct cJSON *op;

    cJSON_ArrayForEach(op, patch)
    {
        for (size_t i = 0; i < COUNT_OF(pointers); i++) {
            const char *pointer = json_string(op, pointers[i]);

            if (pointer && *pointer == '/' && same_element(pointer_token(arena, &pointer), name))
                return true;
        }
    }
    return false;
}

/* The members of the base that any operation names: of the others nobody asks where their entries went. */
static struct cJSON *copy_named(struct arena *arena, const struct cJSON *base,
                                const struct cJSON *patch)
{
    struct cJSON *copy = json_object(arena);
    const struct cJSON *member;

    cJSON_ArrayForEach(member, base)
    {
        if (is_named(arena, patch, member->string))
            json_put(copy, member->string, json_copy(member));
    }
    return copy;
}

const struct touch *touch_patch(struct arena *arena, const struct cJSON *base,
                                const struct canon *before, const struct cJSON *patch,
                                const struct canon_options *options)
{
    struct following following = {.arena = arena};
    struct err err = ERR_INIT;
    const struct cJSON *op;

    if (patch_check(patch, &err) || !cJSON_IsObject(base))
        return NULL;
    following.root = touch_new(arena, NULL, NULL, NULL);
    struct cJSON *marked = copy_named(arena, base, patch);
    mark_all(marked);
    following.marked = marked;
    following.plain = base;
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
    widen_narrative(following.root);
    if (!before)
        before = canon_make(arena, base, options, NULL);
    fill(arena, following.root, before, canon_make(arena, following.plain, options, base),
         following.marked);
    return following.root;
}
