/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker - see the header.
 *
 * States of a task and who changes them:
 *   BLOCKED -> READY     worker_add, finish_locked (the one before it has ended)
 *   READY   -> RUNNING   lane_main takes it
 *   RUNNING <-> CALLING  worker_enter, worker_leave
 *   RUNNING -> TIMED     its turn ended with a delay
 *   TIMED   -> READY     the timer thread, worker_due, worker_sweep
 *   RUNNING -> gone      its turn ended without one
 *
 * Invariants: (1) a task with order keys runs only while it is first in the queue of each of them;
 * (2) it stays there while it is timed: what comes after it may not overtake; (3) `runnable` =
 * READY + RUNNING, `waiting` = CALLING, changed in the same critical section as the state.
 */
#include "engine/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/http.h"

enum task_state { TASK_BLOCKED, TASK_READY, TASK_RUNNING, TASK_TIMED };

struct entry { /* one task's place in the queue of one key */
    struct job *job;
    struct entry *next;
};

struct queue { /* the tasks that share a key, first to run first */
    char *key;
    struct entry *first;
    UT_hash_handle hh;
};

struct job {
    struct task task;
    enum task_state state;
    bool has_begun, is_forgotten, is_swept;
    uint64_t due_us;
    bool is_kept;
    struct queue **queues;
    struct job *next, *previous; /* all tasks, as added */
    struct job *ready_next;      /* the ready ones, first to run first */
};

struct worker {
    struct worker_options options;
    pthread_mutex_t mutex;
    pthread_cond_t ready, changed, timer;
    struct job *jobs, *jobs_last; /* guarded by mutex, as all below */
    struct job *ready_first, *ready_last;
    struct queue *queues;
    unsigned runnable, waiting, backlog;
    unsigned long long requests; /* worker_enter so far */
    unsigned idle, ready_count, thread_count;
    pthread_t *threads;
    pthread_t timer_thread;
    bool has_timer_thread, is_stopping, is_stopped; /* stopped: no thread is left */
};

static void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    MUST_ZERO(pthread_condattr_init(&attr));
    MUST_ZERO(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    MUST_ZERO(pthread_cond_init(cond, &attr));
    pthread_condattr_destroy(&attr);
}

static void lock(struct worker *worker)
{
    MUST_ZERO(pthread_mutex_lock(&worker->mutex));
}

static void unlock(struct worker *worker)
{
    MUST_ZERO(pthread_mutex_unlock(&worker->mutex));
}

static void *must_calloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory)
        BUG("out of memory");
    return memory;
}

static void wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t until_us)
{
    struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
                             .tv_nsec = (long)(until_us % 1000000) * 1000};

    pthread_cond_timedwait(cond, mutex, &until); /* a time-out is one of the answers */
}

static void *lane_main(void *arg);

static void start_thread_locked(struct worker *worker)
{
    pthread_t *thread = &worker->threads[worker->thread_count];

    if (worker->thread_count >= worker->options.threads_max)
        return;
    if (pthread_create(thread, NULL, lane_main, worker) == 0)
        worker->thread_count++;
    else if (worker->thread_count == 0)
        BUG("no thread can be started");
}

static void make_ready_locked(struct worker *worker, struct job *job)
{
    job->state = TASK_READY;
    job->ready_next = NULL;
    if (worker->is_stopping)
        return; /* nobody takes it any more */
    if (worker->ready_last)
        worker->ready_last->ready_next = job;
    else
        worker->ready_first = job;
    worker->ready_last = job;
    worker->ready_count++;
    worker->runnable++;
    if (worker->ready_count >
        worker->idle) /* a thread that was woken counts as idle until it runs */
        start_thread_locked(worker);
    MUST_ZERO(pthread_cond_signal(&worker->ready));
}

static bool is_first_locked(const struct job *job)
{
    for (size_t i = 0; i < job->task.key_count; i++) {
        if (job->queues[i]->first->job != job)
            return false;
    }
    return true;
}

static void time_locked(struct worker *worker, struct job *job, long delay_ms, bool is_kept)
{
    job->state = TASK_TIMED;
    job->is_kept = is_kept;
    job->due_us = clock_monotonic_us() + (uint64_t)delay_ms * 1000;
    MUST_ZERO(pthread_cond_signal(&worker->timer));
}

/* The job may be first everywhere now: then it begins. */
static void advance_locked(struct worker *worker, struct job *job)
{
    if (job->state != TASK_BLOCKED || !is_first_locked(job))
        return;
    if (job->task.delay_ms > 0)
        time_locked(worker, job, job->task.delay_ms, job->task.is_kept);
    else
        make_ready_locked(worker, job);
}

static struct queue *queue_get_locked(struct worker *worker, const char *key)
{
    struct queue *queue = NULL;

    HASH_FIND_STR(worker->queues, key, queue);
    if (queue)
        return queue;
    queue = must_calloc(1, sizeof(*queue));
    queue->key = strdup(key);
    ASSERT(queue->key);
    HASH_ADD_KEYPTR(hh, worker->queues, queue->key, strlen(queue->key), queue);
    return queue;
}

/* Only a job with one key may step forward: with several, two jobs could come to wait for each
 * other. */
static bool goes_before(const struct job *late, const struct job *early)
{
    return late->task.key_count == 1 && !early->has_begun && early->state == TASK_BLOCKED &&
           late->task.sequence >= 0 && early->task.sequence > late->task.sequence;
}

static void queue_insert_locked(struct queue *queue, struct job *job)
{
    struct entry *entry = must_calloc(1, sizeof(*entry));
    struct entry **at = &queue->first;

    entry->job = job;
    while (*at && !goes_before(job, (*at)->job))
        at = &(*at)->next;
    entry->next = *at;
    *at = entry;
}

static void queue_remove_locked(struct worker *worker, struct queue *queue, struct job *job)
{
    struct entry **at = &queue->first;
    struct entry *gone;

    while ((*at)->job != job)
        at = &(*at)->next;
    gone = *at;
    *at = gone->next;
    free(gone);
    if (queue->first)
        return;
    HASH_DEL(worker->queues, queue);
    free(queue->key);
    free(queue);
}

static void unlink_locked(struct worker *worker, struct job *job)
{
    *(job->previous ? &job->previous->next : &worker->jobs) = job->next;
    *(job->next ? &job->next->previous : &worker->jobs_last) = job->previous;
    worker->backlog--;
}

/* Takes the job out of everything and lets those behind it begin. The caller frees it, outside the
 * mutex. */
static void finish_locked(struct worker *worker, struct job *job)
{
    struct job *heads[WORKER_KEYS_MAX];
    size_t count = 0;

    unlink_locked(worker, job);
    for (size_t i = 0; i < job->task.key_count; i++) {
        struct entry *next = job->queues[i]->first->job == job ? job->queues[i]->first->next : NULL;

        if (next)
            heads[count++] = next->job;
        queue_remove_locked(worker, job->queues[i], job);
    }
    for (size_t i = 0; i < count; i++)
        advance_locked(worker, heads[i]);
    MUST_ZERO(pthread_cond_broadcast(&worker->changed));
}

static void drop_locked(struct worker *worker, struct job *job)
{
    unlink_locked(worker, job);
    for (size_t i = 0; i < job->task.key_count; i++)
        queue_remove_locked(worker, job->queues[i], job);
}

static void job_free(struct job *job)
{
    if (job->task.release)
        job->task.release(job->task.arg);
    free(job->queues);
    free(job);
}

static struct job *take_locked(struct worker *worker)
{
    while (!worker->ready_first && !worker->is_stopping) {
        worker->idle++;
        MUST_ZERO(pthread_cond_wait(&worker->ready, &worker->mutex));
        worker->idle--;
    }
    if (worker->is_stopping)
        return NULL;
    struct job *job = worker->ready_first;
    worker->ready_first = job->ready_next;
    worker->ready_count--;
    if (!worker->ready_first)
        worker->ready_last = NULL;
    job->state = TASK_RUNNING;
    job->has_begun = true;
    return job;
}

static void *lane_main(void *arg)
{
    struct worker *worker = arg;
    struct worker_lane lane = {.worker = worker, .http = http_new()};

    lock(worker);
    for (struct job *job = take_locked(worker); job; job = take_locked(worker)) {
        unlock(worker);
        struct task_end end = job->task.fn(job->task.arg, &lane);

        lock(worker);
        job->is_swept = false;
        if (end.is_timed && !job->is_forgotten) {
            time_locked(worker, job, end.delay_ms, end.is_kept);
        } else {
            finish_locked(worker, job);
            unlock(worker);
            job_free(job); /* still counted as runnable: releasing may wake whoever waits for it */
            lock(worker);
        }
        worker->runnable--;
        MUST_ZERO(pthread_cond_broadcast(&worker->changed));
    }
    unlock(worker);
    http_free(lane.http);
    return NULL;
}

static void *timer_main(void *arg)
{
    struct worker *worker = arg;

    lock(worker);
    while (!worker->is_stopping) {
        uint64_t now = clock_monotonic_us();
        uint64_t nearest = now + 3600000000u;

        for (struct job *job = worker->jobs; job; job = job->next) {
            if (job->state != TASK_TIMED)
                continue;
            if (job->due_us <= now)
                make_ready_locked(worker, job);
            else if (job->due_us < nearest)
                nearest = job->due_us;
        }
        wait_until(&worker->timer, &worker->mutex, nearest);
    }
    unlock(worker);
    return NULL;
}

struct worker *worker_new(const struct worker_options *options)
{
    struct worker *worker = must_calloc(1, sizeof(*worker));

    worker->options = *options;
    worker->threads = must_calloc(options->threads_max, sizeof(*worker->threads));
    MUST_ZERO(pthread_mutex_init(&worker->mutex, NULL));
    cond_init(&worker->ready);
    cond_init(&worker->changed);
    cond_init(&worker->timer);
    if (!options->is_time_frozen) {
        MUST_ZERO(pthread_create(&worker->timer_thread, NULL, timer_main, worker));
        worker->has_timer_thread = true;
    }
    return worker;
}

bool worker_stop(struct worker *worker)
{
    bool is_idle;

    lock(worker);
    worker->is_stopping = true;
    MUST_ZERO(pthread_cond_broadcast(&worker->ready));
    MUST_ZERO(pthread_cond_broadcast(&worker->changed));
    MUST_ZERO(pthread_cond_broadcast(&worker->timer));
    for (struct job *job = worker->ready_first; job; job = job->ready_next)
        worker->runnable--; /* nobody takes them any more */
    worker->ready_first = worker->ready_last = NULL;
    worker->ready_count = 0;
    while (worker->runnable > 0)
        MUST_ZERO(pthread_cond_wait(&worker->changed, &worker->mutex));
    is_idle = worker->waiting == 0;
    unlock(worker);
    if (!is_idle)
        return false;
    for (unsigned i = 0; i < worker->thread_count; i++)
        MUST_ZERO(pthread_join(worker->threads[i], NULL));
    if (worker->has_timer_thread)
        MUST_ZERO(pthread_join(worker->timer_thread, NULL));
    lock(worker);
    worker->is_stopped = true;
    MUST_ZERO(pthread_cond_broadcast(&worker->changed));
    unlock(worker);
    return true;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    while (worker->jobs) {
        struct job *job = worker->jobs;

        drop_locked(worker, job);
        job_free(job);
    }
    pthread_cond_destroy(&worker->ready);
    pthread_cond_destroy(&worker->changed);
    pthread_cond_destroy(&worker->timer);
    pthread_mutex_destroy(&worker->mutex);
    free(worker->threads);
    free(worker);
}

static struct job *add(struct worker *worker, const struct task *task)
{
    struct job *job = must_calloc(1, sizeof(*job));

    ASSERT(task->key_count <= WORKER_KEYS_MAX);
    job->task = *task;
    job->task.keys = NULL;
    job->queues = must_calloc(task->key_count, sizeof(struct queue *));
    lock(worker);
    for (size_t i = 0; i < task->key_count; i++) {
        job->queues[i] = queue_get_locked(worker, task->keys[i]);
        queue_insert_locked(job->queues[i], job);
    }
    job->previous = worker->jobs_last;
    *(worker->jobs_last ? &worker->jobs_last->next : &worker->jobs) = job;
    worker->jobs_last = job;
    worker->backlog++;
    advance_locked(worker, job);
    unlock(worker);
    return job;
}

void worker_add(struct worker *worker, const struct task *task)
{
    add(worker, task);
}

struct call {
    worker_fn *fn;
    void *arg;
    struct worker *worker;
    bool is_done; /* guarded by the worker's mutex */
};

static struct task_end call_run(void *arg, struct worker_lane *lane)
{
    struct call *call = arg;

    return call->fn(call->arg, lane);
}

static void call_release(void *arg)
{
    struct call *call = arg;
    struct worker *worker = call->worker;

    lock(worker);
    call->is_done = true; /* from here on the caller may be gone with `call` */
    MUST_ZERO(pthread_cond_broadcast(&worker->changed));
    unlock(worker);
}

void worker_call(struct worker *worker, const char *key, worker_fn *fn, void *arg)
{
    struct call call = {.fn = fn, .arg = arg, .worker = worker};
    struct job *job = add(worker, &(struct task){.fn = call_run,
                                                 .arg = &call,
                                                 .release = call_release,
                                                 .keys = &key,
                                                 .key_count = 1,
                                                 .sequence = -1});

    lock(worker);
    while (!call.is_done && !worker->is_stopped)
        MUST_ZERO(pthread_cond_wait(&worker->changed, &worker->mutex));
    if (!call.is_done) { /* no thread is left to run it */
        drop_locked(worker, job);
        free(job->queues);
        free(job);
    }
    unlock(worker);
}

void worker_enter(struct worker *worker)
{
    lock(worker);
    worker->runnable--;
    worker->waiting++;
    worker->requests++;
    MUST_ZERO(pthread_cond_broadcast(&worker->changed));
    while (worker->is_stopping) /* nothing new leaves any more; the process exits */
        MUST_ZERO(pthread_cond_wait(&worker->changed, &worker->mutex));
    unlock(worker);
}

void worker_leave(struct worker *worker)
{
    lock(worker);
    while (worker->is_stopping)
        MUST_ZERO(pthread_cond_wait(&worker->changed, &worker->mutex));
    worker->waiting--;
    worker->runnable++;
    unlock(worker);
}

void worker_settle(struct worker *worker, unsigned long long returned, long wait_ms,
                   struct worker_counts *out)
{
    uint64_t until = clock_monotonic_us() + (uint64_t)wait_ms * 1000;
    uint64_t nearest = UINT64_MAX;

    lock(worker);
    while ((worker->runnable > 0 || worker->requests - worker->waiting < returned) &&
           !worker->is_stopping && clock_monotonic_us() < until)
        wait_until(&worker->changed, &worker->mutex, until);
    for (struct job *job = worker->jobs; job; job = job->next) {
        if (job->state == TASK_TIMED && job->due_us < nearest)
            nearest = job->due_us;
    }
    uint64_t now = clock_monotonic_us();
    long rest_ms = nearest > now ? (long)((nearest - now + 999) / 1000) : 0;

    *out = (struct worker_counts){.runnable = worker->runnable,
                                  .waiting = worker->waiting,
                                  .requests = worker->requests,
                                  .due_ms = nearest == UINT64_MAX ? -1 : rest_ms};
    unlock(worker);
}

void worker_due(struct worker *worker)
{
    lock(worker);
    for (struct job *job = worker->jobs; job; job = job->next) {
        if (job->state == TASK_TIMED)
            make_ready_locked(worker, job);
    }
    unlock(worker);
}

static bool has_swept_locked(const struct worker *worker)
{
    for (const struct job *job = worker->jobs; job; job = job->next) {
        if (job->is_swept)
            return true;
    }
    return false;
}

void worker_sweep(struct worker *worker)
{
    lock(worker);
    for (struct job *job = worker->jobs; job; job = job->next) {
        if (job->state != TASK_TIMED || job->is_kept)
            continue;
        job->is_swept = true;
        make_ready_locked(worker, job);
    }
    while (has_swept_locked(worker) && !worker->is_stopping)
        MUST_ZERO(pthread_cond_wait(&worker->changed, &worker->mutex));
    unlock(worker);
}

/* Jobs that do not run can go at once; those that run go when their turn ends. */
static struct job *forget_locked(struct worker *worker)
{
    struct job *gone = NULL;
    struct job *next;

    for (struct job *job = worker->jobs; job; job = next) {
        next = job->next;
        job->is_forgotten = true;
        if (job->state == TASK_RUNNING)
            continue;
        if (job->state == TASK_READY)
            worker->runnable--;
        drop_locked(worker, job);
        job->next = gone;
        gone = job;
    }
    worker->ready_first = worker->ready_last = NULL;
    worker->ready_count = 0;
    return gone;
}

void worker_forget(struct worker *worker)
{
    lock(worker);
    struct job *gone = forget_locked(worker);
    while (worker->jobs && !worker->is_stopping)
        MUST_ZERO(pthread_cond_wait(&worker->changed, &worker->mutex));
    unlock(worker);
    while (gone) {
        struct job *job = gone;

        gone = job->next;
        job_free(job);
    }
}

unsigned worker_backlog(struct worker *worker)
{
    lock(worker);
    unsigned backlog = worker->backlog;
    unlock(worker);
    return backlog;
}
