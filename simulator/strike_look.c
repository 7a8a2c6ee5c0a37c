/* SPDX-License-Identifier: Apache-2.0 */
/* strike_look - faults that show a client something else than what the chart holds. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/subset.h"
#include "simulator/journal.h"
#include "simulator/strike_inner.h"

/* ---- one resource ---- */

void do_stale_read(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange_process(exchange,
                     &(struct interact_bend){.stale_by = (unsigned)fault_number(fault, 0, 1)});
}

/* The ordinal that a client was shown last of the resource; 0: none. */
static unsigned ordinal_shown(const struct exchange *exchange)
{
    struct journal *journal = exchange->sim->journal;

    for (size_t i = journal_count(journal); i-- > 0;) {
        const struct sim_entry *entry = journal_at(journal, i);

        if (entry->kind == SIM_REPLIED && entry->status == 200 &&
            strcmp(entry->interaction, "read") == 0 &&
            strcmp(entry->reference, exchange->face.reference) == 0)
            return entry->ordinal;
    }
    return 0;
}

/* How many versions a read has to go back to be older than the last one; 0: it cannot. */
static unsigned steps_back(const struct exchange *exchange)
{
    const unsigned shown = ordinal_shown(exchange);
    const struct version *version = strike_current(exchange);
    unsigned steps = 0;

    while (version && (version->ordinal >= shown || version->is_deletion)) {
        version = version->previous;
        steps++;
    }
    return version ? steps : 0;
}

void do_backwards_read(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){.stale_by = steps_back(exchange)});
}

void do_torn_read(struct exchange *exchange, const struct sim_fault *fault)
{
    struct answer *answer = &exchange->answer;
    const struct version *before = answer->version ? answer->version->previous : NULL;

    strike_note(exchange, fault, 0);
    if (answer->status != 200 || !before || before->is_deletion)
        return;
    answer->body = before->content;
    answer->body_size = before->size;
}

/* What a client needs at least: the rest is what it would lose by writing this back. */
static bool is_kept(const char *member)
{
    static const char *const kept[] = {"resourceType", "id",     "meta",    "implicitRules",
                                       "status",       "code",   "subject", "patient",
                                       "intent",       "active", NULL};
    size_t i = 0;

    while (kept[i] && strcmp(kept[i], member) != 0)
        i++;
    return kept[i] != NULL;
}

void do_subset(struct exchange *exchange, const struct sim_fault *fault)
{
    struct cJSON *tree = answer_tree(exchange);
    const struct cJSON *meta = json_get(tree, "meta");

    strike_note(exchange, fault, 0);
    if (exchange->answer.status != 200 || !meta)
        return;
    for (struct cJSON *member = tree->child, *next; member; member = next) {
        next = member->next;
        if (!is_kept(member->string))
            json_remove(tree, member->string);
    }
    subset_tag(tree);
    answer_set_tree(exchange, tree);
}

/* ---- caches and histories ---- */

/* The last answer to the same GET, or NULL. */
static const struct sim_entry *cached(const struct exchange *exchange)
{
    struct journal *journal = exchange->sim->journal;

    for (size_t i = journal_count(journal); i-- > 0;) {
        const struct sim_entry *entry = journal_at(journal, i);

        if (entry->kind == SIM_REPLIED && entry->status == 200 && entry->body &&
            strcmp(entry->method, "GET") == 0 && strcmp(entry->url, exchange->face.url) == 0)
            return entry;
    }
    return NULL;
}

void do_cached_get(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct sim_entry *entry = cached(exchange);
    const struct exchange_request *request = &exchange->request;
    struct arena *arena = exchange->arena;
    struct err ignored = ERR_INIT;

    strike_note(exchange, fault, 0);
    if (!entry)
        return;
    const struct cJSON *headers =
        json_parse(arena, entry->headers, strlen(entry->headers), &ignored);
    exchange->answer = (struct answer){
        .status = 200,
        .etag = json_string(headers, "ETag"),
        .last_modified = json_string(headers, "Last-Modified"),
        .body = arena_copy(arena, entry->body, entry->body_size),
        .body_size = entry->body_size,
        .version =
            request->id && *entry->version
                ? store_version(exchange->run->store, request->type, request->id, entry->version)
                : NULL,
    };
    exchange->via = "1.1 cache";
}

void do_history_gone(struct exchange *exchange, const struct sim_fault *fault)
{
    exchange->answer = (struct answer){.status = 0};
    answer_refuse(&exchange->answer, exchange->arena, 404, "not-supported", NULL,
                  "This server keeps no history.");
    strike_note(exchange, fault, exchange->answer.status);
}

/* ---- searches and pages ---- */

static struct cJSON *answer_entries(struct cJSON *tree)
{
    return json_get_mutable(tree, "entry");
}

void do_page_shift(struct exchange *exchange, const struct sim_fault *fault)
{
    struct cJSON *tree = answer_tree(exchange);
    const struct cJSON *entries = answer_entries(tree);
    struct cJSON *left = json_array(exchange->arena);

    strike_note(exchange, fault, 0);
    if (exchange->answer.status != 200 || json_count(entries) == 0)
        return;
    for (size_t i = 1; i < json_count(entries); i++)
        json_add(left, json_copy(json_at(entries, i)));
    json_put(tree, "entry", json_copy(left));
    if (json_count(left) == 0)
        json_remove(tree, "entry");
    answer_set_tree(exchange, tree);
}

void do_search_ghost(struct exchange *exchange, const struct sim_fault *fault)
{
    struct cJSON *tree, *entries;

    strike_note(exchange, fault, 0);
    if (strike_word(fault, 0, "deleted")) {
        exchange_process(exchange, &(struct interact_bend){.shows_deleted = true});
        return;
    }
    tree = answer_tree(exchange);
    entries = answer_entries(tree);
    if (exchange->answer.status != 200 || json_count(entries) == 0)
        return;
    json_add(entries, json_copy(json_at(entries, json_count(entries) - 1)));
    answer_set_tree(exchange, tree);
}

void do_search_lag(struct exchange *exchange, const struct sim_fault *fault)
{
    strike_note(exchange, fault, 0);
    exchange_process(exchange, &(struct interact_bend){.lag = (unsigned)fault_number(fault, 0, 1)});
}

/* ---- do they fit? ---- */

int check_age(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
              struct err *err)
{
    const struct exchange_request *request = &exchange->request;
    const unsigned long age = fault_number(fault, 0, 1);
    const struct version *current;

    (void)at;
    if (exchange->label != INTERACTION_READ || !request->type || !request->id)
        return 0;
    current = store_current(exchange->run->store, request->type, request->id);
    if (current && current->ordinal > age)
        return 0;
    return err_set(err, ERR_INPUT, "stale-read(%lu): %s has no version that much earlier", age,
                   exchange->face.reference);
}

int check_backwards(const struct exchange *exchange, const struct sim_fault *fault,
                    enum strike_at at, struct err *err)
{
    (void)at;
    if (steps_back(exchange) > 0)
        return 0;
    return err_set(err, ERR_INPUT, "%s: nothing is older than what was read last of %s",
                   fault->name, exchange->face.reference);
}

int check_torn(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
               struct err *err)
{
    const struct version *current = strike_current(exchange);

    (void)at;
    if (current && !current->is_deletion && current->previous && !current->previous->is_deletion)
        return 0;
    return err_set(err, ERR_INPUT, "%s: %s has no version before this one", fault->name,
                   exchange->face.reference);
}

int check_cached(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                 struct err *err)
{
    (void)at;
    if (cached(exchange))
        return 0;
    return err_set(err, ERR_INPUT, "%s: nobody has got %s yet", fault->name, exchange->face.url);
}

int check_page(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
               struct err *err)
{
    (void)at;
    if (strstr(exchange->request.query, "_page="))
        return 0;
    return err_set(err, ERR_INPUT, "%s: %s is not a later page", fault->name, exchange->face.url);
}
