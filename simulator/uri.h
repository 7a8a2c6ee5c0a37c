/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_URI_H
#define SIMULATOR_URI_H
/* uri - an HTTP request target taken apart: "/fhir/Patient/a%2Db?x=y" -> fhir, Patient/a-b, x=y. */
#include <stdbool.h>

struct arena;

struct uri {
    const char *root;  /* the first segment: "fhir", "_control", ... or "" */
    const char *below; /* what follows it as sent: "Patient/a%2Db?x=y" */
    const char *path;  /* the same without the query, as uri_decode_path leaves it */
    const char *query; /* as sent, without '?'; "" if none */
};

/* False when an escape is bad or hides a NUL; the parts are filled all the same. */
bool uri_split(struct uri *out, struct arena *arena, const char *text);
/* Percent-decodes in place; `plus_is_space` as in forms and queries. */
bool uri_decode(char *text, bool plus_is_space);
/* The same of a path, but %2F stays: a slash within a segment parts no segments. */
bool uri_decode_path(char *text);
#endif
