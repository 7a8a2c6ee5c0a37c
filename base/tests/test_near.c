/* SPDX-License-Identifier: Apache-2.0 */
/* What a mistyped name was meant to be. */
#include "base/near.h"

#include <string.h>

#include "base/arena.h"
#include "tests/expect.h"

static const char *const verbs[] = {"submit", "redeliver", "cancel", "edit", "decide", NULL};

static void the_nearest_name_is_found(void)
{
    static const struct {
        const char *typo, *meant;
    } rows[] = {
        {"sumbit", "submit"},        {"submi", "submit"},  {"SUBMIT", "submit"},
        {"redelivery", "redeliver"}, {"cancle", "cancel"}, {"edti", "edit"},
        {"decided", "decide"},       {"red", "redeliver"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_STR(rows[i].typo, near_find(rows[i].typo, verbs), rows[i].meant);
    EXPECT_STR("nothing alike", near_find("xyz", verbs), NULL);
    EXPECT_TRUE("known", near_is_known("edit", verbs) && !near_is_known("edits", verbs));
}

static void long_names_are_compared_by_their_beginning(void)
{
    static char other[4096];
    const char *const known[] = {"submit", other, NULL};
    char text[4096];

    for (size_t i = 0; i + 1 < sizeof(text); i++)
        text[i] = 's';
    text[sizeof(text) - 1] = '\0';
    memcpy(other, text, sizeof(other));
    other[0] = 'x';
    EXPECT_STR("long", near_find(text, known), other);
    EXPECT_STR("long and short", near_find(text, verbs), NULL);
}

static void an_error_names_found_nearest_and_expected(void)
{
    struct arena *arena = arena_new();

    EXPECT_STR(
        "near", near_explain(arena, "sumbit", verbs),
        "\"sumbit\", nearest is \"submit\"; expected one of submit, redeliver, cancel, edit, "
        "decide");
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"the nearest name is found", the_nearest_name_is_found},
    {"long names are compared by their beginning", long_names_are_compared_by_their_beginning},
    {"an error names found, nearest and expected", an_error_names_found_nearest_and_expected},
    CU_TEST_INFO_NULL,
};
SUITE("near", tests)
