/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors, arenas, buffers, clock and randomness.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/prng.h"
#include "tests/expect.h"

static void the_first_failure_wins_and_gets_context(void)
{
    struct err err = ERR_INIT;
    char lengthy[2000];

    EXPECT_INT("set", err_set(&err, ERR_INPUT, "two\nlines"), -1);
    EXPECT_INT("again", err_set(&err, ERR_IO, "later"), -1);
    EXPECT_INT("context", err_context(&err, "file %s", "x"), -1);
    EXPECT_STR("text", err.text, "file x: two lines");
    EXPECT_INT("code", err.code, ERR_INPUT);
    memset(lengthy, 'y', sizeof(lengthy) - 1);
    lengthy[sizeof(lengthy) - 1] = '\0';
    err_context(&err, "%s", lengthy);
    EXPECT_TRUE("cut, not overrun", strlen(err.text) < sizeof(err.text));
}

static int released[3];
static size_t release_count;

static void note_release(void *object)
{
    released[release_count++] = *(int *)object;
}

static void arenas_keep_what_they_gave_until_they_go(void)
{
    struct arena *arena = arena_new();
    int numbers[] = {1, 2, 3};
    char *small = arena_strdup(arena, "kept");
    char *large = arena_alloc(arena, 100000);

    EXPECT_INT("zeroed", large[99999], 0);
    EXPECT_STR("behind a large one", arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    for (int i = 0; i < 10000; i++)
        arena_alloc(arena, 24);
    EXPECT_STR("still there", small, "kept");
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        arena_defer(arena, note_release, &numbers[i]);
    arena_reset(arena);
    EXPECT_INT("newest first", released[0] * 100 + released[1] * 10 + released[2], 321);
    EXPECT_STR("in use again", arena_copy(arena, "abc", 2), "ab");
    arena_free(arena);
    EXPECT_INT("once", (long long)release_count, 3);
}

static void files_are_written_whole_or_not_at_all(void)
{
    const char *folder = test_folder();
    struct arena *arena = arena_new();
    struct buf buf = BUF_INIT, back = BUF_INIT;
    struct err err = ERR_INIT;
    const char *path = arena_printf(arena, "%s/file", folder);

    for (int i = 0; i < 100000; i++)
        buf_printf(&buf, "%d,", i);
    EXPECT_INT("write", buf_write_file(&buf, path, &err), 0);
    EXPECT_INT("read", buf_read_file(&back, path, buf.size, &err), 0);
    EXPECT_TRUE("same", back.size == buf.size && memcmp(back.bytes, buf.bytes, buf.size) == 0);
    EXPECT_INT("bounded", buf_read_file(&back, path, buf.size - 1, &err), -1);
    EXPECT_INT("bounded", err.code, ERR_LIMIT);
    err = ERR_INIT;
    EXPECT_INT("a folder", buf_read_file(&back, folder, 10, &err), -1);
    EXPECT_HAS("a folder", err.text, "is a folder");
    err = ERR_INIT;
    EXPECT_INT("no such folder",
               buf_write_file(&buf, arena_printf(arena, "%s/no/file", folder), &err), -1);
    EXPECT_INT("no such folder", err.code, ERR_IO);
    buf_release(&buf);
    buf_release(&back);
    arena_free(arena);
}

static void instants_and_dates_are_fhirs_and_https(void)
{
    char text[CLOCK_INSTANT_SIZE];
    uint64_t back = 0;

    clock_instant(1767326645678u, text);
    EXPECT_STR("instant", text, "2026-01-02T04:04:05.678Z");
    clock_http_date(1767326645678u, text);
    EXPECT_STR("http", text, "Fri, 02 Jan 2026 04:04:05 GMT");
    EXPECT_INT("back", clock_parse_http_date(text, &back), 0);
    EXPECT_INT("back", (long long)back, 1767326645000LL);
    for (time_t day = 0; day < 200 * 366; day++) { /* 2000 and 2100 among them */
        const time_t seconds = day * 86400 + day % 86400;
        char want[CLOCK_INSTANT_SIZE];
        struct tm tm;

        gmtime_r(&seconds, &tm);
        strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
        clock_instant((uint64_t)seconds * 1000, text);
        if (strcmp(text, want) != 0)
            EXPECT_STR("any day", text, want);
        strftime(want, sizeof(want), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        clock_http_date((uint64_t)seconds * 1000, text);
        if (strcmp(text, want) != 0)
            EXPECT_STR("any day", text, want);
    }
    EXPECT_INT("rubbish", clock_parse_http_date("yesterday", &back), -1);
    EXPECT_INT("no such month", clock_parse_http_date("Fri, 02 Jam 2026 04:04:05 GMT", &back), -1);
    EXPECT_INT("no such day", clock_parse_http_date("Sat, 31 Feb 2026 04:04:05 GMT", &back), -1);
    EXPECT_INT("a leap day", clock_parse_http_date("Tue, 29 Feb 2028 04:04:05 GMT", &back), 0);
}

static void instants_that_never_are_are_none(void)
{
    static const struct {
        const char *text;
        int want;
    } rows[] = {
        {"2024-02-29T23:59:60Z", 0},       {"2026-02-29T00:00:00Z", -1},
        {"2000-02-29T00:00:00Z", 0},       {"2100-02-29T00:00:00Z", -1},
        {"2026-04-31T00:00:00Z", -1},      {"2026-00-01T00:00:00Z", -1},
        {"2026-13-01T00:00:00Z", -1},      {"2026-01-00T00:00:00Z", -1},
        {"2026-01-01T24:00:00Z", -1},      {"2026-01-01T00:60:00Z", -1},
        {"2026-01-01T00:00:61Z", -1},      {"2026-01-01T00:00:00+14:00", 0},
        {"2026-01-01T00:00:00+15:00", -1}, {"2026-01-01T00:00:00+00:60", -1},
    };
    uint64_t ms = 0;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_INT(rows[i].text, clock_parse_instant(rows[i].text, &ms), rows[i].want);
}

static void equal_seeds_give_equal_numbers(void)
{
    struct prng a, b;
    char uuid[37];

    prng_init(&a, 1234567);
    EXPECT_TRUE("reference value of splitmix64", prng_next(&a) == 6457827717110365317u);
    prng_init(&a, 7);
    prng_init(&b, 7);
    for (int i = 0; i < 100; i++)
        EXPECT_INT("equal", (long long)prng_below(&a, 13), (long long)prng_below(&b, 13));
    for (int i = 0; i < 1000; i++)
        EXPECT_TRUE("below", prng_below(&a, 3) < 3);
    prng_uuid(&a, uuid);
    EXPECT_INT("uuid", (long long)strlen(uuid), 36);
    EXPECT_TRUE("version 4", uuid[14] == '4' && strchr("89ab", uuid[19]));
}

/* A row of them as the journal's: the oldest goes when a new one comes. */
static void arenas_of_a_pool_use_its_pages_again(void)
{
    enum { ALIVE = 100, TIMES = 3000, PAGE = 2 << 20 };

    struct arena_pool *pool = arena_pool_new();
    struct arena *arenas[ALIVE] = {NULL};
    const char *texts[ALIVE], *large = NULL;
    uintptr_t pages[4] = {0};
    size_t page_count = 0, strange = 0;

    for (size_t i = 0; i < TIMES; i++) {
        const size_t at = i % ALIVE;

        if (arenas[at] && i % 2 == 0) {
            arena_reset(arenas[at]);
        } else {
            arena_free(arenas[at]);
            arenas[at] = arena_new_in(pool);
        }
        EXPECT_INT("has nothing", (long long)arena_bytes(arenas[at]), 0);
        texts[at] = arena_printf(arenas[at], "%zu", i);
        large = arena_alloc(arenas[at], i % 300 == 0 ? 3 * PAGE : 9000);
        EXPECT_INT("zeroed", large[8999], 0);
        const uintptr_t page = (uintptr_t)texts[at] / PAGE;
        size_t k = 0;
        while (k < page_count && pages[k] != page)
            k++;
        if (k == page_count && page_count < COUNT_OF(pages))
            pages[page_count++] = page;
        else if (k == page_count)
            strange++;
    }
    EXPECT_INT("in the same few pages", (long long)strange, 0);
    for (size_t i = 0; i < ALIVE; i++) {
        char want[32];

        snprintf(want, sizeof(want), "%zu", TIMES - ALIVE + i);
        EXPECT_STR("kept", texts[i], want);
        arena_free(arenas[i]);
    }
    arena_pool_free(pool);
}

/* What an earlier use left in the memory shows nowhere. */
static void what_an_arena_hands_out_again_is_clean(void)
{
    struct arena *arena = arena_new();
    char *grown;

    memset(arena_alloc(arena, 1000), 'x', 1000);
    arena_reset(arena);
    EXPECT_STR("a copy ends", arena_copy(arena, "abcd", 3), "abc");
    EXPECT_STR("joined", arena_join(arena, "a", "", "b", (char *)NULL), "ab");
    EXPECT_STR("nothing joined", arena_join(arena, "", (char *)NULL), "");
    EXPECT_STR("a number", arena_number(arena, "n-", 1203), "n-1203");
    EXPECT_STR("none", arena_number(arena, "", 0), "0");
    EXPECT_STR("the largest", arena_number(arena, "", UINT64_MAX), "18446744073709551615");
    grown = arena_grow(arena, "ab", 2, 40);
    EXPECT_TRUE("what was there", memcmp(grown, "ab", 2) == 0);
    for (size_t i = 2; i < 40; i++)
        EXPECT_INT("what is new", grown[i], 0);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"what an arena hands out again is clean", what_an_arena_hands_out_again_is_clean},
    {"the first failure wins and gets context", the_first_failure_wins_and_gets_context},
    {"arenas keep what they gave until they go", arenas_keep_what_they_gave_until_they_go},
    {"arenas of a pool use its pages again", arenas_of_a_pool_use_its_pages_again},
    {"files are written whole or not at all", files_are_written_whole_or_not_at_all},
    {"instants and dates are FHIR's and HTTP's", instants_and_dates_are_fhirs_and_https},
    {"instants that never are are none", instants_that_never_are_are_none},
    {"equal seeds give equal numbers", equal_seeds_give_equal_numbers},
    CU_TEST_INFO_NULL,
};
SUITE("base", tests)
