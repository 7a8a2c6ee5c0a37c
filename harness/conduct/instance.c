/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instance - several processes of one engine on one folder: which of them is meant, and whose a request is.
 *
 * A request is known by the other end of its connection: its port is that of one socket, which is among the descriptors of
 * one process (/proc/PID/fd). So it is right whatever the engine sends. Where only one runs nothing is looked up.
 *
 * The kernel is asked for the one socket (sock_diag), as the list of all (/proc/net/tcp) is long on a busy machine; the list
 * is for where that is not allowed, and for clients that come from elsewhere.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/conduct/run.h"

bool instance_is_up(const struct conductor *conductor, const struct instance *instance)
{
    if (!process_is_ours(conductor))
        return instance == conductor->instances && !conductor->is_down;
    return instance->child && child_is_running(instance->child) && !instance->is_paused;
}

void instance_choose(struct conductor *conductor, unsigned number)
{
    conductor->now = &conductor->instances[number > 0 ? number - 1 : 0];
    for (size_t i = 0; number == 0 && i < INSTANCES_MAX; i++) {
        if (!instance_is_up(conductor, &conductor->instances[i]))
            continue;
        conductor->now = &conductor->instances[i];
        return;
    }
}

unsigned instance_number(const struct conductor *conductor)
{
    return (unsigned)(conductor->now - conductor->instances) + 1;
}

/* The inode of the loopback's socket with these two ports; 0: not found. */
static unsigned long ask_inode(unsigned port, unsigned our_port)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 diag;
    } question = {.header = {.nlmsg_len = sizeof(question),
                             .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                             .nlmsg_flags = NLM_F_REQUEST},
                  .diag = {.sdiag_family = AF_INET,
                           .sdiag_protocol = IPPROTO_TCP,
                           .idiag_states = ~0u,
                           .id = {.idiag_sport = htons((uint16_t)port),
                                  .idiag_dport = htons((uint16_t)our_port),
                                  .idiag_src = {htonl(INADDR_LOOPBACK)},
                                  .idiag_dst = {htonl(INADDR_LOOPBACK)},
                                  .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}}};
    struct {
        struct nlmsghdr header;
        struct inet_diag_msg diag;
        char rest[512];
    } answer = {.header = {.nlmsg_type = 0}};
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    ssize_t got = -1;

    if (fd >= 0 && send(fd, &question, sizeof(question), 0) == (ssize_t)sizeof(question))
        got = recv(fd, &answer, sizeof(answer), 0);
    if (fd >= 0)
        close(fd);
    return got >= (ssize_t)(sizeof(answer.header) + sizeof(answer.diag)) &&
                   answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY
               ? answer.diag.idiag_inode
               : 0;
}

/* The same from the list of all sockets. */
static unsigned long find_inode(unsigned port, unsigned our_port)
{
    FILE *file = fopen("/proc/net/tcp", "re");
    char line[512];
    unsigned long inode = 0, found = 0;

    while (file && fgets(line, sizeof(line), file)) {
        unsigned local = 0, remote = 0;

        if (sscanf(line, " %*d: %*x:%x %*x:%x %*x %*x:%*x %*x:%*x %*x %*u %*u %lu", &local, &remote,
                   &inode) == 3 &&
            local == port && remote == our_port)
            found = inode;
    }
    if (file)
        fclose(file);
    return found;
}

static bool has_socket(const char *pid, unsigned long inode)
{
    char path[300], want[64], link[64];
    const struct dirent *entry;
    bool has = false;

    snprintf(want, sizeof(want), "socket:[%lu]", inode);
    snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
    DIR *folder = opendir(path);
    while (folder && !has && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof(path), "/proc/%.20s/fd/%.20s", pid, entry->d_name);
        ssize_t size = readlink(path, link, sizeof(link) - 1);
        link[size > 0 ? size : 0] = '\0';
        has = strcmp(link, want) == 0;
    }
    if (folder)
        closedir(folder);
    return has;
}

static bool holds(const struct child *child, unsigned long inode)
{
    const struct dirent *entry;
    DIR *processes = opendir("/proc");
    bool is_held = false;

    while (processes && !is_held && (entry = readdir(processes)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

        is_held = pid > 0 && child_has_process(child, pid) && has_socket(entry->d_name, inode);
    }
    if (processes)
        closedir(processes);
    return is_held;
}

/* Most engines are one process: then nobody else's descriptors are looked at. */
static bool leads(const struct child *child, unsigned long inode)
{
    char pid[24];

    if (!child || !child_is_running(child))
        return false;
    snprintf(pid, sizeof(pid), "%d", (int)child_group(child));
    return has_socket(pid, inode);
}

unsigned instance_of(const struct run *run, const struct sim_exchange *held)
{
    const struct instance *second = &run->conductor->instances[1];
    const char *port = strrchr(sim_url(run->sim), ':');

    if (!second->child || !child_is_running(second->child) || !port)
        return 1;
    unsigned theirs = sim_held_port(run->sim, held->number);
    unsigned ours = (unsigned)strtoul(port + 1, NULL, 10);
    unsigned long inode = ask_inode(theirs, ours);
    if (inode == 0)
        inode = find_inode(theirs, ours);
    for (unsigned i = 0; inode > 0 && i < INSTANCES_MAX; i++) {
        if (leads(run->conductor->instances[i].child, inode))
            return i + 1;
    }
    return inode > 0 && holds(second->child, inode) ? 2 : 1;
}
