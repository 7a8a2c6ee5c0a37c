/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence_form - tables: every member that an evidence file has.
 */
#include "harness/evidence_form.h"

#include <stddef.h>

const char *const evidence_parts[] = {"journal", "status", "events",  "audit", "metrics",
                                      "reviews", "sweep",  "settled", "due",   NULL};

static const char *const formats[] = {EVIDENCE_FORMAT, NULL};

static const char *const kinds[] = {"arrived", "committed", "replied", "hung-up", "fault",
                                    "edit",    "said",      "process", NULL};

static const struct shape intent_form = {.name = "intent",
                                         .members = (const struct shape_member[]){
                                             {"name", SHAPE_STRING, true, NULL, NULL},
                                             {"actor", SHAPE_STRING, true, NULL, NULL},
                                             {"key", SHAPE_STRING, true, NULL, NULL},
                                             {"correlation", SHAPE_STRING, true, NULL, NULL},
                                             {"wasSubmitted", SHAPE_FLAG, true, NULL, NULL},
                                             {"payload", SHAPE_ANY, true, NULL, NULL},
                                             {.name = NULL},
                                         }};

static const struct shape version_form = {.name = "version",
                                          .members = (const struct shape_member[]){
                                              {"reference", SHAPE_STRING, true, NULL, NULL},
                                              {"version", SHAPE_STRING, true, NULL, NULL},
                                              {"ordinal", SHAPE_INTEGER, true, NULL, NULL},
                                              {"commit", SHAPE_INTEGER, true, NULL, NULL},
                                              {"isDeletion", SHAPE_FLAG, true, NULL, NULL},
                                              {"content", SHAPE_STRING, false, NULL, NULL},
                                              {"contentBase64", SHAPE_STRING, false, NULL, NULL},
                                              {.name = NULL},
                                          }};

const struct shape evidence_entry_form = {.name = "entry",
                                          .members = (const struct shape_member[]){
                                              {"n", SHAPE_INTEGER, true, NULL, NULL},
                                              {"at", SHAPE_INTEGER, true, NULL, NULL},
                                              {"kind", SHAPE_STRING, true, kinds, NULL},
                                              {"exchange", SHAPE_INTEGER, false, NULL, NULL},
                                              {"interaction", SHAPE_STRING, false, NULL, NULL},
                                              {"method", SHAPE_STRING, false, NULL, NULL},
                                              {"url", SHAPE_STRING, false, NULL, NULL},
                                              {"headers", SHAPE_OBJECT, false, NULL, NULL},
                                              {"body", SHAPE_STRING, false, NULL, NULL},
                                              {"bodyBase64", SHAPE_STRING, false, NULL, NULL},
                                              {"guard", SHAPE_STRING, false, NULL, NULL},
                                              {"actor", SHAPE_STRING, false, NULL, NULL},
                                              {"intent", SHAPE_STRING, false, NULL, NULL},
                                              {"correlation", SHAPE_STRING, false, NULL, NULL},
                                              {"reference", SHAPE_STRING, false, NULL, NULL},
                                              {"version", SHAPE_STRING, false, NULL, NULL},
                                              {"ordinal", SHAPE_INTEGER, false, NULL, NULL},
                                              {"commit", SHAPE_INTEGER, false, NULL, NULL},
                                              {"status", SHAPE_INTEGER, false, NULL, NULL},
                                              {"fault", SHAPE_STRING, false, NULL, NULL},
                                              {"what", SHAPE_STRING, false, NULL, NULL},
                                              {"of", SHAPE_INTEGER, false, NULL, NULL},
                                              {.name = NULL},
                                          }};

const struct shape evidence_form = {
    .name = "",
    .members = (const struct shape_member[]){
        {"format", SHAPE_STRING, true, formats, NULL},
        {"scenario", SHAPE_STRING, true, NULL, NULL},
        {"hash", SHAPE_STRING, true, NULL, NULL},
        {"engine", SHAPE_STRING, true, NULL, NULL},
        {"personality", SHAPE_STRING, true, NULL, NULL},
        {"run", SHAPE_STRING, true, NULL, NULL},
        {"seed", SHAPE_STRING, true, NULL, NULL},
        {"replay", SHAPE_STRING, true, NULL, NULL},
        {"settledBy", SHAPE_STRING, true, NULL, NULL},
        {"parts", SHAPE_STRINGS, true, evidence_parts, NULL},
        {"base", SHAPE_STRING, true, NULL, NULL},
        {"identifierSystem", SHAPE_STRING, false, NULL, NULL},
        {"companions", SHAPE_STRINGS, true, NULL, NULL},
        {"sensitive", SHAPE_STRINGS, true, NULL, NULL},
        {"attemptsMax", SHAPE_INTEGER, true, NULL, NULL},
        {"requestsMax", SHAPE_INTEGER, true, NULL, NULL},
        {"dedupesBySource", SHAPE_FLAG, true, NULL, NULL},
        {"isSettled", SHAPE_FLAG, true, NULL, NULL},
        {"isRecovered", SHAPE_FLAG, true, NULL, NULL},
        {"intents", SHAPE_LIST_OF, true, NULL, &intent_form},
        {"chart", SHAPE_LIST_OF, true, NULL, &version_form},
        {"journal", SHAPE_LIST_OF, true, NULL, &evidence_entry_form},
        {.name = NULL},
    }};
