/* SPDX-License-Identifier: Apache-2.0 */
/* The files of fixtures/personalities against each other's claims: guards that follow from knobs,
 * unknowns that are knobs, and docs/personalities.md, which has a row for each file and none more. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/personality.h"
#include "tests/expect.h"

static const char page[] = "docs/personalities.md";

static const struct personality *shipped(const char *name)
{
    struct err err = ERR_INIT;
    const struct personality *found = personality_find(name, &err);

    EXPECT_STR(name, err.text, "");
    return found;
}

/* ---- guards ---- */

/* An If-Match that is looked at prevents; else only the versions before tell what was lost. */
static enum prevention of_lost_updates(const struct knobs *knobs)
{
    if (knobs->etag_form == ETAG_TIMESTAMP)
        return GUARD_DETECT;
    if (knobs->etag_form != ETAG_NONE && knobs->if_match_checked != IF_MATCH_IGNORED)
        return GUARD_PREVENT;
    return knobs->history == HISTORY_NONE ? GUARD_NONE : GUARD_DETECT;
}

/* Twins can be found by a search wherever they cannot be prevented. */
static enum prevention of_duplicate_creates(const struct knobs *knobs)
{
    return knobs->if_none_exist == IF_NONE_EXIST_ATOMIC ||
                   knobs->idempotency_header != IDEMPOTENCY_NONE
               ? GUARD_PREVENT
               : GUARD_DETECT;
}

/* Without a transaction the engine writes one by one, and sees which of them came through. */
static enum prevention of_partial_transactions(const struct knobs *knobs)
{
    return knobs->transaction == TRANSACTION_ATOMIC ? GUARD_PREVENT : GUARD_DETECT;
}

/* A read by id is always current, so that what a search or a history says can be checked. */
static enum prevention of_stale_reads(const struct knobs *knobs)
{
    return knobs->search_lag_steps == 0 && knobs->search_cache == 0 &&
                   knobs->history != HISTORY_LAGGING
               ? GUARD_PREVENT
               : GUARD_DETECT;
}

static void guards_follow_from_knobs(void)
{
    for (const char *const *name = personality_names(); *name; name++) {
        const struct knobs *knobs = &shipped(*name)->knobs;

        EXPECT_INT(*name, knobs->lost_update, of_lost_updates(knobs));
        EXPECT_INT(*name, knobs->duplicate_create, of_duplicate_creates(knobs));
        EXPECT_INT(*name, knobs->partial_transaction, of_partial_transactions(knobs));
        EXPECT_INT(*name, knobs->stale_read, of_stale_reads(knobs));
    }
}

/* ---- knobs ---- */

/* The knobs in force for `document`, with those of its own that are named `only`; NULL: none. */
static const char *in_force(struct arena *arena, const struct cJSON *document, const char *only)
{
    struct cJSON *copy = json_copy_root(arena, document), *own = json_get_mutable(copy, "knobs");
    struct err err = ERR_INIT;

    for (struct cJSON *knob = own->child, *next = NULL; knob; knob = next) {
        next = knob->next;
        if (!only || strcmp(knob->string, only) != 0)
            json_remove(own, knob->string);
    }
    return personality_text(personality_read(arena, copy, &err), arena);
}

static void a_file_sets_only_what_differs(void)
{
    struct arena *arena = arena_new();

    for (const char *const *name = personality_names(); *name; name++) {
        const struct cJSON *document = shipped(*name)->document, *knob = NULL;
        const char *start = in_force(arena, document, NULL);

        cJSON_ArrayForEach(knob, json_get(document, "knobs"))
        {
            const char *row = arena_printf(arena, "%s: %s", *name, knob->string);

            EXPECT_TRUE(row, strcmp(in_force(arena, document, knob->string), start) != 0);
        }
    }
    arena_free(arena);
}

/* ---- unknown ---- */

static bool is_knob(const char *name)
{
    for (size_t i = 0; knob_name(i); i++) {
        if (strcmp(knob_name(i), name) == 0)
            return true;
    }
    return false;
}

/* "location" is left at r4; "location: why" is set or left with a reservation. */
static void unknowns_are_knobs_or_lie_beyond_them(void)
{
    struct arena *arena = arena_new();

    for (const char *const *name = personality_names(); *name; name++) {
        const struct cJSON *document = shipped(*name)->document;
        const struct cJSON *unknown = json_get(document, "unknown"), *text = NULL;

        EXPECT_TRUE(*name, cJSON_IsArray(unknown));
        cJSON_ArrayForEach(text, unknown)
        {
            const char *row = json_text(text);
            const char *head = arena_copy(arena, row, strcspn(row, ":"));

            if (strcmp(head, "beyond the knobs") == 0 || strcmp(head, "every knob") == 0)
                continue;
            EXPECT_TRUE(row, is_knob(head));
            EXPECT_TRUE(row,
                        row[strlen(head)] == ':' || !json_get(json_get(document, "knobs"), head));
        }
    }
    arena_free(arena);
}

static void who_claims_no_evidence_names_no_sources(void)
{
    for (const char *const *name = personality_names(); *name; name++) {
        const struct personality *personality = shipped(*name);
        const size_t sources = json_count(json_get(personality->document, "sources"));

        EXPECT_TRUE(*name, personality->is_verified == (sources > 0));
    }
}

/* ---- docs/personalities.md ---- */

#define CELLS_MAX 8

/* The cells of a line "| a | b |"; gives how many. */
static size_t cells_of(struct arena *arena, const char *line, const char *out[CELLS_MAX])
{
    const char *end = line + strcspn(line, "\n");
    size_t count = 0;

    for (const char *at = line + 1; at < end && count < CELLS_MAX; count++) {
        const size_t size = strcspn(at, "|\n");
        const char *text = at + strspn(at, " ");
        size_t length = (size_t)(at + size - text);

        while (length > 0 && text[length - 1] == ' ')
            length--;
        out[count] = arena_copy(arena, text, length);
        at += size + 1;
    }
    return count;
}

static void expect_row(const char *name, const char *const cells[CELLS_MAX])
{
    static const char *const hazards[] = {"lost-update", "duplicate-create", "partial-transaction",
                                          "stale-read"};
    const struct personality *personality = shipped(name);
    const struct cJSON *guards = json_get(personality ? personality->document : NULL, "guards");

    EXPECT_TRUE(name, cells[1][0] != '\0');
    for (size_t i = 0; i < COUNT_OF(hazards); i++)
        EXPECT_STR(name, cells[2 + i], json_string(guards, hazards[i]));
    EXPECT_STR(name, cells[6], json_string(personality ? personality->document : NULL, "evidence"));
}

static void the_page_has_a_row_for_each_file(void)
{
    static const char start[] = "\n| `";
    struct arena *arena = arena_new();
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    size_t rows = 0, files = 0;

    MUST_ZERO(buf_read_file(&text, page, LIMIT_JSON_BYTES, &err));
    for (const char *at = strstr(text.bytes, start); at; at = strstr(at + 1, start)) {
        const char *cells[CELLS_MAX] = {NULL};

        if (cells_of(arena, at + 1, cells) != 7)
            continue; /* another table */
        expect_row(arena_copy(arena, cells[0] + 1, strlen(cells[0]) - 2), cells);
        rows++;
    }
    for (const char *const *name = personality_names(); *name; name++, files++)
        EXPECT_HAS(*name, text.bytes, arena_printf(arena, "\n| `%s` |", *name));
    EXPECT_INT(page, rows, files);
    buf_release(&text);
    arena_free(arena);
}

static void the_page_names_every_knob(void)
{
    struct arena *arena = arena_new();
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    MUST_ZERO(buf_read_file(&text, page, LIMIT_JSON_BYTES, &err));
    for (size_t i = 0; knob_name(i); i++)
        EXPECT_HAS(page, text.bytes, arena_printf(arena, "| `%s` |", knob_name(i)));
    buf_release(&text);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"guards follow from knobs", guards_follow_from_knobs},
    {"a file sets only what differs", a_file_sets_only_what_differs},
    {"unknowns are knobs or lie beyond them", unknowns_are_knobs_or_lie_beyond_them},
    {"who claims no evidence names no sources", who_claims_no_evidence_names_no_sources},
    {"the page has a row for each file", the_page_has_a_row_for_each_file},
    {"the page names every knob", the_page_names_every_knob},
    CU_TEST_INFO_NULL,
};

SUITE("personality-files", tests)
