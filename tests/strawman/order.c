/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order - what one source says about one target takes effect in the order it was said: intents wait for those that came
 * before them, and one that comes after a later one is for a human.
 */
#include <string.h>

#include "base/arena.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

static bool overlap(const struct cJSON *a, const struct cJSON *b)
{
    for (size_t i = 0; i < json_count(a); i++)
        for (size_t j = 0; j < json_count(b); j++)
            if (strcmp(json_text(json_at(a, i)), json_text(json_at(b, j))) == 0)
                return true;
    return false;
}

static bool same_tenant(const struct cJSON *a, const struct cJSON *b)
{
    const char *left = json_string(a, "tenant"), *right = json_string(b, "tenant");

    return strcmp(left ? left : "", right ? right : "") == 0;
}

bool order_is_lost_on(const struct engine *engine, const struct cJSON *intent)
{
    return flaw_is(FLAW_RETRY_OVERTAKEN) ||
           (flaw_is(FLAW_IN_PROCESS_LOCK) && !lease_is_ours(engine->lease, intent));
}

/* Is its work in the chart, or perhaps: the server did not show what became of it? */
static bool may_stand(const struct cJSON *intent)
{
    const struct cJSON *slots = json_get(intent, "slots");
    bool is_hidden = false;

    for (size_t i = 0; i < json_count(slots); i++)
        is_hidden = is_hidden || slot_is(json_at(slots, i), SLOT_STUCK);
    return text_is(intent, "state", "committed") ||
           (view_is_open(intent) && is_hidden && json_integer(intent, "attempts", 0) > 0);
}

/* Is something there already that its source said later about the same? */
bool order_is_too_late(struct run *run)
{
    const struct cJSON *source = json_get(run->payload, "source");
    const char *system = json_string(source, "system");
    long long sequence = json_integer(source, "sequence", -1);

    if (flaw_is(FLAW_PARALLEL_REORDER))
        return false; /* flaw: the source's order is nobody's business */
    for (unsigned number = 1; system && sequence >= 0 && number <= book_intents(run->engine->book);
         number++) {
        const struct cJSON *other = book_intent(run->engine->book, number);
        const struct cJSON *payload = json_get(other, "payload");
        const struct cJSON *said = json_get(payload, "source");

        if (order_is_lost_on(run->engine, other))
            continue; /* flaw: the lock has seen to that */
        if (may_stand(other) && text_is(said, "system", system) &&
            json_integer(said, "sequence", -1) > sequence && same_tenant(payload, run->payload) &&
            overlap(plan_targets(run->arena, payload), plan_targets(run->arena, run->payload)))
            return true;
    }
    return false;
}

/* Intents of one source on one target go in the order of their arrival. */
bool order_is_my_turn(const struct job *job)
{
    const struct engine *engine = job->engine;
    const struct cJSON *mine = json_get(book_intent(engine->book, job->intent), "payload");
    const char *system = json_string(json_get(mine, "source"), "system");
    struct arena *arena = arena_new();
    bool is_free = true;

    for (unsigned number = 1; system && number < job->intent && is_free; number++) {
        const struct cJSON *intent = book_intent(engine->book, number);
        const struct cJSON *payload = json_get(intent, "payload");
        const char *other = json_string(json_get(payload, "source"), "system");

        bool has_place = !flaw_is(FLAW_PARALLEL_REORDER) && /* flaw: nobody waits for anybody */
                         !(flaw_is(FLAW_RETRY_OVERTAKEN) && /* flaw: whoever waits goes behind */
                           json_integer(intent, "attempts", 0) > 0) &&
                         !(flaw_is(FLAW_IN_PROCESS_LOCK) && order_is_lost_on(engine, intent));
        is_free = !view_is_active(intent) || !has_place || !other || strcmp(other, system) != 0 ||
                  !overlap(plan_targets(arena, payload), plan_targets(arena, mine));
    }
    arena_free(arena);
    return is_free;
}
