/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_drift - drift-reported: what sweeps for drift told of the engine's commits, held against what became of them.
 *
 * What became of them is in the journal: a version whose number holds other content, or is gone, has a `fault` entry
 * that says so. What a later version took away is an edit, whoever made it; where that later version drifted itself, the
 * content is gone without an explanation in the history, and both answers are right.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"
#include "harness/judge/samples.h"

struct sweep {
    const struct sim_entry *asked, *answered; /* answered NULL: no answer that is one */
    const struct cJSON *tree;                 /* of the answer */
};

struct drifting {
    const struct facts *facts;
    struct finding *finding;
    struct sweep *sweeps;
    size_t sweep_count;
};

/* ---- what became of a commit ---- */

static bool is_other_content(const struct facts *facts, const struct fact_version *version,
                             const struct sim_entry *fault)
{
    struct err ignored = ERR_INIT;
    const struct cJSON *tree =
        fault->body ? json_parse(facts->arena, fault->body, fault->body_size, &ignored) : NULL;

    return !tree || !canon_equal(claims_canon(facts, version->intent, tree, NULL),
                                 claims_canon(facts, version->intent, fact_tree(version), NULL));
}

/* Faults by which a chart becomes another without a version that says so. */
static bool is_restoring(const struct sim_entry *entry)
{
    static const char *const names[] = {"undo-commit", "mutate-later", "id-reassign"};

    for (size_t i = 0; entry->kind == SIM_FAULT && i < COUNT_OF(names); i++)
        if (strncmp(entry->fault, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Does the fault say that this version is gone, or changed under its number? */
static bool is_drift(const struct facts *facts, const struct fact_version *version,
                     const struct sim_entry *entry)
{
    if (entry->kind != SIM_FAULT || entry->n < version->n || !*entry->version ||
        strcmp(entry->reference, version->resource->reference) != 0 ||
        strcmp(entry->version, version->label) != 0 || entry->ordinal != version->ordinal)
        return false;
    if (strncmp(entry->fault, "undo-commit", 11) == 0)
        return true;
    return strncmp(entry->fault, "mutate-later", 12) == 0 &&
           is_other_content(facts, version, entry);
}

/* n of the first entry by which the version had drifted; 0: never. */
static uint64_t drifted_at(const struct facts *facts, const struct fact_version *version)
{
    for (size_t i = 0; i < facts->evidence->entry_count; i++)
        if (is_drift(facts, version, facts->evidence->entries[i]))
            return facts->evidence->entries[i]->n;
    return 0;
}

/* Did anything happen to the resource that its history does not show? */
static bool is_touched(const struct facts *facts, const char *reference)
{
    for (size_t i = 0; i < facts->evidence->entry_count; i++) {
        const struct sim_entry *entry = facts->evidence->entries[i];

        if (is_restoring(entry) && strcmp(entry->reference, reference) == 0)
            return true;
    }
    return false;
}

/* ---- what was told ---- */

static bool names_version(const struct facts *facts, const struct cJSON *said,
                          const struct fact_version *version)
{
    const char *text = json_text(said) ? json_text(said) : json_string(said, "reference");
    const char *label = NULL;
    const char *reference = text ? facts_reference(facts, text, &label) : NULL;
    const char *told = facts_label(facts, json_get(said, "versionId"));

    if (!reference || strcmp(reference, version->resource->reference) != 0)
        return false;
    told = told ? told : label;
    return !told || strcmp(told, version->label) == 0;
}

static bool names_intent(const struct cJSON *said, const struct fact_intent *intent)
{
    const char *text = json_text(said) ? json_text(said) : json_string(said, "intent");

    for (size_t i = 0; text && i < intent->id_count; i++)
        if (strcmp(intent->ids[i], text) == 0)
            return true;
    for (size_t i = 0; text && i < intent->key_count; i++)
        if (strcmp(intent->keys[i], text) == 0)
            return true;
    return false;
}

/* Made again by its intent: who is examined by the intent's name is the later one. */
static bool is_replaced(const struct fact_version *version, uint64_t n)
{
    const struct fact_slot *slot = version->slot;

    for (size_t i = 0; i < slot->effect_count; i++)
        if (slot->effects[i]->n > version->n && slot->effects[i]->n < n)
            return true;
    return false;
}

static bool was_examined(const struct drifting *drifting, const struct sweep *sweep,
                         const struct fact_version *version)
{
    const struct cJSON *said;

    cJSON_ArrayForEach(said, json_get(sweep->tree, "examined"))
    {
        if (names_version(drifting->facts, said, version) ||
            (version->intent && names_intent(said, version->intent) &&
             !is_replaced(version, sweep->asked->n)))
            return true;
    }
    return false;
}

static bool is_edited(const struct cJSON *found)
{
    const char *kind = json_string(found, "kind");

    return kind && strcmp(kind, "edited") == 0;
}

static unsigned times_found(const struct drifting *drifting, const struct sweep *sweep,
                            const struct fact_version *version)
{
    const struct cJSON *found;
    unsigned times = 0;

    cJSON_ArrayForEach(found, json_get(sweep->tree, "found"))
    {
        times += !is_edited(found) && names_version(drifting->facts, found, version);
    }
    return times;
}

/* ---- judging ---- */

static void judge_commit(struct drifting *drifting, const struct fact_version *version)
{
    uint64_t since = drifted_at(drifting->facts, version), examined = 0, first = 0;
    bool may_be_told = false; /* in an answer that never came */

    for (size_t i = 0; since && i < drifting->sweep_count; i++) {
        const struct sweep *sweep = &drifting->sweeps[i];
        unsigned times = sweep->answered ? times_found(drifting, sweep, version) : 0;

        may_be_told = may_be_told || !sweep->answered;
        if (times > 1 || (times && first))
            finding_fail(drifting->finding, ENTRIES(since, first, sweep->answered->n),
                         "the drift of %s version %s is reported again",
                         version->resource->reference, version->label);
        if (times && !first)
            first = sweep->answered->n;
        if (sweep->answered && sweep->asked->n > since && was_examined(drifting, sweep, version))
            examined = examined ? examined : sweep->answered->n;
        if (examined && !first && !may_be_told) {
            finding_fail(drifting->finding, ENTRIES(version->n, since, examined),
                         "%s version %s was examined, and its drift is not reported",
                         version->resource->reference, version->label);
            return;
        }
    }
}

static const struct fact_version *version_told(const struct drifting *drifting,
                                               const struct cJSON *found)
{
    for (size_t i = 0; i < drifting->facts->commit_count; i++)
        if (names_version(drifting->facts, found, drifting->facts->commits[i]))
            return drifting->facts->commits[i];
    return NULL;
}

/* What was created stands there once more, and not by the engine: which of both counts is for a human to see. */
static bool is_of_a_copy(const struct facts *facts, const struct cJSON *found, uint64_t n)
{
    const char *label = NULL;
    const char *reference = facts_reference(facts, json_string(found, "reference"), &label);
    const char *told = facts_label(facts, json_get(found, "versionId"));

    label = told ? told : label;
    const struct fact_version *version =
        reference && label ? facts_version(facts, reference, label, n) : NULL;
    return version && version_is_copy(facts, version);
}

/* Something that is called drift, and is none. */
static void judge_found(struct drifting *drifting, const struct sweep *sweep,
                        const struct cJSON *found)
{
    const struct fact_version *version = version_told(drifting, found);
    const char *reference = json_string(found, "reference");

    if (version && version_is_twin(version))
        return; /* there is one too many of it, which is for a human to see */
    if (is_edited(found) || is_of_a_copy(drifting->facts, found, sweep->answered->n) ||
        (version && is_touched(drifting->facts, version->resource->reference)))
        return;
    const struct fact_version *current =
        version ? facts_current(drifting->facts, version->resource->reference, sweep->answered->n)
                : NULL;
    bool is_edit = current && version_is_newer(current, version);
    finding_fail(drifting->finding,
                 ENTRIES(is_edit ? current->n : sweep->asked->n, sweep->answered->n),
                 "%s%s%s is reported as drift, and %s", reference ? reference : "something",
                 version ? " version " : "", version ? version->label : "",
                 is_edit ? "somebody edited it" : "nothing happened to it");
}

static void judge_total(struct drifting *drifting)
{
    const struct facts *facts = drifting->facts;
    struct samples samples = {.count = 0};
    const struct sim_entry *last = NULL;
    double told = 0, drifted = 0;

    for (size_t i = 0; i < facts->evidence->entry_count; i++) {
        const struct sim_entry *entry = facts->evidence->entries[i];

        if (entry->kind == SIM_SAID && strcmp(entry->what, "metrics") == 0)
            last = entry;
        drifted += is_restoring(entry);
    }
    for (size_t i = 0; i < facts->commit_count; i++)
        drifted += version_is_twin(facts->commits[i]);
    if (!last)
        return;
    samples_read(&samples, facts->arena, last);
    if (samples_total(&samples, "writeback_drift_total", &told) && told > 0 && drifted == 0)
        finding_fail(drifting->finding, ENTRIES(last->n),
                     "writeback_drift_total is %g, and nothing has drifted", told);
}

static void gather_sweeps(struct drifting *drifting)
{
    const struct evidence *evidence = drifting->facts->evidence;
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind != SIM_SAID || !entry->body)
            continue;
        const struct cJSON *tree =
            strcmp(entry->what, "sweep") == 0 || strcmp(entry->what, "swept") == 0
                ? json_parse(drifting->facts->arena, entry->body, entry->body_size, &ignored)
                : NULL;
        const char *kind = json_string(tree, "kind");
        if (strcmp(entry->what, "sweep") == 0 && kind && strcmp(kind, "drift") == 0)
            drifting->sweeps[drifting->sweep_count++] = (struct sweep){.asked = entry};
        for (size_t k = 0; strcmp(entry->what, "swept") == 0 && k < drifting->sweep_count; k++) {
            if (entry->of == drifting->sweeps[k].asked->n && entry->status / 100 == 2 && tree) {
                drifting->sweeps[k].answered = entry;
                drifting->sweeps[k].tree = tree;
            }
        }
    }
}

/* Did the engine look during the sweep, and was put off? */
static bool was_put_off(const struct facts *facts, const struct sweep *sweep)
{
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (exchange->arrived && exchange->arrived->n > sweep->asked->n &&
            exchange->arrived->n < sweep->answered->n && !exchange->is_write &&
            (!exchange->replied || exchange->replied->status >= 400))
            return true;
    }
    return false;
}

static bool is_said_committed(const struct facts *facts, const struct fact_intent *intent)
{
    const struct fact_view *view = intent_view(intent, facts->last);

    return view && view->state == STATE_COMMITTED;
}

void judge_drift_reported(const struct facts *facts, struct finding *finding)
{
    struct drifting drifting = {
        .facts = facts,
        .finding = finding,
        .sweeps =
            arena_alloc(facts->arena, (facts->evidence->entry_count + 1) * sizeof(struct sweep))};
    size_t commits = 0, examined = 0, answered = 0;
    bool is_put_off = false;
    const struct cJSON *found;

    gather_sweeps(&drifting);
    for (size_t i = 0; i < facts->commit_count; i++) {
        if (!facts->commits[i]->slot || facts->commits[i]->is_deletion)
            continue;
        commits += is_said_committed(facts, facts->commits[i]->intent);
        judge_commit(&drifting, facts->commits[i]);
    }
    for (size_t i = 0; i < drifting.sweep_count; i++) {
        const struct sweep *sweep = &drifting.sweeps[i];

        if (!sweep->answered)
            continue;
        answered++;
        examined += json_count(json_get(sweep->tree, "examined"));
        is_put_off = is_put_off || was_put_off(facts, sweep);
        cJSON_ArrayForEach(found, json_get(sweep->tree, "found"))
        {
            judge_found(&drifting, sweep, found);
        }
    }
    judge_total(&drifting);
    if (answered == 0)
        finding_unknown(finding, NULL, "no sweep for drift was answered");
    else if (commits > 0 && examined == 0 && !is_put_off)
        finding_unknown(finding, NULL, "sweeps for drift examined nothing");
}
