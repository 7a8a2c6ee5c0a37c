/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPECT_H
#define HARNESS_EXPECT_H
/*
 * expect - judges what only this scenario knows: its `expect`, by the evidence of one run.
 *
 * Pure: evidence in, one result called "expect" out. What rests on an adapter part that is missing is not judged.
 * JSON values are compared as canonical JSON; "@n" in a review stands for that version of the intent's target.
 */
#include <stdbool.h>

struct arena;
struct cJSON;
struct evidence;
struct result_invariant;

/* False when there is nothing to judge: `expect` is NULL. */
bool expect_judge(const struct cJSON *expect, const struct evidence *evidence, struct arena *arena,
                  struct result_invariant *out);
#endif
