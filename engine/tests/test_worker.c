/* SPDX-License-Identifier: Apache-2.0 */
/* Order, counting and ending of the engine's threads. */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "engine/worker.h"
#include "tests/expect.h"

#define CALLS_MAX 2000

/* What tasks write down, and a gate at which they can be held inside a "request". */
static struct scene {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    char story[8192]; /* guarded by mutex, as all below */
    bool is_open;
    int turns;
} scene = {.mutex = PTHREAD_MUTEX_INITIALIZER, .opened = PTHREAD_COND_INITIALIZER};

static void begin(bool is_open)
{
    pthread_mutex_lock(&scene.mutex);
    scene.story[0] = '\0';
    scene.is_open = is_open;
    scene.turns = 0;
    pthread_mutex_unlock(&scene.mutex);
}

static void open_gate(void)
{
    pthread_mutex_lock(&scene.mutex);
    scene.is_open = true;
    pthread_cond_broadcast(&scene.opened);
    pthread_mutex_unlock(&scene.mutex);
}

static struct task_end pass_gate(void *arg, struct worker_lane *lane)
{
    worker_enter(lane->worker);
    pthread_mutex_lock(&scene.mutex);
    while (!scene.is_open)
        pthread_cond_wait(&scene.opened, &scene.mutex);
    pthread_mutex_unlock(&scene.mutex);
    worker_leave(lane->worker);
    pthread_mutex_lock(&scene.mutex);
    strncat(scene.story, arg, sizeof(scene.story) - strlen(scene.story) - 1);
    pthread_mutex_unlock(&scene.mutex);
    return (struct task_end){.is_timed = false};
}

/* The first turn waits for a timer, the second ends. */
static struct task_end two_turns(void *arg, struct worker_lane *lane)
{
    (void)arg, (void)lane;
    pthread_mutex_lock(&scene.mutex);
    int turn = scene.turns++;
    pthread_mutex_unlock(&scene.mutex);
    return (struct task_end){.is_timed = turn == 0, .delay_ms = 60000, .is_kept = arg != NULL};
}

static struct worker *start(void)
{
    return worker_new(&(struct worker_options){.threads_max = 8, .is_time_frozen = true});
}

static void end(struct worker *worker)
{
    EXPECT_TRUE("stop", worker_stop(worker));
    worker_free(worker);
}

static void add(struct worker *worker, const char *name, const char *key, long long sequence)
{
    worker_add(worker, &(struct task){.fn = pass_gate,
                                      .arg = (void *)(uintptr_t)name,
                                      .keys = &key,
                                      .key_count = 1,
                                      .sequence = sequence});
}

/* As the harness does: asked again until as many wait as are held. Those let through may not have
 * woken yet. */
static struct worker_counts settle(struct worker *worker, unsigned waiting)
{
    struct worker_counts counts;

    do
        worker_settle(worker, 0, 10000, &counts);
    while (counts.waiting != waiting && sched_yield() == 0);
    return counts;
}

static void expect_counts(const char *row, struct worker *worker, unsigned waiting, bool has_timer)
{
    struct worker_counts counts = settle(worker, waiting);

    EXPECT_INT(row, counts.runnable, 0);
    EXPECT_INT(row, counts.waiting, waiting);
    EXPECT_INT(row, counts.due_ms >= 0, has_timer);
}

static void tasks_of_one_key_run_in_order(void)
{
    struct worker *worker = start();

    begin(false);
    add(worker, "a", "key", -1);
    add(worker, "b", "key", -1);
    add(worker, "c", "key", -1);
    expect_counts("one waits, two are behind it", worker, 1, false);
    open_gate();
    expect_counts("all have run", worker, 0, false);
    EXPECT_STR("order", scene.story, "abc");
    EXPECT_INT("backlog", worker_backlog(worker), 0);
    end(worker);
}

static void what_has_not_begun_runs_by_its_sequence(void)
{
    struct worker *worker = start();

    begin(false);
    add(worker, "1", "key", 9); /* has begun: nothing goes before it */
    expect_counts("begun", worker, 1, false);
    add(worker, "4", "key", 4);
    add(worker, "3", "key", 3);
    add(worker, "2", "key", 2);
    open_gate();
    settle(worker, 0);
    EXPECT_STR("order", scene.story, "1234");
    end(worker);
}

static void tasks_of_different_keys_wait_together(void)
{
    struct worker *worker = start();

    begin(false);
    add(worker, "a", "one", -1);
    add(worker, "b", "two", -1);
    add(worker, "c", "three", -1);
    expect_counts("all wait", worker, 3, false);
    open_gate();
    expect_counts("none waits", worker, 0, false);
    end(worker);
}

static void a_frozen_timer_fires_when_told(void)
{
    struct worker *worker = start();

    begin(true);
    worker_add(worker, &(struct task){.fn = two_turns, .sequence = -1});
    expect_counts("a timer", worker, 0, true);
    EXPECT_INT("turns", scene.turns, 1);
    worker_due(worker);
    expect_counts("it has fired", worker, 0, false);
    EXPECT_INT("turns", scene.turns, 2);
    end(worker);
}

static void a_sweep_cuts_backoff_but_no_kept_timer(void)
{
    static const struct {
        const char *row;
        void *kept;
        int turns;
    } rows[] = {{"back-off", NULL, 2}, {"Retry-After", scene.story, 1}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct worker *worker = start();

        begin(true);
        worker_add(worker, &(struct task){.fn = two_turns, .arg = rows[i].kept, .sequence = -1});
        settle(worker, 0);
        worker_sweep(worker);
        EXPECT_INT(rows[i].row, scene.turns, rows[i].turns);
        end(worker);
    }
}

static void a_timer_holds_back_what_is_behind_it(void)
{
    struct worker *worker = start();
    const char *key = "key";

    begin(true);
    worker_add(worker,
               &(struct task){.fn = two_turns, .keys = &key, .key_count = 1, .sequence = -1});
    add(worker, "b", "key", -1);
    expect_counts("the timer", worker, 0, true);
    EXPECT_STR("not overtaken", scene.story, "");
    worker_due(worker);
    settle(worker, 0);
    EXPECT_STR("then the next", scene.story, "b");
    end(worker);
}

static void a_call_has_run_when_it_returns(void)
{
    struct worker *worker = start();

    begin(true);
    for (int i = 0; i < CALLS_MAX; i++)
        worker_call(worker, "calls", pass_gate, (void *)(uintptr_t)(i % 100 ? "" : "x"));
    EXPECT_INT("calls", (long long)strlen(scene.story), CALLS_MAX / 100);
    end(worker);
}

static void forgetting_leaves_nothing(void)
{
    struct worker *worker = start();

    begin(true);
    worker_add(worker, &(struct task){.fn = two_turns, .sequence = -1});
    settle(worker, 0);
    worker_forget(worker);
    expect_counts("nothing", worker, 0, false);
    EXPECT_INT("backlog", worker_backlog(worker), 0);
    end(worker);
}

static int turns(void)
{
    pthread_mutex_lock(&scene.mutex);
    int turns = scene.turns;
    pthread_mutex_unlock(&scene.mutex);
    return turns;
}

/* Computes until the worker is told to stop. */
static struct task_end until_stopped(void *arg, struct worker_lane *lane)
{
    struct worker_counts counts;

    (void)arg;
    pthread_mutex_lock(&scene.mutex);
    scene.turns++;
    pthread_mutex_unlock(&scene.mutex);
    worker_settle(lane->worker, 0, 60000, &counts);
    return (struct task_end){.is_timed = false};
}

/* The task behind it becomes ready while the worker stops: nobody takes it, and nobody waits for
 * it. */
static void what_becomes_ready_too_late_holds_nothing_up(void)
{
    struct worker *worker = start();
    const char *key = "key";

    begin(true);
    worker_add(worker,
               &(struct task){.fn = until_stopped, .keys = &key, .key_count = 1, .sequence = -1});
    add(worker, "b", "key", -1);
    while (turns() == 0)
        sched_yield();
    EXPECT_TRUE("stop", worker_stop(worker));
    add(worker, "c", "other", -1);
    EXPECT_STR("not begun", scene.story, "");
    worker_free(worker);
}

/* Those let through may not have woken yet: what is answered waits for them. */
static void settling_waits_for_requests_to_come_back(void)
{
    struct worker *worker = start();
    struct worker_counts counts;

    begin(false);
    add(worker, "a", "one", -1);
    add(worker, "b", "two", -1);
    expect_counts("both are in a request", worker, 2, false);
    worker_settle(worker, 1, 1, &counts);
    EXPECT_INT("none comes back: the time is over", counts.waiting, 2);
    EXPECT_INT("begun", (long long)counts.requests, 2);
    open_gate();
    worker_settle(worker, 2, 10000, &counts);
    EXPECT_INT("both have come back", counts.waiting, 0);
    EXPECT_INT("and are done", worker_backlog(worker), 0);
    end(worker);
}

static CU_TestInfo tests[] = {
    {"settling waits for requests to come back", settling_waits_for_requests_to_come_back},
    {"tasks of one key run in order", tasks_of_one_key_run_in_order},
    {"what has not begun runs by its sequence", what_has_not_begun_runs_by_its_sequence},
    {"tasks of different keys wait together", tasks_of_different_keys_wait_together},
    {"a frozen timer fires when told", a_frozen_timer_fires_when_told},
    {"a sweep cuts back-off but no kept timer", a_sweep_cuts_backoff_but_no_kept_timer},
    {"a timer holds back what is behind it", a_timer_holds_back_what_is_behind_it},
    {"a call has run when it returns", a_call_has_run_when_it_returns},
    {"forgetting leaves nothing", forgetting_leaves_nothing},
    {"what becomes ready too late holds nothing up", what_becomes_ready_too_late_holds_nothing_up},
    CU_TEST_INFO_NULL,
};
SUITE("worker", tests)
