/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_CONTROL_INNER_H
#define SIMULATOR_CONTROL_INNER_H
/* control_inner - what control.c and the files of its calls share, and nobody else. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "simulator/exchange.h"

struct arena;
struct buf;
struct err;
struct follow;
struct origin;
struct sim;

struct control {
    struct sim *sim;
    struct origin *origin;
    struct follow *follow;
    const char *token;
};

#define CONTROL_PARTS_MAX 6
struct call {
    struct control *control;
    const struct exchange_request *request;
    struct arena *arena;
    const char *parts[CONTROL_PARTS_MAX]; /* of the path */
    size_t part_count;
    uint64_t after, wait_ms; /* of the query; 0 where it has none */
    unsigned waited_ms;
    struct answer *answer;
    unsigned *out_wait_ms;
};

/* ---- control.c: answers ---- */

void control_problem(const struct call *call, int status, const char *fmt, ...) ATTR_PRINTF(3, 4);
void control_refuse(const struct call *call, const struct err *err);
void control_answer_json(const struct call *call, int status, const struct cJSON *body);
void control_answer_text(const struct call *call, const char *content_type, const struct buf *text);
void control_answer_nothing(const struct call *call); /* 204 */
/* The body as JSON; NULL with the answer filled when it is none. */
const struct cJSON *control_body(const struct call *call);
/* False with the answer filled when `body` is no object of these members alone. */
bool control_has_only(const struct call *call, const struct cJSON *body, const char *members);
/* False when `text` is no number that could be one of ours. */
bool control_number(const char *text, uint64_t *out);
/* Is it to be asked again, since `wait_ms` have not passed? */
bool control_waits(const struct call *call);

/* {fault, args} -> fault; its name is NULL without one. -1 with err filled. */
struct sim_fault;
int control_fault(const struct call *call, const struct cJSON *body, struct sim_fault *out,
                  struct err *err);

/* ---- the calls, by file; each returns false when it is to be asked again ---- */

/* control_chart.c */
bool control_post_charts(const struct call *call);
bool control_post_reset(const struct call *call);
bool control_post_edits(const struct call *call);
bool control_get_versions(const struct call *call);
bool control_get_version(const struct call *call);
/* control_faults.c */
bool control_get_faults(const struct call *call);
bool control_get_fault(const struct call *call);
bool control_post_faults(const struct call *call);
bool control_delete_faults(const struct call *call);
bool control_delete_fault(const struct call *call);
bool control_put_holds(const struct call *call);
bool control_get_held(const struct call *call);
bool control_release_held(const struct call *call);
/* control_deliveries.c */
bool control_get_deliveries(const struct call *call);
bool control_release_delivery(const struct call *call);
/* control_personality.c */
bool control_get_personality(const struct call *call);
bool control_put_personality(const struct call *call);
/* control_watch.c */
bool control_get_journal(const struct call *call);
bool control_get_metrics(const struct call *call);
bool control_get_schedule(const struct call *call);
bool control_put_schedule(const struct call *call);
bool control_delete_schedule(const struct call *call);
#endif
