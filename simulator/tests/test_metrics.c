/* SPDX-License-Identifier: Apache-2.0 */
/* What a stand-alone simulator counts, and that it is Prometheus text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "simulator/tests/desk.h"
#include "tests/expect.h"

static const char *metrics(struct desk *desk)
{
    return desk_steer(desk, "GET", "metrics", NULL, NULL)->body;
}

/* The value of a series by its whole name; -1: there is none. */
static long long value_of(const char *text, const char *series)
{
    const size_t size = strlen(series);

    for (const char *at = text; *at; at += strcspn(at, "\n") + 1) {
        if (strncmp(at, series, size) == 0 && at[size] == ' ')
            return atoll(at + size);
    }
    return -1;
}

static void what_happens_is_counted(void)
{
    static const struct {
        const char *series;
        long long want;
    } rows[] = {
        {"fhirsim_requests_total{interaction=\"read\"}", 2},
        {"fhirsim_requests_total{interaction=\"update\"}", 1},
        {"fhirsim_replies_total{interaction=\"read\",status=\"200\"}", 1},
        {"fhirsim_replies_total{interaction=\"read\",status=\"404\"}", 1},
        {"fhirsim_replies_total{interaction=\"update\",status=\"200\"}", -1},
        {"fhirsim_commits_total", 2},
        {"fhirsim_edits_total", 1},
        {"fhirsim_faults_total{fault=\"reset-after\"}", 1},
        {"fhirsim_hung_up_total", 0},
        {"fhirsim_held", 0},
        {"fhirsim_versions", 4},
        {"fhirsim_resources", 2},
    };
    struct desk desk;

    desk_open(&desk, NULL);
    struct wire *wire = &desk.wire;
    wire_call(wire, "GET", "Patient/ada", NULL, NULL);
    wire_call(wire, "GET", "Patient/eve", NULL, NULL);
    desk_steer(&desk, "POST", "faults", NULL, "{\"fault\":\"reset-after\"}");
    desk_seen(&desk, desk_start(&desk, "PUT", "Patient/ada", NULL,
                                "{\"resourceType\":\"Patient\",\"id\":\"ada\"}", 0));
    desk_steer(&desk, "POST", "edits", NULL,
               "{\"method\":\"DELETE\",\"target\":\"Observation/pulse\"}");
    const char *text = metrics(&desk);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_INT(rows[i].series, value_of(text, rows[i].series), rows[i].want);
    EXPECT_INT("entries", value_of(text, "fhirsim_journal_entries_total"),
               (long long)sim_journal_count(wire->sim));
    EXPECT_TRUE("bytes", value_of(text, "fhirsim_store_bytes") > 0);
    EXPECT_TRUE("connections", value_of(text, "fhirsim_connections") >= 1);
    desk_close(&desk);
}

static void counters_go_on_over_a_reset(void)
{
    struct desk desk;

    desk_open(&desk, NULL);
    wire_call(&desk.wire, "PUT", "Patient/ada", NULL,
              "{\"resourceType\":\"Patient\",\"id\":\"ada\"}");
    desk_steer(&desk, "POST", "reset", NULL, NULL);
    wire_call(&desk.wire, "PUT", "Patient/ada", NULL,
              "{\"resourceType\":\"Patient\",\"id\":\"ada\"}");
    const char *text = metrics(&desk);
    EXPECT_INT("commits", value_of(text, "fhirsim_commits_total"), 2);
    EXPECT_INT("requests", value_of(text, "fhirsim_requests_total{interaction=\"update\"}"), 2);
    EXPECT_INT("a gauge is of now", value_of(text, "fhirsim_versions"), 3);
    desk_close(&desk);
}

/* Each family: HELP, TYPE, then its series and no other's; names and values are well formed. */
static void it_is_prometheus_text(void)
{
    struct desk desk;
    char *rest = NULL;
    const char *name = "", *type = "";

    desk_open(&desk, NULL);
    wire_call(&desk.wire, "GET", "Patient/ada", NULL, NULL);
    const struct http_reply *reply = desk_steer(&desk, "GET", "metrics", NULL, NULL);
    EXPECT_HAS("type", wire_header(reply, "Content-Type"), "text/plain; version=0.0.4");
    char *text = arena_strdup(desk.wire.arena, reply->body);
    EXPECT_TRUE("ends with a newline", text[strlen(text) - 1] == '\n');
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const size_t size = strcspn(line, "{ ");

        if (strncmp(line, "# HELP ", 7) == 0) {
            name = arena_copy(desk.wire.arena, line + 7, strcspn(line + 7, " "));
            continue;
        }
        if (strncmp(line, "# TYPE ", 7) == 0) {
            type = line + 7 + strlen(name) + 1;
            EXPECT_HAS(line, line, name);
            EXPECT_TRUE(line, strcmp(type, "counter") == 0 || strcmp(type, "gauge") == 0);
            EXPECT_INT(line, strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_total") == 0,
                       strcmp(type, "counter") == 0);
            continue;
        }
        EXPECT_STR(line, arena_copy(desk.wire.arena, line, size), name);
        EXPECT_TRUE(line, isdigit((unsigned char)strrchr(line, ' ')[1]));
    }
    desk_close(&desk);
}

static CU_TestInfo tests[] = {
    {"what happens is counted", what_happens_is_counted},
    {"counters go on over a reset", counters_go_on_over_a_reset},
    {"it is Prometheus text", it_is_prometheus_text},
    CU_TEST_INFO_NULL,
};

SUITE("metrics", tests)
