/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_AUDIT_H
#define ENGINE_AUDIT_H
/*
 * audit - the append-only chain: each line carries the SHA-256 of the line before it, as it is
 * served.
 *
 * The first line's previousHash is "". A line is served with a newline behind it that is not part
 * of the hash.
 */
#include <stdint.h>

#include "base/hash.h"

struct arena;
struct cJSON;

/* The line of `record` as number `sequence`; *chain is the hash of the line before and becomes
 * this line's. */
char *audit_line(struct arena *arena, struct cJSON *record, int64_t sequence,
                 char chain[HASH_HEX_SIZE]);
void audit_chain(const char *line,
                 char chain[HASH_HEX_SIZE]); /* the hash that the next line carries */
#endif
