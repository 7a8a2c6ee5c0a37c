/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_document - any bytes may be read as a resource; what was read can be stamped, and is then a
 * resource with that stamp whose stamp is stable.
 * `make fuzz` builds and runs it.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "fhir/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_stamped(struct arena *arena, const struct document *document)
{
    static const struct document_stamp stamp = {"fuzz", "7", "2026-01-01T00:00:00Z"};
    struct err err = ERR_INIT;
    struct document again;
    size_t size = 0, size_again = 0;
    const char *stamped = document_stamp(document, &stamp, arena, &size);

    /* A resource at the largest size or of the deepest nesting may be refused once it has grown. */
    if (document_read(&again, arena, stamped, size, &err)) {
        ASSERT(err.code == ERR_LIMIT);
        return;
    }
    ASSERT(strcmp(again.id, "fuzz") == 0);
    ASSERT(strcmp(json_string(json_get(again.tree, "meta"), "versionId"), "7") == 0);
    const char *stable = document_stamp(&again, &stamp, arena, &size_again);
    ASSERT(size == size_again && memcmp(stamped, stable, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct document_stamp bare = {NULL, NULL, NULL};
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct document document;
    size_t out_size;

    if (document_read(&document, arena, (const char *)bytes, size, &err) == 0) {
        check_stamped(arena, &document);
        document_stamp(&document, &bare, arena, &out_size);
    }
    arena_free(arena);
    return 0;
}
