/* SPDX-License-Identifier: Apache-2.0 */
/*
 * starts - the baseline of conducted schedules: how often a second an engine can be started, become
 * ready and be killed.
 *
 * usage: starts COUNT PROGRAM [ARG...]. Ready is the first byte on the program's stdout. "DIR"
 * among the arguments is replaced by a fresh folder each time. Prints starts per second.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static int start_once(char **args)
{
    int ends[2];
    char byte;

    if (pipe(ends))
        return -1;
    pid_t child = vfork();
    if (child == 0) {
        dup2(ends[1], 1);
        execv(args[0], args);
        _exit(127);
    }
    close(ends[1]);
    ssize_t got = child > 0 ? read(ends[0], &byte, 1) : -1;
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    close(ends[0]);
    return got == 1 ? 0 : -1;
}

int main(int argc, char **argv)
{
    char root[] = "/dev/shm/chartproof-starts-XXXXXX", folder[80];
    int count = argc > 2 ? atoi(argv[1]) : 0;
    int at = 0;

    if (count < 1 || !mkdtemp(root)) {
        fprintf(stderr, "usage: starts COUNT PROGRAM [ARG...]\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "DIR") == 0)
            at = i;
    }
    uint64_t from = clock_monotonic_us();
    for (int i = 0; i < count; i++) {
        snprintf(folder, sizeof(folder), "%s/%d", root, i);
        if (at)
            argv[at] = folder;
        if (start_once(argv + 2)) {
            fprintf(stderr, "starts: %s did not become ready\n", argv[2]);
            return 3;
        }
    }
    printf("%.1f\n", count * 1e6 / (double)(clock_monotonic_us() - from));
    fflush(stdout);
    execlp("rm", "rm", "-rf", root, (char *)NULL);
    return 3;
}
