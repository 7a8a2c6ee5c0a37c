/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_TESTS_NOTE_H
#define HARNESS_TESTS_NOTE_H
/* note - the case that several suites of judges begin with: Ada's chart, a patch of it submitted as `note`, a delete as `gone`. */
struct kase;

#define ADA    "Patient/ada"
#define ACTIVE "{'resourceType':'Patient','active':true}"
#define GENDER "[{'op':'add','path':'/gender','value':'female'}]"
#define WRITE  "PATCH Patient/ada", "If-Match: W/'1'", GENDER
/* The event that says `note` was accepted. */
#define EVENT                                                                                      \
    "{'sequence':1,'kind':'accepted','intent':'i-note','key':'k-1-note','correlationId':'c-1-"     \
    "note',"                                                                                       \
    "'payloadHash':'ab','source':{'system':'urn:portal'},'target':{'reference':'Patient/ada'}}"

void note_begin(struct kase *k);
#endif
