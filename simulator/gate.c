/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate - the two stops of an exchange, and what lets it go on.
 *
 *   arrive --> [before] --> processed --> [after] --> answered
 *      |          |             |            |
 *      |          drop, or a fault ends it   a fault ends it, or the client leaves
 *      |          client leaves: a zombie, still held, to be committed or dropped
 *      +-- not held (capabilities; stand-alone without a matching hold): through at once
 *
 * Invariants:
 *  1. `held` has the exchanges at a stop, by number; each is live and is_held. settle() alone takes
 *     them out.
 *  2. The journal has `arrived` before anything else of an exchange, and the effect of a release
 *     before the call that releases returns; edge.c sends bytes only afterwards.
 *  3. A request of an earlier run never reaches the store or this run's journal: it is answered 503
 *     and counted.
 *  4. A rule that strikes an exchange which a hold stops strikes when it is released (`struck`),
 *     unless the release comes with a fault of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/core.h"
#include "simulator/held.h"
#include "simulator/journal.h"
#include "simulator/rules.h"
#include "simulator/store.h"

/* ---- the journal ---- */

void exchange_entry(const struct exchange *exchange, enum sim_kind kind, struct sim_entry *out)
{
    const struct sim_exchange *face = &exchange->face;

    *out = (struct sim_entry){
        .kind = kind,
        .exchange = face->number,
        .interaction = face->interaction,
        .method = face->method,
        .url = face->url,
        .actor = face->actor,
        .intent = face->intent,
        .correlation = face->correlation,
        .reference = face->reference,
    };
}

void exchange_note(struct exchange *exchange, enum sim_kind kind, const char *fault, int status)
{
    struct sim_entry entry;

    exchange_entry(exchange, kind, &entry);
    entry.fault = fault;
    entry.status = status;
    journal_append(exchange->sim->journal, &(struct journal_draft){.entry = &entry});
    exchange->sim->stamp++;
}

/* The conditions of a write as one text. */
static const char *guard_text(const struct exchange *exchange)
{
    static const char *const names[] = {"If-Match", "If-None-Match", "If-None-Exist"};
    const char *text = "";

    for (size_t i = 0; exchange->face.is_write && i < COUNT_OF(names); i++) {
        const char *value = request_header(&exchange->request, names[i]);

        if (value)
            text = arena_printf(exchange->arena, "%s%s%s: %s", text, *text ? "; " : "", names[i],
                                value);
    }
    return text;
}

static void note_arrival(struct exchange *exchange)
{
    struct sim_entry entry;

    exchange_entry(exchange, SIM_ARRIVED, &entry);
    entry.body = exchange->face.body;
    entry.body_size = exchange->face.body_size;
    entry.guard = guard_text(exchange);
    exchange->face.arrived = journal_append(
        exchange->sim->journal,
        &(struct journal_draft){.entry = &entry, .headers = exchange->request.headers});
    exchange->sim->stamp++;
}

/* ---- whose request is it ---- */

static void make_headers_json(struct exchange *exchange)
{
    struct buf json = BUF_INIT;

    if (exchange->face.headers)
        return;
    journal_headers_json(&json, exchange->request.headers);
    exchange->face.headers = buf_copy(&json, exchange->arena);
    buf_release(&json);
}

static const char *reference_of(const struct exchange *exchange)
{
    const struct exchange_request *request = &exchange->request;

    char *text;

    if (!request->type || !request->id)
        return request->type ? request->type : "";
    text = arena_alloc(exchange->arena, strlen(request->type) + strlen(request->id) + 2);
    stpcpy(stpcpy(stpcpy(text, request->type), "/"), request->id);
    return text;
}

static const char *correlation_of(const struct exchange_request *request)
{
    const char *text = request_header(request, "X-Correlation-Id");

    if (!text)
        text = request_header(request, "X-Request-Id");
    return text ? text : "";
}

static void fill_face(struct exchange *exchange)
{
    const struct exchange_request *request = &exchange->request;
    struct sim_exchange *face = &exchange->face;

    face->number = exchange->sim->arrivals + 1;
    face->stop = SIM_BEFORE;
    face->is_write = request_is_write(request, exchange->label);
    face->interaction = interaction_name(exchange->label);
    face->method = request->method;
    face->reference = reference_of(exchange);
    face->correlation = correlation_of(request);
    face->body = request->body;
    face->body_size = request->body_size;
    face->actor = "engine";
    face->intent = "";
}

/* Correlation ids of conducted runs are c-RUN-INTENT; one that nobody knows was given in another
 * run. */
static bool is_correlation_of_a_run(const char *text)
{
    return strncmp(text, "c-", 2) == 0 && strchr(text + 2, '-') != NULL;
}

/* Fills actor and intent; false when the request is of an earlier run. */
static bool attribute(struct exchange *exchange)
{
    const struct sim_options *options = &exchange->sim->options;
    struct sim_exchange *face = &exchange->face;
    const char *actor = NULL, *intent = NULL;

    if (edge_is_stale(exchange))
        return false;
    if (options->attribute) {
        make_headers_json(exchange);
        options->attribute(options->attribute_arg, face, &actor, &intent);
        if (!actor && is_correlation_of_a_run(face->correlation))
            return false;
    } else {
        actor = request_header(&exchange->request, "X-Actor");
        if (!actor && !options->hold_all)
            actor = request_header(&exchange->request, "X-Correlation-Id");
    }
    face->actor = actor ? actor : "engine";
    face->intent = intent ? intent : "";
    return true;
}

/* ---- holding and settling ---- */

/* One that is held already stays in its place. */
static void hold(struct exchange *exchange, enum sim_stop stop)
{
    struct sim *sim = exchange->sim;

    make_headers_json(exchange);
    exchange->face.stop = stop;
    exchange->face.status = stop == SIM_AFTER ? exchange->answer.status : 0;
    if (!exchange->is_held)
        held_add(sim->held, exchange);
    exchange->is_held = true;
    sim->stamp++;
}

/* It waits for nothing any longer but its release. */
static void forget_plan(struct exchange *exchange)
{
    held_wait_no_more(exchange->sim->held, exchange);
    exchange->plan = PLAN_NONE;
    exchange->due_us = 0;
}

/* The exchange is over for the gate: its fate goes to the edge, if its client is still there. */
static void settle(struct exchange *exchange)
{
    struct sim *sim = exchange->sim;

    exchange->is_live = false;
    if (exchange->is_held) {
        held_remove(sim->held, exchange);
        exchange->is_held = false;
        sim->stamp++;
        if (exchange->client)
            edge_release(sim->edge, exchange);
    }
    exchange_release(exchange);
}

/* The way from processed to answered. A zombie gets no answer. */
static void conclude(struct exchange *exchange, const struct sim_fault *fault)
{
    if (!exchange->face.is_client_gone && exchange->fate == FATE_NONE)
        strike_after(exchange, fault);
    if (!exchange->face.is_client_gone && exchange->fate == FATE_NONE) {
        reply_make(exchange);
        exchange->fate = FATE_ANSWER;
        strike_later(exchange, fault);
    }
    settle(exchange);
}

static void go_through(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_before(exchange, fault);
    conclude(exchange, fault);
}

/* ---- stand-alone: rules decide ---- */

static const struct {
    const char *fault;
    enum sim_stop stop;
    enum plan plan;
    size_t delay_index; /* which argument says how long, in milliseconds */
    unsigned long delay_ms;
} plans[] = {
    {"hang-before", SIM_BEFORE, PLAN_HANG, 0, 0},    {"late-commit", SIM_BEFORE, PLAN_COMMIT, 0, 0},
    {"brown-out", SIM_BEFORE, PLAN_COMMIT, 1, 1000}, {"reorder", SIM_BEFORE, PLAN_OVERTAKEN, 0, 0},
    {"hang-after", SIM_AFTER, PLAN_HANG, 0, 0},      {"late-reply", SIM_AFTER, PLAN_REPLY, 0, 0},
};

static bool is_plan(const struct sim_fault *fault)
{
    for (size_t i = 0; fault && i < COUNT_OF(plans); i++) {
        if (strcmp(plans[i].fault, fault->name) == 0)
            return true;
    }
    return false;
}

/* A rule that lets the client wait; false when the fault is another. */
static bool begin_plan(struct exchange *exchange, const struct sim_fault *fault)
{
    for (size_t i = 0; i < COUNT_OF(plans); i++) {
        const unsigned long delay_ms = fault_number(fault, plans[i].delay_index, plans[i].delay_ms);

        if (strcmp(plans[i].fault, fault->name) != 0)
            continue;
        if (exchange->face.stop == SIM_AFTER && plans[i].stop == SIM_BEFORE)
            return false; /* too late for that */
        exchange_note(exchange, SIM_FAULT, fault_text(fault, exchange->arena), 0);
        if (plans[i].stop == SIM_AFTER && exchange->face.stop == SIM_BEFORE)
            strike_before(exchange, NULL);
        exchange->plan = plans[i].plan;
        exchange->due_us = delay_ms ? clock_monotonic_us() + delay_ms * 1000 : 0;
        hold(exchange, plans[i].stop);
        if (exchange->due_us || exchange->plan == PLAN_OVERTAKEN)
            held_wait(exchange->sim->held, exchange);
        return true;
    }
    return false;
}

/* An exchange has gone its whole way: whatever was to be overtaken has been. */
static void release_overtaken(struct sim *sim)
{
    struct exchange *exchange;

    while ((exchange = held_overtaken(sim->held)))
        go_through(exchange, NULL);
}

/* The rule may be gone when the exchange is released. */
static void hold_struck(struct exchange *exchange, enum sim_stop stop,
                        const struct sim_fault *fault)
{
    struct sim_fault *copy = fault ? arena_alloc(exchange->arena, sizeof(*copy)) : NULL;

    if (copy)
        *copy = *fault;
    exchange->struck = copy;
    hold(exchange, stop);
}

/* What a release without a fault of its own comes with; NULL: nothing, or it fits no longer. */
static const struct sim_fault *take_struck(struct exchange *exchange)
{
    const struct sim_fault *fault = exchange->struck;

    exchange->struck = NULL;
    return fault && (exchange->face.stop == SIM_AFTER || rules_fit(exchange, fault)) ? fault : NULL;
}

static void refuse_crowd(struct exchange *exchange)
{
    exchange->answer = (struct answer){.status = 0};
    answer_refuse(&exchange->answer, exchange->arena, 503, "throttled", NULL,
                  "Too many requests are held.");
    conclude(exchange, NULL);
}

static bool is_to_wait(const struct exchange *exchange, const struct sim_fault *fault)
{
    const struct rules *rules = exchange->sim->rules;

    return is_plan(fault) || rules_holds(rules, &exchange->face, &exchange->request, SIM_BEFORE) ||
           rules_holds(rules, &exchange->face, &exchange->request, SIM_AFTER);
}

/* True when it is through, false when it is held. */
static bool arrive_alone(struct exchange *exchange)
{
    struct sim *sim = exchange->sim;
    const struct sim_pilot *pilot = &sim->options.pilot;

    const bool is_crowded = held_count(sim->held) >= LIMIT_HELD;

    if (pilot->arrived && pilot->arrived(pilot->arg, &exchange->face)) {
        if (is_crowded)
            refuse_crowd(exchange);
        else
            hold(exchange, SIM_BEFORE);
        return is_crowded;
    }
    const struct sim_fault *fault = rules_strike(sim->rules, exchange);
    if (is_crowded && is_to_wait(exchange, fault)) {
        refuse_crowd(exchange);
        return true;
    }
    if (rules_holds(sim->rules, &exchange->face, &exchange->request, SIM_BEFORE)) {
        hold_struck(exchange, SIM_BEFORE, fault);
        return false;
    }
    if (fault && begin_plan(exchange, fault))
        return false;
    strike_before(exchange, fault);
    if (exchange->fate == FATE_NONE &&
        rules_holds(sim->rules, &exchange->face, &exchange->request, SIM_AFTER)) {
        hold_struck(exchange, SIM_AFTER, fault);
        return false;
    }
    conclude(exchange, fault);
    release_overtaken(sim);
    return true;
}

bool gate_withholds_continue(struct exchange *exchange)
{
    struct exchange_request whole = exchange->request;
    struct answer ignored = {.status = 0};
    const struct sim_fault *fault;

    if (exchange->sim->options.hold_all)
        return false;
    exchange->label = route(&exchange->request, &ignored); /* as far as can be said already */
    fill_face(exchange);
    if (!attribute(exchange))
        return false;
    fault = rules_strike_early(exchange->sim->rules, exchange);
    exchange->early_fault = fault ? fault_text(fault, exchange->arena) : NULL;
    exchange->request = whole;
    return fault != NULL;
}

/* ---- arriving ---- */

static void refuse_stray(struct exchange *exchange)
{
    exchange->sim->strays++;
    exchange->answer = (struct answer){.status = 0};
    answer_refuse(&exchange->answer, exchange->arena, 503, "transient", NULL,
                  "This request belongs to an earlier run.");
    reply_plain(exchange);
    exchange->reply.is_last = true;
    exchange->fate = FATE_ANSWER;
}

bool gate_arrive(struct exchange *exchange)
{
    struct sim *sim = exchange->sim;

    exchange->run = run_ref(sim->run);
    exchange->arrival_commit = store_commits(sim->run->store);
    exchange->label = route(&exchange->request, &exchange->answer);
    fill_face(exchange);
    if (!attribute(exchange)) {
        refuse_stray(exchange);
        return true;
    }
    sim->arrivals++;
    exchange->is_live = true;
    note_arrival(exchange);
    if (exchange->early_fault)
        exchange_note(exchange, SIM_FAULT, exchange->early_fault, 0);
    if (exchange->label == INTERACTION_CAPABILITIES) {
        go_through(exchange, NULL);
        return true;
    }
    if (!sim->options.hold_all)
        return arrive_alone(exchange);
    if (held_count(sim->held) >= LIMIT_HELD) {
        refuse_crowd(exchange);
        return true;
    }
    hold(exchange, SIM_BEFORE);
    return false;
}

/* ---- leaving ---- */

void gate_hung_up(struct exchange *exchange)
{
    exchange_note(exchange, SIM_HUNG_UP, NULL, 0);
    exchange->face.is_client_gone = true;
    if (exchange->face.stop == SIM_AFTER) {
        settle(exchange); /* applied, and nobody to answer */
        return;
    }
    if (exchange->plan == PLAN_HANG)
        settle(exchange);
    else if (exchange->plan == PLAN_COMMIT && exchange->due_us == 0)
        go_through(exchange, NULL);
}

static void close_one(struct exchange *exchange)
{
    exchange->fate = FATE_CLOSE;
    settle(exchange);
}

void gate_close_all(struct sim *sim)
{
    struct exchange *exchange;

    while ((exchange = held_at(sim->held, 0)))
        close_one(exchange);
}

void gate_answer_all(struct sim *sim)
{
    struct exchange *exchange;

    while ((exchange = held_at(sim->held, 0))) {
        exchange->answer = (struct answer){.status = 0};
        answer_refuse(&exchange->answer, exchange->arena, 503, "transient", NULL,
                      "The server is going down.");
        conclude(exchange, NULL);
    }
}

/* ---- time, for late-... ---- */

int gate_timeout_ms(const struct sim *sim)
{
    const struct exchange *first = held_first_due(sim->held);
    const uint64_t now_us = first ? clock_monotonic_us() : 0;

    if (!first)
        return -1;
    return first->due_us <= now_us ? 0 : (int)((first->due_us - now_us) / 1000 + 1);
}

void gate_due(struct sim *sim)
{
    while (gate_timeout_ms(sim) == 0) {
        struct exchange *exchange = held_first_due(sim->held);

        if (exchange->plan == PLAN_COMMIT)
            go_through(exchange, NULL);
        else
            conclude(exchange, NULL);
    }
}

/* ---- what the caller does with held ones ---- */

size_t sim_held_count(const struct sim *sim)
{
    return held_count(sim->held);
}

const struct sim_exchange *sim_held_at(const struct sim *sim, size_t index)
{
    const struct exchange *exchange = held_at(sim->held, index);

    return exchange ? &exchange->face : NULL;
}

const struct sim_exchange *sim_held_find(const struct sim *sim, uint64_t number)
{
    const struct exchange *exchange = held_find(sim->held, number);

    return exchange ? &exchange->face : NULL;
}

unsigned sim_held_port(const struct sim *sim, uint64_t number)
{
    const struct exchange *exchange = held_find(sim->held, number);

    return exchange ? edge_client_port(exchange) : 0;
}

enum sim_fit sim_fault_fit(const struct sim *sim, uint64_t number, const struct sim_fault *fault)
{
    const struct exchange *exchange = held_find(sim->held, number);

    return exchange ? strike_fit(exchange, fault) : SIM_FIT_NONE;
}

static struct exchange *held_at_stop(const struct sim *sim, uint64_t number, enum sim_stop stop,
                                     struct err *err)
{
    struct exchange *exchange = held_find(sim->held, number);

    if (!exchange) {
        err_set(err, ERR_INPUT, "exchange %llu is not held", (unsigned long long)number);
        return NULL;
    }
    if (exchange->face.stop != stop) {
        err_set(err, ERR_INPUT, "exchange %llu (%s %s) is held %s", (unsigned long long)number,
                exchange->face.method, exchange->face.url,
                stop == SIM_BEFORE ? "after its commit" : "before its commit");
        return NULL;
    }
    return exchange;
}

/* A rule's fault may let the client wait once more. */
static bool is_held_on(struct exchange *exchange, const struct sim_fault *fault)
{
    return fault && !exchange->face.is_client_gone && begin_plan(exchange, fault);
}

int sim_pass(struct sim *sim, uint64_t number, const struct sim_fault *fault, struct err *err)
{
    struct exchange *exchange = held_at_stop(sim, number, SIM_BEFORE, err);

    if (!exchange || strike_check(exchange, fault, STRIKE_PASS, err))
        return -1;
    forget_plan(exchange);
    if (!fault)
        fault = take_struck(exchange);
    if (!is_held_on(exchange, fault))
        go_through(exchange, fault);
    return 0;
}

int sim_commit(struct sim *sim, uint64_t number, const struct sim_fault *fault, struct err *err)
{
    struct exchange *exchange = held_at_stop(sim, number, SIM_BEFORE, err);

    if (!exchange || strike_check(exchange, fault, STRIKE_COMMIT, err))
        return -1;
    forget_plan(exchange);
    strike_before(exchange, fault ? fault : exchange->struck);
    if (exchange->face.is_client_gone) {
        settle(exchange);
        return 0;
    }
    if (exchange->fate != FATE_NONE) { /* the rule's fault leaves nothing to hold */
        conclude(exchange, NULL);
        return 0;
    }
    exchange->face.stop = SIM_AFTER;
    exchange->face.status = exchange->answer.status;
    sim->stamp++;
    return 0;
}

int sim_reply(struct sim *sim, uint64_t number, const struct sim_fault *fault, struct err *err)
{
    struct exchange *exchange = held_at_stop(sim, number, SIM_AFTER, err);

    if (!exchange || strike_check(exchange, fault, STRIKE_REPLY, err))
        return -1;
    forget_plan(exchange);
    if (!fault)
        fault = take_struck(exchange);
    if (!is_held_on(exchange, fault))
        conclude(exchange, fault);
    return 0;
}

int sim_drop(struct sim *sim, uint64_t number, struct err *err)
{
    struct exchange *exchange = held_at_stop(sim, number, SIM_BEFORE, err);

    if (!exchange)
        return -1;
    exchange_note(exchange, SIM_FAULT, "drop", 0);
    close_one(exchange);
    return 0;
}
