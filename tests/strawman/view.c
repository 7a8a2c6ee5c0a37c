/* SPDX-License-Identifier: Apache-2.0 */
/* view - what is told about an intent: always all members, null where there is nothing to say. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tests/strawman/engine.h"

const char *view_id(struct arena *arena, unsigned number)
{
    return arena_printf(arena, "i-%u", number);
}

unsigned view_number(const char *id)
{
    char *end = NULL;
    unsigned long number = strncmp(id, "i-", 2) == 0 ? strtoul(id + 2, &end, 10) : 0;

    return end && *end == '\0' && number < 1000000000 ? (unsigned)number : 0;
}

static bool is_one_of(const struct cJSON *intent, const char *const *states)
{
    const char *state = json_string(intent, "state");

    for (; state && *states; states++)
        if (strcmp(state, *states) == 0)
            return true;
    return false;
}

bool view_is_active(const struct cJSON *intent)
{
    return is_one_of(intent, (const char *const[]){"accepted", "writing", "unknown", NULL});
}

bool view_is_open(const struct cJSON *intent)
{
    return is_one_of(intent, (const char *const[]){"needs-review", "incomplete", NULL});
}

struct cJSON *view_intent(struct arena *arena, const struct engine *engine, unsigned number)
{
    static const char *const members[] = {"key",    "state",   "attempts",
                                          "result", "results", "problem"};
    const struct cJSON *intent = book_intent(engine->book, number);
    const struct cJSON *target = json_get(json_get(intent, "payload"), "target");
    const struct cJSON *review = json_get(intent, "review");
    struct cJSON *view = json_object(arena);

    json_put_string(view, "id", view_id(arena, number));
    json_put(view, "target", target ? json_copy(target) : cJSON_CreateNull());
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct cJSON *member = json_get(intent, members[i]);

        json_put(view, members[i], member ? json_copy(member) : cJSON_CreateNull());
    }
    json_put_string(view, "review", view_is_open(intent) ? json_string(review, "id") : NULL);
    return view;
}

static bool names(const struct cJSON *result, const char *reference, const char *version)
{
    return text_is(result, "reference", reference) &&
           (!version || text_is(result, "versionId", version));
}

bool view_has_made(const struct cJSON *intent, const char *reference, const char *version)
{
    const struct cJSON *results = json_get(intent, "results");

    if (names(json_get(intent, "result"), reference, version))
        return true;
    for (size_t i = 0; i < json_count(results); i++)
        if (names(json_at(results, i), reference, version))
            return true;
    return false;
}
