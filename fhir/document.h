/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_DOCUMENT_H
#define FHIR_DOCUMENT_H
/*
 * document - one FHIR resource as the bytes received, and a tree for looking at it.
 *
 * The bytes are what is stored, sent and compared. The server's own members (`id`, `meta.versionId`,
 * `meta.lastUpdated`) are spliced into them: every other byte stays as it came, so that `2.50`, member
 * order, escapes and unknown extensions survive.
 *
 * Ownership:  a document and its bytes live in the arena it was read into.
 * Errors:     ERR_INPUT with line, column and JSON Pointer for what is not a resource: base/json's strict
 *             reading, then: an object, `resourceType` a string of letters, `id` (if any) by FHIR's
 *             grammar [A-Za-z0-9\-\.]{1,64}, `meta` (if any) an object.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/json.h"

struct arena;
struct err;

struct document {
    const char *bytes; /* NUL-terminated */
    size_t size;
    const struct cJSON *tree;
    const char *type; /* resourceType */
    const char *id;   /* or NULL */
};

int document_read(struct document *out, struct arena *arena, const char *bytes, size_t size,
                  struct err *err) ATTR_MUST_USE;

/* The same of bytes that were read before, into `tree`: both are borrowed. No NUL is needed behind them. */
int document_of(struct document *out, const struct cJSON *tree, const char *bytes, size_t size,
                struct err *err) ATTR_MUST_USE;

struct document_stamp {
    const char *id;           /* NULL: leave as it is */
    const char *version_id;   /* NULL: remove from meta */
    const char *last_updated; /* NULL: remove from meta */
};

/* The bytes of `document` (its tree is not looked at) with the stamp spliced in; everything else byte for byte. An `id` that was not
 * there goes behind resourceType, `meta` behind id. In the arena. */
char *document_stamp(const struct document *document, const struct document_stamp *stamp,
                     struct arena *arena, size_t *out_size);

/* "Type/id", "Type/id/_history/v", with or without `base` in front; parts in the arena, NULL where absent.
 * False when `text` is no such reference (a urn, a fragment, conditional, another server). */
struct reference {
    const char *type, *id, *version;
};
bool reference_parse(struct reference *out, struct arena *arena, const char *text,
                     const char *base);

bool fhir_id_is_valid(const char *id);
/* One of the 146 resource types of R4 that are not abstract; see types.c. */
bool fhir_type_is_known(const char *type);
const char *
fhir_type_find(const char *type); /* its name where it lives as long as the program, or NULL */
/* The types in the order of their names; NULL at the end. */
const char *fhir_type_at(size_t index);

/* ETag and If-Match: W/"3" or "3" -> 3. False when it is neither. */
bool etag_parse(struct arena *arena, const char *text, const char **out_version, bool *out_is_weak);
#endif
