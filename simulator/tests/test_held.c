/* SPDX-License-Identifier: Apache-2.0 */
/* Held exchanges beside each other: found, in order, whatever went before. */
#include <stdlib.h>

#include "base/err.h"
#include "base/prng.h"
#include "simulator/core.h"
#include "simulator/held.h"
#include "tests/expect.h"

enum { MANY = 10000 };

static struct exchange *make(size_t count)
{
    struct exchange *exchanges = calloc(count, sizeof(*exchanges));

    if (!exchanges)
        BUG("out of memory");
    for (size_t i = 0; i < count; i++)
        exchanges[i].face.number = i + 1;
    return exchanges;
}

/* A permutation of 0 ... count - 1. */
static void shuffle(size_t *order, size_t count, uint64_t seed)
{
    struct prng prng;

    prng_init(&prng, seed);
    for (size_t i = 0; i < count; i++) {
        const size_t other = (size_t)prng_below(&prng, i + 1);

        order[i] = order[other];
        order[other] = i;
    }
}

static void whatever_goes_the_others_stay_in_order(void)
{
    static size_t order[MANY];
    struct exchange *exchanges = make(MANY);
    struct held *held = held_new();
    uint64_t sum = 0, last = 0;

    for (size_t i = 0; i < MANY; i++)
        held_add(held, &exchanges[i]);
    EXPECT_TRUE("none behind", held_at(held, MANY) == NULL && !held_find(held, MANY + 1));
    shuffle(order, MANY, 3);
    for (size_t i = 0; i < MANY / 2; i++)
        held_remove(held, &exchanges[order[i]]);
    for (size_t i = 0; i < MANY / 2; i++) {
        EXPECT_TRUE("gone", !held_find(held, order[i] + 1));
        sum += order[i] + 1;
    }
    for (size_t i = 0; i < held_count(held); i++) {
        const uint64_t number = held_at(held, i)->face.number;

        EXPECT_TRUE("in order", number > last);
        EXPECT_TRUE("found", held_find(held, number) == held_at(held, i));
        last = number;
        sum += number;
    }
    EXPECT_INT("each is gone or there", (long long)sum, (long long)MANY * (MANY + 1) / 2);
    for (size_t i = MANY / 2; i < MANY; i++)
        held_remove(held, &exchanges[order[i]]);
    EXPECT_INT("none", (long long)held_count(held), 0);
    EXPECT_TRUE("none", held_at(held, 0) == NULL);
    held_free(held);
    free(exchanges);
}

/* As many come as go, for long: the place they leave is used again. */
static void gaps_do_not_add_up(void)
{
    struct exchange *exchanges = make(MANY);
    struct held *held = held_new();

    held_add(held, &exchanges[0]); /* stays */
    for (size_t i = 1; i < MANY; i++) {
        held_add(held, &exchanges[i]);
        if (i > 1)
            held_remove(held, &exchanges[i - 1]);
        EXPECT_INT("two", (long long)held_count(held), 2);
        EXPECT_TRUE("the first", held_at(held, 0) == &exchanges[0]);
        EXPECT_TRUE("the last", held_at(held, 1) == &exchanges[i]);
    }
    held_free(held);
    free(exchanges);
}

static void the_earliest_is_due_first(void)
{
    static const uint64_t due[] = {50, 10, 30, 0, 30, 70, 0, 20};
    static const size_t want[] = {1, 7, 2, 4, 0, 5};
    struct exchange *exchanges = make(COUNT_OF(due));
    struct held *held = held_new();

    for (size_t i = 0; i < COUNT_OF(due); i++) {
        exchanges[i].due_us = due[i];
        held_add(held, &exchanges[i]);
        held_wait(held, &exchanges[i]);
    }
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        EXPECT_TRUE("first", held_first_due(held) == &exchanges[want[i]]);
        held_remove(held, &exchanges[want[i]]);
    }
    EXPECT_TRUE("none is due", !held_first_due(held));
    EXPECT_TRUE("the older", held_overtaken(held) == &exchanges[3]);
    held_wait_no_more(held, &exchanges[3]);
    EXPECT_TRUE("the other", held_overtaken(held) == &exchanges[6]);
    EXPECT_INT("held all the same", (long long)held_count(held), 2);
    held_free(held);
    free(exchanges);
}

static CU_TestInfo tests[] = {
    {"whatever goes, the others stay in order", whatever_goes_the_others_stay_in_order},
    {"gaps do not add up", gaps_do_not_add_up},
    {"the earliest is due first", the_earliest_is_due_first},
    CU_TEST_INFO_NULL,
};
SUITE("held", tests)
