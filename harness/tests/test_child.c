/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of children: what they print and how they end is told, and nothing of their group stays. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "harness/conduct/child.h"
#include "harness/conduct/quiet.h"
#include "tests/expect.h"

#define WAIT_MS 10000

static struct child *start_shell(const char *script)
{
    const char *const command[] = {"sh", "-c", script, NULL};
    struct err err = ERR_INIT;
    struct child *child = child_start(&(struct child_options){.command = command}, &err);

    EXPECT_STR(script, err.text, "");
    return child;
}

/* Turns until it has ended, or until its stdout has `text` (where given). */
static void turn_until(struct child *child, const char *text)
{
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;

    while (child_is_running(child) && clock_monotonic_ms() < deadline_ms) {
        struct pollfd polls[CHILD_FDS_MAX];
        int fds[CHILD_FDS_MAX];
        size_t count = child_fds(child, fds);

        for (size_t i = 0; i < count; i++)
            polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
        poll(polls, count, 1000);
        child_turn(child);
        if (text && strstr(child_stdout(child), text))
            return;
    }
}

/* Waits for the end of a process that is not our child. True when it is gone. */
static bool is_gone_soon(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    if (fd < 0)
        return errno == ESRCH;
    bool is_gone = poll(&wait, 1, WAIT_MS) == 1;
    close(fd);
    return is_gone;
}

static void child_tells_what_it_printed_and_how_it_ended(void)
{
    static const struct {
        const char *row, *script, *out, *words, *end;
    } rows[] = {
        {"status", "exit 7", "", "", "exit status 7"},
        {"output", "echo a; echo b >&2", "a\n", "b", "exit status 0"},
        {"last words", "echo 1 >&2; echo 2 >&2; echo 3 >&2", "", "2|3", "exit status 0"},
        {"signal", "kill -9 $$", "", "", "killed by signal 9"},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child *child = start_shell(rows[i].script);

        turn_until(child, NULL);
        EXPECT_STR(rows[i].row, child_stdout(child), rows[i].out);
        EXPECT_STR(rows[i].row, child_last_words(child, arena, 2), rows[i].words);
        EXPECT_STR(rows[i].row, child_end(child, arena), rows[i].end);
        child_free(child);
    }
    arena_free(arena);
}

static void a_command_that_is_not_there_is_an_error_of_the_start(void)
{
    const char *const command[] = {"/no/such/engine", NULL};
    struct err err = ERR_INIT;

    EXPECT_TRUE("no child", child_start(&(struct child_options){.command = command}, &err) == NULL);
    EXPECT_INT("the user's to mend", err.code, ERR_INPUT);
    EXPECT_HAS("named", err.text, "/no/such/engine");
}

static void the_environment_is_ours_with_changes_on_top(void)
{
    const char *const command[] = {"sh", "-c", "echo $CHILD_A-$CHILD_B", NULL};
    const char *const environment[] = {"CHILD_B=new", NULL};
    struct err err = ERR_INIT;

    setenv("CHILD_A", "kept", 1);
    setenv("CHILD_B", "old", 1);
    struct child *child =
        child_start(&(struct child_options){.command = command, .environment = environment}, &err);
    turn_until(child, NULL);
    EXPECT_STR("both", child_stdout(child), "kept-new\n");
    child_free(child);
}

static void a_kill_takes_the_whole_group(void)
{
    struct child *child = start_shell("tail -f /dev/null & echo $!; wait");

    turn_until(child, "\n");
    pid_t grandchild = (pid_t)strtol(child_stdout(child), NULL, 10);
    EXPECT_TRUE("it lives", grandchild > 0 && kill(grandchild, 0) == 0);
    child_kill(child);
    EXPECT_TRUE("the child ended", !child_is_running(child));
    EXPECT_TRUE("what it started ended", is_gone_soon(grandchild));
    child_free(child);
}

static void what_a_child_leaves_behind_ends_with_it(void)
{
    struct child *child = start_shell("tail -f /dev/null >/dev/null 2>&1 & echo $!");

    turn_until(child, NULL);
    pid_t orphan = (pid_t)strtol(child_stdout(child), NULL, 10);
    EXPECT_TRUE("there was one", orphan > 0);
    EXPECT_TRUE("the orphan ended", is_gone_soon(orphan));
    child_free(child);
}

/* setsid: a session and group of its own. The last one has wiped its environment too, and lost its parent. */
static void what_left_the_group_ends_with_it_and_is_counted(void)
{
    static const char *const scripts[] = {
        "setsid tail -f /dev/null >/dev/null 2>&1 & echo $!; exit 3",
        "(setsid tail -f /dev/null >/dev/null 2>&1 & echo $!); exit 3",
        "(setsid env -i tail -f /dev/null >/dev/null 2>&1 & echo $!); exit 3",
    };

    for (size_t i = 0; i < COUNT_OF(scripts); i++) {
        struct child *child = start_shell(scripts[i]);

        turn_until(child, NULL);
        pid_t orphan = (pid_t)strtol(child_stdout(child), NULL, 10);
        EXPECT_TRUE(scripts[i], orphan > 0);
        EXPECT_INT(scripts[i], kill(orphan, 0), -1);
        EXPECT_INT(scripts[i], (int)child_left(child), 1);
        child_free(child);
    }
}

static void one_that_runs_keeps_what_left_its_group(void)
{
    struct child *other = start_shell("tail -f /dev/null");
    struct child *child =
        start_shell("(setsid tail -f /dev/null >/dev/null 2>&1 & echo $!); tail -f /dev/null");

    turn_until(child, "\n");
    pid_t orphan = (pid_t)strtol(child_stdout(child), NULL, 10);
    child_free(other);
    EXPECT_INT("the other's end is not its own", kill(orphan, 0), 0);
    child_free(child);
    EXPECT_INT("its own is", kill(orphan, 0), -1);
}

/* Also the one in the group that is no child of ours. */
static void a_stopped_group_stands_still_as_a_whole(void)
{
    struct child *child = start_shell("(while :; do :; done) & echo up; read line || wait");
    struct quiet_look look;
    uint64_t deadline_ms = clock_monotonic_ms() + WAIT_MS;

    turn_until(child, "up\n");
    quiet_look(child_group(child), &look);
    EXPECT_TRUE("runs", !look.is_stopped);
    child_signal(child, SIGSTOP);
    do
        quiet_look(child_group(child), &look);
    while (!look.is_stopped && clock_monotonic_ms() < deadline_ms);
    EXPECT_TRUE("stands still", look.is_stopped && !look.is_active);
    uint64_t used_ns = look.cpu_ns;
    quiet_look(child_group(child), &look);
    EXPECT_TRUE("uses no time", look.cpu_ns == used_ns);
    child_free(child);
}

static void much_output_is_bounded(void)
{
    struct arena *arena = arena_new();
    struct child *child =
        start_shell("yes 0123456789 | head -c 1000000; "
                    "yes abcdefghij | head -c 1000000 >&2; echo >&2; echo the end >&2");

    turn_until(child, NULL);
    EXPECT_TRUE("stdout", strlen(child_stdout(child)) <= 65536);
    EXPECT_STR("stderr keeps the newest", child_last_words(child, arena, 1), "the end");
    child_free(child);
    arena_free(arena);
}

static CU_TestInfo child_tests[] = {
    {"a child tells what it printed and how it ended",
     child_tells_what_it_printed_and_how_it_ended},
    {"a command that is not there is an error of the start",
     a_command_that_is_not_there_is_an_error_of_the_start},
    {"the environment is ours with changes on top", the_environment_is_ours_with_changes_on_top},
    {"a kill takes the whole group", a_kill_takes_the_whole_group},
    {"what a child leaves behind ends with it", what_a_child_leaves_behind_ends_with_it},
    {"what left the group ends with it and is counted",
     what_left_the_group_ends_with_it_and_is_counted},
    {"one that runs keeps what left its group", one_that_runs_keeps_what_left_its_group},
    {"a stopped group stands still as a whole", a_stopped_group_stands_still_as_a_whole},
    {"much output is bounded", much_output_is_bounded},
    CU_TEST_INFO_NULL,
};

SUITE("child", child_tests)
