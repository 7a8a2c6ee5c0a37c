/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_request - any method, address, Accept, Content-Type, fault and body, a line each but for the
 * body: the request is routed or refused with a status, the fault is read or refused with a reason,
 * and a journal line about them is JSON.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/core.h"
#include "simulator/journal.h"
#include "simulator/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The next line, without what HTTP would not let through. */
static const char *next_line(struct arena *arena, const char **text)
{
    const size_t size = strcspn(*text, "\n");
    char *line = arena_copy(arena, *text, size);

    *text += size + ((*text)[size] == '\n');
    return line;
}

static void check_route(struct exchange_request *request, const char *target)
{
    struct answer answer = {.status = 0};
    struct uri uri;
    enum interaction label;

    if (!uri_split(&uri, request->arena, target))
        return;
    request->path = uri.path;
    request->query = uri.query;
    label = route(request, &answer);
    ASSERT(label != INTERACTION_NONE);
    ASSERT((request->interaction == INTERACTION_NONE) == (answer.status >= 400));
    ASSERT(request->interaction == INTERACTION_NONE || request->interaction == label);
    ASSERT(!request->id || request->type);
}

static void check_fault(const char *text)
{
    struct err err = ERR_INIT;
    struct sim_fault fault;
    const bool is_good = sim_fault_parse(text, &fault, &err) == 0;

    ASSERT(is_good == (err.code == ERR_OK));
    ASSERT(!is_good || fault_kind(fault.name));
}

static void check_line(struct arena *arena, const struct exchange_request *request, const char *url)
{
    const struct sim_entry entry = {
        .kind = SIM_ARRIVED,
        .method = request->method,
        .url = url,
        .body = request->body,
        .body_size = request->body_size,
    };
    struct journal *journal = journal_new(0, 0);
    struct buf line = BUF_INIT;
    struct err err = ERR_INIT;

    journal_append(journal, &(struct journal_draft){.entry = &entry, .headers = request->headers});
    journal_write_line(&line, journal_at(journal, 0));
    ASSERT(json_parse(arena, buf_text(&line), line.size, &err));
    buf_release(&line);
    journal_free(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    const char *text = arena_copy(arena, (const char *)bytes, size);
    const char *end = text + size;
    const char *method = next_line(arena, &text);
    const char *target = next_line(arena, &text);
    const struct http_header headers[] = {{"Accept", next_line(arena, &text)},
                                          {"Content-Type", next_line(arena, &text)},
                                          {NULL, NULL}};
    const char *fault = next_line(arena, &text);
    struct exchange_request request = {
        .arena = arena,
        .base = "http://127.0.0.1/fhir",
        .method = method,
        .headers = headers,
        .body = text < end ? text : NULL,
        .body_size = (size_t)(end - text),
    };

    check_route(&request, target);
    check_fault(fault);
    check_line(arena, &request, target);
    arena_free(arena);
    return 0;
}
