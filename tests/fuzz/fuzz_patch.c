/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_patch - any document and any patch, as the array [document, patch]: it is applied, or
 * refused with a reason and the document as it was.
 * `make fuzz` builds and runs it.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "fhir/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_patch(struct arena *arena, const struct cJSON *pair)
{
    const struct cJSON *document = json_at(pair, 0), *patch = json_at(pair, 1);
    struct err err = ERR_INIT;
    enum patch_result result;

    if (!document || !patch)
        return;
    const char *before = json_print(arena, document);
    const struct cJSON *after = patch_apply(arena, document, patch, &result, &err);
    ASSERT((after != NULL) == (result == PATCH_APPLIED));
    ASSERT((after != NULL) == (err.code == ERR_OK));
    ASSERT(strcmp(before, json_print(arena, document)) == 0);
    if (after)
        ASSERT(patch_equal(after, after));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct cJSON *pair = json_parse(arena, (const char *)bytes, size, &err);

    if (pair)
        check_patch(arena, pair);
    arena_free(arena);
    return 0;
}
