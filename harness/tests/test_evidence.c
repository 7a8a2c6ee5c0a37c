/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of evidence on disk: byte for byte there and back, the schema's members, and the same findings. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/evidence_form.h"
#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA "Patient/ada"
#define WRITE                                                                                      \
    "PATCH Patient/ada", "If-Match: W/'1'", "[{'op':'add','path':'/gender','value':'female'}]"

/* A run with something of everything, and with failures in it. */
static void fill(struct kase *k)
{
    case_chart(k, ADA, "{'resourceType':'Patient','active':true,'multipleBirthInteger':2.50}");
    case_intent(
        k, "note",
        "{'operation':'patch','target':{'reference':'Patient/ada'},'baseVersion':'1',"
        "'patch':[{'op':'add','path':'/gender','value':'female'}],'reason':'\u00e4\\n\u2028'}");
    case_evidence(k)->seed = UINT64_MAX;
    case_submit(k, "note");
    case_read(k, "note", ADA);
    uint64_t lost = case_arrived(k, "note", WRITE);
    case_commit(k, lost);
    case_lost(k, lost, "reset-after");
    case_edit(k, ADA, NULL);
    case_view(k, "note", "rejected", NULL, NULL);
    case_said(k, "event", "note", 0, "{ 'kind' : 'accepted' , 'sequence':1 }");
    case_said(k, "audit", "note", 0, "{'sequence': 1,  'previousHash':''}");
    case_recover(k);
}

static const char *file_in(struct kase *k, const char *name)
{
    return case_text(k, "%s/%s", test_folder(), name);
}

static void round_trip(struct kase *k, struct evidence *out)
{
    const char *path = file_in(k, "1.json");
    struct err err = ERR_INIT;

    EXPECT_INT("written", evidence_write(case_evidence(k), path, &err), 0);
    EXPECT_INT("read", evidence_read(out, case_arena(k), path, &err), 0);
    EXPECT_STR("error", err.text, "");
}

static void expect_same_entry(const struct sim_entry *is, const struct sim_entry *was)
{
    EXPECT_INT("n", (long long)is->n, (long long)was->n);
    EXPECT_INT("at", (long long)is->at_us, (long long)was->at_us);
    EXPECT_INT("kind", is->kind, was->kind);
    EXPECT_INT("exchange", (long long)is->exchange, (long long)was->exchange);
    EXPECT_STR("interaction", is->interaction, was->interaction);
    EXPECT_STR("method", is->method, was->method);
    EXPECT_STR("url", is->url, was->url);
    EXPECT_STR("guard", is->guard, was->guard);
    EXPECT_STR("actor", is->actor, was->actor);
    EXPECT_STR("intent", is->intent, was->intent);
    EXPECT_STR("correlation", is->correlation, was->correlation);
    EXPECT_STR("reference", is->reference, was->reference);
    EXPECT_STR("version", is->version, was->version);
    EXPECT_INT("ordinal", is->ordinal, was->ordinal);
    EXPECT_INT("commit", is->commit, was->commit);
    EXPECT_INT("status", is->status, was->status);
    EXPECT_STR("fault", is->fault, was->fault);
    EXPECT_STR("what", is->what, was->what);
    EXPECT_INT("of", (long long)is->of, (long long)was->of);
    EXPECT_INT("is there a body", is->body != NULL, was->body != NULL);
    EXPECT_INT("size", (long long)is->body_size, (long long)was->body_size);
    EXPECT_TRUE("body", is->body_size == was->body_size &&
                            (!was->body || memcmp(is->body, was->body, was->body_size) == 0));
    EXPECT_STR("headers", *is->headers ? is->headers : "{}", *was->headers ? was->headers : "{}");
}

static void what_is_read_is_what_was_written(void)
{
    struct kase *k = case_new();
    const struct evidence *was = case_evidence(k);
    struct evidence is;

    fill(k);
    case_evidence(k)->guards =
        (struct sim_guards){.lost_update = SIM_DETECT, .stale_read = SIM_NO_GUARD};
    round_trip(k, &is);
    EXPECT_INT("updates", is.guards.lost_update, SIM_DETECT);
    EXPECT_INT("creates", is.guards.duplicate_create, SIM_PREVENT);
    EXPECT_INT("transactions", is.guards.partial_transaction, SIM_PREVENT);
    EXPECT_INT("reads", is.guards.stale_read, SIM_NO_GUARD);
    EXPECT_STR("scenario", is.scenario, was->scenario);
    EXPECT_STR("run", is.run, was->run);
    EXPECT_TRUE("seed", is.seed == was->seed);
    EXPECT_INT("parts", is.parts, was->parts);
    EXPECT_STR("identifier system", is.identifier_system, was->identifier_system);
    EXPECT_STR("companions", is.companions[0], was->companions[0]);
    EXPECT_STR("sensitive", is.sensitive[2], was->sensitive[2]);
    EXPECT_TRUE("end of sensitive", is.sensitive[3] == NULL);
    EXPECT_INT("attempts", is.attempts_max, was->attempts_max);
    EXPECT_INT("recovered", is.is_recovered, was->is_recovered);
    EXPECT_STR("base", is.base, was->base);
    EXPECT_INT("chart", (long long)is.chart_count, (long long)was->chart_count);
    EXPECT_STR("chart's bytes", is.chart[0].content, was->chart[0].content);
    EXPECT_INT("intents", (long long)is.intent_count, (long long)was->intent_count);
    EXPECT_STR("payload", json_print(case_arena(k), is.intents[0].payload),
               json_print(case_arena(k), was->intents[0].payload));
    EXPECT_INT("entries", (long long)is.entry_count, (long long)was->entry_count);
    for (size_t i = 0; i < is.entry_count && i < was->entry_count; i++)
        expect_same_entry(is.entries[i], was->entries[i]);
    case_free(k);
}

static void what_a_scenario_expects_is_part_of_it(void)
{
    static const char good[] = "{\"chart\":{\"Patient/ada\":{\"/amount\":1.50}}}";
    static const char bad[] = "{\"chart\":{\"Patient/ada\":[1]}}";
    struct kase *k = case_new();
    struct err err = ERR_INIT;
    struct evidence is;

    fill(k);
    round_trip(k, &is);
    EXPECT_TRUE("nothing", is.expect == NULL);
    case_evidence(k)->expect = json_parse(case_arena(k), good, strlen(good), &err);
    round_trip(k, &is);
    EXPECT_STR("text of numbers too", is.expect ? json_print(case_arena(k), is.expect) : "", good);
    case_evidence(k)->expect = json_parse(case_arena(k), bad, strlen(bad), &err);
    const char *path = file_in(k, "bad.json");
    EXPECT_INT("written", evidence_write(case_evidence(k), path, &err), 0);
    EXPECT_INT("of another form", evidence_read(&is, case_arena(k), path, &err), -1);
    EXPECT_HAS("where", err.text, "/expect/chart/Patient~1ada");
    case_free(k);
}

static void bytes_that_are_no_text_survive(void)
{
    static const struct {
        const char *row, *bytes;
        size_t size;
    } rows[] = {
        {"empty", "", 0},
        {"a NUL inside", "a\0b", 3},
        {"not UTF-8", "\xff\xfe\x80", 3},
        {"an overlong slash", "\xc0\xaf", 2},
        {"a surrogate", "\xed\xa0\x80", 3},
        {"beyond Unicode", "\xf4\x90\x80\x80", 4},
        {"cut short", "ok \xe2\x82", 5},
        {"four bytes", "\xf0\x9f\x92\x89", 4},
        {"controls and quotes", "\x01\t\"\\\x7f", 5},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();
        uint64_t n = case_said(k, "audit", NULL, 0, "x");
        struct sim_entry odd = *case_evidence(k)->entries[n - 1];
        struct evidence is;

        odd.body = rows[i].bytes;
        odd.body_size = rows[i].size;
        case_evidence(k)->entries[n - 1] = &odd;
        round_trip(k, &is);
        EXPECT_INT(rows[i].row, (long long)is.entries[0]->body_size, (long long)rows[i].size);
        EXPECT_TRUE(rows[i].row, memcmp(is.entries[0]->body, rows[i].bytes, rows[i].size) == 0);
        case_free(k);
    }
}

static void it_is_judged_as_before(void)
{
    struct kase *k = case_new();
    struct evidence read;
    size_t count = 0, again = 0;

    fill(k);
    round_trip(k, &read);
    const struct result_invariant *was = judge_all(case_evidence(k), case_arena(k), &count);
    const struct result_invariant *is = judge_all(&read, case_arena(k), &again);
    size_t failed = 0;
    EXPECT_INT("invariants", (long long)again, (long long)count);
    for (size_t i = 0; i < count; i++) {
        EXPECT_INT(was[i].name, is[i].verdict, was[i].verdict);
        EXPECT_STR(was[i].name, is[i].text, was[i].text);
        EXPECT_STR(was[i].name, is[i].diff, was[i].diff);
        EXPECT_INT(was[i].name, (long long)is[i].entry_count, (long long)was[i].entry_count);
        EXPECT_TRUE(was[i].name, memcmp(is[i].entries, was[i].entries, sizeof(is[i].entries)) == 0);
        failed += was[i].verdict == VERDICT_FAIL;
    }
    EXPECT_TRUE("something was found", failed > 2);
    case_free(k);
}

/* ---- the schema ---- */

static void expect_members_known(const char *row, const struct cJSON *object,
                                 const struct cJSON *definition)
{
    const struct cJSON *member, *required;

    cJSON_ArrayForEach(member, object)
    {
        EXPECT_TRUE(row, json_get(json_get(definition, "properties"), member->string) != NULL);
    }
    cJSON_ArrayForEach(required, json_get(definition, "required"))
    {
        EXPECT_TRUE(json_text(required), json_get(object, json_text(required)) != NULL);
    }
}

static void what_is_written_has_the_members_of_the_schema(void)
{
    struct kase *k = case_new();
    struct arena *arena = case_arena(k);
    const char *path = file_in(k, "1.json");
    struct err err = ERR_INIT;
    const struct cJSON *item;

    fill(k);
    case_evidence(k)->listen = "127.0.0.1:8090";
    case_evidence(k)->expect = json_parse(arena, "{}", 2, &err);
    EXPECT_INT("written", evidence_write(case_evidence(k), path, &err), 0);
    const struct cJSON *tree = json_parse_file(arena, path, &err);
    const struct cJSON *schema = json_parse_file(arena, "docs/schema/evidence.schema.json", &err);
    const struct cJSON *journal = json_parse_file(arena, "docs/schema/journal.schema.json", &err);
    EXPECT_STR("error", err.text, "");
    expect_members_known("evidence", tree, schema);
    EXPECT_INT("all of them", (long long)json_count(tree),
               (long long)json_count(json_get(schema, "properties")));
    cJSON_ArrayForEach(item, json_get(tree, "intents"))
    {
        expect_members_known("intent", item, json_pointer(schema, "/$defs/intent"));
    }
    cJSON_ArrayForEach(item, json_get(tree, "chart"))
    {
        expect_members_known("version", item, json_pointer(schema, "/$defs/version"));
    }
    cJSON_ArrayForEach(item, json_get(tree, "journal"))
    {
        expect_members_known("entry", item, json_pointer(schema, "/$defs/entry"));
    }
    /* An entry is a line of the journal; only here a body may be base64. */
    cJSON_ArrayForEach(item, json_get(journal, "properties"))
    {
        EXPECT_TRUE(item->string, json_get(json_pointer(schema, "/$defs/entry/properties"),
                                           item->string) != NULL);
    }
    EXPECT_INT("and no more",
               (long long)json_count(json_pointer(schema, "/$defs/entry/properties")),
               (long long)json_count(json_get(journal, "properties")) + 1);
    case_free(k);
}

static void what_is_no_evidence_is_refused(void)
{
    static const struct {
        const char *row, *from, *to, *want;
    } rows[] = {
        {"an unknown member", "\"scenario\":", "\"scenaro\":", "scenario"},
        {"another format", "chartproof-evidence-1", "chartproof-evidence-9", "/format"},
        {"a kind of its own", "\"kind\":\"said\"", "\"kind\":\"sung\"", "/journal/0/kind"},
        {"a number left out", "\"n\":2,", "\"n\":3,", "/journal/1"},
        {"a number that is text", "\"n\":2,", "\"n\":\"2\",", "/journal/1/n"},
        {"cut short", "]}\n", "]", "expected"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();
        const char *path = file_in(k, "1.json");
        struct buf text = BUF_INIT, changed = BUF_INIT;
        struct err err = ERR_INIT;
        struct evidence out;

        fill(k);
        MUST_ZERO(evidence_write(case_evidence(k), path, &err));
        MUST_ZERO(buf_read_file(&text, path, 1 << 20, &err));
        const char *at = strstr(buf_text(&text), rows[i].from);
        EXPECT_TRUE(rows[i].row, at != NULL);
        buf_add(&changed, buf_text(&text), at ? (size_t)(at - buf_text(&text)) : 0);
        buf_puts(&changed, rows[i].to);
        buf_puts(&changed, at ? at + strlen(rows[i].from) : "");
        MUST_ZERO(buf_write_file(&changed, path, &err));
        EXPECT_INT(rows[i].row, evidence_read(&out, case_arena(k), path, &err), -1);
        EXPECT_INT(rows[i].row, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].row, err.text, path);
        EXPECT_HAS(rows[i].row, err.text, rows[i].want);
        buf_release(&text);
        buf_release(&changed);
        case_free(k);
    }
}

static void a_file_that_is_not_there_is_an_error(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct evidence out;

    EXPECT_INT("missing", evidence_read(&out, arena, "/nonexistent/1.json", &err), -1);
    EXPECT_HAS("names the file", err.text, "/nonexistent/1.json");
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"what is read is what was written", what_is_read_is_what_was_written},
    {"what a scenario expects is part of it", what_a_scenario_expects_is_part_of_it},
    {"bytes that are no text survive", bytes_that_are_no_text_survive},
    {"it is judged as before", it_is_judged_as_before},
    {"what is written has the members of the schema",
     what_is_written_has_the_members_of_the_schema},
    {"what is no evidence is refused", what_is_no_evidence_is_refused},
    {"a file that is not there is an error", a_file_that_is_not_there_is_an_error},
    CU_TEST_INFO_NULL,
};
SUITE("evidence", tests)
