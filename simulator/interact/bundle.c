/* SPDX-License-Identifier: Apache-2.0 */
/* bundle - batches: every entry on its own, in the order of the request (fhir-rules.md row 25). */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/interact/act.h"
#include "simulator/interact/entry.h"
#include "simulator/interact/patch_links.h"
#include "simulator/links.h"

/* In a batch no entry may point at another: what that is called in the store is not known yet. */
static bool points_at_sibling(const struct act *act, struct links *links, struct entry *entry)
{
    struct arena *arena = act->request->arena;
    const char *sibling = NULL, *body = entry->request.body;
    const size_t size = entry->request.body_size;
    struct err ignored = ERR_INIT;

    if (!body || !interaction_is_write(entry->request.interaction))
        return false;
    sibling = links_find(links, arena, body, size);
    if (!sibling && entry->request.interaction == INTERACTION_PATCH)
        sibling = patch_links_find(links, json_parse(arena, body, size, &ignored));
    if (sibling)
        answer_refuse(
            &entry->answer, arena, 400, "invalid", NULL,
            "a reference to %s, another entry of this batch; only a transaction resolves it",
            sibling);
    return sibling != NULL;
}

/* Every entry on its own; `type` is what the Bundle calls itself. */
void batch_do(const struct act *act, const char *type)
{
    struct links *links = links_new(act->request->arena, NULL, NULL);
    struct entry *entries = NULL;
    size_t count = 0;

    if (act->knobs->no_batch && act->request->interaction == INTERACTION_BATCH) {
        act_unsupported(act, "batch");
        return;
    }
    if (!entries_read(act, type, &entries, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].full_url && strncmp(entries[i].full_url, "urn:", 4) == 0)
            links_add(links, entries[i].full_url, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &entries[i];

        if (act->bend->reject_entry == i + 1)
            answer_refuse(&entry->answer, act->request->arena, 422, "processing", NULL,
                          "the server refuses this entry");
        if (entry->answer.status == 0 && !points_at_sibling(act, links, entry))
            entry_do(act, entry);
    }
    entries_answer(act, arena_printf(act->request->arena, "%s-response", type), entries, count);
}

void interact_batch(const struct act *act)
{
    batch_do(act, "batch");
}
