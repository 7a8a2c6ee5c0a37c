/* SPDX-License-Identifier: Apache-2.0 */
/* patch_path - between a PATCH's body and fhir/fhirpath_patch. */
#include "simulator/interact/patch_path.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/fhirpath.h"
#include "fhir/fhirpath_patch.h"

bool patch_path_is_meant(const struct exchange_request *request)
{
    static const char wanted[] = "application/fhir+json";
    const char *type = request_header(request, "Content-Type");
    size_t size = sizeof(wanted) - 1;

    return type && strncasecmp(type, wanted, size) == 0 && strchr("; \t", type[size]);
}

const struct cJSON *patch_path_apply(const struct act *act, const struct cJSON *current,
                                     const struct cJSON **out_operations)
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
    *out_operations = json_get(patch, "parameter");
    return tree;
}

/* ---- what it touches ---- */

static const char *part_text(const struct cJSON *operation, const char *name)
{
    const struct cJSON *part = NULL;

    cJSON_ArrayForEach(part, json_get(operation, "part"))
    {
        const char *found = json_string(part, "name");

        if (found && strcmp(found, name) == 0)
            return json_string(part, "valueString");
    }
    return NULL;
}

const char *patch_path_touched(struct arena *arena, const char *type, const struct cJSON *operation)
{
    const char *path = part_text(operation, "path"), *name = part_text(operation, "name");
    struct err ignored = ERR_INIT;
    const struct fhirpath *where = path ? fhirpath_parse(arena, path, &ignored) : NULL;
    const char *top = where ? fhirpath_top(where, type) : NULL;

    if (!top) /* of the resource itself: what is added to it */
        top = name ? name : "";
    return arena_printf(arena, "%s.%s", type, top);
}
