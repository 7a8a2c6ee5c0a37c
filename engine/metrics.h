/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H
/* metrics - counters over the life of the process, as Prometheus text. Threads: any. Never patient
 * data. */
struct buf;
struct ledger;
struct metrics;

enum metric {
    METRIC_ACCEPTED,
    METRIC_COMMITTED,
    METRIC_CONFLICTS,
    METRIC_IDEMPOTENCY_HITS,
    METRIC_RETRIES,
    METRIC_DRIFT_DIFFERS,
    METRIC_DRIFT_DISAPPEARED,
    METRIC_DRIFT_DUPLICATE,
    METRIC_COUNT
};

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics); /* NULL is fine */
void metrics_reset(struct metrics *metrics);
void metrics_add(struct metrics *metrics, enum metric metric);
void metrics_reply(struct metrics *metrics, const char *method,
                   int status); /* a reply of the EHR */
void metrics_print(struct metrics *metrics, struct ledger *ledger, struct buf *out);
#endif
