/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence - to disk and back. Bodies are strings, byte for byte; one that is not UTF-8, or has a NUL in it, is
 * base64. Other texts that are not UTF-8 (an engine's odd URL) are written with U+FFFD for what is not.
 *
 * Numbers of entries are the order of the journal: a file whose entries are not 1, 2, 3 ... is refused.
 */
#include "harness/evidence.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "harness/evidence_form.h"
#include "harness/scenario/scenario_form.h"

/* ---- bytes ---- */

/* How many bytes the UTF-8 sequence at `bytes` has; 0: it is none. */
static size_t utf8_size(const unsigned char *bytes, size_t left)
{
    size_t size = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    unsigned code;

    if (size == 1)
        return bytes[0] ? 1 : 0;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || size > left)
        return 0;
    code = bytes[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    if ((size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10ffff)))
        return 0;
    return code >= 0xd800 && code <= 0xdfff ? 0 : size;
}

static bool is_text(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t step = utf8_size((const unsigned char *)bytes + i, size - i);

        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

static void put_text(struct buf *buf, const char *text)
{
    size_t size = strlen(text);
    struct buf mended = BUF_INIT;

    if (is_text(text, size)) {
        json_quote(buf, text);
        return;
    }
    for (size_t i = 0; i < size;) {
        size_t step = utf8_size((const unsigned char *)text + i, size - i);

        if (step)
            buf_add(&mended, text + i, step);
        else
            buf_puts(&mended, "\xef\xbf\xbd");
        i += step ? step : 1;
    }
    json_quote(buf, buf_text(&mended));
    buf_release(&mended);
}

static void put_base64(struct buf *buf, const char *bytes, size_t size)
{
    char *text = malloc(4 * ((size + 2) / 3) + 1);

    if (!text)
        BUG("out of memory");
    (void)EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes, (int)size);
    buf_printf(buf, "\"%s\"", text);
    free(text);
}

/* ,"name":"text" or ,"nameBase64":"..." */
static void put_bytes(struct buf *buf, const char *name, const char *bytes, size_t size)
{
    bool plain = is_text(bytes, size);

    buf_printf(buf, ",\"%s%s\":", name, plain ? "" : "Base64");
    if (plain && bytes[size] == '\0')
        json_quote(buf, bytes);
    else if (plain) {
        struct buf copy = BUF_INIT;

        buf_add(&copy, bytes, size);
        json_quote(buf, buf_text(&copy));
        buf_release(&copy);
    } else {
        put_base64(buf, bytes, size);
    }
}

/* ---- writing ---- */

static void put_member(struct buf *buf, const char *name, const char *text)
{
    buf_printf(buf, ",\n\"%s\":", name);
    put_text(buf, text ? text : "");
}

static void put_number(struct buf *buf, const char *name, unsigned long long number)
{
    buf_printf(buf, ",\"%s\":%llu", name, number);
}

static void put_flag(struct buf *buf, const char *name, bool value)
{
    buf_printf(buf, ",\"%s\":%s", name, value ? "true" : "false");
}

static void put_list(struct buf *buf, const char *name, const char *const *texts)
{
    buf_printf(buf, ",\n\"%s\":[", name);
    for (size_t i = 0; texts && texts[i]; i++) {
        buf_puts(buf, i ? "," : "");
        put_text(buf, texts[i]);
    }
    buf_puts(buf, "]");
}

static void put_guards(struct buf *buf, const struct sim_guards *guards)
{
    buf_printf(buf,
               ",\"guards\":{\"lost-update\":\"%s\",\"duplicate-create\":\"%s\","
               "\"partial-transaction\":\"%s\",\"stale-read\":\"%s\"}",
               evidence_guards[guards->lost_update], evidence_guards[guards->duplicate_create],
               evidence_guards[guards->partial_transaction], evidence_guards[guards->stale_read]);
}

static void put_head(struct buf *buf, const struct evidence *evidence)
{
    char seed[32];
    const char *parts[32] = {NULL};
    size_t count = 0;

    for (size_t i = 0; evidence_parts[i]; i++)
        if (evidence->parts & 1u << i)
            parts[count++] = evidence_parts[i];
    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)evidence->seed);
    buf_puts(buf, "{\"format\":\"" EVIDENCE_FORMAT "\"");
    put_member(buf, "scenario", evidence->scenario);
    put_member(buf, "hash", evidence->hash);
    put_member(buf, "engine", evidence->engine);
    put_member(buf, "personality", evidence->personality);
    put_member(buf, "run", evidence->run);
    put_member(buf, "seed", seed);
    put_member(buf, "replay", evidence->replay);
    put_member(buf, "settledBy", evidence->settled_by);
    put_list(buf, "parts", parts);
    put_member(buf, "base", evidence->base);
    if (evidence->listen)
        put_member(buf, "listen", evidence->listen);
    if (evidence->identifier_system)
        put_member(buf, "identifierSystem", evidence->identifier_system);
    put_list(buf, "companions", evidence->companions);
    put_list(buf, "tokens", evidence->tokens);
    put_list(buf, "sensitive", evidence->sensitive);
    buf_puts(buf, "\n");
    put_number(buf, "attemptsMax", evidence->attempts_max);
    put_number(buf, "requestsMax", evidence->requests_max);
    put_flag(buf, "dedupesBySource", evidence->dedupes_by_source);
    put_guards(buf, &evidence->guards);
    put_flag(buf, "isSettled", evidence->is_settled);
    put_flag(buf, "isRecovered", evidence->is_recovered);
}

static void put_intent(struct buf *buf, struct arena *arena, const struct evidence_intent *intent)
{
    buf_puts(buf, "\n{\"name\":");
    put_text(buf, intent->name);
    buf_puts(buf, ",\"actor\":");
    put_text(buf, intent->actor);
    buf_puts(buf, ",\"key\":");
    put_text(buf, intent->key);
    buf_puts(buf, ",\"correlation\":");
    put_text(buf, intent->correlation);
    put_flag(buf, "wasSubmitted", intent->was_submitted);
    buf_puts(buf, ",\"payload\":");
    buf_puts(buf, intent->payload ? json_print(arena, intent->payload) : "null");
    buf_puts(buf, "}");
}

static void put_version(struct buf *buf, const struct sim_version *version)
{
    buf_puts(buf, "\n{\"reference\":");
    put_text(buf, version->reference);
    buf_puts(buf, ",\"version\":");
    put_text(buf, version->version);
    put_number(buf, "ordinal", version->ordinal);
    put_number(buf, "commit", version->commit);
    put_flag(buf, "isDeletion", version->is_deletion);
    if (version->content)
        put_bytes(buf, "content", version->content, version->size);
    buf_puts(buf, "}");
}

/* The texts of an entry, by name; evidence_form's order is for people only. */
static const struct {
    const char *name;
    size_t offset;
} entry_texts[] = {
    {"interaction", offsetof(struct sim_entry, interaction)},
    {"method", offsetof(struct sim_entry, method)},
    {"url", offsetof(struct sim_entry, url)},
    {"guard", offsetof(struct sim_entry, guard)},
    {"actor", offsetof(struct sim_entry, actor)},
    {"intent", offsetof(struct sim_entry, intent)},
    {"correlation", offsetof(struct sim_entry, correlation)},
    {"reference", offsetof(struct sim_entry, reference)},
    {"version", offsetof(struct sim_entry, version)},
    {"fault", offsetof(struct sim_entry, fault)},
    {"what", offsetof(struct sim_entry, what)},
};

static const char *text_at(const struct sim_entry *entry, size_t offset)
{
    const char *text;

    memcpy(&text, (const char *)entry + offset, sizeof(text));
    return text;
}

static void put_entry(struct buf *buf, struct arena *arena, const struct sim_entry *entry)
{
    const struct {
        const char *name;
        unsigned long long number;
    } numbers[] = {{"exchange", entry->exchange},
                   {"ordinal", entry->ordinal},
                   {"commit", entry->commit},
                   {"status", (unsigned long long)(entry->status > 0 ? entry->status : 0)},
                   {"of", entry->of}};
    struct err ignored = ERR_INIT;

    buf_printf(buf, "\n{\"n\":%llu,\"at\":%llu,\"kind\":\"%s\"", (unsigned long long)entry->n,
               (unsigned long long)entry->at_us, sim_kind_name(entry->kind));
    for (size_t i = 0; i < COUNT_OF(entry_texts); i++) {
        const char *text = text_at(entry, entry_texts[i].offset);

        if (!text || !*text)
            continue;
        buf_printf(buf, ",\"%s\":", entry_texts[i].name);
        put_text(buf, text);
    }
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (numbers[i].number)
            put_number(buf, numbers[i].name, numbers[i].number);
    if (entry->headers && strlen(entry->headers) > 2 &&
        json_parse(arena, entry->headers, strlen(entry->headers), &ignored))
        buf_printf(buf, ",\"headers\":%s", entry->headers);
    if (entry->body)
        put_bytes(buf, "body", entry->body, entry->body_size);
    buf_puts(buf, "}");
}

int evidence_write(const struct evidence *evidence, const char *path, struct err *err)
{
    struct arena *arena = arena_new();
    struct buf buf = BUF_INIT;

    put_head(&buf, evidence);
    if (evidence->expect) {
        buf_puts(&buf, ",\n\"expect\":");
        buf_puts(&buf, json_print(arena, evidence->expect));
    }
    buf_puts(&buf, ",\n\"intents\":[");
    for (size_t i = 0; i < evidence->intent_count; i++) {
        buf_puts(&buf, i ? "," : "");
        put_intent(&buf, arena, &evidence->intents[i]);
    }
    buf_puts(&buf, "],\n\"chart\":[");
    for (size_t i = 0; i < evidence->chart_count; i++) {
        buf_puts(&buf, i ? "," : "");
        put_version(&buf, &evidence->chart[i]);
    }
    buf_puts(&buf, "],\n\"journal\":[");
    for (size_t i = 0; i < evidence->entry_count; i++) {
        buf_puts(&buf, i ? "," : "");
        put_entry(&buf, arena, evidence->entries[i]);
    }
    buf_puts(&buf, "]}\n");
    int rc = buf_write_file(&buf, path, err);
    buf_release(&buf);
    arena_free(arena);
    return rc;
}

/* ---- reading ---- */

/* The text of a member, "" where absent. */
static const char *text_of(const struct cJSON *object, const char *name)
{
    const char *text = json_string(object, name);

    return text ? text : "";
}

static unsigned long long number_of(const struct cJSON *object, const char *name)
{
    long long number = json_integer(object, name, 0);

    return number > 0 ? (unsigned long long)number : 0;
}

static const char *const *texts_of(struct arena *arena, const struct cJSON *array)
{
    const char **texts = arena_alloc(arena, (json_count(array) + 1) * sizeof(*texts));
    const struct cJSON *item;
    size_t count = 0;

    cJSON_ArrayForEach(item, array)
    {
        texts[count++] = json_text(item);
    }
    return texts;
}

/* `name` or `nameBase64`; NULL: neither. */
static int read_bytes(struct arena *arena, const struct cJSON *object, const char *name,
                      const char **out_bytes, size_t *out_size, struct err *err)
{
    const char *text = json_string(object, name);
    const char *coded = json_string(object, arena_printf(arena, "%sBase64", name));

    *out_bytes = text;
    *out_size = text ? strlen(text) : 0;
    if (text || !coded)
        return 0;
    size_t size = strlen(coded);
    unsigned char *bytes = arena_alloc(arena, size + 1);
    int decoded =
        size % 4 == 0 ? EVP_DecodeBlock(bytes, (const unsigned char *)coded, (int)size) : -1;
    if (decoded < 0)
        return err_set(err, ERR_INPUT, "expected base64");
    for (size_t i = size; i > 0 && coded[i - 1] == '=' && decoded > 0; i--)
        decoded--; /* the padding is counted */
    bytes[decoded] = '\0';
    *out_bytes = (const char *)bytes;
    *out_size = (size_t)decoded;
    return 0;
}

static bool kind_of(const char *name, enum sim_kind *out_kind)
{
    for (int kind = SIM_ARRIVED; kind <= SIM_NOTIFIED; kind++) {
        *out_kind = (enum sim_kind)kind;
        if (strcmp(sim_kind_name(*out_kind), name) == 0)
            return true;
    }
    return false;
}

static int read_entry(struct arena *arena, const struct cJSON *from, uint64_t n,
                      struct sim_entry *out, struct err *err)
{
    const struct cJSON *headers = json_get(from, "headers");

    if (number_of(from, "n") != n)
        return err_set(err, ERR_INPUT, "/n: expected %llu: entries are numbered from 1",
                       (unsigned long long)n);
    if (!kind_of(text_of(from, "kind"), &out->kind))
        return err_set(err, ERR_INPUT, "/kind: expected a kind of journal entry");
    out->n = n;
    out->at_us = number_of(from, "at");
    for (size_t i = 0; i < COUNT_OF(entry_texts); i++) {
        const char *text = text_of(from, entry_texts[i].name);

        memcpy((char *)out + entry_texts[i].offset, &text, sizeof(text));
    }
    out->exchange = number_of(from, "exchange");
    out->ordinal = (unsigned)number_of(from, "ordinal");
    out->commit = (unsigned)number_of(from, "commit");
    out->status = (int)(number_of(from, "status") % 100000);
    out->of = number_of(from, "of");
    out->headers = headers ? json_print(arena, headers) : "{}";
    if (read_bytes(arena, from, "body", &out->body, &out->body_size, err))
        return err_context(err, "/body");
    return 0;
}

static int read_journal(struct evidence *out, struct arena *arena, const struct cJSON *journal,
                        struct err *err)
{
    size_t count = json_count(journal), i = 0;
    struct sim_entry *entries = arena_alloc(arena, (count + 1) * sizeof(*entries));
    const struct cJSON *from;

    out->entries = arena_alloc(arena, (count + 1) * sizeof(struct sim_entry *));
    cJSON_ArrayForEach(from, journal)
    {
        if (read_entry(arena, from, i + 1, &entries[i], err))
            return err_context(err, "/journal/%zu", i);
        out->entries[i] = &entries[i];
        i++;
    }
    out->entry_count = count;
    return 0;
}

static int read_chart(struct evidence *out, struct arena *arena, const struct cJSON *chart,
                      struct err *err)
{
    const struct cJSON *from;

    out->chart = arena_alloc(arena, (json_count(chart) + 1) * sizeof(*out->chart));
    cJSON_ArrayForEach(from, chart)
    {
        struct sim_version *version = &out->chart[out->chart_count];

        *version = (struct sim_version){
            .reference = text_of(from, "reference"),
            .version = text_of(from, "version"),
            .ordinal = (unsigned)number_of(from, "ordinal"),
            .commit = (unsigned)number_of(from, "commit"),
            .is_deletion = json_flag(from, "isDeletion", false),
        };
        if (read_bytes(arena, from, "content", &version->content, &version->size, err))
            return err_context(err, "/chart/%zu/content", out->chart_count);
        out->chart_count++;
    }
    return 0;
}

static void read_intents(struct evidence *out, struct arena *arena, const struct cJSON *intents)
{
    const struct cJSON *from;

    out->intents = arena_alloc(arena, (json_count(intents) + 1) * sizeof(*out->intents));
    cJSON_ArrayForEach(from, intents)
    {
        const struct cJSON *payload = json_get(from, "payload");

        out->intents[out->intent_count++] = (struct evidence_intent){
            .name = text_of(from, "name"),
            .actor = text_of(from, "actor"),
            .key = text_of(from, "key"),
            .correlation = text_of(from, "correlation"),
            .was_submitted = json_flag(from, "wasSubmitted", false),
            .payload = cJSON_IsNull(payload) ? NULL : payload,
        };
    }
}

unsigned evidence_parts_read(const struct cJSON *parts)
{
    unsigned bits = 0;
    const struct cJSON *part;

    cJSON_ArrayForEach(part, parts)
    {
        for (size_t i = 0; evidence_parts[i]; i++)
            if (strcmp(json_text(part), evidence_parts[i]) == 0)
                bits |= 1u << i;
    }
    return bits;
}

/* Evidence that says nothing of a hazard is of a server where it can be prevented. */
static enum sim_guard read_guard(const struct cJSON *guards, const char *hazard)
{
    const char *text = text_of(guards, hazard);

    for (size_t i = 0; evidence_guards[i]; i++)
        if (strcmp(text, evidence_guards[i]) == 0)
            return (enum sim_guard)i;
    return SIM_PREVENT;
}

static void read_head(struct evidence *out, struct arena *arena, const struct cJSON *tree)
{
    const struct cJSON *guards = json_get(tree, "guards");

    *out = (struct evidence){
        .scenario = text_of(tree, "scenario"),
        .hash = text_of(tree, "hash"),
        .engine = text_of(tree, "engine"),
        .personality = text_of(tree, "personality"),
        .run = text_of(tree, "run"),
        .seed = strtoull(text_of(tree, "seed"), NULL, 10),
        .replay = text_of(tree, "replay"),
        .settled_by = text_of(tree, "settledBy"),
        .parts = evidence_parts_read(json_get(tree, "parts")),
        .base = text_of(tree, "base"),
        .listen = json_string(tree, "listen"),
        .identifier_system = json_string(tree, "identifierSystem"),
        .companions = texts_of(arena, json_get(tree, "companions")),
        .sensitive = texts_of(arena, json_get(tree, "sensitive")),
        .tokens = texts_of(arena, json_get(tree, "tokens")),
        .attempts_max = (unsigned)number_of(tree, "attemptsMax"),
        .requests_max = (unsigned)number_of(tree, "requestsMax"),
        .dedupes_by_source = json_flag(tree, "dedupesBySource", false),
        .guards = {.lost_update = read_guard(guards, "lost-update"),
                   .duplicate_create = read_guard(guards, "duplicate-create"),
                   .partial_transaction = read_guard(guards, "partial-transaction"),
                   .stale_read = read_guard(guards, "stale-read")},
        .is_settled = json_flag(tree, "isSettled", false),
        .is_recovered = json_flag(tree, "isRecovered", false),
        .expect = json_get(tree, "expect"),
    };
}

static int read_tree(struct evidence *out, struct arena *arena, const struct cJSON *tree,
                     struct err *err)
{
    if (!cJSON_IsObject(tree))
        return err_set(err, ERR_INPUT, "expected an object, found %s", json_type_name(tree));
    if (shape_check(arena, &evidence_form, tree, "", err))
        return -1;
    read_head(out, arena, tree);
    if (out->expect && shape_check(arena, &scenario_expect_form, out->expect, "/expect", err))
        return -1;
    read_intents(out, arena, json_get(tree, "intents"));
    if (read_chart(out, arena, json_get(tree, "chart"), err))
        return -1;
    return read_journal(out, arena, json_get(tree, "journal"), err);
}

int evidence_parse(struct evidence *out, struct arena *arena, const char *text, size_t size,
                   struct err *err)
{
    const struct cJSON *tree = json_parse(arena, text, size, err);

    return tree ? read_tree(out, arena, tree, err) : -1;
}

int evidence_read(struct evidence *out, struct arena *arena, const char *path, struct err *err)
{
    const struct cJSON *tree = json_parse_file(arena, path, err);

    if (!tree)
        return -1;
    return read_tree(out, arena, tree, err) ? err_context(err, "%s", path) : 0;
}
