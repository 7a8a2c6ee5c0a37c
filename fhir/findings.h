/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FINDINGS_H
#define FHIR_FINDINGS_H
/*
 * findings - what a validation found, each with its place.
 *
 * Ownership:  findings and their texts live in the arena. LIMIT_FINDINGS at most are listed, and a
 * last one that says there are more.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct arena;

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
    struct finding *items;
    size_t count;
};

/* The way from the root to an element, a list on the stack of who walks. */
struct place {
    const struct place *up;
    const char *name;
    size_t index; /* PLACE_NO_INDEX: not in an array */
};
#define PLACE_NO_INDEX SIZE_MAX

#define FINDING_QUOTED_MAX 64 /* bytes of the client's own that a text may quote */

void findings_add(struct findings *findings, struct arena *arena, enum finding_kind kind,
                  const char *code, const struct place *place, const char *fmt, ...)
    ATTR_PRINTF(6, 7);
/* Lists one that is made already. */
void findings_put(struct findings *findings, struct arena *arena, const struct finding *finding);
bool findings_are_full(const struct findings *findings); /* what comes now is not listed */
bool findings_have(const struct findings *findings, enum finding_kind kind);
#endif
