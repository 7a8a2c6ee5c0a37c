/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_HEAD_H
#define SIMULATOR_HEAD_H
/*
 * head - the first line and the headers of a request, looked at as bytes before the HTTP library
 * sees them: is it HTTP/1.1 (RFC 9112) at all, and is it within base/limits.h?
 *
 * The library answers what it does not like by itself, in HTML, or not at all. What it does not like
 * is refused here first, so that every client gets an OperationOutcome. No state, no sockets.
 */
#include <stdbool.h>
#include <stddef.h>

/* What the library may spend on one request: its head, 64 bytes for each header, cookie and
 * parameter, and the headers of the answer. It clears half as much again after each request, so that
 * a usual head gets less. */
#define HEAD_MEMORY       ((size_t)32 << 10)
#define HEAD_MEMORY_USUAL ((size_t)12 << 10)
/* More is never looked at: a head that is not whole by then is too large. */
#define HEAD_BYTES_MAX HEAD_MEMORY

struct head {
    bool is_whole;    /* else more bytes must come before anything can be said */
    bool is_large;    /* HEAD_MEMORY_USUAL may not be enough for it, or for what follows chunks:
                       * of that nobody knows in time where it begins */
    int status;       /* 0: it is good; else how it is refused: */
    const char *code; /* an IssueType */
    const char *text;
};

/* The bytes may go on behind the head. */
void head_check(struct head *out, const char *bytes, size_t size);
#endif
