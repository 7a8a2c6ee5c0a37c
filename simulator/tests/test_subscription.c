/* SPDX-License-Identifier: Apache-2.0 */
/* Which Subscriptions are refused, and why the resource says. */
#include "base/err.h"
#include "simulator/subscription.h"
#include "simulator/tests/hook.h"
#include "tests/expect.h"

#define REST_HOOK(id, criteria, payload)                                                           \
    "{'resourceType':'Subscription','id':'" id "','status':'requested','reason':'test',"           \
    "'criteria':'" criteria "','channel':{'type':'rest-hook','endpoint':'HOOK'" payload "}}"

static void what_cannot_be_served_is_in_error(void)
{
    static const struct {
        const char *row, *body, *why;
    } rows[] = {
        {"elsewhere",
         "{'resourceType':'Subscription','id':'r','status':'requested','reason':'test','criteria':'"
         "Patient',"
         "'channel':{'type':'rest-hook','endpoint':'http://192.0.2.7/x'}}",
         "loopback"},
        {"no rest-hook",
         "{'resourceType':'Subscription','id':'r','status':'requested','reason':'test','criteria':'"
         "Patient',"
         "'channel':{'type':'email','endpoint':'mailto:a@example.org'}}",
         "rest-hook is offered"},
        {"no endpoint",
         "{'resourceType':'Subscription','id':'r','status':'requested','reason':'test','criteria':'"
         "Patient',"
         "'channel':{'type':'rest-hook'}}",
         "channel.endpoint"},
        {"no such type", REST_HOOK("r", "Patiens?_id=1", ""), "Patiens"},
        {"no such parameter", REST_HOOK("r", "Patient?no-such=1", ""), "no-such"},
        {"xml", REST_HOOK("r", "Patient", ",'payload':'application/fhir+xml'"), "channel.payload"},
        {"a header of the message", REST_HOOK("r", "Patient", ",'header':['Content-Length: 1']"),
         "Content-Length"},
        {"two headers in one", REST_HOOK("r", "Patient", ",'header':['A: 1\\r\\nB: 2']"),
         "channel.header"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct hook hook;

        hook_open(&hook, NULL);
        hook_ask(&hook, "PUT", "Subscription/r", NULL, rows[i].body);
        hook_until_status(&hook, "r", "error");
        const struct http_reply *reply = hook_ask(&hook, "GET", "Subscription/r", NULL, NULL);
        EXPECT_HAS(rows[i].row, wire_at(&hook.wire, reply, "/error"), rows[i].why);
        hook_ask(&hook, "PUT", "Patient/a", NULL, "{'resourceType':'Patient','id':'a'}");
        hook_until_quiet(&hook);
        EXPECT_STR(rows[i].row, hook_journal(&hook), "");
        hook_close(&hook);
    }
}

static void loopback_is_beyond_doubt(void)
{
    static const struct {
        const char *url;
        bool is_loopback;
    } rows[] = {
        {"http://127.0.0.1/x", true},
        {"http://127.0.0.1:8080/x", true},
        {"https://localhost:8443", true},
        {"http://[::1]:80/x", true},
        {"HTTP://LOCALHOST/x", true},
        {"http://127.9.9.9", true},
        {"http://10.0.0.1/", false},
        {"http://0.0.0.0/", false},
        {"http://example.org/", false},
        {"http://localhost.example.org/", false},
        {"http://127.0.0.1.example.org/", false},
        {"http://127.0.0.1@example.org/", false},
        {"http://127.0.0.1:80@example.org/", false},
        {"http://localhost:x@example.org/", false},
        {"http://127.0.0.1\\@example.org/", false},
        {"http://127.0.0.1?@example.org/", false},
        {"http://127.0.0.1#@example.org/", false},
        {"http://[::1]@example.org/", false},
        {"http://[::2]/", false},
        {"file:///etc/passwd", false},
        {"127.0.0.1", false},
        {"", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        EXPECT_INT(rows[i].url, subscription_is_loopback(rows[i].url), rows[i].is_loopback);
}

static void another_endpoint_needs_the_option(void)
{
    struct hook hook;

    hook_open(&hook, &(struct sim_options){.notify_anywhere = true});
    hook_ask(&hook, "PUT", "Subscription/r", NULL,
             "{'resourceType':'Subscription','id':'r','status':'requested','reason':'test','"
             "criteria':'Patient',"
             "'channel':{'type':'rest-hook','endpoint':'http://192.0.2.7/x'}}");
    hook_until_status(&hook, "r", "active");
    hook_close(&hook);
}

static CU_TestInfo tests[] = {
    {"what cannot be served is in error", what_cannot_be_served_is_in_error},
    {"loopback is beyond doubt", loopback_is_beyond_doubt},
    {"another endpoint needs the option", another_endpoint_needs_the_option},
    CU_TEST_INFO_NULL,
};
SUITE("subscription", tests)
