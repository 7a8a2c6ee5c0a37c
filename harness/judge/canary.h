/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_CANARY_H
#define HARNESS_JUDGE_CANARY_H
/*
 * canary - what must not be found outside the chart: names, numbers and notes that stand in it or in an intent, and
 * the tokens that callers bear; and looking for them in a text, plain, percent-encoded or in base64.
 *
 * A canary that also stands where no secret is (an id, a key, an identifier that an intent is to be found by) is none.
 * Ownership: the arena given.
 */
#include <stddef.h>

struct arena;
struct facts;

struct canary {
    const char *text; /* of a long note a piece that is spelled the same everywhere */
    size_t size;
    const char *what; /* "a name", ... for people */
    int is_word;      /* it counts only where it is not part of a longer word */
};

struct canaries {
    struct canary *at; /* by text */
    size_t count, room;
    struct arena *arena;
    unsigned char heads[8192]; /* bits: which two first bytes there are */
};

void canaries_gather(struct canaries *out, const struct facts *facts);
/* The first that is in the text, in whatever spelling; NULL: none. */
const struct canary *canaries_find(const struct canaries *canaries, const char *text, size_t size);
#endif
