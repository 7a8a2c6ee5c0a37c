/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_ORPHAN_H
#define HARNESS_CONDUCT_ORPHAN_H
/*
 * orphan - what an engine started and left behind, also outside its process group (setsid, a daemon): found and ended.
 *
 * Every engine has a mark in its environment, which what it starts inherits. Threads: one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ORPHAN_MARK_SIZE 48

/* A process that we started ourselves: no orphan. In a list while it runs. */
struct orphan_own {
    pid_t pid;
    unsigned number; /* of its mark; 0: it has none */
    struct orphan_own *next;
};

/* From now on the kernel gives us what loses its parent below us. */
void orphan_watch(void);
/* The next mark, as NAME=value. Returns its number. */
unsigned orphan_mark(char out_text[ORPHAN_MARK_SIZE]);
unsigned orphan_number(pid_t pid); /* of the mark that a process bears; 0: none of ours */
void orphan_add(struct orphan_own *own);
void orphan_remove(struct orphan_own *own);

/* Ends all that is left of engines that run no more; returns how many still ran, once they are gone. */
size_t orphan_end_all(void);

/* For the guard, after the end of the process `harness`: ends whatever bears one of its marks. */
void orphan_end_marked(pid_t harness);
#endif
