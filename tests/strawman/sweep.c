/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep - the second look: whether a review still shows the chart as it is, and whether what was
 * committed is still there, and there once: a server may match the condition of a create before it applies another one.
 */
#include <string.h>

#include "base/arena.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"
#include "tests/strawman/merge.h"

void run_refresh(struct job *job)
{
    struct run run;
    const char *was, *now;
    size_t done;

    crew_queue(job, crew_is_first);
    run_begin(&run, job);
    if (!view_is_open(run.intent))
        return;
    const struct cJSON *old = json_copy_root(run.arena, json_get(run.intent, "review"));
    done = slot_count(&run, SLOT_DONE);
    for (size_t i = 0; i < json_count(run.slots); i++) {
        struct cJSON *slot = slot_at(&run, i);
        struct sight sight;

        if (slot_is(slot, SLOT_DONE) || slot_is(slot, SLOT_DIFFERS) ||
            json_integer(run.intent, "attempts", 0) == 0 || !json_string(slot, "method"))
            continue;
        look_slot(&run, slot, NULL, &sight);
        if (sight.effect == EFFECT_DONE) /* the write came through after all */
            slot_set_done(slot, sight.reference, sight.version);
    }
    run.failure_type = json_string(old, "failureType");
    run.why = json_string(old, "why");
    if (slot_count(&run, SLOT_DONE) > done) {
        end_by_slots(&run);
        return;
    }
    const struct cJSON *review = end_review(&run);
    was = json_string(old, "seenVersion");
    now = json_string(review, "seenVersion");
    if ((was && now ? strcmp(was, now) == 0 : was == now) || !view_is_open(run.intent) ||
        strcmp(json_string(json_get(run.intent, "review"), "id"), json_string(old, "id")) != 0)
        return;
    struct cJSON *set = json_object(run.arena);
    json_put(set, "slots", json_copy(run.slots));
    json_put(set, "review", json_copy(review));
    book_change(run.engine->book, run.arena, &(struct change){.intent = job->intent, .set = set});
}

static bool is_known(const struct cJSON *slot, const char *reference)
{
    const struct cJSON *twins = json_get(slot, "twins");
    bool is_so = text_is(slot, "reference", reference);

    for (size_t i = 0; i < json_count(twins); i++)
        is_so = is_so || strcmp(json_text(json_at(twins, i)), reference) == 0;
    return is_so;
}

/* Other resources that bear the mark of this slot's create. Where its own is gone, another that bears it may be the same
 * under a new id. */
static void find_twins(struct run *run, struct cJSON *slot)
{
    const char *mark = json_string(slot, "mark"), *type = json_string(slot, "type");
    struct page own;

    if (!mark)
        return;
    talk_get(run, json_string(slot, "reference"), &own);
    const struct cJSON *entries =
        own.status == 200
            ? talk_history(run, arena_printf(run->arena, "%s/_history?_count=1000", type))
            : NULL;

    /* the oldest version is the one that was made */
    for (size_t i = json_count(entries); i > 0; i--) {
        const struct cJSON *content = json_get(json_at(entries, i - 1), "resource");
        const char *id = json_string(content, "id");
        const char *reference = id ? arena_printf(run->arena, "%s/%s", type, id) : NULL;

        if (reference && look_marked(content, mark) && !is_known(slot, reference))
            end_twin(run, slot, reference, json_string(json_get(content, "meta"), "versionId"));
    }
}

/* One answer that a version is not there may be of a server that shows no versions now: its history decides. */
static bool is_gone(struct run *run, const char *reference, const char *version)
{
    const struct cJSON *entries =
        talk_history(run, arena_printf(run->arena, "%s/_history?_count=1000", reference));
    struct page page;

    for (size_t i = 0; i < json_count(entries); i++)
        if (text_is(json_get(json_get(json_at(entries, i), "resource"), "meta"), "versionId",
                    version))
            return false;
    if (json_count(entries) > 0)
        return true;
    talk_get(run, reference, &page);
    return page.status == 404;
}

void run_drift(struct job *job)
{
    struct run run;

    crew_queue(job, crew_is_first);
    run_begin(&run, job);
    for (size_t i = 0; i < json_count(run.slots); i++)
        if (slot_is(slot_at(&run, i), SLOT_DONE) && !flaw_is(FLAW_TRUST_RACY_IF_NONE_EXIST))
            find_twins(&run, slot_at(&run, i)); /* flaw: one was asked for, so one was made */
    for (size_t i = 0; i < json_count(run.slots); i++) {
        struct cJSON *slot = slot_at(&run, i), *result;
        const char *version = json_string(slot, "versionId"), *kind = NULL;
        const char *reference = json_string(slot, "reference");
        struct page page;

        if (!slot_is(slot, SLOT_DONE) || !version || json_flag(slot, "drifted", false) ||
            !cJSON_IsObject(json_get(slot, "body")))
            continue;
        talk_get(&run,
                 flaw_is(FLAW_EDIT_IS_DRIFT) /* flaw: what is there now is compared */
                     ? reference
                     : arena_printf(run.arena, "%s/_history/%s", reference, version),
                 &page);
        if (page.status == 404 || page.status == 410)
            kind = is_gone(&run, reference, version) ? "disappeared" : NULL;
        else if (page.status == 200 &&
                 !flaw_is(FLAW_DRIFT_BLIND) && /* flaw: it is there, so it is well */
                 !merge_same(json_get(slot, "body"), page.body))
            kind = "differs";
        if (!kind)
            continue;
        struct cJSON *event = run_event(&run, "drift", slot);
        result = json_put_object(event, "result");
        json_put_string(result, "reference", reference);
        json_put_string(result, "versionId", version);
        json_put_string(result, "kind", kind);
        json_put_flag(slot, "drifted", true);
        run_save(&run, NULL, event);
    }
}
