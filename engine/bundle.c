/* SPDX-License-Identifier: Apache-2.0 */
/* bundle - see the header. */
#include "engine/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"
#include "engine/command.h"
#include "engine/outcome.h"

static const char *const methods[] = {
    [WRITE_CREATE] = "POST",
    [WRITE_UPDATE] = "PUT",
    [WRITE_PATCH] = "PATCH",
    [WRITE_DELETE] = "DELETE",
};

struct content_links bundle_links(struct job *job)
{
    const struct intent *intent = job->intent;
    const char **urls = arena_alloc(job->arena, sizeof(*urls) * (intent->slot_count + 1));

    for (size_t i = 0; i < intent->slot_count; i++)
        urls[i] = intent->slots[i].full_url;
    return (struct content_links){.urls = urls, .count = intent->slot_count};
}

/* What stands in the chart is pointed at by its place there, not by a fullUrl that is not sent
 * again. */
static const char *settled_link(struct job *job, const char *text)
{
    const struct intent *intent = job->intent;

    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct slot *slot = &intent->slots[i];
        bool is_in = slot->state == SLOT_EFFECTIVE || slot->state == SLOT_DEVIANT;

        if (is_in && slot->full_url && slot->id && strcmp(slot->full_url, text) == 0)
            return slot_reference(slot, job->arena);
    }
    return NULL;
}

static struct cJSON *linked(struct job *job, const struct cJSON *item)
{
    const char *link = json_text(item) ? settled_link(job, json_text(item)) : NULL;
    struct cJSON *out;

    if (link)
        return cJSON_CreateString(link);
    if (cJSON_IsArray(item)) {
        out = cJSON_CreateArray();
        for (const struct cJSON *at = item->child; at; at = at->next)
            json_add(out, linked(job, at));
        return out;
    }
    if (!cJSON_IsObject(item))
        return json_copy(item);
    out = cJSON_CreateObject();
    for (const struct cJSON *at = item->child; at; at = at->next)
        json_put(out, at->string, linked(job, at));
    return out;
}

static char *base64(struct arena *arena, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = strlen(text);
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < size; i += 3) {
        unsigned a = (unsigned char)text[i];
        unsigned b = i + 1 < size ? (unsigned char)text[i + 1] : 0;
        unsigned c = i + 2 < size ? (unsigned char)text[i + 2] : 0;

        buf_putc(&out, digits[a >> 2]);
        buf_putc(&out, digits[(a & 3) << 4 | b >> 4]);
        buf_putc(&out, i + 1 < size ? digits[(b & 15) << 2 | c >> 6] : '=');
        buf_putc(&out, i + 2 < size ? digits[c & 63] : '=');
    }
    char *copy = buf_copy(&out, arena);
    buf_release(&out);
    return copy;
}

static void put_content(struct job *job, const struct slot *slot, struct cJSON *entry)
{
    if (slot->how == WRITE_PATCH) {
        struct cJSON *binary = json_put_object(entry, "resource");

        json_put_string(binary, "resourceType", "Binary");
        json_put_string(binary, "contentType", "application/json-patch+json");
        json_put_string(binary, "data", base64(job->arena, json_print(job->arena, slot->content)));
    } else if (slot->content) {
        json_put(entry, "resource", linked(job, slot->content));
    }
}

const struct cJSON *bundle_request(struct job *job)
{
    const struct intent *intent = job->intent;
    struct cJSON *bundle = json_object(job->arena);

    json_put_string(bundle, "resourceType", "Bundle");
    json_put_string(bundle, "type", intent->bundle_type);
    struct cJSON *entries = json_put_array(bundle, "entry");
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct slot *slot = &intent->slots[i];

        if (slot->state != SLOT_PENDING)
            continue;
        struct cJSON *entry = json_add_object(entries);
        if (slot->full_url)
            json_put_string(entry, "fullUrl", slot->full_url);
        put_content(job, slot, entry);
        struct cJSON *request = json_put_object(entry, "request");
        json_put_string(request, "method", methods[slot->how]);
        json_put_string(request, "url",
                        slot->how == WRITE_CREATE ? slot->type : slot_reference(slot, job->arena));
        if (slot->how == WRITE_CREATE)
            json_put_string(request, "ifNoneExist", slot->exist);
        else
            json_put_string(request, "ifMatch", arena_printf(job->arena, "W/\"%s\"", slot->guard));
    }
    return bundle;
}

/* An entry's answer is believed only at its own place in a whole answer: what is short or in
 * disorder is no answer, and every slot is looked up. */
static bool fits(const struct slot *slot, const struct cJSON *response)
{
    const char *status = json_string(response, "status");
    const char *location = json_string(response, "location");

    if (!status || atoi(status) < 200 || atoi(status) > 599)
        return false;
    return !location || strstr(location, slot->type) != NULL;
}

static size_t count_sent(const struct intent *intent)
{
    size_t count = 0;

    for (size_t i = 0; i < intent->slot_count; i++)
        count += intent->slots[i].state == SLOT_SENT;
    return count;
}

static void mark_all(struct intent *intent, int status)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        if (intent->slots[i].state == SLOT_SENT)
            intent->slots[i].status = status;
    }
}

void bundle_reply(struct job *job, const struct http_reply *reply)
{
    struct intent *intent = job->intent;
    struct err err = ERR_INIT;
    size_t at = 0;

    if (outcome_from_reply(reply->status, reply->was_sent) != OUTCOME_APPLIED) {
        mark_all(intent, reply->status);
        return;
    }
    const struct cJSON *body = json_parse(job->arena, reply->body, reply->body_size, &err);
    const struct cJSON *entries = json_get(body, "entry");
    if (!body || json_count(entries) != count_sent(intent))
        return; /* says nothing: every slot is looked up */
    for (size_t i = 0; i < intent->slot_count; i++) {
        struct slot *slot = &intent->slots[i];

        if (slot->state != SLOT_SENT)
            continue;
        const struct cJSON *response = json_get(json_at(entries, at++), "response");
        if (fits(slot, response))
            command_take(job, slot, atoi(json_string(response, "status")),
                         json_string(response, "etag"), json_string(response, "location"));
    }
}
