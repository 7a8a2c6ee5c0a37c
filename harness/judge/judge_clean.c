/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_clean - clean-chart: nothing of how a write came about stands in a clinical resource.
 *
 * Looked for: keys, correlation ids and event ids of the run, as words of their own, and counts of attempts. Looked at:
 * strings that a write of the engine brought in. Not counted: what the intent's own content has, identifiers of the
 * declared system, the resource's own id (it is identity, no content), and companions.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "harness/judge/facts.h"
#include "harness/judge/judge.h"
#include "harness/judge/judges.h"

#define SHORT_NEEDLE 4 /* shorter ones may be words of their own */

struct search {
    const struct facts *facts;
    struct finding *finding;
    const struct fact_version *version;
    const struct cJSON *own, *before; /* the intent's content, the predecessor's */
};

/* ---- is it anywhere in a tree? ---- */

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

static bool has_word(const char *text, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !is_word_char(at[-1])) && !is_word_char(at[size]))
            return true;
    return false;
}

static bool tree_has_word(const struct cJSON *tree, const char *word)
{
    const char *text = json_text(tree);
    const struct cJSON *child;

    if (text)
        return has_word(text, word);
    cJSON_ArrayForEach(child, tree)
    {
        if (tree_has_word(child, word))
            return true;
    }
    return false;
}

static bool tree_has_text(const struct cJSON *tree, const char *text)
{
    const struct cJSON *child;

    if (json_text(tree))
        return strcmp(json_text(tree), text) == 0;
    cJSON_ArrayForEach(child, tree)
    {
        if (tree_has_text(child, text))
            return true;
    }
    return false;
}

/* ---- what must not be there ---- */

/* "attempt 2", "2nd retry", "retry: 3/5": a count beside one of the words. */
static bool counts_attempts(const char *text)
{
    static const char *const words[] = {"attempt", "retry", "retries", "redeliver", "resend"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *at = strcasestr(text, words[i]);
        const char *after = at ? at + strlen(words[i]) : NULL;
        const char *before = at;

        if (!at)
            continue;
        while (isalpha((unsigned char)*after))
            after++;
        after += strspn(after, " :#=-/(.");
        while (before > text && strchr(" -_.stndrh", before[-1]))
            before--;
        if (isdigit((unsigned char)*after) || (before > text && isdigit((unsigned char)before[-1])))
            return true;
    }
    return false;
}

static void judge_needle(const struct search *search, const char *text, const char *needle,
                         const char *what)
{
    const struct fact_version *version = search->version;

    if (!needle || !*needle || !has_word(text, needle) || tree_has_word(search->own, needle) ||
        tree_has_word(search->before, needle))
        return;
    if (strlen(needle) < SHORT_NEEDLE)
        finding_unknown(search->finding, ENTRIES(version->n),
                        "%s version %s has \"%s\" in it, which may be %s or a word",
                        version->resource->reference, version->label, needle, what);
    else
        finding_fail(search->finding, ENTRIES(version->n), "%s version %s has %s \"%s\" in it",
                     version->resource->reference, version->label, what, needle);
}

static void judge_text(const struct search *search, const char *text)
{
    const struct facts *facts = search->facts;
    const struct fact_version *version = search->version;

    if (tree_has_text(search->own, text) || tree_has_text(search->before, text))
        return;
    for (size_t i = 0; i < facts->intent_count; i++) {
        const struct fact_intent *intent = facts->intents[i];

        for (size_t k = 0; k < intent->key_count; k++)
            judge_needle(search, text, intent->keys[k], "the key");
        judge_needle(search, text, intent->given->correlation, "the correlation id");
        judge_needle(search, text, intent->event_id, "the event id");
    }
    if (counts_attempts(text))
        finding_fail(search->finding, ENTRIES(version->n), "%s version %s counts attempts: \"%s\"",
                     version->resource->reference, version->label, text);
}

static bool is_declared(const struct search *search, const struct cJSON *tree)
{
    const char *system = json_string(tree, "system");
    const char *declared = search->facts->evidence->identifier_system;

    return declared && system && strcmp(system, declared) == 0 && json_string(tree, "value");
}

static void judge_tree(const struct search *search, const struct cJSON *tree, bool is_root)
{
    const struct cJSON *child;

    if (json_text(tree)) {
        judge_text(search, json_text(tree));
        return;
    }
    if (is_declared(search, tree))
        return;
    cJSON_ArrayForEach(child, tree)
    {
        if (!is_root || !child->string || strcmp(child->string, "id") != 0)
            judge_tree(search, child, false);
    }
}

static const struct cJSON *content_of(const struct fact_intent *intent)
{
    const struct cJSON *payload = intent ? intent->given->payload : NULL;
    static const char *const members[] = {"resource", "patch", "bundle"};

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (json_get(payload, members[i]))
            return json_get(payload, members[i]);
    return NULL;
}

void judge_clean_chart(const struct facts *facts, struct finding *finding)
{
    for (size_t i = 0; i < facts->commit_count; i++) {
        const struct fact_version *version = facts->commits[i];
        struct search search = {.facts = facts,
                                .finding = finding,
                                .version = version,
                                .own = content_of(version->intent),
                                .before = version->pred ? fact_tree(version->pred) : NULL};

        if (version->exchange && !version->is_companion && !version->is_deletion)
            judge_tree(&search, fact_tree(version), true);
    }
}
