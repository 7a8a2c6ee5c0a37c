/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story - one teller for each kind of journal entry: it gives the line's text, or NULL where the entry is no news.
 */
#include "harness/story.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/evidence.h"

struct telling {
    const struct evidence *evidence;
    struct arena *arena;
    const char **states; /* by intent: as told last */
};

static size_t intent_index(const struct telling *telling, const char *name)
{
    size_t i = 0;

    while (i < telling->evidence->intent_count &&
           strcmp(telling->evidence->intents[i].name, name) != 0)
        i++;
    return i;
}

static const struct cJSON *parse(const struct telling *telling, const struct sim_entry *entry)
{
    struct err ignored = ERR_INIT;

    return entry->body ? json_parse(telling->arena, entry->body, entry->body_size, &ignored) : NULL;
}

/* A view is news when it says another state than the last one. */
static const char *tell_view(const struct telling *telling, const struct sim_entry *entry,
                             bool is_proof)
{
    const struct cJSON *view = parse(telling, entry);
    const char *state = json_string(view, "state");
    const char *reference = json_string(json_get(view, "result"), "reference");
    const char *version = json_string(json_get(view, "result"), "versionId");
    size_t at = intent_index(telling, entry->intent);

    if (!state)
        return arena_printf(telling->arena, "%s: %s, status %d", entry->intent, entry->what,
                            entry->status);
    if (!is_proof && telling->states[at] && strcmp(telling->states[at], state) == 0)
        return NULL;
    telling->states[at] = state;
    return arena_printf(telling->arena, "%s: says %s%s%s%s%s", entry->intent, state,
                        reference ? ", " : "", reference ? reference : "",
                        version ? " version " : "", version ? version : "");
}

static const char *tell_decision(const struct telling *telling, const struct sim_entry *entry)
{
    const char *decision = json_string(parse(telling, entry), "decision");

    return arena_printf(telling->arena, "%s: a human decides %s", entry->intent,
                        decision ? decision : "");
}

/* An audit record or an event that proves something. */
static const char *tell_record(const struct telling *telling, const struct sim_entry *entry)
{
    const struct cJSON *record = parse(telling, entry);
    const char *what = json_string(record, "outcome"), *kind = json_string(record, "kind");
    const char *reference = json_string(json_get(record, "target"), "reference");
    const char *version = json_string(record, "versionWritten");

    if (!what && !kind)
        return arena_printf(telling->arena, "%s: %s: %.120s", entry->intent, entry->what,
                            entry->body ? entry->body : "");
    return arena_printf(telling->arena, "%s: %s %lld: %s%s%s%s%s", entry->intent, entry->what,
                        json_integer(record, "sequence", 0), what ? what : kind,
                        reference ? ", " : "", reference ? reference : "",
                        version ? " version " : "", version ? version : "");
}

static const char *tell_said(const struct telling *telling, const struct sim_entry *entry,
                             bool is_proof)
{
    static const char *const quiet[] = {"settled", "metrics", "event", "audit", "reviews"};
    const char *what = entry->what;

    if (strcmp(what, "view") == 0 || strcmp(what, "answer") == 0 ||
        strcmp(what, "cancelled") == 0 || strcmp(what, "compensated") == 0)
        return tell_view(telling, entry, is_proof);
    if (strcmp(what, "decide") == 0)
        return tell_decision(telling, entry);
    if (strcmp(what, "due") == 0)
        return "timed work is due now";
    for (size_t i = 0; i < COUNT_OF(quiet); i++) {
        if (strcmp(what, quiet[i]) == 0 && !is_proof)
            return NULL;
    }
    if (is_proof && (strcmp(what, "audit") == 0 || strcmp(what, "event") == 0))
        return tell_record(telling, entry);
    return arena_printf(telling->arena, "%s%s%s", entry->intent, entry->intent[0] ? ": " : "",
                        what);
}

static const char *tell_process(const struct telling *telling, const struct sim_entry *entry)
{
    static const char *const texts[][2] = {
        {"start", "the engine starts"},     {"ready", "the engine is ready"},
        {"kill", "SIGKILL to the engine"},  {"term", "SIGTERM to the engine"},
        {"pause", "the engine is paused"},  {"resume", "the engine goes on"},
        {"exited", "the engine has ended"}, {"down", "the server goes down"},
        {"up", "the server is up"},         {"recovery", "recovery: no more faults from here"},
    };

    const char *instance = entry->what + strcspn(entry->what, "@");
    const char *what = arena_copy(telling->arena, entry->what, (size_t)(instance - entry->what));

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (strcmp(texts[i][0], what) == 0)
            return instance[0] ? arena_printf(telling->arena, "%s (%s)", texts[i][1], instance)
                               : texts[i][1];
    }
    if (strcmp(entry->what, "recovered") == 0)
        return entry->status ? "nothing changes any more" : "it never stops changing";
    return NULL; /* steps: their effects are told */
}

static const char *tell_committed(const struct telling *telling, const struct sim_entry *entry)
{
    return arena_printf(telling->arena, "%s @%u%s", entry->reference, entry->ordinal,
                        entry->body ? "" : " deleted");
}

/* The line of one entry; NULL: no news. */
static const char *tell(const struct telling *telling, const struct sim_entry *entry, bool is_proof,
                        enum story_column *out_column)
{
    *out_column = STORY_WIRE;
    switch (entry->kind) {
    case SIM_ARRIVED:
        return arena_printf(telling->arena, "%s: %s %.100s%s%.100s",
                            entry->intent[0] ? entry->intent : entry->actor, entry->method,
                            entry->url, entry->guard[0] ? "  " : "", entry->guard);
    case SIM_COMMITTED:
        *out_column = STORY_CHART;
        return tell_committed(telling, entry);
    case SIM_REPLIED:
        return arena_printf(telling->arena, "%s: %d%s%s",
                            entry->intent[0] ? entry->intent : entry->actor, entry->status,
                            entry->version[0] ? "  version " : "", entry->version);
    case SIM_HUNG_UP:
        return arena_printf(telling->arena, "%s: hangs up", entry->intent);
    case SIM_FAULT:
        return arena_printf(telling->arena, "%s: fault",
                            entry->intent[0] ? entry->intent : entry->actor);
    case SIM_EDIT:
        *out_column = STORY_FOREIGN;
        return arena_printf(telling->arena, "%s: %s %.100s", entry->actor, entry->method,
                            entry->url);
    case SIM_SAID:
        *out_column = STORY_ENGINE;
        return tell_said(telling, entry, is_proof);
    case SIM_PROCESS:
        *out_column = STORY_ENGINE;
        return tell_process(telling, entry);
    case SIM_NOTIFIED:
        *out_column = STORY_ENGINE;
        return arena_printf(telling->arena, "notified: %s", entry->what);
    }
    return NULL;
}

/* 1, 2, ... among the proving entries; 0: it proves nothing. */
static unsigned proof_number(const struct result_invariant *finding, uint64_t n)
{
    unsigned number = 1;
    bool is_proof = false;

    for (size_t i = 0; i < finding->entry_count; i++) {
        is_proof |= finding->entries[i] == n;
        number += finding->entries[i] < n;
    }
    return is_proof ? number : 0;
}

struct story_line *story_tell(const struct evidence *evidence,
                              const struct result_invariant *finding, struct arena *arena,
                              size_t *out_count)
{
    struct telling telling = {
        .evidence = evidence,
        .arena = arena,
        .states = arena_alloc(arena, (evidence->intent_count + 1) * sizeof(char *))};
    struct story_line *lines = arena_alloc(arena, (evidence->entry_count + 1) * sizeof(*lines));
    size_t count = 0;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        const struct sim_entry *entry = evidence->entries[i];
        struct story_line line = {.n = entry->n, .proof = proof_number(finding, entry->n)};

        line.text = tell(&telling, entry, line.proof > 0, &line.column);
        line.fault = entry->fault[0] ? arena_strdup(arena, entry->fault) : NULL;
        if (line.text)
            lines[count++] = line;
    }
    *out_count = count;
    return lines;
}
