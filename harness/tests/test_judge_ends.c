/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of no-loss, nothing-after-terminal, recovery-path and settles: how intents end. */
#include "harness/tests/case.h"
#include "tests/expect.h"

#define ADA    "Patient/ada"
#define ACTIVE "{'resourceType':'Patient','active':true}"
#define GENDER "[{'op':'add','path':'/gender','value':'female'}]"
#define WRITE  "PATCH Patient/ada", "If-Match: W/'1'", GENDER

static void begin(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note",
                "{'operation':'patch','target':{'reference':'Patient/"
                "ada'},'baseVersion':'1','patch':" GENDER
                ",'source':{'system':'urn:portal','eventId':'e-1'}}");
    case_intent(k, "later",
                "{'operation':'patch','target':{'reference':'Patient/"
                "ada'},'baseVersion':'1','patch':" GENDER ",'supersedes':'k-1-note'}");
    case_intent(
        k, "obs",
        "{'operation':'create','target':{'type':'Basic'},'resource':{'resourceType':'Basic'}}");
    case_submit(k, "note");
}

static void list_reviews(struct kase *k, const char *intents)
{
    case_said(k, "reviews", NULL, 200, intents);
}

static void committed(struct kase *k)
{
    begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void committed_falsely(struct kase *k)
{
    begin(k);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void refused(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 422);
    case_view(k, "note", "rejected", NULL, NULL);
    case_recover(k);
}

static void rejected_after_silence(struct kase *k)
{
    begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "reset-before");
    case_view_text(
        k, "note", 200,
        "{'id':'i-note','state':'rejected','problem':{'title':'no answer','detail':'try later'}}");
    case_recover(k);
}

static void rejected_for_a_quota(struct kase *k)
{
    begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_replied(k, e, 403, "{'Retry-After':'1'}", NULL);
    case_view_text(
        k, "note", 200,
        "{'id':'i-note','state':'rejected','problem':{'title':'forbidden','detail':'403'}}");
    case_recover(k);
}

static void rejected_by_a_conflict(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "rejected", NULL, NULL);
    case_recover(k);
}

static void rejected_before_sending(struct kase *k)
{
    begin(k);
    case_view_text(k, "note", 200,
                   "{'id':'i-note','state':'rejected','problem':{'title':'no such "
                   "member','detail':'mend it'}}");
    case_recover(k);
}

static void rejected_since_a_read_failed(struct kase *k)
{
    begin(k);
    case_refused(k, "note", "GET Patient/ada", NULL, NULL, 503);
    case_view_text(k, "note", 200,
                   "{'id':'i-note','state':'rejected','problem':{'title':'server not available'}}");
    case_recover(k);
}

static void rejected_after_an_old_404(struct kase *k)
{
    begin(k);
    case_read(k, "note", "Patient/eve");
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "reset-before");
    case_view_text(k, "note", 200,
                   "{'id':'i-note','state':'rejected','problem':{'title':'no answer'}}");
    case_recover(k);
}

static void rejected_by_a_conflict_that_never_was(struct kase *k)
{
    begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "reset-before");
    case_view(k, "note", "rejected", NULL, NULL);
    case_recover(k);
}

static void rejected_by_a_conflict_it_saw(struct kase *k)
{
    begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    uint64_t e = case_arrived(k, "note", WRITE);
    case_lost(k, e, "reset-before");
    case_read(k, "note", ADA);
    case_view(k, "note", "rejected", NULL, NULL);
    case_recover(k);
}

static void rejected_since_it_exists(struct kase *k)
{
    case_intent(k, "obs",
                "{'operation':'create','target':{'type':'Basic'},'resource':{'resourceType':"
                "'Basic'}}");
    case_submit(k, "obs");
    uint64_t e = case_arrived(k, "obs", "GET Basic?identifier=urn:x|7", NULL, NULL);
    case_replied(k, e, 200, NULL, "{'resourceType':'Bundle','type':'searchset','entry':[]}");
    e = case_arrived(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
    case_replied(k, e, 503, NULL, NULL);
    case_view_text(k, "obs", 200,
                   "{'id':'i-obs','state':'rejected','problem':{'detail':'it already exists'}}");
    case_recover(k);
}

static void cancelled(struct kase *k)
{
    begin(k);
    case_cancel(k, "note");
    case_recover(k);
}

static void discarded(struct kase *k)
{
    begin(k);
    case_decide(k, "note", "{'decision':'discard'}");
    case_view(k, "note", "cancelled", NULL, NULL);
    case_recover(k);
}

static void discarded_in_vain(struct kase *k)
{
    begin(k);
    case_decide_refused(k, "note", "{'decision':'discard'}");
    case_view(k, "note", "cancelled", NULL, NULL);
    case_recover(k);
}

static void cancelled_by_nobody(struct kase *k)
{
    begin(k);
    case_view(k, "note", "cancelled", NULL, NULL);
    case_recover(k);
}

static void superseded(struct kase *k)
{
    begin(k);
    case_submit(k, "later");
    case_view(k, "note", "superseded", NULL, NULL);
    case_write(k, "later", WRITE);
    case_view(k, "later", "committed", ADA, "2");
    case_recover(k);
}

static void superseded_by_what_was_refused(struct kase *k)
{
    begin(k);
    case_submit_as(k, "later", NULL, NULL, 422, "{'title':'no'}");
    case_view(k, "note", "superseded", NULL, NULL);
    case_recover(k);
}

static void superseded_by_nobody(struct kase *k)
{
    begin(k);
    case_view(k, "note", "superseded", NULL, NULL);
    case_recover(k);
}

static void open_and_listed(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    list_reviews(k, "{'reviews':[{'id':'r-note','intent':'i-note'}]}");
}

static void open_and_not_listed(struct kase *k)
{
    begin(k);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    list_reviews(k, "{'reviews':[]}");
}

static void open_and_no_list(struct kase *k)
{
    begin(k);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
}

static void still_writing(struct kase *k)
{
    begin(k);
    case_view(k, "note", "writing", NULL, NULL);
    case_recover(k);
}

static void forgotten(struct kase *k)
{
    begin(k);
    case_view_text(k, "note", 404, "{'title':'not found'}");
    case_recover(k);
}

static void says_garbage(struct kase *k)
{
    begin(k);
    case_view_text(k, "note", 200, "[]");
    case_recover(k);
}

static void an_unmapped_state(struct kase *k)
{
    begin(k);
    case_view_text(k, "note", 200, "{'id':'i-note','state':'PROCESSING'}");
    case_recover(k);
}

static void does_not_answer(struct kase *k)
{
    begin(k);
    case_view_text(k, "note", 503, "");
    case_recover(k);
}

static void unfinished(struct kase *k)
{
    begin(k);
    case_view(k, "note", "writing", NULL, NULL);
}

static void never_accepted(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note", "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':[]}");
    case_submit_as(k, "note", NULL, NULL, 400, "{'title':'bad'}");
    case_recover(k);
}

static void nothing_accepted_is_lost(void)
{
    static const struct case_row rows[] = {
        {"committed", committed, VERDICT_PASS},
        {"refused by the server", refused, VERDICT_PASS},
        {"a conflict, named", rejected_by_a_conflict, VERDICT_PASS},
        {"a conflict that it saw in the chart", rejected_by_a_conflict_it_saw, VERDICT_PASS},
        {"what it looked for was there", rejected_since_it_exists, VERDICT_PASS},
        {"validated before sending", rejected_before_sending, VERDICT_PASS},
        {"cancelled", cancelled, VERDICT_PASS},
        {"discarded", discarded, VERDICT_PASS},
        {"superseded", superseded, VERDICT_PASS},
        {"open and listed", open_and_listed, VERDICT_PASS},
        {"never accepted", never_accepted, VERDICT_PASS},
        {"said to be committed, and is not", committed_falsely, VERDICT_FAIL},
        {"rejected because no answer came", rejected_after_silence, VERDICT_FAIL},
        {"rejected by a conflict that never was", rejected_by_a_conflict_that_never_was,
         VERDICT_FAIL},
        {"superseded by what was refused", superseded_by_what_was_refused, VERDICT_FAIL},
        {"rejected for a quota", rejected_for_a_quota, VERDICT_FAIL},
        {"rejected because a read failed", rejected_since_a_read_failed, VERDICT_FAIL},
        {"rejected after silence, though a look was refused before", rejected_after_an_old_404,
         VERDICT_FAIL},
        {"cancelled by nobody", cancelled_by_nobody, VERDICT_FAIL},
        {"the discard was refused", discarded_in_vain, VERDICT_FAIL},
        {"superseded by nobody", superseded_by_nobody, VERDICT_FAIL},
        {"open, but in no list", open_and_not_listed, VERDICT_FAIL},
        {"still writing", still_writing, VERDICT_FAIL},
        {"not known any more", forgotten, VERDICT_FAIL},
        {"garbage instead of a view", says_garbage, VERDICT_FAIL},
        {"a state that is no end", an_unmapped_state, VERDICT_FAIL},
        {"no list was seen", open_and_no_list, VERDICT_UNKNOWN},
        {"no answer at all", does_not_answer, VERDICT_UNKNOWN},
        {"an unfinished run", unfinished, VERDICT_UNKNOWN},
    };

    case_rows("no-loss", rows);
}

/* ---- nothing-after-terminal ---- */

static void written_after_its_end(struct kase *k)
{
    committed(k);
    case_arrived(k, "note", WRITE);
}

static void written_after_a_rejection(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 422);
    case_view(k, "note", "rejected", NULL, NULL);
    case_view(k, "note", "writing", NULL, NULL);
    case_write(k, "note", WRITE);
}

static void a_zombie_commits_after_its_end(struct kase *k)
{
    begin(k);
    uint64_t zombie = case_arrived(k, "note", WRITE);
    case_lost(k, zombie, "");
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    case_replied(k, zombie, 412, NULL, NULL);
}

static void looked_at_after_its_end(struct kase *k)
{
    committed(k);
    case_read(k, "note", ADA);
}

static void a_companion_after_its_end(struct kase *k)
{
    committed(k);
    case_write(k, "note", "POST Provenance", NULL, "{'resourceType':'Provenance'}");
}

static void written_after_a_decision(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 422);
    case_view(k, "note", "rejected", NULL, NULL);
    case_decide(k, "note", "{'decision':'apply'}");
    case_write(k, "note", WRITE);
}

static void written_for_another_key(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
    case_view(k, "obs", "committed", "Basic/c-1", "1");
    case_submit_as(k, "obs", "k-other", NULL, 202, "{'id':'i-9','state':'accepted'}");
    case_write(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
}

static void written_for_no_key_left(struct kase *k)
{
    written_for_another_key(k);
    case_view_text(k, "obs", 200, "{'id':'i-9','state':'committed'}");
    case_arrived(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
}

static void written_after_a_cancel_that_came_too_late(struct kase *k)
{
    committed(k);
    case_said(k, "cancel", "note", 0, NULL);
    case_said(k, "cancelled", "note", 409, "{'title':'it is committed'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'2'", GENDER);
}

static void written_after_it_was_discarded(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 422);
    case_view(k, "note", "rejected", NULL, NULL);
    case_decide(k, "note", "{'decision':'discard'}");
    case_write(k, "note", WRITE);
}

#define SHARED                                                                                     \
    "{'resourceType':'Bundle','type':'batch','entry':["                                            \
    "{'resource':{'resourceType':'Basic'},'request':{'method':'POST','url':'Basic'}},"             \
    "{'resource':{'resourceType':'Patient','id':'ada','active':true,'gender':'female'},"           \
    "'request':{'method':'PUT','url':'Patient/ada'}}]}"

static void written_in_an_exchange_of_another(struct kase *k)
{
    committed(k);
    case_intent(k, "put",
                "{'operation':'update','target':{'reference':'Patient/ada'},'resource':"
                "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}}");
    case_submit(k, "obs");
    case_submit(k, "put");
    case_write(k, "put", "PUT Patient/ada", "If-Match: W/'2'",
               "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}");
    case_view(k, "put", "committed", ADA, "3");
    case_write(k, "obs", "POST ", NULL, SHARED);
}

static void nothing_was_said(struct kase *k)
{
    case_intent(k, "note", "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':[]}");
    case_submit_as(k, "note", NULL, NULL, 202, "{}");
    case_recover(k);
}

static void an_end_is_an_end(void)
{
    static const struct case_row rows[] = {
        {"committed and done", committed, VERDICT_PASS},
        {"a zombie's commit is no new request", a_zombie_commits_after_its_end, VERDICT_PASS},
        {"a look is no write", looked_at_after_its_end, VERDICT_PASS},
        {"a companion", a_companion_after_its_end, VERDICT_PASS},
        {"a human decided", written_after_a_decision, VERDICT_PASS},
        {"another key of the same event", written_for_another_key, VERDICT_PASS},
        {"a write after committed", written_after_its_end, VERDICT_FAIL},
        {"a write after rejected, though it says writing again", written_after_a_rejection,
         VERDICT_FAIL},
        {"a write after both keys ended", written_for_no_key_left, VERDICT_FAIL},
        {"a write after a cancel that was refused", written_after_a_cancel_that_came_too_late,
         VERDICT_FAIL},
        {"a write after a human discarded it", written_after_it_was_discarded, VERDICT_FAIL},
        {"a write in an exchange of another intent", written_in_an_exchange_of_another,
         VERDICT_FAIL},
        {"nothing was said", nothing_was_said, VERDICT_UNKNOWN},
    };

    case_rows("nothing-after-terminal", rows);
}

/* ---- recovery-path ---- */

static void open_with(struct kase *k, const char *review)
{
    begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    list_reviews(k, "{'reviews':[{'id':'r-note','intent':'i-note'}]}");
    if (review)
        case_said(k, "review", "note", 200, review);
}

static void the_review_shows_the_chart(struct kase *k)
{
    open_with(k, "{'id':'r-note','intent':'i-note','current':{'resourceType':'Patient','id':'ada',"
                 "'meta':{'versionId':'2'},'active':false}}");
}

static void the_review_shows_an_old_chart(struct kase *k)
{
    open_with(k, "{'id':'r-note','intent':'i-note','current':{'resourceType':'Patient','id':'ada',"
                 "'active':true}}");
}

/* What stands behind the number has changed since, as by a repair behind the API. */
static void open_on_what_changed(struct kase *k, const char *shown)
{
    begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_entry(k, &(struct sim_entry){.kind = SIM_FAULT,
                                      .fault = "mutate-later(/gender)",
                                      .reference = ADA,
                                      .version = "2",
                                      .ordinal = 2,
                                      .body = "{'resourceType':'Patient','gender':'male'}"});
    case_recover(k);
    case_said(k, "review", "note", 200,
              case_text(k, "{'id':'r-note','intent':'i-note','current':%s}", shown));
}

static void the_review_shows_what_changed(struct kase *k)
{
    open_on_what_changed(k, "{'resourceType':'Patient','id':'ada','gender':'male'}");
}

static void the_review_shows_what_it_was(struct kase *k)
{
    open_on_what_changed(k, "{'resourceType':'Patient','id':'ada','active':false}");
}

static void the_review_shows_neither(struct kase *k)
{
    open_on_what_changed(k, "{'resourceType':'Patient','id':'ada','active':true}");
}

static void the_review_shows_nothing(struct kase *k)
{
    open_with(k, "{'id':'r-note','intent':'i-note','current':null}");
}

static void the_review_of_what_is_gone(struct kase *k)
{
    begin(k);
    case_edit(k, ADA, NULL);
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    case_said(k, "review", "note", 200, "{'id':'r-note','intent':'i-note','current':null}");
}

static void open_without_a_review(struct kase *k)
{
    open_with(k, NULL);
}

static void open_with_a_problem(struct kase *k)
{
    begin(k);
    case_view_text(k, "note", 200,
                   "{'id':'i-note','state':'needs-review','review':null,"
                   "'problem':{'detail':'ask the ward and send it again'}}");
    case_recover(k);
}

static void rejected_without_a_word(struct kase *k)
{
    begin(k);
    case_refused(k, "note", WRITE, 422);
    case_view_text(k, "note", 200, "{'id':'i-note','state':'rejected','problem':null}");
    case_recover(k);
}

static void acting_creates_again(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
    case_view(k, "obs", "needs-review", NULL, NULL);
    case_decide(k, "obs", "{'decision':'apply'}");
    case_write(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
    case_view(k, "obs", "committed", "Basic/c-2", "1");
    case_view(k, "note", "cancelled", NULL, NULL);
    case_recover(k);
}

static void acting_creates_what_was_removed(struct kase *k)
{
    begin(k);
    case_submit(k, "obs");
    case_write(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
    case_view(k, "obs", "needs-review", NULL, NULL);
    case_edit(k, "Basic/c-1", NULL);
    case_decide(k, "obs", "{'decision':'apply'}");
    case_write(k, "obs", "POST Basic", NULL, "{'resourceType':'Basic'}");
    case_view(k, "obs", "committed", "Basic/c-2", "1");
    case_view(k, "note", "cancelled", NULL, NULL);
    case_recover(k);
}

static void somebody_can_go_on(void)
{
    static const struct case_row rows[] = {
        {"committed", committed, VERDICT_PASS},
        {"cancelled", cancelled, VERDICT_PASS},
        {"rejected, and why", refused, VERDICT_PASS},
        {"a review of the current chart", the_review_shows_the_chart, VERDICT_PASS},
        {"a review of what changed under its number", the_review_shows_what_changed, VERDICT_PASS},
        {"a review of what it was before", the_review_shows_what_it_was, VERDICT_PASS},
        {"a review of neither", the_review_shows_neither, VERDICT_FAIL},
        {"a review of what is gone", the_review_of_what_is_gone, VERDICT_PASS},
        {"a problem that says what to do", open_with_a_problem, VERDICT_PASS},
        {"acting on it creates what somebody had removed", acting_creates_what_was_removed,
         VERDICT_PASS},
        {"a review of an old chart", the_review_shows_an_old_chart, VERDICT_FAIL},
        {"a review of nothing", the_review_shows_nothing, VERDICT_FAIL},
        {"open without a review", open_without_a_review, VERDICT_FAIL},
        {"rejected without a word", rejected_without_a_word, VERDICT_FAIL},
        {"still writing", still_writing, VERDICT_FAIL},
        {"acting on it creates again", acting_creates_again, VERDICT_FAIL},
        {"an unfinished run", unfinished, VERDICT_UNKNOWN},
        {"no answer at all", does_not_answer, VERDICT_UNKNOWN},
    };

    case_rows("recovery-path", rows);
}

/* ---- settles ---- */

static void asked_again_afterwards(struct kase *k)
{
    committed(k);
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
}

static void changed_afterwards(struct kase *k)
{
    begin(k);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    case_view(k, "note", "writing", NULL, NULL);
}

static void never_rested(struct kase *k)
{
    begin(k);
    case_process(k, "recovery", 0);
    case_process(k, "recovered", 0);
}

static void a_storm(struct kase *k)
{
    begin(k);
    for (int i = 0; i < 201; i++)
        case_arrived(k, "note", "GET Patient/ada", NULL, NULL);
    case_recover(k);
}

static void it_comes_to_rest(void)
{
    static const struct case_row rows[] = {
        {"committed", committed, VERDICT_PASS},
        {"looks and views afterwards", asked_again_afterwards, VERDICT_PASS},
        {"still writing, but at rest", still_writing, VERDICT_PASS},
        {"a write afterwards", written_after_its_end, VERDICT_FAIL},
        {"another state afterwards", changed_afterwards, VERDICT_FAIL},
        {"ten sweeps and no rest", never_rested, VERDICT_FAIL},
        {"more than 200 exchanges", a_storm, VERDICT_FAIL},
        {"an unfinished run", unfinished, VERDICT_UNKNOWN},
    };

    case_rows("settles", rows);
}

static CU_TestInfo tests[] = {
    {"nothing accepted is lost", nothing_accepted_is_lost},
    {"an end is an end", an_end_is_an_end},
    {"somebody can go on", somebody_can_go_on},
    {"it comes to rest", it_comes_to_rest},
    CU_TEST_INFO_NULL,
};
SUITE("judge_ends", tests)
