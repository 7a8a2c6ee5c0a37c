/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expect - one function for each member of a scenario's `expect`, over a small index of what was said last.
 *
 * Each thing that is not as expected becomes a pair of lines in the diff, "- what: expected" and "+ what: found"; the
 * first one is the text. A single value stands for itself, a list for any of its values.
 */
#include "harness/expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/evidence.h"
#include "harness/judge/judge.h"
#include "reports/result.h"

struct judgement {
    const struct evidence *evidence;
    struct arena *arena;
    struct finding finding;
    struct buf diff;
    unsigned judged, skipped;
};

static bool is_comment(const struct cJSON *item)
{
    return strncmp(item->string, "//", 2) == 0;
}

static const struct cJSON *parse(struct judgement *judgement, const char *text, size_t size)
{
    struct err ignored = ERR_INIT;

    return text ? json_parse(judgement->arena, text, size, &ignored) : NULL;
}

static const char *canonical(struct judgement *judgement, const struct cJSON *item)
{
    struct buf text = BUF_INIT;

    if (item)
        json_canonical(&text, item);
    const char *copy = item ? buf_copy(&text, judgement->arena) : "nothing";
    buf_release(&text);
    return copy;
}

static void differs(struct judgement *judgement, uint64_t entry, const char *what, const char *want,
                    const char *got)
{
    finding_fail(&judgement->finding, ENTRIES(entry), "%s: expected %s, found %s", what, want, got);
    buf_printf(&judgement->diff, "- %s: %s\n+ %s: %s\n", what, want, what, got);
}

/* null stands for nothing. */
static bool is_value(struct judgement *judgement, const struct cJSON *want, const struct cJSON *got)
{
    if (cJSON_IsNull(want))
        return !got || cJSON_IsNull(got);
    return strcmp(canonical(judgement, want), canonical(judgement, got)) == 0;
}

/* Is `got` the value, or one of the list? An array that is itself the value stands in a list. */
static bool is_any_of(struct judgement *judgement, const struct cJSON *want,
                      const struct cJSON *got)
{
    if (!cJSON_IsArray(want))
        return is_value(judgement, want, got);
    for (size_t i = 0; i < json_count(want); i++) {
        if (is_value(judgement, json_at(want, i), got))
            return true;
    }
    return false;
}

static bool is_text_of(const struct cJSON *want, const char *got)
{
    if (!cJSON_IsArray(want))
        return json_text(want) && strcmp(json_text(want), got) == 0;
    for (size_t i = 0; i < json_count(want); i++) {
        if (is_text_of(json_at(want, i), got))
            return true;
    }
    return false;
}

static void expect_count(struct judgement *judgement, uint64_t entry, const char *what,
                         const struct cJSON *want, unsigned got)
{
    const char *text = arena_printf(judgement->arena, "%u", got);
    bool holds = false;

    if (!want)
        return;
    for (size_t i = 0; cJSON_IsArray(want) && i < json_count(want); i++)
        holds |= json_double(json_at(want, i), -1) == got;
    if (!cJSON_IsArray(want))
        holds = json_double(want, -1) == got;
    if (!holds)
        differs(judgement, entry, what, canonical(judgement, want), text);
}

/* The last view; also that the intent is not known any more. */
static const struct sim_entry *last_view(const struct evidence *evidence, const char *intent)
{
    for (size_t i = evidence->entry_count; i-- > 0;) {
        const struct sim_entry *entry = evidence->entries[i];
        bool is_gone = entry->status == 404 || entry->status == 410;

        if (entry->kind == SIM_SAID && strcmp(entry->what, "view") == 0 &&
            strcmp(entry->intent, intent) == 0 && (entry->status / 100 == 2 || is_gone))
            return entry;
    }
    return NULL;
}

static const struct sim_entry *last_said(const struct evidence *evidence, const char *what,
                                         const char *intent)
{
    for (size_t i = evidence->entry_count; i-- > 0;) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind == SIM_SAID && strcmp(entry->what, what) == 0 &&
            strcmp(entry->intent, intent) == 0 && entry->status / 100 == 2)
            return entry;
    }
    return NULL;
}

/* No delivery of it was answered before the engine was killed: it was never accepted, and nothing is owed. */
static bool was_cut_off(const struct evidence *evidence, const char *intent)
{
    bool was_submitted = false;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind != SIM_SAID || strcmp(entry->intent, intent) != 0)
            continue;
        was_submitted |= strcmp(entry->what, "submit") == 0;
        if (entry->status != 0)
            return false;
    }
    return was_submitted;
}

/* ---- intents ---- */

static bool said_retry(struct judgement *judgement, const char *intent)
{
    const struct evidence *evidence = judgement->evidence;
    bool is_open = false, is_known = false;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];
        bool is_answer = strcmp(entry->what, "view") == 0 || strcmp(entry->what, "answer") == 0;

        if (entry->kind != SIM_SAID)
            continue;
        if (!is_known && strcmp(entry->what, "submit") == 0 && strcmp(entry->intent, intent) == 0)
            is_open = true; /* some engines answer when they are done */
        if (is_answer && strcmp(entry->intent, intent) == 0) {
            const struct cJSON *view = parse(judgement, entry->body, entry->body_size);
            const char *state = json_string(view, "state");

            is_known = true;
            is_open = state && (strcmp(state, "accepted") == 0 || strcmp(state, "writing") == 0 ||
                                strcmp(state, "unknown") == 0);
        }
        /* it waits for a timer, or it comes with a sweep */
        if (is_open && (strcmp(entry->what, "settled") == 0 || strcmp(entry->what, "sweep") == 0))
            return true;
    }
    return false;
}

static bool is_there(const struct cJSON *object, const char *key)
{
    const struct cJSON *item = json_get(object, key);

    return item && !cJSON_IsNull(item);
}

/* What an operator sees as the next step: any of these may be expected. */
static void expect_next(struct judgement *judgement, const struct sim_entry *entry,
                        const struct cJSON *view, const struct cJSON *want)
{
    struct buf seen = BUF_INIT;
    bool holds = false;
    const char *state = json_string(view, "state");
    /* what is said beside a commit (that there was nothing to do) leaves nothing to do */
    const bool has_problem =
        is_there(view, "problem") && !(state && strcmp(state, "committed") == 0);
    const struct {
        const char *name;
        bool is_seen;
    } nexts[] = {
        {"review", is_there(view, "review")},
        {"problem", has_problem},
        {"retry", said_retry(judgement, entry->intent)},
        {"none", !is_there(view, "review") && !has_problem},
    };

    for (size_t i = 0; i < COUNT_OF(nexts); i++) {
        if (!nexts[i].is_seen)
            continue;
        holds |= is_text_of(want, nexts[i].name);
        buf_printf(&seen, "%s%s", seen.size ? " and " : "", nexts[i].name);
    }
    /* without the hooks nobody sees a retry that waits */
    holds |= !(judgement->evidence->parts & PART_DUE) && is_text_of(want, "retry");
    if (!holds)
        differs(judgement, entry->n, arena_printf(judgement->arena, "%s: next", entry->intent),
                canonical(judgement, want), buf_text(&seen));
    buf_release(&seen);
}

static void expect_intent(struct judgement *judgement, const struct cJSON *want)
{
    const struct sim_entry *entry = last_view(judgement->evidence, want->string);

    if (!entry)
        entry = last_said(judgement->evidence, "answer", want->string);
    if (!entry) {
        differs(judgement, 0, want->string, "a view", "none: it was never accepted");
        return;
    }
    const struct cJSON *view = parse(judgement, entry->body, entry->body_size);
    const char *state = json_string(view, "state");
    const struct cJSON *states = json_get(want, "state"), *next = json_get(want, "next");

    if (states && !is_text_of(states, state ? state : ""))
        differs(judgement, entry->n, arena_printf(judgement->arena, "%s: state", want->string),
                canonical(judgement, states), state ? state : "nothing");
    if (next)
        expect_next(judgement, entry, view, next);
}

/* ---- chart ---- */

struct current {
    const char *reference;
    unsigned ordinal;
    const char *content; /* NULL: deleted */
    size_t size;
    uint64_t entry; /* 0: as loaded */
};

/* Every resource's newest version; the loaded ones first. */
static struct current *chart_at_end(struct judgement *judgement, size_t *out_count)
{
    const struct evidence *evidence = judgement->evidence;
    struct current *all = arena_alloc(
        judgement->arena, (evidence->chart_count + evidence->entry_count + 1) * sizeof(*all));
    size_t count = 0;

    for (size_t i = 0; i < evidence->chart_count; i++) {
        const struct sim_version *version = &evidence->chart[i];

        all[count++] = (struct current){version->reference, version->ordinal, version->content,
                                        version->size, 0};
    }
    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];
        size_t at = 0;

        if (entry->kind != SIM_COMMITTED)
            continue;
        while (at < count && strcmp(all[at].reference, entry->reference) != 0)
            at++;
        all[at] = (struct current){entry->reference, entry->ordinal, entry->body, entry->body_size,
                                   entry->n};
        count += at == count;
    }
    *out_count = count;
    return all;
}

static bool is_identifier(const struct cJSON *identifier, const char *token)
{
    const char *system = json_string(identifier, "system");
    const char *value = json_string(identifier, "value"), *bar = strchr(token, '|');

    return bar && system && value && strlen(system) == (size_t)(bar - token) &&
           strncmp(system, token, (size_t)(bar - token)) == 0 && strcmp(value, bar + 1) == 0;
}

/* Does the resource bear the identifier "system|value"? Some types have one, most a list. */
static bool bears(const struct cJSON *resource, const char *token)
{
    const struct cJSON *identifiers = json_get(resource, "identifier");

    for (size_t i = 0; cJSON_IsArray(identifiers) && i < json_count(identifiers); i++)
        if (is_identifier(json_at(identifiers, i), token))
            return true;
    return is_identifier(identifiers, token);
}

static bool is_found_by(struct judgement *judgement, const struct current *current, const char *key)
{
    static const char by[] = "?identifier=";
    const char *query = strstr(key, by);

    if (!query)
        return strcmp(current->reference, key) == 0;
    size_t length = (size_t)(query - key);
    if (strncmp(current->reference, key, length) != 0 || current->reference[length] != '/')
        return false;
    return bears(parse(judgement, current->content, current->size), query + sizeof(by) - 1);
}

static void expect_content(struct judgement *judgement, const struct current *current,
                           const struct cJSON *want)
{
    const struct cJSON *content = parse(judgement, current->content, current->size), *item;
    const char *version = arena_printf(judgement->arena, "@%u", current->ordinal);
    const struct cJSON *versions = json_get(want, "version"), *deleted = json_get(want, "deleted");

    if (versions && !is_text_of(versions, version))
        differs(judgement, current->entry,
                arena_printf(judgement->arena, "%s: version", want->string),
                canonical(judgement, versions), version);
    if (deleted && cJSON_IsTrue(deleted) != !current->content)
        differs(judgement, current->entry,
                arena_printf(judgement->arena, "%s: deleted", want->string),
                canonical(judgement, deleted), current->content ? "false" : "true");
    cJSON_ArrayForEach(item, want)
    {
        if (item->string[0] != '/' || is_comment(item))
            continue;
        const struct cJSON *got = json_pointer(content, item->string);
        if (is_any_of(judgement, item, got))
            continue;
        differs(judgement, current->entry,
                arena_printf(judgement->arena, "%s%s", want->string, item->string),
                cJSON_IsNull(item) ? "nothing" : canonical(judgement, item),
                canonical(judgement, got));
    }
}

static void expect_resource(struct judgement *judgement, const struct cJSON *want)
{
    const struct cJSON *counts = json_get(want, "count");
    const char *what = arena_printf(judgement->arena, "%s: count", want->string);
    const struct current *first = NULL;
    unsigned found = 0;
    size_t count = 0;
    struct current *all = chart_at_end(judgement, &count);

    for (size_t i = 0; i < count; i++) {
        if (!is_found_by(judgement, &all[i], want->string))
            continue;
        found += all[i].content || !counts; /* who counts does not count what is deleted */
        if (!first)
            first = &all[i];
    }
    if (counts)
        expect_count(judgement, first ? first->entry : 0, what, counts, found);
    else if (found != 1)
        differs(judgement, first ? first->entry : 0, what, "1",
                arena_printf(judgement->arena, "%u", found));
    if (first)
        expect_content(judgement, first, want);
}

/* ---- audit, idempotency, reviews ---- */

static bool is_audit_of(const struct sim_entry *entry, const char *intent)
{
    return entry->kind == SIM_SAID && strcmp(entry->what, "audit") == 0 &&
           strcmp(entry->intent, intent) == 0 && entry->body;
}

/* The audit may be asked for again: a line that was served before is the same record. */
static bool was_served(const struct evidence *evidence, size_t index)
{
    const struct sim_entry *entry = evidence->entries[index];

    for (size_t i = 0; i < index; i++) {
        const struct sim_entry *earlier = evidence->entries[i];

        if (is_audit_of(earlier, entry->intent) && earlier->body_size == entry->body_size &&
            memcmp(earlier->body, entry->body, entry->body_size) == 0)
            return true;
    }
    return false;
}

static void expect_audit(struct judgement *judgement, const struct cJSON *want)
{
    const struct evidence *evidence = judgement->evidence;
    const struct cJSON *item;

    cJSON_ArrayForEach(item, want)
    {
        unsigned count = 0;
        uint64_t last = 0;

        if (is_comment(item))
            continue;
        for (size_t i = 0; i < evidence->entry_count; i++) {
            const struct sim_entry *entry = evidence->entries[i];

            if (!is_audit_of(entry, want->string) || was_served(evidence, i))
                continue;
            last = entry->n;
            const char *outcome =
                json_string(parse(judgement, entry->body, entry->body_size), "outcome");
            count += outcome && strcmp(outcome, item->string) == 0;
        }
        expect_count(
            judgement, last,
            arena_printf(judgement->arena, "%s: audit records %s", want->string, item->string),
            item, count);
    }
}

static const struct evidence_intent *find_intent(const struct evidence *evidence, const char *name)
{
    for (size_t i = 0; i < evidence->intent_count; i++) {
        if (strcmp(evidence->intents[i].name, name) == 0)
            return &evidence->intents[i];
    }
    return NULL;
}

/* A delivery under the intent's own key and with its own payload: these must be answered alike. */
static bool is_delivery(struct judgement *judgement, const struct sim_entry *answer,
                        const struct evidence_intent *intent)
{
    const struct evidence *evidence = judgement->evidence;

    if (answer->kind != SIM_SAID || strcmp(answer->what, "answer") != 0 ||
        strcmp(answer->intent, intent->name) != 0 || answer->of == 0 ||
        answer->of > evidence->entry_count)
        return false;
    const struct sim_entry *submit = evidence->entries[answer->of - 1];
    const char *key =
        json_string(parse(judgement, submit->headers, strlen(submit->headers)), "Idempotency-Key");
    const struct cJSON *payload = parse(judgement, submit->body, submit->body_size);
    return key && strcmp(key, intent->key) == 0 &&
           strcmp(canonical(judgement, payload), canonical(judgement, intent->payload)) == 0;
}

static bool is_terminal(const char *state)
{
    static const char *const states[] = {"committed", "rejected", "cancelled", "superseded",
                                         "compensated"};

    for (size_t i = 0; state && i < COUNT_OF(states); i++) {
        if (strcmp(states[i], state) == 0)
            return true;
    }
    return false;
}

/* No answer, or only "not now". */
static bool is_put_off(const struct sim_entry *answer)
{
    return answer->status == 0 || answer->status == 409 || answer->status == 429 ||
           answer->status >= 500;
}

/* The same member; none, null and an empty list are one. */
static bool is_same_member(struct judgement *judgement, const struct cJSON *a,
                           const struct cJSON *b, const char *name)
{
    const struct cJSON *left = json_get(a, name), *right = json_get(b, name);

    return json_count(left) + json_count(right) == 0 ||
           strcmp(canonical(judgement, left), canonical(judgement, right)) == 0;
}

static void expect_idempotency(struct judgement *judgement, const struct cJSON *want)
{
    const struct evidence *evidence = judgement->evidence;
    const struct evidence_intent *intent = find_intent(evidence, want->string);
    const struct sim_entry *view = last_said(evidence, "view", want->string);
    const struct sim_entry *last = view ? view : last_said(evidence, "answer", want->string);
    const struct cJSON *end = last ? parse(judgement, last->body, last->body_size) : NULL;
    const char **ids = arena_alloc(judgement->arena, (evidence->entry_count + 1) * sizeof(*ids));
    unsigned count = 0;
    bool is_same = true;
    uint64_t proof = 0;

    if (!intent)
        return;
    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (!is_delivery(judgement, entry, intent) || is_put_off(entry))
            continue;
        const struct cJSON *answer = parse(judgement, entry->body, entry->body_size);
        const char *id = json_string(answer, "id");
        unsigned at = 0;
        while (id && at < count && strcmp(ids[at], id) != 0)
            at++;
        if (id && at == count)
            ids[count++] = id;
        bool fits = id && at == 0 &&
                    (!is_terminal(json_string(answer, "state")) ||
                     (is_same_member(judgement, answer, end, "result") &&
                      is_same_member(judgement, answer, end, "results")));
        proof = fits || proof ? proof : entry->n;
        is_same &= fits;
    }
    expect_count(judgement, proof,
                 arena_printf(judgement->arena, "%s: intents under its key", want->string),
                 json_get(want, "intents"), count);
    if (json_get(want, "sameResult") && json_flag(want, "sameResult", true) != is_same)
        differs(judgement, proof, arena_printf(judgement->arena, "%s: sameResult", want->string),
                canonical(judgement, json_get(want, "sameResult")), is_same ? "true" : "false");
}

/* The versionId of "@n" of the intent's target, or NULL. */
static const char *version_label(struct judgement *judgement, const char *intent, const char *text)
{
    const struct evidence *evidence = judgement->evidence;
    const struct evidence_intent *of = find_intent(evidence, intent);
    const char *reference = of ? json_string(json_get(of->payload, "target"), "reference") : NULL;
    unsigned long ordinal = text && text[0] == '@' ? strtoul(text + 1, NULL, 10) : 0;

    for (size_t i = 0; reference && ordinal && i < evidence->chart_count; i++) {
        if (evidence->chart[i].ordinal == ordinal &&
            strcmp(evidence->chart[i].reference, reference) == 0)
            return evidence->chart[i].version;
    }
    for (size_t i = 0; reference && ordinal && i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind == SIM_COMMITTED && entry->ordinal == ordinal &&
            strcmp(entry->reference, reference) == 0)
            return entry->version;
    }
    return NULL;
}

/* An engine with an interface of its own (`raw`) whose adapter has nothing for that member. */
static bool is_unmapped(struct arena *arena, const struct cJSON *review, const char *pointer)
{
    const char *member = arena_copy(arena, pointer, 1 + strcspn(pointer + 1, "/"));

    return json_get(review, "raw") && !json_pointer(review, member);
}

static void expect_review(struct judgement *judgement, const struct cJSON *want)
{
    const struct sim_entry *entry = last_said(judgement->evidence, "review", want->string);
    const struct cJSON *review = entry ? parse(judgement, entry->body, entry->body_size) : NULL;
    const struct cJSON *item;

    if (!entry) {
        differs(judgement, 0, arena_printf(judgement->arena, "%s: review", want->string),
                "a review", "none");
        return;
    }
    cJSON_ArrayForEach(item, want)
    {
        if (is_comment(item) || is_unmapped(judgement->arena, review, item->string))
            continue;
        const struct cJSON *got = json_pointer(review, item->string);
        const char *label = version_label(judgement, want->string, json_text(item));

        if (label && json_text(got) && strcmp(json_text(got), label) == 0)
            continue;
        if (is_any_of(judgement, item, got))
            continue;
        differs(judgement, entry->n,
                arena_printf(judgement->arena, "%s: review %s", want->string, item->string),
                canonical(judgement, item), canonical(judgement, got));
    }
}

static const struct {
    const char *member;
    unsigned needs;
    bool is_of_intent; /* its members are named after intents */
    void (*judge)(struct judgement *judgement, const struct cJSON *want);
} members[] = {
    {"intents", PART_SAID, true, expect_intent},
    {"chart", PART_JOURNAL, false, expect_resource},
    {"audit", PART_AUDIT, true, expect_audit},
    {"idempotency", PART_SAID, true, expect_idempotency},
    {"reviews", PART_REVIEWS, true, expect_review},
};

bool expect_judge(const struct cJSON *expect, const struct evidence *evidence, struct arena *arena,
                  struct result_invariant *out)
{
    struct judgement judgement = {.evidence = evidence,
                                  .arena = arena,
                                  .finding = {.arena = arena, .result = out},
                                  .diff = BUF_INIT};
    const struct cJSON *item;

    if (!expect)
        return false;
    *out = (struct result_invariant){.name = "expect",
                                     .control = "scenario",
                                     .clinician = "What this scenario expects came true.",
                                     .engineer = "The scenario's `expect` holds.",
                                     .verdict = VERDICT_PASS,
                                     .is_judged = true};
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        cJSON_ArrayForEach(item, json_get(expect, members[i].member))
        {
            if (is_comment(item))
                continue;
            if (!(evidence->parts & members[i].needs) ||
                (members[i].is_of_intent && was_cut_off(evidence, item->string))) {
                judgement.skipped++;
                continue;
            }
            judgement.judged++;
            members[i].judge(&judgement, item);
        }
    }
    if (judgement.judged == 0 && judgement.skipped > 0) {
        out->is_judged = false;
        out->needs = "status, audit or reviews";
    }
    if (judgement.diff.size > 0)
        out->diff = buf_copy(&judgement.diff, arena);
    buf_release(&judgement.diff);
    return true;
}
