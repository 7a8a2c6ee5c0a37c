/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_keys - same-key-same-answer. A key belongs to a tenant and a source; payloads are equal when their canonical
 * JSON is.
 *
 * The payload of a key is the one that was accepted first. One delivered before it, without an answer, may have been
 * taken as well: which of them the engine holds cannot be told, unless both take effect.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* One submit of any intent, and what its key and payload are. */
struct delivery {
    const struct fact_intent *intent;
    const struct fact_submit *submit;
    const char *owner;     /* tenant, source and key in one text */
    const char *canonical; /* of the payload */
    bool is_accepted, is_unanswered;
};

static const char *canonical(struct arena *arena, const struct cJSON *payload)
{
    struct buf buf = BUF_INIT;

    if (payload)
        json_canonical(&buf, payload);
    const char *text = buf_copy(&buf, arena);
    buf_release(&buf);
    return text;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static int by_owner(const void *a, const void *b)
{
    const struct delivery *left = a, *right = b;
    int order = strcmp(left->owner, right->owner);

    if (order)
        return order;
    return (left->submit->asked->n > right->submit->asked->n) -
           (left->submit->asked->n < right->submit->asked->n);
}

static struct delivery *collect(const struct facts *facts, size_t *out_count)
{
    size_t count = 0;
    struct delivery *all;

    for (size_t i = 0; i < facts->intent_count; i++)
        count += facts->intents[i]->submit_count;
    all = arena_alloc(facts->arena, (count + 1) * sizeof(*all));
    count = 0;
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        for (size_t k = 0; k < intent->submit_count; k++) {
            const struct fact_submit *submit = &intent->submits[k];
            int status = submit->answered ? submit->answered->status : 0;
            const struct cJSON *source = json_get(submit->payload, "source");

            all[count++] = (struct delivery){
                .intent = intent,
                .submit = submit,
                .owner = arena_printf(facts->arena, "%s\n%s\n%s",
                                      text_or(json_string(submit->payload, "tenant"), ""),
                                      text_or(json_string(source, "system"), ""), submit->key),
                .canonical = canonical(facts->arena, submit->payload),
                .is_accepted = status >= 200 && status < 300,
                .is_unanswered = status == 0,
            };
        }
    }
    qsort(all, count, sizeof(*all), by_owner);
    *out_count = count;
    return all;
}

/* ---- equal payloads ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The last terminal statement of that id, as it stands at n. */
static const struct fact_view *terminal_before(const struct fact_intent *intent, const char *id,
                                               uint64_t n)
{
    for (size_t i = intent->view_count; i > 0; i--) {
        const struct fact_view *view = intent->views[i - 1];

        if (view->n < n && state_is_terminal(view->state) && same_text(view->id, id))
            return intent_was_operated(intent, view->n, n) ? NULL : view;
    }
    return NULL;
}

static bool same_results(const struct fact_view *a, const struct fact_view *b)
{
    struct arena *arena = arena_new();
    bool same = json_count(a->results) + json_count(b->results) == 0 ||
                strcmp(canonical(arena, a->results), canonical(arena, b->results)) == 0;

    arena_free(arena);
    return same;
}

static void judge_repeat(const struct delivery *first, const struct delivery *again,
                         struct finding *finding)
{
    const struct fact_view *was = first->submit->view, *is = again->submit->view;
    const struct sim_entry *answered = again->submit->answered;
    const char *name = again->intent->given->name;

    if (again->is_unanswered)
        return;
    if (!again->is_accepted) {
        bool was_open =
            !first->submit->answered || first->submit->answered->n > again->submit->asked->n;

        if (first->is_accepted && answered->status < 500 && answered->status != 429 &&
            !(answered->status == 409 && was_open))
            finding_fail(finding, ENTRIES(first->submit->answered->n, answered->n),
                         "%s was accepted; sent again under the same key it was answered %d", name,
                         answered->status);
        return;
    }
    if (!first->is_accepted || !was)
        return;
    if (!is) {
        finding_fail(finding, ENTRIES(answered->n),
                     "%s was sent again, and the answer does not say what became of it", name);
        return;
    }
    if (!same_text(was->id, is->id)) {
        finding_fail(finding, ENTRIES(was->n, is->n),
                     "%s has the id %s, and sent again under the same key %s", name,
                     text_or(was->id, "(none)"), text_or(is->id, "(none)"));
        return;
    }
    if (json_get(is->tree, "bare"))
        return; /* no word about its state: the engine says that elsewhere, as it did before */
    const struct fact_view *end = terminal_before(again->intent, is->id, again->submit->asked->n);
    if (!end || intent_was_operated(again->intent, end->n, is->n))
        return;
    if (end->state != is->state || !same_text(end->reference, is->reference) ||
        !same_text(end->label, is->label) || !same_results(end, is))
        finding_fail(finding, ENTRIES(end->n, is->n),
                     "%s had ended; sent again, its answer is another", name);
}

/* ---- other payloads ---- */

static bool is_word(const struct fact_record *record, const char *member, const char *word)
{
    const char *text = json_string(record->tree, member);

    return text && strcmp(text, word) == 0;
}

/* Does the engine hold this payload: its hash as accepted or committed, or the payload in a review? To note with its
 * hash that it was refused is to hold nothing. */
static const struct fact_record *stored(const struct facts *facts, const struct delivery *other)
{
    const struct fact_intent *intent = other->intent;
    char hash[HASH_HEX_SIZE];

    if (!other->submit->payload)
        return NULL;
    hash_canonical(other->submit->payload, hash);
    for (size_t i = 0; i < intent->event_count; i++)
        if (is_word(intent->events[i], "payloadHash", hash) &&
            is_word(intent->events[i], "kind", "accepted"))
            return intent->events[i];
    for (size_t i = 0; i < intent->audit_count; i++)
        if (is_word(intent->audit[i], "payloadHash", hash) &&
            is_word(intent->audit[i], "outcome", "committed"))
            return intent->audit[i];
    for (size_t i = 0; i < intent->review_count; i++)
        if (strcmp(canonical(facts->arena, json_get(intent->reviews[i]->tree, "request")),
                   other->canonical) == 0)
            return intent->reviews[i];
    return NULL;
}

/* The slot as the other payload would have it; false where it has no such part. */
static bool other_slot(const struct delivery *other, const struct fact_slot *slot,
                       struct fact_slot *out)
{
    const struct cJSON *payload = other->submit->payload;
    const char *member = slot->method == METHOD_PATCH ? "patch" : "resource";

    *out = *slot;
    if (slot->intent->operation == OPERATION_BUNDLE)
        out->content = json_get(
            json_at(json_get(json_get(payload, "bundle"), "entry"), slot->entry), "resource");
    else
        out->content = json_get(payload, member);
    return out->content && slot->content && slot->method != METHOD_DELETE;
}

static const char *content_of(const struct facts *facts, const struct cJSON *content)
{
    return canonical(facts->arena, facts_without_own_identifier(facts, content, NULL));
}

/* Does the version hold what only the other payload wants, or was just that sent for it? */
static bool holds_other(const struct facts *facts, const struct delivery *other,
                        const struct fact_version *version)
{
    struct fact_slot slot;

    if (!other_slot(other, version->slot, &slot))
        return false;
    if (slot_stands(facts, &slot, version, NULL) &&
        !slot_stands(facts, version->slot, version, NULL))
        return true;
    const char *wanted = content_of(facts, slot.content);
    return version->write && strcmp(content_of(facts, version->write->body), wanted) == 0 &&
           strcmp(content_of(facts, version->slot->content), wanted) != 0;
}

/* Is it of no slot of the intent, but where the other payload points? */
static bool is_others_target(const struct facts *facts, const struct delivery *other,
                             const struct fact_version *version)
{
    const struct cJSON *payload = other->submit->payload, *target = json_get(payload, "target");
    const char *reference = facts_reference(facts, json_string(target, "reference"), NULL);
    const char *type = json_string(json_get(payload, "resource"), "resourceType");

    if (reference)
        return strcmp(reference, version->resource->reference) == 0;
    return type && strcmp(type, version->resource->type) == 0;
}

/* A version that comes of the other payload. */
static const struct fact_version *effect_of(const struct facts *facts, const struct delivery *other)
{
    for (size_t i = 0; i < facts->commit_count; i++) {
        const struct fact_version *version = facts->commits[i];

        if (version->intent != other->intent || version->is_companion ||
            version->n < other->submit->asked->n)
            continue;
        if (version->slot ? holds_other(facts, other, version)
                          : is_others_target(facts, other, version))
            return version;
    }
    return NULL;
}

static void judge_other(const struct facts *facts, const struct delivery *first,
                        const struct delivery *other, struct finding *finding)
{
    const char *name = other->intent->given->name;
    const struct fact_version *effect = effect_of(facts, other);
    const struct fact_record *record = stored(facts, other);

    if (other->is_accepted)
        finding_fail(finding, ENTRIES(first->submit->asked->n, other->submit->answered->n),
                     "%s was sent with another payload under the same key and was accepted", name);
    if (effect)
        finding_fail(finding, ENTRIES(other->submit->asked->n, effect->n),
                     "%s was sent with another payload under the same key, and that took effect",
                     name);
    if (record)
        finding_fail(finding, ENTRIES(other->submit->asked->n, record->n),
                     "%s was sent with another payload under the same key, and that was stored",
                     name);
}

/* ---- together ---- */

static void judge_key(const struct facts *facts, const struct delivery *all, size_t count,
                      struct finding *finding)
{
    const struct delivery *first = NULL;

    for (size_t i = 0; i < count && !first; i++)
        if (all[i].is_accepted)
            first = &all[i];
    if (!first)
        first = all;
    for (size_t i = 0; i < count; i++) {
        bool is_equal = strcmp(all[i].canonical, first->canonical) == 0;

        if (&all[i] == first)
            continue;
        if (is_equal && all[i].submit->asked->n > first->submit->asked->n)
            judge_repeat(first, &all[i], finding);
        else if (!is_equal && all[i].submit->asked->n > first->submit->asked->n)
            judge_other(facts, first, &all[i], finding);
        else if (!is_equal && all[i].is_unanswered)
            finding_unknown(finding, ENTRIES(all[i].submit->asked->n, first->submit->asked->n),
                            "which of two payloads under one key came first is not known");
    }
}

void judge_same_key_same_answer(const struct facts *facts, struct finding *finding)
{
    size_t count, start = 0;
    const struct delivery *all = collect(facts, &count);

    for (size_t i = 1; i <= count; i++) {
        if (i < count && strcmp(all[i].owner, all[start].owner) == 0)
            continue;
        judge_key(facts, &all[start], i - start, finding);
        start = i;
    }
}
