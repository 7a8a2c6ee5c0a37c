/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foresight - a point falls into parts, and each part depends on less than on all that has happened:
 *
 * 1. Which requests are held, and what else the engine may do (start, due work, be killed), follows from what it was
 *    told: it sees nothing else. Whether one is held before its commit or after it, the steps say. Zombies follow from
 *    the same and from which of them have been committed.
 * 2. Which faults fit a request follows from what it is, which follows from what the engine was told when it came, and
 *    from what happened to whatever its commit touches. Where faults are tried that look at more than that, it follows
 *    from everything.
 * 3. An actor's own next step follows from how many it has taken; whether it can happen now from what it conflicts
 *    with, which is what the hash of its event says. After a step that was passed over, nothing of this holds.
 * 4. What has happened so far is known by the hashes of history.c, which are the same whatever the order of steps that
 *    commute: so what one order has shown holds for all others.
 */
#include "harness/explore/foresight.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/err.h"
#include "harness/explore/history.h"
#include "harness/explore/trace.h"

enum about { ABOUT_ENGINE = 1, ABOUT_ZOMBIES, ABOUT_FITS, ABOUT_NEXT, ABOUT_POSSIBLE };

struct request {          /* or another option of the engine's part */
    struct option option; /* as it was before its commit */
    uint64_t born;        /* what the engine had been told when it came */
};

struct known {
    uint64_t key;
    const struct request *requests; /* ABOUT_ENGINE: in the base order */
    size_t count;
    const struct point *point;   /* ABOUT_ENGINE, ABOUT_ZOMBIES: where it was seen */
    const struct option *option; /* ABOUT_FITS: with these; ABOUT_NEXT: this, NULL: none is left */
    bool is_possible;            /* ABOUT_POSSIBLE */
    UT_hash_handle hh;
};

struct foresight {
    struct arena *arena;
    bool is_local;
    struct known *table;
    const char **actors; /* that have steps of their own */
    size_t actor_count, actor_room;
};

struct foresight *foresight_new(enum reach reach)
{
    if (reach == REACH_NONE)
        return NULL;
    struct foresight *foresight = calloc(1, sizeof(*foresight));

    if (!foresight)
        BUG("out of memory");
    foresight->arena = arena_new();
    foresight->is_local = reach == REACH_LOCAL;
    return foresight;
}

void foresight_free(struct foresight *foresight)
{
    if (!foresight)
        return;
    HASH_CLEAR(hh, foresight->table);
    arena_free(foresight->arena);
    free(foresight);
}

static struct known *find(const struct foresight *foresight, uint64_t key)
{
    struct known *known = NULL;

    HASH_FIND(hh, foresight->table, &key, sizeof(key), known);
    return known;
}

static void keep(struct foresight *foresight, struct known known)
{
    if (find(foresight, known.key))
        return;
    struct known *kept = arena_alloc(foresight->arena, sizeof(*kept));
    *kept = known;
    HASH_ADD(hh, foresight->table, key, sizeof(kept->key), kept);
}

/* ---- keys ---- */

static uint64_t key_of(enum about about, uint64_t a, uint64_t b)
{
    return history_mix(history_mix((uint64_t)about + a) + b);
}

static bool is_same_label(const struct event *event, const char *label, size_t size)
{
    return event->label_size == size && memcmp(event->label, label, size) == 0;
}

/* The commit of a request that is not answered yet. */
static bool is_open_commit(const struct history *history, size_t index)
{
    const struct event *commit = &history->events[index];

    if (commit->footprint.engine || commit->actor)
        return false;
    for (size_t i = index + 1; i < history->count; i++) {
        const struct event *event = &history->events[i];

        if (event->footprint.engine && is_same_label(event, commit->label, commit->label_size))
            return false;
    }
    return true;
}

static bool is_committed(const struct history *history, const char *label)
{
    size_t size = strlen(label);

    for (size_t i = 0; i < history->count; i++) {
        if (is_same_label(&history->events[i], label, size) && is_open_commit(history, i))
            return true;
    }
    return false;
}

static uint64_t engine_key(const struct history *history)
{
    return key_of(ABOUT_ENGINE, history->engine, 0);
}

/* `engine`: what is known by engine_key: which of the requests have a client. */
static uint64_t zombies_key(const struct history *history, const struct known *engine)
{
    uint64_t commits = 0;

    for (size_t i = 0; i < history->count; i++) {
        const struct event *event = &history->events[i];
        bool is_live = false;

        for (size_t k = 0; k < engine->count && !is_live; k++) {
            const char *label = engine->requests[k].option.label;

            is_live = is_same_label(event, label, strlen(label));
        }
        if (!is_live && is_open_commit(history, i))
            commits += history_mix(history_text(event->label, event->label_size));
    }
    return key_of(ABOUT_ZOMBIES, history->engine, commits);
}

/* `kind`: before or after its commit. */
static uint64_t fits_key(const struct foresight *foresight, const struct history *history,
                         const struct request *request, enum option_kind kind,
                         struct arena *scratch)
{
    struct footprint footprint;
    uint64_t seen = request->born;
    const char *label = request->option.label;
    size_t size = strlen(label);

    footprint_parse(scratch, request->option.footprint, &footprint);
    for (size_t i = 0; i < history->count; i++) {
        const struct event *event = &history->events[i];

        if (is_same_label(event, label, size) || footprint_conflict(&footprint, &event->footprint))
            seen += history_mix(event->hash);
    }
    if (!foresight->is_local)
        seen += history_mix(history->class);
    return key_of(ABOUT_FITS, seen + (uint64_t)kind, history_text(label, size));
}

static uint64_t next_key(const struct history *history, const char *actor)
{
    uint64_t taken = 0;

    for (size_t i = 0; i < history->count; i++) {
        const char *of = history->events[i].actor;

        taken += of && strcmp(of, actor) == 0;
    }
    return key_of(ABOUT_NEXT, history_text(actor, strlen(actor)), taken);
}

static uint64_t possible_key(const struct history *history, const struct option *own,
                             struct arena *scratch)
{
    struct option option = *own;
    struct point point = {.options = &option, .count = 1};

    option.kind = OPTION_OWN;
    return key_of(ABOUT_POSSIBLE, history_event_with(history, &point, option.label, scratch), 0);
}

/* ---- learning ---- */

static bool is_own(const struct option *option)
{
    return option->kind == OPTION_OWN || option->kind == OPTION_WAITING;
}

static bool has_fits(const struct option *option)
{
    return option->kind == OPTION_COMMIT || option->kind == OPTION_REPLY;
}

static bool is_forced(const struct point *point)
{
    return point->count > 0 && point->options[0].kind == OPTION_FORCED;
}

static const struct option *own_of(const struct point *point, const char *actor)
{
    for (size_t i = 0; i < point->count; i++) {
        if (is_own(&point->options[i]) && strcmp(point->options[i].thread, actor) == 0)
            return &point->options[i];
    }
    return NULL;
}

static void note_actor(struct foresight *foresight, const char *actor)
{
    for (size_t i = 0; i < foresight->actor_count; i++) {
        if (strcmp(foresight->actors[i], actor) == 0)
            return;
    }
    if (foresight->actor_count == foresight->actor_room) {
        size_t size = foresight->actor_room * sizeof(*foresight->actors);

        foresight->actor_room = 2 * foresight->actor_room + 8;
        foresight->actors = arena_grow(foresight->arena, foresight->actors, size,
                                       foresight->actor_room * sizeof(*foresight->actors));
    }
    foresight->actors[foresight->actor_count++] = arena_strdup(foresight->arena, actor);
}

struct learning { /* along one run */
    struct foresight *foresight;
    const struct point *const *points;
    uint64_t *engines; /* what the engine had been told at each */
    struct history history;
    struct arena *arena;
};

static const struct option *option_of(const struct point *point, const char *label)
{
    for (size_t i = 0; i < point->count; i++) {
        if (strcmp(point->options[i].label, label) == 0)
            return &point->options[i];
    }
    return NULL;
}

/* As it was where it was first seen, before its commit. */
static struct request request_of(const struct learning *learning, const struct option *option)
{
    const struct option *first = NULL;
    size_t i = 0;

    while ((first = option_of(learning->points[i], option->label)) == NULL)
        i++;
    return (struct request){*first, learning->engines[i]};
}

static void learn_engine(struct learning *learning, const struct point *point)
{
    struct foresight *foresight = learning->foresight;
    struct known known = {.key = engine_key(&learning->history), .point = point};
    struct request *requests =
        arena_alloc(foresight->arena, (point->count + 1) * sizeof(*requests));

    for (size_t i = 0; i < point->count; i++) {
        const struct option *option = &point->options[i];

        if (is_own(option) || option->kind == OPTION_ZOMBIE)
            continue;
        struct request request = {*option, 0};
        if (has_fits(option)) {
            request = request_of(learning, option);
            keep(foresight, (struct known){.key = fits_key(foresight, &learning->history, &request,
                                                           option->kind, learning->arena),
                                           .option = option});
        }
        requests[known.count++] = request;
    }
    known.requests = requests;
    keep(foresight, known);
    keep(foresight, (struct known){.key = zombies_key(&learning->history, &known), .point = point});
}

static void learn_own(struct learning *learning, const struct point *point)
{
    struct foresight *foresight = learning->foresight;

    for (size_t i = 0; i < point->count; i++) {
        const struct option *option = &point->options[i];

        if (!is_own(option))
            continue;
        note_actor(foresight, option->thread);
        keep(foresight,
             (struct known){.key = possible_key(&learning->history, option, learning->arena),
                            .is_possible = option->kind == OPTION_OWN});
    }
    if (point->has_passed || is_forced(point))
        return;
    for (size_t i = 0; i < foresight->actor_count; i++) {
        const char *actor = foresight->actors[i];

        keep(foresight, (struct known){.key = next_key(&learning->history, actor),
                                       .option = own_of(point, actor)});
    }
}

void foresight_learn(struct foresight *foresight, const struct point *const *points,
                     const char *const *chosen, size_t count, size_t from)
{
    struct learning learning = {.foresight = foresight, .points = points, .arena = arena_new()};

    learning.engines = arena_alloc(learning.arena, (count + 1) * sizeof(*learning.engines));
    history_init(&learning.history, learning.arena);
    for (size_t i = 0; i < count; i++) {
        learning.engines[i] = learning.history.engine;
        if (i >= from) {
            learn_engine(&learning, points[i]);
            learn_own(&learning, points[i]);
        }
        if (chosen[i])
            history_add(&learning.history, points[i], chosen[i]);
    }
    arena_free(learning.arena);
}

/* ---- telling ---- */

struct telling {
    const struct foresight *foresight;
    const struct history *history;
    struct arena *arena;
    struct option *owns; /* of all actors that have one left */
    size_t own_count;
    struct point *out;
};

static bool tell_owns(struct telling *telling)
{
    const struct foresight *foresight = telling->foresight;

    telling->owns =
        arena_alloc(telling->arena, (foresight->actor_count + 1) * sizeof(*telling->owns));
    for (size_t i = 0; i < foresight->actor_count; i++) {
        const struct known *next =
            find(foresight, next_key(telling->history, foresight->actors[i]));

        if (!next)
            return false;
        if (!next->option)
            continue;
        const struct known *possible =
            find(foresight, possible_key(telling->history, next->option, telling->arena));
        if (!possible)
            return false;
        telling->owns[telling->own_count] = *next->option;
        telling->owns[telling->own_count++].kind =
            possible->is_possible ? OPTION_OWN : OPTION_WAITING;
    }
    return true;
}

/* Those of one kind that come before `place`, in the order of their actors. */
static void put_owns(struct telling *telling, enum option_kind kind, unsigned from, unsigned to)
{
    for (unsigned place = from; place < to; place++) {
        for (size_t i = 0; i < telling->own_count; i++) {
            const struct option *own = &telling->owns[i];

            if (own->kind == kind && own->place == place)
                telling->out->options[telling->out->count++] = *own;
        }
    }
}

static unsigned last_place(const struct telling *telling)
{
    unsigned last = 0;

    for (size_t i = 0; i < telling->own_count; i++)
        last = telling->owns[i].place > last ? telling->owns[i].place : last;
    return last;
}

static bool put_request(struct telling *telling, const struct request *request)
{
    struct option *put = &telling->out->options[telling->out->count++];

    *put = request->option;
    if (!has_fits(put))
        return true;
    if (is_committed(telling->history, put->label)) {
        put->kind = OPTION_REPLY;
        put->footprint = "e";
    }
    const struct known *fits =
        find(telling->foresight,
             fits_key(telling->foresight, telling->history, request, put->kind, telling->arena));
    if (!fits)
        return false;
    put->faults = fits->option->faults;
    put->whole = fits->option->whole;
    return true;
}

static void put_zombies(struct telling *telling, const struct point *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (seen->options[i].kind == OPTION_ZOMBIE)
            telling->out->options[telling->out->count++] = seen->options[i];
    }
}

/* With nothing left but what waits a step is passed over, and what comes then is for a run to see. */
static bool passes_over(const struct point *point)
{
    return point->count > 0 && point->options[0].kind >= OPTION_ZOMBIE &&
           point->options[point->count - 1].kind == OPTION_WAITING;
}

bool foresight_tell(const struct foresight *foresight, const struct history *history,
                    struct arena *arena, struct point *out)
{
    struct telling telling = {
        .foresight = foresight, .history = history, .arena = arena, .out = out};
    const struct known *engine = find(foresight, engine_key(history));
    const struct known *zombies = engine ? find(foresight, zombies_key(history, engine)) : NULL;
    unsigned place = 0;

    if (!zombies || (!is_forced(engine->point) && !tell_owns(&telling)))
        return false;
    const unsigned last = last_place(&telling) + 1;
    *out = (struct point){.can_kill = engine->point->can_kill};
    out->options =
        arena_alloc(arena, (engine->count + zombies->point->count + telling.own_count + 1) *
                               sizeof(*out->options));
    for (size_t i = 0; i < engine->count; i++) {
        const struct request *request = &engine->requests[i];

        put_owns(&telling, OPTION_OWN, place, request->option.place);
        place = request->option.place > place ? request->option.place : place;
        if (!put_request(&telling, request))
            return false;
    }
    put_owns(&telling, OPTION_OWN, place, last);
    put_zombies(&telling, zombies->point);
    put_owns(&telling, OPTION_WAITING, 0, last);
    point_hash(out);
    return !passes_over(out);
}
