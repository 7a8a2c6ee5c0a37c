/* SPDX-License-Identifier: Apache-2.0 */
/* job - see the header. Events and audit records are made here and nowhere else, so that they all
 * bear the same members. */
#include "engine/job.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "engine/metrics.h"

void job_init(struct job *job, struct engine *engine, struct worker_lane *lane, struct arena *arena,
              struct intent *intent)
{
    job->engine = engine;
    job->lane = lane;
    job->arena = arena;
    job->intent = intent;
    job->event_count = job->audit_count = job->commit_count = 0;
    job->review = NULL;
    job->only_from = NULL;
    job->must_wait = job->is_exhausted = job->is_second_look = job->may_use_reserve = false;
    job->retry_after_ms = -1;
}

static void put_copy(struct cJSON *out, const char *key, const struct cJSON *item)
{
    json_put(out, key, item ? json_copy(item) : cJSON_CreateNull());
}

/* What events and audit records have in common. */
static struct cJSON *record_new(struct job *job, const struct slot *slot)
{
    const struct intent *intent = job->intent;
    struct cJSON *record = json_object(job->arena);
    char now[CLOCK_INSTANT_SIZE];

    clock_instant(clock_wall_ms(), now);
    json_put_string(record, "recorded", now);
    json_put_string(record, "intent", intent->row.id);
    json_put_string(record, "key", intent->row.key);
    json_put_string(record, "correlationId", intent->row.correlation);
    put_copy(record, "requester", json_get(intent->request, "requester"));
    put_copy(record, "source", json_get(intent->request, "source"));
    const char *reference = slot ? slot_reference(slot, job->arena) : NULL;
    if (reference)
        json_put_string(json_put_object(record, "target"), "reference", reference);
    else
        put_copy(record, "target", json_get(intent->request, "target"));
    json_put_string(record, "versionRead", slot ? slot->guard : NULL);
    json_put_string(record, "payloadHash", intent->row.payload_hash);
    return record;
}

void job_event(struct job *job, const char *kind, const struct slot *slot, const char *request_hash,
               struct cJSON *result)
{
    struct cJSON *event = record_new(job, slot);

    ASSERT(job->event_count < JOB_EVENTS_MAX);
    json_put_string(event, "kind", kind);
    json_put_integer(event, "attempt", job->intent->attempts);
    json_put_string(event, "requestHash", request_hash);
    json_put(event, "result", result ? result : cJSON_CreateNull());
    job->events[job->event_count++] = event;
}

/* The server found nothing to change and made no version: what it named is what was there. */
static bool is_no_version(const struct slot *slot)
{
    return slot->version && slot->guard && strcmp(slot->version, slot->guard) == 0;
}

void job_audit(struct job *job, const char *outcome, const struct slot *slot,
               const char *validation)
{
    struct cJSON *record = record_new(job, slot);
    bool is_in = slot && (slot->state == SLOT_EFFECTIVE || slot->state == SLOT_DEVIANT);

    ASSERT(job->audit_count < JOB_EVENTS_MAX);
    put_copy(record, "reason", json_get(job->intent->request, "reason"));
    json_put_string(record, "versionWritten", is_in && !is_no_version(slot) ? slot->version : NULL);
    json_put_string(record, "validation", validation);
    json_put_string(record, "outcome", outcome);
    job->audits[job->audit_count++] = record;
}

/* The version is known as this intent's from here. */
static void know(struct job *job, const struct slot *slot)
{
    const struct intent *intent = job->intent;

    ASSERT(job->commit_count < JOB_EVENTS_MAX);
    job->commits[job->commit_count++] =
        (struct ledger_commit){.reference = slot_reference(slot, job->arena),
                               .version = slot->version,
                               .tenant = intent->row.tenant,
                               .system = intent->row.system,
                               .requester = intent->requester};
}

void job_commit(struct job *job, const struct slot *slot)
{
    const char *reference = slot_reference(slot, job->arena);
    struct cJSON *result = json_object(job->arena);

    json_put_string(result, "reference", reference);
    json_put_string(result, "versionId", slot->version);
    job_event(job, "committed", slot, NULL, json_copy(result));
    job_audit(job, "committed", slot, slot->state == SLOT_EFFECTIVE ? "passed" : "failed");
    if (slot->state == SLOT_EFFECTIVE) /* what was stored otherwise is no success */
        metrics_add(job->engine->metrics, METRIC_COMMITTED);
    if (slot->version && reference && !is_no_version(slot))
        know(job, slot);
}

void job_own_copy(struct job *job, const struct slot *slot)
{
    job_audit(job, "committed", slot, "passed");
    know(job, slot);
}

int job_write(struct job *job, struct err *err)
{
    intent_save(job->intent);
    int rc = ledger_write(job->engine->ledger,
                          &(struct ledger_step){.intent = &job->intent->row,
                                                .only_from = job->only_from,
                                                .events = job->events,
                                                .event_count = job->event_count,
                                                .audits = job->audits,
                                                .audit_count = job->audit_count,
                                                .commits = job->commits,
                                                .commit_count = job->commit_count,
                                                .review = job->review},
                          err);
    job->event_count = job->audit_count = job->commit_count = 0;
    job->review = NULL;
    job->only_from = NULL;
    return rc;
}

int64_t job_from_now(long delay_ms)
{
    return (int64_t)clock_wall_ms() + 1 + delay_ms;
}

bool job_keep_away(struct job *job)
{
    if (job->retry_after_ms < 0)
        return false;
    job->intent->due_ms = job_from_now(job->retry_after_ms);
    job->intent->is_due_kept = true;
    return true;
}

enum go job_failed(struct job *job, const struct err *err)
{
    if (err->code == ERR_INPUT)
        return GO_END; /* cancelled meanwhile */
    log_line("intent %s: %s", job->intent->row.id, err->text);
    return GO_AGAIN;
}
