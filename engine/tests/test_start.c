/* SPDX-License-Identifier: Apache-2.0 */
/* How the program starts, or says in one line why it does not; and how it ends. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "engine/tests/ward.h"
#include "tests/expect.h"

/* Runs the program with `arguments` to its end; what it said on stderr goes to `text`. */
static int status_of(const char *arguments, char *text, size_t size)
{
    char command[4096];

    snprintf(command, sizeof(command), "timeout 10 %s %s 2>&1 >/dev/null",
             test_program("writebackd"), arguments);
    FILE *pipe = popen(command, "re");
    size_t used = pipe ? fread(text, 1, size - 1, pipe) : 0;
    text[used] = '\0';
    return pipe ? WEXITSTATUS(pclose(pipe)) : -1;
}

static void expect_refusal(const char *row, const char *arguments, int status, const char *part)
{
    char text[4096];

    EXPECT_INT(row, status_of(arguments, text, sizeof(text)), status);
    EXPECT_HAS(row, text, part);
    EXPECT_TRUE(row, strchr(text, '\n') == strrchr(text, '\n'));
}

static void what_is_wrong_is_one_line(void)
{
    static const struct {
        const char *arguments;
        int status;
        const char *part;
    } rows[] = {
        {"", 2, "--fhir"},
        {"--fhir", 2, "needs URL"},
        {"--fihr http://127.0.0.1:1", 2, "--fihr"},
        {"--fhir ftp://127.0.0.1:1", 2, "--fhir"},
        {"--fhir http://127.0.0.1:1 --timeout-ms 0", 2, "--timeout-ms"},
        {"--fhir http://127.0.0.1:1 --retry-ms 2x", 2, "--retry-ms"},
        {"--fhir http://127.0.0.1:1 --data /dev/null/x", 3, "--data"},
        {"--fhir http://127.0.0.1:1 --data /dev/null", 3, "/dev/null/ledger.sqlite"},
        {"--fhir http://127.0.0.1:1 --data /proc", 3, "/proc/ledger.sqlite"},
    };
    char arguments[4200];

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_refusal(rows[i].arguments, rows[i].arguments, rows[i].status, rows[i].part);
    snprintf(arguments, sizeof(arguments),
             "--fhir http://127.0.0.1:1 --data %s --listen localhost:x", test_folder());
    expect_refusal("listen", arguments, 2, "--listen");
}

static void a_ledger_and_a_port_have_one_engine(void)
{
    struct ward ward;
    struct stat ledger;
    char arguments[4200];

    ward_open(&ward);
    ward_begin(&ward);
    EXPECT_TRUE("start", ward_start(&ward, -1));
    snprintf(arguments, sizeof(arguments), "--fhir %s --listen 127.0.0.1:0 --data %s", ward.ehr.url,
             ward.folder);
    expect_refusal("ledger", arguments, 3, "ledger.sqlite: ");
    snprintf(arguments, sizeof(arguments), "--fhir %s --listen %s --data %s", ward.ehr.url,
             ward.engine.url + strlen("http://"), test_folder());
    expect_refusal("port", arguments, 3, "is the port in use?");
    EXPECT_INT("stat", stat(arena_printf(ward.arena, "%s/ledger.sqlite", ward.folder), &ledger), 0);
    EXPECT_INT("for the owner's eyes", ledger.st_mode & 077, 0);
    ward_stop(&ward);
    ward_close(&ward);
}

static CU_TestInfo tests[] = {
    {"what is wrong is one line and a status", what_is_wrong_is_one_line},
    {"a ledger and a port have one engine", a_ledger_and_a_port_have_one_engine},
    CU_TEST_INFO_NULL,
};
SUITE("start", tests)
