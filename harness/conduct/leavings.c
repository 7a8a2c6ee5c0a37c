/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leavings - what an engine lets lie about: what it printed, and files that it does not declare to be encrypted.
 *
 * Noted when its process has ended, and at the end of a run (a process whose run did not come to its end serves no
 * other); whoever looks for what must not stand there finds it in the journal. A file may change while it is read, and
 * one that cannot be read is no evidence of anything: it is left out.
 */
#include <fnmatch.h>
#include <ftw.h>
#include <glob.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "harness/conduct/run.h"
#include "harness/scenario/adapter.h"

#define FILE_BYTES_MAX (1u << 20)
#define FILES_MAX      200

static void note(struct run *run, const char *where, const char *bytes, size_t size)
{
    size_t kept = size < FILE_BYTES_MAX ? size : FILE_BYTES_MAX;

    if (size > 0)
        run_note(run, &(struct sim_entry){.kind = SIM_SAID,
                                          .what = "log",
                                          .url = where,
                                          .status = kept < size,
                                          .body = bytes,
                                          .body_size = kept});
}

static void note_file(struct run *run, const char *path, const char *where)
{
    struct buf text = BUF_INIT;
    struct err ignored = ERR_INIT;

    if (buf_read_file(&text, path, 64 * FILE_BYTES_MAX, &ignored) == 0)
        note(run, where, buf_text(&text), text.size);
    buf_release(&text);
}

static bool is_declared(const struct adapter *adapter, const char *name)
{
    for (size_t i = 0; adapter->encrypted[i]; i++) {
        if (fnmatch(adapter->encrypted[i], name, 0) == 0)
            return true;
    }
    return false;
}

/* nftw has no argument for its callback: the walk under way. */
static struct {
    struct run *run;
    size_t root; /* length of the folder's path */
    size_t files;
} walk;

static int visit(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
    const char *name = path + walk.root;

    (void)stat, (void)ftw;
    name += strspn(name, "/");
    if (flag != FTW_F || walk.files == FILES_MAX ||
        is_declared(walk.run->conductor->options.adapter, name))
        return 0;
    walk.files++;
    note_file(walk.run, path, name);
    return 0;
}

static void note_files(struct run *run)
{
    const char *folder = run->conductor->place.folder.path;

    if (!folder)
        return;
    walk.run = run;
    walk.root = strlen(folder);
    walk.files = 0;
    nftw(folder, visit, 16, FTW_PHYS); /* an engine may remove what we are about to read */
    walk.run = NULL;
}

static void note_logs(struct run *run)
{
    const struct adapter *adapter = run->conductor->options.adapter;

    for (size_t i = 0; adapter->logs[i]; i++) {
        glob_t found;

        if (adapter->logs[i][0] != '/' || glob(adapter->logs[i], 0, NULL, &found))
            continue;
        for (size_t j = 0; j < found.gl_pathc && j < FILES_MAX; j++)
            note_file(run, found.gl_pathv[j], found.gl_pathv[j]);
        globfree(&found);
    }
}

void leavings_note_words(struct run *run, struct child *child)
{
    if (!(run->conductor->options.adapter->parts & PART_LOGS))
        return;
    note(run, "stdout", child_stdout(child), strlen(child_stdout(child)));
    note(run, "stderr", child_stderr(child), strlen(child_stderr(child)));
}

void leavings_note(struct run *run)
{
    if (!(run->conductor->options.adapter->parts & PART_LOGS))
        return;
    for (size_t i = 0; i < INSTANCES_MAX; i++) {
        struct child *child = run->conductor->instances[i].child;

        if (!child)
            continue;
        child_turn(child);
        leavings_note_words(run, child);
        child_forget_words(child);
    }
    note_files(run);
    note_logs(run);
}
