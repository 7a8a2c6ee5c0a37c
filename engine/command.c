/* SPDX-License-Identifier: Apache-2.0 */
/* command - see the header. */
#include "engine/command.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/http.h"
#include "engine/bundle.h"
#include "engine/look.h"
#include "engine/metrics.h"
#include "engine/outcome.h"
#include "engine/whose.h"
#include "fhir/document.h"

static const struct {
    const char *method, *content_type;
} ways[] = {
    [WRITE_CREATE] = {"POST", "application/fhir+json"},
    [WRITE_UPDATE] = {"PUT", "application/fhir+json"},
    [WRITE_PATCH] = {"PATCH", "application/json-patch+json"},
    [WRITE_DELETE] = {"DELETE", NULL},
};

/* ---- guards ---- */

static void take_guard(struct slot *slot, enum look look, const struct seen *seen, bool is_others)
{
    if (is_others) {
        slot->state = SLOT_HUMAN;
        slot->why = "other-patient";
    } else if (look == LOOK_FOUND && slot->how == WRITE_UPDATE) {
        slot->state = SLOT_HUMAN; /* it may have been changed since the source looked */
        slot->why = "base-unknown";
    } else if (look == LOOK_FOUND) {
        slot->guard = seen->version;
    } else if (slot->how == WRITE_DELETE) { /* what is gone need not be deleted */
        slot->state = SLOT_EFFECTIVE;
        slot->version = NULL;
    } else {
        slot->state = SLOT_REFUSED;
        slot->status = look == LOOK_GONE ? 410 : 404;
        slot->why = look == LOOK_GONE ? "target-deleted" : "target-unknown";
    }
}

enum go command_prepare(struct job *job)
{
    struct intent *intent = job->intent;

    for (size_t i = 0; i < intent->slot_count; i++) {
        struct slot *slot = &intent->slots[i];
        struct seen seen;
        bool is_others = false;

        if (slot->state != SLOT_PENDING || slot->how == WRITE_CREATE || slot->guard)
            continue;
        enum look look = look_current(job, slot->type, slot->id, &seen);
        if (look == LOOK_LATER || look == LOOK_NOT)
            return GO_LATER;
        if (look == LOOK_FOUND && whose(job, seen.content, &is_others) != GO_ON)
            return GO_LATER;
        take_guard(slot, look, &seen, is_others);
        if (slot->state == SLOT_EFFECTIVE)
            job_commit(job, slot);
    }
    return GO_ON;
}

/* ---- the request ---- */

static void add_header(struct http_request *request, const char *name, const char *value)
{
    size_t at = 0;

    while (request->headers[at].name)
        at++;
    ASSERT(at + 3 < HTTP_HEADERS_MAX);
    request->headers[at] = (struct http_header){name, value};
}

static const char *etag(struct arena *arena, const char *version)
{
    return arena_printf(arena, "W/\"%s\"", version);
}

static void build_simple(struct job *job, const struct slot *slot, struct http_request *request)
{
    const char *base = job->engine->options.fhir;

    request->method = ways[slot->how].method;
    if (slot->how == WRITE_CREATE)
        request->url = arena_printf(job->arena, "%s/%s", base, slot->type);
    else
        request->url = arena_printf(job->arena, "%s/%s/%s", base, slot->type, slot->id);
    if (slot->how == WRITE_CREATE)
        add_header(request, "If-None-Exist", slot->exist);
    else
        add_header(request, "If-Match", etag(job->arena, slot->guard));
    if (!slot->content)
        return;
    add_header(request, "Content-Type", ways[slot->how].content_type);
    request->body = json_print(job->arena, slot->content);
}

static void build(struct job *job, struct http_request *request, char hash[HASH_HEX_SIZE])
{
    const struct cJSON *content = job->intent->slots[0].content;

    if (job->intent->bundle_type) {
        content = bundle_request(job);
        request->method = "POST";
        request->url = arena_printf(job->arena, "%s/", job->engine->options.fhir);
        add_header(request, "Content-Type", "application/fhir+json");
        request->body = json_print(job->arena, content);
    } else {
        build_simple(job, &job->intent->slots[0], request);
    }
    add_header(request, "Prefer", "return=minimal");
    request->body_size = request->body ? strlen(request->body) : 0;
    hash[0] = '\0';
    if (content)
        hash_canonical(content, hash);
}

/* ---- the reply ---- */

void command_take(struct job *job, struct slot *slot, int status, const char *etag_text,
                  const char *location)
{
    struct reference reference = {.type = NULL};
    bool is_weak;

    slot->status = status;
    if (outcome_from_reply(status, true) == OUTCOME_STALE)
        metrics_add(job->engine->metrics, METRIC_CONFLICTS);
    if (outcome_from_reply(status, true) != OUTCOME_APPLIED)
        return;
    if (location && !reference_parse(&reference, job->arena, location, job->engine->options.fhir))
        reference.type = NULL;
    if (slot->how == WRITE_CREATE && reference.type && strcmp(reference.type, slot->type) != 0)
        reference.type = NULL;
    if (slot->how == WRITE_CREATE && status == 200) { /* something was there: whose is it? */
        if (reference.type)
            slot->existing = arena_printf(job->arena, "%s/%s", reference.type, reference.id);
        return;
    }
    if (slot->how == WRITE_CREATE && reference.type)
        slot->id = reference.id;
    slot->version = reference.type ? reference.version : NULL;
    if (etag_text && !etag_parse(job->arena, etag_text, &slot->version, &is_weak))
        slot->version = NULL;
    slot->state = SLOT_CLAIMED;
    if (slot->how == WRITE_DELETE && slot->version && strcmp(slot->version, slot->guard) == 0)
        slot->version = NULL; /* what was deleted, not the deletion */
}

static void not_sent(struct job *job)
{
    struct intent *intent = job->intent;

    for (size_t i = 0; i < intent->slot_count; i++) {
        if (intent->slots[i].state == SLOT_SENT)
            intent->slots[i].state = SLOT_PENDING;
    }
    job->must_wait = true;
}

/* A place at the same server alone: the token is sent there. */
static const char *place_to_poll(struct job *job, const struct http_reply *reply)
{
    const char *place = http_reply_header(reply, "Content-Location");
    const char *base = job->engine->options.fhir;
    size_t size = strlen(base);

    return place && strncmp(place, base, size) == 0 && place[size] == '/'
               ? arena_strdup(job->intent->arena, place + size + 1)
               : NULL;
}

static void conclude(struct job *job, const struct http_reply *reply)
{
    struct intent *intent = job->intent;
    enum outcome outcome = outcome_from_reply(reply->status, reply->was_sent);
    struct cJSON *result = NULL;

    if (reply->status) {
        result = json_object(job->arena);
        json_put_integer(result, "status", reply->status);
        job_event(job, "reply", intent->bundle_type ? NULL : intent->slots, NULL,
                  json_copy(result));
    }
    if (outcome == OUTCOME_STALE && intent->bundle_type) /* as a whole */
        metrics_add(job->engine->metrics, METRIC_CONFLICTS);
    if (outcome == OUTCOME_UNKNOWN)
        intent->state = INTENT_UNKNOWN;
    if (outcome == OUTCOME_APPLIED)
        job->retry_after_ms = -1;   /* asked for before, or by a server that did it anyway */
    if (job->retry_after_ms >= 0) { /* the server is left alone until then, even after a restart */
        intent->due_ms = job_from_now(job->retry_after_ms);
        intent->is_due_kept = true;
    }
    if (reply->status == 202)
        intent->poll = place_to_poll(job, reply);
    if (outcome == OUTCOME_NOT_SENT)
        not_sent(job);
    else if (intent->bundle_type)
        bundle_reply(job, reply);
    else
        command_take(job, intent->slots, reply->status, http_reply_header(reply, "ETag"),
                     http_reply_header(reply, "Location"));
}

enum go command_poll(struct job *job)
{
    struct intent *intent = job->intent;
    struct http_reply reply;

    if (!intent->poll)
        return GO_ON;
    if (!look_get(job, intent->poll, &reply))
        return GO_LATER;
    enum outcome outcome = outcome_from_reply(reply.status, true);
    bool is_lost = reply.status == 404 || reply.status == 410; /* the answer, not the write */
    bool is_answer = outcome == OUTCOME_APPLIED || outcome == OUTCOME_STALE ||
                     (outcome == OUTCOME_REFUSED && !is_lost);

    if (!is_answer && !is_lost)
        return GO_LATER;
    intent->poll = NULL;
    if (is_answer)
        conclude(job, &reply);
    return GO_ON;
}

/* ---- the attempt ---- */

static bool is_allowed(const struct job *job)
{
    const struct intent *intent = job->intent;

    return intent->attempts_since < job->engine->options.attempts_max &&
           intent->requests_since < intent_parts(intent) * job->engine->options.requests_max;
}

enum go command_send(struct job *job)
{
    struct intent *intent = job->intent;
    struct http_request request = {.method = NULL};
    struct http_reply reply;
    struct err err = ERR_INIT;
    char hash[HASH_HEX_SIZE];

    if (!is_allowed(job)) {
        job->is_exhausted = true;
        return GO_LATER;
    }
    build(job, &request, hash);
    for (size_t i = 0; i < intent->slot_count; i++) {
        if (intent->slots[i].state != SLOT_PENDING)
            continue;
        intent->slots[i].state = SLOT_SENT;
        intent->slots[i].status = 0;
        intent->slots[i].existing = NULL;
    }
    if (intent->attempts++ > 0)
        metrics_add(job->engine->metrics, METRIC_RETRIES);
    intent->attempts_since++;
    intent->poll = NULL;
    intent->state = INTENT_WRITING;
    intent->due_ms = 0;
    intent->is_due_kept = false;
    job->retry_after_ms = -1;
    job_event(job, "attempt", intent->bundle_type ? NULL : intent->slots, hash[0] ? hash : NULL,
              NULL);
    if (job_write(job, &err))
        goto out;
    look_call(job, &request, &reply);
    conclude(job, &reply);
    if (job_write(job, &err))
        goto out;
    return reply.status && job->retry_after_ms >= 0 ? GO_LATER : GO_ON;
out:
    return job_failed(job, &err);
}
