/* SPDX-License-Identifier: Apache-2.0 */
/* calls - see the header. The table at the end is the interface. */
#include "engine/calls.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/prng.h"
#include "engine/drift.h"
#include "engine/engine.h"
#include "engine/feed.h"
#include "engine/intent.h"
#include "engine/job.h"
#include "engine/metrics.h"
#include "engine/problem.h"
#include "engine/reconcile.h"
#include "engine/review.h"

#define PAGE_INTENTS 100
#define WAIT_MS_MAX  30000L

const char *call_header(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

static const char *parameter(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, name);
}

static long long number_parameter(const struct call *call, const char *name)
{
    const char *text = parameter(call, name);

    return text ? strtoll(text, NULL, 10) : 0;
}

static void say_bytes(struct call *call, int status, const char *type, const char *bytes,
                      size_t size)
{
    call->status = status;
    call->content_type = type;
    call->body = bytes;
    call->body_size = size;
}

static void say(struct call *call, int status, const struct cJSON *answer)
{
    const char *text = json_print(call->arena, answer);

    say_bytes(call, status, "application/json", text, strlen(text));
}

void call_problem(struct call *call, int status, const char *title, const char *detail)
{
    say(call, status, problem_new(call->arena, status, title, detail));
    call->content_type = "application/problem+json";
}

static void broken(struct call *call, const struct err *err)
{
    log_line("%s %s: %s", call->method, call->path, err->text);
    call_problem(call, 503, "The ledger cannot be used", "Nothing was accepted. Try again later.");
}

/* ---- intents ---- */

static struct intent *load(struct call *call, const struct ledger_intent *row)
{
    struct err err = ERR_INIT;
    struct intent *intent = intent_load(call->arena, row, &err);

    if (!intent)
        broken(call, &err);
    return intent;
}

static void say_view(struct call *call, int status, const struct ledger_intent *row)
{
    struct intent *intent = load(call, row);

    if (!intent)
        return;
    call->location = arena_printf(call->arena, "/v1/intents/%s", row->id);
    say(call, status, intent_view(intent));
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

#define NAME_SIZE_MAX 255

/* Names that travel in headers and records: short, and of visible ASCII alone. */
static bool is_name(const char *text)
{
    size_t size = text ? strlen(text) : 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    }
    return size <= NAME_SIZE_MAX;
}

/* The key that names the act: the header's, else what the source calls it. NULL when there is
 * neither. */
static const char *key_of(struct call *call, const struct cJSON *source)
{
    const char *key = call_header(call, "Idempotency-Key");
    const char *system = json_string(source, "system");
    const char *event = json_string(source, "eventId");

    if (key && *key)
        return key;
    return system && event ? arena_printf(call->arena, "%s|%s", system, event) : NULL;
}

static const char *new_uuid(struct arena *arena)
{
    struct prng prng;
    char uuid[37];

    prng_init(&prng, prng_entropy());
    prng_uuid(&prng, uuid);
    return arena_strdup(arena, uuid);
}

static void fill_row(struct call *call, const struct cJSON *request, const char *key,
                     struct ledger_intent *row)
{
    const struct cJSON *source = json_get(request, "source");
    const char *correlation = call_header(call, "X-Correlation-Id");
    char hash[HASH_HEX_SIZE];

    hash_canonical(request, hash);
    *row = (struct ledger_intent){
        .id = new_uuid(call->arena),
        .tenant = or_empty(json_string(request, "tenant")),
        .system = or_empty(json_string(source, "system")),
        .key = key,
        .event_id = json_string(source, "eventId"),
        .payload_hash = arena_strdup(call->arena, hash),
        .correlation = correlation && *correlation ? correlation : new_uuid(call->arena),
        .request = json_print(call->arena, request),
        .state = intent_state_name(INTENT_ACCEPTED),
        .work = "{}",
        .accepted_ms = (int64_t)clock_wall_ms(),
    };
}

static void say_known(struct call *call, const struct ledger_intent *row,
                      const struct ledger_intent *known)
{
    if (strcmp(known->payload_hash, row->payload_hash) != 0) {
        call_problem(call, 422, "This key belongs to another payload",
                     "Nothing was accepted. A new act needs a new Idempotency-Key.");
        return;
    }
    struct intent *intent = load(call, known);
    if (!intent)
        return;
    metrics_add(call->engine->metrics, METRIC_IDEMPOTENCY_HITS);
    say_view(call, intent_is_terminal(intent->state) ? 200 : 202, known);
}

struct begin {
    struct engine *engine;
    struct intent *intent;
    const struct ledger_intent *row;
};

/* As soon as it is durable, and in the order of acceptance, since intents of one source go in
 * their order. */
static void begin_work(void *arg)
{
    struct begin *begin = arg;

    begin->intent->row = *begin->row;
    reconcile_add(begin->engine, begin->intent);
}

static void take_in(struct call *call, struct ledger_intent *row)
{
    struct job *job = arena_alloc(call->arena, sizeof(*job));
    struct intent *intent = load(call, row);
    struct begin begin = {.engine = call->engine, .intent = intent, .row = row};
    struct err err = ERR_INIT;

    if (!intent)
        return;
    job_init(job, call->engine, NULL, call->arena, intent);
    job_event(job, "accepted", NULL, NULL, NULL);
    struct ledger_acceptance acceptance = {
        .intent = row, .event = job->events[0], .after = begin_work, .after_arg = &begin};
    if (ledger_accept(call->engine->ledger, call->arena, &acceptance, &err)) {
        broken(call, &err);
    } else if (acceptance.is_known) {
        say_known(call, row, &acceptance.known);
    } else {
        metrics_add(call->engine->metrics, METRIC_ACCEPTED);
        call->location = arena_printf(call->arena, "/v1/intents/%s", row->id);
        say(call, 202, intent_view(intent));
    }
}

static void submit(struct call *call)
{
    struct ledger_intent row;
    struct err err = ERR_INIT;
    const struct cJSON *request = json_parse(call->arena, call->request, call->request_size, &err);

    if (!request || intent_check(call->arena, request, &err)) {
        call_problem(call, 400, "This is not an intent", arena_strdup(call->arena, err.text));
        return;
    }
    const char *key = key_of(call, json_get(request, "source"));
    if (!is_name(call_header(call, "Idempotency-Key")) ||
        !is_name(call_header(call, "X-Correlation-Id"))) {
        call_problem(
            call, 400, "Not a name",
            "Idempotency-Key and X-Correlation-Id are of visible ASCII, 255 bytes at most.");
        return;
    }
    if (!key) {
        call_problem(call, 400, "No idempotency key",
                     "Send an Idempotency-Key header, or source.system and source.eventId.");
        return;
    }
    fill_row(call, request, key, &row);
    if (!intent_load(call->arena, &row, &err)) {
        call_problem(call, 400, "This is not an intent", arena_strdup(call->arena, err.text));
        return;
    }
    take_in(call, &row);
}

struct listing {
    struct call *call;
    struct cJSON *intents;
    int64_t last;
    size_t count;
};

static void list_one(void *arg, const struct ledger_intent *row)
{
    struct listing *listing = arg;
    struct err err = ERR_INIT;
    struct intent *intent = intent_load(listing->call->arena, row, &err);

    listing->last = row->number;
    listing->count++;
    if (intent)
        json_add(listing->intents, json_copy(intent_view(intent)));
}

static void list_intents(struct call *call)
{
    struct cJSON *answer = json_object(call->arena);
    struct listing listing = {.call = call, .intents = json_put_array(answer, "intents")};
    const char *key = parameter(call, "key");

    if (key)
        ledger_each_key(call->engine->ledger, call->arena, key, list_one, &listing);
    else
        ledger_each(call->engine->ledger, call->arena, parameter(call, "state"),
                    number_parameter(call, "after"), PAGE_INTENTS, list_one, &listing);
    if (!key && listing.count == PAGE_INTENTS)
        json_put_integer(answer, "next", listing.last);
    else
        json_put(answer, "next", cJSON_CreateNull());
    say(call, 200, answer);
}

static bool find(struct call *call, struct ledger_intent *row)
{
    if (ledger_find(call->engine->ledger, call->arena, call->id, row))
        return true;
    call_problem(call, 404, "There is no such intent", "See GET /v1/intents.");
    return false;
}

static void view(struct call *call)
{
    struct ledger_intent row;

    if (find(call, &row))
        say_view(call, 200, &row);
}

/* Before anything was sent an intent can be called off; the task that would send it finds it so. */
static void cancel(struct call *call)
{
    struct job *job = arena_alloc(call->arena, sizeof(*job));
    struct ledger_intent row;
    struct intent *intent;
    struct err err = ERR_INIT;

    if (!find(call, &row) || !(intent = load(call, &row)))
        return;
    job_init(job, call->engine, NULL, call->arena, intent);
    intent->state = INTENT_CANCELLED;
    job->only_from = intent_state_name(INTENT_ACCEPTED);
    job_event(job, "cancelled", NULL, NULL, NULL);
    job_audit(job, "cancelled", NULL, "not-checked");
    if (job_write(job, &err) == 0)
        say(call, 202, intent_view(intent));
    else if (err.code != ERR_INPUT)
        broken(call, &err);
    else
        call_problem(
            call, 409, "Too late to cancel",
            "It has begun or ended. An open one is discarded by a decision on its review.");
}

/* A rejected intent once more, after what was wrong has been mended; only what is not in effect is
 * sent. */
static void replay(struct call *call)
{
    struct job *job = arena_alloc(call->arena, sizeof(*job));
    struct ledger_intent row;
    struct intent *intent;
    struct err err = ERR_INIT;

    if (!find(call, &row) || !(intent = load(call, &row)))
        return;
    job_init(job, call->engine, NULL, call->arena, intent);
    for (size_t i = 0; i < intent->slot_count; i++) {
        if (intent->slots[i].state == SLOT_REFUSED)
            intent->slots[i].state = SLOT_PENDING;
    }
    intent->state = INTENT_WRITING;
    intent->problem = NULL;
    intent->attempts_since = intent->requests_since = intent->waits = 0;
    job->only_from = intent_state_name(INTENT_REJECTED);
    job_event(job, "decision", NULL, NULL, NULL);
    if (job_write(job, &err)) {
        if (err.code != ERR_INPUT)
            broken(call, &err);
        else
            call_problem(call, 409, "Nothing to replay",
                         "Only a rejected intent is replayed; an open one has a review to decide.");
        return;
    }
    reconcile_add(call->engine, intent);
    say(call, 202, intent_view(intent));
}

static void not_offered(struct call *call)
{
    call_problem(call, 501, "Not offered by this version",
                 "The rest of the engine interface is; see docs/architecture.md.");
}

/* ---- reviews ---- */

struct review_listing {
    struct call *call;
    struct cJSON *reviews;
};

static void list_review(void *arg, const struct ledger_review *review)
{
    struct review_listing *listing = arg;
    struct err err = ERR_INIT;
    const struct cJSON *body =
        json_parse(listing->call->arena, review->body, strlen(review->body), &err);
    struct cJSON *row = json_add_object(listing->reviews);
    int64_t age_ms = (int64_t)clock_wall_ms() - review->recorded_ms;

    json_put_string(row, "id", review->id);
    json_put_string(row, "intent", json_string(body, "intent"));
    json_put_string(row, "why", json_string(body, "why"));
    json_put_integer(row, "age", age_ms > 0 ? age_ms / 1000 : 0);
}

static void list_reviews(struct call *call)
{
    struct cJSON *answer = json_object(call->arena);
    struct review_listing listing = {.call = call, .reviews = json_put_array(answer, "reviews")};

    ledger_open_reviews(call->engine->ledger, call->arena, list_review, &listing);
    say(call, 200, answer);
}

static void show_review(struct call *call)
{
    struct ledger_review review;

    if (ledger_find_review(call->engine->ledger, call->arena, call->id, &review))
        say_bytes(call, 200, "application/json", review.body, strlen(review.body));
    else
        call_problem(call, 404, "There is no such review", "See GET /v1/reviews.");
}

static void decide(struct call *call)
{
    struct err err = ERR_INIT;
    struct decision decision = {
        .review = call->id,
        .body = json_parse(call->arena, call->request, call->request_size, &err),
        .engine = call->engine,
        .arena = call->arena};

    if (!cJSON_IsObject(decision.body)) {
        call_problem(call, 400, "This is not a decision",
                     "Expected {decision, fields, seenVersion, reason, by}.");
        return;
    }
    review_decide(&decision);
    say(call, decision.status, decision.answer);
    if (decision.status >= 400 && json_get(decision.answer, "title"))
        call->content_type = "application/problem+json";
}

/* ---- records ---- */

static void say_lines(struct call *call, struct buf *lines)
{
    const char *copy = buf_copy(lines, call->arena);

    say_bytes(call, 200, "application/x-ndjson", copy, lines->size);
    buf_release(lines);
}

static void events(struct call *call)
{
    struct buf lines = BUF_INIT;

    ledger_events(call->engine->ledger, number_parameter(call, "after"), &lines);
    say_lines(call, &lines);
}

static void audit(struct call *call)
{
    struct buf lines = BUF_INIT;

    ledger_audit(call->engine->ledger, number_parameter(call, "after"), &lines);
    say_lines(call, &lines);
}

static void show_metrics(struct call *call)
{
    struct buf text = BUF_INIT;

    metrics_print(call->engine->metrics, call->engine->ledger, &text);
    say_bytes(call, 200, "text/plain; version=0.0.4", buf_copy(&text, call->arena), text.size);
    buf_release(&text);
}

static void healthy(struct call *call)
{
    struct cJSON *answer = json_object(call->arena);

    json_put_string(answer, "status", "ok");
    say(call, 200, answer);
}

/* ---- the feed ---- */

static void take_notification(struct call *call)
{
    struct err err = ERR_INIT;
    const struct cJSON *bundle = json_parse(call->arena, call->request, call->request_size, &err);
    const char *type = json_string(bundle, "resourceType");

    if (!type || strcmp(type, "Bundle") != 0) {
        call_problem(call, 400, "This is not a notification", "Expected a subscription's Bundle.");
        return;
    }
    feed_take(call->engine, call->arena, bundle);
    say(call, 202, json_object(call->arena));
}

/* ---- sweeps and test hooks ---- */

static void sweep(struct call *call)
{
    struct err err = ERR_INIT;
    const struct cJSON *asked = json_parse(call->arena, call->request, call->request_size, &err);
    const char *kind = json_string(asked, "kind");
    struct cJSON *answer = json_object(call->arena);

    bool is_drift = kind && strcmp(kind, "drift") == 0;
    if (!is_drift && (!kind || strcmp(kind, "reconcile") != 0)) {
        call_problem(call, 400, "No such sweep", "Expected kind reconcile or drift.");
        return;
    }
    json_put_string(answer, "kind", kind);
    struct cJSON *examined = json_put_array(answer, "examined");
    struct cJSON *found = json_put_array(answer, "found");
    if (is_drift) {
        drift_sweep(call->engine, call->arena, examined, found);
    } else {
        worker_sweep(call->engine->worker);
        review_refresh_all(call->engine, call->arena, examined);
    }
    say(call, 200, answer);
}

/* "ID,ID...": those there are. */
static void add_views(struct call *call, const char *ids, struct cJSON *answer)
{
    struct listing listing = {.call = call,
                              .intents = ids ? json_put_array(answer, "views") : NULL};

    while (ids && *ids) {
        const size_t length = strcspn(ids, ",");
        struct ledger_intent row;

        if (ledger_find(call->engine->ledger, call->arena, arena_copy(call->arena, ids, length),
                        &row))
            list_one(&listing, &row);
        ids += length + (ids[length] == ',');
    }
}

static void settled(struct call *call)
{
    struct cJSON *answer = json_object(call->arena);
    long long wait_ms = number_parameter(call, "waitMs");
    long long returned = number_parameter(call, "returned");
    struct worker_counts counts;

    worker_settle(call->engine->worker, returned < 0 ? 0 : (unsigned long long)returned,
                  wait_ms < 0             ? 0
                  : wait_ms > WAIT_MS_MAX ? WAIT_MS_MAX
                                          : (long)wait_ms,
                  &counts);
    json_put_integer(answer, "runnable", counts.runnable);
    json_put_integer(answer, "waiting", counts.waiting);
    json_put_integer(answer, "requests", (long long)counts.requests);
    if (counts.due_ms >= 0)
        json_put_integer(answer, "dueInMs", counts.due_ms);
    else
        json_put(answer, "dueInMs", cJSON_CreateNull());
    add_views(call, parameter(call, "views"), answer);
    say(call, 200, answer);
}

static void due(struct call *call)
{
    worker_due(call->engine->worker);
    healthy(call);
}

static void reset(struct call *call)
{
    struct err err = ERR_INIT;

    worker_forget(call->engine->worker);
    if (ledger_reset(call->engine->ledger, &err)) {
        broken(call, &err);
        return;
    }
    metrics_reset(call->engine->metrics);
    healthy(call);
}

static const struct call_kind kinds[] = {
    {"POST", "/v1/intents", submit, false},
    {"GET", "/v1/intents", list_intents, false},
    {"GET", "/v1/intents/{id}", view, false},
    {"POST", "/v1/intents/{id}/cancel", cancel, false},
    {"POST", "/v1/intents/{id}/replay", replay, false},
    {"POST", "/v1/intents/{id}/compensate", not_offered, false},
    {"GET", "/v1/reviews", list_reviews, false},
    {"GET", "/v1/reviews/{id}", show_review, false},
    {"POST", "/v1/reviews/{id}/decision", decide, false},
    {"GET", "/v1/events", events, false},
    {"GET", "/v1/audit", audit, false},
    {"POST", "/v1/sweeps", sweep, false},
    {"GET", "/v1/mappings", not_offered, false},
    {"POST", "/v1/notifications", take_notification, false},
    {"GET", "/metrics", show_metrics, false},
    {"GET", "/healthz", healthy, false},
    {"GET", "/readyz", healthy, false},
    {"GET", "/v1/settled", settled, true},
    {"POST", "/v1/due", due, true},
    {"POST", "/v1/reset", reset, true},
};

size_t call_kinds(const struct call_kind **out_kinds)
{
    *out_kinds = kinds;
    return COUNT_OF(kinds);
}
