/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - the parameters of a URL or form, and the searches of conditional requests.
 *
 * A conditional request must not match by accident, so that whatever is not understood is refused
 * there, where a search leaves it out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/near.h"
#include "simulator/interact/act.h"
#include "simulator/interact/criterion.h"

/* ---- parsing ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

static const char *decode(struct query *query, struct arena *arena, const char *text, size_t size)
{
    char *out = arena_alloc(arena, size + 1);
    size_t length = 0;

    for (size_t i = 0; i < size; i++) {
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%' && i + 2 < size && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            c = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else if (c == '%')
            query->has_bad_escape = true;
        if (c != '\0') /* a NUL would hide what follows it */
            out[length++] = c;
    }
    return out;
}

void query_parse(struct query *out, struct arena *arena, const char *text)
{
    size_t room = 1;

    for (const char *at = text; *at; at++)
        room += *at == '&';
    *out = (struct query){.is_too_long = strlen(text) > LIMIT_QUERY_BYTES};
    if (out->is_too_long)
        return;
    out->parameters = arena_alloc(arena, room * sizeof(out->parameters[0]));
    while (*text) {
        size_t length = strcspn(text, "&");
        const char *equals = memchr(text, '=', length);
        size_t name = equals ? (size_t)(equals - text) : length;

        if (length > 0)
            out->parameters[out->count++] = (struct query_parameter){
                .name = decode(out, arena, text, name),
                .value = equals ? decode(out, arena, equals + 1, length - name - 1) : "",
            };
        text += length + (text[length] == '&');
    }
}

static const char *why_unsound(const struct query *query)
{
    if (query->is_too_long)
        return "the query is longer than 64 KB";
    return query->has_bad_escape ? "the query has a bad percent escape" : NULL;
}

bool query_is_sound(const struct act *act, const struct query *query)
{
    const char *why = why_unsound(query);

    if (why)
        REFUSE(act, 400, "invalid", "%s", why);
    return !why;
}

const char *query_value(const struct query *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++) {
        if (strcmp(query->parameters[i].name, name) == 0)
            return query->parameters[i].value;
    }
    return NULL;
}

const char *query_nearest(struct arena *arena, const char *type, const char *name)
{
    const char *nearest = near_find(name, parameter_codes(arena, type));

    return arena_printf(arena, "search parameter %s is not offered for %s%s%s", name,
                        type ? type : "all types", nearest ? ", nearest is " : "",
                        nearest ? nearest : "");
}

/* ---- conditional requests ---- */

static enum fit read_all(struct scope *scope, const char *type, const struct query *query,
                         struct criterion *out, const char **out_why)
{
    struct err err = ERR_INIT;

    for (size_t i = 0; i < query->count; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        const enum fit fit =
            criterion_read(&out[i], scope, type, parameter->name, parameter->value, &err);

        if (*parameter->value == '\0') {
            *out_why = arena_printf(scope->arena, "%s has no value", parameter->name);
            return FIT_UNFIT;
        }
        if (fit == FIT)
            continue;
        *out_why = fit == FIT_UNKNOWN ? query_nearest(scope->arena, type, parameter->name)
                                      : arena_strdup(scope->arena, err.text);
        return fit;
    }
    return FIT;
}

const char *query_find(struct store *store, struct arena *arena, const char *base, const char *type,
                       const char *text, unsigned lag, struct query_found *out)
{
    struct scope scope = scope_past(store, arena, base, lag);
    const char *why = NULL;
    struct query query;

    *out = (struct query_found){.code = "invalid"};
    query_parse(&query, arena, text);
    if ((why = why_unsound(&query)))
        return why;
    if (query.count == 0)
        return "a query was expected, e.g. identifier=system|value";
    struct criterion *criteria = arena_alloc(arena, query.count * sizeof(*criteria));
    const enum fit fit = read_all(&scope, type, &query, criteria, &why);
    if (fit == FIT_UNKNOWN)
        out->code = "not-supported";
    if (fit == FIT)
        out->count = match_find(&scope, type, criteria, query.count, &out->matches);
    return why;
}

bool query_conditional(const struct act *act, const char *where, const char *type, const char *text,
                       size_t *out_count, const struct version ***out_matches)
{
    const struct exchange_request *request = act->request;
    struct query_found found;
    const bool is_racy = request->interaction == INTERACTION_CREATE &&
                         act->knobs->if_none_exist == IF_NONE_EXIST_RACY;
    const char *why = query_find(act->store, request->arena, request->base, type, text,
                                 is_racy ? act->bend->commits_since_arrival : 0, &found);

    if (why) {
        REFUSE(act, 400, found.code, "%s: %s", where, why);
        return false;
    }
    *out_count = found.count;
    *out_matches = found.matches;
    return true;
}
