/* SPDX-License-Identifier: Apache-2.0 */
/*
 * states - one hash table; what follows each state is kept as keys and costs, until there is so much of it that the
 * count of schedules is not worth the memory.
 */
#include "harness/explore/states.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"

#define NEXTS_MAX 8000000 /* kept of all states together, about 200 MB */

struct left_list { /* bounds that were left, none within another */
    struct cost *costs;
    size_t count, room;
};

struct state {
    uint64_t key;
    struct left_list lefts;
    struct next *nexts;
    size_t next_count;
    bool is_end, is_followed;
    double *counts; /* by what is left, -1: not yet known; NULL: none is */
    struct cost counts_of;
    UT_hash_handle hh;
};

struct states {
    struct arena *arena;
    struct state *table;
    size_t next_count;
};

struct states *states_new(void)
{
    struct states *states = calloc(1, sizeof(*states));

    if (!states)
        BUG("out of memory");
    states->arena = arena_new();
    return states;
}

void states_free(struct states *states)
{
    if (!states)
        return;
    HASH_CLEAR(hh, states->table);
    arena_free(states->arena);
    free(states);
}

static struct state *find(const struct states *states, uint64_t key)
{
    struct state *state = NULL;

    HASH_FIND(hh, states->table, &key, sizeof(key), state);
    return state;
}

static bool is_covered(const struct state *state, struct cost left)
{
    for (size_t i = 0; i < state->lefts.count; i++) {
        if (cost_within(left, state->lefts.costs[i]))
            return true;
    }
    return false;
}

bool states_cover(const struct states *states, uint64_t key, struct cost left)
{
    const struct state *state = find(states, key);

    return state && is_covered(state, left);
}

struct state *states_visit(struct states *states, uint64_t key, struct cost left)
{
    struct state *state = find(states, key);

    if (!state) {
        state = arena_alloc(states->arena, sizeof(*state));
        state->key = key;
        HASH_ADD(hh, states->table, key, sizeof(state->key), state);
    }
    if (is_covered(state, left))
        return NULL;
    struct left_list *lefts = &state->lefts;
    if (lefts->count == lefts->room) {
        size_t size = lefts->room * sizeof(*lefts->costs);

        lefts->room = 2 * lefts->room + 1;
        lefts->costs =
            arena_grow(states->arena, lefts->costs, size, lefts->room * sizeof(*lefts->costs));
    }
    lefts->costs[lefts->count++] = left;
    return state;
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

struct cost state_left(const struct state *state)
{
    struct cost most = {0};

    for (size_t i = 0; i < state->lefts.count; i++) {
        struct cost left = state->lefts.costs[i];

        most = (struct cost){larger(most.delays, left.delays), larger(most.faults, left.faults),
                             larger(most.kills, left.kills)};
    }
    return most;
}

void state_follow(struct states *states, struct state *state, const struct next *nexts,
                  size_t count, bool is_end)
{
    if (states->next_count + count > NEXTS_MAX)
        return;
    state->nexts = arena_alloc(states->arena, (count + 1) * sizeof(*nexts));
    if (count > 0)
        memcpy(state->nexts, nexts, count * sizeof(*nexts));
    state->next_count = count;
    state->is_end = is_end;
    state->is_followed = true;
    states->next_count += count;
}

static double *count_place(struct states *states, struct state *state, struct cost left)
{
    struct cost of = state->counts_of;

    if (!state->counts || !cost_within(left, of)) {
        of = state_left(state);
        of = (struct cost){larger(of.delays, left.delays), larger(of.faults, left.faults),
                           larger(of.kills, left.kills)};
        size_t size = (size_t)(of.delays + 1) * (of.faults + 1) * (of.kills + 1);
        state->counts = arena_alloc(states->arena, size * sizeof(*state->counts));
        for (size_t i = 0; i < size; i++)
            state->counts[i] = -1;
        state->counts_of = of;
    }
    return &state->counts[((size_t)left.delays * (of.faults + 1) + left.faults) * (of.kills + 1) +
                          left.kills];
}

double states_count(struct states *states, uint64_t key, struct cost left, bool *out_exact)
{
    struct state *state = find(states, key);

    if (!state || !state->is_followed || !is_covered(state, left)) {
        *out_exact = false;
        return 1;
    }
    double *place = count_place(states, state, left);
    if (*place >= 0)
        return *place;
    double count = state->is_end;
    for (size_t i = 0; i < state->next_count; i++) {
        const struct next *next = &state->nexts[i];

        if (cost_within(next->cost, left))
            count += states_count(states, next->key,
                                  (struct cost){left.delays - next->cost.delays,
                                                left.faults - next->cost.faults,
                                                left.kills - next->cost.kills},
                                  out_exact);
    }
    *count_place(states, state, left) = count;
    return count;
}
