/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange - names of interactions, header lookup, and the one way to refuse.
 *
 * The names are contracts: the journal, scenarios and schedules use them.
 */
#include "simulator/exchange.h"

#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

static const struct {
    const char *name;
    bool is_write;
} interactions[] = {
    [INTERACTION_NONE] = {"none", false},
    [INTERACTION_READ] = {"read", false},
    [INTERACTION_VREAD] = {"vread", false},
    [INTERACTION_UPDATE] = {"update", true},
    [INTERACTION_PATCH] = {"patch", true},
    [INTERACTION_DELETE] = {"delete", true},
    [INTERACTION_CREATE] = {"create", true},
    [INTERACTION_SEARCH] = {"search", false},
    [INTERACTION_HISTORY] = {"history", false},
    [INTERACTION_BATCH] = {"batch", true},
    [INTERACTION_TRANSACTION] = {"transaction", true},
    [INTERACTION_CAPABILITIES] = {"capabilities", false},
    [INTERACTION_OPERATION] = {"operation", false},
};

const char *interaction_name(enum interaction interaction)
{
    ASSERT((size_t)interaction < COUNT_OF(interactions));
    return interactions[interaction].name;
}

bool interaction_is_write(enum interaction interaction)
{
    ASSERT((size_t)interaction < COUNT_OF(interactions));
    return interactions[interaction].is_write;
}

const char *request_header(const struct exchange_request *request, const char *name)
{
    for (const struct http_header *header = request->headers; header && header->name; header++) {
        if (strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}

/* The text may quote the client's bytes; what is not UTF-8 in them would make the answer no JSON.
 */
static void plain_ascii(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            *text = '?';
    }
}

void answer_refuse(struct answer *answer, struct arena *arena, int status, const char *code,
                   const char *expression, const char *fmt, ...)
{
    struct buf buf = BUF_INIT;
    va_list args;

    va_start(args, fmt);
    char *text = arena_vprintf(arena, fmt, args);
    va_end(args);
    plain_ascii(text);
    buf_puts(&buf,
             "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":");
    json_quote(&buf, code);
    buf_puts(&buf, ",\"diagnostics\":");
    json_quote(&buf, text);
    if (expression) {
        buf_puts(&buf, ",\"expression\":[");
        json_quote(&buf, expression);
        buf_putc(&buf, ']');
    }
    buf_puts(&buf, "}]}");
    *answer =
        (struct answer){.status = status, .body = buf_copy(&buf, arena), .body_size = buf.size};
    buf_release(&buf);
}
