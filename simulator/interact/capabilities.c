/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capabilities - the CapabilityStatement, true to what interact/ does (fhir-rules.md row 29).
 *
 * It says the same of every resource type of R4, but for the search parameters, which R4 gives to
 * some only; and what it says of interactions follows from the knobs in force.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"
#include "simulator/parameter.h"

static const char head[] =
    "{\"resourceType\":\"CapabilityStatement\",\"status\":\"active\",\"date\":\"2026-01-01\","
    "\"kind\":\"instance\",\"software\":{\"name\":\"fhirsim\"},"
    "\"fhirVersion\":\"4.0.1\",\"format\":[\"application/fhir+json\"],";

static const char implementation[] =
    "\"implementation\":{\"description\":"
    "\"fhirsim, a simulator that stops and bends requests; never for real patients\",\"url\":";

static const char *flag(bool is_set)
{
    return is_set ? "true" : "false";
}

/* `code` is one more interaction, unless the server does not offer it. */
static void add_code(struct buf *buf, const char *code, bool is_offered)
{
    if (!is_offered)
        return;
    const bool is_first = buf->size > 0 && buf_text(buf)[buf->size - 1] == '[';
    buf_printf(buf, "%s{\"code\":\"%s\"}", is_first ? "" : ",", code);
}

static const char *versioning(const struct knobs *knobs)
{
    if (knobs->etag_form == ETAG_NONE)
        return "no-version";
    return knobs->require_if_match ? "versioned-update" : "versioned";
}

static const char *conditional_delete(const struct knobs *knobs)
{
    static const char *const words[] = {
        [CONDITIONAL_DELETE_SINGLE] = "single",
        [CONDITIONAL_DELETE_MULTIPLE] = "multiple",
        [CONDITIONAL_DELETE_UNSUPPORTED] = "not-supported",
    };

    return words[knobs->conditional_delete];
}

/* What may be done with a resource: the same for every type. */
static void add_offer(struct buf *buf, const struct knobs *knobs)
{
    const bool has_history = knobs->history != HISTORY_NONE;
    const bool has_former = has_history && knobs->history != HISTORY_LATEST_ONLY;
    const bool has_create_condition = knobs->if_none_exist != IF_NONE_EXIST_UNSUPPORTED &&
                                      knobs->if_none_exist != IF_NONE_EXIST_IGNORED;

    buf_puts(buf, "\"interaction\":[");
    add_code(buf, "read", true);
    add_code(buf, "vread", has_history);
    add_code(buf, "update", true);
    add_code(buf, "patch", knobs->patch != PATCH_NONE);
    add_code(buf, "delete", true);
    add_code(buf, "history-instance", has_history);
    add_code(buf, "history-type", has_history);
    add_code(buf, "create", true);
    add_code(buf, "search-type", true);
    buf_printf(buf,
               "],\"versioning\":\"%s\",\"readHistory\":%s,\"updateCreate\":%s,"
               "\"conditionalCreate\":%s,\"conditionalRead\":\"%s\",\"conditionalUpdate\":%s,"
               "\"conditionalDelete\":\"%s\",",
               versioning(knobs), flag(has_former), flag(!knobs->refuses_update_create),
               flag(has_create_condition), knobs->ignores_fresh ? "not-supported" : "full-support",
               flag(!knobs->no_conditional_update), conditional_delete(knobs));
}

static void add_patch_formats(struct buf *buf, const struct knobs *knobs)
{
    static const char *const formats[] = {
        [PATCH_BOTH] = "\"application/json-patch+json\",\"application/fhir+json\"",
        [PATCH_JSON] = "\"application/json-patch+json\"",
        [PATCH_FHIRPATH] = "\"application/fhir+json\"",
        [PATCH_NONE] = NULL,
    };

    if (formats[knobs->patch])
        buf_printf(buf, "\"patchFormat\":[%s],", formats[knobs->patch]);
}

static void add_system(struct buf *buf, const struct knobs *knobs)
{
    buf_puts(buf, "],\"interaction\":[");
    add_code(buf, "transaction", knobs->transaction != TRANSACTION_UNSUPPORTED);
    add_code(buf, "batch", !knobs->no_batch);
    add_code(buf, "search-system", true);
    add_code(buf, "history-system", knobs->history != HISTORY_NONE);
    buf_puts(buf, "]}]}");
}

static void add_parameters(struct buf *buf, const char *type)
{
    const struct parameter *parameter = NULL;

    for (size_t i = 0; (parameter = parameter_at(type, i)); i++)
        buf_printf(buf, "%s{\"name\":\"%s\",\"type\":\"%s\"}", i > 0 ? "," : "", parameter->code,
                   parameter_type_name(parameter->type));
}

void interact_capabilities(const struct act *act)
{
    struct buf buf = BUF_INIT;
    const char *type = NULL;

    buf_puts(&buf, head);
    add_patch_formats(&buf, act->knobs);
    buf_puts(&buf, implementation);
    json_quote(&buf, act->request->base);
    buf_puts(&buf, "},\"rest\":[{\"mode\":\"server\",\"resource\":[");
    for (size_t i = 0; (type = fhir_type_at(i)); i++) {
        buf_printf(&buf, "%s{\"type\":\"%s\",", i > 0 ? "," : "", type);
        add_offer(&buf, act->knobs);
        buf_puts(&buf, "\"searchParam\":[");
        add_parameters(&buf, type);
        buf_puts(&buf, "],\"operation\":[");
        operation_list(&buf, type);
        buf_puts(&buf, "]}");
    }
    add_system(&buf, act->knobs);
    *act->answer = (struct answer){.status = 200,
                                   .etag = "W/\"1\"",
                                   .body = buf_copy(&buf, act->request->arena),
                                   .body_size = buf.size};
    buf_release(&buf);
}
