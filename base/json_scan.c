/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan - a strict recursive-descent reader that keeps nothing but where it is and where the
 * numbers are.
 *
 * `path` has a frame per open object or array, from which errors spell the JSON Pointer of the
 * place that is wrong; its size is the bound on the recursion.
 */
#include "base/json_scan.h"

#include <stdbool.h>
#include <stdio.h>
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

struct scan {
    struct arena *arena;
    const char *text;
    size_t at, size;
    struct frame path[LIMIT_JSON_DEPTH];
    size_t depth;
    struct json_numbers *numbers;
    struct err *err;
};

#define POINTER_MAX 120 /* bytes of it in a message */

static int scan_value(struct scan *scan);

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
    while (scan->at < scan->size && memchr(" \t\r\n", scan->text[scan->at], 4))
        scan->at++;
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

static int scan_string(struct scan *scan)
{
    if (!take(scan, '"'))
        return expected(scan, "a string");
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
            continue;
        }
        scan->at++;
        if (c == '"')
            return 0;
        if (c == '\\' && scan_escape(scan))
            return -1;
    }
}

static int scan_number(struct scan *scan)
{
    struct json_numbers *numbers = scan->numbers;
    size_t start = scan->at;

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
    if (numbers->count == numbers->room) {
        size_t room = numbers->room ? 2 * numbers->room : 32;

        numbers->spans =
            arena_grow(scan->arena, numbers->spans, numbers->count * sizeof(struct json_span),
                       room * sizeof(struct json_span));
        numbers->room = room;
    }
    numbers->spans[numbers->count++] = (struct json_span){.start = start, .size = scan->at - start};
    return 0;
}

static int scan_object(struct scan *scan, struct frame *frame)
{
    skip_space(scan);
    if (take(scan, '}'))
        return 0;
    for (;;) {
        skip_space(scan);
        size_t start = scan->at + 1;

        if (scan_string(scan))
            return -1;
        frame->name = start;
        frame->name_size = scan->at - 1 - start;
        skip_space(scan);
        if (!take(scan, ':'))
            return expected(scan, "':' after a member's name");
        if (scan_value(scan))
            return -1;
        skip_space(scan);
        if (take(scan, '}'))
            return 0;
        if (!take(scan, ','))
            return expected(scan, "',' or '}'");
    }
}

static int scan_array(struct scan *scan, struct frame *frame)
{
    skip_space(scan);
    if (take(scan, ']'))
        return 0;
    for (;; frame->index++) {
        if (scan_value(scan))
            return -1;
        skip_space(scan);
        if (take(scan, ']'))
            return 0;
        if (!take(scan, ','))
            return expected(scan, "',' or ']'");
    }
}

static int scan_container(struct scan *scan)
{
    int rc;

    if (scan->depth == LIMIT_JSON_DEPTH) {
        char text[64];

        snprintf(text, sizeof(text), "nested deeper than %d", LIMIT_JSON_DEPTH);
        return fail(scan, ERR_LIMIT, text);
    }
    struct frame *frame = &scan->path[scan->depth++];
    *frame = (struct frame){.is_object = scan->text[scan->at] == '{'};
    scan->at++;
    rc = frame->is_object ? scan_object(scan, frame) : scan_array(scan, frame);
    scan->depth--;
    return rc;
}

static int scan_value(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};

    skip_space(scan);
    if (scan->at < scan->size) {
        char c = scan->text[scan->at];

        if (c == '{' || c == '[')
            return scan_container(scan);
        if (c == '"')
            return scan_string(scan);
        if (c == '-' || (c >= '0' && c <= '9'))
            return scan_number(scan);
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t length = strlen(words[i]);

        if (scan->size - scan->at >= length &&
            memcmp(scan->text + scan->at, words[i], length) == 0) {
            scan->at += length;
            return 0;
        }
    }
    return expected(scan, "a value");
}

int json_scan(struct arena *arena, const char *text, size_t size, struct json_numbers *out,
              struct err *err)
{
    struct scan scan = {.arena = arena, .text = text, .size = size, .numbers = out, .err = err};

    *out = (struct json_numbers){.spans = NULL};
    if (size > LIMIT_JSON_BYTES)
        return err_set(err, ERR_LIMIT, "%zu bytes of JSON, at most %u are read", size,
                       LIMIT_JSON_BYTES);
    if (scan_value(&scan))
        return -1;
    skip_space(&scan);
    if (scan.at < size)
        return expected(&scan, "nothing after the value");
    return 0;
}
