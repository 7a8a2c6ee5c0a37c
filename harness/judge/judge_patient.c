/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_patient - no-wrong-patient: what is written, and what is adopted as result, is the intent's patient's.
 *
 * Whose a resource is, R4's compartment parameters say. One that names several patients is the intent's when its patient
 * is among them; one more that neither was there nor is the intent's own word is not. The same for the encounter.
 */
#include <string.h>

#include "base/json.h"
#include "harness/judge/achievable.h"
#include "harness/judge/claims.h"
#include "harness/judge/compartment.h"
#include "harness/judge/derive.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

struct belonging {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_intent *intent;
    enum compartment compartment;
    const char *owner;     /* the intent's */
    struct owners allowed; /* it, and who stands for it */
};

static const char *const words[COMPARTMENTS] = {
    [COMPARTMENT_PATIENT] = "patient", [COMPARTMENT_ENCOUNTER] = "encounter"};

/* "Patient/ada", or an object with that reference; NULL: the intent does not say. */
static const char *owner_of(const struct facts *facts, const struct fact_intent *intent,
                            enum compartment compartment)
{
    const struct cJSON *said = json_get(intent->given->payload, words[compartment]);
    const char *text = json_text(said) ? json_text(said) : json_string(said, "reference");

    return facts_reference(facts, text, NULL);
}

static void allow(struct belonging *belonging, uint64_t n)
{
    belonging->allowed.count = 0;
    if (belonging->compartment == COMPARTMENT_PATIENT)
        patient_and_survivors(belonging->facts, belonging->owner, n, &belonging->allowed);
    else
        owners_add(&belonging->allowed, belonging->owner);
}

static bool allows_any(const struct belonging *belonging, const struct owners *owners)
{
    for (size_t i = 0; i < owners->count; i++)
        if (owners_has(&belonging->allowed, owners->references[i]))
            return true;
    return false;
}

/* Is everything that names an owner somebody else's? The first of them, else NULL. */
static const char *stranger(const struct belonging *belonging, const struct fact_version *version)
{
    struct owners owners = {.count = 0};

    compartment_owners(belonging->facts, belonging->compartment, version, &owners);
    return owners.count == 0 || allows_any(belonging, &owners) ? NULL : owners.references[0];
}

/* Does a reference to it stand anywhere in what the intent itself says? */
static bool is_said(const struct facts *facts, const struct cJSON *tree, const char *reference)
{
    const char *text = json_text(tree);
    const struct cJSON *child;

    if (text) {
        const char *named = facts_reference(facts, text, NULL);

        return named && strcmp(named, reference) == 0;
    }
    cJSON_ArrayForEach(child, tree)
    {
        if (is_said(facts, child, reference))
            return true;
    }
    return false;
}

/* An owner that the write brought in, though it is not the intent's and the intent does not name it. NULL: none. */
static const char *intruder(const struct belonging *belonging, const struct fact_version *version)
{
    struct owners before = {.count = 0}, after = {.count = 0};

    compartment_owners(belonging->facts, belonging->compartment, version->pred, &before);
    compartment_owners(belonging->facts, belonging->compartment, version, &after);
    for (size_t i = 0; i < after.count; i++) {
        const char *reference = after.references[i];

        if (!owners_has(&before, reference) && !owners_has(&belonging->allowed, reference) &&
            !is_said(belonging->facts, belonging->intent->given->payload, reference))
            return reference;
    }
    return NULL;
}

/* The write named an older version, which was the intent's patient's, and the server did not look. */
static bool is_the_servers(const struct belonging *belonging, const struct fact_version *version)
{
    struct named_guard guard;

    if (!version->pred ||
        !harm_is_the_servers(belonging->facts, belonging->intent, version, version->pred))
        return false;
    write_guard(belonging->facts, version->write, &guard);
    return guard.version && !stranger(belonging, guard.version);
}

static void judge_version(struct belonging *belonging, const struct fact_version *version)
{
    const char *other = NULL;

    if (version_is_unreadable(version) || version_is_unreadable(version->pred)) {
        finding_unknown(belonging->finding, ENTRIES(version->n),
                        "whose %s version %s is can't be told: it can't be read",
                        version->resource->reference, version->label);
        return;
    }
    allow(belonging, version->n);
    other = stranger(belonging, version->pred);
    if (!other)
        other = stranger(belonging, version);
    if (!other)
        other = intruder(belonging, version);
    if (other && !is_the_servers(belonging, version))
        finding_fail(belonging->finding, ENTRIES(version->n),
                     "%s is for %s, but %s version %s is of %s", belonging->intent->given->name,
                     belonging->owner, version->resource->reference, version->label, other);
}

/* What a view names as the result, though the engine did not write it. */
static void judge_adopted(struct belonging *belonging, const struct fact_view *view,
                          const struct fact_slot *slot)
{
    const struct facts *facts = belonging->facts;
    struct claim claim = view_claim(facts, view, slot);
    const struct fact_version *version =
        claim.reference && claim.label ? facts_version(facts, claim.reference, claim.label, view->n)
                                       : NULL;

    if (!version && claim.reference)
        version = facts_current(facts, claim.reference, view->n);
    if (!version || version->intent == belonging->intent)
        return; /* its own is judged where it was made */
    allow(belonging, view->n);
    const char *other = stranger(belonging, version);
    if (other)
        finding_fail(belonging->finding, ENTRIES(version->n, view->n),
                     "%s is for %s, but its result is %s, which is of %s",
                     belonging->intent->given->name, belonging->owner, version->resource->reference,
                     other);
}

static void judge_belonging(struct belonging *belonging)
{
    const struct fact_intent *intent = belonging->intent;

    for (size_t i = 0; i < intent->slot_count; i++)
        for (size_t k = 0; k < intent->slots[i].effect_count; k++)
            judge_version(belonging, intent->slots[i].effects[k]);
    for (size_t i = 0; i < intent->view_count; i++)
        for (size_t k = 0; intent->views[i]->state == STATE_COMMITTED && k < intent->slot_count;
             k++)
            judge_adopted(belonging, intent->views[i], &intent->slots[k]);
    /* What it wrote without meaning to is nobody's slot. */
    for (size_t i = 0; i < belonging->facts->commit_count; i++) {
        const struct fact_version *version = belonging->facts->commits[i];

        if (version->intent == intent && !version->slot && !version->is_companion)
            judge_version(belonging, version);
    }
}

void judge_no_wrong_patient(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++)
        for (enum compartment c = 0; c < COMPARTMENTS; c++) {
            struct belonging belonging = {.facts = facts,
                                          .finding = finding,
                                          .intent = facts->intents[i],
                                          .compartment = c,
                                          .owner = owner_of(facts, facts->intents[i], c)};

            if (belonging.owner)
                judge_belonging(&belonging);
        }
}
