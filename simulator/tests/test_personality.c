/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of knobs and personalities: what ships can be read and says where it comes from; what is
 * mistyped is refused by name. */
#include "simulator/personality.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "tests/expect.h"

static const struct personality *read_text(struct arena *arena, const char *text, struct err *err)
{
    const struct cJSON *document = json_parse(arena, text, strlen(text), err);

    return document ? personality_read(arena, document, err) : NULL;
}

static void every_one_that_ships_can_be_read_and_names_its_sources(void)
{
    struct arena *arena = arena_new();
    size_t count = 0;

    for (const char *const *name = personality_names(); *name; name++, count++) {
        struct err err = ERR_INIT;
        const struct personality *found = personality_find(*name, &err);
        const struct cJSON *document = found ? found->document : NULL;

        EXPECT_STR(*name, found ? found->name : err.text, *name);
        EXPECT_TRUE(*name, found && found->title[0] != '\0');
        EXPECT_TRUE(*name, found && json_string(document, "evidence"));
        EXPECT_TRUE(
            *name, found && (!found->is_verified || json_count(json_get(document, "sources")) > 0));
        EXPECT_INT(*name, json_count(json_get(document, "guards")), 4);
        /* What it says of itself makes the same personality again. */
        const char *text = found ? personality_text(found, arena) : "";
        const struct personality *again = read_text(arena, text, &err);
        EXPECT_STR(*name, again ? personality_text(again, arena) : err.text, text);
    }
    EXPECT_INT("as many as the design names", count, 17);
    arena_free(arena);
}

static void what_is_mistyped_is_refused_by_name(void)
{
    static const struct {
        const char *row, *text, *error;
    } rows[] = {
        {"no object", "[]", "an object was expected, this is array"},
        {"unknown member", "{\"name\":\"x\",\"knob\":{}}",
         "unknown member \"knob\", nearest is \"knobs\""},
        {"unknown knob", "{\"knobs\":{\"etag_from\":\"none\"}}",
         "unknown knob \"etag_from\", nearest is \"etag_form\""},
        {"unknown word", "{\"knobs\":{\"etag_form\":\"weak\"}}",
         "etag_form: weak-int, weak-uuid, weak-global, timestamp, strong, bare, none was expected, "
         "got \"weak\""},
        {"unknown status", "{\"knobs\":{\"stale_status\":410}}",
         "stale_status: 412, 409 was expected, got 410"},
        {"a number too large", "{\"knobs\":{\"version_start\":1001}}",
         "version_start: a number from 0 to 1000 was expected, got 1001"},
        {"a number below", "{\"knobs\":{\"version_start\":-1}}", "got -1"},
        {"no texts", "{\"knobs\":{\"drops_fields\":\"x\"}}", "an array of texts was expected"},
        {"unknown hazard", "{\"guards\":{\"lost-updates\":\"none\"}}",
         "unknown hazard \"lost-updates\", nearest is \"lost-update\""},
        {"like nobody", "{\"like\":\"hapy\"}", "like: unknown personality \"hapy\""},
        {"evidence", "{\"evidence\":\"yes\"}", "documented or unverified was expected"},
        {"sources", "{\"sources\":[1]}", "sources: a text was expected, found number"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;

        EXPECT_TRUE(rows[i].row, !read_text(arena, rows[i].text, &err));
        EXPECT_HAS(rows[i].row, err.text, rows[i].error);
        EXPECT_INT(rows[i].row, err.code, ERR_INPUT);
    }
    arena_free(arena);
}

static void a_personality_starts_from_another(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    const struct personality *found = read_text(
        arena,
        "{\"name\":\"x\",\"like\":\"r4\",\"knobs\":{\"//\":\"why\",\"stale_status\":\"409\","
        "\"version_start\":0,\"version_gaps\":true,\"drops_fields\":[\"Patient.photo\"]}}",
        &err);

    EXPECT_STR("read", err.text, "");
    EXPECT_INT("a status", found->knobs.stale_status, 409);
    EXPECT_INT("a number", found->knobs.version_start, 0);
    EXPECT_INT("a flag", found->knobs.version_gaps, 1);
    EXPECT_STR("a text", found->knobs.drops_fields.texts[0], "Patient.photo");
    EXPECT_INT("what it leaves out", found->knobs.if_match_absent, 412);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"every one that ships can be read and names its sources",
     every_one_that_ships_can_be_read_and_names_its_sources},
    {"what is mistyped is refused by name", what_is_mistyped_is_refused_by_name},
    {"a personality starts from another", a_personality_starts_from_another},
    CU_TEST_INFO_NULL,
};

SUITE("personality", tests)
