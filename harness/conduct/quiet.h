/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_QUIET_H
#define HARNESS_CONDUCT_QUIET_H
/*
 * quiet - what a process group is doing, as the kernel tells it: for engines that cannot say themselves whether they
 * are at rest (architecture.md "Settled", (2)), and for those that are made to stand still.
 *
 * Linux: /proc/PID/task/TID/schedstat and stat. A process that left the group is not seen.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct quiet_look {
    uint64_t cpu_ns; /* used by all threads of the group that live */
    bool is_active;  /* a thread runs, or would if it had a processor */
    bool is_stopped; /* no thread can go on before SIGCONT */
};

void quiet_look(pid_t group, struct quiet_look *out);
#endif
