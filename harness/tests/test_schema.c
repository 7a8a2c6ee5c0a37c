/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema and parser say the same: every shape of the parser is compared, member by member, with the definition of
 * its name in docs/schema/, both ways round.
 */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"
#include "harness/evidence_form.h"
#include "harness/scenario/adapter_form.h"
#include "harness/scenario/scenario_form.h"
#include "simulator/sim.h"
#include "tests/expect.h"

#define SHAPES_MAX 64

struct walk {
    struct arena *arena;
    const struct cJSON *schema;
    const struct shape *seen[SHAPES_MAX];
    size_t seen_count;
};

static void compare_shape(struct walk *walk, const struct shape *shape);

static const struct cJSON *definition(const struct walk *walk, const struct shape *shape)
{
    return shape->name[0] ? json_get(json_get(walk->schema, "$defs"), shape->name) : walk->schema;
}

static void compare_ref(struct walk *walk, const char *row, const struct cJSON *property,
                        const struct shape *shape)
{
    EXPECT_STR(row, json_string(property, "$ref"),
               arena_printf(walk->arena, "#/$defs/%s", shape->name));
    compare_shape(walk, shape);
}

static void compare_string(const char *row, const struct cJSON *property,
                           const char *const *choices)
{
    const struct cJSON *values = json_get(property, "enum");
    size_t count = 0;

    EXPECT_STR(row, json_string(property, "type"), "string");
    for (; choices && choices[count]; count++)
        EXPECT_STR(row, json_text(json_at(values, count)), choices[count]);
    EXPECT_INT(row, (long long)json_count(values), (long long)count);
}

static void compare_kind(struct walk *walk, const char *row, const struct cJSON *property,
                         const struct shape_member *member)
{
    const struct cJSON *one = json_at(json_get(property, "anyOf"), 0);
    const struct cJSON *other = json_at(json_get(property, "anyOf"), 1);
    const char *type = json_string(property, "type");

    switch (member->kind) {
    case SHAPE_ANY:
        EXPECT_STR(row, type, NULL);
        return;
    case SHAPE_STRING:
        compare_string(row, property, member->choices);
        return;
    case SHAPE_TEXT:
        compare_string(row, property, NULL);
        return;
    case SHAPE_STRINGS:
        EXPECT_STR(row, type, "array");
        compare_string(row, json_get(property, "items"),
                       strcmp(member->name, "personalities") == 0 ? sim_personalities()
                                                                  : member->choices);
        return;
    case SHAPE_STRING_OR_LIST:
        compare_string(row, one, member->choices);
        compare_string(row, json_get(other, "items"), member->choices);
        return;
    case SHAPE_INTEGER:
        EXPECT_STR(row, type, "integer");
        return;
    case SHAPE_INTEGER_OR_LIST:
        EXPECT_STR(row, json_string(one, "type"), "integer");
        EXPECT_STR(row, json_string(json_get(other, "items"), "type"), "integer");
        return;
    case SHAPE_FLAG:
        EXPECT_STR(row, type, "boolean");
        return;
    case SHAPE_OBJECT:
        EXPECT_STR(row, type, "object");
        return;
    case SHAPE_ARRAY:
        EXPECT_STR(row, type, "array");
        return;
    case SHAPE_STRING_MAP:
        EXPECT_STR(row, type, "object");
        compare_string(row, json_get(property, "additionalProperties"), member->choices);
        return;
    case SHAPE_OF:
        compare_ref(walk, row, property, member->of);
        return;
    case SHAPE_STRING_OR:
        compare_string(row, one, member->choices);
        compare_ref(walk, row, other, member->of);
        return;
    case SHAPE_LIST_OF:
        EXPECT_STR(row, type, "array");
        compare_ref(walk, row, json_get(property, "items"), member->of);
        return;
    case SHAPE_MAP_OF:
        EXPECT_STR(row, type, "object");
        compare_ref(walk, row, json_get(property, "additionalProperties"), member->of);
        return;
    }
}

static bool is_required(const struct cJSON *schema, const char *name)
{
    const struct cJSON *item;

    cJSON_ArrayForEach(item, json_get(schema, "required"))
    {
        if (strcmp(json_text(item), name) == 0)
            return true;
    }
    return false;
}

static void compare_shape(struct walk *walk, const struct shape *shape)
{
    const struct cJSON *schema = definition(walk, shape);
    const struct cJSON *properties = json_get(schema, "properties");
    const struct cJSON *patterns = json_get(schema, "patternProperties");
    size_t count = 0, required = 0;

    for (size_t i = 0; i < walk->seen_count; i++) {
        if (walk->seen[i] == shape)
            return;
    }
    ASSERT(walk->seen_count < SHAPES_MAX);
    walk->seen[walk->seen_count++] = shape;
    EXPECT_TRUE(shape->name, schema != NULL);
    EXPECT_STR(shape->name, json_string(schema, "type"), "object");
    EXPECT_TRUE(shape->name, json_get(schema, "additionalProperties") &&
                                 !json_flag(schema, "additionalProperties", true));
    EXPECT_TRUE(shape->name, json_get(patterns, "^//") != NULL);
    EXPECT_INT(shape->name, json_get(patterns, "^/") != NULL, shape->has_pointers);
    for (const struct shape_member *member = shape->members; member->name; member++, count++) {
        const char *row = arena_printf(walk->arena, "%s/%s", shape->name, member->name);
        const struct cJSON *property = json_get(properties, member->name);

        EXPECT_TRUE(row, property != NULL);
        EXPECT_INT(row, is_required(schema, member->name), member->is_required);
        required += member->is_required;
        if (property)
            compare_kind(walk, row, property, member);
    }
    EXPECT_INT(shape->name, (long long)json_count(properties), (long long)count);
    EXPECT_INT(shape->name, (long long)json_count(json_get(schema, "required")),
               (long long)required);
}

static const struct cJSON *read_schema(struct arena *arena, const char *path)
{
    struct err err = ERR_INIT;
    const struct cJSON *schema = json_parse_file(arena, path, &err);

    EXPECT_STR(path, err.text, "");
    EXPECT_STR(path, json_string(schema, "$schema"),
               "https://json-schema.org/draft/2020-12/schema");
    return schema;
}

static void scenario_schema_and_parser_say_the_same(void)
{
    struct arena *arena = arena_new();
    struct walk walk = {.arena = arena,
                        .schema = read_schema(arena, "docs/schema/scenario.schema.json")};
    const struct scenario_step_form *forms = NULL;
    size_t count = scenario_step_forms(&forms);
    const struct cJSON *steps = json_pointer(walk.schema, "/$defs/step/oneOf");

    compare_shape(&walk, &scenario_form);
    EXPECT_STR(
        "steps",
        json_string(json_pointer(walk.schema, "/$defs/actor/properties/steps/items"), "$ref"),
        "#/$defs/step");
    for (size_t i = 0; i < count; i++) {
        compare_ref(&walk, forms[i].shape->name, json_at(steps, i), forms[i].shape);
        EXPECT_STR("the verb comes first", forms[i].shape->members[0].name,
                   verb_name(forms[i].verb));
    }
    EXPECT_INT("verbs", (long long)json_count(steps), (long long)count);
    /* One definition is no shape: the choice among the steps. */
    EXPECT_INT("definitions", (long long)json_count(json_get(walk.schema, "$defs")),
               (long long)walk.seen_count - 1 + 1);
    arena_free(arena);
}

static void adapter_schema_and_parser_say_the_same(void)
{
    struct arena *arena = arena_new();
    struct walk walk = {.arena = arena,
                        .schema = read_schema(arena, "docs/schema/adapter.schema.json")};

    compare_shape(&walk, &adapter_form);
    EXPECT_INT("definitions", (long long)json_count(json_get(walk.schema, "$defs")),
               (long long)walk.seen_count - 1);
    arena_free(arena);
}

static void evidence_schema_and_reader_say_the_same(void)
{
    struct arena *arena = arena_new();
    struct walk walk = {.arena = arena,
                        .schema = read_schema(arena, "docs/schema/evidence.schema.json")};

    compare_shape(&walk, &evidence_form);
    EXPECT_INT("definitions", (long long)json_count(json_get(walk.schema, "$defs")),
               (long long)walk.seen_count - 1);
    arena_free(arena);
}

static CU_TestInfo tests[] = {
    {"scenario schema and parser say the same", scenario_schema_and_parser_say_the_same},
    {"adapter schema and parser say the same", adapter_schema_and_parser_say_the_same},
    {"evidence schema and reader say the same", evidence_schema_and_reader_say_the_same},
    CU_TEST_INFO_NULL,
};
SUITE("schema", tests)
