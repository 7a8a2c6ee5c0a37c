/* SPDX-License-Identifier: Apache-2.0 */
/* What is a step and what is none; that a schedule is written as it was read. */
#include "simulator/notation.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "tests/expect.h"

static void steps_are_written_as_they_were_read(void)
{
    static const char *const rows[] = {
        "portal.submit",
        "portal/note.submit",
        "portal.look?",
        "nurse.raise",
        "portal.write!reset-after",
        "portal/note.update#2:commit",
        "portal.write#1@2:timeout",
        "portal/note.write:before",
        "portal/note.write#3:reply",
        "portal.write:drop?",
        "engine.kill",
        "server.down",
        "portal.write!error-after(503)",
        "portal.write!error-before(503,1)",
        "portal.write!duplicate(2,last)",
        "portal.write#2!drop-field(/note,stored)?",
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        struct buf text = BUF_INIT;
        struct step step;
        int rc = step_parse(arena, rows[i], &step, &err);

        EXPECT_STR(rows[i], err.text, "");
        if (rc == 0)
            step_format(&step, &text);
        EXPECT_STR(rows[i], buf_text(&text), rows[i]);
        buf_release(&text);
    }
    arena_free(arena);
}

static void a_step_has_its_parts(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct step step;

    EXPECT_INT("rc",
               step_parse(arena, "portal/note.write#2@1:commit!error-after(503)?", &step, &err), 0);
    EXPECT_STR("actor", step.actor, "portal");
    EXPECT_STR("intent", step.intent, "note");
    EXPECT_STR("what", step.what, "write");
    EXPECT_INT("ordinal", step.ordinal, 2);
    EXPECT_INT("instance", step.instance, 1);
    EXPECT_INT("part", step.part, PART_COMMIT);
    EXPECT_STR("fault", step.fault.name, "error-after");
    EXPECT_STR("argument", step.fault.args[0], "503");
    EXPECT_TRUE("optional", step.is_optional);
    EXPECT_INT("rc", step_parse(arena, "nurse.raise", &step, &err), 0);
    EXPECT_STR("no intent", step.intent, NULL);
    EXPECT_STR("no fault", step.fault.name, NULL);
    EXPECT_INT("no ordinal", step.ordinal, 0);
    EXPECT_TRUE("not optional", !step.is_optional);
    arena_free(arena);
}

static void a_step_that_is_none_says_what_was_expected(void)
{
    static const struct {
        const char *text, *found, *expected;
    } rows[] = {
        {"portal", "\"portal\"", "expected actor.what"},
        {"", "\"\"", "expected actor.what"},
        {".write", "\".write\"", "expected actor[/intent].what"},
        {"portal.", "\"portal.\"", "expected actor[/intent].what"},
        {"portal/.write", "\"portal/.write\"", "expected actor[/intent].what"},
        {"portal.write:comit", "unknown part \"comit\"", "nearest is \"commit\""},
        {"portal.write:", "unknown part \"\"", "expected one of before, commit"},
        {"portal.write#0", "occurrence \"0\"", "expected a number from 1"},
        {"portal.write#x", "occurrence \"x\"", "expected a number from 1"},
        {"portal.write#99999999999", "occurrence", "expected a number from 1"},
        {"portal.write@", "instance \"\"", "expected a number from 1"},
        {"portal.write!reset-aftr", "'reset-aftr'", "reset-after"},
        {"portal.write!hang-after", "hang-after", ":timeout"},
        {"por tal.write", "por tal", "names of letters"},
        {"portal.write.more", "portal.write.more", "names of letters"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        struct step step;

        EXPECT_INT(rows[i].text, step_parse(arena, rows[i].text, &step, &err), -1);
        EXPECT_INT(rows[i].text, err.code, ERR_INPUT);
        EXPECT_HAS(rows[i].text, err.text, rows[i].found);
        EXPECT_HAS(rows[i].text, err.text, rows[i].expected);
    }
    arena_free(arena);
}

static void schedules_are_words_or_an_array(void)
{
    static const char words[] = " portal.submit\tportal.look? \n portal.write!reset-after ";
    static const char json[] =
        "[\"portal.submit\", \"portal.look?\", \"portal.write!reset-after\"]";
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct schedule a, b;
    struct buf text = BUF_INIT;

    EXPECT_INT("words", schedule_parse(arena, words, &a, &err), 0);
    EXPECT_INT("array",
               schedule_from_json(arena, json_parse(arena, json, sizeof(json) - 1, &err), &b, &err),
               0);
    EXPECT_INT("count", (long long)a.count, 3);
    schedule_format(&a, &text);
    EXPECT_STR("words", buf_text(&text), "portal.submit portal.look? portal.write!reset-after");
    buf_clear(&text);
    schedule_format(&b, &text);
    EXPECT_STR("array", buf_text(&text), "portal.submit portal.look? portal.write!reset-after");
    buf_release(&text);
    arena_free(arena);
}

static void a_schedule_names_the_step_that_is_wrong(void)
{
    static const char json[] = "[\"portal.submit\", 7]";
    struct arena *arena = arena_new();
    struct err err = ERR_INIT, none = ERR_INIT, number = ERR_INIT;
    struct schedule schedule;

    EXPECT_INT("typo", schedule_parse(arena, "portal.submit portal.write:cmmit", &schedule, &err),
               -1);
    EXPECT_HAS("typo", err.text, "step 2: \"portal.write:cmmit\": unknown part");
    EXPECT_INT("none", schedule_parse(arena, "  \n", &schedule, &none), -1);
    EXPECT_HAS("none", none.text, "expected at least one");
    const struct cJSON *array = json_parse(arena, json, sizeof(json) - 1, &number);
    EXPECT_INT("number", schedule_from_json(arena, array, &schedule, &number), -1);
    EXPECT_HAS("number", number.text, "step 2: found number; expected a string");
    arena_free(arena);
}

static void classes_hold_requests_alone(void)
{
    static const struct {
        const char *what, *label;
        bool is_write, matches;
    } rows[] = {
        {"write", "update", true, true},   {"write", "batch", true, true},
        {"write", "read", false, false},   {"look", "read", false, true},
        {"look", "batch", false, true},    {"look", "transaction", true, false},
        {"update", "update", true, true},  {"update", "patch", true, false},
        {"submit", "submit", false, true}, {"look", "submit", false, false},
        {"write", "raise", true, false},   {"raise", "raise", false, true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_INT(rows[i].label, what_matches(rows[i].what, rows[i].label, rows[i].is_write),
                   rows[i].matches);
    EXPECT_TRUE("write", what_is_class("write") && what_is_class("look"));
    EXPECT_TRUE("update", !what_is_class("update") && what_is_interaction("update"));
    EXPECT_TRUE("submit", !what_is_interaction("submit") && !what_is_interaction("write"));
}

static CU_TestInfo tests[] = {
    {"steps are written as they were read", steps_are_written_as_they_were_read},
    {"a step has its parts", a_step_has_its_parts},
    {"a step that is none says what was expected", a_step_that_is_none_says_what_was_expected},
    {"schedules are words or an array", schedules_are_words_or_an_array},
    {"a schedule names the step that is wrong", a_schedule_names_the_step_that_is_wrong},
    {"classes hold requests alone", classes_hold_requests_alone},
    CU_TEST_INFO_NULL,
};
SUITE("notation", tests)
