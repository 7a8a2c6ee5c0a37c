/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PRNG_H
#define BASE_PRNG_H
/* prng - seeded, reproducible randomness (splitmix64), and fresh seeds from the kernel. */
#include <stdint.h>

struct prng {
    uint64_t state;
};

void prng_init(struct prng *prng, uint64_t seed);
uint64_t prng_next(struct prng *prng);
uint64_t prng_below(struct prng *prng, uint64_t limit); /* 0..limit-1; limit > 0 */
uint64_t prng_entropy(void);                            /* from getrandom */
void prng_uuid(struct prng *prng, char out[37]);        /* RFC 9562 version 4 form */
#endif
