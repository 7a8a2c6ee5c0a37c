/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stored - what a server makes of a resource before it stores it: fields it has no place for, meta
 * of the version before, the narrative of a patched resource. FHIR R4 as specified does none of it.
 *
 * Invariant: a document that nothing is done to is stored byte for byte; one that is changed keeps
 * the order of members and the text of numbers.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"

/* ---- drops_fields ---- */

/* Removes what is at `path`, "a.b.c", below `item`, in every element of arrays; whether it did. */
static bool drop_path(struct cJSON *item, const char *path)
{
    const size_t size = strcspn(path, ".");
    char name[128];
    bool has_dropped = false;

    if (cJSON_IsArray(item)) {
        for (struct cJSON *element = item->child; element; element = element->next)
            has_dropped |= drop_path(element, path);
        return has_dropped;
    }
    if (!item || size >= sizeof(name))
        return false;
    memcpy(name, path, size);
    name[size] = '\0';
    struct cJSON *member = json_get_mutable(item, name);
    if (!member)
        return false;
    if (path[size] == '.')
        return drop_path(member, path + size + 1);
    json_remove(item, name);
    return true;
}

static bool drop_fields(struct cJSON *tree, const char *type, const struct knob_texts *fields)
{
    const size_t size = strlen(type);
    bool has_dropped = false;

    for (size_t i = 0; i < fields->count; i++) {
        const char *text = fields->texts[i];

        if (strncmp(text, type, size) == 0 && text[size] == '.')
            has_dropped |= drop_path(tree, text + size + 1);
    }
    return has_dropped;
}

/* ---- meta_on_update ---- */

static bool has_element(struct arena *arena, const struct cJSON *array, const struct cJSON *wanted)
{
    const char *text = json_print(arena, wanted);
    const struct cJSON *element = NULL;

    cJSON_ArrayForEach(element, array)
    {
        if (strcmp(json_print(arena, element), text) == 0)
            return true;
    }
    return false;
}

/* Adds to meta.`name` what the version before has there and this one has not; whether it did. */
static bool merge_list(struct arena *arena, struct cJSON *meta, const struct cJSON *before,
                       const char *name)
{
    const struct cJSON *old = json_get(before, name), *element = NULL;
    struct cJSON *own = json_get_mutable(meta, name);
    bool has_added = false;

    cJSON_ArrayForEach(element, old)
    {
        if (has_element(arena, own, element))
            continue;
        if (!own)
            own = json_put_array(meta, name);
        json_add(own, json_copy(element));
        has_added = true;
    }
    return has_added;
}

static bool keep_meta(struct arena *arena, struct cJSON *tree, const struct version *current,
                      enum meta_on_update how)
{
    static const char *const lists[] = {"profile", "security", "tag"};
    const struct cJSON *before = current ? json_get(version_tree(current), "meta") : NULL;
    struct cJSON *meta = json_get_mutable(tree, "meta");
    bool has_changed = false;

    for (size_t i = 0; before && i < COUNT_OF(lists); i++) {
        if (!json_get(before, lists[i]) ||
            (how == META_CARRIED_FORWARD && json_get(meta, lists[i])))
            continue;
        if (!meta)
            meta = json_put_object(tree, "meta");
        has_changed |= merge_list(arena, meta, before, lists[i]);
    }
    return has_changed;
}

/* ---- narrative_on_patch ---- */

static bool change_narrative(struct cJSON *tree, const char *type, enum narrative_on_patch how)
{
    char text[200];

    if (!json_get(tree, "text") || how == NARRATIVE_KEEP || how == NARRATIVE_REJECT)
        return false;
    json_remove(tree, "text");
    if (how == NARRATIVE_DROP)
        return true;
    struct cJSON *narrative = json_put_object(tree, "text");
    snprintf(text, sizeof(text), "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>%.64s</p></div>",
             type);
    json_put_string(narrative, "status", "generated");
    json_put_string(narrative, "div", text);
    return true;
}

/* ---- all of it ---- */

const struct document *stored_form(const struct act *act, const struct document *document,
                                   const struct version *current, struct document *room)
{
    struct arena *arena = act->request->arena;
    const struct knobs *knobs = act->knobs;
    const bool is_patch = act->request->interaction == INTERACTION_PATCH;
    struct err err = ERR_INIT;
    bool has_changed = false;

    if (knobs->drops_fields.count == 0 && knobs->meta_on_update == META_REPLACED &&
        knobs->narrative_on_patch == NARRATIVE_KEEP)
        return document;
    struct cJSON *tree = json_copy_root(arena, document->tree);
    has_changed |= drop_fields(tree, document->type, &knobs->drops_fields);
    if (knobs->meta_on_update != META_REPLACED && !is_patch)
        has_changed |= keep_meta(arena, tree, current, (enum meta_on_update)knobs->meta_on_update);
    if (is_patch)
        has_changed |= change_narrative(tree, document->type,
                                        (enum narrative_on_patch)knobs->narrative_on_patch);
    if (!has_changed)
        return document;
    const char *bytes = json_print(arena, tree);
    if (document_read(room, arena, bytes, strlen(bytes), &err))
        BUG("a resource without some fields cannot be read: %s", err.text);
    return room;
}

/* Canonical, and without what the server itself writes. */
static const char *content_of(struct arena *arena, const struct cJSON *tree)
{
    struct cJSON *copy = json_copy_root(arena, tree);
    struct cJSON *meta = json_get_mutable(copy, "meta");
    struct buf buf = BUF_INIT;

    json_remove(copy, "id");
    if (meta) {
        json_remove(meta, "versionId");
        json_remove(meta, "lastUpdated");
    }
    if (meta && json_count(meta) == 0)
        json_remove(copy, "meta");
    json_canonical(&buf, copy);
    const char *text = buf_copy(&buf, arena);
    buf_release(&buf);
    return text;
}

bool stored_is_same(const struct act *act, const struct document *document,
                    const struct version *current)
{
    struct arena *arena = act->request->arena;

    return current && !current->is_deletion &&
           strcmp(content_of(arena, document->tree), content_of(arena, version_tree(current))) == 0;
}
