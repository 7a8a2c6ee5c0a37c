/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence_form - tables: every member that an evidence file has.
 */
#include "harness/evidence_form.h"

#include <stddef.h>

#include "simulator/sim.h"

const char *const evidence_parts[] = {"journal", "status",   "events",  "audit", "metrics",
                                      "reviews", "sweep",    "settled", "due",   "drift",
                                      "notify",  "mappings", "logs",    NULL};

static const char *const formats[] = {EVIDENCE_FORMAT, NULL};

static const char *const kinds[] = {"arrived", "committed", "replied", "hung-up",  "fault",
                                    "edit",    "said",      "process", "notified", NULL};

static const struct shape intent_form = {.name = "intent",
                                         .members = (const struct shape_member[]){
                                             {"name", SHAPE_TEXT, true, NULL, NULL},
                                             {"actor", SHAPE_TEXT, true, NULL, NULL},
                                             {"key", SHAPE_TEXT, true, NULL, NULL},
                                             {"correlation", SHAPE_TEXT, true, NULL, NULL},
                                             {"wasSubmitted", SHAPE_FLAG, true, NULL, NULL},
                                             {"payload", SHAPE_ANY, true, NULL, NULL},
                                             {.name = NULL},
                                         }};

const char *const evidence_guards[] = {[SIM_PREVENT] = "prevent",
                                       [SIM_DETECT] = "detect",
                                       [SIM_NO_GUARD] = "none",
                                       [SIM_NO_GUARD + 1] = NULL};

static const struct shape guards_form = {
    .name = "guards",
    .members = (const struct shape_member[]){
        {"lost-update", SHAPE_STRING, false, evidence_guards, NULL},
        {"duplicate-create", SHAPE_STRING, false, evidence_guards, NULL},
        {"partial-transaction", SHAPE_STRING, false, evidence_guards, NULL},
        {"stale-read", SHAPE_STRING, false, evidence_guards, NULL},
        {.name = NULL},
    }};

static const struct shape version_form = {.name = "version",
                                          .members = (const struct shape_member[]){
                                              {"reference", SHAPE_TEXT, true, NULL, NULL},
                                              {"version", SHAPE_TEXT, true, NULL, NULL},
                                              {"ordinal", SHAPE_INTEGER, true, NULL, NULL},
                                              {"commit", SHAPE_INTEGER, true, NULL, NULL},
                                              {"isDeletion", SHAPE_FLAG, true, NULL, NULL},
                                              {"content", SHAPE_TEXT, false, NULL, NULL},
                                              {"contentBase64", SHAPE_TEXT, false, NULL, NULL},
                                              {.name = NULL},
                                          }};

const struct shape evidence_entry_form = {.name = "entry",
                                          .members = (const struct shape_member[]){
                                              {"n", SHAPE_INTEGER, true, NULL, NULL},
                                              {"at", SHAPE_INTEGER, true, NULL, NULL},
                                              {"kind", SHAPE_STRING, true, kinds, NULL},
                                              {"exchange", SHAPE_INTEGER, false, NULL, NULL},
                                              {"interaction", SHAPE_TEXT, false, NULL, NULL},
                                              {"method", SHAPE_TEXT, false, NULL, NULL},
                                              {"url", SHAPE_TEXT, false, NULL, NULL},
                                              {"headers", SHAPE_OBJECT, false, NULL, NULL},
                                              {"body", SHAPE_TEXT, false, NULL, NULL},
                                              {"bodyBase64", SHAPE_TEXT, false, NULL, NULL},
                                              {"guard", SHAPE_TEXT, false, NULL, NULL},
                                              {"actor", SHAPE_TEXT, false, NULL, NULL},
                                              {"intent", SHAPE_TEXT, false, NULL, NULL},
                                              {"correlation", SHAPE_TEXT, false, NULL, NULL},
                                              {"reference", SHAPE_TEXT, false, NULL, NULL},
                                              {"version", SHAPE_TEXT, false, NULL, NULL},
                                              {"ordinal", SHAPE_INTEGER, false, NULL, NULL},
                                              {"commit", SHAPE_INTEGER, false, NULL, NULL},
                                              {"status", SHAPE_INTEGER, false, NULL, NULL},
                                              {"fault", SHAPE_TEXT, false, NULL, NULL},
                                              {"what", SHAPE_TEXT, false, NULL, NULL},
                                              {"of", SHAPE_INTEGER, false, NULL, NULL},
                                              {.name = NULL},
                                          }};

const struct shape evidence_form = {
    .name = "",
    .members = (const struct shape_member[]){
        {"format", SHAPE_STRING, true, formats, NULL},
        {"scenario", SHAPE_TEXT, true, NULL, NULL},
        {"hash", SHAPE_TEXT, true, NULL, NULL},
        {"engine", SHAPE_TEXT, true, NULL, NULL},
        {"personality", SHAPE_TEXT, true, NULL, NULL},
        {"run", SHAPE_TEXT, true, NULL, NULL},
        {"seed", SHAPE_TEXT, true, NULL, NULL},
        {"replay", SHAPE_TEXT, true, NULL, NULL},
        {"settledBy", SHAPE_TEXT, true, NULL, NULL},
        {"parts", SHAPE_STRINGS, true, evidence_parts, NULL},
        {"base", SHAPE_TEXT, true, NULL, NULL},
        {"listen", SHAPE_TEXT, false, NULL, NULL},
        {"identifierSystem", SHAPE_TEXT, false, NULL, NULL},
        {"companions", SHAPE_STRINGS, true, NULL, NULL},
        {"sensitive", SHAPE_STRINGS, true, NULL, NULL},
        {"tokens", SHAPE_STRINGS, false, NULL, NULL},
        {"attemptsMax", SHAPE_INTEGER, true, NULL, NULL},
        {"requestsMax", SHAPE_INTEGER, true, NULL, NULL},
        {"dedupesBySource", SHAPE_FLAG, true, NULL, NULL},
        {"guards", SHAPE_OF, false, NULL, &guards_form},
        {"isSettled", SHAPE_FLAG, true, NULL, NULL},
        {"isRecovered", SHAPE_FLAG, true, NULL, NULL},
        {"expect", SHAPE_OBJECT, false, NULL, NULL}, /* of scenario_expect_form */
        {"intents", SHAPE_LIST_OF, true, NULL, &intent_form},
        {"chart", SHAPE_LIST_OF, true, NULL, &version_form},
        {"journal", SHAPE_LIST_OF, true, NULL, &evidence_entry_form},
        {.name = NULL},
    }};
