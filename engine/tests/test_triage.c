/* SPDX-License-Identifier: Apache-2.0 */
/* When two changes merge, and into what. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "engine/content.h"
#include "engine/triage.h"
#include "tests/expect.h"

static struct cJSON *tree(struct arena *arena, const char *text)
{
    struct err err = ERR_INIT;
    struct cJSON *parsed = json_parse(arena, text, strlen(text), &err);

    EXPECT_TRUE(text, parsed != NULL);
    return parsed;
}

static const struct {
    const char *row, *base, *intended, *current;
    const char *foreign, *ours; /* NULL: a conflict */
} merges[] = {
    {"different members", "{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":3}",
     "{\"a\":2,\"b\":3}", "{\"a\":2,\"b\":3}"},
    {"the same member", "{\"a\":1}", "{\"a\":2}", "{\"a\":3}", NULL, "{\"a\":2}"},
    {"the same member to the same value", "{\"a\":1}", "{\"a\":2}", "{\"a\":2}", "{\"a\":2}",
     "{\"a\":2}"},
    {"changed here, removed there", "{\"a\":1}", "{\"a\":2}", "{}", NULL, "{\"a\":2}"},
    {"removed here, untouched there", "{\"a\":1,\"b\":1}", "{\"b\":1}", "{\"a\":1,\"b\":2}",
     "{\"b\":2}", "{\"b\":2}"},
    {"deeper members", "{\"o\":{\"a\":1,\"b\":1}}", "{\"o\":{\"a\":2,\"b\":1}}",
     "{\"o\":{\"a\":1,\"b\":2}}", "{\"o\":{\"a\":2,\"b\":2}}", "{\"o\":{\"a\":2,\"b\":2}}"},
    {"both appended", "{\"l\":[1]}", "{\"l\":[1,2]}", "{\"l\":[1,3]}", NULL, "{\"l\":[1,3,2]}"},
    {"both made the list", "{}", "{\"l\":[2]}", "{\"l\":[3]}", NULL, "{\"l\":[3,2]}"},
    {"an entry here, appended there", "{\"l\":[1,5]}", "{\"l\":[2,5]}", "{\"l\":[1,5,9]}",
     "{\"l\":[2,5,9]}", "{\"l\":[2,5,9]}"},
    {"appended here, removed in front there", "{\"l\":[1,5]}", "{\"l\":[1,5,9]}", "{\"l\":[5]}",
     "{\"l\":[5,9]}", "{\"l\":[5,9]}"},
    {"different entries", "{\"l\":[1,5,7]}", "{\"l\":[2,5,7]}", "{\"l\":[1,5,8]}",
     "{\"l\":[2,5,8]}", "{\"l\":[2,5,8]}"},
    {"an entry changed here, removed there", "{\"l\":[1,5,7]}", "{\"l\":[1,6,7]}", "{\"l\":[1,7]}",
     NULL, NULL},
    {"members of one entry that has an id", "{\"l\":[{\"id\":\"e\",\"a\":1,\"b\":1}]}",
     "{\"l\":[{\"id\":\"e\",\"a\":2,\"b\":1}]}", "{\"l\":[{\"id\":\"e\",\"a\":1,\"b\":2}]}",
     "{\"l\":[{\"id\":\"e\",\"a\":2,\"b\":2}]}", "{\"l\":[{\"id\":\"e\",\"a\":2,\"b\":2}]}"},
    {"members of one entry that has a code",
     "{\"l\":[{\"code\":{\"text\":\"c\"},\"a\":1,\"b\":1}]}",
     "{\"l\":[{\"code\":{\"text\":\"c\"},\"a\":2,\"b\":1}]}",
     "{\"l\":[{\"code\":{\"text\":\"c\"},\"a\":1,\"b\":2}]}",
     "{\"l\":[{\"code\":{\"text\":\"c\"},\"a\":2,\"b\":2}]}",
     "{\"l\":[{\"code\":{\"text\":\"c\"},\"a\":2,\"b\":2}]}"},
    {"an entry here, another order there", "{\"l\":[{\"code\":\"c\"},{\"code\":\"d\"}]}",
     "{\"l\":[{\"code\":\"c\",\"n\":1},{\"code\":\"d\"}]}",
     "{\"l\":[{\"code\":\"d\"},{\"code\":\"c\"}]}", NULL, NULL},
    {"an entry here, another in its place there", "{\"l\":[{\"text\":\"c\"}]}",
     "{\"l\":[{\"text\":\"c\",\"n\":1}]}", "{\"l\":[{\"text\":\"d\"}]}", NULL, NULL},
    {"which of two alike", "{\"l\":[{\"code\":\"c\",\"a\":1},{\"code\":\"c\",\"a\":2}]}",
     "{\"l\":[{\"code\":\"c\",\"a\":1,\"n\":1},{\"code\":\"c\",\"a\":2}]}",
     "{\"l\":[{\"code\":\"c\",\"a\":2},{\"code\":\"c\",\"a\":1}]}", NULL, NULL},
    {"digits are content", "{\"a\":1.5,\"b\":1}", "{\"a\":1.50,\"b\":1}", "{\"a\":1.5,\"b\":2}",
     "{\"a\":1.50,\"b\":2}", "{\"a\":1.50,\"b\":2}"},
    {"the server's own members", "{\"meta\":{\"versionId\":\"1\"},\"a\":1}",
     "{\"meta\":{\"versionId\":\"1\"},\"a\":2}", "{\"meta\":{\"versionId\":\"7\"},\"a\":1}",
     "{\"a\":2}", "{\"a\":2}"},
};

static void expect_merge(const char *row, struct arena *arena, const struct cJSON *got,
                         const char *want)
{
    EXPECT_STR(row, got ? json_print(arena, got) : NULL, want);
}

static void changes_apart_merge_and_others_do_not(void)
{
    for (size_t i = 0; i < COUNT_OF(merges); i++) {
        struct arena *arena = arena_new();
        struct cJSON *base = tree(arena, merges[i].base);
        struct cJSON *intended = tree(arena, merges[i].intended);
        struct cJSON *current = tree(arena, merges[i].current);

        expect_merge(merges[i].row, arena,
                     triage_merge(arena, base, intended, current, TRIAGE_FOREIGN),
                     merges[i].foreign);
        expect_merge(merges[i].row, arena,
                     triage_merge(arena, base, intended, current, TRIAGE_OURS), merges[i].ours);
        arena_free(arena);
    }
}

static void what_may_harm_goes_to_a_human(void)
{
    static const struct {
        const char *type;
        bool is_sensitive;
    } rows[] = {
        {"AllergyIntolerance", true}, {"Condition", true},         {"List", true},
        {"Medication", true},         {"MedicationRequest", true}, {"Observation", false},
        {"Patient", false},           {"Appointment", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_INT(rows[i].type, triage_is_sensitive(rows[i].type), rows[i].is_sensitive);
}

static void fields_are_taken_and_nothing_else(void)
{
    static const struct {
        const char *row, *path, *want;
    } rows[] = {
        {"changed", "/a", "{\"a\":2,\"b\":9,\"c\":1}"},
        {"added", "/d", "{\"a\":1,\"b\":9,\"c\":1,\"d\":4}"},
        {"removed", "/c", "{\"a\":1,\"b\":9}"},
        {"in neither", "/nowhere", "{\"a\":1,\"b\":9,\"c\":1}"},
        {"no place for it", "/a/b", "{\"a\":1,\"b\":9,\"c\":1}"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        const struct cJSON *got =
            triage_take(arena, tree(arena, "{\"a\":2,\"b\":1,\"d\":4}"),
                        tree(arena, "{\"a\":1,\"b\":9,\"c\":1}"), &rows[i].path, 1);

        expect_merge(rows[i].row, arena, got, rows[i].want);
        arena_free(arena);
    }
}

static void a_delta_shows_every_difference_once(void)
{
    struct arena *arena = arena_new();
    struct cJSON *out = json_array(arena);

    triage_delta(arena, tree(arena, "{\"a\":1,\"b\":1,\"l\":[1],\"same\":1,\"x/y\":1}"),
                 tree(arena, "{\"a\":1,\"b\":2,\"l\":[1,2],\"same\":1,\"x/y\":2}"),
                 tree(arena, "{\"a\":3,\"b\":1,\"l\":[1],\"same\":1,\"x/y\":1,\"new\":1}"), out);
    EXPECT_STR("delta", json_print(arena, out),
               "[{\"path\":\"/a\",\"base\":1,\"current\":1,\"intended\":3},"
               "{\"path\":\"/b\",\"base\":1,\"current\":2,\"intended\":1},"
               "{\"path\":\"/l\",\"base\":[1],\"current\":[1,2],\"intended\":[1]},"
               "{\"path\":\"/x~1y\",\"base\":1,\"current\":2,\"intended\":1},"
               "{\"path\":\"/new\",\"base\":null,\"current\":null,\"intended\":1}]");
    arena_free(arena);
}

static void stored_content_holds_what_was_sent(void)
{
    static const char *const urls[] = {"urn:uuid:1"};
    static const struct content_links links = {urls, 1};
    static const struct {
        const char *row, *stored, *sent, *difference;
    } rows[] = {
        {"the same", "{\"a\":1}", "{\"a\":1}", NULL},
        {"member order", "{\"b\":1,\"a\":1}", "{\"a\":1,\"b\":1}", NULL},
        {"the server's members", "{\"id\":\"x\",\"meta\":{\"versionId\":\"2\"},\"a\":1}",
         "{\"a\":1}", NULL},
        {"another id", "{\"id\":\"x\"}", "{\"id\":\"y\"}", "/id"},
        {"a tag carried forward", "{\"meta\":{\"tag\":[{\"code\":\"t\"}]}}", "{}", NULL},
        {"a tag lost", "{\"meta\":{}}", "{\"meta\":{\"tag\":[{\"code\":\"t\"}]}}", "/meta/tag"},
        {"a field dropped", "{\"a\":1}", "{\"a\":1,\"n\":[1]}", "/n"},
        {"a field added", "{\"a\":1,\"z\":1}", "{\"a\":1}", "/z"},
        {"digits lost", "{\"v\":1.5}", "{\"v\":1.50}", "/v"},
        {"a link resolved", "{\"s\":\"Patient/1\"}", "{\"s\":\"urn:uuid:1\"}", NULL},
        {"another text", "{\"s\":\"Patient/1\"}", "{\"s\":\"urn:uuid:2\"}", "/s"},
        {"a narrative regenerated", "{\"text\":{\"status\":\"generated\",\"div\":\"b\"}}",
         "{\"text\":{\"status\":\"generated\",\"div\":\"a\"}}", NULL},
        {"a narrative of somebody's own", "{}", "{\"text\":{\"status\":\"additional\"}}", "/text"},
        {"true is not false", "{\"a\":true}", "{\"a\":false}", "/a"},
        {"a list in another order", "{\"l\":[2,1]}", "{\"l\":[1,2]}", "/l/0"},
        {"a shorter list", "{\"l\":[1]}", "{\"l\":[1,2]}", "/l"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        const char *got = content_difference(arena, tree(arena, rows[i].stored),
                                             tree(arena, rows[i].sent), &links);

        EXPECT_STR(rows[i].row, got, rows[i].difference);
        arena_free(arena);
    }
}

static CU_TestInfo tests[] = {
    {"changes that are apart merge, others do not", changes_apart_merge_and_others_do_not},
    {"what may harm goes to a human", what_may_harm_goes_to_a_human},
    {"fields are taken and nothing else", fields_are_taken_and_nothing_else},
    {"a delta shows every difference once", a_delta_shows_every_difference_once},
    {"stored content holds what was sent, or says where not", stored_content_holds_what_was_sent},
    CU_TEST_INFO_NULL,
};
SUITE("triage", tests)
