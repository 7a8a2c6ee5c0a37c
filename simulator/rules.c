/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - a list of rules and a list of holds, asked for every exchange of a stand-alone simulator.
 *
 * Invariant: a rule counts an exchange (`seen`) when its match lets it through and its fault is one
 * for that interaction; whether it strikes follows from that count, `nth`, `times` and a seeded
 * draw.
 */
#include "simulator/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/prng.h"
#include "simulator/core.h"

#define WINDOW_S 60 /* of quota, unless said; as in strike_refuse.c */

struct match {
    const char *interaction, *type, *id, *actor;
    const struct cJSON *headers; /* an object of strings, or NULL */
    unsigned nth;                /* 0: any */
};

struct rule {
    struct rule *next;
    struct arena *arena;
    unsigned id;
    const struct cJSON *source;
    struct sim_fault fault;
    struct match match;
    unsigned long times; /* 0: always */
    double probability;
    unsigned long seen, struck;
    uint64_t window_us; /* quota: when the window began, and how many came in it */
    unsigned long in_window;
};

struct hold {
    struct match match;
    enum sim_stop stop;
};

struct rules {
    struct rule *rules;
    struct arena *hold_arena;
    struct hold *holds;
    size_t hold_count;
    unsigned last_id;
    uint64_t seed;
    struct prng prng;
};

struct rules *rules_new(uint64_t seed)
{
    struct rules *rules = calloc(1, sizeof(*rules));

    if (!rules)
        BUG("out of memory");
    rules->seed = seed;
    prng_init(&rules->prng, seed);
    return rules;
}

static void rule_free(struct rule *rule)
{
    arena_free(rule->arena); /* the rule lives in it */
}

void rules_clear(struct rules *rules)
{
    while (rules->rules) {
        struct rule *rule = rules->rules;

        LL_DELETE(rules->rules, rule);
        rule_free(rule);
    }
}

void rules_reset(struct rules *rules)
{
    rules_clear(rules);
    arena_free(rules->hold_arena);
    rules->hold_arena = NULL;
    rules->holds = NULL;
    rules->hold_count = 0;
    rules->last_id = 0;
    prng_init(&rules->prng, rules->seed);
}

void rules_free(struct rules *rules)
{
    if (!rules)
        return;
    rules_reset(rules);
    free(rules);
}

/* ---- reading ---- */

static int check_members(const struct cJSON *object, const char *what, const char *const *known,
                         struct err *err)
{
    for (const struct cJSON *member = object->child; member; member = member->next) {
        size_t i = 0;

        while (known[i] && strcmp(known[i], member->string) != 0)
            i++;
        if (!known[i])
            return err_set(err, ERR_INPUT, "%s: unknown member '%.64s'", what, member->string);
    }
    return 0;
}

/* A string member; absent leaves *out NULL. */
static int take_string(const struct cJSON *object, const char *name, const char **out,
                       struct err *err)
{
    const struct cJSON *item = json_get(object, name);

    *out = json_text(item);
    if (item && !*out)
        return err_set(err, ERR_INPUT, "match: '%s' is not a string", name);
    return 0;
}

static int take_count(const struct cJSON *object, const char *name, unsigned long *out,
                      struct err *err)
{
    const struct cJSON *item = json_get(object, name);
    const long long number = json_integer(object, name, item ? -1 : 0);

    if (item && (number < 1 || number > 1000000000))
        return err_set(err, ERR_INPUT, "'%s' is not a whole number from 1", name);
    *out = (unsigned long)number;
    return 0;
}

static bool is_interaction(const char *name)
{
    if (strcmp(name, "write") == 0 || strcmp(name, "look") == 0)
        return true;
    for (int i = INTERACTION_READ; i <= INTERACTION_NOTIFICATION; i++) {
        if (strcmp(interaction_name((enum interaction)i), name) == 0)
            return true;
    }
    return false;
}

static int read_match(struct match *out, const struct cJSON *match, struct err *err)
{
    static const char *const known[] = {"interaction", "type",   "id", "actor",
                                        "nth",         "header", NULL};
    unsigned long nth = 0;

    *out = (struct match){.nth = 0};
    if (!match)
        return 0;
    if (!cJSON_IsObject(match))
        return err_set(err, ERR_INPUT, "'match' is not an object");
    if (check_members(match, "match", known, err) ||
        take_string(match, "interaction", &out->interaction, err) ||
        take_string(match, "type", &out->type, err) || take_string(match, "id", &out->id, err) ||
        take_string(match, "actor", &out->actor, err) || take_count(match, "nth", &nth, err))
        return -1;
    if (out->interaction && !is_interaction(out->interaction))
        return err_set(err, ERR_INPUT, "match: unknown interaction '%.64s'", out->interaction);
    out->nth = (unsigned)nth;
    out->headers = json_get(match, "header");
    if (out->headers && !cJSON_IsObject(out->headers))
        return err_set(err, ERR_INPUT, "match: 'header' is not an object");
    for (const struct cJSON *h = out->headers ? out->headers->child : NULL; h; h = h->next) {
        if (!json_text(h))
            return err_set(err, ERR_INPUT, "match: header '%.64s' is not a string", h->string);
    }
    return 0;
}

/* `fault` as it is, or with the elements of `args` between parentheses. */
static int read_fault(struct rule *rule, const struct cJSON *source, struct err *err)
{
    const char *text = json_string(source, "fault");
    const struct cJSON *args = json_get(source, "args");

    if (!text)
        return err_set(err, ERR_INPUT, "'fault' is missing");
    if (args && !cJSON_IsArray(args))
        return err_set(err, ERR_INPUT, "'args' is not an array");
    for (size_t i = 0; i < json_count(args); i++) {
        const struct cJSON *item = json_at(args, i);
        const char *word = json_text(item) ? json_text(item) : json_number_text(item);

        if (!word)
            return err_set(err, ERR_INPUT, "'args' has something that is no text or number");
        text = arena_printf(rule->arena, "%s%c%s", text, i ? ',' : '(', word);
    }
    if (json_count(args))
        text = arena_printf(rule->arena, "%s)", text);
    return sim_fault_parse(text, &rule->fault, err);
}

static int read_rule(struct rule *rule, struct err *err)
{
    static const char *const known[] = {"fault", "args", "match", "times", "probability", NULL};
    const struct cJSON *source = rule->source;
    const struct cJSON *probability;

    if (!cJSON_IsObject(source))
        return err_set(err, ERR_INPUT, "a rule is an object");
    probability = json_get(source, "probability");
    rule->probability = json_double(probability, probability ? -1 : 1);
    if (rule->probability < 0 || rule->probability > 1)
        return err_set(err, ERR_INPUT, "'probability' is not a number from 0 to 1");
    if (check_members(source, "rule", known, err) || read_fault(rule, source, err) ||
        read_match(&rule->match, json_get(source, "match"), err) ||
        take_count(source, "times", &rule->times, err))
        return -1;
    if (rule->match.nth && !rule->times)
        rule->times = 1;
    return 0;
}

int rules_add(struct rules *rules, const struct cJSON *source, unsigned *out_id, struct err *err)
{
    struct arena *arena = arena_new();
    struct rule *rule = arena_alloc(arena, sizeof(*rule));

    rule->arena = arena;
    rule->source = json_copy_root(arena, source);
    if (read_rule(rule, err)) {
        rule_free(rule);
        return -1;
    }
    rule->id = *out_id = ++rules->last_id;
    LL_APPEND(rules->rules, rule);
    return 0;
}

bool rules_remove(struct rules *rules, unsigned id)
{
    struct rule *rule;

    LL_SEARCH_SCALAR(rules->rules, rule, id, id);
    if (!rule)
        return false;
    LL_DELETE(rules->rules, rule);
    rule_free(rule);
    return true;
}

void rules_list(const struct rules *rules, struct cJSON *out_array)
{
    const struct rule *rule;

    LL_FOREACH(rules->rules, rule)
    {
        struct cJSON *item = json_copy(rule->source);

        json_put_integer(item, "id", rule->id);
        json_put_integer(item, "struck", (long long)rule->struck);
        json_add(out_array, item);
    }
}

static int read_hold(struct hold *out, const struct cJSON *source, struct err *err)
{
    static const char *const known[] = {"match", "stop", NULL};
    const char *stop = json_string(source, "stop");

    if (!cJSON_IsObject(source))
        return err_set(err, ERR_INPUT, "a hold is an object");
    if (check_members(source, "hold", known, err))
        return -1;
    if (stop && strcmp(stop, "before") != 0 && strcmp(stop, "after") != 0)
        return err_set(err, ERR_INPUT, "'stop' is '%.20s'; expected before or after", stop);
    out->stop = stop && strcmp(stop, "after") == 0 ? SIM_AFTER : SIM_BEFORE;
    return read_match(&out->match, json_get(source, "match"), err);
}

int rules_set_holds(struct rules *rules, const struct cJSON *source, struct err *err)
{
    struct arena *arena = arena_new();
    const struct cJSON *copy = json_copy_root(arena, source);
    const size_t count = json_count(copy);
    struct hold *holds = arena_alloc(arena, (count + 1) * sizeof(*holds));
    int rc = 0;

    if (!cJSON_IsArray(copy))
        rc = err_set(err, ERR_INPUT, "holds are an array");
    for (size_t i = 0; rc == 0 && i < count; i++) {
        if (read_hold(&holds[i], json_at(copy, i), err))
            rc = err_context(err, "hold %zu", i + 1);
    }
    if (rc) {
        arena_free(arena);
        return rc;
    }
    arena_free(rules->hold_arena);
    rules->hold_arena = arena;
    rules->holds = holds;
    rules->hold_count = count;
    return 0;
}

/* ---- asking ---- */

static bool is_same_or_any(const char *wanted, const char *got)
{
    return !wanted || (got && strcmp(wanted, got) == 0);
}

static bool matches_interaction(const char *wanted, const struct sim_exchange *exchange)
{
    if (!wanted)
        return true;
    if (strcmp(wanted, "write") == 0)
        return exchange->is_write;
    if (strcmp(wanted, "look") == 0)
        return !exchange->is_write && strcmp(exchange->interaction, "notification") != 0;
    return strcmp(wanted, exchange->interaction) == 0;
}

/* All but nth. */
static bool matches(const struct match *match, const struct sim_exchange *exchange,
                    const struct exchange_request *request)
{
    if (!matches_interaction(match->interaction, exchange) ||
        !is_same_or_any(match->type, request->type) || !is_same_or_any(match->id, request->id) ||
        !is_same_or_any(match->actor, exchange->actor))
        return false;
    for (const struct cJSON *h = match->headers ? match->headers->child : NULL; h; h = h->next) {
        const char *value = request_header(request, h->string);

        if (!value || strcmp(value, json_text(h)) != 0)
            return false;
    }
    return true;
}

/* A window begins with the first request that comes when there is none. */
static bool is_over_quota(struct rule *rule)
{
    const uint64_t window_us = fault_number(&rule->fault, 1, WINDOW_S) * UINT64_C(1000000);
    const uint64_t now_us = clock_monotonic_us();

    if (rule->in_window == 0 || now_us - rule->window_us >= window_us) {
        rule->window_us = now_us;
        rule->in_window = 0;
    }
    return ++rule->in_window > fault_number(&rule->fault, 0, 0);
}

/* Is it this rule's turn, going by what it has seen? */
static bool is_its_turn(struct rule *rule)
{
    if (strcmp(rule->fault.name, "outage") == 0)
        return rule->seen >= fault_number(&rule->fault, 0, 1) &&
               rule->seen <= fault_number(&rule->fault, 1, 1);
    if (strcmp(rule->fault.name, "quota") == 0 && !is_over_quota(rule))
        return false;
    return rule->seen >= rule->match.nth && (!rule->times || rule->struck < rule->times);
}

static bool strikes(struct rules *rules, struct rule *rule)
{
    const uint64_t scale = UINT64_C(1) << 32;

    rule->seen++;
    if (!is_its_turn(rule))
        return false;
    if (rule->probability < 1 &&
        (double)prng_below(&rules->prng, scale) >= rule->probability * (double)scale)
        return false;
    rule->struck++;
    return true;
}

bool rules_fit(const struct exchange *exchange, const struct sim_fault *fault)
{
    struct err ignored = ERR_INIT;

    if (!fault_kind(fault->name)->is_rule_only)
        return strike_check(exchange, fault, STRIKE_PASS, &ignored) == 0;
    if (fault_misfit(fault->name, exchange->label))
        return false;
    return strcmp(fault->name, "brown-out") != 0 ||
           exchange->face.is_write == (strcmp(fault->args[0], "looks") != 0);
}

static const struct sim_fault *find(struct rules *rules, const struct exchange *exchange,
                                    bool is_early)
{
    struct rule *rule;

    LL_FOREACH(rules->rules, rule)
    {
        if (fault_is_early(rule->fault.name) == is_early &&
            matches(&rule->match, &exchange->face, &exchange->request) &&
            rules_fit(exchange, &rule->fault) && strikes(rules, rule))
            return &rule->fault;
    }
    return NULL;
}

const struct sim_fault *rules_strike(struct rules *rules, const struct exchange *exchange)
{
    return find(rules, exchange, false);
}

const struct sim_fault *rules_strike_early(struct rules *rules, const struct exchange *exchange)
{
    return find(rules, exchange, true);
}

bool rules_holds(const struct rules *rules, const struct sim_exchange *exchange,
                 const struct exchange_request *request, enum sim_stop stop)
{
    for (size_t i = 0; i < rules->hold_count; i++) {
        if (rules->holds[i].stop == stop && matches(&rules->holds[i].match, exchange, request))
            return true;
    }
    return false;
}
