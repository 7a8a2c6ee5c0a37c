/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_trace - intent-first and correlated: what is written was noted before, and everything can be traced to the
 * request that caused it.
 */
#include <string.h>

#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* ---- intent-first ---- */

/* The first process entry of that name after n, or NULL. */
static const struct sim_entry *process_after(const struct facts *facts, const char *what,
                                             uint64_t n)
{
    for (size_t i = 0; i < facts->process_count; i++)
        if (facts->processes[i]->n > n && strcmp(facts->processes[i]->what, what) == 0)
            return facts->processes[i];
    return NULL;
}

static bool is_said(const struct cJSON *item)
{
    return item && !cJSON_IsNull(item) && !(json_text(item) && !*json_text(item));
}

/* Is it the `accepted` event, with all that is needed to find out what was to be done? */
static bool is_whole_event(const struct fact_intent *intent, const struct fact_record *event)
{
    const struct cJSON *payload = intent->given->payload;
    const char *kind = json_string(event->tree, "kind");

    return kind && strcmp(kind, "accepted") == 0 && is_said(json_get(event->tree, "payloadHash")) &&
           (!is_said(json_get(payload, "source")) || is_said(json_get(event->tree, "source"))) &&
           (!is_said(json_get(payload, "target")) || is_said(json_get(event->tree, "target")));
}

/* When it was delivered again after n: what is logged from then on was not there at the kill. */
static uint64_t delivered_again(const struct facts *facts, const struct fact_intent *intent,
                                uint64_t n)
{
    for (size_t i = 0; i < intent->submit_count; i++)
        if (intent->submits[i].asked->n > n)
            return intent->submits[i].asked->n;
    return facts->last + 1;
}

static bool has_event(const struct facts *facts, const struct fact_intent *intent, uint64_t after)
{
    uint64_t until = delivered_again(facts, intent, after);

    for (size_t i = 0; i < intent->event_count; i++)
        if (intent->events[i]->n > after && intent->events[i]->n < until &&
            is_whole_event(intent, intent->events[i]))
            return true;
    return false;
}

static void judge_kill(const struct facts *facts, const struct fact_exchange *exchange,
                       uint64_t kill, struct finding *finding)
{
    const struct sim_entry *ready = process_after(facts, "ready", kill);
    const struct fact_intent *intent = exchange->intent;

    if (!ready || !facts->evidence->is_recovered)
        finding_unknown(finding, ENTRIES(exchange->arrived->n, kill),
                        "the engine was killed before its write and did not come up again");
    else if (!has_event(facts, intent, kill))
        finding_fail(
            finding, ENTRIES(exchange->arrived->n, kill, ready->n),
            "%s was being written when the engine was killed, and its event log does not have it",
            intent->given->name);
}

/* Had the exchange neither taken effect nor been answered at n? */
static bool was_held(const struct facts *facts, const struct fact_exchange *exchange, uint64_t n)
{
    if (exchange->arrived->n > n || (exchange->ended && exchange->ended < n))
        return false;
    for (size_t i = 0; i < facts->commit_count; i++)
        if (facts->commits[i]->exchange == exchange && facts->commits[i]->n < n)
            return false;
    return true;
}

void judge_intent_first(const struct facts *facts, struct finding *finding)
{
    bool is_judged = false;

    for (size_t i = 0; i < facts->process_count; i++) {
        const struct sim_entry *kill = facts->processes[i];

        for (size_t k = 0; k < facts->exchange_count && strcmp(kill->what, "kill") == 0; k++) {
            const struct fact_exchange *exchange = facts->exchanges[k];

            if (!exchange->is_write || !exchange->intent || !was_held(facts, exchange, kill->n))
                continue;
            is_judged = true;
            judge_kill(facts, exchange, kill->n, finding);
        }
    }
    if (is_judged)
        return;
    finding->result->is_judged = false;
    finding->result->needs =
        "a run in which the engine is killed with a write held before its effect";
}

/* ---- correlated ---- */

static void judge_write(const struct fact_exchange *exchange, struct finding *finding)
{
    const struct sim_entry *arrived = exchange->arrived;
    bool is_shared = false;

    if (!exchange->correlated) {
        finding_fail(finding, ENTRIES(arrived->n), "%s %s bears %s", arrived->method, arrived->url,
                     *arrived->correlation ? "a correlation id of no intent" : "no correlation id");
        return;
    }
    for (size_t i = 0; i < exchange->write_count; i++)
        is_shared = is_shared || exchange->writes[i].intent == exchange->correlated;
    for (size_t i = 0; i < exchange->write_count && !is_shared; i++)
        if (exchange->writes[i].intent)
            finding_fail(finding, ENTRIES(arrived->n),
                         "%s %s is %s and bears the correlation id of %s", arrived->method,
                         arrived->url, exchange->writes[i].intent->given->name,
                         exchange->correlated->given->name);
}

static bool is_about(const struct fact_intent *intent, const char *reference)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];
        const char *about = slot->reference ? slot->reference : slot->type;

        if (!about ||
            strncmp(about, reference,
                    slot->reference ? strlen(reference) + 1 : strcspn(reference, "/")) == 0)
            return true;
    }
    return false;
}

/* May the write derive from that read: of its own intent, or of another one on that resource? */
static bool is_read_for(const struct fact_exchange *read, const struct fact_write *write)
{
    const struct fact_intent *intent = read->correlated;

    return intent && (intent == write->intent || is_about(intent, write->reference));
}

/* Of the reads that told the version one at least must be of an intent on that resource. */
static void judge_read_of(const struct fact_write *write, const struct fact_version *version,
                          struct finding *finding)
{
    uint64_t n = write->exchange->arrived->n;
    const struct fact_receipt *nobodys = NULL;

    for (size_t i = 0; i < version->receipt_count && version->receipts[i].n < n; i++) {
        if (is_read_for(version->receipts[i].exchange, write))
            return;
        nobodys = &version->receipts[i];
    }
    if (nobodys)
        finding_fail(finding, ENTRIES(nobodys->exchange->arrived->n, n),
                     "the read from which %s %s derives does not bear its intent's correlation id",
                     write->exchange->arrived->method, write->exchange->arrived->url);
}

/* Was a whole resource merged with something else? Then it was made from its base as well. */
static bool is_merged(const struct facts *facts, const struct fact_write *write,
                      const struct fact_version *guarded)
{
    const struct fact_slot *slot = write->slot;

    return slot && slot->method == METHOD_PUT && write->method == METHOD_PUT && slot->base &&
           slot->base != guarded && !slot->base->exchange && cJSON_IsObject(write->body) &&
           cJSON_IsObject(slot->content) &&
           !canon_equal(claims_canon(facts, slot->intent, slot->content, NULL),
                        claims_canon(facts, slot->intent, write->body, slot->content));
}

static void judge_reads(const struct facts *facts, const struct fact_write *write,
                        struct finding *finding)
{
    const struct fact_version *version =
        write->guard.label && write->reference
            ? facts_version(facts, write->reference, write->guard.label,
                            write->exchange->arrived->n)
            : NULL;

    if (!version)
        return;
    bool is_brought = write->slot && write->slot->base == version &&
                      is_said(json_get(write->intent->given->payload, "baseVersion"));

    if (!version->exchange && !is_brought)
        judge_read_of(write, version, finding);
    if (is_merged(facts, write, version))
        judge_read_of(write, write->slot->base, finding);
}

static void judge_records(const struct fact_intent *intent,
                          const struct fact_record *const *records, size_t count, const char *where,
                          struct finding *finding)
{
    for (size_t i = 0; i < count; i++) {
        const char *correlation = json_string(records[i]->tree, "correlationId");

        if (records[i]->entry->status >= 300) /* no record, but that there is none */
            continue;
        if (!correlation || strcmp(correlation, intent->given->correlation) != 0)
            finding_fail(finding, ENTRIES(intent->submitted, records[i]->n), "%s of %s bears %s",
                         where, intent->given->name,
                         correlation ? "another correlation id" : "no correlation id");
    }
}

/* What belongs to no intent must not be about one: then its id is missing. */
static void judge_nobodys(const struct fact_record *records, size_t count, const char *member,
                          const char *const *words, struct finding *finding)
{
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string(records[i].tree, member);
        const char *correlation = json_string(records[i].tree, "correlationId");

        for (size_t k = 0; words[k] && word && !records[i].intent; k++)
            if (strcmp(word, words[k]) == 0 && !(correlation && *correlation))
                finding_fail(finding, ENTRIES(records[i].n), "%s %s bears no correlation id",
                             member, word);
    }
}

static void judge_all_nobodys(const struct facts *facts, struct finding *finding)
{
    static const char *const kinds[] = {"accepted",     "attempt",    "reply",     "retry-later",
                                        "merged",       "decision",   "committed", "rejected",
                                        "needs-review", "incomplete", "cancelled", "superseded",
                                        "compensated",  NULL};
    static const char *const outcomes[] = {"committed", "refused",    "conflict",    "incomplete",
                                           "cancelled", "superseded", "compensated", NULL};

    judge_nobodys(facts->events, facts->event_count, "kind", kinds, finding);
    judge_nobodys(facts->audit, facts->audit_count, "outcome", outcomes, finding);
    for (size_t i = 0; i < facts->intent_count && facts->event_count == 0; i++)
        if (facts->intents[i]->is_accepted && facts->evidence->is_recovered)
            finding_unknown(finding, ENTRIES(facts->intents[i]->submitted),
                            "the event log gave nothing");
}

void judge_correlated(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (exchange->is_write)
            judge_write(exchange, finding);
        for (size_t k = 0; k < exchange->write_count; k++)
            judge_reads(facts, &exchange->writes[k], finding);
    }
    judge_all_nobodys(facts, finding);
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        judge_records(intent, intent->events, intent->event_count, "an event", finding);
        judge_records(intent, intent->audit, intent->audit_count, "a record of the audit", finding);
        judge_records(intent, intent->reviews, intent->review_count, "the review", finding);
    }
}
