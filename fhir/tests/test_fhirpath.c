/* SPDX-License-Identifier: Apache-2.0 */
/* test_fhirpath - what a path finds in a resource, and what is said of a path that is none. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "fhir/fhirpath.h"
#include "tests/expect.h"

static const char patient[] =
    "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"active\":true,\"birthDate\":\"1815-12-10\","
    "\"_birthDate\":{\"extension\":[{\"url\":\"urn:time\",\"valueTime\":\"06:00:00\"}]},"
    "\"name\":[{\"use\":\"official\",\"family\":\"Lovelace\",\"given\":[\"Ada\",\"Augusta\"],"
    "\"_given\":[null,{\"id\":\"g\"}]},{\"use\":\"maiden\",\"family\":\"Byron\",\"given\":[\"A\"]}]"
    ","
    "\"extension\":[{\"url\":\"urn:x\",\"valueDecimal\":2.50},{\"url\":\"urn:y\"}],"
    "\"contained\":[{\"resourceType\":\"Observation\",\"id\":\"o\",\"valueQuantity\":{\"value\":1}}"
    ","
    "{\"resourceType\":\"Basic\",\"id\":\"b\",\"created\":\"2020\"}],"
    "\"multipleBirthInteger\":2}";

/* The nodes as JSON, one behind the other; of a value that is not there, the shadow. */
static const char *find(struct arena *arena, const char *resource, const char *text,
                        struct err *err)
{
    struct cJSON *root = json_parse(arena, resource, strlen(resource), err);
    const struct fhirpath *path = fhirpath_parse(arena, text, err);
    size_t steps_left = LIMIT_FHIRPATH_STEPS;
    struct fhirpath_nodes nodes;
    const char *all = "";

    if (!root)
        BUG("test row: %s", err->text);
    if (!path || fhirpath_evaluate(path, arena, root, &steps_left, &nodes, err))
        return NULL;
    for (size_t i = 0; i < nodes.count; i++) {
        const struct cJSON *item =
            nodes.items[i].value ? nodes.items[i].value : nodes.items[i].extra;

        all = arena_printf(arena, "%s%s%s", all, i > 0 ? " " : "", json_print(arena, item));
    }
    return all;
}

static void paths_find_elements(void)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"Patient.id", "\"ada\""},
        {"active", "true"},
        {"Resource.id", "\"ada\""},
        {"DomainResource.active", "true"},
        {"Patient.name.given", "\"Ada\" \"Augusta\" \"A\""},
        {"Patient.name[0].given[1]", "\"Augusta\""},
        {"Patient.name[2]", ""},
        {"Patient.name[99999999999999999999999]", ""},
        {"Patient.name[name.count()]", ""},
        {"Patient.name.where(use = 'official').family", "\"Lovelace\""},
        {"Patient.name.where(use != 'official').family", "\"Byron\""},
        {"Patient.name.where(use='maiden' or use='official').count()", "2"},
        {"Patient.name.where(use='maiden' and given='Ada').count()", "0"},
        {"Patient.name.where(given.count() = 2).family", "\"Lovelace\""},
        {"Patient.name.where(given.where($this = 'Ada').exists()).family", "\"Lovelace\""},
        {"Patient.name.where(period.exists().not()).count()", "2"},
        {"Patient.name.where(period = 'x').count()", "0"},
        {"Patient.name.exists(use = 'nickname')", "false"},
        {"Patient.name.first().family", "\"Lovelace\""},
        {"Patient.name.last().given.first()", "\"A\""},
        {"Patient.photo.last()", ""},
        {"Patient.photo.empty()", "true"},
        {"Patient.photo.single()", ""},
        {"Patient.active.not()", "false"},
        {"Patient.photo.title.not()", ""},
        {"(Patient.name).first().use", "\"official\""},
        {"Patient.`name`[1].use", "\"maiden\""},
        {"Patient.birthDate.extension('urn:time').value", "\"06:00:00\""},
        {"Patient.name.given.id", "\"g\""},
        {"Patient.extension('urn:x').value", "2.50"},
        {"Patient.extension('urn:x').value = 2.5", "true"},
        {"Patient.extension.where(url = 'urn:' )", ""},
        {"Patient.multipleBirth", "2"},
        {"Patient.multipleBirth as integer", "2"},
        {"(Patient.multipleBirth as boolean)", ""},
        {"Patient.multipleBirth.ofType(integer)", "2"},
        {"Patient.multipleBirth.as(FHIR.integer)", "2"},
        {"Patient.name.use.ofType(string)", "\"official\" \"maiden\""},
        {"Patient.deceased", ""},
        {"Patient.contained.value.value", "1"},
        {"Patient.contained.ofType(Basic).created", "\"2020\""},
        {"Patient.birthDate = @1815-12-10", "true"},
        {"Patient.birthDate = @1815", ""},
        {"Patient.birthDate != @1816", "true"},
        {"@2020-01-01T00:00:00Z = @2020-01-01T01:00:00+01:00", "true"},
        {"@T12:00 = '12:00'", "true"},
        {"-1.0 = -01", "true"},
        {"1 = '1'", "false"},
        {"true or photo.title.not()", "true"},
        {"false and photo.title.not()", "false"},
        {"true and photo.title.not()", ""},
        {"'it\\'s' = \"x\"", NULL},
        {"'it\\'s'", "\"it's\""},
        {"$this.active", "true"},
        {"name = name", "true"},
        {"name.first() = name.last()", "false"},
        {"name = name.first()", "false"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;

        EXPECT_STR(rows[i].path, find(arena, patient, rows[i].path, &err), rows[i].want);
        arena_free(arena);
    }
}

static void errors_say_where_and_what(void)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"", "column 1: expected a name, a literal, $this or '(', found the end"},
        {"Patient.", "column 9: expected a name behind '.', found the end"},
        {"Patient.name[", "column 14: expected a name, a literal, $this or '(', found the end"},
        {"Patient.name[0", "expected an operator (= != and or as) or ']', found the end"},
        {"Patient.name[-1]", "column 14: expected an index, 0 or more"},
        {"Patient.name['a']", "column 14: expected an index, 0 or more"},
        {"Patient.nmae", "column 9: Patient has no element 'nmae'"},
        {"Patient.photo.titel", "column 15: Attachment has no element 'titel'"},
        {"Observation.value", "column 1: Patient has no element 'Observation'"},
        {"Patient.multipleBirthInteger", "named without its type, 'multipleBirth'"},
        {"Patient.name.resolve()", "column 14: expected one of the functions where"},
        {"Patient.name.where()", "column 20: expected a name"},
        {"Patient.name.first(1)", "column 20: expected ')', found '1'"},
        {"Patient.name > 1",
         "expected '.', '[', an operator (= != and or as) or the end, found '>'"},
        {"Patient.name | Patient.photo", "column 14: expected '.'"},
        {"%resource.name", "column 1: expected a name, a literal"},
        {"'abc", "column 5: expected the ' that ends the string, found the end"},
        {"'\\q'", "column 3: expected one of"},
        {"@x", "column 2: expected a date"},
        {"Patient.name.single()", "column 14: expected one element, found 2"},
        {"Patient.name as HumanName", "expected one element, found 2"},
        {"Patient.name.ofType(Nome)", "column 21: expected the name of a type of R4, found 'Nome'"},
        {"Patient.name and true", "expected true, false or nothing, found 2 elements"},
        {"Patient.extension(1)", "column 19: expected the url"},
        {"and", "column 1: expected a name"},
        {"Patient.text.div", "column 14: expected a name behind '.', found 'div'"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;

        EXPECT_STR(rows[i].path, find(arena, patient, rows[i].path, &err), NULL);
        EXPECT_HAS(rows[i].path, err.text, rows[i].want);
        arena_free(arena);
    }
}

static void paths_are_bounded(void)
{
    struct arena *arena = arena_new();
    struct buf buf = BUF_INIT;
    struct err err = ERR_INIT;

    for (int i = 0; i < 40; i++)
        buf_putc(&buf, '(');
    EXPECT_TRUE("depth", fhirpath_parse(arena, buf_text(&buf), &err) == NULL);
    EXPECT_INT("depth", err.code, ERR_LIMIT);
    buf_clear(&buf);
    err = ERR_INIT;
    while (buf.size <= LIMIT_FHIRPATH_BYTES)
        buf_puts(&buf, "name.");
    EXPECT_TRUE("size", fhirpath_parse(arena, buf_text(&buf), &err) == NULL);
    EXPECT_INT("size", err.code, ERR_LIMIT);
    buf_release(&buf);
    err = ERR_INIT;
    struct cJSON *root = json_parse(arena, patient, strlen(patient), &err);
    size_t steps_left = 20;
    struct fhirpath_nodes nodes;
    const struct fhirpath *path = fhirpath_parse(arena, "name.where(given = 'x')", &err);
    EXPECT_INT("steps", fhirpath_evaluate(path, arena, root, &steps_left, &nodes, &err), -1);
    EXPECT_INT("steps", err.code, ERR_LIMIT);
    arena_free(arena);
}

static void model_knows_r4(void)
{
    static const struct {
        const char *type, *name, *want; /* "type", "type*" for a list, "choice" */
    } rows[] = {
        {"Patient", "name", "HumanName*"},
        {"Patient", "birthDate", "date"},
        {"Patient", "contact", "Patient.contact*"},
        {"Patient.contact", "modifierExtension", "Extension*"},
        {"Patient", "contained", "Resource*"},
        {"Patient", "meta", "Meta"},
        {"Observation", "value", "choice"},
        {"Observation.component", "referenceRange", "Observation.referenceRange*"},
        {"Questionnaire.item", "item", "Questionnaire.item*"},
        {"Age", "unit", "string"},
        {"string", "extension", "Extension*"},
        {"string", "value", "none"},
        {"Timing.repeat", "bounds", "choice"},
        {"Binary", "extension", "none"},
        {"Resource", "id", "id"},
        {"Resource", "text", "none"},
        {"DomainResource", "contained", "Resource*"},
        {"DomainResource", "name", "none"},
        {"Observation", "valueQuantity", "none"},
        {"Extension", "url", "uri"},
        {"MedicationRequest.dispenseRequest", "quantity", "Quantity"},
        {"Patient", "value", "none"},
        {"Nothing", "id", "none"},
    };
    struct fhirpath_element element;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        bool is_found = fhirpath_element_find(&element, rows[i].type, rows[i].name);
        const char *got = arena_printf(arena, "%s%s",
                                       !is_found      ? "none"
                                       : element.type ? element.type
                                                      : "choice",
                                       element.is_list ? "*" : "");

        EXPECT_STR(rows[i].name, got, rows[i].want);
        arena_free(arena);
    }
    EXPECT_TRUE("a choice", fhirpath_element_find(&element, "Observation", "value"));
    EXPECT_STR("of Quantity", fhirpath_choice(&element, "Quantity"), "Quantity");
    EXPECT_STR("of a primitive", fhirpath_choice(&element, "String"), "string");
    EXPECT_STR("by its suffix", fhirpath_choice(&element, "string"), NULL);
    EXPECT_STR("of none", fhirpath_choice(&element, "Address"), NULL);
    EXPECT_TRUE("an open choice", fhirpath_element_find(&element, "Extension", "value"));
    EXPECT_STR("of Address", fhirpath_choice(&element, "Address"), "Address");
    EXPECT_STR("not of Narrative", fhirpath_choice(&element, "Narrative"), NULL);
    EXPECT_TRUE("code is a string", fhirpath_type_is("code", "string"));
    EXPECT_TRUE("an Age is a Quantity", fhirpath_type_is("Age", "Quantity"));
    EXPECT_TRUE("a Patient is a DomainResource", fhirpath_type_is("Patient", "DomainResource"));
    EXPECT_TRUE("and a Resource", fhirpath_type_is("Patient", "Resource"));
    EXPECT_TRUE("a Bundle is no DomainResource", !fhirpath_type_is("Bundle", "DomainResource"));
    EXPECT_TRUE("a contact is a BackboneElement",
                fhirpath_type_is("Patient.contact", "BackboneElement"));
    EXPECT_TRUE("a repeat is none", !fhirpath_type_is("Timing.repeat", "BackboneElement"));
    EXPECT_STR("a profile is no type", fhirpath_type_find("SimpleQuantity"), NULL);
    EXPECT_TRUE("a string is no code", !fhirpath_type_is("string", "code"));
    EXPECT_STR("no type", fhirpath_type_find("*"), NULL);
}

static CU_TestInfo fhirpath_tests[] = {
    {"paths find elements", paths_find_elements},
    {"errors say where and what", errors_say_where_and_what},
    {"paths are bounded", paths_are_bounded},
    {"the model knows R4", model_knows_r4},
    CU_TEST_INFO_NULL,
};
SUITE("fhirpath", fhirpath_tests)
