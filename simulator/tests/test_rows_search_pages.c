/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests over HTTP of the pages of a search, row 24: every page is of the moment of the first, whatever
 * is written between two of them.
 */
#include <string.h>

#include "base/arena.h"
#include "simulator/tests/steps.h"
#include "tests/expect.h"

#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"a\",\"birthDate\":\"1950\"},"                         \
    "{\"resourceType\":\"Patient\",\"id\":\"b\",\"birthDate\":\"1940\",\"gender\":\"male\"},"      \
    "{\"resourceType\":\"Patient\",\"id\":\"c\",\"birthDate\":\"1930\"},"                          \
    "{\"resourceType\":\"Patient\",\"id\":\"d\",\"birthDate\":\"1920\"},"                          \
    "{\"resourceType\":\"Basic\",\"id\":\"x\",\"subject\":{\"reference\":\"Patient/a\"}},"         \
    "{\"resourceType\":\"Basic\",\"id\":\"y\",\"subject\":{\"reference\":\"Patient/a\"}},"         \
    "{\"resourceType\":\"Basic\",\"id\":\"z\",\"subject\":{\"reference\":\"Patient/a\"}}]"

/* Follows `next` and does `between` after the first page; gives "a@1 b@1 | c@1", ids and versions.
 * Basic/w is written before. */
static const char *all_pages(const char *url, const struct step *between, size_t count)
{
    static const struct step before = {
        "written",
        "PUT",
        "Basic/w",
        NULL,
        "{'resourceType':'Basic','id':'w','code':{'text':'b'},'subject':{'reference':'Patient/b'}}",
        201,
        NULL};
    struct wire wire;
    const char *seen = "";
    static char result[256];

    wire_open(&wire, CHART);
    step_do(&wire, &before);
    const char *at = arena_printf(wire.arena, "%s/%s", sim_url(wire.sim), url);
    for (int page = 0; at && page < 10; page++) {
        const struct http_reply *reply = wire_call_url(&wire, "GET", at, NULL, NULL, 0);

        EXPECT_INT(url, reply->status, 200);
        seen = arena_printf(wire.arena, "%s%sof %s:", seen, page > 0 ? " | " : "",
                            wire_at(&wire, reply, "/total"));
        for (int i = 0; i < 4; i++) {
            const char *id =
                wire_at(&wire, reply, arena_printf(wire.arena, "/entry/%d/resource/id", i));
            const char *version = wire_at(
                &wire, reply, arena_printf(wire.arena, "/entry/%d/resource/meta/versionId", i));

            if (strcmp(id, "(none)") != 0)
                seen = arena_printf(wire.arena, "%s %s@%s", seen, id, version);
        }
        at = strcmp(wire_at(&wire, reply, "/link/1/relation"), "next") == 0
                 ? wire_at(&wire, reply, "/link/1/url")
                 : NULL;
        for (size_t i = 0; page == 0 && i < count; i++)
            step_do(&wire, &between[i]);
    }
    EXPECT_TRUE(url, strlen(seen) < sizeof(result));
    memcpy(result, seen, strlen(seen) + 1);
    wire_close(&wire);
    return result;
}

static void pages_are_of_one_moment(void)
{
    static const struct step deletion = {"gone", "DELETE", "Patient/a", NULL, NULL, 204, NULL};
    static const struct step later = {"gone", "DELETE", "Patient/d", NULL, NULL, 204, NULL};
    static const struct step created = {
        "new", "PUT", "Patient/e", NULL, "{'resourceType':'Patient','id':'e','birthDate':'1910'}",
        201,   NULL};
    static const struct step moved = {
        "moved", "PUT", "Patient/a", NULL, "{'resourceType':'Patient','id':'a','birthDate':'1900'}",
        200,     NULL};
    static const struct step grown = {
        "grown", "PUT", "Patient/c", NULL, "{'resourceType':'Patient','id':'c','gender':'male'}",
        200,     NULL};
    static const struct step pointing[] = {
        {"z points elsewhere", "PUT", "Basic/z", NULL,
         "{'resourceType':'Basic','id':'z','code':{'text':'b'}}", 200, NULL},
        {"y is gone", "DELETE", "Basic/y", NULL, NULL, 204, NULL},
    };
    static const struct step written[] = {
        {"w points elsewhere", "PUT", "Basic/w", NULL,
         "{'resourceType':'Basic','id':'w','code':{'text':'b'}}", 200, NULL},
    };
    static const struct {
        const char *row, *url;
        const struct step *between;
        size_t count;
        const char *want;
    } rows[] = {
        {"nothing", "Patient?_count=3", NULL, 0, "of 4: a@1 b@1 c@1 | of 4: d@1"},
        {"a match of the first page goes", "Patient?_count=2", &deletion, 1,
         "of 4: a@1 b@1 | of 4: c@1 d@1"},
        {"a match of the second goes", "Patient?_count=2", &later, 1,
         "of 4: a@1 b@1 | of 4: c@1 d@1"},
        {"another comes", "Patient?_count=2", &created, 1, "of 4: a@1 b@1 | of 4: c@1 d@1"},
        {"sorted", "Patient?_count=2&_sort=birthdate", NULL, 0, "of 4: d@1 c@1 | of 4: b@1 a@1"},
        {"sorted, and one comes before", "Patient?_count=2&_sort=birthdate", &created, 1,
         "of 4: d@1 c@1 | of 4: b@1 a@1"},
        {"sorted, and one moves to the front", "Patient?_count=2&_sort=birthdate", &moved, 1,
         "of 4: d@1 c@1 | of 4: b@1 a@1"},
        {"sorted by the last update", "Patient?_count=2&_sort=-_lastUpdated,_id", &moved, 1,
         "of 4: a@1 b@1 | of 4: c@1 d@1"},
        {"one begins to match", "Patient?_count=1&gender:missing=false", &grown, 1, "of 1: b@1"},
        {"one ceases to match", "Patient?_count=2&gender:missing=true", &grown, 1,
         "of 3: a@1 c@1 | of 3: d@1"},
        {"by the index, and two cease", "Basic?_count=1&subject=Patient/a", pointing, 2,
         "of 3: x@1 | of 3: y@1 | of 3: z@1"},
        {"pointed at, and no longer", "Patient?_count=1&_has:Basic:subject:_id=x,w", written, 1,
         "of 2: a@1 | of 2: b@1"},
        {"pointed at, by _id, and no longer", "Patient?_id=a,b&_count=1&_has:Basic:subject:_id=x,w",
         written, 1, "of 2: a@1 | of 2: b@1"},
        {"with what points at it, and no longer",
         "Patient?_id=a,b&_count=1&_revinclude=Basic:subject", written, 1,
         "of 2: a@1 x@1 y@1 z@1 | of 2: b@1 w@1"},
        {"by the index, and one ceases that was written before",
         "Basic?_count=3&subject=Patient/a,Patient/b", written, 1, "of 4: x@1 y@1 z@1 | of 4: w@1"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_STR(rows[i].row, all_pages(rows[i].url, rows[i].between, rows[i].count),
                   rows[i].want);
}

static void pages_know_their_links(void)
{
    static const struct step steps[] = {
        {"24: the next one carries the query", "GET", "Patient?_count=1&birthdate=lt1945", NULL,
         NULL, 200, "/link/1/url = BASE/Patient?_count=1&birthdate=lt1945&_page=0.1"},
        {"24: the last one has none", "GET", "Patient?_count=1&birthdate=lt1945&_page=0.2", NULL,
         NULL, 200, "/total = 3\n/entry/0/resource/id = d\n/link/1 = (none)"},
        {"24: behind the last", "GET", "Patient?_page=0.9", NULL, NULL, 200,
         "/total = 4\n/entry = (none)"},
        {"24: of a commit that never was", "GET", "Patient?_page=1.0", NULL, NULL, 400, "~ _page"},
        {"24: not by a link", "GET", "Patient?_page=2", NULL, NULL, 400, "~ _page"},
        {"24: more behind it", "GET", "Patient?_page=0.0.0", NULL, NULL, 400, "~ _page"},
    };

    RUN_STEPS(CHART, steps);
}

static CU_TestInfo tests[] = {
    {"row 24: pages are of one moment", pages_are_of_one_moment},
    {"row 24: pages know their links", pages_know_their_links},
    CU_TEST_INFO_NULL,
};

SUITE("rows_search_pages", tests)
