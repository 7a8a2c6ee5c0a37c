/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate - is a body a resource of the type its URL says?
 *
 * What is checked: JSON by the letter, resourceType, the grammar of id, the shape of meta.
 * Validation by R4's own definitions is a matter of its own.
 */
#include <string.h>

#include "base/err.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"

bool validate_body(const struct act *act, struct document *out)
{
    const struct exchange_request *request = act->request;
    struct err err = ERR_INIT;

    if (!request->body || request->body_size == 0) {
        REFUSE(act, 400, "structure", "the request has no body; a %s was expected", request->type);
        return false;
    }
    if (document_read(out, request->arena, request->body, request->body_size, &err)) {
        REFUSE(act, 400, "structure", "the body is not a resource: %s", err.text);
        return false;
    }
    if (strcmp(out->type, request->type) != 0) {
        answer_refuse(act->answer, request->arena, 400, "invalid", "resourceType",
                      "resourceType is %s, the URL says %s", out->type, request->type);
        return false;
    }
    return true;
}
