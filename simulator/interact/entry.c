/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry - from Bundle.entry to a request, and from its answer to Bundle.entry.
 *
 * A resource keeps its bytes: it is cut out of the Bundle where it stands. A Binary that holds a
 * JSON Patch becomes the body of a PATCH, with its contentType as Content-Type.
 */
#include "simulator/interact/entry.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/core.h"
#include "simulator/span.h"
#include "simulator/uri.h"

/* ---- in ---- */

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* NULL when `text` is not base64. */
static char *base64_decode(struct arena *arena, const char *text, size_t *out_size)
{
    char *out = arena_alloc(arena, strlen(text) + 1);
    uint32_t bits = 0;
    unsigned held = 0;

    *out_size = 0;
    for (; *text && *text != '='; text++) {
        int digit = base64_digit(*text);

        if (digit < 0)
            return NULL;
        bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[(*out_size)++] = (char)(bits >> held & 0xff);
        }
    }
    return text[strspn(text, "=")] == '\0' && held < 6 ? out : NULL;
}

static void add_header(struct entry *entry, const char *name, const char *value)
{
    size_t count = 0;

    while (entry->headers[count].name)
        count++;
    ASSERT(count < ENTRY_HEADERS_MAX);
    if (value)
        entry->headers[count] = (struct http_header){name, value};
}

/* The path and query of request.url; a URL of this server is taken as relative. False: a bad
 * escape. */
static bool split_url(struct entry *entry, const struct act *act)
{
    struct arena *arena = act->request->arena;
    size_t base = strlen(act->request->base);
    const char *url = entry->url;

    if (base > 0 && strncmp(url, act->request->base, base) == 0)
        url += base;
    url += strspn(url, "/");
    const char *mark = strchr(url, '?');
    char *path = arena_copy(arena, url, mark ? (size_t)(mark - url) : strlen(url));
    entry->request.path = path;
    entry->request.query = mark ? mark + 1 : "";
    return uri_decode_path(path);
}

static void take_body(struct entry *entry, const struct act *act, const struct cJSON *tree,
                      struct span span)
{
    const struct cJSON *resource = json_get(tree, "resource");
    const char *type = json_string(resource, "resourceType");
    const char *data = json_string(resource, "data");
    struct arena *arena = act->request->arena;

    entry->request.body = arena_copy(arena, span.start, span.size);
    entry->request.body_size = span.size;
    if (strcmp(entry->request.method, "PATCH") != 0 || !type || strcmp(type, "Binary") != 0) {
        add_header(entry, "Content-Type", "application/fhir+json");
        return;
    }
    add_header(entry, "Content-Type", json_string(resource, "contentType"));
    entry->request.body = base64_decode(arena, data ? data : "", &entry->request.body_size);
    if (!entry->request.body)
        answer_refuse(&entry->answer, arena, 400, "invalid", NULL, "Binary.data is not base64");
}

/* The header is an HTTP date, the member an instant. */
static void take_since(struct entry *entry, const struct act *act, const char *instant)
{
    struct arena *arena = act->request->arena;
    char date[CLOCK_INSTANT_SIZE];
    uint64_t since_ms = 0;

    if (!instant)
        return;
    if (clock_parse_instant(instant, &since_ms)) {
        answer_refuse(&entry->answer, arena, 400, "invalid", NULL,
                      "request.ifModifiedSince: an instant was expected, got %s", instant);
        return;
    }
    clock_http_date(since_ms, date);
    add_header(entry, "If-Modified-Since", arena_strdup(arena, date));
}

static void entry_read(struct entry *entry, const struct act *act, const struct cJSON *tree,
                       struct span span)
{
    static const struct {
        const char *member, *header;
    } conditions[] = {
        {"ifMatch", "If-Match"},
        {"ifNoneMatch", "If-None-Match"},
        {"ifNoneExist", "If-None-Exist"},
    };
    const struct cJSON *request = json_get(tree, "request");
    const char *method = json_string(request, "method"), *url = json_string(request, "url");
    struct span resource;

    entry->full_url = json_string(tree, "fullUrl");
    entry->url = url ? url : "";
    entry->request = (struct exchange_request){
        .arena = act->request->arena,
        .base = act->request->base,
        .method = method ? method : "",
        .path = "",
        .query = "",
        .headers = entry->headers,
    };
    if (!method || !url) {
        answer_refuse(&entry->answer, act->request->arena, 400, "required", NULL,
                      "request.method and request.url were expected");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(conditions); i++)
        add_header(entry, conditions[i].header, json_string(request, conditions[i].member));
    add_header(entry, "Prefer", request_header(act->request, "Prefer"));
    take_since(entry, act, json_string(request, "ifModifiedSince"));
    if (!split_url(entry, act))
        answer_refuse(&entry->answer, act->request->arena, 400, "invalid", NULL,
                      "request.url has a bad escape: %s", entry->url);
    if (span_member(act->request->arena, span.start, "resource", &resource))
        take_body(entry, act, tree, resource);
    if (entry->answer.status == 0)
        route(&entry->request, &entry->answer);
}

bool entries_read(const struct act *act, const char *type, struct entry **out_entries,
                  size_t *out_count)
{
    const struct exchange_request *request = act->request;
    struct arena *arena = request->arena;
    struct err err = ERR_INIT;
    struct span entries, span;
    size_t index = 0;

    const struct cJSON *tree =
        json_parse(arena, request->body ? request->body : "", request->body_size, &err);
    if (!tree) {
        REFUSE(act, 400, "structure", "the body is not a Bundle: %s", err.text);
        return false;
    }
    const char *resource_type = json_string(tree, "resourceType"),
               *found = json_string(tree, "type");
    const struct cJSON *array = json_get(tree, "entry"), *entry = NULL;
    if (!resource_type || strcmp(resource_type, "Bundle") != 0 || !found ||
        strcmp(found, type) != 0 || (array && !cJSON_IsArray(array))) {
        REFUSE(act, 400, "structure", "a Bundle of type %s with an array of entries was expected",
               type);
        return false;
    }
    *out_count = json_count(array);
    if (*out_count > LIMIT_BUNDLE_ENTRIES) {
        REFUSE(act, 413, "too-costly", "the Bundle has %zu entries, %u is the most", *out_count,
               LIMIT_BUNDLE_ENTRIES);
        return false;
    }
    *out_entries = arena_alloc(arena, (*out_count + 1) * sizeof(**out_entries));
    const char *text = arena_copy(arena, request->body, request->body_size);
    const char *at =
        array && span_member(arena, span_root(text), "entry", &entries) ? entries.start : "]";
    cJSON_ArrayForEach(entry, array)
    {
        bool is_there = span_element(&at, &span);
        ASSERT(is_there);
        (*out_entries)[index].index = index;
        entry_read(&(*out_entries)[index++], act, entry, span);
    }
    return true;
}

void entry_do(const struct act *act, struct entry *entry)
{
    struct act own = *act; /* its bend too: what is for Bundles alone nobody reads there */

    own.request = &entry->request;
    own.assigned_id = entry->target;
    own.valid = entry->document;
    own.is_entry = true;
    own.answer = &entry->answer;
    enum interaction interaction = entry->request.interaction;

    if (interaction == INTERACTION_BATCH || interaction == INTERACTION_TRANSACTION ||
        interaction == INTERACTION_OPERATION)
        answer_refuse(&entry->answer, act->request->arena, 400, "not-supported", NULL,
                      "%s %s cannot be an entry of a Bundle", entry->request.method, entry->url);
    else
        interact_any(&own);
}

/* ---- out ---- */

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "200 OK"},
        {201, "201 Created"},
        {204, "204 No Content"},
        {304, "304 Not Modified"},
        {400, "400 Bad Request"},
        {404, "404 Not Found"},
        {405, "405 Method Not Allowed"},
        {406, "406 Not Acceptable"},
        {409, "409 Conflict"},
        {410, "410 Gone"},
        {412, "412 Precondition Failed"},
        {413, "413 Content Too Large"},
        {415, "415 Unsupported Media Type"},
        {422, "422 Unprocessable Content"},
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].status == status)
            return texts[i].text;
    }
    return "500 Internal Server Error";
}

static void add_member(struct buf *buf, const char *name, const char *text)
{
    if (!text)
        return;
    buf_printf(buf, ",\"%s\":", name);
    json_quote(buf, text);
}

/* Where a write's version can be read, also where a plain answer has no Location: an update's. */
static const char *location_of(const struct act *act, const struct entry *entry)
{
    const struct version *version = entry->answer.version;

    if (act->knobs->location == LOCATION_ABSENT)
        return NULL;
    if (!interaction_is_write(entry->request.interaction) || !version || version->is_deletion)
        return entry->answer.location;
    return act->knobs->location == LOCATION_UNVERSIONED
               ? arena_printf(act->request->arena, "%s/%s", act->request->base, version->reference)
               : arena_printf(act->request->arena, "%s/%s/_history/%s", act->request->base,
                              version->reference, version->label);
}

static void add_answer(struct buf *buf, const struct act *act, const struct entry *entry)
{
    const struct answer *answer = &entry->answer;
    bool is_write = interaction_is_write(entry->request.interaction);
    enum prefer prefer = prefer_return(act->request);
    bool is_refusal = answer->status >= 400;
    bool has_resource =
        answer->body && !is_refusal && (!is_write || prefer == PREFER_REPRESENTATION);
    bool has_outcome = answer->body && (is_refusal || (is_write && prefer == PREFER_OUTCOME));
    char instant[CLOCK_INSTANT_SIZE];

    buf_putc(buf, '{');
    if (has_resource) {
        if (answer->version)
            buf_printf(buf, "\"fullUrl\":\"%s/%s\",", act->request->base,
                       answer->version->reference);
        buf_puts(buf, "\"resource\":");
        buf_add(buf, answer->body, answer->body_size);
        buf_putc(buf, ',');
    }
    buf_printf(buf, "\"response\":{\"status\":\"%s\"", status_text(answer->status));
    add_member(buf, "location", location_of(act, entry));
    add_member(buf, "etag", answer->etag);
    if (answer->version) {
        clock_instant(answer->version->updated_ms, instant);
        add_member(buf, "lastModified", instant);
    }
    if (has_outcome) {
        buf_puts(buf, ",\"outcome\":");
        buf_add(buf, answer->body, answer->body_size);
    }
    buf_puts(buf, "}}");
}

void entries_answer(const struct act *act, const char *type, const struct entry *entries,
                    size_t count)
{
    struct buf buf = BUF_INIT;

    buf_printf(&buf, "{\"resourceType\":\"Bundle\",\"type\":\"%s\"", type);
    for (size_t i = 0; i < count; i++) {
        buf_puts(&buf, i == 0 ? ",\"entry\":[" : ",");
        add_answer(&buf, act, &entries[i]);
    }
    buf_puts(&buf, count > 0 ? "]}" : "}");
    *act->answer = (struct answer){
        .status = 200, .body = buf_copy(&buf, act->request->arena), .body_size = buf.size};
    buf_release(&buf);
}
