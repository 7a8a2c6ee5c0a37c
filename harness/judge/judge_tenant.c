/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_tenant - tenant-apart: what two tenants have of the same name stays two things.
 *
 * They meet when one answer, one identifier made by the engine, or one resource made for one of them, serves the other,
 * and when a key is refused to one because the other has it. A resource that both name by its reference is the server's,
 * and no meeting.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

static bool is_apart(const struct fact_intent *a, const struct fact_intent *b)
{
    return a && b && strcmp(a->tenant, b->tenant) != 0;
}

/* ---- names, and who used them: sorted, so that equal ones are side by side ---- */

struct use {
    const char *name;
    const struct fact_intent *intent;
    uint64_t n;
};
struct uses {
    struct use *items;
    size_t count, capacity;
};

static void add_use(const struct facts *facts, struct uses *uses, struct use use)
{
    if (uses->count == uses->capacity) {
        size_t capacity = uses->capacity ? 2 * uses->capacity : 64;

        uses->items = arena_grow(facts->arena, uses->items, uses->count * sizeof(*uses->items),
                                 capacity * sizeof(*uses->items));
        uses->capacity = capacity;
    }
    uses->items[uses->count++] = use;
}

static int by_name(const void *a, const void *b)
{
    const struct use *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    return order ? order : (left->n > right->n) - (left->n < right->n);
}

static void judge_uses(struct uses *uses, const char *what, struct finding *finding)
{
    if (uses->count)
        qsort(uses->items, uses->count, sizeof(*uses->items), by_name);
    for (size_t i = 1, first = 0; i < uses->count; i++) {
        const struct use *a = &uses->items[first], *b = &uses->items[i];

        if (strcmp(a->name, b->name) != 0)
            first = i;
        else if (is_apart(a->intent, b->intent))
            finding_fail(finding, ENTRIES(a->n, b->n),
                         "%s of tenant %s and %s of tenant %s share %s %s", a->intent->given->name,
                         a->intent->tenant, b->intent->given->name, b->intent->tenant, what,
                         a->name);
    }
}

/* ---- what the engine said ---- */

static void judge_answers(const struct facts *facts, struct finding *finding)
{
    struct uses ids = {0};

    for (size_t i = 0; i < facts->intent_count; i++)
        for (size_t k = 0; k < facts->intents[i]->view_count; k++) {
            const struct fact_view *view = facts->intents[i]->views[k];

            if (view->id)
                add_use(facts, &ids, (struct use){view->id, facts->intents[i], view->n});
        }
    judge_uses(&ids, "the id", finding);
}

/* ---- what it refused ---- */

static bool was_answered(const struct fact_submit *submit, int from, int to)
{
    return submit->answered && submit->answered->status >= from && submit->answered->status <= to;
}

/* As one that is taken: that it is known under another payload, or under way. */
static bool is_taken_key(const struct fact_submit *submit)
{
    return was_answered(submit, 409, 409) || was_answered(submit, 422, 422);
}

/* Under how many keys was it accepted before n? With more than one the engine minds neither what it is nor that it
 * knows the event already. */
static size_t keys_accepted(const struct fact_intent *intent, uint64_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < intent->submit_count; i++) {
        const struct fact_submit *submit = &intent->submits[i];
        bool is_new = was_answered(submit, 200, 299) && submit->asked->n < n;

        for (size_t k = 0; k < i && is_new; k++)
            is_new = strcmp(intent->submits[k].key, submit->key) != 0;
        count += is_new;
    }
    return count;
}

/* The submit by which that key was taken before n: by another tenant alone. NULL: by none, or by its own too. */
static const struct fact_submit *taken_apart(const struct facts *facts,
                                             const struct fact_intent *intent,
                                             const struct fact_submit *refused)
{
    const struct fact_submit *apart = NULL;

    for (size_t i = 0; i < facts->intent_count; i++)
        for (size_t k = 0; k < facts->intents[i]->submit_count; k++) {
            const struct fact_submit *submit = &facts->intents[i]->submits[k];

            if (submit == refused || submit->asked->n > refused->asked->n ||
                strcmp(submit->key, refused->key) != 0)
                continue;
            if (!is_apart(facts->intents[i], intent))
                return NULL;
            if (was_answered(submit, 200, 299))
                apart = submit;
        }
    return apart;
}

static void judge_refusals(const struct facts *facts, const struct fact_intent *intent,
                           struct finding *finding)
{
    for (size_t i = 0; i < intent->submit_count; i++) {
        const struct fact_submit *submit = &intent->submits[i];
        const struct fact_submit *taken =
            is_taken_key(submit) && keys_accepted(intent, submit->asked->n) > 1
                ? taken_apart(facts, intent, submit)
                : NULL;

        if (taken)
            finding_fail(finding, ENTRIES(taken->asked->n, submit->answered->n),
                         "%s of tenant %s was answered %d under a key that another tenant uses",
                         intent->given->name, intent->tenant, submit->answered->status);
    }
}

/* ---- what it wrote ---- */

static void add_identifiers(const struct facts *facts, struct uses *uses,
                            const struct fact_write *write, const struct cJSON *identifier)
{
    const char *system = json_string(identifier, "system");
    const char *value = json_string(identifier, "value");
    const struct cJSON *item;

    if (cJSON_IsArray(identifier)) {
        cJSON_ArrayForEach(item, identifier)
        {
            add_identifiers(facts, uses, write, item);
        }
        return;
    }
    if (system && value && strcmp(system, facts->evidence->identifier_system) == 0)
        add_use(facts, uses, (struct use){value, write->intent, write->exchange->arrived->n});
}

static void judge_identifiers(const struct facts *facts, struct finding *finding)
{
    struct uses uses = {0};

    for (size_t i = 0; facts->evidence->identifier_system && i < facts->exchange_count; i++)
        for (size_t k = 0; k < facts->exchanges[i]->write_count; k++) {
            const struct fact_write *write = &facts->exchanges[i]->writes[k];

            if (write->intent && write->method == METHOD_POST && !write->is_companion)
                add_identifiers(facts, &uses, write, json_get(write->body, "identifier"));
        }
    judge_uses(&uses, "the engine's identifier", finding);
}

/* The intent for which the resource was made in this run; NULL: it was there, or somebody else made it. */
static const struct fact_version *maker(const struct fact_version *version)
{
    const struct fact_version *first = version->resource->versions[0];

    return first->n && first->exchange ? first : NULL;
}

static bool names_it(const struct fact_intent *intent, const struct fact_resource *resource)
{
    for (size_t i = 0; i < intent->slot_count; i++)
        if (intent->slots[i].method != METHOD_POST && intent->slots[i].reference &&
            !intent->slots[i].system &&
            strcmp(intent->slots[i].reference, resource->reference) == 0)
            return true;
    return false;
}

/* Does the intent get what was made for another tenant? */
static void judge_resource(const struct facts *facts, const struct fact_intent *intent,
                           const struct fact_version *version, uint64_t n, struct finding *finding)
{
    const struct fact_version *made = version ? maker(version) : NULL;

    if (!made || made->intent == intent || names_it(intent, version->resource))
        return;
    if (is_apart(made->intent, intent))
        finding_fail(finding, ENTRIES(made->n, n),
                     "%s of tenant %s got %s, made for %s of tenant %s", intent->given->name,
                     intent->tenant, version->resource->reference, made->intent->given->name,
                     made->intent->tenant);
    for (size_t i = 0; !made->intent && i < facts->intent_count; i++)
        if (is_apart(facts->intents[i], intent))
            finding_unknown(finding, ENTRIES(made->n, n),
                            "%s got %s, which the engine made; for which tenant can't be told",
                            intent->given->name, version->resource->reference);
}

static void judge_resources(const struct facts *facts, const struct fact_intent *intent,
                            struct finding *finding)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];

        for (size_t k = 0; k < slot->effect_count; k++)
            judge_resource(facts, intent, slot->effects[k], slot->effects[k]->n, finding);
        for (size_t k = 0; k < intent->view_count; k++) {
            const struct fact_view *view = intent->views[k];
            struct claim claim = view_claim(facts, view, slot);

            if (view->state == STATE_COMMITTED && claim.reference)
                judge_resource(facts, intent, facts_current(facts, claim.reference, view->n),
                               view->n, finding);
        }
    }
}

void judge_tenant_apart(const struct facts *facts, struct finding *finding)
{
    judge_answers(facts, finding);
    judge_identifiers(facts, finding);
    for (size_t i = 0; i < facts->intent_count; i++) {
        judge_refusals(facts, facts->intents[i], finding);
        judge_resources(facts, facts->intents[i], finding);
    }
}
