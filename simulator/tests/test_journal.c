/* SPDX-License-Identifier: Apache-2.0 */
/* The journal by itself: numbering, forgetting, lines of NDJSON; and URIs taken apart. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"
#include "base/json.h"
#include "simulator/journal.h"
#include "simulator/sim.h"
#include "simulator/uri.h"
#include "tests/expect.h"

static uint64_t append(struct journal *journal, const char *what, const struct http_header *headers)
{
    return journal_append(journal, &(struct journal_draft){
                                       .entry = &(struct sim_entry){.kind = SIM_SAID, .what = what},
                                       .headers = headers});
}

static void entries_are_numbered_and_copied(void)
{
    struct journal *journal = journal_new(0, 0);
    char text[] = "first";

    EXPECT_INT("n", (long long)append(journal, text, NULL), 1);
    text[0] = 'w';
    for (int i = 2; i <= 1000; i++)
        EXPECT_INT("n", (long long)append(journal, "more", NULL), i);
    EXPECT_INT("count", (long long)journal_count(journal), 1000);
    EXPECT_STR("copied", journal_at(journal, 0)->what, "first");
    EXPECT_STR("absent", journal_at(journal, 0)->url, "");
    EXPECT_STR("absent", journal_at(journal, 0)->headers, "{}");
    EXPECT_INT("last", (long long)journal_at(journal, 999)->n, 1000);
    EXPECT_TRUE("time", journal_at(journal, 999)->at_us >= journal_at(journal, 0)->at_us);
    journal_reset(journal);
    EXPECT_INT("reset", (long long)journal_count(journal), 0);
    EXPECT_INT("reset", (long long)append(journal, "again", NULL), 1);
    journal_free(journal);
    journal_free(NULL);
}

static void a_bounded_journal_forgets_its_oldest(void)
{
    struct journal *journal = journal_new(1000, 64 << 20);
    size_t most = 0;

    for (int i = 1; i <= 10000; i++) {
        append(journal, "x", NULL);
        most = journal_count(journal) > most ? journal_count(journal) : most;
    }
    EXPECT_TRUE("bounded", most < 2000);
    EXPECT_TRUE("enough", journal_count(journal) >= 1000);
    EXPECT_INT("last", (long long)journal_at(journal, journal_count(journal) - 1)->n, 10000);
    EXPECT_INT("no gap", (long long)journal_at(journal, 0)->n,
               (long long)(10000 - journal_count(journal) + 1));
    journal_free(journal);
}

/* By what the entries take, too; not even one block of them may take much more. */
static void a_bounded_journal_forgets_what_is_large(void)
{
    static char large[1 << 20];
    const struct http_header headers[] = {{"X-Large", large}, {NULL, NULL}};
    struct journal *bodies = journal_new(1000, 8 << 20), *lines = journal_new(1000, 8 << 20);
    const struct sim_entry entry = {.kind = SIM_ARRIVED, .body = large, .body_size = sizeof(large)};

    memset(large, 'x', sizeof(large) - 1);
    for (int i = 0; i < 200; i++) {
        journal_append(bodies, &(struct journal_draft){.entry = &entry});
        append(lines, "x", headers);
    }
    EXPECT_TRUE("bodies", journal_count(bodies) < 48);
    EXPECT_TRUE("headers", journal_count(lines) < 48);
    EXPECT_INT("last", (long long)journal_at(bodies, journal_count(bodies) - 1)->n, 200);
    journal_free(bodies);
    journal_free(lines);
}

static void headers_become_an_object(void)
{
    static const struct http_header headers[] = {
        {"Host", "x"},       {"authorization", "Bearer s"}, {"Accept", "a/b"}, {"ACCEPT", "c/d"},
        {"X-Q", "a\"b\\\t"}, {"X-Bad", "\xff\xc3\xa9"},     {NULL, NULL}};
    struct journal *journal = journal_new(0, 0);

    append(journal, "x", headers);
    EXPECT_STR("headers", journal_at(journal, 0)->headers,
               "{\"Host\":\"x\",\"authorization\":\"(hidden)\",\"Accept\":\"a/b, c/d\","
               "\"X-Q\":\"a\\\"b\\\\\\u0009\",\"X-Bad\":\"\xEF\xBF\xBD\xc3\xa9\"}");
    EXPECT_TRUE("made once", journal_at(journal, 0)->headers == journal_at(journal, 0)->headers);
    journal_free(journal);
}

static void a_line_is_json_whatever_the_body_was(void)
{
    static const struct {
        const char *row, *body;
        size_t size;
        const char *want;
    } rows[] = {
        {"JSON", "{\"a\":1.50}\n", 11, "{\"a\":1.50}\n"},
        {"NUL", "a\0b", 3,
         "a\xEF\xBF\xBD"
         "b"},
        {"not UTF-8", "\xC0\x80\xED\xA0\x80z", 6,
         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz"},
        {"cut off", "\xE2\x82", 2, "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"four bytes", "\xF0\x9F\x98\x80", 4, "\xF0\x9F\x98\x80"},
        {"empty", "", 0, ""},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct sim_entry entry = {.n = 3,
                                        .kind = SIM_ARRIVED,
                                        .exchange = 2,
                                        .method = "PUT",
                                        .headers = "{}",
                                        .body = rows[i].body,
                                        .body_size = rows[i].size,
                                        .status = 200};
        struct buf line = BUF_INIT;
        struct err err = ERR_INIT;
        const struct cJSON *tree;

        journal_write_line(&line, &entry);
        tree = json_parse(arena, buf_text(&line), line.size, &err);
        EXPECT_STR(rows[i].row, err.text, "");
        EXPECT_STR(rows[i].row, json_string(tree, "body"), rows[i].want);
        EXPECT_STR(rows[i].row, json_string(tree, "kind"), "arrived");
        EXPECT_INT(rows[i].row, json_integer(tree, "n", 0), 3);
        EXPECT_TRUE(rows[i].row, !json_get(tree, "headers") && !json_get(tree, "url"));
        EXPECT_INT(rows[i].row, line.bytes[line.size - 1], '\n');
        buf_release(&line);
    }
    arena_free(arena);
}

static void a_uri_is_taken_apart(void)
{
    static const struct {
        const char *text, *root, *path, *query;
        bool is_good;
    } rows[] = {
        {"/fhir/Patient/ada?x=y", "fhir", "Patient/ada", "x=y", true},
        {"/fhir", "fhir", "", "", true},
        {"/fhir/", "fhir", "", "", true},
        {"/fhir?a=b", "fhir", "", "a=b", true},
        {"//fhir//Patient", "fhir", "Patient", "", true},
        {"/", "", "", "", true},
        {"", "", "", "", true},
        {"*", "*", "", "", true},
        {"/fhir/Patient/a%2Db%c3%A9?x=%zz", "fhir", "Patient/a-b\xc3\xa9", "x=%zz", true},
        {"/fhir/Patient%2Fada/b%2f%41", "fhir", "Patient%2Fada/b%2fA", "", true},
        {"/fhir/a%2", "fhir", "a%2", "", false},
        {"/fhir/a%00b", "fhir", "a%00b", "", false},
        {"/fhir/a%g1", "fhir", "a%g1", "", false},
        {"http://h:1/fhir/Patient", "fhir", "Patient", "", true},
        {"HTTP://h/fhir/Patient", "fhir", "Patient", "", true},
        {"http://h?x", "", "", "x", true},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct uri uri;

        EXPECT_TRUE(rows[i].text, uri_split(&uri, arena, rows[i].text) == rows[i].is_good);
        EXPECT_STR(rows[i].text, uri.root, rows[i].root);
        EXPECT_STR(rows[i].text, uri.path, rows[i].path);
        EXPECT_STR(rows[i].text, uri.query, rows[i].query);
    }
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"entries are numbered and copied", entries_are_numbered_and_copied},
    {"a bounded journal forgets its oldest", a_bounded_journal_forgets_its_oldest},
    {"a bounded journal forgets what is large", a_bounded_journal_forgets_what_is_large},
    {"headers become an object", headers_become_an_object},
    {"a line is JSON whatever the body was", a_line_is_json_whatever_the_body_was},
    {"a URI is taken apart", a_uri_is_taken_apart},
    CU_TEST_INFO_NULL,
};
SUITE("journal", tests)
