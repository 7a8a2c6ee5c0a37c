/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the store: versions, order of commits, transactions, ids and clock. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "fhir/document.h"
#include "simulator/index.h"
#include "simulator/sim.h"
#include "simulator/store.h"
#include "tests/expect.h"

static char told[512]; /* what `committed` was called for, as "Type/id@label " */

static void tell(void *arg, const struct version *version)
{
    size_t size = strlen(told);

    (void)arg;
    snprintf(told + size, sizeof(told) - size, "%s@%s ", version->reference, version->label);
}

static struct store *open_store(const struct sim_chart *chart)
{
    const struct store_options options = {.chart = chart, .logical_clock = true, .committed = tell};

    told[0] = '\0';
    return store_new(&options);
}

static const struct version *put(struct store *store, const char *type, const char *id,
                                 const char *text)
{
    struct arena *arena = arena_new();
    struct document document;
    struct err err = ERR_INIT;

    MUST_ZERO(document_read(&document, arena, text, strlen(text), &err));
    const struct version *version = store_put(store, "PUT", type, id, &document);
    arena_free(arena);
    return version;
}

static struct sim_chart *chart_of(const char *text)
{
    struct sim_chart *chart = sim_chart_new();
    struct err err = ERR_INIT;

    MUST_ZERO(sim_chart_add(chart, "test", text, strlen(text), &err));
    MUST_ZERO(sim_chart_finish(chart, &err));
    return chart;
}

static void bytes_are_kept_but_for_id_and_meta(void)
{
    struct store *store = open_store(NULL);
    const struct version *version =
        put(store, "Observation", "o",
            "{ \"resourceType\": \"Observation\", \"valueQuantity\": {\"value\": 2.50, "
            "\"unit\": \"mg\\/l\"}, \"x\":1e400 }");

    EXPECT_HAS("number and escape", version->content, "{\"value\": 2.50, \"unit\": \"mg\\/l\"}");
    EXPECT_HAS("large number", version->content, "\"x\":1e400");
    EXPECT_HAS("id", version->content, "\"id\":\"o\"");
    EXPECT_HAS("meta", version->content,
               "\"versionId\":\"1\",\"lastUpdated\":\"2026-01-01T00:00:01.000Z\"");
    EXPECT_STR("etag", version->etag, "W/\"1\"");
    EXPECT_STR("date", version->modified, "Thu, 01 Jan 2026 00:00:01 GMT");
    store_free(store);
}

static void versions_follow_each_other(void)
{
    struct store *store = open_store(NULL);
    const struct version *one = put(store, "Patient", "a", "{\"resourceType\":\"Patient\"}");
    const struct version *two =
        put(store, "Patient", "a", "{\"resourceType\":\"Patient\",\"active\":true}");
    const struct version *three = store_put(store, "DELETE", "Patient", "a", NULL);
    const struct version *four = put(store, "Patient", "a", "{\"resourceType\":\"Patient\"}");

    EXPECT_TRUE("previous", two->previous == one && three->previous == two);
    EXPECT_TRUE("deletion", three->is_deletion && !three->content);
    EXPECT_STR("history continues", four->label, "4");
    EXPECT_TRUE("current", store_current(store, "Patient", "a") == four);
    EXPECT_TRUE("by label", store_version(store, "Patient", "a", "2") == two);
    EXPECT_TRUE("unknown label", !store_version(store, "Patient", "a", "5"));
    EXPECT_TRUE("unknown id", !store_current(store, "Patient", "b"));
    EXPECT_INT("commits", four->commit, 4);
    EXPECT_STR("told in order", told, "Patient/a@1 Patient/a@2 Patient/a@3 Patient/a@4 ");
    store_free(store);
}

static void rollback_leaves_no_trace(void)
{
    struct sim_chart *chart = chart_of("[{\"resourceType\":\"Patient\",\"id\":\"a\"},"
                                       "{\"resourceType\":\"Patient\",\"id\":\"b\"}]");
    struct store *store = open_store(chart);

    put(store, "Patient", "b", "{\"resourceType\":\"Patient\"}");
    store_begin(store);
    put(store, "Patient", "a", "{\"resourceType\":\"Patient\"}");
    put(store, "Patient", "b", "{\"resourceType\":\"Patient\"}");
    put(store, "Patient", "new", "{\"resourceType\":\"Patient\"}");
    store_rollback(store);
    EXPECT_STR("loaded", store_current(store, "Patient", "a")->label, "1");
    EXPECT_STR("written before", store_current(store, "Patient", "b")->label, "2");
    EXPECT_TRUE("never was", !store_current(store, "Patient", "new"));
    EXPECT_INT("versions", (long long)store_count(store), 3);
    EXPECT_STR("told", told, "Patient/b@2 ");
    store_begin(store);
    EXPECT_STR("numbers go on",
               put(store, "Patient", "new", "{\"resourceType\":\"Patient\"}")->label, "1");
    store_commit(store);
    EXPECT_STR("told at the commit", told, "Patient/b@2 Patient/new@1 ");
    EXPECT_INT("commit", store_current(store, "Patient", "new")->commit, 2);
    store_free(store);
    sim_chart_free(chart);
}

static void stores_on_a_chart_do_not_see_each_other(void)
{
    struct sim_chart *chart = chart_of("{\"resourceType\":\"Patient\",\"id\":\"a\"}");
    struct store *one = open_store(chart), *other = open_store(chart);

    put(one, "Patient", "a", "{\"resourceType\":\"Patient\",\"active\":true}");
    EXPECT_STR("one", store_current(one, "Patient", "a")->label, "2");
    EXPECT_STR("other", store_current(other, "Patient", "a")->label, "1");
    EXPECT_TRUE("bytes are shared",
                store_current(other, "Patient", "a")->content == store_at(one, 0)->content);
    store_free(one);
    store_free(other);
    sim_chart_free(chart);
}

static void ids_start_anew_and_are_never_in_use(void)
{
    struct sim_chart *chart = chart_of("{\"resourceType\":\"Patient\",\"id\":\"c-2\"}");
    struct arena *arena = arena_new();

    for (int run = 0; run < 2; run++) {
        struct store *store = open_store(chart);

        EXPECT_STR("first", store_new_id(store, arena, "Patient"), "c-1");
        EXPECT_STR("not the chart's", store_new_id(store, arena, "Patient"), "c-3");
        store_free(store);
    }
    arena_free(arena);
    sim_chart_free(chart);
}

static void lookup_finds_loaded_and_written_once(void)
{
    struct sim_chart *chart =
        chart_of("{\"resourceType\":\"Patient\",\"id\":\"a\",\"identifier\":[{\"value\":\"x\"}]}");
    struct arena *arena = arena_new();
    struct store *store = open_store(chart);
    static const char text[] = "{\"resourceType\":\"Patient\",\"identifier\":[{\"value\":\"x\"}]}";
    size_t *serials = NULL;

    put(store, "Patient", "b", text);
    put(store, "Patient", "a", text);
    put(store, "Patient", "b", text);
    EXPECT_INT(
        "resources",
        (long long)store_lookup(store, arena, index_key_identifier("Patient", "x"), &serials), 2);
    EXPECT_STR("first", store_by_serial(store, serials[0])->reference, "Patient/a");
    EXPECT_STR("second", store_by_serial(store, serials[1])->reference, "Patient/b");
    EXPECT_INT(
        "nothing",
        (long long)store_lookup(store, arena, index_key_identifier("Patient", "y"), &serials), 0);
    store_free(store);
    arena_free(arena);
    sim_chart_free(chart);
}

static void wall_time_never_runs_backwards(void)
{
    const struct store_options options = {.chart = NULL};
    struct store *store = store_new(&options);
    const struct version *one = put(store, "Patient", "a", "{\"resourceType\":\"Patient\"}");
    const struct version *two = put(store, "Patient", "a", "{\"resourceType\":\"Patient\"}");

    EXPECT_TRUE("order", two->updated_ms >= one->updated_ms && one->updated_ms > 0);
    store_free(store);
}

static void forget(void *arg, const struct version *version)
{
    (void)arg, (void)version;
}

/* What was taken back leaves the chart's version current, and the chart may go before the store does. */
static void a_store_outlives_its_chart(void)
{
    struct sim_chart *chart = chart_of("{\"resourceType\":\"Patient\",\"id\":\"a\"}");
    struct store *store = open_store(chart);

    put(store, "Patient", "a", "{\"resourceType\":\"Patient\"}");
    store_undo(store, &(struct store_undo){.first = 1, .gone = forget});
    EXPECT_INT("commits left", (long long)store_current(store, "Patient", "a")->commit, 0);
    sim_chart_free(chart);
    store_free(store); /* reads nothing of it: for memcheck and ASan */
}

static CU_TestInfo tests[] = {
    {"bytes are kept but for id and meta", bytes_are_kept_but_for_id_and_meta},
    {"versions follow each other", versions_follow_each_other},
    {"rollback leaves no trace", rollback_leaves_no_trace},
    {"stores on a chart do not see each other", stores_on_a_chart_do_not_see_each_other},
    {"ids start anew and are never in use", ids_start_anew_and_are_never_in_use},
    {"lookup finds loaded and written once", lookup_finds_loaded_and_written_once},
    {"wall time never runs backwards", wall_time_never_runs_backwards},
    {"a store outlives its chart", a_store_outlives_its_chart},
    CU_TEST_INFO_NULL,
};

SUITE("store", tests)
