/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/form.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "tests/expect.h"

static bool is_of_type(const struct cJSON *value, const char *type)
{
    if (strcmp(type, "integer") == 0)
        return json_is_number(value) && !strpbrk(json_number_text(value), ".eE");
    if (strcmp(type, "boolean") == 0)
        return cJSON_IsBool(value);
    return strcmp(type, json_type_name(value)) == 0;
}

static void check_type(const char *row, const struct cJSON *value, const struct cJSON *types)
{
    const struct cJSON *type = NULL;
    bool fits = json_text(types) && is_of_type(value, json_text(types));

    cJSON_ArrayForEach(type, types) fits |= is_of_type(value, json_text(type));
    EXPECT_TRUE(row, fits);
}

static void check_object(struct arena *arena, const char *row, const struct cJSON *value,
                         const struct cJSON *schema, const char *path)
{
    const struct cJSON *others = json_get(schema, "additionalProperties"), *member = NULL;

    cJSON_ArrayForEach(member, value)
    {
        const struct cJSON *form = json_get(json_get(schema, "properties"), member->string);
        const char *name = arena_printf(arena, "%s/%s", row, member->string);

        if (form || cJSON_IsObject(others))
            form_check(arena, name, member, form ? form : others, path);
        else
            EXPECT_TRUE(name, !others || cJSON_IsTrue(others));
    }
    cJSON_ArrayForEach(member, json_get(schema, "required"))
    {
        EXPECT_TRUE(arena_printf(arena, "%s/%s is there", row, json_text(member)),
                    json_get(value, json_text(member)));
    }
}

/* "other.json#/$defs/x", the file beside `path`; without a file in `path` itself. */
static void check_ref(struct arena *arena, const char *row, const struct cJSON *value,
                      const char *ref, const char *path)
{
    const size_t size = strcspn(ref, "#");
    const char *slash = strrchr(path, '/');
    const char *file =
        size ? arena_printf(arena, "%.*s/%.*s", (int)(slash - path), path, (int)size, ref) : path;
    struct err err = ERR_INIT;
    const struct cJSON *schema = json_parse_file(arena, file, &err);
    const struct cJSON *form = json_pointer(schema, ref[size] ? ref + size + 1 : "");

    EXPECT_STR(ref, err.text, "");
    EXPECT_TRUE(ref, form);
    if (form)
        form_check(arena, row, value, form, file);
}

void form_check(struct arena *arena, const char *row, const struct cJSON *value,
                const struct cJSON *schema, const char *path)
{
    static const char *const silent[] = {
        "$schema", "$id",        "title",    "description",          "$comment",
        "$defs",   "properties", "required", "additionalProperties", NULL};
    const struct cJSON *rule = NULL, *item = NULL;

    if (cJSON_IsObject(value))
        check_object(arena, row, value, schema, path);
    cJSON_ArrayForEach(rule, schema)
    {
        size_t i = 0;

        while (silent[i] && strcmp(silent[i], rule->string) != 0)
            i++;
        if (silent[i])
            continue;
        if (strcmp(rule->string, "type") == 0) {
            check_type(row, value, rule);
        } else if (strcmp(rule->string, "$ref") == 0) {
            check_ref(arena, row, value, json_text(rule), path);
        } else if (strcmp(rule->string, "minimum") == 0) {
            EXPECT_TRUE(row, json_double(value, -1) >= json_double(rule, 0));
        } else if (strcmp(rule->string, "maximum") == 0) {
            EXPECT_TRUE(row, json_double(value, 1e9) <= json_double(rule, 0));
        } else if (strcmp(rule->string, "enum") == 0) {
            bool fits = false;

            cJSON_ArrayForEach(item, rule) fits |=
                json_text(value) && strcmp(json_text(item), json_text(value)) == 0;
            EXPECT_TRUE(row, fits);
        } else if (strcmp(rule->string, "items") == 0) {
            cJSON_ArrayForEach(item, value) form_check(arena, row, item, rule, path);
        } else {
            EXPECT_STR(row, rule->string, "a keyword that this test knows");
        }
    }
}
