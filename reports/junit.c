/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit - junit.xml, for the test page of a CI server. A suite per scenario, a case per invariant:
 * FAIL is a failure, UNKNOWN an error, not judged is skipped.
 */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "reports/reports.h"
#include "reports/result.h"

/* XML 1.0 allows no control characters but tab and line ends, not even escaped. */
static void put_escaped(struct buf *out, const char *text)
{
    for (; text && *text; text++) {
        switch (*text) {
        case '<':
            buf_puts(out, "&lt;");
            break;
        case '>':
            buf_puts(out, "&gt;");
            break;
        case '&':
            buf_puts(out, "&amp;");
            break;
        case '"':
            buf_puts(out, "&quot;");
            break;
        case '\n':
            buf_puts(out, "&#10;");
            break;
        default:
            buf_putc(out, (unsigned char)*text < 0x20 ? '?' : *text);
        }
    }
}

static void put_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    put_escaped(out, value);
    buf_putc(out, '"');
}

struct counts {
    unsigned tests, failures, errors, skipped;
};

static void count_case(struct counts *counts, const struct result_invariant *invariant)
{
    counts->tests++;
    counts->skipped += !invariant->is_judged;
    counts->failures += invariant->is_judged && invariant->verdict == VERDICT_FAIL;
    counts->errors += invariant->is_judged && invariant->verdict == VERDICT_UNKNOWN;
}

static struct counts count_scenario(const struct result_scenario *scenario)
{
    struct counts counts = {0};

    for (size_t i = 0; i < scenario->invariant_count; i++)
        count_case(&counts, &scenario->invariants[i]);
    if (scenario->problem) {
        counts.tests++;
        counts.errors += result_was_run(scenario);
        counts.skipped += !result_was_run(scenario);
    }
    return counts;
}

static void put_counts(struct buf *out, struct counts counts, uint64_t took_us)
{
    buf_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\"",
               counts.tests, counts.failures, counts.errors, counts.skipped, (double)took_us / 1e6);
}

static bool same_server(const char *a, const char *b)
{
    return strcmp(a ? a : "r4", b ? b : "r4") == 0;
}

/* The replay command of the failure of this invariant, for the body of its case. */
static const char *replay_of(const struct result *result, const struct result_scenario *scenario,
                             const struct result_invariant *invariant)
{
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct result_failure *failure = &result->failures[i];

        if (strcmp(failure->scenario, scenario->name) == 0 &&
            same_server(failure->personality, scenario->personality) &&
            strcmp(failure->invariant, invariant->name) == 0)
            return failure->replay;
    }
    return NULL;
}

static void put_case(struct buf *out, const struct result *result,
                     const struct result_scenario *scenario,
                     const struct result_invariant *invariant)
{
    buf_puts(out, "    <testcase");
    put_attribute(out, "classname", result_label(scenario->name, scenario->personality).text);
    put_attribute(out, "name", invariant->name);
    if (!invariant->is_judged) {
        buf_puts(out, "><skipped");
        put_attribute(out, "message", invariant->needs);
        buf_puts(out, "/></testcase>\n");
    } else if (invariant->verdict == VERDICT_PASS) {
        buf_puts(out, "/>\n");
    } else {
        const char *element = invariant->verdict == VERDICT_FAIL ? "failure" : "error";

        buf_printf(out, "><%s", element);
        put_attribute(out, "message", invariant->text);
        buf_puts(out, ">");
        put_escaped(out, invariant->diff);
        buf_puts(out, "&#10;");
        put_escaped(out, replay_of(result, scenario, invariant));
        buf_printf(out, "</%s></testcase>\n", element);
    }
}

void report_junit(struct buf *out, const struct result *result)
{
    struct counts total = {0};

    for (size_t i = 0; i < result->scenario_count; i++) {
        struct counts counts = count_scenario(&result->scenarios[i]);

        total.tests += counts.tests;
        total.failures += counts.failures;
        total.errors += counts.errors;
        total.skipped += counts.skipped;
    }
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    put_attribute(out, "name", result->engine);
    put_counts(out, total, result->took_us);
    buf_puts(out, ">\n");
    for (size_t i = 0; i < result->scenario_count; i++) {
        const struct result_scenario *scenario = &result->scenarios[i];

        buf_puts(out, "  <testsuite");
        put_attribute(out, "name", result_label(scenario->name, scenario->personality).text);
        put_counts(out, count_scenario(scenario), scenario->took_us);
        buf_puts(out, ">\n");
        if (scenario->coverage) {
            buf_puts(out, "    <properties><property name=\"coverage\"");
            put_attribute(out, "value", scenario->coverage->statement);
            buf_puts(out, "/></properties>\n");
        }
        if (scenario->problem) {
            buf_puts(out, "    <testcase");
            put_attribute(out, "classname",
                          result_label(scenario->name, scenario->personality).text);
            buf_printf(out, " name=\"run\"><%s", result_was_run(scenario) ? "error" : "skipped");
            put_attribute(out, "message", scenario->problem);
            buf_puts(out, "/></testcase>\n");
        }
        for (size_t k = 0; k < scenario->invariant_count; k++)
            put_case(out, result, scenario, &scenario->invariants[k]);
        buf_puts(out, "  </testsuite>\n");
    }
    buf_puts(out, "</testsuites>\n");
}
