/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prng - splitmix64: small, seedable by any number, the same on every machine.
 */
#include "base/prng.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/attr.h"

void prng_init(struct prng *prng, uint64_t seed)
{
    prng->state = seed;
}

uint64_t prng_next(struct prng *prng)
{
    uint64_t z = prng->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t prng_below(struct prng *prng, uint64_t limit)
{
    ASSERT(limit > 0);
    uint64_t floor = -limit % limit; /* below it the remainder would favour small numbers */
    uint64_t number;
    do
        number = prng_next(prng);
    while (number < floor);
    return number % limit;
}

uint64_t prng_entropy(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
        BUG("the kernel has no randomness");
    return seed;
}

void prng_uuid(struct prng *prng, char out[37])
{
    uint64_t a = prng_next(prng), b = prng_next(prng);

    snprintf(out, 37, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
             (unsigned)(a >> 16) & 0xffff, (unsigned)a & 0xfff,
             ((unsigned)(b >> 48) & 0x3fff) | 0x8000, (unsigned long long)(b & 0xffffffffffff));
}
