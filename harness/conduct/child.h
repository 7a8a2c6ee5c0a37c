/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_CHILD_H
#define HARNESS_CONDUCT_CHILD_H
/*
 * child - one engine process with whatever it starts: a process group of its own, and what it
 * prints.
 *
 * The only file that starts engines. Nothing outlives the harness: the group, and what left it (orphan.h), is killed by
 * child_free, and when the harness itself is killed, by a guard process that notices the end of a pipe.
 *
 * Lifecycle:  child_start, child_turn whenever one of child_fds is readable, child_free (kills what
 * still runs). Threads:    one. Errors:     ERR_INPUT when the command cannot be executed, ERR_IO
 * when the system refuses.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"

struct arena;
struct child;
struct child_guard;
struct err;

/* The guard: one small process that waits for the end of this one. NULL on failure. */
struct child_guard *child_guard_open(struct err *err);
void child_guard_close(struct child_guard *guard); /* NULL is fine */

struct child_options {
    const char *const *command;     /* NULL-terminated; found on PATH */
    const char *const *environment; /* "NAME=value" on top of ours, NULL-terminated; or NULL */
    const char *input;              /* a file to read on standard input; NULL: nothing there */
    struct child_guard *guard;      /* may be NULL; lives longer than the child */
};

struct child *child_start(const struct child_options *options, struct err *err);
void child_free(
    struct child *child); /* NULL is fine; SIGKILL to the whole group, returns when it is gone */

#define CHILD_FDS_MAX 3
size_t child_fds(const struct child *child, int out_fds[CHILD_FDS_MAX]);
void child_turn(struct child *child); /* takes what was printed and notices the end; never blocks */

bool child_is_running(const struct child *child);
pid_t child_group(const struct child *child);
size_t child_left(const struct child *child); /* processes it left behind when it ended by itself */
bool child_has_process(const struct child *child, pid_t pid); /* of its group, or started by it */
int child_exit_status(const struct child *child);             /* once it ended; -1: by a signal */
void child_kill(struct child *child); /* SIGKILL to the group; it is reaped when this returns */
void child_signal(struct child *child, int sig); /* to the group */

/* What it printed on stdout so far (the first 64 KB); the last lines of stderr; how it ended. */
const char *child_stdout(const struct child *child);
void child_forget_words(struct child *child); /* what it printed so far is nobody's any more */
const char *child_stderr(const struct child *child); /* the newest 64 KB */
const char *child_last_words(const struct child *child, struct arena *arena, size_t lines_max);
const char *child_end(const struct child *child,
                      struct arena *arena); /* "exit status 1", "killed by signal 9" */
#endif
