/* SPDX-License-Identifier: Apache-2.0 */
/* conditional - which one resource a conditional PATCH or DELETE means (fhir-rules.md rows 20 and 22). */
#include "simulator/interact/act.h"

const struct version *match_one(const struct act *act)
{
    const struct exchange_request *request = act->request;
    const struct version **matches = NULL;
    size_t count = 0;

    if (!query_conditional(act, "the URL", request->type, request->query, &count, &matches))
        return NULL;
    if (count > 1)
        REFUSE(act, 412, "multiple-matches", "%s?%s matches %zu resources, one was expected",
               request->type, request->query, count);
    return count == 1 ? matches[0] : NULL;
}
