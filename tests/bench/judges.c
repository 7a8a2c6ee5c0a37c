/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judges - how fast evidence is judged, from memory.
 *
 * usage: judges. Evidence is made of intents that each change a resource of their own: submitted, read, written under a
 * guard (every other one the whole resource), committed, viewed; then a nurse writes as well. Everything is in order, so every judge looks at all of it and
 * passes. Facts are made anew for each round, as nothing that one round learned may help the next. CPU time; of several
 * rounds the quarter from the fastest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/evidence.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "tests/bench/timing.h"

#define ROUNDS     21
#define PER_INTENT 10 /* entries; one commit of the engine's among them, and one of the nurse's */

/* What only compares numbers and labels, and what compares content. */
static const char *const by_order[] = {
    "source-order",    "nothing-after-terminal", "sound-base",      "guarded-write",
    "own-write-known", "conflict-is-conflict",   "no-resurrection", NULL};
static const char *const by_content[] = {"no-lost-update", "intended-content", NULL};

/* ---- evidence ---- */

struct made {
    struct arena *arena;
    struct evidence evidence;
};

static void add(struct made *made, struct sim_entry entry)
{
    const char **texts[] = {&entry.interaction, &entry.method,  &entry.url,    &entry.headers,
                            &entry.guard,       &entry.actor,   &entry.intent, &entry.correlation,
                            &entry.reference,   &entry.version, &entry.fault,  &entry.what};
    struct sim_entry *stored = arena_alloc(made->arena, sizeof(*stored));

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = *texts[i] ? *texts[i] : "";
    entry.n = made->evidence.entry_count + 1;
    entry.at_us = entry.n;
    entry.body_size = entry.body ? strlen(entry.body) : 0;
    *stored = entry;
    made->evidence.entries[made->evidence.entry_count++] = stored;
}

/* About 900 bytes, as allergies are. */
static const char *content(struct made *made, size_t i, unsigned version, const char *more)
{
    return arena_printf(
        made->arena,
        "{\"resourceType\":\"AllergyIntolerance\",\"id\":\"a%zu\",\"meta\":{\"versionId\":\"%u\","
        "\"lastUpdated\":\"2026-01-01T00:00:00.000Z\"},\"clinicalStatus\":{\"coding\":[{\"system\":"
        "\"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical\",\"code\":"
        "\"active\"}]},\"verificationStatus\":{\"coding\":[{\"system\":\"http://"
        "terminology.hl7.org/"
        "CodeSystem/allergyintolerance-verification\",\"code\":\"confirmed\"}]},\"type\":"
        "\"allergy\",\"category\":[\"medication\"],\"code\":{\"coding\":[{\"system\":"
        "\"http://snomed.info/sct\",\"code\":\"91936005\",\"display\":\"Allergy to "
        "penicillin\"}],\"text\":\"Penicillin\"},\"patient\":{\"reference\":\"Patient/"
        "p%zu\"},\"recordedDate\":\"2019-05-01\",\"reaction\":[{\"manifestation\":[{\"coding\":[{"
        "\"system\":\"http://snomed.info/sct\",\"code\":\"271807003\"}],\"text\":\"Rash\"}],"
        "\"severity\":\"mild\"}]%s}",
        i, version, i, more);
}

static const char *view(struct made *made, size_t i, const char *state, const char *result)
{
    return arena_printf(made->arena,
                        "{\"id\":\"i-%zu\",\"key\":\"k-1-n%zu\",\"state\":\"%s\",\"target\":null,"
                        "\"attempts\":1,\"result\":%s,\"results\":[],\"review\":null,"
                        "\"problem\":null}",
                        i, i, state, result);
}

#define PATCH "[{\"op\":\"add\",\"path\":\"/note\",\"value\":[{\"text\":\"Rash, 2019\"}]}]"
#define NOTE  ",\"note\":[{\"text\":\"Rash, 2019\"}]"
#define HIGH  ",\"criticality\":\"high\""

/* From its submit to what the nurse writes afterwards. */
static void add_intent(struct made *made, size_t i)
{
    struct arena *arena = made->arena;
    struct err err = ERR_INIT;
    const char *name = arena_printf(arena, "n%zu", i);
    const char *correlation = arena_printf(arena, "c-1-%s", name);
    const char *reference = arena_printf(arena, "AllergyIntolerance/a%zu", i);
    const char *payload = arena_printf(
        arena,
        "{\"operation\":\"patch\",\"target\":{\"reference\":\"%s\"},\"baseVersion\":\"1\","
        "\"patch\":" PATCH ",\"source\":{\"system\":\"urn:portal\",\"eventId\":\"e-%zu\","
        "\"sequence\":%zu},\"patient\":\"Patient/p%zu\",\"requester\":{\"reference\":"
        "\"Patient/p%zu\"}}",
        reference, i, i + 1, i, i);
    const char *first = content(made, i, 1, ""), *second = content(made, i, 2, NOTE);
    const struct sim_entry of = {
        .actor = "portal", .intent = name, .correlation = correlation, .url = reference};
    struct sim_entry entry;

    made->evidence.chart[made->evidence.chart_count++] =
        (struct sim_version){.reference = reference,
                             .version = "1",
                             .ordinal = 1,
                             .content = first,
                             .size = strlen(first)};
    made->evidence.intents[made->evidence.intent_count++] =
        (struct evidence_intent){.name = name,
                                 .actor = "portal",
                                 .key = arena_printf(arena, "k-1-%s", name),
                                 .correlation = correlation,
                                 .payload = json_parse(arena, payload, strlen(payload), &err),
                                 .was_submitted = true};
    entry = of;
    entry.kind = SIM_SAID, entry.what = "submit", entry.url = "/v1/intents", entry.body = payload;
    entry.headers = arena_printf(arena, "{\"Idempotency-Key\":\"k-1-%s\"}", name);
    add(made, entry);
    entry.what = "answer", entry.status = 202, entry.of = made->evidence.entry_count;
    entry.headers = "", entry.body = view(made, i, "accepted", "null");
    add(made, entry);

    const uint64_t exchange = 2 * i + 1;
    entry = of;
    entry.kind = SIM_ARRIVED, entry.exchange = exchange, entry.reference = reference;
    entry.interaction = "read", entry.method = "GET";
    add(made, entry);
    entry.kind = SIM_REPLIED, entry.status = 200, entry.version = "1", entry.ordinal = 1;
    entry.headers = "{\"ETag\":\"W/\\\"1\\\"\"}", entry.body = first;
    add(made, entry);

    entry = of;
    entry.kind = SIM_ARRIVED, entry.exchange = exchange + 1, entry.reference = reference;
    entry.interaction = "patch", entry.method = "PATCH", entry.guard = "If-Match: W/\"1\"";
    entry.body = PATCH;
    if (i % 2)
        entry.interaction = "update", entry.method = "PUT", entry.body = second;
    add(made, entry);
    entry.kind = SIM_COMMITTED, entry.guard = "", entry.version = "2", entry.ordinal = 2;
    entry.commit = (unsigned)(2 * i + 1), entry.body = second;
    add(made, entry);
    entry.kind = SIM_REPLIED, entry.status = 200, entry.headers = "{\"ETag\":\"W/\\\"2\\\"\"}";
    add(made, entry);

    entry = of;
    entry.kind = SIM_SAID, entry.what = "view", entry.status = 200;
    entry.body = view(made, i, "committed",
                      arena_printf(arena, "{\"reference\":\"%s\",\"versionId\":\"2\"}", reference));
    add(made, entry);

    entry = (struct sim_entry){.kind = SIM_EDIT,
                               .what = "raise",
                               .actor = "nurse",
                               .interaction = "patch",
                               .method = "PATCH",
                               .url = reference};
    add(made, entry);
    entry = (struct sim_entry){.kind = SIM_COMMITTED,
                               .actor = "nurse",
                               .reference = reference,
                               .version = "3",
                               .ordinal = 3,
                               .commit = (unsigned)(2 * i + 2),
                               .body = content(made, i, 3, NOTE HIGH)};
    add(made, entry);
}

static void make(struct made *made, size_t intents)
{
    static const char *const none[] = {NULL};
    struct evidence *evidence = &made->evidence;

    made->arena = arena_new();
    *evidence = (struct evidence){.scenario = "bench",
                                  .hash = "0",
                                  .engine = "none",
                                  .personality = "reference",
                                  .run = "1",
                                  .settled_by = "hook",
                                  .parts = PART_JOURNAL | PART_SAID,
                                  .companions = none,
                                  .sensitive = none,
                                  .tokens = none,
                                  .is_settled = true,
                                  .is_recovered = true,
                                  .base = "http://127.0.0.1/fhir"};
    evidence->guards.lost_update = SIM_PREVENT;
    evidence->intents = arena_alloc(made->arena, intents * sizeof(*evidence->intents));
    evidence->chart = arena_alloc(made->arena, intents * sizeof(*evidence->chart));
    evidence->entries = arena_alloc(made->arena, intents * PER_INTENT * sizeof(*evidence->entries));
    for (size_t i = 0; i < intents; i++)
        add_intent(made, i);
}

/* ---- timing ---- */

/* Microseconds of the processor for one judge on fresh facts; NULL: for the facts. */
static double judge_us(const struct evidence *evidence, const char *name)
{
    const struct invariant *invariant = name ? invariant_find(name) : NULL;
    double took[ROUNDS];

    for (size_t i = 0; i < ROUNDS; i++) {
        struct arena *arena = arena_new();
        struct result_invariant result = {.verdict = VERDICT_PASS};
        struct finding finding = {.arena = arena, .result = &result};
        double from = timing_us();
        const struct facts *facts = facts_build(evidence, arena);

        if (invariant) {
            from = timing_us();
            invariant->judge(facts, &finding);
        }
        took[i] = timing_us() - from;
        if (result.verdict != VERDICT_PASS) {
            fprintf(stderr, "judges: %s: %s\n", name, result.text);
            exit(1);
        }
        arena_free(arena);
    }
    return timing_usual(took, ROUNDS);
}

static void tell(const struct evidence *evidence, const char *const *names, size_t things,
                 const char *unit, const char *aim)
{
    double all = 0;

    for (; *names; names++) {
        const double us = judge_us(evidence, *names);

        all += us;
        printf("  %s: %.0f %s/s\n", *names, (double)things * 1e6 / us, unit);
    }
    printf("  together: %.0f %s/s (want %s each)\n", (double)things * 1e6 / all, unit, aim);
}

int main(void)
{
    static const size_t sizes[] = {2, 20, 200, 2000};

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct made made;
        make(&made, sizes[i]);
        const struct evidence *evidence = &made.evidence;
        printf("judges, %zu intents, %zu entries: facts %.0f entries/s\n", sizes[i],
               evidence->entry_count,
               (double)evidence->entry_count * 1e6 / judge_us(evidence, NULL));
        tell(evidence, by_order, evidence->entry_count, "entries", "5,000,000");
        tell(evidence, by_content, sizes[i], "commits", "50,000");
        arena_free(made.arena);
    }
    return 0;
}
