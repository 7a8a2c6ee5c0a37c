/* SPDX-License-Identifier: Apache-2.0 */
/* ${...} in texts and in JSON: types stay, what is missing goes, what is unknown is said. */
#include "harness/scenario/template.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "tests/expect.h"

#define VALUES                                                                                     \
    "{\"engine\": \"http://h:1\", \"key\": \"k 1/ü\", \"intent\": {\"n\": 1.50, \"target\":"      \
    " {\"reference\": \"List/a\"}}, \"flag\": true}"

/* The members of VALUES; `gone` is known and missing; `engine` is ours. */
static const struct template_value *values(struct arena *arena)
{
    static const char *const names[] = {"engine", "key", "intent", "flag", "gone"};
    struct template_value *out = arena_alloc(arena, (COUNT_OF(names) + 1) * sizeof(*out));
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(arena, VALUES, strlen(VALUES), &err);

    for (size_t i = 0; i < COUNT_OF(names); i++)
        out[i] = (struct template_value){names[i], json_get(tree, names[i]), i == 0};
    out[COUNT_OF(names)] = (struct template_value){.name = NULL};
    return out;
}

static void texts_are_filled(void)
{
    static const struct {
        const char *row, *text;
        bool is_url;
        const char *want, *error; /* one of them */
    } rows[] = {
        {"nothing to fill", "plain $ text", false, "plain $ text", NULL},
        {"a string", "<${key}>", false, "<k 1/ü>", NULL},
        {"in a URL", "${engine}/w?k=${key}", true, "http://h:1/w?k=k%201/%C3%BC", NULL},
        {"a part", "${intent/target/reference}", false, "List/a", NULL},
        {"a number by its text", "n=${intent/n}", false, "n=1.50", NULL},
        {"an object as JSON", "${intent/target}", false, "{\"reference\":\"List/a\"}", NULL},
        {"missing", "x${gone}", false, NULL, "${gone} is not known here"},
        {"a part that is missing", "x${intent/m}", false, NULL, "${intent/m} is not known here"},
        {"unknown", "${kye}", false, NULL, "unknown ${...}: \"kye\", nearest is \"key\""},
        {"open", "${key", false, NULL, "expected a } behind ${"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *got = template_text(arena, rows[i].text, values(arena), rows[i].is_url, &err);

        EXPECT_STR(rows[i].row, got, rows[i].want);
        if (rows[i].error)
            EXPECT_HAS(rows[i].row, err.text, rows[i].error);
    }
    arena_free(arena);
}

static void json_keeps_types_and_loses_what_is_missing(void)
{
    static const struct {
        const char *row, *tree, *want;
    } rows[] = {
        {"alone: with its type", "{\"a\": \"${intent/n}\", \"b\": \"${flag}\"}",
         "{\"a\":1.50,\"b\":true}"},
        {"in a text: as text", "[\"n is ${intent/n}\"]", "[\"n is 1.50\"]"},
        {"missing members go", "{\"a\": \"${gone}\", \"b\": [\"${gone}\", 1]}", "{\"b\":[1]}"},
        {"nothing but missing", "\"${gone}\"", "null"},
        {"the whole", "\"${intent/target}\"", "{\"reference\":\"List/a\"}"},
        {"comments stay at home", "{\"// why\": \"${nothing}\", \"a\": 1.0}", "{\"a\":1.0}"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const struct cJSON *tree = json_parse(arena, rows[i].tree, strlen(rows[i].tree), &err);
        const struct cJSON *got = template_json(arena, tree, values(arena), &err);

        EXPECT_STR(rows[i].row, err.text, "");
        EXPECT_STR(rows[i].row, got ? json_print(arena, got) : NULL, rows[i].want);
    }
    arena_free(arena);
}

static void a_check_says_where(void)
{
    static const char text[] = "{\"a\": [\"${key}\", {\"b/c\": \"${kee}\"}]}";
    static const char *const known[] = {"key", NULL};
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(arena, text, strlen(text), &err);

    EXPECT_INT("found", template_check(arena, tree, known, "/submit/0", &err), -1);
    EXPECT_HAS("where", err.text, "/submit/0/a/1/b~1c: unknown ${...}: \"kee\"");
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"texts are filled", texts_are_filled},
    {"JSON keeps types and loses what is missing", json_keeps_types_and_loses_what_is_missing},
    {"a check says where", a_check_says_where},
    CU_TEST_INFO_NULL,
};
SUITE("template", tests)
