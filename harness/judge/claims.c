/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims - see claims.h. Whether content stands is asked of touch and canon alone.
 */
#include "harness/judge/claims.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "harness/judge/canon.h"
#include "harness/judge/derive.h"
#include "harness/judge/diff.h"
#include "harness/judge/facts.h"
#include "harness/judge/facts_build.h"
#include "harness/judge/touch.h"

/* ---- canon ---- */

struct resolving {
    const struct facts *facts;
    const struct fact_intent *intent; /* or NULL */
};

static bool bears_identifier(const struct cJSON *tree, const char *system, const char *value)
{
    const struct cJSON *one;

    cJSON_ArrayForEach(one, json_get(tree, "identifier"))
    {
        const char *has_system = json_string(one, "system"), *has_value = json_string(one, "value");

        if (has_system && has_value && strcmp(has_system, system) == 0 &&
            strcmp(has_value, value) == 0)
            return true;
    }
    return false;
}

/* "Type?identifier=system|value": the only resource that bears it; NULL: none or several. */
static const char *resolve_conditional(const struct facts *facts, const char *reference)
{
    struct fact_url url = fact_url_parse(facts, reference);
    const char *system, *value, *found = NULL;

    if (!url.type || !fact_query_identifier(facts->arena, url.query, &system, &value))
        return NULL;
    for (size_t i = 0; i < facts->resource_count; i++) {
        const struct fact_resource *resource = facts->resources[i];
        const struct fact_version *last =
            resource->version_count > 0 ? resource->versions[resource->version_count - 1] : NULL;

        if (!last || !resource->type || strcmp(resource->type, url.type) != 0 ||
            !bears_identifier(fact_tree(last), system, value))
            continue;
        if (found)
            return NULL;
        found = resource->reference;
    }
    return found;
}

/* What a urn inside a Bundle stands for once its sibling is there, and what a conditional reference does. */
static const char *resolve(void *arg, const char *reference)
{
    const struct resolving *resolving = arg;
    const struct fact_intent *intent = resolving->intent;

    if (strchr(reference, '?'))
        return resolve_conditional(resolving->facts, reference);
    for (size_t i = 0; intent && i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];

        if (!slot->full_url || strcmp(slot->full_url, reference) != 0)
            continue;
        if (slot->effect_count)
            return slot->effects[0]->resource->reference;
        return slot->reference;
    }
    return NULL;
}

const struct canon *claims_canon(const struct facts *facts, const struct fact_intent *intent,
                                 const struct cJSON *tree, const struct cJSON *like)
{
    struct resolving resolving = {facts, intent};
    struct canon_options options = {facts->evidence->base, resolve, &resolving};

    return canon_make(facts->arena, tree, &options, like);
}

/* ---- does it stand? ---- */

/* What the intent makes of the version before this one: how an engine that patches the current one sees it. */
static bool follows_from_pred(const struct facts *facts, const struct fact_slot *slot,
                              const struct fact_version *version)
{
    const struct fact_version *pred = version->pred;
    struct err err = ERR_INIT;
    enum patch_result result;

    if (slot->method != METHOD_PATCH || !pred || pred->is_deletion || !fact_tree(pred) ||
        !cJSON_IsArray(slot->content))
        return false;
    const struct cJSON *made =
        patch_apply(facts->arena, fact_tree(pred), slot->content, &result, &err);
    return made && canon_equal(claims_canon(facts, slot->intent, made, fact_tree(version)),
                               claims_canon(facts, slot->intent, fact_tree(version), NULL));
}

static bool touch_missing(const struct facts *facts, const struct touch *touch,
                          const struct canon *is, const struct canon *shall, const char **out_diff)
{
    if (!touch || touch_stands(facts->arena, touch, is))
        return false;
    if (out_diff)
        *out_diff = diff_text(facts->arena, shall, is);
    return true;
}

static bool find_stands(const struct facts *facts, const struct fact_slot *slot,
                        const struct fact_version *version, const char **out_diff)
{
    const struct fact_version *base = slot->base && !slot->base->is_deletion ? slot->base : NULL;
    const struct cJSON *tree = fact_tree(version), *old = base ? fact_tree(base) : NULL;
    const struct canon *is, *was, *shall;

    if (slot->method == METHOD_DELETE || version->is_deletion)
        return (slot->method == METHOD_DELETE) == version->is_deletion;
    if (!tree)
        return false;
    if (slot->method == METHOD_PATCH) {
        struct canon_options options = {.base = facts->evidence->base};
        const struct touch *touch =
            old && cJSON_IsArray(slot->content)
                ? touch_patch(facts->arena, old, NULL, slot->content, &options)
                : NULL;

        if (!touch)
            return follows_from_pred(facts, slot, version);
        is = claims_canon(facts, slot->intent, tree, old);
        was = claims_canon(facts, slot->intent, old, NULL);
        return !touch_missing(facts, touch, is, was, out_diff) ||
               follows_from_pred(facts, slot, version);
    }
    if (slot->method == METHOD_POST)
        tree = facts_without_own_identifier(facts, tree, slot->content);
    is = claims_canon(facts, slot->intent, tree, slot->content);
    was = claims_canon(facts, slot->intent, old, slot->content);
    shall = claims_canon(facts, slot->intent, slot->content, NULL);
    if (!shall)
        return false;
    const struct touch *touch =
        was ? touch_update(facts->arena, was, shall) : touch_all(facts->arena, NULL, shall);
    return !touch_missing(facts, touch, is, shall, out_diff);
}

/* Asked for every statement about an intent, so it is found out once for each of its slots and a version; why not is
 * found out only for who asks. */
bool slot_stands(const struct facts *facts, const struct fact_slot *slot,
                 const struct fact_version *version, const char **out_diff)
{
    const struct fact_slot *slots = slot->intent ? slot->intent->slots : NULL;
    struct fact_standing *standing = version->memo->standings;

    if (!slots || slot < slots || slot >= slots + slot->intent->slot_count)
        return find_stands(facts, slot, version, out_diff); /* what a judge made up */
    while (standing && standing->slot != slot)
        standing = standing->next;
    if (standing && (standing->stands || !out_diff))
        return standing->stands;
    bool stands = find_stands(facts, slot, version, out_diff);
    if (!standing) {
        standing = arena_alloc(facts->arena, sizeof(*standing));
        *standing = (struct fact_standing){
            .slot = slot, .stands = stands, .next = version->memo->standings};
        version->memo->standings = standing;
    }
    return stands;
}

const struct fact_version *slot_effect(const struct fact_slot *slot, uint64_t n)
{
    return slot->effect_count && slot->effects[0]->n <= n ? slot->effects[0] : NULL;
}

bool version_was_denied(const struct fact_version *version)
{
    return version->is_undo && version->write && version->write->status == 412;
}

bool slot_in_effect(const struct facts *facts, const struct fact_slot *slot, uint64_t n)
{
    const struct fact_version *current =
        slot->reference ? facts_current(facts, slot->reference, n) : NULL;

    if (slot_effect(slot, n))
        return true;
    for (size_t i = 0; i < slot->write_count; i++) { /* as an If-None-Exist that found its match */
        const struct fact_write *write = slot->writes[i];

        if (write->status >= 200 && write->status < 300 && write->exchange->replied->n <= n)
            return true;
    }
    if (slot->method == METHOD_DELETE)
        return !current || current->is_deletion;
    return current && slot->method != METHOD_POST && slot_stands(facts, slot, current, NULL);
}

/* ---- how often ---- */

size_t acts_before(const struct fact_intent *intent, uint64_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < intent->decision_count; i++) {
        const struct fact_decision *decision = &intent->decisions[i];
        bool is_unanswered = !decision->answered || decision->answered->status == 0;

        count += decision->asked->n < n && strcmp(decision->decision, "discard") != 0 &&
                 (decision->is_accepted || is_unanswered);
    }
    return count;
}

/* Was this delivery refused, or known by its key or by the id in its answer as an earlier one? */
static bool is_known_delivery(const struct fact_intent *intent, size_t index)
{
    const struct fact_submit *submit = &intent->submits[index];
    const char *id = submit->view ? submit->view->id : NULL;
    int status = submit->answered ? submit->answered->status : 0;

    if (status >= 400 && status < 500)
        return true;
    for (size_t i = 0; i < index; i++) {
        const struct fact_view *view = intent->submits[i].view;

        if (strcmp(intent->submits[i].key, submit->key) == 0 ||
            (id && view && view->id && strcmp(view->id, id) == 0))
            return true;
    }
    return false;
}

size_t intents_behind(const struct facts *facts, const struct fact_intent *intent, uint64_t n)
{
    size_t count = 0;

    if (facts->evidence->dedupes_by_source)
        return 1;
    for (size_t i = 0; i < intent->submit_count && intent->submits[i].asked->n < n; i++)
        count += !is_known_delivery(intent, i);
    return count ? count : 1;
}

size_t effects_allowed(const struct facts *facts, const struct fact_intent *intent, uint64_t n)
{
    return intents_behind(facts, intent, n) + acts_before(intent, n);
}

/* An act of a human lets one more version follow what was under way before it. */
static bool is_allowed(const struct facts *facts, const struct fact_slot *slot, size_t index)
{
    const struct fact_version *before = slot->effects[index - 1];
    uint64_t n = slot->effects[index]->n;
    uint64_t since = before->exchange ? before->exchange->arrived->n : before->n;

    if (version_was_lost(before, n))
        return true; /* the server lost the first */
    if (index >= effects_allowed(facts, slot->intent, n))
        return false;
    return intents_behind(facts, slot->intent, n) > 1 ||
           acts_before(slot->intent, n) > acts_before(slot->intent, since);
}

const struct fact_version *slot_repeated(const struct facts *facts, const struct fact_slot *slot)
{
    for (size_t i = 1; i < slot->effect_count; i++)
        if (!is_allowed(facts, slot, i))
            return slot->effects[i];
    return NULL;
}

const struct fact_version *version_other(const struct facts *facts,
                                         const struct fact_version *version)
{
    const struct fact_slot *slot = version->slot;

    if (facts->evidence->guards.lost_update == SIM_PREVENT)
        return NULL;
    for (size_t i = 0; slot && slot->method != METHOD_POST && i < slot->effect_count; i++) {
        const struct fact_version *other = slot->effects[i];

        if (other->resource == version->resource &&
            ((version_is_newer(version, other) && write_excludes(facts, version->write, other)) ||
             (version_is_newer(other, version) && write_excludes(facts, other->write, version))))
            return other;
    }
    return NULL;
}

bool version_is_told(const struct fact_version *version)
{
    for (size_t i = 0; i < version->receipt_count; i++)
        if (version->receipts[i].is_own_reply)
            return true;
    return false;
}

/* Would it tell whose the version is, if it showed it? A history does, and a search for what a create made. */
static bool is_telling(const struct fact_exchange *exchange, const struct fact_version *version)
{
    const char *interaction = exchange->arrived->interaction, *about = exchange->reference;

    return (strcmp(interaction, "history") == 0 ||
            (!version->pred && strcmp(interaction, "search") == 0)) &&
           strcmp(about, version->pred ? version->resource->reference : version->resource->type) ==
               0;
}

bool version_is_shown(const struct fact_version *version)
{
    if (version_is_told(version))
        return true;
    for (size_t i = 0; i < version->receipt_count; i++)
        if (is_telling(version->receipts[i].exchange, version))
            return true;
    return false;
}

bool version_is_hidden(const struct facts *facts, const struct fact_version *version)
{
    bool was_asked_for = false;

    if (version_is_shown(version))
        return false;
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        was_asked_for = was_asked_for || (is_telling(exchange, version) && exchange->replied &&
                                          exchange->arrived->n > version->n);
    }
    return was_asked_for;
}

bool version_is_astray(const struct facts *facts, const struct fact_version *version)
{
    return !version_is_told(version) && version->write && version->write->method != METHOD_POST &&
           version->pred && write_excludes(facts, version->write, version->pred);
}

static bool asked_for(const struct facts *facts, const struct fact_write *write,
                      const struct fact_version *version)
{
    const struct canon *asked;
    struct named_guard guard;

    write_guard(facts, write, &guard);
    return guard.version == version->pred && write_asks(facts, write, version->pred, &asked) &&
           canon_equal(asked, version_canon(facts, write->slot, version));
}

/* Deleting what is gone makes no version, and a server that does not look at guards may name the deletion that is there. */
static bool is_named_as_deletion(const struct facts *facts, const struct fact_exchange *exchange,
                                 const struct fact_version *version)
{
    const char *etag = header_text(exchange->reply_headers, "ETag"), *label = NULL;
    bool is_weak;

    return version->is_deletion && etag && etag_parse(facts->arena, etag, &label, &is_weak) &&
           strcmp(label, version->label) == 0;
}

/* A first version that is just what a create of the intent asked for, with the identifier that it was given: a server that
 * was restored may have it under another id. */
static bool is_copy_for(const struct facts *facts, const struct fact_intent *intent,
                        const struct fact_version *version)
{
    const struct canon *is = claims_canon(facts, intent, fact_tree(version), NULL);

    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];

        for (size_t k = 0; k < slot->write_count && slot->method == METHOD_POST; k++) {
            const struct cJSON *body = slot->writes[k]->body;

            if (!patch_equal(body, facts_without_own_identifier(facts, body, slot->content)) &&
                canon_equal(is, claims_canon(facts, intent, body, fact_tree(version))))
                return true;
        }
    }
    return false;
}

bool version_is_copy(const struct facts *facts, const struct fact_version *version)
{
    for (size_t i = 0; !version->exchange && !version->pred && i < facts->intent_count; i++)
        if (is_copy_for(facts, facts->intents[i], version))
            return true;
    return false;
}

bool version_looks_own(const struct facts *facts, const struct fact_intent *intent,
                       const struct fact_version *version)
{
    if (intent && !version->pred && !version->exchange && is_copy_for(facts, intent, version))
        return true;
    for (size_t i = 0; intent && version->pred && i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];
        int status = exchange->replied ? exchange->replied->status : 0;
        bool is_told = status != 0 && status < 500 && status != 409 && /* 409 may follow a commit */
                       !is_named_as_deletion(facts, exchange, version);

        for (size_t k = 0; k < exchange->write_count && !is_told; k++)
            if (exchange->writes[k].intent == intent &&
                asked_for(facts, &exchange->writes[k], version))
                return true;
    }
    return false;
}

bool version_is_twin(const struct fact_version *version)
{
    const struct fact_slot *slot = version->slot;

    for (size_t i = 0; slot && i < slot->effect_count; i++)
        if (slot->method == METHOD_POST && slot->effects[i]->resource != version->resource)
            return true;
    return false;
}

/* ---- what was said ---- */

struct claim view_claim(const struct facts *facts, const struct fact_view *view,
                        const struct fact_slot *slot)
{
    const struct fact_intent *intent = slot->intent;
    const struct cJSON *entries, *item;
    const char *located = NULL;
    struct claim claim = {0};

    if (intent->operation != OPERATION_BUNDLE)
        return (struct claim){
            .reference = view->reference,
            .label = view->label,
            .is_said = view->has_result,
        };
    entries = json_get(json_get(intent->given->payload, "bundle"), "entry");
    item = json_at(view->results,
                   json_count(view->results) == json_count(entries) ? slot->entry : slot->index);
    if (!cJSON_IsObject(item))
        return claim;
    const char *state = json_string(item, "state");
    claim.is_said = true;
    claim.is_committed = state && strcmp(state, "committed") == 0;
    claim.reference = facts_reference(facts, json_string(item, "reference"), &located);
    claim.label = facts_label(facts, json_get(item, "versionId"));
    if (!claim.label)
        claim.label = located;
    return claim;
}

static bool names_convergence(const struct cJSON *tree)
{
    static const char *const words[] = {"converge",  "no-op",        "noop",
                                        "no op",     "already",      "unchanged",
                                        "identical", "not modified", "nothing to"};
    const struct cJSON *child;
    const char *text = json_text(tree);

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if ((text && strcasestr(text, words[i])) ||
            (tree && tree->string && strcasestr(tree->string, words[i]) && !cJSON_IsFalse(tree) &&
             !cJSON_IsNull(tree)))
            return true;
    cJSON_ArrayForEach(child, tree)
    {
        if (names_convergence(child))
            return true;
    }
    return false;
}

bool view_names_convergence(const struct fact_view *view)
{
    const struct cJSON *member;

    /* What the view repeats of the intent is not said by the engine. */
    cJSON_ArrayForEach(member, view->tree)
    {
        if (member->string && strcmp(member->string, "target") != 0 &&
            strcmp(member->string, "request") != 0 && strcmp(member->string, "intent") != 0 &&
            names_convergence(member))
            return true;
    }
    return false;
}

bool claims_hash_is(const char *hash, const struct cJSON *tree)
{
    char own[HASH_HEX_SIZE];

    if (!hash || !tree)
        return false;
    if (strncmp(hash, "sha256:", 7) == 0)
        hash += 7;
    hash_canonical(tree, own);
    return strcasecmp(hash, own) == 0;
}

const struct fact_version *record_version(const struct facts *facts,
                                          const struct fact_intent *intent, const char *reference,
                                          const char *label, uint64_t n)
{
    const struct fact_resource *resource = facts_resource(facts, reference);

    for (size_t i = resource && label && intent ? resource->version_count : 0; i > 0; i--) {
        const struct fact_version *version = resource->versions[i - 1];

        if (version->n <= n && version->exchange && version->intent == intent &&
            strcmp(version->label, label) == 0)
            return version;
    }
    return facts_version(facts, reference, label, n);
}
