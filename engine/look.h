/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H
/*
 * look - everything this engine asks of the EHR, reads and writes alike, on the correlation id of
 * an intent.
 *
 * A look never concludes from silence: what could not be read is LOOK_LATER, never "not there".
 */
#include <stdbool.h>
#include <stddef.h>

struct cJSON;
struct http_reply;
struct http_request;
struct job;
struct slot;

/* One request. Counts it, and is known to the worker as waiting meanwhile. `reply` is filled
 * either way. */
void look_call(struct job *job, struct http_request *request, struct http_reply *reply);

/* GET of `path` at the EHR. False: no answer, or the bound on requests is reached. */
bool look_get(struct job *job, const char *path, struct http_reply *reply);

enum look {
    LOOK_FOUND,
    LOOK_GONE,  /* 410: deleted; `version` is the deletion's where the server tells */
    LOOK_NONE,  /* 404 */
    LOOK_NOT,   /* the server does not offer this */
    LOOK_LATER, /* no answer, or one that says nothing */
};
struct seen {
    const char *reference, *version; /* of what is in `content` */
    const struct cJSON *content;     /* the whole resource; NULL unless LOOK_FOUND */
};
enum look look_current(struct job *job, const char *type, const char *id, struct seen *out);
enum look look_version(struct job *job, const char *type, const char *id, const char *version,
                       struct seen *out);

#define LOOK_HISTORY_MAX 100
struct history { /* oldest first; content NULL: a deletion */
    struct seen versions[LOOK_HISTORY_MAX];
    size_t count;
    bool is_whole; /* reaches back to the first version */
};
enum look look_history(struct job *job, const char *type, const char *id, struct history *out);
/* The first version of a resource that was `seen`: the history's, where that is whole and has its content, else what was seen. */
enum look look_first(struct job *job, const char *type, const char *id, const struct seen *seen,
                     struct seen *out);
/* The resources that bear the mark of `slot`; how many in *out_count, the first `max` of them in `out`. */
enum look look_marked(struct job *job, const struct slot *slot, struct seen *out, size_t max,
                      size_t *out_count);
bool look_bears(const struct cJSON *resource, const struct slot *slot);
#endif
