/* SPDX-License-Identifier: Apache-2.0 */
/* edge - HTTP in, a call, HTTP out. A call runs with the crew's lock held. */
#include "tests/strawman/edge.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "tests/strawman/calls.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

#define IDLE_S     60
#define HEAD_BYTES 8192 /* of a request; the library clears that much after each */

static bool match(struct visit *visit, const char *pattern, const char *path)
{
    const char *brace = strstr(pattern, "{id}");
    size_t before = brace ? (size_t)(brace - pattern) : 0, length;

    if (!brace)
        return strcmp(pattern, path) == 0;
    if (strncmp(pattern, path, before) != 0)
        return false;
    length = strcspn(path + before, "/");
    if (length == 0 || strcmp(path + before + length, brace + 4) != 0)
        return false;
    visit->id = arena_copy(visit->arena, path + before, length);
    return true;
}

static bool is_permitted(const struct visit *visit)
{
    const char *token = visit->engine->token, *given = call_header(visit, "Authorization");

    if (flaw_is(FLAW_OPEN_DOOR)) /* flaw: the network is trusted */
        return true;
    return !token || (given && strcmp(given, arena_printf(visit->arena, "Bearer %s", token)) == 0);
}

static void dispatch(struct visit *visit, const char *method, const char *path)
{
    struct err err = ERR_INIT;
    const struct call_row *rows, *row = NULL;
    size_t count = call_table(&rows);

    for (size_t i = 0; i < count && !row; i++)
        if (strcmp(rows[i].method, method) == 0 && match(visit, rows[i].path, path))
            row = &rows[i];
    if (!row || (row->is_hook && !visit->engine->has_hooks)) {
        call_problem(visit, 404, "No such resource", path);
    } else if (!row->is_open && !is_permitted(visit)) {
        call_problem(visit, 401, "Not permitted", "Authorization: Bearer with the token expected.");
    } else if (visit->is_too_large) {
        call_problem(visit, 413, "Too large", "The body is larger than this engine takes.");
    } else if (row->has_body && !(visit->tree = json_parse(visit->arena, buf_text(&visit->body),
                                                           visit->body.size, &err))) {
        call_problem(visit, 400, "Not JSON", err.text);
    } else {
        crew_lock(visit->engine->crew);
        row->handle(visit);
        crew_unlock(visit->engine->crew);
    }
}

/* ---- libmicrohttpd ---- */

static enum MHD_Result send_reply(struct visit *visit)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        visit->reply.size, (void *)(visit->reply.size ? visit->reply.bytes : ""),
        MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", visit->type);
    if (visit->location)
        MHD_add_response_header(response, "Location", visit->location);
    result = MHD_queue_response(visit->connection, (unsigned)visit->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **state)
{
    struct visit *visit = *state;

    (void)version;
    if (!visit) {
        struct arena *arena = arena_new();

        visit = *state = arena_alloc(arena, sizeof(*visit));
        visit->engine = arg;
        visit->arena = arena;
        visit->connection = connection;
        return MHD_YES;
    }
    if (*data_size > 0) {
        if (visit->body.size + *data_size > LIMIT_BODY_BYTES)
            visit->is_too_large = true;
        else
            buf_add(&visit->body, data, *data_size);
        *data_size = 0;
        return MHD_YES;
    }
    dispatch(visit, method, url);
    return send_reply(visit);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how)
{
    struct visit *visit = *state;

    (void)arg;
    (void)connection;
    (void)how;
    if (!visit)
        return;
    buf_release(&visit->body);
    buf_release(&visit->reply);
    arena_free(visit->arena);
    *state = NULL;
}

int edge_open(struct engine *engine, const char *listen, unsigned *out_port, struct err *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *colon = strrchr(listen, ':');
    char *host = colon ? arena_copy(engine->arena, listen, (size_t)(colon - listen)) : NULL, *end;
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 65536;

    if (port > 65535 || *end || inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return err_set(err, ERR_INPUT, "--listen %s: expected an IPv4 address and a port", listen);
    address.sin_port = htons((uint16_t)port);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, on_request,
        engine, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S, MHD_OPTION_END);
    if (!daemon)
        return err_set(err, ERR_IO, "%s cannot be listened at: is the port in use?", listen);
    *out_port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return 0;
}
