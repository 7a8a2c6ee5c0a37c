/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writebackd - the reference write-back engine: options, parts in order, one line when ready, and
 * an orderly end on TERM or INT. Everything it must not forget is in the ledger before it is said,
 * so that the end may be abrupt.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "engine/crash.h"
#include "engine/edge.h"
#include "engine/engine.h"
#include "engine/ledger.h"
#include "engine/metrics.h"
#include "engine/reconcile.h"
#include "engine/worker.h"

#define THREADS_MAX 256

struct settings { /* as they are written */
    const char *fhir, *listen, *data, *timeout_ms, *retry_ms, *attempts, *requests, *token;
    const char *test_hooks;
};

static const struct option {
    const char *flag, *environment, *value, *summary;
    size_t at;
} options[] = {
    {"--fhir", "WRITEBACKD_FHIR", "URL", "base URL of the EHR (required)",
     offsetof(struct settings, fhir)},
    {"--listen", "WRITEBACKD_LISTEN", "ADDRESS:PORT", "where to listen; port 0 takes a free one",
     offsetof(struct settings, listen)},
    {"--data", "WRITEBACKD_DATA", "DIR", "folder of the ledger", offsetof(struct settings, data)},
    {"--timeout-ms", "WRITEBACKD_TIMEOUT_MS", "N", "how long to wait for the EHR's answer",
     offsetof(struct settings, timeout_ms)},
    {"--retry-ms", "WRITEBACKD_RETRY_MS", "N", "the first back-off, doubled every time",
     offsetof(struct settings, retry_ms)},
    {"--attempts", "WRITEBACKD_ATTEMPTS", "N", "writes per intent before a human takes over",
     offsetof(struct settings, attempts)},
    {"--requests", "WRITEBACKD_REQUESTS", "N",
     "requests per part of an intent before a human takes over",
     offsetof(struct settings, requests)},
    {"--token", "WRITEBACKD_TOKEN", "T", "bearer token that every /v1 call must carry",
     offsetof(struct settings, token)},
    {"--test-hooks", "WRITEBACKD_TEST_HOOKS", NULL,
     "offer settled, due and reset; time stands still", offsetof(struct settings, test_hooks)},
};

static int usage(FILE *out)
{
    fprintf(out, "usage: writebackd --fhir URL [options]\n\n");
    for (size_t i = 0; i < COUNT_OF(options); i++)
        fprintf(out, "  %-13s %-13s %s (%s)\n", options[i].flag,
                options[i].value ? options[i].value : "", options[i].summary,
                options[i].environment);
    return out == stdout ? 0 : 2;
}

static const char **setting(struct settings *settings, const struct option *option)
{
    return (const char **)(void *)((char *)settings + option->at);
}

static void read_environment(struct settings *settings)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        const char *value = getenv(options[i].environment);

        if (value && *value)
            *setting(settings, &options[i]) = value;
    }
}

static int read_arguments(struct settings *settings, int argc, char **argv, struct err *err)
{
    for (int i = 1; i < argc; i++) {
        size_t at = 0;

        while (at < COUNT_OF(options) && strcmp(options[at].flag, argv[i]) != 0)
            at++;
        if (at == COUNT_OF(options))
            return err_set(err, ERR_INPUT, "unknown option '%s' (try --help)", argv[i]);
        if (options[at].value && i + 1 == argc)
            return err_set(err, ERR_INPUT, "%s needs %s", argv[i], options[at].value);
        *setting(settings, &options[at]) = options[at].value ? argv[++i] : "1";
    }
    return 0;
}

static int read_number(const char *flag, const char *text, long otherwise, long *out,
                       struct err *err)
{
    char *end = NULL;

    *out = otherwise;
    if (!text)
        return 0;
    errno = 0;
    *out = strtol(text, &end, 10);
    if (end == text || *end || errno || *out < 1 || *out > 86400000)
        return err_set(err, ERR_INPUT, "%s: expected a whole number from 1, got \"%s\"", flag,
                       text);
    return 0;
}

static int configure(const struct settings *settings, struct engine_options *out, struct err *err)
{
    static char base[2048];
    long attempts, requests;

    if (!settings->fhir || strlen(settings->fhir) >= sizeof(base) ||
        strncmp(settings->fhir, "http", 4) != 0)
        return err_set(err, ERR_INPUT, "--fhir: expected the base URL of the EHR");
    snprintf(base, sizeof(base), "%s", settings->fhir);
    for (size_t size = strlen(base); size && base[size - 1] == '/'; size--)
        base[size - 1] = '\0';
    out->fhir = base;
    out->listen = settings->listen ? settings->listen : "127.0.0.1:8090";
    out->data = settings->data ? settings->data : "writebackd-data";
    out->token = settings->token;
    out->has_test_hooks = settings->test_hooks && strcmp(settings->test_hooks, "0") != 0;
    if (read_number("--timeout-ms", settings->timeout_ms, 30000, &out->timeout_ms, err) ||
        read_number("--retry-ms", settings->retry_ms, 200, &out->retry_ms, err) ||
        read_number("--attempts", settings->attempts, 8, &attempts, err) ||
        read_number("--requests", settings->requests, 40, &requests, err))
        return -1;
    out->attempts_max = (unsigned)attempts;
    out->requests_max = (unsigned)requests;
    if (mkdir(out->data, 0700) && errno != EEXIST)
        return err_set(err, ERR_IO, "--data %s: %s", out->data, strerror(errno));
    return 0;
}

static void arm_crash(const struct engine_options *engine)
{
    const char *at = getenv("WRITEBACKD_CRASH_AT");

    if (engine->has_test_hooks && at)
        crash_arm(strtol(at, NULL, 10));
}

/* Until TERM or INT; then what is still inside a request is left to the ledger. */
static int serve(struct engine *engine, const sigset_t *signals, struct err *err)
{
    struct edge *edge;
    int signal;

    reconcile_recover(engine);
    edge = edge_start(engine, err);
    if (!edge)
        return -1;
    printf("writebackd: listening at http://%.*s:%u\n", (int)strcspn(engine->options.listen, ":"),
           engine->options.listen, edge_port(edge));
    fflush(stdout);
    while (sigwait(signals, &signal) != 0)
        continue;
    if (!worker_stop(engine->worker))
        _exit(0); /* threads wait for the EHR, and what they were about is in the ledger */
    edge_stop(edge);
    return 0;
}

static int run(int argc, char **argv, struct err *err)
{
    struct settings settings = {.fhir = NULL};
    struct engine engine = {.ledger = NULL};
    sigset_t signals;

    read_environment(&settings);
    if (read_arguments(&settings, argc, argv, err) || configure(&settings, &engine.options, err))
        return -1;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before the first thread: all inherit it */
    signal(SIGPIPE, SIG_IGN);
    umask(077); /* what the ledger holds is for its owner alone */
    arm_crash(&engine.options);
    engine.ledger = ledger_open(engine.options.data, err);
    if (!engine.ledger)
        return -1;
    engine.metrics = metrics_new();
    engine.worker = worker_new(&(struct worker_options){
        .threads_max = THREADS_MAX, .is_time_frozen = engine.options.has_test_hooks});
    int rc = serve(&engine, &signals, err);
    if (rc && !worker_stop(engine.worker))
        return rc; /* threads wait for the EHR: the process just ends */
    worker_free(engine.worker);
    metrics_free(engine.metrics);
    ledger_close(engine.ledger);
    return rc;
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;

    log_program("writebackd");
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage(stdout);
    if (run(argc, argv, &err) == 0)
        return 0;
    fprintf(stderr, "writebackd: %s\n", err.text);
    return err.code == ERR_INPUT ? 2 : 3;
}
