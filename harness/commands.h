/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_COMMANDS_H
#define HARNESS_COMMANDS_H
/*
 * commands - what chartproof can be told to do; one file each. chartproof.c has the table.
 *
 * 0 with the verdict, which becomes the exit status; -1 when the command could not be done: ERR_INPUT is the user's
 * to mend (exit status 2), anything else is ours (3).
 */
#include "reports/result.h"

struct err;

#define CHARTPROOF_VERSION "0.1.0"

typedef int command_fn(int argc, char **argv, enum verdict *out_verdict, struct err *err);
command_fn cmd_check, cmd_explore, cmd_init, cmd_list, cmd_load, cmd_recheck, cmd_replay, cmd_run,
    cmd_shrink;
#endif
