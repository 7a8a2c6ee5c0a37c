/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held - an array by number in which those that went leave gaps, and two lists.
 *
 * Invariants:
 *  1. Numbers grow from `from` to `until`; the slots there at both ends are live (so there is
 *     none where nothing is held).
 *  2. A gap is made by one removal, and closed at most once: by what moves over it when the array is
 *     full, or when somebody asks by index.
 *  3. `due` has those that wait for a time, the earliest first; `overtaken` those that wait for
 *     another, the oldest first. Each has is_waiting.
 */
#include "simulator/held.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/err.h"
#include "simulator/core.h"

struct slot {
    uint64_t number;
    struct exchange *exchange; /* NULL: a gap */
};

struct held {
    struct slot *slots;
    size_t from, until, room, count;
    struct exchange *due, *overtaken;
};

struct held *held_new(void)
{
    struct held *held = calloc(1, sizeof(*held));

    if (!held)
        BUG("out of memory");
    return held;
}

void held_free(struct held *held)
{
    if (!held)
        return;
    free(held->slots);
    free(held);
}

size_t held_count(const struct held *held)
{
    return held->count;
}

/* ---- by number ---- */

static void close_gaps(struct held *held)
{
    size_t left = 0;

    for (size_t i = held->from; i < held->until; i++) {
        if (held->slots[i].exchange)
            held->slots[left++] = held->slots[i];
    }
    held->from = 0;
    held->until = left;
}

static void make_room(struct held *held)
{
    if (held->until < held->room)
        return;
    if (held->count <= held->room / 2)
        close_gaps(held);
    if (held->until < held->room)
        return;
    held->room = held->room ? held->room * 2 : 64;
    held->slots = realloc(held->slots, held->room * sizeof(held->slots[0]));
    if (!held->slots)
        BUG("out of memory");
}

void held_add(struct held *held, struct exchange *exchange)
{
    const uint64_t number = exchange->face.number;

    ASSERT(!held->count || held->slots[held->until - 1].number < number);
    make_room(held);
    held->slots[held->until++] = (struct slot){.number = number, .exchange = exchange};
    held->count++;
}

static size_t slot_of(const struct held *held, uint64_t number)
{
    size_t low = held->from, high = held->until;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (held->slots[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct exchange *held_find(const struct held *held, uint64_t number)
{
    const size_t slot = slot_of(held, number);

    return slot < held->until && held->slots[slot].number == number ? held->slots[slot].exchange
                                                                    : NULL;
}

void held_remove(struct held *held, struct exchange *exchange)
{
    const size_t slot = slot_of(held, exchange->face.number);

    ASSERT(slot < held->until && held->slots[slot].exchange == exchange);
    held_wait_no_more(held, exchange);
    held->slots[slot].exchange = NULL;
    held->count--;
    while (held->from < held->until && !held->slots[held->from].exchange)
        held->from++;
    while (held->from < held->until && !held->slots[held->until - 1].exchange)
        held->until--;
    if (held->count == 0)
        held->from = held->until = 0;
}

struct exchange *held_at(struct held *held, size_t index)
{
    if (index >= held->count)
        return NULL;
    if (index == 0)
        return held->slots[held->from].exchange;
    if (index == held->count - 1)
        return held->slots[held->until - 1].exchange;
    if (held->until - held->from != held->count)
        close_gaps(held);
    return held->slots[held->from + index].exchange;
}

/* ---- waiting ---- */

/* Times mostly come in order: the place is looked for from the end. */
static void insert_due(struct held *held, struct exchange *exchange)
{
    struct exchange *before = held->due ? held->due->wait_prev : NULL; /* the last */

    while (before && before->due_us > exchange->due_us)
        before = before == held->due ? NULL : before->wait_prev;
    if (before)
        DL_APPEND_ELEM2(held->due, before, exchange, wait_prev, wait_next);
    else
        DL_PREPEND2(held->due, exchange, wait_prev, wait_next);
}

void held_wait(struct held *held, struct exchange *exchange)
{
    ASSERT(!exchange->is_waiting);
    if (exchange->due_us)
        insert_due(held, exchange);
    else
        DL_APPEND2(held->overtaken, exchange, wait_prev, wait_next);
    exchange->is_waiting = true;
}

void held_wait_no_more(struct held *held, struct exchange *exchange)
{
    if (!exchange->is_waiting)
        return;
    if (exchange->due_us)
        DL_DELETE2(held->due, exchange, wait_prev, wait_next);
    else
        DL_DELETE2(held->overtaken, exchange, wait_prev, wait_next);
    exchange->is_waiting = false;
}

struct exchange *held_first_due(const struct held *held)
{
    return held->due;
}

struct exchange *held_overtaken(const struct held *held)
{
    return held->overtaken;
}
