/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provenance - the header X-Provenance: a Provenance that is stored in the same commit as the write
 * it comes with, and targets the versions that the write made (fhir-rules.md row 34).
 *
 * Source: https://hl7.org/fhir/R4/provenance.html#header.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"

static const char *header_of(const struct act *act)
{
    return request_header(act->request, "X-Provenance");
}

/* The header's resource without what the server says of it: its id and its targets. */
static struct cJSON *sent_tree(struct arena *arena, const char *header)
{
    struct err err = ERR_INIT;
    struct cJSON *tree = json_parse(arena, header, strlen(header), &err);

    json_remove(tree, "id");
    json_remove(tree, "target");
    return tree;
}

/* Is it valid once it has a target? */
static bool is_valid(const struct act *act, const char *header)
{
    struct cJSON *tree = sent_tree(act->request->arena, header);
    struct document shown = {.tree = tree};

    json_put_string(json_add_object(json_put_array(tree, "target")), "display", "what is written");
    return validate_document(act, &shown);
}

/* True when there is nothing wrong with the header; else the answer says what (row 33). */
bool provenance_is_sound(const struct act *act)
{
    const char *header = header_of(act);
    struct document document;
    struct err err = ERR_INIT;

    if (!header)
        return true;
    if (document_read(&document, act->request->arena, header, strlen(header), &err))
        REFUSE(act, 400, "structure", "X-Provenance: %s", err.text);
    else if (strcmp(document.type, "Provenance") != 0)
        REFUSE(act, 400, "invalid", "X-Provenance: a Provenance was expected, got a %s",
               document.type);
    else
        return is_valid(act, header);
    return false;
}

void provenance_add(const struct act *act, size_t first)
{
    struct arena *arena = act->request->arena;
    const char *header = header_of(act);
    const size_t end = store_count(act->store);
    struct err err = ERR_INIT;
    struct document document;

    if (!header || end == first)
        return;
    struct cJSON *tree = sent_tree(arena, header);
    struct cJSON *targets = json_put_array(tree, "target");
    for (size_t i = first; i < end; i++) {
        const struct version *version = store_at(act->store, i);

        json_put_string(json_add_object(targets), "reference",
                        arena_printf(arena, "%s/_history/%s", version->reference, version->label));
    }
    const char *bytes = json_print(arena, tree);
    if (document_read(&document, arena, bytes, strlen(bytes), &err))
        BUG("a Provenance with targets cannot be read: %s", err.text);
    store_put(act->store, "POST", "Provenance", store_new_id(act->store, arena, "Provenance"),
              &document);
}

void provenance_do(const struct act *act)
{
    const size_t first = store_count(act->store);

    if (!provenance_is_sound(act))
        return;
    store_begin(act->store);
    interact_any(act);
    provenance_add(act, first);
    store_commit(act->store);
}
