/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conduct - one run from a chart of its own to its evidence, and the one loop that drives it.
 *
 *   begin (chart, engine)  ->  schedule (milestone.c, exact.c, chosen.c or load.c)  ->  recovery  ->  last questions  ->  collect
 *
 * 1. Everything waits in run_turn: the simulator's descriptor, HTTP calls to the engine, its process, an interrupt.
 *    Nothing sleeps, and no wait is longer than WAIT_MS.
 * 2. Whatever stops a run, its evidence is collected as far as it went, and the engine is not used again.
 * 3. With a fresh process for every run its number is always 1: keys, correlation ids, and so all bytes, are the same
 *    in a replay. With `reset` runs are counted, so that a request of an earlier run is known as one. Those of an engine that
 *    runs already count on from the time of day, as it may have met us before.
 * 4. At a fixed address we listen during a run alone: between runs another of our processes may, with the same engine.
 */
#include "harness/conduct/conduct.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "harness/conduct/chosen.h"
#include "harness/conduct/folder.h"
#include "harness/conduct/interrupt.h"
#include "harness/conduct/run.h"
#include "harness/scenario/adapter.h"

/* Are they the same resource, or one the type of the other? */
static bool is_about(const char *reference, const char *target)
{
    size_t left = strlen(reference), right = strlen(target);
    size_t shorter = left < right ? left : right;
    char rest = left < right ? target[shorter] : reference[shorter];

    return shorter > 0 && strncmp(reference, target, shorter) == 0 && (rest == '\0' || rest == '/');
}

static bool may_write(const struct run_intent *intent, const struct sim_exchange *exchange)
{
    const struct cJSON *target = json_get(intent->payload, "target");
    const char *reference = json_string(target, "reference");

    if (!intent->was_submitted || intent_has_ended(intent))
        return false;
    if (json_get(intent->payload, "bundle"))
        return !*exchange->reference;
    if (!reference)
        reference = json_string(target, "type");
    if (!reference)
        reference = json_string(json_get(intent->payload, "resource"), "resourceType");
    return reference && is_about(exchange->reference, reference);
}

/* The one intent that a write without a known correlation id can be for; NULL: none, or it is not unique. */
static const struct run_intent *by_target(const struct run *run,
                                          const struct sim_exchange *exchange)
{
    const struct run_intent *found = NULL;

    for (size_t i = 0; run && exchange->is_write && i < run->intent_count; i++) {
        if (!may_write(&run->intents[i], exchange))
            continue;
        if (found)
            return NULL;
        found = &run->intents[i];
    }
    return found;
}

/* Whose request is it? By its correlation id, else by its target; one that bears another run's number is nobody's. */
static void attribute(void *arg, const struct sim_exchange *exchange, const char **out_actor,
                      const char **out_intent)
{
    const struct conductor *conductor = arg;
    const struct run *run = conductor->run;
    const char *id = exchange->correlation ? exchange->correlation : "";

    for (size_t i = 0; run && i < run->intent_count; i++) {
        if (strcmp(run->intents[i].correlation, id) != 0)
            continue;
        *out_actor = run->intents[i].actor;
        *out_intent = run->intents[i].name;
        return;
    }
    size_t digits = strncmp(id, "c-", 2) == 0 ? strspn(id + 2, "0123456789") : 0;
    if (digits > 0 && id[2 + digits] == '-' && run &&
        (strlen(run->run_id) != digits || strncmp(run->run_id, id + 2, digits) != 0))
        return;
    const struct run_intent *intent = by_target(run, exchange);
    *out_actor = intent ? intent->actor : "engine";
    *out_intent = intent ? intent->name : "";
}

static bool has_address(const struct conductor *conductor)
{
    return conductor->options.adapter->listen.host[0] != '\0';
}

struct conductor *conductor_open(const struct conductor_options *options, struct err *err)
{
    struct conductor *conductor = calloc(1, sizeof(*conductor));

    if (!conductor)
        BUG("out of memory");
    const struct address *listen = &options->adapter->listen;

    conductor->options = *options;
    conductor->run_number = adapter_runs_already(options->adapter) ? clock_wall_ms() : 0;
    conductor->now = conductor->instances;
    conductor_share(conductor, options->use_reset);
    conductor->http = http_new();
    folder_clear_left();
    conductor->guard = child_guard_open(err);
    if (conductor->guard)
        conductor->sim =
            sim_open(&(struct sim_options){.host = has_address(conductor) ? listen->host : NULL,
                                           .port = listen->port,
                                           .hold_all = true,
                                           .logical_clock = true,
                                           .attribute = attribute,
                                           .attribute_arg = conductor},
                     err);
    if (!conductor->sim) {
        conductor_close(conductor);
        return NULL;
    }
    if (has_address(conductor))
        sim_down(conductor->sim);
    return conductor;
}

bool conductor_share(struct conductor *conductor, bool use_reset)
{
    const struct adapter *adapter = conductor->options.adapter;
    bool before = conductor->options.use_reset;

    conductor->options.use_reset =
        adapter->has_reset && (use_reset || adapter_runs_already(adapter));
    return before;
}

bool conductor_shares(const struct conductor *conductor)
{
    return conductor->options.use_reset;
}

const struct adapter *conductor_adapter(const struct conductor *conductor)
{
    return conductor->options.adapter;
}

void conductor_close(struct conductor *conductor)
{
    if (!conductor)
        return;
    process_end(conductor);
    process_drop_spare(conductor);
    child_guard_close(conductor->guard);
    http_free(conductor->http);
    sim_close(conductor->sim);
    free(conductor);
}

static int least(int timeout_ms, int other_ms)
{
    return other_ms >= 0 && other_ms < timeout_ms ? other_ms : timeout_ms;
}

int conductor_turn(struct conductor *conductor, int timeout_ms, struct err *err)
{
    int fds[CHILD_FDS_MAX * (ERRANDS_MAX + INSTANCES_MAX)];
    size_t count = 0, poll_count = 0;
    const int http_ms = http_timeout_ms(conductor->http);

    for (size_t i = 0; i < INSTANCES_MAX; i++)
        count += conductor->instances[i].child
                     ? child_fds(conductor->instances[i].child, fds + count)
                     : 0;
    if (conductor->run)
        count += errand_fds(conductor->run, fds + count);
    struct pollfd *polls = http_polls(conductor->http, 2 + count, &poll_count);
    bool has_child_said = false;

    if (interrupt_came())
        return err_set(err, ERR_IO, "interrupted");
    polls[0] = (struct pollfd){.fd = sim_fd(conductor->sim), .events = POLLIN};
    polls[1] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN}; /* -1 is passed over */
    for (size_t i = 0; i < count; i++)
        polls[2 + i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    if (http_ms != 0) /* else a call is to be started, and the next turn looks at the rest */
        poll(polls, poll_count, least(least(timeout_ms, http_ms), sim_timeout_ms(conductor->sim)));
    const bool is_sim_ready = polls[0].revents != 0;
    for (size_t i = 0; i < count; i++)
        has_child_said |= polls[2 + i].revents != 0;
    http_drive_polled(conductor->http);
    if (conductor->run) /* what was answered is noted before what arrived in the same turn */
        engine_take_answers(conductor->run);
    if (is_sim_ready || sim_timeout_ms(conductor->sim) == 0)
        sim_turn(conductor->sim);
    for (size_t i = 0; has_child_said && i < INSTANCES_MAX; i++) {
        if (conductor->instances[i].child)
            child_turn(conductor->instances[i].child);
    }
    return 0;
}

int run_turn(struct run *run, int timeout_ms, struct err *err)
{
    struct conductor *conductor = run->conductor;

    if (conductor_turn(conductor, timeout_ms, err))
        return -1;
    errand_turn(run);
    return process_check(conductor, err);
}

uint64_t run_note(struct run *run, const struct sim_entry *entry)
{
    return sim_note(run->sim, entry);
}

uint64_t run_note_process(struct run *run, const char *what, const char *url, int status)
{
    return run_note(
        run, &(struct sim_entry){.kind = SIM_PROCESS, .what = what, .url = url, .status = status});
}

/* ---- the beginning ---- */

static const char *actor_of(const struct scenario *scenario, const char *intent)
{
    for (size_t i = 0; i < scenario->actor_count; i++) {
        const struct scenario_actor *actor = &scenario->actors[i];

        for (size_t j = 0; j < actor->step_count; j++) {
            if (actor->steps[j].verb == VERB_SUBMIT && strcmp(actor->steps[j].intent, intent) == 0)
                return actor->name;
        }
    }
    return "";
}

static void make_intents(struct run *run)
{
    const char *const *names = run->scenario->intents;

    while (names[run->intent_count])
        run->intent_count++;
    run->intents = arena_alloc(run->arena, (run->intent_count + 1) * sizeof(*run->intents));
    for (size_t i = 0; i < run->intent_count; i++)
        run->intents[i] = (struct run_intent){
            .name = names[i],
            .actor = actor_of(run->scenario, names[i]),
            .key = arena_printf(run->arena, "k-%s-%s", run->run_id, names[i]),
            .correlation = arena_printf(run->arena, "c-%s-%s", run->run_id, names[i]),
            .state = "",
        };
}

/* The same of a prefix that is still text. */
static long timeout_for_chosen(const struct conductor *conductor, const struct chosen *chosen)
{
    for (size_t i = 0; i < chosen->prefix_count; i++) {
        if (strstr(chosen->prefix[i], ":timeout"))
            return TIMEOUT_SHORT;
    }
    return conductor->options.on_step ? TIMEOUT_OFF : TIMEOUT_MS;
}

/* A step that lets the engine's own time-out run out needs one that is short. */
static long timeout_for(const struct conductor *conductor, const struct schedule *schedule)
{
    for (size_t i = 0; i < schedule->count; i++) {
        if (schedule->steps[i].part == PART_TIMEOUT)
            return TIMEOUT_SHORT;
    }
    return conductor->options.on_step ? TIMEOUT_OFF : TIMEOUT_MS;
}

static bool can_serve_again(const struct conductor *conductor, long timeout_ms)
{
    return conductor->options.use_reset && process_is_up(conductor) && !conductor->is_tainted &&
           !conductor->instances[1].child && conductor->place.timeout_ms == timeout_ms &&
           conductor->runs < RUNS_MAX;
}

static int begin(struct run *run, long timeout_ms, struct conducted *out, struct err *err)
{
    struct conductor *conductor = run->conductor;

    instance_choose(conductor, 1);
    conductor->now->is_end_due = false;
    if (sim_be(run->sim, run->scenario->personality, err) ||
        sim_guards_of(run->scenario->personality, &out->evidence.guards, err))
        return -1;
    if (can_serve_again(conductor, timeout_ms)) {
        if (sim_begin(run->sim, run->scenario->chart, err) || sim_up(run->sim, err) ||
            engine_reset(run, err))
            return -1;
    } else {
        process_end(conductor);
        if (sim_begin(run->sim, run->scenario->chart, err))
            return -1;
        run_note_process(run, "start", "", 0);
        if (sim_up(run->sim, err))
            return -1;
        if (process_begin(conductor, timeout_ms, err)) {
            run->is_unstartable = true;
            return -1;
        }
        if (!process_is_ours(conductor) && conductor->options.use_reset && engine_reset(run, err))
            return -1;
    }
    run->is_ready_due = true;
    conductor->runs++;
    return 0;
}

/* ---- the end ---- */

static struct sim_entry *copy_entry(struct arena *arena, const struct sim_entry *entry)
{
    struct sim_entry *copy = arena_alloc(arena, sizeof(*copy));

    *copy = *entry;
    const char **texts[] = {&copy->interaction, &copy->method,      &copy->url,    &copy->headers,
                            &copy->guard,       &copy->actor,       &copy->intent, &copy->reference,
                            &copy->version,     &copy->correlation, &copy->fault,  &copy->what};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = (*texts[i])[0] ? arena_strdup(arena, *texts[i]) : "";
    if (copy->body)
        copy->body = arena_copy(arena, copy->body, copy->body_size);
    return copy;
}

static void copy_chart(struct run *run, struct evidence *evidence)
{
    size_t count = sim_version_count(run->sim);

    evidence->chart = arena_alloc(run->arena, (count + 1) * sizeof(*evidence->chart));
    for (size_t i = 0; i < count; i++) {
        const struct sim_version *version = sim_version_at(run->sim, i);
        struct sim_version *copy = &evidence->chart[evidence->chart_count];

        if (version->commit > 0)
            break; /* loaded ones come first */
        *copy = *version;
        copy->reference = arena_strdup(run->arena, version->reference);
        copy->version = arena_strdup(run->arena, version->version);
        copy->content =
            version->content ? arena_copy(run->arena, version->content, version->size) : NULL;
        evidence->chart_count++;
    }
}

/* What we bear when we call the engine: the last word of each header that says who we are. */
static const char *const *bearer_tokens(struct arena *arena, const struct adapter *adapter)
{
    const char **tokens = arena_alloc(arena, (COUNT_OF(adapter->headers) + 1) * sizeof(*tokens));
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(adapter->headers) && adapter->headers[i][0]; i++) {
        const char *space = strrchr(adapter->headers[i][1], ' ');

        tokens[count++] = space ? space + 1 : adapter->headers[i][1];
    }
    return tokens;
}

static void collect(struct run *run, struct conducted *out)
{
    struct arena *arena = run->arena;
    const struct adapter *adapter = run->conductor->options.adapter;
    struct evidence *evidence = &out->evidence;
    struct buf line = BUF_INIT;

    schedule_format(&run->done, &line);
    out->replay = buf_copy(&line, arena);
    out->steps = run->done.count;
    buf_release(&line);
    evidence->scenario = run->scenario->name;
    evidence->hash = run->scenario->hash;
    evidence->engine = adapter->spelled; /* so that a replay line can be made from evidence alone */
    evidence->personality = run->scenario->personality;
    evidence->run = run->run_id;
    evidence->seed = run->conductor->options.seed;
    evidence->replay =
        arena_printf(arena, "%s@%s: %s", run->scenario->name, run->scenario->hash, out->replay);
    evidence->settled_by = adapter_settled_by(adapter);
    evidence->parts = adapter->parts;
    evidence->identifier_system = adapter->identifier_system;
    evidence->companions = adapter->companions;
    evidence->sensitive = adapter->sensitive;
    evidence->tokens = bearer_tokens(arena, adapter);
    evidence->attempts_max = adapter->attempts_max;
    evidence->requests_max = adapter->requests_max;
    evidence->dedupes_by_source = adapter->dedupes_by_source;
    if (has_address(run->conductor))
        evidence->listen =
            arena_printf(arena, "%s:%u", adapter->listen.host, (unsigned)adapter->listen.port);
    evidence->base = arena_strdup(arena, sim_url(run->sim));
    evidence->intents = arena_alloc(arena, (run->intent_count + 1) * sizeof(*evidence->intents));
    for (size_t i = 0; i < run->intent_count; i++)
        evidence->intents[i] =
            (struct evidence_intent){.name = run->intents[i].name,
                                     .actor = run->intents[i].actor,
                                     .key = run->intents[i].key,
                                     .correlation = run->intents[i].correlation,
                                     .payload = run->intents[i].payload,
                                     .was_submitted = run->intents[i].was_submitted};
    evidence->intent_count = run->intent_count;
    copy_chart(run, evidence);
    evidence->entry_count = sim_journal_count(run->sim);
    evidence->entries =
        arena_alloc(arena, (evidence->entry_count + 1) * sizeof(*evidence->entries));
    for (size_t i = 0; i < evidence->entry_count; i++) {
        evidence->entries[i] = copy_entry(arena, sim_journal_at(run->sim, i));
        out->commits += evidence->entries[i]->kind == SIM_COMMITTED;
    }
    out->exchanges = (unsigned)sim_arrivals(run->sim);
}

/* Nothing of this run may reach the next one: with a process that goes on serving, everything must have ended. */
static void end(struct run *run, bool is_complete)
{
    struct conductor *conductor = run->conductor;

    for (size_t i = 0; i < run->call_count; i++) {
        if (run->calls[i].pending)
            http_abandon(conductor->http, run->calls[i].pending);
        conductor->is_tainted |= run->calls[i].pending != NULL;
    }
    for (size_t i = 0; i < run->intent_count; i++)
        conductor->is_tainted |=
            run->intents[i].was_submitted && !intent_has_ended(&run->intents[i]);
    errand_kill_all(run);
    conductor->is_tainted |= !is_complete;
    if (!conductor->options.use_reset || conductor->is_tainted)
        process_end(conductor);
    if (has_address(conductor))
        sim_down(conductor->sim);
}

/* From the engine's start to where recovery begins; `exact` and `chosen` NULL: the milestones. */
static int run_schedule(struct run *run, const struct schedule *exact, struct chosen *chosen,
                        struct conducted *out, struct err *err)
{
    const struct schedule *schedule = exact ? exact : &run->scenario->schedule;
    long timeout_ms =
        chosen ? timeout_for_chosen(run->conductor, chosen) : timeout_for(run->conductor, schedule);

    run->is_chosen = chosen != NULL;
    if (begin(run, timeout_ms, out, err))
        return -1;
    if (chosen)
        return chosen->is_load ? run_load(run, chosen, err) : run_chosen(run, chosen, err);
    return exact ? run_exact(run, exact, err) : run_milestones(run, schedule, err);
}

static int run_all(struct run *run, const struct schedule *exact, struct chosen *chosen,
                   struct conducted *out, struct err *err)
{
    if (run_schedule(run, exact, chosen, out, err))
        return -1;
    out->evidence.is_settled = !run->is_late;
    if (run_recovery(run, &out->evidence.is_recovered, err))
        return err_context(err, "recovery");
    if (engine_ask_views(run, true, NULL, err) || engine_ask_logs(run, err) ||
        engine_ask_at_end(run, err))
        return err_context(err, "after recovery");
    leavings_note(run);
    return 0;
}

static void conduct_any(struct conductor *conductor, const struct scenario *scenario,
                        const struct schedule *exact, struct chosen *chosen, struct arena *arena,
                        struct conducted *out)
{
    uint64_t started_us = clock_monotonic_us();
    struct err err = ERR_INIT;
    struct run run = {.conductor = conductor,
                      .scenario = scenario,
                      .arena = arena,
                      .scratch = arena_new(),
                      .sim = conductor->sim};

    *out = (struct conducted){.is_complete = false};
    conductor->run_number++;
    run.run_id = conductor->options.use_reset || adapter_runs_already(conductor->options.adapter)
                     ? arena_printf(arena, "%llu", (unsigned long long)conductor->run_number)
                     : "1";
    make_intents(&run);
    run.positions = arena_alloc(arena, (scenario->actor_count + 1) * sizeof(*run.positions));
    run.exchanges_max =
        LIMIT_STEPS_PER_INTENT * (uint64_t)(run.intent_count ? run.intent_count : 1);
    conductor->run = &run;
    if (run_all(&run, exact, chosen, out, &err) == 0)
        out->is_complete = true;
    else
        out->problem = arena_strdup(arena, err.text);
    out->is_divergence = run.is_divergence;
    out->is_invalid = run.is_invalid;
    out->is_unstartable = run.is_unstartable;
    out->is_interrupted = interrupt_came();
    if (chosen)
        run_join_pairs(&run);
    collect(&run, out);
    end(&run, out->is_complete);
    conductor->run = NULL;
    arena_free(run.scratch);
    out->took_us = clock_monotonic_us() - started_us;
}

void conduct(struct conductor *conductor, const struct scenario *scenario,
             const struct schedule *exact, struct arena *arena, struct conducted *out)
{
    conduct_any(conductor, scenario, exact, NULL, arena, out);
}

void conduct_chosen(struct conductor *conductor, const struct scenario *scenario,
                    struct chosen *chosen, struct arena *arena, struct conducted *out)
{
    conduct_any(conductor, scenario, NULL, chosen, arena, out);
}
