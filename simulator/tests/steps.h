/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_STEPS_H
#define SIMULATOR_TESTS_STEPS_H
/*
 * steps - HTTP requests in a row against one simulator, each with what must come back.
 *
 * In a body ' stands for ", which keeps JSON readable; BASE for the server's URL, also in `url` and
 * `want`. `want` is lines: "ETag: W/\"1\"" a header's value ("(none)" where it must be absent),
 * "/meta/versionId = 1" a member of the body, "~ text" what the body contains, "" an empty body.
 *
 */
#include <stddef.h>

#include "simulator/tests/wire.h"

struct step {
    const char *row; /* says which rule */
    const char *method, *url, *headers, *body;
    int status;
    const char *want;
};

/* From now on the server is r4 but for these knobs: {"stale_status": 409}. */
void be_like(struct sim *sim, const char *knobs);
/* The steps on a simulator that is like that from its start. */
void steps_run_as(const char *knobs, const char *chart, const struct step *steps, size_t count);
#define RUN_STEPS(chart, steps) steps_run(chart, steps, COUNT_OF(steps))
void steps_run(const char *chart, const struct step *steps, size_t count);
/* One step on a simulator that is open already. */
const struct http_reply *step_do(struct wire *wire, const struct step *step);
#endif
