/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_read - a strict recursive-descent reader that makes the nodes as it goes.
 *
 * `path` has a frame per open object or array, from which errors spell the JSON Pointer of the
 * place that is wrong; its size is the bound on the recursion. A node is linked to its parent as
 * soon as it is made, so that deleting the root is all the cleaning up there is.
 *
 * Strings are most of a text: they are looked at sixteen bytes at a time, and copied at once where
 * they have no escapes.
 */
#include "base/json_read.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

struct frame {
    bool is_object;
    size_t index;           /* of the element at hand, in an array */
    size_t name, name_size; /* of the member at hand, in an object, undecoded; 0: none yet */
};

struct token { /* a string, between its quotes */
    size_t start, size;
    bool has_escapes;
};

struct scan {
    struct arena *arena; /* NULL: malloc */
    const char *text;
    size_t at, size;
    struct frame path[LIMIT_JSON_DEPTH];
    size_t depth;
    struct cJSON *root;
    struct err *err;
};

#define POINTER_MAX 120 /* bytes of it in a message */

static int scan_value(struct scan *scan, struct cJSON *parent, const struct token *name);

static void spell_pointer(const struct scan *scan, struct buf *out)
{
    for (size_t i = 0; i < scan->depth; i++) {
        const struct frame *frame = &scan->path[i];

        if (frame->is_object && frame->name == 0)
            break; /* before its first member */
        buf_putc(out, '/');
        if (!frame->is_object)
            buf_printf(out, "%zu", frame->index);
        for (size_t c = 0; frame->is_object && c < frame->name_size && c < 64; c++) {
            char byte = scan->text[frame->name + c];

            if (byte == '~' || byte == '/')
                buf_puts(out, byte == '~' ? "~0" : "~1");
            else
                buf_putc(out, byte);
        }
    }
}

static int fail(struct scan *scan, enum err_code code, const char *what)
{
    struct buf pointer = BUF_INIT;
    size_t line = 1, column = 1;

    for (size_t i = 0; i < scan->at && i < scan->size; i++) {
        column = scan->text[i] == '\n' ? 1 : column + 1;
        line += scan->text[i] == '\n';
    }
    spell_pointer(scan, &pointer);
    /* a long one is cut, so that what was expected is still said */
    err_set(scan->err, code, "line %zu, column %zu%s%.*s%s: %s", line, column,
            pointer.size ? ", at " : "", POINTER_MAX, buf_text(&pointer),
            pointer.size > POINTER_MAX ? "..." : "", what);
    buf_release(&pointer);
    return -1;
}

static int expected(struct scan *scan, const char *what)
{
    char text[160];

    if (scan->at >= scan->size)
        snprintf(text, sizeof(text), "expected %s, got the end of the text (is it cut off?)", what);
    else if (scan->text[scan->at] > ' ' && scan->text[scan->at] <= '~')
        snprintf(text, sizeof(text), "expected %s, got '%c'", what, scan->text[scan->at]);
    else
        snprintf(text, sizeof(text), "expected %s, got byte 0x%02x", what,
                 (unsigned char)scan->text[scan->at]);
    return fail(scan, ERR_INPUT, text);
}

static void skip_space(struct scan *scan)
{
    const char *text = scan->text;
    size_t at = scan->at;

    while (at < scan->size &&
           (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t'))
        at++;
    scan->at = at;
}

static bool take(struct scan *scan, char c)
{
    if (scan->at >= scan->size || scan->text[scan->at] != c)
        return false;
    scan->at++;
    return true;
}

static bool is_digit(const struct scan *scan)
{
    return scan->at < scan->size && scan->text[scan->at] >= '0' && scan->text[scan->at] <= '9';
}

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
static int scan_utf8(struct scan *scan)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max, size;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    const unsigned char *c = (const unsigned char *)scan->text + scan->at;
    size_t left = scan->size - scan->at;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (c[0] < forms[i].first_min || c[0] > forms[i].first_max)
            continue;
        if (left < forms[i].size || c[1] < forms[i].second_min || c[1] > forms[i].second_max)
            break;
        for (size_t k = 2; k < forms[i].size; k++) {
            if ((c[k] & 0xc0) != 0x80)
                return fail(scan, ERR_INPUT, "expected UTF-8, got a broken sequence");
        }
        scan->at += forms[i].size;
        return 0;
    }
    return fail(scan, ERR_INPUT, "expected UTF-8, got a broken sequence");
}

static int scan_hex4(struct scan *scan, unsigned *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = scan->at < scan->size && scan->text[scan->at]
                                ? strchr(digits, scan->text[scan->at])
                                : NULL;

        if (!digit)
            return expected(scan, "four hex digits after \\u");
        *out = *out * 16 + (unsigned)((digit - digits) % 16);
    }
    return 0;
}

static int scan_escape(struct scan *scan)
{
    unsigned unit = 0, low = 0;

    if (scan->at < scan->size && scan->text[scan->at] &&
        strchr("\"\\/bfnrt", scan->text[scan->at])) {
        scan->at++;
        return 0;
    }
    if (!take(scan, 'u'))
        return expected(scan, "an escape: one of \" \\ / b f n r t u");
    if (scan_hex4(scan, &unit))
        return -1;
    if (unit == 0)
        return fail(scan, ERR_INPUT, "\\u0000 is not allowed");
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return fail(scan, ERR_INPUT, "a low surrogate without its high one");
    if (unit < 0xd800 || unit > 0xdbff)
        return 0;
    if (!take(scan, '\\') || !take(scan, 'u') || scan_hex4(scan, &low) || low < 0xdc00 ||
        low > 0xdfff)
        return fail(scan, ERR_INPUT,
                    "a high surrogate without its low one"); /* the first failure wins */
    return 0;
}

typedef signed char bytes16 __attribute__((vector_size(16)));

/* Over what needs no looking at: all but an end, an escape, a control and, being negative, what has
 * a high bit. */
static size_t skip_plain(const struct scan *scan, size_t at)
{
    bytes16 bytes, special;
    uint64_t halves[2];
    size_t i = 0;

    for (; scan->size - at >= sizeof(bytes); at += sizeof(bytes)) {
        memcpy(&bytes, scan->text + at, sizeof(bytes));
        special = (bytes < 0x20) | (bytes == '"') | (bytes == '\\');
        memcpy(halves, &special, sizeof(special));
        if (!(halves[0] | halves[1]))
            continue;
        while (!special[i])
            i++;
        return at + i;
    }
    return at;
}

static int scan_string(struct scan *scan, struct token *out)
{
    if (!take(scan, '"'))
        return expected(scan, "a string");
    *out = (struct token){.start = scan->at};
    scan->at = skip_plain(scan, scan->at);
    for (;;) {
        unsigned char c;

        if (scan->at >= scan->size)
            return expected(scan, "'\"' at the end of a string");
        c = (unsigned char)scan->text[scan->at];
        if (c < 0x20)
            return fail(scan, ERR_INPUT, "a control character in a string must be escaped");
        if (c >= 0x80) {
            if (scan_utf8(scan))
                return -1;
            scan->at = skip_plain(scan, scan->at);
            continue;
        }
        scan->at++;
        if (c == '"') {
            out->size = scan->at - 1 - out->start;
            return 0;
        }
        if (c != '\\')
            continue;
        out->has_escapes = true;
        if (scan_escape(scan))
            return -1;
        scan->at = skip_plain(scan, scan->at);
    }
}

static int scan_number(struct scan *scan)
{
    take(scan, '-');
    if (!is_digit(scan))
        return expected(scan, "a digit");
    if (take(scan, '0')) {
        if (is_digit(scan))
            return expected(scan, "no digit after a leading 0");
    }
    while (is_digit(scan))
        scan->at++;
    if (take(scan, '.')) {
        if (!is_digit(scan))
            return expected(scan, "a digit after '.'");
        while (is_digit(scan))
            scan->at++;
    }
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            take(scan, '-');
        if (!is_digit(scan))
            return expected(scan, "a digit in the exponent");
        while (is_digit(scan))
            scan->at++;
    }
    return 0;
}

/* ---- nodes ---- */

static void *node_memory(const struct scan *scan, size_t size)
{
    void *memory = scan->arena ? arena_alloc(scan->arena, size) : cJSON_malloc(size);

    if (!memory)
        BUG("out of memory");
    return memory;
}

static void node_link(struct cJSON *parent, struct cJSON *node)
{
    struct cJSON *first = parent->child;

    if (!first) {
        parent->child = node->prev = node; /* cJSON's first child knows the last */
        return;
    }
    node->prev = first->prev;
    first->prev->next = node;
    first->prev = node;
}

static unsigned hex4(const char *at)
{
    unsigned unit = 0;

    for (size_t i = 0; i < 4; i++) {
        const unsigned c = (unsigned char)at[i];

        unit = unit * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return unit;
}

static char *put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        *out++ = (char)code;
        return out;
    }
    if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (code & 0x3f));
    return out;
}

/* Undoes the escape behind a backslash, which scan_escape found to be one. */
static char *put_escaped(char *out, const char **at)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    const char c = *(*at)++;
    const char *letter = strchr(letters, c);

    if (c != 'u') {
        *out++ = letter ? meant[letter - letters] : c;
        return out;
    }
    unsigned code = hex4(*at);
    *at += 4;
    if (code >= 0xd800 && code <= 0xdbff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4(*at + 2) - 0xdc00);
        *at += 6;
    }
    return put_utf8(out, code);
}

/* What a string says. Undoing escapes makes nothing longer. */
static char *token_text(const struct scan *scan, const struct token *token)
{
    const char *at = scan->text + token->start, *end = at + token->size;
    char *text = node_memory(scan, token->size + 1), *out = text;

    while (at < end) {
        const char *slash = token->has_escapes ? memchr(at, '\\', (size_t)(end - at)) : NULL;
        const size_t plain = (size_t)((slash ? slash : end) - at);

        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (slash && at++)
            out = put_escaped(out, &at);
    }
    *out = '\0';
    return text;
}

static struct cJSON *node_new(struct scan *scan, int type, struct cJSON *parent,
                              const struct token *name)
{
    struct cJSON *node = node_memory(scan, sizeof(*node));

    if (!scan->arena)
        memset(node, 0, sizeof(*node));
    node->type = type | (scan->arena ? JSON_IN_ARENA | cJSON_StringIsConst : 0);
    if (parent)
        node_link(parent, node);
    else
        scan->root = node;
    if (name)
        node->string = token_text(scan, name);
    return node;
}

static void node_put_text(const struct scan *scan, struct cJSON *node, const struct token *token)
{
    node->valuestring = token_text(scan, token);
    if (scan->arena)
        node->type |= cJSON_IsReference;
}

void json_delete(struct cJSON *tree)
{
    while (tree) {
        struct cJSON *next = tree->next;
        const int type = tree->type;

        json_delete(tree->child);
        if (!(type & cJSON_IsReference))
            cJSON_free(tree->valuestring);
        if (!(type & cJSON_StringIsConst))
            cJSON_free(tree->string);
        if (!(type & JSON_IN_ARENA))
            cJSON_free(tree);
        tree = next;
    }
}

/* ---- members that stand twice ---- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first name that stands twice, or NULL. Sorting keeps it n log n for hostile objects. */
static const char *name_twice(const struct cJSON *object, size_t count)
{
    const char **names = malloc(count * sizeof(*names)), *twice = NULL;
    size_t at = 0;

    if (!names)
        BUG("out of memory");
    for (const struct cJSON *child = object->child; child; child = child->next)
        names[at++] = child->string;
    qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 1; i < count && !twice; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            twice = names[i];
    }
    free(names);
    return twice;
}

/* Mostly no two names fall together in a small set of their hashes. */
static bool may_have_twice(const struct cJSON *object, size_t *out_count)
{
    uint64_t seen[16] = {0};
    bool is_possible = false;
    size_t count = 0;

    for (const struct cJSON *child = object->child; child; child = child->next, count++) {
        uint32_t hash = 2166136261u; /* FNV-1a */

        for (const char *c = child->string; *c; c++)
            hash = (hash ^ (unsigned char)*c) * 16777619u;
        hash ^= hash >> 16;
        uint64_t *word = &seen[hash / 64 % COUNT_OF(seen)];
        is_possible |= *word >> hash % 64 & 1;
        *word |= UINT64_C(1) << hash % 64;
    }
    *out_count = count;
    return is_possible;
}

static int refuse_twice(struct scan *scan, const struct cJSON *object)
{
    struct buf pointer = BUF_INIT;
    size_t count = 0;
    const char *name = may_have_twice(object, &count) ? name_twice(object, count) : NULL;

    if (!name)
        return 0;
    scan->depth--; /* the object's own place */
    spell_pointer(scan, &pointer);
    scan->depth++;
    err_set(scan->err, ERR_INPUT, "%.*s/%.64s: this member stands twice in its object", POINTER_MAX,
            buf_text(&pointer), name);
    buf_release(&pointer);
    return -1;
}

/* ---- values ---- */

static int scan_object(struct scan *scan, struct frame *frame, struct cJSON *object)
{
    skip_space(scan);
    if (take(scan, '}'))
        return 0;
    for (;;) {
        struct token name;

        skip_space(scan);
        if (scan_string(scan, &name))
            return -1;
        frame->name = name.start;
        frame->name_size = name.size;
        skip_space(scan);
        if (!take(scan, ':'))
            return expected(scan, "':' after a member's name");
        if (scan_value(scan, object, &name))
            return -1;
        skip_space(scan);
        if (take(scan, '}'))
            return refuse_twice(scan, object);
        if (!take(scan, ','))
            return expected(scan, "',' or '}'");
    }
}

static int scan_array(struct scan *scan, struct frame *frame, struct cJSON *array)
{
    skip_space(scan);
    if (take(scan, ']'))
        return 0;
    for (;; frame->index++) {
        if (scan_value(scan, array, NULL))
            return -1;
        skip_space(scan);
        if (take(scan, ']'))
            return 0;
        if (!take(scan, ','))
            return expected(scan, "',' or ']'");
    }
}

static int scan_container(struct scan *scan, struct cJSON *parent, const struct token *name)
{
    const bool is_object = scan->text[scan->at] == '{';
    int rc;

    if (scan->depth == LIMIT_JSON_DEPTH) {
        char text[64];

        snprintf(text, sizeof(text), "nested deeper than %d", LIMIT_JSON_DEPTH);
        return fail(scan, ERR_LIMIT, text);
    }
    struct cJSON *node = node_new(scan, is_object ? cJSON_Object : cJSON_Array, parent, name);
    struct frame *frame = &scan->path[scan->depth++];
    *frame = (struct frame){.is_object = is_object};
    scan->at++;
    rc = is_object ? scan_object(scan, frame, node) : scan_array(scan, frame, node);
    scan->depth--;
    return rc;
}

/* A string, a number, or one of three words. */
static int scan_scalar(struct scan *scan, struct cJSON *parent, const struct token *name)
{
    static const struct {
        const char *text;
        int type;
    } words[] = {{"true", cJSON_True}, {"false", cJSON_False}, {"null", cJSON_NULL}};
    const char c = scan->at < scan->size ? scan->text[scan->at] : '\0';
    struct token token = {.start = scan->at};

    if (c == '"') {
        if (scan_string(scan, &token))
            return -1;
        node_put_text(scan, node_new(scan, cJSON_String, parent, name), &token);
        return 0;
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        if (scan_number(scan))
            return -1;
        token.size = scan->at - token.start;
        node_put_text(scan, node_new(scan, cJSON_Raw, parent, name), &token);
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const size_t length = strlen(words[i].text);

        if (scan->size - scan->at >= length &&
            memcmp(scan->text + scan->at, words[i].text, length) == 0) {
            scan->at += length;
            node_new(scan, words[i].type, parent, name);
            return 0;
        }
    }
    return expected(scan, "a value");
}

static int scan_value(struct scan *scan, struct cJSON *parent, const struct token *name)
{
    skip_space(scan);
    if (scan->at < scan->size && (scan->text[scan->at] == '{' || scan->text[scan->at] == '['))
        return scan_container(scan, parent, name);
    return scan_scalar(scan, parent, name);
}

static int scan_text(struct scan *scan)
{
    if (scan_value(scan, NULL, NULL))
        return -1;
    skip_space(scan);
    if (scan->at < scan->size)
        return expected(scan, "nothing after the value");
    return 0;
}

struct cJSON *json_read(struct arena *arena, const char *text, size_t size, struct err *err)
{
    struct scan scan; /* its frames are not worth clearing */

    if (size > LIMIT_JSON_BYTES) {
        err_set(err, ERR_LIMIT, "%zu bytes of JSON, at most %u are read", size, LIMIT_JSON_BYTES);
        return NULL;
    }
    scan.arena = arena;
    scan.text = text;
    scan.size = size;
    scan.at = scan.depth = 0;
    scan.root = NULL;
    scan.err = err;
    if (scan_text(&scan) == 0)
        return scan.root;
    json_delete(scan.root);
    return NULL;
}
