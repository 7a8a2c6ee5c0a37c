/* SPDX-License-Identifier: Apache-2.0 */
/* bend - what faults make of one processing, where the interactions ask for it; no state. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "simulator/interact/act.h"

/* `document` after one operation of JSON Patch; false when it cannot be done, or no resource would
 * be left. */
static bool document_change(struct document *out, struct arena *arena,
                            const struct document *document, const char *op, const char *pointer,
                            const char *value)
{
    struct err err = ERR_INIT;
    enum patch_result result = PATCH_MALFORMED;
    struct cJSON *patch = json_array(arena);
    struct cJSON *operation = json_add_object(patch);

    json_put_string(operation, "op", op);
    json_put_string(operation, "path", pointer);
    if (value)
        json_put_string(operation, "value", value);
    const struct cJSON *tree = patch_apply(arena, document->tree, patch, &result, &err);
    if (!tree)
        return false;
    const char *bytes = json_print(arena, tree);
    return document_read(out, arena, bytes, strlen(bytes), &err) == 0;
}

/* "final" -> "FINAL", "FINAL" -> "final". */
static const char *other_case(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    bool has_lower = false;

    for (const char *at = text; *at; at++)
        has_lower |= islower((unsigned char)*at) != 0;
    for (char *at = copy; *at; at++)
        *at = (char)(has_lower ? toupper((unsigned char)*at) : tolower((unsigned char)*at));
    return copy;
}

bool bend_document(const struct act *act, const struct document *document, struct document *out)
{
    struct arena *arena = act->request->arena;
    const struct interact_bend *bend = act->bend;

    if (bend->drop_path)
        return document_change(out, arena, document, "remove", bend->drop_path, NULL);
    if (!bend->normalise_path)
        return false;
    const char *text = json_text(json_pointer(document->tree, bend->normalise_path));
    return text && document_change(out, arena, document, "replace", bend->normalise_path,
                                   other_case(arena, text));
}

bool bend_is_bricked(const struct act *act, const char *reference)
{
    const char *const *bricked = act->bend->bricked;

    while (bricked && *bricked && strcmp(*bricked, reference) != 0)
        bricked++;
    if (!bricked || !*bricked)
        return false;
    REFUSE(act, 409, "conflict", "%s cannot be written any more", reference);
    return true;
}
