/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real input: a whole Synthea patient with its hospitals and practitioners as the chart, and fifty intents of three
 * sources over its resources while a nurse edits. The scenario is made here, from the data as the simulator holds it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "harness/conduct/conduct.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "harness/trial.h"
#include "reports/result.h"
#include "simulator/sim.h"
#include "tests/expect.h"

#define INTENTS 50
#define SOURCES 3

static const char *const files[] = {
    "synthea/0-hospitalInformation1625911868739.json",
    "synthea/0-practitionerInformation1625911868739.json",
    "synthea/bba190d1-1356-0588-7a1b-7e1325835baa.json",
};
static const char *const sources[SOURCES] = {"portal", "lab", "clinic"};

struct maker {
    struct arena *arena;
    struct sim *sim;
    struct cJSON *root, *actors, *steps[SOURCES], *edits, *schedule;
    const char *patient;
    size_t next; /* version to look at for the next observation */
};

static struct cJSON *add_actor(struct maker *maker, const char *name, const char *through)
{
    struct cJSON *actor = json_put_object(maker->actors, name);

    json_put_string(actor, "through", through);
    return json_put_array(actor, "steps");
}

static void milestone(struct maker *maker, const char *who, const char *what, const char *behind)
{
    const char *text = arena_printf(maker->arena, "%s.%s%s", who, what, behind);

    json_add(maker->schedule, cJSON_CreateString(text));
}

/* The next Observation of the chart, as it is stored but for its meta; another one each time. */
static struct cJSON *next_observation(struct maker *maker, const char **out_reference)
{
    while (maker->next < sim_version_count(maker->sim)) {
        const struct sim_version *version = sim_version_at(maker->sim, maker->next++);
        struct err err = ERR_INIT;

        if (strncmp(version->reference, "Observation/", 12) != 0)
            continue;
        struct cJSON *resource = json_parse(maker->arena, version->content, version->size, &err);
        json_remove(resource, "meta");
        *out_reference = arena_strdup(maker->arena, version->reference);
        return resource;
    }
    BUG("the chart has fewer Observations than the test needs");
}

static struct cJSON *entry(struct cJSON *entries, const char *method, const char *url,
                           const struct cJSON *resource)
{
    struct cJSON *added = json_add_object(entries);
    struct cJSON *request;

    if (resource)
        json_put(added, "resource", json_copy(resource));
    request = json_put_object(added, "request");
    json_put_string(request, "method", method);
    json_put_string(request, "url", url);
    return request;
}

static void add_note(struct cJSON *patch, const char *path, const char *value)
{
    struct cJSON *operation = json_add_object(patch);

    json_put_string(operation, "op", "add");
    json_put_string(operation, "path", path);
    json_put_string(operation, "value", value);
}

/* An intent by number: a patch, an update, a create, a delete or a transaction; returns what it is about, or NULL. */
static const char *fill_intent(struct maker *maker, struct cJSON *intent, unsigned number)
{
    static const char *const operations[] = {"patch", "update", "create", "delete", "bundle"};
    const char *operation = operations[number % COUNT_OF(operations)], *reference = NULL;
    struct cJSON *resource = next_observation(maker, &reference);

    json_put_string(intent, "operation", operation);
    if (strcmp(operation, "create") == 0) {
        struct cJSON *identifier = json_add_object(json_put_array(resource, "identifier"));

        json_remove(resource, "id");
        json_put_string(identifier, "system", "urn:example:again");
        json_put_string(identifier, "value", reference);
        json_put(intent, "resource", json_copy(resource));
        return NULL;
    }
    json_put_string(resource, "status", "amended");
    if (strcmp(operation, "bundle") == 0) {
        struct cJSON *bundle = json_put_object(intent, "bundle");

        json_put_string(bundle, "resourceType", "Bundle");
        json_put_string(bundle, "type", "transaction");
        struct cJSON *entries = json_put_array(bundle, "entry");
        json_put_string(entry(entries, "PUT", reference, resource), "ifMatch", "@1");
        next_observation(maker, &reference);
        json_put_string(entry(entries, "DELETE", reference, NULL), "ifMatch", "@1");
        return reference;
    }
    json_put_string(json_put_object(intent, "target"), "reference", reference);
    json_put_string(intent, "baseVersion", "@1");
    if (strcmp(operation, "patch") == 0)
        add_note(json_put_array(intent, "patch"), "/status", "amended");
    else if (strcmp(operation, "update") == 0)
        json_put(intent, "resource", json_copy(resource));
    return reference;
}

static void add_edit(struct maker *maker, const char *name, const char *target)
{
    struct cJSON *edit = json_add_object(maker->edits);

    json_put_string(edit, "edit", name);
    json_put_string(edit, "method", "PATCH");
    json_put_string(edit, "target", target);
    add_note(json_put_array(edit, "body"), "/language", "en");
}

static const char *fault_of(unsigned number)
{
    static const char *const faults[] = {"!reset-after?", "!error-before(503,1)?",
                                         "!error-after(500)?", "!close-before?"};

    return number % 7 == 3 ? faults[number / 7 % COUNT_OF(faults)] : "?";
}

/* One intent of each source: submitted in turn, edited under by the nurse here and there, written in another order. */
static void add_turn(struct maker *maker, unsigned first)
{
    unsigned count = first + SOURCES <= INTENTS ? SOURCES : INTENTS - first;
    const char *targets[SOURCES] = {NULL}, *names[SOURCES] = {NULL};

    for (unsigned i = 0; i < count; i++) {
        struct cJSON *step = json_add_object(maker->steps[i]);

        names[i] = arena_printf(maker->arena, "%s/i%02u", sources[i], first + i);
        json_put_string(step, "submit", names[i] + strlen(sources[i]) + 1);
        struct cJSON *intent = json_put_object(step, "intent");
        targets[i] = fill_intent(maker, intent, first + i);
        struct cJSON *source = json_put_object(intent, "source");
        json_put_string(source, "system", arena_printf(maker->arena, "urn:example:%s", sources[i]));
        json_put_string(source, "eventId", arena_printf(maker->arena, "e%u", first + i));
        json_put_integer(source, "sequence", first + i + 1);
        json_put_string(intent, "patient", maker->patient);
        json_put_string(json_put_object(intent, "requester"), "reference", maker->patient);
        milestone(maker, names[i], "submit", "");
    }
    for (unsigned i = 0; i < count; i++) {
        if (!targets[i] || (first + i) % 4 != 0)
            continue;
        const char *name = arena_printf(maker->arena, "round-%u", first + i);
        add_edit(maker, name, targets[i]);
        milestone(maker, names[i], "look?", "");
        milestone(maker, "nurse", name, "");
    }
    for (unsigned i = count; i-- > 0;)
        milestone(maker, names[i], "write", fault_of(first + i));
}

/* The chart as the simulator holds it: references resolved, which an intent's content must be as well. */
static struct sim *hold_chart(struct sim_chart *chart, struct err *err)
{
    struct sim *sim = sim_open(&(struct sim_options){.logical_clock = true}, err);

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct buf text = BUF_INIT;

        MUST_ZERO(buf_read_file(&text, test_shared(files[i]), LIMIT_JSON_BYTES, err));
        MUST_ZERO(sim_chart_add(chart, files[i], buf_text(&text), text.size, err));
        buf_release(&text);
    }
    MUST_ZERO(sim_chart_finish(chart, err));
    MUST_ZERO(sim_begin(sim, chart, err));
    return sim;
}

static const char *write_scenario(struct arena *arena, struct err *err)
{
    struct sim_chart *chart = sim_chart_new();
    struct maker maker = {.arena = arena, .sim = hold_chart(chart, err)};
    const char *path = arena_printf(arena, "%s/synthea.json", test_folder());
    struct buf text = BUF_INIT;

    maker.root = json_object(arena);
    maker.patient = "Patient/bba190d1-1356-0588-7a1b-7e1325835baa";
    json_put_string(maker.root, "title", "Fifty intents on a Synthea patient");
    json_put_string(maker.root, "why", "What holds on a small chart must hold on a real one.");
    struct cJSON *paths = json_put_array(maker.root, "chart");
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char *whole = realpath(test_shared(files[i]), NULL);

        json_add(paths, cJSON_CreateString(whole));
        free(whole);
    }
    maker.actors = json_put_object(maker.root, "actors");
    for (size_t i = 0; i < SOURCES; i++)
        maker.steps[i] = add_actor(&maker, sources[i], "engine");
    maker.edits = add_actor(&maker, "nurse", "ehr");
    maker.schedule = json_put_array(maker.root, "schedule");
    for (unsigned first = 0; first < INTENTS; first += SOURCES)
        add_turn(&maker, first);
    buf_puts(&text, json_print_pretty(arena, maker.root));
    MUST_ZERO(buf_write_file(&text, path, err));
    buf_release(&text);
    sim_close(maker.sim);
    sim_chart_free(chart);
    return path;
}

static void fifty_intents_on_a_synthea_patient_pass(void)
{
    struct arena *arena;
    struct err err = ERR_INIT;
    struct trial trial = {.arena = NULL};

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (!test_shared(files[i])) {
            test_skip("../shared/data/synthea is missing");
            return;
        }
    }
    arena = arena_new();
    const struct scenario *scenario = scenario_read(arena, write_scenario(arena, &err), NULL, &err);
    const struct adapter *adapter = adapter_read(arena, "writebackd", &err);
    struct conductor *conductor =
        conductor_open(&(struct conductor_options){.adapter = adapter}, &err);
    EXPECT_STR("opened", err.text, "");
    if (scenario && conductor) {
        trial_run(conductor, scenario, NULL, false, &trial);
        EXPECT_STR("run", trial.problem, NULL);
        EXPECT_STR("verdict", verdict_name(trial.verdict), "PASS");
        EXPECT_INT("intents", (long long)trial.conducted.evidence.intent_count, INTENTS);
        EXPECT_TRUE("the nurse and most intents wrote", trial.conducted.commits >= 50);
        EXPECT_TRUE("judged", trial.invariant_count > 15);
        for (size_t i = 0; i < trial.invariant_count; i++)
            EXPECT_STR(trial.invariants[i].name, trial.invariants[i].text, NULL);
        trial_release(&trial);
    }
    conductor_close(conductor);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"fifty intents on a Synthea patient pass", fifty_intents_on_a_synthea_patient_pass},
    CU_TEST_INFO_NULL,
};
SUITE("synthea-intents", tests)
