/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_LOAD_H
#define SIMULATOR_LOAD_H
/*
 * load - the files of `--load FILE|DIR`: finds and reads them.
 *
 * A file is read whatever its name; one that ends in .ndjson is NDJSON, every other one JSON. Of a
 * folder, and of the folders in it, the files that end in .json or .ndjson are read, in the order
 * of their names; the others are named on stderr as not read, but for those whose names begin with
 * a dot.
 *
 * Errors:     ERR_INPUT names the file; ERR_LIMIT, one that is too large.
 * Threads:    one.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct err;

struct load_file {
    const char *path, *text; /* the callee's to copy */
    size_t size;
    bool is_ndjson;
};
typedef int load_take_fn(void *arg, const struct load_file *file, struct err *err);

/* Gives every file to `take`, until that fails. */
int load_path(const char *path, load_take_fn *take, void *arg, struct err *err) ATTR_MUST_USE;
#endif
