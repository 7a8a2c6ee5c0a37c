/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_form - tables: every member that a scenario file may have, and the values of those that
 * have a fixed set.
 */
#include "harness/scenario/scenario_form.h"

#include <assert.h>

#include "base/attr.h"

const char *const scenario_verbs[] = {
    [VERB_SUBMIT] = "submit",
    [VERB_REDELIVER] = "redeliver",
    [VERB_RESUBMIT] = "resubmit",
    [VERB_CANCEL] = "cancel",
    [VERB_EDIT] = "edit",
    [VERB_FETCH_REVIEW] = "fetch-review",
    [VERB_DECIDE] = "decide",
    [VERB_SWEEP] = "sweep",
    [VERB_COMPENSATE] = "compensate",
    [VERB_NOTIFY] = "notify",
    [VERB_MERGE_PATIENT] = "merge-patient",
    [VERB_UNMERGE_PATIENT] = "unmerge-patient",
    [VERB_UNMERGE_PATIENT + 1] = NULL,
};

static const char *const controls[] = {"optimistic-concurrency",
                                       "idempotency",
                                       "event-log",
                                       "reconciliation",
                                       "drift-detection",
                                       "audit-trail",
                                       "identity-mapping",
                                       "asynchronous-acceptance",
                                       "loop-suppression",
                                       "triage-and-compensation",
                                       "privacy",
                                       NULL};
const char *const scenario_states[] = {"accepted",     "writing",    "unknown",    "committed",
                                       "rejected",     "cancelled",  "superseded", "compensated",
                                       "needs-review", "incomplete", NULL};
static const char *const next_steps[] = {"retry", "review", "problem", "none", NULL};
const char *const scenario_operations[] = {"create", "update", "patch", "delete", "bundle", NULL};
static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", NULL};
static const char *const decisions[] = {"apply", "discard", "merge", NULL};
static const char *const sweeps[] = {"reconcile", "drift", NULL};
static const char *const contents[] = {"full-resource", "id-only", NULL};
static const char *const sides[] = {"engine", "ehr", NULL};

static const struct shape identifier_form = {
    .name = "identifier",
    .members = (const struct shape_member[]){
        {.name = "system", .kind = SHAPE_STRING, .is_required = true},
        {.name = "value", .kind = SHAPE_STRING, .is_required = true},
        {.name = NULL},
    }};

static const struct shape target_form = {
    .name = "target",
    .members = (const struct shape_member[]){
        {.name = "reference", .kind = SHAPE_STRING},
        {.name = "type", .kind = SHAPE_STRING},
        {.name = "identifier", .kind = SHAPE_OF, .of = &identifier_form},
        {.name = NULL},
    }};

static const struct shape source_form = {
    .name = "source",
    .members = (const struct shape_member[]){
        {.name = "system", .kind = SHAPE_STRING, .is_required = true},
        {.name = "eventId", .kind = SHAPE_STRING, .is_required = true},
        {.name = "sequence", .kind = SHAPE_INTEGER},
        {.name = NULL},
    }};

static const struct shape intent_form = {
    .name = "intent",
    .members = (const struct shape_member[]){
        {.name = "operation",
         .kind = SHAPE_STRING,
         .is_required = true,
         .choices = scenario_operations},
        {.name = "target", .kind = SHAPE_OF, .of = &target_form},
        {.name = "baseVersion", .kind = SHAPE_STRING},
        {.name = "resource", .kind = SHAPE_OBJECT},
        {.name = "patch", .kind = SHAPE_ARRAY},
        {.name = "bundle", .kind = SHAPE_OBJECT},
        {.name = "source", .kind = SHAPE_OF, .is_required = true, .of = &source_form},
        {.name = "tenant", .kind = SHAPE_STRING},
        {.name = "patient", .kind = SHAPE_STRING},
        {.name = "encounter", .kind = SHAPE_STRING},
        {.name = "requester", .kind = SHAPE_OBJECT},
        {.name = "reason", .kind = SHAPE_STRING},
        {.name = "supersedes", .kind = SHAPE_STRING},
        {.name = "callback", .kind = SHAPE_STRING},
        {.name = NULL},
    }};

static const struct shape submit_form = {
    .name = "submit",
    .members = (const struct shape_member[]){
        {.name = "submit", .kind = SHAPE_STRING, .is_required = true},
        {.name = "intent", .kind = SHAPE_OF, .is_required = true, .of = &intent_form},
        {.name = NULL},
    }};

static const struct shape redeliver_form = {
    .name = "redeliver",
    .members = (const struct shape_member[]){
        {.name = "redeliver", .kind = SHAPE_STRING, .is_required = true},
        {.name = "as", .kind = SHAPE_STRING},
        {.name = NULL},
    }};

static const struct shape resubmit_form = {
    .name = "resubmit",
    .members = (const struct shape_member[]){
        {.name = "resubmit", .kind = SHAPE_STRING, .is_required = true},
        {.name = "intent", .kind = SHAPE_OF, .is_required = true, .of = &intent_form},
        {.name = NULL},
    }};

static const struct shape cancel_form = {
    .name = "cancel",
    .members = (const struct shape_member[]){
        {.name = "cancel", .kind = SHAPE_STRING, .is_required = true},
        {.name = NULL},
    }};

static const struct shape compensate_form = {
    .name = "compensate",
    .members = (const struct shape_member[]){
        {.name = "compensate", .kind = SHAPE_STRING, .is_required = true},
        {.name = NULL},
    }};

static const struct shape edit_form = {
    .name = "edit",
    .members = (const struct shape_member[]){
        {.name = "edit", .kind = SHAPE_STRING, .is_required = true},
        {.name = "method", .kind = SHAPE_STRING, .is_required = true, .choices = methods},
        {.name = "target", .kind = SHAPE_STRING, .is_required = true},
        {.name = "body", .kind = SHAPE_ANY},
        {.name = NULL},
    }};

static const struct shape fetch_review_form = {
    .name = "fetch-review",
    .members = (const struct shape_member[]){
        {.name = "fetch-review", .kind = SHAPE_STRING, .is_required = true},
        {.name = NULL},
    }};

static const struct shape decide_form = {
    .name = "decide",
    .members = (const struct shape_member[]){
        {.name = "decide", .kind = SHAPE_STRING, .is_required = true},
        {.name = "decision", .kind = SHAPE_STRING, .is_required = true, .choices = decisions},
        {.name = "fields", .kind = SHAPE_STRINGS},
        {.name = NULL},
    }};

static const struct shape sweep_form = {
    .name = "sweep",
    .members = (const struct shape_member[]){
        {.name = "sweep", .kind = SHAPE_STRING, .is_required = true, .choices = sweeps},
        {.name = NULL},
    }};

static const struct shape notify_form = {
    .name = "notify",
    .members = (const struct shape_member[]){
        {.name = "notify", .kind = SHAPE_STRING, .is_required = true, .choices = contents},
        {.name = "of", .kind = SHAPE_STRING, .is_required = true},
        {.name = NULL},
    }};

static const struct shape merge_patient_form = {
    .name = "merge-patient",
    .members = (const struct shape_member[]){
        {.name = "merge-patient", .kind = SHAPE_STRING, .is_required = true},
        {.name = "into", .kind = SHAPE_STRING, .is_required = true},
        {.name = NULL},
    }};

static const struct shape unmerge_patient_form = {
    .name = "unmerge-patient",
    .members = (const struct shape_member[]){
        {.name = "unmerge-patient", .kind = SHAPE_STRING, .is_required = true},
        {.name = "from", .kind = SHAPE_STRING, .is_required = true},
        {.name = NULL},
    }};

static const struct scenario_step_form step_forms[] = {
    {VERB_SUBMIT, &submit_form},
    {VERB_REDELIVER, &redeliver_form},
    {VERB_RESUBMIT, &resubmit_form},
    {VERB_CANCEL, &cancel_form},
    {VERB_EDIT, &edit_form},
    {VERB_FETCH_REVIEW, &fetch_review_form},
    {VERB_DECIDE, &decide_form},
    {VERB_SWEEP, &sweep_form},
    {VERB_COMPENSATE, &compensate_form},
    {VERB_NOTIFY, &notify_form},
    {VERB_MERGE_PATIENT, &merge_patient_form},
    {VERB_UNMERGE_PATIENT, &unmerge_patient_form},
};
static_assert(COUNT_OF(step_forms) == VERB_UNMERGE_PATIENT + 1, "one form for each verb");

size_t scenario_step_forms(const struct scenario_step_form **out_forms)
{
    *out_forms = step_forms;
    return COUNT_OF(step_forms);
}

/* Steps are an array of objects of several shapes: scenario.c picks the shape by the verb. */
static const struct shape actor_form = {
    .name = "actor",
    .members = (const struct shape_member[]){
        {.name = "through", .kind = SHAPE_STRING, .is_required = true, .choices = sides},
        {.name = "steps", .kind = SHAPE_ARRAY, .is_required = true},
        {.name = NULL},
    }};

static const struct shape explore_form = {.name = "explore",
                                          .members = (const struct shape_member[]){
                                              {.name = "delays", .kind = SHAPE_INTEGER},
                                              {.name = "faults", .kind = SHAPE_INTEGER},
                                              {.name = "kills", .kind = SHAPE_INTEGER},
                                              {.name = "kinds", .kind = SHAPE_STRINGS},
                                              {.name = NULL},
                                          }};

static const struct shape expect_intent_form = {
    .name = "expectIntent",
    .members = (const struct shape_member[]){
        {.name = "state", .kind = SHAPE_STRING_OR_LIST, .choices = scenario_states},
        {.name = "next", .kind = SHAPE_STRING_OR_LIST, .choices = next_steps},
        {.name = NULL},
    }};

static const struct shape expect_resource_form = {
    .name = "expectResource",
    .has_pointers = true,
    .members = (const struct shape_member[]){
        {.name = "version", .kind = SHAPE_STRING_OR_LIST},
        {.name = "count", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "deleted", .kind = SHAPE_FLAG},
        {.name = NULL},
    }};

static const struct shape expect_audit_form = {
    .name = "expectAudit",
    .members = (const struct shape_member[]){
        {.name = "committed", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "refused", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "conflict", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "incomplete", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "cancelled", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "superseded", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "compensated", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = NULL},
    }};

static const struct shape expect_idempotency_form = {
    .name = "expectIdempotency",
    .members = (const struct shape_member[]){
        {.name = "intents", .kind = SHAPE_INTEGER_OR_LIST},
        {.name = "sameResult", .kind = SHAPE_FLAG},
        {.name = NULL},
    }};

static const struct shape expect_review_form = {.name = "expectReview",
                                                .has_pointers = true,
                                                .members =
                                                    (const struct shape_member[]){{.name = NULL}}};

const struct shape scenario_expect_form = {
    .name = "expect",
    .members = (const struct shape_member[]){
        {.name = "intents", .kind = SHAPE_MAP_OF, .of = &expect_intent_form},
        {.name = "chart", .kind = SHAPE_MAP_OF, .of = &expect_resource_form},
        {.name = "audit", .kind = SHAPE_MAP_OF, .of = &expect_audit_form},
        {.name = "idempotency", .kind = SHAPE_MAP_OF, .of = &expect_idempotency_form},
        {.name = "reviews", .kind = SHAPE_MAP_OF, .of = &expect_review_form},
        {.name = NULL},
    }};

const struct shape scenario_form = {
    .name = "",
    .members = (const struct shape_member[]){
        {.name = "$schema", .kind = SHAPE_STRING},
        {.name = "title", .kind = SHAPE_STRING, .is_required = true},
        {.name = "why", .kind = SHAPE_STRING, .is_required = true},
        {.name = "controls", .kind = SHAPE_STRINGS, .choices = controls},
        {.name = "chart", .kind = SHAPE_STRINGS, .is_required = true},
        {.name = "personalities", .kind = SHAPE_STRINGS}, /* sim_personalities: scenario.c */
        {.name = "actors", .kind = SHAPE_MAP_OF, .is_required = true, .of = &actor_form},
        {.name = "schedule", .kind = SHAPE_STRINGS},
        {.name = "replay", .kind = SHAPE_STRINGS},
        {.name = "explore", .kind = SHAPE_OF, .of = &explore_form},
        {.name = "expect", .kind = SHAPE_OF, .of = &scenario_expect_form},
        {.name = NULL},
    }};
