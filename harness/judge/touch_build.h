/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HARNESS_JUDGE_TOUCH_BUILD_H
#define HARNESS_JUDGE_TOUCH_BUILD_H
/* touch_build - what touch.c and touch_patch.c put touches together with; nobody else needs it. */
#include <stddef.h>

#include "harness/judge/touch.h"

struct touch *touch_new(struct arena *arena, const char *name, const struct canon *base,
                        const struct canon *intended);
struct touch *touch_new_whole(struct arena *arena, const char *name, const struct canon *base,
                              const struct canon *intended);
void touch_add_below(struct arena *arena, struct touch *touch,
                     struct touch *below); /* NULL: none */
void touch_add_entry(struct arena *arena, struct touch *touch, const struct canon *entry);
/* The touch of that name below `touch`, made where it is not there yet. */
struct touch *touch_member_below(struct arena *arena, struct touch *touch, const char *name);

/* The next token of a JSON Pointer, unescaped; moves behind it. */
const char *pointer_token(struct arena *arena, const char **pointer);
/* The entry that stood at `index` of the JSON array, or NULL. */
const struct canon *list_entry_at(const struct canon *list, size_t index);
#endif
