/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_SOCKET_H
#define SIMULATOR_SOCKET_H
/*
 * socket - listening sockets that can be closed and opened again without losing their port, and
 * real resets.
 *
 * shutdown() of a listening socket that was bound to a port by number keeps the port (connections
 * are refused), and listen() opens it again. A port chosen by the kernel would be given up, so it
 * is looked up first and then bound by its number.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct err;

/* A listening IPv4 socket, or -1. Port 0 takes a free one; out_port says which. */
int socket_listen(const char *host, uint16_t port, uint16_t *out_port,
                  struct err *err) ATTR_MUST_USE;
void socket_deafen(int fd); /* connections are refused from now on; the port stays ours */
int socket_listen_again(int fd, struct err *err) ATTR_MUST_USE;

/*
 * The peer sees a reset. connect(AF_UNSPEC) dissolves the connection on the spot; SO_LINGER would
 * not do, because the HTTP library shuts a socket down before it closes it.
 */
void socket_reset(int fd);
bool socket_has_bytes(int fd); /* something has come that nobody has read */
#endif
