/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_JOURNAL_H
#define SIMULATOR_JOURNAL_H
/*
 * journal - everything that happened in a run, numbered in one sequence; append only.
 *
 * Ownership:  strings of an appended entry are copied, but for a body that the store owns
 * (is_body_shared). Entries live until journal_reset; with bounds the oldest are forgotten in
 * blocks. Threads:    one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct http_header;
struct journal;
struct sim_entry;

/* Keeps at least keep_max entries, but for what makes it take more than about bytes_max; 0: all. */
struct journal *journal_new(size_t keep_max, size_t bytes_max);
void journal_free(struct journal *journal);
void journal_reset(struct journal *journal); /* n and at_us begin anew */

struct journal_draft {
    const struct sim_entry *entry; /* n and at_us are filled by the journal */
    const struct http_header
        *headers;        /* instead of entry->headers; made JSON when somebody looks; or NULL */
    bool is_body_shared; /* the body outlives the journal's run: not copied */
};
uint64_t journal_append(struct journal *journal, const struct journal_draft *draft); /* gives n */

/* Calls watch(arg, entry) for every entry as it is appended. */
void journal_watch(struct journal *journal, void (*watch)(void *arg, const struct sim_entry *entry),
                   void *arg);

size_t journal_count(const struct journal *journal); /* entries still kept */
const struct sim_entry *journal_at(struct journal *journal,
                                   size_t index); /* 0: the oldest still kept */

/* One entry as a line of NDJSON, absent members left out. Bytes that are not UTF-8 become U+FFFD.
 */
void journal_write_line(struct buf *buf, const struct sim_entry *entry);
/* Request or reply headers as a JSON object: names as sent, Authorization's value hidden, repeated
 * ones joined. */
void journal_headers_json(struct buf *buf, const struct http_header *headers);
#endif
