/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/choices.h"

#include <string.h>

#include "base/arena.h"
#include "harness/explore/kinds.h"

const char *choice_spell(struct arena *arena, const struct option *option, size_t row)
{
    const struct fault_row *rows = NULL;

    kinds_rows(&rows);
    if (rows[row].spelling != KIND_FAULT)
        return arena_printf(arena, "%s:timeout", option->label);
    if (option->whole >> row & 1)
        return arena_printf(arena, "%s!%s", option->label, rows[row].fault);
    return arena_printf(arena, "%s!%s", option_step(arena, option), rows[row].fault);
}

static const struct fault_row *row_of(const char *step)
{
    const struct fault_row *rows = NULL;
    const char *fault = strchr(step, '!');
    size_t count = kinds_rows(&rows);

    for (size_t i = 0; fault && i < count; i++) {
        if (rows[i].fault && strcmp(rows[i].fault, fault + 1) == 0)
            return &rows[i];
    }
    return NULL;
}

void choice_footprint(struct arena *arena, const struct point *point, const char *step,
                      struct footprint *out)
{
    const struct option *option = point_option(point, step);
    const struct fault_row *row = row_of(step);

    if (!option) { /* a kill */
        *out = (struct footprint){.engine = true};
        return;
    }
    footprint_parse(arena, option->footprint, out);
    bool is_commit = option->kind == OPTION_COMMIT && strstr(step, ":commit");
    if (option->kind == OPTION_COMMIT && !is_commit)
        *out = (struct footprint){.engine = true}; /* refused or lost before anything is applied */
    if (row && (row->touches_all || (!is_commit && strcmp(row->group, "race") == 0)))
        out->all = true;
}

struct list {
    struct arena *arena;
    struct choice *choices;
    size_t count, room;
};

static void add(struct list *list, const char *step, struct cost cost, unsigned rank)
{
    if (list->count == list->room) {
        size_t size = list->room * sizeof(*list->choices);

        list->room = 2 * list->room + 16;
        list->choices =
            arena_grow(list->arena, list->choices, size, list->room * sizeof(*list->choices));
    }
    list->choices[list->count++] = (struct choice){step, cost, rank};
}

static void add_faults(struct list *list, const struct option *option, unsigned delays)
{
    uint64_t mask = option->faults | option->whole;

    for (unsigned row = 0; row < KINDS_MAX; row++) {
        if (mask >> row & 1)
            add(list, choice_spell(list->arena, option, row),
                (struct cost){.delays = delays, .faults = 1}, row);
    }
}

struct choice *choices_at(struct arena *arena, const struct point *point, const struct order *order,
                          struct cost left, size_t *out_count)
{
    struct list list = {.arena = arena};
    size_t count = 0;
    const struct option **sorted = order_sort(order, point, arena, &count);

    for (unsigned i = 0; i < count && i <= left.delays; i++) {
        add(&list, option_step(arena, sorted[i]), (struct cost){.delays = i}, 0);
        if (left.faults)
            add_faults(&list, sorted[i], i);
    }
    for (size_t i = 0; i < point->count; i++) {
        struct cost cost = {.kills = point->options[i].kind == OPTION_UPSET};

        if (option_is_base(&point->options[i]) || point->options[i].kind == OPTION_WAITING)
            continue;
        if (cost.kills <= left.kills)
            add(&list, option_step(arena, &point->options[i]), cost, 0);
    }
    if (left.kills && point->can_kill)
        add(&list, STEP_KILL, (struct cost){.kills = 1}, 0);
    *out_count = list.count;
    return list.choices;
}
