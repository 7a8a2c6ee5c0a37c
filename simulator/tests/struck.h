/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_STRUCK_H
#define SIMULATOR_TESTS_STRUCK_H
/*
 * struck - one request that a fault strikes: what the client saw, what the chart holds, what the
 * journal says. Each row runs twice: by a rule of a stand-alone simulator, and (unless the kind is
 * for rules alone) with the fault at the release of a held request. Both must come to the same.
 *
 * In bodies ' stands for ". `shows` is lines about the reply: "ETag: W/\"1\"" a header ("(none)":
 * absent; BASE is the server), "/meta/versionId = 1" a member of the body, "~ text" what the body contains. `chart` is
 * lines "Observation/pulse /note/0/text = by hand". `story` is the journal from the struck request
 * on.
 */
#include <stddef.h>

#include "simulator/tests/rig.h"

struct struck_call {
    const char *method, *url, *headers, *body;
};

struct struck_row {
    const char *fault;
    struct struck_call before[3]; /* up to the first without a method: what happens first */
    struct struck_call call;
    const char *seen; /* as of rig_seen */
    const char *shows, *chart, *story;
    struct struck_call behind; /* without a method: none; what the next request is told: */
    const char *behind_seen, *behind_shows;
};

/* The tables of all test files, for the test that no kind is missing. */
struct struck_table {
    const struct struck_table *next;
    const struct struck_row *rows;
    size_t count;
};
const struct struck_table *struck_tables(void);
void struck_register(struct struck_table *table);

#define STRUCK(name)                                                                               \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        static struct struck_table table = {.rows = name, .count = COUNT_OF(name)};                \
                                                                                                   \
        struck_register(&table);                                                                   \
    }

void struck_run(const struct struck_row *rows, size_t count);

/* A stand-alone simulator with one rule. */
void struck_open(struct rig *rig);
void struck_rule(struct rig *rig, const char *rule);
/* The reply to one call; ' in the body stands for ". */
const struct http_reply *struck_call(struct rig *rig, const struct struck_call *call);

#define PULSE "Observation/pulse"
#define PUT_72                                                                                     \
    "{'resourceType':'Observation','id':'pulse','status':'final','code':{'text':'Pulse'},"         \
    "'subject':{'reference':'Patient/ada'},'valueQuantity':{'value':72},'note':[{'text':'again'}]" \
    "}"
#define NEW   "{'resourceType':'Observation','status':'final','code':{'text':'Fever'}}"
#define RAISE "[{'op':'replace','path':'/valueQuantity/value','value':72}]"
#define IF_1  "If-Match: W/\"1\"\n"
#define UPDATE                                                                                     \
    {                                                                                              \
        "PUT", PULSE, NULL, PUT_72                                                                 \
    }
#define READ                                                                                       \
    {                                                                                              \
        "GET", PULSE, NULL, NULL                                                                   \
    }
#define ENTRY(id)                                                                                  \
    "{'resource':{'resourceType':'Patient','id':'" id "'},'request':{'method':'PUT','url':"        \
    "'Patient/" id "'}}"
#define BUNDLE_WITH(type, headers)                                                                 \
    {                                                                                              \
        "POST", "", headers,                                                                       \
            "{'resourceType':'Bundle','type':'" type                                               \
            "','entry':[" ENTRY("bo") "," ENTRY("cy") "]}"                                         \
    }
#define BUNDLE(type) BUNDLE_WITH(type, NULL)
#endif
