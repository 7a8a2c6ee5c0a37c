/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doors - whether the engine tells anyone who asks: what only our credentials should open is asked for without any, and
 * the first of it also with a token that we made up, as all doors of an engine have one kind of lock.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "harness/conduct/engine_inner.h"
#include "harness/scenario/adapter.h"

/* Like ours by its scheme alone. NULL: ours has none. */
static const char *made_up_token(struct run *run)
{
    const struct adapter *adapter = run->conductor->options.adapter;

    for (size_t i = 0; i < COUNT_OF(adapter->headers) && adapter->headers[i][0]; i++) {
        const char *ours = adapter->headers[i][1];

        if (strcasecmp(adapter->headers[i][0], "Authorization") == 0 && strchr(ours, ' '))
            return arena_printf(run->scratch, "%.*s made-up", (int)strcspn(ours, " "), ours);
    }
    return NULL;
}

static int try_with(struct run *run, struct http_request *request, const char *name,
                    const char *token, struct err *err)
{
    struct cJSON *headers = json_object(run->scratch);
    struct http_reply reply;

    memset(request->headers, 0, sizeof(request->headers));
    if (token) {
        engine_add_header(request, "Authorization", token);
        json_put_string(headers, "Authorization", token);
    }
    if (engine_ask(run, request, &reply, err))
        return -1;
    engine_note_said(run, "probe", NULL,
                     &(struct sim_entry){.method = request->method,
                                         .url = name,
                                         .headers = json_print(run->scratch, headers),
                                         .status = reply.status,
                                         .body = reply.body,
                                         .body_size = reply.body_size});
    return 0;
}

int engine_try_door(struct run *run, struct http_request *request, const char *name,
                    struct err *err)
{
    const char *token = run->has_tried_token ? NULL : made_up_token(run);

    if (try_with(run, request, name, NULL, err))
        return -1;
    run->has_tried_token = true;
    return token ? try_with(run, request, name, token, err) : 0;
}
