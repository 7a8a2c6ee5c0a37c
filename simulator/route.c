/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route - from method and URL to one of FHIR's interactions; and what can be refused before it is
 * looked at: unknown types (404), methods (405), what the client wants (406) or sends (415).
 *
 * No state. Invariant: the label is what the request would be if it were well-formed, so that a
 * schedule can name even what is refused.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "fhir/document.h"
#include "simulator/core.h"
#include "simulator/uri.h"

#define SEGMENTS_MAX    5
#define SHAPE_SIZE      32
#define SHAPE_PART_SIZE 10 /* of a segment, in the shape */

/* Shapes of a path below the base; T stands for a resource type, I for an id, V for a version, $
 * for an operation. */
static const struct row {
    const char *shape;
    const char *method; /* HEAD counts as GET */
    enum interaction interaction;
    bool needs_query; /* for which resources, if the URL names none */
} rows[] = {
    {"", "POST", INTERACTION_BATCH, false}, /* or a transaction, by Bundle.type */
    {"", "GET", INTERACTION_SEARCH, false},
    {"metadata", "GET", INTERACTION_CAPABILITIES, false},
    {"_history", "GET", INTERACTION_HISTORY, false},
    {"_search", "POST", INTERACTION_SEARCH, false},
    {"_async/I", "GET", INTERACTION_POLL, false},
    {"_async/I", "DELETE", INTERACTION_POLL, false},
    {"$", "GET", INTERACTION_OPERATION, false},
    {"$", "POST", INTERACTION_OPERATION, false},
    {"T", "GET", INTERACTION_SEARCH, false},
    {"T", "POST", INTERACTION_CREATE, false},
    {"T", "PUT", INTERACTION_UPDATE, true},
    {"T", "PATCH", INTERACTION_PATCH, true},
    {"T", "DELETE", INTERACTION_DELETE, true},
    {"T/_search", "POST", INTERACTION_SEARCH, false},
    {"T/_history", "GET", INTERACTION_HISTORY, false},
    {"T/$", "GET", INTERACTION_OPERATION, false},
    {"T/$", "POST", INTERACTION_OPERATION, false},
    {"T/I", "GET", INTERACTION_READ, false},
    {"T/I", "PUT", INTERACTION_UPDATE, false},
    {"T/I", "PATCH", INTERACTION_PATCH, false},
    {"T/I", "DELETE", INTERACTION_DELETE, false},
    {"T/I/_history", "GET", INTERACTION_HISTORY, false},
    {"T/I/_history/V", "GET", INTERACTION_VREAD, false},
    {"T/I/$", "GET", INTERACTION_OPERATION, false},
    {"T/I/$", "POST", INTERACTION_OPERATION, false},
};

/* What a method asks for where the URL fits no row. */
static const struct {
    const char *method;
    enum interaction interaction;
} by_method[] = {
    {"POST", INTERACTION_CREATE},
    {"PUT", INTERACTION_UPDATE},
    {"PATCH", INTERACTION_PATCH},
    {"DELETE", INTERACTION_DELETE},
};

struct path {
    const char *segments[SEGMENTS_MAX];
    size_t count;
    char shape[SHAPE_SIZE];
};

static const char *segment_shape(const struct path *path, size_t index)
{
    const char *text = path->segments[index];

    if (text[0] == '$')
        return "$";
    if (index == 0 && text[0] >= 'A' && text[0] <= 'Z')
        return "T";
    if (text[0] == '_' || index == 0)
        return text;
    return index == 1 ? "I" : index == 3 ? "V" : text;
}

/* The parts with slashes between them, as far as there is room. */
static void make_shape(struct path *path)
{
    char *at = path->shape, *end = path->shape + SHAPE_SIZE - 1;

    for (size_t i = 0; i < path->count; i++) {
        const char *part = segment_shape(path, i);

        if (i > 0 && at < end)
            *at++ = '/';
        for (size_t k = 0; k < SHAPE_PART_SIZE && part[k] && at < end; k++)
            *at++ = part[k];
    }
    *at = '\0';
}

static void split_path(struct path *path, struct exchange_request *request)
{
    char *at = arena_strdup(request->arena, request->path);

    *path = (struct path){.count = 0};
    while (*at && path->count < SEGMENTS_MAX) {
        const size_t size = strcspn(at, "/");
        const bool is_last = at[size] == '\0';

        at[size] = '\0';
        path->segments[path->count++] = at;
        at += size + (is_last ? 0 : 1);
    }
    make_shape(path);
}

static const struct row *find_row(const char *shape, const char *method, bool has_query)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].shape, shape) == 0 && strcmp(rows[i].method, method) == 0 &&
            (has_query || !rows[i].needs_query))
            return &rows[i];
    }
    return NULL;
}

/* The methods that this shape takes, "GET, HEAD, PUT", or NULL: there is no such place. */
static const char *allowed(struct arena *arena, const char *shape)
{
    const char *list = NULL;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].shape, shape) != 0)
            continue;
        list = arena_printf(arena, "%s%s%s%s", list ? list : "", list ? ", " : "", rows[i].method,
                            strcmp(rows[i].method, "GET") == 0 ? ", HEAD" : "");
    }
    return list;
}

/* ---- what a body is ---- */

static size_t skip_blank(const char *text, size_t size, size_t at)
{
    while (at < size && text[at] != '\0' && strchr(" \t\r\n", text[at]))
        at++;
    return at;
}

/* Behind the string that begins at `at`; `size` if it does not end. */
static size_t skip_string(const char *text, size_t size, size_t at)
{
    for (at++; at < size && text[at] != '"'; at++) {
        if (text[at] == '\\')
            at++;
    }
    return at < size ? at + 1 : size;
}

/* Behind the value that begins at `at`. Looks at brackets and strings only. */
static size_t skip_value(const char *text, size_t size, size_t at)
{
    size_t depth = 0;

    while (at < size) {
        const char c = text[at];

        if (c == '"') {
            at = skip_string(text, size, at);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        else if (depth == 0 && (c == ',' || c == '}'))
            return at;
        at++;
    }
    return size;
}

/*
 * Does the object's own member `type` say `want`? A large Bundle is parsed once, by interact/; here
 * its top level is walked and nothing else. What is not JSON is found out there.
 */
static bool has_type(const char *text, size_t size, const char *want)
{
    size_t at = skip_blank(text, size, 0);

    while (at < size && (text[at] == '{' || text[at] == ',')) {
        const size_t name = skip_blank(text, size, at + 1);

        if (name >= size || text[name] != '"')
            return false;
        const size_t name_end = skip_string(text, size, name);

        at = skip_blank(text, size, name_end);
        if (at >= size || text[at] != ':')
            return false;
        at = skip_blank(text, size, at + 1);
        if (name_end - name == sizeof("\"type\"") - 1 && memcmp(text + name, "\"type\"", 6) == 0)
            return size - at > strlen(want) && strncmp(text + at, want, strlen(want)) == 0;
        at = skip_value(text, size, at);
    }
    return false;
}

static void refuse_bundle(struct exchange_request *request, struct answer *answer)
{
    struct document document;
    struct err err = ERR_INIT;

    if (!request->body)
        answer_refuse(answer, request->arena, 400, "structure", NULL,
                      "A POST to the base needs a Bundle as its body.");
    else if (document_read(&document, request->arena, request->body, request->body_size, &err))
        answer_refuse(answer, request->arena, 400, "structure", NULL, "%s", err.text);
    else
        answer_refuse(answer, request->arena, 400, "invalid", "Bundle.type",
                      "A POST to the base needs a Bundle of type batch or transaction.");
}

static enum interaction route_bundle(struct exchange_request *request, struct answer *answer)
{
    const char *body = request->body ? request->body : "";

    if (has_type(body, request->body_size, "\"transaction\""))
        return INTERACTION_TRANSACTION;
    if (!has_type(body, request->body_size, "\"batch\""))
        refuse_bundle(request, answer);
    return INTERACTION_BATCH;
}

/* ---- media types ---- */

static bool is_json_type(const char *text, size_t size)
{
    static const char *const names[] = {"application/fhir+json", "application/json", "text/json"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strlen(names[i]) == size && strncasecmp(text, names[i], size) == 0)
            return true;
    }
    return false;
}

/* One element of Accept, "application/fhir+json; q=0.8", is in `element`, which is changed. */
static bool element_accepts_json(char *element)
{
    char *parameters = strchr(element, ';');
    const char *quality = parameters ? strstr(parameters, "q=") : NULL;
    size_t size;

    if (quality && strtod(quality + 2, NULL) <= 0)
        return false;
    element += strspn(element, " \t");
    size = strcspn(element, "; \t");
    return is_json_type(element, size) || (size == 3 && strncmp(element, "*/*", 3) == 0) ||
           (size == 13 && strncasecmp(element, "application/*", 13) == 0);
}

static bool accepts_json(struct arena *arena, const char *accept)
{
    char *list = arena_strdup(arena, accept);
    char *rest = NULL;

    for (char *e = strtok_r(list, ",", &rest); e; e = strtok_r(NULL, ",", &rest)) {
        if (element_accepts_json(e))
            return true;
    }
    return *accept == '\0';
}

/* _format=json in the query says it instead of Accept. */
static bool wants_json(const struct exchange_request *request)
{
    const char *accept = request_header(request, "Accept");
    const char *format = strstr(request->query, "_format=");

    if (!format || (format > request->query && format[-1] != '&'))
        return !accept || accepts_json(request->arena, accept);

    char *value = arena_strdup(request->arena, format + sizeof("_format=") - 1);

    value[strcspn(value, "&")] = '\0';
    uri_decode(value, false); /* a '+' in application/fhir+json means itself to most clients */
    return strcasecmp(value, "json") == 0 || is_json_type(value, strcspn(value, ";"));
}

static bool sends_json(const struct exchange_request *request)
{
    const char *type = request_header(request, "Content-Type");
    const char *charset = type ? strcasestr(type, "charset=") : NULL;

    if (!type)
        return true;
    if (charset && strncasecmp(charset + 8, "utf-8", 5) != 0 &&
        strncasecmp(charset + 8, "\"utf-8\"", 7) != 0)
        return false;
    return is_json_type(type, strcspn(type, "; \t"));
}

static bool sends_form(const struct exchange_request *request)
{
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = request_header(request, "Content-Type");

    return !type || (strncasecmp(type, form, sizeof(form) - 1) == 0 &&
                     strchr("; \t", type[sizeof(form) - 1]));
}

/* PATCH has types of its own (see interact/patch.c). */
static void check_media_types(struct exchange_request *request, enum interaction label,
                              struct answer *answer)
{
    const bool has_resource = label == INTERACTION_CREATE || label == INTERACTION_UPDATE ||
                              label == INTERACTION_BATCH || label == INTERACTION_TRANSACTION;

    const bool has_form = label == INTERACTION_SEARCH && strcmp(request->method, "POST") == 0;
    const char *encoding = request_header(request, "Content-Encoding");

    if (!wants_json(request))
        answer_refuse(answer, request->arena, 406, "not-supported", NULL,
                      "This server answers in JSON only (application/fhir+json).");
    else if (has_resource && request->body && !sends_json(request))
        answer_refuse(answer, request->arena, 415, "not-supported", NULL,
                      "The body must be application/fhir+json in UTF-8.");
    else if (has_form && request->body && !sends_form(request))
        answer_refuse(answer, request->arena, 415, "not-supported", NULL,
                      "The body must be application/x-www-form-urlencoded.");
    else if (request->body && encoding && strcasecmp(encoding, "identity") != 0)
        answer_refuse(answer, request->arena, 415, "not-supported", NULL,
                      "Bodies are not decompressed here; Content-Encoding is %.64s.", encoding);
}

/* ---- the route ---- */

static enum interaction label_of_method(const char *method)
{
    for (size_t i = 0; i < COUNT_OF(by_method); i++) {
        if (strcmp(by_method[i].method, method) == 0)
            return by_method[i].interaction;
    }
    return INTERACTION_READ;
}

static void refuse_place(struct exchange_request *request, const char *shape, struct answer *answer)
{
    const char *methods = allowed(request->arena, shape);

    if (!methods) {
        answer_refuse(answer, request->arena, 404, "not-found", NULL, "Unknown address '%.200s'.",
                      request->path);
        return;
    }
    answer_refuse(answer, request->arena, 405, "not-supported", NULL,
                  "%s is not possible here; possible: %s.", request->method, methods);
    answer->allow = methods;
}

/* The query of a search by POST is in its body, after what the URL says. */
static void take_form(struct exchange_request *request)
{
    if (strcmp(request->method, "POST") == 0 && request->body)
        request->query = arena_printf(request->arena, "%s%s%s", request->query,
                                      *request->query ? "&" : "", request->body);
}

static void check_place(struct exchange_request *request, enum interaction label,
                        struct answer *answer)
{
    if (request->type && !fhir_type_is_known(request->type))
        answer_refuse(answer, request->arena, 404, "not-supported", NULL,
                      "Unknown resource type '%.64s'.", request->type);
    else if (request->id && !fhir_id_is_valid(request->id))
        answer_refuse(answer, request->arena, interaction_is_write(label) ? 400 : 404, "value",
                      NULL, "'%.100s' is not a FHIR id ([A-Za-z0-9.-]{1,64}).", request->id);
}

enum interaction route(struct exchange_request *request, struct answer *answer)
{
    const bool is_head = strcmp(request->method, "HEAD") == 0;
    const char *method = is_head ? "GET" : request->method;
    enum interaction label = label_of_method(method);
    const struct row *row;
    struct path path;

    split_path(&path, request);
    row = find_row(path.shape, method, *request->query != '\0');
    if (path.shape[0] == 'T')
        request->type = path.segments[0];
    if (strncmp(path.shape, "T/I", 3) == 0)
        request->id = path.segments[1];
    if (row && row->interaction == INTERACTION_VREAD)
        request->version = path.segments[3];
    if (row)
        label = row->interaction;
    else
        refuse_place(request, path.shape, answer);
    if (row && label == INTERACTION_SEARCH)
        take_form(request);
    if (!answer->status)
        check_place(request, label, answer);
    if (!answer->status)
        check_media_types(request, label, answer);
    if (row && label == INTERACTION_BATCH && !answer->status)
        label = route_bundle(request, answer);
    request->interaction = answer->status ? INTERACTION_NONE : label;
    return label;
}
