/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - conditional headers (fhir-rules.md rows 4 and 12 to 17).
 *
 * A tag matches by its opaque part alone: W/"3", "3" and 3 all mean versionId 3 (strong and bare
 * ones where the knob strong_etag_in accepts them). A list matches when
 * one of it does, `*` when the resource is live. On a deleted resource the deletion's version
 * matches, so that a client may revive exactly what it saw deleted.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"
#include "simulator/label.h"

enum match { MATCH_NO, MATCH_YES, MATCH_MALFORMED };

static bool is_bare(const char *tag)
{
    return fhir_id_is_valid(tag);
}

static enum match tag_match(const struct act *act, const char *tag, const struct version *current)
{
    struct arena *arena = act->request->arena;
    const char *version = tag;
    bool is_weak = false;

    if (strcmp(tag, "*") == 0)
        return current && !current->is_deletion ? MATCH_YES : MATCH_NO;
    if (!etag_parse(arena, tag, &version, &is_weak) && !is_bare(tag))
        return MATCH_MALFORMED;
    if (!is_weak && act->knobs->refuses_strong_etag)
        return MATCH_MALFORMED;
    return current && strcmp(version, label_tag(arena, current)) == 0 ? MATCH_YES : MATCH_NO;
}

/* Commas separate tags, but not within quotes. */
static size_t tag_length(const char *text)
{
    bool is_quoted = false;
    size_t length = 0;

    for (; text[length] && (is_quoted || text[length] != ','); length++)
        is_quoted ^= text[length] == '"';
    return length;
}

static enum match list_match(const struct act *act, const char *list, const struct version *current)
{
    enum match result = MATCH_MALFORMED; /* of an empty list */

    while (*list) {
        list += strspn(list, " \t,");
        size_t length = tag_length(list), size = length;
        while (size > 0 && strchr(" \t", list[size - 1]))
            size--;
        if (size == 0)
            break;
        result = tag_match(act, arena_copy(act->request->arena, list, size), current);
        if (result != MATCH_NO)
            return result;
        list += length;
    }
    return result;
}

static void refuse_malformed(const struct act *act, const char *header, const char *value)
{
    REFUSE(act, 400, "invalid", "%s: expected W/\"versionId\", got %s", header, value);
}

static void refuse_stale(const struct act *act, const char *reference, const char *wanted,
                         const struct version *current)
{
    const int status = act->knobs->stale_status;

    if (!current)
        REFUSE(act, act->knobs->if_match_absent, "conflict",
               "%s does not exist, If-Match asks for version %s", reference, wanted);
    else if (current->is_deletion)
        REFUSE(act, status, "conflict",
               "%s was deleted as version %s, If-Match asks for version %s", reference,
               current->label, wanted);
    else
        REFUSE(act, status, "conflict", "%s is at version %s, If-Match asks for version %s",
               reference, current->label, wanted);
}

/* Does this server look at If-Match here at all? */
static bool is_checked(const struct act *act)
{
    switch ((enum if_match_checked)act->knobs->if_match_checked) {
    case IF_MATCH_CHECKED:
        break;
    case IF_MATCH_IGNORED:
        return false;
    case IF_MATCH_IGNORED_IN_BUNDLES:
        return !act->is_entry;
    case IF_MATCH_IGNORED_ON_CONDITIONAL:
        return act->request->id != NULL;
    }
    return true;
}

/* Row 15: a live resource is not changed without saying which version is meant. */
static bool may_be_absent(const struct act *act, const char *reference,
                          const struct version *current)
{
    const char *none_match = request_header(act->request, "If-None-Match");
    const bool is_create_only = none_match && strcmp(none_match, "*") == 0;

    if (!act->knobs->require_if_match || !current || current->is_deletion || is_create_only)
        return true;
    REFUSE(act, act->knobs->require_if_match, "required",
           "%s is at version %s; this server changes nothing without If-Match", reference,
           current->label);
    return false;
}

static bool if_match_passes(const struct act *act, const char *reference,
                            const struct version *current)
{
    const char *header = request_header(act->request, "If-Match");

    if (!header)
        return may_be_absent(act, reference, current);
    if (act->bend->ignores_if_match || !is_checked(act))
        return true;
    enum match match = list_match(act, header, current);
    if (match == MATCH_MALFORMED)
        refuse_malformed(act, "If-Match", header);
    if (match == MATCH_NO)
        refuse_stale(act, reference, header, current);
    return match == MATCH_YES;
}

static bool if_none_match_passes(const struct act *act, const char *reference,
                                 const struct version *current)
{
    const char *header = request_header(act->request, "If-None-Match");

    if (!header)
        return true;
    enum match match = list_match(act, header, current);
    if (match == MATCH_MALFORMED)
        refuse_malformed(act, "If-None-Match", header);
    if (match == MATCH_YES)
        REFUSE(act, 412, "conflict", "%s exists at version %s, If-None-Match is %s", reference,
               current->label, header);
    return match == MATCH_NO;
}

/* The knob write_clash: two writes of one resource were under way at once, and this is the second. */
static bool is_clash(const struct act *act, const char *reference, const struct version *current)
{
    const struct interact_bend *bend = act->bend;

    if (!act->knobs->write_clash || !bend->clash_from || !current ||
        current->commit < bend->clash_from || current->commit > bend->clash_until)
        return false;
    REFUSE(act, act->knobs->write_clash, "conflict",
           "%s became version %s while this request was under way", reference, current->label);
    return true;
}

bool guard_passes(const struct act *act, const char *reference, const struct version *current)
{
    return !bend_is_bricked(act, reference) && !is_clash(act, reference, current) &&
           if_match_passes(act, reference, current) &&
           if_none_match_passes(act, reference, current);
}

bool guard_is_fresh(const struct act *act, const struct version *current)
{
    const char *tags = request_header(act->request, "If-None-Match");
    const char *since = request_header(act->request, "If-Modified-Since");
    uint64_t since_ms = 0;

    if (act->knobs->ignores_fresh)
        return false;
    if (tags)
        return list_match(act, tags, current) == MATCH_YES;
    if (!since || clock_parse_http_date(since, &since_ms))
        return false;
    return since_ms / 1000 >= current->updated_ms / 1000;
}
