/* SPDX-License-Identifier: Apache-2.0 */
/* fhirpath_model - looking up in the table that fhirpath_elements.py makes. */
#include "fhir/fhirpath_model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "fhir/fhirpath_elements.h"

static int compare_row(const void *key, const void *row)
{
    return strcmp(key, ((const struct fhirpath_row *)row)->type);
}

static const struct fhirpath_row *row_of(const char *type)
{
    return type ? bsearch(type, fhirpath_rows, fhirpath_row_count, sizeof(fhirpath_rows[0]),
                          compare_row)
                : NULL;
}

const char *fhirpath_type_find(const char *name)
{
    const struct fhirpath_row *row = row_of(name);

    return row && isalpha((unsigned char)row->type[0]) ? row->type : NULL;
}

bool fhirpath_type_is(const char *type, const char *base)
{
    for (const struct fhirpath_row *row = row_of(type); row && base; row = row_of(row->base)) {
        if (strcmp(row->type, base) == 0)
            return true;
    }
    return false;
}

bool fhirpath_type_is_primitive(const char *type)
{
    return type && islower((unsigned char)type[0]);
}

/* The word ("name:type") of `name`, or NULL. */
static const char *word_of(const struct fhirpath_row *row, const char *name)
{
    size_t size = strlen(name);

    for (const char *word = row->elements; *word;) {
        if (strncmp(word, name, size) == 0 && word[size] && strchr(":*|", word[size]))
            return word;
        word += strcspn(word, " ");
        word += *word == ' ';
    }
    return NULL;
}

/* The static text of the type that stands at `at`, up to a blank or a bar. */
static const char *type_at(const char *at)
{
    char name[128];
    size_t size = strcspn(at, " |");

    if (size >= sizeof(name))
        return NULL;
    memcpy(name, at, size);
    name[size] = '\0';
    return fhirpath_type_find(name);
}

bool fhirpath_element_find(struct fhirpath_element *out, const char *type, const char *name)
{
    const char *word = NULL;

    *out = (struct fhirpath_element){.type = NULL};
    for (const struct fhirpath_row *row = row_of(type); row && name && !word;
         row = row_of(row->base))
        word = word_of(row, name);
    if (!word)
        return false;
    word += strlen(name);
    if (*word == '|')
        out->choices = word;
    else
        out->type = type_at(word + 1);
    out->is_list = *word == '*';
    return true;
}

/* A suffix is the type's name with a capital. */
static bool is_suffix_of(const char *suffix, const char *type, size_t size)
{
    return strlen(suffix) == size && suffix[0] == toupper((unsigned char)type[0]) &&
           strncmp(suffix + 1, type + 1, size - 1) == 0;
}

const char *fhirpath_choice(const struct fhirpath_element *element, const char *suffix)
{
    const char *at = element->choices;

    if (!at || !suffix || *suffix == '\0')
        return NULL;
    if (strncmp(at, "|*", 2) == 0) /* open to all that row "*" lists */
        at = word_of(row_of("*"), "value") + strlen("value");
    while (*at == '|') {
        size_t size = strcspn(++at, " |");

        if (is_suffix_of(suffix, at, size))
            return type_at(at);
        at += size;
    }
    return NULL;
}
