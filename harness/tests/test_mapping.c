/* SPDX-License-Identifier: Apache-2.0 */
/* An engine's own interface: what an adapter says of it, and its answers in our words. */
#include "harness/scenario/mapping.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/evidence.h"
#include "harness/scenario/adapter.h"
#include "tests/expect.h"

static const char good[] =
    "{\"name\": \"acme\","
    " \"submit\": [{\"when\": {\"operation\": \"create\"}, \"url\": \"${engine}/new\","
    "   \"id\": \"/job\", \"accepted\": [200, 202]},"
    "  {\"method\": \"PUT\", \"url\": \"${engine}/${target/reference}\"}],"
    " \"status\": {\"url\": \"${engine}/${id}\", \"state\": \"/status\", \"problem\": \"/why\","
    "   \"states\": {\"DONE\": \"committed\", \"true\": \"rejected\"},"
    "   \"result\": {\"reference\": \"/out/ref\", \"versionId\": \"/out/ver\"}},"
    " \"audit\": {\"url\": \"u\", \"records\": \"/all\","
    "   \"fields\": {\"outcome\": \"/o\", \"result/reference\": \"/r\"}},"
    " \"events\": {\"url\": \"u\"}}";

static const struct mapping *read_text(struct arena *arena, const char *text, struct err *err)
{
    const char *path = arena_printf(arena, "%s/engine.json", test_folder());
    struct buf buf = BUF_INIT;

    buf_puts(&buf, text);
    EXPECT_INT("written", buf_write_file(&buf, path, err), 0);
    buf_release(&buf);
    const struct adapter *adapter = adapter_read(arena, path, err);
    return adapter ? adapter->mapping : NULL;
}

static void what_is_offered_is_known(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct mapping *mapping = read_text(arena, good, &err);
    struct cJSON *create = json_object(arena), *update = json_object(arena);

    EXPECT_STR("read", err.text, "");
    if (!mapping) {
        arena_free(arena);
        return;
    }
    json_put_string(create, "operation", "create");
    json_put_string(update, "operation", "update");
    EXPECT_INT("parts", mapping_parts(mapping),
               PART_JOURNAL | PART_SAID | PART_AUDIT | PART_EVENTS);
    const struct mapping_submit *first = mapping_submit_for(mapping, create);
    EXPECT_STR("create", first->call.method, "POST");
    EXPECT_TRUE("202 is accepted", mapping_accepts(first, 202));
    EXPECT_TRUE("201 is not", !mapping_accepts(first, 201));
    EXPECT_STR("others", mapping_submit_for(mapping, update)->call.method, "PUT");
    EXPECT_TRUE("any 2xx", mapping_accepts(mapping_submit_for(mapping, update), 204));
    arena_free(arena);
}

static void answers_are_put_into_our_words(void)
{
    static const struct {
        const char *row, *body, *want; /* want: without raw; NULL: says nothing */
    } rows[] = {
        {"an end", "{\"status\":\"DONE\",\"out\":{\"ref\":\"List/a\",\"ver\":7}}",
         "{\"id\":\"i\",\"key\":\"k\",\"state\":\"committed\",\"result\":{\"reference\":\"List/"
         "a\",\"versionId\":\"7\"}}"},
        {"a state that is no string", "{\"status\":true,\"why\":\"no\"}",
         "{\"id\":\"i\",\"key\":\"k\",\"state\":\"rejected\",\"problem\":\"no\"}"},
        {"a state of ours", "{\"status\":\"unknown\"}",
         "{\"id\":\"i\",\"key\":\"k\",\"state\":\"unknown\"}"},
        {"a state nobody mapped", "{\"status\":\"HUH\"}",
         "{\"id\":\"i\",\"key\":\"k\",\"state\":\"unmapped\"}"},
        {"no state", "{\"stat\":\"DONE\"}", NULL},
        {"no JSON", "DONE", NULL},
    };
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct mapping *mapping = read_text(arena, good, &err);

    for (size_t i = 0; mapping && i < COUNT_OF(rows); i++) {
        const char *view =
            mapping_view(arena, mapping, "i", "k", rows[i].body, strlen(rows[i].body));
        struct cJSON *tree = view ? json_parse(arena, view, strlen(view), &err) : NULL;

        EXPECT_TRUE(rows[i].row, !tree || json_get(tree, "raw"));
        if (tree)
            json_remove(tree, "raw");
        EXPECT_STR(rows[i].row, tree ? json_print(arena, tree) : NULL, rows[i].want);
    }
    arena_free(arena);
}

static void records_come_from_a_list_or_from_lines(void)
{
    static const char list[] = "{\"all\":[{\"o\":\"committed\",\"r\":\"List/a\"},{\"r\":\"x\"}]}";
    static const char lines[] = "{\"sequence\":1}\n\n{\"sequence\":2}\n";
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct mapping *mapping = read_text(arena, good, &err);

    if (!mapping) {
        EXPECT_STR("read", err.text, "");
        arena_free(arena);
        return;
    }
    const struct cJSON *audit =
        mapping_records(arena, &mapping->calls[CALL_AUDIT], list, strlen(list), &err);
    EXPECT_INT("two", (long long)json_count(audit), 2);
    EXPECT_STR("by pointer", json_string(json_at(audit, 0), "outcome"), "committed");
    EXPECT_STR("within", json_text(json_pointer(audit, "/1/result/reference")), "x");
    EXPECT_TRUE("absent stays absent", !json_get(json_at(audit, 1), "outcome"));
    const struct cJSON *events =
        mapping_records(arena, &mapping->calls[CALL_EVENTS], lines, strlen(lines), &err);
    EXPECT_STR("as they are", json_print(arena, events), "[{\"sequence\":1},{\"sequence\":2}]");
    EXPECT_TRUE("no array", !mapping_records(arena, &mapping->calls[CALL_AUDIT], "{}", 2, &err));
    EXPECT_HAS("no array", err.text, "there is no array at \"/all\"");
    arena_free(arena);
}

static void a_bad_mapping_says_where(void)
{
    static const struct {
        const char *row, *old, *new, *found;
    } rows[] = {
        {"unknown value", "${engine}/new", "${engin}/new",
         "/submit/0/url: unknown ${...}: \"engin\""},
        {"no pointer", "\"/job\"", "\"job\"",
         "/submit/0/id: found \"job\"; expected a JSON Pointer"},
        {"no pointer in fields", "\"/o\"", "\"o\"", "/audit/fields/outcome: found \"o\""},
        {"unknown state", "\"committed\"", "\"commited\"",
         "/status/states/DONE: unknown state \"commited\", nearest is \"committed\""},
        {"unknown member", "\"problem\": \"/why\"", "\"problm\": \"/why\"",
         "/status: unknown member \"problm\""},
        {"unknown method", "\"PUT\"", "\"PUTT\"", "/submit/1/method: unknown value \"PUTT\""},
        {"both ways", "\"name\": \"acme\",",
         "\"name\": \"acme\", \"exec\": {\"command\": [\"x\"]},", "found \"submit\" and \"exec\""},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *at = strstr(good, rows[i].old);

        EXPECT_TRUE(rows[i].row, at != NULL);
        const char *text = arena_printf(arena, "%.*s%s%s", (int)(at - good), good, rows[i].new,
                                        at + strlen(rows[i].old));
        EXPECT_TRUE(rows[i].row, !read_text(arena, text, &err));
        EXPECT_INT(rows[i].row, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].row, err.text, rows[i].found);
    }
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"what is offered is known", what_is_offered_is_known},
    {"answers are put into our words", answers_are_put_into_our_words},
    {"records come from a list or from lines", records_come_from_a_list_or_from_lines},
    {"a bad mapping says where", a_bad_mapping_says_where},
    CU_TEST_INFO_NULL,
};
SUITE("mapping", tests)
