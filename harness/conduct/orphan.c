/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orphan - we are a subreaper (prctl): whoever below us loses its parent becomes our child, whatever group or session it
 * went into, so that what an engine leaves behind is among our own children.
 *
 * 1. A child that we did not start ourselves is an engine's orphan. With several engines its mark says whose; one of an
 *    engine that runs is left alone. One that wiped its environment, or is just becoming another program, shows no mark: it goes with
 *    the last engine, unless it is in our own process group: those are workers of this program.
 * 2. Each that is ended hands its own children to us, so we look again until there are none.
 * 3. When we are killed ourselves nobody inherits them: the guard finds them by their mark.
 *
 * Linux: /proc/self/task/TID/children, /proc/PID/environ and stat. An engine that changes its user is out of reach.
 */
#include "harness/conduct/orphan.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

#define MARK       "CHARTPROOF_ENGINE="
#define ROUNDS_MAX 1000 /* one that multiplies faster than it can be ended is not waited for */

static struct orphan_own *ours;
static unsigned marks;

void orphan_watch(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

unsigned orphan_mark(char out_text[ORPHAN_MARK_SIZE])
{
    snprintf(out_text, ORPHAN_MARK_SIZE, MARK "%ld.%u", (long)getpid(), ++marks);
    return marks;
}

void orphan_add(struct orphan_own *own)
{
    own->next = ours;
    ours = own;
}

void orphan_remove(struct orphan_own *own)
{
    for (struct orphan_own **at = &ours; *at; at = &(*at)->next) {
        if (*at == own) {
            *at = own->next;
            return;
        }
    }
}

/* What of the file can be read: it may be going. */
static void read_file(const char *path, struct buf *out)
{
    struct err ignored = ERR_INIT;

    if (buf_read_file(out, path, SIZE_MAX, &ignored))
        return;
}

/* Number of the mark that the process bears, made by `harness`; 0: none. */
static unsigned mark_of(pid_t pid, pid_t harness)
{
    struct buf text = BUF_INIT;
    char path[64], want[ORPHAN_MARK_SIZE];
    unsigned number = 0;

    snprintf(path, sizeof(path), "/proc/%ld/environ", (long)pid);
    snprintf(want, sizeof(want), MARK "%ld.", (long)harness);
    read_file(path, &text);
    const char *at = buf_text(&text), *end = at + text.size;
    for (; at < end && number == 0; at += strlen(at) + 1) {
        if (strncmp(at, want, strlen(want)) == 0)
            number = (unsigned)strtoul(at + strlen(want), NULL, 10);
    }
    buf_release(&text);
    return number;
}

unsigned orphan_number(pid_t pid)
{
    return mark_of(pid, getpid());
}

/* Ended, but not waited for yet? */
static bool is_zombie(pid_t pid)
{
    struct buf text = BUF_INIT;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    read_file(path, &text);
    const char *name_end = strrchr(buf_text(&text), ')');
    bool is_so = !name_end || strncmp(name_end, ") Z", 3) == 0;
    buf_release(&text);
    return is_so;
}

static bool is_orphan(pid_t pid)
{
    unsigned number = mark_of(pid, getpid());

    for (const struct orphan_own *own = ours; own; own = own->next) {
        if (own->pid == pid || (own->number > 0 && (number == 0 || own->number == number)))
            return false;
    }
    return number > 0 || getpgid(pid) != getpgrp();
}

/* Our children as the kernel lists them, by thread, one number after the other. */
static void list_children(struct buf *out)
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *entry;

    while (tasks && (entry = readdir(tasks)) != NULL) {
        char path[64];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/self/task/%.20s/children", entry->d_name);
        read_file(path, out);
    }
    if (tasks)
        closedir(tasks);
}

/* One look; *out_ran counts those that were not dead already. Returns how many there were. */
static size_t end_once(size_t *out_ran)
{
    struct buf text = BUF_INIT;
    size_t found = 0;
    char *next = NULL;

    list_children(&text);
    for (const char *at = buf_text(&text);; at = next) {
        pid_t pid = (pid_t)strtol(at, &next, 10);

        if (next == at)
            break;
        if (!is_orphan(pid))
            continue;
        found++;
        *out_ran += !is_zombie(pid);
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    buf_release(&text);
    return found;
}

size_t orphan_end_all(void)
{
    size_t ran = 0;

    for (int round = 0; round < ROUNDS_MAX && end_once(&ran) > 0; round++)
        ;
    return ran;
}

void orphan_end_marked(pid_t harness)
{
    for (size_t found = 1, round = 0; found > 0 && round < ROUNDS_MAX; round++) {
        DIR *processes = opendir("/proc");
        const struct dirent *entry;

        found = 0;
        while (processes && (entry = readdir(processes)) != NULL) {
            pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

            if (pid <= 0 || mark_of(pid, harness) == 0)
                continue;
            found += kill(pid, SIGKILL) == 0;
        }
        if (processes)
            closedir(processes);
    }
}
