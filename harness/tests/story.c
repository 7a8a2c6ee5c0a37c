/* SPDX-License-Identifier: Apache-2.0 */
/* story - see story.h. One chart and one set of intents serve all stories. */
#include "harness/tests/story.h"

#include <stdlib.h>
#include <string.h>

#include "harness/tests/case.h"
#include "tests/expect.h"

static const char *const judges[] = {"no-lost-update",       "guarded-write",   "intended-content",
                                     "conflict-is-conflict", "own-write-known", "human-review",
                                     "same-attempt"};

static uint64_t asked[2]; /* exchanges under way, the oldest first */

static void tell_served(struct kase *k, const char *const *args)
{
    case_committed(k, asked[0], args[0], args[1]);
}

static void tell_answer(struct kase *k, const char *const *args)
{
    if (args[0])
        case_replied(k, asked[0], 200, "{'ETag':'W/\\'2\\''}",
                     PATIENT("female", "1981-02-02", MONEY ",'meta':{'versionId':'2'}"));
    else
        case_reply(k, asked[0]);
}

static void tell(struct kase *k, const struct act *act)
{
    const char *const *args = act->args;
    uint64_t exchange;

    switch (act->verb) {
    case SUBMIT:
        case_submit(k, args[0]);
        break;
    case READ:
        case_read(k, args[0], args[1]);
        break;
    case WRITE:
        case_write(k, args[0], args[1], args[2], args[3]);
        break;
    case LOSE:
        exchange = case_arrived(k, args[0], args[1], args[2], args[3]);
        case_commit(k, exchange);
        case_lost(k, exchange, "reset-after");
        break;
    case HANG:
        case_lost(k, case_arrived(k, args[0], args[1], args[2], args[3]), "reset-before");
        break;
    case REFUSE:
        case_refused(k, args[0], args[1], args[2], args[3], atoi(args[4]));
        break;
    case EDIT:
        case_edit(k, args[0], args[1]);
        break;
    case VIEW:
        case_view(k, args[0], args[1], args[2], args[3]);
        break;
    case SAY:
        case_view_text(k, args[0], 200, args[1]);
        break;
    case DECIDE:
        case_decide(k, args[0], args[1]);
        break;
    case REVIEW:
        case_said(k, "review", args[0], 200, args[1]);
        break;
    case RECORD:
        case_said(k, "audit", args[0], 0, args[1]);
        break;
    case ASK:
        asked[0] = case_arrived(k, args[0], args[1], args[2], args[3]);
        break;
    case ANSWER:
        tell_answer(k, args);
        break;
    case SERVE:
        tell_served(k, args);
        break;
    case TELL:
        case_replied(k, asked[0], atoi(args[0]), NULL, args[1]);
        break;
    case MUTTER:
        case_said(k, "decide", args[0], 0, args[1]);
        break;
    case END:
        break;
    }
}

static enum verdict wanted(const struct story *story, const char *judge)
{
    const char *at = strstr(story->wrong, judge);

    if (!at)
        return VERDICT_PASS;
    return at > story->wrong && at[-1] == '?' ? VERDICT_UNKNOWN : VERDICT_FAIL;
}

void stories_hold(const struct story *stories, size_t count)
{
    static const struct {
        const char *name, *payload;
    } intents[] = {
        {"gender", GENDER},
        {"active", ACTIVE},
        {"married", MARRIED},
        {"birth", BIRTH},
        {"remove", REMOVE},
        {"allergy", ALLERGY},
        {"two", ALLERGY_TWO},
        {"obs", OBS},
        {"entry", ADDING("desk", "Observation/z")},
        {"pair", PAIR},
        {"both", BOTH},
        {"make", MAKE},
        {"allergic", ADDING("clinic", "AllergyIntolerance/pen")},
        {"ward", RENAME},
        {"unward", CLOSE},
        {"named", NAME},
        {"sex", SEX},
        {"future", FUTURE},
        {"labelled", LABELS},
        {"form", FORM},
        {"weigh", WEIGH},
        {"odd", "{'operation':'patch','target':{'reference':'Patient/"
                "ada'},'baseVersion':'1','patch':[{'op':'remove','path':'/"
                "name/1'}],'source':{'system':'urn:odd','eventId':'e-0'}}"},
    };

    for (size_t i = 0; i < count; i++) {
        struct kase *k = case_new();

        case_chart(k, ADA, BASE);
        case_chart(k, PEN, FLAGGED);
        case_chart(k, LIST, PROBLEMS(""));
        case_chart(k, WARD, WARD_NAMED("A"));
        case_chart(k, WEIGHT, WEIGHING("70", "kg"));
        for (size_t n = 0; n < COUNT_OF(intents); n++)
            case_intent(k, intents[n].name, intents[n].payload);
        for (size_t n = 0; n < STORY_ACTS; n++)
            tell(k, &stories[i].acts[n]);
        case_recover(k);
        for (size_t n = 0; n < COUNT_OF(judges); n++)
            case_expect(k, stories[i].name, judges[n], wanted(&stories[i], judges[n]));
        case_free(k);
    }
}
