/* SPDX-License-Identifier: Apache-2.0 */
/* The engines built in, files of one's own, and what is wrong with a bad one. */
#include "harness/scenario/adapter.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "harness/evidence.h"
#include "tests/expect.h"

static const char good[] = "{\"name\": \"acme\", \"interface\": \"native\", \"//\": \"ours\","
                           " \"start\": {\"command\": [\"acme\", \"--fhir=${fhir}\"],"
                           "   \"environment\": {\"DATA\": \"${dir}\"},"
                           "   \"url\": \"http://127.0.0.1:${port}\","
                           "   \"ready\": \"${engine}/readyz\", \"readyMs\": 700},"
                           " \"headers\": {\"Authorization\": \"Bearer x\"},"
                           " \"limits\": {\"attempts\": 3}}";

static const struct adapter_values values = {.fhir = "http://f",
                                             .engine = "http://e",
                                             .port = "81",
                                             .dir = "/d",
                                             .timeout_ms = "300",
                                             .retry_ms = "2"};

static const char *write_file(struct arena *arena, const char *text)
{
    const char *path = arena_printf(arena, "%s/engine.json", test_folder());
    struct buf buf = BUF_INIT;
    struct err err = ERR_INIT;

    buf_puts(&buf, text);
    MUST_ZERO(buf_write_file(&buf, path, &err));
    buf_release(&buf);
    return path;
}

/* `good` with the first `old` replaced. */
static const char *changed(struct arena *arena, const char *old, const char *new)
{
    const char *at = strstr(good, old);

    ASSERT(at);
    return arena_printf(arena, "%.*s%s%s", (int)(at - good), good, new, at + strlen(old));
}

static void the_projects_engines_are_built_in(void)
{
    static const struct {
        const char *spec, *program, *system;
    } rows[] = {
        {"writebackd", "writebackd", "urn:writebackd:write"},
        {"strawman", "strawman", "urn:strawman:write"},
        {"strawman:blind-put", "strawman", "urn:strawman:write"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const struct adapter *adapter = adapter_read(arena, rows[i].spec, &err);

        EXPECT_STR(rows[i].spec, err.text, "");
        if (!adapter)
            continue;
        EXPECT_STR(rows[i].spec, adapter->name, rows[i].spec);
        EXPECT_STR(rows[i].spec, adapter->spelled, rows[i].spec);
        EXPECT_STR(rows[i].spec, adapter_expand(arena, adapter->command[0], &values, &err),
                   test_program(rows[i].program));
        EXPECT_STR(rows[i].spec, adapter->identifier_system, rows[i].system);
        EXPECT_STR(rows[i].spec, adapter->url_pattern, "http://[^ ]+");
        EXPECT_STR(rows[i].spec, adapter->headers[0][1], "Bearer token-9Qm4vT2xLw");
        EXPECT_STR(rows[i].spec, adapter->companions[0], "Provenance");
        EXPECT_TRUE(rows[i].spec, adapter->has_reset && adapter->attempts_max == 8);
        EXPECT_TRUE(rows[i].spec, (adapter->parts & PART_SETTLED) && (adapter->parts & PART_AUDIT));
    }
    arena_free(arena);
}

static void a_flaw_is_handed_to_the_strawman(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT, bad = ERR_INIT;
    const struct adapter *adapter = adapter_read(arena, "strawman:retry-post", &err);
    size_t count = 0;

    while (adapter->command[count])
        count++;
    EXPECT_STR("option", adapter->command[count - 2], "--flaw");
    EXPECT_STR("flaw", adapter->command[count - 1], "retry-post");
    EXPECT_TRUE("no name", !adapter_read(arena, "strawman:", &bad));
    EXPECT_HAS("no name", bad.text, "expected a name");
    arena_free(arena);
}

static void what_a_second_process_does_not_say_is_as_in_start(void)
{
    static const char text[] =
        "{\"name\": \"n\", \"interface\": \"native\", \"start\": {\"command\": [\"engine\"],"
        " \"url\": \"http://127.0.0.1:${port}\", \"readyMs\": 70},"
        " \"second\": {\"command\": [\"engine\", \"--join\"]}}";
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct adapter *adapter = adapter_read(arena, write_file(arena, text), &err);

    EXPECT_STR("read", err.text, "");
    EXPECT_TRUE("offered", adapter && adapter->second);
    EXPECT_STR("the first", adapter->command[1], NULL);
    EXPECT_STR("its own", adapter->second->command[1], "--join");
    EXPECT_STR("as the first", adapter->second->url, "http://127.0.0.1:${port}");
    EXPECT_INT("as the first", adapter->second->ready_ms, 70);
    arena_free(arena);
}

static void a_file_is_read_whole(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct adapter *adapter = adapter_read(arena, write_file(arena, good), &err);

    EXPECT_STR("read", err.text, "");
    EXPECT_STR("name", adapter->name, "acme");
    EXPECT_STR("argument", adapter_expand(arena, adapter->command[1], &values, &err),
               "--fhir=http://f");
    EXPECT_STR("environment", adapter_expand(arena, adapter->environment[0], &values, &err),
               "DATA=/d");
    EXPECT_STR("url", adapter_expand(arena, adapter->url, &values, &err), "http://127.0.0.1:81");
    EXPECT_STR("ready", adapter_expand(arena, adapter->ready, &values, &err), "http://e/readyz");
    EXPECT_INT("readyMs", adapter->ready_ms, 700);
    EXPECT_INT("attempts", adapter->attempts_max, 3);
    EXPECT_STR("correlation", adapter->correlation_header, "X-Correlation-Id");
    EXPECT_STR("sensitive", adapter->sensitive[1], "Medication*");
    arena_free(arena);
}

static void what_it_does_not_offer_is_no_part(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const char *text = changed(arena, "\"headers\"",
                               "\"without\": [\"notify\", \"events\"], \"encrypted\": [\"*.db\"], "
                               "\"headers\"");
    const struct adapter *adapter = adapter_read(arena, write_file(arena, text), &err);

    EXPECT_STR("read", err.text, "");
    EXPECT_TRUE("left out", !(adapter->parts & (PART_NOTIFY | PART_EVENTS)));
    EXPECT_TRUE("the rest", (adapter->parts & PART_DRIFT) && (adapter->parts & PART_LOGS));
    EXPECT_STR("encrypted", adapter->encrypted[0], "*.db");
    arena_free(arena);
}

static void a_bad_adapter_says_file_place_and_what_was_expected(void)
{
    static const struct {
        const char *row, *old, *new, *found, *expected;
    } rows[] = {
        {"unknown member", "\"limits\"", "\"limit\"", "/: unknown member \"limit\"",
         "nearest is \"limits\""},
        {"unknown limit", "\"attempts\"", "\"atempts\"", "/limits: unknown member \"atempts\"",
         "nearest is \"attempts\""},
        {"no name", "\"name\": \"acme\",", "", "/: \"name\" is missing", "expected"},
        {"other interface", "\"native\"", "\"nativ\"", "/interface: unknown value \"nativ\"",
         "nearest is \"native\""},
        {"no interface", "\"interface\": \"native\",", "", "neither \"submit\" nor \"exec\"",
         "\"interface\": \"native\""},
        {"a mapping of what is native", "\"headers\"",
         "\"status\": {\"url\": \"u\", \"state\": \"/s\"}, \"headers\"", "/status: found beside",
         "one or the other"},
        {"unknown operation", "\"headers\"", "\"capabilities\": [\"updat\"], \"headers\"",
         "/capabilities/0: unknown operation \"updat\"", "nearest is \"update\""},
        {"no program", "[\"acme\", \"--fhir=${fhir}\"]", "[]", "/start/command: found nothing",
         "expected a program"},
        {"command a string", "[\"acme\", \"--fhir=${fhir}\"]", "\"acme\"",
         "/start/command: found string", "expected an array of strings"},
        {"unknown value", "${fhir}", "${fhri}", "/start/command/1: unknown ${...}: \"fhri\"",
         "nearest is \"fhir\""},
        {"open value", "${dir}", "${dir", "/start/environment/DATA", "expected a }"},
        {"bad pattern", "\"http://127.0.0.1:${port}\"", "{\"stdout\": \"http(\"}",
         "/start/url/stdout: \"http(\"", "expected an extended regular expression"},
        {"no url", "\"url\": \"http://127.0.0.1:${port}\",", "", "/start: \"url\" is missing",
         "expected"},
        {"a pattern without a command",
         "\"command\": [\"acme\", \"--fhir=${fhir}\"],   \"environment\": {\"DATA\": "
         "\"${dir}\"},   \"url\": \"http://127.0.0.1:${port}\"",
         "\"url\": {\"stdout\": \"http\"}", "/start/url: found a pattern",
         "expected the URL of an engine that runs already"},
        {"a port without a command", "\"command\": [\"acme\", \"--fhir=${fhir}\"],", "",
         "/start/url: found \"http://127.0.0.1:${port}\" without /start/command",
         "engine that runs already, whole"},
        {"limit below 0", "3", "-3", "/limits/attempts: found", "expected a whole number"},
        {"without what is not known", "\"headers\"", "\"without\": [\"drifts\"], \"headers\"",
         "/without/0: unknown value \"drifts\"", "nearest is \"drift\""},
        {"twice", "\"//\": \"ours\"", "\"name\": \"b\"", "/name:", "stands twice"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *path = write_file(arena, changed(arena, rows[i].old, rows[i].new));

        EXPECT_TRUE(rows[i].row, !adapter_read(arena, path, &err));
        EXPECT_INT(rows[i].row, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].row, err.text, path);
        EXPECT_HAS(rows[i].row, err.text, rows[i].found);
        EXPECT_HAS(rows[i].row, err.text, rows[i].expected);
    }
    arena_free(arena);
}

static void a_name_that_is_nothing_names_what_is_built_in(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT, unknown = ERR_INIT;

    EXPECT_TRUE("typo", !adapter_read(arena, "writebackdd", &err));
    EXPECT_HAS("typo", err.text, "nearest is \"writebackd\"");
    EXPECT_TRUE("no port",
                !adapter_expand(arena, "x${port}", &(struct adapter_values){.dir = "d"}, &unknown));
    EXPECT_HAS("no port", unknown.text, "${port} is not known here");
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"the project's engines are built in", the_projects_engines_are_built_in},
    {"a flaw is handed to the strawman", a_flaw_is_handed_to_the_strawman},
    {"what a second process does not say is as in start",
     what_a_second_process_does_not_say_is_as_in_start},
    {"a file is read whole", a_file_is_read_whole},
    {"what it does not offer is no part", what_it_does_not_offer_is_no_part},
    {"a bad adapter says file, place and what was expected",
     a_bad_adapter_says_file_place_and_what_was_expected},
    {"a name that is nothing names what is built in",
     a_name_that_is_nothing_names_what_is_built_in},
    CU_TEST_INFO_NULL,
};
SUITE("adapter", tests)
