/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_check - names that one part of a scenario uses and another has: actors, intents, edits,
 * and the order of an actor's own steps, which a schedule can't change.
 */
#include "harness/scenario/scenario_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"
#include "base/shape.h"
#include "fhir/document.h"
#include "harness/scenario/scenario_form.h"
#include "simulator/sim.h"

#define NAMES_MAX 256

/* What may stand behind a reserved actor. */
static const char *const engine_acts[] = {"kill", "term", "pause", "resume", "start", "due", NULL};
static const char *const server_acts[] = {"down", "up", NULL};
static const char *const requests[] = {"write",   "look",        "read",      "vread", "search",
                                       "history", "create",      "update",    "patch", "delete",
                                       "batch",   "transaction", "operation", "poll",  NULL};
/* Groups of faults.md, for `explore`; single faults may stand beside them. */
static const char *const fault_groups[] = {"lost-reply", "rejection", "server-error",
                                           "throttle",   "mislead",   "race",
                                           "process",    "feed",      NULL};

unsigned scenario_ordinal(const char *text)
{
    size_t length = strlen(text);

    if (length < 2 || length > 7 || text[0] != '@' || text[1] == '0' ||
        strspn(text + 1, "0123456789") != length - 1)
        return 0;
    return (unsigned)strtoul(text + 1, NULL, 10);
}

static bool is_name(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_";

    return *text && strlen(text) <= 64 && text[strspn(text, letters)] == '\0';
}

/* ---- actors ---- */

/* Who submits `intent`, and at which of its steps; NULL when nobody does. */
static const struct scenario_actor *submitter(const struct scenario *scenario, const char *intent,
                                              size_t *out_step)
{
    for (size_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];

        for (size_t j = 0; j < actor->step_count; j++) {
            if (actor->steps[j].verb == VERB_SUBMIT &&
                strcmp(actor->steps[j].intent, intent) == 0) {
                *out_step = j;
                return actor;
            }
        }
    }
    return NULL;
}

static int unknown_intent(struct arena *arena, const struct scenario *scenario, const char *intent,
                          const char *pointer, struct err *err)
{
    return err_set(err, ERR_INPUT, "%s: unknown intent %s", pointer,
                   near_explain(arena, intent, scenario->intents));
}

static int check_edit_name(const struct scenario *scenario, const struct scenario_step *step,
                           const char *pointer, struct err *err)
{
    size_t same = 0;

    if (!is_name(step->label))
        return err_set(err, ERR_INPUT, "%s/edit: \"%.80s\"; expected letters, digits, - and _",
                       pointer, step->label);
    if (near_is_known(step->label, scenario_verbs) || near_is_known(step->label, requests))
        return err_set(err, ERR_INPUT,
                       "%s/edit: \"%s\" is a verb, interaction or class; expected another name",
                       pointer, step->label);
    for (size_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];

        for (size_t j = 0; j < actor->step_count; j++) {
            if (actor->steps[j].verb == VERB_EDIT &&
                strcmp(actor->steps[j].label, step->label) == 0)
                same++;
        }
    }
    return same == 1 ? 0
                     : err_set(err, ERR_INPUT,
                               "%s/edit: \"%s\" is there twice; expected one edit "
                               "of a name",
                               pointer, step->label);
}

static bool has_before(const struct scenario_actor *actor, size_t index, enum verb verb,
                       const char *intent)
{
    for (size_t i = 0; i < index; i++) {
        if (actor->steps[i].verb == verb && strcmp(actor->steps[i].intent, intent) == 0)
            return true;
    }
    return false;
}

static int check_about_intent(struct arena *arena, const struct scenario *scenario,
                              const struct scenario_actor *actor, size_t index, const char *pointer,
                              struct err *err)
{
    const struct scenario_step *step = &actor->steps[index];
    const char *at = shape_pointer(arena, pointer, step->label);
    size_t where = 0;
    const struct scenario_actor *by = submitter(scenario, step->intent, &where);

    if (!by)
        return unknown_intent(arena, scenario, step->intent, at, err);
    if (step->verb == VERB_SUBMIT) {
        if (!is_name(step->intent))
            return err_set(err, ERR_INPUT, "%s: \"%.80s\"; expected letters, digits, - and _", at,
                           step->intent);
        return by == actor && where == index
                   ? 0
                   : err_set(err, ERR_INPUT,
                             "%s: \"%s\" is submitted twice; expected one submit "
                             "of a name, then redeliver or resubmit",
                             at, step->intent);
    }
    if (by == actor && where > index)
        return err_set(err, ERR_INPUT, "%s: \"%s\" stands before its submit; expected it behind",
                       at, step->intent);
    if (step->verb == VERB_DECIDE && !has_before(actor, index, VERB_FETCH_REVIEW, step->intent))
        return err_set(err, ERR_INPUT,
                       "%s: \"%s\" is decided unseen; expected {\"fetch-review\": \"%s\"} before",
                       at, step->intent, step->intent);
    return 0;
}

/* Does it change the chart, past the engine? */
static bool is_foreign(const struct scenario_step *step)
{
    return step->verb == VERB_EDIT || step->verb == VERB_MERGE_PATIENT ||
           step->verb == VERB_UNMERGE_PATIENT;
}

/* `of` is the label of a foreign step, or a request of an actor: "portal.write". */
static int check_notify(struct arena *arena, const struct scenario *scenario,
                        const struct scenario_step *step, const char *pointer, struct err *err)
{
    struct step request;
    struct err ignored = ERR_INIT;
    bool is_request = step_parse(arena, step->of, &request, &ignored) == 0 &&
                      near_is_known(request.what, requests);

    for (size_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];

        if (is_request && actor->is_engine && strcmp(actor->name, request.actor) == 0)
            return 0;
        for (size_t j = 0; j < actor->step_count; j++) {
            if (is_foreign(&actor->steps[j]) && strcmp(actor->steps[j].label, step->of) == 0)
                return 0;
        }
    }
    return err_set(err, ERR_INPUT,
                   "%s/of: \"%.80s\"; expected the name of an edit, or a request of an actor "
                   "like \"portal.write\"",
                   pointer, step->of);
}

static int check_actor(struct arena *arena, const struct scenario *scenario,
                       const struct scenario_actor *actor, struct err *err)
{
    const char *pointer = shape_pointer(arena, "/actors", actor->name);

    if (!is_name(actor->name))
        return err_set(err, ERR_INPUT, "%s: expected a name of letters, digits, - and _", pointer);
    if (strcmp(actor->name, "engine") == 0 || strcmp(actor->name, "server") == 0)
        return err_set(err, ERR_INPUT, "%s: \"%s\" is reserved; expected another name", pointer,
                       actor->name);
    for (size_t i = 0; i < actor->step_count; i++) {
        const struct scenario_step *step = &actor->steps[i];
        const char *at = arena_printf(arena, "%s/steps/%zu", pointer, i);

        if (is_foreign(step) == actor->is_engine)
            return err_set(err, ERR_INPUT, "%s: found \"%s\"; an actor through the %s %s", at,
                           verb_name(step->verb), actor->is_engine ? "engine" : "ehr",
                           actor->is_engine ? "expects no edit" : "expects edits alone");
        if (step->verb == VERB_NOTIFY && check_notify(arena, scenario, step, at, err))
            return -1;
        if (step->verb == VERB_EDIT && check_edit_name(scenario, step, at, err))
            return -1;
        if (step->intent && check_about_intent(arena, scenario, actor, i, at, err))
            return -1;
    }
    return 0;
}

int scenario_check_actors(struct arena *arena, const struct scenario *scenario, struct err *err)
{
    for (size_t i = 0; i < scenario->actor_count; i++) {
        if (check_actor(arena, scenario, &scenario->actors[i], err))
            return -1;
    }
    return 0;
}

/* ---- schedules ---- */

/* A list of names for an error text: `table`, then what `more` adds. */
struct names {
    const char *known[NAMES_MAX + 1];
    size_t count;
};

static void names_add(struct names *names, const char *name)
{
    if (names->count < NAMES_MAX && !near_is_known(name, names->known))
        names->known[names->count++] = name;
}

static int unknown_what(struct arena *arena, const struct scenario_actor *actor,
                        const struct step *step, struct err *err)
{
    struct names names = {.count = 0};

    for (size_t i = 0; i < actor->step_count; i++)
        names_add(&names, actor->steps[i].label);
    for (size_t i = 0; actor->is_engine && requests[i]; i++)
        names_add(&names, requests[i]);
    return err_set(err, ERR_INPUT, "actor %s has no %s", actor->name,
                   near_explain(arena, step->what, names.known));
}

static int unknown_actor(struct arena *arena, const struct scenario *scenario,
                         const struct step *step, struct err *err)
{
    struct names names = {.count = 0};

    for (size_t i = 0; i < scenario->actor_count; i++)
        names_add(&names, scenario->actors[i].name);
    names_add(&names, "engine");
    names_add(&names, "server");
    return err_set(err, ERR_INPUT, "unknown actor %s",
                   near_explain(arena, step->actor, names.known));
}

static int no_extras(const struct step *step, struct err *err)
{
    if (step->part == PART_WHOLE && !step->fault.name)
        return 0;
    return err_set(err, ERR_INPUT, "%s of \"%s\"; expected one on a request, like write or look",
                   step->fault.name ? "fault" : "part", step->what);
}

static int check_reserved(struct arena *arena, const struct step *step, const char *const *acts,
                          struct err *err)
{
    if (!near_is_known(step->what, acts))
        return err_set(err, ERR_INPUT, "%s has no %s", step->actor,
                       near_explain(arena, step->what, acts));
    if (step->intent)
        return err_set(err, ERR_INPUT, "intent \"%s\"; expected none, %s acts on no intent",
                       step->intent, step->actor);
    return no_extras(step, err);
}

static int check_request(struct arena *arena, const struct scenario_actor *actor,
                         const struct step *step, bool is_exact, struct err *err)
{
    struct names mine = {.count = 0};

    for (size_t i = 0; i < actor->step_count; i++) {
        if (actor->steps[i].verb == VERB_SUBMIT)
            names_add(&mine, actor->steps[i].intent);
    }
    if (mine.count == 0)
        return err_set(err, ERR_INPUT, "actor %s submits nothing; expected whose request it is",
                       actor->name);
    if (step->intent && !near_is_known(step->intent, mine.known))
        return err_set(err, ERR_INPUT, "actor %s has no intent %s", actor->name,
                       near_explain(arena, step->intent, mine.known));
    if (is_exact && !step->intent)
        return err_set(err, ERR_INPUT, "expected actor/intent.%s: an exact step names its intent",
                       step->what);
    return 0;
}

/* How far the schedule has come in each actor's own steps: they happen in the file's order. */
struct progress {
    size_t *done;                     /* by actor */
    const struct scenario_step **own; /* by milestone: the actor's own step that it is, or NULL */
};

static bool is_this_step(const struct scenario_step *own, const struct step *step)
{
    return strcmp(own->label, step->what) == 0 &&
           (!step->intent || (own->intent && strcmp(own->intent, step->intent) == 0));
}

static int check_own(const struct scenario_actor *actor, const struct step *step, size_t *done,
                     const struct scenario_step **out_own, struct err *err)
{
    size_t nth = 0;

    for (size_t i = 0; i < actor->step_count; i++) {
        if (!is_this_step(&actor->steps[i], step))
            continue;
        nth++;
        if (step->ordinal > 0 ? nth != step->ordinal : i < *done)
            continue;
        if (i < *done)
            break;
        *done = i + 1;
        *out_own = &actor->steps[i];
        return no_extras(step, err);
    }
    if (nth == 0)
        return err_set(err, ERR_INPUT, "actor %s has no %s of intent \"%s\"", actor->name,
                       step->what, step->intent ? step->intent : "");
    return err_set(err, ERR_INPUT,
                   "actor %s has %zu \"%s\", and its steps happen in the file's order; expected no "
                   "more of them, in that order",
                   actor->name, nth, step->what);
}

static bool has_label(const struct scenario_actor *actor, const char *what)
{
    for (size_t i = 0; i < actor->step_count; i++) {
        if (strcmp(actor->steps[i].label, what) == 0)
            return true;
    }
    return false;
}

static int check_step(struct arena *arena, const struct scenario *scenario,
                      const struct schedule *schedule, size_t index, bool is_exact,
                      struct progress *progress, struct err *err)
{
    const struct step *step = &schedule->steps[index];

    if (step->instance > 2)
        return err_set(err, ERR_INPUT, "instance @%u; expected @1 or @2", step->instance);
    if (is_exact && step->is_optional)
        return err_set(err, ERR_INPUT, "a \"?\"; an exact schedule leaves nothing open");
    if (strcmp(step->actor, "server") == 0)
        return check_reserved(arena, step, server_acts, err);
    if (strcmp(step->actor, "engine") == 0) /* requests that nobody can attribute are its own */
        return near_is_known(step->what, requests) ? 0
                                                   : check_reserved(arena, step, engine_acts, err);
    for (size_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];

        if (strcmp(actor->name, step->actor) != 0)
            continue;
        if (has_label(actor, step->what))
            return check_own(actor, step, &progress->done[i], &progress->own[index], err);
        if (actor->is_engine && near_is_known(step->what, requests))
            return check_request(arena, actor, step, is_exact, err);
        return unknown_what(arena, actor, step, err);
    }
    return unknown_actor(arena, scenario, step, err);
}

/* Is the submit of what this own step is about listed, but only behind it? */
static bool is_before_submit(const struct progress *progress, size_t index, size_t count)
{
    const struct scenario_step *step = progress->own[index];

    for (size_t i = index + 1; step && step->intent && i < count; i++) {
        const struct scenario_step *later = progress->own[i];

        if (later && later->verb == VERB_SUBMIT && strcmp(later->intent, step->intent) == 0)
            return true;
    }
    return false;
}

int scenario_check_schedule(struct arena *arena, const struct scenario *scenario,
                            const struct schedule *schedule, bool is_exact, const char *pointer,
                            struct err *err)
{
    struct progress progress = {
        .done = arena_alloc(arena, (scenario->actor_count + 1) * sizeof(*progress.done)),
        .own = arena_alloc(arena, (schedule->count + 1) * sizeof(*progress.own))};

    for (size_t i = 0; i < schedule->count; i++) {
        if (check_step(arena, scenario, schedule, i, is_exact, &progress, err))
            return err_context(err, "%s/%zu", pointer, i);
    }
    for (size_t i = 0; i < schedule->count; i++) {
        if (is_before_submit(&progress, i, schedule->count))
            return err_set(err, ERR_INPUT,
                           "%s/%zu: %s of \"%s\" before its submit; expected it behind", pointer, i,
                           schedule->steps[i].what, progress.own[i]->intent);
    }
    return 0;
}

/* ---- expectations ---- */

static int check_intent_keys(struct arena *arena, const struct scenario *scenario,
                             const char *member, struct err *err)
{
    const struct cJSON *item;

    cJSON_ArrayForEach(item, json_get(scenario->expect, member))
    {
        const char *pointer = arena_printf(arena, "/expect/%s", member);

        if (!shape_is_comment(item->string) && !near_is_known(item->string, scenario->intents))
            return unknown_intent(arena, scenario, item->string, pointer, err);
    }
    return 0;
}

static int check_expected_version(const struct cJSON *item, const char *pointer, struct err *err)
{
    const char *text = json_text(item);

    if (!text || scenario_ordinal(text) > 0)
        return 0;
    return err_set(err, ERR_INPUT, "%s: \"%.40s\"; expected a version as an ordinal, like \"@1\"",
                   pointer, text);
}

/* A key of expect.chart: Type/id, or Type?identifier=system|value for what a server names itself.
 */
static int check_resource_key(struct arena *arena, const char *key, const char *pointer,
                              struct err *err)
{
    const char *query = strchr(key, '?');
    struct reference reference;
    bool is_known;

    if (query && (strncmp(query, "?identifier=", 12) != 0 || !strchr(query, '|')))
        return err_set(err, ERR_INPUT, "%s: expected Type?identifier=system|value", pointer);
    if (query)
        is_known = fhir_type_is_known(arena_copy(arena, key, (size_t)(query - key)));
    else
        is_known = reference_parse(&reference, arena, key, NULL) && !reference.version;
    return is_known
               ? 0
               : err_set(err, ERR_INPUT, "%s: expected Type/id, of a type of FHIR R4", pointer);
}

static int check_expected_chart(struct arena *arena, const struct scenario *scenario,
                                struct err *err)
{
    const struct cJSON *item, *version;

    cJSON_ArrayForEach(item, json_get(scenario->expect, "chart"))
    {
        const char *pointer = shape_pointer(arena, "/expect/chart", item->string);
        const char *at = shape_pointer(arena, pointer, "version");
        const struct cJSON *versions = json_get(item, "version");

        if (shape_is_comment(item->string))
            continue;
        if (check_resource_key(arena, item->string, pointer, err) ||
            check_expected_version(versions, at, err))
            return -1;
        cJSON_ArrayForEach(version, versions)
        {
            if (check_expected_version(version, at, err))
                return -1;
        }
    }
    return 0;
}

int scenario_check_expect(struct arena *arena, const struct scenario *scenario, struct err *err)
{
    static const char *const by_intent[] = {"intents", "audit", "idempotency", "reviews"};

    for (size_t i = 0; i < COUNT_OF(by_intent); i++) {
        if (check_intent_keys(arena, scenario, by_intent[i], err))
            return -1;
    }
    return check_expected_chart(arena, scenario, err);
}

int scenario_check_explore(struct arena *arena, const struct scenario *scenario, struct err *err)
{
    const struct cJSON *kinds = json_get(scenario->explore, "kinds");
    const struct sim_fault_kind *faults = NULL;
    size_t count = sim_fault_kinds(&faults);
    struct names names = {.count = 0};

    for (size_t i = 0; fault_groups[i]; i++)
        names_add(&names, fault_groups[i]);
    for (size_t i = 0; i < count; i++)
        names_add(&names, faults[i].group), names_add(&names, faults[i].name);
    for (size_t i = 0; i < json_count(kinds); i++) {
        const char *kind = json_text(json_at(kinds, i));

        if (!near_is_known(kind, names.known))
            return err_set(err, ERR_INPUT, "/explore/kinds/%zu: unknown kind %s", i,
                           near_explain(arena, kind, names.known));
    }
    return 0;
}
