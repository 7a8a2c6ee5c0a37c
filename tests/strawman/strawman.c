/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strawman - a small write-back engine whose flaws are switched on by name, to try the harness on.
 *
 * Without a flaw it is right, and of another design than the reference engine: state in memory
 * behind one log (book.c), a thread per intent that blocks in a straight line (crew.c, run.c), full
 * replacement where others patch, a human wherever two writers meet.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "tests/strawman/edge.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"

enum option { FHIR, LISTEN, DATA, TIMEOUT_MS, RETRY_MS, TOKEN, FLAW, TEST_HOOKS, OPTION_COUNT };

static const struct {
    const char *name, *variable, *otherwise, *meaning;
} options[OPTION_COUNT] = {
    [FHIR] = {"--fhir", "STRAWMAN_FHIR", NULL, "URL of the FHIR server"},
    [LISTEN] = {"--listen", "STRAWMAN_LISTEN", "127.0.0.1:0", "HOST:PORT; port 0 takes a free one"},
    [DATA] = {"--data", "STRAWMAN_DATA", NULL, "folder of the log"},
    [TIMEOUT_MS] = {"--timeout-ms", "STRAWMAN_TIMEOUT_MS", "30000",
                    "patience with the FHIR server"},
    [RETRY_MS] = {"--retry-ms", "STRAWMAN_RETRY_MS", "500", "first back-off"},
    [TOKEN] = {"--token", "STRAWMAN_TOKEN", NULL, "what callers must bear"},
    [FLAW] = {"--flaw", "STRAWMAN_FLAW", NULL, "be wrong in this way; see --list-flaws"},
    [TEST_HOOKS] = {"--test-hooks", "STRAWMAN_TEST_HOOKS", NULL,
                    "/v1/settled, due and reset; time passes by them alone"},
};

static int list_flaws(void)
{
    for (enum flaw flaw = FLAW_NONE + 1; flaw < FLAW_COUNT; flaw++)
        printf("%s\t%s\t%s\n", flaw_row(flaw)->name, flaw_row(flaw)->invariant,
               flaw_row(flaw)->sentence);
    return 0;
}

static int usage(void)
{
    puts("strawman: a write-back engine with flaws to be switched on, for trying chartproof on");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        printf("  %-13s %s ($%s)\n", options[i].name, options[i].meaning, options[i].variable);
    puts("  --list-flaws  name, the invariant that must catch it, what is wrong");
    return 0;
}

static int read_options(int argc, char **argv, const char *values[OPTION_COUNT], struct err *err)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *given = getenv(options[i].variable);

        values[i] = given && *given ? given : options[i].otherwise;
    }
    for (int at = 1; at < argc; at++) {
        size_t i = 0;

        while (i < OPTION_COUNT && strcmp(argv[at], options[i].name) != 0)
            i++;
        if (i == OPTION_COUNT)
            return err_set(err, ERR_INPUT, "unknown option %s (try --help)", argv[at]);
        if (i == TEST_HOOKS)
            values[i] = "yes";
        else if (++at < argc)
            values[i] = argv[at];
        else
            return err_set(err, ERR_INPUT, "%s: expected a value: %s", options[i].name,
                           options[i].meaning);
    }
    if (!values[FHIR] || !values[DATA])
        return err_set(err, ERR_INPUT, "--fhir and --data are needed (try --help)");
    if (values[FLAW] && flaw_find(values[FLAW]) == FLAW_NONE)
        return err_set(err, ERR_INPUT, "unknown flaw %s (see --list-flaws)", values[FLAW]);
    return 0;
}

static long number_of(const char *text, const char *name, struct err *err)
{
    char *end;
    long number = strtol(text, &end, 10);

    if (end == text || *end || number < 1 || number > 3600000)
        return err_set(err, ERR_INPUT, "%s %s: expected milliseconds", name, text);
    return number;
}

/* Flaws: what a start does not find where it looks for work. */
static bool is_lost(const struct cJSON *intent)
{
    bool was_sent = json_integer(intent, "attempts", 0) > 0;
    bool is_bundle = plan_is_bundle(json_get(intent, "payload"));

    return was_sent && ((flaw_is(FLAW_NO_RESUME) && is_bundle) ||
                        (flaw_is(FLAW_OUTBOX_EARLY_DELETE) && !is_bundle));
}

static bool enter_book(void *book)
{
    return book_enter(book);
}

static void leave_book(void *book)
{
    book_leave(book);
}

/* What the last process on our seat left, and those that are gone. */
static void go_on(struct engine *engine)
{
    for (unsigned number = 1; number <= book_intents(engine->book); number++) {
        const struct cJSON *intent = book_intent(engine->book, number);

        if (view_is_active(intent) && lease_is_ours(engine->lease, intent) && !is_lost(intent))
            crew_start(engine->crew, number, engine, run_intent);
    }
    lease_take_left(engine);
    if (!engine->has_hooks)
        lease_watch(engine);
}

static int start(struct engine *engine, const char *const *values, struct err *err)
{
    long timeout_ms = number_of(values[TIMEOUT_MS], "--timeout-ms", err);
    size_t length = strlen(values[FHIR]);
    unsigned port = 0;

    engine->retry_ms = number_of(values[RETRY_MS], "--retry-ms", err);
    if (timeout_ms < 0 || engine->retry_ms < 0)
        return -1;
    while (length > 0 && values[FHIR][length - 1] == '/')
        length--;
    engine->fhir = arena_copy(engine->arena, values[FHIR], length);
    engine->token = values[TOKEN];
    engine->has_hooks = values[TEST_HOOKS] != NULL;
    engine->replies = json_object(engine->arena);
    engine->book = book_open(values[DATA], err);
    if (!engine->book)
        return -1;
    book_enter(engine->book); /* so that no two look for a seat at once */
    engine->lease = lease_open(values[DATA], err);
    book_leave(engine->book);
    if (!engine->lease)
        return -1;
    engine->crew =
        crew_new(engine->has_hooks, timeout_ms,
                 &(struct crew_hooks){enter_book, leave_book, engine->book, lease_fence});
    crew_lock(engine->crew);
    go_on(engine);
    crew_unlock(engine->crew);
    if (edge_open(engine, values[LISTEN], &port, err))
        return -1;
    printf("strawman: listening at http://127.0.0.1:%u\n", port);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    struct engine engine = {.arena = NULL};
    struct err err = ERR_INIT;
    sigset_t signals;
    int got = 0;

    log_program("strawman");
    if (argc == 2 && strcmp(argv[1], "--list-flaws") == 0)
        return list_flaws();
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return usage();
    engine.arena = arena_new();
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread, so that all inherit it */
    signal(SIGPIPE, SIG_IGN);
    if (read_options(argc, argv, values, &err)) {
        log_line("%s", err.text);
        return 2;
    }
    if (values[FLAW])
        flaw_set(flaw_find(values[FLAW]));
    if (start(&engine, values, &err)) {
        log_line("%s", err.text);
        _exit(err.code == ERR_INPUT ? 2 : 3); /* threads may be at work already */
    }
    sigwait(&signals, &got);
    _exit(0); /* what matters is in the log */
}
