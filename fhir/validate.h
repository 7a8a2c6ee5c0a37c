/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_VALIDATE_H
#define FHIR_VALIDATE_H
/*
 * validate - is a resource what FHIR R4 says it must be?
 *
 * Checked are: elements that are unknown, missing, too many, or of another type; the formats of
 * primitives; choices; codes of required bindings whose value sets are closed and known; what a
 * reference may be to; contained resources and the resources of a Bundle, recursively; extensions;
 * the `_name` companions of primitives; and invariants (see invariant.h).
 *
 * Ownership:  findings and their texts live in the arena. What is valid allocates nothing, but for
 * the lists that a few invariants need.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;

enum finding_kind {
    FINDING_BASE, /* structure, cardinality, type, format, required code: it is no FHIR */
    FINDING_RULE, /* it is, but breaks an invariant */
    FINDING_NOTE, /* a warning, or that there are more findings */
};

struct finding {
    enum finding_kind kind;
    const char *severity;   /* "error", "warning" or "information" */
    const char *code;       /* of FHIR's IssueType */
    const char *expression; /* "Observation.component[1].valueQuantity.value" */
    const char *text;       /* what was found and what was expected; ASCII */
};

struct findings {
    struct finding *items; /* LIMIT_FINDINGS at most, and a last one that says there are more */
    size_t count;
};

/* Finds what is wrong with `resource`, a tree by base/json. */
void validate_resource(struct findings *out, struct arena *arena, const struct cJSON *resource);
bool findings_have(const struct findings *findings, enum finding_kind kind);
#endif
