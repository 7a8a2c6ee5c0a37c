/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapped - what we ask an engine that has an interface of its own, by its adapter's templates (scenario/mapping.h).
 *
 * The journal has our own words: a submit with its key and correlation id whatever the headers are called there, a view
 * made of the engine's answer with that answer as `raw`. So a judge reads every engine alike.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/engine_inner.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/mapping.h"
#include "harness/scenario/template.h"

#define VALUES_MAX 32

/* What an act adds to the values of the intent. */
struct more {
    const char *name, *text;
    const struct cJSON *value; /* instead of the text */
};

static const struct mapping *mapping_of(const struct run *run)
{
    return run->conductor->options.adapter->mapping;
}

static void add(struct template_value *values, const char *name, const struct cJSON *value,
                bool is_ours)
{
    size_t count = 0;

    while (values[count].name)
        count++;
    ASSERT(count + 1 < VALUES_MAX);
    values[count] = (struct template_value){name, value, is_ours};
}

/* All that may stand in ${...}; what does not apply here is known but missing. */
static void fill_values(struct run *run, struct arena *arena, const struct run_intent *intent,
                        const struct more *more, struct template_value values[VALUES_MAX])
{
    static const char *const of_intent[] = {"operation", "target",     "resource", "patch",
                                            "bundle",    "source",     "tenant",   "patient",
                                            "requester", "baseVersion"};
    static const char *const of_acts[] = {"key",  "review",   "fields",      "by",      "reason",
                                          "kind", "decision", "seenVersion", "notified"};
    const struct conductor *conductor = run->conductor;
    const struct cJSON *payload = intent ? intent->payload : NULL;

    memset(values, 0, VALUES_MAX * sizeof(*values));
    add(values, "engine", template_string(arena, conductor->now->url), true);
    add(values, "fhir", template_string(arena, sim_url(run->sim)), true);
    add(values, "dir", template_string(arena, conductor->place.folder.path), true);
    add(values, "intent", payload, false);
    add(values, "id", template_string(arena, intent ? intent->id : NULL), false);
    add(values, "correlation", template_string(arena, intent ? intent->correlation : NULL), false);
    for (size_t i = 0; i < COUNT_OF(of_intent); i++)
        add(values, of_intent[i], json_get(payload, of_intent[i]), false);
    for (size_t i = 0; i < COUNT_OF(of_acts); i++) {
        const struct cJSON *value = NULL;

        for (const struct more *one = more; one && one->name; one++) {
            if (strcmp(one->name, of_acts[i]) == 0)
                value = one->value ? one->value : template_string(arena, one->text);
        }
        add(values, of_acts[i], value, false);
    }
}

static int put_headers(struct arena *arena, const struct mapping_call *call,
                       const struct template_value *values, struct http_request *out,
                       struct err *err)
{
    const struct cJSON *item;

    cJSON_ArrayForEach(item, call->headers)
    {
        const char *value = template_text(arena, json_text(item), values, false, err);

        if (!value)
            return err_context(err, "header %s", item->string);
        engine_add_header(out, item->string, value);
    }
    return 0;
}

/* The call as a request in `arena`. */
static int make(struct run *run, struct arena *arena, const struct mapping_call *call,
                const struct run_intent *intent, const struct more *more, struct http_request *out,
                struct err *err)
{
    struct template_value values[VALUES_MAX];

    if (!call->url)
        return err_set(err, ERR_IO, "the adapter does not offer what this step needs");
    fill_values(run, arena, intent, more, values);
    const struct cJSON *body = call->body ? template_json(arena, call->body, values, err) : NULL;
    if (call->body && !body)
        return err_context(err, "%s %s", call->method, call->url);
    *out = (struct http_request){.method = call->method,
                                 .url = template_text(arena, call->url, values, true, err),
                                 .body = body ? json_print(arena, body) : NULL,
                                 .timeout_ms = TIMEOUT_OFF};
    if (!out->url)
        return -1;
    out->body_size = body ? strlen(out->body) : 0;
    engine_add_headers(run, out, body != NULL);
    return put_headers(arena, call, values, out, err);
}

static int ask_part(struct run *run, enum mapping_part part, const struct run_intent *intent,
                    struct http_reply *out, struct err *err)
{
    struct http_request request;

    if (make(run, run->scratch, &mapping_of(run)->calls[part], intent, NULL, &request, err))
        return -1;
    if (part != CALL_REVIEWS)
        return engine_ask_ok(run, &request, out, err);
    return engine_ask_showing(run, &request, out, err) || engine_must_be_ok(run, &request, out, err)
               ? -1
               : 0;
}

/* ---- acts ---- */

int mapped_submit(struct run *run, struct run_intent *intent, const char *key, const char *body,
                  struct err *err)
{
    const struct mapping *mapping = mapping_of(run);
    struct err ignored = ERR_INIT;
    const struct cJSON *before = intent->payload;
    const struct cJSON *payload = json_parse(run->arena, body, strlen(body), &ignored);
    const struct mapping_submit *submit = mapping_submit_for(mapping, payload);
    struct cJSON *headers = json_object(run->scratch);
    struct http_request request = {.url = ""};
    int rc = 0;

    intent->payload = payload;
    if (!mapping->exec.command && !submit)
        rc = err_set(err, ERR_IO, "the adapter has no \"submit\" for %s", intent->name);
    else if (submit)
        rc = make(run, run->arena, &submit->call, intent,
                  (struct more[]){{"key", key, NULL}, {.name = NULL}}, &request, err);
    intent->payload = before ? before : payload;
    if (rc)
        return err_context(err, "submit %s", intent->name);
    json_put_string(headers, "Idempotency-Key", key);
    json_put_string(headers, run->conductor->options.adapter->correlation_header,
                    intent->correlation);
    uint64_t n =
        engine_note_said(run, "submit", intent,
                         &(struct sim_entry){.method = request.method ? request.method : "",
                                             .url = request.url,
                                             .headers = json_print(run->scratch, headers),
                                             .body = body,
                                             .body_size = strlen(body)});
    if (mapping->exec.command)
        return errand_submit(run, intent, n, body, err);
    engine_start_call(run, &request,
                      &(struct run_call){.entry = n,
                                         .answer = "answer",
                                         .intent = intent,
                                         .submit = submit,
                                         .is_other_key = strcmp(key, intent->key) != 0,
                                         .is_submit = true});
    return 0;
}

/* The id that the answer gives; NULL where it gives none. */
static const char *id_of(struct run *run, const struct mapping_submit *submit,
                         const struct http_reply *reply)
{
    struct err ignored = ERR_INIT;
    const struct cJSON *tree =
        submit->id ? json_parse(run->scratch, reply->body, reply->body_size, &ignored) : NULL;
    const struct cJSON *id = tree ? json_pointer(tree, submit->id) : NULL;

    if (!id || cJSON_IsNull(id))
        return NULL;
    return json_text(id) ? json_text(id) : json_print(run->scratch, id);
}

/* What was accepted without a word about its state, which `bare` tells. */
static const char *bare_view(struct run *run, const struct run_intent *intent, const char *id)
{
    struct cJSON *view = json_object(run->scratch);

    json_put_string(view, "id", id ? id : intent->key);
    json_put_string(view, "key", intent->key);
    json_put_string(view, "state", "accepted");
    json_put(view, "bare", cJSON_CreateTrue());
    return json_print(run->scratch, view);
}

void mapped_take_answer(struct run *run, const struct run_call *call,
                        const struct http_reply *reply)
{
    bool is_accepted = call->submit && mapping_accepts(call->submit, reply->status);
    const char *id = is_accepted ? id_of(run, call->submit, reply) : NULL;
    const char *view = NULL;

    if (is_accepted) {
        view = mapping_view(run->scratch, mapping_of(run), id, call->intent->key, reply->body,
                            reply->body_size);
        if (!view)
            view = bare_view(run, call->intent, id);
    }
    engine_note_said(run, call->answer, call->intent,
                     &(struct sim_entry){.of = call->entry,
                                         .status = is_accepted ? 202 : reply->status,
                                         .body = view ? view : reply->body,
                                         .body_size = view ? strlen(view) : reply->body_size});
    if (!view)
        return;
    const char *known = call->intent->id;
    engine_take_delivery(run, call, view, strlen(view));
    if (!id && !call->is_other_key && call->submit->id)
        call->intent->id = known; /* it was to give one */
}

static int start(struct run *run, enum mapping_part part, const char *what, const char *answer,
                 struct run_intent *intent, const struct more *more, struct err *err)
{
    struct http_request request;

    if (make(run, run->arena, &mapping_of(run)->calls[part], intent, more, &request, err))
        return err_context(err, "%s", what);
    uint64_t n = engine_note_said(run, what, intent,
                                  &(struct sim_entry){.method = request.method,
                                                      .url = request.url,
                                                      .body = request.body,
                                                      .body_size = request.body_size});
    engine_start_call(run, &request,
                      &(struct run_call){.entry = n, .answer = answer, .intent = intent});
    return engine_wait_call(run, err);
}

int mapped_cancel(struct run *run, struct run_intent *intent, struct err *err)
{
    return start(run, CALL_CANCEL, "cancel", "cancelled", intent, NULL, err);
}

int mapped_decide(struct run *run, struct run_intent *intent, const struct scenario_step *step,
                  const char *by, struct err *err)
{
    const struct more more[] = {{"review", intent->fetched_review, NULL},
                                {"decision", step->decision, NULL},
                                {"fields", NULL, step->fields},
                                {"seenVersion", intent->seen_version, NULL},
                                {"reason", "decided after looking at the review", NULL},
                                {"by", by, NULL},
                                {.name = NULL}};

    if (!intent->fetched_review)
        return err_set(err, ERR_IO, "decide %s: nobody looked at its review", intent->name);
    return start(run, CALL_DECISION, "decide", "decided", intent, more, err);
}

int mapped_sweep(struct run *run, const char *kind, struct err *err)
{
    return start(run, CALL_SWEEP, "sweep", "swept", NULL,
                 (struct more[]){{"kind", kind, NULL}, {.name = NULL}}, err);
}

int mapped_due(struct run *run, struct err *err)
{
    struct http_reply reply;

    engine_note_said(run, "due", NULL, &(struct sim_entry){.method = "POST", .url = ""});
    return ask_part(run, CALL_DUE, NULL, &reply, err);
}

int mapped_reset(struct run *run, struct err *err)
{
    struct http_reply reply;

    return ask_part(run, CALL_RESET, NULL, &reply, err);
}

/* ---- questions ---- */

static long long number_at(const struct cJSON *tree, const struct mapping_call *call,
                           const char *name, const char *otherwise)
{
    return (long long)json_double(json_pointer(tree, mapping_pointer(call, name, otherwise)), -1);
}

int mapped_settled(struct run *run, struct settled *out, struct err *err)
{
    const struct mapping_call *call = &mapping_of(run)->calls[CALL_SETTLED];
    struct http_reply reply;

    arena_reset(run->scratch);
    if (ask_part(run, CALL_SETTLED, NULL, &reply, err))
        return -1;
    const struct cJSON *answer = json_parse(run->scratch, reply.body, reply.body_size, err);
    struct cJSON *said = json_object(run->scratch);
    *out = (struct settled){.runnable = number_at(answer, call, "runnable", "/runnable"),
                            .waiting = number_at(answer, call, "waiting", "/waiting"),
                            .due_in_ms = number_at(answer, call, "dueInMs", "/dueInMs"),
                            .requests = -1};
    if (!answer)
        return err_context(err, "engine: settled");
    if (out->runnable < 0 || out->waiting < 0)
        return err_set(err, ERR_IO, "engine: settled: expected numbers at %s and %s",
                       mapping_pointer(call, "runnable", "/runnable"),
                       mapping_pointer(call, "waiting", "/waiting"));
    json_put_integer(said, "runnable", out->runnable);
    json_put_integer(said, "waiting", out->waiting);
    if (out->due_in_ms >= 0)
        json_put_integer(said, "dueInMs", out->due_in_ms);
    else
        json_put_string(said, "dueInMs", NULL);
    out->body = json_print(run->scratch, said);
    return 0;
}

/* Does the call need an id that nobody has said? Then there is nothing to ask. */
static bool lacks_id(const struct mapping_call *call, const struct run_intent *intent)
{
    return !intent->id && strstr(call->url, "${id}");
}

/* It was accepted, and the answer has no id where the adapter says. */
static int no_id_given(const struct run *run, const struct run_intent *intent, struct err *err)
{
    const struct mapping_submit *submit = mapping_submit_for(mapping_of(run), intent->payload);

    return err_set(err, ERR_IO, "engine: submit %s: there is nothing at \"%s\"", intent->name,
                   submit && submit->id ? submit->id : "");
}

int mapped_check_status(const struct run *run, struct err *err)
{
    size_t asked = 0;

    if (run->conductor->has_status)
        return 0;
    for (size_t i = 0; i < sim_journal_count(run->sim); i++) {
        const struct sim_entry *entry = sim_journal_at(run->sim, i);

        if (entry->kind == SIM_PROCESS && strcmp(entry->what, "kill") == 0)
            return 0; /* what it knew may have gone with it */
        if (entry->kind != SIM_SAID || strcmp(entry->what, "view") != 0)
            continue;
        if (!engine_lacks(entry->status))
            return 0;
        asked++;
    }
    return asked == 0 ? 0
                      : err_set(err, ERR_IO, "engine: status is not there, see \"%s\"",
                                mapping_of(run)->calls[CALL_STATUS].url);
}

int mapped_ask_view(struct run *run, struct run_intent *intent, struct err *err)
{
    const struct mapping_call *call = &mapping_of(run)->calls[CALL_STATUS];
    struct http_request request;
    struct http_reply reply;

    if (!call->url)
        return 0;
    if (lacks_id(call, intent))
        return intent->state[0] ? no_id_given(run, intent, err) : 0;
    if (make(run, run->scratch, call, intent,
             (struct more[]){{"key", intent->key, NULL}, {.name = NULL}}, &request, err) ||
        engine_ask(run, &request, &reply, err))
        return -1;
    const char *view = mapping_view(run->scratch, mapping_of(run), intent->id, intent->key,
                                    reply.body, reply.body_size);
    if (reply.status / 100 == 2 && !view)
        return err_set(err, ERR_IO, "engine: %s %s: there is nothing at \"%s\"", request.method,
                       request.url, mapping_pointer(call, "state", ""));
    engine_note_said(run, "view", intent,
                     &(struct sim_entry){.method = request.method,
                                         .url = request.url,
                                         .status = reply.status,
                                         .body = view ? view : reply.body,
                                         .body_size = view ? strlen(view) : reply.body_size});
    if (reply.status / 100 == 2) {
        run->conductor->has_status = true;
        engine_take_view(run, intent, view, strlen(view));
    }
    return 0;
}

/* The records of a part, in our words. NULL with an error. */
static const struct cJSON *ask_records(struct run *run, enum mapping_part part, struct err *err)
{
    const struct mapping_call *call = &mapping_of(run)->calls[part];
    struct http_reply reply;

    if (ask_part(run, part, NULL, &reply, err))
        return NULL;
    const struct cJSON *records =
        mapping_records(run->scratch, call, reply.body, reply.body_size, err);
    if (!records)
        err_context(err, "engine: %s", call->url);
    return records;
}

static int ask_log(struct run *run, enum mapping_part part, const char *what, struct err *err)
{
    if (!mapping_of(run)->calls[part].url)
        return 0;
    const struct cJSON *records = ask_records(run, part, err);
    for (size_t i = 0; i < json_count(records); i++) {
        const char *line = json_print(run->scratch, json_at(records, i));

        engine_note_said(run, what, engine_intent_of_line(run, line, strlen(line)),
                         &(struct sim_entry){.body = line, .body_size = strlen(line)});
    }
    return records ? 0 : -1;
}

int mapped_ask_events(struct run *run, struct err *err)
{
    return ask_log(run, CALL_EVENTS, "event", err);
}

int mapped_ask_audit(struct run *run, struct err *err)
{
    return ask_log(run, CALL_AUDIT, "audit", err);
}

/* A list of reviews says all there is about each: it is noted as the list and as every one of them. */
int mapped_ask_reviews(struct run *run, struct err *err)
{
    if (!mapping_of(run)->calls[CALL_REVIEWS].url)
        return 0;
    const struct cJSON *records = ask_records(run, CALL_REVIEWS, err);
    struct cJSON *list = json_object(run->scratch);

    if (!records)
        return -1;
    json_put(list, "reviews", json_copy(records));
    const char *body = json_print(run->scratch, list);
    engine_note_said(run, "reviews", NULL,
                     &(struct sim_entry){.status = 200, .body = body, .body_size = strlen(body)});
    for (size_t i = 0; i < json_count(records); i++) {
        const struct cJSON *record = json_at(records, i);
        const char *line = json_print(run->scratch, record), *id = json_string(record, "id");
        struct run_intent *intent = engine_intent_by_id(run, json_string(record, "intent"));

        if (!intent && adapter_remembers(run->conductor->options.adapter))
            continue; /* a review of an earlier run says nothing of this one */
        engine_note_said(
            run, "review", intent,
            &(struct sim_entry){.status = 200, .body = line, .body_size = strlen(line)});
        if (!intent || !id)
            continue;
        intent->fetched_review = arena_strdup(run->arena, id);
        intent->seen_version = arena_strdup(run->arena, json_string(record, "seenVersion"));
    }
    return 0;
}

/* The line of a counter, whatever its labels: its value, or NULL. */
static const char *counter_value(struct arena *arena, const char *text, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        if (strncmp(line, name, length) != 0 || (line[length] != ' ' && line[length] != '{'))
            continue;
        const char *end = line + strcspn(line, "\n");
        const char *value = end;
        while (value > line && value[-1] != ' ')
            value--;
        return arena_copy(arena, value, (size_t)(end - value));
    }
    return NULL;
}

int mapped_ask_metrics(struct run *run, struct err *err)
{
    static const char *const names[][2] = {
        {"accepted", "writeback_accepted_total"},
        {"committed", "writeback_committed_total"},
        {"conflicts", "writeback_conflicts_total"},
        {"idempotencyHits", "writeback_idempotency_hits_total"},
        {"retries", "writeback_retries_total"},
    };
    const struct mapping_call *call = &mapping_of(run)->calls[CALL_METRICS];
    struct buf text = BUF_INIT;
    struct http_reply reply;

    if (!call->url)
        return 0;
    if (ask_part(run, CALL_METRICS, NULL, &reply, err))
        return -1;
    engine_note_said(run, "log", NULL, /* whole, for whoever looks for what must not stand there */
                     &(struct sim_entry){
                         .url = "its metrics", .body = reply.body, .body_size = reply.body_size});
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *theirs = json_string(call->tree, names[i][0]);
        const char *value = theirs ? counter_value(run->scratch, reply.body, theirs) : NULL;

        if (value)
            buf_printf(&text, "%s %s\n", names[i][1], value);
    }
    engine_note_said(
        run, "metrics", NULL,
        &(struct sim_entry){.body = buf_copy(&text, run->scratch), .body_size = text.size});
    buf_release(&text);
    return 0;
}

/* A list is asked for without the headers that open it, where there are any to leave out. */
int mapped_probe(struct run *run, struct err *err)
{
    static const enum mapping_part lists[] = {CALL_REVIEWS, CALL_AUDIT, CALL_EVENTS};
    const struct adapter *adapter = run->conductor->options.adapter;

    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        const struct mapping_call *call = &mapping_of(run)->calls[lists[i]];
        struct http_request request;

        if (!call->url || (!adapter->headers[0][0] && json_count(call->headers) == 0))
            continue;
        if (make(run, run->scratch, call, NULL, NULL, &request, err))
            return -1;
        if (engine_try_door(run, &request, request.url, err))
            return -1;
    }
    return 0;
}
