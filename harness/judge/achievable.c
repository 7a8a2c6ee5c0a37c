/* SPDX-License-Identifier: Apache-2.0 */
/* achievable - see achievable.h. The drift report is what sweeps answered: found[] of {reference, versionId, kind}. */
#include "harness/judge/achievable.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "harness/judge/derive.h"
#include "harness/judge/facts.h"

static bool names(const struct facts *facts, const struct cJSON *found,
                  const struct fact_version *version)
{
    const char *reference = facts_reference(facts, json_string(found, "reference"), NULL);
    const char *kind = json_string(found, "kind");

    return reference && strcmp(reference, version->resource->reference) == 0 &&
           !(kind && strcmp(kind, "edited") == 0);
}

static bool is_in_drift_report(const struct facts *facts, const struct fact_version *version)
{
    const struct evidence *evidence = facts->evidence;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];
        const struct cJSON *found;
        struct err err = ERR_INIT;

        if (entry->kind != SIM_SAID || strcmp(entry->what, "swept") != 0 || !entry->body)
            continue;
        const struct cJSON *tree = json_parse(facts->arena, entry->body, entry->body_size, &err);
        cJSON_ArrayForEach(found, json_get(tree, "found"))
        {
            if (names(facts, found, version))
                return true;
        }
    }
    return false;
}

/* Open with a human, or decided by one since. */
static bool is_a_humans(const struct facts *facts, const struct fact_intent *intent,
                        const struct fact_version *version)
{
    const struct fact_decision *decision = intent ? intent_decision(intent, facts->last) : NULL;

    return intent_is_open(facts, intent) || (decision && decision->asked->n > version->n);
}

bool harm_is_excused(const struct facts *facts, enum sim_guard guard,
                     const struct fact_intent *intent, const struct fact_version *version)
{
    switch (guard) {
    case SIM_PREVENT:
        return false;
    case SIM_DETECT:
        return is_a_humans(facts, intent, version) || is_in_drift_report(facts, version);
    case SIM_NO_GUARD:
        return true;
    }
    return false;
}

bool harm_is_the_servers(const struct facts *facts, const struct fact_intent *intent,
                         const struct fact_version *version, const struct fact_version *over)
{
    const enum sim_guard declared = facts->evidence->guards.lost_update;

    return write_excludes(facts, version->write, over) &&
           (declared == SIM_PREVENT || harm_is_excused(facts, declared, intent, version));
}
