/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the interactions without HTTP: the bends that faults set, the fields that faults and
 * journal look at. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/exchange.h"
#include "simulator/interact.h"
#include "simulator/sim.h"
#include "simulator/store.h"
#include "tests/expect.h"

static struct arena *arena;
static struct sim_chart *chart;
static struct store *store;

static void begin(const char *text)
{
    struct err err = ERR_INIT;

    arena = arena_new();
    chart = sim_chart_new();
    MUST_ZERO(sim_chart_add(chart, "test", text, strlen(text), &err));
    MUST_ZERO(sim_chart_finish(chart, &err));
    store = store_new(&(struct store_options){.chart = chart, .logical_clock = true});
}

static void end(void)
{
    store_free(store);
    sim_chart_free(chart);
    arena_free(arena);
}

static const struct interact_bend straight = {.drop_path = NULL};

static struct answer ask(enum interaction interaction, const char *type, const char *id,
                         const char *body, const struct interact_bend *bend)
{
    const struct exchange_request request = {.arena = arena,
                                             .base = "http://h/fhir",
                                             .method = "POST",
                                             .path = "",
                                             .query = "",
                                             .body = body,
                                             .body_size = body ? strlen(body) : 0,
                                             .interaction = interaction,
                                             .type = type,
                                             .id = id};
    struct answer answer = {.status = 0};

    interact(store, &request, bend, &answer);
    return answer;
}

#define ADA   "{\"resourceType\":\"Patient\",\"id\":\"ada\"}"
#define ADA_2 "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"active\":true,\"gender\":\"female\"}"

static void drop_path_stores_less_and_keeps_what_was_sent(void)
{
    static const struct {
        const char *row, *path;
        bool is_dropped;
    } rows[] = {
        {"a member", "/gender", true},
        {"what is not there", "/name/0", false},
        {"what makes it a resource", "/resourceType", false},
        {"no pointer", "gender", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin(ADA);
        struct answer answer = ask(INTERACTION_UPDATE, "Patient", "ada", ADA_2,
                                   &(struct interact_bend){.drop_path = rows[i].path});
        EXPECT_INT(rows[i].row, answer.status, 200);
        EXPECT_TRUE(rows[i].row,
                    (strstr(answer.version->content, "gender") == NULL) == rows[i].is_dropped);
        EXPECT_TRUE(rows[i].row, (answer.sent != NULL) == rows[i].is_dropped);
        if (answer.sent) {
            EXPECT_HAS(rows[i].row, answer.sent, "\"gender\":\"female\"");
            EXPECT_HAS(rows[i].row, answer.sent, "\"versionId\":\"2\"");
            EXPECT_INT(rows[i].row, (long long)answer.sent_size, (long long)strlen(answer.sent));
        }
        end();
    }
}

static void stale_by_shows_former_versions(void)
{
    static const struct {
        const char *row;
        unsigned by;
        const char *label;
    } rows[] = {{"not", 0, "3"},
                {"by one", 1, "2"},
                {"by two", 2, "1"},
                {"by more than there are", 9, "1"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct interact_bend bend = {.stale_by = rows[i].by};
        const char *version = NULL;

        begin(ADA);
        ask(INTERACTION_UPDATE, "Patient", "ada", ADA, &straight);
        ask(INTERACTION_UPDATE, "Patient", "ada", ADA, &straight);
        version = arena_printf(arena, "\"versionId\":\"%s\"", rows[i].label);
        struct answer read = ask(INTERACTION_READ, "Patient", "ada", NULL, &bend);
        EXPECT_STR(rows[i].row, read.etag, arena_printf(arena, "W/\"%s\"", rows[i].label));
        EXPECT_HAS(rows[i].row, read.body, version);
        EXPECT_HAS(rows[i].row, ask(INTERACTION_SEARCH, "Patient", NULL, NULL, &bend).body,
                   version);
        struct answer history = ask(INTERACTION_HISTORY, "Patient", "ada", NULL, &bend);
        const char *first = strstr(history.body, "versionId");
        EXPECT_HAS(rows[i].row, first, rows[i].label);
        EXPECT_TRUE(rows[i].row,
                    strncmp(first, version + 1, strlen(version) - 1) == 0 || rows[i].by == 9);
        end();
    }
}

#define ENTRY(id)                                                                                  \
    "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"" id                                     \
    "\"},\"request\":{\"method\":\"PUT\","                                                         \
    "\"url\":\"Patient/" id "\"}}"
#define BUNDLE(type)                                                                               \
    "{\"resourceType\":\"Bundle\",\"type\":\"" type                                                \
    "\",\"entry\":[" ENTRY("a") "," ENTRY("b") "," ENTRY("c") "]}"

static void entries_are_refused_or_stand_by_number(void)
{
    static const struct {
        const char *row;
        enum interaction interaction;
        struct interact_bend bend;
        int status;
        const char *stand; /* ids */
    } rows[] = {
        {"straight", INTERACTION_TRANSACTION, {.drop_path = NULL}, 200, "abc"},
        {"batch without the second", INTERACTION_BATCH, {.reject_entry = 2}, 200, "ac"},
        {"batch without the ninth", INTERACTION_BATCH, {.reject_entry = 9}, 200, "abc"},
        {"transaction refused whole", INTERACTION_TRANSACTION, {.reject_entry = 2}, 422, ""},
        {"broken off at the first", INTERACTION_TRANSACTION, {.partial_transaction = 1}, 500, ""},
        {"broken off at the third", INTERACTION_TRANSACTION, {.partial_transaction = 3}, 500, "ab"},
        {"broken off at the ninth",
         INTERACTION_TRANSACTION,
         {.partial_transaction = 9},
         200,
         "abc"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool is_batch = rows[i].interaction == INTERACTION_BATCH;
        char stand[8] = "";

        begin("[]");
        struct answer answer =
            ask(rows[i].interaction, NULL, NULL, is_batch ? BUNDLE("batch") : BUNDLE("transaction"),
                &rows[i].bend);
        EXPECT_INT(rows[i].row, answer.status, rows[i].status);
        for (size_t n = 0; n < store_count(store); n++)
            strcat(stand, store_at(store, n)->id);
        EXPECT_STR(rows[i].row, stand, rows[i].stand);
        EXPECT_TRUE(rows[i].row, (strstr(answer.body, "OperationOutcome") != NULL) ==
                                     (rows[i].status != 200 || strlen(rows[i].stand) < 3));
        end();
    }
}

static void answers_name_the_version_they_are_about(void)
{
    static const struct {
        const char *row;
        enum interaction interaction;
        const char *body, *label; /* label NULL: none */
    } rows[] = {
        {"read", INTERACTION_READ, NULL, "1"},
        {"update", INTERACTION_UPDATE, ADA, "2"},
        {"refused update", INTERACTION_UPDATE, "{}", NULL},
        {"delete", INTERACTION_DELETE, NULL, "2"},
        {"search", INTERACTION_SEARCH, NULL, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin(ADA);
        struct answer answer = ask(rows[i].interaction, "Patient", "ada", rows[i].body, &straight);
        EXPECT_STR(rows[i].row, answer.version ? answer.version->label : NULL, rows[i].label);
        end();
    }
}

static void refusals_are_json_whatever_they_quote(void)
{
    struct answer answer = {.status = 0};
    struct err err = ERR_INIT;

    arena = arena_new();
    answer_refuse(&answer, arena, 400, "invalid", "a\"b", "got %s", "\xff\x01\"\\\n");
    const struct cJSON *outcome = json_parse(arena, answer.body, answer.body_size, &err);
    EXPECT_STR("text", json_string(json_at(json_get(outcome, "issue"), 0), "diagnostics"),
               "got ?\?\"\\?");
    EXPECT_STR("expression", json_text(json_pointer(outcome, "/issue/0/expression/0")), "a\"b");
    arena_free(arena);
}

static void names_and_headers(void)
{
    const struct http_header headers[] = {{"If-Match", "1"}, {"if-match", "2"}, {NULL, NULL}};
    const struct exchange_request request = {.headers = headers};

    EXPECT_STR("without case", request_header(&request, "IF-MATCH"), "1");
    EXPECT_STR("absent", request_header(&request, "If"), NULL);
    EXPECT_STR("name", interaction_name(INTERACTION_TRANSACTION), "transaction");
    EXPECT_TRUE("write", interaction_is_write(INTERACTION_PATCH));
    EXPECT_TRUE("look", !interaction_is_write(INTERACTION_SEARCH));
}

static void a_bundle_of_looks_is_a_look(void)
{
    static const struct {
        const char *row;
        enum interaction interaction;
        const char *entries;
        bool is_write;
    } rows[] = {
        {"GETs", INTERACTION_BATCH,
         "{\"request\":{\"method\":\"GET\"}},{\"request\":{\"method\":\"HEAD\"}}", false},
        {"a PUT among them", INTERACTION_TRANSACTION,
         "{\"request\":{\"method\":\"GET\"}},{\"request\":{\"method\":\"PUT\"}}", true},
        {"no method", INTERACTION_BATCH, "{}", true},
        {"no entry", INTERACTION_BATCH, "", true},
        {"no JSON", INTERACTION_BATCH, "{", true},
        {"another interaction", INTERACTION_SEARCH, "", false},
    };

    arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *body = arena_printf(arena, "{\"entry\":[%s]}", rows[i].entries);
        const struct exchange_request request = {.body = body, .body_size = strlen(body)};

        EXPECT_TRUE(rows[i].row,
                    request_is_write(&request, rows[i].interaction) == rows[i].is_write);
    }
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"drop_path stores less and keeps what was sent",
     drop_path_stores_less_and_keeps_what_was_sent},
    {"stale_by shows former versions", stale_by_shows_former_versions},
    {"entries are refused or stand by number", entries_are_refused_or_stand_by_number},
    {"answers name the version they are about", answers_name_the_version_they_are_about},
    {"refusals are JSON whatever they quote", refusals_are_json_whatever_they_quote},
    {"names and headers", names_and_headers},
    {"a Bundle of looks is a look", a_bundle_of_looks_is_a_look},
    CU_TEST_INFO_NULL,
};

SUITE("interact", tests)
