/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of compensation-safe, and of what other judges make of an undo. */
#include <string.h>

#include "base/hash.h"
#include "harness/judge/judge.h"
#include "harness/tests/case.h"
#include "harness/tests/note.h"
#include "tests/expect.h"

#define PATIENT(more)     "{'resourceType':'Patient','id':'ada','active':true" more "}"
#define FEMALE            ",'gender':'female'"
#define BORN              ",'birthDate':'1980-01-01'"
#define UNDO(guard, more) "PUT Patient/ada", "If-Match: W/'" guard "'", PATIENT(more)
#define TWO                                                                                        \
    "[{'op':'add','path':'/gender','value':'female'},{'op':'add','path':'/"                        \
    "birthDate','value':'1980-01-01'}]"

/* `note` has set the gender, in version 2, and an operator wants that undone. */
static void asked(struct kase *k, const char *edit, int status)
{
    note_begin(k);
    case_read(k, "note", ADA);
    case_write(k, "note", WRITE);
    case_view(k, "note", "committed", ADA, "2");
    if (edit)
        case_edit(k, ADA, edit);
    case_compensate(k, "note", status);
    if (edit)
        case_read(k, "note", ADA);
}

static void taken_back(struct kase *k)
{
    asked(k, NULL, 202);
    case_write(k, "note", UNDO("2", ""));
    case_view(k, "note", "compensated", ADA, "3");
}

static void taken_back_by_a_patch(struct kase *k)
{
    asked(k, NULL, 202);
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'2'",
               "[{'op':'remove','path':'/gender'}]");
    case_view(k, "note", "compensated", ADA, "3");
}

static void beside_somebody_elses(struct kase *k)
{
    asked(k, PATIENT(FEMALE BORN), 202);
    case_write(k, "note", UNDO("3", BORN));
    case_view(k, "note", "compensated", ADA, "4");
}

static void over_somebody_elses(struct kase *k)
{
    asked(k, PATIENT(",'gender':'other'"), 202);
    case_write(k, "note", UNDO("3", ""));
}

static void over_somebody_elses_that_was_seen(struct kase *k)
{
    asked(k, PATIENT(",'gender':'other'"), 202);
    case_view(k, "note", "needs-review", NULL, NULL);
    case_decide(k, "note", "{'decision':'apply','seenVersion':'3'}");
    case_write(k, "note", UNDO("3", ""));
}

/* It asked for version 2, and the server wrote over version 3 all the same. */
static void over_what_its_guard_excludes(struct kase *k)
{
    asked(k, PATIENT(",'gender':'other'"), 202);
    case_write(k, "note", UNDO("2", ""));
}

static void and_somebody_elses_with_it(struct kase *k)
{
    asked(k, PATIENT(FEMALE BORN), 202);
    case_write(k, "note", UNDO("3", ""));
}

static void and_more(struct kase *k)
{
    asked(k, NULL, 202);
    case_write(k, "note", "PUT Patient/ada", "If-Match: W/'2'",
               "{'resourceType':'Patient','id':'ada','active':false}");
}

static void another_resource(struct kase *k)
{
    case_chart(k, "Basic/b", "{'resourceType':'Basic','id':'b'}");
    asked(k, NULL, 202);
    case_read(k, "note", "Basic/b");
    case_write(k, "note", "PUT Basic/b", "If-Match: W/'1'",
               "{'resourceType':'Basic','id':'b','language':'en'}");
}

static void half_of_it_left_to_somebody_else(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" TWO "}");
    case_submit(k, "note");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'1'", TWO);
    case_edit(k, ADA, PATIENT(FEMALE ",'birthDate':'1981-02-02'"));
    case_compensate(k, "note", 202);
    case_read(k, "note", ADA);
    case_write(k, "note", UNDO("3", ",'birthDate':'1981-02-02'"));
}

static void by_deleting(struct kase *k)
{
    asked(k, NULL, 202);
    case_write(k, "note", "DELETE Patient/ada", "If-Match: W/'2'", NULL);
}

static void make(struct kase *k)
{
    case_intent(k, "make",
                "{'operation':'create','resource':{'resourceType':'Basic','code':{'text':'a'}}}");
    case_submit(k, "make");
    case_write(k, "make", "POST Basic", NULL, "{'resourceType':'Basic','code':{'text':'a'}}");
    case_compensate(k, "make", 202);
}

static void a_create_by_deleting(struct kase *k)
{
    make(k);
    case_write(k, "make", "DELETE Basic/c-1", "If-Match: W/'1'", NULL);
}

static void a_create_by_marking_it(struct kase *k)
{
    make(k);
    case_write(k, "make", "PUT Basic/c-1", "If-Match: W/'1'",
               "{'resourceType':'Basic','id':'c-1','code':{'text':'entered in error'}}");
}

static void gone(struct kase *k, const char *again)
{
    note_begin(k);
    case_submit(k, "gone");
    case_read(k, "gone", ADA);
    case_write(k, "gone", "DELETE Patient/ada", "If-Match: W/'1'", NULL);
    case_compensate(k, "gone", 202);
    case_write(k, "gone", "PUT Patient/ada", "If-Match: W/'2'", again);
}

static void a_delete_by_bringing_it_back(struct kase *k)
{
    gone(k, PATIENT(""));
}

static void a_delete_by_bringing_something_back(struct kase *k)
{
    gone(k, PATIENT(BORN));
}

static void not_done(struct kase *k)
{
    asked(k, NULL, 409);
}

static void a_version_that_cannot_be_read(struct kase *k)
{
    struct sim_entry *entry;

    asked(k, PATIENT(FEMALE BORN), 202);
    for (size_t i = 0; i < case_evidence(k)->entry_count; i++)
        if (case_evidence(k)->entries[i]->ordinal == 3) {
            entry = (struct sim_entry *)case_evidence(k)->entries[i];
            entry->body = "{'half a resou";
            entry->body_size = strlen(entry->body);
        }
    case_write(k, "note", UNDO("3", BORN));
}

static void with_a_companion(struct kase *k)
{
    taken_back(k);
    case_write(k, "note", "POST Provenance", NULL,
               "{'resourceType':'Provenance','target':[{'reference':'Patient/ada'}]}");
}

static void an_undo_takes_back_its_own_and_no_more(void)
{
    static const struct case_row rows[] = {
        {"taken back", taken_back, VERDICT_PASS},
        {"taken back by a patch", taken_back_by_a_patch, VERDICT_PASS},
        {"with a companion", with_a_companion, VERDICT_PASS},
        {"beside somebody else's change", beside_somebody_elses, VERDICT_PASS},
        {"over somebody else's change", over_somebody_elses, VERDICT_FAIL},
        {"over somebody else's change, decided", over_somebody_elses_that_was_seen, VERDICT_PASS},
        {"over what its guard excludes", over_what_its_guard_excludes, VERDICT_PASS},
        {"and somebody else's with it", and_somebody_elses_with_it, VERDICT_FAIL},
        {"and more", and_more, VERDICT_FAIL},
        {"another resource", another_resource, VERDICT_FAIL},
        {"half of it is somebody else's by now", half_of_it_left_to_somebody_else, VERDICT_PASS},
        {"by deleting", by_deleting, VERDICT_FAIL},
        {"a create by deleting it", a_create_by_deleting, VERDICT_FAIL},
        {"a create by marking it", a_create_by_marking_it, VERDICT_PASS},
        {"a delete by bringing it back", a_delete_by_bringing_it_back, VERDICT_PASS},
        {"a delete by bringing something back", a_delete_by_bringing_something_back, VERDICT_FAIL},
        {"a version that cannot be read", a_version_that_cannot_be_read, VERDICT_UNKNOWN},
    };
    struct kase *k = case_new();

    case_rows("compensation-safe", rows);
    not_done(k);
    EXPECT_INT("refused: not judged", case_judge(k, "compensation-safe")->is_judged, false);
    case_free(k);
}

/* ---- other judges ---- */

static void an_undo_is_no_second_effect(void)
{
    static const char *const others[] = {
        "no-lost-update",   "guarded-write",          "no-duplicate",    "truthful-state",
        "intended-content", "nothing-after-terminal", "own-write-known", "human-review",
        "same-attempt",     "bounded-retry",          "all-or-nothing",  "same-key-same-answer"};
    struct kase *k = case_new();

    taken_back(k);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        case_expect(k, "taken back", others[i], VERDICT_PASS);
    case_free(k);
}

/* The server lost it, and gave its number to what somebody else wrote then. */
static void taken_back_and_its_number_given_anew(struct kase *k)
{
    asked(k, NULL, 202);
    uint64_t exchange = case_write(k, "note", UNDO("2", ""));
    case_undo(k, exchange, ADA);
    case_edit(k, ADA, PATIENT(""));
    case_view(k, "note", "compensated", ADA, "3");
}

static void an_undo_is_its_own_write(void)
{
    static const struct case_row rows[] = {
        {"its number given anew", taken_back_and_its_number_given_anew, VERDICT_PASS},
    };

    case_rows("own-write-known", rows);
}

static void said_and_not_done(struct kase *k)
{
    asked(k, NULL, 202);
    case_view(k, "note", "compensated", ADA, "2");
}

static void somebody_had_done_it(struct kase *k)
{
    asked(k, PATIENT(""), 202);
    case_view(k, "note", "compensated", ADA, "3");
}

static void what_is_said_to_be_undone_is(void)
{
    static const struct case_row rows[] = {
        {"it is", taken_back, VERDICT_PASS},
        {"somebody had done it", somebody_had_done_it, VERDICT_PASS},
        {"it is not", said_and_not_done, VERDICT_FAIL},
    };

    case_rows("truthful-state", rows);
}

static void refused_and_after_that(struct kase *k)
{
    asked(k, NULL, 409);
    case_view(k, "note", "compensated", ADA, "2");
    case_recover(k);
}

static void undone_is_an_end_where_it_was_asked_for(void)
{
    static const struct case_row rows[] = {
        {"it was refused", refused_and_after_that, VERDICT_FAIL},
    };

    case_rows("no-loss", rows);
}

/* The undo made version 3; `status` is what its engine was told, which leaves it at that. */
static void taken_back_and_told(struct kase *k, int status)
{
    char hash[HASH_HEX_SIZE];

    asked(k, NULL, 202);
    uint64_t exchange = case_arrived(k, "note", UNDO("2", ""));
    case_commit(k, exchange);
    case_replied(k, exchange, status, NULL, NULL);
    case_read(k, "note", ADA);
    case_view(k, "note", "committed", ADA, "2");
    case_recover(k);
    case_said(k, "event", "note", 0,
              "{'sequence':1,'kind':'committed','intent':'i-note',"
              "'result':{'reference':'Patient/ada','versionId':'2'}}");
    hash_canonical(case_evidence(k)->intents[0].payload, hash);
    case_said(k, "audit", "note", 0,
              case_text(k,
                        "{'sequence':1,'intent':'i-note','key':'k-1-note','outcome':'committed',"
                        "'target':{'reference':'Patient/ada'},'versionWritten':'2',"
                        "'requester':{'reference':'Patient/ada'},'payloadHash':'%s',"
                        "'source':{'system':'urn:portal','eventId':'e-1','sequence':1}}",
                        hash));
}

static void told_that_it_was_not_made(struct kase *k)
{
    taken_back_and_told(k, 412);
}

static void told_of_a_lock(struct kase *k)
{
    taken_back_and_told(k, 423);
}

static void told_that_it_was_made(struct kase *k)
{
    taken_back_and_told(k, 200);
}

/* A proxy delivered it twice, and gave the second answer: whose undo that is, nothing tells the engine. */
static void an_undo_that_was_denied_is_nobodys(void)
{
    static const struct case_row rows[] = {
        {"412", told_that_it_was_not_made, VERDICT_PASS},
        {"423", told_of_a_lock, VERDICT_FAIL},
        {"200", told_that_it_was_made, VERDICT_FAIL},
    };

    case_rows("audit-complete", rows);
    case_rows("log-replays", rows);
}

static CU_TestInfo tests[] = {
    {"an undo takes back its own and no more", an_undo_takes_back_its_own_and_no_more},
    {"an undo is no second effect", an_undo_is_no_second_effect},
    {"an undo is its own write", an_undo_is_its_own_write},
    {"what is said to be undone is", what_is_said_to_be_undone_is},
    {"undone is an end where it was asked for", undone_is_an_end_where_it_was_asked_for},
    {"an undo that was denied is nobody's", an_undo_that_was_denied_is_nobodys},
    CU_TEST_INFO_NULL,
};
SUITE("judge_undo", tests)
