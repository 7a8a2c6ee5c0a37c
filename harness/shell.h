/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SHELL_H
#define HARNESS_SHELL_H
/*
 * shell - command lines that people paste into their shell.
 */
struct arena;
struct evidence;

/* The whole replay command for what was run; `folder` is where --scenarios must point, NULL: where it does anyway. */
const char *shell_replay(struct arena *arena, const struct evidence *evidence, const char *folder);

/* This program by the path it was started by, as the shell that started it finds it again. */
const char *shell_program(struct arena *arena);
#endif
