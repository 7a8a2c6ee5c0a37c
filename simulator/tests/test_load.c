/* SPDX-License-Identifier: Apache-2.0 */
/* Loading: which files of a folder are read and in which order, NDJSON, and errors by file and
 * line. */
#include "simulator/load.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "simulator/sim.h"
#include "simulator/tests/desk.h"
#include "tests/expect.h"

static void write_file(const char *path, const char *text)
{
    struct buf buf = BUF_INIT;
    struct err err = ERR_INIT;

    buf_puts(&buf, text);
    MUST_ZERO(buf_write_file(&buf, path, &err));
    buf_release(&buf);
}

/* Collects "name " or, of NDJSON, "name* ". */
static int collect(void *arg, const struct load_file *file, struct err *err)
{
    (void)err;
    buf_printf(arg, "%s%s=%s ", strrchr(file->path, '/') + 1, file->is_ndjson ? "*" : "",
               file->text);
    return 0;
}

static void a_folder_is_read_by_name(void)
{
    static const char *const files[] = {"b.json",   "a.ndjson",     "readme.txt", ".hidden.json",
                                        "m/c.json", "m/n/d.ndjson", "z.json",     ".json"};
    struct arena *arena = arena_new();
    const char *folder = test_folder();
    struct buf seen = BUF_INIT;
    struct err err = ERR_INIT;

    MUST_ZERO(mkdir(arena_printf(arena, "%s/m", folder), 0700));
    MUST_ZERO(mkdir(arena_printf(arena, "%s/m/n", folder), 0700));
    for (size_t i = 0; i < COUNT_OF(files); i++)
        write_file(arena_printf(arena, "%s/%s", folder, files[i]), "1");
    EXPECT_INT("reads", load_path(folder, collect, &seen, &err), 0);
    EXPECT_STR("in order", buf_text(&seen), "a.ndjson*=1 b.json=1 c.json=1 d.ndjson*=1 z.json=1 ");
    buf_clear(&seen);
    EXPECT_INT("a slash behind",
               load_path(arena_printf(arena, "%s/m/", folder), collect, &seen, &err), 0);
    EXPECT_STR("in order", buf_text(&seen), "c.json=1 d.ndjson*=1 ");
    buf_clear(&seen);
    EXPECT_INT("a file by another name",
               load_path(arena_printf(arena, "%s/readme.txt", folder), collect, &seen, &err), 0);
    EXPECT_STR("is read when named", buf_text(&seen), "readme.txt=1 ");
    buf_release(&seen);
    arena_free(arena);
}

static void a_folder_without_charts_is_an_error(void)
{
    struct arena *arena = arena_new();
    const char *folder = test_folder();
    struct err err = ERR_INIT;

    EXPECT_INT("empty", load_path(folder, collect, NULL, &err), -1);
    EXPECT_HAS("empty", err.text, "no *.json and no *.ndjson in this folder");
    const char *deep = folder;
    for (int i = 0; i < 17; i++) {
        deep = arena_printf(arena, "%s/d", deep);
        MUST_ZERO(mkdir(deep, 0700));
    }
    err = ERR_INIT;
    EXPECT_INT("too deep", load_path(folder, collect, NULL, &err), -1);
    EXPECT_HAS("too deep", err.text, "folders in folders, more than 16");
    err = ERR_INIT;
    EXPECT_INT("nowhere", load_path("/nowhere", collect, NULL, &err), -1);
    EXPECT_HAS("nowhere", err.text, "/nowhere: No such file");
    arena_free(arena);
}

#define A "{\"resourceType\":\"Patient\",\"id\":\"a\"}"
#define B "{\"resourceType\":\"Patient\",\"id\":\"b\"}"

static void lines_load(void)
{
    static const struct {
        const char *row, *text, *error;
        int count;
    } rows[] = {
        {"one a line", A "\n" B "\n", "", 2},
        {"no newline at the end", A "\n" B, "", 2},
        {"carriage returns", A "\r\n" B "\r\n", "", 2},
        {"empty lines", "\n" A "\n\n  \n" B "\n", "", 2},
        {"a byte order mark", "\xef\xbb\xbf" A "\n" B "\n", "", 2},
        {"arrays and Bundles",
         "[" A
         "]\n{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":[{\"resource\":" B
         "}]}\n",
         "", 2},
        {"nothing", "", "", 0},
        {"links over lines",
         "{\"resourceType\":\"Patient\",\"id\":\"a\",\"identifier\":[{\"system\":\"urn:x\","
         "\"value\":"
         "\"1\"}]}\n{\"resourceType\":\"Basic\",\"id\":\"b\",\"subject\":{\"reference\":"
         "\"Patient?identifier=urn:x|1\"}}",
         "", 2},
        {"a line that is cut", A "\n{\"resourceType\":\n", "f.ndjson: line 2, column 17", 0},
        {"two in a line", A B "\n", "f.ndjson: line 1, column 36", 0},
        {"a resource over two lines", "{\"resourceType\":\"Patient\",\n\"id\":\"a\"}\n",
         "f.ndjson: line 1, column 27", 0},
        {"an unknown type", A "\n\n [{\"resourceType\":\"Patiens\",\"id\":\"a\"}]",
         "f.ndjson: line 3, column 3, at /0: /resourceType: Patiens is no resource type", 0},
        {"no id", A "\n{\"resourceType\":\"Patient\"}",
         "f.ndjson: line 2, column 1: the Patient has neither", 0},
        {"the same twice", A "\n" B "\n" A,
         "f.ndjson: line 3, column 1: Patient/a is in the chart already (f.ndjson: line 1, column "
         "1)",
         0},
        {"a reference to nobody",
         A "\n{\"resourceType\":\"Basic\",\"id\":\"b\",\"subject\":{\"reference\":"
           "\"Patient?identifier=x\"}}",
         "f.ndjson: line 2, column 1: reference Patient?identifier=x: one match was expected", 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_chart *chart = sim_chart_new();
        struct err err = ERR_INIT;

        if (sim_chart_add_lines(chart, "f.ndjson", rows[i].text, strlen(rows[i].text), &err) == 0 &&
            sim_chart_finish(chart, &err) == 0)
            EXPECT_INT(rows[i].row, (long long)sim_chart_count(chart), rows[i].count);
        EXPECT_HAS(rows[i].row, err.text, rows[i].error);
        EXPECT_INT(rows[i].row, err.code == ERR_OK, *rows[i].error == '\0');
        sim_chart_free(chart);
    }
}

static void note_progress(void *arg, size_t read, size_t finished)
{
    buf_printf(arg, "%zu/%zu ", finished, read);
}

static void progress_is_told_by_the_resource(void)
{
    static const char text[] = A "\n" B "\n";
    struct sim_chart *chart = sim_chart_new();
    struct buf told = BUF_INIT;
    struct err err = ERR_INIT;

    sim_chart_watch(chart, note_progress, &told);
    EXPECT_INT("read", sim_chart_add_lines(chart, "f.ndjson", text, strlen(text), &err), 0);
    EXPECT_INT("finished", sim_chart_finish(chart, &err), 0);
    EXPECT_STR("told", buf_text(&told), "0/1 0/2 1/2 2/2 ");
    buf_release(&told);
    sim_chart_free(chart);
}

/* The policy: what a chart names but does not have stays as it is, for real charts are excerpts. */
static void references_to_what_is_not_there_stay(void)
{
    static const char *const references[] = {
        "Patient/nobody",
        "https://ehr.example/fhir/Patient/1",
        "urn:uuid:99999999-9999-9999-9999-999999999999",
        "#contained",
    };

    for (size_t i = 0; i < COUNT_OF(references); i++) {
        struct arena *arena = arena_new();
        const char *text = arena_printf(
            arena, "{\"resourceType\":\"Basic\",\"id\":\"b\",\"subject\":{\"reference\":\"%s\"}}",
            references[i]);
        struct desk desk;

        desk_open(&desk, NULL);
        const struct http_reply *reply = desk_steer(&desk, "POST", "charts", NULL, text);
        EXPECT_INT(references[i], reply->status, 200);
        reply = wire_call(&desk.wire, "GET", "Basic/b", NULL, NULL);
        EXPECT_STR(references[i], wire_at(&desk.wire, reply, "/subject/reference"), references[i]);
        desk_close(&desk);
        arena_free(arena);
    }
}

static void charts_are_posted_as_lines(void)
{
    static const struct {
        const char *type;
        int status;
    } rows[] = {
        {"application/fhir+ndjson", 200},
        {"application/x-ndjson", 200},
        {"application/ndjson; charset=utf-8", 200},
        {"application/fhir+json", 400},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct desk desk;

        desk_open(&desk, NULL);
        const char *type = arena_printf(desk.wire.arena, "Content-Type: %s", rows[i].type);
        EXPECT_INT(rows[i].type, desk_steer(&desk, "POST", "charts", type, A "\n" B "\n")->status,
                   rows[i].status);
        desk_close(&desk);
    }
}

static CU_TestInfo tests[] = {
    {"a folder is read by name", a_folder_is_read_by_name},
    {"a folder without charts is an error", a_folder_without_charts_is_an_error},
    {"lines load", lines_load},
    {"progress is told by the resource", progress_is_told_by_the_resource},
    {"references to what is not there stay", references_to_what_is_not_there_stay},
    {"charts are posted as lines", charts_are_posted_as_lines},
    CU_TEST_INFO_NULL,
};

SUITE("load", tests)
