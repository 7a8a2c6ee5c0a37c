/* SPDX-License-Identifier: Apache-2.0 */
/* fhirpath_value - reading parts; what is wrong with one is said by its name. */
#include "fhir/fhirpath_value.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/fhirpath.h"

/* ---- types ---- */

static const char *capital(struct arena *arena, const char *type)
{
    char *text = arena_strdup(arena, type);

    text[0] = (char)toupper((unsigned char)text[0]);
    return text;
}

/* Narrative.div comes as a string, since value[x] offers no xhtml; an id may. */
static bool is_type_for(struct arena *arena, const struct fhirpath_element *place, const char *type)
{
    if (!place->type)
        return fhirpath_choice(place, capital(arena, type)) != NULL;
    return fhirpath_type_is(type, place->type) ||
           (strcmp(type, "string") == 0 &&
            (strcmp(place->type, "xhtml") == 0 || strcmp(place->type, "id") == 0));
}

static bool is_form_of(const struct cJSON *value, const char *type)
{
    const char *number = json_number_text(value);

    if (!fhirpath_type_is_primitive(type))
        return cJSON_IsObject(value);
    if (strcmp(type, "boolean") == 0)
        return cJSON_IsBool(value);
    if (strcmp(type, "decimal") == 0)
        return number != NULL;
    if (fhirpath_type_is(type, "integer"))
        return number && strpbrk(number, ".eE") == NULL;
    return json_text(value) != NULL;
}

const char *value_member(struct arena *arena, const struct fhirpath_element *element,
                         const char *name, const char *type)
{
    return element->choices ? arena_printf(arena, "%s%s", name, capital(arena, type)) : name;
}

/* ---- form ---- */

/* Is it a part, and has it nothing that a part has not? */
static int check_part(const struct cJSON *part, struct err *err)
{
    static const char *const names[] = {"name",     "id",  "extension", "modifierExtension",
                                        "resource", "part"};

    if (!cJSON_IsObject(part) || !json_string(part, "name"))
        return err_set(err, ERR_INPUT, "a part must be an object with a name");
    for (const struct cJSON *child = part->child; child; child = child->next) {
        const char *member = child->string + (child->string[0] == '_');
        size_t i = 0;

        while (i < COUNT_OF(names) && strcmp(names[i], member) != 0)
            i++;
        if (i == COUNT_OF(names) && strncmp(member, "value", 5) != 0)
            return err_set(err, ERR_INPUT, "a part has no member '%.100s'", child->string);
    }
    return 0;
}

/* ---- value[x] ---- */

/* Reads the one value[x] of `part`; `out->type` stays NULL when it has none. */
static int read_choice(const struct cJSON *part, struct tree_value *out, struct err *err)
{
    struct fhirpath_element every;
    const char *first = NULL;

    *out = (struct tree_value){.type = NULL};
    if (check_part(part, err))
        return -1;
    fhirpath_element_find(&every, "Parameters.parameter", "value");
    for (const struct cJSON *child = part->child; child; child = child->next) {
        bool is_shadow = child->string[0] == '_';
        const char *member = child->string + is_shadow;

        if (strncmp(member, "value", 5) != 0)
            continue;
        const char *type = fhirpath_choice(&every, member + 5);
        if (!type || (is_shadow && !fhirpath_type_is_primitive(type)))
            return err_set(err, ERR_INPUT, "'%.100s' is no value[x]", child->string);
        if (first && strcmp(first, member) != 0)
            return err_set(err, ERR_INPUT, "both %.100s and %.100s; one value[x] was expected",
                           first, member);
        first = member;
        out->type = type;
        if (!is_shadow && !is_form_of(child, type))
            return err_set(err, ERR_INPUT, "%s is %s, which is no %s", member,
                           json_type_name(child), type);
        if (is_shadow && !cJSON_IsObject(child))
            return err_set(err, ERR_INPUT, "%s is %s, an object was expected", child->string,
                           json_type_name(child));
        *(is_shadow ? &out->extra : &out->value) = child;
    }
    return 0;
}

const struct cJSON *value_plain(const struct cJSON *part, const char *type, struct err *err)
{
    struct tree_value value;

    if (read_choice(part, &value, err))
        return NULL;
    if (value.value && strcmp(value.type, type) == 0)
        return value.value;
    err_set(err, ERR_INPUT, "expected a %s, found %s", type, value.type ? value.type : "none");
    return NULL;
}

/* ---- parts ---- */

static int read_parts(struct arena *arena, const struct cJSON *parts,
                      const struct fhirpath_element *place, struct tree_value *out, struct err *err)
{
    const struct cJSON *part = NULL;
    struct cJSON *made = json_object(arena);

    if (!place->type || fhirpath_type_is_primitive(place->type) ||
        fhirpath_type_is(place->type, "Resource"))
        return err_set(err, ERR_INPUT, "expected %s, found parts",
                       fhirpath_types_text(arena, place));
    if (!cJSON_IsArray(parts) || !parts->child)
        return err_set(err, ERR_INPUT, "\"part\" must be an array with something in it");
    cJSON_ArrayForEach(part, parts)
    {
        const char *name = json_string(part, "name");
        struct fhirpath_element element;
        struct tree_value value;

        if (!name)
            return err_set(err, ERR_INPUT, "a part must be an object with a name");
        if (!fhirpath_element_find(&element, place->type, name))
            return err_set(err, ERR_INPUT, "%s has no element '%.100s'", place->type, name);
        if (value_read(arena, part, &element, &value, err))
            return err_context(err, "part %.100s", name);
        if (value_add(arena, made, place->type, name, &value, err))
            return -1;
    }
    *out = (struct tree_value){.value = made, .type = place->type};
    return 0;
}

static int read_resource(const struct cJSON *resource, const struct fhirpath_element *place,
                         struct tree_value *out, struct err *err)
{
    const char *type = fhirpath_type_find(json_string(resource, "resourceType"));

    if (!fhirpath_type_is(type, "Resource"))
        return err_set(err, ERR_INPUT, "\"resource\" must be a resource of a type of R4");
    if (!fhirpath_type_is(type, place->type))
        return err_set(err, ERR_INPUT, "expected %s, found a resource", place->type);
    *out = (struct tree_value){.value = resource, .type = type};
    return 0;
}

int value_read(struct arena *arena, const struct cJSON *part, const struct fhirpath_element *place,
               struct tree_value *out, struct err *err)
{
    const struct cJSON *parts = json_get(part, "part"), *resource = json_get(part, "resource");

    if (read_choice(part, out, err))
        return -1;
    if ((parts != NULL) + (resource != NULL) + (out->type != NULL) != 1)
        return err_set(err, ERR_INPUT, "one of value[x], resource and part was expected");
    if (parts)
        return read_parts(arena, parts, place, out, err);
    if (resource)
        return read_resource(resource, place, out, err);
    if (is_type_for(arena, place, out->type))
        return 0;
    return err_set(err, ERR_INPUT, "expected %s, found %s", fhirpath_types_text(arena, place),
                   out->type);
}

int value_add(struct arena *arena, struct cJSON *owner, const char *type, const char *name,
              const struct tree_value *value, struct err *err)
{
    struct fhirpath_nodes there = {.type = NULL};
    struct fhirpath_element element;

    fhirpath_element_find(&element, type, name);
    const char *member = value_member(arena, &element, name, value->type);
    if (element.is_list) {
        if (!tree_is_list(owner, member))
            return err_set(err, ERR_INPUT, "'%s' is no list in this resource", name);
        tree_list_append(owner, member, value);
        return 0;
    }
    fhirpath_children(arena, owner, type, name, &there);
    if (there.count > 0)
        return err_set(err, ERR_INPUT, "'%s' is there already and %s has one at most", name, type);
    tree_put(owner, member, value);
    return 0;
}
