/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_PLAN_H
#define SIMULATOR_INTERACT_PLAN_H
/*
 * plan - what a search was asked for, read: what to match, how to sort, what to include, which page.
 */
#include <stdbool.h>
#include <stddef.h>

#include "fhir/subset.h"
#include "simulator/interact/criterion.h"

struct act;
struct buf;
struct query;

/* One key of _sort: _id, or a date parameter (_lastUpdated is one). */
struct order {
    const char *code;
    bool is_falling;
};

/* One _include or _revinclude: the reference parameter `code` of `source`. */
struct include {
    bool is_reverse;
    const char *source, *code;
    const char *target; /* NULL: any type */
};

struct plan {
    struct scope scope;
    const char **types; /* what is searched; one NULL: all types */
    size_t type_count;
    struct criterion **criteria; /* by type */
    size_t criterion_count;
    size_t page_entries;  /* _count */
    bool counts_only;     /* _summary=count, _count=0 */
    bool has_no_total;    /* _total=none */
    struct subset subset; /* _summary, _elements: what is shown of a match */
    struct order *orders;
    size_t order_count;
    struct include *includes;
    size_t include_count;
    size_t first; /* where the page starts among the matches */
};

/*
 * Takes out of the query what is not understood, so that a link made of it tells what was used.
 * False with a 400 answer when a value is bad, or a strict client asks for what is not offered.
 */
bool plan_read(struct plan *out, const struct act *act, struct query *query);

/* ---- order.c: brings matches into the plan's order; those without a value come last ---- */
void order_matches(const struct plan *plan, const struct version **matches, size_t count);

/* ---- include.c: adds the entries that the page's matches bring with them; _summary is theirs,
 * too, _elements is not ---- */
void include_add(struct buf *buf, struct plan *plan, const struct version *const *matches,
                 size_t count);
#endif
