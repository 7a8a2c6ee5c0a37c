/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_canon - the judges' words as tables: what is the same content, what differs, what an intent touches, what a change
 * by somebody else meets, and what stands. JSON in the rows is written with ' for ".
 */
#include "harness/judge/canon.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/judge/diff.h"
#include "harness/judge/touch.h"
#include "tests/expect.h"

static const char *resolve(void *arg, const char *reference)
{
    (void)arg;
    if (strcmp(reference, "urn:uuid:11111111-1111-4111-8111-111111111111") == 0)
        return "Patient/ada";
    return strcmp(reference, "Patient?identifier=s|1") == 0 ? "Patient/ada" : NULL;
}

static const struct canon_options options = {"http://h/fhir", resolve, NULL};

static struct cJSON *tree(struct arena *arena, const char *text)
{
    struct err err = ERR_INIT;
    char *json = text ? arena_strdup(arena, text) : NULL;

    for (char *at = json; at && *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    struct cJSON *root = json ? json_parse(arena, json, strlen(json), &err) : NULL;
    if (json && !root)
        BUG("test row: %s: %s", json, err.text);
    return root;
}

/* A List with the members of the row. */
static struct cJSON *resource(struct arena *arena, const char *members)
{
    if (!members)
        return NULL;
    return tree(arena, arena_printf(arena, "{'resourceType':'Basic'%s%s}",
                                    *members != '\0' ? "," : "", members));
}

static const struct canon *canon(struct arena *arena, const char *members)
{
    return canon_make(arena, resource(arena, members), &options, NULL);
}

static void what_is_the_same_content(void)
{
    static const struct {
        const char *name, *a, *b;
        bool is_same;
    } rows[] = {
        {"server's meta", "'id':'1','meta':{'versionId':'1','lastUpdated':'T','source':'s'}", "",
         true},
        {"other meta", "'meta':{'extension':[{'url':'u'}]}", "", false},
        {"tags are a set", "'meta':{'tag':[{'code':'a'},{'code':'b'},{'code':'a'}]}",
         "'meta':{'tag':[{'code':'b'},{'code':'a'}]}", true},
        {"other lists are not", "'a':[1,2]", "'a':[2,1]", false},
        {"order of members", "'a':{'x':1,'y':2},'b':3", "'b':3,'a':{'y':2,'x':1}", true},
        {"escapes", "'a':'\\u00e9\\/'", "'a':'\xc3\xa9/'", true},
        {"significant digits", "'a':1.5", "'a':1.50", false},
        {"spelling of decimals", "'a':1.50", "'a':15.0e-1", true},
        {"generated narrative", "'text':{'status':'generated','div':'x'}", "", true},
        {"regenerated narrative", "'text':{'status':'generated','div':'x'}",
         "'text':{'status':'generated','div':'y'}", true},
        {"additional narrative", "'text':{'status':'additional','div':'x'}", "", false},
        {"narrative with extensions", "'text':{'status':'extensions','div':'x'}",
         "'text':{'status':'extensions','div':'y'}", false},
        {"text that is no narrative", "'a':{'text':{'status':'generated'}}", "", false},
        {"Z and +00:00", "'t':'2026-01-02T03:04:05.678+00:00'", "'t':'2026-01-02T03:04:05.678Z'",
         true},
        {"another zone", "'t':'2026-01-02T03:04:05+01:00'", "'t':'2026-01-02T02:04:05Z'", false},
        {"no time at all", "'t':'2026-01-02T03:04x+00:00'", "'t':'2026-01-02T03:04xZ'", false},
        {"absolute on the base", "'s':{'reference':'http://h/fhir/Patient/ada'}",
         "'s':{'reference':'Patient/ada'}", true},
        {"absolute elsewhere", "'s':{'reference':'http://x/fhir/Patient/ada'}",
         "'s':{'reference':'Patient/ada'}", false},
        {"a resolved urn", "'s':{'reference':'urn:uuid:11111111-1111-4111-8111-111111111111'}",
         "'s':{'reference':'Patient/ada'}", true},
        {"an unresolved urn", "'s':{'reference':'urn:uuid:21111111-1111-4111-8111-111111111111'}",
         "'s':{'reference':'Patient/ada'}", false},
        {"a resolved conditional", "'s':{'reference':'Patient?identifier=s|1'}",
         "'s':{'reference':'Patient/ada'}", true},
        {"contained ids",
         "'contained':[{'resourceType':'X','id':'a','v':1}],'s':{'reference':'#a'}",
         "'contained':[{'resourceType':'X','id':'b','v':1}],'s':{'reference':'#b'}", true},
        {"contained ids exchanged",
         "'contained':[{'resourceType':'X','id':'a','v':1},{'resourceType':'X','id':'b','v':2}],"
         "'s':{'reference':'#a'}",
         "'contained':[{'resourceType':'X','id':'c','v':1},{'resourceType':'X','id':'d','v':2}],"
         "'s':{'reference':'#d'}",
         false},
        {"contained content", "'contained':[{'resourceType':'X','id':'a','v':1}]",
         "'contained':[{'resourceType':'X','id':'a','v':2}]", false},
        {"extensions", "'a':'x','_a':{'extension':[{'url':'u'}]}", "'a':'x'", false},
        {"an extension of one of two", "'a':['x','y'],'_a':[null,{'extension':[{'url':'u'}]}]",
         "'a':['x','y'],'_a':[{'extension':[{'url':'u'}]},null]", false},
        {"nulls that say nothing", "'a':['x'],'_a':[null]", "'a':['x']", true},
        {"empty is not there", "'a':{},'b':[],'c':[{}]", "", true},
        {"a text is no number", "'a':'1'", "'a':1", false},
        {"false is there", "'a':false", "", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        struct cJSON *a = resource(arena, rows[i].a), *b = resource(arena, rows[i].b);
        bool is_same =
            canon_equal(canon_make(arena, a, &options, NULL), canon_make(arena, b, &options, a));

        EXPECT_INT(rows[i].name, is_same, rows[i].is_same);
        arena_free(arena);
    }
}

static void differences_are_named(void)
{
    static const struct {
        const char *name, *before, *after, *want; /* NULL: none */
    } rows[] = {
        {"nothing", "'a':1", "'a':1", NULL},
        {"a value", "'a':'x'", "'a':'y'", "- /a: \"x\"\n+ /a: \"y\"\n"},
        {"a member gone", "'a':{'b':1,'c':2}", "'a':{'c':2}", "- /a/b: 1\n"},
        {"a member new", "", "'a/b':{'c':2}", "+ /a~1b: {\"c\":2}\n"},
        {"an entry gone", "'a':['x','y']", "'a':['y']", "- /a/0: \"x\"\n"},
        {"an entry new in front", "'a':['y']", "'a':['x','y']", "+ /a/0: \"x\"\n"},
        {"order of survivors", "'a':['x','y']", "'a':['y','x']",
         "- /a: [\"x\",\"y\"]\n+ /a: [\"y\",\"x\"]\n"},
        {"doubles count", "'a':['x','x']", "'a':['x']", "- /a/1: \"x\"\n"},
        {"by element id", "'a':[{'id':'1','v':1},{'id':'2','v':1}]",
         "'a':[{'id':'0'},{'id':'1','v':2},{'id':'2','v':1}]",
         "- /a/0/v: 1\n+ /a/0/v: 2\n+ /a/0: {\"id\":\"0\"}\n"},
        {"by identifier", "'a':[{'system':'s','value':'1','use':'old'}]",
         "'a':[{'system':'s','value':'1','use':'usual'}]",
         "- /a/0/use: \"old\"\n+ /a/0/use: \"usual\"\n"},
        {"by coding", "'a':[{'system':'s','code':'1','display':'x'}]",
         "'a':[{'system':'s','code':'1'}]", "- /a/0/display: \"x\"\n"},
        {"by extension url", "'extension':[{'url':'u','valueString':'x'}]",
         "'extension':[{'url':'u','valueString':'y'}]",
         "- /extension/0/valueString: \"x\"\n+ /extension/0/valueString: \"y\"\n"},
        {"a key that is not unique", "'a':[{'url':'u','v':1},{'url':'u','v':2}]",
         "'a':[{'url':'u','v':1},{'url':'u','v':3}]",
         "- /a/1: {\"url\":\"u\",\"v\":2}\n+ /a/1: {\"url\":\"u\",\"v\":3}\n"},
        {"tags left out", "'meta':{'tag':[{'code':'a'}],'profile':['p']}", "", NULL},
        {"a tag put on", "", "'meta':{'tag':[{'code':'a'}]}", "+ /meta/tag/0: {\"code\":\"a\"}\n"},
        {"a value with an extension", "'a':'x'", "'a':'x','_a':{'extension':[{'url':'u'}]}",
         "+ /a/extension: [{\"url\":\"u\"}]\n"},
        {"created", NULL, "", "+ : {\"resourceType\":\"Basic\"}\n"},
        {"deleted", "", NULL, "- : {\"resourceType\":\"Basic\"}\n"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();

        EXPECT_STR(rows[i].name,
                   diff_text(arena, canon(arena, rows[i].before), canon(arena, rows[i].after)),
                   rows[i].want);
        arena_free(arena);
    }
}

/* An intent on a base; somebody's version that the write came upon; what was written. */
struct touch_row {
    const char *name;
    const char *base, *intent; /* of an update: members; of a patch: an array; NULL: a delete */
    const char *found;         /* NULL: the base itself */
    const char *written;
    const char *beyond; /* what of found -> written is not the intent's; NULL: nothing */
    bool is_met;        /* did base -> found change what is touched to another value? */
    bool stands;        /* does the intent stand in what was written? */
};

static const struct touch_row touch_rows[] = {
    {"update: as meant", "'a':1,'b':1", "'a':2,'b':1", NULL, "'a':2,'b':1", NULL, false, true},
    {"update: more than meant", "'a':1,'b':1", "'a':2,'b':1", NULL, "'a':2", "- /b: 1\n", false,
     true},
    {"update: merged", "'a':1,'b':1", "'a':2,'b':1", "'a':1,'b':5", "'a':2,'b':5", NULL, false,
     true},
    {"update: over somebody's", "'a':1,'b':1", "'a':2,'b':1", "'a':1,'b':5", "'a':2,'b':1",
     "- /b: 5\n+ /b: 1\n", false, true},
    {"update: the same field", "'a':1", "'a':2", "'a':3", "'a':2", NULL, true, true},
    {"update: converged", "'a':1", "'a':2", "'a':2", "'a':2", NULL, false, true},
    {"update: not done", "'a':1", "'a':2", NULL, "'a':1", NULL, false, false},
    {"update: tags left out", "'a':1,'meta':{'tag':[{'code':'t'}]}", "'a':2", NULL, "'a':2", NULL,
     false, true},
    {"update: an entry more, another's too", "'e':['x']", "'e':['x','y']", "'e':['x','z']",
     "'e':['x','z','y']", NULL, false, true},
    {"update: an entry more, another's lost", "'e':['x']", "'e':['x','y']", "'e':['x','z']",
     "'e':['x','y']", "- /e/1: \"z\"\n", false, true},
    {"update: an entry with a key", "'e':[{'id':'1','v':1,'w':1}]", "'e':[{'id':'1','v':2,'w':1}]",
     "'e':[{'id':'0'},{'id':'1','v':1,'w':9}]", "'e':[{'id':'0'},{'id':'1','v':2,'w':9}]", NULL,
     false, true},
    {"update: an entry without a key", "'e':[{'v':1},{'v':5}]", "'e':[{'v':2},{'v':5}]", NULL,
     "'e':[{'v':2},{'v':5}]", NULL, false, true},
    {"update: the last entry gone", "'e':['x'],'f':1", "'f':1", NULL, "'f':1", NULL, false, true},
    {"update: the only entry gone, another's lost", "'e':['x']", "'f':1", "'e':['x','y']", "'f':1",
     "- /e/1: \"y\"\n", false, true},
    {"update: the only entry gone, another's kept", "'e':['x']", "'f':1", "'e':['x','y']",
     "'e':['y'],'f':1", NULL, false, true},
    {"update: the first entry, and another's first", "", "'e':['x']", "'e':['y']", "'e':['y','x']",
     NULL, false, true},
    {"update: the first entry, and another's lost", "", "'e':['x']", "'e':['y']", "'e':['x']",
     "- /e/0: \"y\"\n", false, true},
    {"update: the first entry, as another put it", "", "'e':['x']", "'e':['x']", "'e':['x']", NULL,
     false, true},
    {"patch: a narrative that is generated no more", "'text':{'status':'generated','div':'x'}",
     "[{'op':'replace','path':'/text/status','value':'additional'}]", NULL,
     "'text':{'status':'additional','div':'x'}", NULL, false, true},
    {"patch: a tag taken off", "'meta':{'tag':[{'code':'a'},{'code':'b'}]}",
     "[{'op':'remove','path':'/meta/tag/0'}]", NULL, "'meta':{'tag':[{'code':'b'}]}", NULL, false,
     true},
    {"patch: a tag not taken off", "'meta':{'tag':[{'code':'a'},{'code':'b'}]}",
     "[{'op':'remove','path':'/meta/tag/0'}]", NULL, "'meta':{'tag':[{'code':'b'},{'code':'a'}]}",
     NULL, false, false},
    {"update: in another order", "'e':['x','y']", "'e':['y','x']", NULL, "'e':['y','x']", NULL,
     false, true},
    {"patch: replaced, when another removed it", "'n':[{'v':1},{'v':2}]",
     "[{'op':'replace','path':'/n/0','value':{'v':9}}]", "'n':[{'v':2}]", "'n':[{'v':2}]", NULL,
     true, false},
    {"delete", "'a':1", NULL, NULL, NULL, NULL, false, true},
    {"delete of what changed", "'a':1", NULL, "'a':2", NULL, NULL, true, true},
    {"patch: a value", "'a':1,'b':1", "[{'op':'replace','path':'/a','value':2}]", "'a':1,'b':2",
     "'a':2,'b':2", NULL, false, true},
    {"patch: the same value", "'a':1", "[{'op':'replace','path':'/a','value':2}]", "'a':3", "'a':2",
     NULL, true, true},
    {"patch: a new member", "'a':1", "[{'op':'add','path':'/n','value':[{'text':'x'}]}]", "'a':1",
     "'a':1,'n':[{'text':'x'}]", NULL, false, true},
    {"patch: a new member that is there", "'a':1", "[{'op':'add','path':'/n','value':['x']}]",
     "'a':1,'n':['y']", "'a':1,'n':['x']", NULL, true, true},
    {"patch: one entry more", "'n':['x']", "[{'op':'add','path':'/n/-','value':'y'}]",
     "'n':['x','z']", "'n':['x','z','y']", NULL, false, true},
    {"patch: one entry too many", "'n':['x']", "[{'op':'add','path':'/n/-','value':'y'}]", NULL,
     "'n':['x','y','y']", "+ /n/2: \"y\"\n", false, true},
    {"patch: an index means the base's entry", "'n':['x','y']",
     "[{'op':'replace','path':'/n/0','value':'X'}]", "'n':['new','x','y']", "'n':['new','X','y']",
     NULL, false, true},
    {"patch: the wrong entry", "'n':['x','y']", "[{'op':'replace','path':'/n/0','value':'X'}]",
     "'n':['new','x','y']", "'n':['X','x','y']", "- /n/0: \"new\"\n+ /n/0: \"X\"\n", false, false},
    {"patch: below an entry", "'n':[{'v':1,'w':1},{'v':2}]",
     "[{'op':'replace','path':'/n/0/v','value':9}]", "'n':[{'v':0},{'v':1,'w':1},{'v':2}]",
     "'n':[{'v':0},{'v':9,'w':1},{'v':2}]", NULL, false, true},
    {"patch: below an entry that another changed elsewhere", "'n':[{'v':1,'w':1}]",
     "[{'op':'replace','path':'/n/0/v','value':9}]", "'n':[{'v':1,'w':5}]", "'n':[{'v':9,'w':5}]",
     NULL, false, true},
    {"patch: below an entry that another changed there", "'n':[{'id':'1','v':1}]",
     "[{'op':'replace','path':'/n/0/v','value':9}]", "'n':[{'id':'1','v':5}]",
     "'n':[{'id':'1','v':9}]", NULL, true, true},
    {"patch: an entry gone", "'n':['x','y']", "[{'op':'remove','path':'/n/0'}]",
     "'n':['z','x','y']", "'n':['z','y']", NULL, false, true},
    {"patch: the wrong entry gone", "'n':['x','y']", "[{'op':'remove','path':'/n/0'}]",
     "'n':['z','x','y']", "'n':['x','y']", "- /n/0: \"z\"\n", false, false},
    {"patch: an entry that another removed", "'n':['x','y']", "[{'op':'remove','path':'/n/0'}]",
     "'n':['y']", "'n':['y']", NULL, false, true},
    {"patch: the only entry gone", "'n':['x'],'a':1", "[{'op':'remove','path':'/n/0'}]", NULL,
     "'a':1", NULL, false, true},
    {"patch: indexes after earlier operations", "'n':['x','y']",
     "[{'op':'remove','path':'/n/0'},{'op':'replace','path':'/n/0','value':'Y'}]", NULL,
     "'n':['Y']", NULL, false, true},
    {"patch: moved within its list", "'n':['x','y','z']",
     "[{'op':'move','from':'/n/0','path':'/n/-'}]", NULL, "'n':['y','z','x']", NULL, false, true},
    {"patch: moved elsewhere", "'a':1", "[{'op':'move','from':'/a','path':'/b'}]", NULL, "'b':1",
     NULL, false, true},
    {"patch: copied", "'a':1", "[{'op':'copy','from':'/a','path':'/b'}]", "'a':2", "'a':2,'b':1",
     NULL, false, true},
    {"patch: a test is no touch", "'a':1,'b':1",
     "[{'op':'test','path':'/a','value':1},{'op':'replace','path':'/b','value':2}]", "'a':3,'b':1",
     "'a':3,'b':2", NULL, false, true},
    {"patch: put into what it added", "'a':1",
     "[{'op':'add','path':'/n','value':[]},{'op':'add','path':'/n/-','value':'x'}]", NULL,
     "'a':1,'n':['x']", NULL, false, true},
    {"patch: an extension beside a value", "'d':'x'",
     "[{'op':'add','path':'/_d','value':{'extension':[{'url':'u'}]}}]", "'d':'y'",
     "'d':'y','_d':{'extension':[{'url':'u'}]}", NULL, false, true},
    {"patch: a value beside an extension", "'d':'x'", "[{'op':'replace','path':'/d','value':'z'}]",
     "'d':'x','_d':{'extension':[{'url':'u'}]}", "'d':'z','_d':{'extension':[{'url':'u'}]}", NULL,
     false, true},
    {"patch: order of the others", "'n':['x','y','z']", "[{'op':'remove','path':'/n/0'}]", NULL,
     "'n':['z','y']", "- /n: [\"x\",\"y\",\"z\"]\n+ /n: [\"z\",\"y\"]\n", false, true},
    {"patch: the identifier another took", "'i':[]",
     "[{'op':'add','path':'/i/-','value':{'system':'s','value':'1','use':'usual'}}]",
     "'i':[{'system':'s','value':'1','use':'old'}]",
     "'i':[{'system':'s','value':'1','use':'usual'}]",
     "- /i/0/use: \"old\"\n+ /i/0/use: \"usual\"\n", true, true},
};

static const struct touch *touch_of(struct arena *arena, const struct touch_row *row)
{
    if (!row->intent)
        return touch_all(arena, canon(arena, row->base), NULL);
    if (row->intent[0] == '[')
        return touch_patch(arena, resource(arena, row->base), NULL, tree(arena, row->intent),
                           &options);
    return touch_update(arena, canon(arena, row->base), canon(arena, row->intent));
}

static void touch_tells_the_intent_from_the_rest(void)
{
    for (size_t i = 0; i < COUNT_OF(touch_rows); i++) {
        const struct touch_row *row = &touch_rows[i];
        struct arena *arena = arena_new();
        const struct touch *touch = touch_of(arena, row);
        const struct canon *found = canon(arena, row->found ? row->found : row->base);
        const struct canon *written = canon(arena, row->written);

        EXPECT_TRUE(row->name, touch != NULL);
        EXPECT_STR(row->name, diff_beyond(arena, touch, found, written), row->beyond);
        EXPECT_INT(row->name, touch_meets(arena, touch, canon(arena, row->base), found),
                   row->is_met);
        EXPECT_INT(row->name, touch_stands(arena, touch, written), row->stands);
        arena_free(arena);
    }
}

static void a_patch_that_does_not_apply_has_no_touch(void)
{
    static const char *const patches[] = {
        "[{'op':'replace','path':'/n/3','value':1}]", "[{'op':'nonsense'}]", "{}",
        "[{'op':'add','path':'/x/y/z','value':1}]", "[{'op':'copy','from':'/x','path':'/y'}]"};

    for (size_t i = 0; i < COUNT_OF(patches); i++) {
        struct arena *arena = arena_new();

        EXPECT_TRUE(patches[i], touch_patch(arena, resource(arena, "'n':[1]"), NULL,
                                            tree(arena, patches[i]), &options) == NULL);
        arena_free(arena);
    }
}

static void fields_that_a_human_decided_are_touched_too(void)
{
    static const struct {
        const char *name, *fields, *written, *beyond;
    } rows[] = {
        {"a member", "['/b']", "'a':2,'b':9,'n':[{'v':1},{'v':2}]", NULL},
        {"another member", "['/c']", "'a':2,'b':9,'n':[{'v':1},{'v':2}]", "- /b: 1\n+ /b: 9\n"},
        {"an entry", "['/n/1']", "'a':2,'b':1,'n':[{'v':1},{'v':9}]", NULL},
        {"another entry", "['/n/0']", "'a':2,'b':1,'n':[{'v':1},{'v':9}]",
         "- /n/1: {\"v\":2}\n+ /n/1: {\"v\":9}\n"},
        {"below an entry", "['/n/0/v']", "'a':2,'b':1,'n':[{'v':7},{'v':2}]", NULL},
        {"everything", "['']", "'x':1", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena *arena = arena_new();
        static const char base[] = "'a':1,'b':1,'n':[{'v':1},{'v':2}]";
        const struct touch *touch = touch_update(arena, canon(arena, base),
                                                 canon(arena, "'a':2,'b':1,'n':[{'v':1},{'v':2}]"));

        touch = touch_with_fields(arena, touch, resource(arena, base), tree(arena, rows[i].fields),
                                  &options);
        EXPECT_STR(rows[i].name,
                   diff_beyond(arena, touch, canon(arena, base), canon(arena, rows[i].written)),
                   rows[i].beyond);
        arena_free(arena);
    }
}

static CU_TestInfo canon_tests[] = {
    {"what is the same content", what_is_the_same_content},
    {"differences are named", differences_are_named},
    {"touch tells the intent from the rest", touch_tells_the_intent_from_the_rest},
    {"a patch that does not apply has no touch", a_patch_that_does_not_apply_has_no_touch},
    {"fields that a human decided are touched too", fields_that_a_human_decided_are_touched_too},
    CU_TEST_INFO_NULL,
};
SUITE("canon", canon_tests)
