/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_EXPLORE_QUEUE_H
#define HARNESS_EXPLORE_QUEUE_H
/*
 * queue - prefixes that wait to be tried, by how much they leave the base order: fewer deviations first; of one
 * deviation faults (by the rows of kinds.h), then kills, then delays; then by age.
 *
 * Lifecycle: queue_new, queue_free. Ownership: items are copied, and live as long as the queue.
 */
#include <stddef.h>
#include <stdint.h>

#include "harness/explore/order.h"

struct node;
struct queue;

struct item {
    size_t scenario;
    const struct node *node; /* NULL: a canonical run */
    size_t point;            /* where it leaves that run */
    const char *step;
    struct cost used;
    uint64_t key; /* the state it ends in */
    unsigned level, type, rank;
    uint64_t age;
};

struct queue *queue_new(void);
void queue_free(struct queue *queue); /* NULL is fine */
void queue_push(struct queue *queue, const struct item *item);
const struct item *queue_pop(struct queue *queue); /* NULL: none waits */
size_t queue_count(const struct queue *queue);
#endif
