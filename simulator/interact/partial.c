/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partial - reads and searches that ask for a part: `_summary` and `_elements` (fhir-rules.md row
 * 34a).
 *
 * ETag and Last-Modified stay those of the version: it is the same version, shown in part.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/interact/act.h"

const char *partial_elements(struct arena *arena, struct subset *subset, const char *type,
                             const char *value)
{
    const char *stranger = type ? subset_stranger(arena, type, value) : NULL;

    if (stranger)
        return arena_printf(arena, "_elements: %s has no element '%.64s'", type, stranger);
    *subset = (struct subset){SUBSET_LISTED, value};
    return NULL;
}

const char *partial_summary(struct subset *subset, const char *value)
{
    enum subset_kind kind = SUBSET_WHOLE;

    if (!subset_kind_read(&kind, value))
        return "_summary: true, text, data or false was expected";
    if (kind != SUBSET_WHOLE)
        subset->kind = kind;
    return NULL;
}

const char *partial_bytes(struct arena *arena, const struct subset *subset,
                          const struct version *version, size_t *out_size)
{
    struct err err = ERR_INIT;
    const struct cJSON *tree = version_tree(version);

    *out_size = version->size;
    if (subset->kind == SUBSET_WHOLE)
        return version->content;
    if (!tree) /* a former version's is gone */
        tree = json_parse(arena, version->content, version->size, &err);
    if (!tree)
        BUG("%s: what is stored is not JSON: %s", version->reference, err.text);
    return subset_print(arena, tree, subset, out_size);
}

/* False with a 400 answer when what the query asks for cannot be. */
static bool read_query(const struct act *act, struct subset *out)
{
    struct arena *arena = act->request->arena;
    struct query query;
    const char *why = NULL;

    *out = (struct subset){.kind = SUBSET_WHOLE};
    query_parse(&query, arena, act->request->query);
    if (!query_is_sound(act, &query))
        return false;
    const char *elements = query_value(&query, "_elements");
    const char *summary = query_value(&query, "_summary");
    if (elements)
        why = partial_elements(arena, out, act->request->type, elements);
    if (!why && summary)
        why = partial_summary(out, summary);
    if (why)
        REFUSE(act, 400, "invalid", "%s", why);
    return !why;
}

void partial_show(const struct act *act, const struct version *version)
{
    struct subset subset;

    if (*act->request->query == '\0' || !act->answer->body || !read_query(act, &subset))
        return;
    act->answer->body =
        partial_bytes(act->request->arena, &subset, version, &act->answer->body_size);
}
