/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
/*
 * engine - what the parts of one running engine share: its options, ledger, threads, counters.
 *
 * Everything here is set before the first request and not changed after; ledger, worker and
 * metrics guard themselves.
 */
#include <stdbool.h>
#include <stddef.h>

struct ledger;
struct metrics;
struct worker;

/* The one identifier that this engine adds to what it creates. */
#define ENGINE_IDENTIFIER_SYSTEM "urn:writebackd:write"

struct engine_options {
    const char *fhir; /* base URL of the EHR, without a slash at the end */
    const char *listen, *data, *token;
    long timeout_ms, retry_ms;
    unsigned attempts_max, requests_max; /* per part of an intent, between two acts of an
                                            * operator */
    bool has_test_hooks;
};

struct engine {
    struct engine_options options;
    struct ledger *ledger;
    struct worker *worker;
    struct metrics *metrics;
};
#endif
