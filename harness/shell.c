/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/shell.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "harness/evidence.h"

/* Always between quotes. */
static void put_quoted(struct buf *out, const char *text)
{
    buf_putc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *text);
    }
    buf_putc(out, '\'');
}

/* Quoted where the shell would read it otherwise. */
static void put_word(struct buf *out, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@";

    if (text[0] && text[strspn(text, plain)] == '\0')
        buf_puts(out, text);
    else
        put_quoted(out, text);
}

const char *shell_program(struct arena *arena)
{
    struct buf word = BUF_INIT;

    put_word(&word, program_invocation_name);
    const char *copy = buf_copy(&word, arena);
    buf_release(&word);
    return copy;
}

const char *shell_replay(struct arena *arena, const struct evidence *evidence, const char *folder)
{
    struct buf line = BUF_INIT;

    buf_puts(&line, "chartproof replay --engine ");
    put_word(&line, evidence->engine);
    buf_puts(&line, " --personality ");
    put_word(&line, evidence->personality);
    if (evidence->listen) {
        buf_puts(&line, " --listen ");
        put_word(&line, evidence->listen);
    }
    if (folder) {
        buf_puts(&line, " --scenarios ");
        put_word(&line, folder);
    }
    buf_putc(&line, ' ');
    put_quoted(&line, evidence->replay);
    const char *copy = buf_copy(&line, arena);
    buf_release(&line);
    return copy;
}
