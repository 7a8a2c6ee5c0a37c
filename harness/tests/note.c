/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/tests/note.h"

#include "harness/tests/case.h"

void note_begin(struct kase *k)
{
    case_chart(k, ADA, ACTIVE);
    case_intent(k, "note",
                "{'operation':'patch','target':{'reference':'Patient/ada'},'patch':" GENDER
                ",'source':{'system':'urn:portal','eventId':'e-1','sequence':1},"
                "'requester':{'reference':'Patient/ada'}}");
    case_intent(k, "gone", "{'operation':'delete','target':{'reference':'Patient/ada'}}");
    case_submit(k, "note");
}
