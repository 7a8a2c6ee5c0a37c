/* SPDX-License-Identifier: Apache-2.0 */
/* fold - a stream of folded bytes over a text; no state but where it is. */
#include "simulator/interact/fold.h"

#include <stddef.h>
#include <string.h>

/* U+00C0 to U+017F, four bytes each, a blank standing for nothing. × and ÷ are no letters and are
 * never looked up. */
static const char latin[] = "a   a   a   a   a   a   ae  c   e   e   e   e   i   i   i   i   "
                            "d   n   o   o   o   o   o       o   u   u   u   u   y   th  ss  "
                            "a   a   a   a   a   a   ae  c   e   e   e   e   i   i   i   i   "
                            "d   n   o   o   o   o   o       o   u   u   u   u   y   th  y   "
                            "a   a   a   a   a   a   c   c   c   c   c   c   c   c   d   d   "
                            "d   d   e   e   e   e   e   e   e   e   e   e   g   g   g   g   "
                            "g   g   g   g   h   h   h   h   i   i   i   i   i   i   i   i   "
                            "i   i   ij  ij  j   j   k   k   k   l   l   l   l   l   l   l   "
                            "l   l   l   n   n   n   n   n   n   n   n   n   o   o   o   o   "
                            "o   o   oe  oe  r   r   r   r   r   r   s   s   s   s   s   s   "
                            "s   s   t   t   t   t   t   t   u   u   u   u   u   u   u   u   "
                            "u   u   u   u   w   w   y   y   y   z   z   z   z   z   z   s   ";
_Static_assert(sizeof(latin) == (0x180 - 0xC0) * 4 + 1, "a letter for every code point");

static const char blank[] = " \t\r\n";
static const char punctuation[] = "'\"`.,;:!?()-";

struct folding {
    const char *at;
    char ahead[4]; /* folded bytes not given yet */
    unsigned count;
};

/* A code point of two bytes, or 0 where there is none. */
static unsigned two_bytes(const char *at)
{
    const unsigned char lead = (unsigned char)at[0], next = (unsigned char)at[1];

    return (lead & 0xE0) == 0xC0 && (next & 0xC0) == 0x80 ? (lead & 0x1Fu) << 6 | (next & 0x3Fu)
                                                          : 0;
}

static unsigned lower(unsigned point)
{
    if ((point >= 0x391 && point <= 0x3A9) || (point >= 0x410 && point <= 0x42F))
        return point + 32;
    return point >= 0x400 && point <= 0x40F ? point + 80 : point;
}

/* Fills `ahead` with what one code point of two bytes folds to. */
static void fold_point(struct folding *folding, unsigned point)
{
    folding->count = 0;
    if (point >= 0x300 && point <= 0x36F)
        return;
    if (point >= 0xC0 && point < 0x180 && point != 0xD7 && point != 0xF7) {
        const char *letters = latin + (size_t)(point - 0xC0) * 4;

        for (unsigned i = letters[1] == ' ' ? 1 : 2; i > 0; i--)
            folding->ahead[folding->count++] = letters[i - 1];
        return;
    }
    point = lower(point);
    folding->ahead[folding->count++] = (char)(0x80 | (point & 0x3F));
    folding->ahead[folding->count++] = (char)(0xC0 | point >> 6);
}

/* The next folded byte, 0 at the end. `ahead` is given last first. */
static char fold_next(struct folding *folding)
{
    unsigned point = 0;

    folding->at += folding->count == 0 ? strspn(folding->at, punctuation) : 0;
    while (folding->count == 0 && (point = two_bytes(folding->at))) {
        folding->at += 2;
        fold_point(folding, point);
        folding->at += folding->count == 0 ? strspn(folding->at, punctuation) : 0;
    }
    if (folding->count > 0)
        return folding->ahead[--folding->count];
    const size_t blanks = strspn(folding->at, blank);
    const char c = blanks > 0 ? ' ' : *folding->at;
    folding->at += blanks > 0 ? blanks : c != '\0';
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool begins(struct folding text, const char *start)
{
    struct folding wanted = {.at = start};
    char c = '\0';

    while ((c = fold_next(&wanted))) {
        if (fold_next(&text) != c)
            return false;
    }
    return true;
}

bool fold_is_empty(const char *text)
{
    return begins((struct folding){.at = ""}, text);
}

bool fold_begins(const char *text, const char *start)
{
    return begins((struct folding){.at = text}, start);
}

bool fold_word_begins(const char *text, const char *start)
{
    while (*text) {
        if (fold_begins(text, start))
            return true;
        text += strcspn(text, blank);
        text += strspn(text, blank);
    }
    return false;
}

bool fold_contains(const char *text, const char *part)
{
    struct folding folding = {.at = text};

    do {
        if (begins(folding, part))
            return true;
    } while (fold_next(&folding));
    return false;
}
