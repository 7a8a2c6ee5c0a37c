/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expect - what tests say when they do not hold: always the row, what was got and what was wanted.
 */
#include "tests/expect.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void expect_str(const char *file, int line, const char *row, const char *got, const char *want)
{
    char text[8192];
    bool same = got && want ? strcmp(got, want) == 0 : got == want;

    snprintf(text, sizeof(text), "%s: got \"%s\", want \"%s\"", row, got ? got : "(null)",
             want ? want : "(null)");
    CU_assertImplementation(same, (unsigned)line, text, file, "", CU_FALSE);
}

void expect_int(const char *file, int line, const char *row, long long got, long long want)
{
    char text[512];

    snprintf(text, sizeof(text), "%s: got %lld, want %lld", row, got, want);
    CU_assertImplementation(got == want, (unsigned)line, text, file, "", CU_FALSE);
}

void expect_true(const char *file, int line, const char *row, bool holds, const char *claim)
{
    char text[1024];

    snprintf(text, sizeof(text), "%s: does not hold: %s", row, claim);
    CU_assertImplementation(holds, (unsigned)line, text, file, "", CU_FALSE);
}

void expect_has(const char *file, int line, const char *row, const char *text, const char *part)
{
    char said[4096];

    snprintf(said, sizeof(said), "%s: \"%s\" does not contain \"%s\"", row, text ? text : "(null)",
             part);
    CU_assertImplementation(text && strstr(text, part) != NULL, (unsigned)line, said, file, "",
                            CU_FALSE);
}

const char *test_program(const char *name)
{
    static char path[4096];
    const char *folder = getenv("CHARTPROOF_BIN");

    snprintf(path, sizeof(path), "%s/%s", folder ? folder : "build/bin", name);
    return path;
}

static int remove_entry(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
    (void)stat, (void)flag, (void)ftw;
    return remove(path);
}

static char folders[256][64];
static size_t folder_count;

static void remove_folders(void)
{
    for (size_t i = 0; i < folder_count; i++)
        nftw(folders[i], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
    ASSERT(folder_count < COUNT_OF(folders));
    if (folder_count == 0)
        atexit(remove_folders);
    char *path = folders[folder_count++];
    snprintf(path, sizeof(folders[0]), "%s/chartproof-test-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(path))
        BUG("mkdtemp %s", path);
    return path;
}

const char *test_shared(const char *path)
{
    static char whole[4096];

    const char *folder = getenv("CHARTPROOF_SHARED");

    snprintf(whole, sizeof(whole), "%s/%s", folder ? folder : "../shared/data", path);
    return access(whole, R_OK) == 0 ? whole : NULL;
}
