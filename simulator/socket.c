/* SPDX-License-Identifier: Apache-2.0 */
/* socket - the few system calls behind listeners and resets; no state. */
#include "simulator/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"

static int bind_to(const struct sockaddr_in *address, struct err *err)
{
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return err_set(err, ERR_IO, "socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
        return fd;
    err_set(err, ERR_IO, "cannot listen on port %u: %s", (unsigned)ntohs(address->sin_port),
            strerror(errno));
    close(fd);
    return -1;
}

static int look_up_free_port(struct sockaddr_in *address, struct err *err)
{
    socklen_t size = sizeof(*address);
    int fd = bind_to(address, err);

    if (fd < 0)
        return -1;
    getsockname(fd, (struct sockaddr *)address, &size);
    close(fd);
    return 0;
}

int socket_listen_again(int fd, struct err *err)
{
    if (listen(fd, SOMAXCONN) == 0)
        return 0;
    return err_set(err, ERR_IO, "cannot listen: %s", strerror(errno));
}

int socket_listen(const char *host, uint16_t port, uint16_t *out_port, struct err *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd;

    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return err_set(err, ERR_INPUT, "'%s' is not an IPv4 address to listen on", host);
    if (port == 0 && look_up_free_port(&address, err))
        return -1;
    fd = bind_to(&address, err);
    if (fd < 0)
        return -1;
    *out_port = ntohs(address.sin_port);
    if (socket_listen_again(fd, err) == 0)
        return fd;
    err_context(err, "port %u", (unsigned)*out_port);
    close(fd);
    return -1;
}

void socket_deafen(int fd)
{
    shutdown(fd, SHUT_RDWR);
}

void socket_reset(int fd)
{
    const struct sockaddr none = {.sa_family = AF_UNSPEC};

    /* Fails only where the peer was faster; then it is gone all the same. */
    (void)connect(fd, &none, sizeof(none));
}

bool socket_has_bytes(int fd)
{
    int waiting = 0;

    return ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0;
}
