/* SPDX-License-Identifier: Apache-2.0 */
/* crash - see the header. A counter that many threads pass; the one that brings it to zero
 * kills. */
#include "engine/crash.h"

#include <signal.h>
#include <stdatomic.h>

static atomic_long places_left = -1; /* below zero: not armed, or long passed */

void crash_arm(long n)
{
    atomic_store(&places_left, n);
}

void crash_point(void)
{
    if (atomic_load(&places_left) >= 0 && atomic_fetch_sub(&places_left, 1) == 0)
        raise(SIGKILL);
}
