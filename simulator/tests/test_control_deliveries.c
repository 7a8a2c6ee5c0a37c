/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries of subscriptions under the control API: held, shown, released with and without a
 * fault. */
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "simulator/control.h"
#include "simulator/origin.h"
#include "simulator/tests/hook.h"
#include "tests/expect.h"

static const struct http_reply *steer(struct hook *hook, const char *method, const char *path,
                                      const char *body)
{
    struct wire *wire = &hook->wire;
    const char *text = hook_text(hook, body);

    return wire_call_url(wire, method,
                         arena_printf(wire->arena, "%s/%s", sim_control_url(wire->sim), path), NULL,
                         text, text ? strlen(text) : 0);
}

static void check_form(struct hook *hook, const struct http_reply *reply)
{
    struct err err = ERR_INIT;
    struct arena *arena = hook->wire.arena;
    const struct cJSON *form = json_pointer(
        json_parse_file(arena, "docs/schema/control.schema.json", &err), "/$defs/delivery");
    const struct cJSON *list = json_parse(arena, reply->body, reply->body_size, &err);
    const struct cJSON *item = NULL, *member = NULL;

    EXPECT_TRUE("schema", form && cJSON_IsArray(list));
    cJSON_ArrayForEach(item, list)
    {
        EXPECT_INT("as many", (long long)json_count(item),
                   (long long)json_count(json_get(form, "required")));
        cJSON_ArrayForEach(member, item)
        {
            EXPECT_TRUE(member->string, json_get(json_get(form, "properties"), member->string));
        }
    }
}

static void deliveries_are_held_shown_and_released(void)
{
    static const struct {
        const char *row, *method, *path, *body;
        int status;
        const char *want;
    } rows[] = {
        {"held", "GET", "deliveries", NULL, 200,
         "{\"n\":2,\"state\":\"held\",\"subscription\":\"Subscription/r\",\"type\":\"rest-hook\","
         "\"event\":2,\"target\":\"Patient/b\",\"actor\":\"engine\",\"attempts\":0}"},
        {"a fault of requests", "POST", "deliveries/1/release", "{'fault':'reset-after'}", 400,
         "reset-after is no fault of a held delivery"},
        {"a typo", "POST", "deliveries/1/release", "{'fault':'notify-skp'}", 400, "notify-skip"},
        {"an unknown member", "POST", "deliveries/1/release", "{'falt':'notify-skip'}", 400,
         "'falt'"},
        {"none such", "POST", "deliveries/9/release", NULL, 400, "delivery 9 is not held"},
        {"no number", "POST", "deliveries/x/release", NULL, 404, "no delivery x"},
        {"the second", "POST", "deliveries/2/release", "{'fault':'notify-duplicate','args':[2]}",
         204, ""},
        {"it is not held any longer", "POST", "deliveries/2/release", NULL, 400, "not held"},
        {"the first", "POST", "deliveries/1/release", NULL, 204, ""},
        {"another method", "DELETE", "deliveries", NULL, 405, "DELETE"},
    };
    struct origin *origin = origin_new();
    struct control *control = control_new(origin, NULL);
    const struct http_reply *reply;
    struct hook hook;

    hook_open(&hook, &(struct sim_options){.control = control_handle, .control_arg = control});
    struct err err = ERR_INIT;
    EXPECT_INT(err.text, control_begin(control, hook.wire.sim, &err), 0);
    reply = steer(&hook, "PUT", "holds", "[{'match':{'interaction':'notification'}}]");
    EXPECT_INT("holds", reply->status, 204);
    hook_ask(&hook, "PUT", "Subscription/r", NULL,
             "{'resourceType':'Subscription','id':'r','status':'requested','reason':'test','"
             "criteria':'Patient',"
             "'channel':{'type':'rest-hook','endpoint':'HOOK','payload':'application/fhir+json'}}");
    hook_ask(&hook, "PUT", "Patient/a", NULL, "{'resourceType':'Patient','id':'a'}");
    hook_ask(&hook, "PUT", "Patient/b", NULL, "{'resourceType':'Patient','id':'b'}");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        reply = steer(&hook, rows[i].method, rows[i].path, rows[i].body);
        EXPECT_INT(rows[i].row, reply->status, rows[i].status);
        EXPECT_HAS(rows[i].row, reply->body, rows[i].want);
        if (reply->status == 200)
            check_form(&hook, reply);
        hook_until_quiet(&hook);
    }
    EXPECT_STR("as released", hook_tale(&hook),
               "PUT /hook/Patient/b PUT /hook/Patient/b PUT /hook/Patient/a");
    EXPECT_STR("none left", steer(&hook, "GET", "deliveries", NULL)->body, "[]");
    EXPECT_HAS("in the journal", steer(&hook, "GET", "journal", NULL)->body,
               "\"kind\":\"notified\",\"interaction\":\"notification\",\"method\":\"PUT\"");
    hook_close(&hook);
    control_free(control);
    origin_free(origin);
}

static void a_hold_on_looks_holds_no_delivery(void)
{
    struct origin *origin = origin_new();
    struct control *control = control_new(origin, NULL);
    struct hook hook;

    hook_open(&hook, &(struct sim_options){.control = control_handle, .control_arg = control});
    struct err err = ERR_INIT;
    EXPECT_INT(err.text, control_begin(control, hook.wire.sim, &err), 0);
    EXPECT_INT("holds", steer(&hook, "PUT", "holds", "[{'match':{'interaction':'look'}}]")->status,
               204);
    hook_ask(&hook, "PUT", "Subscription/r", NULL,
             "{'resourceType':'Subscription','id':'r','status':'requested','reason':'test','"
             "criteria':'Patient',"
             "'channel':{'type':'rest-hook','endpoint':'HOOK'}}");
    hook_ask(&hook, "PUT", "Patient/a", NULL, "{'resourceType':'Patient','id':'a'}");
    hook_until_quiet(&hook);
    EXPECT_STR("sent", hook_tale(&hook), "POST /hook");
    hook_close(&hook);
    control_free(control);
    origin_free(origin);
}

static CU_TestInfo tests[] = {
    {"deliveries are held, shown and released", deliveries_are_held_shown_and_released},
    {"a hold on looks holds no delivery", a_hold_on_looks_holds_no_delivery},
    CU_TEST_INFO_NULL,
};
SUITE("control_deliveries", tests)
