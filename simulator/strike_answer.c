/* SPDX-License-Identifier: Apache-2.0 */
/* strike_answer - faults after a write whose answer misleads. A refusal is left as it is. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/strike_inner.h"

struct cJSON *answer_tree(struct exchange *exchange)
{
    struct err ignored = ERR_INIT;
    const struct answer *answer = &exchange->answer;

    if (!answer->body)
        return NULL;
    return json_parse(exchange->arena, answer->body, answer->body_size, &ignored);
}

void answer_set_tree(struct exchange *exchange, const struct cJSON *tree)
{
    exchange->answer.body = json_print(exchange->arena, tree);
    exchange->answer.body_size = strlen(exchange->answer.body);
}

/* ---- headers ---- */

void do_no_etag(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    if (strike_succeeded(exchange))
        exchange->answer.etag = NULL;
}

void do_wrong_etag(struct exchange *exchange, const struct sim_fault *fault)
{
    struct answer *answer = &exchange->answer;
    const struct version *version = answer->version;

    strike_note(exchange, fault, 0);
    if (!strike_succeeded(exchange) || !version)
        return;
    answer->etag = version->previous ? version->previous->etag
                                     : arena_printf(exchange->arena, "W/\"%s0\"", version->label);
}

void do_no_location(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange->answer.location = NULL;
}

/* ---- bodies ---- */

void do_no_body(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    if (strike_succeeded(exchange))
        exchange->answer.body = NULL;
}

void do_stale_echo(struct exchange *exchange, const struct sim_fault *fault)
{
    struct answer *answer = &exchange->answer;
    const struct version *before = answer->version ? answer->version->previous : NULL;

    strike_note(exchange, fault, 0);
    if (!strike_succeeded(exchange) || !before || before->is_deletion)
        return;
    answer->body = before->content;
    answer->body_size = before->size;
}

static void show(struct answer *answer, const char *content_type, const char *body)
{
    if (answer->status == 204) /* that has no body */
        answer->status = 200;
    answer->content_type = content_type;
    answer->body = body;
    answer->body_size = strlen(body);
}

void do_html_body(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    if (strike_succeeded(exchange))
        show(&exchange->answer, "text/html;charset=utf-8",
             "<!DOCTYPE html><html><head><title>Sign in</title></head>"
             "<body><h1>Sign in to continue</h1></body></html>");
}

void do_outcome_200(struct exchange *exchange, const struct sim_fault *fault)
{
    struct answer outcome = {.status = 0};

    strike_note(exchange, fault, 0);
    if (!strike_succeeded(exchange))
        return;
    answer_refuse(&outcome, exchange->arena, 200, "processing", NULL,
                  "The request could not be processed.");
    exchange->answer = outcome;
}

/* ---- Bundles ---- */

void do_reorder_entries(struct exchange *exchange, const struct sim_fault *fault)
{
    struct cJSON *tree = answer_tree(exchange);
    const struct cJSON *entries = json_get(tree, "entry");
    struct cJSON *turned = json_array(exchange->arena);

    strike_note(exchange, fault, 0);
    if (!strike_succeeded(exchange) || json_count(entries) < 2)
        return;
    for (size_t i = json_count(entries); i-- > 0;)
        json_add(turned, json_copy(json_at(entries, i)));
    json_put(tree, "entry", json_copy(turned));
    answer_set_tree(exchange, tree);
}

void do_omit_entry(struct exchange *exchange, const struct sim_fault *fault)
{
    struct cJSON *tree = answer_tree(exchange);
    const struct cJSON *entries = json_get(tree, "entry");
    struct cJSON *left = json_array(exchange->arena);

    strike_note(exchange, fault, 0);
    if (!strike_succeeded(exchange) || !entries) /* 202 says nothing of them yet */
        return;
    for (size_t i = 0; i < json_count(entries); i++) {
        if (i + 1 != fault_number(fault, 0, 1))
            json_add(left, json_copy(json_at(entries, i)));
    }
    json_put(tree, "entry", json_copy(left));
    answer_set_tree(exchange, tree);
}

/* ---- do they fit? ---- */

int check_echo(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
               struct err *err)
{
    const struct version *version = strike_current(exchange);

    if (version && at == STRIKE_REPLY)
        version = version->previous;
    if (version && !version->is_deletion)
        return 0;
    return err_set(err, ERR_INPUT, "%s: there was nothing at %s before", fault->name,
                   exchange->face.reference);
}

int check_entries(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                  struct err *err)
{
    const struct exchange_request *request = &exchange->request;
    struct err ignored = ERR_INIT;
    const struct cJSON *bundle =
        request->body ? json_parse(exchange->arena, request->body, request->body_size, &ignored)
                      : NULL;

    (void)at;
    if (json_count(json_get(bundle, "entry")) > 1)
        return 0;
    return err_set(err, ERR_INPUT, "%s: this %s has not two entries", fault->name,
                   exchange->face.interaction);
}
