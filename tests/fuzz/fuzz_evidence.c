/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_evidence - any text read as evidence: it is refused with a reason, or every judge comes to a verdict on
 * it.
 *
 * Bytes changed at random are hardly ever JSON: the mutator puts one JSON value of the text in the place of another,
 * also inside the bodies, which are JSON in strings.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/prng.h"
#include "harness/evidence.h"
#include "harness/judged.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t size_max);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t size_max, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    struct err err = ERR_INIT;
    struct evidence evidence;
    struct judged judged;

    if (evidence_parse(&evidence, arena, (const char *)bytes, size, &err)) {
        ASSERT(err.code == ERR_INPUT || err.code == ERR_LIMIT);
    } else {
        judged_make(&evidence, arena, &judged);
        for (size_t i = 0; i < judged.count; i++)
            ASSERT(judged.results[i].verdict == VERDICT_PASS ||
                   judged.results[i].verdict == VERDICT_FAIL ||
                   judged.results[i].verdict == VERDICT_UNKNOWN);
    }
    arena_free(arena);
    return 0;
}

struct span {
    size_t start, size;
};

static bool is_start(const char *text, size_t at)
{
    return at > 0 && strchr(":,[", text[at - 1]) && text[at] && !strchr(" ,:]}\\", text[at]);
}

/* The value that begins at `at`, roughly: to the end of its string, brackets or word. */
static struct span value_at(const char *text, size_t size, size_t at)
{
    size_t end = at;
    int depth = 0;
    bool in_string = false;

    for (; end < size; end++) {
        char c = text[end];

        if (c == '"' && (end == 0 || text[end - 1] != '\\'))
            in_string = !in_string;
        if (in_string)
            continue;
        if (strchr("[{", c))
            depth++;
        else if (strchr("]}", c) && --depth < 0)
            break;
        else if (c == ',' && depth == 0)
            break;
        if (depth == 0 && strchr("]}\"", c) && end > at) {
            end++;
            break;
        }
    }
    return (struct span){at, end - at};
}

static struct span pick(struct prng *prng, const char *text, size_t size)
{
    size_t at = (size_t)prng_below(prng, size);

    while (at < size && !is_start(text, at))
        at++;
    return at < size ? value_at(text, size, at) : (struct span){0, 0};
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t size_max, unsigned seed)
{
    static const char *const odd[] = {"null",          "7",    "\"\"", "[]",   "{}",
                                      "\"committed\"", "true", "-1",   "\"2\""};
    struct prng prng;

    prng_init(&prng, seed);
    if (size < 2 || prng_below(&prng, 16) == 0)
        return LLVMFuzzerMutate(bytes, size, size_max);
    char *text = malloc(size + 1);
    if (!text)
        return size;
    memcpy(text, bytes, size);
    text[size] = '\0';
    struct span place = pick(&prng, text, size), other = pick(&prng, text, size);
    const char *value = text + other.start;
    if (prng_below(&prng, 2)) {
        value = odd[prng_below(&prng, COUNT_OF(odd))];
        other.size = strlen(value);
    }
    size_t changed = size - place.size + other.size;
    if (place.size && other.size && changed <= size_max) {
        memcpy(bytes + place.start, value, other.size);
        memcpy(bytes + place.start + other.size, text + place.start + place.size,
               size - place.start - place.size);
        size = changed;
    }
    free(text);
    return size;
}
