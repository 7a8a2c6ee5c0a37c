/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drift - see the header.
 *
 * One task for each intent, in turn, so that a sweep of many is no storm on the EHR. A slot that could not be looked at
 * leaves its intent unexamined: nothing is concluded from silence. The mark on the slot, the event and the count are one
 * durable step, so that a kill in between neither loses nor doubles what was found. A second copy that the server made of a
 * create (its If-None-Exist is racy, or it has none) is found by the mark that both bear; from then on it is known as ours.
 */
#include "engine/drift.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "engine/job.h"
#include "engine/ledger.h"
#include "engine/look.h"
#include "engine/metrics.h"
#include "engine/resolve.h"

#define COPIES_MAX 16 /* told in one sweep */

enum seen_as { SEEN_NOT, SEEN_AS_IT_WAS, SEEN_DIFFERS, SEEN_GONE };

struct check {
    struct engine *engine;
    const char *id; /* of the intent */
    struct cJSON *examined, *found;
};

static bool is_in(const struct history *history, const char *version)
{
    for (size_t i = 0; i < history->count; i++) {
        if (history->versions[i].version && strcmp(history->versions[i].version, version) == 0)
            return true;
    }
    return false;
}

/* The server has no such version, it says. It may only have no versions to show: the whole history, or the resource itself,
 * has to say the same. */
static enum seen_as look_for(struct job *job, const struct slot *slot)
{
    struct history history;
    struct seen current;

    enum look look = look_history(job, slot->type, slot->id, &history);
    if (look == LOOK_FOUND)
        return history.is_whole && !is_in(&history, slot->version) ? SEEN_GONE : SEEN_NOT;
    if (look == LOOK_LATER)
        return SEEN_NOT;
    return look_current(job, slot->type, slot->id, &current) == LOOK_NONE ? SEEN_GONE : SEEN_NOT;
}

static enum seen_as look_at(struct job *job, const struct slot *slot)
{
    struct seen stored, base = {.content = NULL};
    enum look look = look_version(job, slot->type, slot->id, slot->version, &stored);

    if (look == LOOK_GONE || look == LOOK_NONE)
        return look_for(job, slot);
    if (look != LOOK_FOUND)
        return SEEN_NOT;
    if (slot->how == WRITE_PATCH &&
        (!slot->guard || look_version(job, slot->type, slot->id, slot->guard, &base) != LOOK_FOUND))
        return SEEN_NOT;
    const struct cJSON *intended = resolve_intended(job, slot, base.content);
    if (!intended)
        return SEEN_NOT;
    return resolve_holds(job, stored.content, intended) ? SEEN_AS_IT_WAS : SEEN_DIFFERS;
}

static void report(struct job *job, const struct slot *slot, const char *kind, struct cJSON *found)
{
    struct cJSON *result = json_object(job->arena);

    json_put_string(result, "reference", slot_reference(slot, job->arena));
    json_put_string(result, "versionId", slot->version);
    json_put_string(result, "kind", kind);
    json_add(found, json_copy(result));
    job_event(job, "drift", slot, NULL, json_copy(result));
}

static void count(struct engine *engine, const struct cJSON *found)
{
    static const struct {
        const char *kind;
        enum metric metric;
    } rows[] = {
        {"differs", METRIC_DRIFT_DIFFERS},
        {"disappeared", METRIC_DRIFT_DISAPPEARED},
        {"duplicate", METRIC_DRIFT_DUPLICATE},
    };

    for (size_t i = 0; i < json_count(found); i++)
        for (size_t k = 0; k < COUNT_OF(rows); k++)
            if (strcmp(json_string(json_at(found, i), "kind"), rows[k].kind) == 0)
                metrics_add(engine->metrics, rows[k].metric);
}

/* ---- second copies ---- */

/* Another resource that bears the mark of this create. Its first version is what the server made; where others may bear the
 * mark too, one that began otherwise is theirs. */
static bool look_at_copy(struct job *job, const struct slot *slot, const struct seen *seen,
                         struct cJSON *found)
{
    struct slot copy = *slot;
    struct seen first;

    copy.id = strrchr(seen->reference, '/') + 1;
    if (look_first(job, slot->type, copy.id, seen, &first) == LOOK_LATER)
        return false;
    copy.version = first.version;
    if (ledger_has_commit(job->engine->ledger, seen->reference, copy.version) ||
        (slot->is_mark_shared && !resolve_holds(job, first.content, slot->content)))
        return true;
    report(job, &copy, "duplicate", found);
    job_own_copy(job, &copy);
    return true;
}

/* Where its own is gone, another that bears the mark may be the same under a new id. False: nobody could say. */
static bool look_for_copies(struct job *job, const struct slot *slot, struct cJSON *found)
{
    struct seen seen[COPIES_MAX], own;
    size_t count;

    enum look look = look_marked(job, slot, seen, COPIES_MAX, &count);
    if (look == LOOK_FOUND && count > 0)
        look = look_current(job, slot->type, slot->id, &own);
    for (size_t i = 0; look == LOOK_FOUND && i < count && i < COPIES_MAX; i++)
        if (strcmp(seen[i].reference, slot_reference(slot, job->arena)) != 0 &&
            !look_at_copy(job, slot, &seen[i], found))
            return false;
    return look != LOOK_LATER;
}

/* Compares all slots; false when one could not be looked at, or is open with a human anyway. */
static bool compare(struct job *job, struct cJSON *found)
{
    bool is_whole = true;

    for (size_t i = 0; i < job->intent->slot_count; i++) {
        struct slot *slot = &job->intent->slots[i];

        is_whole = is_whole && (slot->state == SLOT_EFFECTIVE || slot->state == SLOT_REFUSED);
        if (slot->state != SLOT_EFFECTIVE || !slot->version || !slot->id ||
            slot->how == WRITE_DELETE || slot->is_drifted)
            continue;
        enum seen_as seen = look_at(job, slot);
        if (seen == SEEN_NOT)
            return false;
        if (seen != SEEN_AS_IT_WAS) {
            slot->is_drifted = true;
            report(job, slot, seen == SEEN_GONE ? "disappeared" : "differs", found);
        } else if (slot->how == WRITE_CREATE && !look_for_copies(job, slot, found)) {
            return false;
        }
    }
    return is_whole;
}

static struct task_end run(void *arg, struct worker_lane *lane)
{
    struct check *check = arg;
    struct arena *arena = arena_new();
    struct job *job = arena_alloc(arena, sizeof(*job));
    struct cJSON *found = json_array(arena);
    struct ledger_intent row;
    struct err err = ERR_INIT;
    struct intent *intent = NULL;

    if (ledger_find(check->engine->ledger, arena, check->id, &row))
        intent = intent_load(arena, &row, &err);
    if (!intent || intent_is_kept_away(intent) ||
        (intent->state != INTENT_COMMITTED && intent->state != INTENT_INCOMPLETE))
        goto out;
    job_init(job, check->engine, lane, arena, intent);
    unsigned requests = intent->requests_since;
    job->may_use_reserve = true;
    bool is_examined = compare(job, found);
    intent->requests_since =
        requests; /* sweeps of years are not to use up what the intent may ask */
    bool is_kept_away = job_keep_away(job);
    if ((json_count(found) > 0 || is_kept_away) && job_write(job, &err)) {
        job_failed(job, &err);
        goto out;
    }
    if (is_examined)
        json_add(check->examined, cJSON_CreateString(check->id));
    for (size_t i = 0; i < json_count(found); i++)
        json_add(check->found, json_copy(json_at(found, i)));
    count(check->engine, found);
out:
    arena_free(arena);
    return (struct task_end){.is_timed = false};
}

struct batch {
    struct arena *arena;
    const char *ids[64];
    size_t count;
    int64_t last;
};

static void collect(void *arg, const struct ledger_intent *row)
{
    struct batch *batch = arg;

    batch->ids[batch->count++] = arena_strdup(batch->arena, row->id);
    batch->last = row->number;
}

static void sweep_state(struct engine *engine, struct arena *arena, enum intent_state state,
                        struct cJSON *examined, struct cJSON *found)
{
    struct batch batch = {.arena = arena};

    do {
        batch.count = 0;
        ledger_each(engine->ledger, arena, intent_state_name(state), batch.last,
                    COUNT_OF(batch.ids), collect, &batch);
        for (size_t i = 0; i < batch.count; i++) {
            struct check check = {engine, batch.ids[i], examined, found};

            worker_call(engine->worker, arena_printf(arena, "drift %s", batch.ids[i]), run, &check);
        }
    } while (batch.count == COUNT_OF(batch.ids));
}

void drift_sweep(struct engine *engine, struct arena *arena, struct cJSON *examined,
                 struct cJSON *found)
{
    sweep_state(engine, arena, INTENT_COMMITTED, examined, found);
    sweep_state(engine, arena, INTENT_INCOMPLETE, examined, found); /* a part of it stands */
}
