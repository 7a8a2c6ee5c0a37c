/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - libcurl behind one small face. Every call is an easy handle on the client's multi handle;
 * waiting for one call is driving the multi until it is done.
 *
 * `was_sent` is decided by libcurl's own account: a request of which no byte was written (the
 * connection was refused, the name unknown) had no effect; any other that ended without a reply may
 * have had one.
 *
 * A request goes out once. libcurl sends one again by itself when a connection that was used before turns out to be
 * dead; it asks us before each time (may_send), and we let it only while nothing was written. So that this is rare,
 * a connection that was idle for longer than IDLE_S_MAX is not used: servers keep them for longer.
 *
 * Easy handles are used again: what is the same for every call is set once (handle_new).
 */
#include "base/http.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"

#define TIMEOUT_MS_DEFAULT 30000L
#define EVENTS_PER_DRIVE   16
#define IDLE_S_MAX         1L
#define CONNECTIONS_MAX    16L /* kept: of engines that are gone, too */
#define HANDLES_MAX        8   /* kept for the next calls */

struct http {
    CURLM *multi;
    struct http_pending *pending; /* newest first */
    CURL *idle[HANDLES_MAX];
    size_t idle_count;
    struct pollfd *polls; /* room for the caller's own in front, then a copy of watched */
    size_t poll_room, poll_own, poll_count;
    struct pollfd *watched; /* the sockets that libcurl waits for */
    size_t watched_count, watched_room;
    int epoll_fd;    /* has them too, once http_fd was asked for; else -1 */
    uint64_t due_ms; /* when libcurl wants to be called; UINT64_MAX: not by time */
};

struct http_pending {
    struct http *http; /* NULL once done or abandoned */
    struct http_pending *next;
    struct arena *arena;
    CURL *easy;
    struct curl_slist *headers;
    struct buf body;
    size_t reply_max;
    bool is_done, is_too_large;
    struct http_header *reply_headers;
    size_t header_count, header_room;
    char problem[CURL_ERROR_SIZE];
    struct http_reply reply;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
        BUG("libcurl does not start");
}

static void *must_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size);

    if (!memory)
        BUG("out of memory");
    return memory;
}

/* ---- what libcurl waits for ---- */

static void watch(struct http *http, int fd, short events)
{
    size_t i = 0;

    while (i < http->watched_count && http->watched[i].fd != fd)
        i++;
    if (!events) {
        if (i < http->watched_count)
            http->watched[i] = http->watched[--http->watched_count];
        return;
    }
    if (i == http->watched_room) {
        http->watched_room = http->watched_room ? 2 * http->watched_room : 8;
        http->watched = must_realloc(http->watched, http->watched_room * sizeof(*http->watched));
    }
    http->watched_count += i == http->watched_count;
    http->watched[i] = (struct pollfd){.fd = fd, .events = events}; /* revents 0 */
}

/* A socket that libcurl has closed already is out of the epoll. */
static void watch_by_epoll(const struct http *http, int fd, short events)
{
    struct epoll_event event = {.data.fd = fd};

    event.events |= events & POLLIN ? EPOLLIN : 0u;
    event.events |= events & POLLOUT ? EPOLLOUT : 0u;
    if (!events)
        (void)epoll_ctl(http->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    else if (epoll_ctl(http->epoll_fd, EPOLL_CTL_MOD, fd, &event))
        MUST_ZERO(epoll_ctl(http->epoll_fd, EPOLL_CTL_ADD, fd, &event));
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
    const short events = what == CURL_POLL_REMOVE  ? 0
                         : what == CURL_POLL_IN    ? POLLIN
                         : what == CURL_POLL_OUT   ? POLLOUT
                         : what == CURL_POLL_INOUT ? POLLIN | POLLOUT
                                                   : 0;
    struct http *http = arg;

    (void)easy, (void)unused;
    watch(http, fd, events);
    if (http->epoll_fd >= 0)
        watch_by_epoll(http, fd, events);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct http *http = arg;

    (void)multi;
    http->due_ms = timeout_ms < 0 ? UINT64_MAX : clock_monotonic_ms() + (uint64_t)timeout_ms;
    return 0;
}

/* ---- clients and calls ---- */

struct http *http_new(void)
{
    pthread_once(&once, init_curl);
    struct http *http = calloc(1, sizeof(*http));
    CURLM *multi = curl_multi_init();

    if (!http || !multi)
        BUG("out of memory");
    http->multi = multi;
    http->epoll_fd = -1;
    http->due_ms = UINT64_MAX;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX);
    return http;
}

static void handle_give_back(struct http *http, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL); /* what it points to goes with the call */
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
    if (http->idle_count < HANDLES_MAX)
        http->idle[http->idle_count++] = easy;
    else
        curl_easy_cleanup(easy);
}

/* Takes the call off the client; what is in the arena stays. */
static void detach(struct http_pending *pending)
{
    struct http *http = pending->http;

    if (!http)
        return;
    for (struct http_pending **at = &http->pending; *at; at = &(*at)->next) {
        if (*at == pending) {
            *at = pending->next;
            break;
        }
    }
    curl_multi_remove_handle(http->multi, pending->easy);
    handle_give_back(http, pending->easy);
    curl_slist_free_all(pending->headers);
    buf_release(&pending->body);
    pending->http = NULL;
}

/* The arena may go while a call is under way: the handle must not outlive what it writes to. */
static void detach_deferred(void *pending)
{
    detach(pending);
}

void http_free(struct http *http)
{
    if (!http)
        return;
    while (http->pending)
        detach(http->pending);
    while (http->idle_count > 0)
        curl_easy_cleanup(http->idle[--http->idle_count]);
    curl_multi_cleanup(http->multi);
    if (http->epoll_fd >= 0)
        close(http->epoll_fd);
    free(http->watched);
    free(http->polls);
    free(http);
}

void http_abandon(struct http *http, struct http_pending *pending)
{
    ASSERT(!pending->http || pending->http == http);
    detach(pending);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_pending *pending = arg;

    if (pending->body.size + size * count > pending->reply_max) {
        pending->is_too_large = true;
        return 0;
    }
    buf_add(&pending->body, bytes, size * count);
    return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_pending *pending = arg;
    size_t length = size * count;
    const char *colon = memchr(bytes, ':', length);

    if (length > 5 &&
        strncmp(bytes, "HTTP/", 5) == 0) /* the final answer's headers only, not 100's */
        pending->header_count = 0;
    if (!colon || pending->header_count >= 100)
        return length;
    if (pending->header_count + 1 >= pending->header_room) {
        size_t room = pending->header_room ? 2 * pending->header_room : 16;

        pending->reply_headers = arena_grow(pending->arena, pending->reply_headers,
                                            pending->header_count * sizeof(struct http_header),
                                            room * sizeof(struct http_header));
        pending->header_room = room;
    }
    const char *value = colon + 1, *end = bytes + length;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && strchr(" \t\r\n", end[-1]))
        end--;
    pending->reply_headers[pending->header_count++] =
        (struct http_header){.name = arena_copy(pending->arena, bytes, (size_t)(colon - bytes)),
                             .value = arena_copy(pending->arena, value, (size_t)(end - value))};
    return length;
}

/* Asked before each time that libcurl is about to send the request. */
static int may_send(void *arg, char *remote, char *local, int remote_port, int local_port)
{
    const struct http_pending *pending = arg;
    long sent = 0;

    (void)remote, (void)local, (void)remote_port, (void)local_port;
    curl_easy_getinfo(pending->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent == 0 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static CURL *handle_new(void)
{
    CURL *easy = curl_easy_init();

    if (!easy)
        BUG("out of memory");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, may_send);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_S_MAX);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L); /* each port would have an entry */
    return easy;
}

static CURL *handle_take(struct http *http)
{
    return http->idle_count > 0 ? http->idle[--http->idle_count] : handle_new();
}

static void set_method(CURL *easy, const struct http_request *request)
{
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L); /* nothing of the handle's last call is left */
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (request->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
    } else if (strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static struct curl_slist *header_lines(struct arena *arena, const struct http_header *headers)
{
    struct curl_slist *lines = curl_slist_append(NULL, "Expect:"); /* no wait for 100-continue */

    for (size_t i = 0; i < HTTP_HEADERS_MAX && headers[i].name; i++) {
        const char *name = headers[i].name, *value = headers[i].value;

        /* "Name;" is how libcurl sends a header without a value */
        lines = curl_slist_append(lines, value[0] ? arena_printf(arena, "%s: %s", name, value)
                                                  : arena_printf(arena, "%s;", name));
    }
    return lines;
}

struct http_pending *http_start(struct http *http, struct arena *arena,
                                const struct http_request *request)
{
    struct http_pending *pending = arena_alloc(arena, sizeof(*pending));
    CURL *easy = handle_take(http);

    *pending =
        (struct http_pending){.http = http, .next = http->pending, .arena = arena, .easy = easy};
    http->pending = pending;
    arena_defer(arena, detach_deferred, pending);
    pending->reply_max = request->reply_max ? request->reply_max : LIMIT_JSON_BYTES;
    pending->headers = header_lines(arena, request->headers);
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     request->timeout_ms ? request->timeout_ms : TIMEOUT_MS_DEFAULT);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, pending->problem);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, pending->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, pending);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, pending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, pending);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, pending);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)!request->may_reuse);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)!request->may_reuse);
    set_method(easy, request);
    if (curl_multi_add_handle(http->multi, easy) != CURLM_OK)
        BUG("libcurl refuses a call");
    return pending;
}

static void finish(struct http_pending *pending, CURLcode code)
{
    struct http_reply *reply = &pending->reply;
    long status = 0, sent = 0;

    curl_easy_getinfo(pending->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(pending->easy, CURLINFO_REQUEST_SIZE, &sent);
    reply->was_sent = code == CURLE_OK || sent > 0;
    reply->timed_out = code == CURLE_OPERATION_TIMEDOUT;
    if (code == CURLE_OK) {
        reply->status = (int)status;
    } else if (pending->is_too_large) {
        reply->problem =
            arena_printf(pending->arena, "the reply is larger than %zu bytes", pending->reply_max);
    } else {
        reply->problem = arena_strdup(
            pending->arena, pending->problem[0] ? pending->problem : curl_easy_strerror(code));
    }
    reply->body = buf_copy(&pending->body, pending->arena);
    reply->body_size = pending->body.size;
    if (pending->reply_headers)
        pending->reply_headers[pending->header_count] = (struct http_header){0};
    else
        pending->reply_headers = arena_alloc(pending->arena, sizeof(struct http_header));
    reply->headers = pending->reply_headers;
    pending->is_done = true;
    detach(pending);
}

/* A connection that was left by an earlier call turned out to be dead before a byte was written, and libcurl gave up:
 * on one of its own the request goes out after all. */
static bool begin_anew(struct http_pending *pending, CURLcode code)
{
    long sent = 0, connects = 0;

    curl_easy_getinfo(pending->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(pending->easy, CURLINFO_NUM_CONNECTS, &connects);
    if (code != CURLE_SEND_ERROR || sent > 0 || connects > 0)
        return false;
    curl_multi_remove_handle(pending->http->multi, pending->easy);
    curl_easy_setopt(pending->easy, CURLOPT_FRESH_CONNECT, 1L);
    if (curl_multi_add_handle(pending->http->multi, pending->easy) != CURLM_OK)
        BUG("libcurl refuses a call");
    return true;
}

static void finish_ended(struct http *http)
{
    int left = 0;
    CURLMsg *message;

    while ((message = curl_multi_info_read(http->multi, &left))) {
        if (message->msg == CURLMSG_DONE) {
            struct http_pending *pending = NULL;

            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pending);
            const CURLcode code = message->data.result; /* removing the handle ends the message */
            if (!begin_anew(pending, code))
                finish(pending, code);
        }
    }
}

int http_timeout_ms(const struct http *http)
{
    const uint64_t now_ms = http->due_ms == UINT64_MAX ? 0 : clock_monotonic_ms();

    if (http->due_ms == UINT64_MAX)
        return -1;
    return http->due_ms <= now_ms ? 0 : (int)(http->due_ms - now_ms);
}

static void act(struct http *http, int fd, bool is_readable, bool is_writable, bool is_broken)
{
    const int what = (is_readable ? CURL_CSELECT_IN : 0) | (is_writable ? CURL_CSELECT_OUT : 0) |
                     (is_broken ? CURL_CSELECT_ERR : 0);
    int running = 0;

    curl_multi_socket_action(http->multi, fd, what, &running);
}

static void act_by_time(struct http *http)
{
    int running = 0;

    if (http_timeout_ms(http) == 0) {
        http->due_ms = UINT64_MAX; /* libcurl says anew when it wants to be called */
        curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    finish_ended(http);
}

struct pollfd *http_polls(struct http *http, size_t own, size_t *out_count)
{
    http->poll_own = own;
    http->poll_count = own + http->watched_count;
    if (http->poll_count > http->poll_room) {
        http->poll_room = 2 * http->poll_count;
        http->polls = must_realloc(http->polls, http->poll_room * sizeof(*http->polls));
    }
    if (http->watched_count)
        memcpy(http->polls + own, http->watched, http->watched_count * sizeof(*http->polls));
    *out_count = http->poll_count;
    return http->polls;
}

void http_drive_polled(struct http *http)
{
    for (size_t i = http->poll_own; i < http->poll_count; i++) {
        const struct pollfd *polled = &http->polls[i];

        if (polled->revents)
            act(http, polled->fd, polled->revents & POLLIN, polled->revents & POLLOUT,
                polled->revents & (POLLERR | POLLHUP));
    }
    http->poll_count = 0;
    act_by_time(http);
}

void http_turn(struct http *http, const int *fds, size_t fd_count, int timeout_ms)
{
    const int due_ms = http_timeout_ms(http);
    size_t count = 0;
    struct pollfd *polls = http_polls(http, fd_count, &count);

    for (size_t i = 0; i < fd_count; i++)
        polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    poll(polls, count, due_ms >= 0 && due_ms < timeout_ms ? due_ms : timeout_ms);
    http_drive_polled(http);
}

/* ---- driven from an epoll ---- */

int http_fd(struct http *http)
{
    if (http->epoll_fd >= 0)
        return http->epoll_fd;
    ASSERT(!http->pending);
    http->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (http->epoll_fd < 0)
        BUG("epoll: out of descriptors");
    return http->epoll_fd;
}

void http_drive(struct http *http)
{
    struct epoll_event events[EVENTS_PER_DRIVE];
    const int count = epoll_wait(http->epoll_fd, events, EVENTS_PER_DRIVE, 0);

    for (int i = 0; i < count; i++)
        act(http, events[i].data.fd, events[i].events & EPOLLIN, events[i].events & EPOLLOUT,
            events[i].events & (EPOLLERR | EPOLLHUP));
    act_by_time(http);
}

bool http_is_done(const struct http_pending *pending)
{
    return pending->is_done;
}

const struct http_reply *http_result(const struct http_pending *pending)
{
    ASSERT(pending->is_done);
    return &pending->reply;
}

int http_call(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_reply *out_reply, struct err *err)
{
    struct http_pending *pending = http_start(http, arena, request);

    while (!http_is_done(pending))
        http_turn(http, NULL, 0, 1000);
    *out_reply = *http_result(pending);
    if (out_reply->status)
        return 0;
    enum err_code code = out_reply->was_sent    ? ERR_INDETERMINATE
                         : out_reply->timed_out ? ERR_TIMEOUT
                                                : ERR_IO;
    return err_set(err, code, "%s %s: %s", request->method, request->url, out_reply->problem);
}

const char *http_reply_header(const struct http_reply *reply, const char *name)
{
    for (const struct http_header *header = reply->headers; header && header->name; header++) {
        if (strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}
