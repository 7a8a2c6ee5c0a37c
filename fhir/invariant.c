/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invariant - most constraints say which elements go together, and are rows; the others are
 * functions.
 *
 * An element is there when it or its `_name` companion is; "value[x]" is there in any of its types.
 * What compares many with many sorts first, so that a hostile resource costs n log n.
 */
#include "fhir/invariant.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fhir/primitive.h"

#define ALLERGY_VERIFICATION   "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
#define CONDITION_VERIFICATION "http://terminology.hl7.org/CodeSystem/condition-ver-status"
#define CONDITION_CLINICAL     "http://terminology.hl7.org/CodeSystem/condition-clinical"
#define CONDITION_CATEGORY     "http://terminology.hl7.org/CodeSystem/condition-category"
#define UCUM                   "http://unitsofmeasure.org"

/* ---- looking ---- */

/* Is `key` the member `name` of `size` bytes, or where `name` is a choice one of its types? */
static bool is_named(const char *key, const char *name, size_t size, bool is_choice)
{
    key += *key == '_';
    return strncmp(key, name, size) == 0 &&
           (is_choice ? key[size] >= 'A' && key[size] <= 'Z' : key[size] == '\0');
}

static size_t count_named(const struct cJSON *object, const char *name, size_t size)
{
    static const char mark[] = "[x]";
    bool is_choice = size > 3 && strncmp(name + size - 3, mark, 3) == 0;
    size_t count = 0;

    for (const struct cJSON *child = object->child; child; child = child->next)
        count += is_named(child->string, name, is_choice ? size - 3 : size, is_choice);
    return count;
}

static bool has(const struct cJSON *object, const char *name)
{
    return cJSON_IsObject(object) && count_named(object, name, strlen(name)) > 0;
}

/* How many of "name|telecom|value[x]" are there? */
static size_t count_of(const struct cJSON *object, const char *names)
{
    size_t count = 0;

    while (*names != '\0') {
        size_t size = strcspn(names, "|");

        count += count_named(object, names, size) > 0;
        names += size + (names[size] == '|');
    }
    return count;
}

static bool text_is(const struct cJSON *object, const char *name, const char *want)
{
    const char *text = json_string(object, name);

    return text && strcmp(text, want) == 0;
}

/* Is it one of "batch|transaction|history"? */
static bool text_is_any(const char *text, const char *list)
{
    while (text && *list != '\0') {
        size_t size = strcspn(list, "|");

        if (strlen(text) == size && strncmp(text, list, size) == 0)
            return true;
        list += size + (list[size] == '|');
    }
    return false;
}

/* Has the CodeableConcept a coding of that system with one of these codes? */
static bool is_coded(const struct cJSON *concept, const char *system, const char *codes)
{
    const struct cJSON *coding = NULL;

    cJSON_ArrayForEach(coding, json_get(concept, "coding"))
    {
        if (text_is(coding, "system", system) && text_is_any(json_string(coding, "code"), codes))
            return true;
    }
    return false;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* ---- what goes together ---- */

enum relation {
    RELATION_NEEDS = 1, /* where `left` is, one of `right` is */
    RELATION_BARS,      /* where `left` is, none of `right` is */
    RELATION_SOME,      /* one of `left` at least */
    RELATION_ONE,       /* exactly one of `left` */
};

static const struct pair {
    enum relation relation;
    const char *left, *right;
} pairs[DEFINITION_CONSTRAINTS] = {
    [CONSTRAINT_ATT_1] = {RELATION_NEEDS, "data", "contentType"},
    [CONSTRAINT_APP_1] = {RELATION_SOME, "type|actor", NULL},
    [CONSTRAINT_APR_1] = {RELATION_SOME, "participantType|actor", NULL},
    [CONSTRAINT_BDL_5] = {RELATION_SOME, "resource|request|response", NULL},
    [CONSTRAINT_CON_1] = {RELATION_SOME, "summary|assessment", NULL},
    [CONSTRAINT_CON_2] = {RELATION_SOME, "code|detail", NULL},
    [CONSTRAINT_CPB_1] = {RELATION_SOME, "rest|messaging|document", NULL},
    [CONSTRAINT_CPL_3] = {RELATION_BARS, "detail", "reference"},
    [CONSTRAINT_CPT_2] = {RELATION_NEEDS, "value", "system"},
    [CONSTRAINT_EXP_1] = {RELATION_SOME, "expression|reference", NULL},
    [CONSTRAINT_EXT_1] = {RELATION_ONE, "extension|value[x]", NULL},
    [CONSTRAINT_FHS_1] = {RELATION_BARS, "age[x]", "born[x]"},
    [CONSTRAINT_FHS_2] = {RELATION_NEEDS, "estimatedAge", "age[x]"},
    [CONSTRAINT_GOL_1] = {RELATION_NEEDS, "detail[x]", "measure"},
    [CONSTRAINT_IMM_1] = {RELATION_SOME, "documentType|reference", NULL},
    [CONSTRAINT_IMR_1] = {RELATION_SOME, "vaccineCode|targetDisease", NULL},
    [CONSTRAINT_IPN_1] = {RELATION_SOME, "identifier|name", NULL},
    [CONSTRAINT_LST_1] = {RELATION_BARS, "emptyReason", "entry"},
    [CONSTRAINT_MAD_1] = {RELATION_SOME, "dose|rate[x]", NULL},
    [CONSTRAINT_NOR_1] = {RELATION_SOME, "oralDiet|supplement|enteralFormula", NULL},
    [CONSTRAINT_OBS_3] = {RELATION_SOME, "low|high|text", NULL},
    [CONSTRAINT_OBS_6] = {RELATION_BARS, "dataAbsentReason", "value[x]"},
    [CONSTRAINT_ORG_1] = {RELATION_SOME, "identifier|name", NULL},
    [CONSTRAINT_PARAMETERS_PARAMETER_INV_1] = {RELATION_ONE, "part|value[x]|resource", NULL},
    [CONSTRAINT_PAT_1] = {RELATION_SOME, "name|telecom|address|organization", NULL},
    [CONSTRAINT_PRR_1] = {RELATION_NEEDS, "orderDetail", "code"},
    [CONSTRAINT_QRS_1] = {RELATION_BARS, "answer", "item"},
    [CONSTRAINT_QTY_3] = {RELATION_NEEDS, "code", "system"},
    [CONSTRAINT_SEV_1] = {RELATION_BARS, "name", "query"},
    [CONSTRAINT_SQTY_1] = {RELATION_BARS, "comparator", "comparator"},
    [CONSTRAINT_TIM_1] = {RELATION_NEEDS, "duration", "durationUnit"},
    [CONSTRAINT_TIM_2] = {RELATION_NEEDS, "period", "periodUnit"},
    [CONSTRAINT_TIM_6] = {RELATION_NEEDS, "periodMax", "period"},
    [CONSTRAINT_TIM_7] = {RELATION_NEEDS, "durationMax", "duration"},
    [CONSTRAINT_TIM_8] = {RELATION_NEEDS, "countMax", "count"},
    [CONSTRAINT_TIM_10] = {RELATION_BARS, "timeOfDay", "when"},
};

static bool pair_holds(const struct pair *pair, const struct cJSON *object)
{
    switch (pair->relation) {
    case RELATION_NEEDS:
        return count_of(object, pair->left) == 0 || count_of(object, pair->right) > 0;
    case RELATION_BARS:
        return count_of(object, pair->left) == 0 || count_of(object, pair->right) == 0;
    case RELATION_SOME:
        return count_of(object, pair->left) > 0;
    case RELATION_ONE:
        return count_of(object, pair->left) == 1;
    }
    return true;
}

/* ---- Bundle ---- */

static bool bundle_total(struct arena *arena, const struct cJSON *bundle)
{
    (void)arena;
    return !has(bundle, "total") || text_is_any(json_string(bundle, "type"), "searchset|history");
}

static bool bundle_search(struct arena *arena, const struct cJSON *bundle)
{
    const struct cJSON *entry = NULL;

    (void)arena;
    cJSON_ArrayForEach(entry, json_get(bundle, "entry"))
    {
        if (has(entry, "search") && !text_is(bundle, "type", "searchset"))
            return false;
    }
    return true;
}

/* Has each entry the member exactly if the Bundle is of one of these types? */
static bool entries_have(const struct cJSON *bundle, const char *member, const char *types)
{
    bool is_wanted = text_is_any(json_string(bundle, "type"), types);
    const struct cJSON *entry = NULL;

    cJSON_ArrayForEach(entry, json_get(bundle, "entry"))
    {
        if (has(entry, member) != is_wanted)
            return false;
    }
    return true;
}

static bool bundle_request(struct arena *arena, const struct cJSON *bundle)
{
    (void)arena;
    return entries_have(bundle, "request", "batch|transaction|history");
}

static bool bundle_response(struct arena *arena, const struct cJSON *bundle)
{
    (void)arena;
    return entries_have(bundle, "response", "batch-response|transaction-response|history");
}

static bool bundle_urls(struct arena *arena, const struct cJSON *bundle)
{
    const struct cJSON *entry = NULL, *entries = json_get(bundle, "entry");
    size_t count = 0;

    if (text_is(bundle, "type", "history") || !cJSON_IsArray(entries))
        return true;
    const char **urls = arena_alloc(arena, (json_count(entries) + 1) * sizeof(*urls));
    cJSON_ArrayForEach(entry, entries)
    {
        const char *url = json_string(entry, "fullUrl");
        const char *version =
            json_string(json_get(json_get(entry, "resource"), "meta"), "versionId");

        if (url)
            urls[count++] = version ? arena_printf(arena, "%s %s", url, version) : url;
    }
    if (count > 1)
        qsort(urls, count, sizeof(*urls), compare_texts);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(urls[i - 1], urls[i]) == 0)
            return false;
    }
    return true;
}

static bool bundle_identifier(struct arena *arena, const struct cJSON *bundle)
{
    const struct cJSON *identifier = json_get(bundle, "identifier");

    (void)arena;
    return !text_is(bundle, "type", "document") ||
           (has(identifier, "system") && has(identifier, "value"));
}

static bool bundle_date(struct arena *arena, const struct cJSON *bundle)
{
    (void)arena;
    return !text_is(bundle, "type", "document") || json_get(bundle, "timestamp") != NULL;
}

static bool first_is(const struct cJSON *bundle, const char *bundle_type, const char *type)
{
    const struct cJSON *first = json_at(json_get(bundle, "entry"), 0);

    return !text_is(bundle, "type", bundle_type) ||
           text_is(json_get(first, "resource"), "resourceType", type);
}

static bool bundle_document(struct arena *arena, const struct cJSON *bundle)
{
    (void)arena;
    return first_is(bundle, "document", "Composition");
}

static bool bundle_message(struct arena *arena, const struct cJSON *bundle)
{
    (void)arena;
    return first_is(bundle, "message", "MessageHeader");
}

static bool entry_url(struct arena *arena, const struct cJSON *entry)
{
    const char *url = json_string(entry, "fullUrl");

    (void)arena;
    return !url || !strstr(url, "/_history/");
}

/* ---- clinical resources ---- */

static bool allergy_is_error(const struct cJSON *allergy)
{
    return is_coded(json_get(allergy, "verificationStatus"), ALLERGY_VERIFICATION,
                    "entered-in-error");
}

static bool allergy_status(struct arena *arena, const struct cJSON *allergy)
{
    (void)arena;
    return allergy_is_error(allergy) || has(allergy, "clinicalStatus");
}

static bool allergy_no_status(struct arena *arena, const struct cJSON *allergy)
{
    (void)arena;
    return !allergy_is_error(allergy) || !has(allergy, "clinicalStatus");
}

static bool condition_is_error(const struct cJSON *condition)
{
    return is_coded(json_get(condition, "verificationStatus"), CONDITION_VERIFICATION,
                    "entered-in-error");
}

/* By what HL7 says of it; its expression compares a concept with a text. */
static bool condition_status(struct arena *arena, const struct cJSON *condition)
{
    const struct cJSON *category = NULL;

    (void)arena;
    if (has(condition, "clinicalStatus") || condition_is_error(condition))
        return true;
    cJSON_ArrayForEach(category, json_get(condition, "category"))
    {
        if (is_coded(category, CONDITION_CATEGORY, "problem-list-item"))
            return false;
    }
    return true;
}

static bool condition_abated(struct arena *arena, const struct cJSON *condition)
{
    (void)arena;
    return !has(condition, "abatement[x]") ||
           is_coded(json_get(condition, "clinicalStatus"), CONDITION_CLINICAL,
                    "resolved|remission|inactive");
}

static bool condition_no_status(struct arena *arena, const struct cJSON *condition)
{
    (void)arena;
    return !condition_is_error(condition) || !has(condition, "clinicalStatus");
}

/* A coding as a text that sorts: code, then system. NULL where it has no code. */
static const char *coding_text(struct arena *arena, const struct cJSON *coding)
{
    const char *system = json_string(coding, "system"), *code = json_string(coding, "code");

    return code ? arena_printf(arena, "%s\n%s", code, system ? system : "") : NULL;
}

static bool has_coding(struct arena *arena, const struct cJSON *component, const char **codes,
                       size_t count)
{
    const struct cJSON *coding = NULL;

    cJSON_ArrayForEach(coding, json_get(json_get(component, "code"), "coding"))
    {
        const char *text = coding_text(arena, coding);

        if (text && bsearch(&text, codes, count, sizeof(*codes), compare_texts))
            return true;
    }
    return false;
}

static bool observation_component(struct arena *arena, const struct cJSON *observation)
{
    const struct cJSON *components = json_get(observation, "component"), *item = NULL;
    const struct cJSON *codings = json_get(json_get(observation, "code"), "coding");
    size_t count = 0;

    if (!components || !cJSON_IsArray(codings) || !has(observation, "value[x]"))
        return true;
    const char **codes = arena_alloc(arena, (json_count(codings) + 1) * sizeof(*codes));
    cJSON_ArrayForEach(item, codings)
    {
        codes[count] = coding_text(arena, item);
        count += codes[count] != NULL;
    }
    if (count == 0)
        return true;
    qsort(codes, count, sizeof(*codes), compare_texts);
    cJSON_ArrayForEach(item, components)
    {
        if (has_coding(arena, item, codes, count))
            return false;
    }
    return true;
}

static bool appointment_ends(struct arena *arena, const struct cJSON *appointment)
{
    (void)arena;
    return has(appointment, "start") == has(appointment, "end");
}

static bool appointment_times(struct arena *arena, const struct cJSON *appointment)
{
    (void)arena;
    return (has(appointment, "start") && has(appointment, "end")) ||
           text_is_any(json_string(appointment, "status"), "proposed|cancelled|waitlist");
}

static bool appointment_cancelled(struct arena *arena, const struct cJSON *appointment)
{
    (void)arena;
    return !has(appointment, "cancelationReason") ||
           text_is_any(json_string(appointment, "status"), "noshow|cancelled");
}

static bool group_members(struct arena *arena, const struct cJSON *group)
{
    (void)arena;
    return !has(group, "member") || json_flag(group, "actual", false);
}

/* Only a list of that mode has entries with the member. */
static bool mode_has(const struct cJSON *list, const char *mode, const char *member)
{
    const struct cJSON *entry = NULL;

    cJSON_ArrayForEach(entry, json_get(list, "entry"))
    {
        if (has(entry, member) && !text_is(list, "mode", mode))
            return false;
    }
    return true;
}

static bool list_deleted(struct arena *arena, const struct cJSON *list)
{
    (void)arena;
    return mode_has(list, "changes", "deleted");
}

static bool list_date(struct arena *arena, const struct cJSON *list)
{
    (void)arena;
    return mode_has(list, "working", "date");
}

/* ---- data types ---- */

static bool is_in_order(const struct cJSON *object, const char *first, const char *second)
{
    const char *start = json_string(object, first), *end = json_string(object, second);

    return !start || !end || !primitive_is_after(start, end);
}

static bool period_order(struct arena *arena, const struct cJSON *period)
{
    (void)arena;
    return is_in_order(period, "start", "end");
}

static bool dispense_order(struct arena *arena, const struct cJSON *dispense)
{
    (void)arena;
    return is_in_order(dispense, "whenPrepared", "whenHandedOver");
}

static bool task_order(struct arena *arena, const struct cJSON *task)
{
    (void)arena;
    return is_in_order(task, "authoredOn", "lastModified");
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Values of different units are not compared. */
static bool range_order(struct arena *arena, const struct cJSON *range)
{
    static const char *const units[] = {"system", "code", "unit"};
    const struct cJSON *low = json_get(range, "low"), *high = json_get(range, "high");
    const char *low_text = json_number_text(json_get(low, "value"));
    const char *high_text = json_number_text(json_get(high, "value"));

    (void)arena;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (!is_same_text(json_string(low, units[i]), json_string(high, units[i])))
            return true;
    }
    return !low_text || !high_text || strtod(low_text, NULL) <= strtod(high_text, NULL);
}

static bool ratio_whole(struct arena *arena, const struct cJSON *ratio)
{
    bool has_numerator = has(ratio, "numerator");

    (void)arena;
    return has_numerator == has(ratio, "denominator") && (has_numerator || has(ratio, "extension"));
}

/* A value has a code, and a system is UCUM. */
static bool is_measured(const struct cJSON *quantity)
{
    return (has(quantity, "code") || !has(quantity, "value")) &&
           (!has(quantity, "system") || text_is(quantity, "system", UCUM));
}

static bool age_unit(struct arena *arena, const struct cJSON *age)
{
    (void)arena;
    return is_measured(age) && json_double(json_get(age, "value"), 1) > 0;
}

static bool count_unit(struct arena *arena, const struct cJSON *count)
{
    const char *text = json_number_text(json_get(count, "value"));

    (void)arena;
    return is_measured(count) && (!has(count, "code") || text_is(count, "code", "1")) &&
           !(text && strchr(text, '.'));
}

static bool distance_unit(struct arena *arena, const struct cJSON *distance)
{
    (void)arena;
    return is_measured(distance);
}

static bool duration_unit(struct arena *arena, const struct cJSON *duration)
{
    (void)arena;
    return !has(duration, "code") || (text_is(duration, "system", UCUM) && has(duration, "value"));
}

static bool is_negative(const struct cJSON *object, const char *name)
{
    return json_double(json_get(object, name), 0) < 0;
}

static bool timing_duration(struct arena *arena, const struct cJSON *repeat)
{
    (void)arena;
    return !is_negative(repeat, "duration");
}

static bool timing_period(struct arena *arena, const struct cJSON *repeat)
{
    (void)arena;
    return !is_negative(repeat, "period");
}

static bool timing_offset(struct arena *arena, const struct cJSON *repeat)
{
    const struct cJSON *when = NULL;

    (void)arena;
    if (!has(repeat, "offset"))
        return true;
    cJSON_ArrayForEach(when, json_get(repeat, "when"))
    {
        if (text_is_any(json_text(when), "C|CM|CD|CV"))
            return false;
    }
    return has(repeat, "when");
}

typedef bool invariant_fn(struct arena *arena, const struct cJSON *object);
static invariant_fn *const functions[DEFINITION_CONSTRAINTS] = {
    [CONSTRAINT_AGE_1] = age_unit,          [CONSTRAINT_APP_2] = appointment_ends,
    [CONSTRAINT_APP_3] = appointment_times, [CONSTRAINT_APP_4] = appointment_cancelled,
    [CONSTRAINT_TASK_INV_1] = task_order,   [CONSTRAINT_AIT_1] = allergy_status,
    [CONSTRAINT_AIT_2] = allergy_no_status, [CONSTRAINT_BDL_1] = bundle_total,
    [CONSTRAINT_BDL_2] = bundle_search,     [CONSTRAINT_BDL_3] = bundle_request,
    [CONSTRAINT_BDL_4] = bundle_response,   [CONSTRAINT_BDL_7] = bundle_urls,
    [CONSTRAINT_BDL_8] = entry_url,         [CONSTRAINT_BDL_9] = bundle_identifier,
    [CONSTRAINT_BDL_10] = bundle_date,      [CONSTRAINT_BDL_11] = bundle_document,
    [CONSTRAINT_BDL_12] = bundle_message,   [CONSTRAINT_CON_3] = condition_status,
    [CONSTRAINT_CON_4] = condition_abated,  [CONSTRAINT_CON_5] = condition_no_status,
    [CONSTRAINT_CNT_3] = count_unit,        [CONSTRAINT_DIS_1] = distance_unit,
    [CONSTRAINT_DRT_1] = duration_unit,     [CONSTRAINT_GRP_1] = group_members,
    [CONSTRAINT_LST_2] = list_deleted,      [CONSTRAINT_LST_3] = list_date,
    [CONSTRAINT_MDD_1] = dispense_order,    [CONSTRAINT_OBS_7] = observation_component,
    [CONSTRAINT_PER_1] = period_order,      [CONSTRAINT_RAT_1] = ratio_whole,
    [CONSTRAINT_RNG_2] = range_order,       [CONSTRAINT_TIM_4] = timing_duration,
    [CONSTRAINT_TIM_5] = timing_period,     [CONSTRAINT_TIM_9] = timing_offset,
};

bool invariant_is_known(unsigned number)
{
    return functions[number] || pairs[number].relation;
}

bool invariant_holds(unsigned number, struct arena *arena, const struct cJSON *object)
{
    if (functions[number])
        return functions[number](arena, object);
    return pair_holds(&pairs[number], object);
}
