/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_mapping - mapping-true: what the engine holds to be the resource of an external identifier.
 *
 * One identifier (of a tenant, a type and a patient, who may have been merged into another) means one resource. After a
 * merge or a split of patients, once recovered, a mapping points at a resource that is there and belongs to its
 * patient, or it is open with a human.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

#define LINKS_MAX 10 /* from a patient to the survivor; a ring has no end */

struct mapping {
    const char *key;                 /* what it is unique by */
    const char *reference, *patient; /* or NULL */
    const char *system, *value;
    bool is_open;
};

struct charting {
    const struct facts *facts;
    struct finding *finding;
    const struct sim_entry *entry; /* the mappings as told last */
    struct mapping *mappings;
    size_t count;
};

static const struct cJSON *current_tree(const struct facts *facts, const char *reference)
{
    const struct fact_version *version = facts_current(facts, reference, facts->last);

    return version && !version->is_deletion ? fact_tree(version) : NULL;
}

static const char *replaced_by(const struct facts *facts, const struct cJSON *patient)
{
    const struct cJSON *link;

    cJSON_ArrayForEach(link, json_get(patient, "link"))
    {
        const char *type = json_string(link, "type");
        const char *other = json_string(json_get(link, "other"), "reference");

        if (type && other && strcmp(type, "replaced-by") == 0)
            return facts_reference(facts, other, NULL);
    }
    return NULL;
}

/* Who the patient is now. */
static const char *survivor(const struct facts *facts, const char *patient)
{
    const char *now = patient;

    for (int i = 0; now && i < LINKS_MAX; i++) {
        const char *next = replaced_by(facts, current_tree(facts, now));

        if (!next)
            return now;
        now = next;
    }
    return now;
}

/* Whose the resource is; NULL: it does not say so in a way that all types share. */
static const char *patient_of(const struct facts *facts, const char *reference)
{
    static const char *const members[] = {"subject", "patient", "for", "beneficiary"};
    const struct cJSON *tree = current_tree(facts, reference);

    if (strncmp(reference, "Patient/", 8) == 0)
        return reference;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const char *text = json_string(json_get(tree, members[i]), "reference");
        const char *patient = text ? facts_reference(facts, text, NULL) : NULL;

        if (patient && strncmp(patient, "Patient/", 8) == 0)
            return patient;
    }
    return NULL;
}

/* ---- merges and splits ---- */

static bool has_link_changed(const struct facts *facts, const struct fact_version *version)
{
    const struct cJSON *before = version->pred ? json_get(fact_tree(version->pred), "link") : NULL;
    const struct cJSON *after = json_get(fact_tree(version), "link");

    if (!before || !after)
        return before != after;
    return strcmp(json_print(facts->arena, before), json_print(facts->arena, after)) != 0;
}

/* n of the last change of a link of that patient in this run; 0: none. */
static uint64_t relinked_at(const struct facts *facts, const char *patient)
{
    const struct fact_resource *resource = patient ? facts_resource(facts, patient) : NULL;
    uint64_t n = 0;

    for (size_t i = 0; resource && i < resource->version_count; i++)
        if (resource->versions[i]->n && has_link_changed(facts, resource->versions[i]))
            n = resource->versions[i]->n;
    return n;
}

/* ---- judging ---- */

static void judge_place(struct charting *charting, const struct mapping *mapping)
{
    const struct facts *facts = charting->facts;
    const char *owner = mapping->reference ? patient_of(facts, mapping->reference) : NULL;
    uint64_t relinked = relinked_at(facts, mapping->patient);

    if (!relinked)
        relinked = relinked_at(facts, owner);
    if (!relinked || mapping->is_open || !mapping->reference)
        return;
    if (!current_tree(facts, mapping->reference)) {
        finding_fail(charting->finding, ENTRIES(relinked, charting->entry->n),
                     "%s|%s is mapped to %s, which is gone", mapping->system, mapping->value,
                     mapping->reference);
        return;
    }
    const char *patient = survivor(facts, mapping->patient), *now = survivor(facts, owner);
    if (patient && now && strcmp(patient, now) != 0)
        finding_fail(charting->finding, ENTRIES(relinked, charting->entry->n),
                     "%s|%s of %s is mapped to %s, which is %s's", mapping->system, mapping->value,
                     mapping->patient, mapping->reference, owner);
}

static int by_key(const void *a, const void *b)
{
    const struct mapping *left = a, *right = b;

    return strcmp(left->key, right->key);
}

/* Mappings of one key stand together, open ones among them. */
static void judge_unique(struct charting *charting)
{
    const struct mapping *first = NULL; /* of this key that is not open */

    qsort(charting->mappings, charting->count, sizeof(struct mapping), by_key);
    for (size_t i = 0; i < charting->count; i++) {
        const struct mapping *mapping = &charting->mappings[i];

        if (first && strcmp(first->key, mapping->key) != 0)
            first = NULL;
        if (mapping->is_open || !mapping->reference)
            continue;
        if (first && strcmp(first->reference, mapping->reference) != 0)
            finding_fail(charting->finding, ENTRIES(charting->entry->n),
                         "%s|%s is mapped to %s and to %s", mapping->system, mapping->value,
                         first->reference, mapping->reference);
        first = first ? first : mapping;
    }
}

static const char *text_of(const struct cJSON *line, const char *member)
{
    const char *text = json_string(line, member);

    return text ? text : "";
}

static bool is_open_state(const char *state)
{
    return strcmp(state, "open") == 0 || strcmp(state, "needs-review") == 0;
}

static void take(struct charting *charting, const struct cJSON *line)
{
    const struct facts *facts = charting->facts;
    const char *patient = facts_reference(facts, text_of(line, "patient"), NULL);
    const char *now = survivor(facts, patient);
    struct mapping *mapping = &charting->mappings[charting->count++];

    *mapping =
        (struct mapping){.reference = facts_reference(facts, text_of(line, "reference"), NULL),
                         .patient = patient,
                         .system = text_of(line, "system"),
                         .value = text_of(line, "value"),
                         .is_open = is_open_state(text_of(line, "state"))};
    mapping->key =
        arena_printf(facts->arena, "%s\n%s\n%s\n%s\n%s", text_of(line, "tenant"), mapping->system,
                     mapping->value, text_of(line, "type"), now ? now : "");
}

static void read_lines(struct charting *charting)
{
    const struct sim_entry *entry = charting->entry;
    const char *line = entry->body, *end = line ? line + entry->body_size : NULL;
    size_t lines = 1;

    for (const char *c = line; c < end; c++)
        lines += *c == '\n';
    charting->mappings = arena_alloc(charting->facts->arena, lines * sizeof(*charting->mappings));
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((stop ? stop : end) - line);
        struct err ignored = ERR_INIT;
        const struct cJSON *tree =
            size ? json_parse(charting->facts->arena, line, size, &ignored) : NULL;

        if (cJSON_IsObject(tree))
            take(charting, tree);
        else if (size)
            finding_unknown(charting->finding, ENTRIES(entry->n),
                            "a line of the mappings is no JSON object");
        line += size + 1;
    }
}

void judge_mapping_true(const struct facts *facts, struct finding *finding)
{
    struct charting charting = {.facts = facts, .finding = finding};

    for (size_t i = 0; i < facts->evidence->entry_count; i++) {
        const struct sim_entry *entry = facts->evidence->entries[i];

        if (entry->kind == SIM_SAID && strcmp(entry->what, "mappings") == 0)
            charting.entry = entry;
    }
    if (!charting.entry) {
        finding_unknown(finding, NULL, "the mappings were not told");
        return;
    }
    read_lines(&charting);
    judge_unique(&charting);
    for (size_t i = 0; facts->evidence->is_recovered && i < charting.count; i++)
        judge_place(&charting, &charting.mappings[i]);
}
