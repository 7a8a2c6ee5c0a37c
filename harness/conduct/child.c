/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child - vfork and exec, and the two ways in which a group is made to end.
 *
 * 1. Every child leads a process group of its own, so that one kill reaches what it started.
 * 2. A failed exec is told to the parent through a pipe that exec closes: a command that does not
 * exist is an error of child_start, not a child that died.
 * 3. The guard process holds the read end of a pipe whose only write end is ours. It is told which
 * group lives, and when the pipe ends (we were killed) it kills that group. The child also asks the
 * kernel to die with us.
 * 4. Between vfork and exec the child runs in our memory while we stand still: it calls only what is async-signal-safe,
 * and no signal handler of ours can run in it. (A plain fork copies the page tables of all evidence so far for every
 * engine; see docs/benchmarks.md.)
 * 5. A child that ended is reaped at once; its group may live on (an orphan of a wrapper script)
 * and is killed then, while the number of the group cannot have been given to anyone else: the
 * leader is reaped last.
 * 6. What left the group goes too: orphan.h. An end is complete only when nothing of it runs.
 */
#include "harness/conduct/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "harness/conduct/orphan.h"

#define STDOUT_BYTES_MAX 65536u
#define STDERR_BYTES_MAX 65536u /* the newest half is kept when it is reached */

struct child_guard {
    struct orphan_own own;
    int fd; /* write end: one pid_t for each group that starts, its negative when it is gone */
};

struct child {
    pid_t pid; /* also the group */
    struct orphan_own own;
    size_t left;               /* processes that it left behind when it ended by itself */
    int pidfd, out_fd, err_fd; /* -1 once closed */
    struct buf out, err;
    bool is_running;
    int status; /* as waitpid gave it */
    struct child_guard *guard;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The guard's whole life. It is told groups by number; on the end of the pipe it kills those that
 * are left. */
static void guard_run(int fd, pid_t harness) ATTR_NORETURN;
static void guard_run(int fd, pid_t harness)
{
    pid_t groups[64] = {0}, told = 0;
    ssize_t got = 0;
    bool is_alone = false;

    do {
        got = read(fd, &told, sizeof(told));
        pid_t find = told > 0 ? 0 : -told, put = told > 0 ? told : 0;

        for (size_t i = 0; got == (ssize_t)sizeof(told) && i < COUNT_OF(groups); i++) {
            if (groups[i] == find) {
                groups[i] = put;
                break;
            }
        }
    } while (got == (ssize_t)sizeof(told) || (got < 0 && errno == EINTR));
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        is_alone |= groups[i] > 0; /* else all has ended in order */
        if (groups[i] > 0)
            kill(-groups[i], SIGKILL);
    }
    if (is_alone)
        orphan_end_marked(harness);
    _exit(0);
}

struct child_guard *child_guard_open(struct err *err)
{
    int fds[2];
    pid_t harness = getpid();

    if (pipe2(fds, O_CLOEXEC)) {
        err_set(err, ERR_IO, "pipe: %s", strerror(errno));
        return NULL;
    }
    pid_t pid = fork();
    if (pid < 0) {
        err_set(err, ERR_IO, "fork: %s", strerror(errno));
        close(fds[0]);
        close(fds[1]);
        return NULL;
    }
    if (pid == 0) {
        setpgid(0, 0); /* an interrupt from the terminal is for the harness alone */
        /* nothing of ours may be held open by it: a caller waits for the end of our stdout */
        dup2(fds[0], 0);
        close_range(1, ~0U, 0);
        guard_run(0, harness);
    }
    close(fds[0]);
    struct child_guard *guard = calloc(1, sizeof(*guard));
    if (!guard)
        BUG("out of memory");
    *guard = (struct child_guard){.own = {.pid = pid}, .fd = fds[1]};
    orphan_add(&guard->own);
    return guard;
}

void child_guard_close(struct child_guard *guard)
{
    if (!guard)
        return;
    close(guard->fd);
    while (waitpid(guard->own.pid, NULL, 0) < 0 && errno == EINTR)
        ;
    orphan_remove(&guard->own);
    free(guard);
}

static void guard_tell(struct child_guard *guard, pid_t told)
{
    /* A guard that is gone only means that a later SIGKILL of the harness may leave a process
     * behind. */
    if (guard && write(guard->fd, &told, sizeof(told)) < 0)
        return;
}

/* In the child: becomes the command, or writes errno to `fail_fd`. */
static void become(const struct child_options *options, char **environment, int out_fd, int err_fd,
                   int fail_fd, pid_t parent) ATTR_NORETURN;
static void become(const struct child_options *options, char **environment, int out_fd, int err_fd,
                   int fail_fd, pid_t parent)
{
    int in_fd = open(options->input ? options->input : "/dev/null", O_RDONLY);
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it was gone before we asked */
        _exit(127);
    for (int sig = 1; sig < NSIG; sig++)
        sigaction(sig, &plain, NULL); /* those that cannot be set stay as they are */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(in_fd, 0);
    dup2(out_fd, 1);
    dup2(err_fd, 2);
    fail_fd = dup2(fail_fd, 3);
    fcntl(fail_fd, F_SETFD, FD_CLOEXEC);
    close_range(4, ~0U, 0);
    execvpe(options->command[0], (char *const *)options->command, environment);
    int failure = errno;
    if (write(fail_fd, &failure, sizeof(failure)) < 0)
        _exit(126);
    _exit(127);
}

/* A new process that becomes the command; -1 and errno. In a function of its own: what it returns from is not shared. */
static pid_t launch(const struct child_options *options, char **environment, int out_fd, int err_fd,
                    int fail_fd, pid_t parent)
{
    sigset_t all, before;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0)
        become(options, environment, out_fd, err_fd, fail_fd, parent);
    int failure = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = failure;
    return pid;
}

static bool sets_same_name(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");

    return strcspn(b, "=") == length && strncmp(a, b, length) == 0;
}

/* Our environment with `extra` and the mark on top; the array is the caller's to free, the strings are not. */
static char **environment_with(const char *const *extra, const char *mark)
{
    size_t ours = 0, more = 0, count = 0;

    while (environ[ours])
        ours++;
    while (extra && extra[more])
        more++;
    char **all = calloc(ours + more + 2, sizeof(*all));
    if (!all)
        BUG("out of memory");
    for (size_t i = 0; i < ours; i++) {
        bool is_replaced = sets_same_name(environ[i], mark);

        for (size_t j = 0; j < more && !is_replaced; j++)
            is_replaced = sets_same_name(environ[i], extra[j]);
        if (!is_replaced)
            all[count++] = environ[i];
    }
    for (size_t j = 0; j < more; j++)
        all[count++] = (char *)extra[j];
    all[count] = (char *)mark;
    return all;
}

static int make_pipe(int fds[2], struct err *err)
{
    if (pipe2(fds, O_CLOEXEC) == 0)
        return 0;
    return err_set(err, ERR_IO, "pipe: %s", strerror(errno));
}

/* Waits until exec closed the pipe, or for the reason why it failed. */
static int wait_exec(int fd)
{
    int failure = 0;
    ssize_t got = 0;

    do {
        got = read(fd, &failure, sizeof(failure));
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(failure) ? failure : 0;
}

struct child *child_start(const struct child_options *options, struct err *err)
{
    int out[2] = {-1, -1}, errs[2] = {-1, -1}, fail[2] = {-1, -1};
    struct child *child = NULL;
    char mark[ORPHAN_MARK_SIZE];
    unsigned number = orphan_mark(mark);
    char **environment = environment_with(options->environment, mark);
    pid_t parent = getpid(), pid = -1;

    if (make_pipe(out, err) || make_pipe(errs, err) || make_pipe(fail, err))
        goto out;
    orphan_watch();
    pid = launch(options, environment, out[1], errs[1], fail[1], parent);
    if (pid < 0) {
        err_set(err, ERR_IO, "vfork: %s", strerror(errno));
        goto out;
    }
    setpgid(pid, pid); /* also here: whoever comes first */
    close_fd(&fail[1]);
    int failure = wait_exec(fail[0]);
    if (failure) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        err_set(err, ERR_INPUT, "cannot run '%s': %s", options->command[0], strerror(failure));
        goto out;
    }
    guard_tell(options->guard, pid);
    child = calloc(1, sizeof(*child));
    if (!child)
        BUG("out of memory");
    *child = (struct child){.pid = pid,
                            .pidfd = (int)syscall(SYS_pidfd_open, pid, 0),
                            .out_fd = out[0],
                            .err_fd = errs[0],
                            .is_running = true,
                            .guard = options->guard,
                            .own = {.pid = pid, .number = number}};
    orphan_add(&child->own);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(errs[0], F_SETFL, O_NONBLOCK);
    out[0] = errs[0] = -1;
out:
    for (size_t i = 0; i < 2; i++) {
        close_fd(&out[i]);
        close_fd(&errs[i]);
        close_fd(&fail[i]);
    }
    free(environment);
    return child;
}

/* Takes what there is to read; closes the descriptor at its end. */
static void drain(int *fd, struct buf *into, size_t bytes_max, bool keeps_newest)
{
    char bytes[4096];
    ssize_t got = 0;

    while (*fd >= 0 && (got = read(*fd, bytes, sizeof(bytes))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return; /* nothing more for now */
        if (keeps_newest && into->size + (size_t)got > bytes_max) {
            size_t half = into->size / 2;

            memmove(into->bytes, into->bytes + half, into->size - half);
            into->size -= half;
        }
        if (into->size + (size_t)got <= bytes_max)
            buf_add(into, bytes, (size_t)got);
    }
    close_fd(fd);
}

static void take_output(struct child *child)
{
    drain(&child->out_fd, &child->out, STDOUT_BYTES_MAX, false);
    drain(&child->err_fd, &child->err, STDERR_BYTES_MAX, true);
}

/* The leader has ended or is about to: what it left goes with it, the leader is reaped after its group. */
static void reap(struct child *child)
{
    child->own.number = 0; /* so that what bears its mark is an orphan */
    child->left = orphan_end_all();
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
        ;
    orphan_remove(&child->own);
    orphan_end_all();
    child->is_running = false;
    close_fd(&child->pidfd);
    guard_tell(child->guard, -child->pid);
    take_output(child);
}

void child_turn(struct child *child)
{
    take_output(child);
    if (!child->is_running)
        return;
    siginfo_t info = {.si_pid = 0};
    /* WNOWAIT: the number of the group stays ours until the group is dead */
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid != 0)
        reap(child);
}

void child_kill(struct child *child)
{
    if (!child->is_running)
        return;
    kill(-child->pid, SIGKILL);
    reap(child);
}

void child_signal(struct child *child, int sig)
{
    if (child->is_running)
        kill(-child->pid, sig);
}

void child_free(struct child *child)
{
    if (!child)
        return;
    child_kill(child);
    close_fd(&child->pidfd);
    close_fd(&child->out_fd);
    close_fd(&child->err_fd);
    buf_release(&child->out);
    buf_release(&child->err);
    free(child);
}

size_t child_fds(const struct child *child, int out_fds[CHILD_FDS_MAX])
{
    const int fds[CHILD_FDS_MAX] = {child->pidfd, child->out_fd, child->err_fd};
    size_t count = 0;

    for (size_t i = 0; i < CHILD_FDS_MAX; i++) {
        if (fds[i] >= 0)
            out_fds[count++] = fds[i];
    }
    return count;
}

bool child_is_running(const struct child *child)
{
    return child->is_running;
}

pid_t child_group(const struct child *child)
{
    return child->pid;
}

bool child_has_process(const struct child *child, pid_t pid)
{
    return getpgid(pid) == child->pid || orphan_number(pid) == child->own.number;
}

size_t child_left(const struct child *child)
{
    return child->left;
}

int child_exit_status(const struct child *child)
{
    return WIFEXITED(child->status) ? WEXITSTATUS(child->status) : -1;
}

const char *child_stdout(const struct child *child)
{
    return buf_text(&child->out);
}

const char *child_stderr(const struct child *child)
{
    return buf_text(&child->err);
}

void child_forget_words(struct child *child)
{
    take_output(child);
    buf_clear(&child->out);
    buf_clear(&child->err);
}

const char *child_last_words(const struct child *child, struct arena *arena, size_t lines_max)
{
    const char *text = buf_text(&child->err);
    size_t size = child->err.size;

    while (size > 0 && strchr(" \t\r\n", text[size - 1]))
        size--;
    size_t from = size;
    while (from > 0 && (text[from - 1] != '\n' || --lines_max > 0))
        from--;
    char *words = arena_copy(arena, text + from, size - from);
    for (char *at = words; *at; at++) {
        if ((unsigned char)*at < ' ')
            *at = *at == '\n' ? '|' : ' ';
    }
    return words;
}

const char *child_end(const struct child *child, struct arena *arena)
{
    if (child->is_running)
        return "running";
    if (WIFEXITED(child->status))
        return arena_printf(arena, "exit status %d", WEXITSTATUS(child->status));
    return arena_printf(arena, "killed by signal %d", WTERMSIG(child->status));
}
