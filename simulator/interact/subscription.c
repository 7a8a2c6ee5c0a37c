/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subscription - the operations of the Subscriptions R5 Backport: $status of one or many, and
 * $events, with which a subscriber gets again what it missed.
 *
 * Parameters come in the URL, or with POST in a Parameters resource.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/interact/act.h"
#include "simulator/notification.h"
#include "simulator/notify.h"

struct asked {
    struct query query;
    const struct cJSON *body; /* Parameters, or NULL */
};

/* The value of the nth parameter of that name; NULL: there are not so many. */
static const char *asked_value(const struct act *act, const struct asked *asked, const char *name,
                               size_t nth)
{
    const struct cJSON *member = NULL;

    for (size_t i = 0; i < asked->query.count; i++) {
        if (strcmp(asked->query.parameters[i].name, name) == 0 && nth-- == 0)
            return asked->query.parameters[i].value;
    }
    cJSON_ArrayForEach(member, operation_parameter(asked->body, name, nth))
    {
        if (strncmp(member->string, "value", 5) == 0)
            return json_text(member) ? json_text(member) : json_print(act->request->arena, member);
    }
    return NULL;
}

static bool read_asked(const struct act *act, struct asked *out)
{
    const struct exchange_request *request = act->request;
    struct err err = ERR_INIT;

    *out = (struct asked){.body = NULL};
    query_parse(&out->query, request->arena, request->query);
    if (!query_is_sound(act, &out->query))
        return false;
    if (!request->body)
        return true;
    out->body = json_parse(request->arena, request->body, request->body_size, &err);
    if (!out->body)
        REFUSE(act, 400, "structure", "%s", err.text);
    return out->body != NULL;
}

/* ---- $status ---- */

/* Is `value` one of the parameter's, or is none asked for? */
static bool is_asked(const struct act *act, const struct asked *asked, const char *name,
                     const char *value)
{
    const char *wanted = NULL;
    size_t nth = 0;

    while ((wanted = asked_value(act, asked, name, nth))) {
        char *list = arena_strdup(act->request->arena, wanted), *rest = NULL;

        for (char *word = strtok_r(list, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
            if (strcmp(word, value) == 0)
                return true;
        }
        nth++;
    }
    return nth == 0;
}

static void answer_status(const struct act *act, const struct asked *asked, struct notify *notify)
{
    struct arena *arena = act->request->arena;
    const size_t all = notify_count(notify);
    struct notification *list = arena_alloc(arena, (all + 1) * sizeof(*list));
    size_t count = 0, size = 0;

    for (size_t i = 0; i < all; i++) {
        const char *id = notify_id_at(notify, i);

        if (!id || (act->request->id ? strcmp(id, act->request->id) != 0
                                     : !is_asked(act, asked, "id", id)))
            continue;
        notify_describe(notify, i, &list[count]);
        list[count].type = "query-status";
        if (act->request->id || is_asked(act, asked, "status", list[count].status))
            count++;
    }
    if (act->request->id && count == 0) {
        REFUSE(act, 404, "not-found", "Subscription/%s does not exist", act->request->id);
        return;
    }
    const char *body = notification_statuses(arena, list, count, &size);
    *act->answer = (struct answer){.status = 200, .body = body, .body_size = size};
}

/* ---- $events ---- */

/* A number from 1; absent: `otherwise`. */
static bool read_number(const struct act *act, const struct asked *asked, const char *name,
                        size_t otherwise, size_t *out)
{
    const char *text = asked_value(act, asked, name, 0);

    *out = otherwise;
    if (!text)
        return true;
    if (*text && strlen(text) < 18 && text[strspn(text, "0123456789")] == '\0') {
        *out = strtoull(text, NULL, 10);
        return true;
    }
    REFUSE(act, 400, "invalid", "%s: an event number was expected, got %.60s", name, text);
    return false;
}

static bool read_content(const struct act *act, const struct asked *asked,
                         enum subscription_content *out)
{
    static const char *const names[] = {"empty", "id-only", "full-resource"};
    const char *name = asked_value(act, asked, "content", 0);

    for (size_t i = 0; name && i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum subscription_content)i;
            return true;
        }
    }
    if (name)
        REFUSE(act, 400, "invalid", "content: empty, id-only or full-resource was expected");
    return !name;
}

static void answer_events(const struct act *act, const struct asked *asked, struct notify *notify)
{
    const struct notification_event *events = NULL;
    struct notification notification;
    size_t at = 0, size = 0, since = 0, until = 0;

    for (; at < notify_count(notify); at++) {
        const char *id = notify_id_at(notify, at);

        if (id && act->request->id && strcmp(id, act->request->id) == 0)
            break;
    }
    if (at == notify_count(notify)) {
        REFUSE(act, 404, "not-found", "Subscription/%s does not exist",
               act->request->id ? act->request->id : "");
        return;
    }
    const size_t count = notify_events(notify, at, &events);
    notify_describe(notify, at, &notification);
    if (!read_number(act, asked, "eventsSinceNumber", 1, &since) ||
        !read_number(act, asked, "eventsUntilNumber", count, &until) ||
        !read_content(act, asked, &notification.content))
        return;
    since = since ? since : 1;
    until = until < count ? until : count;
    notification.type = "query-event";
    if (since <= until) {
        notification.events = events + (since - 1);
        notification.event_count = until - since + 1;
    }
    if (notification.event_count > LIMIT_BUNDLE_ENTRIES) {
        REFUSE(act, 400, "too-costly", "these are %zu events, %u at most are given at a time",
               notification.event_count, LIMIT_BUNDLE_ENTRIES);
        return;
    }
    const char *body = notification_bundle(act->request->arena, &notification, &size);
    *act->answer = (struct answer){.status = 200, .body = body, .body_size = size};
}

void interact_subscription(const struct act *act)
{
    struct notify *notify = store_notify(act->store);
    const char *operation = strchr(act->request->path, '$');
    struct asked asked;

    if (!read_asked(act, &asked))
        return;
    if (notify && operation && strcmp(operation, "$status") == 0)
        answer_status(act, &asked, notify);
    else if (notify && operation && strcmp(operation, "$events") == 0 && act->request->id)
        answer_events(act, &asked, notify);
    else
        REFUSE(act, 404, "not-supported", "operation %s is not offered by this server",
               act->request->path);
}
