/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge - a three-way merge in which the intent wins.
 *
 * It is used where nobody is overruled: onto the engine's own earlier write, or where a human
 * decided. Members of objects merge one by one; of arrays the entries that the intent changed are
 * found again by their content, and by their place only where someone else changed that very entry.
 */
#include "tests/strawman/merge.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"

/* ---- comparing ---- */

static bool is_servers_own(const char *key)
{
    static const char *const keys[] = {"versionId", "lastUpdated", "source"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static bool same_reference(const char *sent, const char *stored)
{
    bool is_open = strncmp(sent, "urn:", 4) == 0 || strchr(sent, '?');

    return strcmp(sent, stored) == 0 ||
           (is_open && strchr(stored, '/') && strncmp(stored, "urn:", 4) != 0);
}

/* Members of `meta` that a server keeps for itself are passed over when is_meta. */
static bool same(const struct cJSON *sent, const struct cJSON *stored, bool is_meta);

static bool same_object(const struct cJSON *sent, const struct cJSON *stored, bool is_meta)
{
    size_t members = 0;

    for (const struct cJSON *member = sent->child; member; member = member->next) {
        const struct cJSON *other = json_get(stored, member->string);

        if (is_meta && is_servers_own(member->string))
            continue;
        members++;
        if (strcmp(member->string, "reference") == 0 && json_text(member) && json_text(other)) {
            if (!same_reference(json_text(member), json_text(other)))
                return false;
        } else if (!other || !same(member, other, false)) {
            return false;
        }
    }
    for (const struct cJSON *member = stored->child; member; member = member->next)
        members -= !(is_meta && is_servers_own(member->string));
    return members == 0;
}

static bool same(const struct cJSON *sent, const struct cJSON *stored, bool is_meta)
{
    if (!sent || !stored)
        return sent == stored;
    if (json_is_number(sent) || json_is_number(stored))
        return json_is_number(sent) && json_is_number(stored) &&
               strcmp(json_number_text(sent), json_number_text(stored)) == 0;
    if (cJSON_IsObject(sent))
        return cJSON_IsObject(stored) && same_object(sent, stored, is_meta);
    if (cJSON_IsString(sent))
        return cJSON_IsString(stored) && strcmp(json_text(sent), json_text(stored)) == 0;
    if (!cJSON_IsArray(sent))
        return (sent->type & 0xff) == (stored->type & 0xff);
    if (!cJSON_IsArray(stored) || json_count(sent) != json_count(stored))
        return false;
    const struct cJSON *b = stored->child;
    for (const struct cJSON *a = sent->child; a; a = a->next, b = b->next)
        if (!same(a, b, false))
            return false;
    return true;
}

static bool is_member(const struct cJSON *member, const char *key)
{
    return strcmp(member->string, key) == 0;
}

bool merge_same(const struct cJSON *sent, const struct cJSON *stored)
{
    static const struct cJSON nothing = {.type = cJSON_Object};

    if (!cJSON_IsObject(sent) || !cJSON_IsObject(stored))
        return false;
    for (const struct cJSON *member = sent->child; member; member = member->next) {
        const struct cJSON *other = json_get(stored, member->string);

        if (is_member(member, "id") || is_member(member, "meta"))
            continue;
        if (!same(member, other, false))
            return false;
    }
    for (const struct cJSON *member = stored->child; member; member = member->next)
        if (!is_member(member, "id") && !is_member(member, "meta") &&
            !json_get(sent, member->string))
            return false;
    const struct cJSON *a = json_get(sent, "meta"), *b = json_get(stored, "meta");
    return same(a ? a : &nothing, b ? b : &nothing, true);
}

/* ---- merging ---- */

struct merge {
    struct arena *arena;
    struct merge_choice choice;
};

/* Paths choose what lies below them, and what they lie below. */
static bool is_chosen(const struct merge *merge, const char *path)
{
    const struct cJSON *fields = merge->choice.fields;

    if (json_count(fields) == 0)
        return true;
    for (size_t i = 0; i < json_count(fields); i++) {
        const char *field = json_text(json_at(fields, i));
        size_t a = field ? strlen(field) : 0, b = strlen(path), least = a < b ? a : b;

        if (field && strncmp(field, path, least) == 0 &&
            (a == b || (a < b ? path[a] : field[b]) == '/'))
            return true;
    }
    return false;
}

static void merge_object(struct merge *merge, struct cJSON *into, const char *path,
                         const struct cJSON *was, const struct cJSON *wanted);

/* An entry that the intent changed in place, put onto the chart's form of it. */
static void add_changed(struct merge *merge, struct cJSON *array, const struct cJSON *was,
                        const struct cJSON *wanted, const struct cJSON *theirs)
{
    if (!cJSON_IsObject(theirs) || !cJSON_IsObject(was) || !cJSON_IsObject(wanted)) {
        json_add(array, json_copy(wanted));
        return;
    }
    struct cJSON *mixed = json_copy_root(merge->arena, theirs);
    struct merge all = {.arena = merge->arena};
    merge_object(&all, mixed, "", was, wanted);
    json_add(array, json_copy(mixed));
}

/* The first entry of `array` equal to `entry` whose place is not taken; its place, or the count. */
static size_t find_free(const struct cJSON *array, const struct cJSON *entry, const bool *taken)
{
    size_t place = 0;

    for (const struct cJSON *each = array ? array->child : NULL; each; each = each->next, place++)
        if (!taken[place] && same(each, entry, false))
            return place;
    return place;
}

/* Entries were changed in place: each is looked for among theirs, by content, else by place. */
static void merge_places(struct merge *merge, struct cJSON *out, const struct cJSON *was,
                         const struct cJSON *wanted, const struct cJSON *theirs)
{
    size_t count = json_count(was), place = 0;
    bool *taken = arena_alloc(merge->arena, count + 1);
    size_t *found = arena_alloc(merge->arena, (json_count(theirs) + 1) * sizeof(*found));

    for (const struct cJSON *each = theirs->child; each; each = each->next, place++) {
        found[place] = find_free(was, each, taken);
        taken[found[place]] = true;
    }
    place = 0;
    for (const struct cJSON *each = theirs->child; each; each = each->next, place++) {
        size_t at = found[place];

        if (at == count && place < count && !taken[place] &&
            !same(json_at(was, place), json_at(wanted, place), false)) {
            taken[place] = true;
            add_changed(merge, out, json_at(was, place), json_at(wanted, place), each);
        } else {
            json_add(out, json_copy(at < count ? json_at(wanted, at) : each));
        }
    }
    for (size_t i = 0; i < count; i++) /* changed here, removed there: the intent wins */
        if (!taken[i] && !same(json_at(was, i), json_at(wanted, i), false))
            json_add(out, json_copy(json_at(wanted, i)));
}

/* Entries were added or removed. */
static void merge_members(struct merge *merge, struct cJSON *out, const struct cJSON *was,
                          const struct cJSON *wanted, const struct cJSON *theirs)
{
    size_t old = json_count(was), new = json_count(wanted), place = 0;
    bool *kept = arena_alloc(merge->arena, old + 1), *added = arena_alloc(merge->arena, new + 1);

    for (const struct cJSON *each = wanted->child; each; each = each->next, place++) {
        size_t at = find_free(was, each, kept);

        added[place] = at == old;
        if (at < old)
            kept[at] = true;
    }
    for (const struct cJSON *each = theirs->child; each; each = each->next) {
        size_t at = find_free(was, each, kept); /* the same as an entry that the intent removed? */

        if (at < old)
            kept[at] = true;
        else
            json_add(out, json_copy(each));
    }
    for (size_t i = 0; i < new; i++)
        if (added[i])
            json_add(out, json_copy(json_at(wanted, i)));
}

static void merge_array(struct merge *merge, struct cJSON *into, const char *key,
                        const struct cJSON *was, const struct cJSON *wanted)
{
    const struct cJSON *theirs = json_copy_root(merge->arena, json_get(into, key));
    struct cJSON *out = json_put_array(into, key);

    if (json_count(was) == json_count(wanted))
        merge_places(merge, out, was, wanted, theirs);
    else
        merge_members(merge, out, was, wanted, theirs);
}

static void merge_member(struct merge *merge, struct cJSON *into, const char *path, const char *key,
                         const struct cJSON *was, const struct cJSON *wanted)
{
    struct cJSON *theirs = json_get_mutable(into, key);
    const char *below = arena_printf(merge->arena, "%s/%s", path, key);

    if (same(was, wanted, false))
        return;
    if (cJSON_IsObject(was) && cJSON_IsObject(wanted) && cJSON_IsObject(theirs)) {
        merge_object(merge, theirs, below, was, wanted);
        return;
    }
    if (!is_chosen(merge, below) || (merge->choice.keep_theirs && !same(was, theirs, false)))
        return;
    if (cJSON_IsArray(was) && cJSON_IsArray(wanted) && cJSON_IsArray(theirs))
        merge_array(merge, into, key, was, wanted);
    else if (cJSON_IsArray(wanted) && cJSON_IsArray(theirs) && !was) /* both began the list */
        merge_array(merge, into, key, json_array(merge->arena), wanted);
    else if (wanted)
        json_put(into, key, json_copy(wanted));
    else
        json_remove(into, key);
}

static void merge_object(struct merge *merge, struct cJSON *into, const char *path,
                         const struct cJSON *was, const struct cJSON *wanted)
{
    bool is_meta = strcmp(path, "/meta") == 0;

    for (const struct cJSON *member = wanted->child; member; member = member->next)
        if (!is_meta || !is_servers_own(member->string))
            merge_member(merge, into, path, member->string, json_get(was, member->string), member);
    for (const struct cJSON *member = was->child; member; member = member->next)
        if (!json_get(wanted, member->string) && !(is_meta && is_servers_own(member->string)) &&
            strcmp(path[0] ? "" : member->string, "meta") !=
                0) /* leaving meta out removes nothing */
            merge_member(merge, into, path, member->string, member, NULL);
}

struct cJSON *merge_onto(struct arena *arena, const struct cJSON *was, const struct cJSON *wanted,
                         const struct cJSON *theirs, const struct merge_choice *choice)
{
    struct merge merge = {.arena = arena};
    struct cJSON *into = json_copy_root(arena, theirs);

    if (choice)
        merge.choice = *choice;
    merge_object(&merge, into, "", was, wanted);
    return into;
}

/* ---- showing ---- */

static void put_or_null(struct cJSON *object, const char *key, const struct cJSON *value)
{
    json_put(object, key, value ? json_copy(value) : cJSON_CreateNull());
}

static void delta_member(struct arena *arena, struct cJSON *delta, const char *path,
                         const struct cJSON *was, const struct cJSON *theirs,
                         const struct cJSON *wanted)
{
    if (same(was, wanted, false))
        return;
    if (cJSON_IsObject(was) && cJSON_IsObject(wanted)) {
        merge_delta(arena, delta, path, was, theirs, wanted);
        return;
    }
    struct cJSON *row = json_add_object(delta);
    json_put_string(row, "path", path);
    put_or_null(row, "base", was);
    put_or_null(row, "current", theirs);
    put_or_null(row, "intended", wanted);
}

void merge_delta(struct arena *arena, struct cJSON *delta, const char *path,
                 const struct cJSON *was, const struct cJSON *theirs, const struct cJSON *wanted)
{
    for (const struct cJSON *member = wanted ? wanted->child : NULL; member; member = member->next)
        if (!is_member(member, "meta") || path[0])
            delta_member(arena, delta, arena_printf(arena, "%s/%s", path, member->string),
                         json_get(was, member->string), json_get(theirs, member->string), member);
    for (const struct cJSON *member = was ? was->child : NULL; member; member = member->next)
        if (!json_get(wanted, member->string) && (!is_member(member, "meta") || path[0]))
            delta_member(arena, delta, arena_printf(arena, "%s/%s", path, member->string), member,
                         json_get(theirs, member->string), NULL);
}
