/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf - grows by doubling; bytes[size] is always NUL once there are bytes. Files are read whole,
 * and written under a temporary name that is renamed, so that a reader sees the old file or the new
 * one.
 */
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

void buf_release(struct buf *buf)
{
    free(buf->bytes);
    *buf = BUF_INIT;
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    if (buf->bytes)
        buf->bytes[0] = '\0';
}

static void make_room(struct buf *buf, size_t more)
{
    size_t capacity = buf->capacity ? buf->capacity : 256;

    if (more > SIZE_MAX / 4 || buf->size > SIZE_MAX / 4)
        BUG("buffer of %zu and %zu more bytes", buf->size, more);
    while (capacity < buf->size + more + 1)
        capacity *= 2;
    if (capacity == buf->capacity)
        return;
    char *bytes = realloc(buf->bytes, capacity);
    if (!bytes)
        BUG("out of memory");
    buf->bytes = bytes;
    buf->capacity = capacity;
}

void buf_reserve(struct buf *buf, size_t more)
{
    make_room(buf, more);
}

void buf_add(struct buf *buf, const void *bytes, size_t size)
{
    if (buf->capacity - buf->size <= size)
        make_room(buf, size);
    if (size)
        memcpy(buf->bytes + buf->size, bytes, size);
    buf->size += size;
    buf->bytes[buf->size] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args;

    make_room(buf, 0);
    va_start(args, fmt);
    const int size = vsnprintf(buf->bytes + buf->size, buf->capacity - buf->size, fmt, args);
    va_end(args);
    ASSERT(size >= 0);
    if ((size_t)size < buf->capacity - buf->size) {
        buf->size += (size_t)size;
        return;
    }
    make_room(buf, (size_t)size);
    va_start(args, fmt);
    vsnprintf(buf->bytes + buf->size, (size_t)size + 1, fmt, args);
    va_end(args);
    buf->size += (size_t)size;
}

const char *buf_text(const struct buf *buf)
{
    return buf->bytes ? buf->bytes : "";
}

char *buf_copy(const struct buf *buf, struct arena *arena)
{
    return arena_copy(arena, buf_text(buf), buf->size);
}

int buf_read_file(struct buf *buf, const char *path, size_t size_max, struct err *err)
{
    char chunk[65536];
    struct stat stat;
    size_t total = 0;
    int rc = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_INPUT : ERR_IO, "%s: %s", path, strerror(errno));
    if (fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode)) {
        err_set(err, ERR_INPUT, "%s: is a folder, a file was expected", path);
        goto out;
    }
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
            goto out;
        }
        if (got == 0)
            break;
        total += (size_t)got;
        if (total > size_max) {
            err_set(err, ERR_LIMIT, "%s: larger than %zu bytes", path, size_max);
            goto out;
        }
        buf_add(buf, chunk, (size_t)got);
    }
    rc = 0;
out:
    close(fd);
    return rc;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t put = write(fd, bytes, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        bytes += put;
        size -= (size_t)put;
    }
    return 0;
}

int buf_write_file(const struct buf *buf, const char *path, struct err *err)
{
    struct buf temporary = BUF_INIT;
    int fd = -1, rc = -1;

    buf_printf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    fd = open(buf_text(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (write_all(fd, buf_text(buf), buf->size)) {
        err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    int closed = close(fd);
    fd = -1;
    if (closed || rename(buf_text(&temporary), path)) {
        err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    rc = 0;
out:
    if (fd >= 0)
        close(fd);
    if (rc && temporary.size)
        unlink(buf_text(&temporary));
    buf_release(&temporary);
    return rc;
}
