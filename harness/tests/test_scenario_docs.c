/* SPDX-License-Identifier: Apache-2.0 */
/* Every example of docs/scenarios.md is taken from the file that it names. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "harness/scenario/scenario.h"
#include "tests/expect.h"

static const char page[] = "docs/scenarios.md";

static const char *canonical(struct arena *arena, const struct cJSON *item)
{
    struct buf text = BUF_INIT;

    json_canonical(&text, item);
    const char *copy = buf_copy(&text, arena);
    buf_release(&text);
    return copy;
}

/* Does `wanted` (canonical) stand anywhere in `tree`? */
static bool occurs(struct arena *arena, const struct cJSON *tree, const char *wanted)
{
    const struct cJSON *item;

    if (strcmp(canonical(arena, tree), wanted) == 0)
        return true;
    cJSON_ArrayForEach(item, tree)
    {
        if (occurs(arena, item, wanted))
            return true;
    }
    return false;
}

/* The last `scenarios/....json` before `end`. */
static const char *named_before(struct arena *arena, const char *start, const char *end)
{
    const char *found = NULL;

    for (const char *at = strstr(start, "`scenarios/"); at && at < end;
         at = strstr(at + 1, "`scenarios/"))
        found = at + 1;
    return found ? arena_copy(arena, found, strcspn(found, "`")) : NULL;
}

static void json_examples_stand_in_the_files_they_name(void)
{
    static const char open[] = "```json\n";
    struct arena *arena = arena_new();
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    size_t count = 0;

    MUST_ZERO(buf_read_file(&text, page, LIMIT_JSON_BYTES, &err));
    for (const char *at = strstr(text.bytes, open); at; at = strstr(at + 1, open)) {
        const char *json = at + sizeof(open) - 1, *end = strstr(json, "```");
        const char *path = named_before(arena, text.bytes, at);
        const struct cJSON *example = json_parse(arena, json, (size_t)(end - json), &err);
        const struct cJSON *file = path ? json_parse_file(arena, path, &err) : NULL;

        EXPECT_STR(path, err.text, "");
        EXPECT_TRUE(path, example && file && occurs(arena, file, canonical(arena, example)));
        count++;
    }
    EXPECT_TRUE(page, count >= 6);
    buf_release(&text);
    arena_free(arena);
}

static void schedules_in_the_table_are_those_of_the_files(void)
{
    static const char row[] = "| `scenarios/";
    struct arena *arena = arena_new();
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    size_t count = 0;

    MUST_ZERO(buf_read_file(&text, page, LIMIT_JSON_BYTES, &err));
    for (const char *at = strstr(text.bytes, row); at; at = strstr(at + 1, row)) {
        const char *path = at + 3, *line = strstr(path, "| `") + 3;
        const struct scenario *scenario =
            scenario_read(arena, arena_copy(arena, path, strcspn(path, "`")), NULL, &err);
        struct buf schedule = BUF_INIT;

        EXPECT_STR(page, err.text, "");
        if (scenario) {
            schedule_format(&scenario->schedule, &schedule);
            EXPECT_STR(scenario->name, arena_copy(arena, line, strcspn(line, "`")),
                       buf_text(&schedule));
        }
        buf_release(&schedule);
        count++;
    }
    EXPECT_TRUE(page, count >= 8);
    buf_release(&text);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"JSON examples stand in the files they name", json_examples_stand_in_the_files_they_name},
    {"schedules in the table are those of the files",
     schedules_in_the_table_are_those_of_the_files},
    CU_TEST_INFO_NULL,
};
SUITE("scenario-docs", tests)
