/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff - one walk over two canons and, beside them, a touch: what differs and is not touched is written down.
 * Without a touch that is the whole difference.
 *
 * Nothing there is taken for an empty list or object where the touch reaches below it, so that removing the only
 * entry may drop the list.
 */
#include "harness/judge/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "harness/judge/canon.h"
#include "harness/judge/touch.h"

/* ---- matching entries ---- */

struct keyed {
    const char *key;
    size_t index;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *left = a, *right = b;
    int order = strcmp(left->key, right->key);

    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static size_t count_of(const struct canon *list)
{
    return list && list->kind == CANON_LIST ? list->count : 0;
}

static const char *value_text(const struct canon *entry, const char *name)
{
    const struct canon *member = entry->kind == CANON_OBJECT ? canon_member(entry, name) : NULL;

    return member ? member->text : NULL;
}

static const char *content_key(struct arena *arena, const struct canon *entry)
{
    (void)arena;
    return entry->text;
}

static const char *id_key(struct arena *arena, const struct canon *entry)
{
    (void)arena;
    return value_text(entry, "id");
}

/* Identifier and ContactPoint, Coding, CodeableConcept, Extension; NULL for the rest. */
static const char *domain_key(struct arena *arena, const struct canon *entry)
{
    static const struct {
        const char *first, *second;
    } kinds[] = {{"system", "value"}, {"system", "code"}, {"coding", NULL}, {"url", NULL}};

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const char *first = value_text(entry, kinds[i].first);
        const char *second = kinds[i].second ? value_text(entry, kinds[i].second) : "";

        if (first && second)
            return arena_printf(arena, "%zu%s%s", i, first, second);
    }
    return NULL;
}

typedef const char *key_fn(struct arena *arena, const struct canon *entry);

static size_t sort_keys(struct arena *arena, const struct canon *list, key_fn *key_of,
                        struct keyed *out)
{
    size_t count = 0;

    for (size_t i = 0; i < count_of(list); i++) {
        const char *key = key_of(arena, list->children[i]);

        if (key)
            out[count++] = (struct keyed){key, i};
    }
    qsort(out, count, sizeof(out[0]), compare_keyed);
    return count;
}

static size_t run_length(const struct keyed *keys, size_t from, size_t count)
{
    size_t to = from;

    while (to < count && strcmp(keys[to].key, keys[from].key) == 0)
        to++;
    return to - from;
}

static void pair(struct list_pairs *pairs, size_t before, size_t after)
{
    if (pairs->of_before[before] == LIST_NONE && pairs->of_after[after] == LIST_NONE) {
        pairs->of_before[before] = after;
        pairs->of_after[after] = before;
    }
}

/* Pairs entries of equal keys in order; `is_unique`: only where a key stands once on both sides. */
static void match_by(struct list_pairs *pairs, struct arena *arena, const struct canon *before,
                     const struct canon *after, key_fn *key_of, bool is_unique)
{
    struct keyed *left = arena_alloc(arena, (count_of(before) + 1) * sizeof(*left));
    struct keyed *right = arena_alloc(arena, (count_of(after) + 1) * sizeof(*right));
    size_t left_count = sort_keys(arena, before, key_of, left);
    size_t right_count = sort_keys(arena, after, key_of, right);
    size_t i = 0, j = 0;

    while (i < left_count && j < right_count) {
        int order = strcmp(left[i].key, right[j].key);
        size_t same_left = run_length(left, i, left_count);
        size_t same_right = run_length(right, j, right_count);
        bool may_pair = order == 0 && (!is_unique || (same_left == 1 && same_right == 1));

        for (size_t k = 0; may_pair && k < same_left && k < same_right; k++)
            pair(pairs, left[i + k].index, right[j + k].index);
        i += order <= 0 ? same_left : 0;
        j += order >= 0 ? same_right : 0;
    }
}

void list_match(struct list_pairs *out, struct arena *arena, const struct canon *before,
                const struct canon *after)
{
    size_t left = count_of(before), right = count_of(after);

    out->of_before = arena_alloc(arena, (left + 1) * sizeof(size_t));
    out->of_after = arena_alloc(arena, (right + 1) * sizeof(size_t));
    for (size_t i = 0; i < left; i++)
        out->of_before[i] = LIST_NONE;
    for (size_t i = 0; i < right; i++)
        out->of_after[i] = LIST_NONE;
    match_by(out, arena, before, after, content_key, false);
    match_by(out, arena, before, after, id_key, true);
    match_by(out, arena, before, after, domain_key, true);
}

const struct canon *list_find(struct arena *arena, const struct canon *home,
                              const struct canon *entry, const struct canon *list)
{
    struct list_pairs pairs;

    list_match(&pairs, arena, home, list);
    for (size_t i = 0; i < count_of(home); i++) {
        if (home->children[i] == entry)
            return pairs.of_before[i] == LIST_NONE ? NULL : list->children[pairs.of_before[i]];
    }
    return NULL;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void list_texts_of(struct list_texts *out, struct arena *arena, const struct canon *const *entries,
                   size_t count)
{
    out->texts = arena_alloc(arena, (count + 1) * sizeof(out->texts[0]));
    out->count = count;
    for (size_t i = 0; i < count; i++)
        out->texts[i] = entries[i]->text;
    qsort(out->texts, count, sizeof(out->texts[0]), compare_strings);
}

/* How many texts are less than this one; `or_equal`: or equal to it. */
static size_t texts_below(const struct list_texts *texts, const char *text, bool or_equal)
{
    size_t low = 0, high = texts->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(texts->texts[middle], text);

        if (order < 0 || (order == 0 && or_equal))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t list_texts_count(const struct list_texts *texts, const struct canon *entry)
{
    return entry ? texts_below(texts, entry->text, true) - texts_below(texts, entry->text, false)
                 : 0;
}

/* ---- walking ---- */

struct walk {
    struct arena *arena;
    struct buf *lines; /* what differs and is not touched */
    struct buf path;   /* a JSON Pointer, without indexes of the entries at hand */
    bool is_exact;     /* new entries must be those that the touch adds */
    bool has_sets;     /* what is left out of a set is gone */
};

static void beyond(struct walk *walk, const struct touch *touch, const struct canon *before,
                   const struct canon *after);

#define VALUE_SHOWN_MAX 240

static void write_line(struct walk *walk, char sign, const struct canon *node)
{
    size_t size = node ? strlen(node->text) : 0;
    bool is_cut = size > VALUE_SHOWN_MAX;

    if (!node)
        return;
    if (is_cut)
        size = VALUE_SHOWN_MAX;
    while (is_cut && size > 0 && ((unsigned char)node->text[size] & 0xC0) == 0x80)
        size--; /* never half a character */
    buf_printf(walk->lines, "%c %s: %.*s%s\n", sign, buf_text(&walk->path), (int)size, node->text,
               is_cut ? "..." : "");
}

static void write_change(struct walk *walk, const struct canon *before, const struct canon *after)
{
    write_line(walk, '-', before);
    write_line(walk, '+', after);
}

static size_t path_push(struct walk *walk, const char *name)
{
    size_t size = walk->path.size;

    if (strcmp(name, CANON_SELF) == 0)
        return size;
    buf_putc(&walk->path, '/');
    for (; *name != '\0'; name++) {
        if (*name == '~' || *name == '/')
            buf_puts(&walk->path, *name == '~' ? "~0" : "~1");
        else
            buf_putc(&walk->path, *name);
    }
    return size;
}

static size_t path_push_index(struct walk *walk, const struct canon *entry)
{
    size_t size = walk->path.size;

    buf_printf(&walk->path, "/%zu", entry->index);
    return size;
}

static void path_pop(struct walk *walk, size_t size)
{
    if (walk->path.size > size) {
        walk->path.size = size;
        walk->path.bytes[size] = '\0';
    }
}

/* ---- objects ---- */

static const struct touch *touch_of_member(const struct touch *touch, const char *name)
{
    for (size_t i = 0; touch && i < touch->below_count; i++) {
        if (touch->below[i]->name && strcmp(touch->below[i]->name, name) == 0)
            return touch->below[i];
    }
    return NULL;
}

static void beyond_member(struct walk *walk, const struct touch *touch, const char *name,
                          const struct canon *before, const struct canon *after)
{
    size_t size = path_push(walk, name);

    beyond(walk, touch_of_member(touch, name), canon_member(before, name),
           canon_member(after, name));
    path_pop(walk, size);
}

static void beyond_object(struct walk *walk, const struct touch *touch, const struct canon *before,
                          const struct canon *after)
{
    bool has_self =
        (before && before->kind == CANON_VALUE) || (after && after->kind == CANON_VALUE);

    if (has_self)
        beyond_member(walk, touch, CANON_SELF, before, after);
    for (size_t i = 0; before && i < before->count; i++) {
        const char *name = before->children[i]->name;

        if (!has_self || strcmp(name, CANON_SELF) != 0)
            beyond_member(walk, touch, name, before, after);
    }
    for (size_t i = 0; after && i < after->count; i++) {
        const char *name = after->children[i]->name;

        if (!canon_member(before, name) && (!has_self || strcmp(name, CANON_SELF) != 0))
            beyond_member(walk, touch, name, before, after);
    }
}

/* ---- lists ---- */

struct lists {
    const struct touch *touch;
    const struct canon *before, *after;
    struct list_pairs pairs;
    const struct touch **touches; /* of each entry before, or NULL */
    bool *is_used;                /* entries after that explain a change */
    size_t allowed;               /* new entries that the touch allows */
    const struct touch **adrift;  /* of the base's entries that are not before */
    size_t adrift_count;
};

/* Which entry before each touched entry of the base is. */
static void find_touches(struct walk *walk, struct lists *lists)
{
    const struct touch *touch = lists->touch;
    struct list_pairs pairs;

    lists->touches =
        arena_alloc(walk->arena, (count_of(lists->before) + 1) * sizeof(lists->touches[0]));
    if (!touch)
        return;
    lists->allowed = touch->added_count;
    list_match(&pairs, walk->arena, touch->base, lists->before);
    lists->adrift = arena_alloc(walk->arena, (touch->below_count + 1) * sizeof(lists->adrift[0]));
    for (size_t t = 0; t < touch->below_count && count_of(touch->base); t++) {
        const struct touch *one = touch->below[t];
        size_t i = one->base ? canon_position(touch->base, one->base->index) : 0;

        if (!one->base || i == touch->base->count)
            continue;
        if (pairs.of_before[i] != LIST_NONE)
            lists->touches[pairs.of_before[i]] = one;
        else if (!one->is_whole)
            lists->adrift[lists->adrift_count++] = one;
    }
}

static bool is_within(struct walk *walk, const struct touch *touch, const struct canon *before,
                      const struct canon *after)
{
    return diff_beyond(walk->arena, touch, before, after) == NULL;
}

/* An entry without a key changed by its own touch: some new entry is what it became. */
static bool became(struct walk *walk, struct lists *lists, const struct touch *touch,
                   const struct canon *entry)
{
    for (size_t j = 0; j < count_of(lists->after); j++) {
        if (lists->pairs.of_after[j] != LIST_NONE || lists->is_used[j] ||
            !is_within(walk, touch, entry, lists->after->children[j]))
            continue;
        lists->is_used[j] = true;
        return true;
    }
    return false;
}

/* Somebody changed an entry without a key, so that it is not the base's any more; then the intent may have changed
 * it as it would have changed the base's. */
static bool became_by_another(struct walk *walk, struct lists *lists, const struct canon *entry)
{
    for (size_t t = 0; t < lists->adrift_count; t++) {
        if (became(walk, lists, lists->adrift[t], entry))
            return true;
    }
    return false;
}

static void beyond_gone(struct walk *walk, struct lists *lists, size_t i)
{
    const struct canon *entry = lists->before->children[i];
    const struct touch *touch = lists->touches[i];

    if (lists->before->is_set && !walk->has_sets)
        return;
    if (touch && touch->is_whole) {
        lists->allowed += touch->intended != NULL;
        return;
    }
    if (touch ? became(walk, lists, touch, entry) : became_by_another(walk, lists, entry))
        return;
    size_t size = path_push_index(walk, entry);
    write_line(walk, '-', entry);
    path_pop(walk, size);
}

static bool is_added(const struct touch *touch, const struct canon *entry)
{
    for (size_t i = 0; touch && i < touch->added_count; i++) {
        if (canon_equal(touch->added[i], entry))
            return true;
    }
    for (size_t i = 0; touch && i < touch->below_count; i++) {
        if (touch->below[i]->is_whole && canon_equal(touch->below[i]->intended, entry))
            return true;
    }
    return false;
}

static void beyond_new(struct walk *walk, struct lists *lists, size_t j)
{
    const struct canon *entry = lists->after->children[j];

    if (lists->is_used[j])
        return;
    if (lists->allowed > 0 && (!walk->is_exact || is_added(lists->touch, entry))) {
        lists->allowed--;
        return;
    }
    size_t size = path_push_index(walk, entry);
    write_line(walk, '+', entry);
    path_pop(walk, size);
}

static void beyond_survivor(struct walk *walk, struct lists *lists, size_t i)
{
    const struct canon *entry = lists->before->children[i];
    size_t size = path_push_index(walk, entry);

    beyond(walk, lists->touches[i], entry, lists->after->children[lists->pairs.of_before[i]]);
    path_pop(walk, size);
}

/* Survivors that are not the intent's keep their order. */
static bool is_in_order(const struct lists *lists)
{
    size_t least = 0;

    if ((lists->touch && lists->touch->is_reordered) || (lists->before && lists->before->is_set))
        return true;
    for (size_t i = 0; i < count_of(lists->before); i++) {
        size_t after = lists->pairs.of_before[i];

        if (after == LIST_NONE || lists->touches[i])
            continue;
        if (after < least)
            return false;
        least = after;
    }
    return true;
}

static void beyond_list(struct walk *walk, const struct touch *touch, const struct canon *before,
                        const struct canon *after)
{
    struct lists lists = {.touch = touch, .before = before, .after = after};

    list_match(&lists.pairs, walk->arena, before, after);
    lists.is_used = arena_alloc(walk->arena, count_of(after) + 1);
    find_touches(walk, &lists);
    for (size_t i = 0; i < count_of(before); i++) {
        if (lists.pairs.of_before[i] == LIST_NONE)
            beyond_gone(walk, &lists, i);
        else
            beyond_survivor(walk, &lists, i);
    }
    for (size_t j = 0; j < count_of(after); j++) {
        if (lists.pairs.of_after[j] == LIST_NONE)
            beyond_new(walk, &lists, j);
    }
    if (!is_in_order(&lists))
        write_change(walk, before, after);
}

/* ---- the face ---- */

static bool is_list(const struct canon *node)
{
    return node && node->kind == CANON_LIST;
}

static bool reaches_below(const struct touch *touch)
{
    return touch && touch->below_count + touch->added_count > 0;
}

static void beyond(struct walk *walk, const struct touch *touch, const struct canon *before,
                   const struct canon *after)
{
    bool has_both = before && after;

    if (canon_equal(before, after) || (touch && touch->is_whole))
        return;
    bool is_set = (before && before->is_set) || (after && after->is_set);
    if (is_set || (is_list(before) && is_list(after)))
        beyond_list(walk, touch, before, after);
    else if (canon_holds_sets(before ? before : after))
        beyond_object(walk, touch, before, after);
    else if (!has_both && !reaches_below(touch))
        write_change(walk, before, after);
    else if (is_list(before) != is_list(after) && has_both)
        write_change(walk, before, after);
    else if (is_list(before) || is_list(after))
        beyond_list(walk, touch, before, after);
    else if (has_both && before->kind == CANON_VALUE && after->kind == CANON_VALUE &&
             !touch_of_member(touch, CANON_SELF))
        write_change(walk, before, after);
    else
        beyond_object(walk, touch, before, after);
}

static const char *walk_both(struct walk walk, const struct touch *touch,
                             const struct canon *before, const struct canon *after)
{
    struct buf lines = BUF_INIT;

    walk.lines = &lines;
    walk.path = BUF_INIT;
    beyond(&walk, touch, before, after);
    const char *text = lines.size > 0 ? buf_copy(&lines, walk.arena) : NULL;
    buf_release(&lines);
    buf_release(&walk.path);
    return text;
}

const char *diff_beyond(struct arena *arena, const struct touch *touch, const struct canon *before,
                        const struct canon *after)
{
    return walk_both((struct walk){.arena = arena}, touch, before, after);
}

const char *diff_beyond_sets(struct arena *arena, const struct touch *touch,
                             const struct canon *before, const struct canon *after)
{
    return walk_both((struct walk){.arena = arena, .has_sets = true}, touch, before, after);
}

bool diff_is_intended(struct arena *arena, const struct touch *touch, const struct canon *before,
                      const struct canon *after)
{
    return !walk_both((struct walk){.arena = arena, .is_exact = true}, touch, before, after) &&
           !touch_meets(arena, touch, before, after);
}

const char *diff_text(struct arena *arena, const struct canon *before, const struct canon *after)
{
    return diff_beyond(arena, NULL, before, after);
}
