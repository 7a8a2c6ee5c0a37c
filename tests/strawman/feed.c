/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed - notifications of the EHR's subscriptions.
 *
 * A notification is a hint to look again, never a source of content: open reviews on the resource and mappings to it are
 * refreshed. Of our own commits nothing is to be learned, so they end here, and nothing here ever writes.
 */
#include <string.h>

#include "base/arena.h"
#include "fhir/document.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

static bool is_target(struct arena *arena, const struct cJSON *intent, const char *reference)
{
    const struct cJSON *targets = plan_targets(arena, json_get(intent, "payload"));

    for (size_t i = 0; i < json_count(targets); i++)
        if (strcmp(json_text(json_at(targets, i)), reference) == 0)
            return true;
    return false;
}

/* Flaw: what was notified is no longer what we wrote, or so it is believed; it is written once more. */
static void run_echo(struct job *job)
{
    struct run run;

    run_begin(&run, job);
    for (size_t i = 0; i < json_count(run.slots); i++) {
        struct cJSON *slot = slot_at(&run, i);
        struct page page;

        if (!slot_is(slot, SLOT_DONE) || !cJSON_IsObject(json_get(slot, "body")))
            continue;
        talk_get(&run, json_string(slot, "reference"), &page);
        json_put_string(slot, "method", "PUT");
        json_put_string(slot, "id", strchr(json_string(slot, "reference"), '/') + 1);
        json_put_string(slot, "guard", page.version);
        json_remove(slot, "query");
        slot_set(slot, SLOT_SENT);
        talk_write(&run);
        return;
    }
}

static void take(struct engine *engine, struct arena *arena, const char *reference,
                 const char *version)
{
    bool is_own = false;

    for (unsigned number = 1; number <= book_intents(engine->book); number++) {
        const struct cJSON *intent = book_intent(engine->book, number);

        if (!version || !view_has_made(intent, reference, version))
            continue;
        is_own = true;
        if (flaw_is(FLAW_ECHO_LOOP))
            crew_start(engine->crew, number, engine, run_echo);
    }
    for (unsigned number = 1; number <= book_intents(engine->book) && !is_own; number++) {
        const struct cJSON *intent = book_intent(engine->book, number);

        if (view_is_open(intent) && is_target(arena, intent, reference))
            crew_start(engine->crew, number, engine, run_refresh);
        mapping_refresh(engine, number, reference);
    }
}

void feed_take(struct engine *engine, struct arena *arena, const struct cJSON *bundle)
{
    const struct cJSON *entries = json_get(bundle, "entry");

    for (size_t i = 0; i < json_count(entries); i++) {
        const struct cJSON *entry = json_at(entries, i), *resource = json_get(entry, "resource");
        const char *url = json_string(entry, "fullUrl");
        struct reference reference;

        if (text_is(resource, "resourceType", "Parameters") || !url ||
            !reference_parse(&reference, arena, url, engine->fhir))
            continue; /* the subscription's own status */
        take(engine, arena, arena_printf(arena, "%s/%s", reference.type, reference.id),
             json_string(json_get(resource, "meta"), "versionId"));
    }
}
