/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_list - what there is: faults (the simulator's table), invariants (the judges' table), scenarios (a folder), and
 * flaws (the strawman engine prints its own table, so that what it can do wrong is written in one place).
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/near.h"
#include "harness/commands.h"
#include "harness/conduct/child.h"
#include "harness/judge/judge.h"
#include "harness/options.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "simulator/sim.h"

static int list_faults(struct arena *arena, const struct options *options, struct err *err)
{
    const struct sim_fault_kind *kinds = NULL;
    size_t count = sim_fault_kinds(&kinds);

    (void)arena, (void)options, (void)err;
    for (size_t i = 0; i < count; i++)
        printf("%-20s %-6s %s%s%s\n", kinds[i].name,
               kinds[i].stop == SIM_BEFORE ? "before" : "after", kinds[i].summary,
               kinds[i].is_rule_only ? " (rules of a stand-alone fhirsim)" : "; like ",
               kinds[i].is_rule_only ? "" : kinds[i].example);
    return 0;
}

static int list_invariants(struct arena *arena, const struct options *options, struct err *err)
{
    const struct invariant *table = NULL;
    size_t count = invariant_table(&table);

    (void)arena, (void)options, (void)err;
    for (size_t i = 0; i < count; i++)
        printf("%-24s %-24s %s\n    %s\n", table[i].name, table[i].control, table[i].clinician,
               table[i].engineer);
    return 0;
}

static int list_scenarios(struct arena *arena, const struct options *options, struct err *err)
{
    const char *const folder[] = {options->scenarios};
    const char *const *files = NULL;
    size_t count = 0;

    if (scenario_find(arena, folder, 1, &files, &count, err))
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct scenario *scenario = scenario_read(arena, files[i], NULL, err);

        if (!scenario)
            return -1;
        printf("%s@%s  %s\n", scenario->name, scenario->hash, scenario->title);
    }
    return 0;
}

static int list_flaws(struct arena *arena, const struct options *options, struct err *err)
{
    static const struct adapter_values nothing = {.fhir = NULL};
    const char *program = adapter_expand(arena, "${bin}/strawman", &nothing, err);
    int fds[CHILD_FDS_MAX];

    (void)options;
    if (!program || !adapter_read(arena, "strawman", err))
        return -1;
    const char *const command[] = {program, "--list-flaws", NULL};
    struct child *child = child_start(&(struct child_options){.command = command}, err);
    if (!child)
        return -1;
    while (child_is_running(child)) {
        struct pollfd polls[CHILD_FDS_MAX];
        size_t count = child_fds(child, fds);

        for (size_t i = 0; i < count; i++)
            polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
        poll(polls, count, -1);
        child_turn(child);
    }
    fputs(child_stdout(child), stdout);
    int rc = strcmp(child_end(child, arena), "exit status 0") == 0
                 ? 0
                 : err_set(err, ERR_IO, "%s --list-flaws: %s", program, child_end(child, arena));
    child_free(child);
    return rc;
}

static const struct {
    const char *name;
    int (*list)(struct arena *arena, const struct options *options, struct err *err);
} lists[] = {
    {"faults", list_faults},
    {"invariants", list_invariants},
    {"scenarios", list_scenarios},
    {"flaws", list_flaws},
};

int cmd_list(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    const char *names[COUNT_OF(lists) + 1] = {NULL};
    struct arena *arena = arena_new();
    struct options options;
    int rc = -1;

    if (options_read(arena, argc, argv, "scenarios", &options, err))
        goto out;
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        names[i] = lists[i].name;
    if (options.path_count != 1) {
        err_set(err, ERR_INPUT, "expected one name: faults, invariants, scenarios or flaws");
        goto out;
    }
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (strcmp(lists[i].name, options.paths[0]) != 0)
            continue;
        rc = lists[i].list(arena, &options, err);
        *out_verdict = VERDICT_PASS;
        goto out;
    }
    err_set(err, ERR_INPUT, "found %s", near_explain(arena, options.paths[0], names));
out:
    arena_free(arena);
    return rc;
}
