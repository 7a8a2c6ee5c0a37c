/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control - a table of calls over sim.h; each answers at once but those with waitMs, which may wait.
 * What a call does is in control_chart.c, control_faults.c and control_watch.c.
 */
#include "simulator/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "simulator/control_inner.h"
#include "simulator/follow.h"
#include "simulator/origin.h"

#define WAIT_MS_MAX 60000

struct control *control_new(struct origin *origin, const char *token)
{
    struct control *control = calloc(1, sizeof(*control));

    ASSERT(control);
    control->origin = origin;
    control->follow = follow_new();
    control->token = token;
    return control;
}

void control_free(struct control *control)
{
    if (!control)
        return;
    follow_free(control->follow);
    free(control);
}

int control_set_schedule(struct control *control, const char *path, struct err *err)
{
    return follow_set_file(control->follow, path, err);
}

struct sim_pilot control_pilot(struct control *control)
{
    return follow_pilot(control->follow);
}

int control_begin(struct control *control, struct sim *sim, struct err *err)
{
    control->sim = sim;
    follow_bind(control->follow, sim);
    if (origin_begin(control->origin, sim, err))
        return -1;
    follow_restart(control->follow);
    return 0;
}

/* ---- answers ---- */

void control_problem(const struct call *call, int status, const char *fmt, ...)
{
    struct cJSON *body = json_object(call->arena);
    va_list args;

    va_start(args, fmt);
    json_put_integer(body, "status", status);
    json_put_string(body, "title", arena_vprintf(call->arena, fmt, args));
    va_end(args);
    const char *text = json_print(call->arena, body);
    *call->answer = (struct answer){.status = status,
                                    .content_type = "application/problem+json",
                                    .body = text,
                                    .body_size = strlen(text)};
}

void control_refuse(const struct call *call, const struct err *err)
{
    control_problem(call, err->code == ERR_INPUT || err->code == ERR_LIMIT ? 400 : 500, "%s",
                    err->text);
}

void control_answer_json(const struct call *call, int status, const struct cJSON *body)
{
    const char *text = json_print(call->arena, body);

    *call->answer = (struct answer){.status = status,
                                    .content_type = "application/json",
                                    .body = text,
                                    .body_size = strlen(text)};
}

const struct cJSON *control_body(const struct call *call)
{
    const struct exchange_request *request = call->request;
    struct err err = ERR_INIT;
    const struct cJSON *body =
        json_parse(call->arena, request->body ? request->body : "", request->body_size, &err);

    if (!body)
        control_refuse(call, &err);
    return body;
}

bool control_has_only(const struct call *call, const struct cJSON *body, const char *members)
{
    const struct cJSON *member = NULL;

    if (!cJSON_IsObject(body)) {
        control_problem(call, 400, "an object with %s was expected, got %s", members,
                        json_type_name(body));
        return false;
    }
    cJSON_ArrayForEach(member, body)
    {
        const char *at = strstr(members, member->string);
        size_t size = strlen(member->string);

        if (at && size > 0 && strchr(", ", at[size]) && (at == members || at[-1] == ' '))
            continue;
        control_problem(call, 400, "unknown member '%.64s'; known are %s", member->string, members);
        return false;
    }
    return true;
}

void control_answer_text(const struct call *call, const char *content_type, const struct buf *text)
{
    *call->answer = (struct answer){.status = 200,
                                    .content_type = content_type,
                                    .body = buf_copy(text, call->arena),
                                    .body_size = text->size};
}

void control_answer_nothing(const struct call *call)
{
    *call->answer = (struct answer){.status = 204};
}

bool control_number(const char *text, uint64_t *out)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 18 || text[digits])
        return false;
    *out = strtoull(text, NULL, 10);
    return true;
}

bool control_waits(const struct call *call)
{
    const uint64_t wait_ms = call->wait_ms < WAIT_MS_MAX ? call->wait_ms : WAIT_MS_MAX;

    if (call->waited_ms >= wait_ms)
        return false;
    *call->out_wait_ms = (unsigned)(wait_ms - call->waited_ms);
    return true;
}

/* ---- the table ---- */

static const struct control_call calls[] = {
    {"POST", "charts", "", "load a chart beside those there are, and begin a run on all",
     control_post_charts},
    {"POST", "reset", "", "begin a run: back to the loaded charts", control_post_reset},
    {"GET", "faults", "", "the fault rules", control_get_faults},
    {"POST", "faults", "", "add a fault rule", control_post_faults},
    {"DELETE", "faults", "", "remove all fault rules", control_delete_faults},
    {"GET", "faults/{id}", "", "one fault rule", control_get_fault},
    {"DELETE", "faults/{id}", "", "remove one fault rule", control_delete_fault},
    {"PUT", "holds", "", "replace all holds", control_put_holds},
    {"GET", "held", "", "the exchanges that are held, in order of arrival", control_get_held},
    {"POST", "held/{n}/release", "", "let a held exchange go on", control_release_held},
    {"GET", "deliveries", "", "notifications that are held, wait or are being sent",
     control_get_deliveries},
    {"POST", "deliveries/{n}/release", "", "let a held notification go", control_release_delivery},
    {"POST", "edits", "", "make a foreign write", control_post_edits},
    {"GET", "journal", "after waitMs", "what happened, numbered", control_get_journal},
    {"GET", "resources/{type}/{id}/versions", "", "every version of a resource, oldest first",
     control_get_versions},
    {"GET", "resources/{type}/{id}/versions/{version}", "",
     "one version, by versionId or by @ and its ordinal", control_get_version},
    {"GET", "personality", "", "whom the server is like, with every knob", control_get_personality},
    {"PUT", "personality", "", "be like another server from the next request on",
     control_put_personality},
    {"GET", "schedule", "waitMs", "how far the schedule is; waits until it is over",
     control_get_schedule},
    {"PUT", "schedule", "", "replace the schedule", control_put_schedule},
    {"DELETE", "schedule", "", "no schedule any longer; what it held goes on",
     control_delete_schedule},
    {"GET", "metrics", "", "what is counted, as Prometheus text", control_get_metrics},
};

size_t control_calls(const struct control_call **out)
{
    *out = calls;
    return COUNT_OF(calls);
}

static bool path_fits(const struct call *call, const char *pattern)
{
    size_t part = 0;

    for (; *pattern; part++) {
        size_t length = strcspn(pattern, "/");
        const char *text = part < call->part_count ? call->parts[part] : "";

        if (!*text ||
            (*pattern != '{' && (strlen(text) != length || strncmp(text, pattern, length) != 0)))
            return false;
        pattern += length + (pattern[length] == '/');
    }
    return part == call->part_count;
}

static void split_path(struct call *call)
{
    char *at = arena_strdup(call->arena, call->request->path);

    while (*at && call->part_count < CONTROL_PARTS_MAX) {
        size_t length = strcspn(at, "/");
        bool is_last = at[length] == '\0';

        at[length] = '\0';
        call->parts[call->part_count++] = at;
        at += length + !is_last;
    }
}

/* One `name=value` of the query; false with the answer filled. */
static bool take_parameter(struct call *call, const char *known, const char *name,
                           const char *value)
{
    const char *at = *name ? strstr(known, name) : NULL;
    const char *behind = at ? at + strlen(name) : "";

    if (!at || (at > known && at[-1] != ' ') || (*behind && *behind != ' ')) {
        control_problem(call, 400, "unknown parameter '%.40s'; this call has %s", name,
                        *known ? known : "none");
        return false;
    }
    if (!control_number(value, strcmp(name, "after") == 0 ? &call->after : &call->wait_ms)) {
        control_problem(call, 400, "%s=%.40s: expected a number", name, value);
        return false;
    }
    return true;
}

static bool read_query(struct call *call, const char *known)
{
    char *rest = NULL, *query = arena_strdup(call->arena, call->request->query);

    for (char *pair = strtok_r(query, "&", &rest); pair; pair = strtok_r(NULL, "&", &rest)) {
        char *equals = strchr(pair, '=');

        if (equals)
            *equals = '\0';
        if (!take_parameter(call, known, pair, equals ? equals + 1 : ""))
            return false;
    }
    return true;
}

static bool is_allowed(const struct call *call)
{
    const char *wanted = call->control->token;
    const char *given = request_header(call->request, "Authorization");

    return !wanted ||
           (given && strncmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, wanted) == 0);
}

/* "charts, reset, faults, ..." */
static const char *all_paths(struct arena *arena)
{
    const char *text = "";

    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (i == 0 || strcmp(calls[i].path, calls[i - 1].path) != 0)
            text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", calls[i].path);
    }
    return text;
}

/* No call fits method and path. */
static void refuse_unknown(const struct call *call)
{
    const struct exchange_request *request = call->request;
    const char *allow = "";

    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (path_fits(call, calls[i].path))
            allow = arena_printf(call->arena, "%s%s%s", allow, *allow ? ", " : "", calls[i].method);
    }
    if (!*allow) {
        control_problem(call, 404, "the control API has no /_control/%s; it has %s", request->path,
                        all_paths(call->arena));
        return;
    }
    control_problem(call, 405, "%s is not possible on /_control/%s; %s is", request->method,
                    request->path, allow);
    call->answer->allow = allow;
}

bool control_handle(void *arg, const struct exchange_request *request, unsigned waited_ms,
                    struct answer *answer, unsigned *out_wait_ms)
{
    struct call call = {.control = arg,
                        .request = request,
                        .arena = request->arena,
                        .waited_ms = waited_ms,
                        .answer = answer,
                        .out_wait_ms = out_wait_ms};

    if (!is_allowed(&call)) {
        control_problem(&call, 401,
                        "Authorization: Bearer TOKEN was expected, with the token in "
                        "FHIRSIM_TOKEN");
        return true;
    }
    split_path(&call);
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (strcmp(calls[i].method, request->method) == 0 && path_fits(&call, calls[i].path))
            return read_query(&call, calls[i].query) ? calls[i].run(&call) : true;
    }
    refuse_unknown(&call);
    return true;
}
