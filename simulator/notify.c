/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify - subscriptions as they come, change and go with the commits of a run, and the events that
 * the other commits are to them.
 *
 * States: requested -(handshake answered; without one at once)-> active -(deliveries failed, or the
 *         terms cannot be served)-> error; a client turns it off, deletes it, or asks anew by
 *         writing `requested`. The status in memory counts from the commit on; the resource says so
 *         at the next turn, because a commit may not write.
 *
 * Invariants:
 *  1. What a commit is to a subscription is decided when it stands, in the order of commits.
 *  2. Event numbers of a subscription are 1, 2, 3 ... without gaps, whatever becomes of the
 *     deliveries: $events has them all.
 *  3. A Subscription that is written while `is_writing` is the server's own act and read by nobody.
 */
#include "simulator/notify.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/http.h"
#include "base/json.h"
#include "base/limits.h"
#include "fhir/document.h"
#include "simulator/core.h"
#include "simulator/criteria.h"
#include "simulator/index.h"
#include "simulator/notify_inner.h"
#include "simulator/rules.h"
#include "simulator/store.h"

#define DOWN_LOOK_MS 50 /* a server that is down sends nothing: is it up again? */

static const char *const status_names[] = {
    [SUBSCRIBER_REQUESTED] = "requested",
    [SUBSCRIBER_ACTIVE] = "active",
    [SUBSCRIBER_ERROR] = "error",
    [SUBSCRIBER_OFF] = "off",
};

const char *subscriber_status_name(enum subscriber_status status)
{
    return status_names[status];
}

uint64_t notify_now_ms(const struct notify *notify)
{
    const struct store *store = notify->sim->run->store;
    const size_t count = store_count(store);

    if (!notify->sim->options.logical_clock)
        return clock_wall_ms();
    return count ? store_at(store, count - 1)->updated_ms : STORE_EPOCH_MS;
}

/* ---- one subscription ---- */

static struct subscriber *subscriber_find(const struct notify *notify, const char *id)
{
    struct subscriber *subscriber;

    LL_FOREACH(notify->subscribers, subscriber)
    {
        if (strcmp(subscriber->id, id) == 0)
            return subscriber;
    }
    return NULL;
}

static struct subscriber *subscriber_open(struct notify *notify, const struct version *version)
{
    struct subscriber *subscriber = subscriber_find(notify, version->id);

    if (subscriber)
        return subscriber;
    subscriber = arena_alloc(notify->arena, sizeof(*subscriber));
    subscriber->id = version->id;
    subscriber->reference = version->reference;
    subscriber->status = SUBSCRIBER_OFF;
    LL_APPEND(notify->subscribers, subscriber);
    notify->subscriber_count++;
    return subscriber;
}

static void say_status(struct notify *notify, struct subscriber *subscriber)
{
    subscriber->is_unwritten = true;
    notify->due_ms = 0;
}

void subscriber_stop(struct notify *notify, struct subscriber *subscriber,
                     enum subscriber_status status, const char *reason)
{
    deliveries_drop(notify, subscriber);
    subscriber->status = status;
    if (!reason)
        return;
    const size_t size = strnlen(reason, sizeof(subscriber->error) - 1);
    memcpy(subscriber->error, reason, size);
    subscriber->error[size] = '\0';
    say_status(notify, subscriber);
}

void subscriber_activate(struct notify *notify, struct subscriber *subscriber)
{
    subscriber->status = SUBSCRIBER_ACTIVE;
    subscriber->heard_ms = clock_monotonic_ms();
    say_status(notify, subscriber);
}

/* ---- what rules and holds see of a delivery ---- */

static void show_to_rules(const struct delivery *delivery, struct sim_exchange *out,
                          struct exchange_request *out_request)
{
    static const struct http_header none[] = {{NULL, NULL}};
    const struct version *version = delivery->version;

    *out = (struct sim_exchange){
        .interaction = interaction_name(INTERACTION_NOTIFICATION),
        .reference = delivery->face.reference,
        .actor = delivery->face.actor,
        .intent = delivery->intent,
    };
    *out_request = (struct exchange_request){
        .arena = delivery->arena,
        .headers = none,
        .type = version ? version->type : "Subscription",
        .id = version ? version->id : delivery->to->id,
    };
}

static bool is_held(const struct notify *notify, const struct delivery *delivery)
{
    struct exchange_request request;
    struct sim_exchange face;

    show_to_rules(delivery, &face, &request);
    return notify->sim->options.hold_all ||
           rules_holds(notify->sim->rules, &face, &request, SIM_BEFORE);
}

/* ---- handshakes ---- */

static void ask_for_handshake(struct notify *notify, struct subscriber *subscriber)
{
    struct delivery *delivery = delivery_add(notify, subscriber, "handshake", NULL);

    if (is_held(notify, delivery))
        delivery->face.state = SIM_DELIVERY_HELD;
}

/* Is a client's new version of an active Subscription one that needs no new handshake? */
static bool goes_on(const struct subscriber *subscriber, const struct subscription_terms *former,
                    const char *status)
{
    return subscriber->status == SUBSCRIBER_ACTIVE && strcmp(status, "active") == 0 &&
           strcmp(former->endpoint, subscriber->terms.endpoint) == 0;
}

static void subscriber_request(struct notify *notify, struct subscriber *subscriber)
{
    deliveries_drop(notify, subscriber);
    subscriber->status = SUBSCRIBER_REQUESTED;
    subscriber->error[0] = '\0';
    if (!subscriber->terms.is_backport) {
        subscriber_activate(notify, subscriber);
        return;
    }
    say_status(notify, subscriber);
    ask_for_handshake(notify, subscriber);
}

/* A Subscription was written (or loaded): what it asks for is in force from here on. */
static void subscriber_take(struct notify *notify, const struct version *version, const char *actor)
{
    struct subscriber *subscriber = subscriber_open(notify, version);
    const char *status = json_string(version_tree(version), "status");
    const struct subscription_terms former = subscriber->terms;
    struct arena *former_arena = subscriber->arena;
    struct err err = ERR_INIT;

    if (subscriber->is_deleted)
        subscriber->event_count = 0;
    subscriber->is_deleted = subscriber->is_unwritten = false;
    subscriber->actor = arena_strdup(notify->arena, actor);
    if (!status || (strcmp(status, "requested") != 0 && strcmp(status, "active") != 0)) {
        subscriber_stop(notify, subscriber, SUBSCRIBER_OFF, NULL);
        return;
    }
    subscriber->arena = arena_new();
    if (subscription_read(&subscriber->terms, subscriber->arena, version_tree(version),
                          notify->sim->options.notify_anywhere, &err))
        subscriber_stop(notify, subscriber, SUBSCRIBER_ERROR, err.text);
    else if (!goes_on(subscriber, &former, status))
        subscriber_request(notify, subscriber);
    arena_free(former_arena);
}

/* ---- events ---- */

static const struct notification_event *log_event(struct subscriber *subscriber,
                                                  const struct version *version)
{
    if (subscriber->event_count == subscriber->event_room) {
        subscriber->event_room = subscriber->event_room ? subscriber->event_room * 2 : 16;
        subscriber->log =
            realloc(subscriber->log, subscriber->event_room * sizeof(subscriber->log[0]));
        if (!subscriber->log)
            BUG("out of memory");
    }
    struct notification_event *event = &subscriber->log[subscriber->event_count++];
    *event = (struct notification_event){.number = subscriber->event_count, .version = version};
    return event;
}

static bool concerns(struct notify *notify, const struct subscriber *subscriber,
                     const struct version *version)
{
    const struct subscription_terms *terms = &subscriber->terms;
    const struct sim *sim = notify->sim;

    if (subscriber->status != SUBSCRIBER_ACTIVE ||
        strcmp(subscriber->reference, version->reference) == 0 ||
        (version->is_deletion && !terms->is_backport)) /* R4's are of creates and updates */
        return false;
    for (size_t i = 0; terms->criteria[i]; i++) {
        if (criteria_meets(notify->scratch, sim->run->store, sim->url, terms->criteria[i], version))
            return true;
    }
    return !terms->criteria[0];
}

/* The rule that strikes this event, or NULL. */
static const struct sim_fault *struck_by(struct notify *notify, const struct delivery *delivery,
                                         bool is_own)
{
    struct exchange shown = {
        .sim = notify->sim,
        .label = is_own ? INTERACTION_ECHO : INTERACTION_NOTIFICATION,
    };

    if (notify->sim->options.hold_all)
        return NULL;
    show_to_rules(delivery, &shown.face, &shown.request);
    return rules_strike(notify->sim->rules, &shown);
}

static void raise_event(struct notify *notify, struct subscriber *subscriber,
                        const struct version *version)
{
    const struct exchange *cause = notify->sim->cause;
    const char *actor = cause ? cause->face.actor : notify->sim->edit_actor;
    const bool is_own = cause && strcmp(subscriber->actor, actor) == 0;
    const struct notification_event *event = log_event(subscriber, version);
    struct delivery *delivery =
        delivery_add(notify, subscriber,
                     subscriber->terms.is_backport ? "event-notification" : "rest-hook", event);

    delivery->face.actor = arena_strdup(delivery->arena, actor ? actor : "");
    delivery->intent = arena_strdup(delivery->arena, cause ? cause->face.intent : "");
    delivery->correlation = arena_strdup(delivery->arena, cause ? cause->face.correlation : "");

    const struct sim_fault *fault = struck_by(notify, delivery, is_own);
    if (is_held(notify, delivery)) {
        delivery->face.state = SIM_DELIVERY_HELD;
        return;
    }
    if (!fault)
        return;
    if (strcmp(fault->name, "echo") == 0 && strcmp(fault->args[0], "off") == 0) {
        subscriber->event_count--; /* no event, so that no number is missing */
        delivery->face.event = 0;
    }
    delivery_strike(notify, delivery, fault);
}

void notify_committed(struct notify *notify, const struct version *version)
{
    const struct sim *sim = notify->sim;
    const bool is_subscription = strcmp(version->type, "Subscription") == 0;
    struct subscriber *subscriber;

    if (!notify->subscribers && !is_subscription)
        return;
    LL_FOREACH(notify->subscribers, subscriber)
    {
        if (subscriber->terms.end_ms && subscriber->status == SUBSCRIBER_ACTIVE &&
            version->updated_ms >= subscriber->terms.end_ms)
            subscriber_stop(notify, subscriber, SUBSCRIBER_OFF, "its end has come");
        if (concerns(notify, subscriber, version))
            raise_event(notify, subscriber, version);
    }
    arena_reset(notify->scratch);
    if (!is_subscription || notify->is_writing)
        return;
    if (!version->is_deletion) {
        subscriber_take(notify, version, sim->cause ? sim->cause->face.actor : "");
        return;
    }
    subscriber = subscriber_open(notify, version);
    subscriber->is_unwritten = false;
    subscriber->is_deleted = true;
    subscriber_stop(notify, subscriber, SUBSCRIBER_OFF, NULL);
}

/* ---- turns ---- */

/* The server's own version of the Subscription, with its status and why. */
static void write_status(struct notify *notify, struct subscriber *subscriber)
{
    struct sim *sim = notify->sim;
    const struct version *current = store_current(sim->run->store, "Subscription", subscriber->id);
    const char *status = status_names[subscriber->status];
    struct arena *arena = notify->scratch;
    struct document document;
    struct err ignored = ERR_INIT;

    subscriber->is_unwritten = false;
    if (!current || current->is_deletion || store_is_full(sim->run->store))
        return;
    const char *said = json_string(version_tree(current), "status");
    if (said && strcmp(said, status) == 0)
        return;
    struct cJSON *tree = json_copy_root(arena, version_tree(current));
    json_put_string(tree, "status", status);
    json_remove(tree, "error");
    if (subscriber->error[0] && subscriber->status != SUBSCRIBER_ACTIVE)
        json_put_string(tree, "error", subscriber->error);
    const char *bytes = json_print(arena, tree);
    if (document_read(&document, arena, bytes, strlen(bytes), &ignored) == 0) {
        notify->is_writing = true;
        sim->edit_actor = "server";
        store_put(sim->run->store, "PUT", "Subscription", subscriber->id, &document);
        sim->edit_actor = NULL;
        notify->is_writing = false;
    }
    arena_reset(arena);
}

/* The next heartbeat's time goes into due_ms. In runs that hold everything time is no step. */
static void beat_hearts(struct notify *notify)
{
    const uint64_t now_ms = clock_monotonic_ms();
    struct subscriber *subscriber;

    LL_FOREACH(notify->subscribers, subscriber)
    {
        const uint64_t due_ms =
            subscriber->heard_ms + subscriber->terms.heartbeat_s * UINT64_C(1000);

        if (subscriber->status != SUBSCRIBER_ACTIVE || !subscriber->terms.heartbeat_s ||
            !subscriber->terms.is_backport || notify->sim->options.hold_all)
            continue;
        if (due_ms <= now_ms) {
            subscriber->heard_ms = now_ms;
            delivery_add(notify, subscriber, "heartbeat", NULL);
        } else if (due_ms < notify->due_ms) {
            notify->due_ms = due_ms;
        }
    }
}

void notify_turn(struct notify *notify)
{
    struct subscriber *subscriber;

    if (notify->http)
        deliveries_hear(notify);
    if (notify->due_ms > clock_monotonic_ms())
        return;
    notify->due_ms = UINT64_MAX;
    beat_hearts(notify);
    LL_FOREACH(notify->subscribers, subscriber)
    {
        if (subscriber->is_unwritten)
            write_status(notify, subscriber);
    }
    if (!sim_is_down(notify->sim))
        deliveries_send(notify);
    else if (notify->deliveries)
        notify->due_ms = clock_monotonic_ms() + DOWN_LOOK_MS;
}

int notify_timeout_ms(const struct notify *notify)
{
    const uint64_t now_ms = clock_monotonic_ms();
    const int http_ms = notify->http ? http_timeout_ms(notify->http) : -1;
    int due_ms = -1;

    if (notify->due_ms != UINT64_MAX)
        due_ms = notify->due_ms <= now_ms ? 0 : (int)(notify->due_ms - now_ms);
    if (http_ms < 0 || due_ms < 0)
        return http_ms < 0 ? due_ms : http_ms;
    return http_ms < due_ms ? http_ms : due_ms;
}

/* ---- runs ---- */

struct notify *notify_new(struct sim *sim)
{
    struct notify *notify = calloc(1, sizeof(*notify));

    if (!notify)
        BUG("out of memory");
    *notify = (struct notify){
        .sim = sim, .arena = arena_new(), .scratch = arena_new(), .due_ms = UINT64_MAX};
    return notify;
}

static void forget(struct notify *notify)
{
    struct subscriber *subscriber;

    deliveries_drop(notify, NULL);
    LL_FOREACH(notify->subscribers, subscriber)
    {
        arena_free(subscriber->arena);
        free(subscriber->log);
    }
    notify->subscribers = NULL;
    notify->subscriber_count = 0;
    notify->last_number = 0;
    notify->due_ms = UINT64_MAX;
}

void notify_free(struct notify *notify)
{
    if (!notify)
        return;
    forget(notify);
    http_free(notify->http);
    arena_free(notify->arena);
    arena_free(notify->scratch);
    free(notify);
}

void notify_begin(struct notify *notify)
{
    struct store *store = notify->sim->run->store;
    size_t *serials = NULL, count = 0;

    forget(notify);
    arena_reset(notify->arena);
    count = store_lookup(store, notify->arena, index_key_type("Subscription"), &serials);
    for (size_t i = 0; i < count; i++) {
        const struct version *version = store_by_serial(store, serials[i]);

        /* The index goes by hashes: it may show a resource of another type. */
        if (!version || strcmp(version->type, "Subscription") != 0)
            continue;
        const char *status = json_string(version_tree(version), "status");
        const bool is_active = status && strcmp(status, "active") == 0;
        struct subscriber *subscriber = subscriber_open(notify, version);

        subscriber_take(notify, version, "");
        if (is_active && subscriber->status == SUBSCRIBER_REQUESTED) {
            deliveries_drop(notify, subscriber); /* its handshake was before the chart was made */
            subscriber_activate(notify, subscriber);
        }
    }
}

/* ---- looking ---- */

static const struct subscriber *subscriber_at(const struct notify *notify, size_t index)
{
    const struct subscriber *subscriber = notify->subscribers;

    while (subscriber && index-- > 0)
        subscriber = subscriber->next;
    ASSERT(subscriber);
    return subscriber;
}

size_t notify_count(const struct notify *notify)
{
    return notify->subscriber_count;
}

const char *notify_id_at(const struct notify *notify, size_t index)
{
    const struct subscriber *subscriber = subscriber_at(notify, index);

    return subscriber->is_deleted ? NULL : subscriber->id;
}

void notify_describe(const struct notify *notify, size_t index, struct notification *out)
{
    const struct subscriber *subscriber = subscriber_at(notify, index);

    *out = (struct notification){
        .base = notify->sim->url,
        .subscription = subscriber->reference,
        .topic = subscriber->terms.topic,
        .status = status_names[subscriber->status],
        .error = subscriber->status == SUBSCRIBER_ERROR ? subscriber->error : NULL,
        .events_total = subscriber->event_count,
        .content = subscriber->terms.content,
        .at_ms = notify_now_ms(notify),
        .seed = notify->sim->options.seed + (index << 1),
    };
}

size_t notify_events(const struct notify *notify, size_t index,
                     const struct notification_event **out_events)
{
    const struct subscriber *subscriber = subscriber_at(notify, index);

    *out_events = subscriber->log;
    return subscriber->event_count;
}
