/* SPDX-License-Identifier: Apache-2.0 */
/* control_personality - the calls of the control API about whom the server is like. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/control_inner.h"
#include "simulator/personality.h"

bool control_get_personality(const struct call *call)
{
    const char *text = personality_text(sim_personality(call->control->sim), call->arena);

    *call->answer = (struct answer){
        .status = 200, .content_type = "application/json", .body = text, .body_size = strlen(text)};
    return true;
}

/* A name alone is one that ships; anything more is a personality of the caller's own. */
static const struct personality *read_body(struct arena *arena, const struct cJSON *body,
                                           struct err *err)
{
    const char *name = json_string(body, "name");

    return name && json_count(body) == 1 ? personality_find(name, err)
                                         : personality_read(arena, body, err);
}

bool control_put_personality(const struct call *call)
{
    const struct cJSON *body = control_body(call);
    const struct personality *found = NULL;
    struct err err = ERR_INIT;

    if (!body)
        return true;
    struct arena *arena = arena_new(); /* the simulator's, when it is like that */
    found = read_body(arena, body, &err);
    if (!found) {
        control_refuse(call, &err);
        arena_free(arena);
        return true;
    }
    sim_be_like(call->control->sim, found, arena);
    return control_get_personality(call);
}
