/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case - see case.h. The journal is kept as the simulator would write it: one sequence, strings
 * never NULL.
 */
#include "harness/tests/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/patch.h"
#include "harness/judge/judge.h"
#include "tests/expect.h"

enum { CASE_MAX = 400 };

struct live { /* the newest version of a resource */
    const char *reference, *content;
    unsigned ordinal;
};

struct kase {
    struct arena *arena;
    struct evidence evidence;
    struct evidence_intent intents[CASE_MAX];
    struct sim_version chart[CASE_MAX];
    const struct sim_entry *entries[CASE_MAX];
    struct live live[CASE_MAX];
    size_t live_count;
    uint64_t exchanges, at_us;
    unsigned commits, created;
};

static const char *companion_types[] = {"Provenance", NULL};
static const char *sensitive_types[] = {"AllergyIntolerance", "Medication*", "Condition", NULL};

struct kase *case_new(void)
{
    struct arena *arena = arena_new();
    struct kase *k = arena_alloc(arena, sizeof(*k));

    k->arena = arena;
    k->evidence = (struct evidence){
        .scenario = "test/case",
        .hash = "00000000",
        .engine = "case",
        .personality = "r4",
        .run = "1",
        .replay = "",
        .settled_by = "hook",
        .parts = PART_JOURNAL | PART_SAID | PART_EVENTS | PART_AUDIT | PART_METRICS | PART_REVIEWS |
                 PART_SWEEP | PART_SETTLED | PART_DUE | PART_DRIFT | PART_NOTIFY | PART_MAPPINGS |
                 PART_LOGS,
        .identifier_system = "urn:case:write",
        .companions = companion_types,
        .sensitive = sensitive_types,
        .attempts_max = 8,
        .requests_max = 40,
        .intents = k->intents,
        .chart = k->chart,
        .entries = k->entries,
        .base = "http://127.0.0.1:1/fhir",
    };
    return k;
}

void case_free(struct kase *k)
{
    if (k)
        arena_free(k->arena);
}

struct evidence *case_evidence(struct kase *k)
{
    return &k->evidence;
}

struct arena *case_arena(struct kase *k)
{
    return k->arena;
}

const char *case_text(struct kase *k, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    char *text = arena_vprintf(k->arena, fmt, args);
    va_end(args);
    return text;
}

static const char *quoted(struct kase *k, const char *text)
{
    char *copy = arena_strdup(k->arena, text);

    for (char *c = copy; c && *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return copy;
}

static struct cJSON *parse(struct kase *k, const char *text)
{
    struct err err = ERR_INIT;
    struct cJSON *tree = text ? json_parse(k->arena, text, strlen(text), &err) : NULL;

    if (text && !tree)
        BUG("a test's JSON: %s: %s", err.text, text);
    return tree;
}

static uint64_t append(struct kase *k, struct sim_entry entry)
{
    static const char *const absent = "";
    const char **texts[] = {&entry.interaction, &entry.method,  &entry.url,    &entry.headers,
                            &entry.guard,       &entry.actor,   &entry.intent, &entry.correlation,
                            &entry.reference,   &entry.version, &entry.fault,  &entry.what};

    ASSERT(k->evidence.entry_count < CASE_MAX);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = *texts[i] ? *texts[i] : absent;
    entry.n = k->evidence.entry_count + 1;
    entry.at_us = ++k->at_us;
    entry.body_size = entry.body ? strlen(entry.body) : 0;
    struct sim_entry *stored = arena_alloc(k->arena, sizeof(*stored));
    *stored = entry;
    k->entries[k->evidence.entry_count++] = stored;
    return entry.n;
}

/* ---- chart ---- */

static struct live *find_live(struct kase *k, const char *reference)
{
    for (size_t i = 0; i < k->live_count; i++)
        if (strcmp(k->live[i].reference, reference) == 0)
            return &k->live[i];
    return NULL;
}

/* The bytes as the server stores them: id and meta.versionId are its own. */
static const char *stamp(struct kase *k, const char *reference, unsigned ordinal,
                         const char *content)
{
    struct cJSON *tree = parse(k, content);
    struct cJSON *meta = json_get_mutable(tree, "meta");

    if (!content)
        return NULL;
    json_put_string(tree, "id", strchr(reference, '/') + 1);
    if (!meta)
        meta = json_put_object(tree, "meta");
    json_put_string(meta, "versionId", case_text(k, "%u", ordinal));
    return json_print(k->arena, tree);
}

static struct live *renew(struct kase *k, const char *reference, const char *content)
{
    struct live *live = find_live(k, reference);

    if (!live) {
        ASSERT(k->live_count < CASE_MAX);
        live = &k->live[k->live_count++];
        live->reference = arena_strdup(k->arena, reference);
    }
    live->ordinal++;
    live->content = stamp(k, live->reference, live->ordinal, content);
    return live;
}

void case_chart(struct kase *k, const char *reference, const char *content)
{
    struct live *live = renew(k, reference, quoted(k, content));

    k->chart[k->evidence.chart_count++] = (struct sim_version){
        .reference = live->reference,
        .version = "1",
        .ordinal = 1,
        .content = live->content,
        .size = strlen(live->content),
    };
}

void case_intent(struct kase *k, const char *name, const char *payload)
{
    k->intents[k->evidence.intent_count++] = (struct evidence_intent){
        .name = arena_strdup(k->arena, name),
        .actor = "portal",
        .key = case_text(k, "k-1-%s", name),
        .correlation = case_text(k, "c-1-%s", name),
        .payload = parse(k, quoted(k, payload)),
    };
}

static struct evidence_intent *find_intent(struct kase *k, const char *name)
{
    for (size_t i = 0; name && i < k->evidence.intent_count; i++)
        if (strcmp(k->intents[i].name, name) == 0)
            return &k->intents[i];
    return NULL;
}

/* ---- said ---- */

static uint64_t said(struct kase *k, const char *what, const char *intent, int status,
                     const char *body, uint64_t of)
{
    return append(k, (struct sim_entry){
                         .kind = SIM_SAID,
                         .what = what,
                         .intent = intent,
                         .status = status,
                         .body = body,
                         .of = of,
                     });
}

uint64_t case_said(struct kase *k, const char *what, const char *intent, int status,
                   const char *body)
{
    return said(k, what, intent, status, quoted(k, body), 0);
}

uint64_t case_entry(struct kase *k, const struct sim_entry *entry)
{
    struct sim_entry copy = *entry;

    copy.body = quoted(k, entry->body);
    return append(k, copy);
}

uint64_t case_notify(struct kase *k, const char *reference)
{
    const struct sim_entry *found = NULL;

    for (size_t i = 0; i < k->evidence.entry_count; i++)
        if (k->entries[i]->kind == SIM_COMMITTED &&
            strcmp(k->entries[i]->reference, reference) == 0)
            found = k->entries[i];
    ASSERT(found);
    return append(k, (struct sim_entry){.kind = SIM_SAID,
                                        .what = "notify",
                                        .url = "/v1/notifications",
                                        .reference = found->reference,
                                        .version = found->version,
                                        .ordinal = found->ordinal,
                                        .commit = found->commit,
                                        .body = "{}"});
}

uint64_t case_submit_as(struct kase *k, const char *intent, const char *key, const char *payload,
                        int status, const char *answer)
{
    struct evidence_intent *given = find_intent(k, intent);
    const char *correlation = given ? given->correlation : "";

    if (given)
        given->was_submitted = true;
    uint64_t n = append(
        k, (struct sim_entry){
               .kind = SIM_SAID,
               .what = "submit",
               .intent = intent,
               .correlation = correlation,
               .headers = case_text(k, "{\"Idempotency-Key\":\"%s\",\"X-Correlation-Id\":\"%s\"}",
                                    key ? key : given->key, correlation),
               .body = payload ? quoted(k, payload) : json_print(k->arena, given->payload),
           });
    return said(k, "answer", intent, status, quoted(k, answer), n);
}

static const char *view_text(struct kase *k, const char *intent, const char *state,
                             const char *reference, const char *version)
{
    const char *label = version ? case_text(k, "\"%s\"", version) : "null";
    const char *result =
        reference ? case_text(k, "{\"reference\":\"%s\",\"versionId\":%s}", reference, label)
                  : "null";
    const char *review = strcmp(state, "needs-review") == 0 || strcmp(state, "incomplete") == 0
                             ? case_text(k, "\"r-%s\"", intent)
                             : "null";

    return case_text(
        k,
        "{\"id\":\"i-%s\",\"key\":\"k-1-%s\",\"state\":\"%s\",\"target\":null,\"attempts\":1,"
        "\"result\":%s,\"results\":[],\"review\":%s,\"problem\":%s}",
        intent, intent, state, result, review,
        strcmp(state, "rejected") == 0 ? "{\"title\":\"version conflict\",\"detail\":\"the server "
                                         "refused it: mend and resubmit\"}"
                                       : "null");
}

uint64_t case_submit(struct kase *k, const char *intent)
{
    return case_submit_as(k, intent, NULL, NULL, 202, view_text(k, intent, "accepted", NULL, NULL));
}

uint64_t case_view(struct kase *k, const char *intent, const char *state, const char *reference,
                   const char *version)
{
    return said(k, "view", intent, 200, view_text(k, intent, state, reference, version), 0);
}

uint64_t case_view_text(struct kase *k, const char *intent, int status, const char *body)
{
    return said(k, "view", intent, status, quoted(k, body), 0);
}

uint64_t case_decide(struct kase *k, const char *intent, const char *body)
{
    uint64_t n = said(k, "decide", intent, 0, quoted(k, body), 0);

    return said(k, "decided", intent, 202, view_text(k, intent, "writing", NULL, NULL), n);
}

uint64_t case_decide_refused(struct kase *k, const char *intent, const char *body)
{
    uint64_t n = said(k, "decide", intent, 0, quoted(k, body), 0);

    return said(k, "decided", intent, 409, quoted(k, "{'title':'the review is closed'}"), n);
}

uint64_t case_cancel(struct kase *k, const char *intent)
{
    uint64_t n = said(k, "cancel", intent, 0, NULL, 0);

    return said(k, "cancelled", intent, 202, view_text(k, intent, "cancelled", NULL, NULL), n);
}

uint64_t case_compensate(struct kase *k, const char *intent, int status)
{
    uint64_t n = said(k, "compensate", intent, 0, NULL, 0);
    const char *answer = status == 202 ? view_text(k, intent, "writing", NULL, NULL)
                                       : quoted(k, "{'title':'the chart has moved on'}");

    return said(k, "compensated", intent, status, answer, n);
}

/* ---- the wire ---- */

static const char *interaction_of(const char *method, const char *url)
{
    static const struct {
        const char *method, *name;
    } rows[] = {{"POST", "create"}, {"PUT", "update"}, {"PATCH", "patch"}, {"DELETE", "delete"}};

    if (strcmp(method, "POST") == 0 && !*url)
        return "transaction";
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].method, method) == 0)
            return rows[i].name;
    if (strstr(url, "_async/"))
        return "poll";
    if (strstr(url, "/_history/"))
        return "vread";
    return strstr(url, "_history") ? "history" : strchr(url, '?') ? "search" : "read";
}

uint64_t case_arrived(struct kase *k, const char *intent, const char *act, const char *guard,
                      const char *body)
{
    const char *space = strchr(act, ' ');
    const char *method = space ? arena_copy(k->arena, act, (size_t)(space - act)) : act;
    const char *url = space ? space + 1 : "";
    const struct evidence_intent *given = find_intent(k, intent);
    const char *correlation = given ? given->correlation : intent ? intent : "";
    const char *tree_type = body ? json_string(parse(k, quoted(k, body)), "type") : NULL;
    const char *end = strstr(url, "/_history");

    (void)append(k, (struct sim_entry){
                        .kind = SIM_ARRIVED,
                        .exchange = ++k->exchanges,
                        .interaction = !*url && tree_type ? arena_strdup(k->arena, tree_type)
                                                          : interaction_of(method, url),
                        .method = method,
                        .url = url,
                        .reference = arena_copy(k->arena, url,
                                                end ? (size_t)(end - url) : strcspn(url, "?")),
                        .headers = case_text(k, "{\"X-Correlation-Id\":\"%s\"}", correlation),
                        .guard = guard ? quoted(k, guard) : "",
                        .actor = given ? given->actor : "engine",
                        .intent = given ? given->name : "",
                        .correlation = correlation,
                        .body = quoted(k, body),
                    });
    return k->exchanges;
}

static const struct sim_entry *find_entry(struct kase *k, uint64_t exchange, enum sim_kind kind,
                                          size_t skip)
{
    for (size_t i = 0; i < k->evidence.entry_count; i++)
        if (k->entries[i]->exchange == exchange && k->entries[i]->kind == kind && skip-- == 0)
            return k->entries[i];
    return NULL;
}

uint64_t case_committed(struct kase *k, uint64_t exchange, const char *reference,
                        const char *content)
{
    const struct live *live = renew(k, reference, quoted(k, content));
    const struct sim_entry *arrived = find_entry(k, exchange, SIM_ARRIVED, 0);

    return append(k, (struct sim_entry){
                         .kind = SIM_COMMITTED,
                         .exchange = exchange,
                         .actor = arrived ? arrived->actor : "nurse",
                         .intent = arrived ? arrived->intent : "",
                         .correlation = arrived ? arrived->correlation : "",
                         .reference = live->reference,
                         .version = case_text(k, "%u", live->ordinal),
                         .ordinal = live->ordinal,
                         .commit = ++k->commits,
                         .body = live->content,
                     });
}

static uint64_t commit_act(struct kase *k, uint64_t exchange, const char *method, const char *url,
                           const struct cJSON *body)
{
    struct err err = ERR_INIT;
    enum patch_result result;

    if (strcmp(method, "POST") == 0)
        return case_committed(k, exchange, case_text(k, "%s/c-%u", url, ++k->created),
                              json_print(k->arena, body));
    if (strcmp(method, "PUT") == 0)
        return case_committed(k, exchange, url, json_print(k->arena, body));
    if (strcmp(method, "DELETE") == 0)
        return case_committed(k, exchange, url, NULL);
    ASSERT(strcmp(method, "PATCH") == 0 && find_live(k, url));
    const struct cJSON *tree =
        patch_apply(k->arena, parse(k, find_live(k, url)->content), body, &result, &err);
    if (!tree)
        BUG("a test's patch: %s", err.text);
    return case_committed(k, exchange, url, json_print(k->arena, tree));
}

uint64_t case_commit(struct kase *k, uint64_t exchange)
{
    const struct sim_entry *arrived = find_entry(k, exchange, SIM_ARRIVED, 0);
    const struct cJSON *body = parse(k, arrived->body);
    const struct cJSON *entries = json_get(body, "entry");
    uint64_t n = 0;

    if (*arrived->url)
        return commit_act(k, exchange, arrived->method, arrived->url, body);
    for (size_t i = 0; i < json_count(entries); i++) {
        const struct cJSON *entry = json_at(entries, i);
        const struct cJSON *request = json_get(entry, "request");

        n = commit_act(k, exchange, json_string(request, "method"), json_string(request, "url"),
                       json_get(entry, "resource"));
    }
    return n;
}

uint64_t case_replied(struct kase *k, uint64_t exchange, int status, const char *headers,
                      const char *body)
{
    const struct sim_entry *arrived = find_entry(k, exchange, SIM_ARRIVED, 0);

    return append(k, (struct sim_entry){
                         .kind = SIM_REPLIED,
                         .exchange = exchange,
                         .actor = arrived->actor,
                         .intent = arrived->intent,
                         .correlation = arrived->correlation,
                         .reference = arrived->reference,
                         .status = status,
                         .headers = headers ? quoted(k, headers) : "{}",
                         .body = quoted(k, body),
                     });
}

uint64_t case_lost(struct kase *k, uint64_t exchange, const char *fault)
{
    const struct sim_entry *arrived = find_entry(k, exchange, SIM_ARRIVED, 0);

    return append(k, (struct sim_entry){
                         .kind = *fault ? SIM_FAULT : SIM_HUNG_UP,
                         .exchange = exchange,
                         .actor = arrived->actor,
                         .intent = arrived->intent,
                         .correlation = arrived->correlation,
                         .reference = arrived->reference,
                         .fault = fault,
                     });
}

/* The answer to a Bundle: one response per entry, for what was committed in order. */
static uint64_t reply_bundle(struct kase *k, uint64_t exchange)
{
    struct cJSON *bundle = json_object(k->arena);
    struct cJSON *entries;
    const struct sim_entry *committed;

    json_put_string(bundle, "resourceType", "Bundle");
    json_put_string(bundle, "type", "transaction-response");
    entries = json_put_array(bundle, "entry");
    for (size_t i = 0; (committed = find_entry(k, exchange, SIM_COMMITTED, i)); i++) {
        struct cJSON *response = json_put_object(json_add_object(entries), "response");

        json_put_string(response, "status", "200 OK");
        json_put_string(response, "etag", case_text(k, "W/\"%s\"", committed->version));
        json_put_string(response, "location",
                        case_text(k, "%s/_history/%s", committed->reference, committed->version));
    }
    return case_replied(k, exchange, 200, NULL, json_print(k->arena, bundle));
}

uint64_t case_reply(struct kase *k, uint64_t exchange)
{
    const struct sim_entry *arrived = find_entry(k, exchange, SIM_ARRIVED, 0);
    const struct sim_entry *committed = find_entry(k, exchange, SIM_COMMITTED, 0);

    if (!*arrived->url)
        return reply_bundle(k, exchange);
    if (!committed)
        return case_replied(k, exchange, 204, NULL, NULL);
    const char *headers =
        case_text(k, "{\"ETag\":\"W/\\\"%s\\\"\",\"Location\":\"%s/%s/_history/%s\"}",
                  committed->version, k->evidence.base, committed->reference, committed->version);
    int status = !committed->body ? 204 : strcmp(arrived->method, "POST") == 0 ? 201 : 200;
    return case_replied(k, exchange, status, headers, committed->body);
}

uint64_t case_write(struct kase *k, const char *intent, const char *act, const char *guard,
                    const char *body)
{
    uint64_t exchange = case_arrived(k, intent, act, guard, body);

    (void)case_commit(k, exchange);
    (void)case_reply(k, exchange);
    return exchange;
}

uint64_t case_refused(struct kase *k, const char *intent, const char *act, const char *guard,
                      const char *body, int status)
{
    uint64_t exchange = case_arrived(k, intent, act, guard, body);

    (void)case_replied(
        k, exchange, status, NULL,
        "{'resourceType':'OperationOutcome','issue':[{'severity':'error','code':'conflict'}]}");
    return exchange;
}

uint64_t case_read(struct kase *k, const char *intent, const char *reference)
{
    uint64_t exchange = case_arrived(k, intent, case_text(k, "GET %s", reference), NULL, NULL);
    const struct live *live = find_live(k, reference);

    if (!live)
        (void)case_replied(k, exchange, 404, NULL, "{'resourceType':'OperationOutcome'}");
    else
        (void)case_replied(k, exchange, live->content ? 200 : 410,
                           case_text(k, "{\"ETag\":\"W/\\\"%u\\\"\"}", live->ordinal),
                           live->content ? live->content : "{'resourceType':'OperationOutcome'}");
    return exchange;
}

uint64_t case_edit(struct kase *k, const char *reference, const char *content)
{
    (void)append(k, (struct sim_entry){
                        .kind = SIM_EDIT,
                        .actor = "nurse",
                        .method = content ? "PUT" : "DELETE",
                        .reference = arena_strdup(k->arena, reference),
                        .body = quoted(k, content),
                    });
    return case_committed(k, 0, reference, content);
}

uint64_t case_undo(struct kase *k, uint64_t exchange, const char *reference)
{
    struct live *live = find_live(k, reference);
    const struct sim_entry *lost = NULL, *before = NULL;

    for (size_t i = 0; i < k->evidence.entry_count; i++) {
        const struct sim_entry *entry = k->entries[i];

        if (entry->kind != SIM_COMMITTED || strcmp(entry->reference, reference) != 0)
            continue;
        before = lost;
        lost = entry;
    }
    ASSERT(live && lost);
    live->ordinal--;
    live->content = before ? before->body : NULL;
    for (size_t i = 0; !before && i < k->evidence.chart_count; i++)
        if (strcmp(k->chart[i].reference, reference) == 0)
            live->content = k->chart[i].content;
    return append(k, (struct sim_entry){.kind = SIM_FAULT,
                                        .exchange = exchange,
                                        .fault = "undo-commit(server,reuse)",
                                        .reference = lost->reference,
                                        .version = lost->version,
                                        .ordinal = lost->ordinal,
                                        .commit = lost->commit,
                                        .body = lost->body});
}

/* ---- process ---- */

uint64_t case_process(struct kase *k, const char *what, int status)
{
    return append(k, (struct sim_entry){.kind = SIM_PROCESS, .what = what, .status = status});
}

void case_recover(struct kase *k)
{
    (void)case_process(k, "recovery", 0);
    (void)case_process(k, "recovered", 1);
    k->evidence.is_settled = k->evidence.is_recovered = true;
}

void case_pause(struct kase *k, uint64_t us)
{
    k->at_us += us;
}

/* ---- judging ---- */

const struct result_invariant *case_judge(struct kase *k, const char *invariant)
{
    size_t count = 0;
    const struct result_invariant *results = judge_all(&k->evidence, k->arena, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(results[i].name, invariant) == 0)
            return &results[i];
    BUG("no invariant is called %s", invariant);
}

void case_expect_at(const char *file, int line, struct kase *k, const char *row,
                    const char *invariant, enum verdict want)
{
    const struct result_invariant *result = case_judge(k, invariant);
    char text[1024];

    snprintf(text, sizeof(text), "%s: %s is %s (%s), want %s", row, invariant,
             result->is_judged ? verdict_name(result->verdict) : "not judged",
             result->text ? result->text : "nothing found", verdict_name(want));
    CU_assertImplementation(result->verdict == want, (unsigned)line, text, file, "", CU_FALSE);
}

void case_rows_at(const char *file, int line, const char *invariant, const struct case_row *rows,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct kase *k = case_new();

        rows[i].build(k);
        case_expect_at(file, line, k, rows[i].row, invariant, rows[i].want);
        case_free(k);
    }
}
