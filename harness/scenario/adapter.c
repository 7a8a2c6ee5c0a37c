/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adapter - reads how an engine is started and what it offers. The engines of the project are built
 * in as the same JSON that a user would write, read by the same reader, so that what holds for them
 * holds for a user's file.
 */
#include "harness/scenario/adapter.h"

#include <errno.h>
#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/near.h"
#include "base/shape.h"
#include "harness/evidence.h"
#include "harness/evidence_form.h"
#include "harness/scenario/adapter_form.h"
#include "harness/scenario/launch.h"
#include "harness/scenario/mapping.h"
#include "harness/scenario/scenario_form.h"

#define READY_MS_DEFAULT 10000
#define FLAW_BYTES_MAX   64
#define TOKEN            "token-9Qm4vT2xLw" /* stands nowhere else, so that a log it is in has leaked it */

/* What tells of all that an engine ever did, not of one run. */
#define PARTS_EVER                                                                                 \
    (PART_EVENTS | PART_AUDIT | PART_METRICS | PART_SWEEP | PART_DRIFT | PART_MAPPINGS)

#define PARTS_NATIVE                                                                               \
    (PART_JOURNAL | PART_SAID | PART_EVENTS | PART_AUDIT | PART_METRICS | PART_REVIEWS |           \
     PART_SWEEP | PART_SETTLED | PART_DUE | PART_DRIFT | PART_NOTIFY | PART_MAPPINGS | PART_LOGS)

static const struct {
    const char *name, *text;
} built_in[] = {
    {"writebackd",
     "{\"name\": \"writebackd\", \"interface\": \"native\","
     " \"start\": {\"command\": [\"${bin}/writebackd\", \"--fhir\", \"${fhir}\","
     "   \"--listen\", \"127.0.0.1:0\", \"--data\", \"${dir}\", \"--timeout-ms\", \"${timeoutMs}\","
     "   \"--retry-ms\", \"${retryMs}\", \"--token\", \"" TOKEN "\", \"--test-hooks\"],"
     "   \"url\": {\"stdout\": \"http://[^ ]+\"}, \"readyMs\": 10000},"
     " \"headers\": {\"Authorization\": \"Bearer " TOKEN "\"},"
     " \"correlation\": {\"header\": \"X-Correlation-Id\"},"
     " \"without\": [\"mappings\"], \"encrypted\": [\"ledger.sqlite*\"],"
     " \"identifierSystem\": \"urn:writebackd:write\","
     " \"companions\": [\"Provenance\", \"AuditEvent\"],"
     " \"dedupesBySource\": true,"
     " \"limits\": {\"attempts\": 8, \"requests\": 40, \"backoffMs\": 2}}"},
    {"strawman",
     "{\"name\": \"strawman\", \"interface\": \"native\","
     " \"start\": {\"command\": [\"${bin}/strawman\", \"--fhir\", \"${fhir}\","
     "   \"--listen\", \"127.0.0.1:0\", \"--data\", \"${dir}\", \"--timeout-ms\", \"${timeoutMs}\","
     "   \"--retry-ms\", \"${retryMs}\", \"--token\", \"" TOKEN "\", \"--test-hooks\"],"
     "   \"url\": {\"stdout\": \"http://[^ ]+\"}, \"readyMs\": 10000},"
     " \"headers\": {\"Authorization\": \"Bearer " TOKEN "\"},"
     " \"correlation\": {\"header\": \"X-Correlation-Id\"},"
     " \"second\": {}, \"encrypted\": [\"strawman.ndjson\", \"seat-*\"],"
     " \"identifierSystem\": \"urn:strawman:write\","
     " \"companions\": [\"Provenance\", \"AuditEvent\"],"
     " \"dedupesBySource\": true,"
     " \"limits\": {\"attempts\": 8, \"requests\": 40, \"backoffMs\": 2}}"},
};
static const char *const built_in_names[] = {"writebackd", "strawman", "strawman:FLAW", NULL};

/* Where nothing is declared: what a clinician must see, by the definition of a conflict. */
static const char *const sensitive_default[] = {"AllergyIntolerance", "Medication*", "Condition",
                                                NULL};
static const char *const nothing[] = {NULL};

/* What `start` may name; the values come when it starts. */
static const struct adapter_values known = {
    .here = "", .fhir = "", .engine = "", .port = "", .dir = "", .timeout_ms = "", .retry_ms = ""};

static int read_url(struct arena *arena, struct adapter *adapter, const struct cJSON *start,
                    struct err *err)
{
    const struct cJSON *url = json_get(start, "url");
    regex_t pattern;
    char why[128];

    adapter->url = json_text(url);
    adapter->url_pattern = json_string(url, "stdout");
    if (adapter->url_pattern) {
        int rc = regcomp(&pattern, adapter->url_pattern, REG_EXTENDED | REG_NOSUB);

        if (rc != 0) {
            regerror(rc, NULL, why, sizeof(why));
            return err_set(err, ERR_INPUT,
                           "/start/url/stdout: \"%.80s\": %s; expected an extended regular "
                           "expression",
                           adapter->url_pattern, why);
        }
        regfree(&pattern);
    }
    return launch_check(arena, adapter->url, &known, "/start/url", err);
}

static int read_start(struct arena *arena, struct adapter *adapter, const struct cJSON *tree,
                      struct err *err)
{
    const struct cJSON *start = json_get(tree, "start");

    if (!start)
        return 0; /* it runs already, or is a process for each intent */
    struct launch launch = {.command = NULL};

    if (launch_read(arena, start, "/start", &known, &launch, err) ||
        read_url(arena, adapter, start, err))
        return -1;
    if (!launch.command && !adapter->url)
        return err_set(err, ERR_INPUT,
                       "/start/url: found a pattern for what it prints without /start/command; "
                       "expected the URL of an engine that runs already");
    if (!launch.command && strchr(adapter->url, '$'))
        return err_set(err, ERR_INPUT,
                       "/start/url: found \"%.80s\" without /start/command; expected the URL of an "
                       "engine that runs already, whole",
                       adapter->url);
    adapter->command = launch.command;
    adapter->environment = launch.environment;
    adapter->ready = json_string(start, "ready");
    adapter->ready_ms = (long)json_integer(start, "readyMs", READY_MS_DEFAULT);
    return launch_check(arena, adapter->ready, &known, "/start/ready", err);
}

/* A second process: as the first, but for what is said. */
static int read_second(struct arena *arena, struct adapter *adapter, const struct cJSON *tree,
                       struct err *err)
{
    const struct cJSON *second = json_get(tree, "second"), *item;
    struct cJSON *whole = json_object(arena);
    struct cJSON *start = json_put_object(whole, "start");
    struct adapter *other = NULL;

    if (!second)
        return 0;
    if (!adapter->command)
        return err_set(err, ERR_INPUT, "/second: found without /start/command; expected both");
    cJSON_ArrayForEach(item, second) json_put(start, item->string, json_copy(item));
    cJSON_ArrayForEach(item, json_get(tree, "start"))
    {
        if (!json_get(second, item->string))
            json_put(start, item->string, json_copy(item));
    }
    other = arena_alloc(arena, sizeof(*other));
    *other = *adapter;
    if (read_start(arena, other, whole, err))
        return err_context(err, "/second, as");
    adapter->second = other;
    return 0;
}

static int read_headers(struct adapter *adapter, const struct cJSON *tree, struct err *err)
{
    const struct cJSON *item;
    size_t count = 0;

    cJSON_ArrayForEach(item, json_get(tree, "headers"))
    {
        if (shape_is_comment(item->string))
            continue;
        if (count + 1 == COUNT_OF(adapter->headers))
            return err_set(err, ERR_LIMIT, "/headers: more than %zu", count);
        adapter->headers[count][0] = item->string;
        adapter->headers[count++][1] = json_text(item);
    }
    return 0;
}

static bool names(const struct cJSON *list, const char *name)
{
    for (size_t i = 0; i < json_count(list); i++) {
        if (strcmp(json_text(json_at(list, i)), name) == 0)
            return true;
    }
    return false;
}

/* What the engine speaks: our interface, or one of its own that the parts describe. */
static int read_interface(struct arena *arena, struct adapter *adapter, const struct cJSON *tree,
                          struct err *err)
{
    if (!json_get(tree, "interface")) {
        adapter->mapping = mapping_read(arena, tree, err);
        if (!adapter->mapping)
            return -1;
        adapter->has_reset = adapter->mapping->calls[CALL_RESET].url != NULL;
        adapter->parts = mapping_parts(adapter->mapping);
        return 0;
    }
    for (size_t i = 0; adapter_parts[i]; i++) {
        if (strcmp(adapter_parts[i], "second") != 0 && json_get(tree, adapter_parts[i]))
            return err_set(err, ERR_INPUT,
                           "/%s: found beside \"interface\": \"native\", which says it already; "
                           "expected one or the other",
                           adapter_parts[i]);
    }
    adapter->has_reset = !names(json_get(tree, "without"), "reset");
    adapter->parts = PARTS_NATIVE & ~evidence_parts_read(json_get(tree, "without"));
    return 0;
}

static int read_capabilities(struct arena *arena, struct adapter *adapter, const struct cJSON *tree,
                             struct err *err)
{
    const struct cJSON *list = json_get(tree, "capabilities");

    for (size_t i = 0; i < json_count(list); i++) {
        const char *name = json_text(json_at(list, i));

        if (!near_is_known(name, scenario_operations))
            return err_set(err, ERR_INPUT, "/capabilities/%zu: unknown operation %s", i,
                           near_explain(arena, name, scenario_operations));
    }
    adapter->capabilities = launch_strings(arena, list, scenario_operations);
    return 0;
}

static int fill(struct arena *arena, struct adapter *adapter, const struct cJSON *tree,
                struct err *err)
{
    const struct cJSON *limits = json_get(tree, "limits");

    if (shape_check(arena, &adapter_form, tree, "", err) ||
        read_interface(arena, adapter, tree, err) || read_start(arena, adapter, tree, err) ||
        read_second(arena, adapter, tree, err) || read_headers(adapter, tree, err) ||
        read_capabilities(arena, adapter, tree, err))
        return -1;
    adapter->name = json_string(tree, "name");
    adapter->correlation_header = json_string(json_get(tree, "correlation"), "header");
    if (!adapter->correlation_header)
        adapter->correlation_header = "X-Correlation-Id";
    adapter->identifier_system = json_string(tree, "identifierSystem");
    adapter->companions = launch_strings(arena, json_get(tree, "companions"), nothing);
    adapter->sensitive = launch_strings(arena, json_get(tree, "sensitive"), sensitive_default);
    adapter->logs = launch_strings(arena, json_get(tree, "logs"), nothing);
    adapter->encrypted = launch_strings(arena, json_get(tree, "encrypted"), nothing);
    adapter->attempts_max = (unsigned)json_integer(limits, "attempts", 0);
    adapter->requests_max = (unsigned)json_integer(limits, "requests", 0);
    adapter->backoff_ms = (long)json_integer(limits, "backoffMs", 0);
    adapter->dedupes_by_source = json_flag(tree, "dedupesBySource", false);
    if (!adapter->mapping && !json_get(tree, "start"))
        return err_set(err, ERR_INPUT, "/: \"start\" is missing; expected at least its \"url\"");
    /* what it prints is seen, and its folder known, where we start it; its interface may be its own */
    if (adapter->mapping && json_get(tree, "logs"))
        adapter->parts |= PART_LOGS;
    if (adapter_runs_already(adapter) && !adapter->logs[0])
        adapter->parts &= ~(unsigned)PART_LOGS;
    if (adapter_remembers(adapter))
        adapter->parts &= ~PARTS_EVER;
    return 0;
}

/* "strawman:FLAW" is the strawman with one flaw switched on. */
static int add_flaw(struct arena *arena, struct adapter *adapter, const char *flaw, struct err *err)
{
    size_t count = 0;
    const char **command;

    if (!*flaw || strlen(flaw) > FLAW_BYTES_MAX ||
        flaw[strspn(flaw, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
        return err_set(err, ERR_INPUT, "flaw \"%.80s\"; expected a name, see chartproof list flaws",
                       flaw);
    while (adapter->command[count])
        count++;
    command = arena_alloc(arena, (count + 3) * sizeof(*command));
    memcpy(command, adapter->command, count * sizeof(*command));
    command[count] = "--flaw";
    command[count + 1] = flaw;
    adapter->command = command;
    if (adapter->second)
        adapter->second->command = command; /* it is started in the same way */
    adapter->name = arena_printf(arena, "%s:%s", adapter->name, flaw);
    return 0;
}

/* An installation has no strawman: it is said before anything runs. */
static int find_program(struct arena *arena, const char *name, struct err *err)
{
    const char *path = arena_printf(arena, "%s/%s", adapter_bin(arena), name);

    if (access(path, X_OK) == 0)
        return 0;
    return err_set(err, ERR_INPUT,
                   "%s is not there; expected beside chartproof (the strawman is only where the "
                   "project is built)",
                   path);
}

static const char *built_in_text(const char *name, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(built_in); i++) {
        if (strlen(built_in[i].name) == length && strncmp(built_in[i].name, name, length) == 0)
            return built_in[i].text;
    }
    return NULL;
}

struct adapter *adapter_read(struct arena *arena, const char *spec, struct err *err)
{
    struct adapter *adapter = arena_alloc(arena, sizeof(*adapter));
    const char *flaw = strncmp(spec, "strawman:", 9) == 0 ? arena_strdup(arena, spec + 9) : NULL;
    const char *text = built_in_text(spec, flaw ? 8 : strlen(spec));
    const struct cJSON *tree;

    const char *slash = strrchr(spec, '/');

    adapter->spelled = arena_strdup(arena, spec);
    adapter->here = slash ? arena_copy(arena, spec, (size_t)(slash - spec)) : ".";
    if (!text && access(spec, R_OK) != 0) {
        err_set(err, ERR_INPUT, "%s: %s; nor is it built in: %s", spec, strerror(errno),
                near_explain(arena, spec, built_in_names));
        return NULL;
    }
    if (text && find_program(arena, flaw ? "strawman" : spec, err))
        return NULL;
    tree = text ? json_parse(arena, text, strlen(text), err) : json_parse_file(arena, spec, err);
    if (!tree)
        return NULL;
    if (fill(arena, adapter, tree, err) || (flaw && add_flaw(arena, adapter, flaw, err))) {
        err_context(err, "%s", spec);
        return NULL;
    }
    return adapter;
}

bool adapter_runs_already(const struct adapter *adapter)
{
    return !adapter->command && !(adapter->mapping && adapter->mapping->exec.command);
}

bool adapter_remembers(const struct adapter *adapter)
{
    return adapter_runs_already(adapter) && !adapter->has_reset;
}

int adapter_listen(struct adapter *adapter, const char *address, unsigned long jobs,
                   struct err *err)
{
    if (!address && adapter_runs_already(adapter))
        return err_set(err, ERR_INPUT,
                       "%s: the engine runs already, so it must know where to write; expected "
                       "--listen HOST:PORT, the address that it was started with",
                       adapter->name);
    if (!address)
        return 0;
    if (jobs > 1)
        return err_set(err, ERR_INPUT,
                       "--jobs %lu: one alone can listen at %.80s; expected --jobs 1", jobs,
                       address);
    if (address_read("--listen", address, &adapter->listen, err))
        return -1;
    return adapter->listen.port > 0
               ? 0
               : err_set(err, ERR_INPUT,
                         "--listen %.80s: expected a port that the engine knows, not 0", address);
}

const char *adapter_settled_by(const struct adapter *adapter)
{
    return adapter->parts & PART_SETTLED ? "hook" : "quiet";
}
