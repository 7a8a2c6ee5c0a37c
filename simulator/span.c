/* SPDX-License-Identifier: Apache-2.0 */
/* span - a scanner for positions in valid JSON; a NUL ends it too, so that nothing runs past the
 * text. */
#include "simulator/span.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

const char *span_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

const char *span_root(const char *text)
{
    static const char mark[] = "\xef\xbb\xbf";

    return span_space(strncmp(text, mark, 3) == 0 ? text + 3 : text);
}

static const char *skip_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        at += at[0] == '\\' && at[1] != '\0';
    return at + (*at == '"');
}

static const char *skip_nested(const char *at)
{
    size_t depth = 0;

    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    } while (depth > 0 && *at);
    return at;
}

const char *span_skip(const char *at)
{
    if (*at == '"')
        return skip_string(at);
    if (*at == '{' || *at == '[')
        return skip_nested(at);
    return at + strcspn(at, ",]} \t\r\n");
}

const char *span_string(struct arena *arena, struct span token)
{
    struct err err = ERR_INIT;

    if (!memchr(token.start, '\\', token.size))
        return arena_copy(arena, token.start + 1, token.size - 2);
    const char *text = json_text(json_parse(arena, token.start, token.size, &err));
    ASSERT(text);
    return text;
}

bool span_says(struct arena *arena, struct span token, const char *text)
{
    size_t size = strlen(text);

    if (memchr(token.start, '\\', token.size))
        return strcmp(span_string(arena, token), text) == 0;
    return token.size == size + 2 && memcmp(token.start + 1, text, size) == 0;
}

bool span_member(struct arena *arena, const char *object, const char *name, struct span *out)
{
    const char *at = span_space(object + 1);

    while (*at == '"') {
        struct span key = {.start = at};

        at = span_skip(at);
        key.size = (size_t)(at - key.start);
        at = span_space(span_space(at) + 1); /* the colon */
        out->start = at;
        at = span_skip(at);
        out->size = (size_t)(at - out->start);
        if (span_says(arena, key, name))
            return true;
        at = span_space(at);
        at = span_space(at + (*at == ','));
    }
    return false;
}

bool span_element(const char **at, struct span *out)
{
    const char *next = span_space(*at + (**at == '[' || **at == ','));

    if (*next == ']' || *next == '\0')
        return false;
    out->start = next;
    next = span_skip(next);
    out->size = (size_t)(next - out->start);
    *at = span_space(next);
    return true;
}
