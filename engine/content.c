/* SPDX-License-Identifier: Apache-2.0 */
/* content - see the header. */
#include "engine/content.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fhir/decimal.h"

struct compare {
    struct arena *arena;
    const struct content_links *links;
    const char *difference; /* the first one, as a JSON Pointer */
};

static bool differ(struct compare *compare, const char *path)
{
    if (!compare->difference)
        compare->difference = path;
    return false;
}

static bool is_linked(const struct compare *compare, const char *sent)
{
    for (size_t i = 0; compare->links && i < compare->links->count; i++) {
        if (compare->links->urls[i] && strcmp(compare->links->urls[i], sent) == 0)
            return true;
    }
    return false;
}

static bool same_text(struct compare *compare, const char *stored, const char *sent)
{
    return strcmp(stored, sent) == 0 || is_linked(compare, sent);
}

static bool same(struct compare *compare, const struct cJSON *stored, const struct cJSON *sent,
                 const char *path);

static bool same_number(struct compare *compare, const struct cJSON *stored,
                        const struct cJSON *sent)
{
    return strcmp(decimal_canonical(compare->arena, json_number_text(stored)),
                  decimal_canonical(compare->arena, json_number_text(sent))) == 0;
}

static bool same_array(struct compare *compare, const struct cJSON *stored,
                       const struct cJSON *sent, const char *path)
{
    const struct cJSON *a = stored->child;
    const struct cJSON *b = sent->child;

    for (size_t i = 0; a && b; i++, a = a->next, b = b->next) {
        if (!same(compare, a, b, arena_printf(compare->arena, "%s/%zu", path, i)))
            return false;
    }
    return a || b ? differ(compare, path) : true;
}

static bool same_object(struct compare *compare, const struct cJSON *stored,
                        const struct cJSON *sent, const char *path)
{
    for (const struct cJSON *member = sent->child; member; member = member->next) {
        char *inner = arena_printf(compare->arena, "%s/%s", path, member->string);

        if (!same(compare, json_get(stored, member->string), member, inner))
            return false;
    }
    for (const struct cJSON *member = stored->child; member; member = member->next) {
        if (!json_get(sent, member->string))
            return differ(compare, arena_printf(compare->arena, "%s/%s", path, member->string));
    }
    return true;
}

static bool same(struct compare *compare, const struct cJSON *stored, const struct cJSON *sent,
                 const char *path)
{
    if (!stored || !sent)
        return stored == sent ? true : differ(compare, path);
    if (cJSON_IsObject(stored) && cJSON_IsObject(sent))
        return same_object(compare, stored, sent, path);
    if (cJSON_IsArray(stored) && cJSON_IsArray(sent))
        return same_array(compare, stored, sent, path);
    if (json_text(stored) && json_text(sent))
        return same_text(compare, json_text(stored), json_text(sent)) ? true
                                                                      : differ(compare, path);
    if (json_is_number(stored) && json_is_number(sent))
        return same_number(compare, stored, sent) ? true : differ(compare, path);
    return (stored->type & 0xff) == (sent->type & 0xff) && !json_is_number(stored)
               ? true
               : differ(compare, path);
}

bool content_equal(struct arena *arena, const struct cJSON *a, const struct cJSON *b)
{
    struct compare compare = {.arena = arena};

    return same(&compare, a, b, "");
}

static bool holds_all(struct compare *compare, const struct cJSON *stored, const struct cJSON *sent)
{
    for (const struct cJSON *item = sent ? sent->child : NULL; item; item = item->next) {
        const struct cJSON *found = stored ? stored->child : NULL;

        while (found && !content_equal(compare->arena, found, item))
            found = found->next;
        if (!found)
            return false;
    }
    return true;
}

static bool same_meta(struct compare *compare, const struct cJSON *stored, const struct cJSON *sent)
{
    static const char *const sets[] = {"tag", "security", "profile"};
    struct cJSON *a = stored ? json_copy_root(compare->arena, stored) : json_object(compare->arena);
    struct cJSON *b = sent ? json_copy_root(compare->arena, sent) : json_object(compare->arena);

    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        if (!holds_all(compare, json_get(a, sets[i]), json_get(b, sets[i])))
            return differ(compare, arena_printf(compare->arena, "/meta/%s", sets[i]));
        json_remove(a, sets[i]);
        json_remove(b, sets[i]);
    }
    json_remove(a, "versionId");
    json_remove(a, "lastUpdated");
    json_remove(a, "source");
    json_remove(b, "versionId");
    json_remove(b, "lastUpdated");
    json_remove(b, "source");
    return same(compare, a, b, "/meta");
}

static bool is_generated(const struct cJSON *narrative)
{
    const char *status = json_string(narrative, "status");

    return !narrative || (status && strcmp(status, "generated") == 0);
}

const char *content_difference(struct arena *arena, const struct cJSON *stored,
                               const struct cJSON *sent, const struct content_links *links)
{
    struct compare compare = {.arena = arena, .links = links};
    struct cJSON *a = json_copy_root(arena, stored);
    struct cJSON *b = json_copy_root(arena, sent);

    if (!same_meta(&compare, json_get(a, "meta"), json_get(b, "meta")))
        return compare.difference;
    json_remove(a, "meta");
    json_remove(b, "meta");
    if (!json_get(b, "id"))
        json_remove(a, "id");
    if (is_generated(json_get(a, "text")) && is_generated(json_get(b, "text"))) {
        json_remove(a, "text");
        json_remove(b, "text");
    }
    return same(&compare, a, b, "") ? NULL : compare.difference;
}

bool content_holds(struct arena *arena, const struct cJSON *stored, const struct cJSON *sent,
                   const struct content_links *links)
{
    return content_difference(arena, stored, sent, links) == NULL;
}
