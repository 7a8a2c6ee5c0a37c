/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_MAPPING_H
#define HARNESS_SCENARIO_MAPPING_H
/*
 * mapping - an engine's own interface as its adapter describes it: how each of our calls is spelled there, and how its
 * answers read as ours (contracts.md "Adapter file", "Engine interface").
 *
 * What is heard is put into the words of the engine interface before it is noted, with the engine's own answer beside it
 * as `raw`: judges read one language.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "harness/scenario/launch.h"

struct arena;
struct cJSON;
struct err;

enum mapping_part {
    CALL_STATUS,
    CALL_CANCEL,
    CALL_REVIEWS,
    CALL_DECISION,
    CALL_EVENTS,
    CALL_AUDIT,
    CALL_MAPPINGS,
    CALL_SWEEP,
    CALL_NOTIFY,
    CALL_METRICS,
    CALL_SETTLED,
    CALL_DUE,
    CALL_RESET,
    CALL_COUNT
};

struct mapping_call { /* url NULL: not offered */
    const char *method, *url;
    const struct cJSON *headers, *body; /* templates; NULL: none */
    const struct cJSON *tree;           /* the whole member, for its pointers */
};

struct mapping_submit {
    struct mapping_call call;
    const struct cJSON *when;     /* members of the intent that it is for; NULL: all */
    const char *id;               /* where the answer has the id, a JSON Pointer; or NULL */
    const struct cJSON *accepted; /* a status or several; NULL: any 2xx */
};

struct mapping {
    const struct mapping_submit *submits;
    size_t submit_count;
    struct mapping_call calls[CALL_COUNT];
    struct launch exec; /* no command: requests, not processes */
};

/* NULL with ERR_INPUT and the JSON Pointer. `tree`: a whole adapter whose shape was checked. */
const struct mapping *mapping_read(struct arena *arena, const struct cJSON *tree, struct err *err);
unsigned mapping_parts(const struct mapping *mapping); /* enum evidence_part */
/* How this intent is submitted; NULL: the engine does not offer it. */
const struct mapping_submit *mapping_submit_for(const struct mapping *mapping,
                                                const struct cJSON *intent);
bool mapping_accepts(const struct mapping_submit *submit, int status);

/* An answer about an intent as its view; NULL where it says nothing about it (no JSON, no state). `id`: as known, or NULL. */
const char *mapping_view(struct arena *arena, const struct mapping *mapping, const char *id,
                         const char *key, const char *body, size_t size);
/* Records (of a list or a log) in our words, as an array; NULL with ERR_IO where they are not there. */
struct cJSON *mapping_records(struct arena *arena, const struct mapping_call *call,
                              const char *body, size_t size, struct err *err);
/* "CALL.name": the pointer that the adapter gives there, or `otherwise`. */
const char *mapping_pointer(const struct mapping_call *call, const char *name,
                            const char *otherwise);
#endif
