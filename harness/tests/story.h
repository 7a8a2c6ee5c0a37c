/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_TESTS_STORY_H
#define HARNESS_TESTS_STORY_H
/*
 * story - what an engine did, as rows, and what the judges of content and conflict make of it.
 *
 * Every story is judged by all of them: those it names must say what it says, the others PASS. So a story of something
 * wrong is also one that the other judges may not be alarmed by. JSON in the rows has ' for ".
 */
#include <stddef.h>

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
        RECORD, /* a line of the audit */
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

/* Tells each story on a chart of its own and holds the verdicts against what it says. */
void stories_hold(const struct story *stories, size_t count);

/* ---- the chart, and what is intended ---- */

#define ADA  "Patient/ada"
#define PEN  "AllergyIntolerance/pen"
#define LIST "List/problems"
#define PATIENT(gender, birth, rest)                                                               \
    "{'resourceType':'Patient','id':'ada','gender':'" gender "','birthDate':'" birth "'" rest "}"
#define MONEY ",'extension':[{'url':'u','valueDecimal':1.50}]"
#define BASE  PATIENT("female", "1980-01-01", MONEY)

#define TO_OTHER "[{'op':'replace','path':'/gender','value':'other'}]"
/* Ada has none: it fits no version of hers. */
#define TO_MARRIED "[{'op':'replace','path':'/maritalStatus/text','value':'married'}]"
#define MARRIED                                                                                    \
    "{'operation':'patch','target':{'reference':'Patient/"                                         \
    "ada'},'baseVersion':'1','patch':" TO_MARRIED                                                  \
    ",'source':{'system':'urn:p','eventId':'married'}}"
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
#define BORN_TEST                                                                                  \
    "[{'op':'test','path':'/birthDate','value':'1980-01-01'},{'op':'replace','path':'/"            \
    "gender','value':'other'}]"
#define WARD "Organization/ward"
#define WARD_NAMED(name)                                                                           \
    "{'resourceType':'Organization','identifier':[{'system':'s','value':'1'}],'name':'" name "'}"
#define BY_IDENTIFIER "'target':{'type':'Organization','identifier':{'system':'s','value':'1'}}"
#define RENAME                                                                                     \
    "{'operation':'update'," BY_IDENTIFIER                                                         \
    ",'resource':" WARD_NAMED("B") ",'source':{'system':'urn:desk','eventId':'e-17'}}"
#define CLOSE                                                                                      \
    "{'operation':'delete'," BY_IDENTIFIER ",'source':{'system':'urn:desk','eventId':'e-18'}}"
#define NAMED(names) PATIENT("female", "1980-01-01", MONEY ",'name':[" names "]")
#define NAME                                                                                       \
    "{'operation':'update','target':{'reference':'Patient/"                                        \
    "ada'},'baseVersion':'1','resource':" NAMED(                                                   \
        "{'family':'A'}") ",'source':{'system':'urn:desk','eventId':'e-12'}}"
#define LABELLED(gender)                                                                           \
    PATIENT(gender, "1980-01-01", MONEY ",'meta':{'security':[{'system':'s','code':'R'}]}")
#define SEX                                                                                        \
    "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" TO_OTHER                  \
    ",'source':{'system':'urn:desk','eventId':'e-13'}}"
#define FUTURE                                                                                     \
    "{'operation':'update','target':{'reference':'Patient/"                                        \
    "ada'},'baseVersion':'9','resource':" BORN ",'source':{'system':'urn:desk','eventId':'e-14'}}"
#define LABELS                                                                                     \
    "{'operation':'create','target':{'type':'Basic'},'resource':{'resourceType':'Basic','meta':{'" \
    "security':[{'system':'s','code':'R'}]},'code':{'text':'a'}},'source':{'system':'urn:desk','"  \
    "eventId':'e-15'}}"
#define FORM                                                                                       \
    "{'operation':'create','target':{'type':'QuestionnaireResponse'},'resource':{'resourceType':'" \
    "QuestionnaireResponse','status':'completed'},'source':{'system':'urn:desk','eventId':'e-16'}" \
    "}"
#define WEIGHT "Observation/weight"
#define WEIGHING(value, unit)                                                                      \
    "{'resourceType':'Observation','status':'final','valueQuantity':{'value':" value               \
    ",'unit':'" unit "'}}"
#define TO_GRAMS                                                                                   \
    "[{'op':'replace','path':'/valueQuantity/value','value':71000},{'op':'replace','path':'/"      \
    "valueQuantity/unit','value':'g'}]"
#define WEIGH                                                                                      \
    "{'operation':'patch','target':{'reference':'Observation/"                                     \
    "weight'},'baseVersion':'1','patch':" TO_GRAMS                                                 \
    ",'source':{'system':'urn:desk','eventId':'e-19'}}"
#define AT(n)     "If-Match: W/'" n "'"
#define PATCH_ADA "PATCH Patient/ada"
#define PUT_ADA   "PUT Patient/ada"
#define CONFLICT  "{'failureType':'version-conflict','why':'the chart has a newer version'}"
#define SEEN(what, n, fields)                                                                      \
    "{'decision':'" what "','seenVersion':'" n "','fields':[" fields "],'by':'nurse'}"

#endif
