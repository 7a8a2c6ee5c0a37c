/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace - its text: "p KILL PASSED HASH CHOSEN" for a point, "o KIND LABEL THREAD FAULTS WHOLE FOOTPRINT PLACE" for an option of the
 * last point. "-" stands for nothing. None of the words has a space, as steps have none.
 */
#include "harness/explore/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* FNV-1a: 64 bits are plenty for the points of one search, and nobody attacks it. */
#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    return (hash ^ 0xffu) * FNV_PRIME; /* where it ends counts */
}

void point_hash(struct point *point)
{
    uint64_t hash = (FNV_START ^ point->can_kill) * FNV_PRIME;

    for (size_t i = 0; i < point->count; i++) {
        const struct option *option = &point->options[i];

        hash = (hash ^ (uint64_t)option->kind) * FNV_PRIME;
        hash = (hash ^ option->faults) * FNV_PRIME;
        hash = (hash ^ option->whole) * FNV_PRIME;
        hash = hash_text(hash_text(hash, option->label), option->footprint);
    }
    point->hash = hash;
}

const char *option_step(struct arena *arena, const struct option *option)
{
    switch (option->kind) {
    case OPTION_COMMIT:
    case OPTION_ZOMBIE:
        return arena_printf(arena, "%s:commit", option->label);
    case OPTION_REPLY:
        return arena_printf(arena, "%s:reply", option->label);
    case OPTION_FORCED:
        return arena_printf(arena, "%s:timeout", option->label);
    case OPTION_OWN:
    case OPTION_WAITING:
    case OPTION_START:
    case OPTION_DUE:
    case OPTION_UPSET:
        return option->label;
    }
    return option->label;
}

bool option_is_base(const struct option *option)
{
    return option->kind < OPTION_ZOMBIE;
}

const struct option *point_option(const struct point *point, const char *step)
{
    size_t size = strcspn(step, ":!");

    for (size_t i = 0; i < point->count; i++) {
        const char *label = point->options[i].label;

        if (strncmp(label, step, size) == 0 && label[size] == '\0')
            return &point->options[i];
    }
    return NULL;
}

void trace_write(const struct trace *trace, struct buf *out)
{
    for (size_t i = 0; i < trace->count; i++) {
        const struct point *point = &trace->points[i];

        buf_printf(out, "p %d %d %016" PRIx64 " %s\n", point->can_kill, point->has_passed,
                   point->hash, point->chosen ? point->chosen : "-");
        for (size_t j = 0; j < point->count; j++) {
            const struct option *option = &point->options[j];

            buf_printf(out, "o %d %s %s %" PRIx64 " %" PRIx64 " %s %u\n", (int)option->kind,
                       option->label, option->thread, option->faults, option->whole,
                       option->footprint[0] ? option->footprint : "-", option->place);
        }
    }
}

/* Cuts a line into words at its spaces; the words that are missing are "". */
static void cut_words(char *line, char *words[], size_t count)
{
    char *state = NULL, *word = strtok_r(line, " ", &state);

    for (size_t i = 0; i < count; i++) {
        words[i] = word ? word : line + strlen(line);
        word = word ? strtok_r(NULL, " ", &state) : NULL;
    }
}

static size_t count_lines(const char *text, char first)
{
    size_t count = 0;

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
        count += *text == first;
    return count;
}

static bool is_none(const char *word)
{
    return strcmp(word, "-") == 0;
}

int trace_read(struct arena *arena, const char *text, struct trace *out, struct err *err)
{
    size_t points = count_lines(text, 'p'), options = count_lines(text, 'o');
    struct option *next = arena_alloc(arena, (options + 1) * sizeof(*next));
    char *copy = arena_strdup(arena, text), *state = NULL, *words[8];

    *out = (struct trace){.points = arena_alloc(arena, (points + 1) * sizeof(*out->points))};
    for (char *line = strtok_r(copy, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        struct point *point = out->count ? &out->points[out->count - 1] : NULL;

        cut_words(line, words, COUNT_OF(words));
        if (strcmp(words[0], "p") == 0 && words[4][0]) {
            out->points[out->count++] =
                (struct point){.options = next,
                               .can_kill = strcmp(words[1], "1") == 0,
                               .has_passed = strcmp(words[2], "1") == 0,
                               .hash = strtoull(words[3], NULL, 16),
                               .chosen = is_none(words[4]) ? NULL : words[4]};
        } else if (strcmp(words[0], "o") == 0 && words[7][0] && point && words[1][0] >= '0' &&
                   words[1][0] <= '0' + OPTION_WAITING && !words[1][1]) {
            *next++ = (struct option){.kind = (enum option_kind)(words[1][0] - '0'),
                                      .label = words[2],
                                      .thread = words[3],
                                      .faults = strtoull(words[4], NULL, 16),
                                      .whole = strtoull(words[5], NULL, 16),
                                      .footprint = is_none(words[6]) ? "" : words[6],
                                      .place = (unsigned)strtoul(words[7], NULL, 10)};
            point->count++;
        } else {
            return err_set(err, ERR_INPUT, "trace: a line that is no point and no option: %.80s",
                           words[0]);
        }
    }
    return 0;
}
