/* SPDX-License-Identifier: Apache-2.0 */
/* subscription - reading the resource; nothing here knows of deliveries. */
#include "simulator/subscription.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/criteria.h"

/* ---- where to ---- */

static const char *behind_scheme(const char *url)
{
    static const char *const schemes[] = {"http://", "https://"};

    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return url + strlen(schemes[i]);
    }
    return NULL;
}

/* The host must be followed by a port of digits and a path, or nothing: what could be read in two
 * ways ("127.0.0.1:80@elsewhere") is not loopback. */
bool subscription_is_loopback(const char *url)
{
    const char *host = behind_scheme(url);
    const size_t size = host ? strcspn(host, host[0] == '[' ? "/" : ":/") : 0;
    char name[INET6_ADDRSTRLEN + 2] = "";
    const char *rest = host ? host + size : "";
    struct in_addr address;

    if (!host || size >= sizeof(name))
        return false;
    if (strncmp(host, "[::1]", 5) == 0)
        rest = host + 5;
    else {
        memcpy(name, host, size);
        if (strcasecmp(name, "localhost") != 0 &&
            (inet_pton(AF_INET, name, &address) != 1 || (ntohl(address.s_addr) >> 24) != 127))
            return false;
    }
    if (*rest == ':')
        rest += 1 + strspn(rest + 1, "0123456789");
    return *rest == '\0' || *rest == '/';
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    }
    return false;
}

static int read_endpoint(struct subscription_terms *out, struct arena *arena,
                         const struct cJSON *channel, bool may_go_anywhere, struct err *err)
{
    const char *type = json_string(channel, "type"), *endpoint = json_string(channel, "endpoint");

    if (!type || strcmp(type, "rest-hook") != 0)
        return err_set(err, ERR_INPUT, "channel.type: rest-hook is offered, got %.40s",
                       type ? type : "nothing");
    if (!endpoint || !behind_scheme(endpoint) || has_control(endpoint) || strchr(endpoint, ' '))
        return err_set(err, ERR_INPUT, "channel.endpoint: an http or https URL was expected");
    if (!may_go_anywhere && !subscription_is_loopback(endpoint))
        return err_set(err, ERR_INPUT,
                       "channel.endpoint: this server sends to its own machine only (loopback)");
    out->endpoint = arena_strdup(arena, endpoint);
    return 0;
}

/* ---- channel ---- */

/* What the message itself needs is not the subscriber's to say. */
static bool is_of_the_message(const char *name)
{
    static const char *const names[] = {"Connection",       "Content-Length", "Content-Type",
                                        "Expect",           "Host",           "TE",
                                        "Transfer-Encoding"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcasecmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* "Name: value" of channel.header. */
static int read_headers(struct subscription_terms *out, struct arena *arena,
                        const struct cJSON *channel, struct err *err)
{
    const struct cJSON *headers = json_get(channel, "header");

    if (json_count(headers) > SUBSCRIPTION_HEADERS_MAX)
        return err_set(err, ERR_INPUT, "channel.header: at most %d are sent",
                       SUBSCRIPTION_HEADERS_MAX);
    for (size_t i = 0; i < json_count(headers); i++) {
        const char *text = json_text(json_at(headers, i));
        const char *colon = text ? strchr(text, ':') : NULL;

        if (!colon || colon == text || has_control(text) ||
            strcspn(text, " \"(),/;<=>?@[\\]{}") < (size_t)(colon - text))
            return err_set(err, ERR_INPUT, "channel.header: 'Name: value' was expected");
        out->headers[i] = (struct http_header){
            arena_copy(arena, text, (size_t)(colon - text)),
            arena_strdup(arena, colon + 1 + strspn(colon + 1, " ")),
        };
        if (is_of_the_message(out->headers[i].name))
            return err_set(err, ERR_INPUT, "channel.header: %s is the server's own",
                           out->headers[i].name);
    }
    return 0;
}

/* The extension BACKPORT_DEFINITION name, from the nth on; NULL: there is none. */
static const struct cJSON *extension(const struct cJSON *element, const char *name, size_t nth)
{
    const struct cJSON *item = NULL;

    cJSON_ArrayForEach(item, json_get(element, "extension"))
    {
        const char *url = json_string(item, "url");

        if (url && strncmp(url, BACKPORT_DEFINITION, sizeof(BACKPORT_DEFINITION) - 1) == 0 &&
            strcmp(url + sizeof(BACKPORT_DEFINITION) - 1, name) == 0 && nth-- == 0)
            return item;
    }
    return NULL;
}

static unsigned seconds(const struct cJSON *channel, const char *name, const char *member)
{
    const long long value = json_integer(extension(channel, name, 0), member, 0);

    return value > 0 && value <= 86400 ? (unsigned)value : 0;
}

static int read_content(struct subscription_terms *out, const struct cJSON *channel,
                        struct err *err)
{
    static const char *const names[] = {
        [CONTENT_EMPTY] = "empty",
        [CONTENT_ID_ONLY] = "id-only",
        [CONTENT_FULL_RESOURCE] = "full-resource",
    };
    const struct cJSON *said =
        extension(json_get(channel, "_payload"), "backport-payload-content", 0);
    const char *name = json_string(said, "valueCode");

    out->is_backport |= said != NULL;
    if (!said) {
        out->content = CONTENT_EMPTY; /* who does not say what is sent nothing of a patient */
        return 0;
    }
    for (size_t i = 0; name && i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0) {
            out->content = (enum subscription_content)i;
            return 0;
        }
    }
    return err_set(err, ERR_INPUT,
                   "backport-payload-content: empty, id-only or full-resource was expected");
}

static int read_channel(struct subscription_terms *out, struct arena *arena,
                        const struct cJSON *channel, bool may_go_anywhere, struct err *err)
{
    const char *payload = json_string(channel, "payload");

    if (payload && *payload) {
        out->payload = arena_strdup(arena, payload);
        if (strcmp(payload, "application/fhir+json") != 0 &&
            strcmp(payload, "application/json") != 0)
            return err_set(err, ERR_INPUT,
                           "channel.payload: application/fhir+json is offered, got %.60s", payload);
    }
    out->timeout_s = seconds(channel, "backport-timeout", "valueUnsignedInt");
    out->heartbeat_s = seconds(channel, "backport-heartbeat-period", "valueUnsignedInt");
    if (read_content(out, channel, err) ||
        read_endpoint(out, arena, channel, may_go_anywhere, err) ||
        read_headers(out, arena, channel, err))
        return -1;
    return 0;
}

/* ---- criteria ---- */

static int read_criteria(struct subscription_terms *out, struct arena *arena,
                         const struct cJSON *resource, struct err *err)
{
    const char *criteria = json_string(resource, "criteria");
    const struct cJSON *shadow = json_get(resource, "_criteria"), *filter = NULL;
    size_t count = 0;

    if (!criteria || !*criteria)
        return err_set(err, ERR_INPUT, "criteria: missing");
    if (!strstr(criteria, "://") && strncmp(criteria, "urn:", 4) != 0) {
        out->criteria[0] = arena_strdup(arena, criteria);
        return criteria_check(arena, criteria, err);
    }
    out->is_backport = true;
    out->topic = arena_strdup(arena, criteria);
    while ((filter = extension(shadow, "backport-filter-criteria", count))) {
        const char *text = json_string(filter, "valueString");

        if (!text || count == SUBSCRIPTION_CRITERIA_MAX)
            return err_set(err, ERR_INPUT, "backport-filter-criteria: at most %d, each a string",
                           SUBSCRIPTION_CRITERIA_MAX);
        if (criteria_check(arena, text, err))
            return -1;
        out->criteria[count++] = arena_strdup(arena, text);
    }
    return 0;
}

int subscription_read(struct subscription_terms *out, struct arena *arena,
                      const struct cJSON *resource, bool may_go_anywhere, struct err *err)
{
    const char *end = json_string(resource, "end");

    *out = (struct subscription_terms){.topic = NULL};
    if (end && clock_parse_instant(end, &out->end_ms))
        return err_set(err, ERR_INPUT, "end: an instant was expected");
    if (read_criteria(out, arena, resource, err) ||
        read_channel(out, arena, json_get(resource, "channel"), may_go_anywhere, err))
        return -1;
    return 0;
}
