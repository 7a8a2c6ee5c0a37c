/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop - the baseline of conducted schedules: a request that is suspended, resumed and answered, in one process and one
 * thread, by libmicrohttpd and libcurl alone.
 *
 * usage: loop COUNT. Each time a POST of 300 bytes is sent on a connection that is kept, held until it is there whole, and
 * answered with 300 bytes. Prints how often a second.
 */
#include <curl/curl.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"

#define BODY_SIZE 300

static char body[BODY_SIZE + 1];
static struct MHD_Connection *held;

static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    (void)arg, (void)url, (void)method, (void)version, (void)upload;
    if (!*state) { /* the headers */
        *state = body;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    if (*state == body) { /* whole: held */
        *state = &held;
        held = connection;
        MHD_suspend_connection(connection);
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(BODY_SIZE, body, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static size_t take(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes, (void)arg;
    return size * count;
}

/* One exchange, driven until its answer is there. */
static int go_once(struct MHD_Daemon *daemon, CURLM *multi, CURL *easy)
{
    const int server_fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    struct curl_waitfd server = {.fd = server_fd, .events = CURL_WAIT_POLLIN};
    int running = 1, left = 0;

    curl_multi_add_handle(multi, easy);
    while (running) {
        MHD_UNSIGNED_LONG_LONG server_ms = 0;
        bool is_resumed = held != NULL; /* the library does not wake its epoll for this */

        if (held)
            MHD_resume_connection(held);
        held = NULL;
        MHD_run(daemon);
        curl_multi_perform(multi, &running);
        if (!running || is_resumed || held ||
            (MHD_get_timeout(daemon, &server_ms) == MHD_YES && server_ms == 0))
            continue;
        curl_multi_poll(multi, &server, 1, 1000, NULL);
    }
    const CURLMsg *message = curl_multi_info_read(multi, &left);
    int rc = message && message->data.result == CURLE_OK ? 0 : -1;
    curl_multi_remove_handle(multi, easy);
    return rc;
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    char url[64];
    int rc = 0;

    if (count <= 0) {
        fprintf(stderr, "usage: loop COUNT\n");
        return 2;
    }
    memset(body, 'x', BODY_SIZE);
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
                                                 NULL, answer, NULL, MHD_OPTION_END);
    CURLM *multi = curl_multi_init();
    CURL *easy = curl_easy_init();
    if (!daemon || !multi || !easy)
        BUG("a library does not start");
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/",
             (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    rc = go_once(daemon, multi, easy); /* the connection is not counted */
    uint64_t from_us = clock_monotonic_us();
    for (long i = 0; i < count && rc == 0; i++)
        rc = go_once(daemon, multi, easy);
    uint64_t took_us = clock_monotonic_us() - from_us;
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
    MHD_stop_daemon(daemon);
    printf("%.1f\n", rc ? 0.0 : (double)count * 1e6 / (double)took_us);
    return rc ? 1 : 0;
}
