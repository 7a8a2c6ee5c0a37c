/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhirpath_model - looking up in R4's definitions, where every type has the elements of its base.
 *
 * What the definitions leave out is here: the abstract Resource and DomainResource, and which type is
 * made from which.
 */
#include "fhir/fhirpath_model.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "fhir/definitions.h"

#define OPEN_CHOICES 40 /* a choice of more types is one of all */

static const char domain_resource[] = "DomainResource";

/* A profile of a type is that type. */
static const char *name_of(unsigned type)
{
    const char *name = definition_type_name(type);

    return strcmp(name, "SimpleQuantity") == 0 ? fhirpath_type_find("Quantity") : name;
}

static const struct definition_node *node_of(const char *type)
{
    const int number = type ? definition_node_at(type) : -1;

    return number >= 0 ? &definition_nodes[number] : NULL;
}

/* ---- types ---- */

const char *fhirpath_type_find(const char *name)
{
    const struct definition_node *node = node_of(name);

    if (!name || strcmp(name, "SimpleQuantity") == 0)
        return NULL;
    if (node)
        return definition_names[node->path];
    for (unsigned i = 0; i < DEFINITION_NODE; i++) {
        if (strcmp(definition_type_name(i), name) == 0)
            return definition_type_name(i);
    }
    return strcmp(name, domain_resource) == 0 ? domain_resource : NULL;
}

/* The type that `type` is made from; NULL: none. */
static const char *base_of(const char *type)
{
    static const struct {
        const char *type, *base;
    } made[] = {
        {"code", "string"},
        {"id", "string"},
        {"markdown", "string"},
        {"canonical", "uri"},
        {"oid", "uri"},
        {"url", "uri"},
        {"uuid", "uri"},
        {"positiveInt", "integer"},
        {"unsignedInt", "integer"},
        {"Age", "Quantity"},
        {"Count", "Quantity"},
        {"Distance", "Quantity"},
        {"Duration", "Quantity"},
        {domain_resource, "Resource"},
        {"BackboneElement", "Element"},
    };
    const struct definition_node *node = node_of(type);

    for (size_t i = 0; i < COUNT_OF(made); i++) {
        if (strcmp(made[i].type, type) == 0)
            return made[i].base;
    }
    if (strcmp(type, "Element") == 0 || strcmp(type, "Resource") == 0)
        return NULL;
    if (definition_resource(type, strlen(type)) >= 0)
        return definition_find(node, "contained") ? domain_resource : "Resource";
    return node && definition_find(node, "modifierExtension") ? "BackboneElement" : "Element";
}

bool fhirpath_type_is(const char *type, const char *base)
{
    for (const char *at = fhirpath_type_find(type); at && base; at = base_of(at)) {
        if (strcmp(at, base) == 0)
            return true;
    }
    return false;
}

bool fhirpath_type_is_primitive(const char *type)
{
    return type && islower((unsigned char)type[0]);
}

/* ---- elements ---- */

/* The elements that the abstract types have; those behind the fourth DomainResource alone. */
static const char *const of_resources[] = {
    "id",   "meta",      "implicitRules", "language",
    "text", "contained", "extension",     "modifierExtension"};

static const struct definition_node *elements_of_all(size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(of_resources[i], name) == 0)
            return node_of("Basic"); /* as good as any */
    }
    return NULL;
}

/* Where the elements of `type` are, the element `name` among them. */
static const struct definition_node *elements_of(const char *type, const char *name)
{
    if (fhirpath_type_is_primitive(type))
        return fhirpath_type_find(type) ? &definition_nodes[NODE_ELEMENT] : NULL;
    if (type && strcmp(type, "Resource") == 0)
        return elements_of_all(4, name);
    if (type && strcmp(type, domain_resource) == 0)
        return elements_of_all(COUNT_OF(of_resources), name);
    return node_of(type);
}

/* The first row of the choice `name`. */
static const struct definition_element *choice_row(const struct definition_node *node,
                                                   const char *name)
{
    for (size_t i = 0; i < node->count && *name; i++) {
        const struct definition_element *row = &definition_elements[node->first + i];

        if (strcmp(definition_names[row->choice], name) == 0)
            return row;
    }
    return NULL;
}

bool fhirpath_element_find(struct fhirpath_element *out, const char *type, const char *name)
{
    const struct definition_node *node = name ? elements_of(type, name) : NULL;
    const struct definition_element *row = node ? definition_find(node, name) : NULL;

    *out = (struct fhirpath_element){.type = NULL};
    if (!node || (row && row->choice)) /* valueQuantity is no name, value is */
        return false;
    if (row) {
        out->type = name_of(row->type);
        out->is_list = (row->flags & DEFINITION_MANY) != 0;
        return true;
    }
    out->any_choice = choice_row(node, name);
    out->choices = out->any_choice ? node : NULL;
    return out->any_choice != NULL;
}

const char *fhirpath_choice(const struct fhirpath_element *element, const char *suffix)
{
    const struct definition_element *row = NULL;
    char name[128];

    if (!element->choices || !suffix)
        return NULL;
    const char *choice = definition_names[element->any_choice->choice];
    const int size = snprintf(name, sizeof(name), "%s%s", choice, suffix);
    if (size > 0 && (size_t)size < sizeof(name))
        row = definition_find(element->choices, name);
    return row && row->choice == element->any_choice->choice ? name_of(row->type) : NULL;
}

const char *fhirpath_types_text(struct arena *arena, const struct fhirpath_element *element)
{
    const struct definition_node *node = element->choices;
    const char *text = NULL;
    size_t count = 0;

    if (!node)
        return element->type;
    for (size_t i = 0; i < node->count; i++) {
        const struct definition_element *row = &definition_elements[node->first + i];

        if (row->choice != element->any_choice->choice)
            continue;
        text = text ? arena_printf(arena, "%s|%s", text, name_of(row->type)) : name_of(row->type);
        count++;
    }
    return count > OPEN_CHOICES ? "any data type" : text;
}
