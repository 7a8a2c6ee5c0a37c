/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - GET and POST searches over one type or all (fhir-rules.md row 24).
 *
 * Matches come in the order in which resources came to be, unless _sort says another.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "simulator/interact/act.h"
#include "simulator/interact/page.h"
#include "simulator/interact/plan.h"

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

static int compare_serials(const void *a, const void *b)
{
    const struct version *left = *(const struct version *const *)a;
    const struct version *right = *(const struct version *const *)b;

    return (left->serial > right->serial) - (left->serial < right->serial);
}

/* All matches of all types, in order. */
static size_t find_all(struct plan *plan, const struct version ***out)
{
    size_t total = 0;

    for (size_t i = 0; i < plan->type_count; i++) {
        const struct version **some = NULL;
        const size_t count = match_find(&plan->scope, plan->types[i], plan->criteria[i],
                                        plan->criterion_count, &some);

        *out = i == 0 ? some
                      : arena_grow(plan->scope.arena, *out, total * sizeof(**out),
                                   (total + count + 1) * sizeof(**out));
        if (i > 0 && count > 0)
            memcpy(*out + total, some, count * sizeof(**out));
        total += count;
    }
    if (plan->order_count > 0)
        order_matches(plan, *out, total);
    else if (plan->type_count > 1)
        qsort(*out, total, sizeof(**out), compare_serials);
    return total;
}

static void add_match(struct buf *buf, const struct act *act, const struct plan *plan,
                      const struct version *version)
{
    size_t size = 0;

    for (unsigned k = 0;
         k < act->bend->stale_by && version->previous && !version->previous->is_deletion; k++)
        version = version->previous;
    buf_printf(buf, "{\"fullUrl\":\"%s/%s\",\"resource\":", act->request->base, version->reference);
    const char *shown = partial_bytes(plan->scope.arena, &plan->subset, version, &size);
    buf_add(buf, shown, size);
    buf_puts(buf, ",\"search\":{\"mode\":\"match\"}}");
}

/* The commit that the pages of this search see, and where the next one starts. */
static const char *next_page(const struct plan *plan, size_t end)
{
    const struct store *store = plan->scope.store;
    const size_t count = store_count(store);
    const unsigned newest = count > 0 ? store_at(store, count - 1)->commit : 0;

    return arena_printf(plan->scope.arena, "%u.%zu",
                        plan->scope.commit < newest ? plan->scope.commit : newest, end);
}

void interact_search(const struct act *act)
{
    const struct version **matches = NULL;
    struct query query;
    struct plan plan;
    struct buf buf = BUF_INIT;

    query_parse(&query, act->request->arena, act->request->query); /* a form's is there, too */
    if (!query_is_sound(act, &query) || !plan_read(&plan, act, &query))
        return;
    const size_t total = find_all(&plan, &matches);
    const size_t first = plan.first < total ? plan.first : total;
    const size_t room = plan.counts_only ? 0 : plan.page_entries;
    const size_t end = total - first > room ? first + room : total;

    buf_puts(&buf, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",");
    if (!plan.has_no_total || plan.counts_only)
        buf_printf(&buf, "\"total\":%zu,", total);
    buf_puts(&buf, "\"link\":[");
    add_link(&buf, act, "self", &query, query_value(&query, "_page"));
    if (end < total && room > 0) {
        buf_putc(&buf, ',');
        add_link(&buf, act, "next", &query, next_page(&plan, end));
    }
    buf_putc(&buf, ']');
    for (size_t i = first; i < end; i++) {
        buf_puts(&buf, i == first ? ",\"entry\":[" : ",");
        add_match(&buf, act, &plan, matches[i]);
    }
    include_add(&buf, &plan, matches + first, end - first);
    buf_puts(&buf, end > first ? "]}" : "}");
    *act->answer = (struct answer){
        .status = 200, .body = buf_copy(&buf, act->request->arena), .body_size = buf.size};
    buf_release(&buf);
}
