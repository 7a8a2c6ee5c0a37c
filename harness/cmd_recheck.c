/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_recheck - judges evidence that was written before, from its file alone. Nothing runs.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "harness/commands.h"
#include "harness/evidence.h"
#include "harness/judged.h"
#include "harness/options.h"
#include "harness/shell.h"
#include "harness/story.h"
#include "reports/reports.h"

#define FILES_MAX 100000

struct recheck {
    struct arena *arena;
    const char **files;
    size_t count, room;
    struct result result;
    size_t failure_room;
};

static void add_file(struct recheck *recheck, const char *path)
{
    if (recheck->count == recheck->room) {
        size_t size = recheck->room * sizeof(*recheck->files);

        recheck->room = recheck->room ? 2 * recheck->room : 64;
        recheck->files = arena_grow(recheck->arena, recheck->files, size,
                                    recheck->room * sizeof(*recheck->files));
    }
    recheck->files[recheck->count++] = path;
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* The evidence of a folder: in its evidence/ where it is a report folder. In the order of the numbers. */
static int add_folder(struct recheck *recheck, const char *folder, struct err *err)
{
    const char *inner = arena_printf(recheck->arena, "%s/evidence", folder);
    const char *from = access(inner, F_OK) == 0 ? inner : folder;
    struct dirent **entries = NULL;
    int count = scandir(from, &entries, is_json, versionsort);

    for (int i = 0; i < count; i++) {
        if (i < FILES_MAX)
            add_file(recheck, arena_printf(recheck->arena, "%s/%s", from, entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    if (count > 0)
        return 0;
    return err_set(err, ERR_INPUT, "%s: found no evidence; expected evidence/N.json", from);
}

static int find_files(struct recheck *recheck, const struct options *options, struct err *err)
{
    struct stat stat_;

    if (options->path_count == 0)
        return err_set(err, ERR_INPUT, "expected a report folder or evidence files");
    for (size_t i = 0; i < options->path_count; i++) {
        const char *path = options->paths[i];

        if (stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode)) {
            if (add_folder(recheck, path, err))
                return -1;
        } else {
            add_file(recheck, path);
        }
    }
    return 0;
}

/* Evidence of a run that did not get to its end proves nothing. */
static bool is_whole(const struct evidence *evidence)
{
    for (size_t i = evidence->entry_count; i-- > 0;) {
        const struct sim_entry *entry = evidence->entries[i];

        if (entry->kind == SIM_PROCESS && strcmp(entry->what, "recovered") == 0)
            return true;
    }
    return false;
}

static void add_failures(struct recheck *recheck, const struct evidence *evidence, const char *file,
                         const struct result_scenario *scenario)
{
    struct result *result = &recheck->result;

    for (size_t i = 0; i < scenario->invariant_count; i++) {
        const struct result_invariant *found = &scenario->invariants[i];

        if (!found->is_judged || found->verdict != VERDICT_FAIL)
            continue;
        if (result->failure_count == recheck->failure_room) {
            size_t size = recheck->failure_room * sizeof(*result->failures);

            recheck->failure_room = recheck->failure_room ? 2 * recheck->failure_room : 16;
            result->failures = arena_grow(recheck->arena, result->failures, size,
                                          recheck->failure_room * sizeof(*result->failures));
        }
        struct result_failure *failure = &result->failures[result->failure_count++];
        *failure = (struct result_failure){.scenario = scenario->name,
                                           .personality = scenario->personality,
                                           .invariant = found->name,
                                           .verdict = VERDICT_FAIL,
                                           .text = found->text,
                                           .diff = found->diff,
                                           /* where the scenario lies, it does not say */
                                           .replay = shell_replay(recheck->arena, evidence, NULL),
                                           .file = file};
        failure->story = story_tell(evidence, found, recheck->arena, &failure->story_count);
    }
}

static int judge_file(struct recheck *recheck, size_t index, struct err *err)
{
    struct result_scenario *out = &recheck->result.scenarios[index];
    struct judged judged;
    struct evidence evidence;

    if (evidence_read(&evidence, recheck->arena, recheck->files[index], err))
        return -1;
    *out = (struct result_scenario){.name = evidence.scenario,
                                    .personality = evidence.personality,
                                    .hash = evidence.hash,
                                    .title = recheck->files[index],
                                    .verdict = VERDICT_UNKNOWN,
                                    .schedules = 1,
                                    .settled_by = evidence.settled_by};
    recheck->result.engine = evidence.engine;
    recheck->result.personality = evidence.personality;
    recheck->result.seed = evidence.seed;
    for (size_t i = 0; i < evidence.entry_count; i++) {
        out->exchanges += evidence.entries[i]->kind == SIM_ARRIVED;
        out->commits += evidence.entries[i]->kind == SIM_COMMITTED;
    }
    if (!is_whole(&evidence)) {
        out->problem = "the run did not get to its end: its evidence proves nothing";
        return 0;
    }
    judged_make(&evidence, recheck->arena, &judged);
    out->invariants = judged.results;
    out->invariant_count = judged.count;
    out->verdict = judged.verdict;
    add_failures(recheck, &evidence, recheck->files[index], out);
    return 0;
}

int cmd_recheck(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct recheck recheck = {.arena = arena_new()};
    struct options options;
    int rc = -1;

    if (options_read(recheck.arena, argc, argv, "", &options, err) ||
        find_files(&recheck, &options, err))
        goto out;
    recheck.result.tool_version = CHARTPROOF_VERSION;
    recheck.result.program = shell_program(recheck.arena);
    recheck.result.scenarios =
        arena_alloc(recheck.arena, recheck.count * sizeof(*recheck.result.scenarios));
    recheck.result.verdict = VERDICT_PASS;
    for (size_t i = 0; i < recheck.count; i++) {
        if (judge_file(&recheck, i, err))
            goto out;
        recheck.result.scenario_count++;
        recheck.result.verdict =
            verdict_merge(recheck.result.verdict, recheck.result.scenarios[i].verdict);
    }
    report_terminal(stdout, &recheck.result, use_color(STDOUT_FILENO));
    *out_verdict = recheck.result.verdict;
    rc = 0;
out:
    arena_free(recheck.arena);
    return rc;
}
