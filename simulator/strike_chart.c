/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strike_chart - what somebody else does to the chart: foreign edits before a write or behind a
 * look, and what happens to it once an answer is decided upon.
 *
 * Foreign edits are ordinary ones (sim_edit): the journal has `edit` and `committed` for each. What
 * no interaction does (undo, another content) is in the journal as a `fault` that names the version.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "simulator/strike_inner.h"

#define ACTOR "ehr"

static bool edit(struct exchange *exchange, const struct sim_fault *fault, const char *method,
                 const char *target, const struct cJSON *body)
{
    const char *text = body ? json_print(exchange->arena, body) : NULL;
    struct err ignored = ERR_INIT;

    return sim_edit(exchange->sim, ACTOR, fault->name, method, target, text,
                    text ? strlen(text) : 0, &ignored) == 0;
}

static void add_operation(struct cJSON *patch, const char *op, const char *path,
                          struct cJSON *value)
{
    struct cJSON *operation = json_add_object(patch);

    json_put_string(operation, "op", op);
    json_put_string(operation, "path", path);
    if (value)
        json_put(operation, "value", value);
}

/* ---- another value ---- */

/* "60" -> "61", "2.50" -> "3.50"; NULL for one with an exponent. */
static const char *next_number(struct arena *arena, const char *text)
{
    const size_t whole = strspn(text, "-0123456789");

    if (whole > 15 || strpbrk(text, "eE"))
        return NULL;
    return arena_printf(arena, "%lld%s", strtoll(text, NULL, 10) + 1, text + whole);
}

/* Another text or number in the place of `item`, for json_put at once; NULL for anything else. */
static struct cJSON *other_value(struct arena *arena, const struct cJSON *item)
{
    const char *text = json_text(item);

    if (text) {
        struct cJSON *holder = json_object(arena);

        json_put_string(holder, "value", arena_printf(arena, "%s (edited)", text));
        return json_copy(json_get(holder, "value"));
    }
    if (json_is_number(item)) {
        const char *number = next_number(arena, json_number_text(item));

        return number ? json_number(number) : NULL;
    }
    return NULL;
}

/* ---- fields that a write touches, and those that it does not ---- */

static bool is_identity(const char *member)
{
    return strcmp(member, "resourceType") == 0 || strcmp(member, "id") == 0 ||
           strcmp(member, "meta") == 0;
}

static bool patch_touches(const struct cJSON *patch, const char *member)
{
    const size_t size = strlen(member);

    for (const struct cJSON *operation = patch->child; operation; operation = operation->next) {
        const char *path = json_string(operation, "path");

        if (path && *path == '/' && strncmp(path + 1, member, size) == 0 &&
            (path[size + 1] == '/' || path[size + 1] == '\0'))
            return true;
    }
    return false;
}

/* Does the exchange's request change this member of the current resource? A look and a deletion
 * touch all, and so none in particular. */
static bool touches(const struct exchange *exchange, const struct cJSON *request,
                    const struct cJSON *member)
{
    const struct cJSON *sent = json_get(request, member->string);

    if (exchange->label == INTERACTION_PATCH)
        return request && patch_touches(request, member->string);
    return !sent || !patch_equal(sent, member);
}

/* Numbers can be edited best, then what people write; any other text may be a code or a date. */
enum rank { RANK_NUMBER, RANK_PROSE, RANK_TEXT, RANK_NONE };

static enum rank rank_of(const struct cJSON *item, const char *member)
{
    static const char *const prose[] = {"text",  "display", "family", "given",   "description",
                                        "title", "line",    "city",   "comment", NULL};
    size_t i = 0;

    if (json_is_number(item))
        return RANK_NUMBER;
    if (!json_text(item))
        return RANK_NONE;
    while (prose[i] && strcmp(prose[i], member) != 0)
        i++;
    return prose[i] ? RANK_PROSE : RANK_TEXT;
}

/* A place in a resource: an item, how it is reached, and the member that it is, or is an element
 * of. */
struct place {
    const struct cJSON *item;
    const char *pointer, *member;
};

/* Edits the first leaf of that rank at or below a place; false when the server takes none. */
static bool edit_leaf(struct exchange *exchange, const struct sim_fault *fault,
                      const struct place *place, enum rank rank)
{
    struct arena *arena = exchange->arena;
    const bool is_object = cJSON_IsObject(place->item);
    struct cJSON *patch = json_array(arena), *value;
    size_t index = 0;

    for (const struct cJSON *child = place->item->child; child; child = child->next, index++) {
        const char *member = is_object ? child->string : place->member;
        const char *step = is_object ? member : arena_printf(arena, "%zu", index);
        const struct place below = {child, arena_printf(arena, "%s/%s", place->pointer, step),
                                    member};

        if (edit_leaf(exchange, fault, &below, rank))
            return true;
    }
    if (rank_of(place->item, place->member) != rank)
        return false;
    value = other_value(arena, place->item);
    if (!value)
        return false;
    add_operation(patch, "replace", place->pointer, value);
    return edit(exchange, fault, "PATCH", exchange->face.reference, patch);
}

static void edit_field(struct exchange *exchange, const struct sim_fault *fault,
                       const struct version *current, bool is_same)
{
    const struct exchange_request *request = &exchange->request;
    const bool is_write = exchange->label != INTERACTION_READ && request->body;
    struct err ignored = ERR_INIT;
    const struct cJSON *sent =
        is_write ? json_parse(exchange->arena, request->body, request->body_size, &ignored) : NULL;
    const struct cJSON *tree = json_copy_root(exchange->arena, version_tree(current));

    for (enum rank rank = RANK_NUMBER; rank < RANK_NONE; rank++) {
        for (const struct cJSON *member = tree->child; member; member = member->next) {
            const struct place place = {
                member, arena_printf(exchange->arena, "/%s", member->string), member->string};

            if (is_identity(member->string) ||
                (is_write && touches(exchange, sent, member) != is_same))
                continue;
            if (edit_leaf(exchange, fault, &place, rank))
                return;
        }
    }
}

/* ---- patients that are merged ---- */

/* "Patient/ada", whose record the resource belongs to; NULL: nobody's, or it is not here. */
static const struct version *patient_of(const struct exchange *exchange,
                                        const struct version *version)
{
    static const char *const places[] = {"/subject/reference", "/patient/reference"};
    const struct store *store = exchange->run->store;
    struct reference parts;

    if (!version || version->is_deletion)
        return NULL;
    if (strcmp(version->type, "Patient") == 0)
        return version;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        const char *text = json_text(json_pointer(version_tree(version), places[i]));

        if (text && reference_parse(&parts, exchange->arena, text, exchange->request.base) &&
            parts.id && strcmp(parts.type, "Patient") == 0)
            return store_current(store, "Patient", parts.id);
    }
    return NULL;
}

/* The resource is another patient's from now on. */
static void give_to(struct exchange *exchange, const struct sim_fault *fault,
                    const struct version *version, const char *patient)
{
    struct cJSON *patch = json_array(exchange->arena), *holder = json_object(exchange->arena);
    const char *place = json_get(version_tree(version), "subject") ? "/subject" : "/patient";

    if (strcmp(version->type, "Patient") == 0)
        return;
    json_put_string(holder, "reference", patient);
    add_operation(patch, "replace", place, json_copy(holder));
    (void)edit(exchange, fault, "PATCH", version->reference, patch);
}

/* The reference of what was created last. */
static const char *newest_reference(const struct exchange *exchange)
{
    const struct store *store = exchange->run->store;

    return store_at(store, store_count(store) - 1)->reference;
}

static void merge_patient(struct exchange *exchange, const struct sim_fault *fault,
                          const struct version *version)
{
    const struct version *patient = patient_of(exchange, version);
    struct arena *arena = exchange->arena;
    struct cJSON *changed, *link;
    const char *survivor;

    if (!edit(exchange, fault, "POST", "Patient", json_copy_root(arena, version_tree(patient))))
        return;
    survivor = newest_reference(exchange);
    changed = json_copy_root(arena, version_tree(patient));
    json_put_flag(changed, "active", false);
    json_put_array(changed, "link");
    link = json_add_object(json_get_mutable(changed, "link"));
    json_put_string(json_put_object(link, "other"), "reference", survivor);
    json_put_string(link, "type", "replaced-by");
    (void)edit(exchange, fault, "PUT", patient->reference, changed);
    give_to(exchange, fault, version, survivor);
}

/* The patient that was replaced by `survivor`, or NULL. */
static const struct version *replaced_by(const struct exchange *exchange,
                                         const struct version *survivor)
{
    const struct store *store = exchange->run->store;

    for (size_t serial = 0; survivor && serial < store_resources(store); serial++) {
        const struct version *version = store_by_serial(store, serial);
        const struct cJSON *link = version ? json_pointer(version_tree(version), "/link/0") : NULL;
        const char *type = json_string(link, "type");
        const char *other = json_text(json_pointer(link, "/other/reference"));

        if (type && other && strcmp(version->type, "Patient") == 0 &&
            strcmp(type, "replaced-by") == 0 && strcmp(other, survivor->reference) == 0)
            return version;
    }
    return NULL;
}

void do_unmerge(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct version *version = strike_current(exchange);
    const struct version *patient = replaced_by(exchange, patient_of(exchange, version));
    struct cJSON *patch = json_array(exchange->arena);

    strike_note_version(exchange, fault, patient);
    if (!patient)
        return;
    add_operation(patch, "remove", "/link", NULL);
    add_operation(patch, "remove", "/active", NULL);
    (void)edit(exchange, fault, "PATCH", patient->reference, patch);
    give_to(exchange, fault, version, patient->reference);
}

/* ---- foreign edits ---- */

static void edit_by_kind(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct version *current = strike_current(exchange);
    const struct version *before = current ? current->previous : NULL;
    const char *target = exchange->face.reference;
    struct arena *arena = exchange->arena;

    strike_note(exchange, fault, 0);
    if (!current || current->is_deletion)
        return;
    const struct cJSON *tree = json_copy_root(arena, version_tree(current));
    if (strike_word(fault, 0, "merge-patient")) {
        merge_patient(exchange, fault, current);
    } else if (strike_word(fault, 0, "undo")) {
        struct err ignored = ERR_INIT;

        (void)edit(exchange, fault, "PUT", target,
                   json_parse(arena, before->content, before->size, &ignored));
    } else if (strike_word(fault, 0, "delete") || strike_word(fault, 0, "recreate")) {
        (void)edit(exchange, fault, "DELETE", target, NULL);
        if (strike_word(fault, 0, "recreate"))
            (void)edit(exchange, fault, "PUT", target, tree);
    } else {
        edit_field(exchange, fault, current, !strike_word(fault, 0, "other-field"));
    }
}

void do_foreign_edit(struct exchange *exchange, const struct sim_fault *fault)
{
    if (exchange->label != INTERACTION_READ)
        edit_by_kind(exchange, fault);
    exchange_process(exchange, NULL);
}

void do_foreign_edit_behind(struct exchange *exchange, const struct sim_fault *fault)
{
    if (exchange->label == INTERACTION_READ)
        edit_by_kind(exchange, fault);
}

/* ---- later ---- */

struct undoing {
    struct exchange *exchange;
    const struct sim_fault *fault;
};

static void note_gone(void *arg, const struct version *version)
{
    const struct undoing *undoing = arg;

    strike_note_version(undoing->exchange, undoing->fault, version);
}

/* Of the exchange's versions, and all later ones; or of its resources alone. */
void do_undo_commit(struct exchange *exchange, const struct sim_fault *fault)
{
    struct store *store = exchange->run->store;
    struct undoing undoing = {exchange, fault};
    struct store_undo undo = {.first = exchange->first_commit,
                              .numbers_go_on = strike_word(fault, 1, "skip"),
                              .gone = note_gone,
                              .gone_arg = &undoing};
    const unsigned last = exchange->last_commit;

    if (undo.first == 0 || last < undo.first) { /* it made none */
        strike_note(exchange, fault, 0);
        return;
    }
    if (!strike_word(fault, 0, "resource")) {
        store_undo(store, &undo);
        return;
    }
    for (size_t i = store_count(store); i-- > 0;) {
        const struct version *version = store_at(store, i);

        if (version->commit < undo.first || version->commit > last)
            continue;
        undo.type = version->type;
        undo.id = version->id;
        store_undo(store, &undo);
        i = store_count(store); /* other versions of the resource went with it */
    }
}

void do_id_reassign(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct version *current = strike_current(exchange);

    strike_note_version(exchange, fault, current);
    if (!current || current->is_deletion)
        return;
    if (edit(exchange, fault, "POST", current->type,
             json_copy_root(exchange->arena, version_tree(current))))
        (void)edit(exchange, fault, "DELETE", current->reference, NULL);
}

/* The content that the fault makes of the version; false when nothing is at the path. */
static bool mutated(const struct exchange *exchange, const struct sim_fault *fault,
                    const struct version *version, struct document *out)
{
    struct arena *arena = exchange->arena;
    const struct cJSON *item = version ? json_pointer(version_tree(version), fault->args[0]) : NULL;
    struct cJSON *value = item ? other_value(arena, item) : NULL;
    struct cJSON *patch = json_array(arena);
    enum patch_result result = PATCH_MALFORMED;
    struct err err = ERR_INIT;
    const struct cJSON *tree;
    const char *bytes;

    if (!value)
        return false;
    add_operation(patch, "replace", fault->args[0], value);
    tree = patch_apply(arena, version_tree(version), patch, &result, &err);
    if (!tree)
        return false;
    bytes = json_print(arena, tree);
    return document_read(out, arena, bytes, strlen(bytes), &err) == 0;
}

void do_mutate(struct exchange *exchange, const struct sim_fault *fault)
{
    const struct version *version = strike_current(exchange);
    struct document document;

    if (mutated(exchange, fault, version, &document))
        strike_note_version(exchange, fault,
                            store_replace(exchange->run->store, version, &document));
    else
        strike_note(exchange, fault, 0);
}

/* ---- do they fit? ---- */

static int check_kind(const struct exchange *exchange, const struct sim_fault *fault,
                      struct err *err)
{
    const struct version *current = strike_current(exchange);
    const bool is_live = current && !current->is_deletion;

    if (!is_live)
        return err_set(err, ERR_INPUT, "%s: there is nothing at %s to be edited", fault->name,
                       exchange->face.reference);
    if (strike_word(fault, 0, "undo") && (!current->previous || current->previous->is_deletion))
        return err_set(err, ERR_INPUT, "%s(undo): %s has no version before this one", fault->name,
                       exchange->face.reference);
    if (strike_word(fault, 0, "merge-patient")) {
        const struct version *patient = patient_of(exchange, current);

        if (!patient || patient->is_deletion)
            return err_set(err, ERR_INPUT,
                           "%s(merge-patient): %s belongs to no patient that is here", fault->name,
                           exchange->face.reference);
    }
    return 0;
}

int check_foreign_edit(const struct exchange *exchange, const struct sim_fault *fault,
                       enum strike_at at, struct err *err)
{
    const bool is_look = exchange->label == INTERACTION_READ;

    if (at == STRIKE_COMMIT && is_look)
        return err_set(err, ERR_INPUT, "%s strikes behind a read, at its reply", fault->name);
    if (at == STRIKE_REPLY && !is_look)
        return err_set(err, ERR_INPUT, "%s strikes before the commit, which has been", fault->name);
    return check_kind(exchange, fault, err);
}

int check_unmerge(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                  struct err *err)
{
    const struct version *current = strike_current(exchange);

    (void)at;
    if (exchange->label == INTERACTION_CREATE ||
        replaced_by(exchange, patient_of(exchange, current)))
        return 0;
    return err_set(err, ERR_INPUT, "%s: the patient of %s was not merged", fault->name,
                   exchange->face.reference);
}

int check_mutate(const struct exchange *exchange, const struct sim_fault *fault, enum strike_at at,
                 struct err *err)
{
    const struct version *current = strike_current(exchange);
    struct document ignored;

    (void)at;
    if (exchange->label != INTERACTION_READ || mutated(exchange, fault, current, &ignored))
        return 0;
    return err_set(err, ERR_INPUT, "%s: %s has no text or number at %s", fault->name,
                   exchange->face.reference, fault->args[0]);
}
