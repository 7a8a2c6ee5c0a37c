/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_bundle - any bytes posted to the base, as batch and as transaction, on a small chart: the
 * answer is JSON, a refused transaction leaves no version, and what is stored can be read back.
 *
 *     clang -fsanitize=fuzzer,address,undefined -std=c11 -D_GNU_SOURCE -I. tests/fuzz/fuzz_bundle.c
 *     \ simulator/{chart,exchange,index,links,parameter,route,span,store,uri}.c
 *     simulator/interact/[a-z]*.c \ fhir/[a-z]*.c base/[a-z]*.c -lcjson -lcrypto -lcurl -o
 *     /tmp/fuzz && /tmp/fuzz tests/fuzz/corpus/bundle
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/exchange.h"
#include "simulator/interact.h"
#include "simulator/sim.h"
#include "simulator/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char text[] =
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\",\"identifier\":[{\"system\":\"urn:x\",\"value\":"
    "\"1\"}]},"
    "{\"resourceType\":\"Patient\",\"id\":\"bob\",\"active\":true},"
    "{\"resourceType\":\"List\",\"id\":\"l\",\"subject\":{\"reference\":\"Patient/ada\"}}]";

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

static void post(enum interaction interaction, const char *bytes, size_t size)
{
    const struct store_options options = {.chart = chart_once(), .logical_clock = true};
    struct arena *arena = arena_new();
    struct store *store = store_new(&options);
    const struct exchange_request request = {.arena = arena,
                                             .base = "http://h/fhir",
                                             .method = "POST",
                                             .path = "",
                                             .query = "",
                                             .body = bytes,
                                             .body_size = size,
                                             .interaction = interaction};
    struct answer answer = {.status = 0};
    struct err err = ERR_INIT;
    struct document document;

    interact(store, &request, NULL, &answer);
    ASSERT(answer.status == 200 || answer.status >= 400);
    ASSERT(json_parse(arena, answer.body, answer.body_size, &err));
    ASSERT(answer.status == 200 || store_count(store) == sim_chart_count(options.chart));
    for (size_t i = 0; i < store_count(store); i++) {
        const struct version *version = store_at(store, i);

        if (version->is_deletion)
            continue;
        MUST_ZERO(document_read(&document, arena, version->content, version->size, &err));
        ASSERT(strcmp(document.id, version->id) == 0 && strcmp(document.type, version->type) == 0);
    }
    store_free(store);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    post(INTERACTION_TRANSACTION, (const char *)bytes, size);
    post(INTERACTION_BATCH, (const char *)bytes, size);
    return 0;
}
