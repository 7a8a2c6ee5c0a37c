/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_revive - no-resurrection: what somebody deleted stays deleted, unless somebody means it to be there again.
 *
 * An intent means to when it creates that very resource, starts from the deletion, or deleted it itself; a create means
 * its own resource, once. A human means to by a decision taken after the deletion.
 */
#include <string.h>

#include "base/json.h"
#include "harness/judge/achievable.h"
#include "harness/judge/derive.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

struct revival {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_version *version, *deletion;
};

/* Taken by a human who could know of the deletion. */
static bool is_decided(const struct revival *revival)
{
    const struct fact_decision *decision =
        revival->version->write ? write_decision(revival->version->write) : NULL;

    return decision && decision->asked->n > revival->deletion->n;
}

/* Says the intent itself that it starts from the deletion? The base of one that names none is only what was there. */
static bool names_deletion(const struct revival *revival, const struct fact_slot *slot)
{
    return slot_named_base(revival->facts, slot) && slot->base == revival->deletion;
}

static bool is_meant(const struct revival *revival)
{
    const struct fact_slot *slot = revival->version->slot;

    if (!slot)
        return false;
    if (slot->method == METHOD_POST)
        return slot->effects[0] == revival->version;
    return names_deletion(revival, slot) ||
           (version_is_own(slot, revival->deletion) && revival->deletion->slot &&
            revival->deletion->slot->method == METHOD_DELETE);
}

/* The write named a version from before the deletion, and the server did not look. */
static bool is_the_servers(const struct revival *revival)
{
    const struct fact_version *version = revival->version;

    return version->write && version->write->method != METHOD_POST &&
           harm_is_the_servers(revival->facts, version->intent, version, revival->deletion);
}

static void judge_revival(const struct revival *revival)
{
    const struct fact_version *version = revival->version;
    const char *name = version->intent ? version->intent->given->name : NULL;

    if (is_decided(revival) || is_meant(revival) || is_the_servers(revival))
        return;
    if (!name || write_may_be_decided(version->write))
        finding_unknown(revival->finding, ENTRIES(revival->deletion->n, version->n),
                        "%s is there again; whether somebody meant it to can't be told",
                        version->resource->reference);
    else
        finding_fail(revival->finding, ENTRIES(revival->deletion->n, version->n),
                     "%s brought back %s, which was deleted as %s", name,
                     version->resource->reference, revival->deletion->resource->reference);
}

/* ---- under another id ---- */

static bool shares_identifier(const struct cJSON *a, const struct cJSON *b)
{
    const struct cJSON *left, *right;

    cJSON_ArrayForEach(left, json_get(a, "identifier"))
    {
        const char *system = json_string(left, "system"), *value = json_string(left, "value");

        cJSON_ArrayForEach(right, json_get(b, "identifier"))
        {
            const char *other = json_string(right, "system"), *same = json_string(right, "value");

            if (system && value && other && same && strcmp(system, other) == 0 &&
                strcmp(value, same) == 0)
                return true;
        }
    }
    return false;
}

/* A deleted resource of the type that bore one of the new one's business identifiers; its deletion, or NULL. */
static const struct fact_version *deleted_namesake(const struct facts *facts,
                                                   const struct fact_version *version)
{
    for (size_t i = 0; i < facts->resource_count; i++) {
        const struct fact_resource *resource = facts->resources[i];
        const struct fact_version *current =
            strcmp(resource->type, version->resource->type) == 0
                ? facts_current(facts, resource->reference, version->n - 1)
                : NULL;

        if (current && current->is_deletion && current->pred &&
            shares_identifier(fact_tree(current->pred), fact_tree(version)))
            return current;
    }
    return NULL;
}

void judge_no_resurrection(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->commit_count; i++) {
        const struct fact_version *version = facts->commits[i];
        struct revival revival = {.facts = facts, .finding = finding, .version = version};

        if (!version->exchange || version->is_companion || version->is_deletion)
            continue;
        if (version->pred && version->pred->is_deletion)
            revival.deletion = version->pred;
        else if (!version->pred)
            revival.deletion = deleted_namesake(facts, version);
        if (revival.deletion)
            judge_revival(&revival);
    }
}
