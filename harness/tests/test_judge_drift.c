/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of drift-reported. */
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

static void fault(struct kase *k, const char *name, const char *version, unsigned ordinal,
                  const char *body)
{
    case_entry(k, &(struct sim_entry){.kind = SIM_FAULT,
                                      .fault = name,
                                      .reference = ADA,
                                      .version = version,
                                      .ordinal = ordinal,
                                      .body = body});
}

#define CHANGED "{'resourceType':'Patient','id':'ada','active':true,'gender':'male'}"

static void changed(struct kase *k)
{
    committed(k);
    fault(k, "mutate-later(/gender)", "2", 2, CHANGED);
}

static void swept(struct kase *k, uint64_t n, const char *examined, const char *found)
{
    case_entry(
        k, &(struct sim_entry){.kind = SIM_SAID,
                               .what = "swept",
                               .status = 200,
                               .of = n,
                               .body = case_text(k, "{'kind':'drift','examined':[%s],'found':[%s]}",
                                                 examined, found)});
}

static void sweep(struct kase *k, const char *examined, const char *found)
{
    swept(k, case_said(k, "sweep", NULL, 0, "{'kind':'drift'}"), examined, found);
}

#define NOTE    "'i-note'"
#define DIFFERS "{'reference':'Patient/ada','versionId':'2','kind':'differs'}"

static void changed_and_reported(struct kase *k)
{
    changed(k);
    sweep(k, NOTE, DIFFERS);
    sweep(k, NOTE, "");
}

static void changed_and_missed(struct kase *k)
{
    changed(k);
    sweep(k, NOTE, "");
}

static void changed_and_reported_twice(struct kase *k)
{
    changed(k);
    sweep(k, NOTE, DIFFERS);
    sweep(k, NOTE, DIFFERS);
}

static void changed_and_not_examined(struct kase *k)
{
    changed(k);
    sweep(k, "'i-other'", "");
}

static void examined_by_version(struct kase *k)
{
    changed(k);
    sweep(k, "{'reference':'Patient/ada','versionId':'2'}", "");
}

static void examined_by_url(struct kase *k)
{
    changed(k);
    sweep(k, "'Patient/ada/_history/2'", DIFFERS);
}

static void examined_another_version(struct kase *k)
{
    changed(k);
    sweep(k, "'Patient/ada/_history/1'", "");
}

static void gone_and_reported(struct kase *k)
{
    committed(k);
    fault(k, "undo-commit(resource)", "2", 2, NULL);
    sweep(k, NOTE, "{'reference':'Patient/ada','versionId':'2','kind':'disappeared'}");
}

static void gone_and_missed(struct kase *k)
{
    committed(k);
    fault(k, "undo-commit(resource)", "2", 2, NULL);
    sweep(k, NOTE, "");
}

static void edited(struct kase *k, const char *found)
{
    committed(k);
    case_edit(k, ADA, CHANGED);
    sweep(k, NOTE, found);
}

static void edited_and_quiet(struct kase *k)
{
    edited(k, "");
}

static void edited_and_called_drift(struct kase *k)
{
    edited(k, DIFFERS);
}

static void edited_and_called_edited(struct kase *k)
{
    edited(k, "{'reference':'Patient/ada','versionId':'2','kind':'edited'}");
}

static void nothing_is_called_drift(struct kase *k)
{
    committed(k);
    sweep(k, NOTE, DIFFERS);
}

static void nothing_is_counted(struct kase *k)
{
    committed(k);
    sweep(k, NOTE, "");
    case_said(k, "metrics", NULL, 0, "writeback_drift_total{kind=\"differs\"} 1\n");
}

/* meta alone differs: the same content for whoever reads it */
static void only_meta_changed(struct kase *k)
{
    committed(k);
    fault(
        k, "mutate-later(/meta/source)", "2", 2,
        "{'resourceType':'Patient','id':'ada','active':true,'gender':'female','meta':{'versionId':'"
        "2','source':'urn:x'}}");
    sweep(k, NOTE, "");
}

/* A later version drifted: who compares with the current one sees it, who reads the number does not. */
static void edit_that_drifted(struct kase *k, const char *found)
{
    committed(k);
    case_edit(k, ADA, "{'resourceType':'Patient','active':false,'gender':'female'}");
    fault(k, "mutate-later(/gender)", "3", 3, CHANGED);
    sweep(k, NOTE, found);
}

static void edit_that_drifted_and_quiet(struct kase *k)
{
    edit_that_drifted(k, "");
}

static void edit_that_drifted_and_reported(struct kase *k)
{
    edit_that_drifted(k, DIFFERS);
}

static void drifts_after_the_sweep(struct kase *k)
{
    committed(k);
    sweep(k, NOTE, "");
    fault(k, "mutate-later(/gender)", "2", 2, CHANGED);
}

static void answer_lost_and_not_told_again(struct kase *k)
{
    changed(k);
    case_said(k, "sweep", NULL, 0, "{'kind':'drift'}");
    sweep(k, NOTE, "");
}

static void never_swept(struct kase *k)
{
    committed(k);
}

static void examines_nothing(struct kase *k)
{
    committed(k);
    sweep(k, "", "");
}

static void is_put_off(struct kase *k)
{
    committed(k);
    uint64_t n = case_said(k, "sweep", NULL, 0, "{'kind':'drift'}");
    case_replied(k, case_arrived(k, "note", "GET Patient/ada/_history/2", NULL, NULL), 429, NULL,
                 NULL);
    swept(k, n, "", "");
}

/* The first was lost, which a human was told, and decided that it be made again. */
static void made_again_since(struct kase *k)
{
    committed(k);
    fault(k, "undo-commit(resource,skip)", "2", 2, NULL);
    case_view(k, "note", "incomplete", NULL, NULL);
    case_decide(k, "note", "{'decision':'apply','seenVersion':'1'}");
    case_write(k, "note", "PATCH Patient/ada", "If-Match: W/'2'", GENDER);
    sweep(k, NOTE, "");
}

static void has_nothing_to_examine(struct kase *k)
{
    note_begin(k);
    sweep(k, "", "");
}

#define PULSE(mark)                                                                                \
    "{'resourceType':'Observation','status':'final','identifier':[{'system':'" mark                \
    "','value':'m-1'}]}"
#define MARK "urn:case:write"

/* A server that was restored has the resource under another id too, with the identifier that the engine had given it. */
static void made_again_elsewhere(struct kase *k, const char *content)
{
    case_intent(k, "pulse",
                "{'operation':'create','target':{'type':'Observation'},'resource':"
                "{'resourceType':'Observation','status':'final'}}");
    case_submit(k, "pulse");
    case_write(k, "pulse", "POST Observation", NULL, PULSE(MARK));
    case_view(k, "pulse", "committed", "Observation/c-1", "1");
    case_edit(k, "Observation/copy", content);
    sweep(k, "'i-pulse'", "{'reference':'Observation/copy','versionId':'1','kind':'duplicate'}");
}

static void a_copy_is_told(struct kase *k)
{
    made_again_elsewhere(k, PULSE(MARK));
}

static void somebody_elses_is_told(struct kase *k)
{
    made_again_elsewhere(k, PULSE("urn:other"));
}

static void drift_reported_says_what_it_should(void)
{
    static const struct case_row rows[] = {
        {"changed and reported", changed_and_reported, VERDICT_PASS},
        {"changed and missed", changed_and_missed, VERDICT_FAIL},
        {"changed and reported twice", changed_and_reported_twice, VERDICT_FAIL},
        {"changed and not examined", changed_and_not_examined, VERDICT_PASS},
        {"examined by version, and missed", examined_by_version, VERDICT_FAIL},
        {"examined by URL, and reported", examined_by_url, VERDICT_PASS},
        {"examined another version", examined_another_version, VERDICT_PASS},
        {"gone and reported", gone_and_reported, VERDICT_PASS},
        {"gone and missed", gone_and_missed, VERDICT_FAIL},
        {"an edit, and quiet", edited_and_quiet, VERDICT_PASS},
        {"an edit, called drift", edited_and_called_drift, VERDICT_FAIL},
        {"an edit, called edited", edited_and_called_edited, VERDICT_PASS},
        {"nothing, called drift", nothing_is_called_drift, VERDICT_FAIL},
        {"a copy that the server made", a_copy_is_told, VERDICT_PASS},
        {"somebody else's, called a copy", somebody_elses_is_told, VERDICT_FAIL},
        {"nothing, counted as drift", nothing_is_counted, VERDICT_FAIL},
        {"only meta changed", only_meta_changed, VERDICT_PASS},
        {"an edit that drifted, and quiet", edit_that_drifted_and_quiet, VERDICT_PASS},
        {"an edit that drifted, and reported", edit_that_drifted_and_reported, VERDICT_PASS},
        {"drifts after the sweep", drifts_after_the_sweep, VERDICT_PASS},
        {"told in an answer that was lost", answer_lost_and_not_told_again, VERDICT_PASS},
        {"never swept", never_swept, VERDICT_UNKNOWN},
        {"examines nothing", examines_nothing, VERDICT_UNKNOWN},
        {"examines nothing, as it is put off", is_put_off, VERDICT_PASS},
        {"lost, and made again since", made_again_since, VERDICT_PASS},
        {"has nothing to examine", has_nothing_to_examine, VERDICT_PASS},
    };

    case_rows("drift-reported", rows);
}

static CU_TestInfo tests[] = {
    {"drift-reported says what it should", drift_reported_says_what_it_should},
    CU_TEST_INFO_NULL,
};
SUITE("judge_drift", tests)
