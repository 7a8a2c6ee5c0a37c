/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults - reading `name(arg,...)` by the table of kinds (fault_table.c).
 *
 * Invariant: a fault that was parsed has a name of the table (that very pointer) and arguments that
 * its kind takes.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "simulator/fault_table.h"

unsigned long fault_number(const struct sim_fault *fault, size_t index, unsigned long otherwise)
{
    return fault->args[index][0] ? strtoul(fault->args[index], NULL, 10) : otherwise;
}

const char *fault_text(const struct sim_fault *fault, struct arena *arena)
{
    struct buf text = BUF_INIT;
    char *copy;

    buf_puts(&text, fault->name);
    for (size_t i = 0; i < COUNT_OF(fault->args) && fault->args[i][0]; i++)
        buf_printf(&text, "%c%s", i ? ',' : '(', fault->args[i]);
    if (fault->args[0][0])
        buf_putc(&text, ')');
    copy = buf_copy(&text, arena);
    buf_release(&text);
    return copy;
}

/* ---- reading ---- */

#define NAME_SIZE 64
#define KINDS_MAX 128

static int unknown_fault(const char *name, struct err *err)
{
    const struct sim_fault_kind *kinds;
    const size_t count = sim_fault_kinds(&kinds);
    const char *known[KINDS_MAX + 1] = {NULL};

    for (size_t i = 0; i < count && i < KINDS_MAX; i++)
        known[i] = kinds[i].name;
    const char *nearest = near_find(name, known);
    if (nearest)
        return err_set(err, ERR_INPUT, "unknown fault '%s'; did you mean '%s'?", name, nearest);
    return err_set(err, ERR_INPUT, "unknown fault '%s'", name);
}

static bool is_word_of(const char *words, const char *text)
{
    const size_t size = strlen(text);

    for (const char *at = words; *at; at += strspn(at, " ")) {
        const size_t word = strcspn(at, " ");

        if (word == size && strncmp(at, text, size) == 0)
            return true;
        at += word;
    }
    return false;
}

static int check_argument(const struct fault_argument *argument, const char *text, struct err *err)
{
    const char *name = argument->fault;
    const size_t place = argument->index + 1;

    if (!*text) {
        if (!argument->is_required)
            return 0;
        return err_set(err, ERR_INPUT, "%s: argument %zu is missing (%s)", name, place,
                       fault_kind(name)->example);
    }
    if (argument->words && !is_word_of(argument->words, text))
        return err_set(err, ERR_INPUT, "%s: argument %zu is '%s'; expected one of: %s", name, place,
                       text, argument->words);
    if (argument->is_pointer && text[0] != '/')
        return err_set(err, ERR_INPUT, "%s: argument %zu is '%s'; expected a JSON Pointer", name,
                       place, text);
    if (argument->maximum) {
        const bool is_number = text[strspn(text, "0123456789")] == '\0' && strlen(text) < 10;
        const unsigned long number = is_number ? strtoul(text, NULL, 10) : 0;

        if (!is_number || number < argument->minimum || number > argument->maximum)
            return err_set(err, ERR_INPUT,
                           "%s: argument %zu is '%s'; expected a number from %lu to %lu", name,
                           place, text, argument->minimum, argument->maximum);
    }
    return 0;
}

static int check_arguments(const struct sim_fault *fault, struct err *err)
{
    const struct fault_argument *arguments;
    const size_t count = fault_arguments(&arguments);
    size_t taken = 0;

    for (size_t i = 0; i < count; i++) {
        const struct fault_argument *argument = &arguments[i];

        if (strcmp(argument->fault, fault->name) != 0)
            continue;
        taken++;
        if (check_argument(argument, fault->args[argument->index], err))
            return -1;
    }
    if (taken < COUNT_OF(fault->args) && fault->args[taken][0])
        return err_set(err, ERR_INPUT, "%s takes %zu argument%s, '%s' is too many", fault->name,
                       taken, taken == 1 ? "" : "s", fault->args[taken]);
    return 0;
}

/* "a, b" between the parentheses, into args. */
static int split_arguments(struct sim_fault *out, const char *text, size_t size, struct err *err)
{
    const char *end = text + size;
    size_t count = 0;

    for (const char *at = text; at <= end; count++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        const char *next = stop + 1;

        while (at < stop && isspace((unsigned char)*at))
            at++;
        while (stop > at && isspace((unsigned char)stop[-1]))
            stop--;
        if (count == COUNT_OF(out->args) || (size_t)(stop - at) >= sizeof(out->args[0]))
            return err_set(err, ERR_INPUT, "%s: too many arguments, or one too long", out->name);
        if (stop == at)
            return err_set(err, ERR_INPUT, "%s: argument %zu is empty", out->name, count + 1);
        memcpy(out->args[count], at, (size_t)(stop - at));
        at = next;
    }
    return 0;
}

int sim_fault_parse(const char *text, struct sim_fault *out, struct err *err)
{
    char name[NAME_SIZE];
    const size_t size = strcspn(text, "(");
    const size_t whole = strlen(text);
    const struct sim_fault_kind *kind;

    *out = (struct sim_fault){.name = NULL};
    if (size >= sizeof(name))
        return err_set(err, ERR_INPUT, "unknown fault '%.40s...'", text);
    memcpy(name, text, size);
    name[size] = '\0';
    kind = fault_kind(name);
    if (!kind)
        return unknown_fault(name, err);
    out->name = kind->name;
    if (text[size] == '(') {
        if (text[whole - 1] != ')')
            return err_set(err, ERR_INPUT, "%s: the closing parenthesis is missing", kind->name);
        if (whole - size > 2 && split_arguments(out, text + size + 1, whole - size - 2, err))
            return -1;
    }
    if (check_arguments(out, err))
        return -1;
    if (strcmp(out->name, "outage") == 0 && fault_number(out, 0, 0) > fault_number(out, 1, 0))
        return err_set(err, ERR_INPUT, "outage: it ends (%s) before it begins (%s)", out->args[1],
                       out->args[0]);
    return 0;
}
