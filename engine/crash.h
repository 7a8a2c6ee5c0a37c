/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_CRASH_H
#define ENGINE_CRASH_H
/*
 * crash - the places where a kill would hurt most, for the test that kills the engine at each of
 * them in turn.
 *
 * With crash_arm(n) the n-th place passed (from 0) ends the process by SIGKILL. Never armed in
 * production: only `--test-hooks` reads the environment's WRITEBACKD_CRASH_AT.
 */
void crash_arm(long n); /* -1: never */
void crash_point(void);
#endif
