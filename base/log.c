/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - one write per line, so that lines of several threads and processes do not mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *program = "chartproof"; /* set once, before any thread starts */

void log_program(const char *name)
{
    program = name;
}

void log_line(const char *fmt, ...)
{
    char line[1024];
    va_list args;

    int used = snprintf(line, sizeof(line), "%s: ", program);
    va_start(args, fmt);
    vsnprintf(line + used, sizeof(line) - (size_t)used - 1, fmt, args);
    va_end(args);
    size_t size = strlen(line);
    line[size++] = '\n';
    if (write(STDERR_FILENO, line, size) < 0)
        return; /* nobody is left to tell */
}
