/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbound - an answer on its way out: whole, piece by piece, or broken.
 *
 * What the library would never send (headers cut off, a bad chunk, no HTTP at all) is written to
 * the socket past it, and the connection closed. A body that is cut off or drips is read by the
 * library piece by piece; between two pieces of one that drips the connection is suspended and on
 * the list `dripping`, until its time has come.
 *
 * Invariant: an exchange on `dripping` is suspended, has a client, and is_counted.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "base/buf.h"
#include "base/clock.h"
#include "simulator/edge_inner.h"
#include "simulator/socket.h"

#define PIECE_BYTES 64 /* of a body that drips */
#define BLOCK_BYTES ((size_t)16 << 10)
#define CHUNK_BYTES ((size_t)512) /* of the one good chunk before the bad one */

/* ---- piece by piece ---- */

static ssize_t read_cut(void *arg, uint64_t position, char *out, size_t room)
{
    const struct exchange *exchange = arg;
    const struct reply *reply = &exchange->reply;
    const size_t left = reply->cut > position ? reply->cut - (size_t)position : 0;
    const size_t size = left < room ? left : room;

    if (size == 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    memcpy(out, reply->body + position, size);
    return (ssize_t)size;
}

static ssize_t read_drip(void *arg, uint64_t position, char *out, size_t room)
{
    struct exchange *exchange = arg;
    struct edge *edge = exchange->sim->edge;
    const struct reply *reply = &exchange->reply;
    const uint64_t now_us = clock_monotonic_us();
    size_t size = reply->body_size - (size_t)position;

    if (exchange->is_cut_off)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (now_us < exchange->drip_due_us) {
        MHD_suspend_connection(exchange->client->connection);
        DL_APPEND(edge->dripping, exchange);
        exchange->is_dripping = true;
        return 0;
    }
    size = size < PIECE_BYTES ? size : PIECE_BYTES;
    size = size < room ? size : room;
    memcpy(out, reply->body + position, size);
    exchange->drip_due_us = now_us + reply->drip_ms * (uint64_t)1000;
    return (ssize_t)size;
}

void outbound_drip(struct edge *edge)
{
    const uint64_t now_us = edge->dripping ? clock_monotonic_us() : 0;
    struct exchange *exchange, *next;

    DL_FOREACH_SAFE(edge->dripping, exchange, next)
    {
        if (exchange->drip_due_us > now_us && !exchange->is_cut_off)
            continue;
        outbound_forget(edge, exchange);
        edge_resume(edge, exchange->client);
    }
}

int outbound_timeout_ms(const struct edge *edge)
{
    const uint64_t now_us = edge->dripping ? clock_monotonic_us() : 0;
    const struct exchange *exchange;
    uint64_t least_ms = INT32_MAX;

    DL_FOREACH(edge->dripping, exchange)
    {
        const uint64_t due_us = exchange->drip_due_us;
        const uint64_t left_ms = due_us > now_us ? (due_us - now_us) / 1000 + 1 : 0;

        least_ms = left_ms < least_ms ? left_ms : least_ms;
    }
    return least_ms == INT32_MAX ? -1 : (int)least_ms;
}

void outbound_cut_off(struct edge *edge)
{
    struct exchange *exchange;

    DL_FOREACH(edge->dripping, exchange)
    {
        exchange->is_cut_off = true;
    }
    outbound_drip(edge);
}

void outbound_forget(struct edge *edge, struct exchange *exchange)
{
    if (exchange->is_dripping)
        DL_DELETE(edge->dripping, exchange);
    exchange->is_dripping = false;
}

/* ---- broken ---- */

static void write_broken(struct buf *out, const struct reply *reply)
{
    const size_t chunk = reply->body_size / 2 < CHUNK_BYTES ? reply->body_size / 2 : CHUNK_BYTES;

    if (reply->wire == WIRE_GARBAGE) {
        buf_puts(out, "\x16\x03\x01 this is no HTTP\r\n\r\n");
        return;
    }
    if (reply->wire == WIRE_CUT_HEADERS) {
        /* Within the status: behind its line some clients take no headers for all of them. */
        buf_printf(out, "HTTP/1.1 %d", reply->status / 100);
        return;
    }
    buf_printf(out, "HTTP/1.1 %d %s\r\n", reply->status,
               MHD_get_reason_phrase_for((unsigned)reply->status));
    for (size_t i = 0; i < reply->header_count; i++)
        buf_printf(out, "%s: %s\r\n", reply->headers[i].name, reply->headers[i].value);
    buf_puts(out, "Transfer-Encoding: chunked\r\n\r\n");
    if (chunk > 0) {
        buf_printf(out, "%zx\r\n", chunk);
        buf_add(out, reply->body, chunk);
        buf_puts(out, "\r\n");
    }
    buf_puts(out, "no size\r\n");
}

/* A few hundred bytes, on a connection that owes nothing else: they fit into its buffer. */
static void send_broken(const struct exchange *exchange, const struct client *client)
{
    struct buf bytes = BUF_INIT;

    write_broken(&bytes, &exchange->reply);
    (void)send(client->fd, buf_text(&bytes), bytes.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    buf_release(&bytes);
}

/* ---- whole ---- */

/* The body lives in the exchange or the run's store, and both outlive the sending. */
static struct MHD_Response *make_response(struct exchange *exchange)
{
    const struct reply *reply = &exchange->reply;

    if (reply->wire == WIRE_CUT_BODY)
        return MHD_create_response_from_callback(reply->body_size, BLOCK_BYTES, read_cut, exchange,
                                                 NULL);
    if (reply->wire == WIRE_DRIP && reply->body_size > 0)
        return MHD_create_response_from_callback(reply->body_size, BLOCK_BYTES, read_drip, exchange,
                                                 NULL);
    /* The library's signature lacks a const; it never writes there. */
    return MHD_create_response_from_buffer(reply->body_size,
                                           (void *)(uintptr_t)(reply->body ? reply->body : ""),
                                           MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct edge *edge, struct exchange *exchange,
                                  struct MHD_Connection *connection)
{
    const struct reply *reply = &exchange->reply;
    enum MHD_Result result = MHD_NO;
    struct MHD_Response *response = make_response(exchange);

    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < reply->header_count; i++)
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    if (reply->is_last || edge->is_down)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    result = MHD_queue_response(connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result outbound_finish(struct edge *edge, struct exchange *exchange, struct client *client)
{
    if (!exchange->is_counted)
        edge->unsent++;
    exchange->is_counted = true;
    switch (exchange->fate) {
    case FATE_ANSWER:
        return send_reply(edge, exchange, client->connection);
    case FATE_BROKEN:
        if (exchange->reply.wire == WIRE_CUT_BODY)
            return send_reply(edge, exchange, client->connection);
        send_broken(exchange, client);
        return MHD_NO;
    case FATE_RESET:
        socket_reset(client->fd);
        return MHD_NO;
    case FATE_NONE:
    case FATE_CLOSE:
        return MHD_NO;
    }
    return MHD_NO;
}
