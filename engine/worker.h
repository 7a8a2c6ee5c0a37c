/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H
/*
 * worker - the engine's threads, and the only judge of what could go on now.
 *
 * A task is one piece of work (an intent to advance, a decision to check). Tasks that share an
 * order key run one after the other, in the order of their `sequence` (where both have one and
 * neither has begun), else as they were added. A task is blocked (behind another), ready, running,
 * in a request (inside worker_enter/worker_leave) or timed. `runnable` counts ready and running,
 * `waiting` those in a request; one mutex guards all of it, so that a count of nothing runnable is
 * true at that moment.
 *
 * Lifecycle:  worker_new, worker_add ..., worker_free. Threads are made when there is work and
 * none is idle.
 * Ownership:  order keys are copied; `arg` is the caller's until the task has ended.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
struct worker;

struct worker_lane { /* what one thread has of its own */
    struct worker *worker;
    struct http *http;
};

struct task_end {  /* how a turn of a task ended */
    bool is_timed; /* the task goes on after delay_ms; else it has ended */
    bool is_kept;  /* the delay was asked for by the other side: only worker_due may cut it */
    long delay_ms;
};
typedef struct task_end worker_fn(void *arg, struct worker_lane *lane);

struct worker_options {
    unsigned threads_max;
    bool is_time_frozen; /* timers fire by worker_due and worker_sweep alone */
};

#define WORKER_KEYS_MAX 512
struct task {
    worker_fn *fn;
    void *arg;
    void (*release)(void *arg); /* called once when the task has ended; may be NULL */
    const char *const *keys;    /* order keys */
    size_t key_count;           /* at most WORKER_KEYS_MAX */
    long long sequence;         /* -1: none */
    long delay_ms;              /* > 0: begins on a timer */
    bool is_kept;
};

struct worker *worker_new(const struct worker_options *options);
/* Lets no task go on, waits for those that compute. False when some are inside a request: then
 * they are parked for good, the worker stays, and the process should exit. */
bool worker_stop(struct worker *worker);
void worker_free(struct worker *worker); /* after worker_stop said true; NULL is fine */

void worker_add(struct worker *worker, const struct task *task);
/* Runs fn as a task with one order key and waits until it has ended; when the worker stops it may
 * never be run. */
void worker_call(struct worker *worker, const char *key, worker_fn *fn, void *arg);

/* Around a request to the outside, on a worker's thread. */
void worker_enter(struct worker *worker);
void worker_leave(struct worker *worker);

struct worker_counts {
    unsigned runnable, waiting;
    unsigned long long requests; /* begun so far */
    long due_ms;                 /* until the nearest timer; -1: none */
};
/* Waits until nothing is runnable and that many requests have come back, at most wait_ms. */
void worker_settle(struct worker *worker, unsigned long long returned, long wait_ms,
                   struct worker_counts *out);
void worker_due(struct worker *worker); /* every timer has run out */
void worker_sweep(
    struct worker *worker); /* every timer but kept ones; waits until those tasks had their turn */
void worker_forget(
    struct worker
        *worker); /* drops all tasks; waits for those that run (none may be in a request long) */
unsigned worker_backlog(struct worker *worker); /* tasks that have not ended */
#endif
