/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_leak - no-leak and reviews-guarded: what may be seen by those who may not see the chart.
 *
 * Logs, metrics, the URLs of looks (which every proxy logs), the texts of errors, and files that are not declared
 * encrypted are read by people and programs without a right to the chart. A review and a view's content are not among
 * them: they are for who bears credentials.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/judge/canary.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

struct search {
    const struct facts *facts;
    struct finding *finding;
    struct canaries canaries;
};

static void look(struct search *search, const struct sim_entry *entry, const char *where,
                 const char *text, size_t size)
{
    const struct canary *found = text ? canaries_find(&search->canaries, text, size) : NULL;

    if (found)
        finding_fail(search->finding, ENTRIES(entry->n), "%s of the chart stands in %s: \"%s\"",
                     found->what, where,
                     strcmp(found->what, "a token") == 0 ? "(token)" : found->text);
}

static void look_text(struct search *search, const struct sim_entry *entry, const char *where,
                      const char *text)
{
    if (text)
        look(search, entry, where, text, strlen(text));
}

static void look_strings(struct search *search, const struct sim_entry *entry, const char *where,
                         const struct cJSON *tree)
{
    const struct cJSON *child;

    look_text(search, entry, where, json_text(tree));
    cJSON_ArrayForEach(child, tree)
    {
        look_strings(search, entry, where, child);
    }
}

/* What an answer says of an error: the members of a problem, or a body that is no JSON. */
static void look_error(struct search *search, const struct sim_entry *entry)
{
    static const char *const members[] = {"type",     "title", "detail",
                                          "instance", "error", "message"};
    struct err ignored = ERR_INIT;
    const struct cJSON *tree =
        json_parse(search->facts->arena, entry->body, entry->body_size, &ignored);

    if (!tree)
        look(search, entry, "the text of an error", entry->body, entry->body_size);
    for (size_t i = 0; i < COUNT_OF(members); i++)
        look_strings(search, entry, "the text of an error", json_get(tree, members[i]));
}

/* What is told of an intent that went wrong. */
static void look_problems(struct search *search, const struct fact_intent *intent)
{
    for (size_t i = 0; i < intent->view_count; i++)
        look_strings(search, intent->views[i]->entry, "the problem of an intent",
                     intent->views[i]->problem);
}

static void look_said(struct search *search, const struct sim_entry *entry)
{
    static const char *const answers[] = {"answer", "view", "decided", "cancelled",
                                          "swept",  "told", "probe"};

    if (!entry->body)
        return;
    if (strcmp(entry->what, "log") == 0) {
        look(search, entry, arena_printf(search->facts->arena, "what it left in %s", entry->url),
             entry->body, entry->body_size);
        if (entry->status)
            finding_unknown(search->finding, ENTRIES(entry->n), "%s is too long to be read whole",
                            entry->url);
    }
    if (strcmp(entry->what, "metrics") == 0)
        look(search, entry, "its metrics", entry->body, entry->body_size);
    for (size_t i = 0; entry->status >= 400 && i < COUNT_OF(answers); i++)
        if (strcmp(entry->what, answers[i]) == 0)
            look_error(search, entry);
}

void judge_no_leak(const struct facts *facts, struct finding *finding)
{
    struct search search = {.facts = facts, .finding = finding};

    canaries_gather(&search.canaries, facts);
    if (search.canaries.count == 0) {
        finding->result->is_judged = false;
        finding->result->needs = "a chart with names, numbers or notes";
        return;
    }
    for (size_t i = 0; i < facts->evidence->entry_count; i++) {
        const struct sim_entry *entry = facts->evidence->entries[i];

        if (entry->kind == SIM_SAID)
            look_said(&search, entry);
        if (entry->kind == SIM_ARRIVED &&
            (strcmp(entry->method, "GET") == 0 || strcmp(entry->method, "HEAD") == 0))
            look_text(&search, entry, "the URL of a look", entry->url);
    }
    for (size_t i = 0; i < facts->intent_count; i++)
        look_problems(&search, facts->intents[i]);
    /* a leak elsewhere is one, but without either of these nothing is known of most places */
    if (!(facts->evidence->parts & (PART_LOGS | PART_METRICS)) &&
        finding->result->verdict == VERDICT_PASS) {
        finding->result->is_judged = false;
        finding->result->needs = "metrics or logs";
    }
}

/* ---- reviews-guarded ---- */

/* A page that asks who is there is no answer. */
static bool is_page(const struct sim_entry *entry)
{
    const char *text = entry->body ? entry->body : "";

    text += strspn(text, " \t\r\n");
    return strncasecmp(text, "<!doctype", 9) == 0 || strncasecmp(text, "<html", 5) == 0;
}

void judge_reviews_guarded(const struct facts *facts, struct finding *finding)
{
    bool was_asked = false;

    for (size_t i = 0; i < facts->evidence->entry_count; i++) {
        const struct sim_entry *entry = facts->evidence->entries[i];

        if (entry->kind != SIM_SAID || strcmp(entry->what, "probe") != 0)
            continue;
        was_asked = true;
        if (entry->status / 100 == 2 && !is_page(entry))
            finding_fail(finding, ENTRIES(entry->n), "%s is answered %d %s", entry->url,
                         entry->status,
                         facts_header(facts, entry, "Authorization") ? "to a made up token"
                                                                     : "without credentials");
    }
    if (was_asked)
        return;
    finding->result->is_judged = false;
    finding->result->needs = "a list of reviews, audit or events and the headers that open it";
}
