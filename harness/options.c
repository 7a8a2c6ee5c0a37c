/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options - `--name VALUE`, `--name=VALUE` and flags, in any place; what begins otherwise is a path. After `--`
 * everything is a path.
 */
#include "harness/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/near.h"

static const struct {
    const char *name, *value; /* value: NULL where it takes none */
    const char *summary;
} known[] = {
    {"budget", "TIME", "how long to search: 30s, 5m, 1h"},
    {"delays", "N", "how often a schedule may pass over what comes next; 2 unless said"},
    {"engine", "SPEC",
     "an adapter file, or writebackd (unless said), strawman, strawman:FLAW (see list flaws)"},
    {"faults", "N", "how many faults a schedule may have; 1 unless said"},
    {"jobs", "N",
     "so many at a time, each with a simulator and an engine of its own; 1 unless said"},
    {"kills", "N", "how often a schedule may kill the engine; 1 unless said"},
    {"kinds", "A,B", "which faults: groups or single ones, see list faults"},
    {"listen", "ADDR",
     "serve FHIR at HOST:PORT, for an engine that runs already; a free port unless said"},
    {"no-reduction", NULL, "run also what differs only in the order of steps that commute"},
    {"out", "DIR",
     "where the reports go; chartproof-report (of shrink: chartproof-shrunk) unless said"},
    {"personality", "NAME", "the server to be like; the scenario's first unless said"},
    {"random", NULL, "schedules by chance, see --seed; the baseline to compare with"},
    {"reset", NULL, "one engine process for all runs, reset in between; else a fresh one for each"},
    {"resume", "DIR", "go on with a search that was interrupted; DIR is its report folder"},
    {"runs", "N", "make so many runs and no more"},
    {"scenarios", "DIR", "where area/name is found; scenarios unless said"},
    {"schedules", "N", "run so many and no more"},
    {"seed", "N", "what random choices follow from; 1 unless said"},
    {"shard", "I/N", "the I-th of N parts of the search"},
    {"until-fail", NULL, "no new run after the first FAIL"},
    {"step", NULL, "stop before each step and show what is held; Enter lets it happen"},
};

static bool is_accepted(const char *accepted, const char *name, size_t length)
{
    for (const char *at = accepted; (at = strstr(at, name)) != NULL; at += length) {
        bool starts = at == accepted || at[-1] == ' ',
             ends = at[length] == '\0' || at[length] == ' ';

        if (starts && ends)
            return true;
    }
    return false;
}

static int put_seed(struct options *options, const char *value, struct err *err)
{
    char *end = NULL;

    errno = 0;
    options->seed = strtoull(value, &end, 10);
    if (errno || end == value || *end || value[0] == '-')
        return err_set(err, ERR_INPUT, "--seed %.40s: expected a number", value);
    return 0;
}

static int put(struct options *options, const char *name, const char *value, struct err *err)
{
    const struct {
        const char *name;
        const char **text;
        bool *flag;
    } places[] = {
        {"budget", &options->budget, NULL},
        {"delays", &options->delays, NULL},
        {"engine", &options->engine, &options->has_engine},
        {"faults", &options->faults, NULL},
        {"jobs", &options->jobs, NULL},
        {"kills", &options->kills, NULL},
        {"kinds", &options->kinds, NULL},
        {"listen", &options->listen, NULL},
        {"no-reduction", NULL, &options->no_reduction},
        {"out", &options->out, &options->has_out},
        {"personality", &options->personality, NULL},
        {"scenarios", &options->scenarios, NULL},
        {"random", NULL, &options->random},
        {"reset", NULL, &options->reset},
        {"resume", &options->resume, NULL},
        {"runs", &options->runs, NULL},
        {"schedules", &options->schedules, NULL},
        {"shard", &options->shard, NULL},
        {"step", NULL, &options->step},
        {"until-fail", NULL, &options->until_fail},
    };

    if (strcmp(name, "seed") == 0)
        return put_seed(options, value, err);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (strcmp(places[i].name, name) != 0)
            continue;
        if (places[i].text)
            *places[i].text = value;
        if (places[i].flag)
            *places[i].flag = true;
    }
    return 0;
}

static int refuse(struct arena *arena, const char *name, const char *accepted, struct err *err)
{
    const char *names[COUNT_OF(known) + 1];
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (is_accepted(accepted, known[i].name, strlen(known[i].name)))
            names[count++] = arena_printf(arena, "--%s", known[i].name);
    }
    names[count] = NULL;
    return err_set(err, ERR_INPUT, "unknown option %s",
                   near_explain(arena, arena_printf(arena, "--%s", name), names));
}

static int read_option(struct arena *arena, char **argv, int *index, const char *accepted,
                       struct options *out, struct err *err)
{
    const char *text = argv[*index] + 2;
    size_t length = strcspn(text, "=");
    const char *name = arena_copy(arena, text, length);

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(known[i].name, name) != 0 || !is_accepted(accepted, name, length))
            continue;
        if (!known[i].value && text[length])
            return err_set(err, ERR_INPUT, "--%s takes no value", name);
        const char *value = text[length] ? text + length + 1 : NULL;
        if (known[i].value && !value)
            value = argv[++*index];
        if (known[i].value && (!value || !*value))
            return err_set(err, ERR_INPUT, "--%s: expected a value", name);
        return put(out, name, value, err);
    }
    return refuse(arena, name, accepted, err);
}

void options_explain(const char *usage, FILE *out)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        const char *at = strstr(usage, known[i].name);

        if (at && at - usage >= 2 && strncmp(at - 2, "--", 2) == 0)
            fprintf(out, "  --%-11s %-5s %s\n", known[i].name, known[i].value ? known[i].value : "",
                    known[i].summary);
    }
}

int options_read(struct arena *arena, int argc, char **argv, const char *accepted,
                 struct options *out, struct err *err)
{
    const char **paths = arena_alloc(arena, ((size_t)argc + 1) * sizeof(*paths));
    bool only_paths = false;

    *out = (struct options){.engine = "writebackd",
                            .out = "chartproof-report",
                            .scenarios = "scenarios",
                            .seed = 1,
                            .paths = paths};
    for (int i = 1; i < argc; i++) {
        if (!only_paths && strcmp(argv[i], "--") == 0)
            only_paths = true;
        else if (only_paths || strncmp(argv[i], "--", 2) != 0)
            paths[out->path_count++] = argv[i];
        else if (read_option(arena, argv, &i, accepted, out, err))
            return -1;
    }
    return 0;
}

bool use_color(int fd)
{
    const char *no = getenv("NO_COLOR");

    return isatty(fd) && !(no && *no);
}
