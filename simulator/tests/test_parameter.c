/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of R4's search parameters as a table: what it holds, and that every one is really offered. */
#include "simulator/parameter.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/tests/wire.h"
#include "tests/expect.h"

/* A value that each type of parameter takes. */
static const char *value_of(const struct parameter *parameter)
{
    static const char *const values[] = {
        [PARAMETER_TOKEN] = "x",   [PARAMETER_REFERENCE] = "x", [PARAMETER_STRING] = "x",
        [PARAMETER_DATE] = "2026", [PARAMETER_QUANTITY] = "1",  [PARAMETER_URI] = "urn:x",
        [PARAMETER_NUMBER] = "1",
    };

    return values[parameter->type];
}

static void table_is_in_order(void)
{
    size_t count = 0;

    EXPECT_STR("for all", parameter_sets[0].type, "Resource");
    for (size_t i = 1; i < parameter_set_count; i++) {
        const struct parameter_set *set = &parameter_sets[i];

        EXPECT_TRUE(set->type, fhir_type_is_known(set->type));
        EXPECT_TRUE(set->type, i == 1 || strcmp(parameter_sets[i - 1].type, set->type) < 0);
        for (size_t k = 1; k < set->count; k++)
            EXPECT_TRUE(set->type,
                        strcmp(set->parameters[k - 1].code, set->parameters[k].code) < 0);
        count += set->count;
    }
    for (size_t i = 0; fhir_type_at(i); i++)
        EXPECT_TRUE(fhir_type_at(i), parameter_set_of(fhir_type_at(i)) != NULL);
    EXPECT_TRUE("as many as R4 has", count > 1600);
}

static void paths_are_r4s(void)
{
    static const struct {
        const char *type, *code, *paths, *system, *target; /* paths NULL: not offered */
    } rows[] = {
        {"Patient", "identifier", "identifier", NULL, NULL},
        {"DocumentReference", "identifier", "masterIdentifier identifier", NULL, NULL},
        {"Patient", "phone", "telecom[system=phone]", NULL, NULL},
        {"Patient", "gender", "gender", "http://hl7.org/fhir/administrative-gender", NULL},
        {"Observation", "patient", "subject:Patient", NULL, "Patient"},
        {"Observation", "combo-code", "code component.code", NULL, NULL},
        {"Observation", "value-quantity", "valueQuantity", NULL, NULL},
        {"Condition", "onset-date", "onsetDateTime onsetPeriod", NULL, NULL},
        {"Procedure", "date", "performedDateTime performedPeriod", NULL, NULL},
        {"MedicationRequest", "medication", "medicationReference", NULL, "Medication"},
        {"Library", "depends-on", "relatedArtifact[type=depends-on].resource", NULL, "Library"},
        {"AllergyIntolerance", "_lastUpdated", "meta.lastUpdated", NULL, NULL},
        {NULL, "_id", "id", NULL, NULL},
        {NULL, "identifier", NULL, NULL, NULL},
        {"Group", "patient", NULL, NULL, NULL},
        {"Location", "near", NULL, NULL, NULL},
        {"Observation", "code-value-quantity", NULL, NULL, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct parameter *parameter = parameter_find(rows[i].type, rows[i].code);

        EXPECT_STR(rows[i].code, parameter ? parameter->paths : "(none)",
                   rows[i].paths ? rows[i].paths : "(none)");
        if (parameter && rows[i].system)
            EXPECT_STR(rows[i].code, parameter->system, rows[i].system);
        if (parameter && rows[i].target)
            EXPECT_TRUE(rows[i].code, parameter_targets(parameter, rows[i].target));
    }
    EXPECT_TRUE("not another's target",
                !parameter_targets(parameter_find("Observation", "patient"), "Group"));
}

/* The searchParam list of one resource type in the CapabilityStatement. */
static const struct cJSON *listed_of(const struct cJSON *statement, const char *type)
{
    const struct cJSON *resource = NULL;

    cJSON_ArrayForEach(resource, json_pointer(statement, "/rest/0/resource"))
    {
        if (strcmp(json_string(resource, "type"), type) == 0)
            return json_get(resource, "searchParam");
    }
    return NULL;
}

static void every_parameter_is_listed(void)
{
    struct wire wire;
    struct err err = ERR_INIT;
    const char *type = NULL;

    wire_open(&wire, NULL);
    const struct http_reply *reply = wire_call(&wire, "GET", "metadata", NULL, NULL);
    const struct cJSON *statement = json_parse(wire.arena, reply->body, reply->body_size, &err);
    for (size_t i = 0; (type = fhir_type_at(i)); i++) {
        const struct cJSON *listed = listed_of(statement, type), *one = NULL;
        size_t count = 0;

        cJSON_ArrayForEach(one, listed)
        {
            const struct parameter *parameter = parameter_find(type, json_string(one, "name"));

            EXPECT_TRUE(type, parameter != NULL);
            if (parameter)
                EXPECT_STR(type, json_string(one, "type"), parameter_type_name(parameter->type));
        }
        while (parameter_at(type, count))
            count++;
        EXPECT_INT(type, (long long)json_count(listed), (long long)count);
    }
    wire_close(&wire);
}

static void every_parameter_is_accepted(void)
{
    struct wire wire;
    const struct parameter *parameter = NULL;
    const char *type = NULL;

    wire_open(&wire, NULL);
    for (size_t i = 0; (type = fhir_type_at(i)); i++) {
        for (size_t k = 0; (parameter = parameter_at(type, k)); k++) {
            const char *url = arena_printf(wire.arena, "%s?%s=%s&%s:missing=false", type,
                                           parameter->code, value_of(parameter), parameter->code);
            const struct http_reply *reply =
                wire_call(&wire, "GET", url, "Prefer: handling=strict", NULL);

            EXPECT_INT(url, reply->status, 200);
        }
    }
    wire_close(&wire);
}

static CU_TestInfo tests[] = {
    {"the table is in order", table_is_in_order},
    {"paths are R4's", paths_are_r4s},
    {"rows 24, 29: every parameter is listed, and no other", every_parameter_is_listed},
    {"row 24: every parameter is accepted", every_parameter_is_accepted},
    CU_TEST_INFO_NULL,
};

SUITE("parameter", tests)
