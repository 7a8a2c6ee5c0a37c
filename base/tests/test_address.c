/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of address: what is typed for HOST:PORT. */
#include <stddef.h>

#include "base/address.h"
#include "base/err.h"
#include "tests/expect.h"

static void an_address_is_a_host_and_a_port(void)
{
    static const struct {
        const char *text, *host;
        int port;
        const char *error; /* or it is read */
    } rows[] = {
        {"127.0.0.1:8080", "127.0.0.1", 8080, NULL},
        {"localhost:1", "127.0.0.1", 1, NULL},
        {"0.0.0.0:0", "0.0.0.0", 0, NULL},
        {"127.0.0.1:65535", "127.0.0.1", 65535, NULL},
        {"127.0.0.1:65536", "", 0, "the port must be 0 to 65535"},
        {"127.0.0.1", "", 0, "HOST:PORT was expected"},
        {"127.0.0.1:", "", 0, "HOST:PORT was expected"},
        {":80", "", 0, "HOST:PORT was expected"},
        {"127.0.0.1:8o", "", 0, "HOST:PORT was expected"},
        {"example.org:80", "", 0, "must be an IPv4 address"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = ERR_INIT;
        struct address address = {.port = 0};

        EXPECT_INT(rows[i].text, address_read("--listen", rows[i].text, &address, &err),
                   rows[i].error ? -1 : 0);
        EXPECT_HAS(rows[i].text, err.text, rows[i].error ? rows[i].error : "");
        if (!rows[i].error) {
            EXPECT_STR(rows[i].text, address.host, rows[i].host);
            EXPECT_INT(rows[i].text, address.port, rows[i].port);
        }
    }
}

static CU_TestInfo tests[] = {
    {"an address is a host and a port", an_address_is_a_host_and_a_port},
    CU_TEST_INFO_NULL,
};
SUITE("address", tests)
