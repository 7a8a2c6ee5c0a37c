/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that come later. async-lost: the write is taken in, 202, and what became of it is not to be had where it was
 * promised. The chart holds what was written all the same. */
#include "simulator/tests/struck.h"
#include "tests/expect.h"

#define VALUE   PULSE " /valueQuantity/value = "
#define PROMISE "Content-Location: BASE/_async/1\nETag: (none)\nContent-Type: (none)"
#define POLL                                                                                       \
    {                                                                                              \
        "GET", "_async/1", NULL, NULL                                                              \
    }

static const struct struck_row lost[] = {
    {"async-lost",
     {{0}},
     UPDATE,
     "202",
     PROMISE,
     VALUE "72",
     "arrived committed@2 fault:async-lost:202 replied:202",
     POLL,
     "404",
     "/issue/0/code = not-found"},
    {"async-lost(404)",
     {{0}},
     {"PUT", PULSE, "Prefer: respond-async\n", PUT_72},
     "202",
     PROMISE,
     VALUE "72",
     "arrived committed@2 fault:async-lost(404):202 replied:202",
     POLL,
     "404",
     "/issue/0/code = not-found"},
    {"async-lost(500)",
     {{0}},
     {"PATCH", PULSE, IF_1 "Prefer: respond-async\n", RAISE},
     "202",
     PROMISE,
     VALUE "72",
     "arrived committed@2 fault:async-lost(500):202 replied:202",
     POLL,
     "500",
     "/issue/0/code = exception"},
    {"async-lost(failed)",
     {{0}},
     {"POST", "Observation", NULL, NEW},
     "202",
     PROMISE "\nLocation: (none)",
     "Observation/c-1 /code/text = Fever",
     "arrived committed@1 fault:async-lost(failed):202 replied:202",
     POLL,
     "422",
     "/issue/0/code = processing\n/resourceType = OperationOutcome"},
    {"async-lost(failed)",
     {{0}},
     BUNDLE("transaction"),
     "202",
     PROMISE,
     "Patient/bo /id = bo\nPatient/cy /id = cy",
     "arrived committed@1 committed@1 fault:async-lost(failed):202 replied:202",
     POLL,
     "422",
     "/issue/0/code = processing"},
    /* A write that was refused is not told so, either. */
    {"async-lost(500)",
     {{0}},
     {"PUT", PULSE, "If-Match: W/\"9\"\n", PUT_72},
     "202",
     PROMISE,
     VALUE "60",
     "arrived fault:async-lost(500):202 replied:202",
     POLL,
     "500",
     ""},
    /* An answer that names no entry yet has none that could be left out. */
    {"omit-entry(1)",
     {{0}},
     BUNDLE_WITH("transaction", "Prefer: respond-async\n"),
     "202",
     PROMISE,
     "Patient/bo /id = bo\nPatient/cy /id = cy",
     "arrived committed@1 committed@1 fault:omit-entry(1) replied:202",
     {0},
     NULL,
     NULL},
    /* The one before is not lost: its first poll is answered 202 as ever. */
    {"async-lost",
     {{"PUT", PULSE, "Prefer: respond-async\n", PUT_72}},
     {"DELETE", PULSE, NULL, NULL},
     "202",
     "Content-Location: BASE/_async/2",
     PULSE " /id = (none)",
     "arrived committed@3 fault:async-lost:202 replied:202",
     POLL,
     "202",
     "Content-Location: BASE/_async/1"},
};
STRUCK(lost)

static void what_became_of_it_is_lost(void)
{
    struck_run(lost, COUNT_OF(lost));
}

static CU_TestInfo tests[] = {
    {"what became of an asynchronous write is lost", what_became_of_it_is_lost},
    CU_TEST_INFO_NULL,
};
SUITE("faults_async", tests)
