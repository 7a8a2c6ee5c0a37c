/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease - seats, and what is taken over from them.
 *
 * Invariants: (1) an intent that is active has an owner, and its fence grows whenever the owner changes; (2) a seat that
 * is locked by nobody has no living process, so what it owns is taken over at once; (3) a process that only stands still
 * keeps its seat's lock, and loses its work when its count has stood still for a lease. Where time passes by
 * /v1/due alone, each due is as long as a lease.
 *
 * A request that was under way when the lease was lost is not called back: its guard is what makes it harmless.
 */
#include "tests/strawman/lease.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

#define SEATS_MAX 4
#define BEAT_MS   1000

struct seat {
    int fd;
    long long beat; /* ours, or what another's was when it was looked at last */
    uint64_t since_ms;
};

struct lease {
    struct seat seats[SEATS_MAX];
    unsigned mine;      /* 1.. */
    unsigned long news; /* of the book at the last turn */
};

static long long read_beat(const struct seat *seat)
{
    char text[32] = "";

    return pread(seat->fd, text, sizeof(text) - 1, 0) > 0 ? strtoll(text, NULL, 10) : 0;
}

static int beat(struct seat *seat)
{
    char text[32];
    int size = snprintf(text, sizeof(text), "%lld\n", ++seat->beat);

    return pwrite(seat->fd, text, (size_t)size, 0) == size ? 0 : -1;
}

struct lease *lease_open(const char *folder, struct err *err)
{
    struct lease *lease = calloc(1, sizeof(*lease));
    struct arena *arena = arena_new();

    if (!lease)
        BUG("out of memory");
    for (unsigned i = 0; i < SEATS_MAX && !err->code; i++) {
        struct seat *seat = &lease->seats[i];
        const char *path = arena_printf(arena, "%s/seat-%u", folder, i + 1);

        seat->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (seat->fd < 0)
            err_set(err, ERR_IO, "%s cannot be opened", path);
        seat->beat = read_beat(seat);
        seat->since_ms = clock_monotonic_ms();
        if (!lease->mine && flock(seat->fd, LOCK_EX | LOCK_NB) == 0)
            lease->mine = i + 1;
    }
    arena_free(arena);
    if (!err->code && !lease->mine)
        err_set(err, ERR_LIMIT, "%s: %d processes are at work there already", folder, SEATS_MAX);
    if (!err->code && beat(&lease->seats[lease->mine - 1]))
        err_set(err, ERR_IO, "%s: the seat cannot be written", folder);
    if (!err->code)
        return lease;
    free(lease);
    return NULL;
}

static long long owner_of(const struct cJSON *intent)
{
    return json_integer(intent, "owner", 0);
}

bool lease_is_ours(const struct lease *lease, const struct cJSON *intent)
{
    return owner_of(intent) == lease->mine;
}

void lease_claim(const struct lease *lease, const struct cJSON *intent, struct cJSON *set)
{
    if (lease_is_ours(lease, intent))
        return;
    json_put_integer(set, "owner", lease->mine);
    json_put_integer(set, "fence", json_integer(intent, "fence", 0) + 1);
}

static bool is_free(const struct seat *seat)
{
    bool is_so = flock(seat->fd, LOCK_EX | LOCK_NB) == 0;

    if (is_so)
        flock(seat->fd, LOCK_UN);
    return is_so;
}

/* Is whoever sits there gone, or has not counted for a lease? */
static bool has_expired(const struct engine *engine, struct seat *seat)
{
    long long now = read_beat(seat);
    uint64_t now_ms = clock_monotonic_ms();

    if (is_free(seat))
        return true;
    if (now == seat->beat)
        return engine->has_hooks || now_ms - seat->since_ms >= LEASE_MS;
    seat->beat = now;
    seat->since_ms = now_ms;
    return false;
}

static void take_over(struct engine *engine, unsigned seat)
{
    struct arena *arena = arena_new();

    for (unsigned number = 1; number <= book_intents(engine->book); number++) {
        const struct cJSON *intent = book_intent(engine->book, number);
        struct cJSON *set = json_object(arena);

        if (!view_is_active(intent) || owner_of(intent) != seat)
            continue;
        lease_claim(engine->lease, intent, set);
        book_change(engine->book, arena, &(struct change){.intent = number, .set = set});
        crew_start(engine->crew, number, engine, run_intent);
    }
    arena_free(arena);
}

void lease_take_left(struct engine *engine)
{
    for (unsigned i = 0; i < SEATS_MAX; i++)
        if (i + 1 != engine->lease->mine && is_free(&engine->lease->seats[i]))
            take_over(engine, i + 1);
}

void lease_turn(struct engine *engine)
{
    struct lease *lease = engine->lease;

    if (beat(&lease->seats[lease->mine - 1]))
        return; /* then others will take over from us */
    for (unsigned i = 0; i < SEATS_MAX; i++)
        if (i + 1 != lease->mine && has_expired(engine, &lease->seats[i]))
            take_over(engine, i + 1);
    lease->news = book_news(engine->book);
}

bool lease_is_due(const struct engine *engine)
{
    bool is_others = false;

    if (engine->lease->news == book_news(engine->book))
        return false;
    for (unsigned number = 1; number <= book_intents(engine->book) && !is_others; number++) {
        const struct cJSON *intent = book_intent(engine->book, number);

        is_others = view_is_active(intent) && !lease_is_ours(engine->lease, intent);
    }
    return is_others;
}

long long lease_fence(const struct job *job)
{
    const struct engine *engine = job->engine;

    return json_integer(book_intent(engine->book, job->intent), "fence", 0);
}

bool lease_is_lost(const struct job *job)
{
    return lease_fence(job) != job->fence;
}

static void watch(struct job *job)
{
    for (;;) {
        crew_rest(job, BEAT_MS, true);
        lease_turn(job->engine);
    }
}

void lease_watch(struct engine *engine)
{
    crew_start(engine->crew, 0, engine, watch);
}
