/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls - what callers may ask of the engine.
 *
 * Nothing here talks to the FHIR server: what needs that is done by a job. What a call answers is
 * in the book before the answer leaves. A call that waits for a job gives the lock away meanwhile,
 * and looks up again what it knew.
 */
#include "tests/strawman/calls.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

/* ---- replies ---- */

static void reply_json(struct visit *visit, int status, const struct cJSON *tree)
{
    visit->status = status;
    visit->type = "application/json";
    buf_puts(&visit->reply, json_print(visit->arena, tree));
}

void call_problem(struct visit *visit, int status, const char *title, const char *detail)
{
    struct cJSON *problem = json_object(visit->arena);

    json_put_string(problem, "type", "about:blank");
    json_put_string(problem, "title", title);
    json_put_integer(problem, "status", status);
    json_put_string(problem, "detail", detail);
    reply_json(visit, status, problem);
    visit->type = "application/problem+json";
}

static void reply_view(struct visit *visit, int status, unsigned number)
{
    visit->location = arena_printf(visit->arena, "/v1/intents/%s", view_id(visit->arena, number));
    reply_json(visit, status, view_intent(visit->arena, visit->engine, number));
}

const char *call_header(const struct visit *visit, const char *name)
{
    return MHD_lookup_connection_value(visit->connection, MHD_HEADER_KIND, name);
}

static const char *query(const struct visit *visit, const char *name)
{
    return MHD_lookup_connection_value(visit->connection, MHD_GET_ARGUMENT_KIND, name);
}

static long long query_number(const struct visit *visit, const char *name)
{
    const char *text = query(visit, name);

    return text ? strtoll(text, NULL, 10) : 0;
}

/* ---- submitting ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Keys hold within a tenant and a source. */
static bool same_sender(const struct cJSON *payload, const struct cJSON *other)
{
    return same_text(json_string(payload, "tenant"), json_string(other, "tenant")) &&
           same_text(json_string(json_get(payload, "source"), "system"),
                     json_string(json_get(other, "source"), "system"));
}

static const char *type_of(const struct cJSON *payload)
{
    const char *type = json_string(json_get(payload, "resource"), "resourceType");

    return type ? type : json_string(json_get(payload, "target"), "reference");
}

/* Flaw: patient and type are the key. */
static bool is_alike(const struct cJSON *payload, const struct cJSON *other)
{
    return json_string(payload, "patient") &&
           same_text(json_string(payload, "patient"), json_string(other, "patient")) &&
           same_text(type_of(payload), type_of(other));
}

/* The intent of that key, or with the same payload of the same source event; 0: none. */
static unsigned find_delivered(const struct visit *visit, const char *key, const char *digits)
{
    const struct book *book = visit->engine->book;
    const char *event = json_string(json_get(visit->tree, "source"), "eventId");

    for (unsigned number = 1; number <= book_intents(book); number++) {
        const struct cJSON *intent = book_intent(book, number),
                           *payload = json_get(intent, "payload");

        if (flaw_is(FLAW_MEMORY_DEDUPE) && book_is_replayed(book, number))
            continue; /* flaw: the keys were in memory only */
        if (!same_sender(payload, visit->tree))
            continue;
        if (same_text(json_string(intent, "key"), key))
            return number;
        if (flaw_is(FLAW_KEY_TOO_COARSE) && is_alike(payload, visit->tree))
            return number; /* flaw: it must be the same again */
        if (flaw_is(FLAW_CHANNEL_IN_KEY))
            continue; /* flaw: another channel has another key */
        if (event && same_text(json_string(intent, "hash"), digits) &&
            same_text(json_string(json_get(payload, "source"), "eventId"), event))
            return number;
    }
    return 0;
}

/* The intent that a new one names: by id, key or event; 0: none of the same sender. */
static unsigned find_superseded(const struct visit *visit)
{
    const struct book *book = visit->engine->book;
    const char *name = json_string(visit->tree, "supersedes");

    for (unsigned number = book_intents(book); name && number > 0; number--) {
        const struct cJSON *intent = book_intent(book, number);
        const struct cJSON *payload = json_get(intent, "payload");

        if (same_sender(payload, visit->tree) &&
            (view_number(name) == number || same_text(json_string(intent, "key"), name) ||
             same_text(json_string(json_get(payload, "source"), "eventId"), name)))
            return number;
    }
    return 0;
}

/* What waits for a human ends at once, what waits for a timer when that has run out; what may be under way comes first.
 */
static void supersede(struct visit *visit, unsigned number, const char *by)
{
    struct job job = {.intent = number, .engine = visit->engine, .arena = visit->arena};
    struct cJSON *set = json_object(visit->arena);
    struct run run;

    run_begin(&run, &job);
    if (!view_is_active(run.intent) && !view_is_open(run.intent))
        return;
    json_put_string(set, "supersededBy", by);
    book_change(visit->engine->book, visit->arena, &(struct change){.intent = number, .set = set});
    if ((view_is_open(run.intent) && end_is_free(&run)) || flaw_is(FLAW_RETRY_SUPERSEDED))
        end_run(&run, "superseded");
}

static void accept_intent(struct visit *visit, const char *key, const char *digits)
{
    struct engine *engine = visit->engine;
    unsigned number = book_intents(engine->book) + 1;
    const char *correlation = call_header(visit, "X-Correlation-Id");
    struct cJSON *set = json_object(visit->arena);
    struct run run = {.engine = engine,
                      .arena = visit->arena,
                      .intent = set,
                      .payload = visit->tree,
                      .job = &(struct job){.intent = number}};

    lease_claim(engine->lease, NULL, set);
    json_put_string(set, "key", key);
    json_put_string(set, "tenant", json_string(visit->tree, "tenant"));
    json_put_string(set, "correlation",
                    correlation && *correlation
                        ? correlation
                        : arena_printf(visit->arena, "c-%s", view_id(visit->arena, number)));
    json_put(set, "payload", json_copy(visit->tree));
    json_put_string(set, "hash", digits);
    json_put_string(set, "state", "accepted");
    json_put_integer(set, "attempts", 0);
    json_put_integer(set, "acceptedMs", (long long)clock_wall_ms());
    json_put_array(set, "results");
    book_change(
        engine->book, visit->arena,
        &(struct change){.intent = number, .set = set, .event = run_event(&run, "accepted", NULL)});
    if (find_superseded(visit))
        supersede(visit, find_superseded(visit), view_id(visit->arena, number));
    crew_start(engine->crew, number, engine, run_intent);
    reply_view(visit, 202, number);
}

static void post_intent(struct visit *visit)
{
    const char *key = call_header(visit, "Idempotency-Key");
    const struct cJSON *source = json_get(visit->tree, "source");
    const char *system = json_string(source, "system"), *event = json_string(source, "eventId");
    struct err err = ERR_INIT;
    char digits[HASH_HEX_SIZE];
    unsigned number;

    if ((!key || !*key) && system && event)
        key = arena_printf(visit->arena, "%s|%s", system, event);
    if (!key || !*key) {
        call_problem(visit, 400, "No idempotency key",
                     "Send Idempotency-Key, or source.system and source.eventId.");
        return;
    }
    if (check_intent(visit->tree, &err)) {
        call_problem(visit, 400, "Not an intent", err.text);
        return;
    }
    hash_canonical(visit->tree, digits);
    number = find_delivered(visit, key, digits);
    if (!number) {
        accept_intent(visit, key, digits);
        return;
    }
    const struct cJSON *intent = book_intent(visit->engine->book, number);
    if (!same_text(json_string(intent, "hash"), digits) &&
        same_text(json_string(intent, "key"), key) && !flaw_is(FLAW_SAME_KEY_NEW_PAYLOAD_IGNORED)) {
        call_problem(visit, 422, "Another payload under the same key",
                     "The key was used for another payload; nothing was taken from this one.");
        return;
    }
    numbers_add(visit->engine, NUMBER_HITS);
    reply_view(visit, view_is_active(intent) || view_is_open(intent) ? 202 : 200, number);
}

/* ---- intents ---- */

static void get_intents(struct visit *visit)
{
    const struct book *book = visit->engine->book;
    const char *key = query(visit, "key"), *state = query(visit, "state");
    const char *after = query(visit, "after");
    struct cJSON *out = json_object(visit->arena), *list = json_put_array(out, "intents");

    for (unsigned number = after ? view_number(after) + 1 : 1; number <= book_intents(book);
         number++) {
        const struct cJSON *intent = book_intent(book, number);

        if ((!key || same_text(json_string(intent, "key"), key)) &&
            (!state || same_text(json_string(intent, "state"), state)))
            json_add(list, json_copy(view_intent(visit->arena, visit->engine, number)));
    }
    json_put_string(out, "next", NULL);
    reply_json(visit, 200, out);
}

/* The intent that the path names, or 0 with the reply made. */
static unsigned named_intent(struct visit *visit)
{
    unsigned number = view_number(visit->id);

    if (book_intent(visit->engine->book, number))
        return number;
    call_problem(visit, 404, "No such intent", visit->id);
    return 0;
}

static void get_intent(struct visit *visit)
{
    unsigned number = named_intent(visit);

    if (number)
        reply_view(visit, 200, number);
}

/* A change of state by someone at the edge. */
static void change_state(struct visit *visit, unsigned number, const char *state, const char *kind,
                         struct cJSON *set)
{
    const struct cJSON *intent = book_intent(visit->engine->book, number);
    struct run run = {.engine = visit->engine,
                      .arena = visit->arena,
                      .intent = intent,
                      .payload = json_get(intent, "payload"),
                      .job = &(struct job){.intent = number}};
    const struct cJSON *slots = json_get(intent, "slots");

    lease_claim(visit->engine->lease, intent, set);
    json_put_string(set, "state", state);
    book_change(visit->engine->book, visit->arena,
                &(struct change){.intent = number,
                                 .set = set,
                                 .event = run_event(&run, kind, json_at(slots, 0))});
}

static void start_decided(struct visit *visit, unsigned number, const char *decision)
{
    const struct cJSON *intent = book_intent(visit->engine->book, number);
    struct cJSON *set = json_object(visit->arena), *slots;
    bool is_applied = strcmp(decision, "discard") != 0;

    slots = json_copy_root(visit->arena, json_get(intent, "slots"));
    for (struct cJSON *slot = slots ? slots->child : NULL; slot && is_applied; slot = slot->next)
        if (strcmp(json_string(slot, "state"), SLOT_DONE) != 0)
            json_put_flag(slot, "approved", true);
    if (slots)
        json_put(set, "slots", json_copy(slots));
    if (visit->tree) {
        json_put(set, "decision", json_copy(visit->tree));
    } else {
        json_put_string(json_put_object(set, "decision"), "decision", decision);
    }
    json_put(set, "problem", cJSON_CreateNull());
    change_state(visit, number, "writing", "decision", set);
    crew_start(visit->engine->crew, number, visit->engine, run_intent);
}

static bool is_allowed(const struct cJSON *review, const char *decision)
{
    const struct cJSON *allowed = json_get(review, "allowed");

    for (size_t i = 0; decision && i < json_count(allowed); i++)
        if (strcmp(json_text(json_at(allowed, i)), decision) == 0)
            return true;
    return false;
}

static void post_cancel(struct visit *visit)
{
    unsigned number = named_intent(visit);
    const struct cJSON *intent = book_intent(visit->engine->book, number);

    if (!number)
        return;
    visit->tree = NULL;
    if (view_is_open(intent) && is_allowed(json_get(intent, "review"), "discard")) {
        start_decided(visit, number, "discard");
        reply_view(visit, 202, number);
    } else if (same_text(json_string(intent, "state"), "accepted")) {
        struct run run;
        struct job job = {.intent = number, .engine = visit->engine, .arena = visit->arena};

        run_begin(&run, &job);
        run.why = "cancelled before anything was sent";
        run.failure_type = "cancelled";
        end_run(&run, "cancelled");
        reply_view(visit, 202, number);
    } else {
        call_problem(visit, 409, "Too late to cancel",
                     "A write was sent already, or the intent has ended.");
    }
}

static void post_operator(struct visit *visit)
{
    if (named_intent(visit))
        call_problem(visit, 409, "Not offered",
                     "Decide in the intent's review; what is committed is undone by a new intent.");
}

static void post_compensate(struct visit *visit)
{
    unsigned number = named_intent(visit);
    struct engine *engine = visit->engine;

    if (!number)
        return;
    const struct cJSON *intent = book_intent(engine->book, number);
    const long long undos = json_integer(intent, "undos", 0);
    if (same_text(json_string(intent, "state"), "committed"))
        crew_await(engine->crew, crew_start(engine->crew, number, engine, run_undo));
    /* not by its state: the undo may have been refused, and all be as it was, before we get to look */
    if (json_integer(book_intent(engine->book, number), "undos", 0) > undos) {
        reply_view(visit, 202, number);
    } else {
        call_problem(visit, 409, "It cannot be undone",
                     "Only a change that is committed and still the newest version is undone.");
    }
}

/* ---- reviews ---- */

/* The intent whose open review that is, or 0. */
static unsigned find_review(const struct visit *visit, const char *id)
{
    const struct book *book = visit->engine->book;

    for (unsigned number = 1; number <= book_intents(book); number++) {
        const struct cJSON *intent = book_intent(book, number);

        if (view_is_open(intent) && same_text(json_string(json_get(intent, "review"), "id"), id))
            return number;
    }
    return 0;
}

static void get_reviews(struct visit *visit)
{
    const struct book *book = visit->engine->book;
    struct cJSON *out = json_object(visit->arena), *list = json_put_array(out, "reviews");

    for (unsigned number = 1; number <= book_intents(book); number++) {
        const struct cJSON *intent = book_intent(book, number),
                           *review = json_get(intent, "review");

        if (!view_is_open(intent))
            continue;
        struct cJSON *row = json_add_object(list);
        json_put_string(row, "id", json_string(review, "id"));
        json_put_string(row, "intent", view_id(visit->arena, number));
        json_put_string(row, "why", json_string(review, "why"));
        json_put_integer(row, "age", (long long)clock_wall_ms() - json_integer(review, "since", 0));
    }
    reply_json(visit, 200, out);
}

static void get_review(struct visit *visit)
{
    unsigned number = find_review(visit, visit->id);

    if (number)
        reply_json(visit, 200, json_get(book_intent(visit->engine->book, number), "review"));
    else
        call_problem(visit, 404, "No such open review", visit->id);
}

/* A decision holds for the chart that was seen: before it is taken the chart is looked at once
 * more. */
static void post_decision(struct visit *visit)
{
    struct engine *engine = visit->engine;
    unsigned number = find_review(visit, visit->id);
    const char *decision = json_string(visit->tree, "decision");
    const char *seen = json_string(visit->tree, "seenVersion");

    if (!number) {
        call_problem(visit, 404, "No such open review", visit->id);
        return;
    }
    if (!(flaw_is(FLAW_DISCARD_FORGETS) &&
          same_text(decision, "discard"))) /* flaw: it is called off all the same */
        crew_await(engine->crew, crew_start(engine->crew, number, engine, run_refresh));
    const struct cJSON *intent = book_intent(engine->book, number);
    const struct cJSON *review = json_get(intent, "review");
    if (!view_is_open(intent)) {
        call_problem(visit, 409, "Nothing to decide any more",
                     "The intent is not open with a human.");
    } else if (!same_text(seen, json_string(review, "seenVersion")) &&
               !flaw_is(FLAW_DECISION_ON_OLD_CHART)) { /* flaw: a decision is a decision */
        reply_json(visit, 409, review);
    } else if (!is_allowed(review, decision)) {
        call_problem(visit, 400, "Not allowed here", "See the review's member `allowed`.");
    } else {
        start_decided(visit, number, decision);
        reply_view(visit, 202, number);
    }
}

/* ---- streams ---- */

static void get_events(struct visit *visit)
{
    long long after = query_number(visit, "after");
    const struct cJSON *events = book_events(visit->engine->book);

    for (const struct cJSON *event = events->child; event; event = event->next) {
        if (json_integer(event, "sequence", 0) <= after)
            continue;
        buf_puts(&visit->reply, json_print(visit->arena, event));
        buf_putc(&visit->reply, '\n');
    }
    visit->status = 200;
    visit->type = "application/x-ndjson";
}

static void get_audit(struct visit *visit)
{
    book_audit(visit->engine->book, query_number(visit, "after"), &visit->reply);
    visit->status = 200;
    visit->type = "application/x-ndjson";
}

static void get_mappings(struct visit *visit)
{
    mapping_print(visit->engine, visit->arena, &visit->reply);
    visit->status = 200;
    visit->type = "application/x-ndjson";
}

static void post_notification(struct visit *visit)
{
    feed_take(visit->engine, visit->arena, visit->tree);
    reply_json(visit, 202, json_object(visit->arena));
}

static void get_metrics(struct visit *visit)
{
    numbers_print(visit->engine, &visit->reply);
    visit->status = 200;
    visit->type = "text/plain; version=0.0.4";
}

static void get_health(struct visit *visit)
{
    buf_puts(&visit->reply, "ok\n");
    visit->status = 200;
    visit->type = "text/plain";
}

/* ---- sweeps and test hooks ---- */

/* Is there something that a sweep for drift could compare? */
static bool has_commit(const struct cJSON *intent)
{
    const struct cJSON *slot;

    cJSON_ArrayForEach(slot, json_get(intent, "slots"))
    {
        if (slot_is(slot, SLOT_DONE) && json_string(slot, "versionId"))
            return !view_is_active(intent);
    }
    return false;
}

static void post_sweep(struct visit *visit)
{
    struct engine *engine = visit->engine;
    const char *kind = json_string(visit->tree, "kind");
    bool is_drift = same_text(kind, "drift");
    size_t before = json_count(book_events(engine->book));
    unsigned last = crew_last(engine->crew), intents = book_intents(engine->book);
    unsigned *jobs = arena_alloc(visit->arena, (intents + 1) * sizeof(*jobs)); /* by intent */
    struct cJSON *out = json_object(visit->arena);

    if (!is_drift && !same_text(kind, "reconcile")) {
        call_problem(visit, 400, "Unknown kind of sweep", "Expected reconcile or drift.");
        return;
    }
    json_put_string(out, "kind", kind);
    struct cJSON *examined = json_put_array(out, "examined"), *found = json_put_array(out, "found");
    for (unsigned number = 1; number <= intents; number++) {
        const struct cJSON *intent = book_intent(engine->book, number);

        if (!is_drift && mapping_refresh(engine, number, NULL))
            jobs[number] = crew_last(engine->crew);
        if (is_drift ? has_commit(intent) : view_is_open(intent))
            jobs[number] =
                crew_start(engine->crew, number, engine, is_drift ? run_drift : run_refresh);
    }
    crew_sweep(engine->crew, last);
    for (unsigned number = 1; number <= intents; number++)
        if (jobs[number] && crew_has_ended(engine->crew, jobs[number]))
            json_add(examined, cJSON_CreateString(view_id(visit->arena, number)));
    const struct cJSON *events = book_events(engine->book);
    for (size_t i = before; i < json_count(events); i++)
        if (same_text(json_string(json_at(events, i), "kind"), "drift"))
            json_add(found, json_copy(json_get(json_at(events, i), "result")));
    reply_json(visit, 200, out);
}

/* "ID,ID...": those there are. */
static void add_views(struct visit *visit, const char *ids, struct cJSON *out)
{
    struct cJSON *views = ids ? json_put_array(out, "views") : NULL;

    while (ids && *ids) {
        const size_t length = strcspn(ids, ",");
        const unsigned number = view_number(arena_copy(visit->arena, ids, length));

        if (book_intent(visit->engine->book, number))
            json_add(views, json_copy(view_intent(visit->arena, visit->engine, number)));
        ids += length + (ids[length] == ',');
    }
}

static void get_settled(struct visit *visit)
{
    struct crew_counts counts;
    struct cJSON *out = json_object(visit->arena);

    crew_settle(visit->engine->crew, query_number(visit, "returned"),
                (long)query_number(visit, "waitMs"), &counts);
    json_put_integer(out, "runnable", counts.runnable);
    json_put_integer(out, "waiting", counts.waiting);
    json_put_integer(out, "requests", counts.requests);
    if (counts.due_ms < 0 && lease_is_due(visit->engine))
        counts.due_ms = LEASE_MS;
    if (counts.due_ms >= 0)
        json_put_integer(out, "dueInMs", counts.due_ms);
    else
        json_put(out, "dueInMs", cJSON_CreateNull());
    add_views(visit, query(visit, "views"), out);
    reply_json(visit, 200, out);
}

static void post_due(struct visit *visit)
{
    lease_turn(
        visit
            ->engine); /* here, and not in a job: so that it is over before anyone else is told of the time */
    crew_due(visit->engine->crew);
    reply_json(visit, 200, json_object(visit->arena));
}

static void post_reset(struct visit *visit)
{
    struct engine *engine = visit->engine;

    crew_forget(engine->crew);
    book_forget(engine->book);
    while (engine->replies->child)
        json_remove(engine->replies, engine->replies->child->string);
    reply_json(visit, 200, json_object(visit->arena));
}

/* ---- the table ---- */

static const struct call_row rows[] = {
    {"POST", "/v1/intents", post_intent, true, false, false},
    {"GET", "/v1/intents", get_intents, false, false, false},
    {"GET", "/v1/intents/{id}", get_intent, false, false, false},
    {"POST", "/v1/intents/{id}/cancel", post_cancel, false, false, false},
    {"POST", "/v1/intents/{id}/replay", post_operator, false, false, false},
    {"POST", "/v1/intents/{id}/compensate", post_compensate, false, false, false},
    {"GET", "/v1/reviews", get_reviews, false, false, false},
    {"GET", "/v1/reviews/{id}", get_review, false, false, false},
    {"POST", "/v1/reviews/{id}/decision", post_decision, true, false, false},
    {"GET", "/v1/events", get_events, false, false, false},
    {"GET", "/v1/audit", get_audit, false, false, false},
    {"POST", "/v1/sweeps", post_sweep, true, false, false},
    {"GET", "/v1/mappings", get_mappings, false, false, false},
    {"POST", "/v1/notifications", post_notification, true, false, false},
    {"GET", "/v1/settled", get_settled, false, true, false},
    {"POST", "/v1/due", post_due, false, true, false},
    {"POST", "/v1/reset", post_reset, false, true, false},
    {"GET", "/metrics", get_metrics, false, false, true},
    {"GET", "/healthz", get_health, false, false, true},
    {"GET", "/readyz", get_health, false, false, true},
};

size_t call_table(const struct call_row **out_rows)
{
    *out_rows = rows;
    return COUNT_OF(rows);
}
