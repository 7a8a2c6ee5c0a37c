/* SPDX-License-Identifier: Apache-2.0 */
/* In how many schedules a fault struck: each schedule counts once, and what had happened already does not count. */
#include <string.h>

#include "base/arena.h"
#include "harness/explore/struck.h"
#include "harness/explore/trace.h"
#include "reports/result.h"
#include "tests/expect.h"

static struct option commit = {OPTION_COMMIT, "portal/a.update", "portal/a", 0, 0, "wTask/1", 0};
static struct option forced = {OPTION_FORCED, "portal/a.update", "portal/a", 0, 0, "e", 0};
static struct option upset = {OPTION_UPSET, "engine.kill@2", "engine.kill@2", 0, 0, "e", 0};

static void take(struct struck *struck, struct arena *arena, struct option *option,
                 const char *first, const char *second)
{
    struct point points[] = {{.options = option, .count = 1, .chosen = first},
                             {.options = option, .count = 1, .chosen = second},
                             {.options = option, .count = 1}};

    struck_add(struck, arena, &(struct trace){.points = points, .count = COUNT_OF(points)});
}

static unsigned long count_of(const struct struck *struck, const char *name)
{
    for (size_t i = 0; i < struck->count; i++) {
        if (strcmp(struck->counts[i].name, name) == 0)
            return struck->counts[i].schedules;
    }
    return 0;
}

static void each_schedule_counts_once(void)
{
    struct arena *arena = arena_new();
    struct struck struck = {.counts = NULL};

    take(&struck, arena, &commit, "portal/a.update:commit", "portal/a.update:reply");
    EXPECT_INT("nothing struck", struck.count, 0);
    take(&struck, arena, &commit, "portal/a.update:commit!reset-after",
         "portal/a.update!reset-after");
    take(&struck, arena, &commit, "portal/a.update!error-after(503)",
         "portal/a.update:commit!reset-after");
    take(&struck, arena, &commit, "portal/a.update:timeout", "engine.kill");
    take(&struck, arena, &upset, "engine.kill@2", "engine.kill@2");
    EXPECT_INT("twice in one schedule is once", count_of(&struck, "reset-after"), 2);
    EXPECT_INT("with its argument", count_of(&struck, "error-after(503)"), 1);
    EXPECT_INT("a client's time-out", count_of(&struck, "timeout"), 1);
    EXPECT_INT("a kill", count_of(&struck, "engine.kill"), 1);
    EXPECT_INT("of the other process", count_of(&struck, "engine.kill@2"), 1);
    EXPECT_INT("nothing else", struck.count, 5);
    arena_free(arena);
}

static void what_had_happened_is_not_struck_again(void)
{
    struct arena *arena = arena_new();
    struct struck struck = {.counts = NULL};

    take(&struck, arena, &forced, "portal/a.update:timeout", "portal/a.update:timeout");
    EXPECT_INT("nothing", struck.count, 0);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"each schedule counts once", each_schedule_counts_once},
    {"what had happened is not struck again", what_had_happened_is_not_struck_again},
    CU_TEST_INFO_NULL,
};
SUITE("struck", tests)
