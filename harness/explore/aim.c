/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/explore/aim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/explore/kinds.h"
#include "harness/explore/search.h"
#include "harness/options.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"

#define BOUND_MAX        1000
#define JOBS_MAX         256
#define RANDOM_SCHEDULES 1000 /* where nothing else ends it */

/* `*end` is where the number ends; NULL when there is none. */
static const char *read_number(const char *text, unsigned long max, unsigned long *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtoul(text, &end, 10);
    return errno || end == text || text[0] < '0' || text[0] > '9' || *out > max ? NULL : end;
}

static int read_count(const char *name, const char *text, unsigned long min, unsigned long max,
                      unsigned long *out, struct err *err)
{
    const char *end = text ? read_number(text, max, out) : "";

    if (end && !*end && (!text || *out >= min))
        return 0;
    return err_set(err, ERR_INPUT, "--%s %.40s: expected a number from %lu to %lu", name, text, min,
                   max);
}

static int read_budget(const char *text, uint64_t *out_ms, struct err *err)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
    unsigned long number = 0;
    const char *end = text ? read_number(text, 1000000, &number) : NULL;

    for (size_t i = 0; end && i < COUNT_OF(units); i++) {
        if (strcmp(end, units[i].unit) == 0 && number > 0) {
            *out_ms = number * units[i].ms;
            return 0;
        }
    }
    return text
               ? err_set(err, ERR_INPUT, "--budget %.40s: expected a time like 30s, 5m or 1h", text)
               : 0;
}

static int read_shard(const char *text, unsigned *out_shard, unsigned *out_of, struct err *err)
{
    unsigned long shard = 0, of = 0;
    const char *end = text ? read_number(text, 100000, &shard) : NULL;

    if (end && *end == '/')
        end = read_number(end + 1, 100000, &of);
    if (!text || (end && !*end && shard >= 1 && shard <= of)) {
        *out_shard = (unsigned)shard;
        *out_of = (unsigned)of;
        return 0;
    }
    return err_set(err, ERR_INPUT, "--shard %.40s: expected I/N, like 3/16", text);
}

int aim_read(const struct options *options, struct aim *out, struct err *err)
{
    unsigned long jobs = 1;

    *out = (struct aim){
        .is_random = options->random, .is_unreduced = options->no_reduction, .seed = options->seed};
    if (read_count("schedules", options->schedules, 1, 1000000000, &out->schedules_max, err) ||
        read_count("runs", options->runs, 1, 1000000000, &out->schedules_max, err) ||
        read_count("jobs", options->jobs, 1, JOBS_MAX, &jobs, err) ||
        read_budget(options->budget, &out->budget_ms, err) ||
        read_shard(options->shard, &out->shard, &out->of, err))
        return -1;
    out->jobs = jobs;
    if (out->is_random && out->of)
        return err_set(
            err, ERR_INPUT,
            "--shard: a search by chance has no parts; expected another --seed for each");
    if (out->is_random && !out->schedules_max && !out->budget_ms)
        out->schedules_max = RANDOM_SCHEDULES;
    return 0;
}

static int read_bound(const char *name, const char *typed, const struct scenario *scenario,
                      unsigned otherwise, unsigned *out, struct err *err)
{
    unsigned long value = otherwise;
    long long said = json_integer(scenario->explore, name, otherwise);

    if (said < 0 || said > BOUND_MAX)
        return err_set(err, ERR_INPUT, "%s: /explore/%s: expected a number from 0 to %d",
                       scenario->path, name, BOUND_MAX);
    value = (unsigned long)said;
    if (read_count(name, typed, 0, BOUND_MAX, &value, err))
        return -1;
    *out = (unsigned)value;
    return 0;
}

static int read_kills(const char *typed, const struct adapter *adapter,
                      const struct scenario *scenario, unsigned *out, struct err *err)
{
    if (read_bound("kills", typed, scenario, 1, out, err))
        return -1;
    if (!adapter_runs_already(adapter))
        return 0;
    if (typed && *out > 0)
        return err_set(err, ERR_INPUT,
                       "--kills %.40s: the engine runs already and is not killed; expected 0",
                       typed);
    *out = 0;
    return 0;
}

static int read_typed_kinds(struct arena *arena, const char *typed, uint64_t *out, struct err *err)
{
    char *copy = arena_strdup(arena, typed), *state = NULL;

    for (char *name = strtok_r(copy, ",", &state); name; name = strtok_r(NULL, ",", &state)) {
        if (kinds_add(arena, name, out, err))
            return err_context(err, "--kinds");
    }
    return 0;
}

static int read_kinds(struct arena *arena, const char *typed, const struct scenario *scenario,
                      uint64_t *out, struct err *err)
{
    const struct cJSON *said = json_get(scenario->explore, "kinds");

    *out = 0;
    if (typed)
        return read_typed_kinds(arena, typed, out, err);
    for (size_t i = 0; i < json_count(said); i++) {
        if (kinds_add(arena, json_text(json_at(said, i)), out, err))
            return err_context(err, "%s: /explore/kinds/%zu", scenario->path, i);
    }
    if (!said)
        *out = kinds_default();
    return 0;
}

int aim_scenario(struct arena *arena, const struct options *options, const struct adapter *adapter,
                 const struct scenario *scenario, struct cost *out_bound, uint64_t *out_kinds,
                 struct err *err)
{
    return read_bound("delays", options->delays, scenario, 2, &out_bound->delays, err) ||
                   read_bound("faults", options->faults, scenario, 1, &out_bound->faults, err) ||
                   read_kills(options->kills, adapter, scenario, &out_bound->kills, err) ||
                   read_kinds(arena, options->kinds, scenario, out_kinds, err)
               ? -1
               : 0;
}

/* 41230 -> "41,230"; what is too long to be read as "2.1 million". */
static const char *spell_count(struct arena *arena, double count)
{
    if (count >= 1e15)
        return arena_printf(arena, "%.1e", count);
    if (count >= 1e9)
        return arena_printf(arena, "%.1f billion", count / 1e9);
    if (count >= 1e7)
        return arena_printf(arena, "%.1f million", count / 1e6);
    unsigned long whole = (unsigned long)count;
    if (whole >= 1000000)
        return arena_printf(arena, "%lu,%03lu,%03lu", whole / 1000000, whole / 1000 % 1000,
                            whole % 1000);
    if (whole >= 1000)
        return arena_printf(arena, "%lu,%03lu", whole / 1000, whole % 1000);
    return arena_printf(arena, "%lu", whole);
}

const char *aim_covered(struct arena *arena, const struct aim *aim, struct cost bound,
                        const struct search_count *count)
{
    const char *within = arena_printf(arena, "delays <= %u, faults <= %u, kills <= %u",
                                      bound.delays, bound.faults, bound.kills);
    const char *shard = aim->of ? arena_printf(arena, "shard %u/%u, ", aim->shard, aim->of) : "";
    const char *run = spell_count(arena, (double)count->run);
    const char *of = "", *unknown = "";

    if (count->unknown)
        unknown = arena_printf(arena, "; %s of them could not be run to their end",
                               spell_count(arena, (double)count->unknown));
    if (aim->is_random)
        return arena_printf(arena,
                            "sampled %s schedules by chance with seed %llu, %s of them distinct; "
                            "faults <= %u, kills <= %u%s",
                            run, (unsigned long long)aim->seed,
                            spell_count(arena, (double)count->distinct), bound.faults, bound.kills,
                            unknown);
    if (!aim->is_unreduced && count->is_exhausted)
        of = arena_printf(
            arena, ", of %s%s without reduction (%s)", count->is_counted ? "" : "at least ",
            spell_count(arena, count->unreduced), count->is_counted ? "counted" : "estimated");
    else if (!aim->is_unreduced)
        of = arena_printf(arena, " of at least %s without reduction (estimated)",
                          spell_count(arena, count->unreduced));
    if (count->is_exhausted)
        return arena_printf(arena, "%scomplete for %s: %s schedules%s%s", shard, within, run, of,
                            aim->is_unreduced ? ", none left out" : "");
    return arena_printf(arena, "%ssampled %s schedules%s, within %s%s", shard, run, of, within,
                        unknown);
}
