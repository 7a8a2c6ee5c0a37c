/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bare - the baseline of `make bench`: libmicrohttpd alone, one thread, the same bytes to every
 * request.
 *
 * usage: bare FILE. Prints its URL, serves until it is killed.
 */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"

static struct buf body;

static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    (void)arg, (void)url, (void)method, (void)version, (void)upload;
    if (!*state) { /* an answer to the first call, before the request is complete, would close the connection */
        *state = connection;
        return MHD_YES;
    }
    if (*upload_size > 0) { /* a body is taken and forgotten */
        *upload_size = 0;
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.size, body.bytes, MHD_RESPMEM_PERSISTENT);

    MHD_add_response_header(response, "Content-Type", "application/fhir+json");
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    sigset_t set;
    int signal = 0;

    if (argc != 2 || buf_read_file(&body, argv[1], 1 << 20, &err)) {
        fprintf(stderr, "bare: %s\n", argc == 2 ? err.text : "usage: bare FILE");
        return 2;
    }
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL,
                                                 answer, NULL, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "bare: libmicrohttpd does not start\n");
        return 3;
    }
    printf("http://127.0.0.1:%u/\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    sigwait(&set, &signal);
    MHD_stop_daemon(daemon);
    buf_release(&body);
    return 0;
}
