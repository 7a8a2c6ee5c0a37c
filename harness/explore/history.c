/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history - a step's hash is over its text and the hashes of all earlier steps that it conflicts with; the class is the
 * sum over all steps. Neither depends on the order of steps that commute, both on any other.
 *
 * Conflicting are: two steps whose footprints are; the two steps of one exchange; two own steps of one actor.
 */
#include "harness/explore/history.h"

#include <string.h>

#include "base/arena.h"
#include "harness/explore/choices.h"

uint64_t history_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t history_text(const char *text, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return hash;
}

void history_init(struct history *history, struct arena *arena)
{
    *history = (struct history){.arena = arena};
}

static bool conflict(const struct event *a, const struct event *b)
{
    if (a->label_size == b->label_size && memcmp(a->label, b->label, a->label_size) == 0)
        return true;
    if (a->actor && b->actor && strcmp(a->actor, b->actor) == 0)
        return true;
    return footprint_conflict(&a->footprint, &b->footprint);
}

static struct event make_event(const struct history *history, const struct point *point,
                               const char *step, struct arena *arena)
{
    const struct option *option = point_option(point, step);
    struct event event = {.label = step,
                          .label_size = strcspn(step, ":!"),
                          .actor = option && option->kind == OPTION_OWN ? option->thread : NULL};
    uint64_t before = 0;

    choice_footprint(arena, point, step, &event.footprint);
    for (size_t i = 0; i < history->count; i++) {
        if (conflict(&history->events[i], &event))
            before += history_mix(history->events[i].hash);
    }
    event.hash = history_mix(history_text(step, strlen(step)) + history_mix(before));
    return event;
}

void history_add(struct history *history, const struct point *point, const char *step)
{
    if (history->count == history->room) {
        size_t size = history->room * sizeof(*history->events);

        history->room = 2 * history->room + 32;
        history->events = arena_grow(history->arena, history->events, size,
                                     history->room * sizeof(*history->events));
    }
    struct event event = make_event(history, point, step, history->arena);
    history->events[history->count++] = event;
    history->class += history_mix(event.hash);
    if (event.footprint.engine)
        history->engine = event.hash;
}

uint64_t history_event_with(const struct history *history, const struct point *point,
                            const char *step, struct arena *scratch)
{
    return make_event(history, point, step, scratch).hash;
}

uint64_t history_class_with(const struct history *history, const struct point *point,
                            const char *step, struct arena *scratch)
{
    return history->class + history_mix(make_event(history, point, step, scratch).hash);
}
