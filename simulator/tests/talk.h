/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_TESTS_TALK_H
#define SIMULATOR_TESTS_TALK_H
/* talk - bytes on a raw connection to a rig's simulator, as no client library sends them. */
#include <stddef.h>

#include "simulator/tests/rig.h"

/* Sends `text` as fast as it goes, and reads until `until` occurs or the peer closes. What came lives
 * until rig_close. */
const char *talk(struct rig *rig, int fd, const char *text, size_t size, const char *until);
/* The same on a connection of its own, to its end. */
const char *talk_anew(struct rig *rig, const char *text);
/* `before`, `count` times `again`, `after`. */
const char *talk_repeated(struct rig *rig, const char *before, const char *again, size_t count,
                          const char *after);
#endif
