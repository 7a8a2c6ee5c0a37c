/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json - looking, building and printing; json_read.c is the reading.
 *
 * Invariants: a number in any tree made here is a cJSON_Raw whose valuestring is its text; cJSON
 * prints it as it is. What is freed is freed by json_delete, because nodes of a tree that an arena
 * owns must not be.
 */
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"

static void delete_tree(void *tree)
{
    json_delete(tree);
}

static struct cJSON *must(struct cJSON *item)
{
    if (!item)
        BUG("out of memory");
    return item;
}

/* RFC 8259 section 8.1: a byte order mark may be ignored. */
static struct cJSON *read_text(struct arena *arena, const char *text, size_t size, struct err *err)
{
    const size_t mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    return json_read(arena, text + mark, size - mark, err);
}

struct cJSON *json_parse_own(const char *text, size_t size, struct err *err)
{
    return read_text(NULL, text, size, err);
}

struct cJSON *json_parse(struct arena *arena, const char *text, size_t size, struct err *err)
{
    struct cJSON *root = read_text(arena, text, size, err);

    if (root)
        arena_defer(arena, delete_tree, root); /* what is put into it later is malloc's */
    return root;
}

void json_free(const struct cJSON *tree)
{
    json_delete((struct cJSON *)tree);
}

struct cJSON *json_parse_file(struct arena *arena, const char *path, struct err *err)
{
    struct buf text = BUF_INIT;
    struct cJSON *root = NULL;

    if (buf_read_file(&text, path, LIMIT_JSON_BYTES, err) == 0) {
        root = json_parse(arena, buf_text(&text), text.size, err);
        if (!root)
            err_context(err, "%s", path);
    }
    buf_release(&text);
    return root;
}

struct cJSON *json_get_mutable(struct cJSON *object, const char *key)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (struct cJSON *child = object->child; child; child = child->next) {
        if (strcmp(child->string, key) == 0)
            return child;
    }
    return NULL;
}

const struct cJSON *json_get(const struct cJSON *object, const char *key)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (const struct cJSON *child = object->child; child; child = child->next) {
        if (strcmp(child->string, key) == 0)
            return child;
    }
    return NULL;
}

const struct cJSON *json_at(const struct cJSON *array, size_t index)
{
    if (!cJSON_IsArray(array))
        return NULL;
    const struct cJSON *child = array->child;
    while (child && index--)
        child = child->next;
    return child;
}

/* Four words are about what malloc adds to a node and its two texts. */
size_t json_bytes(const struct cJSON *item)
{
    size_t bytes = item ? sizeof(*item) + 4 * sizeof(void *) : 0;

    if (item && item->string)
        bytes += strlen(item->string);
    if (item && item->valuestring)
        bytes += strlen(item->valuestring);
    for (const struct cJSON *child = item ? item->child : NULL; child; child = child->next)
        bytes += json_bytes(child);
    return bytes;
}

size_t json_count(const struct cJSON *container)
{
    size_t count = 0;

    for (const struct cJSON *child = container ? container->child : NULL; child;
         child = child->next)
        count++;
    return count;
}

const char *json_text(const struct cJSON *item)
{
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

const char *json_string(const struct cJSON *object, const char *key)
{
    return json_text(json_get(object, key));
}

const char *json_number_text(const struct cJSON *item)
{
    return item && (item->type & 0xff) == cJSON_Raw ? item->valuestring : NULL;
}

bool json_is_number(const struct cJSON *item)
{
    return json_number_text(item) != NULL;
}

double json_double(const struct cJSON *item, double otherwise)
{
    const char *text = json_number_text(item);

    return text ? strtod(text, NULL) : otherwise;
}

long long json_integer(const struct cJSON *object, const char *key, long long otherwise)
{
    const char *text = json_number_text(json_get(object, key));
    char *end = NULL;

    if (!text)
        return otherwise;
    long long value = strtoll(text, &end, 10);
    return *end ? otherwise : value;
}

bool json_flag(const struct cJSON *object, const char *key, bool otherwise)
{
    const struct cJSON *item = json_get(object, key);

    return cJSON_IsBool(item) ? cJSON_IsTrue(item) : otherwise;
}

const char *json_type_name(const struct cJSON *item)
{
    if (cJSON_IsObject(item))
        return "object";
    if (cJSON_IsArray(item))
        return "array";
    if (cJSON_IsString(item))
        return "string";
    if (json_is_number(item))
        return "number";
    if (cJSON_IsBool(item))
        return "boolean";
    return item ? "null" : "nothing";
}

/* RFC 6901 section 4: one reference token, ~1 and ~0 decoded while comparing. */
static bool token_is(const char *token, size_t size, const char *name)
{
    size_t i = 0;

    for (; i < size && *name; i++, name++) {
        char c = token[i];

        if (c == '~' && i + 1 < size)
            c = token[++i] == '1' ? '/' : '~';
        if (c != *name)
            return false;
    }
    return i == size && !*name;
}

static const struct cJSON *step_into(const struct cJSON *item, const char *token, size_t size)
{
    if (cJSON_IsObject(item)) {
        for (const struct cJSON *child = item->child; child; child = child->next) {
            if (token_is(token, size, child->string))
                return child;
        }
        return NULL;
    }
    if (!cJSON_IsArray(item) || size == 0 || size > 9 || (size > 1 && token[0] == '0'))
        return NULL;
    size_t index = 0;
    for (size_t i = 0; i < size; i++) {
        if (token[i] < '0' || token[i] > '9')
            return NULL;
        index = index * 10 + (size_t)(token[i] - '0');
    }
    return json_at(item, index);
}

const struct cJSON *json_pointer(const struct cJSON *root, const char *pointer)
{
    while (root && *pointer) {
        if (*pointer != '/')
            return NULL;
        size_t size = strcspn(++pointer, "/");
        root = step_into(root, pointer, size);
        pointer += size;
    }
    return root;
}

struct cJSON *json_object(struct arena *arena)
{
    struct cJSON *root = must(cJSON_CreateObject());

    arena_defer(arena, delete_tree, root);
    return root;
}

struct cJSON *json_array(struct arena *arena)
{
    struct cJSON *root = must(cJSON_CreateArray());

    arena_defer(arena, delete_tree, root);
    return root;
}

static char *copy_text(const char *text)
{
    const size_t size = text ? strlen(text) + 1 : 0;
    char *copy = text ? cJSON_malloc(size) : NULL;

    if (text && !copy)
        BUG("out of memory");
    return text ? memcpy(copy, text, size) : NULL;
}

/* Not cJSON_Duplicate, which takes over what of a name or a flag is an arena's. */
struct cJSON *json_copy(const struct cJSON *item)
{
    struct cJSON *copy = must(cJSON_CreateNull());

    copy->type = item->type & 0xff;
    copy->valuestring = copy_text(item->valuestring);
    copy->string = copy_text(item->string);
    for (const struct cJSON *child = item->child; child; child = child->next) {
        if (!cJSON_AddItemToArray(copy, json_copy(child))) /* any container: names are there */
            BUG("out of memory");
    }
    return copy;
}

struct cJSON *json_copy_root(struct arena *arena, const struct cJSON *item)
{
    struct cJSON *root = json_copy(item);

    arena_defer(arena, delete_tree, root);
    return root;
}

void json_put(struct cJSON *object, const char *key, struct cJSON *child)
{
    struct cJSON *old = json_get_mutable(object, key);

    must(child);
    ASSERT(cJSON_IsObject(object));
    if (!old) {
        if (!cJSON_AddItemToObject(object, key, child))
            BUG("out of memory");
        return;
    }
    /* A copied member still has its old name. */
    if (!child->string || strcmp(child->string, key) != 0) {
        if (!(child->type & cJSON_StringIsConst))
            cJSON_free(child->string);
        child->type &= ~cJSON_StringIsConst;
        child->string = copy_text(key);
    }
    json_replace(object, old, child);
}

/* Not cJSON's, which frees what was there. */
void json_replace(struct cJSON *container, struct cJSON *old, struct cJSON *child)
{
    must(child);
    child->next = old->next;
    child->prev = old->prev == old ? child : old->prev; /* the first one knows the last */
    if (old->next)
        old->next->prev = child;
    else
        container->child->prev = child;
    if (container->child == old)
        container->child = child;
    else
        child->prev->next = child;
    old->next = old->prev = NULL;
    json_delete(old);
}

void json_add(struct cJSON *array, struct cJSON *child)
{
    ASSERT(cJSON_IsArray(array));
    if (!cJSON_AddItemToArray(array, must(child)))
        BUG("out of memory");
}

/* Not cJSON_InsertItemInArray: Debian 12's refuses every index but 0 and the end. */
void json_insert(struct cJSON *array, size_t index, struct cJSON *child)
{
    struct cJSON *after = array->child;

    while (after && index--)
        after = after->next;
    if (!after) {
        json_add(array, child);
        return;
    }
    child->next = after;
    child->prev = after->prev;
    after->prev = child;
    if (after == array->child)
        array->child = child;
    else
        child->prev->next = child;
}

void json_put_string(struct cJSON *object, const char *key, const char *text)
{
    json_put(object, key, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void json_put_integer(struct cJSON *object, const char *key, long long value)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", value);
    json_put(object, key, cJSON_CreateRaw(text));
}

void json_put_flag(struct cJSON *object, const char *key, bool value)
{
    json_put(object, key, cJSON_CreateBool(value));
}

struct cJSON *json_put_object(struct cJSON *object, const char *key)
{
    struct cJSON *child = must(cJSON_CreateObject());

    json_put(object, key, child);
    return child;
}

struct cJSON *json_put_array(struct cJSON *object, const char *key)
{
    struct cJSON *child = must(cJSON_CreateArray());

    json_put(object, key, child);
    return child;
}

struct cJSON *json_add_object(struct cJSON *array)
{
    struct cJSON *child = must(cJSON_CreateObject());

    json_add(array, child);
    return child;
}

void json_remove(struct cJSON *object, const char *key)
{
    struct cJSON *old = json_get_mutable(object, key);

    if (old)
        json_delete(cJSON_DetachItemViaPointer(object, old));
}

struct cJSON *json_number(const char *text)
{
    return must(cJSON_CreateRaw(text));
}

static char *keep(struct arena *arena, char *printed)
{
    if (!printed)
        BUG("out of memory");
    char *text = arena_strdup(arena, printed);
    cJSON_free(printed);
    return text;
}

char *json_print(struct arena *arena, const struct cJSON *item)
{
    return keep(arena, cJSON_PrintUnformatted(item));
}

/* Not cJSON_Print, which indents with tabs and puts arrays of values on one line. */
static void print_pretty(struct buf *buf, const struct cJSON *item, int indent)
{
    bool is_object = cJSON_IsObject(item);

    if (is_object || cJSON_IsArray(item)) {
        buf_putc(buf, is_object ? '{' : '[');
        for (const struct cJSON *child = item->child; child; child = child->next) {
            buf_printf(buf, "%s\n%*s", child == item->child ? "" : ",", indent + 2, "");
            if (is_object) {
                json_quote(buf, child->string);
                buf_puts(buf, ": ");
            }
            print_pretty(buf, child, indent + 2);
        }
        if (item->child)
            buf_printf(buf, "\n%*s", indent, "");
        buf_putc(buf, is_object ? '}' : ']');
    } else if (cJSON_IsString(item)) {
        json_quote(buf, item->valuestring);
    } else if (json_is_number(item)) {
        buf_puts(buf, item->valuestring);
    } else {
        buf_puts(buf, cJSON_IsTrue(item) ? "true" : cJSON_IsFalse(item) ? "false" : "null");
    }
}

char *json_print_pretty(struct arena *arena, const struct cJSON *item)
{
    struct buf buf = BUF_INIT;

    print_pretty(&buf, item, 0);
    buf_putc(&buf, '\n');
    char *text = buf_copy(&buf, arena);
    buf_release(&buf);
    return text;
}

/* RFC 8785 section 3.2.2.2: the short escapes, \u00xx for other controls, everything else as it is.
 */
void json_quote(struct buf *buf, const char *text)
{
    static const char escaped[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
    const char *plain = text; /* what stands as it is goes in one piece */

    buf_putc(buf, '"');
    for (; *text; text++) {
        if ((unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
            continue;
        const char *at = strchr(escaped, *text);

        buf_add(buf, plain, (size_t)(text - plain));
        plain = text + 1;
        if (at)
            buf_add(buf, (char[]){'\\', letters[at - escaped]}, 2);
        else
            buf_printf(buf, "\\u%04x", (unsigned)(unsigned char)*text);
    }
    buf_add(buf, plain, (size_t)(text - plain));
    buf_putc(buf, '"');
}

/* Comparing UTF-8 bytes orders by code point; UTF-16 differs where one name has a surrogate pair
 * (F0..F4) and the other a unit from U+E000 up (EE, EF): the pair comes first. */
static int compare_utf16(const void *a, const void *b)
{
    const struct cJSON *const *left = a, *const *right = b;
    const unsigned char *x = (const unsigned char *)(*left)->string,
                        *y = (const unsigned char *)(*right)->string;

    while (*x && *x == *y)
        x++, y++;
    bool x_high = *x >= 0xee && *x <= 0xef, y_high = *y >= 0xee && *y <= 0xef;
    if (x_high && *y >= 0xf0)
        return 1;
    if (y_high && *x >= 0xf0)
        return -1;
    return (int)*x - (int)*y;
}

static void canonical_object(struct buf *buf, const struct cJSON *object)
{
    size_t count = json_count(object), at = 0;
    const struct cJSON **members = malloc((count + 1) * sizeof(*members));

    if (!members)
        BUG("out of memory");
    for (const struct cJSON *child = object->child; child; child = child->next)
        members[at++] = child;
    qsort(members, count, sizeof(*members), compare_utf16);
    buf_putc(buf, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_putc(buf, ',');
        json_quote(buf, members[i]->string);
        buf_putc(buf, ':');
        json_canonical(buf, members[i]);
    }
    buf_putc(buf, '}');
    free(members);
}

void json_canonical(struct buf *buf, const struct cJSON *item)
{
    if (cJSON_IsObject(item)) {
        canonical_object(buf, item);
    } else if (cJSON_IsArray(item)) {
        buf_putc(buf, '[');
        for (const struct cJSON *child = item->child; child; child = child->next) {
            if (child != item->child)
                buf_putc(buf, ',');
            json_canonical(buf, child);
        }
        buf_putc(buf, ']');
    } else if (cJSON_IsString(item)) {
        json_quote(buf, item->valuestring);
    } else if (json_is_number(item)) {
        buf_puts(buf, item->valuestring);
    } else {
        buf_puts(buf, cJSON_IsTrue(item) ? "true" : cJSON_IsFalse(item) ? "false" : "null");
    }
}
