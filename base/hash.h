/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HASH_H
#define BASE_HASH_H
/* hash - SHA-256 as 64 lower-case hex digits (OpenSSL libcrypto). */
#include <stddef.h>

#define HASH_HEX_SIZE 65 /* 64 digits and the NUL */

struct cJSON;

void hash_hex(const void *bytes, size_t size, char out[HASH_HEX_SIZE]);
void hash_canonical(const struct cJSON *item, char out[HASH_HEX_SIZE]); /* over canonical JSON */
#endif
