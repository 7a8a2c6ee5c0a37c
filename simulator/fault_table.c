/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_table - every kind of fault: what it is called, what arguments it takes, what it is for.
 * What a fault does is in strike.c and strike_*.c; those that are for rules alone also in gate.c.
 *
 * No state. A new kind is a row in `kinds`, one in `arguments` for each argument, and one in
 * `purposes` unless it strikes any exchange.
 */
#include "simulator/fault_table.h"

#include <string.h>

#include "base/err.h"

/* In the order in which faults are tried: lost replies first, then errors, then what misleads.
 * Name, arguments, summary, example, group, stop, is_rule_only. */
static const struct sim_fault_kind kinds[] = {
    {"reset-after", "", "applied, then the connection is reset", "reset-after", "lost-reply",
     SIM_AFTER, false},
    {"close-after", "", "applied, then the connection closes without an answer", "close-after",
     "lost-reply", SIM_AFTER, false},
    {"error-after", "status", "applied, then answered with an error", "error-after(503)",
     "lost-reply", SIM_AFTER, false},
    {"truncate-headers", "", "applied, then an answer that ends within its status line",
     "truncate-headers", "lost-reply", SIM_AFTER, false},
    {"truncate-body", "n",
     "applied, then an answer of which n bytes of the body come (half of it unless said)",
     "truncate-body(20)", "lost-reply", SIM_AFTER, false},
    {"bad-chunk", "", "applied, then an answer whose second chunk has no size", "bad-chunk",
     "lost-reply", SIM_AFTER, false},
    {"garbage", "", "applied, then bytes that are no HTTP", "garbage", "lost-reply", SIM_AFTER,
     false},
    {"async-lost", "404, 500 or failed",
     "applied, then answered 202; who polls is told that there is no such request, or that it "
     "failed",
     "async-lost(404)", "lost-reply", SIM_AFTER, false},
    {"reset-before", "", "the connection is reset, nothing is applied", "reset-before",
     "lost-request", SIM_BEFORE, false},
    {"close-before", "", "the connection closes without an answer, nothing is applied",
     "close-before", "lost-request", SIM_BEFORE, false},
    {"keepalive-close", "",
     "a connection that served a request before closes just as this one is sent, nothing is "
     "applied",
     "keepalive-close", "lost-request", SIM_BEFORE, false},
    {"error-before", "status, retry_after", "answered with an error, nothing is applied",
     "error-before(429,1)", "server-error", SIM_BEFORE, false},
    {"redirect", "307 or 308", "sent elsewhere (to the same URL), nothing is applied yet",
     "redirect(307)", "proxy", SIM_BEFORE, false},
    {"duplicate", "n, first or last",
     "processed n times, as by a retrying proxy; the client sees one answer", "duplicate(2,last)",
     "proxy", SIM_BEFORE, false},
    {"reject", "issue or status, path", "refused with an OperationOutcome, nothing is applied",
     "reject(business-rule,/code)", "rejection", SIM_BEFORE, false},
    {"reject-entry", "n", "entry n of a batch is refused; a transaction is refused whole",
     "reject-entry(2)", "rejection", SIM_BEFORE, false},
    {"partial-transaction", "n", "answered with an error although the entries before n stand",
     "partial-transaction(2)", "rejection", SIM_BEFORE, false},
    {"phantom-conflict", "status", "409 or 412 although nothing changed, nothing is applied",
     "phantom-conflict(412)", "rejection", SIM_BEFORE, false},
    {"lock", "423 or 424", "locked by an editor, nothing is applied", "lock(423)", "rejection",
     SIM_BEFORE, false},
    {"bricked", "", "409, and so for every later write to this resource", "bricked", "rejection",
     SIM_BEFORE, false},
    {"drop-field", "path, stored or sent",
     "the field is not stored; the answer shows what is stored, or what was sent",
     "drop-field(/note,stored)", "mislead", SIM_BEFORE, false},
    {"normalise", "path, stored or sent",
     "the text is stored in the other case; the answer shows what is stored, or what was sent",
     "normalise(/code/text,stored)", "mislead", SIM_BEFORE, false},
    {"flap-precondition", "", "If-Match is ignored, as by one bad replica", "flap-precondition",
     "race", SIM_BEFORE, false},
    {"clock-skew", "seconds, ahead or behind",
     "Date, Last-Modified and lastUpdated are off by so much", "clock-skew(3600,behind)", "mislead",
     SIM_BEFORE, false},
    {"equal-last-updated", "", "the new version has the lastUpdated of the one before it",
     "equal-last-updated", "mislead", SIM_BEFORE, false},
    {"no-body", "", "the answer to a write has no body", "no-body", "mislead", SIM_AFTER, false},
    {"no-etag", "", "the answer to a write has no ETag", "no-etag", "mislead", SIM_AFTER, false},
    {"wrong-etag", "", "the answer to a write has the ETag of the version before, or of none",
     "wrong-etag", "mislead", SIM_AFTER, false},
    {"no-location", "", "the answer to a create has no Location", "no-location", "mislead",
     SIM_AFTER, false},
    {"stale-echo", "", "the answer to a write shows the resource as it was before", "stale-echo",
     "mislead", SIM_AFTER, false},
    {"html-body", "", "the answer to a write is 2xx with a web page", "html-body", "mislead",
     SIM_AFTER, false},
    {"outcome-200", "",
     "the answer to a write is 200 with an OperationOutcome that speaks of an error", "outcome-200",
     "mislead", SIM_AFTER, false},
    {"reorder-entries", "", "the answers in a Bundle come in the opposite order", "reorder-entries",
     "mislead", SIM_AFTER, false},
    {"omit-entry", "n", "answer n of a Bundle is missing", "omit-entry(1)", "mislead", SIM_AFTER,
     false},
    {"stale-read", "k", "the version k earlier, with its own ETag", "stale-read(1)", "mislead",
     SIM_AFTER, false},
    {"backwards-read", "", "the version before the one that was read last", "backwards-read",
     "mislead", SIM_AFTER, false},
    {"torn-read", "", "the body of the version before under the new ETag", "torn-read", "mislead",
     SIM_AFTER, false},
    {"cached-get", "", "the last answer to the same GET once more, as from a cache", "cached-get",
     "mislead", SIM_AFTER, false},
    {"history-gone", "", "the server keeps no history: 404", "history-gone", "mislead", SIM_AFTER,
     false},
    {"page-shift", "",
     "the first entry of a later page is missing, as when something before it went away",
     "page-shift", "mislead", SIM_AFTER, false},
    {"search-ghost", "double or deleted", "a search shows its last hit twice, or what was deleted",
     "search-ghost(deleted)", "mislead", SIM_AFTER, false},
    {"search-lag", "commits", "a search misses the newest commits", "search-lag(1)", "mislead",
     SIM_AFTER, false},
    {"unsolicited-subset", "", "a read that did not ask for it is SUBSETTED", "unsolicited-subset",
     "mislead", SIM_AFTER, false},
    {"drip", "ms", "applied, and the body comes 64 bytes at a time, so much time apart", "drip(5)",
     "slow", SIM_AFTER, false},
    {"foreign-edit", "kind",
     "someone else edits the resource before a write is processed, or behind a read",
     "foreign-edit(same-field)", "race", SIM_BEFORE, false},
    {"undo-commit", "resource or server, reuse or skip",
     "answered, then undone with every later commit (of this resource, or all); numbers are used "
     "again or not",
     "undo-commit(server,reuse)", "restore", SIM_AFTER, false},
    {"id-reassign", "", "answered, then the resource gets a new id and the old one is gone",
     "id-reassign", "restore", SIM_AFTER, false},
    {"unmerge-patient", "", "answered, then the merge of its patient is taken back",
     "unmerge-patient", "restore", SIM_AFTER, false},
    {"mutate-later", "path",
     "answered, then the content changes under the same versionId and lastUpdated, without a "
     "history entry",
     "mutate-later(/code/text)", "restore", SIM_AFTER, false},
    {"hang-before", "", "silence until the client leaves, nothing is applied", "hang-before",
     "lost-request", SIM_BEFORE, true},
    {"hang-after", "", "applied, then silence until the client leaves", "hang-after", "lost-reply",
     SIM_AFTER, true},
    {"late-reply", "ms", "applied, answered so much later", "late-reply(5000)", "lost-reply",
     SIM_AFTER, true},
    {"late-commit", "ms", "applied so much later, or when the client has left", "late-commit(5000)",
     "lost-reply", SIM_BEFORE, true},
    {"reorder", "", "applied when the next request has overtaken it", "reorder", "proxy",
     SIM_BEFORE, true},
    {"expect-100", "", "a client that waits for 100 Continue gets none", "expect-100", "slow",
     SIM_BEFORE, true},
    {"quota", "n, window", "429 once n requests came within so many seconds, nothing is applied",
     "quota(100,60)", "throttle", SIM_BEFORE, true},
    {"outage", "from, to", "503 from one matching request to another, nothing is applied",
     "outage(3,5)", "throttle", SIM_BEFORE, true},
    {"brown-out", "writes or looks, ms", "only these are slow", "brown-out(writes,2000)",
     "throttle", SIM_BEFORE, true},
    {"notify-duplicate", "n", "a subscriber gets a notification n times", "notify-duplicate(2)",
     "feed", SIM_BEFORE, true},
    {"notify-skip", "", "a notification is never sent, its event number is missing", "notify-skip",
     "feed", SIM_BEFORE, true},
    {"notify-reorder", "k", "a notification is overtaken by the next k of its subscription",
     "notify-reorder(1)", "feed", SIM_BEFORE, true},
    {"echo", "on or off", "a subscriber is told of its own change, or (off) is not", "echo(off)",
     "feed", SIM_BEFORE, true},
    {"token-expiry", "", "401: the bearer token has expired, now and for good", "token-expiry",
     "access", SIM_BEFORE, false},
};

/* One row for each argument that a kind takes. */
static const struct fault_argument arguments[] = {
    {.fault = "error-after", .index = 0, .words = "500 502 503 504 400 401 408 409 412 422 429"},
    {.fault = "async-lost", .index = 0, .words = "404 500 failed"},
    {.fault = "error-before", .index = 0, .words = "500 502 503 504 429 408 401 403 423"},
    {.fault = "error-before", .index = 1, .minimum = 0, .maximum = 86400},
    {.fault = "duplicate", .index = 0, .minimum = 2, .maximum = 9},
    {.fault = "duplicate", .index = 1, .words = "first last"},
    {.fault = "reject",
     .index = 0,
     .words =
         "invalid structure required value conflict duplicate business-rule invariant processing "
         "400 409 412 422"},
    {.fault = "reject", .index = 1},
    {.fault = "reject-entry", .index = 0, .minimum = 1, .maximum = 9999},
    {.fault = "partial-transaction", .index = 0, .minimum = 2, .maximum = 9999},
    {.fault = "phantom-conflict", .index = 0, .words = "409 412"},
    {.fault = "drop-field", .index = 0, .is_pointer = true, .is_required = true},
    {.fault = "drop-field", .index = 1, .words = "stored sent"},
    {.fault = "stale-read", .index = 0, .minimum = 1, .maximum = 99},
    {.fault = "late-reply", .index = 0, .minimum = 1, .maximum = 3600000, .is_required = true},
    {.fault = "late-commit", .index = 0, .minimum = 1, .maximum = 3600000},
    {.fault = "truncate-body", .index = 0, .minimum = 0, .maximum = 99999999},
    {.fault = "redirect", .index = 0, .words = "307 308"},
    {.fault = "lock", .index = 0, .words = "423 424"},
    {.fault = "normalise", .index = 0, .is_pointer = true, .is_required = true},
    {.fault = "normalise", .index = 1, .words = "stored sent"},
    {.fault = "clock-skew", .index = 0, .minimum = 1, .maximum = 99999999},
    {.fault = "clock-skew", .index = 1, .words = "ahead behind"},
    {.fault = "omit-entry", .index = 0, .minimum = 1, .maximum = 9999},
    {.fault = "search-ghost", .index = 0, .words = "double deleted"},
    {.fault = "search-lag", .index = 0, .minimum = 1, .maximum = 9999},
    {.fault = "drip", .index = 0, .minimum = 1, .maximum = 60000},
    {.fault = "foreign-edit",
     .index = 0,
     .words = "same-field other-field delete recreate undo merge-patient"},
    {.fault = "undo-commit", .index = 0, .words = "resource server"},
    {.fault = "undo-commit", .index = 1, .words = "reuse skip"},
    {.fault = "mutate-later", .index = 0, .is_pointer = true, .is_required = true},
    {.fault = "quota", .index = 0, .minimum = 0, .maximum = 99999999, .is_required = true},
    {.fault = "quota", .index = 1, .minimum = 1, .maximum = 86400},
    {.fault = "outage", .index = 0, .minimum = 1, .maximum = 99999999, .is_required = true},
    {.fault = "outage", .index = 1, .minimum = 1, .maximum = 99999999, .is_required = true},
    {.fault = "brown-out", .index = 0, .words = "writes looks"},
    {.fault = "brown-out", .index = 1, .minimum = 1, .maximum = 3600000},
    {.fault = "notify-duplicate", .index = 0, .minimum = 2, .maximum = 9},
    {.fault = "notify-reorder", .index = 0, .minimum = 1, .maximum = 99},
    {.fault = "echo", .index = 0, .words = "on off"},
};

#define BIT(interaction) (1u << (interaction))
#define SIMPLE_WRITES                                                                              \
    (BIT(INTERACTION_CREATE) | BIT(INTERACTION_UPDATE) | BIT(INTERACTION_PATCH) |                  \
     BIT(INTERACTION_DELETE))
#define COMPOUND_WRITES (BIT(INTERACTION_BATCH) | BIT(INTERACTION_TRANSACTION))
#define NOTIFICATIONS   (BIT(INTERACTION_NOTIFICATION) | BIT(INTERACTION_ECHO))
#define WRITES          (SIMPLE_WRITES | COMPOUND_WRITES)
#define ON_A_RESOURCE   (BIT(INTERACTION_UPDATE) | BIT(INTERACTION_PATCH) | BIT(INTERACTION_DELETE))
#define CONTENT_WRITES  (BIT(INTERACTION_CREATE) | BIT(INTERACTION_UPDATE) | BIT(INTERACTION_PATCH))

/* What a kind is for; those that are not listed strike any exchange, and no notification. */
static const struct purpose {
    const char *fault, *text;
    unsigned interactions;
} purposes[] = {
    {"duplicate", "a write", WRITES},
    {"async-lost", "a write", WRITES},
    {"reject", "a write", WRITES},
    {"reject-entry", "a batch or transaction", COMPOUND_WRITES},
    {"partial-transaction", "a transaction", BIT(INTERACTION_TRANSACTION)},
    {"phantom-conflict", "a write", WRITES},
    {"drop-field", "a create, update or patch, also in a Bundle", CONTENT_WRITES | COMPOUND_WRITES},
    {"no-body", "a write", WRITES},
    {"no-etag", "a write", WRITES},
    {"lock", "a write", WRITES},
    {"bricked", "a write to one resource", ON_A_RESOURCE},
    {"normalise", "a create, update or patch, also in a Bundle", CONTENT_WRITES | COMPOUND_WRITES},
    {"flap-precondition", "a write with If-Match", ON_A_RESOURCE | COMPOUND_WRITES},
    {"equal-last-updated", "a write", WRITES},
    {"wrong-etag", "a write of one resource", SIMPLE_WRITES},
    {"no-location", "a create or update", BIT(INTERACTION_CREATE) | BIT(INTERACTION_UPDATE)},
    {"stale-echo", "an update or patch", BIT(INTERACTION_UPDATE) | BIT(INTERACTION_PATCH)},
    {"html-body", "a write", WRITES},
    {"outcome-200", "a write", WRITES},
    {"reorder-entries", "a batch or transaction", COMPOUND_WRITES},
    {"omit-entry", "a batch or transaction", COMPOUND_WRITES},
    {"backwards-read", "a read", BIT(INTERACTION_READ)},
    {"torn-read", "a read", BIT(INTERACTION_READ)},
    {"cached-get", "a read, vread, search or history",
     BIT(INTERACTION_READ) | BIT(INTERACTION_VREAD) | BIT(INTERACTION_SEARCH) |
         BIT(INTERACTION_HISTORY)},
    {"history-gone", "a history or vread", BIT(INTERACTION_HISTORY) | BIT(INTERACTION_VREAD)},
    {"page-shift", "a search or history", BIT(INTERACTION_SEARCH) | BIT(INTERACTION_HISTORY)},
    {"search-ghost", "a search", BIT(INTERACTION_SEARCH)},
    {"search-lag", "a search", BIT(INTERACTION_SEARCH)},
    {"unsolicited-subset", "a read or vread", BIT(INTERACTION_READ) | BIT(INTERACTION_VREAD)},
    {"foreign-edit", "a read, update, patch or delete", ON_A_RESOURCE | BIT(INTERACTION_READ)},
    {"undo-commit", "a write", WRITES},
    {"id-reassign", "a read, create, update or patch", CONTENT_WRITES | BIT(INTERACTION_READ)},
    {"unmerge-patient", "a read, create, update or patch", CONTENT_WRITES | BIT(INTERACTION_READ)},
    {"mutate-later", "a read, create, update or patch", CONTENT_WRITES | BIT(INTERACTION_READ)},
    {"stale-read", "a read, search or history",
     BIT(INTERACTION_READ) | BIT(INTERACTION_SEARCH) | BIT(INTERACTION_HISTORY)},
    {"notify-duplicate", "a notification", NOTIFICATIONS},
    {"notify-skip", "a notification", NOTIFICATIONS},
    {"notify-reorder", "a notification", NOTIFICATIONS},
    {"echo", "a notification of the subscriber's own change", BIT(INTERACTION_ECHO)},
};

size_t sim_fault_kinds(const struct sim_fault_kind **out_kinds)
{
    *out_kinds = kinds;
    return COUNT_OF(kinds);
}

const struct sim_fault_kind *fault_kind(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

const char *fault_misfit(const char *name, enum interaction label)
{
    for (size_t i = 0; i < COUNT_OF(purposes); i++) {
        if (strcmp(purposes[i].fault, name) == 0)
            return purposes[i].interactions & BIT(label) ? NULL : purposes[i].text;
    }
    return BIT(label) & NOTIFICATIONS ? "a request" : NULL;
}

bool fault_is_early(const char *name)
{
    return strcmp(name, "expect-100") == 0;
}

size_t fault_arguments(const struct fault_argument **out_arguments)
{
    *out_arguments = arguments;
    return COUNT_OF(arguments);
}
