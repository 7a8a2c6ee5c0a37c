/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_fhirpath_patch - any document and any FHIRPath Patch, as the array [resource, parameters]: it is
 * applied, or refused with a reason and the resource as it was. A string instead of parameters is
 * tried as a path alone.
 * `make fuzz` builds and runs it.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "fhir/fhirpath.h"
#include "fhir/fhirpath_patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_path(struct arena *arena, struct cJSON *resource, const char *text)
{
    struct err err = ERR_INIT;
    struct fhirpath_nodes nodes;
    size_t steps_left = 100000;
    const struct fhirpath *path = fhirpath_parse(arena, text, &err);

    ASSERT((path != NULL) == (err.code == ERR_OK));
    if (!path)
        return;
    int rc = fhirpath_evaluate(path, arena, resource, &steps_left, &nodes, &err);
    ASSERT((rc == 0) == (err.code == ERR_OK));
    for (size_t i = 0; rc == 0 && i < nodes.count; i++)
        ASSERT(nodes.items[i].value || nodes.items[i].extra);
}

static void check_patch(struct arena *arena, const struct cJSON *resource,
                        const struct cJSON *patch)
{
    struct err err = ERR_INIT;
    enum patch_result result;
    size_t operation = 0;

    const struct cJSON *after =
        fhirpath_patch_apply(arena, resource, patch, &result, &operation, &err);
    ASSERT((after != NULL) == (result == PATCH_APPLIED));
    ASSERT((after != NULL) == (err.code == ERR_OK));
    if (after) {
        const char *text = json_print(arena, after);

        ASSERT(json_parse(arena, text, strlen(text), &err) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct cJSON *pair = json_parse(arena, (const char *)bytes, size, &err);
    struct cJSON *resource = pair && pair->child ? pair->child : NULL;

    if (resource && resource->next) {
        const char *before = json_print(arena, resource), *path = json_text(resource->next);

        if (path)
            check_path(arena, resource, path);
        else
            check_patch(arena, resource, resource->next);
        ASSERT(strcmp(before, json_print(arena, resource)) == 0);
    }
    arena_free(arena);
    return 0;
}
