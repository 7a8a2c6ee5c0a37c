/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patients - an EHR merges one patient into another, and takes that back: Patient.link on both, and whatever refers to
 * the one refers to the other.
 *
 * Every change is an edit of its own, by the step's actor and under the step's label, so that the journal has them all.
 * What a merge moved is what refers to the survivor now and referred to the merged patient in an older version.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/run.h"

struct moving {
    struct run *run;
    const char *actor, *label;
    const char *from, *to; /* references are changed from the one to the other */
};

static struct cJSON *content_of(struct run *run, const struct sim_version *version)
{
    struct err ignored = ERR_INIT;

    return version && version->content
               ? json_parse(run->arena, version->content, version->size, &ignored)
               : NULL;
}

static int put(const struct moving *moving, const char *reference, const struct cJSON *resource,
               struct err *err)
{
    const char *body = json_print(moving->run->arena, resource);

    if (sim_edit(moving->run->sim, moving->actor, moving->label, "PUT", reference, body,
                 strlen(body), err) == 0)
        return 0;
    return err_context(err, "the chart refuses %s's %s of %s", moving->actor, moving->label,
                       reference);
}

/* How many references to `from` there are in the tree; they become `to` unless that is NULL. */
static size_t redirect(struct cJSON *tree, const char *from, const char *to)
{
    const char *reference = json_string(tree, "reference");
    size_t count = 0;

    if (reference && strcmp(reference, from) == 0) {
        count++;
        if (to)
            json_put_string(tree, "reference", to);
    }
    for (struct cJSON *child = tree->child; child; child = child->next)
        count += redirect(child, from, to);
    return count;
}

/* Did an older version of the resource refer to that? */
static bool referred_to(struct run *run, const char *reference, const char *to)
{
    for (size_t i = 0; i < sim_version_count(run->sim); i++) {
        const struct sim_version *version = sim_version_at(run->sim, i);
        struct cJSON *tree =
            strcmp(version->reference, reference) == 0 ? content_of(run, version) : NULL;

        if (tree && redirect(tree, to, NULL) > 0)
            return true;
    }
    return false;
}

/* `only_moved`: what belonged to `to` before, for a merge that is taken back. */
static int move_all(const struct moving *moving, bool only_moved, struct err *err)
{
    struct run *run = moving->run;
    size_t count = sim_version_count(run->sim);

    for (size_t i = 0; i < count; i++) {
        const struct sim_version *version = sim_version_at(run->sim, i);
        const char *reference = arena_strdup(run->arena, version->reference);
        const struct sim_version *current = sim_current(run->sim, reference);
        struct cJSON *tree =
            current && current->ordinal == version->ordinal ? content_of(run, version) : NULL;

        if (!tree || strncmp(reference, "Patient/", 8) == 0 ||
            redirect(tree, moving->from, NULL) == 0 ||
            (only_moved && !referred_to(run, reference, moving->to)))
            continue;
        redirect(tree, moving->from, moving->to);
        if (put(moving, reference, tree, err))
            return -1;
    }
    return 0;
}

static void unlink_from(struct cJSON *patient, const char *other)
{
    struct cJSON *links = json_get_mutable(patient, "link");
    struct cJSON *kept = links ? json_put_array(patient, "//kept") : NULL;
    const struct cJSON *link;

    cJSON_ArrayForEach(link, links)
    {
        const char *reference = json_string(json_get(link, "other"), "reference");

        if (!reference || strcmp(reference, other) != 0)
            json_add(kept, json_copy(link));
    }
    if (kept && json_count(kept) > 0)
        json_put(patient, "link", json_copy(kept));
    else
        json_remove(patient, "link");
    json_remove(patient, "//kept");
}

static void link_to(struct cJSON *patient, const char *other, const char *type)
{
    unlink_from(patient, other);
    struct cJSON *links = json_get_mutable(patient, "link");
    struct cJSON *link = json_add_object(links ? links : json_put_array(patient, "link"));

    json_put_string(json_put_object(link, "other"), "reference", other);
    json_put_string(link, "type", type);
}

/* One of the two patients: linked to the other, or (type NULL) no longer. */
static int change(const struct moving *moving, const char *reference, const char *other,
                  const char *type, struct err *err)
{
    struct cJSON *patient = content_of(moving->run, sim_current(moving->run->sim, reference));

    if (!patient)
        return err_set(err, ERR_IO, "%s: %s is not there", moving->label, reference);
    if (type)
        link_to(patient, other, type);
    else
        unlink_from(patient, other);
    if (type ? strcmp(type, "replaced-by") == 0 : json_get(patient, "active") != NULL)
        json_put_flag(patient, "active", !type);
    return put(moving, reference, patient, err);
}

int patients_merge(struct run *run, const char *actor, const struct scenario_step *step,
                   struct err *err)
{
    struct moving moving = {run, actor, step->label, step->merged, step->survivor};

    if (change(&moving, step->merged, step->survivor, "replaced-by", err) ||
        change(&moving, step->survivor, step->merged, "replaces", err))
        return -1;
    return move_all(&moving, false, err);
}

int patients_unmerge(struct run *run, const char *actor, const struct scenario_step *step,
                     struct err *err)
{
    struct moving moving = {run, actor, step->label, step->survivor, step->merged};

    if (change(&moving, step->merged, step->survivor, NULL, err) ||
        change(&moving, step->survivor, step->merged, NULL, err))
        return -1;
    return move_all(&moving, true, err);
}
