/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_base - sound-base: what is written does not derive from an answer that was not the whole, current resource.
 *
 * Two kinds of unsound answers. One that is not whole (SUBSETTED, or cut off on its way) may never be derived from: no
 * guard makes up for what is missing. One that was older than the chart, or whose ETag and body were of two versions,
 * does no harm where the write is guarded by the very version that the body was: the server refuses it.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fhir/document.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/derive.h"
#include "harness/judge/diff.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

struct basis {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_write *write;
    const struct touch *touch;
    const struct canon *asked;
    uint64_t n;         /* when it arrived */
    uint64_t first_cut; /* when the first exchange arrived whose answer was cut off; 0: none */
};

static bool derives_from(const struct basis *basis, const struct fact_version *version)
{
    return version && !version->is_deletion &&
           write_derives_from(basis->facts, basis->write, basis->touch, version);
}

/* ---- older than it was taken for ---- */

/* Did this answer show the version as what it was: asked for by its number, or current when it was asked for? */
static bool is_sound(const struct facts *facts, const struct fact_receipt *receipt,
                     const struct fact_version *version)
{
    const struct sim_entry *arrived = receipt->exchange->arrived;
    const char *reference = version->resource->reference;
    const struct fact_version *current = facts_current(facts, reference, arrived->n);

    if (receipt->exchange->is_write || strcmp(arrived->interaction, "vread") == 0 ||
        strcmp(arrived->interaction, "history") == 0)
        return true;
    if (receipt_is_torn(facts, receipt, version))
        return false;
    return !current || current == version || version_is_newer(version, current);
}

/* The first answer that had the version, where none before n showed it as what it was; NULL: one did, or none had it. */
static const struct fact_receipt *unsound_receipt(const struct facts *facts,
                                                  const struct fact_version *version, uint64_t n)
{
    const struct fact_receipt *first = NULL;

    for (size_t i = 0; i < version->receipt_count && version->receipts[i].n < n; i++) {
        const struct fact_receipt *receipt = &version->receipts[i];

        if (!receipt->is_full || !receipt->exchange->arrived)
            continue;
        if (is_sound(facts, receipt, version))
            return NULL;
        first = first ? first : receipt;
    }
    return version->exchange ? NULL : first;
}

/* What the write is guarded by; where it is not, what was there. */
static const struct fact_version *stands_on(const struct basis *basis)
{
    struct named_guard guard;

    write_guard(basis->facts, basis->write, &guard);
    return guard.is_there ? guard.version : write_found(basis->facts, basis->write);
}

static void judge_older(const struct basis *basis, const struct fact_version *found)
{
    const struct fact_slot *slot = basis->write->slot;
    const struct fact_version *on = stands_on(basis);
    const struct fact_version *named = slot_named_base(basis->facts, slot) ? slot->base : NULL;

    if (basis->facts->evidence->guards.stale_read != SIM_PREVENT || derives_from(basis, on))
        return;
    for (const struct fact_version *version = found; version; version = version->pred) {
        const struct fact_receipt *receipt = version == on || version == named
                                                 ? NULL
                                                 : unsound_receipt(basis->facts, version, basis->n);

        if (!receipt || !derives_from(basis, version))
            continue;
        finding_fail(basis->finding, ENTRIES(receipt->n, basis->n),
                     "%s was made from version %s of %s, which an answer showed as current that "
                     "was older than the chart",
                     basis->write->intent->given->name, version->label,
                     version->resource->reference);
        return;
    }
}

/* ---- not whole ---- */

/* Is what was sent explained by any whole version that was there to be derived from? */
static bool has_whole_base(const struct basis *basis, const struct fact_version *found)
{
    for (const struct fact_version *version = found; version; version = version->pred)
        if (derives_from(basis, version))
            return true;
    return false;
}

static bool is_subsetted(const struct cJSON *resource)
{
    const struct cJSON *tag;

    cJSON_ArrayForEach(tag, json_get(json_get(resource, "meta"), "tag"))
    {
        const char *code = json_string(tag, "code");

        if (code && strcmp(code, "SUBSETTED") == 0)
            return true;
    }
    return false;
}

static bool is_of(const struct cJSON *resource, const char *reference)
{
    const char *type = json_string(resource, "resourceType"), *id = json_string(resource, "id");
    size_t size = type ? strlen(type) : 0;

    return type && id && strncmp(reference, type, size) == 0 && reference[size] == '/' &&
           strcmp(reference + size + 1, id) == 0;
}

/* A SUBSETTED form of the resource in the answer from which, with the intent, this write follows. */
static bool is_from_subset(const struct basis *basis, const struct cJSON *tree)
{
    const struct cJSON *entry;

    cJSON_ArrayForEach(entry, json_get(tree, "entry"))
    {
        if (is_from_subset(basis, json_get(entry, "resource")))
            return true;
    }
    if (!is_subsetted(tree) || !is_of(tree, basis->write->reference))
        return false;
    const struct canon *subset =
        claims_canon(basis->facts, basis->write->intent, tree, basis->write->body);
    return !write_beyond(basis->facts, basis->write, basis->touch, subset, basis->asked);
}

static bool was_cut_off(const struct fact_exchange *exchange)
{
    static const char *const kinds[] = {"truncate-body", "bad-chunk", "garbage"};

    for (size_t i = 0; i < exchange->fault_count; i++)
        for (size_t k = 0; k < COUNT_OF(kinds); k++)
            if (strncmp(exchange->faults[i]->fault, kinds[k], strlen(kinds[k])) == 0)
                return true;
    return false;
}

/* Of the resource as it was, and the intent, is nothing changed but that something is missing? */
static bool is_from_beginning(const struct basis *basis, const struct fact_version *found)
{
    const char *line =
        write_beyond(basis->facts, basis->write, basis->touch,
                     version_canon(basis->facts, basis->write->slot, found), basis->asked);

    while (line && *line == '-' && strchr(line, '\n'))
        line = strchr(line, '\n') + 1;
    return line && *line == '\0';
}

static void judge_part(const struct basis *basis, const struct fact_version *found)
{
    const struct facts *facts = basis->facts;
    const char *reference = basis->write->reference;

    if (has_whole_base(basis, found))
        return;
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];
        bool is_cut = exchange->arrived->n < basis->n && exchange->ended < basis->n &&
                      strcmp(exchange->reference, reference) == 0 && was_cut_off(exchange);

        if (exchange->replied && exchange->replied->n < basis->n &&
            is_from_subset(basis, fact_reply(exchange)))
            finding_fail(basis->finding, ENTRIES(exchange->replied->n, basis->n),
                         "%s was made from a SUBSETTED answer: the rest of %s is not in it",
                         basis->write->intent->given->name, reference);
        else if (is_cut && is_from_beginning(basis, found))
            finding_fail(basis->finding, ENTRIES(exchange->arrived->n, basis->n),
                         "%s was made from an answer that was cut off: the rest of %s is not in it",
                         basis->write->intent->given->name, reference);
    }
}

/* ---- all writes ---- */

/* Was there any answer about the resource that must not be derived from? Only then the rest matters. */
static bool had_unsound_answer(const struct basis *basis, const struct fact_version *found)
{
    for (const struct fact_version *version = found; version; version = version->pred)
        for (size_t i = 0; i < version->receipt_count && version->receipts[i].n < basis->n; i++) {
            const struct fact_receipt *receipt = &version->receipts[i];
            bool is_subset = !receipt->is_full && !receipt->exchange->is_write &&
                             receipt->exchange->replied && receipt->exchange->replied->body &&
                             strstr(receipt->exchange->replied->body, "SUBSETTED");

            if (is_subset || (receipt->is_full && receipt->exchange->arrived &&
                              !is_sound(basis->facts, receipt, version)))
                return true;
        }
    return basis->first_cut && basis->first_cut < basis->n;
}

static void judge_write(const struct facts *facts, const struct fact_write *write,
                        uint64_t first_cut, struct finding *finding)
{
    struct basis basis = {.facts = facts,
                          .finding = finding,
                          .write = write,
                          .n = write->exchange->arrived->n,
                          .first_cut = first_cut};
    const struct fact_version *found = write_found(facts, write);

    if (!write->slot || write->is_companion || !write->reference || !found ||
        (write->method != METHOD_PUT && write->method != METHOD_PATCH) ||
        !had_unsound_answer(&basis, found))
        return;
    if (!slot_touch_decided(facts, write->slot, write_decision(write), &basis.touch)) {
        if (write_is_own_patch(write) && write->commit_count == 0)
            return; /* it fits nothing, and the server said so */
        finding_unknown(finding, ENTRIES(basis.n),
                        "what %s was made from can't be told: its base never was, or its patch "
                        "does not fit it",
                        write->intent->given->name);
        return;
    }
    judge_older(&basis, found);
    if (write->method == METHOD_PUT && write_asks(facts, write, found, &basis.asked))
        judge_part(&basis, found);
}

static uint64_t first_cut_off(const struct facts *facts)
{
    uint64_t first = 0;

    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        if (was_cut_off(exchange) && (!first || exchange->arrived->n < first))
            first = exchange->arrived->n;
    }
    return first;
}

void judge_sound_base(const struct facts *facts, struct finding *finding)
{
    const uint64_t first_cut = first_cut_off(facts);

    for (size_t i = 0; i < facts->exchange_count; i++)
        for (size_t k = 0; facts->exchanges[i]->arrived && k < facts->exchanges[i]->write_count;
             k++)
            judge_write(facts, &facts->exchanges[i]->writes[k], first_cut, finding);
}
