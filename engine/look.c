/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look - see the header. What comes back is believed only where it fits what was asked: the type
 * and id, a meta.versionId (which tells the version; an ETag that says otherwise is not believed),
 * no SUBSETTED tag.
 */
#include "engine/look.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/http.h"
#include "base/json.h"
#include "engine/crash.h"
#include "engine/job.h"
#include "engine/metrics.h"
#include "engine/outcome.h"
#include "fhir/document.h"

void look_call(struct job *job, struct http_request *request, struct http_reply *reply)
{
    struct engine *engine = job->engine;
    struct err err = ERR_INIT;
    size_t at = 0;

    while (at < HTTP_HEADERS_MAX - 2 && request->headers[at].name)
        at++;
    request->headers[at++] = (struct http_header){"X-Correlation-Id", job->intent->row.correlation};
    request->headers[at] = (struct http_header){"Accept", "application/fhir+json"};
    request->timeout_ms = engine->options.timeout_ms;
    request->may_reuse = true;
    job->intent->requests_since++;
    worker_enter(job->lane->worker);
    int rc = http_call(job->lane->http, job->arena, request, reply, &err);
    worker_leave(job->lane->worker);
    crash_point();
    if (rc)
        return; /* the reply says so too */
    metrics_reply(engine->metrics, request->method, reply->status);
    long retry_after_ms = outcome_retry_after_ms(reply, clock_wall_ms());
    if (retry_after_ms > job->retry_after_ms)
        job->retry_after_ms = retry_after_ms;
}

/* Of the bound on requests, for each part: for showing a human the chart once it is reached, and for sweeps to find
 * out what has become of a write. */
#define LOOKS_RESERVED 12

bool look_get(struct job *job, const char *path, struct http_reply *reply)
{
    struct http_request request = {
        .method = "GET",
        .url = arena_printf(job->arena, "%s/%s", job->engine->options.fhir, path),
        .headers = {{"Cache-Control", "no-cache"}}, /* what the chart was is no answer */
    };

    unsigned max = job->engine->options.requests_max;

    if (!job->may_use_reserve)
        max -= max > 2 * LOOKS_RESERVED ? LOOKS_RESERVED : 0;
    if (job->intent->requests_since >= max * intent_parts(job->intent)) {
        job->is_exhausted = true;
        return false;
    }
    look_call(job, &request, reply);
    return true;
}

static bool is_subsetted(const struct cJSON *resource)
{
    const struct cJSON *tags = json_get(json_get(resource, "meta"), "tag");

    for (size_t i = 0; i < json_count(tags); i++) {
        const char *code = json_string(json_at(tags, i), "code");

        if (code && strcmp(code, "SUBSETTED") == 0)
            return true;
    }
    return false;
}

/* A resource of a body, if it is one whole resource that says its version. */
static bool see(struct job *job, const struct cJSON *resource, const char *type, struct seen *out)
{
    const char *its_type = json_string(resource, "resourceType");
    const char *id = json_string(resource, "id");

    if (!its_type || strcmp(its_type, type) != 0 || !id || is_subsetted(resource))
        return false;
    out->version = json_string(json_get(resource, "meta"), "versionId");
    out->reference = arena_printf(job->arena, "%s/%s", type, id);
    out->content = resource;
    return out->version != NULL;
}

static const char *etag_version(struct job *job, const struct http_reply *reply)
{
    const char *etag = http_reply_header(reply, "ETag");
    const char *version = NULL;
    bool is_weak;

    return etag && etag_parse(job->arena, etag, &version, &is_weak) ? version : NULL;
}

static enum look read_one(struct job *job, const char *path, const char *type, const char *id,
                          struct seen *out)
{
    struct http_reply reply;
    struct err err = ERR_INIT;

    *out = (struct seen){.content = NULL};
    if (!look_get(job, path, &reply))
        return LOOK_LATER;
    if (reply.status == 404)
        return LOOK_NONE;
    out->version = etag_version(job, &reply);
    if (reply.status == 410)
        return LOOK_GONE;
    if (reply.status == 400 || reply.status == 405 || reply.status == 501)
        return LOOK_NOT;
    const struct cJSON *body =
        reply.status == 200 ? json_parse(job->arena, reply.body, reply.body_size, &err) : NULL;
    if (!see(job, body, type, out) || strcmp(json_string(body, "id"), id) != 0)
        return LOOK_LATER;
    return LOOK_FOUND;
}

enum look look_current(struct job *job, const char *type, const char *id, struct seen *out)
{
    return read_one(job, arena_printf(job->arena, "%s/%s", type, id), type, id, out);
}

enum look look_version(struct job *job, const char *type, const char *id, const char *version,
                       struct seen *out)
{
    char *path = arena_printf(job->arena, "%s/%s/_history/%s", type, id, version);
    enum look look = read_one(job, path, type, id, out);

    if (look == LOOK_FOUND && strcmp(out->version, version) != 0)
        return LOOK_LATER; /* another version than asked for: a cache or a lagging replica */
    return look;
}

/* The version that a history entry is of: the deletion's is in its response's ETag alone. */
static void see_entry(struct job *job, const struct cJSON *entry, const char *type,
                      struct seen *out)
{
    const char *etag = json_string(json_get(entry, "response"), "etag");
    bool is_weak;

    *out = (struct seen){.content = NULL};
    if (see(job, json_get(entry, "resource"), type, out))
        return;
    out->content = NULL;
    if (!etag || !etag_parse(job->arena, etag, &out->version, &is_weak))
        out->version = NULL;
}

enum look look_history(struct job *job, const char *type, const char *id, struct history *out)
{
    struct http_reply reply;
    struct err err = ERR_INIT;

    out->count = 0;
    out->is_whole = false;
    if (!look_get(job,
                  arena_printf(job->arena, "%s/%s/_history?_count=%d", type, id, LOOK_HISTORY_MAX),
                  &reply))
        return LOOK_LATER;
    if (reply.status >= 400 && reply.status < 500 &&
        outcome_from_reply(reply.status, true) == OUTCOME_REFUSED)
        return LOOK_NOT;
    const struct cJSON *body =
        reply.status == 200 ? json_parse(job->arena, reply.body, reply.body_size, &err) : NULL;
    const char *kind = json_string(body, "type");
    if (!kind || strcmp(kind, "history") != 0)
        return LOOK_LATER;
    const struct cJSON *entries = json_get(body, "entry");
    size_t count = json_count(entries);
    for (size_t i = count < LOOK_HISTORY_MAX ? count : LOOK_HISTORY_MAX; i-- > 0;)
        see_entry(job, json_at(entries, i), type, &out->versions[out->count++]);
    out->is_whole = json_integer(body, "total", (long long)count) <= (long long)count;
    return LOOK_FOUND;
}

enum look look_first(struct job *job, const char *type, const char *id, const struct seen *seen,
                     struct seen *out)
{
    struct history history;
    const enum look look = look_history(job, type, id, &history);

    *out =
        look == LOOK_FOUND && history.is_whole && history.count > 0 && history.versions[0].content
            ? history.versions[0]
            : *seen;
    return look;
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_mark(const struct cJSON *identifier, const struct slot *slot)
{
    return is_same_text(json_string(identifier, "system"), slot->mark_system) &&
           is_same_text(json_string(identifier, "value"), slot->mark);
}

bool look_bears(const struct cJSON *resource, const struct slot *slot)
{
    const struct cJSON *identifier = json_get(resource, "identifier");

    if (is_mark(identifier, slot))
        return true;
    for (size_t i = 0; i < json_count(identifier); i++) {
        if (is_mark(json_at(identifier, i), slot))
            return true;
    }
    return false;
}

/* Some servers show a hit twice, as where two pages overlap. */
static bool was_shown(const struct cJSON *entries, size_t at, const struct cJSON *resource)
{
    const char *id = json_string(resource, "id");

    for (size_t i = 0; id && i < at; i++) {
        const char *other = json_string(json_get(json_at(entries, i), "resource"), "id");

        if (other && strcmp(other, id) == 0)
            return true;
    }
    return false;
}

enum look look_marked(struct job *job, const struct slot *slot, struct seen *out, size_t max,
                      size_t *out_count)
{
    struct http_reply reply;
    struct err err = ERR_INIT;
    struct seen seen;

    *out_count = 0;
    if (!look_get(job, arena_printf(job->arena, "%s?%s", slot->type, slot->find), &reply))
        return LOOK_LATER;
    const struct cJSON *body =
        reply.status == 200 ? json_parse(job->arena, reply.body, reply.body_size, &err) : NULL;
    const char *kind = json_string(body, "type");
    if (!kind || strcmp(kind, "searchset") != 0)
        return LOOK_LATER;
    const struct cJSON *entries = json_get(body, "entry");
    for (size_t i = 0; i < json_count(entries); i++) {
        const struct cJSON *resource = json_get(json_at(entries, i), "resource");

        if (!see(job, resource, slot->type, &seen) || !look_bears(resource, slot) ||
            was_shown(entries, i, resource))
            continue;
        if (*out_count < max)
            out[*out_count] = seen;
        (*out_count)++;
    }
    return *out_count ? LOOK_FOUND : LOOK_NONE;
}
