/* SPDX-License-Identifier: Apache-2.0 */
/* test_judge_server - what a server did is not the engine's doing: restores, and guards that it does not keep to. */
#include "base/hash.h"
#include "harness/tests/case.h"
#include "tests/expect.h"

#define TASK "Task/call"
#define TASKED(priority, rest)                                                                     \
    "{'resourceType':'Task','id':'call','priority':'" priority "','description':'a'" rest "}"
#define URGENT "[{'op':'replace','path':'/priority','value':'urgent'}]"
#define RAISE                                                                                      \
    "{'operation':'patch','target':{'reference':'Task/call'},'baseVersion':'1','patch':" URGENT    \
    ",'source':{'system':'urn:p','eventId':'e'},'requester':{'reference':'Patient/ada'}}"
#define NEW                                                                                        \
    "{'operation':'create','target':{'type':'Basic'},'resource':{'resourceType':'Basic'},"         \
    "'source':{'system':'urn:p','eventId':'f'}}"
#define AT(n) "If-Match: W/'" n "'"

static void begin(struct kase *k)
{
    case_chart(k, TASK, TASKED("routine", ""));
    case_intent(k, "raise", RAISE);
    case_intent(k, "new", NEW);
    case_submit(k, "raise");
}

static void record(struct kase *k, const char *outcome, const char *version)
{
    char hash[HASH_HEX_SIZE];

    hash_canonical(case_evidence(k)->intents[0].payload, hash);
    case_said(k, "audit", "raise", 200,
              case_text(k,
                        "{'sequence':1,'intent':'i-raise','key':'k-1-raise','requester':{"
                        "'reference':'Patient/ada'},'source':{'system':'urn:p','eventId':'e'},"
                        "'target':{'reference':'Task/call'},'versionWritten':%s,'outcome':'%s',"
                        "'payloadHash':'%s','previousHash':''}",
                        version, outcome, hash));
}

static void ask_human(struct kase *k, const char *priority)
{
    case_view(k, "raise", "needs-review", NULL, NULL);
    case_recover(k);
    case_said(k, "review", "raise", 200,
              case_text(k,
                        "{'id':'r-raise','failureType':'not-shown','why':'w','current':{"
                        "'resourceType':'Task','id':'call','priority':'%s','description':'a'}}",
                        priority));
}

static uint64_t write_and_lose(struct kase *k)
{
    begin(k);
    uint64_t exchange = case_write(k, "raise", "PATCH " TASK, AT("1"), URGENT);
    case_undo(k, exchange, TASK);
    return exchange;
}

static void lost_and_asked(struct kase *k)
{
    write_and_lose(k);
    ask_human(k, "routine");
    record(k, "conflict", "null");
}

static void lost_and_shown_as_it_was(struct kase *k)
{
    write_and_lose(k);
    ask_human(k, "urgent");
    record(k, "conflict", "null");
}

static void lost_and_recorded(struct kase *k)
{
    write_and_lose(k);
    case_view(k, "raise", "committed", TASK, "2");
    case_recover(k);
    record(k, "committed", "'2'");
}

static void lost_and_written_anew(struct kase *k)
{
    write_and_lose(k);
    case_write(k, "raise", "PATCH " TASK, AT("1"), URGENT);
    case_view(k, "raise", "committed", TASK, "2");
    case_recover(k);
    record(k, "committed", "'2'");
}

static void lost_and_its_number_given_to_another(struct kase *k)
{
    write_and_lose(k);
    case_edit(k, TASK, TASKED("stat", ""));
    case_view(k, "raise", "incomplete", NULL, NULL);
    case_recover(k);
    record(k, "committed", "'2'");
    case_said(k, "event", "raise", 0,
              "{'sequence':1,'kind':'committed','intent':'i-raise','key':'k-1-raise',"
              "'correlationId':'c-1-raise','requestHash':null,'result':{'reference':'Task/call',"
              "'versionId':'2'}}");
}

/* Nothing was lost: the number is the nurse's alone. */
static void the_nurses_and_recorded(struct kase *k)
{
    begin(k);
    case_edit(k, TASK, TASKED("stat", ""));
    case_view(k, "raise", "incomplete", NULL, NULL);
    case_recover(k);
    record(k, "committed", "'2'");
    case_said(k, "event", "raise", 0,
              "{'sequence':1,'kind':'committed','intent':'i-raise','key':'k-1-raise',"
              "'correlationId':'c-1-raise','requestHash':null,'result':{'reference':'Task/call',"
              "'versionId':'2'}}");
}

static void lost_and_logged_nowhere(struct kase *k)
{
    write_and_lose(k);
    case_view(k, "raise", "cancelled", NULL, NULL);
    case_recover(k);
    case_said(k, "event", "raise", 0,
              "{'sequence':1,'kind':'accepted','intent':'i-raise','key':'k-1-raise',"
              "'correlationId':'c-1-raise','requestHash':null,'result':null}");
}

static void cancelled_and_then_lost(struct kase *k)
{
    begin(k);
    uint64_t exchange = case_write(k, "raise", "PATCH " TASK, AT("1"), URGENT);
    case_view(k, "raise", "cancelled", NULL, NULL);
    case_undo(k, exchange, TASK);
    case_recover(k);
}

static void written_anew_and_not_recorded(struct kase *k)
{
    write_and_lose(k);
    case_write(k, "raise", "PATCH " TASK, AT("1"), URGENT);
    case_view(k, "raise", "committed", TASK, "2");
    case_recover(k);
}

static void standing_and_not_recorded(struct kase *k)
{
    begin(k);
    case_write(k, "raise", "PATCH " TASK, AT("1"), URGENT);
    case_view(k, "raise", "committed", TASK, "2");
    case_recover(k);
}

static void not_recovered(struct kase *k)
{
    write_and_lose(k);
}

static void a_restore_is_not_the_engines_doing(void)
{
    static const struct case_row complete[] = {
        {"lost, and a human asked", lost_and_asked, VERDICT_PASS},
        {"lost, and recorded", lost_and_recorded, VERDICT_PASS},
        {"lost, and written anew under its number", lost_and_written_anew, VERDICT_PASS},
        {"written anew, and not recorded", written_anew_and_not_recorded, VERDICT_FAIL},
        {"not lost, and not recorded", standing_and_not_recorded, VERDICT_FAIL},
        {"not recovered", not_recovered, VERDICT_UNKNOWN},
    };
    static const struct case_row path[] = {
        {"shown as it is now", lost_and_asked, VERDICT_PASS},
        {"shown as it was", lost_and_shown_as_it_was, VERDICT_FAIL},
    };
    static const struct case_row once[] = {
        {"lost, and written anew", lost_and_written_anew, VERDICT_PASS},
    };

    static const struct case_row said[] = {
        {"lost, and cancelled", lost_and_logged_nowhere, VERDICT_PASS},
        {"cancelled, and lost then", cancelled_and_then_lost, VERDICT_FAIL},
    };
    static const struct case_row number[] = {
        {"its number given to another", lost_and_its_number_given_to_another, VERDICT_PASS},
        {"another's number, and nothing lost", the_nurses_and_recorded, VERDICT_FAIL},
    };
    static const struct case_row log[] = {
        {"its number given to another", lost_and_its_number_given_to_another, VERDICT_PASS},
        {"another's number, and nothing lost", the_nurses_and_recorded, VERDICT_FAIL},
        {"lost before it was looked for", lost_and_logged_nowhere, VERDICT_PASS},
    };

    case_rows("truthful-state", said);
    case_rows("audit-true", number);
    case_rows("log-replays", log);
    case_rows("audit-complete", complete);
    case_rows("recovery-path", path);
    case_rows("no-duplicate", once);
    case_rows("no-lost-update", once);
    case_rows("own-write-known", once);
}

/* ---- what can be done about a hazard ---- */

static void overwrite(struct kase *k, const char *guard)
{
    begin(k);
    case_edit(k, TASK, TASKED("stat", ""));
    case_write(k, "raise", "PATCH " TASK, guard, URGENT);
}

static void blind(struct kase *k)
{
    overwrite(k, NULL);
    case_view(k, "raise", "committed", TASK, "3");
    case_recover(k);
}

static void blind_and_asked(struct kase *k)
{
    overwrite(k, NULL);
    case_view(k, "raise", "needs-review", NULL, NULL);
    case_recover(k);
}

static void blind_and_reported(struct kase *k)
{
    blind(k);
    case_said(k, "swept", NULL, 200,
              "{'kind':'drift','found':[{'reference':'Task/call','versionId':'3','kind':"
              "'differs'}]}");
}

static void blind_and_reported_elsewhere(struct kase *k)
{
    blind(k);
    case_said(k, "swept", NULL, 200,
              "{'kind':'drift','found':[{'reference':'Task/other','versionId':'3','kind':"
              "'differs'}]}");
}

static void guarded_in_vain(struct kase *k)
{
    overwrite(k, AT("1"));
    case_view(k, "raise", "committed", TASK, "3");
    case_recover(k);
}

static void guarded_in_vain_and_asked(struct kase *k)
{
    overwrite(k, AT("1"));
    case_view(k, "raise", "incomplete", NULL, NULL);
    case_recover(k);
}

/* Which of both counts is for a human, who saw that the server had not looked. */
static void guarded_in_vain_and_decided(struct kase *k)
{
    guarded_in_vain_and_asked(k);
    case_decide(k, "raise", "{'decision':'apply','seenVersion':'3'}");
    case_view(k, "raise", "committed", TASK, "3");
}

static void decided_and_guarded_in_vain(struct kase *k)
{
    begin(k);
    case_edit(k, TASK, TASKED("routine", ",'owner':{'reference':'Patient/ada'}"));
    case_view(k, "raise", "needs-review", NULL, NULL);
    case_decide(k, "raise", "{'decision':'apply','seenVersion':'2'}");
    case_edit(k, TASK, TASKED("stat", ""));
    case_write(k, "raise", "PATCH " TASK, AT("2"), URGENT);
    case_view(k, "raise", "committed", TASK, "4");
    case_recover(k);
}

static void blind_where_nobody_was(struct kase *k)
{
    begin(k);
    case_write(k, "raise", "PATCH " TASK, NULL, URGENT);
    case_recover(k);
}

static void twice(struct kase *k, const char *state)
{
    begin(k);
    case_submit(k, "new");
    case_write(k, "new", "POST Basic", "If-None-Exist: identifier=a", "{'resourceType':'Basic'}");
    case_write(k, "new", "POST Basic", "If-None-Exist: identifier=a", "{'resourceType':'Basic'}");
    case_view(k, "new", state, "Basic/c-1", "1");
    case_recover(k);
}

static void twice_said_nothing(struct kase *k)
{
    twice(k, "committed");
}

static void twice_and_asked(struct kase *k)
{
    twice(k, "needs-review");
}

static void twice_by_a_server_that_ignores_guards(struct kase *k)
{
    begin(k);
    uint64_t exchange = case_arrived(k, "raise", "PUT " TASK, AT("1"), TASKED("urgent", ""));
    case_commit(k, exchange);
    case_commit(k, exchange);
    case_reply(k, exchange);
}

#define NOT_JUDGED ((enum verdict)2)

static void blame_is_by_what_can_be_done(void)
{
    static const struct {
        const char *row, *invariant;
        void (*build)(struct kase *k);
        enum sim_guard guard;
        enum verdict want;
    } rows[] = {
        {"blind", "guarded-write", blind, SIM_PREVENT, VERDICT_FAIL},
        {"blind, harm", "guarded-write", blind, SIM_DETECT, VERDICT_FAIL},
        {"blind, no harm", "guarded-write", blind_where_nobody_was, SIM_DETECT, VERDICT_PASS},
        {"blind, no harm, avoidable", "guarded-write", blind_where_nobody_was, SIM_PREVENT,
         VERDICT_FAIL},
        {"blind and asked", "guarded-write", blind_and_asked, SIM_DETECT, VERDICT_PASS},
        {"blind and asked, avoidable", "guarded-write", blind_and_asked, SIM_PREVENT, VERDICT_FAIL},
        {"blind and reported", "guarded-write", blind_and_reported, SIM_DETECT, VERDICT_PASS},
        {"nothing to be done", "guarded-write", blind, SIM_NO_GUARD, NOT_JUDGED},
        {"lost", "no-lost-update", blind, SIM_PREVENT, VERDICT_FAIL},
        {"lost, to be detected", "no-lost-update", blind, SIM_DETECT, VERDICT_FAIL},
        {"lost and asked", "no-lost-update", blind_and_asked, SIM_DETECT, VERDICT_PASS},
        {"lost and reported", "no-lost-update", blind_and_reported, SIM_DETECT, VERDICT_PASS},
        {"another reported", "no-lost-update", blind_and_reported_elsewhere, SIM_DETECT,
         VERDICT_FAIL},
        {"guarded, but not kept to", "no-lost-update", guarded_in_vain, SIM_PREVENT, VERDICT_PASS},
        {"guarded in vain", "no-lost-update", guarded_in_vain, SIM_DETECT, VERDICT_FAIL},
        {"guarded in vain and asked", "no-lost-update", guarded_in_vain_and_asked, SIM_DETECT,
         VERDICT_PASS},
        {"guarded in vain and decided", "no-lost-update", guarded_in_vain_and_decided, SIM_DETECT,
         VERDICT_PASS},
        {"decided before it was lost", "no-lost-update", decided_and_guarded_in_vain, SIM_DETECT,
         VERDICT_FAIL},
        {"lost for good", "no-lost-update", blind, SIM_NO_GUARD, NOT_JUDGED},
        {"twice", "no-duplicate", twice_said_nothing, SIM_PREVENT, VERDICT_FAIL},
        {"twice, to be detected", "no-duplicate", twice_said_nothing, SIM_DETECT, VERDICT_FAIL},
        {"twice and asked", "no-duplicate", twice_and_asked, SIM_DETECT, VERDICT_PASS},
        {"twice, nothing to be done", "no-duplicate", twice_said_nothing, SIM_NO_GUARD, NOT_JUDGED},
        {"against its guard", "no-duplicate", twice_by_a_server_that_ignores_guards, SIM_PREVENT,
         VERDICT_PASS},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();

        rows[i].build(k);
        case_evidence(k)->guards =
            (struct sim_guards){.lost_update = rows[i].guard, .duplicate_create = rows[i].guard};
        const struct result_invariant *result = case_judge(k, rows[i].invariant);
        EXPECT_INT(rows[i].row, result->is_judged, rows[i].want != NOT_JUDGED);
        if (result->is_judged)
            EXPECT_STR(rows[i].row, verdict_name(result->verdict), verdict_name(rows[i].want));
        case_free(k);
    }
}

static CU_TestInfo tests[] = {
    {"a restore is not the engine's doing", a_restore_is_not_the_engines_doing},
    {"blame is by what can be done", blame_is_by_what_can_be_done},
    CU_TEST_INFO_NULL,
};
SUITE("judge_server", tests)
