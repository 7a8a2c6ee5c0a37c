/* SPDX-License-Identifier: Apache-2.0 */
/*
 * criterion - names with modifiers and chains, values between commas (search.html#modifiers).
 *
 * "subject:Patient.name:exact=Eve" is a chain: what is behind the first point is read once for
 * each type that the reference may lead to. "_has:Observation:patient:code=x" is one the other way
 * round. Neither goes a second level.
 */
#include "simulator/interact/criterion.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "fhir/document.h"
#include "simulator/index.h"
#include "simulator/store.h"

/* ---- what a scope sees ---- */

struct scope scope_past(struct store *store, struct arena *arena, const char *base, unsigned lag)
{
    const unsigned commits = store_commits(store);

    return (struct scope){
        .store = store,
        .arena = arena,
        .base = base ? base : "",
        .commit = lag == 0        ? UINT_MAX
                  : lag < commits ? commits - lag
                                  : 0,
    };
}

const struct version *scope_see(const struct scope *scope, const struct version *version)
{
    struct err err = ERR_INIT;

    while (version && version->commit > scope->commit)
        version = version->previous;
    if (version && version->is_deletion && scope->shows_deleted)
        version = version->previous;
    if (!version || version->is_deletion)
        return NULL;
    if (version_tree(version))
        return version;
    struct version *seen = arena_alloc(scope->arena, sizeof(*seen)); /* its tree is gone */
    *seen = *version;
    seen->own_tree = json_parse(scope->arena, seen->content, seen->size, &err);
    if (!seen->own_tree)
        BUG("a stored resource cannot be read: %s", err.text);
    return seen;
}

const struct version *scope_follow(const struct scope *scope, const struct cJSON *element)
{
    const char *held = json_string(element, "reference");
    const char *at = held ? reference_local(held, scope->base) : NULL;
    char type[65], id[65];

    if (!at)
        return NULL;
    const size_t type_size = strcspn(at, "/");
    if (type_size >= sizeof(type) || at[type_size] != '/')
        return NULL;
    const size_t id_size = strcspn(at + type_size + 1, "/");
    if (id_size >= sizeof(id))
        return NULL;
    memcpy(type, at, type_size);
    type[type_size] = '\0';
    memcpy(id, at + type_size + 1, id_size);
    id[id_size] = '\0';
    return scope_see(scope, store_current(scope->store, type, id));
}

struct pointing {
    const char *base;
    const struct version *target;
};

static bool element_points(void *arg, const struct cJSON *element)
{
    const struct pointing *pointing = arg;

    return reference_is(json_string(element, "reference"), pointing->base, pointing->target->type,
                        pointing->target->id);
}

bool scope_points_at(const struct scope *scope, const struct version *source, const char *paths,
                     const struct version *target)
{
    struct pointing pointing = {scope->base, target};

    return parameter_visit(paths, version_tree(source), element_points, &pointing);
}

/* ---- modifiers ---- */

#define FOR(type) (1u << PARAMETER_##type)
static const struct {
    const char *name;
    enum modifier modifier;
    unsigned types;
} modifiers[] = {
    {"missing", MODIFIER_MISSING, ~0u},
    {"not", MODIFIER_NOT, FOR(TOKEN)},
    {"exact", MODIFIER_EXACT, FOR(STRING)},
    {"contains", MODIFIER_CONTAINS, FOR(STRING)},
    {"identifier", MODIFIER_IDENTIFIER, FOR(REFERENCE)},
};

static enum fit read_modifier(struct criterion *out, const char *name, const char **out_type,
                              struct err *err)
{
    const struct parameter *parameter = out->parameter;
    const char *type = parameter_type_name(parameter->type);

    for (size_t i = 0; i < COUNT_OF(modifiers); i++) {
        if (strcmp(modifiers[i].name, name) != 0)
            continue;
        if (!(modifiers[i].types & 1u << parameter->type))
            break;
        out->modifier = modifiers[i].modifier;
        return FIT;
    }
    if (parameter->type == PARAMETER_REFERENCE && fhir_type_is_known(name)) {
        if (parameter_targets(parameter, name)) {
            out->modifier = MODIFIER_TYPE;
            *out_type = name;
            return FIT;
        }
        err_set(err, ERR_INPUT, "%s never leads to a %s", parameter->code, name);
        return FIT_UNFIT;
    }
    err_set(err, ERR_INPUT, "modifier :%.64s is not offered for %s, a %s parameter", name,
            parameter->code, type);
    return FIT_UNFIT;
}

/* ---- reading ---- */

static enum fit read_missing(struct criterion *out, const char *value, struct err *err)
{
    out->is_missing = strcmp(value, "true") == 0;
    if (out->is_missing || strcmp(value, "false") == 0)
        return FIT;
    err_set(err, ERR_INPUT, "%s:missing: true or false was expected", out->parameter->code);
    return FIT_UNFIT;
}

static enum fit read_values(struct criterion *out, const struct scope *scope, const char *type,
                            const char *value, struct err *err)
{
    const char *text = NULL;
    size_t room = 1;

    for (const char *at = value; *at; at++)
        room += *at == ',';
    if (room > LIMIT_QUERY_VALUES) {
        err_set(err, ERR_LIMIT, "%s: %zu values are more than %d", out->parameter->code, room,
                LIMIT_QUERY_VALUES);
        return FIT_UNFIT;
    }
    out->operands = arena_alloc(scope->arena, room * sizeof(out->operands[0]));
    while ((text = operand_split(scope->arena, &value, ','))) {
        struct operand *operand = &out->operands[out->count];

        *operand = (struct operand){.parameter = out->parameter,
                                    .modifier = out->modifier,
                                    .base = scope->base,
                                    .system = "",
                                    .code = ""};
        if (operand_read(operand, scope->arena, text, type, err)) {
            err_context(err, "%s=%.64s", out->parameter->code, text);
            return FIT_UNFIT;
        }
        out->count++;
    }
    return FIT;
}

/* Adds what the targets of one type have to meet, if they can. */
static enum fit read_chain(struct criterion *out, const struct scope *scope, const char *type,
                           const char *rest, const char *value, struct err *err)
{
    struct chain *chain = &out->chains[out->chain_count];
    struct err why = ERR_INIT;

    *chain = (struct chain){.type = type};
    const enum fit fit = criterion_read(&chain->criterion, scope, type, rest, value, &why);
    out->chain_count += fit == FIT;
    if (fit == FIT_UNFIT)
        *err = why;
    return fit;
}

static enum fit read_chains(struct criterion *out, const struct scope *scope, const char *only,
                            const char *rest, const char *value, struct err *err)
{
    enum fit fit = FIT_UNKNOWN;
    const char *type = NULL;
    size_t types = 0;

    if (strchr(rest, '.')) {
        err_set(err, ERR_INPUT, "%s.%.64s: chains go one level", out->parameter->code, rest);
        return FIT_UNFIT;
    }
    while (fhir_type_at(types))
        types++;
    out->chains = arena_alloc(scope->arena, (only ? 1 : types) * sizeof(out->chains[0]));
    if (only)
        return read_chain(out, scope, only, rest, value, err);
    for (size_t i = 0; (type = fhir_type_at(i)); i++) {
        if (!parameter_targets(out->parameter, type))
            continue;
        const enum fit one = read_chain(out, scope, type, rest, value, err);
        fit = one == FIT_UNKNOWN ? fit : one;
    }
    return out->chain_count > 0 ? FIT : fit;
}

/* `rest` is behind "_has:": "Observation:patient:code" */
static enum fit read_has(struct criterion *out, const struct scope *scope, const char *type,
                         const char *rest, const char *value, struct err *err)
{
    const char *source = operand_split(scope->arena, &rest, ':');
    const char *code = rest ? operand_split(scope->arena, &rest, ':') : NULL;

    *out = (struct criterion){.is_reverse = true};
    if (rest && fhir_type_is_known(source))
        out->parameter = parameter_find(source, code);
    if (!out->parameter || out->parameter->type != PARAMETER_REFERENCE) {
        err_set(err, ERR_INPUT, "_has:Type:reference parameter:parameter was expected");
        return FIT_UNFIT;
    }
    if (type && !parameter_targets(out->parameter, type)) {
        err_set(err, ERR_INPUT, "_has: %s of %s never leads to a %s", code, source, type);
        return FIT_UNFIT;
    }
    if (strncmp(rest, "_has:", 5) == 0 || strchr(rest, '.')) {
        err_set(err, ERR_INPUT, "_has:%s:%s: chains go one level", source, code);
        return FIT_UNFIT;
    }
    out->chains = arena_alloc(scope->arena, sizeof(out->chains[0]));
    return read_chain(out, scope, source, rest, value, err);
}

enum fit criterion_read(struct criterion *out, const struct scope *scope, const char *type,
                        const char *name, const char *value, struct err *err)
{
    if (strncmp(name, "_has:", 5) == 0)
        return read_has(out, scope, type, name + 5, value, err);

    const char *rest = strchr(name, '.');
    const char *head = rest ? arena_copy(scope->arena, name, (size_t)(rest - name)) : name;
    const char *colon = strchr(head, ':'), *of_type = NULL;

    *out = (struct criterion){.modifier = MODIFIER_NONE};
    out->parameter =
        parameter_find(type, colon ? arena_copy(scope->arena, head, (size_t)(colon - head)) : head);
    if (!out->parameter || (rest && out->parameter->type != PARAMETER_REFERENCE))
        return FIT_UNKNOWN;
    if (colon && read_modifier(out, colon + 1, &of_type, err) != FIT)
        return FIT_UNFIT;
    if (rest && colon && !of_type) {
        err_set(err, ERR_INPUT, "%.64s: before a chain only a type can follow the colon", name);
        return FIT_UNFIT;
    }
    if (rest)
        return read_chains(out, scope, of_type, rest + 1, value, err);
    if (out->modifier == MODIFIER_MISSING)
        return read_missing(out, value, err);
    return read_values(out, scope, of_type, value, err);
}

/* ---- comparing ---- */

static bool element_is_there(void *arg, const struct cJSON *element)
{
    (void)arg, (void)element;
    return true;
}

struct following {
    struct scope *scope;
    const struct criterion *criterion;
};

static bool target_meets(void *arg, const struct cJSON *element)
{
    const struct following *following = arg;
    const struct criterion *criterion = following->criterion;
    const struct version *target = scope_follow(following->scope, element);

    for (size_t i = 0; target && i < criterion->chain_count; i++) {
        if (strcmp(criterion->chains[i].type, target->type) == 0)
            return criterion_meets(following->scope, &criterion->chains[i].criterion, target);
    }
    return false;
}

/* Is there one that points at `version` and meets what it has to? */
static bool is_pointed_at(struct scope *scope, const struct criterion *criterion,
                          const struct version *version)
{
    const struct chain *chain = &criterion->chains[0];
    size_t *serials = NULL;
    const size_t count =
        match_lookup(scope, index_key_reference(chain->type, version->reference), &serials);

    for (size_t i = 0; i < count; i++) {
        const struct version *source = match_see(scope, serials[i], chain->type);

        if (source && scope_points_at(scope, source, criterion->parameter->paths, version) &&
            criterion_meets(scope, &chain->criterion, source))
            return true;
    }
    return false;
}

bool criterion_meets(struct scope *scope, const struct criterion *criterion,
                     const struct version *version)
{
    const char *paths = criterion->parameter->paths;
    struct following following = {scope, criterion};
    bool is_met = false;

    if (criterion->is_reverse)
        return is_pointed_at(scope, criterion, version);
    if (criterion->modifier == MODIFIER_MISSING)
        return parameter_visit(paths, version_tree(version), element_is_there, NULL) !=
               criterion->is_missing;
    if (criterion->chains)
        return parameter_visit(paths, version_tree(version), target_meets, &following);
    for (size_t i = 0; !is_met && i < criterion->count; i++)
        is_met =
            parameter_visit(paths, version_tree(version), operand_meets, &criterion->operands[i]);
    return is_met != (criterion->modifier == MODIFIER_NOT);
}
