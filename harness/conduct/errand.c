/* SPDX-License-Identifier: Apache-2.0 */
/*
 * errand - an engine that is one process for each intent (the adapter's `exec`): the intent on its standard input, the
 * end in its exit status, a view in the last line it prints, where it prints one.
 *
 * Exit status 0: committed; 10: open with a human; 20: rejected; anything else: nobody knows. One that is killed has given
 * no answer. The answer is noted when the process has ended; meanwhile it is an engine like any other, with requests that are held.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "harness/conduct/engine_inner.h"
#include "harness/scenario/adapter.h"

static const char *state_by(int exit_status)
{
    switch (exit_status) {
    case 0:
        return "committed";
    case 10:
        return "needs-review";
    case 20:
        return "rejected";
    default:
        return "unknown";
    }
}

/* The last line of what it printed, if that is an object: its own view. */
static struct cJSON *last_line(struct run *run, const char *text)
{
    struct err ignored = ERR_INIT;
    size_t size = strlen(text);

    while (size > 0 && text[size - 1] == '\n')
        size--;
    size_t from = size;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    struct cJSON *tree =
        size > from ? json_parse(run->scratch, text + from, size - from, &ignored) : NULL;
    return cJSON_IsObject(tree) ? tree : NULL;
}

static void note_end(struct run *run, struct errand *errand)
{
    static const char *const members[] = {"state", "result", "results", "problem", "review"};
    struct run_intent *intent = errand->intent;
    struct cJSON *printed = last_line(run, child_stdout(errand->child));
    struct cJSON *view = json_object(run->scratch);

    json_put_string(view, "id", intent->key);
    json_put_string(view, "key", intent->key);
    json_put_string(view, "state", state_by(child_exit_status(errand->child)));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (json_get(printed, members[i]))
            json_put(view, members[i], json_copy(json_get(printed, members[i])));
    }
    const char *body = json_print(run->scratch, view);
    run_note_process(run, "exited", child_end(errand->child, run->scratch), 0);
    if (child_exit_status(errand->child) < 0) { /* killed: it never answered */
        engine_note_said(run, "answer", intent, &(struct sim_entry){.of = errand->entry});
        return;
    }
    engine_note_said(
        run, "answer", intent,
        &(struct sim_entry){
            .of = errand->entry, .status = 202, .body = body, .body_size = strlen(body)});
    engine_take_view(run, intent, body, strlen(body));
}

int errand_submit(struct run *run, struct run_intent *intent, uint64_t entry, const char *body,
                  struct err *err)
{
    struct conductor *conductor = run->conductor;
    struct buf text = BUF_INIT;

    if (run->errand_count == ERRANDS_MAX)
        return err_set(err, ERR_LIMIT, "more than %d processes at once", ERRANDS_MAX);
    const char *path = arena_printf(run->arena, "%s/intent-%llu.json", conductor->place.folder.path,
                                    (unsigned long long)entry);
    buf_puts(&text, body);
    int rc = buf_write_file(&text, path, err);
    buf_release(&text);
    if (rc)
        return -1;
    struct child *child = process_errand(conductor, intent->correlation, intent->key, path, err);
    if (!child)
        return err_context(err, "engine %s", conductor->options.adapter->name);
    run->errands[run->errand_count++] =
        (struct errand){.child = child, .intent = intent, .entry = entry};
    return 0;
}

size_t errand_fds(const struct run *run, int *out_fds)
{
    size_t count = 0;

    for (size_t i = 0; i < run->errand_count; i++)
        count += child_fds(run->errands[i].child, out_fds + count);
    return count;
}

void errand_turn(struct run *run)
{
    for (size_t i = 0; i < run->errand_count;) {
        struct errand *errand = &run->errands[i];

        child_turn(errand->child);
        if (child_is_running(errand->child)) {
            i++;
            continue;
        }
        note_end(run, errand);
        leavings_note_words(run, errand->child);
        child_free(errand->child);
        *errand = run->errands[--run->errand_count];
        run->asks_views = true;
    }
}

void errand_kill_all(struct run *run)
{
    for (size_t i = 0; i < run->errand_count; i++)
        child_kill(run->errands[i].child);
    errand_turn(run);
}
