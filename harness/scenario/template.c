/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template - finds ${name} and ${name/pointer} in texts and puts values there. What is not known is an error that names
 * the nearest known one; a text is never sent with a ${ left in it.
 */
#include "harness/scenario/template.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"
#include "base/shape.h"

/* One ${...}: its name, the pointer behind it ("" where there is none) and the bytes it takes. */
struct place {
    const char *name, *pointer;
    size_t size;
};

static int read_place(struct arena *arena, const char *text, struct place *out, struct err *err)
{
    size_t length = strcspn(text, "}");

    if (text[length] != '}')
        return err_set(err, ERR_INPUT, "\"%.80s\": expected a } behind ${", text);
    char *name = arena_copy(arena, text + 2, length - 2);
    char *slash = strchr(name, '/');
    out->pointer = slash ? arena_strdup(arena, slash) : "";
    if (slash)
        *slash = '\0';
    out->name = name;
    out->size = length + 1;
    return 0;
}

static int unknown(struct arena *arena, const char *name, const char *const *known, struct err *err)
{
    return err_set(err, ERR_INPUT, "unknown ${...}: %s", near_explain(arena, name, known));
}

static const struct template_value *find(struct arena *arena, const char *name,
                                         const struct template_value *values, struct err *err)
{
    size_t count = 0;

    for (; values[count].name; count++) {
        if (strcmp(values[count].name, name) == 0)
            return &values[count];
    }
    const char **known = arena_alloc(arena, (count + 1) * sizeof(*known));
    for (size_t i = 0; i < count; i++)
        known[i] = values[i].name;
    unknown(arena, name, known, err);
    return NULL;
}

static void put_encoded(struct buf *out, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";

    for (; *text; text++) {
        if (strchr(plain, *text))
            buf_putc(out, *text);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}

const struct cJSON *template_string(struct arena *arena, const char *text)
{
    struct cJSON *holder = json_object(arena);

    json_put_string(holder, "x", text);
    return text ? json_get(holder, "x") : NULL;
}

char *template_text(struct arena *arena, const char *text, const struct template_value *values,
                    bool is_url, struct err *err)
{
    struct buf out = BUF_INIT;
    char *whole = NULL;

    while (*text) {
        struct place place;

        if (strncmp(text, "${", 2) != 0) {
            buf_putc(&out, *text++);
            continue;
        }
        if (read_place(arena, text, &place, err))
            goto out;
        const struct template_value *value = find(arena, place.name, values, err);
        if (!value)
            goto out;
        const struct cJSON *part = json_pointer(value->value, place.pointer);
        if (!part) {
            err_set(err, ERR_INPUT, "${%s%s} is not known here", place.name, place.pointer);
            goto out;
        }
        const char *said = json_text(part) ? json_text(part) : json_print(arena, part);
        if (is_url && !value->is_ours)
            put_encoded(&out, said);
        else
            buf_puts(&out, said);
        text += place.size;
    }
    whole = buf_copy(&out, arena);
out:
    buf_release(&out);
    return whole;
}

/* Is the whole text one ${...}? */
static bool is_alone(const char *text)
{
    return strncmp(text, "${", 2) == 0 && strcspn(text, "}") + 1 == strlen(text);
}

/* *out NULL without an error: the value is missing. A child for json_put or json_add. */
static int fill(struct arena *arena, const struct cJSON *tree, const struct template_value *values,
                struct cJSON **out, struct err *err);

static int fill_string(struct arena *arena, const char *text, const struct template_value *values,
                       struct cJSON **out, struct err *err)
{
    if (is_alone(text)) {
        struct place place;

        if (read_place(arena, text, &place, err))
            return -1;
        const struct template_value *value = find(arena, place.name, values, err);
        const struct cJSON *part = value ? json_pointer(value->value, place.pointer) : NULL;
        *out = part ? json_copy(part) : NULL;
        return value ? 0 : -1;
    }
    const char *said = template_text(arena, text, values, false, err);
    if (!said)
        return -1;
    *out = json_copy(template_string(arena, said));
    return 0;
}

static int fill_container(struct arena *arena, const struct cJSON *tree,
                          const struct template_value *values, struct cJSON *out, struct err *err)
{
    const struct cJSON *item;

    cJSON_ArrayForEach(item, tree)
    {
        struct cJSON *child = NULL;

        if (item->string && shape_is_comment(item->string))
            continue;
        if (fill(arena, item, values, &child, err))
            return item->string ? err_context(err, "/%s", item->string) : -1;
        if (child && cJSON_IsObject(tree))
            json_put(out, item->string, child);
        else if (child)
            json_add(out, child);
    }
    return 0;
}

static int fill(struct arena *arena, const struct cJSON *tree, const struct template_value *values,
                struct cJSON **out, struct err *err)
{
    if (json_text(tree))
        return fill_string(arena, json_text(tree), values, out, err);
    if (!cJSON_IsObject(tree) && !cJSON_IsArray(tree)) {
        *out = json_copy(tree);
        return 0;
    }
    struct cJSON *made = cJSON_IsObject(tree) ? json_object(arena) : json_array(arena);
    if (fill_container(arena, tree, values, made, err))
        return -1;
    *out = json_copy(made);
    return 0;
}

struct cJSON *template_json(struct arena *arena, const struct cJSON *tree,
                            const struct template_value *values, struct err *err)
{
    struct cJSON *holder = json_object(arena), *child = NULL;

    if (fill(arena, tree, values, &child, err))
        return NULL;
    if (child)
        json_put(holder, "x", child);
    else
        json_put_string(holder, "x", NULL);
    return json_get_mutable(holder, "x");
}

static int check_text(struct arena *arena, const char *text, const char *const *known,
                      const char *pointer, struct err *err)
{
    for (const char *at = strstr(text, "${"); at; at = strstr(at, "${")) {
        struct place place;

        if (read_place(arena, at, &place, err) ||
            (!near_is_known(place.name, known) && unknown(arena, place.name, known, err)))
            return err_context(err, "%s", pointer);
        at += place.size;
    }
    return 0;
}

int template_check(struct arena *arena, const struct cJSON *tree, const char *const *known,
                   const char *pointer, struct err *err)
{
    const struct cJSON *item;
    size_t index = 0;

    if (json_text(tree))
        return check_text(arena, json_text(tree), known, pointer, err);
    cJSON_ArrayForEach(item, tree)
    {
        const char *at = item->string ? shape_pointer(arena, pointer, item->string)
                                      : shape_pointer_at(arena, pointer, index++);

        if (!(item->string && shape_is_comment(item->string)) &&
            template_check(arena, item, known, at, err))
            return -1;
    }
    return 0;
}
