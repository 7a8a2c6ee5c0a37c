/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests over HTTP of search parameters, row 24 of fhir-rules.md: each type of parameter, each prefix
 * and each modifier by the ids it finds.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "simulator/tests/steps.h"
#include "tests/expect.h"

/* ' stands for ". */
static const char chart[] =
    "[{'resourceType':'Patient','id':'eve','active':true,'gender':'female','birthDate':'1980-02-29'"
    ","
    "'name':[{'use':'usual','family':'Carre\xC3\xB1o Quinones','given':['Eve','Ann  Marie']}],"
    "'telecom':[{'system':'phone','value':'555'},{'system':'email','value':'eve@x.org'}],"
    "'address':[{'use':'home','city':'K\xC3\xB6ln','line':['Stra\xC3\x9F"
    "e 1']}],"
    "'identifier':[{'system':'urn:x','value':'1'},{'value':'bare'},{'system':'urn:p','value':'a|b$"
    "c'}],"
    "'generalPractitioner':[{'reference':'Practitioner/doc'}],"
    "'meta':{'tag':[{'system':'urn:t','code':'red'}],'profile':['http://p/a']}},"
    "{'resourceType':'Patient','id':'sev','name':[{'family':'\xC3\x98rsted','given':['Severine']}],"
    "'identifier':[{'system':'urn:y','value':'1'}],'birthDate':'1980','gender':'male','address':[{'"
    "postalCode':'AB-12'}]},"
    "{'resourceType':'Patient','id':'non'},"
    "{'resourceType':'Practitioner','id':'doc','name':[{'family':'Who','given':['Doctor']}],"
    "'identifier':[{'system':'urn:d','value':'7'}]},"
    "{'resourceType':'Group','id':'eve','type':'person','actual':true},"
    "{'resourceType':'Observation','id':'o1','status':'final','subject':{'reference':'Patient/"
    "eve'},"
    "'code':{'coding':[{'system':'http://"
    "loinc.org','code':'8867-4','display':'Pulse'},{'code':'hr'}]},"
    "'effectiveDateTime':'2013-01-14T10:00:00Z','valueQuantity':{'value':5.4,'unit':'mg','system':"
    "'http://unitsofmeasure.org','code':'mg'},'performer':[{'reference':'Practitioner/doc'}]},"
    "{'resourceType':'Observation','id':'o2','status':'amended','subject':{'reference':'Patient/"
    "sev'},"
    "'code':{'coding':[{'system':'http://loinc.org','code':'9'}]},'effectivePeriod':{'start':"
    "'2013-01-21'},'valueQuantity':{'value':5.35,'unit':'mg'}},"
    "{'resourceType':'Observation','id':'o3','status':'final','subject':{'reference':'Group/eve'},"
    "'code':{'text':'none'},'effectivePeriod':{'end':'2013-01-14'},'valueQuantity':{'value':100,"
    "'comparator':'>','system':'urn:u','code':'kg'}},"
    "{'resourceType':'Observation','id':'o4','status':'final','subject':{'identifier':{'system':'"
    "urn:x',"
    "'value':'1'}},'code':{'text':'none'},'effectiveTiming':{'event':['2014-03','2015-03-02']},"
    "'valueString':'Caf\xC3\xA9 noir'},"
    "{'resourceType':'Observation','id':'o5','status':'final','subject':{'reference':'Patient/eve/"
    "_history/1'},"
    "'code':{'text':'none'},'effectiveInstant':'2013-01-15T00:30:00+01:00'},"
    "{'resourceType':'RiskAssessment','id':'r1','status':'final','subject':{'reference':'Patient/"
    "eve'},"
    "'prediction':[{'probabilityDecimal':0.8},{'probabilityDecimal':0.25}]},"
    "{'resourceType':'RiskAssessment','id':'r2','status':'final','subject':{'reference':'Patient/"
    "sev'},"
    "'prediction':[{'probabilityRange':{'low':{'value':0.5},'high':{'value':0.9}}}]},"
    "{'resourceType':'ValueSet','id':'v1','url':'http://x/vs/1','version':'2'},"
    "{'resourceType':'ValueSet','id':'v2','url':'http://x/vs/10'},"
    "{'resourceType':'Invoice','id':'i1','status':'issued','totalGross':{'value':12.50,'currency':'"
    "EUR'}},"
    "{'resourceType':'QuestionnaireResponse','id':'q1','status':'completed','questionnaire':'http:/"
    "/q/1|3'},"
    "{'resourceType':'Provenance','id':'p1','target':[{'reference':'Observation/o1'}]},"
    "{'resourceType':'Appointment','id':'a1','status':'booked','participant':[{'actor':{'reference'"
    ":"
    "'Practitioner/doc'}},{'actor':{'reference':'Patient/eve'}}]}]";

struct row {
    const char *row, *url;
    const char *want; /* ids, those included with a '+'; "!text": 400 with that text */
};

static const char *ids_of(struct wire *wire, const struct http_reply *reply)
{
    struct buf buf = BUF_INIT;

    for (unsigned i = 0; i < 100; i++) {
        const char *at = arena_printf(wire->arena, "/entry/%u", i);
        const char *id = wire_at(wire, reply, arena_printf(wire->arena, "%s/resource/id", at));
        const char *mode = wire_at(wire, reply, arena_printf(wire->arena, "%s/search/mode", at));

        if (strcmp(id, "(none)") == 0)
            break;
        buf_printf(&buf, "%s%s%s", i > 0 ? " " : "", strcmp(mode, "include") == 0 ? "+" : "", id);
    }
    const char *ids = buf_copy(&buf, wire->arena);
    buf_release(&buf);
    return ids;
}

static void check_rows(const struct row *rows, size_t count)
{
    struct wire wire;
    struct arena *arena = arena_new();
    char *text = arena_strdup(arena, chart);

    for (char *at = text; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    wire_open(&wire, text);
    for (size_t i = 0; i < count; i++) {
        const struct http_reply *reply = wire_call(&wire, "GET", rows[i].url, NULL, NULL);
        const char *row = arena_printf(arena, "%s: %s", rows[i].row, rows[i].url);

        EXPECT_INT(row, reply->status, *rows[i].want == '!' ? 400 : 200);
        if (*rows[i].want == '!')
            EXPECT_HAS(row, reply->body, rows[i].want + 1);
        else
            EXPECT_STR(row, ids_of(&wire, reply), rows[i].want);
    }
    wire_close(&wire);
    arena_free(arena);
}

static void tokens(void)
{
    static const struct row rows[] = {
        {"code of any system", "Observation?code=8867-4", "o1"},
        {"system and code", "Observation?code=http://loinc.org|8867-4", "o1"},
        {"another system", "Observation?code=urn:x|8867-4", ""},
        {"no system", "Observation?code=|hr", "o1"},
        {"no system, but it has one", "Observation?code=|8867-4", ""},
        {"any code of a system", "Observation?code=http://loinc.org|", "o1 o2"},
        {"one of", "Observation?code=hr,9", "o1 o2"},
        {"both", "Observation?code=hr&code=8867-4", "o1"},
        {"a code by its implied system",
         "Patient?gender=http://hl7.org/fhir/administrative-gender|male", "sev"},
        {"a code of no system", "Patient?gender=urn:x|male", ""},
        {"a code with a bar in front", "Patient?gender=|male", "sev"},
        {"a code", "Patient?gender=female", "eve"},
        {"case counts", "Patient?gender=Female", ""},
        {"not", "Patient?gender:not=female", "sev non"},
        {"not one of", "Patient?gender:not=female,male", "non"},
        {"not any of its codes", "Observation?code:not=hr", "o2 o3 o4 o5"},
        {"boolean", "Patient?active=true", "eve"},
        {"boolean false", "Patient?active=false", ""},
        {"identifier", "Patient?identifier=urn:x|1", "eve"},
        {"identifier of any system", "Patient?identifier=1", "eve sev"},
        {"identifier without system", "Patient?identifier=|bare", "eve"},
        {"any identifier of a system", "Patient?identifier=urn:y|", "sev"},
        {"escaped bar and dollar", "Patient?identifier=urn:p|a%5C|b%5C$c", "eve"},
        {"escaped bar without system", "Patient?identifier=a%5C|b$c", "eve"},
        {"bar that is not escaped", "Patient?identifier=a|b$c", ""},
        {"identifier and not", "Patient?identifier:not=1", "non"},
        {"ContactPoint", "Patient?telecom=555", "eve"},
        {"ContactPoint of a kind", "Patient?phone=555", "eve"},
        {"and not of another", "Patient?email=555", ""},
        {"e-mail", "Patient?email=eve@x.org", "eve"},
        {"address-use", "Patient?address-use=home", "eve"},
        {"_tag", "Patient?_tag=urn:t|red", "eve"},
        {"_id", "Patient?_id=sev,non", "sev non"},
        {"_id with another", "Patient?_id=sev&gender=female", ""},
        {"missing", "Patient?gender:missing=true", "non"},
        {"not missing", "Patient?gender:missing=false", "eve sev"},
        {"missing what", "Patient?gender:missing=yes", "!true or false"},
        {"no value", "Patient?gender=", "!code, system|code"},
        {"nothing around the bar", "Patient?gender=|", "!code, system|code"},
        {"a modifier for others", "Patient?gender:exact=male", "!:exact is not offered for gender"},
        {"a modifier of nobody", "Observation?code:above=1", "!:above"},
    };

    check_rows(rows, COUNT_OF(rows));
}

static void strings(void)
{
    static const struct row rows[] = {
        {"begins with", "Patient?given=eve", "eve"},
        {"any part", "Patient?name=sev", "sev"},
        {"not in the middle", "Patient?given=verine", ""},
        {"contains", "Patient?given:contains=eve", "eve sev"},
        {"accents of the resource", "Patient?family=carreno", "eve"},
        {"accents of the query", "Patient?family=CARRE%C3%91O", "eve"},
        {"parts of a family name", "Patient?family=quinones", "eve"},
        {"but not of a given one", "Patient?given=marie", ""},
        {"white space", "Patient?given=ann%20marie", "eve"},
        {"punctuation of the resource", "Patient?address-postalcode=ab12", "sev"},
        {"punctuation of the query", "Patient?given=se-ver'ine.", "sev"},
        {"punctuation counts when exact", "Patient?address-postalcode:exact=ab12", ""},
        {"punctuation alone", "Patient?given=-", "!a text was expected"},
        {"one letter that stands for two", "Patient?address=strasse", "eve"},
        {"o with a stroke", "Patient?family=orsted", "sev"},
        {"an umlaut", "Patient?address-city=kol", "eve"},
        {"a combining accent", "Patient?address-city=ko%CC%88ln", "eve"},
        {"exact", "Patient?given:exact=Eve", "eve"},
        {"exact by case", "Patient?given:exact=eve", ""},
        {"exact by accents", "Patient?address-city:exact=Koln", ""},
        {"exact to the end", "Patient?given:exact=Ev", ""},
        {"the use is no text", "Patient?name=usual", ""},
        {"value", "Observation?value-string=cafe", "o4"},
        {"contains in the middle", "Observation?value-string:contains=NOIR", "o4"},
        {"one of", "Patient?given=x,eve", "eve"},
        {"both", "Patient?given=eve&given=ann", "eve"},
        {"missing", "Patient?name:missing=true", "non"},
        {"no text", "Patient?name=", "!a text was expected"},
        {"no text among them", "Patient?name=a,", "!a text was expected"},
    };

    check_rows(rows, COUNT_OF(rows));
}

static void dates(void)
{
    static const struct row rows[] = {
        {"a day", "Observation?date=2013-01-14", "o1 o5"},
        {"a month contains a day", "Patient?birthdate=1980-02", "eve"},
        {"a year contains both", "Patient?birthdate=1980", "eve sev"},
        {"a day does not contain a year", "Patient?birthdate=1980-02-29", "eve"},
        {"eq", "Observation?date=eq2013-01-14", "o1 o5"},
        {"ne", "Observation?date=ne2013-01-14", "o2 o3 o4"},
        {"gt", "Observation?date=gt2013-01-14", "o2 o4"},
        {"gt within the day", "Observation?date=gt2013-01-14T10:00:00Z", "o2 o3 o4 o5"},
        {"lt", "Observation?date=lt2013-01-14", "o3"},
        {"lt within the day", "Observation?date=lt2013-01-14T10:00", "o3"},
        {"ge", "Observation?date=ge2013-01-14", "o1 o2 o4 o5"},
        {"le", "Observation?date=le2013-01-14", "o1 o3 o5"},
        {"le, a period that began before", "Observation?date=le2014-06", "o1 o2 o3 o4 o5"},
        {"sa", "Observation?date=sa2013-01-14", "o2 o4"},
        {"sa, a period that began before", "Observation?date=sa2013-03-14", "o4"},
        {"eb", "Observation?date=eb2013-01-15", "o1 o3 o5"},
        {"eb, the end", "Observation?date=eb2013-01-14", ""},
        {"outer limits of a timing", "Observation?date=2014,2015", ""},
        {"an instant", "Observation?date=2013-01-14T10:00:00Z", "o1"},
        {"a minute", "Observation?date=2013-01-14T10:00", "o1"},
        {"a zone", "Observation?date=2013-01-14T12:00:00%2B02:00", "o1"},
        {"a zone whose plus became a blank", "Observation?date=2013-01-14T12:00:00+02:00", "o1"},
        {"a span", "Observation?date=ge2013-01-14&date=lt2013-01-15", "o1 o5"},
        {"_lastUpdated", "Patient?_lastUpdated=2026-01-01T00:00:00Z", "eve sev non"},
        {"_lastUpdated later", "Patient?_lastUpdated=gt2026-01-01T00:00:00Z", ""},
        {"missing", "Patient?birthdate:missing=true", "non"},
        {"no date", "Patient?birthdate=x", "!its prefix is none of"},
        {"no prefix", "Patient?birthdate=ap1980", "!its prefix is none of"},
        {"no day", "Patient?birthdate=2013-02-29", "!a date like"},
        {"no month", "Patient?birthdate=2013-13", "!a date like"},
        {"no hour", "Patient?birthdate=2013-01-01T24:00", "!a date like"},
        {"no minutes", "Patient?birthdate=2013-01-01T10", "!a date like"},
        {"more behind it", "Patient?birthdate=2013-01-01T10:00Zx", "!a date like"},
        {"nothing", "Patient?birthdate=", "!a date like"},
        {"nothing behind the prefix", "Patient?birthdate=gt", "!a date like"},
        {"which parameter", "Patient?birthdate=1980,x", "!birthdate=x"},
    };

    check_rows(rows, COUNT_OF(rows));
}

static void numbers_and_quantities(void)
{
    static const struct row rows[] = {
        {"rounded", "RiskAssessment?probability=0.8", "r1"},
        {"rounded up", "RiskAssessment?probability=0.3", "r1"},
        {"exponent", "RiskAssessment?probability=8e-1", "r1"},
        {"more exact than it is", "RiskAssessment?probability=0.80", "r1"},
        {"not rounded", "RiskAssessment?probability=0.249", ""},
        {"a range within the rounded", "RiskAssessment?probability=1", "r1 r2"},
        {"ne", "RiskAssessment?probability=ne0.8", "r1 r2"},
        {"gt", "RiskAssessment?probability=gt0.8", "r2"},
        {"ge", "RiskAssessment?probability=ge0.8", "r1 r2"},
        {"lt", "RiskAssessment?probability=lt0.5", "r1"},
        {"le", "RiskAssessment?probability=le0.25", "r1"},
        {"sa", "RiskAssessment?probability=sa0.4", "r1 r2"},
        {"sa, a range that begins before", "RiskAssessment?probability=sa0.7", "r1"},
        {"eb", "RiskAssessment?probability=eb0.5", "r1"},
        {"quantity rounded", "Observation?value-quantity=5.4", "o1 o2"},
        {"its lower bound belongs to it", "Observation?value-quantity=5.35", "o2"},
        {"its upper does not", "Observation?value-quantity=5.3", ""},
        {"exactly", "Observation?value-quantity=5.40", "o1"},
        {"unit by system and code", "Observation?value-quantity=5.4|http://unitsofmeasure.org|mg",
         "o1"},
        {"unit by code or text", "Observation?value-quantity=5.4||mg", "o1 o2"},
        {"another unit", "Observation?value-quantity=5.4||kg", ""},
        {"a comparator leaves it open", "Observation?value-quantity=gt1000||kg", "o3"},
        {"gt", "Observation?value-quantity=gt5.35||mg", "o1"},
        {"le", "Observation?value-quantity=le5.35", "o2"},
        {"Money by currency", "Invoice?totalgross=12.5||EUR", "i1"},
        {"Money by system", "Invoice?totalgross=12.5|urn:iso:std:iso:4217|EUR", "i1"},
        {"another currency", "Invoice?totalgross=12.5||USD", ""},
        {"missing", "Observation?value-quantity:missing=true", "o4 o5"},
        {"no number", "RiskAssessment?probability=high", "!its prefix is none of"},
        {"no number either", "RiskAssessment?probability=1.2.3", "!a number"},
        {"no digits", "RiskAssessment?probability=-", "!a number"},
        {"too many digits", "RiskAssessment?probability=0.123456789012345678", "!17 digits"},
        {"a system alone", "Observation?value-quantity=5.4|mg", "!number|system|code"},
    };

    check_rows(rows, COUNT_OF(rows));
}

static void references(void)
{
    static const struct row rows[] = {
        {"Type/id", "Observation?subject=Patient/eve", "o1 o5"},
        {"id of any type", "Observation?subject=eve", "o1 o3 o5"},

        {":[type]", "Observation?subject:Group=eve", "o3"},
        {":[type] and Type/id", "Observation?subject:Patient=Patient/eve", "o1 o5"},
        {"patient is no group", "Observation?patient=eve", "o1 o5"},
        {"patient by Type/id", "Observation?patient=Patient/sev", "o2"},
        {"of several actors those of a type", "Appointment?practitioner=doc", "a1"},
        {"and not the others", "Appointment?location=doc", ""},
        {"any actor", "Appointment?actor=Patient/eve", "a1"},
        {"one of", "Observation?subject=Patient/eve,Group/eve", "o1 o3 o5"},
        {"by identifier", "Observation?subject:identifier=urn:x|1", "o4"},
        {"a canonical", "QuestionnaireResponse?questionnaire=http://q/1", "q1"},
        {"a canonical with its version", "QuestionnaireResponse?questionnaire=http://q/1|3", "q1"},
        {"with another", "QuestionnaireResponse?questionnaire=http://q/1|4", ""},
        {"missing", "Observation?performer:missing=true", "o2 o3 o4 o5"},
        {"missing of that type", "Observation?patient:missing=true", "o3 o4"},
        {"chained", "Observation?subject.name=carr", "o1 o5"},
        {"chained by type", "Observation?subject:Patient.name=orsted", "o2"},
        {"chained by another type", "Observation?subject:Group.type=person", "o3"},
        {"chained to an identifier", "Observation?performer.identifier=urn:d|7", "o1"},
        {"chained with a modifier", "Observation?patient.gender:not=male", "o1 o5"},
        {"chained to _id", "Observation?subject._id=sev", "o2"},
        {"chained and another", "Observation?subject.name=carr&code=hr", "o1"},
        {"chained to a bad value", "Observation?subject.birthdate=x", "!birthdate=x"},
        {"two links", "Patient?general-practitioner.organization.name=x", "!one level"},
        {"pointed at by", "Patient?_has:Observation:patient:code=hr", "eve"},
        {"pointed at by one that meets it by prefix",
         "Patient?_has:Observation:subject:date=gt2013-01-15", "sev"},
        {"pointed at by either", "Patient?_has:RiskAssessment:subject:probability=gt0.1",
         "eve sev"},
        {"pointed at by, and another", "Patient?_has:Observation:patient:status=final&gender=male",
         ""},
        {"not pointed at", "Patient?_has:Observation:patient:code=hr&_id=sev", ""},
        {"pointed at by none", "Patient?_has:Observation:patient:code=none", ""},
        {"pointed at by another parameter", "Practitioner?_has:Observation:performer:code=hr",
         "doc"},
        {"_has of what is none", "Patient?_has:Observation:code:status=final", "!_has:Type"},
        {"_has of nothing", "Patient?_has:Observation:patient", "!_has:Type"},
        {"_has that never leads here", "Organization?_has:Observation:patient:code=x",
         "!never leads"},
        {"_has twice", "Patient?_has:Observation:patient:_has:Provenance:target:agent=x",
         "!one level"},
        {"a type it never leads to", "Observation?subject:Organization=x", "!never leads"},
        {"another type than it says", "Observation?subject:Group=Patient/eve", "!a Group was"},
        {"no reference", "Observation?subject=", "!an id, Type/id"},
    };

    check_rows(rows, COUNT_OF(rows));
}

static void uris(void)
{
    static const struct row rows[] = {
        {"the whole", "ValueSet?url=http://x/vs/1", "v1"},
        {"one of", "ValueSet?url=http://x/vs/1,http://x/vs/10", "v1 v2"},
        {"case counts", "ValueSet?url=http://X/vs/1", ""},
        {"_profile", "Patient?_profile=http://p/a", "eve"},
        {"missing", "ValueSet?url:missing=false", "v1 v2"},
        {"nothing", "ValueSet?url=", "!a URI"},
        {"a modifier", "ValueSet?url:below=http://x", "!:below"},
    };

    check_rows(rows, COUNT_OF(rows));
}

static void steering(void)
{
    static const struct row rows[] = {
        {"by id", "Patient?_sort=_id", "eve non sev"},
        {"by id, down", "Patient?_sort=-_id", "sev non eve"},
        {"by date, those without at the end", "Patient?_sort=birthdate", "sev eve non"},
        {"by date, down", "Patient?_sort=-birthdate", "sev eve non"},
        {"by date", "Observation?_sort=date", "o3 o1 o5 o2 o4"},
        {"by date, down", "Observation?_sort=-date", "o2 o4 o3 o5 o1"},
        {"by two", "Patient?_sort=_lastUpdated,-_id", "sev non eve"},
        {"by what has no date", "Patient?_sort=name", "!_sort"},
        {"count", "Patient?_summary=count", ""},
        {"no entries", "Patient?_count=0", ""},
        {"some types", "?_type=Group,ValueSet", "eve v1 v2"},
        {"in the order of the store", "?_type=ValueSet,Group", "eve v1 v2"},
        {"some types by what both have", "?_type=Patient,Practitioner&name=who", "doc"},
        {"all types", "?_id=eve", "eve eve"},
        {"no type", "?_type=Nobody", "!Nobody is no resource type"},
        {"_total", "Patient?_total=all", "!_total"},
        {"which of two", "Patient?_sort=_id&_sort=-_id", "!_sort is given twice"},
        {"_summary", "Patient?_summary=x", "!_summary"},
        {"include", "Observation?code=hr&_include=Observation:subject", "o1 +eve"},
        {"include two",
         "Observation?code=hr&_include=Observation:subject&_include=Observation:performer",
         "o1 +eve +doc"},
        {"include each once", "Observation?patient=eve&_include=Observation:subject", "o1 o5 +eve"},
        {"include one type", "Observation?_include=Observation:subject:Group",
         "o1 o2 o3 o4 o5 +eve"},
        {"include of another type", "Observation?code=hr&_include=Patient:general-practitioner",
         "o1"},
        {"revinclude", "Patient?_id=eve&_revinclude=Observation:subject", "eve +o1 +o5"},
        {"revinclude by type", "Patient?_id=eve&_revinclude=Observation:subject:Group", "eve"},
        {"revinclude what", "Observation?code=hr&_revinclude=Provenance:target", "o1 +p1"},
        {"both", "Observation?code=hr&_include=Observation:subject&_revinclude=Provenance:target",
         "o1 +eve +p1"},
        {"include by nothing", "Observation?_include=Observation:code", "!_include"},
        {"include of nobody", "Observation?_include=Nobody:subject", "!_include"},
        {"include to nobody", "Observation?_include=Observation:subject:Organization", "!a type"},
        {"include, iterated, is not offered and left out",
         "Observation?code=hr&_include:iterate=Observation:subject", "o1"},
    };

    check_rows(rows, COUNT_OF(rows));
}

/* References to this server by its URL, in the resource and in the query. */
static void urls_of_this_server(void)
{
    static const struct step steps[] = {
        {"24: held as URL", "PUT", "Basic/b", NULL,
         "{'resourceType':'Basic','id':'b','code':{'text':'x'},'subject':{'reference':"
         "'BASE/Patient/ada'}}",
         201, NULL},
        {"24: found by Type/id", "GET", "Basic?subject=Patient/ada", NULL, NULL, 200, "/total = 1"},
        {"24: found by id", "GET", "Basic?patient=ada", NULL, NULL, 200, "/total = 1"},
        {"24: found by URL", "GET", "Basic?subject=BASE/Patient/ada", NULL, NULL, 200,
         "/total = 1"},
        {"24: not by another server's", "GET", "Basic?subject=http://h/fhir/Patient/ada", NULL,
         NULL, 200, "/total = 0"},
        {"24: followed", "GET", "Basic?subject:Patient.active=true&_include=Basic:subject", NULL,
         NULL, 200, "/total = 1\n/entry/1/resource/id = ada\n/entry/1/fullUrl = BASE/Patient/ada"},
    };

    RUN_STEPS("{\"resourceType\":\"Patient\",\"id\":\"ada\",\"active\":true}", steps);
}

/* What the self link says, totals, and what a strict client is told. */
static void answers_say_what_was_used(void)
{
    static const struct step steps[] = {
        {"24: total", "GET", "Patient?active=true", NULL, NULL, 200,
         "/total = 1\n/link/0/relation = self\n/link/0/url = BASE/Patient?active=true"},
        {"24: no total", "GET", "Patient?_total=none", NULL, NULL, 200,
         "/total = (none)\n/entry/0/resource/id = ada"},
        {"24: no entries is the count alone", "GET", "Patient?_count=0&_total=none", NULL, NULL,
         200, "/total = 1\n/entry = (none)\n/link/1 = (none)"},
        {"24: count alone", "GET", "Patient?_summary=count", NULL, NULL, 200,
         "/total = 1\n/entry = (none)\n/link/1 = (none)"},
        {"24: what is not offered is left out", "GET", "Patient?activ=true&_type=Basic", NULL, NULL,
         200, "/total = 1\n/link/0/url = BASE/Patient"},
        {"24: strict: the nearest is named", "GET", "Patient?activ=true", "Prefer: handling=strict",
         NULL, 400, "/issue/0/code = not-supported\n~ nearest is active"},
        {"24: strict: a value that is not offered", "GET", "Patient?_type=Basic",
         "Prefer: handling=strict", NULL, 400, "~ _type=Basic"},
        {"24: strict and known", "GET", "Patient?active=true&_sort=_id&_count=5",
         "Prefer: handling=strict", NULL, 200, "/total = 1"},
        {"24: by form", "POST", "Patient/_search",
         "Content-Type: application/x-www-form-urlencoded", "active=true&_sort=-_id", 200,
         "/total = 1\n/link/0/url = BASE/Patient?active=true&_sort=-_id"},
        {"24: all types by form", "POST", "_search",
         "Content-Type: application/x-www-form-urlencoded", "_type=Patient&active=true", 200,
         "/total = 1\n/link/0/url = BASE?_type=Patient&active=true"},
        {"8: If-None-Exist by any parameter", "POST", "Patient",
         "If-None-Exist: active=true&birthdate=lt1900",
         "{'resourceType':'Patient','birthDate':'1815-12-10'}", 200, "/id = ada"},
        {"18: conditional update by any parameter", "PUT", "Patient?birthdate=1815-12", NULL,
         "{'resourceType':'Patient','birthDate':'1815-12-10','active':false}", 200,
         "/id = ada\n/meta/versionId = 2"},
        {"20: a bad value", "PUT", "Patient?birthdate=x", NULL, "{'resourceType':'Patient'}", 400,
         "/issue/0/code = invalid\n~ birthdate=x"},
        {"20: what steers chooses nothing", "PUT", "Patient?_count=1", NULL,
         "{'resourceType':'Patient'}", 400, "/issue/0/code = not-supported\n~ _count"},
    };

    RUN_STEPS("{\"resourceType\":\"Patient\",\"id\":\"ada\",\"active\":true,"
              "\"birthDate\":\"1815-12-10\"}",
              steps);
}

/* A query and a list of values have an end. */
static void long_queries_are_refused(void)
{
    static const char form[] = "Content-Type: application/x-www-form-urlencoded";
    struct wire wire;
    char *text = NULL;

    wire_open(&wire, NULL);
    text = arena_alloc(wire.arena, 70000);
    memcpy(text, "_id=", 4);
    memset(text + 4, 'x', 65536 - 4);
    const struct http_reply *reply = wire_call(&wire, "POST", "Patient/_search", form, text);
    EXPECT_INT("64 KB", reply->status, 200);
    text[65536] = 'x';
    reply = wire_call(&wire, "POST", "Patient/_search", form, text);
    EXPECT_INT("and one more", reply->status, 400);
    EXPECT_HAS("and one more", reply->body, "64 KB");
    for (unsigned i = 0; i < 1000; i++)
        memcpy(text + 4 + i * 2, "x,", 2);
    text[4 + 1999] = '\0';
    reply = wire_call(&wire, "POST", "Patient/_search", form, text);
    EXPECT_INT("1000 values", reply->status, 200);
    memcpy(text + 4 + 1999, ",x", 3);
    reply = wire_call(&wire, "POST", "Patient/_search", form, text);
    EXPECT_INT("and one more value", reply->status, 400);
    EXPECT_HAS("and one more value", reply->body, "1001 values");
    wire_close(&wire);
}

static CU_TestInfo tests[] = {
    {"row 24: tokens", tokens},
    {"row 24: strings", strings},
    {"row 24: dates by prefix", dates},
    {"row 24: numbers and quantities", numbers_and_quantities},
    {"row 24: references and chains", references},
    {"row 24: uris", uris},
    {"row 24: sort, include, count", steering},
    {"row 24: URLs of this server", urls_of_this_server},
    {"rows 8, 18, 24: answers say what was used", answers_say_what_was_used},
    {"row 24: long queries are refused", long_queries_are_refused},
    CU_TEST_INFO_NULL,
};

SUITE("rows_search", tests)
