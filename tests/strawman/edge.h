/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRAWMAN_EDGE_H
#define TESTS_STRAWMAN_EDGE_H
/* edge - the engine interface over HTTP: a thread per connection, under the crew's lock. */
#include "base/attr.h"

struct engine;
struct err;

/* Serves until the process ends; fills out_port with the port taken. `listen`: HOST:PORT. */
int edge_open(struct engine *engine, const char *listen, unsigned *out_port,
              struct err *err) ATTR_MUST_USE;
#endif
