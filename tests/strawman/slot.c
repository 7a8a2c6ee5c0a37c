/* SPDX-License-Identifier: Apache-2.0 */
/* slot - words in objects: the states of an intent's slots. */
#include <string.h>

#include "tests/strawman/engine.h"

bool text_is(const struct cJSON *object, const char *key, const char *text)
{
    const char *value = json_string(object, key);

    return value && strcmp(value, text) == 0;
}

struct cJSON *slot_at(const struct run *run, size_t place)
{
    return cJSON_GetArrayItem(run->slots, (int)place);
}

bool slot_is(const struct cJSON *slot, const char *state)
{
    return text_is(slot, "state", state);
}

void slot_set(struct cJSON *slot, const char *state)
{
    json_put_string(slot, "state", state);
}

void slot_set_done(struct cJSON *slot, const char *reference, const char *version)
{
    slot_set(slot, SLOT_DONE);
    json_put_string(slot, "reference", reference);
    json_put_string(slot, "versionId", version);
}

size_t slot_count(const struct run *run, const char *state)
{
    size_t count = 0;

    for (size_t i = 0; i < json_count(run->slots); i++)
        count += slot_is(slot_at(run, i), state);
    return count;
}

void slot_change_all(struct run *run, const char *from, const char *to)
{
    for (size_t i = 0; i < json_count(run->slots); i++)
        if (slot_is(slot_at(run, i), from))
            slot_set(slot_at(run, i), to);
}
