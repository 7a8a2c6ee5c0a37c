/* SPDX-License-Identifier: Apache-2.0 */
/*
 * primitive - a scanner for each format, and the table of which type has which.
 *
 * A scanner takes a position and moves it behind what it has read; a value is valid when the
 * scanner succeeds and stands at the end. Beyond FHIR's regular expressions a day must exist in its
 * month ("dates SHALL be valid dates") and base64 must be whole.
 */
#include "fhir/primitive.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define STRING_BYTES_MAX (1024 * 1024)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool take(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

/* Exactly `count` digits, as a number from `min` to `max`. */
static bool take_number(const char **at, int count, int min, int max, int *out)
{
    int value = 0;

    for (int i = 0; i < count; i++, (*at)++) {
        if (!is_digit(**at))
            return false;
        value = value * 10 + (**at - '0');
    }
    *out = value;
    return value >= min && value <= max;
}

/* ---- dates and times ---- */

struct moment {
    int parts[6]; /* year, month, day, hour, minute, second */
    int count;    /* of the parts that are there: 1, 2, 3 or 6 */
    int offset;   /* minutes east of UTC */
    const char *fraction;
};

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

static bool take_date(const char **at, struct moment *moment)
{
    int *part = moment->parts;

    if (!take_number(at, 4, 1, 9999, &part[0]))
        return false;
    moment->count = 1;
    if (!take(at, '-'))
        return true;
    if (!take_number(at, 2, 1, 12, &part[1]))
        return false;
    moment->count = 2;
    if (!take(at, '-'))
        return true;
    moment->count = 3;
    return take_number(at, 2, 1, days_in(part[0], part[1]), &part[2]);
}

static bool take_time(const char **at, struct moment *moment)
{
    int *part = &moment->parts[3];

    if (!take_number(at, 2, 0, 23, &part[0]) || !take(at, ':') ||
        !take_number(at, 2, 0, 59, &part[1]) || !take(at, ':') ||
        !take_number(at, 2, 0, 60, &part[2]))
        return false;
    moment->count = 6;
    moment->fraction = *at;
    if (!take(at, '.'))
        return true;
    if (!is_digit(**at))
        return false;
    while (is_digit(**at))
        (*at)++;
    return true;
}

static bool take_zone(const char **at, struct moment *moment)
{
    int hours = 0, minutes = 0, sign = **at == '-' ? -1 : 1;

    if (take(at, 'Z'))
        return true;
    if (!take(at, '+') && !take(at, '-'))
        return false;
    if (!take_number(at, 2, 0, 14, &hours) || !take(at, ':') ||
        !take_number(at, 2, 0, hours == 14 ? 0 : 59, &minutes))
        return false;
    moment->offset = sign * (hours * 60 + minutes);
    return true;
}

static bool take_moment(const char **at, struct moment *moment)
{
    *moment = (struct moment){.count = 0};
    if (!take_date(at, moment))
        return false;
    return moment->count < 3 || !take(at, 'T') || (take_time(at, moment) && take_zone(at, moment));
}

static bool is_date(const char *text)
{
    struct moment moment = {.count = 0};

    return take_date(&text, &moment) && *text == '\0';
}

static bool is_date_time(const char *text)
{
    struct moment moment;

    return take_moment(&text, &moment) && *text == '\0';
}

static bool is_instant(const char *text)
{
    struct moment moment;

    return take_moment(&text, &moment) && moment.count == 6 && *text == '\0';
}

static bool is_time(const char *text)
{
    struct moment moment = {.count = 0};

    return take_time(&text, &moment) && *text == '\0';
}

/* Minutes since the year 0, by the proleptic Gregorian calendar, in UTC. */
static int64_t minutes_of(const struct moment *moment)
{
    const int *part = moment->parts;
    int64_t year = part[0] - 1;
    int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + part[2];

    for (int month = 1; month < part[1]; month++)
        days += days_in(part[0], month);
    return (days * 24 + part[3]) * 60 + part[4] - moment->offset;
}

/* What is not there counts as 0. */
static int compare_fractions(const char *a, const char *b)
{
    a += *a == '.';
    b += *b == '.';
    while (is_digit(*a) || is_digit(*b)) {
        int left = is_digit(*a) ? *a++ : '0', right = is_digit(*b) ? *b++ : '0';

        if (left != right)
            return left - right;
    }
    return 0;
}

bool primitive_is_after(const char *a, const char *b)
{
    struct moment left, right;

    if (!take_moment(&a, &left) || !take_moment(&b, &right))
        return false;
    if (left.count == 6 && right.count == 6) {
        int64_t minutes = minutes_of(&left) - minutes_of(&right);
        int seconds = left.parts[5] - right.parts[5];

        if (minutes != 0 || seconds != 0)
            return minutes != 0 ? minutes > 0 : seconds > 0;
        return compare_fractions(left.fraction, right.fraction) > 0;
    }
    for (int i = 0; i < left.count && i < right.count; i++) {
        if (left.parts[i] != right.parts[i])
            return left.parts[i] > right.parts[i];
    }
    return false;
}

/* ---- texts ---- */

static bool is_string(const char *text)
{
    return *text != '\0' && strnlen(text, STRING_BYTES_MAX + 1) <= STRING_BYTES_MAX;
}

static bool is_text(const char *text)
{
    return *text != '\0';
}

/* One space inside at most, none at the ends. */
static bool is_code(const char *text)
{
    bool was_space = true;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        bool is_now = is_space(*text);

        if (is_now && was_space)
            return false;
        was_space = is_now;
    }
    return !was_space;
}

static bool is_uri(const char *text)
{
    if (*text == '\0')
        return false;
    while (*text != '\0' && !is_space(*text))
        text++;
    return *text == '\0';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_id(const char *text)
{
    size_t size = 0;

    while (size <= 64 && (is_letter(text[size]) || is_digit(text[size]) || text[size] == '-' ||
                          text[size] == '.'))
        size++;
    return size >= 1 && size <= 64 && text[size] == '\0';
}

static bool is_oid(const char *text)
{
    static const char front[] = "urn:oid:";

    if (strncmp(text, front, sizeof(front) - 1) != 0)
        return false;
    text += sizeof(front) - 1;
    if (*text < '0' || *text > '2' || text[1] != '.')
        return false;
    for (text++; take(&text, '.');) {
        bool is_zero = *text == '0';

        if (!is_digit(*text) || (is_zero && is_digit(text[1])))
            return false;
        while (is_digit(*text))
            text++;
    }
    return *text == '\0';
}

static bool is_uuid(const char *text)
{
    static const char shape[] = "urn:uuid:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i = 0;

    for (; shape[i] != '\0'; i++) {
        bool is_hex = is_digit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');

        if (shape[i] == 'x' ? !is_hex : text[i] != shape[i])
            return false;
    }
    return text[i] == '\0';
}

static bool is_base64(const char *text)
{
    size_t count = 0, padding = 0;

    for (; *text != '\0'; text++) {
        if (is_space(*text))
            continue;
        bool is_pad = *text == '=';

        if (!is_pad &&
            (padding > 0 || !(is_letter(*text) || is_digit(*text) || *text == '+' || *text == '/')))
            return false;
        padding += is_pad;
        count++;
    }
    return count > 0 && count % 4 == 0 && padding <= 2;
}

/* A div element, from its first to its last byte. */
static bool is_xhtml(const char *text)
{
    size_t size = strlen(text);

    while (size > 0 && is_space(text[size - 1]))
        size--;
    while (is_space(*text))
        text++, size--;
    return strncmp(text, "<div", 4) == 0 && size > 5 &&
           (is_space(text[4]) || strchr("/>", text[4])) &&
           (strncmp(text + size - 6, "</div>", 6) == 0 || strncmp(text + size - 2, "/>", 2) == 0);
}

/* ---- numbers ---- */

/* JSON has seen to the rest of the grammar. */
static bool is_between(const char *text, long long min)
{
    const char *digits = text + (*text == '-');

    if (strspn(digits, "0123456789") != strlen(digits) || strlen(digits) > 10)
        return false;
    if (*digits == '0' && digits != text)
        return false; /* -0 */
    long long value = strtoll(text, NULL, 10);
    return value >= min && value <= INT32_MAX;
}

static bool is_integer(const char *text)
{
    return is_between(text, INT32_MIN);
}

static bool is_unsigned(const char *text)
{
    return is_between(text, 0);
}

static bool is_positive(const char *text)
{
    return is_between(text, 1);
}

/* ---- the table ---- */

static const struct {
    enum primitive_json json;
    bool (*is_valid)(const char *text);
    const char *expected;
} formats[DEFINITION_RESOURCE] = {
    [DEFINITION_BASE64BINARY] = {PRIMITIVE_STRING, is_base64, "base64 in groups of four"},
    [DEFINITION_BOOLEAN] = {PRIMITIVE_BOOLEAN, is_text, "true or false"},
    [DEFINITION_CANONICAL] = {PRIMITIVE_STRING, is_uri, "a canonical URL without white space"},
    [DEFINITION_CODE] = {PRIMITIVE_STRING, is_code,
                         "a code: no white space but single spaces inside"},
    [DEFINITION_DATE] = {PRIMITIVE_STRING, is_date, "a date: YYYY, YYYY-MM or YYYY-MM-DD"},
    [DEFINITION_DATETIME] = {PRIMITIVE_STRING, is_date_time,
                             "a dateTime: a date, or YYYY-MM-DDThh:mm:ss with a time zone"},
    [DEFINITION_DECIMAL] = {PRIMITIVE_NUMBER, is_text, "a decimal number"},
    [DEFINITION_ID] = {PRIMITIVE_STRING, is_id, "an id: 1 to 64 of A-Z a-z 0-9 - ."},
    [DEFINITION_INSTANT] = {PRIMITIVE_STRING, is_instant,
                            "an instant: YYYY-MM-DDThh:mm:ss with a time zone"},
    [DEFINITION_INTEGER] = {PRIMITIVE_NUMBER, is_integer, "an integer of 32 bits"},
    [DEFINITION_MARKDOWN] = {PRIMITIVE_STRING, is_text, "a text that is not empty"},
    [DEFINITION_OID] = {PRIMITIVE_STRING, is_oid, "an oid: urn:oid:1.2.3"},
    [DEFINITION_POSITIVEINT] = {PRIMITIVE_NUMBER, is_positive, "an integer from 1 to 2147483647"},
    [DEFINITION_STRING] = {PRIMITIVE_STRING, is_string, "a text of 1 byte to 1 MB"},
    [DEFINITION_TIME] = {PRIMITIVE_STRING, is_time, "a time: hh:mm:ss"},
    [DEFINITION_UNSIGNEDINT] = {PRIMITIVE_NUMBER, is_unsigned, "an integer from 0 to 2147483647"},
    [DEFINITION_URI] = {PRIMITIVE_STRING, is_uri, "a URI without white space"},
    [DEFINITION_URL] = {PRIMITIVE_STRING, is_uri, "a URL without white space"},
    [DEFINITION_UUID] = {PRIMITIVE_STRING, is_uuid, "a uuid: urn:uuid: and lower-case hex"},
    [DEFINITION_XHTML] = {PRIMITIVE_STRING, is_xhtml, "an XHTML div element"},
};

enum primitive_json primitive_json(unsigned type)
{
    return formats[type].json;
}

bool primitive_is_valid(unsigned type, const char *text)
{
    return formats[type].is_valid(text);
}

const char *primitive_expected(unsigned type)
{
    return formats[type].expected;
}
