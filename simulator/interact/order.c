/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - _sort by dates and _id. Of several dates in a resource the earliest counts when sorting
 * upwards, the latest downwards. Equals stay in the order in which resources came to be.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "simulator/interact/plan.h"
#include "simulator/store.h"

struct entry {
    const struct version *version;
    const struct plan *plan;
    double *keys; /* by order; a key of _id is not used */
};

struct extreme {
    bool is_latest, is_any;
    double at;
};

static bool take_extreme(void *arg, const struct cJSON *element)
{
    struct extreme *extreme = arg;
    struct interval one;

    if (!element_interval(element, &one))
        return false;
    const double at = extreme->is_latest ? one.high : one.low;
    if (!extreme->is_any || (extreme->is_latest ? at > extreme->at : at < extreme->at))
        extreme->at = at;
    extreme->is_any = true;
    return false;
}

/* Rising keys sort as asked for; without a date the key is NAN. */
static double key_of(const struct order *order, const struct version *version)
{
    const struct parameter *parameter = parameter_find(version->type, order->code);
    struct extreme extreme = {.is_latest = order->is_falling};

    if (!parameter || parameter->type != PARAMETER_DATE)
        return 0;
    parameter_visit(parameter->paths, version_tree(version), take_extreme, &extreme);
    if (!extreme.is_any)
        return NAN;
    return order->is_falling ? -extreme.at : extreme.at;
}

static int compare_numbers(double left, double right)
{
    if (isnan(left) || isnan(right))
        return !!isnan(left) - !!isnan(right);
    return (left > right) - (left < right);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    const struct plan *plan = left->plan;
    int way = 0;

    for (size_t i = 0; way == 0 && i < plan->order_count; i++) {
        const struct order *order = &plan->orders[i];

        if (strcmp(order->code, "_id") != 0)
            way = compare_numbers(left->keys[i], right->keys[i]);
        else if ((way = strcmp(left->version->id, right->version->id)) != 0 && order->is_falling)
            way = -way;
    }
    if (way != 0)
        return way;
    return (left->version->serial > right->version->serial) -
           (left->version->serial < right->version->serial);
}

void order_matches(const struct plan *plan, const struct version **matches, size_t count)
{
    struct entry *entries = arena_alloc(plan->scope.arena, (count + 1) * sizeof(*entries));
    const size_t width = plan->order_count;
    double *keys = arena_alloc(plan->scope.arena, (count * width + 1) * sizeof(*keys));

    for (size_t i = 0; i < count; i++) {
        entries[i] = (struct entry){matches[i], plan, keys + i * width};
        for (size_t k = 0; k < width; k++)
            entries[i].keys[k] = key_of(&plan->orders[k], matches[i]);
    }
    qsort(entries, count, sizeof(*entries), compare_entries);
    for (size_t i = 0; i < count; i++)
        matches[i] = entries[i].version;
}
