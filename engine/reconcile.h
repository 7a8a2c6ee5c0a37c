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

struct job;

/* Lets an accepted intent begin (or go on, when its timer has run out). `intent` is only looked
 * at. */
void reconcile_add(struct engine *engine, const struct intent *intent);
/* Start-up: every intent that has not ended goes on where it was. */
void reconcile_recover(struct engine *engine);
#endif
