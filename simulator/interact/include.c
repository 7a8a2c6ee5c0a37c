/* SPDX-License-Identifier: Apache-2.0 */
/*
 * include - what _include and _revinclude bring to a page: one level, and no resource twice.
 *
 * Only references to this server are followed. Seen resources are bits by their number.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "simulator/index.h"
#include "simulator/interact/act.h"
#include "simulator/interact/plan.h"
#include "simulator/store.h"

struct including {
    struct buf *buf;
    struct plan *plan;
    const struct include *include;
    struct subset subset;
    unsigned char *seen;
};

/* Marks the resource; false when it was marked before. */
static bool see_first(struct including *including, const struct version *version)
{
    unsigned char *byte = &including->seen[version->serial / 8];
    const unsigned char bit = (unsigned char)(1u << version->serial % 8);
    const bool is_first = !(*byte & bit);

    *byte |= bit;
    return is_first;
}

static void add_entry(struct including *including, const struct version *version)
{
    size_t size = 0;

    if (!see_first(including, version))
        return;
    buf_printf(including->buf, ",{\"fullUrl\":\"%s/%s\",\"resource\":", including->plan->scope.base,
               version->reference);
    const char *shown =
        partial_bytes(including->plan->scope.arena, &including->subset, version, &size);
    buf_add(including->buf, shown, size);
    buf_puts(including->buf, ",\"search\":{\"mode\":\"include\"}}");
}

static bool add_target(void *arg, const struct cJSON *element)
{
    struct including *including = arg;
    const struct version *target = scope_follow(&including->plan->scope, element);
    const char *wanted = including->include->target;

    if (target && (!wanted || strcmp(wanted, target->type) == 0))
        add_entry(including, target);
    return false;
}

static void add_targets(struct including *including, const struct version *match)
{
    const struct include *include = including->include;

    if (strcmp(match->type, include->source) == 0)
        parameter_visit(parameter_find(include->source, include->code)->paths, version_tree(match),
                        add_target, including);
}

static void add_sources(struct including *including, const struct version *match)
{
    const struct include *include = including->include;
    const struct scope *scope = &including->plan->scope;
    const char *paths = parameter_find(include->source, include->code)->paths;
    size_t *serials = NULL;

    if (include->target && strcmp(include->target, match->type) != 0)
        return;
    const size_t count =
        match_lookup(scope, index_key_reference(include->source, match->reference), &serials);
    for (size_t i = 0; i < count; i++) {
        const struct version *source = match_see(scope, serials[i], include->source);

        if (source && scope_points_at(scope, source, paths, match))
            add_entry(including, source);
    }
}

void include_add(struct buf *buf, struct plan *plan, const struct version *const *matches,
                 size_t count)
{
    struct including including = {.buf = buf, .plan = plan};

    if (plan->include_count == 0)
        return;
    if (plan->subset.kind != SUBSET_LISTED)
        including.subset = plan->subset;
    including.seen = arena_alloc(plan->scope.arena, store_resources(plan->scope.store) / 8 + 1);
    for (size_t i = 0; i < count; i++)
        see_first(&including, matches[i]);
    for (size_t k = 0; k < plan->include_count; k++) {
        including.include = &plan->includes[k];
        for (size_t i = 0; i < count; i++) {
            if (including.include->is_reverse)
                add_sources(&including, matches[i]);
            else
                add_targets(&including, matches[i]);
        }
    }
}
