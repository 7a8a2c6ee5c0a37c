/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SHELL_H
#define HARNESS_SHELL_H
/*
 * shell - words of a command line that people paste into their shell.
 */
struct arena;
struct buf;

/* Quoted where the shell would read it otherwise. */
void shell_put_word(struct buf *out, const char *text);
void shell_put_quoted(struct buf *out, const char *text); /* always */

/* This program by the path it was started by, as the shell that started it finds it again. */
const char *shell_program(struct arena *arena);
#endif
