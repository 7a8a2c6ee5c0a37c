/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_find - the scenario files that a command line names, folders walked in sorted order.
 * Links to folders are not followed, so that the walk ends.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "harness/scenario/scenario.h"

#define FILES_MAX   100000
#define FOLDERS_MAX 32 /* one inside the other */

struct found {
    struct arena *arena;
    const char **files;
    size_t count, capacity;
};

static int add_file(struct found *found, const char *path, struct err *err)
{
    if (found->count == FILES_MAX)
        return err_set(err, ERR_LIMIT, "%s: more than %d scenarios", path, FILES_MAX);
    if (found->count == found->capacity) {
        size_t size = found->capacity * sizeof(*found->files);

        found->capacity = found->capacity ? found->capacity * 2 : 64;
        found->files =
            arena_grow(found->arena, found->files, size, found->capacity * sizeof(*found->files));
    }
    found->files[found->count++] = path;
    return 0;
}

static bool is_scenario(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && name[0] != '.' && strcmp(name + length - 5, ".json") == 0;
}

static int walk(struct found *found, const char *folder, int depth, struct err *err)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort), rc = 0;

    if (count < 0)
        return err_set(err, ERR_INPUT, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const char *path = arena_printf(found->arena, "%s%s%s", folder,
                                        folder[strlen(folder) - 1] == '/' ? "" : "/", name);
        struct stat stat;

        if (rc == 0 && name[0] != '.' && lstat(path, &stat) == 0) {
            if (S_ISDIR(stat.st_mode))
                rc = depth < FOLDERS_MAX ? walk(found, path, depth + 1, err)
                                         : err_set(err, ERR_LIMIT, "%s: too deep", path);
            else if (is_scenario(name))
                rc = add_file(found, path, err);
        }
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int scenario_find(struct arena *arena, const char *const *paths, size_t count,
                  const char *const **out_files, size_t *out_count, struct err *err)
{
    struct found found = {.arena = arena};
    struct stat stat_;

    for (size_t i = 0; i < count; i++) {
        if (!paths[i][0] || stat(paths[i], &stat_) != 0)
            return err_set(err, ERR_INPUT, "%s: %s; expected a scenario file or a folder of them",
                           paths[i], strerror(errno));
        size_t before = found.count;
        if (S_ISDIR(stat_.st_mode) ? walk(&found, paths[i], 0, err)
                                   : add_file(&found, arena_strdup(arena, paths[i]), err))
            return -1;
        if (found.count == before)
            return err_set(err, ERR_INPUT, "%s: found no *.json; expected scenarios", paths[i]);
    }
    if (found.count == 0)
        return err_set(err, ERR_INPUT, "no scenario; expected files or folders");
    *out_files = found.files;
    *out_count = found.count;
    return 0;
}
