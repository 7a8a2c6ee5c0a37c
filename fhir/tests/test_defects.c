/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thousands of single defects, each found where it is and nothing else: for every resource type a
 * valid seed is made from the table, and one element at a time is added, right and then wrong.
 *
 * Where even the right element breaks a rule (it needs another one beside it), it is passed over; a
 * bound on how many there are keeps that from hiding what matters.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/definitions.h"
#include "fhir/validate.h"
#include "tests/expect.h"

#define DEPTH_MAX 8

struct seed {
    struct arena *arena;
    const struct definition_node *node;
    const char *type;
    size_t defects, passed_over;
};

/* ---- right values ---- */

static const struct {
    const char *right, *wrong; /* JSON; what is wrong is the format, but of these two the type */
} samples[DEFINITION_RESOURCE] = {
    [DEFINITION_BASE64BINARY] = {"\"AAAA\"", "\"AAA\""},
    [DEFINITION_BOOLEAN] = {"true", "\"true\""},
    [DEFINITION_CANONICAL] = {"\"urn:x\"", "\"a b\""},
    [DEFINITION_CODE] = {"\"a b\"", "\"a  b\""},
    [DEFINITION_DATE] = {"\"2026-02-28\"", "\"2026-02-29\""},
    [DEFINITION_DATETIME] = {"\"2026-02-28T10:00:00Z\"", "\"2026-02-28T10:00:00\""},
    [DEFINITION_DECIMAL] = {"1.50", "\"1.50\""},
    [DEFINITION_ID] = {"\"a-1\"", "\"a_1\""},
    [DEFINITION_INSTANT] = {"\"2026-02-28T10:00:00.000+01:00\"", "\"2026-02-28\""},
    [DEFINITION_INTEGER] = {"-1", "1.0"},
    [DEFINITION_MARKDOWN] = {"\"*x*\"", "\"\""},
    [DEFINITION_OID] = {"\"urn:oid:1.2\"", "\"urn:oid:1.02\""},
    [DEFINITION_POSITIVEINT] = {"1", "0"},
    [DEFINITION_STRING] = {"\"x\"", "\"\""},
    [DEFINITION_TIME] = {"\"10:00:00\"", "\"10:00\""},
    [DEFINITION_UNSIGNEDINT] = {"0", "-1"},
    [DEFINITION_URI] = {"\"urn:x\"", "\"urn: x\""},
    [DEFINITION_URL] = {"\"http://x\"", "\" http://x\""},
    [DEFINITION_UUID] = {"\"urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281\"", "\"187e0c12\""},
    [DEFINITION_XHTML] = {"\"<div>x</div>\"", "\"x\""},
};

/* What a rule wants beside the required elements. */
static const struct {
    const char *node, *element;
} needed[] = {
    {"AllergyIntolerance", "clinicalStatus"},
    {"Appointment", "end"},
    {"Appointment", "start"},
    {"Appointment.participant", "actor"},
    {"AppointmentResponse", "actor"},
    {"Bundle.entry", "resource"},
    {"CapabilityStatement", "rest"},
    {"ImmunizationRecommendation.recommendation", "vaccineCode"},
    {"InsurancePlan", "name"},
    {"NutritionOrder", "oralDiet"},
    {"Organization", "name"},
    {"Patient.contact", "name"},
};

static const char *name_of(const struct definition_element *row)
{
    return definition_names[row->name];
}

static bool is_primitive(const struct definition_element *row)
{
    return row->type < DEFINITION_RESOURCE;
}

static const char *object_text(struct arena *arena, const struct definition_node *node, int depth);

static const char *code_text(struct arena *arena, const struct definition_element *row)
{
    const struct definition_code *code = &definition_codes[definition_sets[row->set].first];
    const char *coding = arena_printf(arena, "{\"system\":\"%s\",\"code\":\"%s\"}",
                                      definition_names[code->system], definition_names[code->code]);

    if (row->type == DEFINITION_CODE)
        return arena_printf(arena, "\"%s\"", definition_names[code->code]);
    return row->type == DEFINITION_NODE + NODE_CODING
               ? coding
               : arena_printf(arena, "{\"coding\":[%s]}", coding);
}

static const char *reference_text(struct arena *arena, const struct definition_element *row)
{
    const struct definition_targets *targets = &definition_targets[row->targets];
    int type = targets->count > 0 ? definition_target_types[targets->first] : 0;

    return arena_printf(arena, "{\"reference\":\"%s/x\"}",
                        definition_names[definition_nodes[type].path]);
}

/* One right value, without the brackets of an array. */
static const char *value_text(struct arena *arena, const struct definition_element *row, int depth)
{
    ASSERT(depth < DEPTH_MAX);
    if (row->set)
        return code_text(arena, row);
    if (is_primitive(row))
        return samples[row->type].right;
    if (row->type == DEFINITION_RESOURCE)
        return "{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}";
    if (row->type == DEFINITION_NODE + NODE_REFERENCE)
        return reference_text(arena, row);
    if (row->type == DEFINITION_NODE + NODE_EXTENSION)
        return "{\"url\":\"urn:x\",\"valueString\":\"x\"}";
    return object_text(arena, &definition_nodes[row->type - DEFINITION_NODE], depth + 1);
}

static const char *wrapped(struct arena *arena, const struct definition_element *row,
                           const char *value)
{
    return row->flags & DEFINITION_MANY ? arena_printf(arena, "[%s]", value) : value;
}

static uint64_t slots_of(const struct definition_node *node)
{
    const char *path = definition_names[node->path];
    uint64_t slots = node->required;

    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        if (strcmp(needed[i].node, path) == 0)
            slots |= UINT64_C(1) << definition_find(node, needed[i].element)->slot;
    }
    return slots;
}

/* The required members, with a comma in front of each; `but_slot`: not that one. */
static const char *required_text(struct arena *arena, const struct definition_node *node,
                                 int but_slot, int depth)
{
    const char *text = "";
    uint64_t left = slots_of(node);

    for (size_t i = 0; i < node->count; i++) {
        const struct definition_element *row = &definition_elements[node->first + i];

        if (!(left >> row->slot & 1) || row->slot == but_slot)
            continue;
        left &= ~(UINT64_C(1) << row->slot);
        text = arena_printf(arena, "%s,\"%s\":%s", text, name_of(row),
                            wrapped(arena, row, value_text(arena, row, depth)));
    }
    return text;
}

/* An object needs one member at least. */
static const char *object_text(struct arena *arena, const struct definition_node *node, int depth)
{
    const char *text = required_text(arena, node, -1, depth);

    for (size_t i = 0; i < node->count && *text == '\0'; i++) {
        const struct definition_element *row = &definition_elements[node->first + i];

        if (row->type == DEFINITION_STRING && strcmp(name_of(row), "id") != 0)
            text = arena_printf(arena, ",\"%s\":%s", name_of(row), wrapped(arena, row, "\"x\""));
    }
    return *text == '\0' ? "{\"extension\":[{\"url\":\"urn:x\",\"valueString\":\"x\"}]}"
                         : arena_printf(arena, "{%s}", text + 1);
}

/* ---- trying ---- */

static size_t findings_of(struct seed *seed, const char *members, struct findings *out)
{
    struct err err = ERR_INIT;
    const char *text =
        arena_printf(seed->arena, "{\"resourceType\":\"%s\"%s}", seed->type, members);
    const struct cJSON *tree = json_parse(seed->arena, text, strlen(text), &err);

    if (!tree)
        BUG("%s: %s", text, err.text);
    validate_resource(out, seed->arena, tree);
    return out->count;
}

/* The members make exactly one finding, at `where` below the type. */
static void defect(struct seed *seed, const char *members, const char *where, const char *code)
{
    struct findings findings;
    size_t count = findings_of(seed, members, &findings);
    const char *expression = arena_printf(seed->arena, "%s.%s", seed->type, where);

    seed->defects++;
    if (count == 1 && strcmp(findings.items[0].expression, expression) == 0 &&
        strcmp(findings.items[0].code, code) == 0 && findings.items[0].kind == FINDING_BASE)
        return;
    EXPECT_INT(expression, (long long)count, 1);
    for (size_t i = 0; i < count; i++) {
        EXPECT_STR(members, findings.items[i].expression, expression);
        EXPECT_STR(findings.items[i].text, findings.items[i].code, code);
    }
}

static const char *with(struct seed *seed, const char *members, const char *name, const char *value)
{
    return arena_printf(seed->arena, "%s,\"%s\":%s", members, name, value);
}

/* Another resource type than any of those that are allowed. */
static const char *stranger(const struct definition_targets *targets)
{
    int type = 0;

    while (definition_is_target(targets, type))
        type++;
    return definition_names[definition_nodes[type].path];
}

/* What can be wrong with the element's value. `where` is the value's place. */
static void wrong_values(struct seed *seed, const struct definition_element *row,
                         const char *members, const char *where)
{
    struct arena *arena = seed->arena;
    const char *name = name_of(row);
    const char *bogus = arena_printf(arena, "%s.bogus", where);

#define TRY(value, place, code)                                                                    \
    defect(seed, with(seed, members, name, wrapped(arena, row, value)), place, code)
    TRY(is_primitive(row) ? "{\"a\":1}" : "17", where, "structure");
    if (is_primitive(row))
        TRY(samples[row->type].wrong, where,
            row->type == DEFINITION_BOOLEAN || row->type == DEFINITION_DECIMAL ? "structure"
                                                                               : "value");
    else
        TRY("{}", where, row->type == DEFINITION_RESOURCE ? "required" : "structure");
    if (row->type == DEFINITION_CODE && row->set)
        TRY("\"no-such-code\"", where, "code-invalid");
    if (row->type == DEFINITION_NODE + NODE_CODEABLECONCEPT && row->set)
        TRY("{\"coding\":[{\"system\":\"urn:x\",\"code\":\"x\"}]}", where, "code-invalid");
    if (row->type == DEFINITION_NODE + NODE_REFERENCE && row->targets)
        TRY(arena_printf(arena, "{\"reference\":\"%s/x\"}",
                         stranger(&definition_targets[row->targets])),
            arena_printf(arena, "%s.reference", where), "value");
    if (row->type > DEFINITION_NODE) {
        const char *right = value_text(arena, row, 0);

        TRY(arena_printf(arena, "%.*s,\"bogus\":1}", (int)strlen(right) - 1, right), bogus,
            "structure");
    }
#undef TRY
}

static void wrong_element(struct seed *seed, const struct definition_element *row)
{
    struct arena *arena = seed->arena;
    const char *name = name_of(row);
    bool is_many = row->flags & DEFINITION_MANY;
    const char *members = required_text(arena, seed->node, row->slot, 0);
    const char *value = value_text(arena, row, 0);
    struct findings findings;

    if (findings_of(seed, with(seed, members, name, wrapped(arena, row, value)), &findings) > 0) {
        seed->passed_over++;
        return;
    }
    wrong_values(seed, row, members, is_many ? arena_printf(arena, "%s[0]", name) : name);
    defect(seed, with(seed, members, name, is_many ? value : arena_printf(arena, "[%s]", value)),
           name, "structure");
    if (is_many)
        defect(seed, with(seed, members, name, "[]"), name, "structure");
    if (!is_primitive(row))
        defect(seed,
               with(seed, with(seed, members, name, wrapped(arena, row, value)),
                    arena_printf(arena, "_%s", name), "{\"id\":\"x\",\"extension\":[]}"),
               arena_printf(arena, "_%s", name), "structure");
}

static void missing_elements(struct seed *seed)
{
    uint64_t left = seed->node->required;

    for (size_t i = 0; i < seed->node->count; i++) {
        const struct definition_element *row = &definition_elements[seed->node->first + i];

        if (!(left >> row->slot & 1))
            continue;
        left &= ~(UINT64_C(1) << row->slot);
        defect(seed, required_text(seed->arena, seed->node, row->slot, 0),
               definition_names[row->choice ? row->choice : row->name], "required");
    }
}

/* Two types of one choice: the second is the one too many. */
static void double_choices(struct seed *seed)
{
    const struct definition_element *rows = &definition_elements[seed->node->first];

    for (size_t i = 1; i < seed->node->count; i++) {
        const struct definition_element *first = &rows[i - 1], *second = &rows[i];
        const char *members = required_text(seed->arena, seed->node, first->slot, 0);
        struct findings findings;

        if (!first->choice || first->slot != second->slot)
            continue;
        members = with(seed, members, name_of(first), value_text(seed->arena, first, 0));
        if (findings_of(seed, members, &findings) == 0)
            defect(seed, with(seed, members, name_of(second), value_text(seed->arena, second, 0)),
                   name_of(second), "structure");
    }
}

static void single_defects(void)
{
    size_t defects = 0, types = 0, passed_over = 0, elements = 0;

    for (size_t t = 0; t < DEFINITION_RESOURCES; t++) {
        const struct definition_node *node = &definition_nodes[t];
        struct seed seed = {
            .arena = arena_new(), .node = node, .type = definition_names[node->path]};
        struct findings findings;
        const char *members = required_text(seed.arena, node, -1, 0);

        missing_elements(&seed);
        if (findings_of(&seed, members, &findings) == 0)
            defect(&seed, with(&seed, members, "bogus", "1"), "bogus", "structure");
        for (size_t i = 0; i < node->count; i++)
            wrong_element(&seed, &definition_elements[node->first + i]);
        double_choices(&seed);
        elements += node->count;
        types += seed.defects > 0;
        defects += seed.defects;
        passed_over += seed.passed_over;
        arena_free(seed.arena);
    }
    EXPECT_INT("types", (long long)types, DEFINITION_RESOURCES);
    EXPECT_TRUE("defects", defects > 10000);
    EXPECT_TRUE("elements passed over", passed_over * 5 < elements);
    printf("(%zu defects, %zu of %zu elements passed over) ", defects, passed_over, elements);
}

static CU_TestInfo tests[] = {
    {"single defects are found where they are", single_defects},
    CU_TEST_INFO_NULL,
};
SUITE("defects", tests)
