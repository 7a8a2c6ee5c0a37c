/* SPDX-License-Identifier: Apache-2.0 */
/* notification - written as text: a resource goes in as the bytes that are stored. */
#include "simulator/notification.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/prng.h"
#include "simulator/store.h"

static void add_instant(struct buf *buf, uint64_t at_ms)
{
    char instant[CLOCK_INSTANT_SIZE];

    clock_instant(at_ms, instant);
    buf_printf(buf, "\"%s\"", instant);
}

/* {"name":name,"value...":"text"} behind a comma; nothing where there is no text. */
static void add_parameter(struct buf *buf, const char *name, const char *value, const char *text)
{
    if (!text)
        return;
    buf_printf(buf, ",{\"name\":\"%s\",\"%s\":", name, value);
    json_quote(buf, text);
    buf_putc(buf, '}');
}

static void add_event(struct buf *buf, const struct notification *notification,
                      const struct notification_event *event)
{
    buf_printf(buf,
               ",{\"name\":\"notification-event\",\"part\":[{\"name\":\"event-number\","
               "\"valueString\":\"%" PRIu64 "\"},{\"name\":\"timestamp\",\"valueInstant\":",
               event->number);
    add_instant(buf, event->version->updated_ms);
    buf_putc(buf, '}');
    if (notification->content != CONTENT_EMPTY)
        buf_printf(buf, ",{\"name\":\"focus\",\"valueReference\":{\"reference\":\"%s/%s\"}}",
                   notification->base, event->version->reference);
    buf_puts(buf, "]}");
}

static void add_status(struct buf *buf, const struct notification *notification)
{
    char total[24];

    buf_printf(buf,
               "{\"resourceType\":\"Parameters\",\"meta\":{\"profile\":[\"%s\"]},\"parameter\":["
               "{\"name\":\"subscription\",\"valueReference\":{\"reference\":\"%s/%s\"}}",
               BACKPORT_DEFINITION "backport-subscription-status-r4", notification->base,
               notification->subscription);
    snprintf(total, sizeof(total), "%" PRIu64, notification->events_total);
    add_parameter(buf, "topic", "valueCanonical", notification->topic);
    add_parameter(buf, "status", "valueCode", notification->status);
    add_parameter(buf, "type", "valueCode", notification->type);
    add_parameter(buf, "events-since-subscription-start", "valueString", total);
    for (size_t i = 0; i < notification->event_count; i++)
        add_event(buf, notification, &notification->events[i]);
    if (notification->error) {
        buf_puts(buf, ",{\"name\":\"error\",\"valueCodeableConcept\":{\"text\":");
        json_quote(buf, notification->error);
        buf_puts(buf, "}}");
    }
    buf_puts(buf, "]}");
}

/* As in a history: how the version came to be. */
static void add_focus(struct buf *buf, const struct notification *notification,
                      const struct version *version)
{
    const bool is_create = strcmp(version->method, "POST") == 0;
    const bool was_there = version->previous && !version->previous->is_deletion;

    buf_printf(buf, ",{\"fullUrl\":\"%s/%s\"", notification->base, version->reference);
    if (version->content && notification->content == CONTENT_FULL_RESOURCE) {
        buf_puts(buf, ",\"resource\":");
        buf_add(buf, version->content, version->size);
    }
    buf_printf(buf,
               ",\"request\":{\"method\":\"%s\",\"url\":\"%s\"},\"response\":{\"status\":\"%s\"}}",
               version->method, is_create ? version->type : version->reference,
               version->is_deletion ? "204"
               : was_there          ? "200"
                                    : "201");
}

const char *notification_bundle(struct arena *arena, const struct notification *notification,
                                size_t *out_size)
{
    struct buf buf = BUF_INIT;
    struct prng prng;
    char uuid[37];

    prng_init(&prng, notification->seed);
    prng_uuid(&prng, uuid);
    buf_puts(&buf, "{\"resourceType\":\"Bundle\",\"meta\":{\"profile\":[\"" BACKPORT_DEFINITION
                   "backport-subscription-notification-r4\"]},\"type\":\"history\","
                   "\"timestamp\":");
    add_instant(&buf, notification->at_ms);
    buf_printf(&buf, ",\"entry\":[{\"fullUrl\":\"urn:uuid:%s\",\"resource\":", uuid);
    add_status(&buf, notification);
    buf_printf(&buf,
               ",\"request\":{\"method\":\"GET\",\"url\":\"%s/%s/$status\"},"
               "\"response\":{\"status\":\"200\"}}",
               notification->base, notification->subscription);
    for (size_t i = 0; i < notification->event_count; i++) {
        if (notification->content != CONTENT_EMPTY)
            add_focus(&buf, notification, notification->events[i].version);
    }
    buf_puts(&buf, "]}");
    const char *text = buf_copy(&buf, arena);
    *out_size = buf.size;
    buf_release(&buf);
    return text;
}

const char *notification_statuses(struct arena *arena, const struct notification *notifications,
                                  size_t count, size_t *out_size)
{
    struct buf buf = BUF_INIT;

    buf_printf(&buf, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":%zu", count);
    for (size_t i = 0; i < count; i++) {
        struct prng prng;
        char uuid[37];

        prng_init(&prng, notifications[i].seed);
        prng_uuid(&prng, uuid);
        buf_printf(&buf, "%s{\"fullUrl\":\"urn:uuid:%s\",\"resource\":", i ? "," : ",\"entry\":[",
                   uuid);
        add_status(&buf, &notifications[i]);
        buf_puts(&buf, ",\"search\":{\"mode\":\"match\"}}");
    }
    buf_puts(&buf, count ? "]}" : "}");
    const char *text = buf_copy(&buf, arena);
    *out_size = buf.size;
    buf_release(&buf);
    return text;
}
