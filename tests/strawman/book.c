/* SPDX-License-Identifier: Apache-2.0 */
/*
 * book - the log and what it says.
 *
 * Invariants: (1) what memory shows is what replaying the log gives; (2) a line is on disk before
 * memory shows it; (3) audit records are chained by SHA-256 over the previous line as served; (4) whoever writes has the
 * file's lock and has read what others wrote, so numbers and the chain go on from theirs. A log line that does not parse
 * can only be the last one, half written when its process was killed: whoever has the lock next cuts it off.
 */
#include "tests/strawman/book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "tests/strawman/flaws.h"

struct book {
    int fd;
    size_t size; /* of the log as far as memory shows it */
    unsigned long news;
    struct arena *arena; /* of all below */
    struct cJSON **intents;
    unsigned count, room, replayed;
    struct cJSON *events; /* array */
    struct buf audit;     /* the lines as served */
    long long audit_count;
    char previous_hash[HASH_HEX_SIZE];
    struct buf held;    /* flaw send-before-log: lines that are not on disk yet */
    struct cJSON *late; /* flaw audit-after-reply: records that are not written yet */
};

static void stamp(struct cJSON *record, long long sequence)
{
    char now[CLOCK_INSTANT_SIZE];

    clock_instant(clock_wall_ms(), now);
    json_put_integer(record, "sequence", sequence);
    json_put_string(record, "recorded", now);
}

/* ---- memory ---- */

static void begin_empty(struct book *book)
{
    book->arena = arena_new();
    book->intents = NULL;
    book->count = book->room = book->replayed = 0;
    book->size = 0;
    book->events = json_array(book->arena);
    book->late = json_array(book->arena);
    buf_clear(&book->audit);
    book->audit_count = 0;
    book->previous_hash[0] = '\0';
}

static struct cJSON *open_intent(struct book *book, unsigned number)
{
    if (number == 0 || number > book->count + 1)
        return NULL;
    if (number <= book->count)
        return book->intents[number - 1];
    if (book->count == book->room) {
        unsigned room = book->room ? 2 * book->room : 16;

        book->intents =
            arena_grow(book->arena, book->intents, book->room * sizeof(book->intents[0]),
                       room * sizeof(book->intents[0]));
        book->room = room;
    }
    return book->intents[book->count++] = json_object(book->arena);
}

static void add_audit(struct book *book, const char *line)
{
    buf_puts(&book->audit, line);
    buf_putc(&book->audit, '\n');
    hash_hex(line, strlen(line), book->previous_hash);
    book->audit_count++;
}

/* What one line of the log means. */
static void apply(struct book *book, const struct cJSON *line)
{
    struct cJSON *intent = open_intent(book, (unsigned)json_integer(line, "intent", 0));
    const struct cJSON *set = json_get(line, "set"), *event = json_get(line, "event");

    for (const struct cJSON *member = set ? set->child : NULL; member && intent;
         member = member->next)
        json_put(intent, member->string, json_copy(member));
    if (event)
        json_add(book->events, json_copy(event));
    for (size_t i = 0; i < json_count(json_get(line, "audit")); i++) {
        const char *record = json_text(json_at(json_get(line, "audit"), i));

        if (record)
            add_audit(book, record);
    }
}

/* ---- disk ---- */

static void put_on_disk(struct book *book, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(book->fd, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            break;
        bytes += written;
        size -= (size_t)written;
        book->size += (size_t)written;
    }
    if (size > 0 || fdatasync(book->fd)) {
        log_line("the log cannot be written: %s", strerror(errno));
        _exit(3); /* what is not in the log must not be told to anyone */
    }
}

/* Whole lines from the log's bytes on; returns how many bytes they are. */
static size_t apply_lines(struct book *book, const char *bytes, size_t size)
{
    struct arena *arena = arena_new();
    size_t start = 0;

    while (start < size) {
        struct err bad = ERR_INIT;
        const char *end = memchr(bytes + start, '\n', size - start);
        size_t length = end ? (size_t)(end - bytes) - start : 0;
        const struct cJSON *line = end ? json_parse(arena, bytes + start, length, &bad) : NULL;

        if (!line)
            break;
        apply(book, line);
        book->news++;
        start += length + 1;
        arena_reset(arena);
    }
    arena_free(arena);
    return start;
}

static size_t size_on_disk(const struct book *book)
{
    struct stat stat;

    return fstat(book->fd, &stat) == 0 && stat.st_size > 0 ? (size_t)stat.st_size : 0;
}

/* What stands in the log behind what memory shows. */
static int catch_up(struct book *book, struct err *err)
{
    size_t size = size_on_disk(book) - book->size;
    struct buf text = BUF_INIT;

    if (size == 0)
        return 0;
    if (size > LIMIT_EVIDENCE_BYTES)
        return err_set(err, ERR_LIMIT, "the log is too large");
    buf_reserve(&text, size);
    for (size_t at = 0; at < size;) {
        ssize_t got = pread(book->fd, text.bytes + at, size - at, (off_t)(book->size + at));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            buf_release(&text);
            return err_set(err, ERR_IO, "the log cannot be read: %s", strerror(errno));
        }
        at += (size_t)got;
    }
    size_t whole = apply_lines(book, text.bytes, size);
    buf_release(&text);
    if (whole < size && !flaw_is(FLAW_TORN_TAIL_CRASH)) {
        size = whole;
        if (ftruncate(book->fd, (off_t)(book->size + whole)))
            return err_set(err, ERR_IO, "cannot cut off the torn end: %s", strerror(errno));
    }
    book->size += size;
    return 0;
}

bool book_enter(struct book *book)
{
    unsigned long news = book->news;
    struct err err = ERR_INIT;

    while (flock(book->fd, LOCK_EX) && errno == EINTR)
        ;
    size_t size = size_on_disk(book);
    if (size < book->size)
        err_set(&err, ERR_IO, "the log was emptied by another process");
    else if (size > book->size && catch_up(book, &err) == 0)
        return book->news != news;
    if (err.code) {
        log_line("%s", err.text);
        _exit(3); /* what is not known must not be gone against */
    }
    return false;
}

void book_leave(struct book *book)
{
    flock(book->fd, LOCK_UN);
}

static int replay(struct book *book, struct err *err)
{
    while (flock(book->fd, LOCK_EX) && errno == EINTR)
        ;
    int rc = catch_up(book, err);
    book_leave(book);
    book->replayed = book->count;
    book->news = 0;
    return rc;
}

struct book *book_open(const char *folder, struct err *err)
{
    struct book *book = calloc(1, sizeof(*book));
    struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "%s/strawman.ndjson", folder);
    bool is_open = false;

    if (!book)
        BUG("out of memory");
    begin_empty(book);
    if (mkdir(folder, 0700) && errno != EEXIST)
        err_set(err, ERR_IO, "%s", strerror(errno));
    else if ((book->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) < 0)
        err_set(err, ERR_IO, "%s", strerror(errno));
    else
        is_open = replay(book, err) == 0;
    if (err->code)
        err_context(err, "%s", path);
    arena_free(arena);
    if (is_open)
        return book;
    arena_free(book->arena);
    buf_release(&book->audit);
    free(book);
    return NULL;
}

void book_forget(struct book *book)
{
    arena_free(book->arena);
    begin_empty(book);
    buf_clear(&book->held);
    if (ftruncate(book->fd, 0)) {
        log_line("the log cannot be emptied: %s", strerror(errno));
        _exit(3);
    }
}

/* ---- changes ---- */

/* The records as lines of text, each naming the hash of the one before it. */
static void chain(struct book *book, struct arena *arena, const struct cJSON *records,
                  struct cJSON *out_lines)
{
    char previous[HASH_HEX_SIZE];

    memcpy(previous, book->previous_hash, sizeof(previous));
    for (size_t i = 0; i < json_count(records); i++) {
        struct cJSON *record = json_copy_root(arena, json_at(records, i));

        stamp(record, book->audit_count + 1 + (long long)i);
        json_put_string(record, "previousHash", previous);
        const char *line = json_print(arena, record);
        hash_hex(line, strlen(line), previous);
        json_add(out_lines, cJSON_CreateString(line));
    }
}

/* Flaw: the records of this change wait in memory for the next one. */
static const struct cJSON *swap_late(struct book *book, struct arena *arena,
                                     const struct cJSON *records)
{
    struct cJSON *late = json_copy_root(arena, book->late);

    book->late = records ? json_copy_root(book->arena, records) : json_array(book->arena);
    return late;
}

/* Flaw: an attempt is written in two halves, and the process may be killed in between. */
static bool tear(struct book *book)
{
    size_t half = book->held.size / 2;

    if (!flaw_is(FLAW_TORN_TAIL_CRASH) || !strstr(buf_text(&book->held), "\"kind\":\"attempt\""))
        return false;
    put_on_disk(book, book->held.bytes, half);
    struct buf rest = BUF_INIT;
    buf_add(&rest, book->held.bytes + half, book->held.size - half);
    buf_release(&book->held);
    book->held = rest;
    return true;
}

static void write_line(struct book *book, const char *line, bool is_before_reply)
{
    buf_puts(&book->held, line);
    buf_putc(&book->held, '\n');
    if (is_before_reply && tear(book))
        return;
    if (flaw_is(FLAW_SEND_BEFORE_LOG) && is_before_reply)
        return; /* flaw: what precedes the first reply stays in memory until then */
    put_on_disk(book, book->held.bytes, book->held.size);
    buf_clear(&book->held);
}

void book_change(struct book *book, struct arena *arena, const struct change *change)
{
    struct cJSON *line = json_object(arena);
    const struct cJSON *records = change->audit;
    const char *kind = json_string(change->event, "kind");

    if (flaw_is(FLAW_AUDIT_AFTER_REPLY))
        records = swap_late(book, arena, records);
    json_put_integer(line, "intent", change->intent);
    if (change->set)
        json_put(line, "set", json_copy(change->set));
    if (change->event) {
        stamp(change->event, (long long)json_count(book->events) + 1);
        json_put(line, "event", json_copy(change->event));
    }
    if (json_count(records) > 0)
        chain(book, arena, records, json_put_array(line, "audit"));
    /* read back as a replay would read it, so that memory cannot differ from the log */
    struct err err = ERR_INIT;
    const char *text = json_print(arena, line);
    const struct cJSON *again = json_parse(arena, text, strlen(text), &err);

    if (!again)
        BUG("a line of the log does not parse: %s", err.text);
    write_line(book, text, kind && (strcmp(kind, "accepted") == 0 || strcmp(kind, "attempt") == 0));
    apply(book, again);
}

/* ---- looking ---- */

unsigned book_intents(const struct book *book)
{
    return book->count;
}

const struct cJSON *book_intent(const struct book *book, unsigned number)
{
    return number > 0 && number <= book->count ? book->intents[number - 1] : NULL;
}

bool book_is_replayed(const struct book *book, unsigned number)
{
    return number <= book->replayed;
}

unsigned long book_news(const struct book *book)
{
    return book->news;
}

const struct cJSON *book_events(const struct book *book)
{
    return book->events;
}

static bool same_row(struct arena *arena, const struct cJSON *a, const struct cJSON *b)
{
    return strcmp(json_string(a, "intent"), json_string(b, "intent")) == 0 &&
           strcmp(json_print(arena, json_get(a, "target")),
                  json_print(arena, json_get(b, "target"))) == 0;
}

/* Flaw: the audit has one row for each intent and target, and a chain that is made when it is asked
 * for. */
static void overwrite(struct book *book, struct arena *arena)
{
    struct cJSON *all = json_array(arena), *kept = json_array(arena), *lines = json_array(arena);
    const char *line = buf_text(&book->audit);

    for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
        struct err err = ERR_INIT;

        json_add(all, json_copy(json_parse(arena, line, (size_t)(end - line), &err)));
    }
    for (size_t i = 0; i < json_count(all); i++) {
        size_t later = i + 1;

        while (later < json_count(all) && !same_row(arena, json_at(all, i), json_at(all, later)))
            later++;
        if (later == json_count(all))
            json_add(kept, json_copy(json_at(all, i)));
    }
    buf_clear(&book->audit);
    book->audit_count = 0;
    book->previous_hash[0] = '\0';
    chain(book, arena, kept, lines);
    for (size_t i = 0; i < json_count(lines); i++)
        add_audit(book, json_text(json_at(lines, i)));
}

void book_audit(struct book *book, long long after, struct buf *out)
{
    const char *line;

    if (flaw_is(FLAW_AUDIT_OVERWRITTEN)) {
        struct arena *arena = arena_new();

        overwrite(book, arena);
        arena_free(arena);
    }
    line = buf_text(&book->audit);

    if (json_count(book->late) > 0) { /* only with the flaw audit-after-reply: asking writes them */
        struct arena *arena = arena_new();

        book_change(book, arena, &(struct change){0});
        arena_free(arena);
        line = buf_text(&book->audit);
    }
    for (long long i = 0; i < book->audit_count; i++) {
        const char *end = strchr(line, '\n');

        if (i >= after)
            buf_add(out, line, (size_t)(end - line) + 1);
        line = end + 1;
    }
}
