/* SPDX-License-Identifier: Apache-2.0 */
/* Anything in any order: clients that come and go, releases of every kind, runs, down and up.
 * Seeded. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/prng.h"
#include "simulator/tests/rig.h"
#include "tests/expect.h"

#define STEPS   1500
#define SEEDS   3
#define CLIENTS 24
#define RAISE   "[{\"op\":\"replace\",\"path\":\"/valueQuantity/value\",\"value\":72}]"

struct soak {
    struct rig rig;
    struct prng prng;
    struct http_pending *clients[CLIENTS]; /* NULL: none */
    size_t answered;
};

static const struct sim_exchange *any_held(struct soak *soak)
{
    const size_t count = sim_held_count(soak->rig.sim);

    return count ? sim_held_at(soak->rig.sim, prng_below(&soak->prng, count)) : NULL;
}

static void do_request(struct soak *soak)
{
    const size_t i = prng_below(&soak->prng, CLIENTS);

    if (soak->clients[i])
        return;
    soak->clients[i] = prng_below(&soak->prng, 2)
                           ? rig_start(&soak->rig, "PATCH", "Observation/pulse", NULL, RAISE)
                           : rig_start(&soak->rig, "GET", "Observation/pulse", NULL, NULL);
}

static void do_leave(struct soak *soak)
{
    const size_t i = prng_below(&soak->prng, CLIENTS);

    if (!soak->clients[i])
        return;
    http_abandon(soak->rig.http, soak->clients[i]);
    soak->clients[i] = NULL;
}

static void do_pass(struct soak *soak)
{
    static const char *const faults[] = {NULL,           "reset-before", "close-before",
                                         "reset-after",  "close-after",  "error-before(429,1)",
                                         "error-after",  "duplicate",    "no-body",
                                         "stale-read(1)"};
    const char *text = faults[prng_below(&soak->prng, COUNT_OF(faults))];
    const struct sim_fault fault = rig_fault(text);
    const struct sim_exchange *held = any_held(soak);
    struct err err = ERR_INIT;

    if (held && sim_pass(soak->rig.sim, held->number, text ? &fault : NULL, &err))
        EXPECT_INT(err.text, err.code, ERR_INPUT);
}

static void do_commit(struct soak *soak)
{
    const struct sim_exchange *held = any_held(soak);
    struct err err = ERR_INIT;

    if (held && sim_commit(soak->rig.sim, held->number, NULL, &err))
        EXPECT_HAS("commit", err.text, "is held after its commit");
}

static void do_reply(struct soak *soak)
{
    const struct sim_exchange *held = any_held(soak);
    struct err err = ERR_INIT;

    if (held && sim_reply(soak->rig.sim, held->number, NULL, &err))
        EXPECT_HAS("reply", err.text, "is held before its commit");
}

static void do_drop(struct soak *soak)
{
    const struct sim_exchange *held = any_held(soak);
    struct err err = ERR_INIT;

    if (held && sim_drop(soak->rig.sim, held->number, &err))
        EXPECT_HAS("drop", err.text, "is held after its commit");
}

static void do_turn(struct soak *soak)
{
    http_turn(soak->rig.http, NULL, 0, 0);
    sim_turn(soak->rig.sim);
}

static void do_down_or_up(struct soak *soak)
{
    struct err err = ERR_INIT;

    if (!sim_is_down(soak->rig.sim))
        sim_down(soak->rig.sim);
    else
        EXPECT_INT("up", sim_up(soak->rig.sim, &err), 0);
}

static void do_begin(struct soak *soak)
{
    rig_begin(&soak->rig);
    EXPECT_INT("held", (long long)sim_held_count(soak->rig.sim), 0);
}

static void forget_done(struct soak *soak)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        if (!soak->clients[i] || !http_is_done(soak->clients[i]))
            continue;
        soak->answered++;
        soak->clients[i] = NULL;
    }
}

static void one_soak(uint64_t seed)
{
    static const struct {
        void (*act)(struct soak *);
        unsigned weight;
    } acts[] = {
        {do_request, 20}, {do_leave, 3}, {do_pass, 10},      {do_commit, 5}, {do_reply, 5},
        {do_drop, 2},     {do_turn, 60}, {do_down_or_up, 1}, {do_begin, 1},
    };
    struct soak soak = {.answered = 0};
    struct err err = ERR_INIT;
    unsigned total = 0;

    for (size_t i = 0; i < COUNT_OF(acts); i++)
        total += acts[i].weight;
    rig_open(&soak.rig);
    prng_init(&soak.prng, seed);
    for (int step = 0; step < STEPS; step++) {
        uint64_t draw = prng_below(&soak.prng, total);
        size_t i = 0;

        for (; draw >= acts[i].weight; i++)
            draw -= acts[i].weight;
        acts[i].act(&soak);
        forget_done(&soak);
    }
    EXPECT_TRUE("some were answered", soak.answered > STEPS / 20);

    /* It still works. */
    EXPECT_INT("up", sim_up(soak.rig.sim, &err), 0);
    rig_begin(&soak.rig);
    for (size_t i = 0; i < CLIENTS; i++)
        do_leave(&soak);
    rig_until_idle(&soak.rig);
    rig_begin(&soak.rig);
    rig_close(&soak.rig);
}

static void anything_may_happen_in_any_order(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        one_soak(seed);
}

static CU_TestInfo tests[] = {
    {"anything may happen in any order", anything_may_happen_in_any_order},
    CU_TEST_INFO_NULL,
};
SUITE("soak", tests)
