/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head - line by line; the first thing that is wrong is the one that is told.
 *
 * A line ends with CR LF or LF alone (RFC 9112 section 2.2); empty lines in front are passed over.
 * Where readers of HTTP differ on where a message ends (both lengths, two lengths, blanks before a
 * colon, folded lines), the request is refused: somebody in between may have read it otherwise.
 */
#include "simulator/head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

#define PART_MEMORY   64                /* what the library keeps of each header or parameter */
#define ANSWER_MEMORY ((size_t)2 << 10) /* for the headers of the answer, but for its URLs */
#define LENGTH_DIGITS 19                /* more is more than any limit */

struct line {
    const char *text;
    size_t size;
};

struct reading {
    struct head *head;
    bool is_1_1, has_length, is_chunked;
    unsigned hosts;
    struct line target;
    size_t header_bytes, parts;
    size_t echo_bytes; /* of headers that the answer says again (reply.c) */
};

/* RFC 9110 section 5.6.2. */
static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static size_t token_size(const char *text, size_t size)
{
    size_t at = 0;

    while (at < size && is_token_char(text[at]))
        at++;
    return at;
}

static size_t count_of(const char *text, size_t size, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += text[i] == c;
    return count;
}

static void refuse(struct reading *reading, int status, const char *code, const char *text)
{
    *reading->head = (struct head){.is_whole = true, .status = status, .code = code, .text = text};
}

static void malformed(struct reading *reading, const char *text)
{
    refuse(reading, 400, "structure", text);
}

/* Takes the line at `*at` and steps behind it; false: it has no end yet. */
static bool next_line(const char *bytes, size_t size, size_t *at, struct line *out)
{
    const char *end = memchr(bytes + *at, '\n', size - *at);

    if (!end)
        return false;
    *out = (struct line){.text = bytes + *at, .size = (size_t)(end - (bytes + *at))};
    *at += out->size + 1;
    if (out->size > 0 && out->text[out->size - 1] == '\r')
        out->size--;
    return true;
}

/* ---- the first line ---- */

static void read_version(struct reading *reading, const char *text, size_t size)
{
    static const char name[] = "HTTP/";
    const size_t name_size = sizeof(name) - 1;

    if (size != name_size + 3 || strncmp(text, name, name_size) != 0 ||
        text[name_size + 1] != '.' || !strchr("0123456789", text[name_size]) ||
        !strchr("0123456789", text[name_size + 2])) {
        malformed(reading, "The request's first line must be METHOD URL HTTP/1.1.");
        return;
    }
    reading->is_1_1 = text[name_size + 2] == '1';
    if (text[name_size] != '1' || text[name_size + 2] > '1')
        refuse(reading, 505, "not-supported", "This server speaks HTTP/1.1.");
}

static void read_first(struct reading *reading, const struct line *line)
{
    const size_t method = token_size(line->text, line->size);
    const char *target = line->text + method + 1;
    const char *blank = method < line->size && line->text[method] == ' '
                            ? memchr(target, ' ', line->size - method - 1)
                            : NULL;

    if (!blank || method == 0 || blank == target) {
        malformed(reading, "The request's first line must be METHOD URL HTTP/1.1.");
        return;
    }
    reading->target = (struct line){.text = target, .size = (size_t)(blank - target)};
    for (const char *at = target; at < blank; at++) {
        if (*at <= ' ' || *at == 0x7f) {
            malformed(reading, "The request's URL has a control character.");
            return;
        }
    }
    if (reading->target.size > LIMIT_URL_BYTES) {
        refuse(reading, 414, "too-long", "The request's URL is longer than this server takes.");
        return;
    }
    reading->parts += count_of(target, reading->target.size, '&') + 1;
    read_version(reading, blank + 1, line->size - (size_t)(blank + 1 - line->text));
}

/* ---- headers ---- */

static void read_length(struct reading *reading, const char *text, size_t size)
{
    char digits[LENGTH_DIGITS + 1] = "";

    if (reading->has_length) {
        malformed(reading, "The request has two Content-Length headers.");
        return;
    }
    reading->has_length = true;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            size = 0;
    }
    if (size == 0) {
        malformed(reading, "The request's Content-Length is no number.");
        return;
    }
    memcpy(digits, text, size < LENGTH_DIGITS ? size : LENGTH_DIGITS);
    if (size >= LENGTH_DIGITS || strtoull(digits, NULL, 10) > LIMIT_BODY_BYTES)
        refuse(reading, 413, "too-long", "The request's body is larger than this server takes.");
}

static void read_coding(struct reading *reading, const char *text, size_t size)
{
    static const char known[] = "chunked";

    if (reading->is_chunked || !reading->is_1_1)
        malformed(reading, "The request's Transfer-Encoding cannot be: HTTP/1.1 has one.");
    else if (size != sizeof(known) - 1 || strncasecmp(text, known, size) != 0)
        refuse(reading, 501, "not-supported", "The only Transfer-Encoding here is chunked.");
    reading->is_chunked = true;
}

static void read_host(struct reading *reading, const char *text, size_t size)
{
    (void)text, (void)size;
    reading->hosts++;
}

static void read_echo(struct reading *reading, const char *text, size_t size)
{
    (void)text;
    reading->echo_bytes += size;
}

static void read_cookie(struct reading *reading, const char *text, size_t size)
{
    reading->parts += count_of(text, size, ';') + count_of(text, size, ',') + 1;
}

#define NAME(text) (text), sizeof(text) - 1

static const struct {
    const char *name;
    size_t size;
    void (*read)(struct reading *reading, const char *text, size_t size);
} known_headers[] = {
    {NAME("Content-Length"), read_length},
    {NAME("Cookie"), read_cookie},
    {NAME("Host"), read_host},
    {NAME("traceparent"), read_echo},
    {NAME("Transfer-Encoding"), read_coding},
    {NAME("X-Correlation-Id"), read_echo},
    {NAME("X-Request-Id"), read_echo},
};

static void read_value(struct reading *reading, const struct line *line, size_t name)
{
    const char *text = line->text + name + 1, *end = line->text + line->size;

    for (const char *at = text; at < end; at++) {
        if ((unsigned char)*at < ' ' && *at != '\t') {
            malformed(reading, "A header of the request has a control character.");
            return;
        }
    }
    while (text < end && (*text == ' ' || *text == '\t'))
        text++;
    while (text < end && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    for (size_t i = 0; i < sizeof(known_headers) / sizeof(known_headers[0]); i++) {
        if (known_headers[i].size == name &&
            strncasecmp(known_headers[i].name, line->text, name) == 0)
            known_headers[i].read(reading, text, (size_t)(end - text));
    }
}

static void read_header(struct reading *reading, const struct line *line)
{
    const size_t name = token_size(line->text, line->size);

    reading->parts++;
    reading->header_bytes += line->size + 2;
    if (reading->header_bytes > LIMIT_HEADER_BYTES)
        refuse(reading, 431, "too-long",
               "The request's headers are longer than this server takes.");
    else if (name == 0 || name == line->size || line->text[name] != ':')
        malformed(reading, "A header of the request is not Name: value, on one line.");
    else
        read_value(reading, line, name);
}

/* ---- the whole ---- */

static void check_whole(struct reading *reading)
{
    const size_t memory = 2 * reading->target.size + reading->header_bytes + reading->echo_bytes +
                          PART_MEMORY * reading->parts + ANSWER_MEMORY;

    if (reading->is_1_1 ? reading->hosts != 1 : reading->hosts > 1)
        malformed(reading, "A request of HTTP/1.1 must have one Host header.");
    else if (reading->has_length && reading->is_chunked)
        malformed(reading, "The request has both Content-Length and Transfer-Encoding.");
    else if (memory > HEAD_MEMORY)
        refuse(reading, 431, "too-long",
               "The request has more headers and parameters than this server takes.");
    else
        reading->head->is_large = reading->is_chunked || memory > HEAD_MEMORY_USUAL;
}

/* What has no end may be too long already. */
static void check_rest(struct reading *reading, size_t size, bool is_first)
{
    if (is_first && size > LIMIT_URL_BYTES + 64)
        refuse(reading, 414, "too-long", "The request's URL is longer than this server takes.");
    else if (!is_first && reading->header_bytes + size > LIMIT_HEADER_BYTES)
        refuse(reading, 431, "too-long",
               "The request's headers are longer than this server takes.");
}

void head_check(struct head *out, const char *bytes, size_t size)
{
    struct reading reading = {.head = out};
    struct line line = {.size = 0};
    bool is_first = true;
    size_t at = 0;

    *out = (struct head){.is_whole = false};
    while (!out->status && next_line(bytes, size, &at, &line)) {
        if (is_first && line.size > 0)
            read_first(&reading, &line);
        else if (line.size > 0)
            read_header(&reading, &line);
        else if (!is_first) {
            out->is_whole = true;
            check_whole(&reading);
            return;
        }
        is_first = is_first && line.size == 0;
    }
    if (!out->status)
        check_rest(&reading, size - at, is_first);
}
