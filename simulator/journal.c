/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal - blocks of entries, each with an arena for its strings; the oldest block goes first.
 *
 * Invariants:
 *  1. Entry n of the run is in block n / BLOCK_ENTRIES, and never changes but for `headers`, which
 *     is made out of the packed form ("name\0value\0...") when somebody looks: a server under load
 *     is asked for few of them.
 *  2. With bounds, whole blocks are forgotten, and only while at least keep_max entries stay or
 *     more than bytes_max are taken.
 *  3. A block that is forgotten gives its memory back to the pool, which is used again: a run costs
 *     next to no allocation once the journal has grown.
 */
#include "simulator/journal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/http.h"
#include "simulator/conceal.h"
#include "simulator/sim.h"

#define BLOCK_ENTRIES 32u /* forgotten together: one block may be full of large bodies */

struct record {
    struct sim_entry entry;
    const char *packed; /* headers not yet made JSON, or NULL */
    size_t packed_count;
};

struct block {
    struct block *next;
    struct arena *arena;
    size_t count, bytes;
    struct record *records; /* BLOCK_ENTRIES */
};

struct journal {
    struct block **blocks; /* the kept ones, oldest first */
    size_t block_count, block_room;
    struct block *free;      /* with nothing in them */
    struct arena_pool *pool; /* of the blocks' arenas */
    size_t keep_max, bytes_max, bytes;
    uint64_t last, start_us;
    void (*watch)(void *arg, const struct sim_entry *entry); /* or NULL */
    void *watch_arg;
};

static void *must(void *memory)
{
    if (!memory)
        BUG("out of memory");
    return memory;
}

struct journal *journal_new(size_t keep_max, size_t bytes_max)
{
    struct journal *journal = must(calloc(1, sizeof(*journal)));

    journal->pool = arena_pool_new();
    journal->keep_max = keep_max;
    journal->bytes_max = bytes_max;
    journal->start_us = clock_monotonic_us();
    return journal;
}

static void forget_oldest(struct journal *journal)
{
    struct block *block = journal->blocks[0];

    journal->block_count--;
    memmove(journal->blocks, journal->blocks + 1,
            journal->block_count * sizeof(journal->blocks[0]));
    journal->bytes -= block->bytes;
    arena_reset(block->arena);
    block->next = journal->free;
    journal->free = block;
}

void journal_reset(struct journal *journal)
{
    while (journal->block_count)
        forget_oldest(journal);
    journal->last = 0;
    journal->start_us = clock_monotonic_us();
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    journal_reset(journal);
    while (journal->free) {
        struct block *block = journal->free;

        journal->free = block->next;
        arena_free(block->arena);
        free(block);
    }
    arena_pool_free(journal->pool);
    free(journal->blocks);
    free(journal);
}

static bool may_forget(const struct journal *journal)
{
    return journal->keep_max && journal->block_count > 1 &&
           (journal_count(journal) >= journal->keep_max + BLOCK_ENTRIES ||
            journal->bytes > journal->bytes_max);
}

static struct block *block_begin(struct journal *journal)
{
    struct block *block;

    while (may_forget(journal))
        forget_oldest(journal);
    block = journal->free;
    if (block) {
        journal->free = block->next;
    } else {
        block = must(malloc(sizeof(*block)));
        block->arena = arena_new_in(journal->pool);
    }
    block->next = NULL;
    block->count = 0;
    block->records = arena_alloc(block->arena, BLOCK_ENTRIES * sizeof(block->records[0]));
    block->bytes = arena_bytes(block->arena);
    journal->bytes += block->bytes;
    if (journal->block_count == journal->block_room) {
        journal->block_room = journal->block_room ? journal->block_room * 2 : 16;
        journal->blocks =
            must(realloc(journal->blocks, journal->block_room * sizeof(journal->blocks[0])));
    }
    journal->blocks[journal->block_count++] = block;
    return block;
}

/* Copies the entry's strings, all of them into one piece of memory: a server under load appends
 * much. */
static void keep_texts(struct sim_entry *entry, struct arena *arena)
{
    const char **texts[] = {&entry->interaction, &entry->method,    &entry->url,
                            &entry->guard,       &entry->actor,     &entry->intent,
                            &entry->correlation, &entry->reference, &entry->version,
                            &entry->fault,       &entry->what};
    size_t sizes[COUNT_OF(texts)], total = 0;
    char *at;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        sizes[i] = *texts[i] && **texts[i] ? strlen(*texts[i]) + 1 : 0;
        total += sizes[i];
    }
    at = arena_alloc(arena, total);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        *texts[i] = sizes[i] ? memcpy(at, *texts[i], sizes[i]) : "";
        at += sizes[i];
    }
}

static void pack_headers(struct record *record, struct arena *arena,
                         const struct http_header *headers)
{
    size_t size = 0;
    char *at;

    for (const struct http_header *h = headers; h->name; h++)
        size += strlen(h->name) + strlen(h->value) + 2;
    record->packed = at = arena_alloc(arena, size);
    for (const struct http_header *h = headers; h->name; h++) {
        at = stpcpy(at, h->name) + 1;
        at = stpcpy(at, h->value) + 1;
        record->packed_count++;
    }
}

/* Subscriptions carry tokens. They come as themselves, or where no type is named: in Bundles. */
static bool may_have_tokens(const struct sim_entry *entry)
{
    return entry->body && entry->kind != SIM_SAID &&
           (!entry->reference || !*entry->reference ||
            strncmp(entry->reference, "Subscription", sizeof("Subscription") - 1) == 0);
}

uint64_t journal_append(struct journal *journal, const struct journal_draft *draft)
{
    const struct sim_entry *from = draft->entry;
    struct block *block = journal->block_count ? journal->blocks[journal->block_count - 1] : NULL;

    if (!block || block->count == BLOCK_ENTRIES)
        block = block_begin(journal);

    struct arena *arena = block->arena;
    const size_t before = arena_bytes(arena);
    struct record *record = &block->records[block->count++];
    struct sim_entry *entry = &record->entry;

    *record = (struct record){.entry = *from};
    entry->n = ++journal->last;
    entry->at_us = clock_monotonic_us() - journal->start_us;
    keep_texts(entry, arena);
    const char *concealed =
        may_have_tokens(from)
            ? conceal_tokens(arena, from->body, from->body_size, &entry->body_size)
            : NULL;
    if (concealed)
        entry->body = concealed;
    else if (from->body && !draft->is_body_shared)
        entry->body = arena_copy(arena, from->body, from->body_size);
    if (draft->headers)
        pack_headers(record, arena, draft->headers);
    else
        entry->headers =
            from->headers && *from->headers ? arena_strdup(arena, from->headers) : "{}";
    block->bytes += arena_bytes(arena) - before;
    journal->bytes += arena_bytes(arena) - before;
    if (journal->watch)
        journal->watch(journal->watch_arg, entry);
    return entry->n;
}

void journal_watch(struct journal *journal, void (*watch)(void *arg, const struct sim_entry *entry),
                   void *arg)
{
    journal->watch = watch;
    journal->watch_arg = arg;
}

size_t journal_count(const struct journal *journal)
{
    if (journal->block_count == 0)
        return 0;
    return (journal->block_count - 1) * BLOCK_ENTRIES +
           journal->blocks[journal->block_count - 1]->count;
}

static void unpack_headers(struct record *record, struct arena *arena)
{
    struct http_header *headers =
        arena_alloc(arena, (record->packed_count + 1) * sizeof(headers[0]));
    struct buf json = BUF_INIT;
    const char *at = record->packed;

    for (size_t i = 0; i < record->packed_count; i++) {
        headers[i].name = at;
        headers[i].value = at + strlen(at) + 1;
        at = headers[i].value + strlen(headers[i].value) + 1;
    }
    journal_headers_json(&json, headers);
    record->entry.headers = buf_copy(&json, arena);
    record->packed = NULL;
    buf_release(&json);
}

const struct sim_entry *journal_at(struct journal *journal, size_t index)
{
    struct block *block = journal->blocks[index / BLOCK_ENTRIES];
    struct record *record = &block->records[index % BLOCK_ENTRIES];

    ASSERT(index < journal_count(journal));
    if (record->packed)
        unpack_headers(record, block->arena);
    return &record->entry;
}

/* ---- as JSON ---- */

/* Bytes of the UTF-8 character at `text`, 0 if there is none. */
static size_t utf8_size(const unsigned char *text, size_t size)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max, size;
    } forms[] = {
        {0x01, 0x7F, 0x00, 0xFF, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (text[0] < forms[i].first_min || text[0] > forms[i].first_max || size < forms[i].size)
            continue;
        if (forms[i].size > 1 && (text[1] < forms[i].second_min || text[1] > forms[i].second_max))
            return 0;
        for (size_t k = 2; k < forms[i].size; k++) {
            if ((text[k] & 0xC0) != 0x80)
                return 0;
        }
        return forms[i].size;
    }
    return 0;
}

/* A JSON string of any bytes: what JSON or UTF-8 has no place for becomes U+FFFD. */
static void quote(struct buf *buf, const char *bytes, size_t size)
{
    const unsigned char *text = (const unsigned char *)bytes;

    buf_putc(buf, '"');
    for (size_t i = 0; i < size;) {
        const size_t step = utf8_size(text + i, size - i);

        if (step == 0)
            buf_puts(buf, "\xEF\xBF\xBD");
        else if (text[i] == '"' || text[i] == '\\')
            buf_printf(buf, "\\%c", text[i]);
        else if (text[i] == '\n')
            buf_puts(buf, "\\n");
        else if (text[i] < 0x20)
            buf_printf(buf, "\\u%04x", text[i]);
        else
            buf_add(buf, text + i, step);
        i += step ? step : 1;
    }
    buf_putc(buf, '"');
}

static bool is_first_of_name(const struct http_header *headers, const struct http_header *header)
{
    for (const struct http_header *h = headers; h < header; h++) {
        if (strcasecmp(h->name, header->name) == 0)
            return false;
    }
    return true;
}

void journal_headers_json(struct buf *buf, const struct http_header *headers)
{
    struct buf value = BUF_INIT;

    buf_putc(buf, '{');
    for (const struct http_header *header = headers; header->name; header++) {
        if (!is_first_of_name(headers, header))
            continue;
        buf_clear(&value);
        buf_puts(&value, header->value);
        for (const struct http_header *h = header + 1; h->name; h++) {
            if (strcasecmp(h->name, header->name) == 0)
                buf_printf(&value, ", %s", h->value);
        }
        if (strcasecmp(header->name, "Authorization") == 0) {
            buf_clear(&value);
            buf_puts(&value, "(hidden)");
        }
        if (header > headers)
            buf_putc(buf, ',');
        quote(buf, header->name, strlen(header->name));
        buf_putc(buf, ':');
        quote(buf, buf_text(&value), value.size);
    }
    buf_putc(buf, '}');
    buf_release(&value);
}

static void write_text(struct buf *buf, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    buf_printf(buf, ",\"%s\":", name);
    quote(buf, text, strlen(text));
}

static void write_number(struct buf *buf, const char *name, uint64_t number)
{
    if (number)
        buf_printf(buf, ",\"%s\":%llu", name, (unsigned long long)number);
}

void journal_write_line(struct buf *buf, const struct sim_entry *entry)
{
    buf_printf(buf, "{\"n\":%llu,\"at\":%llu", (unsigned long long)entry->n,
               (unsigned long long)entry->at_us);
    write_text(buf, "kind", sim_kind_name(entry->kind));
    write_number(buf, "exchange", entry->exchange);
    write_text(buf, "interaction", entry->interaction);
    write_text(buf, "method", entry->method);
    write_text(buf, "url", entry->url);
    if (entry->headers && strcmp(entry->headers, "{}") != 0)
        buf_printf(buf, ",\"headers\":%s", entry->headers);
    if (entry->body) {
        buf_puts(buf, ",\"body\":");
        quote(buf, entry->body, entry->body_size);
    }
    write_text(buf, "guard", entry->guard);
    write_text(buf, "actor", entry->actor);
    write_text(buf, "intent", entry->intent);
    write_text(buf, "correlation", entry->correlation);
    write_text(buf, "reference", entry->reference);
    write_text(buf, "version", entry->version);
    write_number(buf, "ordinal", entry->ordinal);
    write_number(buf, "commit", entry->commit);
    write_number(buf, "status", (uint64_t)entry->status);
    write_text(buf, "fault", entry->fault);
    write_text(buf, "what", entry->what);
    write_number(buf, "of", entry->of);
    buf_puts(buf, "}\n");
}
