/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify - deliveries of a subscription that the EHR has for the engine: a Bundle for each version that an edit or a
 * request made, as R4's backport of subscriptions has it.
 *
 * The journal says which versions there are, so nothing is delivered that did not happen.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/run.h"

#define DEFINITION "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

/* Is the commit at `index` what an edit of that label made? Edits stand right before their commits. */
static bool is_of_edit(const struct run *run, size_t index, const char *label)
{
    while (index > 0) {
        const struct sim_entry *before = sim_journal_at(run->sim, --index);

        if (before->kind == SIM_EDIT)
            return strcmp(before->what, label) == 0;
        if (before->kind != SIM_COMMITTED)
            return false;
    }
    return false;
}

static bool is_of_request(struct run *run, uint64_t exchange, const struct step *step)
{
    const struct label *label = label_find(run, exchange);

    return label && label_matches(run, label, step);
}

/* The next commit, from `index` on, that the step is about; NULL: none. Moves `index` behind it. */
static const struct sim_entry *next_commit(struct run *run, const struct scenario_step *step,
                                           size_t *index)
{
    struct step request;
    struct err ignored = ERR_INIT;
    bool is_request = step_parse(run->scratch, step->of, &request, &ignored) == 0;

    while (*index < sim_journal_count(run->sim)) {
        const struct sim_entry *entry = sim_journal_at(run->sim, (*index)++);

        if (entry->kind != SIM_COMMITTED)
            continue;
        if (entry->exchange ? is_request && is_of_request(run, entry->exchange, &request)
                            : is_of_edit(run, *index - 1, step->of))
            return entry;
    }
    return NULL;
}

bool notify_is_possible(struct run *run, const struct scenario_step *step)
{
    size_t index = 0;

    return next_commit(run, step, &index) != NULL;
}

static void put_parameter(struct cJSON *parameters, const char *name, const char *member,
                          const char *text)
{
    struct cJSON *parameter = json_add_object(parameters);

    json_put_string(parameter, "name", name);
    json_put_string(parameter, member, text);
}

static void put_reference(struct cJSON *parameters, const char *name, const char *reference)
{
    struct cJSON *parameter = json_add_object(parameters);

    json_put_string(parameter, "name", name);
    json_put_string(json_put_object(parameter, "valueReference"), "reference", reference);
}

static void put_how(struct cJSON *entry, const char *method, const char *url, const char *status)
{
    struct cJSON *request = json_put_object(entry, "request");

    json_put_string(request, "method", method);
    json_put_string(request, "url", url);
    json_put_string(json_put_object(entry, "response"), "status", status);
}

static void put_status(struct run *run, struct cJSON *entry, const char *focus, unsigned number)
{
    const char *text = arena_printf(run->arena, "%u", number);
    const char *subscription =
        arena_printf(run->arena, "%s/Subscription/chartproof", sim_url(run->sim));

    json_put_string(entry, "fullUrl", "urn:uuid:6d1b5c1e-6f0a-4e0b-9d5c-0f8d3f7c9a01");
    struct cJSON *status = json_put_object(entry, "resource");
    json_put_string(status, "resourceType", "Parameters");
    struct cJSON *meta = json_put_object(status, "meta");
    json_add(json_put_array(meta, "profile"),
             cJSON_CreateString(DEFINITION "backport-subscription-status-r4"));
    struct cJSON *parameters = json_put_array(status, "parameter");
    put_reference(parameters, "subscription", subscription);
    put_parameter(parameters, "status", "valueCode", "active");
    put_parameter(parameters, "type", "valueCode", "event-notification");
    put_parameter(parameters, "events-since-subscription-start", "valueString", text);
    struct cJSON *event = json_add_object(parameters);
    json_put_string(event, "name", "notification-event");
    struct cJSON *parts = json_put_array(event, "part");
    put_parameter(parts, "event-number", "valueString", text);
    put_reference(parts, "focus", focus);
    put_how(entry, "GET", arena_printf(run->arena, "%s/$status", subscription), "200");
}

static const char *bundle_of(struct run *run, const struct scenario_step *step,
                             const struct sim_entry *commit)
{
    struct err ignored = ERR_INIT;
    struct cJSON *bundle = json_object(run->arena);
    const char *focus = arena_printf(run->arena, "%s/%s", sim_url(run->sim), commit->reference);
    const struct cJSON *content =
        commit->body ? json_parse(run->arena, commit->body, commit->body_size, &ignored) : NULL;

    json_put_string(bundle, "resourceType", "Bundle");
    json_put_string(bundle, "type", "history");
    struct cJSON *entries = json_put_array(bundle, "entry");
    put_status(run, json_add_object(entries), focus, commit->commit);
    struct cJSON *entry = json_add_object(entries);
    json_put_string(entry, "fullUrl", focus);
    if (content && strcmp(step->notify, "full-resource") == 0)
        json_put(entry, "resource", json_copy(content));
    bool is_first = commit->ordinal == 1;
    put_how(entry,
            !content   ? "DELETE"
            : is_first ? "POST"
                       : "PUT",
            commit->reference,
            !content   ? "204"
            : is_first ? "201"
                       : "200");
    return json_print(run->arena, bundle);
}

int notify_do(struct run *run, const struct scenario_step *step, struct err *err)
{
    size_t index = 0, end = sim_journal_count(run->sim);
    const struct sim_entry *commit;

    while (index < end && (commit = next_commit(run, step, &index)) != NULL) {
        struct sim_entry asked = {.url = "/v1/notifications",
                                  .body = bundle_of(run, step, commit),
                                  .reference = commit->reference,
                                  .version = commit->version,
                                  .ordinal = commit->ordinal,
                                  .commit = commit->commit};

        if (engine_post(run, "notify", "told", &asked, err))
            return -1;
    }
    return 0;
}
