/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of log-replays. */
#include "base/hash.h"
#include "base/json.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

#define SECOND "[{'op':'add','path':'/birthDate','value':'1980-01-01'}]"

static const char *hash_of(struct kase *k, const struct cJSON *tree)
{
    char hash[HASH_HEX_SIZE];

    hash_canonical(tree, hash);
    return case_text(k, "%s", hash);
}

static const char *payload_hash(struct kase *k)
{
    return hash_of(k, case_evidence(k)->intents[0].payload);
}

/* One line of the log; `result` is JSON. */
static void line(struct kase *k, const char *intent, const char *kind, const char *hash,
                 const char *result)
{
    case_said(k, "event", intent, 0,
              case_text(k,
                        "{'sequence':1,'kind':'%s','intent':'i-%s','key':'k-1-%s',"
                        "'correlationId':'c-1-%s','requestHash':%s,'result':%s}",
                        kind, intent, intent, intent, hash ? case_text(k, "'%s'", hash) : "null",
                        result));
}

static void made(struct kase *k, const char *intent, const char *version)
{
    line(k, intent, "committed", NULL,
         case_text(k, "{'reference':'Patient/ada','versionId':%s}", version));
}

static void written(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
}

static void logged(struct kase *k)
{
    written(k);
    line(k, "note", "accepted", NULL, "null");
    made(k, "note", "'2'");
}

static void logged_in_a_list(struct kase *k)
{
    written(k);
    line(k, "note", "committed", NULL,
         "[{'entry':0,'reference':'http://127.0.0.1:1/fhir/Patient/ada/_history/2'},null]");
}

static void logged_twice(struct kase *k)
{
    logged(k);
    made(k, "note", "'2'");
}

/* One request, made twice by something on the way; one result is for both where the server ignores guards. */
static void made_twice_at(struct kase *k, enum sim_guard lost_update)
{
    note_begin(k);
    case_evidence(k)->guards.lost_update = lost_update;
    uint64_t exchange = case_arrived(k, "note", WRITE);
    case_commit(k, exchange);
    case_commit(k, exchange);
    case_reply(k, exchange);
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
    made(k, "note", "'2'");
}

static void made_twice_where_guards_are_ignored(struct kase *k)
{
    made_twice_at(k, SIM_DETECT);
}

static void made_twice_where_guards_hold(struct kase *k)
{
    made_twice_at(k, SIM_PREVENT);
}

static void the_result_is_missing(struct kase *k)
{
    written(k);
    line(k, "note", "accepted", NULL, "null");
}

static void the_result_has_no_version(struct kase *k)
{
    written(k);
    made(k, "note", "null");
}

static void a_version_that_is_not_there(struct kase *k)
{
    logged(k);
    made(k, "note", "'7'");
}

static void somebody_elses_version(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_edit(k, ADA, "{'resourceType':'Patient','id':'ada','active':false}");
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
    made(k, "note", "'2'");
    made(k, "note", "'3'");
}

static void what_stood_already(struct kase *k)
{
    note_begin(k);
    case_read(k, "note", ADA);
    case_edit(k, ADA, "{'resourceType':'Patient','id':'ada','active':true,'gender':'female'}");
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
    made(k, "note", "'2'");
}

static void not_told_and_open(struct kase *k)
{
    note_begin(k);
    uint64_t exchange = case_arrived(k, "note", WRITE);
    case_commit(k, exchange);
    case_lost(k, exchange, "reset-after");
    case_view(k, "note", "needs-review", NULL, NULL);
    case_recover(k);
    line(k, "note", "needs-review", NULL, "null");
}

static void a_log_of_nothing(struct kase *k)
{
    written(k);
}

static void not_recovered(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    made(k, "note", "'2'");
}

static void nothing_written(struct kase *k)
{
    note_begin(k);
}

static void deleted(struct kase *k)
{
    note_begin(k);
    case_submit(k, "gone");
    case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_view(k, "gone", "committed", ADA, NULL);
    case_view(k, "note", "rejected", NULL, NULL);
    case_recover(k);
    made(k, "gone", "null");
}

/* Two intents on one resource; the reply to the first is lost or not. */
static void two(struct kase *k, bool is_lost)
{
    note_begin(k);
    case_intent(k, "more",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" SECOND "}");
    case_submit(k, "more");
    uint64_t exchange = case_arrived(k, "note", WRITE);
    case_commit(k, exchange);
    if (is_lost)
        case_lost(k, exchange, "reset-after");
    else
        case_reply(k, exchange);
    case_read(k, "more", ADA);
    case_write(k, "more", "PATCH Patient/ada", "If-Match: W/'2'", SECOND);
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_view(k, "more", "committed", ADA, "3");
    case_recover(k);
}

static void in_order(struct kase *k)
{
    two(k, false);
    made(k, "note", "'2'");
    made(k, "more", "'3'");
}

static void in_the_other_order(struct kase *k)
{
    two(k, false);
    made(k, "more", "'3'");
    made(k, "note", "'2'");
}

/* The first was lost by the server, and its number given to the second. */
static void the_first_was_lost_and_told_of_last(struct kase *k)
{
    note_begin(k);
    case_intent(k, "more",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" SECOND "}");
    case_submit(k, "more");
    uint64_t exchange = case_write(k, "note", WRITE);
    case_undo(k, exchange, ADA);
    case_read(k, "more", ADA);
    case_write(k, "more", "PATCH Patient/ada", "If-Match: W/'1'", SECOND);
    case_view(k, "more", "committed", ADA, "2");
    case_view(k, "note", "incomplete", NULL, NULL);
    case_recover(k);
    made(k, "more", "'2'");
    made(k, "note", "'2'");
}

/* The first is read back, and the answer says `status` before or after all of the second. */
static void read_back(struct kase *k, int status, bool is_late)
{
    note_begin(k);
    case_intent(k, "more",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" SECOND "}");
    case_submit(k, "more");
    case_write(k, "note", WRITE);
    uint64_t look = case_arrived(k, "note", "GET Patient/ada/_history/2", NULL, NULL);
    if (!is_late)
        case_replied(k, look, status, NULL, NULL);
    case_read(k, "more", ADA);
    case_write(k, "more", "PATCH Patient/ada", "If-Match: W/'2'", SECOND);
    case_view(k, "more", "committed", ADA, "3");
    if (is_late)
        case_replied(k, look, status, NULL, NULL);
    else
        case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
    made(k, "more", "'3'");
    made(k, "note", "'2'");
}

static void read_back_late(struct kase *k)
{
    read_back(k, 200, true);
}

static void read_back_in_a_conflict(struct kase *k)
{
    read_back(k, 409, false);
}

static void read_back_and_not_shown(struct kase *k)
{
    read_back(k, 404, false);
}

static void read_back_in_vain(struct kase *k)
{
    read_back(k, 503, false);
}

static void read_back_elsewhere(struct kase *k)
{
    read_back(k, 307, false);
}

static void read_back_and_nothing_said(struct kase *k)
{
    read_back(k, 200, false);
}

static void read_back_in_time(struct kase *k)
{
    note_begin(k);
    case_intent(k, "more",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" SECOND "}");
    case_submit(k, "more");
    case_write(k, "note", WRITE);
    case_read(k, "note", ADA);
    case_write(k, "more", "PATCH Patient/ada", "If-Match: W/'2'", SECOND);
    case_view(k, "more", "committed", ADA, "3");
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
    made(k, "more", "'3'");
    made(k, "note", "'2'");
}

static void found_out_later(struct kase *k)
{
    two(k, true);
    made(k, "more", "'3'");
    made(k, "note", "'2'");
}

/* An earlier serving that lacked what the last one has is no concern. */
static void served_again(struct kase *k)
{
    note_begin(k);
    line(k, "note", "accepted", NULL, "null");
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
    line(k, "note", "accepted", NULL, "null");
    made(k, "note", "'2'");
}

static void gone_when_served_again(struct kase *k)
{
    note_begin(k);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    made(k, "note", "'2'");
    case_recover(k);
    line(k, "note", "accepted", NULL, "null");
}

static void hash_of_the_patch(struct kase *k)
{
    written(k);
    line(k, "note", "attempt", hash_of(k, json_get(case_evidence(k)->intents[0].payload, "patch")),
         "null");
    made(k, "note", "'2'");
}

static void hash_of_the_payload(struct kase *k)
{
    written(k);
    case_said(k, "event", "note", 0,
              case_text(k,
                        "{'kind':'committed','intent':'i-note','payloadHash':'sha256:%s',"
                        "'result':{'reference':'Patient/ada','versionId':'2'}}",
                        payload_hash(k)));
}

static void another_payload_hash(struct kase *k)
{
    logged(k);
    case_said(k, "event", "note", 0,
              "{'kind':'accepted','intent':'i-note','payloadHash':'abcd','result':null}");
}

static void another_request_hash(struct kase *k)
{
    written(k);
    line(k, "note", "attempt", "abcd", "null");
    made(k, "note", "'2'");
}

/* The engine was killed between the log and the wire: nobody saw what it was about to send. */
static void an_attempt_that_never_arrived(struct kase *k)
{
    logged(k);
    line(k, "note", "attempt", "abcd", "null");
    line(k, "note", "attempt", "abcd", "null");
}

static void merged_anew(struct kase *k)
{
    written(k);
    line(k, "note", "merged", "abcd", "null");
    line(k, "note", "merged", NULL, "null");
    made(k, "note", "'2'");
}

static void the_log_tells_what_was_done(void)
{
    static const struct case_row rows[] = {
        {"its result is in the log", logged, VERDICT_PASS},
        {"in a list, as a URL", logged_in_a_list, VERDICT_PASS},
        {"named twice", logged_twice, VERDICT_PASS},
        {"made twice, and one result, where guards are ignored",
         made_twice_where_guards_are_ignored, VERDICT_PASS},
        {"made twice, and one result, where guards hold", made_twice_where_guards_hold,
         VERDICT_FAIL},
        {"no result", the_result_is_missing, VERDICT_FAIL},
        {"a result without its version", the_result_has_no_version, VERDICT_FAIL},
        {"a version that is not there", a_version_that_is_not_there, VERDICT_FAIL},
        {"somebody else's version", somebody_elses_version, VERDICT_FAIL},
        {"a version in which it stood already", what_stood_already, VERDICT_PASS},
        {"no reply told it, and a human is asked", not_told_and_open, VERDICT_PASS},
        {"the log gave nothing", a_log_of_nothing, VERDICT_UNKNOWN},
        {"not recovered", not_recovered, VERDICT_UNKNOWN},
        {"nothing was written", nothing_written, VERDICT_PASS},
        {"a deletion without a number", deleted, VERDICT_PASS},
        {"two, in order", in_order, VERDICT_PASS},
        {"two, in the other order", in_the_other_order, VERDICT_FAIL},
        {"two, and the server lost the first", the_first_was_lost_and_told_of_last, VERDICT_PASS},
        {"two, and the first was being read back", read_back_late, VERDICT_PASS},
        {"two, and to read the first back was put off", read_back_in_vain, VERDICT_PASS},
        {"two, and to read the first back led elsewhere", read_back_elsewhere, VERDICT_PASS},
        {"two, and what was read back said nothing", read_back_and_nothing_said, VERDICT_PASS},
        {"two, and to read the first back was a conflict", read_back_in_a_conflict, VERDICT_PASS},
        {"two, and the first was not shown", read_back_and_not_shown, VERDICT_FAIL},
        {"two, and the first had been read back", read_back_in_time, VERDICT_FAIL},
        {"two, the older found out about later", found_out_later, VERDICT_PASS},
        {"served again, with more", served_again, VERDICT_PASS},
        {"gone when served again", gone_when_served_again, VERDICT_FAIL},
    };

    case_rows("log-replays", rows);
}

static void a_hash_is_of_what_was_submitted_or_sent(void)
{
    static const struct case_row rows[] = {
        {"of the patch", hash_of_the_patch, VERDICT_PASS},
        {"of the payload", hash_of_the_payload, VERDICT_PASS},
        {"another payloadHash", another_payload_hash, VERDICT_FAIL},
        {"another requestHash", another_request_hash, VERDICT_FAIL},
        {"of an attempt that never arrived", an_attempt_that_never_arrived, VERDICT_PASS},
        {"of a merge that was made anew", merged_anew, VERDICT_PASS},
    };

    case_rows("log-replays", rows);
}

static CU_TestInfo tests[] = {
    {"the log tells what was done", the_log_tells_what_was_done},
    {"a hash is of what was submitted or sent", a_hash_is_of_what_was_submitted_or_sent},
    CU_TEST_INFO_NULL,
};
SUITE("judge_log", tests)
