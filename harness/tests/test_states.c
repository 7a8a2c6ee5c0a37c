/* SPDX-License-Identifier: Apache-2.0 */
/* test_states - a state that has been run stands for another only with as much left, and threads in the same order. */
#include "harness/explore/states.h"

#include "base/arena.h"
#include "tests/expect.h"

#define KEY 7

static void only_as_much_left_covers(void)
{
    static const struct {
        const char *row;
        struct cost was, is;
        bool covers;
    } rows[] = {
        {"the same", {1, 1, 1}, {1, 1, 1}, true},
        {"less", {2, 1, 1}, {1, 0, 0}, true},
        {"a delay more", {0, 1, 1}, {1, 1, 1}, false},
        {"a fault more", {1, 0, 1}, {1, 1, 1}, false},
        {"a kill more", {1, 1, 0}, {1, 1, 1}, false},
        {"of each another", {1, 0, 0}, {0, 1, 0}, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct states *states = states_new();

        EXPECT_TRUE(rows[i].row, !states_cover(states, KEY, rows[i].is));
        EXPECT_TRUE(rows[i].row, states_visit(states, KEY, rows[i].was) != NULL);
        EXPECT_TRUE(rows[i].row, states_cover(states, KEY, rows[i].is) == rows[i].covers);
        EXPECT_TRUE(rows[i].row, (states_visit(states, KEY, rows[i].is) == NULL) == rows[i].covers);
        EXPECT_TRUE(rows[i].row, states_cover(states, KEY, rows[i].is));
        EXPECT_TRUE("another state", !states_cover(states, KEY + 1, rows[i].is));
        states_free(states);
    }
}

/* Threads a, b, c, one step each; what is passed over goes to the end. */
static uint64_t order_after(const char *const *steps, struct cost *out)
{
    static struct option options[] = {
        {OPTION_COMMIT, "a.x", "a", 0, 0, "rA/1", 0},
        {OPTION_COMMIT, "b.x", "b", 0, 0, "rA/2", 0},
        {OPTION_COMMIT, "c.x", "c", 0, 0, "rA/3", 0},
    };
    const struct point point = {.options = options, .count = COUNT_OF(options)};
    struct arena *arena = arena_new();
    struct order order;

    *out = (struct cost){0};
    order_init(&order, arena);
    for (; *steps; steps++) {
        struct cost cost;

        EXPECT_TRUE(*steps, order_take(&order, &point, *steps, &cost));
        *out = cost_add(*out, cost);
    }
    uint64_t hash = order_hash(&order);
    arena_free(arena);
    return hash;
}

static void the_order_of_threads_is_part_of_a_state(void)
{
    struct cost none, first, both, turned;
    uint64_t plain = order_after((const char *const[]){"a.x:commit", NULL}, &none);
    uint64_t passed_a = order_after((const char *const[]){"b.x:commit", NULL}, &first);
    uint64_t passed_ab = order_after((const char *const[]){"c.x:commit", NULL}, &both);
    uint64_t passed_ba = /* a again: it goes behind b */
        order_after((const char *const[]){"c.x:commit", "b.x:commit", NULL}, &turned);

    EXPECT_INT("by itself", none.delays, 0);
    EXPECT_INT("a passed over", first.delays, 1);
    EXPECT_INT("a and b", both.delays, 2);
    EXPECT_TRUE("a passed over", passed_a != plain);
    EXPECT_TRUE("a and b", passed_ab != passed_a && passed_ab != plain);
    EXPECT_TRUE("turned round", passed_ba != passed_ab);
}

static CU_TestInfo tests[] = {
    {"only as much left covers", only_as_much_left_covers},
    {"the order of threads is part of a state", the_order_of_threads_is_part_of_a_state},
    CU_TEST_INFO_NULL,
};
SUITE("states", tests)
