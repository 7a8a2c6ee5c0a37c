/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_OFFER_H
#define HARNESS_SCENARIO_OFFER_H
/* offer - does an engine offer what a scenario needs? One that does not is not judged by it (contracts.md "Scenario file"). */
struct adapter;
struct arena;
struct schedule;
struct scenario;

/* The first thing that it does not offer, in words ("bundle", "due"); NULL: it offers all of it. */
const char *offer_lacking(const struct adapter *adapter, const struct scenario *scenario);
/* The same of the steps of a schedule alone. */
const char *offer_lacking_for(const struct adapter *adapter, const struct schedule *schedule);
/* What a report says of it. */
const char *offer_problem(struct arena *arena, const char *lacking);
#endif
