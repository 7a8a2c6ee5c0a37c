/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy - around the interactions: tokens, idempotency keys, cached searches, asynchronous answers,
 * error bodies.
 *
 * State of a run: tokens that have expired; the first answer to each idempotency key; jobs, whose
 * first poll is answered 202 and every later one with the kept answer.
 *
 * Invariants:
 *  1. A request is processed when the schedule lets it be; an asynchronous answer delays what the
 *     client sees, never the commit.
 *  2. What is kept is copied: it outlives the exchange that made it.
 *  3. A token is kept as its hash, and only to be refused.
 */
#include "simulator/policy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "simulator/core.h"
#include "simulator/personality.h"
#include "simulator/store.h"

struct kept { /* an answer by a name: an idempotency key or a job's number */
    const char *name;
    char body_hash[HASH_HEX_SIZE]; /* of the request */
    struct answer answer;
    unsigned polls;
    unsigned commit; /* when it was made */
    UT_hash_handle hh;
};

struct policy {
    struct arena *arena;
    struct kept *expired; /* tokens by hash */
    struct kept *keys;
    struct kept *jobs;
    struct kept *searches; /* by what was asked */
    unsigned long job_count;
};

struct policy *policy_new(void)
{
    struct arena *arena = arena_new();
    struct policy *policy = arena_alloc(arena, sizeof(*policy));

    policy->arena = arena;
    return policy;
}

void policy_free(struct policy *policy)
{
    if (!policy)
        return;
    HASH_CLEAR(hh, policy->expired);
    HASH_CLEAR(hh, policy->keys);
    HASH_CLEAR(hh, policy->jobs);
    HASH_CLEAR(hh, policy->searches);
    arena_free(policy->arena);
}

static const struct knobs *knobs_of(const struct exchange *exchange)
{
    return &exchange->sim->personality->knobs;
}

static void refuse(struct exchange *exchange, int status, const char *code, const char *text)
{
    answer_refuse(&exchange->answer, exchange->arena, status, code, NULL, "%s", text);
}

/* ---- what is kept ---- */

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static struct kept *keep(struct policy *policy, struct kept **table, const char *name,
                         const struct answer *answer)
{
    struct arena *arena = policy->arena;
    struct kept *kept = arena_alloc(arena, sizeof(*kept));

    kept->name = arena_strdup(arena, name);
    kept->answer = *answer;
    kept->answer.content_type = copy_text(arena, answer->content_type);
    kept->answer.etag = copy_text(arena, answer->etag);
    kept->answer.location = copy_text(arena, answer->location);
    kept->answer.last_modified = copy_text(arena, answer->last_modified);
    kept->answer.allow = copy_text(arena, answer->allow);
    kept->answer.content_location = NULL;
    kept->answer.sent = NULL;
    kept->answer.sent_size = 0;
    if (answer->body)
        kept->answer.body = arena_copy(arena, answer->body, answer->body_size);
    HASH_ADD_KEYPTR(hh, *table, kept->name, strlen(kept->name), kept);
    return kept;
}

static struct kept *find(struct kept *table, const char *name)
{
    struct kept *kept = NULL;

    HASH_FIND_STR(table, name, kept);
    return kept;
}

/* ---- tokens ---- */

static const char *token_of(const struct exchange *exchange)
{
    const char *header = request_header(&exchange->request, "Authorization");

    return header && strncasecmp(header, "Bearer ", 7) == 0 && header[7] ? header + 7 : NULL;
}

void policy_expire_token(struct exchange *exchange)
{
    struct policy *policy = exchange->run->policy;
    const char *token = token_of(exchange);
    char hash[HASH_HEX_SIZE];

    hash_hex(token ? token : "", token ? strlen(token) : 0, hash);
    if (token && !find(policy->expired, hash))
        keep(policy, &policy->expired, hash, &(struct answer){.status = 401});
}

static bool is_refused(struct exchange *exchange)
{
    const char *token = token_of(exchange);
    char hash[HASH_HEX_SIZE];

    if (exchange->request.interaction == INTERACTION_CAPABILITIES)
        return false; /* anybody may ask what the server is */
    if (!token && knobs_of(exchange)->auth != AUTH_BEARER)
        return false;
    if (!token) {
        refuse(exchange, 401, "login", "Authorization: Bearer TOKEN was expected.");
        return true;
    }
    if (!exchange->run->policy->expired)
        return false; /* none has: no hash for every request */
    hash_hex(token, strlen(token), hash);
    if (!find(exchange->run->policy->expired, hash))
        return false;
    refuse(exchange, 401, "expired", "The access token has expired.");
    return true;
}

/* ---- idempotency keys ---- */

/* NULL: the request has none, or this server knows of none. */
static const char *key_of(const struct exchange *exchange)
{
    const char *key;

    if (knobs_of(exchange)->idempotency_header == IDEMPOTENCY_NONE ||
        !interaction_is_write(exchange->request.interaction))
        return NULL;
    key = request_header(&exchange->request, "Idempotency-Key");
    if (!key)
        return NULL;
    return arena_printf(exchange->arena, "%s %s %s", exchange->request.method,
                        exchange->request.path, key);
}

static void hash_body(const struct exchange *exchange, char out[HASH_HEX_SIZE])
{
    const struct exchange_request *request = &exchange->request;

    hash_hex(request->body ? request->body : "", request->body ? request->body_size : 0, out);
}

static bool was_answered(struct exchange *exchange)
{
    const char *key = key_of(exchange);
    const struct kept *kept = key ? find(exchange->run->policy->keys, key) : NULL;
    char hash[HASH_HEX_SIZE];

    if (!kept)
        return false;
    hash_body(exchange, hash);
    if (strcmp(hash, kept->body_hash) != 0) {
        refuse(exchange, 422, "business-rule",
               "The Idempotency-Key was used with another body before.");
    } else if (knobs_of(exchange)->idempotency_header == IDEMPOTENCY_CONFLICT_409) {
        refuse(exchange, 409, "duplicate", "A request with this Idempotency-Key was done before.");
        exchange->answer.version = kept->answer.version;
        exchange->answer.location = kept->answer.location;
        if (kept->answer.version && !kept->answer.location)
            exchange->answer.location = arena_printf(
                exchange->arena, "%s/%s", exchange->request.base, kept->answer.version->reference);
    } else {
        exchange->answer = kept->answer;
    }
    return true;
}

static void remember_key(struct exchange *exchange)
{
    const char *key = key_of(exchange);
    const bool is_error = exchange->answer.status >= 400;

    if (!key || find(exchange->run->policy->keys, key) ||
        (is_error && knobs_of(exchange)->idempotency_header != IDEMPOTENCY_REPLAY_ERRORS))
        return;
    struct policy *policy = exchange->run->policy;
    hash_body(exchange, keep(policy, &policy->keys, key, &exchange->answer)->body_hash);
}

/* ---- cached searches ---- */

/* NULL: not a search that the server answers from its cache. */
static const char *search_of(const struct exchange *exchange)
{
    const char *control;

    if (exchange->request.interaction != INTERACTION_SEARCH ||
        knobs_of(exchange)->search_cache == 0)
        return NULL;
    control = request_header(&exchange->request, "Cache-Control");
    if (control && strcasestr(control, "no-cache"))
        return NULL;
    return arena_printf(exchange->arena, "%s?%s", exchange->request.path, exchange->request.query);
}

static bool is_cached(struct exchange *exchange)
{
    const char *search = search_of(exchange);
    const struct kept *kept = search ? find(exchange->run->policy->searches, search) : NULL;
    const unsigned commits = store_commits(exchange->run->store);

    if (!kept || commits - kept->commit > (unsigned)knobs_of(exchange)->search_cache)
        return false;
    exchange->answer = kept->answer;
    return true;
}

static void remember_search(struct exchange *exchange)
{
    struct policy *policy = exchange->run->policy;
    const char *search = search_of(exchange);
    struct kept *former = search ? find(policy->searches, search) : NULL;

    if (!search || exchange->answer.status != 200)
        return;
    if (former)
        HASH_DEL(policy->searches, former);
    keep(policy, &policy->searches, search, &exchange->answer)->commit =
        store_commits(exchange->run->store);
}

/* ---- asynchronous answers ---- */

static void answer_accepted(struct exchange *exchange, const char *job)
{
    exchange->answer = (struct answer){
        .status = 202,
        .content_location =
            arena_printf(exchange->arena, "%s/_async/%s", exchange->request.base, job),
    };
}

void policy_lose(struct exchange *exchange, const struct answer *told)
{
    struct policy *policy = exchange->run->policy;
    const char *place = exchange->answer.content_location; /* it is asynchronous already */
    const char *job =
        place ? strrchr(place, '/') + 1 : arena_printf(exchange->arena, "%lu", ++policy->job_count);
    struct kept *kept = find(policy->jobs, job);

    if (kept)
        HASH_DEL(policy->jobs, kept);
    if (told)
        keep(policy, &policy->jobs, job, told)->polls = 1;
    answer_accepted(exchange, job);
}

/* GET and DELETE of _async/N. */
static void poll_job(struct exchange *exchange)
{
    struct policy *policy = exchange->run->policy;
    const char *job = strrchr(exchange->request.path, '/') + 1;
    struct kept *kept = find(policy->jobs, job);

    if (!kept) {
        answer_refuse(&exchange->answer, exchange->arena, 404, "not-found", NULL,
                      "There is no asynchronous request %.64s, or it was cancelled.", job);
    } else if (strcmp(exchange->request.method, "DELETE") == 0) {
        HASH_DEL(policy->jobs, kept);
        exchange->answer = (struct answer){.status = 202};
    } else if (kept->polls++ == 0) {
        answer_accepted(exchange, job);
    } else {
        exchange->answer = kept->answer;
    }
}

static bool is_async(const struct exchange *exchange)
{
    const int knob = knobs_of(exchange)->async_writes;
    const char *prefer;

    if (!interaction_is_write(exchange->request.interaction) || knob == ASYNC_NO)
        return false;
    prefer = request_header(&exchange->request, "Prefer");
    return knob == ASYNC_ALWAYS || (prefer && strcasestr(prefer, "respond-async"));
}

/* ---- around the interaction ---- */

bool policy_answers(struct exchange *exchange)
{
    exchange->answer = (struct answer){.status = 0};
    if (is_refused(exchange) || was_answered(exchange) || is_cached(exchange))
        return true;
    if (exchange->request.interaction != INTERACTION_POLL)
        return false;
    poll_job(exchange);
    return true;
}

void policy_settle(struct exchange *exchange)
{
    struct policy *policy = exchange->run->policy;

    remember_key(exchange);
    remember_search(exchange);
    if (!is_async(exchange))
        return;
    const char *job = arena_printf(exchange->arena, "%lu", ++policy->job_count);
    keep(policy, &policy->jobs, job, &exchange->answer);
    answer_accepted(exchange, job);
}

/* ---- errors as vendors show them ---- */

static const char *diagnostics_of(const struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    struct err ignored = ERR_INIT;
    const struct cJSON *outcome =
        answer->body ? json_parse(exchange->arena, answer->body, answer->body_size, &ignored)
                     : NULL;
    const char *text = json_text(json_pointer(outcome, "/issue/0/diagnostics"));

    return text ? text : "error";
}

static void dress_as_json(struct exchange *exchange, struct buf *buf)
{
    buf_printf(buf, "{\"error\":{\"status\":%d,\"message\":", exchange->answer.status);
    json_quote(buf, diagnostics_of(exchange));
    buf_puts(buf, "}}");
    exchange->answer.content_type = "application/json";
}

static void dress_as_html(struct exchange *exchange, struct buf *buf)
{
    const int status = exchange->answer.status;

    buf_printf(buf, "<html><head><title>%d</title></head><body><h1>Error %d</h1></body></html>",
               status, status);
    exchange->answer.content_type = "text/html";
}

void policy_dress(struct exchange *exchange)
{
    const enum error_body form = (enum error_body)knobs_of(exchange)->error_body;
    struct answer *answer = &exchange->answer;
    struct buf buf = BUF_INIT;

    if (answer->status < 400 || form == ERROR_OUTCOME || !answer->body || answer->content_type)
        return;
    if (form == ERROR_VENDOR_JSON)
        dress_as_json(exchange, &buf);
    if (form == ERROR_HTML)
        dress_as_html(exchange, &buf);
    answer->body = buf.size > 0 ? buf_copy(&buf, exchange->arena) : NULL;
    answer->body_size = buf.size;
    buf_release(&buf);
}
