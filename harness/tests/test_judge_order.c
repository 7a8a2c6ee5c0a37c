/* SPDX-License-Identifier: Apache-2.0 */
/* test_judge_order - source-order: in another order than the source's, and what only looks like it. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define TASK "Task/call"
#define TASKED(priority, rest)                                                                     \
    "{'resourceType':'Task','id':'call','priority':'" priority "','description':'a'" rest "}"
#define PATCH(path, value) "[{'op':'replace','path':'" path "','value':'" value "'}]"
#define INTENT(patch, source, tenant, sequence)                                                    \
    "{'operation':'patch','target':{'reference':'Task/call'},'baseVersion':'1','patch':" patch     \
    ",'source':{'system':'" source "','eventId':'e'" sequence "}" tenant "}"
#define FIRST  ",'sequence':1"
#define SECOND ",'sequence':2"
#define AT(n)  "If-Match: W/'" n "'"
#define URGENT PATCH("/priority", "urgent")
#define ASAP   PATCH("/priority", "asap")

static void begin(struct kase *k, const char *first, const char *second)
{
    case_chart(k, TASK, TASKED("routine", ""));
    case_intent(k, "first", first);
    case_intent(k, "second", second);
    case_submit(k, "first");
    case_submit(k, "second");
}

static void begin_plain(struct kase *k)
{
    begin(k, INTENT(URGENT, "urn:p", "", FIRST), INTENT(ASAP, "urn:p", "", SECOND));
}

static void write_first(struct kase *k, const char *guard)
{
    case_write(k, "first", "PATCH " TASK, guard, URGENT);
}

static void write_second(struct kase *k, const char *guard)
{
    case_write(k, "second", "PATCH " TASK, guard, ASAP);
}

static void swap(struct kase *k)
{
    write_second(k, AT("1"));
    write_first(k, AT("2"));
}

static void in_order(struct kase *k)
{
    begin_plain(k);
    write_first(k, AT("1"));
    write_second(k, AT("2"));
}

static void in_the_other_order(struct kase *k)
{
    begin_plain(k);
    swap(k);
}

static void the_other_was_lost_by_the_server(struct kase *k)
{
    begin_plain(k);
    uint64_t exchange = case_write(k, "second", "PATCH " TASK, AT("1"), ASAP);
    case_undo(k, exchange, TASK);
    write_first(k, AT("1"));
}

static void overtaken_while_it_waited(struct kase *k)
{
    begin_plain(k);
    case_refused(k, "first", "PATCH " TASK, AT("1"), URGENT, 503);
    swap(k);
}

static void delivered_in_the_other_order(struct kase *k)
{
    begin(k, INTENT(URGENT, "urn:p", "", SECOND), INTENT(ASAP, "urn:p", "", FIRST));
    write_first(k, AT("1"));
    write_second(k, AT("2"));
}

static void of_two_sources(struct kase *k)
{
    begin(k, INTENT(URGENT, "urn:p", "", FIRST), INTENT(ASAP, "urn:q", "", SECOND));
    swap(k);
}

static void of_two_tenants(struct kase *k)
{
    begin(k, INTENT(URGENT, "urn:p", ",'tenant':'a'", FIRST),
          INTENT(ASAP, "urn:p", ",'tenant':'b'", SECOND));
    swap(k);
}

static void without_a_sequence(struct kase *k)
{
    begin(k, INTENT(URGENT, "urn:p", "", ""), INTENT(ASAP, "urn:p", "", ""));
    swap(k);
}

static void of_other_fields(struct kase *k)
{
    begin(k, INTENT(URGENT, "urn:p", "", FIRST),
          INTENT(PATCH("/description", "b"), "urn:p", "", SECOND));
    case_write(k, "second", "PATCH " TASK, AT("1"), PATCH("/description", "b"));
    write_first(k, AT("2"));
}

static void a_change_to_what_it_was(struct kase *k)
{
    begin(k, INTENT(URGENT, "urn:p", "", FIRST),
          INTENT(PATCH("/priority", "routine"), "urn:p", "", SECOND));
    case_write(k, "second", "PATCH " TASK, AT("1"), PATCH("/priority", "routine"));
    write_first(k, AT("2"));
}

static void decided_by_a_human(struct kase *k)
{
    begin_plain(k);
    write_second(k, AT("1"));
    case_view(k, "first", "needs-review", NULL, NULL);
    case_decide(k, "first", "{'decision':'apply','seenVersion':'2'}");
    write_first(k, AT("2"));
}

static void decided_but_not_answered(struct kase *k)
{
    begin_plain(k);
    write_second(k, AT("1"));
    case_view(k, "first", "needs-review", NULL, NULL);
    case_said(k, "decide", "first", 0, "{'decision':'apply','seenVersion':'2'}");
    write_first(k, AT("2"));
}

static void the_first_is_refused_at_last(struct kase *k)
{
    begin_plain(k);
    case_refused(k, "first", "PATCH " TASK, AT("1"), URGENT, 422);
    write_second(k, AT("1"));
    case_view(k, "first", "rejected", NULL, NULL);
}

static void another_got_the_first_through_again(struct kase *k)
{
    begin_plain(k);
    write_first(k, AT("1"));
    write_second(k, AT("2"));
    case_edit(k, TASK, TASKED("urgent", ""));
}

static void the_server_lost_the_second(struct kase *k)
{
    begin_plain(k);
    uint64_t exchange = case_arrived(k, "second", "PATCH " TASK, AT("1"), ASAP);
    case_committed(k, exchange, TASK, TASKED("asap", ""));
    case_reply(k, exchange);
    case_undo(k, exchange, TASK);
    write_first(k, AT("1"));
}

static void the_server_lost_the_second_too_late(struct kase *k)
{
    begin_plain(k);
    uint64_t exchange = case_arrived(k, "second", "PATCH " TASK, AT("1"), ASAP);
    case_committed(k, exchange, TASK, TASKED("asap", ""));
    case_reply(k, exchange);
    write_first(k, AT("2"));
    case_undo(k, exchange, TASK);
}

static void unreadable(struct kase *k)
{
    begin_plain(k);
    write_second(k, AT("1"));
    uint64_t exchange = case_arrived(k, "first", "PATCH " TASK, AT("2"), URGENT);
    case_committed(k, exchange, TASK, "{'resourceType':'Task'}");
    struct sim_entry *entry =
        (struct sim_entry *)case_evidence(k)->entries[case_evidence(k)->entry_count - 1];
    entry->body = "{";
    entry->body_size = 1;
    case_reply(k, exchange);
}

static void the_order_is_the_sources(void)
{
    static const struct case_row rows[] = {
        {"in order", in_order, VERDICT_PASS},
        {"in the other order", in_the_other_order, VERDICT_FAIL},
        {"the other was lost by the server", the_other_was_lost_by_the_server, VERDICT_PASS},
        {"overtaken while it waited", overtaken_while_it_waited, VERDICT_FAIL},
        {"by sequence, not by delivery", delivered_in_the_other_order, VERDICT_FAIL},
        {"of two sources", of_two_sources, VERDICT_PASS},
        {"of two tenants", of_two_tenants, VERDICT_PASS},
        {"without a sequence there is no order", without_a_sequence, VERDICT_PASS},
        {"of other fields", of_other_fields, VERDICT_PASS},
        {"a change to what it was is one too", a_change_to_what_it_was, VERDICT_FAIL},
        {"decided by a human", decided_by_a_human, VERDICT_PASS},
        {"decided, maybe", decided_but_not_answered, VERDICT_UNKNOWN},
        {"the first never came through", the_first_is_refused_at_last, VERDICT_PASS},
        {"somebody else did it again", another_got_the_first_through_again, VERDICT_PASS},
        {"the server lost the second", the_server_lost_the_second, VERDICT_PASS},
        {"the server lost the second too late", the_server_lost_the_second_too_late, VERDICT_FAIL},
        {"what it was can't be read", unreadable, VERDICT_UNKNOWN},
    };

    case_rows("source-order", rows);
}

static CU_TestInfo tests[] = {
    {"the order is the source's", the_order_is_the_sources},
    CU_TEST_INFO_NULL,
};
SUITE("judge_order", tests)
