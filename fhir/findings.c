/* SPDX-License-Identifier: Apache-2.0 */
/* findings - a bounded list, and how a place is spelled as an expression. */
#include "fhir/findings.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

static bool is_plain(const char *name)
{
    for (; *name != '\0'; name++) {
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_", *name))
            return false;
    }
    return true;
}

static void spell(struct buf *out, const struct place *place)
{
    const char *quote = is_plain(place->name) ? "" : "`";

    if (place->up) {
        spell(out, place->up);
        buf_putc(out, '.');
    }
    buf_printf(out, "%s%.*s%s", quote, FINDING_QUOTED_MAX, place->name, quote);
    if (place->index != PLACE_NO_INDEX)
        buf_printf(out, "[%zu]", place->index);
}

static char *to_ascii(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
            *at = '?';
    }
    return text;
}

static const char *expression_of(struct arena *arena, const struct place *place)
{
    struct buf buf = BUF_INIT;

    spell(&buf, place);
    char *text = buf_copy(&buf, arena);
    buf_release(&buf);
    return to_ascii(text);
}

/* The last one: that there are more. */
static void add_more(struct findings *findings, struct arena *arena)
{
    findings->items[findings->count++] = (struct finding){
        .kind = FINDING_NOTE,
        .severity = "information",
        .code = "incomplete",
        .expression = findings->items[0].expression,
        .text = arena_printf(arena, "there is more wrong than the %u issues listed",
                             (unsigned)LIMIT_FINDINGS),
    };
}

void findings_add(struct findings *findings, struct arena *arena, enum finding_kind kind,
                  const char *code, const struct place *place, const char *fmt, ...)
{
    va_list args;

    if (findings_are_full(findings))
        return;
    va_start(args, fmt);
    char *text = arena_vprintf(arena, fmt, args);
    va_end(args);
    const struct finding finding = {
        .kind = kind,
        .severity = kind == FINDING_NOTE ? "warning" : "error",
        .code = code,
        .expression = expression_of(arena, place),
        .text = to_ascii(text),
    };
    findings_put(findings, arena, &finding);
}

void findings_put(struct findings *findings, struct arena *arena, const struct finding *finding)
{
    if (findings_are_full(findings))
        return;
    if (!findings->items)
        findings->items = arena_alloc(arena, (LIMIT_FINDINGS + 1) * sizeof(findings->items[0]));
    if (findings->count == LIMIT_FINDINGS)
        add_more(findings, arena);
    else
        findings->items[findings->count++] = *finding;
}

bool findings_are_full(const struct findings *findings)
{
    return findings->count > LIMIT_FINDINGS;
}

bool findings_have(const struct findings *findings, enum finding_kind kind)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].kind == kind)
            return true;
    }
    return false;
}
