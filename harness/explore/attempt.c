/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attempt - its text: a line for each thing, by its first letter; the trace last.
 *
 *     v VERDICT COMPLETE UNSTARTABLE INTERRUPTED SHARED EXCHANGES COMMITS TOOK_US
 *     m problem        j judged        r exact line        f invariant<tab>proof        p, o: the trace
 */
#include "harness/explore/attempt.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "harness/conduct/chosen.h"
#include "harness/conduct/conduct.h"
#include "harness/evidence.h"
#include "harness/judged.h"
#include "harness/scenario/scenario.h"
#include "harness/trial.h"

/* ---- making ---- */

/* A proving entry by what it was a part of; numbers differ from run to run. */
static void put_step(const struct sim_entry *entry, struct buf *out)
{
    const char *act = entry->interaction;

    if (entry->kind == SIM_SAID || entry->kind == SIM_EDIT || entry->kind == SIM_PROCESS)
        act = entry->what;
    buf_printf(out, "%s/%s.%s:%s", entry->actor, entry->intent, act, sim_kind_name(entry->kind));
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted and each once: neither order nor number of the entries is part of what was found. */
static void put_proof(const struct evidence *evidence, const struct result_invariant *found,
                      struct arena *arena, struct buf *out)
{
    const char *steps[COUNT_OF(found->entries)];
    size_t count = 0;

    for (size_t i = 0; i < found->entry_count; i++) {
        struct buf step = BUF_INIT;

        if (found->entries[i] == 0 || found->entries[i] > evidence->entry_count)
            continue;
        put_step(evidence->entries[found->entries[i] - 1], &step);
        steps[count++] = buf_copy(&step, arena);
        buf_release(&step);
    }
    qsort(steps, count, sizeof(steps[0]), compare);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(steps[i - 1], steps[i]) != 0)
            buf_printf(out, "%s%s", i ? " " : "", steps[i]);
    }
}

/* One line, whatever the text has. */
static void put_line(struct buf *out, char letter, const char *text)
{
    buf_printf(out, "%c ", letter);
    for (; *text; text++)
        buf_putc(out, *text == '\n' ? ' ' : *text);
    buf_putc(out, '\n');
}

static enum verdict put_judged(struct conducted *conducted, struct arena *arena, struct buf *out)
{
    struct judged judged;

    judged_make(&conducted->evidence, arena, &judged);
    buf_puts(out, "j ");
    for (size_t i = 0; i < judged.count; i++) {
        const struct result_invariant *found = &judged.results[i];

        buf_putc(out, found->is_judged ? verdict_name(found->verdict)[0] : '-');
    }
    buf_putc(out, '\n');
    for (size_t i = 0; i < judged.count; i++) {
        const struct result_invariant *found = &judged.results[i];

        if (!found->is_judged || found->verdict != VERDICT_FAIL)
            continue;
        buf_printf(out, "f %s\t", found->name);
        put_proof(&conducted->evidence, found, arena, out);
        buf_putc(out, '\n');
    }
    return judged.verdict;
}

/* What cannot be made again. A file that cannot be written is told by whoever looks for it. */
static void keep(struct conducted *conducted, const struct chosen *chosen)
{
    struct err err = ERR_INIT;

    conducted->evidence.seed = chosen->seed;
    if (evidence_write(&conducted->evidence, chosen->keep, &err))
        log_line("%s", err.text);
}

void attempt_make(struct conductor *conductor, const struct scenario *scenario,
                  struct chosen *chosen, struct buf *out)
{
    struct arena *arena = arena_new();
    struct conducted conducted;
    struct buf findings = BUF_INIT;
    enum verdict verdict = VERDICT_UNKNOWN;
    unsigned diverged = 0, invalid = 0;
    bool again = true;

    while (again) {
        arena_reset(arena);
        conduct_chosen(conductor, scenario, chosen, arena, &conducted);
        diverged += conducted.is_divergence;
        invalid += conducted.is_invalid;
        again = !conducted.is_interrupted && ((conducted.is_divergence && diverged < TRIAL_TRIES) ||
                                              (conducted.is_invalid && invalid < 2));
    }
    if (conducted.is_complete)
        verdict = put_judged(&conducted, arena, &findings);
    if (verdict == VERDICT_FAIL && chosen->keep)
        keep(&conducted, chosen);
    buf_printf(out, "v %d %d %d %d %d %u %u %" PRIu64 "\n", (int)verdict, conducted.is_complete,
               conducted.is_unstartable, conducted.is_interrupted, conductor_shares(conductor),
               conducted.exchanges, conducted.commits, conducted.took_us);
    put_line(out, 'm', conducted.problem ? conducted.problem : "");
    put_line(out, 'r', conducted.replay);
    buf_add(out, buf_text(&findings), findings.size);
    if (conducted.is_complete)
        trace_write(&chosen->trace, out);
    chosen->trace = (struct trace){.count = 0}; /* it goes with the arena */
    buf_release(&findings);
    arena_free(arena);
}

/* ---- reading ---- */

static int read_values(const char *line, struct attempt *out, struct err *err)
{
    int verdict = 0, complete = 0, unstartable = 0, interrupted = 0, shared = 0;

    if (sscanf(line, "v %d %d %d %d %d %u %u %" SCNu64, &verdict, &complete, &unstartable,
               &interrupted, &shared, &out->exchanges, &out->commits, &out->took_us) != 8 ||
        (verdict != VERDICT_PASS && verdict != VERDICT_FAIL && verdict != VERDICT_UNKNOWN))
        return err_set(err, ERR_INPUT, "an attempt begins with its verdict, found: %.60s", line);
    out->verdict = (enum verdict)verdict;
    out->is_complete = complete;
    out->is_unstartable = unstartable;
    out->is_interrupted = interrupted;
    out->is_shared = shared;
    return 0;
}

static int read_fail(char *line, struct attempt_fail *out, struct err *err)
{
    char *tab = strchr(line, '\t');

    if (!tab)
        return err_set(err, ERR_INPUT, "a finding without its proof: %.60s", line);
    *tab = '\0';
    *out = (struct attempt_fail){line + 2, tab + 1};
    return 0;
}

int attempt_read(struct arena *arena, const char *text, struct attempt *out, struct err *err)
{
    char *line = arena_strdup(arena, text);
    size_t fails = 0;

    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
        fails += *at == 'f';
    *out = (struct attempt){.problem = "", .judged = "", .replay = ""};
    out->fails = arena_alloc(arena, (fails + 1) * sizeof(*out->fails));
    if (read_values(line, out, err))
        return -1;
    while (*line && *line != 'p') {
        char *end = line + strcspn(line, "\n");
        bool is_last = !*end;

        *end = '\0';
        if (strlen(line) < 2)
            return err_set(err, ERR_INPUT, "a line without its letter");
        if (*line == 'm')
            out->problem = line + 2;
        else if (*line == 'j')
            out->judged = line + 2;
        else if (*line == 'r')
            out->replay = line + 2;
        else if (*line == 'f' && read_fail(line, &out->fails[out->fail_count++], err))
            return -1;
        line = is_last ? end : end + 1;
    }
    return trace_read(arena, line, &out->trace, err);
}
