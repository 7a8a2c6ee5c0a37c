/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_guard - guarded-write: every write to something that is there names a version that the engine really had.
 *
 * An older guard is honest: the server refuses it. A newer one than the content derives from is not: it makes the
 * server accept what was made without looking. A creation needs no guard against lost updates.
 */
#include <string.h>

#include "harness/judge/achievable.h"
#include "harness/judge/derive.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

static const char *act_of(const struct fact_write *write)
{
    static const char *const names[] = {
        [METHOD_OTHER] = "a write", [METHOD_POST] = "a POST",     [METHOD_PUT] = "a PUT",
        [METHOD_PATCH] = "a PATCH", [METHOD_DELETE] = "a DELETE",
    };

    return names[write->method];
}

/* The older version that the content derives from, where it does not derive from the guard's. */
static const struct fact_version *older_source(const struct facts *facts,
                                               const struct fact_write *write,
                                               const struct fact_version *guard)
{
    const struct touch *touch;

    if (!write->slot || write->method == METHOD_DELETE ||
        !slot_touch_decided(facts, write->slot, write_decision(write), &touch) ||
        write_derives_from(facts, write, touch, guard))
        return NULL;
    for (const struct fact_version *older = guard->pred; older; older = older->pred) {
        bool is_known =
            older == write->slot->base || version_was_held(older, write->exchange->arrived->n);

        if (is_known && write_derives_from(facts, write, touch, older))
            return older;
    }
    return NULL;
}

static bool is_named_base(const struct facts *facts, const struct fact_write *write,
                          const char *label)
{
    const char *base = write->slot ? slot_named_base(facts, write->slot) : NULL;

    return base && strcmp(base, label) == 0;
}

/* What is written over: there when the write arrived, or made by somebody else before it took effect. NULL: nothing. */
static const struct fact_version *written_over(const struct facts *facts,
                                               const struct fact_write *write)
{
    const struct fact_version *found = write_found(facts, write);
    const struct fact_version *met = write->commit_count > 0 ? write->commits[0]->pred : NULL;

    if (found && !found->is_deletion)
        return found;
    return met && !met->is_deletion && met->slot != write->slot ? met : NULL;
}

/* At a server whose guards can only help to detect, what matters is whether somebody's version was written over unseen. */
static bool is_harmless(const struct facts *facts, const struct fact_write *write)
{
    const struct fact_version *made = write->commit_count > 0 ? write->commits[0] : NULL;
    const struct fact_version *met = made ? made->pred : NULL;

    if (facts->evidence->guards.lost_update == SIM_PREVENT)
        return false;
    return !made || !met || met->exchange || !write->slot ||
           !version_is_foreign(facts, write->slot, met) ||
           harm_is_excused(facts, facts->evidence->guards.lost_update, write->intent, made);
}

static void judge_label(const struct facts *facts, const struct fact_write *write,
                        const char *reference, const char *label,
                        const struct fact_version *version, struct finding *finding)
{
    const struct sim_entry *arrived = write->exchange->arrived;

    if (label && is_named_base(facts, write, label))
        return;
    if (!version || !version_was_held(version, arrived->n)) {
        finding_fail(finding, ENTRIES(arrived->n),
                     "%s of %s is guarded by version %s, which the engine never had", act_of(write),
                     reference, label ? label : "(none that was there)");
        return;
    }
    const struct fact_version *older = older_source(facts, write, version);
    if (older)
        finding_fail(finding, ENTRIES(arrived->n),
                     "%s of %s is guarded by version %s, but was made from version %s",
                     act_of(write), reference, label, older->label);
}

/* Each version that is named must be an honest guard; what names none can't do harm, but may hide what was meant. */
static void judge_list(const struct facts *facts, const struct fact_write *write,
                       const char *reference, const char *list, struct finding *finding)
{
    const char *label;

    for (size_t i = 0; (label = guard_label_at(facts->arena, list, i)); i++) {
        const struct fact_version *version = write_named(facts, write, label);

        if (version)
            judge_label(facts, write, reference, label, version, finding);
        else
            finding_unknown(finding, ENTRIES(write->exchange->arrived->n),
                            "%s of %s names several versions, and %s is none: which one it was "
                            "made from can't be told",
                            act_of(write), reference, label);
    }
}

static void judge_write(const struct facts *facts, const struct fact_write *write,
                        struct finding *finding)
{
    const struct fact_version *over = written_over(facts, write);
    struct named_guard guard;

    if (!over || write->method == METHOD_OTHER || write->method == METHOD_POST ||
        write->is_companion || is_harmless(facts, write))
        return;
    write_guard(facts, write, &guard);
    if (guard.is_create)
        return;
    if (!guard.is_there)
        finding_fail(finding, ENTRIES(write->exchange->arrived->n),
                     "%s of %s came without a guard that names a version", act_of(write),
                     over->resource->reference);
    else if (guard.is_list)
        judge_list(facts, write, over->resource->reference, guard.label, finding);
    else
        judge_label(facts, write, over->resource->reference, guard.label, guard.version, finding);
}

void judge_guarded_write(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->exchange_count; i++) {
        const struct fact_exchange *exchange = facts->exchanges[i];

        for (size_t k = 0; exchange->arrived && k < exchange->write_count; k++)
            judge_write(facts, &exchange->writes[k], finding);
    }
}
