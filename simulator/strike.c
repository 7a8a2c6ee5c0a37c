/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strike - which function does what a fault is for, at which stop. Names, arguments and what they
 * are for: fault_table.c.
 *
 * A fault before decides what becomes of the request: it is processed as it is, processed in a bent
 * way, several times, or not at all (then there is an answer, or a fate, without a commit). A fault
 * after decides what the client gets to see. A fault later changes the chart once the answer is
 * decided upon. Each is in the journal as `fault`, before its effects (duplicate and what is undone:
 * one entry behind each).
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/journal.h"
#include "simulator/policy.h"
#include "simulator/store.h"
#include "simulator/strike_inner.h"

static const struct strike {
    const char *name;
    strike_fn *before, *after, *later; /* mostly one of them */
    strike_check_fn *check;            /* NULL: any exchange that its purpose allows */
    bool is_processing;                /* before: the request is handed to the store all the same */
} strikes[] = {
    {"reset-before", do_reset, NULL, NULL, NULL, false},
    {"close-before", do_close, NULL, NULL, NULL, false},
    {"keepalive-close", do_reset, NULL, NULL, check_reused, false},
    {"error-before", do_error_before, NULL, NULL, NULL, false},
    {"redirect", do_redirect, NULL, NULL, NULL, false},
    {"reject", do_reject, NULL, NULL, NULL, false},
    {"phantom-conflict", do_phantom_conflict, NULL, NULL, NULL, false},
    {"lock", do_lock, NULL, NULL, NULL, false},
    {"bricked", do_brick, NULL, NULL, NULL, false},
    {"token-expiry", do_token_expiry, NULL, NULL, NULL, false},
    {"quota", do_quota, NULL, NULL, NULL, false},
    {"outage", do_outage, NULL, NULL, NULL, false},
    {"duplicate", do_duplicate, NULL, NULL, NULL, true},
    {"reject-entry", do_reject_entry, NULL, NULL, check_entry, true},
    {"partial-transaction", do_partial_transaction, NULL, NULL, check_entry, true},
    {"drop-field", do_drop_field, NULL, NULL, NULL, true},
    {"normalise", do_normalise, NULL, NULL, NULL, true},
    {"flap-precondition", do_flap, NULL, NULL, check_flap, true},
    {"clock-skew", do_clock_skew, NULL, NULL, NULL, true},
    {"equal-last-updated", do_equal_updated, NULL, NULL, NULL, true},
    {"foreign-edit", do_foreign_edit, do_foreign_edit_behind, NULL, check_foreign_edit, true},
    {"reset-after", NULL, do_reset, NULL, NULL, true},
    {"close-after", NULL, do_close, NULL, NULL, true},
    {"error-after", NULL, do_error_after, NULL, NULL, true},
    {"async-lost", NULL, do_async_lost, NULL, NULL, true},
    {"truncate-headers", NULL, do_cut_headers, NULL, NULL, true},
    {"truncate-body", NULL, do_cut_body, NULL, NULL, true},
    {"bad-chunk", NULL, do_bad_chunk, NULL, NULL, true},
    {"garbage", NULL, do_garbage, NULL, NULL, true},
    {"drip", NULL, do_drip, NULL, NULL, true},
    {"no-body", NULL, do_no_body, NULL, NULL, true},
    {"no-etag", NULL, do_no_etag, NULL, NULL, true},
    {"wrong-etag", NULL, do_wrong_etag, NULL, NULL, true},
    {"no-location", NULL, do_no_location, NULL, NULL, true},
    {"stale-echo", NULL, do_stale_echo, NULL, check_echo, true},
    {"html-body", NULL, do_html_body, NULL, NULL, true},
    {"outcome-200", NULL, do_outcome_200, NULL, NULL, true},
    {"reorder-entries", NULL, do_reorder_entries, NULL, check_entries, true},
    {"omit-entry", NULL, do_omit_entry, NULL, check_entry, true},
    {"stale-read", NULL, do_stale_read, NULL, check_age, true},
    {"backwards-read", NULL, do_backwards_read, NULL, check_backwards, true},
    {"torn-read", NULL, do_torn_read, NULL, check_torn, true},
    {"cached-get", NULL, do_cached_get, NULL, check_cached, true},
    {"history-gone", NULL, do_history_gone, NULL, NULL, true},
    {"page-shift", NULL, do_page_shift, NULL, check_page, true},
    {"search-ghost", NULL, do_search_ghost, NULL, NULL, true},
    {"search-lag", NULL, do_search_lag, NULL, NULL, true},
    {"unsolicited-subset", NULL, do_subset, NULL, NULL, true},
    {"undo-commit", NULL, NULL, do_undo_commit, NULL, true},
    {"id-reassign", NULL, NULL, do_id_reassign, NULL, true},
    {"unmerge-patient", NULL, NULL, do_unmerge, check_unmerge, true},
    {"mutate-later", NULL, NULL, do_mutate, check_mutate, true},
};

static const struct strike *find(const struct sim_fault *fault)
{
    for (size_t i = 0; fault && fault->name && i < COUNT_OF(strikes); i++) {
        if (strcmp(strikes[i].name, fault->name) == 0)
            return &strikes[i];
    }
    return NULL;
}

/* ---- for all faults ---- */

void exchange_process(struct exchange *exchange, const struct interact_bend *bend)
{
    struct store *store = exchange->run->store;
    struct interact_bend whole = bend ? *bend : (struct interact_bend){.drop_path = NULL};

    if (exchange->request.interaction == INTERACTION_NONE)
        return; /* route.c has answered */
    whole.bricked = exchange->run->bricked;
    if (exchange->first_commit == 0) { /* a second copy came by later */
        whole.clash_from = exchange->arrival_commit + 1;
        whole.clash_until = store_commits(store);
        exchange->first_commit = store_commits(store) + 1;
    }
    if (policy_answers(exchange))
        return;
    whole.commits_since_arrival = store_commits(store) - exchange->arrival_commit;
    exchange->sim->cause = exchange;
    interact(store, &exchange->request, &whole, &exchange->answer);
    exchange->sim->cause = NULL;
    policy_settle(exchange);
    exchange->last_commit = store_commits(store);
}

void strike_note(struct exchange *exchange, const struct sim_fault *fault, int status)
{
    exchange_note(exchange, SIM_FAULT, fault_text(fault, exchange->arena), status);
}

void strike_note_version(struct exchange *exchange, const struct sim_fault *fault,
                         const struct version *version)
{
    struct sim_entry entry;

    exchange_entry(exchange, SIM_FAULT, &entry);
    entry.fault = fault_text(fault, exchange->arena);
    if (version) {
        entry.reference = version->reference;
        entry.version = version->label;
        entry.ordinal = version->ordinal;
        entry.commit = version->commit;
        entry.body = version->content;
        entry.body_size = version->size;
    }
    journal_append(exchange->sim->journal, &(struct journal_draft){.entry = &entry});
    exchange->sim->stamp++;
}

const struct version *strike_current(const struct exchange *exchange)
{
    const struct exchange_request *request = &exchange->request;
    const struct version *version = exchange->answer.version;

    if (version)
        return store_current(exchange->run->store, version->type, version->id);
    if (!request->type || !request->id)
        return NULL;
    return store_current(exchange->run->store, request->type, request->id);
}

bool strike_succeeded(const struct exchange *exchange)
{
    return exchange->answer.status >= 200 && exchange->answer.status < 300;
}

bool strike_word(const struct sim_fault *fault, size_t index, const char *word)
{
    return strcmp(fault->args[index], word) == 0;
}

/* ---- at the stops ---- */

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

void strike_later(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct strike *strike = find(fault);

    if (strike && strike->later)
        strike->later(exchange, fault);
}

int strike_check(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                 struct err *err)
{
    const struct strike *strike = find(fault);
    const char *misfit;

    if (!fault || !fault->name)
        return 0;
    if (!strike || fault_kind(fault->name)->is_rule_only)
        return err_set(err, ERR_INPUT, "%s is for the rules of a stand-alone simulator",
                       fault->name);
    misfit = fault_misfit(fault->name, exchange->label);
    if (misfit)
        return err_set(err, ERR_INPUT, "%s is for %s, not for this %s of %s", fault->name, misfit,
                       exchange->face.interaction, exchange->face.reference);
    if (at == STRIKE_COMMIT && (!strike->before || !strike->is_processing))
        return err_set(err, ERR_INPUT, "%s leaves nothing to hold after the commit", fault->name);
    if (at == STRIKE_REPLY && !strike->after && !strike->later)
        return err_set(err, ERR_INPUT, "%s strikes before the commit, which has been", fault->name);
    return strike->check ? strike->check(exchange, fault, at, err) : 0;
}

enum sim_fit strike_fit(const struct exchange *exchange, const struct sim_fault *fault)
{
    const struct strike *strike = find(fault);
    struct err ignored = ERR_INIT;

    if (exchange->face.stop == SIM_AFTER)
        return strike_check(exchange, fault, STRIKE_REPLY, &ignored) ? SIM_FIT_NONE : SIM_FIT_REPLY;
    if (!strike || !strike->before)
        return SIM_FIT_NONE;
    if (strike_check(exchange, fault, STRIKE_COMMIT, &ignored) == 0)
        return SIM_FIT_COMMIT;
    ignored = ERR_INIT;
    return strike_check(exchange, fault, STRIKE_PASS, &ignored) ? SIM_FIT_NONE : SIM_FIT_PASS;
}
