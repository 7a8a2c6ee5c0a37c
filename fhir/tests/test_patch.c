/* SPDX-License-Identifier: Apache-2.0 */
/* test_patch - RFC 6901 and 6902 as tables: the RFC's own examples, their edges, and the public
 * test cases. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fhir/patch.h"
#include "tests/expect.h"

struct row {
    const char *name, *target, *patch;
    const char *want;  /* the result as canonical JSON, or: */
    const char *error; /* "malformed", "no target", "test failed" */
};

static const char *const result_names[] = {
    [PATCH_APPLIED] = "applied",
    [PATCH_MALFORMED] = "malformed",
    [PATCH_NO_TARGET] = "no target",
    [PATCH_TEST_FAILED] = "test failed",
};

static struct cJSON *parse(struct arena *arena, const char *text)
{
    struct err err = ERR_INIT;
    struct cJSON *tree = json_parse(arena, text, strlen(text), &err);

    if (!tree)
        BUG("test row: %s: %s", text, err.text);
    return tree;
}

static const char *canonical(struct arena *arena, const struct cJSON *tree)
{
    struct buf buf = BUF_INIT;

    json_canonical(&buf, tree);
    const char *text = buf_copy(&buf, arena);
    buf_release(&buf);
    return text;
}

static void check(const struct row *row)
{
    struct arena *arena = arena_new();
    struct cJSON *target = parse(arena, row->target);
    const char *before = canonical(arena, target);
    enum patch_result result = PATCH_APPLIED;
    struct err err = ERR_INIT;
    struct cJSON *got = patch_apply(arena, target, parse(arena, row->patch), &result, &err);

    EXPECT_STR(row->name, result_names[result], row->error ? row->error : "applied");
    EXPECT_STR(row->name, got ? canonical(arena, got) : NULL, row->want);
    EXPECT_TRUE(row->name, (err.code == ERR_OK) == (got != NULL));
    EXPECT_STR(row->name, canonical(arena, target), before);
    arena_free(arena);
}

static const struct row appendix[] = {
    {"A.1 object member", "{\"foo\":\"bar\"}",
     "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]", "{\"baz\":\"qux\",\"foo\":\"bar\"}",
     NULL},
    {"A.2 array element", "{\"foo\":[\"bar\",\"baz\"]}",
     "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
     "{\"foo\":[\"bar\",\"qux\",\"baz\"]}", NULL},
    {"A.3 remove a member", "{\"baz\":\"qux\",\"foo\":\"bar\"}",
     "[{\"op\":\"remove\",\"path\":\"/baz\"}]", "{\"foo\":\"bar\"}", NULL},
    {"A.4 remove an element", "{\"foo\":[\"bar\",\"qux\",\"baz\"]}",
     "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]", "{\"foo\":[\"bar\",\"baz\"]}", NULL},
    {"A.5 replace", "{\"baz\":\"qux\",\"foo\":\"bar\"}",
     "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":\"boo\"}]",
     "{\"baz\":\"boo\",\"foo\":\"bar\"}", NULL},
    {"A.6 move a value",
     "{\"foo\":{\"bar\":\"baz\",\"waldo\":\"fred\"},\"qux\":{\"corge\":\"grault\"}}",
     "[{\"op\":\"move\",\"from\":\"/foo/waldo\",\"path\":\"/qux/thud\"}]",
     "{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}", NULL},
    {"A.7 move an element", "{\"foo\":[\"all\",\"grass\",\"cows\",\"eat\"]}",
     "[{\"op\":\"move\",\"from\":\"/foo/1\",\"path\":\"/foo/3\"}]",
     "{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}", NULL},
    {"A.8 tests that hold", "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}",
     "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"qux\"},{\"op\":\"test\",\"path\":\"/foo/"
     "1\",\"value\":2}]",
     "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}", NULL},
    {"A.9 a test that does not", "{\"baz\":\"qux\"}",
     "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"bar\"}]", NULL, "test failed"},
    {"A.10 nested member", "{\"foo\":\"bar\"}",
     "[{\"op\":\"add\",\"path\":\"/child\",\"value\":{\"grandchild\":{}}}]",
     "{\"child\":{\"grandchild\":{}},\"foo\":\"bar\"}", NULL},
    {"A.11 unknown members are ignored", "{\"foo\":\"bar\"}",
     "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\",\"xyz\":123}]",
     "{\"baz\":\"qux\",\"foo\":\"bar\"}", NULL},
    {"A.12 no such parent", "{\"foo\":\"bar\"}",
     "[{\"op\":\"add\",\"path\":\"/baz/bat\",\"value\":\"qux\"}]", NULL, "no target"},
    {"A.14 the order of ~ escapes", "{\"/\":9,\"~1\":10}",
     "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":10}]", "{\"/\":9,\"~1\":10}", NULL},
    {"A.15 a number is no string", "{\"/\":9,\"~1\":10}",
     "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":\"10\"}]", NULL, "test failed"},
    {"A.16 an array as a value", "{\"foo\":[\"bar\"]}",
     "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\",\"def\"]}]",
     "{\"foo\":[\"bar\",[\"abc\",\"def\"]]}", NULL},
};

static const struct row edges[] = {
    {"numbers keep their text", "{\"a\":1.50,\"b\":[12345678901234567890]}",
     "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/c\"},{\"op\":\"add\",\"path\":\"/b/"
     "0\",\"value\":2.50}]",
     "{\"b\":[2.50,12345678901234567890],\"c\":1.50}", NULL},
    {"numbers test by value", "{\"a\":1.50}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":15e-1}]",
     "{\"a\":1.50}", NULL},
    {"large integers differ", "{\"a\":12345678901234567890}",
     "[{\"op\":\"test\",\"path\":\"/a\",\"value\":12345678901234567891}]", NULL, "test failed"},
    {"order of members does not count", "{\"a\":{\"x\":1,\"y\":2}}",
     "[{\"op\":\"test\",\"path\":\"/a\",\"value\":{\"y\":2,\"x\":1}}]", "{\"a\":{\"x\":1,\"y\":2}}",
     NULL},
    {"order of elements counts", "{\"a\":[1,2]}",
     "[{\"op\":\"test\",\"path\":\"/a\",\"value\":[2,1]}]", NULL, "test failed"},
    {"longer arrays differ", "{\"a\":[1]}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":[1,2]}]",
     NULL, "test failed"},
    {"shorter arrays differ", "{\"a\":[1,2]}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":[1]}]",
     NULL, "test failed"},
    {"false is not true", "{\"a\":false}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":true}]",
     NULL, "test failed"},
    {"null is a value", "{}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":null}]", "{\"a\":null}",
     NULL},
    {"null is there", "{\"a\":null}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":null}]",
     "{\"a\":null}", NULL},
    {"nothing is not null", "{}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":null}]", NULL,
     "test failed"},
    {"a path through a string", "{\"a\":\"x\"}", "[{\"op\":\"add\",\"path\":\"/a/0\",\"value\":1}]",
     NULL, "no target"},
    {"the whole document", "{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":2}}]",
     "{\"b\":2}", NULL},
    {"a member becomes the document", "{\"a\":{\"b\":1}}",
     "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"\"}]", "{\"b\":1}", NULL},
    {"the document is not removed", "{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL,
     "no target"},
    {"the document into itself, copied", "{\"a\":1}",
     "[{\"op\":\"copy\",\"from\":\"\",\"path\":\"/b\"}]", "{\"a\":1,\"b\":{\"a\":1}}", NULL},
    {"add replaces a member", "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":2}]",
     "{\"a\":2}", NULL},
    {"a moved member takes the new name", "{\"a\":1,\"b\":2}",
     "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]", "{\"b\":1}", NULL},
    {"replace wants something there", "{}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2}]",
     NULL, "no target"},
    {"replace in an array", "[1,2,3]", "[{\"op\":\"replace\",\"path\":\"/1\",\"value\":[9]}]",
     "[1,[9],3]", NULL},
    {"remove the last element", "[1,2,3]", "[{\"op\":\"remove\",\"path\":\"/2\"}]", "[1,2]", NULL},
    {"remove behind the end", "[1,2,3]", "[{\"op\":\"remove\",\"path\":\"/3\"}]", NULL,
     "no target"},
    {"add at the end by index", "[1]", "[{\"op\":\"add\",\"path\":\"/1\",\"value\":2}]", "[1,2]",
     NULL},
    {"add behind the end", "[1]", "[{\"op\":\"add\",\"path\":\"/2\",\"value\":2}]", NULL,
     "no target"},
    {"add to an empty array", "[]", "[{\"op\":\"add\",\"path\":\"/0\",\"value\":2}]", "[2]", NULL},
    {"- is no element to remove", "[1]", "[{\"op\":\"remove\",\"path\":\"/-\"}]", NULL,
     "no target"},
    {"- is a member's name", "{\"-\":1}", "[{\"op\":\"remove\",\"path\":\"/-\"}]", "{}", NULL},
    {"a leading zero is no index", "[1,2]", "[{\"op\":\"remove\",\"path\":\"/01\"}]", NULL,
     "no target"},
    {"a sign is no index", "[1,2]", "[{\"op\":\"remove\",\"path\":\"/+1\"}]", NULL, "no target"},
    {"a huge index", "[1]",
     "[{\"op\":\"add\",\"path\":\"/99999999999999999999999999999\",\"value\":1}]", NULL,
     "no target"},
    {"00 is a member's name", "{\"00\":1}", "[{\"op\":\"remove\",\"path\":\"/00\"}]", "{}", NULL},
    {"the empty name", "{\"\":1}", "[{\"op\":\"replace\",\"path\":\"/\",\"value\":2}]", "{\"\":2}",
     NULL},
    {"~0 and ~1", "{\"a~b\":1,\"c/d\":2}",
     "[{\"op\":\"remove\",\"path\":\"/a~0b\"},{\"op\":\"remove\",\"path\":\"/c~1d\"}]", "{}", NULL},
    {"~2 is no escape", "{}", "[{\"op\":\"add\",\"path\":\"/a~2\",\"value\":1}]", NULL,
     "malformed"},
    {"a ~ at the end", "{}", "[{\"op\":\"add\",\"path\":\"/a~\",\"value\":1}]", NULL, "malformed"},
    {"no slash in front", "{}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", NULL, "malformed"},
    {"into its own child", "{\"a\":{\"b\":1}}",
     "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", NULL, "malformed"},
    {"a name that only starts alike", "{\"a\":1,\"ab\":{}}",
     "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/ab/c\"}]", "{\"ab\":{\"c\":1}}", NULL},
    {"onto itself", "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a\"}]", "{\"a\":1}",
     NULL},
    {"move from nowhere", "{}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]", NULL,
     "no target"},
    {"copy is a copy", "{\"a\":{\"x\":1}}",
     "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},{\"op\":\"replace\",\"path\":\"/a/"
     "x\",\"value\":2}]",
     "{\"a\":{\"x\":2},\"b\":{\"x\":1}}", NULL},
    {"all or nothing", "{\"a\":1}",
     "[{\"op\":\"remove\",\"path\":\"/a\"},{\"op\":\"test\",\"path\":\"/b\",\"value\":1}]", NULL,
     "test failed"},
    {"no value", "{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", NULL, "malformed"},
    {"no from", "{}", "[{\"op\":\"copy\",\"path\":\"/a\"}]", NULL, "malformed"},
    {"no path", "{}", "[{\"op\":\"remove\"}]", NULL, "malformed"},
    {"an unknown op", "{}", "[{\"op\":\"merge\",\"path\":\"/a\",\"value\":1}]", NULL, "malformed"},
    {"no object", "{}", "[1]", NULL, "malformed"},
    {"no array", "{}", "{\"op\":\"remove\",\"path\":\"/a\"}", NULL, "malformed"},
    {"form comes before effect", "{\"a\":1}",
     "[{\"op\":\"test\",\"path\":\"/a\",\"value\":2},{\"op\":\"nonsense\",\"path\":\"/a\"}]", NULL,
     "malformed"},
    {"no operation at all", "{\"a\":1}", "[]", "{\"a\":1}", NULL},
};

static void rfc_6902_appendix_a_holds(void)
{
    for (size_t i = 0; i < COUNT_OF(appendix); i++)
        check(&appendix[i]);
}

static void edges_are_by_the_letter(void)
{
    for (size_t i = 0; i < COUNT_OF(edges); i++)
        check(&edges[i]);
}

/* Each operation doubles the document: without a bound, thirty of them fill any memory. */
static void copies_are_bounded(void)
{
    struct arena *arena = arena_new();
    struct cJSON *target = parse(arena, "{\"a\":[\"0123456789\"]}");
    struct cJSON *patch = json_array(arena);
    enum patch_result result = PATCH_APPLIED;
    struct err err = ERR_INIT;

    for (int i = 0; i < 40; i++)
        json_add(patch,
                 json_copy(parse(arena, "{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a/-\"}")));
    EXPECT_TRUE("doubling", patch_apply(arena, target, patch, &result, &err) == NULL);
    EXPECT_INT("doubling", err.code, ERR_LIMIT);
    arena_free(arena);
}

static void errors_name_the_operation(void)
{
    static const struct {
        const char *name, *patch, *want;
    } rows[] = {
        {"no target",
         "[{\"op\":\"add\",\"path\":\"/a\",\"value\":1},{\"op\":\"remove\",\"path\":\"/b/c\"}]",
         "op 1 (/b/c): nothing at \"/b/c\""},
        {"form", "[{\"op\":\"add\",\"path\":\"/a\"}]", "op 0 (/a): \"value\" is missing"},
        {"test", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1}]",
         "op 0 (/a): the test does not hold"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        enum patch_result result;
        struct err err = ERR_INIT;

        patch_apply(arena, parse(arena, "{}"), parse(arena, rows[i].patch), &result, &err);
        EXPECT_STR(rows[i].name, err.text, rows[i].want);
        arena_free(arena);
    }
}

static void public_cases_hold(void)
{
    const char *path = test_shared("patch/json-patch-tests.json");
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct cJSON *cases, *one;

    if (!path) {
        test_skip("../shared/data/patch is not here");
        arena_free(arena);
        return;
    }
    cases = json_parse_file(arena, path, &err);
    EXPECT_TRUE("read", json_count(cases) > 0);
    cJSON_ArrayForEach(one, cases)
    {
        enum patch_result result;
        const struct cJSON *want = json_get(one, "expected");
        const struct cJSON *got =
            patch_apply(arena, json_get(one, "doc"), json_get(one, "patch"), &result, &err);

        EXPECT_TRUE(json_string(one, "comment"), want ? patch_equal(got, want) : got == NULL);
    }
    arena_free(arena);
}

static CU_TestInfo patch_tests[] = {
    {"RFC 6902 appendix A holds", rfc_6902_appendix_a_holds},
    {"edges are by the letter", edges_are_by_the_letter},
    {"copies are bounded", copies_are_bounded},
    {"errors name the operation", errors_name_the_operation},
    {"public cases hold", public_cases_hold},
    CU_TEST_INFO_NULL,
};
SUITE("patch", patch_tests)
