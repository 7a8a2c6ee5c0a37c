/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - versions and lookups. What comes from the engine or from a file may be anything: whatever does not fit is
 * left out, nothing here fails.
 */
#include "harness/judge/facts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "harness/judge/facts_build.h"
#include "harness/judge/names.h"

void facts_list_add(struct arena *arena, struct facts_list *list, const void *item)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 4;

        list->items =
            arena_grow(arena, list->items, list->count * sizeof(void *), capacity * sizeof(void *));
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
}

/* ---- trees, made when first asked for ---- */

struct fact_parsed {
    struct arena *arena;
    const char *bytes;
    size_t size;
    bool is_done;
    const struct cJSON *tree;
};

struct fact_parsed *fact_parsed_new(struct arena *arena, const char *bytes, size_t size)
{
    struct fact_parsed *parsed = arena_alloc(arena, sizeof(*parsed));

    *parsed = (struct fact_parsed){.arena = arena, .bytes = bytes, .size = size};
    return parsed;
}

const struct cJSON *fact_parsed_tree(struct fact_parsed *parsed)
{
    struct err err = ERR_INIT;

    if (!parsed->is_done && parsed->bytes && parsed->size > 0)
        parsed->tree = json_parse(parsed->arena, parsed->bytes, parsed->size, &err);
    parsed->is_done = true;
    return parsed->tree;
}

const struct cJSON *fact_tree(const struct fact_version *version)
{
    return fact_parsed_tree(version->parsed);
}

const struct cJSON *fact_request(const struct fact_exchange *exchange)
{
    return fact_parsed_tree(exchange->request);
}

const struct cJSON *fact_reply(const struct fact_exchange *exchange)
{
    return fact_parsed_tree(exchange->reply);
}

/* ---- versions ---- */

static int by_resource(const void *a, const void *b)
{
    const struct fact_version *left = *(struct fact_version *const *)a;
    const struct fact_version *right = *(struct fact_version *const *)b;
    int order = strcmp(left->resource->reference, right->resource->reference);

    if (order == 0)
        order = (left->n > right->n) - (left->n < right->n);
    if (order == 0)
        order = (left->ordinal > right->ordinal) - (left->ordinal < right->ordinal);
    return order ? order : (left > right) - (left < right);
}

static struct fact_version *add_version(struct facts_builder *builder, const char *reference)
{
    struct fact_version *version = &builder->versions[builder->version_count++];
    struct fact_resource *name = arena_alloc(builder->arena, sizeof(*name));

    name->reference = reference; /* until resources are told apart */
    version->resource = name;
    return version;
}

static void collect_versions(struct facts_builder *builder)
{
    const struct evidence *evidence = builder->evidence;
    size_t count = evidence->chart_count;

    for (size_t i = 0; i < evidence->entry_count; i++)
        count += evidence->entries[i]->kind == SIM_COMMITTED;
    builder->versions = arena_alloc(builder->arena, (count + 1) * sizeof(*builder->versions));
    for (size_t i = 0; i < evidence->chart_count; i++) {
        const struct sim_version *loaded = &evidence->chart[i];
        struct fact_version *version = add_version(builder, loaded->reference);

        version->label = loaded->version;
        version->ordinal = loaded->ordinal;
        version->is_deletion = loaded->is_deletion || !loaded->content;
        version->content = loaded->content;
        version->size = loaded->size;
    }
    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind != SIM_COMMITTED)
            continue;
        struct fact_version *version = add_version(builder, entry->reference);
        version->label = entry->version;
        version->ordinal = entry->ordinal;
        version->commit = entry->commit;
        version->n = entry->n;
        version->entry = entry;
        version->is_deletion = !entry->body;
        version->content = entry->body;
        version->size = entry->body_size;
    }
}

/* A restore names each version that it loses; a number may be given anew later. */
static void mark_undone(struct facts_builder *builder)
{
    const struct evidence *evidence = builder->evidence;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind != SIM_FAULT || !*entry->version ||
            strncmp(entry->fault, "undo-commit", strlen("undo-commit")) != 0)
            continue;
        for (size_t k = builder->version_count; k > 0; k--) {
            struct fact_version *version = &builder->versions[k - 1];

            if (version->n < entry->n && version->commit == entry->commit && !version->undone &&
                strcmp(version->resource->reference, entry->reference) == 0) {
                version->undone = entry->n;
                break;
            }
        }
    }
}

/* Sorts the versions into resources: each gets its predecessor by commit order alone. */
static void group_versions(struct facts_builder *builder)
{
    struct arena *arena = builder->arena;
    size_t count = builder->version_count;
    const struct fact_version **sorted = arena_alloc(arena, (count + 1) * sizeof(*sorted));

    for (size_t i = 0; i < count; i++) {
        struct fact_version *version = &builder->versions[i];

        version->parsed = fact_parsed_new(arena, version->content, version->size);
        version->memo = arena_alloc(arena, sizeof(*version->memo));
        sorted[i] = version;
    }
    qsort(sorted, count, sizeof(*sorted), by_resource);
    builder->resources = arena_alloc(arena, (count + 1) * sizeof(*builder->resources));
    struct fact_resource *resource = NULL;
    const struct fact_version *pred = NULL;
    for (size_t i = 0; i < count; i++) {
        struct fact_version *version = &builder->versions[sorted[i] - builder->versions];
        const char *reference = version->resource->reference;

        if (!resource || strcmp(resource->reference, reference) != 0) {
            resource = &builder->resources[builder->resource_count++];
            resource->reference = reference;
            resource->type = arena_copy(arena, reference, strcspn(reference, "/"));
            resource->versions = &sorted[i];
            pred = NULL;
        }
        while (pred && version_was_lost(pred, version->n))
            pred = pred->pred;
        version->resource = resource;
        version->pred = pred;
        version->position = resource->version_count++;
        pred = version;
    }
}

static void index_commits(struct facts_builder *builder)
{
    struct facts_list commits = {0}, resources = {0};

    for (size_t i = 0; i < builder->version_count; i++)
        if (builder->versions[i].n)
            facts_list_add(builder->arena, &commits, &builder->versions[i]);
    struct names *names = names_new(builder->arena, builder->resource_count);
    for (size_t i = 0; i < builder->resource_count; i++) {
        facts_list_add(builder->arena, &resources, &builder->resources[i]);
        names_add(names, builder->resources[i].reference, i);
    }
    builder->facts->resource_names = names;
    builder->facts->commits = (const struct fact_version *const *)commits.items;
    builder->facts->commit_count = commits.count;
    builder->facts->resources = (const struct fact_resource *const *)resources.items;
    builder->facts->resource_count = resources.count;
}

static void index_processes(struct facts_builder *builder)
{
    const struct evidence *evidence = builder->evidence;
    struct facts *facts = builder->facts;
    struct facts_list processes = {0};

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        facts->last = entry->n;
        if (entry->kind != SIM_PROCESS || strcmp(entry->what, "step") == 0)
            continue;
        facts_list_add(builder->arena, &processes, entry);
        if (strcmp(entry->what, "recovery") == 0 && !facts->recovery)
            facts->recovery = entry->n;
        if (strcmp(entry->what, "recovered") == 0)
            facts->recovered = entry->n;
    }
    facts->processes = (const struct sim_entry *const *)processes.items;
    facts->process_count = processes.count;
}

struct facts *facts_build(const struct evidence *evidence, struct arena *arena)
{
    struct facts *facts = arena_alloc(arena, sizeof(*facts));
    struct facts_builder builder = {.arena = arena, .evidence = evidence, .facts = facts};

    facts->evidence = evidence;
    facts->arena = arena;
    collect_versions(&builder);
    mark_undone(&builder);
    group_versions(&builder);
    index_commits(&builder);
    index_processes(&builder);
    facts_build_said(&builder);
    facts_build_wire(&builder);
    facts_build_cause(&builder);
    return facts;
}

/* ---- lookups ---- */

const struct fact_resource *facts_resource(const struct facts *facts, const char *reference)
{
    const struct name *name = names_find(facts->resource_names, reference);

    return name ? facts->resources[name->value] : NULL;
}

/* How many of the resource's versions were there at n. */
static size_t versions_at(const struct fact_resource *resource, uint64_t n)
{
    size_t low = 0, high = resource ? resource->version_count : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (resource->versions[middle]->n <= n)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool version_was_lost(const struct fact_version *version, uint64_t n)
{
    return version->undone && version->undone <= n;
}

const struct fact_version *facts_current(const struct facts *facts, const char *reference,
                                         uint64_t n)
{
    const struct fact_resource *resource = facts_resource(facts, reference);
    size_t count = versions_at(resource, n);

    while (count && version_was_lost(resource->versions[count - 1], n))
        count--;
    return count ? resource->versions[count - 1] : NULL;
}

const struct fact_version *facts_version(const struct facts *facts, const char *reference,
                                         const char *label, uint64_t n)
{
    const struct fact_resource *resource = facts_resource(facts, reference);

    const struct fact_version *lost = NULL;

    for (size_t i = label ? versions_at(resource, n) : 0; i > 0; i--) {
        const struct fact_version *version = resource->versions[i - 1];

        if (strcmp(version->label, label) != 0)
            continue;
        if (!version_was_lost(version, n))
            return version;
        lost = lost ? lost : version;
    }
    return lost;
}

bool version_is_newer(const struct fact_version *a, const struct fact_version *b)
{
    return !b || (a->resource == b->resource && a->position > b->position);
}

uint64_t version_received(const struct fact_version *version, bool is_full)
{
    for (size_t i = 0; i < version->receipt_count; i++)
        if (version->receipts[i].is_full || !is_full)
            return version->receipts[i].n;
    return 0;
}

const struct fact_intent *facts_intent(const struct facts *facts, const char *name)
{
    for (size_t i = 0; name && i < facts->intent_count; i++)
        if (strcmp(facts->intents[i]->given->name, name) == 0)
            return facts->intents[i];
    return NULL;
}

bool intent_was_operated(const struct fact_intent *intent, uint64_t after, uint64_t until)
{
    for (size_t i = 0; i < intent->decision_count; i++)
        if (intent->decisions[i].asked->n > after && intent->decisions[i].asked->n <= until)
            return true;
    for (size_t i = 0; i < intent->cancel_count; i++)
        if (intent->cancels[i]->n > after && intent->cancels[i]->n <= until)
            return true;
    return intent_compensation(intent, after, until) != 0;
}

uint64_t intent_compensation(const struct fact_intent *intent, uint64_t after, uint64_t until)
{
    for (size_t i = 0; i < intent->compensation_count; i++) {
        const struct fact_compensation *compensation = &intent->compensations[i];

        if (!compensation->is_refused && compensation->asked->n > after &&
            compensation->asked->n <= until)
            return compensation->asked->n;
    }
    return 0;
}

const struct fact_decision *intent_decision(const struct fact_intent *intent, uint64_t until)
{
    for (size_t i = intent->decision_count; i > 0; i--)
        if (intent->decisions[i - 1].asked->n <= until && intent->decisions[i - 1].is_accepted)
            return &intent->decisions[i - 1];
    return NULL;
}

const struct fact_view *intent_view(const struct fact_intent *intent, uint64_t until)
{
    for (size_t i = intent->view_count; i > 0; i--)
        if (intent->views[i - 1]->n <= until)
            return intent->views[i - 1];
    return NULL;
}

bool intent_is_open(const struct facts *facts, const struct fact_intent *intent)
{
    const struct fact_view *view = intent ? intent_view(intent, facts->last) : NULL;

    return view && state_is_open(view->state);
}

bool receipt_is_torn(const struct facts *facts, const struct fact_receipt *receipt,
                     const struct fact_version *version)
{
    const char *etag = header_text(receipt->exchange->reply_headers, "ETag"), *label = NULL;
    bool is_weak;

    if (!receipt->exchange->is_full_read || !etag ||
        !etag_parse(facts->arena, etag, &label, &is_weak))
        return false;
    const struct fact_version *tagged =
        facts_version(facts, version->resource->reference, label, receipt->n);
    return tagged && tagged != version;
}

bool process_is(const struct sim_entry *entry, const char *what)
{
    size_t size = strcspn(entry->what, "@");

    return strncmp(entry->what, what, size) == 0 && what[size] == '\0';
}

bool facts_killed(const struct facts *facts, uint64_t after, uint64_t until)
{
    static const char *const ends[] = {"kill", "term", "exited"};

    for (size_t i = 0; i < facts->process_count; i++) {
        const struct sim_entry *entry = facts->processes[i];

        for (size_t k = 0; k < COUNT_OF(ends) && entry->n > after && entry->n < until; k++)
            if (process_is(entry, ends[k]))
                return true;
    }
    return false;
}

bool facts_is_companion(const struct facts *facts, const char *type)
{
    const char *const *types = facts->evidence->companions;

    for (; type && types && *types; types++)
        if (strcmp(*types, type) == 0)
            return true;
    return false;
}

bool state_is_terminal(enum fact_state state)
{
    return state == STATE_COMMITTED || state == STATE_REJECTED || state == STATE_CANCELLED ||
           state == STATE_SUPERSEDED || state == STATE_COMPENSATED;
}

bool state_is_open(enum fact_state state)
{
    return state == STATE_NEEDS_REVIEW || state == STATE_INCOMPLETE;
}

/* ---- texts ---- */

const struct cJSON *facts_headers(const struct facts *facts, const struct sim_entry *entry)
{
    struct err err = ERR_INIT;

    return entry && strlen(entry->headers) > 2
               ? json_parse(facts->arena, entry->headers, strlen(entry->headers), &err)
               : NULL;
}

const char *header_text(const struct cJSON *headers, const char *name)
{
    const struct cJSON *header;

    cJSON_ArrayForEach(header, headers)
    {
        if (header->string && strcasecmp(header->string, name) == 0)
            return json_text(header);
    }
    return NULL;
}

const char *facts_header(const struct facts *facts, const struct sim_entry *entry, const char *name)
{
    return header_text(facts_headers(facts, entry), name);
}

const char *facts_label(const struct facts *facts, const struct cJSON *said)
{
    const char *text = json_text(said) ? json_text(said) : json_number_text(said);
    const char *inside = NULL;
    bool is_weak;

    if (text && strchr(text, '"') && etag_parse(facts->arena, text, &inside, &is_weak))
        return inside;
    return text;
}

const char *facts_reference(const struct facts *facts, const char *text, const char **out_label)
{
    struct reference parts = {0};

    if (out_label)
        *out_label = NULL;
    if (!text || !reference_parse(&parts, facts->arena, text, facts->evidence->base) ||
        !parts.type || !parts.id)
        return NULL;
    if (out_label)
        *out_label = parts.version;
    return arena_printf(facts->arena, "%s/%s", parts.type, parts.id);
}

/* A refusal that speaks of a quota passes with time. */
static bool speaks_of_quota(const struct sim_entry *replied)
{
    static const char *const words[] = {"\"Retry-After\"", "throttled", "quota", "rate limit"};

    for (size_t i = 0; replied && i < COUNT_OF(words); i++)
        if (strcasestr(replied->headers, words[i]) ||
            (replied->body && strcasestr(replied->body, words[i])))
            return true;
    return false;
}

bool reply_is_permanent(const struct sim_entry *replied, int status)
{
    static const int permanent[] = {400, 404, 405, 410, 413, 415, 422};

    for (size_t i = 0; i < COUNT_OF(permanent); i++)
        if (status == permanent[i])
            return true;
    return status == 403 && !speaks_of_quota(replied);
}

static bool text_names_conflict(const char *text)
{
    static const char *const words[] = {
        "conflict", "precondition", "stale",    "concurren",      "if-match", "changed", "modified",
        "newer",    "moved on",     "outdated", "already exists", "409",      "412",     "428"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

bool tree_names_conflict(const struct cJSON *tree)
{
    const struct cJSON *child;
    const char *text = json_text(tree) ? json_text(tree) : json_number_text(tree);

    if (text)
        return text_names_conflict(text);
    cJSON_ArrayForEach(child, tree)
    {
        if (tree_names_conflict(child))
            return true;
    }
    return false;
}

/* ---- urls ---- */

static char *percent_decoded(struct arena *arena, const char *text, size_t size)
{
    char *out = arena_alloc(arena, size + 1);
    size_t used = 0;

    for (size_t i = 0; i < size; i++) {
        char digits[3] = {0};

        if (text[i] == '%' && i + 2 < size && isxdigit((unsigned char)text[i + 1]) &&
            isxdigit((unsigned char)text[i + 2])) {
            memcpy(digits, text + i + 1, 2);
            out[used++] = (char)strtol(digits, NULL, 16);
            i += 2;
        } else {
            out[used++] = text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

bool fact_query_identifier(struct arena *arena, const char *query, const char **out_system,
                           const char **out_value)
{
    static const char name[] = "identifier=";
    const char *start = query ? query : "";

    start += *start == '?';
    if (strncmp(start, name, sizeof(name) - 1) != 0 || strchr(start, '&'))
        return false;
    start += sizeof(name) - 1;
    char *text = percent_decoded(arena, start, strlen(start));
    char *bar = strchr(text, '|');
    if (!bar)
        return false;
    *bar = '\0';
    *out_system = text;
    *out_value = bar + 1;
    return true;
}

struct fact_url fact_url_parse(const struct facts *facts, const char *url)
{
    struct arena *arena = facts->arena;
    const char *base = facts->evidence->base ? facts->evidence->base : "";
    struct fact_url out = {0};

    if (*base && strncmp(url, base, strlen(base)) == 0)
        url += strlen(base);
    url += strspn(url, "/");
    size_t path = strcspn(url, "?#");
    if (url[path] == '?')
        out.query = arena_strdup(arena, url + path + 1);
    size_t type = strcspn(url, "/?#");
    if (type == 0)
        return out;
    out.type = arena_copy(arena, url, type);
    out.is_special = *url == '_' || *url == '$';
    if (type < path && type + 1 < path) {
        const char *id = url + type + 1;
        size_t size = strcspn(id, "/?#");

        out.is_special = out.is_special || *id == '_' || *id == '$' || id + size != url + path;
        out.id = arena_copy(arena, id, size);
        out.reference = arena_printf(arena, "%s/%s", out.type, out.id);
    }
    return out;
}

enum fact_method fact_method_of(const char *method)
{
    static const struct {
        const char *name;
        enum fact_method method;
    } rows[] = {{"POST", METHOD_POST},
                {"PUT", METHOD_PUT},
                {"PATCH", METHOD_PATCH},
                {"DELETE", METHOD_DELETE}};

    for (size_t i = 0; method && i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].name, method) == 0)
            return rows[i].method;
    return METHOD_OTHER;
}
