/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedules - how often a second a scenario can be conducted and judged with one engine that is reset between runs.
 *
 * usage: schedules COUNT ENGINE SCENARIO. Every run has all its evidence fetched and every judge run over it, and must
 * pass. Prints schedules per second, the start of the engine not counted, and microseconds of the processor per
 * schedule: of this process, and of all engines it had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/conduct.h"
#include "harness/scenario/adapter.h"
#include "harness/scenario/scenario.h"
#include "harness/trial.h"

static unsigned long long used_us(int who)
{
    struct rusage usage;

    getrusage(who, &usage);
    return (unsigned long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000u +
           (unsigned long long)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int run_once(struct conductor *conductor, const struct scenario *scenario)
{
    struct trial trial;

    trial_run(conductor, scenario, NULL, true, &trial);
    int rc = trial.verdict == VERDICT_PASS ? 0 : -1;
    if (rc)
        fprintf(stderr, "schedules: %s: %s %s\n", scenario->name, verdict_name(trial.verdict),
                trial.problem ? trial.problem : "");
    trial_release(&trial);
    return rc;
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    long count = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    const struct adapter *adapter = count > 0 ? adapter_read(arena, argv[2], &err) : NULL;
    const struct scenario *scenario = adapter ? scenario_read(arena, argv[3], NULL, &err) : NULL;
    struct conductor *conductor =
        scenario ? conductor_open(
                       &(struct conductor_options){.adapter = adapter, .use_reset = true}, &err)
                 : NULL;

    if (!conductor || run_once(conductor, scenario)) {
        fprintf(stderr, "schedules: %s\n",
                err.text[0] ? err.text : "usage: schedules N ENGINE SCENARIO");
        conductor_close(conductor);
        arena_free(arena);
        return 2;
    }
    int rc = 0;
    unsigned long long own_us = used_us(RUSAGE_SELF);
    uint64_t from_us = clock_monotonic_us();
    for (long i = 0; i < count && rc == 0; i++)
        rc = run_once(conductor, scenario);
    uint64_t took_us = clock_monotonic_us() - from_us;
    own_us = used_us(RUSAGE_SELF) - own_us;
    conductor_close(conductor);
    printf("%.1f %.0f %.0f\n", (double)count * 1e6 / (double)took_us,
           (double)own_us / (double)count, (double)used_us(RUSAGE_CHILDREN) / (double)count);
    arena_free(arena);
    return rc ? 1 : 0;
}
