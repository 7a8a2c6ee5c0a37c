/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resume - a head, then records: "job KEY SIZE" on a line, and SIZE bytes of an attempt.
 *
 * The file that is written grows beside its name while the search goes on, so that an interrupt costs nothing. A disk
 * that is full ends the writing, and what is whole by then is kept. Beside it lies a file that only takes up room: it
 * goes before the report is written, so that a full disk has room for that.
 */
#include "harness/explore/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "harness/explore/search.h"

#define NAME           "explore.resume"
#define HEAD           "chartproof explore, format 2\n"
#define FILE_BYTES_MAX ((size_t)4 << 30)
#define ROOM_BYTES     (512l << 10) /* a report, with hundreds of scenarios */

struct record {
    char key[HASH_HEX_SIZE];
    const char *attempt;
    UT_hash_handle hh;
};

struct resume {
    struct arena *arena;
    struct buf read; /* the file that is resumed; records point into it */
    struct record *records;
    char *path, *temporary, *room;
    FILE *file; /* NULL: nothing more is written */
    long whole; /* bytes of whole records */
    bool is_kept;
};

/* Cuts the file into records: an attempt is made to end where its bytes do. */
static int read_records(struct resume *resume, const char *path, struct err *err)
{
    char *at = resume->read.bytes, *end = at + resume->read.size;

    if (resume->read.size < strlen(HEAD) || memcmp(at, HEAD, strlen(HEAD)) != 0)
        return err_set(err, ERR_INPUT, "%s: it is no file of a search that was interrupted", path);
    at += strlen(HEAD);
    while (at < end) {
        struct record *record = arena_alloc(resume->arena, sizeof(*record));
        size_t size = 0;
        int head = 0;

        if (sscanf(at, "job %64s %zu%n", record->key, &size, &head) != 2 || at[head] != '\n' ||
            size + 1 > (size_t)(end - at - head - 1) || at[head + 1 + size] != '\n')
            return err_set(err, ERR_INPUT, "%s: byte %td begins no record", path,
                           at - resume->read.bytes);
        record->attempt = at + head + 1;
        at += (size_t)head + 1 + size;
        *at++ = '\0';
        HASH_ADD_STR(resume->records, key, record);
    }
    return 0;
}

/* On a disk without so much room the report has to do without. */
static void take_room(const struct resume *resume)
{
    int fd = open(resume->room, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

    if (fd < 0)
        return;
    int refused = posix_fallocate(fd, 0, ROOM_BYTES);
    close(fd);
    if (refused)
        unlink(resume->room);
}

void resume_make_room(struct resume *resume)
{
    unlink(resume->room);
}

struct resume *resume_open(const char *from, const char *to, struct err *err)
{
    struct resume *resume = calloc(1, sizeof(*resume));

    if (!resume)
        BUG("out of memory");
    resume->arena = arena_new();
    resume->path = arena_printf(resume->arena, "%s/" NAME, to);
    resume->temporary = arena_printf(resume->arena, "%s/." NAME ".%ld", to, (long)getpid());
    resume->room = arena_printf(resume->arena, "%s/.explore.room.%ld", to, (long)getpid());
    if (from) {
        const char *path = arena_printf(resume->arena, "%s/" NAME, from);

        if (buf_read_file(&resume->read, path, FILE_BYTES_MAX, err) ||
            read_records(resume, path, err)) {
            err->code = ERR_INPUT;
            err_context(err, "--resume");
            resume_close(resume);
            return NULL;
        }
    }
    take_room(resume);
    resume->file = fopen(resume->temporary, "we");
    if (!resume->file || fputs(HEAD, resume->file) < 0)
        log_line("%s: %s; the search cannot be resumed", resume->temporary, strerror(errno));
    resume->whole = (long)strlen(HEAD);
    return resume;
}

void resume_close(struct resume *resume)
{
    if (!resume)
        return;
    if (resume->file)
        fclose(resume->file);
    if (!resume->is_kept && resume->temporary)
        unlink(resume->temporary);
    resume_make_room(resume);
    HASH_CLEAR(hh, resume->records);
    buf_release(&resume->read);
    arena_free(resume->arena);
    free(resume);
}

const char *resume_key(struct arena *arena, const char *about, const struct job *job)
{
    struct buf text = BUF_INIT;
    char key[HASH_HEX_SIZE];

    buf_printf(&text, "%s %d %llu", about, job->is_random, (unsigned long long)job->seed);
    for (size_t i = 0; i < job->count; i++)
        buf_printf(&text, " %016llx %s", (unsigned long long)job->hashes[i], job->steps[i]);
    hash_hex(buf_text(&text), text.size, key);
    buf_release(&text);
    return arena_strdup(arena, key);
}

const char *resume_find(const struct resume *resume, const char *key)
{
    const struct record *record = NULL;

    HASH_FIND_STR(resume->records, key, record);
    return record ? record->attempt : NULL;
}

static void stop_writing(struct resume *resume)
{
    log_line("%s: %s; attempts from here on are not kept for --resume", resume->temporary,
             strerror(errno));
    fclose(resume->file);
    resume->file = NULL;
    if (truncate(resume->temporary, resume->whole))
        resume->whole = 0;
}

void resume_add(struct resume *resume, const char *key, const char *attempt)
{
    if (!resume->file)
        return;
    int wrote = fprintf(resume->file, "job %s %zu\n%s\n", key, strlen(attempt), attempt);
    if (wrote < 0 || fflush(resume->file) != 0)
        stop_writing(resume);
    else
        resume->whole += wrote;
}

bool resume_keep(struct resume *resume)
{
    bool failed = resume->file && fclose(resume->file) != 0;

    resume->file = NULL;
    resume->is_kept = !failed && resume->whole > 0 && rename(resume->temporary, resume->path) == 0;
    return resume->is_kept;
}
