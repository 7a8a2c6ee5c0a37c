/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan - parameters that steer a search, and those that choose (fhir-rules.md row 24).
 *
 * A page link carries the commit that the first page saw and where the page starts. Every page sees
 * the store as of that commit: what is written between two pages neither repeats nor hides a match.
 */
#include "simulator/interact/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/near.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"
#include "simulator/interact/page.h"
#include "simulator/store.h"

#define PAGE_DEFAULT 100

/* A parameter being read. */
struct reading {
    struct plan *plan;
    const struct act *act;
    const char *value;
    struct err *err;
};

static enum fit unfit(struct reading *reading, const char *expected)
{
    err_set(reading->err, ERR_INPUT, "%s was expected, got %.64s", expected, reading->value);
    return FIT_UNFIT;
}

/* The next of the values between commas, or NULL. */
static const char *next_of(struct reading *reading, const char **at)
{
    return operand_split(reading->plan->scope.arena, at, ',');
}

static size_t values_of(const char *text)
{
    size_t count = 1;

    for (; *text; text++)
        count += *text == ',';
    return count;
}

/* ---- parameters that steer ---- */

static enum fit read_nothing(struct reading *reading)
{
    (void)reading;
    return FIT;
}

static enum fit read_total(struct reading *reading)
{
    reading->plan->has_no_total = strcmp(reading->value, "none") == 0;
    if (reading->plan->has_no_total || strcmp(reading->value, "accurate") == 0 ||
        strcmp(reading->value, "estimate") == 0)
        return FIT;
    return unfit(reading, "_total: none, estimate or accurate");
}

static enum fit read_summary(struct reading *reading)
{
    reading->plan->counts_only |= strcmp(reading->value, "count") == 0;
    if (strcmp(reading->value, "count") == 0 ||
        !partial_summary(&reading->plan->subset, reading->value))
        return FIT;
    return unfit(reading, "_summary: count, true, text, data or false");
}

static enum fit read_elements(struct reading *reading)
{
    struct plan *plan = reading->plan;
    const char *type = plan->type_count == 1 ? plan->types[0] : NULL;
    const char *why = partial_elements(plan->scope.arena, &plan->subset, type, reading->value);

    if (why)
        err_set(reading->err, ERR_INPUT, "%s", why);
    return why ? FIT_UNFIT : FIT;
}

static enum fit read_page(struct reading *reading)
{
    struct plan *plan = reading->plan;
    const size_t count = store_count(plan->scope.store);
    const unsigned newest = count > 0 ? store_at(plan->scope.store, count - 1)->commit : 0;
    unsigned commit = 0;
    unsigned long first = 0;
    char rest = '\0';

    if (sscanf(reading->value, "%9u.%9lu%c", &commit, &first, &rest) != 2 || commit > newest) {
        err_set(reading->err, ERR_INPUT, "_page: %.64s is not from a link of this search",
                reading->value);
        return FIT_UNFIT;
    }
    plan->scope.commit = commit;
    plan->first = first;
    return FIT;
}

static bool is_orderly(const struct plan *plan, const char *code)
{
    for (size_t i = 0; i < plan->type_count; i++) {
        const struct parameter *parameter = parameter_find(plan->types[i], code);

        if (!parameter || (parameter->type != PARAMETER_DATE && strcmp(code, "_id") != 0))
            return false;
    }
    return true;
}

static enum fit read_sort(struct reading *reading)
{
    struct plan *plan = reading->plan;
    const char *at = reading->value, *code = NULL;

    plan->orders =
        arena_alloc(plan->scope.arena, values_of(reading->value) * sizeof(plan->orders[0]));
    plan->order_count = 0;
    while ((code = next_of(reading, &at))) {
        const bool is_falling = *code == '-';

        code += is_falling;
        if (!is_orderly(plan, code))
            return unfit(reading, "_sort: _id, _lastUpdated or a date parameter of the type");
        plan->orders[plan->order_count++] = (struct order){code, is_falling};
    }
    return FIT;
}

static bool is_type(const char *name)
{
    return name && fhir_type_is_known(name);
}

static enum fit read_include_of(struct reading *reading, bool is_reverse)
{
    struct plan *plan = reading->plan;
    struct arena *arena = plan->scope.arena;
    const char *at = reading->value;
    const char *source = operand_split(arena, &at, ':');
    const char *code = at ? operand_split(arena, &at, ':') : NULL;
    const struct parameter *parameter =
        is_type(source) && code ? parameter_find(source, code) : NULL;

    if (!parameter || parameter->type != PARAMETER_REFERENCE)
        return unfit(reading, is_reverse ? "_revinclude: Type:reference parameter[:Type]"
                                         : "_include: Type:reference parameter[:Type]");
    if (at && (!is_type(at) || !parameter_targets(parameter, at)))
        return unfit(reading, "a type that the reference may lead to");
    plan->includes = arena_grow(arena, plan->includes, plan->include_count * sizeof(struct include),
                                (plan->include_count + 1) * sizeof(struct include));
    plan->includes[plan->include_count++] = (struct include){is_reverse, source, code, at};
    return FIT;
}

static enum fit read_include(struct reading *reading)
{
    return read_include_of(reading, false);
}

static enum fit read_revinclude(struct reading *reading)
{
    return read_include_of(reading, true);
}

static const struct steering {
    const char *name;
    enum fit (*read)(struct reading *reading);
    bool may_repeat;
} steerings[] = {
    {"_count", read_nothing, false}, /* by page_count */
    {"_elements", read_elements, false}, {"_format", read_nothing, true},
    {"_include", read_include, true},    {"_page", read_page, false},
    {"_pretty", read_nothing, true},     {"_revinclude", read_revinclude, true},
    {"_sort", read_sort, false},         {"_summary", read_summary, false},
    {"_total", read_total, false},       {"_type", read_nothing, false}, /* by read_types */
};

static const struct steering *steering_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(steerings); i++) {
        if (strcmp(steerings[i].name, name) == 0)
            return &steerings[i];
    }
    return NULL;
}

/* Which references could lead anywhere, where the narrative is all that is shown? */
static bool is_consistent(const struct act *act, const struct plan *plan)
{
    if (plan->subset.kind != SUBSET_TEXT || plan->include_count == 0)
        return true;
    REFUSE(act, 400, "invalid", "_summary=text cannot be asked for together with _include");
    return false;
}

/* ---- which types ---- */

/* _type chooses among all types, where the URL does not name one. */
static bool read_types(struct plan *plan, const struct act *act, const struct query *query)
{
    const char *at = act->request->type ? NULL : query_value(query, "_type");
    const char *type = NULL;

    plan->types = arena_alloc(plan->scope.arena, (at ? values_of(at) : 1) * sizeof(char *));
    plan->types[0] = act->request->type;
    plan->type_count = at ? 0 : 1;
    while ((type = operand_split(plan->scope.arena, &at, ','))) {
        size_t same = 0;

        if (!fhir_type_is_known(type)) {
            REFUSE(act, 400, "invalid", "_type: %s is no resource type", type);
            return false;
        }
        while (same < plan->type_count && strcmp(plan->types[same], type) != 0)
            same++;
        plan->types[same] = type;
        plan->type_count += same == plan->type_count;
    }
    return true;
}

/* ---- parameters that choose ---- */

static enum fit read_criterion(struct plan *plan, const struct query_parameter *parameter,
                               struct err *err)
{
    enum fit fit = FIT;

    for (size_t i = 0; fit == FIT && i < plan->type_count; i++)
        fit = criterion_read(&plan->criteria[i][plan->criterion_count], &plan->scope,
                             plan->types[i], parameter->name, parameter->value, err);
    plan->criterion_count += fit == FIT;
    return fit;
}

static enum fit read_parameter(struct reading *reading, const struct query_parameter *parameter,
                               bool is_repeated)
{
    const struct steering *steering = steering_find(parameter->name);

    reading->value = parameter->value;
    if (!steering)
        return read_criterion(reading->plan, parameter, reading->err);
    if (strcmp(steering->name, "_type") == 0 && reading->act->request->type)
        return FIT_UNKNOWN; /* the URL names the type */
    if (!is_repeated || steering->may_repeat)
        return steering->read(reading);
    err_set(reading->err, ERR_INPUT, "%s is given twice", steering->name);
    return FIT_UNFIT;
}

static void refuse_unknown(const struct act *act, const struct query_parameter *parameter)
{
    if (steering_find(parameter->name))
        REFUSE(act, 400, "not-supported", "%s=%s is not offered here", parameter->name,
               parameter->value);
    else
        REFUSE(act, 400, "not-supported", "%s",
               query_nearest(act->request->arena, act->request->type, parameter->name));
}

static bool is_among(const struct query *query, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(query->parameters[i].name, name) == 0)
            return true;
    }
    return false;
}

bool plan_read(struct plan *out, const struct act *act, struct query *query)
{
    struct arena *arena = act->request->arena;
    size_t kept = 0;

    const unsigned lag = act->bend->lag ? act->bend->lag : (unsigned)act->knobs->search_lag_steps;

    *out = (struct plan){.scope = scope_past(act->store, arena, act->request->base, lag),
                         .page_entries = PAGE_DEFAULT};
    out->scope.shows_deleted = act->bend->shows_deleted;
    if (!page_count(act, query, &out->page_entries) || !read_types(out, act, query))
        return false;
    out->counts_only = out->page_entries == 0;
    out->criteria = arena_alloc(arena, out->type_count * sizeof(out->criteria[0]));
    for (size_t i = 0; i < out->type_count; i++)
        out->criteria[i] = arena_alloc(arena, (query->count + 1) * sizeof(struct criterion));
    for (size_t i = 0; i < query->count; i++) {
        const struct query_parameter *parameter = &query->parameters[i];
        struct err err = ERR_INIT;
        struct reading reading = {.plan = out, .act = act, .err = &err};
        const enum fit fit =
            read_parameter(&reading, parameter, is_among(query, kept, parameter->name));

        if (fit == FIT_UNFIT) {
            REFUSE(act, 400, "invalid", "%s", err.text);
            return false;
        }
        if (fit == FIT_UNKNOWN && prefer_is_strict(act->request)) {
            refuse_unknown(act, parameter);
            return false;
        }
        if (fit == FIT)
            query->parameters[kept++] = *parameter;
    }
    query->count = kept;
    return is_consistent(act, out);
}
