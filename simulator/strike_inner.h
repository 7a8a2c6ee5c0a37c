/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_STRIKE_INNER_H
#define SIMULATOR_STRIKE_INNER_H
/*
 * strike_inner - what strike.c and strike_*.c share, and nobody else: each do_... is one fault,
 * each check_... says whether one is for this exchange as it stands. The table is in strike.c.
 */
#include "simulator/core.h"
#include "simulator/store.h"

struct cJSON;
struct err;

typedef void strike_fn(struct exchange *exchange, const struct sim_fault *fault);
typedef int strike_check_fn(const struct exchange *exchange, const struct sim_fault *fault,
                            enum strike_at at, struct err *err);

/* ---- strike.c: for all of them ---- */

/* A `fault` entry; with `version` it names that one. */
void strike_note(struct exchange *exchange, const struct sim_fault *fault, int status);
void strike_note_version(struct exchange *exchange, const struct sim_fault *fault,
                         const struct version *version);
/* What is current of the resource that the exchange is about; NULL: nothing, or it is about none.
 */
const struct version *strike_current(const struct exchange *exchange);
bool strike_succeeded(const struct exchange *exchange); /* 2xx, before the fault */
bool strike_word(const struct sim_fault *fault, size_t index, const char *word);

/* ---- strike_refuse.c: answered without being processed, or instead of the answer ---- */

strike_fn do_error_before, do_reject, do_phantom_conflict, do_lock, do_brick, do_redirect, do_quota,
    do_outage, do_error_after, do_async_lost, do_token_expiry;

/* ---- strike_process.c: processed in a bent way ---- */

strike_fn do_duplicate, do_reject_entry, do_partial_transaction, do_drop_field, do_normalise,
    do_flap, do_clock_skew, do_equal_updated;
strike_check_fn check_entry, check_flap;

/* ---- strike_wire.c: connections and bytes ---- */

strike_fn do_reset, do_close, do_cut_headers, do_cut_body, do_bad_chunk, do_garbage, do_drip;
strike_check_fn check_reused;

/* ---- strike_answer.c: answers to writes that mislead ---- */

strike_fn do_no_body, do_no_etag, do_wrong_etag, do_no_location, do_stale_echo, do_html_body,
    do_outcome_200, do_reorder_entries, do_omit_entry;
strike_check_fn check_echo, check_entries;
/* The answer's body as a tree (in the exchange's arena), or NULL; and back. */
struct cJSON *answer_tree(struct exchange *exchange);
void answer_set_tree(struct exchange *exchange, const struct cJSON *tree);

/* ---- strike_look.c: looks that mislead ---- */

strike_fn do_stale_read, do_backwards_read, do_torn_read, do_cached_get, do_history_gone,
    do_page_shift, do_search_ghost, do_search_lag, do_subset;
strike_check_fn check_age, check_backwards, check_torn, check_cached, check_page;

/* ---- strike_chart.c: what somebody else does to the chart ---- */

strike_fn do_foreign_edit, do_foreign_edit_behind, do_undo_commit, do_id_reassign, do_unmerge,
    do_mutate;
strike_check_fn check_foreign_edit, check_unmerge, check_mutate;
#endif
