/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history - versions of one resource or one type, newest first (fhir-rules.md row 23).
 *
 * A page link carries two positions in the order of commits: how far the history reached when the
 * first page was asked for, and where this page goes on. Versions never move, so paging is stable
 * while others write.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/interact/act.h"
#include "simulator/interact/page.h"

#define PAGE_DEFAULT 100

struct listing {
    size_t count; /* entries on a page */
    size_t until,
        from; /* positions: versions below `until` are the history, below `from` this page and on */
    uint64_t since_ms;         /* 0: all */
    uint64_t at_ms, at_end_ms; /* with `ends` */
    const uint64_t *ends; /* by position: when the version ceased to be current; NULL: no _at */
    const char *page;     /* the _page parameter or NULL */
};

static bool read_page(struct listing *listing)
{
    unsigned long until = 0, from = 0;
    char rest = '\0';

    if (!listing->page)
        return true;
    if (sscanf(listing->page, "%9lu.%9lu%c", &until, &from, &rest) != 2 || from > until ||
        until > listing->until)
        return false;
    listing->until = until;
    listing->from = from;
    return true;
}

/* Of "YYYY-MM", the first instant behind it. */
static const char *next_month(struct arena *arena, const char *text)
{
    const unsigned long year = strtoul(text, NULL, 10), month = strtoul(text + 5, NULL, 10);

    return arena_printf(arena, "%04lu-%02lu-01T00:00:00Z", year + month / 12, month % 12 + 1);
}

/* A year, month, day or instant as a span of time. */
static bool read_period(struct arena *arena, const char *text, uint64_t *out_ms,
                        uint64_t *out_end_ms)
{
    static const char rest[] = "YYYY-01-01T00:00:00Z";
    const size_t size = strlen(text);
    const bool is_date = size == sizeof("YYYY") - 1 || size == sizeof("YYYY-MM") - 1 ||
                         size == sizeof("YYYY-MM-DD") - 1;
    const char *end = NULL;

    if (clock_parse_instant(is_date ? arena_printf(arena, "%s%s", text, rest + size) : text,
                            out_ms))
        return false;
    if (size == sizeof("YYYY") - 1)
        end = arena_printf(arena, "%04lu-01-01T00:00:00Z", strtoul(text, NULL, 10) + 1);
    else if (size == sizeof("YYYY-MM") - 1)
        end = next_month(arena, text);
    if (end)
        return clock_parse_instant(end, out_end_ms) == 0;
    *out_end_ms = *out_ms + (is_date ? 86400000 : strchr(text, '.') ? 1 : 1000);
    return true;
}

/* When each version was followed by the next of its resource. */
static const uint64_t *ends_of_versions(const struct act *act)
{
    struct arena *arena = act->request->arena;
    const size_t count = store_count(act->store);
    uint64_t *ends = arena_alloc(arena, count * sizeof(*ends));
    size_t *latest = arena_alloc(arena, store_resources(act->store) * sizeof(*latest));

    for (size_t i = 0; i < count; i++) {
        const struct version *version = store_at(act->store, i);

        if (latest[version->serial] > 0)
            ends[latest[version->serial] - 1] = version->updated_ms;
        latest[version->serial] = i + 1;
        ends[i] = UINT64_MAX;
    }
    return ends;
}

static bool read_at(const struct act *act, const struct query *query, struct listing *out)
{
    const char *at = query_value(query, "_at");

    if (!at)
        return true;
    if (!read_period(act->request->arena, at, &out->at_ms, &out->at_end_ms)) {
        REFUSE(act, 400, "invalid",
               "_at: a date or instant like 2026-01-01T00:00:00Z was expected, got %s", at);
        return false;
    }
    out->ends = ends_of_versions(act);
    return true;
}

/* Versions written last that the server's history does not show yet; what was loaded it does. */
static size_t lagging(const struct act *act)
{
    const size_t lag = (size_t)act->knobs->search_lag_steps;

    if (act->knobs->history != HISTORY_LAGGING)
        return 0;
    return lag < store_commits(act->store) ? lag : store_commits(act->store);
}

static bool read_listing(const struct act *act, const struct query *query, struct listing *out)
{
    const char *since = query_value(query, "_since");

    const size_t until = store_count(act->store) - lagging(act);

    *out = (struct listing){
        .count = PAGE_DEFAULT, .until = until, .from = until, .page = query_value(query, "_page")};
    if (!page_count(act, query, &out->count) || !read_at(act, query, out))
        return false;
    if (since && clock_parse_instant(since, &out->since_ms)) {
        REFUSE(act, 400, "invalid",
               "_since: an instant like 2026-01-01T00:00:00Z was expected, got %s", since);
        return false;
    }
    if (read_page(out))
        return true;
    REFUSE(act, 400, "invalid", "_page: %s is not from a link of this history", out->page);
    return false;
}

static bool is_listed(const struct act *act, const struct listing *listing, size_t position)
{
    const struct exchange_request *request = act->request;
    const struct version *version = store_at(act->store, position);

    if (listing->ends &&
        (version->updated_ms >= listing->at_end_ms || listing->ends[position] <= listing->at_ms))
        return false;

    /* A server that shows the newest only: what has been followed by another version is not there. */
    if (act->knobs->history == HISTORY_LATEST_ONLY &&
        store_current(act->store, version->type, version->id) != version)
        return false;

    return (!request->type || strcmp(version->type, request->type) == 0) &&
           (!request->id || strcmp(version->id, request->id) == 0) &&
           version->updated_ms >= listing->since_ms;
}

static int status_of(const struct version *version)
{
    bool was_there = version->previous && !version->previous->is_deletion;

    if (version->is_deletion)
        return 204;
    return was_there ? 200 : 201;
}

static void add_entry(struct buf *buf, const struct act *act, const struct version *version)
{
    bool is_create = strcmp(version->method, "POST") == 0;
    char instant[CLOCK_INSTANT_SIZE];

    clock_instant(version->updated_ms, instant);
    buf_printf(buf, "{\"fullUrl\":\"%s/%s\"", act->request->base, version->reference);
    if (version->content) {
        buf_puts(buf, ",\"resource\":");
        buf_add(buf, version->content, version->size);
    }
    buf_printf(buf,
               ",\"request\":{\"method\":\"%s\",\"url\":\"%s\"},\"response\":{\"status\":\"%d\"",
               version->method, is_create ? version->type : version->reference, status_of(version));
    if (version->etag) {
        buf_puts(buf, ",\"etag\":");
        json_quote(buf, version->etag);
    }
    buf_printf(buf, ",\"lastModified\":\"%s\"}}", instant);
}

static void add_link(struct buf *buf, const struct act *act, const char *relation,
                     const struct query *query, const char *page)
{
    const struct exchange_request *request = act->request;
    struct buf url = BUF_INIT;

    buf_printf(&url, "%s%s%s%s%s/_history", request->base, request->type ? "/" : "",
               request->type ? request->type : "", request->id ? "/" : "",
               request->id ? request->id : "");
    page_add_query(&url, query, page);
    page_add_link(buf, relation, buf_text(&url));
    buf_release(&url);
}

/* Adds the page's entries; says where the next page goes on, 0 where there is none. */
static size_t add_entries(struct buf *buf, const struct act *act, const struct listing *listing,
                          unsigned hidden)
{
    size_t added = 0, next = 0;

    for (size_t at = listing->from; at > 0; at--) {
        const struct version *version = store_at(act->store, at - 1);

        if (!is_listed(act, listing, at - 1))
            continue;
        if (hidden > 0) {
            hidden--;
            continue;
        }
        if (added == listing->count) {
            next = at;
            break;
        }
        buf_puts(buf, added == 0 ? ",\"entry\":[" : ",");
        add_entry(buf, act, version);
        added++;
    }
    buf_puts(buf, added > 0 ? "]" : "");
    return next;
}

static size_t count_listed(const struct act *act, const struct listing *listing)
{
    size_t total = 0;

    for (size_t i = 0; i < listing->until; i++)
        total += is_listed(act, listing, i);
    return total;
}

void interact_history(const struct act *act)
{
    const struct exchange_request *request = act->request;
    struct buf head = BUF_INIT, entries = BUF_INIT;
    struct listing listing;
    struct query query;

    if (act->knobs->history == HISTORY_NONE) {
        act_unsupported(act, "history");
        return;
    }
    query_parse(&query, request->arena, request->query);
    if (!query_is_sound(act, &query) || !read_listing(act, &query, &listing))
        return;
    if (request->id && !store_current(act->store, request->type, request->id)) {
        REFUSE(act, 404, "not-found", "%s/%s does not exist", request->type, request->id);
        return;
    }
    size_t total = count_listed(act, &listing);
    unsigned hidden = total > act->bend->stale_by ? act->bend->stale_by : 0;
    size_t next = add_entries(&entries, act, &listing, listing.page ? 0 : hidden);

    buf_printf(&head, "{\"resourceType\":\"Bundle\",\"type\":\"history\",\"total\":%zu,\"link\":[",
               total - hidden);
    add_link(&head, act, "self", &query, listing.page);
    if (next > 0 && listing.count > 0) {
        buf_putc(&head, ',');
        add_link(&head, act, "next", &query,
                 arena_printf(request->arena, "%zu.%zu", listing.until, next));
    }
    buf_putc(&head, ']');
    buf_add(&head, buf_text(&entries), entries.size);
    buf_putc(&head, '}');
    *act->answer = (struct answer){
        .status = 200, .body = buf_copy(&head, request->arena), .body_size = head.size};
    buf_release(&head);
    buf_release(&entries);
}
