/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_WHY_H
#define HARNESS_WHY_H
/*
 * why - what happened in one failed run, in a few plain sentences: who wrote what, what stood in the way, what was
 * found, which rule it breaks. For who reads a failure file without the journal.
 *
 * Pure. Everything lives in the arena.
 */
struct arena;
struct evidence;
struct result_invariant;

const char *why_tell(const struct evidence *evidence, const struct result_invariant *finding,
                     struct arena *arena);
#endif
