/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chartproof - the harness on the command line: one table of commands, and the only place that prints errors.
 */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/log.h"
#include "harness/commands.h"
#include "harness/conduct/interrupt.h"
#include "harness/options.h"

#define KEPT_BYTES (64 << 20)

static command_fn cmd_help;

static const struct command {
    const char *name, *usage, *summary; /* `help` is made from these */
    command_fn *run;
} commands[] = {
    {"run",
     "[--engine SPEC] [--listen ADDR] [--out DIR] [--personality NAME] [--reset] [--seed N] "
     "PATH...",
     "run scenarios against an engine and judge what happened", cmd_run},
    {"explore",
     "[--engine SPEC] [--listen ADDR] [--delays N] [--faults N] [--kills N] [--kinds A,B] "
     "[--budget TIME] "
     "[--schedules N] [--random] [--seed N] [--no-reduction] [--shard I/N] [--resume DIR] "
     "[--jobs N] [--out DIR] [--personality NAME] [--reset] [--until-fail] PATH...",
     "search all schedules of scenarios within a bound", cmd_explore},
    {"load",
     "[--engine SPEC] [--listen ADDR] [--kinds A,B] [--budget TIME] [--runs N] [--seed N] [--jobs "
     "N] [--out DIR] "
     "[--personality NAME] [--until-fail] PATH...",
     "run scenarios with everybody acting at once and random faults", cmd_load},
    {"replay",
     "[--engine SPEC] [--listen ADDR] [--personality NAME] [--scenarios DIR] [--step] FILE | "
     "'area/name@hash: "
     "steps'",
     "run one exact schedule again; --step stops before each step", cmd_replay},
    {"shrink", "[--engine SPEC] [--listen ADDR] [--out DIR] FILE",
     "make a failure as small as it goes, and run what is left twenty times", cmd_shrink},
    {"recheck", "DIR|FILE...", "judge recorded evidence again, without running anything",
     cmd_recheck},
    {"check", "[--personality NAME] PATH...", "parse scenarios and explain them, run nothing",
     cmd_check},
    {"list", "faults|invariants|scenarios|flaws", "show what there is", cmd_list},
    {"init", "[FILE]", "write an adapter file for an engine of your own, explained", cmd_init},
    {"help", "[COMMAND]", "show this table, or one command's usage", cmd_help},
};

static int cmd_help(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    bool is_known = argc < 2;

    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        bool is_wanted = argc > 1 && strcmp(commands[i].name, argv[1]) == 0;

        if (is_wanted) {
            printf("chartproof %s %s\n    %s\n", commands[i].name, commands[i].usage,
                   commands[i].summary);
            options_explain(commands[i].usage, stdout);
        } else if (argc < 2) {
            printf("  %-8s %s\n", commands[i].name, commands[i].summary);
        }
        is_known |= is_wanted;
    }
    if (!is_known)
        return err_set(err, ERR_INPUT, "unknown command '%.40s'", argv[1]);
    if (argc < 2)
        printf("\nchartproof help COMMAND says more.\n"
               "Exit status: 0 PASS, 1 FAIL, 2 usage or bad input, 3 UNKNOWN.\n");
    *out_verdict = VERDICT_PASS;
    return 0;
}

/* `chartproof run --help`: wherever it stands before "--". */
static bool wants_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

/* Descriptors 0 to 2 are ours whatever the caller closed: nothing else may get these numbers. */
static void open_standard_files(void)
{
    int fd = open("/dev/null", O_RDWR);

    while (fd >= 0 && fd <= 2)
        fd = dup(fd);
    if (fd > 2)
        close(fd);
}

int main(int argc, char **argv)
{
    static char help[] = "help";
    char *help_argv[] = {argv[0], help, argc > 1 ? argv[1] : NULL, NULL};
    const char *name = argc > 1 ? argv[1] : "help";
    enum verdict verdict = VERDICT_UNKNOWN;
    struct err err = ERR_INIT;

    open_standard_files();
    /* runs come and go by the hundred: their memory stays ours, as giving it back costs more than a run's work */
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    log_program("chartproof");
    signal(SIGPIPE, SIG_IGN);
    interrupt_watch();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (wants_help(argc, argv)) {
        name = help;
        argc = 3;
        argv = help_argv;
    }
    if (strcmp(name, "--version") == 0) {
        printf("chartproof %s\n", CHARTPROOF_VERSION);
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strcmp(name, commands[i].name) != 0)
            continue;
        if (commands[i].run(argc > 1 ? argc - 1 : argc, argc > 1 ? argv + 1 : argv, &verdict,
                            &err) == 0) {
            if (fflush(stdout) == 0)
                return (int)verdict;
            err_set(&err, ERR_IO, "cannot write to standard output");
        }
        fprintf(stderr, "chartproof %s: %s\n", name, err.text);
        return err.code == ERR_INPUT || err.code == ERR_LIMIT ? 2 : VERDICT_UNKNOWN;
    }
    fprintf(stderr, "chartproof: unknown command '%s' (try 'chartproof help')\n", name);
    return 2;
}
