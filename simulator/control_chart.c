/* SPDX-License-Identifier: Apache-2.0 */
/* control_chart - calls of the control API on the chart: loading, foreign edits, versions. No state. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "simulator/control_inner.h"
#include "simulator/core.h"
#include "simulator/follow.h"
#include "simulator/load.h"
#include "simulator/origin.h"
#include "simulator/span.h"
#include "simulator/store.h"

static void began_anew(const struct call *call)
{
    struct cJSON *body = json_object(call->arena);

    follow_restart(call->control->follow);
    json_put_integer(body, "resources", (long long)origin_count(call->control->origin));
    control_answer_json(call, 200, body);
}

bool control_post_charts(const struct call *call)
{
    const struct exchange_request *request = call->request;
    const struct control *control = call->control;
    const char *type = request_header(request, "Content-Type");
    const struct load_file file = {.text = request->body ? request->body : "",
                                   .size = request->body_size,
                                   .is_ndjson = type && strstr(type, "ndjson")};
    struct err err = ERR_INIT;

    if (origin_post(control->origin, control->sim, &file, &err))
        control_refuse(call, &err);
    else
        began_anew(call);
    return true;
}

bool control_post_reset(const struct call *call)
{
    struct err err = ERR_INIT;

    if (origin_reset(call->control->origin, call->control->sim, &err))
        control_refuse(call, &err);
    else
        began_anew(call);
    return true;
}

bool control_post_edits(const struct call *call)
{
    struct sim *sim = call->control->sim;
    const struct cJSON *edit = control_body(call);
    const char *method = json_string(edit, "method"), *target = json_string(edit, "target");
    const char *actor = json_string(edit, "actor"), *name = json_string(edit, "name");
    struct span body = {NULL, 0};
    struct err err = ERR_INIT;

    if (!edit || !control_has_only(call, edit, "method, target, body, actor, name"))
        return true;
    if (!method || !target) {
        control_problem(call, 400,
                        "an edit is {method, target, body}: method and target must be strings");
        return true;
    }
    if (!span_member(call->arena, span_root(call->request->body), "body", &body))
        body = (struct span){NULL, 0};
    const size_t before = sim_version_count(sim);
    if (sim_edit(sim, actor ? actor : "ehr", name ? name : "edit", method, target,
                 body.start ? arena_copy(call->arena, body.start, body.size) : NULL, body.size,
                 &err)) {
        control_refuse(call, &err);
        return true;
    }
    if (sim_version_count(sim) == before) { /* what is gone was deleted, or an empty Bundle */
        control_answer_nothing(call);
        return true;
    }
    const struct sim_version *version = sim_version_at(sim, sim_version_count(sim) - 1);
    struct cJSON *answer = json_object(call->arena);
    json_put_string(answer, "reference", version->reference);
    json_put_string(answer, "version", version->version);
    json_put_integer(answer, "commit", version->commit);
    control_answer_json(call, 200, answer);
    return true;
}

/* ---- versions ---- */

static void write_version(struct buf *buf, const struct version *version)
{
    buf_puts(buf, "{\"version\":");
    json_quote(buf, version->label);
    buf_printf(buf, ",\"ordinal\":%u,\"commit\":%u,\"deleted\":%s", version->ordinal,
               version->commit, version->is_deletion ? "true" : "false");
    if (version->content) {
        buf_puts(buf, ",\"resource\":");
        buf_add(buf, version->content, version->size);
    }
    buf_putc(buf, '}');
}

/* The current version of what the path names; NULL with the answer filled when there never was one. */
static const struct version *current(const struct call *call)
{
    const struct version *version =
        store_current(call->control->sim->run->store, call->parts[1], call->parts[2]);

    if (!version)
        control_problem(call, 404, "there never was a %.64s/%.64s", call->parts[1], call->parts[2]);
    return version;
}

bool control_get_versions(const struct call *call)
{
    const struct version *newest = current(call), **oldest_first = NULL;
    struct buf buf = BUF_INIT;

    if (!newest)
        return true;
    oldest_first = arena_alloc(call->arena, newest->ordinal * sizeof(*oldest_first));
    for (const struct version *at = newest; at; at = at->previous)
        oldest_first[at->ordinal - 1] = at;
    for (size_t i = 0; i < newest->ordinal; i++) {
        buf_putc(&buf, i ? ',' : '[');
        write_version(&buf, oldest_first[i]);
    }
    buf_putc(&buf, ']');
    control_answer_text(call, "application/json", &buf);
    buf_release(&buf);
    return true;
}

/* @2 is the second oldest, anything else a versionId. */
static bool is_called(const struct version *version, const char *name)
{
    uint64_t ordinal = 0;

    if (*name == '@')
        return control_number(name + 1, &ordinal) && ordinal == version->ordinal;
    return strcmp(version->label, name) == 0;
}

bool control_get_version(const struct call *call)
{
    const char *name = call->parts[4];
    const struct version *version = current(call);
    struct buf buf = BUF_INIT;

    if (!version)
        return true;
    while (version && !is_called(version, name))
        version = version->previous;
    if (!version) {
        control_problem(call, 404,
                        "%.64s/%.64s has no version %.64s; expected a versionId, or @ and its "
                        "ordinal",
                        call->parts[1], call->parts[2], name);
        return true;
    }
    write_version(&buf, version);
    control_answer_text(call, "application/json", &buf);
    buf_release(&buf);
    return true;
}
