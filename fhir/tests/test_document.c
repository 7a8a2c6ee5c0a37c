/* SPDX-License-Identifier: Apache-2.0 */
/* test_document - what is no resource is refused, and stamping changes nothing but what it stamps.
 */
#include "fhir/document.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "tests/expect.h"

static void what_is_no_resource_is_refused(void)
{
    static const struct {
        const char *name, *text, *want; /* NULL: accepted */
    } rows[] = {
        {"a resource", "{\"resourceType\":\"Patient\",\"id\":\"a-1.B\"}", NULL},
        {"an unknown type", "{\"resourceType\":\"Unicorn\"}", NULL},
        {"an array", "[]", "must be an object"},
        {"no type", "{\"id\":\"a\"}", "/resourceType: must be a string"},
        {"a number for a type", "{\"resourceType\":1}", "this is number"},
        {"an empty type", "{\"resourceType\":\"\"}", "a name of letters"},
        {"a type with a slash", "{\"resourceType\":\"Patient/1\"}", "a name of letters"},
        {"a bad id", "{\"resourceType\":\"Patient\",\"id\":\"a_b\"}", "/id: must be 1 to 64"},
        {"an id that is no string", "{\"resourceType\":\"Patient\",\"id\":7}",
         "/id: must be 1 to 64"},
        {"meta that is no object", "{\"resourceType\":\"Patient\",\"meta\":[]}",
         "/meta: must be an object, this is array"},
        {"trailing bytes", "{\"resourceType\":\"Patient\"} x", "1"},
        {"a member that stands twice", "{\"resourceType\":\"Patient\",\"id\":\"a\",\"id\":\"a\"}",
         "twice"},
        {"a name twice by an escape",
         "{\"resourceType\":\"Patient\",\"id\":\"a\",\"\\u0069d\":\"a\"}", "twice"},
        {"bad UTF-8", "{\"resourceType\":\"Patient\",\"x\":\"\xC0\xAF\"}", "UTF-8"},
        {"two byte order marks", "\xEF\xBB\xBF\xEF\xBB\xBF{\"resourceType\":\"Patient\"}",
         "expected"},
        {"truncated", "{\"resourceType\":\"Patient\"", "1"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct document document;
        struct err err = ERR_INIT;
        int rc = document_read(&document, arena, rows[i].text, strlen(rows[i].text), &err);

        EXPECT_INT(rows[i].name, rc, rows[i].want ? -1 : 0);
        if (rows[i].want)
            EXPECT_HAS(rows[i].name, err.text, rows[i].want);
        arena_free(arena);
    }
}

static void depth_is_bounded(void)
{
    struct arena *arena = arena_new();
    struct buf text = BUF_INIT;
    struct document document;
    struct err err = ERR_INIT;

    buf_puts(&text, "{\"resourceType\":\"Patient\",\"x\":");
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_putc(&text, '[');
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_putc(&text, ']');
    buf_putc(&text, '}');
    EXPECT_INT("too deep", document_read(&document, arena, text.bytes, text.size, &err), -1);
    EXPECT_INT("too deep", err.code, ERR_LIMIT);
    buf_release(&text);
    arena_free(arena);
}

static void a_byte_order_mark_is_not_part_of_the_text(void)
{
    struct arena *arena = arena_new();
    struct document document;
    struct err err = ERR_INIT;
    static const char text[] = "\xEF\xBB\xBF{\"resourceType\":\"Patient\"}";

    EXPECT_INT("BOM", document_read(&document, arena, text, strlen(text), &err), 0);
    EXPECT_STR("BOM", document.bytes, text + 3);
    EXPECT_INT("BOM", (long long)document.size, (long long)strlen(text + 3));
    arena_free(arena);
}

/* Every row: what goes in, the stamp, and every byte of what must come out. */
static void stamping_changes_only_what_it_stamps(void)
{
    static const struct {
        const char *name, *text;
        struct document_stamp stamp;
        const char *want;
    } rows[] = {
        {"everything new",
         "{\"resourceType\":\"Patient\",\"active\":true}",
         {"p", "1", "T"},
         "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":"
         "\"T\"},"
         "\"active\":true}"},
        {"nothing else there",
         "{\"resourceType\":\"Patient\"}",
         {"p", "1", "T"},
         "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":"
         "\"T\"}}"},
        {"everything replaced",
         "{\"resourceType\":\"Patient\",\"id\":\"x\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":"
         "\"S\"}}",
         {"p", "8", "T"},
         "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"versionId\":\"8\",\"lastUpdated\":"
         "\"T\"}}"},
        {"white space, order, numbers and escapes stay",
         " {\n \"v\" : 2.50 ,\t\"id\":\"x\"\r\n,\"s\":\"\\u00e9\\/\\\"}\" , \"resourceType\" : "
         "\"Patient\" } ",
         {"p", "1", "T"},
         " {\n \"v\" : 2.50 "
         ",\t\"id\":\"p\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"T\"}\r\n,"
         "\"s\":\"\\u00e9\\/\\\"}\" , \"resourceType\" : \"Patient\" } "},
        {"other meta stays",
         "{\"resourceType\":\"Patient\",\"meta\":{ \"tag\":[ {\"code\":\"a\"} ] }}",
         {"p", "1", "T"},
         "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{ "
         "\"versionId\":\"1\",\"lastUpdated\":\"T\","
         "\"tag\":[ {\"code\":\"a\"} ] }}"},
        {"removed from the end of meta",
         "{\"resourceType\":\"Patient\",\"meta\":{\"source\":\"s\", \"versionId\":\"7\", "
         "\"lastUpdated\":\"S\" }}",
         {"p", NULL, NULL},
         "{\"resourceType\":\"Patient\",\"id\":\"p\",\"meta\":{\"source\":\"s\" }}"},
        {"removed from the front of meta",
         "{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"7\",\"lastUpdated\":\"S\","
         "\"source\":\"s\"}}",
         {NULL, NULL, NULL},
         "{\"resourceType\":\"Patient\",\"meta\":{\"source\":\"s\"}}"},
        {"removed around what stays",
         "{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"7\",\"source\":\"s\","
         "\"lastUpdated\":\"S\"},\"x\":1}",
         {NULL, NULL, NULL},
         "{\"resourceType\":\"Patient\",\"meta\":{\"source\":\"s\"},\"x\":1}"},
        {"an emptied meta goes",
         "{\"resourceType\":\"Patient\", \"meta\":{\"versionId\":\"7\"} ,\"x\":1}",
         {NULL, NULL, NULL},
         "{\"resourceType\":\"Patient\" ,\"x\":1}"},
        {"a meta that came empty stays",
         "{\"resourceType\":\"Patient\",\"meta\":{}}",
         {NULL, NULL, NULL},
         "{\"resourceType\":\"Patient\",\"meta\":{}}"},
        {"an empty stamp changes nothing",
         "{ \"resourceType\":\"Patient\",\"id\":\"x\" }",
         {NULL, NULL, NULL},
         "{ \"resourceType\":\"Patient\",\"id\":\"x\" }"},
        {"an id that stays, and meta behind it",
         "{\"id\":\"x\",\"resourceType\":\"Patient\"}",
         {NULL, "1", NULL},
         "{\"id\":\"x\",\"meta\":{\"versionId\":\"1\"},\"resourceType\":\"Patient\"}"},
        {"nested ids are not ours",
         "{\"contained\":[{\"resourceType\":\"X\",\"id\":\"c\",\"meta\":{\"versionId\":\"9\"}}],"
         "\"resourceType\":\"Patient\"}",
         {"p", "1", NULL},
         "{\"contained\":[{\"resourceType\":\"X\",\"id\":\"c\",\"meta\":{\"versionId\":\"9\"}}],"
         "\"resourceType\":\"Patient\","
         "\"id\":\"p\",\"meta\":{\"versionId\":\"1\"}}"},
        {"names spelled with escapes",
         "{\"\\u0072esourceType\":\"Patient\",\"i\\u0064\":\"x\",\"m\\u0065ta\":{"
         "\"versi\\u006fnId\":\"7\"}}",
         {"p", "8", NULL},
         "{\"\\u0072esourceType\":\"Patient\",\"i\\u0064\":\"p\",\"m\\u0065ta\":{"
         "\"versi\\u006fnId\":\"8\"}}"},
        {"brackets and quotes in strings",
         "{\"a\":\"}]\\\\\",\"b\":[\"\\\"{\"],\"resourceType\":\"Patient\",\"c\":{\"d\":\"]\"}}",
         {"p", NULL, NULL},
         "{\"a\":\"}]\\\\\",\"b\":[\"\\\"{\"],\"resourceType\":\"Patient\",\"id\":\"p\",\"c\":{"
         "\"d\":\"]\"}}"},
        {"a label that needs quoting",
         "{\"resourceType\":\"Patient\"}",
         {NULL, "a\"b", NULL},
         "{\"resourceType\":\"Patient\",\"meta\":{\"versionId\":\"a\\\"b\"}}"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct document document;
        struct err err = ERR_INIT;
        size_t size = 0;

        EXPECT_INT(rows[i].name,
                   document_read(&document, arena, rows[i].text, strlen(rows[i].text), &err), 0);
        const char *got = document_stamp(&document, &rows[i].stamp, arena, &size);
        EXPECT_STR(rows[i].name, got, rows[i].want);
        EXPECT_INT(rows[i].name, (long long)size, (long long)strlen(rows[i].want));
        arena_free(arena);
    }
}

/* More members than have a place of their own. */
static void stamping_keeps_many_members(void)
{
    for (int count = 20; count < 60; count++) {
        struct arena *arena = arena_new();
        const struct document_stamp stamp = {.id = "p"};
        struct document document;
        struct err err = ERR_INIT;
        const char *members = "", *text;
        size_t size = 0;

        for (int i = 0; i < count; i++)
            members = arena_printf(arena, "%s,\"m%d\":%d", members, i, i);
        text = arena_printf(arena, "{\"resourceType\":\"Patient\"%s,\"id\":\"x\"}", members);
        EXPECT_INT("many", document_read(&document, arena, text, strlen(text), &err), 0);
        EXPECT_STR("many", document_stamp(&document, &stamp, arena, &size),
                   arena_printf(arena, "{\"resourceType\":\"Patient\"%s,\"id\":\"p\"}", members));
        arena_free(arena);
    }
}

static void references_are_type_and_id(void)
{
    static const struct {
        const char *text, *want; /* type id version, or NULL */
    } rows[] = {
        {"Patient/ada", "Patient ada -"},
        {"Patient/ada/_history/3", "Patient ada 3"},
        {"http://h/fhir/Patient/ada", "Patient ada -"},
        {"http://h/fhir/Patient/ada/_history/3", "Patient ada 3"},
        {"http://h/fhirPatient/ada", NULL},
        {"http://other/fhir/Patient/ada", NULL},
        {"/Patient/ada", NULL},
        {"Patient/ada/", NULL},
        {"Patient/ada/_history", NULL},
        {"Patient/ada/_history/", NULL},
        {"Patient/ada/_history/3/x", NULL},
        {"Patient/ada/history/3", NULL},
        {"Patient", NULL},
        {"Patient/", NULL},
        {"Patient?identifier=a|b", NULL},
        {"Unicorn/1", NULL},
        {"#c1", NULL},
        {"urn:uuid:9a1b8f0e-0000-4000-8000-000000000001", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct reference got;
        char text[128];
        bool is_one = reference_parse(&got, arena, rows[i].text, "http://h/fhir");

        snprintf(text, sizeof(text), "%s %s %s", got.type, got.id, got.version ? got.version : "-");
        EXPECT_STR(rows[i].text, is_one ? text : NULL, rows[i].want);
        arena_free(arena);
    }
}

static void entity_tags_are_weak_or_strong(void)
{
    static const struct {
        const char *text, *want;
        bool is_weak;
    } rows[] = {
        {"W/\"3\"", "3", true},   {"\"3\"", "3", false},     {" W/\"a\" ", "a", true},
        {"3", NULL, false},       {"\"\"", NULL, false},     {"W/3", NULL, false},
        {"w/\"3\"", NULL, false}, {"\"a\"b\"", NULL, false}, {"\"a b\"", NULL, false},
        {"\"", NULL, false},      {"*", NULL, false},        {"", NULL, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        const char *version = NULL;
        bool is_weak = false;
        bool is_tag = etag_parse(arena, rows[i].text, &version, &is_weak);

        EXPECT_STR(rows[i].text, is_tag ? version : NULL, rows[i].want);
        EXPECT_INT(rows[i].text, is_weak, rows[i].is_weak);
        arena_free(arena);
    }
}

static void ids_follow_the_grammar(void)
{
    static const char longest[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    static const char too_long[] =
        "01234567890123456789012345678901234567890123456789012345678901234";

    EXPECT_TRUE("64", fhir_id_is_valid(longest));
    EXPECT_TRUE("65", !fhir_id_is_valid(too_long));
    EXPECT_TRUE("empty", !fhir_id_is_valid(""));
    EXPECT_TRUE("none", !fhir_id_is_valid(NULL));
    EXPECT_TRUE("space", !fhir_id_is_valid("a b"));
    EXPECT_TRUE("slash", !fhir_id_is_valid("a/b"));
}

/* The first, the last and neighbours: a table out of order loses some of them. */
static void types_are_those_of_r4(void)
{
    static const char *const known[] = {"Account",
                                        "AllergyIntolerance",
                                        "Basic",
                                        "Binary",
                                        "Bundle",
                                        "List",
                                        "Medication",
                                        "MedicationRequest",
                                        "MedicinalProductUndesirableEffect",
                                        "Observation",
                                        "OperationOutcome",
                                        "Parameters",
                                        "Patient",
                                        "Provenance",
                                        "SubstanceSourceMaterial",
                                        "Task",
                                        "ValueSet",
                                        "VisionPrescription"};
    static const char *const unknown[] = {
        "", "patient", "Patients", "Resource", "DomainResource", "Subscriptions", "Zebra"};

    for (size_t i = 0; i < COUNT_OF(known); i++)
        EXPECT_TRUE(known[i], fhir_type_is_known(known[i]));
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        EXPECT_TRUE(unknown[i], !fhir_type_is_known(unknown[i]));
    EXPECT_TRUE("none", !fhir_type_is_known(NULL));
}

static CU_TestInfo document_tests[] = {
    {"what is no resource is refused", what_is_no_resource_is_refused},
    {"depth is bounded", depth_is_bounded},
    {"a byte order mark is not part of the text", a_byte_order_mark_is_not_part_of_the_text},
    {"stamping keeps many members", stamping_keeps_many_members},
    {"stamping changes only what it stamps", stamping_changes_only_what_it_stamps},
    {"references are type and id", references_are_type_and_id},
    {"entity tags are weak or strong", entity_tags_are_weak_or_strong},
    {"ids follow the grammar", ids_follow_the_grammar},
    {"types are those of R4", types_are_those_of_r4},
    CU_TEST_INFO_NULL,
};
SUITE("document", document_tests)
