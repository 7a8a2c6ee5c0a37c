/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H
/*
 * expect - assertions that print the row they belong to, and suites that register themselves.
 *
 * Every unit test file ends with SUITE(name, tests). `build/bin/...` is found with test_program,
 * scratch folders with test_folder (made anew, removed at exit).
 */
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

void expect_str(const char *file, int line, const char *row, const char *got, const char *want);
void expect_int(const char *file, int line, const char *row, long long got, long long want);
void expect_true(const char *file, int line, const char *row, bool holds, const char *claim);
void expect_has(const char *file, int line, const char *row, const char *text, const char *part);

#define EXPECT_STR(row, got, want)  expect_str(__FILE__, __LINE__, row, got, want)
#define EXPECT_INT(row, got, want)  expect_int(__FILE__, __LINE__, row, got, want)
#define EXPECT_TRUE(row, condition) expect_true(__FILE__, __LINE__, row, condition, #condition)
#define EXPECT_HAS(row, text, part)                                                                \
    expect_has(__FILE__, __LINE__, row, text, part) /* part occurs in text */

const char *test_program(const char *name); /* "build/bin/fhirsim" of this configuration */
const char *test_folder(void);              /* a fresh empty folder */
const char *test_shared(const char *path);  /* "../shared/data/..." or NULL where it is missing */
void test_skip(const char *why);            /* says so and counts */

void suite_register(const char *name, CU_TestInfo *tests);
#define SUITE(name, tests)                                                                         \
    __attribute__((constructor)) static void register_suite(void)                                  \
    {                                                                                              \
        suite_register(name, tests);                                                               \
    }
#endif
