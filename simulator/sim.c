/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim - the face of the simulator: opens and closes, begins runs, turns the loop, and shows the
 * store and the journal.
 *
 * A run is a store on a chart; beginning one costs nothing that grows with the chart. Exchanges are
 * used again, so that a request costs few allocations.
 *
 * Invariants:
 *  1. sim->run is the current run. An earlier one lives on only for exchanges whose answers are
 *     still being sent.
 *  2. Versions are committed while `cause` names the exchange that does it, or by sim_edit
 *     (`edit_actor`).
 *  3. In runs that hold everything, released exchanges are kept until the run ends (the strings of
 *     sim_held_at).
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/core.h"
#include "simulator/held.h"
#include "simulator/journal.h"
#include "simulator/metrics.h"
#include "simulator/notify.h"
#include "simulator/personality.h"
#include "simulator/policy.h"
#include "simulator/rules.h"
#include "simulator/store.h"

#define BODY_KEPT_MAX                                                                              \
    ((size_t)64 << 10) /* a larger buffer is not worth keeping for the next exchange */

/* ---- exchanges ---- */

struct exchange *exchange_new(struct sim *sim)
{
    struct exchange *exchange = sim->free;

    if (exchange) {
        LL_DELETE(sim->free, exchange);
        return exchange;
    }
    exchange = calloc(1, sizeof(*exchange));
    if (!exchange)
        BUG("out of memory");
    exchange->sim = sim;
    exchange->arena = arena_new();
    return exchange;
}

static void exchange_recycle(struct exchange *exchange)
{
    struct sim *sim = exchange->sim;
    struct arena *arena = exchange->arena;
    struct buf body = exchange->body;

    if (body.capacity > BODY_KEPT_MAX)
        buf_release(&body);
    else
        buf_clear(&body);
    arena_reset(arena);
    *exchange = (struct exchange){.sim = sim, .arena = arena, .body = body};
    LL_PREPEND(sim->free, exchange);
}

void exchange_release(struct exchange *exchange)
{
    struct run *run = exchange->run;

    if (exchange->is_open || exchange->is_live)
        return;
    if (run && exchange->sim->options.hold_all && run == exchange->sim->run) {
        exchange->run = NULL;
        LL_PREPEND(run->kept, exchange);
    } else {
        exchange_recycle(exchange);
    }
    run_unref(run);
}

static void free_exchanges(struct sim *sim)
{
    while (sim->free) {
        struct exchange *exchange = sim->free;

        LL_DELETE(sim->free, exchange);
        arena_free(exchange->arena);
        buf_release(&exchange->body);
        free(exchange);
    }
}

/* ---- runs ---- */

static void on_committed(void *arg, const struct version *version)
{
    struct sim *sim = arg;
    struct sim_entry entry = {.kind = SIM_COMMITTED, .actor = sim->edit_actor};

    if (sim->cause)
        exchange_entry(sim->cause, SIM_COMMITTED, &entry);
    entry.body = version->content;
    entry.body_size = version->size;
    entry.reference = version->reference;
    entry.version = version->label;
    entry.ordinal = version->ordinal;
    entry.commit = version->commit;
    journal_append(sim->journal, &(struct journal_draft){.entry = &entry, .is_body_shared = true});
    sim->stamp++;
    notify_committed(sim->notify, version);
}

static struct run *run_new(struct sim *sim, const struct sim_chart *chart)
{
    struct run *run = calloc(1, sizeof(*run));

    if (!run)
        BUG("out of memory");
    run->refs = 1;
    run->arena = arena_new();
    run->policy = policy_new();
    run->store = store_new(&(struct store_options){
        .chart = chart,
        .knobs = &sim->personality->knobs,
        .logical_clock = sim->options.logical_clock,
        .bytes_max = sim->options.store_bytes_max,
        .committed = on_committed,
        .committed_arg = sim,
        .notify = sim->notify,
    });
    return run;
}

struct run *run_ref(struct run *run)
{
    run->refs++;
    return run;
}

void run_unref(struct run *run)
{
    if (!run || --run->refs > 0)
        return;
    while (run->kept) {
        struct exchange *exchange = run->kept;

        LL_DELETE(run->kept, exchange);
        exchange_recycle(exchange);
    }
    store_free(run->store);
    policy_free(run->policy);
    arena_free(run->arena);
    free(run->versions);
    free(run);
}

int sim_begin(struct sim *sim, const struct sim_chart *chart, struct err *err)
{
    struct run *earlier = sim->run;

    if (edge_is_down(sim->edge) && edge_up(sim->edge, err))
        return err_context(err, "begin");
    gate_close_all(sim);
    edge_begin(sim->edge);
    rules_reset(sim->rules);
    journal_reset(sim->journal);
    sim->run = run_new(sim, chart);
    notify_begin(sim->notify);
    sim->arrivals = sim->strays = 0;
    sim->stamp++;
    run_unref(earlier);
    return 0;
}

/* ---- opening and turning ---- */

struct sim *sim_open(const struct sim_options *options, struct err *err)
{
    struct sim *sim = calloc(1, sizeof(*sim));

    if (!sim)
        BUG("out of memory");
    sim->options = *options;
    sim->personality =
        options->personality ? personality_find(options->personality, err) : personality_r4();
    if (!sim->personality) {
        free(sim);
        return NULL;
    }
    sim->journal =
        journal_new(options->journal_max, options->journal_max ? LIMIT_JOURNAL_BYTES : 0);
    sim->held = held_new();
    sim->rules = rules_new(options->seed);
    sim->notify = notify_new(sim);
    if (!options->hold_all) {
        sim->metrics = metrics_new();
        journal_watch(sim->journal, metrics_note, sim->metrics);
    }
    sim->run = run_new(sim, NULL);
    sim->edge = edge_open(sim, err);
    if (sim->edge)
        return sim;
    sim_close(sim);
    return NULL;
}

void sim_close(struct sim *sim)
{
    if (!sim)
        return;
    if (sim->edge) {
        gate_answer_all(sim);
        edge_close(sim->edge);
    }
    notify_free(sim->notify);
    run_unref(sim->run);
    rules_free(sim->rules);
    metrics_free(sim->metrics);
    journal_free(sim->journal);
    free_exchanges(sim);
    held_free(sim->held);
    arena_free(sim->personality_arena);
    free(sim);
}

void sim_be_like(struct sim *sim, const struct personality *personality, struct arena *arena)
{
    arena_free(sim->personality_arena);
    sim->personality_arena = arena;
    sim->personality = personality;
    sim->stamp++;
    store_set_knobs(sim->run->store, &personality->knobs);
}

bool sim_is_coupled(const struct sim *sim)
{
    const struct knobs *knobs = &sim->personality->knobs;

    return knobs->etag_form == ETAG_WEAK_GLOBAL || knobs->referential_integrity ||
           knobs->search_lag_steps || knobs->search_cache || knobs->history == HISTORY_LAGGING;
}

const struct personality *sim_personality(const struct sim *sim)
{
    return sim->personality;
}

int sim_be(struct sim *sim, const char *name, struct err *err)
{
    const struct personality *personality = personality_find(name, err);

    if (!personality)
        return -1;
    if (personality != sim->personality)
        sim_be_like(sim, personality, NULL);
    return 0;
}

int sim_guards_of(const char *name, struct sim_guards *out, struct err *err)
{
    static const enum sim_guard guards[] = {
        [GUARD_PREVENT] = SIM_PREVENT, [GUARD_DETECT] = SIM_DETECT, [GUARD_NONE] = SIM_NO_GUARD};
    const struct personality *personality = personality_find(name, err);

    if (!personality)
        return -1;
    *out = (struct sim_guards){
        .lost_update = guards[personality->knobs.lost_update],
        .duplicate_create = guards[personality->knobs.duplicate_create],
        .partial_transaction = guards[personality->knobs.partial_transaction],
        .stale_read = guards[personality->knobs.stale_read],
    };
    return 0;
}

const char *const *sim_personalities(void)
{
    return personality_names();
}

const char *sim_url(const struct sim *sim)
{
    return sim->url;
}

const char *sim_control_url(const struct sim *sim)
{
    return sim->control_url;
}

struct rules *sim_rules(struct sim *sim)
{
    return sim->rules;
}

int sim_fd(const struct sim *sim)
{
    return edge_fd(sim->edge);
}

int sim_timeout_ms(const struct sim *sim)
{
    const int waits_ms[] = {
        edge_timeout_ms(sim->edge),
        sim->options.hold_all ? -1 : gate_timeout_ms(sim),
        notify_timeout_ms(sim->notify),
    };
    int least_ms = -1;

    for (size_t i = 0; i < COUNT_OF(waits_ms); i++) {
        if (waits_ms[i] >= 0 && (least_ms < 0 || waits_ms[i] < least_ms))
            least_ms = waits_ms[i];
    }
    return least_ms;
}

void sim_turn(struct sim *sim)
{
    edge_turn(sim->edge);
    if (!sim->options.hold_all)
        gate_due(sim);
    notify_turn(sim->notify);
    if (sim->options.pilot.turned)
        sim->options.pilot.turned(sim->options.pilot.arg);
}

void sim_down(struct sim *sim)
{
    edge_down(sim->edge);
}

int sim_up(struct sim *sim, struct err *err)
{
    return edge_up(sim->edge, err);
}

bool sim_is_down(const struct sim *sim)
{
    return edge_is_down(sim->edge);
}

bool sim_is_busy(const struct sim *sim)
{
    return edge_is_busy(sim->edge);
}

uint64_t sim_arrivals(const struct sim *sim)
{
    return sim->arrivals;
}

uint64_t sim_strays(const struct sim *sim)
{
    return sim->strays;
}

/* ---- foreign writers ---- */

/* A JSON Patch is an array, a FHIRPath Patch a resource. */
static const char *edit_media_type(const char *method, const char *body)
{
    const char *start = body ? body + strspn(body, " \t\r\n") : "";

    return strcmp(method, "PATCH") == 0 && *start != '{' ? "application/json-patch+json"
                                                         : "application/fhir+json";
}

/* What the OperationOutcome of a refused edit says. */
static const char *diagnosis(struct arena *arena, const struct answer *answer)
{
    struct err ignored = ERR_INIT;
    const struct cJSON *outcome =
        answer->body ? json_parse(arena, answer->body, answer->body_size, &ignored) : NULL;
    const char *text = json_text(json_pointer(outcome, "/issue/0/diagnostics"));

    return text ? text : "refused";
}

int sim_edit(struct sim *sim, const char *actor, const char *name, const char *method,
             const char *target, const char *body, size_t body_size, struct err *err)
{
    struct arena *arena = arena_new();
    const struct http_header headers[] = {{"Content-Type", edit_media_type(method, body)},
                                          {NULL, NULL}};
    const size_t path_size = strcspn(target, "?");
    struct exchange_request request = {
        .arena = arena,
        .base = sim->url,
        .method = method,
        .path = arena_copy(arena, target, path_size),
        .query = target[path_size] == '?' ? target + path_size + 1 : "",
        .headers = headers,
        .body = body,
        .body_size = body_size,
    };
    struct sim_entry entry = {
        .kind = SIM_EDIT,
        .method = method,
        .url = target,
        .body = body,
        .body_size = body_size,
        .actor = actor,
        .what = name,
    };
    struct answer answer = {.status = 0};
    const enum interaction label = route(&request, &answer);
    int rc = 0;

    entry.interaction = interaction_name(label);
    if (!interaction_is_write(label)) {
        rc = err_set(err, ERR_INPUT, "edit %s: %s %s changes nothing", name, method, target);
        goto out;
    }
    journal_append(sim->journal, &(struct journal_draft){.entry = &entry});
    sim->stamp++;
    sim->edit_actor = actor;
    if (request.interaction != INTERACTION_NONE)
        interact(sim->run->store, &request, &(struct interact_bend){.is_foreign = true}, &answer);
    sim->edit_actor = NULL;
    if (answer.status >= 300)
        rc = err_set(err, ERR_INPUT, "edit %s: %s %s: %d: %s", name, method, target, answer.status,
                     diagnosis(arena, &answer));
out:
    arena_free(arena);
    return rc;
}

/* ---- the journal ---- */

const char *sim_kind_name(enum sim_kind kind)
{
    static const char *const names[] = {
        [SIM_ARRIVED] = "arrived", [SIM_COMMITTED] = "committed", [SIM_REPLIED] = "replied",
        [SIM_HUNG_UP] = "hung-up", [SIM_FAULT] = "fault",         [SIM_EDIT] = "edit",
        [SIM_SAID] = "said",       [SIM_PROCESS] = "process",     [SIM_NOTIFIED] = "notified",
    };

    return names[kind];
}

size_t sim_journal_count(const struct sim *sim)
{
    return journal_count(sim->journal);
}

const struct sim_entry *sim_journal_at(const struct sim *sim, size_t index)
{
    return journal_at(sim->journal, index);
}

uint64_t sim_note(struct sim *sim, const struct sim_entry *entry)
{
    sim->stamp++;
    return journal_append(sim->journal, &(struct journal_draft){.entry = entry});
}

/* ---- the store ---- */

static struct sim_version *show(struct run *run, const struct version *version)
{
    struct sim_version *shown = arena_alloc(run->arena, sizeof(*shown));

    *shown = (struct sim_version){
        .reference = version->reference,
        .version = version->label,
        .ordinal = version->ordinal,
        .commit = version->commit,
        .is_deletion = version->is_deletion,
        .content = version->content,
        .size = version->size,
    };
    return shown;
}

size_t sim_version_count(const struct sim *sim)
{
    return store_count(sim->run->store);
}

const struct sim_version *sim_version_at(const struct sim *sim, size_t index)
{
    struct run *run = sim->run;

    if (index >= store_count(run->store))
        return NULL;
    if (index >= run->version_room) {
        const size_t room = store_count(run->store) + 64;

        run->versions = realloc(run->versions, room * sizeof(run->versions[0]));
        if (!run->versions)
            BUG("out of memory");
        memset(run->versions + run->version_room, 0,
               (room - run->version_room) * sizeof(run->versions[0]));
        run->version_room = room;
    }
    const struct version *version = store_at(run->store, index);
    const struct sim_version *shown = run->versions[index];
    /* A fault may have put another version into its place, or other content into the version. */
    if (!shown || shown->commit != version->commit || shown->content != version->content)
        run->versions[index] = show(run, version);
    return run->versions[index];
}

static const struct version *current(const struct sim *sim, const char *reference)
{
    const char *slash = strchr(reference, '/');
    const char *type;

    if (!slash)
        return NULL;
    type = arena_copy(sim->run->arena, reference, (size_t)(slash - reference));
    return store_current(sim->run->store, type, slash + 1);
}

const struct sim_version *sim_current(const struct sim *sim, const char *reference)
{
    const struct version *version = current(sim, reference);

    return version ? show(sim->run, version) : NULL;
}

const char *sim_version_of(const struct sim *sim, const char *reference, unsigned ordinal)
{
    const struct version *version = current(sim, reference);

    while (version && version->ordinal != ordinal)
        version = version->previous;
    return version ? version->label : NULL;
}

unsigned sim_ordinal_of(const struct sim *sim, const char *reference, const char *label)
{
    const struct version *version = current(sim, reference);

    while (version && strcmp(version->label, label) != 0)
        version = version->previous;
    return version ? version->ordinal : 0;
}
