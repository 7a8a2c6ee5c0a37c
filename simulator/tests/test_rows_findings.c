/* SPDX-License-Identifier: Apache-2.0 */
/* Tests over HTTP of what a transaction that is refused says: everything that is wrong with its
 * entries, each with its place (rows 26, 33 and 33a). */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"value\":\"1\"}]},"           \
    "{\"resourceType\":\"Patient\",\"id\":\"bob\",\"identifier\":[{\"value\":\"1\"}]}]"
#define TRANSACTION(entries) "{'resourceType':'Bundle','type':'transaction','entry':[" entries "]}"
#define POST(type, members)                                                                        \
    "{'resource':{'resourceType':'" type "'" members "},'request':{'method':'POST','url':'" type   \
    "'}}"
#define POST_IF(type, members, condition)                                                          \
    "{'resource':{'resourceType':'" type "'" members "},'request':{'method':'POST','url':'" type   \
    "','ifNoneExist':'" condition "'}}"
#define GOOD POST("Patient", ",'active':true")
#define BAD  POST("Patient", ",'active':1,'gender':'x'")
#define RULE POST("Organization", "")
#define URN  "urn:uuid:00000000-0000-0000-0000-000000000001"
#define REFUSED(row, entries, status, want)                                                        \
    {                                                                                              \
        row, "POST", "", NULL, TRANSACTION(entries), status, want                                  \
    }

static void all_findings_are_told(void)
{
    static const struct step steps[] = {
        REFUSED("33: several of one entry", GOOD "," BAD, 400,
                "/issue/0/expression/0 = Bundle.entry[1].resource.active\n"
                "/issue/1/expression/0 = Bundle.entry[1].resource.gender\n/issue/2 = (none)\n"
                "~ entry 2 (POST Patient)"),
        REFUSED(
            "33: of several entries", BAD "," GOOD "," BAD, 400,
            "/issue/0/expression/0 = Bundle.entry[0].resource.active\n"
            "/issue/3/expression/0 = Bundle.entry[2].resource.gender\n/issue/3/severity = error\n"
            "/issue/3/code = code-invalid\n/issue/4 = (none)"),
        REFUSED("33a: beside a rule the structure has the word", RULE "," BAD, 400,
                "/issue/0/code = invariant\n/issue/0/expression/0 = Bundle.entry[0]\n"
                "/issue/1/expression/0 = Bundle.entry[1].resource.active"),
        REFUSED("33a: rules alone", RULE "," GOOD "," RULE, 422,
                "/issue/1/expression/0 = Bundle.entry[2]\n/issue/2 = (none)"),
        REFUSED("32: beside what is no resource",
                BAD ",{'request':{'method':'PUT','url':'Patient/x'}}", 400,
                "/issue/0/expression/0 = Bundle.entry[0].resource.active\n"
                "/issue/2/expression/0 = Bundle.entry[1]\n/issue/2/code = structure"),
        REFUSED("26: a body is told beside a precondition",
                POST_IF("Patient", "", "identifier=1") "," BAD, 400,
                "/issue/0/code = multiple-matches\n/issue/1/code = structure\n"
                "/issue/1/expression/0 = Bundle.entry[1].resource.active"),
        REFUSED("26: two preconditions",
                POST_IF("Patient", "", "identifier=1") "," POST_IF("Patient", ",'active':true",
                                                                   "identifier=1,2"),
                412,
                "/issue/0/code = multiple-matches\n/issue/1/expression/0 = Bundle.entry[1]\n"
                "/issue/2 = (none)"),
        REFUSED("26: two conditional references",
                POST("Basic", ",'code':{'text':'b'},'subject':{'reference':'Patient?identifier=no'"
                              "}") "," POST("Basic", ",'code':{'text':'b'},'subject':{'reference':'"
                                                     "Patient?identifier=1'}"),
                412,
                "/issue/0/code = not-found\n/issue/1/code = multiple-matches\n/issue/2 = (none)"),
        REFUSED("33: also of what If-None-Exist finds",
                POST_IF("Patient", ",'active':1", "_id=ada"), 400,
                "/issue/0/expression/0 = Bundle.entry[0].resource.active"),
        REFUSED("33: a link may lead to the wrong type",
                "{'fullUrl':'" URN "','resource':{'resourceType':'Basic','code':{'text':'b'}},"
                "'request':{'method':'POST','url':'Basic'}}," POST(
                    "Goal", ",'lifecycleStatus':'active','description':{'text':'g'},'subject':{"
                            "'reference':'" URN "'}"),
                400, "/issue/0/expression/0 = Bundle.entry[1].resource.subject.reference\n~ Basic"),
        {"26: nothing was written", "GET", "_history", NULL, NULL, 200, "/total = 2"},
    };

    RUN_STEPS(CHART, steps);
}

/* As many as of one resource are listed, and then that there are more. */
static void findings_are_bounded(void)
{
    struct wire wire;
    struct buf body = BUF_INIT;

    wire_open(&wire, CHART);
    buf_puts(&body, "{'resourceType':'Bundle','type':'transaction','entry':[" BAD);
    for (size_t i = 0; i < 40; i++)
        buf_puts(&body, "," BAD);
    buf_puts(&body, "]}");
    const struct step step = {"33: 82 findings",
                              "POST",
                              "",
                              NULL,
                              buf_text(&body),
                              400,
                              "/issue/49/expression/0 = Bundle.entry[24].resource.gender\n"
                              "/issue/50/severity = information\n/issue/50/code = incomplete\n"
                              "/issue/51 = (none)"};
    step_do(&wire, &step);
    buf_release(&body);
    wire_close(&wire);
}

static CU_TestInfo tests[] = {
    {"row 26: all findings are told", all_findings_are_told},
    {"row 26: findings are bounded", findings_are_bounded},
    CU_TEST_INFO_NULL,
};
SUITE("rows_findings", tests)
