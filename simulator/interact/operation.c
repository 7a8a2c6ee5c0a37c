/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation - what a URL with a $ asks for: $validate (fhir-rules.md row 30), and of Subscriptions
 * $status and $events.
 *
 * `POST T/$validate` and `POST T/id/$validate` take the resource, or Parameters with `resource` and
 * `mode`. The answer is 200 with an OperationOutcome, whatever was found; only a request that asks
 * for nothing that could be validated is refused.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/validate.h"
#include "simulator/interact/act.h"

struct question {
    const struct cJSON *resource; /* or NULL */
    const char *mode;             /* create, update, delete, or NULL */
};

const struct cJSON *operation_parameter(const struct cJSON *parameters, const char *name,
                                        size_t nth)
{
    const struct cJSON *item = NULL;

    cJSON_ArrayForEach(item, json_get(parameters, "parameter"))
    {
        const char *found = json_string(item, "name");

        if (found && strcmp(found, name) == 0 && nth-- == 0)
            return item;
    }
    return NULL;
}

static const struct cJSON *parameter(const struct cJSON *parameters, const char *name)
{
    return operation_parameter(parameters, name, 0);
}

static bool is_of_type(const struct cJSON *resource, const char *type)
{
    const char *found = json_string(resource, "resourceType");

    return found && strcmp(found, type) == 0;
}

/* Parameters are what is asked with, unless they are what is asked about. */
static bool is_wrapped(const struct act *act, const struct cJSON *body)
{
    return is_of_type(body, "Parameters") &&
           (strcmp(act->request->type, "Parameters") != 0 || parameter(body, "resource") ||
            parameter(body, "mode"));
}

/* False, with the answer filled, when the body is no JSON or the mode none that is offered. */
static bool read_question(const struct act *act, struct question *out)
{
    const struct exchange_request *request = act->request;
    struct err err = ERR_INIT;
    struct query query;

    query_parse(&query, request->arena, request->query);
    *out = (struct question){.mode = query_value(&query, "mode")};
    if (request->body && request->body_size > 0) {
        out->resource = json_parse(request->arena, request->body, request->body_size, &err);
        if (!out->resource) {
            REFUSE(act, 400, "structure", "the body is not JSON: %s", err.text);
            return false;
        }
    }
    if (is_wrapped(act, out->resource)) {
        const struct cJSON *body = out->resource;
        const char *mode = json_string(parameter(body, "mode"), "valueCode");

        out->resource = json_get(parameter(body, "resource"), "resource");
        out->mode = mode ? mode : out->mode;
    }
    if (out->mode && strcmp(out->mode, "create") != 0 && strcmp(out->mode, "update") != 0 &&
        strcmp(out->mode, "delete") != 0) {
        REFUSE(act, 400, "not-supported", "mode is '%.32s'; create, update or delete was expected",
               out->mode);
        return false;
    }
    return true;
}

static void answer_one(const struct act *act, const char *severity, const char *code,
                       const char *expression, const char *text)
{
    struct finding finding = {
        .severity = severity, .code = code, .expression = expression, .text = text};

    validate_answer(act, 200, &(struct findings){.items = &finding, .count = 1});
}

/* May Type/id be deleted? All that can be said is whether it is there. */
static void answer_deletion(const struct act *act)
{
    const struct exchange_request *request = act->request;
    const struct version *current = store_current(act->store, request->type, request->id);

    if (current && !current->is_deletion)
        answer_one(act, "information", "informational", NULL, "the resource can be deleted");
    else
        answer_one(act, "error", "not-found", NULL, "there is no such resource to delete");
}

static void answer_resource(const struct act *act, const struct question *question)
{
    const struct exchange_request *request = act->request;
    const char *id = json_string(question->resource, "id");
    bool is_update = question->mode && strcmp(question->mode, "update") == 0;
    struct findings findings;

    validate_resource(&findings, request->arena, question->resource);
    if (findings.count > 0)
        validate_answer(act, 200, &findings);
    else if (!is_of_type(question->resource, request->type))
        answer_one(act, "error", "invalid", "resourceType",
                   arena_printf(request->arena, "resourceType is %s, the URL says %s",
                                json_string(question->resource, "resourceType"), request->type));
    else if (is_update && (!id || (request->id && strcmp(id, request->id) != 0)))
        answer_one(act, "error", "invalid", arena_printf(request->arena, "%s.id", request->type),
                   "an update needs the id that its URL has");
    else
        answer_one(act, "information", "informational", NULL, "nothing wrong was found");
}

static void operation_validate(const struct act *act)
{
    const struct exchange_request *request = act->request;
    struct question question;

    if (!request->type || strcmp(request->method, "POST") != 0)
        REFUSE(act, 404, "not-supported",
               "$validate is offered as POST Type/$validate and POST "
               "Type/id/$validate");
    else if (!read_question(act, &question))
        return;
    else if (question.mode && strcmp(question.mode, "delete") == 0 && request->id)
        answer_deletion(act);
    else if (question.resource)
        answer_resource(act, &question);
    else
        REFUSE(act, 400, "required",
               "a resource was expected as the body, or Parameters with `resource`");
}

#define BACKPORT "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/"
static const struct operation {
    const char *name, *type; /* NULL: of every type */
    const char *definition;
    void (*act)(const struct act *act);
} operations[] = {
    {"validate", NULL, "http://hl7.org/fhir/OperationDefinition/Resource-validate",
     operation_validate},
    {"status", "Subscription", BACKPORT "backport-subscription-status", interact_subscription},
    {"events", "Subscription", BACKPORT "backport-subscription-events", interact_subscription},
};

void operation_list(struct buf *buf, const char *type)
{
    const char *comma = "";

    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        const struct operation *operation = &operations[i];

        if (operation->type && strcmp(operation->type, type) != 0)
            continue;
        buf_printf(buf, "%s{\"name\":\"%s\",\"definition\":\"%s\"}", comma, operation->name,
                   operation->definition);
        comma = ",";
    }
}

void interact_operation(const struct act *act)
{
    const char *path = act->request->path, *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        const char *only = operations[i].type, *type = act->request->type;

        if (*name != '$' || strcmp(operations[i].name, name + 1) != 0 ||
            (only && (!type || strcmp(only, type) != 0)))
            continue;
        operations[i].act(act);
        return;
    }
    REFUSE(act, 404, "not-supported", "operation %s is not offered by this server", path);
}
