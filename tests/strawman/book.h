/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_BOOK_H
#define TESTS_STRAWMAN_BOOK_H
/*
 * book - all that the engine knows: in memory, and as one NDJSON log that it is rebuilt from.
 *
 * A change is one line of the log, on disk (write, fdatasync) before anything in memory shows it.
 * It may set members of one intent, add an event and add audit records, all or nothing:
 *
 *     {"intent": 3, "set": {...}, "event": {...}, "audit": ["the line as served", ...]}
 *
 * Intents are JSON objects with the members: key tenant correlation payload hash state attempts
 * slots result results review problem decision. Only book_change alters them.
 *
 * Threads: the crew's lock is held around every call.
 * Processes: several may share a folder. Each calls between book_enter and book_leave alone, which no two are in at once.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct arena;
struct book;
struct buf;
struct cJSON;
struct err;

/* Reads the log in `folder`; a torn last line is cut off. */
struct book *book_open(const char *folder, struct err *err);
/* From here to book_leave nobody else writes. True: another process had written meanwhile, and memory shows it now. */
bool book_enter(struct book *book);
void book_leave(struct book *book);
void book_forget(struct book *book); /* everything, also on disk */

struct change {
    unsigned intent;     /* number; book_intents() + 1 makes a new one */
    struct cJSON *set;   /* members to set, or NULL */
    struct cJSON *event; /* without sequence and recorded, or NULL */
    const struct cJSON
        *audit; /* array of records without sequence, recorded, previousHash; or NULL */
};
/* An engine that cannot write its log must not go on: then it ends the process. */
void book_change(struct book *book, struct arena *arena, const struct change *change);

unsigned book_intents(const struct book *book);                            /* numbers run from 1 */
const struct cJSON *book_intent(const struct book *book, unsigned number); /* or NULL */
/* Whether the intent was accepted in an earlier life of the process. */
bool book_is_replayed(const struct book *book, unsigned number);
unsigned long
book_news(const struct book *book); /* lines that other processes wrote since book_open */
const struct cJSON *book_events(const struct book *book); /* an array */
void book_audit(struct book *book, long long after, struct buf *out);
#endif
