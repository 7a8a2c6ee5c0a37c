/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - GET and POST searches over one type or all (fhir-rules.md row 24).
 *
 * Matches come in the order in which resources came to be, and a page says behind which resource
 * the next one goes
 * on: what is written between two pages neither repeats nor hides a match.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/interact/act.h"
#include "simulator/interact/page.h"

#define PAGE_DEFAULT 100

/* Parameters that steer the answer and choose nothing. */
static bool is_steering(const char *name)
{
    return strcmp(name, "_count") == 0 || strcmp(name, "_page") == 0 ||
           strcmp(name, "_format") == 0 || strcmp(name, "_pretty") == 0;
}

/* False, with the answer filled, when a strict client asks for what is not offered. */
static bool drop_unknown(const struct act *act, struct query *query)
{
    size_t kept = 0;

    for (size_t i = 0; i < query->count; i++) {
        const char *name = query->parameters[i].name;

        if (query_is_offered(act->request->type, name) || is_steering(name)) {
            query->parameters[kept++] = query->parameters[i];
        } else if (prefer_is_strict(act->request)) {
            REFUSE(act, 400, "not-supported",
                   "search parameter %s is not offered for %s; offered are _id, _count, and "
                   "identifier, "
                   "patient, subject where R4 has them",
                   name, act->request->type ? act->request->type : "all types");
            return false;
        }
    }
    query->count = kept;
    return true;
}

static void add_link(struct buf *buf, const struct act *act, const char *relation,
                     const struct query *query, const char *page)
{
    struct buf url = BUF_INIT;
    const char *type = act->request->type;

    buf_printf(&url, "%s%s%s", act->request->base, type ? "/" : "", type ? type : "");
    page_add_query(&url, query, page);
    page_add_link(buf, relation, buf_text(&url));
    buf_release(&url);
}

/* A page goes on behind the resource of that number; only a link knows it. */
static bool page_behind(const struct act *act, const char *page, size_t *out_behind)
{
    char *end = NULL;

    *out_behind = strtoul(page, &end, 10);
    if (*page >= '0' && *page <= '9' && *end == '\0')
        return true;
    REFUSE(act, 400, "invalid", "_page: %s is not from a link of this search", page);
    return false;
}

void interact_search(const struct act *act)
{
    const struct version **matches = NULL;
    struct query query;
    struct buf buf = BUF_INIT;
    size_t count = PAGE_DEFAULT, behind = 0;

    query_parse(&query, act->request->arena, act->request->query); /* a form's is there, too */
    if (!query_is_sound(act, &query) || !drop_unknown(act, &query) ||
        !page_count(act, &query, &count))
        return;
    const char *page = query_value(&query, "_page");
    if (page && !page_behind(act, page, &behind))
        return;
    size_t total = query_match(act, act->request->type, &query, &matches);
    size_t first = 0;
    while (first < total && page && matches[first]->serial <= behind)
        first++;
    size_t end = total - first > count ? first + count : total;

    buf_printf(&buf, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":%zu,\"link\":[",
               total);
    add_link(&buf, act, "self", &query, page);
    if (end < total && count > 0) {
        buf_putc(&buf, ',');
        add_link(&buf, act, "next", &query,
                 arena_printf(act->request->arena, "%zu", matches[end - 1]->serial));
    }
    buf_putc(&buf, ']');
    for (size_t i = first; i < end; i++) {
        const struct version *version = matches[i];

        for (unsigned k = 0;
             k < act->bend->stale_by && version->previous && !version->previous->is_deletion; k++)
            version = version->previous;
        buf_printf(&buf,
                   "%s{\"fullUrl\":\"%s/%s\",\"resource\":", i == first ? ",\"entry\":[" : ",",
                   act->request->base, version->reference);
        buf_add(&buf, version->content, version->size);
        buf_puts(&buf, ",\"search\":{\"mode\":\"match\"}}");
    }
    buf_puts(&buf, end > first ? "]}" : "}");
    *act->answer = (struct answer){
        .status = 200, .body = buf_copy(&buf, act->request->arena), .body_size = buf.size};
    buf_release(&buf);
}
