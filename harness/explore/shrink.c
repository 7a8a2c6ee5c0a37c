/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shrink - rank by rank, in ever smaller pieces.
 *
 * 1. Of each rank, from 0, first all elements at once, then halves, quarters, ..., single ones; the last first, as what
 *    comes late in a schedule depends on what came before it.
 * 2. What could not go before another element went may be able to go after it. So all ranks are gone through again
 *    until a whole pass removes nothing: every single element was tried then, beside all that is kept.
 */
#include "harness/explore/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

struct shrinking {
    const unsigned *ranks;
    size_t count;
    shrink_try *try;
    void *arg;
    bool *kept, *candidate;
    size_t *members; /* of the rank at hand that are kept */
    bool is_stopped;
};

static size_t find_members(struct shrinking *shrinking, unsigned rank)
{
    size_t count = 0;

    for (size_t i = 0; i < shrinking->count; i++) {
        if (shrinking->kept[i] && shrinking->ranks[i] == rank)
            shrinking->members[count++] = i;
    }
    return count;
}

/* Without members[from] ... members[to - 1]. */
static bool try_without(struct shrinking *shrinking, size_t from, size_t to)
{
    memcpy(shrinking->candidate, shrinking->kept, shrinking->count * sizeof(*shrinking->kept));
    for (size_t i = from; i < to; i++)
        shrinking->candidate[shrinking->members[i]] = false;
    enum shrink_answer answer = shrinking->try(shrinking->arg, shrinking->candidate);
    shrinking->is_stopped |= answer == SHRINK_STOP;
    if (answer != SHRINK_FAILS)
        return false;
    memcpy(shrinking->kept, shrinking->candidate, shrinking->count * sizeof(*shrinking->kept));
    return true;
}

static bool remove_of_rank(struct shrinking *shrinking, unsigned rank)
{
    size_t count = find_members(shrinking, rank), piece = count;
    bool did = false;

    while (piece > 0) {
        for (size_t to = count; to > 0 && !shrinking->is_stopped;) {
            size_t from = to > piece ? to - piece : 0;

            did |= try_without(shrinking, from, to);
            to = from;
        }
        count = find_members(shrinking, rank);
        if (piece == 1 || shrinking->is_stopped)
            break;
        piece = (piece + 1) / 2 < count ? (piece + 1) / 2 : count;
    }
    return did;
}

bool shrink(const unsigned *ranks, size_t count, shrink_try *try, void *arg, bool *kept)
{
    struct shrinking shrinking = {ranks, count, try, arg, kept, NULL, NULL, false};
    unsigned last = 0;
    bool did = true;

    shrinking.candidate = calloc(count + 1, sizeof(*shrinking.candidate));
    shrinking.members = calloc(count + 1, sizeof(*shrinking.members));
    if (!shrinking.candidate || !shrinking.members)
        BUG("out of memory");
    for (size_t i = 0; i < count; i++) {
        kept[i] = true;
        last = ranks[i] > last ? ranks[i] : last;
    }
    while (did && !shrinking.is_stopped) {
        did = false;
        for (unsigned rank = 0; rank <= last && !shrinking.is_stopped; rank++)
            did |= remove_of_rank(&shrinking, rank);
    }
    free(shrinking.candidate);
    free(shrinking.members);
    return !shrinking.is_stopped;
}
