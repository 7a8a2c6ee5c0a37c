/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate - one walk over the tree, with the row of each element at hand.
 *
 * `place` is the way from the root to where the walk is, a list on the stack from which expressions
 * are spelled. Of an object the walk keeps a bit per slot that was filled, so that what is missing
 * is one subtraction. A `scope` belongs to each resource that is not contained: what its local
 * references may be to, and which contained resources were referred to.
 *
 * Invariants: the depth of the recursion is that of the tree, which base/json bounds; the walk stops
 * once LIMIT_FINDINGS findings are listed; each node is looked at once.
 */
#include "fhir/validate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "fhir/definitions.h"
#include "fhir/invariant.h"
#include "fhir/primitive.h"

/* A contained resource. */
struct local {
    const char *id;
    bool is_used; /* it is referred to, or refers to what contains it */
};

struct scope {
    struct local *locals; /* by id */
    size_t count;
    struct local *inside; /* NULL: in the resource itself */
};

struct walk {
    struct arena *arena;
    struct findings *findings;
    struct scope scope;
};

#define FIND(walk, ...) findings_add((walk)->findings, (walk)->arena, __VA_ARGS__)

/* ---- contained resources and local references ---- */

static int compare_locals(const void *a, const void *b)
{
    return strcmp(((const struct local *)a)->id, ((const struct local *)b)->id);
}

static struct local *local_find(const struct scope *scope, const char *id)
{
    const struct local key = {.id = id};

    return scope->count == 0
               ? NULL
               : bsearch(&key, scope->locals, scope->count, sizeof(key), compare_locals);
}

static void scope_enter(struct walk *walk, const struct cJSON *resource)
{
    const struct cJSON *contained = json_get(resource, "contained"), *child = NULL;
    struct scope *scope = &walk->scope;

    *scope = (struct scope){.locals = NULL};
    if (!contained || !cJSON_IsArray(contained))
        return;
    scope->locals = arena_alloc(walk->arena, (json_count(contained) + 1) * sizeof(struct local));
    cJSON_ArrayForEach(child, contained)
    {
        const char *id = json_string(child, "id");

        if (id)
            scope->locals[scope->count++].id = id;
    }
    if (scope->count > 1)
        qsort(scope->locals, scope->count, sizeof(struct local), compare_locals);
}

/* A URI or Reference.reference that begins with #. False: there is nothing of that name. */
static bool scope_use(struct walk *walk, const char *text)
{
    struct local *used = local_find(&walk->scope, text + 1);

    if (text[1] == '\0' && walk->scope.inside)
        walk->scope.inside->is_used = true;
    if (used)
        used->is_used = true;
    return used || text[1] == '\0';
}

static void scope_leave(struct walk *walk, const struct place *place)
{
    for (size_t i = 0; i < walk->scope.count; i++) {
        if (!walk->scope.locals[i].is_used)
            FIND(walk, FINDING_RULE, "invariant", place,
                 "dom-3: the contained resource #%.*s must be referred to from the resource, or "
                 "refer to it",
                 FINDING_QUOTED_MAX, walk->scope.locals[i].id);
    }
}

static void check_contained(struct walk *walk, const struct cJSON *resource,
                            const struct place *place)
{
    const struct cJSON *meta = json_get(resource, "meta");

    if (json_get(resource, "contained"))
        FIND(walk, FINDING_RULE, "invariant", place,
             "dom-2: a contained resource must not contain resources");
    if (json_get(meta, "versionId") || json_get(meta, "lastUpdated"))
        FIND(walk, FINDING_RULE, "invariant", place,
             "dom-4: a contained resource must not have meta.versionId or meta.lastUpdated");
    if (json_get(meta, "security"))
        FIND(walk, FINDING_RULE, "invariant", place,
             "dom-5: a contained resource must not have a security label");
    if (!json_string(resource, "id"))
        FIND(walk, FINDING_RULE, "invariant", place,
             "dom-3: a contained resource needs an id, or nothing can refer to it");
}

/* ---- codes ---- */

static bool has_bound_code(const struct definition_set *set, const struct cJSON *coding)
{
    const char *system = json_string(coding, "system"), *code = json_string(coding, "code");

    return system && code && definition_has_code(set, system, code);
}

static void check_binding(struct walk *walk, const struct definition_element *row,
                          const struct cJSON *value, const struct place *place)
{
    const struct definition_set *set = &definition_sets[row->set];
    const char *url = definition_names[set->url];
    const char *code = json_text(value);
    const struct cJSON *coding = NULL;
    bool is_bound = true;

    if (code)
        is_bound = definition_has_code(set, NULL, code);
    else if (row->type == DEFINITION_NODE + NODE_CODING)
        is_bound = has_bound_code(set, value);
    else if (row->type == DEFINITION_NODE + NODE_CODEABLECONCEPT) {
        is_bound = false;
        cJSON_ArrayForEach(coding, json_get(value, "coding"))
        {
            is_bound = is_bound || has_bound_code(set, coding);
        }
    }
    if (is_bound)
        return;
    if (code)
        FIND(walk, FINDING_BASE, "code-invalid", place, "'%.*s' is not a code of %s",
             FINDING_QUOTED_MAX, code, url);
    else
        FIND(walk, FINDING_BASE, "code-invalid", place,
             "a coding (system and code) of %s was expected, there is none", url);
}

/* ---- references ---- */

/* The number of the resource type that a text refers to: Type/id, its versions, Type?query, or a
 * URL that ends like that. -1: it does not say. `is_relative`: there is no server in front. */
static int reference_type(const char *text, bool *out_is_relative)
{
    const char *end = text + strcspn(text, "?#"), *colon = strchr(text, ':');
    const char *start = text;

    *out_is_relative = !colon || colon > end;
    if (*out_is_relative) {
        return definition_resource(text, strcspn(text, "/?#"));
    }
    if (strncmp(text, "http:", 5) != 0 && strncmp(text, "https:", 6) != 0)
        return -1;
    for (const char *at = text; at < end; at++) { /* the last segment but one, or before it */
        size_t size = strcspn(at, "/?#");
        int type = at == start || at[-1] == '/' ? definition_resource(at, size) : -1;

        if (type >= 0 && at[size] == '/')
            return type;
    }
    return -1;
}

/* Takes an id from the front of the text; NULL: there is none. */
static const char *skip_id(const char *text)
{
    char id[65] = "";
    size_t size = strcspn(text, "/#");

    if (size >= sizeof(id))
        return NULL;
    memcpy(id, text, size);
    return primitive_is_valid(DEFINITION_ID, id) ? text + size : NULL;
}

/* Is it id or id/_history/version, a fragment behind it or none? */
static bool is_versioned_id(const char *text)
{
    static const char history[] = "/_history/";

    text = skip_id(text);
    if (text && strncmp(text, history, sizeof(history) - 1) == 0)
        text = skip_id(text + sizeof(history) - 1);
    return text && (*text == '\0' || *text == '#');
}

/* Is a relative reference of the form Type/id, Type/id/_history/version or Type?query? */
static bool is_sound_relative(const char *text)
{
    size_t size = strcspn(text, "/?");

    if (definition_resource(text, size) < 0 || text[size] == '\0')
        return false;
    return text[size] == '?' || is_versioned_id(text + size + 1);
}

static const char *list_targets(struct walk *walk, const struct definition_targets *targets)
{
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < targets->count; i++) {
        const struct definition_node *node =
            &definition_nodes[definition_target_types[targets->first + i]];

        buf_printf(&buf, "%s%s", i == 0 ? "" : ", ", definition_names[node->path]);
    }
    const char *text = buf_copy(&buf, walk->arena);
    buf_release(&buf);
    return text;
}

static void check_target(struct walk *walk, const struct definition_element *row, int type,
                         const struct place *place)
{
    const struct definition_targets *targets = &definition_targets[row->targets];

    if (type >= 0 && !definition_is_target(targets, type))
        FIND(walk, FINDING_BASE, "value", place,
             "a reference to %s was found, one to %s was expected",
             definition_names[definition_nodes[type].path], list_targets(walk, targets));
}

static void check_reference(struct walk *walk, const struct definition_element *row,
                            const struct cJSON *reference, const struct place *place)
{
    const char *text = json_string(reference, "reference"), *type = json_string(reference, "type");
    const struct place text_place = {place, "reference", PLACE_NO_INDEX};
    const struct place type_place = {place, "type", PLACE_NO_INDEX};
    int named = type ? definition_resource(type, strlen(type)) : -1, found = -1;
    bool is_relative = false;

    if (text && *text == '#') {
        if (!scope_use(walk, text))
            FIND(walk, FINDING_RULE, "invariant", place,
                 "ref-1: '%.*s' must be the id of a contained resource", FINDING_QUOTED_MAX, text);
    } else if (text && *text != '\0') {
        found = reference_type(text, &is_relative);
        if (is_relative && !is_sound_relative(text))
            FIND(walk, FINDING_BASE, "value", &text_place,
                 "'%.*s' was found; Type/id, a URL, a urn or #id was expected", FINDING_QUOTED_MAX,
                 text);
        else
            check_target(walk, row, found, &text_place);
    }
    if (type && named < 0 && primitive_is_valid(DEFINITION_URI, type) && !strchr(type, ':'))
        FIND(walk, FINDING_BASE, "code-invalid", &type_place, "'%.*s' is not a resource type",
             FINDING_QUOTED_MAX, type);
    else if (named >= 0 && found >= 0 && named != found)
        FIND(walk, FINDING_BASE, "value", &type_place, "the type is %s, but the reference is to %s",
             type, definition_names[definition_nodes[found].path]);
    else if (found < 0)
        check_target(walk, row, named, &type_place);
}

/* ---- values ---- */

static void check_object(struct walk *walk, const struct definition_node *node,
                         const struct cJSON *object, const struct place *place);
static void check_resource(struct walk *walk, const struct cJSON *resource,
                           const struct place *place, bool is_contained);

static bool is_primitive(const struct definition_element *row)
{
    return row->type < DEFINITION_RESOURCE;
}

/* An array of primitives: it may have nulls. */
static bool is_halved(const struct definition_element *row)
{
    return is_primitive(row) && (row->flags & DEFINITION_MANY);
}

static void find_mismatch(struct walk *walk, const char *expected, const struct cJSON *value,
                          const struct place *place)
{
    FIND(walk, FINDING_BASE, "structure", place, "%s was expected, got %s%s", expected,
         strcmp(json_type_name(value), "null") == 0     ? ""
         : strcmp(json_type_name(value), "object") == 0 ? "an "
         : strcmp(json_type_name(value), "array") == 0  ? "an "
                                                        : "a ",
         json_type_name(value));
}

static void check_primitive(struct walk *walk, const struct definition_element *row,
                            const struct cJSON *value, const struct place *place)
{
    static const char *const names[] = {
        [PRIMITIVE_STRING] = "a string",
        [PRIMITIVE_NUMBER] = "a number",
        [PRIMITIVE_BOOLEAN] = "true or false",
    };
    enum primitive_json json = primitive_json(row->type);
    const char *text = json == PRIMITIVE_NUMBER ? json_number_text(value) : json_text(value);

    if (json == PRIMITIVE_BOOLEAN ? !cJSON_IsBool(value) : !text) {
        find_mismatch(walk, names[json], value, place);
        return;
    }
    if (!text)
        return;
    if (!primitive_is_valid(row->type, text)) {
        FIND(walk, FINDING_BASE, "value", place, "'%.*s' was found, %s was expected",
             FINDING_QUOTED_MAX, text, primitive_expected(row->type));
        return;
    }
    if (row->set)
        check_binding(walk, row, value, place);
    if (*text == '#' && (row->type == DEFINITION_URI || row->type == DEFINITION_URL ||
                         row->type == DEFINITION_CANONICAL))
        scope_use(walk, text);
}

/* One value of the element; an array's elements come one by one. */
static void check_value(struct walk *walk, const struct definition_element *row,
                        const struct cJSON *value, const struct place *place)
{
    if (is_primitive(row)) {
        check_primitive(walk, row, value, place);
        return;
    }
    if (!cJSON_IsObject(value)) {
        find_mismatch(walk,
                      arena_printf(walk->arena, "%s (an object)", definition_type_name(row->type)),
                      value, place);
        return;
    }
    if (row->type == DEFINITION_RESOURCE) {
        check_resource(walk, value, place, strcmp(place->name, "contained") == 0);
        return;
    }
    check_object(walk, &definition_nodes[row->type - DEFINITION_NODE], value, place);
    if (row->type == DEFINITION_NODE + NODE_REFERENCE)
        check_reference(walk, row, value, place);
    else if (row->set && value->child)
        check_binding(walk, row, value, place);
}

/* The other half of an element that is an array of primitives: `_given` of given and given of
 * `_given`. */
static const struct cJSON *other_half(const struct cJSON *object, const char *name)
{
    for (const struct cJSON *child = object->child; child; child = child->next) {
        const char *other = child->string;

        if (other[0] == '_' ? strcmp(other + 1, name) == 0
                            : name[0] == '_' && strcmp(other, name + 1) == 0)
            return child;
    }
    return NULL;
}

/* A null stands only where the other half says something. */
static void check_array(struct walk *walk, const struct definition_element *row,
                        const struct cJSON *array, const struct cJSON *other,
                        const struct place *place)
{
    struct place at = {place->up, place->name, 0};
    const struct cJSON *partner = cJSON_IsArray(other) ? other->child : NULL;

    for (const struct cJSON *value = array->child; value && !findings_are_full(walk->findings);
         value = value->next, partner = partner ? partner->next : NULL, at.index++) {
        if (!cJSON_IsNull(value) || !partner || cJSON_IsNull(partner))
            check_value(walk, row, value, &at);
    }
    if (!array->child)
        FIND(walk, FINDING_BASE, "structure", place,
             "an array that is empty was found, one element at least was expected");
}

static void check_shape(struct walk *walk, const struct definition_element *row,
                        const struct cJSON *value, const struct cJSON *other,
                        const struct place *place)
{
    if (!(row->flags & DEFINITION_MANY))
        check_value(walk, row, value, place);
    else if (cJSON_IsArray(value))
        check_array(walk, row, value, other, place);
    else
        find_mismatch(walk, "an array", value, place);
}

/* The `_name` of a primitive: an object with id and extension, or an array of such and nulls. */
static void check_companion(struct walk *walk, const struct definition_element *row,
                            const struct cJSON *object, const struct cJSON *companion,
                            const struct place *place)
{
    static const struct definition_element single = {.type = DEFINITION_NODE + NODE_ELEMENT};
    static const struct definition_element many = {.type = DEFINITION_NODE + NODE_ELEMENT,
                                                   .flags = DEFINITION_MANY};
    bool is_many = is_halved(row);

    check_shape(walk, is_many ? &many : &single, companion,
                is_many ? other_half(object, companion->string) : NULL, place);
}

/* ---- objects ---- */

static void find_unknown(struct walk *walk, const struct definition_node *node,
                         const struct place *place)
{
    FIND(walk, FINDING_BASE, "structure", place, "%s has no element '%.*s'",
         definition_names[node->path], FINDING_QUOTED_MAX, place->name);
}

/* The member that fills the slot a second time, of another type than the first. */
static void check_choice(struct walk *walk, const struct definition_node *node,
                         const struct definition_element *row, const struct cJSON *object,
                         const struct cJSON *child, const struct place *place)
{
    for (const struct cJSON *earlier = object->child; earlier != child; earlier = earlier->next) {
        const char *name = earlier->string + (earlier->string[0] == '_');
        const struct definition_element *other = definition_find(node, name);

        if (other && other != row && other->slot == row->slot) {
            FIND(walk, FINDING_BASE, "structure", place,
                 "%s[x] may be of one type only, and there is %s already",
                 definition_names[row->choice], name);
            return;
        }
    }
}

/* The bit of the slot that the member fills; 0: it is unknown. */
static uint64_t check_member(struct walk *walk, const struct definition_node *node, uint64_t seen,
                             const struct cJSON *object, const struct cJSON *child,
                             const struct place *up)
{
    bool is_companion = child->string[0] == '_';
    const struct definition_element *row = definition_find(node, child->string + is_companion);
    const struct place place = {up, child->string, PLACE_NO_INDEX};

    if (!row || (is_companion && !is_primitive(row))) {
        find_unknown(walk, node, &place);
        return 0;
    }
    uint64_t bit = UINT64_C(1) << row->slot;
    if (row->choice && (seen & bit))
        check_choice(walk, node, row, object, child, &place);
    if (is_companion)
        check_companion(walk, row, object, child, &place);
    else
        check_shape(walk, row, child, is_halved(row) ? other_half(object, child->string) : NULL,
                    &place);
    return bit;
}

static void find_missing(struct walk *walk, const struct definition_node *node, uint64_t missing,
                         const struct place *up)
{
    for (size_t i = 0; i < node->count && missing; i++) {
        const struct definition_element *row = &definition_elements[node->first + i];
        uint64_t bit = UINT64_C(1) << row->slot;
        const char *name = definition_names[row->choice ? row->choice : row->name];
        const struct place place = {up, name, PLACE_NO_INDEX};

        if (!(missing & bit))
            continue;
        missing &= ~bit;
        FIND(walk, FINDING_BASE, "required", &place, "%s needs %s%s", definition_names[node->path],
             name, row->choice ? "[x] in one of its types" : "");
    }
}

static void check_constraints(struct walk *walk, const struct definition_node *node,
                              const struct cJSON *object, const struct place *place)
{
    const uint16_t *numbers = &definition_node_constraints[node->constraint_first];

    for (size_t i = 0; i < node->constraint_count; i++) {
        const struct definition_constraint *constraint = &definition_constraints[numbers[i]];

        if (invariant_is_known(numbers[i]) && !invariant_holds(numbers[i], walk->arena, object))
            FIND(walk, constraint->is_warning ? FINDING_NOTE : FINDING_RULE, "invariant", place,
                 "%s: %s", constraint->key, constraint->human);
    }
}

static void check_members(struct walk *walk, const struct definition_node *node,
                          const struct cJSON *object, const struct place *place, bool is_resource)
{
    uint64_t seen = 0;

    for (const struct cJSON *child = object->child; child && !findings_are_full(walk->findings);
         child = child->next) {
        if (!is_resource || strcmp(child->string, "resourceType") != 0)
            seen |= check_member(walk, node, seen, object, child, place);
    }
    find_missing(walk, node, node->required & ~seen, place);
    check_constraints(walk, node, object, place);
}

static void check_object(struct walk *walk, const struct definition_node *node,
                         const struct cJSON *object, const struct place *place)
{
    const struct cJSON *only = object->child && !object->child->next ? object->child : NULL;

    if (!object->child) {
        FIND(walk, FINDING_BASE, "structure", place,
             "an object that is empty was found, one element at least was expected");
        return;
    }
    if (only && strcmp(only->string, "id") == 0)
        FIND(walk, FINDING_RULE, "invariant", place,
             "ele-1: an element must have a value or children beside its id");
    check_members(walk, node, object, place, false);
}

static void check_resource(struct walk *walk, const struct cJSON *resource,
                           const struct place *place, bool is_contained)
{
    const struct place type_place = {place, "resourceType", PLACE_NO_INDEX};
    const struct cJSON *item = json_get(resource, "resourceType");
    const char *type = json_text(item), *id = json_string(resource, "id");
    int number = type ? definition_resource(type, strlen(type)) : -1;
    struct scope scope = walk->scope;

    if (!item)
        FIND(walk, FINDING_BASE, "required", &type_place, "a resource needs resourceType");
    else if (!type)
        find_mismatch(walk, "a string", item, &type_place);
    else if (number < 0)
        FIND(walk, FINDING_BASE, "value", &type_place, "'%.*s' is not a resource type of R4",
             FINDING_QUOTED_MAX, type);
    if (number < 0)
        return;
    if (is_contained) {
        check_contained(walk, resource, place);
        walk->scope.inside = id ? local_find(&walk->scope, id) : NULL;
        check_members(walk, &definition_nodes[number], resource, place, true);
        walk->scope.inside = scope.inside;
        return;
    }
    scope_enter(walk, resource);
    check_members(walk, &definition_nodes[number], resource, place, true);
    scope_leave(walk, place);
    walk->scope = scope;
}

void validate_resource(struct findings *out, struct arena *arena, const struct cJSON *resource)
{
    struct walk walk = {.arena = arena, .findings = out};
    const char *type = json_string(resource, "resourceType");
    const struct place place = {NULL, type ? type : "Resource", PLACE_NO_INDEX};

    *out = (struct findings){.items = NULL};
    if (cJSON_IsObject(resource))
        check_resource(&walk, resource, &place, false);
    else
        find_mismatch(&walk, "a resource (an object)", resource, &place);
}
