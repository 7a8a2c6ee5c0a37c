/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control - a table of calls over sim.h; each answers at once but the journal, which may wait.
 */
#include "simulator/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/control_deliveries.h"
#include "simulator/exchange.h"
#include "simulator/journal.h"
#include "simulator/origin.h"
#include "simulator/rules.h"
#include "simulator/sim.h"
#include "simulator/span.h"

#define WAIT_MS_MAX 60000
#define PARTS_MAX   6

struct control {
    struct sim *sim;
    struct origin *origin;
    const char *token;
};

struct call {
    struct control *control;
    const struct exchange_request *request;
    struct arena *arena;
    const char *parts[PARTS_MAX]; /* of the path */
    size_t part_count;
    unsigned waited_ms;
    struct answer *answer;
    unsigned *out_wait_ms;
};

struct control *control_new(struct origin *origin, const char *token)
{
    struct control *control = calloc(1, sizeof(*control));

    ASSERT(control);
    control->origin = origin;
    control->token = token;
    return control;
}

void control_free(struct control *control)
{
    free(control);
}

void control_bind(struct control *control, struct sim *sim)
{
    control->sim = sim;
}

/* ---- answers ---- */

static void problem(const struct call *call, int status, const char *fmt, ...) ATTR_PRINTF(3, 4);

static void problem(const struct call *call, int status, const char *fmt, ...)
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

static void refuse(const struct call *call, const struct err *err)
{
    problem(call, err->code == ERR_INPUT || err->code == ERR_LIMIT ? 400 : 500, "%s", err->text);
}

static void answer_json(const struct call *call, int status, const struct cJSON *body)
{
    const char *text = json_print(call->arena, body);

    *call->answer = (struct answer){.status = status,
                                    .content_type = "application/json",
                                    .body = text,
                                    .body_size = strlen(text)};
}

/* The body as JSON; NULL with the answer filled when it is none. */
static const struct cJSON *body_of(const struct call *call)
{
    const struct exchange_request *request = call->request;
    struct err err = ERR_INIT;
    const struct cJSON *body =
        json_parse(call->arena, request->body ? request->body : "", request->body_size, &err);

    if (!body)
        refuse(call, &err);
    return body;
}

/* False with the answer filled when `body` is no object of these members alone. */
static bool has_only(const struct call *call, const struct cJSON *body, const char *members)
{
    const struct cJSON *member = NULL;

    if (!cJSON_IsObject(body)) {
        problem(call, 400, "an object with %s was expected, got %s", members, json_type_name(body));
        return false;
    }
    cJSON_ArrayForEach(member, body)
    {
        const char *at = strstr(members, member->string);
        size_t size = strlen(member->string);

        if (at && size > 0 && strchr(", ", at[size]) && (at == members || at[-1] == ' '))
            continue;
        problem(call, 400, "unknown member '%.64s'; known are %s", member->string, members);
        return false;
    }
    return true;
}

static void answer_counts(const struct call *call)
{
    struct cJSON *body = json_object(call->arena);

    json_put_integer(body, "resources", (long long)origin_count(call->control->origin));
    answer_json(call, 200, body);
}

/* ---- calls; each returns false when it is to be asked again ---- */

static bool post_charts(const struct call *call)
{
    const struct exchange_request *request = call->request;
    const struct control *control = call->control;
    struct err err = ERR_INIT;

    if (origin_post(control->origin, control->sim, request->body ? request->body : "",
                    request->body_size, &err))
        refuse(call, &err);
    else
        answer_counts(call);
    return true;
}

static bool post_reset(const struct call *call)
{
    struct err err = ERR_INIT;

    if (origin_reset(call->control->origin, call->control->sim, &err))
        refuse(call, &err);
    else
        answer_counts(call);
    return true;
}

static bool get_faults(const struct call *call)
{
    struct cJSON *list = json_array(call->arena);

    rules_list(sim_rules(call->control->sim), list);
    answer_json(call, 200, list);
    return true;
}

static bool post_faults(const struct call *call)
{
    const struct cJSON *rule = body_of(call);
    struct err err = ERR_INIT;
    unsigned id = 0;

    if (!rule)
        return true;
    if (rules_add(sim_rules(call->control->sim), rule, &id, &err)) {
        refuse(call, &err);
        return true;
    }
    struct cJSON *body = json_object(call->arena);
    json_put_integer(body, "id", id);
    answer_json(call, 201, body);
    return true;
}

static bool delete_faults(const struct call *call)
{
    rules_clear(sim_rules(call->control->sim));
    *call->answer = (struct answer){.status = 204};
    return true;
}

/* 0 when `text` is no number that could be one of ours. */
static uint64_t number_of(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits < 19 && text[digits] == '\0' ? strtoull(text, NULL, 10) : 0;
}

static bool delete_fault(const struct call *call)
{
    uint64_t id = number_of(call->parts[1]);

    if (id <= UINT32_MAX && rules_remove(sim_rules(call->control->sim), (unsigned)id))
        *call->answer = (struct answer){.status = 204};
    else
        problem(call, 404, "there is no fault rule %s", call->parts[1]);
    return true;
}

static bool put_holds(const struct call *call)
{
    const struct cJSON *holds = body_of(call);
    struct err err = ERR_INIT;

    if (!holds)
        return true;
    if (rules_set_holds(sim_rules(call->control->sim), holds, &err))
        refuse(call, &err);
    else
        *call->answer = (struct answer){.status = 204};
    return true;
}

static bool get_held(const struct call *call)
{
    struct cJSON *list = json_array(call->arena);
    const struct sim *sim = call->control->sim;

    for (size_t i = 0; i < sim_held_count(sim); i++) {
        const struct sim_exchange *held = sim_held_at(sim, i);
        struct cJSON *item = json_add_object(list);

        json_put_integer(item, "n", (long long)held->number);
        json_put_string(item, "stop", held->stop == SIM_BEFORE ? "before" : "after");
        json_put_string(item, "interaction", held->interaction);
        json_put_string(item, "target", held->reference);
        json_put_string(item, "correlation", held->correlation);
        json_put_flag(item, "clientGone", held->is_client_gone);
        for (size_t n = 0; n < sim_journal_count(sim); n++) {
            const struct sim_entry *entry = sim_journal_at(sim, n);

            if (entry->exchange == held->number && entry->kind == SIM_ARRIVED)
                json_put_integer(item, "since", (long long)(entry->at_us / 1000));
        }
    }
    answer_json(call, 200, list);
    return true;
}

/* {fault, args} -> fault; 0 without one, -1 with err filled. */
static int read_fault(const struct call *call, const struct cJSON *body, struct sim_fault *out,
                      struct err *err)
{
    const struct cJSON *args = json_get(body, "args"), *arg = NULL;
    const char *name = json_string(body, "fault");
    struct buf text = BUF_INIT;

    *out = (struct sim_fault){.name = NULL};
    if (!name && (args || json_get(body, "fault")))
        return err_set(err, ERR_INPUT, "'fault' is missing or no string");
    if (args && !cJSON_IsArray(args))
        return err_set(err, ERR_INPUT, "'args' is not an array");
    if (!name)
        return 0;
    buf_puts(&text, name);
    cJSON_ArrayForEach(arg, args)
    {
        const char *value = json_text(arg) ? json_text(arg) : json_print(call->arena, arg);

        buf_printf(&text, "%c%s", arg == json_at(args, 0) ? '(' : ',', value);
    }
    if (json_count(args) > 0)
        buf_putc(&text, ')');
    int rc = sim_fault_parse(buf_text(&text), out, err);
    buf_release(&text);
    return rc;
}

static bool release_held(const struct call *call)
{
    struct sim *sim = call->control->sim;
    uint64_t number = number_of(call->parts[1]);
    const struct sim_exchange *held = sim_held_find(sim, number);
    const struct cJSON *body = NULL;
    struct err err = ERR_INIT;
    struct sim_fault fault;

    if (!held) {
        problem(call, 404, "nothing is held as %s", call->parts[1]);
        return true;
    }
    if (call->request->body_size > 0 && !(body = body_of(call)))
        return true;
    if (body && !has_only(call, body, "fault, args"))
        return true;
    if (read_fault(call, body, &fault, &err) ||
        (held->stop == SIM_BEFORE ? sim_pass(sim, number, fault.name ? &fault : NULL, &err)
                                  : sim_reply(sim, number, fault.name ? &fault : NULL, &err)))
        refuse(call, &err);
    else
        *call->answer = (struct answer){.status = 204};
    return true;
}

static bool post_edits(const struct call *call)
{
    struct sim *sim = call->control->sim;
    const struct cJSON *edit = body_of(call);
    const char *method = json_string(edit, "method"), *target = json_string(edit, "target");
    const char *actor = json_string(edit, "actor"), *name = json_string(edit, "name");
    struct span body = {NULL, 0};
    struct err err = ERR_INIT;

    if (!edit || !has_only(call, edit, "method, target, body, actor, name"))
        return true;
    if (!method || !target) {
        problem(call, 400, "an edit is {method, target, body}: method and target must be strings");
        return true;
    }
    if (!span_member(call->arena, span_root(call->request->body), "body", &body))
        body = (struct span){NULL, 0};
    const size_t before = sim_version_count(sim);
    if (sim_edit(sim, actor ? actor : "ehr", name ? name : "edit", method, target,
                 body.start ? arena_copy(call->arena, body.start, body.size) : NULL, body.size,
                 &err)) {
        refuse(call, &err);
        return true;
    }
    if (sim_version_count(sim) == before) { /* what is gone was deleted, or an empty Bundle */
        *call->answer = (struct answer){.status = 204};
        return true;
    }
    const struct sim_version *version = sim_version_at(sim, sim_version_count(sim) - 1);
    struct cJSON *answer = json_object(call->arena);
    json_put_string(answer, "reference", version->reference);
    json_put_string(answer, "version", version->version);
    json_put_integer(answer, "commit", version->commit);
    answer_json(call, 200, answer);
    return true;
}

/* A number from the query, or `otherwise`. */
static uint64_t query_number(const struct call *call, const char *name, uint64_t otherwise)
{
    const char *at = call->request->query;
    size_t size = strlen(name);

    while (*at) {
        size_t length = strcspn(at, "&");

        if (length > size && strncmp(at, name, size) == 0 && at[size] == '=')
            return number_of(arena_copy(call->arena, at + size + 1, length - size - 1));
        at += length + (at[length] == '&');
    }
    return otherwise;
}

static bool get_journal(const struct call *call)
{
    const struct sim *sim = call->control->sim;
    uint64_t after = query_number(call, "after", 0), wait_ms = query_number(call, "waitMs", 0);
    size_t count = sim_journal_count(sim), first = 0;
    struct buf buf = BUF_INIT;

    if (wait_ms > WAIT_MS_MAX)
        wait_ms = WAIT_MS_MAX;
    if (count > 0 && after >= sim_journal_at(sim, 0)->n) {
        uint64_t passed = after - sim_journal_at(sim, 0)->n + 1;
        first = passed < count ? (size_t)passed : count;
    }
    if (first == count && call->waited_ms < wait_ms) {
        *call->out_wait_ms = (unsigned)(wait_ms - call->waited_ms);
        return false;
    }
    for (size_t i = first; i < count; i++)
        journal_write_line(&buf, sim_journal_at(sim, i));
    *call->answer = (struct answer){.status = 200,
                                    .content_type = "application/x-ndjson",
                                    .body = buf_copy(&buf, call->arena),
                                    .body_size = buf.size};
    buf_release(&buf);
    return true;
}

static bool get_versions(const struct call *call)
{
    const struct sim *sim = call->control->sim;
    const char *reference = arena_printf(call->arena, "%s/%s", call->parts[1], call->parts[2]);
    struct buf buf = BUF_INIT;
    size_t found = 0;

    for (size_t i = 0; i < sim_version_count(sim); i++) {
        const struct sim_version *version = sim_version_at(sim, i);

        if (strcmp(version->reference, reference) != 0)
            continue;
        buf_printf(&buf, "%s{\"version\":\"%s\",\"ordinal\":%u,\"commit\":%u,\"deleted\":%s",
                   found++ ? "," : "[", version->version, version->ordinal, version->commit,
                   version->is_deletion ? "true" : "false");
        if (version->content) {
            buf_puts(&buf, ",\"resource\":");
            buf_add(&buf, version->content, version->size);
        }
        buf_putc(&buf, '}');
    }
    buf_putc(&buf, ']');
    if (found == 0)
        problem(call, 404, "there never was a %s", reference);
    else
        *call->answer = (struct answer){.status = 200,
                                        .content_type = "application/json",
                                        .body = buf_copy(&buf, call->arena),
                                        .body_size = buf.size};
    buf_release(&buf);
    return true;
}

static bool get_deliveries(const struct call *call)
{
    struct cJSON *list = json_array(call->arena);

    deliveries_list(call->control->sim, list);
    answer_json(call, 200, list);
    return true;
}

static bool release_delivery(const struct call *call)
{
    const bool has_body = call->request->body_size > 0;
    const struct cJSON *body = has_body ? body_of(call) : NULL;
    struct err err = ERR_INIT;
    struct sim_fault fault;

    if (has_body && (!body || !has_only(call, body, "fault, args")))
        return true;
    if (read_fault(call, body, &fault, &err) ||
        sim_deliver(call->control->sim, number_of(call->parts[1]), fault.name ? &fault : NULL,
                    &err))
        refuse(call, &err);
    else
        *call->answer = (struct answer){.status = 204};
    return true;
}

/* ---- the table ---- */

static const struct {
    const char *method, *path; /* `*` stands for any part */
    bool (*run)(const struct call *);
} calls[] = {
    {"POST", "charts", post_charts},
    {"POST", "reset", post_reset},
    {"GET", "faults", get_faults},
    {"POST", "faults", post_faults},
    {"DELETE", "faults", delete_faults},
    {"DELETE", "faults/*", delete_fault},
    {"PUT", "holds", put_holds},
    {"GET", "held", get_held},
    {"POST", "held/*/release", release_held},
    {"GET", "deliveries", get_deliveries},
    {"POST", "deliveries/*/release", release_delivery},
    {"POST", "edits", post_edits},
    {"GET", "journal", get_journal},
    {"GET", "resources/*/*/versions", get_versions},
};

static bool path_fits(const struct call *call, const char *pattern)
{
    size_t part = 0;

    for (; *pattern; part++) {
        size_t length = strcspn(pattern, "/");
        const char *text = part < call->part_count ? call->parts[part] : "";

        if (!*text ||
            (*pattern != '*' && (strlen(text) != length || strncmp(text, pattern, length) != 0)))
            return false;
        pattern += length + (pattern[length] == '/');
    }
    return part == call->part_count;
}

static void split_path(struct call *call)
{
    char *at = arena_strdup(call->arena, call->request->path);

    while (*at && call->part_count < PARTS_MAX) {
        size_t length = strcspn(at, "/");
        bool is_last = at[length] == '\0';

        at[length] = '\0';
        call->parts[call->part_count++] = at;
        at += length + !is_last;
    }
}

static bool is_allowed(const struct call *call)
{
    const char *wanted = call->control->token;
    const char *given = request_header(call->request, "Authorization");

    return !wanted ||
           (given && strncmp(given, "Bearer ", 7) == 0 && strcmp(given + 7, wanted) == 0);
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
    bool is_known = false;

    if (!is_allowed(&call)) {
        problem(&call, 401,
                "Authorization: Bearer TOKEN was expected, with the token in FHIRSIM_TOKEN");
        return true;
    }
    split_path(&call);
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (!path_fits(&call, calls[i].path))
            continue;
        is_known = true;
        if (strcmp(calls[i].method, request->method) == 0)
            return calls[i].run(&call);
    }
    if (is_known)
        problem(&call, 405, "%s is not possible on /_control/%s", request->method, request->path);
    else
        problem(&call, 404,
                "the control API of this version has no /_control/%s; it has charts, reset, "
                "faults, holds, held, deliveries, edits, journal, resources/{type}/{id}/versions",
                request->path);
    return true;
}
