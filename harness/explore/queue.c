/* SPDX-License-Identifier: Apache-2.0 */
/* queue - a binary heap: no item comes before the one above it. */
#include "harness/explore/queue.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"

struct queue {
    struct arena *arena;
    struct item **heap;
    size_t count, room;
};

struct queue *queue_new(void)
{
    struct queue *queue = calloc(1, sizeof(*queue));

    if (!queue)
        BUG("out of memory");
    queue->arena = arena_new();
    return queue;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    arena_free(queue->arena);
    free(queue->heap);
    free(queue);
}

static bool is_before(const struct item *a, const struct item *b)
{
    if (a->level != b->level)
        return a->level < b->level;
    if (a->type != b->type)
        return a->type < b->type;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return a->age < b->age;
}

void queue_push(struct queue *queue, const struct item *item)
{
    size_t at = queue->count++;
    struct item *kept = arena_alloc(queue->arena, sizeof(*kept));

    *kept = *item;
    if (at == queue->room) {
        queue->room = queue->room ? 2 * queue->room : 256;
        queue->heap = realloc(queue->heap, queue->room * sizeof(struct item *));
        if (!queue->heap)
            BUG("out of memory");
    }
    for (; at > 0 && is_before(kept, queue->heap[(at - 1) / 2]); at = (at - 1) / 2)
        queue->heap[at] = queue->heap[(at - 1) / 2];
    queue->heap[at] = kept;
}

const struct item *queue_pop(struct queue *queue)
{
    if (queue->count == 0)
        return NULL;
    struct item *first = queue->heap[0], *last = queue->heap[--queue->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;

        if (child + 1 < queue->count && is_before(queue->heap[child + 1], queue->heap[child]))
            child++;
        if (child >= queue->count || !is_before(queue->heap[child], last))
            break;
        queue->heap[at] = queue->heap[child];
        at = child;
    }
    queue->heap[at] = last;
    return first;
}

size_t queue_count(const struct queue *queue)
{
    return queue->count;
}
