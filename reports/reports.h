/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORTS_REPORTS_H
#define REPORTS_REPORTS_H
/*
 * reports - the writers of results, one file per format. None of them decides anything: result in,
 * text out.
 */
#include <stdbool.h>
#include <stdio.h>

#include "base/attr.h"

struct buf;
struct result;

/* For people: a table of verdicts; for each failure the story as a sequence, ending in the replay
 * command. */
void report_terminal(FILE *out, const struct result *result, bool use_color);
/* docs/schema/result.schema.json. */
void report_json(struct buf *out, const struct result *result);
/* JUnit XML as CI servers read it: a suite per scenario, a case per invariant; UNKNOWN is an error,
 * not judged is skipped. */
void report_junit(struct buf *out, const struct result *result);
#endif
