/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_retry - bounded-retry: how often, how soon, and whether after a refusal for good.
 *
 * The only judge that reads times, and only where they cannot lie: from an end that we made (a reply, a broken
 * connection) to the next arrival there passes at least what the engine waited.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

#define DUE_ROUNDED_US 2000 /* dueInMs is said in whole milliseconds, and a little late */
#define NO_WAIT_US     1000 /* sooner after the end of an attempt is no wait at all */

/* ---- how often ---- */

static void judge_count(const struct facts *facts, const struct fact_intent *intent,
                        struct finding *finding)
{
    const struct evidence *evidence = facts->evidence;
    size_t parts = intent->slot_count ? intent->slot_count : 1;
    size_t rounds = effects_allowed(facts, intent, UINT64_MAX) + intent->compensation_count;

    for (size_t i = 0; i < intent->slot_count && evidence->attempts_max; i++) {
        const struct fact_slot *slot = &intent->slots[i];
        size_t limit = evidence->attempts_max * rounds;

        if (slot->write_count > limit)
            finding_fail(finding, ENTRIES(slot->writes[limit]->exchange->arrived->n),
                         "%s was written %zu times; its limit is %zu", intent->given->name,
                         slot->write_count, limit);
    }
    size_t limit = evidence->requests_max * parts * rounds;
    if (limit && intent->exchange_count > limit)
        finding_fail(finding, ENTRIES(intent->exchanges[limit]->arrived->n),
                     "%s took %zu requests; its limit is %zu", intent->given->name,
                     intent->exchange_count, limit);
}

/* ---- again after a refusal for good ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static const char *canonical(struct arena *arena, const struct cJSON *tree)
{
    struct buf buf = BUF_INIT;

    if (tree)
        json_canonical(&buf, tree);
    const char *text = buf_copy(&buf, arena);
    buf_release(&buf);
    return text;
}

/* Equal as text, or as content. */
static bool same_body(const struct facts *facts, const struct fact_write *a,
                      const struct fact_write *b)
{
    if (strcmp(canonical(facts->arena, a->body), canonical(facts->arena, b->body)) == 0)
        return true;
    return cJSON_IsObject(a->body) && cJSON_IsObject(b->body) &&
           canon_equal(claims_canon(facts, NULL, a->body, NULL),
                       claims_canon(facts, NULL, b->body, a->body));
}

/* A Bundle refused as a whole is the same act only as a whole: who knows which entry it was? */
static bool is_same_act(const struct facts *facts, const struct fact_write *a,
                        const struct fact_write *b)
{
    if (a->exchange->is_bundle && a->exchange->replied->status >= 400 &&
        strcmp(canonical(facts->arena, fact_request(a->exchange)),
               canonical(facts->arena, fact_request(b->exchange))) != 0)
        return false;
    return a->method == b->method && same_text(a->reference, b->reference) &&
           same_text(a->query, b->query) && same_text(a->guard.text, b->guard.text) &&
           same_body(facts, a, b);
}

/* Did the intent get any answer in (after, until), or a human or the engine's end change what it knows? */
static bool has_learned(const struct facts *facts, const struct fact_intent *intent, uint64_t after,
                        uint64_t until)
{
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct sim_entry *replied = intent->exchanges[i]->replied;

        if (replied && replied->n > after && replied->n < until)
            return true;
    }
    return intent_was_operated(intent, after, until) || facts_killed(facts, after, until);
}

static void judge_refusal(const struct facts *facts, const struct fact_slot *slot, size_t index,
                          struct finding *finding)
{
    const struct fact_write *refused = slot->writes[index];
    const struct sim_entry *replied = refused->exchange->replied;

    if (!replied || !reply_is_permanent(replied, refused->status))
        return;
    for (size_t i = index + 1; i < slot->write_count; i++) {
        const struct fact_write *again = slot->writes[i];
        const struct sim_entry *arrived = again->exchange->arrived;

        if (arrived->n < replied->n)
            continue;
        if (has_learned(facts, slot->intent, replied->n, arrived->n))
            return;
        if (is_same_act(facts, refused, again))
            finding_fail(finding, ENTRIES(replied->n, arrived->n),
                         "%s was refused with %d and was sent again", slot->intent->given->name,
                         refused->status);
        return;
    }
}

/* ---- how soon ---- */

/* The nearest timer that this statement names; -1: none. */
static long long said_due_ms(const struct facts *facts, const struct sim_entry *entry)
{
    struct err err = ERR_INIT;

    if (entry->kind != SIM_SAID || strcmp(entry->what, "settled") != 0 || !entry->body)
        return -1;
    long long due_ms =
        json_integer(json_parse(facts->arena, entry->body, entry->body_size, &err), "dueInMs", -1);
    return due_ms < 1000000000 ? due_ms : -1;
}

static bool was_said(const struct facts *facts, const char *what, uint64_t after, uint64_t until)
{
    for (uint64_t n = after + 1; n < until && n <= facts->evidence->entry_count; n++) {
        const struct sim_entry *entry = facts->evidence->entries[n - 1];

        if (entry->kind == SIM_SAID && strcmp(entry->what, what) == 0)
            return true;
    }
    return false;
}

/* What Retry-After asks for; 0: nothing that can be read. */
static uint64_t asked_wait_us(const struct facts *facts, const struct sim_entry *replied)
{
    const char *after = facts_header(facts, replied, "Retry-After");
    const char *date = facts_header(facts, replied, "Date");
    uint64_t until_ms, now_ms;
    char *end = NULL;

    if (!after || replied->status < 300)
        return 0;
    unsigned long long seconds = strtoull(after, &end, 10);
    if (end != after && *end == '\0')
        return seconds < 1000000 ? seconds * 1000000 : 0;
    if (!date || clock_parse_http_date(after, &until_ms) || clock_parse_http_date(date, &now_ms) ||
        until_ms <= now_ms)
        return 0;
    return (until_ms - now_ms) * 1000;
}

static bool is_of_harness(const struct sim_entry *entry)
{
    return entry->kind == SIM_SAID || entry->kind == SIM_PROCESS;
}

/* Did no other exchange of the intent arrive between what we did before it and after it? */
static bool came_alone(const struct facts *facts, const struct fact_intent *intent,
                       const struct sim_entry *arrived)
{
    const struct evidence *evidence = facts->evidence;
    uint64_t from = arrived->n, until = arrived->n;

    while (from > 1 && !is_of_harness(evidence->entries[from - 2]))
        from--;
    while (until < evidence->entry_count && !is_of_harness(evidence->entries[until]))
        until++;
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct sim_entry *other = intent->exchanges[i]->arrived;

        if (other != arrived && other->n >= from && other->n <= until)
            return false;
    }
    return true;
}

/* Where a `due` cut the wait: when would the engine have come by the timers that it named? The latest of them counts,
 * as it may look in between. 0: that cannot be told, for timers of other intents or of other work. */
static uint64_t would_come_us(const struct facts *facts, const struct fact_intent *intent,
                              const struct sim_entry *replied, const struct sim_entry *arrived)
{
    uint64_t latest_us = 0;

    for (size_t i = 0; i < facts->intent_count; i++)
        if (facts->intents[i] != intent && facts->intents[i]->submitted)
            return 0;
    for (uint64_t n = replied->n + 1; n < arrived->n; n++) {
        const struct sim_entry *entry = facts->evidence->entries[n - 1];
        long long due_ms = said_due_ms(facts, entry);

        if (due_ms >= 0 && entry->at_us + (uint64_t)due_ms * 1000 > latest_us)
            latest_us = entry->at_us + (uint64_t)due_ms * 1000;
    }
    return came_alone(facts, intent, arrived) ? latest_us : 0;
}

/* Did two humans' acts wait when that was replied, one of them for it? What comes next may be the other's, and no retry. */
static bool is_another_act(const struct fact_intent *intent, uint64_t replied)
{
    size_t waiting = 0;

    for (size_t i = 0; i < intent->decision_count; i++) {
        const struct fact_decision *decision = &intent->decisions[i];

        waiting += decision->asked->n < replied &&
                   !(decision->answered && decision->answered->n < replied);
    }
    return waiting > 1;
}

static bool was_operated(const struct fact_intent *intent, uint64_t after, uint64_t until)
{
    return intent_was_operated(intent, after, until) || is_another_act(intent, after);
}

static void judge_asked_wait(const struct facts *facts, const struct fact_intent *intent,
                             const struct sim_entry *replied, const struct sim_entry *arrived,
                             struct finding *finding)
{
    uint64_t wait_us = asked_wait_us(facts, replied), came_us = arrived->at_us;

    if (!wait_us || arrived->n < replied->n)
        return;
    if (was_said(facts, "due", replied->n, arrived->n)) {
        came_us = would_come_us(facts, intent, replied, arrived);
        if (!came_us)
            return;
        came_us += DUE_ROUNDED_US;
    }
    if (came_us - replied->at_us >= wait_us || facts_killed(facts, replied->n, arrived->n) ||
        was_operated(intent, replied->n, arrived->n))
        return;
    finding_fail(finding, ENTRIES(replied->n, arrived->n),
                 "%s was asked to wait %llu ms and came after %llu ms", intent->given->name,
                 (unsigned long long)(wait_us / 1000),
                 (unsigned long long)((came_us - replied->at_us) / 1000));
}

/* Does a reply leave open that the same will be answered otherwise later? */
static bool is_passing(int status)
{
    static const int passing[] = {408, 423, 424, 425, 429, 500, 502, 503, 504};

    for (size_t i = 0; i < COUNT_OF(passing); i++)
        if (status == passing[i])
            return true;
    return false;
}

/* Did the attempt end without saying that another is useless? Only ends that we made tell a time. */
static const struct sim_entry *passing_end(const struct fact_write *write)
{
    const struct fact_exchange *exchange = write->exchange;

    if (!exchange->replied)
        return !exchange->hung_up && exchange->fault_count
                   ? exchange->faults[exchange->fault_count - 1]
                   : NULL;
    return is_passing(write->status) ? exchange->replied : NULL;
}

static size_t submitted_intents(const struct facts *facts)
{
    size_t count = 0;

    for (size_t i = 0; i < facts->intent_count; i++)
        count += facts->intents[i]->submitted != 0;
    return count;
}

/* Did it name a timer: one that had still to run, or perhaps another intent's? `out_is_said`: it named one at all. */
static bool has_timer(const struct facts *facts, const struct sim_entry *end, uint64_t until,
                      bool *out_is_said)
{
    for (uint64_t n = end->n + 1; n < until && n <= facts->evidence->entry_count; n++) {
        const struct sim_entry *entry = facts->evidence->entries[n - 1];
        long long due_ms = said_due_ms(facts, entry);

        if (due_ms < 0)
            continue;
        *out_is_said = true;
        if (submitted_intents(facts) > 1 ||
            entry->at_us + (uint64_t)due_ms * 1000 - end->at_us >= NO_WAIT_US)
            return true;
    }
    return false;
}

static bool has_waited(const struct facts *facts, const struct fact_intent *intent,
                       const struct sim_entry *end, uint64_t until)
{
    static const char *const what[] = {"sweep", "submit", "notify"}; /* news: to look is no retry */
    bool is_timer_said = false;

    for (size_t i = 0; i < COUNT_OF(what); i++)
        if (was_said(facts, what[i], end->n, until))
            return true;
    if (has_timer(facts, end, until, &is_timer_said) ||
        (!is_timer_said && was_said(facts, "due", end->n, until)))
        return true;
    return facts_killed(facts, end->n, until) || was_operated(intent, end->n, until);
}

/* From the end to the arrival, without what its other exchanges took in between: those it did not choose to wait. */
static uint64_t own_time_us(const struct facts *facts, const struct fact_intent *intent,
                            const struct sim_entry *end, const struct sim_entry *arrived)
{
    uint64_t since_us = end->at_us, own_us = 0;

    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];
        uint64_t from_us = exchange->arrived->at_us, until_us = arrived->at_us;

        if (exchange->arrived->n < end->n || exchange->arrived->n >= arrived->n)
            continue;
        if (exchange->ended && exchange->ended < arrived->n)
            until_us = facts->evidence->entries[exchange->ended - 1]->at_us;
        own_us += from_us > since_us ? from_us - since_us : 0;
        since_us = until_us > since_us ? until_us : since_us;
    }
    return own_us + (arrived->at_us > since_us ? arrived->at_us - since_us : 0);
}

static void judge_at_once(const struct facts *facts, const struct fact_intent *intent,
                          const struct sim_entry *end, const struct sim_entry *arrived,
                          struct finding *finding)
{
    bool is_cut = was_said(facts, "due", end->n, arrived->n);

    if (arrived->n > end->n && (is_cut || own_time_us(facts, intent, end, arrived) < NO_WAIT_US) &&
        !has_waited(facts, intent, end, arrived->n))
        finding_fail(finding, ENTRIES(end->n, arrived->n), "%s %s of %s was tried again at once",
                     arrived->method, arrived->url, intent->given->name);
}

static void judge_pause(const struct facts *facts, const struct fact_slot *slot, size_t index,
                        struct finding *finding)
{
    const struct fact_write *write = slot->writes[index], *next = slot->writes[index + 1];
    const struct sim_entry *arrived = next->exchange->arrived;
    const struct sim_entry *end = passing_end(write);

    if (write->exchange->replied)
        judge_asked_wait(facts, slot->intent, write->exchange->replied, arrived, finding);
    if (end && write->exchange != next->exchange)
        judge_at_once(facts, slot->intent, end, arrived, finding);
}

/* A look that was put off, and the next one like it. */
static void judge_looks(const struct facts *facts, const struct fact_intent *intent,
                        struct finding *finding)
{
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];
        const struct sim_entry *replied = exchange->replied;

        if (exchange->is_write || !replied ||
            (!is_passing(replied->status) && !asked_wait_us(facts, replied)))
            continue;
        for (size_t k = i + 1; k < intent->exchange_count; k++) {
            const struct sim_entry *next = intent->exchanges[k]->arrived;

            if (strcmp(next->method, exchange->arrived->method) != 0 ||
                strcmp(next->url, exchange->arrived->url) != 0)
                continue;
            judge_asked_wait(facts, intent, replied, next, finding);
            if (is_passing(replied->status))
                judge_at_once(facts, intent, replied, next, finding);
            break;
        }
    }
}

void judge_bounded_retry(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        judge_count(facts, intent, finding);
        if (intents_behind(facts, intent, UINT64_MAX) > 1)
            continue; /* two intents to the engine, whose attempts cannot be told apart */
        judge_looks(facts, intent, finding);
        for (size_t k = 0; k < intent->slot_count; k++) {
            const struct fact_slot *slot = &intent->slots[k];

            for (size_t w = 0; w + 1 < slot->write_count; w++) {
                judge_refusal(facts, slot, w, finding);
                judge_pause(facts, slot, w, finding);
            }
        }
    }
}
