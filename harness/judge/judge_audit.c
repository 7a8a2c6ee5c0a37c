/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_audit - audit-complete and audit-true: one record for each version made and for each end without one, none
 * that claims more, in a chain that only grows.
 *
 * The audit is asked for once everything is recovered: then an empty one says that there are no records.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/json.h"
#include "harness/judge/achievable.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

static const char *outcome_of(const struct fact_record *record)
{
    const char *outcome = json_string(record->tree, "outcome");

    return outcome ? outcome : "";
}

static bool is_committed(const struct fact_record *record)
{
    return strcmp(outcome_of(record), "committed") == 0;
}

/* A version as a record names it; NULL: none. */
static const char *label_of(const struct facts *facts, const struct fact_record *record,
                            const char *member)
{
    return facts_label(facts, json_get(record->tree, member));
}

/* "Type/id" of the record's target: a reference, or an object that has one; NULL: none. */
static const char *target_of(const struct facts *facts, const struct fact_record *record)
{
    const struct cJSON *target = json_get(record->tree, "target");
    const char *text = json_text(target) ? json_text(target) : json_string(target, "reference");

    return facts_reference(facts, text, NULL);
}

/* ---- audit-complete ---- */

/* An undo may be recorded as what it is. */
static bool is_outcome_of(const struct fact_record *record, const struct fact_version *version)
{
    return is_committed(record) ||
           (version->is_undo && strcmp(outcome_of(record), "compensated") == 0);
}

static bool is_record_of(const struct facts *facts, const struct fact_record *record,
                         const struct fact_version *version)
{
    const char *label = label_of(facts, record, "versionWritten"),
               *target = target_of(facts, record);

    if (!is_outcome_of(record, version) ||
        (target && strcmp(target, version->resource->reference) != 0))
        return false;
    if (!target && record->intent != version->intent)
        return false;
    return label ? strcmp(label, version->label) == 0
                 : version->is_deletion && record->intent == version->intent;
}

/* Nothing told the engine whose the version is, and it asks a human: without finding out, or where the server does not
 * say. Then no record can name it. */
static bool is_asked_about(const struct facts *facts, const struct fact_version *version)
{
    return intent_is_open(facts, version->intent) && !version_is_shown(version);
}

/* At a server that does not keep to guards: the engine asked not to write over what was there, and was not told that it
 * did. */
static bool was_refused_there(const struct facts *facts, const struct fact_version *version)
{
    return version->write && version->write->method != METHOD_POST && version->pred &&
           write_excludes(facts, version->write, version->pred) &&
           !version_received(version, false);
}

/* The same, and it was found by a look that cannot tell whose it is, and left to a human. */
static bool is_left_to_a_human(const struct facts *facts, const struct fact_version *version)
{
    return version_is_astray(facts, version) &&
           (intent_is_open(facts, version->intent) ||
            harm_is_excused(facts, facts->evidence->guards.lost_update, version->intent, version));
}

/* How many versions of the intent had this label; after a restore a number may be given anew. A lost one may have a
 * record or none: it was committed, and is not there. */
struct namesakes {
    size_t all, standing;
};

static struct namesakes namesakes(const struct fact_version *version)
{
    const struct fact_resource *resource = version->resource;
    struct namesakes found = {0};

    for (size_t i = 0; i < resource->version_count; i++) {
        const struct fact_version *other = resource->versions[i];
        bool is_one = other->exchange && other->intent == version->intent && !other->is_companion &&
                      strcmp(other->label, version->label) == 0;

        found.all += is_one;
        found.standing += is_one && !other->undone;
    }
    return found;
}

static bool has_record(const struct facts *facts, const struct fact_version *version)
{
    for (size_t i = 0; i < facts->audit_count; i++)
        if (is_record_of(facts, &facts->audit[i], version))
            return true;
    return false;
}

static void judge_version(const struct facts *facts, const struct fact_version *version,
                          struct finding *finding)
{
    const struct fact_intent *intent = version->intent;
    const struct fact_record *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < (intent ? intent->audit_count : facts->audit_count); i++) {
        const struct fact_record *record = intent ? intent->audit[i] : &facts->audit[i];

        if (!is_record_of(facts, record, version) ||
            (first && strcmp(first->entry->body, record->entry->body) == 0))
            continue; /* a line that was served twice is one record */
        if (!first)
            first = record;
        count++;
    }
    struct namesakes wanted = namesakes(version);
    const struct fact_version *other = count == 0 ? version_other(facts, version) : NULL;
    if (other && has_record(facts, other))
        return; /* made twice against the guard: one record is for both */
    if ((count >= wanted.standing && count <= wanted.all) ||
        (count == 0 && (is_asked_about(facts, version) || was_refused_there(facts, version) ||
                        is_left_to_a_human(facts, version) || version_was_denied(version))))
        return;
    finding_fail(finding, ENTRIES(version->n, count ? first->n : 0),
                 "%s version %s has %zu `committed` records", version->resource->reference,
                 version->label, count);
}

static const struct {
    enum fact_state state;
    const char *outcomes[5]; /* one of these is its record */
} records_of_ends[] = {
    {STATE_REJECTED, {"refused", "conflict", "cancelled", NULL}},
    {STATE_NEEDS_REVIEW, {"conflict", "incomplete", "refused", NULL}},
    {STATE_INCOMPLETE, {"incomplete", "conflict", "refused", NULL}},
};

static bool has_outcome(const struct fact_intent *intent, const char *const *outcomes)
{
    for (; *outcomes; outcomes++)
        for (size_t i = 0; i < intent->audit_count; i++)
            if (strcmp(outcome_of(intent->audit[i]), *outcomes) == 0)
                return true;
    return false;
}

static void judge_end(const struct facts *facts, const struct fact_intent *intent,
                      struct finding *finding)
{
    const struct fact_view *view = intent_view(intent, facts->last);

    for (size_t i = 0; view && i < COUNT_OF(records_of_ends); i++)
        if (view->state == records_of_ends[i].state &&
            !has_outcome(intent, records_of_ends[i].outcomes))
            finding_fail(finding, ENTRIES(view->n), "%s is %s, and no record says so",
                         intent->given->name, json_string(view->tree, "state"));
}

/* Does a record repeat what the intent said: equal, or the reference or id in it? */
static bool repeats(const struct cJSON *said, const struct cJSON *recorded)
{
    static const char *const names[] = {"reference", "system", "eventId", "display"};
    struct buf a = BUF_INIT, b = BUF_INIT;
    bool is_equal;

    if (!said || cJSON_IsNull(said))
        return true;
    if (!recorded)
        return false;
    json_canonical(&a, said);
    json_canonical(&b, recorded);
    is_equal = strcmp(buf_text(&a), buf_text(&b)) == 0;
    buf_release(&a);
    buf_release(&b);
    for (size_t i = 0; !is_equal && i < COUNT_OF(names); i++) {
        const char *part = json_string(said, names[i]);

        is_equal = part && json_text(recorded) && strcmp(part, json_text(recorded)) == 0;
    }
    return is_equal;
}

/* An object may have more members than the intent gave. */
static bool repeats_source(const struct cJSON *said, const struct cJSON *recorded)
{
    const struct cJSON *member;

    if (repeats(said, recorded))
        return true;
    cJSON_ArrayForEach(member, said)
    {
        if (!repeats(member, json_get(recorded, member->string ? member->string : "")))
            return false;
    }
    return cJSON_IsObject(said) && cJSON_IsObject(recorded);
}

static bool is_key_of(const struct fact_intent *intent, const char *key)
{
    for (size_t i = 0; key && i < intent->key_count; i++)
        if (strcmp(intent->keys[i], key) == 0)
            return true;
    return false;
}

/* A record may also say that another payload under the same key was refused. */
static bool is_refused_resubmit(const struct fact_intent *intent, const struct fact_record *record)
{
    for (size_t i = 0; i < intent->submit_count; i++)
        if (strcmp(outcome_of(record), "refused") == 0 &&
            claims_hash_is(json_string(record->tree, "payloadHash"), intent->submits[i].payload))
            return true;
    return false;
}

static void judge_members(const struct fact_intent *intent, const struct fact_record *record,
                          struct finding *finding)
{
    const struct cJSON *payload = intent->given->payload;
    const char *wrong = NULL;

    if (!is_key_of(intent, json_string(record->tree, "key")))
        wrong = "key";
    else if (!repeats_source(json_get(payload, "requester"), json_get(record->tree, "requester")))
        wrong = "requester";
    else if (!repeats_source(json_get(payload, "source"), json_get(record->tree, "source")))
        wrong = "source";
    else if (!claims_hash_is(json_string(record->tree, "payloadHash"), payload) &&
             !is_refused_resubmit(intent, record))
        wrong = "payloadHash";
    if (wrong)
        finding_fail(finding, ENTRIES(intent->submitted, record->n),
                     "a record of %s has a %s that is not the intent's", intent->given->name,
                     wrong);
}

void judge_audit_complete(const struct facts *facts, struct finding *finding)
{
    if (!facts->evidence->is_recovered) {
        finding_unknown(finding, NULL, "the run did not come to the end of recovery");
        return;
    }
    for (size_t i = 0; i < facts->commit_count; i++)
        if (facts->commits[i]->exchange && !facts->commits[i]->is_companion)
            judge_version(facts, facts->commits[i], finding);
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        judge_end(facts, intent, finding);
        for (size_t k = 0; k < intent->audit_count; k++)
            judge_members(intent, intent->audit[k], finding);
    }
}

/* ---- audit-true ---- */

static bool was_vouched(const struct fact_version *version, uint64_t n)
{
    uint64_t told = version_received(version, false);

    return told && told < n;
}

static void judge_written(const struct facts *facts, const struct fact_record *record,
                          struct finding *finding)
{
    const char *label = label_of(facts, record, "versionWritten"),
               *target = target_of(facts, record);
    const struct fact_intent *intent = record->intent;
    const struct fact_version *version = NULL;

    if (!label)
        return;
    if (target)
        version = record_version(facts, intent, target, label, record->n);
    for (size_t i = 0; !target && intent && i < facts->commit_count; i++)
        if (facts->commits[i]->intent == intent && strcmp(facts->commits[i]->label, label) == 0)
            version = facts->commits[i];
    if (!version)
        finding_fail(finding, ENTRIES(record->n),
                     "a record names %s version %s, which is not there", target ? target : "a",
                     label);
    else if (!version->exchange && version_looks_own(facts, intent, version))
        return;
    else if (!version->exchange || (intent && version->intent != intent))
        finding_fail(finding, ENTRIES(version->n ? version->n : record->n, record->n),
                     "a record of %s names %s version %s, which somebody else made",
                     intent ? intent->given->name : "nobody", version->resource->reference, label);
    else if (!was_vouched(version, record->n))
        finding_fail(finding, ENTRIES(version->n, record->n),
                     "a record names %s version %s, for which no reply vouched",
                     version->resource->reference, label);
}

/* Is it a version that the intent names: baseVersion, meta.versionId, or an entry's ifMatch? */
static bool names_label(const struct cJSON *tree, const char *label)
{
    static const char *const members[] = {"baseVersion", "versionId", "ifMatch"};
    const struct cJSON *child;

    cJSON_ArrayForEach(child, tree)
    {
        for (size_t i = 0; child->string && i < COUNT_OF(members); i++) {
            const char *text = json_text(child) ? json_text(child) : json_number_text(child);

            if (text && strcmp(child->string, members[i]) == 0 && strstr(text, label))
                return true;
        }
        if (names_label(child, label))
            return true;
    }
    return false;
}

/* The version that was read: received, or brought by the intent, and not the one that the intent made then. */
static void judge_read(const struct facts *facts, const struct fact_record *record,
                       struct finding *finding)
{
    const char *label = label_of(facts, record, "versionRead"), *target = target_of(facts, record);
    const struct fact_version *version =
        label && target ? facts_version(facts, target, label, record->n) : NULL;
    const struct fact_intent *intent = record->intent;

    if (!label || !target)
        return;
    if (intent && names_label(intent->given->payload, label))
        return;
    for (size_t i = 0; intent && i < intent->slot_count; i++)
        if (version && intent->slots[i].base == version)
            return;
    const char *written = label_of(facts, record, "versionWritten");
    bool is_its_own =
        version && intent && version->intent == intent && written && strcmp(written, label) == 0;
    if (!version || is_its_own || (!was_vouched(version, record->n) && !version->exchange))
        finding_fail(finding, ENTRIES(record->n), "a record says that %s version %s was read%s",
                     target, label, is_its_own ? ", which was made then" : ", and it was not");
}

/* Lines that were served in one answer follow each other in the journal. */
struct batch {
    const struct fact_record *lines;
    size_t count;
};

static struct batch next_batch(const struct facts *facts, size_t start)
{
    struct batch batch = {.lines = &facts->audit[start]};

    while (start + batch.count < facts->audit_count) {
        const struct fact_record *line = &facts->audit[start + batch.count];
        const struct fact_record *before = batch.count ? line - 1 : NULL;

        if (before && (line->n != before->n + 1 || json_integer(line->tree, "sequence", -1) <=
                                                       json_integer(before->tree, "sequence", -1)))
            break;
        batch.count++;
    }
    return batch;
}

static bool follows(const struct fact_record *before, const struct fact_record *line)
{
    const char *previous = json_string(line->tree, "previousHash");
    char hash[HASH_HEX_SIZE] = "";

    if (before && before->entry->body)
        hash_hex(before->entry->body, before->entry->body_size, hash);
    return previous && strcasecmp(previous, hash) == 0;
}

static bool same_line(const struct fact_record *a, const struct fact_record *b)
{
    return a->entry->body && b->entry->body && a->entry->body_size == b->entry->body_size &&
           memcmp(a->entry->body, b->entry->body, a->entry->body_size) == 0;
}

/* All lines as they were served last, in order. */
struct chain {
    const struct fact_record **lines;
    size_t count;
};

/* Where among the known lines the batch begins; their count + 1: nowhere. */
static size_t place_of(const struct chain *known, const struct batch *batch)
{
    if (follows(NULL, batch->lines))
        return 0;
    for (size_t i = known->count; i > 0; i--)
        if (follows(known->lines[i - 1], batch->lines))
            return i;
    return known->count + 1;
}

/* A batch is all of it, or all from some line on. */
static void judge_chain(const struct batch *batch, struct chain *known, struct finding *finding)
{
    size_t start = place_of(known, batch);

    if (start > known->count) {
        finding_fail(finding, ENTRIES(batch->lines->n),
                     "the chain of the audit does not begin where it must");
        start = known->count;
    }
    for (size_t i = 1; i < batch->count; i++)
        if (!follows(&batch->lines[i - 1], &batch->lines[i]))
            finding_fail(finding, ENTRIES(batch->lines[i - 1].n, batch->lines[i].n),
                         "the chain of the audit is broken");
    for (size_t i = 0; start + i < known->count; i++) {
        const struct fact_record *line = known->lines[start + i];

        if (i >= batch->count)
            finding_fail(finding, ENTRIES(line->n, batch->lines->n), "an earlier record is gone");
        else if (!same_line(line, &batch->lines[i]))
            finding_fail(finding, ENTRIES(line->n, batch->lines[i].n),
                         "an earlier record has changed");
    }
    known->count = start;
    for (size_t i = 0; i < batch->count; i++)
        known->lines[known->count++] = &batch->lines[i];
}

void judge_audit_true(const struct facts *facts, struct finding *finding)
{
    struct chain known = {
        .lines = arena_alloc(facts->arena, (facts->audit_count + 1) * sizeof(*known.lines))};

    if (facts->audit_count == 0 && !facts->evidence->is_recovered)
        finding_unknown(finding, NULL, "the audit was not asked for");
    for (size_t i = 0; i < facts->audit_count; i++) {
        judge_written(facts, &facts->audit[i], finding);
        judge_read(facts, &facts->audit[i], finding);
    }
    for (size_t start = 0; start < facts->audit_count;) {
        struct batch batch = next_batch(facts, start);

        judge_chain(&batch, &known, finding);
        start += batch.count;
    }
}
