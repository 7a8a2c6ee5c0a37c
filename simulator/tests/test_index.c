/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the index: it proposes what bears a key now and no more, whatever was written before; and
 * searches by what it knows look at nothing else.
 */
#include "simulator/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "fhir/document.h"
#include "simulator/interact/criterion.h"
#include "simulator/sim.h"
#include "simulator/store.h"
#include "tests/expect.h"

/* Writes an Observation with an identifier, about Patient/p`patient`. */
static const struct version *put(struct store *store, struct arena *arena, const char *id,
                                 unsigned number, unsigned patient)
{
    struct document document;
    struct err err = ERR_INIT;
    const char *text = arena_printf(
        arena,
        "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"identifier\":[{\"system\":\"urn:x\","
        "\"value\":\"%u\"}],\"subject\":{\"reference\":\"Patient/p%u\"}}",
        id, number, patient);

    MUST_ZERO(document_read(&document, arena, text, strlen(text), &err));
    return store_put(store, "PUT", "Observation", id, &document);
}

static long long looked_at(struct store *store, struct arena *arena, const char *name,
                           const char *value, size_t *out_found)
{
    struct scope scope = scope_past(store, arena, "http://h/fhir", 0);
    const struct version **matches = NULL;
    struct criterion criterion;
    struct err err = ERR_INIT;

    EXPECT_INT(name, criterion_read(&criterion, &scope, "Observation", name, value, &err), FIT);
    *out_found = match_find(&scope, "Observation", &criterion, 1, &matches);
    return (long long)scope.looked;
}

#define MANY 1000
static void indexed_searches_look_at_matches_alone(void)
{
    static const struct {
        const char *name, *value;
        long long looked, found;
    } rows[] = {
        {"identifier", "urn:x|500", 1, 1},   {"identifier", "500", 1, 1},
        {"identifier", "urn:y|500", 1, 0},   {"identifier", "1,2,3", 3, 3},
        {"identifier", "none", 0, 0},        {"_id", "o7", 1, 1},
        {"subject", "Patient/p7", 10, 10},   {"patient", "p7", 10, 10},
        {"encounter", "Encounter/p7", 0, 0}, {"subject", "http://h/fhir/Patient/p7", 10, 10},
        {"code", "none", MANY, 0},
    };
    const struct store_options options = {.logical_clock = true};
    struct arena *arena = arena_new();
    struct store *store = store_new(&options);
    size_t found = 0;

    for (unsigned i = 0; i < MANY; i++)
        put(store, arena, arena_printf(arena, "o%u", i), i, i % (MANY / 10));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *row = arena_printf(arena, "%s=%s", rows[i].name, rows[i].value);

        EXPECT_INT(row, looked_at(store, arena, rows[i].name, rows[i].value, &found),
                   rows[i].looked);
        EXPECT_INT(row, (long long)found, rows[i].found);
    }
    store_free(store);
    arena_free(arena);
}

static long long under(struct store *store, struct arena *arena, uint64_t key)
{
    size_t *serials = NULL;

    return (long long)store_lookup(store, arena, key, &serials);
}

static void keys_go_with_their_versions(void)
{
    const struct store_options options = {.logical_clock = true};
    struct arena *arena = arena_new();
    struct store *store = store_new(&options);
    const uint64_t type = index_key_type("Observation");
    const uint64_t one = index_key_identifier("Observation", "1");
    const uint64_t two = index_key_identifier("Observation", "2");

    put(store, arena, "a", 1, 0);
    put(store, arena, "a", 2, 0);
    EXPECT_INT("left", under(store, arena, one), 0);
    EXPECT_INT("taken", under(store, arena, two), 1);
    store_begin(store);
    put(store, arena, "a", 1, 0);
    put(store, arena, "b", 2, 0);
    EXPECT_INT("within a transaction both", under(store, arena, one), 1);
    EXPECT_INT("and the former", under(store, arena, two), 2);
    store_rollback(store);
    EXPECT_INT("rolled back", under(store, arena, one), 0);
    EXPECT_INT("and as before", under(store, arena, two), 1);
    EXPECT_INT("one of the type", under(store, arena, type), 1);
    store_begin(store);
    put(store, arena, "a", 1, 0);
    put(store, arena, "b", 2, 0);
    store_commit(store);
    EXPECT_INT("committed", under(store, arena, one), 1);
    EXPECT_INT("the other's", under(store, arena, two), 1);
    store_begin(store);
    put(store, arena, "a", 3, 0);
    put(store, arena, "a", 1, 0);
    store_rollback(store);
    EXPECT_INT("twice and rolled back", under(store, arena, one), 1);
    store_begin(store);
    put(store, arena, "a", 3, 0);
    put(store, arena, "a", 1, 0);
    store_commit(store);
    EXPECT_INT("away and back in one transaction", under(store, arena, one), 1);
    store_put(store, "DELETE", "Observation", "b", NULL);
    EXPECT_INT("deleted", under(store, arena, two), 0);
    EXPECT_INT("and none of the type", under(store, arena, type), 1);
    put(store, arena, "b", 2, 0);
    EXPECT_INT("revived", under(store, arena, two), 1);
    EXPECT_INT("and of the type again", under(store, arena, type), 2);
    store_free(store);
    arena_free(arena);
}

/* One resource, written again and again under other keys, takes no more of the index. */
static void writing_again_takes_no_more_memory(void)
{
    struct index *index = index_new();
    struct arena *arena = arena_new();
    struct store *store = store_new(&(struct store_options){.logical_clock = true});
    struct index_keys *before = NULL;
    size_t early = 0;

    for (unsigned i = 0; i < MANY; i++) {
        const struct version *now = put(store, arena, "a", i, i);
        struct index_keys *keys = index_keys_of(now->type, version_tree(now));

        index_put(index, now->serial, keys);
        index_drop(index, now->serial, before, keys);
        free(before);
        before = keys;
        early = i == MANY / 2 ? index_bytes(index) : early;
    }
    free(before);
    EXPECT_INT("bytes", (long long)index_bytes(index), (long long)early);
    store_free(store);
    index_free(index);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"indexed searches look at matches alone", indexed_searches_look_at_matches_alone},
    {"keys go with their versions", keys_go_with_their_versions},
    {"writing again takes no more memory", writing_again_takes_no_more_memory},
    CU_TEST_INFO_NULL,
};

SUITE("index", tests)
