/* SPDX-License-Identifier: Apache-2.0 */
/* resolve - a conditional reference is a search that must have exactly one match. */
#include "simulator/resolve.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/interact/act.h"

const char *resolve_conditional(void *arg, struct arena *arena, const char *conditional,
                                struct err *err)
{
    struct resolver *resolver = arg;
    const char *mark = strchr(conditional, '?');
    const char *type = arena_copy(arena, conditional, (size_t)(mark - conditional));
    struct query_found found;

    const char *why = query_find(resolver->store, arena, resolver->base, type, mark + 1, 0, &found);
    if (why) {
        resolver->status = 400;
        resolver->code = found.code;
        err_set(err, ERR_INPUT, "reference %s: %s", conditional, why);
        return NULL;
    }
    if (found.count == 1)
        return found.matches[0]->reference;
    resolver->status = 412;
    resolver->code = found.count == 0 ? "not-found" : "multiple-matches";
    err_set(err, ERR_INPUT, "reference %s: one match was expected, there are %zu", conditional,
            found.count);
    return NULL;
}
