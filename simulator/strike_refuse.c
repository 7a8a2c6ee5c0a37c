/* SPDX-License-Identifier: Apache-2.0 */
/* strike_refuse - faults that answer with a refusal: without processing, or instead of the answer. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "simulator/personality.h"
#include "simulator/policy.h"
#include "simulator/strike_inner.h"

#define QUOTA_WINDOW "60" /* seconds, as in rules.c */

static void refuse(struct exchange *exchange, int status, const char *code, const char *path,
                   const char *text)
{
    exchange->answer = (struct answer){.status = 0};
    answer_refuse(&exchange->answer, exchange->arena, status, code, path, "%s", text);
}

/* ---- statuses that faults give, and what a server says with them ---- */

static const struct {
    int status;
    const char *code, *text;
} statuses[] = {
    {400, "invalid", "The request is not valid."},
    {401, "login", "The access token is not accepted."},
    {403, "forbidden", "This client may not do that."},
    {408, "timeout", "The request took too long."},
    {409, "conflict", "The resource has another version."},
    {412, "conflict", "The resource has another version."},
    {422, "processing", "The request could not be processed."},
    {423, "lock-error", "The resource is locked by an editor."},
    {424, "lock-error", "Something this depends on is locked by an editor."},
    {429, "throttled", "Too many requests."},
    {500, "exception", "The server failed."},
    {502, "transient", "A server behind this one failed."},
    {503, "transient", "The server is not available now."},
    {504, "timeout", "A server behind this one did not answer in time."},
};

static void refuse_with(struct exchange *exchange, int status)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        if (statuses[i].status == status)
            refuse(exchange, status, statuses[i].code, NULL, statuses[i].text);
    }
}

/* ---- faults ---- */

/* Retry-After as the server writes it. */
static void set_retry_after(struct exchange *exchange, const char *seconds)
{
    const struct knobs *knobs = &exchange->sim->personality->knobs;
    const unsigned long wait_s = strtoul(seconds, NULL, 10);
    char date[CLOCK_INSTANT_SIZE];

    exchange->retry_after = arena_strdup(exchange->arena, seconds);
    if (knobs->retry_after == RETRY_AFTER_DATE) {
        clock_http_date(clock_wall_ms() + wait_s * 1000, date);
        exchange->retry_after = arena_strdup(exchange->arena, date);
    }
    if (knobs->retry_after == RETRY_AFTER_MILLISECONDS)
        exchange->retry_after_ms = arena_printf(exchange->arena, "%lu", wait_s * 1000);
}

void do_error_before(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, (int)fault_number(fault, 0, 503));
    if (fault->args[1][0])
        set_retry_after(exchange, fault->args[1]);
    strike_note(exchange, fault, exchange->answer.status);
}

/* The token is refused from now on, whatever asks with it. */
void do_token_expiry(struct exchange *exchange, const struct sim_fault *fault)
{
    policy_expire_token(exchange);
    refuse_with(exchange, 401);
    strike_note(exchange, fault, exchange->answer.status);
}

void do_reject(struct exchange *exchange, const struct sim_fault *fault)
{
    static const struct {
        const char *word, *code, *text;
        int status;
    } rows[] = {
        {"business-rule", "business-rule", "A business rule does not allow this.", 422},
        {"invariant", "invariant", "A rule over the content is broken.", 422},
        {"processing", "processing", "The content could not be processed.", 422},
        {"422", "business-rule", "A business rule does not allow this.", 422},
        {"invalid", "invalid", "The content is not valid.", 400},
        {"structure", "structure", "The structure is not valid.", 400},
        {"required", "required", "Something required is missing.", 400},
        {"value", "value", "A value is not valid.", 400},
        {"400", "invalid", "The content is not valid.", 400},
        {"conflict", "conflict", "This is in conflict with what is there.", 409},
        {"duplicate", "duplicate", "There is one like this already.", 409},
        {"409", "conflict", "This is in conflict with what is there.", 409},
        {"412", "conflict", "A precondition does not hold.", 412},
    };
    const char *path = fault->args[1][0] ? arena_strdup(exchange->arena, fault->args[1]) : NULL;
    size_t row = 0;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].word, fault->args[0]) == 0)
            row = i;
    }
    refuse(exchange, rows[row].status, rows[row].code, path, rows[row].text);
    strike_note(exchange, fault, exchange->answer.status);
}

void do_phantom_conflict(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, (int)fault_number(fault, 0, 412));
    strike_note(exchange, fault, exchange->answer.status);
}

void do_error_after(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, (int)fault_number(fault, 0, 500));
    strike_note(exchange, fault, exchange->answer.status);
}

void do_async_lost(struct exchange *exchange, const struct sim_fault *fault)
{
    struct answer told = {.status = 0};

    if (strike_word(fault, 0, "failed"))
        answer_refuse(&told, exchange->arena, 422, "processing", NULL, "The request failed.");
    else if (strike_word(fault, 0, "500"))
        answer_refuse(&told, exchange->arena, 500, "exception", NULL, "The server failed.");
    policy_lose(exchange, told.status ? &told : NULL);
    strike_note(exchange, fault, exchange->answer.status);
}

void do_lock(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(
        exchange,
        (int)fault_number(fault, 0, (unsigned long)exchange->sim->personality->knobs.edit_lock));
    strike_note(exchange, fault, exchange->answer.status);
}

/* The resource is put on the run's list; from then on bend.c refuses. */
void do_brick(struct exchange *exchange, const struct sim_fault *fault)
{
    struct run *run = exchange->run;
    const size_t size = run->bricked_count * sizeof(run->bricked[0]);

    run->bricked = arena_grow(run->arena, run->bricked, size, size + 2 * sizeof(run->bricked[0]));
    run->bricked[run->bricked_count++] = arena_strdup(run->arena, exchange->face.reference);
    refuse(exchange, 409, "conflict", NULL, "This resource cannot be written any more.");
    strike_note(exchange, fault, exchange->answer.status);
}

/* To the same place: what follows is a request of its own. */
void do_redirect(struct exchange *exchange, const struct sim_fault *fault)
{
    exchange->answer = (struct answer){
        .status = (int)fault_number(fault, 0, 307),
        .location =
            arena_printf(exchange->arena, "%s/%s", exchange->request.base, exchange->face.url),
    };
    strike_note(exchange, fault, exchange->answer.status);
}

void do_quota(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, exchange->sim->personality->knobs.throttle);
    set_retry_after(exchange, fault->args[1][0] ? fault->args[1] : QUOTA_WINDOW);
    strike_note(exchange, fault, exchange->answer.status);
}

void do_outage(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, 503);
    strike_note(exchange, fault, exchange->answer.status);
}
