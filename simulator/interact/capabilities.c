/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capabilities - the CapabilityStatement, true to what interact/ does (fhir-rules.md row 29).
 *
 * It says the same of every resource type of R4, since the server treats them alike.
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
    "\"conditionalDelete\":\"not-supported\",\"searchParam\":[{\"name\":\"_id\",\"type\":\"token\"}"
    ","
    "{\"name\":\"identifier\",\"type\":\"token\"},{\"name\":\"patient\",\"type\":\"reference\"},"
    "{\"name\":\"subject\",\"type\":\"reference\"}]}";

static const char tail[] = "],\"interaction\":[{\"code\":\"transaction\"},{\"code\":\"batch\"},"
                           "{\"code\":\"search-system\"},{\"code\":\"history-system\"}]}]}";

void interact_capabilities(const struct act *act)
{
    struct buf buf = BUF_INIT;
    const char *type = NULL;

    buf_puts(&buf, head);
    json_quote(&buf, act->request->base);
    buf_puts(&buf, "},\"rest\":[{\"mode\":\"server\",\"resource\":[");
    for (size_t i = 0; (type = fhir_type_at(i)); i++)
        buf_printf(&buf, "%s{\"type\":\"%s\",%s", i > 0 ? "," : "", type, of_type);
    buf_puts(&buf, tail);
    *act->answer = (struct answer){.status = 200,
                                   .etag = "W/\"1\"",
                                   .body = buf_copy(&buf, act->request->arena),
                                   .body_size = buf.size};
    buf_release(&buf);
}
