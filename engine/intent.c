/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intent - see the header. What is submitted never changes; `work` holds what has become of it, so
 * that a process that is killed at any instruction is continued by reading the two.
 */
#include "engine/intent.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "engine/engine.h"
#include "fhir/document.h"

static const char *const state_names[INTENT_STATE_COUNT] = {
    [INTENT_ACCEPTED] = "accepted",     [INTENT_WRITING] = "writing",
    [INTENT_UNKNOWN] = "unknown",       [INTENT_COMMITTED] = "committed",
    [INTENT_REJECTED] = "rejected",     [INTENT_CANCELLED] = "cancelled",
    [INTENT_SUPERSEDED] = "superseded", [INTENT_NEEDS_REVIEW] = "needs-review",
    [INTENT_INCOMPLETE] = "incomplete",
};

static const char *const slot_names[SLOT_STATE_COUNT] = {
    [SLOT_PENDING] = "pending", [SLOT_SENT] = "sent",           [SLOT_CLAIMED] = "claimed",
    [SLOT_HUMAN] = "conflict",  [SLOT_EFFECTIVE] = "committed", [SLOT_DEVIANT] = "deviant",
    [SLOT_REFUSED] = "refused",
};

static const struct {
    const char *operation, *method;
    enum write_how how;
} hows[] = {
    {"create", "POST", WRITE_CREATE},
    {"update", "PUT", WRITE_UPDATE},
    {"patch", "PATCH", WRITE_PATCH},
    {"delete", "DELETE", WRITE_DELETE},
};

const char *intent_state_name(enum intent_state state)
{
    return state_names[state];
}

const char *slot_state_name(enum slot_state state)
{
    return slot_names[state];
}

bool intent_is_terminal(enum intent_state state)
{
    return state == INTENT_COMMITTED || state == INTENT_REJECTED || state == INTENT_CANCELLED ||
           state == INTENT_SUPERSEDED;
}

bool intent_is_open(enum intent_state state)
{
    return state == INTENT_NEEDS_REVIEW || state == INTENT_INCOMPLETE;
}

bool intent_is_kept_away(const struct intent *intent)
{
    return intent->is_due_kept && intent->due_ms > (int64_t)clock_wall_ms();
}

unsigned intent_parts(const struct intent *intent)
{
    return intent->slot_count > 1 ? (unsigned)intent->slot_count : 1;
}

const char *slot_reference(const struct slot *slot, struct arena *arena)
{
    return slot->id ? arena_printf(arena, "%s/%s", slot->type, slot->id) : NULL;
}

/* ---- from what was submitted to slots ---- */

/* W/"3" or "3" -> 3; a version that is no ETag stays as it is. */
static const char *plain_version(struct arena *arena, const char *text)
{
    const char *version = NULL;
    bool is_weak;

    return text && etag_parse(arena, text, &version, &is_weak) ? version : text;
}

/* Our own identifier says nothing to anyone else: no key, no tenant, no event id can be read from
 * it. */
static const char *mark_of(const struct intent *intent, size_t entry)
{
    char hash[HASH_HEX_SIZE];
    char *seed = arena_printf(intent->arena, "%s\n%s\n%s\n%zu", intent->row.tenant,
                              intent->row.system, intent->row.key, entry);

    hash_hex(seed, strlen(seed), hash);
    return arena_copy(intent->arena, hash, 32);
}

bool intent_has_one_identifier(const char *type)
{
    static const char *const types[] = {"Bundle", "Composition", "QuestionnaireResponse"};

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (strcmp(types[i], type) == 0)
            return true;
    }
    return false;
}

/* The resource with our identifier, which is how it is found again when the answer to the create
 * is lost. */
static const struct cJSON *marked(struct arena *arena, const struct cJSON *resource,
                                  const char *type, const char *mark)
{
    struct cJSON *copy = json_copy_root(arena, resource);
    struct cJSON *identifier;

    json_remove(copy, "id");
    if (!mark)
        return copy;
    if (intent_has_one_identifier(type)) {
        identifier = json_put_object(copy, "identifier");
    } else {
        struct cJSON *list = json_get_mutable(copy, "identifier");

        identifier = json_add_object(list ? list : json_put_array(copy, "identifier"));
    }
    json_put_string(identifier, "system", ENGINE_IDENTIFIER_SYSTEM);
    json_put_string(identifier, "value", mark);
    return copy;
}

/* A part of a token: what separates tokens has a backslash before it (R4 3.1.1.4.0.1), and what
 * means something in a URL is escaped. */
static void put_token_part(struct buf *query, const char *part)
{
    for (const char *c = part; *c; c++) {
        if (strchr("\\,|$", *c))
            buf_puts(query, "%5C");
        if (strchr("!*'();@&=+$,?#[]% \"<>\\^`{|}", *c) || (unsigned char)*c < 0x21 ||
            (unsigned char)*c > 0x7e)
            buf_printf(query, "%%%02X", (unsigned char)*c);
        else
            buf_putc(query, *c);
    }
}

static const char *token_query(struct arena *arena, const char *system, const char *bar,
                               const char *value)
{
    struct buf query = BUF_INIT;

    buf_puts(&query, "identifier=");
    put_token_part(&query, system ? system : "");
    buf_puts(&query, bar);
    put_token_part(&query, value);
    char *copy = buf_copy(&query, arena);
    buf_release(&query);
    return copy;
}

static int plan_create(struct intent *intent, struct slot *slot, const struct cJSON *resource,
                       const struct cJSON *identifier, struct err *err)
{
    const struct cJSON *own = json_get(resource, "identifier");
    const char *value = json_string(identifier, "value");

    slot->is_mark_shared = own && intent_has_one_identifier(slot->type);
    slot->mark_system =
        slot->is_mark_shared ? json_string(own, "system") : ENGINE_IDENTIFIER_SYSTEM;
    slot->mark = slot->is_mark_shared ? json_string(own, "value") : mark_of(intent, slot->entry);
    if (!slot->mark)
        return err_set(err, ERR_INPUT, "/resource/identifier: expected a value");
    slot->content =
        marked(intent->arena, resource, slot->type, slot->is_mark_shared ? NULL : slot->mark);
    slot->find = token_query(intent->arena, slot->mark_system, "%7C", slot->mark);
    if (!slot->exist && value)
        slot->exist = token_query(intent->arena, json_string(identifier, "system"), "|", value);
    else if (!slot->exist)
        slot->exist = token_query(intent->arena, slot->mark_system, "|", slot->mark);
    return 0;
}

/* A resource is sent without the server's own members, and with the id of its target. */
static const struct cJSON *cleaned(struct arena *arena, const struct cJSON *resource,
                                   const char *id)
{
    struct cJSON *copy = json_copy_root(arena, resource);
    struct cJSON *meta = json_get_mutable(copy, "meta");

    if (!json_get(copy, "id"))
        json_put_string(copy, "id", id);
    json_remove(meta, "versionId");
    json_remove(meta, "lastUpdated");
    if (meta && json_count(meta) == 0)
        json_remove(copy, "meta");
    return copy;
}

static bool target_of(struct arena *arena, const char *text, struct slot *slot)
{
    struct reference reference;

    if (!text || !reference_parse(&reference, arena, text, NULL))
        return false;
    slot->type = reference.type;
    slot->id = reference.id;
    return true;
}

static int plan_simple(struct intent *intent, struct err *err)
{
    struct slot *slot = &intent->slots[0];
    const struct cJSON *resource = json_get(intent->request, "resource");
    const struct cJSON *target = json_get(intent->request, "target");
    const char *type = json_string(resource, "resourceType");

    intent->slot_count = 1;
    slot->guard = plain_version(intent->arena, json_string(intent->request, "baseVersion"));
    if (slot->how == WRITE_CREATE) {
        slot->type = type ? type : "";
        return plan_create(intent, slot, resource, json_get(target, "identifier"), err);
    }
    if (!target_of(intent->arena, json_string(target, "reference"), slot)) {
        slot->type = type;
        slot->id = json_string(resource, "id");
    }
    if (!slot->type || !slot->id)
        return err_set(err, ERR_INPUT, "/target/reference: want \"Type/id\"");
    if (slot->how == WRITE_UPDATE) {
        if (!slot->guard)
            slot->guard = json_string(json_get(resource, "meta"), "versionId");
        slot->content = cleaned(intent->arena, resource, slot->id);
    } else if (slot->how == WRITE_PATCH) {
        slot->content = json_get(intent->request, "patch");
    }
    return 0;
}

static const struct cJSON *binary_patch(struct arena *arena, const struct cJSON *resource);

static int plan_entry(struct intent *intent, const struct cJSON *entry, size_t number,
                      struct err *err)
{
    const struct cJSON *asks = json_get(entry, "request");
    const struct cJSON *resource = json_get(entry, "resource");
    const char *method = json_string(asks, "method");
    const char *url = json_string(asks, "url");
    struct slot *slot = &intent->slots[intent->slot_count];

    if (!method || !url)
        return err_set(err, ERR_INPUT, "/bundle/entry/%zu/request: want method and url", number);
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return 0;
    *slot = (struct slot){.entry = number, .full_url = json_string(entry, "fullUrl")};
    for (size_t i = 0; i < COUNT_OF(hows); i++) {
        if (strcmp(hows[i].method, method) != 0)
            continue;
        slot->how = hows[i].how;
        intent->slot_count++;
        slot->guard = plain_version(intent->arena, json_string(asks, "ifMatch"));
        if (slot->how == WRITE_CREATE) {
            slot->type = url;
            slot->exist = json_string(asks, "ifNoneExist");
            return plan_create(intent, slot, resource, NULL, err);
        }
        if (!target_of(intent->arena, url, slot))
            return err_set(err, ERR_INPUT, "/bundle/entry/%zu/request/url: want \"Type/id\"",
                           number);
        if (slot->how == WRITE_UPDATE && !slot->guard)
            slot->guard = json_string(json_get(resource, "meta"), "versionId");
        if (slot->how == WRITE_UPDATE)
            slot->content = cleaned(intent->arena, resource, slot->id);
        else if (slot->how == WRITE_PATCH)
            slot->content = binary_patch(intent->arena, resource);
        if (slot->how == WRITE_PATCH && !slot->content)
            return err_set(err, ERR_INPUT,
                           "/bundle/entry/%zu/resource: want a Binary with a JSON Patch", number);
        return 0;
    }
    return err_set(err, ERR_INPUT, "/bundle/entry/%zu/request/method: unknown \"%s\"", number,
                   method);
}

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

static const struct cJSON *binary_patch(struct arena *arena, const struct cJSON *resource)
{
    const char *data = json_string(resource, "data");
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    unsigned bits = 0;
    int count = 0;

    for (const char *c = data ? data : ""; *c && *c != '='; c++) {
        int digit = base64_digit(*c);

        if (digit < 0)
            continue;
        bits = (bits << 6 | (unsigned)digit) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_putc(&text, (char)(bits >> count & 0xff));
        }
    }
    const struct cJSON *patch = json_parse(arena, buf_text(&text), text.size, &err);
    buf_release(&text);
    return patch;
}

static int plan(struct intent *intent, struct err *err)
{
    const struct cJSON *bundle = json_get(intent->request, "bundle");
    const struct cJSON *entries = json_get(bundle, "entry");
    size_t number = 0;

    if (strcmp(intent->operation, "bundle") == 0) {
        intent->bundle_type = json_string(bundle, "type");
        intent->slots = arena_alloc(intent->arena, sizeof(struct slot) * (json_count(entries) + 1));
        for (const struct cJSON *entry = entries ? entries->child : NULL; entry;
             entry = entry->next)
            if (plan_entry(intent, entry, number++, err))
                return -1;
        return 0;
    }
    intent->slots = arena_alloc(intent->arena, sizeof(struct slot));
    for (size_t i = 0; i < COUNT_OF(hows); i++) {
        if (strcmp(hows[i].operation, intent->operation) == 0)
            intent->slots[0].how = hows[i].how;
    }
    return plan_simple(intent, err);
}

/* ---- progress ---- */

static void save_slot(const struct slot *slot, struct cJSON *out)
{
    json_put_string(out, "state", slot_names[slot->state]);
    json_put_string(out, "id", slot->id);
    json_put_string(out, "guard", slot->guard);
    json_put_string(out, "version", slot->version);
    json_put_string(out, "existing", slot->existing);
    json_put_string(out, "why", slot->why);
    json_put_integer(out, "status", slot->status);
    json_put_integer(out, "how", slot->how);
    json_put_flag(out, "decided", slot->is_decided);
    json_put_flag(out, "drifted", slot->is_drifted);
    json_put_flag(out, "mayCome", slot->may_come);
    if (slot->is_replaced)
        json_put(out, "content", json_copy(slot->content));
}

void intent_save(struct intent *intent)
{
    struct cJSON *work = json_object(intent->arena);
    struct cJSON *slots = json_put_array(work, "slots");

    for (size_t i = 0; i < intent->slot_count; i++)
        save_slot(&intent->slots[i], json_add_object(slots));
    json_put_integer(work, "attempts", intent->attempts);
    json_put_integer(work, "attemptsSince", intent->attempts_since);
    json_put_integer(work, "requestsSince", intent->requests_since);
    json_put_integer(work, "waits", intent->waits);
    json_put_integer(work, "due", intent->due_ms);
    json_put_flag(work, "dueKept", intent->is_due_kept);
    json_put_flag(work, "cancel", intent->is_cancel_asked);
    json_put_string(work, "poll", intent->poll);
    json_put_string(work, "review", intent->review);
    json_put_integer(work, "reviews", intent->review_count);
    if (intent->problem)
        json_put(work, "problem", json_copy(intent->problem));
    intent->row.work = json_print(intent->arena, work);
    intent->row.state = state_names[intent->state];
}

static void load_slot(struct slot *slot, const struct cJSON *in)
{
    const char *state = json_string(in, "state");
    long long how = json_integer(in, "how", slot->how);

    for (int i = 0; i < SLOT_STATE_COUNT; i++) {
        if (state && strcmp(slot_names[i], state) == 0)
            slot->state = (enum slot_state)i;
    }
    slot->id = json_string(in, "id");
    slot->guard = json_string(in, "guard");
    slot->version = json_string(in, "version");
    slot->existing = json_string(in, "existing");
    slot->why = json_string(in, "why");
    slot->status = (int)json_integer(in, "status", 0);
    slot->is_decided = json_flag(in, "decided", false);
    slot->is_drifted = json_flag(in, "drifted", false);
    slot->may_come = json_flag(in, "mayCome", false);
    if (how >= WRITE_CREATE && how <= WRITE_DELETE)
        slot->how = (enum write_how)how;
    if (json_get(in, "content")) {
        slot->content = json_get(in, "content");
        slot->is_replaced = true;
    }
}

static void load_work(struct intent *intent, const struct cJSON *work)
{
    const struct cJSON *slots = json_get(work, "slots");

    for (size_t i = 0; i < intent->slot_count && i < json_count(slots); i++)
        load_slot(&intent->slots[i], json_at(slots, i));
    intent->attempts = (unsigned)json_integer(work, "attempts", 0);
    intent->attempts_since = (unsigned)json_integer(work, "attemptsSince", 0);
    intent->requests_since = (unsigned)json_integer(work, "requestsSince", 0);
    intent->waits = (unsigned)json_integer(work, "waits", 0);
    intent->due_ms = json_integer(work, "due", 0);
    intent->is_due_kept = json_flag(work, "dueKept", false);
    intent->is_cancel_asked = json_flag(work, "cancel", false);
    intent->poll = json_string(work, "poll");
    intent->review = json_string(work, "review");
    intent->review_count = (unsigned)json_integer(work, "reviews", 0);
    if (json_get(work, "problem"))
        intent->problem = json_copy_root(intent->arena, json_get(work, "problem"));
}

static const char *canonical_text(struct arena *arena, const struct cJSON *item)
{
    struct buf text = BUF_INIT;

    if (!item)
        return "";
    json_canonical(&text, item);
    char *copy = buf_copy(&text, arena);
    buf_release(&text);
    return copy;
}

struct intent *intent_load(struct arena *arena, const struct ledger_intent *row, struct err *err)
{
    struct intent *intent = arena_alloc(arena, sizeof(*intent));
    const struct cJSON *work;

    intent->arena = arena;
    intent->row = *row;
    intent->request = json_parse(arena, row->request, strlen(row->request), err);
    if (!intent->request)
        return NULL;
    work = json_parse(arena, row->work, strlen(row->work), err);
    intent->operation = json_string(intent->request, "operation");
    intent->requester = canonical_text(arena, json_get(intent->request, "requester"));
    if (!work || plan(intent, err))
        return NULL;
    load_work(intent, work);
    for (int i = 0; i < INTENT_STATE_COUNT; i++) {
        if (strcmp(state_names[i], row->state) == 0)
            intent->state = (enum intent_state)i;
    }
    return intent;
}

/* ---- what is said ---- */

static void put_result(struct cJSON *out, const char *key, const struct slot *slot,
                       struct arena *arena)
{
    struct cJSON *result = json_put_object(out, key);

    json_put_string(result, "reference", slot_reference(slot, arena));
    json_put_string(result, "versionId", slot->version);
}

static struct cJSON *copy_or_null(const struct cJSON *item)
{
    return item ? json_copy(item) : cJSON_CreateNull();
}

static void put_slot_view(const struct slot *slot, struct cJSON *out, struct arena *arena)
{
    bool is_in = slot->state == SLOT_EFFECTIVE || slot->state == SLOT_DEVIANT;

    json_put_integer(out, "entry", (long long)slot->entry);
    json_put_string(out, "state", slot_names[slot->state]);
    json_put_string(out, "reference", slot_reference(slot, arena));
    json_put_string(out, "versionId", is_in ? slot->version : NULL);
    if (slot->status)
        json_put_integer(out, "status", slot->status);
    else
        json_put(out, "status", cJSON_CreateNull());
    json_put_string(out, "why", slot->why);
}

struct cJSON *intent_view(const struct intent *intent)
{
    struct cJSON *view = json_object(intent->arena);
    const struct slot *slot = intent->slots;

    json_put_string(view, "id", intent->row.id);
    json_put_string(view, "key", intent->row.key);
    json_put_string(view, "state", state_names[intent->state]);
    json_put(view, "target", copy_or_null(json_get(intent->request, "target")));
    json_put_integer(view, "attempts", intent->attempts);
    if (intent->state == INTENT_COMMITTED && !intent->bundle_type)
        put_result(view, "result", slot, intent->arena);
    else
        json_put(view, "result", cJSON_CreateNull());
    struct cJSON *results = json_put_array(view, "results");
    for (size_t i = 0; intent->bundle_type && i < intent->slot_count; i++)
        put_slot_view(&intent->slots[i], json_add_object(results), intent->arena);
    json_put_string(view, "review", intent->review);
    json_put(view, "problem", copy_or_null(intent->problem));
    json_put_string(view, "correlationId", intent->row.correlation);
    return view;
}

size_t intent_order_keys(const struct intent *intent, const char **out, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < intent->slot_count && count < max; i++) {
        const struct slot *slot = &intent->slots[i];
        const char *target = slot->how == WRITE_CREATE ? slot->exist : slot->id;
        char *key = arena_printf(intent->arena, "%s\n%s\n%s/%s", intent->row.tenant,
                                 intent->row.system, slot->type, target);
        size_t at = 0;

        while (at < count && strcmp(out[at], key) != 0)
            at++;
        out[at] = key;
        count += at == count;
    }
    return count;
}
