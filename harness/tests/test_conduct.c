/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the conductor against the strawman engine: what a schedule says happens, in that order, and nothing else. */
#include "harness/conduct/conduct.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "simulator/notation.h"
#include "tests/expect.h"

#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\"},{\"resourceType\":\"AllergyIntolerance\","     \
    "\"id\":\"penicillin\",\"criticality\":\"low\",\"code\":{\"text\":\"Penicillin\"},"            \
    "\"patient\":{\"reference\":\"Patient/ada\"},\"clinicalStatus\":{\"coding\":[{\"system\":"     \
    "\"http://terminology.hl7.org/CodeSystem/"                                                     \
    "allergyintolerance-clinical\",\"code\":\"active\"}]}}]"
/* One patch, delivered twice, by the portal; a nurse who edits the same resource. %s: the schedule. */
#define SCENARIO                                                                                   \
    "{\"title\":\"t\",\"why\":\"w\",\"chart\":[\"chart.json\"],\"actors\":{"                       \
    "\"portal\":{\"through\":\"engine\",\"steps\":[{\"submit\":\"note\",\"intent\":{"              \
    "\"operation\":\"patch\",\"target\":{\"reference\":\"AllergyIntolerance/penicillin\"},"        \
    "\"baseVersion\":\"@1\",\"patch\":[{\"op\":\"add\",\"path\":\"/note\","                        \
    "\"value\":[{\"text\":\"Rash\"}]}],\"source\":{\"system\":\"urn:p\",\"eventId\":\"e\"},"       \
    "\"requester\":{\"reference\":\"Patient/ada\"}}},{\"redeliver\":\"note\"}]},"                  \
    "\"nurse\":{\"through\":\"ehr\",\"steps\":[{\"edit\":\"raise\",\"method\":\"PATCH\","          \
    "\"target\":\"AllergyIntolerance/penicillin\",\"body\":[{\"op\":\"replace\","                  \
    "\"path\":\"/criticality\",\"value\":\"high\"}]}]}},\"schedule\":[%s]}"

struct bench { /* everything one test needs */
    struct arena *arena;
    struct adapter *adapter;
    struct conductor *conductor;
    const char *folder;
};

static void write_file(const struct bench *bench, const char *name, const char *text)
{
    struct buf bytes = BUF_INIT;
    struct err err = ERR_INIT;
    const char *path = arena_printf(bench->arena, "%s/%s", bench->folder, name);

    buf_puts(&bytes, text);
    EXPECT_INT(path, buf_write_file(&bytes, path, &err), 0);
    buf_release(&bytes);
}

static struct bench bench_open(const char *engine, bool use_reset)
{
    struct bench bench = {.arena = arena_new(), .folder = test_folder()};
    struct err err = ERR_INIT;

    write_file(&bench, "chart.json", CHART);
    bench.adapter = adapter_read(bench.arena, engine, &err);
    EXPECT_STR(engine, err.text, "");
    bench.conductor = conductor_open(
        &(struct conductor_options){.adapter = bench.adapter, .use_reset = use_reset}, &err);
    EXPECT_STR(engine, err.text, "");
    return bench;
}

static void bench_close(struct bench *bench)
{
    conductor_close(bench->conductor);
    arena_free(bench->arena);
}

static const struct scenario *read_scenario(struct bench *bench, const char *schedule)
{
    struct err err = ERR_INIT;

    write_file(bench, "scenario.json", arena_printf(bench->arena, SCENARIO, schedule));
    const struct scenario *scenario = scenario_read(
        bench->arena, arena_printf(bench->arena, "%s/scenario.json", bench->folder), NULL, &err);
    EXPECT_STR(schedule, err.text, "");
    return scenario;
}

static struct conducted conduct_text(struct bench *bench, const char *schedule)
{
    struct conducted out;

    conduct(bench->conductor, read_scenario(bench, schedule), NULL, bench->arena, &out);
    return out;
}

static size_t count_process(const struct evidence *evidence, const char *what)
{
    size_t count = 0;

    for (size_t i = 0; i < evidence->entry_count; i++)
        count += evidence->entries[i]->kind == SIM_PROCESS &&
                 strcmp(evidence->entries[i]->what, what) == 0;
    return count;
}

/* ---- milestones ---- */

static void milestones_happen_in_their_order(void)
{
    static const struct {
        const char *row, *schedule;
        const char *has;     /* in the exact steps that ran */
        const char *problem; /* or "" */
    } rows[] = {
        {"what is not listed passes", "\"portal.submit\",\"nurse.raise\"",
         "portal/note.submit portal/note.vread portal/note.update portal/note.history nurse.raise",
         ""},
        {"a listed write is held until its turn",
         "\"portal.submit\",\"nurse.raise\",\"portal.write\"",
         "vread nurse.raise portal/note.update", ""},
        {"a fault strikes the step it stands on", "\"portal.submit\",\"portal.write!reset-after\"",
         "portal/note.update!reset-after ", ""},
        {"an optional one that does not come is passed over",
         "\"portal.submit\",\"portal.look?\",\"portal.look?\",\"portal.write\",\"portal.write?\","
         "\"nurse.raise\"",
         "portal/note.update portal/note.history nurse.raise", ""},
        {"killed before: a zombie, dropped at the end",
         "\"portal.submit\",\"portal.write:before\",\"engine.kill\",\"engine.start\"",
         "portal/note.update:before engine.kill engine.start", ""},
        {"killed after",
         "\"portal.submit\",\"portal.write:commit\",\"engine.kill\",\"engine.start\"",
         "portal/note.update:commit engine.kill engine.start", ""},
        {"the client's own time-out",
         "\"portal.submit\",\"portal.write:timeout\",\"portal.write#1:commit\"",
         "portal/note.update:timeout", ""},
        {"answer held back",
         "\"portal.submit\",\"portal.write:commit\",\"nurse.raise\","
         "\"portal.write:reply\"",
         "portal/note.update:commit nurse.raise portal/note.update:reply", ""},
        {"paused",
         "\"portal.submit\",\"portal.write:before\",\"engine.pause\",\"nurse.raise\","
         "\"engine.resume\"",
         "engine.pause nurse.raise engine.resume portal/note.update", ""},
        {"down and up",
         "\"portal.submit\",\"portal.look:before\",\"server.down\",\"portal.look\","
         "\"server.up\"",
         "server.down", ""},
        {"an orderly end",
         "\"portal.submit\",\"portal.look?\",\"portal.write\",\"engine.term\","
         "\"engine.start\"",
         "engine.term engine.start", ""},
        {"a look that need not come later does not stand in the way",
         "\"portal.submit\",\"portal.write!reset-before\",\"portal.write\",\"portal.look?\","
         "\"nurse.raise\"",
         "portal/note.update#2", ""},
        {"one that never comes", "\"portal.submit\",\"portal.write\",\"portal.write\"", "",
         "milestone not reached: portal.write"},
        {"an own step out of reach", "\"engine.resume\"", "",
         "milestone not reached: engine.resume"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct bench bench = bench_open("strawman", false);
        struct conducted out = conduct_text(&bench, rows[i].schedule);

        EXPECT_HAS(rows[i].row, out.replay, rows[i].has);
        EXPECT_HAS(rows[i].row, out.problem ? out.problem : "", rows[i].problem);
        EXPECT_INT(rows[i].row, out.is_complete, rows[i].problem[0] == '\0');
        bench_close(&bench);
    }
}

/* What the engine says of an intent, and where it was asked; the words are the same for both. */
static void views_come_with_the_answer_that_settles(void)
{
    struct bench bench = bench_open("strawman", false);
    struct conducted out =
        conduct_text(&bench, "\"portal.submit\",\"portal.write:commit\",\"portal.write:reply\"");
    size_t with = 0, alone = 0;

    for (size_t i = 0; i < out.evidence.entry_count; i++) {
        const struct sim_entry *entry = out.evidence.entries[i];

        if (entry->kind == SIM_SAID && strcmp(entry->what, "settled") == 0)
            EXPECT_TRUE("noted apart", !strstr(entry->body, "views"));
        if (entry->kind != SIM_SAID || strcmp(entry->what, "view") != 0)
            continue;
        with += strcmp(entry->url, "/v1/settled") == 0;
        alone += strcmp(entry->url, "/v1/intents/i-1") == 0;
        EXPECT_STR("whose", entry->intent, "note");
        EXPECT_HAS("a view", entry->body, "\"id\":\"i-1\"");
    }
    EXPECT_TRUE("with it", with > 0);
    EXPECT_INT("at the end", (long long)alone, 1);
    bench_close(&bench);
}

static void a_run_ends_recovered_with_everything_up(void)
{
    struct bench bench = bench_open("strawman", false);
    struct conducted out = conduct_text(
        &bench, "\"portal.submit\",\"portal.write:commit\",\"engine.kill\",\"server.down\"");

    EXPECT_STR("no problem", out.problem, NULL);
    EXPECT_TRUE("settled", out.evidence.is_settled);
    EXPECT_TRUE("recovered", out.evidence.is_recovered);
    EXPECT_INT("started again", (long long)count_process(&out.evidence, "start"), 2);
    EXPECT_INT("up again", (long long)count_process(&out.evidence, "up"), 1);
    EXPECT_TRUE("the line ends where recovery begins", !strstr(out.replay, "engine.start"));
    bench_close(&bench);
}

static void the_engine_is_asked_when_it_should_be(void)
{
    static const struct {
        const char *what;
        size_t at_least;
    } rows[] = {
        {"submit", 2}, {"answer", 2},  {"view", 4},    {"event", 2},
        {"audit", 1},  {"reviews", 1}, {"metrics", 1}, {"sweep", 2},
    };
    struct bench bench = bench_open("strawman", false);
    struct conducted out = conduct_text(
        &bench, "\"portal.submit\",\"portal.write:commit\",\"engine.kill\",\"engine.start\"");

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t count = 0;

        for (size_t j = 0; j < out.evidence.entry_count; j++)
            count += out.evidence.entries[j]->kind == SIM_SAID &&
                     strcmp(out.evidence.entries[j]->what, rows[i].what) == 0;
        EXPECT_TRUE(rows[i].what, count >= rows[i].at_least);
    }
    bench_close(&bench);
}

/* Else nobody could see that a record has changed meanwhile. */
static void the_audit_is_read_again_after_a_kill(void)
{
    struct bench bench = bench_open("strawman", false);
    struct conducted out =
        conduct_text(&bench, "\"portal.submit\",\"portal.write\",\"engine.kill\",\"engine.start\"");
    uint64_t recovery = 0;
    size_t before = 0, after = 0;

    for (size_t i = 0; i < out.evidence.entry_count; i++) {
        const struct sim_entry *entry = out.evidence.entries[i];

        if (entry->kind == SIM_PROCESS && strcmp(entry->what, "recovery") == 0)
            recovery = entry->n;
        if (entry->kind == SIM_SAID && strcmp(entry->what, "audit") == 0)
            (recovery ? after++ : before++);
    }
    EXPECT_INT("after the start", (long long)before, 1);
    EXPECT_INT("at the end", (long long)after, 1);
    bench_close(&bench);
}

/* ---- exact lines ---- */

/* What a replay must repeat: the wire and the chart, byte for byte but for the server's port. */
static char *wire_of(struct arena *arena, const struct evidence *evidence)
{
    struct buf text = BUF_INIT;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind != SIM_SAID && entry->kind != SIM_REPLIED)
            buf_printf(&text, "%s %s %s %s %s %u %s\n", sim_kind_name(entry->kind), entry->method,
                       entry->url, entry->guard, entry->version, entry->commit,
                       entry->body ? entry->body : "");
    }
    char *copy = buf_copy(&text, arena);
    buf_release(&text);
    return copy;
}

static void a_replay_gives_the_same_bytes(void)
{
    static const char *const schedules[] = {
        "\"portal.submit\",\"portal.write!reset-after\",\"nurse.raise\"",
        "\"portal.submit\",\"nurse.raise\",\"portal.write\"",
        "\"portal.submit\",\"portal.write:commit\",\"engine.kill\",\"engine.start\",\"nurse."
        "raise\"",
        "\"portal.submit\",\"portal.write:timeout\",\"portal.write#1:commit\"",
    };

    for (size_t i = 0; i < COUNT_OF(schedules); i++) {
        struct bench bench = bench_open("strawman", false);
        struct conducted first = conduct_text(&bench, schedules[i]), again;
        struct err err = ERR_INIT;
        struct schedule exact;

        EXPECT_INT(schedules[i], schedule_parse(bench.arena, first.replay, &exact, &err), 0);
        conduct(bench.conductor, read_scenario(&bench, schedules[i]), &exact, bench.arena, &again);
        EXPECT_STR(schedules[i], again.problem, NULL);
        EXPECT_STR(schedules[i], again.replay, first.replay);
        EXPECT_STR(schedules[i], wire_of(bench.arena, &again.evidence),
                   wire_of(bench.arena, &first.evidence));
        bench_close(&bench);
    }
}

static void a_line_that_does_not_fit_is_a_divergence(void)
{
    static const struct {
        const char *row, *line, *problem;
    } rows[] = {
        {"a step that never comes", "portal/note.submit portal/note.delete",
         "diverged at step 2: portal/note.delete never came; held: portal/note.vread"},
        {"the line is too short", "portal/note.submit portal/note.vread",
         "portal/note.update comes after the end of the line"},
        {"a second one before the first", "portal/note.submit portal/note.vread#2", "never came"},
    };
    struct bench bench = bench_open("strawman", false);
    const struct scenario *scenario = read_scenario(&bench, "\"portal.submit\"");

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        struct schedule exact;
        struct conducted out;

        EXPECT_INT(rows[i].row, schedule_parse(bench.arena, rows[i].line, &exact, &err), 0);
        conduct(bench.conductor, scenario, &exact, bench.arena, &out);
        EXPECT_TRUE(rows[i].row, out.is_divergence && !out.is_complete);
        EXPECT_HAS(rows[i].row, out.problem, rows[i].problem);
    }
    bench_close(&bench);
}

/* ---- one engine for many runs ---- */

static void reset_gives_every_run_its_own_number_and_chart(void)
{
    struct bench bench = bench_open("strawman", true);
    const char *keys[3];

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct conducted out =
            conduct_text(&bench, "\"portal.submit\",\"portal.write\",\"portal.redeliver\"");

        EXPECT_STR("complete", out.problem, NULL);
        EXPECT_INT("one commit of the engine and one of the nurse", out.commits, 2);
        EXPECT_INT("the process goes on", (long long)count_process(&out.evidence, "start"), i == 0);
        keys[i] = out.evidence.intents[0].key;
    }
    EXPECT_STR("first", keys[0], "k-1-note");
    EXPECT_STR("third", keys[2], "k-3-note");
    bench_close(&bench);
}

static void after_a_kill_the_next_run_gets_a_fresh_engine(void)
{
    struct bench bench = bench_open("strawman", true);

    conduct_text(&bench, "\"portal.submit\",\"portal.write\",\"engine.kill\"");
    struct conducted out = conduct_text(&bench, "\"portal.submit\",\"portal.write\"");
    EXPECT_STR("complete", out.problem, NULL);
    EXPECT_INT("started", (long long)count_process(&out.evidence, "start"), 1);
    bench_close(&bench);
}

/* ---- engines that do not behave ---- */

static const char *adapter_of(struct bench *bench, const char *script, const char *url,
                              int ready_ms)
{
    write_file(bench, "engine.json",
               arena_printf(bench->arena,
                            "{\"name\":\"odd\",\"interface\":\"native\",\"start\":{\"command\":"
                            "[\"sh\",\"-c\",\"%s\"],%s\"readyMs\":%d},\"identifierSystem\":"
                            "\"urn:odd\"}",
                            script, url, ready_ms));
    return arena_printf(bench->arena, "%s/engine.json", bench->folder);
}

static void an_engine_that_does_not_come_up_is_no_verdict(void)
{
    static const char on_stdout[] = "\"url\":{\"stdout\":\"http://[^ ]+\"},";
    static const char ready[] =
        "\"url\":\"http://127.0.0.1:${port}\",\"ready\":\"${engine}/health\",";
    static const struct {
        const char *row, *script, *url, *problem;
    } rows[] = {
        {"never says its URL", "echo I am stuck >&2; tail -f /dev/null", on_stdout,
         "not ready after 300 ms: its URL never appeared on stdout; it said: I am stuck"},
        {"never answers", "tail -f /dev/null", ready, "never answered 2xx"},
        {"dies at once", "echo no database >&2; exit 4", on_stdout,
         "ended by itself (exit status 4): no database"},
        {"dies in the middle", "echo http://127.0.0.1:9/; exec 2>&1; tail -f /dev/null", on_stdout,
         "engine: GET /v1/settled"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct bench bench = bench_open("strawman", false);
        const char *spec = adapter_of(&bench, rows[i].script, rows[i].url, 300);
        struct err err = ERR_INIT;

        conductor_close(bench.conductor);
        bench.adapter = adapter_read(bench.arena, spec, &err);
        EXPECT_STR(rows[i].row, err.text, "");
        bench.conductor =
            conductor_open(&(struct conductor_options){.adapter = bench.adapter}, &err);
        struct conducted out = conduct_text(&bench, "\"portal.submit\"");
        EXPECT_TRUE(rows[i].row, !out.is_complete);
        EXPECT_HAS(rows[i].row, out.problem, rows[i].problem);
        bench_close(&bench);
    }
}

/* A human who thinks for longer than the engine waits. */
static void dawdle(void *arg, const char *step, const char *held)
{
    (void)arg, (void)held;
    if (strstr(step, "raise"))
        poll(NULL, 0, 500);
}

static void a_client_that_leaves_unasked_makes_the_run_invalid(void)
{
    struct bench bench = bench_open("strawman", false);
    struct err err = ERR_INIT;

    write_file(&bench, "hasty.json",
               "{\"name\":\"hasty\",\"interface\":\"native\",\"start\":{\"command\":["
               "\"${bin}/strawman\",\"--fhir\",\"${fhir}\",\"--listen\",\"127.0.0.1:0\","
               "\"--data\",\"${dir}\",\"--timeout-ms\",\"100\",\"--retry-ms\",\"2\","
               "\"--token\",\"test\",\"--test-hooks\"],\"url\":{\"stdout\":\"http://[^ ]+\"}},"
               "\"headers\":{\"Authorization\":\"Bearer test\"},"
               "\"identifierSystem\":\"urn:strawman:write\"}");
    conductor_close(bench.conductor);
    bench.adapter =
        adapter_read(bench.arena, arena_printf(bench.arena, "%s/hasty.json", bench.folder), &err);
    EXPECT_STR("adapter", err.text, "");
    bench.conductor = conductor_open(
        &(struct conductor_options){.adapter = bench.adapter, .on_step = dawdle}, &err);
    struct conducted out =
        conduct_text(&bench, "\"portal.submit\",\"nurse.raise\",\"portal.write\"");
    EXPECT_TRUE("invalid", out.is_invalid && !out.is_complete);
    EXPECT_HAS("says who left", out.problem, "hung up on PUT AllergyIntolerance/penicillin");
    bench_close(&bench);
}

/* In whatever header the engine hands the correlation id on: that in which it is told is the interface's. */
static void the_interface_has_its_own_header(void)
{
    struct bench bench = bench_open("strawman", false);
    struct err err = ERR_INIT;
    size_t submits = 0;

    write_file(&bench, "other.json",
               "{\"name\":\"other\",\"interface\":\"native\",\"start\":{\"command\":["
               "\"${bin}/strawman\",\"--fhir\",\"${fhir}\",\"--listen\",\"127.0.0.1:0\","
               "\"--data\",\"${dir}\",\"--token\",\"test\",\"--test-hooks\"],"
               "\"url\":{\"stdout\":\"http://[^ ]+\"}},"
               "\"headers\":{\"Authorization\":\"Bearer test\"},"
               "\"correlation\":{\"header\":\"X-Request-Id\"}}");
    conductor_close(bench.conductor);
    bench.adapter =
        adapter_read(bench.arena, arena_printf(bench.arena, "%s/other.json", bench.folder), &err);
    EXPECT_STR("adapter", err.text, "");
    bench.conductor = conductor_open(&(struct conductor_options){.adapter = bench.adapter}, &err);
    struct conducted out = conduct_text(&bench, "\"portal.submit\"");
    for (size_t i = 0; i < out.evidence.entry_count; i++) {
        const struct sim_entry *entry = out.evidence.entries[i];

        if (entry->kind != SIM_SAID || strcmp(entry->what, "submit") != 0)
            continue;
        EXPECT_HAS("as it is told", entry->headers, "\"X-Correlation-Id\"");
        submits++;
    }
    EXPECT_TRUE("submitted", submits > 0);
    bench_close(&bench);
}

/* The strawman by an adapter that maps it, one part of which is wrong. */
static void a_part_that_is_not_there_is_no_verdict(void)
{
    static const struct {
        const char *row, *id, *status, *sweep, *problem;
    } rows[] = {
        {"all is well", "/id", "intents/${id}", "sweeps", ""},
        {"no id in the answer", "/job", "intents/${id}", "sweeps", "there is nothing at \"/job\""},
        {"no status", "/id", "jobs/${id}", "sweeps", "status is not there"},
        {"no sweep", "/id", "intents/${id}", "tidy", "sweep: status 404"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct bench bench = bench_open("strawman", false);
        struct err err = ERR_INIT;

        write_file(
            &bench, "mapped.json",
            arena_printf(
                bench.arena,
                "{\"name\":\"mapped\",\"start\":{\"command\":[\"${bin}/strawman\",\"--fhir\","
                "\"${fhir}\",\"--listen\",\"127.0.0.1:0\",\"--data\",\"${dir}\",\"--token\","
                "\"test\",\"--test-hooks\"],\"url\":{\"stdout\":\"http://[^ ]+\"}},"
                "\"headers\":{\"Authorization\":\"Bearer test\"},"
                "\"submit\":[{\"url\":\"${engine}/v1/intents\",\"body\":\"${intent}\",\"headers\":"
                "{\"Idempotency-Key\":\"${key}\",\"X-Correlation-Id\":\"${correlation}\"},"
                "\"id\":\"%s\"}],\"status\":{\"url\":\"${engine}/v1/%s\",\"state\":\"/state\"},"
                "\"settled\":{\"url\":\"${engine}/v1/settled?waitMs=1000\"},"
                "\"due\":{\"url\":\"${engine}/v1/due\"},"
                "\"sweep\":{\"url\":\"${engine}/v1/%s\",\"body\":{\"kind\":\"${kind}\"}}}",
                rows[i].id, rows[i].status, rows[i].sweep));
        conductor_close(bench.conductor);
        bench.adapter = adapter_read(
            bench.arena, arena_printf(bench.arena, "%s/mapped.json", bench.folder), &err);
        EXPECT_STR(rows[i].row, err.text, "");
        bench.conductor =
            conductor_open(&(struct conductor_options){.adapter = bench.adapter}, &err);
        struct conducted out = conduct_text(&bench, "\"portal.submit\",\"portal.write\"");
        EXPECT_HAS(rows[i].row, out.problem ? out.problem : "", rows[i].problem);
        EXPECT_INT(rows[i].row, out.problem == NULL, rows[i].problem[0] == '\0');
        bench_close(&bench);
    }
}

/* The server stays down, and the engine never gives up: its timers bring no request. */
static void timers_that_bring_nothing_end_the_run(void)
{
    struct bench bench = bench_open("writebackd", false);
    struct err err = ERR_INIT;

    write_file(&bench, "patient.json",
               "{\"name\":\"patient\",\"interface\":\"native\",\"start\":{\"command\":["
               "\"${bin}/writebackd\",\"--fhir\",\"${fhir}\",\"--listen\",\"127.0.0.1:0\","
               "\"--data\",\"${dir}\",\"--attempts\",\"100000\",\"--requests\",\"100000\",\"--"
               "token\",\"test\","
               "\"--test-hooks\"],\"url\":{\"stdout\":\"http://[^ ]+\"}},"
               "\"headers\":{\"Authorization\":\"Bearer test\"}}");
    conductor_close(bench.conductor);
    bench.adapter =
        adapter_read(bench.arena, arena_printf(bench.arena, "%s/patient.json", bench.folder), &err);
    EXPECT_STR("adapter", err.text, "");
    bench.conductor = conductor_open(&(struct conductor_options){.adapter = bench.adapter}, &err);
    struct conducted out =
        conduct_text(&bench, "\"server.down\",\"portal.submit\",\"portal.write\"");
    EXPECT_TRUE("no verdict", !out.is_complete);
    EXPECT_HAS("says why", out.problem, "timed work was made due 200 times in a row");
    bench_close(&bench);
}

static void a_spare_engine_changes_nothing(void)
{
    struct bench bench = bench_open("strawman", false);
    struct err err = ERR_INIT;
    const char *wires[3];

    conductor_close(bench.conductor);
    bench.conductor = conductor_open(
        &(struct conductor_options){.adapter = bench.adapter, .keeps_spare = true}, &err);
    for (size_t i = 0; i < COUNT_OF(wires); i++) {
        struct conducted out =
            conduct_text(&bench, "\"portal.submit\",\"portal.write\",\"nurse.raise\"");

        EXPECT_STR("complete", out.problem, NULL);
        EXPECT_STR("a run of its own", out.evidence.intents[0].key, "k-1-note");
        wires[i] = wire_of(bench.arena, &out.evidence);
    }
    EXPECT_STR("with a spare", wires[1], wires[0]);
    EXPECT_STR("and again", wires[2], wires[0]);
    bench_close(&bench);
}

static void the_engines_folder_is_removed(void)
{
    struct bench bench = bench_open("strawman", false);
    struct err err = ERR_INIT;
    const char *spec =
        adapter_of(&bench, "touch ${dir}/file; mkdir ${dir}/folder; echo ${dir} >&2; exit 1",
                   "\"url\":{\"stdout\":\"x\"},", 5000);

    conductor_close(bench.conductor);
    bench.adapter = adapter_read(bench.arena, spec, &err);
    bench.conductor = conductor_open(&(struct conductor_options){.adapter = bench.adapter}, &err);
    struct conducted out = conduct_text(&bench, "\"portal.submit\"");
    const char *folder = strstr(out.problem, "/chartproof-");
    EXPECT_TRUE("it said where", folder != NULL);
    while (folder && folder > out.problem && folder[-1] != ' ')
        folder--;
    EXPECT_TRUE(out.problem, folder && folder[0] == '/' && access(folder, F_OK) != 0);
    bench_close(&bench);
}

static CU_TestInfo conduct_tests[] = {
    {"milestones happen in their order", milestones_happen_in_their_order},
    {"views come with the answer that settles", views_come_with_the_answer_that_settles},
    {"a run ends recovered with everything up", a_run_ends_recovered_with_everything_up},
    {"the engine is asked when it should be", the_engine_is_asked_when_it_should_be},
    {"the audit is read again after a kill", the_audit_is_read_again_after_a_kill},
    {"a replay gives the same bytes", a_replay_gives_the_same_bytes},
    {"a line that does not fit is a divergence", a_line_that_does_not_fit_is_a_divergence},
    {"reset gives every run its own number", reset_gives_every_run_its_own_number_and_chart},
    {"after a kill the next run gets a fresh engine",
     after_a_kill_the_next_run_gets_a_fresh_engine},
    {"an engine that does not come up is no verdict",
     an_engine_that_does_not_come_up_is_no_verdict},
    {"a client that leaves unasked makes the run invalid",
     a_client_that_leaves_unasked_makes_the_run_invalid},
    {"the interface has its own header", the_interface_has_its_own_header},
    {"a part that is not there is no verdict", a_part_that_is_not_there_is_no_verdict},
    {"timers that bring nothing end the run", timers_that_bring_nothing_end_the_run},
    {"a spare engine changes nothing", a_spare_engine_changes_nothing},
    {"the engine's folder is removed", the_engines_folder_is_removed},
    CU_TEST_INFO_NULL,
};

SUITE("conduct", conduct_tests)
