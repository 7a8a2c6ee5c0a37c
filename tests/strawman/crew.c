/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew - the lock, the threads and the timers.
 *
 * States of a job: running -> in a request -> running (crew_http); running -> resting -> running
 * (crew_rest; by the clock, crew_due or crew_sweep); running -> parked -> running (crew_park,
 * crew_sweep); running -> queued -> running (crew_queue, when another job ended). Every change is
 * made with the lock held and told to everyone who waits; there are few of them. A thread whose job
 * has ended stays for the next one.
 */
#include "tests/strawman/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/http.h"
#include "tests/strawman/flaws.h"

#define IDLE_CLIENTS 8
#define IDLE_THREADS 8

struct crew {
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* some job's state, or time was said to have passed */
    bool is_time_frozen;
    long timeout_ms;
    struct crew_hooks hooks;
    struct job *jobs; /* guarded by mutex; newest first */
    struct http
        *idle[IDLE_CLIENTS]; /* guarded by mutex: clients of jobs that ended, for the next ones */
    unsigned idle_count;
    unsigned started;         /* guarded by mutex */
    pthread_cond_t begun;     /* a job has no thread yet */
    struct job *first, *last; /* guarded by mutex: those, in order */
    unsigned fresh, waiting;  /* guarded by mutex: how many; threads that have none */
    long long requests;       /* guarded by mutex: begun so far, and come back */
    long long returned;
};

struct crew *crew_new(bool is_time_frozen, long timeout_ms, const struct crew_hooks *hooks)
{
    struct crew *crew = calloc(1, sizeof(*crew));
    pthread_condattr_t attributes;

    if (!crew)
        BUG("out of memory");
    crew->is_time_frozen = is_time_frozen;
    crew->timeout_ms = timeout_ms;
    crew->hooks = *hooks;
    MUST_ZERO(pthread_mutex_init(&crew->mutex, NULL));
    MUST_ZERO(pthread_condattr_init(&attributes));
    MUST_ZERO(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    MUST_ZERO(pthread_cond_init(&crew->changed, &attributes));
    MUST_ZERO(pthread_cond_init(&crew->begun, NULL));
    pthread_condattr_destroy(&attributes);
    return crew;
}

static void tell(struct crew *crew)
{
    pthread_cond_broadcast(&crew->changed);
}

static void enter(struct crew *crew)
{
    if (crew->hooks.enter(crew->hooks.arg))
        tell(crew);
}

void crew_lock(struct crew *crew)
{
    MUST_ZERO(pthread_mutex_lock(&crew->mutex));
    enter(crew);
}

void crew_unlock(struct crew *crew)
{
    crew->hooks.leave(crew->hooks.arg);
    MUST_ZERO(pthread_mutex_unlock(&crew->mutex));
}

static void wait_for(struct crew *crew, pthread_cond_t *sign)
{
    crew->hooks.leave(crew->hooks.arg);
    pthread_cond_wait(sign, &crew->mutex);
    enter(crew);
}

static void wait(struct crew *crew)
{
    wait_for(crew, &crew->changed);
}

static void wait_until(struct crew *crew, uint64_t until_ms)
{
    struct timespec until = {.tv_sec = (time_t)(until_ms / 1000),
                             .tv_nsec = (long)(until_ms % 1000) * 1000000};

    crew->hooks.leave(crew->hooks.arg);
    pthread_cond_timedwait(&crew->changed, &crew->mutex, &until);
    enter(crew);
}

/* ---- the life of a job ---- */

static void enlist(struct crew *crew, struct job *job)
{
    job->crew = crew;
    job->arena = arena_new();
    job->http = crew->idle_count ? crew->idle[--crew->idle_count] : http_new();
    job->state = JOB_RUNNING;
    job->number = ++crew->started;
    job->next = crew->jobs;
    crew->jobs = job;
}

static void dismiss(struct job *job)
{
    struct crew *crew = job->crew;
    struct job **at = &crew->jobs;

    while (*at && *at != job)
        at = &(*at)->next;
    if (*at)
        *at = job->next;
    arena_free(job->arena); /* with its calls, before another has the client */
    if (crew->idle_count < IDLE_CLIENTS)
        crew->idle[crew->idle_count++] = job->http;
    else
        http_free(job->http);
    tell(crew);
}

static struct job *take_fresh(struct crew *crew)
{
    struct job *job = crew->first;

    crew->first = job->next_fresh;
    if (!crew->first)
        crew->last = NULL;
    crew->fresh--;
    return job;
}

static void *run_thread(void *arg)
{
    struct crew *crew = arg;

    crew_lock(crew);
    do {
        while (!crew->first) {
            crew->waiting++;
            wait_for(crew, &crew->begun);
            crew->waiting--;
        }
        struct job *job = take_fresh(crew);
        if (!job->is_over)
            job->run(job);
        dismiss(job);
        free(job);
    } while (crew->first || crew->waiting < IDLE_THREADS);
    crew_unlock(crew);
    return NULL;
}

unsigned crew_start(struct crew *crew, unsigned intent, void *engine, void (*run)(struct job *job))
{
    struct job *job = calloc(1, sizeof(*job));
    pthread_t thread;

    if (!job)
        BUG("out of memory");
    job->intent = intent;
    job->engine = engine;
    job->run = run;
    enlist(crew, job);
    job->fence = crew->hooks.fence_of(job);
    *(crew->last ? &crew->last->next_fresh : &crew->first) = job;
    crew->last = job;
    MUST_ZERO(pthread_cond_signal(&crew->begun));
    if (++crew->fresh <= crew->waiting) /* one that was woken counts as idle until it runs */
        return job->number;
    if (pthread_create(&thread, NULL, run_thread, crew))
        BUG("no more threads"); /* what is in the log goes on at the next start */
    pthread_detach(thread);
    return job->number;
}

void crew_await(struct crew *crew, unsigned number)
{
    for (;;) {
        const struct job *job = crew->jobs;

        while (job && job->number != number)
            job = job->next;
        if (!job || job->state == JOB_PARKED || (job->state == JOB_QUEUED && !job->is_free(job)))
            return;
        wait(crew);
    }
}

/* A job that was forgotten, or whose work is not its own any more, ends here, with its thread. */
static void end_if_over(struct job *job)
{
    struct crew *crew = job->crew;

    if (!job->is_over &&
        (crew->hooks.fence_of(job) == job->fence || flaw_is(FLAW_LEASE_WITHOUT_FENCE)))
        return; /* flaw: what was begun is gone on with */
    dismiss(job);
    crew_unlock(crew);
    free(job);
    pthread_exit(NULL);
}

static void become(struct job *job, int state)
{
    job->state = state;
    tell(job->crew);
}

void crew_http(struct job *job, const struct http_request *request, struct http_reply *out_reply)
{
    struct http_request copy = *request;
    struct err err = ERR_INIT;

    end_if_over(job);
    copy.may_reuse = true;
    if (!copy.timeout_ms)
        copy.timeout_ms = job->crew->timeout_ms;
    job->crew->requests++;
    become(job, JOB_IN_REQUEST);
    crew_unlock(job->crew);
    if (http_call(job->http, job->arena, &copy, out_reply, &err))
        out_reply->status = 0; /* what it means is the caller's to say */
    crew_lock(job->crew);
    job->crew->returned++;
    become(job, JOB_RUNNING);
    end_if_over(job);
}

void crew_rest(struct job *job, long ms, bool is_asked_for)
{
    end_if_over(job);
    job->due_ms = clock_monotonic_ms() + (uint64_t)(ms > 0 ? ms : 0);
    job->is_asked_for = is_asked_for;
    become(job, JOB_RESTING);
    while (job->state == JOB_RESTING && !job->is_over) {
        if (job->crew->is_time_frozen)
            wait(job->crew);
        else if (clock_monotonic_ms() >= job->due_ms)
            job->state = JOB_RUNNING;
        else
            wait_until(job->crew, job->due_ms);
    }
    end_if_over(job);
}

void crew_park(struct job *job)
{
    end_if_over(job);
    become(job, JOB_PARKED);
    while (job->state == JOB_PARKED && !job->is_over)
        wait(job->crew);
    end_if_over(job);
}

void crew_queue(struct job *job, bool (*is_free)(const struct job *job))
{
    job->is_free = is_free;
    while (!job->is_over && !is_free(job)) {
        if (job->state != JOB_QUEUED)
            become(job, JOB_QUEUED);
        wait(job->crew);
    }
    job->state = JOB_RUNNING;
    end_if_over(job);
}

/* ---- all jobs ---- */

void crew_due(struct crew *crew)
{
    for (struct job *job = crew->jobs; job; job = job->next)
        if (job->state == JOB_RESTING)
            job->state = JOB_RUNNING;
    tell(crew);
}

static struct crew_counts count(const struct crew *crew)
{
    struct crew_counts counts = {.requests = crew->requests, .due_ms = -1};
    uint64_t now = clock_monotonic_ms();

    for (const struct job *job = crew->jobs; job; job = job->next) {
        if (job->is_over)
            continue;
        counts.runnable += job->state == JOB_RUNNING;
        if (job->state == JOB_QUEUED) /* its turn has come, only its thread does not know yet */
            counts.runnable += job->is_free(job);
        counts.waiting += job->state == JOB_IN_REQUEST;
        if (job->state != JOB_RESTING)
            continue;
        long left = job->due_ms > now ? (long)(job->due_ms - now) : 0;
        if (counts.due_ms < 0 || left < counts.due_ms)
            counts.due_ms = left;
    }
    return counts;
}

bool crew_is_first(const struct job *job)
{
    for (const struct job *other = job->crew->jobs; other; other = other->next)
        if (other->intent == job->intent && other->number < job->number && !other->is_over)
            return false;
    return true;
}

bool crew_has_ended(const struct crew *crew, unsigned number)
{
    for (const struct job *job = crew->jobs; job; job = job->next)
        if (job->number == number)
            return false;
    return true;
}

unsigned crew_last(const struct crew *crew)
{
    return crew->started;
}

static bool is_sweeping(const struct crew *crew)
{
    for (const struct job *job = crew->jobs; job; job = job->next)
        if (job->is_swept && !job->is_over &&
            (job->state == JOB_RUNNING || job->state == JOB_IN_REQUEST ||
             (job->state == JOB_QUEUED && job->is_free(job))))
            return true;
    return false;
}

void crew_sweep(struct crew *crew, unsigned since)
{
    for (struct job *job = crew->jobs; job; job = job->next) {
        bool is_woken =
            job->state == JOB_PARKED || (job->state == JOB_RESTING && !job->is_asked_for);

        if (is_woken)
            job->state = JOB_RUNNING;
        job->is_swept |= is_woken || job->number > since;
    }
    tell(crew);
    while (is_sweeping(crew))
        wait(crew);
    for (struct job *job = crew->jobs; job; job = job->next)
        job->is_swept = false;
}

void crew_settle(struct crew *crew, long long returned, long wait_ms, struct crew_counts *out)
{
    uint64_t until = clock_monotonic_ms() + (uint64_t)(wait_ms > 0 ? wait_ms : 0);

    for (;;) {
        *out = count(crew);
        if ((!out->runnable && crew->returned >= returned) || clock_monotonic_ms() >= until)
            return;
        wait_until(crew, until);
    }
}

void crew_forget(struct crew *crew)
{
    for (struct job *job = crew->jobs; job; job = job->next)
        job->is_over = true;
    tell(crew);
}

unsigned crew_count(const struct crew *crew)
{
    unsigned jobs = 0;

    for (const struct job *job = crew->jobs; job; job = job->next)
        jobs += !job->is_over;
    return jobs;
}
