/* SPDX-License-Identifier: Apache-2.0 */
/* test_whose - an entry that is another patient's by now is not written onto, whoever decides so. */
#include <string.h>

#include "base/arena.h"
#include "engine/tests/ward.h"
#include "tests/expect.h"

#define TASK "Task/follow-up"
#define FOR(patient)                                                                               \
    "[{\"op\":\"replace\",\"path\":\"/for/reference\",\"value\":\"Patient/" patient "\"}]"
#define AT(encounter)                                                                              \
    "[{\"op\":\"add\",\"path\":\"/encounter\",\"value\":{\"reference\":\"Encounter/" encounter     \
    "\"}}]"
#define EVE(link)                                                                                  \
    "{\"resourceType\":\"Patient\",\"id\":\"eve\",\"name\":[{\"family\":\"Quillfeather\"}]" link "}"
#define RAISE_ON(base)                                                                             \
    "{\"operation\":\"patch\",\"target\":{\"reference\":\"" TASK "\"}," base                       \
    "\"patch\":[{\"op\":\"replace\",\"path\":\"/priority\",\"value\":\"urgent\"}],"                \
    "\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e1\",\"sequence\":1},"                    \
    "\"patient\":\"Patient/ada\",\"encounter\":{\"reference\":\"Encounter/first\"}}"
#define CALM "[{\"op\":\"replace\",\"path\":\"/priority\",\"value\":\"stat\"}]"

#define REPLACES ",\"link\":[{\"other\":{\"reference\":\"Patient/ada\"},\"type\":\"replaces\"}]"
#define REPLACED                                                                                   \
    "[{\"op\":\"add\",\"path\":\"/link\",\"value\":[{\"other\":{\"reference\":\"Patient/eve\"},"   \
    "\"type\":\"replaced-by\"}]}]"

static struct ward ward;

static void begin(void)
{
    ward_begin(&ward);
    EXPECT_TRUE("start", ward_start(&ward, -1));
}

static void submit(const char *row, const char *intent, const char *state)
{
    EXPECT_INT(row, ward_call(&ward, "POST", "/v1/intents", intent, "k1", NULL), 202);
    EXPECT_TRUE(row, ward_settle(&ward));
    EXPECT_STR(row, ward_state(&ward, "k1"), state);
}

static const char *review_path(const char *rest)
{
    const char *id = json_string(ward_view(&ward, "k1"), "review");

    return arena_printf(ward.arena, "/v1/reviews/%s%s", id ? id : "none", rest);
}

/* As the review allows, in one text. */
static const char *allowed(void)
{
    const struct cJSON *review = NULL;

    ward_call(&ward, "GET", review_path(""), NULL, NULL, &review);
    return json_get(review, "allowed") ? json_print(ward.arena, json_get(review, "allowed"))
                                       : "none";
}

static void what_was_moved_to_somebody_else_is_left_alone(void)
{
    static const struct {
        const char *row, *patient, *eve, *ada; /* edits; ada NULL: none */
        const char *intent, *state;
    } rows[] = {
        {"to another patient", FOR("eve"), EVE(""), NULL, RAISE_ON("\"baseVersion\":\"1\","),
         "needs-review"},
        {"no base was said", FOR("eve"), EVE(""), NULL, RAISE_ON(""), "needs-review"},
        {"to another encounter", AT("second"), EVE(""), NULL, RAISE_ON(""), "needs-review"},
        {"to the same encounter", AT("first"), EVE(""), NULL, RAISE_ON(""), "committed"},
        {"to who replaces her", FOR("eve"), EVE(REPLACES), NULL, RAISE_ON("\"baseVersion\":\"1\","),
         "committed"},
        {"to whom she was replaced by", FOR("eve"), EVE(""), REPLACED, RAISE_ON(""), "committed"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        begin();
        ward_edit(&ward, "PUT", "Patient/eve", rows[i].eve);
        if (rows[i].ada)
            ward_edit(&ward, "PATCH", "Patient/ada", rows[i].ada);
        ward_edit(&ward, "PATCH", TASK, rows[i].patient);
        submit(rows[i].row, rows[i].intent, rows[i].state);
        bool is_in = strcmp(rows[i].state, "committed") == 0;
        EXPECT_STR(rows[i].row, json_string(ward_chart(&ward, TASK), "priority"),
                   is_in ? "urgent" : "routine");
        if (!is_in)
            EXPECT_STR(rows[i].row, allowed(), "[\"discard\"]");
    }
}

static void nobody_decides_to_write_onto_another_patient(void)
{
    const struct cJSON *answer = NULL;

    begin();
    ward_edit(&ward, "PATCH", TASK, CALM);
    submit("a conflict", RAISE_ON("\"baseVersion\":\"1\","), "needs-review");
    EXPECT_HAS("may be applied", allowed(), "apply");
    ward_edit(&ward, "PUT", "Patient/eve", EVE(""));
    ward_edit(&ward, "PATCH", TASK, FOR("eve"));
    const char *decision = "{\"decision\":\"apply\",\"seenVersion\":\"2\"}";
    EXPECT_INT("decision",
               ward_call(&ward, "POST", review_path("/decision"), decision, NULL, &answer), 409);
    EXPECT_STR("what is left", json_print(ward.arena, json_get(answer, "allowed")),
               "[\"discard\"]");
    decision = "{\"decision\":\"discard\",\"seenVersion\":\"3\"}";
    EXPECT_INT("decision", ward_call(&ward, "POST", review_path("/decision"), decision, NULL, NULL),
               202);
    EXPECT_STR("then", ward_state(&ward, "k1"), "cancelled");
}

#define WITH_WARD(test)                                                                            \
    static void ward_##test(void)                                                                  \
    {                                                                                              \
        ward_open(&ward);                                                                          \
        test();                                                                                    \
        ward_close(&ward);                                                                         \
    }
WITH_WARD(what_was_moved_to_somebody_else_is_left_alone)
WITH_WARD(nobody_decides_to_write_onto_another_patient)

static CU_TestInfo tests[] = {
    {"what was moved to somebody else is left alone",
     ward_what_was_moved_to_somebody_else_is_left_alone},
    {"nobody decides to write onto another patient",
     ward_nobody_decides_to_write_onto_another_patient},
    CU_TEST_INFO_NULL,
};
SUITE("whose", tests)
