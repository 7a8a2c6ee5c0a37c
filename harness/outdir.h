/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_OUTDIR_H
#define HARNESS_OUTDIR_H
/*
 * outdir - the folder a run writes into: result.json, junit.xml, evidence/N.json, failures/N.json.
 *
 * Every file is written under a temporary name and renamed. What an earlier run left there (by those names, and no
 * other file) is removed first, so that nothing old is taken for new.
 */
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct cJSON;
struct err;
struct evidence;
struct result;
struct scenario;
struct trial;

/* Makes it, proves that it can be written and keeps other runs out until the process ends. ERR_INPUT when it can't. */
int outdir_prepare(const char *folder, struct arena *arena, struct err *err) ATTR_MUST_USE;

int outdir_evidence(const char *folder, size_t number, const struct evidence *evidence,
                    struct arena *arena, struct err *err) ATTR_MUST_USE;
/* The scenario with the exact steps as `replay`; `command` is the whole replay line, `engine` what --engine was. */
int outdir_failure(const char *folder, size_t number, const struct scenario *scenario,
                   const struct trial *trial, const char *engine, const char *command,
                   struct err *err) ATTR_MUST_USE;
/* A failure that was made smaller: the same file with `schedule` as it was run, and what became of it. */
struct outdir_shrunk {
    const struct scenario *scenario; /* its tree is the file to be */
    const struct trial *trial;
    const char *engine;
    const char *why, *how, *invariant;
    const char *found; /* the exact line that was found, "area/name@hash: steps" */
};
int outdir_shrunk(const char *folder, size_t number, const struct outdir_shrunk *shrunk,
                  struct arena *arena, struct err *err) ATTR_MUST_USE;
/* The scenario's chart, its files by absolute path. */
struct cJSON *outdir_chart(const struct scenario *scenario, struct arena *arena);
/* result.json and junit.xml; then the terminal's report on stdout, and on stderr why it `stopped` (NULL: it did not). */
int outdir_report(const char *folder, const struct result *result, const char *stopped,
                  struct arena *arena, struct err *err) ATTR_MUST_USE;
#endif
