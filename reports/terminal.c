/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal - what a person reads: one line a scenario, one line an invariant, then each failure as
 * a story.
 *
 * The story is a sequence: time runs down, a column each for engine, wire, chart and other writers.
 * A line has one cell, so that cells may be as long as they need; faults are marked with '!' and
 * proving entries with [1], [2] ...
 */
#include <string.h>

#include "reports/reports.h"
#include "reports/result.h"

#define RESET "\033[0m"

static const char *paint(bool use_color, enum verdict verdict)
{
    static const char *const colors[] = {[VERDICT_PASS] = "\033[32m",
                                         [VERDICT_FAIL] = "\033[31;1m",
                                         [VERDICT_UNKNOWN] = "\033[33;1m"};

    return use_color ? colors[verdict] : "";
}

static const char *unpaint(bool use_color)
{
    return use_color ? RESET : "";
}

static unsigned count_judged(const struct result_scenario *scenario)
{
    unsigned judged = 0;

    for (size_t i = 0; i < scenario->invariant_count; i++)
        judged += scenario->invariants[i].is_judged;
    return judged;
}

/* Why a judge could not say: a FAIL has its story further down, this has only its line. */
static void print_unknowns(FILE *out, const struct result_scenario *scenario)
{
    for (size_t i = 0; i < scenario->invariant_count; i++) {
        const struct result_invariant *found = &scenario->invariants[i];

        if (!found->is_judged || found->verdict != VERDICT_UNKNOWN)
            continue;
        fprintf(out, "         %s is UNKNOWN: %s", found->name, found->text ? found->text : "");
        for (size_t j = 0; j < found->entry_count; j++)
            fprintf(out, "%s%llu", j ? " " : " (entries ", (unsigned long long)found->entries[j]);
        fprintf(out, "%s\n", found->entry_count ? ")" : "");
    }
}

static void print_scenarios(FILE *out, const struct result *result, bool use_color)
{
    size_t width = strlen("scenario");

    for (size_t i = 0; i < result->scenario_count; i++) {
        size_t length =
            strlen(result_label(result->scenarios[i].name, result->scenarios[i].personality).text);

        width = length > width ? length : width;
    }
    fprintf(out, "%-8s %-*s %9s %9s %7s %9s\n", "verdict", (int)width, "scenario", "exchanges",
            "commits", "judged", "ms");
    for (size_t i = 0; i < result->scenario_count; i++) {
        const struct result_scenario *scenario = &result->scenarios[i];

        fprintf(out, "%s%-8s%s %-*s %9u %9u %7u %9.1f\n", paint(use_color, scenario->verdict),
                result_was_run(scenario) ? verdict_name(scenario->verdict) : "-",
                unpaint(use_color), (int)width,
                result_label(scenario->name, scenario->personality).text, scenario->exchanges,
                scenario->commits, count_judged(scenario), (double)scenario->took_us / 1000);
        if (scenario->problem)
            fprintf(out, "         %s\n", scenario->problem);
        if (scenario->coverage)
            fprintf(out, "         %s\n", scenario->coverage->statement);
        print_unknowns(out, scenario);
    }
}

struct tally {
    const char *name, *control, *needs;
    unsigned judged, not_judged;
    enum verdict verdict;
};

#define TALLIES_MAX 128

static size_t tally_invariants(const struct result *result, struct tally *tallies)
{
    size_t count = 0;

    for (size_t s = 0; s < result->scenario_count; s++) {
        for (size_t i = 0; i < result->scenarios[s].invariant_count; i++) {
            const struct result_invariant *invariant = &result->scenarios[s].invariants[i];
            size_t at = 0;

            while (at < count && strcmp(tallies[at].name, invariant->name) != 0)
                at++;
            if (at == TALLIES_MAX)
                continue;
            if (at == count)
                tallies[count++] =
                    (struct tally){.name = invariant->name, .control = invariant->control};
            if (!invariant->is_judged) {
                tallies[at].not_judged++;
                tallies[at].needs = invariant->needs ? invariant->needs : tallies[at].needs;
                continue;
            }
            tallies[at].judged++;
            tallies[at].verdict = verdict_merge(tallies[at].verdict, invariant->verdict);
        }
    }
    return count;
}

static unsigned print_invariants(FILE *out, const struct result *result, bool use_color)
{
    struct tally tallies[TALLIES_MAX];
    size_t count = tally_invariants(result, tallies);
    unsigned judgements = 0;

    if (count > 0)
        fprintf(out, "\n%-8s %-24s %7s  %s\n", "verdict", "invariant", "judged", "control");
    for (size_t i = 0; i < count; i++) {
        const struct tally *tally = &tallies[i];

        judgements += tally->judged;
        if (tally->judged)
            fprintf(out, "%s%-8s%s %-24s %7u  %s\n", paint(use_color, tally->verdict),
                    verdict_name(tally->verdict), unpaint(use_color), tally->name, tally->judged,
                    tally->control ? tally->control : "");
        else
            fprintf(out, "%-8s %-24s %7s  not judged%s%s\n", "-", tally->name, "-",
                    tally->needs ? ": needs " : "", tally->needs ? tally->needs : "");
    }
    return judgements;
}

static void print_lines(FILE *out, const char *indent, const char *text)
{
    while (text && *text) {
        size_t length = strcspn(text, "\n");

        fprintf(out, "%s%.*s\n", indent, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void print_story(FILE *out, const struct result_failure *failure, bool use_color)
{
    static const int columns[] = {
        [STORY_ENGINE] = 0, [STORY_WIRE] = 18, [STORY_CHART] = 42, [STORY_FOREIGN] = 62};

    if (failure->story_count == 0)
        return;
    fprintf(out, "\n  %6s     %-18s%-24s%-20s%s\n", "entry", "engine", "wire", "chart", "others");
    for (size_t i = 0; i < failure->story_count; i++) {
        const struct story_line *line = &failure->story[i];
        char proof[16] = "";

        if (line->proof)
            snprintf(proof, sizeof(proof), "[%u]", line->proof);
        fprintf(out, "  %6llu %s%-4s%s%*s%s", (unsigned long long)line->n,
                line->proof ? paint(use_color, VERDICT_FAIL) : "", proof,
                line->proof ? unpaint(use_color) : "", columns[line->column], "", line->text);
        if (line->fault)
            fprintf(out, "  %s!%s%s", paint(use_color, VERDICT_UNKNOWN), line->fault,
                    unpaint(use_color));
        fputc('\n', out);
    }
}

/* To be pasted into the shell: the program as it was started. */
static void print_replay(FILE *out, const struct result_failure *failure, const char *program)
{
    static const char name[] = "chartproof ";
    const char *command = failure->replay;

    if (failure->file)
        fprintf(out, "\n  kept in %s; to see it again:", failure->file);
    if (program && strncmp(command, name, strlen(name)) == 0)
        fprintf(out, "\n  %s %s\n", program, command + strlen(name));
    else
        fprintf(out, "\n  %s\n", command);
}

static void print_failure(FILE *out, const struct result *result, size_t number, bool use_color)
{
    const struct result_failure *failure = &result->failures[number - 1];

    fprintf(out, "\n%s%s %zu%s  %s: %s", paint(use_color, failure->verdict),
            verdict_name(failure->verdict), number, unpaint(use_color),
            result_label(failure->scenario, failure->personality).text, failure->invariant);
    if (failure->tried)
        fprintf(out, "  (reproduced %u of %u)", failure->reproduced, failure->tried);
    if (failure->schedules > 1)
        fprintf(out, "  (in %lu schedules)", failure->schedules);
    fprintf(out, "\n  %s\n", failure->text ? failure->text : "");
    if (failure->why)
        fprintf(out, "  why it matters: %s\n", failure->why);
    if (failure->account)
        fprintf(out, "  what happened: %s\n", failure->account);
    if (failure->shrunk)
        fprintf(out, "  made smaller: %s\n", failure->shrunk);
    print_lines(out, "    ", failure->diff);
    print_story(out, failure, use_color);
    print_replay(out, failure, result->program);
}

void report_terminal(FILE *out, const struct result *result, bool use_color)
{
    unsigned schedules = 0;

    print_scenarios(out, result, use_color);
    unsigned judgements = print_invariants(out, result, use_color);
    for (size_t i = 0; i < result->failure_count; i++)
        print_failure(out, result, i + 1, use_color);
    for (size_t i = 0; i < result->scenario_count; i++)
        schedules += result->scenarios[i].schedules;
    fprintf(out, "\n%s%s%s  %s: %zu scenarios, %u schedules, %u judgements, %.1f s\n",
            paint(use_color, result->verdict), verdict_name(result->verdict), unpaint(use_color),
            result->engine, result->scenario_count, schedules, judgements,
            (double)result->took_us / 1e6);
}
