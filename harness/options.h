/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_OPTIONS_H
#define HARNESS_OPTIONS_H
/*
 * options - the command line of every command, read by one table.
 *
 * Errors: ERR_INPUT names the option and what was expected.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"

struct arena;
struct err;

struct options {
    const char *engine;      /* --engine SPEC; "writebackd" */
    const char *out;         /* --out DIR; "chartproof-report" */
    const char *personality; /* --personality NAME; NULL: the scenario's first */
    const char *scenarios;   /* --scenarios DIR; "scenarios" */
    bool reset, step;
    bool has_engine, has_out; /* --engine, --out was given */
    bool random, no_reduction, until_fail;
    /* As typed, NULL where not said; the command that takes them reads them. */
    const char *budget, *delays, *faults, *jobs, *kills, *kinds, *listen, *resume, *runs,
        *schedules, *shard;
    uint64_t seed; /* --seed N; 1 */
    const char *const *paths;
    size_t path_count;
};

/* `accepted`: the options of this command, "engine out reset ...". */
int options_read(struct arena *arena, int argc, char **argv, const char *accepted,
                 struct options *out, struct err *err) ATTR_MUST_USE;

/* A line for each option that a usage like "[--engine SPEC] PATH..." names. */
void options_explain(const char *usage, FILE *out);

bool use_color(int fd); /* a terminal, and NO_COLOR is not set */
#endif
