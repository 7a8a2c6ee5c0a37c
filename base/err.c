/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err - one line for a human. A text that does not fit is cut; a failure recorded already is never
 * replaced.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list args;

    ASSERT(code != ERR_OK);
    if (err->code != ERR_OK)
        return -1;
    err->code = code;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    for (char *c = err->text; *c; c++) { /* one line, whatever was quoted */
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    }
    return -1;
}

int err_context(struct err *err, const char *fmt, ...)
{
    char text[sizeof(err->text)];
    va_list args;

    ASSERT(err->code != ERR_OK);
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    size_t used = strlen(text);
    if (used + 2 < sizeof(text))
        snprintf(text + used, sizeof(text) - used, ": %.*s", (int)(sizeof(text) - used - 3),
                 err->text);
    memcpy(err->text, text, sizeof(text));
    return -1;
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "bug at %s:%d: ", file, line);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}
