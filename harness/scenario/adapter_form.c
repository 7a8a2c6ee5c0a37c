/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adapter_form - tables: every member that an adapter file may have. The parts (submit, status,
 * ...) are the mapping of an engine that does not speak the native interface.
 */
#include "harness/scenario/adapter_form.h"

#include <stddef.h>

const char *const adapter_call_values[] = {
    "fhir",   "engine",   "dir",       "intent",   "key",         "correlation", "operation",
    "target", "resource", "patch",     "bundle",   "baseVersion", "source",      "tenant",
    "id",     "patient",  "requester", "review",   "decision",    "fields",      "seenVersion",
    "by",     "reason",   "kind",      "notified", NULL};

const char *const adapter_parts[] = {
    "submit", "exec",   "status",  "cancel",  "reviews", "decision", "events", "audit", "mappings",
    "sweep",  "notify", "metrics", "settled", "due",     "reset",    "second", NULL};

const char *const adapter_without[] = {"events", "audit",  "metrics",  "reviews", "sweep",
                                       "drift",  "notify", "mappings", "reset",   NULL};

static const char *const interfaces[] = {"native", NULL};

static const struct shape url_form = {.name = "stdoutUrl",
                                      .members = (const struct shape_member[]){
                                          {"stdout", SHAPE_STRING, true, NULL, NULL},
                                          {.name = NULL},
                                      }};

static const struct shape start_form = {.name = "start",
                                        .members = (const struct shape_member[]){
                                            {"command", SHAPE_STRINGS, false, NULL, NULL},
                                            {"environment", SHAPE_STRING_MAP, false, NULL, NULL},
                                            {"url", SHAPE_STRING_OR, true, NULL, &url_form},
                                            {"ready", SHAPE_STRING, false, NULL, NULL},
                                            {"readyMs", SHAPE_INTEGER, false, NULL, NULL},
                                            {.name = NULL},
                                        }};

/* What is not said is as in `start`. */
static const struct shape second_form = {.name = "second",
                                         .members = (const struct shape_member[]){
                                             {"command", SHAPE_STRINGS, false, NULL, NULL},
                                             {"environment", SHAPE_STRING_MAP, false, NULL, NULL},
                                             {"url", SHAPE_STRING_OR, false, NULL, &url_form},
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

/* What every call may have; the members of one part follow in its own table. */
#define CALL_MEMBERS                                                                               \
    {"method", SHAPE_STRING, false, methods, NULL}, {"url", SHAPE_STRING, true, NULL, NULL},       \
        {"headers", SHAPE_STRING_MAP, false, NULL, NULL},                                          \
    {                                                                                              \
        "body", SHAPE_ANY, false, NULL, NULL                                                       \
    }

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", NULL};

static const struct shape call_form = {
    .name = "call", .members = (const struct shape_member[]){CALL_MEMBERS, {.name = NULL}}};

static const struct shape submit_form = {.name = "submit",
                                         .members = (const struct shape_member[]){
                                             CALL_MEMBERS,
                                             {"when", SHAPE_OBJECT, false, NULL, NULL},
                                             {"id", SHAPE_STRING, false, NULL, NULL},
                                             {"accepted", SHAPE_INTEGER_OR_LIST, false, NULL, NULL},
                                             {.name = NULL},
                                         }};

static const struct shape exec_form = {.name = "exec",
                                       .members = (const struct shape_member[]){
                                           {"command", SHAPE_STRINGS, true, NULL, NULL},
                                           {"environment", SHAPE_STRING_MAP, false, NULL, NULL},
                                           {.name = NULL},
                                       }};

static const struct shape result_form = {.name = "resultPointers",
                                         .members = (const struct shape_member[]){
                                             {"reference", SHAPE_STRING, false, NULL, NULL},
                                             {"versionId", SHAPE_STRING, false, NULL, NULL},
                                             {.name = NULL},
                                         }};

static const struct shape status_form = {.name = "status",
                                         .members = (const struct shape_member[]){
                                             CALL_MEMBERS,
                                             {"state", SHAPE_STRING, true, NULL, NULL},
                                             {"states", SHAPE_STRING_MAP, false, NULL, NULL},
                                             {"result", SHAPE_OF, false, NULL, &result_form},
                                             {"problem", SHAPE_STRING, false, NULL, NULL},
                                             {"review", SHAPE_STRING, false, NULL, NULL},
                                             {"attempts", SHAPE_STRING, false, NULL, NULL},
                                             {.name = NULL},
                                         }};

/* Records of a log or a list: NDJSON, or an array at `records`; `fields` gives their members by pointer. */
static const struct shape records_form = {.name = "records",
                                          .members = (const struct shape_member[]){
                                              CALL_MEMBERS,
                                              {"records", SHAPE_TEXT, false, NULL, NULL},
                                              {"fields", SHAPE_STRING_MAP, false, NULL, NULL},
                                              {.name = NULL},
                                          }};

static const struct shape metrics_form = {.name = "metrics",
                                          .members = (const struct shape_member[]){
                                              CALL_MEMBERS,
                                              {"accepted", SHAPE_STRING, false, NULL, NULL},
                                              {"committed", SHAPE_STRING, false, NULL, NULL},
                                              {"conflicts", SHAPE_STRING, false, NULL, NULL},
                                              {"idempotencyHits", SHAPE_STRING, false, NULL, NULL},
                                              {"retries", SHAPE_STRING, false, NULL, NULL},
                                              {.name = NULL},
                                          }};

static const struct shape settled_form = {.name = "settled",
                                          .members = (const struct shape_member[]){
                                              CALL_MEMBERS,
                                              {"runnable", SHAPE_STRING, false, NULL, NULL},
                                              {"waiting", SHAPE_STRING, false, NULL, NULL},
                                              {"dueInMs", SHAPE_STRING, false, NULL, NULL},
                                              {.name = NULL},
                                          }};

const struct shape adapter_form = {.name = "",
                                   .members = (const struct shape_member[]){
                                       {"$schema", SHAPE_STRING, false, NULL, NULL},
                                       {"name", SHAPE_STRING, true, NULL, NULL},
                                       {"interface", SHAPE_STRING, false, interfaces, NULL},
                                       {"without", SHAPE_STRINGS, false, adapter_without, NULL},
                                       {"start", SHAPE_OF, false, NULL, &start_form},
                                       {"headers", SHAPE_STRING_MAP, false, NULL, NULL},
                                       {"correlation", SHAPE_OF, false, NULL, &correlation_form},
                                       {"submit", SHAPE_LIST_OF, false, NULL, &submit_form},
                                       {"exec", SHAPE_OF, false, NULL, &exec_form},
                                       {"status", SHAPE_OF, false, NULL, &status_form},
                                       {"cancel", SHAPE_OF, false, NULL, &call_form},
                                       {"reviews", SHAPE_OF, false, NULL, &records_form},
                                       {"decision", SHAPE_OF, false, NULL, &call_form},
                                       {"events", SHAPE_OF, false, NULL, &records_form},
                                       {"audit", SHAPE_OF, false, NULL, &records_form},
                                       {"mappings", SHAPE_OF, false, NULL, &records_form},
                                       {"sweep", SHAPE_OF, false, NULL, &call_form},
                                       {"notify", SHAPE_OF, false, NULL, &call_form},
                                       {"metrics", SHAPE_OF, false, NULL, &metrics_form},
                                       {"settled", SHAPE_OF, false, NULL, &settled_form},
                                       {"due", SHAPE_OF, false, NULL, &call_form},
                                       {"second", SHAPE_OF, false, NULL, &second_form},
                                       {"logs", SHAPE_STRINGS, false, NULL, NULL},
                                       {"encrypted", SHAPE_STRINGS, false, NULL, NULL},
                                       {"identifierSystem", SHAPE_STRING, false, NULL, NULL},
                                       {"companions", SHAPE_STRINGS, false, NULL, NULL},
                                       {"sensitive", SHAPE_STRINGS, false, NULL, NULL},
                                       {"capabilities", SHAPE_STRINGS, false, NULL, NULL},
                                       {"dedupesBySource", SHAPE_FLAG, false, NULL, NULL},
                                       {"limits", SHAPE_OF, false, NULL, &limits_form},
                                       {"reset", SHAPE_OF, false, NULL, &call_form},
                                       {.name = NULL},
                                   }};
