/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transaction - all entries of a Bundle or none (fhir-rules.md row 26).
 *
 * Phases, all within one transaction of the store:
 *  1. entries that are no requests refuse the whole;
 *  2. DELETEs are done;
 *  3. creates and updates get the id they will write to (searching what is left after the DELETEs,
 *     before anything is written); one identity twice refuses the whole;
 *  4. links and conditional references are resolved in all bodies, which are validated then, once;
 *  5. POST, then PUT and PATCH, then GET are done.
 * A refusal anywhere rolls everything back and becomes the whole answer. What can be said before
 * anything is written (phases 1, 3 and 4) is said of all entries at once.
 *
 * The fault partial-transaction(n) is what a server without real transactions does: the entries
 * before n stand, the others are not done, and the answer is an error.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "fhir/findings.h"
#include "simulator/interact/act.h"
#include "simulator/interact/entry.h"
#include "simulator/interact/patch_links.h"
#include "simulator/links.h"
#include "simulator/resolve.h"

struct deal {
    const struct act *act;
    struct entry *entries;
    size_t count;
    size_t stand; /* entries below this are done: all but for partial-transaction */
};

/* Where in the Bundle that is which `found` says of the entry's resource. */
static const char *place_of(const struct entry *entry, struct arena *arena, const char *found)
{
    size_t size = entry->request.type ? strlen(entry->request.type) : 0;

    if (found && size > 0 && strncmp(found, entry->request.type, size) == 0 && found[size] == '.')
        return arena_printf(arena, "Bundle.entry[%zu].resource%s", entry->index, found + size);
    return arena_printf(arena, "Bundle.entry[%zu]", entry->index);
}

/* ---- refusals ---- */

static void add_issue(const struct deal *deal, const struct entry *entry, const struct cJSON *issue,
                      struct findings *findings)
{
    struct arena *arena = deal->act->request->arena;
    const char *severity = json_string(issue, "severity"), *code = json_string(issue, "code");
    const char *text = json_string(issue, "diagnostics");
    const char *found = json_text(json_at(json_get(issue, "expression"), 0));
    const struct finding finding = {
        .severity = severity ? severity : "error",
        .code = code ? code : "processing",
        .expression = place_of(entry, arena, found),
        .text = arena_printf(arena, "entry %zu (%s %s): %s; nothing of the transaction is written",
                             entry->index + 1, entry->request.method, entry->url,
                             text ? text : "refused"),
    };

    findings_put(findings, arena, &finding);
}

/* True, with the answer to the whole filled, when entries are refused: all that is wrong with them.
 * Where they are refused in several ways, what is no FHIR has the word. */
static bool is_refused(const struct deal *deal)
{
    struct arena *arena = deal->act->request->arena;
    struct findings findings = {.items = NULL};
    int status = 0;

    for (size_t i = 0; i < deal->count; i++) {
        const struct answer *answer = &deal->entries[i].answer;
        const struct cJSON *outcome = NULL, *issue = NULL;
        struct err err = ERR_INIT;

        if (answer->status < 400)
            continue;
        if (status == 0 || answer->status == deal->act->knobs->invalid_status)
            status = answer->status;
        outcome = json_parse(arena, answer->body, answer->body_size, &err);
        cJSON_ArrayForEach(issue, json_get(outcome, "issue"))
        {
            add_issue(deal, &deal->entries[i], issue, &findings);
        }
    }
    if (status)
        validate_answer(deal->act, status, &findings);
    return status != 0;
}

static bool all_are_requests(const struct deal *deal)
{
    for (size_t i = 0; i < deal->count; i++) {
        if (deal->act->bend->reject_entry == i + 1)
            answer_refuse(&deal->entries[i].answer, deal->act->request->arena, 422, "processing",
                          NULL, "the server refuses this entry");
    }
    return !is_refused(deal);
}

/* ---- bodies ---- */

static struct act act_of(const struct deal *deal, struct entry *entry)
{
    struct act own = *deal->act;

    own.request = &entry->request;
    own.is_entry = true;
    own.answer = &entry->answer;
    return own;
}

static bool has_body(const struct entry *entry)
{
    return entry->request.interaction == INTERACTION_CREATE ||
           entry->request.interaction == INTERACTION_UPDATE;
}

/* Reads the body of a create or update; a refusal is in the entry's answer. */
static void read_body(const struct deal *deal, struct entry *entry)
{
    const struct act own = act_of(deal, entry);
    struct document *document = arena_alloc(own.request->arena, sizeof(*document));

    entry->document = validate_read(&own, document) ? document : NULL;
}

static void validate_bodies(const struct deal *deal)
{
    for (size_t i = 0; i < deal->count; i++) {
        const struct act own = act_of(deal, &deal->entries[i]);

        if (deal->entries[i].document)
            (void)validate_document(&own, deal->entries[i].document);
    }
}

/* ---- identities ---- */

/* Was the resource created here, not loaded or PUT? */
static bool was_posted(const struct version *version)
{
    while (version->previous)
        version = version->previous;
    return version->commit > 0 && strcmp(version->method, "POST") == 0;
}

/* The id that the entry writes to, NULL where it writes nothing. A refusal is in its answer. */
static const char *find_target(const struct deal *deal, struct entry *entry)
{
    const struct act own = act_of(deal, entry);

    if (!has_body(entry))
        return interaction_is_write(entry->request.interaction) ? entry->request.id : NULL;
    const char *id = entry->document ? write_target(&own, entry->document) : NULL;
    if (entry->answer.status == 200 && own.knobs->replayed_bundle &&
        was_posted(entry->answer.version))
        answer_refuse(&entry->answer, own.request->arena, own.knobs->replayed_bundle, "conflict",
                      NULL, "%s was made under this condition before",
                      entry->answer.version->reference);
    return id;
}

static int compare_targets(const void *a, const void *b)
{
    const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
    int order = strcmp(left->request.type, right->request.type);

    if (order == 0)
        order = strcmp(left->target, right->target);
    return order ? order : (left->index > right->index) - (left->index < right->index);
}

static bool has_double_identity(const struct deal *deal)
{
    struct arena *arena = deal->act->request->arena;
    struct entry **writers = arena_alloc(arena, (deal->count + 1) * sizeof(struct entry *));
    size_t count = 0;

    for (size_t i = 0; i < deal->count; i++) {
        if (deal->entries[i].target)
            writers[count++] = &deal->entries[i];
    }
    if (count > 1)
        qsort(writers, count, sizeof(struct entry *), compare_targets);
    for (size_t i = 1; i < count; i++) {
        const struct entry *one = writers[i - 1], *other = writers[i];

        if (strcmp(one->request.type, other->request.type) != 0 ||
            strcmp(one->target, other->target) != 0)
            continue;
        answer_refuse(deal->act->answer, arena, 400, "invalid",
                      arena_printf(arena, "Bundle.entry[%zu]", other->index),
                      "entries %zu and %zu both write %s/%s; a transaction may write it once",
                      one->index + 1, other->index + 1, one->request.type, one->target);
        return true;
    }
    return false;
}

/* What a create or update is made under, however it was written; NULL: under nothing. */
static const char *condition_of(const struct deal *deal, const struct entry *entry)
{
    struct arena *arena = deal->act->request->arena;
    const char *text = NULL, *condition = entry->request.type;
    struct query query;

    if (entry->request.interaction == INTERACTION_CREATE)
        text = request_header(&entry->request, "If-None-Exist");
    else if (entry->request.interaction == INTERACTION_UPDATE && !entry->request.id)
        text = entry->request.query;
    if (!text)
        return NULL;
    query_parse(&query, arena, *text == '?' ? text + 1 : text);
    for (size_t i = 0; i < query.count; i++)
        condition = arena_printf(arena, "%s%c%s=%s", condition, i ? '&' : '?',
                                 query.parameters[i].name, query.parameters[i].value);
    return condition;
}

/* Two entries with one condition are one identity: each would make the other's condition fail. */
static bool has_double_condition(const struct deal *deal)
{
    struct arena *arena = deal->act->request->arena;
    struct links *seen = links_new(arena, NULL, NULL);

    for (size_t i = 0; i < deal->count; i++) {
        const char *condition = condition_of(deal, &deal->entries[i]);

        if (!condition)
            continue;
        if (links_knows(seen, condition)) {
            answer_refuse(deal->act->answer, arena, 400, "invalid",
                          arena_printf(arena, "Bundle.entry[%zu]", i),
                          "entry %zu: another entry is made under the same condition: %s", i + 1,
                          condition);
            return true;
        }
        links_add(seen, condition, NULL);
    }
    return false;
}

/* ---- links ---- */

/* What the entry's resource will be called, or NULL. */
static const char *reference_of(const struct deal *deal, const struct entry *entry)
{
    if (entry->target)
        return arena_printf(deal->act->request->arena, "%s/%s", entry->request.type, entry->target);
    return entry->answer.version ? entry->answer.version->reference : NULL;
}

/* What is created under a URL of this server is also meant by the relative form of that URL. */
static void add_links(const struct deal *deal, struct links *links, const struct entry *entry,
                      const char *reference)
{
    const struct exchange_request *request = deal->act->request;
    struct reference parts;

    links_add(links, entry->full_url, reference);
    if (entry->request.interaction == INTERACTION_CREATE &&
        reference_parse(&parts, request->arena, entry->full_url, request->base) && parts.id)
        links_add(links, arena_printf(request->arena, "%s/%s", parts.type, parts.id), reference);
}

static bool rewrite(const struct deal *deal, struct links *links, struct entry *entry,
                    struct err *err)
{
    const char *before = entry->request.body;
    const char *body = links_rewrite(links, deal->act->request->arena, before,
                                     entry->request.body_size, &entry->request.body_size, err);

    if (!body)
        return false;
    entry->request.body = body;
    if (body != before && entry->document)
        read_body(deal, entry);
    return true;
}

/* A body that is no patch is left to interact_patch, which says so. */
static bool rewrite_patch(const struct deal *deal, struct links *links, struct entry *entry,
                          struct err *err)
{
    struct arena *arena = deal->act->request->arena;
    const char *body = entry->request.body;
    struct err ignored = ERR_INIT;
    struct cJSON *patch = body ? json_parse(arena, body, entry->request.body_size, &ignored) : NULL;

    if (!patch)
        return true;
    if (patch_links_resolve(links, arena, patch, err))
        return false;
    entry->request.body = json_print(arena, patch);
    entry->request.body_size = strlen(entry->request.body);
    return rewrite(deal, links, entry, err);
}

/* False, with the answer filled, when two entries bear one name. */
static bool name_entries(const struct deal *deal, struct links *links)
{
    struct arena *arena = deal->act->request->arena;

    for (size_t i = 0; i < deal->count; i++) {
        const struct entry *entry = &deal->entries[i];
        const char *reference = reference_of(deal, entry);

        if (!entry->full_url || !reference)
            continue;
        if (links_knows(links, entry->full_url)) {
            answer_refuse(deal->act->answer, arena, 400, "invalid",
                          arena_printf(arena, "Bundle.entry[%zu].fullUrl", i),
                          "entry %zu: another entry's fullUrl is %s, too", i + 1, entry->full_url);
            return false;
        }
        add_links(deal, links, entry, reference);
    }
    return true;
}

/* False, with the answer to the whole filled, when two entries bear one name. */
static bool resolve_links(const struct deal *deal)
{
    struct arena *arena = deal->act->request->arena;
    struct resolver resolver = {.store = deal->act->store, .base = deal->act->request->base};
    struct links *links = links_new(arena, resolve_conditional, &resolver);

    if (!name_entries(deal, links))
        return false;
    for (size_t i = 0; i < deal->count; i++) {
        struct entry *entry = &deal->entries[i];
        struct err err = ERR_INIT;
        enum interaction interaction = entry->request.interaction;

        const bool is_patch = interaction == INTERACTION_PATCH;
        if (!entry->target || interaction == INTERACTION_DELETE)
            continue;
        if (!(is_patch ? rewrite_patch : rewrite)(deal, links, entry, &err))
            answer_refuse(&entry->answer, arena, resolver.status, resolver.code, NULL, "%s",
                          err.text);
    }
    return true;
}

/* Everything that comes before the first create: bodies, targets, links. */
static bool prepare(const struct deal *deal)
{
    bool is_refused_already = false, is_linked = false;

    for (size_t i = 0; i < deal->count; i++) {
        if (has_body(&deal->entries[i]))
            read_body(deal, &deal->entries[i]);
    }
    for (size_t i = 0; i < deal->count; i++) {
        deal->entries[i].target = find_target(deal, &deal->entries[i]);
        is_refused_already |= deal->entries[i].answer.status >= 400;
    }
    is_linked = !is_refused_already && !has_double_identity(deal) && !has_double_condition(deal) &&
                resolve_links(deal);
    validate_bodies(deal);
    return !is_refused(deal) && is_linked;
}

/* ---- phases ---- */

static unsigned phase_of(const struct entry *entry)
{
    enum interaction interaction = entry->request.interaction;

    if (interaction == INTERACTION_DELETE)
        return 0;
    if (interaction == INTERACTION_CREATE)
        return 1;
    return interaction == INTERACTION_UPDATE || interaction == INTERACTION_PATCH ? 2 : 3;
}

static bool do_phase(const struct deal *deal, unsigned phase)
{
    for (size_t i = 0; i < deal->stand; i++) {
        struct entry *entry = &deal->entries[i];

        if (phase_of(entry) != phase || entry->answer.status != 0)
            continue; /* a create that If-None-Exist answered is done already */
        entry_do(deal->act, entry);
        if (entry->answer.status >= 400)
            return !is_refused(deal);
    }
    return true;
}

static bool do_all(const struct deal *deal)
{
    if (!all_are_requests(deal) || !do_phase(deal, 0) || !prepare(deal))
        return false;
    for (unsigned phase = 1; phase <= 3; phase++) {
        if (!do_phase(deal, phase))
            return false;
    }
    return true;
}

void interact_transaction(const struct act *act)
{
    struct deal deal = {.act = act};
    unsigned partial = act->bend->partial_transaction;

    if (act->knobs->transaction == TRANSACTION_UNSUPPORTED) {
        act_unsupported(act, "transaction");
        return;
    }
    if (act->knobs->transaction == TRANSACTION_AS_BATCH) {
        batch_do(act, "transaction");
        return;
    }
    if (!entries_read(act, "transaction", &deal.entries, &deal.count))
        return;
    if (!provenance_is_sound(act))
        return;
    const size_t first = store_count(act->store);
    deal.stand = partial > 0 && partial <= deal.count ? partial - 1 : deal.count;
    store_begin(act->store);
    if (!do_all(&deal)) { /* the answer is an error; what was done may stand all the same */
        if (act->knobs->transaction == TRANSACTION_PARTIAL)
            store_commit(act->store);
        else
            store_rollback(act->store);
        return;
    }
    provenance_add(act, first);
    store_commit(act->store);
    if (deal.stand == deal.count)
        entries_answer(act, "transaction-response", deal.entries, deal.count);
    else
        REFUSE(act, 500, "exception", "the transaction broke off at entry %u", partial);
}
