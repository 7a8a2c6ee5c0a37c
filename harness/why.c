/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why - one teller for each kind of journal entry that changed the chart or stood in the way; the rest is for the story.
 *
 * What an entry does not say itself (the guard of a committed write) is said by the arrival of its exchange.
 */
#include "harness/why.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "harness/evidence.h"
#include "reports/result.h"

#define SENTENCES_MAX 12 /* about what happened; then the rest is counted */
#define DIFF_LINES    4

struct telling {
    const struct evidence *evidence;
    struct buf *out;
    bool is_down;
    unsigned starts;
};

static const struct sim_entry *arrival_of(const struct telling *telling,
                                          const struct sim_entry *entry)
{
    for (size_t i = 0; entry->exchange && i < telling->evidence->entry_count; i++) {
        const struct sim_entry *other = telling->evidence->entries[i];

        if (other->kind == SIM_ARRIVED && other->exchange == entry->exchange)
            return other;
    }
    return NULL;
}

/* "PUT Task/follow-up for portal's raise" */
static void put_request(struct buf *out, const struct sim_entry *entry)
{
    buf_printf(out, "%s %.100s", entry->method, entry->url);
    if (entry->intent[0])
        buf_printf(out, " for %s's %s", entry->actor, entry->intent);
}

/* The edit that a foreign commit follows. */
static const struct sim_entry *edit_of(const struct telling *telling, const struct sim_entry *entry)
{
    for (uint64_t n = entry->n - 1; n > 0; n--) {
        const struct sim_entry *other = telling->evidence->entries[n - 1];

        if (other->kind == SIM_EDIT)
            return strcmp(other->actor, entry->actor) == 0 ? other : NULL;
    }
    return NULL;
}

static bool tell_foreign(const struct telling *telling, const struct sim_entry *entry)
{
    const struct sim_entry *edit = edit_of(telling, entry);

    buf_printf(telling->out, "%s %s %s, version @%u",
               entry->actor[0] ? entry->actor : "Somebody else", entry->body ? "writes" : "deletes",
               entry->reference, entry->ordinal);
    if (edit && edit->method[0])
        buf_printf(telling->out, " (%s)", edit->method);
    buf_putc(telling->out, '.');
    return true;
}

static bool tell_committed(const struct telling *telling, const struct sim_entry *entry)
{
    const struct sim_entry *arrival = arrival_of(telling, entry);

    if (!arrival || !entry->intent[0])
        return tell_foreign(telling, entry);
    buf_printf(telling->out, "The engine %s %s, version @%u: ", entry->body ? "writes" : "deletes",
               entry->reference, entry->ordinal);
    put_request(telling->out, arrival);
    buf_printf(telling->out, ", %s.", arrival->guard[0] ? arrival->guard : "without a condition");
    return true;
}

/* How `list faults` puts it. */
static const char *summary_of(const char *fault)
{
    const struct sim_fault_kind *kinds = NULL;
    size_t count = sim_fault_kinds(&kinds), length = strcspn(fault, "(");

    for (size_t i = 0; i < count; i++) {
        if (strncmp(kinds[i].name, fault, length) == 0 && kinds[i].name[length] == '\0')
            return kinds[i].summary;
    }
    return NULL;
}

static bool tell_fault(const struct telling *telling, const struct sim_entry *entry)
{
    const char *summary = summary_of(entry->fault);

    put_request(telling->out, entry);
    buf_printf(telling->out, " meets %s%s%s.", entry->fault, summary ? ": " : "",
               summary ? summary : "");
    return true;
}

static bool tell_refused(const struct telling *telling, const struct sim_entry *entry)
{
    const struct sim_entry *arrival = arrival_of(telling, entry);

    if (!arrival || entry->status < 400 || strcmp(arrival->method, "GET") == 0 || entry->fault[0])
        return false;
    put_request(telling->out, arrival);
    buf_printf(telling->out, " is answered with %d.", entry->status);
    return true;
}

static bool tell_hung_up(const struct telling *telling, const struct sim_entry *entry)
{
    if (telling->is_down || !entry->intent[0])
        return false;
    buf_puts(telling->out, "The engine gives up waiting for the answer to ");
    put_request(telling->out, entry);
    buf_putc(telling->out, '.');
    return true;
}

static bool tell_process(struct telling *telling, const struct sim_entry *entry)
{
    static const char *const texts[][2] = {{"kill", "The engine is killed."},
                                           {"term", "The engine is told to end."},
                                           {"start", "The engine starts again."},
                                           {"down", "The server goes down."},
                                           {"up", "The server is up again."}};

    telling->is_down |= strcmp(entry->what, "kill") == 0 || strcmp(entry->what, "term") == 0;
    if (strcmp(entry->what, "start") == 0) {
        telling->is_down = false;
        if (telling->starts++ == 0)
            return false;
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (strcmp(texts[i][0], entry->what) == 0) {
            buf_puts(telling->out, texts[i][1]);
            return true;
        }
    }
    return false;
}

/* False: it is not worth a sentence. */
static bool tell(struct telling *telling, const struct sim_entry *entry)
{
    switch (entry->kind) {
    case SIM_COMMITTED:
        return tell_committed(telling, entry);
    case SIM_FAULT:
        return tell_fault(telling, entry);
    case SIM_REPLIED:
        return tell_refused(telling, entry);
    case SIM_HUNG_UP:
        return tell_hung_up(telling, entry);
    case SIM_PROCESS:
        return tell_process(telling, entry);
    case SIM_ARRIVED:
    case SIM_EDIT:
    case SIM_SAID:
    case SIM_NOTIFIED:
        return false;
    }
    return false;
}

static void put_diff(struct buf *out, const char *diff)
{
    size_t lines = 0;

    for (const char *at = diff; at && *at && lines < DIFF_LINES; lines++) {
        size_t length = strcspn(at, "\n");
        const char *says = *at == '-' ? "should be" : "is";
        size_t skip = length > 2 && (*at == '-' || *at == '+') ? 2 : 0;

        buf_printf(out, "%s %s %.*s", lines ? ";" : " There", says, (int)(length - skip),
                   at + skip);
        at += length + (at[length] == '\n');
    }
    if (lines)
        buf_putc(out, '.');
}

const char *why_tell(const struct evidence *evidence, const struct result_invariant *finding,
                     struct arena *arena)
{
    struct buf out = BUF_INIT, more = BUF_INIT;
    struct telling telling = {.evidence = evidence, .out = &out};
    size_t told = 0, left = 0;

    for (size_t i = 0; i < evidence->entry_count; i++) {
        telling.out = told < SENTENCES_MAX ? &out : &more;
        if (!tell(&telling, evidence->entries[i]))
            continue;
        told++;
        left += told > SENTENCES_MAX;
        buf_putc(telling.out, ' ');
    }
    if (left)
        buf_printf(&out, "(%zu more.) ", left);
    buf_printf(&out, "Found: %s.", finding->text ? finding->text : "");
    put_diff(&out, finding->diff);
    buf_printf(&out, " The rule %s: %s", finding->name, finding->engineer ? finding->engineer : "");
    const char *copy = buf_copy(&out, arena);
    buf_release(&out);
    buf_release(&more);
    return copy;
}
