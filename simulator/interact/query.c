/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - search parameters and what they match (fhir-rules.md row 24).
 *
 * Offered: _id for all types; identifier, patient, subject for those that R4 gives them. Commas
 *          mean or, a repeated parameter means and. The index proposes, the current version
 *          decides: what it says is compared with every parameter.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/index.h"
#include "simulator/interact/act.h"
#include "simulator/parameter.h"

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
    *out = (struct query){.parameters = arena_alloc(arena, room * sizeof(out->parameters[0]))};
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

bool query_is_sound(const struct act *act, const struct query *query)
{
    if (query->has_bad_escape)
        REFUSE(act, 400, "invalid", "the query has a bad percent escape");
    return !query->has_bad_escape;
}

const char *query_value(const struct query *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++) {
        if (strcmp(query->parameters[i].name, name) == 0)
            return query->parameters[i].value;
    }
    return NULL;
}

/* The next of the values between commas; `\,` is a comma in a value. NULL at the end. */
static const char *next_value(struct arena *arena, const char **at)
{
    if (!*at)
        return NULL;
    char *out = arena_alloc(arena, strlen(*at) + 1);
    size_t length = 0;
    const char *from = *at;

    for (; *from && *from != ','; from++) {
        from += from[0] == '\\' && from[1] != '\0';
        out[length++] = *from;
    }
    *at = *from == ',' ? from + 1 : NULL;
    return out;
}

/* ---- one parameter against one version ---- */

struct matcher {
    struct arena *arena;
    const char *base;
};

static bool id_matches(const struct matcher *matcher, const struct version *version,
                       const char *value)
{
    (void)matcher;
    return strcmp(version->id, value) == 0;
}

/* A token: `system|value`, `|value` (no system), `system|` (any value), `value` (any system). */
static bool token_matches(const struct cJSON *identifier, const char *token)
{
    const char *bar = strchr(token, '|');
    const char *system = json_string(identifier, "system");
    const char *value = json_string(identifier, "value");
    const char *wanted = bar ? bar + 1 : token;

    if (*wanted && (!value || strcmp(value, wanted) != 0))
        return false;
    if (!bar)
        return *wanted != '\0';
    size_t size = (size_t)(bar - token);
    if (size == 0)
        return !system && *wanted;
    return system && strlen(system) == size && memcmp(system, token, size) == 0;
}

static bool element_is_token(void *arg, const struct cJSON *element)
{
    return token_matches(element, arg);
}

static bool identifier_matches(const struct matcher *matcher, const struct version *version,
                               const char *value)
{
    (void)matcher;
    return parameter_visit("identifier", version->type, version->tree, element_is_token,
                           (void *)value);
}

/* Do two references mean the same resource of this server? `type`: what a bare id means, or
 * NULL. */
static bool reference_matches(const struct matcher *matcher, const char *held, const char *wanted,
                              const char *type)
{
    struct reference left, right;

    if (!held)
        return false;
    if (strcmp(held, wanted) == 0)
        return true;
    if (!reference_parse(&left, matcher->arena, held, matcher->base) || !left.id)
        return false;
    if (reference_parse(&right, matcher->arena, wanted, matcher->base) && right.id)
        return strcmp(left.type, right.type) == 0 && strcmp(left.id, right.id) == 0;
    return strcmp(left.id, wanted) == 0 && (!type || strcmp(left.type, type) == 0);
}

struct wanted {
    const struct matcher *matcher;
    const char *value, *type; /* type: what a bare id means, or NULL */
};

static bool element_refers(void *arg, const struct cJSON *element)
{
    const struct wanted *wanted = arg;

    return reference_matches(wanted->matcher, json_string(element, "reference"), wanted->value,
                             wanted->type);
}

/* `patient` takes a Patient alone: Observation?patient=Group/1 matches nothing. */
static bool patient_matches(const struct matcher *matcher, const struct version *version,
                            const char *value)
{
    struct wanted wanted = {matcher, value, "Patient"};
    struct reference reference;

    if (reference_parse(&reference, matcher->arena, value, matcher->base) &&
        strcmp(reference.type, "Patient") != 0)
        return false;
    return parameter_visit("patient", version->type, version->tree, element_refers, &wanted);
}

static bool subject_matches(const struct matcher *matcher, const struct version *version,
                            const char *value)
{
    struct wanted wanted = {matcher, value, NULL};

    return parameter_visit("subject", version->type, version->tree, element_refers, &wanted);
}

/* ---- candidates: numbers of resources that a value may match ---- */

struct candidates {
    size_t *serials;
    size_t count, room;
};

static void candidates_add(struct candidates *candidates, struct arena *arena,
                           const size_t *serials, size_t count)
{
    if (candidates->count + count > candidates->room) {
        size_t room = (candidates->count + count) * 2;

        candidates->serials = arena_grow(arena, candidates->serials,
                                         candidates->count * sizeof(size_t), room * sizeof(size_t));
        candidates->room = room;
    }
    if (count > 0)
        memcpy(candidates->serials + candidates->count, serials, count * sizeof(size_t));
    candidates->count += count;
}

static void candidates_by_key(struct candidates *candidates, const struct act *act, const char *key)
{
    size_t *serials = NULL;
    size_t count = store_lookup(act->store, act->request->arena, key, &serials);

    candidates_add(candidates, act->request->arena, serials, count);
}

/* Each proposes what a value may match; false when the index cannot tell. */
static bool id_candidates(const struct act *act, const char *type, const char *value,
                          struct candidates *out)
{
    const struct version *current = store_current(act->store, type, value);

    if (current)
        candidates_add(out, act->request->arena, &current->serial, 1);
    return true;
}

static bool identifier_candidates(const struct act *act, const char *type, const char *value,
                                  struct candidates *out)
{
    const char *bar = strchr(value, '|');
    const char *wanted = bar ? bar + 1 : value;

    if (*wanted)
        candidates_by_key(out, act, index_key_identifier(act->request->arena, type, wanted));
    return *wanted != '\0';
}

static bool reference_candidates(const struct act *act, const char *type, const char *value,
                                 struct candidates *out)
{
    struct arena *arena = act->request->arena;
    struct reference wanted;

    if (!reference_parse(&wanted, arena, value, act->request->base) || !wanted.id)
        return false;
    const char *reference = arena_printf(arena, "%s/%s", wanted.type, wanted.id);
    candidates_by_key(out, act, index_key_reference(arena, type, reference));
    return true;
}

static bool patient_candidates(const struct act *act, const char *type, const char *value,
                               struct candidates *out)
{
    if (strchr(value, '/'))
        return reference_candidates(act, type, value, out);
    return reference_candidates(act, type, arena_printf(act->request->arena, "Patient/%s", value),
                                out);
}

static const struct parameter {
    const char *name;
    bool (*matches)(const struct matcher *, const struct version *, const char *value);
    bool (*propose)(const struct act *, const char *type, const char *value,
                    struct candidates *out);
} offered[] = {
    {"_id", id_matches, id_candidates},
    {"identifier", identifier_matches, identifier_candidates},
    {"patient", patient_matches, patient_candidates},
    {"subject", subject_matches, reference_candidates},
};

static const struct parameter *parameter_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(offered); i++) {
        if (strcmp(offered[i].name, name) == 0)
            return &offered[i];
    }
    return NULL;
}

bool query_is_offered(const char *type, const char *name)
{
    if (strcmp(name, "_id") == 0)
        return true;
    return type && parameter_find(name) && parameter_path(name, type, 0);
}

static bool version_matches(const struct matcher *matcher, const struct version *version,
                            const struct query *query)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct parameter *parameter = parameter_find(query->parameters[i].name);
        const char *values = query->parameters[i].value, *value = NULL;
        bool is_met = !parameter;

        while (!is_met && (value = next_value(matcher->arena, &values)))
            is_met = parameter->matches(matcher, version, value);
        if (!is_met)
            return false;
    }
    return true;
}

/* What the first parameter that the index knows about proposes; without one all resources of the
 * type. */
static void propose(const struct act *act, const char *type, const struct query *query,
                    struct candidates *out)
{
    struct arena *arena = act->request->arena;

    for (size_t i = 0; type && i < query->count; i++) {
        const struct parameter *parameter = parameter_find(query->parameters[i].name);
        const char *values = query->parameters[i].value, *value = NULL;
        bool is_told = parameter != NULL;

        *out = (struct candidates){.serials = NULL};
        while (is_told && (value = next_value(arena, &values)))
            is_told = parameter->propose(act, type, value, out);
        if (is_told)
            return;
    }
    *out = (struct candidates){.serials = NULL};
    if (type) {
        candidates_by_key(out, act, type);
        return;
    }
    for (size_t serial = 0; serial < store_resources(act->store); serial++)
        candidates_add(out, arena, &serial, 1);
}

static int compare_serials(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;

    return (left > right) - (left < right);
}

size_t query_match(const struct act *act, const char *type, const struct query *query,
                   const struct version ***out_matches)
{
    const struct matcher matcher = {act->request->arena, act->request->base};
    struct candidates candidates;
    size_t count = 0;

    propose(act, type, query, &candidates);
    *out_matches = arena_alloc(matcher.arena, (candidates.count + 1) * sizeof(**out_matches));
    if (candidates.count > 1)
        qsort(candidates.serials, candidates.count, sizeof(size_t), compare_serials);
    for (size_t i = 0; i < candidates.count; i++) {
        const struct version *version = store_by_serial(act->store, candidates.serials[i]);

        if (i > 0 && candidates.serials[i] == candidates.serials[i - 1])
            continue;
        if (version && !version->is_deletion && version_matches(&matcher, version, query))
            (*out_matches)[count++] = version;
    }
    return count;
}

bool query_conditional(const struct act *act, const char *where, const char *type, const char *text,
                       size_t *out_count, const struct version ***out_matches)
{
    struct query query;

    query_parse(&query, act->request->arena, text);
    if (!query_is_sound(act, &query))
        return false;
    if (query.count == 0) {
        REFUSE(act, 400, "invalid", "%s: a query was expected, e.g. identifier=system|value",
               where);
        return false;
    }
    for (size_t i = 0; i < query.count; i++) {
        if (*query.parameters[i].value == '\0') {
            REFUSE(act, 400, "invalid", "%s: %s has no value", where, query.parameters[i].name);
            return false;
        }
        if (!query_is_offered(type, query.parameters[i].name)) {
            REFUSE(act, 400, "not-supported",
                   "%s: %s is not offered for %s; offered are _id, and identifier, patient, "
                   "subject where R4 has them",
                   where, query.parameters[i].name, type);
            return false;
        }
    }
    *out_count = query_match(act, type, &query, out_matches);
    return true;
}
