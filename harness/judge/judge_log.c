/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_log - log-replays: who reads the event log from its first line knows what the engine did to the chart.
 *
 * Judged is the log as it was served last. Its results are those of `committed` and `compensated` events and of an end
 * that names some of a compound intent's. A commit that no reply told the engine of can be in no log; a result may also name a version
 * that left nothing to do. Two commits may stand in the other order only where the older was found out about later.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/patch.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

/* One result in the log, in the order of its lines. */
struct logged {
    const struct fact_record *event;
    const struct fact_version
        *version; /* NULL: none of that label, or a deletion that is not numbered */
    const char *reference, *label; /* label NULL: not said */
};

struct reading {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_record *lines; /* as served last */
    size_t line_count;
    struct logged *results;
    size_t result_count;
};

static bool is_kind(const struct fact_record *event, const char *kind)
{
    const char *text = json_string(event->tree, "kind");

    return text && strcmp(text, kind) == 0;
}

/* Lines of one answer follow each other in the journal. */
static void find_last_serving(struct reading *reading)
{
    const struct facts *facts = reading->facts;
    size_t start = facts->event_count;

    while (start > 0 && (start == facts->event_count ||
                         facts->events[start - 1].n + 1 == facts->events[start].n))
        start--;
    reading->lines = &facts->events[start];
    reading->line_count = facts->event_count - start;
}

/* ---- results ---- */

static void add_result(struct reading *reading, const struct fact_record *event,
                       const struct cJSON *result)
{
    const char *label = NULL;
    const char *reference =
        facts_reference(reading->facts, json_string(result, "reference"), &label);
    const char *said = facts_label(reading->facts, json_get(result, "versionId"));

    if (said)
        label = said;
    if (!reference)
        return;
    reading->results[reading->result_count++] = (struct logged){
        .event = event,
        .reference = reference,
        .label = label,
        .version = label ? record_version(reading->facts, event->intent, reference, label, event->n)
                         : NULL,
    };
}

/* An end that has results, or a second copy that was found later. */
static bool names_what_was_made(const struct fact_record *event)
{
    const char *kind = json_string(json_get(event->tree, "result"), "kind");

    return is_kind(event, "committed") || is_kind(event, "incomplete") ||
           is_kind(event, "compensated") ||
           (is_kind(event, "drift") && kind && strcmp(kind, "duplicate") == 0);
}

static void read_results(struct reading *reading)
{
    size_t room = 0;

    for (size_t i = 0; i < reading->line_count; i++) {
        const struct cJSON *result = json_get(reading->lines[i].tree, "result");

        room += cJSON_IsArray(result) ? json_count(result) : 1;
    }
    reading->results = arena_alloc(reading->facts->arena, (room + 1) * sizeof(struct logged));
    for (size_t i = 0; i < reading->line_count; i++) {
        const struct fact_record *event = &reading->lines[i];
        const struct cJSON *result = json_get(event->tree, "result"), *one;

        if (!names_what_was_made(event))
            continue;
        if (cJSON_IsObject(result)) {
            add_result(reading, event, result);
            continue;
        }
        cJSON_ArrayForEach(one, result)
        {
            add_result(reading, event, one);
        }
    }
}

/* May a result name this version: the engine's, or one in which a part of the intent stood already? */
static bool may_be_result(const struct reading *reading, const struct logged *logged)
{
    const struct fact_intent *intent = logged->event->intent;

    if (logged->version->exchange)
        return true;
    for (size_t i = 0; intent && i < intent->slot_count; i++)
        if (slot_stands(reading->facts, &intent->slots[i], logged->version, NULL))
            return true;
    return !intent || version_looks_own(reading->facts, intent, logged->version);
}

static void judge_named(const struct reading *reading)
{
    for (size_t i = 0; i < reading->result_count; i++) {
        const struct logged *logged = &reading->results[i];

        if (!logged->label)
            continue;
        if (!logged->version)
            finding_fail(reading->finding, ENTRIES(logged->event->n),
                         "the log says that %s version %s was made, and there is none",
                         logged->reference, logged->label);
        else if (!may_be_result(reading, logged))
            finding_fail(reading->finding, ENTRIES(logged->version->n, logged->event->n),
                         "the log says that %s version %s was made, which somebody else made",
                         logged->reference, logged->label);
    }
}

static int by_version(const void *a, const void *b)
{
    const struct logged *left = a, *right = b;
    int order = strcmp(left->reference, right->reference);

    if (order == 0)
        order = (left->version > right->version) - (left->version < right->version);
    return order;
}

/* Is the version a result, or a deletion of which the log may not know the number? `sorted`: by_version. */
static bool is_logged(const struct reading *reading, const struct logged *sorted,
                      const struct fact_version *version)
{
    struct logged sought = {.reference = version->resource->reference, .version = version};

    if (bsearch(&sought, sorted, reading->result_count, sizeof(*sorted), by_version))
        return true;
    sought.version = NULL;
    return version->is_deletion &&
           bsearch(&sought, sorted, reading->result_count, sizeof(*sorted), by_version);
}

/* A commit that the engine knows of, and whose intent it has brought to an end. One that the server lost may be logged
 * or not: it was made, and is not there. */
static bool must_be_logged(const struct facts *facts, const struct fact_version *version)
{
    const struct fact_view *view =
        version->intent ? intent_view(version->intent, facts->last) : NULL;

    return version->exchange && !version->is_companion && !version->undone && view &&
           state_is_terminal(view->state) && !version_was_denied(version) &&
           (version->is_deletion || version_received(version, false));
}

static void judge_missing(const struct reading *reading)
{
    const struct facts *facts = reading->facts;
    struct logged *sorted =
        arena_alloc(facts->arena, (reading->result_count + 1) * sizeof(*sorted));

    for (size_t i = 0; i < reading->result_count; i++)
        sorted[i] = reading->results[i];
    qsort(sorted, reading->result_count, sizeof(*sorted), by_version);
    for (size_t i = 0; i < facts->commit_count; i++) {
        const struct fact_version *version = facts->commits[i];

        const struct fact_version *other = version_other(facts, version);
        if (must_be_logged(facts, version) && !is_logged(reading, sorted, version) &&
            !(other && is_logged(reading, sorted, other)))
            finding_fail(reading->finding, ENTRIES(version->n),
                         "%s made %s version %s, and no result in the log says so",
                         version->intent->given->name, version->resource->reference,
                         version->label);
    }
}

/* n of the reply to its write that told the engine of the version; 0: none did. */
static uint64_t told_at_once(const struct fact_version *version)
{
    for (size_t i = 0; i < version->receipt_count; i++)
        if (version->receipts[i].is_own_reply)
            return version->receipts[i].n;
    return 0;
}

static bool has_shown(const struct fact_exchange *exchange, const struct fact_version *version)
{
    for (size_t i = 0; i < version->receipt_count; i++)
        if (version->receipts[i].exchange == exchange)
            return true;
    return false;
}

/* Was the engine still finding out about its intent when this request arrived, as by reading back what it wrote? Also when
 * its last question had only been put off, or answered with what may be otherwise next time. */
static bool was_asking(const struct logged *logged, uint64_t n)
{
    const struct fact_intent *intent = logged->event->intent;
    const struct fact_exchange *last = NULL;

    for (size_t i = 0; intent && i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];

        if (exchange->arrived->n >= n)
            continue;
        if (!exchange->replied || exchange->replied->n > n)
            return true;
        last = !last || exchange->replied->n > last->replied->n ? exchange : last;
    }
    return last && !has_shown(last, logged->version) &&
           !reply_is_permanent(last->replied, last->replied->status);
}

static int by_target(const void *a, const void *b)
{
    const struct logged *const *left = a, *const *right = b;
    int order = strcmp((*left)->reference, (*right)->reference);

    return order ? order : (*left > *right) - (*left < *right); /* then as in the log */
}

/* Of two results on one target the older version must come first, if all about it was known before the newer was asked
 * for. */
static void judge_order(const struct reading *reading)
{
    const struct logged **sorted =
        arena_alloc(reading->facts->arena, (reading->result_count + 1) * sizeof(*sorted));
    const struct logged *newest = NULL;
    size_t count = 0;

    for (size_t i = 0; i < reading->result_count; i++)
        if (reading->results[i].version && reading->results[i].version->exchange &&
            !reading->results[i].version->undone)
            sorted[count++] = &reading->results[i];
    qsort(sorted, count, sizeof(*sorted), by_target);
    for (size_t i = 0; i < count; i++) {
        const struct logged *logged = sorted[i];

        if (!newest || strcmp(newest->reference, logged->reference) != 0) {
            newest = logged;
            continue;
        }
        uint64_t told = told_at_once(logged->version);
        if (version_is_newer(newest->version, logged->version) &&
            newest->event->intent != logged->event->intent && told &&
            told < newest->version->exchange->arrived->n &&
            !was_asking(logged, newest->version->exchange->arrived->n))
            finding_fail(
                reading->finding,
                ENTRIES(logged->version->n, newest->version->n, newest->event->n, logged->event->n),
                "the log has version %s of %s before version %s", newest->label, logged->reference,
                logged->label);
        if (version_is_newer(logged->version, newest->version))
            newest = logged;
    }
}

/* ---- hashes ---- */

static bool is_hash_of_a_submit(const struct fact_intent *intent, const char *hash)
{
    for (size_t i = 0; i < intent->submit_count; i++)
        if (claims_hash_is(hash, intent->submits[i].payload))
            return true;
    return intent->submit_count == 0;
}

/* What a patch makes of the version that its write names. */
static bool is_hash_of_patched(const struct facts *facts, const struct fact_write *write,
                               const char *hash)
{
    struct named_guard guard;
    struct err err = ERR_INIT;
    enum patch_result result;

    if (!cJSON_IsArray(write->body))
        return false;
    write_guard(facts, write, &guard);
    return guard.version && fact_tree(guard.version) &&
           claims_hash_is(hash, patch_apply(facts->arena, fact_tree(guard.version), write->body,
                                            &result, &err));
}

/* Is it the hash of what was submitted, or of what was sent, as a whole or as one of its entries? */
static bool is_hash_of_content(const struct facts *facts, const struct fact_intent *intent,
                               const char *hash)
{
    const struct cJSON *payload = intent->given->payload;

    if (is_hash_of_a_submit(intent, hash) || claims_hash_is(hash, json_get(payload, "bundle")))
        return true;
    for (size_t i = 0; i < intent->slot_count; i++)
        if (claims_hash_is(hash, intent->slots[i].content))
            return true;
    for (size_t i = 0; i < intent->exchange_count; i++) {
        const struct fact_exchange *exchange = intent->exchanges[i];

        if (exchange->is_write && claims_hash_is(hash, fact_request(exchange)))
            return true;
        for (size_t k = 0; k < exchange->write_count; k++)
            if (claims_hash_is(hash, exchange->writes[k].body) ||
                is_hash_of_patched(facts, &exchange->writes[k], hash))
                return true;
    }
    return false;
}

/* Did all that the log says was sent arrive? An attempt that was killed on its way has content that nobody saw. */
static bool has_all_arrived(const struct reading *reading, const struct fact_intent *intent)
{
    size_t attempts = 0, writes = 0;

    for (size_t i = 0; i < intent->event_count; i++)
        attempts +=
            intent->events[i]->n >= reading->lines->n && is_kind(intent->events[i], "attempt");
    for (size_t i = 0; i < intent->exchange_count; i++)
        writes += intent->exchanges[i]->is_write;
    return writes >= attempts;
}

/* Content that was merged is sent unless it is merged anew before. */
static bool was_sent_next(const struct fact_intent *intent, const struct fact_record *event)
{
    for (size_t i = 0; i + 1 < intent->event_count; i++)
        if (intent->events[i]->n == event->n)
            return is_kind(intent->events[i + 1], "attempt");
    return false;
}

static void judge_hashes(const struct reading *reading, const struct fact_record *event)
{
    const struct fact_intent *intent = event->intent;
    const char *payload = json_string(event->tree, "payloadHash");
    const char *request = json_string(event->tree, "requestHash");

    if (payload && *payload && !is_hash_of_a_submit(intent, payload))
        finding_fail(reading->finding, ENTRIES(intent->submitted, event->n),
                     "the payloadHash of an event of %s is not the hash of what was submitted",
                     intent->given->name);
    if (!request || !*request || is_hash_of_content(reading->facts, intent, request))
        return;
    if (is_kind(event, "merged") && !was_sent_next(intent, event))
        return;
    if (has_all_arrived(reading, intent))
        finding_fail(reading->finding, ENTRIES(event->n),
                     "the requestHash of an event of %s is the hash of nothing that was submitted "
                     "or sent",
                     intent->given->name);
}

void judge_log_replays(const struct facts *facts, struct finding *finding)
{
    struct reading reading = {.facts = facts, .finding = finding};

    find_last_serving(&reading);
    read_results(&reading);
    judge_named(&reading);
    judge_order(&reading);
    for (size_t i = 0; i < reading.line_count; i++)
        if (reading.lines[i].intent)
            judge_hashes(&reading, &reading.lines[i]);
    if (!facts->evidence->is_recovered || facts->event_count == 0) {
        for (size_t i = 0; i < facts->commit_count; i++)
            if (facts->commits[i]->exchange) {
                finding_unknown(finding, ENTRIES(facts->commits[i]->n),
                                facts->event_count ? "the log was not asked for once recovered"
                                                   : "the event log gave nothing");
                return;
            }
        return;
    }
    judge_missing(&reading);
}
