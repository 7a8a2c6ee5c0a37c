/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping - reads the parts of an adapter and puts an engine's answers into the words of the engine interface.
 *
 * A state that the adapter does not map is `unmapped`: no end, and nothing that a human waits for. It is said once.
 */
#include "harness/scenario/mapping.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/near.h"
#include "base/shape.h"
#include "harness/evidence.h"
#include "harness/scenario/adapter_form.h"
#include "harness/scenario/scenario_form.h"
#include "harness/scenario/template.h"

static const struct {
    const char *name, *method; /* the method where none is given */
    unsigned part;             /* what it unlocks */
} parts[CALL_COUNT] = {
    [CALL_STATUS] = {"status", "GET", PART_SAID},
    [CALL_CANCEL] = {"cancel", "POST", 0},
    [CALL_REVIEWS] = {"reviews", "GET", PART_REVIEWS},
    [CALL_DECISION] = {"decision", "POST", 0},
    [CALL_EVENTS] = {"events", "GET", PART_EVENTS},
    [CALL_AUDIT] = {"audit", "GET", PART_AUDIT},
    [CALL_MAPPINGS] = {"mappings", "GET", 0},
    [CALL_SWEEP] = {"sweep", "POST", PART_SWEEP},
    [CALL_NOTIFY] = {"notify", "POST", 0},
    [CALL_METRICS] = {"metrics", "GET", PART_METRICS},
    [CALL_SETTLED] = {"settled", "GET", PART_SETTLED},
    [CALL_DUE] = {"due", "POST", PART_DUE},
    [CALL_RESET] = {"reset", "POST", 0},
};

/* ---- reading ---- */

static int check_pointer(const struct cJSON *item, const char *pointer, struct err *err)
{
    const char *text = json_text(item);

    if (!text || text[0] == '\0' || text[0] == '/')
        return 0;
    return err_set(err, ERR_INPUT,
                   "%s: found \"%.80s\"; expected a JSON Pointer, such as \"/status\"", pointer,
                   text);
}

static int check_pointers(struct arena *arena, const struct cJSON *object, const char *pointer,
                          struct err *err)
{
    const struct cJSON *item;

    cJSON_ArrayForEach(item, object)
    {
        if (!shape_is_comment(item->string) &&
            check_pointer(item, shape_pointer(arena, pointer, item->string), err))
            return -1;
    }
    return 0;
}

static int read_call(struct arena *arena, const struct cJSON *member, const char *pointer,
                     const char *method, struct mapping_call *out, struct err *err)
{
    static const char *const with_values[] = {"url", "headers", "body"};

    *out = (struct mapping_call){.method = json_string(member, "method"),
                                 .url = json_string(member, "url"),
                                 .headers = json_get(member, "headers"),
                                 .body = json_get(member, "body"),
                                 .tree = member};
    if (!out->method)
        out->method = method;
    for (size_t i = 0; i < COUNT_OF(with_values); i++) {
        const struct cJSON *tree = json_get(member, with_values[i]);

        if (template_check(arena, tree, adapter_call_values,
                           shape_pointer(arena, pointer, with_values[i]), err))
            return -1;
    }
    return 0;
}

static int read_submit(struct arena *arena, const struct cJSON *member, const char *pointer,
                       struct mapping_submit *out, struct err *err)
{
    out->when = json_get(member, "when");
    out->id = json_string(member, "id");
    out->accepted = json_get(member, "accepted");
    return read_call(arena, member, pointer, "POST", &out->call, err) ||
                   check_pointer(json_get(member, "id"), shape_pointer(arena, pointer, "id"), err)
               ? -1
               : 0;
}

static int read_submits(struct arena *arena, const struct cJSON *tree, struct mapping *mapping,
                        struct err *err)
{
    const struct cJSON *list = json_get(tree, "submit");
    struct mapping_submit *submits = arena_alloc(arena, (json_count(list) + 1) * sizeof(*submits));

    for (size_t i = 0; i < json_count(list); i++) {
        if (read_submit(arena, json_at(list, i), shape_pointer_at(arena, "/submit", i), &submits[i],
                        err))
            return -1;
    }
    mapping->submits = submits;
    mapping->submit_count = json_count(list);
    return 0;
}

static int check_states(struct arena *arena, const struct cJSON *status, struct err *err)
{
    const struct cJSON *item;

    cJSON_ArrayForEach(item, json_get(status, "states"))
    {
        if (shape_is_comment(item->string) || near_is_known(json_text(item), scenario_states))
            continue;
        return err_set(err, ERR_INPUT, "%s: unknown state %s",
                       shape_pointer(arena, "/status/states", item->string),
                       near_explain(arena, json_text(item), scenario_states));
    }
    return 0;
}

/* The members of a part that are pointers. */
static int check_part(struct arena *arena, enum mapping_part part, const struct cJSON *member,
                      struct err *err)
{
    static const char *const pointers[] = {"state",   "problem",  "review",  "attempts",
                                           "records", "runnable", "waiting", "dueInMs"};
    const char *name = arena_printf(arena, "/%s", parts[part].name);

    for (size_t i = 0; i < COUNT_OF(pointers); i++) {
        if (check_pointer(json_get(member, pointers[i]), shape_pointer(arena, name, pointers[i]),
                          err))
            return -1;
    }
    if (check_pointers(arena, json_get(member, "fields"), shape_pointer(arena, name, "fields"),
                       err) ||
        check_pointers(arena, json_get(member, "result"), shape_pointer(arena, name, "result"),
                       err))
        return -1;
    return part == CALL_STATUS ? check_states(arena, member, err) : 0;
}

static int read_exec(struct arena *arena, const struct cJSON *exec, struct mapping *mapping,
                     struct err *err)
{
    static const struct adapter_values known = {.here = "",
                                                .fhir = "",
                                                .dir = "",
                                                .timeout_ms = "",
                                                .retry_ms = "",
                                                .key = "",
                                                .correlation = ""};

    return launch_read(arena, exec, "/exec", &known, &mapping->exec, err);
}

const struct mapping *mapping_read(struct arena *arena, const struct cJSON *tree, struct err *err)
{
    struct mapping *mapping = arena_alloc(arena, sizeof(*mapping));
    const struct cJSON *exec = json_get(tree, "exec");

    *mapping = (struct mapping){.submit_count = 0};
    if (!exec == !json_get(tree, "submit")) {
        err_set(err, ERR_INPUT, "/: found %s; expected one of them (or \"interface\": \"native\")",
                exec ? "\"submit\" and \"exec\"" : "neither \"submit\" nor \"exec\"");
        return NULL;
    }
    if (read_submits(arena, tree, mapping, err) || (exec && read_exec(arena, exec, mapping, err)))
        return NULL;
    for (enum mapping_part part = 0; part < CALL_COUNT; part++) {
        const struct cJSON *member = json_get(tree, parts[part].name);

        if (read_call(arena, member, arena_printf(arena, "/%s", parts[part].name),
                      parts[part].method, &mapping->calls[part], err) ||
            check_part(arena, part, member, err))
            return NULL;
    }
    return mapping;
}

unsigned mapping_parts(const struct mapping *mapping)
{
    unsigned all = PART_JOURNAL | (mapping->exec.command ? PART_SAID : 0u);

    for (enum mapping_part part = 0; part < CALL_COUNT; part++)
        all |= mapping->calls[part].url ? parts[part].part : 0u;
    return all;
}

const struct mapping_submit *mapping_submit_for(const struct mapping *mapping,
                                                const struct cJSON *intent)
{
    for (size_t i = 0; i < mapping->submit_count; i++) {
        const struct cJSON *item;
        bool matches = true;

        cJSON_ArrayForEach(item, mapping->submits[i].when)
        {
            matches &= shape_is_comment(item->string) ||
                       cJSON_Compare(item, json_get(intent, item->string), true);
        }
        if (matches)
            return &mapping->submits[i];
    }
    return NULL;
}

bool mapping_accepts(const struct mapping_submit *submit, int status)
{
    const struct cJSON *accepted = submit->accepted;
    size_t count = cJSON_IsArray(accepted) ? json_count(accepted) : 1;

    if (!accepted)
        return status / 100 == 2;
    for (size_t i = 0; i < count; i++) {
        const struct cJSON *one = cJSON_IsArray(accepted) ? json_at(accepted, i) : accepted;

        if (json_double(one, -1) == status)
            return true;
    }
    return false;
}

/* ---- what is heard ---- */

const char *mapping_pointer(const struct mapping_call *call, const char *name,
                            const char *otherwise)
{
    const char *pointer = json_string(call->tree, name);

    return pointer ? pointer : otherwise;
}

static const struct cJSON *at(const struct cJSON *tree, const struct cJSON *object,
                              const char *name)
{
    const char *pointer = json_string(object, name);

    return pointer ? json_pointer(tree, pointer) : NULL;
}

static void put_text(struct arena *arena, struct cJSON *out, const char *name,
                     const struct cJSON *value)
{
    if (value && !cJSON_IsNull(value))
        json_put_string(out, name, json_text(value) ? json_text(value) : json_print(arena, value));
}

static const char *state_of(struct arena *arena, const struct cJSON *status,
                            const struct cJSON *said)
{
    static bool is_said = false;
    const char *text = json_text(said) ? json_text(said) : json_print(arena, said);
    const char *mapped = json_string(json_get(status, "states"), text);

    if (mapped || near_is_known(text, scenario_states))
        return mapped ? mapped : text;
    if (!is_said)
        log_line("the engine says the state \"%.80s\", which its adapter does not map: it is taken "
                 "for no end",
                 text);
    is_said = true;
    return "unmapped";
}

static struct cJSON *view_tree(struct arena *arena, const struct mapping *mapping, const char *id,
                               const char *key, const struct cJSON *tree)
{
    const struct cJSON *status = mapping->calls[CALL_STATUS].tree;
    const struct cJSON *said = status ? at(tree, status, "state") : json_get(tree, "state");
    const struct cJSON *result = json_get(status, "result");
    const struct cJSON *problem = at(tree, status, "problem");
    struct cJSON *view = json_object(arena);

    if (!said)
        return NULL;
    json_put_string(view, "id", id ? id : key);
    json_put_string(view, "key", key);
    json_put_string(view, "state", state_of(arena, status, said));
    if (at(tree, result, "reference")) {
        struct cJSON *out = json_put_object(view, "result");

        put_text(arena, out, "reference", at(tree, result, "reference"));
        put_text(arena, out, "versionId", at(tree, result, "versionId"));
    }
    put_text(arena, view, "review", at(tree, status, "review"));
    if (problem)
        json_put(view, "problem", json_copy(problem));
    if (at(tree, status, "attempts"))
        json_put(view, "attempts", json_copy(at(tree, status, "attempts")));
    json_put(view, "raw", json_copy(tree));
    return view;
}

const char *mapping_view(struct arena *arena, const struct mapping *mapping, const char *id,
                         const char *key, const char *body, size_t size)
{
    struct err ignored = ERR_INIT;
    const struct cJSON *tree = json_parse(arena, body, size, &ignored);
    const struct cJSON *view = tree ? view_tree(arena, mapping, id, key, tree) : NULL;

    return view ? json_print(arena, view) : NULL;
}

/* "result/reference" goes into the member `reference` of the member `result`. */
static void put_field(struct cJSON *out, const char *name, const struct cJSON *value)
{
    const char *slash = strchr(name, '/');

    if (!slash) {
        json_put(out, name, json_copy(value));
        return;
    }
    char outer[64];
    size_t length = (size_t)(slash - name);

    if (length >= sizeof(outer))
        return;
    memcpy(outer, name, length);
    outer[length] = '\0';
    struct cJSON *inner = json_get_mutable(out, outer);
    put_field(inner ? inner : json_put_object(out, outer), slash + 1, value);
}

static void add_record(const struct mapping_call *call, const struct cJSON *raw, struct cJSON *out)
{
    const struct cJSON *fields = json_get(call->tree, "fields"), *item;
    struct cJSON *record;

    if (!fields) {
        json_add(out, json_copy(raw));
        return;
    }
    record = json_add_object(out);
    cJSON_ArrayForEach(item, fields)
    {
        const struct cJSON *value =
            shape_is_comment(item->string) ? NULL : json_pointer(raw, json_text(item));

        if (value)
            put_field(record, item->string, value);
    }
    json_put(record, "raw", json_copy(raw));
}

static int add_lines(struct arena *arena, const struct mapping_call *call, const char *body,
                     size_t size, struct cJSON *out, struct err *err)
{
    for (const char *line = body, *end = body + size; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((stop ? stop : end) - line);
        const struct cJSON *record = length > 0 ? json_parse(arena, line, length, err) : NULL;

        if (length > 0 && !record)
            return -1;
        if (record)
            add_record(call, record, out);
        line += length + 1;
    }
    return 0;
}

struct cJSON *mapping_records(struct arena *arena, const struct mapping_call *call,
                              const char *body, size_t size, struct err *err)
{
    const char *pointer = json_string(call->tree, "records");
    struct cJSON *out = json_array(arena);

    if (!pointer)
        return add_lines(arena, call, body, size, out, err) ? NULL : out;
    const struct cJSON *tree = json_parse(arena, body, size, err);
    const struct cJSON *list = tree ? json_pointer(tree, pointer) : NULL;
    if (!cJSON_IsArray(list)) {
        if (tree)
            err_set(err, ERR_IO, "there is no array at \"%s\"", pointer);
        return NULL;
    }
    for (size_t i = 0; i < json_count(list); i++)
        add_record(call, json_at(list, i), out);
    return out;
}
