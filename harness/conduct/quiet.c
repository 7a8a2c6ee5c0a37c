/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quiet - reads /proc: every process whose group is the one asked for, every thread of it.
 *
 * What ends while we read is skipped: it does nothing any more.
 */
#include "harness/conduct/quiet.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES 1024

/* The file's beginning as text; false when it is gone. */
static bool read_text(const char *path, char text[FILE_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, FILE_BYTES - 1) : -1;

    if (fd >= 0)
        close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

/* State and group of "PID (name) S PPID PGRP ...": the name may hold anything, so its last bracket counts. */
static bool read_stat(const char *path, char *out_state, long *out_group)
{
    char text[FILE_BYTES];
    const char *end = read_text(path, text) ? strrchr(text, ')') : NULL;

    return end && sscanf(end + 1, " %c %*d %ld", out_state, out_group) == 2;
}

static void look_at_threads(const char *pid, struct quiet_look *out)
{
    char path[64], file[FILE_BYTES], text[FILE_BYTES], state = 0;
    long group = 0;
    const struct dirent *entry;

    snprintf(path, sizeof(path), "/proc/%.20s/task", pid);
    DIR *tasks = opendir(path);
    while (tasks && (entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof(file), "%s/%s/schedstat", path, entry->d_name);
        if (read_text(file, text))
            out->cpu_ns += strtoull(text, NULL, 10);
        snprintf(file, sizeof(file), "%s/%s/stat", path, entry->d_name);
        if (!read_stat(file, &state, &group))
            continue;
        out->is_active = out->is_active || state == 'R' || state == 'D';
        out->is_stopped = out->is_stopped && strchr("TtZX", state);
    }
    if (tasks)
        closedir(tasks);
}

void quiet_look(pid_t group, struct quiet_look *out)
{
    const struct dirent *entry;
    DIR *processes = opendir("/proc");

    *out = (struct quiet_look){.is_stopped = true};
    while (processes && (entry = readdir(processes)) != NULL) {
        char path[64], state = 0;
        long found = 0;

        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof(path), "/proc/%.20s/stat", entry->d_name);
        if (read_stat(path, &state, &found) && found == group)
            look_at_threads(entry->d_name, out);
    }
    if (processes)
        closedir(processes);
}
