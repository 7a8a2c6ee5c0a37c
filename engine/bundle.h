/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_BUNDLE_H
#define ENGINE_BUNDLE_H
/*
 * bundle - compound intents: the Bundle that is sent, and what its answer says entry by entry.
 *
 * Only slots that are PENDING are sent: what is in effect already is left out, and what pointed at
 * it by its fullUrl points at the resource instead.
 */
#include "engine/content.h"
#include "engine/job.h"

struct http_reply;

const struct cJSON *bundle_request(struct job *job); /* of what is PENDING, each entry guarded */
/* The answer to it; the slots that were in it are SENT. */
void bundle_reply(struct job *job, const struct http_reply *reply);
struct content_links bundle_links(struct job *job); /* the fullUrls of the intent's entries */
#endif
