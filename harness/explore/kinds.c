/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds - the table of faults to try. Where several faults look the same to an engine, one of them is tried unless
 * more are asked for by name or group.
 */
#include "harness/explore/kinds.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/near.h"
#include "simulator/sim.h"

#define FAULT(name, fault, group, is_default, touches_all)                                         \
    {                                                                                              \
        name, fault, group, KIND_FAULT, is_default, touches_all                                    \
    }

static const struct fault_row rows[] = {
    FAULT("reset-after", "reset-after", "lost-reply", true, false),
    FAULT("error-after", "error-after(503)", "lost-reply", true, false),
    {"hang-after", NULL, "lost-reply", KIND_TIMEOUT_AFTER, false, false},
    {"late-commit", NULL, "lost-reply", KIND_TIMEOUT_BEFORE, false, false},
    FAULT("close-after", "close-after", "lost-reply", false, false),
    FAULT("error-after", "error-after(409)", "lost-reply", false, false),
    FAULT("truncate-headers", "truncate-headers", "lost-reply", false, false),
    FAULT("truncate-body", "truncate-body", "lost-reply", false, false),
    FAULT("bad-chunk", "bad-chunk", "lost-reply", false, false),
    FAULT("garbage", "garbage", "lost-reply", false, false),
    FAULT("foreign-edit", "foreign-edit(same-field)", "race", true, false),
    FAULT("foreign-edit", "foreign-edit(other-field)", "race", true, false),
    FAULT("foreign-edit", "foreign-edit(delete)", "race", true, false),
    FAULT("foreign-edit", "foreign-edit(recreate)", "race", false, false),
    FAULT("foreign-edit", "foreign-edit(undo)", "race", false, false),
    FAULT("foreign-edit", "foreign-edit(merge-patient)", "race", false, true),
    FAULT("flap-precondition", "flap-precondition", "race", false, false),
    FAULT("error-before", "error-before(429,1)", "throttle", true, false),
    FAULT("error-before", "error-before(503)", "server-error", true, false),
    FAULT("error-before", "error-before(500)", "server-error", false, false),
    FAULT("reset-before", "reset-before", "lost-request", true, false),
    FAULT("close-before", "close-before", "lost-request", false, false),
    FAULT("keepalive-close", "keepalive-close", "lost-request", false, false),
    FAULT("search-lag", "search-lag(1)", "mislead", false, true),
    FAULT("phantom-conflict", "phantom-conflict(412)", "rejection", true, false),
    FAULT("reject", "reject(business-rule)", "rejection", true, false),
    FAULT("reject-entry", "reject-entry(1)", "rejection", true, false),
    FAULT("partial-transaction", "partial-transaction(2)", "rejection", true, false),
    FAULT("lock", "lock(423)", "rejection", false, false),
    FAULT("bricked", "bricked", "rejection", false, true),
    FAULT("duplicate", "duplicate(2,last)", "proxy", false, false),
    FAULT("duplicate", "duplicate(2,first)", "proxy", false, false),
    FAULT("redirect", "redirect(307)", "proxy", false, false),
    FAULT("no-body", "no-body", "mislead", false, false),
    FAULT("no-etag", "no-etag", "mislead", false, false),
    FAULT("wrong-etag", "wrong-etag", "mislead", false, true),
    FAULT("no-location", "no-location", "mislead", false, false),
    FAULT("stale-echo", "stale-echo", "mislead", false, true),
    FAULT("html-body", "html-body", "mislead", false, false),
    FAULT("outcome-200", "outcome-200", "mislead", false, false),
    FAULT("stale-read", "stale-read(1)", "mislead", false, true),
    FAULT("backwards-read", "backwards-read", "mislead", false, true),
    FAULT("torn-read", "torn-read", "mislead", false, true),
    FAULT("cached-get", "cached-get", "mislead", false, true),
    FAULT("history-gone", "history-gone", "mislead", false, false),
    FAULT("search-ghost", "search-ghost(double)", "mislead", false, true),
    FAULT("unsolicited-subset", "unsolicited-subset", "mislead", false, false),
    FAULT("reorder-entries", "reorder-entries", "mislead", false, false),
    FAULT("omit-entry", "omit-entry(1)", "mislead", false, false),
    FAULT("equal-last-updated", "equal-last-updated", "mislead", false, false),
    FAULT("undo-commit", "undo-commit(resource,skip)", "restore", false, true),
    FAULT("undo-commit", "undo-commit(server,reuse)", "restore", false, true),
    FAULT("id-reassign", "id-reassign", "restore", false, true),
    FAULT("unmerge-patient", "unmerge-patient", "restore", false, true),
    FAULT("token-expiry", "token-expiry", "access", false, true),
};
static_assert(COUNT_OF(rows) <= KINDS_MAX, "a set of rows is one word");

/* Steps and actors do these: kills have a bound of their own, redeliveries are steps of the scenario. */
static const char *const no_rows[] = {"process", "feed"};

size_t kinds_rows(const struct fault_row **out_rows)
{
    *out_rows = rows;
    return COUNT_OF(rows);
}

uint64_t kinds_default(void)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        mask |= (uint64_t)rows[i].is_default << i;
    return mask;
}

bool kinds_are_local(uint64_t mask)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (mask >> i & 1 && rows[i].touches_all)
            return false;
    }
    return true;
}

/* What a scenario may name, and so --kinds too. */
static const char *const *known_names(struct arena *arena)
{
    const struct sim_fault_kind *faults = NULL;
    size_t fault_count = sim_fault_kinds(&faults), count = 0;
    const char **names = arena_alloc(
        arena, (2 * (COUNT_OF(rows) + fault_count) + COUNT_OF(no_rows) + 1) * sizeof(*names));

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        names[count++] = rows[i].group, names[count++] = rows[i].name;
    for (size_t i = 0; i < fault_count; i++)
        names[count++] = faults[i].group, names[count++] = faults[i].name;
    for (size_t i = 0; i < COUNT_OF(no_rows); i++)
        names[count++] = no_rows[i];
    return names;
}

int kinds_add(struct arena *arena, const char *name, uint64_t *mask, struct err *err)
{
    const char *const *names = known_names(arena);

    if (!near_is_known(name, names))
        return err_set(err, ERR_INPUT, "unknown kind %s", near_explain(arena, name, names));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, name) == 0 || strcmp(rows[i].group, name) == 0)
            *mask |= UINT64_C(1) << i;
    }
    return 0;
}
