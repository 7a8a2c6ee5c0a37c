/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - reading a resource, and stamping it by splicing bytes.
 *
 * Stamping writes the top-level object and its `meta` anew, member by member, from the bytes that
 * base/json has already found to be valid: kept members, the white space and the commas between
 * them are copied as they are. The scanner here therefore only finds positions; it decides nothing
 * about validity.
 */
#include "fhir/document.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define ID_SIZE_MAX   64
#define STAMP_BYTES   192 /* about what a stamp adds */
#define MEMBERS_USUAL 24  /* of an object; more need memory */

/* ---- names ---- */

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_id(const char *text, size_t size)
{
    if (size < 1 || size > ID_SIZE_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!is_letter(text[i]) && !is_one_of(text[i], "0123456789-."))
            return false;
    }
    return true;
}

bool fhir_id_is_valid(const char *id)
{
    return id && is_id(id, strnlen(id, ID_SIZE_MAX + 1));
}

static bool is_type_name(const char *type)
{
    size_t size = 0;

    while (is_letter(type[size]))
        size++;
    return size > 0 && size <= ID_SIZE_MAX && type[size] == '\0';
}

/* ---- reading ---- */

static int check_shape(const struct document *document, struct err *err)
{
    const struct cJSON *type = json_get(document->tree, "resourceType");
    const struct cJSON *id = json_get(document->tree, "id");
    const struct cJSON *meta = json_get(document->tree, "meta");

    if (strcmp(json_type_name(document->tree), "object") != 0)
        return err_set(err, ERR_INPUT, "a resource must be an object, this is %s",
                       json_type_name(document->tree));
    if (!document->type)
        return err_set(err, ERR_INPUT, "/resourceType: must be a string, this is %s",
                       json_type_name(type));
    if (!is_type_name(document->type))
        return err_set(err, ERR_INPUT, "/resourceType: must be a name of letters");
    if (id && !fhir_id_is_valid(document->id))
        return err_set(err, ERR_INPUT, "/id: must be 1 to 64 of A-Z a-z 0-9 - .");
    if (meta && strcmp(json_type_name(meta), "object") != 0)
        return err_set(err, ERR_INPUT, "/meta: must be an object, this is %s",
                       json_type_name(meta));
    return 0;
}

int document_of(struct document *out, const struct cJSON *tree, const char *bytes, size_t size,
                struct err *err)
{
    const struct document document = {
        .bytes = bytes,
        .size = size,
        .tree = tree,
        .type = json_string(tree, "resourceType"),
        .id = json_string(tree, "id"),
    };

    if (check_shape(&document, err))
        return -1;
    *out = document;
    return 0;
}

int document_read(struct document *out, struct arena *arena, const char *bytes, size_t size,
                  struct err *err)
{
    const struct cJSON *tree = json_parse(arena, bytes, size, err);

    if (!tree)
        return -1;
    if (size >= 3 &&
        memcmp(bytes, "\xef\xbb\xbf", 3) == 0) { /* allowed in front, but no part of the text */
        bytes += 3;
        size -= 3;
    }
    if (document_of(out, tree, bytes, size, err))
        return -1;
    out->bytes = arena_copy(arena, bytes, size);
    return 0;
}

/* ---- positions ---- */

struct member {
    size_t key, value, end; /* offsets: the key's quote, the value, just behind the value */
};

struct object {
    const char *bytes;
    size_t start, end;      /* the braces: on it, just behind it */
    struct member *members; /* `usual`, or in the arena */
    size_t count, room;
    struct member usual[MEMBERS_USUAL];
};

static size_t skip_space(const char *bytes, size_t at)
{
    while (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')
        at++;
    return at;
}

/* A quote ends it unless the backslashes in front of it are odd. */
static size_t skip_string(const char *bytes, size_t at)
{
    for (size_t first = at + 1;;) {
        const char *quote = (const char *)rawmemchr(bytes + at + 1, '"');
        size_t slashes = 0;

        at = (size_t)(quote - bytes);
        while (at - slashes > first && quote[-1 - (long)slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return at + 1;
    }
}

static size_t skip_nested(const char *bytes, size_t at)
{
    size_t depth = 0;

    for (;;) {
        switch (bytes[at]) {
        case '"':
            at = skip_string(bytes, at);
            continue;
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            if (--depth == 0)
                return at + 1;
            break;
        }
        at++;
    }
}

static size_t skip_value(const char *bytes, size_t at)
{
    if (bytes[at] == '"')
        return skip_string(bytes, at);
    if (bytes[at] == '{' || bytes[at] == '[')
        return skip_nested(bytes, at);
    while (!is_one_of(bytes[at], ",]} \t\r\n"))
        at++;
    return at;
}

static struct member *object_add(struct object *object, struct arena *arena)
{
    if (object->count == object->room) {
        const size_t room = object->room * 2;

        object->members =
            arena_grow(arena, object->members, object->count * sizeof(object->members[0]),
                       room * sizeof(object->members[0]));
        object->room = room;
    }
    return &object->members[object->count++];
}

static void object_scan(struct object *out, struct arena *arena, const char *bytes, size_t start)
{
    size_t at = skip_space(bytes, start + 1);

    out->bytes = bytes;
    out->start = start;
    out->members = out->usual;
    out->count = 0;
    out->room = MEMBERS_USUAL;
    while (bytes[at] == '"') {
        struct member *member = object_add(out, arena);

        member->key = at;
        at = skip_space(bytes, skip_string(bytes, at));
        ASSERT(bytes[at] == ':');
        member->value = skip_space(bytes, at + 1);
        member->end = skip_value(bytes, member->value);
        at = skip_space(bytes, member->end);
        at = skip_space(bytes, at + (bytes[at] == ','));
    }
    ASSERT(bytes[at] == '}');
    out->end = at + 1;
}

/* The letter that stands at `at` of a key, maybe spelled \u0069, or NUL; moves `at` behind it. */
static char key_letter(const char *bytes, size_t *at)
{
    static const char digits[] = "0123456789abcdef";
    unsigned code = 0;

    if (bytes[*at] != '\\')
        return bytes[(*at)++];
    if (bytes[*at + 1] != 'u')
        return '\0';
    for (size_t i = 2; i < 6; i++) {
        char c = bytes[*at + i];

        code = code * 16 + (unsigned)(strchr(digits, is_letter(c) ? c | 0x20 : c) - digits);
    }
    *at += 6;
    return code < 0x80 ? (char)code : '\0';
}

/* The index of the member `name` (letters only), or the count where there is none. */
static size_t object_find(const struct object *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++) {
        size_t at = object->members[i].key + 1;
        const char *left = name;

        while (*left != '\0' && key_letter(object->bytes, &at) == *left)
            left++;
        if (*left == '\0' && object->bytes[at] == '"')
            return i;
    }
    return object->count;
}

/* ---- stamping ---- */

struct splice {
    size_t member; /* what stands there is replaced; the object's count: a new member */
    size_t behind; /* a new member goes behind this one; the object's count: to the front */
    const char *key;
    const char *text; /* a string without its quotes; NULL: see `json` */
    const char *json; /* neither: the member is dropped */
};

static bool is_drop(const struct splice *splice)
{
    return !splice->text && !splice->json;
}

static void put_value(struct buf *buf, const struct splice *splice)
{
    if (splice->text)
        json_quote(buf, splice->text);
    else
        buf_puts(buf, splice->json);
}

static const struct splice *splice_of(const struct splice *splices, size_t count, size_t member)
{
    for (size_t i = 0; i < count; i++) {
        if (splices[i].member == member)
            return &splices[i];
    }
    return NULL;
}

/* New members that go behind `behind`; says how many members are written now. */
static size_t write_new(struct buf *buf, const struct object *object, const struct splice *splices,
                        size_t count, size_t behind, size_t written)
{
    for (size_t i = 0; i < count; i++) {
        const struct splice *splice = &splices[i];

        if (splice->member != object->count || splice->behind != behind || is_drop(splice))
            continue;
        buf_puts(buf, written > 0 ? ",\"" : "\"");
        buf_puts(buf, splice->key);
        buf_puts(buf, "\":");
        put_value(buf, splice);
        written++;
    }
    return written;
}

/* Writes the object with the splices made; says how many members it has then. */
static size_t object_write(struct buf *buf, const struct object *object,
                           const struct splice *splices, size_t count)
{
    const char *bytes = object->bytes;
    size_t first = object->count > 0 ? object->members[0].key : object->end - 1;
    size_t last = object->count > 0 ? object->members[object->count - 1].end : object->end - 1;

    buf_add(buf, bytes + object->start, first - object->start);
    size_t written = write_new(buf, object, splices, count, object->count, 0);
    for (size_t i = 0; i < object->count; i++) {
        const struct member *member = &object->members[i];
        const struct splice *splice = splice_of(splices, count, i);

        if (splice && is_drop(splice))
            continue;
        if (written > 0 && i > 0)
            buf_add(buf, bytes + member[-1].end, member->key - member[-1].end);
        else if (written > 0)
            buf_putc(buf, ',');
        buf_add(buf, bytes + member->key, member->value - member->key);
        if (splice)
            put_value(buf, splice);
        else
            buf_add(buf, bytes + member->value, member->end - member->value);
        written = write_new(buf, object, splices, count, i, written + 1);
    }
    buf_add(buf, bytes + last, object->end - last);
    return written;
}

/* The new text of `meta`, in `buf`, or NULL when nothing is left that should be there. */
static const char *stamp_meta(struct buf *buf, const struct object *top, size_t at,
                              const struct document *document, const struct document_stamp *stamp,
                              struct arena *arena)
{
    struct object meta;
    static const char empty[] = "{}";

    if (at < top->count)
        object_scan(&meta, arena, document->bytes, top->members[at].value);
    else
        object_scan(&meta, arena, empty, 0);
    const struct splice splices[] = {
        {object_find(&meta, "versionId"), meta.count, "versionId", stamp->version_id, NULL},
        {object_find(&meta, "lastUpdated"), meta.count, "lastUpdated", stamp->last_updated, NULL},
    };
    /* An empty object is no FHIR: what becomes empty by our removing goes. One that came empty
     * stays. */
    size_t left = object_write(buf, &meta, splices, COUNT_OF(splices));
    return left > 0 || (at < top->count && meta.count == 0) ? buf_text(buf) : NULL;
}

char *document_stamp(const struct document *document, const struct document_stamp *stamp,
                     struct arena *arena, size_t *out_size)
{
    const char *bytes = document->bytes;
    struct arena *scratch = arena_new(); /* where things are is not worth keeping */
    struct object top;
    struct buf buf = BUF_INIT, meta_text = BUF_INIT;
    size_t start = skip_space(bytes, 0);

    object_scan(&top, scratch, bytes, start);
    size_t type = object_find(&top, "resourceType");
    size_t id = object_find(&top, "id");
    size_t meta = object_find(&top, "meta");
    const struct splice splices[] = {
        {meta, id < top.count ? id : type, "meta", NULL,
         stamp_meta(&meta_text, &top, meta, document, stamp, scratch)},
        {id, type, "id", stamp->id, NULL},
    };
    /* A new id is written before a new meta, both behind resourceType; an id that is to stay is no
     * splice. */
    const struct splice ordered[] = {splices[1], splices[0]};
    size_t skip = stamp->id ? 0 : 1;
    buf_reserve(&buf, document->size + STAMP_BYTES);
    buf_add(&buf, bytes, start);
    object_write(&buf, &top, ordered + skip, COUNT_OF(ordered) - skip);
    buf_add(&buf, bytes + top.end, document->size - top.end);
    char *stamped = buf_copy(&buf, arena);
    *out_size = buf.size;
    buf_release(&meta_text);
    buf_release(&buf);
    arena_free(scratch);
    return stamped;
}

/* ---- references and tags ---- */

/* The text up to the next slash; moves `text` behind the slash. NULL at the end. */
static const char *next_part(struct arena *arena, const char **text)
{
    if (**text == '\0')
        return NULL;
    size_t size = strcspn(*text, "/");
    const char *part = arena_copy(arena, *text, size);
    *text += size + ((*text)[size] == '/');
    return part;
}

static const char *without_base(const char *text, const char *base)
{
    size_t size = base ? strlen(base) : 0;

    while (size > 0 && base[size - 1] == '/')
        size--;
    if (size > 0 && strncmp(text, base, size) == 0 && text[size] == '/')
        return text + size + 1;
    return text;
}

bool reference_parse(struct reference *out, struct arena *arena, const char *text, const char *base)
{
    *out = (struct reference){.type = NULL};
    if (!text)
        return false;
    const char *rest = without_base(text, base);
    size_t size = strlen(rest);
    if (size == 0 || rest[size - 1] == '/')
        return false;
    const char *type = next_part(arena, &rest);
    const char *id = next_part(arena, &rest);
    const char *history = next_part(arena, &rest);
    const char *version = next_part(arena, &rest);
    if (!fhir_type_is_known(type) || !fhir_id_is_valid(id) || *rest != '\0')
        return false;
    if (history && (strcmp(history, "_history") != 0 || !fhir_id_is_valid(version)))
        return false;
    *out = (struct reference){.type = type, .id = id, .version = version};
    return true;
}

/* RFC 9110: etagc is %x21, %x23-7E and bytes above 7F. */
static bool is_tag_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c <= 0x20 || c == '"' || c == 0x7F)
            return false;
    }
    return size > 0;
}

bool etag_parse(struct arena *arena, const char *text, const char **out_version, bool *out_is_weak)
{
    if (!text)
        return false;
    text += strspn(text, " \t");
    bool is_weak = strncmp(text, "W/", 2) == 0;
    text += is_weak ? 2 : 0;
    size_t size = strlen(text);
    while (size > 0 && is_one_of(text[size - 1], " \t"))
        size--;
    if (size < 3 || text[0] != '"' || text[size - 1] != '"' || !is_tag_text(text + 1, size - 2))
        return false;
    *out_version = arena_copy(arena, text + 1, size - 2);
    *out_is_weak = is_weak;
    return true;
}
