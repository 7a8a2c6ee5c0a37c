/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts_wire - exchanges, the writing acts in them, and what the replies let the engine know.
 *
 * An exchange of which no `arrived` is known, or that an `edit` made, is none of the engine's and is left out.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "fhir/document.h"
#include "harness/judge/facts.h"
#include "harness/judge/facts_build.h"
#include "harness/judge/names.h"

static const char *text_or(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

const struct cJSON *fact_patch_in(struct arena *arena, const struct cJSON *binary)
{
    const char *data = json_string(binary, "data");
    struct err err = ERR_INIT;

    if (!data || strlen(data) > LIMIT_JSON_BYTES || strlen(data) % 4 != 0)
        return NULL;
    unsigned char *bytes = arena_alloc(arena, strlen(data) + 1);
    int size = EVP_DecodeBlock(bytes, (const unsigned char *)data, (int)strlen(data));
    for (size_t i = strlen(data); size > 0 && i > 0 && data[i - 1] == '='; i--)
        size--; /* it counts the padding */
    if (size <= 0)
        return NULL;
    const struct cJSON *patch = json_parse(arena, (const char *)bytes, (size_t)size, &err);
    return cJSON_IsArray(patch) ? patch : NULL;
}

/* ---- exchanges from entries ---- */

static int by_number(const void *a, const void *b)
{
    uint64_t left = (*(const struct sim_entry *const *)a)->exchange;
    uint64_t right = (*(const struct sim_entry *const *)b)->exchange;
    uint64_t first = (*(const struct sim_entry *const *)a)->n;
    uint64_t second = (*(const struct sim_entry *const *)b)->n;

    if (left != right)
        return (left > right) - (left < right);
    return (first > second) - (first < second);
}

static void take_entry(struct facts_builder *builder, struct fact_exchange *exchange,
                       struct facts_list *faults, const struct sim_entry *entry)
{
    switch (entry->kind) {
    case SIM_ARRIVED:
        if (!exchange->arrived)
            exchange->arrived = entry;
        break;
    case SIM_REPLIED:
        if (!exchange->replied && !exchange->hung_up && entry->status > 0)
            exchange->replied = entry;
        break;
    case SIM_HUNG_UP:
        if (!exchange->hung_up)
            exchange->hung_up = entry;
        break;
    case SIM_FAULT:
        facts_list_add(builder->arena, faults, entry);
        break;
    case SIM_COMMITTED:
    case SIM_EDIT:
    case SIM_SAID:
    case SIM_PROCESS:
    case SIM_NOTIFIED:
        break;
    }
}

/* When the engine was done with it: the reply, or the last sign that none comes, or its own end. */
static uint64_t ended_at(const struct facts *facts, const struct fact_exchange *exchange)
{
    if (exchange->replied)
        return exchange->replied->n;
    if (exchange->hung_up)
        return exchange->hung_up->n;
    for (size_t i = 0; i < facts->process_count; i++) {
        const struct sim_entry *process = facts->processes[i];

        if (process->n > exchange->arrived->n &&
            (process_is(process, "kill") || process_is(process, "exited")))
            return process->n;
    }
    return exchange->fault_count ? exchange->faults[exchange->fault_count - 1]->n : 0;
}

static struct fact_guard guard_of(struct arena *arena, enum fact_guard_kind kind, const char *value)
{
    struct fact_guard guard = {.kind = kind, .text = value};
    bool is_weak;

    if (kind != GUARD_IF_MATCH)
        return guard;
    if (strcmp(value, "*") == 0)
        guard.label = "*";
    else if (!etag_parse(arena, value, &guard.label, &is_weak))
        guard.label = NULL;
    return guard;
}

/* The journal writes several conditions as "If-Match: x; If-None-Exist: y". */
static const char *condition_in(struct arena *arena, const char *guard, const char *name)
{
    static const char next[] = "; If-";
    size_t size = strlen(name);

    while (strncasecmp(guard, name, size) != 0 || guard[size] != ':') {
        guard = strstr(guard, next);
        if (!guard)
            return NULL;
        guard += strlen("; ");
    }
    const char *value = guard + size + 1 + strspn(guard + size + 1, " ");
    const char *end = strstr(value, next);
    return arena_copy(arena, value, end ? (size_t)(end - value) : strlen(value));
}

static struct fact_guard header_guard(const struct facts *facts, const struct sim_entry *arrived)
{
    static const struct {
        const char *name;
        enum fact_guard_kind kind;
    } rows[] = {{"If-Match", GUARD_IF_MATCH},
                {"If-None-Match", GUARD_IF_NONE_MATCH},
                {"If-None-Exist", GUARD_IF_NONE_EXIST}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *value = condition_in(facts->arena, arrived->guard, rows[i].name);

        if (!value)
            value = facts_header(facts, arrived, rows[i].name);
        if (value)
            return guard_of(facts->arena, rows[i].kind, value);
    }
    return (struct fact_guard){.kind = GUARD_NONE};
}

static struct fact_guard entry_guard(const struct facts *facts, const struct cJSON *request)
{
    static const struct {
        const char *name;
        enum fact_guard_kind kind;
    } rows[] = {{"ifMatch", GUARD_IF_MATCH},
                {"ifNoneMatch", GUARD_IF_NONE_MATCH},
                {"ifNoneExist", GUARD_IF_NONE_EXIST}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (json_string(request, rows[i].name))
            return guard_of(facts->arena, rows[i].kind, json_string(request, rows[i].name));
    return (struct fact_guard){.kind = GUARD_NONE};
}

static void set_target(struct fact_write *write, const struct fact_url *url)
{
    write->type = url->type;
    write->reference = url->is_special || write->method == METHOD_POST ? NULL : url->reference;
    write->query = url->query;
}

static void simple_write(struct facts_builder *builder, struct fact_exchange *exchange,
                         const struct fact_url *url)
{
    struct fact_write *write = exchange->writes = arena_alloc(builder->arena, sizeof(*write));

    exchange->write_count = 1;
    write->exchange = exchange;
    write->method = fact_method_of(exchange->arrived->method);
    write->guard = header_guard(builder->facts, exchange->arrived);
    write->body = write->method == METHOD_DELETE ? NULL : fact_request(exchange);
    set_target(write, url);
}

static void bundle_writes(struct facts_builder *builder, struct fact_exchange *exchange)
{
    const struct cJSON *entries = json_get(fact_request(exchange), "entry"), *entry;
    size_t position = 0;

    exchange->writes =
        arena_alloc(builder->arena, (json_count(entries) + 1) * sizeof(*exchange->writes));
    cJSON_ArrayForEach(entry, entries)
    {
        const struct cJSON *request = json_get(entry, "request");
        const struct cJSON *resource = json_get(entry, "resource");
        struct fact_url url =
            fact_url_parse(builder->facts, text_or(json_string(request, "url"), ""));
        struct fact_write *write = &exchange->writes[exchange->write_count];
        enum fact_method method = fact_method_of(json_string(request, "method"));

        if (method == METHOD_OTHER ||
            (method == METHOD_POST && strstr(text_or(url.reference, ""), "/_search"))) {
            position++;
            continue;
        }
        *write = (struct fact_write){
            .exchange = exchange,
            .entry = position++,
            .method = method,
            .full_url = json_string(entry, "fullUrl"),
            .guard = entry_guard(builder->facts, request),
            .body = method == METHOD_DELETE  ? NULL
                    : method == METHOD_PATCH ? fact_patch_in(builder->arena, resource)
                                             : resource,
        };
        set_target(write, &url);
        exchange->write_count++;
    }
}

static void fill_exchange(struct facts_builder *builder, struct fact_exchange *exchange)
{
    const struct sim_entry *arrived = exchange->arrived, *replied = exchange->replied;
    struct fact_url url = fact_url_parse(builder->facts, arrived->url);
    bool is_post = strcmp(arrived->method, "POST") == 0;

    exchange->reference = arrived->reference;
    exchange->request = fact_parsed_new(builder->arena, arrived->body, arrived->body_size);
    exchange->reply = fact_parsed_new(builder->arena, replied ? replied->body : NULL,
                                      replied ? replied->body_size : 0);
    exchange->reply_headers = facts_headers(builder->facts, replied);
    exchange->is_bundle = is_post && !url.type;
    if (exchange->is_bundle)
        bundle_writes(builder, exchange);
    else if (fact_method_of(arrived->method) != METHOD_OTHER && url.type &&
             !(is_post && (url.is_special || url.id)))
        simple_write(builder, exchange, &url);
    exchange->is_write = exchange->write_count > 0;
    exchange->ended = ended_at(builder->facts, exchange);
    const struct name *named =
        *arrived->correlation ? names_find(builder->correlations, arrived->correlation) : NULL;
    if (named)
        exchange->correlated = &builder->intents[named->last->value];
    exchange->intent = exchange->correlated;
}

/* ---- what replies let the engine know ---- */

struct learned {
    size_t version; /* index in builder->versions */
    struct fact_receipt receipt;
};

struct learning {
    struct facts_builder *builder;
    struct fact_exchange *exchange;
    struct fact_exchange
        *asked; /* what its reply answers: itself, or the write that a poll is about */
    struct learned *items;
    size_t count, capacity;
};

static void learn(struct learning *learning, const char *reference, const char *label, bool is_full)
{
    struct facts_builder *builder = learning->builder;
    uint64_t n = learning->exchange->replied->n;
    const struct fact_version *version = facts_version(builder->facts, reference, label, n);

    if (!version)
        return;
    if (learning->count == learning->capacity) {
        size_t capacity = learning->capacity ? 2 * learning->capacity : 64;

        learning->items =
            arena_grow(builder->arena, learning->items, learning->count * sizeof(*learning->items),
                       capacity * sizeof(*learning->items));
        learning->capacity = capacity;
    }
    learning->items[learning->count++] = (struct learned){
        .version = (size_t)(version - builder->versions),
        .receipt = {.n = n,
                    .exchange = learning->exchange,
                    .is_full = is_full,
                    .is_own_reply =
                        version->entry && version->entry->exchange == learning->asked->number},
    };
}

static bool is_subset(const struct cJSON *resource)
{
    const struct cJSON *tag;

    cJSON_ArrayForEach(tag, json_get(json_get(resource, "meta"), "tag"))
    {
        if (strcmp(text_or(json_string(tag, "code"), ""), "SUBSETTED") == 0)
            return true;
    }
    return false;
}

/* "Type/id" of a whole resource; NULL when it is none. */
static const char *resource_reference(struct facts_builder *builder, const struct cJSON *resource)
{
    const char *type = json_string(resource, "resourceType"), *id = json_string(resource, "id");

    if (!type || !id || strcmp(type, "OperationOutcome") == 0)
        return NULL;
    return arena_printf(builder->arena, "%s/%s", type, id);
}

/* A resource in a reply; true when the whole of it was there. */
static bool learn_resource(struct learning *learning, const struct cJSON *resource)
{
    const char *reference = resource_reference(learning->builder, resource);
    const char *label = json_string(json_get(resource, "meta"), "versionId");

    if (!reference || !label)
        return false;
    learn(learning, reference, label, !is_subset(resource));
    return !is_subset(resource);
}

/* What an answer vouches for, from its Location, its ETag, or the resource in it. */
static void told(struct learning *learning, const char *location, const char *etag,
                 const struct cJSON *resource, struct fact_write *write, const char *reference)
{
    struct facts_builder *builder = learning->builder;
    const char *label = NULL, *located = facts_reference(builder->facts, location, &label);
    bool is_weak;

    if (located)
        reference = located;
    if (etag && !etag_parse(builder->arena, etag, &label, &is_weak))
        label = NULL;
    if (!reference)
        reference = resource_reference(builder, resource);
    if (!label && reference && resource_reference(builder, resource))
        label = json_string(json_get(resource, "meta"), "versionId");
    if (write) {
        write->told_reference = reference;
        write->told_label = label;
    }
    if (reference && label)
        learn(learning, reference, label, false);
}

/* `is_answer`: its entries answer those of the request, one by one. */
static void learn_bundle(struct learning *learning, const struct cJSON *bundle, bool is_answer)
{
    struct facts_builder *builder = learning->builder;
    struct fact_exchange *exchange = learning->asked;
    const struct cJSON *entry;
    size_t position = 0, next = 0;

    cJSON_ArrayForEach(entry, json_get(bundle, "entry"))
    {
        const struct cJSON *response = json_get(entry, "response");
        const struct cJSON *resource = json_get(entry, "resource");
        struct fact_write *write = NULL;
        int status = atoi(text_or(json_string(response, "status"), "0"));

        if (is_answer && next < exchange->write_count && exchange->writes[next].entry == position)
            write = &exchange->writes[next++];
        position++;
        if (write)
            write->status = status;
        if (strcmp(text_or(json_string(resource, "resourceType"), ""), "Bundle") == 0)
            learn_bundle(learning, resource, false);
        else
            (void)learn_resource(learning, resource);
        if (status < 400) {
            struct fact_url url = fact_url_parse(
                builder->facts, text_or(json_string(json_get(entry, "request"), "url"), ""));

            told(learning, json_string(response, "location"), json_string(response, "etag"),
                 resource, write, write ? write->reference : url.reference);
        }
    }
}

/* A write that is answered 202 gets its answer where that says: at a poll. The write that `exchange` polls, or itself. */
static struct fact_exchange *asked_about(struct facts_builder *builder,
                                         struct fact_exchange *exchange)
{
    const char *url = exchange->arrived->url;

    if (strcmp(exchange->arrived->interaction, "poll") != 0 || !exchange->replied ||
        exchange->replied->status == 202 || exchange->replied->status == 404)
        return exchange;
    for (size_t i = 0; i < builder->exchange_count; i++) {
        struct fact_exchange *other = &builder->exchanges[i];
        const char *place = other->replied && other->replied->status == 202 && other->is_write
                                ? header_text(other->reply_headers, "Content-Location")
                                : NULL;

        if (place && strlen(place) >= strlen(url) &&
            strcmp(place + strlen(place) - strlen(url), url) == 0)
            return other;
    }
    return exchange;
}

static void learn_exchange(struct learning *learning)
{
    struct fact_exchange *exchange = learning->exchange;
    struct fact_exchange *asked = asked_about(learning->builder, exchange);
    struct facts *facts = learning->builder->facts;
    const struct sim_entry *replied = exchange->replied;
    const struct cJSON *body;

    learning->asked = asked;
    if (!replied)
        return;
    body = fact_reply(exchange);
    for (size_t i = 0; i < asked->write_count; i++)
        asked->writes[i].status = asked->is_bundle && replied->status < 300 ? 0 : replied->status;
    if (replied->status < 300 &&
        strcmp(text_or(json_string(body, "resourceType"), ""), "Bundle") == 0) {
        learn_bundle(learning, body, asked->is_bundle);
        return;
    }
    if (replied->status < 300 && learn_resource(learning, body))
        exchange->is_full_read = asked == exchange && !exchange->is_write;
    struct fact_write *write = asked->write_count == 1 && !asked->is_bundle ? asked->writes : NULL;
    if (replied->status < 300 || !write) {
        struct fact_url url = fact_url_parse(facts, exchange->arrived->url);

        told(learning, header_text(exchange->reply_headers, "Location"),
             header_text(exchange->reply_headers, "ETag"), replied->status < 300 ? body : NULL,
             write, write ? write->reference : url.reference);
    }
}

static int by_version(const void *a, const void *b)
{
    const struct learned *left = a, *right = b;

    if (left->version != right->version)
        return (left->version > right->version) - (left->version < right->version);
    return (left->receipt.n > right->receipt.n) - (left->receipt.n < right->receipt.n);
}

static void hand_out(struct facts_builder *builder, struct learning *learning)
{
    struct fact_receipt *receipts =
        arena_alloc(builder->arena, (learning->count + 1) * sizeof(*receipts));

    if (learning->count)
        qsort(learning->items, learning->count, sizeof(*learning->items), by_version);
    for (size_t i = 0; i < learning->count; i++) {
        struct fact_version *version = &builder->versions[learning->items[i].version];

        receipts[i] = learning->items[i].receipt;
        if (version->receipt_count++ == 0)
            version->receipts = &receipts[i];
    }
}

static void gather_exchanges(struct facts_builder *builder, const struct sim_entry **entries,
                             size_t count)
{
    size_t exchanges = 0;

    for (size_t i = 0; i < count; i++)
        exchanges += i == 0 || entries[i]->exchange != entries[i - 1]->exchange;
    builder->exchanges = arena_alloc(builder->arena, (exchanges + 1) * sizeof(*builder->exchanges));
    for (size_t i = 0; i < count;) {
        struct fact_exchange *exchange = &builder->exchanges[builder->exchange_count];
        struct facts_list faults = {0};
        bool is_edit = false;
        size_t end = i;

        *exchange = (struct fact_exchange){.number = entries[i]->exchange};
        for (; end < count && entries[end]->exchange == exchange->number; end++) {
            take_entry(builder, exchange, &faults, entries[end]);
            is_edit = is_edit || entries[end]->kind == SIM_EDIT;
        }
        exchange->faults = (const struct sim_entry **)faults.items;
        exchange->fault_count = faults.count;
        if (exchange->arrived && !is_edit)
            builder->exchange_count++;
        i = end;
    }
}

void facts_build_wire(struct facts_builder *builder)
{
    const struct evidence *evidence = builder->evidence;
    const struct sim_entry **entries =
        arena_alloc(builder->arena, (evidence->entry_count + 1) * sizeof(struct sim_entry *));
    struct learning learning = {.builder = builder};
    struct facts_list exchanges = {0};
    size_t count = 0;

    for (size_t i = 0; i < evidence->entry_count; i++)
        if (evidence->entries[i]->exchange)
            entries[count++] = evidence->entries[i];
    qsort(entries, count, sizeof(*entries), by_number);
    gather_exchanges(builder, entries, count);
    for (size_t i = 0; i < builder->exchange_count; i++) {
        learning.exchange = &builder->exchanges[i];
        fill_exchange(builder, learning.exchange);
        learn_exchange(&learning);
        facts_list_add(builder->arena, &exchanges, learning.exchange);
    }
    hand_out(builder, &learning);
    builder->facts->exchanges = (const struct fact_exchange *const *)exchanges.items;
    builder->facts->exchange_count = exchanges.count;
}
