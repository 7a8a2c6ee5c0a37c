/* SPDX-License-Identifier: Apache-2.0 */
/* load - a walk over folders; no state. */
#include "simulator/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"

struct walk {
    struct arena *arena; /* of paths */
    load_take_fn *take;
    void *arg;
};

static bool ends_in(const char *name, const char *suffix)
{
    const size_t size = strlen(name), tail = strlen(suffix);

    return size > tail && strcmp(name + size - tail, suffix) == 0;
}

static int take_file(const struct walk *walk, const char *path, struct err *err)
{
    const bool is_ndjson = ends_in(path, ".ndjson");
    struct buf buf = BUF_INIT;
    int rc = buf_read_file(&buf, path, is_ndjson ? LIMIT_NDJSON_BYTES : LIMIT_JSON_BYTES, err);

    if (rc)
        err->code = ERR_INPUT; /* a file that the user named and that cannot be read */
    else
        rc = walk->take(walk->arg, &(struct load_file){path, buf_text(&buf), buf.size, is_ndjson},
                        err);
    buf_release(&buf);
    return rc;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int take_folder(const struct walk *walk, const char *path, unsigned depth, size_t *found,
                       struct err *err);

static int take_entry(const struct walk *walk, const char *path, unsigned depth, size_t *found,
                      struct err *err)
{
    struct stat what;

    if (stat(path, &what))
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    if (S_ISDIR(what.st_mode))
        return take_folder(walk, path, depth + 1, found, err);
    if (!S_ISREG(what.st_mode) || (!ends_in(path, ".json") && !ends_in(path, ".ndjson"))) {
        log_line("%s: not read; a folder's *.json and *.ndjson are", path);
        return 0;
    }
    ++*found;
    return take_file(walk, path, err);
}

static int take_folder(const struct walk *walk, const char *path, unsigned depth, size_t *found,
                       struct err *err)
{
    struct dirent **entries = NULL;
    int count, rc = 0;

    if (depth > LIMIT_FOLDER_DEPTH)
        return err_set(err, ERR_LIMIT, "%s: folders in folders, more than %u", path,
                       LIMIT_FOLDER_DEPTH);
    count = scandir(path, &entries, is_shown, alphasort);
    if (count < 0)
        return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        if (rc == 0)
            rc = take_entry(walk, arena_printf(walk->arena, "%s/%s", path, entries[i]->d_name),
                            depth, found, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

int load_path(const char *path, load_take_fn *take, void *arg, struct err *err)
{
    struct walk walk = {.arena = arena_new(), .take = take, .arg = arg};
    const size_t slashes = strlen(path) > 1 && ends_in(path, "/") ? 1 : 0;
    const char *name = arena_copy(walk.arena, path, strlen(path) - slashes);
    struct stat what;
    size_t found = 0;
    int rc;

    if (stat(path, &what))
        rc = err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
    else if (!S_ISDIR(what.st_mode))
        rc = take_file(&walk, path, err);
    else
        rc = take_folder(&walk, name, 1, &found, err);
    if (rc == 0 && S_ISDIR(what.st_mode) && found == 0)
        rc = err_set(err, ERR_INPUT, "%s: no *.json and no *.ndjson in this folder", path);
    arena_free(walk.arena);
    return rc;
}
