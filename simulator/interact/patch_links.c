/* SPDX-License-Identifier: Apache-2.0 */
/* patch_links - one walk over a patch's operations, whatever is done with the texts it comes by. */
#include "simulator/interact/patch_links.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/links.h"

struct walk {
    struct links *links;
    struct arena *arena; /* NULL: only looks */
    const char *found;   /* the first that names an entry */
    struct err *err;
};

/* links_rewrite is shown the text as the reference that it is. */
static int resolve(struct walk *walk, struct cJSON *holder, const char *member, const char *text)
{
    struct cJSON *shown = json_object(walk->arena);
    size_t size = 0;

    json_put_string(shown, "reference", text);
    const char *bytes = json_print(walk->arena, shown);
    bytes = links_rewrite(walk->links, walk->arena, bytes, strlen(bytes), &size, walk->err);
    const struct cJSON *resolved = bytes ? json_parse(walk->arena, bytes, size, walk->err) : NULL;
    if (!resolved)
        return -1;
    json_put_string(holder, member, json_string(resolved, "reference"));
    return 0;
}

static int visit(struct walk *walk, struct cJSON *holder, const char *member)
{
    const char *text = json_string(holder, member);

    if (!text)
        return 0;
    if (walk->arena)
        return resolve(walk, holder, member, text);
    if (!walk->found && links_knows(walk->links, text))
        walk->found = text;
    return 0;
}

/* Does `path` end with the member `reference`, behind `separator`? */
static bool says_reference(const char *path, char separator)
{
    const char *last = path ? strrchr(path, separator) : NULL;

    return last && strcmp(last + 1, "reference") == 0;
}

/* A part named reference is a Reference's, however deep it is. */
static int walk_parts(struct walk *walk, struct cJSON *parts)
{
    for (struct cJSON *part = parts ? parts->child : NULL; part; part = part->next) {
        const char *name = json_string(part, "name");

        if (name && strcmp(name, "reference") == 0 && visit(walk, part, "valueString"))
            return -1;
        if (walk_parts(walk, json_get_mutable(part, "part")))
            return -1;
    }
    return 0;
}

/* An operation of a FHIRPath Patch. */
static int walk_parameter(struct walk *walk, struct cJSON *operation)
{
    struct cJSON *parts = json_get_mutable(operation, "part"), *value = NULL;
    bool is_reference = false;

    for (struct cJSON *part = parts ? parts->child : NULL; part; part = part->next) {
        const char *name = json_string(part, "name"), *text = json_string(part, "valueString");

        if (name && strcmp(name, "value") == 0)
            value = part;
        if (name && strcmp(name, "path") == 0)
            is_reference |= says_reference(text, '.');
        if (name && text && strcmp(name, "name") == 0)
            is_reference |= strcmp(text, "reference") == 0;
    }
    if (is_reference && value && visit(walk, value, "valueString"))
        return -1;
    return walk_parts(walk, parts);
}

static int walk_patch(struct walk *walk, struct cJSON *patch)
{
    struct cJSON *list = json_get_mutable(patch, "parameter");

    for (struct cJSON *item = list ? list->child : NULL; item; item = item->next) {
        if (walk_parameter(walk, item))
            return -1;
    }
    for (struct cJSON *item = cJSON_IsArray(patch) ? patch->child : NULL; item; item = item->next) {
        if (says_reference(json_string(item, "path"), '/') && visit(walk, item, "value"))
            return -1;
    }
    return 0;
}

int patch_links_resolve(struct links *links, struct arena *arena, struct cJSON *patch,
                        struct err *err)
{
    struct walk walk = {.links = links, .arena = arena, .err = err};

    return walk_patch(&walk, patch);
}

const char *patch_links_find(struct links *links, struct cJSON *patch)
{
    struct walk walk = {.links = links};

    (void)walk_patch(&walk, patch);
    return walk.found;
}
