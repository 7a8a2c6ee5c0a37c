/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parameter - looking up R4's search parameters, and walking their paths.
 *
 * Nothing is allocated while walking: a search without an index walks every resource of its type.
 */
#include "simulator/parameter.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

const char *parameter_type_name(enum parameter_type type)
{
    static const char *const names[] = {
        [PARAMETER_TOKEN] = "token",       [PARAMETER_REFERENCE] = "reference",
        [PARAMETER_STRING] = "string",     [PARAMETER_DATE] = "date",
        [PARAMETER_QUANTITY] = "quantity", [PARAMETER_URI] = "uri",
        [PARAMETER_NUMBER] = "number",
    };

    return names[type];
}

/* ---- looking up ---- */

static int compare_type(const void *type, const void *set)
{
    return strcmp(type, ((const struct parameter_set *)set)->type);
}

static int compare_code(const void *code, const void *parameter)
{
    return strcmp(code, ((const struct parameter *)parameter)->code);
}

const struct parameter_set *parameter_set_of(const char *type)
{
    return bsearch(type, parameter_sets + 1, parameter_set_count - 1, sizeof(parameter_sets[0]),
                   compare_type);
}

static const struct parameter *set_find(const struct parameter_set *set, const char *code)
{
    if (!set || set->count == 0)
        return NULL;
    return bsearch(code, set->parameters, set->count, sizeof(set->parameters[0]), compare_code);
}

const struct parameter *parameter_find(const char *type, const char *code)
{
    const struct parameter *found = type ? set_find(parameter_set_of(type), code) : NULL;

    return found ? found : set_find(&parameter_sets[0], code);
}

const struct parameter *parameter_at(const char *type, size_t index)
{
    const struct parameter_set *set = type ? parameter_set_of(type) : NULL;
    const size_t own = set ? set->count : 0;

    if (index < own)
        return &set->parameters[index];
    return index - own < parameter_sets[0].count ? &parameter_sets[0].parameters[index - own]
                                                 : NULL;
}

const char *const *parameter_codes(struct arena *arena, const char *type)
{
    const struct parameter *parameter = NULL;
    size_t count = 0;

    while (parameter_at(type, count))
        count++;
    const char **codes = arena_alloc(arena, (count + 1) * sizeof(*codes));
    for (size_t i = 0; (parameter = parameter_at(type, i)); i++)
        codes[i] = parameter->code;
    return codes;
}

bool parameter_targets(const struct parameter *parameter, const char *type)
{
    const size_t size = strlen(type);

    if (!parameter->targets)
        return true;
    for (const char *at = parameter->targets; (at = strstr(at, type)); at += size) {
        if ((at == parameter->targets || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0'))
            return true;
    }
    return false;
}

/* ---- references ---- */

const char *reference_tail(const char *reference, size_t *out_size)
{
    const char *history = strstr(reference, "/_history/");
    const char *end = history ? history : reference + strlen(reference);
    const char *start = end;

    for (unsigned slashes = 0; start > reference; start--) {
        slashes += start[-1] == '/';
        if (slashes == 2)
            break;
    }
    *out_size = (size_t)(end - start);
    return start;
}

/* Does the reference lead to a resource of the type, as far as it says itself? */
static bool leads_to(const struct cJSON *element, const char *type, size_t size)
{
    const char *reference = json_string(element, "reference");
    const char *said = json_string(element, "type");
    size_t tail_size = 0;

    if (reference) {
        const char *tail = reference_tail(reference, &tail_size);

        if (tail_size > size && memcmp(tail, type, size) == 0 && tail[size] == '/')
            return true;
    }
    return said && strlen(said) == size && memcmp(said, type, size) == 0;
}

/* ---- walking ---- */

struct walk {
    element_fn *visit;
    void *arg;
};

/* Is the element one that `[member=value]` at `filter` keeps? */
static bool is_kept(const struct cJSON *element, const char *filter)
{
    char member[32];
    const size_t name_size = strcspn(filter + 1, "=");
    const char *value = filter + 1 + name_size + 1;
    const size_t size = strcspn(value, "]");

    ASSERT(name_size < sizeof(member));
    memcpy(member, filter + 1, name_size);
    member[name_size] = '\0';
    const char *held = json_string(element, member);
    return held && strlen(held) == size && memcmp(held, value, size) == 0;
}

/* The member that the step at `path` names: json_get without a copy of the name. */
static const struct cJSON *member_at(const struct cJSON *object, const char *path, size_t size)
{
    const struct cJSON *member = NULL;

    if (!cJSON_IsObject(object))
        return NULL;
    cJSON_ArrayForEach(member, object)
    {
        if (member->string[0] == path[0] && strncmp(member->string, path, size) == 0 &&
            member->string[size] == '\0')
            return member;
    }
    return NULL;
}

/* `path` goes on below `item`: it begins with a step, or what follows one. */
static bool walk(const struct walk *walker, const struct cJSON *item, const char *path)
{
    const struct cJSON *element = NULL;

    if (!item || cJSON_IsNull(item))
        return false;
    if (cJSON_IsArray(item)) {
        cJSON_ArrayForEach(element, item)
        {
            if (walk(walker, element, path))
                return true;
        }
        return false;
    }
    if (*path == '[') {
        if (!is_kept(item, path))
            return false;
        path += strcspn(path, "]") + 1;
    }
    if (*path == ':' && !leads_to(item, path + 1, strcspn(path + 1, " ")))
        return false;
    if (*path == '\0' || *path == ' ' || *path == ':')
        return walker->visit(walker->arg, item);
    path += *path == '.';
    const size_t size = strcspn(path, ".[: ");
    return walk(walker, member_at(item, path, size), path + size);
}

bool parameter_visit(const char *paths, const struct cJSON *tree, element_fn *visit, void *arg)
{
    const struct walk walker = {visit, arg};

    while (paths && *paths) {
        if (walk(&walker, tree, paths))
            return true;
        paths += strcspn(paths, " ");
        paths += *paths == ' ';
    }
    return false;
}
