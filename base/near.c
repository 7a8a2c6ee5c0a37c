/* SPDX-License-Identifier: Apache-2.0 */
/*
 * near - the nearest known name to a mistyped one, by optimal string alignment.
 *
 * Invariant: names longer than NAME_MAX_BYTES are compared by their beginning alone, so that the
 * tables on the stack have a fixed size whatever a file brings.
 */
#include "base/near.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"

#define NAME_MAX_BYTES 63

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Edits that turn `a` into `b`; letters that differ in case alone count as equal. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[NAME_MAX_BYTES + 1][NAME_MAX_BYTES + 1];
    size_t m = strnlen(a, NAME_MAX_BYTES), n = strnlen(b, NAME_MAX_BYTES);

    for (size_t i = 0; i <= m; i++)
        rows[i][0] = i;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        for (size_t j = 1; j <= n; j++) {
            bool same = strncasecmp(a + i - 1, b + j - 1, 1) == 0;

            rows[i][j] =
                min3(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                rows[i - 2][j - 2] + 1 < rows[i][j])
                rows[i][j] = rows[i - 2][j - 2] + 1;
        }
    }
    return rows[m][n];
}

bool near_is_known(const char *name, const char *const *known)
{
    for (; *known; known++) {
        if (strcmp(name, *known) == 0)
            return true;
    }
    return false;
}

/* "audit" may be a typo of much, but it is the beginning of one name. */
static bool is_near(const char *name, const char *known, size_t edits)
{
    size_t m = strnlen(name, NAME_MAX_BYTES), n = strnlen(known, NAME_MAX_BYTES);

    return edits * 2 <= (m > n ? m : n) || (m > 0 && strncasecmp(name, known, m) == 0);
}

const char *near_find(const char *name, const char *const *known)
{
    const char *nearest = NULL;
    size_t least = 0;

    for (; *known; known++) {
        size_t edits = distance(name, *known);

        if (is_near(name, *known, edits) && (!nearest || edits < least)) {
            nearest = *known;
            least = edits;
        }
    }
    return nearest;
}

const char *near_explain(struct arena *arena, const char *found, const char *const *known)
{
    struct buf text = BUF_INIT;
    const char *nearest = near_find(found, known);

    buf_printf(&text, "\"%.80s\"", found);
    if (nearest)
        buf_printf(&text, ", nearest is \"%s\"", nearest);
    for (size_t i = 0; known[i]; i++)
        buf_printf(&text, "%s%s", i == 0 ? "; expected one of " : ", ", known[i]);
    char *out = buf_copy(&text, arena);
    buf_release(&text);
    return out;
}
