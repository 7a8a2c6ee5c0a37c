/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan - from an intent to slots: one write each, with the guard that makes it safe.
 *
 * Whatever changes a resource is a PUT of the whole of it with If-Match, also where a patch was
 * asked for: the patch is applied here to the very version that it was made for. A create is a POST
 * with If-None-Exist on an identifier derived from the key, or a PUT with If-None-Match where the
 * type has no room for one. An intent that brings its version is not preceded by a read of the
 * current one: the guard finds out.
 */
#include <openssl/evp.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "tests/strawman/engine.h"
#include "tests/strawman/flaws.h"
#include "tests/strawman/merge.h"

bool plan_is_bundle(const struct cJSON *payload)
{
    return text_is(payload, "operation", "bundle");
}

bool plan_is_transaction(const struct cJSON *payload)
{
    return text_is(json_get(payload, "bundle"), "type", "transaction");
}

/* ---- what an entry of a Bundle asks for ---- */

const char *plan_operation(const struct cJSON *entry)
{
    static const char *const pairs[][2] = {
        {"POST", OP_CREATE}, {"PUT", OP_UPDATE}, {"PATCH", OP_PATCH}, {"DELETE", OP_DELETE}};

    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        if (text_is(json_get(entry, "request"), "method", pairs[i][0]))
            return pairs[i][1];
    return NULL;
}

const struct cJSON *plan_binary_patch(struct arena *arena, const struct cJSON *binary,
                                      struct err *err)
{
    const char *data = json_string(binary, "data");
    size_t size = data ? strlen(data) : 0, padding = 0;

    if (!text_is(binary, "resourceType", "Binary") || size == 0 || size > LIMIT_BODY_BYTES) {
        err_set(err, ERR_INPUT, "a PATCH entry needs a Binary with a JSON Patch");
        return NULL;
    }
    while (padding < 2 && data[size - 1 - padding] == '=')
        padding++;
    char *bytes = arena_alloc(arena, size + 1);
    int got = EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)data, (int)size);
    if (got < (int)padding) {
        err_set(err, ERR_INPUT, "the Binary's data is not base64");
        return NULL;
    }
    return json_parse(arena, bytes, (size_t)got - padding, err);
}

/* The resource or patch that a slot is about; NULL for a deletion. */
static const struct cJSON *content_of(struct run *run, const struct cJSON *slot, struct err *err)
{
    const struct cJSON *entries = json_get(json_get(run->payload, "bundle"), "entry");
    const struct cJSON *entry = json_at(entries, (size_t)json_integer(slot, "entry", 0));

    if (!plan_is_bundle(run->payload))
        return json_get(run->payload, text_is(slot, "operation", OP_PATCH) ? "patch" : "resource");
    if (text_is(slot, "operation", OP_PATCH))
        return plan_binary_patch(run->arena, json_get(entry, "resource"), err);
    return json_get(entry, "resource");
}

/* ---- targets ---- */

const struct cJSON *plan_targets(struct arena *arena, const struct cJSON *payload)
{
    const struct cJSON *entries = json_get(json_get(payload, "bundle"), "entry");
    struct cJSON *targets = json_array(arena);
    const char *text = json_string(json_get(payload, "target"), "reference");

    if (text)
        json_add(targets, cJSON_CreateString(text));
    for (size_t i = 0; i < json_count(entries); i++) {
        const struct cJSON *entry = json_at(entries, i);
        const char *operation = plan_operation(entry);

        text = json_string(json_get(entry, "request"), "url");
        if (operation && text && strcmp(operation, OP_CREATE) != 0)
            json_add(targets, cJSON_CreateString(text));
    }
    return targets;
}

/* ---- creates ---- */

static bool is_listed(const char *const *list, const char *type)
{
    for (; *list; list++)
        if (strcmp(*list, type) == 0)
            return true;
    return false;
}

/* Puts our identifier into the resource; false where its type has no room for one. */
static bool add_identifier(struct cJSON *resource, const char *type, const char *value)
{
    static const char *const without[] = {"AuditEvent",
                                          "Binary",
                                          "CapabilityStatement",
                                          "CompartmentDefinition",
                                          "Linkage",
                                          "GraphDefinition",
                                          "ImplementationGuide",
                                          "NamingSystem",
                                          "Parameters",
                                          "OperationDefinition",
                                          "OperationOutcome",
                                          "Provenance",
                                          "SearchParameter",
                                          "Subscription",
                                          "TerminologyCapabilities",
                                          "VerificationResult",
                                          NULL};
    static const char *const with_one[] = {"Bundle", "Composition", "ConceptMap",
                                           "QuestionnaireResponse", NULL};
    struct cJSON *identifier;

    if (is_listed(without, type))
        return false;
    if (is_listed(with_one, type)) {
        if (json_get(resource, "identifier"))
            return false;
        identifier = json_put_object(resource, "identifier");
    } else {
        struct cJSON *list = json_get_mutable(resource, "identifier");

        if (list && !cJSON_IsArray(list))
            return false; /* it is wrong already: the server will say so */
        identifier = json_add_object(list ? list : json_put_array(resource, "identifier"));
    }
    json_put_string(identifier, "system", IDENTIFIER_SYSTEM);
    json_put_string(identifier, "value", value);
    return true;
}

/* Flaw: so that support finds it by what the caller knows. */
static void name_key(struct cJSON *resource, const char *key)
{
    struct cJSON *list = json_get_mutable(resource, "identifier"), *identifier;

    if (!cJSON_IsArray(list))
        return;
    identifier = json_add_object(list);
    json_put_string(identifier, "system", "urn:strawman:key");
    json_put_string(identifier, "value", key);
}

static const char *make_mark(struct run *run, const struct cJSON *slot)
{
    const char *tenant = json_string(run->intent, "tenant"), *key = json_string(run->intent, "key");
    const char *system = json_string(json_get(run->payload, "source"), "system");
    const char *text = arena_printf(run->arena, "%s|%s|%s|%lld", tenant ? tenant : "",
                                    system ? system : "", key, json_integer(slot, "entry", 0));
    char digits[HASH_HEX_SIZE];

    if (flaw_is(
            FLAW_NEW_KEY_PER_ATTEMPT)) /* flaw: what makes attempts one intent differs in each */
        text = arena_printf(run->arena, "%s|%lld", text, json_integer(run->intent, "attempts", 0));
    hash_hex(text, strlen(text), digits);
    return arena_copy(run->arena, digits, 32);
}

/* The caller's own condition: a business identifier, or an entry's ifNoneExist. */
static const char *business_query(struct run *run, const struct cJSON *slot)
{
    const struct cJSON *entries = json_get(json_get(run->payload, "bundle"), "entry");
    const struct cJSON *entry = json_at(entries, (size_t)json_integer(slot, "entry", 0));
    const struct cJSON *identifier = json_get(json_get(run->payload, "target"), "identifier");
    const char *system = json_string(identifier, "system");
    const char *value = json_string(identifier, "value");

    if (plan_is_bundle(run->payload))
        return json_string(json_get(entry, "request"), "ifNoneExist");
    return value ? arena_printf(run->arena, "identifier=%s|%s",
                                talk_escape(run->arena, system ? system : ""),
                                talk_escape(run->arena, value))
                 : NULL;
}

static enum plan plan_create(struct run *run, struct cJSON *slot, const struct cJSON *resource)
{
    struct cJSON *body = json_copy_root(run->arena, resource);
    const char *mark = make_mark(run, slot), *query = business_query(run, slot);
    const char *type = json_string(slot, "type"), *id = json_string(slot, "id");
    struct page page;

    if ((flaw_is(FLAW_DONE_AFTER_WRITE) || flaw_is(FLAW_RECOVERY_NOT_IDEMPOTENT)) &&
        json_integer(run->intent, "attempts", 0) > 0) {
        json_put_string(slot, "method", "POST"); /* flaw: done over, and nothing says by whom */
    } else if (!id && add_identifier(body, type, mark)) {
        json_put_string(slot, "method", "POST");
        json_put_string(slot, "mark", mark);
        if (flaw_is(FLAW_KEY_IN_CHART))
            name_key(body, json_string(run->intent, "key"));
        if (flaw_is(FLAW_SEARCH_THEN_CREATE))
            talk_get(run,
                     arena_printf(run->arena, "%s?identifier=%s|%s", type, IDENTIFIER_SYSTEM, mark),
                     &page); /* flaw: in place of a condition */
        else if (!flaw_is(FLAW_SEARCH_LAG_RECREATE))
            json_put_string(
                slot, "query",
                query ? query
                      : arena_printf(run->arena, "identifier=%s|%s", IDENTIFIER_SYSTEM, mark));
    } else { /* the id itself says whose it is */
        json_put_string(slot, "method", "PUT");
        json_put_string(slot, "id", id ? id : mark);
        json_put_string(body, "id", id ? id : mark);
        json_put_flag(slot, "fresh", true);
    }
    json_put(slot, "body", json_copy(body));
    return PLAN_READY;
}

/* ---- changes ---- */

const struct cJSON *plan_wanted(struct run *run, const struct cJSON *slot, const struct cJSON *was,
                                struct err *err)
{
    const struct cJSON *content = content_of(run, slot, err);
    enum patch_result result;

    if (!content || text_is(slot, "operation", OP_DELETE))
        return NULL;
    if (text_is(slot, "operation", OP_PATCH))
        return was ? patch_apply(run->arena, was, content, &result, err) : NULL;
    struct cJSON *resource = json_copy_root(run->arena, content);
    json_put_string(resource, "id", json_string(slot, "id"));
    return resource;
}

/* Flaw: as an engine does that parses into classes and prints these again. */
static void forget_unknown(struct cJSON *resource)
{
    static const char *const unknown[] = {"extension", "modifierExtension", "text", "contained"};

    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        json_remove(resource, unknown[i]);
}

static void put_body(struct cJSON *slot, struct cJSON *body)
{
    if (flaw_is(FLAW_REPLACE_DROPS_UNKNOWN) && text_is(slot, "operation", OP_PATCH))
        forget_unknown(body);
    json_put(slot, "body", json_copy(body));
}

static enum plan reject(struct run *run, const char *failure_type, const char *why)
{
    run->failure_type = failure_type;
    run->why = why;
    return PLAN_REJECT;
}

static enum plan ask(struct run *run, const char *failure_type, const char *why)
{
    run->failure_type = failure_type;
    run->why = why;
    return PLAN_ASK;
}

/* A guard does not tell: whoever writes onto the newest version has the newest guard. */
static enum plan ask_about_others(struct run *run, struct cJSON *slot, const char *version)
{
    json_put_string(slot, "seen", version);
    json_put_string(slot, "state", SLOT_CONFLICT);
    return ask(run, "other-patient", "the target is another patient's or encounter's");
}

static enum plan plan_patch(struct run *run, struct cJSON *slot, const char *reference)
{
    const char *base = json_string(slot, "base");
    const struct cJSON *was = base ? talk_version(run, reference, base) : NULL;
    struct err err = ERR_INIT;
    struct page page;

    if (!was) { /* the current version is the first that is received: that makes it the base */
        talk_get(run, reference, &page);
        if (page.status != 200)
            return reject(run, "no-target",
                          page.status == 410 ? "the target is deleted"
                                             : "the target does not exist");
        if (base) { /* a decision puts it onto what the human has seen */
            json_put_string(slot, "state", SLOT_CONFLICT);
            return ask(run, "no-base", "the server does not show the version it was made from");
        }
        was = page.body;
        base = page.version;
        if (mapping_is_others(run, was))
            return ask_about_others(run, slot, base);
        if (!base)
            return ask(run, "no-version", "the server names no version to guard the write with");
        json_put_string(slot, "base", base);
        if (flaw_is(FLAW_STALE_READ_WRITE)) { /* flaw: the body is the one that was cached */
            talk_get(run, reference, &page);
            base = page.version ? page.version : base;
        }
    }
    const struct cJSON *wanted = plan_wanted(run, slot, was, &err);
    if (!wanted)
        return reject(run, "patch-failed", arena_strdup(run->arena, err.text));
    if (!text_is(wanted, "id", json_string(slot, "id")) ||
        !text_is(wanted, "resourceType", json_string(slot, "type")))
        return reject(run, "patch-failed", "a patch may not change what resource it is");
    json_put_string(slot, "guard", base);
    put_body(slot, json_copy_root(run->arena, wanted));
    return PLAN_READY;
}

static enum plan plan_update(struct run *run, struct cJSON *slot, const char *reference)
{
    struct err err = ERR_INIT;
    const struct cJSON *wanted = plan_wanted(run, slot, NULL, &err);
    const char *base = json_string(slot, "base");
    struct page page;

    if (!base)
        base = json_string(json_get(wanted, "meta"), "versionId");
    put_body(slot, json_copy_root(run->arena, wanted));
    if (base) {
        base = arena_strdup(run->arena, base); /* it may be the member that is replaced here */
        json_put_string(slot, "base", base);
        json_put_string(slot, "guard", base);
        return PLAN_READY;
    }
    talk_get(run, reference, &page);
    if (page.status == 404) {
        json_put_flag(slot, "fresh", true);
        return PLAN_READY;
    }
    /* a full replacement that does not say what it replaces: who knows what it would undo? */
    json_put_string(slot, "seen", page.version);
    json_put_string(slot, "state", SLOT_CONFLICT);
    return ask(run, "no-base", "the replacement does not say which version it was made from");
}

static enum plan plan_delete(struct run *run, struct cJSON *slot, const char *reference)
{
    struct page page;

    if (!json_string(slot, "base")) {
        talk_get(run, reference, &page);
        if (page.status != 200) {
            json_put_string(slot, "state", SLOT_DONE);
            json_put_string(slot, "reference", reference);
            return PLAN_NOTHING;
        }
        if (mapping_is_others(run, page.body))
            return ask_about_others(run, slot, page.version);
        if (!page.version)
            return ask(run, "no-version", "the server names no version to guard the write with");
        json_put_string(slot, "base", page.version);
    }
    json_put_string(slot, "guard", json_string(slot, "base"));
    return PLAN_READY;
}

/* Finds the target by its business identifier. */
static enum plan find_target(struct run *run, struct cJSON *slot)
{
    struct page page;
    const char *path =
        arena_printf(run->arena, "%s?%s", json_string(slot, "type"), business_query(run, slot));

    talk_get(run, path, &page);
    const struct cJSON *entries = json_get(page.body, "entry");
    const char *id = json_string(json_get(json_at(entries, 0), "resource"), "id");
    if (json_count(entries) > 1)
        return ask(run, "ambiguous-target", "several resources bear the target's identifier");
    if (!id)
        return reject(run, "no-target", "no resource bears the target's identifier");
    json_put_string(slot, "id", id);
    return PLAN_READY;
}

static enum plan plan_slot(struct run *run, struct cJSON *slot)
{
    struct err err = ERR_INIT;
    const struct cJSON *content = content_of(run, slot, &err);
    enum plan plan = PLAN_READY;

    if (text_is(slot, "operation", OP_CREATE))
        return plan_create(run, slot, content);
    if (!json_string(slot, "id"))
        plan = find_target(run, slot);
    if (plan != PLAN_READY)
        return plan;
    const char *reference =
        arena_printf(run->arena, "%s/%s", json_string(slot, "type"), json_string(slot, "id"));
    json_put_string(slot, "method", text_is(slot, "operation", OP_DELETE) ? "DELETE" : "PUT");
    if (text_is(slot, "operation", OP_DELETE))
        return plan_delete(run, slot, reference);
    if (text_is(slot, "operation", OP_PATCH))
        return plan_patch(run, slot, reference);
    return plan_update(run, slot, reference);
}

/* ---- onto another version ---- */

bool plan_rebase(struct run *run, struct cJSON *slot, const struct cJSON *was,
                 const struct cJSON *theirs, const char *version)
{
    const struct cJSON *decision = json_get(run->intent, "decision");
    struct merge_choice choice = {.fields = json_get(decision, "fields"),
                                  .keep_theirs = text_is(decision, "decision", "merge")};
    struct err err = ERR_INIT;

    if (!version || !theirs) /* nothing is there to be put onto */
        return false;
    if (mapping_is_others(run, theirs)) {
        run->why = "the target is another patient's or encounter's";
        return false;
    }
    if (!text_is(slot, "operation", OP_DELETE)) {
        const struct cJSON *wanted = plan_wanted(run, slot, was, &err);

        if (!wanted) {
            run->why = err.code ? arena_strdup(run->arena, err.text) : "its base is not known";
            return false;
        }
        put_body(slot, was ? merge_onto(run->arena, was, wanted, theirs, &choice)
                           : json_copy_root(run->arena, wanted));
    }
    json_put_string(slot, "guard", version);
    json_put_string(slot, "state", SLOT_READY);
    return true;
}

/* A human has decided that the intent be carried out: on what was seen, and again what was refused.
 */
static enum plan plan_decided(struct run *run)
{
    for (size_t i = 0; i < json_count(run->slots); i++) {
        struct cJSON *slot = slot_at(run, i);
        const char *seen = json_string(slot, "seen"), *base = json_string(slot, "base");
        const char *reference =
            arena_printf(run->arena, "%s/%s", json_string(slot, "type"), json_string(slot, "id"));

        if (!json_flag(slot, "approved", false))
            continue;
        json_remove(slot, "approved");
        if (text_is(slot, "state", SLOT_REFUSED) || text_is(slot, "state", SLOT_STUCK))
            json_put_string(slot, "state", SLOT_READY);
        if (!text_is(slot, "state", SLOT_CONFLICT) || !seen || !json_string(slot, "id"))
            continue;
        const struct cJSON *was = base ? talk_version(run, reference, base) : NULL;
        plan_rebase(run, slot, was, talk_version(run, reference, seen), seen);
    }
    return PLAN_READY;
}

/* ---- all slots of an intent ---- */

static void add_slot(struct run *run, const char *operation, size_t entry, const char *target)
{
    struct cJSON *slot = json_add_object(run->slots);
    struct reference reference = {0};
    const struct cJSON *source = run->payload;

    json_put_integer(slot, "entry", (long long)entry);
    json_put_string(slot, "operation", operation);
    json_put_string(slot, "state", SLOT_READY);
    if (plan_is_bundle(run->payload)) {
        const char *base = NULL, *etag;
        bool is_weak;

        source = json_at(json_get(json_get(source, "bundle"), "entry"), entry);
        etag = json_string(json_get(source, "request"), "ifMatch");
        if (etag && etag_parse(run->arena, etag, &base, &is_weak))
            json_put_string(slot, "base", base);
        if (json_string(source, "fullUrl"))
            json_put_string(slot, "fullUrl", json_string(source, "fullUrl"));
    } else if (json_string(source, "baseVersion")) {
        json_put_string(slot, "base", json_string(source, "baseVersion"));
    }
    if (target && reference_parse(&reference, run->arena, target, run->engine->fhir)) {
        json_put_string(slot, "type", reference.type);
        json_put_string(slot, "id", reference.id);
        return;
    }
    const char *type = json_string(json_get(source, "resource"), "resourceType");
    json_put_string(slot, "type", type ? type : json_string(json_get(source, "target"), "type"));
}

static void add_slots(struct run *run)
{
    const struct cJSON *entries = json_get(json_get(run->payload, "bundle"), "entry");

    if (!plan_is_bundle(run->payload))
        add_slot(run, json_string(run->payload, "operation"), 0,
                 json_string(json_get(run->payload, "target"), "reference"));
    for (size_t i = 0; i < json_count(entries); i++) {
        const struct cJSON *request = json_get(json_at(entries, i), "request");
        const char *operation = plan_operation(json_at(entries, i));

        if (operation)
            add_slot(run, operation, i,
                     strcmp(operation, OP_CREATE) == 0 ? NULL : json_string(request, "url"));
    }
}

/* Flaw: is it the right patient? The name goes where every proxy logs it. */
static void look_up_by_name(struct run *run)
{
    const char *patient = json_string(run->payload, "patient");
    struct page page = {0};

    if (patient)
        talk_get(run, patient, &page);
    const char *family = json_string(json_at(json_get(page.body, "name"), 0), "family");
    if (family)
        talk_get(run,
                 arena_printf(run->arena, "Patient?family=%s", talk_escape(run->arena, family)),
                 &page);
}

enum plan plan_make(struct run *run)
{
    enum plan worst = PLAN_NOTHING;

    if (json_count(run->slots) > 0)
        return plan_decided(run);
    if (flaw_is(FLAW_PHI_IN_URL))
        look_up_by_name(run);
    add_slots(run);
    for (size_t i = 0; i < json_count(run->slots); i++) {
        struct cJSON *slot = slot_at(run, i);
        enum plan plan = plan_slot(run, slot);

        if (plan >= PLAN_ASK && plan_is_bundle(run->payload) &&
            !plan_is_transaction(run->payload)) {
            if (text_is(slot, "state", SLOT_READY)) /* a batch goes on without this entry */
                json_put_string(slot, "state", SLOT_REFUSED);
            json_put_string(slot, "why", run->why);
            plan = PLAN_READY;
        }
        if (plan == PLAN_READY && worst == PLAN_NOTHING)
            worst = plan;
        else if (plan > worst)
            worst = plan;
    }
    return json_count(run->slots) ? worst : PLAN_NOTHING;
}
