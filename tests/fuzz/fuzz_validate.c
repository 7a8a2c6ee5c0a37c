/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_validate - any JSON may be validated: the findings are bounded, each has an expression and a
 * text in ASCII, and a second look finds the same. `make fuzz` builds and runs it.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "fhir/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_text(const char *text)
{
    ASSERT(text && *text != '\0');
    for (; *text != '\0'; text++)
        ASSERT(*text >= ' ' && *text <= '~');
}

static void check_same(const struct finding *a, const struct finding *b)
{
    ASSERT(a->kind == b->kind && strcmp(a->code, b->code) == 0);
    ASSERT(strcmp(a->expression, b->expression) == 0 && strcmp(a->text, b->text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct findings findings, again;
    const struct cJSON *tree = json_parse(arena, (const char *)bytes, size, &err);

    if (tree) {
        validate_resource(&findings, arena, tree);
        validate_resource(&again, arena, tree);
        ASSERT(findings.count <= LIMIT_FINDINGS + 1 && findings.count == again.count);
        for (size_t i = 0; i < findings.count; i++) {
            check_text(findings.items[i].expression);
            check_text(findings.items[i].text);
            check_same(&findings.items[i], &again.items[i]);
        }
    }
    arena_free(arena);
    return 0;
}
