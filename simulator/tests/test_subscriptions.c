/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions over HTTP: what a subscriber is sent, in which order, and what becomes of it when
 * it does not answer. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/rules.h"
#include "simulator/tests/hook.h"
#include "tests/expect.h"

#define BACKPORT "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
#define EVENT    "event-notification"

#define REST_HOOK(id, criteria, payload)                                                           \
    "{'resourceType':'Subscription','id':'" id "','status':'requested','reason':'test',"           \
    "'criteria':'" criteria "','channel':{'type':'rest-hook','endpoint':'HOOK'" payload "}}"
#define JSON_PAYLOAD ",'payload':'application/fhir+json'"
#define TOPIC(status, content)                                                                     \
    "{'resourceType':'Subscription','id':'s','status':'" status "','reason':'test',"               \
    "'criteria':'http://example.org/topic','_criteria':{'extension':[{'url':'" BACKPORT            \
    "backport-filter-criteria','valueString':'Patient'}]},"                                        \
    "'channel':{'type':'rest-hook','endpoint':'HOOK','payload':'application/fhir+json',"           \
    "'_payload':{'extension':[{'url':'" BACKPORT "backport-payload-content','valueCode':'" content \
    "'}]}}}"
#define PATIENT(id) "{'resourceType':'Patient','id':'" id "'}"

static void put(struct hook *hook, const char *url, const char *body)
{
    const struct http_reply *reply = hook_ask(hook, "PUT", url, NULL, body);

    if (reply->status != 200 && reply->status != 201)
        EXPECT_STR(url, reply->body, "(written)");
}

static void put_patient(struct hook *hook, const char *id)
{
    put(hook, arena_printf(hook->wire.arena, "Patient/%s", id),
        arena_printf(hook->wire.arena, PATIENT("%s"), id));
}

/* With a topic's subscription in force and its handshake forgotten. */
static void open_subscribed(struct hook *hook, const char *content)
{
    hook_open(hook, NULL);
    put(hook, "Subscription/s",
        strcmp(content, "id-only") == 0         ? TOPIC("requested", "id-only")
        : strcmp(content, "full-resource") == 0 ? TOPIC("requested", "full-resource")
                                                : TOPIC("requested", "empty"));
    hook_until_status(hook, "s", "active");
    EXPECT_STR("handshake", hook_tale(hook), "handshake/0");
    hook->count = 0;
}

/* ---- R4 ---- */

static void rest_hook_tells_of_creates_and_updates(void)
{
    struct hook hook;

    hook_open(&hook, NULL);
    put(&hook, "Subscription/r", REST_HOOK("r", "Patient?_id=ada", ""));
    hook_until_status(&hook, "r", "active");
    put_patient(&hook, "eve");
    put_patient(&hook, "ada");
    hook_until_quiet(&hook);
    EXPECT_STR("match", hook_tale(&hook), "POST /hook");
    EXPECT_STR("no payload, no body", hook.calls[0].body, "");
    put_patient(&hook, "ada");
    hook_ask(&hook, "DELETE", "Patient/ada", NULL, NULL);
    hook_until_quiet(&hook);
    EXPECT_STR("update, and no delete", hook_tale(&hook), "POST /hook POST /hook");
    hook_close(&hook);
}

static void rest_hook_with_payload_puts_the_resource(void)
{
    struct hook hook;

    hook_open(&hook, NULL);
    put(&hook, "Subscription/r",
        REST_HOOK("r", "Patient",
                  JSON_PAYLOAD ",'header':['Authorization: Bearer sesame','X-Extra: 7']"));
    put_patient(&hook, "ada");
    hook_until_quiet(&hook);
    EXPECT_STR("put", hook_tale(&hook), "PUT /hook/Patient/ada");
    EXPECT_STR("type", hook.calls[0].type, "application/fhir+json");
    EXPECT_STR("authorization", hook.calls[0].authorization, "Bearer sesame");
    EXPECT_STR("header", hook.calls[0].extra, "7");
    EXPECT_STR("version", hook_at(&hook, 0, "/meta/versionId"), "1");
    hook_close(&hook);
}

/* ---- the backport ---- */

static void content_is_as_the_channel_says(void)
{
    static const struct {
        const char *content, *focus, *full_url, *id;
    } rows[] = {
        {"empty", "(none)", "(none)", "(none)"},
        {"id-only", "/Patient/ada", "/Patient/ada", "(none)"},
        {"full-resource", "/Patient/ada", "/Patient/ada", "ada"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *content = rows[i].content;
        struct hook hook;

        open_subscribed(&hook, content);
        put_patient(&hook, "ada");
        hook_until_quiet(&hook);
        EXPECT_STR(content, hook_tale(&hook), EVENT "/1");
        EXPECT_STR(content, hook.calls[0].type, "application/fhir+json");
        EXPECT_STR(content, hook_at(&hook, 0, "/type"), "history");
        EXPECT_STR(content, hook_at(&hook, 0, "/entry/0/resource/resourceType"), "Parameters");
        EXPECT_STR(content, hook_at(&hook, 0, "/entry/0/request/method"), "GET");
        EXPECT_HAS(content, hook_at(&hook, 0, "/entry/0/request/url"), "/Subscription/s/$status");
        EXPECT_STR(content, hook_at(&hook, 0, "/entry/0/resource/parameter/1/valueCanonical"),
                   "http://example.org/topic");
        EXPECT_STR(content, hook_at(&hook, 0, "/entry/0/resource/parameter/2/valueCode"), "active");
        EXPECT_STR(content, hook_at(&hook, 0, "/entry/0/resource/parameter/5/name"),
                   "notification-event");
        EXPECT_STR(content, hook_at(&hook, 0, "/entry/0/resource/parameter/5/part/0/valueString"),
                   "1");
        EXPECT_HAS(
            content,
            hook_at(&hook, 0, "/entry/0/resource/parameter/5/part/2/valueReference/reference"),
            rows[i].focus);
        EXPECT_HAS(content, hook_at(&hook, 0, "/entry/1/fullUrl"), rows[i].full_url);
        EXPECT_STR(content, hook_at(&hook, 0, "/entry/1/resource/id"), rows[i].id);
        hook_close(&hook);
    }
}

static void event_numbers_have_no_gaps(void)
{
    struct hook hook;

    open_subscribed(&hook, "id-only");
    put_patient(&hook, "ada");
    put(&hook, "Observation/x",
        "{'resourceType':'Observation','id':'x','status':'final','code':{"
        "'text':'Pulse'}}"); /* another type: no event */
    put_patient(&hook, "ada");
    hook_ask(&hook, "DELETE", "Patient/ada", NULL, NULL);
    hook_until_quiet(&hook);
    EXPECT_STR("numbers", hook_tale(&hook), EVENT "/1 " EVENT "/2 " EVENT "/3");
    EXPECT_STR("created", hook_at(&hook, 0, "/entry/1/response/status"), "201");
    EXPECT_STR("updated", hook_at(&hook, 1, "/entry/1/response/status"), "200");
    EXPECT_STR("deleted", hook_at(&hook, 2, "/entry/1/request/method"), "DELETE");
    hook_close(&hook);
}

static void a_transaction_tells_after_its_commit_in_order(void)
{
    static const char bundle[] =
        "{'resourceType':'Bundle','type':'transaction','entry':["
        "{'resource':" PATIENT("a") ",'request':{'method':'PUT','url':'Patient/a'}},"
                                    "{'resource':" PATIENT(
                                        "b") ",'request':{'method':'PUT','url':'Patient/b'%s}}]}";
    struct hook hook;

    open_subscribed(&hook, "id-only");
    EXPECT_INT("refused",
               hook_ask(&hook, "POST", "", NULL,
                        arena_printf(hook.wire.arena, bundle, ",'ifMatch':'W/\\'7\\''"))
                   ->status,
               412);
    hook_until_quiet(&hook);
    EXPECT_STR("nothing of a refused one", hook_tale(&hook), "");
    EXPECT_INT("done",
               hook_ask(&hook, "POST", "", NULL, arena_printf(hook.wire.arena, bundle, ""))->status,
               200);
    hook_until_quiet(&hook);
    EXPECT_STR("both", hook_journal(&hook),
               "handshake @- answered:200 event-n@Patient/a answered:200 event-n@Patient/b "
               "answered:200");
    hook_close(&hook);
}

static void a_handshake_comes_first(void)
{
    struct hook hook;

    hook_open(&hook, NULL);
    hook.answers = "404 404 404 404";
    put(&hook, "Subscription/s", TOPIC("requested", "empty"));
    put_patient(&hook, "ada");
    hook_until_status(&hook, "s", "error");
    EXPECT_STR("tried four times", hook_tale(&hook),
               "handshake/0 handshake/0 handshake/0 handshake/0");
    put_patient(&hook, "ada");
    put(&hook, "Subscription/s", TOPIC("requested", "empty"));
    hook_until_status(&hook, "s", "active");
    put_patient(&hook, "ada");
    hook_until_quiet(&hook);
    EXPECT_STR("asked anew", hook_tale(&hook) + strlen("handshake/0 ") * 4,
               "handshake/0 " EVENT "/1");
    hook_close(&hook);
}

/* ---- faults ---- */

static void each_fault_does_what_its_row_says(void)
{
    static const struct {
        const char *rule, *tale, *journal;
    } rows[] = {
        {"{'fault':'notify-duplicate','match':{'nth':2}}",
         EVENT "/1 " EVENT "/2 " EVENT "/2 " EVENT "/3",
         "event-n@Patient/a fault:notify-duplicate answered:200 event-n@Patient/b answered:200 "
         "event-n@Patient/b answered:200 event-n@Patient/c answered:200"},
        {"{'fault':'notify-duplicate(3)','match':{'id':'c'}}",
         EVENT "/1 " EVENT "/2 " EVENT "/3 " EVENT "/3 " EVENT "/3", NULL},
        {"{'fault':'notify-skip','match':{'nth':2}}", EVENT "/1 " EVENT "/3",
         "event-n@Patient/a fault:notify-skip answered:200 event-n@Patient/c answered:200"},
        {"{'fault':'notify-reorder','times':1}", EVENT "/2 " EVENT "/1 " EVENT "/3",
         "fault:notify-reorder event-n@Patient/b answered:200 event-n@Patient/a answered:200 "
         "event-n@Patient/c answered:200"},
        {"{'fault':'notify-reorder(2)','times':1}", EVENT "/2 " EVENT "/3 " EVENT "/1", NULL},
        {"{'fault':'echo(off)'}", EVENT "/1",
         "fault:echo(off) event-n@Patient/b fault:echo(off) answered:200"},
        {"{'fault':'echo','times':1}", EVENT "/1 " EVENT "/2 " EVENT "/3",
         "fault:echo event-n@Patient/a answered:200 event-n@Patient/b answered:200 "
         "event-n@Patient/c answered:200"},
        {"{'fault':'notify-skip','match':{'actor':'nurse'}}", EVENT "/1 " EVENT "/3", NULL},
        {"{'fault':'notify-skip','match':{'type':'Observation'}}",
         EVENT "/1 " EVENT "/2 " EVENT "/3", NULL},
        /* one of requests strikes no delivery */
        {"{'fault':'reset-after','match':{'interaction':'notification'}}",
         EVENT "/1 " EVENT "/2 " EVENT "/3",
         "event-n@Patient/a answered:200 event-n@Patient/b answered:200 event-n@Patient/c "
         "answered:200"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *row = rows[i].rule;
        struct hook hook;

        open_subscribed(&hook, "id-only");
        const size_t skipped = strlen(hook_journal(&hook)) + 1;
        hook_rule(&hook, row);
        put_patient(&hook, "a");
        hook_ask(&hook, "PUT", "Patient/b", "X-Actor: nurse\n", PATIENT("b"));
        put_patient(&hook, "c");
        hook_until_quiet(&hook);
        EXPECT_STR(row, hook_tale(&hook), rows[i].tale);
        if (rows[i].journal)
            EXPECT_STR(row, hook_journal(&hook) + skipped, rows[i].journal);
        hook_close(&hook);
    }
}

static void the_same_seed_skips_the_same(void)
{
    const char *tales[2];
    struct hook hooks[2];

    for (size_t i = 0; i < 2; i++) {
        hook_open(&hooks[i], &(struct sim_options){.seed = 7});
        put(&hooks[i], "Subscription/s", TOPIC("active", "empty"));
        hook_until_status(&hooks[i], "s", "active");
        hook_rule(&hooks[i], "{'fault':'notify-skip','probability':0.5}");
        for (int k = 0; k < 16; k++)
            put_patient(&hooks[i], "a");
        hook_until_quiet(&hooks[i]);
        tales[i] = hook_tale(&hooks[i]);
    }
    EXPECT_STR("same seed", tales[1], tales[0]);
    EXPECT_TRUE("some, not all", hooks[0].count > 2 && hooks[0].count < 16);
    hook_close(&hooks[0]);
    hook_close(&hooks[1]);
}

static void a_skipped_event_is_found_again(void)
{
    static const struct {
        const char *url;
        int status;
        const char *pointer, *want;
    } rows[] = {
        {"Subscription/s/$status", 200, "/entry/0/resource/parameter/3/valueCode", "query-status"},
        {"Subscription/s/$status", 200, "/entry/0/resource/parameter/4/valueString", "3"},
        {"Subscription/s/$status", 200, "/type", "searchset"},
        {"Subscription/$status?status=active", 200, "/total", "1"},
        {"Subscription/$status?status=error,off", 200, "/total", "0"},
        {"Subscription/$status?id=s,t", 200, "/total", "1"},
        {"Subscription/$status?id=t", 200, "/total", "0"},
        {"Subscription/t/$status", 404, "/resourceType", "OperationOutcome"},
        {"Subscription/s/$events", 200, "/type", "history"},
        {"Subscription/s/$events?eventsSinceNumber=2&eventsUntilNumber=2", 200,
         "/entry/0/resource/parameter/5/part/0/valueString", "2"},
        {"Subscription/s/$events?eventsSinceNumber=2&eventsUntilNumber=2", 200,
         "/entry/0/resource/parameter/6", "(none)"},
        {"Subscription/s/$events?eventsSinceNumber=2&eventsUntilNumber=2", 200,
         "/entry/1/request/url", "Patient/b"},
        {"Subscription/s/$events?eventsSinceNumber=2&content=full-resource", 200,
         "/entry/1/resource/id", "b"},
        {"Subscription/s/$events?eventsSinceNumber=2&content=full-resource", 200,
         "/entry/2/resource/id", "c"},
        {"Subscription/s/$events?content=empty", 200, "/entry/1", "(none)"},
        {"Subscription/s/$events?eventsSinceNumber=9", 200, "/entry/1", "(none)"},
        {"Subscription/s/$events?eventsSinceNumber=x", 400, "/resourceType", "OperationOutcome"},
        {"Subscription/s/$events?content=all", 400, "/resourceType", "OperationOutcome"},
        {"Subscription/t/$events", 404, "/resourceType", "OperationOutcome"},
        {"Subscription/s/$topic", 404, "/resourceType", "OperationOutcome"},
    };
    const struct http_reply *reply;
    struct hook hook;

    open_subscribed(&hook, "id-only");
    hook_rule(&hook, "{'fault':'notify-skip','match':{'nth':2}}");
    put_patient(&hook, "a");
    put_patient(&hook, "b");
    put_patient(&hook, "c");
    hook_until_quiet(&hook);
    EXPECT_STR("a gap", hook_tale(&hook), EVENT "/1 " EVENT "/3");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        reply = hook_ask(&hook, "GET", rows[i].url, NULL, NULL);
        EXPECT_INT(rows[i].url, reply->status, rows[i].status);
        EXPECT_STR(rows[i].url, wire_at(&hook.wire, reply, rows[i].pointer), rows[i].want);
    }
    reply = hook_ask(&hook, "POST", "Subscription/s/$events", NULL,
                     "{'resourceType':'Parameters','parameter':[{'name':'eventsSinceNumber',"
                     "'valueString':'3'}]}");
    EXPECT_STR("by POST", wire_at(&hook.wire, reply, "/entry/1/request/url"), "Patient/c");
    hook_close(&hook);
}

/* ---- failures ---- */

static void a_failed_delivery_is_tried_again(void)
{
    static const struct {
        const char *answers, *tale, *status;
    } rows[] = {
        {"500", EVENT "/1 " EVENT "/1 " EVENT "/2", "active"},
        {"503 503 503", EVENT "/1 " EVENT "/1 " EVENT "/1 " EVENT "/1 " EVENT "/2", "active"},
        {"500 500 500 500", EVENT "/1 " EVENT "/1 " EVENT "/1 " EVENT "/1", "error"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct hook hook;

        open_subscribed(&hook, "empty");
        hook.answers = rows[i].answers;
        put_patient(&hook, "a");
        put_patient(&hook, "b");
        hook_until_quiet(&hook);
        hook_until_status(&hook, "s", rows[i].status);
        EXPECT_STR(rows[i].answers, hook_tale(&hook), rows[i].tale);
        hook_close(&hook);
    }
}

static void one_that_cannot_be_delivered_ends_in_error(void)
{
    const struct http_reply *reply;
    struct hook hook;

    /* nobody listens at the endpoint */
    hook_open(&hook, NULL);
    put(&hook, "Subscription/r",
        "{'resourceType':'Subscription','id':'r','status':'requested','reason':'test','criteria':'"
        "Patient',"
        "'channel':{'type':'rest-hook','endpoint':'http://127.0.0.1:1/x'}}");
    hook_until_status(&hook, "r", "active");
    put_patient(&hook, "a");
    hook_until_status(&hook, "r", "error");
    reply = hook_ask(&hook, "GET", "Subscription/r", NULL, NULL);
    EXPECT_HAS("why", wire_at(&hook.wire, reply, "/error"), "4 attempts");
    EXPECT_STR("in the journal", hook_journal(&hook),
               "rest-h@Patient/a answered:0 rest-h@Patient/a answered:0 rest-h@Patient/a "
               "answered:0 rest-h@Patient/a answered:0");
    hook_close(&hook);

    /* one that never answers */
    hook_open(&hook, &(struct sim_options){.notify_timeout_ms = 30});
    hook.answers = "0 0 0 0";
    put(&hook, "Subscription/r", REST_HOOK("r", "Patient", ""));
    put_patient(&hook, "a");
    hook_until_status(&hook, "r", "error");
    reply = hook_ask(&hook, "GET", "Subscription/r", NULL, NULL);
    EXPECT_HAS("time-out", wire_at(&hook.wire, reply, "/error"), "imed out");
    EXPECT_INT("the server still answers", hook_ask(&hook, "GET", "metadata", NULL, NULL)->status,
               200);
    hook_close(&hook);
}

/* ---- the end ---- */

static void off_and_deleted_are_told_nothing(void)
{
    struct hook hook;

    open_subscribed(&hook, "empty");
    put(&hook, "Subscription/s", TOPIC("off", "empty"));
    put_patient(&hook, "a");
    hook_until_quiet(&hook);
    EXPECT_STR("off", hook_tale(&hook), "");
    hook_until_status(&hook, "s", "off");
    put(&hook, "Subscription/s", TOPIC("requested", "empty"));
    hook_until_status(&hook, "s", "active");
    hook_ask(&hook, "DELETE", "Subscription/s", NULL, NULL);
    put_patient(&hook, "a");
    hook_until_quiet(&hook);
    EXPECT_STR("deleted", hook_tale(&hook), "handshake/0");
    EXPECT_INT("no status", hook_ask(&hook, "GET", "Subscription/s/$status", NULL, NULL)->status,
               404);
    hook_close(&hook);
}

static void a_subscription_ends_at_its_end(void)
{
    struct hook hook;

    hook_open(&hook, NULL);
    put(&hook, "Subscription/r", /* the logical clock: a second a commit */
        REST_HOOK("r", "Patient",
                  "},'end':'2026-01-01T00:00:04Z','text':{'status':'empty','div':'<div/>'"));
    hook_until_status(&hook, "r", "active");
    put_patient(&hook, "a");
    hook_until_quiet(&hook);
    put_patient(&hook, "a");
    hook_until_status(&hook, "r", "off");
    hook_until_quiet(&hook);
    EXPECT_STR("the one before", hook_tale(&hook), "POST /hook");
    hook_close(&hook);
}

static void a_new_run_begins_without(void)
{
    struct err err = ERR_INIT;
    struct hook hook;

    open_subscribed(&hook, "empty");
    hook.answers = "0";
    put_patient(&hook, "a");
    hook_until_calls(&hook, 1);
    put_patient(&hook, "b");
    EXPECT_INT("one is under way, one waits", (long long)sim_delivery_count(hook.wire.sim), 2);
    EXPECT_INT("begin", sim_begin(hook.wire.sim, NULL, &err), 0);
    EXPECT_INT("none", (long long)sim_delivery_count(hook.wire.sim), 0);
    put_patient(&hook, "a");
    hook_until_quiet(&hook);
    EXPECT_INT("no call", (long long)hook.count, 1);
    EXPECT_INT("no status", hook_ask(&hook, "GET", "Subscription/s/$status", NULL, NULL)->status,
               404);
    put(&hook, "Subscription/s", TOPIC("requested", "empty"));
    hook_until_status(&hook, "s", "active");
    put_patient(&hook, "a");
    hook_until_quiet(&hook);
    EXPECT_STR("numbers begin anew", hook_tale(&hook), EVENT "/1 handshake/0 " EVENT "/1");
    hook_close(&hook);
}

static void a_loaded_subscription_is_in_force(void)
{
    struct err err = ERR_INIT;
    struct hook hook;

    hook_open(&hook, NULL);
    const char *text = hook_text(&hook, TOPIC("active", "id-only"));
    hook.wire.chart = sim_chart_new();
    EXPECT_INT("chart",
               sim_chart_add(hook.wire.chart, "s", text, strlen(text), &err) ||
                   sim_chart_finish(hook.wire.chart, &err) ||
                   sim_begin(hook.wire.sim, hook.wire.chart, &err),
               0);
    put_patient(&hook, "a");
    hook_until_quiet(&hook);
    EXPECT_STR("no handshake", hook_tale(&hook), EVENT "/1");
    hook_close(&hook);
}

/* ---- holds ---- */

static void held_deliveries_go_when_they_are_told_to(void)
{
    const struct sim_fault skip = {.name = "notify-skip"}, drop = {.name = "reset-after"};
    struct err err = ERR_INIT;
    struct hook hook;

    open_subscribed(&hook, "empty");
    struct cJSON *holds = json_array(hook.wire.arena);
    json_put_string(json_put_object(json_add_object(holds), "match"), "interaction",
                    "notification");
    EXPECT_INT("holds", rules_set_holds(sim_rules(hook.wire.sim), holds, &err), 0);
    put_patient(&hook, "a");
    put_patient(&hook, "b");
    put_patient(&hook, "c");
    hook_until_quiet(&hook);
    EXPECT_STR("held", hook_tale(&hook), "");
    const struct sim_delivery *held = sim_delivery_at(hook.wire.sim, 1);
    EXPECT_STR("whose", held->reference, "Patient/b");
    EXPECT_STR("type", held->type, EVENT);
    EXPECT_INT("event", (long long)held->event, 2);
    const uint64_t first = sim_delivery_at(hook.wire.sim, 0)->number;
    EXPECT_INT("a fault of requests", sim_deliver(hook.wire.sim, first, &drop, &err), -1);
    EXPECT_INT("none such", sim_deliver(hook.wire.sim, first + 9, NULL, &err), -1);
    EXPECT_INT("second", sim_deliver(hook.wire.sim, first + 1, NULL, &err), 0);
    hook_until_quiet(&hook);
    EXPECT_INT("third", sim_deliver(hook.wire.sim, first + 2, &skip, &err), 0);
    EXPECT_INT("first", sim_deliver(hook.wire.sim, first, NULL, &err), 0);
    EXPECT_INT("once", sim_deliver(hook.wire.sim, first, NULL, &err), -1);
    hook_until_quiet(&hook);
    EXPECT_STR("as told", hook_tale(&hook), EVENT "/2 " EVENT "/1");
    EXPECT_INT("all gone", (long long)sim_delivery_count(hook.wire.sim), 0);
    hook_close(&hook);
}

/* ---- runs that hold everything, and time ---- */

static void edit(struct hook *hook, const char *target, const char *body)
{
    const char *text = hook_text(hook, body);
    struct err err = ERR_INIT;

    if (sim_edit(hook->wire.sim, "nurse", "change", "PUT", target, text, strlen(text), &err))
        EXPECT_STR(target, err.text, "");
}

static void a_run_that_holds_everything_holds_deliveries(void)
{
    struct err err = ERR_INIT;
    struct hook hook;

    hook_open(&hook, &(struct sim_options){.hold_all = true});
    edit(&hook, "Subscription/s", TOPIC("requested", "empty"));
    hook_until_quiet(&hook);
    EXPECT_STR("nothing is sent", hook_tale(&hook), "");
    EXPECT_INT("but waits", (long long)sim_delivery_count(hook.wire.sim), 1);
    EXPECT_INT("handshake", sim_deliver(hook.wire.sim, 1, NULL, &err), 0);
    hook_until_status(&hook, "s", "active");
    edit(&hook, "Patient/a", PATIENT("a"));
    hook_until_quiet(&hook);
    EXPECT_STR("the actor is known", sim_delivery_at(hook.wire.sim, 0)->actor, "nurse");
    EXPECT_INT("event", sim_deliver(hook.wire.sim, 2, NULL, &err), 0);
    hook_until_quiet(&hook);
    EXPECT_STR("released", hook_tale(&hook), "handshake/0 " EVENT "/1");
    hook_close(&hook);
}

static void hearts_beat_while_nothing_happens(void)
{
    struct hook hook;

    hook_open(&hook, NULL);
    put(&hook, "Subscription/s",
        "{'resourceType':'Subscription','id':'s','status':'requested','reason':'test','criteria':'"
        "urn:topic',"
        "'channel':{'type':'rest-hook','endpoint':'HOOK','extension':[{'url':'" BACKPORT
        "backport-heartbeat-period','valueUnsignedInt':1}]}}");
    put_patient(&hook, "a"); /* not active yet */
    hook_until_status(&hook, "s", "active");
    put_patient(&hook, "b");
    hook_until_calls(&hook, 3);
    EXPECT_STR("with the number so far", hook_tale(&hook), "handshake/0 " EVENT "/1 heartbeat/1");
    hook_close(&hook);
}

static void a_server_that_is_down_sends_nothing(void)
{
    struct err err = ERR_INIT;
    struct hook hook;

    open_subscribed(&hook, "empty");
    sim_down(hook.wire.sim);
    edit(&hook, "Patient/a", PATIENT("a"));
    for (int i = 0; i < 5; i++)
        hook_turn(&hook);
    EXPECT_STR("down", hook_tale(&hook), "");
    EXPECT_INT("up", sim_up(hook.wire.sim, &err), 0);
    hook_until_quiet(&hook);
    EXPECT_STR("up", hook_tale(&hook), EVENT "/1");
    hook_close(&hook);
}

/* ---- tokens ---- */

static void the_journal_never_shows_authorization(void)
{
    struct hook hook;

    hook_open(&hook, NULL);
    hook_ask(
        &hook, "POST", "", NULL,
        "{'resourceType':'Bundle','type':'transaction','entry':[{'resource':" REST_HOOK(
            "r", "Patient", ",'header':['Authorization: Bearer sesame']") ",'request':{"
                                                                          "'method':'PUT','url':"
                                                                          "'Subscription/r'}}]"
                                                                          "}");
    put(&hook, "Subscription/q",
        REST_HOOK("q", "Patient", ",'header':['\\u0061uthorization : Bearer sesame']"));
    hook_ask(&hook, "GET", "Subscription/r", NULL, NULL);
    hook_ask(&hook, "GET", "Subscription", NULL, NULL);
    hook_ask(&hook, "GET", "_history", NULL, NULL);
    put_patient(&hook, "a");
    hook_until_quiet(&hook);
    EXPECT_STR("it is sent", hook.calls[0].authorization, "Bearer sesame");
    for (size_t i = 0; i < sim_journal_count(hook.wire.sim); i++) {
        const struct sim_entry *entry = sim_journal_at(hook.wire.sim, i);

        EXPECT_TRUE(entry->what, !entry->body || !strstr(entry->body, "sesame"));
        EXPECT_TRUE(entry->what, !strstr(entry->headers, "sesame"));
    }
    hook_close(&hook);
}

static CU_TestInfo tests[] = {
    {"rest hook tells of creates and updates", rest_hook_tells_of_creates_and_updates},
    {"rest hook with payload puts the resource", rest_hook_with_payload_puts_the_resource},
    {"content is as the channel says", content_is_as_the_channel_says},
    {"event numbers have no gaps", event_numbers_have_no_gaps},
    {"a transaction tells after its commit in order",
     a_transaction_tells_after_its_commit_in_order},
    {"a handshake comes first", a_handshake_comes_first},
    {"each fault does what its row says", each_fault_does_what_its_row_says},
    {"the same seed skips the same", the_same_seed_skips_the_same},
    {"a skipped event is found again", a_skipped_event_is_found_again},
    {"a failed delivery is tried again", a_failed_delivery_is_tried_again},
    {"one that cannot be delivered ends in error", one_that_cannot_be_delivered_ends_in_error},
    {"off and deleted are told nothing", off_and_deleted_are_told_nothing},
    {"a subscription ends at its end", a_subscription_ends_at_its_end},
    {"a new run begins without", a_new_run_begins_without},
    {"a loaded subscription is in force", a_loaded_subscription_is_in_force},
    {"held deliveries go when they are told to", held_deliveries_go_when_they_are_told_to},
    {"a run that holds everything holds deliveries", a_run_that_holds_everything_holds_deliveries},
    {"hearts beat while nothing happens", hearts_beat_while_nothing_happens},
    {"a server that is down sends nothing", a_server_that_is_down_sends_nothing},
    {"the journal never shows authorization", the_journal_never_shows_authorization},
    CU_TEST_INFO_NULL,
};
SUITE("subscriptions", tests)
