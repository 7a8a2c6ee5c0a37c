/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_TESTS_WARD_H
#define ENGINE_TESTS_WARD_H
/*
 * ward - the engine's program against a simulator's program, over HTTP, as in use. With test
 * hooks: time stands still but for ward_settle, which lets it pass.
 *
 * Lifecycle:  ward_open, ward_start ..., ward_close. A ward without its programs (CHARTPROOF_BIN)
 * fails its test.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/http.h"
#include "base/json.h"

struct ward_program {
    FILE *pipe; /* NULL: does not run */
    int pid;
    char url[256];
};

struct ward {
    struct arena *arena;
    struct http *http;
    struct ward_program ehr, engine;
    char control[256];
    const char *folder; /* the ledger's */
};

void ward_open(struct ward *ward);
void ward_close(struct ward *ward);
/* The chart as loaded, no faults, an empty ledger folder; the engine does not run. */
void ward_begin(struct ward *ward);
/* crash_at -1: never. False when it ended before it was ready. */
bool ward_start(struct ward *ward, long crash_at);
void ward_stop(struct ward *ward); /* TERM; expects status 0 */
/* True once the engine's process has ended by itself. */
bool ward_has_died(struct ward *ward);

/* A call to the engine; status 0 when nothing came back. *out_answer may be NULL, JSON otherwise
 * (NULL for other texts). */
int ward_call(struct ward *ward, const char *method, const char *path, const char *body,
              const char *key, const struct cJSON **out_answer);
const char *ward_text(struct ward *ward, const char *path);
/* Lets time pass until nothing is left to do; false when the engine has died meanwhile. */
bool ward_settle(struct ward *ward);
/* The view under `key`, or NULL. */
const struct cJSON *ward_view(struct ward *ward, const char *key);
const char *ward_state(struct ward *ward,
                       const char *key); /* "none" when there is no such intent */

void ward_fault(struct ward *ward, const char *rule);
void ward_edit(struct ward *ward, const char *method, const char *target, const char *body);
const struct cJSON *ward_chart(struct ward *ward, const char *reference); /* the current resource */
size_t ward_commits(struct ward *ward,
                    const char *type); /* versions of `type` made since ward_begin, edits too */
size_t ward_writes(struct ward *ward); /* write requests that arrived */
size_t ward_writes_with(struct ward *ward, const char *text); /* those whose body has `text` */
/* Audit records of `outcome` under `key`. */
size_t ward_audit(struct ward *ward, const char *key, const char *outcome);
#endif
