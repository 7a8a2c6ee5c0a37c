/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LOG_H
#define BASE_LOG_H
/* log - talk to stderr, one line each: "program: text". Never patient data. Thread-safe. */
#include <stdbool.h>

#include "base/attr.h"

void log_program(const char *name); /* once, from main; the prefix of every line */
void log_line(const char *fmt, ...) ATTR_PRINTF(1, 2);
#endif
