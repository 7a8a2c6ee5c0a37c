/* SPDX-License-Identifier: Apache-2.0 */
/*
 * footprint - read off method and URL: FHIR says what an interaction may read, match and write.
 *
 * 1. `Type/id` and what hangs below it (its history, one version) are that resource. A look at it reads it, anything
 *    else writes it.
 * 2. A search, a create, and whatever is conditional (a query, If-None-Exist) match or make resources of the whole type.
 * 3. Chains, includes, operations, searches over all types: everything.
 * 4. A Bundle touches what its entries touch.
 */
#include "harness/explore/footprint.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/sim.h"

static void add(struct buf *out, const char *text, size_t size)
{
    if (out->size)
        buf_putc(out, ',');
    buf_add(out, text, size);
}

static void add_touch(struct buf *out, bool is_write, const char *what, size_t size)
{
    if (out->size)
        buf_putc(out, ',');
    buf_putc(out, is_write ? 'w' : 'r');
    buf_add(out, what, size);
}

static void add_all(struct buf *out)
{
    add(out, "*", 1);
}

/* Parameters whose answer depends on other types. */
static bool is_wide(const char *query)
{
    static const char *const wide[] = {"_include", "_revinclude", "_has", "_type"};
    size_t names = 0;

    for (size_t i = 0; i < COUNT_OF(wide); i++)
        names += strstr(query, wide[i]) != NULL;
    for (const char *at = query; *at; at += strcspn(at, "&"), at += *at == '&') {
        size_t name = strcspn(at, "=&");

        names += memchr(at, '.', name) != NULL; /* patient.name: a chain */
    }
    return names > 0;
}

static bool is_look(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* `url`: below the base, with its query. */
static void add_act(struct buf *out, const char *method, const char *url)
{
    size_t path = strcspn(url, "?"), type = strcspn(url, "/?");
    const char *query = url[path] == '?' ? url + path + 1 : "";
    const char *id = url[type] == '/' ? url + type + 1 : "";
    size_t id_size = strcspn(id, "/?");
    bool is_type_search = strncmp(id, "_search", id_size) == 0 && id_size == strlen("_search");
    bool is_type_history = strncmp(id, "_history", id_size) == 0 && id_size == strlen("_history");

    if (type == 0 || url[0] == '_' || memchr(url, '$', path) || is_wide(query))
        add_all(out);
    else if (is_type_search)
        add_touch(out, false, url, type);
    else if (id_size == 0 || is_type_history)
        add_touch(out, !is_look(method), url, type);
    else
        add_touch(out, !is_look(method), url, type + 1 + id_size);
}

static void add_bundle(struct buf *out, const struct sim_exchange *exchange)
{
    struct arena *arena = arena_new();
    struct err ignored = ERR_INIT;
    const struct cJSON *bundle =
        exchange->body ? json_parse(arena, exchange->body, exchange->body_size, &ignored) : NULL;
    const struct cJSON *entries = json_get(bundle, "entry");

    if (json_count(entries) == 0)
        add_all(out);
    for (size_t i = 0; i < json_count(entries); i++) {
        const struct cJSON *request = json_get(json_at(entries, i), "request");
        const char *method = json_string(request, "method"), *url = json_string(request, "url");

        if (method && url)
            add_act(out, method, url);
        else
            add_all(out);
    }
    arena_free(arena);
}

void footprint_of_request(const struct sim_exchange *exchange, struct buf *out)
{
    if (exchange->url[0] == '\0')
        add_bundle(out, exchange);
    else
        add_act(out, exchange->method, exchange->url);
}

void footprint_of_edit(const char *method, const char *target, struct buf *out)
{
    add_act(out, method, target);
}

void footprint_parse(struct arena *arena, const char *text, struct footprint *out)
{
    size_t room = 1;

    for (const char *at = text; *at; at++)
        room += *at == ',';
    *out = (struct footprint){.touches = arena_alloc(arena, room * sizeof(*out->touches))};
    while (*text) {
        size_t size = strcspn(text, ",");

        if (size == 1 && *text == 'e')
            out->engine = true;
        else if (size == 1 && *text == '*')
            out->all = true;
        else if (size > 1)
            out->touches[out->count++] =
                (struct touch){arena_copy(arena, text + 1, size - 1), *text == 'w'};
        text += size;
        text += *text == ',';
    }
}

/* The same resource, or one the type of the other. */
static bool is_about(const char *a, const char *b)
{
    size_t left = strlen(a), right = strlen(b), shorter = left < right ? left : right;
    char rest = left < right ? b[shorter] : a[shorter];

    return strncmp(a, b, shorter) == 0 && (rest == '\0' || rest == '/');
}

bool footprint_conflict(const struct footprint *a, const struct footprint *b)
{
    bool a_stored = a->all || a->count, b_stored = b->all || b->count;

    if ((a->engine && b->engine) || (a->all && b_stored) || (b->all && a_stored))
        return true;
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            if ((a->touches[i].is_write || b->touches[j].is_write) &&
                is_about(a->touches[i].what, b->touches[j].what))
                return true;
        }
    }
    return false;
}
