/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patch - PATCH of one resource by JSON Patch or FHIRPath Patch (fhir-rules.md row 19).
 *
 * A patched resource is written from its tree: order of members and the text of numbers stay, white
 * space does not.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "fhir/patch.h"
#include "simulator/interact/act.h"
#include "simulator/interact/patch_path.h"

static bool is_json_patch(const struct exchange_request *request)
{
    static const char wanted[] = "application/json-patch+json";
    const char *type = request_header(request, "Content-Type");
    size_t size = sizeof(wanted) - 1;

    return type && strncasecmp(type, wanted, size) == 0 && strchr("; \t", type[size]);
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void refuse_patch(const struct act *act, enum patch_result result, const struct err *err)
{
    if (result == PATCH_TEST_FAILED)
        REFUSE(act, act->knobs->patch_test_failed, "processing",
               "a test of the patch does not hold: %s", err->text);
    else
        REFUSE(act, 400, "invalid", "the patch cannot be applied: %s", err->text);
}

/* May the patched tree be stored as the next version of `current`? */
static bool result_is_sound(const struct act *act, const struct version *current,
                            const struct document *result)
{
    const char *before = json_string(json_get(version_tree(current), "meta"), "versionId");
    const char *after = json_string(json_get(result->tree, "meta"), "versionId");

    if (strcmp(result->type, current->type) != 0)
        REFUSE(act, 400, "invalid", "a patch may not change resourceType from %s to %s",
               current->type, result->type);
    else if (!is_same_text(result->id, current->id))
        REFUSE(act, 400, "invalid", "a patch may not change id, which is %s", current->id);
    else if (!is_same_text(before, after))
        REFUSE(act, 400, "invalid", "a patch may not change meta.versionId, which is %s", before);
    else
        return true;
    return false;
}

/* The member of the resource that an operation of a JSON Patch changes: "Patient.name". */
static const char *pointer_touched(struct arena *arena, const char *type,
                                   const struct cJSON *operation)
{
    const char *path = json_string(operation, "path");
    const char *name = path && *path == '/' ? path + 1 : "";

    return arena_printf(arena, "%s.%.*s", type, (int)strcspn(name, "/"), name);
}

/* Some servers let a PATCH touch listed members only: "AllergyIntolerance.note". */
static bool paths_are_offered(const struct act *act, const struct cJSON *patch, bool is_path)
{
    const struct knob_texts *offered = &act->knobs->patch_paths;
    const struct cJSON *operations = offered->count > 0 ? patch : NULL, *operation = NULL;

    cJSON_ArrayForEach(operation, operations)
    {
        const char *text = (is_path ? patch_path_touched : pointer_touched)(
            act->request->arena, act->request->type, operation);
        bool is_offered = false;

        for (size_t i = 0; i < offered->count; i++)
            is_offered |= strcmp(offered->texts[i], text) == 0;
        if (is_offered)
            continue;
        answer_refuse(act->answer, act->request->arena, 422, "not-supported", text,
                      "this server lets a PATCH change listed members only, %s is none", text);
        return false;
    }
    return true;
}

/* A narrative that no longer says what the resource says is refused by some servers. */
static bool narrative_is_left(const struct act *act, const struct version *current,
                              const struct cJSON *result)
{
    if (act->knobs->narrative_on_patch != NARRATIVE_REJECT ||
        !json_get(version_tree(current), "text") || !json_get(result, "text"))
        return true;
    answer_refuse(act->answer, act->request->arena, 422, "business-rule", "text",
                  "the narrative would not be true any more; the patch must replace or remove it");
    return false;
}

/* `current` with the body's JSON Patch applied; NULL with the answer filled. */
static const struct cJSON *apply_json_patch(const struct act *act, const struct cJSON *current,
                                            const struct cJSON **out_operations)
{
    const struct exchange_request *request = act->request;
    enum patch_result outcome = PATCH_MALFORMED;
    struct err err = ERR_INIT;

    const struct cJSON *patch =
        json_parse(request->arena, request->body ? request->body : "", request->body_size, &err);
    const struct cJSON *tree =
        patch ? patch_apply(request->arena, current, patch, &outcome, &err) : NULL;
    if (!tree)
        refuse_patch(act, outcome, &err);
    *out_operations = patch;
    return tree;
}

static void patch_current(const struct act *act, const struct version *current)
{
    const struct exchange_request *request = act->request;
    struct err err = ERR_INIT;
    struct document result;

    const bool is_path = patch_path_is_meant(request);
    const struct cJSON *operations = NULL;
    const struct cJSON *tree =
        (is_path ? patch_path_apply : apply_json_patch)(act, version_tree(current), &operations);
    if (!tree || !paths_are_offered(act, operations, is_path))
        return;
    if (!narrative_is_left(act, current, tree))
        return;
    const char *bytes = json_print(request->arena, tree);
    if (document_read(&result, request->arena, bytes, strlen(bytes), &err))
        REFUSE(act, 400, "invalid", "the patched resource is not valid: %s", err.text);
    else if (result_is_sound(act, current, &result) && validate_document(act, &result))
        represent_write(act, 200, represent_put(act, "PATCH", current->id, &result), false);
}

static void patch_one(const struct act *act, const char *id)
{
    const struct exchange_request *request = act->request;
    const struct version *current = store_current(act->store, request->type, id);
    const char *reference = arena_printf(request->arena, "%s/%s", request->type, id);

    if (!guard_passes(act, reference, current))
        return;
    if (!current)
        REFUSE(act, 404, "not-found", "%s does not exist", reference);
    else if (current->is_deletion)
        REFUSE(act, 410, "deleted", "%s was deleted as version %s", reference, current->label);
    else
        patch_current(act, current);
}

/* A conditional PATCH is one of the resource that its query finds. */
static void patch_matching(const struct act *act)
{
    const struct version *match = NULL;

    if (act->knobs->no_conditional_patch) {
        act_unsupported(act, "conditional patch");
        return;
    }
    match = match_one(act);
    if (match)
        patch_one(act, match->id);
    else if (act->answer->status == 0)
        REFUSE(act, 404, "not-found", "%s?%s matches nothing", act->request->type,
               act->request->query);
}

/* Does the server take a patch of this kind here? */
static bool kind_is_offered(const struct act *act, bool is_path)
{
    const int offered = act->knobs->patch;

    if (is_path)
        return offered == PATCH_BOTH || offered == PATCH_FHIRPATH;
    return (offered == PATCH_BOTH || offered == PATCH_JSON) &&
           !(act->is_entry && act->knobs->refuses_json_patch_entries);
}

void interact_patch(const struct act *act)
{
    const struct exchange_request *request = act->request;
    const bool is_path = patch_path_is_meant(request);

    if (!is_path && !is_json_patch(request)) {
        const char *type = request_header(request, "Content-Type");
        REFUSE(act, 415, "not-supported",
               "Content-Type: application/json-patch+json or application/fhir+json (a FHIRPath "
               "Patch) was expected, got %s",
               type ? type : "none");
        return;
    }
    if (!kind_is_offered(act, is_path))
        act_unsupported(act, is_path ? "FHIRPath Patch" : "JSON Patch");
    else if (request->id)
        patch_one(act, request->id);
    else
        patch_matching(act);
}
