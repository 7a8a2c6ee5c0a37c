/* SPDX-License-Identifier: Apache-2.0 */
/* flaws - the table that `strawman --list-flaws` prints: what is wrong, and which invariant must
 * say so. */
#include <string.h>

#include "base/attr.h"
#include "tests/strawman/flaws.h"

static const struct flaw_row rows[FLAW_COUNT] = {
    [FLAW_BLIND_PUT] = {"blind-put", "guarded-write", "Writes carry no If-Match."},
    [FLAW_REFETCH_ETAG_OLD_BODY] = {"refetch-etag-old-body", "no-lost-update",
                                    "After a conflict the old body goes again under the newest "
                                    "version's tag."},
    [FLAW_FORCE_AFTER_CONFLICT] = {"force-after-conflict", "guarded-write",
                                   "After a conflict the write goes again without If-Match."},
    [FLAW_SWALLOW_CONFLICT] = {"swallow-conflict", "truthful-state",
                               "A conflict is logged and the intent reported as committed."},
    [FLAW_RETRY_POST] = {"retry-post", "no-duplicate",
                         "A create whose reply was lost is posted again, without a condition."},
    [FLAW_NEW_KEY_PER_ATTEMPT] = {"new-key-per-attempt", "same-attempt",
                                  "Every attempt of a create bears an identifier of its own."},
    [FLAW_MEMORY_DEDUPE] = {"memory-dedupe", "same-key-same-answer",
                            "Idempotency keys are forgotten when the engine starts again."},
    [FLAW_DONE_BEFORE_WRITE] = {"done-before-write", "truthful-state",
                                "An intent is marked committed before its write is sent."},
    [FLAW_DONE_AFTER_WRITE] = {"done-after-write", "no-duplicate",
                               "A write interrupted by a crash is done over, without key or look."},
    [FLAW_TIMEOUT_IS_FAILURE] = {"timeout-is-failure", "truthful-state",
                                 "A write without a reply is reported as rejected."},
    [FLAW_TIMEOUT_IS_SUCCESS] = {"timeout-is-success", "truthful-state",
                                 "A write without a reply is reported as committed."},
    [FLAW_OWN_412_IS_FOREIGN] = {"own-412-is-foreign", "own-write-known",
                                 "A conflict with the engine's own write is taken for someone "
                                 "else's."},
    [FLAW_REPLACE_DROPS_UNKNOWN] = {"replace-drops-unknown", "intended-content",
                                    "A full replace loses the elements that the engine does not "
                                    "model."},
    [FLAW_FIX_UP_AND_RESEND] = {"fix-up-and-resend", "intended-content",
                                "A refused resource is sent again without the element complained "
                                "about."},
    [FLAW_AUDIT_AFTER_REPLY] = {"audit-after-reply", "audit-complete",
                                "Audit records are written some time after the end was told, and "
                                "lost in a crash."},
    [FLAW_AUDIT_GUESSES_VERSION] = {"audit-guesses-version", "audit-true",
                                    "The audit names the base version plus one as the version "
                                    "written."},
    [FLAW_SEND_BEFORE_LOG] = {"send-before-log", "intent-first",
                              "An intent is written to disk only once its first reply is there."},
    [FLAW_ANY_2XX_IS_SUCCESS] = {"any-2xx-is-success", "truthful-state",
                                 "Any 2xx counts as committed, whatever was stored or matched."},
    [FLAW_NO_CORRELATION] = {"no-correlation", "correlated",
                             "Requests to the server do not say which intent they are for."},
    [FLAW_IGNORE_RETRY_AFTER] = {"ignore-retry-after", "bounded-retry",
                                 "A server that asks for time gets the usual back-off."},
    [FLAW_GUARD_ONLY_UPDATE] =
        {"guard-only-update", "guarded-write",
         "Updates carry If-Match; patches, deletes and the entries of Bundles do not."},
    [FLAW_COMPARE_THEN_PUT] =
        {"compare-then-put", "guarded-write",
         "The version is compared in the client, and the write follows without If-Match."},
    [FLAW_INDEX_PATCH_OLD_BASE] =
        {"index-patch-old-base", "no-lost-update",
         "A patch by index is applied to the list as it is now, not as the source saw it."},
    [FLAW_AUTO_MERGE_SAME_FIELD] = {"auto-merge-same-field", "no-lost-update",
                                    "After a conflict the intent is put onto the new version, also "
                                    "where both changed the same."},
    [FLAW_ONLY_409] = {"only-409", "conflict-is-conflict",
                       "Only 409 is a conflict; 412 is taken for a refusal."},
    [FLAW_ONLY_412] = {"only-412", "conflict-is-conflict",
                       "Only 412 is a conflict; 409 is taken for a refusal."},
    [FLAW_LAST_UPDATED_GUARD] =
        {"last-updated-guard", "guarded-write",
         "Writes are guarded by the second of the last update, not by the version."},
    [FLAW_DECISION_ON_OLD_CHART] =
        {"decision-on-old-chart", "human-review",
         "A decision is carried out on the chart as it is, not as the human saw it."},
    [FLAW_PARALLEL_REORDER] = {"parallel-reorder", "source-order",
                               "Intents of one source run side by side, whatever they are about."},
    [FLAW_RETRY_OVERTAKEN] =
        {"retry-overtaken", "source-order",
         "An intent that waits for another try lets later ones of its source go first."},
    [FLAW_STALE_READ_WRITE] = {"stale-read-write", "sound-base",
                               "The body comes from one answer and the version from another."},
    [FLAW_SUBSET_BASE] = {"subset-base", "sound-base",
                          "A partial answer is taken for the whole resource."},
    [FLAW_KEY_TOO_COARSE] = {"key-too-coarse", "truthful-state",
                             "Two intents on one patient and type are taken for the same one."},
    [FLAW_CHANNEL_IN_KEY] = {"channel-in-key", "no-duplicate",
                             "The same source event under another key is a new intent."},
    [FLAW_SAME_KEY_NEW_PAYLOAD_IGNORED] =
        {"same-key-new-payload-ignored", "same-key-same-answer",
         "Another payload under a known key is answered as if it were the first."},
    [FLAW_SEARCH_THEN_CREATE] =
        {"search-then-create", "no-duplicate",
         "A create is sent without a condition when a search before it found nothing."},
    [FLAW_SEARCH_LAG_RECREATE] =
        {"search-lag-recreate", "no-duplicate",
         "After a lost reply a search decides whether to create again, however far behind it is."},
    [FLAW_SILENT_RESEND] =
        {"silent-resend", "bounded-retry",
         "The HTTP library sends a POST again by itself when the connection breaks."},
    [FLAW_REAPPLY_OVER_UNDO] =
        {"reapply-over-undo", "own-write-known",
         "What was undone by someone is taken for never done and written again."},
    [FLAW_GIVE_UP_UNGUARDED] = {"give-up-unguarded", "guarded-write",
                                "After some attempts in vain the write goes without If-Match."},
    [FLAW_NO_CAP] = {"no-cap", "bounded-retry", "A write is tried without end."},
    [FLAW_RETRY_REFUSED] = {"retry-refused", "bounded-retry",
                            "What was refused for good is sent again unchanged."},
    [FLAW_NO_RETRY] = {"no-retry", "no-loss",
                       "A server that asks for time is taken for one that refuses."},
    [FLAW_HOT_RETRY] = {"hot-retry", "bounded-retry", "A write is sent again without any wait."},
    [FLAW_DIRTY_RETRY] =
        {"dirty-retry", "intended-content",
         "A retry puts the change onto what the first attempt had changed already."},
    [FLAW_NO_RESUME] = {"no-resume", "no-loss",
                        "A Bundle interrupted by a crash is not taken up again."},
    [FLAW_BATCH_OK_DESPITE_ENTRY] =
        {"batch-ok-despite-entry", "truthful-state",
         "A batch answered with 200 counts as done, whatever its entries say."},
    [FLAW_MATCH_BY_POSITION] = {"match-by-position", "truthful-state",
                                "The answers in a Bundle are taken in the order of its entries."},
    [FLAW_LOST_TRANSACTION_AS_SINGLES] =
        {"lost-transaction-as-singles", "all-or-nothing",
         "A transaction whose reply was lost is sent again entry by entry."},
    [FLAW_OUTBOX_EARLY_DELETE] =
        {"outbox-early-delete", "no-loss",
         "What was sent is gone from the outbox before its reply is there."},
    [FLAW_RECOVERY_NOT_IDEMPOTENT] =
        {"recovery-not-idempotent", "no-duplicate",
         "A recovery that is interrupted by a crash is done over without a look."},
    [FLAW_TORN_TAIL_CRASH] =
        {"torn-tail-crash", "nothing-after-terminal",
         "A half written record is not cut off: what is glued to it is lost at the next start."},
    [FLAW_AUDIT_OVERWRITTEN] = {"audit-overwritten", "audit-true",
                                "An audit record takes the place of the intent's earlier one."},
    [FLAW_AUDIT_PER_BUNDLE] = {"audit-per-bundle", "audit-complete",
                               "A Bundle has one audit record, not one for each entry."},
    [FLAW_DISCARD_FORGETS] =
        {"discard-forgets", "truthful-state",
         "What a human decides against is cancelled without a look whether it came through."},
    [FLAW_UNDO_DESTROYS_FOREIGN] =
        {"undo-destroys-foreign", "compensation-safe",
         "An undo puts back the old content over whatever was made of it since."},
    [FLAW_RETRY_SUPERSEDED] = {"retry-superseded", "nothing-after-terminal",
                               "What a later intent has superseded is tried again all the same."},
    [FLAW_ECHO_LOOP] = {"echo-loop", "no-echo",
                        "A notification of the engine's own commit makes it write that again."},
    [FLAW_METRICS_TRANSPORT] = {"metrics-transport", "metrics-true",
                                "Every 2xx to a write is counted as a commit."},
    [FLAW_LOG_PHI] = {"log-phi", "no-leak", "What the server refuses is logged with its body."},
    [FLAW_PHI_IN_URL] = {"phi-in-url", "no-leak",
                         "The patient is looked up by name before anything is written."},
    [FLAW_DRIFT_BLIND] = {"drift-blind", "drift-reported",
                          "A sweep for drift only looks whether the version is there."},
    [FLAW_EDIT_IS_DRIFT] = {"edit-is-drift", "drift-reported",
                            "A sweep for drift takes a later version by someone else for drift."},
    [FLAW_PENDING_FOREVER] = {"pending-forever", "no-loss",
                              "An intent whose reply was lost stays unknown, and nobody looks."},
    [FLAW_STALE_MAPPING] = {"stale-mapping", "mapping-true",
                            "A mapping is made once and not looked at again."},
    [FLAW_OPEN_DOOR] = {"open-door", "reviews-guarded",
                        "Whoever asks without a token is answered all the same."},
    [FLAW_KEY_IN_CHART] = {"key-in-chart", "clean-chart",
                           "What is created bears the idempotency key, for support to find it."},
    [FLAW_IN_PROCESS_LOCK] = {"in-process-lock", "no-lost-update",
                              "The order of a source is kept by a lock within the process: what "
                              "another process does is not waited for."},
    [FLAW_TRUST_RACY_IF_NONE_EXIST] = {"trust-racy-if-none-exist", "no-duplicate",
                                       "A condition on a create is taken for a lock: nobody looks "
                                       "whether the server made two of it."},
    [FLAW_LEASE_WITHOUT_FENCE] = {"lease-without-fence", "nothing-after-terminal",
                                  "A process that was stopped past its lease goes on with what "
                                  "another has taken over."},
};

static enum flaw chosen = FLAW_NONE;

const struct flaw_row *flaw_row(enum flaw flaw)
{
    return flaw > FLAW_NONE && flaw < FLAW_COUNT ? &rows[flaw] : NULL;
}

enum flaw flaw_find(const char *name)
{
    for (enum flaw flaw = FLAW_NONE + 1; flaw < FLAW_COUNT; flaw++)
        if (strcmp(rows[flaw].name, name) == 0)
            return flaw;
    return FLAW_NONE;
}

void flaw_set(enum flaw flaw)
{
    chosen = flaw;
}

bool flaw_is(enum flaw flaw)
{
    return chosen == flaw;
}
