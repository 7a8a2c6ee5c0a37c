/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_PERSONALITY_H
#define SIMULATOR_PERSONALITY_H
/*
 * personality - a server to be like: knobs by name, and what is known about it.
 *
 * Those that ship are the files of fixtures/personalities/, built into the program. A document has
 * the members `name`, `title`, `like` (the personality it starts from, else r4), `knobs`, `guards`
 * (per hazard: prevent, detect, none), `evidence` (documented, unverified), `sources` and
 * `unknown` (arrays of texts).
 *
 * Ownership:  a personality lives in the arena it was read into; those that ship live as long as
 *             the program.
 * Errors:     ERR_INPUT names the personality, the member, and what was expected.
 */
#include <stdbool.h>
#include <stddef.h>

#include "simulator/knobs.h"

struct arena;
struct cJSON;
struct err;

struct personality {
    const char *name, *title;
    bool is_verified; /* rests on a primary source */
    struct knobs knobs;
    const struct cJSON *document; /* as written */
};

/* One that ships. NULL with ERR_INPUT: there is none of that name. */
const struct personality *personality_find(const char *name, struct err *err);
/* Any document; NULL with ERR_INPUT. */
const struct personality *personality_read(struct arena *arena, const struct cJSON *document,
                                           struct err *err);
const struct personality *personality_r4(void);
/* The names of those that ship; NULL at the end. */
const char *const *personality_names(void);
/* All of it as JSON: the document with every knob in force. In the arena. */
const char *personality_text(const struct personality *personality, struct arena *arena);

/* One that ships by its name, or a file (a path with a slash or .json in it). */
const struct personality *personality_load(struct arena *arena, const char *name_or_path,
                                           struct err *err);

/* ---- sim.c: whom a simulator is like ---- */

struct sim;
const struct personality *sim_personality(const struct sim *sim);
/* From the next request on; the arena, which may be NULL, goes over to the simulator. What a chart
 * holds is labelled when it is built. */
void sim_be_like(struct sim *sim, const struct personality *personality, struct arena *arena);

/* ---- personality_files.c, made by the Makefile from fixtures/personalities/ ---- */

struct personality_file {
    const char *name; /* without .json */
    const unsigned char *text;
    size_t size;
};
extern const struct personality_file personality_files[]; /* ends with a NULL name */
#endif
