/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of metrics-true. */
#include <string.h>

#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

static void committed(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
}

static void numbers(struct kase *k, const char *text)
{
    case_recover(k);
    case_said(k, "metrics", NULL, 0, text);
}

/* A run, and one number about it. */
struct row {
    const char *row;
    void (*build)(struct kase *k);
    const char *text;
    enum verdict want;
};

static void refused(struct kase *k)
{
    note_begin(k);
    case_refused(k, "note", WRITE, 422);
    case_view(k, "note", "rejected", NULL, NULL);
}

static void met_a_foreign_version(struct kase *k)
{
    note_begin(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false}");
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_said(k, "reviews", NULL, 200, "{'reviews':[{'id':'r-note','intent':'i-note'}]}");
}

static void met_its_own_version(struct kase *k)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "reset-after");
    case_refused(k, "note", WRITE, 412);
    case_view(k, "note", "committed", ADA, "2");
}

static void delivered_twice(struct kase *k)
{
    committed(k);
    case_submit(k, "note");
}

static void delivered_and_unanswered(struct kase *k)
{
    committed(k);
    case_submit_as(k, "note", NULL, NULL, 0, NULL);
}

/* Under two keys it is two intents to the engine, each with a first write. */
static void twice_under_two_keys(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    case_submit_as(k, "note", "k-other", NULL, 202, "{'id':'i-9','state':'accepted'}");
    case_refused(k, "note", WRITE, 412);
}

static void killed(struct kase *k)
{
    committed(k);
    case_process(k, "kill", 0);
    case_process(k, "start", 0);
}

static void ended_in_order(struct kase *k)
{
    committed(k);
    case_said(k, "metrics", NULL, 0, "writeback_accepted_total 1\nwriteback_committed_total 1\n");
    case_process(k, "term", 0);
    case_process(k, "exited", 0);
    case_process(k, "start", 0);
}

static void pending(struct kase *k)
{
    note_begin(k);
    case_view(k, "note", "unknown", NULL, NULL);
}

static void broken_on_its_way(struct kase *k)
{
    note_begin(k);
    uint64_t e = case_arrived(k, "note", WRITE);
    case_commit(k, e);
    case_lost(k, e, "truncate-body");
    case_view(k, "note", "committed", ADA, "2");
}

static void down_meanwhile(struct kase *k)
{
    committed(k);
    case_process(k, "down", 0);
    case_process(k, "up", 0);
}

static void drift_told(struct kase *k)
{
    committed(k);
    case_said(k, "swept", NULL, 200,
              "{'kind':'drift','found':[{'kind':'differs'},{'kind':'edited'}]}");
}

/* By a look that a sweep began and did not wait for. */
static void drift_logged(struct kase *k)
{
    committed(k);
    case_said(k, "swept", NULL, 200, "{'kind':'drift','found':[]}");
    case_said(k, "event", "note", 0,
              "{'sequence':1,'kind':'drift','intent':'i-note','result':{'kind':'disappeared'}}");
    case_said(k, "event", "note", 0,
              "{'sequence':2,'kind':'drift','intent':'i-note','result':{'kind':'edited'}}");
    case_said(k, "event", "note", 0,
              "{'sequence':1,'kind':'drift','intent':'i-note','result':{'kind':'disappeared'}}");
}

#define VISIT                                                                                      \
    "{'resourceType':'Bundle','type':'batch','entry':["                                            \
    "{'resource':{'resourceType':'Patient','id':'ada','active':false},'request':{'method':'PUT',"  \
    "'url':'Patient/ada'}},{'resource':{'resourceType':'Task','id':'call','status':'accepted'},"   \
    "'request':{'method':'PUT','url':'Task/call'}}]}"

static uint64_t batch_begin(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_chart(k, "Task/call", "{'resourceType':'Task','status':'requested'}");
    case_intent(k, "visit", "{'operation':'bundle','bundle':" VISIT "}");
    case_submit(k, "visit");
    uint64_t e = case_arrived(k, "visit", "POST ", NULL, VISIT);
    case_committed(k, e, ADA, "{'resourceType':'Patient','active':false}");
    return e;
}

/* Two entries; one is refused. */
static void batch_in_part(struct kase *k)
{
    uint64_t e = batch_begin(k);

    case_replied(k, e, 200, NULL,
                 "{'resourceType':'Bundle','type':'batch-response','entry':[{'response':{'status':'"
                 "200','etag':'W/\\'2\\''}},{'response':{'status':'422'}}]}");
    case_view(k, "visit", "incomplete", NULL, NULL);
}

static uint64_t batch_comes_through(struct kase *k)
{
    uint64_t e = batch_begin(k);

    case_committed(k, e, "Task/call", "{'resourceType':'Task','status':'accepted'}");
    case_replied(k, e, 200, NULL,
                 "{'resourceType':'Bundle','type':'batch-response','entry':[{'response':{'status':'"
                 "200','etag':'W/\\'2\\''}},{'response':{'status':'200','etag':'W/\\'2\\''}}]}");
    return e;
}

/* The second entry names a version, and a nurse's is there by then; the server `ignores` the guard, or never was given one. */
static void batch_over_a_nurses(struct kase *k, const char *guard)
{
    case_chart(k, ADA, ACTIVE);
    case_chart(k, "Task/call", "{'resourceType':'Task','status':'requested'}");
    case_intent(k, "visit", "{'operation':'bundle','bundle':" VISIT "}");
    case_submit(k, "visit");
    uint64_t e =
        case_arrived(k, "visit", "POST ", NULL,
                     case_text(k,
                               "{'resourceType':'Bundle','type':'batch','entry':["
                               "{'resource':{'resourceType':'Patient','id':'ada','active':false},"
                               "'request':{'method':'PUT','url':'Patient/ada'%s}},{'resource':{"
                               "'resourceType':'Task','id':'call','status':'accepted'},"
                               "'request':{'method':'PUT','url':'Task/call'%s}}]}",
                               guard, guard));
    case_edit(k, "Task/call", "{'resourceType':'Task','status':'on-hold'}");
    case_committed(k, e, ADA, "{'resourceType':'Patient','active':false}");
    case_committed(k, e, "Task/call", "{'resourceType':'Task','status':'accepted'}");
    case_replied(k, e, 200, NULL,
                 "{'resourceType':'Bundle','type':'batch-response','entry':[{'response':{'status':'"
                 "200','etag':'W/\\'2\\''}},{'response':{'status':'200','etag':'W/\\'3\\''}}]}");
    case_view(k, "visit", "incomplete", NULL, NULL);
}

static void batch_guarded_in_vain(struct kase *k)
{
    batch_over_a_nurses(k, ",'ifMatch':'W/\\u00221\\u0022'");
}

static void batch_unguarded(struct kase *k)
{
    batch_over_a_nurses(k, "");
}

/* Both came through, and the server lost one. */
static void batch_lost_in_part(struct kase *k)
{
    uint64_t e = batch_comes_through(k);

    case_undo(k, e, ADA);
    case_view(k, "visit", "incomplete", NULL, NULL);
}

/* Both came through, and nobody was told. */
static void batch_unanswered(struct kase *k)
{
    uint64_t e = batch_begin(k);

    case_committed(k, e, "Task/call", "{'resourceType':'Task','status':'accepted'}");
    case_lost(k, e, "reset-after");
    case_view(k, "visit", "incomplete", NULL, NULL);
}

/* A batch is committed; what a simple intent made stands too, and it is open with a human for another reason. */
static void batch_and_one_open(struct kase *k)
{
    batch_comes_through(k);
    case_view(k, "visit", "committed", NULL, NULL);
    case_intent(k, "end",
                "{'operation':'update','target':{'reference':'Task/call'},'baseVersion':'2',"
                "'resource':{'resourceType':'Task','status':'completed'}}");
    case_submit(k, "end");
    case_write(k, "end", "PUT Task/call", "If-Match: W/'2'",
               "{'resourceType':'Task','status':'completed'}");
    case_view(k, "end", "incomplete", NULL, NULL);
}

static const struct row rows[] = {
    {"accepted", committed, "writeback_accepted_total 1\n", VERDICT_PASS},
    {"accepted twice", committed, "writeback_accepted_total 2\n", VERDICT_FAIL},
    {"committed", committed, "# TYPE x counter\nwriteback_committed_total 1\n", VERDICT_PASS},
    {"committed, as a float", committed, "writeback_committed_total 1.0 1700000000\n",
     VERDICT_PASS},
    {"not counted", committed, "writeback_committed_total 0\n", VERDICT_FAIL},
    {"refused is no commit", refused, "writeback_committed_total 1\n", VERDICT_FAIL},
    {"a batch in part, by intent", batch_in_part, "writeback_committed_total 0\n", VERDICT_PASS},
    {"a batch in part, by entry", batch_in_part, "writeback_committed_total 1\n", VERDICT_PASS},
    {"a batch in part, as if whole", batch_in_part, "writeback_committed_total 2\n", VERDICT_FAIL},
    {"a batch lost in part, what is there", batch_lost_in_part, "writeback_committed_total 1\n",
     VERDICT_PASS},
    {"a batch lost in part, what was there", batch_lost_in_part, "writeback_committed_total 2\n",
     VERDICT_PASS},
    {"a batch lost in part, more than there was", batch_lost_in_part,
     "writeback_committed_total 3\n", VERDICT_FAIL},
    {"a batch whose guard was not looked at, without that entry", batch_guarded_in_vain,
     "writeback_committed_total 1\n", VERDICT_PASS},
    {"a batch whose guard was not looked at, with that entry", batch_guarded_in_vain,
     "writeback_committed_total 2\n", VERDICT_PASS},
    {"a batch without a guard, in part", batch_unguarded, "writeback_committed_total 1\n",
     VERDICT_FAIL},
    {"a batch unanswered, of which a part was found", batch_unanswered,
     "writeback_committed_total 1\n", VERDICT_PASS},
    {"a batch unanswered, more than there is", batch_unanswered, "writeback_committed_total 3\n",
     VERDICT_FAIL},
    {"a batch by entry, and one that is open", batch_and_one_open, "writeback_committed_total 2\n",
     VERDICT_PASS},
    {"a batch by entry, and more than was made", batch_and_one_open,
     "writeback_committed_total 4\n", VERDICT_FAIL},
    {"a conflict", met_a_foreign_version, "writeback_conflicts_total 1\n", VERDICT_PASS},
    {"a conflict, found by a look too", met_a_foreign_version, "writeback_conflicts_total 2\n",
     VERDICT_PASS},
    {"a conflict, not counted", met_a_foreign_version, "writeback_conflicts_total 0\n",
     VERDICT_FAIL},
    {"its own version, counted", met_its_own_version, "writeback_conflicts_total 1\n",
     VERDICT_PASS},
    {"its own version, not counted", met_its_own_version, "writeback_conflicts_total 0\n",
     VERDICT_PASS},
    {"nothing to conflict with", committed, "writeback_conflicts_total 1\n", VERDICT_FAIL},
    {"a hit", delivered_twice, "writeback_idempotency_hits_total 1\n", VERDICT_PASS},
    {"a hit, not counted", delivered_twice, "writeback_idempotency_hits_total 0\n", VERDICT_FAIL},
    {"a hit where none was", committed, "writeback_idempotency_hits_total 1\n", VERDICT_FAIL},
    {"a hit, maybe", delivered_and_unanswered, "writeback_idempotency_hits_total 1\n",
     VERDICT_PASS},
    {"a retry", met_its_own_version, "writeback_retries_total 1\n", VERDICT_PASS},
    {"a retry, not counted", met_its_own_version, "writeback_retries_total 0\n", VERDICT_FAIL},
    {"no retry", committed, "writeback_retries_total 1\n", VERDICT_FAIL},
    {"two firsts", twice_under_two_keys, "writeback_retries_total 0\n", VERDICT_PASS},
    {"two firsts, and two more counted", twice_under_two_keys, "writeback_retries_total 2\n",
     VERDICT_FAIL},
    {"a retry that reached nobody", down_meanwhile, "writeback_retries_total 1\n", VERDICT_PASS},
    {"replies", committed, "writeback_http_replies_total{method=\"PATCH\",status=\"200\"} 1\n",
     VERDICT_PASS},
    {"replies, one too many", committed,
     "writeback_http_replies_total{status=\"200\",method=\"PATCH\"} 2\n", VERDICT_FAIL},
    {"replies, one left out", met_its_own_version,
     "writeback_http_replies_total{method=\"PATCH\",status=\"200\"} 0\n", VERDICT_FAIL},
    {"replies, of classes", committed,
     "writeback_accepted_total 1\nwriteback_http_replies_total{method=\"PATCH\",status=\"2xx\"} "
     "7\n",
     VERDICT_PASS},
    {"a broken reply, counted", broken_on_its_way,
     "writeback_http_replies_total{method=\"PATCH\",status=\"200\"} 1\n", VERDICT_PASS},
    {"a broken reply, not counted", broken_on_its_way,
     "writeback_http_replies_total{method=\"PATCH\",status=\"200\"} 0\n", VERDICT_PASS},
    {"drift as told", drift_told, "writeback_drift_total{kind=\"differs\"} 1\n", VERDICT_PASS},
    {"drift, edits counted", drift_told, "writeback_drift_total{kind=\"differs\"} 2\n",
     VERDICT_FAIL},
    {"drift that is in the log alone", drift_logged,
     "writeback_drift_total{kind=\"disappeared\"} 1\n", VERDICT_PASS},
    {"drift in the log, counted twice", drift_logged,
     "writeback_drift_total{kind=\"disappeared\"} 2\n", VERDICT_FAIL},
    {"after a kill", killed, "writeback_accepted_total 0\nwriteback_backlog 0\n", VERDICT_PASS},
    {"after a kill, a gauge", killed, "writeback_backlog 1\n", VERDICT_FAIL},
    {"two lives, anew", ended_in_order, "writeback_accepted_total 0\nwriteback_committed_total 0\n",
     VERDICT_PASS},
    {"two lives, kept", ended_in_order, "writeback_accepted_total 1\nwriteback_committed_total 1\n",
     VERDICT_PASS},
    {"two lives, too many", ended_in_order, "writeback_accepted_total 2\n", VERDICT_FAIL},
    {"backlog", pending, "writeback_backlog 1\nwriteback_unknown 1\n", VERDICT_PASS},
    {"backlog, not counted", pending, "writeback_backlog 0\n", VERDICT_FAIL},
    {"unknown, not counted", pending, "writeback_unknown 0\n", VERDICT_FAIL},
    {"age", pending, "writeback_queue_age_seconds 0.25\n", VERDICT_PASS},
    {"age of nothing", committed, "writeback_queue_age_seconds 0.25\n", VERDICT_FAIL},
    {"reviews", met_a_foreign_version, "writeback_reviews_open 1\n", VERDICT_PASS},
    {"reviews, not counted", met_a_foreign_version, "writeback_reviews_open 0\n", VERDICT_FAIL},
    {"a share", refused, "writeback_audit_completeness 1\n", VERDICT_PASS},
    {"no share", refused, "writeback_audit_completeness 2\n", VERDICT_FAIL},
    {"all audited, it says", committed, "writeback_audit_completeness 1\n", VERDICT_FAIL},
    {"not all audited", committed, "writeback_audit_completeness 0\n", VERDICT_PASS},
    {"nothing known", committed, "other_total 1\n", VERDICT_UNKNOWN},
    {"nothing at all", committed, "", VERDICT_UNKNOWN},
    {"odd lines", committed, "{\n}\n{a=\"b\" 1\nx\n 7\nwriteback_accepted_total one\n",
     VERDICT_UNKNOWN},
};

static void metrics_true_says_what_it_should(void)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kase *k = case_new();

        rows[i].build(k);
        numbers(k, rows[i].text);
        case_expect(k, rows[i].row, "metrics-true", rows[i].want);
        case_free(k);
    }
}

static CU_TestInfo tests[] = {
    {"metrics-true says what it should", metrics_true_says_what_it_should},
    CU_TEST_INFO_NULL,
};
SUITE("judge_metrics", tests)
