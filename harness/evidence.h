/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EVIDENCE_H
#define HARNESS_EVIDENCE_H
/*
 * evidence - everything a judgement may use about one run; as JSON it is docs/schema/evidence.schema.json.
 *
 * The conductor fills it, evidence_write and evidence_read carry it to and from disk, judges only read it.
 * Judging what was read gives what judging what was filled gave.
 *
 * The statements of the engine are journal entries of kind `said`; `what` is one of:
 *   submit      we delivered an intent: intent, correlation, body = payload, headers = {Idempotency-Key, X-Correlation-Id}
 *   answer      the engine's answer to `of` (a submit): status (0: none came), body
 *   view        GET of the intent's view: intent, status, body
 *   event       one line of the event log, body byte for byte; intent when it is one of ours
 *   audit       one line of the audit, body byte for byte
 *   reviews     the list of open reviews; review: one review (intent, status, body)
 *   decide      we decided: intent, body; decided: the answer to `of`
 *   cancel, cancelled    likewise
 *   metrics     the text; before a kill too
 *   mappings    the mappings, as served
 *   log         what the engine printed or left in a file: url (stdout, stderr, or the file), body; status 1: cut off
 *   probe       one of its lists asked for without credentials: url, status, body
 *   notify      we delivered a notification of reference, version, commit: body; told: the answer to `of`
 *   settled     answer of the hook at the end of a settle, when dueInMs is not null: body
 *   sweep       we asked for a sweep: body; swept: the answer to `of`
 *   due         we said that timed work is due
 * Process entries: start ready kill term pause resume exited down up step recovery recovered.
 *   step: `text` of the schedule step, in `fault`'s place left empty, in `url`: "portal/note.update!reset-after"
 *   recovery: faults off from here on; recovered: sweeps changed nothing any more (status 1) or never did (0)
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "simulator/sim.h"

struct arena;
struct cJSON;
struct err;

/* What the adapter offers; an invariant whose needs are not met is not judged. */
enum evidence_part {
    PART_JOURNAL = 1 << 0,
    PART_SAID = 1 << 1, /* views: status */
    PART_EVENTS = 1 << 2,
    PART_AUDIT = 1 << 3,
    PART_METRICS = 1 << 4,
    PART_REVIEWS = 1 << 5,
    PART_SWEEP = 1 << 6,
    PART_SETTLED = 1 << 7,
    PART_DUE = 1 << 8,
    PART_DRIFT = 1 << 9, /* sweeps of kind drift */
    PART_NOTIFY = 1 << 10,
    PART_MAPPINGS = 1 << 11,
    PART_LOGS = 1 << 12,
};

struct evidence_intent {
    const char *name, *actor;
    const char *key, *correlation; /* k-RUN-INTENT, c-RUN-INTENT */
    const struct cJSON *payload;   /* as submitted: versions are labels, not ordinals */
    bool was_submitted;
};

struct evidence {
    const char *scenario, *hash, *engine, *personality;
    const char *run; /* the RUN of keys and correlation ids */
    uint64_t seed;
    const char *replay;     /* the exact line so far as it goes */
    const char *settled_by; /* "hook" */
    unsigned parts;         /* enum evidence_part, or-ed */
    /* From the adapter: */
    const char *identifier_system;       /* or NULL */
    const char *const *companions;       /* NULL-terminated types */
    const char *const *sensitive;        /* NULL-terminated types, "Medication*" allowed */
    const char *const *tokens;           /* NULL-terminated: what we bear when we call the engine */
    unsigned attempts_max, requests_max; /* limits; 0: none promised */
    bool dedupes_by_source;
    struct sim_guards guards; /* what an engine can do about hazards at this server */
    /* The run: */
    struct evidence_intent *intents;
    size_t intent_count;
    struct sim_version *chart; /* as loaded: versions @1 */
    size_t chart_count;
    const struct sim_entry **entries; /* by n; entries[i]->n == i + 1 */
    size_t entry_count;
    const struct cJSON *expect;    /* the scenario's, where the schedule was its own; else NULL */
    bool is_settled, is_recovered; /* is_recovered: recovery ran to its end */
    const char *base;              /* the FHIR base URL, for absolute references */
    const char *listen;            /* HOST:PORT, where the engine expected it; NULL: it was told */
};

int evidence_write(const struct evidence *evidence, const char *path,
                   struct err *err) ATTR_MUST_USE;
/* The same from a text: ERR_INPUT with the JSON pointer. */
int evidence_parse(struct evidence *out, struct arena *arena, const char *text, size_t size,
                   struct err *err) ATTR_MUST_USE;
/* Everything lives in the arena. ERR_INPUT with file and JSON pointer. */
int evidence_read(struct evidence *out, struct arena *arena, const char *path,
                  struct err *err) ATTR_MUST_USE;
#endif
