/* SPDX-License-Identifier: Apache-2.0 */
/*
 * knobs - one table: name, where its value goes, and the words it may have.
 *
 * The first word of a knob is what R4 says, and its value is 0 unless the value is a status.
 */
#include "simulator/knobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"

#define WORDS_MAX 8

struct word {
    const char *text;
    int value;
};

static const struct knob {
    const char *name;
    size_t offset;
    struct word words[WORDS_MAX]; /* none: a number up to `max`, or texts */
    int max;                      /* 0: texts */
} knobs[] = {
#define AT(member) offsetof(struct knobs, member)
#define YES_NO                                                                                     \
    {                                                                                              \
        {"true", 0},                                                                               \
        {                                                                                          \
            "false", 1                                                                             \
        }                                                                                          \
    } /* offered unless said */
#define NO_YES                                                                                     \
    {                                                                                              \
        {"false", 0},                                                                              \
        {                                                                                          \
            "true", 1                                                                              \
        }                                                                                          \
    }
    {"etag_form",
     AT(etag_form),
     {{"weak-int", ETAG_WEAK_INT},
      {"weak-uuid", ETAG_WEAK_UUID},
      {"weak-global", ETAG_WEAK_GLOBAL},
      {"timestamp", ETAG_TIMESTAMP},
      {"strong", ETAG_STRONG},
      {"bare", ETAG_BARE},
      {"none", ETAG_NONE}},
     0},
    {"version_start", AT(version_start), {{NULL, 0}}, 1000},
    {"version_gaps", AT(version_gaps), NO_YES, 0},
    {"last_updated_resolution", AT(last_updated_resolution_s), {{"ms", 0}, {"s", 1}}, 0},

    {"stale_status", AT(stale_status), {{"412", 412}, {"409", 409}}, 0},
    {"require_if_match",
     AT(require_if_match),
     {{"no", 0}, {"400", 400}, {"412", 412}, {"428", 428}},
     0},
    {"if_match_checked",
     AT(if_match_checked),
     {{"yes", IF_MATCH_CHECKED},
      {"ignored", IF_MATCH_IGNORED},
      {"ignored-in-bundles", IF_MATCH_IGNORED_IN_BUNDLES},
      {"ignored-on-conditional", IF_MATCH_IGNORED_ON_CONDITIONAL}},
     0},
    {"strong_etag_in", AT(refuses_strong_etag), {{"accepted", 0}, {"400", 1}}, 0},
    {"if_match_absent", AT(if_match_absent), {{"412", 412}, {"404", 404}}, 0},
    {"write_clash", AT(write_clash), {{"none", 0}, {"409", 409}, {"412", 412}}, 0},
    {"conditional_read", AT(ignores_fresh), {{"304", 0}, {"200", 1}}, 0},

    {"return_default",
     AT(return_default),
     {{"representation", RETURN_REPRESENTATION},
      {"minimal", RETURN_MINIMAL},
      {"empty", RETURN_EMPTY}},
     0},
    {"location",
     AT(location),
     {{"versioned", LOCATION_VERSIONED},
      {"unversioned", LOCATION_UNVERSIONED},
      {"absent", LOCATION_ABSENT}},
     0},
    {"match_location",
     AT(match_location),
     {{"versioned", LOCATION_VERSIONED},
      {"unversioned", LOCATION_UNVERSIONED},
      {"none", LOCATION_ABSENT}},
     0},
    {"reply_echo", AT(reply_echo_request), {{"stored", 0}, {"request", 1}}, 0},
    {"error_body",
     AT(error_body),
     {{"OperationOutcome", ERROR_OUTCOME},
      {"vendor-json", ERROR_VENDOR_JSON},
      {"html", ERROR_HTML},
      {"empty", ERROR_EMPTY}},
     0},
    {"invalid_status", AT(invalid_status), {{"400", 400}, {"422", 422}, {"412", 412}}, 0},
    {"rule_status", AT(rule_status), {{"422", 422}, {"400", 400}, {"412", 412}}, 0},
    {"unsupported_status", AT(unsupported_status), {{"400", 400}, {"405", 405}, {"412", 412}}, 0},

    {"no_op_put", AT(no_op_same_version), {{"new-version", 0}, {"same-version", 1}}, 0},
    {"meta_on_update",
     AT(meta_on_update),
     {{"replaced", META_REPLACED},
      {"carried-forward", META_CARRIED_FORWARD},
      {"merged", META_MERGED}},
     0},
    {"update_create", AT(refuses_update_create), YES_NO, 0},
    {"overwrite", AT(may_overwrite), NO_YES, 0},
    {"subsetted_put", AT(refuses_subsetted), {{"accepted", 0}, {"422", 1}}, 0},
    {"merges_duplicates", AT(merges_duplicates), NO_YES, 0},
    {"referential_integrity", AT(referential_integrity), NO_YES, 0},
    {"drops_fields", AT(drops_fields), {{NULL, 0}}, 0},

    {"if_none_exist",
     AT(if_none_exist),
     {{"atomic", IF_NONE_EXIST_ATOMIC},
      {"racy", IF_NONE_EXIST_RACY},
      {"ignored", IF_NONE_EXIST_IGNORED},
      {"unsupported", IF_NONE_EXIST_UNSUPPORTED}},
     0},
    {"conditional_update", AT(no_conditional_update), YES_NO, 0},
    {"conditional_patch", AT(no_conditional_patch), YES_NO, 0},
    {"conditional_delete",
     AT(conditional_delete),
     {{"single", CONDITIONAL_DELETE_SINGLE},
      {"multiple", CONDITIONAL_DELETE_MULTIPLE},
      {"unsupported", CONDITIONAL_DELETE_UNSUPPORTED}},
     0},
    {"patch",
     AT(patch),
     {{"both", PATCH_BOTH},
      {"json", PATCH_JSON},
      {"fhirpath", PATCH_FHIRPATH},
      {"none", PATCH_NONE}},
     0},
    {"patch_paths", AT(patch_paths), {{NULL, 0}}, 0},
    {"patch_test_failed",
     AT(patch_test_failed),
     {{"422", 422}, {"409", 409}, {"412", 412}, {"400", 400}},
     0},
    {"narrative_on_patch",
     AT(narrative_on_patch),
     {{"keep", NARRATIVE_KEEP},
      {"regenerate", NARRATIVE_REGENERATE},
      {"drop", NARRATIVE_DROP},
      {"reject", NARRATIVE_REJECT}},
     0},
    {"json_patch_in_bundles", AT(refuses_json_patch_entries), YES_NO, 0},
    {"transaction",
     AT(transaction),
     {{"atomic", TRANSACTION_ATOMIC},
      {"unsupported", TRANSACTION_UNSUPPORTED},
      {"as-batch", TRANSACTION_AS_BATCH},
      {"partial", TRANSACTION_PARTIAL}},
     0},
    {"replayed_bundle", AT(replayed_bundle), {{"accepted", 0}, {"409", 409}}, 0},
    {"batch", AT(no_batch), YES_NO, 0},

    {"delete_reply", AT(delete_status), {{"204", 204}, {"200", 200}}, 0},
    {"delete_unknown",
     AT(delete_unknown),
     {{"same", DELETE_UNKNOWN_SAME},
      {"404", DELETE_UNKNOWN_404},
      {"tombstone", DELETE_UNKNOWN_TOMBSTONE}},
     0},
    {"delete_etag", AT(no_delete_etag), YES_NO, 0},
    {"tombstones", AT(no_tombstones), YES_NO, 0},

    {"search_lag_steps", AT(search_lag_steps), {{NULL, 0}}, 1000},
    {"search_cache", AT(search_cache), {{NULL, 0}}, 1000},
    {"history",
     AT(history),
     {{"full", HISTORY_FULL},
      {"latest-only", HISTORY_LATEST_ONLY},
      {"lagging", HISTORY_LAGGING},
      {"none", HISTORY_NONE}},
     0},

    {"throttle", AT(throttle), {{"429", 429}, {"503", 503}, {"403", 403}}, 0},
    {"retry_after",
     AT(retry_after),
     {{"seconds", RETRY_AFTER_SECONDS},
      {"date", RETRY_AFTER_DATE},
      {"milliseconds", RETRY_AFTER_MILLISECONDS}},
     0},
    {"edit_lock", AT(edit_lock), {{"423", 423}, {"424", 424}}, 0},
    {"async_writes",
     AT(async_writes),
     {{"respond-async", ASYNC_PREFER}, {"no", ASYNC_NO}, {"always", ASYNC_ALWAYS}},
     0},
    {"idempotency_header",
     AT(idempotency_header),
     {{"none", IDEMPOTENCY_NONE},
      {"ietf", IDEMPOTENCY_IETF},
      {"replay-errors", IDEMPOTENCY_REPLAY_ERRORS},
      {"conflict-409", IDEMPOTENCY_CONFLICT_409}},
     0},
    {"auth", AT(auth), {{"none", AUTH_NONE}, {"bearer", AUTH_BEARER}}, 0},
};

/* What an engine can do about each hazard. */
#define PREVENTION                                                                                 \
    {                                                                                              \
        {"prevent", GUARD_PREVENT}, {"detect", GUARD_DETECT},                                      \
        {                                                                                          \
            "none", GUARD_NONE                                                                     \
        }                                                                                          \
    }
static const struct knob guards[] = {
    {"lost-update", AT(lost_update), PREVENTION, 0},
    {"duplicate-create", AT(duplicate_create), PREVENTION, 0},
    {"partial-transaction", AT(partial_transaction), PREVENTION, 0},
    {"stale-read", AT(stale_read), PREVENTION, 0},
};

struct table {
    const char *what;
    const struct knob *rows;
    size_t count;
};
static const struct table all_knobs = {"knob", knobs, COUNT_OF(knobs)};
static const struct table all_guards = {"hazard", guards, COUNT_OF(guards)};

static int *number_at(struct knobs *values, const struct knob *knob)
{
    return (int *)((char *)values + knob->offset);
}

static int number_of(const struct knobs *values, const struct knob *knob)
{
    return *(const int *)((const char *)values + knob->offset);
}

static bool is_texts(const struct knob *knob)
{
    return !knob->words[0].text && knob->max == 0;
}

void knobs_init(struct knobs *out)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < COUNT_OF(knobs); i++) {
        if (knobs[i].words[0].text)
            *number_at(out, &knobs[i]) = knobs[i].words[0].value;
    }
    out->version_start = 1;
}

/* ---- reading ---- */

static int refuse(const struct knob *knob, const struct cJSON *value, struct err *err)
{
    struct arena *arena = arena_new();
    struct buf words = BUF_INIT;

    for (size_t i = 0; i < WORDS_MAX && knob->words[i].text; i++)
        buf_printf(&words, "%s%s", i > 0 ? ", " : "", knob->words[i].text);
    if (is_texts(knob))
        buf_puts(&words, "an array of texts");
    else if (words.size == 0)
        buf_printf(&words, "a number from 0 to %d", knob->max);
    err_set(err, ERR_INPUT, "%s: %s was expected, got %.60s", knob->name, buf_text(&words),
            json_print(arena, value));
    buf_release(&words);
    arena_free(arena);
    return -1;
}

/* A word as it may be written: 412 and "412" and true are the same as their text. */
static const char *word_of(const struct cJSON *value)
{
    if (cJSON_IsBool(value))
        return cJSON_IsTrue(value) ? "true" : "false";
    return json_is_number(value) ? json_number_text(value) : json_text(value);
}

static int read_texts(struct knob_texts *out, struct arena *arena, const struct knob *knob,
                      const struct cJSON *value, struct err *err)
{
    const size_t count = json_count(value);
    const char **texts = arena_alloc(arena, (count + 1) * sizeof(*texts));

    if (!cJSON_IsArray(value))
        return refuse(knob, value, err);
    for (size_t i = 0; i < count; i++) {
        const char *text = json_text(json_at(value, i));

        if (!text)
            return refuse(knob, value, err);
        texts[i] = arena_strdup(arena, text);
    }
    *out = (struct knob_texts){texts, count};
    return 0;
}

static int read_number(int *out, const struct knob *knob, const struct cJSON *value,
                       struct err *err)
{
    const char *text = json_is_number(value) ? json_number_text(value) : "";
    const size_t size = strspn(text, "0123456789");

    if (size == 0 || size > 6 || text[size] != '\0' || strtol(text, NULL, 10) > knob->max)
        return refuse(knob, value, err);
    *out = (int)strtol(text, NULL, 10);
    return 0;
}

static int read_knob(struct knobs *out, struct arena *arena, const struct knob *knob,
                     const struct cJSON *value, struct err *err)
{
    const char *word = word_of(value);

    if (is_texts(knob))
        return read_texts((struct knob_texts *)((char *)out + knob->offset), arena, knob, value,
                          err);
    if (!knob->words[0].text)
        return read_number(number_at(out, knob), knob, value, err);
    for (size_t i = 0; word && i < WORDS_MAX && knob->words[i].text; i++) {
        if (strcmp(knob->words[i].text, word) == 0) {
            *number_at(out, knob) = knob->words[i].value;
            return 0;
        }
    }
    return refuse(knob, value, err);
}

/* NULL: there is none of that name. */
static const struct knob *find(const struct table *table, const char *name, struct err *err)
{
    const char *names[COUNT_OF(knobs) + 1] = {NULL};
    struct arena *arena = NULL;

    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0)
            return &table->rows[i];
        names[i] = table->rows[i].name;
    }
    arena = arena_new();
    err_set(err, ERR_INPUT, "unknown %s %s", table->what, near_explain(arena, name, names));
    arena_free(arena);
    return NULL;
}

static int read_table(struct knobs *out, struct arena *arena, const struct table *table,
                      const struct cJSON *object, struct err *err)
{
    const struct cJSON *member = NULL;

    if (!cJSON_IsObject(object))
        return err_set(err, ERR_INPUT, "an object was expected, this is %s",
                       json_type_name(object));
    cJSON_ArrayForEach(member, object)
    {
        if (strncmp(member->string, "//", 2) == 0)
            continue;
        const struct knob *knob = find(table, member->string, err);
        if (!knob || read_knob(out, arena, knob, member, err))
            return -1;
    }
    return 0;
}

int knobs_read(struct knobs *out, struct arena *arena, const struct cJSON *object, struct err *err)
{
    return read_table(out, arena, &all_knobs, object, err);
}

int knobs_read_guards(struct knobs *out, const struct cJSON *object, struct err *err)
{
    return read_table(out, NULL, &all_guards, object, err);
}

/* ---- writing ---- */

static void write_word(struct buf *buf, const char *word)
{
    const bool is_plain = strspn(word, "0123456789") == strlen(word) || strcmp(word, "true") == 0 ||
                          strcmp(word, "false") == 0;

    if (is_plain)
        buf_puts(buf, word);
    else
        json_quote(buf, word);
}

static void write_knob(struct buf *buf, const struct knobs *values, const struct knob *knob)
{
    if (is_texts(knob)) {
        const struct knob_texts *list =
            (const struct knob_texts *)((const char *)values + knob->offset);

        buf_putc(buf, '[');
        for (size_t i = 0; i < list->count; i++) {
            buf_puts(buf, i > 0 ? "," : "");
            json_quote(buf, list->texts[i]);
        }
        buf_putc(buf, ']');
        return;
    }
    if (!knob->words[0].text)
        buf_printf(buf, "%d", number_of(values, knob));
    for (size_t i = 0; i < WORDS_MAX && knob->words[i].text; i++) {
        if (knob->words[i].value == number_of(values, knob))
            write_word(buf, knob->words[i].text);
    }
}

static void write_table(struct buf *buf, const struct knobs *values, const struct table *table)
{
    buf_putc(buf, '{');
    for (size_t i = 0; i < table->count; i++) {
        buf_printf(buf, "%s\"%s\":", i > 0 ? "," : "", table->rows[i].name);
        write_knob(buf, values, &table->rows[i]);
    }
    buf_putc(buf, '}');
}

void knobs_write(struct buf *buf, const struct knobs *values)
{
    write_table(buf, values, &all_knobs);
}

void knobs_write_guards(struct buf *buf, const struct knobs *values)
{
    write_table(buf, values, &all_guards);
}

const char *knob_name(size_t index)
{
    return index < COUNT_OF(knobs) ? knobs[index].name : NULL;
}
