/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_SCENARIO_ADAPTER_H
#define HARNESS_SCENARIO_ADAPTER_H
/*
 * adapter - how to start an engine and what it offers; contracts.md "Adapter file".
 *
 * chartproof starts an engine, is itself started by it for each intent (`exec`, mapping.h), or finds it running: then the
 * engine has to find chartproof, at an address that is fixed by `--listen`.
 *
 * An engine speaks the native interface, or one of its own that the file maps (mapping.h). `writebackd` and `strawman`
 * (also `strawman:FLAW`) are built in.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/attr.h"
#include "harness/scenario/launch.h"

struct arena;
struct cJSON;
struct err;

struct adapter {
    const char *name;               /* "writebackd", "strawman:blind-put", or the file's */
    const char *spelled;            /* as given to --engine, for replay lines */
    const char *here;               /* the folder of its file, "." for a built-in one */
    const struct mapping *mapping;  /* of its own interface; NULL: it speaks ours */
    const char *const *command;     /* NULL-terminated, with ${...}; NULL: nothing to start */
    const char *const *environment; /* NULL-terminated "NAME=value", with ${...} */
    const char *url;                /* with ${port}; or NULL, then: */
    const char *url_pattern; /* an extended regular expression to find the URL on stdout, or NULL */
    const char
        *ready; /* URL to poll until 2xx, with ${engine}; or NULL: ready when the URL is known */
    long ready_ms;
    struct adapter *second; /* how another process is started on the same folder; NULL: it is not */
    const char *headers[8][2]; /* sent with every call to the engine; ends with NULL */
    const char *correlation_header;
    const char *identifier_system;
    const char *const *companions, *const *sensitive; /* NULL-terminated */
    const char *const *logs;         /* files beside its data folder: absolute patterns */
    const char *const *encrypted;    /* files in it whose content is not for reading: patterns */
    const char *const *capabilities; /* operations it offers */
    unsigned attempts_max, requests_max;
    long backoff_ms;
    bool dedupes_by_source;
    bool has_reset;
    struct address listen; /* where it finds us; no host: it is told when it starts */
    unsigned parts;        /* enum evidence_part */
};

/* `spec`: a built-in name or a file. */
struct adapter *adapter_read(struct arena *arena, const char *spec, struct err *err);

/* Nobody here starts it, so nobody kills it, and a fresh one is not to be had. */
bool adapter_runs_already(const struct adapter *adapter);
/* It runs already and cannot be told to forget: it knows whatever earlier runs gave it. */
bool adapter_remembers(const struct adapter *adapter);
/*
 * Fixes where it finds us: `address` as typed for --listen, NULL where it was not. ERR_INPUT where it runs already and would
 * not find us, and where several of us (`jobs`) would have to listen there.
 */
int adapter_listen(struct adapter *adapter, const char *address, unsigned long jobs,
                   struct err *err) ATTR_MUST_USE;

/* How it is known to be at rest: "hook" or "quiet". */
const char *adapter_settled_by(const struct adapter *adapter);
#endif
