/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the program: exit statuses, one clear line for bad input, reports that can be used, nothing left running. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/child.h"
#include "tests/expect.h"

#define WAIT_MS 60000
#define CHART                                                                                      \
    "[{\"resourceType\":\"Patient\",\"id\":\"ada\"},{\"resourceType\":\"AllergyIntolerance\","     \
    "\"id\":\"penicillin\",\"criticality\":\"low\",\"code\":{\"text\":\"Penicillin\"},"            \
    "\"patient\":{\"reference\":\"Patient/ada\"},\"clinicalStatus\":{\"coding\":[{\"system\":"     \
    "\"http://terminology.hl7.org/CodeSystem/"                                                     \
    "allergyintolerance-clinical\",\"code\":\"active\"}]}}]"
#define ACTORS                                                                                     \
    "\"actors\":{\"portal\":{\"through\":\"engine\",\"steps\":[{\"submit\":\"note\",\"intent\":{"  \
    "\"operation\":\"patch\",\"target\":{\"reference\":\"AllergyIntolerance/penicillin\"},"        \
    "\"baseVersion\":\"@1\",\"patch\":[{\"op\":\"add\",\"path\":\"/note\","                        \
    "\"value\":[{\"text\":\"Rash\"}]}],\"source\":{\"system\":\"urn:p\",\"eventId\":\"e\"},"       \
    "\"requester\":{\"reference\":\"Patient/ada\"}}}]},"                                           \
    "\"nurse\":{\"through\":\"ehr\",\"steps\":[{\"edit\":\"raise\",\"method\":\"PATCH\","          \
    "\"target\":\"AllergyIntolerance/penicillin\",\"body\":[{\"op\":\"replace\","                  \
    "\"path\":\"/criticality\",\"value\":\"high\"}]}]}}"
#define RACE                                                                                       \
    "{\"title\":\"t\",\"why\":\"The nurse's edit must "                                            \
    "stay.\",\"chart\":[\"../chart.json\"]," ACTORS                                                \
    ",\"schedule\":[\"portal.submit\",\"portal.look?\",\"nurse.raise\",\"portal.write\"]}"

struct bench {
    struct arena *arena;
    const char *folder;
};

struct outcome {
    const char *end; /* "exit status 0" */
    const char *out, *err;
};

static void write_file(const struct bench *bench, const char *name, const char *text)
{
    struct buf bytes = BUF_INIT;
    struct err err = ERR_INIT;
    const char *path = arena_printf(bench->arena, "%s/%s", bench->folder, name);

    buf_puts(&bytes, text);
    EXPECT_INT(path, buf_write_file(&bytes, path, &err), 0);
    buf_release(&bytes);
}

static struct bench bench_open(void)
{
    struct bench bench = {.arena = arena_new(), .folder = test_folder()};
    static const char engine[] =
        "{\"name\":\"stuck\",\"interface\":\"native\",\"start\":{\"command\":[\"sh\",\"-c\","
        "\"echo no database >&2; tail -f /dev/null & echo $! >%s/pid.new; mv %s/pid.new %s/pid; "
        "wait\"],"
        "\"url\":{\"stdout\":\"http\"},\"readyMs\":%d},\"identifierSystem\":\"urn:x\"}";

    EXPECT_INT("folder", mkdir(arena_printf(bench.arena, "%s/area", bench.folder), 0777), 0);
    write_file(&bench, "chart.json", CHART);
    write_file(&bench, "area/race.json", RACE);
    write_file(&bench, "stuck.json",
               arena_printf(bench.arena, engine, bench.folder, bench.folder, bench.folder, 300));
    write_file(&bench, "slow.json",
               arena_printf(bench.arena, engine, bench.folder, bench.folder, bench.folder, 60000));
    return bench;
}

static void bench_close(struct bench *bench)
{
    arena_free(bench->arena);
}

static void turn(struct child *child, int timeout_ms)
{
    struct pollfd polls[CHILD_FDS_MAX];
    int fds[CHILD_FDS_MAX];
    size_t count = child_fds(child, fds);

    for (size_t i = 0; i < count; i++)
        polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    poll(polls, count, timeout_ms);
    child_turn(child);
}

/* A shell's line, with the programs on PATH, in the bench's folder. */
static struct child *start(const struct bench *bench, const char *line)
{
    struct err err = ERR_INIT;
    static char bin[4096];

    /* as the shell sees it from another folder */
    if (!realpath(test_program("."), bin))
        bin[0] = '\0';
    const char *const command[] = {
        "sh", "-c",
        arena_printf(bench->arena, "cd %s && PATH=%s:$PATH && export PATH && %s%s", bench->folder,
                     bin, strpbrk(line, ";|&") ? "" : "exec ", line),
        NULL};
    const char *const environment[] = {arena_printf(bench->arena, "CHARTPROOF_BIN=%s", bin), NULL};
    struct child *child =
        child_start(&(struct child_options){.command = command, .environment = environment}, &err);
    EXPECT_STR(line, err.text, "");
    return child;
}

static struct outcome finish(const struct bench *bench, struct child *child)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;

    while (child_is_running(child) && clock_monotonic_ms() < deadline_ms)
        turn(child, 1000);
    struct outcome outcome = {.end = child_end(child, bench->arena),
                              .out = arena_strdup(bench->arena, child_stdout(child)),
                              .err = child_last_words(child, bench->arena, 100)};
    child_free(child);
    return outcome;
}

static struct outcome run_line(const struct bench *bench, const char *line)
{
    return finish(bench, start(bench, line));
}

static bool file_is_there(const struct bench *bench, const char *name)
{
    return access(arena_printf(bench->arena, "%s/%s", bench->folder, name), F_OK) == 0;
}

static void exit_statuses_and_errors_are_as_promised(void)
{
    static const struct {
        const char *line, *end, *says; /* on stdout or stderr */
    } rows[] = {
        {"chartproof help", "exit status 0", "recheck"},
        {"chartproof help run", "exit status 0", "--reset"},
        {"chartproof help run", "exit status 0", "strawman:FLAW"},
        {"chartproof run area --help", "exit status 0", "strawman:FLAW"},
        {"chartproof replay -h", "exit status 0", "stop before each step"},
        {"chartproof nonsense", "exit status 2", "unknown command 'nonsense'"},
        {"chartproof run", "exit status 2", "no scenario"},
        {"chartproof run --bogus area", "exit status 2", "unknown option \"--bogus\""},
        {"chartproof run --enigne x area", "exit status 2", "nearest is \"--engine\""},
        {"chartproof run --seed x area", "exit status 2", "--seed x: expected a number"},
        {"chartproof run nowhere", "exit status 2", "nowhere: No such file"},
        {"chartproof run typo.json", "exit status 2", "scheduel"},
        {"chartproof run fixture.json", "exit status 2", "missing.json"},
        {"chartproof run step.json", "exit status 2", "/schedule/0"},
        {"chartproof run --out /dev/null/x area", "exit status 2", "report folder"},
        {"chartproof run --out chart.json area", "exit status 2", "report folder"},
        {"chartproof run --engine none.json area", "exit status 2", "none.json"},
        {"cp \"$CHARTPROOF_BIN/chartproof\" . && CHARTPROOF_BIN= ./chartproof list flaws",
         "exit status 2", "where the project is built"},
        {"CHARTPROOF_BIN= && ./chartproof run --engine strawman:blind-put area", "exit status 2",
         "strawman is not there"},
        {"chartproof run --engine stuck.json area", "exit status 3", "it said: no database"},
        {"chartproof run --engine strawman area", "exit status 0", "PASS"},
        {"chartproof run --engine strawman --reset area area", "exit status 0", "2 scenarios"},
        {"chartproof run --engine strawman:blind-put area", "exit status 1", "no-lost-update"},
        {"chartproof check area", "exit status 0", "nurse, straight to the chart"},
        {"chartproof check typo.json", "exit status 2", "typo.json"},
        {"chartproof recheck nowhere", "exit status 2", "nowhere"},
        {"chartproof recheck area", "exit status 2", "area/race.json"},
        {"chartproof replay", "exit status 2", "expected one failure file"},
        {"chartproof replay nonsense", "exit status 2", "nonsense"},
        {"chartproof replay --scenarios . 'area/none@0: a/b.submit'", "exit status 2",
         "area/none.json is not there"},
        {"chartproof replay --scenarios . 'area/race@00000000: portal/note.submit'",
         "exit status 2", "hash 00000000, the scenario is now "},
        {"chartproof replay area/race.json", "exit status 2", "found no \"replay\""},
        {"chartproof list faults", "exit status 0", "reset-after"},
        {"chartproof list invariants", "exit status 0", "truthful-state"},
        {"chartproof list flaws", "exit status 0", "blind-put"},
        {"chartproof list scenarios --scenarios area", "exit status 0", "race@"},
        {"chartproof list invariants", "exit status 0", "honest guard"},
        {"chartproof list nonsense", "exit status 2", "expected one of faults"},
        {"chartproof list flaw", "exit status 2", "nearest is \"flaws\""},
        {"chartproof list faults flaws", "exit status 2", "expected one name"},
    };
    struct bench bench = bench_open();

    write_file(&bench, "typo.json",
               "{\"title\":\"t\",\"why\":\"w\",\"chart\":[],\"scheduel\":[]," ACTORS "}");
    write_file(&bench, "fixture.json",
               "{\"title\":\"t\",\"why\":\"w\",\"chart\":[\"missing.json\"]," ACTORS "}");
    write_file(&bench, "step.json",
               "{\"title\":\"t\",\"why\":\"w\",\"chart\":[\"chart.json\"]," ACTORS
               ",\"schedule\":[\"nobody.submit\"]}");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct outcome got = run_line(&bench, rows[i].line);

        EXPECT_STR(rows[i].line, got.end, rows[i].end);
        EXPECT_TRUE(arena_printf(bench.arena, "%s says \"%s\": %.300s", rows[i].line, rows[i].says,
                                 got.err),
                    strstr(got.out, rows[i].says) || strstr(got.err, rows[i].says));
        if (strcmp(rows[i].end, "exit status 2") == 0)
            EXPECT_TRUE(rows[i].line, strchr(got.err, '|') == NULL); /* one line */
    }
    EXPECT_TRUE("bad input writes nothing", !file_is_there(&bench, "x"));
    bench_close(&bench);
}

/* The line that a report tells people to paste. */
static const char *pasted(const struct bench *bench, const char *out)
{
    const char *line = strstr(out, "chartproof replay ");

    return line ? arena_copy(bench->arena, line, strcspn(line, "\n")) : "false";
}

static void a_failure_can_be_replayed_from_what_is_printed_and_written(void)
{
    struct bench bench = bench_open();
    struct outcome run =
        run_line(&bench, "chartproof run --engine strawman:blind-put --out out area/race.json");
    const char *line = pasted(&bench, run.out);

    EXPECT_STR("run", run.end, "exit status 1");
    EXPECT_HAS("reproduced", run.out, "reproduced 5 of 5");
    const char *const lines[] = {
        line,
        "chartproof replay out/failures/1.json",
        "chartproof run --engine strawman:blind-put --out out2 out/failures/1.json",
        "chartproof recheck out",
        "chartproof recheck out/evidence/1.json",
        "yes '' | chartproof replay --step out/failures/1.json",
    };
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct outcome again = run_line(&bench, lines[i]);

        EXPECT_STR(lines[i], again.end, "exit status 1");
        EXPECT_HAS(lines[i], again.out, "no-lost-update");
    }
    EXPECT_TRUE("result.json", file_is_there(&bench, "out/result.json"));
    EXPECT_TRUE("junit.xml", file_is_there(&bench, "out/junit.xml"));
    run_line(&bench, "chartproof run --engine strawman --out out area");
    EXPECT_TRUE("an old failure is not left", !file_is_there(&bench, "out/failures/1.json"));
    bench_close(&bench);
}

/* What only the scenario knows holds for its own schedule, however that is run again, and for no other. */
static void what_a_scenario_expects_is_judged_again(void)
{
    static const struct {
        const char *line, *end;
    } rows[] = {
        {"chartproof replay out/failures/1.json", "exit status 1"},
        {"chartproof run --engine strawman --out out2 out/failures/1.json", "exit status 1"},
        {"chartproof recheck out", "exit status 1"},
    };
    struct bench bench = bench_open();

    write_file(
        &bench, "area/hope.json",
        "{\"title\":\"t\",\"why\":\"w\",\"chart\":[\"../chart.json\"]," ACTORS
        ",\"schedule\":[\"portal.submit\",\"portal.look?\",\"portal.write\",\"nurse.raise\"],"
        "\"expect\":{\"chart\":{\"AllergyIntolerance/penicillin\":"
        "{\"/criticality\":\"unheard of\"}}}}");
    struct outcome run =
        run_line(&bench, "chartproof run --engine strawman --out out area/hope.json");
    const char *line = pasted(&bench, run.out);
    EXPECT_STR("run", run.end, "exit status 1");
    EXPECT_STR(line, run_line(&bench, line).end, "exit status 1");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct outcome again = run_line(&bench, rows[i].line);

        EXPECT_STR(rows[i].line, again.end, rows[i].end);
        EXPECT_HAS(rows[i].line, again.out, "FAIL     expect");
    }
    const char *edit = strstr(line, " nurse.raise");
    const char *other = arena_printf(bench.arena, "%.*s'", (int)(edit ? edit - line : 0), line);
    EXPECT_STR(other, run_line(&bench, other).end, "exit status 0");
    bench_close(&bench);
}

static void the_line_to_paste_names_the_program_as_it_was_started(void)
{
    struct bench bench = bench_open();
    struct outcome run = run_line(&bench, "\"$CHARTPROOF_BIN/chartproof\" run --engine "
                                          "strawman:blind-put --out out area/race.json; exit $?");
    char bin[PATH_MAX] = "";

    EXPECT_TRUE("programs", realpath(test_program("."), bin) != NULL);
    const char *line =
        arena_printf(bench.arena, "%s/chartproof replay --engine strawman:blind-put", bin);

    EXPECT_HAS("by its path", run.out, line);
    run = run_line(&bench, "chartproof run --engine strawman:blind-put --out out area/race.json");
    EXPECT_HAS("by its name", run.out, "\n  chartproof replay --engine strawman:blind-put");
    bench_close(&bench);
}

static void stepping_shows_what_is_held(void)
{
    struct bench bench = bench_open();

    run_line(&bench, "chartproof run --engine strawman:blind-put --out out area/race.json");
    struct outcome got = run_line(&bench, "yes '' | chartproof replay --step out/failures/1.json");
    EXPECT_HAS("before the first step", got.out, "next: portal/note.submit   [Enter]");
    EXPECT_HAS("what is held", got.out, "portal/note.update (PUT AllergyIntolerance/penicillin)");
    EXPECT_HAS("what follows has a line of its own", got.out, "\nverdict  scenario");
    bench_close(&bench);
}

/* ---- ends ---- */

/* What the engine started: neither it nor its own children may stay. */
static pid_t wait_engine(const struct bench *bench, struct child *child)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;

    while (!file_is_there(bench, "pid") && child_is_running(child) &&
           clock_monotonic_ms() < deadline_ms)
        turn(child, 10);
    EXPECT_INT("the engine's number",
               buf_read_file(&text, arena_printf(bench->arena, "%s/pid", bench->folder), 100, &err),
               0);
    pid_t pid = (pid_t)strtol(buf_text(&text), NULL, 10);
    buf_release(&text);
    return pid;
}

static bool is_gone_soon(pid_t pid)
{
    int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    if (fd < 0)
        return pid > 0 && errno == ESRCH;
    bool is_gone = poll(&wait, 1, WAIT_MS) == 1;
    close(fd);
    return is_gone;
}

static void an_interrupt_leaves_reports_and_no_engine(void)
{
    static const int signals[] = {SIGINT, SIGTERM};

    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        struct bench bench = bench_open();
        struct child *child =
            start(&bench, "chartproof run --engine slow.json --out out area area");
        pid_t engine = wait_engine(&bench, child);

        child_signal(child, signals[i]);
        struct outcome got = finish(&bench, child);
        EXPECT_STR(strsignal(signals[i]), got.end, "exit status 3");
        EXPECT_HAS("said", got.err, "interrupted");
        EXPECT_TRUE("result.json is there", file_is_there(&bench, "out/result.json"));
        EXPECT_TRUE("junit.xml is there", file_is_there(&bench, "out/junit.xml"));
        EXPECT_TRUE("the engine is gone", is_gone_soon(engine));
        bench_close(&bench);
    }
}

static void two_runs_do_not_share_a_report_folder(void)
{
    struct bench bench = bench_open();
    struct child *child = start(&bench, "chartproof run --engine slow.json --out out area");

    wait_engine(&bench, child);
    struct outcome got = run_line(&bench, "chartproof run --engine strawman --out out area");
    EXPECT_STR("the second", got.end, "exit status 2");
    EXPECT_HAS("why", got.err, "out: another run writes its report there");
    got = run_line(&bench, "chartproof run --engine strawman --out other area");
    EXPECT_STR("elsewhere", got.end, "exit status 0");
    child_signal(child, SIGTERM);
    finish(&bench, child);
    got = run_line(&bench, "chartproof run --engine strawman --out out area");
    EXPECT_STR("after the first", got.end, "exit status 0");
    bench_close(&bench);
}

static void a_killed_harness_takes_its_engine_along(void)
{
    struct bench bench = bench_open();
    struct child *child = start(&bench, "chartproof run --engine slow.json --out out area");
    pid_t engine = wait_engine(&bench, child);

    child_kill(child);
    EXPECT_TRUE("the engine is gone", is_gone_soon(engine));
    child_free(child);
    bench_close(&bench);
}

static CU_TestInfo commands_tests[] = {
    {"exit statuses and errors are as promised", exit_statuses_and_errors_are_as_promised},
    {"a failure can be replayed from what is printed and written",
     a_failure_can_be_replayed_from_what_is_printed_and_written},
    {"what a scenario expects is judged again", what_a_scenario_expects_is_judged_again},
    {"the line to paste names the program as it was started",
     the_line_to_paste_names_the_program_as_it_was_started},
    {"stepping shows what is held", stepping_shows_what_is_held},
    {"an interrupt leaves reports and no engine", an_interrupt_leaves_reports_and_no_engine},
    {"two runs do not share a report folder", two_runs_do_not_share_a_report_folder},
    {"a killed harness takes its engine along", a_killed_harness_takes_its_engine_along},
    CU_TEST_INFO_NULL,
};

SUITE("commands", commands_tests)
