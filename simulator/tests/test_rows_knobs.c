/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests over HTTP of knobs that no personality sets that ships, or not to these values; each by the
 * row that it belongs to. What differs from r4 is the one knob.
 */
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define ADA                                                                                        \
    "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"meta\":{\"tag\":[{\"code\":\"old\"}],"         \
    "\"security\":[{\"code\":\"s\"}]},\"text\":{\"status\":\"generated\",\"div\":\"<div "          \
    "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">Ada</div>\"},\"identifier\":[{\"value\":\"1\"}],"  \
    "\"active\":true}"
#define BOB        "{\"resourceType\":\"Patient\",\"id\":\"bob\",\"identifier\":[{\"value\":\"2\"}]}"
#define CHART      "[" ADA "," BOB "]"
#define PLAIN      "{'resourceType':'Patient','id':'ada','active':false}"
#define JSON_PATCH "Content-Type: application/json-patch+json"
#define INACTIVE   "[{'op':'replace','path':'/active','value':false}]"
#define ENTRY(request)                                                                             \
    "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':" PLAIN                    \
    ",'request':{'method':'PUT',"                                                                  \
    "'url':'Patient/ada'" request "}}]}"
/* [{"op":"replace","path":"/active","value":false}] */
#define BINARY                                                                                     \
    "{'resourceType':'Bundle','type':'batch','entry':[{'resource':{'resourceType':'Binary',"       \
    "'contentType':'application/json-patch+json','data':"                                          \
    "'W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9hY3RpdmUiLCJ2YWx1ZSI6ZmFsc2V9XQ=='},"                     \
    "'request':{'method':'PATCH','url':'Patient/ada'}}]}"
/* A create, and one that is refused. */
#define HALF(type)                                                                                 \
    "{'resourceType':'Bundle','type':'" type "','entry':[{'resource':{'resourceType':'Patient'},"  \
    "'request':{'method':'POST','url':'Patient'}},{'resource':" PLAIN ",'request':{'method':"      \
    "'PUT','url':'Patient/ada','ifMatch':'W/\\'9\\''}}]}"
#define RUN(knobs, steps) steps_run_as(knobs, CHART, steps, COUNT_OF(steps))

static void deletions(void)
{
    static const struct step no_tombstones[] = {
        {"21: deleted", "DELETE", "Patient/ada", NULL, NULL, 204, "ETag: W/\"2\""},
        {"2: as if it never was", "GET", "Patient/ada", NULL, NULL, 404, "ETag: (none)"},
        {"6: nor the deletion", "GET", "Patient/ada/_history/2", NULL, NULL, 404, NULL},
        {"11: made anew", "PUT", "Patient/ada", NULL, PLAIN, 201, "ETag: W/\"3\""},
        {"6: nor the former deletion", "GET", "Patient/ada/_history/2", NULL, NULL, 404, NULL},
    };
    static const struct step no_etag[] = {
        {"21: deleted", "DELETE", "Patient/ada", NULL, NULL, 204, "ETag: (none)"},
        {"2: no ETag", "GET", "Patient/ada", NULL, NULL, 410, "ETag: (none)"},
    };
    static const struct step plain[] = {
        {"21: deleted", "DELETE", "Patient/ada", NULL, NULL, 204, NULL},
        {"11: made anew", "PUT", "Patient/ada", NULL, PLAIN, 201, "ETag: W/\"3\""},
        {"6: the former deletion", "GET", "Patient/ada/_history/2", NULL, NULL, 410,
         "ETag: W/\"2\""},
    };

    RUN("{\"tombstones\":false}", no_tombstones);
    RUN("{\"delete_etag\":false}", no_etag);
    RUN("{}", plain);
}

static void matches_of_conditional_creates(void)
{
    static const struct step unversioned[] = {
        {"8: one match", "POST", "Patient", "If-None-Exist: identifier=1", PLAIN, 200,
         "Location: BASE/Patient/ada\nETag: W/\"1\""},
        {"7: a create", "POST", "Patient", NULL, PLAIN, 201,
         "Location: BASE/Patient/c-1/_history/1"},
    };
    static const struct step none[] = {
        {"8: one match", "POST", "Patient", "If-None-Exist: identifier=1", PLAIN, 200,
         "Location: (none)\nETag: (none)"},
    };

    RUN("{\"match_location\":\"unversioned\"}", unversioned);
    RUN("{\"match_location\":\"none\"}", none);
}

#define MISSING(row, method, url, headers, body)                                                   \
    {                                                                                              \
        "15: " row, method, url, headers, body, 428, "/issue/0/code = required\n~ at version 1"    \
    }

static void required_guards(void)
{
    static const struct step required[] = {
        MISSING("update", "PUT", "Patient/ada", NULL, PLAIN),
        MISSING("patch", "PATCH", "Patient/ada", JSON_PATCH, INACTIVE),
        MISSING("delete", "DELETE", "Patient/ada", NULL, NULL),
        MISSING("conditional update", "PUT", "Patient?identifier=1", NULL, PLAIN),
        MISSING("conditional patch", "PATCH", "Patient?identifier=1", JSON_PATCH, INACTIVE),
        MISSING("conditional delete", "DELETE", "Patient?identifier=1", NULL, NULL),
        MISSING("in a Bundle", "POST", "", NULL, ENTRY("")),
        {"15: create only is a guard", "PUT", "Patient/ada", "If-None-Match: *", PLAIN, 412, NULL},
        {"15: not of what is made", "PUT", "Patient/eve", NULL,
         "{'resourceType':'Patient','id':'eve'}", 201, NULL},
        {"15: nor of a create", "POST", "Patient", NULL, PLAIN, 201, NULL},
        {"15: in a Bundle with ifMatch", "POST", "", NULL, ENTRY(",'ifMatch':'W/\\'1\\''"), 200,
         NULL},
        {"15: with If-Match", "DELETE", "Patient/ada", "If-Match: W/\"2\"", NULL, 204, NULL},
        {"15: not of what is gone", "PUT", "Patient/ada", NULL, PLAIN, 201, NULL},
    };
    static const struct step bad[] = {
        {"15: 400", "PUT", "Patient/ada", NULL, PLAIN, 400, "/issue/0/code = required"},
    };

    RUN("{\"require_if_match\":428}", required);
    RUN("{\"require_if_match\":400}", bad);
}

static void where_guards_are_looked_at(void)
{
    static const struct step in_bundles[] = {
        {"13: not in Bundles", "POST", "", NULL, ENTRY(",'ifMatch':'W/\\'9\\''"), 200,
         "/entry/0/response/etag = W/\"2\""},
        {"13: elsewhere", "PUT", "Patient/ada", "If-Match: W/\"9\"", PLAIN, 412, NULL},
    };
    static const struct step strong[] = {
        {"9: strong", "PUT", "Patient/ada", "If-Match: W/\"1\"", PLAIN, 200, "ETag: \"2\""},
        {"12: as it was shown", "PUT", "Patient/ada", "If-Match: \"2\"", PLAIN, 200, "ETag: \"3\""},
    };
    static const struct step bare[] = {
        {"9: bare", "PUT", "Patient/ada", "If-Match: W/\"1\"", PLAIN, 200, "ETag: 2"},
        {"12: as it was shown", "PUT", "Patient/ada", "If-Match: 2", PLAIN, 200, "ETag: 3"},
        {"13: a stale one", "PUT", "Patient/ada", "If-Match: 2", PLAIN, 412, NULL},
    };

    RUN("{\"if_match_checked\":\"ignored-in-bundles\"}", in_bundles);
    RUN("{\"etag_form\":\"strong\"}", strong);
    RUN("{\"etag_form\":\"bare\"}", bare);
}

static void updates(void)
{
    static const struct step overwrite[] = {
        {"18: what exists is overwritten", "PUT", "Patient?identifier=9", NULL, PLAIN, 200,
         "/id = ada\nETag: W/\"2\""},
        {"18: a stale one is not", "PUT", "Patient?identifier=9", "If-Match: W/\"1\"", PLAIN, 412,
         NULL},
    };
    static const struct step subsetted[] = {
        {"34a: a part is refused", "PUT", "Patient/ada", NULL,
         "{'resourceType':'Patient','id':'ada','meta':{'tag':[{'code':'SUBSETTED'}]}}", 422,
         "/issue/0/expression/0 = meta.tag"},
        {"34a: also as a create", "POST", "Patient", NULL,
         "{'resourceType':'Patient','meta':{'tag':[{'code':'x'},{'code':'SUBSETTED'}]}}", 422,
         NULL},
        {"34a: a whole is not", "PUT", "Patient/ada", NULL, PLAIN, 200, "ETag: W/\"2\""},
    };
    static const struct step carried[] = {
        {"34b: what the update has none of stays", "PUT", "Patient/ada", NULL,
         "{'resourceType':'Patient','id':'ada','meta':{'tag':[{'code':'new'}]}}", 200,
         "/meta/tag/0/code = new\n/meta/tag/1/code = (none)\n/meta/security/0/code = s"},
    };
    static const struct step merged[] = {
        {"34b: both stay", "PUT", "Patient/ada", NULL,
         "{'resourceType':'Patient','id':'ada','meta':{'tag':[{'code':'new'}]}}", 200,
         "/meta/tag/0/code = new\n/meta/tag/1/code = old\n/meta/tag/2/code = "
         "(none)\n/meta/security/0/code = s"},
        {"34b: the same once", "PUT", "Patient/ada", NULL,
         "{'resourceType':'Patient','id':'ada','meta':{'tag':[{'code':'old'}]}}", 200,
         "/meta/tag/0/code = old\n/meta/tag/1/code = new\n/meta/tag/2/code = (none)"},
    };
    static const struct step replaced[] = {
        {"34b: nothing stays", "PUT", "Patient/ada", NULL, PLAIN, 200,
         "/meta/tag/0/code = (none)\n/meta/security/0/code = (none)"},
    };
    static const struct step echo[] = {
        {"9: as it was sent", "PUT", "Patient/ada", NULL,
         "{'resourceType':'Patient','id':'ada','photo':[{'title':'p'}]}", 200,
         "/photo/0/title = p\n/meta/versionId = 2"},
        {"9: as it is stored", "GET", "Patient/ada", NULL, NULL, 200, "/photo/0/title = (none)"},
    };

    RUN("{\"overwrite\":true}", overwrite);
    RUN("{\"subsetted_put\":422}", subsetted);
    RUN("{\"meta_on_update\":\"carried-forward\"}", carried);
    RUN("{\"meta_on_update\":\"merged\"}", merged);
    RUN("{}", replaced);
    RUN("{\"reply_echo\":\"request\",\"drops_fields\":[\"Patient.photo\"]}", echo);
}

static void narratives_of_patched_resources(void)
{
    static const struct step keep[] = {
        {"19: kept", "PATCH", "Patient/ada", JSON_PATCH, INACTIVE, 200, "~ >Ada</div>"},
    };
    static const struct step dropped[] = {
        {"19: dropped", "PATCH", "Patient/ada", JSON_PATCH, INACTIVE, 200,
         "/text/status = (none)\n/active = false"},
        {"19: of an update it stays", "PUT", "Patient/ada", NULL, ADA, 200, "~ >Ada</div>"},
    };
    static const struct step regenerated[] = {
        {"19: made anew", "PATCH", "Patient/ada", JSON_PATCH, INACTIVE, 200,
         "/text/status = generated\n~ <p>Patient</p>"},
    };
    static const struct step rejected[] = {
        {"19: rejected", "PATCH", "Patient/ada", JSON_PATCH, INACTIVE, 422,
         "/issue/0/expression/0 = text"},
        {"19: removed with it", "PATCH", "Patient/ada", JSON_PATCH,
         "[{'op':'remove','path':'/text'},{'op':'replace','path':'/active','value':false}]", 200,
         "ETag: W/\"2\""},
        {"19: there is none", "PATCH", "Patient/bob", JSON_PATCH,
         "[{'op':'add','path':'/active','value':false}]", 200, NULL},
    };

    RUN("{}", keep);
    RUN("{\"narrative_on_patch\":\"drop\"}", dropped);
    RUN("{\"narrative_on_patch\":\"regenerate\"}", regenerated);
    RUN("{\"narrative_on_patch\":\"reject\"}", rejected);
}

static void patches(void)
{
    static const struct step test_failed[] = {
        {"19: a test fails", "PATCH", "Patient/ada", JSON_PATCH,
         "[{'op':'test','path':'/active','value':false}]", 409, NULL},
    };
    static const struct step fhirpath[] = {
        {"19: no JSON Patch", "PATCH", "Patient/ada", JSON_PATCH, INACTIVE, 400, NULL},
        {"19: FHIRPath Patch", "PATCH", "Patient/ada", NULL, "{'resourceType':'Parameters'}", 200,
         NULL},
        {"26: nor in a Bundle", "POST", "", NULL, BINARY, 200,
         "/entry/0/response/status = 400 Bad Request"},
    };
    static const struct step no_binary[] = {
        {"26: not in a Bundle", "POST", "", NULL, BINARY, 200,
         "/entry/0/response/status = 400 Bad Request"},
        {"19: alone", "PATCH", "Patient/ada", JSON_PATCH, INACTIVE, 200, "ETag: W/\"2\""},
    };
    static const struct step unsupported[] = {
        {"20: conditional patch", "PATCH", "Patient?identifier=1", JSON_PATCH, INACTIVE, 405,
         "/issue/0/code = not-supported"},
        {"25: batch", "POST", "", NULL, BINARY, 405, NULL},
    };

    RUN("{\"patch_test_failed\":409}", test_failed);
    RUN("{\"patch\":\"fhirpath\"}", fhirpath);
    RUN("{\"json_patch_in_bundles\":false}", no_binary);
    RUN("{\"unsupported_status\":405,\"conditional_patch\":false,\"batch\":false}", unsupported);
}

static void deletes_of_several(void)
{
    static const struct step multiple[] = {
        {"22: several", "DELETE", "Patient?identifier=1,2", NULL, NULL, 204, NULL},
        {"22: the first", "GET", "Patient/ada", NULL, NULL, 410, NULL},
        {"22: the second", "GET", "Patient/bob", NULL, NULL, 410, NULL},
        {"22: none", "DELETE", "Patient?identifier=1,2", NULL, NULL, 204, "ETag: (none)"},
    };
    static const struct step refused[] = {
        {"22: bob is another version", "PUT", "Patient/bob", NULL, BOB, 200, "ETag: W/\"2\""},
        {"22: one of them is stale", "DELETE", "Patient?identifier=1,2", "If-Match: W/\"1\"", NULL,
         412, NULL},
        {"22: the other is there still", "GET", "Patient/ada", NULL, NULL, 200, "ETag: W/\"1\""},
    };

    RUN("{\"conditional_delete\":\"multiple\"}", multiple);
    RUN("{\"conditional_delete\":\"multiple\"}", refused);
}

static void transactions(void)
{
    static const struct step atomic[] = {
        {"26: atomic", "POST", "", NULL, HALF("transaction"), 412, NULL},
        {"26: nothing stands", "GET", "Patient/c-1", NULL, NULL, 404, NULL},
    };
    static const struct step partial[] = {
        {"26: partial", "POST", "", NULL, HALF("transaction"), 412, NULL},
        {"26: the first stands", "GET", "Patient/c-1", NULL, NULL, 200, NULL},
    };
    static const struct step as_batch[] = {
        {"26: as a batch", "POST", "", NULL, HALF("transaction"), 200,
         "/type = transaction-response\n/entry/0/response/status = 201 Created\n"
         "/entry/1/response/status = 412 Precondition Failed"},
        {"26: the first stands", "GET", "Patient/c-1", NULL, NULL, 200, NULL},
    };

    RUN("{}", atomic);
    RUN("{\"transaction\":\"partial\"}", partial);
    RUN("{\"transaction\":\"as-batch\"}", as_batch);
}

/* A write meets another only if that came from elsewhere, while it was under way. */
static void clashes(void)
{
    static const struct step steps[] = {
        {"13: twice in one batch", "POST", "", NULL,
         "{'resourceType':'Bundle','type':'batch','entry':[{'resource':" PLAIN
         ",'request':{'method':'PUT','url':'Patient/ada'}},{'resource':" PLAIN
         ",'request':{'method':'PUT','url':'Patient/ada'}}]}",
         200, "/entry/0/response/status = 200 OK\n/entry/1/response/status = 200 OK"},
        {"13: one after another", "PUT", "Patient/ada", NULL, PLAIN, 200, "ETag: W/\"4\""},
    };
    static const struct step loaded[] = {
        {"26: what was loaded is found", "POST", "", NULL,
         "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':" PLAIN
         ",'request':{'method':'POST','url':'Patient','ifNoneExist':'identifier=1'}}]}",
         200, "/entry/0/response/status = 200 OK"},
    };

    RUN("{\"write_clash\":409}", steps);
    RUN("{\"replayed_bundle\":409}", loaded);
}

static void refusals(void)
{
    static const struct step steps[] = {
        {"33: what is no FHIR", "POST", "Patient", NULL, "{'resourceType':'Patient','x':1}", 412,
         "/issue/0/code = structure"},
        {"33a: what breaks a rule", "POST", "Organization", NULL, "{'resourceType':'Organization'}",
         400, "/issue/0/code = invariant"},
    };

    RUN("{\"invalid_status\":412,\"rule_status\":400}", steps);
}

static CU_TestInfo tests[] = {
    {"rows 2, 6, 21: deletions", deletions},
    {"row 8: matches of conditional creates", matches_of_conditional_creates},
    {"row 15: required guards", required_guards},
    {"rows 12, 13: where guards are looked at", where_guards_are_looked_at},
    {"rows 9, 18, 34a, 34b: updates", updates},
    {"row 19: narratives of patched resources", narratives_of_patched_resources},
    {"rows 19, 20, 26: patches", patches},
    {"row 22: deletes of several", deletes_of_several},
    {"row 26: transactions", transactions},
    {"rows 13, 26: clashes", clashes},
    {"rows 33, 33a: refusals", refusals},
    CU_TEST_INFO_NULL,
};
SUITE("rows_knobs", tests)
