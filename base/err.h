/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERR_H
#define BASE_ERR_H
/*
 * err - why something could not be done, in one line for a human.
 *
 * A function that may fail returns 0 or -1 (or a pointer or NULL) and fills `struct err *err`,
 * which is never NULL and comes last. The first failure wins; cleanup takes no err.
 */
#include "base/attr.h"

enum err_code {
    ERR_OK = 0,
    ERR_INPUT,         /* the caller's or user's data is wrong; retrying cannot help */
    ERR_LIMIT,         /* a bound in base/limits.h was reached */
    ERR_IO,            /* the operating system or a library refused */
    ERR_TIMEOUT,       /* a deadline passed while waiting */
    ERR_INDETERMINATE, /* it may or may not have happened (a lost COMMIT or HTTP reply) */
};

struct err {
    enum err_code code;
    char text[512]; /* one line for a human, outermost context first */
};
#define ERR_INIT ((struct err){.code = ERR_OK})

/* Records the failure and returns -1, so that `return err_set(...)` reads as one act. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) ATTR_PRINTF(3, 4);

/* Puts "context: " before the text of a failure already recorded; returns -1. */
int err_context(struct err *err, const char *fmt, ...) ATTR_PRINTF(2, 3);
#endif
