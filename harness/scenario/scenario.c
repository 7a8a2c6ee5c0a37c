/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario - reads a scenario file: form first (scenario_form), then the actors and the chart, then
 * what the parts say of each other (scenario_check). Nothing is half read: the scenario is given
 * out whole or not at all.
 */
#include "harness/scenario/scenario.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/near.h"
#include "base/shape.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "harness/evidence.h"
#include "harness/evidence_form.h"
#include "harness/scenario/scenario_check.h"
#include "harness/scenario/scenario_form.h"
#include "simulator/sim.h"

const char *verb_name(enum verb verb)
{
    return scenario_verbs[verb];
}

/* ---- intents ---- */

/* What an operation needs to carry, and what it must not. */
static const struct {
    const char *operation, *member;
} carried[] = {
    {"create", "resource"}, {"update", "resource"}, {"patch", "patch"}, {"bundle", "bundle"}};

static int check_carried(struct arena *arena, const struct cJSON *intent, const char *pointer,
                         struct err *err)
{
    const char *operation = json_string(intent, "operation");
    const char *wanted = NULL;

    for (size_t i = 0; i < COUNT_OF(carried); i++) {
        if (strcmp(operation, carried[i].operation) == 0)
            wanted = carried[i].member;
    }
    for (size_t i = 0; i < COUNT_OF(carried); i++) {
        const char *member = carried[i].member;
        bool is_wanted = wanted && strcmp(wanted, member) == 0;

        if (is_wanted && !json_get(intent, member))
            return err_set(err, ERR_INPUT, "%s: \"%s\" is missing; operation %s needs it", pointer,
                           member, operation);
        if (!is_wanted && json_get(intent, member))
            return err_set(err, ERR_INPUT, "%s: found \"%s\"; operation %s expects %s",
                           shape_pointer(arena, pointer, member), member, operation,
                           wanted ? wanted : "no content");
    }
    return 0;
}

static int check_ordinal(const struct cJSON *item, const char *pointer, struct err *err)
{
    const char *text = json_text(item);

    if (!item || (text && scenario_ordinal(text) > 0))
        return 0;
    return err_set(err, ERR_INPUT,
                   "%s: found %s%s%s; expected a version as an ordinal, like \"@1\"", pointer,
                   text ? "\"" : json_type_name(item), text ? text : "", text ? "\"" : "");
}

/* Every place of an intent where a version may stand. */
static int check_versions(struct arena *arena, const struct cJSON *intent, const char *pointer,
                          struct err *err)
{
    const struct cJSON *entries = json_get(json_get(intent, "bundle"), "entry");
    const struct cJSON *entry;
    size_t index = 0;

    if (check_ordinal(json_get(intent, "baseVersion"), shape_pointer(arena, pointer, "baseVersion"),
                      err))
        return -1;
    if (check_ordinal(json_pointer(intent, "/resource/meta/versionId"),
                      arena_printf(arena, "%s/resource/meta/versionId", pointer), err))
        return -1;
    cJSON_ArrayForEach(entry, entries)
    {
        const char *at = arena_printf(arena, "%s/bundle/entry/%zu", pointer, index++);

        if (check_ordinal(json_pointer(entry, "/request/ifMatch"),
                          arena_printf(arena, "%s/request/ifMatch", at), err))
            return -1;
        if (check_ordinal(json_pointer(entry, "/resource/meta/versionId"),
                          arena_printf(arena, "%s/resource/meta/versionId", at), err))
            return -1;
    }
    return 0;
}

static int check_reference(struct arena *arena, const char *text, const char *pointer,
                           struct err *err)
{
    struct reference reference;

    if (!text || (reference_parse(&reference, arena, text, NULL) && !reference.version))
        return 0;
    return err_set(err, ERR_INPUT, "%s: found \"%.80s\"; expected Type/id, of a type of FHIR R4",
                   pointer, text);
}

static int check_target(struct arena *arena, const struct cJSON *intent, const char *pointer,
                        struct err *err)
{
    const char *operation = json_string(intent, "operation");
    const struct cJSON *target = json_get(intent, "target");
    const char *reference = json_string(target, "reference");
    const char *at = shape_pointer(arena, pointer, "target");

    if (!target && strcmp(operation, "create") != 0 && strcmp(operation, "bundle") != 0)
        return err_set(err, ERR_INPUT, "%s: \"target\" is missing; operation %s needs it", pointer,
                       operation);
    if (target && !reference == !json_get(target, "identifier"))
        return err_set(err, ERR_INPUT, "%s: expected either reference, or type and identifier", at);
    if (json_get(target, "identifier") && !json_string(target, "type"))
        return err_set(err, ERR_INPUT, "%s: \"type\" is missing; an identifier needs it", at);
    return check_reference(arena, reference, shape_pointer(arena, at, "reference"), err);
}

static int check_intent(struct arena *arena, const struct cJSON *intent, const char *pointer,
                        struct err *err)
{
    const struct cJSON *patch = json_get(intent, "patch");

    if (check_carried(arena, intent, pointer, err) || check_target(arena, intent, pointer, err) ||
        check_versions(arena, intent, pointer, err))
        return -1;
    if (check_reference(arena, json_string(intent, "patient"),
                        shape_pointer(arena, pointer, "patient"), err))
        return -1;
    if (patch && patch_check(patch, err))
        return err_context(err, "%s/patch", pointer);
    return 0;
}

/* ---- actors and their steps ---- */

static int check_edit(struct arena *arena, const struct scenario_step *step, const char *pointer,
                      struct err *err)
{
    bool is_delete = strcmp(step->method, "DELETE") == 0;
    bool is_patch = strcmp(step->method, "PATCH") == 0;

    if (is_delete != !step->body)
        return err_set(err, ERR_INPUT, "%s: %s", pointer,
                       is_delete ? "found \"body\"; a DELETE has none" : "\"body\" is missing");
    if (is_patch && patch_check(step->body, err))
        return err_context(err, "%s/body", pointer);
    if (!is_delete && !is_patch && !json_string(step->body, "resourceType"))
        return err_set(err, ERR_INPUT, "%s/body: expected a resource", pointer);
    if (strcmp(step->method, "POST") == 0) {
        if (!fhir_type_is_known(step->target))
            return err_set(err, ERR_INPUT, "%s/target: found \"%.80s\"; expected a resource type",
                           pointer, step->target);
        return 0;
    }
    return check_reference(arena, step->target, shape_pointer(arena, pointer, "target"), err);
}

static int check_merge(struct arena *arena, const struct scenario_step *step, const char *pointer,
                       struct err *err)
{
    const char *const patients[] = {step->merged, step->survivor};

    for (size_t i = 0; i < COUNT_OF(patients); i++) {
        if (check_reference(arena, patients[i], pointer, err))
            return -1;
        if (strncmp(patients[i], "Patient/", 8) != 0)
            return err_set(err, ERR_INPUT, "%s: found \"%.80s\"; expected a Patient", pointer,
                           patients[i]);
    }
    return strcmp(step->merged, step->survivor) != 0
               ? 0
               : err_set(err, ERR_INPUT, "%s: \"%.80s\" with itself; expected two patients",
                         pointer, step->merged);
}

static const struct scenario_step_form *step_form(const struct cJSON *item)
{
    const struct scenario_step_form *forms = NULL;
    size_t count = scenario_step_forms(&forms);

    for (size_t i = 0; i < count; i++) {
        if (json_get(item, verb_name(forms[i].verb)))
            return &forms[i];
    }
    return NULL;
}

/* No verb is there: what was meant is the member nearest to one. */
static int no_verb(struct arena *arena, const struct cJSON *item, const char *pointer,
                   struct err *err)
{
    const struct cJSON *member = item->child;

    while (member && shape_is_comment(member->string))
        member = member->next;
    if (!member)
        return err_set(err, ERR_INPUT, "%s: found no verb; expected one, like \"submit\"", pointer);
    return err_set(err, ERR_INPUT, "%s: unknown verb %s", pointer,
                   near_explain(arena, member->string, scenario_verbs));
}

static int read_step(struct arena *arena, const struct cJSON *item, const char *pointer,
                     struct scenario_step *out, struct err *err)
{
    const struct scenario_step_form *form;

    if (!cJSON_IsObject(item))
        return err_set(err, ERR_INPUT, "%s: found %s; expected an object", pointer,
                       json_type_name(item));
    form = step_form(item);
    if (!form)
        return no_verb(arena, item, pointer, err);
    if (shape_check(arena, form->shape, item, pointer, err))
        return -1;
    const char *named = json_string(item, verb_name(form->verb));
    bool has_intent = form->verb < VERB_EDIT || form->verb == VERB_FETCH_REVIEW ||
                      form->verb == VERB_DECIDE || form->verb == VERB_COMPENSATE;
    bool is_merge = form->verb == VERB_MERGE_PATIENT || form->verb == VERB_UNMERGE_PATIENT;
    *out = (struct scenario_step){
        .verb = form->verb,
        .label = form->verb == VERB_EDIT ? named : verb_name(form->verb),
        .intent = has_intent ? named : NULL,
        .payload = json_get(item, "intent"),
        .as = json_string(item, "as"),
        .method = json_string(item, "method"),
        .target = json_string(item, "target"),
        .body = json_get(item, "body"),
        .decision = json_string(item, "decision"),
        .fields = json_get(item, "fields"),
        .sweep = form->verb == VERB_SWEEP ? named : NULL,
        .notify = form->verb == VERB_NOTIFY ? named : NULL,
        .of = json_string(item, "of"),
        .merged = is_merge ? named : NULL,
        .survivor = json_string(item, form->verb == VERB_MERGE_PATIENT ? "into" : "from")};
    if (is_merge && check_merge(arena, out, pointer, err))
        return -1;
    if (out->payload &&
        check_intent(arena, out->payload, shape_pointer(arena, pointer, "intent"), err))
        return -1;
    return form->verb == VERB_EDIT ? check_edit(arena, out, pointer, err) : 0;
}

static int read_actor(struct arena *arena, const struct cJSON *item, struct scenario_actor *out,
                      struct err *err)
{
    const char *pointer = shape_pointer(arena, "/actors", item->string);
    const struct cJSON *steps = json_get(item, "steps");
    const struct cJSON *step;

    out->name = item->string;
    out->is_engine = strcmp(json_string(item, "through"), "engine") == 0;
    if (json_count(steps) > LIMIT_SCENARIO_STEPS)
        return err_set(err, ERR_LIMIT, "%s/steps: more than %u", pointer, LIMIT_SCENARIO_STEPS);
    out->steps = arena_alloc(arena, (json_count(steps) + 1) * sizeof(*out->steps));
    cJSON_ArrayForEach(step, steps)
    {
        const char *at = arena_printf(arena, "%s/steps/%zu", pointer, out->step_count);

        if (read_step(arena, step, at, &out->steps[out->step_count], err))
            return -1;
        out->step_count++;
    }
    return 0;
}

static int read_actors(struct arena *arena, struct scenario *scenario, struct err *err)
{
    const struct cJSON *actors = json_get(scenario->tree, "actors");
    const struct cJSON *item;
    const char **names;
    size_t count = 0;

    scenario->actors = arena_alloc(arena, (json_count(actors) + 1) * sizeof(*scenario->actors));
    cJSON_ArrayForEach(item, actors)
    {
        if (shape_is_comment(item->string))
            continue;
        if (read_actor(arena, item, &scenario->actors[scenario->actor_count], err))
            return -1;
        scenario->actor_count++;
    }
    if (scenario->actor_count == 0)
        return err_set(err, ERR_INPUT, "/actors: nobody is there; expected at least one actor");
    names = arena_alloc(arena, (LIMIT_SCENARIO_INTENTS + 1) * sizeof(*names));
    for (size_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];

        for (size_t j = 0; j < actor->step_count; j++) {
            if (actor->steps[j].verb != VERB_SUBMIT)
                continue;
            if (count == LIMIT_SCENARIO_INTENTS)
                return err_set(err, ERR_LIMIT, "/actors: more than %u intents",
                               LIMIT_SCENARIO_INTENTS);
            names[count++] = actor->steps[j].intent;
        }
    }
    scenario->intents = names;
    return scenario_check_actors(arena, scenario, err);
}

/* ---- chart, hash, schedules ---- */

static void free_chart(void *chart)
{
    sim_chart_free(chart);
}

static int load_fixture(struct arena *arena, struct scenario *scenario, const char *file,
                        const char *folder, struct cJSON *hashed, struct err *err)
{
    const char *path = file[0] == '/' ? file : arena_printf(arena, "%s/%s", folder, file);
    struct buf text = BUF_INIT;
    struct cJSON *tree = NULL;
    int rc = -1;

    if (buf_read_file(&text, path, LIMIT_JSON_BYTES, err))
        goto out;
    tree = json_parse(arena, buf_text(&text), text.size, err);
    if (!tree) {
        err_context(err, "%s", path);
        goto out;
    }
    json_add(hashed, json_copy(tree));
    rc = sim_chart_add(scenario->chart, path, buf_text(&text), text.size, err);
out:
    buf_release(&text);
    return rc;
}

static int load_chart(struct arena *arena, struct scenario *scenario, struct cJSON *hashed,
                      struct err *err)
{
    const struct cJSON *files = json_get(scenario->tree, "chart");
    const char *slash = strrchr(scenario->path, '/');
    const char *folder =
        slash ? arena_copy(arena, scenario->path, (size_t)(slash - scenario->path)) : ".";

    scenario->chart = sim_chart_new();
    arena_defer(arena, free_chart, scenario->chart);
    if (sim_chart_be(scenario->chart, scenario->personality, err))
        return -1;
    for (size_t i = 0; i < json_count(files); i++) {
        if (load_fixture(arena, scenario, json_text(json_at(files, i)), folder, hashed, err))
            return err_context(err, "/chart/%zu", i);
    }
    if (sim_chart_finish(scenario->chart, err))
        return err_context(err, "/chart");
    return 0;
}

/* Comments take no part in the hash: they change nothing that happens. */
static void drop_comments(struct cJSON *tree)
{
    struct cJSON *item = tree->child;

    while (item) {
        struct cJSON *next = item->next;

        if (cJSON_IsObject(tree) && item->string && shape_is_comment(item->string))
            json_remove(tree, item->string);
        else
            drop_comments(item);
        item = next;
    }
}

static void fill_hash(struct arena *arena, struct scenario *scenario, const struct cJSON *chart)
{
    struct cJSON *whole = json_object(arena);
    struct cJSON *actors = json_copy_root(arena, json_get(scenario->tree, "actors"));
    char hex[HASH_HEX_SIZE];

    drop_comments(actors);
    json_put(whole, "actors", json_copy(actors));
    json_put(whole, "chart", json_copy(chart));
    json_put_string(whole, "personality", scenario->personality);
    hash_canonical(whole, hex);
    memcpy(scenario->hash, hex, sizeof(scenario->hash) - 1);
}

static const char *const *read_strings(struct arena *arena, const struct cJSON *array)
{
    const char **out = arena_alloc(arena, (json_count(array) + 1) * sizeof(*out));

    for (size_t i = 0; i < json_count(array); i++)
        out[i] = json_text(json_at(array, i));
    return out;
}

static int pick_personality(struct arena *arena, struct scenario *scenario, const char *asked,
                            struct err *err)
{
    static const char *const standard[] = {"r4", NULL};
    const char *const *known = sim_personalities();

    scenario->personalities = read_strings(arena, json_get(scenario->tree, "personalities"));
    for (size_t i = 0; scenario->personalities[i]; i++) {
        if (!near_is_known(scenario->personalities[i], known))
            return err_set(err, ERR_INPUT, "/personalities/%zu: unknown value %s", i,
                           near_explain(arena, scenario->personalities[i], known));
    }
    if (!scenario->personalities[0])
        scenario->personalities = standard;
    scenario->personality = asked ? asked : scenario->personalities[0];
    return near_is_known(scenario->personality, known)
               ? 0
               : err_set(err, ERR_INPUT, "unknown personality %s",
                         near_explain(arena, scenario->personality, known));
}

static bool is_made_for(const struct scenario *scenario, const char *personality)
{
    for (size_t i = 0; scenario->personalities[i]; i++)
        if (strcmp(scenario->personalities[i], personality) == 0)
            return true;
    return false;
}

static int read_schedule(struct arena *arena, struct scenario *scenario, const char *member,
                         struct schedule *out, struct err *err)
{
    const struct cJSON *array = json_get(scenario->tree, member);
    const char *pointer = shape_pointer(arena, "", member);

    if (json_count(array) > LIMIT_SCENARIO_STEPS)
        return err_set(err, ERR_LIMIT, "%s: more than %u steps", pointer, LIMIT_SCENARIO_STEPS);
    out->count = json_count(array);
    out->steps = arena_alloc(arena, (out->count + 1) * sizeof(*out->steps));
    for (size_t i = 0; i < out->count; i++) {
        if (step_parse(arena, json_text(json_at(array, i)), &out->steps[i], err))
            return err_context(err, "%s/%zu", pointer, i);
    }
    return scenario_check_schedule(arena, scenario, out, strcmp(member, "replay") == 0, pointer,
                                   err);
}

/* "area/name", whatever folder we are run from. */
static const char *scenario_name(struct arena *arena, const char *path)
{
    char whole[PATH_MAX];
    const char *start = realpath(path, whole) ? whole : path;
    const char *slash = strrchr(start, '/'), *area = slash;
    size_t length;

    while (area && area > start && area[-1] != '/')
        area--;
    start = area ? area : start;
    length = strlen(start);
    if (length > 5 && strcmp(start + length - 5, ".json") == 0)
        length -= 5;
    return arena_copy(arena, start, length);
}

static int fill(struct arena *arena, struct scenario *scenario, const char *personality,
                struct err *err)
{
    const struct cJSON *tree = scenario->tree;
    struct cJSON *chart = json_array(arena);

    if (shape_check(arena, &scenario_form, tree, "", err))
        return -1;
    scenario->title = json_string(tree, "title");
    scenario->why = json_string(tree, "why");
    scenario->controls = read_strings(arena, json_get(tree, "controls"));
    scenario->expect = json_get(tree, "expect");
    scenario->explore = json_get(tree, "explore");
    if (pick_personality(arena, scenario, personality, err) || read_actors(arena, scenario, err) ||
        load_chart(arena, scenario, chart, err))
        return -1;
    scenario->has_schedule = json_get(tree, "schedule") != NULL;
    if (read_schedule(arena, scenario, "schedule", &scenario->schedule, err))
        return -1;
    scenario->has_replay = json_get(tree, "replay") != NULL;
    if (read_schedule(arena, scenario, "replay", &scenario->replay, err))
        return -1;
    if (scenario_check_expect(arena, scenario, err) || scenario_check_explore(arena, scenario, err))
        return -1;
    if (!is_made_for(scenario, scenario->personality))
        scenario->expect = NULL;
    fill_hash(arena, scenario, chart);
    return 0;
}

struct scenario *scenario_from(struct arena *arena, const struct cJSON *tree, const char *path,
                               const char *personality, struct err *err)
{
    struct scenario *scenario = arena_alloc(arena, sizeof(*scenario));

    scenario->path = arena_strdup(arena, path);
    scenario->name = scenario_name(arena, path);
    scenario->tree = tree;
    if (fill(arena, scenario, personality, err)) {
        err_context(err, "%s", path);
        return NULL;
    }
    return scenario;
}

unsigned scenario_instances(const struct scenario *scenario)
{
    unsigned most = 1;

    for (size_t i = 0; i < scenario->schedule.count; i++)
        most = scenario->schedule.steps[i].instance > most ? scenario->schedule.steps[i].instance
                                                           : most;
    return most;
}

struct scenario *scenario_read(struct arena *arena, const char *path, const char *personality,
                               struct err *err)
{
    const struct cJSON *tree = json_parse_file(arena, path, err);

    return tree ? scenario_from(arena, tree, path, personality, err) : NULL;
}
