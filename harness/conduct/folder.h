/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_FOLDER_H
#define HARNESS_CONDUCT_FOLDER_H
/*
 * folder - a folder for an engine's data, on a memory file system where there is one. It is locked as long as whoever
 * made it lives, so that what one left that was killed is known by its lock, and cleared.
 *
 * Lifecycle: folder_make, folder_remove.
 * Errors:    ERR_IO, none can be made. What cannot be removed is told on stderr.
 */
#include "base/attr.h"

struct arena;
struct err;

struct folder {
    const char *path; /* NULL: none */
    int lock;
};

int folder_make(struct arena *arena, struct folder *out, struct err *err) ATTR_MUST_USE;
void folder_remove(struct folder *folder); /* one without a path is fine */
/* Removes those that nobody has any more. */
void folder_clear_left(void);
#endif
