/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit - see the header. What is in a record is decided where the end of an intent is decided
 * (step.c); that no record can be changed or left out without a trace is decided here.
 */
#include "engine/audit.h"

#include <string.h>

#include "base/json.h"

void audit_chain(const char *line, char chain[HASH_HEX_SIZE])
{
    hash_hex(line, strlen(line), chain);
}

char *audit_line(struct arena *arena, struct cJSON *record, int64_t sequence,
                 char chain[HASH_HEX_SIZE])
{
    json_put_integer(record, "sequence", sequence);
    json_put_string(record, "previousHash", chain);
    char *line = json_print(arena, record);
    audit_chain(line, chain);
    return line;
}
