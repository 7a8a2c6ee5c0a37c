/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_STORE_H
#define SIMULATOR_STORE_H
/*
 * store - resources as immutable versions in one total order of commits.
 *
 * A version is the bytes as stored; the next one never changes it. A chart's bytes, trees and indexes are shared by
 * all stores on it. Labels (versionId) are "1", "2", ... per resource; ids assigned by the server and the clock
 * start anew in each store, so that equal requests in equal order give equal bytes.
 *
 * A transaction is store_begin, puts, then store_commit or store_rollback; outside one every put commits at
 * once. `committed` is called for each version in order once it stands, never for one rolled back.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct cJSON;
struct sim_chart;
struct store;

struct version {
    const char *type, *id, *reference; /* "Type/id" */
    const char *label;                 /* versionId */
    unsigned ordinal, commit;          /* commit 0: as loaded */
    bool is_deletion;
    const char *content; /* as stored, stamped with id, versionId, lastUpdated; NULL for a deletion */
    size_t size;
    const struct cJSON *tree; /* of content; NULL for a deletion */
    uint64_t updated_ms;      /* lastUpdated */
    const char *method;       /* POST PUT PATCH DELETE, for history; loaded: PUT */
    const struct version *previous; /* of the same resource, or NULL */
};

struct store_options {
    const struct sim_chart *chart; /* NULL: empty */
    bool logical_clock;
    void (*committed)(void *arg, const struct version *version);
    void *committed_arg;
};

struct store *store_new(const struct store_options *options);
void store_free(struct store *store);

/* The newest version of Type/id (it may be a deletion), or NULL if there never was one. */
const struct version *store_current(const struct store *store, const char *type, const char *id);
const struct version *store_version(const struct store *store, const char *type, const char *id, const char *label);
/* All versions: loaded ones first, then by commit. */
size_t store_count(const struct store *store);
const struct version *store_at(const struct store *store, size_t index);
/* A new id for `type` ("c-1", "c-2", ...: never one in use). In the arena. */
const char *store_new_id(struct store *store, struct arena *arena, const char *type);
/* Stores a new version: the bytes are stamped and copied. `bytes` NULL: a deletion. */
const struct version *store_put(struct store *store, const char *method, const char *type, const char *id,
                                const char *bytes, size_t size);
void store_begin(struct store *store);
void store_commit(struct store *store);
void store_rollback(struct store *store);
#endif
