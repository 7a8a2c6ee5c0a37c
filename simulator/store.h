/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_STORE_H
#define SIMULATOR_STORE_H
/*
 * store - resources as immutable versions in one total order of commits.
 *
 * A version is the bytes as stored; the next one never changes it. A chart's bytes, trees and
 * indexes are shared by all stores on it: a store holds only what was written since. Labels
 * (versionId) follow the knobs (see label.h), "1", "2", ... per resource unless they say otherwise;
 * ids assigned by the server and the clock start anew in each store, so that equal requests in
 * equal order give equal bytes.
 *
 * A transaction is store_begin, puts, then store_commit or store_rollback; outside one every put
 * commits at once. `committed` is called for each version in order once it stands, never for one
 * rolled back.
 *
 * Lifecycle:  store_new, store_free. Versions live as long as their store, or their chart.
 * Threads:    one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct cJSON;
struct document;
struct index_keys;
struct knobs;
struct notify;
struct sim_chart;
struct store;

struct version {
    const char *type, *id, *reference; /* "Type/id" */
    const char *label;                 /* versionId */
    const char *content; /* stamped with id, versionId, lastUpdated; NULL for a deletion */
    size_t size;
    const char *etag;               /* W/"label"; NULL where the server shows none */
    const char *modified;           /* updated_ms as an HTTP date */
    const char *method;             /* POST PUT PATCH DELETE, for history; loaded: PUT */
    const struct version *previous; /* of the same resource, or NULL */
    uint64_t updated_ms;            /* lastUpdated */
    size_t serial;                  /* resources are numbered 0, 1, 2 ... as they come to be */
    unsigned ordinal, commit;       /* commit 0: as loaded */
    bool is_deletion;
    bool keeps_tree; /* a live one that is current, or a chart's; see version_tree */
    /* The store's own: */
    unsigned tree_bytes;      /* that a tree takes, about, whether it is made or not */
    struct cJSON *own_tree;   /* made when somebody looks */
    struct index_keys *index; /* what the store's index has of it */
};

/* The content as a tree, which is made when first asked for and lives until the version is no longer
 * current. NULL for a deletion and for former versions. */
const struct cJSON *version_tree(const struct version *version);

struct store_options {
    const struct sim_chart *chart; /* NULL: empty */
    const struct knobs *knobs;     /* copied; NULL: FHIR R4 as specified */
    bool logical_clock;
    size_t bytes_max; /* of memory for what is written; 0: any */
    void (*committed)(void *arg, const struct version *version);
    void *committed_arg;
    struct notify *notify; /* the subscriptions on it, which interact/ asks for; may be NULL */
};

struct store *store_new(const struct store_options *options);
void store_free(struct store *store); /* NULL is fine */

/* The newest version of Type/id (it may be a deletion), or NULL if there never was one. */
const struct version *store_current(const struct store *store, const char *type, const char *id);
const struct version *store_version(const struct store *store, const char *type, const char *id,
                                    const char *label);
/* All versions: loaded ones first, then by commit. */
size_t store_count(const struct store *store);
const struct version *store_at(const struct store *store, size_t index);

/* Resources by number, whether live, deleted or (NULL) rolled back. */
size_t store_resources(const struct store *store);
const struct version *store_by_serial(const struct store *store, size_t serial);
/*
 * Numbers of the resources whose current version may bear `key` (see index.h), rising and without
 * doubles; says how many. The caller looks at the versions: a key may be a former one's.
 */
size_t store_lookup(const struct store *store, struct arena *arena, uint64_t key,
                    size_t **out_serials);

/* A new id for `type` ("c-1", "c-2", ...: never one in use). In the arena. */
const char *store_new_id(struct store *store, struct arena *arena, const char *type);
struct notify *store_notify(const struct store *store);
/* Has what was written reached bytes_max? Whoever writes asks first; a put never fails. */
bool store_is_full(const struct store *store);
size_t store_bytes(const struct store *store); /* of memory for what was written, about */
/* Stores a new version: the bytes are stamped and copied. `document` NULL: a deletion. `method`
 * must outlive the store. */
const struct version *store_put(struct store *store, const char *method, const char *type,
                                const char *id, const struct document *document);
/* By which knobs the server answers; versions made from now on are labelled by them. */
const struct knobs *store_knobs(const struct store *store);
void store_set_knobs(struct store *store, const struct knobs *knobs);
/* Commits so far: the newest version's `commit`. */
unsigned store_commits(const struct store *store);
bool store_in_transaction(const struct store *store);
void store_begin(struct store *store);
void store_commit(struct store *store);
void store_rollback(struct store *store);

/* ---- what servers do to a chart that no interaction does (faults) ---- */

/* A clock that is off, for the puts until it is set again: by `skew_ms`, or (stands_still) giving a
 * version the instant of the one before it. {0} is the true clock. */
struct store_clock {
    int64_t skew_ms;
    bool stands_still;
};
void store_set_clock(struct store *store, const struct store_clock *clock);
/* What the true clock says, as lastUpdated is counted. */
uint64_t store_now(struct store *store);

/*
 * A restore: the versions with `commit` from `first` on cease to be, as if never written; with
 * `type` those of type/id alone. Afterwards labels go on from what is current, or (numbers_go_on)
 * behind those that are gone. `gone` is called for each, newest first. What holds such a version
 * may go on reading it. Not within a transaction.
 */
struct store_undo {
    unsigned first; /* from 1: a chart as loaded stays */
    const char *type, *id;
    bool numbers_go_on;
    void (*gone)(void *arg, const struct version *version);
    void *gone_arg;
};
void store_undo(struct store *store, const struct store_undo *undo);

/* The current version of a resource with other content, under the same label and instant, in the
 * place of the one it was. `version` must be current and live. Gives what is there now. */
const struct version *store_replace(struct store *store, const struct version *version,
                                    const struct document *document);

/* For charts: fills the members of `version` that follow from type, id, ordinal, commit and
 * updated_ms, and the stamped bytes of `document` (NULL: a deletion), in the arena. One that has a
 * reference or a label keeps it. `global`: see label_make. */
void version_fill(struct version *version, struct arena *arena, const struct document *document,
                  const struct knobs *knobs, unsigned long global);
/* Forgets the tree, if it was made. */
void version_forget_tree(struct version *version);

/* lastUpdated of a chart as loaded, and of commit 0 by the logical clock: 2026-01-01T00:00:00Z. */
#define STORE_EPOCH_MS UINT64_C(1767225600000)
#endif
