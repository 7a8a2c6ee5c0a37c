/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_init - writes an adapter file to start from, every part of it explained. It overwrites nothing.
 *
 * What it writes is read by the adapter's own reader in a test: it stays a file that works once its program is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "harness/commands.h"
#include "harness/options.h"

static const char text[] =
    "{\n"
    "  \"// 1\": \"How chartproof starts your engine and speaks to it. Members whose names begin "
    "with // are comments.\",\n"
    "  \"name\": \"my-engine\",\n"
    "\n"
    "  \"// 2\": \"The process. ${fhir} is the FHIR server it must write to, ${dir} a folder that "
    "survives kill and start,\",\n"
    "  \"// 3\": \"${port} a free port, ${here} the folder of this file, ${timeoutMs} the time-out "
    "of its FHIR client.\",\n"
    "  \"// 4\": \"url may also be {\\\"stdout\\\": \\\"http://[^ ]+\\\"}: found in what the "
    "engine prints when it is ready.\",\n"
    "  \"start\": {\n"
    "    \"command\": [\"${here}/my-engine\", \"--port\", \"${port}\"],\n"
    "    \"environment\": { \"FHIR_BASE_URL\": \"${fhir}\", \"FHIR_TIMEOUT_MS\": \"${timeoutMs}\", "
    "\"DATA\": \"${dir}\" },\n"
    "    \"url\": \"http://127.0.0.1:${port}\",\n"
    "    \"ready\": \"${engine}/health\",\n"
    "    \"readyMs\": 30000\n"
    "  },\n"
    "  \"headers\": { \"Authorization\": \"Bearer test\" },\n"
    "\n"
    "  \"// 5\": \"The header in which it hands the correlation id of an intent on to the FHIR "
    "server.\",\n"
    "  \"correlation\": { \"header\": \"X-Correlation-Id\" },\n"
    "\n"
    "  \"// 6\": \"How an intent is submitted: the first of these whose `when` it matches. Alone "
    "in a string ${...} keeps its\",\n"
    "  \"// 7\": \"type; ${target/reference} is a part of a value. Also: ${operation} ${resource} "
    "${patch} ${bundle}\",\n"
    "  \"// 8\": \"${baseVersion} ${source} ${tenant} ${patient} ${requester} ${intent}. `id`: "
    "where the answer has the id.\",\n"
    "  \"submit\": [\n"
    "    { \"when\": { \"operation\": \"create\" }, \"method\": \"POST\", \"url\": "
    "\"${engine}/api/new\", \"body\": \"${resource}\",\n"
    "      \"headers\": { \"Idempotency-Key\": \"${key}\", \"X-Correlation-Id\": "
    "\"${correlation}\" },\n"
    "      \"id\": \"/id\", \"accepted\": [200, 202] },\n"
    "    { \"when\": { \"operation\": \"update\" }, \"method\": \"PUT\", \"url\": "
    "\"${engine}/api/${target/reference}\",\n"
    "      \"body\": { \"content\": \"${resource}\", \"basedOn\": \"${baseVersion}\" },\n"
    "      \"headers\": { \"Idempotency-Key\": \"${key}\", \"X-Correlation-Id\": "
    "\"${correlation}\" },\n"
    "      \"id\": \"/id\", \"accepted\": [200, 202] }\n"
    "  ],\n"
    "  \"capabilities\": [\"create\", \"update\"],\n"
    "\n"
    "  \"// 9\": \"Every further part is optional, and unlocks the invariants that need it. Values "
    "are JSON Pointers.\",\n"
    "  \"status\": {\n"
    "    \"url\": \"${engine}/api/writes/${id}\", \"state\": \"/status\", \"problem\": "
    "\"/reason\",\n"
    "    \"states\": { \"QUEUED\": \"accepted\", \"DONE\": \"committed\", \"FAILED\": "
    "\"rejected\", \"MANUAL\": \"needs-review\" },\n"
    "    \"result\": { \"reference\": \"/reference\", \"versionId\": \"/version\" }\n"
    "  },\n"
    "  \"// audit\": { \"url\": \"${engine}/api/audit\", \"records\": \"/entries\", \"fields\": { "
    "\"versionWritten\": \"/version\" } },\n"
    "  \"// reviews, decision, cancel, events, sweep, metrics, mappings, notify\": \"see "
    "docs/engines.md\",\n"
    "\n"
    "  \"// 10\": \"Without these two chartproof watches the process instead, waits out its "
    "timers, and says so in the report.\",\n"
    "  \"// settled\": { \"url\": \"${engine}/test/settled\" },\n"
    "  \"// due\": { \"url\": \"${engine}/test/due\" },\n"
    "\n"
    "  \"// 11\": \"What it may add to what it creates, what it promises about retries (backoffMs: "
    "the first wait).\",\n"
    "  \"identifierSystem\": \"urn:my-engine:write\",\n"
    "  \"limits\": { \"attempts\": 8, \"requests\": 40, \"backoffMs\": 200 }\n"
    "}\n";

int cmd_init(int argc, char **argv, enum verdict *out_verdict, struct err *err)
{
    struct arena *arena = arena_new();
    struct options options;
    int rc = -1;

    if (options_read(arena, argc, argv, "", &options, err))
        goto out;
    if (options.path_count > 1) {
        err_set(err, ERR_INPUT, "expected one file, or none (then engine.json)");
        goto out;
    }
    const char *path = options.path_count ? options.paths[0] : "engine.json";
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        err_set(err, ERR_INPUT, "%s: %s; expected a new file", path, strerror(errno));
        goto out;
    }
    ssize_t written = write(fd, text, sizeof(text) - 1);
    if (close(fd) || written != (ssize_t)sizeof(text) - 1) {
        err_set(err, ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
        unlink(path);
        goto out;
    }
    printf("%s: an adapter to fill in; then: chartproof run --engine %s scenarios/\n", path, path);
    *out_verdict = VERDICT_PASS;
    rc = 0;
out:
    arena_free(arena);
    return rc;
}
