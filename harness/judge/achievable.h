/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_ACHIEVABLE_H
#define HARNESS_JUDGE_ACHIEVABLE_H
/*
 * achievable - whether a harm is the engine's, by what its server lets an engine do about the hazard.
 *
 * Where the hazard can be prevented, it is. Where it can only be detected (guards ignored, racy, absent), it is not once
 * a human was asked or the drift report has it. Where neither is possible, the invariant is not judged at all (judge.c).
 */
#include <stdbool.h>

#include "simulator/sim.h"

struct fact_intent;
struct fact_version;
struct facts;

/* The harm lies in this version; `intent` (may be NULL) did it. */
bool harm_is_excused(const struct facts *facts, enum sim_guard guard,
                     const struct fact_intent *intent, const struct fact_version *version);
/* The harm is that this version went over another, `over`, which its write had excluded: the server did not look. Where it
 * says that it does, more cannot be asked of an engine; where it is known not to, the harm is to be told. */
bool harm_is_the_servers(const struct facts *facts, const struct fact_intent *intent,
                         const struct fact_version *version, const struct fact_version *over);
#endif
