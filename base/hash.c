/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash - SHA-256 by OpenSSL's libcrypto, as hex.
 */
#include "base/hash.h"

#include <openssl/evp.h>
#include <pthread.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/json.h"

/* Looked up once: libcrypto's own EVP_sha256() is looked up anew by each digest, which takes longer than one. */
static EVP_MD *sha256;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!sha256)
        BUG("libcrypto has no SHA-256");
}

void hash_hex(const void *bytes, size_t size, char out[HASH_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    MUST_ZERO(pthread_once(&once, fetch));
    if (EVP_Digest(bytes, size, digest, &length, sha256, NULL) != 1 || length != 32)
        BUG("libcrypto does not hash");
    for (size_t i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = '\0';
}

void hash_canonical(const struct cJSON *item, char out[HASH_HEX_SIZE])
{
    struct buf buf = BUF_INIT;

    json_canonical(&buf, item);
    hash_hex(buf_text(&buf), buf.size, out);
    buf_release(&buf);
}
