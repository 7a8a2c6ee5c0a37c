/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outdir - names of files, and what a failure file holds. A failure file is a scenario file: `run` takes it for its
 * milestones and `replay` for its exact steps. It lies elsewhere than the scenario did, so its chart is named by
 * absolute paths.
 */
#include "harness/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "harness/evidence.h"
#include "harness/options.h"
#include "harness/scenario/scenario.h"
#include "harness/trial.h"
#include "reports/reports.h"

static const char *const folders[] = {"evidence", "failures"};

/* Like `mkdir -p`. */
static int make_folder(char *path, struct err *err)
{
    int cause = 0; /* why a folder above it could not be made; it only shows at the last one */

    for (char *at = path + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0777) && errno != EEXIST)
            cause = errno;
        *at = '/';
    }
    if (mkdir(path, 0777) && errno != EEXIST)
        return err_set(err, ERR_INPUT, "%s: cannot make the report folder: %s", path,
                       strerror(errno == ENOENT && cause ? cause : errno));
    return 0;
}

/* Two runs in one folder would mix their evidence. The lock lasts as long as the process. */
static int lock_folder(const char *folder, struct err *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, ERR_INPUT, "%s: cannot open the report folder: %s", folder,
                       strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0; /* and stays open */
    bool is_taken = errno == EWOULDBLOCK;
    close(fd);
    if (!is_taken)
        return 0; /* a file system without locks */
    return err_set(
        err, ERR_INPUT,
        "%s: another run writes its report there; expected --out with a folder of its own", folder);
}

static int prove_writable(const char *folder, struct arena *arena, struct err *err)
{
    char *path = arena_printf(arena, "%s/.probe-XXXXXX", folder);
    int fd = mkstemp(path);

    if (fd < 0)
        return err_set(err, ERR_INPUT, "%s: cannot write into the report folder: %s", folder,
                       strerror(errno));
    close(fd);
    unlink(path);
    return 0;
}

static bool is_numbered(const char *name)
{
    if (strncmp(name, "seed-", strlen("seed-")) == 0) /* of a load run */
        name += strlen("seed-");
    size_t digits = strspn(name, "0123456789");

    return digits > 0 && strcmp(name + digits, ".json") == 0;
}

/* What a search left that was killed. */
static bool is_unfinished(const char *name)
{
    static const char start[] = ".explore.";

    return strncmp(name, start, strlen(start)) == 0;
}

static void remove_those(const char *folder, bool (*is_one)(const char *), struct arena *arena)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        if (is_one(entry->d_name))
            unlink(arena_printf(arena, "%s/%s", folder, entry->d_name));
    }
    if (dir)
        closedir(dir);
}

int outdir_prepare(const char *folder, struct arena *arena, struct err *err)
{
    if (make_folder(arena_strdup(arena, folder), err) || lock_folder(folder, err) ||
        prove_writable(folder, arena, err))
        return -1;
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        char *path = arena_printf(arena, "%s/%s", folder, folders[i]);

        if (make_folder(path, err) || prove_writable(path, arena, err))
            return -1;
        remove_those(path, is_numbered, arena);
    }
    remove_those(folder, is_unfinished, arena);
    unlink(arena_printf(arena, "%s/result.json", folder));
    unlink(arena_printf(arena, "%s/junit.xml", folder));
    return 0;
}

int outdir_evidence(const char *folder, size_t number, const struct evidence *evidence,
                    struct arena *arena, struct err *err)
{
    return evidence_write(evidence, arena_printf(arena, "%s/evidence/%zu.json", folder, number),
                          err);
}

struct cJSON *outdir_chart(const struct scenario *scenario, struct arena *arena)
{
    const struct cJSON *files = json_get(scenario->tree, "chart");
    const char *slash = strrchr(scenario->path, '/');
    size_t length = slash ? (size_t)(slash - scenario->path) : 0;
    const char *folder = slash ? arena_copy(arena, scenario->path, length) : ".";
    struct cJSON *out = json_array(arena);

    for (size_t i = 0; i < json_count(files); i++) {
        const char *file = json_text(json_at(files, i));
        char whole[PATH_MAX];
        const char *path = file[0] == '/' ? file : arena_printf(arena, "%s/%s", folder, file);

        json_add(out, cJSON_CreateString(realpath(path, whole) ? whole : path));
    }
    return out;
}

static int write_failure(const char *folder, size_t number, struct cJSON *tree,
                         const struct trial *trial, const char *engine, const char *command,
                         struct arena *arena, struct err *err)
{
    struct cJSON *steps = json_array(arena);
    char *state = NULL, *line = arena_strdup(arena, trial->conducted.replay);
    struct buf text = BUF_INIT;

    for (char *step = strtok_r(line, " ", &state); step; step = strtok_r(NULL, " ", &state))
        json_add(steps, cJSON_CreateString(step));
    json_put(tree, "replay", json_copy(steps));
    json_put_string(tree, "//engine", engine);
    json_put_string(tree, "//replay", command);
    buf_puts(&text, json_print_pretty(arena, tree));
    int rc =
        buf_write_file(&text, arena_printf(arena, "%s/failures/%zu.json", folder, number), err);
    buf_release(&text);
    return rc;
}

int outdir_failure(const char *folder, size_t number, const struct scenario *scenario,
                   const struct trial *trial, const char *engine, const char *command,
                   struct err *err)
{
    struct arena *arena = trial->arena;
    struct cJSON *tree = json_copy_root(arena, scenario->tree);

    json_remove(tree, "$schema"); /* its path was relative to the scenario */
    json_put(tree, "chart", json_copy(outdir_chart(scenario, arena)));
    json_add(json_put_array(tree, "personalities"), cJSON_CreateString(scenario->personality));
    json_put_string(tree, "//scenario",
                    arena_printf(arena, "%s@%s", scenario->name, scenario->hash));
    return write_failure(folder, number, tree, trial, engine, command, arena, err);
}

int outdir_shrunk(const char *folder, size_t number, const struct outdir_shrunk *shrunk,
                  struct arena *arena, struct err *err)
{
    const struct scenario *scenario = shrunk->scenario;
    struct cJSON *tree = json_copy_root(arena, scenario->tree);

    json_put_string(tree, "why", shrunk->why);
    json_add(json_put_array(tree, "personalities"), cJSON_CreateString(scenario->personality));
    json_put_string(tree, "//invariant", shrunk->invariant);
    json_put_string(tree, "//shrunk", shrunk->how);
    json_put_string(tree, "//found", shrunk->found);
    return write_failure(folder, number, tree, shrunk->trial, shrunk->engine,
                         trial_replay(shrunk->trial, scenario), arena, err);
}

static int write_result(const char *folder, const struct result *result, struct arena *arena,
                        struct err *err)
{
    static const struct {
        const char *name;
        void (*report)(struct buf *out, const struct result *result);
    } files[] = {{"result.json", report_json}, {"junit.xml", report_junit}};

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct buf text = BUF_INIT;

        files[i].report(&text, result);
        int rc = buf_write_file(&text, arena_printf(arena, "%s/%s", folder, files[i].name), err);
        buf_release(&text);
        if (rc)
            return -1;
    }
    return 0;
}

int outdir_report(const char *folder, const struct result *result, const char *stopped,
                  struct arena *arena, struct err *err)
{
    int rc = write_result(folder, result, arena, err);

    report_terminal(stdout, result, use_color(STDOUT_FILENO));
    if (stopped)
        log_line("%s", stopped);
    return rc;
}
