/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhirpath_patch - operations on a copy of the target, which is given out only when all went well.
 *
 * 1. Every operation is read before the first is done: form comes before effect.
 * 2. Nodes point into the copy, so an operation finds its place, then changes the tree once.
 * 3. What operations add is no more than the patch holds; their depth is checked at the end.
 */
#include "fhir/fhirpath_patch.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "fhir/fhirpath.h"
#include "fhir/fhirpath_value.h"

enum part {
    PART_TYPE,
    PART_PATH,
    PART_NAME,
    PART_VALUE,
    PART_INDEX,
    PART_SOURCE,
    PART_DESTINATION,
};

static const struct {
    const char *name, *type; /* NULL: as the place wants it */
} part_rules[] = {
    [PART_TYPE] = {"type", "code"},
    [PART_PATH] = {"path", "string"},
    [PART_NAME] = {"name", "string"},
    [PART_VALUE] = {"value", NULL},
    [PART_INDEX] = {"index", "integer"},
    [PART_SOURCE] = {"source", "integer"},
    [PART_DESTINATION] = {"destination", "integer"},
};
#define PARTS   COUNT_OF(part_rules)
#define BIT(at) (1u << (at))

struct operation {
    const struct action *action;
    const char *path, *name;
    const struct fhirpath *where;
    const struct cJSON *value; /* the part */
    size_t numbers[PARTS];     /* index, source, destination */
};

struct patching {
    struct arena *arena;
    struct cJSON *root;
    size_t steps_left;
    struct err *err;
};

typedef int action_fn(struct patching *patching, const struct operation *operation);

/* ---- places ---- */

static int find(struct patching *patching, const struct fhirpath *where, struct fhirpath_nodes *out)
{
    return fhirpath_evaluate(where, patching->arena, patching->root, &patching->steps_left, out,
                             patching->err);
}

/* The one element that `where` says. */
static int find_one(struct patching *patching, const struct fhirpath *where,
                    struct fhirpath_node *out)
{
    struct fhirpath_nodes nodes;

    if (find(patching, where, &nodes))
        return -1;
    if (nodes.count != 1)
        return err_set(patching->err, ERR_INPUT, "expected a path to one element, this matches %s",
                       nodes.count == 0
                           ? "nothing"
                           : arena_printf(patching->arena, "%zu elements", nodes.count));
    *out = nodes.items[0];
    if (out->owner || out->value == patching->root)
        return 0;
    return err_set(patching->err, ERR_INPUT, "expected a path to an element, this computes a %s",
                   out->type);
}

static int check_owned(struct patching *patching, const struct fhirpath_node *node)
{
    if (node->owner)
        return 0;
    return err_set(patching->err, ERR_INPUT, "the resource itself can't be replaced or deleted");
}

/* The object that holds the elements of `node`; a primitive's is made where it is missing. */
static struct cJSON *object_of(struct patching *patching, const struct fhirpath_node *node)
{
    if (!fhirpath_type_is_primitive(node->type))
        return cJSON_IsObject(node->value) ? node->value : NULL;
    if (node->extra)
        return node->extra;
    const struct tree_value both = {node->value, json_object(patching->arena), node->type};
    if (!node->is_listed) {
        tree_put(node->owner, node->member, &both);
        return fhirpath_extra(node->owner, node->member);
    }
    tree_list_insert(node->owner, node->member, node->index, &both);
    tree_list_remove(node->owner, node->member, node->index + 1);
    struct cJSON *made = fhirpath_extra(node->owner, node->member)->child;
    for (size_t i = 0; i < node->index; i++)
        made = made->next;
    return made;
}

/* A list: where it is, or would be. */
struct list {
    struct cJSON *owner;
    const char *member;
    struct fhirpath_element element;
    size_t count;
};

static int find_list(struct patching *patching, const struct operation *operation, struct list *out)
{
    const struct fhirpath *above = NULL;
    struct fhirpath_nodes same;
    struct fhirpath_node node;

    if (!fhirpath_split(operation->where, &above, &out->member))
        return err_set(patching->err, ERR_INPUT,
                       "expected a path that ends with the name of a list");
    if (find(patching, operation->where, &same) || find_one(patching, above, &node))
        return -1; /* the whole path is walked, too: its last name may be none */
    if (!fhirpath_element_find(&out->element, node.type, out->member) || !out->element.is_list)
        return err_set(patching->err, ERR_INPUT, "expected a path to a list, '%s' is none",
                       out->member);
    out->owner = object_of(patching, &node);
    if (!out->owner || !tree_is_list(out->owner, out->member))
        return err_set(patching->err, ERR_INPUT, "'%s' is no list in this resource", out->member);
    out->count = tree_list_count(out->owner, out->member);
    return 0;
}

/* ---- operations ---- */

static int apply_add(struct patching *patching, const struct operation *operation)
{
    struct fhirpath_element element;
    struct fhirpath_node node;
    struct tree_value value;

    if (find_one(patching, operation->where, &node))
        return -1;
    if (!fhirpath_element_find(&element, node.type, operation->name))
        return err_set(patching->err, ERR_INPUT, "%s has no element '%.100s'",
                       node.type ? node.type : "what is there", operation->name);
    if (value_read(patching->arena, operation->value, &element, &value, patching->err))
        return err_context(patching->err, "value");
    struct cJSON *owner = object_of(patching, &node);
    if (!owner)
        return err_set(patching->err, ERR_INPUT, "what is there is no object");
    return value_add(patching->arena, owner, node.type, operation->name, &value, patching->err);
}

static int apply_insert(struct patching *patching, const struct operation *operation)
{
    size_t index = operation->numbers[PART_INDEX];
    struct tree_value value;
    struct list list;

    if (find_list(patching, operation, &list))
        return -1;
    if (value_read(patching->arena, operation->value, &list.element, &value, patching->err))
        return err_context(patching->err, "value");
    if (index > list.count)
        return err_set(patching->err, ERR_INPUT, "index %zu is beyond the list, which has %zu",
                       index, list.count);
    tree_list_insert(list.owner, list.member, index, &value);
    return 0;
}

static int apply_delete(struct patching *patching, const struct operation *operation)
{
    struct fhirpath_nodes nodes;
    struct fhirpath_node node;

    if (find(patching, operation->where, &nodes))
        return -1;
    if (nodes.count == 0)
        return 0; /* R4: "if found" */
    if (find_one(patching, operation->where, &node) || check_owned(patching, &node))
        return -1;
    if (node.is_listed)
        tree_list_remove(node.owner, node.member, node.index);
    else
        tree_remove(node.owner, node.member);
    return 0;
}

static int apply_replace(struct patching *patching, const struct operation *operation)
{
    struct fhirpath_node node;
    struct tree_value value;

    if (find_one(patching, operation->where, &node) || check_owned(patching, &node))
        return -1;
    if (value_read(patching->arena, operation->value, &node.element, &value, patching->err))
        return err_context(patching->err, "value");
    const char *member = value_member(patching->arena, &node.element, node.name, value.type);
    if (node.is_listed) {
        tree_list_insert(node.owner, member, node.index, &value);
        tree_list_remove(node.owner, member, node.index + 1);
        return 0;
    }
    if (strcmp(member, node.member) != 0)
        tree_remove(node.owner, node.member); /* a choice of another type */
    tree_put(node.owner, member, &value);
    return 0;
}

static int apply_move(struct patching *patching, const struct operation *operation)
{
    size_t from = operation->numbers[PART_SOURCE], to = operation->numbers[PART_DESTINATION];
    struct list list;

    if (find_list(patching, operation, &list))
        return -1;
    if (from >= list.count || to >= list.count)
        return err_set(patching->err, ERR_INPUT, "%s %zu is beyond the list, which has %zu",
                       from >= list.count ? "source" : "destination",
                       from >= list.count ? from : to, list.count);
    tree_list_move(list.owner, list.member, from, to);
    return 0;
}

static const struct action {
    const char *name;
    unsigned parts; /* besides type and path: exactly these */
    action_fn *apply;
} actions[] = {
    {"add", BIT(PART_NAME) | BIT(PART_VALUE), apply_add},
    {"delete", 0, apply_delete},
    {"insert", BIT(PART_VALUE) | BIT(PART_INDEX), apply_insert},
    {"move", BIT(PART_SOURCE) | BIT(PART_DESTINATION), apply_move},
    {"replace", BIT(PART_VALUE), apply_replace},
};

/* ---- form ---- */

static int read_number(const struct cJSON *value, size_t *out, struct err *err)
{
    const char *text = json_number_text(value);
    size_t size = strspn(text, "0123456789");

    if (text[size] != '\0' || size > 9)
        return err_set(err, ERR_INPUT, "expected 0 or more, found %.40s", text);
    *out = strtoul(text, NULL, 10);
    return 0;
}

static int read_action(const char *name, const struct action **out, struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(actions); i++) {
        if (strcmp(actions[i].name, name) == 0)
            *out = &actions[i];
    }
    if (*out)
        return 0;
    return err_set(err, ERR_INPUT, "expected add, delete, insert, move or replace, found '%.100s'",
                   name);
}

static int read_part(struct operation *out, const struct cJSON *part, enum part which,
                     struct err *err)
{
    const struct cJSON *value =
        part_rules[which].type ? value_plain(part, part_rules[which].type, err) : part;

    if (!value)
        return -1;
    switch (which) {
    case PART_TYPE:
        return read_action(json_text(value), &out->action, err);
    case PART_PATH:
        out->path = json_text(value);
        return 0;
    case PART_NAME:
        out->name = json_text(value);
        return 0;
    case PART_VALUE:
        out->value = value;
        return 0;
    case PART_INDEX:
    case PART_SOURCE:
    case PART_DESTINATION:
        return read_number(value, &out->numbers[which], err);
    }
    BUG("part %d", (int)which);
}

/* Which part `part` is; PARTS with err filled when it is none. */
static enum part part_of(const struct cJSON *part, struct err *err)
{
    const char *name = json_string(part, "name");

    for (size_t i = 0; name && i < PARTS; i++) {
        if (strcmp(part_rules[i].name, name) == 0)
            return (enum part)i;
    }
    err_set(err, ERR_INPUT,
            "a part must be type, path, name, value, index, source or destination"
            "%s%.100s",
            name ? ", not " : "", name ? name : "");
    return (enum part)PARTS;
}

/* Are the parts just those of the operation's type? */
static int check_parts(const struct operation *operation, unsigned seen, struct err *err)
{
    if (!operation->action)
        return err_set(err, ERR_INPUT, "part type is missing");
    unsigned wanted = operation->action->parts | BIT(PART_TYPE) | BIT(PART_PATH);
    for (size_t i = 0; i < PARTS; i++) {
        bool is_wanted = wanted & BIT(i), is_seen = seen & BIT(i);

        if (is_wanted != is_seen)
            return err_set(err, ERR_INPUT, "part %s is %s", part_rules[i].name,
                           is_wanted ? "missing" : "not one of this type's");
    }
    return 0;
}

static int read_operation(struct arena *arena, const struct cJSON *parameter, struct operation *out,
                          struct err *err)
{
    const char *name = json_string(parameter, "name");
    const struct cJSON *part = NULL;
    unsigned seen = 0;

    if (!name || strcmp(name, "operation") != 0)
        return err_set(err, ERR_INPUT, "expected a parameter named operation");
    cJSON_ArrayForEach(part, json_get(parameter, "part"))
    {
        enum part which = part_of(part, err);

        if (which == (enum part)PARTS)
            return -1;
        if (seen & BIT(which))
            return err_set(err, ERR_INPUT, "part %s is there twice", part_rules[which].name);
        seen |= BIT(which);
        if (read_part(out, part, which, err))
            return err_context(err, "part %s", part_rules[which].name);
    }
    if (check_parts(out, seen, err))
        return -1;
    out->where = fhirpath_parse(arena, out->path, err);
    return out->where ? 0 : -1;
}

static int operation_context(const struct operation *operation, size_t index, struct err *err)
{
    return err_context(err, "operation %zu (%s%s%.200s)", index,
                       operation->action ? operation->action->name : "no type",
                       operation->path ? " " : "", operation->path ? operation->path : "");
}

/* Reads all operations; NULL with err filled. */
static struct operation *read_all(struct arena *arena, const struct cJSON *parameters,
                                  size_t *out_count, size_t *out_operation, struct err *err)
{
    const char *type = json_string(parameters, "resourceType");
    const struct cJSON *list = json_get(parameters, "parameter"), *parameter = NULL;
    struct operation *operations =
        arena_alloc(arena, (json_count(list) + 1) * sizeof(struct operation));
    size_t index = 0;

    if (!type || strcmp(type, "Parameters") != 0) {
        err_set(err, ERR_INPUT, "a FHIRPath Patch must be a Parameters resource, this is %s",
                type ? type : json_type_name(parameters));
        return NULL;
    }
    if (list && !cJSON_IsArray(list)) {
        err_set(err, ERR_INPUT, "\"parameter\" must be an array, this is %s", json_type_name(list));
        return NULL;
    }
    cJSON_ArrayForEach(parameter, list)
    {
        if (read_operation(arena, parameter, &operations[index], err)) {
            *out_operation = index;
            operation_context(&operations[index], index, err);
            return NULL;
        }
        index++;
    }
    *out_count = index;
    return operations;
}

struct cJSON *fhirpath_patch_apply(struct arena *arena, const struct cJSON *target,
                                   const struct cJSON *parameters, enum patch_result *out_result,
                                   size_t *out_operation, struct err *err)
{
    struct patching patching = {.arena = arena, .steps_left = LIMIT_FHIRPATH_STEPS, .err = err};
    bool has_delete = false;
    size_t count = 0;

    *out_operation = FHIRPATH_PATCH_WHOLE;
    *out_result = PATCH_MALFORMED;
    const struct operation *operations = read_all(arena, parameters, &count, out_operation, err);
    if (!operations)
        return NULL;
    patching.root = json_copy_root(arena, target);
    for (size_t i = 0; i < count; i++) {
        const struct action *action = operations[i].action;

        if (action->apply(&patching, &operations[i])) {
            *out_result = PATCH_NO_TARGET;
            *out_operation = i;
            operation_context(&operations[i], i, err);
            return NULL;
        }
        has_delete |= action->apply == apply_delete;
    }
    if (has_delete)
        tree_prune(patching.root);
    if (tree_depth(patching.root) > LIMIT_JSON_DEPTH) {
        err_set(err, ERR_LIMIT, "the result would be nested too deeply");
        return NULL;
    }
    *out_result = PATCH_APPLIED;
    return patching.root;
}
