/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt - the handler does the two things that a handler may do: it sets a flag and wakes whoever waits.
 */
#include "harness/conduct/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/attr.h"

static volatile sig_atomic_t came;
static int wake_fd = -1;

static void take_signal(int sig)
{
    int saved = errno;
    uint64_t one = 1;

    (void)sig;
    came = 1;
    if (write(wake_fd, &one, sizeof(one)) < 0)
        came = 1; /* whoever waits sees the flag at its next turn */
    errno = saved;
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = take_signal};

    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigemptyset(&action.sa_mask);
    MUST_ZERO(sigaction(SIGINT, &action, NULL));
    MUST_ZERO(sigaction(SIGTERM, &action, NULL));
}

bool interrupt_came(void)
{
    return came != 0;
}

int interrupt_fd(void)
{
    return wake_fd;
}
