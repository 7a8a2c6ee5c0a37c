/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the compiled table (its order, its numbers) and of the scanners of primitives. */
#include "fhir/definitions.h"

#include <stdint.h>
#include <string.h>

#include "fhir/document.h"
#include "fhir/invariant.h"
#include "fhir/primitive.h"
#include "tests/expect.h"

static void types_are_those_of_r4(void)
{
    EXPECT_TRUE("as many", fhir_type_at(DEFINITION_RESOURCES) == NULL);
    for (size_t i = 0; i < DEFINITION_RESOURCES; i++) {
        const char *name = fhir_type_at(i);

        EXPECT_STR("by name", definition_names[definition_nodes[i].path], name);
        EXPECT_INT(name, definition_resource(name, strlen(name)), (long long)i);
    }
    EXPECT_INT("abstract", definition_resource("DomainResource", 14), -1);
    EXPECT_INT("of R4B", definition_resource("SubscriptionStatus", 18), -1);
    EXPECT_INT("the beginning of one", definition_resource("Patient", 3), -1);
}

static void rows_are_sorted_and_sound(void)
{
    for (size_t n = 0; n < DEFINITION_NODES; n++) {
        const struct definition_node *node = &definition_nodes[n];
        const char *path = definition_names[node->path];

        EXPECT_TRUE(path, node->count > 0);
        for (size_t i = 0; i < node->count; i++) {
            const struct definition_element *row = &definition_elements[node->first + i];

            EXPECT_TRUE(path, definition_find(node, definition_names[row->name]) == row);
            EXPECT_TRUE(path, row->slot < 64 && row->type < DEFINITION_NODE + DEFINITION_NODES);
        }
        for (size_t i = 0; i < node->constraint_count; i++)
            EXPECT_TRUE(path, definition_node_constraints[node->constraint_first + i] <
                                  DEFINITION_CONSTRAINTS);
    }
}

static void elements_are_hl7s(void)
{
    static const struct {
        const char *type, *element;
        bool is_there;
    } rows[] = {
        {"Patient", "birthDate", true},
        {"Patient", "birthdate", false},
        {"Observation", "valueTime", true},
        {"Observation", "valueMoney", false},
        {"EvidenceVariable", "type", true},
        {"ResearchStudy", "whyStopped", false},
        {"DeviceDefinition", "owner", true},
        {"DeviceDefinition", "classification", false},
        {"HealthcareService", "name", true},
        {"HealthcareService", "offeredIn", false},
        {"Binary", "data", true},
        {"Binary", "url", false},
        {"MedicationKnowledge", "cost", true},
        {"Parameters", "contained", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int type = definition_resource(rows[i].type, strlen(rows[i].type));

        EXPECT_INT(rows[i].element,
                   definition_find(&definition_nodes[type], rows[i].element) != NULL,
                   rows[i].is_there);
    }
}

/* The ones the design names. */
static void constraints_are_code(void)
{
    static const unsigned numbers[] = {
        CONSTRAINT_EXT_1, CONSTRAINT_OBS_6, CONSTRAINT_OBS_7,  CONSTRAINT_PER_1,  CONSTRAINT_BDL_1,
        CONSTRAINT_BDL_2, CONSTRAINT_BDL_3, CONSTRAINT_BDL_4,  CONSTRAINT_BDL_5,  CONSTRAINT_BDL_7,
        CONSTRAINT_BDL_8, CONSTRAINT_BDL_9, CONSTRAINT_BDL_10, CONSTRAINT_BDL_11, CONSTRAINT_BDL_12,
    };

    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        EXPECT_TRUE(definition_constraints[numbers[i]].key, invariant_is_known(numbers[i]));
}

static void formats_are_fhirs(void)
{
    static const struct {
        unsigned type;
        const char *text;
        bool is_valid;
    } rows[] = {
        {DEFINITION_DATE, "2026", true},
        {DEFINITION_DATE, "2026-12", true},
        {DEFINITION_DATE, "2024-02-29", true},
        {DEFINITION_DATE, "2100-02-29", false},
        {DEFINITION_DATE, "0000", false},
        {DEFINITION_DATE, "2026-13", false},
        {DEFINITION_DATE, "2026-1-1", false},
        {DEFINITION_DATE, "2026-01-01T00:00:00Z", false},
        {DEFINITION_DATETIME, "2026-01-01", true},
        {DEFINITION_DATETIME, "2026-01-01T23:59:60Z", true},
        {DEFINITION_DATETIME, "2026-01-01T00:00:00.123456+14:00", true},
        {DEFINITION_DATETIME, "2026-01-01T00:00:00+14:01", false},
        {DEFINITION_DATETIME, "2026-01-01T24:00:00Z", false},
        {DEFINITION_DATETIME, "2026-01-01T10:00Z", false},
        {DEFINITION_DATETIME, "2026-01-01T10:00:00", false},
        {DEFINITION_DATETIME, "2026-01T10:00:00Z", false},
        {DEFINITION_INSTANT, "2026-01-01T10:00:00.1-05:00", true},
        {DEFINITION_INSTANT, "2026-01-01", false},
        {DEFINITION_TIME, "23:59:59.9", true},
        {DEFINITION_TIME, "23:59", false},
        {DEFINITION_TIME, "10:00:00Z", false},
        {DEFINITION_CODE, "a b", true},
        {DEFINITION_CODE, " a", false},
        {DEFINITION_CODE, "a ", false},
        {DEFINITION_CODE, "", false},
        {DEFINITION_URI, "urn:x#y", true},
        {DEFINITION_URI, "a\tb", false},
        {DEFINITION_OID, "urn:oid:2.16.840", true},
        {DEFINITION_OID, "urn:oid:3.1", false},
        {DEFINITION_OID, "urn:oid:1", false},
        {DEFINITION_OID, "urn:oid:1.", false},
        {DEFINITION_UUID, "urn:uuid:187E0C12-8dd2-67e2-99b2-bf273c878281", false},
        {DEFINITION_UUID, "urn:uuid:187e0c12", false},
        {DEFINITION_BASE64BINARY, "AA==", true},
        {DEFINITION_BASE64BINARY, "AAAA\nAA==", true},
        {DEFINITION_BASE64BINARY, "A===", false},
        {DEFINITION_BASE64BINARY, "AA=A", false},
        {DEFINITION_BASE64BINARY, "AA-_", false},
        {DEFINITION_ID, "0123456789012345678901234567890123456789012345678901234567890123", true},
        {DEFINITION_ID, "01234567890123456789012345678901234567890123456789012345678901234", false},
        {DEFINITION_INTEGER, "-2147483648", true},
        {DEFINITION_INTEGER, "-2147483649", false},
        {DEFINITION_INTEGER, "-0", false},
        {DEFINITION_INTEGER, "1e2", false},
        {DEFINITION_UNSIGNEDINT, "2147483647", true},
        {DEFINITION_UNSIGNEDINT, "2147483648", false},
        {DEFINITION_POSITIVEINT, "0", false},
        {DEFINITION_XHTML, " <div xmlns=\"x\">a</div>\n", true},
        {DEFINITION_XHTML, "<div/>", true},
        {DEFINITION_XHTML, "<divide></divide>", false},
        {DEFINITION_XHTML, "<div>", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_INT(rows[i].text, primitive_is_valid(rows[i].type, rows[i].text), rows[i].is_valid);
}

static CU_TestInfo tests[] = {
    {"resource types are those of R4", types_are_those_of_r4},
    {"rows are sorted and sound", rows_are_sorted_and_sound},
    {"elements are HL7's", elements_are_hl7s},
    {"constraints the design names are code", constraints_are_code},
    {"formats are FHIR's", formats_are_fhirs},
    CU_TEST_INFO_NULL,
};
SUITE("definitions", tests)
