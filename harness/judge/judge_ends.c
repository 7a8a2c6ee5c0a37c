/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_ends - no-loss and nothing-after-terminal: every accepted intent comes to an end that is one, and stays there.
 *
 * An intent that the engine knows under several ids (delivered under several keys) is judged by each of them.
 */
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* ---- ends that are legitimate ---- */

static const char *state_text(const struct fact_view *view)
{
    const char *state = json_string(view->tree, "state");

    return state ? state : "nothing";
}

static bool writes_between(const struct fact_intent *intent, uint64_t after, uint64_t until)
{
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];

        if (exchange->is_write && exchange->arrived->n > after && exchange->arrived->n < until)
            return true;
    }
    return false;
}

/* Was the intent, or an entry of it, refused for good before n? A look's refusal says nothing of a later write. */
static bool was_refused(const struct fact_intent *intent, uint64_t n)
{
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];

        if (!exchange->replied || exchange->replied->n > n)
            continue;
        if (reply_is_permanent(exchange->replied, exchange->replied->status) &&
            (exchange->is_write || !writes_between(intent, exchange->replied->n, n)))
            return true;
        for (size_t k = 0; k < exchange->write_count; k++)
            if (reply_is_permanent(exchange->replied, exchange->writes[k].status))
                return true;
    }
    return false;
}

/* Was nothing written for it, and did what was read arrive? Then it was validated before sending. */
static bool was_validated(const struct fact_intent *intent, uint64_t n)
{
    const struct fact_exchange *last = NULL;

    for (size_t i = 0; i < intent->exchange_count && intent->exchanges[i]->arrived->n < n; i++) {
        last = intent->exchanges[i];
        if (last->is_write)
            return false;
    }
    return !last || (last->replied && last->replied->status < 400);
}

/* A refusal that is none of the permanent ones, but says why: several matches, a duplicate key. */
static bool was_refused_by_rule(const struct fact_intent *intent, const struct fact_view *view)
{
    static const char *const words[] = {"multiple", "several", "match", "duplicate", "ambiguous"};
    const char *said = view->entry->body ? view->entry->body : "";
    bool is_named = false, is_refused = false;

    for (size_t i = 0; i < COUNT_OF(words); i++)
        is_named = is_named || strcasestr(said, words[i]) != NULL;
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct sim_entry *replied = intent->exchanges[i]->replied;

        is_refused = is_refused || (replied && (replied->status == 409 || replied->status == 412));
    }
    return is_named && is_refused && view->problem;
}

/* Was there a conflict before n: a reply that says so, a version newer than the base, or what a create looked for? */
static bool met_conflict(const struct facts *facts, const struct fact_intent *intent, uint64_t n)
{
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];
        const struct sim_entry *replied = exchange->replied;
        bool has_found = replied && !exchange->is_write && replied->status < 300;

        if (!replied || replied->n > n)
            continue;
        if (replied->status == 409 || replied->status == 412 || replied->status == 428 ||
            (has_found && intent->operation == OPERATION_CREATE))
            return true;
        for (size_t k = 0; k < exchange->write_count; k++)
            if (exchange->writes[k].status == 409 || exchange->writes[k].status == 412)
                return true;
    }
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];
        const struct fact_version *current =
            slot->reference ? facts_current(facts, slot->reference, n) : NULL;

        if (current && version_is_newer(current, slot->base))
            return true;
    }
    return false;
}

/* Was it decided so, by a decision that was taken or may have been? */
static bool was_decided(const struct fact_intent *intent, const char *what, uint64_t n)
{
    for (size_t i = 0; i < intent->decision_count; i++) {
        const struct fact_decision *decision = &intent->decisions[i];
        bool is_unanswered = !decision->answered || decision->answered->status == 0;

        if (decision->asked->n < n && strcmp(decision->decision, what) == 0 &&
            (decision->is_accepted || is_unanswered))
            return true;
    }
    return false;
}

static bool was_cancelled(const struct fact_intent *intent, uint64_t n)
{
    return (intent->cancel_count > 0 && intent->cancels[0]->n < n) ||
           was_decided(intent, "discard", n);
}

/* Does any string in `tree` name the intent: its key, an id of it, or its event? */
static bool names_intent(const struct cJSON *tree, const struct fact_intent *intent)
{
    const struct cJSON *child;
    const char *text = json_text(tree);

    for (size_t i = 0; text && i < intent->key_count; i++)
        if (strcmp(intent->keys[i], text) == 0)
            return true;
    for (size_t i = 0; text && i < intent->id_count; i++)
        if (strcmp(intent->ids[i], text) == 0)
            return true;
    if (text)
        return strcmp(text, intent->event_id) == 0 || strcmp(text, intent->given->name) == 0;
    cJSON_ArrayForEach(child, tree)
    {
        if (names_intent(child, intent))
            return true;
    }
    return false;
}

static bool was_superseded(const struct facts *facts, const struct fact_intent *intent, uint64_t n)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *other = facts->intents[i];

        if (other != intent && other->is_accepted && other->submitted < n &&
            names_intent(json_get(other->given->payload, "supersedes"), intent))
            return true;
    }
    return false;
}

/* ---- no-loss ---- */

/* Is the intent in the list of open reviews that was asked for last? -1: there is no such list. */
static int is_listed(const struct facts *facts, const struct fact_view *view)
{
    struct err err = ERR_INIT;
    const struct sim_entry *list = facts->list_count ? facts->lists[facts->list_count - 1] : NULL;
    const struct cJSON *tree, *one;

    if (!list || list->n < facts->recovery || list->status != 200)
        return -1;
    tree = list->body ? json_parse(facts->arena, list->body, list->body_size, &err) : NULL;
    cJSON_ArrayForEach(one, json_get(tree, "reviews"))
    {
        const char *id = json_string(one, "id"), *of = json_string(one, "intent");

        if ((of && view->id && strcmp(of, view->id) == 0) ||
            (id && view->review && strcmp(id, view->review) == 0))
            return 1;
    }
    return 0;
}

static void judge_open(const struct facts *facts, const struct fact_intent *intent,
                       const struct fact_view *view, struct finding *finding)
{
    int listed;

    if (!(facts->evidence->parts & PART_REVIEWS))
        return;
    listed = is_listed(facts, view);
    if (listed < 0)
        finding_unknown(finding, ENTRIES(view->n), "%s is %s, and the list of reviews was not seen",
                        intent->given->name, state_text(view));
    if (listed == 0)
        finding_fail(finding, ENTRIES(view->n, facts->lists[facts->list_count - 1]->n),
                     "%s is %s, but not in the list of reviews", intent->given->name,
                     state_text(view));
}

static bool is_legitimate(const struct facts *facts, const struct fact_intent *intent,
                          const struct fact_view *view)
{
    switch (view->state) {
    case STATE_COMMITTED:
        return view_is_true(facts, intent, view);
    case STATE_REJECTED:
        return was_refused(intent, view->n) || was_cancelled(intent, view->n) ||
               (view->problem && tree_names_conflict(view->problem) &&
                met_conflict(facts, intent, view->n)) ||
               was_validated(intent, view->n) || was_refused_by_rule(intent, view);
    case STATE_CANCELLED:
        return was_cancelled(intent, view->n);
    case STATE_SUPERSEDED:
        return was_superseded(facts, intent, view->n);
    case STATE_COMPENSATED:
        return intent_compensation(intent, 0, view->n) != 0;
    case STATE_NONE:
    case STATE_ACCEPTED:
    case STATE_WRITING:
    case STATE_UNKNOWN:
    case STATE_NEEDS_REVIEW:
    case STATE_INCOMPLETE:
        break;
    }
    return false;
}

static void judge_silence(const struct fact_intent *intent, const struct fact_view *view,
                          struct finding *finding)
{
    int status = view->entry->status;

    if (status == 404 || status == 410)
        finding_fail(finding, ENTRIES(intent->submitted, view->n),
                     "%s was accepted and is not known any more", intent->given->name);
    else if (status >= 200 && status < 300)
        finding_fail(finding, ENTRIES(intent->submitted, view->n),
                     "%s was accepted; its state is said to be %s, which is no end",
                     intent->given->name, state_text(view));
    else
        finding_unknown(finding, ENTRIES(view->n), "what became of %s was not answered (status %d)",
                        intent->given->name, status);
}

static void judge_last(const struct facts *facts, const struct fact_intent *intent,
                       const struct fact_view *view, struct finding *finding)
{
    if (view->state == STATE_NONE)
        judge_silence(intent, view, finding);
    else if (state_is_open(view->state))
        judge_open(facts, intent, view, finding);
    else if (!state_is_terminal(view->state))
        finding_fail(finding, ENTRIES(intent->submitted, view->n),
                     "%s was accepted; once recovered it still is %s, and with nobody",
                     intent->given->name, state_text(view));
    else if (!is_legitimate(facts, intent, view))
        finding_fail(finding, ENTRIES(intent->submitted, view->n),
                     "%s was accepted; nothing justifies that it is %s", intent->given->name,
                     state_text(view));
}

const struct fact_view *intent_last_of(const struct fact_intent *intent, size_t id)
{
    for (size_t i = intent->view_count; i > 0; i--) {
        const struct fact_view *view = intent->views[i - 1];

        if (!view->id || strcmp(view->id, intent->ids[id]) == 0)
            return view;
    }
    return NULL;
}

void judge_no_loss(const struct facts *facts, struct finding *finding)
{
    if (!facts->evidence->is_recovered) {
        finding_unknown(finding, NULL, "the run did not come to the end of recovery");
        return;
    }
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        if (!intent->is_accepted)
            continue;
        if (intent->view_count == 0)
            finding_unknown(finding, ENTRIES(intent->submitted), "nothing was said of %s",
                            intent->given->name);
        else if (intent->id_count == 0)
            judge_last(facts, intent, intent->views[intent->view_count - 1], finding);
        for (size_t k = 0; k < intent->id_count; k++)
            judge_last(facts, intent, intent_last_of(intent, k), finding);
    }
}

/* ---- nothing-after-terminal ---- */

/* Did a human decide in (after, until) that it be written? */
static bool was_reopened(const struct fact_intent *intent, uint64_t after, uint64_t until)
{
    return acts_before(intent, until) > acts_before(intent, after) ||
           intent_compensation(intent, after, until);
}

/* Is it the first statement that this id has ended, as it stands at n? */
static bool is_first_end(const struct fact_intent *intent, size_t index, uint64_t n)
{
    const struct fact_view *view = intent->views[index];

    for (size_t i = 0; i < index; i++) {
        const struct fact_view *earlier = intent->views[i];

        if (state_is_terminal(earlier->state) && view->id && earlier->id &&
            strcmp(earlier->id, view->id) == 0 && !was_reopened(intent, earlier->n, n))
            return false;
    }
    return true;
}

/* The terminal statement that the intent (every one of its ids) stood at when the write arrived; NULL: none. */
static const struct fact_view *terminal_at(const struct facts *facts,
                                           const struct fact_intent *intent, uint64_t n)
{
    size_t ends = intents_behind(facts, intent, n);

    for (size_t i = 0; i < intent->view_count && intent->views[i]->n < n; i++) {
        const struct fact_view *view = intent->views[i];

        if (!state_is_terminal(view->state) || was_reopened(intent, view->n, n))
            continue;
        if (ends == 1 || (is_first_end(intent, i, n) && --ends == 0))
            return view;
    }
    return NULL;
}

/* Does it write for the intent, companions apart? */
static bool writes_for(const struct fact_exchange *exchange, const struct fact_intent *intent)
{
    for (size_t i = 0; i < exchange->write_count; i++)
        if (exchange->writes[i].intent == intent && !exchange->writes[i].is_companion)
            return true;
    return false;
}

void judge_nothing_after_terminal(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        if (intent->is_accepted && intent->view_count == 0)
            finding_unknown(finding, ENTRIES(intent->submitted), "nothing was said of %s",
                            intent->given->name);
        for (size_t k = 0; k < intent->exchange_count; k++) {
            const struct fact_exchange *exchange = intent->exchanges[k];
            const struct fact_view *view;

            if (!writes_for(exchange, intent))
                continue;
            view = terminal_at(facts, intent, exchange->arrived->n);
            if (view)
                finding_fail(finding, ENTRIES(view->n, exchange->arrived->n),
                             "%s was said to be %s, and after that %s %s arrived",
                             intent->given->name, state_text(view), exchange->arrived->method,
                             exchange->arrived->url);
        }
    }
}
