/* SPDX-License-Identifier: Apache-2.0 */
/* Which strings are taken for tokens. */
#include <string.h>

#include "base/arena.h"
#include "simulator/conceal.h"
#include "tests/expect.h"

static void tokens_are_hidden_and_nothing_else(void)
{
    static const struct {
        const char *row, *text, *want; /* NULL: as it was */
    } rows[] = {
        {"a token", "[\"Authorization: Bearer x\",1]", "[\"Authorization: (hidden)\",1]"},
        {"two", "[\"authorization:x\",\"AUTHORIZATION : y\"]",
         "[\"Authorization: (hidden)\",\"Authorization: (hidden)\"]"},
        {"with an escaped letter", "[\"\\u0041uthorization: x\"]", "[\"Authorization: (hidden)\"]"},
        {"with a quote in it", "[\"Authorization: a\\\"b\",\"c\"]",
         "[\"Authorization: (hidden)\",\"c\"]"},
        {"without an end", "[\"Authorization: a", "[\"Authorization: (hidden)"},
        {"no JSON", "x\" \"Authorization: a\"", "x\" \"Authorization: (hidden)\""},
        {"JSON in a string", "\"{\\\"Authorization: a\\\"}\"", "\"{\\\"Authorization: (hidden)\""},
        {"another header", "[\"X-Authorization: a\"]", NULL},
        {"the word alone", "[\"Authorization\"]", NULL},
        {"a longer word", "[\"Authorizations: a\"]", NULL},
        {"an end in an escape", "\"\\u00", NULL},
        {"nothing", "", NULL},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t size = 0;
        const char *got = conceal_tokens(arena, rows[i].text, strlen(rows[i].text), &size);

        EXPECT_STR(rows[i].row, got, rows[i].want);
        EXPECT_INT(rows[i].row, (long long)size, got ? (long long)strlen(got) : 0);
    }
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"tokens are hidden and nothing else", tokens_are_hidden_and_nothing_else},
    CU_TEST_INFO_NULL,
};
SUITE("conceal", tests)
