/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operand - how each type of search parameter reads a value and compares an element
 * (search.html#ptypes).
 *
 * Elements are told apart by their shape: a Coding has `code`, an Identifier or ContactPoint
 * `value`, a CodeableConcept `coding`, a Period `start` or `end`.
 */
#include "simulator/interact/operand.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/interact/fold.h"

/* ---- texts ---- */

const char *operand_split(struct arena *arena, const char **at, char mark)
{
    const char *from = *at, *end = from;

    if (!from)
        return NULL;
    while (*end && *end != mark)
        end += end[0] == '\\' && end[1] != '\0' ? 2 : 1;
    *at = *end == mark ? end + 1 : NULL;
    return arena_copy(arena, from, (size_t)(end - from));
}

static const char *unescape(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) + 1);
    size_t length = 0;

    for (; *text; text++) {
        text += text[0] == '\\' && text[1] != '\0';
        out[length++] = *text;
    }
    return out;
}

/* system|code, |code, system|, code */
static void read_coded(struct operand *out, struct arena *arena, const char *text)
{
    const char *rest = text;
    const char *first = unescape(arena, operand_split(arena, &rest, '|'));

    out->has_system = rest != NULL;
    out->system = rest ? first : "";
    out->code = rest ? unescape(arena, rest) : first;
}

/* ---- token ---- */

static int read_token(struct operand *out, struct arena *arena, const char *text, struct err *err)
{
    read_coded(out, arena, text);
    if (*out->code || *out->system)
        return 0;
    return err_set(err, ERR_INPUT, "code, system|code, |code or system| was expected");
}

static bool code_meets(const struct operand *operand, const char *system, const char *code)
{
    if (*operand->code && (!code || strcmp(code, operand->code) != 0))
        return false;
    if (!operand->has_system)
        return true;
    if (*operand->system == '\0')
        return !system;
    return system && strcmp(system, operand->system) == 0;
}

/* A plain code has the system of its value set, but does not say so. */
static bool plain_meets(const struct operand *operand, const char *code)
{
    const bool says_none = operand->has_system && *operand->system == '\0';

    return code_meets(operand, says_none ? NULL : operand->parameter->system, code);
}

static bool token_meets(const struct operand *operand, const struct cJSON *element)
{
    const struct cJSON *coding = NULL;
    const char *text = json_text(element);
    const char *code = json_string(element, "code");

    if (text)
        return plain_meets(operand, text);
    if (cJSON_IsBool(element))
        return code_meets(operand, "http://hl7.org/fhir/special-values",
                          cJSON_IsTrue(element) ? "true" : "false");
    cJSON_ArrayForEach(coding, json_get(element, "coding"))
    {
        if (code_meets(operand, json_string(coding, "system"), json_string(coding, "code")))
            return true;
    }
    if (json_get(element, "coding"))
        return false;
    return cJSON_IsObject(element) && code_meets(operand, json_string(element, "system"),
                                                 code ? code : json_string(element, "value"));
}

/* ---- string ---- */

static int read_string(struct operand *out, struct arena *arena, const char *text, struct err *err)
{
    const bool is_empty =
        out->modifier == MODIFIER_EXACT ? *out->text == '\0' : fold_is_empty(out->text);

    (void)arena, (void)text;
    return is_empty ? err_set(err, ERR_INPUT, "a text was expected") : 0;
}

static bool text_meets(const struct operand *operand, const struct cJSON *element, const char *text)
{
    if (operand->modifier == MODIFIER_EXACT)
        return strcmp(text, operand->text) == 0;
    if (operand->modifier == MODIFIER_CONTAINS)
        return fold_contains(text, operand->text);
    if (element->string && strcmp(element->string, "family") == 0)
        return fold_word_begins(text, operand->text);
    return fold_begins(text, operand->text);
}

static bool string_meets(const struct operand *operand, const struct cJSON *element)
{
    /* The parts of HumanName and Address that are text, and no codes. */
    static const char *const parts[] = {"text",   "family",     "given",    "prefix",
                                        "suffix", "line",       "district", "city",
                                        "state",  "postalCode", "country"};
    const char *text = json_text(element);
    const struct cJSON *one = NULL;

    if (text)
        return text_meets(operand, element, text);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const struct cJSON *part = json_get(element, parts[i]);

        if (json_text(part) && text_meets(operand, part, json_text(part)))
            return true;
        if (!cJSON_IsArray(part))
            continue;
        cJSON_ArrayForEach(one, part)
        {
            if (json_text(one) && text_meets(operand, one, json_text(one)))
                return true;
        }
    }
    return false;
}

/* ---- uri ---- */

static int read_uri(struct operand *out, struct arena *arena, const char *text, struct err *err)
{
    (void)arena, (void)text;
    return *out->text ? 0 : err_set(err, ERR_INPUT, "a URI was expected");
}

static bool uri_meets(const struct operand *operand, const struct cJSON *element)
{
    const char *text = json_text(element);

    return text && strcmp(text, operand->text) == 0;
}

/* ---- date ---- */

static int read_date(struct operand *out, struct arena *arena, const char *text, struct err *err)
{
    const char *rest = out->text;

    (void)arena, (void)text;
    if (!prefix_read(&rest, &out->prefix))
        return err_set(err, ERR_INPUT, "its prefix is none of eq, ne, gt, lt, ge, le, sa, eb");
    if (interval_of_date(rest, &out->interval))
        return 0;
    return err_set(err, ERR_INPUT,
                   "a date like 2026, 2026-01-31 or 2026-01-31T12:00:00Z was expected");
}

/* The outer limits of events, or of the bounds. */
static bool timing_interval(const struct cJSON *timing, struct interval *out)
{
    const struct cJSON *bounds = json_get(json_get(timing, "repeat"), "boundsPeriod");
    const struct cJSON *event = NULL;
    struct interval one;
    bool is_any = bounds && element_interval(bounds, out);

    cJSON_ArrayForEach(event, json_get(timing, "event"))
    {
        if (!element_interval(event, &one))
            continue;
        out->low = is_any ? fmin(out->low, one.low) : one.low;
        out->high = is_any ? fmax(out->high, one.high) : one.high;
        is_any = true;
    }
    return is_any;
}

bool element_interval(const struct cJSON *element, struct interval *out)
{
    const char *text = json_text(element);
    const char *start = json_string(element, "start"), *end = json_string(element, "end");
    struct interval one;

    if (text)
        return interval_of_date(text, out);
    if (!start && !end)
        return timing_interval(element, out);
    *out = (struct interval){-INFINITY, INFINITY};
    if (start && interval_of_date(start, &one))
        out->low = one.low;
    if (end && interval_of_date(end, &one))
        out->high = one.high;
    return true;
}

static bool date_meets(const struct operand *operand, const struct cJSON *element)
{
    struct interval held;

    return element_interval(element, &held) &&
           interval_meets(&held, operand->prefix, &operand->interval);
}

/* ---- number and quantity ---- */

static int read_number(struct operand *out, struct arena *arena, const char *text, struct err *err)
{
    const char *rest = out->text;

    (void)arena, (void)text;
    if (!prefix_read(&rest, &out->prefix))
        return err_set(err, ERR_INPUT, "its prefix is none of eq, ne, gt, lt, ge, le, sa, eb");
    const bool is_rounded = out->prefix == PREFIX_EQ || out->prefix == PREFIX_NE;
    if (interval_of_number(rest, is_rounded, &out->interval))
        return 0;
    return err_set(err, ERR_INPUT, "a number of 17 digits at most was expected");
}

static bool number_of(const struct cJSON *element, double *out)
{
    const char *text = json_number_text(element);

    if (text)
        *out = strtod(text, NULL);
    return text != NULL;
}

/* A number, or the Range, Quantity, Money that holds one. A comparator leaves one end open. */
static bool element_amount(const struct cJSON *element, struct interval *out)
{
    const struct cJSON *low = json_get(element, "low"), *high = json_get(element, "high");
    const char *comparator = json_string(element, "comparator");
    double value = 0;

    if (number_of(element, &value) || number_of(json_get(element, "value"), &value)) {
        *out = (struct interval){value, value};
        if (comparator && *comparator == '<')
            out->low = -INFINITY;
        if (comparator && *comparator == '>')
            out->high = INFINITY;
        return true;
    }
    *out = (struct interval){-INFINITY, INFINITY};
    const bool has_low = number_of(json_get(low, "value"), &out->low);
    const bool has_high = number_of(json_get(high, "value"), &out->high);
    return has_low || has_high;
}

static bool number_meets(const struct operand *operand, const struct cJSON *element)
{
    struct interval held;

    return element_amount(element, &held) &&
           interval_meets(&held, operand->prefix, &operand->interval);
}

/* number, number|system|code, number||code */
static int read_quantity(struct operand *out, struct arena *arena, const char *text,
                         struct err *err)
{
    const char *rest = text;

    out->text = unescape(arena, operand_split(arena, &rest, '|'));
    if (read_number(out, arena, text, err))
        return -1;
    out->has_system = rest != NULL;
    if (!rest)
        return 0;
    out->system = unescape(arena, operand_split(arena, &rest, '|'));
    if (!rest)
        return err_set(err, ERR_INPUT, "number, number|system|code or number||code was expected");
    out->code = unescape(arena, rest);
    return 0;
}

static bool unit_meets(const struct operand *operand, const struct cJSON *quantity)
{
    const char *currency = json_string(quantity, "currency");
    const char *code = currency ? currency : json_string(quantity, "code");
    const char *system = currency ? "urn:iso:std:iso:4217" : json_string(quantity, "system");
    const char *unit = json_string(quantity, "unit");

    if (*operand->system && (!system || strcmp(system, operand->system) != 0))
        return false;
    if (*operand->code == '\0' || (code && strcmp(code, operand->code) == 0))
        return true;
    return *operand->system == '\0' && unit && strcmp(unit, operand->code) == 0;
}

static bool quantity_meets(const struct operand *operand, const struct cJSON *element)
{
    const struct cJSON *low = json_get(element, "low");
    const struct cJSON *end = low ? low : json_get(element, "high");

    if (operand->has_system && !unit_meets(operand, end ? end : element))
        return false;
    return number_meets(operand, element);
}

/* ---- reference ---- */

const char *reference_local(const char *held, const char *base)
{
    const size_t size = strlen(base);

    if (size > 0 && strncmp(held, base, size) == 0 && held[size] == '/')
        return held + size + 1;
    return *held == '#' || strchr(held, ':') ? NULL : held;
}

bool reference_is(const char *held, const char *base, const char *type, const char *id)
{
    const char *at = held ? reference_local(held, base) : NULL;
    const size_t type_size = at ? strcspn(at, "/") : 0;

    if (!at || at[type_size] != '/')
        return false;
    if (type && (strncmp(at, type, type_size) != 0 || type[type_size] != '\0'))
        return false;
    at += type_size + 1;
    const size_t id_size = strcspn(at, "/");
    return strncmp(at, id, id_size) == 0 && id[id_size] == '\0' &&
           (at[id_size] == '\0' || strncmp(at + id_size, "/_history/", 10) == 0);
}

static int read_reference(struct operand *out, struct arena *arena, const char *text,
                          struct err *err)
{
    struct reference parts;

    if (out->modifier == MODIFIER_IDENTIFIER)
        return read_token(out, arena, text, err);
    if (reference_parse(&parts, arena, out->text, out->base) && parts.id) {
        if (out->type && strcmp(out->type, parts.type) != 0)
            return err_set(err, ERR_INPUT, "a %s was expected", out->type);
        out->type = parts.type;
        out->id = parts.id;
        return 0;
    }
    if (fhir_id_is_valid(out->text)) {
        out->id = out->text;
        return 0;
    }
    if (out->type || *out->text == '\0')
        return err_set(err, ERR_INPUT, "an id, Type/id or a URL was expected");
    return 0;
}

/* A canonical may name its version behind '|'; who does not ask for one takes any. */
static bool canonical_meets(const struct operand *operand, const char *held)
{
    const size_t size = strlen(operand->text);

    return strncmp(held, operand->text, size) == 0 && (held[size] == '\0' || held[size] == '|');
}

static bool reference_meets(const struct operand *operand, const struct cJSON *element)
{
    const char *text = json_text(element);
    const char *held = text ? text : json_string(element, "reference");

    if (operand->modifier == MODIFIER_IDENTIFIER) {
        const struct cJSON *identifier = json_get(element, "identifier");

        return identifier && token_meets(operand, identifier);
    }
    if (!held)
        return false;
    if (operand->id && reference_is(held, operand->base, operand->type, operand->id))
        return true;
    return canonical_meets(operand, held);
}

/* ---- by type ---- */

static const struct {
    int (*read)(struct operand *out, struct arena *arena, const char *text, struct err *err);
    bool (*meets)(const struct operand *operand, const struct cJSON *element);
} kinds[] = {
    [PARAMETER_TOKEN] = {read_token, token_meets},
    [PARAMETER_REFERENCE] = {read_reference, reference_meets},
    [PARAMETER_STRING] = {read_string, string_meets},
    [PARAMETER_DATE] = {read_date, date_meets},
    [PARAMETER_QUANTITY] = {read_quantity, quantity_meets},
    [PARAMETER_URI] = {read_uri, uri_meets},
    [PARAMETER_NUMBER] = {read_number, number_meets},
};

int operand_read(struct operand *out, struct arena *arena, const char *text, const char *type,
                 struct err *err)
{
    out->text = unescape(arena, text);
    out->type = type;
    return kinds[out->parameter->type].read(out, arena, text, err);
}

bool operand_meets(void *operand, const struct cJSON *element)
{
    const struct operand *wanted = operand;

    return kinds[wanted->parameter->type].meets(wanted, element);
}
