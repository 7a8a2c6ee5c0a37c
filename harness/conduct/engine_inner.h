/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_CONDUCT_ENGINE_INNER_H
#define HARNESS_CONDUCT_ENGINE_INNER_H
/* engine_inner - what engine.c, views.c and mapped.c share: asking, noting, calls that stay open. */
#include "harness/conduct/run.h"

/* Asks and waits. -1 when no answer came (ask_ok: or none of 2xx). The reply lives in the scratch arena. */
int engine_ask(struct run *run, const struct http_request *request, struct http_reply *out,
               struct err *err) ATTR_MUST_USE;
int engine_ask_ok(struct run *run, const struct http_request *request, struct http_reply *out,
                  struct err *err) ATTR_MUST_USE;
/* The same for what a human is shown: an engine may look at the chart first. Looks that come meanwhile go through at once. */
int engine_ask_showing(struct run *run, const struct http_request *request, struct http_reply *out,
                       struct err *err) ATTR_MUST_USE;
/* -1 where it was answered with none of 2xx. */
int engine_must_be_ok(const struct run *run, const struct http_request *request,
                      const struct http_reply *reply, struct err *err) ATTR_MUST_USE;
/* A GET of the native interface; the reply lives in the scratch arena. -1 when no answer came. */
int engine_get(struct run *run, const char *path, struct http_reply *out,
               struct err *err) ATTR_MUST_USE;
void engine_add_header(struct http_request *request, const char *name, const char *value);
/* The headers that every call has. */
void engine_add_headers(const struct run *run, struct http_request *request, bool has_body);
uint64_t engine_note_said(struct run *run, const char *what, const struct run_intent *intent,
                          const struct sim_entry *more);
void engine_start_call(struct run *run, const struct http_request *request,
                       const struct run_call *call);
struct run_intent *engine_intent_by_id(struct run *run, const char *id);
/* Takes over what a view says; other things (a problem, a list) say nothing about the intent. */
void engine_take_view(struct run *run, struct run_intent *intent, const char *body, size_t size);
/* The same of an answer to a delivery: under another key it may be another intent to the engine. */
void engine_take_delivery(struct run *run, const struct run_call *call, const char *body,
                          size_t size);
struct run_intent *engine_intent_of_line(struct run *run, const char *line, size_t size);

/* ---- views.c ---- */
/* "&views=ID,ID..." of those that are to be asked for once it has settled, where an id needs no escapes; what is left out is
 * asked for by itself. In the scratch arena. */
const char *engine_views_wanted(const struct run *run);

/* ---- mapped.c: the same acts for an engine with an interface of its own ---- */
int mapped_submit(struct run *run, struct run_intent *intent, const char *key, const char *body,
                  struct err *err) ATTR_MUST_USE;
int mapped_cancel(struct run *run, struct run_intent *intent, struct err *err) ATTR_MUST_USE;
int mapped_decide(struct run *run, struct run_intent *intent, const struct scenario_step *step,
                  const char *by, struct err *err) ATTR_MUST_USE;
int mapped_sweep(struct run *run, const char *kind, struct err *err) ATTR_MUST_USE;
int mapped_due(struct run *run, struct err *err) ATTR_MUST_USE;
int mapped_reset(struct run *run, struct err *err) ATTR_MUST_USE;
int mapped_settled(struct run *run, struct settled *out, struct err *err) ATTR_MUST_USE;
int mapped_ask_view(struct run *run, struct run_intent *intent, struct err *err) ATTR_MUST_USE;
/* -1 where the adapter's status was asked for and there never was one, in this run or before: that is no evidence of what
 * the engine lost. */
int mapped_check_status(const struct run *run, struct err *err) ATTR_MUST_USE;
int mapped_ask_events(struct run *run, struct err *err) ATTR_MUST_USE;
int mapped_ask_audit(struct run *run, struct err *err) ATTR_MUST_USE;
int mapped_ask_reviews(struct run *run, struct err *err) ATTR_MUST_USE;
int mapped_probe(struct run *run, struct err *err) ATTR_MUST_USE;
int mapped_ask_metrics(struct run *run, struct err *err) ATTR_MUST_USE;
/* The answer to a submit: notes it in our words. */
void mapped_take_answer(struct run *run, const struct run_call *call,
                        const struct http_reply *reply);

/* ---- doors.c: what only credentials should open is asked for without any, and with made up ones ---- */
int engine_try_door(struct run *run, struct http_request *request, const char *name,
                    struct err *err) ATTR_MUST_USE; /* name: in the journal */

/* ---- errand.c: an engine that is one process for each intent ---- */
int errand_submit(struct run *run, struct run_intent *intent, uint64_t entry, const char *body,
                  struct err *err) ATTR_MUST_USE;
#endif
