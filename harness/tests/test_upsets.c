/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to one of several processes: a choice that costs a kill and never happens by itself. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "harness/explore/choices.h"
#include "tests/expect.h"

static struct option options[] = {
    {OPTION_OWN, "portal/raise.submit@2", "portal", 0, 0, "e", 0},
    {OPTION_ZOMBIE, "portal/raise.update", "portal/raise", 0, 0, "wTask/1", 0},
    {OPTION_UPSET, "engine.kill@2", "engine.kill@2", 0, 0, "e", 0},
    {OPTION_UPSET, "engine.pause", "engine.pause", 0, 0, "e", 0},
};

/* The steps that are choices within the bound, in one line. */
static const char *steps_within(struct arena *arena, const struct point *point, struct cost bound)
{
    struct order order;
    struct buf line = BUF_INIT;
    size_t count = 0;

    order_init(&order, arena);
    struct choice *choices = choices_at(arena, point, &order, bound, &count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&line, "%s%s(%u)", i ? " " : "", choices[i].step, choices[i].cost.kills);
    const char *copy = buf_copy(&line, arena);
    buf_release(&line);
    return copy;
}

static void an_upset_costs_a_kill_and_is_never_chosen_by_itself(void)
{
    struct arena *arena = arena_new();
    struct point point = {.options = options, .count = COUNT_OF(options)};
    struct order order;
    struct cost cost;
    size_t count = 0;

    order_init(&order, arena);
    EXPECT_STR("the base order", order_sort(&order, &point, arena, &count)[0]->label,
               "portal/raise.submit@2");
    EXPECT_INT("nothing else is in it", count, 1);
    EXPECT_STR("no kills", steps_within(arena, &point, (struct cost){.delays = 2}),
               "portal/raise.submit@2(0) portal/raise.update:commit(0)");
    EXPECT_STR("one kill", steps_within(arena, &point, (struct cost){.kills = 1}),
               "portal/raise.submit@2(0) portal/raise.update:commit(0) engine.kill@2(1) "
               "engine.pause(1)");
    EXPECT_TRUE("it can be taken", order_take(&order, &point, "engine.pause", &cost));
    EXPECT_INT("and costs", cost.kills, 1);
    EXPECT_INT("nobody is passed over", order.count, 0);
    arena_free(arena);
}

static void it_crosses_a_socket(void)
{
    struct arena *arena = arena_new();
    struct point point = {.options = options, .count = COUNT_OF(options), .chosen = "engine.pause"};
    struct trace trace = {.points = &point, .count = 1}, again;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    trace_write(&trace, &text);
    EXPECT_INT("read", trace_read(arena, buf_text(&text), &again, &err), 0);
    EXPECT_INT("options", again.count ? again.points[0].count : 0, COUNT_OF(options));
    EXPECT_TRUE("the kind", again.count && again.points[0].options[3].kind == OPTION_UPSET);
    buf_release(&text);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"an upset costs a kill and is never chosen by itself",
     an_upset_costs_a_kill_and_is_never_chosen_by_itself},
    {"it crosses a socket", it_crosses_a_socket},
    CU_TEST_INFO_NULL,
};
SUITE("upsets", tests)
