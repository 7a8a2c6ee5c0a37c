/* SPDX-License-Identifier: Apache-2.0 */
/* Tests over HTTP of fhir-rules.md rows 30 ($validate), 32, 33 and 33a (what is refused, and how). */
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define ADA  "{'resourceType':'Patient','id':'ada','active':true}"
#define RULE "{'resourceType':'Organization'}" /* org-1: neither name nor identifier */
#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\"},"                                              \
    "{\"resourceType\":\"Patient\",\"id\":\"odd\",\"gender\":\"f\",\"unknown\":1}]"
#define JSON_PATCH           "Content-Type: application/json-patch+json"
#define TRANSACTION(entries) "{'resourceType':'Bundle','type':'transaction','entry':[" entries "]}"
#define BATCH(entries)       "{'resourceType':'Bundle','type':'batch','entry':[" entries "]}"
#define POST_OF(type, resource)                                                                    \
    "{'resource':" resource ",'request':{'method':'POST','url':'" type "'}}"
#define WRAPPED(resource, rest)                                                                    \
    "{'resourceType':'Parameters','parameter':[{'name':'resource','resource':" resource "}" rest   \
    "]}"
#define MODE(mode) ",{'name':'mode','valueCode':'" mode "'}"

/* Row 32: what cannot be read, or is no FHIR. */
static void unreadable_bodies(void)
{
    static const struct step steps[] = {
        {"32: not JSON", "POST", "Patient", NULL, "{'resourceType':'Patient',", 400,
         "/issue/0/code = structure\n~ line 1"},
        {"32: not a resource", "POST", "Patient", NULL, "[]", 400,
         "/issue/0/code = structure\n/issue/0/expression/0 = Resource"},
        {"32: no type", "POST", "Patient", NULL, "{'id':'x'}", 400,
         "/issue/0/code = required\n/issue/0/expression/0 = Resource.resourceType"},
        {"32: a bad id has its path", "PUT", "Patient/a", NULL,
         "{'resourceType':'Patient','id':'a_b'}", 400, "/issue/0/expression/0 = Patient.id"},
        {"32: unknown type", "POST", "SubscriptionStatus", NULL,
         "{'resourceType':'SubscriptionStatus'}", 404, NULL},
        {"32: an element that R4 has not", "POST", "Patient", NULL,
         "{'resourceType':'Patient','nickname':'A'}", 400,
         "/issue/0/severity = error\n/issue/0/code = structure\n"
         "/issue/0/expression/0 = Patient.nickname\n~ has no element 'nickname'"},
    };

    RUN_STEPS(CHART, steps);
}

/* Row 33: one issue per finding. */
static void base_defects(void)
{
    static const struct step steps[] = {
        {"33: one issue per finding", "POST", "Observation", NULL,
         "{'resourceType':'Observation','status':'done','subject':{'reference':'Medication/m'},"
         "'effectiveDateTime':'yesterday','component':[{'valueInteger':1.5}]}",
         400,
         "/issue/0/code = code-invalid\n/issue/0/expression/0 = Observation.status\n"
         "/issue/1/code = value\n/issue/1/expression/0 = Observation.subject.reference\n"
         "/issue/2/code = value\n/issue/2/expression/0 = Observation.effectiveDateTime\n"
         "/issue/3/code = value\n/issue/3/expression/0 = Observation.component[0].valueInteger\n"
         "/issue/4/code = required\n/issue/4/expression/0 = Observation.component[0].code\n"
         "/issue/5/code = required\n/issue/5/expression/0 = Observation.code\n/issue/6 = (none)"},
        {"33: nothing is written", "GET", "Observation", NULL, NULL, 200, "/total = 0"},
        {"33: an update", "PUT", "Patient/ada", NULL,
         "{'resourceType':'Patient','id':'ada','active':'yes'}", 400,
         "/issue/0/code = structure\n/issue/0/expression/0 = Patient.active"},
        {"33: a patch", "PATCH", "Patient/ada", JSON_PATCH,
         "[{'op':'add','path':'/gender','value':'f'}]", 400,
         "/issue/0/code = code-invalid\n/issue/0/expression/0 = Patient.gender"},
        {"33: an entry of a transaction", "POST", "", NULL,
         TRANSACTION(POST_OF("Patient", ADA) "," POST_OF(
             "Patient", "{'resourceType':'Patient','birthDate':'1815-13'}")),
         400, "/issue/0/code = value\n/issue/0/expression/0 = Bundle.entry[1].resource.birthDate"},
        {"33: an entry of a batch", "POST", "", NULL,
         BATCH(POST_OF("Patient", "{'resourceType':'Patient','name':{}}")), 200,
         "/entry/0/response/status = 400 Bad Request\n"
         "/entry/0/response/outcome/issue/0/expression/0 = Patient.name"},
        {"33: still the first version", "GET", "Patient/ada", NULL, NULL, 200,
         "/meta/versionId = 1\n/active = (none)"},
        {"33: no second patient", "GET", "Patient", NULL, NULL, 200, "/total = 2"},
        {"33: a loaded chart is trusted", "GET", "Patient/odd", NULL, NULL, 200, "/gender = f"},
        {"33: what is written over it is not", "PATCH", "Patient/odd", JSON_PATCH,
         "[{'op':'replace','path':'/gender','value':'female'}]", 400,
         "/issue/0/expression/0 = Patient.unknown\n/issue/1 = (none)"},
        {"33: mended", "PATCH", "Patient/odd", JSON_PATCH,
         "[{'op':'replace','path':'/gender','value':'female'},{'op':'remove','path':'/unknown'}]",
         200, "/gender = female"},
    };

    RUN_STEPS(CHART, steps);
}

/* Row 33a: a rule alone is 422; beside what is no FHIR it is 400. */
static void broken_rules(void)
{
    static const struct step steps[] = {
        {"33a: create", "POST", "Organization", NULL, RULE, 422,
         "/issue/0/severity = error\n/issue/0/code = invariant\n"
         "/issue/0/expression/0 = Organization\n~ org-1"},
        {"33a: beside what is no FHIR", "POST", "Organization", NULL,
         "{'resourceType':'Organization','x':1}", 400,
         "/issue/0/code = structure\n/issue/1/code = invariant"},
        {"33a: update", "PUT", "Organization/o", NULL, "{'resourceType':'Organization','id':'o'}",
         422, "~ org-1"},
        {"33a: patch", "PATCH", "Patient/ada", JSON_PATCH,
         "[{'op':'add','path':'/telecom','value':[{'value':'1'}]}]", 422,
         "/issue/0/expression/0 = Patient.telecom[0]\n~ cpt-2"},
        {"33a: transaction", "POST", "", NULL, TRANSACTION(POST_OF("Organization", RULE)), 422,
         "/issue/0/code = invariant\n~ org-1"},
        {"33a: a warning is no refusal", "POST", "Condition", NULL,
         "{'resourceType':'Condition','subject':{'reference':'Patient/ada'},'category':[{'coding':"
         "[{'system':'http://terminology.hl7.org/CodeSystem/condition-category',"
         "'code':'problem-list-item'}]}]}",
         201, NULL},
    };

    RUN_STEPS(CHART, steps);
}

/* Row 30: the answer is 200 whatever is found, and nothing is written. */
static void validation_as_an_operation(void)
{
    static const struct step steps[] = {
        {"30: right", "POST", "Patient/$validate", NULL, ADA, 200,
         "/resourceType = OperationOutcome\n/issue/0/severity = information\n/issue/1 = (none)"},
        {"30: wrong", "POST", "Patient/$validate", NULL, "{'resourceType':'Patient','active':1}",
         200, "/issue/0/severity = error\n/issue/0/expression/0 = Patient.active"},
        {"30: a rule", "POST", "Organization/$validate", NULL, RULE, 200,
         "/issue/0/code = invariant"},
        {"30: a warning", "POST", "Condition/$validate", NULL,
         "{'resourceType':'Condition','subject':{'reference':'Patient/ada'},'category':[{'coding':"
         "[{'system':'http://terminology.hl7.org/CodeSystem/condition-category',"
         "'code':'problem-list-item'}]}]}",
         200, "/issue/0/severity = warning\n~ con-3"},
        {"30: another type than the URL's", "POST", "Patient/$validate", NULL,
         "{'resourceType':'Basic','code':{'text':'x'}}", 200,
         "/issue/0/severity = error\n/issue/0/expression/0 = resourceType"},
        {"30: in Parameters", "POST", "Patient/$validate", NULL,
         WRAPPED("{'resourceType':'Patient','active':1}", MODE("create")), 200,
         "/issue/0/severity = error\n/issue/0/expression/0 = Patient.active"},
        {"30: Parameters themselves", "POST", "Parameters/$validate", NULL,
         "{'resourceType':'Parameters','parameter':[{'name':'x'}]}", 200,
         "/issue/0/code = invariant\n/issue/0/expression/0 = Parameters.parameter[0]"},
        {"30: an update", "POST", "Patient/ada/$validate", NULL, WRAPPED(ADA, MODE("update")), 200,
         "/issue/0/severity = information"},
        {"30: an update without its id, in Parameters", "POST", "Patient/$validate", NULL,
         WRAPPED("{'resourceType':'Patient'}", MODE("update")), 200,
         "/issue/0/severity = error\n/issue/0/expression/0 = Patient.id"},
        {"30: an update of another", "POST", "Patient/bob/$validate?mode=update", NULL, ADA, 200,
         "/issue/0/severity = error\n/issue/0/expression/0 = Patient.id"},
        {"30: a deletion", "POST", "Patient/ada/$validate?mode=delete", NULL, NULL, 200,
         "/issue/0/severity = information"},
        {"30: of what is not there", "POST", "Patient/bob/$validate?mode=delete", NULL, NULL, 200,
         "/issue/0/severity = error\n/issue/0/code = not-found"},
        {"30: an unknown mode", "POST", "Patient/$validate?mode=guess", NULL, ADA, 400,
         "/issue/0/code = not-supported"},
        {"30: nothing to validate", "POST", "Patient/$validate", NULL, NULL, 400,
         "/issue/0/code = required"},
        {"30: Parameters without it", "POST", "Patient/$validate", NULL,
         "{'resourceType':'Parameters','parameter':[{'name':'mode','valueCode':'create'}]}", 400,
         "/issue/0/code = required"},
        {"30: not JSON", "POST", "Patient/$validate", NULL, "{", 400, "/issue/0/code = structure"},
        {"30: by GET", "GET", "Patient/ada/$validate", NULL, NULL, 404, NULL},
        {"30: of no type", "POST", "$validate", NULL, ADA, 404, NULL},
        {"30: nothing is written", "GET", "_history", NULL, NULL, 200, "/total = 2"},
    };

    RUN_STEPS(CHART, steps);
}

static CU_TestInfo tests[] = {
    {"row 30: $validate", validation_as_an_operation},
    {"row 32: unreadable bodies", unreadable_bodies},
    {"row 33: base defects", base_defects},
    {"row 33a: broken rules", broken_rules},
    CU_TEST_INFO_NULL,
};
SUITE("rows_validation", tests)
