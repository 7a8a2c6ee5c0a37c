/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_SCENARIO_H
#define HARNESS_SCENARIO_SCENARIO_H
/*
 * scenario - one scenario file, read, checked and with its chart loaded.
 *
 * Unknown members are errors that name the nearest known one; members whose name begins with // are comments.
 * Every error says file, JSON Pointer, what was found and what was expected.
 * Ownership:  everything lives in the arena; the chart too (arena_defer).
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "simulator/notation.h"

struct arena;
struct cJSON;
struct err;
struct sim_chart;

enum verb {
    VERB_SUBMIT,
    VERB_REDELIVER,
    VERB_RESUBMIT,
    VERB_CANCEL,
    VERB_EDIT,
    VERB_FETCH_REVIEW,
    VERB_DECIDE,
    VERB_SWEEP,
    VERB_COMPENSATE,
    VERB_NOTIFY,
    VERB_MERGE_PATIENT,
    VERB_UNMERGE_PATIENT,
};
const char *
verb_name(enum verb verb); /* "submit", ..., "fetch-review"; an edit's label is its name */

struct scenario_step {
    enum verb verb;
    const char *label;           /* what schedules call it: verb_name, or an edit's name */
    const char *intent;          /* name of the intent; NULL for edit and sweep */
    const struct cJSON *payload; /* submit, resubmit: the intent, versions as ordinals ("@1") */
    const char *as;              /* redeliver under another key, or NULL */
    const char *method, *target; /* edit */
    const struct cJSON *body;    /* edit, or NULL */
    const char *decision;        /* decide: apply discard merge */
    const struct cJSON *fields;  /* decide: array of paths, or NULL */
    const char *sweep;           /* sweep: reconcile drift */
    const char *notify,
        *of; /* notify: full-resource id-only; an edit's name, or whose commit ("portal.write#2") */
    const char *merged, *survivor; /* merge-patient, unmerge-patient: references */
};

struct scenario_actor {
    const char *name;
    bool is_engine; /* through: engine; else ehr */
    struct scenario_step *steps;
    size_t step_count;
};

struct scenario {
    const char *path, *name; /* name: "area/name" */
    char hash[9];            /* first 8 hex digits over canonical actors, chart, personality */
    const char *title, *why;
    const char *personality;          /* the server of this run */
    const char *const *personalities; /* those it is made for; NULL-terminated, never empty */
    const char *const *controls;      /* NULL-terminated */
    struct sim_chart *chart;          /* loaded and finished */
    struct scenario_actor *actors;
    size_t actor_count;
    const char *const *intents; /* names in order of first submit; NULL-terminated */
    bool has_schedule;
    struct schedule schedule; /* milestones; without has_schedule: the canonical order */
    bool has_replay;
    struct schedule replay; /* exact */
    /*
     * Checked for form, or NULL. intents/NAME {state, next}; chart/KEY {version, count, deleted, POINTER: value}, KEY
     * `Type/id` or `Type?identifier=system|value` (what the server named; one such resource unless `count` says
     * otherwise); audit/NAME {outcome: count}; idempotency/NAME {intents, sameResult}; reviews/NAME {POINTER: value}.
     * Everywhere a list means any of its values, and null that nothing is there.
     */
    const struct cJSON *expect;
    const struct cJSON *explore; /* checked for form, kept for the explorer, or NULL */
    const struct cJSON *tree;    /* the whole file */
};

/* How many processes of the engine its schedule needs: 1, or 2. */
unsigned scenario_instances(const struct scenario *scenario);

/* `personality` NULL: the scenario's first. At a server it is not made for, it expects nothing of its own. */
struct scenario *scenario_read(struct arena *arena, const char *path, const char *personality,
                               struct err *err);
/* The same of what would be in the file. The tree is kept. */
struct scenario *scenario_from(struct arena *arena, const struct cJSON *tree, const char *path,
                               const char *personality, struct err *err);

/* Files named, and all *.json below folders named, in sorted order; ERR_INPUT when nothing is there. */
int scenario_find(struct arena *arena, const char *const *paths, size_t count,
                  const char *const **out_files, size_t *out_count, struct err *err) ATTR_MUST_USE;

/* A copy of `tree` with every "@n" that stands for a version replaced: baseVersion and seenVersion, and those in
 * `fields`. `label` gives the versionId of (reference, ordinal), or NULL: then ERR_INPUT. */
struct cJSON *scenario_resolve(struct arena *arena, const struct cJSON *payload,
                               const char *(*label)(void *arg, const char *reference,
                                                    unsigned ordinal),
                               void *arg, struct err *err);
#endif
