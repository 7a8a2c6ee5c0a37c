/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults - the table of fault kinds, and reading `name(arg,...)`. What a fault does is in strike.c.
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
#include "simulator/core.h"

/* In the order in which faults are tried: lost replies first, then errors, then what misleads. */
static const struct sim_fault_kind kinds[] = {
    {.name = "reset-after",
     .args = "",
     .group = "lost-reply",
     .stop = SIM_AFTER,
     .summary = "applied, then the connection is reset",
     .example = "reset-after"},
    {.name = "close-after",
     .args = "",
     .group = "lost-reply",
     .stop = SIM_AFTER,
     .summary = "applied, then the connection closes without an answer",
     .example = "close-after"},
    {.name = "error-after",
     .args = "status",
     .group = "lost-reply",
     .stop = SIM_AFTER,
     .summary = "applied, then answered with an error",
     .example = "error-after(503)"},
    {.name = "reset-before",
     .args = "",
     .group = "lost-request",
     .stop = SIM_BEFORE,
     .summary = "the connection is reset, nothing is applied",
     .example = "reset-before"},
    {.name = "close-before",
     .args = "",
     .group = "lost-request",
     .stop = SIM_BEFORE,
     .summary = "the connection closes without an answer, nothing is applied",
     .example = "close-before"},
    {.name = "error-before",
     .args = "status, retry_after",
     .group = "server-error",
     .stop = SIM_BEFORE,
     .summary = "answered with an error, nothing is applied",
     .example = "error-before(429,1)"},
    {.name = "duplicate",
     .args = "n, first or last",
     .group = "proxy",
     .stop = SIM_BEFORE,
     .summary = "processed n times, as by a retrying proxy; the client sees one answer",
     .example = "duplicate(2,last)"},
    {.name = "reject",
     .args = "issue or status, path",
     .group = "rejection",
     .stop = SIM_BEFORE,
     .summary = "refused with an OperationOutcome, nothing is applied",
     .example = "reject(business-rule,/code)"},
    {.name = "reject-entry",
     .args = "n",
     .group = "rejection",
     .stop = SIM_BEFORE,
     .summary = "entry n of a batch is refused; a transaction is refused whole",
     .example = "reject-entry(2)"},
    {.name = "partial-transaction",
     .args = "n",
     .group = "rejection",
     .stop = SIM_BEFORE,
     .summary = "answered with an error although the entries before n stand",
     .example = "partial-transaction(2)"},
    {.name = "phantom-conflict",
     .args = "status",
     .group = "rejection",
     .stop = SIM_BEFORE,
     .summary = "409 or 412 although nothing changed, nothing is applied",
     .example = "phantom-conflict(412)"},
    {.name = "drop-field",
     .args = "path, stored or sent",
     .group = "mislead",
     .stop = SIM_BEFORE,
     .summary = "the field is not stored; the answer shows what is stored, or what was sent",
     .example = "drop-field(/note,stored)"},
    {.name = "no-body",
     .args = "",
     .group = "mislead",
     .stop = SIM_AFTER,
     .summary = "the answer to a write has no body",
     .example = "no-body"},
    {.name = "no-etag",
     .args = "",
     .group = "mislead",
     .stop = SIM_AFTER,
     .summary = "the answer to a write has no ETag",
     .example = "no-etag"},
    {.name = "stale-read",
     .args = "k",
     .group = "mislead",
     .stop = SIM_AFTER,
     .summary = "the version k earlier, with its own ETag",
     .example = "stale-read(1)"},
    {.name = "hang-before",
     .args = "",
     .group = "lost-request",
     .stop = SIM_BEFORE,
     .is_rule_only = true,
     .summary = "silence until the client leaves, nothing is applied",
     .example = "hang-before"},
    {.name = "hang-after",
     .args = "",
     .group = "lost-reply",
     .stop = SIM_AFTER,
     .is_rule_only = true,
     .summary = "applied, then silence until the client leaves",
     .example = "hang-after"},
    {.name = "late-reply",
     .args = "ms",
     .group = "lost-reply",
     .stop = SIM_AFTER,
     .is_rule_only = true,
     .summary = "applied, answered so much later",
     .example = "late-reply(5000)"},
    {.name = "late-commit",
     .args = "ms",
     .group = "lost-reply",
     .stop = SIM_BEFORE,
     .is_rule_only = true,
     .summary = "applied so much later, or when the client has left",
     .example = "late-commit(5000)"},
    {.name = "notify-duplicate",
     .args = "n",
     .group = "feed",
     .stop = SIM_BEFORE,
     .is_rule_only = true,
     .summary = "a subscriber gets a notification n times",
     .example = "notify-duplicate(2)"},
    {.name = "notify-skip",
     .args = "",
     .group = "feed",
     .stop = SIM_BEFORE,
     .is_rule_only = true,
     .summary = "a notification is never sent, its event number is missing",
     .example = "notify-skip"},
    {.name = "notify-reorder",
     .args = "k",
     .group = "feed",
     .stop = SIM_BEFORE,
     .is_rule_only = true,
     .summary = "a notification is overtaken by the next k of its subscription",
     .example = "notify-reorder(1)"},
    {.name = "echo",
     .args = "on or off",
     .group = "feed",
     .stop = SIM_BEFORE,
     .is_rule_only = true,
     .summary = "a subscriber is told of its own change, or (off) is not",
     .example = "echo(off)"},
};

/* Arguments: one row for each that a kind takes. */
static const struct argument {
    const char *fault;
    size_t index;
    const char *words;              /* one of these; NULL: see below */
    unsigned long minimum, maximum; /* a number in this range; 0, 0: any text */
    bool is_pointer, is_required;
} arguments[] = {
    {.fault = "error-after", .index = 0, .words = "500 502 503 504 400 401 408 409 412 422 429"},
    {.fault = "error-before", .index = 0, .words = "500 502 503 504 429 408 401 403 423"},
    {.fault = "error-before", .index = 1, .minimum = 0, .maximum = 86400},
    {.fault = "duplicate", .index = 0, .minimum = 2, .maximum = 9},
    {.fault = "duplicate", .index = 1, .words = "first last"},
    {.fault = "reject",
     .index = 0,
     .words =
         "invalid structure required value conflict duplicate business-rule invariant processing "
         "400 409 412 422"},
    {.fault = "reject", .index = 1},
    {.fault = "reject-entry", .index = 0, .minimum = 1, .maximum = 9999},
    {.fault = "partial-transaction", .index = 0, .minimum = 2, .maximum = 9999},
    {.fault = "phantom-conflict", .index = 0, .words = "409 412"},
    {.fault = "drop-field", .index = 0, .is_pointer = true, .is_required = true},
    {.fault = "drop-field", .index = 1, .words = "stored sent"},
    {.fault = "stale-read", .index = 0, .minimum = 1, .maximum = 99},
    {.fault = "late-reply", .index = 0, .minimum = 1, .maximum = 3600000, .is_required = true},
    {.fault = "late-commit", .index = 0, .minimum = 1, .maximum = 3600000},
    {.fault = "notify-duplicate", .index = 0, .minimum = 2, .maximum = 9},
    {.fault = "notify-reorder", .index = 0, .minimum = 1, .maximum = 99},
    {.fault = "echo", .index = 0, .words = "on off"},
};

#define BIT(interaction) (1u << (interaction))
#define SIMPLE_WRITES                                                                              \
    (BIT(INTERACTION_CREATE) | BIT(INTERACTION_UPDATE) | BIT(INTERACTION_PATCH) |                  \
     BIT(INTERACTION_DELETE))
#define COMPOUND_WRITES (BIT(INTERACTION_BATCH) | BIT(INTERACTION_TRANSACTION))

#define NOTIFICATIONS (BIT(INTERACTION_NOTIFICATION) | BIT(INTERACTION_ECHO))

/* What a kind is for; those that are not listed strike any exchange, and no notification. */
static const struct purpose {
    const char *fault, *text;
    unsigned interactions;
} purposes[] = {
    {"duplicate", "a write", SIMPLE_WRITES | COMPOUND_WRITES},
    {"reject", "a write", SIMPLE_WRITES | COMPOUND_WRITES},
    {"reject-entry", "a batch or transaction", COMPOUND_WRITES},
    {"partial-transaction", "a transaction", BIT(INTERACTION_TRANSACTION)},
    {"phantom-conflict", "a write", SIMPLE_WRITES | COMPOUND_WRITES},
    {"drop-field", "a create, update or patch, also in a Bundle",
     BIT(INTERACTION_CREATE) | BIT(INTERACTION_UPDATE) | BIT(INTERACTION_PATCH) | COMPOUND_WRITES},
    {"no-body", "a write", SIMPLE_WRITES | COMPOUND_WRITES},
    {"no-etag", "a write", SIMPLE_WRITES | COMPOUND_WRITES},
    {"stale-read", "a read, search or history",
     BIT(INTERACTION_READ) | BIT(INTERACTION_SEARCH) | BIT(INTERACTION_HISTORY)},
    {"notify-duplicate", "a notification", NOTIFICATIONS},
    {"notify-skip", "a notification", NOTIFICATIONS},
    {"notify-reorder", "a notification", NOTIFICATIONS},
    {"echo", "a notification of the subscriber's own change", BIT(INTERACTION_ECHO)},
};

size_t sim_fault_kinds(const struct sim_fault_kind **out_kinds)
{
    *out_kinds = kinds;
    return COUNT_OF(kinds);
}

const struct sim_fault_kind *fault_kind(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

const char *fault_misfit(const char *name, enum interaction label)
{
    for (size_t i = 0; i < COUNT_OF(purposes); i++) {
        if (strcmp(purposes[i].fault, name) == 0)
            return purposes[i].interactions & BIT(label) ? NULL : purposes[i].text;
    }
    return BIT(label) & NOTIFICATIONS ? "a request" : NULL;
}

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

static int unknown_fault(const char *name, struct err *err)
{
    const char *known[COUNT_OF(kinds) + 1] = {NULL};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
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

static int check_argument(const struct argument *argument, const char *text, struct err *err)
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
    size_t taken = 0;

    for (size_t i = 0; i < COUNT_OF(arguments); i++) {
        const struct argument *argument = &arguments[i];

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
    return check_arguments(out, err);
}
