/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_feed - no-echo: what an engine makes of the EHR's notifications.
 *
 * A notification causes a write where nothing else does: the write is of no intent, or of one that had ended and that
 * nobody acted upon since. A foreign version is taken for one's own where an intent is said to be committed at it after
 * it was notified, and it does not hold what was meant.
 */
#include <string.h>

#include "base/arena.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

struct notice {
    const struct sim_entry *entry;
    const struct fact_version *version;
};

struct feed {
    const struct facts *facts;
    struct finding *finding;
    struct notice *notices; /* by n */
    size_t count;
};

static bool is_own(const struct notice *notice)
{
    return notice->version->exchange != NULL;
}

/* Was a foreign version of that resource notified in (0, n)? Then a write may follow from that one. */
static bool has_foreign_before(const struct feed *feed, const char *reference, uint64_t n)
{
    for (size_t i = 0; i < feed->count; i++) {
        const struct notice *notice = &feed->notices[i];

        if (notice->entry->n < n && !is_own(notice) &&
            (!reference || strcmp(notice->version->resource->reference, reference) == 0))
            return true;
    }
    return false;
}

static bool was_delivered(const struct fact_intent *intent, uint64_t after, uint64_t until)
{
    for (size_t i = 0; i < intent->submit_count; i++)
        if (intent->submits[i].asked->n > after && intent->submits[i].asked->n < until)
            return true;
    return false;
}

/* Had the intent ended when the notification came, and did nobody act on it until the write? */
static bool is_over(const struct fact_intent *intent, const struct notice *notice, uint64_t write)
{
    const struct fact_view *view = intent_view(intent, notice->entry->n);

    return view && state_is_terminal(view->state) && !intent_was_operated(intent, view->n, write) &&
           !was_delivered(intent, view->n, write);
}

static bool is_unexplained(const struct feed *feed, const struct fact_write *write,
                           const struct notice *notice)
{
    uint64_t arrived = write->exchange->arrived->n;

    if (write->is_companion || has_foreign_before(feed, write->reference, arrived))
        return false;
    if (write->intent)
        return is_over(write->intent, notice, arrived);
    if (write->exchange->correlated)
        return is_over(write->exchange->correlated, notice, arrived);
    return true;
}

static void judge_own(struct feed *feed, const struct notice *notice)
{
    const struct facts *facts = feed->facts;

    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (!exchange->is_write || !exchange->arrived || exchange->arrived->n < notice->entry->n)
            continue;
        for (size_t k = 0; k < exchange->write_count; k++) {
            if (!is_unexplained(feed, &exchange->writes[k], notice))
                continue;
            finding_fail(feed->finding,
                         ENTRIES(notice->version->n, notice->entry->n, exchange->arrived->n),
                         "the engine was told of its own commit of %s, and writes again: %s %s",
                         notice->version->resource->reference, exchange->arrived->method,
                         exchange->arrived->url);
            return;
        }
    }
}

/* Is the intent said to be committed at the notified version? */
static bool claims(const struct facts *facts, const struct fact_view *view,
                   const struct fact_slot *slot, const struct fact_version *version)
{
    struct claim claim = view_claim(facts, view, slot);

    return view->state == STATE_COMMITTED && claim.reference && claim.label &&
           facts_version(facts, claim.reference, claim.label, view->n) == version;
}

static void judge_slot(struct feed *feed, const struct notice *notice, const struct fact_slot *slot)
{
    const struct fact_intent *intent = slot->intent;

    for (size_t i = 0; i < intent->view_count; i++) {
        const struct fact_view *view = intent->views[i];

        if (!claims(feed->facts, view, slot, notice->version))
            continue;
        if (view->n > notice->entry->n && !slot_stands(feed->facts, slot, notice->version, NULL))
            finding_fail(
                feed->finding, ENTRIES(notice->version->n, notice->entry->n, view->n),
                "%s is said to be committed at %s version %s, which somebody else made and "
                "the engine was told of",
                intent->given->name, notice->version->resource->reference, notice->version->label);
        return; /* said before: the notification is not why */
    }
}

static void judge_foreign(struct feed *feed, const struct notice *notice)
{
    for (size_t i = 0; i < feed->facts->intent_count; i++) {
        const struct fact_intent *intent = feed->facts->intents[i];

        for (size_t k = 0; k < intent->slot_count; k++)
            judge_slot(feed, notice, &intent->slots[k]);
    }
}

static const struct fact_version *version_of(const struct facts *facts,
                                             const struct sim_entry *entry)
{
    const struct fact_resource *resource = facts_resource(facts, entry->reference);

    for (size_t i = 0; resource && i < resource->version_count; i++)
        if (resource->versions[i]->commit == entry->commit &&
            resource->versions[i]->ordinal == entry->ordinal)
            return resource->versions[i];
    return NULL;
}

void judge_no_echo(const struct facts *facts, struct finding *finding)
{
    const struct evidence *evidence = facts->evidence;
    struct feed feed = {
        .facts = facts,
        .finding = finding,
        .notices = arena_alloc(facts->arena, (evidence->entry_count + 1) * sizeof(struct notice))};

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];
        struct notice notice = {.entry = entry};

        if (entry->kind != SIM_SAID || strcmp(entry->what, "notify") != 0)
            continue;
        notice.version = version_of(facts, entry);
        if (notice.version)
            feed.notices[feed.count++] = notice;
        else
            finding_unknown(finding, ENTRIES(entry->n),
                            "a version was notified that the journal does not have");
    }
    for (size_t i = 0; i < feed.count; i++) {
        if (is_own(&feed.notices[i]))
            judge_own(&feed, &feed.notices[i]);
        else
            judge_foreign(&feed, &feed.notices[i]);
    }
}
