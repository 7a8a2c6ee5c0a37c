/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H
/* address - HOST:PORT as typed: an IPv4 address or `localhost`, and a port, 0 for a free one. */
#include <stdint.h>

#include "base/attr.h"

struct err;

struct address {
    char host[64];
    uint16_t port;
};

/* ERR_INPUT says what was expected, behind `flag`. */
int address_read(const char *flag, const char *text, struct address *out,
                 struct err *err) ATTR_MUST_USE;
#endif
