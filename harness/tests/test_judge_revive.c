/* SPDX-License-Identifier: Apache-2.0 */
/* test_judge_revive - no-resurrection and clean-chart: what may not come back, and what may not come in. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define TASK "Task/call"
#define TASKED(priority)                                                                           \
    "{'resourceType':'Task','id':'call','identifier':[{'system':'urn:t','value':'T-1'}],"          \
    "'priority':'" priority "'}"
#define UPDATE(base, source)                                                                       \
    "{'operation':'update','target':{'reference':'Task/call'}" base                                \
    ",'resource':" TASKED("urgent") ",'source':{'system':'" source                                 \
                                    "','eventId':'evt-77','sequence':2}}"
#define DELETE(source)                                                                             \
    "{'operation':'delete','target':{'reference':'Task/call'},'baseVersion':'1','source':{"        \
    "'system':'" source "','eventId':'evt-76','sequence':1}}"
#define CREATE                                                                                     \
    "{'operation':'create','target':{'type':'Task'},'resource':" TASKED(                           \
        "urgent") ",'source':{'system':'urn:p','eventId':'evt-77'}}"
#define AT(n) "If-Match: W/'" n "'"

static void begin(struct kase *k, const char *payload)
{
    case_chart(k, TASK, TASKED("routine"));
    case_intent(k, "i", payload);
}

static void put(struct kase *k, const char *guard)
{
    case_write(k, "i", "PUT " TASK, guard, TASKED("urgent"));
}

static void a_live_one(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    put(k, AT("1"));
}

static void deleted_meanwhile(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_edit(k, TASK, NULL);
    put(k, "If-None-Match: *");
}

static void a_guard_that_was_not_heeded(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_edit(k, TASK, NULL);
    put(k, AT("1"));
}

static void deleted_before_it_was_said(struct kase *k)
{
    begin(k, UPDATE("", "urn:p"));
    case_edit(k, TASK, NULL);
    case_submit(k, "i");
    put(k, "If-None-Match: *");
}

static void made_from_the_deletion(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'2'", "urn:p"));
    case_edit(k, TASK, NULL);
    case_submit(k, "i");
    put(k, AT("2"));
}

static void its_own_deletion(struct kase *k)
{
    begin(k, UPDATE("", "urn:p"));
    case_intent(k, "d", DELETE("urn:p"));
    case_submit(k, "d");
    case_write(k, "d", "DELETE " TASK, AT("1"), NULL);
    case_submit(k, "i");
    put(k, "If-None-Match: *");
}

static void another_sources_deletion(struct kase *k)
{
    begin(k, UPDATE("", "urn:p"));
    case_intent(k, "d", DELETE("urn:q"));
    case_submit(k, "d");
    case_write(k, "d", "DELETE " TASK, AT("1"), NULL);
    case_submit(k, "i");
    put(k, "If-None-Match: *");
}

static void decided(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_edit(k, TASK, NULL);
    case_view(k, "i", "needs-review", NULL, NULL);
    case_decide(k, "i", "{'decision':'apply','seenVersion':'2'}");
    put(k, AT("2"));
}

static void decided_before_it_was_deleted(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_view(k, "i", "needs-review", NULL, NULL);
    case_decide(k, "i", "{'decision':'apply','seenVersion':'1'}");
    case_edit(k, TASK, NULL);
    put(k, "If-None-Match: *");
}

static void decided_maybe(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_edit(k, TASK, NULL);
    case_said(k, "decide", "i", 0, "{'decision':'apply','seenVersion':'2'}");
    put(k, AT("2"));
}

static void under_another_id(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_edit(k, TASK, NULL);
    case_write(k, "i", "POST Task", NULL, TASKED("urgent"));
}

static void created_after_a_deletion(struct kase *k)
{
    begin(k, CREATE);
    case_edit(k, TASK, NULL);
    case_submit(k, "i");
    case_write(k, "i", "POST Task", "If-None-Exist: identifier=urn:t|T-1", TASKED("urgent"));
}

static void created_again_after_somebody_deleted_it(struct kase *k)
{
    case_intent(k, "i", CREATE);
    case_submit(k, "i");
    uint64_t lost = case_arrived(k, "i", "POST Task", NULL, TASKED("urgent"));
    case_commit(k, lost);
    case_lost(k, lost, "reset-after");
    case_edit(k, "Task/c-1", NULL);
    case_write(k, "i", "POST Task", NULL, TASKED("urgent"));
}

static void by_somebody_else(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_edit(k, TASK, NULL);
    case_edit(k, TASK, TASKED("routine"));
}

static void what_is_deleted_stays_deleted(void)
{
    static const struct case_row rows[] = {
        {"a live one", a_live_one, VERDICT_PASS},
        {"deleted meanwhile", deleted_meanwhile, VERDICT_FAIL},
        {"a guard that was not heeded", a_guard_that_was_not_heeded, VERDICT_PASS},
        {"deleted before it was said", deleted_before_it_was_said, VERDICT_FAIL},
        {"made from the deletion", made_from_the_deletion, VERDICT_PASS},
        {"the source's own deletion", its_own_deletion, VERDICT_PASS},
        {"another source's deletion", another_sources_deletion, VERDICT_FAIL},
        {"decided by a human", decided, VERDICT_PASS},
        {"decided before it was deleted", decided_before_it_was_deleted, VERDICT_FAIL},
        {"decided, maybe", decided_maybe, VERDICT_UNKNOWN},
        {"under another id", under_another_id, VERDICT_FAIL},
        {"created after a deletion", created_after_a_deletion, VERDICT_PASS},
        {"created again after somebody deleted it", created_again_after_somebody_deleted_it,
         VERDICT_FAIL},
        {"by somebody else", by_somebody_else, VERDICT_PASS},
    };

    case_rows("no-resurrection", rows);
}

/* ---- clean-chart ---- */

static const char *const odd_event =
    "{'operation':'update','target':{'reference':'Task/call'},'baseVersion':'1','resource':" TASKED(
        "urgent") ",'source':{'system':'urn:p','eventId':'7'}}";
static const char *const own_word =
    "{'operation':'create','target':{'type':'Task'},'resource':{'resourceType':'Task',"
    "'description':'as of evt-77','priority':'urgent'},'source':{'system':'urn:p','eventId':"
    "'evt-77'}}";

static void only_the_right_words_come_in(void)
{
    static const struct {
        const char *row, *payload, *act, *body;
        enum verdict want;
    } rows[] = {
        {"nothing of it", NULL, "PUT " TASK, TASKED("urgent"), VERDICT_PASS},
        {"the key", NULL, "PUT " TASK,
         "{'resourceType':'Task','priority':'urgent','note':[{'text':'by k-1-i'}]}", VERDICT_FAIL},
        {"the correlation id in an extension", NULL, "PUT " TASK,
         "{'resourceType':'Task','extension':[{'url':'u','valueString':'c-1-i'}]}", VERDICT_FAIL},
        {"the event id in a tag", NULL, "PUT " TASK,
         "{'resourceType':'Task','meta':{'tag':[{'system':'e','code':'evt-77'}]}}", VERDICT_FAIL},
        {"as a part of another word", NULL, "PUT " TASK,
         "{'resourceType':'Task','note':[{'text':'evt-771'}]}", VERDICT_PASS},
        {"the declared identifier", NULL, "PUT " TASK,
         "{'resourceType':'Task','identifier':[{'system':'urn:case:write','value':'k-1-i'}]}",
         VERDICT_PASS},
        {"another identifier", NULL, "PUT " TASK,
         "{'resourceType':'Task','identifier':[{'system':'urn:other','value':'k-1-i'}]}",
         VERDICT_FAIL},
        {"a count of attempts", NULL, "PUT " TASK,
         "{'resourceType':'Task','note':[{'text':'written at attempt 2'}]}", VERDICT_FAIL},
        {"a count before the word", NULL, "PUT " TASK,
         "{'resourceType':'Task','note':[{'text':'2nd retry'}]}", VERDICT_FAIL},
        {"the word without a count", NULL, "PUT " TASK,
         "{'resourceType':'Task','note':[{'text':'an attempt to call'}]}", VERDICT_PASS},
        {"the intent's own word", own_word, "POST Task",
         "{'resourceType':'Task','description':'as of evt-77','priority':'urgent'}", VERDICT_PASS},
        {"a narrative of the intent's own word", own_word, "POST Task",
         "{'resourceType':'Task','description':'as of evt-77','text':{'status':'generated','div':"
         "'<div>as of evt-77, urgent</div>'}}",
         VERDICT_PASS},
        {"an event id that may be a word", odd_event, "PUT " TASK,
         "{'resourceType':'Task','note':[{'text':'at 7 in the evening'}]}", VERDICT_UNKNOWN},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();

        begin(k, rows[i].payload ? rows[i].payload : UPDATE(",'baseVersion':'1'", "urn:p"));
        case_submit(k, "i");
        case_write(k, "i", rows[i].act, rows[i].act[1] == 'U' ? AT("1") : NULL, rows[i].body);
        case_expect(k, rows[i].row, "clean-chart", rows[i].want);
        case_free(k);
    }
}

static void what_was_there_is_not_the_engines(struct kase *k)
{
    case_chart(k, TASK, "{'resourceType':'Task','note':[{'text':'see evt-77, 3rd attempt'}]}");
    case_intent(k, "i",
                "{'operation':'patch','target':{'reference':'Task/call'},'baseVersion':'1','patch':"
                "[{'op':'add','path':'/priority','value':'urgent'}],'source':{'system':'urn:p',"
                "'eventId':'evt-77'}}");
    case_submit(k, "i");
    case_write(k, "i", "PATCH " TASK, AT("1"),
               "[{'op':'add','path':'/priority','value':'urgent'}]");
}

static void a_companion(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    put(k, AT("1"));
    case_write(k, "i", "POST Provenance", NULL,
               "{'resourceType':'Provenance','target':[{'reference':'Task/call'}],'reason':[{"
               "'text':'k-1-i'}]}");
}

static void a_nurses_note(struct kase *k)
{
    begin(k, UPDATE(",'baseVersion':'1'", "urn:p"));
    case_submit(k, "i");
    case_edit(k, TASK, "{'resourceType':'Task','note':[{'text':'k-1-i'}]}");
}

static void only_what_the_engine_brings_in_counts(void)
{
    static const struct case_row rows[] = {
        {"what was there", what_was_there_is_not_the_engines, VERDICT_PASS},
        {"a companion", a_companion, VERDICT_PASS},
        {"a nurse's note", a_nurses_note, VERDICT_PASS},
    };

    case_rows("clean-chart", rows);
}

static CU_TestInfo tests[] = {
    {"what is deleted stays deleted", what_is_deleted_stays_deleted},
    {"only the right words come in", only_the_right_words_come_in},
    {"only what the engine brings in counts", only_what_the_engine_brings_in_counts},
    CU_TEST_INFO_NULL,
};
SUITE("judge_revive", tests)
