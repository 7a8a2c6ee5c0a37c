/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_next - recovery-path and settles: what is not written has a next step that somebody can see, and the engine
 * comes to rest.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/diff.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* ---- recovery-path ---- */

static bool has_text(const struct cJSON *tree)
{
    const struct cJSON *child;

    if (json_text(tree))
        return *json_text(tree) != '\0';
    cJSON_ArrayForEach(child, tree)
    {
        if (has_text(child))
            return true;
    }
    return false;
}

/* What a review shows, held against the chart when it was shown. */
struct showing {
    const struct facts *facts;
    const struct fact_intent *intent;
    uint64_t n;
    size_t shown;      /* resources that it shows as they are */
    const char *wrong; /* reference of one that is another in the chart; NULL: none */
    const char *diff;
};

/* Did what stands behind the number of the version become just that before n, without a version that says so? */
static bool was_changed_to(const struct showing *showing, const struct fact_version *version,
                           const struct cJSON *shown)
{
    const struct facts *facts = showing->facts;

    for (size_t i = 0; i < showing->n && i < facts->evidence->entry_count; i++) {
        const struct sim_entry *entry = facts->evidence->entries[i];
        struct err ignored = ERR_INIT;

        if (entry->kind != SIM_FAULT || !entry->body ||
            strncmp(entry->fault, "mutate-later", strlen("mutate-later")) != 0 ||
            strcmp(entry->reference, version->resource->reference) != 0 ||
            entry->ordinal != version->ordinal)
            continue;
        const struct cJSON *tree =
            json_parse(facts->arena, entry->body, entry->body_size, &ignored);
        if (tree && canon_equal(claims_canon(facts, NULL, tree, NULL),
                                claims_canon(facts, NULL, shown, tree)))
            return true;
    }
    return false;
}

static void show_resource(struct showing *showing, const struct cJSON *resource)
{
    const struct facts *facts = showing->facts;
    const char *type = json_string(resource, "resourceType"), *id = json_string(resource, "id");
    const char *reference = showing->intent->slots ? showing->intent->slots[0].reference : NULL;
    const struct fact_version *current;

    if (id)
        reference = arena_printf(facts->arena, "%s/%s", type, id);
    current = reference ? facts_current(facts, reference, showing->n) : NULL;
    if (current && !current->is_deletion) {
        const struct canon *is = claims_canon(facts, NULL, fact_tree(current), NULL);
        const struct canon *shown = claims_canon(facts, NULL, resource, fact_tree(current));

        if (canon_equal(is, shown) || was_changed_to(showing, current, resource)) {
            showing->shown++;
            return;
        }
        showing->diff = diff_text(facts->arena, is, shown);
    }
    showing->wrong = reference ? reference : type;
}

/* `current` is a resource, or holds several: an array, a Bundle, members by entry. */
static void show(struct showing *showing, const struct cJSON *tree)
{
    const char *type = json_string(tree, "resourceType");
    const struct cJSON *child;

    if (type && strcmp(type, "Bundle") != 0) {
        if (strcmp(type, "OperationOutcome") != 0)
            show_resource(showing, tree);
        return;
    }
    cJSON_ArrayForEach(child, tree)
    {
        show(showing, child);
    }
}

static bool is_live(const struct facts *facts, const char *reference, uint64_t n)
{
    const struct fact_version *current = reference ? facts_current(facts, reference, n) : NULL;

    return current && !current->is_deletion;
}

/* The review of that id as it was shown last; of an intent when the view names none. NULL: it was not seen. */
static const struct fact_record *last_review(const struct fact_intent *intent, const char *id)
{
    for (size_t i = intent->review_count; i > 0; i--) {
        const struct fact_record *review = intent->reviews[i - 1];
        const char *own = json_string(review->tree, "id");

        if (review->entry->status == 200 && (!id || !own || strcmp(own, id) == 0))
            return review;
    }
    return NULL;
}

static void judge_review(const struct facts *facts, const struct fact_intent *intent,
                         const struct fact_record *review, struct finding *finding)
{
    struct showing showing = {.facts = facts, .intent = intent, .n = review->n};
    bool is_simple = intent->operation != OPERATION_BUNDLE && intent->slot_count > 0;
    bool is_create = is_simple && intent->slots[0].method == METHOD_POST;

    show(&showing, json_get(review->tree, "current"));
    if (showing.wrong) {
        finding_fail(finding, ENTRIES(review->n),
                     "the review of %s shows %s other than it is in the chart", intent->given->name,
                     showing.wrong);
        finding_diff(finding, showing.diff ? showing.diff : "");
    } else if ((!json_get(review->tree, "current") && !is_create) || /* nothing may be there yet */
               (is_simple && showing.shown == 0 && !is_create &&
                is_live(facts, intent->slots[0].reference, review->n))) {
        finding_fail(finding, ENTRIES(review->n),
                     "the review of %s does not show the current chart", intent->given->name);
    }
}

static void judge_open_item(const struct facts *facts, const struct fact_intent *intent,
                            const struct fact_view *view, struct finding *finding)
{
    const struct fact_record *review = last_review(intent, view->review);

    if (!(facts->evidence->parts & PART_REVIEWS)) {
        if (!view->review && !has_text(view->problem))
            finding_fail(finding, ENTRIES(view->n),
                         "%s is open, with neither a review nor a problem", intent->given->name);
        return;
    }
    if (review)
        judge_review(facts, intent, review, finding);
    else if (!has_text(view->problem))
        finding_fail(finding, ENTRIES(view->n),
                     "%s is open, but there is no review of it and no problem that says what to do",
                     intent->given->name);
}

static void judge_next_step(const struct facts *facts, const struct fact_intent *intent,
                            const struct fact_view *view, struct finding *finding)
{
    int status = view->entry->status;

    if (state_is_open(view->state)) {
        judge_open_item(facts, intent, view, finding);
        return;
    }
    if (view->state == STATE_NONE && (status < 200 || status >= 300) && status != 404 &&
        status != 410) {
        finding_unknown(finding, ENTRIES(view->n), "the state of %s was not answered (status %d)",
                        intent->given->name, status);
        return;
    }
    if (view->state == STATE_REJECTED || !state_is_terminal(view->state))
        if (!has_text(view->problem))
            finding_fail(finding, ENTRIES(view->n),
                         "%s is not committed, and nothing says what to do about it",
                         intent->given->name);
}

/* A decision that creates again what is there already. */
static void judge_acting(const struct facts *facts, const struct fact_intent *intent,
                         struct finding *finding)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];

        for (size_t k = 1; k < slot->effect_count && slot->method == METHOD_POST; k++) {
            const struct fact_version *first = slot->effects[0], *again = slot->effects[k];

            if (first->resource != again->resource &&
                is_live(facts, first->resource->reference, again->n) &&
                intent_was_operated(intent, first->n, again->n))
                finding_fail(finding, ENTRIES(first->n, again->n),
                             "acting on %s made %s although %s was there already",
                             intent->given->name, again->resource->reference,
                             first->resource->reference);
        }
    }
}

void judge_recovery_path(const struct facts *facts, struct finding *finding)
{
    if (!facts->evidence->is_recovered) {
        finding_unknown(finding, NULL, "the run did not come to the end of recovery");
        return;
    }
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        if (!intent->is_accepted)
            continue;
        judge_acting(facts, intent, finding);
        if (intent->view_count == 0)
            finding_unknown(finding, ENTRIES(intent->submitted), "nothing was said of %s",
                            intent->given->name);
        else if (intent->id_count == 0)
            judge_next_step(facts, intent, intent->views[intent->view_count - 1], finding);
        for (size_t k = 0; k < intent->id_count; k++)
            judge_next_step(facts, intent, intent_last_of(intent, k), finding);
    }
}

/* ---- settles ---- */

static void judge_count(const struct facts *facts, struct finding *finding)
{
    size_t submitted = 0, nobodys = 0;

    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        submitted += intent->submitted > 0;
        if (intent->exchange_count > LIMIT_STEPS_PER_INTENT)
            finding_fail(finding, ENTRIES(intent->exchanges[LIMIT_STEPS_PER_INTENT]->arrived->n),
                         "%s took %zu exchanges; more than %d is not settling", intent->given->name,
                         intent->exchange_count, LIMIT_STEPS_PER_INTENT);
    }
    for (size_t i = 0; i < facts->exchange_count; i++)
        nobodys += !facts->exchanges[i]->intent;
    if (nobodys > (submitted ? submitted : 1) * LIMIT_STEPS_PER_INTENT)
        finding_fail(finding, ENTRIES(facts->exchanges[facts->exchange_count - 1]->arrived->n),
                     "%zu exchanges belong to no intent", nobodys);
}

static bool same_state(const struct fact_view *a, const struct fact_view *b)
{
    const char *left = json_string(a->tree, "state"), *right = json_string(b->tree, "state");

    return left && right ? strcmp(left, right) == 0 : left == right;
}

static void judge_rest(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (exchange->is_write && exchange->arrived->n > facts->recovered)
            finding_fail(finding, ENTRIES(facts->recovered, exchange->arrived->n),
                         "%s %s arrived after recovery", exchange->arrived->method,
                         exchange->arrived->url);
    }
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        for (size_t k = 0; k < intent->id_count; k++) {
            const struct fact_view *last = intent_last_of(intent, k), *before = NULL;

            for (size_t m = 0; m < intent->view_count && intent->views[m]->n < facts->recovered;
                 m++)
                if (!intent->views[m]->id || strcmp(intent->views[m]->id, intent->ids[k]) == 0)
                    before = intent->views[m];
            if (before && last->n > facts->recovered && !same_state(before, last))
                finding_fail(finding, ENTRIES(before->n, last->n),
                             "the state of %s changed after recovery", intent->given->name);
        }
    }
}

void judge_settles(const struct facts *facts, struct finding *finding)
{
    const struct evidence *evidence = facts->evidence;

    judge_count(facts, finding);
    if (!facts->recovered) {
        finding_unknown(finding, NULL, "the run did not come to the end of recovery");
        return;
    }
    if (evidence->entries[facts->recovered - 1]->status != 1)
        finding_fail(finding, ENTRIES(facts->recovered), "ten sweeps did not bring it to rest");
    else
        judge_rest(facts, finding);
}
