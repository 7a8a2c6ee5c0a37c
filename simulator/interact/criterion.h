/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_CRITERION_H
#define SIMULATOR_INTERACT_CRITERION_H
/*
 * criterion - one search parameter of a query, read for one resource type; and finding what meets
 * all of them.
 *
 * A search sees the store as of one commit, so that the pages of one search are of one moment.
 * Everything lives in the scope's arena.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulator/interact/operand.h"

struct arena;
struct err;
struct store;
struct version;

struct scope {
    struct store *store;
    struct arena *arena;
    const char *base;   /* the server's URL; "" if none */
    unsigned commit;    /* later ones are not seen */
    bool shows_deleted; /* as they were before */
    size_t looked;      /* out: resources compared, for a test that searches look at few */
};
/* The whole store as it was `lag` commits ago; 0: as it is now. */
struct scope scope_past(struct store *store, struct arena *arena, const char *base, unsigned lag);
/* The version that was current at the scope's commit, with its tree; NULL where there was none or
 * it was a deletion. `version` is the current one, or NULL. */
const struct version *scope_see(const struct scope *scope, const struct version *version);
/* The resource that a held reference means, likewise. */
const struct version *scope_follow(const struct scope *scope, const struct cJSON *element);

/* Does one of the references at `paths` in `source` mean `target`? */
bool scope_points_at(const struct scope *scope, const struct version *source, const char *paths,
                     const struct version *target);

struct criterion {
    const struct parameter *parameter;
    enum modifier modifier;
    bool is_missing; /* :missing=true */
    struct operand *operands;
    size_t count;
    struct chain *chains; /* subject.name: what the target has to meet, by its type */
    size_t chain_count;
    bool is_reverse; /* _has: `parameter` of chains[0].type leads here, and that meets the chain */
};
struct chain {
    const char *type;
    struct criterion criterion;
};

/* Does the type offer what was asked for? UNFIT: it does, but not like this; `err` says why. */
enum fit { FIT, FIT_UNKNOWN, FIT_UNFIT };
/* `type` NULL: all types. */
enum fit criterion_read(struct criterion *out, const struct scope *scope, const char *type,
                        const char *name, const char *value, struct err *err);
bool criterion_meets(struct scope *scope, const struct criterion *criterion,
                     const struct version *version);

/* ---- match.c ---- */

/* The resources of `type` (NULL: any) that meet all criteria, oldest first; says how many. */
size_t match_find(struct scope *scope, const char *type, const struct criterion *criteria,
                  size_t count, const struct version ***out_matches);
/* Numbers of the resources that the index proposes for `key` (see index.h), and of all that were
 * written since the scope's commit. */
size_t match_lookup(const struct scope *scope, uint64_t key, size_t **out_serials);
/* What the scope sees of a resource, if it is of `type` (NULL: any); else NULL. */
const struct version *match_see(const struct scope *scope, size_t serial, const char *type);
#endif
