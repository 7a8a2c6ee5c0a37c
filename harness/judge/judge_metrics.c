/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_metrics - metrics-true: what each number counts, counted once more in the journal.
 *
 * Counters that start anew with a process are added up over its lives; those that are kept are taken as they stand last.
 * After a kill nobody can say what was counted and lost, and of several processes one is asked: then gauges alone are
 * judged. Where a definition leaves room (one success for a Bundle, or one for each entry) every reading of it is right,
 * and where a server lost what it made, or told nobody of it, whether the engine had known of it is left open.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/samples.h"

struct metering {
    const struct facts *facts;
    struct finding *finding;
    struct samples *lives; /* by metrics entry, the last one last */
    size_t life_count;
    const struct sim_entry *last; /* entry of the last one */
    unsigned known;               /* counters and gauges that were there */
};

/* What the journal allows: from `low` to `high`, or from `other` (-1: none) to `lost` more. */
struct count {
    double low, high, other;
    double lost;
};

static struct count between(double low, double high)
{
    return (struct count){low, high, -1, 0};
}

static struct count exactly(double value)
{
    return between(value, value);
}

static bool allows(const struct count *count, double value)
{
    return (value >= count->low && value <= count->high) ||
           (count->other >= 0 && value >= count->other && value <= count->other + count->lost);
}

static bool is_said(const struct sim_entry *entry, const char *what)
{
    return entry->kind == SIM_SAID && strcmp(entry->what, what) == 0;
}

static bool was(const struct facts *facts, const char *what)
{
    for (size_t i = 0; i < facts->process_count; i++)
        if (strcmp(facts->processes[i]->what, what) == 0)
            return true;
    return false;
}

/* Did more than one process count, or one that was killed? */
static bool ended_unasked(const struct facts *facts)
{
    bool is_asked = false;

    for (size_t i = 0; i < facts->process_count; i++) {
        const char *what = facts->processes[i]->what;

        if (strchr(what, '@') || strcmp(what, "kill") == 0 ||
            (strcmp(what, "exited") == 0 && !is_asked))
            return true;
        is_asked = strcmp(what, "term") == 0;
    }
    return false;
}

/* ---- what is counted ---- */

static struct count count_accepted(const struct facts *facts)
{
    double ids = 0, unnamed = 0;

    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        ids += (double)intent->id_count;
        unnamed += intent->id_count == 0 && intent->is_accepted;
    }
    return between(ids, ids + unnamed);
}

/* Slots of an intent that is not said to be committed whose version holds what was meant. Apart: those that the server lost,
 * told nobody of or wrote over what they had excluded, and a simple intent, which has no entries. */
static void add_standing(const struct facts *facts, const struct fact_intent *intent,
                         struct count *out)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];

        if (slot->effect_count == 0 || !slot_stands(facts, slot, slot->effects[0], NULL))
            continue;
        const struct fact_version *effect = slot->effects[0];
        bool is_open = effect->undone || !version_received(effect, false) ||
                       (effect->pred && write_excludes(facts, effect->write, effect->pred)) ||
                       intent->slot_count == 1;

        out->other += !is_open;
        out->lost += is_open;
    }
}

/* Once for each intent that is said to be committed, or once for each of its entries. */
static struct count count_committed(const struct facts *facts)
{
    struct count count = {0, 0, 0, 0};

    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];
        double committed = 0;

        for (size_t id = 0; id < intent->id_count; id++) {
            const struct fact_view *view = intent_last_of(intent, id);

            committed += view && view->state == STATE_COMMITTED;
        }
        count.low += committed;
        count.high += committed;
        if (committed > 0)
            count.other += committed * (double)intent->slot_count;
        else
            add_standing(facts, intent, &count);
    }
    return count;
}

static bool is_success(const struct sim_entry *answered)
{
    return answered && answered->status >= 200 && answered->status < 300;
}

static struct count count_hits(const struct facts *facts)
{
    struct count count = between(0, 0);

    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];
        double answered = 0, open = 0;

        for (size_t k = 0; k < intent->submit_count; k++) {
            const struct sim_entry *answer = intent->submits[k].answered;

            answered += is_success(answer);
            open += !answer || answer->status == 0 || answer->status == 409;
        }
        double repeated = answered - (double)intent->id_count;
        count.low += repeated > 0 ? repeated : 0;
        count.high += (repeated > 0 ? repeated : 0) + open;
    }
    return count;
}

static double beyond(double writes, double firsts)
{
    return writes > firsts ? writes - firsts : 0;
}

/* Write requests after the first, of an intent or of each of its slots. Delivered under several keys it may be several
 * intents to the engine, and each has a first. */
static struct count count_retries(const struct facts *facts)
{
    double by_intent = 0, by_slot = 0, open_intent = 0, open_slot = 0;

    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];
        double firsts = (double)intents_behind(facts, intent, UINT64_MAX), writes = 0;

        for (size_t k = 0; k < intent->exchange_count; k++) {
            const struct fact_exchange *exchange = intent->exchanges[k];

            writes += exchange->write_count > 0 && !exchange->writes[0].is_companion;
        }
        by_intent += beyond(writes, firsts);
        open_intent += beyond(writes, 1) - beyond(writes, firsts);
        for (size_t k = 0; k < intent->slot_count; k++) {
            writes = (double)intent->slots[k].write_count;
            by_slot += beyond(writes, firsts);
            open_slot += beyond(writes, 1) - beyond(writes, firsts);
        }
    }
    double most_intent = by_intent + open_intent, most_slot = by_slot + open_slot;
    return between(by_slot < by_intent ? by_slot : by_intent,
                   most_slot > most_intent ? most_slot : most_intent);
}

static bool says_conflict(int status)
{
    return status == 409 || status == 412 || status == 428;
}

/* Did the write meet a foreign version newer than the one that it names? */
static bool meets_foreign(const struct facts *facts, const struct fact_write *write, uint64_t n)
{
    const struct fact_resource *resource = facts_resource(facts, write->reference);
    struct named_guard guard;

    if (!write->slot || !resource)
        return false;
    write_guard(facts, write, &guard);
    for (size_t i = 0; guard.version && i < resource->version_count; i++) {
        const struct fact_version *version = resource->versions[i];

        if (version->n < n && version_is_newer(version, guard.version) &&
            version_is_foreign(facts, write->slot, version))
            return true;
    }
    return false;
}

struct standing {
    double active, unknown, open;
};

static struct standing standing_of(const struct facts *facts)
{
    struct standing out = {0};

    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        for (size_t id = 0; id < intent->id_count; id++) {
            const struct fact_view *view = intent_last_of(intent, id);
            enum fact_state state = view ? view->state : STATE_NONE;

            out.unknown += state == STATE_UNKNOWN;
            out.open += state_is_open(state);
            out.active += state != STATE_NONE && !state_is_open(state) && !state_is_terminal(state);
        }
    }
    return out;
}

/* At least the replies that named a foreign version; none at all where nothing could conflict. */
static struct count count_conflicts(const struct facts *facts)
{
    struct count count = between(0, 0);
    size_t submitted = 0;

    for (size_t i = 0; i < facts->intent_count; i++)
        submitted += facts->intents[i]->submit_count > 0;
    bool is_possible = submitted > 1 || standing_of(facts).open > 0; /* a check may have found it */

    for (size_t i = 0; i < facts->commit_count; i++)
        is_possible = is_possible || !facts->commits[i]->exchange;
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];
        bool is_found = false;

        for (size_t k = 0; exchange->replied && k < exchange->write_count; k++) {
            const struct fact_write *write = &exchange->writes[k];

            is_possible = is_possible || (write->status >= 400 && write->status < 500);
            is_found = is_found || (says_conflict(write->status) && !exchange->hung_up &&
                                    meets_foreign(facts, write, exchange->replied->n));
        }
        count.low += is_found;
    }
    count.high = is_possible ? 1e9 : 0;
    return count;
}

static bool is_drift(const struct cJSON *found)
{
    const char *kind = json_string(found, "kind");

    return !kind || strcmp(kind, "edited") != 0;
}

static double drift_logged(const struct facts *facts)
{
    double count = 0;

    for (size_t i = 0; i < facts->event_count; i++) {
        const struct cJSON *tree = facts->events[i].tree;
        const char *kind = json_string(tree, "kind");
        bool is_new = kind && strcmp(kind, "drift") == 0 && is_drift(json_get(tree, "result"));

        for (size_t k = 0; k < i && is_new; k++) /* served before */
            is_new = json_integer(facts->events[k].tree, "sequence", -1) !=
                     json_integer(tree, "sequence", -1);
        count += is_new;
    }
    return count;
}

/* What the answers to sweeps for drift told; what was found later, when a look that was put off came through, is in the log alone. */
static struct count count_drift(const struct facts *facts)
{
    double count = 0;

    for (size_t i = 0; i < facts->evidence->entry_count; i++) {
        const struct sim_entry *entry = facts->evidence->entries[i];
        struct err ignored = ERR_INIT;
        const struct cJSON *found;

        if (!is_said(entry, "swept") || !entry->body)
            continue;
        const struct cJSON *tree =
            json_parse(facts->arena, entry->body, entry->body_size, &ignored);
        cJSON_ArrayForEach(found, json_get(tree, "found"))
        {
            count += is_drift(found);
        }
    }
    double logged = drift_logged(facts);
    return between(count, logged > count ? logged : count);
}

/* ---- gauges ---- */

static struct count count_backlog(const struct facts *facts)
{
    struct standing standing = standing_of(facts);

    return between(standing.active, standing.active + standing.open);
}

static struct count count_unknown(const struct facts *facts)
{
    return exactly(standing_of(facts).unknown);
}

static struct count count_age(const struct facts *facts)
{
    struct standing standing = standing_of(facts);

    return between(0, standing.active + standing.open > 0 ? 1e9 : 0);
}

static struct count count_reviews(const struct facts *facts)
{
    const struct sim_entry *list = facts->list_count ? facts->lists[facts->list_count - 1] : NULL;
    struct err ignored = ERR_INIT;
    const struct cJSON *tree =
        list && list->body ? json_parse(facts->arena, list->body, list->body_size, &ignored) : NULL;

    return tree ? exactly((double)json_count(json_get(tree, "reviews"))) : between(0, 1e9);
}

/* ---- judging ---- */

static const struct meter {
    const char *name;
    bool is_gauge;
    struct count (*count)(const struct facts *facts);
    const char *not_after; /* a process entry after which the journal cannot know; or NULL */
} meters[] = {
    {"writeback_accepted_total", false, count_accepted, NULL},
    {"writeback_committed_total", false, count_committed, NULL},
    {"writeback_conflicts_total", false, count_conflicts, NULL},
    {"writeback_idempotency_hits_total", false, count_hits, NULL},
    {"writeback_retries_total", false, count_retries, "down"}, /* what was sent to nobody */
    {"writeback_drift_total", false, count_drift, NULL},
    {"writeback_backlog", true, count_backlog, NULL},
    {"writeback_unknown", true, count_unknown, NULL},
    {"writeback_queue_age_seconds", true, count_age, NULL},
    {"writeback_reviews_open", true, count_reviews, NULL},
};

static void judge_value(struct metering *metering, const struct meter *meter, double sum,
                        double last)
{
    struct count count = meter->count(metering->facts);

    if (allows(&count, last) || (!meter->is_gauge && allows(&count, sum)))
        return;
    if (count.other >= 0 && count.other + count.lost != count.low)
        finding_fail(metering->finding, ENTRIES(metering->last->n),
                     "%s is %g; by the journal it is %g, or %g counted by entry", meter->name, last,
                     count.low, count.other + count.lost);
    else if (count.low == count.high)
        finding_fail(metering->finding, ENTRIES(metering->last->n),
                     "%s is %g; by the journal it is %g", meter->name, last, count.low);
    else
        finding_fail(metering->finding, ENTRIES(metering->last->n),
                     "%s is %g; by the journal it is %s %g", meter->name, last,
                     last < count.low ? "at least" : "at most",
                     last < count.low ? count.low : count.high);
}

static void judge_meter(struct metering *metering, const struct meter *meter, bool is_killed)
{
    double sum = 0, last = 0;
    bool is_there = false;

    for (size_t i = 0; i < metering->life_count; i++) {
        is_there = samples_total(&metering->lives[i], meter->name, &last);
        sum += last;
    }
    if (!is_there)
        return;
    metering->known++;
    if (!meter->is_gauge &&
        (is_killed || (meter->not_after && was(metering->facts, meter->not_after))))
        return;
    if (meter->is_gauge && !metering->facts->evidence->is_recovered)
        return;
    judge_value(metering, meter, sum, last);
}

/* Replies by method and status as the engine got them; `maybe`: broken on the way, or as its client left. */
static void count_replies(const struct facts *facts, const char *method, int status,
                          double *out_low, double *out_high)
{
    *out_low = *out_high = 0;
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (!exchange->arrived || strcmp(exchange->arrived->method, method) != 0)
            continue;
        bool is_sure = exchange->replied && exchange->replied->status == status &&
                       !exchange->hung_up && exchange->fault_count == 0;
        bool is_possible = (exchange->replied && exchange->replied->status == status) ||
                           (!exchange->replied && exchange->fault_count > 0);
        *out_low += is_sure;
        *out_high += is_possible;
    }
}

static double replies_said(struct metering *metering, const struct samples *samples,
                           const char *method, const char *status)
{
    double sum = 0;

    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->at[i];
        const char *has = NULL;

        if (strcmp(sample->name, "writeback_http_replies_total") != 0)
            continue;
        has = sample_label(metering->facts->arena, sample, "method");
        if (!has || strcmp(has, method) != 0)
            continue;
        has = sample_label(metering->facts->arena, sample, "status");
        sum += has && strcmp(has, status) == 0 ? sample->value : 0;
    }
    return sum;
}

static void judge_reply(struct metering *metering, const char *method, const char *status)
{
    double sum = 0, last = 0, low, high;

    for (size_t i = 0; i < metering->life_count; i++) {
        last = replies_said(metering, &metering->lives[i], method, status);
        sum += last;
    }
    count_replies(metering->facts, method, atoi(status), &low, &high);
    if ((last >= low && last <= high) || (sum >= low && sum <= high))
        return;
    finding_fail(metering->finding, ENTRIES(metering->last->n),
                 "writeback_http_replies_total of %s %s is %g; by the journal it is %g", method,
                 status, last, last < low ? low : high);
}

/* Each (method, status) that was counted, and each that was replied. */
static void judge_replies(struct metering *metering)
{
    const struct facts *facts = metering->facts;
    const struct samples *last = &metering->lives[metering->life_count - 1];
    bool has_numbers = false;

    for (size_t i = 0; i < last->count; i++) {
        const char *status = sample_label(facts->arena, &last->at[i], "status");
        const char *method = sample_label(facts->arena, &last->at[i], "method");

        if (strcmp(last->at[i].name, "writeback_http_replies_total") != 0 || !status || !method ||
            strlen(status) != 3 || strspn(status, "0123456789") != 3)
            continue; /* classes of replies, say: not what is defined here */
        has_numbers = true;
        metering->known++;
        judge_reply(metering, method, status);
    }
    for (size_t i = 0; has_numbers && i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (exchange->replied && exchange->arrived)
            judge_reply(metering, exchange->arrived->method,
                        arena_printf(facts->arena, "%d", exchange->replied->status));
    }
}

/* 1 where every commit has its record; a share of them, where some have not, is the engine's to tell. */
static void judge_completeness(struct metering *metering)
{
    const struct facts *facts = metering->facts;
    double value = 0;

    if (!samples_total(&metering->lives[metering->life_count - 1], "writeback_audit_completeness",
                       &value))
        return;
    metering->known++;
    if (value < 0 || value > 1)
        finding_fail(metering->finding, ENTRIES(metering->last->n),
                     "writeback_audit_completeness is %g; it is a share", value);
    if (value < 0.9995 || !facts->evidence->is_recovered || !(facts->evidence->parts & PART_AUDIT))
        return;
    for (size_t i = 0; i < facts->commit_count; i++) {
        const struct fact_version *version = facts->commits[i];

        if (version->slot && version->intent->audit_count == 0)
            finding_fail(metering->finding, ENTRIES(version->n, metering->last->n),
                         "writeback_audit_completeness is %g, and %s of %s has no record", value,
                         version->resource->reference, version->intent->given->name);
    }
}

void judge_metrics_true(const struct facts *facts, struct finding *finding)
{
    const struct evidence *evidence = facts->evidence;
    struct metering metering = {
        .facts = facts,
        .finding = finding,
        .lives = arena_alloc(facts->arena, (evidence->entry_count + 1) * sizeof(struct samples))};
    bool is_killed = ended_unasked(facts);

    for (size_t i = 0; i < evidence->entry_count; i++) {
        if (!is_said(evidence->entries[i], "metrics"))
            continue;
        metering.last = evidence->entries[i];
        samples_read(&metering.lives[metering.life_count++], facts->arena, metering.last);
    }
    if (metering.last) {
        for (size_t i = 0; i < COUNT_OF(meters); i++)
            judge_meter(&metering, &meters[i], is_killed);
        judge_completeness(&metering);
        if (!is_killed)
            judge_replies(&metering);
    }
    if (metering.known == 0)
        finding_unknown(finding, NULL, "no number that is defined was told");
}
