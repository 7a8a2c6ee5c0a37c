/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew - forks workers and talks to each over a socket pair: frames of a length and that many bytes.
 *
 * 1. Down goes a job: "SCENARIO SEED RANDOM", then a line "HASH STEP" for each step of the prefix. Up comes an attempt.
 * 2. A worker has one job at a time. It ends when its socket does, so none outlives us, however we end; one that is
 *    interrupted ends without an answer.
 * 3. A worker holds no end of another one's socket: else nobody would see the end.
 * 4. Whatever a worker does to itself, its job comes back: as lost.
 */
#include "harness/explore/crew.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "harness/conduct/chosen.h"
#include "harness/conduct/conduct.h"
#include "harness/conduct/interrupt.h"
#include "harness/explore/attempt.h"

#define FRAME_BYTES_MAX (256u << 20)

struct worker {
    pid_t pid;
    int fd;    /* -1: there is none */
    void *tag; /* of its job; NULL: it has none */
};

struct crew {
    struct crew_options options;
    struct worker *workers;
    struct buf text; /* of the last result */
    char problem[128];
};

/* ---- frames ---- */

static int send_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
        at += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static int receive_all(int fd, void *bytes, size_t size)
{
    char *at = bytes;

    while (size > 0) {
        ssize_t got = recv(fd, at, size, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        at += got;
        size -= (size_t)got;
    }
    return 0;
}

static int send_frame(int fd, const struct buf *text)
{
    uint32_t size = (uint32_t)text->size;

    return send_all(fd, &size, sizeof(size)) || send_all(fd, buf_text(text), size) ? -1 : 0;
}

static int receive_frame(int fd, struct buf *out)
{
    uint32_t size = 0;
    char bytes[16384];

    buf_clear(out);
    if (receive_all(fd, &size, sizeof(size)) || size > FRAME_BYTES_MAX)
        return -1;
    while (size > 0) {
        size_t part = size < sizeof(bytes) ? size : sizeof(bytes);

        if (receive_all(fd, bytes, part))
            return -1;
        buf_add(out, bytes, part);
        size -= (uint32_t)part;
    }
    return 0;
}

/* ---- the worker's side ---- */

/* From one of our own frames: anything else in it is a bug. */
static void read_job(struct arena *arena, char *text, struct chosen *out, size_t *out_scenario)
{
    char *state = NULL, *line = strtok_r(text, "\n", &state);
    size_t room = 1, count = 0;
    int is_random = 0;

    for (const char *at = state; at && *at; at++)
        room += *at == '\n';
    const char **steps = arena_alloc(arena, room * sizeof(*steps));
    uint64_t *hashes = arena_alloc(arena, room * sizeof(*hashes));
    if (!line || sscanf(line, "%zu %" SCNu64 " %d", out_scenario, &out->seed, &is_random) != 3)
        BUG("a job without a head");
    while ((line = strtok_r(NULL, "\n", &state)) != NULL) {
        char *step = NULL;

        hashes[count] = strtoull(line, &step, 16);
        steps[count++] = step + 1;
    }
    out->is_random = is_random;
    out->prefix = steps;
    out->hashes = hashes;
    out->prefix_count = count;
}

const char *crew_kept(struct arena *arena, const char *folder, uint64_t seed)
{
    return arena_printf(arena, "%s/evidence/seed-%" PRIu64 ".json", folder, seed);
}

static void work(const struct crew_options *options, int fd)
{
    struct err err = ERR_INIT;
    struct buf in = BUF_INIT, out = BUF_INIT;
    struct conductor *conductor =
        conductor_open(&(struct conductor_options){.adapter = options->adapter,
                                                   .use_reset = options->use_reset,
                                                   .keeps_spare = true,
                                                   .seed = options->seed},
                       &err);

    if (!conductor)
        log_line("a worker cannot start: %s", err.text);
    while (conductor && receive_frame(fd, &in) == 0) {
        struct arena *arena = arena_new();
        struct chosen chosen = {.kinds = 0};
        size_t number = 0;

        read_job(arena, in.bytes, &chosen, &number);
        const struct crew_scenario *scenario = &options->scenarios[number];
        chosen.bound = scenario->bound;
        chosen.kinds = scenario->bound.faults ? scenario->kinds : 0;
        chosen.tells_kills = scenario->bound.kills > 0;
        chosen.is_load = options->load != NULL;
        if (options->load)
            chosen.keep = crew_kept(arena, options->load, chosen.seed);
        buf_clear(&out);
        attempt_make(conductor, scenario->scenario, &chosen, &out);
        arena_free(arena);
        if (interrupt_came() || send_frame(fd, &out))
            break;
    }
    conductor_close(conductor);
    buf_release(&in);
    buf_release(&out);
}

static void be_worker(struct crew *crew, int fd, pid_t parent) ATTR_NORETURN;
static void be_worker(struct crew *crew, int fd, pid_t parent)
{
    for (size_t i = 0; i < crew->options.workers; i++) {
        if (crew->workers[i].fd >= 0)
            close(crew->workers[i].fd);
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    interrupt_watch(); /* with a descriptor of its own */
    if (getppid() == parent)
        work(&crew->options, fd);
    _exit(0);
}

/* ---- ours ---- */

static int hire(struct crew *crew, struct worker *worker, struct err *err)
{
    int fds[2];
    pid_t parent = getpid();

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
        return err_set(err, ERR_IO, "no socket for a worker: %s", strerror(errno));
    fflush(NULL);
    worker->pid = fork();
    if (worker->pid == 0) {
        close(fds[0]);
        be_worker(crew, fds[1], parent);
    }
    close(fds[1]);
    if (worker->pid < 0) {
        close(fds[0]);
        return err_set(err, ERR_IO, "no process for a worker: %s", strerror(errno));
    }
    worker->fd = fds[0];
    return 0;
}

static void dismiss(struct crew *crew, struct worker *worker)
{
    int status = 0;

    if (worker->fd < 0)
        return;
    shutdown(worker->fd, SHUT_RDWR);
    close(worker->fd);
    worker->fd = -1;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        snprintf(crew->problem, sizeof(crew->problem), "the worker was killed by signal %d",
                 WTERMSIG(status));
    else
        snprintf(crew->problem, sizeof(crew->problem), "the worker ended with status %d",
                 WEXITSTATUS(status));
}

struct crew *crew_open(const struct crew_options *options, struct err *err)
{
    struct crew *crew = calloc(1, sizeof(*crew));

    if (crew)
        crew->workers = calloc(options->workers, sizeof(*crew->workers));
    if (!crew || !crew->workers)
        BUG("out of memory");
    crew->options = *options;
    for (size_t i = 0; i < options->workers; i++)
        crew->workers[i].fd = -1;
    for (size_t i = 0; i < options->workers; i++) {
        if (hire(crew, &crew->workers[i], err)) {
            crew_close(crew);
            return NULL;
        }
    }
    return crew;
}

void crew_close(struct crew *crew)
{
    if (!crew)
        return;
    for (size_t i = 0; i < crew->options.workers; i++) {
        if (crew->workers[i].fd >= 0 && crew->workers[i].tag)
            kill(crew->workers[i].pid, SIGTERM); /* it ends its engine and itself */
    }
    for (size_t i = 0; i < crew->options.workers; i++)
        dismiss(crew, &crew->workers[i]);
    buf_release(&crew->text);
    free(crew->workers);
    free(crew);
}

bool crew_is_free(const struct crew *crew)
{
    return crew_busy(crew) < crew->options.workers;
}

size_t crew_busy(const struct crew *crew)
{
    size_t busy = 0;

    for (size_t i = 0; i < crew->options.workers; i++)
        busy += crew->workers[i].tag != NULL;
    return busy;
}

void crew_give(struct crew *crew, const struct job *job, void *tag)
{
    struct buf text = BUF_INIT;
    size_t i = 0;

    while (crew->workers[i].tag)
        i++;
    buf_printf(&text, "%zu %" PRIu64 " %d\n", job->scenario, job->seed, job->is_random);
    for (size_t k = 0; k < job->count; k++)
        buf_printf(&text, "%016" PRIx64 " %s\n", job->hashes[k], job->steps[k]);
    crew->workers[i].tag = tag;
    if (send_frame(crew->workers[i].fd, &text))
        shutdown(crew->workers[i].fd, SHUT_RDWR); /* the wait will tell */
    buf_release(&text);
}

static int take(struct crew *crew, struct worker *worker, struct crew_result *out, struct err *err)
{
    out->tag = worker->tag;
    worker->tag = NULL;
    if (receive_frame(worker->fd, &crew->text) == 0) {
        out->text = buf_text(&crew->text);
        return 0;
    }
    dismiss(crew, worker);
    out->problem = crew->problem;
    return interrupt_came() ? 0 : hire(crew, worker, err);
}

int crew_wait(struct crew *crew, int timeout_ms, struct crew_result *out, struct err *err)
{
    size_t count = crew->options.workers;
    struct pollfd *polls = calloc(count + 1, sizeof(*polls));
    int rc = 0;

    *out = (struct crew_result){.tag = NULL};
    if (!polls)
        BUG("out of memory");
    for (size_t i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = crew->workers[i].tag ? crew->workers[i].fd : -1,
                                   .events = POLLIN};
    polls[count] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};
    if (!interrupt_came() && poll(polls, count + 1, timeout_ms) > 0) {
        for (size_t i = 0; i < count && !out->tag; i++) {
            if (polls[i].revents)
                rc = take(crew, &crew->workers[i], out, err);
        }
    }
    free(polls);
    return rc;
}
