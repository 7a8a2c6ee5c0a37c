/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what a personality does over several requests: two creates at once, versions in a row,
 * and what /metadata says of it all. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/tests/rig.h"
#include "tests/expect.h"

/* ---- two conditional creates at once ---- */

#define TWIN                                                                                       \
    "{\"resourceType\":\"Patient\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"7\"}]}"
#define IF_NONE "If-None-Exist: identifier=urn:x|7\n"

static const char *created(struct rig *rig, struct http_pending *pending, uint64_t number)
{
    struct err err = ERR_INIT;

    if (sim_pass(rig->sim, number, NULL, &err))
        BUG("%s", err.text);
    return rig_seen(rig, rig_until_done(rig, pending));
}

/* Both arrive before one is applied, then a third comes. */
static const char *three_creates(struct rig *rig)
{
    uint64_t first = 0, second = 0, third = 0;
    struct http_pending *a = rig_start_held(rig, "POST", "Patient", IF_NONE, TWIN, &first);
    struct http_pending *b = rig_start_held(rig, "POST", "Patient", IF_NONE, TWIN, &second);
    const char *seen_a = created(rig, a, first), *seen_b = created(rig, b, second);
    struct http_pending *c = rig_start_held(rig, "POST", "Patient", IF_NONE, TWIN, &third);

    return arena_printf(rig->arena, "%s %s %s", seen_a, seen_b, created(rig, c, third));
}

static void two_creates_at_once(void)
{
    static const struct {
        const char *who, *want;
    } rows[] = {{"epic-like", "201 201 201"}, {"oracle-health", "400 400 400"},
                {"nhs-pds", "202 202 202"},   {"hapi-racy", "201 201 412"},
                {"azure", "201 201 412"},     {"linuxforhealth", "201 201 412"}};

    for (const char *const *name = sim_personalities(); *name; name++) {
        const struct sim_options options = {
            .hold_all = true, .logical_clock = true, .personality = *name};
        const char *want = "201 200 200";
        struct rig rig;

        for (size_t i = 0; i < COUNT_OF(rows); i++)
            want = strcmp(rows[i].who, *name) == 0 ? rows[i].want : want;
        rig_open_with(&rig, &options);
        EXPECT_STR(*name, three_creates(&rig), want);
        rig_close(&rig);
    }
}

/* ---- two updates at once ---- */

/* Both arrive before one is applied, then a third comes. */
static const char *three_updates(struct rig *rig, const char *method, const char *body)
{
    uint64_t first = 0, second = 0, third = 0;
    const char *target = "Patient/ada", *own = "{\"resourceType\":\"Patient\",\"id\":\"ada\"}";
    struct http_pending *a = rig_start_held(rig, "PUT", target, NULL, own, &first);
    struct http_pending *b = rig_start_held(rig, method, target, NULL, body, &second);
    const char *seen_a = created(rig, a, first), *seen_b = created(rig, b, second);
    struct http_pending *c = rig_start_held(rig, "PUT", target, NULL, own, &third);

    return arena_printf(rig->arena, "%s %s %s", seen_a, seen_b, created(rig, c, third));
}

static void two_updates_at_once(void)
{
    static const struct {
        const char *method, *body, *clash_409, *clash_412, *none;
    } ways[] = {
        {"PUT", "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"active\":true}", "200 409 200",
         "200 412 200", "200 200 200"},
        {"DELETE", NULL, "200 409 200", "200 412 200", "200 204 201"},
    };

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        static const char *const names[] = {"r4",      "hapi",   "hapi-racy", "linuxforhealth",
                                            "medplum", "aidbox", "azure"};

        for (size_t k = 0; k < COUNT_OF(names); k++) {
            const struct sim_options options = {
                .hold_all = true, .logical_clock = true, .personality = names[k]};
            const char *want = ways[i].clash_409;
            struct rig rig;

            if (strcmp(names[k], "r4") == 0 || strcmp(names[k], "azure") == 0)
                want = ways[i].none;
            if (strcmp(names[k], "aidbox") == 0)
                want = ways[i].clash_412;
            rig_open_with(&rig, &options);
            EXPECT_STR(names[k], three_updates(&rig, ways[i].method, ways[i].body), want);
            rig_close(&rig);
        }
    }
}

/* ---- versions in a row ---- */

static void open_passing(struct rig *rig, const char *name)
{
    rig_open_with(rig, &(struct sim_options){.logical_clock = true, .personality = name});
}

static const struct http_reply *call(struct rig *rig, const char *method, const char *url,
                                     const char *headers, const char *body)
{
    return rig_until_done(rig, rig_start(rig, method, url, headers, body));
}

static void numbers_have_gaps_where_the_file_says_so(void)
{
    static const char *const names[] = {"r4", "blaze", "aidbox"};
    static const bool has_gaps[] = {false, false, true};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct rig rig;
        long before = 0;
        bool has_gap = false;

        open_passing(&rig, names[i]);
        for (int turn = 0; turn < 20; turn++) {
            const char *body = arena_printf(
                rig.arena,
                "{\"resourceType\":\"Patient\",\"id\":\"eve\",\"multipleBirthInteger\":%d}", turn);
            const struct http_reply *reply = call(&rig, "PUT", "Patient/eve", NULL, body);
            const long version = strtol(rig_body(&rig, reply, "/meta/versionId"), NULL, 10);

            EXPECT_TRUE(names[i], version > before);
            has_gap |= turn > 0 && version > before + 1;
            before = version;
        }
        EXPECT_TRUE(names[i], has_gap == has_gaps[i]);
        rig_close(&rig);
    }
}

/* ---- asynchronous writes ---- */

static const char *polled(struct rig *rig, const struct http_reply *reply)
{
    const char *url = http_reply_header(reply, "Content-Location");
    const size_t base = strlen(sim_url(rig->sim)) + 1;
    const struct http_reply *result = reply;

    while (url && result->status == 202)
        result = call(rig, "GET", url + base, NULL, NULL);
    return rig_seen(rig, result);
}

static void a_conflict_comes_at_the_poll(void)
{
    static const char body[] = "{\"resourceType\":\"Patient\",\"id\":\"ada\"}";

    for (const char *const *name = sim_personalities(); *name; name++) {
        const bool is_async = strcmp(*name, "nhs-pds") == 0;
        const struct http_reply *reply = NULL;
        struct rig rig;

        open_passing(&rig, *name);
        reply = call(&rig, "PUT", "Patient/ada", "If-Match: W/\"9\"\n", body);
        EXPECT_TRUE(*name, (reply->status == 202) == is_async);
        if (is_async)
            EXPECT_STR(*name, polled(&rig, reply), "409");
        rig_close(&rig);
    }
}

static CU_TestInfo tests[] = {
    {"two creates at once", two_creates_at_once},
    {"two updates at once", two_updates_at_once},
    {"a conflict comes at the poll", a_conflict_comes_at_the_poll},
    {"numbers have gaps where the file says so", numbers_have_gaps_where_the_file_says_so},
    CU_TEST_INFO_NULL,
};

SUITE("personality-runs", tests)
