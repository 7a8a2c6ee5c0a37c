/* SPDX-License-Identifier: Apache-2.0 */
/* feed - see the header. */
#include "engine/feed.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "engine/engine.h"
#include "engine/ledger.h"
#include "engine/review.h"
#include "fhir/document.h"

/* The subscription's own status, first in every notification. */
static bool is_status(const struct cJSON *resource)
{
    const char *type = json_string(resource, "resourceType");

    return type && (strcmp(type, "Parameters") == 0 || strcmp(type, "SubscriptionStatus") == 0);
}

void feed_take(struct engine *engine, struct arena *arena, const struct cJSON *bundle)
{
    const struct cJSON *entry;

    cJSON_ArrayForEach(entry, json_get(bundle, "entry"))
    {
        const struct cJSON *resource = json_get(entry, "resource");
        const char *version = json_string(json_get(resource, "meta"), "versionId");
        const char *url = json_string(entry, "fullUrl");
        struct reference reference;

        if (is_status(resource) || !url ||
            !reference_parse(&reference, arena, url, engine->options.fhir))
            continue;
        const char *name = arena_printf(arena, "%s/%s", reference.type, reference.id);
        if (!version || !ledger_has_commit(engine->ledger, name, version))
            review_refresh_later(engine, name);
    }
}
