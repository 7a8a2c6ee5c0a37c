/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_INTERVAL_H
#define SIMULATOR_INTERACT_INTERVAL_H
/*
 * interval - dates and numbers as what they may mean, and R4's prefixes between two of them.
 *
 * A date is all of its day, month or year (milliseconds since 1970, UTC where it names no zone); a
 * number is as exact as it is written: 5.4 means 5.35 to 5.45, without the latter. Both ends belong
 * to the interval.
 */
#include <stdbool.h>

struct interval {
    double low, high;
};

enum prefix {
    PREFIX_EQ,
    PREFIX_NE,
    PREFIX_GT,
    PREFIX_LT,
    PREFIX_GE,
    PREFIX_LE,
    PREFIX_SA,
    PREFIX_EB,
};

/* Reads a prefix, if there is one, and steps behind it; false when the letters are none. */
bool prefix_read(const char **text, enum prefix *out);
/* YYYY, YYYY-MM, YYYY-MM-DD, or with a time of minutes or finer; false: it is none. */
bool interval_of_date(const char *text, struct interval *out);
/* A decimal of 17 digits at most; `is_rounded`: it stands for what rounds to it. */
bool interval_of_number(const char *text, bool is_rounded, struct interval *out);
/* Does the held interval meet `prefix wanted`? */
bool interval_meets(const struct interval *held, enum prefix prefix, const struct interval *wanted);
#endif
