/* SPDX-License-Identifier: Apache-2.0 */
/* Tests over HTTP of searches and histories: rows 23 and 24 of fhir-rules.md. */
#include <string.h>

#include "base/arena.h"
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"system\":\"urn:x\","         \
    "\"value\":\"1\"},"                                                                            \
    "{\"value\":\"bare\"},{\"system\":\"urn:y\",\"value\":\"a,b\"}]},"                             \
    "{\"resourceType\":\"Patient\",\"id\":\"bob\",\"identifier\":[{\"system\":\"urn:z\","          \
    "\"value\":\"1\"}]},"                                                                          \
    "{\"resourceType\":\"Group\",\"id\":\"ada\"},"                                                 \
    "{\"resourceType\":\"Condition\",\"id\":\"c1\",\"subject\":{\"reference\":\"Patient/ada\"}},"  \
    "{\"resourceType\":\"Condition\",\"id\":\"c2\",\"subject\":{\"reference\":\"Patient/bob\"}},"  \
    "{\"resourceType\":\"Condition\",\"id\":\"c3\",\"subject\":{\"reference\":\"Group/ada\"}},"    \
    "{\"resourceType\":\"Condition\",\"id\":\"c4\",\"subject\":{\"reference\":\"http://h/fhir/"    \
    "Patient/ada\"}},"                                                                             \
    "{\"resourceType\":\"Appointment\",\"id\":\"ap\",\"participant\":[{\"actor\":{\"reference\":"  \
    "\"Patient/bob\"}},"                                                                           \
    "{\"actor\":{\"reference\":\"Patient/ada\"}}]},"                                               \
    "{\"resourceType\":\"Task\",\"id\":\"t\",\"for\":{\"reference\":\"Patient/ada\"}},"            \
    "{\"resourceType\":\"DocumentReference\",\"id\":\"d\",\"masterIdentifier\":{\"value\":\"m\"}}" \
    ","                                                                                            \
    "{\"resourceType\":\"AllergyIntolerance\",\"id\":\"a1\",\"patient\":{\"reference\":\"Patient/" \
    "ada\"}}]"

static void parameters_choose(void)
{
    static const struct step steps[] = {
        {"24: all of a type", "GET", "Patient", NULL, NULL, 200,
         "/type = searchset\n/total = 2\n/entry/0/resource/id = ada\n/entry/1/resource/id = bob\n"
         "/entry/0/fullUrl = BASE/Patient/ada\n/entry/0/search/mode = match\n/link/0/relation = "
         "self\n"
         "/link/0/url = BASE/Patient"},
        {"24: none", "GET", "Observation", NULL, NULL, 200, "/total = 0\n/entry = (none)"},
        {"24: _id", "GET", "Patient?_id=bob", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = bob"},
        {"24: _id, one of", "GET", "Patient?_id=bob,eve,ada,ada", NULL, NULL, 200, "/total = 2"},
        {"24: system and value", "GET", "Patient?identifier=urn:x|1", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = ada"},
        {"24: percent-encoded", "GET", "Patient?identifier=urn%3Ax%7C1", NULL, NULL, 200,
         "/total = 1"},
        {"24: value of any system", "GET", "Patient?identifier=1", NULL, NULL, 200, "/total = 2"},
        {"24: value without system", "GET", "Patient?identifier=%7Cbare", NULL, NULL, 200,
         "/total = 1"},
        {"24: not without system", "GET", "Patient?identifier=%7C1", NULL, NULL, 200, "/total = 0"},
        {"24: any value of a system", "GET", "Patient?identifier=urn:z%7C", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = bob"},
        {"24: one of", "GET", "Patient?identifier=urn:x|1,urn:z|1", NULL, NULL, 200, "/total = 2"},
        {"24: a comma in a value", "GET", "Patient?identifier=urn:y|a%5C,b", NULL, NULL, 200,
         "/total = 1"},
        {"24: both", "GET", "Patient?identifier=urn:x|1&_id=bob", NULL, NULL, 200, "/total = 0"},
        {"24: both of the same", "GET", "Patient?identifier=urn:x|1&identifier=bare", NULL, NULL,
         200, "/total = 1"},
        {"24: patient by id", "GET", "Condition?patient=ada", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = c1"},
        {"24: patient by reference", "GET", "Condition?patient=Patient/bob", NULL, NULL, 200,
         "/total = 1"},
        {"24: the patient of another server is another", "GET",
         "Condition?patient=http://h/fhir/Patient/ada", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = c4"},
        {"24: patient by URL", "GET", "Condition?patient=BASE/Patient/bob", NULL, NULL, 200,
         "/total = 1"},
        {"24: patient by the element patient", "GET", "AllergyIntolerance?patient=ada", NULL, NULL,
         200, "/total = 1"},
        {"24: a group is no patient", "GET", "Condition?patient=Group/ada", NULL, NULL, 200,
         "/total = 0"},
        {"24: subject of any type", "GET", "Condition?subject=ada", NULL, NULL, 200, "/total = 2"},
        {"24: subject by reference", "GET", "Condition?subject=Group/ada", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = c3"},
        {"24: unknown parameters are ignored and not in the self link", "GET",
         "Patient?colour=x&_id=bob", NULL, NULL, 200,
         "/total = 1\n/link/0/url = BASE/Patient?_id=bob"},
        {"24: but for the strict", "GET", "Patient?colour=x", "Prefer: handling=strict", NULL, 400,
         "~ colour"},
        {"24: a parameter that R4 does not give to the type is unknown", "GET",
         "Patient?patient=ada", NULL, NULL, 200, "/total = 2\n/link/0/url = BASE/Patient"},
        {"24: though R4 gives it to one whose name ends alike (RequestGroup)", "GET",
         "Group?patient=ada", NULL, NULL, 200, "/total = 1\n/link/0/url = BASE/Group"},
        {"24: patient deeper down", "GET", "Appointment?patient=ada", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = ap"},
        {"24: a task is for somebody", "GET", "Task?subject=Patient/ada", NULL, NULL, 200,
         "/total = 1"},
        {"24: a document's master identifier", "GET", "DocumentReference?identifier=m", NULL, NULL,
         200, "/total = 1"},
        {"24: by form", "POST", "Patient/_search",
         "Content-Type: application/x-www-form-urlencoded", "identifier=urn%3Ax%7C1", 200,
         "/total = 1\n/link/0/url = BASE/Patient?identifier=urn:x%7C1"},
        {"24: over all types", "GET", "?_id=ada", NULL, NULL, 200, "/total = 2"},
        {"24: a bad escape", "GET", "Patient?identifier=%zz", NULL, NULL, 400, "~ escape"},
        {"24: a page that is none", "GET", "Patient?_page=x", NULL, NULL, 400, "~ _page"},
        {"24: a bad count", "GET", "Patient?_count=many", NULL, NULL, 400, "~ _count"},
    };

    RUN_STEPS(CHART, steps);
}

static void searches_see_commits_at_once(void)
{
    static const struct step steps[] = {
        {"24: created", "POST", "Patient", NULL,
         "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"9\"}]}",
         201, NULL},
        {"24: and found", "GET", "Patient?identifier=urn:x|9", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = c-1"},
        {"24: moved", "PUT", "Condition/c1", NULL,
         "{\"resourceType\":\"Condition\",\"id\":\"c1\",\"subject\":{\"reference\":\"Patient/"
         "bob\"}}",
         200, NULL},
        {"24: not where it was", "GET", "Condition?patient=ada", NULL, NULL, 200, "/total = 0"},
        {"24: but here, in the order of old", "GET", "Condition?patient=bob", NULL, NULL, 200,
         "/total = 2\n/entry/0/resource/id = c1\n/entry/0/resource/meta/versionId = 2"},
        {"24: deleted", "DELETE", "Condition/c1", NULL, NULL, 204, NULL},
        {"24: and gone from its type", "GET", "Condition", NULL, NULL, 200,
         "/total = 3\n/entry/0/resource/id = c2"},
        {"24: and gone", "GET", "Condition?patient=bob", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/id = c2"},
    };

    RUN_STEPS(CHART, steps);
}

/* Follows `next` from `url`, doing `between` before the second page; gives totals, ids, versions. */
static const char *all_pages(struct wire *wire, const char *url, const struct step *between)
{
    const char *seen = "";
    const char *at = arena_printf(wire->arena, "%s/%s", sim_url(wire->sim), url);

    for (int page = 0; at && page < 10; page++) {
        const struct http_reply *reply = wire_call_url(wire, "GET", at, NULL, NULL, 0);

        EXPECT_INT(url, reply->status, 200);
        seen = arena_printf(wire->arena, "%sof %s: ", seen, wire_at(wire, reply, "/total"));
        for (int i = 0;; i++) {
            const char *entry = arena_printf(wire->arena, "/entry/%d", i);
            const char *at_id = arena_printf(wire->arena, "%s/resource/id", entry);
            const char *at_version = arena_printf(wire->arena, "%s/resource/meta/versionId", entry);

            if (strcmp(wire_at(wire, reply, entry), "(none)") == 0)
                break;
            seen = arena_printf(wire->arena, "%s%s@%s ", seen, wire_at(wire, reply, at_id),
                                wire_at(wire, reply, at_version));
        }
        seen = arena_printf(wire->arena, "%s| ", seen);
        at = strcmp(wire_at(wire, reply, "/link/1/relation"), "next") == 0
                 ? wire_at(wire, reply, "/link/1/url")
                 : NULL;
        if (page == 0 && between)
            step_do(wire, between);
    }
    return seen;
}

static void pages_are_stable(void)
{
    static const struct step more = {"between",
                                     "PUT",
                                     "Condition/c2",
                                     NULL,
                                     "{\"resourceType\":\"Condition\",\"id\":\"c2\",\"subject\":{"
                                     "\"reference\":\"Patient/bob\"}}",
                                     200,
                                     NULL};
    static const struct step gone = {"between", "DELETE", "Condition/c1", NULL, NULL, 204, NULL};
    struct wire wire;

    wire_open(&wire, CHART);
    EXPECT_STR("24: search", all_pages(&wire, "Condition?_count=2", &gone),
               "of 4: c1@1 c2@1 | of 4: c3@1 c4@1 | ");
    EXPECT_STR("23: history of a type", all_pages(&wire, "Condition/_history?_count=2", &more),
               "of 5: (none)@(none) c4@1 | of 5: c3@1 c2@1 | of 5: c1@1 | ");
    EXPECT_STR("23: afterwards", all_pages(&wire, "Condition/_history?_count=3", NULL),
               "of 6: c2@2 (none)@(none) c4@1 | of 6: c3@1 c2@1 c1@1 | ");
    wire_close(&wire);
}

static void histories(void)
{
    static const struct step steps[] = {
        {"made", "POST", "Basic", NULL, "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"b\"}}",
         201, NULL},
        {"changed", "PATCH", "Basic/c-1", "Content-Type: application/json-patch+json",
         "[{\"op\":\"add\",\"path\":\"/language\",\"value\":\"de\"}]", 200, NULL},
        {"deleted", "DELETE", "Basic/c-1", NULL, NULL, 204, NULL},
        {"back", "PUT", "Basic/c-1", NULL,
         "{\"resourceType\":\"Basic\",\"id\":\"c-1\",\"code\":{\"text\":\"b\"}}", 201, NULL},
        {"another", "PUT", "Basic/x", NULL,
         "{\"resourceType\":\"Basic\",\"id\":\"x\",\"code\":{\"text\":\"b\"}}", 201, NULL},
        {"23: newest first", "GET", "Basic/c-1/_history", NULL, NULL, 200,
         "/type = history\n/total = 4\n/link/0/url = BASE/Basic/c-1/_history\n/link/1 = (none)\n"
         "/entry/0/resource/meta/versionId = 4\n/entry/0/request/method = PUT\n"
         "/entry/0/request/url = Basic/c-1\n/entry/0/response/status = 201\n"
         "/entry/0/response/etag = W/\"4\"\n/entry/0/response/lastModified = "
         "2026-01-01T00:00:04.000Z\n"
         "/entry/1/request/method = DELETE\n/entry/1/resource = (none)\n/entry/1/response/status = "
         "204\n"
         "/entry/2/request/method = PATCH\n/entry/2/response/status = 200\n"
         "/entry/3/request/method = POST\n/entry/3/request/url = Basic\n/entry/3/response/status = "
         "201"},
        {"23: of the type", "GET", "Basic/_history", NULL, NULL, 200,
         "/total = 5\n/entry/0/resource/id = x"},
        {"23: of all", "GET", "_history?_count=1", NULL, NULL, 200,
         "/total = 16\n/link/1/relation = next"},
        {"23: since", "GET", "Basic/_history?_since=2026-01-01T00:00:04Z", NULL, NULL, 200,
         "/total = 2"},
        {"23: since, in another zone", "GET",
         "Basic/_history?_since=2026-01-01T01:00:03.500%2B01:00", NULL, NULL, 200, "/total = 2"},
        {"23: since what is no instant", "GET", "Basic/_history?_since=yesterday", NULL, NULL, 400,
         "~ _since"},
        {"23: since a day that there is not", "GET", "Basic/_history?_since=2026-02-31T00:00:00Z",
         NULL, NULL, 400, "~ _since"},
        {"23: since an hour that there is not", "GET", "Basic/_history?_since=2026-02-03T24:00:00Z",
         NULL, NULL, 400, "~ _since"},
        {"23: at a day that there is not", "GET", "Basic/_history?_at=2026-02-31", NULL, NULL, 400,
         "~ _at"},
        {"23: at a month that there is not", "GET", "Basic/_history?_at=2026-13", NULL, NULL, 400,
         "~ _at"},
        {"23: at a moment", "GET", "Basic/c-1/_history?_at=2026-01-01T00:00:02Z", NULL, NULL, 200,
         "/total = 1\n/entry/0/resource/meta/versionId = 2"},
        {"23: at one between two commits", "GET", "Basic/c-1/_history?_at=2026-01-01T00:00:02.500Z",
         NULL, NULL, 200, "/total = 1\n/entry/0/resource/meta/versionId = 2"},
        {"23: at one while it was deleted", "GET", "Basic/c-1/_history?_at=2026-01-01T00:00:03Z",
         NULL, NULL, 200, "/total = 1\n/entry/0/request/method = DELETE"},
        {"23: at one of a type", "GET", "Basic/_history?_at=2026-01-01T00:00:04.000Z", NULL, NULL,
         200, "/total = 1\n/entry/0/resource/id = c-1"},
        {"23: at the end", "GET", "Basic/_history?_at=2026-02-01", NULL, NULL, 200,
         "/total = 2\n/link/0/url = BASE/Basic/_history?_at=2026-02-01"},
        {"23: on a day", "GET", "Basic/_history?_at=2026-01-01&_count=1", NULL, NULL, 200,
         "/total = 5\n/link/1/relation = next"},
        {"23: on the day before", "GET", "Basic/_history?_at=2025-12-31", NULL, NULL, 200,
         "/total = 0"},
        {"23: in a month", "GET", "Basic/_history?_at=2026-01", NULL, NULL, 200, "/total = 5"},
        {"23: in December", "GET", "_history?_at=2025-12", NULL, NULL, 200, "/total = 0"},
        {"23: in a year", "GET", "Basic/_history?_at=2026", NULL, NULL, 200, "/total = 5"},
        {"23: at what is no time", "GET", "Basic/_history?_at=now", NULL, NULL, 400, "~ _at"},
        {"23: a page that is none", "GET", "Basic/_history?_page=99.1", NULL, NULL, 400, "~ _page"},
        {"23: of nothing", "GET", "Basic/eve/_history", NULL, NULL, 404,
         "/issue/0/code = not-found"},
        {"23: of a type without any", "GET", "Goal/_history", NULL, NULL, 200, "/total = 0"},
    };

    RUN_STEPS(CHART, steps);
}

static CU_TestInfo tests[] = {
    {"row 24: parameters choose", parameters_choose},
    {"row 24: searches see commits at once", searches_see_commits_at_once},
    {"rows 23, 24: pages are stable", pages_are_stable},
    {"row 23: histories", histories},
    CU_TEST_INFO_NULL,
};

SUITE("search", tests)
