/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATOR_INTERACT_PAGE_H
#define SIMULATOR_INTERACT_PAGE_H
/* page - what searches and histories share: _count, and links that carry the query on. */
#include <stdbool.h>
#include <stddef.h>

struct act;
struct buf;
struct query;

/* Reads _count, if there is one, into `count` (LIMIT_PAGE_ENTRIES at most). False with a 400
 * answer when it is no number. */
bool page_count(const struct act *act, const struct query *query, size_t *count);
/* Adds "?name=value&..." with all parameters but _page, and _page=page unless it is NULL. */
void page_add_query(struct buf *url, const struct query *query, const char *page);
/* Adds {"relation":...,"url":...}. */
void page_add_link(struct buf *buf, const char *relation, const char *url);
#endif
