/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match - what meets all criteria: the index proposes, the version decides.
 *
 * The criterion that proposes fewest is asked: _id, identifier, references, and chains (by finding
 * their targets first). Without one all resources of the type are compared. The index knows the
 * store as it is now; for an earlier commit every resource that was written since is compared too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fhir/document.h"
#include "simulator/index.h"
#include "simulator/interact/criterion.h"
#include "simulator/store.h"

/* Numbers of resources that may match. */
struct candidates {
    size_t *serials;
    size_t count, room;
    bool is_sorted; /* and without doubles */
};

/* Takes `serials` over where they are the first. */
static void candidates_add(struct candidates *candidates, struct arena *arena, size_t *serials,
                           size_t count)
{
    if (count == 0)
        return;
    if (candidates->count == 0) {
        *candidates = (struct candidates){serials, count, count, true};
        return;
    }
    if (candidates->count + count > candidates->room) {
        const size_t room = (candidates->count + count) * 2;

        candidates->serials = arena_grow(arena, candidates->serials,
                                         candidates->count * sizeof(size_t), room * sizeof(size_t));
        candidates->room = room;
    }
    memcpy(candidates->serials + candidates->count, serials, count * sizeof(size_t));
    candidates->count += count;
    candidates->is_sorted = false;
}

static void candidates_add_one(struct candidates *candidates, struct arena *arena, size_t serial)
{
    size_t *one = candidates->count > 0 ? &serial : arena_alloc(arena, sizeof(*one));

    *one = serial;
    candidates_add(candidates, arena, one, 1);
}

static void add_by_key(struct candidates *candidates, const struct scope *scope, uint64_t key)
{
    size_t *serials = NULL;
    const size_t count = store_lookup(scope->store, scope->arena, key, &serials);

    candidates_add(candidates, scope->arena, serials, count);
}

/* ---- proposals of one criterion; false where the index cannot tell ---- */

static bool propose_id(const struct scope *scope, const char *type, const struct operand *operand,
                       struct candidates *out)
{
    const struct version *current = store_current(scope->store, type, operand->code);

    if (operand->has_system)
        return false;
    if (current)
        candidates_add_one(out, scope->arena, current->serial);
    return true;
}

static bool propose_identifier(const struct scope *scope, const char *type,
                               const struct operand *operand, struct candidates *out)
{
    if (*operand->code)
        add_by_key(out, scope, index_key_identifier(type, operand->code));
    return *operand->code != '\0';
}

static bool propose_reference(const struct scope *scope, const char *type,
                              const struct operand *operand, struct candidates *out)
{
    const char *target = NULL;

    add_by_key(out, scope, index_key_canonical(type, operand->text));
    add_by_key(out, scope, index_key_reference(type, operand->text));
    for (size_t i = 0; operand->id && (target = fhir_type_at(i)); i++) {
        if (operand->type ? strcmp(operand->type, target) != 0
                          : !parameter_targets(operand->parameter, target))
            continue;
        add_by_key(
            out, scope,
            index_key_reference(type, arena_printf(scope->arena, "%s/%s", target, operand->id)));
    }
    return true;
}

static bool propose_chains(struct scope *scope, const char *type, const struct criterion *criterion,
                           struct candidates *out)
{
    for (size_t i = 0; i < criterion->chain_count; i++) {
        const struct chain *chain = &criterion->chains[i];
        const struct version **targets = NULL;
        const size_t count = match_find(scope, chain->type, &chain->criterion, 1, &targets);

        for (size_t k = 0; k < count; k++)
            add_by_key(out, scope, index_key_reference(type, targets[k]->reference));
    }
    return true;
}

struct following {
    const struct scope *scope;
    struct candidates *out;
};

static bool add_followed(void *arg, const struct cJSON *element)
{
    const struct following *following = arg;
    const struct version *target = scope_follow(following->scope, element);

    if (target)
        candidates_add_one(following->out, following->scope->arena, target->serial);
    return false;
}

/* What those point at that meet the chain. */
static bool propose_reverse(struct scope *scope, const struct criterion *criterion,
                            struct candidates *out)
{
    const struct chain *chain = &criterion->chains[0];
    struct following following = {scope, out};
    const struct version **sources = NULL;
    const size_t count = match_find(scope, chain->type, &chain->criterion, 1, &sources);

    for (size_t i = 0; i < count; i++)
        parameter_visit(criterion->parameter->paths, version_tree(sources[i]), add_followed,
                        &following);
    return true;
}

static bool propose(struct scope *scope, const char *type, const struct criterion *criterion,
                    struct candidates *out)
{
    bool (*one)(const struct scope *, const char *, const struct operand *, struct candidates *) =
        NULL;

    *out = (struct candidates){.is_sorted = true};
    if (criterion->is_reverse)
        return propose_reverse(scope, criterion, out);
    if (criterion->modifier != MODIFIER_NONE && criterion->modifier != MODIFIER_TYPE)
        return false;
    if (criterion->chains)
        return propose_chains(scope, type, criterion, out);
    if (strcmp(criterion->parameter->code, "_id") == 0)
        one = propose_id;
    else if (strcmp(criterion->parameter->code, "identifier") == 0)
        one = propose_identifier;
    else if (criterion->parameter->type == PARAMETER_REFERENCE)
        one = propose_reference;
    for (size_t i = 0; one && i < criterion->count; i++) {
        if (!one(scope, type, &criterion->operands[i], out))
            return false;
    }
    return one != NULL;
}

/* ---- all candidates ---- */

static void propose_all(const struct scope *scope, const char *type, struct candidates *out)
{
    *out = (struct candidates){.is_sorted = true};
    if (type) {
        add_by_key(out, scope, index_key_type(type));
        return;
    }
    const size_t count = store_resources(scope->store);
    size_t *serials = arena_alloc(scope->arena, (count + 1) * sizeof(*serials));
    for (size_t i = 0; i < count; i++)
        serials[i] = i;
    candidates_add(out, scope->arena, serials, count);
}

/* The best proposal; chains are asked only where nothing else can tell, since finding their targets
 * is a search. */
static void propose_best(struct scope *scope, const char *type, const struct criterion *criteria,
                         size_t count, struct candidates *out)
{
    struct candidates one;
    bool is_told = false;

    for (size_t i = 0; type && i < count; i++) {
        if (criteria[i].chains || !propose(scope, type, &criteria[i], &one))
            continue;
        if (!is_told || one.count < out->count)
            *out = one;
        is_told = true;
    }
    for (size_t i = 0; type && !is_told && i < count; i++)
        is_told = criteria[i].chains && propose(scope, type, &criteria[i], out);
    if (!is_told)
        propose_all(scope, type, out);
}

static void add_written_since(const struct scope *scope, struct candidates *candidates)
{
    for (size_t at = store_count(scope->store); at > 0; at--) {
        const struct version *version = store_at(scope->store, at - 1);

        if (version->commit <= scope->commit)
            return;
        candidates_add_one(candidates, scope->arena, version->serial);
    }
}

static int compare_serials(const void *a, const void *b)
{
    const size_t left = *(const size_t *)a, right = *(const size_t *)b;

    return (left > right) - (left < right);
}

/* Rising and without doubles. */
static void candidates_sort(struct candidates *candidates)
{
    size_t kept = 0;

    if (candidates->is_sorted)
        return;
    qsort(candidates->serials, candidates->count, sizeof(size_t), compare_serials);
    for (size_t i = 0; i < candidates->count; i++) {
        if (kept == 0 || candidates->serials[kept - 1] != candidates->serials[i])
            candidates->serials[kept++] = candidates->serials[i];
    }
    candidates->count = kept;
    candidates->is_sorted = true;
}

const struct version *match_see(const struct scope *scope, size_t serial, const char *type)
{
    const struct version *version = store_by_serial(scope->store, serial);

    if (!version || (type && strcmp(version->type, type) != 0))
        return NULL;
    return scope_see(scope, version);
}

size_t match_lookup(const struct scope *scope, uint64_t key, size_t **out_serials)
{
    struct candidates candidates = {.is_sorted = true};

    add_by_key(&candidates, scope, key);
    add_written_since(scope, &candidates);
    candidates_sort(&candidates);
    *out_serials = candidates.serials;
    return candidates.count;
}

size_t match_find(struct scope *scope, const char *type, const struct criterion *criteria,
                  size_t count, const struct version ***out_matches)
{
    struct candidates candidates = {.is_sorted = true};
    size_t found = 0;

    if (scope->shows_deleted) /* the index has forgotten them */
        propose_all(scope, NULL, &candidates);
    else
        propose_best(scope, type, criteria, count, &candidates);
    add_written_since(scope, &candidates);
    candidates_sort(&candidates);
    *out_matches = arena_alloc(scope->arena, (candidates.count + 1) * sizeof(**out_matches));
    for (size_t i = 0; i < candidates.count; i++) {
        const struct version *version = match_see(scope, candidates.serials[i], type);
        size_t met = 0;

        if (!version)
            continue;
        scope->looked++;
        while (met < count && criterion_meets(scope, &criteria[met], version))
            met++;
        if (met == count)
            (*out_matches)[found++] = version;
    }
    return found;
}
