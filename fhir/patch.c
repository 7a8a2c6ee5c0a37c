/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patch - operations on a copy of the target, which is given out only when all of them went well.
 *
 * 1. The copy is the only element of an array, so that the whole document has a parent like
 * everything else.
 * 2. What is taken out of the tree moves into `trash`, which the arena owns: nothing is freed here.
 * 3. What operations add is bounded (depth, and LIMIT_JSON_BYTES of copies), since `copy` can
 * double a document with every operation.
 */
#include "fhir/patch.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "fhir/decimal.h"

/* What one node costs besides its strings; see 3. */
#define NODE_BYTES 64

struct patching {
    struct arena *arena;
    struct cJSON *root;  /* [document] */
    struct cJSON *trash; /* [whatever was taken out] */
    size_t bytes_left;
    struct err *err;
};

/* ---- pointers ---- */

static bool pointer_is_valid(const char *pointer)
{
    if (*pointer != '\0' && *pointer != '/')
        return false;
    for (const char *at = strchr(pointer, '~'); at; at = strchr(at + 1, '~')) {
        if (at[1] != '0' && at[1] != '1')
            return false;
    }
    return true;
}

/* The last token of `pointer`, unescaped; "" is not asked. */
static const char *last_token(struct arena *arena, const char *pointer)
{
    const char *from = strrchr(pointer, '/') + 1;
    char *token = arena_strdup(arena, from), *to = token;

    for (; *from != '\0'; from++, to++) {
        *to = *from;
        if (*from == '~')
            *to = *++from == '0' ? '~' : '/';
    }
    *to = '\0';
    return token;
}

/* An array index by RFC 6901: digits without a leading zero. False when it is none or beyond `max`.
 */
static bool index_parse(const char *token, size_t max, size_t *out_index)
{
    size_t value = 0;

    if (*token == '\0' || (token[0] == '0' && token[1] != '\0'))
        return false;
    for (; *token != '\0'; token++) {
        if (*token < '0' || *token > '9' || value > max)
            return false;
        value = value * 10 + (size_t)(*token - '0');
    }
    *out_index = value;
    return value <= max;
}

/* A place in the tree: what it is in, under which name or index, and what is there now. */
struct place {
    struct cJSON *parent;
    const char *token;
    size_t index; /* in an array; the count for "-" */
    struct cJSON *item;
};

/* The tree is our own copy: what was found by looking may be changed. */
static struct cJSON *mutable(const struct cJSON *item)
{
    union {
        const struct cJSON *looked;
        struct cJSON *ours;
    } same = {.looked = item};

    return same.ours;
}

/* False when the parent is not there. `item` is NULL where nothing is at the place; an index out of
 * bounds is false too. */
static bool place_find(struct place *out, const struct patching *patching, const char *pointer)
{
    const struct cJSON *document = json_at(patching->root, 0);

    *out = (struct place){.parent = patching->root, .token = "0", .item = mutable(document)};
    if (*pointer == '\0')
        return document != NULL;
    size_t size = (size_t)(strrchr(pointer, '/') - pointer);
    const char *above = arena_copy(patching->arena, pointer, size);
    out->parent = mutable(json_pointer(document, above));
    out->token = last_token(patching->arena, pointer);
    if (cJSON_IsObject(out->parent)) {
        out->item = json_get_mutable(out->parent, out->token);
        return true;
    }
    if (!cJSON_IsArray(out->parent))
        return false;
    size_t count = json_count(out->parent);
    if (strcmp(out->token, "-") == 0)
        out->index = count;
    else if (!index_parse(out->token, count, &out->index))
        return false;
    out->item = mutable(json_at(out->parent, out->index));
    return true;
}

/* ---- bounds ---- */

/* Adds up what `item` costs; false as soon as it is too much. */
static bool cost(const struct cJSON *item, size_t depth, size_t *left)
{
    size_t bytes = NODE_BYTES;

    bytes += item->string ? strlen(item->string) : 0;
    bytes += item->valuestring ? strlen(item->valuestring) : 0;
    if (depth > LIMIT_JSON_DEPTH || bytes > *left)
        return false;
    *left -= bytes;
    for (const struct cJSON *child = item->child; child; child = child->next) {
        if (!cost(child, depth + 1, left))
            return false;
    }
    return true;
}

static size_t pointer_depth(const char *pointer)
{
    size_t depth = 0;

    for (; *pointer != '\0'; pointer++)
        depth += *pointer == '/';
    return depth;
}

/* May `item` be put at `pointer`? */
static int check_bounds(struct patching *patching, const struct cJSON *item, const char *pointer)
{
    if (cost(item, pointer_depth(pointer), &patching->bytes_left))
        return 0;
    return err_set(patching->err, ERR_LIMIT, "the result would be too large or nested too deeply");
}

/* ---- operations ---- */

/* What stood at the place and is replaced goes to the trash; the item takes over its position. */
static void swap(struct patching *patching, struct place *place, struct cJSON *item)
{
    if (cJSON_IsObject(place->parent)) {
        json_put(place->parent, place->token, item);
        return;
    }
    json_insert(place->parent, place->index, item);
    json_add(patching->trash, cJSON_DetachItemViaPointer(place->parent, place->item));
}

static enum patch_result missing(struct patching *patching, const char *pointer)
{
    err_set(patching->err, ERR_INPUT, "nothing at \"%.200s\"", pointer);
    return PATCH_NO_TARGET;
}

/* Takes `item`, always. */
static enum patch_result put(struct patching *patching, const char *pointer, struct cJSON *item)
{
    struct place place;

    if (!place_find(&place, patching, pointer)) {
        json_add(patching->trash, item);
        return missing(patching, pointer);
    }
    if (cJSON_IsObject(place.parent) || *pointer == '\0')
        swap(patching, &place, item);
    else
        json_insert(place.parent, place.index, item);
    return PATCH_APPLIED;
}

static enum patch_result apply_add(struct patching *patching, const struct cJSON *op)
{
    const struct cJSON *value = json_get(op, "value");
    const char *path = json_string(op, "path");

    if (check_bounds(patching, value, path))
        return PATCH_MALFORMED;
    return put(patching, path, json_copy(value));
}

static enum patch_result apply_remove(struct patching *patching, const struct cJSON *op)
{
    const char *path = json_string(op, "path");
    struct place place;

    if (!place_find(&place, patching, path) || !place.item)
        return missing(patching, path);
    if (*path == '\0') {
        err_set(patching->err, ERR_INPUT, "the whole document can't be removed");
        return PATCH_NO_TARGET;
    }
    json_add(patching->trash, cJSON_DetachItemViaPointer(place.parent, place.item));
    return PATCH_APPLIED;
}

static enum patch_result apply_replace(struct patching *patching, const struct cJSON *op)
{
    const struct cJSON *value = json_get(op, "value");
    const char *path = json_string(op, "path");
    struct place place;

    if (!place_find(&place, patching, path) || !place.item)
        return missing(patching, path);
    if (check_bounds(patching, value, path))
        return PATCH_MALFORMED;
    swap(patching, &place, json_copy(value));
    return PATCH_APPLIED;
}

static enum patch_result apply_copy(struct patching *patching, const struct cJSON *op)
{
    const char *from = json_string(op, "from"), *path = json_string(op, "path");
    struct place source;

    if (!place_find(&source, patching, from) || !source.item)
        return missing(patching, from);
    if (check_bounds(patching, source.item, path))
        return PATCH_MALFORMED;
    return put(patching, path, json_copy(source.item));
}

static enum patch_result apply_move(struct patching *patching, const struct cJSON *op)
{
    const char *from = json_string(op, "from"), *path = json_string(op, "path");
    struct place source;

    if (!place_find(&source, patching, from) || !source.item)
        return missing(patching, from);
    if (strcmp(from, path) == 0)
        return PATCH_APPLIED;
    if (check_bounds(patching, source.item, path))
        return PATCH_MALFORMED;
    struct cJSON *moved = json_copy(source.item);
    if (*from != '\0')
        json_add(patching->trash, cJSON_DetachItemViaPointer(source.parent, source.item));
    return put(patching, path, moved);
}

static enum patch_result apply_test(struct patching *patching, const struct cJSON *op)
{
    const char *path = json_string(op, "path");
    struct place place;

    if (place_find(&place, patching, path) && patch_equal(place.item, json_get(op, "value")))
        return PATCH_APPLIED;
    err_set(patching->err, ERR_INPUT, "the test does not hold");
    return PATCH_TEST_FAILED;
}

static const struct operation {
    const char *name;
    bool has_from, has_value;
    enum patch_result (*apply)(struct patching *patching, const struct cJSON *op);
} operations[] = {
    {"add", false, true, apply_add},         {"copy", true, false, apply_copy},
    {"move", true, false, apply_move},       {"remove", false, false, apply_remove},
    {"replace", false, true, apply_replace}, {"test", false, true, apply_test},
};

static const struct operation *operation_of(const struct cJSON *op)
{
    const char *name = json_string(op, "op");

    for (size_t i = 0; name && i < COUNT_OF(operations); i++) {
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    }
    return NULL;
}

/* ---- form ---- */

static int check_pointer(const struct cJSON *op, const char *member, struct err *err)
{
    const char *pointer = json_string(op, member);

    if (!pointer)
        return err_set(err, ERR_INPUT, "\"%s\" must be a string, this is %s", member,
                       json_type_name(json_get(op, member)));
    if (!pointer_is_valid(pointer))
        return err_set(err, ERR_INPUT, "\"%s\" is no JSON Pointer: \"%.200s\"", member, pointer);
    return 0;
}

static bool is_inside(const char *path, const char *from)
{
    size_t size = strlen(from);

    return strncmp(path, from, size) == 0 && path[size] == '/';
}

static int check_operation(const struct cJSON *op, struct err *err)
{
    const struct operation *operation = operation_of(op);

    if (!cJSON_IsObject(op))
        return err_set(err, ERR_INPUT, "must be an object, this is %s", json_type_name(op));
    if (!operation)
        return err_set(err, ERR_INPUT, "\"op\" must be add, copy, move, remove, replace or test");
    if (check_pointer(op, "path", err))
        return -1;
    if (operation->has_value && !json_get(op, "value"))
        return err_set(err, ERR_INPUT, "\"value\" is missing");
    if (!operation->has_from)
        return 0;
    if (check_pointer(op, "from", err))
        return -1;
    if (operation->apply == apply_move &&
        is_inside(json_string(op, "path"), json_string(op, "from")))
        return err_set(err, ERR_INPUT, "a value can't be moved into itself");
    return 0;
}

static int operation_context(const struct cJSON *op, size_t index, struct err *err)
{
    const char *path = json_string(op, "path");

    return err_context(err, "op %zu (%.200s)", index, path ? path : "no path");
}

int patch_check(const struct cJSON *patch, struct err *err)
{
    const struct cJSON *op;
    size_t index = 0;

    if (!cJSON_IsArray(patch))
        return err_set(err, ERR_INPUT, "a JSON Patch must be an array, this is %s",
                       json_type_name(patch));
    cJSON_ArrayForEach(op, patch)
    {
        if (check_operation(op, err))
            return operation_context(op, index, err);
        index++;
    }
    return 0;
}

struct cJSON *patch_apply(struct arena *arena, const struct cJSON *target,
                          const struct cJSON *patch, enum patch_result *out_result, struct err *err)
{
    struct patching patching = {arena, json_array(arena), json_array(arena), LIMIT_JSON_BYTES, err};
    const struct cJSON *op;
    size_t index = 0;

    *out_result = PATCH_MALFORMED;
    if (patch_check(patch, err))
        return NULL;
    json_add(patching.root, json_copy(target));
    cJSON_ArrayForEach(op, patch)
    {
        *out_result = operation_of(op)->apply(&patching, op);
        if (*out_result != PATCH_APPLIED) {
            operation_context(op, index, err);
            return NULL;
        }
        index++;
    }
    *out_result = PATCH_APPLIED;
    return mutable(json_at(patching.root, 0));
}

/* ---- equality ---- */

static bool same_members(const struct cJSON *a, const struct cJSON *b)
{
    const struct cJSON *member;

    if (json_count(a) != json_count(b))
        return false;
    cJSON_ArrayForEach(member, a)
    {
        if (!patch_equal(member, json_get(b, member->string)))
            return false;
    }
    return true;
}

static bool same_elements(const struct cJSON *a, const struct cJSON *b)
{
    const struct cJSON *right = b->child;

    for (const struct cJSON *left = a->child; left; left = left->next, right = right->next) {
        if (!right || !patch_equal(left, right))
            return false;
    }
    return right == NULL;
}

bool patch_equal(const struct cJSON *a, const struct cJSON *b)
{
    if (!a || !b)
        return false;
    if (json_is_number(a) || json_is_number(b)) {
        const char *left = json_number_text(a), *right = json_number_text(b);

        return left && right && decimal_equal(left, right);
    }
    if (strcmp(json_type_name(a), json_type_name(b)) != 0)
        return false;
    if (cJSON_IsString(a))
        return strcmp(json_text(a), json_text(b)) == 0;
    if (cJSON_IsBool(a))
        return cJSON_IsTrue(a) == cJSON_IsTrue(b);
    if (cJSON_IsObject(a))
        return same_members(a, b);
    return cJSON_IsArray(a) ? same_elements(a, b) : true;
}
