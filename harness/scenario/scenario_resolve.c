/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scenario_resolve - turns "@n" into what this run's server calls that version, everywhere a
 * version may stand in an intent or a decision. The tree given is left as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/scenario_check.h"

struct resolver {
    struct arena *arena;
    const char *(*label)(void *arg, const char *reference, unsigned ordinal);
    void *arg;
    struct err *err;
};

/* Replaces the member `key` of `object`, when it is an ordinal; `format` has one %s for the label.
 */
static int resolve_member(const struct resolver *resolver, struct cJSON *object, const char *key,
                          const char *reference, bool is_etag)
{
    const char *text = json_string(object, key);
    unsigned ordinal = text ? scenario_ordinal(text) : 0;
    const char *label;

    if (ordinal == 0)
        return 0;
    if (!reference || !*reference)
        return err_set(resolver->err, ERR_INPUT,
                       "%s \"%s\": expected a target by reference, so that it says whose version",
                       key, text);
    label = resolver->label(resolver->arg, reference, ordinal);
    if (!label)
        return err_set(resolver->err, ERR_INPUT, "%s: %s has no version %s in this run", key,
                       reference, text);
    json_put_string(object, key,
                    is_etag ? arena_printf(resolver->arena, "W/\"%s\"", label) : label);
    return 0;
}

static int resolve_resource(const struct resolver *resolver, struct cJSON *resource,
                            const char *reference)
{
    const char *type = json_string(resource, "resourceType"), *id = json_string(resource, "id");

    if (type && id)
        reference = arena_printf(resolver->arena, "%s/%s", type, id);
    return resolve_member(resolver, json_get_mutable(resource, "meta"), "versionId", reference,
                          false);
}

static int resolve_entries(const struct resolver *resolver, struct cJSON *bundle)
{
    struct cJSON *entries = json_get_mutable(bundle, "entry"), *entry;

    cJSON_ArrayForEach(entry, entries)
    {
        struct cJSON *request = json_get_mutable(entry, "request");
        const char *url = json_string(request, "url");
        const char *reference = url ? arena_copy(resolver->arena, url, strcspn(url, "?")) : NULL;

        if (resolve_member(resolver, request, "ifMatch", reference, true) ||
            resolve_resource(resolver, json_get_mutable(entry, "resource"), reference))
            return -1;
    }
    return 0;
}

struct cJSON *scenario_resolve(struct arena *arena, const struct cJSON *payload,
                               const char *(*label)(void *arg, const char *reference,
                                                    unsigned ordinal),
                               void *arg, struct err *err)
{
    struct resolver resolver = {.arena = arena, .label = label, .arg = arg, .err = err};
    struct cJSON *copy = json_copy_root(arena, payload);
    const char *reference = json_string(json_get(copy, "target"), "reference");

    if (resolve_member(&resolver, copy, "baseVersion", reference, false) ||
        resolve_member(&resolver, copy, "seenVersion", reference, false) ||
        resolve_resource(&resolver, json_get_mutable(copy, "resource"), reference) ||
        resolve_entries(&resolver, json_get_mutable(copy, "bundle")))
        return NULL;
    return copy;
}
