/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_SYNTHEA_H
#define SIMULATOR_TESTS_SYNTHEA_H
/* synthea - the eight Synthea files of ../shared/data, in the order in which they may be loaded. */
#include <stdbool.h>

#define SYNTHEA_FILES 8

/* How many times longer than promised anything may take: sanitizers are slow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SYNTHEA_PATIENCE 15
#else
#define SYNTHEA_PATIENCE 1
#endif

/* Hospitals, practitioners, then the patients. Each path is the caller's to free. False where
 * files are missing. */
bool synthea_paths(char *out_paths[SYNTHEA_FILES]);
#endif
