/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_DERIVE_H
#define HARNESS_JUDGE_DERIVE_H
/*
 * derive - how a write of an intent follows from what was there: touch, guard, what was asked for, which versions are
 * foreign, and what a human decided. For the judges of content and conflict.
 */
#include <stdbool.h>
#include <stddef.h>

#include "harness/judge/facts.h"

struct arena;
struct canon;
struct touch;

/* The canon of a version as the slot's intent sees it; NULL for a deletion, and for NULL. */
const struct canon *version_canon(const struct facts *facts, const struct fact_slot *slot,
                                  const struct fact_version *version);

/* Is its content there, but no JSON? Then nothing can be said of what it changed. */
bool version_is_unreadable(const struct fact_version *version);

/* What the slot means to change in its base. False: it can't be told (a patch that does not fit its
 * base, or a base that never was). */
bool slot_touch(const struct facts *facts, const struct fact_slot *slot, const struct touch **out);
/* The same, and the fields that `decision` (may be NULL) names. */
bool slot_touch_decided(const struct facts *facts, const struct fact_slot *slot,
                        const struct fact_decision *decision, const struct touch **out);

/* The version that the intent itself names as its base: baseVersion, meta.versionId or ifMatch. NULL: none. */
const char *slot_named_base(const struct facts *facts, const struct fact_slot *slot);

/* Newer than the slot's base, of other content than its predecessor, and caused neither by the intent nor by an
 * earlier accepted one of the same source, requester and target. */
bool version_is_foreign(const struct facts *facts, const struct fact_slot *slot,
                        const struct fact_version *version);
/* Caused by the intent of the slot, or by an ordered predecessor. */
bool version_is_own(const struct fact_slot *slot, const struct fact_version *version);
/* Does a foreign version change nothing but what is touched, to what is intended? */
bool version_converges(const struct facts *facts, const struct fact_slot *slot,
                       const struct fact_version *version);
/* AllergyIntolerance, Medication*, Condition, and a List of those; or as the adapter declares. */
bool version_is_sensitive(const struct facts *facts, const struct fact_version *version);

/* The human decision that a write rests on: apply or merge, taken before the write arrived. NULL: none. */
const struct fact_decision *write_decision(const struct fact_write *write);
/* Was a decision to write asked for before the write, whose answer was lost? Then it may rest on that one. */
bool write_may_be_decided(const struct fact_write *write);
/* Did the human see this version when deciding? Of a Bundle, whatever was there then. */
bool decision_covers(const struct facts *facts, const struct fact_slot *slot,
                     const struct fact_decision *decision, const struct fact_version *version);

/* What a write says it rests on. */
struct named_guard {
    bool is_there;     /* a guard that names a version, or the old values of everything touched */
    bool is_list;      /* several versions at once; see guard_label_at */
    bool is_tested;    /* by `test` operations on the old values */
    bool is_create;    /* If-None-Match: * writes only where nothing is; the server sees to it */
    const char *label; /* as said; of a list: all of it */
    /* One of that label (a list: the current one, if it is named) that was there when the write arrived, preferably
     * one that the engine had. NULL: there was none. */
    const struct fact_version *version;
};
void write_guard(const struct facts *facts, const struct fact_write *write,
                 struct named_guard *out);
/* The version that a label names for a write, as in named_guard. */
const struct fact_version *write_named(const struct facts *facts, const struct fact_write *write,
                                       const char *label);
/* The label at `index` of a list of ETags; "" is no ETag, NULL: behind the last. */
const char *guard_label_at(struct arena *arena, const char *list, size_t index);

/* Is it the patch of its intent, as it was submitted? */
bool write_is_own_patch(const struct fact_write *write);

/* The content that the write asks for when it is applied to `on` (may be NULL). False: it can't be applied to it. */
bool write_asks(const struct facts *facts, const struct fact_write *write,
                const struct fact_version *on, const struct canon **out);

/* What of the change from `before` to `after` is beyond `touch`, for a write (may be NULL) that made or asked for it:
 * an update only leaves tags out, a patch removes them. NULL: nothing. */
const char *write_beyond(const struct facts *facts, const struct fact_write *write,
                         const struct touch *touch, const struct canon *before,
                         const struct canon *after);
/* Does the write, applied to `on`, change no more of it than `touch`? */
bool write_derives_from(const struct facts *facts, const struct fact_write *write,
                        const struct touch *touch, const struct fact_version *on);
/* Did the engine ask not to write over this version? By an If-Match that names an older one, or by a POST, which is
 * for a new resource: then it was the server that wrote over it. */
bool write_excludes(const struct facts *facts, const struct fact_write *write,
                    const struct fact_version *version);
/* The foreign versions between the slot's base and a version, the oldest first. */
struct foreigns {
    const struct fact_version *before;
    const struct fact_version *since; /* the last own version before the one given, else the base */
    size_t next;
};
struct foreigns foreigns_before(const struct fact_slot *slot, const struct fact_version *version);
const struct fact_version *foreigns_next(const struct facts *facts, const struct fact_slot *slot,
                                         struct foreigns *foreigns); /* NULL: no more */
/* Did the last one given change what is touched to another value, which is there still when `before` is made? */
bool foreign_meets(const struct facts *facts, const struct fact_slot *slot,
                   const struct touch *touch, const struct foreigns *foreigns,
                   const struct fact_version *foreign);

/* Did the engine have the whole content before n, by reading or by writing it itself? */
bool version_was_held(const struct fact_version *version, uint64_t n);

/* What the write addresses, as it stood when the write arrived; NULL: nothing was there. */
const struct fact_version *write_found(const struct facts *facts, const struct fact_write *write);
#endif
