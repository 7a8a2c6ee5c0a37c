/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder - the lock is taken after the folder is made, and whoever clears takes it too: so a folder that was cleared in
 * between is noticed by its maker, who makes another. A folder that somebody else owns is left alone.
 */
#include "harness/conduct/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"

#define NAME    "chartproof-data-"
#define PARENTS 3
#define TRIES   100 /* somebody cleared it each time: that does not happen */

static void parents(const char *out[PARENTS])
{
    out[0] = "/dev/shm";
    out[1] = getenv("TMPDIR");
    out[2] = "/tmp";
}

static int remove_entry(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
    (void)stat, (void)flag, (void)ftw;
    return remove(path);
}

static int remove_all(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* The folder that is locked is the one that has the name now. */
static bool is_there(int lock, const char *path)
{
    struct stat mine, named;

    return fstat(lock, &mine) == 0 && stat(path, &named) == 0 && mine.st_ino == named.st_ino;
}

static bool make_below(const char *parent, struct arena *arena, struct folder *out)
{
    for (int i = 0; i < TRIES; i++) {
        char *path = arena_printf(arena, "%s/" NAME "XXXXXX", parent);

        if (!mkdtemp(path))
            return false;
        int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        while (lock >= 0 && flock(lock, LOCK_EX) && errno == EINTR)
            ; /* a file system without locks has folders that nobody clears */
        if (lock >= 0 && is_there(lock, path)) {
            *out = (struct folder){path, lock};
            return true;
        }
        if (lock >= 0)
            close(lock);
        rmdir(path);
    }
    return false;
}

int folder_make(struct arena *arena, struct folder *out, struct err *err)
{
    const char *below[PARENTS];

    parents(below);
    *out = (struct folder){.path = NULL};
    for (size_t i = 0; i < PARENTS; i++) {
        if (below[i] && access(below[i], W_OK | X_OK) == 0 && make_below(below[i], arena, out))
            return 0;
    }
    return err_set(err, ERR_IO, "no folder for the engine's data below /dev/shm or /tmp: %s",
                   strerror(errno));
}

void folder_remove(struct folder *folder)
{
    if (!folder->path)
        return;
    if (remove_all(folder->path))
        log_line("cannot remove %s: %s", folder->path, strerror(errno));
    close(folder->lock);
    *folder = (struct folder){.path = NULL};
}

static void clear(const char *path)
{
    int lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct stat stat;

    if (lock < 0)
        return;
    if (fstat(lock, &stat) == 0 && stat.st_uid == geteuid() && flock(lock, LOCK_EX | LOCK_NB) == 0)
        remove_all(path); /* what stays is tried again by the next one */
    close(lock);
}

void folder_clear_left(void)
{
    const char *below[PARENTS];
    struct arena *arena = arena_new();

    parents(below);
    for (size_t i = 0; i < PARENTS; i++) {
        DIR *dir = below[i] ? opendir(below[i]) : NULL;
        const struct dirent *entry;

        while (dir && (entry = readdir(dir)) != NULL) {
            if (strncmp(entry->d_name, NAME, strlen(NAME)) == 0)
                clear(arena_printf(arena, "%s/%s", below[i], entry->d_name));
        }
        if (dir)
            closedir(dir);
    }
    arena_free(arena);
}
