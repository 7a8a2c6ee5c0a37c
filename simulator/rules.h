/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_RULES_H
#define SIMULATOR_RULES_H
/*
 * rules - which exchanges a stand-alone simulator strikes with a fault, and which it holds.
 *
 * A rule is {fault, args, match{interaction, type, id, actor, nth, header{}}, times, probability}.
 * `fault` may carry its arguments ("error-before(503)") or have them in the array `args`.
 * `match.interaction` is an interaction's name, `write` or `look`. Rules are asked in the order
 * they were added; the first that strikes wins. A rule counts what its match (nth aside) lets
 * through: with `nth` it strikes from the nth on, `times` times (once unless said); without `nth`
 * every time, or the first `times` times. What does not fit an exchange as it stands does not count
 * it. `quota` and `outage` say themselves which requests they strike, of those that match.
 * A hold is {match, stop: before | after}.
 *
 * Ownership:  a `struct rules` belongs to its sim. sim_begin forgets all rules and holds.
 * Errors:     ERR_INPUT names the member that is wrong.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "simulator/exchange.h"
#include "simulator/sim.h"

struct cJSON;
struct err;
struct exchange;
struct exchange_request;
struct rules;

struct rules *sim_rules(struct sim *sim);

int rules_add(struct rules *rules, const struct cJSON *rule, unsigned *out_id,
              struct err *err) ATTR_MUST_USE;
bool rules_remove(struct rules *rules, unsigned id); /* false: there is none */
void rules_clear(struct rules *rules);               /* rules, not holds */
/* Appends every rule as it was added, with its `id` and how often it `struck`. */
void rules_list(const struct rules *rules, struct cJSON *out_array);
/* Replaces all holds; on failure they stay as they were. */
int rules_set_holds(struct rules *rules, const struct cJSON *holds, struct err *err) ATTR_MUST_USE;

/* ---- for the gate ---- */

struct rules *rules_new(uint64_t seed);
void rules_free(struct rules *rules);
void rules_reset(struct rules *rules); /* as after rules_new */
/* The fault that strikes this exchange now, or NULL. To be asked once per exchange: it counts. */
const struct sim_fault *rules_strike(struct rules *rules, const struct exchange *exchange);
/* The same when its body is not there yet, for faults that strike so early. */
const struct sim_fault *rules_strike_early(struct rules *rules, const struct exchange *exchange);
/* Is the fault one that a rule may strike this exchange with, as it stands? */
bool rules_fit(const struct exchange *exchange, const struct sim_fault *fault);
bool rules_holds(const struct rules *rules, const struct sim_exchange *exchange,
                 const struct exchange_request *request, enum sim_stop stop);
#endif
