/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/order.h"

#include <string.h>

#include "base/arena.h"

void order_init(struct order *order, struct arena *arena)
{
    *order = (struct order){.arena = arena};
}

void order_copy(struct order *out, const struct order *order, struct arena *arena)
{
    *out = (struct order){.arena = arena, .count = order->count, .room = order->count + 4};
    out->passed = arena_alloc(arena, out->room * sizeof(*out->passed));
    for (size_t i = 0; i < order->count; i++)
        out->passed[i] = order->passed[i];
}

/* 0: not passed over; else its place behind all that were not. */
static size_t place_of(const struct order *order, const char *thread)
{
    for (size_t i = 0; i < order->count; i++) {
        if (strcmp(order->passed[i], thread) == 0)
            return i + 1;
    }
    return 0;
}

const struct option **order_sort(const struct order *order, const struct point *point,
                                 struct arena *arena, size_t *out_count)
{
    const struct option **sorted = arena_alloc(arena, (point->count + 1) * sizeof(*sorted));
    size_t count = 0;

    for (size_t place = 0; place <= order->count; place++) {
        for (size_t i = 0; i < point->count; i++) {
            const struct option *option = &point->options[i];

            if (option_is_base(option) && place_of(order, option->thread) == place)
                sorted[count++] = option;
        }
    }
    *out_count = count;
    return sorted;
}

static void pass_over(struct order *order, const char *thread)
{
    size_t place = place_of(order, thread);

    if (place) {
        memmove(order->passed + place - 1, order->passed + place,
                (order->count - place) * sizeof(*order->passed));
        order->count--;
    }
    if (order->count == order->room) {
        size_t size = order->room * sizeof(*order->passed);

        order->room = 2 * order->room + 4;
        order->passed =
            arena_grow(order->arena, order->passed, size, order->room * sizeof(*order->passed));
    }
    order->passed[order->count++] = thread;
}

bool order_take(struct order *order, const struct point *point, const char *step, struct cost *out)
{
    struct cost cost = {0};
    const struct option *option = point_option(point, step);

    *out = cost;
    if (strcmp(step, STEP_KILL) == 0) {
        out->kills = 1;
        return point->can_kill;
    }
    if (!option || option->kind == OPTION_WAITING)
        return false;
    if (!option_is_base(option)) {
        out->kills = option->kind == OPTION_UPSET;
        return true;
    }
    size_t count = 0;
    struct arena *scratch = arena_new();
    const struct option **sorted = order_sort(order, point, scratch, &count);
    while (sorted[cost.delays] != option)
        cost.delays++;
    for (size_t i = 0; i < cost.delays; i++) {
        if (strcmp(sorted[i]->thread, option->thread) != 0)
            pass_over(order, sorted[i]->thread);
    }
    arena_free(scratch);
    cost.faults = option->kind != OPTION_FORCED && (strchr(step, '!') || strstr(step, ":timeout"));
    *out = cost;
    return true;
}

uint64_t order_hash(const struct order *order)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < order->count; i++) {
        for (const char *at = order->passed[i]; *at; at++)
            hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
        hash = (hash ^ 0xffu) * UINT64_C(1099511628211);
    }
    return hash;
}

struct cost cost_add(struct cost a, struct cost b)
{
    return (struct cost){a.delays + b.delays, a.faults + b.faults, a.kills + b.kills};
}

bool cost_within(struct cost cost, struct cost bound)
{
    return cost.delays <= bound.delays && cost.faults <= bound.faults && cost.kills <= bound.kills;
}
