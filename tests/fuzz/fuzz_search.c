/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_search - any line of query searches the type that the first byte chooses, on a small chart,
 * and what is behind it makes the condition of a create: the answer is a Bundle that is JSON or a
 * 400, its total is not less than its matches, and its self link gives the same matches again.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/exchange.h"
#include "simulator/interact.h"
#include "simulator/sim.h"
#include "simulator/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define BASE "http://h/fhir"
static const char text[] =
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"system\":\"urn:x\",\"value\":"
    "\"1\"}],\"name\":[{\"family\":\"M\xC3\xBCller\",\"given\":[\"Ada\"]}],\"birthDate\":"
    "\"1980-02-29\",\"telecom\":[{\"system\":\"phone\",\"value\":\"5\"}],\"active\":true},"
    "{\"resourceType\":\"Patient\",\"id\":\"bob\",\"gender\":\"male\"},"
    "{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\",\"subject\":{"
    "\"reference\":"
    "\"Patient/ada\"},\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"9\"}]},"
    "\"valueQuantity\":{\"value\":5.4,\"code\":\"mg\"},\"effectivePeriod\":{\"start\":\"2013\"}},"
    "{\"resourceType\":\"RiskAssessment\",\"id\":\"r\",\"prediction\":[{\"probabilityDecimal\":"
    "0.8}]},"
    "{\"resourceType\":\"ValueSet\",\"id\":\"v\",\"url\":\"http://x/1\"}]";
static const char *const types[] = {"Patient", "Observation", "RiskAssessment", "ValueSet", NULL};

static const struct sim_chart *chart_once(void)
{
    static struct sim_chart *chart;
    struct err err = ERR_INIT;

    if (chart)
        return chart;
    chart = sim_chart_new();
    MUST_ZERO(sim_chart_add(chart, "chart", text, sizeof(text) - 1, &err));
    MUST_ZERO(sim_chart_finish(chart, &err));
    return chart;
}

/* The Bundle, or NULL where the search was refused. */
static const struct cJSON *search(struct store *store, struct arena *arena, const char *type,
                                  const char *query)
{
    const struct exchange_request request = {.arena = arena,
                                             .base = BASE,
                                             .method = "GET",
                                             .path = type ? type : "",
                                             .query = query,
                                             .type = type,
                                             .interaction = INTERACTION_SEARCH};
    struct answer answer = {.status = 0};
    struct err err = ERR_INIT;

    interact(store, &request, NULL, &answer);
    ASSERT(answer.status == 200 || answer.status == 400);
    const struct cJSON *tree = json_parse(arena, answer.body, answer.body_size, &err);
    ASSERT(tree);
    return answer.status == 200 ? tree : NULL;
}

static void check_again(struct store *store, struct arena *arena, const char *type,
                        const struct cJSON *bundle)
{
    const char *self = json_text(json_pointer(bundle, "/link/0/url"));
    const char *mark = strchr(self, '?');
    const struct cJSON *again = search(store, arena, type, mark ? mark + 1 : "");

    ASSERT(again);
    ASSERT(json_count(json_get(again, "entry")) == json_count(json_get(bundle, "entry")));
    ASSERT(json_integer(again, "total", -1) == json_integer(bundle, "total", -1));
}

static void create_if_none(struct store *store, struct arena *arena, const char *query)
{
    static const char body[] = "{\"resourceType\":\"Patient\"}";
    const struct http_header headers[] = {{"If-None-Exist", query}, {NULL, NULL}};
    const struct exchange_request request = {.arena = arena,
                                             .base = BASE,
                                             .method = "POST",
                                             .path = "Patient",
                                             .query = "",
                                             .headers = headers,
                                             .body = body,
                                             .body_size = sizeof(body) - 1,
                                             .type = "Patient",
                                             .interaction = INTERACTION_CREATE};
    struct answer answer = {.status = 0};
    struct err err = ERR_INIT;

    interact(store, &request, NULL, &answer);
    ASSERT(answer.status == 200 || answer.status == 201 || answer.status == 400 ||
           answer.status == 412);
    ASSERT(!answer.body || json_parse(arena, answer.body, answer.body_size, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    const struct store_options options = {.chart = chart_once(), .logical_clock = true};
    struct arena *arena = arena_new();
    struct store *store = store_new(&options);
    const char *type = types[bytes[0] % COUNT_OF(types)];
    const char *query = arena_copy(arena, (const char *)bytes + 1, size - 1);

    const struct cJSON *bundle = search(store, arena, type, query);
    if (bundle)
        check_again(store, arena, type, bundle);
    if (*query)
        create_if_none(store, arena, query);
    store_free(store);
    arena_free(arena);
    return 0;
}
