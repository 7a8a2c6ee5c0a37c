/* SPDX-License-Identifier: Apache-2.0 */
/* Tests over HTTP of batches and transactions: rows 25 and 26 of fhir-rules.md, and Synthea's
 * Bundles as they are. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/tests/steps.h"
#include "simulator/tests/synthea.h"
#include "tests/expect.h"

#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"system\":\"urn:x\","         \
    "\"value\":\"1\"}]},"                                                                          \
    "{\"resourceType\":\"Patient\",\"id\":\"bob\",\"active\":true},"                               \
    "{\"resourceType\":\"Patient\",\"id\":\"old\"}]"
#define BATCH       "{'resourceType':'Bundle','type':'batch','entry':["
#define TRANSACTION "{'resourceType':'Bundle','type':'transaction','entry':["
#define END         "]}"
#define MAKE_BASIC                                                                                 \
    "{'resource':{'resourceType':'Basic','code':{'text':'b'}},'request':{'method':'POST','url':'"  \
    "Basic'}},"
#define PUT_BOB                                                                                    \
    "{'resource':{'resourceType':'Patient','id':'bob','active':false},"                            \
    "'request':{'method':'PUT','url':'Patient/bob'}}"
/* [{"op":"add","path":"/gender","value":"female"}] */
#define PATCH_ADA                                                                                  \
    "{'resource':{'resourceType':'Binary','contentType':'application/json-patch+json','data':"     \
    "'W3sib3AiOiJhZGQiLCJwYXRoIjoiL2dlbmRlciIsInZhbHVlIjoiZmVtYWxlIn1d'},"                         \
    "'request':{'method':'PATCH','url':'Patient/ada'}}"
#define GOAL                                                                                       \
    "'lifecycleStatus':'active','description':{'text':'walk'},'subject':{'reference':'Patient/"    \
    "ada'}"
#define URN_1 "urn:uuid:00000000-0000-0000-0000-000000000001"
#define URN_2 "urn:uuid:00000000-0000-0000-0000-000000000002"
#define URN_3 "urn:uuid:00000000-0000-0000-0000-000000000003"
#define URN_9 "urn:uuid:00000000-0000-0000-0000-000000000009"

static const char mixed_batch[] =
    BATCH "{'request':{'method':'GET','url':'Patient/ada'}},"
          "{'resource':{'resourceType':'Basic','code':{'text':'b'}},'request':{'method':'POST','"
          "url':'Basic'}},"
          "{'resource':{'resourceType':'Patient','id':'bob'},"
          " 'request':{'method':'PUT','url':'Patient/bob','ifMatch':'W/\\'7\\''}},"
          "{'request':{'method':'DELETE','url':'Patient/old'}}," PATCH_ADA ","
          "{'request':{'method':'GET','url':'Patient/eve'}},"
          "{'request':{'method':'GET','url':'Patient?identifier=urn:x|1'}},"
          "{},"
          "{'resource':{'resourceType':'Bundle','type':'batch'},'request':{'method':'POST','url':''"
          "}}" END;

static const char sibling_batch[] =
    BATCH "{'fullUrl':'" URN_1 "','resource':{'resourceType':'Patient'},"
          " 'request':{'method':'POST','url':'Patient'}},"
          "{'resource':{'resourceType':'Condition','subject':{'reference':'" URN_1 "'}},"
          " 'request':{'method':'POST','url':'Condition'}}" END;

static void batches(void)
{
    static const struct step steps[] = {
        {"25: ifModifiedSince is an instant", "POST", "", NULL,
         BATCH "{'request':{'method':'GET','url':'Patient/ada',"
               "'ifModifiedSince':'2026-01-01T00:00:00Z'}},"
               "{'request':{'method':'GET','url':'Patient/ada',"
               "'ifModifiedSince':'2025-12-31T23:59:59.999Z'}},"
               "{'request':{'method':'GET','url':'Patient/ada','ifModifiedSince':'yesterday'}}" END,
         200,
         "/entry/0/response/status = 304 Not Modified\n/entry/1/response/status = 200 OK\n"
         "/entry/2/response/status = 400 Bad Request"},
        {"25: each on its own, answers in the order of the request", "POST", "", NULL, mixed_batch,
         200,
         "/type = batch-response\n/entry/0/response/status = 200 OK\n/entry/0/resource/id = ada\n"
         "/entry/0/response/etag = W/\"1\"\n"
         "/entry/1/response/status = 201 Created\n/entry/1/response/etag = W/\"1\"\n"
         "/entry/1/response/location = BASE/Basic/c-1/_history/1\n"
         "/entry/1/response/lastModified = 2026-01-01T00:00:01.000Z\n/entry/1/resource = (none)\n"
         "/entry/2/response/status = 412 Precondition Failed\n"
         "/entry/2/response/outcome/issue/0/code = conflict\n"
         "/entry/3/response/status = 204 No Content\n/entry/3/response/etag = W/\"2\"\n"
         "/entry/4/response/status = 200 OK\n"
         "/entry/4/response/location = BASE/Patient/ada/_history/2\n"
         "/entry/5/response/status = 404 Not Found\n/entry/6/resource/total = 1\n"
         "/entry/7/response/status = 400 Bad Request\n/entry/8/response/status = 400 Bad Request"},
        {"25: what was refused is not written", "GET", "Patient/bob", NULL, NULL, 200,
         "/meta/versionId = 1"},
        {"25: the patch is", "GET", "Patient/ada", NULL, NULL, 200, "/gender = female"},
        {"25: a urn that points at a sibling", "POST", "", NULL, sibling_batch, 200,
         "/entry/0/response/status = 201 Created\n/entry/1/response/status = 400 Bad Request"},
        {"25: bodies if asked for", "POST", "", "Prefer: return=representation",
         BATCH "{'resource':{'resourceType':'Basic','code':{'text':'b'}},'request':{'method':'POST'"
               ",'url':'Basic'}}" END,
         200, "/entry/0/resource/meta/versionId = 1\n/entry/0/resource/resourceType = Basic"},
        {"25: an empty one", "POST", "", NULL, "{'resourceType':'Bundle','type':'batch'}", 200,
         "/type = batch-response\n/entry = (none)"},
        {"32: another type of Bundle", "POST", "", NULL,
         "{'resourceType':'Bundle','type':'document'}", 400, NULL},
        {"32: no Bundle", "POST", "", NULL, "{'resourceType':'Patient','type':'batch'}", 400, NULL},
        {"32: entries that are none", "POST", "", NULL,
         "{'resourceType':'Bundle','type':'batch','entry':{}}", 400, NULL},
        {"32: truncated", "POST", "", NULL, BATCH "{", 400, "~ line 1"},
    };

    RUN_STEPS(CHART, steps);
}

static const char linked[] = TRANSACTION
    "{'fullUrl':'" URN_2 "','resource':{'resourceType':'Condition',"
    " 'text':{'status':'generated','div':'<div><a href=\\'" URN_1
    "\\'>x</a></div>'},'subject':{'reference':'" URN_1 "'},"
    " 'asserter':{'reference':'Patient?identifier=urn:x|1'},'onsetAge':{'value':1.50,'system':'"
    "http://unitsofmeasure.org','code':'a'}},"
    " 'request':{'method':'POST','url':'Condition'}},"
    "{'fullUrl':'" URN_1 "','resource':{'resourceType':'Patient',"
    " 'identifier':[{'system':'urn:ietf:rfc:3986','value':'" URN_2 "'}]},"
    " 'request':{'method':'POST','url':'Patient'}},"
    "{'fullUrl':'" URN_3 "','resource':{'resourceType':'Patient'},"
    " 'request':{'method':'POST','url':'Patient','ifNoneExist':'identifier=urn:x|1'}},"
    "{'resource':{'resourceType':'Basic','code':{'text':'b'},'subject':{'reference':'" URN_3 "'},"
    " 'author':{'reference':'" URN_9 "'}},'request':{'method':'POST','url':'Basic'}}" END;

static const char linked_to_update[] = TRANSACTION
    "{'fullUrl':'" URN_1 "','resource':{'resourceType':'Patient'},"
    " 'request':{'method':'PUT','url':'Patient?identifier=urn:x|1'}},"
    "{'resource':{'resourceType':'Basic','code':{'text':'b'},'subject':{'reference':'" URN_1 "'}},"
    " 'request':{'method':'POST','url':'Basic'}}" END;

static const char linked_by_url[] = TRANSACTION
    "{'fullUrl':'BASE/Patient/new','resource':{'resourceType':'Patient'},"
    " 'request':{'method':'POST','url':'Patient'}},"
    "{'resource':{'resourceType':'Basic','code':{'text':'b'},'subject':{'reference':'Patient/new'},"
    " 'author':{'reference':'BASE/Patient/new'}},'request':{'method':'POST','url':'Basic'}}" END;

static void transactions_resolve_links(void)
{
    static const struct step steps[] = {
        {"26: links", "POST", "", NULL, linked, 200,
         "/type = transaction-response\n"
         "/entry/0/response/location = BASE/Condition/c-1/_history/1\n"
         "/entry/1/response/location = BASE/Patient/c-2/_history/1\n"
         "/entry/2/response/status = 200 OK\n"
         "/entry/2/response/location = BASE/Patient/ada/_history/1\n"
         "/entry/3/response/status = 201 Created"},
        {"26: urn and conditional", "GET", "Condition/c-1", NULL, NULL, 200,
         "/subject/reference = Patient/c-2\n/asserter/reference = Patient/ada\n"
         "/text/div = <div><a href=\"Patient/c-2\">x</a></div>\n/onsetAge/value = 1.50"},
        {"26: an identifier is no link", "GET", "Patient/c-2", NULL, NULL, 200,
         "/identifier/0/value = " URN_2},
        {"26: what If-None-Exist found; strangers stay", "GET", "Basic/c-3", NULL, NULL, 200,
         "/subject/reference = Patient/ada\n/author/reference = " URN_9},
        {"26: a conditional update is a name, too", "POST", "", NULL, linked_to_update, 200,
         "/entry/0/response/location = BASE/Patient/ada/_history/2\n"
         "/entry/0/response/status = 200 OK"},
        {"26: a URL is a name, too", "POST", "", NULL, linked_by_url, 200, NULL},
        {"26: in both its forms", "GET", "Basic/c-6", NULL, NULL, 200,
         "/subject/reference = Patient/c-5\n/author/reference = Patient/c-5"},
        {"26: and is resolved", "GET", "Basic/c-4", NULL, NULL, 200,
         "/subject/reference = Patient/ada"},
    };

    RUN_STEPS(CHART, steps);
}

/* What a patch brings in are links, too, as an element or as its `reference` alone:
 * [{"op":"add","path":"/contact","value":[{"organization":{"reference":URN_1}}]},
 *  {"op":"add","path":"/managingOrganization","value":{"reference":"x"}},
 *  {"op":"replace","path":"/managingOrganization/reference","value":"Organization?identifier=o"},
 *  {"op":"add","path":"/identifier/0/value","value":URN_1}] */
static const char linked_patch[] = TRANSACTION
    "{'resource':{'resourceType':'Binary','contentType':'application/json-patch+json','data':"
    "'W3sib3AiOiJhZGQiLCJwYXRoIjoiL2NvbnRhY3QiLCJ2YWx1ZSI6W3sib3JnYW5pemF0aW9uIjp7InJlZmVyZW5jZSI6I"
    "nVybjp1dWlkOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMSJ9fV19LHsib3AiOiJhZGQiLCJwYXRoIjo"
    "iL21hbmFnaW5nT3JnYW5pemF0aW9uIiwidmFsdWUiOnsicmVmZXJlbmNlIjoieCJ9fSx7Im9wIjoicmVwbGFjZSIsInBhd"
    "GgiOiIvbWFuYWdpbmdPcmdhbml6YXRpb24vcmVmZXJlbmNlIiwidmFsdWUiOiJPcmdhbml6YXRpb24/"
    "aWRlbnRpZmllcj1vIn0seyJvcCI6ImFkZCIsInBhdGgiOiIvaWRlbnRpZmllci8wL3ZhbHVlIiwidmFsdWUiOiJ1cm46dX"
    "VpZDowMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDEifV0='},'request':{'method':'PATCH','url'"
    ":'Patient/ada'}},"
    "{'fullUrl':'" URN_1 "','resource':{'resourceType':'Organization','name':'o'},"
    "'request':{'method':'POST','url':'Organization'}},"
    "{'resource':{'resourceType':'Basic','code':{'text':'b'},'subject':{'reference':'" URN_1
    "#part'}},"
    "'request':{'method':'POST','url':'Basic'}}" END;

static void patches_and_fragments_are_links(void)
{
    static const struct step steps[] = {
        {"made", "PUT", "Organization/o", NULL,
         "{'resourceType':'Organization','id':'o','identifier':[{'value':'o'}]}", 201, NULL},
        {"26: links in a patch", "POST", "", NULL, linked_patch, 200,
         "/entry/1/response/location = BASE/Organization/c-1/_history/1"},
        {"26: are resolved", "GET", "Patient/ada", NULL, NULL, 200,
         "/contact/0/organization/reference = Organization/c-1\n"
         "/managingOrganization/reference = Organization/o\n/identifier/0/value = " URN_1},
        {"26: with a fragment", "GET", "Basic/c-2", NULL, NULL, 200,
         "/subject/reference = Organization/c-1#part"},
    };

    RUN_STEPS(CHART, steps);
}

static const char unordered[] =
    TRANSACTION "{'request':{'method':'GET','url':'Patient/bob'}}," PUT_BOB "," PATCH_ADA
                "," MAKE_BASIC "{'request':{'method':'DELETE','url':'Patient/old'}},"
                "{'request':{'method':'GET','url':'Patient/_history?_count=1'}}" END;

static const char replacing[] =
    TRANSACTION "{'resource':{'resourceType':'Patient'},"
                " 'request':{'method':'POST','url':'Patient','ifNoneExist':'identifier=urn:x|1'}},"
                "{'request':{'method':'DELETE','url':'Patient/ada'}}" END;

static void transactions_keep_an_order(void)
{
    static const struct step steps[] = {
        {"26: DELETE, POST, PUT and PATCH, GET", "POST", "", NULL, unordered, 200,
         "/entry/0/resource/active = false\n/entry/0/resource/meta/versionId = 2\n"
         "/entry/1/response/lastModified = 2026-01-01T00:00:03.000Z\n"
         "/entry/2/response/lastModified = 2026-01-01T00:00:04.000Z\n"
         "/entry/3/response/lastModified = 2026-01-01T00:00:02.000Z\n"
         "/entry/4/response/lastModified = 2026-01-01T00:00:01.000Z\n"
         "/entry/4/response/status = 204 No Content\n/entry/5/resource/entry/0/resource/id = ada"},
        {"26: a GET sees a PATCH behind it", "POST", "", NULL,
         TRANSACTION "{'request':{'method':'GET','url':'Patient/bob'}},"
                     "{'request':{'method':'GET','url':'Patient/ada'}}," PATCH_ADA END,
         200, "/entry/1/resource/gender = female\n/entry/1/resource/meta/versionId = 3"},
        {"26: a DELETE makes room for a create", "POST", "", NULL, replacing, 200,
         "/entry/0/response/status = 201 Created"},
    };

    RUN_STEPS(CHART, steps);
}

static void transactions_are_all_or_nothing(void)
{
    static const struct {
        const char *row, *entries; /* behind one that would be fine */
        int status;
        const char *want;
    } rows[] = {
        {"26: a stale ifMatch",
         "{'resource':{'resourceType':'Patient','id':'bob'},"
         " 'request':{'method':'PUT','url':'Patient/bob','ifMatch':'W/\\'7\\''}}",
         412,
         "/issue/0/code = conflict\n~ entry 2 (PUT Patient/bob)\n~ version 1\n"
         "/issue/0/expression/0 = Bundle.entry[1]"},
        {"26: ifNoneMatch",
         "{'resource':{'resourceType':'Patient','id':'bob'},"
         " 'request':{'method':'PUT','url':'Patient/bob','ifNoneMatch':'*'}}",
         412, NULL},
        {"26: ifNoneExist with several matches",
         "{'resource':{'resourceType':'Patient'},"
         " 'request':{'method':'POST','url':'Patient','ifNoneExist':'_id=ada,bob'}}",
         412, "/issue/0/code = multiple-matches"},
        {"26: the same identity twice", PUT_BOB "," PUT_BOB, 400, "~ entries 2 and 3"},
        {"26: the same by PUT and DELETE",
         PUT_BOB ",{'request':{'method':'DELETE','url':'Patient/bob'}}", 400, "~ entries 2 and 3"},
        {"26: the same by a search",
         PUT_BOB ",{'resource':{'resourceType':'Patient'},"
                 " 'request':{'method':'PUT','url':'Patient?_id=bob'}}",
         400, "~ entries 2 and 3"},
        {"26: the same condition twice",
         "{'resource':{'resourceType':'Goal'," GOAL "},"
         " 'request':{'method':'POST','url':'Goal','ifNoneExist':'identifier=x'}},"
         "{'resource':{'resourceType':'Goal'," GOAL "},"
         " 'request':{'method':'POST','url':'Goal','ifNoneExist':'identifier=x'}}",
         400, "~ identifier=x"},
        {"26: the same condition twice, written another way",
         "{'resource':{'resourceType':'Goal'," GOAL "},"
         " 'request':{'method':'POST','url':'Goal','ifNoneExist':'identifier=a|x'}},"
         "{'resource':{'resourceType':'Goal'," GOAL "},"
         " 'request':{'method':'POST','url':'Goal','ifNoneExist':'identifier=a%7Cx'}}",
         400, "~ identifier=a|x"},
        {"26: the same condition twice by PUT",
         "{'resource':{'resourceType':'Goal'," GOAL
         "},'request':{'method':'PUT','url':'Goal?identifier=x'}}"
         ","
         "{'resource':{'resourceType':'Goal'," GOAL
         "},'request':{'method':'PUT','url':'Goal?identifier=x'}"
         "}",
         400, "~ identifier=x"},
        {"26: the same condition twice by POST and PUT",
         "{'resource':{'resourceType':'Goal'," GOAL "},"
         " 'request':{'method':'POST','url':'Goal','ifNoneExist':'identifier=x'}},"
         "{'resource':{'resourceType':'Goal'," GOAL
         "},'request':{'method':'PUT','url':'Goal?identifier=x'}"
         "}",
         400, "~ identifier=x"},
        {"26: a name that two entries have",
         "{'fullUrl':'" URN_1 "','resource':{'resourceType':'Goal'," GOAL "},"
         " 'request':{'method':'POST','url':'Goal'}},"
         "{'fullUrl':'" URN_1 "','resource':{'resourceType':'Goal'," GOAL "},"
         " 'request':{'method':'POST','url':'Goal'}}",
         400, "~ entry 3\n~ " URN_1},
        {"26: a conditional reference with no match in a patch",
         "{'resource':{'resourceType':'Binary','contentType':'application/"
         "json-patch+json','data':'"
         "W3sib3AiOiJhZGQiLCJwYXRoIjoiL21hbmFnaW5nT3JnYW5pemF0aW9uIiwidmFsdWUiOnsicmVmZXJlbmNlIjoiT"
         "3JnYW5pemF0aW9uP2lkZW50aWZpZXI9bm8ifX1d'},"
         " 'request':{'method':'PATCH','url':'Patient/ada'}}",
         412, "/issue/0/code = not-found\n~ there are 0"},
        {"26: a conditional reference with no match",
         "{'resource':{'resourceType':'Basic','code':{'text':'b'},'subject':{'reference':'Patient?"
         "identifier=no'}},"
         " 'request':{'method':'POST','url':'Basic'}}",
         412, "/issue/0/code = not-found\n~ there are 0"},
        {"26: a conditional reference with several",
         "{'resource':{'resourceType':'Basic','code':{'text':'b'},'subject':{'reference':'Patient?_"
         "id=ada,bob'}},"
         " 'request':{'method':'POST','url':'Basic'}}",
         412, "/issue/0/code = multiple-matches\n~ there are 2"},
        {"26: a conditional reference by what is not offered",
         "{'resource':{'resourceType':'Basic','code':{'text':'b'},'subject':{'reference':'Patient?"
         "colour=x'}},"
         " 'request':{'method':'POST','url':'Basic'}}",
         400, "/issue/0/code = not-supported"},
        {"26: a resource of another type",
         "{'resource':{'resourceType':'Basic','code':{'text':'b'}},'request':{'method':'POST','url'"
         ":'Patient'}}",
         400, "~ entry 2"},
        {"26: no resource", "{'request':{'method':'POST','url':'Patient'}}", 400, NULL},
        {"26: no request", "{'resource':{'resourceType':'Basic','code':{'text':'b'}}}", 400,
         "~ request.method"},
        {"26: an unknown type",
         "{'resource':{'resourceType':'Basics'},'request':{'method':'POST','url':'Basics'}}", 404,
         NULL},
        {"26: a resource that is no patch",
         "{'resource':{'resourceType':'Patient'},"
         " 'request':{'method':'PATCH','url':'Patient/ada'}}",
         400, "~ Parameters"},
        {"26: a patch that is not base64",
         "{'resource':{'resourceType':'Binary','contentType':'application/json-patch+json',"
         " 'data':'?'},'request':{'method':'PATCH','url':'Patient/ada'}}",
         400, "~ base64"},
        {"26: a look at nothing", "{'request':{'method':'GET','url':'Patient/eve'}}", 404, NULL},
        {"26: a Bundle in a Bundle",
         "{'resource':{'resourceType':'Bundle','type':'batch'},"
         " 'request':{'method':'POST','url':''}}",
         400, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct wire wire;

        wire_open(&wire, CHART);
        const struct step step = {
            rows[i].row,
            "POST",
            "",
            NULL,
            arena_printf(wire.arena, TRANSACTION MAKE_BASIC "%s" END, rows[i].entries),
            rows[i].status,
            rows[i].want};
        step_do(&wire, &step);
        EXPECT_INT(rows[i].row, (long long)sim_version_count(wire.sim), 3);
        for (size_t n = 0; n < sim_journal_count(wire.sim); n++)
            EXPECT_TRUE(rows[i].row, sim_journal_at(wire.sim, n)->kind != SIM_COMMITTED);
        wire_close(&wire);
    }
}

/* The status and a member of the answers to Synthea's Bundles. */
static void synthea_bundles_are_posted_as_they_are(void)
{
    char *paths[SYNTHEA_FILES];
    struct wire wire;

    if (!synthea_paths(paths)) {
        test_skip("../shared/data/synthea is missing");
        return;
    }
    wire_open(&wire, NULL);
    uint64_t began = clock_cpu_us();
    for (size_t i = 0; i < SYNTHEA_FILES; i++) {
        struct buf buf = BUF_INIT;
        struct err err = ERR_INIT;

        MUST_ZERO(buf_read_file(&buf, paths[i], LIMIT_JSON_BYTES, &err));
        const struct http_reply *reply =
            wire_call_url(&wire, "POST", sim_url(wire.sim), NULL, buf.bytes, buf.size);
        EXPECT_INT(paths[i], reply->status, 200);
        EXPECT_TRUE(paths[i], strstr(reply->body, "\"status\":\"4") == NULL);
        buf_release(&buf);
        free(paths[i]);
    }
    EXPECT_TRUE("under two seconds of the processor",
                clock_cpu_us() - began < 2000000 * SYNTHEA_PATIENCE);
    EXPECT_INT("resources", (long long)sim_version_count(wire.sim), 1689);
    for (size_t i = 0; i < sim_version_count(wire.sim); i++) {
        const struct sim_version *version = sim_version_at(wire.sim, i);

        EXPECT_TRUE(version->reference, !strstr(version->content, "\"reference\": \"urn:") &&
                                            !strstr(version->content, "?identifier="));
    }
    wire_close(&wire);
}

static CU_TestInfo tests[] = {
    {"row 25: batches", batches},
    {"row 26: transactions resolve links", transactions_resolve_links},
    {"row 26: patches and fragments are links", patches_and_fragments_are_links},
    {"row 26: transactions keep an order", transactions_keep_an_order},
    {"row 26: transactions are all or nothing", transactions_are_all_or_nothing},
    {"Synthea's Bundles are posted as they are", synthea_bundles_are_posted_as_they_are},
    CU_TEST_INFO_NULL,
};

SUITE("bundle", tests)
