/* SPDX-License-Identifier: Apache-2.0 */
/* test_decimal - values and significant digits are told apart by text alone. */
#include "fhir/decimal.h"

#include "base/arena.h"
#include "tests/expect.h"

static void equality_is_of_values(void)
{
    static const struct {
        const char *a, *b;
        bool are_equal;
    } rows[] = {
        {"1.0", "1.00", true},
        {"100", "1e2", true},
        {"0.0010", "1E-3", true},
        {"0", "-0.0", true},
        {"0", "0e99999999999999", true},
        {"10.5e+1", "105", true},
        {"1", "-1", false},
        {"1", "10", false},
        {"12", "13", false},
        {"1.2", "12", false},
        {"12345678901234567890", "12345678901234567891", false},
        {"1e99999999999", "1e99999999999", true},
        {"1e99999999999", "1", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        EXPECT_INT(rows[i].a, decimal_equal(rows[i].a, rows[i].b), rows[i].are_equal);
        EXPECT_INT(rows[i].a, decimal_equal(rows[i].b, rows[i].a), rows[i].are_equal);
    }
}

static void spelling_is_of_value_and_digits(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"1.50", "150e-2"},
        {"15.0e-1", "150e-2"},
        {"1.5", "15e-1"},
        {"100", "100"},
        {"1e2", "1e2"},
        {"-0.050", "-50e-3"},
        {"0", "0"},
        {"-0", "0"},
        {"0.0", "0e-1"},
        {"0.00", "0e-2"},
        {"5e-99999999999", "5e-99999999999"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();

        EXPECT_STR(rows[i].text, decimal_canonical(arena, rows[i].text), rows[i].want);
        arena_free(arena);
    }
}

static CU_TestInfo decimal_tests[] = {
    {"equality is of values", equality_is_of_values},
    {"spelling is of value and digits", spelling_is_of_value_and_digits},
    CU_TEST_INFO_NULL,
};
SUITE("decimal", decimal_tests)
