/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_COMMAND_H
#define ENGINE_COMMAND_H
/*
 * command - one attempt: the slots that are PENDING become one guarded FHIR request.
 *
 * Every write carries a guard: If-Match with the version its content derives from, or
 * If-None-Exist with an identifier of its own. The attempt is durable before the first byte
 * leaves, the reply before anything is concluded from it.
 */
#include "engine/job.h"

/* Finds the guard of slots that have none yet, by reading their target. */
enum go command_prepare(struct job *job);
/* Sends what is PENDING; afterwards those slots are SENT, CLAIMED, EFFECTIVE (deletes) or PENDING
 * again. */
enum go command_send(struct job *job);
/* Asks what became of a write that was answered 202 with a place to ask at; GO_ON: there is none, or it is known now. */
enum go command_poll(struct job *job);
/* What a reply (or a Bundle entry's response) says of one slot; texts may be NULL. */
void command_take(struct job *job, struct slot *slot, int status, const char *etag_text,
                  const char *location);
#endif
