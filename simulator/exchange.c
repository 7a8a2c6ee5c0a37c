/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange - names of interactions, header lookup, and the one way to refuse.
 *
 * The names are contracts: the journal, scenarios and schedules use them.
 */
#include "simulator/exchange.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
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
    [INTERACTION_POLL] = {"poll", false},
    [INTERACTION_NOTIFICATION] = {"notification", false},
    [INTERACTION_ECHO] = {"notification", false},
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
        if (((header->name[0] ^ name[0]) & ~0x20) == 0 && strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}

/* A body that is no Bundle is not known to be a look. */
static bool bundle_is_look(struct arena *arena, const char *body, size_t size)
{
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(arena, body ? body : "", size, &err), *entry = NULL;

    cJSON_ArrayForEach(entry, json_get(tree, "entry"))
    {
        const char *method = json_string(json_get(entry, "request"), "method");

        if (!method || (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0))
            return false;
    }
    return json_count(json_get(tree, "entry")) > 0;
}

bool request_is_write(const struct exchange_request *request, enum interaction interaction)
{
    if (interaction != INTERACTION_BATCH && interaction != INTERACTION_TRANSACTION)
        return interaction_is_write(interaction);
    struct arena *arena = arena_new(); /* the tree of a large Bundle is not kept for this */
    bool is_look = bundle_is_look(arena, request->body, request->body_size);
    arena_free(arena);
    return !is_look;
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

/* The answer's body: an OperationOutcome of one issue. `text` is changed. */
static void put_outcome(struct answer *answer, struct arena *arena, const char *severity,
                        const char *code, const char *expression, char *text)
{
    struct buf buf = BUF_INIT;

    plain_ascii(text);
    buf_printf(&buf,
               "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"%s\",\"code\":",
               severity);
    json_quote(&buf, code);
    buf_puts(&buf, ",\"diagnostics\":");
    json_quote(&buf, text);
    if (expression) {
        buf_puts(&buf, ",\"expression\":[");
        json_quote(&buf, expression);
        buf_putc(&buf, ']');
    }
    buf_puts(&buf, "}]}");
    answer->body = buf_copy(&buf, arena);
    answer->body_size = buf.size;
    buf_release(&buf);
}

void answer_refuse(struct answer *answer, struct arena *arena, int status, const char *code,
                   const char *expression, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *text = arena_vprintf(arena, fmt, args);
    va_end(args);
    *answer = (struct answer){.status = status};
    put_outcome(answer, arena, "error", code, expression, text);
}

void answer_inform(struct answer *answer, struct arena *arena, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *text = arena_vprintf(arena, fmt, args);
    va_end(args);
    put_outcome(answer, arena, "information", "informational", NULL, text);
}
