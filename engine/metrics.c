/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - counters are added to as things happen; gauges are asked of the ledger when someone
 * looks. Counters start at zero with the process; what survives a restart is in the ledger.
 */
#include "engine/metrics.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/clock.h"
#include "engine/ledger.h"

static const char *const names[METRIC_COUNT] = {
    [METRIC_ACCEPTED] = "writeback_accepted_total",
    [METRIC_COMMITTED] = "writeback_committed_total",
    [METRIC_CONFLICTS] = "writeback_conflicts_total",
    [METRIC_IDEMPOTENCY_HITS] = "writeback_idempotency_hits_total",
    [METRIC_RETRIES] = "writeback_retries_total",
    [METRIC_DRIFT_DIFFERS] = "writeback_drift_total{kind=\"differs\"}",
    [METRIC_DRIFT_DISAPPEARED] = "writeback_drift_total{kind=\"disappeared\"}",
    [METRIC_DRIFT_DUPLICATE] = "writeback_drift_total{kind=\"duplicate\"}",
};
static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
#define STATUS_COUNT 600

struct metrics {
    pthread_mutex_t mutex;
    unsigned long long counters[METRIC_COUNT]; /* guarded by mutex, as all below */
    unsigned replies[COUNT_OF(methods)][STATUS_COUNT];
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = calloc(1, sizeof(*metrics));

    if (!metrics)
        BUG("out of memory");
    MUST_ZERO(pthread_mutex_init(&metrics->mutex, NULL));
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (!metrics)
        return;
    pthread_mutex_destroy(&metrics->mutex);
    free(metrics);
}

void metrics_reset(struct metrics *metrics)
{
    MUST_ZERO(pthread_mutex_lock(&metrics->mutex));
    memset(metrics->counters, 0, sizeof(metrics->counters));
    memset(metrics->replies, 0, sizeof(metrics->replies));
    MUST_ZERO(pthread_mutex_unlock(&metrics->mutex));
}

void metrics_add(struct metrics *metrics, enum metric metric)
{
    MUST_ZERO(pthread_mutex_lock(&metrics->mutex));
    metrics->counters[metric]++;
    MUST_ZERO(pthread_mutex_unlock(&metrics->mutex));
}

void metrics_reply(struct metrics *metrics, const char *method, int status)
{
    if (status < 0 || status >= STATUS_COUNT)
        return;
    MUST_ZERO(pthread_mutex_lock(&metrics->mutex));
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        if (strcmp(methods[i], method) == 0)
            metrics->replies[i][status]++;
    }
    MUST_ZERO(pthread_mutex_unlock(&metrics->mutex));
}

static void print_replies_locked(struct metrics *metrics, struct buf *out)
{
    buf_puts(out, "# TYPE writeback_http_replies_total counter\n");
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        for (int status = 0; status < STATUS_COUNT; status++) {
            if (metrics->replies[i][status])
                buf_printf(out, "writeback_http_replies_total{method=\"%s\",status=\"%d\"} %u\n",
                           methods[i], status, metrics->replies[i][status]);
        }
    }
}

static void print_gauge(struct buf *out, const char *name, double value)
{
    buf_printf(out, "# TYPE %s gauge\n%s %g\n", name, name, value);
}

void metrics_print(struct metrics *metrics, struct ledger *ledger, struct buf *out)
{
    struct ledger_gauges gauges;

    ledger_gauges(ledger, &gauges);
    MUST_ZERO(pthread_mutex_lock(&metrics->mutex));
    for (int i = 0; i < METRIC_COUNT; i++) {
        size_t name = strcspn(names[i], "{");

        if (i == 0 ||
            strncmp(names[i - 1], names[i], name) != 0) /* rows of one name stand together */
            buf_printf(out, "# TYPE %.*s counter\n", (int)name, names[i]);
        buf_printf(out, "%s %llu\n", names[i], metrics->counters[i]);
    }
    print_replies_locked(metrics, out);
    MUST_ZERO(pthread_mutex_unlock(&metrics->mutex));
    double age_s =
        gauges.oldest_ms ? (double)((long long)clock_wall_ms() - gauges.oldest_ms) / 1000 : 0;
    print_gauge(out, "writeback_backlog", (double)gauges.backlog);
    print_gauge(out, "writeback_unknown", (double)gauges.unknown);
    print_gauge(out, "writeback_queue_age_seconds", age_s > 0 ? age_s : 0);
    print_gauge(out, "writeback_reviews_open", (double)gauges.reviews_open);
    print_gauge(out, "writeback_audit_completeness",
                gauges.commits ? (double)gauges.commits_audited / (double)gauges.commits : 1);
}
