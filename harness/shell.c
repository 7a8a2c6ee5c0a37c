/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/shell.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

void shell_put_quoted(struct buf *out, const char *text)
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

void shell_put_word(struct buf *out, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@";

    if (text[0] && text[strspn(text, plain)] == '\0')
        buf_puts(out, text);
    else
        shell_put_quoted(out, text);
}

const char *shell_program(struct arena *arena)
{
    struct buf word = BUF_INIT;

    shell_put_word(&word, program_invocation_name);
    const char *copy = buf_copy(&word, arena);
    buf_release(&word);
    return copy;
}
