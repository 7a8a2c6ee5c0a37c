/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/tests/struck.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/rules.h"
#include "tests/expect.h"

static const struct struck_table *tables;

const struct struck_table *struck_tables(void)
{
    return tables;
}

void struck_register(struct struck_table *table)
{
    table->next = tables;
    tables = table;
}

/* ---- calls ---- */

void struck_open(struct rig *rig)
{
    rig_open_with(rig, &(struct sim_options){.logical_clock = true, .seed = 7});
}

void struck_rule(struct rig *rig, const char *rule)
{
    struct err err = ERR_INIT;
    const struct cJSON *tree = json_parse(rig->arena, rule, strlen(rule), &err);
    unsigned id;

    if (!tree || rules_add(sim_rules(rig->sim), tree, &id, &err))
        BUG("%s: %s", rule, err.text);
}

static const char *quoted(struct rig *rig, const char *text)
{
    char *copy = arena_strdup(rig->arena, text);

    for (char *at = copy; at && *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return copy;
}

static struct http_pending *start(struct rig *rig, const struct struck_call *call)
{
    return rig_start(rig, call->method, call->url, call->headers, quoted(rig, call->body));
}

/* Passes what it started with the fault, where everything is held. */
static const struct http_reply *finish(struct rig *rig, const char *name,
                                       struct http_pending *pending, const struct sim_fault *fault)
{
    struct err err = ERR_INIT;

    rig_until_held(rig, 1);
    EXPECT_INT(name, sim_pass(rig->sim, sim_held_at(rig->sim, 0)->number, fault, &err), 0);
    EXPECT_STR(name, err.text, "");
    return rig_until_done(rig, pending);
}

const struct http_reply *struck_call(struct rig *rig, const struct struck_call *call)
{
    return rig_until_done(rig, start(rig, call));
}

/* ---- looking ---- */

/* The server's own address as BASE, since its port differs. */
static const char *without_base(struct rig *rig, const char *text)
{
    const size_t size = strlen(sim_url(rig->sim));

    if (strncmp(text, sim_url(rig->sim), size) != 0)
        return text;
    return arena_printf(rig->arena, "BASE%s", text + size);
}

static void check_reply(struct rig *rig, const char *name, const struct http_reply *reply,
                        const char *lines)
{
    char *rest = NULL, *copy = arena_strdup(rig->arena, lines);

    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        const bool is_member = line[0] == '/';
        char *mark = strstr(line, is_member ? " = " : ": ");
        const char *got;

        if (strncmp(line, "~ ", 2) == 0) {
            EXPECT_HAS(name, reply->body, line + 2);
            continue;
        }
        ASSERT(mark);
        *mark = '\0';
        got = is_member ? rig_body(rig, reply, line) : http_reply_header(reply, line);
        EXPECT_STR(name, got ? without_base(rig, got) : "(none)", mark + (is_member ? 3 : 2));
    }
}

static void check_chart(struct rig *rig, const char *name, const char *lines)
{
    char *rest = NULL, *copy = arena_strdup(rig->arena, lines);

    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *pointer = strchr(line, ' '), *mark = strstr(line, " = ");

        ASSERT(pointer && mark);
        *pointer = *mark = '\0';
        EXPECT_STR(name, rig_chart(rig, line, pointer + 1), mark + 3);
    }
}

/* The story without that of the requests before. */
static const char *story_from(struct rig *rig, size_t earlier)
{
    const char *story = rig_story(rig, 0);

    return story + earlier;
}

/* ---- rows ---- */

static const struct http_reply *strike(struct rig *rig, const struct struck_row *row, bool is_held)
{
    const struct sim_fault fault = rig_fault(row->fault);
    const char *rule = arena_printf(rig->arena, "{\"fault\":\"%s\",\"times\":1}", row->fault);

    if (is_held)
        return finish(rig, row->fault, start(rig, &row->call), &fault);
    struck_rule(rig, rule);
    return struck_call(rig, &row->call);
}

static void run_row(const struct struck_row *row, bool is_held)
{
    const char *name = row->fault;
    struct rig rig;
    size_t earlier;

    if (is_held)
        rig_open(&rig);
    else
        struck_open(&rig);
    for (size_t i = 0; i < COUNT_OF(row->before) && row->before[i].method; i++) {
        if (is_held)
            finish(&rig, name, start(&rig, &row->before[i]), NULL);
        else
            struck_call(&rig, &row->before[i]);
    }
    earlier = strlen(rig_story(&rig, 0));
    const struct http_reply *reply = strike(&rig, row, is_held);
    EXPECT_STR(name, rig_seen(&rig, reply), row->seen);
    check_reply(&rig, name, reply, row->shows);
    EXPECT_STR(name, story_from(&rig, earlier + (earlier > 0)), row->story);
    check_chart(&rig, name, row->chart);
    EXPECT_INT(name, (long long)sim_held_count(rig.sim), 0);
    if (row->behind.method) {
        reply = is_held ? finish(&rig, name, start(&rig, &row->behind), NULL)
                        : struck_call(&rig, &row->behind);
        EXPECT_STR(name, rig_seen(&rig, reply), row->behind_seen);
        check_reply(&rig, name, reply, row->behind_shows);
    }
    rig_close(&rig);
}

static bool is_rule_only(const char *text)
{
    const struct sim_fault fault = rig_fault(text);
    const struct sim_fault_kind *kinds;
    const size_t count = sim_fault_kinds(&kinds);
    bool found = false;

    for (size_t i = 0; i < count; i++)
        found |= kinds[i].is_rule_only && strcmp(kinds[i].name, fault.name) == 0;
    return found;
}

void struck_run(const struct struck_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        run_row(&rows[i], false);
        if (!is_rule_only(rows[i].fault))
            run_row(&rows[i], true);
    }
}
