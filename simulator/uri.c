/* SPDX-License-Identifier: Apache-2.0 */
/* uri - no state; what is malformed is said, never guessed. */
#include "simulator/uri.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Decodes in place all but `kept`, which stays an escape. */
static bool decode(char *text, bool plus_is_space, char kept)
{
    bool is_good = true;
    char *out = text;

    for (const char *in = text; *in; in++) {
        const int high = *in == '%' ? hex_digit(in[1]) : -1;
        const int low = high < 0 ? -1 : hex_digit(in[2]);

        const bool is_escape = *in == '%' && low >= 0 && high + low > 0;

        if (is_escape && high * 16 + low != kept) {
            *out++ = (char)(high * 16 + low);
            in += 2;
            continue;
        }
        is_good = is_good && (is_escape || *in != '%');
        *out++ = *in == '+' && plus_is_space ? ' ' : *in;
    }
    *out = '\0';
    return is_good;
}

bool uri_decode(char *text, bool plus_is_space)
{
    return decode(text, plus_is_space, '\0');
}

bool uri_decode_path(char *text)
{
    return decode(text, false, '/');
}

bool uri_split(struct uri *out, struct arena *arena, const char *text)
{
    static const char scheme[] = "http://";

    if (strncasecmp(text, scheme, sizeof(scheme) - 1) == 0) { /* the absolute form, as to a proxy */
        text += sizeof(scheme) - 1;
        text += strcspn(text, "/?");
    }
    text += strspn(text, "/");

    const size_t root_size = strcspn(text, "/?");
    const char *below = text + root_size;

    below += strspn(below, "/");

    const size_t path_size = strcspn(below, "?");
    char *path = arena_copy(arena, below, path_size);

    *out = (struct uri){
        .root = arena_copy(arena, text, root_size),
        .below = below,
        .path = path,
        .query = below[path_size] == '?' ? below + path_size + 1 : "",
    };
    return uri_decode_path(path);
}
