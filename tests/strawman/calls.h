/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_CALLS_H
#define TESTS_STRAWMAN_CALLS_H
/* calls - the engine interface: a table of calls, each a function from a visit to its reply. */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct MHD_Connection;
struct arena;
struct cJSON;
struct engine;

struct visit { /* one request and its reply; lives in the arena */
    struct engine *engine;
    struct arena *arena;
    struct MHD_Connection *connection;
    struct buf body;
    bool is_too_large;
    const char *id;           /* what stands for {id} in the path */
    const struct cJSON *tree; /* the body; NULL: none */
    int status;               /* of the reply */
    const char *type, *location;
    struct buf reply;
};

struct call_row {
    const char *method, *path;           /* {id} stands for one segment */
    void (*handle)(struct visit *visit); /* with the crew's lock held */
    bool has_body, is_hook, is_open;
};
size_t call_table(const struct call_row **out_rows);

void call_problem(struct visit *visit, int status, const char *title, const char *detail);
const char *call_header(const struct visit *visit, const char *name); /* of the request, or NULL */
#endif
