/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H
/* limits - every bound on what comes from outside, in one place. Reaching one is ERR_LIMIT. */

#define LIMIT_JSON_BYTES       (64u << 20) /* one JSON text */
#define LIMIT_NDJSON_BYTES     (1u << 30)  /* one file of NDJSON; a line is one JSON text */
#define LIMIT_FOLDER_DEPTH     16          /* fhirsim --load: folders in folders */
#define LIMIT_JSON_DEPTH       100         /* nested arrays and objects */
#define LIMIT_FHIRPATH_BYTES   2048        /* one path */
#define LIMIT_FHIRPATH_STEPS   1000000     /* elements that the paths of one patch may look at */
#define LIMIT_BODY_BYTES       (16u << 20) /* one HTTP request body */
#define LIMIT_URL_BYTES        8192
#define LIMIT_QUERY_BYTES      65536 /* one search, by URL, form or condition */
#define LIMIT_QUERY_VALUES     1000  /* of one parameter, between commas */
#define LIMIT_HEADER_BYTES     16384 /* all request headers together */
#define LIMIT_BUNDLE_ENTRIES   10000
#define LIMIT_PAGE_ENTRIES     1000         /* _count at most */
#define LIMIT_STORE_BYTES      (1u << 30)   /* fhirsim: what a run writes takes in memory */
#define LIMIT_JOURNAL_ENTRIES  100000       /* fhirsim: the oldest are forgotten */
#define LIMIT_JOURNAL_BYTES    (256u << 20) /* fhirsim: likewise, about */
#define LIMIT_CONNECTIONS      1000         /* of an engine */
#define LIMIT_CLIENTS          16000        /* fhirsim: connections, where descriptors allow that */
#define LIMIT_HELD             10000
#define LIMIT_DELIVERIES       10000 /* of subscriptions, held or queued */
#define LIMIT_SCENARIO_STEPS   1000
#define LIMIT_SCENARIO_INTENTS 200
#define LIMIT_STEPS_PER_INTENT 200 /* exchanges; more is not settling */
#define LIMIT_FINDINGS         50  /* that a validation lists */
#define LIMIT_EVIDENCE_BYTES   (512u << 20)
#endif
