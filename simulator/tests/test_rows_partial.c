/* SPDX-License-Identifier: Apache-2.0 */
/* Tests over HTTP of what is shown in part, row 34a: _summary and _elements of reads and searches. */
#include "simulator/tests/steps.h"
#include "tests/expect.h"

/* Of an Observation method and note are no summary, component is; of that referenceRange is none. */
#define OBSERVATION                                                                                \
    "{\"resourceType\":\"Observation\",\"id\":\"bp\",\"meta\":{\"tag\":[{\"code\":\"t\"}]},"       \
    "\"text\":{\"status\":\"generated\",\"div\":\"<div "                                           \
    "xmlns=\\\"http://www.w3.org/1999/xhtml\\\">bp</div>\"},\"status\":\"final\",\"code\":"        \
    "{\"text\":\"bp\"},\"subject\":{\"reference\":\"Patient/ada\"},\"effectiveDateTime\":"         \
    "\"2026-01-01\",\"_effectiveDateTime\":{\"id\":\"e\"},\"valueQuantity\":{\"value\":2.50},"     \
    "\"note\":[{\"text\":\"sat\"}],\"modifierExtension\":[{\"url\":\"urn:m\",\"valueCode\":"       \
    "\"m\"}],\"method\":{\"text\":\"cuff\"},\"component\":[{\"code\":{\"text\":\"dia\"},"          \
    "\"referenceRange\":[{\"text\":\"r\"}]}]}"
#define ADA                                                                                        \
    "{\"resourceType\":\"Patient\",\"id\":\"ada\",\"active\":true,\"birthDate\":\"1950\","         \
    "\"maritalStatus\":{\"text\":\"m\"},\"photo\":[{\"title\":\"p\"}],\"identifier\":[{"           \
    "\"assigner\":{\"display\":\"a\"},\"value\":\"1\"},{\"extension\":[{\"url\":\"urn:e\","        \
    "\"valueCode\":\"e\"}]}]}"
#define CHART "[" OBSERVATION "," ADA "]"

#define TAGGED "/meta/tag/1/code = SUBSETTED\n/meta/tag/0/code = t\n"
#define GET(url, want)                                                                             \
    {                                                                                              \
        "34a: " url, "GET", url, NULL, NULL, 200, want                                             \
    }
#define REFUSED(url, want)                                                                         \
    {                                                                                              \
        "34a: " url, "GET", url, NULL, NULL, 400, want                                             \
    }

static void reads_in_part(void)
{
    static const struct step steps[] = {
        GET("Observation/bp?_summary=true",
            "ETag: W/\"1\"\n/id = bp\n/meta/versionId = 1\n/status = final\n/code/text = bp\n"
            "/valueQuantity/value = 2.50\n/effectiveDateTime = 2026-01-01\n"
            "/_effectiveDateTime/id = e\n/subject/reference = Patient/ada\n"
            "/component/0/code/text = dia\n/component/0/referenceRange/0/text = (none)\n"
            "/modifierExtension/0/url = urn:m\n/note/0/text = (none)\n/method/text = (none)\n"
            "/text/status = (none)\n" TAGGED),
        GET("Observation/bp?_summary=text",
            "/text/status = generated\n/status = final\n/code/text = bp\n/valueQuantity/value = "
            "(none)\n/component/0/code/text = (none)\n" TAGGED),
        GET("Observation/bp?_summary=data",
            "/text/status = (none)\n/note/0/text = sat\n/component/0/referenceRange/0/text = "
            "r\n" TAGGED),
        GET("Observation/bp?_summary=false",
            "/text/status = generated\n/note/0/text = sat\n/meta/tag/1/code = (none)"),
        GET("Observation/bp?_elements=note,value",
            "ETag: W/\"1\"\n/id = bp\n/status = final\n/code/text = bp\n/note/0/text = sat\n"
            "/valueQuantity/value = 2.50\n/modifierExtension/0/url = urn:m\n/subject/reference = "
            "(none)\n/method/text = (none)\n/text/status = (none)\n" TAGGED),
        GET("Observation/bp?_elements=value[x]", "/valueQuantity/value = 2.50\n"
                                                 "/note/0/text = (none)\n/status = final"),
        GET("Observation/bp?_elements=component",
            "/component/0/referenceRange/0/text = r\n/effectiveDateTime = (none)"),
        GET("Observation/bp?_elements=id", "/id = bp\n/status = final\n/subject/reference = "
                                           "(none)"),
        GET("Observation/bp/_history/1?_summary=true", "/note/0/text = (none)\n" TAGGED),
        GET("Patient/ada?_summary=true",
            "/birthDate = 1950\n/identifier/0/value = 1\n/identifier/0/assigner/display = a\n"
            "/identifier/1/extension/0/url = urn:e\n/maritalStatus/text = (none)\n/photo/0/title = "
            "(none)\n/meta/tag/0/code = SUBSETTED\n/meta/tag/0/system = "
            "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"),
        GET("Patient/ada", "/photo/0/title = p\n/meta/tag/0/code = (none)"),
        REFUSED("Patient/ada?_summary=some", "~ _summary"),
        REFUSED("Patient/ada?_summary=count", "~ _summary"),
        REFUSED("Patient/ada?_elements=active,colour", "~ no element 'colour'"),
        REFUSED("Patient/ada?_elements=%", "~ escape"),
        {"34a: unchanged", "GET", "Patient/ada?_summary=true", "If-None-Match: W/\"1\"", NULL, 304,
         ""},
        {"34a: unknown", "GET", "Patient/eve?_summary=true", NULL, NULL, 404, NULL},
    };

    RUN_STEPS(CHART, steps);
}

static void searches_in_part(void)
{
    static const struct step steps[] = {
        GET("Observation?_summary=true",
            "/total = 1\n/entry/0/resource/note/0/text = (none)\n/entry/0/resource/status = final\n"
            "/entry/0/resource/meta/tag/1/code = SUBSETTED\n/entry/0/search/mode = match\n"
            "/link/0/url = BASE/Observation?_summary=true"),
        GET("Observation?_summary=text&code:missing=false",
            "/entry/0/resource/text/status = generated\n/entry/0/resource/status = final\n"
            "/entry/0/resource/subject/reference = (none)"),
        GET("Observation?_summary=data", "/entry/0/resource/text/status = (none)\n"
                                         "/entry/0/resource/note/0/text = sat"),
        GET("Observation?_summary=false", "/entry/0/resource/note/0/text = sat\n"
                                          "/entry/0/resource/meta/tag/1/code = (none)"),
        GET("Observation?_summary=count", "/total = 1\n/entry/0/resource/id = (none)"),
        GET("Observation?_elements=note",
            "/entry/0/resource/note/0/text = sat\n/entry/0/resource/code/text = bp\n"
            "/entry/0/resource/subject/reference = (none)\n"
            "/entry/0/resource/meta/tag/1/code = SUBSETTED\n"
            "/link/0/url = BASE/Observation?_elements=note"),
        GET("Observation?_elements=note&_include=Observation:subject",
            "/entry/1/resource/photo/0/title = p\n/entry/1/resource/meta/tag/0/code = (none)"),
        GET("Observation?_summary=true&_include=Observation:subject",
            "/entry/1/resource/photo/0/title = (none)\n"
            "/entry/1/resource/meta/tag/0/code = SUBSETTED"),
        GET("?_type=Patient,Observation&_elements=note,photo&_sort=_id",
            "/entry/0/resource/photo/0/title = p\n/entry/0/resource/birthDate = (none)\n"
            "/entry/1/resource/note/0/text = sat\n/entry/1/resource/method/text = (none)"),
        REFUSED("Observation?_summary=text&_include=Observation:subject", "~ _include"),
        REFUSED("Observation?_elements=colour", "~ no element 'colour'"),
        REFUSED("Observation?_elements=note&_elements=code", "~ twice"),
        {"34a: by a form", "POST", "Observation/_search",
         "Content-Type: application/x-www-form-urlencoded", "_elements=note", 200,
         "/entry/0/resource/note/0/text = sat\n/entry/0/resource/subject/reference = (none)"},
        {"34a: in a Bundle", "POST", "", NULL,
         "{'resourceType':'Bundle','type':'batch','entry':[{'request':{'method':'GET','url':"
         "'Observation/bp?_elements=note'}}]}",
         200, "/entry/0/resource/note/0/text = sat\n/entry/0/resource/subject/reference = (none)"},
    };

    RUN_STEPS(CHART, steps);
}

/* The trap: what was read in part is stored as the whole, and the rest is gone. */
static void a_part_written_back_is_the_whole(void)
{
    static const struct step steps[] = {
        {"34a: a part is accepted", "PUT", "Patient/ada", "If-Match: W/\"1\"",
         "{'resourceType':'Patient','id':'ada','meta':{'tag':[{'system':"
         "'http://terminology.hl7.org/CodeSystem/v3-ObservationValue','code':'SUBSETTED'}]},"
         "'active':true}",
         200, "ETag: W/\"2\""},
        {"34a: and the rest is gone", "GET", "Patient/ada", NULL, NULL, 200,
         "/photo/0/title = (none)\n/meta/tag/0/code = SUBSETTED\n/active = true"},
        {"34a: tagged once", "GET", "Patient/ada?_elements=active", NULL, NULL, 200,
         "/meta/tag/0/code = SUBSETTED\n/meta/tag/1/code = (none)"},
        {"34a: the version before, in part", "GET", "Patient/ada/_history/1?_elements=photo", NULL,
         NULL, 200, "/photo/0/title = p\n/birthDate = (none)"},
    };

    RUN_STEPS(CHART, steps);
}

static CU_TestInfo tests[] = {
    {"row 34a: reads in part", reads_in_part},
    {"row 34a: searches in part", searches_in_part},
    {"row 34a: a part written back is the whole", a_part_written_back_is_the_whole},
    CU_TEST_INFO_NULL,
};
SUITE("rows_partial", tests)
