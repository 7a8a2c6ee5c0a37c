/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offer - what a scenario needs: operations of its intents, parts for the verbs of its steps, and for milestones that cannot
 * be passed over what the reserved actor `engine` is to do.
 */
#include "harness/scenario/offer.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/json.h"
#include "base/near.h"
#include "harness/evidence.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/mapping.h"
#include "harness/scenario/scenario.h"

#define NO_CALL CALL_COUNT

static const struct {
    const char *name;       /* what is missing where it is missing */
    unsigned part;          /* 0: none */
    enum mapping_part call; /* of an interface of its own */
} verbs[] = {
    [VERB_SUBMIT] = {"submit", 0, NO_CALL},
    [VERB_REDELIVER] = {"submit", 0, NO_CALL},
    [VERB_RESUBMIT] = {"submit", 0, NO_CALL},
    [VERB_CANCEL] = {"cancel", 0, CALL_CANCEL},
    [VERB_EDIT] = {"", 0, NO_CALL},
    [VERB_FETCH_REVIEW] = {"reviews", PART_REVIEWS, CALL_REVIEWS},
    [VERB_DECIDE] = {"decision", PART_REVIEWS, CALL_DECISION},
    [VERB_SWEEP] = {"sweep", PART_SWEEP, CALL_SWEEP},
    [VERB_COMPENSATE] = {"compensate", PART_SAID, CALL_STATUS},
    [VERB_NOTIFY] = {"notify", PART_NOTIFY, CALL_NOTIFY},
    [VERB_MERGE_PATIENT] = {"", 0, NO_CALL},
    [VERB_UNMERGE_PATIENT] = {"", 0, NO_CALL},
};

static const char *lacking_of_step(const struct adapter *adapter, const struct scenario_step *step)
{
    const struct mapping *mapping = adapter->mapping;
    const char *operation = json_string(step->payload, "operation");

    if (operation && adapter->capabilities && !near_is_known(operation, adapter->capabilities))
        return operation;
    if (step->verb == VERB_SWEEP && strcmp(step->sweep, "drift") == 0)
        return adapter->parts & PART_DRIFT ? NULL : "drift";
    if (mapping && step->verb == VERB_COMPENSATE)
        return "compensate";
    if (mapping && verbs[step->verb].call != NO_CALL && !mapping->calls[verbs[step->verb].call].url)
        return verbs[step->verb].name;
    return verbs[step->verb].part & ~adapter->parts ? verbs[step->verb].name : NULL;
}

/* A process that is not ours can't be killed, and one for each intent can't be paused. */
static const char *lacking_of_milestone(const struct adapter *adapter, const struct step *step)
{
    bool is_kill = strcmp(step->what, "kill") == 0 || strcmp(step->what, "start") == 0;

    if (strcmp(step->actor, "engine") != 0 || step->is_optional)
        return NULL;
    if (strcmp(step->what, "due") == 0)
        return adapter->parts & PART_DUE ? NULL : "due";
    if (adapter_runs_already(adapter))
        return "a kill or a start, as it runs already";
    return adapter->command || is_kill ? NULL : "start";
}

const char *offer_lacking_for(const struct adapter *adapter, const struct schedule *schedule)
{
    const char *lacking = NULL;

    for (size_t i = 0; !lacking && i < schedule->count; i++)
        lacking = lacking_of_milestone(adapter, &schedule->steps[i]);
    return lacking;
}

const char *offer_lacking(const struct adapter *adapter, const struct scenario *scenario)
{
    const char *lacking = scenario_instances(scenario) > 1 && !adapter->second ? "second" : NULL;

    for (size_t i = 0; !lacking && i < scenario->actor_count; i++) {
        for (size_t j = 0; !lacking && j < scenario->actors[i].step_count; j++)
            lacking = lacking_of_step(adapter, &scenario->actors[i].steps[j]);
    }
    return lacking ? lacking : offer_lacking_for(adapter, &scenario->schedule);
}

const char *offer_problem(struct arena *arena, const char *lacking)
{
    return arena_join(arena, "not judged: the engine does not offer ", lacking, (char *)NULL);
}
