/* SPDX-License-Identifier: Apache-2.0 */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

int address_read(const char *flag, const char *text, struct address *out, struct err *err)
{
    const char *colon = strrchr(text, ':');
    struct in_addr ignored;

    if (!colon || colon == text || (size_t)(colon - text) >= sizeof(out->host) ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || colon[1] == '\0')
        return err_set(err, ERR_INPUT, "%s: HOST:PORT was expected, got '%s'", flag, text);
    unsigned long port = strtoul(colon + 1, NULL, 10);
    if (port > UINT16_MAX)
        return err_set(err, ERR_INPUT, "%s: the port must be 0 to 65535, got '%s'", flag,
                       colon + 1);
    snprintf(out->host, sizeof(out->host), "%.*s", (int)(colon - text), text);
    if (strcmp(out->host, "localhost") == 0)
        snprintf(out->host, sizeof(out->host), "127.0.0.1");
    if (inet_pton(AF_INET, out->host, &ignored) != 1)
        return err_set(err, ERR_INPUT, "%s: the host must be an IPv4 address, got '%s'", flag,
                       out->host);
    out->port = (uint16_t)port;
    return 0;
}
