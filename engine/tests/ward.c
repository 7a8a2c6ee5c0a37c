/* SPDX-License-Identifier: Apache-2.0 */
/* ward - see the header. */
#include "engine/tests/ward.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "tests/expect.h"

#define CHART     "fixtures/charts/ada.json"
#define TURNS_MAX 200   /* of the clock: more retries than that never end */
#define SETTLE_MS 60000 /* for one turn's requests to come home, on the slowest machine */

/* The shell says its number and becomes the program; the program's first line is that it is
 * ready. */
static bool program_start(struct ward_program *program, const char *command, const char *name)
{
    char line[1024] = "";
    char text[8192];

    snprintf(text, sizeof(text), "echo $$; exec %s 2>/dev/null", command);
    program->pipe = popen(text, "re");
    program->url[0] = '\0';
    if (!program->pipe)
        BUG("%s does not start", name);
    if (!fgets(line, sizeof(line), program->pipe))
        BUG("no shell for %s", name);
    program->pid = atoi(line);
    if (!fgets(line, sizeof(line), program->pipe))
        return false;
    const char *at = strstr(line, "http://");
    if (at)
        snprintf(program->url, sizeof(program->url), "%.*s", (int)strcspn(at, ", \n"), at);
    return at != NULL;
}

static int program_end(struct ward_program *program, int signal)
{
    if (!program->pipe)
        return 0;
    if (signal)
        kill(program->pid, signal);
    int status = pclose(program->pipe);
    program->pipe = NULL;
    return status;
}

void ward_open(struct ward *ward)
{
    char command[4096];

    memset(ward, 0, sizeof(*ward));
    ward->arena = arena_new();
    ward->http = http_new();
    snprintf(command, sizeof(command), "%s --listen 127.0.0.1:0 --load " CHART,
             test_program("fhirsim"));
    EXPECT_TRUE("fhirsim", program_start(&ward->ehr, command, "fhirsim"));
    snprintf(ward->control, sizeof(ward->control), "%.*s_control",
             (int)(strlen(ward->ehr.url) - strlen("fhir")), ward->ehr.url);
}

void ward_close(struct ward *ward)
{
    program_end(&ward->engine, SIGKILL);
    EXPECT_INT("fhirsim ends in order", program_end(&ward->ehr, SIGTERM), 0);
    http_free(ward->http);
    arena_free(ward->arena);
}

static int request(struct ward *ward, const char *method, const char *url, const char *body,
                   const char *key, struct http_reply *reply)
{
    struct err err = ERR_INIT;
    struct http_request asked = {
        .method = method,
        .url = url,
        .headers = {{"Authorization", "Bearer test"}, {"Content-Type", "application/json"}},
        .body = body,
        .body_size = body ? strlen(body) : 0};

    if (key) {
        asked.headers[2] = (struct http_header){"Idempotency-Key", key};
        asked.headers[3] = (struct http_header){"X-Correlation-Id", "c-test"};
    }
    return http_call(ward->http, ward->arena, &asked, reply, &err) == 0 ? reply->status : 0;
}

static const struct cJSON *control(struct ward *ward, const char *method, const char *path,
                                   const char *body)
{
    struct http_reply reply;
    struct err err = ERR_INIT;
    char *url = arena_printf(ward->arena, "%s/%s", ward->control, path);
    int status = request(ward, method, url, body, NULL, &reply);

    EXPECT_INT(path, status / 100, 2);
    return json_parse(ward->arena, reply.body, reply.body_size, &err);
}

void ward_begin(struct ward *ward)
{
    program_end(&ward->engine, SIGKILL);
    control(ward, "POST", "reset", "{}");
    ward->folder = arena_printf(ward->arena, "%s/ledger", test_folder());
}

bool ward_start(struct ward *ward, long crash_at)
{
    char command[4096];

    snprintf(command, sizeof(command),
             "env WRITEBACKD_CRASH_AT=%ld %s --fhir %s --listen 127.0.0.1:0 --data %s "
             "--timeout-ms 5000 --retry-ms 2 --token test --test-hooks",
             crash_at, test_program("writebackd"), ward->ehr.url, ward->folder);
    return program_start(&ward->engine, command, "writebackd");
}

void ward_stop(struct ward *ward)
{
    EXPECT_INT("writebackd ends in order", program_end(&ward->engine, SIGTERM), 0);
}

bool ward_has_died(struct ward *ward)
{
    if (ward->engine.url[0] && ward_call(ward, "GET", "/healthz", NULL, NULL, NULL) == 200)
        return false;
    program_end(&ward->engine, SIGKILL);
    return true;
}

int ward_call(struct ward *ward, const char *method, const char *path, const char *body,
              const char *key, const struct cJSON **out_answer)
{
    struct http_reply reply;
    struct err err = ERR_INIT;
    char *url = arena_printf(ward->arena, "%s%s", ward->engine.url, path);
    int status = request(ward, method, url, body, key, &reply);

    if (out_answer)
        *out_answer = status ? json_parse(ward->arena, reply.body, reply.body_size, &err) : NULL;
    return status;
}

const char *ward_text(struct ward *ward, const char *path)
{
    struct http_reply reply;

    request(ward, "GET", arena_printf(ward->arena, "%s%s", ward->engine.url, path), NULL, NULL,
            &reply);
    return reply.body;
}

/* A request in the air does not keep /v1/settled from answering, so this asks again until it is
 * home: that is bounded by time, the turns of the engine's clock by their number. */
static bool at_rest(struct ward *ward, const struct cJSON **answer)
{
    uint64_t end = clock_monotonic_ms() + SETTLE_MS;

    do {
        if (ward_call(ward, "GET", "/v1/settled?waitMs=5000", NULL, NULL, answer) != 200)
            return false;
        if (json_integer(*answer, "runnable", 1) == 0 && json_integer(*answer, "waiting", 1) == 0)
            return true;
    } while (clock_monotonic_ms() < end);
    EXPECT_TRUE("nothing runs or waits any more", false);
    return true;
}

bool ward_settle(struct ward *ward)
{
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        const struct cJSON *answer;

        if (!at_rest(ward, &answer))
            return false;
        if (!json_is_number(json_get(answer, "dueInMs")))
            return true;
        ward_call(ward, "POST", "/v1/due", "{}", NULL, NULL);
    }
    EXPECT_TRUE("it settles", false);
    return true;
}

const struct cJSON *ward_view(struct ward *ward, const char *key)
{
    const struct cJSON *answer;

    ward_call(ward, "GET", arena_printf(ward->arena, "/v1/intents?key=%s", key), NULL, NULL,
              &answer);
    return json_at(json_get(answer, "intents"), 0);
}

const char *ward_state(struct ward *ward, const char *key)
{
    const char *state = json_string(ward_view(ward, key), "state");

    return state ? state : "none";
}

void ward_fault(struct ward *ward, const char *rule)
{
    control(ward, "POST", "faults", rule);
}

void ward_edit(struct ward *ward, const char *method, const char *target, const char *body)
{
    control(ward, "POST", "edits",
            arena_printf(ward->arena, "{\"method\":\"%s\",\"target\":\"%s\",\"body\":%s}", method,
                         target, body));
}

const struct cJSON *ward_chart(struct ward *ward, const char *reference)
{
    struct http_reply reply;
    struct err err = ERR_INIT;

    request(ward, "GET", arena_printf(ward->arena, "%s/%s", ward->ehr.url, reference), NULL, NULL,
            &reply);
    return json_parse(ward->arena, reply.body, reply.body_size, &err);
}

/* Lines of `text` (NDJSON) for which `fits` says so. */
static size_t count_lines(struct ward *ward, const char *text,
                          bool (*fits)(const struct cJSON *line, const char *a, const char *b),
                          const char *a, const char *b)
{
    struct err err = ERR_INIT;
    size_t count = 0;

    for (size_t size; *text; text += size + (text[size] == '\n')) {
        size = strcspn(text, "\n");
        const struct cJSON *line = json_parse(ward->arena, text, size, &err);

        count += line && fits(line, a, b);
    }
    return count;
}

static bool is_text(const struct cJSON *line, const char *key, const char *want)
{
    const char *text = json_string(line, key);

    return text && strcmp(text, want) == 0;
}

static bool is_commit(const struct cJSON *line, const char *type, const char *unused)
{
    const char *reference = json_string(line, "reference");

    (void)unused;
    return is_text(line, "kind", "committed") && reference &&
           strncmp(reference, type, strlen(type)) == 0;
}

static bool is_write(const struct cJSON *line, const char *text, const char *unused)
{
    const char *method = json_string(line, "method");
    const struct cJSON *body = json_get(line, "body");
    char *printed = cJSON_PrintUnformatted(body);
    bool has_text = !text || (printed && strstr(printed, text));

    (void)unused;
    cJSON_free(printed);
    return is_text(line, "kind", "arrived") && method && strcmp(method, "GET") != 0 && has_text;
}

static bool is_audit(const struct cJSON *line, const char *key, const char *outcome)
{
    return is_text(line, "key", key) && is_text(line, "outcome", outcome);
}

static const char *journal(struct ward *ward)
{
    struct http_reply reply;

    request(ward, "GET", arena_printf(ward->arena, "%s/journal", ward->control), NULL, NULL,
            &reply);
    return reply.body;
}

size_t ward_commits(struct ward *ward, const char *type)
{
    return count_lines(ward, journal(ward), is_commit, type, NULL);
}

size_t ward_writes(struct ward *ward)
{
    return count_lines(ward, journal(ward), is_write, NULL, NULL);
}

size_t ward_writes_with(struct ward *ward, const char *text)
{
    return count_lines(ward, journal(ward), is_write, text, NULL);
}

size_t ward_audit(struct ward *ward, const char *key, const char *outcome)
{
    return count_lines(ward, ward_text(ward, "/v1/audit"), is_audit, key, outcome);
}
