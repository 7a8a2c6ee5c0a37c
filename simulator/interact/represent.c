/* SPDX-License-Identifier: Apache-2.0 */
/*
 * represent - how a version becomes an answer, and how a document becomes a version.
 *
 * The body of an answer is the version's own bytes, not a copy: versions never change and outlive
 * the answer.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "fhir/document.h"
#include "simulator/interact/act.h"

/* Does the Prefer header (comma- or semicolon-separated) have this preference? */
static bool prefers(const struct exchange_request *request, const char *wanted)
{
    const char *at = request_header(request, "Prefer");
    size_t size = strlen(wanted);

    while (at && *at) {
        at += strspn(at, " \t,;");
        size_t length = strcspn(at, " \t,;");
        if (length == size && strncasecmp(at, wanted, size) == 0)
            return true;
        at += length;
    }
    return false;
}

enum prefer prefer_return(const struct exchange_request *request)
{
    static const struct {
        const char *text;
        enum prefer prefer;
    } texts[] = {
        {"return=minimal", PREFER_MINIMAL},
        {"return=representation", PREFER_REPRESENTATION},
        {"return=OperationOutcome", PREFER_OUTCOME},
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (prefers(request, texts[i].text))
            return texts[i].prefer;
    }
    return PREFER_NOTHING;
}

bool prefer_is_strict(const struct exchange_request *request)
{
    return prefers(request, "handling=strict");
}

void represent_read(const struct act *act, int status, const struct version *version)
{
    *act->answer = (struct answer){
        .status = status,
        .etag = version->etag,
        .last_modified = version->modified,
        .body = version->content,
        .body_size = version->size,
        .version = version,
    };
}

static const char *location_of(const struct act *act, const struct version *version,
                               enum located located)
{
    struct arena *arena = act->request->arena;

    switch (located) {
    case LOCATION_VERSIONED:
        break;
    case LOCATION_UNVERSIONED:
        return arena_printf(arena, "%s/%s", act->request->base, version->reference);
    case LOCATION_ABSENT:
        return NULL;
    }
    return arena_join(arena, act->request->base, "/", version->reference, "/_history/",
                      version->label, (char *)NULL);
}

/* What the client wants of a write's result, and what the server gives without being asked. */
static enum prefer preference(const struct act *act)
{
    const enum prefer asked = prefer_return(act->request);

    if (act->knobs->return_default == RETURN_EMPTY)
        return PREFER_MINIMAL;
    if (asked == PREFER_NOTHING && act->knobs->return_default == RETURN_MINIMAL)
        return PREFER_MINIMAL;
    return asked;
}

void represent_write(const struct act *act, int status, const struct version *version,
                     bool is_located)
{
    const char *sent = act->answer->sent;
    size_t sent_size = act->answer->sent_size;

    represent_read(act, status, version);
    act->answer->sent = sent;
    act->answer->sent_size = sent_size;
    if (is_located)
        act->answer->location = location_of(act, version, (enum located)act->knobs->location);
    if (sent && act->knobs->reply_echo_request) {
        act->answer->body = sent;
        act->answer->body_size = sent_size;
    }
    const enum prefer prefer = preference(act);
    if (prefer == PREFER_MINIMAL) {
        act->answer->body = NULL;
        act->answer->body_size = 0;
    }
    if (prefer == PREFER_OUTCOME)
        answer_inform(act->answer, act->request->arena, "%s is at version %s", version->reference,
                      version->label);
}

void represent_match(const struct act *act, const struct version *version)
{
    const enum located located = (enum located)act->knobs->match_location;

    represent_write(act, 200, version, false);
    act->answer->location = location_of(act, version, located);
    if (located == LOCATION_ABSENT)
        act->answer->etag = NULL;
}

/* ---- what is stored ---- */

/* The resource as the client sent it, with the stamp of what was stored: for answers that show it
 * as if nothing had been lost. */
static void keep_sent(const struct act *act, const struct document *document,
                      const struct version *version)
{
    char instant[CLOCK_INSTANT_SIZE];

    clock_instant(version->updated_ms, instant);
    const struct document_stamp stamp = {version->id, version->label, instant};
    act->answer->sent =
        document_stamp(document, &stamp, act->request->arena, &act->answer->sent_size);
}

const struct version *represent_put(const struct act *act, const char *method, const char *id,
                                    const struct document *document)
{
    const struct version *current = store_current(act->store, document->type, id);
    struct document formed, bent;
    const struct document *stored = stored_form(act, document, current, &formed);

    if (bend_document(act, stored, &bent))
        stored = &bent;
    if (act->knobs->no_op_same_version && stored_is_same(act, stored, current))
        return current;
    const struct version *version = store_put(act->store, method, document->type, id, stored);
    if (stored != document)
        keep_sent(act, document, version);
    return version;
}
