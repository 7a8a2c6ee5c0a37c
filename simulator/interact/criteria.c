/* SPDX-License-Identifier: Apache-2.0 */
/*
 * criteria - a search that is asked about one resource: its _id goes in front, so that it costs the
 * same in a large store. What was deleted is asked about in a store of its own.
 */
#include "simulator/criteria.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"

static const char *query_of(const char *criteria)
{
    const char *mark = strchr(criteria, '?');

    return mark ? mark + 1 : "";
}

int criteria_check(struct arena *arena, const char *criteria, struct err *err)
{
    const char *type = arena_copy(arena, criteria, strcspn(criteria, "?"));
    struct query_found found;

    if (!fhir_type_is_known(type))
        return err_set(err, ERR_INPUT, "criteria: unknown resource type '%.64s'", type);
    if (*query_of(criteria) == '\0')
        return 0;
    struct store *empty = store_new(&(struct store_options){.logical_clock = true});
    const char *why = query_find(empty, arena, NULL, type, query_of(criteria), 0, &found);
    if (why)
        err_set(err, ERR_INPUT, "criteria: %s", why);
    store_free(empty);
    return why ? -1 : 0;
}

static bool is_met(struct arena *arena, struct store *store, const char *base, const char *criteria,
                   const struct version *version)
{
    const char *text = arena_printf(arena, "_id=%s&%s", version->id, query_of(criteria));
    struct query_found found = {.count = 0};

    return !query_find(store, arena, base, version->type, text, 0, &found) && found.count > 0;
}

static bool was_met(struct arena *arena, const char *base, const char *criteria,
                    const struct version *last)
{
    struct document document;
    struct err ignored = ERR_INIT;
    struct store *store;
    bool met = false;

    if (!last || !last->content ||
        document_read(&document, arena, last->content, last->size, &ignored))
        return false;
    store = store_new(&(struct store_options){.logical_clock = true});
    met = is_met(arena, store, base, criteria,
                 store_put(store, "PUT", last->type, last->id, &document));
    store_free(store);
    return met;
}

bool criteria_meets(struct arena *arena, struct store *store, const char *base,
                    const char *criteria, const struct version *version)
{
    const size_t type_size = strcspn(criteria, "?");

    if (strlen(version->type) != type_size || strncmp(criteria, version->type, type_size) != 0)
        return false;
    if (*query_of(criteria) == '\0')
        return true;
    return version->is_deletion ? was_met(arena, base, criteria, version->previous)
                                : is_met(arena, store, base, criteria, version);
}
