/* SPDX-License-Identifier: Apache-2.0 */
/* patch_path - between a PATCH's body and fhir/fhirpath_patch. */
#include "simulator/interact/patch_path.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/fhirpath_patch.h"
#include "simulator/links.h"

bool patch_path_is_meant(const struct exchange_request *request)
{
    static const char wanted[] = "application/fhir+json";
    const char *type = request_header(request, "Content-Type");
    size_t size = sizeof(wanted) - 1;

    return type && strncasecmp(type, wanted, size) == 0 && strchr("; \t", type[size]);
}

const struct cJSON *patch_path_apply(const struct act *act, const struct cJSON *current)
{
    const struct exchange_request *request = act->request;
    struct arena *arena = request->arena;
    enum patch_result result = PATCH_MALFORMED;
    size_t operation = FHIRPATH_PATCH_WHOLE;
    struct err err = ERR_INIT;

    const struct cJSON *patch =
        json_parse(arena, request->body ? request->body : "", request->body_size, &err);
    const struct cJSON *tree =
        patch ? fhirpath_patch_apply(arena, current, patch, &result, &operation, &err) : NULL;
    if (!tree)
        answer_refuse(act->answer, arena, 400, "invalid",
                      operation == FHIRPATH_PATCH_WHOLE
                          ? NULL
                          : arena_printf(arena, "Parameters.parameter[%zu]", operation),
                      "the patch cannot be applied: %s", err.text);
    return tree;
}

/* ---- links ---- */

/* Does `path` end with the member `reference`? */
static bool says_reference(const char *path)
{
    static const char last[] = ".reference";
    size_t size = strlen(path);

    return size >= sizeof(last) - 1 && strcmp(path + size - (sizeof(last) - 1), last) == 0;
}

/* links_rewrite is shown the text as the reference that it is. */
static int resolve_text(struct links *links, struct arena *arena, struct cJSON *part,
                        struct err *err)
{
    const char *text = json_string(part, "valueString");
    struct cJSON *shown = json_object(arena);
    size_t size = 0;

    if (!text)
        return 0;
    json_put_string(shown, "reference", text);
    const char *bytes = json_print(arena, shown);
    bytes = links_rewrite(links, arena, bytes, strlen(bytes), &size, err);
    const struct cJSON *resolved = bytes ? json_parse(arena, bytes, size, err) : NULL;
    if (!resolved)
        return -1;
    json_put_string(part, "valueString", json_string(resolved, "reference"));
    return 0;
}

/* A part named reference is a Reference's, however deep it is. */
static int resolve_parts(struct links *links, struct arena *arena, struct cJSON *parts,
                         struct err *err)
{
    for (struct cJSON *part = parts ? parts->child : NULL; part; part = part->next) {
        const char *name = json_string(part, "name");

        if (name && strcmp(name, "reference") == 0 && resolve_text(links, arena, part, err))
            return -1;
        if (resolve_parts(links, arena, json_get_mutable(part, "part"), err))
            return -1;
    }
    return 0;
}

static int resolve_operation(struct links *links, struct arena *arena, struct cJSON *operation,
                             struct err *err)
{
    struct cJSON *parts = json_get_mutable(operation, "part"), *value = NULL;
    bool is_reference = false;

    for (struct cJSON *part = parts ? parts->child : NULL; part; part = part->next) {
        const char *name = json_string(part, "name"), *text = json_string(part, "valueString");

        if (name && strcmp(name, "value") == 0)
            value = part;
        if (name && text && strcmp(name, "path") == 0)
            is_reference |= says_reference(text);
        if (name && text && strcmp(name, "name") == 0)
            is_reference |= strcmp(text, "reference") == 0;
    }
    if (is_reference && value && resolve_text(links, arena, value, err))
        return -1;
    return resolve_parts(links, arena, parts, err);
}

int patch_path_resolve(struct links *links, struct arena *arena, struct cJSON *parameters,
                       struct err *err)
{
    struct cJSON *list = json_get_mutable(parameters, "parameter");

    for (struct cJSON *operation = list ? list->child : NULL; operation;
         operation = operation->next) {
        if (resolve_operation(links, arena, operation, err))
            return -1;
    }
    return 0;
}
