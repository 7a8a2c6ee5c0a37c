/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_EDGE_H
#define ENGINE_EDGE_H
/*
 * edge - the engine's HTTP interface (contracts.md "Engine interface"), libmicrohttpd with a
 * thread per connection.
 *
 * Lifecycle:  edge_start once everything else is there, edge_stop before anything goes.
 */
#include <stdint.h>

struct edge;
struct engine;
struct err;

struct edge *edge_start(struct engine *engine, struct err *err);
uint16_t edge_port(const struct edge *edge);
void edge_stop(struct edge *edge); /* NULL is fine */
#endif
