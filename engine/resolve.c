/* SPDX-License-Identifier: Apache-2.0 */
/* resolve - see the header. */
#include "engine/resolve.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "engine/bundle.h"
#include "engine/content.h"
#include "engine/look.h"
#include "engine/metrics.h"
#include "engine/outcome.h"
#include "engine/triage.h"
#include "engine/whose.h"
#include "fhir/document.h"
#include "fhir/patch.h"

/* A history that has another version in the place of the one that a reply named, or none, is looked at again so often. */
#define CLAIM_LOOKS 2
#define LAG_LOOKS   5

/* It stands in the chart; `why` not NULL: but not as it should. */
static void stands(struct job *job, struct slot *slot, const char *version, const char *why)
{
    slot->state = why ? SLOT_DEVIANT : SLOT_EFFECTIVE;
    slot->version = version;
    slot->why = why;
    job_commit(job, slot);
}

static void effective(struct job *job, struct slot *slot, const char *version, bool is_as_sent)
{
    stands(job, slot, version, is_as_sent ? NULL : "stored-otherwise");
}

static enum go human(struct slot *slot, const char *why)
{
    slot->state = SLOT_HUMAN;
    slot->why = why;
    return GO_ON;
}

static bool has_tests(const struct slot *slot)
{
    for (size_t i = 0; slot->how == WRITE_PATCH && i < json_count(slot->content); i++) {
        const char *op = json_string(json_at(slot->content, i), "op");

        if (op && strcmp(op, "test") == 0)
            return true;
    }
    return false;
}

/* It is not in the chart, and the chart is as it was: what the reply said decides. But an earlier
 * attempt without a reply may come through at any time: then nobody can say that it was refused. */
static enum go not_applied(struct job *job, struct slot *slot)
{
    enum outcome outcome = outcome_from_reply(slot->status, true);

    slot->may_come = slot->may_come || outcome == OUTCOME_UNKNOWN;
    if (outcome != OUTCOME_REFUSED) {
        slot->state = SLOT_PENDING;
        job->must_wait = true;
        return GO_ON;
    }
    if (slot->may_come)
        return human(slot, "outcome-unknown");
    if (slot->status == 422 && has_tests(slot))
        return human(slot, "test-failed"); /* the chart is not what the source believed */
    slot->state = SLOT_REFUSED;
    slot->why = "refused";
    return GO_ON;
}

const struct cJSON *resolve_intended(struct job *job, const struct slot *slot,
                                     const struct cJSON *base)
{
    enum patch_result result;
    struct err err = ERR_INIT;

    if (slot->how != WRITE_PATCH)
        return slot->content;
    return base ? patch_apply(job->arena, base, slot->content, &result, &err) : NULL;
}

/* Does the pointer lead through the same list entries in both? An index means the entry it had in
 * the base. */
static bool is_same_place(struct arena *arena, const char *path, const struct cJSON *base,
                          const struct cJSON *current)
{
    for (const char *at = path ? strchr(path, '/') : NULL; at; at = strchr(at + 1, '/')) {
        char *prefix = arena_copy(arena, path, (size_t)(at - path));
        const struct cJSON *list = json_pointer(base, prefix);

        if (cJSON_IsArray(list) && at[1] != '-' &&
            !content_equal(arena, list, json_pointer(current, prefix)))
            return false;
    }
    return true;
}

static bool has_same_places(struct arena *arena, const struct cJSON *patch,
                            const struct cJSON *base, const struct cJSON *current)
{
    for (size_t i = 0; i < json_count(patch); i++) {
        const struct cJSON *op = json_at(patch, i);

        if (!is_same_place(arena, json_string(op, "path"), base, current) ||
            !is_same_place(arena, json_string(op, "from"), base, current))
            return false;
    }
    return true;
}

static bool has_entry(struct arena *arena, const struct cJSON *list, const struct cJSON *entry)
{
    for (size_t i = 0; i < json_count(list); i++) {
        if (content_equal(arena, json_at(list, i), entry))
            return true;
    }
    return false;
}

/* The same in both, at `path` and below, or in `current` what is intended already. An entry of a
 * list may stand elsewhere by now. */
static bool is_unchanged(struct arena *arena, const char *path, const struct cJSON *base,
                         const struct cJSON *current, const struct cJSON *intended)
{
    for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
        char *list = arena_copy(arena, path, (size_t)(at - path));
        char *entry = arena_copy(arena, path, (size_t)(at - path) + 1 + strcspn(at + 1, "/"));

        if (cJSON_IsArray(json_pointer(base, list)) &&
            has_entry(arena, json_pointer(current, list), json_pointer(base, entry)))
            return true;
    }
    const struct cJSON *now = json_pointer(current, path);
    return content_equal(arena, json_pointer(base, path), now) ||
           content_equal(arena, json_pointer(intended, path), now);
}

/* A new entry of a list touches none that is there. */
static bool is_insertion(struct arena *arena, const struct cJSON *op, const struct cJSON *base)
{
    const char *path = json_string(op, "path");
    const char *last = strrchr(path, '/');

    return last && strcmp(json_string(op, "op"), "add") == 0 &&
           cJSON_IsArray(json_pointer(base, arena_copy(arena, path, (size_t)(last - path))));
}

/* Others changed nothing that the patch names, which it touches whole. */
static bool is_apart(struct arena *arena, const struct cJSON *patch, const struct cJSON *base,
                     const struct cJSON *current, const struct cJSON *intended)
{
    for (size_t i = 0; i < json_count(patch); i++) {
        const struct cJSON *op = json_at(patch, i);
        const char *from = json_string(op, "from");

        if (strcmp(json_string(op, "op"), "test") == 0)
            continue;
        if (!is_insertion(arena, op, base) &&
            !is_unchanged(arena, json_string(op, "path"), base, current, intended))
            return false;
        if (from && !is_unchanged(arena, from, base, current, intended))
            return false;
    }
    return true;
}

const struct cJSON *resolve_rebased(struct job *job, const struct slot *slot,
                                    const struct cJSON *base, const struct cJSON *current,
                                    enum triage_mode mode)
{
    const struct cJSON *intended = resolve_intended(job, slot, base);

    if (!base || !intended)
        return NULL;
    if (mode == TRIAGE_FOREIGN && slot->how == WRITE_PATCH &&
        !is_apart(job->arena, slot->content, base, current, intended))
        return NULL;
    const struct cJSON *merged = triage_merge(job->arena, base, intended, current, mode);
    if (slot->how != WRITE_PATCH || (mode == TRIAGE_FOREIGN && !merged) ||
        !has_same_places(job->arena, slot->content, base, current))
        return merged;
    const struct cJSON *applied = resolve_intended(job, slot, current);
    return applied ? applied : merged;
}

void resolve_send_onto(struct job *job, struct slot *slot, const struct cJSON *content,
                       const struct seen *onto)
{
    const struct cJSON *by_itself =
        slot->how == WRITE_PATCH ? resolve_intended(job, slot, onto->content) : NULL;

    slot->guard = onto->version;
    slot->may_come = false; /* its guard is gone */
    slot->state = SLOT_PENDING;
    if (by_itself && content_holds(job->arena, by_itself, content, NULL))
        return;
    slot->content = content;
    slot->how = WRITE_UPDATE;
    slot->is_replaced = true;
}

bool resolve_holds(struct job *job, const struct cJSON *stored, const struct cJSON *sent)
{
    struct content_links links = bundle_links(job);

    return stored && sent && content_holds(job->arena, stored, sent, &links);
}

/* The server shows no version but the current one. Where that is the one that the reply named, it must be what was sent;
 * where it is a newer one, the reply's word is all there is. */
static enum go believe(struct job *job, struct slot *slot)
{
    struct seen seen;

    enum look look = look_current(job, slot->type, slot->id, &seen);
    if (look == LOOK_LATER || look == LOOK_NOT)
        return GO_LATER;
    const struct cJSON *intended =
        look == LOOK_FOUND ? resolve_intended(job, slot, seen.content) : NULL;
    bool is_it = look == LOOK_FOUND && strcmp(seen.version, slot->version) == 0;
    effective(job, slot, slot->version,
              !is_it || !intended || resolve_holds(job, seen.content, intended));
    return GO_ON;
}

/* ---- create ---- */

static bool split(struct job *job, const char *text, struct slot *slot)
{
    struct reference reference;

    if (!text || !reference_parse(&reference, job->arena, text, job->engine->options.fhir))
        return false;
    slot->id = reference.id;
    return true;
}

/* It bears our identifier, so it is ours: its first version is what we made. Where others may bear
 * it too it is ours if we were told so, or if it began with exactly what may have been sent. */
static enum go adopt(struct job *job, struct slot *slot, const struct seen *seen)
{
    struct seen first;

    if (!split(job, seen->reference, slot))
        return GO_LATER;
    enum look look = look_first(job, slot->type, slot->id, seen, &first);
    if (look == LOOK_LATER)
        return GO_LATER;
    if (look == LOOK_NOT && slot->state == SLOT_CLAIMED && slot->version)
        return believe(job, slot);
    bool is_as_sent = resolve_holds(job, first.content, slot->content);
    bool was_there = slot->existing && job->intent->attempts == 1;
    if (slot->is_mark_shared && slot->state == SLOT_SENT && (was_there || !is_as_sent)) {
        slot->id = NULL;
        slot->existing = seen->reference;
        return human(slot, "exists");
    }
    effective(job, slot, first.version, is_as_sent);
    return GO_ON;
}

/* *out_is_lost: the server has no longer what it said it made. */
static enum go resolve_claimed_create(struct job *job, struct slot *slot, bool *out_is_done,
                                      bool *out_is_lost)
{
    struct seen seen;

    *out_is_done = false;
    if (!slot->id || !slot->version)
        return GO_ON;
    enum look look = look_version(job, slot->type, slot->id, slot->version, &seen);
    if (look == LOOK_LATER)
        return GO_LATER;
    *out_is_lost = look == LOOK_NONE || look == LOOK_GONE;
    if (look == LOOK_FOUND && look_bears(seen.content, slot)) {
        effective(job, slot, seen.version, resolve_holds(job, seen.content, slot->content));
        *out_is_done = true;
    }
    return GO_ON;
}

/* If-None-Exist found something. Ours from an attempt whose answer was lost, or somebody else's. */
static enum go resolve_existing(struct job *job, struct slot *slot, bool *out_is_done)
{
    const char *id = strrchr(slot->existing, '/') + 1;
    struct seen seen;

    *out_is_done = true;
    enum look look = look_current(job, slot->type, id, &seen);
    if (look == LOOK_LATER)
        return GO_LATER;
    if (look == LOOK_FOUND && look_bears(seen.content, slot))
        return adopt(job, slot, &seen);
    if (look == LOOK_FOUND)
        return human(slot, "exists");
    *out_is_done = false;
    return GO_ON;
}

static enum go resolve_create(struct job *job, struct slot *slot)
{
    bool is_claimed = slot->state == SLOT_CLAIMED;
    bool is_done = false, is_lost = false;
    struct seen seen;
    size_t count;
    enum go go = GO_ON;

    if (is_claimed)
        go = resolve_claimed_create(job, slot, &is_done, &is_lost);
    else if (slot->existing)
        go = resolve_existing(job, slot, &is_done);
    if (is_done || go != GO_ON)
        return go;
    enum look look = look_marked(job, slot, &seen, 1, &count);
    if (look == LOOK_FOUND && count > 1)
        return human(slot, "several");
    if (look == LOOK_FOUND)
        return adopt(job, slot, &seen);
    if (is_claimed && is_lost && look == LOOK_NONE && job->intent->waits >= LAG_LOOKS)
        return human(slot, "outcome-unknown");
    if (look != LOOK_NONE || is_claimed)
        return GO_LATER; /* said to be there: the search lags behind */
    slot->existing = NULL;
    return not_applied(job, slot);
}

/* ---- update, patch, delete ---- */

/* The place of `version` in the history; history.count when it is not there. */
static size_t place(const struct history *history, const char *version)
{
    size_t at = 0;

    while (at < history->count &&
           (!history->versions[at].version || strcmp(history->versions[at].version, version) != 0))
        at++;
    return at;
}

struct target { /* what was found out about the target of a slot */
    enum look current_look;
    struct seen current;
    struct history history;
    size_t guard_at; /* in the history; its count: not there */
    const struct cJSON *base;
};

static enum go see_history(struct job *job, struct slot *slot, struct target *target)
{
    struct seen base;

    enum look look = look_history(job, slot->type, slot->id, &target->history);
    if (look == LOOK_LATER)
        return GO_LATER;
    target->guard_at = place(&target->history, slot->guard);
    if (target->guard_at < target->history.count)
        target->base = target->history.versions[target->guard_at].content;
    if (target->base)
        return GO_ON;
    look = look_version(job, slot->type, slot->id, slot->guard, &base);
    if (look == LOOK_LATER)
        return GO_LATER;
    target->base = look == LOOK_FOUND ? base.content : NULL;
    return GO_ON;
}

/* Was it made here, by this or an earlier intent of the same source and requester? */
static bool is_ours(struct job *job, const char *reference, const struct seen *seen)
{
    const struct intent *intent = job->intent;
    struct ledger_commit commit = {.reference = reference,
                                   .version = seen->version,
                                   .tenant = intent->row.tenant,
                                   .system = intent->row.system,
                                   .requester = intent->requester};

    return commit.version && ledger_is_own(job->engine->ledger, &commit, intent->row.number);
}

/* Every version after the guard is ours. */
static bool is_our_chain(struct job *job, const struct target *target, const char *reference)
{
    if (target->guard_at + 1 >= target->history.count || target->current_look != LOOK_FOUND)
        return false;
    const struct seen *newest = &target->history.versions[target->history.count - 1];
    if (!newest->version || strcmp(newest->version, target->current.version) != 0)
        return false;
    for (size_t i = target->guard_at + 1; i < target->history.count; i++) {
        if (!is_ours(job, reference, &target->history.versions[i]))
            return false;
    }
    return true;
}

/* The base may be silent on what others changed: they may have undone what an earlier intent of this source had written
 * since. The last version of ours must not speak against it either. */
static bool is_apart_from_ours(struct job *job, const struct slot *slot,
                               const struct target *target, const char *reference)
{
    for (size_t i = target->history.count; i-- > target->guard_at + 1;) {
        const struct seen *seen = &target->history.versions[i];

        if (!seen->content || !is_ours(job, reference, seen))
            continue;
        const struct cJSON *meant =
            resolve_rebased(job, slot, target->base, seen->content, TRIAGE_OURS);
        if (!meant)
            return false;
        if (slot->how == WRITE_PATCH &&
            !is_apart(job->arena, slot->content, seen->content, target->current.content, meant))
            return false;
        return triage_merge(job->arena, seen->content, meant, target->current.content,
                            TRIAGE_FOREIGN) != NULL;
    }
    return true;
}

/* Do the `test`s of a patch still hold where the merge goes? */
static bool tests_hold(struct job *job, const struct slot *slot, const struct cJSON *current)
{
    for (size_t i = 0; slot->how == WRITE_PATCH && i < json_count(slot->content); i++) {
        const struct cJSON *op = json_at(slot->content, i);
        const char *path = json_string(op, "path");

        if (strcmp(json_string(op, "op"), "test") == 0 &&
            !content_equal(job->arena, json_pointer(current, path), json_get(op, "value")))
            return false;
    }
    return true;
}

static void say_merged(struct job *job, const struct slot *slot)
{
    struct cJSON *result = json_object(job->arena);
    char hash[HASH_HEX_SIZE];

    hash_canonical(slot->content, hash);
    json_put_string(result, "reference", slot_reference(slot, job->arena));
    json_put_string(result, "versionId", slot->guard);
    job_event(job, "merged", slot, hash, json_copy(result));
}

/* The chart has moved on from the guard, and not by this slot. */
static enum go moved_on(struct job *job, struct slot *slot, const struct target *target)
{
    const struct cJSON *current = target->current.content;
    const char *reference = slot_reference(slot, job->arena);
    bool is_own = is_our_chain(job, target, reference);
    bool is_others;

    if (target->current_look != LOOK_FOUND)
        return human(slot, "target-deleted");
    if (whose(job, current, &is_others) != GO_ON)
        return GO_LATER;
    if (is_others)
        return human(slot, "other-patient");
    if (slot->is_decided)
        return human(slot, "conflict");
    if (slot->how == WRITE_DELETE && is_own) {
        slot->guard = target->current.version;
        slot->may_come = false;
        slot->state = SLOT_PENDING;
        job->must_wait = true;
        return GO_ON;
    }
    if (slot->how == WRITE_DELETE || (!is_own && triage_is_sensitive(slot->type)) ||
        !tests_hold(job, slot, current))
        return human(slot, "conflict");
    const struct cJSON *merged =
        resolve_rebased(job, slot, target->base, current, is_own ? TRIAGE_OURS : TRIAGE_FOREIGN);
    if (!merged || (!is_own && !is_apart_from_ours(job, slot, target, reference)))
        return human(slot, "conflict");
    resolve_send_onto(job, slot, merged, &target->current);
    job->must_wait = true;
    say_merged(job, slot);
    return GO_ON;
}

/* The version that follows the guard, if the history has both. */
static const struct seen *successor(const struct target *target)
{
    return target->guard_at + 1 < target->history.count
               ? &target->history.versions[target->guard_at + 1]
               : NULL;
}

/* By an intent that took it for its own already. */
static bool is_made_here(struct job *job, const struct slot *slot, const struct seen *seen)
{
    return ledger_has_commit(job->engine->ledger, slot_reference(slot, job->arena), seen->version);
}

/* A server that did not look at the guard wrote it over what somebody else entered meanwhile: the version that is what was
 * sent on top of the one before, and the one that the reply named where it named any. NULL: none. */
static const struct seen *made_elsewhere(struct job *job, const struct slot *slot,
                                         const struct target *target)
{
    const struct history *history = &target->history;

    for (size_t i = target->guard_at + 2; i < history->count; i++) {
        const struct seen *seen = &history->versions[i];

        if (seen->version && (!slot->version || strcmp(seen->version, slot->version) == 0) &&
            !is_made_here(job, slot, seen) &&
            resolve_holds(job, seen->content,
                          resolve_intended(job, slot, history->versions[i - 1].content)))
            return seen;
    }
    return NULL;
}

/* The reply named no version: is the only one that followed the guard what it made? */
static bool is_only_one(const struct slot *slot, const struct target *target)
{
    return !slot->version && target->guard_at + 2 == target->history.count;
}

/* The version named is the one before: so says a server that made none, as nothing was to change, and one that is mistaken. */
static bool names_guard(const struct slot *slot)
{
    return slot->version && strcmp(slot->version, slot->guard) == 0;
}

/* A reply said it was applied: find it, and see that it is what was sent. */
static enum go resolve_claimed(struct job *job, struct slot *slot)
{
    struct target target = {.base = NULL};
    struct seen seen = {.content = NULL};
    enum look look = LOOK_LATER; /* of the version that the reply named */

    if (see_history(job, slot, &target) != GO_ON)
        return GO_LATER;
    const struct cJSON *intended = resolve_intended(job, slot, target.base);
    const struct seen *made = successor(&target);
    if (names_guard(slot) && resolve_holds(job, target.base, intended) &&
        !(made && resolve_holds(job, made->content, intended))) {
        effective(job, slot, slot->version, true); /* it made none */
        return GO_ON;
    }
    bool is_looked_up = !made && slot->version && !names_guard(slot) && intended;
    if (is_looked_up) {
        look = look_version(job, slot->type, slot->id, slot->version, &seen);
        if (look == LOOK_LATER)
            return GO_LATER;
        bool is_as_sent = look == LOOK_FOUND && resolve_holds(job, seen.content, intended);
        if (is_as_sent || (look == LOOK_FOUND && job->intent->waits >= LAG_LOOKS)) {
            effective(job, slot, slot->version, is_as_sent); /* the history lags behind */
            return GO_ON;
        }
    }
    if (made && made->version) {
        bool is_as_sent = resolve_holds(job, made->content, intended);
        bool is_named = slot->version && made->content && strcmp(made->version, slot->version) == 0;

        /* a number that another intent's version had may be given anew, where a server was restored */
        if ((is_as_sent && is_named) ||
            ((is_as_sent || is_named || (made->content && is_only_one(slot, &target))) &&
             !is_made_here(job, slot, made))) {
            effective(job, slot, made->version, is_as_sent);
            return GO_ON;
        }
        const struct seen *elsewhere = made_elsewhere(job, slot, &target);
        if (elsewhere) {
            stands(job, slot, elsewhere->version, "guard-ignored");
            return GO_ON;
        }
        if (job->intent->waits >= CLAIM_LOOKS) /* somebody else's is in its place */
            return human(slot, "outcome-unknown");
        return GO_LATER;
    }
    if (target.history.count > 0 && job->intent->waits >= LAG_LOOKS)
        return human(slot, "outcome-unknown");
    if (!slot->version || target.history.count > 0)
        return GO_LATER; /* the history lags behind, or nothing says which version it is */
    if (!is_looked_up)
        look = look_version(job, slot->type, slot->id, slot->version, &seen);
    if (look == LOOK_NOT)
        return believe(job, slot);
    if (look != LOOK_FOUND)
        return GO_LATER;
    effective(job, slot, slot->version, resolve_holds(job, seen.content, intended));
    return GO_ON;
}

/* One read may be stale. Where "it is as it was" is not tried out by sending the write again, the
 * history must agree. */
static bool needs_second_look(const struct job *job, const struct slot *slot)
{
    return job->is_second_look || outcome_from_reply(slot->status, true) == OUTCOME_REFUSED;
}

/* The server shows no history, or one that lags behind, and the current version is not what the write was guarded by. NULL:
 * it is somebody else's, for the only attempt was refused. */
static const char *who_knows(struct job *job, const struct slot *slot, const struct target *target)
{
    if (outcome_from_reply(slot->status, true) != OUTCOME_STALE)
        return "outcome-unknown";
    if (slot->may_come)
        return "conflict"; /* it may be with itself */
    return is_ours(job, slot_reference(slot, job->arena), &target->current) ? "base-gone" : NULL;
}

static enum go resolve_sent(struct job *job, struct slot *slot)
{
    struct target target = {.base = NULL};
    const char *why = NULL;

    target.current_look = look_current(job, slot->type, slot->id, &target.current);
    if (target.current_look == LOOK_LATER || target.current_look == LOOK_NOT)
        return GO_LATER;
    bool is_there = target.current_look == LOOK_FOUND;
    if (slot->how == WRITE_DELETE && !is_there) {
        effective(job, slot, NULL, true);
        return GO_ON;
    }
    bool is_as_it_was = is_there && strcmp(target.current.version, slot->guard) == 0;
    if (is_as_it_was && !needs_second_look(job, slot))
        return not_applied(job, slot);
    if (see_history(job, slot, &target) != GO_ON)
        return GO_LATER;
    if (is_as_it_was)
        return successor(&target) ? GO_LATER /* the read was stale */ : not_applied(job, slot);
    size_t current_at = is_there ? place(&target.history, target.current.version) : 0;
    if (is_there && current_at < target.guard_at)
        return GO_LATER; /* older than what the intent was made on: a stale read */
    bool may_tell =
        target.history.count > 0 || is_ours(job, slot_reference(slot, job->arena), &target.current);
    if (is_there && may_tell && current_at == target.history.count &&
        job->intent->waits < LAG_LOOKS)
        return GO_LATER; /* the history lags behind, or is not shown although the current one is ours: it may tell yet */
    const struct cJSON *intended = resolve_intended(job, slot, target.base);
    const struct seen *made = successor(&target);
    if (slot->how != WRITE_DELETE && made && made->version &&
        resolve_holds(job, made->content, intended)) {
        effective(job, slot, made->version, true);
        return GO_ON;
    }
    if (slot->how != WRITE_DELETE && !made && is_there &&
        resolve_holds(job, target.current.content, intended)) {
        effective(job, slot, target.current.version, true); /* no history to tell it better */
        return GO_ON;
    }
    if (outcome_from_reply(slot->status, true) == OUTCOME_REFUSED &&
        !(slot->status == 422 && has_tests(slot))) {
        slot->may_come = false; /* the version it was guarded by is no longer the newest */
        return not_applied(job, slot);
    }
    if (outcome_from_reply(slot->status, true) != OUTCOME_STALE && !slot->is_decided &&
        made_elsewhere(job, slot, &target))
        return human(slot, "outcome-unknown"); /* where the guard is not looked at it is ours */
    bool is_hidden = target.history.count > 0 ? current_at == target.history.count : !target.base;
    if (is_there && is_hidden)
        why = who_knows(job, slot, &target);
    if (why)
        return human(slot, why);
    if (outcome_from_reply(slot->status, true) != OUTCOME_STALE)
        metrics_add(job->engine->metrics, METRIC_CONFLICTS);
    return moved_on(job, slot, &target);
}

/* A reply said that it is deleted, and is believed. Where the server does not look at guards, what somebody else entered
 * meanwhile may have gone with it. */
static enum go resolve_claimed_delete(struct job *job, struct slot *slot)
{
    struct history history;

    if (look_history(job, slot->type, slot->id, &history) == LOOK_LATER)
        return GO_LATER;
    size_t next = place(&history, slot->guard) + 1;
    stands(job, slot, slot->version,
           next < history.count && history.versions[next].content ? "guard-ignored" : NULL);
    return GO_ON;
}

enum go resolve_slot(struct job *job, struct slot *slot)
{
    if (slot->how == WRITE_CREATE)
        return resolve_create(job, slot);
    if (slot->state == SLOT_CLAIMED && slot->how == WRITE_DELETE)
        return resolve_claimed_delete(job, slot);
    if (slot->state == SLOT_CLAIMED)
        return resolve_claimed(job, slot);
    return resolve_sent(job, slot);
}
