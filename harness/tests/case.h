/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_TESTS_CASE_H
#define HARNESS_TESTS_CASE_H
/*
 * case - builds the evidence of a run entry by entry, for tests of judges: "what if this had
 * happened?"
 *
 *     struct kase *k = case_new();
 *     case_chart(k, "Patient/ada", "{\"resourceType\":\"Patient\",\"id\":\"ada\"}");   version "1"
 *     case_intent(k, "note", "{\"operation\":\"patch\",...}");                         k-1-note,
 * c-1-note case_submit(k, "note"); answered 202, id i-note case_write(k, "note", "PATCH
 * Patient/ada", "If-Match: W/\"1\"", "[...]");        version "2", 200 case_view(k, "note",
 * "committed", "Patient/ada", "2"); case_recover(k); case_expect(k, "row", "no-duplicate",
 * VERDICT_PASS); case_free(k);
 *
 * Versions are "1", "2", ... per resource; what is sent as PUT, POST or PATCH is what is committed,
 * with id and meta.versionId stamped. Functions that append return the n of the entry, or the
 * exchange's number. Single quotes in JSON arguments stand for double quotes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/evidence.h"
#include "reports/result.h"

struct kase;

struct kase *case_new(void); /* every part is offered; settled and recovered are false */
void case_free(struct kase *k);
struct evidence *case_evidence(struct kase *k); /* to change what the rows do not */
struct arena *case_arena(struct kase *k);
const char *case_text(struct kase *k, const char *fmt, ...) ATTR_PRINTF(2, 3); /* in the arena */

void case_chart(struct kase *k, const char *reference, const char *content);
void case_intent(struct kase *k, const char *name, const char *payload);

/* ---- what is said ---- */
uint64_t case_submit(struct kase *k,
                     const char *intent); /* the payload; answered 202 with id i-INTENT, accepted */
uint64_t case_submit_as(
    struct kase *k, const char *intent, const char *key, const char *payload, int status,
    const char *answer); /* key, payload NULL: the intent's; answer NULL: none but status */
uint64_t
case_view(struct kase *k, const char *intent, const char *state, const char *reference,
          const char *version); /* reference NULL: result null; version NULL: versionId null */
uint64_t case_view_text(struct kase *k, const char *intent, int status, const char *body);
uint64_t case_decide(struct kase *k, const char *intent,
                     const char *body); /* answered 202, state writing */
uint64_t case_decide_refused(struct kase *k, const char *intent,
                             const char *body);           /* answered 409 */
uint64_t case_cancel(struct kase *k, const char *intent); /* answered 202, state cancelled */
uint64_t case_compensate(struct kase *k, const char *intent,
                         int status); /* 202: state writing; else a problem */
/* any other statement: event audit reviews review settled sweep swept due metrics */
uint64_t case_said(struct kase *k, const char *what, const char *intent, int status,
                   const char *body);

/* any other entry: what it does not say is absent; body with single quotes */
uint64_t case_entry(struct kase *k, const struct sim_entry *entry);
/* the newest version of that resource is notified */
uint64_t case_notify(struct kase *k, const char *reference);

/* ---- the wire; `act` is "METHOD url", `guard` as in the journal or NULL ---- */
uint64_t case_arrived(struct kase *k, const char *intent, const char *act, const char *guard,
                      const char *body);
/* The exchange takes effect as its act says (a Bundle: every entry); returns the n of the last
 * commit. */
uint64_t case_commit(struct kase *k, uint64_t exchange);
/* It makes this version, whatever it says; content NULL: a deletion. */
uint64_t case_committed(struct kase *k, uint64_t exchange, const char *reference,
                        const char *content);
/* headers: a JSON object or NULL; body may be NULL */
uint64_t case_replied(struct kase *k, uint64_t exchange, int status, const char *headers,
                      const char *body);
uint64_t case_lost(struct kase *k, uint64_t exchange,
                   const char *fault); /* no reply: the fault, and a hang-up */
uint64_t
case_reply(struct kase *k,
           uint64_t exchange); /* the plain answer: what it made with ETag, Location, body */
uint64_t case_write(struct kase *k, const char *intent, const char *act, const char *guard,
                    const char *body); /* arrived, committed, replied; returns the exchange */
uint64_t
case_refused(struct kase *k, const char *intent, const char *act, const char *guard,
             const char *body,
             int status); /* arrived, replied with an OperationOutcome; returns the exchange */
uint64_t case_read(struct kase *k, const char *intent,
                   const char *reference); /* 200, 404 or 410 as it is */
uint64_t case_edit(struct kase *k, const char *reference,
                   const char *content); /* a nurse's; NULL deletes */

/* A restore: the exchange's newest version of the resource is lost, and its number given anew. */
uint64_t case_undo(struct kase *k, uint64_t exchange, const char *reference);

/* ---- process ---- */
uint64_t case_process(struct kase *k, const char *what, int status);
void case_recover(struct kase *k); /* recovery and recovered; the run is settled and recovered */
void case_pause(struct kase *k,
                uint64_t us); /* so much time passes before the next entry (1 us each else) */

/* ---- judging ---- */
const struct result_invariant *case_judge(struct kase *k, const char *invariant);
void case_expect_at(const char *file, int line, struct kase *k, const char *row,
                    const char *invariant, enum verdict want);
#define case_expect(k, row, invariant, want)                                                       \
    case_expect_at(__FILE__, __LINE__, k, row, invariant, want)

/* A table of rows: each builds a run, and one invariant is judged on it. */
struct case_row {
    const char *row;
    void (*build)(struct kase *k);
    enum verdict want;
};
void case_rows_at(const char *file, int line, const char *invariant, const struct case_row *rows,
                  size_t count);
#define case_rows(invariant, rows) case_rows_at(__FILE__, __LINE__, invariant, rows, COUNT_OF(rows))
#endif
