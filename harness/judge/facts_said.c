/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts_said - the intents, their slots, and all that was said to and by the engine about them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/judge/facts.h"
#include "harness/judge/facts_build.h"
#include "harness/judge/names.h"

static const struct {
    const char *name;
    enum fact_state state;
} states[] = {
    {"accepted", STATE_ACCEPTED},         {"writing", STATE_WRITING},
    {"unknown", STATE_UNKNOWN},           {"committed", STATE_COMMITTED},
    {"rejected", STATE_REJECTED},         {"cancelled", STATE_CANCELLED},
    {"superseded", STATE_SUPERSEDED},     {"compensated", STATE_COMPENSATED},
    {"needs-review", STATE_NEEDS_REVIEW}, {"incomplete", STATE_INCOMPLETE},
};

/* What is being gathered for one intent. */
struct gathering {
    struct facts_list keys, ids, views, submits, decisions, cancels, compensations, events, audit,
        reviews;
};

static const char *text_or(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

/* Adds a text that is not in the list yet. */
static void add_text(struct arena *arena, struct facts_list *list, const char *text)
{
    if (!text || !*text)
        return;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return;
    facts_list_add(arena, list, text);
}

static const struct cJSON *parse(struct facts_builder *builder, const struct sim_entry *entry)
{
    struct err err = ERR_INIT;

    return entry && entry->body && entry->body_size > 0
               ? json_parse(builder->arena, entry->body, entry->body_size, &err)
               : NULL;
}

/* ---- slots ---- */

static enum fact_operation operation_of(const char *name)
{
    static const struct {
        const char *name;
        enum fact_operation operation;
    } rows[] = {{"create", OPERATION_CREATE},
                {"update", OPERATION_UPDATE},
                {"patch", OPERATION_PATCH},
                {"delete", OPERATION_DELETE},
                {"bundle", OPERATION_BUNDLE}};

    for (size_t i = 0; name && i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].operation;
    return OPERATION_NONE;
}

/* Does a version's content bear this business identifier? */
static bool has_identifier(const struct cJSON *tree, const char *system, const char *value)
{
    const struct cJSON *given = json_get(tree, "identifier"), *one;

    if (cJSON_IsObject(given))
        return strcmp(text_or(json_string(given, "system"), ""), system) == 0 &&
               strcmp(text_or(json_string(given, "value"), ""), value) == 0;
    cJSON_ArrayForEach(one, given)
    {
        if (strcmp(text_or(json_string(one, "system"), ""), system) == 0 &&
            strcmp(text_or(json_string(one, "value"), ""), value) == 0)
            return true;
    }
    return false;
}

/* The only resource of that type that bears the identifier at n; NULL: none or several. */
static const char *identified(struct facts_builder *builder, const char *type, const char *system,
                              const char *value, uint64_t n)
{
    const char *found = NULL;

    for (size_t i = 0; i < builder->resource_count; i++) {
        const struct fact_resource *resource = &builder->resources[i];

        if (!type || strcmp(resource->type, type) != 0)
            continue;
        const struct fact_version *current = facts_current(builder->facts, resource->reference, n);
        if (!current || current->is_deletion || !strstr(current->content, value) ||
            !has_identifier(fact_tree(current), system, value))
            continue;
        if (found)
            return NULL;
        found = resource->reference;
    }
    return found;
}

static void fill_identifier(struct facts_builder *builder, struct fact_slot *slot,
                            uint64_t submitted)
{
    if (slot->system && slot->value && !slot->reference && slot->method != METHOD_POST)
        slot->reference = identified(builder, slot->type, slot->system, slot->value, submitted);
}

static void simple_slot(struct facts_builder *builder, struct fact_intent *intent,
                        struct fact_slot *slot)
{
    static const enum fact_method methods[] = {
        [OPERATION_NONE] = METHOD_OTHER,    [OPERATION_CREATE] = METHOD_POST,
        [OPERATION_UPDATE] = METHOD_PUT,    [OPERATION_PATCH] = METHOD_PATCH,
        [OPERATION_DELETE] = METHOD_DELETE, [OPERATION_BUNDLE] = METHOD_OTHER,
    };
    const struct cJSON *payload = intent->given->payload;
    const struct cJSON *target = json_get(payload, "target");
    const struct cJSON *identifier = json_get(target, "identifier");
    const struct cJSON *resource = json_get(payload, "resource");

    slot->intent = intent;
    slot->method = methods[intent->operation];
    if (intent->operation != OPERATION_CREATE) /* the server gives a create its id */
        slot->reference = facts_reference(builder->facts, json_string(target, "reference"), NULL);
    slot->type = json_string(target, "type");
    slot->system = json_string(identifier, "system");
    slot->value = json_string(identifier, "value");
    slot->content = intent->operation == OPERATION_PATCH ? json_get(payload, "patch") : resource;
    if (intent->operation == OPERATION_DELETE)
        slot->content = NULL;
    if (json_string(resource, "resourceType"))
        slot->type = json_string(resource, "resourceType");
    if (!slot->reference && intent->operation == OPERATION_UPDATE && !slot->system)
        slot->reference =
            facts_reference(builder->facts,
                            arena_printf(builder->arena, "%s/%s", text_or(slot->type, ""),
                                         text_or(json_string(resource, "id"), "")),
                            NULL);
    if (slot->reference)
        slot->type = arena_copy(builder->arena, slot->reference, strcspn(slot->reference, "/"));
    fill_identifier(builder, slot, intent->submitted);
}

/* A PATCH entry carries its JSON Patch in a Binary. */
static const struct cJSON *entry_content(struct facts_builder *builder, enum fact_method method,
                                         const struct cJSON *resource)
{
    return method == METHOD_PATCH ? fact_patch_in(builder->arena, resource) : resource;
}

static bool bundle_slot(struct facts_builder *builder, struct fact_intent *intent, size_t position,
                        const struct cJSON *entry, struct fact_slot *slot)
{
    const struct cJSON *request = json_get(entry, "request");
    enum fact_method method = fact_method_of(json_string(request, "method"));
    struct fact_url url = fact_url_parse(builder->facts, text_or(json_string(request, "url"), ""));

    if (method == METHOD_OTHER)
        return false;
    *slot = (struct fact_slot){
        .intent = intent,
        .entry = position,
        .method = method,
        .type = url.type,
        .reference = url.is_special ? NULL : url.reference,
        .full_url = json_string(entry, "fullUrl"),
        .content = method == METHOD_DELETE
                       ? NULL
                       : entry_content(builder, method, json_get(entry, "resource")),
    };
    const char *query = method == METHOD_POST ? json_string(request, "ifNoneExist") : url.query;
    (void)fact_query_identifier(builder->arena, query, &slot->system, &slot->value);
    fill_identifier(builder, slot, intent->submitted);
    return true;
}

static void fill_slots(struct facts_builder *builder, struct fact_intent *intent)
{
    const struct cJSON *bundle = json_get(intent->given->payload, "bundle");
    const struct cJSON *entries = json_get(bundle, "entry"), *entry;
    size_t position = 0;

    if (intent->operation != OPERATION_BUNDLE) {
        intent->slots = arena_alloc(builder->arena, sizeof(*intent->slots));
        intent->slot_count = 1;
        simple_slot(builder, intent, intent->slots);
        return;
    }
    intent->is_transaction = strcmp(text_or(json_string(bundle, "type"), ""), "transaction") == 0;
    intent->slots = arena_alloc(builder->arena, (json_count(entries) + 1) * sizeof(*intent->slots));
    cJSON_ArrayForEach(entry, entries)
    {
        struct fact_slot *slot = &intent->slots[intent->slot_count];

        if (bundle_slot(builder, intent, position++, entry, slot))
            slot->index = intent->slot_count++;
    }
}

/* ---- statements ---- */

static struct fact_view *view_from(struct facts_builder *builder, const struct sim_entry *entry,
                                   const struct cJSON *tree)
{
    struct fact_view *view = arena_alloc(builder->arena, sizeof(*view));
    const struct cJSON *result = json_get(tree, "result");
    const char *state = json_string(tree, "state");
    const char *label = NULL;

    view->n = entry->n;
    view->entry = entry;
    view->tree = cJSON_IsObject(tree) ? tree : NULL;
    for (size_t i = 0; state && i < COUNT_OF(states); i++)
        if (strcmp(states[i].name, state) == 0)
            view->state = states[i].state;
    view->id = json_string(tree, "id");
    view->key = json_string(tree, "key");
    view->reference = facts_reference(builder->facts, json_string(result, "reference"), &label);
    view->label = facts_label(builder->facts, json_get(result, "versionId"));
    if (!view->label)
        view->label = label;
    view->has_result = cJSON_IsObject(result);
    view->results = json_get(tree, "results");
    view->review = json_string(tree, "review");
    view->problem = json_get(tree, "problem");
    if (cJSON_IsNull(view->problem))
        view->problem = NULL;
    return view;
}

static void add_view(struct facts_builder *builder, struct gathering *into,
                     const struct fact_view *view)
{
    add_text(builder->arena, &into->ids, view->id);
    facts_list_add(builder->arena, &into->views, view);
}

/* A view; or a list of views, when it was asked for by key. */
static void gather_view(struct facts_builder *builder, struct gathering *into,
                        const struct sim_entry *entry)
{
    const struct cJSON *tree = parse(builder, entry);
    const struct cJSON *list = json_string(tree, "state") ? NULL : json_get(tree, "intents"), *one;

    if (json_count(list) == 0)
        add_view(builder, into, view_from(builder, entry, tree));
    cJSON_ArrayForEach(one, list)
    {
        add_view(builder, into, view_from(builder, entry, one));
    }
}

static bool is_success(const struct sim_entry *answer)
{
    return answer && answer->status >= 200 && answer->status < 300;
}

/* An answer that accepts is a statement too. */
static const struct fact_view *gather_answer(struct facts_builder *builder, struct gathering *into,
                                             const struct sim_entry *answer)
{
    const struct cJSON *tree = is_success(answer) ? parse(builder, answer) : NULL;

    if (!json_string(tree, "state"))
        return NULL;
    const struct fact_view *view = view_from(builder, answer, tree);
    add_view(builder, into, view);
    return view;
}

static void gather_submit(struct facts_builder *builder, struct gathering *into,
                          const struct sim_entry *asked, const struct sim_entry *answer)
{
    struct fact_submit *submit = arena_alloc(builder->arena, sizeof(*submit));

    submit->asked = asked;
    submit->answered = answer;
    submit->key = text_or(facts_header(builder->facts, asked, "Idempotency-Key"), "");
    submit->payload = parse(builder, asked);
    add_text(builder->arena, &into->keys, submit->key);
    facts_list_add(builder->arena, &into->submits, submit);
}

static void gather_decision(struct facts_builder *builder, struct gathering *into,
                            const struct sim_entry *asked, const struct sim_entry *answer)
{
    struct fact_decision *decision = arena_alloc(builder->arena, sizeof(*decision));
    const struct cJSON *tree = parse(builder, asked);
    const struct cJSON *seen = json_get(tree, "seenVersion");

    decision->asked = asked;
    decision->answered = answer;
    decision->is_accepted = is_success(answer);
    decision->tree = tree;
    decision->decision = text_or(json_string(tree, "decision"), "");
    decision->fields = json_get(tree, "fields");
    decision->seen_version = json_text(seen) ? json_text(seen) : json_number_text(seen);
    facts_list_add(builder->arena, &into->decisions, decision);
}

static void gather_compensation(struct facts_builder *builder, struct gathering *into,
                                const struct sim_entry *asked, const struct sim_entry *answer)
{
    struct fact_compensation *compensation = arena_alloc(builder->arena, sizeof(*compensation));

    *compensation = (struct fact_compensation){
        .asked = asked,
        .answered = answer,
        .is_refused = answer && answer->status != 0 && !is_success(answer),
    };
    facts_list_add(builder->arena, &into->compensations, compensation);
}

/* The engine's ids of all intents, and their keys. */
struct owners {
    struct names *ids, *keys;
};

static struct owners find_owners(struct facts_builder *builder)
{
    size_t ids = 0, keys = 0;

    for (size_t i = 0; i < builder->intent_count; i++) {
        ids += builder->intents[i].id_count;
        keys += builder->intents[i].key_count + 1;
    }
    struct owners owners = {names_new(builder->arena, ids), names_new(builder->arena, keys)};
    for (size_t i = 0; i < builder->intent_count; i++) {
        const struct fact_intent *intent = &builder->intents[i];

        for (size_t k = 0; k < intent->id_count; k++)
            names_add(owners.ids, intent->ids[k], i);
        for (size_t k = 0; k < intent->key_count; k++)
            names_add(owners.keys, intent->keys[k], i);
        names_add(owners.keys, intent->given->key, i);
    }
    return owners;
}

/* Whose record is it? By the engine's own id first, then by key, then by correlation id. */
static size_t record_owner(const struct facts_builder *builder, const struct owners *owners,
                           const struct cJSON *tree, const struct sim_entry *entry)
{
    const struct name *found = names_find(owners->ids, json_string(tree, "intent"));

    if (!found)
        found = names_find(owners->keys, json_string(tree, "key"));
    if (!found)
        found = names_find(builder->correlations, json_string(tree, "correlationId"));
    if (!found && *entry->intent)
        found = names_find(builder->intent_names, entry->intent);
    return found ? found->value : SIZE_MAX;
}

static void gather_records(struct facts_builder *builder, struct gathering *all,
                           const struct owners *owners, const char *what, struct facts_list *out)
{
    for (size_t i = 0; i < builder->evidence->entry_count; i++) {
        const struct sim_entry *entry = builder->evidence->entries[i];

        if (entry->kind != SIM_SAID || strcmp(entry->what, what) != 0)
            continue;
        struct fact_record *record = arena_alloc(builder->arena, sizeof(*record));
        const struct cJSON *tree = parse(builder, entry);
        size_t owner = record_owner(builder, owners, tree, entry);
        *record = (struct fact_record){
            .n = entry->n, .entry = entry, .tree = cJSON_IsObject(tree) ? tree : NULL};
        if (owner < builder->intent_count) {
            struct gathering *into = &all[owner];

            record->intent = &builder->intents[owner];
            facts_list_add(builder->arena,
                           *what == 'e'   ? &into->events
                           : *what == 'a' ? &into->audit
                                          : &into->reviews,
                           record);
        }
        facts_list_add(builder->arena, out, record);
    }
}

/* ---- together ---- */

static struct gathering *gathering_of(struct facts_builder *builder, struct gathering *all,
                                      const struct sim_entry *entry)
{
    const struct name *found = names_find(builder->intent_names, entry->intent);

    return found ? &all[found->value] : NULL;
}

/* Statements in the order they were made; `answers` holds, by n, what answered it. */
static void gather_said(struct facts_builder *builder, struct gathering *all,
                        const struct sim_entry *const *answers)
{
    struct facts_list lists = {0};

    for (size_t i = 0; i < builder->evidence->entry_count; i++) {
        const struct sim_entry *entry = builder->evidence->entries[i];
        struct gathering *into = entry->kind == SIM_SAID ? gathering_of(builder, all, entry) : NULL;

        if (entry->kind == SIM_SAID && strcmp(entry->what, "reviews") == 0)
            facts_list_add(builder->arena, &lists, entry);
        if (!into)
            continue;
        if (strcmp(entry->what, "submit") == 0)
            gather_submit(builder, into, entry, answers[entry->n]);
        else if (strcmp(entry->what, "decide") == 0)
            gather_decision(builder, into, entry, answers[entry->n]);
        else if (strcmp(entry->what, "cancel") == 0)
            facts_list_add(builder->arena, &into->cancels, entry);
        else if (strcmp(entry->what, "compensate") == 0)
            gather_compensation(builder, into, entry, answers[entry->n]);
        else if (strcmp(entry->what, "view") == 0)
            gather_view(builder, into, entry);
        else if (strcmp(entry->what, "answer") == 0 || strcmp(entry->what, "decided") == 0 ||
                 strcmp(entry->what, "cancelled") == 0 || strcmp(entry->what, "compensated") == 0)
            (void)gather_answer(builder, into, entry);
    }
    builder->facts->lists = (const struct sim_entry *const *)lists.items;
    builder->facts->list_count = lists.count;
}

/* Copies a list of structs, so that judges walk an array. */
#define FLATTEN(arena, list, type) ((type *)flatten(arena, list, sizeof(type)))
static void *flatten(struct arena *arena, const struct facts_list *list, size_t size)
{
    char *out = arena_alloc(arena, (list->count + 1) * size);

    for (size_t i = 0; i < list->count; i++)
        memcpy(out + i * size, list->items[i], size);
    return out;
}

static const struct fact_view *view_of(const struct facts_list *views,
                                       const struct sim_entry *answered)
{
    for (size_t i = 0; answered && i < views->count; i++) {
        const struct fact_view *view = views->items[i];

        if (view->entry == answered)
            return view;
    }
    return NULL;
}

static void finish(struct facts_builder *builder, struct fact_intent *intent,
                   struct gathering *from)
{
    struct arena *arena = builder->arena;

    add_text(arena, &from->keys, intent->given->key);
    intent->keys = (const char *const *)from->keys.items;
    intent->key_count = from->keys.count;
    intent->ids = (const char *const *)from->ids.items;
    intent->id_count = from->ids.count;
    intent->views = (const struct fact_view **)from->views.items;
    intent->view_count = from->views.count;
    intent->submits = FLATTEN(arena, &from->submits, struct fact_submit);
    intent->submit_count = from->submits.count;
    intent->decisions = FLATTEN(arena, &from->decisions, struct fact_decision);
    intent->decision_count = from->decisions.count;
    intent->cancels = (const struct sim_entry **)from->cancels.items;
    intent->cancel_count = from->cancels.count;
    intent->compensations = FLATTEN(arena, &from->compensations, struct fact_compensation);
    intent->compensation_count = from->compensations.count;
    for (size_t i = 0; i < intent->submit_count; i++) {
        intent->submits[i].view = view_of(&from->views, intent->submits[i].answered);
        intent->is_accepted = intent->is_accepted || is_success(intent->submits[i].answered);
    }
    for (size_t i = 0; i < intent->view_count; i++)
        intent->is_accepted = intent->is_accepted || intent->views[i]->state != STATE_NONE;
    intent->submitted = intent->submit_count ? intent->submits[0].asked->n : 0;
}

static void fill_given(struct facts_builder *builder, size_t index)
{
    struct fact_intent *intent = &builder->intents[index];
    const struct evidence_intent *given = &builder->evidence->intents[index];
    const struct cJSON *source = json_get(given->payload, "source");

    intent->given = given;
    intent->index = index;
    intent->operation = operation_of(json_string(given->payload, "operation"));
    intent->system = text_or(json_string(source, "system"), "");
    intent->event_id = text_or(json_string(source, "eventId"), "");
    intent->tenant = text_or(json_string(given->payload, "tenant"), "");
    intent->sequence = json_integer(source, "sequence", -1);
}

static void finish_records(struct facts_builder *builder, struct gathering *all)
{
    const struct owners owners = find_owners(builder);
    struct facts_list events = {0}, audit = {0}, reviews = {0};

    gather_records(builder, all, &owners, "event", &events);
    gather_records(builder, all, &owners, "audit", &audit);
    gather_records(builder, all, &owners, "review", &reviews);
    builder->facts->events = FLATTEN(builder->arena, &events, struct fact_record);
    builder->facts->event_count = events.count;
    builder->facts->audit = FLATTEN(builder->arena, &audit, struct fact_record);
    builder->facts->audit_count = audit.count;
    for (size_t i = 0; i < builder->intent_count; i++) {
        struct fact_intent *intent = &builder->intents[i];

        intent->events = (const struct fact_record **)all[i].events.items;
        intent->event_count = all[i].events.count;
        intent->audit = (const struct fact_record **)all[i].audit.items;
        intent->audit_count = all[i].audit.count;
        intent->reviews = (const struct fact_record **)all[i].reviews.items;
        intent->review_count = all[i].reviews.count;
    }
}

void facts_build_said(struct facts_builder *builder)
{
    const struct evidence *evidence = builder->evidence;
    struct gathering *all =
        arena_alloc(builder->arena, (evidence->intent_count + 1) * sizeof(*all));
    const struct sim_entry **answers =
        arena_alloc(builder->arena, (evidence->entry_count + 2) * sizeof(struct sim_entry *));
    struct facts_list intents = {0};

    builder->intents =
        arena_alloc(builder->arena, (evidence->intent_count + 1) * sizeof(*builder->intents));
    builder->intent_count = evidence->intent_count;
    builder->intent_names = names_new(builder->arena, evidence->intent_count);
    builder->correlations = names_new(builder->arena, evidence->intent_count);
    for (size_t i = 0; i < evidence->intent_count; i++) {
        fill_given(builder, i);
        names_add(builder->intent_names, evidence->intents[i].name, i);
        names_add(builder->correlations, evidence->intents[i].correlation, i);
        facts_list_add(builder->arena, &intents, &builder->intents[i]);
    }
    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind == SIM_SAID && entry->of > 0 && entry->of <= evidence->entry_count)
            answers[entry->of] = entry;
    }
    gather_said(builder, all, answers);
    for (size_t i = 0; i < builder->intent_count; i++) {
        finish(builder, &builder->intents[i], &all[i]);
        fill_slots(builder, &builder->intents[i]);
    }
    finish_records(builder, all);
    builder->facts->intents = (const struct fact_intent *const *)intents.items;
    builder->facts->intent_count = intents.count;
}
