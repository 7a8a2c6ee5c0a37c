/* SPDX-License-Identifier: Apache-2.0 */
/*
 * undo - an operator has taken back what an intent did.
 *
 * The content before the intent's version is written once more, over that very version and nothing else: where the
 * chart has moved on the answer is no, and the intent stays committed. Only what changed a resource can be undone so;
 * what was created or deleted, and what belongs together, is a human's business.
 *
 * States: committed -> writing (the undo is planned: its slot in place of the intent's, which waits in `undone`) ->
 * compensated, or committed again.
 */
#include <string.h>

#include "base/arena.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

static bool is_undoable(const struct run *run, const struct cJSON *slot)
{
    bool is_change = text_is(slot, "operation", OP_PATCH) || text_is(slot, "operation", OP_UPDATE);

    return text_is(run->intent, "state", "committed") && !plan_is_bundle(run->payload) &&
           is_change && slot_is(slot, SLOT_DONE) && json_string(slot, "base") &&
           json_string(slot, "versionId");
}

void run_undo(struct job *job)
{
    struct run run;
    struct page page;

    run_begin(&run, job);
    const struct cJSON *slot = slot_at(&run, 0);
    if (!is_undoable(&run, slot))
        return;
    const char *reference = json_string(slot, "reference"), *made = json_string(slot, "versionId");
    /* what it was put onto, which is newer than its base where others came first */
    const char *guard = json_string(slot, "guard");
    const struct cJSON *was =
        talk_version(&run, reference, guard ? guard : json_string(slot, "base"));
    talk_get(&run, reference, &page);
    if (!was || page.status != 200 || !page.version || !text_is(run.intent, "state", "committed"))
        return;
    if (strcmp(page.version, made) != 0 && !flaw_is(FLAW_UNDO_DESTROYS_FOREIGN))
        return; /* flaw: what it was before the intent is what it shall be */
    struct cJSON *set = json_object(run.arena),
                 *undo = json_add_object(json_put_array(set, "slots"));
    lease_claim(run.engine->lease, run.intent, set);
    json_put_string(set, "state", "writing");
    json_put(set, "undone", json_copy(run.slots));
    json_put_integer(set, "undos", json_integer(run.intent, "undos", 0) + 1);
    json_put_integer(undo, "entry", 0);
    json_put_string(undo, "operation", OP_UPDATE);
    json_put_string(undo, "method", "PUT");
    json_put_string(undo, "type", json_string(slot, "type"));
    json_put_string(undo, "id", json_string(slot, "id"));
    json_put_string(undo, "base", page.version);
    json_put_string(undo, "guard", page.version);
    json_put(undo, "body", json_copy(was));
    json_put_string(undo, "state", SLOT_READY);
    book_change(run.engine->book, run.arena,
                &(struct change){
                    .intent = job->intent, .set = set, .event = run_event(&run, "decision", undo)});
    /* before this job ends, so that the engine is never at rest between the two */
    crew_start(run.engine->crew, job->intent, run.engine, run_intent);
}
