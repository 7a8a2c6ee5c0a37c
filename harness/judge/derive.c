/* SPDX-License-Identifier: Apache-2.0 */
/*
 * derive - see derive.h. Everything is by docs/invariants.md "The words, exactly".
 */
#include "harness/judge/derive.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "harness/judge/canon.h"
#include "harness/judge/claims.h"
#include "harness/judge/diff.h"
#include "harness/judge/facts_build.h"
#include "harness/judge/touch.h"

/* ---- content and touch ---- */

static const struct cJSON *live_tree(const struct fact_version *version)
{
    return version && !version->is_deletion ? fact_tree(version) : NULL;
}

static const struct canon *slot_canon(const struct facts *facts, const struct fact_slot *slot,
                                      const struct cJSON *tree)
{
    return claims_canon(facts, slot ? slot->intent : NULL, tree,
                        slot ? live_tree(slot->base) : NULL);
}

bool version_is_unreadable(const struct fact_version *version)
{
    return version && !version->is_deletion && !cJSON_IsObject(fact_tree(version));
}

/* Which references in it stand for another: a urn for whom asks, a query for what is in the chart. */
static void find_references(const struct cJSON *tree, bool *has_urn, bool *has_query)
{
    const struct cJSON *child;

    cJSON_ArrayForEach(child, tree)
    {
        const char *text = json_text(child);

        if (!text) {
            find_references(child, has_urn, has_query);
        } else if (child->string && strcmp(child->string, "reference") == 0) {
            *has_urn |= strncmp(text, "urn:", 4) == 0;
            *has_query |= strchr(text, '?') != NULL;
        }
    }
}

/* The canon depends on who asks only where urns are resolved or contained ids renamed. */
const struct canon *version_canon(const struct facts *facts, const struct fact_slot *slot,
                                  const struct fact_version *version)
{
    const struct cJSON *tree = live_tree(version);

    if (!tree)
        return NULL;
    struct fact_memo *memo = version->memo;
    if (!memo->has_canon) {
        bool has_urn = false, has_query = false;

        find_references(tree, &has_urn, &has_query);
        memo->has_canon = true;
        memo->is_own_canon = !json_get(tree, "contained") && !has_urn;
        memo->is_plain_canon = memo->is_own_canon && !has_query;
        memo->canon = memo->is_own_canon ? slot_canon(facts, NULL, tree) : NULL;
    }
    return memo->is_own_canon ? memo->canon : slot_canon(facts, slot, tree);
}

/* Does it start from a version that there never was, of what was there? */
static bool is_baseless(const struct facts *facts, const struct fact_slot *slot)
{
    return !slot->base && slot->reference && slot->method == METHOD_PUT &&
           slot_named_base(facts, slot) &&
           facts_current(facts, slot->reference, slot->intent->submitted);
}

static bool make_touch(const struct facts *facts, const struct fact_slot *slot,
                       const struct touch **out)
{
    const struct cJSON *base = live_tree(slot->base);
    const struct canon_options options = {.base = facts->evidence->base};

    *out = NULL;
    if (is_baseless(facts, slot))
        return false;
    if (slot->method == METHOD_PATCH) {
        const struct canon *before = base ? version_canon(facts, slot, slot->base) : NULL;

        if (before && !slot->base->memo->is_plain_canon)
            before = NULL; /* a patch is of what is written there */
        *out = base ? touch_patch(facts->arena, base, before, slot->content, &options) : NULL;
        return *out != NULL;
    }
    const struct canon *was = version_canon(facts, slot, slot->base);
    if (slot->method == METHOD_DELETE) {
        *out = touch_all(facts->arena, was, NULL);
        return true;
    }
    const struct canon *shall = slot_canon(facts, slot, slot->content);
    *out = was && slot->method == METHOD_PUT ? touch_update(facts->arena, was, shall)
                                             : touch_all(facts->arena, NULL, shall);
    return shall != NULL;
}

bool slot_touch(const struct facts *facts, const struct fact_slot *slot, const struct touch **out)
{
    struct fact_memo *memo = slot->memo;

    if (!memo->has_touch) {
        memo->has_touch = true;
        memo->is_touch_told = make_touch(facts, slot, &memo->touch);
    }
    *out = memo->touch;
    return memo->is_touch_told;
}

/* What the human saw when deciding on the slot's target; NULL: not known, or not there. */
static const struct fact_version *seen_version(const struct facts *facts,
                                               const struct fact_slot *slot,
                                               const struct fact_decision *decision)
{
    uint64_t n = decision->asked->n;
    const struct fact_version *seen = NULL;

    if (!slot->reference)
        return NULL;
    if (decision->seen_version && slot->intent->operation != OPERATION_BUNDLE)
        seen = facts_version(facts, slot->reference, decision->seen_version, n);
    return seen ? seen : facts_current(facts, slot->reference, n);
}

bool slot_touch_decided(const struct facts *facts, const struct fact_slot *slot,
                        const struct fact_decision *decision, const struct touch **out)
{
    const struct canon_options options = {.base = facts->evidence->base};

    if (!slot_touch(facts, slot, out))
        return false;
    const struct fact_version *seen = decision ? seen_version(facts, slot, decision) : NULL;
    if (seen && seen->is_deletion) { /* applied to what is gone, it makes all of it anew */
        *out = touch_all(facts->arena, NULL, NULL);
        return true;
    }
    if (!decision || json_count(decision->fields) == 0)
        return true;
    const struct cJSON *tree = live_tree(seen ? seen : slot->base);
    *out = touch_with_fields(facts->arena, *out, tree, decision->fields, &options);
    return true;
}

static const char *label_text(const struct cJSON *item)
{
    return json_text(item) ? json_text(item) : json_number_text(item);
}

/* W/"3", "3" and 3 name the version 3. */
static const char *label_of_tag(struct arena *arena, const char *tag)
{
    const char *label = NULL;
    bool is_weak;

    if (tag && !etag_parse(arena, tag, &label, &is_weak))
        label = strpbrk(tag, ", \"") ? NULL : tag;
    return label;
}

const char *slot_named_base(const struct facts *facts, const struct fact_slot *slot)
{
    const struct cJSON *payload = slot->intent->given->payload;
    const char *label;

    if (slot->intent->operation == OPERATION_BUNDLE) {
        const struct cJSON *entry =
            json_at(json_get(json_get(payload, "bundle"), "entry"), slot->entry);

        label = label_of_tag(facts->arena, json_string(json_get(entry, "request"), "ifMatch"));
    } else {
        label = label_text(json_get(payload, "baseVersion"));
    }
    if (!label && slot->method == METHOD_PUT)
        label = json_string(json_get(slot->content, "meta"), "versionId");
    return label;
}

/* ---- whose version is it? ---- */

static bool same_requester(const struct fact_intent *a, const struct fact_intent *b)
{
    const struct cJSON *left = json_get(a->given->payload, "requester");
    const struct cJSON *right = json_get(b->given->payload, "requester");

    return (!left && !right) || patch_equal(left, right);
}

/* An earlier accepted intent of the same source and requester; that it is of the same target shows in its commit. */
static bool is_ordered_before(const struct fact_intent *earlier, const struct fact_intent *intent)
{
    return earlier->is_accepted && earlier->submitted < intent->submitted &&
           strcmp(earlier->system, intent->system) == 0 &&
           strcmp(earlier->tenant, intent->tenant) == 0 && same_requester(earlier, intent);
}

bool version_is_own(const struct fact_slot *slot, const struct fact_version *version)
{
    if (!version->intent)
        return false;
    return version->intent == slot->intent || is_ordered_before(version->intent, slot->intent);
}

/* Where nothing is the base, of a create or an update of what was not there, whatever is there is newer. */
static bool is_after_base(const struct fact_slot *slot, const struct fact_version *version)
{
    if (slot->base)
        return version->resource == slot->base->resource && version_is_newer(version, slot->base);
    if (slot->method == METHOD_POST)
        return true;
    return slot->method == METHOD_PUT && slot->reference && version->n > 0 &&
           strcmp(slot->reference, version->resource->reference) == 0;
}

bool version_is_foreign(const struct facts *facts, const struct fact_slot *slot,
                        const struct fact_version *version)
{
    if (!is_after_base(slot, version) || version_is_own(slot, version))
        return false;
    return !canon_equal(version_canon(facts, slot, version->pred),
                        version_canon(facts, slot, version));
}

bool version_converges(const struct facts *facts, const struct fact_slot *slot,
                       const struct fact_version *version)
{
    const struct touch *touch;
    const struct canon *before = version_canon(facts, slot, version->pred);
    const struct canon *after = version_canon(facts, slot, version);

    return slot_touch(facts, slot, &touch) && diff_is_intended(facts->arena, touch, before, after);
}

/* ---- sensitive types ---- */

static bool type_matches(const char *type, const char *pattern)
{
    size_t size = strlen(pattern);

    if (size > 0 && pattern[size - 1] == '*')
        return strncmp(type, pattern, size - 1) == 0;
    return strcmp(type, pattern) == 0;
}

static bool type_is_sensitive(const struct facts *facts, const char *type)
{
    static const char *const standard[] = {"AllergyIntolerance", "Medication*", "Condition", NULL};
    const char *const *patterns = facts->evidence->sensitive;

    if (!patterns || !*patterns)
        patterns = standard;
    for (; type && *patterns; patterns++) {
        if (type_matches(type, *patterns))
            return true;
    }
    return false;
}

/* The type of what a reference names, contained in `tree` or on any server; or NULL. */
static const char *referred_type(const struct facts *facts, const struct cJSON *tree,
                                 const char *text)
{
    const struct cJSON *own = text && *text == '#' ? json_get(tree, "contained") : NULL;
    const struct cJSON *contained;
    struct reference reference;
    const char *found = NULL;

    cJSON_ArrayForEach(contained, own)
    {
        const char *id = json_string(contained, "id");

        if (id && strcmp(id, text + 1) == 0)
            return json_string(contained, "resourceType");
    }
    if (reference_parse(&reference, facts->arena, text, facts->evidence->base))
        return reference.type;
    for (const char *at = text; at && (at = strchr(at, '/')); at++) { /* "base/Type/id" elsewhere */
        size_t size = strcspn(at + 1, "/");
        const char *type = arena_copy(facts->arena, at + 1, size);

        if (at[1 + size] == '/' && fhir_type_is_known(type))
            found = type;
    }
    return found;
}

static bool lists_sensitive(const struct facts *facts, const struct fact_version *version)
{
    const struct cJSON *tree = live_tree(version), *entry;

    cJSON_ArrayForEach(entry, json_get(tree, "entry"))
    {
        const struct cJSON *item = json_get(entry, "item");

        if (type_is_sensitive(facts, json_string(item, "type")) ||
            type_is_sensitive(facts, referred_type(facts, tree, json_string(item, "reference"))))
            return true;
    }
    return false;
}

static bool is_sensitive_list(const struct facts *facts, const struct fact_version *version)
{
    struct fact_memo *memo = version->memo;

    if (!memo->has_sensitive) {
        memo->has_sensitive = true;
        memo->is_sensitive = lists_sensitive(facts, version);
    }
    return memo->is_sensitive;
}

bool version_is_sensitive(const struct facts *facts, const struct fact_version *version)
{
    const char *type = version->resource->type;

    if (type_is_sensitive(facts, type))
        return true;
    return type && strcmp(type, "List") == 0 &&
           (is_sensitive_list(facts, version) ||
            (version->pred && is_sensitive_list(facts, version->pred)));
}

/* ---- decisions ---- */

const struct fact_decision *write_decision(const struct fact_write *write)
{
    const struct fact_decision *decision =
        write->intent ? intent_decision(write->intent, write->exchange->arrived->n) : NULL;

    if (!decision ||
        (strcmp(decision->decision, "apply") != 0 && strcmp(decision->decision, "merge") != 0))
        return NULL;
    return decision;
}

bool write_may_be_decided(const struct fact_write *write)
{
    const struct fact_intent *intent = write ? write->intent : NULL;

    for (size_t i = 0; intent && i < intent->decision_count; i++) {
        const struct fact_decision *decision = &intent->decisions[i];
        bool is_answered = decision->answered && decision->answered->status != 0;

        if (!is_answered && decision->asked->n < write->exchange->arrived->n &&
            strcmp(decision->decision, "discard") != 0)
            return true;
    }
    return false;
}

bool decision_covers(const struct facts *facts, const struct fact_slot *slot,
                     const struct fact_decision *decision, const struct fact_version *version)
{
    if (!decision)
        return false;
    const struct fact_version *seen =
        decision->seen_version ? seen_version(facts, slot, decision) : NULL;
    return seen ? !version_is_newer(version, seen) : version->n < decision->asked->n;
}

/* ---- guards ---- */

static const struct cJSON *test_value(const struct cJSON *patch, const char *path)
{
    const struct cJSON *op;

    cJSON_ArrayForEach(op, patch)
    {
        const char *name = json_string(op, "op"), *at = json_string(op, "path");

        if (name && at && strcmp(name, "test") == 0 && strcmp(at, path) == 0)
            return json_get(op, "value");
    }
    return NULL;
}

static bool is_tested(const struct cJSON *patch, const struct cJSON *until, const char *path)
{
    for (const struct cJSON *op = patch->child; op && op != until; op = op->next) {
        const char *name = json_string(op, "op"), *at = json_string(op, "path");
        size_t size = at ? strlen(at) : 0;

        if (name && at && strcmp(name, "test") == 0 && strncmp(path, at, size) == 0 &&
            (path[size] == '\0' || path[size] == '/'))
            return true;
    }
    return false;
}

/* Is the old value of everything touched tested before it is changed? What is put behind the end of a list has
 * no old value. */
static bool tests_all_it_touches(const struct cJSON *patch)
{
    const struct cJSON *op;
    bool has_test = false;

    cJSON_ArrayForEach(op, patch)
    {
        const char *name = json_string(op, "op"), *path = json_string(op, "path");
        const char *from = json_string(op, "from");
        size_t size = path ? strlen(path) : 0;

        if (!name || !path)
            return false;
        if (strcmp(name, "test") == 0) {
            has_test = true;
            continue;
        }
        bool is_appended = size >= 2 && strcmp(path + size - 2, "/-") == 0;
        if (!is_appended && !is_tested(patch, op, path))
            return false;
        if (strcmp(name, "move") == 0 && (!from || !is_tested(patch, op, from)))
            return false;
    }
    return has_test;
}

/* Had the engine this version when it wrote, or was it told to start from it? */
static bool is_known(const struct fact_write *write, const struct fact_version *version)
{
    return (write->slot && version == write->slot->base) ||
           version_was_held(version, write->exchange->arrived->n);
}

/* The newest version that the engine had and on which every `test` of the patch holds; else the newest at all. */
static const struct fact_version *tested_version(const struct facts *facts,
                                                 const struct fact_write *write)
{
    const struct fact_version *newest = NULL;
    const struct fact_resource *resource = facts_resource(facts, write->reference);
    struct cJSON *tests = json_array(facts->arena);
    const struct cJSON *op;

    cJSON_ArrayForEach(op, write->body)
    {
        const char *name = json_string(op, "op");

        if (name && strcmp(name, "test") == 0)
            json_add(tests, json_copy(op));
    }
    for (size_t i = resource ? resource->version_count : 0; i > 0; i--) {
        const struct fact_version *version = resource->versions[i - 1];
        enum patch_result result;
        struct err err = ERR_INIT;

        if (version->n >= write->exchange->arrived->n || !live_tree(version) ||
            !patch_apply(facts->arena, live_tree(version), tests, &result, &err))
            continue;
        if (is_known(write, version))
            return version;
        newest = newest ? newest : version;
    }
    return newest;
}

static void guard_by_tests(const struct facts *facts, const struct fact_write *write,
                           struct named_guard *out)
{
    const char *label;

    if (write->method != METHOD_PATCH || !cJSON_IsArray(write->body))
        return;
    label = json_text(test_value(write->body, "/meta/versionId"));
    if (label) {
        out->is_there = true;
        out->label = label;
    } else if (tests_all_it_touches(write->body)) {
        out->is_there = out->is_tested = true;
        out->version = tested_version(facts, write);
        out->label = out->version ? out->version->label : NULL;
    }
}

const char *guard_label_at(struct arena *arena, const char *list, size_t index)
{
    for (; list; index--) {
        size_t size = strcspn(list, ",");

        if (index == 0) {
            const char *label = label_of_tag(arena, arena_copy(arena, list, size));

            return label ? label : "";
        }
        list = list[size] == ',' ? list + size + 1 : NULL;
    }
    return NULL;
}

/* A label may have been given twice. */
const struct fact_version *write_named(const struct facts *facts, const struct fact_write *write,
                                       const char *label)
{
    uint64_t n = write->exchange->arrived->n;
    const struct fact_version *found = write_found(facts, write);
    const char *reference = write->reference ? write->reference
                            : found          ? found->resource->reference
                                             : NULL;
    const struct fact_version *newest = facts_version(facts, reference, label, n);

    for (const struct fact_version *one = newest; one; one = one->pred) {
        if (strcmp(one->label, label) == 0 && is_known(write, one))
            return one;
    }
    return newest;
}

/* Of a list: what was current when the write arrived, where that is named; else the newest named one. */
static const struct fact_version *listed_version(const struct facts *facts,
                                                 const struct fact_write *write, const char *list)
{
    const struct fact_version *found = write_found(facts, write), *newest = NULL;
    const char *label;

    for (size_t i = 0; (label = guard_label_at(facts->arena, list, i)); i++) {
        const struct fact_version *one = write_named(facts, write, label);

        if (found && strcmp(found->label, label) == 0)
            return one;
        newest = one && version_is_newer(one, newest) ? one : newest;
    }
    return newest;
}

void write_guard(const struct facts *facts, const struct fact_write *write, struct named_guard *out)
{
    const struct fact_guard *guard = &write->guard;

    *out = (struct named_guard){.is_there = false};
    if (guard->kind == GUARD_IF_MATCH) {
        out->label = guard->label ? guard->label : label_of_tag(facts->arena, guard->text);
        out->is_list = !out->label && guard->text && strchr(guard->text, ',');
        out->label = out->is_list ? guard->text : out->label;
        out->is_there = out->label && strcmp(out->label, "*") != 0;
    }
    if (!out->is_there)
        guard_by_tests(facts, write, out);
    out->is_create = guard->kind == GUARD_IF_NONE_MATCH && strcmp(guard->text, "*") == 0;
    if (out->is_list)
        out->version = listed_version(facts, write, out->label);
    else if (out->is_there && out->label && !out->version)
        out->version = write_named(facts, write, out->label);
}

/* ---- what a write asks for ---- */

/* A patch of another kind than JSON Patch can only be told by what it made. */
static bool other_patch_asks(const struct facts *facts, const struct fact_write *write,
                             const struct fact_version *on, const struct canon **out)
{
    if (write->commit_count == 0 || write->commits[0]->pred != on)
        return false;
    *out = version_canon(facts, write->slot, write->commits[0]);
    return *out != NULL;
}

bool write_asks(const struct facts *facts, const struct fact_write *write,
                const struct fact_version *on, const struct canon **out)
{
    const struct cJSON *tree = write->body;
    enum patch_result result;
    struct err err = ERR_INIT;

    *out = NULL;
    if (write->method == METHOD_DELETE)
        return true;
    if (write->method == METHOD_PATCH && !cJSON_IsArray(write->body))
        return other_patch_asks(facts, write, on, out);
    if (write->method == METHOD_PATCH)
        tree = live_tree(on) ? patch_apply(facts->arena, live_tree(on), write->body, &result, &err)
                             : NULL;
    if (write->method == METHOD_POST && write->slot)
        tree = facts_without_own_identifier(facts, tree, write->slot->content);
    *out = slot_canon(facts, write->slot, tree);
    return *out != NULL;
}

const char *write_beyond(const struct facts *facts, const struct fact_write *write,
                         const struct touch *touch, const struct canon *before,
                         const struct canon *after)
{
    return write && write->method == METHOD_PATCH
               ? diff_beyond_sets(facts->arena, touch, before, after)
               : diff_beyond(facts->arena, touch, before, after);
}

bool write_derives_from(const struct facts *facts, const struct fact_write *write,
                        const struct touch *touch, const struct fact_version *on)
{
    const struct canon *asked;

    return write_asks(facts, write, on, &asked) &&
           !write_beyond(facts, write, touch, version_canon(facts, write->slot, on), asked);
}

bool write_is_own_patch(const struct fact_write *write)
{
    return write->method == METHOD_PATCH && write->slot && write->slot->method == METHOD_PATCH &&
           patch_equal(write->body, write->slot->content);
}

bool write_excludes(const struct facts *facts, const struct fact_write *write,
                    const struct fact_version *version)
{
    struct named_guard guard;

    if (!write)
        return false;
    if (write->method == METHOD_POST)
        return true;
    write_guard(facts, write, &guard);
    return guard.is_there && !guard.is_tested && guard.version &&
           version_is_newer(version, guard.version);
}

struct foreigns foreigns_before(const struct fact_slot *slot, const struct fact_version *version)
{
    size_t start =
        slot->base && slot->base->resource == version->resource ? slot->base->position + 1 : 0;

    return (struct foreigns){.before = version, .next = start, .since = slot->base};
}

const struct fact_version *foreigns_next(const struct facts *facts, const struct fact_slot *slot,
                                         struct foreigns *foreigns)
{
    const struct fact_version *const *versions =
        (const struct fact_version *const *)foreigns->before->resource->versions;

    while (foreigns->next < foreigns->before->position) {
        const struct fact_version *version = versions[foreigns->next++];

        if (version_was_lost(version, foreigns->before->n))
            continue; /* the server lost it, not the engine */
        if (version_is_own(slot, version))
            foreigns->since = version;
        else if (version_is_foreign(facts, slot, version))
            return version;
    }
    return NULL;
}

bool foreign_meets(const struct facts *facts, const struct fact_slot *slot,
                   const struct touch *touch, const struct foreigns *foreigns,
                   const struct fact_version *foreign)
{
    return touch_meets(facts->arena, touch, version_canon(facts, slot, foreigns->since),
                       version_canon(facts, slot, foreigns->before->pred)) &&
           touch_meets(facts->arena, touch, version_canon(facts, slot, foreign->pred),
                       version_canon(facts, slot, foreign));
}

bool version_was_held(const struct fact_version *version, uint64_t n)
{
    uint64_t received = version_received(version, true);

    return (version->exchange && version->n < n) || (received != 0 && received < n);
}

const struct fact_version *write_found(const struct facts *facts, const struct fact_write *write)
{
    if (write->reference)
        return facts_current(facts, write->reference, write->exchange->arrived->n);
    return write->commit_count > 0 ? write->commits[0]->pred : NULL;
}
