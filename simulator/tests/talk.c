/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/talk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tests/expect.h"

#define DEADLINE_MS 10000

const char *talk(struct rig *rig, int fd, const char *text, size_t size, const char *until)
{
    const uint64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    struct buf got = BUF_INIT;
    size_t sent = 0;
    bool is_over = false;
    const char *copy;

    while (!is_over && clock_monotonic_ms() < deadline_ms) {
        char bytes[65536];
        const ssize_t out =
            sent < size ? send(fd, text + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
        const ssize_t in = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (out > 0)
            sent += (size_t)out;
        if (in > 0)
            buf_add(&got, bytes, (size_t)in);
        is_over =
            in == 0 || (in < 0 && errno != EAGAIN) || (until && strstr(buf_text(&got), until));
        rig_turn(rig);
    }
    EXPECT_TRUE("came to an end", is_over);
    copy = buf_copy(&got, rig->arena);
    buf_release(&got);
    return copy;
}

const char *talk_anew(struct rig *rig, const char *text)
{
    const int fd = rig_connect(rig);
    const char *got = talk(rig, fd, text, strlen(text), NULL);

    close(fd);
    return got;
}

const char *talk_repeated(struct rig *rig, const char *before, const char *again, size_t count,
                          const char *after)
{
    struct buf text = BUF_INIT;
    const char *copy;

    buf_puts(&text, before);
    for (size_t i = 0; i < count; i++)
        buf_puts(&text, again);
    buf_puts(&text, after);
    copy = buf_copy(&text, rig->arena);
    buf_release(&text);
    return copy;
}
