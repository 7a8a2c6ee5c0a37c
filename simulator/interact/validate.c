/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate - is a body a resource of the type its URL says, and what R4 says such a resource is?
 * (fhir-rules.md rows 32, 33, 33a.)
 *
 * A resource is refused with one issue per finding. A loaded chart is trusted; what is written over
 * it is not.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fhir/document.h"
#include "fhir/validate.h"
#include "simulator/interact/act.h"

static void add_issue(struct buf *buf, const struct finding *finding)
{
    buf_printf(buf, "{\"severity\":\"%s\",\"code\":\"%s\",\"diagnostics\":", finding->severity,
               finding->code);
    json_quote(buf, finding->text);
    if (finding->expression) {
        buf_puts(buf, ",\"expression\":[");
        json_quote(buf, finding->expression);
        buf_putc(buf, ']');
    }
    buf_putc(buf, '}');
}

void validate_answer(const struct act *act, int status, const struct findings *findings)
{
    struct buf buf = BUF_INIT;

    buf_puts(&buf, "{\"resourceType\":\"OperationOutcome\",\"issue\":[");
    for (size_t i = 0; i < findings->count; i++) {
        if (i > 0)
            buf_putc(&buf, ',');
        add_issue(&buf, &findings->items[i]);
    }
    buf_puts(&buf, "]}");
    *act->answer = (struct answer){
        .status = status, .body = buf_copy(&buf, act->request->arena), .body_size = buf.size};
    buf_release(&buf);
}

static bool tree_passes(const struct act *act, const struct cJSON *tree)
{
    struct findings findings;

    validate_resource(&findings, act->request->arena, tree);
    if (findings_have(&findings, FINDING_BASE))
        validate_answer(act, act->knobs->invalid_status, &findings);
    else if (findings_have(&findings, FINDING_RULE))
        validate_answer(act, act->knobs->rule_status, &findings);
    else
        return true;
    return false;
}

bool validate_document(const struct act *act, const struct document *document)
{
    return tree_passes(act, document->tree);
}

/* What cannot be read as a resource is told by its path if it is JSON at least, else by its line. */
static void refuse_unread(const struct act *act, const struct err *why)
{
    const struct exchange_request *request = act->request;
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(request->arena, request->body, request->body_size, &err);

    if (!tree || tree_passes(act, tree))
        REFUSE(act, 400, "structure", "the body is not a resource: %s", why->text);
}

bool validate_read(const struct act *act, struct document *out)
{
    const struct exchange_request *request = act->request;
    struct err err = ERR_INIT;

    if (!request->body || request->body_size == 0) {
        REFUSE(act, 400, "structure", "the request has no body; a %s was expected", request->type);
        return false;
    }
    if (document_read(out, request->arena, request->body, request->body_size, &err)) {
        refuse_unread(act, &err);
        return false;
    }
    if (strcmp(out->type, request->type) != 0) {
        answer_refuse(act->answer, request->arena, 400, "invalid", "resourceType",
                      "resourceType is %s, the URL says %s", out->type, request->type);
        return false;
    }
    return true;
}

bool validate_body(const struct act *act, struct document *out)
{
    if (act->valid) {
        *out = *act->valid;
        return true;
    }
    return validate_read(act, out) && validate_document(act, out);
}
