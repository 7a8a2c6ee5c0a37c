/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_fhirpath_patch - each operation on small resources, and each thing that can be wrong with one.
 *
 * In targets, values and results ' stands for "; a value is the members of its part.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fhir/fhirpath_patch.h"
#include "tests/expect.h"

struct row {
    const char *name, *target, *type, *path, *element, *value;
    const char *numbers; /* further parts, as JSON */
    const char *want;    /* the result's JSON, or: */
    const char *error;
};

#define INDEX(n) "{'name':'index','valueInteger':" #n "}"
#define MOVE(a, b)                                                                                 \
    "{'name':'source','valueInteger':" #a "},{'name':'destination','valueInteger':" #b "}"
#define P "{'resourceType':'Patient'"
#define O "{'resourceType':'Observation'"

static const char *quoted(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *at = copy; at && (at = strchr(at, '\''));)
        *at = '"';
    return copy;
}

static const struct cJSON *parse(struct arena *arena, const char *text)
{
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(arena, text, strlen(text), &err);

    if (!tree)
        BUG("test row: %s: %s", text, err.text);
    return tree;
}

static void add_text(struct buf *buf, const char *name, const char *member, const char *text)
{
    if (!text)
        return;
    buf_printf(buf, "%s{\"name\":\"%s\",\"%s\":", buf->bytes[buf->size - 1] == '[' ? "" : ",", name,
               member);
    json_quote(buf, text);
    buf_putc(buf, '}');
}

static const struct cJSON *patch_of(struct arena *arena, const struct row *row)
{
    struct buf buf = BUF_INIT;

    buf_puts(&buf, "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\","
                   "\"part\":[");
    add_text(&buf, "type", "valueCode", row->type);
    add_text(&buf, "path", "valueString", row->path);
    add_text(&buf, "name", "valueString", row->element);
    if (row->value)
        buf_printf(&buf, ",{\"name\":\"value\",%s}", quoted(arena, row->value));
    if (row->numbers)
        buf_printf(&buf, ",%s", quoted(arena, row->numbers));
    buf_puts(&buf, "]}]}");
    const struct cJSON *patch = parse(arena, buf_text(&buf));
    buf_release(&buf);
    return patch;
}

static void check(const struct row *row)
{
    struct arena *arena = arena_new();
    const struct cJSON *target = parse(arena, quoted(arena, row->target));
    const char *before = json_print(arena, target);
    enum patch_result result = PATCH_APPLIED;
    struct err err = ERR_INIT;
    size_t operation = 0;
    const struct cJSON *got =
        fhirpath_patch_apply(arena, target, patch_of(arena, row), &result, &operation, &err);

    EXPECT_STR(row->name, got ? json_print(arena, got) : NULL, quoted(arena, row->want));
    EXPECT_TRUE(row->name, (result == PATCH_APPLIED) == (got != NULL));
    if (row->error)
        EXPECT_HAS(row->name, err.text, row->error);
    else
        EXPECT_STR(row->name, err.text, "");
    EXPECT_TRUE(row->name, (err.code == ERR_OK) == (got != NULL));
    EXPECT_STR(row->name, json_print(arena, target), before);
    if (!got)
        EXPECT_HAS(row->name, err.text, "operation 0 (");
    arena_free(arena);
}

static const struct row adds[] = {
    {"a primitive", P "}", "add", "Patient", "birthDate", "'valueDate':'1815-12-10'", NULL,
     P ",'birthDate':'1815-12-10'}", NULL},
    {"a boolean", P "}", "add", "Patient", "active", "'valueBoolean':false", NULL,
     P ",'active':false}", NULL},
    {"a list that was not", P "}", "add", "Patient", "name", "'valueHumanName':{'text':'Ada'}",
     NULL, P ",'name':[{'text':'Ada'}]}", NULL},
    {"to a list", P ",'name':[{'text':'a'}]}", "add", "Patient", "name",
     "'valueHumanName':{'text':'b'}", NULL, P ",'name':[{'text':'a'},{'text':'b'}]}", NULL},
    {"to a nested element", P ",'name':[{'text':'a'},{'text':'b'}]}", "add",
     "Patient.name.where(text = 'b')", "given", "'valueString':'B'", NULL,
     P ",'name':[{'text':'a'},{'text':'b','given':['B']}]}", NULL},
    {"to a single one that is there", P ",'active':true}", "add", "Patient", "active",
     "'valueBoolean':false", NULL, NULL, "'active' is there already"},
    {"to one that has a shadow alone", P ",'_active':{'id':'a'}}", "add", "Patient", "active",
     "'valueBoolean':false", NULL, NULL, "'active' is there already"},
    {"a choice", O "}", "add", "Observation", "value", "'valueQuantity':{'value':2.50}", NULL,
     O ",'valueQuantity':{'value':2.50}}", NULL},
    {"a choice of a primitive", O "}", "add", "Observation", "value", "'valueString':'high'", NULL,
     O ",'valueString':'high'}", NULL},
    {"a choice that is there with another type", O ",'valueString':'x'}", "add", "Observation",
     "value", "'valueInteger':1", NULL, NULL, "'value' is there already"},
    {"a choice by its JSON name", O "}", "add", "Observation", "valueString", "'valueString':'x'",
     NULL, NULL, "Observation has no element 'valueString'"},
    {"a choice of a type that is none", O "}", "add", "Observation", "value",
     "'valueAddress':{'text':'x'}", NULL, NULL, "expected boolean|CodeableConcept|"},
    {"a decimal keeps its text", "{'resourceType':'Observation','valueQuantity':{'unit':'g'}}",
     "add", "Observation.value", "value", "'valueDecimal':2.50", NULL,
     O ",'valueQuantity':{'unit':'g','value':2.50}}", NULL},
    {"an element without a named type", P "}", "add", "Patient", "contact",
     "'part':[{'name':'name','valueHumanName':{'text':'a'}},{'name':'gender','valueCode':'male'},"
     "{'name':'telecom','valueContactPoint':{'value':'1'}},"
     "{'name':'telecom','valueContactPoint':{'value':'2'}}]",
     NULL,
     P ",'contact':[{'name':{'text':'a'},'gender':'male','telecom':[{'value':'1'},{'value':'2'}]}]"
       "}",
     NULL},
    {"parts in parts, and a choice of a type that is none", O "}", "add", "Observation",
     "component",
     "'part':[{'name':'code','part':[{'name':'text','valueString':'c'}]},"
     "{'name':'value','valueDecimal':1.0}]",
     NULL, NULL, "expected boolean|"},
    {"parts with a choice", O "}", "add", "Observation", "component",
     "'part':[{'name':'code','part':[{'name':'text','valueString':'c'}]},"
     "{'name':'value','valueQuantity':{'value':1.0}}]",
     NULL, O ",'component':[{'code':{'text':'c'},'valueQuantity':{'value':1.0}}]}", NULL},
    {"a part that is no element", P "}", "add", "Patient", "contact",
     "'part':[{'name':'nmae','valueString':'x'}]", NULL, NULL,
     "Patient.contact has no element 'nmae'"},
    {"a part twice", P "}", "add", "Patient", "contact",
     "'part':[{'name':'gender','valueCode':'male'},{'name':'gender','valueCode':'male'}]", NULL,
     NULL, "'gender' is there already"},
    {"a resource", P "}", "add", "Patient", "contained",
     "'resource':{'resourceType':'Basic','id':'b'}", NULL,
     P ",'contained':[{'resourceType':'Basic','id':'b'}]}", NULL},
    {"an extension of a primitive", P ",'birthDate':'1815'}", "add", "Patient.birthDate",
     "extension", "'valueExtension':{'url':'urn:x'}", NULL, NULL,
     "'valueExtension' is no value[x]"},
    {"an extension of a primitive, in parts", P ",'birthDate':'1815'}", "add", "Patient.birthDate",
     "extension",
     "'part':[{'name':'url','valueUri':'urn:x'},{'name':'value','valueTime':'06:00:00'}]", NULL,
     P ",'birthDate':'1815','_birthDate':{'extension':[{'url':'urn:x','valueTime':'06:00:00'}]}}",
     NULL},
    {"an extension of one of several primitives", P ",'name':[{'given':['a','b','c']}]}", "add",
     "Patient.name.given[1]", "id", "'valueString':'g'", NULL,
     P ",'name':[{'given':['a','b','c'],'_given':[null,{'id':'g'},null]}]}", NULL},
    {"a primitive with an extension alone", P "}", "add", "Patient", "birthDate",
     "'_valueDate':{'id':'d'}", NULL, P ",'_birthDate':{'id':'d'}}", NULL},
    {"to a list with a shadow", P ",'name':[{'given':['a'],'_given':[{'id':'g'}]}]}", "add",
     "Patient.name", "given", "'valueString':'b'", NULL,
     P ",'name':[{'given':['a','b'],'_given':[{'id':'g'},null]}]}", NULL},
    {"to several", P ",'name':[{'text':'a'},{'text':'b'}]}", "add", "Patient.name", "given",
     "'valueString':'x'", NULL, NULL, "this matches 2 elements"},
    {"to nothing", P "}", "add", "Patient.name", "given", "'valueString':'x'", NULL, NULL,
     "this matches nothing"},
    {"of another type", P "}", "add", "Patient", "birthDate", "'valueString':'1815'", NULL, NULL,
     "value: expected date, found string"},
    {"of a type made from it", P ",'name':[{'text':'a'}]}", "add", "Patient.name", "family",
     "'valueCode':'F'", NULL, P ",'name':[{'text':'a','family':'F'}]}", NULL},
    {"of another JSON type", P "}", "add", "Patient", "active", "'valueBoolean':'true'", NULL, NULL,
     "valueBoolean is string, which is no boolean"},
    {"an integer with a fraction", O "}", "add", "Observation", "value", "'valueInteger':1.0", NULL,
     NULL, "valueInteger is"},
    {"two values", P "}", "add", "Patient", "active", "'valueBoolean':true,'valueInteger':1", NULL,
     NULL, "both valueBoolean and valueInteger"},
    {"no value", P "}", "add", "Patient", "active", "'id':'x'", NULL, NULL,
     "one of value[x], resource and part"},
    {"a member that is none", P "}", "add", "Patient", "active", "'valeuBoolean':true", NULL, NULL,
     "a part has no member 'valeuBoolean'"},
    {"to a computed one", P "}", "add", "Patient.name.count()", "id", "'valueString':'x'", NULL,
     NULL, "this computes a integer"},
    {"no name", P "}", "add", "Patient", NULL, "'valueString':'x'", NULL, NULL,
     "part name is missing"},
    {"an index too many", P "}", "add", "Patient", "active", "'valueBoolean':true", INDEX(0), NULL,
     "part index is not one of this type's"},
};

static const struct row lists[] = {
    {"in front", P ",'name':[{'text':'a'},{'text':'b'}]}", "insert", "Patient.name", NULL,
     "'valueHumanName':{'text':'x'}", INDEX(0),
     P ",'name':[{'text':'x'},{'text':'a'},{'text':'b'}]}", NULL},
    {"at the end", P ",'name':[{'text':'a'}]}", "insert", "Patient.name", NULL,
     "'valueHumanName':{'text':'x'}", INDEX(1), P ",'name':[{'text':'a'},{'text':'x'}]}", NULL},
    {"into a list that was not", P "}", "insert", "name", NULL, "'valueHumanName':{'text':'x'}",
     INDEX(0), P ",'name':[{'text':'x'}]}", NULL},
    {"beyond the end", P ",'name':[{'text':'a'}]}", "insert", "Patient.name", NULL,
     "'valueHumanName':{'text':'x'}", INDEX(2), NULL, "index 2 is beyond the list, which has 1"},
    {"before the start", P "}", "insert", "Patient.name", NULL, "'valueHumanName':{'text':'x'}",
     INDEX(-1), NULL, "part index: expected 0 or more"},
    {"into what is no list", P "}", "insert", "Patient.active", NULL, "'valueBoolean':true",
     INDEX(0), NULL, "'active' is none"},
    {"into an element", P ",'name':[{'text':'a'}]}", "insert", "Patient.name[0]", NULL,
     "'valueHumanName':{'text':'x'}", INDEX(0), NULL, "ends with the name of a list"},
    {"into the lists of several", P ",'name':[{'text':'a'},{'text':'b'}]}", "insert",
     "Patient.name.given", NULL, "'valueString':'x'", INDEX(0), NULL, "this matches 2 elements"},
    {"with the shadow in step", P ",'name':[{'given':['a'],'_given':[{'id':'g'}]}]}", "insert",
     "Patient.name.given", NULL, "'valueString':'x'", INDEX(0),
     P ",'name':[{'given':['x','a'],'_given':[null,{'id':'g'}]}]}", NULL},
    {"no index", P "}", "insert", "Patient.name", NULL, "'valueHumanName':{'text':'x'}", NULL, NULL,
     "part index is missing"},
    {"move down", P ",'name':[{'text':'a'},{'text':'b'},{'text':'c'}]}", "move", "Patient.name",
     NULL, NULL, MOVE(0, 2), P ",'name':[{'text':'b'},{'text':'c'},{'text':'a'}]}", NULL},
    {"move up", P ",'name':[{'text':'a'},{'text':'b'},{'text':'c'}]}", "move", "Patient.name", NULL,
     NULL, MOVE(2, 1), P ",'name':[{'text':'a'},{'text':'c'},{'text':'b'}]}", NULL},
    {"move with the shadow in step", P ",'name':[{'given':['a','b'],'_given':[{'id':'g'}]}]}",
     "move", "Patient.name.given", NULL, NULL, MOVE(0, 1),
     P ",'name':[{'given':['b','a'],'_given':[null,{'id':'g'}]}]}", NULL},
    {"move from beyond", P ",'name':[{'text':'a'}]}", "move", "Patient.name", NULL, NULL,
     MOVE(1, 0), NULL, "source 1 is beyond the list"},
    {"move to beyond", P ",'name':[{'text':'a'}]}", "move", "Patient.name", NULL, NULL, MOVE(0, 1),
     NULL, "destination 1 is beyond the list"},
    {"a list that is none in the resource", P ",'name':{'text':'a'}}", "insert", "Patient.name",
     NULL, "'valueHumanName':{'text':'x'}", INDEX(0), NULL, "is no list in this resource"},
};

static const struct row changes[] = {
    {"delete a primitive", P ",'birthDate':'1815','_birthDate':{'id':'d'},'active':true}", "delete",
     "Patient.birthDate", NULL, NULL, NULL, P ",'active':true}", NULL},
    {"delete an element of a list", P ",'name':[{'text':'a'},{'text':'b'}]}", "delete",
     "Patient.name[0]", NULL, NULL, NULL, P ",'name':[{'text':'b'}]}", NULL},
    {"delete the only one", P ",'name':[{'text':'a'}]}", "delete", "Patient.name", NULL, NULL, NULL,
     P "}", NULL},
    {"delete what leaves nothing", P ",'contact':[{'name':{'text':'a'}}],'active':true}", "delete",
     "Patient.contact[0].name.text", NULL, NULL, NULL, P ",'active':true}", NULL},
    {"delete with the shadow in step",
     P ",'name':[{'given':['a','b'],'_given':[null,{'id':'g'}]}]}", "delete",
     "Patient.name.given[0]", NULL, NULL, NULL,
     P ",'name':[{'given':['b'],'_given':[{'id':'g'}]}]}", NULL},
    {"delete a shadow's id", P ",'name':[{'given':['a','b'],'_given':[{'id':'f'},{'id':'g'}]}]}",
     "delete", "Patient.name.given[0].id", NULL, NULL, NULL,
     P ",'name':[{'given':['a','b'],'_given':[null,{'id':'g'}]}]}", NULL},
    {"delete nothing", P ",'active':true}", "delete", "Patient.name", NULL, NULL, NULL,
     P ",'active':true}", NULL},
    {"delete a choice", O ",'valueQuantity':{'value':1}}", "delete", "Observation.value", NULL,
     NULL, NULL, O "}", NULL},
    {"delete several", P ",'name':[{'text':'a'},{'text':'b'}]}", "delete", "Patient.name", NULL,
     NULL, NULL, NULL, "operation 0 (delete Patient.name): expected a path to one element"},
    {"delete what R4 has not", P "}", "delete", "Patient.nmae", NULL, NULL, NULL, NULL,
     "operation 0 (delete Patient.nmae): column 9: Patient has no element 'nmae'"},
    {"delete the resource", P "}", "delete", "Patient", NULL, NULL, NULL, NULL,
     "the resource itself"},
    {"replace a primitive", P ",'birthDate':'1815','active':true}", "replace", "Patient.birthDate",
     NULL, "'valueDate':'1816'", NULL, P ",'birthDate':'1816','active':true}", NULL},
    {"replace takes the shadow, too", P ",'birthDate':'1815','_birthDate':{'id':'d'}}", "replace",
     "Patient.birthDate", NULL, "'valueDate':'1816'", NULL, P ",'birthDate':'1816'}", NULL},
    {"replace an element of a list", P ",'name':[{'given':['a','b'],'_given':[null,{'id':'g'}]}]}",
     "replace", "Patient.name.given.where($this = 'b')", NULL, "'valueString':'c'", NULL,
     P ",'name':[{'given':['a','c']}]}", NULL},
    {"replace a complex element", P ",'maritalStatus':{'id':'1','text':'m'}}", "replace",
     "Patient.maritalStatus", NULL, "'valueCodeableConcept':{'text':'n'}", NULL,
     P ",'maritalStatus':{'text':'n'}}", NULL},
    {"replace a choice by another type", O ",'_valueString':{'id':'v'},'valueString':'x'}",
     "replace", "Observation.value", NULL, "'valueQuantity':{'value':1.50}", NULL,
     O ",'valueQuantity':{'value':1.50}}", NULL},
    {"replace by another type where there is no choice", P ",'active':true}", "replace",
     "Patient.active", NULL, "'valueString':'true'", NULL, NULL, "expected boolean, found string"},
    {"the text of a narrative", P ",'text':{'status':'empty','div':'<div/>'}}", "replace",
     "Patient.text.`div`", NULL, "'valueString':'<div>x</div>'", NULL,
     P ",'text':{'status':'empty','div':'<div>x</div>'}}", NULL},
    {"in a contained resource", P ",'contained':[{'resourceType':'Basic','created':'2020'}]}",
     "replace", "Patient.contained[0].created", NULL, "'valueDate':'2021'", NULL,
     P ",'contained':[{'resourceType':'Basic','created':'2021'}]}", NULL},
    {"replace nothing", P "}", "replace", "Patient.active", NULL, "'valueBoolean':true", NULL, NULL,
     "this matches nothing"},
    {"replace several", P ",'name':[{'text':'a'},{'text':'b'}]}", "replace", "Patient.name.text",
     NULL, "'valueString':'x'", NULL, NULL, "this matches 2 elements"},
    {"other numbers keep their text", O ",'valueQuantity':{'value':2.50},'status':'final'}",
     "replace", "Observation.status", NULL, "'valueCode':'amended'", NULL,
     O ",'valueQuantity':{'value':2.50},'status':'amended'}", NULL},
    {"an unknown type", P "}", "merge", "Patient", NULL, NULL, NULL, NULL,
     "expected add, delete, insert, move or replace, found 'merge'"},
    {"no type", P "}", NULL, "Patient", NULL, NULL, NULL, NULL, "part type is missing"},
    {"no path", P "}", "delete", NULL, NULL, NULL, NULL, NULL, "part path is missing"},
    {"a path that is none", P "}", "delete", "Patient..name", NULL, NULL, NULL, NULL,
     "operation 0 (delete Patient..name): column 9: expected a name"},
};

static void add_adds(void)
{
    for (size_t i = 0; i < COUNT_OF(adds); i++)
        check(&adds[i]);
}

static void lists_keep_their_order(void)
{
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        check(&lists[i]);
}

static void delete_and_replace_change_one(void)
{
    for (size_t i = 0; i < COUNT_OF(changes); i++)
        check(&changes[i]);
}

/* Later operations see what earlier ones did, and form comes before effect. */
static void operations_are_one_patch(void)
{
#define OP(parts) "{\"name\":\"operation\",\"part\":[" parts "]}"
#define DELETE_ACTIVE                                                                              \
    "{\"name\":\"type\",\"valueCode\":\"delete\"},{\"name\":\"path\",\"valueString\":\"active\"}"
#define ADD_ACTIVE                                                                                 \
    "{\"name\":\"type\",\"valueCode\":\"add\"},{\"name\":\"path\",\"valueString\":\"Patient\"},"   \
    "{\"name\":\"name\",\"valueString\":\"active\"},"                                              \
    "{\"name\":\"value\",\"valueBoolean\":false}"
#define PARAMETERS(list) "{\"resourceType\":\"Parameters\",\"parameter\":[" list "]}"
    static const struct {
        const char *name, *patch, *want, *error;
        size_t operation;
    } rows[] = {
        {"in order", PARAMETERS(OP(DELETE_ACTIVE) "," OP(ADD_ACTIVE)),
         "{\"resourceType\":\"Patient\",\"active\":false}", "", FHIRPATH_PATCH_WHOLE},
        {"none", "{\"resourceType\":\"Parameters\"}",
         "{\"resourceType\":\"Patient\",\"active\":true}", "", FHIRPATH_PATCH_WHOLE},
        {"all or nothing", PARAMETERS(OP(DELETE_ACTIVE) "," OP(ADD_ACTIVE) "," OP(ADD_ACTIVE)),
         NULL, "operation 2 (add Patient): 'active' is there already", 2},
        {"another parameter", PARAMETERS("{\"name\":\"op\"}"), NULL, "named operation", 0},
        {"a part twice", PARAMETERS(OP(DELETE_ACTIVE "," DELETE_ACTIVE)), NULL,
         "part type is there twice", 0},
        {"another part", PARAMETERS(OP("{\"name\":\"pathe\"}")), NULL, "not pathe", 0},
        {"a type that is no code", PARAMETERS(OP("{\"name\":\"type\",\"valueString\":\"add\"}")),
         NULL, "part type: expected a code, found string", 0},
        {"another resource", "{\"resourceType\":\"Patient\"}", NULL,
         "must be a Parameters resource, this is Patient", FHIRPATH_PATCH_WHOLE},
        {"a JSON Patch", "[]", NULL, "this is array", FHIRPATH_PATCH_WHOLE},
        {"no array", "{\"resourceType\":\"Parameters\",\"parameter\":{}}", NULL, "must be an array",
         FHIRPATH_PATCH_WHOLE},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        const struct cJSON *target = parse(arena, "{\"resourceType\":\"Patient\",\"active\":true}");
        enum patch_result result;
        struct err err = ERR_INIT;
        size_t operation = 0;
        const struct cJSON *got = fhirpath_patch_apply(arena, target, parse(arena, rows[i].patch),
                                                       &result, &operation, &err);

        EXPECT_STR(rows[i].name, got ? json_print(arena, got) : NULL, rows[i].want);
        EXPECT_HAS(rows[i].name, err.text, rows[i].error);
        EXPECT_TRUE(rows[i].name, operation == rows[i].operation);
        arena_free(arena);
    }
}

static CU_TestInfo fhirpath_patch_tests[] = {
    {"add adds", add_adds},
    {"lists keep their order", lists_keep_their_order},
    {"delete and replace change one", delete_and_replace_change_one},
    {"operations are one patch", operations_are_one_patch},
    CU_TEST_INFO_NULL,
};
SUITE("fhirpath_patch", fhirpath_patch_tests)
