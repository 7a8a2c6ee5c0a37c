/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subset - which members of a resource are shown: by the definitions' marks, by name, or by rank.
 *
 * An object of which nothing is marked stays whole where the element itself is to be shown: an
 * empty one would be no FHIR.
 */
#include "fhir/subset.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/json.h"
#include "fhir/definitions.h"

static const char tag_code[] = "SUBSETTED";

bool subset_kind_read(enum subset_kind *out, const char *word)
{
    static const struct {
        const char *word;
        enum subset_kind kind;
    } words[] = {
        {"true", SUBSET_SUMMARY},
        {"text", SUBSET_TEXT},
        {"data", SUBSET_DATA},
        {"false", SUBSET_WHOLE},
    };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i].word, word) != 0)
            continue;
        *out = words[i].kind;
        return true;
    }
    return false;
}

/* ---- names ---- */

/* The size of the name at `at`, without the "[x]" of a choice; what follows is at `*out_next`. */
static size_t name_size(const char *at, const char **out_next)
{
    const size_t size = strcspn(at, ",");

    *out_next = at + size + (at[size] == ',');
    return size > 3 && strncmp(at + size - 3, "[x]", 3) == 0 ? size - 3 : size;
}

static bool is_text(const char *text, const char *at, size_t size)
{
    return strncmp(text, at, size) == 0 && text[size] == '\0';
}

/* Does the element, or the choice that it is of, have that name? */
static bool is_named(const struct definition_element *element, const char *at, size_t size)
{
    return is_text(definition_names[element->name], at, size) ||
           (size > 0 && is_text(definition_names[element->choice], at, size));
}

static bool is_listed(const struct definition_element *element, const char *elements)
{
    for (const char *at = elements, *next; *at; at = next) {
        const size_t size = name_size(at, &next);

        if (is_named(element, at, size))
            return true;
    }
    return false;
}

const char *subset_stranger(struct arena *arena, const char *type, const char *elements)
{
    const struct definition_node *node = &definition_nodes[definition_resource(type, strlen(type))];

    for (const char *at = elements, *next; *at; at = next) {
        const size_t size = name_size(at, &next);
        size_t i = 0;

        while (i < node->count && !is_named(&definition_elements[node->first + i], at, size))
            i++;
        if (i == node->count && !is_text("resourceType", at, size))
            return arena_copy(arena, at, size);
    }
    return NULL;
}

/* ---- what is shown ---- */

static bool is_always_shown(const char *name)
{
    static const char *const names[] = {"resourceType", "id", "meta", "implicitRules",
                                        "modifierExtension"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static bool is_shown(const struct subset *subset, const struct definition_node *node,
                     const struct definition_element *element)
{
    const char *name = definition_names[element->name];

    if (node->required >> element->slot & 1)
        return true;
    switch (subset->kind) {
    case SUBSET_WHOLE:
        return true;
    case SUBSET_SUMMARY:
        return (element->flags & DEFINITION_SUMMARY) != 0;
    case SUBSET_TEXT:
        return strcmp(name, "text") == 0;
    case SUBSET_DATA:
        return strcmp(name, "text") != 0;
    case SUBSET_LISTED:
        return is_listed(element, subset->elements);
    }
    return true;
}

/* The element of a member; _birthDate goes with birthDate. NULL: none of the node's. */
static const struct definition_element *element_of(const struct definition_node *node,
                                                   const struct cJSON *member)
{
    return definition_find(node, member->string + (member->string[0] == '_'));
}

/* ---- in depth, for summaries ---- */

static void fill(struct cJSON *into, const struct subset *subset,
                 const struct definition_node *node, const struct cJSON *from);

static bool has_shown(const struct subset *subset, const struct definition_node *node,
                      const struct cJSON *object)
{
    const struct cJSON *member = NULL;

    cJSON_ArrayForEach(member, object)
    {
        const struct definition_element *element = element_of(node, member);

        if (element && is_shown(subset, node, element))
            return true;
    }
    return false;
}

/* The node that a member's value is reduced by; NULL: it is shown whole. */
static const struct definition_node *node_below(const struct subset *subset,
                                                const struct definition_element *element,
                                                const struct cJSON *member)
{
    if (subset->kind != SUBSET_SUMMARY || !element || element->type < DEFINITION_NODE ||
        member->string[0] == '_' || is_always_shown(member->string))
        return NULL;
    return &definition_nodes[element->type - DEFINITION_NODE];
}

static void put_member(struct cJSON *into, const struct subset *subset,
                       const struct definition_node *below, const struct cJSON *member)
{
    const struct cJSON *item = NULL;

    if (below && cJSON_IsObject(member) && has_shown(subset, below, member)) {
        fill(json_put_object(into, member->string), subset, below, member);
        return;
    }
    if (!below || !cJSON_IsArray(member)) {
        json_put(into, member->string, json_copy(member));
        return;
    }
    struct cJSON *array = json_put_array(into, member->string);
    cJSON_ArrayForEach(item, member)
    {
        if (cJSON_IsObject(item) && has_shown(subset, below, item))
            fill(json_add_object(array), subset, below, item);
        else
            json_add(array, json_copy(item));
    }
}

static void fill(struct cJSON *into, const struct subset *subset,
                 const struct definition_node *node, const struct cJSON *from)
{
    const struct cJSON *member = NULL;

    cJSON_ArrayForEach(member, from)
    {
        const struct definition_element *element = element_of(node, member);

        if (is_always_shown(member->string) || (element && is_shown(subset, node, element)))
            put_member(into, subset, node_below(subset, element, member), member);
    }
}

/* ---- the whole ---- */

bool subset_is_tagged(const struct cJSON *resource)
{
    const struct cJSON *tag = NULL;

    cJSON_ArrayForEach(tag, json_pointer(resource, "/meta/tag"))
    {
        const char *code = json_string(tag, "code");

        if (code && strcmp(code, tag_code) == 0)
            return true;
    }
    return false;
}

void subset_tag(struct cJSON *resource)
{
    if (subset_is_tagged(resource))
        return;
    if (!json_get(resource, "meta"))
        json_put_object(resource, "meta");
    struct cJSON *meta = json_get_mutable(resource, "meta");
    if (!json_get(meta, "tag"))
        json_put_array(meta, "tag");
    struct cJSON *tag = json_add_object(json_get_mutable(meta, "tag"));
    json_put_string(tag, "system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue");
    json_put_string(tag, "code", tag_code);
}

const char *subset_print(struct arena *arena, const struct cJSON *resource,
                         const struct subset *subset, size_t *out_size)
{
    const char *type = json_string(resource, "resourceType");
    const struct definition_node *node = &definition_nodes[definition_resource(type, strlen(type))];
    struct cJSON *part = json_object(arena);

    fill(part, subset, node, resource);
    subset_tag(part);
    const char *text = json_print(arena, part);
    *out_size = strlen(text);
    return text;
}
