/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_STORY_H
#define HARNESS_STORY_H
/*
 * story - the journal of a failed run as a sequence a human can follow: time down; engine, wire, chart and foreign
 * writers across; the entries that prove the finding numbered.
 */
#include <stddef.h>

#include "reports/result.h"

struct arena;
struct evidence;

/* Lines in the order of the journal. What says nothing new (the same view again, the audit) is left out, unless it
 * proves the finding. */
struct story_line *story_tell(const struct evidence *evidence,
                              const struct result_invariant *finding, struct arena *arena,
                              size_t *out_count);
#endif
