/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests over HTTP of FHIRPath Patch: fhir-rules.md rows 19, 20, 25 and 26, with the preconditions of
 * rows 12 to 14. In a body ' stands for ", so paths that need quotes are written with \u0027.
 */
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"name\":[{\"use\":\"official\",\"given\":"     \
    "[\"Ada\"]},{\"use\":\"maiden\"}],\"active\":true},"                                           \
    "{\"resourceType\":\"Observation\",\"id\":\"pulse\",\"status\":\"final\",\"code\":{\"text\":"  \
    "\"p\"},"                                                                                      \
    "\"valueQuantity\":{\"value\":2.50,\"unit\":\"g\"},\"subject\":{\"reference\":"                \
    "\"Patient/ada\"}}]"
#define PARAMETERS(list) "{'resourceType':'Parameters','parameter':[" list "]}"
#define OPERATION(parts) "{'name':'operation','part':[" parts "]}"
#define TYPE(type, path)                                                                           \
    "{'name':'type','valueCode':'" type "'},{'name':'path','valueString':'" path "'}"
#define NAME(name)     ",{'name':'name','valueString':'" name "'}"
#define VALUE(members) ",{'name':'value'," members "}"
#define ONE(parts)     PARAMETERS(OPERATION(parts))
#define INACTIVE       ONE(TYPE("replace", "Patient.active") VALUE("'valueBoolean':false"))
#define UNCHANGED                                                                                  \
    {                                                                                              \
        "19: nothing was written", "GET", "Patient/ada", NULL, NULL, 200,                          \
            "ETag: W/\"1\"\n/active = true"                                                        \
    }

static void patches(void)
{
    static const struct step steps[] = {
        {"19: replace", "PATCH", "Patient/ada", NULL, INACTIVE, 200,
         "ETag: W/\"2\"\n/active = false\n/meta/versionId = 2\n/name/0/given/0 = Ada"},
        {"19: with a charset", "PATCH", "Patient/ada",
         "Content-Type: application/fhir+json; charset=utf-8", INACTIVE, 200, "ETag: W/\"3\""},
        {"19: add by a criterion", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("add", "Patient.name.where(use = \\u0027maiden\\u0027)") NAME("family")
                 VALUE("'valueString':'Byron'")),
         200, "/name/1/family = Byron"},
        {"19: add what was not there", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("add", "Patient") NAME("contact")
                 VALUE("'part':[{'name':'gender','valueCode':'female'},{'name':'name','"
                       "valueHumanName':{'text':'Eve'}}]")),
         200, "/contact/0/gender = female"},
        {"19: insert", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("insert", "Patient.name[0].given")
                 VALUE("'valueString':'Augusta'") ","
                                                  "{'name':'index','valueInteger':0}"),
         200, "/name/0/given/0 = Augusta\n/name/0/given/1 = Ada"},
        {"19: move", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("move", "Patient.name[0].given") ",{'name':'source','valueInteger':1},"
                                                   "{'name':'destination','valueInteger':0}"),
         200, "/name/0/given/0 = Ada\n/name/0/given/1 = Augusta"},
        {"19: delete", "PATCH", "Patient/ada", NULL, ONE(TYPE("delete", "Patient.contact")), 200,
         "/contact = (none)"},
        {"19: delete what is not there", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("delete", "Patient.contact")), 200, "ETag: W/\"9\""},
        {"19: a choice, and other numbers keep their text", "PATCH", "Observation/pulse", NULL,
         ONE(TYPE("replace", "Observation.value.unit") VALUE("'valueString':'kg'")), 200,
         "/valueQuantity/value = 2.50\n/valueQuantity/unit = kg"},
        {"19: a new number keeps its text", "PATCH", "Observation/pulse", NULL,
         ONE(TYPE("replace", "Observation.value") VALUE("'valueQuantity':{'value':1.500}")), 200,
         "/valueQuantity/value = 1.500"},
        {"12: the current version", "PATCH", "Patient/ada", "If-Match: W/\"9\"", INACTIVE, 200,
         "ETag: W/\"10\""},
        {"13: a stale one", "PATCH", "Patient/ada", "If-Match: W/\"9\"", INACTIVE, 412,
         "/issue/0/code = conflict"},
        {"13: and nothing was written", "GET", "Patient/ada", NULL, NULL, 200, "ETag: W/\"10\""},
        {"14: of what never was", "PATCH", "Patient/eve", "If-Match: W/\"1\"", INACTIVE, 412, NULL},
        {"19: an unknown one", "PATCH", "Patient/eve", NULL, INACTIVE, 404, NULL},
        {"27: minimal", "PATCH", "Patient/ada", "Prefer: return=minimal", INACTIVE, 200, ""},
        {"21: delete", "DELETE", "Patient/ada", NULL, NULL, 204, NULL},
        {"19: a deleted one", "PATCH", "Patient/ada", NULL, INACTIVE, 410,
         "/issue/0/code = deleted"},
    };

    RUN_STEPS(CHART, steps);
}

static void refused_patches_write_nothing(void)
{
    static const struct step steps[] = {
        {"19: a path to several", "PATCH", "Patient/ada", NULL, ONE(TYPE("delete", "Patient.name")),
         400,
         "/issue/0/severity = error\n/issue/0/expression/0 = Parameters.parameter[0]\n"
         "~ operation 0 (delete Patient.name)\n~ 2 elements"},
        {"19: a path to nothing", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("replace", "Patient.gender") VALUE("'valueCode':'female'")), 400, "~ nothing"},
        {"19: a name that R4 has not", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("delete", "Patient.nmae")), 400, "~ column 9: Patient has no element 'nmae'"},
        {"19: a path that is none", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("delete", "Patient.name[")), 400, "~ column 14: expected"},
        {"19: the second operation fails", "PATCH", "Patient/ada", NULL,
         PARAMETERS(OPERATION(TYPE("delete", "Patient.active")) "," OPERATION(
             TYPE("add", "Patient") NAME("name") VALUE("'valueString':'x'"))),
         400,
         "/issue/0/expression/0 = Parameters.parameter[1]\n~ operation 1 (add Patient)\n"
         "~ expected HumanName, found string"},
        {"19: a single one that is there", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("add", "Patient") NAME("active") VALUE("'valueBoolean':false")), 400,
         "~ 'active' is there already"},
        {"19: the id may not change", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("replace", "Patient.id") VALUE("'valueId':'eve'")), 400, "~ id"},
        {"19: nor the version", "PATCH", "Patient/ada", NULL,
         ONE(TYPE("delete", "Patient.meta.versionId")), 400, "~ versionId"},
        {"19: another resource", "PATCH", "Patient/ada", NULL,
         "{'resourceType':'Patient','id':'ada'}", 400,
         "~ must be a Parameters resource\n/issue/0/expression = (none)"},
        {"19: no JSON", "PATCH", "Patient/ada", NULL, "{'resourceType':", 400, "~ line 1"},
        {"19: no body", "PATCH", "Patient/ada", "Content-Type: application/fhir+json", NULL, 400,
         NULL},
        {"19: FHIR's XML", "PATCH", "Patient/ada", "Content-Type: application/fhir+xml",
         "<Parameters/>", 415, NULL},
        UNCHANGED,
    };

    RUN_STEPS(CHART, steps);
}

#define URN          "urn:uuid:00000000-0000-0000-0000-000000000001"
#define BUNDLE(type) "{'resourceType':'Bundle','type':'" type "','entry':["
#define PATCH_OF(url, parameters)                                                                  \
    "{'resource':" parameters ",'request':{'method':'PATCH','url':'" url "'}}"
#define PATCH_IF(url, tag, parameters)                                                             \
    "{'resource':" parameters ",'request':{'method':'PATCH','url':'" url "','ifMatch':'" tag "'}}"
#define MAKE_EVE                                                                                   \
    "{'fullUrl':'" URN "','resource':{'resourceType':'Patient'},"                                  \
    "'request':{'method':'POST','url':'Patient'}}"
#define BAD ONE(TYPE("delete", "Patient.name"))

static void batches(void)
{
    static const struct step steps[] = {
        {"25: each on its own", "POST", "", NULL,
         BUNDLE("batch") PATCH_OF("Patient/ada", INACTIVE) "," PATCH_OF(
             "Patient/ada", BAD) "," PATCH_IF("Patient/ada", "W/\\'1\\'", INACTIVE) "]}",
         200,
         "/entry/0/response/status = 200 OK\n/entry/1/response/status = 400 Bad Request\n"
         "/entry/2/response/status = 412 Precondition Failed"},
        {"25: and one version was made", "GET", "Patient/ada", NULL, NULL, 200,
         "ETag: W/\"2\"\n/active = false"},
        {"25: a urn that points at a sibling", "POST", "", NULL,
         BUNDLE("batch") MAKE_EVE
         "," PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.subject") VALUE(
                                               "'valueReference':{'reference':'" URN "'}"))) "]}",
         200, "/entry/1/response/status = 400 Bad Request"},
    };

    RUN_STEPS(CHART, steps);
}

static void transactions(void)
{
    static const struct step steps[] = {
        {"26: beside others", "POST", "", NULL,
         BUNDLE("transaction") MAKE_EVE "," PATCH_IF("Patient/ada", "W/\\'1\\'", INACTIVE) "]}",
         200, "/entry/1/response/status = 200 OK\n/entry/1/response/etag = W/\"2\""},
        {"26: links in a value", "POST", "", NULL,
         BUNDLE("transaction") MAKE_EVE
         "," PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.subject") VALUE(
                                               "'valueReference':{'reference':'" URN "'}"))) "]}",
         200, NULL},
        {"26: are resolved", "GET", "Observation/pulse", NULL, NULL, 200,
         "/subject/reference = Patient/c-2\n/valueQuantity/value = 2.50"},
        {"26: links in a value that is a reference by its path", "POST", "", NULL,
         BUNDLE("transaction") MAKE_EVE
         "," PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.subject.reference")
                                                   VALUE("'valueString':'" URN "'"))) "]}",
         200, NULL},
        {"26: are resolved", "GET", "Observation/pulse", NULL, NULL, 200,
         "/subject/reference = Patient/c-3"},
        {"26: links in parts", "POST", "", NULL,
         BUNDLE("transaction") MAKE_EVE
         "," PATCH_OF("Observation/pulse",
                      ONE(TYPE("add", "Observation") NAME("performer")
                              VALUE("'part':[{'name':'reference','valueString':'" URN "'}]"))) "]}",
         200, NULL},
        {"26: are resolved", "GET", "Observation/pulse", NULL, NULL, 200,
         "/performer/0/reference = Patient/c-4"},
        {"26: a conditional reference", "POST", "", NULL,
         BUNDLE("transaction")
             PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.subject.reference")
                                                   VALUE("'valueString':'Patient?_id=ada'"))) "]}",
         200, NULL},
        {"26: is resolved", "GET", "Observation/pulse", NULL, NULL, 200,
         "/subject/reference = Patient/ada"},
        {"26: one without a match", "POST", "", NULL,
         BUNDLE("transaction")
             PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.subject.reference")
                                                   VALUE("'valueString':'Patient?_id=eve'"))) "]}",
         412, NULL},
        {"26: other text stays", "POST", "", NULL,
         BUNDLE("transaction") MAKE_EVE
         "," PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.value.unit")
                                                   VALUE("'valueString':'" URN "'"))) "]}",
         200, NULL},
        {"26: as it was", "GET", "Observation/pulse", NULL, NULL, 200,
         "/valueQuantity/unit = " URN},
    };

    RUN_STEPS(CHART, steps);
}

static void failed_transactions_write_nothing(void)
{
    static const struct step steps[] = {
        {"26: a bad patch", "POST", "", NULL,
         BUNDLE("transaction") MAKE_EVE "," PATCH_OF("Patient/ada", BAD) "]}", 400,
         "/issue/0/expression/0 = Bundle.entry[1]\n~ operation 0 (delete Patient.name)"},
        {"26: a stale patch", "POST", "", NULL,
         BUNDLE("transaction") MAKE_EVE "," PATCH_IF("Patient/ada", "W/\\'7\\'", INACTIVE) "]}",
         412, NULL},
        {"26: twice the same resource", "POST", "", NULL,
         BUNDLE("transaction")
             PATCH_OF("Patient/ada", INACTIVE) "," PATCH_OF("Patient/ada", INACTIVE) "]}",
         400, NULL},
        {"26: no Patient was made", "GET", "Patient?_count=0", NULL, NULL, 200, "/total = 1"},
        UNCHANGED,
    };

    RUN_STEPS(CHART, steps);
}

static CU_TestInfo rows_fhirpath_tests[] = {
    {"FHIRPath patches patch", patches},
    {"refused patches write nothing", refused_patches_write_nothing},
    {"batches do each patch on its own", batches},
    {"transactions resolve links in patches", transactions},
    {"failed transactions write nothing", failed_transactions_write_nothing},
    CU_TEST_INFO_NULL,
};
SUITE("rows_fhirpath", rows_fhirpath_tests)
