/* SPDX-License-Identifier: Apache-2.0 */
/* Scenarios are read whole; a typo anywhere names file, place, what was found, what was meant and expected. */
#include "harness/scenario/scenario.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/sim.h"
#include "tests/expect.h"

static const char chart[] =
    "{\"resourceType\": \"Bundle\", \"type\": \"collection\", \"entry\": ["
    " {\"resource\": {\"resourceType\": \"Patient\", \"id\": \"ada\"}},"
    " {\"resource\": {\"resourceType\": \"Task\", \"id\": \"call\", \"status\": \"requested\","
    "   \"intent\": \"order\", \"for\": {\"reference\": \"Patient/ada\"}}}]}";

static const char good[] =
    "{\"//\": \"a comment\", \"title\": \"t\", \"why\": \"w\","
    " \"controls\": [\"audit-trail\"], \"chart\": [\"chart.json\"],"
    " \"personalities\": [\"r4\", \"hapi\"],"
    " \"actors\": {"
    "  \"portal\": {\"through\": \"engine\", \"steps\": ["
    "   {\"submit\": \"note\", \"intent\": {\"operation\": \"patch\","
    "     \"target\": {\"reference\": \"Task/call\"}, \"baseVersion\": \"@1\","
    "     \"patch\": [{\"op\": \"add\", \"path\": \"/priority\", \"value\": \"urgent\"}],"
    "     \"source\": {\"system\": \"urn:p\", \"eventId\": \"e1\", \"sequence\": 1}}},"
    "   {\"redeliver\": \"note\"},"
    "   {\"fetch-review\": \"note\"},"
    "   {\"decide\": \"note\", \"decision\": \"apply\", \"fields\": []},"
    "   {\"sweep\": \"reconcile\"}]},"
    "  \"nurse\": {\"through\": \"ehr\", \"steps\": ["
    "   {\"edit\": \"raise\", \"method\": \"PATCH\", \"target\": \"Task/call\","
    "     \"body\": [{\"op\": \"replace\", \"path\": \"/status\", \"value\": \"accepted\"}]}]}},"
    " \"schedule\": [\"portal.submit\", \"portal.look?\","
    "   \"nurse.raise\", \"portal.write!reset-after\","
    "   \"portal.redeliver\", \"engine.kill\", \"engine.start\"],"
    " \"replay\": [\"portal/note.submit\", \"portal/note.patch\", \"nurse.raise\"],"
    " \"explore\": {\"delays\": 2, \"kinds\": [\"lost-reply\", \"reset-after\"]},"
    " \"expect\": {"
    "  \"intents\": {\"note\": {\"state\": [\"needs-review\", \"rejected\"], \"next\": "
    "\"review\"}},"
    "  \"chart\": {\"Task/call\": {\"version\": \"@2\", \"/status\": \"accepted\"},"
    "   \"Task?identifier=urn:x|1\": {\"count\": 0}},"
    "  \"audit\": {\"note\": {\"committed\": 0, \"conflict\": [0, 1]}},"
    "  \"idempotency\": {\"note\": {\"intents\": 1, \"sameResult\": true}},"
    "  \"reviews\": {\"note\": {\"/current/status\": \"accepted\"}}}}";

static void write_text(const char *path, const char *text, size_t size)
{
    struct buf buf = BUF_INIT;
    struct err err = ERR_INIT;

    buf_add(&buf, text, size);
    MUST_ZERO(buf_write_file(&buf, path, &err));
    buf_release(&buf);
}

/* A folder with the chart and the scenario; the scenario's path. */
static const char *write_files(struct arena *arena, const char *scenario, const char *resources)
{
    const char *folder = test_folder();
    const char *path = arena_printf(arena, "%s/note.json", folder);

    write_text(arena_printf(arena, "%s/chart.json", folder), resources, strlen(resources));
    write_text(path, scenario, strlen(scenario));
    return path;
}

/* `text` with the first `old` replaced. */
static const char *replaced(struct arena *arena, const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);

    ASSERT(at);
    return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static const char *changed(struct arena *arena, const char *old, const char *new)
{
    return replaced(arena, good, old, new);
}

static void a_scenario_is_read_whole(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct scenario *scenario =
        scenario_read(arena, write_files(arena, good, chart), NULL, &err);

    EXPECT_STR("read", err.text, "");
    if (scenario) {
        const struct scenario_actor *portal = &scenario->actors[0];

        EXPECT_HAS("name", scenario->name, "/note");
        EXPECT_INT("hash", (long long)strlen(scenario->hash), 8);
        EXPECT_STR("personality", scenario->personality, "r4");
        EXPECT_STR("control", scenario->controls[0], "audit-trail");
        EXPECT_INT("chart", (long long)sim_chart_count(scenario->chart), 2);
        EXPECT_INT("actors", (long long)scenario->actor_count, 2);
        EXPECT_TRUE("sides", portal->is_engine && !scenario->actors[1].is_engine);
        EXPECT_INT("steps", (long long)portal->step_count, 5);
        EXPECT_STR("decision", portal->steps[3].decision, "apply");
        EXPECT_STR("sweep", portal->steps[4].sweep, "reconcile");
        EXPECT_STR("sweep", portal->steps[4].intent, NULL);
        EXPECT_STR("edit", scenario->actors[1].steps[0].label, "raise");
        EXPECT_STR("intents", scenario->intents[0], "note");
        EXPECT_STR("intents end", scenario->intents[1], NULL);
        EXPECT_TRUE("schedules", scenario->has_schedule && scenario->has_replay);
        EXPECT_INT("milestones", (long long)scenario->schedule.count, 7);
        EXPECT_INT("exact", (long long)scenario->replay.count, 3);
    }
    arena_free(arena);
}

static void a_typo_names_place_and_what_was_meant(void)
{
    static const struct {
        const char *row, *old, *new, *found, *expected;
    } rows[] = {
        {"member", "\"title\"", "\"titel\"", "/: unknown member \"titel\"", "nearest is \"title\""},
        {"why missing", "\"why\": \"w\",", "", "/: \"why\" is missing", "expected it"},
        {"control", "\"audit-trail\"", "\"audit\"", "/controls/0: unknown value \"audit\"",
         "nearest is \"audit-trail\""},
        {"personality", "\"hapi\"", "\"happi\"", "/personalities/1: unknown value \"happi\"",
         "nearest is \"hapi\""},
        {"fixture", "chart.json", "chrat.json", "/chart/0: ", "chrat.json"},
        {"chart no array", "[\"chart.json\"]", "\"chart.json\"", "/chart: found string",
         "expected an array of strings"},
        {"actor reserved", "\"nurse\"", "\"server\"", "/actors/server", "reserved"},
        {"actor name", "\"nurse\"", "\"nurse.a\"", "/actors/nurse.a", "expected a name of"},
        {"through", "\"ehr\"", "\"her\"", "/actors/nurse/through: unknown value \"her\"",
         "nearest is \"ehr\""},
        {"verb", "\"redeliver\"", "\"redelivr\"",
         "/actors/portal/steps/1: unknown verb \"redelivr\"", "nearest is \"redeliver\""},
        {"notified of nothing", "{\"redeliver\": \"note\"}",
         "{\"notify\": \"id-only\", \"of\": \"nobody.write\"}",
         "/actors/portal/steps/1/of: \"nobody.write\"", "the name of an edit, or a request"},
        {"merged with itself", "{\"redeliver\": \"note\"}",
         "{\"merge-patient\": \"Patient/a\", \"into\": \"Patient/a\"}",
         "/actors/portal/steps/1: \"Patient/a\" with itself", "expected two patients"},
        {"merged no patient", "{\"redeliver\": \"note\"}",
         "{\"merge-patient\": \"Patient/a\", \"into\": \"Task/a\"}",
         "/actors/portal/steps/1: found \"Task/a\"", "expected a Patient"},
        {"merged by an engine", "{\"redeliver\": \"note\"}",
         "{\"merge-patient\": \"Patient/a\", \"into\": \"Patient/b\"}",
         "/actors/portal/steps/1: found \"merge-patient\"", "expects no edit"},
        {"member of step", "\"fields\"", "\"feilds\"",
         "/actors/portal/steps/3: unknown member \"feilds\"", "nearest is \"fields\""},
        {"step no object", "{\"redeliver\": \"note\"}", "7", "/actors/portal/steps/1: found number",
         "expected an object"},
        {"intent", "{\"redeliver\": \"note\"}", "{\"redeliver\": \"nota\"}",
         "/actors/portal/steps/1/redeliver: unknown intent \"nota\"", "nearest is \"note\""},
        {"decide unseen", "{\"fetch-review\": \"note\"},", "",
         "/decide: \"note\" is decided unseen", "fetch-review"},
        {"operation", "\"operation\": \"patch\"", "\"operation\": \"ptach\"",
         "/intent/operation: unknown value \"ptach\"", "nearest is \"patch\""},
        {"content", "\"operation\": \"patch\"", "\"operation\": \"delete\"",
         "/intent/patch: found \"patch\"", "expects no content"},
        {"no content", "\"patch\": [", "\"//\": [", "\"patch\" is missing", "needs it"},
        {"patch", "\"op\": \"add\"", "\"op\": \"ad\"", "/intent/patch: ", "ad"},
        {"no target", "\"target\": {\"reference\": \"Task/call\"}, \"base", "\"base",
         "\"target\" is missing", "needs it"},
        {"target type", "{\"reference\": \"Task/call\"}", "{\"reference\": \"Tsak/call\"}",
         "/target/reference: found \"Tsak/call\"", "of a type of FHIR R4"},
        {"target form", "{\"reference\": \"Task/call\"}", "{\"reference\": \"call\"}",
         "/target/reference: found \"call\"", "expected Type/id"},
        {"version", "\"@1\"", "\"1\"", "/baseVersion: found \"1\"",
         "expected a version as an ordinal"},
        {"version 0", "\"@1\"", "\"@0\"", "/baseVersion: found \"@0\"", "ordinal"},
        {"edit name", "\"edit\": \"raise\"", "\"edit\": \"write\"",
         "/actors/nurse/steps/0/edit: \"write\"", "expected another name"},
        {"edit method", "\"PATCH\"", "\"PUTT\"", "/method: unknown value \"PUTT\"",
         "nearest is \"PUT\""},
        {"edit body", "\"body\": [", "\"//\": [", "/actors/nurse/steps/0: \"body\" is missing", ""},
        {"edit by engine", "\"through\": \"ehr\"", "\"through\": \"engine\"", "found \"edit\"",
         "expects no edit"},
        {"step's actor", "\"nurse.raise\", \"portal.write", "\"nusre.raise\", \"portal.write",
         "/schedule/2: unknown actor \"nusre\"", "nearest is \"nurse\""},
        {"step's edit", "\"nurse.raise\", \"portal.write", "\"nurse.rise\", \"portal.write",
         "/schedule/2: actor nurse has no \"rise\"", "nearest is \"raise\""},
        {"step's verb", "\"portal.submit\"", "\"portal.sumbit\"",
         "/schedule/0: actor portal has no \"sumbit\"", "nearest is \"submit\""},
        {"step's intent", "\"portal.look?\"", "\"portal/nota.look?\"",
         "/schedule/1: actor portal has no intent \"nota\"", "nearest is \"note\""},
        {"step's part", "\"portal.look?\"", "\"portal.look:bfore\"",
         "/schedule/1: \"portal.look:bfore\": unknown part \"bfore\"", "nearest is \"before\""},
        {"step's fault", "!reset-after", "!reset-aftr", "/schedule/3: ", "reset-after"},
        {"engine's act", "\"engine.kill\"", "\"engine.kil\"", "/schedule/5: engine has no \"kil\"",
         "nearest is \"kill\""},
        {"part of an act", "\"engine.kill\"", "\"engine.kill:before\"", "/schedule/5: part of",
         "expected one on a request"},
        {"fault of an edit", "\"nurse.raise\", \"portal.write",
         "\"nurse.raise!reset-after\", \"portal.write", "/schedule/2: fault of",
         "expected one on a request"},
        {"instance", "\"portal.look?\"", "\"portal.look@3?\"", "/schedule/1: instance @3",
         "expected @1 or @2"},
        {"order", "\"portal.submit\", \"portal.look?\"", "\"portal.redeliver\", \"portal.submit\"",
         "/schedule/1: actor portal has 1 \"submit\"", "file's order"},
        {"too many", "\"portal.redeliver\", \"engine.kill\"",
         "\"portal.redeliver\", \"portal.redeliver\"",
         "/schedule/5: actor portal has 1 \"redeliver\"", "no more of them"},
        {"open step", "\"portal/note.patch\"", "\"portal/note.patch?\"", "/replay/1: a \"?\"",
         "exact"},
        {"exact intent", "\"portal/note.patch\"", "\"portal.patch\"", "/replay/1: expected",
         "names its intent"},
        {"explore", "\"lost-reply\"", "\"lost-repli\"",
         "/explore/kinds/0: unknown kind \"lost-repli\"", "nearest is \"lost-reply\""},
        {"expected state", "\"needs-review\"", "\"need-review\"",
         "/expect/intents/note/state/0: unknown value \"need-review\"",
         "nearest is \"needs-review\""},
        {"expected next", "\"next\": \"review\"", "\"next\": \"revue\"",
         "/expect/intents/note/next: unknown value \"revue\"", "nearest is \"review\""},
        {"expected intent", "\"idempotency\": {\"note\"", "\"idempotency\": {\"nite\"",
         "/expect/idempotency: unknown intent \"nite\"", "nearest is \"note\""},
        {"expected version", "\"@2\"", "\"2\"", "/expect/chart/Task~1call/version: \"2\"",
         "ordinal"},
        {"expected member", "\"/status\": \"accepted\"}", "\"status\": \"accepted\"}",
         "/expect/chart/Task~1call: unknown member \"status\"", "JSON Pointer"},
        {"expected query", "Task?identifier=urn:x|1", "Task?_id=1", "/expect/chart/Task?_id=1",
         "expected Type?identifier=system|value"},
        {"expected count", "\"committed\": 0", "\"committed\": -1",
         "/expect/audit/note/committed: found number", "whole number"},
        {"expected outcome", "\"committed\": 0", "\"comitted\": 0",
         "/expect/audit/note: unknown member \"comitted\"", "nearest is \"committed\""},
        {"member twice", "\"why\": \"w\"", "\"title\": \"w\"", "/title", "twice"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *path = write_files(arena, changed(arena, rows[i].old, rows[i].new), chart);

        EXPECT_TRUE(rows[i].row, !scenario_read(arena, path, NULL, &err));
        EXPECT_INT(rows[i].row, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].row, err.text, path);
        EXPECT_HAS(rows[i].row, err.text, rows[i].found);
        EXPECT_HAS(rows[i].row, err.text, rows[i].expected);
    }
    arena_free(arena);
}

static void names_are_there_once_and_in_order(void)
{
    static const struct {
        const char *row, *old, *new, *expected;
    } rows[] = {
        {"edit twice", "{\"through\": \"ehr\", \"steps\": [",
         "{\"through\": \"ehr\", \"steps\": [{\"edit\": \"raise\", \"method\": \"DELETE\","
         " \"target\": \"Task/call\"},",
         "expected one edit of a name"},
        {"submit twice", "{\"redeliver\": \"note\"},",
         "{\"submit\": \"note\", \"intent\": {\"operation\": \"delete\", \"target\":"
         " {\"reference\": \"Task/call\"}, \"source\": {\"system\": \"s\", \"eventId\": \"e\"}}},",
         "is submitted twice"},
        {"redeliver first", "\"steps\": [", "\"steps\": [{\"redeliver\": \"note\"},",
         "stands before its submit"},
        {"edit in a redelivery's place", "{\"redeliver\": \"note\"},",
         "{\"redeliver\": \"note\", \"intent\": {}},", "unknown member \"intent\""},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *path = write_files(arena, changed(arena, rows[i].old, rows[i].new), chart);

        EXPECT_TRUE(rows[i].row, !scenario_read(arena, path, NULL, &err));
        EXPECT_HAS(rows[i].row, err.text, rows[i].expected);
    }
    arena_free(arena);
}

/* A schedule cannot deliver again what it delivers later, whoever does it. */
static void another_actor_waits_for_the_submit(void)
{
    static const struct {
        const char *row, *schedule, *expected;
    } rows[] = {
        {"behind", "\"portal.submit\", \"channel.redeliver\", \"portal.look?\"", ""},
        {"before", "\"channel.redeliver\", \"portal.submit\", \"portal.look?\"",
         "/schedule/0: redeliver of \"note\" before its submit"},
    };
    struct arena *arena = arena_new();
    const char *text = changed(arena, "  \"nurse\": {",
                               "\"channel\": {\"through\": \"engine\", \"steps\": ["
                               "{\"redeliver\": \"note\"}]}, \"nurse\": {");

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *path = write_files(
            arena, replaced(arena, text, "\"portal.submit\", \"portal.look?\"", rows[i].schedule),
            chart);

        EXPECT_INT(rows[i].row, scenario_read(arena, path, NULL, &err) != NULL,
                   !rows[i].expected[0]);
        EXPECT_HAS(rows[i].row, err.text, rows[i].expected);
    }
    arena_free(arena);
}

static void what_is_no_json_is_refused(void)
{
    static const char latin1[] = {'{', '"', 'a', '"', ':', '"', (char)0xe9, '"', '}', '\0'};
    static const struct {
        const char *row, *scenario, *resources, *expected;
    } rows[] = {
        {"truncated", "{\"title\": \"t\"", chart, "note.json"},
        {"not UTF-8", latin1, chart, "note.json"},
        {"trailing bytes", "{} x", chart, "note.json"},
        {"an array", "[]", chart, "/: found array; expected an object"},
        {"chart truncated", good, "{\"resourceType\": \"Patient\"", "/chart/0"},
        {"chart no resource", good, "{\"title\": \"Patient\"}", "/chart/0"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *path = write_files(arena, rows[i].scenario, rows[i].resources);

        EXPECT_TRUE(rows[i].row, !scenario_read(arena, path, NULL, &err));
        EXPECT_INT(rows[i].row, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].row, err.text, rows[i].expected);
    }
    arena_free(arena);
}

/* The files that people try things with; each has one thing wrong. */
static void bad_fixtures_are_refused_in_one_line(void)
{
    static const struct {
        const char *file, *found, *expected;
    } rows[] = {
        {"edit-named-write", "/actors/nurse/steps/0/edit: \"write\"", "expected another name"},
        {"missing-fixture", "/chart/0: ", "charts/adda.json: No such file"},
        {"no-ordinal", "/intent/baseVersion: found \"1\"", "like \"@1\""},
        {"no-such-step", "/schedule/1: actor portal has no \"redeliver\"",
         "expected one of submit"},
        {"not-utf8", "line 3", "expected UTF-8"},
        {"redeliver-first", "/steps/0/redeliver: \"raise\" stands before", "expected it behind"},
        {"submit-twice", "/steps/1/submit: \"raise\" is submitted twice", "expected one submit"},
        {"too-deep", "line 1", "deeper than 100"},
        {"trailing-bytes", "line ", "expected nothing after the value"},
        {"truncated", "line ", "cut off"},
        {"twice", "/title", "twice"},
        {"typo-actor", "/schedule/1: unknown actor \"nusre\"", "expected one of portal"},
        {"typo-fault", "/schedule/1: ", "reset-after"},
        {"typo-member", "/: unknown member \"shedule\"", "nearest is \"schedule\""},
        {"typo-part", "/schedule/1: ", "nearest is \"commit\""},
        {"typo-verb", "/steps/0: unknown verb \"sumbit\"", "nearest is \"submit\""},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const char *path = arena_printf(arena, "fixtures/bad/scenarios/%s.json", rows[i].file);

        EXPECT_TRUE(path, !scenario_read(arena, path, NULL, &err));
        EXPECT_HAS(path, err.text, path);
        EXPECT_HAS(path, err.text, rows[i].found);
        EXPECT_HAS(path, err.text, rows[i].expected);
        EXPECT_TRUE(path, !strchr(err.text, '\n'));
    }
    arena_free(arena);
}

static const char *hash_of(struct arena *arena, const char *text, const char *resources)
{
    struct err err = ERR_INIT;
    const struct scenario *scenario =
        scenario_read(arena, write_files(arena, text, resources), NULL, &err);

    EXPECT_STR("hash", err.text, "");
    return scenario ? scenario->hash : "";
}

static void the_hash_covers_actors_and_chart_alone(void)
{
    struct arena *arena = arena_new();
    const char *hash = hash_of(arena, good, chart);
    const char *other = arena_printf(arena, "%.*s}   ", (int)strlen(chart) - 1, chart);

    EXPECT_STR("white space", hash_of(arena, good, other), hash);
    EXPECT_STR("title", hash_of(arena, changed(arena, "\"t\"", "\"other\""), chart), hash);
    EXPECT_STR("schedule", hash_of(arena, changed(arena, ", \"engine.start\"", ""), chart), hash);
    EXPECT_STR("a comment in an actor",
               hash_of(arena, changed(arena, "{\"redeliver\"", "{\"//\": 1, \"redeliver\""), chart),
               hash);
    EXPECT_TRUE("intent",
                strcmp(hash_of(arena, changed(arena, "urgent", "asap"), chart), hash) != 0);
    EXPECT_TRUE("chart",
                strcmp(hash_of(arena, good, "{\"resourceType\": \"Patient\", \"id\": \"eve\"}"),
                       hash) != 0);
    arena_free(arena);
}

static void a_scenario_is_for_the_servers_it_names(void)
{
    static const struct {
        const char *row, *asked, *personality, *error;
        bool expects;
    } rows[] = {
        {"its first", NULL, "hapi", NULL, true},
        {"another of its own", "azure", "azure", NULL, true},
        {"one that it is not made for", "r4", "r4", NULL, false},
        {"none", "azur", NULL, "unknown personality \"azur\", nearest is \"azure\"", false},
    };
    struct arena *arena = arena_new();
    const char *path =
        write_files(arena, changed(arena, "[\"r4\", \"hapi\"]", "[\"hapi\", \"azure\"]"), chart);
    const char *hash = NULL;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const struct scenario *scenario = scenario_read(arena, path, rows[i].asked, &err);

        if (rows[i].error) {
            EXPECT_HAS(rows[i].row, scenario ? scenario->personality : err.text, rows[i].error);
            continue;
        }
        EXPECT_STR(rows[i].row, scenario ? scenario->personality : err.text, rows[i].personality);
        if (!scenario)
            continue;
        EXPECT_INT(rows[i].row, scenario->expect != NULL, rows[i].expects);
        EXPECT_STR("all of them", scenario->personalities[1], "azure");
        EXPECT_TRUE("the hash is of the server too", !hash || strcmp(hash, scenario->hash) != 0);
        hash = scenario->hash;
    }
    arena_free(arena);
}

static const char *label_of(void *arg, const char *reference, unsigned ordinal)
{
    struct arena *arena = arg;

    return ordinal > 5 ? NULL : arena_printf(arena, "%s.v%u", reference, ordinal);
}

static void ordinals_become_the_servers_labels(void)
{
    static const char text[] =
        "{\"target\": {\"reference\": \"Task/call\"}, \"baseVersion\": \"@1\", \"seenVersion\": "
        "\"@2\","
        " \"resource\": {\"resourceType\": \"Task\", \"id\": \"a\", \"meta\": {\"versionId\": "
        "\"@3\"},"
        "   \"note\": \"@4\"},"
        " \"bundle\": {\"entry\": [{\"resource\": {\"resourceType\": \"Task\", \"id\": \"b\","
        "     \"meta\": {\"versionId\": \"@4\"}}, \"request\": {\"url\": \"Task/b\", \"ifMatch\": "
        "\"@5\"}},"
        "   {\"request\": {\"url\": \"Task/c?x=y\", \"ifMatch\": \"W/\\\"9\\\"\"}}]}}";
    static const struct {
        const char *pointer, *want;
    } rows[] = {
        {"/baseVersion", "Task/call.v1"},
        {"/seenVersion", "Task/call.v2"},
        {"/resource/meta/versionId", "Task/a.v3"},
        {"/resource/note", "@4"},
        {"/bundle/entry/0/resource/meta/versionId", "Task/b.v4"},
        {"/bundle/entry/0/request/ifMatch", "W/\"Task/b.v5\""},
        {"/bundle/entry/1/request/ifMatch", "W/\"9\""},
    };
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct cJSON *payload = json_parse(arena, text, sizeof(text) - 1, &err);
    const struct cJSON *resolved = scenario_resolve(arena, payload, label_of, arena, &err);

    EXPECT_STR("resolved", err.text, "");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_STR(rows[i].pointer, json_text(json_pointer(resolved, rows[i].pointer)),
                   rows[i].want);
    EXPECT_STR("the payload stays", json_string(payload, "baseVersion"), "@1");
    arena_free(arena);
}

static void an_ordinal_that_leads_nowhere_is_an_error(void)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"{\"target\": {\"reference\": \"Task/call\"}, \"baseVersion\": \"@6\"}",
         "baseVersion: Task/call has no version @6"},
        {"{\"target\": {\"type\": \"Task\"}, \"baseVersion\": \"@1\"}",
         "expected a target by reference"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        const struct cJSON *payload = json_parse(arena, rows[i].text, strlen(rows[i].text), &err);

        EXPECT_TRUE(rows[i].text, !scenario_resolve(arena, payload, label_of, arena, &err));
        EXPECT_HAS(rows[i].text, err.text, rows[i].expected);
    }
    arena_free(arena);
}

static void files_are_found_in_sorted_order(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT, missing = ERR_INIT;
    const char *file = write_files(arena, good, chart);
    const char *folder = arena_copy(arena, file, (size_t)(strrchr(file, '/') - file));
    const char *paths[] = {file, folder};
    const char *const *files = NULL;
    size_t count = 0;

    write_text(arena_printf(arena, "%s/readme.txt", folder), "x", 1);
    EXPECT_INT("rc", scenario_find(arena, paths, 2, &files, &count, &err), 0);
    EXPECT_INT("count", (long long)count, 3);
    if (count == 3) {
        EXPECT_STR("named", files[0], file);
        EXPECT_HAS("sorted", files[1], "/chart.json");
        EXPECT_HAS("sorted", files[2], "/note.json");
    }
    paths[0] = arena_printf(arena, "%s/none", folder);
    EXPECT_INT("missing", scenario_find(arena, paths, 1, &files, &count, &missing), -1);
    EXPECT_HAS("missing", missing.text, "expected a scenario file or a folder");
    paths[0] = test_folder();
    missing = ERR_INIT;
    EXPECT_INT("empty", scenario_find(arena, paths, 1, &files, &count, &missing), -1);
    EXPECT_HAS("empty", missing.text, "found no *.json");
    arena_free(arena);
}

/* The project's own scenarios: all of them can be read, each has a name and a hash of its own kind. */
static void the_projects_scenarios_can_be_read(void)
{
    static const char *const paths[] = {"scenarios"};
    struct arena *arena = arena_new();
    struct err found = ERR_INIT;
    const char *const *files = NULL;
    size_t count = 0;

    EXPECT_INT("found", scenario_find(arena, paths, 1, &files, &count, &found), 0);
    EXPECT_TRUE("as many as were asked for", count >= 38);
    for (size_t i = 0; i < count; i++) {
        struct err err = ERR_INIT;
        const struct scenario *scenario = scenario_read(arena, files[i], NULL, &err);

        EXPECT_STR(files[i], err.text, "");
        if (!scenario)
            continue;
        EXPECT_TRUE(files[i], strlen(scenario->why) > 20 && scenario->has_schedule);
        EXPECT_TRUE(files[i], scenario->controls[0] != NULL);
        for (size_t k = 0; scenario->intents[k]; k++) {
            const char *intent = scenario->intents[k];

            EXPECT_TRUE(intent,
                        count > 0 && json_get(json_get(scenario->expect, "intents"), intent));
            EXPECT_TRUE(intent, json_get(json_get(scenario->expect, "audit"), intent) != NULL);
            EXPECT_TRUE(intent,
                        json_get(json_get(scenario->expect, "idempotency"), intent) != NULL);
        }
        EXPECT_TRUE(files[i], json_count(json_get(scenario->expect, "chart")) > 0);
    }
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"a scenario is read whole", a_scenario_is_read_whole},
    {"a typo names place and what was meant", a_typo_names_place_and_what_was_meant},
    {"names are there once and in order", names_are_there_once_and_in_order},
    {"another actor waits for the submit", another_actor_waits_for_the_submit},
    {"what is no JSON is refused", what_is_no_json_is_refused},
    {"bad fixtures are refused in one line", bad_fixtures_are_refused_in_one_line},
    {"the hash covers actors and chart alone", the_hash_covers_actors_and_chart_alone},
    {"a scenario is for the servers it names", a_scenario_is_for_the_servers_it_names},
    {"ordinals become the server's labels", ordinals_become_the_servers_labels},
    {"an ordinal that leads nowhere is an error", an_ordinal_that_leads_nowhere_is_an_error},
    {"files are found in sorted order", files_are_found_in_sorted_order},
    {"the project's scenarios can be read", the_projects_scenarios_can_be_read},
    CU_TEST_INFO_NULL,
};
SUITE("scenario", tests)
