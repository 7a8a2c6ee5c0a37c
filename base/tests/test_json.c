/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading, numbers that keep their text, canonical printing.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "tests/expect.h"

static void what_is_not_json_is_refused_with_its_place(void)
{
    static const struct {
        const char *row, *text;
        size_t size; /* 0: strlen */
        const char *want;
    } rows[] = {
        {"empty", "", 0, "line 1, column 1: expected a value, got the end"},
        {"truncated", "{\"a\": [1, ", 0, "at /a/1: expected a value, got the end of the text"},
        {"truncated string", "{\"a\": \"x", 0, "expected '\"' at the end of a string"},
        {"trailing", "{} x", 0, "expected nothing after the value, got 'x'"},
        {"two values", "1 2", 0, "expected nothing after the value"},
        {"trailing comma", "[1,]", 0, "at /1: expected a value, got ']'"},
        {"comment", "// no\n1", 0, "expected a value, got '/'"},
        {"bare word", "nul", 0, "expected a value"},
        {"leading zero", "[01]", 0, "no digit after a leading 0"},
        {"plus", "+1", 0, "expected a value, got '+'"},
        {"bare point", "1.", 0, "a digit after '.'"},
        {"bare exponent", "1e", 0, "a digit in the exponent"},
        {"minus alone", "-", 0, "expected a digit"},
        {"NaN", "NaN", 0, "expected a value, got 'N'"},
        {"raw newline", "\"a\nb\"", 0, "control character"},
        {"NUL byte", "\"a\0b\"", 5, "control character"},
        {"NUL behind", "1\0", 2, "expected nothing after the value, got byte 0x00"},
        {"escaped NUL", "\"\\u0000\"", 0, "\\u0000 is not allowed"},
        {"bad escape", "\"\\x\"", 0, "an escape"},
        {"bad hex", "\"\\u12g4\"", 0, "four hex digits"},
        {"lone high surrogate", "\"\\ud800\"", 0, "high surrogate"},
        {"lone low surrogate", "\"\\udc00\"", 0, "low surrogate"},
        {"overlong UTF-8", "\"\xc0\xaf\"", 0, "expected UTF-8"},
        {"surrogate in UTF-8", "\"\xed\xa0\x80\"", 0, "expected UTF-8"},
        {"cut UTF-8", "\"\xe2\x82\"", 0, "expected UTF-8"},
        {"above U+10FFFF", "\"\xf4\x90\x80\x80\"", 0, "expected UTF-8"},
        {"latin-1", "\"caf\xe9\"", 0, "expected UTF-8"},
        {"duplicate", "{\"a\": {\"b\": 1, \"b\": 2}}", 0, "/a/b: this member stands twice"},
        {"duplicate by escape", "{\"a\": 1, \"\\u0061\": 2}", 0, "/a: this member stands twice"},
        {"duplicate among many",
         "[{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"c\":1}]", 0,
         "/0/c: this member stands twice"},
        {"name missing", "{1: 2}", 0, "expected a string, got '1'"},
        {"colon missing", "{\"a\" 2}", 0, "':' after a member's name"},
        {"third line", "{\n\"a\":\n ?}", 0, "line 3, column 2, at /a"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        size_t size = rows[i].size ? rows[i].size : strlen(rows[i].text);

        EXPECT_TRUE(rows[i].row, !json_parse(arena, rows[i].text, size, &err));
        EXPECT_INT(rows[i].row, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].row, err.text, rows[i].want);
        arena_free(arena);
    }
}

static void depth_and_size_are_bounded(void)
{
    struct arena *arena = arena_new();
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_putc(&text, '[');
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_putc(&text, ']');
    EXPECT_TRUE("as deep as allowed", json_parse(arena, buf_text(&text), text.size, &err));
    buf_clear(&text);
    for (int i = 0; i < 100000; i++)
        buf_putc(&text, '[');
    EXPECT_TRUE("deeper", !json_parse(arena, buf_text(&text), text.size, &err));
    EXPECT_INT("deeper", err.code, ERR_LIMIT);
    EXPECT_HAS("deeper", err.text, "nested deeper than 100");
    buf_clear(&text);
    for (int i = 0; i <= LIMIT_JSON_DEPTH; i++)
        buf_puts(&text, "{\"a-name-of-some-length\":");
    err = ERR_INIT;
    EXPECT_TRUE("deeper, by name", !json_parse(arena, buf_text(&text), text.size, &err));
    EXPECT_HAS("says where it begins", err.text, "at /a-name-of-some-length/");
    EXPECT_HAS("and what is wrong", err.text, "...: nested deeper than 100");
    err = ERR_INIT;
    EXPECT_TRUE("too large", !json_parse(arena, "", (size_t)LIMIT_JSON_BYTES + 1, &err));
    EXPECT_INT("too large", err.code, ERR_LIMIT);
    buf_release(&text);
    arena_free(arena);
}

static void escapes_are_undone(void)
{
    static const struct {
        const char *row, *text, *want;
    } rows[] = {
        {"none", "\"plain\"", "plain"},
        {"empty", "\"\"", ""},
        {"short ones", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"one byte", "\"a\\u0041b\"", "aAb"},
        {"two bytes", "\"\\u00e9\"", "\xc3\xa9"},
        {"three bytes", "\"\\u20AC\"", "\xe2\x82\xac"},
        {"a pair", "\"\\ud83d\\uDE00!\"", "\xf0\x9f\x98\x80!"},
        {"behind a long text", "\"0123456789abcdefghij\\n0123456789\\t\"",
         "0123456789abcdefghij\n0123456789\t"},
        {"long, of two bytes each", "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 0123456789\"",
         "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 0123456789"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        struct cJSON *own = json_parse_own(rows[i].text, strlen(rows[i].text), &err);

        EXPECT_STR(rows[i].row,
                   json_text(json_parse(arena, rows[i].text, strlen(rows[i].text), &err)),
                   rows[i].want);
        EXPECT_STR(rows[i].row, json_text(own), rows[i].want);
        json_free(own);
        arena_free(arena);
    }
}

/* What the arena owns is never freed by itself; what is put into the tree is. (Memory that is freed
 * twice, or not at all, is for `make asan` to see.) */
static void a_tree_of_an_arena_may_be_changed(void)
{
    static const char text[] = "{\"a\":1,\"b\":{\"c\":[1,\"x\",{\"d\":true}]},\"e\":null}";
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct cJSON *tree = json_parse(arena, text, sizeof(text) - 1, &err);
    struct cJSON *copy = json_copy(json_get(tree, "b"));

    json_put_string(tree, "a", "new");
    json_remove(tree, "e");
    json_add(json_get_mutable(json_get_mutable(tree, "b"), "c"), json_copy(json_get(tree, "a")));
    json_put(tree, "f", copy);
    json_replace(tree, json_get_mutable(tree, "a"), json_copy(json_get(copy, "c")));
    EXPECT_STR("changed", json_print(arena, json_get(tree, "b")),
               "{\"c\":[1,\"x\",{\"d\":true},\"new\"]}");
    EXPECT_STR("added", json_print(arena, json_get(tree, "f")), "{\"c\":[1,\"x\",{\"d\":true}]}");
    EXPECT_INT("removed", json_count(tree), 3);
    arena_free(arena);
}

static void numbers_keep_their_text(void)
{
    static const char *const rows[] = {
        "[1.50,0.10,12345678901234567890,1e2,-0,1E+05,{\"a\":2.0}]",
        "{\"a\":[],\"b\":{},\"c\":null,\"d\":true,\"e\":\"\xc3\xa9\"}",
        "9007199254740993",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        const struct cJSON *tree = json_parse(arena, rows[i], strlen(rows[i]), &err);

        EXPECT_TRUE(rows[i], tree);
        EXPECT_STR("as it was", json_print(arena, tree), rows[i]);
        EXPECT_STR("a copy too", json_print(arena, json_copy_root(arena, tree)), rows[i]);
        arena_free(arena);
    }
}

static void canonical_form_is_rfc_8785_but_for_numbers(void)
{
    static const struct {
        const char *row, *text, *want;
    } rows[] = {
        {"members sorted", "{\"b\":1,\"a\":{\"d\":1,\"c\":2}}",
         "{\"a\":{\"c\":2,\"d\":1},\"b\":1}"},
        {"RFC 8785 3.2.3",
         "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,"
         "\"\\u00f6\":7}",
         "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":"
         "5,\"\xef\xac\xb3\":3}"},
        {"escapes", "\"\\u0041\\/\\u000f\\u000a\\\"\\\\\"", "\"A/\\u000f\\n\\\"\\\\\""},
        {"number as its text was", "[1.50, 1E2]", "[1.50,1E2]"},
        {"literals", "[true, false, null]", "[true,false,null]"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct buf got = BUF_INIT;
        struct err err = ERR_INIT;

        json_canonical(&got, json_parse(arena, rows[i].text, strlen(rows[i].text), &err));
        EXPECT_STR(rows[i].row, buf_text(&got), rows[i].want);
        buf_release(&got);
        arena_free(arena);
    }
}

static void pointers_follow_rfc_6901(void)
{
    static const char text[] =
        "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"m~n\":8,\"k\\\"l\":6,\"x\":{\"0\":9}}";
    static const struct {
        const char *pointer, *want;
    } rows[] = {
        {"/foo/0", "\"bar\""}, {"/", "0"},      {"/a~1b", "1"},    {"/m~0n", "8"},
        {"/k\"l", "6"},        {"/x/0", "9"},   {"/foo/01", NULL}, {"/foo/2", NULL},
        {"/foo/-", NULL},      {"/nope", NULL}, {"foo", NULL},     {"/foo/1/x", NULL},
        {"/fo", NULL},
    };
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(arena, text, strlen(text), &err);

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct cJSON *item = json_pointer(tree, rows[i].pointer);

        EXPECT_STR(rows[i].pointer, item ? json_print(arena, item) : NULL, rows[i].want);
    }
    EXPECT_TRUE("the root", json_pointer(tree, "") == tree);
    arena_free(arena);
}

static void trees_are_built_by_name(void)
{
    struct arena *arena = arena_new();
    struct cJSON *object = json_object(arena);
    char hash[HASH_HEX_SIZE];

    json_put_string(object, "a", "x");
    json_put_integer(object, "n", 12345678901LL);
    json_put_string(object, "a", NULL);
    json_put_flag(json_put_object(object, "o"), "f", true);
    json_add(json_put_array(object, "l"), json_number("1.0"));
    json_put_string(object, "gone", "x");
    json_remove(object, "gone");
    EXPECT_STR("built", json_print(arena, object),
               "{\"a\":null,\"n\":12345678901,\"o\":{\"f\":true},\"l\":[1.0]}");
    EXPECT_INT("integer", json_integer(object, "n", 0), 12345678901LL);
    EXPECT_INT("not an integer", json_integer(object, "a", 7), 7);
    EXPECT_TRUE("case counts", !json_get(object, "A"));
    hash_canonical(json_get(object, "o"), hash); /* sha256sum of {"f":true} */
    EXPECT_STR("hash", hash, "aae18e49ce723428ae2e8da587c2645a678cba2b2852622887d3242f6abe5014");
    arena_free(arena);
}

/* Strings are looked at several bytes at a time. */
static void what_is_special_is_seen_at_every_place(void)
{
    static const struct {
        const char *row, *text;
        bool is_good;
    } rows[] = {
        {"end", "\",\"", true},     {"escape", "\\n", true},      {"two bytes", "\xc3\xa9", true},
        {"delete", "\x7f", true},   {"control", "\x1f", false},   {"newline", "\n", false},
        {"latin-1", "\xe9", false}, {"bad escape", "\\x", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int before = 0; before < 40; before++) {
            struct arena *arena = arena_new();
            struct err err = ERR_INIT;
            const char *text = arena_printf(
                arena, "[\"%.*s%s%.*s\"]", before, "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNO",
                rows[i].text, 40 - before, "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNO");
            const struct cJSON *tree = json_parse(arena, text, strlen(text), &err);

            EXPECT_TRUE(rows[i].row, (tree != NULL) == rows[i].is_good);
            if (tree)
                EXPECT_STR(rows[i].row, json_print(arena, tree), text);
            arena_free(arena);
        }
    }
}

static CU_TestInfo tests[] = {
    {"what is special is seen at every place", what_is_special_is_seen_at_every_place},
    {"escapes are undone", escapes_are_undone},
    {"a tree of an arena may be changed", a_tree_of_an_arena_may_be_changed},
    {"what is not JSON is refused with its place", what_is_not_json_is_refused_with_its_place},
    {"depth and size are bounded", depth_and_size_are_bounded},
    {"numbers keep their text", numbers_keep_their_text},
    {"canonical form is RFC 8785 but for numbers", canonical_form_is_rfc_8785_but_for_numbers},
    {"pointers follow RFC 6901", pointers_follow_rfc_6901},
    {"trees are built by name", trees_are_built_by_name},
    CU_TEST_INFO_NULL,
};
SUITE("json", tests)
