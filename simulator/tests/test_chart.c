/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of charts: what may be loaded, which ids it gets, how links are resolved, how fast a run
 * starts. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/chart.h"
#include "simulator/sim.h"
#include "simulator/store.h"
#include "simulator/tests/synthea.h"
#include "tests/expect.h"

/* Adds and finishes; NULL with err filled when either fails. */
static struct sim_chart *load(const char *text, struct err *err)
{
    struct sim_chart *chart = sim_chart_new();

    *err = ERR_INIT;
    if (sim_chart_add(chart, "f.json", text, strlen(text), err) == 0 &&
        sim_chart_finish(chart, err) == 0)
        return chart;
    sim_chart_free(chart);
    return NULL;
}

static const char *content(const struct sim_chart *chart, const char *reference)
{
    const struct version *version = chart_find(chart, reference);

    return version ? version->content : "(nothing)";
}

static void resources_arrays_and_bundles_load(void)
{
    static const struct {
        const char *row, *text, *reference;
        int count;
    } rows[] = {
        {"a resource", "{\"resourceType\":\"Patient\",\"id\":\"a\"}", "Patient/a", 1},
        {"an array",
         " [{\"resourceType\":\"Patient\",\"id\":\"a\"} , "
         "{\"resourceType\":\"Basic\",\"id\":\"b\"}]",
         "Basic/b", 2},
        {"a Bundle",
         "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":"
         "{\"resourceType\":\"Patient\",\"id\":\"a\"}}]}",
         "Patient/a", 1},
        {"an id from the fullUrl",
         "{\"resourceType\":\"Bundle\",\"entry\":[{\"fullUrl\":\"urn:uuid:0f-1\",\"resource\":"
         "{\"resourceType\":\"Patient\"}}]}",
         "Patient/0f-1", 1},
        {"an id before the fullUrl",
         "{\"resourceType\":\"Bundle\",\"entry\":[{\"fullUrl\":\"urn:uuid:0f-1\",\"resource\":"
         "{\"resourceType\":\"Patient\",\"id\":\"a\"}}]}",
         "Patient/a", 1},
        {"a byte order mark",
         "\xef\xbb\xbf "
         "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\","
         "\"id\":\"a\"}}]}",
         "Patient/a", 1},
        {"an empty Bundle", "{\"resourceType\":\"Bundle\"}", NULL, 0},
        {"an empty array", "[]", NULL, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;
        struct sim_chart *chart = load(rows[i].text, &err);

        EXPECT_STR(rows[i].row, err.text, "");
        if (!chart)
            continue;
        EXPECT_INT(rows[i].row, (long long)sim_chart_count(chart), rows[i].count);
        if (rows[i].reference)
            EXPECT_HAS(rows[i].row, content(chart, rows[i].reference), "\"versionId\":\"1\"");
        sim_chart_free(chart);
    }
}

static void links_are_resolved(void)
{
    static const char text[] =
        "{\"resourceType\":\"Bundle\",\"entry\":["
        "{\"fullUrl\":\"urn:uuid:11111111-1111-1111-1111-111111111111\",\"resource\":"
        "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"system\":\"urn:x\","
        "\"value\":\"1\"},"
        "{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:22222222-2222-2222-2222-"
        "222222222222\"}]}},"
        "{\"fullUrl\":\"urn:uuid:22222222-2222-2222-2222-222222222222\",\"resource\":"
        "{\"resourceType\":\"Condition\",\"text\":{\"div\":\"<a "
        "href=\\\"urn:uuid:11111111-1111-1111-1111-"
        "111111111111\\\">x</a>\"},"
        "\"subject\":{\"reference\": \"urn:uuid:11111111-1111-1111-1111-111111111111\"},"
        "\"asserter\":{\"reference\":\"Patient?identifier=urn:x|1\"},"
        "\"onsetAge\":{\"value\":1.50}}}]}";
    struct err err;
    struct sim_chart *chart = load(text, &err);

    EXPECT_STR("loads", err.text, "");
    if (!chart)
        return;
    const char *condition = content(chart, "Condition/22222222-2222-2222-2222-222222222222");
    EXPECT_HAS("urn", condition, "\"subject\":{\"reference\": \"Patient/ada\"}");
    EXPECT_HAS("conditional", condition, "\"asserter\":{\"reference\":\"Patient/ada\"}");
    EXPECT_HAS("narrative", condition, "href=\\\"Patient/ada\\\">");
    EXPECT_HAS("numbers keep their text", condition, "\"value\":1.50");
    EXPECT_HAS("an identifier is no link", content(chart, "Patient/ada"),
               "\"value\":\"urn:uuid:22222222-2222-2222-2222-222222222222\"");
    sim_chart_free(chart);
}

static void bad_charts_are_refused_in_one_line(void)
{
    static const struct {
        const char *row, *text, *want;
    } rows[] = {
        {"truncated", "{\"resourceType\":", "f.json: "},
        {"not UTF-8", "{\"resourceType\":\"Patient\",\"id\":\"a\",\"x\":\"\xff\"}", "f.json: "},
        {"a member twice", "{\"resourceType\":\"Patient\",\"id\":\"a\",\"id\":\"b\"}", "f.json: "},
        {"no resource", "[{\"resourceType\":\"Patient\",\"id\":\"a\"},5]",
         "f.json: line 1, column 38, at /1: "},
        {"an unknown type", "{\"resourceType\":\"Patiens\",\"id\":\"a\"}",
         "f.json: line 1, column 1: /resourceType: Patiens"},
        {"no id", "[{\"resourceType\":\"Patient\"}]",
         "f.json: line 1, column 2, at /0: the Patient has neither an id"},
        {"a bad id", "{\"resourceType\":\"Patient\",\"id\":\"a b\"}", "/id"},
        {"an entry without resource", "{\"resourceType\":\"Bundle\",\"entry\":[{}]}",
         "line 1, column 35, at /entry/0: "},
        {"the same twice",
         "[{\"resourceType\":\"Patient\",\"id\":\"a\"},{\"resourceType\":\"Patient\",\"id\":\"a\"}"
         "]",
         "at /1: Patient/a is in the chart already (f.json: line 1, column 2, at /0)"},
        {"a reference to nobody",
         "{\"resourceType\":\"Condition\",\"id\":\"a\",\"subject\":{\"reference\":\"Patient?"
         "identifier=x\"}}",
         "Patient?identifier=x: one match was expected, there are 0"},
        {"a reference by what is not offered",
         "{\"resourceType\":\"Condition\",\"id\":\"a\",\"subject\":{\"reference\":\"Patient?colour="
         "x\"}}",
         "Patient?colour=x: "},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;
        struct sim_chart *chart = load(rows[i].text, &err);

        EXPECT_TRUE(rows[i].row, !chart);
        EXPECT_HAS(rows[i].row, err.text, rows[i].want);
        EXPECT_TRUE(rows[i].row, !strchr(err.text, '\n'));
        sim_chart_free(chart);
    }
}

static void a_failed_add_leaves_the_chart_as_it_was(void)
{
    static const char bad[] = "[{\"resourceType\":\"Patient\",\"id\":\"b\"},5]";
    static const char good[] = "[{\"resourceType\":\"Patient\",\"id\":\"b\"}]";
    struct sim_chart *chart = sim_chart_new();
    struct err err = ERR_INIT;

    EXPECT_INT("bad", sim_chart_add(chart, "bad", bad, strlen(bad), &err), -1);
    EXPECT_INT("nothing", (long long)sim_chart_count(chart), 0);
    EXPECT_INT("good", sim_chart_add(chart, "good", good, strlen(good), &err), 0);
    EXPECT_INT("one", (long long)sim_chart_count(chart), 1);
    sim_chart_free(chart);
}

static void synthea_loads_in_under_two_seconds(void)
{
    struct sim_chart *chart = sim_chart_new();
    struct err err = ERR_INIT;
    char *paths[SYNTHEA_FILES];

    if (!synthea_paths(paths)) {
        test_skip("../shared/data/synthea is missing");
        sim_chart_free(chart);
        return;
    }
    uint64_t began = clock_cpu_us();
    for (size_t i = 0; i < SYNTHEA_FILES; i++) {
        struct buf buf = BUF_INIT;

        EXPECT_INT(paths[i], buf_read_file(&buf, paths[i], LIMIT_JSON_BYTES, &err), 0);
        EXPECT_INT(paths[i], sim_chart_add(chart, paths[i], buf.bytes, buf.size, &err), 0);
        buf_release(&buf);
        free(paths[i]);
    }
    EXPECT_INT("finishes", sim_chart_finish(chart, &err), 0);
    EXPECT_STR("finishes", err.text, "");
    uint64_t took = clock_cpu_us() - began;
    EXPECT_TRUE("under two seconds of the processor", took < 2000000 * SYNTHEA_PATIENCE);
    EXPECT_INT("resources", (long long)sim_chart_count(chart), 1689);

    const struct store_options options = {.chart = chart, .logical_clock = true};
    began = clock_cpu_us();
    for (size_t i = 0; i < 1000; i++)
        store_free(store_new(&options));
    EXPECT_TRUE("a run starts in under 50 microseconds",
                clock_cpu_us() - began < 50000 * SYNTHEA_PATIENCE);
    sim_chart_free(chart);
}

static CU_TestInfo tests[] = {
    {"resources, arrays and Bundles load", resources_arrays_and_bundles_load},
    {"links are resolved", links_are_resolved},
    {"bad charts are refused in one line", bad_charts_are_refused_in_one_line},
    {"a failed add leaves the chart as it was", a_failed_add_leaves_the_chart_as_it_was},
    {"Synthea's files load in under two seconds", synthea_loads_in_under_two_seconds},
    CU_TEST_INFO_NULL,
};

SUITE("chart", tests)
