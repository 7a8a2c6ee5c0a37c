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
    struct answer answer = {.status = 0};
    const struct exchange_request request = {.arena = arena,
                                             .base = resolver->base ? resolver->base : ""};
    static const struct interact_bend straight = {.drop_path = NULL};
    const struct act act = {.store = resolver->store,
                            .knobs = store_knobs(resolver->store),
                            .request = &request,
                            .bend = &straight,
                            .answer = &answer};
    const struct version **matches = NULL;
    size_t count = 0;

    const char *type = arena_copy(arena, conditional, (size_t)(mark - conditional));
    if (!query_conditional(&act, conditional, type, mark + 1, &count, &matches)) {
        resolver->status = 400;
        resolver->code = "not-supported";
        err_set(err, ERR_INPUT, "reference %s: %s", conditional,
                "no search by parameters that are offered (_id, identifier, patient, subject)");
        return NULL;
    }
    if (count == 1)
        return matches[0]->reference;
    resolver->status = 412;
    resolver->code = count == 0 ? "not-found" : "multiple-matches";
    err_set(err, ERR_INPUT, "reference %s: one match was expected, there are %zu", conditional,
            count);
    return NULL;
}
