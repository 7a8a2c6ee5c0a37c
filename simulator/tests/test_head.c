/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of requests: what is none, what is too much, and that nothing is said too early. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "simulator/head.h"
#include "tests/expect.h"

#define GET  "GET /fhir/Patient/ada HTTP/1.1\r\n"
#define HOST "Host: x\r\n"

static const struct {
    const char *text;
    int status;       /* 0: good */
    const char *what; /* in the text */
} rows[] = {
    {GET HOST "\r\n", 0, NULL},
    {"\r\n\r\n" GET HOST "\r\n", 0, NULL},
    {"GET /fhir/Patient/ada HTTP/1.1\nhost:x\n\n", 0, NULL},
    {"GET /fhir/Patient/ada HTTP/1.0\r\n\r\n", 0, NULL},
    {"BREW http://x/fhir?a=b HTTP/1.1\r\n" HOST "X-Empty:\r\nX: \t a\tb \r\n\r\n", 0, NULL},
    {"PUT /x HTTP/1.1\r\n" HOST "Content-Length: 16777216\r\n\r\n{", 0, NULL},
    {"PUT /x HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", 0, NULL},
    {GET "\r\n", 400, "Host"},
    {GET HOST HOST "\r\n", 400, "Host"},
    {"GET /x HTTP/1.0\r\n" HOST HOST "\r\n", 400, "Host"},
    {"NONSENSE\r\n", 400, "first line"},
    {"GET  /x HTTP/1.1\r\n", 400, "first line"},
    {"GET /x\r\n", 400, "first line"},
    {"GET /x y HTTP/1.1\r\n", 400, "first line"},
    {"GET /x HTTP/1.1 \r\n", 400, "first line"},
    {"GET /x http/1.1\r\n", 400, "first line"},
    {"GET /x HTTP/1.12\r\n", 400, "first line"},
    {" GET /x HTTP/1.1\r\n", 400, "first line"},
    {"G(T /x HTTP/1.1\r\n", 400, "first line"},
    {"GET /a\tb HTTP/1.1\r\n", 400, "control character"},
    {"\x16\x03\x01\x02 \x01\n", 400, "first line"},
    {"GET /x HTTP/1.2\r\n", 505, "HTTP/1.1"},
    {"GET /x HTTP/2.0\r\n", 505, "HTTP/1.1"},
    {GET HOST "no colon\r\n", 400, "Name: value"},
    {GET HOST "Blank : x\r\n", 400, "Name: value"},
    {GET HOST ": x\r\n", 400, "Name: value"},
    {GET HOST "X: a\r\n folded\r\n", 400, "Name: value"},
    {GET HOST "X: a\x01\r\n", 400, "control character"},
    {GET HOST "X: a\rb\r\n", 400, "control character"},
    {GET HOST "Content-Length: abc\r\n", 400, "no number"},
    {GET HOST "Content-Length: -1\r\n", 400, "no number"},
    {GET HOST "Content-Length: +5\r\n", 400, "no number"},
    {GET HOST "Content-Length: 5, 5\r\n", 400, "no number"},
    {GET HOST "Content-Length:\r\n", 400, "no number"},
    {GET HOST "Content-Length: 5\r\nContent-Length: 6\r\n", 400, "two"},
    {GET HOST "Content-Length: 16777217\r\n", 413, "body"},
    {GET HOST "Content-Length: 18446744073709551621\r\n", 413, "body"},
    {GET HOST "Content-Length: 99999999999999999999999999\r\n", 413, "body"},
    {GET HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "both"},
    {GET HOST "Transfer-Encoding: gzip, chunked\r\n", 501, "chunked"},
    {"GET /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n", 400, "Transfer-Encoding"},
};

static void what_is_no_http_is_told_what_is_wrong(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct head head;

        head_check(&head, rows[i].text, strlen(rows[i].text));
        EXPECT_TRUE(rows[i].text, head.is_whole);
        EXPECT_INT(rows[i].text, head.status, rows[i].status);
        if (rows[i].what)
            EXPECT_HAS(rows[i].text, head.text ? head.text : "", rows[i].what);
    }
}

/* Whatever comes in pieces is judged as if it had come at once. */
static void pieces_make_no_difference(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const size_t whole = strlen(rows[i].text);
        struct head head = {.is_whole = false};
        size_t size = 0;

        while (size < whole && !head.is_whole) {
            char *piece = malloc(++size); /* its end is where a sanitizer sees it */

            memcpy(piece, rows[i].text, size);
            head_check(&head, piece, size);
            free(piece);
        }
        EXPECT_TRUE(rows[i].text, head.is_whole);
        EXPECT_INT(rows[i].text, head.status, rows[i].status);
    }
}

static void repeat(struct buf *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_puts(out, text);
}

static void limits_are_met_to_the_byte(void)
{
    static const struct {
        const char *row, *before, *again;
        size_t count;
        const char *after;
        bool is_whole;
        int status;
    } cases[] = {
        {"URL", "GET ", "a", LIMIT_URL_BYTES, " HTTP/1.1\r\n" HOST "\r\n", true, 0},
        {"URL", "GET ", "a", LIMIT_URL_BYTES + 1, " HTTP/1.1\r\n", true, 414},
        {"URL without end", "GET ", "a", LIMIT_URL_BYTES + 100, "", true, 414},
        {"URL that may end", "GET ", "a", LIMIT_URL_BYTES, "", false, 0},
        {"headers", GET HOST "X: ", "a", LIMIT_HEADER_BYTES - 14, "\r\n\r\n", true, 0},
        {"headers", GET HOST "X: ", "a", LIMIT_HEADER_BYTES - 13, "\r\n", true, 431},
        {"header without end", GET HOST "X: ", "a", LIMIT_HEADER_BYTES, "", true, 431},
        {"many headers", GET HOST, "a:b\r\n", 300, "\r\n", true, 0},
        {"too many headers", GET HOST, "a:b\r\n", 600, "\r\n", true, 431},
        {"too many parameters", "GET /fhir?", "a&", 500, "a HTTP/1.1\r\n" HOST "\r\n", true, 431},
        {"too many cookies", GET HOST "Cookie: ", "a;", 600, "\r\n\r\n", true, 431},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf text = BUF_INIT;
        struct head head;

        buf_puts(&text, cases[i].before);
        repeat(&text, cases[i].again, cases[i].count);
        buf_puts(&text, cases[i].after);
        head_check(&head, buf_text(&text), text.size);
        EXPECT_TRUE(cases[i].row, head.is_whole == cases[i].is_whole);
        EXPECT_INT(cases[i].row, head.status, cases[i].status);
        buf_release(&text);
    }
}

static CU_TestInfo tests[] = {
    {"what is no HTTP is told what is wrong", what_is_no_http_is_told_what_is_wrong},
    {"pieces make no difference", pieces_make_no_difference},
    {"limits are met to the byte", limits_are_met_to_the_byte},
    CU_TEST_INFO_NULL,
};
SUITE("head", tests)
