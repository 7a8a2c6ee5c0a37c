/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result - the words for verdicts and how they merge.
 */
#include "reports/result.h"

#include <stdio.h>
#include <string.h>

const char *verdict_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASS:
        return "PASS";
    case VERDICT_FAIL:
        return "FAIL";
    case VERDICT_UNKNOWN:
        return "UNKNOWN";
    }
    return "UNKNOWN";
}

enum verdict verdict_merge(enum verdict a, enum verdict b)
{
    if (a == VERDICT_FAIL || b == VERDICT_FAIL)
        return VERDICT_FAIL;
    return a == VERDICT_PASS ? b : a;
}

struct result_label result_label(const char *scenario, const char *personality)
{
    bool is_other = personality && strcmp(personality, "r4") != 0;
    struct result_label label;

    snprintf(label.text, sizeof(label.text), is_other ? "%s (%s)" : "%s", scenario,
             is_other ? personality : "");
    return label;
}

bool result_was_run(const struct result_scenario *scenario)
{
    return scenario->schedules > 0 || scenario->verdict != VERDICT_PASS;
}
