/* SPDX-License-Identifier: Apache-2.0 */
/* test_names - a name is found wherever it stands, and all that share it. */
#include "harness/judge/names.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/arena.h"
#include "tests/expect.h"

#define MANY 1000

static void every_name_is_found_and_no_other(void)
{
    struct arena *arena = arena_new();
    struct names *names = names_new(arena, MANY);

    EXPECT_TRUE("of none", !names_find(names_new(arena, 0), "a"));
    for (size_t i = 0; i < MANY; i++)
        names_add(names, arena_printf(arena, "n%zu", i), i);
    for (size_t i = 0; i < MANY; i++) {
        const char *text = arena_printf(arena, "n%zu", i);
        const struct name *name = names_find(names, text);

        EXPECT_TRUE(text, name && name->value == i && !name->next && name->last == name);
    }
    EXPECT_TRUE("another", !names_find(names, "n1000"));
    EXPECT_TRUE("empty", !names_find(names, ""));
    EXPECT_TRUE("no name", !names_find(names, NULL));
    arena_free(arena);
}

static void what_shares_a_name_is_in_the_order_it_was_added(void)
{
    struct arena *arena = arena_new();
    struct names *names = names_new(arena, 5);
    const struct name *name;

    names_add(names, "", 4);
    names_add(names, "a", 7);
    names_add(names, "b", 1);
    names_add(names, NULL, 9);
    names_add(names, "a", 2);
    name = names_find(names, "a");
    EXPECT_INT("first", (int)name->value, 7);
    EXPECT_INT("second", (int)name->next->value, 2);
    EXPECT_TRUE("that is all", !name->next->next);
    EXPECT_INT("last", (int)name->last->value, 2);
    EXPECT_INT("empty", (int)names_find(names, "")->value, 4);
    arena_free(arena);
}

static CU_TestInfo names_tests[] = {
    {"every name is found, and no other", every_name_is_found_and_no_other},
    {"what shares a name is in the order it was added",
     what_shares_a_name_is_in_the_order_it_was_added},
    CU_TEST_INFO_NULL,
};
SUITE("names", names_tests)
