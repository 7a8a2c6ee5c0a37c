/* SPDX-License-Identifier: Apache-2.0 */
/* page - page sizes and links of Bundles that come in pages. */
#include "simulator/interact/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "simulator/interact/act.h"

bool page_count(const struct act *act, const struct query *query, size_t *count)
{
    const char *text = query_value(query, "_count");

    if (!text)
        return true;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '\0') {
        REFUSE(act, 400, "invalid", "_count: a number of entries was expected, got %s", text);
        return false;
    }
    *count = strtoul(text, NULL, 10);
    if (*count > LIMIT_PAGE_ENTRIES)
        *count = LIMIT_PAGE_ENTRIES;
    return true;
}

static void add_encoded(struct buf *url, const char *text)
{
    for (; *text; text++) {
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
            (*text >= '0' && *text <= '9') || strchr("-._~/:,", *text))
            buf_putc(url, *text);
        else
            buf_printf(url, "%%%02X", (unsigned char)*text);
    }
}

void page_add_query(struct buf *url, const struct query *query, const char *page)
{
    char separator = '?';

    for (size_t i = 0; i < query->count; i++) {
        if (strcmp(query->parameters[i].name, "_page") == 0)
            continue;
        buf_putc(url, separator);
        add_encoded(url, query->parameters[i].name);
        buf_putc(url, '=');
        add_encoded(url, query->parameters[i].value);
        separator = '&';
    }
    if (!page)
        return;
    buf_printf(url, "%c_page=", separator);
    add_encoded(url, page);
}

void page_add_link(struct buf *buf, const char *relation, const char *url)
{
    buf_puts(buf, "{\"relation\":");
    json_quote(buf, relation);
    buf_puts(buf, ",\"url\":");
    json_quote(buf, url);
    buf_putc(buf, '}');
}
