/* SPDX-License-Identifier: Apache-2.0 */
/* samples - `name{label="value",...} number`, and comments, which are no samples. */
#include "harness/judge/samples.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "simulator/sim.h"

static bool read_line(struct sample *out, struct arena *arena, const char *line, size_t size)
{
    char *text = arena_copy(arena, line, size), *end;
    size_t name = strcspn(text, "{ \t");
    char *rest = text + name, *close = *rest == '{' ? strrchr(text, '}') : NULL;

    if (name == 0 || *text == '#' || *rest == '\0' || (*rest == '{' && !close))
        return false;
    out->name = arena_copy(arena, text, name);
    out->labels = close ? arena_copy(arena, rest + 1, (size_t)(close - rest) - 1) : "";
    rest = close ? close + 1 : rest;
    out->value = strtod(rest, &end);
    return end != rest;
}

void samples_read(struct samples *out, struct arena *arena, const struct sim_entry *entry)
{
    const char *line = entry->body, *end = line ? line + entry->body_size : NULL;
    size_t lines = 1;

    for (const char *c = line; c < end; c++)
        lines += *c == '\n';
    out->at = arena_alloc(arena, lines * sizeof(*out->at));
    out->count = 0;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((stop ? stop : end) - line);

        out->count += read_line(&out->at[out->count], arena, line, size);
        line += size + 1;
    }
}

bool samples_total(const struct samples *samples, const char *name, double *out)
{
    bool is_there = false;

    *out = 0;
    for (size_t i = 0; i < samples->count; i++) {
        if (strcmp(samples->at[i].name, name) != 0)
            continue;
        is_there = true;
        *out += samples->at[i].value;
    }
    return is_there;
}

const char *sample_label(struct arena *arena, const struct sample *sample, const char *label)
{
    size_t length = strlen(label);

    for (const char *at = sample->labels; (at = strstr(at, label)) != NULL; at += length) {
        bool is_start = at == sample->labels || at[-1] == ',' || at[-1] == ' ';

        if (is_start && strncmp(at + length, "=\"", 2) == 0)
            return arena_copy(arena, at + length + 2, strcspn(at + length + 2, "\""));
    }
    return NULL;
}
