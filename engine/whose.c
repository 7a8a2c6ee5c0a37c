/* SPDX-License-Identifier: Apache-2.0 */
/* whose - see the header. */
#include "engine/whose.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "engine/look.h"
#include "fhir/document.h"

/* Where R4's compartments find whom a resource is about, in whatever type; not who made it or has it to do. */
static const char *const of_patient[] = {
    "subject",     "patient",    "for",          "individual",        "candidate",
    "beneficiary", "subscriber", "policyHolder", "participant.actor", "member.entity",
};
static const char *const of_encounter[] = {
    "encounter",
    "context",
    "context.encounter",
    "item.encounter",
};

#define NAMES_MAX 16

struct names { /* ids of one type */
    const char *ids[NAMES_MAX];
    size_t count;
};

static bool has(const struct names *names, const char *id)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->ids[i], id) == 0)
            return true;
    }
    return false;
}

static void add(const struct job *job, struct names *names, const char *type, const char *text)
{
    struct reference reference;

    if (text && reference_parse(&reference, job->arena, text, job->engine->options.fhir) &&
        strcmp(reference.type, type) == 0 && names->count < NAMES_MAX && !has(names, reference.id))
        names->ids[names->count++] = reference.id;
}

static bool meet(const struct names *a, const struct names *b)
{
    for (size_t i = 0; i < a->count; i++) {
        if (has(b, a->ids[i]))
            return true;
    }
    return false;
}

/* Whom the intent is for: a reference, or an object with one. */
static void add_said(const struct job *job, struct names *names, const char *key, const char *type)
{
    const struct cJSON *said = json_get(job->intent->request, key);

    add(job, names, type, json_text(said) ? json_text(said) : json_string(said, "reference"));
}

/* A path means each entry of the lists that it leads through. */
static void add_at(const struct job *job, struct names *names, const char *type,
                   const struct cJSON *tree, const char *path)
{
    if (cJSON_IsArray(tree)) {
        for (const struct cJSON *entry = tree->child; entry; entry = entry->next)
            add_at(job, names, type, entry, path);
    } else if (*path) {
        size_t size = strcspn(path, ".");
        const char *member = arena_copy(job->arena, path, size);

        add_at(job, names, type, json_get(tree, member), path + size + (path[size] == '.'));
    } else {
        add(job, names, type, json_string(tree, "reference"));
    }
}

static void add_named(const struct job *job, struct names *names, const char *type,
                      const struct cJSON *resource, const char *const *paths, size_t count)
{
    const char *its_type = json_string(resource, "resourceType");
    const char *id = json_string(resource, "id");

    if (its_type && strcmp(its_type, type) == 0 && id)
        names->ids[names->count++] = id;
    for (size_t i = 0; i < count; i++)
        add_at(job, names, type, resource, paths[i]);
}

/* Adds whom the links of these patients, and those found so, lead to by `kind`. */
static enum go follow(struct job *job, struct names *patients, const char *kind)
{
    for (size_t i = 0; i < patients->count; i++) {
        struct seen seen;
        enum look look = look_current(job, "Patient", patients->ids[i], &seen);

        if (look == LOOK_LATER)
            return GO_LATER;
        const struct cJSON *links = json_get(seen.content, "link");
        for (size_t k = 0; look == LOOK_FOUND && k < json_count(links); k++) {
            const struct cJSON *link = json_at(links, k);
            const char *its_kind = json_string(link, "type");

            if (its_kind && strcmp(its_kind, kind) == 0)
                add(job, patients, "Patient", json_string(json_get(link, "other"), "reference"));
        }
    }
    return GO_ON;
}

enum go whose(struct job *job, const struct cJSON *resource, bool *out_is_others)
{
    struct names patient = {.count = 0}, encounter = {.count = 0};
    struct names patients = {.count = 0}, encounters = {.count = 0};

    add_said(job, &patient, "patient", "Patient");
    add_said(job, &encounter, "encounter", "Encounter");
    add_named(job, &patients, "Patient", resource, of_patient, COUNT_OF(of_patient));
    add_named(job, &encounters, "Encounter", resource, of_encounter, COUNT_OF(of_encounter));
    *out_is_others = encounter.count && encounters.count && !meet(&encounter, &encounters);
    if (*out_is_others || !patient.count || !patients.count || meet(&patient, &patients))
        return GO_ON;
    if (follow(job, &patient, "replaced-by") != GO_ON)
        return GO_LATER;
    if (!meet(&patient, &patients) && follow(job, &patients, "replaces") != GO_ON)
        return GO_LATER;
    *out_is_others = !meet(&patient, &patients);
    return GO_ON;
}
