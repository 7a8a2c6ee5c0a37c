/* SPDX-License-Identifier: Apache-2.0 */
/* Large heads among small ones: a connection moves to where it may take more memory, and its client
 * does not notice. What is good to head.h the library can take, to the byte. */
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/limits.h"
#include "simulator/head.h"
#include "simulator/tests/rig.h"
#include "simulator/tests/talk.h"
#include "tests/expect.h"

#define HOST "Host: x\r\n"
#define GET  "GET /fhir/Patient/ada HTTP/1.1\r\n"
#define BODY "{\"resourceType\":\"Patient\",\"id\":\"eve\"}"
#define PUT  "PUT /fhir/Patient/eve HTTP/1.1\r\n" HOST "Content-Type: application/fhir+json\r\n"

/* Heads that grow by `again`. */
static const struct form {
    const char *row, *before, *again, *after, *want;
} forms[] = {
    {"one header", GET HOST "X: ", "a", "\r\n\r\n", "Lovelace"},
    {"headers", GET HOST, "a:b\r\n", "\r\n", "Lovelace"},
    {"cookies", GET HOST "Cookie: ", "a=b;", "\r\n\r\n", "Lovelace"},
    {"a header that is said again", GET HOST "X-Correlation-Id: ", "a", "\r\n\r\n", "Lovelace"},
    {"an id that is said again", GET HOST "X-Request-Id: ", "a", "\r\n\r\n", "Lovelace"},
    {"a URL", "GET /fhir/Patient/ada?x=", "a", " HTTP/1.1\r\n" HOST "\r\n", "Lovelace"},
    {"parameters", "GET /fhir/Patient/ada?", "a&", " HTTP/1.1\r\n" HOST "\r\n", "Lovelace"},
    {"a body behind it", PUT "Content-Length: 37\r\nX: ", "a", "\r\n\r\n" BODY, "\"eve\""},
    {"chunks behind it", PUT "Transfer-Encoding: chunked\r\nX: ", "a",
     "\r\n\r\n25\r\n" BODY "\r\n0\r\n\r\n", "\"eve\""},
};

static const char *text_of(struct rig *rig, const struct form *form, size_t count)
{
    return talk_repeated(rig, form->before, form->again, count, form->after);
}

static struct head head_of(struct rig *rig, const struct form *form, size_t count)
{
    const char *text = text_of(rig, form, count);
    struct head head;

    head_check(&head, text, strlen(text));
    return head;
}

/* The largest head of this form that is good, or the largest that is not large: 0 if none. */
static size_t most(struct rig *rig, const struct form *form, bool may_be_large)
{
    size_t low = 0, high = LIMIT_HEADER_BYTES;

    while (low < high) {
        const size_t middle = (low + high + 1) / 2;
        const struct head head = head_of(rig, form, middle);

        if (head.is_whole && !head.status && (may_be_large || !head.is_large))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void ask(struct rig *rig, int fd, const struct form *form, size_t count)
{
    const char *text = text_of(rig, form, count);
    const char *got = talk(rig, fd, text, strlen(text), form->want);

    EXPECT_TRUE(form->row, strstr(got, "HTTP/1.1 200 OK") || strstr(got, "HTTP/1.1 201 Created"));
    EXPECT_HAS(form->row, got, form->want);
    rig_turns(rig, 3);
}

static void a_connection_takes_small_and_large_ones(void)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct rig rig;

        rig_open_with(&rig, &(struct sim_options){.logical_clock = true});
        const size_t usual = most(&rig, &forms[i], false), large = most(&rig, &forms[i], true);
        const size_t counts[] = {1,     usual ? usual : 1, usual + 1, 1,
                                 large, usual ? usual : 1, large};
        const int fd = rig_connect(&rig);

        for (size_t k = 0; k < COUNT_OF(counts); k++)
            ask(&rig, fd, &forms[i], counts[k]);
        EXPECT_INT(forms[i].row, (long long)sim_arrivals(rig.sim), COUNT_OF(counts));
        close(fd);
        rig_close(&rig);
    }
}

static CU_TestInfo tests[] = {
    {"a connection takes small and large ones", a_connection_takes_small_and_large_ones},
    CU_TEST_INFO_NULL,
};
SUITE("large-heads", tests)
