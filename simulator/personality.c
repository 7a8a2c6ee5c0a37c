/* SPDX-License-Identifier: Apache-2.0 */
/*
 * personality - reads those that ship when one is first asked for, and others as they come.
 *
 * Invariant: a file that ships can be read; a test holds every one of them to that, so here it is a
 * bug when one cannot.
 */
#include "simulator/personality.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"

#define SHIPPED_MAX 64

static struct {
    struct arena *arena; /* NULL: not read yet */
    const char *names[SHIPPED_MAX + 1];
    const struct personality *read[SHIPPED_MAX];
} shipped;

static void forget(void)
{
    arena_free(shipped.arena);
    shipped.arena = NULL;
}

/* ---- reading ---- */

static int check_texts(const struct cJSON *document, const char *name, struct err *err)
{
    const struct cJSON *array = json_get(document, name), *text = NULL;

    if (array && !cJSON_IsArray(array))
        return err_set(err, ERR_INPUT, "%s: an array of texts was expected, this is %s", name,
                       json_type_name(array));
    cJSON_ArrayForEach(text, array)
    {
        if (!json_text(text))
            return err_set(err, ERR_INPUT, "%s: a text was expected, found %s", name,
                           json_type_name(text));
    }
    return 0;
}

static int check_members(const struct cJSON *document, struct err *err)
{
    static const char *const known[] = {"name",     "title",   "like",    "knobs", "guards",
                                        "evidence", "sources", "unknown", NULL};
    const char *evidence = json_string(document, "evidence");
    const struct cJSON *member = NULL;

    if (!cJSON_IsObject(document))
        return err_set(err, ERR_INPUT, "an object was expected, this is %s",
                       json_type_name(document));
    cJSON_ArrayForEach(member, document)
    {
        if (strncmp(member->string, "//", 2) != 0 && !near_is_known(member->string, known)) {
            struct arena *arena = arena_new();

            err_set(err, ERR_INPUT, "unknown member %s",
                    near_explain(arena, member->string, known));
            arena_free(arena);
            return -1;
        }
    }
    if (json_get(document, "evidence") &&
        (!evidence || (strcmp(evidence, "documented") != 0 && strcmp(evidence, "unverified") != 0)))
        return err_set(err, ERR_INPUT, "evidence: documented or unverified was expected");
    return check_texts(document, "sources", err) || check_texts(document, "unknown", err) ? -1 : 0;
}

static int start_from(struct personality *out, const struct cJSON *document, struct err *err)
{
    const char *like = json_string(document, "like");
    const struct personality *other = NULL;

    knobs_init(&out->knobs);
    if (!like)
        return json_get(document, "like")
                   ? err_set(err, ERR_INPUT, "like: the name of a personality was expected")
                   : 0;
    other = personality_find(like, err);
    if (!other)
        return err_context(err, "like");
    out->knobs = other->knobs;
    return 0;
}

static int fill(struct personality *out, struct arena *arena, const struct cJSON *document,
                struct err *err)
{
    const struct cJSON *knobs = json_get(document, "knobs"), *guards = json_get(document, "guards");
    const char *evidence = json_string(document, "evidence");
    const char *name = json_string(document, "name"), *title = json_string(document, "title");

    if (check_members(document, err) || start_from(out, document, err))
        return -1;
    if (knobs && knobs_read(&out->knobs, arena, knobs, err))
        return err_context(err, "knobs");
    if (guards && knobs_read_guards(&out->knobs, guards, err))
        return err_context(err, "guards");
    out->document = json_copy_root(arena, document);
    out->name = arena_strdup(arena, name ? name : "unnamed");
    out->title = arena_strdup(arena, title ? title : "");
    out->is_verified = evidence && strcmp(evidence, "documented") == 0;
    return 0;
}

const struct personality *personality_read(struct arena *arena, const struct cJSON *document,
                                           struct err *err)
{
    struct personality *out = arena_alloc(arena, sizeof(*out));
    const char *name = json_string(document, "name");

    if (fill(out, arena, document, err) == 0)
        return out;
    err_context(err, "personality %.40s", name ? name : "(without a name)");
    return NULL;
}

/* ---- those that ship ---- */

static void open_shipped(void)
{
    if (shipped.arena)
        return;
    shipped.arena = arena_new();
    for (size_t i = 0; personality_files[i].name; i++) {
        ASSERT(i < SHIPPED_MAX);
        shipped.names[i] = personality_files[i].name;
    }
    atexit(forget);
}

const struct personality *personality_find(const char *name, struct err *err)
{
    struct arena *arena = NULL;

    open_shipped();
    for (size_t i = 0; shipped.names[i]; i++) {
        const struct personality_file *file = &personality_files[i];
        struct err bad = ERR_INIT;

        if (strcmp(file->name, name) != 0)
            continue;
        if (!shipped.read[i])
            shipped.read[i] = personality_read(
                shipped.arena,
                json_parse(shipped.arena, (const char *)file->text, file->size, &bad), &bad);
        if (!shipped.read[i])
            BUG("%s", bad.text);
        return shipped.read[i];
    }
    arena = arena_new();
    err_set(err, ERR_INPUT, "unknown personality %s", near_explain(arena, name, shipped.names));
    arena_free(arena);
    return NULL;
}

const struct personality *personality_load(struct arena *arena, const char *name_or_path,
                                           struct err *err)
{
    const struct cJSON *document = NULL;

    if (!strchr(name_or_path, '/') && !strstr(name_or_path, ".json"))
        return personality_find(name_or_path, err);
    document = json_parse_file(arena, name_or_path, err);
    if (!document) {
        err->code = ERR_INPUT; /* a file that the user named and that cannot be read */
        return NULL;
    }
    const struct personality *found = personality_read(arena, document, err);
    if (!found)
        err_context(err, "%s", name_or_path);
    return found;
}

const struct personality *personality_r4(void)
{
    struct err err = ERR_INIT;
    const struct personality *found = personality_find("r4", &err);

    ASSERT(found);
    return found;
}

const char *const *personality_names(void)
{
    open_shipped();
    return shipped.names;
}

const char *personality_text(const struct personality *personality, struct arena *arena)
{
    static const char *const copied[] = {"title", "evidence", "sources", "unknown"};
    struct buf buf = BUF_INIT;

    buf_puts(&buf, "{\"name\":");
    json_quote(&buf, personality->name);
    for (size_t i = 0; i < COUNT_OF(copied); i++) {
        const struct cJSON *member = json_get(personality->document, copied[i]);

        if (member)
            buf_printf(&buf, ",\"%s\":%s", copied[i], json_print(arena, member));
    }
    buf_puts(&buf, ",\"knobs\":");
    knobs_write(&buf, &personality->knobs);
    buf_puts(&buf, ",\"guards\":");
    knobs_write_guards(&buf, &personality->knobs);
    buf_putc(&buf, '}');
    const char *text = buf_copy(&buf, arena);
    buf_release(&buf);
    return text;
}
