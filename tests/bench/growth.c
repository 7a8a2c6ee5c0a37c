/* SPDX-License-Identifier: Apache-2.0 */
/*
 * growth - does anything grow while schedules are conducted and judged?
 *
 * usage: growth COUNT ENGINE SCENARIO. One engine that is reset between runs, and replaced as often as it always is. About
 * twenty times, always just before the engine is replaced, a line says what the harness and its engine have in memory, how
 * many descriptors the harness has open, and what lies in the engine's folder. Exit status 1 when the last tenth has more
 * than a tenth more of any of them than the first samples had.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "harness/conduct/conduct.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "harness/trial.h"

#define CYCLE   500 /* runs of one engine: RUNS_MAX in harness/conduct/run.h */
#define SAMPLES 20

struct sample {
    unsigned long long harness, engine, fds, files, bytes; /* memory in KiB */
};

/* The whole of a small file of /proc; NULs stay in it. */
static size_t slurp(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(bytes, 1, room - 1, file) : 0;

    if (file)
        fclose(file);
    bytes[size] = '\0';
    return size;
}

static unsigned long long resident_kib(const char *pid)
{
    char path[64], text[256];
    unsigned long long pages = 0;

    snprintf(path, sizeof(path), "/proc/%s/statm", pid);
    slurp(path, text, sizeof(text));
    if (sscanf(text, "%*u %llu", &pages) != 1)
        return 0;
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE) / 1024;
}

static void look_into(const char *path, unsigned long long *files, unsigned long long *bytes)
{
    DIR *folder = opendir(path);

    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
        char inner[4096];
        struct stat status;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        if (lstat(inner, &status))
            continue;
        *files += 1;
        *bytes += (unsigned long long)status.st_blocks * 512;
        if (S_ISDIR(status.st_mode))
            look_into(inner, files, bytes);
    }
    if (folder)
        closedir(folder);
}

/* An engine is a child that was told where its data are; others are none. */
static void look_at_child(const char *pid, struct sample *out)
{
    char path[64], words[4096];

    snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
    size_t size = slurp(path, words, sizeof(words));
    for (size_t at = 0; at < size; at += strlen(words + at) + 1) {
        if (strcmp(words + at, "--data") != 0)
            continue;
        out->engine += resident_kib(pid);
        look_into(words + at + strlen("--data") + 1, &out->files, &out->bytes);
    }
}

static struct sample look(void)
{
    struct sample sample = {.harness = resident_kib("self")};
    char path[64], pids[4096];
    unsigned long long unused = 0;

    look_into("/proc/self/fd", &sample.fds, &unused);
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    slurp(path, pids, sizeof(pids));
    for (char *rest = NULL, *pid = strtok_r(pids, " ", &rest); pid;
         pid = strtok_r(NULL, " ", &rest))
        look_at_child(pid, &sample);
    return sample;
}

static int has_grown(const char *what, unsigned long long first, unsigned long long last)
{
    if (last <= first + first / 10)
        return 0;
    printf("%s has grown from %llu to %llu\n", what, first, last);
    return 1;
}

static int run_all(struct conductor *conductor, const struct scenario *scenario, long count)
{
    const long every = count / SAMPLES / CYCLE ? count / SAMPLES / CYCLE * CYCLE : CYCLE;
    struct sample first = {0}, last = {0};

    for (long i = 1; i <= count; i++) {
        struct trial trial;

        trial_run(conductor, scenario, NULL, true, &trial);
        const enum verdict verdict = trial.verdict;
        if (verdict != VERDICT_PASS)
            fprintf(stderr, "growth: %s: %s\n", verdict_name(verdict),
                    trial.problem ? trial.problem : "");
        trial_release(&trial);
        if (verdict != VERDICT_PASS)
            return 1;
        if (i % every != CYCLE - 1)
            continue;
        last = look();
        if (i < 2 * every) /* what is kept for the next run has been made by then */
            first = last;
        printf("%ld schedules: harness %llu KiB, %llu descriptors; engine %llu KiB, %llu files, "
               "%llu bytes\n",
               i, last.harness, last.fds, last.engine, last.files, last.bytes);
        fflush(stdout);
    }
    return has_grown("the harness", first.harness, last.harness) +
           has_grown("its descriptors", first.fds, last.fds) +
           has_grown("the engine", first.engine, last.engine) +
           has_grown("the engine's folder", first.bytes, last.bytes);
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    long count = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    const struct adapter *adapter = count > 0 ? adapter_read(arena, argv[2], &err) : NULL;
    const struct scenario *scenario = adapter ? scenario_read(arena, argv[3], NULL, &err) : NULL;
    struct conductor *conductor =
        scenario ? conductor_open(
                       &(struct conductor_options){.adapter = adapter, .use_reset = true}, &err)
                 : NULL;
    int rc = 2;

    if (conductor)
        rc = run_all(conductor, scenario, count) ? 1 : 0;
    else
        fprintf(stderr, "growth: %s\n", err.text[0] ? err.text : "usage: growth N ENGINE SCENARIO");
    conductor_close(conductor);
    arena_free(arena);
    return rc;
}
