/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping - which resource an external identifier means, for which patient.
 *
 * A mapping is made with the commit that makes or finds its resource, and is a member of that intent. Patients are merged
 * and parted by others, so each is looked at again by sweeps and when a notification tells of its resource or patient:
 * one whose resource is gone, or is another patient's for no reason that the chart gives, is open until it is right again.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fhir/document.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

#define STATE_ACTIVE "active"
#define STATE_OPEN   "open"

static const char *reference_of(struct run *run, const char *text)
{
    struct reference reference;

    return text && reference_parse(&reference, run->arena, text, run->engine->fhir)
               ? arena_printf(run->arena, "%s/%s", reference.type, reference.id)
               : NULL;
}

/* Whose a resource is, or NULL. */
static const char *owner_of(struct run *run, const struct cJSON *resource)
{
    static const char *const members[] = {"subject", "patient", "for", "beneficiary"};

    if (text_is(resource, "resourceType", "Patient"))
        return arena_printf(run->arena, "Patient/%s", json_string(resource, "id"));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const char *text = json_string(json_get(resource, members[i]), "reference");

        if (text)
            return reference_of(run, text);
    }
    return NULL;
}

static bool is_replaced_by(struct run *run, const char *patient, const char *other)
{
    const struct cJSON *link;
    struct page page;

    talk_get(run, patient, &page);
    cJSON_ArrayForEach(link, json_get(page.body, "link"))
    {
        const char *to = reference_of(run, json_string(json_get(link, "other"), "reference"));

        if (text_is(link, "type", "replaced-by") && to && strcmp(to, other) == 0)
            return true;
    }
    return false;
}

static bool is_other_encounters(struct run *run, const struct cJSON *resource)
{
    const char *meant = reference_of(run, json_string(run->payload, "encounter"));
    const char *of = reference_of(run, json_string(json_get(resource, "encounter"), "reference"));

    return of && meant && strcmp(of, meant) != 0;
}

bool mapping_is_others(struct run *run, const struct cJSON *resource)
{
    const char *owner = owner_of(run, resource);
    const char *meant = reference_of(run, json_string(run->payload, "patient"));
    const bool is_apart = owner && meant && strcmp(owner, meant) != 0;

    return (is_apart && !is_replaced_by(run, meant, owner)) || is_other_encounters(run, resource);
}

/* ---- made ---- */

/* The identifier that others know the resource by: not the one that we put there. */
static const struct cJSON *outer_identifier(const struct run *run, const struct cJSON *slot)
{
    const struct cJSON *asked = json_get(json_get(run->payload, "target"), "identifier");
    const struct cJSON *list = json_get(json_get(slot, "body"), "identifier");

    if (json_string(asked, "value") && !plan_is_bundle(run->payload))
        return asked;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct cJSON *identifier = json_at(list, i);

        if (json_string(identifier, "value") && !text_is(identifier, "system", IDENTIFIER_SYSTEM))
            return identifier;
    }
    return NULL;
}

static void add(struct run *run, struct cJSON *mappings, const struct cJSON *slot)
{
    const struct cJSON *identifier = outer_identifier(run, slot);
    const char *system = json_string(identifier, "system");
    const char *tenant = json_string(run->intent, "tenant");
    const char *owner = owner_of(run, json_get(slot, "body"));

    if (!identifier || !json_string(slot, "reference") || text_is(slot, "operation", OP_DELETE))
        return;
    struct cJSON *mapping = json_add_object(mappings);
    json_put_string(mapping, "tenant", tenant ? tenant : "");
    json_put_string(mapping, "system", system ? system : "");
    json_put_string(mapping, "value", json_string(identifier, "value"));
    json_put_string(mapping, "patient",
                    owner ? owner : reference_of(run, json_string(run->payload, "patient")));
    json_put_string(mapping, "type", json_string(slot, "type"));
    json_put_string(mapping, "reference", json_string(slot, "reference"));
    json_put_string(mapping, "state", STATE_ACTIVE);
}

void mapping_make(struct run *run, struct cJSON *set)
{
    struct cJSON *mappings = json_put_array(set, "mappings");

    for (size_t i = 0; i < json_count(run->slots); i++)
        if (slot_is(slot_at(run, i), SLOT_DONE))
            add(run, mappings, slot_at(run, i));
}

/* ---- looked at again ---- */

static void look(struct run *run, struct cJSON *mapping)
{
    const char *patient = json_string(mapping, "patient");
    const char *meant = reference_of(run, json_string(run->payload, "patient"));
    struct page page;

    talk_get(run, json_string(mapping, "reference"), &page);
    const char *owner = page.status == 200 ? owner_of(run, page.body) : NULL;
    bool is_same = owner && patient && strcmp(owner, patient) == 0;
    if (page.status == 200 && (is_same || !owner || !patient)) {
        json_put_string(mapping, "state", STATE_ACTIVE);
        return;
    }
    if (owner && ((meant && strcmp(meant, owner) == 0) || is_replaced_by(run, patient, owner))) {
        json_put_string(mapping, "patient", owner);
        json_put_string(mapping, "state", STATE_ACTIVE);
        return;
    }
    json_put_string(mapping, "state", STATE_OPEN);
}

void run_mappings(struct job *job)
{
    struct run run;

    crew_queue(job, crew_is_first);
    run_begin(&run, job);
    struct cJSON *set = json_object(run.arena);
    struct cJSON *mappings = json_copy_root(run.arena, json_get(run.intent, "mappings"));
    const char *before = json_print(run.arena, mappings);
    for (struct cJSON *mapping = mappings->child; mapping; mapping = mapping->next)
        look(&run, mapping);
    if (strcmp(before, json_print(run.arena, mappings)) == 0)
        return;
    json_put(set, "mappings", json_copy(mappings));
    book_change(run.engine->book, run.arena, &(struct change){.intent = job->intent, .set = set});
}

bool mapping_refresh(struct engine *engine, unsigned number, const char *about)
{
    const struct cJSON *mappings = json_get(book_intent(engine->book, number), "mappings");
    bool is_meant = false;

    for (size_t i = 0; i < json_count(mappings); i++)
        is_meant = is_meant || !about || text_is(json_at(mappings, i), "reference", about) ||
                   text_is(json_at(mappings, i), "patient", about);
    if (!is_meant || flaw_is(FLAW_STALE_MAPPING)) /* flaw: mapped once, mapped for ever */
        return false;
    crew_start(engine->crew, number, engine, run_mappings);
    return true;
}

/* ---- told ---- */

static bool is_same_key(const struct cJSON *a, const struct cJSON *b)
{
    static const char *const members[] = {"tenant", "system", "value", "patient", "type"};

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const char *text = json_string(b, members[i]);

        if (!text_is(a, members[i], text ? text : ""))
            return false;
    }
    return true;
}

/* Several intents on one resource have one mapping; where they mean two, somebody has to say which. */
static void gather(struct cJSON *all, const struct cJSON *mapping)
{
    for (struct cJSON *other = all->child; other; other = other->next) {
        if (!is_same_key(mapping, other))
            continue;
        if (text_is(other, "reference", json_string(mapping, "reference")))
            return;
        json_put_string(other, "state", STATE_OPEN);
        struct cJSON *copy = json_copy(mapping);
        json_put_string(copy, "state", STATE_OPEN);
        json_add(all, copy);
        return;
    }
    json_add(all, json_copy(mapping));
}

void mapping_print(const struct engine *engine, struct arena *arena, struct buf *out)
{
    struct cJSON *all = json_array(arena);

    for (unsigned number = 1; number <= book_intents(engine->book); number++) {
        const struct cJSON *mappings = json_get(book_intent(engine->book, number), "mappings");

        for (size_t i = 0; i < json_count(mappings); i++)
            gather(all, json_at(mappings, i));
    }
    for (const struct cJSON *mapping = all->child; mapping; mapping = mapping->next) {
        buf_puts(out, json_print(arena, mapping));
        buf_putc(out, '\n');
    }
}
