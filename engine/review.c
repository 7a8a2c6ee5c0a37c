/* SPDX-License-Identifier: Apache-2.0 */
/*
 * review - see the header.
 *
 * The review of a simple intent shows its resource three times (base, current, intended); that of
 * a compound one shows Bundles of type `collection` with one entry per slot that is not in effect,
 * in the order of the slots, and paths into them. `slots` remembers which version of each was seen.
 */
#include "engine/review.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "engine/look.h"
#include "engine/outcome.h"
#include "engine/problem.h"
#include "engine/reconcile.h"
#include "engine/resolve.h"
#include "engine/triage.h"
#include "engine/whose.h"
#include "fhir/document.h"

struct sight { /* what is known of one slot that waits for a human */
    struct slot *slot;
    const char *type, *id; /* of the resource to look at; id NULL: none */
    enum look look;
    struct seen current;
    const struct cJSON *base, *intended;
    bool is_others; /* what is there is not the intent's patient's */
};

static bool is_open(const struct slot *slot)
{
    return slot->state != SLOT_EFFECTIVE;
}

/* What the chart shows now. */
static enum go look_now(struct job *job, struct slot *slot, struct sight *out)
{
    *out = (struct sight){.slot = slot, .look = LOOK_NONE, .type = slot->type, .id = slot->id};
    if (slot->how == WRITE_CREATE && slot->existing)
        out->id = strrchr(slot->existing, '/') + 1;
    if (out->id)
        out->look = look_current(job, out->type, out->id, &out->current);
    return out->look == LOOK_LATER && !job->is_exhausted ? GO_LATER : GO_ON;
}

/* And what the intent was made on, and means. */
static enum go look_at(struct job *job, struct slot *slot, struct sight *out)
{
    struct seen base = {.content = NULL};

    if (look_now(job, slot, out) != GO_ON)
        return GO_LATER;
    if (slot->guard && out->look == LOOK_FOUND && strcmp(out->current.version, slot->guard) == 0)
        base = out->current;
    else if (slot->guard &&
             look_version(job, slot->type, slot->id, slot->guard, &base) == LOOK_LATER &&
             !job->is_exhausted)
        return GO_LATER;
    out->base = base.content;
    out->intended = resolve_intended(job, slot, base.content);
    if (out->look == LOOK_FOUND && whose(job, out->current.content, &out->is_others) != GO_ON &&
        !job->is_exhausted)
        return GO_LATER;
    return GO_ON;
}

/* ---- making it ---- */

static void allow(struct cJSON *allowed, const char *decision, bool is_allowed)
{
    if (is_allowed)
        json_add(allowed, cJSON_CreateString(decision));
}

static bool is_why(const struct slot *slot, const char *why)
{
    return slot->why && strcmp(slot->why, why) == 0;
}

static bool is_any_others(const struct sight *sights, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sights[i].is_others)
            return true;
    }
    return false;
}

/* `sight`: the one that leads. Nobody can decide that an entry of another patient be written. */
static void put_allowed(const struct job *job, const struct sight *sight, bool is_others,
                        struct cJSON *body)
{
    const struct intent *intent = job->intent;
    const struct slot *slot = sight->slot;
    struct cJSON *allowed = json_put_array(body, "allowed");
    bool is_incomplete = intent->state == INTENT_INCOMPLETE;
    bool is_lasting = is_why(slot, "exists") || is_why(slot, "several");
    bool can_merge = !intent->bundle_type && sight->intended && sight->current.content &&
                     slot->how != WRITE_DELETE && slot->how != WRITE_CREATE;

    allow(allowed, "apply", !is_others && (is_incomplete || !is_lasting));
    allow(allowed, "merge", !is_others && can_merge);
    /* What stands, or may stand, in the chart cannot be called off by saying so. */
    allow(allowed, "discard", !is_incomplete && !is_why(slot, "outcome-unknown"));
}

static void put_copy(struct cJSON *out, const char *key, const struct cJSON *item)
{
    json_put(out, key, item ? json_copy(item) : cJSON_CreateNull());
}

/* "apply": what would be written then; NULL where there is nothing to write (a deletion) or it
 * cannot be told. */
static const struct cJSON *proposed(struct job *job, const struct sight *sight)
{
    const struct slot *slot = sight->slot;

    if (slot->how == WRITE_DELETE || !sight->intended)
        return NULL;
    if (!sight->current.content || !sight->base)
        return sight->intended;
    const struct cJSON *merged =
        triage_merge(job->arena, sight->base, sight->intended, sight->current.content, TRIAGE_OURS);
    return merged ? merged : sight->intended;
}

static void put_simple(struct job *job, const struct sight *sight, struct cJSON *body)
{
    put_copy(body, "base", sight->base);
    put_copy(body, "current", sight->current.content);
    put_copy(body, "intended", sight->intended);
    triage_delta(job->arena, sight->base, sight->current.content, sight->intended,
                 json_put_array(body, "delta"));
    put_copy(body, "proposal", proposed(job, sight));
    json_put_string(body, "seenVersion", sight->current.version);
}

static void put_entry(struct cJSON *bundle, const struct sight *sight, const struct cJSON *resource)
{
    struct cJSON *entries = json_get_mutable(bundle, "entry");
    struct cJSON *entry = json_add_object(entries);

    (void)sight;
    if (resource)
        json_put(entry, "resource", json_copy(resource));
}

static struct cJSON *put_collection(struct cJSON *body, const char *key)
{
    struct cJSON *bundle = json_put_object(body, key);

    json_put_string(bundle, "resourceType", "Bundle");
    json_put_string(bundle, "type", "collection");
    json_put_array(bundle, "entry");
    return bundle;
}

static void put_compound(struct job *job, const struct sight *sights, size_t count,
                         struct cJSON *body)
{
    struct cJSON *base = put_collection(body, "base");
    struct cJSON *current = put_collection(body, "current");
    struct cJSON *intended = put_collection(body, "intended");
    struct cJSON *delta = json_put_array(body, "delta");
    const char *seen_version = NULL;

    for (size_t i = 0; i < count; i++) {
        struct cJSON *rows = json_array(job->arena);

        put_entry(base, &sights[i], sights[i].base);
        put_entry(current, &sights[i], sights[i].current.content);
        put_entry(intended, &sights[i], sights[i].intended);
        triage_delta(job->arena, sights[i].base, sights[i].current.content, sights[i].intended,
                     rows);
        for (size_t row = 0; row < json_count(rows); row++) {
            struct cJSON *copy = json_copy(json_at(rows, row));
            const char *path = json_string(copy, "path");
            char *whole = arena_printf(job->arena, "/entry/%zu/resource%s", i, path ? path : "");

            json_put_string(copy, "path", whole);
            json_add(delta, copy);
        }
        if (sights[i].current.version)
            seen_version = sights[i].current.version;
    }
    json_put(body, "proposal", cJSON_CreateNull());
    json_put_string(body, "seenVersion", seen_version);
}

static void put_slots(const struct sight *sights, size_t count, struct cJSON *body)
{
    struct cJSON *slots = json_put_array(body, "slots");

    for (size_t i = 0; i < count; i++) {
        struct cJSON *slot = json_add_object(slots);

        json_put_integer(slot, "entry", (long long)sights[i].slot->entry);
        json_put_string(slot, "failureType", problem_kind(sights[i].slot));
        json_put_integer(slot, "status", sights[i].slot->status);
        json_put_string(slot, "seenVersion", sights[i].current.version);
    }
}

/* Looks at every slot that is not in effect. */
static enum go look_at_each(struct job *job,
                            enum go (*look)(struct job *job, struct slot *slot, struct sight *out),
                            struct sight *sights, size_t *out_count)
{
    struct intent *intent = job->intent;

    *out_count = 0;
    for (size_t i = 0; i < intent->slot_count; i++) {
        if (is_open(&intent->slots[i]) &&
            look(job, &intent->slots[i], &sights[(*out_count)++]) != GO_ON)
            return GO_LATER;
    }
    return GO_ON;
}

static enum go look_at_all(struct job *job, struct sight *sights, size_t *out_count)
{
    return look_at_each(job, look_at, sights, out_count);
}

/* The slot that gives the review its name: the first that is not merely pending. */
static const struct sight *leading(const struct sight *sights, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sights[i].slot->state != SLOT_PENDING)
            return &sights[i];
    }
    return sights;
}

static const char *body_of(struct job *job, const char *id, const struct sight *sights,
                           size_t count)
{
    const struct intent *intent = job->intent;
    const struct sight *lead = leading(sights, count);
    struct cJSON *body = json_object(job->arena);

    json_put_string(body, "id", id);
    json_put_string(body, "intent", intent->row.id);
    put_copy(body, "request", intent->request);
    json_put_string(body, "failureType", problem_kind(lead->slot));
    json_put_string(body, "why", problem_sentence(lead->slot));
    if (intent->bundle_type)
        put_compound(job, sights, count, body);
    else
        put_simple(job, lead, body);
    put_allowed(job, lead, is_any_others(sights, count), body);
    put_slots(sights, count, body);
    json_put_string(body, "correlationId", intent->row.correlation);
    return json_print(job->arena, body);
}

static void put_review(struct job *job, const char *id, const char *body, bool is_review_open)
{
    struct ledger_review *review = arena_alloc(job->arena, sizeof(*review));

    *review = (struct ledger_review){.id = id,
                                     .intent = job->intent->row.number,
                                     .body = body,
                                     .recorded_ms = (int64_t)clock_wall_ms(),
                                     .is_open = is_review_open};
    job->review = review;
}

enum go review_open(struct job *job)
{
    struct intent *intent = job->intent;
    struct sight *sights = arena_alloc(job->arena, sizeof(*sights) * (intent->slot_count + 1));
    size_t count;

    if (look_at_all(job, sights, &count) != GO_ON)
        return GO_LATER;
    if (!intent->review)
        intent->review =
            arena_printf(job->arena, "review-%s-%u", intent->row.id, ++intent->review_count);
    put_review(job, intent->review, body_of(job, intent->review, sights, count), true);
    return GO_ON;
}

/* ---- deciding ---- */

static struct task_end answer(struct decision *decision, int status, struct cJSON *body)
{
    decision->status = status;
    decision->answer = body;
    return (struct task_end){.is_timed = false};
}

static struct task_end refuse(struct decision *decision, int status, const char *title,
                              const char *detail)
{
    return answer(decision, status, problem_new(decision->arena, status, title, detail));
}

static bool is_same_version(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Has any chart moved on from what the review shows? */
static bool has_moved(const struct cJSON *review, const struct sight *sights, size_t count)
{
    const struct cJSON *slots = json_get(review, "slots");

    if (json_count(slots) != count)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!is_same_version(json_string(json_at(slots, i), "seenVersion"),
                             sights[i].current.version))
            return true;
    }
    return false;
}

/* The chart could not be seen: the server is left alone for as long as it asked for, by sweeps too. */
static void keep_away(struct job *job)
{
    struct err err = ERR_INIT;

    job_keep_away(job);
    if (job_write(job, &err)) /* the requests made count in any case */
        job_failed(job, &err);
}

/* Of a slot of unknown outcome, which is looked up once more: what the last reply said. */
static enum slot_state as_replied(const struct slot *slot)
{
    return outcome_from_reply(slot->status, true) == OUTCOME_APPLIED ? SLOT_CLAIMED : SLOT_SENT;
}

/* The slot is to be sent with `content` onto the version that was seen. */
static void send_onto(struct job *job, struct sight *sight, const struct cJSON *content)
{
    struct slot *slot = sight->slot;
    bool was_unknown = is_why(slot, "outcome-unknown");

    if (slot->how == WRITE_CREATE && slot->state == SLOT_DEVIANT && sight->current.version) {
        struct cJSON *whole = json_copy_root(job->arena, slot->content);

        json_put_string(whole, "id", slot->id); /* it is there: to be mended, not made again */
        slot->how = WRITE_UPDATE;
        resolve_send_onto(job, slot, whole, &sight->current);
    } else if (slot->how == WRITE_CREATE || slot->how == WRITE_DELETE || !content || was_unknown) {
        if (slot->how != WRITE_CREATE && !was_unknown && sight->current.version)
            slot->guard = sight->current.version;
    } else if (sight->current.version) {
        resolve_send_onto(job, slot, content, &sight->current);
    }
    slot->state = was_unknown ? as_replied(slot) : SLOT_PENDING;
    slot->is_decided = true;
    slot->why = NULL;
}

static const struct cJSON *merged_fields(struct job *job, const struct sight *sight,
                                         const struct cJSON *fields)
{
    size_t count = json_count(fields);
    const char **paths = arena_alloc(job->arena, sizeof(*paths) * (count + 1));

    for (size_t i = 0; i < count; i++) {
        paths[i] = json_text(json_at(fields, i));
        if (!paths[i] ||
            (!json_pointer(sight->base, paths[i]) && !json_pointer(sight->intended, paths[i]) &&
             !json_pointer(sight->current.content, paths[i])))
            return NULL;
    }
    if (!sight->intended || !sight->current.content || count == 0)
        return NULL;
    return triage_take(job->arena, sight->intended, sight->current.content, paths, count);
}

static bool is_in(const struct cJSON *list, const char *text)
{
    for (size_t i = 0; i < json_count(list); i++) {
        if (strcmp(json_text(json_at(list, i)), text) == 0)
            return true;
    }
    return false;
}

/* A decision that holds: durable, and for `apply` and `merge` the intent goes on. */
static struct task_end carry_out(struct decision *decision, struct job *job, const char *what)
{
    struct intent *intent = job->intent;
    struct cJSON *result = json_object(job->arena);
    struct err err = ERR_INIT;
    bool is_discard = strcmp(what, "discard") == 0;

    json_put_string(result, "decision", what);
    put_copy(result, "by", json_get(decision->body, "by"));
    put_copy(result, "fields", json_get(decision->body, "fields"));
    put_review(job, intent->review, job->review->body, false);
    intent->review = NULL;
    intent->state = is_discard ? INTENT_CANCELLED : INTENT_WRITING;
    intent->attempts_since = intent->requests_since = intent->waits = 0;
    intent->due_ms = 0;
    intent->is_due_kept = false;
    job_event(job, "decision", NULL, NULL, json_copy(result));
    if (is_discard) {
        job_event(job, "cancelled", NULL, NULL, NULL);
        job_audit(job, "cancelled", intent->bundle_type ? NULL : intent->slots, "not-checked");
    }
    if (job_write(job, &err))
        return refuse(decision, 503, "The ledger cannot be written", "Try again later.");
    if (!is_discard)
        reconcile_add(job->engine, intent);
    return answer(decision, 202, json_copy_root(decision->arena, intent_view(intent)));
}

/* What nobody could be asked about can perhaps be asked now. */
static void ask_again(struct job *job, struct slot *slot)
{
    slot->state = as_replied(slot);
    if (resolve_slot(job, slot) != GO_ON)
        slot->state = SLOT_SENT;
    if (slot->state == SLOT_SENT || slot->state == SLOT_PENDING) {
        slot->why = slot->state == SLOT_SENT || slot->may_come ? "outcome-unknown" : "exhausted";
        slot->state = SLOT_HUMAN;
    }
}

/* The attempts were given up, but one of them may have come through since. */
static enum go see_if_it_came(struct job *job, struct slot *slot)
{
    struct slot before = *slot;
    size_t events = job->event_count;

    slot->state = SLOT_SENT;
    enum go go = resolve_slot(job, slot);
    if (slot->state != SLOT_EFFECTIVE && slot->state != SLOT_DEVIANT) {
        *slot = before;
        job->event_count = events;
    }
    return go;
}

/* What has become of slots that wait for a human without anybody in the way? `out_go` GO_LATER: that could not be
 * seen. True when it ended the intent, or changed how it is open. */
static bool find_out(struct job *job, const struct ledger_review *row, enum go *out_go)
{
    struct intent *intent = job->intent;

    *out_go = GO_ON;
    for (size_t i = 0; i < intent->slot_count; i++) {
        struct slot *slot = &intent->slots[i];

        if (slot->state != SLOT_HUMAN)
            continue;
        if (is_why(slot, "outcome-unknown"))
            ask_again(job, slot);
        else if (is_why(slot, "exhausted") && intent->attempts > 0 &&
                 see_if_it_came(job, slot) != GO_ON)
            *out_go = GO_LATER;
    }
    if (reconcile_end_state(intent) == intent->state)
        return false;
    if (!intent_is_open(reconcile_end_state(intent))) {
        put_review(job, row->id, row->body, false);
        intent->review = NULL;
    }
    if (reconcile_end(job) == GO_LATER)
        reconcile_add(job->engine, intent);
    return true;
}

/* Nothing is called off that has happened. */
static struct task_end discard(struct decision *decision, struct job *job)
{
    enum go go;

    if (find_out(job, job->review, &go))
        return refuse(decision, 409, "The review is closed",
                      "The write came through after all; see the intent.");
    if (go != GO_ON) {
        keep_away(job);
        return refuse(decision, 503, "The chart cannot be read now",
                      "Nothing was decided. Try again later.");
    }
    return carry_out(decision, job, "discard");
}

static struct task_end decide_on(struct decision *decision, struct job *job,
                                 const struct cJSON *review)
{
    struct intent *intent = job->intent;
    const char *what = json_string(decision->body, "decision");
    struct sight *sights = arena_alloc(job->arena, sizeof(*sights) * (intent->slot_count + 1));
    struct err err = ERR_INIT;
    size_t count;

    if (strcmp(what, "discard") == 0)
        return discard(decision, job);
    if (look_at_all(job, sights, &count) != GO_ON) {
        keep_away(job);
        return refuse(decision, 503, "The chart cannot be read now",
                      "Nothing was decided. Try again later.");
    }
    if (has_moved(review, sights, count) || is_any_others(sights, count) ||
        !is_same_version(json_string(decision->body, "seenVersion"),
                         json_string(review, "seenVersion"))) {
        const char *body = body_of(job, intent->review, sights, count);

        put_review(job, intent->review, body, true);
        if (job_write(job, &err))
            return refuse(decision, 503, "The ledger cannot be written", "Try again later.");
        return answer(decision, 409, json_parse(decision->arena, body, strlen(body), &err));
    }
    for (size_t i = 0; i < count; i++) {
        const struct cJSON *content =
            strcmp(what, "merge") == 0
                ? merged_fields(job, &sights[i], json_get(decision->body, "fields"))
                : proposed(job, &sights[i]);

        if (strcmp(what, "merge") == 0 && !content)
            return refuse(decision, 422, "The fields cannot be merged",
                          "`fields` must be JSON Pointers into the resource, as in `delta`.");
        send_onto(job, &sights[i], content);
    }
    return carry_out(decision, job, what);
}

static struct task_end run_decision(void *arg, struct worker_lane *lane)
{
    struct decision *decision = arg;
    const char *what = json_string(decision->body, "decision");
    struct job *job = arena_alloc(decision->arena, sizeof(*job));
    struct ledger_review row;
    struct ledger_intent intent_row;
    struct intent *intent;
    struct err err = ERR_INIT;

    if (!ledger_find_review(decision->engine->ledger, decision->arena, decision->review, &row))
        return refuse(decision, 404, "There is no such review", "See GET /v1/reviews.");
    const struct cJSON *review = json_parse(decision->arena, row.body, strlen(row.body), &err);
    if (!row.is_open)
        return refuse(decision, 409, "The review is closed", "It has been decided already.");
    if (!ledger_find_number(decision->engine->ledger, decision->arena, row.intent, &intent_row) ||
        !(intent = intent_load(decision->arena, &intent_row, &err)))
        return refuse(decision, 500, "The ledger cannot be read", "See the log.");
    if (!what || !is_in(json_get(review, "allowed"), what))
        return refuse(decision, 422, "This decision is not open",
                      "`decision` must be one of the review's `allowed`.");
    job_init(job, decision->engine, lane, decision->arena, intent);
    intent->requests_since = 0;
    job->may_use_reserve = true;
    job->review = &row;
    return decide_on(decision, job, review);
}

static const char *order_key(struct arena *arena, const char *review)
{
    return arena_printf(arena, "review\n%s", review);
}

void review_decide(struct decision *decision)
{
    refuse(decision, 503, "The engine is stopping", "Nothing was decided. Try again later.");
    worker_call(decision->engine->worker, order_key(decision->arena, decision->review),
                run_decision, decision);
}

/* ---- refreshing ---- */

struct refresh {
    struct engine *engine;
    struct arena *arena;
    const char *id;
    struct cJSON *examined;
};

static struct task_end run_refresh(void *arg, struct worker_lane *lane)
{
    struct refresh *refresh = arg;
    struct arena *arena = refresh->arena;
    struct job *job = arena_alloc(arena, sizeof(*job));
    struct ledger_review row;
    struct ledger_intent intent_row;
    struct intent *intent;
    struct err err = ERR_INIT;
    enum go go;
    size_t count;

    if (!ledger_find_review(refresh->engine->ledger, arena, refresh->id, &row) || !row.is_open ||
        !ledger_find_number(refresh->engine->ledger, arena, row.intent, &intent_row) ||
        !(intent = intent_load(arena, &intent_row, &err)))
        return (struct task_end){.is_timed = false};
    if (intent_is_kept_away(intent))
        return (struct task_end){.is_timed = false};
    job_init(job, refresh->engine, lane, arena, intent);
    struct sight *sights = arena_alloc(arena, sizeof(*sights) * (intent->slot_count + 1));
    const struct cJSON *review = json_parse(arena, row.body, strlen(row.body), &err);
    job->may_use_reserve = true;
    if (find_out(job, &row, &go))
        return (struct task_end){.is_timed = false};
    if (look_at_each(job, look_now, sights, &count) != GO_ON || job->is_exhausted) {
        keep_away(job);
        return (struct task_end){.is_timed = false};
    }
    for (size_t i = 0; i < count; i++) {
        if (sights[i].current.reference)
            json_add(refresh->examined, cJSON_CreateString(sights[i].current.reference));
    }
    if (has_moved(review, sights, count) && look_at_all(job, sights, &count) == GO_ON &&
        !job->is_exhausted)
        put_review(job, row.id, body_of(job, row.id, sights, count), true);
    if (job_write(job, &err)) /* the requests made count in any case */
        job_failed(job, &err);
    return (struct task_end){.is_timed = false};
}

struct ids {
    struct arena *arena;
    const char **ids;
    size_t count, room;
    const char *about; /* only reviews whose text has this; NULL: all */
};

static void collect_id(void *arg, const struct ledger_review *review)
{
    struct ids *ids = arg;

    if (ids->about && !strstr(review->body, ids->about))
        return;
    if (ids->count == ids->room) {
        size_t room = ids->room ? 2 * ids->room : 64;

        ids->ids = arena_grow(ids->arena, ids->ids, ids->room * sizeof(*ids->ids),
                              room * sizeof(*ids->ids));
        ids->room = room;
    }
    ids->ids[ids->count++] = review->id;
}

void review_refresh_all(struct engine *engine, struct arena *arena, struct cJSON *examined)
{
    struct ids ids = {.arena = arena};

    ledger_open_reviews(engine->ledger, arena, collect_id, &ids);
    for (size_t i = 0; i < ids.count; i++) {
        struct refresh refresh = {
            .engine = engine, .arena = arena, .id = ids.ids[i], .examined = examined};

        worker_call(engine->worker, order_key(arena, ids.ids[i]), run_refresh, &refresh);
    }
}

static void release_refresh(void *arg)
{
    struct refresh *refresh = arg;

    arena_free(refresh->arena); /* it lives there itself */
}

void review_refresh_later(struct engine *engine, const char *reference)
{
    struct arena *arena = arena_new();
    const char *slash = strchr(reference, '/');
    struct ids ids = {.arena = arena, .about = slash ? slash + 1 : reference};

    ledger_open_reviews(engine->ledger, arena, collect_id, &ids);
    for (size_t i = 0; i < ids.count; i++) {
        struct arena *own = arena_new();
        struct refresh *refresh = arena_alloc(own, sizeof(*refresh));
        const char *key = order_key(own, ids.ids[i]);

        *refresh = (struct refresh){.engine = engine,
                                    .arena = own,
                                    .id = arena_strdup(own, ids.ids[i]),
                                    .examined = json_array(own)};
        worker_add(engine->worker, &(struct task){.fn = run_refresh,
                                                  .arg = refresh,
                                                  .release = release_refresh,
                                                  .keys = &key,
                                                  .key_count = 1,
                                                  .sequence = -1});
    }
    arena_free(arena);
}
