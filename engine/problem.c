/* SPDX-License-Identifier: Apache-2.0 */
/* problem - see the header. One table says everything that can be wrong with a slot. */
#include "engine/problem.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "engine/intent.h"

static const struct {
    const char *why, *kind, *title, *what_to_do;
} rows[] = {
    {"refused", "refused", "The EHR refused the write",
     "Nothing was changed. Correct what the status and the target's rules call for, and submit a "
     "new "
     "intent under a new key."},
    {"target-unknown", "target-unknown", "There is no such resource",
     "Nothing was sent. Check the target; to make a new resource submit a create."},
    {"target-deleted", "target-deleted", "The resource has been deleted",
     "Somebody deleted it. To bring it back decide so, or submit a new intent."},
    {"conflict", "version-conflict", "The chart has moved on since the intent was made",
     "Compare what is intended with the current chart and decide: apply, merge or discard."},
    {"other-patient", "other-patient", "The chart entry is another patient's",
     "The patient or the encounter of the entry is not the one that the intent is for. Nothing was "
     "sent there. Discard, "
     "and find out whose it is."},
    {"guard-ignored", "guard-ignored", "The server wrote over a version that it was asked to keep",
     "The write stands, on top of what somebody else entered meanwhile. Compare what is intended "
     "with the current chart, "
     "and put right by hand what was lost."},
    {"overtaken", "overtaken", "What the source said later is in the chart already",
     "It was delivered after its successor. Apply to put the older word in its place, or discard."},
    {"base-unknown", "base-unknown", "It is not said which version the update was made on",
     "The chart may have moved on since. Compare and decide; with a baseVersion nobody is asked."},
    {"base-gone", "base-unknown", "What the intent was made on is no longer to be seen",
     "An earlier intent of the same source has changed the resource, and the server shows no "
     "version before. Compare with "
     "the current chart and decide."},
    {"test-failed", "version-conflict", "A test of the patch does not hold in the chart",
     "The chart is not what the source believed. Compare and decide."},
    {"exists", "already-exists", "A resource with this business identifier exists already",
     "It was made by somebody else and is left alone. Discard, or submit an update of it."},
    {"several", "several-matches", "Several resources bear the same identifier",
     "Somebody has to find out which one counts. Nothing more is sent."},
    {"conflict-stays", "version-conflict", "The server keeps reporting a conflict",
     "The chart is as the intent believed, yet every write was refused as a conflict. Apply to try "
     "again, or discard."},
    {"exhausted", "attempts-exhausted", "The write did not succeed in the attempts allowed",
     "The server kept refusing or could not be reached. Apply to try again, or discard."},
    {"outcome-unknown", "outcome-unknown", "It is not known whether the write was applied",
     "The server could not be asked, or an attempt that it never answered may come through yet. "
     "Apply to find out and to go on."},
    {"stored-otherwise", "stored-otherwise", "The server stored something else than was sent",
     "Compare what is intended with the current chart. Apply to send it once more."},
};

static size_t row_of(const struct slot *slot)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slot->why && strcmp(rows[i].why, slot->why) == 0)
            return i;
    }
    return 0;
}

struct cJSON *problem_new(struct arena *arena, int status, const char *title, const char *detail)
{
    struct cJSON *problem = json_object(arena);

    json_put_string(problem, "type", "about:blank");
    json_put_string(problem, "title", title);
    json_put_integer(problem, "status", status);
    json_put_string(problem, "detail", detail);
    return problem;
}

struct cJSON *problem_of_slot(struct arena *arena, const struct slot *slot)
{
    size_t at = row_of(slot);
    struct cJSON *problem =
        problem_new(arena, slot->status ? slot->status : 409, rows[at].title,
                    slot->status ? arena_printf(arena, "The EHR's status was %d. %s", slot->status,
                                                rows[at].what_to_do)
                                 : rows[at].what_to_do);

    json_put_string(problem, "type",
                    arena_printf(arena, "urn:writebackd:problem:%s", rows[at].kind));
    return problem;
}

const char *problem_kind(const struct slot *slot)
{
    return rows[row_of(slot)].kind;
}

const char *problem_sentence(const struct slot *slot)
{
    return rows[row_of(slot)].what_to_do;
}

bool problem_is_conflict(const struct slot *slot)
{
    static const char *const kinds[] = {"version-conflict", "target-deleted", "already-exists",
                                        "several-matches", "other-patient"};

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(problem_kind(slot), kinds[i]) == 0)
            return true;
    }
    return false;
}
