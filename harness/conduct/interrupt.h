/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_INTERRUPT_H
#define HARNESS_CONDUCT_INTERRUPT_H
/*
 * interrupt - SIGINT and SIGTERM as something a loop can wait for: the run stops, and what there is gets written.
 *
 * interrupt_watch once, from main. Without it nothing is watched, interrupt_fd is -1 and the signals end the program.
 */
#include <stdbool.h>

void interrupt_watch(void);
bool interrupt_came(void);
int interrupt_fd(void); /* readable once a signal came; -1 when nothing is watched */
#endif
