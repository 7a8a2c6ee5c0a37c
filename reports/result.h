/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORTS_RESULT_H
#define REPORTS_RESULT_H
/*
 * result - what came out, in plain structs that every writer of reports reads. Filled by the
 * harness.
 *
 * Ownership:  everything lives in the arena of whoever filled it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict { VERDICT_PASS = 0, VERDICT_FAIL = 1, VERDICT_UNKNOWN = 3 };
const char *verdict_name(enum verdict verdict);             /* "PASS" ... */
enum verdict verdict_merge(enum verdict a, enum verdict b); /* FAIL beats UNKNOWN beats PASS */

struct result_invariant {
    const char *name, *control;
    const char *clinician, *engineer; /* one sentence each */
    enum verdict verdict;
    bool is_judged; /* false: `needs` says what part of the adapter would unlock it */
    const char *needs;
    uint64_t entries[16]; /* numbers of the journal entries that prove it, oldest first */
    size_t entry_count;
    const char *text; /* one sentence: what was found */
    const char
        *diff; /* what was lost or differs, lines of "- path: value" and "+ path: value"; or NULL */
};

/* One line of the story of a failed schedule. */
enum story_column { STORY_ENGINE, STORY_WIRE, STORY_CHART, STORY_FOREIGN };
struct story_line {
    uint64_t n; /* journal entry */
    enum story_column column;
    const char *text;  /* "PUT AllergyIntolerance/penicillin If-Match W/\"1\"" */
    const char *fault; /* or NULL */
    unsigned proof;    /* 1, 2, ... among the proving entries; 0: none */
};

struct result_failure {
    const char *scenario, *invariant; /* invariant: or "expect" */
    const char *personality;          /* the server; NULL: r4 */
    enum verdict verdict;
    const char *why; /* the scenario's */
    const char *text;
    const char *diff;           /* or NULL */
    const char *account;        /* what happened, in sentences; or NULL */
    const char *shrunk;         /* how small it was made; or NULL */
    const char *replay;         /* the whole command line, "chartproof replay ..." */
    const char *file;           /* failures/N.json */
    unsigned reproduced, tried; /* "reproduced k of n" */
    unsigned long schedules;    /* of a search: how many failed alike; else 0 */
    unsigned long found_run;    /* of a search: the run that showed it first, from 1; else 0 */
    uint64_t found_us;          /* and how long after the beginning that was */
    const char *proof; /* of a search: the proving steps, which make findings alike; or NULL */
    struct story_line *story;
    size_t story_count;
};

/* What was done to the engine or to one of its exchanges: "reset-after", "timeout", "engine.kill". */
struct result_struck {
    const char *name;
    unsigned long schedules; /* that have it */
};

/* What a search covered. */
struct result_coverage {
    bool is_complete;
    unsigned delays, faults, kills; /* the bound */
    unsigned long distinct, skipped;
    const char *statement; /* all of that as a sentence */
    const struct result_struck *struck;
    size_t struck_count;
};

struct result_scenario {
    const char *name, *hash, *title;
    const char *personality; /* the server; NULL: r4 */
    enum verdict verdict;
    const char *problem; /* why UNKNOWN without a judgement, or not judged at all; or NULL */
    unsigned schedules;
    unsigned exchanges, commits; /* of the run, for people */
    uint64_t took_us;
    const char *settled_by;                 /* "hook" */
    const struct result_coverage *coverage; /* NULL: one schedule, the one that the file names */
    struct result_invariant
        *invariants; /* and one called "expect" when the scenario has expectations */
    size_t invariant_count;
};

/* What people read: "area/name", and " (hapi)" where the server was not like r4. */
struct result_label {
    char text[200];
};
struct result_label result_label(const char *scenario, const char *personality);
/* One whose engine does not offer what it needs has no run: PASS is only what it adds to the whole. */
bool result_was_run(const struct result_scenario *scenario);

struct result {
    const char *tool_version, *engine;
    const char *personality; /* of the first scenario; each says its own */
    const char *program;     /* how a terminal's shell finds chartproof; NULL: by that name */
    uint64_t seed;
    enum verdict verdict;
    struct result_scenario *scenarios;
    size_t scenario_count;
    struct result_failure *failures;
    size_t failure_count;
    uint64_t took_us;
};
#endif
