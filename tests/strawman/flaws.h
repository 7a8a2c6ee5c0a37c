/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_FLAWS_H
#define TESTS_STRAWMAN_FLAWS_H
/*
 * flaws - the ways in which this engine can be made wrong, one at a time, to try the judges on.
 *
 * Each flaw is a branch `flaw_is(...)` at one place, where a right engine does something else.
 * Without a flaw every such branch is dead.
 */
#include <stdbool.h>
#include <stddef.h>

enum flaw {
    FLAW_NONE,
    FLAW_BLIND_PUT,
    FLAW_REFETCH_ETAG_OLD_BODY,
    FLAW_FORCE_AFTER_CONFLICT,
    FLAW_SWALLOW_CONFLICT,
    FLAW_RETRY_POST,
    FLAW_NEW_KEY_PER_ATTEMPT,
    FLAW_MEMORY_DEDUPE,
    FLAW_DONE_BEFORE_WRITE,
    FLAW_DONE_AFTER_WRITE,
    FLAW_TIMEOUT_IS_FAILURE,
    FLAW_TIMEOUT_IS_SUCCESS,
    FLAW_OWN_412_IS_FOREIGN,
    FLAW_REPLACE_DROPS_UNKNOWN,
    FLAW_FIX_UP_AND_RESEND,
    FLAW_AUDIT_AFTER_REPLY,
    FLAW_AUDIT_GUESSES_VERSION,
    FLAW_SEND_BEFORE_LOG,
    FLAW_ANY_2XX_IS_SUCCESS,
    FLAW_NO_CORRELATION,
    FLAW_IGNORE_RETRY_AFTER,
    FLAW_GUARD_ONLY_UPDATE,
    FLAW_COMPARE_THEN_PUT,
    FLAW_INDEX_PATCH_OLD_BASE,
    FLAW_AUTO_MERGE_SAME_FIELD,
    FLAW_ONLY_409,
    FLAW_ONLY_412,
    FLAW_LAST_UPDATED_GUARD,
    FLAW_DECISION_ON_OLD_CHART,
    FLAW_PARALLEL_REORDER,
    FLAW_RETRY_OVERTAKEN,
    FLAW_STALE_READ_WRITE,
    FLAW_SUBSET_BASE,
    FLAW_KEY_TOO_COARSE,
    FLAW_CHANNEL_IN_KEY,
    FLAW_SAME_KEY_NEW_PAYLOAD_IGNORED,
    FLAW_SEARCH_THEN_CREATE,
    FLAW_SEARCH_LAG_RECREATE,
    FLAW_SILENT_RESEND,
    FLAW_REAPPLY_OVER_UNDO,
    FLAW_GIVE_UP_UNGUARDED,
    FLAW_NO_CAP,
    FLAW_RETRY_REFUSED,
    FLAW_NO_RETRY,
    FLAW_HOT_RETRY,
    FLAW_DIRTY_RETRY,
    FLAW_NO_RESUME,
    FLAW_BATCH_OK_DESPITE_ENTRY,
    FLAW_MATCH_BY_POSITION,
    FLAW_LOST_TRANSACTION_AS_SINGLES,
    FLAW_OUTBOX_EARLY_DELETE,
    FLAW_RECOVERY_NOT_IDEMPOTENT,
    FLAW_TORN_TAIL_CRASH,
    FLAW_AUDIT_OVERWRITTEN,
    FLAW_AUDIT_PER_BUNDLE,
    FLAW_DISCARD_FORGETS,
    FLAW_UNDO_DESTROYS_FOREIGN,
    FLAW_RETRY_SUPERSEDED,
    FLAW_ECHO_LOOP,
    FLAW_METRICS_TRANSPORT,
    FLAW_LOG_PHI,
    FLAW_PHI_IN_URL,
    FLAW_DRIFT_BLIND,
    FLAW_EDIT_IS_DRIFT,
    FLAW_PENDING_FOREVER,
    FLAW_STALE_MAPPING,
    FLAW_OPEN_DOOR,
    FLAW_KEY_IN_CHART,
    FLAW_IN_PROCESS_LOCK,
    FLAW_TRUST_RACY_IF_NONE_EXIST,
    FLAW_LEASE_WITHOUT_FENCE,
    FLAW_COUNT
};

struct flaw_row {
    const char *name;
    const char *invariant; /* the one that must catch it */
    const char *sentence;
};

const struct flaw_row *flaw_row(enum flaw flaw); /* NULL for FLAW_NONE */
enum flaw flaw_find(const char *name);           /* FLAW_NONE when there is none of that name */
void flaw_set(enum flaw flaw);                   /* once, from main, before any thread starts */
bool flaw_is(enum flaw flaw);
#endif
