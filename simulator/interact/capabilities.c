/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capabilities - the CapabilityStatement, true to what interact/ does (fhir-rules.md row 29).
 *
 * It says the same of every resource type of R4, but for the search parameters, which R4 gives to
 * some only.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"

static const char head[] =
    "{\"resourceType\":\"CapabilityStatement\",\"status\":\"active\",\"date\":\"2026-01-01\","
    "\"kind\":\"instance\",\"software\":{\"name\":\"fhirsim\"},"
    "\"fhirVersion\":\"4.0.1\",\"format\":[\"application/fhir+json\"],"
    "\"patchFormat\":[\"application/json-patch+json\"],\"implementation\":{\"description\":"
    "\"fhirsim, a simulator that stops and bends requests; never for real patients\",\"url\":";

static const char of_type[] =
    "\"interaction\":[{\"code\":\"read\"},{\"code\":\"vread\"},{\"code\":\"update\"},"
    "{\"code\":\"patch\"},{\"code\":\"delete\"},{\"code\":\"history-instance\"},"
    "{\"code\":\"history-type\"},{\"code\":\"create\"},{\"code\":\"search-type\"}],"
    "\"versioning\":\"versioned\",\"readHistory\":true,\"updateCreate\":true,"
    "\"conditionalCreate\":true,\"conditionalRead\":\"full-support\",\"conditionalUpdate\":true,"
    "\"conditionalDelete\":\"not-supported\",\"searchParam\":[{\"name\":\"_id\",\"type\":"
    "\"token\"}";

static const char tail[] = "],\"interaction\":[{\"code\":\"transaction\"},{\"code\":\"batch\"},"
                           "{\"code\":\"search-system\"},{\"code\":\"history-system\"}]}]}";

static void add_parameters(struct buf *buf, const char *type)
{
    static const struct {
        const char *name, *type;
    } parameters[] = {{"identifier", "token"}, {"patient", "reference"}, {"subject", "reference"}};

    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        if (query_is_offered(type, parameters[i].name))
            buf_printf(buf, ",{\"name\":\"%s\",\"type\":\"%s\"}", parameters[i].name,
                       parameters[i].type);
    }
}

void interact_capabilities(const struct act *act)
{
    struct buf buf = BUF_INIT;
    const char *type = NULL;

    buf_puts(&buf, head);
    json_quote(&buf, act->request->base);
    buf_puts(&buf, "},\"rest\":[{\"mode\":\"server\",\"resource\":[");
    for (size_t i = 0; (type = fhir_type_at(i)); i++) {
        buf_printf(&buf, "%s{\"type\":\"%s\",%s", i > 0 ? "," : "", type, of_type);
        add_parameters(&buf, type);
        buf_puts(&buf, "]}");
    }
    buf_puts(&buf, tail);
    *act->answer = (struct answer){.status = 200,
                                   .etag = "W/\"1\"",
                                   .body = buf_copy(&buf, act->request->arena),
                                   .body_size = buf.size};
    buf_release(&buf);
}
