/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - a table by hash, at most half full, whose slots hold the first of each name.
 */
#include "harness/judge/names.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"

struct names {
    struct name *all; /* in the order they were added */
    size_t count, room;
    struct name **slots;
    size_t mask; /* the number of slots, a power of two, less one */
};

/* FNV-1a. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash ^ hash >> 32;
}

struct names *names_new(struct arena *arena, size_t count)
{
    struct names *names = arena_alloc(arena, sizeof(*names));
    size_t slots = 2;

    while (slots < 2 * count)
        slots *= 2;
    names->all = arena_alloc(arena, count * sizeof(*names->all));
    names->room = count;
    names->slots = arena_alloc(arena, slots * sizeof(struct name *));
    names->mask = slots - 1;
    return names;
}

/* Where the first of that name is, or would be. */
static size_t slot_of(const struct names *names, const char *text)
{
    size_t at = hash_of(text) & names->mask;

    while (names->slots[at] && strcmp(names->slots[at]->text, text) != 0)
        at = (at + 1) & names->mask;
    return at;
}

void names_add(struct names *names, const char *text, size_t value)
{
    ASSERT(names->count < names->room);
    if (!text)
        return;
    struct name **first = &names->slots[slot_of(names, text)];
    struct name *name = &names->all[names->count++];
    *name = (struct name){.text = text, .value = value, .last = name};
    if (*first) {
        (*first)->last->next = name;
        (*first)->last = name;
    } else {
        *first = name;
    }
}

const struct name *names_find(const struct names *names, const char *text)
{
    return text ? names->slots[slot_of(names, text)] : NULL;
}
