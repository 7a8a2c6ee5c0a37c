/* SPDX-License-Identifier: Apache-2.0 */
/* conceal - a look behind every quotation mark: where strings begin is known only in JSON. Escapes of
 * letters are read, so that none hides the name. */
#include "simulator/conceal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"

/* Behind the string whose first byte behind the quote is at `at`: where its closing quote is. */
static size_t string_end(const char *bytes, size_t size, size_t at)
{
    while (at < size && bytes[at] != '"')
        at += bytes[at] == '\\' ? 2 : 1;
    return at < size ? at : size;
}

/* The character at `*at`, an escape \uXXXX taken as one; steps behind it. */
static unsigned long next_character(const char *text, size_t size, size_t *at)
{
    char digits[5] = "";

    if (text[*at] != '\\' || size - *at < 6 || text[*at + 1] != 'u')
        return (unsigned char)text[(*at)++];
    memcpy(digits, text + *at + 2, 4);
    *at += 6;
    return strtoul(digits, NULL, 16);
}

/* Does the string begin with Authorization, in any case, and a colon? */
static bool is_token(const char *text, size_t size)
{
    static const char name[] = "authorization";
    size_t at = 0, seen = 0;

    while (at < size) {
        const unsigned long c = next_character(text, size, &at);

        if (seen < sizeof(name) - 1) {
            if ((c | 0x20) != (unsigned char)name[seen])
                return false;
            seen++;
        } else if (c != ' ') {
            return c == ':';
        }
    }
    return false;
}

const char *conceal_tokens(struct arena *arena, const char *bytes, size_t size, size_t *out_size)
{
    struct buf buf = BUF_INIT;
    const char *text = NULL;
    size_t kept = 0;

    for (size_t at = 0; at < size; at++) {
        if (bytes[at] != '"')
            continue;
        const size_t start = at + 1;

        if (!is_token(bytes + start, size - start))
            continue;
        buf_add(&buf, bytes + kept, start - kept);
        buf_puts(&buf, "Authorization: (hidden)");
        kept = string_end(bytes, size, start);
        at = kept;
    }
    if (kept > 0) {
        buf_add(&buf, bytes + kept, size - kept);
        text = buf_copy(&buf, arena);
        *out_size = buf.size;
    }
    buf_release(&buf);
    return text;
}
