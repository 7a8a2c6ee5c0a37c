/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhirsim - a version-aware FHIR R4 server for trying out clients: stops, faults and foreign edits
 * on demand.
 *
 * One loop: the simulator's descriptor and the signals. stdout has the one line that says where it
 * listens.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/prng.h"
#include "simulator/control.h"
#include "simulator/origin.h"
#include "simulator/personality.h"
#include "simulator/sim.h"

#define REQUEST_TIMEOUT_S 30

static const char usage[] =
    "usage: fhirsim [--listen HOST:PORT] [--load FILE|DIR]... [--faults FILE] [--schedule FILE]\n"
    "               [--seed N] [--control HOST:PORT] [--notify loopback|anywhere]\n"
    "               [--personality NAME|FILE]\n"
    "\n"
    "  --listen   where FHIR is served, at /fhir; 127.0.0.1:8080 unless said, port 0: a free one\n"
    "  --load     a resource, an array, a Bundle or NDJSON to start with; a folder: all *.json "
    "and\n"
    "             *.ndjson in it and in its folders\n"
    "  --faults   an array of fault rules, in force from the start and after every reset\n"
    "  --schedule {schedule, edits}: what is to happen in which order, from the start and\n"
    "             after every reset\n"
    "  --seed     a number from which the probabilities of rules follow; random unless said\n"
    "  --control  an address of its own for /_control; on the same one unless said\n"
    "  --personality  the server to be like: one that ships, or a file of one's own; r4 unless "
    "said\n"
    "  --notify   where subscriptions may send to: loopback (unless said), or anywhere\n"
    "\n"
    "The control API wants the token in the environment's FHIRSIM_TOKEN when that is set, and it "
    "must\n"
    "be set where it listens on another address than loopback.\n";

struct settings {
    struct address listen, control;
    bool has_control, has_seed, notify_anywhere;
    uint64_t seed;
    const char *token, *schedule, *personality;
};

/* ---- the command line ---- */

static int take_listen(const char *value, struct settings *out, struct origin *origin,
                       struct err *err)
{
    (void)origin;
    return address_read("--listen", value, &out->listen, err);
}

static int take_control(const char *value, struct settings *out, struct origin *origin,
                        struct err *err)
{
    (void)origin;
    out->has_control = true;
    return address_read("--control", value, &out->control, err);
}

static int take_load(const char *value, struct settings *out, struct origin *origin,
                     struct err *err)
{
    (void)out;
    return origin_add_chart(origin, value, err);
}

static int take_faults(const char *value, struct settings *out, struct origin *origin,
                       struct err *err)
{
    (void)out;
    return origin_add_faults(origin, value, err);
}

static int take_seed(const char *value, struct settings *out, struct origin *origin,
                     struct err *err)
{
    char *end = NULL;

    (void)origin;
    errno = 0;
    out->has_seed = true;
    out->seed = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno)
        return err_set(err, ERR_INPUT, "--seed: a number was expected, got '%s'", value);
    return 0;
}

static int take_notify(const char *value, struct settings *out, struct origin *origin,
                       struct err *err)
{
    (void)origin;
    out->notify_anywhere = strcmp(value, "anywhere") == 0;
    if (!out->notify_anywhere && strcmp(value, "loopback") != 0)
        return err_set(err, ERR_INPUT, "--notify: loopback or anywhere was expected, got '%s'",
                       value);
    return 0;
}

static int take_personality(const char *value, struct settings *out, struct origin *origin,
                            struct err *err)
{
    (void)origin, (void)err;
    out->personality = value;
    return 0;
}

static int take_schedule(const char *value, struct settings *out, struct origin *origin,
                         struct err *err)
{
    (void)origin, (void)err;
    out->schedule = value;
    return 0;
}

static const struct option {
    const char *name;
    int (*take)(const char *value, struct settings *, struct origin *, struct err *);
} options[] = {
    {"--control", take_control},   {"--faults", take_faults}, {"--listen", take_listen},
    {"--load", take_load},         {"--notify", take_notify}, {"--personality", take_personality},
    {"--schedule", take_schedule}, {"--seed", take_seed},
};

static int read_option(char **argv, int at, struct settings *out, struct origin *origin,
                       struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (strcmp(options[i].name, argv[at]) != 0)
            continue;
        if (!argv[at + 1])
            return err_set(err, ERR_INPUT, "%s: a value was expected", argv[at]);
        return options[i].take(argv[at + 1], out, origin, err);
    }
    return err_set(err, ERR_INPUT, "unknown option '%s' (try 'fhirsim --help')", argv[at]);
}

static bool is_loopback(const struct address *address)
{
    return strncmp(address->host, "127.", 4) == 0;
}

static int read_settings(char **argv, struct settings *out, struct origin *origin, struct err *err)
{
    for (int at = 1; argv[at]; at += 2) {
        if (read_option(argv, at, out, origin, err))
            return -1;
    }
    const struct address *address = out->has_control ? &out->control : &out->listen;
    if (!is_loopback(address) && !out->token)
        return err_set(
            err, ERR_INPUT,
            "the control API on %s wants a token: set FHIRSIM_TOKEN, or --control 127.0.0.1:0",
            address->host);
    return 0;
}

/* ---- the loop ---- */

static int open_signals(struct err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    MUST_ZERO(sigprocmask(SIG_BLOCK, &set, NULL));
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return err_set(err, ERR_IO, "signalfd: %s", strerror(errno));
    return fd;
}

static void serve(struct sim *sim, int signals)
{
    struct pollfd fds[] = {{.fd = sim_fd(sim), .events = POLLIN},
                           {.fd = signals, .events = POLLIN}};

    do {
        sim_turn(sim);
        fds[0].revents = fds[1].revents = 0;
        if (poll(fds, COUNT_OF(fds), sim_timeout_ms(sim)) < 0 && errno != EINTR)
            BUG("poll: %s", strerror(errno));
    } while (!(fds[1].revents & POLLIN));
}

/* A connection is a descriptor; how many may be open is less than could be, unless one asks. */
static void use_all_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int be_like(struct sim *sim, const char *name_or_path, struct err *err)
{
    struct arena *arena = arena_new(); /* the simulator's, when it is like that */
    const struct personality *found = personality_load(arena, name_or_path, err);

    if (found)
        sim_be_like(sim, found, arena);
    else
        arena_free(arena);
    return found ? 0 : err_context(err, "--personality");
}

static int run(const struct settings *settings, struct origin *origin, struct err *err)
{
    struct control *control = control_new(origin, settings->token);
    const struct sim_options sim_options = {
        .host = settings->listen.host,
        .port = settings->listen.port,
        .control = control_handle,
        .control_arg = control,
        .pilot = control_pilot(control),
        .control_host = settings->has_control ? settings->control.host : NULL,
        .control_port = settings->control.port,
        .seed = settings->has_seed ? settings->seed : prng_entropy(),
        .request_timeout_s = REQUEST_TIMEOUT_S,
        .journal_max = LIMIT_JOURNAL_ENTRIES,
        .store_bytes_max = LIMIT_STORE_BYTES,
        .notify_anywhere = settings->notify_anywhere,
    };
    struct sim *sim = NULL;
    int rc = -1, signals = open_signals(err);

    if (signals < 0 ||
        (settings->schedule && control_set_schedule(control, settings->schedule, err)))
        goto out;
    sim = sim_open(&sim_options, err);
    if (!sim)
        goto out;
    if (settings->personality && be_like(sim, settings->personality, err))
        goto out;
    if (control_begin(control, sim, err))
        goto out;
    printf("fhirsim: FHIR R4 at %s, control at %s\n", sim_url(sim), sim_control_url(sim));
    if (fflush(stdout)) {
        err_set(err, ERR_IO, "stdout: %s", strerror(errno));
        goto out;
    }
    serve(sim, signals);
    rc = 0;
out:
    sim_close(sim);
    control_free(control);
    if (signals >= 0)
        close(signals);
    return rc;
}

int main(int argc, char **argv)
{
    struct settings settings = {.listen = {"127.0.0.1", 8080}, .token = getenv("FHIRSIM_TOKEN")};
    struct err err = ERR_INIT;

    log_program("fhirsim");
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    signal(SIGPIPE, SIG_IGN);
    use_all_descriptors();
    struct origin *origin = origin_new();
    int rc = read_settings(argv, &settings, origin, &err);
    if (rc == 0)
        rc = run(&settings, origin, &err);
    origin_free(origin);
    if (rc == 0)
        return 0;
    fprintf(stderr, "fhirsim: %s\n", err.text);
    return err.code == ERR_INPUT || err.code == ERR_LIMIT ? 2 : 3;
}
