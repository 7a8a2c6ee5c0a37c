/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner - runs every suite that registered itself; `runner NAME...` only the suites named. Ends
 * with the line "PART: N passed, N failed, N skipped" over tests, and exit status 1 when one
 * failed.
 */
#include <CUnit/Basic.h>
#include <CUnit/TestDB.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/expect.h"

static CU_SuiteInfo suites[256];
static size_t suite_count;
static unsigned skipped;

void suite_register(const char *name, CU_TestInfo *tests)
{
    ASSERT(suite_count + 1 < COUNT_OF(suites));
    suites[suite_count++] = (CU_SuiteInfo){.pName = name, .pTests = tests};
}

void test_skip(const char *why)
{
    printf("SKIPPED: %s ", why);
    skipped++;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return true;
    }
    return argc < 2;
}

int main(int argc, char **argv)
{
    static CU_SuiteInfo wanted[COUNT_OF(suites)];
    const char *part = strrchr(argv[0], '/');
    size_t count = 0;

    for (size_t i = 0; i < suite_count; i++) {
        if (is_wanted(suites[i].pName, argc, argv))
            wanted[count++] = suites[i];
    }
    if (count == 0) {
        fprintf(stderr, "runner: no suite of that name\n");
        return 2;
    }
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(wanted) != CUE_SUCCESS) {
        fprintf(stderr, "runner: %s\n", CU_get_error_msg());
        return 2;
    }
    CU_basic_set_mode(getenv("V") ? CU_BRM_VERBOSE : CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned run = CU_get_number_of_tests_run();
    unsigned failed = CU_get_number_of_tests_failed() + CU_get_number_of_suites_failed();
    unsigned asserts = CU_get_number_of_asserts();
    CU_cleanup_registry();
    if (asserts == 0) /* a suite that asserts nothing is a defect, not a success */
        failed++;
    printf("%s: %u passed, %u failed, %u skipped\n", part ? part + 1 : argv[0],
           run > failed + skipped ? run - failed - skipped : 0, failed, skipped);
    return failed ? 1 : 0;
}
