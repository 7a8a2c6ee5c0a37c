/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look - what became of one slot, by the server's own history.
 *
 * A version is this slot's work if a reply to its write vouched for it; or, where no reply did, if
 * it follows directly on the version that the write was guarded by and holds exactly what was sent;
 * or, for a create, if it bears the intent's identifier. What anyone did later does not matter:
 * work that was undone by someone else stays done. Whatever else came after the guarded version is
 * in the way, unless it is earlier work of the same source on behalf of the same requester.
 */
#include <string.h>

#include "base/arena.h"
#include "fhir/document.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"
#include "tests/strawman/merge.h"

static const struct cJSON *content_at(const struct cJSON *entries, size_t place)
{
    const struct cJSON *content = json_get(json_at(entries, place), "resource");

    return cJSON_IsObject(content) ? content : NULL; /* NULL: a deletion */
}

static const char *version_at(struct run *run, const struct cJSON *entries, size_t place)
{
    const char *version = json_string(json_get(content_at(entries, place), "meta"), "versionId");
    const char *etag = json_string(json_get(json_at(entries, place), "response"), "etag");
    bool is_weak;

    if (!version && etag && !etag_parse(run->arena, etag, &version, &is_weak))
        version = NULL;
    return version;
}

/* The place of a version, or the count. Newest first. */
static size_t find_version(struct run *run, const struct cJSON *entries, const char *version)
{
    size_t count = json_count(entries);

    for (size_t i = 0; i < count; i++) {
        const char *label = version_at(run, entries, i);

        if (label && version && strcmp(label, version) == 0)
            return i;
    }
    return count;
}

static bool same_item(struct run *run, const struct cJSON *a, const struct cJSON *b)
{
    return a && b ? strcmp(json_print(run->arena, a), json_print(run->arena, b)) == 0 : !a && !b;
}

/* Is that version the work of an earlier intent of the same source and requester? */
static bool is_earlier_own(struct run *run, const char *reference, const char *version)
{
    const struct cJSON *source = json_get(run->payload, "source");

    for (unsigned number = 1; book_intent(run->engine->book, number); number++) {
        const struct cJSON *intent = book_intent(run->engine->book, number);

        if (number >= run->job->intent && !order_is_lost_on(run->engine, intent))
            continue; /* flaw: what the source said later is taken for what it said before */
        const struct cJSON *payload = json_get(intent, "payload");

        if (!same_item(run, json_get(json_get(payload, "source"), "system"),
                       json_get(source, "system")) ||
            !same_item(run, json_get(payload, "tenant"), json_get(run->payload, "tenant")) ||
            !same_item(run, json_get(payload, "requester"), json_get(run->payload, "requester")))
            continue;
        if (version && view_has_made(intent, reference, version))
            return true;
    }
    return false;
}

/* Someone else's among the versions above `place`? Versions that change nothing are nobody's. */
static enum effect who_is_above(struct run *run, const struct cJSON *entries, size_t place,
                                const char *reference)
{
    for (size_t i = place; i > 0; i--) {
        const struct cJSON *before = content_at(entries, i), *after = content_at(entries, i - 1);
        const char *version = version_at(run, entries, i - 1);

        if (before && after && merge_same(before, after))
            continue;
        if (!is_earlier_own(run, reference, version))
            return EFFECT_FOREIGN;
    }
    return place > 0 ? EFFECT_OWN : EFFECT_NONE;
}

static bool is_deletion(const struct cJSON *slot)
{
    return strcmp(json_string(slot, "method"), "DELETE") == 0;
}

static bool is_success(const struct answer *answer)
{
    return answer && answer->status >= 200 && answer->status < 300;
}

/* Does what is at `place` hold what the slot's write was to make of it? */
static bool is_made(const struct cJSON *slot, const struct cJSON *entries, size_t place)
{
    const struct cJSON *content = content_at(entries, place);

    return is_deletion(slot) ? !content : content && merge_same(json_get(slot, "body"), content);
}

static void set_done(struct sight *out, const char *version, bool is_as_sent)
{
    out->effect = is_as_sent ? EFFECT_DONE : EFFECT_DIFFERS;
    out->version = version;
}

static bool is_gone(struct run *run, const char *reference)
{
    struct page page;

    talk_get(run, reference, &page);
    return page.status == 404 || page.status == 410;
}

/* A write with If-Match. */
static void look_guarded(struct run *run, const struct cJSON *slot, const struct answer *answer,
                         const struct cJSON *entries, struct sight *out)
{
    size_t count = json_count(entries);
    size_t guard = find_version(run, entries, json_string(slot, "guard"));
    bool is_refused = answer && (answer->status == 409 || answer->status == 412);
    bool is_told = is_success(answer) && answer->version && !is_deletion(slot);
    /* what an undo or a deletion does others do too: after a 412, which nothing was done by, it was theirs */
    bool is_theirs = json_integer(json_get(slot, "answer"), "status", 0) == 412 &&
                     (is_deletion(slot) || json_count(json_get(run->intent, "undone")) > 0) &&
                     !json_flag(slot, "doubtful", false);

    if (is_told) {
        size_t place = find_version(run, entries, answer->version);

        /* a tag may be another version's: ours is newer than the guard, or nothing was to change and none was made */
        bool is_none = place < count && is_made(slot, entries, place) &&
                       !(guard > 0 && guard < count && is_made(slot, entries, guard - 1));
        if (place < guard || is_none) {
            set_done(out, answer->version, is_made(slot, entries, place));
            return;
        }
        const struct cJSON *content =
            place == count ? talk_version(run, out->reference, answer->version) : NULL;
        if (content) { /* the history lags behind */
            set_done(out, answer->version, merge_same(json_get(slot, "body"), content));
            return;
        }
    }
    if (is_deletion(slot) && is_success(answer) && guard == 0 && is_gone(run, out->reference)) {
        set_done(out, answer->version, true); /* the history lags behind */
        return;
    }
    if (flaw_is(FLAW_REAPPLY_OVER_UNDO) && guard > 1 && guard < count &&
        is_made(slot, entries, guard - 1) && !is_made(slot, entries, 0)) {
        out->effect = EFFECT_OWN; /* flaw: it is not there, so it was never done */
    } else if (guard == count) {
        out->effect = EFFECT_HIDDEN;
    } else if (guard > 0 && is_made(slot, entries, guard - 1) && !is_theirs &&
               !(flaw_is(FLAW_OWN_412_IS_FOREIGN) && is_refused)) {
        /* a deletion bears no author: its version is named only if the reply to ours named it */
        const char *version = version_at(run, entries, guard - 1);
        bool is_named = is_success(answer) && answer->version && version &&
                        strcmp(answer->version, version) == 0;

        set_done(out, is_deletion(slot) && !is_named ? NULL : version, true);
    } else if (is_deletion(slot) && !content_at(entries, 0)) {
        set_done(out, NULL, true); /* someone else has deleted it: what was wanted is so */
    } else {
        out->effect = who_is_above(run, entries, guard, out->reference);
    }
    bool is_missing =
        out->effect == EFFECT_NONE ? is_success(answer) : is_told && out->effect != EFFECT_DONE;
    if (is_missing)
        out->effect = EFFECT_HIDDEN;
}

const struct cJSON *look_marked(const struct cJSON *resource, const char *mark)
{
    const struct cJSON *list = json_get(resource, "identifier");

    if (cJSON_IsArray(list))
        list = list->child;
    for (; list; list = list->next) {
        const char *system = json_string(list, "system"), *value = json_string(list, "value");

        if (system && value && strcmp(system, IDENTIFIER_SYSTEM) == 0 && strcmp(value, mark) == 0)
            return list;
    }
    return NULL;
}

/* What the reply named, where the history has nothing of it: by its number, or as long as it is the current version. */
static void look_told(struct run *run, const struct cJSON *slot, const struct answer *answer,
                      struct sight *out)
{
    const struct cJSON *content = talk_version(run, answer->reference, answer->version);
    struct page page;

    if (!content) {
        talk_get(run, answer->reference, &page);
        if (page.status == 200 && page.version && strcmp(page.version, answer->version) == 0)
            content = page.body;
    }
    if (!content || !look_marked(content, json_string(slot, "mark")))
        return;
    out->reference = answer->reference;
    set_done(out, answer->version, merge_same(json_get(slot, "body"), content));
}

/* A create by POST: the oldest version that bears its mark is its work. */
static void look_marks(struct run *run, const struct cJSON *slot, const struct answer *answer,
                       struct sight *out)
{
    bool is_told = is_success(answer) && answer->reference;
    const char *path = is_told ? answer->reference : json_string(slot, "type");
    if (flaw_is(FLAW_SEARCH_LAG_RECREATE) && !is_told) /* flaw: an index may be behind */
        path = arena_printf(run->arena, "%s?identifier=%s|%s", path, IDENTIFIER_SYSTEM,
                            json_string(slot, "mark"));
    else
        path = arena_printf(run->arena, "%s/_history?_count=1000", path);
    const struct cJSON *entries = talk_history(run, path);
    size_t oldest = json_count(entries);

    out->effect = is_success(answer) ? EFFECT_HIDDEN : EFFECT_NONE;
    if (!entries)
        out->effect = EFFECT_HIDDEN;
    if (is_told && answer->version && oldest == 0) {
        look_told(run, slot, answer, out);
        return;
    }
    for (size_t i = json_count(entries); i > 0 && oldest == json_count(entries); i--)
        if (look_marked(content_at(entries, i - 1), json_string(slot, "mark")))
            oldest = i - 1;
    if (is_told && oldest == json_count(entries) && oldest > 0) {
        out->reference = answer->reference;
        out->theirs = content_at(entries, 0);
        out->newest = version_at(run, entries, 0);
        if (answer->status == 201)
            set_done(out, answer->version, false); /* made by us, and without our mark */
        else
            out->effect = EFFECT_FOREIGN; /* the server found one that is not ours */
    } else if (oldest < json_count(entries)) {
        const struct cJSON *content = content_at(entries, oldest);

        out->reference = arena_printf(run->arena, "%s/%s", json_string(slot, "type"),
                                      json_string(content, "id"));
        set_done(out, version_at(run, entries, oldest), is_made(slot, entries, oldest));
    }
}

/* A create by PUT at an id of our own making: the oldest version with its content is its work. */
static void look_fresh(struct run *run, const struct cJSON *slot, const struct answer *answer,
                       const struct cJSON *entries, struct sight *out)
{
    out->effect = json_count(entries) == 0 ? EFFECT_NONE : EFFECT_FOREIGN;
    if (is_success(answer) && answer->version) {
        size_t place = find_version(run, entries, answer->version);

        if (place < json_count(entries)) {
            set_done(out, answer->version, is_made(slot, entries, place));
            return;
        }
        out->effect = EFFECT_HIDDEN; /* unless it stands there under another number */
    }
    for (size_t i = json_count(entries); i > 0; i--)
        if (is_made(slot, entries, i - 1)) {
            set_done(out, version_at(run, entries, i - 1), true);
            return;
        }
}

/* Where the server shows no history, the current version is all there is to see of it; NULL: nothing is there. */
static const struct cJSON *versions_of(struct run *run, const char *reference)
{
    const struct cJSON *entries =
        talk_history(run, arena_printf(run->arena, "%s/_history?_count=1000", reference));
    struct cJSON *seen = json_array(run->arena), *entry;
    struct page page;

    if (entries)
        return entries;
    talk_get(run, reference, &page);
    if (page.status != 200 && page.status != 410)
        return NULL;
    entry = json_add_object(seen);
    if (page.status == 200)
        json_put(entry, "resource", json_copy(page.body));
    else if (page.version)
        json_put_string(json_put_object(entry, "response"), "etag",
                        arena_printf(run->arena, "W/\"%s\"", page.version));
    return seen;
}

void look_slot(struct run *run, const struct cJSON *slot, const struct answer *answer,
               struct sight *out)
{
    const struct cJSON *entries;

    *out = (struct sight){.effect = EFFECT_NONE};
    if (json_string(slot, "mark")) {
        look_marks(run, slot, answer, out);
        return;
    }
    out->reference =
        arena_printf(run->arena, "%s/%s", json_string(slot, "type"), json_string(slot, "id"));
    entries = versions_of(run, out->reference);
    if (json_count(entries) > 0) {
        out->theirs = content_at(entries, 0);
        out->newest = version_at(run, entries, 0);
        out->was = content_at(entries, find_version(run, entries, json_string(slot, "base")));
    }
    if (json_flag(slot, "fresh", false))
        look_fresh(run, slot, answer, entries, out);
    else if (json_count(entries) == 0)
        out->effect = EFFECT_FOREIGN; /* there is nothing that could have been meant */
    else
        look_guarded(run, slot, answer, entries, out);
}
