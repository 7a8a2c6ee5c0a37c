/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk - requests to the FHIR server, and what its replies say.
 *
 * Reads are asked again until something is learned: a few times on a timer, then only after a
 * sweep. A write is sent once per call; whether it is sent again is decided elsewhere. Every
 * request bears the intent's correlation id. Nothing here holds memory outside the job's arena, for
 * a job may end in any request (see crew.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/http.h"
#include "fhir/document.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

#define READ_TRIES 3
#define PAGES_MAX  20
#define FHIR_JSON  "application/fhir+json"

const char *talk_escape(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 3 * strlen(text) + 1), *at = out;

    for (; *text; text++) {
        if (strchr("-._~:/|", *text) || (*text >= '0' && *text <= '9') ||
            (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z'))
            *at++ = *text;
        else
            at += snprintf(at, 4, "%%%02X", (unsigned char)*text);
    }
    return out;
}

static const char *correlation(const struct run *run)
{
    if (flaw_is(FLAW_NO_CORRELATION)) /* flaw: an id that nobody else knows */
        return "strawman";
    return json_string(run->intent, "correlation");
}

/* ---- replies ---- */

static void count_reply(struct run *run, const char *method, int status)
{
    const char *name = arena_printf(run->arena, "%s %d", method, status);

    json_put_integer(run->engine->replies, name, json_integer(run->engine->replies, name, 0) + 1);
}

static void call(struct run *run, const struct http_request *request, struct http_reply *reply)
{
    crew_http(run->job, request, reply);
    if (reply->status)
        count_reply(run, request->method, reply->status);
}

static const char *version_of_tag(struct arena *arena, const char *tag)
{
    const char *version = NULL;
    bool is_weak = false;

    return tag && etag_parse(arena, tag, &version, &is_weak) ? version : NULL;
}

static long retry_after_of(const struct http_reply *reply)
{
    const char *text = http_reply_header(reply, "Retry-After");
    uint64_t at = 0, now = clock_wall_ms();
    char *end = NULL;

    if (!text)
        return -1;
    long seconds = strtol(text, &end, 10);
    if (end != text && *end == '\0' && seconds >= 0 && seconds < 1000000)
        return seconds * 1000;
    if (clock_parse_http_date(text, &at) == 0)
        return at > now ? (long)(at - now) : 0;
    return -1;
}

/* By code and place: the server's own words may quote what stands in the chart, and what is told of an error goes far. */
static const char *issue_text(struct run *run, const struct cJSON *outcome)
{
    const struct cJSON *issue = json_at(json_get(outcome, "issue"), 0);
    const char *code = json_string(issue, "code");
    const char *place = json_text(json_at(json_get(issue, "expression"), 0));

    return code && place ? arena_printf(run->arena, "%s at %s", code, place) : code;
}

static const struct cJSON *body_of(struct run *run, const struct http_reply *reply)
{
    struct err err = ERR_INIT;

    return reply->body_size ? json_parse(run->arena, reply->body, reply->body_size, &err) : NULL;
}

/* ---- reads ---- */

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

/* Would the read be answered so again? A conflict, a lock or a token that has run out says nothing of what was asked. */
static bool is_refusal(int status)
{
    static const int refusals[] = {400, 403, 404, 405, 406, 410, 413, 414, 415, 422};

    for (size_t i = 0; i < COUNT_OF(refusals); i++)
        if (status == refusals[i])
            return true;
    return false;
}

/* Was something learned? Not from silence, throttling, or a body that is torn or not the whole. */
static bool understand(struct run *run, const struct http_reply *reply, struct page *out)
{
    const char *version;

    *out = (struct page){.status = reply->status,
                         .version = version_of_tag(run->arena, http_reply_header(reply, "ETag"))};
    if (reply->status == 403 && retry_after_of(reply) >= 0)
        return false; /* a quota */
    if (reply->status != 200)
        return is_refusal(reply->status);
    out->body = body_of(run, reply);
    if (!cJSON_IsObject(out->body) || (is_subsetted(out->body) && !flaw_is(FLAW_SUBSET_BASE)))
        return false; /* flaw: what came is all there is */
    version = json_string(json_get(out->body, "meta"), "versionId");
    if (version && out->version && strcmp(version, out->version) != 0)
        return false;
    if (!out->version)
        out->version = version;
    return true;
}

void talk_get(struct run *run, const char *path, struct page *out)
{
    const char *url = strncmp(path, "http", 4) == 0
                          ? path
                          : arena_printf(run->arena, "%s/%s", run->engine->fhir, path);
    struct http_request request = {
        .method = "GET",
        .url = url,
        .headers = {{"Accept", FHIR_JSON}, {"X-Correlation-Id", correlation(run)}},
    };

    for (int tries = 1;; tries++) {
        struct http_reply reply = {.status = 0};
        long asked_ms;

        call(run, &request, &reply);
        if (understand(run, &reply, out))
            return;
        asked_ms = retry_after_of(&reply);
        if (tries % READ_TRIES == 0)
            crew_park(run->job);
        else
            crew_rest(run->job, asked_ms >= 0 ? asked_ms : run->engine->retry_ms * tries,
                      asked_ms >= 0);
    }
}

const struct cJSON *talk_version(struct run *run, const char *reference, const char *version)
{
    for (int tries = 1;; tries++) {
        struct page page;

        talk_get(run, arena_printf(run->arena, "%s/_history/%s", reference, version), &page);
        if (page.status != 200)
            return NULL;
        if (page.version && strcmp(page.version, version) == 0)
            return page.body;
        if (tries == READ_TRIES) /* another version than asked for, again and again */
            return NULL;
        crew_rest(run->job, run->engine->retry_ms * tries, false);
    }
}

static const char *next_link(const struct cJSON *bundle)
{
    const struct cJSON *links = json_get(bundle, "link");

    for (size_t i = 0; i < json_count(links); i++) {
        const char *relation = json_string(json_at(links, i), "relation");

        if (relation && strcmp(relation, "next") == 0)
            return json_string(json_at(links, i), "url");
    }
    return NULL;
}

const struct cJSON *talk_history(struct run *run, const char *path)
{
    struct cJSON *entries = json_array(run->arena);
    const char *next = path;

    for (int pages = 0; next && pages < PAGES_MAX; pages++) {
        struct page page;

        talk_get(run, next, &page);
        if (page.status != 200)
            return NULL;
        const struct cJSON *entry = json_get(page.body, "entry");
        for (entry = entry ? entry->child : NULL; entry; entry = entry->next)
            json_add(entries, json_copy(entry));
        next = next_link(page.body);
    }
    return entries;
}

/* ---- writes ---- */

static const char *guard_of(struct run *run, const struct cJSON *slot)
{
    const char *guard = json_string(slot, "guard");

    if (flaw_is(FLAW_BLIND_PUT) || flaw_is(FLAW_COMPARE_THEN_PUT) ||
        flaw_is(FLAW_LAST_UPDATED_GUARD))
        return NULL; /* flaws: whatever is there now is overwritten */
    if (flaw_is(FLAW_GUARD_ONLY_UPDATE) &&
        (plan_is_bundle(run->payload) || !text_is(slot, "operation", OP_UPDATE)))
        return NULL; /* flaw: as where only one of several paths was mended */
    if (flaw_is(FLAW_GIVE_UP_UNGUARDED) && json_integer(run->intent, "attempts", 0) > 3)
        return NULL; /* flaw: the guard must be the reason */
    return guard ? arena_printf(run->arena, "W/\"%s\"", guard) : NULL;
}

static bool is_method(const struct cJSON *slot, const char *method)
{
    return strcmp(json_string(slot, "method"), method) == 0;
}

static const char *url_of(struct run *run, const struct cJSON *slot)
{
    return is_method(slot, "POST") ? json_string(slot, "type")
                                   : arena_printf(run->arena, "%s/%s", json_string(slot, "type"),
                                                  json_string(slot, "id"));
}

/* What a reply vouches for: a version by ETag or Location, and where it is. */
static void vouch(struct run *run, struct answer *answer, const char *etag, const char *location)
{
    struct reference reference;

    answer->version = version_of_tag(run->arena, etag);
    if (!location || !reference_parse(&reference, run->arena, location, run->engine->fhir))
        return;
    answer->reference = arena_printf(run->arena, "%s/%s", reference.type, reference.id);
    if (!answer->version)
        answer->version = reference.version;
}

/* Flaw: two versions of one second are one. */
static const char *last_updated(struct run *run, const struct cJSON *slot)
{
    const struct cJSON *was = talk_version(run, url_of(run, slot), json_string(slot, "guard"));
    const char *instant = json_string(json_get(was, "meta"), "lastUpdated");

    return instant ? arena_copy(run->arena, instant, strcspn(instant, ".Z+")) : "";
}

/* Flaw: is every target still at the version that the slot wants to be guarded by? */
static bool is_unchanged(struct run *run)
{
    for (size_t i = 0; i < json_count(run->slots); i++) {
        const struct cJSON *slot = json_at(run->slots, i);
        const char *guard = json_string(slot, "guard");
        struct page page;

        if (!guard || !slot_is(slot, SLOT_SENT))
            continue;
        talk_get(run, url_of(run, slot), &page);
        if (!page.version || strcmp(page.version, guard) != 0)
            return false;
    }
    return true;
}

static void write_simple(struct run *run, const struct cJSON *slot, struct answer *answer)
{
    const struct cJSON *body = json_get(slot, "body");
    const char *text = cJSON_IsObject(body) ? json_print(run->arena, body) : NULL;
    const char *guard = guard_of(run, slot), *query = json_string(slot, "query");
    struct http_request request = {
        .method = json_string(slot, "method"),
        .url = arena_printf(run->arena, "%s/%s", run->engine->fhir, url_of(run, slot)),
        .headers = {{"Accept", FHIR_JSON},
                    {"Content-Type", FHIR_JSON},
                    {"Prefer", "return=minimal"},
                    {"X-Correlation-Id", correlation(run)}},
        .body = text,
        .body_size = text ? strlen(text) : 0,
    };
    struct http_header *extra = &request.headers[4];
    struct http_reply reply = {.status = 0};

    if (guard)
        *extra++ = (struct http_header){"If-Match", guard};
    if (json_flag(slot, "fresh", false))
        *extra++ = (struct http_header){"If-None-Match", "*"};
    if (query)
        *extra = (struct http_header){"If-None-Exist", query};
    if (flaw_is(FLAW_LAST_UPDATED_GUARD) && json_string(slot, "guard"))
        *extra = (struct http_header){"If-Unmodified-Since", last_updated(run, slot)};
    call(run, &request, &reply);
    if (flaw_is(FLAW_RETRY_POST) && query && !reply.status && reply.was_sent) {
        *extra = (struct http_header){0}; /* flaw: as HTTP libraries do that "retry on error" */
        call(run, &request, &reply);
    }
    for (int i = 0; i < 3 && flaw_is(FLAW_SILENT_RESEND) && is_method(slot, "POST") &&
                    !reply.status && reply.was_sent;
         i++)
        call(run, &request, &reply); /* flaw: as HTTP libraries do on a connection in use before */
    answer->status = reply.status;
    answer->was_sent = reply.was_sent;
    answer->retry_after_ms = retry_after_of(&reply);
    if (reply.status >= 400)
        answer->text = issue_text(run, body_of(run, &reply));
    if (reply.status >= 200 && reply.status < 300)
        vouch(run, answer, http_reply_header(&reply, "ETag"),
              http_reply_header(&reply, "Location"));
}

/* Where entries go without their siblings, references to these must name what they have become. */
static void name_siblings(struct run *run, struct cJSON *item)
{
    const char *text = json_string(item, "reference");

    for (size_t i = 0; text && i < json_count(run->slots); i++) {
        const struct cJSON *slot = json_at(run->slots, i);
        const char *full_url = json_string(slot, "fullUrl");

        if (full_url && strcmp(full_url, text) == 0 && slot_is(slot, SLOT_DONE)) {
            json_put_string(item, "reference", json_string(slot, "reference"));
            break;
        }
    }
    for (struct cJSON *child = item->child; child; child = child->next)
        if (child->child)
            name_siblings(run, child);
}

static void put_entry(struct run *run, struct cJSON *entries, const struct cJSON *slot)
{
    struct cJSON *entry = json_add_object(entries);
    const char *guard = guard_of(run, slot), *query = json_string(slot, "query");

    if (json_string(slot, "fullUrl"))
        json_put_string(entry, "fullUrl", json_string(slot, "fullUrl"));
    if (cJSON_IsObject(json_get(slot, "body")))
        json_put(entry, "resource", json_copy(json_get(slot, "body")));
    struct cJSON *request = json_put_object(entry, "request");
    json_put_string(request, "method", json_string(slot, "method"));
    json_put_string(request, "url", url_of(run, slot));
    if (guard)
        json_put_string(request, "ifMatch", guard);
    if (json_flag(slot, "fresh", false))
        json_put_string(request, "ifNoneMatch", "*");
    if (query)
        json_put_string(request, "ifNoneExist", query);
    if (entry->child)
        name_siblings(run, entry);
}

/* One answer per entry; where the server's answer does not fit the entry, there is none for it. */
static void read_entries(struct run *run, const struct cJSON *bundle, size_t sent,
                         struct answer *answers)
{
    const struct cJSON *entries = json_get(bundle, "entry");
    size_t place = 0;

    for (size_t i = 0; i < json_count(run->slots); i++) {
        const struct cJSON *slot = json_at(run->slots, i), *response;
        struct answer *answer = &answers[i];

        if (!slot_is(slot, SLOT_SENT))
            continue;
        response = json_get(json_at(entries, place++), "response");
        answer->status = 0;
        if ((json_count(entries) != sent && !flaw_is(FLAW_MATCH_BY_POSITION)) ||
            !json_string(response, "status"))
            continue;
        answer->status = atoi(json_string(response, "status"));
        if (flaw_is(FLAW_BATCH_OK_DESPITE_ENTRY) && !plan_is_transaction(run->payload))
            answer->status = 200; /* flaw: as the Bundle's own */
        if (answer->status >= 400)
            answer->text = issue_text(run, json_get(response, "outcome"));
        if (answer->status >= 200 && answer->status < 300)
            vouch(run, answer, json_string(response, "etag"), json_string(response, "location"));
        if (answer->reference && !is_method(slot, "POST") && !flaw_is(FLAW_MATCH_BY_POSITION) &&
            strcmp(answer->reference, url_of(run, slot)) != 0)
            *answer = (struct answer){.was_sent = true, .retry_after_ms = -1};
    }
}

static void write_bundle(struct run *run, struct answer *answers)
{
    struct cJSON *bundle = json_object(run->arena);
    struct http_reply reply = {.status = 0};
    size_t sent = 0;

    json_put_string(bundle, "resourceType", "Bundle");
    json_put_string(bundle, "type", plan_is_transaction(run->payload) ? "transaction" : "batch");
    struct cJSON *entries = json_put_array(bundle, "entry");
    for (size_t i = 0; i < json_count(run->slots); i++)
        if (slot_is(json_at(run->slots, i), SLOT_SENT)) {
            put_entry(run, entries, json_at(run->slots, i));
            sent++;
        }
    const char *text = json_print(run->arena, bundle);
    call(run,
         &(struct http_request){
             .method = "POST",
             .url = run->engine->fhir,
             .headers = {{"Accept", FHIR_JSON},
                         {"Content-Type", FHIR_JSON},
                         {"Prefer", "return=minimal"},
                         {"X-Correlation-Id", correlation(run)}},
             .body = text,
             .body_size = strlen(text),
         },
         &reply);
    const struct cJSON *body = body_of(run, &reply);
    for (size_t i = 0; i < json_count(run->slots); i++)
        answers[i] = (struct answer){.status = reply.status,
                                     .was_sent = reply.was_sent,
                                     .retry_after_ms = retry_after_of(&reply),
                                     .text = reply.status >= 400 ? issue_text(run, body) : NULL};
    if (reply.status == 200)
        read_entries(run, body, sent, answers);
}

/* Flaw: until one fails; the answer to it is then the answer to all. */
static void write_one_by_one(struct run *run, struct answer *answers)
{
    struct answer answer = {.status = 200};

    for (size_t i = 0; i < json_count(run->slots) && answer.status / 100 == 2; i++) {
        write_simple(run, json_at(run->slots, i), &answer);
        answers[i] = answer;
    }
    for (size_t i = 0; i < json_count(run->slots) && answer.status / 100 != 2; i++)
        answers[i] = answer;
}

struct answer *talk_write(struct run *run)
{
    struct answer *answers =
        arena_alloc(run->arena, (json_count(run->slots) + 1) * sizeof(*answers));

    if (flaw_is(FLAW_COMPARE_THEN_PUT) && !is_unchanged(run)) {
        for (size_t i = 0; i < json_count(run->slots); i++)
            answers[i] = (struct answer){.status = 412, .retry_after_ms = -1};
        return answers;
    }
    if (flaw_is(FLAW_LOST_TRANSACTION_AS_SINGLES) && plan_is_transaction(run->payload) &&
        json_integer(run->intent, "attempts", 0) > 1)
        write_one_by_one(run, answers);
    else if (plan_is_bundle(run->payload))
        write_bundle(run, answers);
    else
        write_simple(run, json_at(run->slots, 0), &answers[0]);
    return answers;
}
