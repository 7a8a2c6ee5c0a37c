/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/struck.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "harness/explore/trace.h"
#include "reports/result.h"

/* "error-after(503)", "timeout", "engine.kill@2"; NULL: nothing was done to anybody. */
static const char *name_of(const struct point *point)
{
    const struct option *option = point->chosen ? point_option(point, point->chosen) : NULL;

    if (!point->chosen || (option && option->kind == OPTION_FORCED))
        return NULL;
    if (!option || option->kind == OPTION_UPSET)
        return point->chosen;
    if (strchr(point->chosen, '!'))
        return strchr(point->chosen, '!') + 1;
    return strstr(point->chosen, ":timeout") ? "timeout" : NULL;
}

static bool was_named_before(const struct trace *trace, size_t at, const char *name)
{
    for (size_t i = 0; i < at; i++) {
        const char *earlier = name_of(&trace->points[i]);

        if (earlier && strcmp(earlier, name) == 0)
            return true;
    }
    return false;
}

static void count(struct struck *struck, struct arena *arena, const char *name)
{
    for (size_t i = 0; i < struck->count; i++) {
        if (strcmp(struck->counts[i].name, name) == 0) {
            struck->counts[i].schedules++;
            return;
        }
    }
    if (struck->count == struck->room) {
        const size_t size = struck->room * sizeof(*struck->counts);

        struck->room = 2 * struck->room + 8;
        struck->counts =
            arena_grow(arena, struck->counts, size, struck->room * sizeof(*struck->counts));
    }
    struck->counts[struck->count++] =
        (struct result_struck){.name = arena_strdup(arena, name), .schedules = 1};
}

void struck_add(struct struck *struck, struct arena *arena, const struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        const char *name = name_of(&trace->points[i]);

        if (name && !was_named_before(trace, i, name))
            count(struck, arena, name);
    }
}
