/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_FOLD_H
#define SIMULATOR_INTERACT_FOLD_H
/*
 * fold - texts compared without case and accents: "MÜLLER" begins with "mul".
 *
 * Folded are ASCII, the Latin letters up to U+017F (to their ASCII base: ß to ss, æ to ae), the case of
 * Greek and Cyrillic, combining accents and ASCII punctuation (dropped: "O'Hara" begins with "ohara")
 * and runs of white space (to one blank). All other text is compared as it is. Texts are UTF-8;
 * nothing is allocated.
 */
#include <stdbool.h>

bool fold_is_empty(const char *text);
bool fold_begins(const char *text, const char *start);
bool fold_word_begins(const char *text, const char *start); /* the text, or a word in it */
bool fold_contains(const char *text, const char *part);
#endif
