/* SPDX-License-Identifier: Apache-2.0 */
/* definitions - looking things up in the table, which is sorted wherever it is searched. */
#include "fhir/definitions.h"

#include <string.h>

#include "base/attr.h"

static const char *const primitives[DEFINITION_NODE] = {
    [DEFINITION_BASE64BINARY] = "base64Binary",
    [DEFINITION_BOOLEAN] = "boolean",
    [DEFINITION_CANONICAL] = "canonical",
    [DEFINITION_CODE] = "code",
    [DEFINITION_DATE] = "date",
    [DEFINITION_DATETIME] = "dateTime",
    [DEFINITION_DECIMAL] = "decimal",
    [DEFINITION_ID] = "id",
    [DEFINITION_INSTANT] = "instant",
    [DEFINITION_INTEGER] = "integer",
    [DEFINITION_MARKDOWN] = "markdown",
    [DEFINITION_OID] = "oid",
    [DEFINITION_POSITIVEINT] = "positiveInt",
    [DEFINITION_STRING] = "string",
    [DEFINITION_TIME] = "time",
    [DEFINITION_UNSIGNEDINT] = "unsignedInt",
    [DEFINITION_URI] = "uri",
    [DEFINITION_URL] = "url",
    [DEFINITION_UUID] = "uuid",
    [DEFINITION_XHTML] = "xhtml",
    [DEFINITION_RESOURCE] = "Resource",
};

int definition_resource(const char *name, size_t size)
{
    size_t low = 0, high = DEFINITION_RESOURCES;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *found = definition_names[definition_nodes[middle].path];
        int order = strncmp(name, found, size);

        if (order == 0 && found[size] == '\0')
            return (int)middle;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int definition_node_at(const char *path)
{
    size_t low = 0, high = DEFINITION_NODES;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const unsigned number = definition_node_order[middle];
        int order = strcmp(path, definition_names[definition_nodes[number].path]);

        if (order == 0)
            return (int)number;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

const struct definition_element *definition_find(const struct definition_node *node,
                                                 const char *name)
{
    const struct definition_element *rows = &definition_elements[node->first];
    size_t low = 0, high = node->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, definition_names[rows[middle].name]);

        if (order == 0)
            return &rows[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *definition_type_name(unsigned type)
{
    return type < DEFINITION_NODE ? primitives[type]
                                  : definition_names[definition_nodes[type - DEFINITION_NODE].path];
}

bool definition_has_code(const struct definition_set *set, const char *system, const char *code)
{
    const struct definition_code *codes = &definition_codes[set->first];
    size_t low = 0, high = set->count;

    while (low < high) { /* to the first of that code: two systems may have it */
        size_t middle = (low + high) / 2;

        if (strcmp(code, definition_names[codes[middle].code]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < set->count && strcmp(code, definition_names[codes[low].code]) == 0; low++) {
        if (!system || strcmp(system, definition_names[codes[low].system]) == 0)
            return true;
    }
    return false;
}

bool definition_is_target(const struct definition_targets *targets, int resource)
{
    for (size_t i = 0; i < targets->count; i++) {
        if (definition_target_types[targets->first + i] == resource)
            return true;
    }
    return targets->count == 0;
}
