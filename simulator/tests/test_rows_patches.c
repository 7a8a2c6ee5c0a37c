/* SPDX-License-Identifier: Apache-2.0 */
/* Tests over HTTP of patches in batches (row 25), and of the knob patch_paths (row 19). */
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"name\":[{\"given\":[\"Ada\"]}],\"active\":"   \
    "true},"                                                                                       \
    "{\"resourceType\":\"Observation\",\"id\":\"pulse\",\"status\":\"final\",\"code\":{\"text\":"  \
    "\"p\"},\"valueQuantity\":{\"unit\":\"g\"},\"subject\":{\"reference\":\"Patient/ada\"}}]"
#define URN         "urn:uuid:00000000-0000-0000-0000-000000000001"
#define BATCH       "{'resourceType':'Bundle','type':'batch','entry':["
#define TRANSACTION "{'resourceType':'Bundle','type':'transaction','entry':["
#define MAKE_EVE                                                                                   \
    "{'fullUrl':'" URN "','resource':{'resourceType':'Patient'},"                                  \
    "'request':{'method':'POST','url':'Patient'}}"
#define ONE(parts)                                                                                 \
    "{'resourceType':'Parameters','parameter':[{'name':'operation','part':[" parts "]}]}"
#define TYPE(type, path)                                                                           \
    "{'name':'type','valueCode':'" type "'},{'name':'path','valueString':'" path "'}"
#define NAME(name)     ",{'name':'name','valueString':'" name "'}"
#define VALUE(members) ",{'name':'value'," members "}"
#define PATCH_OF(url, parameters)                                                                  \
    "{'resource':" parameters ",'request':{'method':'PATCH','url':'" url "'}}"
#define BINARY_OF(url, base64)                                                                     \
    PATCH_OF(url, "{'resourceType':'Binary','contentType':'application/json-patch+json','data':"   \
                  "'" base64 "'}")
/* [{"op":"replace","path":"/subject/reference","value":URN}] */
#define SUBJECT_IS_URN                                                                             \
    "W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9zdWJqZWN0L3JlZmVyZW5jZSIsInZhbHVlIjoidXJuOnV1aWQ6MDAwMDAw" \
    "MDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAxIn1d"
#define IN_BATCH(row, entry, status)                                                               \
    {                                                                                              \
        "25: " row, "POST", "", NULL, BATCH MAKE_EVE "," entry "]}", 200,                          \
            "/entry/0/response/status = 201 Created\n/entry/1/response/status = " status           \
    }

/* In a batch no entry may point at another, whatever form the patch gives to it. */
static void siblings_in_patches(void)
{
    static const struct step steps[] = {
        IN_BATCH("by its path",
                 PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.subject.reference")
                                                       VALUE("'valueString':'" URN "'"))),
                 "400 Bad Request\n/entry/1/response/outcome/issue/0/code = invalid\n~ only a "
                 "transaction"),
        IN_BATCH("by a name",
                 PATCH_OF("Observation/pulse", ONE(TYPE("add", "Observation.subject") NAME(
                                                   "reference") VALUE("'valueString':'" URN "'"))),
                 "400 Bad Request\n~ only a transaction"),
        IN_BATCH("in parts",
                 PATCH_OF("Observation/pulse",
                          ONE(TYPE("add", "Observation") NAME("performer")
                                  VALUE("'part':[{'name':'reference','valueString':'" URN "'}]"))),
                 "400 Bad Request\n~ only a transaction"),
        IN_BATCH("in a JSON Patch", BINARY_OF("Observation/pulse", SUBJECT_IS_URN),
                 "400 Bad Request\n~ only a transaction"),
        {"25: the others were made, what was refused was not", "GET", "Observation/pulse", NULL,
         NULL, 200, "ETag: W/\"1\"\n/subject/reference = Patient/ada"},
        IN_BATCH("other text is no link",
                 PATCH_OF("Observation/pulse", ONE(TYPE("replace", "Observation.value.unit")
                                                       VALUE("'valueString':'" URN "'"))),
                 "200 OK"),
        {"25: as it was sent", "GET", "Observation/pulse", NULL, NULL, 200,
         "/valueQuantity/unit = " URN},
        {"26: in a transaction it is resolved", "POST", "", NULL,
         TRANSACTION MAKE_EVE "," BINARY_OF("Observation/pulse", SUBJECT_IS_URN) "]}", 200,
         "/entry/0/response/location = BASE/Patient/c-6/_history/1"},
        {"26: to what was made", "GET", "Observation/pulse", NULL, NULL, 200,
         "/subject/reference = Patient/c-6"},
    };

    RUN_STEPS(CHART, steps);
}

#define PATCH(row, parameters, status, want)                                                       \
    {                                                                                              \
        "19: " row, "PATCH", "Patient/ada", NULL, parameters, status, want                         \
    }

/* The knob patch_paths is for FHIRPath Patch as for JSON Patch. */
static void listed_paths(void)
{
    static const struct step steps[] = {
        PATCH("a listed one",
              ONE(TYPE("replace", "Patient.name[0].given[0]") VALUE("'valueString':'A'")), 200,
              "/name/0/given/0 = A"),
        PATCH("a listed one by a criterion",
              ONE(TYPE("add", "Patient.name.where(given.exists())") NAME("family")
                      VALUE("'valueString':'B'")),
              200, "/name/0/family = B"),
        PATCH("a listed one added to the resource",
              ONE(TYPE("add", "Patient") NAME("gender") VALUE("'valueCode':'female'")), 200,
              "/gender = female"),
        PATCH("one that is not", ONE(TYPE("delete", "Patient.active")), 422,
              "/issue/0/code = not-supported\n/issue/0/expression/0 = Patient.active"),
        PATCH("one that is not, added to the resource",
              ONE(TYPE("add", "Patient") NAME("birthDate") VALUE("'valueDate':'1950'")), 422,
              "/issue/0/expression/0 = Patient.birthDate"),
        PATCH("an extension",
              ONE(TYPE("add", "Patient") NAME("extension") VALUE(
                  "'part':[{'name':'url','valueUri':'urn:x'},{'name':'value','valueCode':'x'}]")),
              422, "/issue/0/expression/0 = Patient.extension"),
        {"19: one that is not, by JSON Patch", "PATCH", "Patient/ada",
         "Content-Type: application/json-patch+json", "[{'op':'remove','path':'/active'}]", 422,
         "/issue/0/expression/0 = Patient.active"},
        {"19: nothing of it was written", "GET", "Patient/ada", NULL, NULL, 200,
         "ETag: W/\"4\"\n/active = true\n/birthDate = (none)"},
    };

    steps_run_as("{\"patch_paths\":[\"Patient.name\",\"Patient.gender\"]}", CHART, steps,
                 COUNT_OF(steps));
}

static CU_TestInfo tests[] = {
    {"row 25: siblings in patches", siblings_in_patches},
    {"row 19: listed paths", listed_paths},
    CU_TEST_INFO_NULL,
};
SUITE("rows_patches", tests)
