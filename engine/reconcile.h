/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_RECONCILE_H
#define ENGINE_RECONCILE_H
/*
 * reconcile - brings each intent to an end, or to a human: one turn of work after the other, from
 * what is durable.
 *
 * A turn begins by reading the intent from the ledger, so that it makes no difference whether the
 * turn before ended or the process was killed in it.
 */
#include "base/attr.h"
#include "engine/engine.h"
#include "engine/intent.h"
#include "engine/job.h"

/* Lets an accepted intent begin (or go on, when its timer has run out). `intent` is only looked
 * at. */
void reconcile_add(struct engine *engine, const struct intent *intent);
/* What the intent's slots amount to now that none of them is being worked on. */
enum intent_state reconcile_end_state(const struct intent *intent);
/* Makes it so: state, event, audit record and review in one durable step. */
enum go reconcile_end(struct job *job);
/* Start-up: every intent that has not ended goes on where it was. */
void reconcile_recover(struct engine *engine);
#endif
