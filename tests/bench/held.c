/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held - what it costs to let one of many held exchanges go.
 *
 * usage: held BASE COUNT TIMES. On a fhirsim at BASE (http://127.0.0.1:PORT/fhir) with a hold on
 * reads: COUNT connections each read something and are held. Then, TIMES times, one of them by
 * chance is released over the control API, its answer is waited for, and another comes in its place.
 * Prints the median of microseconds from asking for the release to the answer.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/prng.h"

static struct sockaddr_in server;

static int come(void)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&server, sizeof(server)))
        BUG("no connection; are there descriptors for it?");
    return fd;
}

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
        BUG("not sent: %s", text);
}

/* One answer, whole: its head and as much as its Content-Length says. */
static const char *hear(int fd)
{
    static char bytes[65536];
    size_t size = 0, wanted = sizeof(bytes) - 1;

    while (size < wanted) {
        const ssize_t more = recv(fd, bytes + size, sizeof(bytes) - 1 - size, 0);
        const char *end, *length;

        if (more <= 0)
            BUG("no answer");
        size += (size_t)more;
        bytes[size] = '\0';
        end = strstr(bytes, "\r\n\r\n");
        length = strstr(bytes, "Content-Length: ");
        if (end)
            wanted = (size_t)(end + 4 - bytes) +
                     (length && length < end ? strtoul(length + 16, NULL, 10) : 0);
    }
    return bytes;
}

static int come_and_read(void)
{
    const int fd = come();

    say(fd, "GET /fhir/Patient/ada HTTP/1.1\r\nHost: x\r\n\r\n");
    return fd;
}

static void until_held(int control, unsigned long count)
{
    static const char name[] = "\nfhirsim_held ";
    const char *found;

    do {
        say(control, "GET /_control/metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        found = strstr(hear(control), name);
    } while (!found || strtoul(found + sizeof(name) - 1, NULL, 10) < count);
}

static int by_size(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

/* Numbers follow the order in which requests came; each waits for the one before. */
static uint64_t release(int control, uint64_t number, int fd)
{
    const uint64_t from_us = clock_monotonic_us();
    char text[160];

    snprintf(text, sizeof(text),
             "POST /_control/held/%llu/release HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
             (unsigned long long)number);
    say(control, text);
    if (!strstr(hear(control), " 204 "))
        BUG("not released: %llu", (unsigned long long)number);
    if (!strstr(hear(fd), "HTTP/1.1 "))
        BUG("no answer");
    return clock_monotonic_us() - from_us;
}

int main(int argc, char **argv)
{
    const unsigned long count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    const unsigned long times = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    const char *port = argc == 4 ? strrchr(argv[1], ':') : NULL;
    struct rlimit limit;
    struct prng prng;

    if (count < 1 || times < 1 || !port) {
        fprintf(stderr, "usage: held BASE COUNT TIMES\n");
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    server = (struct sockaddr_in){.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port + 1, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int *fds = calloc(count, sizeof(*fds));
    uint64_t *numbers = calloc(count, sizeof(*numbers)), *spans = calloc(times, sizeof(*spans));
    ASSERT(fds && numbers && spans);
    uint64_t last = 0;
    const int control = come();

    for (unsigned long i = 0; i < count; i++) {
        fds[i] = come_and_read();
        numbers[i] = ++last;
        until_held(control, i + 1);
    }
    prng_init(&prng, 1);
    for (unsigned long i = 0; i < times; i++) {
        const unsigned long at = (unsigned long)prng_below(&prng, count);

        spans[i] = release(control, numbers[at], fds[at]);
        close(fds[at]);
        fds[at] = come_and_read();
        numbers[at] = ++last;
        until_held(control, count);
    }
    qsort(spans, times, sizeof(*spans), by_size);
    printf("%llu\n", (unsigned long long)spans[times / 2]);
    return 0;
}
