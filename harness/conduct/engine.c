/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine - what we ask the engine over its interface (contracts.md), and what it says, noted in the journal.
 *
 * 1. Whatever is heard is noted before anything is concluded from it: statements are judged against the chart at the
 *    moment they were received.
 * 2. Submits, cancels, decisions and sweeps may stay unanswered while steps go on (struct run_call): a decision that
 *    must look at the chart first is answered after its requests were. All other questions are asked while the engine is settled, and waited for.
 * 3. A question that gets no answer from an engine that runs ends the run: nothing could be judged from silence.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/engine_inner.h"
#include "harness/scenario/adapter.h"

#define END_MS 2000 /* between a connection's end and its process's */

static const char *const ended_states[] = {"committed", "rejected", "cancelled", "superseded",
                                           "compensated"};

bool intent_has_ended(const struct run_intent *intent)
{
    for (size_t i = 0; i < COUNT_OF(ended_states); i++) {
        if (strcmp(intent->state, ended_states[i]) == 0)
            return true;
    }
    return false;
}

void engine_add_header(struct http_request *request, const char *name, const char *value)
{
    size_t count = 0;

    while (request->headers[count].name)
        count++;
    ASSERT(count < HTTP_HEADERS_MAX);
    request->headers[count] = (struct http_header){name, value};
}

void engine_add_headers(const struct run *run, struct http_request *request, bool has_body)
{
    const struct adapter *adapter = run->conductor->options.adapter;

    for (size_t i = 0; i < COUNT_OF(adapter->headers) && adapter->headers[i][0]; i++)
        engine_add_header(request, adapter->headers[i][0], adapter->headers[i][1]);
    if (has_body)
        engine_add_header(request, "Content-Type", "application/json");
}

static bool is_mapped(const struct run *run)
{
    return run->conductor->options.adapter->mapping != NULL;
}

static struct http_request request_to(const struct run *run, struct arena *arena,
                                      const char *method, const char *path, const char *body)
{
    const struct conductor *conductor = run->conductor;
    struct http_request request = {.method = method,
                                   .url = arena_printf(arena, "%s%s", conductor->now->url, path),
                                   .body = body,
                                   .body_size = body ? strlen(body) : 0,
                                   .timeout_ms = TIMEOUT_OFF,
                                   .may_reuse = true};

    engine_add_headers(run, &request, body != NULL);
    return request;
}

/* No answer came. Mostly because the engine has ended, which its process tells a moment later and better. */
static int why_silent(struct run *run, const char *method, const char *path, const char *problem,
                      struct err *err)
{
    uint64_t deadline_ms = clock_monotonic_ms() + END_MS;

    for (uint64_t now = 0; now < deadline_ms; now = clock_monotonic_ms()) {
        if (run_turn(run, END_MS, err))
            return err_context(err, "engine: %s %s", method, path);
    }
    return err_set(err, ERR_IO, "engine: %s %s: %s", method, path, problem);
}

/* For people: what comes behind the engine's own address. */
static const char *path_of(const struct run *run, const char *url)
{
    const char *base = run->conductor->now->url ? run->conductor->now->url : "";
    size_t length = strlen(base);

    return strncmp(url, base, length) == 0 ? url + length : url;
}

/* The first look that came after the question, if it is held; it goes on at once. */
static int pass_look_since(struct run *run, uint64_t arrived, struct err *err)
{
    for (size_t i = 0; i < sim_held_count(run->sim); i++) {
        const struct sim_exchange *held = sim_held_at(run->sim, i);

        if (held->arrived > arrived && !held->is_write && !held->is_client_gone)
            return run_let_go(run, held, err);
    }
    return 0;
}

static int ask_and_pass(struct run *run, const struct http_request *request, bool passes_looks,
                        struct http_reply *out, struct err *err)
{
    uint64_t asked = sim_journal_count(run->sim), deadline_ms = clock_monotonic_ms() + WAIT_MS;
    struct http_pending *pending = http_start(run->conductor->http, run->scratch, request);

    while (!http_is_done(pending)) {
        uint64_t now = clock_monotonic_ms();
        int rc = now < deadline_ms
                     ? run_turn(run, (int)(deadline_ms - now), err)
                     : err_set(err, ERR_TIMEOUT, "no answer within %d s", WAIT_MS / 1000);

        if (rc == 0 && passes_looks)
            rc = pass_look_since(run, asked, err);
        if (rc) {
            http_abandon(run->conductor->http, pending);
            return err_context(err, "engine: %s %s", request->method, path_of(run, request->url));
        }
    }
    *out = *http_result(pending);
    if (out->status)
        return 0;
    return why_silent(run, request->method, path_of(run, request->url), out->problem, err);
}

int engine_ask(struct run *run, const struct http_request *request, struct http_reply *out,
               struct err *err)
{
    return ask_and_pass(run, request, false, out, err);
}

bool engine_lacks(int status)
{
    return status == 404 || status == 405 || status == 501;
}

int engine_must_be_ok(const struct run *run, const struct http_request *request,
                      const struct http_reply *reply, struct err *err)
{
    if (reply->status / 100 == 2)
        return 0;
    return err_set(err, ERR_IO, "engine: %s %s: status %d", request->method,
                   path_of(run, request->url), reply->status);
}

int engine_ask_showing(struct run *run, const struct http_request *request, struct http_reply *out,
                       struct err *err)
{
    return ask_and_pass(run, request, true, out, err);
}

int engine_ask_ok(struct run *run, const struct http_request *request, struct http_reply *out,
                  struct err *err)
{
    if (engine_ask(run, request, out, err))
        return -1;
    return engine_must_be_ok(run, request, out, err);
}

static int ask(struct run *run, const char *method, const char *path, const char *body,
               struct http_reply *out, struct err *err)
{
    struct http_request request = request_to(run, run->scratch, method, path, body);

    return engine_ask(run, &request, out, err);
}

/* For what a human is shown. */
static int show(struct run *run, const char *path, struct http_reply *out, struct err *err)
{
    struct http_request request = request_to(run, run->scratch, "GET", path, NULL);

    return engine_ask_showing(run, &request, out, err);
}

int engine_get(struct run *run, const char *path, struct http_reply *out, struct err *err)
{
    return ask(run, "GET", path, NULL, out, err);
}

static int ask_ok(struct run *run, const char *method, const char *path, const char *body,
                  struct http_reply *out, struct err *err)
{
    struct http_request request = request_to(run, run->scratch, method, path, body);

    return engine_ask_ok(run, &request, out, err);
}

uint64_t engine_note_said(struct run *run, const char *what, const struct run_intent *intent,
                          const struct sim_entry *more)
{
    struct sim_entry entry = *more;

    entry.kind = SIM_SAID;
    entry.what = what;
    entry.intent = intent ? intent->name : "";
    entry.actor = intent ? intent->actor : "";
    entry.correlation = intent ? intent->correlation : "";
    return run_note(run, &entry);
}

struct run_intent *engine_intent_by_id(struct run *run, const char *id)
{
    for (size_t i = 0; id && i < run->intent_count; i++) {
        if (run->intents[i].id && strcmp(run->intents[i].id, id) == 0)
            return &run->intents[i];
    }
    return NULL;
}

void engine_take_view(struct run *run, struct run_intent *intent, const char *body, size_t size)
{
    struct err ignored = ERR_INIT;
    const struct cJSON *view = json_parse(run->scratch, body, size, &ignored);
    const char *id = json_string(view, "id"), *state = json_string(view, "state");

    if (!id || !state)
        return;
    intent->id = arena_strdup(run->arena, id);
    intent->state = arena_strdup(run->arena, state);
    intent->review = arena_strdup(run->arena, json_string(view, "review"));
}

void engine_take_delivery(struct run *run, const struct run_call *call, const char *body,
                          size_t size)
{
    struct run_intent *intent = call->intent;
    struct err ignored = ERR_INIT;
    const char *id = json_string(json_parse(run->scratch, body, size, &ignored), "id");

    if (!call->is_other_key || !intent->id || !id || strcmp(id, intent->id) == 0)
        engine_take_view(run, intent, body, size);
    else if (intent->other_count < OTHER_IDS_MAX)
        intent->others[intent->other_count++] = arena_strdup(run->arena, id);
}

/* ---- calls that may stay unanswered ---- */

void engine_start_call(struct run *run, const struct http_request *request,
                       const struct run_call *call)
{
    if (run->call_count == run->call_room) {
        size_t size = run->call_room * sizeof(*run->calls);

        run->call_room = run->call_room ? 2 * run->call_room : 16;
        run->calls = arena_grow(run->arena, run->calls, size, run->call_room * sizeof(*run->calls));
    }
    run->calls[run->call_count] = *call;
    run->calls[run->call_count].instance = run->conductor->now;
    run->calls[run->call_count++].pending = http_start(run->conductor->http, run->arena, request);
}

void engine_take_answers(struct run *run)
{
    for (size_t i = 0; i < run->call_count; i++) {
        struct run_call *call = &run->calls[i];

        if (!call->pending || !http_is_done(call->pending))
            continue;
        const struct http_reply *reply = http_result(call->pending);
        call->pending = NULL;
        if (!reply->status && instance_is_up(run->conductor, call->instance) &&
            !call->instance->is_end_due)
            run->silence = arena_printf(run->arena, "no \"%s\": %s", call->answer, reply->problem);
        if (call->submit) {
            mapped_take_answer(run, call, reply);
            continue;
        }
        engine_note_said(run, call->answer, call->intent,
                         &(struct sim_entry){.of = call->entry,
                                             .status = reply->status,
                                             .body = reply->body,
                                             .body_size = reply->body_size});
        /* an act that nobody answered may have begun: the end that was said last is perhaps none any more */
        if (call->intent && !call->is_submit && !reply->status && intent_has_ended(call->intent))
            call->intent->state = "";
        if (call->intent && !is_mapped(run) && reply->status / 100 == 2 &&
            strcmp(call->answer, "decided") != 0)
            engine_take_delivery(run, call, reply->body, reply->body_size);
    }
}

int engine_check_answers(struct run *run, struct err *err)
{
    return run->silence ? why_silent(run, "POST", "", run->silence, err) : 0;
}

size_t engine_unanswered(const struct run *run, bool only_submits)
{
    size_t count = 0;

    for (size_t i = 0; i < run->call_count; i++)
        count += run->calls[i].pending && !run->calls[i].instance->is_paused &&
                 (!only_submits || (run->calls[i].is_submit && !run->conductor->answers_when_done));
    return count;
}

size_t engine_unanswered_by(const struct run *run, const struct instance *instance)
{
    size_t count = 0;

    for (size_t i = 0; i < run->call_count; i++)
        count += run->calls[i].pending && run->calls[i].instance == instance;
    return count;
}

int engine_wait_call(struct run *run, struct err *err)
{
    uint64_t arrivals = sim_arrivals(run->sim), deadline_ms = clock_monotonic_ms() + WAIT_MS;
    const struct run_call *call = &run->calls[run->call_count - 1];

    if (run_held_by(run, call->instance) > 0)
        return run_rest(run, err); /* what is under way may be what it waits behind */
    while (call->pending && arrivals == sim_arrivals(run->sim)) {
        uint64_t now = clock_monotonic_ms();

        if (now >= deadline_ms)
            return err_set(err, ERR_TIMEOUT, "no \"%s\" within %d s", call->answer, WAIT_MS / 1000);
        if (run_turn(run, (int)(deadline_ms - now), err))
            return -1;
    }
    return 0;
}

int engine_submit(struct run *run, struct run_intent *intent, const char *key, const char *body,
                  struct err *err)
{
    if (is_mapped(run))
        return mapped_submit(run, intent, key, body, err);
    struct http_request request = request_to(run, run->arena, "POST", "/v1/intents", body);
    struct cJSON *headers = json_object(run->scratch);

    if (!run->conductor->now->url)
        return err_set(err, ERR_IO, "no engine to submit to");
    engine_add_header(&request, "Idempotency-Key", key);
    engine_add_header(&request, "X-Correlation-Id", intent->correlation);
    json_put_string(headers, "Idempotency-Key", key);
    json_put_string(headers, "X-Correlation-Id", intent->correlation);
    uint64_t n = engine_note_said(run, "submit", intent,
                                  &(struct sim_entry){.method = "POST",
                                                      .url = "/v1/intents",
                                                      .headers = json_print(run->scratch, headers),
                                                      .body = body,
                                                      .body_size = strlen(body)});
    engine_start_call(run, &request,
                      &(struct run_call){.entry = n,
                                         .answer = "answer",
                                         .intent = intent,
                                         .is_other_key = strcmp(key, intent->key) != 0,
                                         .is_submit = true});
    return 0;
}

/* An operator's act on an intent, `answer` is what its answer is noted as. */
static int operate(struct run *run, struct run_intent *intent, const char *act, const char *answer,
                   struct err *err)
{
    if (!intent->id)
        return err_set(err, ERR_IO, "%s %s: the engine never said its id", act, intent->name);
    const char *path = arena_printf(run->arena, "/v1/intents/%s/%s", intent->id, act);
    struct http_request request = request_to(run, run->arena, "POST", path, NULL);
    uint64_t n =
        engine_note_said(run, act, intent, &(struct sim_entry){.method = "POST", .url = path});

    engine_start_call(run, &request,
                      &(struct run_call){.entry = n, .answer = answer, .intent = intent});
    return engine_wait_call(run, err);
}

int engine_cancel(struct run *run, struct run_intent *intent, struct err *err)
{
    return is_mapped(run) ? mapped_cancel(run, intent, err)
                          : operate(run, intent, "cancel", "cancelled", err);
}

int engine_compensate(struct run *run, struct run_intent *intent, struct err *err)
{
    if (is_mapped(run))
        return err_set(err, ERR_IO, "the adapter does not offer what this step needs");
    return operate(run, intent, "compensate", "compensated", err);
}

int engine_decide(struct run *run, struct run_intent *intent, const struct scenario_step *step,
                  const char *by, struct err *err)
{
    if (is_mapped(run))
        return mapped_decide(run, intent, step, by, err);
    if (!intent->fetched_review)
        return err_set(err, ERR_IO, "decide %s: nobody looked at its review", intent->name);
    const char *path = arena_printf(run->arena, "/v1/reviews/%s/decision", intent->fetched_review);
    struct cJSON *decision = json_object(run->arena);

    json_put_string(decision, "decision", step->decision);
    if (step->fields)
        json_put(decision, "fields", json_copy(step->fields));
    json_put_string(decision, "seenVersion", intent->seen_version);
    json_put_string(decision, "reason", "decided after looking at the review");
    json_put_string(decision, "by", by);
    const char *body = json_print(run->arena, decision);
    struct http_request request = request_to(run, run->arena, "POST", path, body);
    uint64_t n = engine_note_said(
        run, "decide", intent,
        &(struct sim_entry){
            .method = "POST", .url = path, .body = body, .body_size = strlen(body)});
    engine_start_call(run, &request,
                      &(struct run_call){.entry = n, .answer = "decided", .intent = intent});
    return engine_wait_call(run, err);
}

int engine_post(struct run *run, const char *what, const char *answer,
                const struct sim_entry *asked, struct err *err)
{
    struct sim_entry entry = *asked;
    struct http_request request = request_to(run, run->arena, "POST", asked->url, asked->body);

    if (!run->conductor->now->url)
        return err_set(err, ERR_IO, "%s: there is no engine", what);
    entry.method = request.method;
    entry.body_size = request.body_size;
    engine_start_call(
        run, &request,
        &(struct run_call){.entry = engine_note_said(run, what, NULL, &entry), .answer = answer});
    return engine_wait_call(run, err);
}

int engine_sweep(struct run *run, const char *kind, struct err *err)
{
    if (is_mapped(run))
        return mapped_sweep(run, kind, err);
    const char *body = arena_printf(run->arena, "{\"kind\":\"%s\"}", kind);

    return engine_post(run, "sweep", "swept",
                       &(struct sim_entry){.url = "/v1/sweeps", .body = body}, err);
}

/* ---- questions that are waited for ---- */

int engine_due(struct run *run, struct err *err)
{
    if (is_mapped(run))
        return mapped_due(run, err);
    struct http_reply reply;

    engine_note_said(run, "due", NULL, &(struct sim_entry){.method = "POST", .url = "/v1/due"});
    return ask_ok(run, "POST", "/v1/due", NULL, &reply, err);
}

int engine_reset(struct run *run, struct err *err)
{
    if (is_mapped(run))
        return mapped_reset(run, err);
    struct http_reply reply;

    return ask_ok(run, "POST", "/v1/reset", NULL, &reply, err);
}

int engine_settled(struct run *run, long long returned, struct settled *out, struct err *err)
{
    if (is_mapped(run))
        return mapped_settled(run, out, err);
    struct http_reply reply;

    arena_reset(run->scratch);
    const char *path = arena_printf(run->scratch, "/v1/settled?waitMs=1000&returned=%lld%s",
                                    returned, engine_views_wanted(run));
    if (ask_ok(run, "GET", path, NULL, &reply, err))
        return -1;
    struct cJSON *answer = json_parse(run->scratch, reply.body, reply.body_size, err);
    const struct cJSON *views = json_get(answer, "views");
    if (views) { /* they are noted apart */
        views = json_copy_root(run->scratch, views);
        json_remove(answer, "views");
        reply.body = json_print(run->scratch, answer);
    }
    *out = (struct settled){.runnable = json_integer(answer, "runnable", -1),
                            .waiting = json_integer(answer, "waiting", -1),
                            .due_in_ms = json_integer(answer, "dueInMs", -1),
                            .requests = json_integer(answer, "requests", -1),
                            .body = reply.body,
                            .views = views};
    if (!answer)
        return err_context(err, "engine: GET /v1/settled");
    if (out->runnable >= 0 && out->waiting >= 0)
        return 0;
    return err_set(err, ERR_IO, "engine: GET /v1/settled: expected {runnable, waiting, dueInMs}");
}

/* Whose line of a log is this? By the key, else by the intent's id. */
struct run_intent *engine_intent_of_line(struct run *run, const char *line, size_t size)
{
    struct err ignored = ERR_INIT;
    const struct cJSON *record = json_parse(run->scratch, line, size, &ignored);
    const char *key = json_string(record, "key");

    for (size_t i = 0; key && i < run->intent_count; i++) {
        if (strcmp(run->intents[i].key, key) == 0)
            return &run->intents[i];
    }
    return engine_intent_by_id(run, json_string(record, "intent"));
}

static int ask_lines(struct run *run, const char *path, const char *what, struct err *err)
{
    struct http_reply reply;

    if (ask_ok(run, "GET", path, NULL, &reply, err))
        return -1;
    for (const char *line = reply.body, *end = line + reply.body_size; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((stop ? stop : end) - line);

        if (size > 0)
            engine_note_said(run, what, engine_intent_of_line(run, line, size),
                             &(struct sim_entry){.url = path, .body = line, .body_size = size});
        line += size + 1;
    }
    return 0;
}

static int ask_audit(struct run *run, struct err *err)
{
    if (is_mapped(run))
        return mapped_ask_audit(run, err);
    if (!(run->conductor->options.adapter->parts & PART_AUDIT))
        return 0;
    return ask_lines(run, "/v1/audit?after=0", "audit", err);
}

int engine_ask_logs(struct run *run, struct err *err)
{
    if (is_mapped(run))
        return mapped_ask_events(run, err) || mapped_ask_audit(run, err) ? -1 : 0;
    if ((run->conductor->options.adapter->parts & PART_EVENTS) &&
        ask_lines(run, "/v1/events?after=0", "event", err))
        return -1;
    return ask_audit(run, err);
}

/* One review, and what a human remembers of it: its id and the version it shows. */
static int ask_review(struct run *run, struct run_intent *intent, const char *id, struct err *err)
{
    const char *path = arena_printf(run->scratch, "/v1/reviews/%s", id);
    struct http_reply reply;
    struct err ignored = ERR_INIT;

    if (show(run, path, &reply, err))
        return -1;
    engine_note_said(run, "review", intent,
                     &(struct sim_entry){.method = "GET",
                                         .url = path,
                                         .status = reply.status,
                                         .body = reply.body,
                                         .body_size = reply.body_size});
    if (!intent || reply.status != 200)
        return 0;
    const struct cJSON *review = json_parse(run->scratch, reply.body, reply.body_size, &ignored);
    intent->fetched_review = arena_strdup(run->arena, id);
    intent->seen_version = arena_strdup(run->arena, json_string(review, "seenVersion"));
    return 0;
}

static int ask_review_list(struct run *run, const struct cJSON **out_list, struct err *err)
{
    struct http_reply reply;
    struct err ignored = ERR_INIT;

    if (show(run, "/v1/reviews", &reply, err))
        return -1;
    engine_note_said(run, "reviews", NULL,
                     &(struct sim_entry){.method = "GET",
                                         .url = "/v1/reviews",
                                         .status = reply.status,
                                         .body = reply.body,
                                         .body_size = reply.body_size});
    *out_list =
        json_get(json_parse(run->scratch, reply.body, reply.body_size, &ignored), "reviews");
    return 0;
}

static int fetch_mapped_review(struct run *run, const struct run_intent *intent, struct err *err)
{
    if (ask_audit(run, err) || mapped_ask_reviews(run, err))
        return -1;
    return intent->fetched_review
               ? 0
               : err_set(err, ERR_IO, "fetch-review %s: there is no review", intent->name);
}

int engine_fetch_review(struct run *run, struct run_intent *intent, struct err *err)
{
    const struct cJSON *list = NULL;

    if (is_mapped(run))
        return fetch_mapped_review(run, intent, err);
    if (ask_audit(run, err) || ask_review_list(run, &list, err))
        return -1;
    const char *id = intent->review;
    for (size_t i = 0; !id && i < json_count(list); i++) {
        const char *of = json_string(json_at(list, i), "intent");

        if (of && intent->id && strcmp(of, intent->id) == 0)
            id = json_string(json_at(list, i), "id");
    }
    return id ? ask_review(run, intent, id, err)
              : err_set(err, ERR_IO, "fetch-review %s: there is no review", intent->name);
}

static int ask_whole(struct run *run, const char *what, const char *path, struct err *err)
{
    struct http_reply reply;

    if (ask_ok(run, "GET", path, NULL, &reply, err))
        return -1;
    engine_note_said(
        run, what, NULL,
        &(struct sim_entry){.url = path, .body = reply.body, .body_size = reply.body_size});
    return 0;
}

int engine_ask_metrics(struct run *run, struct err *err)
{
    if (is_mapped(run))
        return mapped_ask_metrics(run, err);
    return run->conductor->options.adapter->parts & PART_METRICS
               ? ask_whole(run, "metrics", "/metrics", err)
               : 0;
}

/* What nobody may see who does not say who he is. */
static const struct {
    unsigned part;
    const char *path;
} guarded[] = {
    {PART_REVIEWS, "/v1/reviews"},
    {PART_AUDIT, "/v1/audit?after=0"},
    {PART_EVENTS, "/v1/events?after=0"},
};

static int try_door(struct run *run, const char *path, struct err *err)
{
    struct http_request request = request_to(run, run->scratch, "GET", path, NULL);

    return engine_try_door(run, &request, path, err);
}

int engine_ask_at_end(struct run *run, struct err *err)
{
    if (is_mapped(run))
        return mapped_check_status(run, err) || mapped_ask_reviews(run, err) ||
                       mapped_ask_metrics(run, err) || mapped_probe(run, err)
                   ? -1
                   : 0;
    unsigned parts = run->conductor->options.adapter->parts;
    const struct cJSON *list = NULL;
    const char *review = NULL; /* one of those that are open */

    if ((parts & PART_REVIEWS) && ask_review_list(run, &list, err))
        return -1;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct cJSON *item = json_at(list, i);
        const char *id = json_string(item, "id");

        struct run_intent *intent = engine_intent_by_id(run, json_string(item, "intent"));

        if (!id || (!intent && adapter_remembers(run->conductor->options.adapter)))
            continue; /* a review of an earlier run says nothing of this one */
        if (ask_review(run, intent, id, err))
            return -1;
        review = id;
    }
    if (review && try_door(run, arena_printf(run->scratch, "/v1/reviews/%s", review), err))
        return -1;
    if ((parts & PART_MAPPINGS) && ask_whole(run, "mappings", "/v1/mappings", err))
        return -1;
    if (engine_ask_metrics(run, err))
        return -1;
    for (size_t i = 0; i < COUNT_OF(guarded); i++) {
        if ((parts & guarded[i].part) && try_door(run, guarded[i].path, err))
            return -1;
    }
    return 0;
}
