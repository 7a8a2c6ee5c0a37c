/* SPDX-License-Identifier: Apache-2.0 */
/*
 * label - numbers, uuids and times as version ids.
 *
 * No randomness: a label follows from the resource, its ordinal and the number of the commit, so
 * that a replay gives the same bytes.
 */
#include "simulator/label.h"

#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "fhir/document.h"
#include "simulator/knobs.h"
#include "simulator/store.h"

/* 1 5 6 10 11 ...: what a sequence looks like that others draw from, too. */
static unsigned long with_gaps(unsigned long count)
{
    return count + count / 2 * 3;
}

static const char *uuid_of(struct arena *arena, const struct version *version)
{
    const char *name =
        arena_printf(arena, "%s/%s#%u", version->type, version->id, version->ordinal);
    char hex[HASH_HEX_SIZE];

    hash_hex(name, strlen(name), hex);
    return arena_printf(arena, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15,
                        hex + 18);
}

const char *label_make(struct arena *arena, const struct knobs *knobs,
                       const struct version *version, unsigned long global)
{
    unsigned long count = knobs->etag_form == ETAG_WEAK_GLOBAL ? global : version->ordinal;

    if (knobs->etag_form == ETAG_WEAK_UUID)
        return uuid_of(arena, version);
    if (knobs->version_gaps)
        count = with_gaps(count);
    return arena_number(arena, "", count + (unsigned long)knobs->version_start - 1);
}

bool label_is_alike(const struct knobs *one, const struct knobs *other)
{
    return one->etag_form == other->etag_form && one->version_start == other->version_start &&
           one->version_gaps == other->version_gaps;
}

const char *label_etag(struct arena *arena, const struct knobs *knobs,
                       const struct version *version)
{
    switch ((enum etag_form)knobs->etag_form) {
    case ETAG_WEAK_INT:
    case ETAG_WEAK_UUID:
    case ETAG_WEAK_GLOBAL:
        break;
    case ETAG_TIMESTAMP:
        return arena_printf(arena, "W/\"%llu\"", (unsigned long long)version->updated_ms / 1000);
    case ETAG_STRONG:
        return arena_printf(arena, "\"%s\"", version->label);
    case ETAG_BARE:
        return version->label;
    case ETAG_NONE:
        return NULL;
    }
    return arena_join(arena, "W/\"", version->label, "\"", (char *)NULL);
}

const char *label_tag(struct arena *arena, const struct version *version)
{
    const char *tag = NULL;
    bool is_weak = false;

    if (version->etag && etag_parse(arena, version->etag, &tag, &is_weak))
        return tag;
    return version->label;
}
