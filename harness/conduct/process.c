/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process - the engine under test as a process: its folder, its start until it is ready, its end.
 *
 * A spare may get ready while a run goes on, for the next one: a fresh process in a fresh folder all the same. It is
 * kept only where an engine was seen to start without a word to the FHIR server, as what it said would fall into a
 * run that is not its own.
 *
 * One folder lives as long as one series of runs on it: it is kept over kill and start, and removed with
 * process_end. The engine is ready when its URL is known (given, or found on its stdout) and, where the adapter
 * names one, its ready URL answers 2xx.
 */
#include <errno.h>
#include <netinet/in.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "harness/conduct/folder.h"
#include "harness/conduct/interrupt.h"
#include "harness/conduct/run.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/mapping.h"

#define POLL_MS    10 /* between two questions to a ready URL: there is no event to wait for */
#define LAST_WORDS 5  /* lines of stderr in an error */

/* A port that nobody has at this moment, for adapters that must be told one. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = 0;

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    if (fd >= 0)
        close(fd);
    return port;
}

bool process_is_ours(const struct conductor *conductor)
{
    return conductor->options.adapter->command != NULL;
}

bool process_is_up(const struct conductor *conductor)
{
    for (size_t i = 0; i < INSTANCES_MAX; i++) {
        if (instance_is_up(conductor, &conductor->instances[i]))
            return true;
    }
    return false;
}

static int check_one(struct conductor *conductor, const struct instance *instance, struct err *err)
{
    struct arena *arena = conductor->place.arena;

    if (!instance->child || instance->is_end_due || child_is_running(instance->child))
        return 0;
    const char *words = child_last_words(instance->child, arena, LAST_WORDS);
    size_t left = child_left(instance->child);
    conductor->is_tainted = true;
    return err_set(err, ERR_IO, "the engine%s ended by itself (%s%s)%s%.400s",
                   instance == conductor->instances ? "" : " @2", child_end(instance->child, arena),
                   left ? arena_printf(arena, ", leaving %zu processes behind, ended now", left)
                        : "",
                   words[0] ? ": " : "", words);
}

int process_check(struct conductor *conductor, struct err *err)
{
    for (size_t i = 0; i < INSTANCES_MAX; i++) {
        if (check_one(conductor, &conductor->instances[i], err))
            return -1;
    }
    return 0;
}

/* One turn without a run: the engine is starting, and the simulator answers nobody yet. */
static int turn(struct conductor *conductor, int timeout_ms, struct err *err)
{
    return conductor_turn(conductor, timeout_ms, err) ? -1 : process_check(conductor, err);
}

/* The first complete line of stdout that has what the pattern wants; NULL when there is none yet. */
static const char *find_url(struct arena *arena, const regex_t *pattern, const char *text)
{
    regmatch_t match[1];
    const char *end = strrchr(text, '\n');

    if (!end)
        return NULL;
    char *lines = arena_copy(arena, text, (size_t)(end - text));
    if (regexec(pattern, lines, 1, match, 0) != 0)
        return NULL;
    return arena_copy(arena, lines + match[0].rm_so, (size_t)(match[0].rm_eo - match[0].rm_so));
}

/* How the one that is meant now is started. */
static const struct adapter *adapter_now(const struct conductor *conductor)
{
    const struct adapter *adapter = conductor->options.adapter;

    return conductor->now == conductor->instances ? adapter : adapter->second;
}

static int late(const struct conductor *conductor, const char *what, struct err *err)
{
    if (adapter_runs_already(conductor->options.adapter))
        return err_set(err, ERR_TIMEOUT, "the engine does not answer at its address (%ld ms): %s",
                       adapter_now(conductor)->ready_ms, what);
    const char *words = conductor->now->child ? child_last_words(conductor->now->child,
                                                                 conductor->place.arena, LAST_WORDS)
                                              : "";

    return err_set(err, ERR_TIMEOUT, "the engine is not ready after %ld ms: %s%s%.300s",
                   adapter_now(conductor)->ready_ms, what,
                   words[0] ? "; it said: " : "; it said nothing on stderr", words);
}

static int wait_url(struct conductor *conductor, uint64_t deadline_ms, struct err *err)
{
    const char *text = adapter_now(conductor)->url_pattern;
    regex_t pattern;
    int rc = -1;

    if (regcomp(&pattern, text, REG_EXTENDED | REG_NEWLINE) != 0)
        return err_set(err, ERR_INPUT, "adapter: start.url.stdout: bad expression '%s'", text);
    conductor->now->url = NULL;
    while (!conductor->now->url) {
        uint64_t now = clock_monotonic_ms();

        if (now >= deadline_ms) {
            late(conductor, "its URL never appeared on stdout", err);
            goto out;
        }
        conductor->now->url =
            find_url(conductor->place.arena, &pattern, child_stdout(conductor->now->child));
        if (!conductor->now->url && turn(conductor, (int)(deadline_ms - now), err))
            goto out;
    }
    rc = 0;
out:
    regfree(&pattern);
    return rc;
}

static int wait_ready_url(struct conductor *conductor, const char *url, uint64_t deadline_ms,
                          struct err *err)
{
    const struct adapter *adapter = conductor->options.adapter;
    struct arena *arena = conductor->place.arena;

    for (;;) {
        struct http_request request = {.method = "GET", .url = url, .timeout_ms = 1000};

        for (size_t i = 0; i + 1 < HTTP_HEADERS_MAX && i < 8 && adapter->headers[i][0]; i++)
            request.headers[i] =
                (struct http_header){adapter->headers[i][0], adapter->headers[i][1]};
        struct http_pending *pending = http_start(conductor->http, arena, &request);
        while (!http_is_done(pending)) {
            if (turn(conductor, 1000, err)) {
                http_abandon(conductor->http, pending);
                return -1;
            }
        }
        if (http_result(pending)->status / 100 == 2)
            return 0;
        if (clock_monotonic_ms() >= deadline_ms)
            return late(conductor, arena_printf(arena, "%s never answered 2xx", url), err);
        if (turn(conductor, POLL_MS, err))
            return -1;
    }
}

/* The process itself; it gets ready while we do something else. Its URL, where the adapter knows it. */
static struct child *spawn(struct conductor *conductor, const struct adapter *adapter,
                           const struct process_place *place, const char **out_url, struct err *err)
{
    struct arena *arena = place->arena;
    struct adapter_values values = {.here = adapter->here,
                                    .fhir = sim_url(conductor->sim),
                                    .port = arena_printf(arena, "%d", free_port()),
                                    .dir = place->folder.path,
                                    .timeout_ms = arena_printf(arena, "%ld", place->timeout_ms),
                                    .retry_ms = arena_printf(arena, "%d", RETRY_MS)};
    const char **command = launch_expand(arena, adapter->command, &values, err);
    const char **environment =
        command ? launch_expand(arena, adapter->environment, &values, err) : NULL;

    *out_url = adapter->url ? adapter_expand(arena, adapter->url, &values, err) : NULL;
    if (!command || !environment || (adapter->url && !*out_url))
        return NULL;
    return child_start(&(struct child_options){.command = command,
                                               .environment = environment,
                                               .guard = conductor->guard},
                       err);
}

struct child *process_errand(struct conductor *conductor, const char *correlation, const char *key,
                             const char *input, struct err *err)
{
    const struct launch *exec = &conductor->options.adapter->mapping->exec;
    struct arena *arena = conductor->place.arena;
    const struct adapter_values values = {
        .here = conductor->options.adapter->here,
        .fhir = sim_url(conductor->sim),
        .dir = conductor->place.folder.path,
        .timeout_ms = arena_printf(arena, "%ld", conductor->place.timeout_ms),
        .retry_ms = arena_printf(arena, "%d", RETRY_MS),
        .key = key,
        .correlation = correlation};
    const char **command = launch_expand(arena, exec->command, &values, err);
    const char **environment =
        command ? launch_expand(arena, exec->environment, &values, err) : NULL;

    if (!environment)
        return NULL;
    return child_start(&(struct child_options){.command = command,
                                               .environment = environment,
                                               .input = input,
                                               .guard = conductor->guard},
                       err);
}

static int wait_ready(struct conductor *conductor, struct err *err)
{
    const struct adapter *adapter = adapter_now(conductor);
    uint64_t deadline_ms = clock_monotonic_ms() + (uint64_t)adapter->ready_ms;

    if (!adapter->url && adapter->url_pattern && wait_url(conductor, deadline_ms, err))
        return -1;
    if (!adapter->ready)
        return 0;
    struct adapter_values values = {.engine = conductor->now->url};
    const char *url = adapter_expand(conductor->place.arena, adapter->ready, &values, err);
    return url ? wait_ready_url(conductor, url, deadline_ms, err) : -1;
}

int process_start(struct conductor *conductor, struct err *err)
{
    child_free(conductor->now->child);
    conductor->now->child = NULL;
    conductor->now->is_paused = conductor->now->is_end_due = conductor->is_down = false;
    if (!process_is_ours(conductor)) {
        conductor->now->url = conductor->options.adapter->url;
        return wait_ready(conductor, err);
    }
    conductor->now->child =
        spawn(conductor, adapter_now(conductor), &conductor->place, &conductor->now->url, err);
    return conductor->now->child ? wait_ready(conductor, err) : -1;
}

static int make_place(struct process_place *place, long timeout_ms, struct err *err)
{
    place->arena = arena_new();
    place->timeout_ms = timeout_ms;
    return folder_make(place->arena, &place->folder, err);
}

static void remove_place(struct process_place *place)
{
    folder_remove(&place->folder);
    arena_free(place->arena);
    *place = (struct process_place){.arena = NULL};
}

/* The spare becomes the engine, where there is one that fits and lives. */
static bool take_spare(struct conductor *conductor, long timeout_ms)
{
    struct child *spare = conductor->spare;

    if (!spare || conductor->spare_place.timeout_ms != timeout_ms)
        return false;
    child_turn(spare);
    if (!child_is_running(spare)) {
        process_drop_spare(conductor); /* why it ended will show at the next start */
        return false;
    }
    conductor->now->child = spare;
    conductor->place = conductor->spare_place;
    conductor->now->url = conductor->spare_url;
    conductor->spare = NULL;
    conductor->spare_place = (struct process_place){.arena = NULL};
    return true;
}

void process_keep_spare(struct conductor *conductor)
{
    struct err ignored =
        ERR_INIT; /* without a spare the next run starts its own, and says what is wrong */

    if (conductor->spare || !conductor->options.keeps_spare || conductor->options.use_reset ||
        !process_is_ours(conductor))
        return;
    if (make_place(&conductor->spare_place, TIMEOUT_MS, &ignored) == 0)
        conductor->spare = spawn(conductor, conductor->options.adapter, &conductor->spare_place,
                                 &conductor->spare_url, &ignored);
    if (!conductor->spare)
        process_drop_spare(conductor);
}

void process_drop_spare(struct conductor *conductor)
{
    child_free(conductor->spare);
    conductor->spare = NULL;
    remove_place(&conductor->spare_place);
}

int process_begin(struct conductor *conductor, long timeout_ms, struct err *err)
{
    process_end(conductor);
    int rc = take_spare(conductor, timeout_ms) ? wait_ready(conductor, err) : -1;
    if (rc && err->code == ERR_OK)
        rc = make_place(&conductor->place, timeout_ms, err) || process_start(conductor, err);
    if (rc == 0)
        return 0;
    process_end(conductor);
    return err_context(err, "engine %s", conductor->options.adapter->name);
}

void process_end(struct conductor *conductor)
{
    for (size_t i = 0; i < INSTANCES_MAX; i++) {
        child_free(conductor->instances[i].child);
        conductor->instances[i] = (struct instance){.child = NULL};
    }
    conductor->now = conductor->instances;
    remove_place(&conductor->place);
    conductor->is_tainted = false;
    conductor->runs = 0;
}
