/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H
/*
 * attr - compiler attributes and the assertions that stay in every build.
 *
 * ASSERT, MUST_ZERO and BUG are for our own mistakes. Nothing that comes from outside (a file, an
 * HTTP byte, the environment, the disk) may trip one: that is what struct err is for.
 */
#include <stddef.h>

#define ATTR_MUST_USE        __attribute__((warn_unused_result))
#define ATTR_PRINTF(fmt, va) __attribute__((format(printf, fmt, va)))
#define ATTR_NORETURN        __attribute__((noreturn))
#define ATTR_SENTINEL        __attribute__((sentinel))
#define COUNT_OF(array)      (sizeof(array) / sizeof((array)[0]))

/* Says what was wrong and where on stderr, and aborts. */
void bug_at(const char *file, int line, const char *fmt, ...) ATTR_PRINTF(3, 4) ATTR_NORETURN;

#define BUG(...)          bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define ASSERT(condition) ((condition) ? (void)0 : bug_at(__FILE__, __LINE__, "%s", #condition))
/* Runs `call` exactly once; anything but 0 is a bug. */
#define MUST_ZERO(call) ((call) == 0 ? (void)0 : bug_at(__FILE__, __LINE__, "%s", #call))
#endif
