/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of members lets through, kind by kind, and where it says that something is wrong. */
#include "base/shape.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "tests/expect.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct shape inner = {.name = "inner",
                                   .members = (const struct shape_member[]){
                                       {"depth", SHAPE_INTEGER, true, NULL, NULL}, {.name = NULL}}};
static const struct shape outer = {.name = "outer",
                                   .has_pointers = true,
                                   .members = (const struct shape_member[]){
                                       {"any", SHAPE_ANY, false, NULL, NULL},
                                       {"string", SHAPE_STRING, false, NULL, NULL},
                                       {"colour", SHAPE_STRING, false, colours, NULL},
                                       {"strings", SHAPE_STRINGS, false, NULL, NULL},
                                       {"colours", SHAPE_STRING_OR_LIST, false, colours, NULL},
                                       {"integer", SHAPE_INTEGER, false, NULL, NULL},
                                       {"integers", SHAPE_INTEGER_OR_LIST, false, NULL, NULL},
                                       {"flag", SHAPE_FLAG, false, NULL, NULL},
                                       {"object", SHAPE_OBJECT, false, NULL, NULL},
                                       {"array", SHAPE_ARRAY, false, NULL, NULL},
                                       {"map", SHAPE_STRING_MAP, false, NULL, NULL},
                                       {"inner", SHAPE_OF, false, NULL, &inner},
                                       {"either", SHAPE_STRING_OR, false, NULL, &inner},
                                       {"list", SHAPE_LIST_OF, false, NULL, &inner},
                                       {"named", SHAPE_MAP_OF, false, NULL, &inner},
                                       {.name = NULL},
                                   }};

static void each_kind_takes_its_own_and_nothing_else(void)
{
    static const struct {
        const char *text, *error; /* "" where all is well */
    } rows[] = {
        {"{}", ""},
        {"{'any': [1, {}], '//x': 1, '/a/b': null}", ""},
        {"{'string': 'x', 'colour': 'red', 'strings': ['a', 'b'], 'colours': 'green'}", ""},
        {"{'colours': ['green', 'red'], 'integer': 0, 'integers': [1, 2], 'flag': false}", ""},
        {"{'object': {}, 'array': [], 'map': {'//': 7, 'a': 'b'}, 'inner': {'depth': 3}}", ""},
        {"{'either': 'x', 'list': [{'depth': 1}], 'named': {'a': {'depth': 1}, '//': 2}}", ""},
        {"{'either': {'depth': 1}, 'integers': 7}", ""},
        {"[]", "/: found array; expected an object"},
        {"{'strin': 1}", "/: unknown member \"strin\", nearest is \"string\""},
        {"{'string': 1}", "/string: found number; expected a string"},
        {"{'string': ''}", "/string: found an empty string"},
        {"{'colour': 'gren'}", "/colour: unknown value \"gren\", nearest is \"green\""},
        {"{'strings': ['a', 1]}", "/strings/1: found number; expected a string"},
        {"{'strings': 'a'}", "/strings: found string; expected an array of strings"},
        {"{'colours': ['red', 'blue']}", "/colours/1: unknown value \"blue\""},
        {"{'colours': []}", "/colours: found an empty list"},
        {"{'integer': -1}", "/integer: found number; expected a whole number"},
        {"{'integer': 1.5}", "/integer: found number; expected a whole number"},
        {"{'integer': 99999999999}", "/integer: found number; expected a whole number"},
        {"{'integers': [1, '2']}", "/integers/1: found string; expected a whole number"},
        {"{'flag': 1}", "/flag: found number; expected true or false"},
        {"{'object': []}", "/object: found array; expected an object"},
        {"{'array': {}}", "/array: found object; expected an array"},
        {"{'map': {'a': 1}}", "/map/a: found number; expected a string"},
        {"{'inner': {}}", "/inner: \"depth\" is missing"},
        {"{'inner': {'depth': 'x'}}", "/inner/depth: found string; expected a whole number"},
        {"{'either': 1}", "/either: found number; expected an object"},
        {"{'list': [{'depth': 1}, {'dept': 1}]}",
         "/list/1: unknown member \"dept\", nearest is \"depth\""},
        {"{'named': {'a/b~c': {}}}", "/named/a~1b~0c: \"depth\" is missing"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        char *text = arena_strdup(arena, rows[i].text);

        for (char *at = text; *at; at++)
            *at = *at == '\'' ? '"' : *at;
        const struct cJSON *tree = json_parse(arena, text, strlen(text), &err);
        int rc = shape_check(arena, &outer, tree, "", &err);
        EXPECT_INT(rows[i].text, rc, rows[i].error[0] ? -1 : 0);
        EXPECT_INT(rows[i].text, err.code, rows[i].error[0] ? ERR_INPUT : ERR_OK);
        EXPECT_HAS(rows[i].text, err.text, rows[i].error);
    }
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"each kind takes its own and nothing else", each_kind_takes_its_own_and_nothing_else},
    CU_TEST_INFO_NULL,
};
SUITE("shape", tests)
