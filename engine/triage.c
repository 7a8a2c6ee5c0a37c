/* SPDX-License-Identifier: Apache-2.0 */
/*
 * triage - a three-way merge of JSON trees, and the differences a human is shown.
 *
 * Objects merge member by member. Of a list, what both ends have in common with the base is set
 * aside; what is left in the middle is the part that a side changed (nothing on the base's side:
 * an insertion; as many on both: entry by entry). Two sides merge when these parts do not meet.
 * Entries of `base` keep their place by counting what was inserted or removed before them; an entry
 * that both changed must say which one it is (an id, url, system, value or code of its own).
 */
#include "engine/triage.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "engine/content.h"
#include "fhir/patch.h"

bool triage_is_sensitive(const char *type)
{
    static const char *const types[] = {"AllergyIntolerance", "Condition", "List"};

    if (strncmp(type, "Medication", strlen("Medication")) == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strcmp(types[i], type) == 0)
            return true;
    }
    return false;
}

struct merge {
    struct arena *arena;
    enum triage_mode mode;
    bool has_conflict;
};

static struct cJSON *merge(struct merge *m, const struct cJSON *base, const struct cJSON *intended,
                           const struct cJSON *current);

static struct cJSON *copy(const struct cJSON *item)
{
    return item ? json_copy(item) : NULL;
}

/* Two values for one place. */
static struct cJSON *collide(struct merge *m, const struct cJSON *intended)
{
    if (m->mode == TRIAGE_FOREIGN)
        m->has_conflict = true;
    return copy(intended);
}

static void merge_member(struct merge *m, struct cJSON *out, const char *key,
                         const struct cJSON *base, const struct cJSON *intended,
                         const struct cJSON *current)
{
    struct cJSON *value =
        merge(m, json_get(base, key), json_get(intended, key), json_get(current, key));

    if (value)
        json_put(out, key, value);
}

static struct cJSON *merge_object(struct merge *m, const struct cJSON *base,
                                  const struct cJSON *intended, const struct cJSON *current)
{
    struct cJSON *out = cJSON_CreateObject();

    for (const struct cJSON *at = current->child; at; at = at->next)
        merge_member(m, out, at->string, base, intended, current);
    for (const struct cJSON *at = intended->child; at; at = at->next) {
        if (!json_get(current, at->string))
            merge_member(m, out, at->string, base, intended, current);
    }
    return out;
}

struct part { /* base[from, to) became side[from, side_to) */
    size_t from, to, side_to;
};

static struct part changed_part(struct merge *m, const struct cJSON *base, const struct cJSON *side)
{
    size_t base_count = json_count(base);
    size_t side_count = json_count(side);
    struct part part = {0, base_count, side_count};

    while (part.from < base_count && part.from < side_count &&
           content_equal(m->arena, json_at(base, part.from), json_at(side, part.from)))
        part.from++;
    while (part.to > part.from && part.side_to > part.from &&
           content_equal(m->arena, json_at(base, part.to - 1), json_at(side, part.side_to - 1))) {
        part.to--;
        part.side_to--;
    }
    return part;
}

static bool is_entrywise(const struct part *part)
{
    return part->to == part->side_to;
}

static void add_range(struct cJSON *out, const struct cJSON *list, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        json_add(out, json_copy(json_at(list, i)));
}

/* The parts are apart: the earlier one, what lies between, the later one. */
static struct cJSON *join(const struct cJSON *base, const struct cJSON *first, const struct part *p,
                          const struct cJSON *second, const struct part *q)
{
    struct cJSON *out = cJSON_CreateArray();

    add_range(out, base, 0, p->from);
    add_range(out, first, p->from, p->side_to);
    add_range(out, base, p->to, q->from);
    add_range(out, second, q->from, q->side_to);
    add_range(out, base, q->to, json_count(base));
    return out;
}

/* Does `entry` say which one it is, and the same as `other` says? */
static bool is_same_entry(struct merge *m, const struct cJSON *entry, const struct cJSON *other)
{
    static const char *const names[] = {"url", "system", "value", "code"};
    bool has_name = false;

    if (json_get(entry, "id") || json_get(other, "id"))
        return content_equal(m->arena, json_get(entry, "id"), json_get(other, "id"));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!content_equal(m->arena, json_get(entry, names[i]), json_get(other, names[i])))
            return false;
        has_name = has_name || json_get(entry, names[i]);
    }
    return has_name;
}

/* Is the entry that stands at `at` in `list` the one that `entry` is, and no other? */
static bool is_the_one(struct merge *m, const struct cJSON *entry, const struct cJSON *list,
                       size_t at)
{
    size_t count = 0;

    for (size_t i = 0; i < json_count(list); i++)
        count += is_same_entry(m, entry, json_at(list, i));
    return count == 1 && is_same_entry(m, entry, json_at(list, at));
}

/* An entry that both sides changed is one entry only where it says so: its place alone may hold
 * another by now. */
static bool is_one_entry(struct merge *m, const struct cJSON *base, const struct cJSON *intended,
                         const struct cJSON *current, size_t at)
{
    const struct cJSON *entry = json_at(base, at);

    return !cJSON_IsObject(entry) || content_equal(m->arena, entry, json_at(intended, at)) ||
           content_equal(m->arena, entry, json_at(current, at)) ||
           content_equal(m->arena, json_at(intended, at), json_at(current, at)) ||
           (is_the_one(m, entry, base, at) && is_the_one(m, entry, intended, at) &&
            is_the_one(m, entry, current, at));
}

static struct cJSON *merge_entries(struct merge *m, const struct cJSON *base,
                                   const struct cJSON *intended, const struct cJSON *current)
{
    struct cJSON *out = cJSON_CreateArray();

    for (size_t i = 0; i < json_count(base); i++) {
        struct cJSON *entry = merge(m, json_at(base, i), json_at(intended, i), json_at(current, i));

        m->has_conflict = m->has_conflict || !is_one_entry(m, base, intended, current, i);
        json_add(out, entry ? entry : cJSON_CreateNull());
    }
    return out;
}

static struct cJSON *merge_array(struct merge *m, const struct cJSON *base,
                                 const struct cJSON *intended, const struct cJSON *current)
{
    struct part ours = changed_part(m, base, intended);
    struct part theirs = changed_part(m, base, current);
    bool is_same_place =
        ours.from == theirs.from && ours.to == ours.from && theirs.to == theirs.from;

    if (is_entrywise(&ours) && is_entrywise(&theirs))
        return merge_entries(m, base, intended, current);
    if (is_same_place) { /* both inserted there: in which order, nobody said */
        if (m->mode == TRIAGE_FOREIGN)
            m->has_conflict = true;
        return join(base, current, &theirs, intended, &ours);
    }
    if (ours.to <= theirs.from)
        return join(base, intended, &ours, current, &theirs);
    if (theirs.to <= ours.from)
        return join(base, current, &theirs, intended, &ours);
    m->has_conflict = true; /* also among our own: what one removed the other may mean */
    return copy(intended);
}

/* NULL: nothing is there. */
static struct cJSON *merge(struct merge *m, const struct cJSON *base, const struct cJSON *intended,
                           const struct cJSON *current)
{
    if (content_equal(m->arena, base, intended))
        return copy(current);
    if (content_equal(m->arena, base, current) || content_equal(m->arena, intended, current))
        return copy(intended);
    if (cJSON_IsObject(base) && cJSON_IsObject(intended) && cJSON_IsObject(current))
        return merge_object(m, base, intended, current);
    if (cJSON_IsArray(intended) && cJSON_IsArray(current) && (!base || cJSON_IsArray(base)))
        return merge_array(m, base ? base : json_array(m->arena), intended, current);
    return collide(m, intended);
}

/* Without the members that a server sets itself, which differ in every version. */
static struct cJSON *plain(struct arena *arena, const struct cJSON *resource)
{
    struct cJSON *out = json_copy_root(arena, resource);
    struct cJSON *meta = json_get_mutable(out, "meta");

    json_remove(meta, "versionId");
    json_remove(meta, "lastUpdated");
    json_remove(meta, "source");
    if (meta && json_count(meta) == 0)
        json_remove(out, "meta");
    return out;
}

struct cJSON *triage_merge(struct arena *arena, const struct cJSON *base,
                           const struct cJSON *intended, const struct cJSON *current,
                           enum triage_mode mode)
{
    struct merge m = {.arena = arena, .mode = mode};
    struct cJSON *holder = json_array(arena);
    struct cJSON *merged =
        merge(&m, plain(arena, base), plain(arena, intended), plain(arena, current));

    if (!merged)
        return NULL;
    json_add(holder, merged);
    return m.has_conflict ? NULL : json_copy_root(arena, merged);
}

/* ---- what a human sees and takes ---- */

struct cJSON *triage_take(struct arena *arena, const struct cJSON *intended,
                          const struct cJSON *current, const char *const *paths, size_t count)
{
    struct cJSON *patch = json_array(arena);
    enum patch_result result;
    struct err err = ERR_INIT;

    for (size_t i = 0; i < count; i++) {
        const struct cJSON *value = json_pointer(intended, paths[i]);
        bool is_there = json_pointer(current, paths[i]) != NULL;

        if (!value && !is_there)
            continue;
        struct cJSON *op = json_add_object(patch);
        json_put_string(op, "op", !value ? "remove" : is_there ? "replace" : "add");
        json_put_string(op, "path", paths[i]);
        if (value)
            json_put(op, "value", json_copy(value));
    }
    return patch_apply(arena, plain(arena, current), patch, &result, &err);
}

static void add_delta(struct cJSON *out, const char *path, const struct cJSON *base,
                      const struct cJSON *current, const struct cJSON *intended)
{
    struct cJSON *row = json_add_object(out);

    json_put_string(row, "path", path);
    json_put(row, "base", base ? json_copy(base) : cJSON_CreateNull());
    json_put(row, "current", current ? json_copy(current) : cJSON_CreateNull());
    json_put(row, "intended", intended ? json_copy(intended) : cJSON_CreateNull());
}

static void delta(struct arena *arena, const char *path, const struct cJSON *base,
                  const struct cJSON *current, const struct cJSON *intended, struct cJSON *out);

static const char *member_path(struct arena *arena, const char *path, const char *key)
{
    struct buf text = BUF_INIT;

    buf_printf(&text, "%s/", path);
    for (const char *c = key; *c; c++) {
        if (*c == '~' || *c == '/')
            buf_puts(&text, *c == '~' ? "~0" : "~1");
        else
            buf_putc(&text, *c);
    }
    char *whole = buf_copy(&text, arena);
    buf_release(&text);
    return whole;
}

/* The members of one side, but those that a side before it has too: they were shown. */
static void delta_members(struct arena *arena, const char *path, const struct cJSON *const sides[3],
                          size_t first, struct cJSON *out)
{
    for (const struct cJSON *at = sides[first]->child; at; at = at->next) {
        bool was_shown = false;

        for (size_t i = 0; i < first; i++)
            was_shown = was_shown || json_get(sides[i], at->string);
        if (!was_shown)
            delta(arena, member_path(arena, path, at->string), json_get(sides[0], at->string),
                  json_get(sides[1], at->string), json_get(sides[2], at->string), out);
    }
}

static void delta(struct arena *arena, const char *path, const struct cJSON *base,
                  const struct cJSON *current, const struct cJSON *intended, struct cJSON *out)
{
    const struct cJSON *sides[3] = {base, current, intended};

    if (content_equal(arena, base, intended) && content_equal(arena, base, current))
        return;
    if (cJSON_IsObject(base) && cJSON_IsObject(current) && cJSON_IsObject(intended)) {
        for (size_t i = 0; i < COUNT_OF(sides); i++)
            delta_members(arena, path, sides, i, out);
        return;
    }
    size_t count = json_count(base);
    if (cJSON_IsArray(base) && cJSON_IsArray(current) && cJSON_IsArray(intended) &&
        json_count(current) == count && json_count(intended) == count) {
        for (size_t i = 0; i < count; i++)
            delta(arena, arena_printf(arena, "%s/%zu", path, i), json_at(base, i),
                  json_at(current, i), json_at(intended, i), out);
        return;
    }
    add_delta(out, path, base, current, intended);
}

void triage_delta(struct arena *arena, const struct cJSON *base, const struct cJSON *current,
                  const struct cJSON *intended, struct cJSON *out)
{
    delta(arena, "", base ? plain(arena, base) : NULL, current ? plain(arena, current) : NULL,
          intended ? plain(arena, intended) : NULL, out);
}
