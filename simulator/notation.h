/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_NOTATION_H
#define SIMULATOR_NOTATION_H
/*
 * notation - schedules as text: their steps read and written; docs/scenarios.md has the grammar.
 * One notation for the harness and for a stand-alone simulator (docs/adr/0005).
 *
 *     step = actor[/intent].what[#n][@instance][:part][!fault[(arg,...)]]        ? behind a milestone
 *
 * Errors name the step by number and text, and what was expected.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "simulator/sim.h"

struct arena;
struct buf;
struct cJSON;
struct err;

enum part { PART_WHOLE, PART_BEFORE, PART_COMMIT, PART_REPLY, PART_TIMEOUT, PART_DROP };

struct step {
    const char *actor, *intent; /* intent NULL: not said */
    const char *what;           /* a verb, an edit's name, an interaction, `write` or `look` */
    unsigned ordinal;           /* #n; 0: not said */
    unsigned instance;          /* @n; 0: not said */
    enum part part;
    struct sim_fault fault; /* name NULL: none */
    bool is_optional;       /* ? */
};

struct schedule {
    struct step *steps;
    size_t count;
};

/* Can the part be done with an exchange that is held there? `was_held`: :before was done with it.
 * Of :timeout the caller knows more. */
bool part_fits(enum part part, const struct sim_exchange *exchange, bool was_held);

int step_parse(struct arena *arena, const char *text, struct step *out,
               struct err *err) ATTR_MUST_USE;
void step_format(const struct step *step, struct buf *buf);

/* An array of strings (a scenario's `schedule`). */
int schedule_from_json(struct arena *arena, const struct cJSON *array, struct schedule *out,
                       struct err *err) ATTR_MUST_USE;
/* Steps separated by white space. */
int schedule_parse(struct arena *arena, const char *text, struct schedule *out,
                   struct err *err) ATTR_MUST_USE;
void schedule_format(const struct schedule *schedule, struct buf *buf);

/* Does `label` (an interaction, or a verb) belong to `what`, by name or by class? `is_write` is the exchange's. */
bool what_matches(const char *what, const char *label, bool is_write);
bool what_is_class(const char *what);       /* write, look */
bool what_is_interaction(const char *what); /* read vread search ... */
#endif
