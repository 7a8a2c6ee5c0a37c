/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_RESUME_H
#define HARNESS_EXPLORE_RESUME_H
/*
 * resume - attempts on disk, so that a search that was interrupted need not make them again.
 *
 * `explore.resume` in the report folder has each attempt under the key of its job. A search that goes on asks for the
 * same jobs and finds them there. It is written under a temporary name and renamed when the search stops early; a
 * search that came to its end leaves none.
 *
 * Errors: resume_open: ERR_INPUT, there is none in the folder or it is no such file. Writing: told once on stderr; what
 *         could be written is kept.
 */
#include <stdbool.h>

#include "base/attr.h"

struct arena;
struct buf;
struct err;
struct job;
struct resume;

/* `from`: the folder of the search that goes on, or NULL; `to`: this one's. `to` is changed by resume_keep alone. */
struct resume *resume_open(const char *from, const char *to, struct err *err);
void resume_close(struct resume *resume); /* NULL is fine */

/* The key of a job: `about` says all else that its attempt depends on. */
const char *resume_key(struct arena *arena, const char *about, const struct job *job);
const char *resume_find(const struct resume *resume, const char *key); /* an attempt, or NULL */
void resume_add(struct resume *resume, const char *key, const char *attempt);

/* The report is about to be written: room for it was kept on the disk. */
void resume_make_room(struct resume *resume);

/* The search stopped early: what was added stays, under its name. False: it could not be written. */
bool resume_keep(struct resume *resume);
#endif
