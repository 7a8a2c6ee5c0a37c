/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of validation: resources by hand, with the findings that they must make and no others; what
 * a hostile one costs; and what Synthea makes, which must be found right.
 */
#include "fhir/validate.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "fhir/document.h"
#include "tests/expect.h"

#define PATIENT(rest) "{'resourceType':'Patient'" rest "}"
#define OBSERVATION(rest)                                                                          \
    "{'resourceType':'Observation','status':'final','code':{'text':'x'}" rest "}"
#define CODED(rest)                                                                                \
    "{'resourceType':'Observation','status':'final','code':{'coding':[{'system':'urn:s','code':"   \
    "'c'}]}" rest "}"
#define ALLERGY(rest)                                                                              \
    "{'resourceType':'AllergyIntolerance','patient':{'reference':'Patient/ada'}" rest "}"
#define ALLERGY_STATUS(code)                                                                       \
    "{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',"    \
    "'code':'" code "'}]}"
#define ALLERGY_VERIFIED(code)                                                                     \
    "{'coding':[{'system':"                                                                        \
    "'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification','code':'" code "'}]}"
#define CONDITION(rest) "{'resourceType':'Condition','subject':{'reference':'Patient/ada'}" rest "}"
#define CONDITION_STATUS(code)                                                                     \
    "{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/"                                 \
    "condition-clinical','code':'" code "'}]}"
#define CONDITION_VERIFIED(code)                                                                   \
    "{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/"                                 \
    "condition-ver-status','code':'" code "'}]}"
#define BUNDLE(type, rest) "{'resourceType':'Bundle','type':'" type "'" rest "}"
#define ADA                "{'resourceType':'Patient','id':'ada'}"

struct row {
    const char *row, *resource;
    const char *want; /* "code expression", one per line; rules begin with '!', notes with '?' */
};

/* The findings as `want` spells them. */
static const char *told(struct arena *arena, const struct findings *findings)
{
    static const char *const marks[] = {
        [FINDING_BASE] = "", [FINDING_RULE] = "!", [FINDING_NOTE] = "?"};
    const char *text = "";

    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        size_t key = finding->kind == FINDING_RULE ? strcspn(finding->text, ":") : 0;

        text = arena_printf(arena, "%s%s%s%.*s %s", text, i > 0 ? "\n" : "", marks[finding->kind],
                            key > 0 ? (int)key : 32, key > 0 ? finding->text : finding->code,
                            finding->expression);
    }
    return text;
}

static void run_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_new();
        struct err err = ERR_INIT;
        struct findings findings;
        char *text = arena_strdup(arena, rows[i].resource);

        for (char *at = text; *at; at++)
            *at = *at == '\'' ? '"' : *at;
        const struct cJSON *tree = json_parse(arena, text, strlen(text), &err);
        if (!tree)
            BUG("%s: %s", rows[i].row, err.text);
        validate_resource(&findings, arena, tree);
        EXPECT_STR(rows[i].row, told(arena, &findings), rows[i].want);
        arena_free(arena);
    }
}

static void structure_is_checked(void)
{
    static const struct row rows[] = {
        {"nothing wrong", PATIENT(",'id':'ada','name':[{'family':'L','given':['A','B']}]"), ""},
        {"no type", "{'id':'x'}", "required Resource.resourceType"},
        {"unknown type", "{'resourceType':'Pation'}", "value Pation.resourceType"},
        {"a type of R4B", "{'resourceType':'SubscriptionStatus'}",
         "value SubscriptionStatus.resourceType"},
        {"the package's own element", PATIENT(",'meta':{'project':'x'}"),
         "structure Patient.meta.project"},
        {"an array", "[]", "structure Resource"},
        {"unknown element", PATIENT(",'nam':[]"), "structure Patient.nam"},
        {"a name that is no identifier", PATIENT(",'a b':1"), "structure Patient.`a b`"},
        {"resourceType below", PATIENT(",'name':[{'resourceType':'HumanName','text':'x'}]"),
         "structure Patient.name[0].resourceType"},
        {"in a content reference",
         OBSERVATION(",'component':[{'code':{'text':'y'},'referenceRange':[{'text':'z','hi':1}]}]"),
         "structure Observation.component[0].referenceRange[0].hi"},
        {"several", "{'resourceType':'Observation','valueQuantity':{'value':'1'},'x':1}",
         "structure Observation.valueQuantity.value\nstructure Observation.x\n"
         "required Observation.code\nrequired Observation.status"},
        {"a choice without its type", OBSERVATION(",'value':'x'"), "structure Observation.value"},
        {"a type the choice has not", OBSERVATION(",'valueMoney':{'value':1}"),
         "structure Observation.valueMoney"},
        {"two types", OBSERVATION(",'valueString':'x','valueInteger':1"),
         "structure Observation.valueInteger"},
        {"a companion of another type",
         OBSERVATION(",'valueString':'x','_valueInteger':{'id':'i',"
                     "'extension':[{'url':'u','valueCode':'c'}]}"),
         "structure Observation._valueInteger"},
        {"the required choice",
         "{'resourceType':'MedicationRequest','status':'active','intent':"
         "'order','subject':{'reference':'Patient/a'}}",
         "required MedicationRequest.medication"},
        {"an empty object", PATIENT(",'maritalStatus':{}"), "structure Patient.maritalStatus"},
        {"a null", PATIENT(",'active':null"), "structure Patient.active"},
        {"a null in an array", PATIENT(",'name':[null]"), "structure Patient.name[0]"},
    };

    run_rows(rows, COUNT_OF(rows));
}

static void companions_are_checked(void)
{
    static const struct row rows[] = {
        {"beside the value",
         PATIENT(",'active':true,'_active':{'extension':[{'url':'u','valueCode':'c'}]}"), ""},
        {"instead of it",
         PATIENT(",'_birthDate':{'extension':[{'url':'u','valueCode':'unknown'}]}"), ""},
        {"instead of one that is required",
         "{'resourceType':'Observation','_status':{'extension':[{'url':'u','valueCode':'c'}]},"
         "'code':{'text':'x'}}",
         ""},
        {"nulls that fit",
         PATIENT(",'name':[{'given':['A',null],'_given':[null,{'extension':[{"
                 "'url':'u','valueCode':'c'}]}]}]"),
         ""},
        {"both null",
         PATIENT(",'name':[{'given':['A',null],'_given':[{'extension':[{'url':'u',"
                 "'valueCode':'c'}]},null]}]"),
         "structure Patient.name[0].given[1]\nstructure Patient.name[0]._given[1]"},
        {"an array to one", PATIENT(",'_active':[{'id':'x'}]"), "structure Patient._active"},
        {"a value", PATIENT(",'_active':true"), "structure Patient._active"},
        {"of what is no primitive", PATIENT(",'_name':[{'id':'x'}]"), "structure Patient._name"},
        {"with another member", PATIENT(",'_active':{'value':1}"),
         "structure Patient._active.value"},
        {"an id alone", PATIENT(",'_active':{'id':'x'}"), "!ele-1 Patient._active"},
    };

    run_rows(rows, COUNT_OF(rows));
}

static void values_are_checked(void)
{
    static const struct row rows[] = {
        {"a code of no value set", PATIENT(",'gender':'f'"), "code-invalid Patient.gender"},
        {"a required concept",
         CONDITION(",'clinicalStatus':{'coding':[{'system':'urn:x','code':'active'}]}"),
         "code-invalid Condition.clinicalStatus"},
        {"in text alone", CONDITION(",'clinicalStatus':{'text':'active'}"),
         "code-invalid Condition.clinicalStatus"},
        {"beside another",
         CONDITION(",'clinicalStatus':{'coding':[{'system':'urn:x','code':'a'},"
                   "{'system':'http://terminology.hl7.org/CodeSystem/"
                   "condition-clinical','code':'active'}]}"),
         ""},
        {"an open value set", "{'resourceType':'Binary','contentType':'application/x-y'}", ""},
        {"an exponent", OBSERVATION(",'valueQuantity':{'value':1.5e3}"), ""},
        {"a large integer", OBSERVATION(",'valueInteger':2147483648"),
         "value Observation.valueInteger"},
        {"a fraction", OBSERVATION(",'valueInteger':1.0"), "value Observation.valueInteger"},
        {"an integer of 19 digits", OBSERVATION(",'valueInteger':9223372036854775808"),
         "value Observation.valueInteger"},
        {"a narrative that is none", PATIENT(",'text':{'status':'generated','div':'hello'}"),
         "value Patient.text.div"},
        {"no such day", PATIENT(",'birthDate':'2026-02-30'"), "value Patient.birthDate"},
        {"an empty text", PATIENT(",'name':[{'text':''}]"), "value Patient.name[0].text"},
    };

    run_rows(rows, COUNT_OF(rows));
}

static void references_are_checked(void)
{
    static const struct row rows[] = {
        {"relative", OBSERVATION(",'subject':{'reference':'Patient/ada'}"), ""},
        {"of a version", OBSERVATION(",'subject':{'reference':'Patient/ada/_history/2'}"), ""},
        {"a urn", OBSERVATION(",'subject':{'reference':'urn:uuid:1'}"), ""},
        {"conditional", OBSERVATION(",'subject':{'reference':'Patient?identifier=a|b'}"), ""},
        {"a URL", OBSERVATION(",'subject':{'reference':'http://h/fhir/Patient/ada'}"), ""},
        {"a URL of something else", OBSERVATION(",'subject':{'reference':'http://h/x'}"), ""},
        {"an identifier", OBSERVATION(",'subject':{'identifier':{'value':'x'}}"), ""},
        {"another type", OBSERVATION(",'subject':{'reference':'Medication/m'}"),
         "value Observation.subject.reference"},
        {"another type by URL", OBSERVATION(",'subject':{'reference':'http://h/Medication/m'}"),
         "value Observation.subject.reference"},
        {"another type by condition", OBSERVATION(",'subject':{'reference':'Medication?code=x'}"),
         "value Observation.subject.reference"},
        {"another type by name", OBSERVATION(",'subject':{'type':'Medication','display':'x'}"),
         "value Observation.subject.type"},
        {"two types", OBSERVATION(",'subject':{'type':'Group','reference':'Patient/ada'}"),
         "value Observation.subject.type"},
        {"no type", OBSERVATION(",'subject':{'type':'Human','display':'x'}"),
         "code-invalid Observation.subject.type"},
        {"no id", OBSERVATION(",'subject':{'reference':'Patient/'}"),
         "value Observation.subject.reference"},
        {"an id that is none", OBSERVATION(",'subject':{'reference':'Patient/a_b'}"),
         "value Observation.subject.reference"},
        {"an unknown type", OBSERVATION(",'subject':{'reference':'Human/ada'}"),
         "value Observation.subject.reference"},
        {"a local one", OBSERVATION(",'contained':[" ADA "],'subject':{'reference':'#ada'}"), ""},
        {"to nothing", OBSERVATION(",'subject':{'reference':'#ada'}"),
         "!ref-1 Observation.subject"},
    };

    run_rows(rows, COUNT_OF(rows));
}

static void contained_resources_are_checked(void)
{
    static const struct row rows[] = {
        {"wrong inside",
         OBSERVATION(",'subject':{'reference':'#p'},'contained':[{'resourceType':"
                     "'Patient','id':'p','gender':'x'}]"),
         "code-invalid Observation.contained[0].gender"},
        {"nested",
         OBSERVATION(",'subject':{'reference':'#p'},'contained':[{'resourceType':"
                     "'Patient','id':'p','managingOrganization':{'reference':'#o'},"
                     "'contained':[{'resourceType':'Organization','id':'o','name':'x'}]}]"),
         "!dom-2 Observation.contained[0]\n!ref-1 Observation.contained[0].managingOrganization"},
        {"referred to by nobody", OBSERVATION(",'contained':[" ADA "]"), "!dom-3 Observation"},
        {"referring to its container",
         PATIENT(",'contained':[{'resourceType':'Basic','id':'b','code':{'text':'x'},'subject':{"
                 "'reference':'#'}}]"),
         ""},
        {"with a version",
         OBSERVATION(",'subject':{'reference':'#p'},'contained':[{'resourceType':"
                     "'Patient','id':'p','meta':{'versionId':'1'}}]"),
         "!dom-4 Observation.contained[0]"},
        {"with a label",
         OBSERVATION(",'subject':{'reference':'#p'},'contained':[{'resourceType':"
                     "'Patient','id':'p','meta':{'security':[{'code':'R'}]}}]"),
         "!dom-5 Observation.contained[0]"},
        {"in a Bundle",
         BUNDLE("collection", ",'entry':[{'resource':" ADA "},{'resource':{'resourceType':"
                              "'Patient','gender':'x'}}]"),
         "code-invalid Bundle.entry[1].resource.gender"},
        {"of no type", OBSERVATION(",'contained':[{'id':'x'}]"),
         "required Observation.contained[0].resourceType\n!dom-3 Observation"},
    };

    run_rows(rows, COUNT_OF(rows));
}

static void invariants_are_checked(void)
{
    static const struct row rows[] = {
        {"ext-1: neither", PATIENT(",'extension':[{'url':'u'}]"), "!ext-1 Patient.extension[0]"},
        {"ext-1: both",
         PATIENT(",'extension':[{'url':'u','valueCode':'c','extension':[{'url':'u',"
                 "'valueCode':'c'}]}]"),
         "!ext-1 Patient.extension[0]"},
        {"obs-3", OBSERVATION(",'referenceRange':[{'age':{'low':{'value':1}}}]"),
         "!obs-3 Observation.referenceRange[0]"},
        {"obs-6", OBSERVATION(",'valueString':'x','dataAbsentReason':{'text':'x'}"),
         "!obs-6 Observation"},
        {"obs-7",
         CODED(",'valueString':'x','component':[{'code':{'coding':[{'system':'urn:s',"
               "'code':'c'}]}}]"),
         "!obs-7 Observation"},
        {"obs-7: another system",
         CODED(",'valueString':'x','component':[{'code':{'coding':[{'code':'c'}]}}]"), ""},
        {"obs-7: no value",
         CODED(",'component':[{'code':{'coding':[{'system':'urn:s','code':'c'}]}"
               ",'valueString':'x'}]"),
         ""},
        {"per-1", OBSERVATION(",'effectivePeriod':{'start':'2026-02','end':'2026-01-31'}"),
         "!per-1 Observation.effectivePeriod"},
        {"per-1: as far as both say",
         OBSERVATION(",'effectivePeriod':{'start':'2026-02-20','end':'2026-02'}"), ""},
        {"per-1: in two zones",
         OBSERVATION(",'effectivePeriod':{'start':'2026-01-01T10:00:00+02:00',"
                     "'end':'2026-01-01T09:00:00Z'}"),
         ""},
        {"per-1: of a fraction",
         OBSERVATION(",'effectivePeriod':{'start':'2026-01-01T10:00:00.501Z',"
                     "'end':'2026-01-01T10:00:00.5Z'}"),
         "!per-1 Observation.effectivePeriod"},
        {"pat-1", PATIENT(",'contact':[{'gender':'male'}]"), "!pat-1 Patient.contact[0]"},
        {"cpt-2", PATIENT(",'telecom':[{'value':'1'}]"), "!cpt-2 Patient.telecom[0]"},
        {"qty-3", OBSERVATION(",'valueQuantity':{'value':1,'code':'g'}"),
         "!qty-3 Observation.valueQuantity"},
        {"sqty-1", OBSERVATION(",'referenceRange':[{'low':{'value':1,'comparator':'<'}}]"),
         "!sqty-1 Observation.referenceRange[0].low"},
        {"rng-2", OBSERVATION(",'valueRange':{'low':{'value':2},'high':{'value':1}}"),
         "!rng-2 Observation.valueRange"},
        {"rat-1", OBSERVATION(",'valueRatio':{'numerator':{'value':2}}"),
         "!rat-1 Observation.valueRatio"},
        {"ait-1", ALLERGY(""), "!ait-1 AllergyIntolerance"},
        {"ait-1 holds", ALLERGY(",'clinicalStatus':" ALLERGY_STATUS("active")), ""},
        {"ait-2",
         ALLERGY(",'clinicalStatus':" ALLERGY_STATUS(
             "active") ",'verificationStatus':" ALLERGY_VERIFIED("entered-in-error")),
         "!ait-2 AllergyIntolerance"},
        {"ait-2 holds", ALLERGY(",'verificationStatus':" ALLERGY_VERIFIED("entered-in-error")), ""},
        {"con-3",
         CONDITION(",'category':[{'coding':[{'system':'http://terminology.hl7.org/"
                   "CodeSystem/condition-category','code':'problem-list-item'}]}]"),
         "?invariant Condition"},
        {"con-4",
         CONDITION(",'abatementDateTime':'2026','clinicalStatus':" CONDITION_STATUS("active")),
         "!con-4 Condition"},
        {"con-4 holds",
         CONDITION(",'abatementDateTime':'2026','clinicalStatus':" CONDITION_STATUS("resolved")),
         ""},
        {"con-5",
         CONDITION(",'clinicalStatus':" CONDITION_STATUS(
             "active") ",'verificationStatus':" CONDITION_VERIFIED("entered-in-error")),
         "!con-5 Condition"},
        {"bdl-1", BUNDLE("collection", ",'total':1"), "!bdl-1 Bundle"},
        {"bdl-2", BUNDLE("collection", ",'entry':[{'resource':" ADA ",'search':{'mode':'match'}}]"),
         "!bdl-2 Bundle"},
        {"bdl-3", BUNDLE("batch", ",'entry':[{'resource':" ADA "}]"), "!bdl-3 Bundle"},
        {"bdl-4", BUNDLE("batch-response", ",'entry':[{'resource':" ADA "}]"), "!bdl-4 Bundle"},
        {"bdl-5", BUNDLE("collection", ",'entry':[{'fullUrl':'urn:x'}]"), "!bdl-5 Bundle.entry[0]"},
        {"bdl-7",
         BUNDLE("collection", ",'entry':[{'fullUrl':'urn:x','resource':" ADA
                              "},{'fullUrl':'urn:x','resource':" ADA "}]"),
         "!bdl-7 Bundle"},
        {"bdl-8",
         BUNDLE("collection",
                ",'entry':[{'fullUrl':'http://h/Patient/a/_history/1','resource':" ADA "}]"),
         "!bdl-8 Bundle.entry[0]"},
        {"bdl-9 to bdl-11", BUNDLE("document", ",'entry':[{'resource':" ADA "}]"),
         "!bdl-9 Bundle\n!bdl-10 Bundle\n!bdl-11 Bundle"},
        {"bdl-12", BUNDLE("message", ",'entry':[{'resource':" ADA "}]"), "!bdl-12 Bundle"},
    };

    run_rows(rows, COUNT_OF(rows));
}

static void findings_are_bounded(void)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct findings findings;
    struct buf buf = BUF_INIT;

    buf_puts(&buf, "{\"resourceType\":\"Patient\",\"name\":[");
    for (int i = 0; i < 100000; i++)
        buf_puts(&buf, i > 0 ? ",7" : "7");
    buf_puts(&buf, "]}");
    validate_resource(&findings, arena, json_parse(arena, buf.bytes, buf.size, &err));
    EXPECT_INT("findings", (long long)findings.count, LIMIT_FINDINGS + 1);
    EXPECT_STR("the last", findings.items[LIMIT_FINDINGS].severity, "information");
    EXPECT_STR("the one before", findings.items[LIMIT_FINDINGS - 1].expression, "Patient.name[49]");
    buf_release(&buf);
    arena_free(arena);
}

/* Many contained resources, each referred to: no search through all of them for each. */
static void many_contained_cost_little(void)
{
    const int many = 100000;
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct findings findings;
    struct buf buf = BUF_INIT;

    buf_puts(&buf,
             "{\"resourceType\":\"Group\",\"type\":\"person\",\"actual\":true,\"contained\":[");
    for (int i = 0; i < many; i++)
        buf_printf(&buf, "%s{\"resourceType\":\"Patient\",\"id\":\"p%d\"}", i > 0 ? "," : "", i);
    buf_puts(&buf, "],\"member\":[");
    for (int i = 0; i < many; i++)
        buf_printf(&buf, "%s{\"entity\":{\"reference\":\"#p%d\"}}", i > 0 ? "," : "", i);
    buf_puts(&buf, "]}");
    const struct cJSON *tree = json_parse(arena, buf.bytes, buf.size, &err);
    const uint64_t from_ms = clock_monotonic_ms();
    validate_resource(&findings, arena, tree);
    EXPECT_INT("findings", (long long)findings.count, 0);
    EXPECT_TRUE("seconds", clock_monotonic_ms() - from_ms < 5000);
    buf_release(&buf);
    arena_free(arena);
}

static void check_file(const char *name, const char *path)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct findings findings;
    const struct cJSON *tree = json_parse_file(arena, path, &err);

    EXPECT_STR(name, tree ? "" : err.text, "");
    if (tree) {
        validate_resource(&findings, arena, tree);
        EXPECT_STR(name, told(arena, &findings), "");
        EXPECT_STR(name, findings.count > 0 ? findings.items[0].text : "", "");
    }
    arena_free(arena);
}

static void synthea_is_found_right(void)
{
    static const char *const names[] = {
        "synthea/0-hospitalInformation1625911868739.json",
        "synthea/0-practitionerInformation1625911868739.json",
        "synthea/085e81c0-7a95-ef02-16ef-aa1b4344deed.json",
        "synthea/6c8f3e83-c351-ed33-c38d-6be101c275d2.json",
        "synthea/8708d3e1-f718-96bb-03f0-f2a6564ae1cd.json",
        "synthea/8a4c9c04-1524-9f1c-d65b-9b17e4520fef.json",
        "synthea/bba190d1-1356-0588-7a1b-7e1325835baa.json",
        "synthea/d1193889-ebd9-4e35-bf1b-8a73ecbfc00b.json",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *path = test_shared(names[i]);

        if (!path) {
            test_skip("../shared/data/synthea is missing");
            return;
        }
        check_file(names[i], path);
    }
}

static void own_resources_are_found_right(void)
{
    static const char *const names[] = {
        "fhir/tests/resources/blood-pressure.json",
        "fhir/tests/resources/chart.json",
        "fhir/tests/resources/medication-request.json",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        check_file(names[i], names[i]);
}

static CU_TestInfo tests[] = {
    {"structure is checked", structure_is_checked},
    {"companions of primitives are checked", companions_are_checked},
    {"values are checked", values_are_checked},
    {"references are checked", references_are_checked},
    {"contained resources are checked", contained_resources_are_checked},
    {"invariants are checked", invariants_are_checked},
    {"findings are bounded", findings_are_bounded},
    {"many contained resources cost little", many_contained_cost_little},
    {"our own resources are found right", own_resources_are_found_right},
    {"what Synthea makes is found right", synthea_is_found_right},
    CU_TEST_INFO_NULL,
};
SUITE("validate", tests)
