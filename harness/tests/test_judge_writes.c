/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_judge_writes - stories of what an engine did, and what the judges of content and conflict make of each.
 *
 * Every story is judged by all of them: those it names must say what it says, the others PASS. So a story of
 * something wrong is also one that the other judges may not be alarmed by.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/tests/case.h"
#include "tests/expect.h"

struct act {
    enum verb {
        END,
        SUBMIT,
        READ,
        WRITE,
        LOSE,
        HANG,
        REFUSE,
        EDIT,
        VIEW,
        SAY,
        DECIDE,
        REVIEW,
        ASK,
        ANSWER,
        SERVE,
        TELL,   /* a reply with this status and body */
        MUTTER, /* a decision that is not answered */
    } verb;
    const char *args[5];
};

#define STORY_ACTS 16
struct story {
    const char *name;
    const char *wrong; /* "no-lost-update human-review", "?conflict-is-conflict" for UNKNOWN; "" */
    struct act acts[STORY_ACTS];
};

static const char *const judges[] = {"no-lost-update",       "guarded-write",   "intended-content",
                                     "conflict-is-conflict", "own-write-known", "human-review",
                                     "same-attempt"};

/* ---- the chart, and what is intended ---- */

#define ADA  "Patient/ada"
#define PEN  "AllergyIntolerance/pen"
#define LIST "List/problems"
#define PATIENT(gender, birth, rest)                                                               \
    "{'resourceType':'Patient','id':'ada','gender':'" gender "','birthDate':'" birth "'" rest "}"
#define MONEY ",'extension':[{'url':'u','valueDecimal':1.50}]"
#define BASE  PATIENT("female", "1980-01-01", MONEY)

#define TO_OTHER "[{'op':'replace','path':'/gender','value':'other'}]"
#define GENDER                                                                                     \
    "{'operation':'patch','target':{'reference':'Patient/"                                         \
    "ada'},'baseVersion':'1','patch':" TO_OTHER                                                    \
    ",'source':{'system':'urn:portal','eventId':'e-1'},'requester':{'reference':'Patient/ada'}}"
#define TO_INACTIVE "[{'op':'add','path':'/active','value':false}]"
#define ACTIVE                                                                                     \
    "{'operation':'patch','target':{'reference':'Patient/"                                         \
    "ada'},'baseVersion':'1','patch':" TO_INACTIVE                                                 \
    ",'source':{'system':'urn:portal','eventId':'e-2'},'requester':{'reference':'Patient/ada'}}"
#define BORN PATIENT("female", "1981-02-02", MONEY)
#define BIRTH                                                                                      \
    "{'operation':'update','target':{'reference':'Patient/"                                        \
    "ada'},'baseVersion':'1','resource':" BORN ",'source':{'system':'urn:desk','eventId':'e-3'}}"
#define REMOVE                                                                                     \
    "{'operation':'delete','target':{'reference':'Patient/ada'},'baseVersion':'1',"                \
    "'source':{'system':'urn:desk','eventId':'e-4'}}"
#define RASH "[{'op':'add','path':'/note','value':[{'text':'rash'}]}]"
#define ALLERGY                                                                                    \
    "{'operation':'patch','target':{'reference':'AllergyIntolerance/"                              \
    "pen'},'baseVersion':'1','patch':" RASH ",'source':{'system':'urn:portal','eventId':'e-5'}}"
#define TWO_FIELDS                                                                                 \
    "[{'op':'add','path':'/note','value':[{'text':'rash'}]},{'op':'add','path':'/"                 \
    "criticality','value':'high'}]"
#define ALLERGY_TWO                                                                                \
    "{'operation':'patch','target':{'reference':'AllergyIntolerance/"                              \
    "pen'},'baseVersion':'1','patch':" TWO_FIELDS                                                  \
    ",'source':{'system':'urn:portal','eventId':'e-6'}}"
#define FLAGGED "{'resourceType':'AllergyIntolerance','id':'pen','code':{'text':'penicillin'}}"
#define CRITICAL                                                                                   \
    "{'resourceType':'AllergyIntolerance','id':'pen','code':{'text':'penicillin'},'criticality':'" \
    "low'}"
#define LOINC "'code':{'text':'weight'},'valueQuantity':{'value':70.50}"
#define OBS                                                                                        \
    "{'operation':'create','target':{'type':'Observation'},'resource':{'resourceType':'"           \
    "Observation','status':'final'," LOINC "},'source':{'system':'urn:portal','eventId':'e-7'}}"
#define OBSERVED(key)                                                                              \
    "{'resourceType':'Observation','status':'final'," LOINC                                        \
    ",'identifier':[{'system':'urn:case:write','value':'" key "'}]}"
#define ENTRY(type) "[{'op':'add','path':'/entry/-','value':{'item':{'reference':'" type "'}}}]"
#define ADDING(name, type)                                                                         \
    "{'operation':'patch','target':{'reference':'List/"                                            \
    "problems'},'baseVersion':'1','patch':" ENTRY(type) ",'source':{'system':'urn:" name           \
                                                        "','eventId':'e-8'}}"
#define PROBLEMS(more)                                                                             \
    "{'resourceType':'List','id':'problems','entry':[{'item':{'reference':'Observation/x'}}" more  \
    "]}"
#define PAIR_OF(gender, guard)                                                                     \
    "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':" PATIENT(                 \
        gender, "1980-01-01",                                                                      \
        MONEY) ",'request':{'method':'PUT','url':'Patient/ada'" guard                              \
               "}},{'resource':{'resourceType':'Observation','status':'final'},"                   \
               "'request':{'method':'POST','url':'Observation','ifNoneExist':'identifier=urn:"     \
               "case:write|o'}}]}"
#define GUARDED ",'ifMatch':'W/\\'1\\''"
#define PAIR                                                                                       \
    "{'operation':'bundle','bundle':" PAIR_OF(                                                     \
        "other", GUARDED) ",'source':{'system':'urn:portal','eventId':'e-9'}}"

#define MADE "{'resourceType':'Basic','id':'new','code':{'text':'a'}}"
#define MAKE                                                                                       \
    "{'operation':'update','target':{'reference':'Basic/new'},'resource':" MADE                    \
    ",'source':{'system':'urn:desk','eventId':'e-10'}}"
#define MORE ",{'item':{'reference':'Observation/z'}}"
#define BOTH_OF(version, list)                                                                     \
    "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':" PATIENT(                 \
        "other", "1980-01-01",                                                                     \
        MONEY) ",'request':{'method':'PUT','url':'Patient/ada','ifMatch':'W/"                      \
               "\\'1\\''}},{'resource':" list                                                      \
               ",'request':{'method':'PUT','url':'List/problems','ifMatch':'W/\\'" version         \
               "\\''}}]}"
#define BOTH                                                                                       \
    "{'operation':'bundle','bundle':" BOTH_OF(                                                     \
        "1", PROBLEMS(MORE)) ",'source':{'system':'urn:portal','eventId':'e-11'}}"
#define AT(n)     "If-Match: W/'" n "'"
#define PATCH_ADA "PATCH Patient/ada"
#define PUT_ADA   "PUT Patient/ada"
#define CONFLICT  "{'failureType':'version-conflict','why':'the chart has a newer version'}"
#define SEEN(what, n, fields)                                                                      \
    "{'decision':'" what "','seenVersion':'" n "','fields':[" fields "],'by':'nurse'}"

static const struct story stories[] = {
    {"a guarded patch",
     "",
     {{SUBMIT, {"gender"}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {VIEW, {"gender", "committed", ADA, "2"}}}},
    {"a patch sent as an update",
     "",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PUT_ADA, AT("1"), PATIENT("other", "1980-01-01", MONEY)}}}},
    {"an update sent as a patch",
     "",
     {{SUBMIT, {"birth"}},
      {READ, {"birth", ADA}},
      {WRITE,
       {"birth", PATCH_ADA, AT("1"),
        "[{'op':'replace','path':'/birthDate','value':'1981-02-02'}]"}}}},
    {"an update by the version that the intent brings, without a read",
     "",
     {{SUBMIT, {"birth"}}, {WRITE, {"birth", PUT_ADA, AT("1"), BORN}}}},
    {"guarded by a test of the old value",
     "",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", ADA}},
      {WRITE,
       {"gender", PATCH_ADA, NULL,
        "[{'op':'test','path':'/gender','value':'female'},{'op':'replace','path':'/"
        "gender','value':'other'}]"}}}},
    {"guarded by a test of the version",
     "",
     {{SUBMIT, {"gender"}},
      {WRITE,
       {"gender", PATCH_ADA, NULL,
        "[{'op':'test','path':'/meta/versionId','value':'1'},{'op':'replace','path':'/"
        "gender','value':'other'}]"}}}},
    {"a test of something else is no guard",
     "guarded-write",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", ADA}},
      {WRITE,
       {"gender", PATCH_ADA, NULL,
        "[{'op':'test','path':'/birthDate','value':'1980-01-01'},{'op':'replace','path':'/"
        "gender','value':'other'}]"}}}},
    {"no guard", "guarded-write", {{SUBMIT, {"birth"}}, {WRITE, {"birth", PUT_ADA, NULL, BORN}}}},
    {"any version will do",
     "guarded-write",
     {{SUBMIT, {"birth"}},
      {READ, {"birth", ADA}},
      {WRITE, {"birth", PUT_ADA, "If-Match: *", BORN}}}},
    {"no guard, and a nurse's edit undone",
     "guarded-write no-lost-update human-review",
     {{SUBMIT, {"birth"}},
      {EDIT, {ADA, PATIENT("male", "1980-01-01", MONEY)}},
      {WRITE, {"birth", PUT_ADA, NULL, BORN}}}},
    {"merged after a conflict",
     "",
     {{SUBMIT, {"birth"}},
      {EDIT, {ADA, PATIENT("male", "1980-01-01", MONEY)}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "412"}},
      {READ, {"birth", ADA}},
      {WRITE, {"birth", PUT_ADA, AT("2"), PATIENT("male", "1981-02-02", MONEY)}},
      {VIEW, {"birth", "committed", ADA, "3"}}}},
    {"merged by a patch after a conflict",
     "",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "409"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PATCH_ADA, AT("2"), TO_OTHER}}}},
    {"forced over the same field",
     "no-lost-update human-review",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, PATIENT("male", "1980-01-01", MONEY)}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PATCH_ADA, AT("2"), TO_OTHER}}}},
    {"the new version's guard, the old version's body",
     "no-lost-update guarded-write intended-content human-review",
     {{SUBMIT, {"birth"}},
      {EDIT, {ADA, PATIENT("male", "1980-01-01", MONEY)}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "412"}},
      {READ, {"birth", ADA}},
      {WRITE, {"birth", PUT_ADA, AT("2"), BORN}}}},
    {"the same field, and back again",
     "",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, PATIENT("male", "1980-01-01", MONEY)}},
      {EDIT, {ADA, BASE}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PATCH_ADA, AT("3"), TO_OTHER}}}},
    {"a version that the engine never had",
     "guarded-write",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {WRITE, {"gender", PATCH_ADA, AT("2"), TO_OTHER}}}},
    {"saved without a change",
     "",
     {{SUBMIT, {"allergy"}},
      {EDIT, {PEN, FLAGGED}},
      {REFUSE, {"allergy", "PATCH " PEN, AT("1"), RASH, "412"}},
      {READ, {"allergy", PEN}},
      {WRITE, {"allergy", "PATCH " PEN, AT("2"), RASH}}}},
    {"somebody had done it already",
     "",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, PATIENT("other", "1980-01-01", MONEY)}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "committed", ADA, "2"}}}},
    {"a full replace loses what it does not model",
     "no-lost-update intended-content",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PUT_ADA, AT("1"), PATIENT("other", "1980-01-01", "")}}}},
    {"a decimal loses a digit",
     "no-lost-update intended-content",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", ADA}},
      {WRITE,
       {"gender", PUT_ADA, AT("1"),
        PATIENT("other", "1980-01-01", ",'extension':[{'url':'u','valueDecimal':1.5}]")}}}},
    {"the server dropped a field",
     "",
     {{SUBMIT, {"gender"}},
      {ASK, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {SERVE, {ADA, PATIENT("other", "1980-01-01", "")}},
      {ANSWER, {NULL}}}},
    {"mended and sent again",
     "intended-content",
     {{SUBMIT, {"birth"}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "422"}},
      {WRITE, {"birth", PUT_ADA, AT("1"), PATIENT("female", "1981-02-01", MONEY)}}}},
    {"the intent is not in it",
     "intended-content",
     {{SUBMIT, {"gender"}}, {READ, {"gender", ADA}}, {WRITE, {"gender", PUT_ADA, AT("1"), BASE}}}},
    {"wrote without looking",
     "conflict-is-conflict guarded-write human-review",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {WRITE, {"gender", PATCH_ADA, NULL, TO_OTHER}}}},
    {"a read that was under way is no look",
     "conflict-is-conflict",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {ASK, {"gender", "GET Patient/ada"}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {ANSWER, {"read"}},
      {WRITE, {"gender", PATCH_ADA, AT("2"), TO_OTHER}}}},
    {"no conflict at all: looked, and sent again",
     "",
     {{SUBMIT, {"gender"}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}}}},
    {"no conflict at all: sent again without looking",
     "conflict-is-conflict",
     {{SUBMIT, {"gender"}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "409"}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}}}},
    {"swallowed",
     "conflict-is-conflict",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {VIEW, {"gender", "committed", ADA, "2"}}}},
    {"a conflict that a human is asked about",
     "",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {VIEW, {"gender", "needs-review"}},
      {REVIEW, {"gender", CONFLICT}}}},
    {"rejected by a conflict",
     "",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {VIEW, {"gender", "rejected"}}}},
    {"an end that does not name the conflict",
     "conflict-is-conflict",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {SAY,
       {"gender",
        "{'id':'i-gender','key':'k-1-gender','state':'rejected','problem':{'title':'sorry'}}"}}}},
    {"a review that was not received",
     "?conflict-is-conflict",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {VIEW, {"gender", "needs-review"}}}},
    {"several matches are no conflict of versions",
     "",
     {{SUBMIT, {"obs"}},
      {REFUSE,
       {"obs", "POST Observation", "If-None-Exist: identifier=urn:case:write|o", OBSERVED("o"),
        "412"}},
      {WRITE,
       {"obs", "POST Observation", "If-None-Exist: identifier=urn:case:write|o", OBSERVED("o")}}}},
    {"a lost reply, and the own version found",
     "",
     {{SUBMIT, {"gender"}},
      {LOSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "committed", ADA, "2"}}}},
    {"the own 412 is taken for a conflict",
     "own-write-known",
     {{SUBMIT, {"gender"}},
      {LOSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "needs-review"}},
      {REVIEW, {"gender", CONFLICT}}}},
    {"asking after an unknown outcome, without calling it a conflict",
     "",
     {{SUBMIT, {"gender"}},
      {LOSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "needs-review"}},
      {REVIEW, {"gender", "{'failureType':'outcome-unknown','why':'the reply was lost'}"}}}},
    {"somebody wrote upon the own version, and a human is asked",
     "",
     {{SUBMIT, {"gender"}},
      {LOSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {EDIT, {ADA, PATIENT("other", "1999-09-09", MONEY)}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "needs-review"}},
      {REVIEW, {"gender", CONFLICT}}}},
    {"applied again over an undo",
     "own-write-known no-lost-update human-review",
     {{SUBMIT, {"gender"}},
      {LOSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {EDIT, {ADA, BASE}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PATCH_ADA, AT("3"), TO_OTHER}}}},
    {"reported at somebody's version",
     "own-write-known",
     {{SUBMIT, {"gender"}},
      {LOSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {EDIT, {ADA, PATIENT("other", "1999-09-09", MONEY)}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "committed", ADA, "3"}}}},
    {"upon the version of the intent before it",
     "",
     {{SUBMIT, {"gender"}},
      {SUBMIT, {"active"}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {WRITE, {"active", PATCH_ADA, AT("2"), TO_INACTIVE}}}},
    {"the intent before it is taken for a conflict",
     "own-write-known",
     {{SUBMIT, {"gender"}},
      {SUBMIT, {"active"}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {REFUSE, {"active", PATCH_ADA, AT("1"), TO_INACTIVE, "412"}},
      {READ, {"active", ADA}},
      {VIEW, {"active", "needs-review"}},
      {REVIEW, {"active", CONFLICT}}}},
    {"another source's intent is a conflict",
     "",
     {{SUBMIT, {"gender"}},
      {SUBMIT, {"birth"}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "412"}},
      {READ, {"birth", ADA}},
      {VIEW, {"birth", "needs-review"}},
      {REVIEW, {"birth", CONFLICT}}}},
    {"an allergy merged without a human",
     "human-review",
     {{SUBMIT, {"allergy"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"allergy", "PATCH " PEN, AT("1"), RASH, "412"}},
      {READ, {"allergy", PEN}},
      {WRITE, {"allergy", "PATCH " PEN, AT("2"), RASH}}}},
    {"an allergy applied by a human",
     "",
     {{SUBMIT, {"allergy"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"allergy", "PATCH " PEN, AT("1"), RASH, "412"}},
      {READ, {"allergy", PEN}},
      {VIEW, {"allergy", "needs-review"}},
      {REVIEW, {"allergy", CONFLICT}},
      {DECIDE, {"allergy", SEEN("apply", "2", "")}},
      {WRITE, {"allergy", "PATCH " PEN, AT("2"), RASH}}}},
    {"decided on another version than was seen",
     "human-review",
     {{SUBMIT, {"allergy"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"allergy", "PATCH " PEN, AT("1"), RASH, "412"}},
      {READ, {"allergy", PEN}},
      {VIEW, {"allergy", "needs-review"}},
      {REVIEW, {"allergy", CONFLICT}},
      {EDIT,
       {PEN, "{'resourceType':'AllergyIntolerance','id':'pen','code':{'text':'penicillin V'}}"}},
      {DECIDE, {"allergy", SEEN("apply", "2", "")}},
      {READ, {"allergy", PEN}},
      {WRITE, {"allergy", "PATCH " PEN, AT("3"), RASH}}}},
    {"a human decides over the nurse",
     "",
     {{SUBMIT, {"two"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"two", "PATCH " PEN, AT("1"), TWO_FIELDS, "412"}},
      {READ, {"two", PEN}},
      {VIEW, {"two", "needs-review"}},
      {REVIEW, {"two", CONFLICT}},
      {DECIDE, {"two", SEEN("apply", "2", "")}},
      {WRITE, {"two", "PATCH " PEN, AT("2"), TWO_FIELDS}}}},
    {"a human takes one of two fields",
     "",
     {{SUBMIT, {"two"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"two", "PATCH " PEN, AT("1"), TWO_FIELDS, "412"}},
      {READ, {"two", PEN}},
      {VIEW, {"two", "needs-review"}},
      {REVIEW, {"two", CONFLICT}},
      {DECIDE, {"two", SEEN("merge", "2", "'/note'")}},
      {WRITE, {"two", "PATCH " PEN, AT("2"), RASH}}}},
    {"a human takes one of two fields, the engine both",
     "human-review",
     {{SUBMIT, {"two"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"two", "PATCH " PEN, AT("1"), TWO_FIELDS, "412"}},
      {READ, {"two", PEN}},
      {VIEW, {"two", "needs-review"}},
      {REVIEW, {"two", CONFLICT}},
      {DECIDE, {"two", SEEN("merge", "2", "'/note'")}},
      {WRITE, {"two", "PATCH " PEN, AT("2"), TWO_FIELDS}}}},
    {"discarded and written",
     "human-review",
     {{SUBMIT, {"allergy"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"allergy", "PATCH " PEN, AT("1"), RASH, "412"}},
      {READ, {"allergy", PEN}},
      {VIEW, {"allergy", "needs-review"}},
      {REVIEW, {"allergy", CONFLICT}},
      {DECIDE, {"allergy", SEEN("discard", "2", "")}},
      {WRITE, {"allergy", "PATCH " PEN, AT("2"), RASH}}}},
    {"two entries for one list",
     "",
     {{SUBMIT, {"entry"}},
      {EDIT, {LIST, PROBLEMS(",{'item':{'reference':'Observation/y'}}")}},
      {REFUSE, {"entry", "PATCH " LIST, AT("1"), ENTRY("Observation/z"), "412"}},
      {READ, {"entry", LIST}},
      {WRITE, {"entry", "PATCH " LIST, AT("2"), ENTRY("Observation/z")}}}},
    {"two entries for one list of allergies",
     "human-review",
     {{SUBMIT, {"entry"}},
      {EDIT, {LIST, PROBLEMS(",{'item':{'reference':'AllergyIntolerance/pen'}}")}},
      {REFUSE, {"entry", "PATCH " LIST, AT("1"), ENTRY("Observation/z"), "412"}},
      {READ, {"entry", LIST}},
      {WRITE, {"entry", "PATCH " LIST, AT("2"), ENTRY("Observation/z")}}}},
    {"a delete", "", {{SUBMIT, {"remove"}}, {WRITE, {"remove", "DELETE Patient/ada", AT("1")}}}},
    {"a delete without a guard",
     "guarded-write",
     {{SUBMIT, {"remove"}}, {WRITE, {"remove", "DELETE Patient/ada"}}}},
    {"a delete of what a nurse changed",
     "no-lost-update human-review",
     {{SUBMIT, {"remove"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"remove", "DELETE Patient/ada", AT("1"), NULL, "412"}},
      {READ, {"remove", ADA}},
      {WRITE, {"remove", "DELETE Patient/ada", AT("2")}}}},
    {"a delete of what is gone",
     "",
     {{SUBMIT, {"remove"}},
      {EDIT, {ADA, NULL}},
      {ASK, {"remove", "DELETE Patient/ada", AT("1")}},
      {ANSWER, {NULL}}}},
    {"an update of what a nurse deleted",
     "no-lost-update human-review intended-content",
     {{SUBMIT, {"birth"}},
      {EDIT, {ADA, NULL}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "412"}},
      {READ, {"birth", ADA}},
      {WRITE, {"birth", PUT_ADA, AT("2"), BORN}}}},
    {"a create sent twice the same",
     "",
     {{SUBMIT, {"obs"}},
      {HANG, {"obs", "POST Observation", NULL, OBSERVED("o")}},
      {WRITE, {"obs", "POST Observation", NULL, OBSERVED("o")}}}},
    {"a create under another identifier",
     "same-attempt",
     {{SUBMIT, {"obs"}},
      {HANG, {"obs", "POST Observation", NULL, OBSERVED("o")}},
      {WRITE, {"obs", "POST Observation", NULL, OBSERVED("p")}}}},
    {"a create of other content",
     "intended-content",
     {{SUBMIT, {"obs"}},
      {WRITE,
       {"obs", "POST Observation", NULL,
        "{'resourceType':'Observation','status':'final','code':{'text':'weight'}}"}}}},
    {"a retry with another body",
     "same-attempt intended-content no-lost-update",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", ADA}},
      {HANG, {"gender", PUT_ADA, AT("1"), PATIENT("other", "1980-01-01", MONEY)}},
      {WRITE, {"gender", PUT_ADA, AT("1"), PATIENT("other", "1980-01-01", "")}}}},
    {"a retry with another condition",
     "same-attempt guarded-write",
     {{SUBMIT, {"birth"}},
      {HANG, {"birth", PUT_ADA, AT("1"), BORN}},
      {WRITE, {"birth", PUT_ADA, NULL, BORN}}}},
    {"not now is no reason for another condition",
     "same-attempt guarded-write",
     {{SUBMIT, {"birth"}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "503"}},
      {WRITE, {"birth", PUT_ADA, NULL, BORN}}}},
    {"not now, and the same again",
     "",
     {{SUBMIT, {"birth"}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "503"}},
      {WRITE, {"birth", PUT_ADA, AT("1"), BORN}}}},
    {"not offered, and sent in another way",
     "",
     {{SUBMIT, {"gender"}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "405"}},
      {READ, {"gender", ADA}},
      {WRITE, {"gender", PUT_ADA, AT("1"), PATIENT("other", "1980-01-01", MONEY)}}}},
    {"a transaction",
     "",
     {{SUBMIT, {"pair"}}, {WRITE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED)}}}},
    {"a transaction with an unguarded entry",
     "guarded-write",
     {{SUBMIT, {"pair"}}, {WRITE, {"pair", "POST ", NULL, PAIR_OF("other", "")}}}},
    {"a transaction refused, looked into",
     "",
     {{SUBMIT, {"pair"}},
      {REFUSE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED), "412"}},
      {READ, {"pair", ADA}},
      {WRITE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED)}}}},
    {"a transaction refused and sent again",
     "conflict-is-conflict",
     {{SUBMIT, {"pair"}},
      {REFUSE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED), "412"}},
      {WRITE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED)}}}},
    {"a transaction decided by a human, who saw every part of it",
     "",
     {{SUBMIT, {"pair"}},
      {EDIT, {ADA, BORN}},
      {REFUSE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED), "412"}},
      {READ, {"pair", ADA}},
      {VIEW, {"pair", "needs-review"}},
      {REVIEW, {"pair", CONFLICT}},
      {DECIDE, {"pair", SEEN("apply", "1", "")}},
      {WRITE, {"pair", PUT_ADA, AT("2"), PATIENT("other", "1981-02-02", MONEY)}}}},
    {"somebody made it first",
     "no-lost-update guarded-write human-review",
     {{SUBMIT, {"make"}},
      {EDIT, {"Basic/new", "{'resourceType':'Basic','id':'new','code':{'text':'b'}}"}},
      {WRITE, {"make", "PUT Basic/new", NULL, MADE}}}},
    {"made, and nobody was there",
     "",
     {{SUBMIT, {"make"}}, {WRITE, {"make", "PUT Basic/new", "If-None-Match: *", MADE}}}},
    {"an allergy for a list that somebody changed",
     "human-review",
     {{SUBMIT, {"allergic"}},
      {EDIT, {LIST, PROBLEMS(",{'item':{'reference':'Observation/y'}}")}},
      {REFUSE, {"allergic", "PATCH " LIST, AT("1"), ENTRY(PEN), "412"}},
      {READ, {"allergic", LIST}},
      {WRITE, {"allergic", "PATCH " LIST, AT("2"), ENTRY(PEN)}}}},
    {"nothing left to do for an allergy, and written nevertheless",
     "",
     {{SUBMIT, {"allergy"}},
      {EDIT,
       {PEN, "{'resourceType':'AllergyIntolerance','id':'pen','code':{'text':'penicillin'},'"
             "criticality':'low','note':[{'"
             "text':'rash'}]}"}},
      {REFUSE, {"allergy", "PATCH " PEN, AT("1"), RASH, "412"}},
      {READ, {"allergy", PEN}},
      {WRITE, {"allergy", "PATCH " PEN, AT("2"), RASH}}}},
    {"a patch of another kind",
     "",
     {{SUBMIT, {"gender"}},
      {ASK, {"gender", PATCH_ADA, AT("1"), "{'resourceType':'Parameters'}"}},
      {SERVE, {ADA, PATIENT("other", "1980-01-01", MONEY)}},
      {ANSWER, {NULL}}}},
    {"a patch of another kind that does too much",
     "no-lost-update intended-content",
     {{SUBMIT, {"gender"}},
      {ASK, {"gender", PATCH_ADA, AT("1"), "{'resourceType':'Parameters'}"}},
      {SERVE, {ADA, PATIENT("other", "1980-01-01", "")}},
      {ANSWER, {NULL}}}},
    {"an abandoned first copy comes late and is refused",
     "",
     {{SUBMIT, {"gender"}},
      {HANG, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {VIEW, {"gender", "committed", ADA, "2"}},
      {EDIT, {ADA, BORN}}}},
    {"a human has it made anew",
     "",
     {{SUBMIT, {"birth"}},
      {EDIT, {ADA, NULL}},
      {REFUSE, {"birth", PUT_ADA, AT("1"), BORN, "412"}},
      {READ, {"birth", ADA}},
      {VIEW, {"birth", "needs-review"}},
      {REVIEW, {"birth", CONFLICT}},
      {DECIDE, {"birth", SEEN("apply", "2", "")}},
      {WRITE, {"birth", PUT_ADA, AT("2"), BORN}}}},
    {"a transaction's own 412 is taken for a conflict",
     "own-write-known",
     {{SUBMIT, {"pair"}},
      {LOSE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED)}},
      {REFUSE, {"pair", "POST ", NULL, PAIR_OF("other", GUARDED), "412"}},
      {READ, {"pair", ADA}},
      {VIEW, {"pair", "needs-review"}},
      {REVIEW, {"pair", CONFLICT}}}},
    {"a lock is no conflict of versions",
     "",
     {{SUBMIT, {"gender"}},
      {ASK, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {TELL, {"409", "{'resourceType':'OperationOutcome','issue':[{'code':'lock-error'}]}"}},
      {WRITE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}}}},
    {"refused without a word about versions",
     "guarded-write",
     {{SUBMIT, {"birth"}},
      {REFUSE, {"birth", PUT_ADA, NULL, BORN, "412"}},
      {WRITE, {"birth", PUT_ADA, NULL, BORN}}}},
    {"somebody made it first, and that is not named",
     "conflict-is-conflict",
     {{SUBMIT, {"make"}},
      {EDIT, {"Basic/new", "{'resourceType':'Basic','id':'new','code':{'text':'b'}}"}},
      {REFUSE, {"make", "PUT Basic/new", "If-None-Match: *", MADE, "412"}},
      {SAY,
       {"make",
        "{'id':'i-make','key':'k-1-make','state':'rejected','problem':{'title':'sorry'}}"}}}},
    {"a conflict, then found to be gone",
     "",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, NULL}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {SAY,
       {"gender", "{'id':'i-gender','key':'k-1-gender','state':'rejected','problem':{'title':'it "
                  "is gone'}}"}}}},
    {"a transaction refused, and the one that is stale looked into",
     "",
     {{SUBMIT, {"both"}},
      {EDIT, {LIST, PROBLEMS(",{'item':{'reference':'Observation/y'}}")}},
      {REFUSE, {"both", "POST ", NULL, BOTH_OF("1", PROBLEMS(MORE)), "412"}},
      {READ, {"both", LIST}},
      {WRITE,
       {"both", "POST ", NULL,
        BOTH_OF("2", PROBLEMS(",{'item':{'reference':'Observation/y'}}" MORE))}}}},
    {"somebody had done a part of it already",
     "",
     {{SUBMIT, {"two"}},
      {EDIT,
       {PEN, "{'resourceType':'AllergyIntolerance','id':'pen','code':{'text':'penicillin'},'note':["
             "{'text':'rash'}]}"}},
      {REFUSE, {"two", "PATCH " PEN, AT("1"), TWO_FIELDS, "412"}},
      {READ, {"two", PEN}},
      {WRITE, {"two", "PATCH " PEN, AT("2"), TWO_FIELDS}}}},
    {"a create under another identifier, after a look",
     "same-attempt",
     {{SUBMIT, {"obs"}},
      {HANG, {"obs", "POST Observation", NULL, OBSERVED("o")}},
      {READ, {"obs", "Observation/none"}},
      {WRITE, {"obs", "POST Observation", NULL, OBSERVED("p")}}}},
    {"several versions at once",
     "?guarded-write",
     {{SUBMIT, {"birth"}},
      {READ, {"birth", ADA}},
      {WRITE, {"birth", PUT_ADA, "If-Match: W/'0', W/'1'", BORN}}}},
    {"open with a human after the own version, why was not received",
     "?own-write-known ?conflict-is-conflict",
     {{SUBMIT, {"gender"}},
      {LOSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "needs-review"}}}},
    {"an attempt that is no JSON",
     "?same-attempt intended-content",
     {{SUBMIT, {"birth"}},
      {HANG, {"birth", PUT_ADA, AT("1"), "'<Patient/>'"}},
      {WRITE, {"birth", PUT_ADA, AT("1"), BORN}}}},
    {"applied by a decision whose answer was lost",
     "?human-review",
     {{SUBMIT, {"allergy"}},
      {EDIT, {PEN, CRITICAL}},
      {REFUSE, {"allergy", "PATCH " PEN, AT("1"), RASH, "412"}},
      {READ, {"allergy", PEN}},
      {VIEW, {"allergy", "needs-review"}},
      {REVIEW, {"allergy", CONFLICT}},
      {MUTTER, {"allergy", SEEN("apply", "2", "")}},
      {WRITE, {"allergy", "PATCH " PEN, AT("2"), RASH}}}},
    {"applied over the same field by a decision whose answer was lost",
     "?human-review ?no-lost-update",
     {{SUBMIT, {"gender"}},
      {EDIT, {ADA, PATIENT("male", "1980-01-01", MONEY)}},
      {REFUSE, {"gender", PATCH_ADA, AT("1"), TO_OTHER, "412"}},
      {READ, {"gender", ADA}},
      {VIEW, {"gender", "needs-review"}},
      {REVIEW, {"gender", CONFLICT}},
      {MUTTER, {"gender", SEEN("apply", "2", "")}},
      {WRITE, {"gender", PATCH_ADA, AT("2"), TO_OTHER}}}},
    {"a change of what no intent names",
     "no-lost-update intended-content",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", PEN}},
      {WRITE, {"gender", "PUT " PEN, AT("1"), CRITICAL}}}},
    {"a change that nobody is known for",
     "?no-lost-update",
     {{SUBMIT, {"gender"}},
      {READ, {"gender", PEN}},
      {WRITE, {"stranger", "PUT " PEN, AT("1"), CRITICAL}}}},
    {"a patch that does not fit its base",
     "?no-lost-update ?intended-content ?human-review",
     {{SUBMIT, {"odd"}},
      {EDIT, {ADA, PATIENT("female", "1980-01-01", ",'name':[{'family':'A'},{'family':'B'}]")}},
      {READ, {"odd", ADA}},
      {WRITE, {"odd", PATCH_ADA, AT("2"), "[{'op':'remove','path':'/name/1'}]"}}}},
};

/* ---- telling a story ---- */

static uint64_t asked[2]; /* exchanges under way, the oldest first */

static void tell_served(struct kase *k, const char *const *args)
{
    case_committed(k, asked[0], args[0], args[1]);
}

static void tell_answer(struct kase *k, const char *const *args)
{
    if (args[0])
        case_replied(k, asked[0], 200, "{'ETag':'W/\\'2\\''}",
                     PATIENT("female", "1981-02-02", MONEY ",'meta':{'versionId':'2'}"));
    else
        case_reply(k, asked[0]);
}

static void tell(struct kase *k, const struct act *act)
{
    const char *const *args = act->args;
    uint64_t exchange;

    switch (act->verb) {
    case SUBMIT:
        case_submit(k, args[0]);
        break;
    case READ:
        case_read(k, args[0], args[1]);
        break;
    case WRITE:
        case_write(k, args[0], args[1], args[2], args[3]);
        break;
    case LOSE:
        exchange = case_arrived(k, args[0], args[1], args[2], args[3]);
        case_commit(k, exchange);
        case_lost(k, exchange, "reset-after");
        break;
    case HANG:
        case_lost(k, case_arrived(k, args[0], args[1], args[2], args[3]), "reset-before");
        break;
    case REFUSE:
        case_refused(k, args[0], args[1], args[2], args[3], atoi(args[4]));
        break;
    case EDIT:
        case_edit(k, args[0], args[1]);
        break;
    case VIEW:
        case_view(k, args[0], args[1], args[2], args[3]);
        break;
    case SAY:
        case_view_text(k, args[0], 200, args[1]);
        break;
    case DECIDE:
        case_decide(k, args[0], args[1]);
        break;
    case REVIEW:
        case_said(k, "review", args[0], 200, args[1]);
        break;
    case ASK:
        asked[0] = case_arrived(k, args[0], args[1], args[2], args[3]);
        break;
    case ANSWER:
        tell_answer(k, args);
        break;
    case SERVE:
        tell_served(k, args);
        break;
    case TELL:
        case_replied(k, asked[0], atoi(args[0]), NULL, args[1]);
        break;
    case MUTTER:
        case_said(k, "decide", args[0], 0, args[1]);
        break;
    case END:
        break;
    }
}

static enum verdict wanted(const struct story *story, const char *judge)
{
    const char *at = strstr(story->wrong, judge);

    if (!at)
        return VERDICT_PASS;
    return at > story->wrong && at[-1] == '?' ? VERDICT_UNKNOWN : VERDICT_FAIL;
}

static void judges_tell_wrong_from_unusual(void)
{
    static const struct {
        const char *name, *payload;
    } intents[] = {
        {"gender", GENDER},
        {"active", ACTIVE},
        {"birth", BIRTH},
        {"remove", REMOVE},
        {"allergy", ALLERGY},
        {"two", ALLERGY_TWO},
        {"obs", OBS},
        {"entry", ADDING("desk", "Observation/z")},
        {"pair", PAIR},
        {"both", BOTH},
        {"make", MAKE},
        {"allergic", ADDING("clinic", "AllergyIntolerance/pen")},
        {"odd", "{'operation':'patch','target':{'reference':'Patient/"
                "ada'},'baseVersion':'1','patch':[{'op':'remove','path':'/"
                "name/1'}],'source':{'system':'urn:odd','eventId':'e-0'}}"},
    };

    for (size_t i = 0; i < COUNT_OF(stories); i++) {
        struct kase *k = case_new();

        case_chart(k, ADA, BASE);
        case_chart(k, PEN, FLAGGED);
        case_chart(k, LIST, PROBLEMS(""));
        for (size_t n = 0; n < COUNT_OF(intents); n++)
            case_intent(k, intents[n].name, intents[n].payload);
        for (size_t n = 0; n < STORY_ACTS; n++)
            tell(k, &stories[i].acts[n]);
        case_recover(k);
        for (size_t n = 0; n < COUNT_OF(judges); n++)
            case_expect(k, stories[i].name, judges[n], wanted(&stories[i], judges[n]));
        case_free(k);
    }
}

/* What the server made of a conditional reference is what was meant. */
static void conditional_references_are_resolved(void)
{
    static const struct {
        const char *row, *stored;
        enum verdict want;
    } rows[] = {
        {"the one that bears it", "Organization/ward", VERDICT_PASS},
        {"another one", "Organization/other", VERDICT_FAIL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();

        case_chart(k, "Organization/ward",
                   "{'resourceType':'Organization','identifier':[{'system':'s','value':'1'}]}");
        case_chart(k, "Organization/other",
                   "{'resourceType':'Organization','identifier':[{'system':'s','value':'2'}]}");
        case_intent(k, "place",
                    "{'operation':'create','target':{'type':'Basic'},'resource':{'resourceType':'"
                    "Basic','subject':"
                    "{'reference':'Organization?identifier=s%7C1'}},'source':{'system':'urn:x','"
                    "eventId':'e-1'}}");
        case_submit(k, "place");
        uint64_t asked_for = case_arrived(
            k, "place", "POST Basic", NULL,
            "{'resourceType':'Basic','subject':{'reference':'Organization?identifier=s%7C1'}}");
        case_committed(
            k, asked_for, "Basic/c-1",
            case_text(k, "{'resourceType':'Basic','subject':{'reference':'%s'}}", rows[i].stored));
        case_reply(k, asked_for);
        case_view(k, "place", "committed", "Basic/c-1", "1");
        case_recover(k);
        case_expect(k, rows[i].row, "truthful-state", rows[i].want);
        case_expect(k, rows[i].row, "intended-content", VERDICT_PASS);
        case_free(k);
    }
}

static CU_TestInfo judge_writes_tests[] = {
    {"conditional references are resolved", conditional_references_are_resolved},
    {"judges tell wrong from unusual", judges_tell_wrong_from_unusual},
    CU_TEST_INFO_NULL,
};
SUITE("judge_writes", judge_writes_tests)
