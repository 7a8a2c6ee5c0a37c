/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H
/*
 * buf - a growing string of bytes; always NUL-terminated behind `size`.
 *
 * Lifecycle:  `struct buf b = BUF_INIT`, append, buf_release. Errors: none; out of memory is fatal.
 */
#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct err;

struct buf {
    char *bytes; /* never NULL after the first append; use buf_text to be sure */
    size_t size, capacity;
};
#define BUF_INIT ((struct buf){.bytes = NULL})

void buf_release(struct buf *buf);
void buf_clear(struct buf *buf);                /* keeps the memory */
void buf_reserve(struct buf *buf, size_t more); /* room for `more` bytes, so that it grows once */
void buf_add(struct buf *buf, const void *bytes, size_t size);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) ATTR_PRINTF(2, 3);
const char *buf_text(const struct buf *buf); /* "" when nothing was added */
char *buf_copy(const struct buf *buf, struct arena *arena);

/* Reads a whole file; `size_max` bytes at most (ERR_LIMIT). Appends to `buf`. */
int buf_read_file(struct buf *buf, const char *path, size_t size_max,
                  struct err *err) ATTR_MUST_USE;
/* Writes under a temporary name beside `path` and renames: there is never half a file. */
int buf_write_file(const struct buf *buf, const char *path, struct err *err) ATTR_MUST_USE;
#endif
