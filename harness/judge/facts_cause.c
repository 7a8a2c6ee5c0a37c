/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts_cause - whose write it was, what it made, and from which base an intent starts.
 *
 *   1. The correlation id names an intent: the write is that intent's, if one of its slots has that target.
 *   2. Where another intent, submitted before, has exactly this content for this target, and the first has not, the
 *      content decides. Likewise where the id names nobody.
 *   3. A type that the adapter declares as companion, and that is no slot, is a companion of the named intent.
 *   4. A version belongs to the write of its exchange that the reply names for it, else the target, else the content.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "harness/judge/facts.h"
#include "harness/judge/facts_build.h"
#include "harness/judge/names.h"

/* What is gathered about a slot before its arrays are final. */
struct slot_lists {
    struct facts_list writes, effects;
    const char *content; /* see content_key; made when first needed */
};

struct causing {
    struct facts_builder *builder;
    struct slot_lists **slots; /* by intent and slot */
    struct names *targets;     /* references of slots, "" where one has none -> the intent */
};

/* ---- content, but for what server and engine add ---- */

static bool has_equal(const struct cJSON *list, const struct cJSON *item)
{
    const struct cJSON *one;

    cJSON_ArrayForEach(one, list)
    {
        if (patch_equal(one, item))
            return true;
    }
    return false;
}

const struct cJSON *facts_without_own_identifier(const struct facts *facts,
                                                 const struct cJSON *resource,
                                                 const struct cJSON *intended)
{
    const char *system = facts->evidence->identifier_system;
    const struct cJSON *all = json_get(resource, "identifier"), *one;
    struct cJSON *kept, *copy;

    if (!system || (!cJSON_IsArray(all) && !cJSON_IsObject(all)))
        return resource;
    if (cJSON_IsObject(all)) {
        const char *text = json_string(all, "system");

        copy = json_copy_root(facts->arena, resource);
        if (text && strcmp(text, system) == 0 && !json_get(intended, "identifier"))
            json_remove(copy, "identifier");
        return copy;
    }
    kept = json_array(facts->arena);
    cJSON_ArrayForEach(one, all)
    {
        const char *text = json_string(one, "system");

        if (!text || strcmp(text, system) != 0 || has_equal(json_get(intended, "identifier"), one))
            json_add(kept, json_copy(one));
    }
    copy = json_copy_root(facts->arena, resource);
    if (json_count(kept) > 0)
        json_put(copy, "identifier", json_copy(kept));
    else
        json_remove(copy, "identifier");
    return copy;
}

static const char *content_key(struct facts_builder *builder, const struct cJSON *content)
{
    struct buf buf = BUF_INIT;

    if (!content)
        return "";
    struct cJSON *copy =
        json_copy_root(builder->arena, facts_without_own_identifier(builder->facts, content, NULL));
    if (cJSON_IsObject(copy)) {
        json_remove(copy, "id");
        json_remove(copy, "meta");
    }
    json_canonical(&buf, copy);
    const char *key = buf_copy(&buf, builder->arena);
    buf_release(&buf);
    return key;
}

/* The identifier that the engine added, so that equal contents can be told apart; NULL: none. */
static const char *own_identifier(const struct facts_builder *builder, const struct cJSON *resource)
{
    const char *system = builder->evidence->identifier_system;
    const struct cJSON *all = json_get(resource, "identifier");
    const struct cJSON *one = cJSON_IsArray(all) ? all->child : all;

    for (; one; one = cJSON_IsArray(all) ? one->next : NULL) {
        const char *text = json_string(one, "system");

        if (system && text && strcmp(text, system) == 0)
            return json_string(one, "value");
    }
    return NULL;
}

static const char *slot_content(struct causing *causing, const struct fact_slot *slot)
{
    struct slot_lists *lists = &causing->slots[slot->intent->index][slot->index];

    if (!lists->content)
        lists->content = content_key(causing->builder, slot->content);
    return lists->content;
}

/* ---- which slot of an intent is it? ---- */

/* An update may be sent as a patch and a patch as an update; a create as an update of a new id. */
static bool methods_agree(const struct fact_slot *slot, const struct fact_write *write)
{
    if (slot->method == METHOD_DELETE || write->method == METHOD_DELETE)
        return slot->method == write->method;
    if (slot->method == METHOD_POST)
        return write->method == METHOD_POST || write->method == METHOD_PUT;
    return slot->method != METHOD_OTHER &&
           (write->method == METHOD_PUT || write->method == METHOD_PATCH);
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Does the target agree? A create has none before it is made, then its type must do. */
static bool targets_agree(const struct fact_slot *slot, const struct fact_write *write)
{
    if (!methods_agree(slot, write))
        return false;
    if (slot->reference && write->reference)
        return strcmp(slot->reference, write->reference) == 0;
    if (slot->method == METHOD_POST || !slot->reference || write->query)
        return same_text(slot->type, write->type);
    return false;
}

/* How well a create fits a slot of the same target: a retry bears the same identifier. */
static int fit(struct causing *causing, const struct fact_slot *slot,
               const struct fact_write *write, const char *content)
{
    const struct slot_lists *lists = &causing->slots[slot->intent->index][slot->index];
    const char *own = own_identifier(causing->builder, write->body);
    int score = 1;

    for (size_t i = 0; own && i < lists->writes.count; i++) {
        const struct fact_write *earlier = lists->writes.items[i];

        if (same_text(own, own_identifier(causing->builder, earlier->body)))
            score = 8;
    }
    if (write->full_url && same_text(write->full_url, slot->full_url))
        score += 4;
    if (strcmp(content, slot_content(causing, slot)) == 0)
        score += 4;
    if (lists->writes.count == 0)
        score += 2;
    return score;
}

static const struct fact_slot *best_slot(struct causing *causing, const struct fact_intent *intent,
                                         const struct fact_write *write, const char *content)
{
    const struct fact_slot *best = NULL;
    int best_score = 0;

    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];

        if (!targets_agree(slot, write))
            continue;
        int score = fit(causing, slot, write, content);
        if (score > best_score) {
            best = slot;
            best_score = score;
        }
    }
    return best;
}

/* ---- whose write is it? ---- */

/* Looks for the intent whose write it may be by its content. */
struct search {
    struct causing *causing;
    const struct fact_write *write;
    const char *content;
    bool needs_content;
    const struct fact_slot *found;
    bool is_several; /* attribution is not unique */
};

static void try_intent(struct search *search, const struct fact_intent *intent)
{
    struct causing *causing = search->causing;

    if (!intent->submitted || intent->submitted > search->write->exchange->arrived->n)
        return;
    const struct fact_slot *slot = best_slot(causing, intent, search->write, search->content);
    if (!slot ||
        (search->needs_content && strcmp(search->content, slot_content(causing, slot)) != 0))
        return;
    search->is_several = search->found && search->found != slot;
    search->found = slot;
}

/* Intents with a slot of that target; one of several such slots is tried as often, which tells the same. */
static void try_target(struct search *search, const char *reference)
{
    const struct name *target = names_find(search->causing->targets, reference);

    for (; target && !search->is_several; target = target->next)
        try_intent(search, &search->causing->builder->intents[target->value]);
}

/* The only other intent, submitted before, that has exactly this content for this target. */
static const struct fact_slot *slot_by_content(struct causing *causing,
                                               const struct fact_write *write, const char *content,
                                               bool needs_content)
{
    const struct facts_builder *builder = causing->builder;
    struct search search = {
        .causing = causing, .write = write, .content = content, .needs_content = needs_content};

    if (write->reference) {
        try_target(&search, write->reference);
        try_target(&search, ""); /* may be of any */
    }
    for (size_t i = 0; !write->reference && i < builder->intent_count && !search.is_several; i++)
        try_intent(&search, &builder->intents[i]);
    return search.is_several ? NULL : search.found;
}

static void attribute(struct causing *causing, struct fact_write *write)
{
    const struct fact_intent *named = write->exchange->correlated;
    const char *content = write->content = content_key(causing->builder, write->body);
    const struct fact_slot *slot = named ? best_slot(causing, named, write, content) : NULL;

    if (!slot && named && facts_is_companion(causing->builder->facts, write->type)) {
        write->intent = named;
        write->is_companion = true;
        return;
    }
    if (named && intent_compensation(named, 0, write->exchange->arrived->n)) {
        write->intent = named;
        write->is_undo = true;
        return;
    }
    if (!slot || strcmp(content, slot_content(causing, slot)) != 0) {
        const struct fact_slot *other = slot_by_content(causing, write, content, true);

        if (!other && !named)
            other = slot_by_content(causing, write, content, false);
        slot = other ? other : slot;
    }
    write->slot = slot;
    write->intent = slot ? slot->intent : named;
    write->is_companion =
        !named && !slot && facts_is_companion(causing->builder->facts, write->type);
}

/* ---- which write made it? ---- */

/* `content`: the version's, where it is one of several of its exchange. */
static int explains(const struct fact_write *write, const struct fact_version *version,
                    const char *content)
{
    const char *reference = version->resource->reference;

    if (version->is_deletion != (write->method == METHOD_DELETE))
        return 0;
    if (write->reference && strcmp(write->reference, reference) != 0)
        return 0;
    if (!same_text(write->type, version->resource->type))
        return 0;
    int score = write->commit_count == 0 ? 2 : 1;
    if (write->reference)
        score = 8;
    else if (same_text(write->told_reference, reference))
        score = 16;
    /* an answer may be short or in disorder; what was made is what was asked for */
    if (write->method != METHOD_PATCH && content && strcmp(write->content, content) == 0)
        score += 32;
    return score;
}

static void explain(struct causing *causing, struct fact_exchange *exchange,
                    struct fact_version *version, struct facts_list *commits)
{
    const char *content =
        exchange->write_count > 1 ? content_key(causing->builder, fact_tree(version)) : NULL;
    struct fact_write *best = NULL;
    int best_score = 0;

    version->exchange = exchange;
    for (size_t i = 0; i < exchange->write_count; i++) {
        int score = explains(&exchange->writes[i], version, content);

        if (score > best_score) {
            best = &exchange->writes[i];
            best_score = score;
        }
    }
    if (!best) {
        version->intent = exchange->correlated;
        version->is_companion =
            facts_is_companion(causing->builder->facts, version->resource->type);
        return;
    }
    struct facts_list *made = &commits[best - exchange->writes];
    facts_list_add(causing->builder->arena, made, version);
    best->commit_count = made->count;
    best->commits = (const struct fact_version **)made->items;
    version->write = best;
    version->intent = best->intent;
    version->slot = best->slot;
    version->is_companion = best->is_companion;
    version->is_undo = best->is_undo;
    if (best->slot)
        facts_list_add(causing->builder->arena,
                       &causing->slots[best->intent->index][best->slot->index].effects, version);
}

static int number_order(const void *key, const void *member)
{
    uint64_t number = *(const uint64_t *)key;
    uint64_t other = ((const struct fact_exchange *)member)->number;

    return (number > other) - (number < other);
}

static void explain_versions(struct causing *causing)
{
    struct facts_builder *builder = causing->builder;
    struct facts_list **commits =
        arena_alloc(builder->arena, (builder->exchange_count + 1) * sizeof(*commits));

    for (size_t i = 0; i < builder->version_count; i++) {
        struct fact_version *version = &builder->versions[i];
        struct fact_exchange *exchange =
            version->entry
                ? bsearch(&version->entry->exchange, builder->exchanges, builder->exchange_count,
                          sizeof(*builder->exchanges), number_order)
                : NULL;

        if (!exchange)
            continue;
        size_t index = (size_t)(exchange - builder->exchanges);
        if (!commits[index])
            commits[index] =
                arena_alloc(builder->arena, (exchange->write_count + 1) * sizeof(**commits));
        explain(causing, exchange, version, commits[index]);
    }
}

/* A conditional write is about the resource that it changed; where it changed none, about the slot's. */
static void resolve_conditional(struct fact_exchange *exchange)
{
    for (size_t i = 0; i < exchange->write_count; i++) {
        struct fact_write *write = &exchange->writes[i];

        if (write->reference || !write->query || write->method == METHOD_POST || !write->slot)
            continue;
        write->reference = write->commit_count > 0 ? write->commits[0]->resource->reference
                                                   : write->slot->reference;
    }
}

/* ---- bases ---- */

/* The first version of the target that the engine received for the intent, before it wrote. An answer that contradicts
 * itself shows none. */
static const struct fact_version *first_received(const struct facts *facts,
                                                 const struct fact_slot *slot)
{
    const struct fact_resource *resource = facts_resource(facts, slot->reference);
    const struct fact_version *first = NULL;
    uint64_t first_n = slot->write_count ? slot->writes[0]->exchange->arrived->n : UINT64_MAX;

    for (size_t i = 0; resource && i < resource->version_count; i++) {
        const struct fact_version *version = resource->versions[i];

        for (size_t k = 0; k < version->receipt_count; k++) {
            const struct fact_receipt *receipt = &version->receipts[k];

            if (receipt->exchange->intent == slot->intent && receipt->is_full &&
                receipt->n < first_n && !receipt->exchange->is_write &&
                !receipt_is_torn(facts, receipt, version)) {
                first = version;
                first_n = receipt->n;
            }
        }
    }
    return first;
}

static const char *named_base(struct facts_builder *builder, const struct fact_slot *slot)
{
    const struct cJSON *payload = slot->intent->given->payload;
    const struct cJSON *entries = json_get(json_get(payload, "bundle"), "entry");
    const struct cJSON *base = json_get(payload, "baseVersion");
    const char *label = json_text(base) ? json_text(base) : json_number_text(base);
    bool is_weak;

    if (slot->intent->operation == OPERATION_BUNDLE) {
        const char *guard =
            json_string(json_get(json_at(entries, slot->entry), "request"), "ifMatch");

        label = NULL;
        if (guard && !etag_parse(builder->arena, guard, &label, &is_weak))
            label = guard;
    }
    if (!label && slot->method == METHOD_PUT)
        label = json_string(json_get(slot->content, "meta"), "versionId");
    return label;
}

static const struct fact_version *base_of(struct facts_builder *builder,
                                          const struct fact_slot *slot)
{
    const struct facts *facts = builder->facts;
    const struct fact_version *base = NULL;
    const char *label = named_base(builder, slot);

    if (!slot->reference || slot->method == METHOD_POST)
        return NULL;
    if (label)
        return facts_version(facts, slot->reference, label, slot->intent->submitted);
    if (slot->method != METHOD_PUT)
        base = first_received(facts, slot);
    return base ? base : facts_current(facts, slot->reference, slot->intent->submitted);
}

/* ---- together ---- */

static void finish_slots(struct causing *causing)
{
    struct facts_builder *builder = causing->builder;

    for (size_t i = 0; i < builder->intent_count; i++) {
        struct fact_intent *intent = &builder->intents[i];

        for (size_t k = 0; k < intent->slot_count; k++) {
            struct fact_slot *slot = &intent->slots[k];
            struct slot_lists *lists = &causing->slots[i][k];

            slot->writes = (const struct fact_write **)lists->writes.items;
            slot->write_count = lists->writes.count;
            slot->effects = (const struct fact_version **)lists->effects.items;
            slot->effect_count = lists->effects.count;
            slot->base = base_of(builder, slot);
            slot->memo = arena_alloc(builder->arena, sizeof(*slot->memo));
        }
    }
}

static void attribute_exchange(struct causing *causing, struct fact_exchange *exchange)
{
    for (size_t i = 0; i < exchange->write_count; i++) {
        struct fact_write *write = &exchange->writes[i];

        attribute(causing, write);
        if (write->slot)
            facts_list_add(causing->builder->arena,
                           &causing->slots[write->intent->index][write->slot->index].writes, write);
    }
    if (exchange->write_count > 0)
        exchange->intent = exchange->writes[0].intent;
}

static void collect_exchange(struct facts_builder *builder, struct facts_list *lists,
                             const struct fact_exchange *exchange)
{
    const struct fact_intent *intent = exchange->intent;

    for (size_t i = 0; i <= exchange->write_count; i++) {
        struct facts_list *list = intent ? &lists[intent->index] : NULL;

        if (list && (list->count == 0 || list->items[list->count - 1] != exchange))
            facts_list_add(builder->arena, list, exchange);
        intent = i < exchange->write_count ? exchange->writes[i].intent : NULL;
    }
}

/* One exchange may carry several intents: then it is in the list of each. */
static void collect_exchanges(struct facts_builder *builder)
{
    struct facts_list *lists =
        arena_alloc(builder->arena, (builder->intent_count + 1) * sizeof(*lists));

    for (size_t i = 0; i < builder->exchange_count; i++)
        collect_exchange(builder, lists, &builder->exchanges[i]);
    for (size_t i = 0; i < builder->intent_count; i++) {
        builder->intents[i].exchanges = (const struct fact_exchange **)lists[i].items;
        builder->intents[i].exchange_count = lists[i].count;
    }
}

static struct names *find_targets(const struct facts_builder *builder)
{
    size_t count = 0;

    for (size_t i = 0; i < builder->intent_count; i++)
        count += builder->intents[i].slot_count;
    struct names *targets = names_new(builder->arena, count);
    for (size_t i = 0; i < builder->intent_count; i++) {
        const struct fact_intent *intent = &builder->intents[i];

        for (size_t k = 0; k < intent->slot_count; k++)
            names_add(targets, intent->slots[k].reference ? intent->slots[k].reference : "", i);
    }
    return targets;
}

void facts_build_cause(struct facts_builder *builder)
{
    struct causing causing = {.builder = builder, .targets = find_targets(builder)};

    causing.slots =
        arena_alloc(builder->arena, (builder->intent_count + 1) * sizeof(*causing.slots));
    for (size_t i = 0; i < builder->intent_count; i++)
        causing.slots[i] = arena_alloc(builder->arena, (builder->intents[i].slot_count + 1) *
                                                           sizeof(**causing.slots));
    for (size_t i = 0; i < builder->exchange_count; i++)
        attribute_exchange(&causing, &builder->exchanges[i]);
    explain_versions(&causing);
    for (size_t i = 0; i < builder->exchange_count; i++)
        resolve_conditional(&builder->exchanges[i]);
    collect_exchanges(builder);
    finish_slots(&causing);
}
