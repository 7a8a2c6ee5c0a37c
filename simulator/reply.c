/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply - from an answer to what goes over the wire: status, headers, body. The request's ids are
 * echoed (X-Request-Id is made up from the exchange's number where it has none).
 *
 * No state. Invariant: what the journal calls `replied` is what edge.c sends, HEAD's missing body
 * included.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/core.h"
#include "simulator/journal.h"
#include "simulator/policy.h"
#include "simulator/store.h"

static void add_header(struct reply *reply, const char *name, const char *value)
{
    if (!value || !*value) /* the library sends none that is empty */
        return;
    ASSERT(reply->header_count < REPLY_HEADERS_MAX);
    reply->headers[reply->header_count++] = (struct http_header){name, value};
}

static void fill(struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    struct reply *reply = &exchange->reply;
    const bool is_bare = answer->status == 304 || answer->status == 204;

    reply->status = answer->status;
    reply->header_count = 0;
    reply->body = is_bare ? NULL : answer->body;
    reply->body_size = reply->body ? answer->body_size : 0;
    if (reply->body)
        add_header(reply, "Content-Type",
                   answer->content_type ? answer->content_type
                                        : "application/fhir+json;charset=utf-8");
    add_header(reply, "ETag", answer->etag);
    add_header(reply, "Location", answer->location);
    add_header(reply, "Content-Location", answer->content_location);
    add_header(reply, "Last-Modified", answer->last_modified);
    add_header(reply, "Allow", answer->allow);
    add_header(reply, "Retry-After", exchange->retry_after);
    add_header(reply, "x-ms-retry-after-ms", exchange->retry_after_ms);
    add_header(reply, "Date", exchange->date);
    add_header(reply, "Via", exchange->via);
    add_header(reply, "WWW-Authenticate", answer->status == 401 ? "Bearer" : NULL);
    add_header(reply, "X-Correlation-Id", request_header(&exchange->request, "X-Correlation-Id"));
    add_header(reply, "traceparent", request_header(&exchange->request, "traceparent"));
}

void reply_plain(struct exchange *exchange)
{
    fill(exchange);
    add_header(&exchange->reply, "X-Request-Id",
               request_header(&exchange->request, "X-Request-Id"));
    exchange->reply.headers[exchange->reply.header_count].name = NULL;
}

void reply_make(struct exchange *exchange)
{
    const struct answer *answer = &exchange->answer;
    const struct version *version = answer->version;
    struct reply *reply = &exchange->reply;
    const char *request_id = request_header(&exchange->request, "X-Request-Id");
    struct sim_entry entry;

    policy_dress(exchange);
    fill(exchange);
    if (!request_id || !*request_id)
        request_id = arena_number(exchange->arena, "req-", exchange->face.number);
    add_header(reply, "X-Request-Id", request_id);
    reply->headers[reply->header_count].name = NULL;

    exchange_entry(exchange, SIM_REPLIED, &entry);
    entry.status = reply->status;
    if (strcmp(entry.method, "HEAD") != 0) {
        entry.body = reply->body;
        entry.body_size = reply->body_size;
    }
    if (version) {
        entry.reference = version->reference;
        entry.version = version->label;
        entry.ordinal = version->ordinal;
        entry.commit = version->commit;
    }
    journal_append(exchange->sim->journal,
                   &(struct journal_draft){
                       .entry = &entry,
                       .headers = reply->headers,
                       .is_body_shared = version && entry.body == version->content,
                   });
    exchange->sim->stamp++;
}
