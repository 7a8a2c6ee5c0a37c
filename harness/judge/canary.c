/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canary - a table says which members of which elements hold names, numbers and notes; a walk over every content of the
 * run gathers them. Looked up by their first bytes, so that a search is one pass over the text.
 */
#include "harness/judge/canary.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/json.h"
#include "harness/judge/facts.h"

#define SIZE_MIN  5u  /* a shorter one stands in other words by chance */
#define SIZE_MAX_ 32u /* of a long note */
#define TOKEN_MIN 8u

/* `member` in `parent` (NULL: anywhere), of a person alone or of any resource. */
static const struct {
    const char *member, *parent, *what;
    bool is_of_person, is_word;
} places[] = {
    {"family", NULL, "a name", false, true},
    {"given", NULL, "a name", false, true},
    {"text", "name", "a name", false, true},
    {"value", "telecom", "a number", false, true},
    {"value", "identifier", "a number", true, true},
    {"line", "address", "an address", false, true},
    {"text", "address", "an address", false, true},
    {"text", "note", "a note", false, false},
    {"text", "dosageInstruction", "a note", false, false},
    {"div", "text", "a note", false, false},
    {"comment", NULL, "a note", false, false},
    {"conclusion", NULL, "a note", false, false},
    {"description", NULL, "a note", false, false},
    {"patientInstruction", NULL, "a note", false, false},
    {"valueString", NULL, "a note", false, false},
};

static bool is_person(const char *type)
{
    static const char *const persons[] = {"Patient", "Person", "RelatedPerson", "Practitioner"};

    for (size_t i = 0; type && i < COUNT_OF(persons); i++)
        if (strcmp(type, persons[i]) == 0)
            return true;
    return false;
}

/* ---- gathering ---- */

static void add(struct canaries *canaries, const char *text, size_t size, const char *what,
                bool is_word)
{
    if (canaries->count == canaries->room) {
        size_t room = canaries->room ? 2 * canaries->room : 64;

        canaries->at =
            arena_grow(canaries->arena, canaries->at, canaries->room * sizeof(struct canary),
                       room * sizeof(struct canary));
        canaries->room = room;
    }
    canaries->at[canaries->count++] =
        (struct canary){.text = arena_copy(canaries->arena, text, size),
                        .size = size,
                        .what = what,
                        .is_word = is_word};
}

/* Bytes that JSON, URLs, XML and logs spell alike once they are decoded. */
static bool is_plain(char c)
{
    return isalnum((unsigned char)c) || (c && strchr(" .,:;@/_()-", c));
}

/* The longest plain run of a text, cut to what is told apart. */
static void add_text(struct canaries *canaries, const char *text, const char *what, bool is_word)
{
    const char *best = text;
    size_t best_size = 0;

    while (*text) {
        size_t size = 0;

        while (is_plain(text[size]))
            size++;
        if (size > best_size) {
            best = text;
            best_size = size;
        }
        text += size + (text[size] != '\0');
    }
    while (best_size > 0 && *best == ' ')
        best++, best_size--;
    if (best_size > SIZE_MAX_)
        best_size = SIZE_MAX_;
    while (best_size > 0 && best[best_size - 1] == ' ')
        best_size--;
    if (best_size >= SIZE_MIN)
        add(canaries, best, best_size, what, is_word);
}

static void take(struct canaries *canaries, const char *text, const char *member,
                 const char *parent, const char *type)
{
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (strcmp(places[i].member, member) != 0 || (places[i].is_of_person && !is_person(type)) ||
            (places[i].parent && strcmp(places[i].parent, parent) != 0))
            continue;
        add_text(canaries, text, places[i].what, places[i].is_word);
        return;
    }
}

/* An array's entries stand for its member. */
static void walk(struct canaries *canaries, const struct cJSON *node, const char *member,
                 const char *parent, const char *type)
{
    const char *own = json_string(node, "resourceType");
    bool is_list = cJSON_IsArray(node);
    const struct cJSON *child;

    if (json_text(node)) {
        take(canaries, json_text(node), member, parent, type);
        return;
    }
    cJSON_ArrayForEach(child, node)
    {
        walk(canaries, child, is_list ? member : child->string, is_list ? parent : member,
             own ? own : type);
    }
}

/* The last names of a path, without indexes: "/name/0/given/-" is given in name. */
static void walk_op(struct canaries *canaries, const struct cJSON *op, const char *type)
{
    const char *path = json_string(op, "path"), *names[2] = {"", ""};
    char *copy = arena_strdup(canaries->arena, path ? path : ""), *save = NULL;

    for (char *part = strtok_r(copy, "/", &save); part; part = strtok_r(NULL, "/", &save)) {
        if (part[strspn(part, "0123456789-")] == '\0')
            continue;
        names[0] = names[1];
        names[1] = part;
    }
    walk(canaries, json_get(op, "value"), names[1], names[0], type);
}

static void gather_intent(struct canaries *canaries, const struct fact_intent *intent)
{
    for (size_t i = 0; i < intent->slot_count; i++) {
        const struct fact_slot *slot = &intent->slots[i];
        const struct cJSON *op;

        if (!cJSON_IsArray(slot->content)) {
            walk(canaries, slot->content, "", "", slot->type);
            continue;
        }
        cJSON_ArrayForEach(op, slot->content)
        {
            walk_op(canaries, op, slot->type);
        }
    }
}

/* ---- what is no secret ---- */

static void put_public(struct buf *out, const char *text)
{
    buf_puts(out, text ? text : "");
    buf_putc(out, '\n');
}

static void put_intent(struct buf *out, const struct fact_intent *intent)
{
    const struct cJSON *identifier =
        json_get(json_get(intent->given->payload, "target"), "identifier");

    put_public(out, intent->given->name);
    put_public(out, intent->given->actor);
    put_public(out, intent->system);
    put_public(out, intent->event_id);
    put_public(out, intent->tenant);
    put_public(out, json_string(identifier, "value"));
    for (size_t i = 0; i < intent->key_count; i++)
        put_public(out, intent->keys[i]);
    for (size_t i = 0; i < intent->slot_count; i++) {
        put_public(out, intent->slots[i].value);
        put_public(out, intent->slots[i].reference);
    }
}

/* Everything that engines may say aloud. */
static void gather_public(struct buf *out, const struct facts *facts)
{
    put_public(out, facts->evidence->scenario);
    put_public(out, facts->evidence->engine);
    put_public(out, facts->evidence->identifier_system);
    put_public(out, facts->evidence->base);
    for (size_t i = 0; i < facts->resource_count; i++)
        put_public(out, facts->resources[i]->reference);
    for (size_t i = 0; i < facts->intent_count; i++)
        put_intent(out, facts->intents[i]);
}

static int by_text(const void *a, const void *b)
{
    const struct canary *left = a, *right = b;

    return strcmp(left->text, right->text);
}

static unsigned head_of(const char *text)
{
    return (unsigned)(unsigned char)text[0] << 8 | (unsigned char)text[1];
}

/* In order, each once, without those that are public. */
static void finish(struct canaries *canaries, const char *public)
{
    size_t kept = 0;

    if (canaries->count > 0)
        qsort(canaries->at, canaries->count, sizeof(struct canary), by_text);
    for (size_t i = 0; i < canaries->count; i++) {
        const struct canary *canary = &canaries->at[i];

        if ((kept > 0 && strcmp(canaries->at[kept - 1].text, canary->text) == 0) ||
            strstr(public, canary->text))
            continue;
        unsigned head = head_of(canary->text);
        canaries->heads[head / 8] |= (unsigned char)(1u << head % 8);
        canaries->at[kept++] = *canary;
    }
    canaries->count = kept;
}

void canaries_gather(struct canaries *out, const struct facts *facts)
{
    struct buf public = BUF_INIT;

    *out = (struct canaries){.arena = facts->arena};
    for (size_t i = 0; i < facts->resource_count; i++) {
        const struct fact_resource *resource = facts->resources[i];

        for (size_t k = 0; k < resource->version_count; k++)
            walk(out, fact_tree(resource->versions[k]), "", "", resource->type);
    }
    for (size_t i = 0; i < facts->intent_count; i++)
        gather_intent(out, facts->intents[i]);
    for (const char *const *token = facts->evidence->tokens; token && *token; token++)
        if (strlen(*token) >= TOKEN_MIN)
            add(out, *token, strlen(*token), "a token", false);
    gather_public(&public, facts);
    finish(out, buf_text(&public));
    buf_release(&public);
}

/* ---- looking ---- */

static bool is_word_at(const char *text, size_t size, size_t at, size_t length)
{
    return (at == 0 || !isalnum((unsigned char)text[at - 1])) &&
           (at + length == size || !isalnum((unsigned char)text[at + length]));
}

/* Any that begins here: those with the same first bytes stand together. */
static const struct canary *find_at(const struct canaries *canaries, const char *text, size_t size,
                                    size_t at)
{
    size_t low = 0, high = canaries->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(canaries->at[middle].text, text + at, SIZE_MIN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < canaries->count && strncmp(canaries->at[low].text, text + at, SIZE_MIN) == 0;
         low++) {
        const struct canary *canary = &canaries->at[low];

        if (size - at >= canary->size && memcmp(canary->text, text + at, canary->size) == 0 &&
            (!canary->is_word || is_word_at(text, size, at, canary->size)))
            return canary;
    }
    return NULL;
}

static const struct canary *find_plain(const struct canaries *canaries, const char *text,
                                       size_t size)
{
    for (size_t i = 0; i + SIZE_MIN <= size; i++) {
        unsigned head = head_of(text + i);
        const struct canary *found =
            canaries->heads[head / 8] & 1u << head % 8 ? find_at(canaries, text, size, i) : NULL;

        if (found)
            return found;
    }
    return NULL;
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

static const struct canary *find_percent(const struct canaries *canaries, const char *text,
                                         size_t size)
{
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < size; i++) {
        int high = text[i] == '%' && i + 2 < size ? hex_of(text[i + 1]) : -1;
        int low = high >= 0 ? hex_of(text[i + 2]) : -1;

        buf_putc(&out, low >= 0 ? (char)(high << 4 | low) : text[i] == '+' ? ' ' : text[i]);
        i += low >= 0 ? 2 : 0;
    }
    const struct canary *found = find_plain(canaries, buf_text(&out), out.size);
    buf_release(&out);
    return found;
}

static int sextet_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* One run of base64 letters, as if it began at this letter. */
static const struct canary *find_decoded(const struct canaries *canaries, const char *run,
                                         size_t size)
{
    struct buf out = BUF_INIT;
    unsigned bits = 0, held = 0;

    for (size_t i = 0; i < size; i++) {
        held = held << 6 | (unsigned)sextet_of(run[i]);
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        buf_putc(&out, (char)(held >> bits & 0xff));
    }
    const struct canary *found = find_plain(canaries, buf_text(&out), out.size);
    buf_release(&out);
    return found;
}

static const struct canary *find_base64(const struct canaries *canaries, const char *text,
                                        size_t size)
{
    for (size_t i = 0; i < size;) {
        const struct canary *found = NULL;
        size_t run = 0;

        while (i + run < size && sextet_of(text[i + run]) >= 0)
            run++;
        for (size_t skip = 0; skip < 4 && run >= skip + 4 * SIZE_MIN / 3 && !found; skip++)
            found = find_decoded(canaries, text + i + skip, run - skip);
        if (found)
            return found;
        i += run + 1;
    }
    return NULL;
}

const struct canary *canaries_find(const struct canaries *canaries, const char *text, size_t size)
{
    const struct canary *found = find_plain(canaries, text, size);

    if (!found && (memchr(text, '%', size) || memchr(text, '+', size)))
        found = find_percent(canaries, text, size);
    return found ? found : find_base64(canaries, text, size);
}
