/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FHIR_FHIRPATH_EXPR_H
#define FHIR_FHIRPATH_EXPR_H
/* fhirpath_expr - the tree between fhirpath_parse.c, which makes it, and fhirpath.c, which walks it. */
#include "fhir/fhirpath.h"

enum expr_kind {
    EXPR_THIS,    /* $this */
    EXPR_LITERAL, /* literal */
    EXPR_MEMBER,  /* left.text; left NULL: of $this */
    EXPR_CALL,    /* left.function(right), likewise */
    EXPR_INDEX,   /* left[right] */
    EXPR_AS,      /* left as text */
    EXPR_EQUAL,
    EXPR_UNEQUAL,
    EXPR_AND,
    EXPR_OR,
};

enum expr_function {
    CALL_WHERE,
    CALL_EXISTS,
    CALL_EMPTY,
    CALL_NOT,
    CALL_COUNT,
    CALL_FIRST,
    CALL_LAST,
    CALL_SINGLE,
    CALL_EXTENSION,
    CALL_OF_TYPE,
    CALL_AS,
};

struct fhirpath {
    enum expr_kind kind;
    enum expr_function function;
    size_t column; /* where it stands, from 1 */
    const char *text;
    const struct fhirpath *left, *right;
    struct fhirpath_node literal;
};
#endif
