/* SPDX-License-Identifier: Apache-2.0 */
/* control_faults - calls of the control API that decide over exchanges: rules, holds, releases. No state. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "simulator/control_inner.h"
#include "simulator/rules.h"
#include "simulator/sim.h"

bool control_get_faults(const struct call *call)
{
    struct cJSON *list = json_array(call->arena);

    rules_list(sim_rules(call->control->sim), list);
    control_answer_json(call, 200, list);
    return true;
}

bool control_post_faults(const struct call *call)
{
    const struct cJSON *rule = control_body(call);
    struct err err = ERR_INIT;
    unsigned id = 0;

    if (!rule)
        return true;
    if (rules_add(sim_rules(call->control->sim), rule, &id, &err)) {
        control_refuse(call, &err);
        return true;
    }
    struct cJSON *body = json_object(call->arena);
    json_put_integer(body, "id", id);
    control_answer_json(call, 201, body);
    return true;
}

bool control_delete_faults(const struct call *call)
{
    rules_clear(sim_rules(call->control->sim));
    control_answer_nothing(call);
    return true;
}

/* The rule as GET faults shows it, or NULL. */
static const struct cJSON *find_rule(const struct call *call, const char *text)
{
    struct cJSON *list = json_array(call->arena);
    const struct cJSON *rule = NULL;
    uint64_t id = 0;

    rules_list(sim_rules(call->control->sim), list);
    if (!control_number(text, &id))
        return NULL;
    cJSON_ArrayForEach(rule, list)
    {
        if (json_integer(rule, "id", 0) == (long long)id)
            return rule;
    }
    return NULL;
}

static void no_rule(const struct call *call)
{
    control_problem(call, 404, "there is no fault rule %.40s", call->parts[1]);
}

bool control_get_fault(const struct call *call)
{
    const struct cJSON *rule = find_rule(call, call->parts[1]);

    if (rule)
        control_answer_json(call, 200, rule);
    else
        no_rule(call);
    return true;
}

bool control_delete_fault(const struct call *call)
{
    uint64_t id = 0;

    if (control_number(call->parts[1], &id) && id <= UINT32_MAX &&
        rules_remove(sim_rules(call->control->sim), (unsigned)id))
        control_answer_nothing(call);
    else
        no_rule(call);
    return true;
}

bool control_put_holds(const struct call *call)
{
    const struct cJSON *holds = control_body(call);
    struct err err = ERR_INIT;

    if (!holds)
        return true;
    if (rules_set_holds(sim_rules(call->control->sim), holds, &err))
        control_refuse(call, &err);
    else
        control_answer_nothing(call);
    return true;
}

/* The journal's entry `n`, or NULL when it is forgotten. */
static const struct sim_entry *entry_of(const struct sim *sim, uint64_t n)
{
    const size_t count = sim_journal_count(sim);
    const uint64_t first = count ? sim_journal_at(sim, 0)->n : 0;

    return count && n >= first && n - first < count ? sim_journal_at(sim, (size_t)(n - first))
                                                    : NULL;
}

bool control_get_held(const struct call *call)
{
    struct cJSON *list = json_array(call->arena);
    const struct sim *sim = call->control->sim;

    for (size_t i = 0; i < sim_held_count(sim); i++) {
        const struct sim_exchange *held = sim_held_at(sim, i);
        struct cJSON *item = json_add_object(list);

        json_put_integer(item, "n", (long long)held->number);
        json_put_string(item, "stop", held->stop == SIM_BEFORE ? "before" : "after");
        json_put_string(item, "interaction", held->interaction);
        json_put_string(item, "target", held->reference);
        json_put_string(item, "correlation", held->correlation);
        json_put_flag(item, "clientGone", held->is_client_gone);
        const struct sim_entry *arrival = entry_of(sim, held->arrived);
        if (arrival)
            json_put_integer(item, "since", (long long)(arrival->at_us / 1000));
    }
    control_answer_json(call, 200, list);
    return true;
}

int control_fault(const struct call *call, const struct cJSON *body, struct sim_fault *out,
                  struct err *err)
{
    const struct cJSON *args = json_get(body, "args"), *arg = NULL;
    const char *name = json_string(body, "fault");
    struct buf text = BUF_INIT;

    *out = (struct sim_fault){.name = NULL};
    if (!name && (args || json_get(body, "fault")))
        return err_set(err, ERR_INPUT, "'fault' is missing or no string");
    if (args && !cJSON_IsArray(args))
        return err_set(err, ERR_INPUT, "'args' is not an array");
    if (!name)
        return 0;
    buf_puts(&text, name);
    cJSON_ArrayForEach(arg, args)
    {
        const char *value = json_text(arg) ? json_text(arg) : json_print(call->arena, arg);

        buf_printf(&text, "%c%s", arg == json_at(args, 0) ? '(' : ',', value);
    }
    if (json_count(args) > 0)
        buf_putc(&text, ')');
    int rc = sim_fault_parse(buf_text(&text), out, err);
    buf_release(&text);
    return rc;
}

bool control_release_held(const struct call *call)
{
    struct sim *sim = call->control->sim;
    uint64_t number = 0;
    const struct sim_exchange *held =
        control_number(call->parts[1], &number) ? sim_held_find(sim, number) : NULL;
    const struct cJSON *body = NULL;
    struct err err = ERR_INIT;
    struct sim_fault fault;

    if (!held) {
        control_problem(call, 404, "nothing is held as %.40s", call->parts[1]);
        return true;
    }
    if (call->request->body_size > 0 && !(body = control_body(call)))
        return true;
    if (body && !control_has_only(call, body, "fault, args"))
        return true;
    if (control_fault(call, body, &fault, &err) ||
        (held->stop == SIM_BEFORE ? sim_pass(sim, number, fault.name ? &fault : NULL, &err)
                                  : sim_reply(sim, number, fault.name ? &fault : NULL, &err)))
        control_refuse(call, &err);
    else
        control_answer_nothing(call);
    return true;
}
