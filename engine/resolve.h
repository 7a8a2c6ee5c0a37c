/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_RESOLVE_H
#define ENGINE_RESOLVE_H
/*
 * resolve - what has become of a slot that was sent: is it in the chart, as what version, and if
 * not, why not.
 *
 * A write guarded by version g can only be the version that follows g. So where that one has
 * exactly the content that was sent it is ours, whatever came later and whatever the reply said;
 * and where g still is the current version the write was not applied.
 */
#include "engine/job.h"
#include "engine/look.h"
#include "engine/triage.h"

/* Takes the slot out of SENT or CLAIMED, or GO_LATER when nothing could be seen. */
enum go resolve_slot(struct job *job, struct slot *slot);

/* Is `stored` what was sent, as the server may keep it? NULL is nothing. */
bool resolve_holds(struct job *job, const struct cJSON *stored, const struct cJSON *sent);

/* What the slot's write should leave in the chart, when made on `base`; NULL when a patch does not
 * fit. */
const struct cJSON *resolve_intended(struct job *job, const struct slot *slot,
                                     const struct cJSON *base);
/* The same when made on `current`, though it was thought out on `base`: where the places that a
 * patch names are the same in both, the patch as it is; else a merge (triage.h). NULL: a
 * conflict. */
const struct cJSON *resolve_rebased(struct job *job, const struct slot *slot,
                                    const struct cJSON *base, const struct cJSON *current,
                                    enum triage_mode mode);
/* The slot is to be sent so that `content` stands on `version`: a patch stays one where it leads
 * there by itself. */
void resolve_send_onto(struct job *job, struct slot *slot, const struct cJSON *content,
                       const struct seen *onto);
#endif
