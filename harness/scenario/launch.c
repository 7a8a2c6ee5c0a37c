/* SPDX-License-Identifier: Apache-2.0 */
/*
 * launch - reads what starts a process, and puts its values in. Whatever will be missing when it starts is said when the
 * adapter is read.
 */
#include "harness/scenario/launch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/shape.h"
#include "harness/scenario/template.h"

#define VALUES_MAX 11

const char *adapter_bin(struct arena *arena)
{
    const char *said = getenv("CHARTPROOF_BIN"); /* tests lie in another folder than the programs */
    char path[PATH_MAX];
    ssize_t size;

    if (said && *said)
        return said;
    size = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (size <= 0)
        return ".";
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    return slash && slash > path ? arena_copy(arena, path, (size_t)(slash - path)) : "/";
}

char *adapter_expand(struct arena *arena, const char *text, const struct adapter_values *values,
                     struct err *err)
{
    const struct {
        const char *name, *value;
        bool is_optional; /* by that name only where it has a value */
    } rows[] = {
        {"bin", strstr(text, "${bin}") ? adapter_bin(arena) : NULL, false},
        {"here", values->here, false},
        {"fhir", values->fhir, false},
        {"engine", values->engine, false},
        {"port", values->port, false},
        {"dir", values->dir, false},
        {"timeoutMs", values->timeout_ms, false},
        {"retryMs", values->retry_ms, false},
        {"key", values->key, true},
        {"correlation", values->correlation, true},
    };
    struct template_value table[VALUES_MAX] = {{.name = NULL}};
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].value || !rows[i].is_optional)
            table[count++] =
                (struct template_value){rows[i].name, template_string(arena, rows[i].value), true};
    }
    return template_text(arena, text, table, false, err);
}

const char **launch_expand(struct arena *arena, const char *const *texts,
                           const struct adapter_values *values, struct err *err)
{
    size_t count = 0;

    while (texts && texts[count])
        count++;
    const char **out = arena_alloc(arena, (count + 1) * sizeof(*out));
    for (size_t i = 0; i < count; i++) {
        out[i] = adapter_expand(arena, texts[i], values, err);
        if (!out[i])
            return NULL;
    }
    return out;
}

int launch_check(struct arena *arena, const char *text, const struct adapter_values *known,
                 const char *pointer, struct err *err)
{
    if (!text || adapter_expand(arena, text, known, err))
        return 0;
    return err_context(err, "%s", pointer);
}

const char *const *launch_strings(struct arena *arena, const struct cJSON *array,
                                  const char *const *otherwise)
{
    const char **out;

    if (!array)
        return otherwise;
    out = arena_alloc(arena, (json_count(array) + 1) * sizeof(*out));
    for (size_t i = 0; i < json_count(array); i++)
        out[i] = json_text(json_at(array, i));
    return out;
}

static int read_command(struct arena *arena, const struct cJSON *tree, const char *pointer,
                        const struct adapter_values *known, struct launch *out, struct err *err)
{
    const char *at = shape_pointer(arena, pointer, "command");

    out->command = launch_strings(arena, json_get(tree, "command"), NULL);
    if (!out->command)
        return 0;
    if (!out->command[0])
        return err_set(err, ERR_INPUT, "%s: found nothing; expected a program", at);
    for (size_t i = 0; out->command[i]; i++) {
        if (launch_check(arena, out->command[i], known, shape_pointer_at(arena, at, i), err))
            return -1;
    }
    return 0;
}

static int read_environment(struct arena *arena, const struct cJSON *tree, const char *pointer,
                            const struct adapter_values *known, struct launch *out, struct err *err)
{
    const struct cJSON *map = json_get(tree, "environment"), *item;
    const char **texts = arena_alloc(arena, (json_count(map) + 1) * sizeof(*texts));
    const char *above = shape_pointer(arena, pointer, "environment");
    size_t count = 0;

    cJSON_ArrayForEach(item, map)
    {
        const char *at = shape_pointer(arena, above, item->string);

        if (shape_is_comment(item->string))
            continue;
        if (!item->string[0] || strchr(item->string, '='))
            return err_set(err, ERR_INPUT, "%s: expected the name of a variable", at);
        if (launch_check(arena, json_text(item), known, at, err))
            return -1;
        texts[count++] = arena_printf(arena, "%s=%s", item->string, json_text(item));
    }
    out->environment = texts;
    return 0;
}

int launch_read(struct arena *arena, const struct cJSON *tree, const char *pointer,
                const struct adapter_values *known, struct launch *out, struct err *err)
{
    return read_command(arena, tree, pointer, known, out, err) ||
                   read_environment(arena, tree, pointer, known, out, err)
               ? -1
               : 0;
}
