/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhirpath - walking a path over a resource's tree.
 *
 * 1. Every expression turns a focus ($this) into a list of nodes. true, false and nothing are nodes,
 * too: `truth` reads them by FHIRPath's rules for three values.
 * 2. A name that R4 does not have at its place is an error, not nothing: a list carries the type its
 * nodes would have, so that a wrong name is found also where the resource has no such element.
 * 3. Each node looked at costs a step; see steps_left.
 */
#include "fhir/fhirpath.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "fhir/decimal.h"
#include "fhir/fhirpath_expr.h"
#include "fhir/patch.h"

struct walk {
    struct arena *arena;
    struct cJSON *yes, *no;
    size_t *steps_left;
    struct err *err;
};

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_EMPTY };

static int evaluate(struct walk *walk, const struct fhirpath *expr,
                    const struct fhirpath_nodes *focus, struct fhirpath_nodes *out);

/* ---- lists ---- */

static void add(struct arena *arena, struct fhirpath_nodes *nodes, const struct fhirpath_node *node)
{
    if (nodes->count == nodes->capacity) {
        size_t size = sizeof(*node), capacity = nodes->capacity ? nodes->capacity * 2 : 2;

        nodes->items = arena_grow(arena, nodes->items, nodes->capacity * size, capacity * size);
        nodes->capacity = capacity;
    }
    nodes->items[nodes->count++] = *node;
}

static void add_computed(struct walk *walk, struct fhirpath_nodes *out, struct cJSON *value,
                         const char *type)
{
    const struct fhirpath_node node = {.value = value, .type = type};

    *out = (struct fhirpath_nodes){.type = type};
    add(walk->arena, out, &node);
}

static void add_truth(struct walk *walk, struct fhirpath_nodes *out, enum truth truth)
{
    *out = (struct fhirpath_nodes){.type = "boolean"};
    if (truth != TRUTH_EMPTY)
        add_computed(walk, out, truth == TRUTH_YES ? walk->yes : walk->no, "boolean");
}

static int spend(struct walk *walk, size_t steps)
{
    if (*walk->steps_left < steps)
        return err_set(walk->err, ERR_LIMIT, "the paths look at too many elements");
    *walk->steps_left -= steps;
    return 0;
}

/* ---- members ---- */

struct cJSON *fhirpath_extra(const struct cJSON *object, const char *name)
{
    for (struct cJSON *child = object ? object->child : NULL; child; child = child->next) {
        if (child->string && child->string[0] == '_' && strcmp(child->string + 1, name) == 0)
            return child;
    }
    return NULL;
}

/* The member that is there of the choice `name`; NULL when there is none. */
static const char *chosen_member(struct arena *arena, const struct cJSON *owner,
                                 const struct fhirpath_node *made, const char **out_type)
{
    size_t size = strlen(made->name);

    for (const struct cJSON *child = owner->child; child; child = child->next) {
        const char *member = child->string + (child->string[0] == '_');

        if (strncmp(member, made->name, size) != 0)
            continue;
        *out_type = fhirpath_choice(&made->element, member + size);
        if (*out_type && (member == child->string || fhirpath_type_is_primitive(*out_type)))
            return arena_strdup(arena, member);
    }
    return NULL;
}

static void add_element(struct arena *arena, struct fhirpath_node *made, struct fhirpath_nodes *out)
{
    if (cJSON_IsNull(made->value))
        made->value = NULL;
    if (!cJSON_IsObject(made->extra))
        made->extra = NULL;
    if (!made->value && !made->extra)
        return;
    if (made->element.type && strcmp(made->element.type, "Resource") == 0)
        made->type = fhirpath_type_find(json_string(made->value, "resourceType"));
    add(arena, out, made);
}

void fhirpath_children(struct arena *arena, struct cJSON *owner, const char *type, const char *name,
                       struct fhirpath_nodes *out)
{
    struct fhirpath_node made = {.owner = owner, .member = name, .name = name};

    if (!cJSON_IsObject(owner) || !fhirpath_element_find(&made.element, type, name))
        return;
    made.type = made.element.type;
    if (made.element.choices)
        made.member = chosen_member(arena, owner, &made, &made.type);
    if (!made.member)
        return;
    struct cJSON *value = json_get_mutable(owner, made.member);
    struct cJSON *extra =
        fhirpath_type_is_primitive(made.type) ? fhirpath_extra(owner, made.member) : NULL;
    if (!cJSON_IsArray(value) && !cJSON_IsArray(extra)) {
        made.value = value;
        made.extra = extra;
        add_element(arena, &made, out);
        return;
    }
    made.is_listed = true;
    value = cJSON_IsArray(value) ? value->child : NULL;
    extra = cJSON_IsArray(extra) ? extra->child : NULL;
    for (made.index = 0; value || extra; made.index++) {
        struct fhirpath_node one = made;

        one.value = value;
        one.extra = extra;
        add_element(arena, &one, out);
        value = value ? value->next : NULL;
        extra = extra ? extra->next : NULL;
    }
}

/* "valueQuantity" -> "value", when that is the choice meant; else NULL. */
static const char *choice_meant(struct arena *arena, const char *type, const char *name)
{
    for (size_t size = 1; size < strlen(name); size++) {
        const char *front = arena_copy(arena, name, size);
        struct fhirpath_element element;

        if (isupper((unsigned char)name[size]) && fhirpath_element_find(&element, type, front) &&
            fhirpath_choice(&element, name + size))
            return front;
    }
    return NULL;
}

static int refuse_name(struct walk *walk, const struct fhirpath *expr, const char *type)
{
    const char *meant = choice_meant(walk->arena, type, expr->text);

    return err_set(walk->err, ERR_INPUT, "column %zu: %s has no element '%.100s'%s%s%s",
                   expr->column, type, expr->text,
                   meant ? "; a choice is named without its type, '" : "", meant ? meant : "",
                   meant ? "'" : "");
}

/* A name with a capital in front may be the type of $this. */
static bool is_type_of(const struct fhirpath *expr, const struct fhirpath_nodes *focus)
{
    return !expr->left && isupper((unsigned char)expr->text[0]) && focus->count == 1 &&
           fhirpath_type_is(focus->items[0].type, expr->text);
}

static int select_members(struct walk *walk, const struct fhirpath *expr,
                          const struct fhirpath_nodes *in, const char *name,
                          struct fhirpath_nodes *out)
{
    struct fhirpath_element element = {.type = NULL};
    const char *unknown = NULL;
    bool is_known = fhirpath_element_find(&element, in->type, name);

    *out = (struct fhirpath_nodes){.type = NULL};
    if (in->type && !is_known)
        return refuse_name(walk, expr, in->type);
    for (size_t i = 0; i < in->count; i++) {
        const struct fhirpath_node *node = &in->items[i];
        struct cJSON *owner = fhirpath_type_is_primitive(node->type) ? node->extra : node->value;

        if (spend(walk, 1 + json_count(owner)))
            return -1;
        if (node->type && !fhirpath_element_find(&element, node->type, name)) {
            unknown = node->type;
            continue;
        }
        is_known |= node->type != NULL;
        fhirpath_children(walk->arena, owner, node->type, name, out);
    }
    if (unknown && !is_known)
        return refuse_name(walk, expr, unknown);
    /* of nodes of several types, and of resources, nothing is known before they are there */
    if (is_known && element.type && strcmp(element.type, "Resource") != 0 && (in->type || !unknown))
        out->type = element.type;
    return spend(walk, out->count);
}

/* ---- comparing ---- */

static bool is_temporal(const char *type)
{
    static const char *const types[] = {"date", "dateTime", "instant", "time"};

    for (size_t i = 0; type && i < COUNT_OF(types); i++) {
        if (strcmp(types[i], type) == 0)
            return true;
    }
    return false;
}

/* Dates that are the same as far as both go, but not equally precise, are neither equal nor not. */
static enum truth same_moment(const char *left, const char *right)
{
    uint64_t a = 0, b = 0;
    size_t size = strlen(left) < strlen(right) ? strlen(left) : strlen(right);

    if (strcmp(left, right) == 0)
        return TRUTH_YES;
    if (clock_parse_instant(left, &a) == 0 && clock_parse_instant(right, &b) == 0)
        return a == b ? TRUTH_YES : TRUTH_NO;
    return strncmp(left, right, size) == 0 ? TRUTH_EMPTY : TRUTH_NO;
}

static enum truth same_value(const struct fhirpath_node *a, const struct fhirpath_node *b)
{
    const char *left = json_text(a->value), *right = json_text(b->value);

    if (!a->value || !b->value)
        return TRUTH_EMPTY;
    if (left && right && (is_temporal(a->type) || is_temporal(b->type)))
        return same_moment(left, right);
    return patch_equal(a->value, b->value) ? TRUTH_YES : TRUTH_NO;
}

static int compare(struct walk *walk, const struct fhirpath_nodes *left,
                   const struct fhirpath_nodes *right, enum truth *out)
{
    *out = TRUTH_EMPTY;
    if (left->count == 0 || right->count == 0)
        return 0;
    *out = left->count == right->count ? TRUTH_YES : TRUTH_NO;
    for (size_t i = 0; i < left->count && *out == TRUTH_YES; i++) {
        const struct cJSON *value = left->items[i].value;

        if (spend(walk, 1 + (value && value->child ? json_bytes(value) / 64 : 0)))
            return -1;
        *out = same_value(&left->items[i], &right->items[i]);
    }
    return 0;
}

/* One boolean is itself, one of anything else is true. */
static int read_truth(struct walk *walk, const struct fhirpath *expr,
                      const struct fhirpath_nodes *nodes, enum truth *out)
{
    const struct cJSON *value = nodes->count > 0 ? nodes->items[0].value : NULL;

    if (nodes->count > 1)
        return err_set(walk->err, ERR_INPUT,
                       "column %zu: expected true, false or nothing, found %zu elements",
                       expr->column, nodes->count);
    if (nodes->count == 0)
        *out = TRUTH_EMPTY;
    else
        *out = cJSON_IsFalse(value) ? TRUTH_NO : TRUTH_YES;
    return 0;
}

static int evaluate_truth(struct walk *walk, const struct fhirpath *expr,
                          const struct fhirpath_nodes *focus, enum truth *out)
{
    struct fhirpath_nodes nodes;

    return evaluate(walk, expr, focus, &nodes) ? -1 : read_truth(walk, expr, &nodes, out);
}

static enum truth both(enum truth a, enum truth b)
{
    if (a == TRUTH_NO || b == TRUTH_NO)
        return TRUTH_NO;
    return a == TRUTH_YES && b == TRUTH_YES ? TRUTH_YES : TRUTH_EMPTY;
}

static enum truth negated(enum truth truth)
{
    if (truth == TRUTH_EMPTY)
        return TRUTH_EMPTY;
    return truth == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
}

static int evaluate_operator(struct walk *walk, const struct fhirpath *expr,
                             const struct fhirpath_nodes *focus, struct fhirpath_nodes *out)
{
    struct fhirpath_nodes left, right;
    enum truth a = TRUTH_EMPTY, b = TRUTH_EMPTY;

    if (evaluate(walk, expr->left, focus, &left) || evaluate(walk, expr->right, focus, &right))
        return -1;
    if (expr->kind == EXPR_EQUAL || expr->kind == EXPR_UNEQUAL) {
        if (compare(walk, &left, &right, &a))
            return -1;
        add_truth(walk, out, expr->kind == EXPR_EQUAL ? a : negated(a));
        return 0;
    }
    if (read_truth(walk, expr->left, &left, &a) || read_truth(walk, expr->right, &right, &b))
        return -1;
    if (expr->kind == EXPR_AND)
        add_truth(walk, out, both(a, b));
    else
        add_truth(walk, out, negated(both(negated(a), negated(b))));
    return 0;
}

/* ---- functions ---- */

/* The nodes for which `criteria` is true. */
static int keep_where(struct walk *walk, const struct fhirpath *criteria,
                      const struct fhirpath_nodes *in, struct fhirpath_nodes *out)
{
    *out = (struct fhirpath_nodes){.type = in->type};
    for (size_t i = 0; i < in->count; i++) {
        struct fhirpath_nodes one = {.items = &in->items[i], .count = 1, .capacity = 1};
        enum truth truth = TRUTH_EMPTY;

        one.type = in->items[i].type;
        if (spend(walk, 1) || evaluate_truth(walk, criteria, &one, &truth))
            return -1;
        if (truth == TRUTH_YES)
            add(walk->arena, out, &in->items[i]);
    }
    return 0;
}

static int keep_type(struct walk *walk, const struct fhirpath_nodes *in, const char *type,
                     struct fhirpath_nodes *out)
{
    *out = (struct fhirpath_nodes){.type = type};
    for (size_t i = 0; i < in->count; i++) {
        if (fhirpath_type_is(in->items[i].type, type))
            add(walk->arena, out, &in->items[i]);
    }
    return spend(walk, in->count);
}

static void keep_one(struct walk *walk, const struct fhirpath_nodes *in, size_t index,
                     struct fhirpath_nodes *out)
{
    *out = (struct fhirpath_nodes){.type = in->type};
    if (index < in->count)
        add(walk->arena, out, &in->items[index]);
}

static int keep_extension(struct walk *walk, const struct fhirpath *call,
                          const struct fhirpath_nodes *focus, const struct fhirpath_nodes *in,
                          struct fhirpath_nodes *out)
{
    struct fhirpath_nodes every, url;
    struct fhirpath step = *call;

    step.text = "extension";
    if (select_members(walk, &step, in, "extension", &every) ||
        evaluate(walk, call->right, focus, &url))
        return -1;
    if (url.count != 1 || !json_text(url.items[0].value))
        return err_set(walk->err, ERR_INPUT, "column %zu: expected the url of the extension",
                       call->right->column);
    *out = (struct fhirpath_nodes){.type = "Extension"};
    for (size_t i = 0; i < every.count; i++) {
        const char *its = json_string(every.items[i].value, "url");

        if (its && strcmp(its, json_text(url.items[0].value)) == 0)
            add(walk->arena, out, &every.items[i]);
    }
    return 0;
}

/* For `single` and `as`: more than one is an error. */
static int check_single(struct walk *walk, const struct fhirpath *expr,
                        const struct fhirpath_nodes *in)
{
    if (in->count < 2)
        return 0;
    return err_set(walk->err, ERR_INPUT, "column %zu: expected one element, found %zu",
                   expr->column, in->count);
}

static int evaluate_exists(struct walk *walk, const struct fhirpath *call,
                           const struct fhirpath_nodes *in, struct fhirpath_nodes *out)
{
    struct fhirpath_nodes kept = *in;

    if (call->right && keep_where(walk, call->right, in, &kept))
        return -1;
    add_truth(walk, out, kept.count > 0 ? TRUTH_YES : TRUTH_NO);
    return 0;
}

static void count_nodes(struct walk *walk, size_t count, struct fhirpath_nodes *out)
{
    struct cJSON *holder = json_object(walk->arena);

    json_put_integer(holder, "value", (long long)count);
    add_computed(walk, out, json_get_mutable(holder, "value"), "integer");
}

static int evaluate_call(struct walk *walk, const struct fhirpath *call,
                         const struct fhirpath_nodes *focus, const struct fhirpath_nodes *in,
                         struct fhirpath_nodes *out)
{
    enum truth truth = TRUTH_EMPTY;

    switch (call->function) {
    case CALL_WHERE:
        return keep_where(walk, call->right, in, out);
    case CALL_EXISTS:
        return evaluate_exists(walk, call, in, out);
    case CALL_EMPTY:
        add_truth(walk, out, in->count == 0 ? TRUTH_YES : TRUTH_NO);
        return 0;
    case CALL_NOT:
        if (read_truth(walk, call, in, &truth))
            return -1;
        add_truth(walk, out, negated(truth));
        return 0;
    case CALL_COUNT:
        count_nodes(walk, in->count, out);
        return 0;
    case CALL_FIRST:
        keep_one(walk, in, 0, out);
        return 0;
    case CALL_LAST:
        keep_one(walk, in, in->count - 1, out);
        return 0;
    case CALL_SINGLE:
        keep_one(walk, in, 0, out);
        return check_single(walk, call, in);
    case CALL_EXTENSION:
        return keep_extension(walk, call, focus, in, out);
    case CALL_OF_TYPE:
        return keep_type(walk, in, call->text, out);
    case CALL_AS:
        return check_single(walk, call, in) ? -1 : keep_type(walk, in, call->text, out);
    }
    BUG("function %d", (int)call->function);
}

static int evaluate_index(struct walk *walk, const struct fhirpath *expr,
                          const struct fhirpath_nodes *focus, const struct fhirpath_nodes *in,
                          struct fhirpath_nodes *out)
{
    struct fhirpath_nodes nodes;
    size_t index = 0;

    if (evaluate(walk, expr->right, focus, &nodes))
        return -1;
    const char *text = nodes.count == 1 ? json_number_text(nodes.items[0].value) : NULL;
    if (!text || text[strspn(text, "0123456789")])
        return err_set(walk->err, ERR_INPUT, "column %zu: expected an index, 0 or more",
                       expr->right->column);
    for (; *text && index < in->count; text++)
        index = index * 10 + (size_t)(*text - '0');
    keep_one(walk, in, index, out);
    return 0;
}

/* ---- all of it ---- */

static int evaluate(struct walk *walk, const struct fhirpath *expr,
                    const struct fhirpath_nodes *focus, struct fhirpath_nodes *out)
{
    struct fhirpath_nodes left = *focus;

    if (spend(walk, 1))
        return -1;
    switch (expr->kind) {
    case EXPR_THIS:
        *out = *focus;
        return 0;
    case EXPR_LITERAL:
        *out = (struct fhirpath_nodes){.type = expr->literal.type};
        add(walk->arena, out, &expr->literal);
        return 0;
    case EXPR_EQUAL:
    case EXPR_UNEQUAL:
    case EXPR_AND:
    case EXPR_OR:
        return evaluate_operator(walk, expr, focus, out);
    case EXPR_MEMBER:
        if (is_type_of(expr, focus)) {
            *out = *focus;
            return 0;
        }
        break;
    case EXPR_CALL:
    case EXPR_INDEX:
    case EXPR_AS:
        break;
    }
    if (expr->left && evaluate(walk, expr->left, focus, &left))
        return -1;
    if (expr->kind == EXPR_MEMBER)
        return select_members(walk, expr, &left, expr->text, out);
    if (expr->kind == EXPR_CALL)
        return evaluate_call(walk, expr, focus, &left, out);
    if (expr->kind == EXPR_INDEX)
        return evaluate_index(walk, expr, focus, &left, out);
    return check_single(walk, expr, &left) ? -1 : keep_type(walk, &left, expr->text, out);
}

int fhirpath_evaluate(const struct fhirpath *path, struct arena *arena, struct cJSON *root,
                      size_t *steps_left, struct fhirpath_nodes *out, struct err *err)
{
    struct cJSON *truths = json_object(arena);
    struct walk walk = {.arena = arena, .steps_left = steps_left, .err = err};
    struct fhirpath_nodes focus;

    json_put_flag(truths, "yes", true);
    json_put_flag(truths, "no", false);
    walk.yes = json_get_mutable(truths, "yes");
    walk.no = json_get_mutable(truths, "no");
    *out = (struct fhirpath_nodes){.type = NULL};
    add_computed(&walk, &focus, root, fhirpath_type_find(json_string(root, "resourceType")));
    if (path)
        return evaluate(&walk, path, &focus, out);
    *out = focus;
    return 0;
}

bool fhirpath_split(const struct fhirpath *path, const struct fhirpath **out_owner,
                    const char **out_name)
{
    if (path->kind != EXPR_MEMBER)
        return false;
    *out_owner = path->left;
    *out_name = path->text;
    return true;
}

const char *fhirpath_top(const struct fhirpath *path, const char *type)
{
    const char *top = NULL;

    for (; path; path = path->left) {
        if (path->kind == EXPR_CALL && path->function == CALL_EXTENSION)
            top = "extension";
        if (path->kind == EXPR_MEMBER && (path->left || strcmp(path->text, type) != 0))
            top = path->text;
    }
    return top;
}
