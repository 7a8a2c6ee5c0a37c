/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_CREW_H
#define TESTS_STRAWMAN_CREW_H
/*
 * crew - one thread per active intent, all under one lock.
 *
 * A job's code is a straight line that blocks: for a reply, for a timer, for its turn. It holds the
 * crew's lock at all times but while it blocks here, so whatever the engine knows needs no other
 * lock.
 *
 * Lifecycle:  crew_new, crew_start ...; the process ends with its threads where they are.
 * Reset:      crew_forget ends every job at the place where it blocks (or will block next). A job
 *             must therefore own nothing but what is in its arena when it calls crew_http,
 *             crew_rest, crew_park or crew_queue.
 * Processes:  where several work on one folder, the lock is a lock between them as well: see struct crew_hooks.
 * Time:       with frozen time timers run out by crew_due and crew_sweep alone.
 */
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct crew;
struct http_reply;
struct http_request;

struct job {
    struct arena *arena;
    void *engine;      /* whatever the jobs work on */
    unsigned intent;   /* number of the intent it carries out */
    struct crew *crew; /* from here on the crew's own */
    unsigned number;
    long long fence;
    struct http *http;
    void (*run)(struct job *job);
    enum {
        JOB_RUNNING,
        JOB_IN_REQUEST,
        JOB_RESTING, /* on a timer */
        JOB_PARKED,  /* until a sweep */
        JOB_QUEUED   /* behind another intent */
    } state;
    uint64_t due_ms;                        /* by the monotonic clock */
    bool is_asked_for;                      /* by a Retry-After: a sweep may not cut it */
    bool is_swept;                          /* a sweep waits for it */
    bool (*is_free)(const struct job *job); /* queued: may it go on? */
    bool is_over;                           /* forgotten: it ends where it is */
    struct job *next, *next_fresh;
};

struct crew_hooks {
    bool (*enter)(
        void *
            arg); /* when the lock was taken; true: what jobs wait for may have changed meanwhile */
    void (*leave)(void *arg); /* before it is given away, also to wait */
    void *arg;
    /* A number of the job's intent: when it is another than at the job's start, the job ends where it is. */
    long long (*fence_of)(const struct job *job);
};

struct crew *crew_new(bool is_time_frozen, long timeout_ms, const struct crew_hooks *hooks);
void crew_lock(struct crew *crew);
void crew_unlock(struct crew *crew);

/* The rest is called with the lock held. */
unsigned crew_start(struct crew *crew, unsigned intent, void *engine, void (*run)(struct job *job));
/* Waits until the job that crew_start gave that number for has ended, is parked, or is behind another. */
void crew_await(struct crew *crew, unsigned number);

/* For jobs; each gives the lock away while it waits. */
void crew_http(struct job *job, const struct http_request *request, struct http_reply *out_reply);
void crew_rest(struct job *job, long ms, bool is_asked_for);
void crew_park(struct job *job);
void crew_queue(struct job *job, bool (*is_free)(const struct job *job));

void crew_due(struct crew *crew); /* every timer has run out */
/* Is no job of that intent before this one? What a server asked one of them to wait for holds for all. */
bool crew_is_first(const struct job *job);
bool crew_has_ended(const struct crew *crew, unsigned number);
unsigned crew_last(const struct crew *crew); /* the number of the job that was started last */
/* Ends back-off and parking, not what a server asked for; waits until these jobs, and those started after `since`, are at
 * rest again. What was under way before is none of its business: it may take as long as a server does. */
void crew_sweep(struct crew *crew, unsigned since);
void crew_forget(struct crew *crew);
unsigned crew_count(const struct crew *crew); /* jobs that have not ended */

struct crew_counts {
    unsigned runnable, waiting;
    long long requests; /* begun so far */
    long due_ms;        /* until the nearest timer; -1: none */
};
/* Until nothing is runnable and that many requests have come back, at most wait_ms. */
void crew_settle(struct crew *crew, long long returned, long wait_ms, struct crew_counts *out);
#endif
