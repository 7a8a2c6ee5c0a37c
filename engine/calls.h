/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_CALLS_H
#define ENGINE_CALLS_H
/*
 * calls - what each call of the engine interface does; edge.c brings the requests and takes the
 * answers away.
 */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct cJSON;
struct MHD_Connection;
struct engine;

struct call {
    struct engine *engine;
    struct arena *arena; /* everything of this call lives here */
    struct MHD_Connection *connection;
    const char *method, *path;
    const char *id; /* what stands for {id} in the path */
    const char *request;
    size_t request_size;
    int status; /* the answer */
    const char *body, *content_type, *location, *allow;
    size_t body_size;
};

struct call_kind {
    const char *method, *path; /* "{id}" stands for one segment */
    void (*handle)(struct call *call);
    bool is_test_hook;
};
size_t call_kinds(const struct call_kind **out_kinds);

const char *call_header(const struct call *call, const char *name); /* NULL when it is not there */
void call_problem(struct call *call, int status, const char *title, const char *detail);
#endif
