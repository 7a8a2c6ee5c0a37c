/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adapter_form - tables: every member that an adapter file may have. The parts (submit, status,
 * ...) are the mapping of an engine that does not speak the native interface: their inside is
 * looked at by the version that drives them.
 */
#include "harness/scenario/adapter_form.h"

#include <stddef.h>

const char *const adapter_values_known[] = {"bin", "fhir",      "engine",  "port",
                                            "dir", "timeoutMs", "retryMs", NULL};

const char *const adapter_parts[] = {
    "submit",   "exec",  "status", "cancel",  "reviews", "decision", "events", "audit",
    "mappings", "sweep", "notify", "metrics", "settled", "due",      "second", NULL};

static const char *const interfaces[] = {"native", NULL};

static const struct shape url_form = {.name = "stdoutUrl",
                                      .members = (const struct shape_member[]){
                                          {"stdout", SHAPE_STRING, true, NULL, NULL},
                                          {.name = NULL},
                                      }};

static const struct shape start_form = {.name = "start",
                                        .members = (const struct shape_member[]){
                                            {"command", SHAPE_STRINGS, true, NULL, NULL},
                                            {"environment", SHAPE_STRING_MAP, false, NULL, NULL},
                                            {"url", SHAPE_STRING_OR, true, NULL, &url_form},
                                            {"ready", SHAPE_STRING, false, NULL, NULL},
                                            {"readyMs", SHAPE_INTEGER, false, NULL, NULL},
                                            {.name = NULL},
                                        }};

static const struct shape correlation_form = {.name = "correlation",
                                              .members = (const struct shape_member[]){
                                                  {"header", SHAPE_STRING, true, NULL, NULL},
                                                  {.name = NULL},
                                              }};

static const struct shape limits_form = {.name = "limits",
                                         .members = (const struct shape_member[]){
                                             {"attempts", SHAPE_INTEGER, false, NULL, NULL},
                                             {"requests", SHAPE_INTEGER, false, NULL, NULL},
                                             {"backoffMs", SHAPE_INTEGER, false, NULL, NULL},
                                             {.name = NULL},
                                         }};

static const struct shape reset_form = {.name = "reset",
                                        .members = (const struct shape_member[]){
                                            {"method", SHAPE_STRING, false, NULL, NULL},
                                            {"url", SHAPE_STRING, true, NULL, NULL},
                                            {.name = NULL},
                                        }};

const struct shape adapter_form = {.name = "",
                                   .members = (const struct shape_member[]){
                                       {"$schema", SHAPE_STRING, false, NULL, NULL},
                                       {"name", SHAPE_STRING, true, NULL, NULL},
                                       {"interface", SHAPE_STRING, false, interfaces, NULL},
                                       {"start", SHAPE_OF, false, NULL, &start_form},
                                       {"headers", SHAPE_STRING_MAP, false, NULL, NULL},
                                       {"correlation", SHAPE_OF, false, NULL, &correlation_form},
                                       {"submit", SHAPE_ARRAY, false, NULL, NULL},
                                       {"exec", SHAPE_OBJECT, false, NULL, NULL},
                                       {"status", SHAPE_OBJECT, false, NULL, NULL},
                                       {"cancel", SHAPE_OBJECT, false, NULL, NULL},
                                       {"reviews", SHAPE_OBJECT, false, NULL, NULL},
                                       {"decision", SHAPE_OBJECT, false, NULL, NULL},
                                       {"events", SHAPE_OBJECT, false, NULL, NULL},
                                       {"audit", SHAPE_OBJECT, false, NULL, NULL},
                                       {"mappings", SHAPE_OBJECT, false, NULL, NULL},
                                       {"sweep", SHAPE_OBJECT, false, NULL, NULL},
                                       {"notify", SHAPE_OBJECT, false, NULL, NULL},
                                       {"metrics", SHAPE_OBJECT, false, NULL, NULL},
                                       {"settled", SHAPE_OBJECT, false, NULL, NULL},
                                       {"due", SHAPE_OBJECT, false, NULL, NULL},
                                       {"second", SHAPE_OBJECT, false, NULL, NULL},
                                       {"logs", SHAPE_STRINGS, false, NULL, NULL},
                                       {"identifierSystem", SHAPE_STRING, false, NULL, NULL},
                                       {"companions", SHAPE_STRINGS, false, NULL, NULL},
                                       {"sensitive", SHAPE_STRINGS, false, NULL, NULL},
                                       {"capabilities", SHAPE_STRINGS, false, NULL, NULL},
                                       {"dedupesBySource", SHAPE_FLAG, false, NULL, NULL},
                                       {"limits", SHAPE_OF, false, NULL, &limits_form},
                                       {"reset", SHAPE_OF, false, NULL, &reset_form},
                                       {.name = NULL},
                                   }};
