/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strike - what each fault does to an exchange at its stop. Names, arguments and what they are for:
 * faults.c.
 *
 * A fault before decides what becomes of the request: it is processed as it is, processed in a bent
 * way, several times, or not at all (then there is an answer, or a fate, without a commit). A fault
 * after decides what the client gets to see. Each is in the journal as `fault`, before its effects
 * (duplicate: one entry behind each processing).
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/core.h"
#include "simulator/policy.h"
#include "simulator/store.h"

void exchange_process(struct exchange *exchange, const struct interact_bend *bend)
{
    static const struct interact_bend straight;

    if (exchange->request.interaction == INTERACTION_NONE)
        return; /* route.c has answered */
    if (policy_answers(exchange))
        return;
    exchange->sim->cause = exchange;
    interact(exchange->run->store, &exchange->request, bend ? bend : &straight, &exchange->answer);
    exchange->sim->cause = NULL;
    policy_settle(exchange);
}

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

/* ---- before ---- */

typedef void strike_fn(struct exchange *exchange, const struct sim_fault *fault);

static void note(struct exchange *exchange, const struct sim_fault *fault, int status)
{
    exchange_note(exchange, SIM_FAULT, fault_text(fault, exchange->arena), status);
}

static void do_reset(struct exchange *exchange, const struct sim_fault *fault)
{
    note(exchange, fault, 0);
    exchange->fate = FATE_RESET;
}

static void do_close(struct exchange *exchange, const struct sim_fault *fault)
{
    note(exchange, fault, 0);
    exchange->fate = FATE_CLOSE;
}

static void do_error_before(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, (int)fault_number(fault, 0, 503));
    if (fault->args[1][0])
        exchange->retry_after = arena_strdup(exchange->arena, fault->args[1]);
    note(exchange, fault, exchange->answer.status);
}

static void do_duplicate(struct exchange *exchange, const struct sim_fault *fault)
{
    const unsigned long times = fault_number(fault, 0, 2);
    struct answer first = {.status = 0};

    for (unsigned long i = 0; i < times; i++) {
        exchange_process(exchange, NULL);
        note(exchange, fault, exchange->answer.status);
        if (i == 0)
            first = exchange->answer;
    }
    if (strcmp(fault->args[1], "first") == 0)
        exchange->answer = first;
}

static void do_reject(struct exchange *exchange, const struct sim_fault *fault)
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
    note(exchange, fault, exchange->answer.status);
}

static void do_phantom_conflict(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, (int)fault_number(fault, 0, 412));
    note(exchange, fault, exchange->answer.status);
}

static void do_reject_entry(struct exchange *exchange, const struct sim_fault *fault)
{
    note(exchange, fault, 0);
    exchange_process(exchange,
                     &(struct interact_bend){.reject_entry = (unsigned)fault_number(fault, 0, 1)});
}

static void do_partial_transaction(struct exchange *exchange, const struct sim_fault *fault)
{
    note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){.partial_transaction =
                                                           (unsigned)fault_number(fault, 0, 2)});
}

static void do_drop_field(struct exchange *exchange, const struct sim_fault *fault)
{
    struct answer *answer = &exchange->answer;

    note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){
                                   .drop_path = arena_strdup(exchange->arena, fault->args[0])});
    if (strcmp(fault->args[1], "sent") != 0 || !answer->sent || !answer->body ||
        answer->status >= 300)
        return;
    answer->body = answer->sent;
    answer->body_size = answer->sent_size;
}

/* ---- after ---- */

static void do_error_after(struct exchange *exchange, const struct sim_fault *fault)
{
    refuse_with(exchange, (int)fault_number(fault, 0, 500));
    note(exchange, fault, exchange->answer.status);
}

static void do_no_body(struct exchange *exchange, const struct sim_fault *fault)
{
    note(exchange, fault, 0);
    exchange->is_body_hidden = exchange->answer.status < 300;
}

static void do_no_etag(struct exchange *exchange, const struct sim_fault *fault)
{
    note(exchange, fault, 0);
    exchange->is_etag_hidden = exchange->answer.status < 300;
}

static void do_stale_read(struct exchange *exchange, const struct sim_fault *fault)
{
    note(exchange, fault, 0);
    exchange_process(exchange,
                     &(struct interact_bend){.stale_by = (unsigned)fault_number(fault, 0, 1)});
}

static const struct strike {
    const char *name;
    strike_fn *before, *after; /* one of them */
    bool is_processing;        /* before: the request is handed to the store all the same */
} strikes[] = {
    {"reset-before", do_reset, NULL, false},
    {"close-before", do_close, NULL, false},
    {"error-before", do_error_before, NULL, false},
    {"duplicate", do_duplicate, NULL, true},
    {"reject", do_reject, NULL, false},
    {"reject-entry", do_reject_entry, NULL, true},
    {"partial-transaction", do_partial_transaction, NULL, true},
    {"phantom-conflict", do_phantom_conflict, NULL, false},
    {"drop-field", do_drop_field, NULL, true},
    {"reset-after", NULL, do_reset, true},
    {"close-after", NULL, do_close, true},
    {"error-after", NULL, do_error_after, true},
    {"no-body", NULL, do_no_body, true},
    {"no-etag", NULL, do_no_etag, true},
    {"stale-read", NULL, do_stale_read, true},
};

static const struct strike *find(const struct sim_fault *fault)
{
    for (size_t i = 0; fault && fault->name && i < COUNT_OF(strikes); i++) {
        if (strcmp(strikes[i].name, fault->name) == 0)
            return &strikes[i];
    }
    return NULL;
}

void strike_before(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct strike *strike = find(fault);

    if (strike && strike->before)
        strike->before(exchange, fault);
    else
        exchange_process(exchange, NULL);
}

void strike_after(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct strike *strike = find(fault);

    if (strike && strike->after)
        strike->after(exchange, fault);
}

/* ---- does it fit? ---- */

static int check_entry(const struct exchange *exchange, const struct sim_fault *fault,
                       struct err *err)
{
    const struct exchange_request *request = &exchange->request;
    const unsigned long wanted = fault_number(fault, 0, 1);
    struct err ignored = ERR_INIT;
    const struct cJSON *bundle =
        request->body ? json_parse(exchange->arena, request->body, request->body_size, &ignored)
                      : NULL;
    const size_t count = json_count(json_get(bundle, "entry"));

    if (wanted <= count)
        return 0;
    return err_set(err, ERR_INPUT, "%s(%lu): this %s has %zu entries", fault->name, wanted,
                   exchange->face.interaction, count);
}

static int check_age(const struct exchange *exchange, const struct sim_fault *fault,
                     struct err *err)
{
    const struct exchange_request *request = &exchange->request;
    const unsigned long age = fault_number(fault, 0, 1);
    const struct version *current;

    if (exchange->label != INTERACTION_READ || !request->type || !request->id)
        return 0;
    current = store_current(exchange->run->store, request->type, request->id);
    if (current && current->ordinal > age)
        return 0;
    return err_set(err, ERR_INPUT, "stale-read(%lu): %s has no version that much earlier", age,
                   exchange->face.reference);
}

int strike_check(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                 struct err *err)
{
    const struct strike *strike = find(fault);
    const char *misfit;

    if (!fault || !fault->name)
        return 0;
    if (!strike)
        return err_set(err, ERR_INPUT, "%s is for the rules of a stand-alone simulator",
                       fault->name);
    misfit = fault_misfit(fault->name, exchange->label);
    if (misfit)
        return err_set(err, ERR_INPUT, "%s is for %s, not for this %s of %s", fault->name, misfit,
                       exchange->face.interaction, exchange->face.reference);
    if (at == STRIKE_COMMIT && (!strike->before || !strike->is_processing))
        return err_set(err, ERR_INPUT, "%s leaves nothing to hold after the commit", fault->name);
    if (at == STRIKE_REPLY && !strike->after)
        return err_set(err, ERR_INPUT, "%s strikes before the commit, which has been", fault->name);
    if (strike->before == do_reject_entry || strike->before == do_partial_transaction)
        return check_entry(exchange, fault, err);
    if (strike->after == do_stale_read)
        return check_age(exchange, fault, err);
    return 0;
}
