/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links - one pass over a resource's string tokens; what is no link is copied as it is.
 *
 * Without R4's definitions the type of an element is not known, so any string that is exactly a
 * fullUrl of the Bundle (or one with a fragment) is taken as a link, but for members that R4 gives free text: value,
 * valueString, display, text.
 */
#include "simulator/links.h"

#include <string.h>
#include <uthash.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "simulator/span.h"

#define URN       "urn:uuid:"
#define URN_SIZE  (sizeof(URN) - 1)
#define UUID_SIZE 36

struct link {
    const char *full_url, *reference;
    UT_hash_handle hh;
};

struct links {
    struct arena *arena;
    struct link *by_url;
    links_resolve_fn *resolve;
    void *resolve_arg;
};

static void links_clear(void *object)
{
    struct links *links = object;

    HASH_CLEAR(hh, links->by_url);
}

struct links *links_new(struct arena *arena, links_resolve_fn *resolve, void *resolve_arg)
{
    struct links *links = arena_alloc(arena, sizeof(*links));

    links->arena = arena;
    links->resolve = resolve;
    links->resolve_arg = resolve_arg;
    arena_defer(arena, links_clear, links);
    return links;
}

static const struct link *link_of(const struct links *links, const char *url, size_t size)
{
    struct link *link = NULL;

    HASH_FIND(hh, links->by_url, url, size, link);
    return link;
}

void links_add(struct links *links, const char *full_url, const char *reference)
{
    struct link *link = NULL;

    HASH_FIND_STR(links->by_url, full_url, link);
    if (!link) {
        link = arena_alloc(links->arena, sizeof(*link));
        link->full_url = arena_strdup(links->arena, full_url);
        HASH_ADD_KEYPTR(hh, links->by_url, link->full_url, strlen(link->full_url), link);
    }
    link->reference = arena_strdup(links->arena, reference);
}

bool links_knows(const struct links *links, const char *full_url)
{
    return link_of(links, full_url, strlen(full_url)) != NULL;
}

/* ---- one string value ---- */

static bool is_free_text(struct arena *arena, struct span name)
{
    static const char *const names[] = {"value", "valueString", "display", "text"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (span_says(arena, name, names[i]))
            return true;
    }
    return false;
}

/* A link, or one with a fragment behind it: its reference with that fragment. NULL: no link. */
static const char *linked(const struct links *links, struct arena *arena, const char *text)
{
    const size_t size = strcspn(text, "#");
    const struct link *link = link_of(links, text, strlen(text));

    if (!link && text[size])
        link = link_of(links, text, size);
    else if (link)
        return link->reference;
    return link && link->reference ? arena_printf(arena, "%s%s", link->reference, text + size)
                                   : NULL;
}

/* "Type?query": a capital letter, then letters up to a question mark. */
static bool is_conditional(const char *text)
{
    size_t letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    return letters > 0 && text[letters] == '?' && text[0] >= 'A' && text[0] <= 'Z';
}

/* Copies the narrative with the links in it replaced. */
static void rewrite_narrative(const struct links *links, struct buf *out, struct span token)
{
    const char *at = token.start, *end = token.start + token.size;

    while (at < end) {
        const char *urn = memmem(at, (size_t)(end - at), URN, URN_SIZE);
        const struct link *link = NULL;

        if (urn && (size_t)(end - urn) > URN_SIZE + UUID_SIZE)
            link = link_of(links, urn, URN_SIZE + UUID_SIZE);
        const char *stop = urn ? urn + (link ? 0 : URN_SIZE) : end;
        buf_add(out, at, (size_t)(stop - at));
        if (link && link->reference)
            buf_puts(out, link->reference);
        else if (link)
            buf_add(out, urn, URN_SIZE + UUID_SIZE);
        at = link ? stop + URN_SIZE + UUID_SIZE : stop;
    }
}

struct pass {
    struct links *links;
    struct arena *arena;
    struct buf out;
    bool is_changed;
};

static int rewrite_conditional(struct pass *pass, struct span token, const char *text,
                               struct err *err)
{
    const struct links *links = pass->links;
    const char *reference =
        links->resolve ? links->resolve(links->resolve_arg, pass->arena, text, err) : text;

    if (!reference)
        return -1;
    if (reference == text) {
        buf_add(&pass->out, token.start, token.size);
        return 0;
    }
    json_quote(&pass->out, reference);
    pass->is_changed = true;
    return 0;
}

/* `name` is the member's key token; its start is NULL for an element of an array. */
static int rewrite_string(struct pass *pass, struct span name, struct span token, struct err *err)
{
    struct arena *arena = pass->arena;

    if (name.start && span_says(arena, name, "div")) {
        size_t before = pass->out.size;
        rewrite_narrative(pass->links, &pass->out, token);
        pass->is_changed |= pass->out.size - before != token.size ||
                            memcmp(pass->out.bytes + before, token.start, token.size) != 0;
        return 0;
    }
    if (name.start && is_free_text(arena, name)) {
        buf_add(&pass->out, token.start, token.size);
        return 0;
    }
    const char *text = span_string(arena, token);
    const char *reference = linked(pass->links, arena, text);
    if (reference) {
        json_quote(&pass->out, reference);
        pass->is_changed = true;
        return 0;
    }
    if (name.start && span_says(arena, name, "reference") && is_conditional(text))
        return rewrite_conditional(pass, token, text, err);
    buf_add(&pass->out, token.start, token.size);
    return 0;
}

/* ---- the pass ---- */

const char *links_rewrite(struct links *links, struct arena *arena, const char *bytes, size_t size,
                          size_t *out_size, struct err *err)
{
    struct pass pass = {.links = links, .arena = arena, .out = BUF_INIT};
    struct span name = {.start = NULL};
    const char *at = bytes, *end = bytes + size, *result = NULL;

    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        const size_t plain = (size_t)((quote ? quote : end) - at);

        if (plain > 0) /* between strings an array or a comma ends what a key was good for */
            name.start = memchr(at, ':', plain) ? name.start : NULL;
        buf_add(&pass.out, at, plain);
        at += plain;
        if (at >= end)
            break;
        struct span token = {.start = at};
        at = span_skip(at);
        token.size = (size_t)(at - token.start);
        if (*span_space(at) == ':') {
            name = token;
            buf_add(&pass.out, token.start, token.size);
        } else if (rewrite_string(&pass, name, token, err)) {
            goto out;
        }
    }
    *out_size = pass.is_changed ? pass.out.size : size;
    result = pass.is_changed ? buf_copy(&pass.out, arena) : bytes;
out:
    buf_release(&pass.out);
    return result;
}

const char *links_find(struct links *links, struct arena *arena, const char *bytes, size_t size)
{
    const char *at = bytes, *end = bytes + size;
    bool is_reference = false;

    while ((at = memchr(at, '"', (size_t)(end - at)))) {
        struct span token = {.start = at};

        at = span_skip(at);
        token.size = (size_t)(at - token.start);
        if (*span_space(at) == ':') {
            is_reference = span_says(arena, token, "reference");
            continue;
        }
        const char *text = is_reference ? span_string(arena, token) : "";
        const struct link *link = link_of(links, text, strlen(text));
        if (link)
            return link->full_url;
        is_reference = false;
    }
    return NULL;
}
