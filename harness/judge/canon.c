/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canon - walks a JSON tree once and writes it anew; see canon.h for what is left out and what is the same.
 *
 * A node's text is made of its children's texts, so that comparing two nodes is comparing two strings.
 */
#include "harness/judge/canon.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/json.h"
#include "fhir/decimal.h"

struct rename {
    const char *from, *to;
};

struct making {
    struct arena *arena;
    const struct canon_options *options;
    const struct rename *renames; /* of ids of contained resources */
    size_t rename_count;
    bool is_bare; /* contained content for matching: without its id, local references all alike */
    struct buf text; /* that needs escaping, until it is copied */
};

enum place { PLACE_ELEMENT, PLACE_TOP, PLACE_RESOURCE, PLACE_META };

static struct canon *make(struct making *making, const struct cJSON *item, enum place place);

/* ---- values ---- */

static struct canon *new_node(struct making *making, enum canon_kind kind, const char *text)
{
    struct canon *node = arena_alloc(making->arena, sizeof(*node));

    node->kind = kind;
    node->text = text;
    return node;
}

static bool all_digits(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; text++, pattern++) {
        if (*pattern == '9' ? !isdigit((unsigned char)*text) : *text != *pattern)
            return false;
    }
    return true;
}

/* A dateTime or instant in UTC ends with Z, however that was spelled. */
static const char *canonical_time(struct arena *arena, const char *text)
{
    size_t size = strlen(text);

    if (size < strlen("9999-99-99T99:99+00:00") || !all_digits(text, "9999-99-99T99:99"))
        return text;
    const char *zone = text + size - 6;
    if (strcmp(zone, "+00:00") != 0 && strcmp(zone, "-00:00") != 0)
        return text;
    const char *rest = text + strlen("9999-99-99T99:99");
    while (rest < zone && (isdigit((unsigned char)*rest) || *rest == ':' || *rest == '.'))
        rest++;
    return rest == zone ? arena_printf(arena, "%.*sZ", (int)(zone - text), text) : text;
}

static const char *new_id(const struct making *making, const char *id)
{
    for (size_t i = 0; i < making->rename_count; i++) {
        if (strcmp(making->renames[i].from, id) == 0)
            return making->renames[i].to;
    }
    return id;
}

static const char *canonical_reference(struct making *making, const char *text)
{
    const struct canon_options *options = making->options;
    size_t base = options->base ? strlen(options->base) : 0;
    const char *resolved = NULL;

    if (*text == '#')
        return making->is_bare ? "#" : arena_printf(making->arena, "#%s", new_id(making, text + 1));
    while (base > 0 && options->base[base - 1] == '/')
        base--;
    if (base > 0 && strncmp(text, options->base, base) == 0 && text[base] == '/')
        text += base + 1;
    if (options->resolve && (strncmp(text, "urn:", 4) == 0 || strchr(text, '?')))
        resolved = options->resolve(options->arg, text);
    return resolved ? resolved : text;
}

/* How much of a text stands in JSON as it is: nearly always all of it. */
static size_t plain_size(const char *text)
{
    size_t size = 0;

    while ((unsigned char)text[size] >= 0x20 && text[size] != '"' && text[size] != '\\')
        size++;
    return size;
}

static char *put_plain(char *to, const char *text, size_t size)
{
    *to++ = '"';
    memcpy(to, text, size);
    to[size] = '"';
    return to + size + 1;
}

static const char *quoted(struct making *making, const char *text)
{
    size_t size = plain_size(text);

    if (text[size] == '\0') {
        char *copy = arena_alloc(making->arena, size + sizeof("\"\""));

        put_plain(copy, text, size);
        return copy;
    }
    buf_clear(&making->text);
    json_quote(&making->text, text);
    return buf_copy(&making->text, making->arena);
}

static struct canon *make_value(struct making *making, const struct cJSON *item)
{
    const char *string = json_text(item), *number = json_number_text(item);
    const char *text = NULL;

    if (string)
        text = quoted(making, canonical_time(making->arena, string));
    else if (number)
        text = decimal_canonical(making->arena, number);
    else if (cJSON_IsBool(item))
        text = cJSON_IsTrue(item) ? "true" : "false";
    return text ? new_node(making, CANON_VALUE, text) : NULL;
}

/* ---- lists and objects ---- */

struct children {
    struct canon **nodes;
    size_t count;
};

static void children_add(struct children *children, struct canon *node)
{
    if (node)
        children->nodes[children->count++] = node;
}

static struct canon *close_node(struct making *making, enum canon_kind kind,
                                const struct children *children)
{
    bool is_list = kind == CANON_LIST;
    size_t size = sizeof("{}");

    if (children->count == 0)
        return NULL;
    const char **names = arena_alloc(making->arena, children->count * sizeof(*names));
    for (size_t i = 0; i < children->count; i++) {
        names[i] = is_list ? "" : quoted(making, children->nodes[i]->name);
        size += strlen(names[i]) + strlen(children->nodes[i]->text) + strlen(":,");
    }
    char *text = arena_alloc(making->arena, size), *to = text;
    *to++ = is_list ? '[' : '{';
    for (size_t i = 0; i < children->count; i++) {
        if (i > 0)
            *to++ = ',';
        to = stpcpy(to, names[i]);
        if (!is_list)
            *to++ = ':';
        to = stpcpy(to, children->nodes[i]->text);
    }
    *to = is_list ? ']' : '}';
    struct canon *node = new_node(making, kind, text);
    node->children = (const struct canon *const *)children->nodes;
    node->count = children->count;
    return node;
}

static int compare_names(const void *a, const void *b)
{
    const struct canon *const *left = a, *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

static int compare_texts(const void *a, const void *b)
{
    const struct canon *const *left = a, *const *right = b;

    return strcmp((*left)->text, (*right)->text);
}

static void make_unique(struct children *set)
{
    size_t kept = 0;

    qsort(set->nodes, set->count, sizeof(set->nodes[0]), compare_texts);
    for (size_t i = 0; i < set->count; i++) {
        if (kept == 0 || strcmp(set->nodes[kept - 1]->text, set->nodes[i]->text) != 0)
            set->nodes[kept++] = set->nodes[i];
    }
    set->count = kept;
}

/* A primitive with its sibling of id and extensions: both in one object, the value as CANON_SELF. */
static struct canon *make_primitive(struct making *making, const struct cJSON *value,
                                    const struct cJSON *extra)
{
    struct canon *self = make(making, value, PLACE_ELEMENT);
    struct canon *element = make(making, extra, PLACE_ELEMENT);
    struct children children = {NULL, 0};

    if (!element || element->kind != CANON_OBJECT || (self && self->kind != CANON_VALUE))
        return self;
    children.nodes = arena_alloc(making->arena, (element->count + 1) * sizeof(children.nodes[0]));
    for (size_t i = 0; i < element->count; i++) {
        struct canon *copy = new_node(making, CANON_VALUE, NULL);

        *copy = *element->children[i];
        children_add(&children, copy);
    }
    if (self)
        self->name = CANON_SELF;
    children_add(&children, self);
    qsort(children.nodes, children.count, sizeof(children.nodes[0]), compare_names);
    return close_node(making, CANON_OBJECT, &children);
}

static struct canon *make_list(struct making *making, const struct cJSON *values,
                               const struct cJSON *extras, enum place place, bool is_set)
{
    const struct cJSON *value = cJSON_IsArray(values) ? values->child : NULL;
    const struct cJSON *extra = cJSON_IsArray(extras) ? extras->child : NULL;
    size_t room = json_count(values) + json_count(extras) + 1;
    struct children children = {arena_alloc(making->arena, room * sizeof(struct canon *)), 0};

    for (size_t index = 0; value || extra; index++) {
        struct canon *node =
            extra ? make_primitive(making, value, extra) : make(making, value, place);

        if (node)
            node->index = index;
        children_add(&children, node);
        value = value ? value->next : NULL;
        extra = extra ? extra->next : NULL;
    }
    if (is_set)
        make_unique(&children);
    struct canon *list = close_node(making, CANON_LIST, &children);
    if (list)
        list->is_set = is_set;
    return list;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

static bool is_left_out(const struct making *making, const struct cJSON *member, enum place place)
{
    static const char *const server[] = {"versionId", "lastUpdated", "source", NULL};
    const char *name = member->string;

    if (place == PLACE_META)
        return is_one_of(name, server);
    if (place == PLACE_TOP && strcmp(name, "id") == 0)
        return true;
    if (place == PLACE_RESOURCE && making->is_bare && strcmp(name, "id") == 0)
        return true;
    if (place == PLACE_ELEMENT || strcmp(name, "text") != 0)
        return false;
    const char *status = json_string(member, "status");
    return status && strcmp(status, "generated") == 0;
}

static enum place place_below(const struct cJSON *member, enum place place)
{
    if (place == PLACE_TOP && strcmp(member->string, "meta") == 0)
        return PLACE_META;
    if (strcmp(member->string, "contained") == 0 || json_get(member, "resourceType"))
        return PLACE_RESOURCE;
    return PLACE_ELEMENT;
}

static struct canon *make_member(struct making *making, const struct cJSON *member,
                                 const struct cJSON *extra, enum place place)
{
    static const char *const sets[] = {"tag", "security", "profile", NULL};
    const char *name = member->string, *text = json_text(member);
    enum place below = place_below(member, place);

    if (cJSON_IsArray(member) || cJSON_IsArray(extra))
        return make_list(making, member, extra, below,
                         place == PLACE_META && is_one_of(name, sets));
    if (text && strcmp(name, "reference") == 0)
        return new_node(making, CANON_VALUE, quoted(making, canonical_reference(making, text)));
    if (text && place == PLACE_RESOURCE && strcmp(name, "id") == 0)
        return new_node(making, CANON_VALUE, quoted(making, new_id(making, text)));
    return extra ? make_primitive(making, member, extra) : make(making, member, below);
}

/* The sibling "_name", or NULL. */
static const struct cJSON *extra_of(const struct cJSON *object, const char *name)
{
    for (const struct cJSON *member = object->child; member; member = member->next) {
        if (member->string[0] == '_' && strcmp(member->string + 1, name) == 0)
            return member;
    }
    return NULL;
}

static struct canon *make_object(struct making *making, const struct cJSON *object,
                                 enum place place)
{
    size_t room = json_count(object) + 1;
    struct children children = {arena_alloc(making->arena, room * sizeof(struct canon *)), 0};
    const struct cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        const char *name = member->string;
        struct canon *node = NULL;

        if (name[0] == '_') {
            if (name[1] == '\0' || json_get(object, name + 1))
                continue; /* together with the value */
            node = cJSON_IsArray(member) ? make_list(making, NULL, member, PLACE_ELEMENT, false)
                                         : make_primitive(making, NULL, member);
            name++;
        } else if (!is_left_out(making, member, place)) {
            node = make_member(making, member, extra_of(object, name), place);
        }
        if (node)
            node->name = name;
        children_add(&children, node);
    }
    qsort(children.nodes, children.count, sizeof(children.nodes[0]), compare_names);
    return close_node(making, CANON_OBJECT, &children);
}

static struct canon *make(struct making *making, const struct cJSON *item, enum place place)
{
    if (cJSON_IsObject(item))
        return make_object(making, item, place);
    if (cJSON_IsArray(item))
        return make_list(making, item, NULL, place, false);
    return make_value(making, item);
}

/* ---- contained resources ---- */

static const struct cJSON *contained_by_id(const struct cJSON *contained, const char *id)
{
    const struct cJSON *one;

    cJSON_ArrayForEach(one, contained)
    {
        const char *other = json_string(one, "id");

        if (other && strcmp(other, id) == 0)
            return one;
    }
    return NULL;
}

static const char *bare_text(struct making *making, const struct cJSON *resource)
{
    struct making bare = {.arena = making->arena, .options = making->options, .is_bare = true};
    const struct canon *node = make(&bare, resource, PLACE_RESOURCE);

    buf_release(&bare.text);
    return node ? node->text : "";
}

static bool is_taken(const struct making *making, const char *to)
{
    for (size_t i = 0; i < making->rename_count; i++) {
        if (strcmp(making->renames[i].to, to) == 0)
            return true;
    }
    return false;
}

/* The id in `theirs` of the content `one`, when it is an id that `ours` does not use; or NULL. */
static const char *id_alike(struct making *making, const struct cJSON *one,
                            const struct cJSON *ours, const struct cJSON *theirs)
{
    const char *text = bare_text(making, one);
    const struct cJSON *other;

    cJSON_ArrayForEach(other, theirs)
    {
        const char *id = json_string(other, "id");

        if (id && !contained_by_id(ours, id) && !is_taken(making, id) &&
            strcmp(bare_text(making, other), text) == 0)
            return id;
    }
    return NULL;
}

static void find_renames(struct making *making, const struct cJSON *ours,
                         const struct cJSON *theirs)
{
    struct rename *renames =
        arena_alloc(making->arena, (json_count(ours) + 1) * sizeof(renames[0]));
    const struct cJSON *one;

    making->renames = renames;
    cJSON_ArrayForEach(one, ours)
    {
        const char *id = json_string(one, "id");
        const char *to =
            id && !contained_by_id(theirs, id) ? id_alike(making, one, ours, theirs) : NULL;

        if (to)
            renames[making->rename_count++] = (struct rename){id, to};
    }
}

/* ---- the face ---- */

const struct canon *canon_make(struct arena *arena, const struct cJSON *resource,
                               const struct canon_options *options, const struct cJSON *like)
{
    struct making making = {.arena = arena, .options = options};
    const struct cJSON *ours = json_get(resource, "contained");
    const struct cJSON *theirs = json_get(like, "contained");

    if (!cJSON_IsObject(resource))
        return NULL;
    if (cJSON_IsArray(ours) && cJSON_IsArray(theirs))
        find_renames(&making, ours, theirs);
    const struct canon *node = make(&making, resource, PLACE_TOP);
    buf_release(&making.text);
    return node;
}

bool canon_equal(const struct canon *a, const struct canon *b)
{
    return a && b ? strcmp(a->text, b->text) == 0 : a == b;
}

const struct canon *canon_member(const struct canon *node, const char *name)
{
    size_t low = 0, high = node && node->kind == CANON_OBJECT ? node->count : 0;

    if (node && node->kind == CANON_VALUE)
        return strcmp(name, CANON_SELF) == 0 ? node : NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(node->children[middle]->name, name);

        if (order == 0)
            return node->children[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

size_t canon_position(const struct canon *list, size_t index)
{
    size_t low = 0, high = list->count;

    while (!list->is_set &&
           low < high) { /* entries that say nothing are left out, the rest is in order */
        size_t middle = low + (high - low) / 2;

        if (list->children[middle]->index < index)
            low = middle + 1;
        else
            high = middle;
    }
    while (low < list->count && list->children[low]->index != index)
        low = list->is_set ? low + 1 : list->count;
    return low;
}

bool canon_holds_sets(const struct canon *node)
{
    for (size_t i = 0; node && node->kind == CANON_OBJECT && i < node->count; i++) {
        if (node->children[i]->is_set)
            return true;
    }
    return false;
}
