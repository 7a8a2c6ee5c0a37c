/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notation - reads and writes steps. What a name stands for (whether there is such an actor, intent
 * or edit) is the business of who follows the schedule; here a step has only to be well formed, and
 * its part and fault to exist.
 *
 * A step is cut from its end: `?`, then `!fault`, then the first `.` parts actor and what. So a
 * fault's arguments may hold any character but white space and the comma between them.
 */
#include "simulator/notation.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/near.h"

static const char *const part_names[] = {
    [PART_WHOLE] = "",      [PART_BEFORE] = "before",   [PART_COMMIT] = "commit",
    [PART_REPLY] = "reply", [PART_TIMEOUT] = "timeout", [PART_DROP] = "drop",
};

static const char *const parts_known[] = {"before", "commit", "reply", "timeout", "drop", NULL};

static const char *const interactions[] = {
    "read",  "vread",  "search", "history",     "create",    "update",
    "patch", "delete", "batch",  "transaction", "operation", "poll",
};

#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static bool is_name(const char *text)
{
    return *text && text[strspn(text, NAME_LETTERS)] == '\0';
}

/* Cuts `text` at the first of `mark` and returns what is behind it, or NULL when there is none. */
static char *cut(char *text, char mark)
{
    char *at = strchr(text, mark);

    if (!at)
        return NULL;
    *at = '\0';
    return at + 1;
}

static int parse_count(const char *digits, const char *what, unsigned *out, struct err *err)
{
    size_t length = strlen(digits);

    if (length == 0 || length > 6 || strspn(digits, "0123456789") != length || digits[0] == '0')
        return err_set(err, ERR_INPUT, "%s \"%.40s\"; expected a number from 1", what, digits);
    *out = (unsigned)strtoul(digits, NULL, 10);
    return 0;
}

static int parse_part(struct arena *arena, const char *text, enum part *out, struct err *err)
{
    for (size_t i = 1; i < COUNT_OF(part_names); i++) {
        if (strcmp(text, part_names[i]) == 0) {
            *out = (enum part)i;
            return 0;
        }
    }
    return err_set(err, ERR_INPUT, "unknown part %s", near_explain(arena, text, parts_known));
}

/* Some kinds of fault are spelled by parts and steps, so that one act has one spelling. */
static int parse_fault(const char *text, struct sim_fault *out, struct err *err)
{
    const struct sim_fault_kind *kinds = NULL;
    size_t count = sim_fault_kinds(&kinds);

    if (sim_fault_parse(text, out, err))
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (kinds[i].is_rule_only && strcmp(kinds[i].name, out->name) == 0)
            return err_set(err, ERR_INPUT,
                           "fault \"%s\" is for the rules of a stand-alone fhirsim; "
                           "a schedule says it with :timeout, :commit, :reply and :drop",
                           out->name);
    }
    return 0;
}

static int parse_fields(struct arena *arena, char *text, struct step *out, struct err *err)
{
    char *fault = cut(text, '!');
    char *part = cut(text, ':');
    char *instance = cut(text, '@');
    char *ordinal = cut(text, '#');
    char *what = cut(text, '.');
    char *intent = cut(text, '/');

    if (!what)
        return err_set(err, ERR_INPUT, "no \".\"; expected actor.what, like portal.write");
    if (!is_name(text) || !is_name(what) || (intent && !is_name(intent)))
        return err_set(err, ERR_INPUT,
                       "expected actor[/intent].what[#n][@instance][:part][!fault[(arg,...)]], "
                       "names of letters, digits, - and _");
    out->actor = text;
    out->intent = intent;
    out->what = what;
    if (ordinal && parse_count(ordinal, "occurrence", &out->ordinal, err))
        return -1;
    if (instance && parse_count(instance, "instance", &out->instance, err))
        return -1;
    if (part && parse_part(arena, part, &out->part, err))
        return -1;
    return fault ? parse_fault(fault, &out->fault, err) : 0;
}

bool part_fits(enum part part, const struct sim_exchange *exchange, bool was_held)
{
    const bool is_live = !exchange->is_client_gone, is_before = exchange->stop == SIM_BEFORE;

    switch (part) {
    case PART_WHOLE:
        return is_live && is_before;
    case PART_BEFORE:
        return is_live && is_before && !was_held;
    case PART_COMMIT:
    case PART_DROP:
        return is_before;
    case PART_REPLY:
        return is_live && !is_before;
    case PART_TIMEOUT:
        return is_live;
    }
    return false;
}

int step_parse(struct arena *arena, const char *text, struct step *out, struct err *err)
{
    char *copy = arena_strdup(arena, text);
    size_t length = strlen(copy);

    *out = (struct step){.part = PART_WHOLE};
    if (length > 0 && copy[length - 1] == '?') {
        out->is_optional = true;
        copy[length - 1] = '\0';
    }
    if (parse_fields(arena, copy, out, err))
        return err_context(err, "\"%.120s\"", text);
    return 0;
}

void step_format(const struct step *step, struct buf *buf)
{
    buf_puts(buf, step->actor);
    if (step->intent)
        buf_printf(buf, "/%s", step->intent);
    buf_printf(buf, ".%s", step->what);
    if (step->ordinal > 0)
        buf_printf(buf, "#%u", step->ordinal);
    if (step->instance > 0)
        buf_printf(buf, "@%u", step->instance);
    if (step->part != PART_WHOLE)
        buf_printf(buf, ":%s", part_names[step->part]);
    if (step->fault.name) {
        buf_printf(buf, "!%s", step->fault.name);
        for (size_t i = 0; i < COUNT_OF(step->fault.args) && step->fault.args[i][0]; i++)
            buf_printf(buf, "%c%s", i == 0 ? '(' : ',', step->fault.args[i]);
        if (step->fault.args[0][0])
            buf_putc(buf, ')');
    }
    if (step->is_optional)
        buf_putc(buf, '?');
}

int schedule_from_json(struct arena *arena, const struct cJSON *array, struct schedule *out,
                       struct err *err)
{
    size_t count = json_count(array);

    if (!cJSON_IsArray(array))
        return err_set(err, ERR_INPUT, "found %s; expected an array of steps",
                       json_type_name(array));
    if (count > LIMIT_SCENARIO_STEPS)
        return err_set(err, ERR_LIMIT, "%zu steps; expected %u at most", count,
                       LIMIT_SCENARIO_STEPS);
    out->steps = arena_alloc(arena, (count + 1) * sizeof(*out->steps));
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        const struct cJSON *item = json_at(array, i);

        if (!json_text(item))
            return err_set(err, ERR_INPUT, "step %zu: found %s; expected a string", i + 1,
                           json_type_name(item));
        if (step_parse(arena, json_text(item), &out->steps[i], err))
            return err_context(err, "step %zu", i + 1);
    }
    return 0;
}

int schedule_parse(struct arena *arena, const char *text, struct schedule *out, struct err *err)
{
    static const char space[] = " \t\r\n";
    char *copy = arena_strdup(arena, text), *state = NULL;
    size_t capacity = 0;

    *out = (struct schedule){.steps = NULL};
    for (char *word = strtok_r(copy, space, &state); word; word = strtok_r(NULL, space, &state)) {
        if (out->count >= LIMIT_SCENARIO_STEPS * (size_t)LIMIT_STEPS_PER_INTENT)
            return err_set(err, ERR_LIMIT, "too many steps");
        if (out->count == capacity) {
            size_t size = capacity * sizeof(*out->steps);

            capacity = capacity ? capacity * 2 : 16;
            out->steps = arena_grow(arena, out->steps, size, capacity * sizeof(*out->steps));
        }
        if (step_parse(arena, word, &out->steps[out->count], err))
            return err_context(err, "step %zu", out->count + 1);
        out->count++;
    }
    if (out->count == 0)
        return err_set(err, ERR_INPUT, "no steps; expected at least one");
    return 0;
}

void schedule_format(const struct schedule *schedule, struct buf *buf)
{
    for (size_t i = 0; i < schedule->count; i++) {
        if (i > 0)
            buf_putc(buf, ' ');
        step_format(&schedule->steps[i], buf);
    }
}

bool what_is_class(const char *what)
{
    return strcmp(what, "write") == 0 || strcmp(what, "look") == 0;
}

bool what_is_interaction(const char *what)
{
    for (size_t i = 0; i < COUNT_OF(interactions); i++) {
        if (strcmp(what, interactions[i]) == 0)
            return true;
    }
    return false;
}

/* A verb is no request, so that it belongs to no class. */
bool what_matches(const char *what, const char *label, bool is_write)
{
    if (strcmp(what, label) == 0)
        return true;
    if (!what_is_class(what) || !what_is_interaction(label))
        return false;
    return is_write == (strcmp(what, "write") == 0);
}
