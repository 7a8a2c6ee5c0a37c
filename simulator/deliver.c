/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver - the queue of deliveries, and the calls that carry them out: at least once, in the order
 * of a subscription's events but for what faults and holds make of it.
 *
 * A delivery is held or queued -(deliveries_send)-> sent -(deliveries_hear)-> gone, queued again
 * (a failure, or notify-duplicate), or, when it failed ATTEMPTS_MAX times, gone with all that waits
 * for the same subscription.
 *
 * Invariants:
 *  1. At most one delivery of a subscription is under way (`has_call`).
 *  2. A failed one is tried again before any later one goes. Held ones, and those to be overtaken,
 *     let later ones pass.
 *  3. The journal has a delivery before a byte of it leaves.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/http.h"
#include "base/limits.h"
#include "simulator/core.h"
#include "simulator/journal.h"
#include "simulator/notify_inner.h"
#include "simulator/store.h"

#define ATTEMPTS_MAX       4
#define RETRY_MS_DEFAULT   500
#define TIMEOUT_MS_DEFAULT 5000
#define REPLY_BYTES_MAX    ((size_t)64 << 10) /* of what a subscriber says nobody reads more */

/* ---- the queue ---- */

struct delivery *delivery_add(struct notify *notify, struct subscriber *to, const char *type,
                              const struct notification_event *event)
{
    struct arena *arena = arena_new();
    struct delivery *delivery = arena_alloc(arena, sizeof(*delivery));

    *delivery = (struct delivery){
        .arena = arena,
        .to = to,
        .version = event ? event->version : NULL,
        .correlation = "",
        .intent = "",
        .face = {.number = ++notify->last_number,
                 .state = SIM_DELIVERY_QUEUED,
                 .subscription = to->reference,
                 .type = type,
                 .event = event ? event->number : 0,
                 .reference = event ? event->version->reference : "",
                 .actor = ""},
    };
    DL_APPEND(notify->deliveries, delivery);
    notify->delivery_count++;
    notify->due_ms = 0;
    notify->sim->stamp++;
    return delivery;
}

void delivery_drop(struct notify *notify, struct delivery *delivery)
{
    if (delivery->pending)
        delivery->to->has_call = false;
    DL_DELETE(notify->deliveries, delivery);
    notify->delivery_count--;
    notify->sim->stamp++;
    arena_free(delivery->arena); /* and with it a call under way */
}

void deliveries_drop(struct notify *notify, const struct subscriber *to)
{
    struct delivery *delivery, *next;

    DL_FOREACH_SAFE(notify->deliveries, delivery, next)
    {
        if (!to || delivery->to == to)
            delivery_drop(notify, delivery);
    }
}

/* ---- the journal ---- */

static void fill_entry(const struct delivery *delivery, enum sim_kind kind, struct sim_entry *out)
{
    const struct version *version = delivery->version;
    const struct sim_delivery *face = &delivery->face;

    *out = (struct sim_entry){
        .kind = kind,
        .interaction = interaction_name(INTERACTION_NOTIFICATION),
        .actor = face->actor,
        .intent = delivery->intent,
        .correlation = delivery->correlation,
        .reference = face->reference,
        .what = face->event
                    ? arena_printf(delivery->arena, "%s %llu of %s", face->type,
                                   (unsigned long long)face->event, face->subscription)
                    : arena_printf(delivery->arena, "%s of %s", face->type, face->subscription),
    };
    if (!version)
        return;
    out->version = version->label;
    out->ordinal = version->ordinal;
    out->commit = version->commit;
}

static void note_sending(struct notify *notify, struct delivery *delivery,
                         const struct http_request *request)
{
    struct sim_entry entry;

    fill_entry(delivery, SIM_NOTIFIED, &entry);
    entry.method = request->method;
    entry.url = request->url;
    entry.body = request->body;
    entry.body_size = request->body_size;
    delivery->entry =
        journal_append(notify->sim->journal,
                       &(struct journal_draft){.entry = &entry, .headers = request->headers});
    notify->sim->stamp++;
}

static void note_answer(struct notify *notify, const struct delivery *delivery,
                        const struct http_reply *reply)
{
    struct sim_entry entry;

    fill_entry(delivery, SIM_NOTIFIED, &entry);
    entry.of = delivery->entry;
    entry.status = reply->status;
    if (!reply->status)
        entry.what = arena_printf(delivery->arena, "%s: %s", entry.what, reply->problem);
    journal_append(notify->sim->journal, &(struct journal_draft){.entry = &entry});
    notify->sim->stamp++;
}

/* ---- faults ---- */

static void note_fault(struct notify *notify, const struct delivery *delivery,
                       const struct sim_fault *fault)
{
    struct sim_entry entry;

    fill_entry(delivery, SIM_FAULT, &entry);
    entry.fault = fault_text(fault, delivery->arena);
    journal_append(notify->sim->journal, &(struct journal_draft){.entry = &entry});
    notify->sim->stamp++;
}

/* echo: it is sent as it is. */
void delivery_strike(struct notify *notify, struct delivery *delivery,
                     const struct sim_fault *fault)
{
    note_fault(notify, delivery, fault);
    notify->due_ms = 0;
    if (strcmp(fault->name, "notify-duplicate") == 0)
        delivery->copies = fault_number(fault, 0, 2) - 1;
    else if (strcmp(fault->name, "notify-reorder") == 0)
        delivery->overtakers = fault_number(fault, 0, 1);
    else if (strcmp(fault->name, "notify-skip") == 0 || strcmp(fault->args[0], "off") == 0)
        delivery_drop(notify, delivery);
}

/* ---- what is sent ---- */

static size_t index_of(const struct notify *notify, const struct subscriber *wanted)
{
    const struct subscriber *subscriber;
    size_t index = 0;

    LL_FOREACH(notify->subscribers, subscriber)
    {
        if (subscriber == wanted)
            break;
        index++;
    }
    return index;
}

static void fill_backport(const struct notify *notify, const struct delivery *delivery,
                          struct arena *arena, struct http_request *out)
{
    const struct sim_delivery *face = &delivery->face;
    const struct notification_event event = {face->event, delivery->version};
    struct notification notification;

    notify_describe(notify, index_of(notify, delivery->to), &notification);
    notification.type = face->type;
    if (delivery->version) {
        notification.events = &event;
        notification.event_count = 1;
        notification.events_total = face->event;
        notification.at_ms = delivery->version->updated_ms;
    }
    notification.seed += (face->number << 20) + 1;
    out->method = "POST";
    out->url = delivery->to->terms.endpoint;
    out->body = notification_bundle(arena, &notification, &out->body_size);
}

/* R4: with a payload the resource is put below the endpoint, without one an empty POST says that
 * something happened. */
static void fill_rest_hook(const struct delivery *delivery, struct arena *arena,
                           struct http_request *out)
{
    const struct subscription_terms *terms = &delivery->to->terms;
    size_t size = strlen(terms->endpoint);

    out->method = "POST";
    out->url = terms->endpoint;
    if (!terms->payload)
        return;
    while (size > 0 && terms->endpoint[size - 1] == '/')
        size--;
    out->method = "PUT";
    out->url =
        arena_printf(arena, "%.*s/%s", (int)size, terms->endpoint, delivery->version->reference);
    out->body = delivery->version->content;
    out->body_size = delivery->version->size;
}

static void carry(struct notify *notify, struct delivery *delivery)
{
    const struct sim_options *options = &notify->sim->options;
    const struct subscription_terms *terms = &delivery->to->terms;
    struct arena *arena = delivery->arena;
    struct http_request request = {.reply_max = REPLY_BYTES_MAX, .timeout_ms = TIMEOUT_MS_DEFAULT};
    size_t count = 0;

    if (options->notify_timeout_ms)
        request.timeout_ms = options->notify_timeout_ms;
    if (terms->timeout_s)
        request.timeout_ms = terms->timeout_s * 1000L;
    if (terms->is_backport)
        fill_backport(notify, delivery, arena, &request);
    else
        fill_rest_hook(delivery, arena, &request);
    if (request.body)
        request.headers[count++] = (struct http_header){
            "Content-Type", terms->payload ? terms->payload : "application/fhir+json"};
    for (size_t i = 0; terms->headers[i].name; i++)
        request.headers[count++] = terms->headers[i];
    if (!notify->http) {
        notify->http = http_new();
        edge_join(notify->sim->edge, http_fd(notify->http));
    }
    note_sending(notify, delivery, &request);
    delivery->face.state = SIM_DELIVERY_SENT;
    delivery->to->has_call = true;
    delivery->to->heard_ms = clock_monotonic_ms();
    delivery->pending = http_start(notify->http, arena, &request);
}

/* Is it the one that goes next to its subscriber? Looked at in order, each subscriber once a look. */
static bool is_next(const struct notify *notify, struct delivery *delivery)
{
    struct subscriber *to = delivery->to;

    if (to->has_call || to->looked == notify->looks || delivery->overtakers ||
        delivery->face.state != SIM_DELIVERY_QUEUED)
        return false;
    to->looked = notify->looks;
    return true;
}

void deliveries_send(struct notify *notify)
{
    const uint64_t now_ms = clock_monotonic_ms();
    struct delivery *delivery;

    notify->looks++;
    DL_FOREACH(notify->deliveries, delivery)
    {
        if (!is_next(notify, delivery))
            continue;
        if (delivery->due_ms <= now_ms)
            carry(notify, delivery);
        else if (delivery->due_ms < notify->due_ms)
            notify->due_ms = delivery->due_ms;
    }
}

/* ---- what comes back ---- */

/* Those that it has overtaken need one less. */
static void overtake(struct notify *notify, const struct delivery *done)
{
    struct delivery *delivery;

    DL_FOREACH(notify->deliveries, delivery)
    {
        if (delivery->to == done->to && delivery->overtakers &&
            done->face.event > delivery->face.event)
            delivery->overtakers--;
    }
}

static void fail(struct notify *notify, struct delivery *delivery, const char *problem)
{
    const unsigned retry_ms = notify->sim->options.notify_retry_ms
                                  ? notify->sim->options.notify_retry_ms
                                  : RETRY_MS_DEFAULT;
    struct err reason = ERR_INIT;

    if (++delivery->face.attempts < ATTEMPTS_MAX) {
        delivery->face.state = SIM_DELIVERY_QUEUED;
        delivery->due_ms =
            clock_monotonic_ms() + ((uint64_t)retry_ms << (delivery->face.attempts - 1));
        return;
    }
    err_set(&reason, ERR_IO, "%s could not be delivered in %d attempts: %s", delivery->face.type,
            ATTEMPTS_MAX, problem);
    subscriber_stop(notify, delivery->to, SUBSCRIBER_ERROR, reason.text);
}

static void hear(struct notify *notify, struct delivery *delivery)
{
    const struct http_reply *reply = http_result(delivery->pending);
    const bool is_done = reply->status >= 200 && reply->status < 300;

    note_answer(notify, delivery, reply);
    delivery->pending = NULL;
    delivery->to->has_call = false;
    notify->due_ms = 0;
    if (!is_done) {
        fail(notify, delivery,
             reply->status ? arena_printf(delivery->arena, "answered %d", reply->status)
                           : reply->problem);
        return;
    }
    if (delivery->to->status == SUBSCRIBER_REQUESTED &&
        strcmp(delivery->face.type, "handshake") == 0)
        subscriber_activate(notify, delivery->to);
    if (delivery->copies) {
        delivery->copies--;
        delivery->face.attempts = 0;
        delivery->face.state = SIM_DELIVERY_QUEUED;
        return;
    }
    overtake(notify, delivery);
    delivery_drop(notify, delivery);
}

/* The first whose call has ended; NULL: none. Hearing one may drop others. */
static struct delivery *ended(const struct notify *notify)
{
    struct delivery *delivery;

    DL_FOREACH(notify->deliveries, delivery)
    {
        if (delivery->pending && http_is_done(delivery->pending))
            return delivery;
    }
    return NULL;
}

void deliveries_hear(struct notify *notify)
{
    struct delivery *delivery;

    http_drive(notify->http);
    while ((delivery = ended(notify)))
        hear(notify, delivery);
}

/* ---- the caller's side ---- */

size_t sim_delivery_count(const struct sim *sim)
{
    return sim->notify->delivery_count;
}

const struct sim_delivery *sim_delivery_at(const struct sim *sim, size_t index)
{
    const struct delivery *delivery = sim->notify->deliveries;

    while (delivery && index-- > 0)
        delivery = delivery->next;
    return delivery ? &delivery->face : NULL;
}

int sim_deliver(struct sim *sim, uint64_t number, const struct sim_fault *fault, struct err *err)
{
    static const char *const known[] = {"notify-duplicate", "notify-skip", "notify-reorder"};
    struct notify *notify = sim->notify;
    struct delivery *delivery;
    bool is_known = !fault;

    DL_SEARCH_SCALAR(notify->deliveries, delivery, face.number, number);
    if (!delivery || delivery->face.state != SIM_DELIVERY_HELD)
        return err_set(err, ERR_INPUT, "delivery %llu is not held", (unsigned long long)number);
    for (size_t i = 0; fault && i < COUNT_OF(known); i++)
        is_known |= strcmp(known[i], fault->name) == 0;
    if (!is_known)
        return err_set(err, ERR_INPUT, "%s is no fault of a held delivery", fault->name);
    delivery->face.state = SIM_DELIVERY_QUEUED;
    notify->due_ms = 0;
    sim->stamp++;
    if (fault)
        delivery_strike(notify, delivery, fault);
    return 0;
}
