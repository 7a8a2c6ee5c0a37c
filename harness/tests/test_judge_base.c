/* SPDX-License-Identifier: Apache-2.0 */
/* test_judge_base - sound-base: answers that were old, torn or not whole, and what was made of them. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define TASK "Task/call"
#define TASKED(priority, rest)                                                                     \
    "{'resourceType':'Task','id':'call','priority':'" priority "','description':'a'" rest "}"
#define OWNER ",'owner':{'reference':'Practitioner/p'}"
#define SHOWN(version, priority, rest)                                                             \
    "{'resourceType':'Task','id':'call','meta':{'versionId':'" version "'},'priority':'" priority  \
    "','description':'a'" rest "}"
#define SUBSET                                                                                     \
    "{'resourceType':'Task','id':'call','meta':{'versionId':'1','tag':[{'code':'SUBSETTED'}]},"    \
    "'priority':'routine'}"
#define SUBSET_SENT(tag) "{'resourceType':'Task','id':'call'" tag ",'priority':'urgent'}"
#define TAG              ",'meta':{'tag':[{'code':'SUBSETTED'}]}"
#define URGENT           "[{'op':'replace','path':'/priority','value':'urgent'}]"
#define AT(n)            "If-Match: W/'" n "'"
#define ETAG(n)          "{'ETag':'W/\\'" n "\\''}"

static void begin(struct kase *k)
{
    case_chart(k, TASK, TASKED("routine", OWNER));
    case_intent(k, "raise",
                "{'operation':'patch','target':{'reference':'Task/call'},'patch':" URGENT
                ",'source':{'system':'urn:p','eventId':'e'}}");
    case_submit(k, "raise");
}

/* A read whose answer is none that the chart would give. */
static void see(struct kase *k, const char *etag, const char *body)
{
    uint64_t read = case_arrived(k, "raise", "GET " TASK, NULL, NULL);

    case_replied(k, read, 200, etag, body);
}

static void put(struct kase *k, const char *guard, const char *body)
{
    case_write(k, "raise", "PUT " TASK, guard, body);
}

/* Its patch fits no version of the task. An answer was torn, and the server refused what came of it. */
static void nothing_to_be_made_from(struct kase *k)
{
#define LEND "[{'op':'replace','path':'/restriction/repetitions','value':2}]"
    begin(k);
    case_intent(k, "lend",
                "{'operation':'patch','target':{'reference':'Task/call'},'patch':" LEND
                ",'source':{'system':'urn:p','eventId':'f'}}");
    case_submit(k, "lend");
    case_edit(k, TASK, TASKED("asap", OWNER));
    uint64_t read = case_arrived(k, "lend", "GET " TASK, NULL, NULL);
    case_replied(k, read, 200, ETAG("2"), SHOWN("1", "routine", OWNER));
    case_refused(k, "lend", "PATCH " TASK, AT("2"), LEND, 422);
}

static void whole_and_current(struct kase *k)
{
    begin(k);
    case_read(k, "raise", TASK);
    put(k, AT("1"), TASKED("urgent", OWNER));
}

static void after_an_edit(struct kase *k)
{
    begin(k);
    case_edit(k, TASK, TASKED("routine", OWNER ",'note':[{'text':'b'}]"));
}

/* The nurse's note is in version 2; the answer shows version 1. */
static void stale_and_guarded_by_the_newer(struct kase *k)
{
    after_an_edit(k);
    see(k, ETAG("1"), SHOWN("1", "routine", OWNER));
    put(k, AT("2"), TASKED("urgent", OWNER));
}

static void stale_and_not_guarded(struct kase *k)
{
    after_an_edit(k);
    see(k, ETAG("1"), SHOWN("1", "routine", OWNER));
    put(k, NULL, TASKED("urgent", OWNER));
}

static void stale_and_guarded_by_what_it_was(struct kase *k)
{
    after_an_edit(k);
    see(k, ETAG("1"), SHOWN("1", "routine", OWNER));
    case_refused(k, "raise", "PUT " TASK, AT("1"), TASKED("urgent", OWNER), 412);
    case_read(k, "raise", TASK);
    put(k, AT("2"), TASKED("urgent", OWNER ",'note':[{'text':'b'}]"));
}

static void stale_where_nothing_can_be_done(struct kase *k)
{
    stale_and_not_guarded(k);
    case_evidence(k)->guards.stale_read = SIM_NO_GUARD;
}

static void torn(struct kase *k)
{
    after_an_edit(k);
    see(k, ETAG("2"), SHOWN("1", "routine", OWNER));
    put(k, AT("2"), TASKED("urgent", OWNER));
}

static void torn_and_read_again(struct kase *k)
{
    after_an_edit(k);
    see(k, ETAG("2"), SHOWN("1", "routine", OWNER));
    case_read(k, "raise", TASK);
    put(k, AT("2"), TASKED("urgent", OWNER ",'note':[{'text':'b'}]"));
}

static void subsetted(struct kase *k)
{
    begin(k);
    see(k, ETAG("1"), SUBSET);
    put(k, AT("1"), SUBSET_SENT(TAG));
}

static void subsetted_without_the_tag(struct kase *k)
{
    begin(k);
    see(k, ETAG("1"), SUBSET);
    put(k, AT("1"), SUBSET_SENT(""));
}

static void subsetted_and_read_again(struct kase *k)
{
    begin(k);
    see(k, ETAG("1"), SUBSET);
    case_read(k, "raise", TASK);
    put(k, AT("1"), TASKED("urgent", OWNER));
}

static void subsetted_and_patched(struct kase *k)
{
    begin(k);
    see(k, ETAG("1"), SUBSET);
    case_write(k, "raise", "PATCH " TASK, AT("1"), URGENT);
}

static void cut(struct kase *k)
{
    begin(k);
    case_lost(k, case_arrived(k, "raise", "GET " TASK, NULL, NULL), "truncate-body(60)");
}

static void cut_off(struct kase *k)
{
    cut(k);
    put(k, AT("1"), "{'resourceType':'Task','id':'call','priority':'urgent','description':'a'}");
}

static void cut_off_and_read_again(struct kase *k)
{
    cut(k);
    case_read(k, "raise", TASK);
    put(k, AT("1"), TASKED("urgent", OWNER));
}

static void an_old_version_by_its_number(struct kase *k)
{
    after_an_edit(k);
    case_replied(k, case_arrived(k, "raise", "GET " TASK "/_history/1", NULL, NULL), 200, ETAG("1"),
                 SHOWN("1", "routine", OWNER));
    case_read(k, "raise", TASK);
    put(k, AT("2"), TASKED("urgent", OWNER ",'note':[{'text':'b'}]"));
}

static void what_the_patch_means_is_not_known(struct kase *k)
{
    case_chart(k, TASK, TASKED("routine", OWNER));
    case_intent(k, "raise",
                "{'operation':'patch','target':{'reference':'Task/call'},'baseVersion':'1','patch':"
                "[{'op':'remove','path':'/note/3'}],'source':{'system':'urn:p','eventId':'e'}}");
    case_submit(k, "raise");
    see(k, ETAG("1"), SUBSET);
    put(k, AT("1"), SUBSET_SENT(""));
}

/* Somebody changed just that. What was shown first says whether before or after the engine looked. */
static void raised_meanwhile(struct kase *k, const char *etag)
{
    begin(k);
    case_edit(k, TASK, TASKED("asap", OWNER));
    see(k, etag, SHOWN("1", "routine", OWNER));
    case_read(k, "raise", TASK);
    put(k, AT("2"), TASKED("urgent", OWNER));
}

static void raised_and_torn(struct kase *k)
{
    raised_meanwhile(k, ETAG("2"));
}

static void raised_and_stale(struct kase *k)
{
    raised_meanwhile(k, ETAG("1"));
}

static void an_answer_that_contradicts_itself_is_no_base(void)
{
    static const struct case_row rows[] = {
        {"torn, and read again", raised_and_torn, VERDICT_PASS},
        {"stale, and read again", raised_and_stale, VERDICT_FAIL},
    };

    case_rows("no-lost-update", rows);
}

static void only_whole_and_current_answers_are_derived_from(void)
{
    static const struct case_row rows[] = {
        {"whole and current", whole_and_current, VERDICT_PASS},
        {"nothing to be made from", nothing_to_be_made_from, VERDICT_PASS},
        {"stale, under a newer guard", stale_and_guarded_by_the_newer, VERDICT_FAIL},
        {"stale, without a guard", stale_and_not_guarded, VERDICT_FAIL},
        {"stale, under its own guard", stale_and_guarded_by_what_it_was, VERDICT_PASS},
        {"stale, at a server that can't be told to", stale_where_nothing_can_be_done, VERDICT_PASS},
        {"torn", torn, VERDICT_FAIL},
        {"torn, and read again", torn_and_read_again, VERDICT_PASS},
        {"SUBSETTED", subsetted, VERDICT_FAIL},
        {"SUBSETTED, its tag taken off", subsetted_without_the_tag, VERDICT_FAIL},
        {"SUBSETTED, and read again", subsetted_and_read_again, VERDICT_PASS},
        {"SUBSETTED, and patched on the server", subsetted_and_patched, VERDICT_PASS},
        {"cut off", cut_off, VERDICT_FAIL},
        {"cut off, and read again", cut_off_and_read_again, VERDICT_PASS},
        {"an old version asked for by number", an_old_version_by_its_number, VERDICT_PASS},
        {"a patch that does not fit", what_the_patch_means_is_not_known, VERDICT_UNKNOWN},
    };

    case_rows("sound-base", rows);
}

static CU_TestInfo tests[] = {
    {"an answer that contradicts itself is no base", an_answer_that_contradicts_itself_is_no_base},
    {"only whole and current answers are derived from",
     only_whole_and_current_answers_are_derived_from},
    CU_TEST_INFO_NULL,
};
SUITE("judge_base", tests)
