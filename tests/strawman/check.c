/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - is what was submitted an intent at all? What passes here is kept, whatever becomes of it.
 *
 * What goes into URLs and headers as it is must have the form of an id; the rest is the server's to
 * judge.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "tests/strawman/engine.h"

static int check_target(struct arena *arena, const struct cJSON *payload, struct err *err)
{
    const struct cJSON *target = json_get(payload, "target");
    const char *text = json_string(target, "reference"), *type = json_string(target, "type");
    const char *value = json_string(json_get(target, "identifier"), "value");
    struct reference reference;

    if (text_is(payload, "operation", OP_CREATE) && !text) {
        const char *made = json_string(json_get(payload, "resource"), "resourceType");

        if (!made || !fhir_type_is_known(made) || (type && strcmp(type, made) != 0))
            return err_set(err, ERR_INPUT, "/resource/resourceType: expected a type, the target's");
        return 0;
    }
    if (type && value && fhir_type_is_known(type))
        return 0;
    if (!text || !reference_parse(&reference, arena, text, "") || !reference.id)
        return err_set(err, ERR_INPUT, "/target: expected {reference} or {type, identifier}");
    return 0;
}

/* A version goes into URLs and headers as it is. */
static int check_version(const struct cJSON *version, const char *where, struct err *err)
{
    if (!version || (json_text(version) && fhir_id_is_valid(json_text(version))))
        return 0;
    return err_set(err, ERR_INPUT, "%s: expected a versionId", where);
}

static int check_versions(const struct cJSON *payload, struct err *err)
{
    const struct cJSON *meta = json_get(json_get(payload, "resource"), "meta");

    if (check_version(json_get(payload, "baseVersion"), "/baseVersion", err))
        return -1;
    return check_version(json_get(meta, "versionId"), "/resource/meta/versionId", err);
}

static int check_guard(struct arena *arena, const struct cJSON *entry, struct err *err)
{
    const struct cJSON *guard = json_get(json_get(entry, "request"), "ifMatch");
    const char *version;
    bool is_weak;

    if (!guard || (json_text(guard) && etag_parse(arena, json_text(guard), &version, &is_weak) &&
                   fhir_id_is_valid(version)))
        return check_versions(entry, err);
    return err_set(err, ERR_INPUT, "/request/ifMatch: expected an ETag");
}

static int check_entry(struct arena *arena, const struct cJSON *entry, struct err *err)
{
    const char *operation = plan_operation(entry);
    const char *url = json_string(json_get(entry, "request"), "url");
    const struct cJSON *resource = json_get(entry, "resource");
    struct reference reference;

    if (text_is(json_get(entry, "request"), "method", "GET"))
        return 0;
    if (!operation || !url)
        return err_set(err, ERR_INPUT, "expected request.method and request.url");
    if (check_guard(arena, entry, err))
        return -1;
    if (strcmp(operation, OP_CREATE) == 0)
        return text_is(resource, "resourceType", url)
                   ? 0
                   : err_set(err, ERR_INPUT, "expected a resource of the type %s", url);
    if (!reference_parse(&reference, arena, url, "") || !reference.id)
        return err_set(err, ERR_INPUT, "request.url %s: expected Type/id", url);
    if (strcmp(operation, OP_UPDATE) == 0 && !text_is(resource, "resourceType", reference.type))
        return err_set(err, ERR_INPUT, "expected a resource of the type %s", reference.type);
    if (strcmp(operation, OP_PATCH) == 0) {
        const struct cJSON *patch = plan_binary_patch(arena, resource, err);

        return patch ? patch_check(patch, err) : -1;
    }
    return 0;
}

static int check_bundle(struct arena *arena, const struct cJSON *bundle, struct err *err)
{
    const struct cJSON *entries = json_get(bundle, "entry");

    if (!text_is(bundle, "type", "batch") && !text_is(bundle, "type", "transaction"))
        return err_set(err, ERR_INPUT, "/bundle/type: expected batch or transaction");
    if (json_count(entries) == 0 || json_count(entries) > LIMIT_BUNDLE_ENTRIES)
        return err_set(err, ERR_INPUT, "/bundle/entry: expected entries");
    for (size_t i = 0; i < json_count(entries); i++)
        if (check_entry(arena, json_at(entries, i), err))
            return err_context(err, "/bundle/entry/%zu", i);
    return 0;
}

int check_intent(const struct cJSON *payload, struct err *err)
{
    struct arena *arena = arena_new();
    int rc = -1;

    if (!cJSON_IsObject(payload))
        err_set(err, ERR_INPUT, "expected an intent, a JSON object");
    else if (check_versions(payload, err))
        rc = -1;
    else if (plan_is_bundle(payload))
        rc = check_bundle(arena, json_get(payload, "bundle"), err);
    else if (text_is(payload, "operation", OP_CREATE) || text_is(payload, "operation", OP_DELETE))
        rc = check_target(arena, payload, err);
    else if (text_is(payload, "operation", OP_UPDATE))
        rc = json_string(json_get(payload, "resource"), "resourceType")
                 ? check_target(arena, payload, err)
                 : err_set(err, ERR_INPUT, "/resource: expected a resource");
    else if (text_is(payload, "operation", OP_PATCH))
        rc = patch_check(json_get(payload, "patch"), err) ? -1 : check_target(arena, payload, err);
    else
        err_set(err, ERR_INPUT, "/operation: expected create, update, patch, delete or bundle");
    arena_free(arena);
    return rc;
}
