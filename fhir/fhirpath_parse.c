/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhirpath_parse - recursive descent, one function per level of FHIRPath's grammar, lowest first:
 *
 *   or     = and { "or" and }             and  = equal { "and" equal }
 *   equal  = as { ("=" | "!=") as }       as   = steps [ "as" type ]
 *   steps  = term { "." call | "[" or "]" }
 *   term   = "(" or ")" | "$this" | literal | call        call = name [ "(" [ argument ] ")" ]
 *
 * The tree leans to the left, so its depth is bounded by the size of the text, and what nests to the
 * right (brackets) by DEPTH_MAX.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "fhir/fhirpath_expr.h"

#define DEPTH_MAX 32

struct parser {
    struct arena *arena;
    const char *text, *at;
    size_t depth;
    struct err *err;
};

static struct fhirpath *parse_or(struct parser *parser);

/* ---- the text ---- */

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool is_name_part(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void skip_space(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

/* What stands at the place, for a human. */
static const char *found(const struct parser *parser)
{
    const char *at = parser->at;
    size_t size = 0;

    if (*at == '\0')
        return "the end";
    while (is_name_part(at[size]) && size < 40)
        size++;
    if (size == 0)
        size = 1;
    while ((at[size] & 0xc0) == 0x80) /* not half a character */
        size++;
    return arena_printf(parser->arena, "'%.*s'", (int)size, at);
}

static void *expected(struct parser *parser, const char *what)
{
    err_set(parser->err, ERR_INPUT, "column %zu: expected %s, found %s",
            (size_t)(parser->at - parser->text) + 1, what, found(parser));
    return NULL;
}

static bool take(struct parser *parser, const char *sign)
{
    size_t size = strlen(sign);

    skip_space(parser);
    if (strncmp(parser->at, sign, size) != 0)
        return false;
    if (is_name_start(*sign) && is_name_part(parser->at[size]))
        return false; /* a longer word */
    parser->at += size;
    return true;
}

static struct fhirpath *expr(struct parser *parser, enum expr_kind kind,
                             const struct fhirpath *left)
{
    struct fhirpath *made = arena_alloc(parser->arena, sizeof(*made));

    skip_space(parser);
    made->kind = kind;
    made->left = left;
    made->column = (size_t)(parser->at - parser->text) + 1;
    return made;
}

/* ---- names ---- */

/* Between two quotes; FHIRPath's escapes. NULL with err filled. */
static const char *parse_quoted(struct parser *parser)
{
    static const char names[] = "'\"`\\/fnrt", codes[] = "'\"`\\/\f\n\r\t";
    const char quote = *parser->at++;
    struct buf buf = BUF_INIT;
    const char *text = NULL;

    while (*parser->at && *parser->at != quote) {
        const char *name;

        if (*parser->at != '\\') {
            buf_putc(&buf, *parser->at++);
            continue;
        }
        parser->at++;
        name = *parser->at ? strchr(names, *parser->at) : NULL;
        if (!name) {
            expected(parser, "one of ' \" ` \\ / f n r t behind a backslash");
            goto out;
        }
        buf_putc(&buf, codes[name - names]);
        parser->at++;
    }
    if (*parser->at != quote) {
        expected(parser, quote == '\'' ? "the ' that ends the string" : "the ` that ends the name");
        goto out;
    }
    parser->at++;
    text = buf.size > 0 ? buf_copy(&buf, parser->arena) : "";
out:
    buf_release(&buf);
    return text;
}

static bool is_reserved(const char *word, size_t size)
{
    static const char *const words[] = {"and", "or",  "xor",  "implies",
                                        "div", "mod", "true", "false"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strlen(words[i]) == size && memcmp(words[i], word, size) == 0)
            return true;
    }
    return false;
}

static const char *parse_name(struct parser *parser, const char *what)
{
    size_t size = 0;

    skip_space(parser);
    if (*parser->at == '`')
        return parse_quoted(parser);
    while (is_name_start(*parser->at) && is_name_part(parser->at[size]))
        size++;
    if (size == 0 || is_reserved(parser->at, size))
        return expected(parser, what);
    const char *name = arena_copy(parser->arena, parser->at, size);
    parser->at += size;
    return name;
}

/* "Quantity", "FHIR.Quantity": a type that R4 knows. */
static const char *parse_type(struct parser *parser)
{
    skip_space(parser);
    const char *start = parser->at;
    const char *name = parse_name(parser, "the name of a type");

    if (name && strcmp(name, "FHIR") == 0 && take(parser, "."))
        name = parse_name(parser, "the name of a type");
    if (!name)
        return NULL;
    const char *type = fhirpath_type_find(name);
    if (type)
        return type;
    parser->at = start;
    return expected(parser, "the name of a type of R4");
}

/* ---- literals ---- */

static struct fhirpath *literal(struct parser *parser, const char *start, const char *type,
                                const char *text)
{
    struct fhirpath *made = expr(parser, EXPR_LITERAL, NULL);
    struct cJSON *holder = json_object(parser->arena);

    made->column = (size_t)(start - parser->text) + 1;
    if (strcmp(type, "boolean") == 0)
        json_put_flag(holder, "value", strcmp(text, "true") == 0);
    else if (strcmp(type, "decimal") == 0)
        json_put(holder, "value", json_number(text));
    else
        json_put_string(holder, "value", text);
    made->literal =
        (struct fhirpath_node){.value = json_get_mutable(holder, "value"), .type = type};
    return made;
}

static struct fhirpath *parse_number(struct parser *parser)
{
    const char *start = parser->at;
    size_t size = *start == '-';

    if (!isdigit((unsigned char)start[size])) {
        parser->at++;
        return expected(parser, "a digit");
    }
    while (start[size] == '0' && isdigit((unsigned char)start[size + 1]))
        size++; /* JSON's numbers have no zeros in front */
    const char *digits = start + size;
    size = strspn(digits, "0123456789");
    if (digits[size] == '.' && isdigit((unsigned char)digits[size + 1]))
        size += 1 + strspn(digits + size + 1, "0123456789");
    parser->at = digits + size;
    return literal(
        parser, start, "decimal",
        arena_printf(parser->arena, "%s%.*s", *start == '-' ? "-" : "", (int)size, digits));
}

/* @2020, @2020-02-29, @2020-02-29T12:00:00.000Z, @T12:00: compared as text, so its form is left to
 * what it is compared with. */
static struct fhirpath *parse_date(struct parser *parser)
{
    const char *start = parser->at++;
    size_t size = strspn(parser->at, "0123456789-T:.+Z");

    if (size == 0 || !(isdigit((unsigned char)*parser->at) || *parser->at == 'T'))
        return expected(parser, "a date, such as 2020-02-29");
    bool is_time = *parser->at == 'T', has_time = memchr(parser->at, 'T', size) != NULL;
    const char *text = arena_copy(parser->arena, parser->at + is_time, size - is_time);
    parser->at += size;
    return literal(parser, start, is_time ? "time" : has_time ? "dateTime" : "date", text);
}

/* ---- terms ---- */

enum argument { ARGUMENT_NONE, ARGUMENT_OPTIONAL, ARGUMENT_ONE, ARGUMENT_TYPE };

static const struct function {
    const char *name;
    enum argument argument;
} functions[] = {
    [CALL_WHERE] = {"where", ARGUMENT_ONE},
    [CALL_EXISTS] = {"exists", ARGUMENT_OPTIONAL},
    [CALL_EMPTY] = {"empty", ARGUMENT_NONE},
    [CALL_NOT] = {"not", ARGUMENT_NONE},
    [CALL_COUNT] = {"count", ARGUMENT_NONE},
    [CALL_FIRST] = {"first", ARGUMENT_NONE},
    [CALL_LAST] = {"last", ARGUMENT_NONE},
    [CALL_SINGLE] = {"single", ARGUMENT_NONE},
    [CALL_EXTENSION] = {"extension", ARGUMENT_ONE},
    [CALL_OF_TYPE] = {"ofType", ARGUMENT_TYPE},
    [CALL_AS] = {"as", ARGUMENT_TYPE},
};

/* What a bracket holds, and the bracket that ends it. */
static struct fhirpath *parse_inner(struct parser *parser, const char *end)
{
    if (++parser->depth > DEPTH_MAX) {
        err_set(parser->err, ERR_LIMIT, "column %zu: brackets in brackets, more than %d deep",
                (size_t)(parser->at - parser->text) + 1, DEPTH_MAX);
        return NULL;
    }
    struct fhirpath *inner = parse_or(parser);
    parser->depth--;
    if (!inner || take(parser, end))
        return inner;
    return expected(parser, *end == ')' ? "an operator (= != and or as) or ')'"
                                        : "an operator (= != and or as) or ']'");
}

static struct fhirpath *parse_call(struct parser *parser, struct fhirpath *call, const char *start)
{
    size_t i = 0;

    while (i < COUNT_OF(functions) && strcmp(functions[i].name, call->text) != 0)
        i++;
    if (i == COUNT_OF(functions)) {
        parser->at = start;
        return expected(parser, "one of the functions where exists empty not count first last "
                                "single extension ofType as");
    }
    call->kind = EXPR_CALL;
    call->function = (enum expr_function)i;
    enum argument argument = functions[i].argument;
    if (argument == ARGUMENT_TYPE) {
        call->text = parse_type(parser);
        if (!call->text)
            return NULL;
        return take(parser, ")") ? call : expected(parser, "')'");
    }
    if (argument != ARGUMENT_ONE && take(parser, ")"))
        return call;
    if (argument == ARGUMENT_NONE)
        return expected(parser, "')'");
    call->right = parse_inner(parser, ")");
    return call->right ? call : NULL;
}

/* A member, or a call of a function. */
static struct fhirpath *parse_step(struct parser *parser, const struct fhirpath *left,
                                   const char *what)
{
    struct fhirpath *step = expr(parser, EXPR_MEMBER, left);
    const char *start = parser->at;

    step->text = parse_name(parser, what);
    if (!step->text)
        return NULL;
    return take(parser, "(") ? parse_call(parser, step, start) : step;
}

static struct fhirpath *parse_term(struct parser *parser)
{
    static const char what[] = "a name, a literal, $this or '('";

    skip_space(parser);
    const char *start = parser->at;
    if (take(parser, "("))
        return parse_inner(parser, ")");
    if (strncmp(start, "$this", 5) == 0 && !is_name_part(start[5])) {
        struct fhirpath *self = expr(parser, EXPR_THIS, NULL);

        parser->at += 5;
        return self;
    }
    if (*start == '\'') {
        const char *text = parse_quoted(parser);

        return text ? literal(parser, start, "string", text) : NULL;
    }
    if (*start == '@')
        return parse_date(parser);
    if (isdigit((unsigned char)*start) || *start == '-')
        return parse_number(parser);
    if (take(parser, "true"))
        return literal(parser, start, "boolean", "true");
    if (take(parser, "false"))
        return literal(parser, start, "boolean", "false");
    return parse_step(parser, NULL, what);
}

static struct fhirpath *parse_steps(struct parser *parser)
{
    struct fhirpath *left = parse_term(parser);

    while (left) {
        if (take(parser, ".")) {
            left = parse_step(parser, left, "a name behind '.'");
        } else if (take(parser, "[")) {
            struct fhirpath *at = expr(parser, EXPR_INDEX, left);

            at->right = parse_inner(parser, "]");
            left = at->right ? at : NULL;
        } else {
            break;
        }
    }
    return left;
}

/* ---- operators ---- */

static struct fhirpath *parse_as(struct parser *parser)
{
    struct fhirpath *left = parse_steps(parser);

    if (!left || !take(parser, "as"))
        return left;
    struct fhirpath *as = expr(parser, EXPR_AS, left);
    as->text = parse_type(parser);
    return as->text ? as : NULL;
}

static struct fhirpath *binary(struct parser *parser, enum expr_kind kind, struct fhirpath *left,
                               struct fhirpath *(*parse)(struct parser *parser))
{
    struct fhirpath *both = expr(parser, kind, left);

    both->right = parse(parser);
    return both->right ? both : NULL;
}

static struct fhirpath *parse_equal(struct parser *parser)
{
    struct fhirpath *left = parse_as(parser);

    while (left) {
        if (take(parser, "="))
            left = binary(parser, EXPR_EQUAL, left, parse_as);
        else if (take(parser, "!="))
            left = binary(parser, EXPR_UNEQUAL, left, parse_as);
        else
            break;
    }
    return left;
}

static struct fhirpath *parse_and(struct parser *parser)
{
    struct fhirpath *left = parse_equal(parser);

    while (left && take(parser, "and"))
        left = binary(parser, EXPR_AND, left, parse_equal);
    return left;
}

static struct fhirpath *parse_or(struct parser *parser)
{
    struct fhirpath *left = parse_and(parser);

    while (left && take(parser, "or"))
        left = binary(parser, EXPR_OR, left, parse_and);
    return left;
}

struct fhirpath *fhirpath_parse(struct arena *arena, const char *text, struct err *err)
{
    struct parser parser = {.arena = arena, .text = text, .at = text, .err = err};

    if (strlen(text) > LIMIT_FHIRPATH_BYTES) {
        err_set(err, ERR_LIMIT, "a path may have %u bytes", LIMIT_FHIRPATH_BYTES);
        return NULL;
    }
    struct fhirpath *path = parse_or(&parser);
    skip_space(&parser);
    if (!path || *parser.at == '\0')
        return path;
    return expected(&parser, "'.', '[', an operator (= != and or as) or the end");
}
