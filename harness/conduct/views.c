/* SPDX-License-Identifier: Apache-2.0 */
/*
 * views - what the engine says of its intents, asked for one by one, or taken from the answer that settled it.
 *
 * Either way each is noted as a view of its own before anything is concluded from it.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/engine_inner.h"
#include "harness/scenario/adapter.h"

#define VIEWS_MAX 16 /* asked for with one question */
#define PLAIN_BYTES                                                                                \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._" /* as they are in a URL */

/* Is its view asked for when it settles? */
static bool wants_view(const struct run_intent *intent, bool with_ended)
{
    return intent->was_submitted && (with_ended || !intent_has_ended(intent));
}

const char *engine_views_wanted(const struct run *run)
{
    const char *ids = "";
    size_t count = 0;

    for (size_t i = 0; run->asks_views && i < run->intent_count && count < VIEWS_MAX; i++) {
        const char *id = run->intents[i].id;

        if (!wants_view(&run->intents[i], false) || !id || !id[0] || id[strspn(id, PLAIN_BYTES)])
            continue;
        ids = arena_join(run->scratch, ids, count++ > 0 ? "," : "&views=", id, NULL);
    }
    return ids;
}

/* The view as one JSON text: by key it comes in a list, of one at most. */
static const char *view_of_list(struct run *run, const struct http_reply *reply)
{
    struct err ignored = ERR_INIT;
    const struct cJSON *list = json_parse(run->scratch, reply->body, reply->body_size, &ignored);
    const struct cJSON *view = json_at(json_get(list, "intents"), 0);

    return view ? json_print(run->scratch, view) : NULL;
}

static void take_said_view(struct run *run, struct run_intent *intent, const char *path, int status,
                           const char *body)
{
    engine_note_said(run, "view", intent,
                     &(struct sim_entry){.method = "GET",
                                         .url = path,
                                         .status = status,
                                         .body = body,
                                         .body_size = strlen(body)});
    if (status == 200)
        engine_take_view(run, intent, body, strlen(body));
}

static const struct cJSON *view_among(const struct cJSON *views, const char *id)
{
    for (size_t i = 0; id && i < json_count(views); i++) {
        const char *other = json_string(json_at(views, i), "id");

        if (other && strcmp(other, id) == 0)
            return json_at(views, i);
    }
    return NULL;
}

static int ask_view(struct run *run, struct run_intent *intent, struct err *err)
{
    if (run->conductor->options.adapter->mapping)
        return mapped_ask_view(run, intent, err);
    struct http_reply reply;
    const char *path = intent->id ? arena_printf(run->scratch, "/v1/intents/%s", intent->id)
                                  : arena_printf(run->scratch, "/v1/intents?key=%s", intent->key);

    if (engine_get(run, path, &reply, err))
        return -1;
    const char *body = intent->id ? reply.body : view_of_list(run, &reply);
    if (!body)
        return 0; /* the submit never arrived: there is nothing to say about it */
    take_said_view(run, intent, path, reply.status, body);
    return 0;
}

/* What the engine took for other intents is asked for as well; it changes nothing of what we know of this one. */
static int ask_other_views(struct run *run, struct run_intent *intent, struct err *err)
{
    const struct run_intent kept = *intent;
    int rc = 0;

    for (size_t i = 0; i < kept.other_count && rc == 0; i++) {
        intent->id = kept.others[i];
        rc = ask_view(run, intent, err);
    }
    *intent = kept;
    return rc;
}

int engine_ask_views(struct run *run, bool with_ended, const struct cJSON *known, struct err *err)
{
    for (size_t i = 0; i < run->intent_count; i++) {
        struct run_intent *intent = &run->intents[i];
        const struct cJSON *view = view_among(known, intent->id);

        if (!intent->was_submitted)
            continue;
        if (wants_view(intent, with_ended) && view)
            take_said_view(run, intent, "/v1/settled", 200, json_print(run->scratch, view));
        else if (wants_view(intent, with_ended) && ask_view(run, intent, err))
            return -1;
        if (ask_other_views(run, intent, err))
            return -1;
    }
    return 0;
}
