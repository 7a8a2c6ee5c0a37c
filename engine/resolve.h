/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_RESOLVE_H
#define ENGINE_RESOLVE_H
/*
 * resolve - what has become of a slot that was sent: is it in the chart, as what version, and if not, why not.
 *
 * A write guarded by version g can only be the version that follows g. So where that one has exactly the content that was
 * sent it is ours, whatever came later and whatever the reply said; and where g still is the current version the write
 * was not applied.
 */
#include "engine/job.h"

/* Takes the slot out of SENT or CLAIMED, or GO_LATER when nothing could be seen. */
enum go resolve_slot(struct job *job, struct slot *slot);

/* What the slot's write should leave in the chart, when made on `base`; NULL when a patch does not fit. */
const struct cJSON *resolve_intended(struct job *job, const struct slot *slot,
                                     const struct cJSON *base);
#endif
