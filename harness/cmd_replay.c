/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_replay - one exact schedule again: from a line as reports print it, or from a failure file.
 *
 * The line names scenario and hash. A scenario that is not the same any more (its actors, chart or personality) is
 * refused with both hashes named, since the same steps would mean something else.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "harness/commands.h"
#include "harness/conduct/conduct.h"
#include "harness/conduct/interrupt.h"
#include "harness/options.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/scenario_check.h"
#include "harness/shell.h"
#include "harness/trial.h"
#include "reports/reports.h"
#include "simulator/notation.h"

struct request {
    struct arena *arena;
    struct options options;
    const struct scenario *scenario;
    struct schedule exact;
    const char *engine;
};

/* "area/name@hash: steps" */
static int read_line(struct request *request, const char *line, struct err *err)
{
    struct arena *arena = request->arena;
    const char *colon = strstr(line, ": ");
    char *head = arena_copy(arena, line, colon ? (size_t)(colon - line) : 0);
    char *at = strrchr(head, '@');

    if (!colon || !at)
        return err_set(err, ERR_INPUT,
                       "found \"%.60s\"; expected a failure file or 'area/name@hash: steps'", line);
    *at = '\0';
    const char *hash = at + 1;
    const char *path = arena_printf(arena, "%s/%s.json", request->options.scenarios, head);
    if (access(path, R_OK))
        return err_set(err, ERR_INPUT,
                       "%s is not there; say --scenarios DIR where %s.json is below it", path,
                       head);
    request->scenario = scenario_read(arena, path, request->options.personality, err);
    if (!request->scenario)
        return -1;
    if (strcmp(request->scenario->hash, hash) != 0)
        return err_set(err, ERR_INPUT,
                       "%s has changed: the line is for hash %.16s, the scenario is now %s", head,
                       hash, request->scenario->hash);
    if (schedule_parse(arena, colon + 2, &request->exact, err))
        return -1;
    return scenario_check_schedule(arena, request->scenario, &request->exact, true, "steps", err);
}

static int read_file(struct request *request, const char *path, struct err *err)
{
    request->scenario = scenario_read(request->arena, path, request->options.personality, err);
    if (!request->scenario)
        return -1;
    if (!request->scenario->has_replay)
        return err_set(err, ERR_INPUT, "%s: found no \"replay\"; expected a failure file", path);
    request->exact = request->scenario->replay;
    const char *engine = json_string(request->scenario->tree, "//engine");
    if (engine && !request->options.has_engine)
        request->engine = engine;
    return 0;
}

static int read_input(struct request *request, int argc, char **argv, struct err *err)
{
    struct options *options = &request->options;

    if (options_read(request->arena, argc, argv, "engine listen personality scenarios seed step",
                     options, err))
        return -1;
    if (options->path_count != 1)
        return err_set(err, ERR_INPUT, "expected one failure file or one 'area/name@hash: steps'");
    request->engine = options->engine;
    const char *what = options->paths[0];
    return access(what, F_OK) == 0 ? read_file(request, what, err) : read_line(request, what, err);
}

/* Stops before a step until Enter; the end of the input lets all the rest go on. */
static void wait_enter(void *arg, const char *step, const char *held)
{
    bool *is_open = arg;
    char line[256];

    if (!*is_open)
        return;
    if (held[0])
        printf("  held:\n");
    for (const char *at = held; *at;) {
        size_t length = strcspn(at, "\n");

        printf("    %.*s\n", (int)length, at);
        at += length + (at[length] == '\n');
    }
    printf("next: %s   [Enter] ", step);
    fflush(stdout);
    *is_open = !interrupt_came() && fgets(line, sizeof(line), stdin) != NULL;
    if (!*is_open || !isatty(STDIN_FILENO)) /* else the Enter is on the screen */
        printf("\n");
}

static void show(struct request *request, const struct trial *trial, const struct adapter *adapter)
{
    struct result_scenario scenario;
    size_t count = 0;
    struct result_failure *failures =
        trial_failures(trial, request->scenario, NULL, request->arena, &count);
    struct result result = {.tool_version = CHARTPROOF_VERSION,
                            .program = shell_program(request->arena),
                            .engine = adapter->name,
                            .personality = request->scenario->personality,
                            .seed = request->options.seed,
                            .verdict = trial->verdict,
                            .scenarios = &scenario,
                            .scenario_count = 1,
                            .failures = failures,
                            .failure_count = count,
                            .took_us = trial->conducted.took_us};

    trial_result(trial, request->scenario, request->arena, &scenario);
    report_terminal(stdout, &result, use_color(STDOUT_FILENO));
    if (trial->problem)
        log_line("%s", trial->problem);
}

int cmd_replay(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct request request = {.arena = arena_new()};
    struct conductor *conductor = NULL;
    struct adapter *adapter = NULL;
    bool is_open = true;
    struct trial trial;
    int rc = -1;

    if (read_input(&request, argc, argv, err))
        goto out;
    adapter = adapter_read(request.arena, request.engine, err);
    if (!adapter || adapter_listen(adapter, request.options.listen, 1, err))
        goto out;
    conductor = conductor_open(
        &(struct conductor_options){.adapter = adapter,
                                    .seed = request.options.seed,
                                    .on_step = request.options.step ? wait_enter : NULL,
                                    .on_step_arg = &is_open},
        err);
    if (!conductor)
        goto out;
    trial_run(conductor, request.scenario, &request.exact, request.options.step, &trial);
    show(&request, &trial, adapter);
    *out_verdict = trial.is_interrupted ? VERDICT_UNKNOWN : trial.verdict;
    trial_release(&trial);
    rc = 0;
out:
    conductor_close(conductor);
    arena_free(request.arena);
    return rc;
}
