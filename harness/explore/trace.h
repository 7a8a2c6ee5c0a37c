/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_TRACE_H
#define HARNESS_EXPLORE_TRACE_H
/*
 * trace - what one run had to choose from at every point, and what was chosen: all that the search knows of a run.
 *
 * As text, one line a point and behind it one line an option, so that it can cross a socket and lie in a file.
 * Ownership:  everything lives in the arena it was made with.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct arena;
struct buf;
struct err;

enum option_kind {
    OPTION_OWN,    /* an actor's own step */
    OPTION_COMMIT, /* of a held exchange */
    OPTION_REPLY,
    OPTION_START,  /* of a process that is down, or the end of a pause */
    OPTION_DUE,    /* timed work */
    OPTION_FORCED, /* what has happened already and is only said: then it is the only option */
    /* never chosen by themselves: */
    OPTION_ZOMBIE, /* a commit whose client is gone; costs nothing */
    OPTION_UPSET,  /* one of several processes is killed or stopped; costs a kill */
    OPTION_WAITING /* no choice: an actor's own next step, which cannot happen yet */
};

struct option {
    enum option_kind kind;
    const char *label;  /* the step without part and fault: "portal/note.update#2" */
    const char *thread; /* who is passed over with it: "portal/note", "nurse", "engine.due" */
    uint64_t faults;    /* rows of kinds.h that fit it here */
    uint64_t
        whole; /* those of a commit that leave nothing to hold after it, of a look and its reply */
    const char *footprint; /* of the step without a fault; see footprint.h */
    unsigned place;        /* of its actor in the base order */
};

struct point {
    struct option *options; /* in the base order; then zombies, then upsets, then what waits */
    size_t count;
    bool can_kill;
    bool has_passed;    /* an own step that could not happen was passed over by now */
    uint64_t hash;      /* over all of that: a replay of the prefix must meet the same */
    const char *chosen; /* the step, "portal/note.update:commit"; NULL: the run was at its end */
};

struct trace {
    struct point *points;
    size_t count;
};

void point_hash(struct point *point);
/* The step that takes an option as it is: its label, and `:commit` or `:reply` for an exchange. */
const char *option_step(struct arena *arena, const struct option *option);
bool option_is_base(const struct option *option); /* may it be chosen by itself? */
/* The option that a step is about; NULL: none (`engine.kill`, or the step is not of this point). */
const struct option *point_option(const struct point *point, const char *step);

void trace_write(const struct trace *trace, struct buf *out);
/* ERR_INPUT names the line. */
int trace_read(struct arena *arena, const char *text, struct trace *out,
               struct err *err) ATTR_MUST_USE;

#define STEP_KILL "engine.kill"
#endif
