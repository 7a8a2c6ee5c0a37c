/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - is what was submitted an intent at all? Everything that can be known without the chart
 * is refused here, before anything is accepted, with the JSON Pointer of what is wrong.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "engine/intent.h"
#include "engine/worker.h"
#include "fhir/document.h"
#include "fhir/patch.h"

static int wrong(struct err *err, const char *pointer, const char *expected)
{
    return err_set(err, ERR_INPUT, "%s: expected %s", pointer, expected);
}

static int check_resource(const struct cJSON *resource, const char *pointer, bool needs_id,
                          struct err *err)
{
    const char *type = json_string(resource, "resourceType");
    const char *id = json_string(resource, "id");

    if (!type || !fhir_type_is_known(type))
        return wrong(err, pointer, "a FHIR resource");
    if (json_get(resource, "id") && (!id || !fhir_id_is_valid(id)))
        return wrong(err, pointer, "an id by FHIR's grammar");
    if (json_get(resource, "meta") && !cJSON_IsObject(json_get(resource, "meta")))
        return wrong(err, pointer, "meta to be an object");
    if (needs_id && !id)
        return wrong(err, pointer, "a resource with an id");
    const char *version = json_string(json_get(resource, "meta"), "versionId");
    if (version && !fhir_id_is_valid(version))
        return wrong(err, pointer, "meta.versionId to be a versionId");
    return 0;
}

/* What is made is found again by an identifier: there must be a place for one. */
static int check_identifier(const struct cJSON *resource, const char *pointer, struct err *err)
{
    const struct cJSON *identifier = json_get(resource, "identifier");

    if (!identifier)
        return 0;
    if (!intent_has_one_identifier(json_string(resource, "resourceType")))
        return cJSON_IsArray(identifier) ? 0 : wrong(err, pointer, "identifier to be a list");
    return json_string(identifier, "value") ? 0 : wrong(err, pointer, "identifier to have a value");
}

/* A version travels in headers and URLs: it is one by FHIR's grammar, plain or as an ETag. */
static int check_version(struct arena *arena, const struct cJSON *item, const char *pointer,
                         struct err *err)
{
    const char *version = json_text(item);
    bool is_weak;

    if (!item)
        return 0;
    if (version && !etag_parse(arena, version, &version, &is_weak))
        version = json_text(item);
    return version && fhir_id_is_valid(version) ? 0 : wrong(err, pointer, "a versionId, a string");
}

static const struct {
    const char *in, *name, *pointer;
} texts[] = {
    {NULL, "tenant", "/tenant"},
    {"source", "system", "/source/system"},
    {"source", "eventId", "/source/eventId"},
};

/* Who says so: what names an act must not be taken for nothing. */
static int check_source(const struct cJSON *request, struct err *err)
{
    const struct cJSON *source = json_get(request, "source");

    if (source && !cJSON_IsObject(source))
        return wrong(err, "/source", "{system, eventId, sequence}");
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const struct cJSON *item = json_get(texts[i].in ? source : request, texts[i].name);

        if (item && !json_text(item) && !cJSON_IsNull(item))
            return wrong(err, texts[i].pointer, "a string");
    }
    const struct cJSON *sequence = json_get(source, "sequence");
    if (sequence && !json_is_number(sequence) && !cJSON_IsNull(sequence))
        return wrong(err, "/source/sequence", "a number");
    return 0;
}

/* The target of an update, patch or delete is one resource by type and id. */
static int check_target(struct arena *arena, const struct cJSON *request, struct reference *out,
                        struct err *err)
{
    const char *text = json_string(json_get(request, "target"), "reference");

    *out = (struct reference){.type = NULL};
    if (!text)
        return 0;
    if (!reference_parse(out, arena, text, NULL) || !out->id || !fhir_type_is_known(out->type))
        return wrong(err, "/target/reference", "\"Type/id\"");
    return 0;
}

static int check_create(struct arena *arena, const struct cJSON *request, struct err *err)
{
    const struct cJSON *target = json_get(request, "target");
    const struct cJSON *resource = json_get(request, "resource");
    const char *type = json_string(target, "type");

    (void)arena;
    if (check_resource(resource, "/resource", false, err) ||
        check_identifier(resource, "/resource", err))
        return -1;
    if (type && strcmp(type, json_string(resource, "resourceType")) != 0)
        return wrong(err, "/target/type", "the type of /resource");
    if (json_get(target, "identifier") && !json_string(json_get(target, "identifier"), "value"))
        return wrong(err, "/target/identifier", "{system, value}");
    return 0;
}

static int check_update(struct arena *arena, const struct cJSON *request, struct err *err)
{
    const struct cJSON *resource = json_get(request, "resource");
    const char *id = json_string(resource, "id");
    struct reference target;

    if (check_target(arena, request, &target, err) ||
        check_resource(resource, "/resource", !target.id, err))
        return -1;
    if (target.id && (strcmp(target.type, json_string(resource, "resourceType")) != 0 ||
                      (id && strcmp(target.id, id) != 0)))
        return wrong(err, "/resource", "the type and id of /target/reference");
    return 0;
}

static int check_patch(struct arena *arena, const struct cJSON *request, struct err *err)
{
    struct reference target;

    if (check_target(arena, request, &target, err))
        return -1;
    if (!target.id)
        return wrong(err, "/target/reference", "\"Type/id\"");
    if (!cJSON_IsArray(json_get(request, "patch")))
        return wrong(err, "/patch", "a JSON Patch");
    if (patch_check(json_get(request, "patch"), err))
        return err_context(err, "/patch");
    return 0;
}

static int check_delete(struct arena *arena, const struct cJSON *request, struct err *err)
{
    struct reference target;

    if (check_target(arena, request, &target, err))
        return -1;
    return target.id ? 0 : wrong(err, "/target/reference", "\"Type/id\"");
}

static int check_entry(struct arena *arena, const struct cJSON *entry, size_t number,
                       struct err *err)
{
    const char *method = json_string(json_get(entry, "request"), "method");
    const char *url = json_string(json_get(entry, "request"), "url");
    const struct cJSON *resource = json_get(entry, "resource");
    const char *type = json_string(resource, "resourceType");
    bool is_post = method && strcmp(method, "POST") == 0;
    bool is_put = method && strcmp(method, "PUT") == 0;

    if (!method || !url)
        return err_set(err, ERR_INPUT, "/bundle/entry/%zu/request: expected method and url",
                       number);
    if (json_get(json_get(entry, "request"), "ifNoneMatch"))
        return err_set(err, ERR_INPUT,
                       "/bundle/entry/%zu/request/ifNoneMatch: not offered; submit a POST", number);
    if ((is_post || is_put) && check_resource(resource, "/resource", is_put, err))
        return err_context(err, "/bundle/entry/%zu", number);
    if (is_post && check_identifier(resource, "/resource", err))
        return err_context(err, "/bundle/entry/%zu", number);
    if (check_version(arena, json_get(json_get(entry, "request"), "ifMatch"), "/request/ifMatch",
                      err))
        return err_context(err, "/bundle/entry/%zu", number);
    if (is_post && strcmp(url, type) != 0)
        return err_set(err, ERR_INPUT, "/bundle/entry/%zu/request/url: expected \"%s\"", number,
                       type);
    return 0;
}

static int check_bundle(struct arena *arena, const struct cJSON *request, struct err *err)
{
    const struct cJSON *bundle = json_get(request, "bundle");
    const struct cJSON *entries = json_get(bundle, "entry");
    const char *type = json_string(bundle, "type");

    if (check_resource(bundle, "/bundle", false, err))
        return -1;
    if (!type || (strcmp(type, "batch") != 0 && strcmp(type, "transaction") != 0))
        return wrong(err, "/bundle/type", "\"batch\" or \"transaction\"");
    if (!cJSON_IsArray(entries) || json_count(entries) == 0 ||
        json_count(entries) > WORKER_KEYS_MAX)
        return err_set(err, ERR_LIMIT, "/bundle/entry: expected 1 to %d entries", WORKER_KEYS_MAX);
    bool has_write = false;
    for (size_t i = 0; i < json_count(entries); i++) {
        const char *method = json_string(json_get(json_at(entries, i), "request"), "method");

        if (check_entry(arena, json_at(entries, i), i, err))
            return -1;
        has_write = has_write || (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0);
    }
    return has_write ? 0 : wrong(err, "/bundle/entry", "at least one that writes");
}

static const struct {
    const char *operation;
    int (*check)(struct arena *arena, const struct cJSON *request, struct err *err);
} checks[] = {
    {"create", check_create}, {"update", check_update}, {"patch", check_patch},
    {"delete", check_delete}, {"bundle", check_bundle},
};

int intent_check(struct arena *arena, const struct cJSON *request, struct err *err)
{
    const char *operation = json_string(request, "operation");

    if (!cJSON_IsObject(request))
        return wrong(err, "", "an intent, a JSON object");
    if (check_version(arena, json_get(request, "baseVersion"), "/baseVersion", err) ||
        check_source(request, err))
        return -1;
    for (size_t i = 0; operation && i < COUNT_OF(checks); i++) {
        if (strcmp(checks[i].operation, operation) == 0)
            return checks[i].check(arena, request, err);
    }
    return wrong(err, "/operation", "create, update, patch, delete or bundle");
}
